//! Each key of a scenario, each kind of fault and each form of a target.

use super::presets::{CRASH, DESK, ERROR, FAILED_OVER, KEY, LOST, STORE, WRITER, WRITES, desk};
use super::{Case, Moves, Row, What, fields, table};
use crate::harness::{ONE_TOY, load_sources, toy};
use drillcast::diagnostic::SourceFile;
use drillcast::outcome::Figure;

const TIME: What = What::Figure("stores", "toy", Figure::RecoveryTime);
const DOWN: What = What::Figure("stores", "toy", Figure::Downtime);
const SEEN: What = What::First("toy", "seen");

/// One process that is killed for 10 s, and once more for 10 s.
fn toys() -> Case {
    let nodes = "[member.work]\nw = { when = \"not app\", takes = \"2s\", marks = \"seen\" }";
    let scenario = r#"
scenario = "twice"
notes = "nothing"
horizon = "1000s"
[[faults]]
at = "0s"
what = "kill"
process = "app"
where = "member a of toy"
for = "10s"
[[faults]]
at = "20s"
what = "kill"
where = "each of toy"
for = "10s"
"#;
    let toy = toy(nodes, "app")
        .replace("[\"app\"]", "[\"app\", \"aux\"]")
        .replace("m.app)", "m.app and m.aux)");
    Case::new(&[&toy], ONE_TOY, scenario)
}

fn key(field: &'static str, from: &str, to: &str) -> Row {
    Row::text("scenario", field, &toys(), from, to)
}

fn keys() -> Vec<Row> {
    use Moves::{By, MeanBy, Not, To, Vanishes};
    let crash = desk(CRASH);
    let all = [TIME, DOWN, SEEN];
    let clocks = desk(&format!("{CRASH}\n[phases]\n\"orders.leader.loop\" = \"1s\""));
    let pinned = Row::text("scenario", "phases", &clocks, "loop\" = \"1s\"", "loop\" = \"5s\"");
    let drawn = Row::text("scenario", "phases", &clocks, "loop\" = \"1s\"", "loop\" = \"2s..4s\"");
    let set = desk(&format!("{CRASH}\n[set]\n\"stores.orders.ttl\" = \"30s\""));
    let wanted = "[objectives.toy]\nrecovery_time = \"p95 <= 1s\"\n";
    let cut = |from: &str| {
        desk(&format!("what = \"partition\"\nwhere = \"primary of orders\"\nfrom = \"{from}\""))
    };
    vec![
        // The outage before the second kill lasts no 30 s.
        key("at", "\"20s\"", "\"25s\"").moves(TIME, To(30.0, 35.0)).not(&[DOWN, SEEN]),
        key("at", "\"20s\"", "\"20s..30s\"").moves(TIME, MeanBy(5.0)),
        key("after", "at = \"20s\"", "after = \"toy.seen + 20s\"")
            .moves(TIME, To(30.0, 32.0))
            .not(&[SEEN]),
        key("after", "at = \"20s\"", "after = \"toy.seen\"")
            .moves(TIME, To(30.0, 12.0))
            .not(&[SEEN]),
        key(
            "for",
            "where = \"each of toy\"\nfor = \"10s\"",
            "where = \"each of toy\"\nfor = \"25s\"",
        )
        .moves(TIME, By(15.0))
        .moves(DOWN, By(15.0))
        .not(&[SEEN]),
        key("for", "where = \"each of toy\"\nfor = \"10s\"", "where = \"each of toy\"")
            .moves(TIME, Vanishes)
            .moves(DOWN, To(20.0, 990.0)),
        key("process", "process = \"app\"", "process = \"aux\"").moves(DOWN, To(20.0, 10.0)),
        key("horizon", "\"1000s\"", "\"45s\"").moves(TIME, Vanishes).not(&[DOWN, SEEN]),
        key("where", "\"each of toy\"", "\"one of toy\"").not(&all),
        key("what", "what = \"kill\"\nwhere", "what = \"partition\"\nwhere")
            .moves(DOWN, To(20.0, 10.0)),
        key("scenario", "\"twice\"", "\"two times\"").not(&all),
        key("notes", "\"nothing\"", "\"something\"").not(&all),
        key(
            "faults",
            "[[faults]]\nat = \"20s\"\nwhat = \"kill\"\nwhere = \"each of toy\"\nfor = \"10s\"\n",
            wanted,
        )
        .moves(TIME, To(30.0, 10.0))
        .not(&[SEEN]),
        pinned.moves(KEY, By(-4.0)).not(&[ERROR, WRITES]),
        drawn.moves(KEY, MeanBy(-2.0)).not(&[ERROR, WRITES]),
        Row::text("scenario", "set", &set, "ttl\" = \"30s\"", "ttl\" = \"33s\"")
            .moves(KEY, By(3.0))
            .not(&[ERROR, WRITES]),
        // Cut off from the consensus store alone it demotes itself and sends what
        // it has; cut off from all it goes on, and what it acknowledges is lost.
        Row::new("scenario", "from", &cut("each of etcd"), cut("each of orders"))
            .moves(KEY, Vanishes)
            .moves(WRITER, Moves::Down),
        Row::text("scenario", "what", &crash, "\"kill\"", "\"partition\"")
            .moves(KEY, By(2.0))
            .moves(ERROR, By(3.0)),
        Row::text("scenario", "what", &crash, "\"kill\"", "\"hang\"")
            .moves(STORE, By(2.0))
            .not(&[WRITES]),
        Row::text("scenario", "what", &crash, "\"kill\"", "\"switchover\"").moves(KEY, Moves::Down),
        // Silence costs each candidate its rest_timeout and the client its own.
        Row::text("scenario", "what", &crash, "\"kill\"", "\"power loss\"")
            .moves(KEY, By(2.0))
            .moves(ERROR, By(3.0))
            .moves(FAILED_OVER, By(2.0))
            .moves(WRITES, Not),
    ]
}

