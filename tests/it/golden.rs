//! The catalogue's quantiles of failovers, by fault class: within 5 % or a second.

use drillcast::diagnostic::SourceFile;
use drillcast::outcome::Figure;
use drillcast::trial::Program;

use crate::harness::{figure, load_sources, quantile, run, seconds};

const MODEL: &str = r#"
model = "golden"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r" }
[consensus.etcd]
technology = "etcd"
members = ["a/1", "b/1", "c/1"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a/1", "b/1", "c/1"]
dcs = "etcd"
[routes.db]
technology = "haproxy"
serves = "orders"
at = "d"
inter = "3s"
"#;

/// Whether the consensus store's leader is hit as well: it then stands on the
/// primary's machine, else on another.
fn check(faults: &str, leader_hit: bool, expected: [f64; 3]) {
    let order = if leader_hit { r#"["a/1", "b/1", "c/1"]"# } else { r#"["b/1", "c/1", "a/1"]"# };
    judge(MODEL, faults, &[&format!("consensus.etcd.members={order}")], ("routes", "db"), expected);
}

/// The recovery time of a component beside the catalogue's p5, p50 and p95.
fn judge(model: &str, faults: &str, sets: &[&str], of: (&str, &str), expected: [f64; 3]) {
    let model = SourceFile::new("golden.toml", model);
    let scenario = SourceFile::new("fault.toml", format!("scenario = \"A fault\"\n{faults}"));
    let (model, scenario) = load_sources(&model, &scenario, sets);
    let program = Program::compile(&model, &scenario);
    let outcomes = run(&program, 1, 8_192);
    let figures = figure(&program, &outcomes, of, Figure::RecoveryTime);
    let times: Vec<f64> = figures.into_iter().map(seconds).collect();
    for (q, expected) in [0.05, 0.5, 0.95].into_iter().zip(expected) {
        let predicted = quantile(&times, q);
        println!("p{:.0} predicted {predicted:.1}, catalogue {expected}", q * 100.0);
        let margin = (0.05 * expected).max(1.0);
        assert!((predicted - expected).abs() <= margin, "p{q}: {predicted} is not {expected}");
    }
}

#[test]
fn a_primary_that_loses_power() {
    let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of orders\"";
    check(faults, false, [28.0, 33.0, 38.0]);
}

#[test]
fn a_primary_whose_processes_are_killed() {
    let faults = "[[faults]]\nwhat = \"kill\"\nwhere = \"primary of orders\"";
    check(faults, false, [26.0, 31.0, 36.0]);
}

#[test]
fn a_primary_that_dies_with_the_leader_of_the_consensus_store() {
    let faults = "[[faults]]\nwhat = \"kill\"\nwhere = \"primary of orders\"\n\
                  [[faults]]\nwhat = \"kill\"\nwhere = \"leader of etcd\"";
    check(faults, true, [37.0, 38.0, 41.0]);
}

const CACHE: &str = r#"
model = "golden"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.cache]
technology = "redis/sentinel"
members = ["a", "b", "c"]
sentinels = ["b", "c", "d"]
"#;

#[test]
fn a_master_under_sentinels_that_falls_silent() {
    let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of cache\"";
    judge(CACHE, faults, &[], ("stores", "cache"), [31.0, 32.0, 33.0]);
}
