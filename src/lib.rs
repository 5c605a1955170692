//! Drillcast forecasts disaster recovery.
//!
//! A system and what breaks are described in TOML; a Monte Carlo discrete-event
//! simulation predicts how long recovery takes, what is lost, and why.
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod block;
pub mod cli;
pub mod diagnostic;
pub mod distribution;
pub mod experiment;
pub mod kernel;
pub mod lint;
pub mod maths;
pub mod model;
pub mod outcome;
pub mod random;
pub mod report;
pub mod statistics;
pub mod trial;
pub mod units;
