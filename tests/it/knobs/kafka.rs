//! Each parameter of Kafka's brokers, controllers and producers.

use super::presets::scenario;
use super::{Case, Moves, NEVER, Row, What};
use drillcast::outcome::Figure;

/// Three brokers, three controllers on machines of their own, a producer and a group;
/// nothing but phases, and who is first, is uncertain.
const EVENTS: &str = r#"
model = "events"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r", f = "r", g = "r", h = "r", i = "r" }
[streams.events]
technology = "kafka/kraft"
members = ["a", "b", "c"]
controllers = ["d", "e", "f"]
propagation = "50ms"
lag = "10ms"
[clients.shop]
technology = "kafka/client"
of = "events"
at = "g"
[clients.readers]
technology = "kafka/consumer"
of = "events"
at = "g"
consumers = ["h", "i"]
"#;

const STREAM: What = What::Figure("streams", "events", Figure::RecoveryTime);
const REDUNDANT: What = What::Figure("streams", "events", Figure::RedundancyRestored);
const WRITES: What = What::Figure("streams", "events", Figure::DataLossWrites);
const LOST: What = What::Figure("streams", "events", Figure::DataLossSeconds);
const DETECTED: What = What::First("events", "detected");
const FENCED: What = What::First("events", "fenced");
const FAILED_OVER: What = What::First("events", "failed_over");
const ACTIVATED: What = What::First("events", "activated");
const SHOP: What = What::Figure("clients", "shop", Figure::RecoveryTime);
const ERROR: What = What::First("shop", "first_error");
const READERS: What = What::Figure("clients", "readers", Figure::RecoveryTime);
const LEFT: What = What::First("readers", "detected");

/// The leader's broker and another.
const TWO: &str = "what = \"kill\"\nwhere = \"primary of events\"\n\
                   [[faults]]\nwhat = \"kill\"\nwhere = \"member b of events\"";

/// Its session ends to the millisecond.
const SHARP: &str = "streams.events.session_checks=0";

fn events(fault: &str) -> Case {
    Case::new(&[], EVENTS, &scenario(fault))
}

fn leader(what: &str) -> Case {
    events(&format!("what = \"{what}\"\nwhere = \"primary of events\""))
}

fn set(field: &'static str, base: &Case, value: &str) -> Row {
    Row::set("kafka/kraft", field, base, &format!("streams.events.{field}={value}"))
}

/// Sessions, and who looks at them.
fn sessions() -> Vec<Row> {
    use Moves::{By, MeanBy};
    let kill = leader("kill");
    let sharp = kill.clone().set(&[SHARP]);
    let two = format!("{TWO}\n[phases]\n\"events.*.heartbeats\" = \"1s\"");
    vec![
        set("broker_session_timeout", &sharp, "17s")
            .moves(DETECTED, By(8.0))
            .moves(FAILED_OVER, By(8.0))
            .not(&[LOST]),
        set("broker_heartbeat_interval", &sharp, "4s").moves(DETECTED, MeanBy(-1.0)).not(&[LOST]),
        // Looked for twice as rarely: U(0, 1.125) more, in the mean half of it.
        set("session_checks", &kill, "4").moves(DETECTED, MeanBy(0.5625)).not(&[LOST]),
        // Of two sessions that end at once the second is seen after the first.
        set("repeat", &events(&two), "510ms").moves(STREAM, By(0.5)).not(&[DETECTED, LOST]),
        set("propagation", &kill, "550ms").moves(FAILED_OVER, By(0.5)).not(&[DETECTED, LOST]),
        set("shutdown", &leader("stop").set(&[SHARP]), "2500ms").moves(FENCED, By(2.0)).not(&[
            STREAM,
            FAILED_OVER,
            LOST,
        ]),
    ]
}

/// Replicas, and what is asked of them.
fn replicas() -> Vec<Row> {
    use Moves::{By, Comes, Down, MeanBy, Up, Vanishes};
    let kill = leader("kill");
    let back = events("what = \"kill\"\nwhere = \"primary of events\"\nfor = \"60s\"");
    let weak = kill.clone().set(&["streams.events.acks_all=0"]);
    // Both followers are out of sync when the leader dies, and back before it.
    let stale = "what = \"kill\"\nwhere = \"member b of events\"\nfor = \"100s\"\n\
                 [[faults]]\nwhat = \"kill\"\nwhere = \"member c of events\"\nfor = \"100s\"\n\
                 [[faults]]\nwhat = \"kill\"\nwhere = \"primary of events\"\nat = \"50s\"";
    let stale = events(stale).set(&["streams.events.stable_for=200s"]);
    let apart = events(
        "what = \"partition\"\nwhere = \"member b of events\"\nfrom = \"primary of events\"",
    );
    // Who hears of a change first is drawn.
    let race = kill.clone().set(&["streams.events.propagation=20ms..80ms"]);
    vec![
        set("acks_all", &race, "0").moves(STREAM, Down).moves(WRITES, Up).not(&[DETECTED]),
        set("min_insync_replicas", &events(TWO), "2").moves(STREAM, Vanishes).not(&[DETECTED]),
        set("unclean_leader_election_enable", &stale, "1")
            .moves(STREAM, Comes)
            .moves(WRITES, Up)
            .not(&[DETECTED]),
        set("replica_lag_time_max", &apart, "20s").moves(STREAM, MeanBy(-12.5)).not(&[LOST]),
        set("replica_fetch_backoff", &race, "2s").moves(STREAM, Up).not(&[FAILED_OVER, LOST]),
        set("start", &back, "8s").moves(REDUNDANT, By(3.0)).not(&[STREAM, LOST]),
        set("catch_up", &back, "5s").moves(REDUNDANT, By(4.0)).not(&[STREAM, LOST]),
        set("lag", &weak, "510ms").moves(LOST, By(0.5)).not(&[STREAM, FAILED_OVER]),
        set("writes", &weak.clone().set(&["streams.events.lag=1s"]), "1000/s")
            .moves(WRITES, By(900.0))
            .not(&[STREAM, FAILED_OVER]),
    ]
}

