//! Each parameter of the presets of stores without a primary, of their clients,
//! and of what stands over them.

use super::presets::scenario;
use super::{Case, Moves, NEVER, Row, What};
use drillcast::outcome::Figure;

/// Three nodes with three replicas, and a session with all of them, of which
/// nothing but phases is uncertain.
const RING: &str = r#"
model = "ring"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.ring]
technology = "cassandra"
members = ["a/1", "b/1", "c/1"]
write_consistency = "0"
read_consistency = "0"
relay = "0"
repair = "100s"
start = "10s"
[clients.app]
technology = "cassandra/client"
of = "ring"
at = "d"
count = 3
reconnect = "1s"
"#;

const STORE: What = What::Figure("stores", "ring", Figure::RecoveryTime);
const REDUNDANT: What = What::Figure("stores", "ring", Figure::RedundancyRestored);
const DETECTED: What = What::First("ring", "detected");
const HINTED: What = What::First("ring", "hinted");
const APP: What = What::Figure("clients", "app", Figure::RecoveryTime);
const ERROR: What = What::First("app", "first_error");

/// A fault of the third node, and more of its keys.
fn ring(what: &str, more: &str) -> Case {
    let fault = format!("what = \"{what}\"\nwhere = \"member c/1 of ring\"\n{more}");
    Case::new(&[], RING, &scenario(&fault))
}

/// The same with one survivor.
fn pair(what: &str, more: &str) -> Case {
    let members = "stores.ring.members=[\"a/1\", \"c/1\"]";
    ring(what, more).set(&[members, "stores.ring.replication_factor=2"])
}

fn set(field: &'static str, base: &Case, value: &str) -> Row {
    Row::set("cassandra", field, base, &format!("stores.ring.{field}={value}"))
}

/// Who convicts whom, and when.
fn detectors() -> Vec<Row> {
    use Moves::{By, MeanBy};
    let alone = pair("kill", "");
    // The survivor itself stands still until long after the node's death.
    let thawed = "\n[[faults]]\nwhat = \"hang\"\nwhere = \"member a/1 of ring\"\nfor = \"40s\"";
    let mean = 8.0 * std::f64::consts::LN_10;
    vec![
        set("phi_convict_threshold", &alone, "9")
            .moves(DETECTED, MeanBy(std::f64::consts::LN_10))
            .not(&[ERROR, STORE]),
        // 18.42 intervals, less the age of the last heartbeat.
        set("mean_interval", &alone, "1100ms").moves(DETECTED, MeanBy(0.1 * (mean - 0.5))),
        set("gossip_interval", &alone, "3s").moves(DETECTED, MeanBy(1.0)),
        // The last news is as much younger than the fault as it was older.
        set("relay", &ring("kill", ""), "1").moves(DETECTED, MeanBy(1.0)).not(&[ERROR, STORE]),
        set("max_local_pause", &pair("kill", thawed), "8s").moves(DETECTED, By(3.0)),
        set("drain", &ring("stop", ""), "1100ms").moves(DETECTED, By(1.0)).not(&[ERROR]),
    ]
}

