//! Each key of a model that is no parameter.

use super::presets::{CRASH, DESK, DETECTED, ERROR, KEY, POWER, STORE, WRITER, WRITES, desk};
use super::{Case, Moves, NEVER, Row, What, fields, table};
use crate::harness::toy;
use crate::services::{FARM, FLEET, SHOP};
use crate::shares::{RANK, TRIO};
use drillcast::outcome::Figure;

const TIME: What = What::Figure("stores", "toy", Figure::RecoveryTime);
const ROUTE: What = What::Figure("routes", "front", Figure::RecoveryTime);
const WEB: What = What::Figure("clients", "web", Figure::RecoveryTime);

fn key(field: &'static str, base: &Case, from: &str, to: &str) -> Row {
    Row::text("model", field, base, from, to)
}

/// A store of two members, one killed for 10 s, and once more 20 s later.
fn toys() -> Case {
    let model = "model = \"toys\"\ntitle = \"A\"\nnotes = \"B\"\nzones = { a = \"r\", b = \"s\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"b\"]\nstable_for = \"30s\"\n";
    let fault = |at: &str| {
        format!(
            "[[faults]]\nat = \"{at}\"\nwhat = \"power loss\"\nwhere = \"zone a\"\nfor = \"10s\"\n"
        )
    };
    let scenario =
        format!("scenario = \"x\"\nhorizon = \"1000s\"\n{}{}", fault("0s"), fault("20s"));
    let other = toy("[member.work]\nup = { when = \"app\", takes = \"5s\" }", "up")
        .replace("preset = \"toy\"", "preset = \"other\"");
    Case::new(&[&toy("", "all(m in member: m.app)"), &other], model, &scenario)
}

/// A store whose pause is longer from version 3 on.
fn versioned() -> Case {
    let nodes = r#"
version = { default = "2", say = "the last" }
[parameters.pause]
default = "1s"
versions = { ">=3" = "5s", "<1" = "9s" }
say = "how long it waits"
[member.work]
up = { when = "not app", takes = "pause" }
"#;
    let model = "model = \"toys\"\nzones = { a = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nversion = \"2\"\nmembers = [\"a\"]\nstable_for = \"0s\"\n";
    Case::new(&[&toy(nodes, "app or up")], model, crate::harness::KILL)
}

fn structure() -> Vec<Row> {
    use Moves::{By, To, Vanishes};
    let all = [TIME, What::Figure("stores", "toy", Figure::Downtime)];
    // One member of two will do, and they stand in two regions, or in one.
    let mut regional = toys();
    regional.presets[0] = toy("", "app");
    regional.scenario = regional.scenario.replace("zone a", "region r");
    // The primary shares a machine with the consensus store, or does not.
    let shared = Case {
        model: DESK
            .replace("\"a\", \"b\", \"c\"", "\"d/1\", \"b\", \"c\"")
            .replace("members = [\"d\"]", "members = [\"d/2\"]"),
        ..desk(POWER)
    };
    let two = DESK.replace(
        "[stores.orders]",
        "[consensus.other]\ntechnology = \"etcd\"\nmembers = [\"e\"]\n[stores.orders]",
    );
    let two = Case { model: two, ..desk("what = \"power loss\"\nwhere = \"each of other\"") };
    vec![
        key("model", &toys(), "\"toys\"", "\"others\"").not(&all),
        key("title", &toys(), "\"A\"", "\"C\"").not(&all),
        key("notes", &toys(), "\"B\"", "\"C\"").not(&all),
        // A region's name moves nothing but what a fault of a region hits.
        key("zones", &toys(), "b = \"s\"", "b = \"r\"").not(&all),
        key("zones", &regional, "b = \"s\"", "b = \"r\"").moves(TIME, To(0.0, 30.0)),
        key("zones", &toys(), "{ a = \"r\", b = \"s\" }", "{ b = \"s\", a = \"r\" }").not(&all),
        key("technology", &toys(), "technology = \"toy\"", "technology = \"other\"")
            .moves(TIME, By(-30.0)),
        key("version", &versioned(), "version = \"2\"", "version = \"3.1\"").moves(TIME, By(4.0)),
        // What the model says wins.
        key(
            "version",
            &versioned().set(&["stores.toy.pause=2s"]),
            "version = \"2\"",
            "version = \"3.1\"",
        )
        .moves(TIME, To(2.0, 2.0)),
        // No member stands in the zone that loses power.
        key("members", &toys(), "[\"a\", \"b\"]", "[\"b\", \"b\"]").moves(TIME, To(30.0, 0.0)),
        key("members", &desk(CRASH), "[\"a\", \"b\", \"c\"]", "[\"a\"]")
            .moves(STORE, Vanishes)
            .not(&[ERROR]),
        key("members", &shared, "\"d/2\"", "\"d/1\"").moves(KEY, Vanishes).not(&[ERROR]),
        key("needs", &two, "dcs = \"etcd\"", "dcs = \"other\"").moves(STORE, To(0.0, NEVER)),
        key("stable_for", &toys(), "\"30s\"", "\"5s\"").moves(TIME, By(-20.0)),
    ]
}

