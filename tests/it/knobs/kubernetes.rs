//! Each parameter of the presets of Kubernetes.

use super::{Case, Moves, Row, What};
use crate::kubernetes::KUBE;
use drillcast::outcome::Figure;

const DETECTED: What = What::First("main", "detected");
const TAINTED: What = What::First("main", "tainted");
const LED: What = What::First("main", "led");
const OUT: What = What::First("web", "withdrawn");
const EVICTED: What = What::First("one", "evicted");
const ONE: What = What::Figure("services", "one", Figure::RecoveryTime);
const DB: What = What::Figure("services", "db", Figure::RecoveryTime);
/// The last of five pods leaves the endpoints.
const WIDE: What = What::Figure("services", "wide", Figure::RecoveryTime);
/// The last of five pods is replaced.
const WHOLE: What = What::Figure("services", "wide", Figure::RedundancyRestored);

const NODE: &str = "what = \"power loss\"\nwhere = \"node a/1\"";
const ZONE: &str = "what = \"power loss\"\nwhere = \"zone a\"";
const DRAIN: &str = "what = \"drain\"\nwhere = \"member a/1 of main\"";

/// A night with these faults, of which nothing but phases is uncertain, on a cluster
/// with a service that has a pod on each node of zone a, and one elsewhere.
fn night(faults: &[&str]) -> Case {
    let wide = "[services.wide]\ntechnology = \"kubernetes/deployment\"\ncluster = \"main\"\nreplicas = { a = 5, b = 1 }\nspares = [\"c\"]\nstart = \"20s\"\nscheduling = \"0s\"\nendpoint_delay = \"1s\"\n";
    let faults: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
    let scenario = format!("scenario = \"x\"\nhorizon = \"3000s\"\n{faults}");
    Case::new(&[], &format!("{KUBE}{wide}"), &scenario)
}

/// A fault, later.
fn later(at: &str, fault: &str) -> String {
    format!("at = \"{at}\"\n{fault}")
}

fn cluster(field: &'static str, base: &Case, value: &str) -> Row {
    Row::set("kubernetes/cluster", field, base, &format!("clusters.main.{field}={value}"))
}

fn nodes() -> Vec<Row> {
    use Moves::{By, Comes, Down, MeanBy, Up, Vanishes};
    let one = night(&[NODE]);
    let zone = night(&[ZONE]);
    let three: Vec<String> =
        (1..=3).map(|n| format!("what = \"power loss\"\nwhere = \"node a/{n}\"")).collect();
    // Three of five are lost for the most part.
    let most = night(&three.iter().map(String::as_str).collect::<Vec<_>>());
    let large = most.clone().set(&["clusters.main.large_cluster_size_threshold=2"]);
    let crowded = zone.clone().set(&["clusters.main.pods=100"]);
    vec![
        cluster("lease_renewal", &one, "6s").moves(DETECTED, MeanBy(2.0)),
        cluster("node_monitor_period", &one, "3s").moves(DETECTED, MeanBy(-1.0)),
        cluster("node_monitor_grace_period", &one, "60s").moves(DETECTED, By(10.0)),
        cluster("taint_lag", &one, "1").moves(TAINTED, By(5.0)).not(&[DETECTED, OUT]),
        cluster("taint_loop", &one, "10s").moves(TAINTED, MeanBy(4.95)).not(&[DETECTED, OUT]),
        cluster("handling", &one, "3s").moves(OUT, By(3.0)).not(&[TAINTED]),
        cluster("node_eviction_rate", &zone, "0.05/s").moves(WHOLE, Up).not(&[OUT, WIDE]),
        cluster("secondary_node_eviction_rate", &large, "0.02/s").moves(WHOLE, Down).not(&[OUT]),
        cluster("large_cluster_size_threshold", &large, "50").moves(WHOLE, Vanishes).not(&[OUT]),
        cluster("unhealthy_zone_threshold", &most, "0.8").moves(WHOLE, Comes).not(&[OUT]),
        // Requests of a node with 100 pods take ten seconds.
        cluster("client_qps", &crowded, "40/s").moves(WIDE, Down).not(&[TAINTED]),
        cluster("client_burst", &crowded, "612").moves(WIDE, Down).not(&[TAINTED]),
        cluster("pods", &crowded, "10").moves(WIDE, Down).not(&[TAINTED]),
        cluster("room", &zone, "1").moves(WHOLE, Vanishes).not(&[OUT]),
    ]
}

fn controllers() -> Vec<Row> {
    use Moves::{By, MeanBy, Vanishes};
    let manager =
        "what = \"kill\"\nprocess = \"controller_manager\"\nwhere = \"control m of main\"";
    let killed = night(&[NODE, &later("5s", manager)]).set(&["clusters.main.poll_period=3s"]);
    let dark =
        "what = \"kill\"\nprocess = \"apiserver\"\nwhere = \"each control of main\"\nfor = \"12s\"";
    let act = |what: &str| night(&[NODE, &later("400s", what)]);
    let fenced = act("what = \"out_of_service\"\nwhere = \"member a/1 of main\"");
    let deleted = act("what = \"delete_node\"\nwhere = \"member a/1 of main\"");
    let gone = What::First("db", "displaced");
    vec![
        cluster("lease_duration", &killed, "20s").moves(LED, MeanBy(5.0)),
        cluster("retry_period", &killed, "1s").moves(LED, MeanBy(0.5)),
        // U(0, 3) to notice, and the first of two who ask every 3 s.
        cluster("poll_period", &killed, "6s").moves(LED, MeanBy(2.5)),
        cluster("startup", &killed, "4s").moves(DETECTED, By(4.0)).not(&[LED]),
        // A leader that is patient enough keeps its lease.
        cluster("renew_deadline", &night(&[dark]), "15s").moves(LED, Vanishes),
        cluster("gc_period", &fenced, "10s").moves(gone, MeanBy(-5.0)).not(&[EVICTED]),
        // Three rounds are waited for, the first of them in part.
        cluster("gc_round", &deleted, "6s").moves(gone, MeanBy(15.0)).not(&[EVICTED]),
        cluster("quarantine", &deleted, "60s").moves(gone, By(20.0)).not(&[EVICTED]),
    ]
}

