//! Each parameter of the presets of queues, of consensus with sessions, and of their clients.

use super::presets::scenario;
use super::{Case, Moves, Row, What};
use drillcast::outcome::Figure;

/// A queue of five members and a publisher that is connected to the first.
const MAIL: &str = r#"
model = "mail"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r", f = "r" }
[streams.mail]
technology = "rabbitmq/quorum"
members = ["a", "b", "c", "d", "e"]
net_ticktime = "1s"
[clients.shop]
technology = "rabbitmq/client"
of = "mail"
at = "f"
reconnect_delay = "8s"
"#;

const REDUNDANT: What = What::Figure("streams", "mail", Figure::RedundancyRestored);
const LOST: What = What::Figure("streams", "mail", Figure::DataLossWrites);
const FAILED_OVER: What = What::First("mail", "failed_over");
const DETECTED: What = What::First("mail", "detected");
const RECORDED: What = What::First("mail", "recorded");
const SHOP: What = What::Figure("clients", "shop", Figure::RecoveryTime);

/// A fault, and more of its keys.
fn mail(what: &str, more: &str) -> Case {
    let fault = format!("what = \"{what}\"\nwhere = \"primary of mail\"\n{more}");
    Case::new(&[], MAIL, &scenario(&fault))
}

/// The nodes.
fn queue() -> Vec<Row> {
    use Moves::{By, Down, MeanBy};
    let (kill, hang) = (mail("kill", ""), mail("hang", ""));
    let set = |field, base: &Case, value: &str| {
        let set = format!("streams.mail.{field}={value}");
        Row::set("rabbitmq/quorum", field, base, &set).not(&[LOST])
    };
    // The leader loses the others, but not its clients.
    let alone = mail("partition", "from = \"each of mail\"\nfor = \"300s\"");
    let alone = alone.set(&["streams.mail.start=0s"]);
    let quick = hang.clone().set(&["streams.mail.broadcast_time=1ms"]);
    vec![
        // The first look of four, and the same again.
        set("poll_interval", &quick, "7s")
            .moves(DETECTED, MeanBy(2.0 / 5.0))
            .moves(FAILED_OVER, MeanBy(2.0 + 2.0 / 5.0)),
        set("poll_interval", &kill, "7s").not(&[DETECTED, FAILED_OVER, SHOP]),
        set("suspicion", &hang, "1500ms").moves(DETECTED, MeanBy(1.0)),
        // The first of four uniform draws from 1 to 6.
        set("broadcast_time", &kill, "1100ms").moves(FAILED_OVER, MeanBy(2.0)).not(&[DETECTED]),
        set("net_ticktime", &hang.clone().set(&["streams.mail.net_ticktime=60s"]), "80s")
            .moves(RECORDED, MeanBy(20.0))
            .not(&[DETECTED, FAILED_OVER]),
        set("pause_minority", &alone, "1").moves(SHOP, Down).not(&[DETECTED, FAILED_OVER]),
        set("votes", &kill, "510ms").moves(FAILED_OVER, By(0.5)).not(&[DETECTED]),
        set("shutdown", &mail("stop", ""), "1100ms").moves(FAILED_OVER, By(1.0)),
        set("start", &mail("stop", "for = \"5s\""), "20s")
            .moves(REDUNDANT, By(10.0))
            .not(&[FAILED_OVER, SHOP]),
    ]
}

/// The publishers.
fn publishers() -> Vec<Row> {
    use Moves::{By, MeanBy};
    let (kill, hang) = (mail("kill", ""), mail("hang", ""));
    let set = |field, base: &Case, value: &str| {
        let set = format!("clients.shop.{field}={value}");
        Row::set("rabbitmq/client", field, base, &set).not(&[LOST, FAILED_OVER])
    };
    // The server that is tried next is out of reach, or says nothing.
    let more = |fault: &str| format!("\n[[faults]]\n{fault}");
    let cut = more("what = \"partition\"\nwhere = \"member b of mail\"\nfrom = \"each of shop\"");
    let mute = more("what = \"hang\"\nwhere = \"member b of mail\"");
    vec![
        // It connects at one message, and the next is the first that is confirmed.
        set("every", &kill, "3s").moves(SHOP, MeanBy(3.0)),
        set("heartbeat", &hang, "80s").moves(SHOP, MeanBy(30.0)),
        set("reconnect_delay", &kill, "10s").moves(SHOP, By(2.0)),
        set("handshake", &kill, "1050ms").moves(SHOP, By(1.0)),
        set("socket_timeout", &mail("kill", &cut), "15s").moves(SHOP, By(5.0)),
        set("stack_timeout", &mail("kill", &mute), "20s").moves(SHOP, By(5.0)),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [queue(), publishers()].into_iter().flatten().collect()
}
