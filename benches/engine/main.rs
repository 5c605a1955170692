//! What each part costs: `cargo bench`, or `cargo bench -- FILTER`, where the
//! filter is the beginning of a group: `agenda`, `random`, `laws`, `blocks`,
//! `compile`, `trial`, `summary`, `models`.
//!
//! Every figure is wall-clock time on a machine that others may share; what must
//! not depend on it is in `examples/instructions`.
#![allow(missing_docs, reason = "criterion's macros define functions without documentation")]

#[path = "../measure/mod.rs"]
mod measure;

mod agenda;
mod blocks;
mod compile;
mod laws;
mod models;
mod random;
mod summary;
mod trial;

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};

/// A few seconds a bench: half a second to warm up, a second of samples.
fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(1))
        .without_plots()
}

criterion_group! {
    name = benches;
    config = quick();
    targets = agenda::hold, random::uniforms, laws::quantiles, blocks::all, compile::compile,
        trial::trials, summary::summaries, models::models
}
criterion_main!(benches);