#[test]
fn every_key_of_a_scenario() {
    let apart = "it judges figures and moves none: see the test of its own";
    table(&keys(), &fields::scenario(), &[("scenario", "objectives", apart)]);
}

/// An objective changes what is asked, and nothing that happens.
#[test]
fn objectives_move_no_figure() {
    let scenario = |more: &str| format!("scenario = \"x\"\n[[faults]]\n{CRASH}\n{more}");
    let wanted = "[objectives.orders]\nrecovery_time = [\"p50 <= 1s\", \"p95 <= 9s\"]\n";
    let load = |model: &str, scenario: &str| {
        load_sources(&SourceFile::new("m.toml", model), &SourceFile::new("s.toml", scenario), &[]).1
    };
    assert!(load(DESK, &scenario("")).objectives.is_empty());
    let set = load(DESK, &scenario(wanted)).objectives;
    assert_eq!(
        set.iter().map(|o| (o.quantile, o.limit)).collect::<Vec<_>>(),
        [(0.5, 1.0), (0.95, 9.0)]
    );
    // The scenario's stand in the place of the model's.
    let model = format!(
        "{DESK}[objectives.orders]\nrecovery_time = \"p95 <= 60s\"\ndata_loss = \"p99 <= 0s\"\n"
    );
    let limits = |s: &str| load(&model, s).objectives.iter().map(|o| o.limit).collect::<Vec<_>>();
    assert_eq!(limits(&scenario("")), [60.0, 0.0]);
    assert_eq!(limits(&scenario(wanted)), [1.0, 9.0, 0.0]);
    let mut wrong = Vec::new();
    let base = desk(CRASH);
    let mut turned = base.clone();
    turned.scenario += wanted;
    turned.model = model.clone();
    Row::new("scenario", "objectives", &base, turned)
        .not(&[STORE, KEY, FAILED_OVER, WRITER, WRITES, LOST, ERROR])
        .check(&mut wrong);
    assert!(wrong.is_empty(), "{wrong:?}");
}

