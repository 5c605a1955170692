//! Each parameter of the presets of Redis under Sentinel.

use super::presets::scenario;
use super::{Case, Moves, Row, What};
use drillcast::outcome::Figure;

/// A cache whose sentinels' timers tick every millisecond or so, and its clients.
pub(crate) const KV: &str = r#"
model = "kv"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.kv]
technology = "redis/sentinel"
members = ["a/1", "b/1", "c/1"]
down_after = "5s"
hz = "1000/s"
flush = "1us"
lag = "0s"
[clients.app]
technology = "redis/client"
of = "kv"
at = "d"
every = "100ms"
socket_timeout = "1s"
socket_connect_timeout = "2s"
"#;

/// A client on the master's machine.
const NEAR: &str = r#"[clients.near]
technology = "redis/client"
of = "kv"
at = "a/1"
every = "100ms"
"#;

const STORE: What = What::Figure("stores", "kv", Figure::RecoveryTime);
const LOST: What = What::Figure("stores", "kv", Figure::DataLossWrites);
const REDUNDANT: What = What::Figure("stores", "kv", Figure::RedundancyRestored);
const DETECTED: What = What::First("kv", "detected");
const ELECTED: What = What::First("kv", "key_taken");
const FAILED_OVER: What = What::First("kv", "failed_over");
const APP: What = What::Figure("clients", "app", Figure::RecoveryTime);
const ERROR: What = What::First("app", "first_error");

fn kv(what: &str) -> Case {
    Case::new(&[], KV, &scenario(&format!("what = \"{what}\"\nwhere = \"primary of kv\"")))
}

/// Both replicas are gone for 20 s when the master dies: the first try finds none.
fn barren() -> Case {
    let more = ["b/1", "c/1"].map(|of| {
        format!("[[faults]]\nwhat = \"kill\"\nwhere = \"member {of} of kv\"\nfor = \"20s\"\n")
    });
    let master = "what = \"kill\"\nprocess = \"redis\"\nwhere = \"primary of kv\"\n";
    Case::new(&[], KV, &scenario(&format!("{master}{}", more.concat())))
}

/// The master is cut off for a minute, a client with it.
fn cut_off() -> Case {
    let fault = "what = \"partition\"\nwhere = \"primary of kv\"\nfor = \"60s\"";
    Case::new(&[], &format!("{KV}{NEAR}"), &scenario(fault))
}

/// The master is killed for a minute.
fn back() -> Case {
    let fault = "what = \"kill\"\nwhere = \"primary of kv\"\nfor = \"60s\"";
    Case::new(&[], KV, &scenario(fault))
}

/// Sentinels go away as well.
fn fewer(what: &str, faults: &[&str]) -> Case {
    let more: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
    let master = format!("what = \"{what}\"\nwhere = \"primary of kv\"\n");
    Case::new(&[], KV, &scenario(&format!("{master}{more}")))
}

fn set(field: &'static str, base: &Case, value: &str) -> Row {
    Row::set("redis/sentinel", field, base, &format!("stores.kv.{field}={value}"))
}

/// What leads to a failover.
fn decisions() -> Vec<Row> {
    use Moves::{By, Down, MeanBy, Up, Vanishes};
    let (kill, hang) = (kv("kill"), kv("hang"));
    let gone =
        |of: &str, span: &str| format!("what = \"kill\"\nwhere = \"sentinel {of} of kv\"\n{span}");
    // The first sentinel agrees with nobody until the second is heard again.
    let apart = fewer(
        "hang",
        &["what = \"partition\"\nwhere = \"sentinel b/1 of kv\"\nfor = \"21s\"", &gone("c/1", "")],
    );
    // One is enough to try, and votes come when the others are back.
    let alone = fewer("kill", &[&gone("b/1", "for = \"12s\""), &gone("c/1", "for = \"12s\"")])
        .set(&["stores.kv.quorum=1"]);
    vec![
        set("down_after", &kill, "7s").moves(DETECTED, By(2.0)).not(&[ERROR]),
        // The third of three uniforms instead of the second.
        set("quorum", &hang, "3").moves(DETECTED, MeanBy(0.25)).not(&[ERROR]),
        set("ping_period", &hang, "3s").moves(DETECTED, MeanBy(1.0)).not(&[ERROR]),
        // 15 to 16 s after they missed the master they ask at 16 s, or at 18.
        set("ask_period", &apart, "3s").moves(DETECTED, MeanBy(2.0)).not(&[ERROR]),
        set("hz", &kill, "10/s").moves(DETECTED, Up).moves(ELECTED, Up).not(&[ERROR]),
        set("flush", &hang, "2ms").moves(ELECTED, By(0.001999)).not(&[DETECTED, ERROR]),
        set("election_timeout", &alone, "3s").moves(ELECTED, Up).not(&[DETECTED]),
        set("failover_timeout", &barren(), "200s").moves(FAILED_OVER, MeanBy(40.0)).not(&[ELECTED]),
        // The first of three who wait.
        set("max_desync", &barren(), "5s").moves(FAILED_OVER, MeanBy(1.0)).not(&[DETECTED]),
        set("replica_priority", &kill, "0").moves(FAILED_OVER, Vanishes).not(&[ELECTED, ERROR]),
        set("restart", &kill, "2s")
            .moves(FAILED_OVER, Vanishes)
            .moves(DETECTED, Vanishes)
            .moves(STORE, Down)
            .not(&[ERROR]),
    ]
}

