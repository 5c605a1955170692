//! Each field of each block of the preset language, in invented technologies.

use super::{Case, Moves, NEVER, Row, What, fields, table};
use crate::harness::{KILL, ONE_TOY, toy};
use drillcast::outcome::Figure;

const TIME: What = What::Figure("stores", "toy", Figure::RecoveryTime);
const DOWN: What = What::Figure("stores", "toy", Figure::Downtime);
const LOST: What = What::Figure("stores", "toy", Figure::DataLossWrites);
const AGE: What = What::Figure("stores", "toy", Figure::RecoveryPointAge);
const SEEN: What = What::First("toy", "seen");
/// Stamped by a work of 1 s that nothing else touches.
const APART: What = What::First("toy", "apart");

/// Works that end after so many seconds, a gate, and one that stands apart.
const WORKS: &str = r#"
[parameters.pause]
default = { exponential = { mean = "2s" } }
say = "how long something takes"
[member.work]
w0 = { when = "not app", takes = "pause", marks = "apart" }
w1 = { when = "not app", takes = "1s" }
w3 = { when = "not app", takes = "3s" }
w5 = { when = "not app", takes = "5s" }
w9 = { when = "not app", takes = "9s" }
w40 = { when = "not app", takes = "40s" }
"#;

/// The works and a node, on one machine whose process ends for good.
fn one(node: &str, served: &str) -> Case {
    let scenario =
        format!("{}\n", KILL.replace("\n[[faults]]", "\nhorizon = \"1000s\"\n[[faults]]"));
    Case::new(&[&toy(&format!("{WORKS}{node}"), served)], ONE_TOY, &scenario)
        .set(&["stores.toy.stable_for=0s"])
}

fn row(field: &'static str, base: &Case, from: &str, to: &str) -> Row {
    let (area, field) = field.split_once(' ').expect("block and field");
    Row::text(area, field, base, from, to).not(&[APART])
}

fn gates_and_works() -> Vec<Row> {
    use Moves::{By, Comes, MeanBy, To, Vanishes};
    let gate = one("[member.gate]\ng = { when = \"w1\", marks = \"seen\" }", "app or g");
    let latch = one("[member.gate]\ng = { when = \"w1\", until = \"w5\" }", "app or g");
    let work = one("x = { when = \"w1\", takes = \"1s\", marks = \"seen\" }", "app or x");
    let until = one("x = { when = \"w1\", until = \"w5\", takes = \"1s\" }", "app or x");
    let lost = one(
        "x = { when = \"w1 and not w3\", takes = \"4s\", lost = \"cancel\", does = [\"start app\"] }",
        "app",
    );
    let tried = one("x = { when = \"w1\", takes = \"2s\" }", "app or x");
    let failing = one(
        "x = { when = \"w1\", takes = \"2s\", fails = \"1\", tries = 2 }\n[member.gate]\nf = { when = \"x.failed\" }",
        "app or f",
    );
    let patient = failing.clone().turn("tries = 2", "tries = 4, between = \"5s\"");
    let growing = patient.clone().turn("between = \"5s\"", "between = \"5s\", factor = 2");
    let start = one("x = { when = \"w1\", takes = \"4s\", does = [\"start app\"] }", "app");
    let stop = one("x = { when = \"w1\", takes = \"4s\", does = [] }", "app or w3 and aux")
        .turn("processes = [\"app\"]", "processes = [\"app\", \"aux\"]")
        .turn("where = ", "process = \"app\"\nwhere = ");
    vec![
        row("gate when", &gate, "\"w1\"", "\"w3\"").moves(TIME, By(2.0)).moves(SEEN, By(2.0)),
        row("gate marks", &gate, ", marks = \"seen\"", "")
            .moves(TIME, To(1.0, 1.0))
            .not(&[TIME, DOWN]),
        row("gate until", &latch, "\"w5\"", "\"w9\"").moves(DOWN, By(-4.0)).not(&[TIME]),
        row("work when", &work, "\"w1\"", "\"w3\"").moves(TIME, By(2.0)),
        row("work until", &until, "\"w5\"", "\"w9\"").moves(DOWN, By(-4.0)).not(&[TIME]),
        row("work takes", &work, "\"w1\", takes = \"1s\"", "\"w1\", takes = \"4s\"")
            .moves(TIME, By(3.0)),
        row(
            "work takes",
            &work,
            "\"w1\", takes = \"1s\"",
            "\"w1\", takes = { exponential = { mean = \"4s\" } }",
        )
        .moves(TIME, MeanBy(3.0)),
        // With its process back, what stands apart need not end.
        Row::text("work", "lost", &lost, "cancel", "finish")
            .moves(TIME, Comes)
            .moves(TIME, To(NEVER, 5.0)),
        Row::text("work", "does", &start, "does = [\"start app\"]", "does = []")
            .moves(TIME, Vanishes),
        row("work does", &stop, "does = []", "does = [\"stop aux\"]")
            .moves(DOWN, To(3.0, 998.0))
            .not(&[TIME]),
        // One failure in the mean, of 2 s.
        row("work fails", &tried, "takes = \"2s\"", "takes = \"2s\", fails = \"0.5\"")
            .moves(TIME, MeanBy(2.0)),
        row("work tries", &failing, "tries = 2", "tries = 4").moves(TIME, To(5.0, 9.0)),
        row("work between", &failing, "tries = 2", "tries = 2, between = \"5s\"")
            .moves(TIME, To(5.0, 10.0)),
        // Three waits of 5 s; or of 5, 10 and 20 s; or of 5, 8 and 8 s.
        row("work factor", &patient, "between = \"5s\"", "between = \"5s\", factor = 2")
            .moves(TIME, To(24.0, 44.0)),
        row("work most", &growing, "factor = 2", "factor = 2, most = \"8s\"")
            .moves(TIME, To(44.0, 30.0)),
        row("work marks", &work, ", marks = \"seen\"", "").not(&[TIME, DOWN]),
    ]
}

