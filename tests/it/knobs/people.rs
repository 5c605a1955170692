//! Each parameter of alerts, of people on call, of runbooks and of the store that they
//! fail over by hand; each key of theirs; and the crew, the block behind them.

use super::presets::scenario;
use super::{Case, Moves, Row, What};
use crate::harness::{KILL, ONE_TOY, toy};
use drillcast::outcome::Figure;

/// A primary and a standby, and two people who are paged.
const NIGHT: &str = r#"
model = "night"
zones = { a = "r", b = "r", c = "r" }
[stores.profiles]
technology = "postgresql/streaming"
members = ["a", "b"]
[stores.other]
technology = "postgresql/streaming"
members = ["c"]
[alerts.down]
technology = "prometheus/alert"
watches = "profiles"
at = "c"
severity = "warning"
scrape_interval = "10s"
evaluation_interval = "10s"
[people.oncall]
technology = "people/on_call"
levels = [["ana"], ["ben"]]
response = "60s"
[runbooks.fail_over]
technology = "runbook/one_step"
alert = "down"
people = "oncall"
does = "promote"
to = "member b of profiles"
diagnosis = "10s"
decision = "20s"
step = "30s"
fails = 0
"#;

const PAGED: What = What::First("down", "detected");
const ANSWERED: What = What::First("fail_over", "acknowledged");
const DECLARED: What = What::First("fail_over", "declared");
const ORDERED: What = What::First("fail_over", "ordered");
const OVER: What = What::First("profiles", "failed_over");
const TIME: What = What::Figure("stores", "profiles", Figure::RecoveryTime);
const LOSS: What = What::Figure("stores", "profiles", Figure::DataLossSeconds);
const WRITES: What = What::Figure("stores", "profiles", Figure::DataLossWrites);
const REDUNDANT: What = What::Figure("stores", "profiles", Figure::RedundancyRestored);

const POWER: &str = "what = \"power loss\"\nwhere = \"member a of profiles\"";

fn night(faults: &str) -> Case {
    Case::new(&[], NIGHT, &scenario(faults))
}

/// From the page to the standby.
pub(super) fn rows() -> Vec<Row> {
    [paging(), answering(), store()].into_iter().flatten().collect()
}

fn paging() -> Vec<Row> {
    use Moves::{By, MeanBy};
    let base = night(POWER);
    let set = |field, value: &str| {
        Row::set("prometheus/alert", field, &base, &format!("alerts.down.{field}={value}"))
    };
    // The silence ends between two looks of the group.
    let silence = "what = \"silence\"\nwhere = \"alert down\"\nfor = \"200s\"\n[[faults]]\n";
    let silenced = night(&format!("{silence}{POWER}"));
    vec![
        set("scrape_interval", "30s").moves(PAGED, MeanBy(10.0)),
        set("evaluation_interval", "30s").moves(PAGED, MeanBy(10.0)),
        // Whole intervals.
        set("for", "25s").moves(PAGED, By(30.0)),
        set("group_wait", "50s").moves(PAGED, By(20.0)),
        Row::set("prometheus/alert", "group_interval", &silenced, "alerts.down.group_interval=3m")
            .moves(PAGED, By(-120.0)),
    ]
}

fn answering() -> Vec<Row> {
    use Moves::{By, Down, Rarer, Up, Vanishes};
    let base = night(POWER);
    let people = |field, base: &Case, value: &str| {
        let set = format!("people.oncall.{field}={value}");
        Row::set("people/on_call", field, base, &set).not(&[PAGED])
    };
    let runbook = |field, base: &Case, value: &str| {
        let set = format!("runbooks.fail_over.{field}={value}");
        Row::set("runbook/one_step", field, base, &set).not(&[PAGED])
    };
    let careless = base.clone().set(&["people.oncall.misses=0.1", "people.oncall.escalate=10m"]);
    let clumsy = base.clone().set(&["runbooks.fail_over.fails=0.2"]);
    let stubborn = clumsy.clone().set(&["runbooks.fail_over.tries=40"]);
    // One person, and two runbooks on one alert.
    let mut busy = base.clone().set(&["people.oncall.levels=[[\"ana\"]]"]);
    busy.model += "[runbooks.second]\ntechnology = \"runbook/one_step\"\nalert = \"down\"\npeople = \"oncall\"\ndoes = \"promote\"\nto = \"member c of other\"\ndiagnosis = \"10s\"\ndecision = \"20s\"\nstep = \"30s\"\nfails = 0\n";
    vec![
        people("response", &base, "90s").moves(ANSWERED, By(30.0)),
        people("misses", &base, "1").moves(ANSWERED, Vanishes),
        people("escalate", &careless, "5m").moves(ANSWERED, Down),
        runbook("diagnosis", &base, "40s").moves(DECLARED, By(30.0)).not(&[ANSWERED]),
        runbook("decision", &base, "40s").moves(ORDERED, By(20.0)).not(&[DECLARED]),
        runbook("step", &base, "90s").moves(OVER, By(60.0)).not(&[ORDERED]),
        runbook("fails", &base, "1").moves(OVER, Vanishes).not(&[ORDERED]),
        runbook("tries", &clumsy, "1").moves(OVER, Rarer).not(&[ORDERED]),
        runbook("between", &stubborn, "3m").moves(OVER, Up).not(&[ORDERED]),
        // The other is answered first, and keeps her for a minute.
        Row::set("runbook/one_step", "priority", &busy, "runbooks.second.priority=1")
            .moves(ANSWERED, By(60.0))
            .not(&[PAGED]),
    ]
}

