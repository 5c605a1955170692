//! From files to a program: reading, and compiling what was read.

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion};
use drillcast::model::preset::PresetLibrary;
use drillcast::trial::Program;

use super::measure::described::find;

pub(super) fn compile(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("compile");
    group.bench_function("our presets", |b| b.iter(|| black_box(PresetLibrary::embedded())));
    for name in ["lab/patroni/crash", "lab/etcd/leader-kill", "lab/dns/ttl60", "zone-failover"] {
        let Some(described) = find(name) else { continue };
        let (model, scenario) = described.load(&[]);
        group.bench_function(BenchmarkId::new("program", name), |b| {
            b.iter(|| black_box(Program::compile(&model, &scenario).layout().figures.len()));
        });
    }
    group.finish();
}