fn clocks_and_probes() -> Vec<Row> {
    use Moves::{By, MeanBy, Times, To};
    let clocks = "[member.clock]\ntick = { every = \"10s\" }\nfast = { every = \"2s\" }\n";
    let looks = one(
        &format!(
            "{clocks}[member.probe]\np = {{ watch = \"not app\", at = \"tick\", marks = \"seen\" }}"
        ),
        "app or p",
    );
    let own = |more: &str| {
        one(
            &format!("[member.probe]\np = {{ watch = \"not app\", every = \"4s\"{more} }}"),
            "app or p",
        )
    };
    // Looks 4, 8 and 12 s after 3 s.
    let comb = own(", from = \"w3\", rise = 3");
    let growing = own(", from = \"w3\", factor = \"2\", rise = 3");
    let alive = one(
        "[member.probe]\np = { watch = \"app\", every = \"4s\", fall = 2, rise = 1 }",
        "app or not p",
    );
    vec![
        row("clock every", &looks, "tick = { every = \"10s\" }", "tick = { every = \"20s\" }")
            .moves(SEEN, Times(2.0)),
        // U(0, 10 s) to the next tick, or an exponential wait of that mean.
        row("clock asks", &looks, "tick = { every = \"10s\" }", "tick = { asks = \"10s\" }")
            .moves(SEEN, MeanBy(5.0)),
        // It ticks at each second tick of the other.
        row(
            "clock at",
            &looks,
            "tick = { every = \"10s\" }\nfast = { every = \"2s\" }",
            "tick = { every = \"10s\", at = \"fast\" }\nfast = { every = \"8s\" }",
        )
        .moves(SEEN, MeanBy(3.0)),
        // It starts anew at 3 s, at another phase.
        row(
            "clock while",
            &looks,
            "tick = { every = \"10s\" }",
            "tick = { every = \"10s\", while = \"w3\" }",
        )
        .moves(SEEN, MeanBy(3.0)),
        // Three in ten first looks come before 3 s and see nothing.
        row("probe watch", &looks, "\"not app\", at", "\"w3\", at").moves(SEEN, MeanBy(3.0)),
        row("probe at", &looks, "at = \"tick\"", "at = \"fast\"").moves(SEEN, MeanBy(-4.0)),
        row("probe marks", &looks, ", marks = \"seen\"", "").not(&[TIME, DOWN]),
        row("probe every", &own(""), "\"4s\" }", "\"8s\" }").moves(TIME, Times(2.0)),
        // U(0, every + cost) to a look, which counts when its cost is paid.
        row("probe after", &own(""), "\"4s\" }", "\"4s\", after = \"reply\", cost = \"2s\" }")
            .moves(TIME, MeanBy(3.0)),
        row("probe cost", &own(", after = \"reply\", cost = \"0s\""), "\"0s\"", "\"2s\"")
            .moves(TIME, MeanBy(3.0)),
        row("probe from", &own(""), "\"4s\" }", "\"4s\", from = \"w3\" }").moves(TIME, MeanBy(5.0)),
        row("probe from", &own(", from = \"w3\""), "\"w3\" }", "\"w5\" }")
            .moves(TIME, To(7.0, 9.0)),
        row("probe factor", &comb, "rise = 3", "rise = 3, factor = \"2\"")
            .moves(TIME, To(15.0, 31.0)),
        row("probe most", &growing, "rise = 3", "rise = 3, most = \"6s\"")
            .moves(TIME, To(31.0, 19.0)),
        row("probe slack", &growing, "rise = 3", "rise = 3, slack = \"0.5\"")
            .moves(TIME, To(31.0, 45.0)),
        row("probe slack", &growing, "rise = 3", "rise = 3, slack = \"0..0.5\"")
            .moves(TIME, MeanBy(7.0)),
        row("probe while", &own(""), "\"4s\" }", "\"4s\", while = \"w3\" }")
            .moves(TIME, MeanBy(3.0)),
        row("probe initially", &own(", from = \"w3\", initially = false"), "false", "true")
            .moves(TIME, To(7.0, 0.0)),
        row("probe fall", &alive, "fall = 2", "fall = 4").moves(TIME, By(8.0)),
        row("probe rise", &own(", rise = 2"), "rise = 2", "rise = 4").moves(TIME, By(8.0)),
    ]
}