const STORES: &str = r#"
model = "stores"
zones = { a = "r", b = "r", e = "r" }
[stores.one]
technology = "toy"
members = ["a"]
[stores.two]
technology = "toy"
members = ["b"]
[routes.front]
technology = "haproxy"
serves = "one"
at = "e"
[clients.web]
technology = "client/libpq"
of = "one"
at = "e"
every = "100ms"
"#;

fn paths() -> Vec<Row> {
    use Moves::{By, MeanBy, To, Up};
    let kill = |whom: &str, lasts: &str| {
        format!("scenario = \"x\"\n[[faults]]\nwhat = \"{whom}\"\nfor = \"{lasts}\"\n")
    };
    let stores =
        Case::new(&[&toy("", "app")], STORES, &kill("kill\"\nwhere = \"member a of one", "20s"));
    let cut = Case::new(&[&toy("", "app")], STORES, &kill("partition\"\nwhere = \"zone e", "20s"));
    // Lost after the new primary is up: the first round finds it, behind a silent
    // host that costs 2 s, or before it.
    let late = desk(POWER)
        .set(&["clients.writer.tcp_user_timeout=60s", "clients.writer.read_timeout=60s"]);
    let late = Case {
        model: late
            .model
            .replace("of = \"orders\"\nat", "of = \"orders\"\nhosts = [\"a\", \"b\", \"c\"]\nat"),
        ..late
    };
    let crowd = desk(CRASH).set(&["clients.writer.every=3s"]);
    let crowd = |more: &str| Case {
        model: crowd.model.replace("of = \"orders\"\nat", &format!("of = \"orders\"\n{more}at")),
        ..crowd.clone()
    };
    vec![
        key("serves", &stores, "serves = \"one\"", "serves = \"two\"")
            .moves(ROUTE, Moves::Down)
            .not(&[WEB]),
        key("serves", &stores, "serves = \"one\"", "serves = \"two\"")
            .moves(What::Figure("routes", "front", Figure::Downtime), Moves::Down),
        // Through the balancer they wait for its checks as well.
        key("of", &stores, "of = \"one\"", "of = \"front\"").moves(WEB, Up).not(&[ROUTE]),
        key("of", &stores, "of = \"one\"", "of = \"two\"").moves(WEB, Moves::Down).not(&[ROUTE]),
        key("at", &cut, "serves = \"one\"\nat = \"e\"", "serves = \"one\"\nat = \"b\"")
            .moves(ROUTE, Moves::Down)
            .not(&[WEB]),
        key("at", &cut, "of = \"one\"\nat = \"e\"", "of = \"one\"\nat = \"b\"")
            .moves(WEB, Moves::Down)
            .not(&[ROUTE]),
        key("hosts", &late, "hosts = [\"a\", \"b\", \"c\"]", "hosts = [\"b\", \"a\", \"c\"]")
            .moves(WRITER, By(-2.0))
            .not(&[KEY, STORE, ERROR]),
        key("hosts", &late, "hosts = [\"a\", \"b\", \"c\"]", "hosts = [\"a\", \"c\"]")
            .moves(WRITER, Moves::Vanishes)
            .not(&[KEY, STORE, ERROR]),
        // The last of five ticks of 3 s comes after 5/6 of a period, one after half.
        Row::new("model", "count", &crowd(""), crowd("count = 5\n"))
            .moves(WRITER, MeanBy(1.0))
            .not(&[KEY, STORE, WRITES]),
        // The third of five: after half a period.
        Row::new(
            "model",
            "serves_at_least",
            &crowd("count = 5\n"),
            crowd("count = 5\nserves_at_least = 0.6\n"),
        )
        .moves(WRITER, MeanBy(-1.0))
        .not(&[KEY, STORE, WRITES, DETECTED]),
        key("stable_for", &stores, "[routes.front]", "stable_for = \"5s\"\n[routes.front]")
            .moves(What::Figure("stores", "two", Figure::RecoveryTime), To(0.0, 0.0))
            .not(&[WEB, ROUTE]),
    ]
}

