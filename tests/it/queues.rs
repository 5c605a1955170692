//! What a queue's clients and a consensus store's sessions feel, against closed forms.

use drillcast::outcome::Figure;
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, first, library, program_of, run, run_as, seconds};

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

/// Three servers and the owner of an ephemeral node.
const ZOO: &str = r#"
model = "zoo"
zones = { a = "r", b = "r", c = "r", d = "r" }
[consensus.zoo]
technology = "zookeeper"
members = ["a", "b", "c"]
[clients.keeper]
technology = "zookeeper/client"
of = "zoo"
ensemble = "zoo"
at = "d"
every = "never"
"#;

/// When the session expires [s], under these faults.
fn expiry(faults: &[&str], sets: &[&str]) -> Vec<f64> {
    let faults: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
    let program = program_of(&[], ZOO, &format!("scenario = \"f\"\n{faults}"), sets);
    first(&program, &run(&program, 7, TRIALS), "keeper", "expired")
}

const OWNER_DIES: &str = "what = \"kill\"\nwhere = \"each of keeper\"";
const OWNER_STANDS_STILL: &str = "what = \"hang\"\nwhere = \"each of keeper\"";
const LEADER_STANDS_STILL: &str = "what = \"hang\"\nwhere = \"primary of zoo\"";
const FAR: &str = "clients.keeper.hosts=[\"b\", \"c\"]";

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn a_session_outlives_its_owner_by_its_time_out_less_the_last_ping() {
    for fault in [OWNER_DIES, OWNER_STANDS_STILL] {
        let near = expiry(&[fault], &[]);
        // 10 − U(0, 10/3 − U(0.01, 0.4)) + U(0, 2).
        assert!(within(&near, 6.67, 12.0), "{near:?}");
        assert!((mean(&near) - 9.436).abs() < 0.15, "{}", mean(&near));
        let far = expiry(&[fault], &[FAR]);
        assert!(within(&far, 6.67, 13.0), "{far:?}");
        assert!((mean(&far) - 9.936).abs() < 0.15, "{}", mean(&far));
    }
    // Each write is as good as a ping.
    let busy = expiry(&[OWNER_DIES], &["clients.keeper.every=10ms"]);
    assert!(within(&busy, 9.99, 12.0), "{busy:?}");
    // The servers grant 2 to 20 ticks.
    let short = expiry(&[OWNER_DIES], &["clients.keeper.session_timeout=1s"]);
    assert!(within(&short, 4.0 - 4.0 / 3.0, 6.0), "{short:?}");
    let long = expiry(&[OWNER_DIES], &["clients.keeper.session_timeout=60s"]);
    assert!(within(&long, 40.0 - 40.0 / 3.0, 42.0), "{long:?}");
}

#[test]
fn no_session_expires_while_there_is_no_leader() {
    let short = "clients.keeper.session_timeout=4s";
    let alive = expiry(&[LEADER_STANDS_STILL], &[FAR, short]);
    assert!(alive.iter().all(|at| at.is_nan()), "{alive:?}");
    // The new leader restarts the clock of the owner that is gone.
    let gone = expiry(&[LEADER_STANDS_STILL, OWNER_DIES], &[FAR, short]);
    assert!(within(&gone, 9.45 + 4.0, 10.45 + 4.0 + 2.0), "{gone:?}");
}

#[test]
fn a_session_moves_to_another_server_in_time() {
    let hang = "what = \"hang\"\nwhere = \"member b of zoo\"";
    assert!(expiry(&[hang], &[FAR]).iter().all(|at| at.is_nan()));
    let busy = "clients.keeper.every=10ms";
    assert!(expiry(&[hang], &[FAR, busy]).iter().all(|at| at.is_nan()));
    let alone = expiry(&[hang], &["clients.keeper.hosts=[\"b\"]"]);
    assert!(within(&alone, 6.67, 13.0), "{alone:?}");
    // One ping is missed, and the next is in time.
    let cut = "what = \"partition\"\nwhere = \"each of keeper\"\nfor = \"2500ms\"";
    assert!(expiry(&[cut], &[]).iter().all(|at| at.is_nan()));
}

#[test]
fn a_leader_without_followers_gives_up_and_is_elected_again() {
    let both = "[[faults]]\nwhat = \"kill\"\nwhere = \"member b of zoo\"\nfor = \"60s\"\n\
                [[faults]]\nwhat = \"kill\"\nwhere = \"member c of zoo\"\nfor = \"60s\"\n";
    let program = program_of(&[], ZOO, &format!("scenario = \"f\"\n{both}"), &[]);
    let outcomes = run(&program, 7, TRIALS);
    let found = figure(&program, &outcomes, ("consensus", "zoo"), Figure::RecoveryTime);
    let found: Vec<f64> = found.into_iter().map(seconds).collect();
    assert!(within(&found, 60.44, 60.46), "{found:?}");
}

#[test]
fn a_database_keeps_its_key_in_it() {
    let desk = r#"
model = "desk"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r", f = "r" }
[consensus.zoo]
technology = "zookeeper"
members = ["d", "e", "f"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "zoo"
"#;
    let detected = |more: &str| {
        let fault = "[[faults]]\nwhat = \"power loss\"\nwhere = \"primary of orders\"\n";
        let program = program_of(&[], desk, &format!("scenario = \"f\"\n{fault}{more}"), &[]);
        first(&program, &run(&program, 7, TRIALS), "orders", "detected")
    };
    // ttl − U(0, loop_wait), and the next tick.
    let alone = detected("");
    assert!(within(&alone, 20.0, 32.0), "{alone:?}");
    assert!((mean(&alone) - 26.0).abs() < 0.3, "{}", mean(&alone));
    // The new leader grants the key its whole ttl.
    let both = detected("[[faults]]\nwhat = \"kill\"\nwhere = \"primary of zoo\"\n");
    assert!(within(&both, 30.45, 32.46), "{both:?}");
}

#[test]
fn full_and_lazy_write_the_same_outcomes() {
    let mail = |what: &str| {
        let fault = format!("what = \"{what}\"\nwhere = \"primary of mail\"\nfor = \"40s\"");
        let text = format!("scenario = \"f\"\nhorizon = \"130s\"\n[[faults]]\n{fault}\n");
        program_of(&[], MAIL, &text, &["streams.mail.pause_minority=1"])
    };
    let zoo = |what: &str| {
        let fault = format!("what = \"{what}\"\nwhere = \"primary of zoo\"\nfor = \"20s\"");
        let text = format!(
            "scenario = \"f\"\nhorizon = \"60s\"\n[[faults]]\n{fault}\n[[faults]]\nat = \"15s\"\n{OWNER_DIES}\n"
        );
        let sets = [FAR, "clients.keeper.every=50ms", "consensus.zoo.failed_rounds=0.5"];
        program_of(&[], ZOO, &text, &sets)
    };
    for what in ["kill", "hang", "power loss", "partition"] {
        for program in [mail(what), zoo(what)] {
            let sampling = Sampling::plain(3);
            let [full, lazy] =
                [Mode::Full, Mode::Lazy].map(|mode| run_as(&program, &sampling, 40, mode));
            assert_eq!(full, lazy, "{what}");
        }
    }
}
