//! A trial allocates nothing. A binary of its own, since the allocator is counted
//! for the whole process: everything here runs in one test.
#![allow(clippy::print_stdout, reason = "tests show what they count")]

use std::alloc::System;

use drillcast::experiment::{Plan, Pool, limits, run_range};
use drillcast::outcome::BESIDE;
use drillcast::random::{BATCH, Sampling};
use drillcast::trial::{Mode, Program};
use stats_alloc::{INSTRUMENTED_SYSTEM, Region, StatsAlloc};

#[path = "../benches/measure/mod.rs"]
mod measure;

use measure::described::{Described, all, find};

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

/// How often memory was asked for while `work` ran, and how many bytes of it are
/// still in use.
fn asked<T>(work: impl FnOnce() -> T) -> (usize, isize, T) {
    let region = Region::new(ALLOCATOR);
    let done = work();
    let change = region.change();
    let kept = change.bytes_allocated as isize + change.bytes_reallocated
        - change.bytes_deallocated as isize;
    (change.allocations + change.reallocations, kept, done)
}

/// Requests in a second stretch of trials, as long as the first.
fn trials(described: &Described) -> (usize, u64) {
    let program = described.program(&[]);
    let sampling = Sampling::latin_hypercube(1);
    let mut runner = program.runner(Mode::Lazy);
    let many = if described.name.starts_with("lab/dns") { BATCH / 2 } else { 4 * BATCH };
    let mut run = |from, to| {
        for first in (from..to).step_by(BESIDE) {
            runner.run_beside(&sampling, first, BESIDE);
        }
    };
    run(0, many);
    (asked(|| run(many, 2 * many)).0, many)
}

/// What an experiment of so many trials asks for and keeps.
fn experiment(of: &str, trials: u64) -> (usize, isize) {
    let (model, scenario) = find(of).expect("it is in the repository").load(&[]);
    let program = Program::compile(&model, &scenario);
    let limits = limits(&model, &scenario, program.layout());
    let plan = Plan { trials, threads: 1, ..Plan::default() };
    let pool = Pool::new(&plan).expect("a thread can be had");
    let range = (0, trials);
    let (asked, kept, _) = asked(|| run_range(&program, &limits, &plan, range, &pool, &|_| {}));
    (asked, kept)
}

#[test]
fn nothing_is_allocated_for_a_trial() {
    for described in all() {
        let (asked, trials) = trials(&described);
        println!("{}: {asked} requests in {trials} trials", described.name);
        // A trial in which more happens than in any before may make a list longer.
        assert!(asked <= 4, "{}: {asked} requests in {trials} trials", described.name);
    }
    let [few, many] = [10_000, 80_000].map(|trials| experiment("lab/patroni/crash", trials));
    println!("10,000 trials: {few:?}, 80,000: {many:?} requests and bytes");
    let (more, kept) = (many.0.saturating_sub(few.0), many.1 - few.1);
    // The end of a batch asks for a list or two for each figure; a trial for nothing.
    let batches = 70_000 / BATCH as usize;
    assert!(more < 100 * batches, "{more} requests more for {batches} batches more");
    assert!(kept < 1_000_000, "{kept} bytes more for 70,000 trials more");
}
