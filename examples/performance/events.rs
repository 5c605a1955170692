//! What a trial consists of, counted from the journals of some trials.

use drillcast::block::{Consumer, Graph, Producer};
use drillcast::random::Sampling;
use drillcast::trial::{Meter, Mode, Program, Share, Steady, World};
use drillcast::units::Span;

/// Kinds of blocks whose levels change, in the order of [`kind`].
const KINDS: [&str; 10] =
    ["fact", "gate", "work", "probe", "lease", "pick", "dial", "log", "pool", "tank"];

/// Means over trials.
#[derive(Clone, Debug)]
pub(crate) struct Counts {
    /// Levels that there are.
    pub(crate) levels: usize,
    /// Changes of levels in a trial.
    pub(crate) changes: f64,
    /// Instants at which anything changes, and so is settled.
    pub(crate) settles: f64,
    /// Changes by kind, the most first.
    pub(crate) kinds: Vec<(&'static str, f64)>,
}

/// The kind of block that a level belongs to.
fn kind(producer: Producer) -> usize {
    match producer {
        Producer::Undefined | Producer::Fact(_) => 0,
        Producer::Gate(_) => 1,
        Producer::Work(_) | Producer::Failed(_) => 2,
        Producer::Probe(_) => 3,
        Producer::Lease(_) => 4,
        Producer::Pick(..) => 5,
        Producer::Dial(..) => 6,
        Producer::Head(..) => 7,
        Producer::Unit(_) | Producer::Taken(..) => 8,
        Producer::Tank(_) => 9,
    }
}

/// As many meters as the graph has, which measure nothing.
fn meters(graph: &Graph) -> Vec<Meter> {
    let number = |consumer: &Consumer| match consumer {
        Consumer::Meter(number) => *number as usize + 1,
        _ => 0,
    };
    let count = graph.consumers.iter().map(number).max().unwrap_or(0);
    let idle = Meter {
        criterion: drillcast::block::Literal::TRUE,
        share: Share::Parts(Vec::new()),
        is_told: false,
        stable_for: Span::ZERO,
    };
    vec![idle; count]
}

/// Counts over so many trials.
pub(crate) fn count(program: &Program, trials: u64) -> Counts {
    let graph = program.graph();
    let (meters, steady) = (meters(graph), Steady::of(graph));
    let mut world = World::new(graph, &meters, &steady, Mode::Lazy);
    let sampling = Sampling::latin_hypercube(1);
    let (mut kinds, mut settles) = ([0_u64; KINDS.len()], 0_u64);
    for trial in 0..trials {
        world.run(&sampling, trial, program.horizon());
        let journal = &world.journal()[1..];
        for event in journal {
            kinds[kind(graph.levels[event.level.index()].producer)] += 1;
        }
        let others = journal.windows(2).filter(|pair| pair[0].at != pair[1].at).count();
        settles += others as u64 + u64::from(!journal.is_empty());
    }
    let mean = |sum: u64| sum as f64 / trials as f64;
    let mut shares: Vec<(&str, f64)> =
        KINDS.iter().zip(kinds).map(|(name, count)| (*name, mean(count))).collect();
    shares.sort_by(|a, b| b.1.total_cmp(&a.1));
    Counts {
        levels: graph.levels.len(),
        changes: mean(kinds.iter().sum()),
        settles: mean(settles),
        kinds: shares,
    }
}
