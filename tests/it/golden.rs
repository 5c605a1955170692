//! The golden quantiles: what the formulas of each technology's own documentation
//! give, by fault class. Where a preset exists its prediction must lie within 5 %
//! or a second of them; the others are listed as not yet modelled.

use drillcast::diagnostic::SourceFile;
use drillcast::outcome::Figure;
use drillcast::trial::Program;

use crate::harness::{each, figure, first, load_sources, quantile, run, seconds};
use crate::kubernetes;

/// A case, and how it is predicted.
pub(crate) struct Golden {
    pub(crate) case: &'static str,
    pub(crate) class: &'static str,
    /// p5, p50, p95 [s]; none where they must be derived from a measurement.
    pub(crate) wanted: Option<[f64; 3]>,
    /// Times [s], where a preset exists.
    predict: Option<fn() -> Vec<f64>>,
}

impl Golden {
    /// p5, p50, p95 [s]; none where no preset exists.
    pub(crate) fn predicted(&self) -> Option<[f64; 3]> {
        let times = self.predict?();
        Some([0.05, 0.5, 0.95].map(|q| quantile(&times, q)))
    }
}

/// A case that a preset predicts.
const fn modelled(
    case: &'static str,
    class: &'static str,
    wanted: [f64; 3],
    predict: fn() -> Vec<f64>,
) -> Golden {
    Golden { case, class, wanted: Some(wanted), predict: Some(predict) }
}

/// A case that no preset predicts yet.
const fn open(case: &'static str, class: &'static str, wanted: [f64; 3]) -> Golden {
    Golden { case, class, wanted: Some(wanted), predict: None }
}

/// All cases.
pub(crate) const CASES: [Golden; 19] = [
    modelled(
        "PostgreSQL under Patroni, ttl 30 s, behind HAProxy 3 s, rise 2: primary loses power",
        "silent",
        [28.0, 33.0, 38.0],
        power_loss,
    ),
    modelled("same, primary's processes are killed", "reset", [26.0, 31.0, 36.0], killed),
    modelled("same, etcd's leader dies with it", "reset", [37.0, 38.0, 41.0], killed_with_etcd),
    modelled(
        "Kubernetes 1.32 and later: endpoints withdrawn after a node's power loss",
        "silent",
        [42.0, 47.5, 53.0],
        || kubernetes::golden(&[AT_ONCE], kubernetes::withdrawn),
    ),
    modelled("same, 1.31 and earlier (grace 40 s)", "silent", [32.0, 37.5, 43.0], || {
        kubernetes::golden(&[AT_ONCE, "clusters.main.version=1.31"], kubernetes::withdrawn)
    }),
    modelled(
        "Kubernetes 1.34 and later: single pod without state ready elsewhere, start 25 s",
        "silent",
        [356.0, 373.0, 415.0],
        || kubernetes::golden(&[START], kubernetes::replaced),
    ),
    modelled("same, 1.32 and 1.33", "silent", [361.0, 378.0, 420.0], || {
        kubernetes::golden(&[START, "clusters.main.version=1.33"], kubernetes::replaced)
    }),
    Golden {
        case: "Kubernetes: a zone of 30 nodes lost",
        class: "silent",
        wanted: None,
        predict: None,
    },
    modelled(
        "Redis Sentinel, 2 of 3, down-after 30 s",
        "silent",
        [31.0, 32.0, 33.0],
        silent_master,
    ),
    modelled("Route 53, 30 s × 3: detected", "silent", [92.0, 97.0, 100.0], || {
        behind_a_record("30s", detected)
    }),
    modelled(
        "same, edge 1 to 10 s, TTL 60 s: one random client",
        "silent",
        [105.0, 132.0, 160.0],
        || behind_a_record("30s", led),
    ),
    modelled("Route 53, 10 s × 3: detected", "silent", [39.0, 40.0, 42.0], || {
        behind_a_record("10s", detected)
    }),
    modelled(
        "same, edge 1 to 10 s, TTL 60 s: one random client",
        "silent",
        [48.0, 76.0, 103.0],
        || behind_a_record("10s", led),
    ),
    open("ALB, 30 s × 2: target out", "silent", [37.0, 50.0, 64.0]),
    modelled("Kafka KRaft to 3.9: broker fenced", "both", [7.1, 8.0, 8.9], || fenced("3.9")),
    modelled("Kafka KRaft from 4.0: broker fenced", "both", [7.5, 8.6, 9.7], || fenced("4.0")),
    modelled(
        "same, a producer with request.timeout 30 s",
        "silent",
        [30.0, 31.0, 31.0],
        silent_leader,
    ),
    modelled("Cassandra, phi 8: convicted", "both", [17.8, 18.5, 19.8], || convicted("kill")),
    open("Elasticsearch: data node out", "silent", [32.0, 32.5, 33.0]),
];

