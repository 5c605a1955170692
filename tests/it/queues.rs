//! What a queue's clients and a consensus store's sessions feel, against closed forms.

use drillcast::outcome::Figure;
use drillcast::trial::Program;

use crate::harness::{figure, first, library, program_of, run, seconds};

/// A quorum queue; `shop` is connected to the leader's node and `other` is not.
const MAIL: &str = r#"
model = "mail"
zones = { a = "r", b = "r", c = "r", d = "r" }
[streams.mail]
technology = "rabbitmq/quorum"
members = ["a", "b", "c"]
[clients.shop]
technology = "rabbitmq/client"
of = "mail"
at = "d"
every = "10ms"
heartbeat = "10s"
[clients.other]
technology = "rabbitmq/client"
of = "mail"
at = "d"
hosts = ["b"]
every = "10ms"
"#;

const TRIALS: u64 = 1_000;

fn mail(fault: &str, sets: &[&str]) -> Program {
    program_of(&[], MAIL, &format!("scenario = \"f\"\n[[faults]]\n{fault}\n"), sets)
}

fn recovery(program: &Program, clients: &str) -> Vec<f64> {
    let outcomes = run(program, 7, TRIALS);
    let found = figure(program, &outcomes, ("clients", clients), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

fn within(values: &[f64], low: f64, high: f64) -> bool {
    values.iter().all(|v| (low..=high).contains(v))
}

#[test]
fn whoever_reconnects_at_once_waits_for_the_dead_node() {
    let kill = "what = \"kill\"\nwhere = \"primary of mail\"\nfor = \"100s\"";
    let hasty = recovery(&mail(kill, &[]), "shop");
    assert!(within(&hasty, 100.0, 100.1), "{hasty:?}");
    let patient = recovery(&mail(kill, &["clients.shop.reconnect_delay=1s"]), "shop");
    assert!(within(&patient, 1.0, 1.1), "{patient:?}");
    let open = recovery(&mail(kill, &[]), "other");
    assert!(within(&open, 0.1, 0.63), "{open:?}");
}

#[test]
fn a_new_channel_hangs_until_the_silent_node_is_declared_down() {
    for what in ["hang", "power loss"] {
        let fault = format!("what = \"{what}\"\nwhere = \"primary of mail\"\nfor = \"300s\"");
        let program = mail(&fault, &[]);
        let outcomes = run(&program, 7, TRIALS);
        let recorded = first(&program, &outcomes, "mail", "recorded");
        assert!(within(&recorded, 45.0, 75.0), "{recorded:?}");
        // Its heartbeat gives the server up after 15 to 30 s, before that.
        let shop = recovery(&program, "shop");
        assert!(within(&shop, 300.0, 300.1), "{what}: {shop:?}");
        assert!(within(&recovery(&program, "other"), 5.5, 11.6));
        let late = recovery(&mail(&fault, &["clients.shop.heartbeat=80s"]), "shop");
        assert!(within(&late, 85.0, 170.1), "{what}: {late:?}");
    }
}

#[test]
fn a_follower_that_stands_still_disturbs_nobody_else() {
    let hang = "what = \"hang\"\nwhere = \"member c of mail\"";
    let program = mail(hang, &[]);
    assert!(recovery(&program, "other").iter().all(|at| *at == 0.0));
    let own = recovery(&mail(hang, &["clients.shop.hosts=[\"c\", \"b\"]"]), "shop");
    assert!(within(&own, 15.0, 30.1), "{own:?}");
}

#[test]
fn an_orderly_stop_is_replaced_sooner_than_a_crash() {
    let stop = mail("what = \"stop\"\nwhere = \"primary of mail\"", &[]);
    let elected = first(&stop, &run(&stop, 7, TRIALS), "mail", "failed_over");
    assert!(within(&elected, 0.11, 0.21), "{elected:?}");
}

#[test]
fn a_leader_that_comes_back_in_time_stays() {
    let hang = "what = \"hang\"\nwhere = \"primary of mail\"\nfor = \"5s\"";
    let program = mail(hang, &[]);
    let outcomes = run(&program, 7, TRIALS);
    assert!(first(&program, &outcomes, "mail", "key_taken").iter().all(|at| at.is_nan()));
    assert!(within(&recovery(&program, "shop"), 5.0, 5.1));
}

#[test]
fn where_a_target_says_nothing_of_sessions_they_are_as_writable() {
    // Patroni publishes neither: whoever connects to a primary is served.
    let watcher = r#"
preset = "watcher"
title = "Watcher"
kind = "clients"
versions = "all"
[client.gate]
sees = { when = "any(t in target: t.EXPORT)" }
[exports]
client.served = "sees"
"#;
    let desk = r#"
model = "desk"
zones = { a = "r", b = "r", c = "r" }
[consensus.etcd]
technology = "etcd"
members = ["a", "b", "c"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "etcd"
[clients.app]
technology = "watcher"
of = "orders"
at = "b"
"#;
    let fault = "scenario = \"f\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"primary of orders\"\n";
    let [writable, admits, relents] = ["writable", "admits", "relents"].map(|export| {
        let preset = watcher.replace("EXPORT", export);
        assert!(library(&[&preset]).get("watcher").is_some());
        recovery(&program_of(&[&preset], desk, fault, &[]), "app")
    });
    assert!(writable.iter().all(|at| *at > 0.0));
    assert_eq!((&writable, &writable), (&admits, &relents));
}