/// Who is enough, and how long one waits for those who are not there.
fn replicas() -> Vec<Row> {
    use Moves::{By, MeanBy, To};
    let back = ring("kill", "for = \"60s\"");
    let more = ["a/1", "b/1", "c/1", "a/2", "b/2", "c/2"].map(|node| format!("\"{node}\""));
    let more = format!("stores.ring.members=[{}]", more.join(", "));
    let two = "\n[[faults]]\nwhat = \"kill\"\nwhere = \"member c/2 of ring\"\nfor = \"60s\"";
    let six = ring("kill", &format!("for = \"60s\"{two}")).set(&[&more]);
    let writes = ring("kill", "").set(&["stores.ring.write_consistency=3"]);
    let reads = ring("kill", "").set(&["stores.ring.read_consistency=3"]);
    vec![
        set("replication_factor", &back, "1").moves(STORE, To(0.0, 70.0)).not(&[DETECTED]),
        set("write_consistency", &back, "3").moves(STORE, To(0.0, 70.0)).not(&[DETECTED]),
        set("read_consistency", &back, "3").moves(STORE, To(0.0, 70.0)).not(&[DETECTED]),
        // Both are in one rack, and so no row has lost two replicas.
        set("racks", &six, "3").moves(STORE, To(70.0, 0.0)).not(&[DETECTED]),
        set("write_request_timeout", &writes, "3s").moves(ERROR, By(1.0)).not(&[DETECTED]),
        set("read_request_timeout", &reads, "6s").moves(ERROR, By(1.0)).not(&[DETECTED]),
        // A hint waits for the write, and for the first of two looks, half as far apart.
        set("write_request_timeout", &back, "3s").moves(HINTED, MeanBy(1.0 + 0.5 / 3.0)),
    ]
}

/// What it takes to come back.
fn returns() -> Vec<Row> {
    use Moves::{By, Comes, MeanBy, Up};
    let back = ring("kill", "for = \"60s\"");
    let late = back.clone().set(&["stores.ring.max_hint_window=30s"]);
    vec![
        set("max_hint_window", &back, "30s").moves(REDUNDANT, Up).not(&[DETECTED, STORE]),
        set("repair", &late, "200s").moves(REDUNDANT, By(100.0)).not(&[DETECTED, STORE]),
        set("hint_dispatch", &back, "20s").moves(REDUNDANT, MeanBy(15.0)).not(&[DETECTED]),
        set("restart", &ring("kill", ""), "30s").moves(REDUNDANT, Comes).not(&[ERROR, STORE]),
        set("start", &back, "20s").moves(REDUNDANT, By(10.0)).not(&[DETECTED, STORE]),
    ]
}

/// The driver.
fn drivers() -> Vec<Row> {
    use Moves::{By, Down, MeanBy};
    let hang = ring("hang", "");
    let all =
        Case::new(&[], RING, &scenario("what = \"kill\"\nwhere = \"each of ring\"\nfor = \"60s\""));
    let app = |field, base: &Case, value: &str| {
        Row::set("cassandra/client", field, base, &format!("clients.app.{field}={value}"))
            .not(&[STORE, DETECTED])
    };
    vec![
        app("every", &hang, "3s").moves(ERROR, MeanBy(1.0)),
        app("request_timeout", &hang, "12s").moves(ERROR, By(2.0)).not(&[APP]),
        app("idle_heartbeat_interval", &hang, "40s").moves(APP, MeanBy(15.0)).not(&[ERROR]),
        app("idle_heartbeat_timeout", &hang, "40s").moves(APP, By(10.0)).not(&[ERROR]),
        app("speculative_execution", &hang, "500ms").moves(APP, Down),
        app("reconnect", &all, "3s").moves(APP, By(2.0)).not(&[ERROR]),
    ]
}

/// Two instances over three nodes, and two clients, one at each.
const GRAPH: &str = r#"
model = "graph"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r", f = "r" }
[stores.ring]
technology = "cassandra"
members = ["a", "b", "c"]
start = "10s"
[routes.graph]
technology = "janusgraph"
serves = "ring"
at = "f"
instances = ["d", "e"]
replication_factor = "3"
start = "20s"
[clients.app]
technology = "client/http"
of = "graph"
at = "f"
count = 2
"#;

