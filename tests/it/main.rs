//! Integration tests.

mod bad_files;
mod bad_presets;
mod laws;
mod lints;
mod presets;
mod statistics;
