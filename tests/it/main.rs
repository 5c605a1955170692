//! Integration tests.

mod bad_files;
mod bad_presets;
mod harness;
mod knobs;
mod laws;
mod lints;
mod oracles;
mod patroni;
mod presets;
mod properties;
mod repository;
mod semantics;
mod statistics;
mod twins;
