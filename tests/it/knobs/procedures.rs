//! Each key of a procedure: what it does to the system, and to what the drill would
//! report.

use super::{Case, Moves, NEVER, Row, What, fields, table};
use crate::harness::ONE_TOY;
use crate::procedures::{killed, phoenix};
use drillcast::outcome::Figure;

const TIME: What = What::Figure("system", "system", Figure::RecoveryTime);
const PASSED: What = What::Drill("passed");
const REPORTED: What = What::Drill("reported");
const TOTAL: What = What::Drill("total");

fn model() -> String {
    let two = "members = [\"a\", \"b\"]";
    let other = format!("[stores.other]\ntechnology = \"toy\"\n{two}\n");
    ONE_TOY.replace("{ a = \"r\" }", "{ a = \"r\", b = \"r\" }").replace("members = [\"a\"]", two)
        + &other
}

/// A store of one, back 20 s after it was killed; another beside it.
fn case(scenario: &str) -> Case {
    Case::new(&[&phoenix("20s")], &model(), scenario)
}

/// Its member a is killed, b does not matter: it serves while a does.
fn looking() -> Case {
    case(&killed(
        r#"
[procedure]
starts = "0s"
claims = { recovery = "30s" }
[[procedure.steps]]
step = "wait"
sleep = "10s"
[[procedure.steps]]
step = "poll"
look = "member a of toy"
passes = "writes"
first = "0s"
every = "7s"
timeout = "50s"
errors = "stop"
"#,
    ))
}

fn key(field: &'static str, from: &str, to: &str) -> Row {
    Row::text("procedure", field, &looking(), from, to)
}

/// The procedure kills by itself.
fn acting() -> Case {
    case(
        r#"
scenario = "x"
[procedure]
[[procedure.steps]]
step = "act"
what = "kill"
process = ["app"]
where = "each of toy"
takes = "0s"
fails = 0
[[procedure.steps]]
step = "look"
look = "member a of toy"
passes = "ready"
timeout = "1m"
"#,
    )
}

fn act(field: &'static str, from: &str, to: &str) -> Row {
    Row::text("procedure", field, &acting(), from, to)
}

fn rows() -> Vec<Row> {
    use Moves::{By, Not, To, Vanishes};
    // Looks at 10, 17 and 24 s.
    let short = looking().turn("\"50s\"", "\"5s\"");
    // Something comes after it.
    let more = "[[procedure.steps]]\nstep = \"more\"\nsleep = \"5s\"";
    let short = short.turn("errors = \"stop\"", &format!("errors = \"stop\"\n{more}"));
    let hang = acting().turn("what = \"kill\"", "for = \"10s\"\nwhat = \"hang\"");
    let cut = acting().turn(
        "what = \"kill\"\nprocess = [\"app\"]\nwhere = \"each",
        "what = \"partition\"\nwhere = \"member a",
    );
    let cut = cut.turn("passes = \"ready\"", "passes = \"ready\"\nfrom = \"outside\"");
    let one = acting().turn("each of toy", "member b of toy");
    let one = one.turn("look = \"member a of toy\"", "look = \"toy\"\npick = \"each\"");
    let stopped = acting().turn("what = \"kill\"", "what = \"hang\"");
    let lift = "\n[[procedure.steps]]\nstep = \"mend\"\nlifts = \"act\"\n[[procedure.steps]]\nstep = \"look\"";
    let wait = format!("errors = \"stop\"\n{more}");
    vec![
        key("starts", "\"0s\"\nclaims", "\"3s\"\nclaims")
            .moves(REPORTED, To(24.0, 20.0))
            .not(&[TIME]),
        key("sleep", "\"10s\"", "\"12s\"").moves(REPORTED, To(24.0, 26.0)).not(&[TIME]),
        key("first", "first = \"0s\"", "first = \"4s\"")
            .moves(REPORTED, To(24.0, 21.0))
            .not(&[TIME]),
        key("every", "\"7s\"", "\"5s\"").moves(REPORTED, To(24.0, 20.0)).not(&[TIME]),
        key("every", "every = \"7s\"\n", "").moves(REPORTED, To(24.0, 20.0)).not(&[TIME]),
        key("timeout", "\"50s\"", "\"5s\"").moves(REPORTED, Vanishes).moves(PASSED, To(1.0, 0.0)),
        key("passes", "\"writes\"", "\"always\"").moves(REPORTED, To(24.0, 10.0)).not(&[TIME]),
        key("look", "look = \"member a of toy\"", "look = \"member b of toy\"")
            .moves(REPORTED, To(24.0, 10.0)),
        key("claims", "\"30s\"", "\"20s\"").moves(PASSED, To(1.0, 0.0)).not(&[TIME]),
        key("steps", "errors = \"stop\"", &wait).moves(TOTAL, By(5.0)).not(&[REPORTED, TIME]),
        key("step", "\"poll\"", "\"look again\"").not(&[REPORTED, TOTAL, TIME]),
        Row::text("procedure", "errors", &short, "\"stop\"", "\"ignored\"")
            .moves(PASSED, To(0.0, 1.0))
            .moves(TOTAL, To(NEVER, 20.000_001)),
        Row::text("procedure", "errors", &short, "\"stop\"", "\"noted\"")
            .moves(PASSED, Not)
            .moves(TOTAL, To(NEVER, 20.000_001)),
        act("what", "what = \"kill\"", "what = \"hang\"")
            .moves(TIME, Vanishes)
            .moves(PASSED, To(1.0, 0.0)),
        act("where", "each of toy", "each of other").moves(REPORTED, To(20.0, 0.0)),
        act("takes", "takes = \"0s\"", "takes = \"30s\"")
            .moves(REPORTED, To(20.0, 30.0))
            .not(&[TIME]),
        act("fails", "fails = 0", "fails = 1")
            .moves(TIME, To(20.0, 0.0))
            .moves(PASSED, To(1.0, 0.0)),
        Row::text("procedure", "for", &hang, "for = \"10s\"", "for = \"25s\"")
            .moves(TIME, By(15.0)),
        Row::new("procedure", "process", &acting(), {
            let mut case = acting().turn("process = [\"app\"]", "process = [\"aux\"]");
            let two = phoenix("20s").replace("[\"app\"]", "[\"app\", \"aux\"]");
            case.presets = vec![two.replace("m.app)", "m.app and m.aux)")];
            case
        })
        .moves(TIME, To(20.0, 0.0)),
        Row::text("procedure", "from", &cut, "\"outside\"", "\"inside\"")
            .moves(PASSED, To(0.0, 1.0)),
        Row::text("procedure", "pick", &one, "\"each\"", "\"any\"").moves(REPORTED, To(20.0, 0.0)),
        Row::text("procedure", "pick", &one, "\"each\"", "\"first\"")
            .moves(REPORTED, To(20.0, 0.0)),
        Row::text("procedure", "lifts", &stopped, "\n[[procedure.steps]]\nstep = \"look\"", lift)
            .moves(TIME, Moves::Comes),
        Row::new("procedure", "procedure", &case(&killed("")), looking()).not(&[TIME]),
    ]
}

#[test]
fn every_key_of_a_procedure() {
    let apart = "it changes what check --show says and no figure: see the tests of doubts";
    let exceptions: Vec<(&str, &str, &str)> =
        ["doubts", "doubt", "set", "faults"].map(|key| ("procedure", key, apart)).to_vec();
    table(&rows(), &fields::procedure(), &exceptions);
}
