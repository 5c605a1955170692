//! Integration tests.

mod laws;
mod statistics;
