//! What is counted.

use std::hint::black_box;

use drillcast::experiment::{Plan, Pool, limits, run_range};
use drillcast::outcome::BESIDE;
use drillcast::random::{BATCH, Sampling};
use drillcast::trial::{Mode, Program};

use crate::measure::described::{Described, find};
use crate::measure::recorded::Recorded;

/// Something that can be done any number of times.
pub(crate) struct Case {
    /// What it is called in the file.
    pub(crate) name: &'static str,
    /// How often it is done to be counted, few times and many.
    pub(crate) times: (u64, u64),
    /// Does it so often.
    pub(crate) run: Box<dyn Fn(u64)>,
}

/// All that there is; a workload that is not in the repository is left out.
pub(crate) fn all() -> Vec<Case> {
    let trials = [
        ("trial: patroni/crash", "lab/patroni/crash", (256, 1024), Mode::Lazy),
        ("every event: patroni/crash", "lab/patroni/crash", (1, 5), Mode::Full),
        ("trial: etcd/leader-kill", "lab/etcd/leader-kill", (256, 1024), Mode::Lazy),
        ("trial: dns/ttl60", "lab/dns/ttl60", (1, 5), Mode::Lazy),
        ("trial: zone-failover", "zone-failover", (256, 1024), Mode::Lazy),
        ("every event: zone-failover", "zone-failover", (64, 320), Mode::Full),
        ("trial: butterfly/zone-power", "butterfly/zone-power", (32, 160), Mode::Lazy),
    ];
    let mut cases: Vec<Case> = trials
        .into_iter()
        .filter_map(|(name, of, times, mode)| {
            let described = find(of)?;
            Some(Case { name, times, run: Box::new(move |n| run_trials(&described, mode, n)) })
        })
        .collect();
    if let Some(described) = find("lab/patroni/crash") {
        let run = Box::new(move |n| compile(&described, n));
        cases.push(Case { name: "compile: patroni/crash", times: (4, 36), run });
    }
    let summaries = [
        ("summary: patroni/crash", "lab/patroni/crash"),
        ("summary: zone-failover", "zone-failover"),
    ];
    cases.extend(summaries.into_iter().filter_map(|(name, of)| {
        let described = find(of)?;
        let run = Box::new(move |n| sum_up(&described, n));
        Some(Case { name, times: (4 * BATCH, 36 * BATCH), run })
    }));
    cases
}

fn run_trials(described: &Described, mode: Mode, times: u64) {
    let program = described.program(&[]);
    let sampling = Sampling::latin_hypercube(1);
    let mut runner = program.runner(mode);
    for first in (0..times).step_by(BESIDE) {
        let count = (times - first).min(BESIDE as u64) as usize;
        black_box(runner.run_beside(&sampling, first, count));
    }
}

fn compile(described: &Described, times: u64) {
    let (model, scenario) = described.load(&[]);
    for _ in 0..times {
        black_box(Program::compile(&model, &scenario));
    }
}

fn sum_up(described: &Described, times: u64) {
    let (model, scenario) = described.load(&[]);
    let program = Program::compile(&model, &scenario);
    let limits = limits(&model, &scenario, program.layout());
    let plan = Plan { threads: 1, ..Plan::default() };
    let pool = Pool::new(&plan).expect("a thread can be had");
    let recorded = Recorded::of(&program);
    black_box(run_range(&recorded, &limits, &plan, (0, times), &pool, &|_| {}));
}
