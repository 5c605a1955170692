//! The rules of stores without a primary, of their clients, and of what stands
//! over them: each holds of one model and not of another.

use crate::lints::{codes, scenario};

/// A model that no rule holds of.
const RING: &str = r#"model = "ring"
zones = { a = "r", b = "r", c = "r" }

[stores.ring]
technology = "cassandra"
members = ["a/1", "b/1", "c/1"]
write_consistency = "0"
read_consistency = "0"

[clients.app]
technology = "cassandra/client"
of = "ring"
at = "a"
count = 3
"#;

const NONE: [&str; 0] = [];

/// The sound model with other keys of the store.
fn ring(keys: &[(&str, &str)]) -> String {
    let mut model = RING.to_owned();
    for (key, value) in keys {
        let old = model.lines().find(|line| line.starts_with(key)).map(str::to_owned);
        let new = format!("{key} = {value}");
        model = match old {
            Some(old) => model.replacen(&old, &new, 1),
            None => model.replacen("[clients", &format!("{new}\n\n[clients"), 1),
        };
    }
    model
}

/// The sound model with an objective on the recovery time of `of`.
fn asked(model: &str, of: &str, limit: &str) -> String {
    format!("{model}\n[objectives.{of}]\nrecovery_time = \"p95 <= {limit}\"\n")
}

#[test]
fn a_sound_ring_stays_so() {
    assert_eq!(codes(RING, None), NONE);
    let two = "members = [\"a/1\", \"a/2\", \"b/1\", \"b/2\", \"c/1\", \"c/2\"]";
    let racks = RING.replace("members = [\"a/1\", \"b/1\", \"c/1\"]", two);
    let racks = racks.replace("write_consistency", "racks = \"3\"\nwrite_consistency");
    assert_eq!(codes(&racks, None), NONE);
}

#[test]
fn too_few_replicas_are_a_risk() {
    let factor = |n| codes(&ring(&[("replication_factor", n)]), None);
    assert_eq!(factor("\"1\""), ["cassandra::one_replica"]);
    assert_eq!(factor("\"2\""), ["cassandra::quorum_of_two"]);
    assert_eq!(factor("\"3\""), NONE);
    assert_eq!(factor("\"4\""), ["cassandra::more_replicas_than_nodes"]);
    // Two nodes can hold no more than two.
    let two = ring(&[("members", "[\"a/1\", \"b/1\"]"), ("replication_factor", "\"2\"")]);
    assert_eq!(codes(&two, None), ["cassandra::quorum_of_two"]);
    let one = ring(&[
        ("replication_factor", "\"2\""),
        ("write_consistency", "\"1\""),
        ("read_consistency", "\"1\""),
    ]);
    assert_eq!(codes(&one, None), ["cassandra::stale_reads"]);
}

#[test]
fn a_consistency_is_neither_too_low_nor_too_high() {
    let levels = |writes, reads| {
        codes(&ring(&[("write_consistency", writes), ("read_consistency", reads)]), None)
    };
    assert_eq!(levels("\"1\"", "\"1\""), ["cassandra::stale_reads"]);
    assert_eq!(levels("\"1\"", "\"2\""), ["cassandra::stale_reads"]);
    assert_eq!(levels("\"2\"", "\"2\""), NONE);
    assert_eq!(levels("\"3\"", "\"1\""), ["cassandra::all_replicas"]);
    let beyond = ["cassandra::all_replicas", "cassandra::consistency_out_of_reach"];
    assert_eq!(levels("\"4\"", "\"0\""), beyond);
    // By the drivers' defaults.
    let unset = RING.replace("write_consistency = \"0\"\nread_consistency = \"0\"\n", "");
    assert_eq!(codes(&unset, None), ["cassandra::stale_reads"]);
}

#[test]
fn replicas_that_share_a_zone_are_lost_together() {
    let two = ring(&[("members", "[\"a/1\", \"a/2\", \"b/1\"]")]);
    assert_eq!(codes(&two, None), ["cassandra::two_zones"]);
    let six = "[\"a/1\", \"b/1\", \"c/1\", \"a/2\", \"b/2\", \"c/2\"]";
    let blind = ring(&[("members", six)]);
    assert_eq!(codes(&blind, None), ["cassandra::zones_unknown_to_it"]);
    let racks = ring(&[("members", six), ("racks", "\"2\"")]);
    assert_eq!(codes(&racks, None), ["cassandra::fewer_racks_than_replicas"]);
    assert_eq!(codes(&ring(&[("members", six), ("racks", "\"3\"")]), None), NONE);
}

#[test]
fn a_detector_slower_than_the_objective_is_a_risk() {
    assert_eq!(codes(&asked(RING, "ring", "10s"), None), ["cassandra::refused_late"]);
    assert_eq!(codes(&asked(RING, "ring", "30s"), None), NONE);
    let quick = ring(&[("phi_convict_threshold", "\"5\"")]);
    assert_eq!(codes(&asked(&quick, "ring", "12s"), None), NONE);
}

