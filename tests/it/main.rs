//! Integration tests.

mod twins;
