//! One trial, lazily and with every event.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use drillcast::random::Sampling;
use drillcast::trial::Mode;

use super::measure::described::find;

pub(super) fn trials(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("trial");
    for name in ["lab/patroni/crash", "lab/etcd/leader-kill", "lab/haproxy/kill", "zone-failover"] {
        let Some(described) = find(name) else { continue };
        let program = described.program(&[]);
        for (form, mode) in [("lazy", Mode::Lazy), ("every event", Mode::Full)] {
            let mut runner = program.runner(mode);
            let mut trial = 0;
            group.bench_function(BenchmarkId::new(form, name), |b| {
                b.iter(|| {
                    trial += 1;
                    black_box(runner.run(&Sampling::latin_hypercube(1), trial).figures.len())
                });
            });
        }
    }
    group.finish();
}
