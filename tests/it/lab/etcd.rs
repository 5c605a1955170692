//! A consensus store of three whose leader is killed, without pre-vote.

use drillcast::outcome::Figure;
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use super::{Row, Series, band, counts, less, uniform};
use crate::harness::{figure, first, program, quantile, run, seconds};

/// How often somebody stood for election in a trial.
fn campaigns(program: &Program, trials: u64) -> Vec<usize> {
    let sampling = Sampling::latin_hypercube(1);
    let mut runner = program.runner(Mode::Lazy);
    let mut count = |trial| {
        runner.run(&sampling, trial);
        let entries = runner.timeline().entries;
        let stood = |stage: &str| matches!(stage, "etcd.impatient" | "etcd.again");
        entries.iter().filter(|e| e.rose && stood(&e.stage)).count()
    };
    (0..trials).map(&mut count).collect()
}

/// One campaign, three, or any other number.
fn counted(series: &Series, program: &Program) -> Row {
    let tally = |all: &mut dyn Iterator<Item = usize>| {
        let mut cells = [0_u64; 3];
        all.for_each(|n| {
            cells[match n {
                1 => 0,
                3 => 1,
                _ => 2,
            }] += 1
        });
        cells
    };
    let measured = tally(&mut series.numbers("n_campaigns").iter().map(|n| *n as usize));
    let predicted = tally(&mut campaigns(program, 4_096).into_iter());
    let names = ["one", "three", "any other number"];
    let cells = names.into_iter().zip(measured).zip(predicted);
    let cells = cells.map(|((name, k), n)| (name, k, n as f64 / 4_096.0)).collect();
    let rival = Some(("the first always wins", vec![1.0, 0.0, 0.0]));
    counts("etcd: campaigns", cells, rival)
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    let series = Series::read("etcd-leader-kill-100-1000");
    let scenario = "scenarios/lab/etcd/leader-kill.toml";
    let program = program("models/lab/etcd.toml", scenario, &[]);
    let outcomes = run(&program, 1, 4_096);
    // The earlier of two uniform draws.
    let earlier = uniform(0.0, 1.0).into_iter().map(|u| 2.0 - (1.0 - u).sqrt()).collect();
    rows.push(
        band(
            "etcd: first campaign",
            &series.numbers("campaign_s"),
            first(&program, &outcomes, "etcd", "detected"),
            0.05,
            Some(("continuous U(1, 2) without heartbeat age", earlier)),
        )
        .judges(&series, &["etcd"]),
    );
    let elected = first(&program, &outcomes, "etcd", "failed_over");
    rows.push(
        band(
            "etcd: leader elected",
            &series.numbers("elected_s"),
            elected.clone(),
            0.05,
            Some(("one hump from 1 to 2.5 s", uniform(1.0, 2.5))),
        )
        .judges(&series, &["etcd"]),
    );
    assert!(quantile(&elected, 0.99) > 2.0, "there are two humps");
    rows.push(counted(&series, &program).judges(&series, &["etcd"]));
    let writer = figure(&program, &outcomes, ("clients", "writer"), Figure::RecoveryTime);
    rows.push(
        band(
            "etcd: first write after the election",
            &series.difference("write_ok_s", "elected_s"),
            less(writer.into_iter().map(seconds).collect(), &elected),
            0.15,
            None,
        )
        .judges(&series, &["etcd", "client/sequential"]),
    );
}