/// Controllers.
fn controllers() -> Vec<Row> {
    use Moves::{By, Down, MeanBy, Up};
    let kill = events("what = \"kill\"\nwhere = \"controller d of events\"");
    let split = kill.clone().set(&["streams.events.reaction=0s"]);
    let apart = kill.clone().set(&["streams.events.reaction=0s..1s", "streams.events.votes=1us"]);
    let not = [STREAM, LOST];
    vec![
        set("controller_quorum_fetch_timeout", &kill, "5s").moves(ACTIVATED, By(3.0)).not(&not),
        // The lesser of two U(1, 2), three times as long.
        set("controller_quorum_election_timeout", &split, "3s")
            .moves(ACTIVATED, MeanBy(8.0 / 3.0))
            .not(&not),
        set("metadata_max_idle_interval", &kill, "1s").moves(ACTIVATED, MeanBy(-0.25)).not(&not),
        set("metadata_records", &kill, "100ms").moves(ACTIVATED, MeanBy(0.2)).not(&not),
        // The earlier of two is elected instead of the later.
        set("pre_vote", &apart, "0").moves(ACTIVATED, Down).moves(ACTIVATED, MeanBy(-1.0 / 3.0)),
        set("reaction", &kill, "1s..1100ms").moves(ACTIVATED, By(1.0)).not(&not),
        // Others stand meanwhile.
        set("votes", &kill, "60ms").moves(ACTIVATED, Up).not(&not),
    ]
}

/// Producers.
fn producers() -> Vec<Row> {
    use Moves::{By, MeanBy, Up};
    let (kill, hang) = (leader("kill"), leader("hang"));
    let shop = |field, base: &Case, value: &str| {
        Row::set("kafka/client", field, base, &format!("clients.shop.{field}={value}"))
            .not(&[STREAM, FAILED_OVER])
    };
    let hasty = |more: &[&str]| {
        leader("power loss").set(&[SHARP, "clients.shop.request_timeout=5s"]).set(more)
    };
    let late = "streams.events.broker_session_timeout=20s";
    let rarely = kill.clone().set(&[SHARP, late, "clients.shop.retry_backoff=1s"]);
    vec![
        // The request that is given up went out with the next record.
        shop("every", &hang, "1s").moves(SHOP, MeanBy(0.45)),
        shop("request_timeout", &hang, "35s").moves(SHOP, By(5.0)),
        shop("delivery_timeout", &kill.clone().set(&["clients.shop.delivery_timeout=2s"]), "4s")
            .moves(ERROR, By(2.0))
            .not(&[SHOP]),
        shop("delivery_timeout", &kill.clone().set(&["clients.shop.delivery_timeout=2s"]), "60s")
            .moves(ERROR, Moves::To(2.0, NEVER)),
        shop("retry_backoff", &leader("stop"), "300ms").moves(SHOP, MeanBy(0.2)),
        // It asks at 15 and 31 s, instead of once a second.
        shop("retry_backoff_max", &rarely, "500s").moves(SHOP, Up),
        shop("socket_connection_setup_timeout", &hasty(&[]), "20s").moves(SHOP, MeanBy(10.0)),
        // The second attempt lasts no longer than the first.
        shop("socket_connection_setup_timeout_max", &hasty(&[late]), "10s")
            .moves(SHOP, MeanBy(-10.0)),
        shop("handshake", &kill, "600ms").moves(SHOP, By(0.5)),
    ]
}

/// A group, one of whose members dies.
fn consumers() -> Vec<Row> {
    use Moves::{By, MeanBy, Up};
    let kill = events("what = \"kill\"\nwhere = \"consumer h of readers\"");
    let late = "streams.events.broker_session_timeout=20s";
    let rarely = leader("kill").set(&[SHARP, late, "clients.readers.retry_backoff=1s"]);
    let readers =
        |field, base: &Case, value: &str| {
            Row::set("kafka/consumer", field, base, &format!("clients.readers.{field}={value}"))
                .not(&[STREAM, FAILED_OVER, SHOP])
        };
    vec![
        readers("session_timeout", &kill, "50s").moves(LEFT, By(5.0)),
        readers("heartbeat_interval", &kill, "6s").moves(LEFT, MeanBy(-1.5)),
        readers("rejoin", &kill, "1500ms").moves(READERS, By(1.0)).not(&[LEFT]),
        readers("request_timeout", &leader("hang"), "35s").moves(READERS, By(5.0)),
        readers("retry_backoff", &leader("stop"), "300ms").moves(READERS, MeanBy(0.2)),
        // They ask at 15 and 31 s, instead of once a second.
        readers("retry_backoff_max", &rarely, "500s").moves(READERS, Up),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [sessions(), replicas(), controllers(), producers(), consumers()]
        .into_iter()
        .flatten()
        .collect()
}