fn graphs() -> Vec<Row> {
    use Moves::{By, To};
    const GRAPHS: What = What::Figure("routes", "graph", Figure::RecoveryTime);
    const UNLOCKED: What = What::First("graph", "unlocked");
    let of = |faults: &[&str]| {
        let faults = faults.join("\n[[faults]]\n");
        Case::new(&[], GRAPH, &scenario(&faults))
    };
    let node = |name: &str, span: &str| {
        format!("what = \"kill\"\nwhere = \"member {name} of ring\"\n{span}")
    };
    let one = of(&[&node("c", "for = \"60s\"")]);
    let two = of(&[&node("b", ""), &node("c", "")]);
    let instances = of(&["what = \"kill\"\nwhere = \"each instance of graph\"\nfor = \"60s\""]);
    let silent = of(&["what = \"power loss\"\nwhere = \"zone d\""]);
    let row = |field, base: &Case, value: &str| {
        Row::set("janusgraph", field, base, &format!("routes.graph.{field}={value}")).not(&[STORE])
    };
    vec![
        row("replication_factor", &one, "1").moves(GRAPHS, To(0.0, 70.0)),
        row("write_time", &two, "110s").moves(ERROR, By(10.0)).not(&[DETECTED]),
        row("lock_expiry", &silent, "400s").moves(UNLOCKED, By(100.0)).not(&[ERROR]),
        row("tcp_user_timeout", &silent, "60600ms").moves(APP, By(-864.0)).not(&[UNLOCKED]),
        row("start", &instances, "30s").moves(GRAPHS, By(10.0)).moves(APP, By(10.0)),
    ]
}

/// A grid of three nodes that keep everything in memory.
const GRID: &str = r#"
model = "grid"
zones = { a = "r", b = "r", c = "r" }
[stores.grid]
technology = "ignite"
members = ["a", "b", "c"]
"#;

fn grids() -> Vec<Row> {
    use Moves::{By, Comes, To, Vanishes};
    const STORE: What = What::Figure("stores", "grid", Figure::RecoveryTime);
    const REDUNDANT: What = What::Figure("stores", "grid", Figure::RedundancyRestored);
    const LOST: What = What::Figure("stores", "grid", Figure::DataLossSeconds);
    const DETECTED: What = What::First("grid", "detected");
    const PARTITIONS: What = What::First("grid", "partitions_lost");
    let of = |what: &str, more: &str| {
        let fault = format!("what = \"{what}\"\nwhere = \"primary of grid\"\n{more}");
        Case::new(&[], GRID, &scenario(&fault))
    };
    let (kill, back, hang) = (of("kill", ""), of("kill", "for = \"60s\""), of("hang", ""));
    let disk = back.clone().set(&["stores.grid.persistence=1"]);
    let gone = kill.clone().set(&["stores.grid.persistence=1"]);
    let copied = kill.clone().set(&["stores.grid.backups=1"]);
    let set = |field, base: &Case, value: &str| {
        Row::set("ignite", field, base, &format!("stores.grid.{field}={value}"))
    };
    vec![
        set("failure_detection_timeout", &hang, "15s")
            .moves(DETECTED, By(5.0))
            .moves(STORE, By(5.0))
            .not(&[LOST]),
        set("reset_detection", &kill, "600ms").moves(DETECTED, By(0.5)).moves(STORE, By(0.5)),
        set("exchange", &kill, "4s").moves(STORE, By(3.0)).not(&[DETECTED]),
        set("backups", &kill, "1")
            .moves(LOST, Comes)
            .moves(PARTITIONS, Vanishes)
            .not(&[STORE, DETECTED]),
        set("persistence", &back, "1")
            .moves(LOST, To(NEVER, 0.0))
            .moves(STORE, To(1.1, 980.0))
            .not(&[DETECTED]),
        set("partition_loss_policy", &back, "1").moves(STORE, To(1.1, 901.1)).not(&[LOST]),
        set("reset_lost_partitions", &disk, "20m").moves(STORE, By(300.0)).not(&[LOST]),
        set("rebalance", &copied, "20m").moves(REDUNDANT, By(600.0)).not(&[STORE, LOST]),
        set("restart", &gone, "30s").moves(STORE, Comes).not(&[DETECTED, LOST]),
        set("start", &disk, "30s").moves(STORE, By(10.0)).not(&[DETECTED, LOST]),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [detectors(), replicas(), returns(), drivers(), graphs(), grids()]
        .into_iter()
        .flatten()
        .collect()
}
