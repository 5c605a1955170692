//! Redis under Sentinel whose master is killed or stands still.

use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use super::{Row, Series, band, counts, less, pinned, uniform};
use crate::harness::{figure, first, program, run, seconds};

const MODEL: &str = "models/lab/sentinel.toml";
const KILL: &str = "scenarios/lab/sentinel/kill.toml";
const HANG: &str = "scenarios/lab/sentinel/hang.toml";
const TRIALS: u64 = 4_096;
const STORE: &[&str] = &["redis/sentinel"];
const BOTH: &[&str] = &["redis/client", "redis/sentinel"];
const WAITS: &str = "the age of the last INFO, as the harness's waits give it";

/// What follows where the fault comes U(0, `wait`) s after all was healthy, which
/// INFO had just told: ages wrap around at its period of 10 s. Each second has
/// the same share.
fn waited(
    scenario: &str,
    wait: u32,
    figure: impl Fn(&Program, &[Outcome]) -> Vec<f64>,
) -> Vec<f64> {
    let age = |second: u32| f64::from(second % 10);
    let phases = (0..wait).map(|at| vec![("cache.*.info", age(at), age(at) + 1.0)]);
    pinned(MODEL, scenario, phases, |_, program, outcomes| figure(program, outcomes))
}

/// Seconds from one milestone of the store to another.
fn between(program: &Program, outcomes: &[Outcome], from: &str, to: &str) -> Vec<f64> {
    less(first(program, outcomes, "cache", to), &first(program, outcomes, "cache", from))
}

/// Seconds from the promotion to the first write, by the client's clock: from
/// the last acknowledged push, 50 ms before the first that failed.
fn gap(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    let outage = figure(program, outcomes, ("clients", "writer"), Figure::ClientOutage);
    let gaps = outage.into_iter().map(|o| seconds(o) + 0.05).collect();
    less(gaps, &first(program, outcomes, "cache", "failed_over"))
}

/// How many sentinels tried a failover in each trial.
fn elections(program: &Program, outcomes: &[Outcome]) -> Vec<usize> {
    let slots = &program.layout().milestones;
    let slot = slots.iter().find(|slot| slot.mark == "tried").expect("the preset marks it");
    let tried = slot.start..slot.start + slot.instances;
    let count = |o: &Outcome| o.milestones[tried.clone()].iter().filter(|m| m.is_number()).count();
    outcomes.iter().map(count).collect()
}

/// One election, two or three: as many as there are sentinels.
fn counted(series: &Series, program: &Program, outcomes: &[Outcome]) -> Row {
    let tally = |all: &mut dyn Iterator<Item = usize>| {
        let mut cells = [0_u64; 3];
        all.for_each(|n| cells[n - 1] += 1);
        cells
    };
    let measured = tally(&mut series.numbers("elections_started").iter().map(|n| *n as usize));
    let predicted = tally(&mut elections(program, outcomes).into_iter());
    let cells = ["one", "two", "three"].into_iter().zip(measured).zip(predicted);
    let share = |n: u64| n as f64 / TRIALS as f64;
    let cells = cells.map(|((name, k), n)| (name, k, share(n))).collect();
    counts("sentinel kill: elections started", cells, None)
}

fn killed(rows: &mut Vec<Row>) {
    let series = Series::read("sentinel-kill-5s");
    let seen = waited(KILL, 12, |program, all| between(program, all, "key_taken", "failed_over"));
    // The rival: the replica is told two ticks after the election, and asked
    // every second at any phase.
    rows.push(
        band(
            "sentinel kill: elected to promoted",
            &series.difference("promoted_slave_s", "elected_leader_s"),
            seen,
            0.05,
            Some(("a ping phase, and INFO every second", uniform(0.14, 1.18))),
        )
        .judges(&series, STORE)
        .given(WAITS),
    );
    let program = program(MODEL, KILL, &[]);
    let outcomes = run(&program, 1, TRIALS);
    rows.push(counted(&series, &program, &outcomes).judges(&series, STORE));
    rows.push(
        band(
            "sentinel kill: promoted to first write",
            &series.difference("write_gap_s", "promoted_slave_s"),
            gap(&program, &outcomes),
            0.15,
            None,
        )
        .judges(&series, BOTH),
    );
}

fn hung(rows: &mut Vec<Row>) {
    let series = Series::read("sentinel-hang-5s");
    rows.push(
        band(
            "sentinel hang: quorum to promoted",
            &series.difference("promoted_slave_s", "odown_s"),
            waited(HANG, 3, |program, all| between(program, all, "detected", "failed_over")),
            0.15,
            None,
        )
        .judges(&series, STORE)
        .given(WAITS),
    );
    rows.push(
        band(
            "sentinel hang: promoted to first write",
            &series.difference("write_gap_s", "promoted_slave_s"),
            waited(HANG, 3, gap),
            0.15,
            None,
        )
        .judges(&series, BOTH)
        .given(WAITS),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    killed(rows);
    hung(rows);
}
