//! Each parameter of the presets of streams and their clients.

use super::presets::scenario;
use super::{Case, Moves, Row, What};
use drillcast::outcome::Figure;

/// A busy stream, a client that publishes through the library, and one of
/// another store that asks for one thing at a time.
const NEWS: &str = r#"
model = "news"
zones = { a = "r", b = "r", c = "r", d = "r" }
[streams.news]
technology = "nats/jetstream"
members = ["a", "b", "c"]
messages = "10ms"
election_timeout = "5s"
[clients.press]
technology = "nats/client"
of = "news"
at = "d"
answer = "0s"
ping_interval = "2s"
[clients.reader]
technology = "client/sequential"
of = "news"
at = "d"
every = "100ms"
timeout = "1s"
"#;

const STREAM: What = What::Figure("streams", "news", Figure::RecoveryTime);
const LOST: What = What::Figure("streams", "news", Figure::DataLossWrites);
const FAILED_OVER: What = What::First("news", "failed_over");
const DETECTED: What = What::First("news", "detected");
const PRESS: What = What::Figure("clients", "press", Figure::RecoveryTime);
const READER: What = What::First("reader", "first_error");

fn news(what: &str) -> Case {
    Case::new(&[], NEWS, &scenario(&format!("what = \"{what}\"\nwhere = \"primary of news\"")))
}

/// The servers.
fn stream() -> Vec<Row> {
    use Moves::{By, MeanBy, Up};
    let kill = news("kill");
    let set = |field, base: &Case, value: &str| {
        Row::set("nats/jetstream", field, base, &format!("streams.news.{field}={value}"))
    };
    let idle = kill.clone().set(&["streams.news.messages=never"]);
    // Two servers are out, and the third does not know for whom to vote.
    let few =
        Case::new(&[], NEWS, &scenario("what = \"kill\"\nwhere = \"each of news\"\nfor = \"60s\""))
            .set(&["streams.news.stable_for=0s"]);
    vec![
        set("election_timeout", &kill, "7s")
            .moves(DETECTED, By(2.0))
            .moves(FAILED_OVER, By(2.0))
            .not(&[READER, LOST]),
        set("election_timeout", &few, "20s").moves(STREAM, Up).not(&[READER, LOST]),
        // A stream that is idle has last heard its leader U(0, heartbeat) ago.
        set("heartbeat", &idle, "3s").moves(DETECTED, MeanBy(-1.0)).not(&[READER, LOST]),
        set("messages", &kill, "510ms").moves(DETECTED, MeanBy(-0.25)).not(&[READER, LOST]),
        // A leader that is gone before the votes have come hands nothing over.
        set("handover", &news("stop").set(&["streams.news.votes=100ms"]), "150ms")
            .moves(FAILED_OVER, MeanBy(-4.995))
            .not(&[LOST]),
        set("votes", &kill, "510ms").moves(FAILED_OVER, By(0.5)).not(&[READER, LOST]),
    ]
}

/// The clients.
fn clients() -> Vec<Row> {
    use Moves::{By, MeanBy, Times};
    let (kill, hang) = (news("kill"), news("hang"));
    let press = |field, base: &Case, value: &str| {
        Row::set("nats/client", field, base, &format!("clients.press.{field}={value}"))
            .not(&[STREAM, FAILED_OVER])
    };
    let reader = |field, base: &Case, value: &str| {
        Row::set("client/sequential", field, base, &format!("clients.reader.{field}={value}"))
            .not(&[STREAM, FAILED_OVER])
    };
    let slow = hang.clone().set(&["clients.press.timeout=100ms", "clients.press.ping_interval=4s"]);
    // The server that is tried next is out of reach.
    let apart = "\n[[faults]]\nwhat = \"partition\"\nwhere = \"member b of news\"\n\
                 from = \"each of press\"";
    let cut = slow.clone().turn("primary of news\"", &format!("primary of news\"{apart}"));
    vec![
        // The next message after the election.
        press("every", &kill, "1s").moves(PRESS, MeanBy(0.49)),
        // With the chance that one is under way it waits for 9 s, else for the leader.
        press("answer", &kill.clone().set(&["clients.press.timeout=9s"]), "20ms")
            .moves(PRESS, MeanBy(2.0)),
        press("timeout", &hang.clone().set(&["clients.press.timeout=10s"]), "12s")
            .moves(PRESS, By(2.0)),
        // U(0, ping_interval) + 2·ping_interval.
        press("ping_interval", &slow, "6s").moves(PRESS, MeanBy(5.0)),
        press("max_outstanding_pings", &slow, "3").moves(PRESS, MeanBy(4.0)),
        press("connect_timeout", &cut, "5s").moves(PRESS, MeanBy(3.0)),
        reader("every", &kill, "300ms").moves(READER, Times(3.0)),
        reader("timeout", &hang, "3s").moves(READER, By(2.0)),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [stream(), clients()].into_iter().flatten().collect()
}
