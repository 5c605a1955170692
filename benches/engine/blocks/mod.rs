//! Each block by itself: a small graph by the builder, in which a fact falls
//! after 0 to 10 s and comes back 5 to 30 s later, and eight of the block follow
//! it. `fault alone` is the same without a block: take it off.
//!
//! A time is that of a trial; criterion's elements are changes of levels, so
//! that its rate is what a change costs. A clock has no level and costs where
//! its ticks are executed, so `clock` is measured with every event.

mod observers;
mod shares;
mod states;

use std::hint::black_box;

use criterion::{BenchmarkId, Criterion, Throughput};
use drillcast::block::value::Value;
use drillcast::block::{
    Arm, Builder, Change, FaultSpec, Graph, LevelId, Literal, Strikes, ValueId,
};
use drillcast::distribution::Law;
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Mode, Steady, World};
use drillcast::units::Span;

/// How many of a block follow the fact.
const MANY: usize = 8;
/// Trials over which changes are counted.
const COUNTED: u64 = 256;

/// A graph under construction, with the fact that falls and comes back.
struct Bench {
    builder: Builder,
    names: u64,
    up: LevelId,
}

impl Bench {
    fn new() -> Self {
        let mut builder = Builder::default();
        let up = builder.fact("up", true);
        let mut bench = Self { builder, names: 0, up };
        let (at, lasts) = (bench.between(0.0, 10.0), Some(bench.between(5.0, 30.0)));
        let level = bench.builder.fact("fault", false);
        let arm = Arm {
            begin: vec![Change { level: up, value: false }],
            end: vec![Change { level: up, value: true }],
        };
        let strikes = Strikes::One(arm);
        bench.builder.fault(FaultSpec {
            at,
            after: None,
            lasts,
            until: None,
            breaks: true,
            strikes,
            level,
        });
        bench
    }

    /// The fact.
    fn up(&self) -> Literal {
        Literal::of(self.up)
    }

    fn name(&mut self) -> u64 {
        self.names += 1;
        name_hash(&format!("bench/{}", self.names))
    }

    fn constant(&mut self, seconds: f64) -> ValueId {
        self.builder.constant(seconds)
    }

    /// Uniform, drawn at each activation \[s\].
    fn between(&mut self, low: f64, high: f64) -> ValueId {
        let law = Law::uniform(low, high).expect("the ends are in order");
        self.each(law)
    }

    /// Drawn at each activation \[s\].
    fn each(&mut self, law: Law) -> ValueId {
        let name = self.name();
        self.builder.value(Value::Each { law, name })
    }

    fn build(self) -> Graph {
        self.builder.build().expect("every level is defined, and no gates form a circle")
    }
}

/// All of them.
pub(super) fn all(criterion: &mut Criterion) {
    let cases: [(&str, Mode, Graph); 13] = [
        ("fault alone", Mode::Lazy, Bench::new().build()),
        ("gate", Mode::Lazy, states::gates()),
        ("work", Mode::Lazy, states::works()),
        ("clock, every tick", Mode::Full, observers::clocks()),
        ("probe", Mode::Lazy, observers::probes()),
        ("lease", Mode::Lazy, observers::leases()),
        ("pick", Mode::Lazy, states::picks()),
        ("dial", Mode::Lazy, observers::dials()),
        ("log", Mode::Lazy, states::logs()),
        ("backup", Mode::Lazy, states::backups()),
        ("pool", Mode::Lazy, shares::pools()),
        ("link", Mode::Lazy, shares::links()),
        ("tank", Mode::Lazy, shares::tanks()),
    ];
    let mut group = criterion.benchmark_group("blocks");
    let (sampling, horizon) = (Sampling::latin_hypercube(1), Span::seconds(600));
    for (name, mode, graph) in &cases {
        let steady = Steady::of(graph);
        let mut world = World::new(graph, &[], &steady, *mode);
        let mut changes = 0;
        for trial in 0..COUNTED {
            world.run(&sampling, trial, horizon);
            changes += world.journal().len() as u64;
        }
        let mut trial = 0;
        group.throughput(Throughput::Elements(changes / COUNTED));
        group.bench_function(BenchmarkId::from_parameter(name), |b| {
            b.iter(|| {
                trial += 1;
                black_box(world.run(&sampling, trial, horizon))
            });
        });
    }
    group.finish();
}
