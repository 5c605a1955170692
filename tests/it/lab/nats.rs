//! A stream of three replicas whose leader's server is killed or stands still.

use drillcast::outcome::Figure;
use drillcast::trial::Program;

use super::{Row, Series, band, less, share, uniform};
use crate::harness::{figure, first, program, run, seconds};

const MODEL: &str = "models/lab/nats.toml";

fn recovery(program: &Program, clients: &str) -> Vec<f64> {
    let outcomes = run(program, 1, 4_096);
    let found = figure(program, &outcomes, ("clients", clients), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

fn killed(rows: &mut Vec<Row>) {
    let series = Series::read("nats-stream-kill");
    let program = program(MODEL, "scenarios/lab/nats/stream-kill.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let leader = first(&program, &outcomes, "s", "failed_over");
    let stream: &[&str] = &["nats/jetstream"];
    rows.push(
        band(
            "nats kill: leader elected",
            &series.numbers("leader_log_s"),
            leader.clone(),
            0.1,
            Some(("one follower's U(4, 9)", uniform(4.0, 9.0))),
        )
        .judges(&series, stream),
    );
    rows.push(
        band(
            "nats kill: first message after the election",
            &series.difference("gap_s", "leader_log_s"),
            less(recovery(&program, "fast"), &leader),
            0.15,
            None,
        )
        .judges(&series, &["nats/jetstream", "client/http"]),
    );
    let lost = series.numbers("lost_acked").iter().filter(|n| **n > 0.0).count() as u64;
    let losses = figure(&program, &outcomes, ("streams", "s"), Figure::DataLossWrites);
    let predicted = losses.iter().filter(|n| n.0 > 0).count() as f64 / losses.len() as f64;
    rows.push(
        share("nats kill: acknowledged messages lost", (lost, series.trials), predicted, None)
            .judges(&series, stream),
    );
}

fn stopped(rows: &mut Vec<Row>) {
    let series = Series::read("nats-stream-stop-ping5");
    let program = program(MODEL, "scenarios/lab/nats/stream-stop-ping5.toml", &[]);
    rows.push(
        band(
            "nats stop: client with the library's defaults, ping every 5 s",
            &series.numbers("naive_gap_s"),
            recovery(&program, "naive"),
            0.2,
            Some(("10 + U(0, 5)", uniform(10.0, 15.0))),
        )
        .judges(&series, &["nats/client"]),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    killed(rows);
    stopped(rows);
}