/// Each kind of fault looks different to those who talk to what it hit.
#[test]
fn every_kind_of_fault() {
    // It answers; it refuses; it is silent; it stands still.
    let nodes = r#"
needs = {}
[member.gate]
refused = { when = "any(m in member: refuses(m, self))", marks = "refused" }
mute = { when = "any(m in member: silent(m, self))", marks = "mute" }
still = { when = "any(m in member: hears(m, self) and not refuses(m, self) and not answers(m, self))", marks = "still" }
"#;
    let nodes = nodes.replace("needs = {}\n", "");
    let model = ONE_TOY
        .replace("{ a = \"r\" }", "{ a = \"r\", b = \"r\" }")
        .replace("[\"a\"]", "[\"a\", \"b\"]");
    for kind in fields::faults() {
        let scenario = format!(
            "scenario = \"x\"\n[[faults]]\nwhat = \"{kind}\"\nwhere = \"member a of toy\"\n"
        );
        let program = Case::new(&[&toy(&nodes, "app")], &model, &scenario).program();
        let outcomes = crate::harness::run(&program, 1, 1);
        let seen = ["refused", "mute", "still"]
            .map(|m| crate::harness::first(&program, &outcomes, "toy", m)[0] == 0.0);
        let class = program.layout().figures[0].class.name();
        println!("{kind}: refused, mute, still {seen:?}, {class}");
        let expected = match kind.as_str() {
            "kill" => ([true, false, false], "reset"),
            "hang" => ([false, false, true], "hung"),
            "power loss" | "partition" => ([false, true, false], "silent"),
            other => panic!("no row for a fault {other}"),
        };
        assert_eq!((seen, class), expected, "{kind}");
    }
}

/// Whom each form of a target hits: two stores share machines in two zones.
#[test]
fn every_form_of_a_target() {
    let model = r#"
model = "toys"
zones = { a = "r", b = "r", c = "s" }
[stores.one]
technology = "toy"
members = ["a/1", "a/2", "b/1"]
[stores.two]
technology = "toy"
members = ["a/1", "b/1", "b/2"]
"#;
    let nodes = "[member.gate]\ngone = { when = \"not app\", marks = \"gone\" }\n[one.pick]\nboss = { over = \"member\", first = 2, when = \"not any(m in member: boss == m and m.app)\", from = \"app\" }";
    let hit = |target: &str| -> Vec<(i64, i64)> {
        let act = format!("what = \"power loss\"\nwhere = \"{target}\"\n");
        let scenario = match target.split(' ').next() {
            Some("first") => format!("scenario = \"x\"\n[[procedure.steps]]\nstep = \"s\"\n{act}"),
            _ => format!("scenario = \"x\"\n[[faults]]\n{act}"),
        };
        let program = Case::new(&[&toy(nodes, "boss == self and app")], model, &scenario).program();
        let outcomes = crate::harness::run(&program, 1, 400);
        let count = |outcome: &drillcast::outcome::Outcome, of: &str| {
            let slot =
                program.layout().milestones.iter().find(|m| m.component == of && m.mark == "gone");
            let slot = slot.expect("the mark is there");
            let stamps = &outcome.milestones[slot.start..slot.start + slot.instances];
            stamps.iter().filter(|s| s.is_number()).count() as i64
        };
        outcomes.iter().map(|o| (count(o, "one"), count(o, "two"))).collect()
    };
    for form in fields::targets() {
        match form.as_str() {
            "zone" => {
                assert!(hit("zone a").iter().all(|h| *h == (2, 1)));
                assert!(hit("zone b").iter().all(|h| *h == (1, 2)));
            }
            "region" => {
                assert!(hit("region r").iter().all(|h| *h == (3, 3)));
                assert!(hit("region s").iter().all(|h| *h == (0, 0)));
            }
            "node" => {
                assert!(hit("node a/2").iter().all(|h| *h == (1, 0)));
                assert!(hit("node b/1").iter().all(|h| *h == (1, 1)));
            }
            // The second of each is chosen at the start.
            "primary" => {
                assert!(hit("primary of one").iter().all(|h| *h == (1, 0)));
                assert!(hit("primary of two").iter().all(|h| *h == (1, 1)));
            }
            "member" => assert!(hit("member b/2 of two").iter().all(|h| *h == (0, 1))),
            // Only a step knows when; who has no names of its own is as in the file.
            "first" => assert!(hit("first of one").iter().all(|h| *h == (1, 1))),
            "each" => assert!(hit("each of one").iter().all(|h| *h == (3, 2))),
            "one" => {
                // A third of the draws hit a/2, which stands alone.
                let alone = hit("one of one").iter().filter(|h| **h == (1, 0)).count() as f64;
                let error = (400.0 * 2.0 / 9.0_f64).sqrt();
                assert!((alone - 400.0 / 3.0).abs() < 4.0 * error, "{alone} of 400");
            }
            // Nobody who could lose power: see the test of silences.
            "alert" | "alerts" => {}
            other => panic!("no row for the target {other}"),
        }
    }
}
