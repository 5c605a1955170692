//! Integration tests.

mod bad_files;
mod bad_presets;
mod golden;
mod harness;
mod lab;
mod laws;
mod lints;
mod presets;
mod statistics;
mod twins;
