//! Integration tests.

mod laws;
mod twins;
