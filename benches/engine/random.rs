//! A uniform number of a name, plain and by Latin hypercube.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use drillcast::random::{Sampling, name_hash};

pub(super) fn uniforms(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("random");
    let schemes =
        [("plain", Sampling::plain(1)), ("Latin hypercube", Sampling::latin_hypercube(1))];
    for (name, sampling) in schemes {
        let stream = sampling.stream(name_hash("orders/a/loop"));
        let mut trial = 0;
        group.bench_function(BenchmarkId::new("uniform", name), |b| {
            b.iter(|| {
                trial += 1;
                black_box(sampling.uniform(stream, trial, 0))
            });
        });
        let hash = name_hash("orders/a/loop");
        group.bench_function(BenchmarkId::new("stream and uniform", name), |b| {
            b.iter(|| {
                trial += 1;
                black_box(sampling.uniform(sampling.stream(black_box(hash)), trial, 0))
            });
        });
    }
    group.finish();
}