fn leases() -> Vec<Row> {
    use Moves::{MeanBy, To, Vanishes};
    let clocks = "[member.clock]\ntick = { every = \"10s\" }\nfast = { every = \"2s\" }\n";
    let lease = |more: &str| {
        let lease =
            format!("l = {{ ttl = \"30s\", renew = {{ at = \"tick\", if = \"app\" }}{more} }}");
        let gate = "[member.gate]\ngone = { when = \"not l\", marks = \"seen\" }\n";
        one(&format!("{clocks}{gate}[member.lease]\n{lease}"), "app or gone")
    };
    let check = lease(", check = { every = \"6s\" }");
    let rearm = lease(", rearm = { on = \"w5\", ttl = \"60s\" }");
    // Up again at 60 s; the next tick renews it, unless it has to be granted.
    let pick = "[one.pick]\nboss = { over = \"member\", when = \"false\", from = \"app\" }\n[member.lease]\nl = { ttl = \"30s\", renew = { at = \"tick\", if = \"app\" } }";
    let back =
        one(&format!("{clocks}{pick}"), "app and l").turn("where = ", "for = \"60s\"\nwhere = ");
    let boss = "[member.gate]\nchosen = { when = \"boss == self\" }\n";
    let back = back.turn("[one.pick]", &format!("{boss}[one.pick]"));
    let marked = lease("").turn("\"app\" } }", "\"app\" }, marks = \"back\" }");
    vec![
        row("lease ttl", &lease(""), "\"30s\"", "\"40s\"").moves(SEEN, Moves::By(10.0)),
        row("lease renew.at", &lease(""), "at = \"tick\"", "at = \"fast\"")
            .moves(SEEN, MeanBy(4.0)),
        row("lease renew.if", &lease(""), "if = \"app\"", "if = \"host\"").moves(SEEN, Vanishes),
        row(
            "lease check.every",
            &lease(""),
            "\"app\" } }",
            "\"app\" }, check = { every = \"6s\" } }",
        )
        .moves(SEEN, MeanBy(3.0)),
        // Two seconds of a clock that all may look at.
        row("lease check.at", &check, "check = { every = \"6s\" }", "check = { at = \"fast\" }")
            .moves(SEEN, MeanBy(-2.0)),
        row("lease check.while", &check, "\"6s\" }", "\"6s\", while = \"w40\" }")
            .moves(SEEN, MeanBy(15.0)),
        row("lease rearm.on", &rearm, "on = \"w5\"", "on = \"w9\"").moves(SEEN, To(65.0, 69.0)),
        row("lease rearm.ttl", &rearm, "\"60s\"", "\"80s\"").moves(SEEN, To(65.0, 85.0)),
        row("lease drop", &lease(""), "\"app\" } }", "\"app\" }, drop = \"w5\" }")
            .moves(SEEN, MeanBy(-20.0)),
        row("lease of", &back, "l = { ttl", "l = { of = \"boss\", ttl").moves(TIME, Vanishes),
        row("lease marks", &marked, ", marks = \"back\"", "").not(&[SEEN, TIME]),
    ]
}

