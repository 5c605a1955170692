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

/// Three servers, and the owner of an ephemeral node that is connected to the first.
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
ping_jitter = "200ms"
report = "0"
"#;

const LOOKS: What = What::First("zoo", "detected");
const SERVES: What = What::First("zoo", "failed_over");
const EXPIRED: What = What::First("keeper", "expired");
const KEEPER: What = What::Figure("clients", "keeper", Figure::RecoveryTime);

fn zoo(what: &str, of: &str) -> Case {
    Case::new(&[], ZOO, &scenario(&format!("what = \"{what}\"\nwhere = \"{of}\"")))
}

/// The servers.
fn servers() -> Vec<Row> {
    use Moves::{By, MeanBy, Times};
    let (kill, hang) = (zoo("kill", "primary of zoo"), zoo("hang", "primary of zoo"));
    let set = |field, base: &Case, value: &str| {
        Row::set("zookeeper", field, base, &format!("consensus.zoo.{field}={value}"))
    };
    let failed = kill.clone().set(&["consensus.zoo.failed_rounds=1"]);
    vec![
        set("tickTime", &hang, "4s").moves(LOOKS, Times(2.0)),
        set("tickTime", &kill, "4s").not(&[LOOKS, SERVES]),
        set("syncLimit", &hang, "6").moves(LOOKS, By(2.0)).moves(SERVES, By(2.0)),
        set("initLimit", &failed, "15").moves(SERVES, By(10.0)).not(&[LOOKS]),
        set("initLimit", &kill, "15").not(&[LOOKS, SERVES]),
        set("messages", &hang, "10ms").moves(LOOKS, MeanBy(0.495)),
        set("finalizeWait", &kill, "700ms").moves(SERVES, By(0.5)).not(&[LOOKS]),
        set("synchronisation", &kill, "1250ms").moves(SERVES, By(1.0)).not(&[LOOKS]),
        // initLimit · tickTime and another election.
        set("failed_rounds", &kill, "1").moves(SERVES, By(20.2)).not(&[LOOKS]),
    ]
}

/// The owner of the node.
fn owners() -> Vec<Row> {
    use Moves::MeanBy;
    let kill = zoo("kill", "each of keeper");
    let set = |field, base: &Case, value: &str| {
        let set = format!("clients.keeper.{field}={value}");
        Row::set("zookeeper/client", field, base, &set).not(&[SERVES])
    };
    let far = kill.clone().set(&["clients.keeper.hosts=[\"b\"]"]);
    let hang = zoo("hang", "primary of zoo")
        .set(&["clients.keeper.hosts=[\"b\"]", "clients.keeper.every=10ms"]);
    vec![
        // T − U(0, T/3 − jitter) and the next tick.
        set("session_timeout", &kill, "16s").moves(EXPIRED, MeanBy(5.0)),
        set("ping_jitter", &kill, "1200ms").moves(EXPIRED, MeanBy(0.5)),
        set("report", &far, "1").moves(EXPIRED, MeanBy(1.0)),
        set("report", &kill, "1").not(&[EXPIRED]),
        // Each write is as good as a ping.
        set("every", &kill, "10ms").moves(EXPIRED, MeanBy((10.0 / 3.0 - 0.2) / 2.0 - 0.005)),
        set("every", &hang, "2010ms").moves(KEEPER, MeanBy(1.0)),
        set("retry_delay", &hang, "2s").moves(KEEPER, MeanBy(0.95)),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [queue(), publishers(), servers(), owners()].into_iter().flatten().collect()
}
