//! Three ZooKeeper servers whose leader stands still, and owners of ephemeral nodes
//! that die.

use super::{Row, Series, band, less, uniform};
use crate::harness::{first, program, run};

const MODEL: &str = "models/lab/zookeeper.toml";

fn leader_stops(rows: &mut Vec<Row>) {
    let series = Series::read("zookeeper-leader-stop");
    let program = program(MODEL, "scenarios/lab/zookeeper/leader-stop.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let looking = first(&program, &outcomes, "zk", "detected");
    // As if the leader had been idle.
    let idle = less(vec![10.0; 2_000], &uniform(0.0, 1.0));
    rows.push(
        band(
            "zookeeper stop: followers look for a leader",
            &series.numbers("looking1_s"),
            looking,
            0.15,
            Some(("minus U(0, 1)", idle)),
        )
        .judges(&series, &["zookeeper"]),
    );
}

/// The predictions for one cell: what happened to the owner, and to whom it was connected.
fn cell(fault: &str, on: &str) -> Vec<f64> {
    let fault = if fault == "stop" { "hang" } else { fault };
    let program = program(MODEL, &format!("scenarios/lab/zookeeper/owner-{fault}-{on}.toml"), &[]);
    let owner = if on == "leader" { "near" } else { "far" };
    first(&program, &run(&program, 1, 512), owner, "expired")
}

fn owner_dies(rows: &mut Vec<Row>) {
    let series = Series::read("zookeeper-ephemeral");
    let series = series.only("server_log_expire_s", |word| !word.is_empty());
    let mut cells: Vec<_> =
        series.words("fault").into_iter().zip(series.words("owner_on")).collect();
    cells.sort();
    // Each measured trial has the same share.
    let alike = cells.chunk_by(|one, other| one == other);
    let predicted = alike.flat_map(|alike| cell(&alike[0].0, &alike[0].1).repeat(alike.len()));
    rows.push(
        band(
            "zookeeper: an ephemeral node goes after its owner",
            &series.numbers("server_log_expire_s"),
            predicted.collect(),
            0.2,
            Some(("10 s sharp", vec![10.0; 2_000])),
        )
        .judges(&series, &["zookeeper/client", "zookeeper"])
        .given("the fault, and where the owner was connected"),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    leader_stops(rows);
    owner_dies(rows);
}
