//! An address that moves between two hosts: the master is cut off, or its daemon
//! is killed.

use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use super::{Row, Series, band, pinned, uniform};
use crate::harness::{figure, first, program, run, seconds};

const MODEL: &str = "models/lab/keepalived.toml";

fn recovery(program: &Program, outcomes: &[Outcome], clients: &str) -> Vec<f64> {
    let found = figure(program, outcomes, ("clients", clients), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

/// What follows from the age of the last advertisement, which was recorded.
fn cut(rows: &mut Vec<Row>) {
    let series = Series::read("keepalived-cut");
    let scenario = "scenarios/lab/keepalived/cut.toml";
    let ages = series.numbers("advert_age_s");
    let aged = |figure: &dyn Fn(&Program, &[Outcome]) -> Vec<f64>| {
        let phases = ages.iter().map(|age| vec![("vip.advert", *age, *age)]);
        pinned(MODEL, scenario, phases, |_, program, outcomes| figure(program, outcomes))
    };
    let taken = aged(&|program, outcomes| first(program, outcomes, "vip", "failed_over"));
    let given = "age of the last advertisement";
    rows.push(
        band(
            "keepalived cut: address on the backup",
            &series.numbers("vip_on_backup_s"),
            taken.clone(),
            0.1,
            Some(("3 s", vec![3.0; 1_000])),
        )
        .judges(&series, &["keepalived"])
        .given(given),
    );
    let sooner = taken.into_iter().map(|t| t + 0.1).collect();
    rows.push(
        band(
            "keepalived cut: outage of a standing connection",
            &series.numbers("conn_gap_s"),
            aged(&|program, outcomes| recovery(program, outcomes, "long")),
            0.2,
            Some(("takeover + 0.1 s", sooner)),
        )
        .judges(&series, &["keepalived", "client/tcp"])
        .given(given),
    );
}

fn killed(rows: &mut Vec<Row>) {
    let series = Series::read("keepalived-kill");
    let program = program(MODEL, "scenarios/lab/keepalived/kill.toml", &[]);
    let outcomes = run(&program, 1, 1_024);
    rows.push(
        band(
            "keepalived kill: outage of requests",
            &series.numbers("gap_s"),
            recovery(&program, &outcomes, "fresh"),
            0.4,
            Some(("an outage of 3 s", uniform(2.6, 3.6))),
        )
        .judges(&series, &["keepalived", "client/http"]),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    cut(rows);
    killed(rows);
}