/// What INFO shows, and when.
fn polls() -> Vec<Row> {
    use Moves::MeanBy;
    let (kill, hang) = (kv("kill"), kv("hang"));
    let slow = hang.clone().set(&["stores.kv.down_after=90s"]);
    vec![
        // A broken link is seen in 4.5 s of 10 or of 20: then the next INFO is
        // due at any moment of the second, else at its end.
        set("info_period", &kill, "20s").moves(FAILED_OVER, MeanBy(0.1125)).not(&[ELECTED]),
        // In 1 s of 10, or in 2, the last INFO is within the period.
        set("info_period_down", &hang, "2s").moves(FAILED_OVER, MeanBy(0.85)).not(&[ELECTED]),
        set("repl_timeout", &slow, "200s").moves(FAILED_OVER, MeanBy(0.45)).not(&[ELECTED]),
    ]
}

/// What is lost, and what follows.
fn copies() -> Vec<Row> {
    use Moves::{By, Down, Up};
    let (kill, cut) = (kv("kill"), cut_off());
    let bounded = cut.clone().set(&["stores.kv.min_replicas_to_write=1"]);
    let restarted = kill.clone().set(&["stores.kv.restart=2s"]);
    let loaded = restarted.clone().set(&["stores.kv.appendonly=1"]);
    vec![
        set("min_replicas_to_write", &cut, "1").moves(LOST, Down).not(&[ELECTED]),
        set("min_replicas_max_lag", &bounded, "20s").moves(LOST, Up).not(&[ELECTED]),
        set("appendonly", &restarted, "1").moves(STORE, By(1.0)).not(&[ERROR]),
        set("loading", &loaded, "3s").moves(STORE, By(2.0)).not(&[ERROR]),
        set("resync", &back(), "3s").moves(REDUNDANT, By(2.0)).not(&[FAILED_OVER]),
        set("full_sync", &cut, "50s").moves(REDUNDANT, By(20.0)).not(&[FAILED_OVER]),
        // Four periods, and the next INFO: 10 s or 30.
        set("publish_period", &back(), "6s").moves(REDUNDANT, By(20.0)).not(&[FAILED_OVER]),
        set("lag", &kill, "2s").moves(LOST, Up).not(&[FAILED_OVER]),
        set("writes", &cut, "200/s").moves(LOST, Up).not(&[FAILED_OVER]),
    ]
}

/// The clients.
fn clients() -> Vec<Row> {
    use Moves::{By, MeanBy, Up};
    let (kill, hang, power) = (kv("kill"), kv("hang"), kv("power loss"));
    let app = |field, base: &Case, value: &str| {
        Row::set("redis/client", field, base, &format!("clients.app.{field}={value}"))
            .not(&[STORE, FAILED_OVER])
    };
    let patient =
        power.clone().set(&["clients.app.socket_timeout=never", "clients.app.tcp_user_timeout=3s"]);
    vec![
        // The next try after the promotion.
        app("every", &kill, "500ms").moves(APP, MeanBy(0.2)),
        app("socket_timeout", &hang, "3s").moves(ERROR, By(2.0)),
        app("socket_connect_timeout", &power, "100s").moves(APP, Up).not(&[ERROR]),
        app("tcp_user_timeout", &patient, "4s").moves(ERROR, By(1.0)),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [decisions(), polls(), copies(), clients()].into_iter().flatten().collect()
}
