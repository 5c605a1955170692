//! What benches, figures and tests of speed and sampling share: the described
//! systems of the repository, and estimates from independent repetitions.
#![allow(dead_code, unreachable_pub, reason = "each of those who share it takes a part")]

pub mod described;
pub mod recorded;
pub mod repetitions;