/// An idle control plane.
const AT_ONCE: &str = "services.web.endpoint_delay=0s";
/// From the image to a pod that is ready.
const START: &str = "services.one.start={ median = \"25s\", sigma = 0.6 }";

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
fn patroni(faults: &str, leader_hit: bool) -> Vec<f64> {
    let order = if leader_hit { r#"["a/1", "b/1", "c/1"]"# } else { r#"["b/1", "c/1", "a/1"]"# };
    recovery(MODEL, faults, &[&format!("consensus.etcd.members={order}")], ("routes", "db"))
}

/// The recovery times of a component.
fn recovery(model: &str, faults: &str, sets: &[&str], of: (&str, &str)) -> Vec<f64> {
    let model = SourceFile::new("golden.toml", model);
    let scenario = SourceFile::new("fault.toml", format!("scenario = \"A fault\"\n{faults}"));
    let (model, scenario) = load_sources(&model, &scenario, sets);
    let program = Program::compile(&model, &scenario);
    let outcomes = run(&program, 1, 8_192);
    let figures = figure(&program, &outcomes, of, Figure::RecoveryTime);
    figures.into_iter().map(seconds).collect()
}

fn power_loss() -> Vec<f64> {
    patroni("[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of orders\"", false)
}

fn killed() -> Vec<f64> {
    patroni("[[faults]]\nwhat = \"kill\"\nwhere = \"primary of orders\"", false)
}

fn killed_with_etcd() -> Vec<f64> {
    let faults = "[[faults]]\nwhat = \"kill\"\nwhere = \"primary of orders\"\n\
                  [[faults]]\nwhat = \"kill\"\nwhere = \"leader of etcd\"";
    patroni(faults, true)
}

#[test]
fn predictions_agree_with_the_catalogue() {
    for golden in &CASES {
        let (Some(wanted), Some(predicted)) = (golden.wanted, golden.predicted()) else { continue };
        println!("{}: predicted {predicted:.1?}, wanted {wanted:?}", golden.case);
        for (wanted, predicted) in wanted.into_iter().zip(predicted) {
            let margin = (0.05 * wanted).max(1.0);
            let near = (predicted - wanted).abs() <= margin;
            assert!(near, "{}: {predicted} is not {wanted}", golden.case);
        }
    }
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

fn behind_a_record(interval: &str, of: fn(&Program) -> Vec<f64>) -> Vec<f64> {
    let model = SourceFile::new("record.toml", RECORD);
    let fault = "scenario = \"A fault\"\nhorizon = \"400s\"\n\
                 [[faults]]\nwhat = \"power loss\"\nwhere = \"member a of web\"";
    let edit = format!("routes.record.request_interval={interval}");
    let (model, scenario) = load_sources(&model, &SourceFile::new("fault.toml", fault), &[&edit]);
    of(&Program::compile(&model, &scenario))
}

/// When the health check fails.
fn detected(program: &Program) -> Vec<f64> {
    first(program, &run(program, 1, 8_192), "record", "detected")
}

/// When one random client is led elsewhere.
fn led(program: &Program) -> Vec<f64> {
    let outcomes = run(program, 1, 8_192);
    let figures = figure(program, &outcomes, ("routes", "lookup"), Figure::RecoveryTime);
    figures.into_iter().map(seconds).collect()
}

const CACHE: &str = r#"
model = "golden"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.cache]
technology = "redis/sentinel"
members = ["a", "b", "c"]
sentinels = ["b", "c", "d"]
"#;

fn silent_master() -> Vec<f64> {
    let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of cache\"";
    recovery(CACHE, faults, &[], ("stores", "cache"))
}

const EVENTS: &str = r#"
model = "golden"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r", f = "r" }
[streams.events]
technology = "kafka/kraft"
members = ["a", "b", "c"]
controllers = ["d", "e", "f"]
min_insync_replicas = 2
[clients.shop]
technology = "kafka/client"
of = "events"
at = "d"
"#;
const LEADER_SILENT: &str = "[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of events\"";

fn silent_leader() -> Vec<f64> {
    recovery(EVENTS, LEADER_SILENT, &[], ("clients", "shop"))
}

/// When a broker that is lost, by a kill in one half and silently in the other, is fenced.
fn fenced(version: &str) -> Vec<f64> {
    let of = |fault: String| {
        let model = SourceFile::new("golden.toml", EVENTS);
        let scenario = SourceFile::new("fault.toml", format!("scenario = \"A fault\"\n{fault}"));
        let edit = format!("streams.events.version={version}");
        let (model, scenario) = load_sources(&model, &scenario, &[&edit]);
        let program = Program::compile(&model, &scenario);
        first(&program, &run(&program, 1, 8_192), "events", "fenced")
    };
    let killed = of(LEADER_SILENT.replace("power loss", "kill"));
    killed.into_iter().chain(of(LEADER_SILENT.to_owned())).collect()
}

/// Three nodes: each survivor's conviction, whichever comes first.
const RING: &str = r#"
model = "golden"
zones = { a = "r", b = "r", c = "r" }
[stores.ring]
technology = "cassandra"
members = ["a", "b", "c"]
"#;

/// When the survivors convict a node that is lost this way.
fn convicted(what: &str) -> Vec<f64> {
    let model = SourceFile::new("ring.toml", RING);
    let fault = format!(
        "scenario = \"A fault\"\n[[faults]]\nwhat = \"{what}\"\nwhere = \"member c of ring\""
    );
    let (model, scenario) = load_sources(&model, &SourceFile::new("fault.toml", fault), &[]);
    let program = Program::compile(&model, &scenario);
    each(&program, &run(&program, 1, 8_192), "ring", "convicted", 2)
}