const THREE: &str = r#"
model = "toys"
zones = { a = "r", b = "r", c = "r" }
[stores.toy]
technology = "toy"
members = ["a", "b", "c"]
"#;

/// Three members of which one leads; the first is killed, and `late` is true
/// three seconds later.
fn led(pick: &str, more: &str) -> Case {
    let nodes = format!(
        r#"
[one.gate]
broken = {{ when = "not any(m in member: boss == m and m.app)" }}
[one.work]
apart = {{ when = "not all(m in member: m.app)", takes = {{ exponential = {{ mean = "2s" }} }}, marks = "apart" }}
soon = {{ when = "broken", takes = "1s" }}
late = {{ when = "broken", takes = "3s" }}
[one.pick]
boss = {{ over = "member", {pick} }}
{more}
"#
    );
    let scenario = format!("{KILL}\n").replace("\n[[faults]]", "\nhorizon = \"1000s\"\n[[faults]]");
    Case::new(&[&toy(&nodes, "boss == self and app")], THREE, &scenario)
        .set(&["stores.toy.stable_for=0s"])
}

fn picks() -> Vec<Row> {
    use Moves::{By, To, Vanishes};
    let plain = led("when = \"soon\", from = \"app\", marks = \"seen\"", "");
    let first = led("first = 1, when = \"soon\", from = \"app\"", "");
    // Whoever is chosen needs 5 s where its helper is dead, else 1 s.
    let helped =
        "[member.work]\nready = { when = \"boss == self and app\", takes = \"if(aux, 1s, 5s)\" }";
    let prefer = led("when = \"soon\", from = \"app\", prefer = \"if(app, 1, 0)\"", helped)
        .turn("processes = [\"app\"]", "processes = [\"app\", \"aux\"]")
        .turn("member.writable = \"boss == self and app\"", "member.writable = \"ready\"")
        .turn(
            "where = \"member a of toy\"",
            "where = \"member a of toy\"\n[[faults]]\nwhat = \"kill\"\nprocess = \"aux\"\nwhere = \"member b of toy\"",
        );
    vec![
        row("pick when", &plain, "when = \"soon\"", "when = \"late\"").moves(TIME, By(2.0)),
        row("pick from", &plain, "from = \"app\"", "from = \"app and late\"").moves(TIME, By(2.0)),
        row("pick first", &first, "first = 1", "first = 2").moves(TIME, To(1.0, 0.0)),
        row("pick mode", &plain, "when = \"soon\"", "mode = \"best\"").moves(TIME, To(1.0, 0.0)),
        // Read at the choice, and again only when somebody new stands.
        row("pick if", &plain, "from = \"app\"", "from = \"app\", if = \"late\"")
            .moves(TIME, Vanishes),
        row("pick prefer", &prefer, "if(app, 1, 0)", "if(aux, 1, 0)").moves(TIME, To(6.0, 2.0)),
        row("pick marks", &plain, ", marks = \"seen\"", "").not(&[TIME, DOWN]),
    ]
}

const WATCHER: &str = r#"
preset = "watcher"
title = "Watcher"
kind = "clients"
versions = "all"
processes = []
[client.clock]
tick = { every = "1s" }
slow = { every = "10s" }
[client.work]
l1 = { when = "any(t in target: s == t and not answers(here, t))", takes = "1s" }
l3 = { when = "any(t in target: s == t and not answers(here, t))", takes = "3s" }
[client.dial]
s = { over = "target", lost = "l1", good = "answers(here, self)", cost = "2s", at = "tick", marks = "first_write" }
[exports]
client.served = "s"
"#;