fn store() -> Vec<Row> {
    use Moves::{By, Comes, Up};
    let alone = |faults: &str| {
        let mut case = night(faults);
        case.model.truncate(case.model.find("[alerts.down]").expect("the model has an alert"));
        case
    };
    let set = |field, base: &Case, value: &str| {
        Row::set("postgresql/streaming", field, base, &format!("stores.profiles.{field}={value}"))
    };
    let promote =
        "\n[[faults]]\nat = \"10s\"\nwhat = \"promote\"\nwhere = \"member b of profiles\"";
    let promoted = alone(&format!("{POWER}{promote}"));
    let quick = promoted.clone().set(&["stores.profiles.promotion=1s"]);
    let behind = quick.clone().set(&[
        "stores.profiles.unreplayed=60s",
        "stores.profiles.replay_rate=6 MB/s",
        "stores.profiles.lag=1s",
    ]);
    let killed = alone("what = \"kill\"\nwhere = \"member a of profiles\"");
    let again = ["stores.profiles.restart=20s", "stores.profiles.crash_recovery=5s"];
    let supervised = killed.clone().set(&again);
    let stopped = alone("what = \"stop\"\nwhere = \"member a of profiles\"\nfor = \"1s\"")
        .set(&["stores.profiles.checkpoint=5s"]);
    let rebuild =
        "\n[[faults]]\nat = \"60s\"\nwhat = \"rebuild\"\nwhere = \"member a of profiles\"";
    let killed_for = "what = \"kill\"\nwhere = \"member a of profiles\"\nfor = \"30s\"";
    let rebuilt =
        alone(&format!("{killed_for}{promote}{rebuild}")).set(&["stores.profiles.rebuild=30s"]);
    vec![
        set("promotion", &quick, "5s").moves(OVER, By(4.0)).moves(TIME, By(4.0)),
        set("restart", &killed, "20s").moves(TIME, Comes),
        set("crash_recovery", &supervised, "9s").moves(TIME, By(4.0)),
        set("checkpoint", &stopped, "9s").moves(TIME, By(4.0)),
        set("start", &stopped, "3s").moves(TIME, By(2.0)),
        set("reconnect", &stopped, "8s").moves(REDUNDANT, By(3.0)).not(&[TIME]),
        set("rebuild", &rebuilt, "50s").moves(REDUNDANT, By(20.0)).not(&[TIME, OVER]),
        set("replay_rate", &behind, "12 MB/s").moves(OVER, By(-5.0)).not(&[LOSS]),
        set("wal", &behind, "2 MB/s").moves(OVER, By(10.0)).not(&[LOSS]),
        set("unreplayed", &behind, "30s").moves(OVER, By(-5.0)).not(&[LOSS]),
        set("lag", &behind, "2s").moves(LOSS, Up).not(&[OVER]),
        set("writes", &behind, "200/s").moves(WRITES, Up).not(&[OVER]),
    ]
}

