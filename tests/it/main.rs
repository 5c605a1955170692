//! Integration tests.
#![allow(clippy::print_stdout, reason = "tests show what they compare")]

mod accuracy;
mod addresses;
mod appetite;
mod architecture;
mod bad_files;
mod bad_presets;
mod bounds;
mod cli;
mod crews;
mod edges;
mod experiment;
mod golden;
mod harness;
mod knobs;
mod kubernetes;
mod lab;
mod laws;
mod lints;
#[path = "../../benches/measure/mod.rs"]
mod measure;
mod oracles;
mod pods;
mod presets;
mod properties;
mod queues;
mod readme;
mod report;
mod repository;
mod ring_rules;
mod rings;
mod routes;
mod sampling;
mod schemas;
mod semantics;
mod sentinel;
mod services;
mod sessions;
mod sets;
mod statistics;
mod sweeps;
mod ticking;
mod tutorial;
mod twins;
mod uncertain;
mod zone_failover;
