//! A quorum queue of three whose leader's node is killed or stands still.

use super::{Row, Series, band, counts, less, uniform};
use crate::harness::{first, program, run};

const MODEL: &str = "models/lab/rabbitmq.toml";
const QUEUE: &[&str] = &["rabbitmq/quorum"];

/// The smaller of two values of `law`, each equally likely.
fn earlier(law: &[f64]) -> Vec<f64> {
    let n = law.len() as f64;
    let of = |rank: usize| 1.0 - (1.0 - (rank as f64 + 0.5) / n).sqrt();
    (0..law.len()).map(|rank| law[((of(rank) * n) as usize).min(law.len() - 1)]).collect()
}

fn killed(rows: &mut Vec<Row>) {
    let series = Series::read("rabbitmq-kill");
    let program = program(MODEL, "scenarios/lab/rabbitmq/kill.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let noticed = first(&program, &outcomes, "q", "detected");
    rows.push(
        band(
            "rabbitmq kill: leader elected after the notice",
            &series.difference("leader_s", "noticed_s"),
            less(first(&program, &outcomes, "q", "failed_over"), &noticed),
            0.15,
            Some(("U(1, 2)", uniform(1.0, 2.0))),
        )
        .judges(&series, QUEUE),
    );
}

/// New channels: probes went out evenly until the node was resumed, at least a
/// second after the open channel had recovered, and those hang that went out
/// before the record named the new leader.
fn new_channels(series: &Series, recorded: &[f64]) -> Row {
    let tried: f64 = series.numbers("newconn_tried").iter().sum();
    let hung: f64 = series.numbers("newconn_hung").iter().sum();
    // The share of probes that went out before `served`, if that is when they work again.
    let share = |served: &dyn Fn(usize) -> Vec<f64>| {
        let probes = series.numbers("newconn_tried");
        let resumed = series.numbers("gap_s").into_iter().map(|gap| gap + 1.0);
        let of_trial = |(trial, (probes, resumed)): (usize, (&f64, f64))| {
            let served = served(trial);
            let before: f64 = served.iter().map(|s| (s / resumed).min(1.0)).sum();
            probes * before / served.len() as f64
        };
        probes.iter().zip(resumed).enumerate().map(of_trial).sum::<f64>() / tried
    };
    let predicted = share(&|_| recorded.to_vec());
    let leader = series.numbers("leader_s");
    let rival = share(&|trial| vec![leader[trial]]);
    let cells =
        vec![("hung", hung as u64, predicted), ("served", (tried - hung) as u64, 1.0 - predicted)];
    counts(
        "rabbitmq freeze: new channels until the node resumed",
        cells,
        Some(("they work once there is a leader", vec![rival, 1.0 - rival])),
    )
}

fn frozen(rows: &mut Vec<Row>) {
    let series = Series::read("rabbitmq-freeze");
    let program = program(MODEL, "scenarios/lab/rabbitmq/freeze.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    // A poll and a kill's short pre-vote, of the first of two survivors.
    let polls = earlier(&uniform(0.5, 5.5));
    let votes = earlier(&uniform(0.1, 0.6));
    let short = polls.iter().enumerate().map(|(n, poll)| poll + votes[n * 7 % votes.len()]);
    rows.push(
        band(
            "rabbitmq freeze: leader elected",
            &series.numbers("leader_s"),
            first(&program, &outcomes, "q", "failed_over"),
            0.1,
            Some(("a kill's short pre-vote after the poll", short.collect())),
        )
        .judges(&series, QUEUE),
    );
    let recorded = first(&program, &outcomes, "q", "recorded");
    rows.push(new_channels(&series, &recorded).judges(&series, QUEUE));
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    killed(rows);
    frozen(rows);
}
