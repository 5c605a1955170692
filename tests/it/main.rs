//! Integration tests.

mod experiment;
mod laws;
mod report;
mod statistics;
