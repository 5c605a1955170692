//! Integration tests.

mod bad_presets;
mod laws;
mod twins;
