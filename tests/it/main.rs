//! Integration tests.

mod bad_files;
mod laws;
mod statistics;