#[test]
fn a_driver_that_trusts_a_silent_coordinator_outlasts_the_objective() {
    let model = asked(RING, "app", "60s");
    let fault =
        |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"member c/1 of ring\""));
    let wanted = ["client::silent_coordinator"];
    assert_eq!(codes(&model, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&model, Some(&fault("power loss"))), wanted);
    assert_eq!(codes(&model, Some(&fault("kill"))), NONE);
    let doubled = model.replace("count = 3", "count = 3\nspeculative_execution = \"1s\"");
    assert_eq!(codes(&doubled, Some(&fault("hang"))), NONE);
    let quick = model.replace("count = 3", "count = 3\nidle_heartbeat_interval = \"10s\"");
    assert_eq!(codes(&quick, Some(&fault("hang"))), NONE);
}

#[test]
fn one_coordinator_is_nobody_else() {
    let one = RING.replace("\"a/1\", \"b/1\", \"c/1\"", "\"a/1\"");
    let one = one.replace("count = 3", "count = 1").replace("zones", "# one\nzones");
    let one = one.replace("write_consistency", "replication_factor = \"1\"\nwrite_consistency");
    assert_eq!(codes(&one, None), ["cassandra::one_replica", "client::one_contact"]);
}

/// The graph over the ring.
fn graph(keys: &str) -> String {
    format!(
        "{RING}\n[routes.graph]\ntechnology = \"janusgraph\"\nserves = \"ring\"\nat = \"a\"\n{keys}\n"
    )
}

const THREE: &str = "instances = [\"a/1\", \"b/1\"]\nreplication_factor = \"3\"";

#[test]
fn a_graph_has_the_replicas_that_it_asks_for() {
    assert_eq!(codes(&graph(THREE), None), NONE);
    let factor = |n: &str| codes(&graph(&THREE.replace("\"3\"", n)), None);
    assert_eq!(factor("\"1\""), ["janusgraph::one_replica"]);
    assert_eq!(factor("\"2\""), ["janusgraph::quorum_of_two"]);
    assert_eq!(factor("\"4\""), ["janusgraph::more_replicas_than_nodes"]);
    // By default there is one.
    let unset = graph(&THREE.replace("replication_factor = \"3\"", ""));
    assert_eq!(codes(&unset, None), ["janusgraph::one_replica"]);
}

#[test]
fn a_graph_has_more_than_one_instance() {
    let instances = |list: &str| codes(&graph(&THREE.replace("\"a/1\", \"b/1\"", list)), None);
    assert_eq!(instances("\"a/1\""), ["janusgraph::one_instance"]);
    assert_eq!(instances("\"a/1\", \"a/2\""), ["janusgraph::instances_in_one_zone"]);
    assert_eq!(instances("\"a/1\", \"b/1\", \"c/1\""), NONE);
}

#[test]
fn locks_and_silence_outlast_an_objective_on_a_graph() {
    let model = graph(THREE);
    assert_eq!(codes(&asked(&model, "graph", "4m"), None), ["janusgraph::locks_outlast_objective"]);
    assert_eq!(codes(&asked(&model, "graph", "6m"), None), NONE);
    let ten = asked(&model, "graph", "10m");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"zone b\""));
    assert_eq!(codes(&ten, Some(&fault("power loss"))), ["janusgraph::silent_instance"]);
    assert_eq!(codes(&ten, Some(&fault("kill"))), NONE);
    let half = asked(&model, "graph", "20m");
    assert_eq!(codes(&half, Some(&fault("power loss"))), NONE);
}

/// A grid that no rule holds of.
const GRID: &str = r#"model = "grid"
zones = { a = "r", b = "r", c = "r" }

[stores.grid]
technology = "ignite"
members = ["a", "b", "c"]
backups = "1"
partition_loss_policy = "1"
"#;

#[test]
fn a_grid_without_backups_loses_what_a_node_held() {
    assert_eq!(codes(GRID, None), NONE);
    let backups = |n: &str| codes(&GRID.replace("backups = \"1\"", n), None);
    assert_eq!(backups(""), ["ignite::no_backups"]);
    assert_eq!(backups("backups = \"3\""), ["ignite::more_backups_than_nodes"]);
    assert_eq!(backups("backups = \"2\""), NONE);
    let policy = |keys: &str| codes(&GRID.replace("partition_loss_policy = \"1\"", keys), None);
    assert_eq!(policy(""), ["ignite::silent_loss"]);
    assert_eq!(policy("persistence = \"1\""), NONE);
}

#[test]
fn a_grid_waits_for_operators_and_for_silence() {
    let ten = asked(GRID, "grid", "10m");
    assert_eq!(codes(&ten, None), ["ignite::operator_resets"]);
    assert_eq!(codes(&asked(GRID, "grid", "20m"), None), NONE);
    let quick = asked(GRID, "grid", "5s").replace("partition_loss_policy = \"1\"", "");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"member a of grid\""));
    let wanted = ["ignite::silent_loss", "ignite::slow_detection"];
    assert_eq!(codes(&quick, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&quick, Some(&fault("kill"))), ["ignite::silent_loss"]);
}
