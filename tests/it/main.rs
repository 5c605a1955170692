//! Integration tests.

mod bad_files;
mod bad_presets;
mod cli;
mod experiment;
mod harness;
mod laws;
mod lints;
mod patroni;
mod presets;
mod report;
mod statistics;
mod twins;