fn dials() -> Vec<Row> {
    use Moves::{By, MeanBy};
    let write = What::First("watch", "first_write");
    let works =
        WORKS.replace("[member.work]", "[member.gate]\nunused = { when = \"app\" }\n[member.work]");
    let model = format!("{THREE}[clients.watch]\ntechnology = \"watcher\"\nof = \"toy\"\n");
    let scenario = format!("{KILL}\n").replace("\n[[faults]]", "\nhorizon = \"1000s\"\n[[faults]]");
    let base = Case::new(&[&toy(&works, "app"), WATCHER], &model, &scenario);
    let row = |field, from, to| row(field, &base, from, to).not(&[TIME]);
    vec![
        row("dial lost", "lost = \"l1\"", "lost = \"l3\"").moves(write, By(2.0)),
        row("dial good", "good = \"answers(here, self)\"", "good = \"true\"")
            .moves(write, By(-2.0)),
        row("dial cost", "cost = \"2s\"", "cost = \"5s\"").moves(write, By(3.0)),
        row("dial at", "at = \"tick\"", "at = \"slow\"").moves(write, MeanBy(4.5)),
        row("dial marks", ", marks = \"first_write\"", ""),
        // The first target is out: tried first again, it costs an attempt.
        row("dial turns", "at = \"tick\", marks", "at = \"tick\", turns = true, marks")
            .moves(write, By(-2.0)),
    ]
}

fn logs() -> Vec<Row> {
    use Moves::{By, To};
    let log = r#"
[parameters.fast]
default = "1 MB/s"
say = "how fast a backlog is worked off"
[member.gate]
acts = { when = "boss == self and app" }
copy = { when = "app and not acts and any(m in member: boss == m and m.app)" }
later = { when = "catch" }
[member.work]
catch = { when = "acts", takes = "log.unreplayed(self) / fast" }
[one.log]
log = { accepts = "acts", copies = "copy", head = "acts", volume = "1 MB/s", writes = "10/s", lag = "1s", unreplayed = "2s" }
"#;
    let base = led("when = \"soon\", from = \"app\"", log)
        .turn("member.writable = \"boss == self and app\"", "member.writable = \"catch\"")
        .turn("where = ", "at = \"100s\"\nwhere = ");
    let row = |field, from, to| row(field, &base, from, to);
    vec![
        row("log accepts", "accepts = \"acts\"", "accepts = \"false\"")
            .moves(LOST, To(10.0, 0.0))
            .not(&[TIME]),
        // Copies that stand still are 100 s and their lag behind.
        row("log copies", "copies = \"copy\"", "copies = \"false\"")
            .moves(LOST, To(10.0, 1010.0))
            .not(&[TIME]),
        // What it acknowledges before it is the head stands on the old timeline.
        row("log head", "head = \"acts\"", "head = \"later\"")
            .moves(LOST, To(10.0, 30.0))
            .not(&[TIME]),
        row("log volume", "volume = \"1 MB/s\"", "volume = \"2 MB/s\"")
            .moves(TIME, By(2.0))
            .not(&[LOST]),
        row("log writes", "writes = \"10/s\"", "writes = \"20/s\"")
            .moves(LOST, To(10.0, 20.0))
            .not(&[TIME]),
        row("log lag", "lag = \"1s\"", "lag = \"3s\"").moves(LOST, To(10.0, 30.0)).not(&[TIME]),
        row("log unreplayed", "unreplayed = \"2s\"", "unreplayed = \"5s\"")
            .moves(TIME, By(3.0))
            .not(&[LOST]),
    ]
}