/// Replicas on the nodes of a cluster.
fn services() -> Vec<Row> {
    use Moves::{By, Comes, To};
    const TIME: What = What::Figure("services", "shop", Figure::RecoveryTime);
    const DOWN: What = What::Figure("services", "shop", Figure::Downtime);
    const POOR: What = What::First("shop", "poor");
    let case = |fault: &str| {
        let text = format!("scenario = \"x\"\nhorizon = \"1000s\"\n[[faults]]\n{fault}\n");
        Case::new(&[FARM, FLEET, &toy("", "app")], SHOP, &text)
    };
    let dark = case("what = \"power loss\"\nwhere = \"zone a\"");
    let deleted = "scenario = \"x\"\nhorizon = \"1000s\"\n[[faults]]\nwhat = \"force_delete\"\nwhere = \"member a/1 of box\"\n";
    let deleted = Case::new(&[&crate::pods::store()], crate::pods::PODS, deleted);
    let killed = |name: &str| {
        case(&format!("what = \"kill\"\nwhere = \"member c of {name}\"\nfor = \"25s\""))
    };
    vec![
        // One starts after another, 10 s each.
        key("replicas", &dark, "replicas = { a = 2 }", "replicas = { a = 3 }")
            .moves(TIME, To(20.0, 20.0))
            .moves(What::Figure("services", "shop", Figure::RedundancyRestored), By(10.0)),
        key("serves_with", &dark, "serves_with = 2", "serves_with = 1")
            .moves(TIME, By(-10.0))
            .moves(DOWN, By(-5.0)),
        key("members", &dark, "replicas = { a = 2 }", "members = [\"b\", \"b\"]")
            .moves(TIME, To(20.0, 0.0)),
        key("needs", &killed("toy"), "needs = [\"toy\"]", "needs = [\"cache\"]")
            .moves(TIME, To(25.0, 0.0)),
        // What runs in a replica ends with it.
        key("pods", &deleted, "pods = \"box\"\n", "")
            .moves(What::Figure("stores", "toy", Figure::RecoveryTime), To(20.0, 0.0)),
        // It serves without what it merely uses, and knows of it.
        key("uses", &killed("toy"), "uses = [\"cache\"]", "uses = [\"toy\"]")
            .moves(POOR, Comes)
            .not(&[TIME, DOWN]),
    ]
}

/// Three replicas, of which one falls silent for 100 s.
fn ranks() -> Vec<Row> {
    use Moves::{By, Down, To, Up};
    const DOWN: What = What::Figure("services", "front", Figure::Downtime);
    const TIME: What = What::Figure("services", "front", Figure::RecoveryTime);
    const LEAST: What = What::Figure("services", "front", Figure::MinimumAvailability);
    let text = "scenario = \"x\"\nhorizon = \"1000s\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"member b of front\"\nfor = \"100s\"\n";
    const VISIT: What = What::Figure("journeys", "visit", Figure::Downtime);
    let back = "[services.back]\ntechnology = \"rank\"\nmembers = [\"a\", \"c\"]\n";
    let visit = format!("{TRIO}{back}[journeys.visit]\nthrough = [\"back\"]\n");
    let visit = Case::new(&[RANK], &visit, text);
    const LATE: What = What::Figure("services", "front", Figure::Latency);
    let patient = TRIO.replace("stable_for", "tries = 1\nrequest_timeout = \"2s\"\nstable_for");
    let patient = Case::new(&[RANK], &patient, text);
    let case = Case::new(&[RANK], &TRIO.replace("300/s", "450/s"), text);
    vec![
        // What is missing in the worst minute moves with what is missing at all.
        key("demand", &case, "900/s", "1350/s")
            .moves(DOWN, By(30.0))
            .moves(TIME, To(10.0, 100.0))
            .moves(LEAST, Up),
        key("capacity", &case, "450/s", "300/s").moves(DOWN, By(30.0)).moves(LEAST, Up),
        key("through", &visit, "through = [\"back\"]", "through = [\"back\", \"front\"]")
            .moves(VISIT, To(0.0, 100.0 / 3.0))
            .not(&[DOWN, TIME]),
        // A third of the requests wait once while the dead one is listed.
        key("request_timeout", &patient, "request_timeout = \"2s\"", "request_timeout = \"5s\"")
            .moves(LATE, To(2.0, 5.0))
            .not(&[DOWN, TIME, LEAST]),
        // Of those a third wait once more; in 28 s that is more than 5 % of a minute.
        key("tries", &patient.clone().set(&["services.front.delay=30s"]), "tries = 1", "tries = 2")
            .moves(LATE, By(2.0)),
        key("tries", &case, "stable_for", "tries = 3\nstable_for")
            .moves(DOWN, Down)
            .moves(LEAST, Down)
            .not(&[TIME]),
    ]
}

#[test]
fn every_key_of_a_model() {
    let all = [structure(), paths(), services(), ranks(), super::people::keys()];
    let rows: Vec<Row> = all.into_iter().flatten().collect();
    let apart = "it judges figures and moves none: see the test of its own";
    table(&rows, &fields::model(), &[("model", "objectives", apart)]);
}
