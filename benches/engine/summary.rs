//! What becomes of outcomes: adding them up by the batch, merging two summaries,
//! and a whole small experiment.

use std::hint::black_box;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput};
use drillcast::experiment::{Plan, Pool, limits, run, run_range};
use drillcast::random::BATCH;
use drillcast::trial::Program;

use super::measure::described::find;
use super::measure::recorded::Recorded;

pub(super) fn summaries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("summary");
    let plan = Plan { trials: 1024, threads: 1, ..Plan::default() };
    let pool = Pool::new(&plan).expect("a thread can be had");
    for name in ["lab/patroni/crash", "zone-failover"] {
        let Some(described) = find(name) else { continue };
        let (model, scenario) = described.load(&[]);
        let program = Program::compile(&model, &scenario);
        let limits = limits(&model, &scenario, program.layout());
        let recorded = Recorded::of(&program);
        // Sixteen batches: the empty summary that each run begins with counts little.
        let range = (0, 16 * BATCH);
        group.throughput(Throughput::Elements(range.1));
        group.bench_function(BenchmarkId::new("4,096 outcomes", name), |b| {
            b.iter(|| {
                black_box(run_range(&recorded, &limits, &plan, range, &pool, &|_| {}).trials)
            });
        });
        group.throughput(Throughput::Elements(1));
        let part = |range| run_range(&recorded, &limits, &plan, range, &pool, &|_| {});
        let (one, two) = (part((0, BATCH)), part((BATCH, 2 * BATCH)));
        group.bench_function(BenchmarkId::new("merge", name), |b| {
            b.iter_batched(
                || (one.clone(), two.clone()),
                |(mut one, two)| {
                    one.merge(two);
                    one
                },
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("experiment of 1,024 trials", name), |b| {
            b.iter(|| black_box(run(&program, &limits, &plan, &[], &pool, &|_, _| {}).0.trials));
        });
    }
    group.finish();
}