fn tanks() -> Vec<Row> {
    use Moves::{By, To};
    // 10 MB at 1 MB/s from 1 s on; from 40 s on it drains.
    let base = one(
        r#"[member.tank]
t = { starts = "2 MB", capacity = "20 MB", mark = "12 MB", fills = { while = "w1", rate = "1 MB/s" }, drains = { while = "w40", rate = "3 MB/s" }, marks = "seen" }
"#,
        "app or t",
    );
    let row = |field, from: &str, to: &str| row(field, &base, from, to);
    vec![
        row("tank starts", "\"2 MB\"", "\"5 MB\"").moves(SEEN, By(-3.0)).moves(TIME, By(-3.0)),
        row("tank mark", "\"12 MB\"", "\"15 MB\"").moves(SEEN, By(3.0)),
        row("tank fills.while", "\"w1\"", "\"w5\"").moves(SEEN, By(4.0)),
        row("tank fills.rate", "\"1 MB/s\"", "\"2 MB/s\"").moves(SEEN, By(-5.0)),
        // Full at 20 MB, it falls below the mark 4 s after it begins to drain by 2.
        row("tank capacity", "\"20 MB\"", "\"30 MB\"")
            .moves(DOWN, To(11.0 + 956.0, 11.0 + 951.0))
            .not(&[SEEN]),
        row("tank drains.rate", "\"3 MB/s\"", "\"5 MB/s\"")
            .moves(DOWN, To(11.0 + 956.0, 11.0 + 958.0))
            .not(&[SEEN]),
        row("tank drains.while", "\"w40\"", "\"false\"").moves(DOWN, To(967.0, 11.0)).not(&[SEEN]),
        row("tank marks", ", marks = \"seen\"", "").not(&[TIME]),
    ]
}

fn shares() -> Vec<Row> {
    use Moves::By;
    let pools = one(
        r#"first = { when = "not app", uses = "hands", keeps = "first and not w9", takes = "5s" }
x = { when = "w1", uses = "hands", takes = "2s" }
y = { when = "w3", uses = "hands", takes = "4s" }
[one.pool]
hands = { size = 1 }
other = { size = 1 }
"#,
        "app or y and x",
    );
    // The second has half of the disk, and of a narrow network all that is left.
    let links = one(
        r#"x = { when = "w1", moves = { bytes = "900 MB", over = ["disk"] } }
y = { when = "w1", moves = { bytes = "200 MB", over = ["disk", "network"], most = "50 MB/s" } }
[one.link]
disk = { rate = "100 MB/s" }
network = { rate = "80 MB/s" }
"#,
        "app or x",
    );
    let pool = |field, from: &str, to: &str| row(field, &pools, from, to);
    // Three at 1 s, of which each takes a token: 1 s, then 2.5 s apart.
    let each = "when = \"w1\", uses = \"hands\", takes = \"0s\" }";
    let tokens = one(
        &format!(
            "x = {{ {each}\ny = {{ {each}\nz = {{ {each}\n[one.pool]\nhands = {{ tokens = \"0.4/s\" }}\n"
        ),
        "app or z",
    );
    let token = |field, from: &str, to: &str| row(field, &tokens, from, to);
    // From 5 s on they come 10 s apart, and what was half a token is lost.
    let cases = tokens.clone().turn(
        "tokens = \"0.4/s\"",
        "tokens = [{ if = \"any(m in member: m.w5)\", rate = \"0.1/s\" }, { rate = \"0.4/s\" }]",
    );
    let link = |field, from: &str, to: &str| row(field, &links, from, to);
    let second = Case { presets: vec![links.presets[0].clone()], ..links.clone() };
    let second = second.turn("\"app or x\"", "\"app or y\"");
    vec![
        // Held until 9 s, then 2 s and 4 s one after the other.
        pool("pool size", "hands = { size = 1 }", "hands = { size = 2 }").moves(TIME, By(-8.0)),
        pool("work uses", "\"w1\", uses = \"hands\"", "\"w1\", uses = \"other\"")
            .moves(TIME, By(-2.0)),
        token("pool tokens", "0.4/s", "0.25/s").moves(TIME, By(3.0)),
        token("pool burst", "\"0.4/s\"", "\"0.4/s\", burst = 2").moves(TIME, By(-2.5)),
        row("pool rate", &cases, "\"0.1/s\"", "\"0.2/s\"").moves(TIME, By(-5.0)),
        row("pool if", &cases, "m.w5", "m.w9").moves(TIME, By(-9.0)),
        pool("work keeps", "not w9", "not w40").moves(TIME, By(31.0)),
        pool("work keeps", ", keeps = \"first and not w9\"", "").moves(TIME, By(-4.0)),
        // 4 s at 50, the rest at 100: 1 + 4 + 7.
        link("link rate", "\"100 MB/s\"", "\"50 MB/s\"").moves(TIME, By(11.0)),
        link("work moves.bytes", "\"200 MB\"", "\"400 MB\"").moves(TIME, By(2.0)),
        link("work moves.over", "over = [\"disk\", \"network\"]", "over = [\"network\"]")
            .moves(TIME, By(-2.0)),
        // It leaves 90 to the other for all of 10 s.
        link("work moves.most", "\"50 MB/s\"", "\"10 MB/s\"").moves(TIME, By(-1.0)),
        Row::text("work", "moves.most", &second, "\"50 MB/s\"", "\"10 MB/s\"")
            .moves(TIME, By(16.0)),
    ]
}