/// What models say of alerts, people and runbooks besides.
pub(super) fn keys() -> Vec<Row> {
    use Moves::{Comes, Down, Up, Vanishes};
    let base = night(POWER);
    let key = |field, base: &Case, from: &str, to: &str| Row::text("model", field, base, from, to);
    let silence = "what = \"silence\"\nwhere = \"alerts of severity warning\"\n[[faults]]\n";
    let silenced = night(&format!("{silence}{POWER}"));
    let mut two = silenced.clone();
    two.model += "[alerts.spare]\ntechnology = \"prometheus/alert\"\nwatches = \"other\"\nseverity = \"warning\"\n";
    let levels = "levels = [[\"ana\"], [\"ben\"]]\nresponse = \"60s\"";
    let slow = "response = { exponential = { mean = \"60s\" } }";
    let either = format!("levels = [[\"ana\", \"ben\"]]\nroles = {{ dba = [\"ana\"] }}\n{slow}");
    let both = base.clone().turn(levels, &either);
    let slowly = base.clone().turn("response = \"60s\"", slow);
    vec![
        key("watches", &base, "watches = \"profiles\"", "watches = \"other\"")
            .moves(PAGED, Vanishes)
            .not(&[TIME_OF_OTHER]),
        key(
            "severity",
            &two,
            "at = \"c\"\nseverity = \"warning\"",
            "at = \"c\"\nseverity = \"critical\"",
        )
        .moves(PAGED, Comes),
        key("levels", &slowly, "[[\"ana\"], [\"ben\"]]", "[[\"ana\", \"ben\"]]")
            .moves(ANSWERED, Down)
            .not(&[PAGED]),
        key("by", &both, "people = \"oncall\"\n", "people = \"oncall\"\nby = \"dba\"\n")
            .moves(ANSWERED, Up)
            .not(&[PAGED]),
        key(
            "roles",
            &both.turn("people = \"oncall\"\n", "people = \"oncall\"\nby = \"dba\"\n"),
            "dba = [\"ana\"]",
            "dba = [\"ana\", \"ben\"]",
        )
        .moves(ANSWERED, Down)
        .not(&[PAGED]),
        key("does", &base, "\"promote\"", "\"rebuild\"").moves(OVER, Vanishes).not(&[ORDERED]),
        // The old primary is gone; whoever is asked as a whole promotes the standby.
        key("to", &base, "\"member b of profiles\"", "\"member a of profiles\"")
            .moves(OVER, Vanishes)
            .not(&[ORDERED]),
        key("to", &base, "\"member b of profiles\"", "\"profiles\"").not(&[OVER, ORDERED, TIME]),
    ]
}

const TIME_OF_OTHER: What = What::Figure("stores", "other", Figure::RecoveryTime);

/// A crew of an invented technology, and works that call it.
pub(super) fn blocks() -> Vec<Row> {
    use Moves::{By, Up, Vanishes};
    const TOY: What = What::Figure("stores", "toy", Figure::RecoveryTime);
    let team = r#"
preset = "team"
title = "Team"
kind = "people"
versions = "all"
[one.crew]
hands = { response = "2s", misses = 0, escalate = "10s" }
slow = { response = "9s", misses = 0.0, escalate = "7s" }
[exports]
one.hands = "hands"
one.slow = "slow"
"#;
    let case = |works: &str, served: &str, levels: &str| {
        let nodes = format!("needs = {{ team = \"people\" }}\n[member.work]\n{works}");
        let model = format!(
            "{ONE_TOY}team = \"crew\"\nstable_for = \"0s\"\n[people.crew]\ntechnology = \"team\"\nlevels = {levels}\n"
        );
        let scenario = KILL.replace("\n[[faults]]", "\nhorizon = \"1000s\"\n[[faults]]");
        Case::new(&[team, &toy(&nodes, served)], &model, &scenario)
    };
    let repair = "x = { when = \"not app\", takes = \"4s\", calls = \"team.hands\" }";
    let base = case(repair, "app or x", "[[\"ana\"], [\"ben\"]]");
    let careless = base.clone().turn("misses = 0,", "misses = 0.5,");
    let two = case(
        &format!(
            "{repair}\ny = {{ when = \"not app\", takes = \"6s\", calls = \"team.hands\", priority = 0 }}"
        ),
        "app or x",
        "[[\"ana\"]]",
    );
    vec![
        Row::text("crew", "response", &base, "\"2s\"", "\"5s\"").moves(TOY, By(3.0)),
        Row::text("crew", "misses", &base, "misses = 0,", "misses = 1,").moves(TOY, Vanishes),
        Row::text("crew", "escalate", &careless, "\"10s\"", "\"20s\"").moves(TOY, Up),
        Row::text("work", "calls", &base, "team.hands", "team.slow").moves(TOY, By(7.0)),
        Row::text("work", "priority", &two, "priority = 0", "priority = 1").moves(TOY, By(6.0)),
    ]
}
