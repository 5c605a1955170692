//! Integration tests.

mod bad_files;
mod bad_presets;
mod laws;
mod presets;
mod statistics;