fn backups() -> Vec<Row> {
    use Moves::{By, Down, MeanBy, To, Vanishes};
    let alive = "while = \"any(m in member: m.app)\"";
    let base = one(
        &format!(
            r#"restored = {{ when = "w40", takes = "1s" }}
read = {{ when = "restored", takes = "wal.since(1)" }}
[member.gate]
acts = {{ when = "app or restored" }}
[one.backup]
full = {{ every = "100s", takes = "10s", {alive} }}
bad = {{ every = "100s", takes = "10s", shared = 0 }}
wal = {{ every = "4s", takes = "1s", base = "full" }}
[one.log]
log = {{ accepts = "app", copies = "false", head = "acts", volume = "1 MB/s", writes = "1/s", lag = "0s", unreplayed = "0s", gone = "not app", restores = "restored", point = "full.point(1) + 0s * wal.tries(1)" }}"#
        ),
        "app or read",
    );
    let row = |field, from: &str, to: &str| row(field, &base, from, to);
    let full =
        |more: &str| format!("full = {{ every = \"100s\", takes = \"10s\", {alive}{more} }}");
    let kept =
        base.clone().turn("full.point(1)", "full.point(2)").turn(&full(""), &full(", keep = 2"));
    vec![
        row("backup every", "full = { every = \"100s\"", "full = { every = \"200s\"")
            .moves(AGE, MeanBy(50.0)),
        row("backup takes", "\"100s\", takes = \"10s\", while", "\"100s\", takes = \"30s\", while")
            .moves(AGE, MeanBy(20.0)),
        // One that began with the fault's last breath is ready before the restore.
        row("backup while", &full(""), "full = { every = \"100s\", takes = \"10s\" }")
            .moves(AGE, Down),
        row("backup works", &full(""), &full(", works = 0.5")).moves(AGE, MeanBy(100.0)),
        row("backup shared", &full(""), &full(", shared = 0"))
            .moves(AGE, Vanishes)
            .moves(TIME, Vanishes),
        Row::text("backup", "keep", &kept, "keep = 2", "keep = 1").moves(AGE, Vanishes),
        row("backup base", "base = \"full\"", "base = \"bad\"").moves(TIME, Vanishes),
        row("backup base", ", base = \"full\"", "").moves(TIME, Down).not(&[AGE]),
        row(
            "log gone",
            "gone = \"not app\", restores = \"restored\"",
            "gone = \"false\", restores = \"false\"",
        )
        .moves(AGE, Down)
        .not(&[TIME]),
        row("log restores", "restores = \"restored\"", "restores = \"false\"")
            .moves(AGE, Vanishes)
            .not(&[TIME]),
        row("log point", "\"full.point(1)", "\"full.point(2)").moves(AGE, By(100.0)).not(&[TIME]),
        Row::text(
            "log",
            "gone",
            &base.clone().turn("restores = \"restored\"", "restores = \"false\""),
            "gone = \"not app\"",
            "gone = \"false\"",
        )
        .moves(AGE, To(NEVER, 0.0)),
    ]
}

#[test]
fn every_field_of_every_block() {
    let rows: Vec<Row> = [
        gates_and_works(),
        clocks_and_probes(),
        leases(),
        picks(),
        dials(),
        logs(),
        shares(),
        tanks(),
        backups(),
        super::people::blocks(),
    ]
    .into_iter()
    .flatten()
    .collect();
    let ranges = "what it ranges over; its other names mean nothing in another range";
    table(&rows, &fields::blocks(), &[("pick", "over", ranges), ("dial", "over", ranges)]);
}