/// The rows that deployments and stateful sets have in common.
fn pods(preset: &'static str, name: &str, time: What, lost: &Case, evicted: What) -> Vec<Row> {
    use Moves::{By, Down, MeanBy, Up, Vanishes};
    let row = |field, base: &Case, value: &str| {
        Row::set(preset, field, base, &format!("services.{name}.{field}={value}"))
    };
    let fault = |what: &str| {
        night(&[&format!("what = \"{what}\"\nprocess = \"app\"\nwhere = \"member a of {name}\"")])
    };
    let (hung, killed) = (fault("hang"), fault("kill"));
    let out = match name {
        "one" => What::First("one", "withdrawn"),
        _ => What::First("db", "withdrawn"),
    };
    let pulled = lost.clone().set(&[&format!("services.{name}.image=500 MB")]);
    let crashing = killed.clone().set(&[&format!("services.{name}.crashes=0.5")]);
    vec![
        row("endpoint_delay", lost, "2s").moves(out, By(1.0)).not(&[DETECTED, evicted]),
        row("probe_period", &hung, "20s").moves(out, MeanBy(25.0)),
        row("probe_failures", &hung, "5").moves(out, By(20.0)),
        row("scheduling", lost, "7s").moves(time, By(7.0)).not(&[evicted]),
        row("image", lost, "500 MB").moves(time, By(10.0)).not(&[evicted]),
        row("pull_rate", &pulled, "100 MB/s").moves(time, By(-5.0)).not(&[evicted]),
        row("start", lost, "50s").moves(time, By(30.0)).not(&[evicted]),
        row("restart", &killed, "4s").moves(time, By(3.0)),
        row("crashes", &killed, "0.5").moves(time, Up),
        row("back_off", &crashing, "20s").moves(time, Up),
        row("most_back_off", &crashing, "15s").moves(time, Down),
        row("min_available", &night(&[DRAIN]), "1").moves(evicted, Vanishes),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    use Moves::{By, Comes, To, Vanishes};
    let lost = night(&[NODE]);
    let deployment = |field, value: &str| {
        let set = format!("services.one.{field}={value}");
        Row::set("kubernetes/deployment", field, &lost, &set)
    };
    let mut rows: Vec<Row> = nodes().into_iter().chain(controllers()).collect();
    rows.extend(pods("kubernetes/deployment", "one", ONE, &lost, EVICTED));
    rows.push(deployment("toleration", "310s").moves(ONE, By(10.0)).not(&[DETECTED, OUT]));
    rows.push(deployment("do_not_schedule", "1").moves(ONE, Vanishes).not(&[EVICTED]));
    // Room for one of five in zone c: the others wait for new nodes.
    let full = night(&[ZONE]).set(&["clusters.main.room=1"]);
    let scale = Row::set("kubernetes/deployment", "scale_up", &full, "services.wide.scale_up=3m");
    rows.push(scale.moves(WHOLE, Comes).not(&[OUT, WIDE]));
    // Six pods, so many at a time.
    let rollout = night(&["what = \"rollout\"\nwhere = \"each of wide\""]);
    let surge =
        Row::set("kubernetes/deployment", "max_surge", &rollout, "services.wide.max_surge=0.5");
    rows.push(surge.moves(WHOLE, To(60.0, 40.0)).not(&[WIDE]));
    let act = |what: &str, whom: &str| {
        let action = format!("what = \"{what}\"\nwhere = \"{whom}\"");
        night(&[NODE, &later("500s", &action)])
    };
    let fenced = act("out_of_service", "member a/1 of main");
    let forced = act("force_delete", "member a of db").set(&["services.db.volumes=1"]);
    let evicted = What::First("db", "evicted");
    let set = |field, base: &Case, value: &str| {
        let set = format!("services.db.{field}={value}");
        Row::set("kubernetes/stateful_set", field, base, &set)
    };
    rows.extend(pods("kubernetes/stateful_set", "db", DB, &fenced, evicted));
    rows.push(set("toleration", &fenced, "310s").moves(evicted, By(10.0)).not(&[DB]));
    rows.push(set("termination", &night(&[DRAIN]), "15s").moves(DB, By(10.0)));
    let plain = act("force_delete", "member a of db");
    rows.push(set("volumes", &plain, "1").moves(DB, By(380.0)));
    rows.push(set("force_detach", &forced, "1m").moves(DB, By(-300.0)));
    rows.push(set("attach", &forced, "50s").moves(DB, By(30.0)));
    rows
}
