//! The catalogue's quantiles of failovers, by fault class: within 5 % or a second.
//! Under Patroni behind HAProxy, and by a failover record with health checks.

use drillcast::diagnostic::SourceFile;
use drillcast::outcome::Figure;
use drillcast::trial::Program;

use crate::harness::{figure, first, load_sources, quantile, run, seconds};

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
    let model = SourceFile::new("golden.toml", MODEL);
    let scenario = SourceFile::new("fault.toml", format!("scenario = \"A fault\"\n{faults}"));
    let edit = format!("consensus.etcd.members={order}");
    let (model, scenario) = load_sources(&model, &scenario, &[&edit]);
    let program = Program::compile(&model, &scenario);
    let outcomes = run(&program, 1, 8_192);
    let figures = figure(&program, &outcomes, ("routes", "db"), Figure::RecoveryTime);
    let times: Vec<f64> = figures.into_iter().map(seconds).collect();
    within(&times, expected);
}

/// p5, p50 and p95 \[s\].
fn within(times: &[f64], expected: [f64; 3]) {
    for (q, expected) in [0.05, 0.5, 0.95].into_iter().zip(expected) {
        let predicted = quantile(times, q);
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

/// A failover record in front of two servers, and one resolver.
const RECORD: &str = r#"
model = "record"
zones = { a = "r", b = "s", c = "t" }
[stores.web]
technology = "server/http"
members = ["a", "b"]
[routes.record]
technology = "dns/route53"
serves = "web"
at = "c"
[routes.lookup]
technology = "dns/resolver"
serves = "record"
at = "c"
extends = 0
"#;

/// The health check's interval, when it fails, and when one random client is
/// led elsewhere.
const FAILOVERS: [(&str, [f64; 3], [f64; 3]); 2] = [
    ("30s", [92.0, 97.0, 100.0], [105.0, 132.0, 160.0]),
    ("10s", [39.0, 40.0, 42.0], [48.0, 76.0, 103.0]),
];

#[test]
fn a_server_behind_a_failover_record_loses_power() {
    for (interval, detected, led) in FAILOVERS {
        let model = SourceFile::new("record.toml", RECORD);
        let fault = "scenario = \"A fault\"\nhorizon = \"400s\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"member a of web\"";
        let edit = format!("routes.record.request_interval={interval}");
        let (model, scenario) =
            load_sources(&model, &SourceFile::new("fault.toml", fault), &[&edit]);
        let program = Program::compile(&model, &scenario);
        let outcomes = run(&program, 1, 8_192);
        within(&first(&program, &outcomes, "record", "detected"), detected);
        let figures = figure(&program, &outcomes, ("routes", "lookup"), Figure::RecoveryTime);
        within(&figures.into_iter().map(seconds).collect::<Vec<_>>(), led);
    }
}
