//! Each described system with each scenario of its own: a batch of trials, run
//! and summed up, on one thread. A time divided by 256 is that of a trial.

use std::hint::black_box;
use std::time::Duration;

use criterion::{Criterion, SamplingMode, Throughput};
use drillcast::experiment::{Plan, Pool, limits, run_range};
use drillcast::random::BATCH;

use super::measure::described::all;

pub(super) fn models(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("models");
    group
        .sampling_mode(SamplingMode::Flat)
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
        .throughput(Throughput::Elements(BATCH));
    let plan = Plan { threads: 1, ..Plan::default() };
    let pool = Pool::new(&plan).expect("a thread can be had");
    for described in all() {
        let (model, scenario) = described.load(&[]);
        let program = drillcast::trial::Program::compile(&model, &scenario);
        let limits = limits(&model, &scenario, program.layout());
        let mut batch = 0;
        group.bench_function(&described.name, |b| {
            b.iter(|| {
                batch += 1;
                let range = (batch * BATCH, (batch + 1) * BATCH);
                black_box(run_range(&program, &limits, &plan, range, &pool, &|_| {}).trials)
            });
        });
    }
    group.finish();
}
