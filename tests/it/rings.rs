//! Stores without a primary and what stands over them, held to closed forms: who
//! is convicted and when, who is enough, and what a client feels.

use std::fmt::Write as _;

use drillcast::outcome::{Figure, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{each, figure, first, program_of, quantile, run_as, seconds, toy};

const RING: &str = r#"
model = "ring"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.ring]
technology = "cassandra"
members = ["a/1", "b/1", "c/1"]
write_consistency = "0"
read_consistency = "0"
relay = "0"
start = "10s"
[clients.app]
technology = "cassandra/client"
of = "ring"
at = "d"
count = 3
"#;

/// Runs faults over a model, and holds the full form to the lazy one.
fn tried(model: &str, faults: &[&str], sets: &[&str]) -> (Program, Vec<Outcome>) {
    let mut scenario = "scenario = \"x\"\nhorizon = \"3000s\"\n".to_owned();
    for fault in faults {
        let _ = writeln!(scenario, "[[faults]]\n{fault}");
    }
    let program = program_of(&[], model, &scenario, sets);
    let outcomes = run_as(&program, &Sampling::plain(5), 1_000, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(5), 4, Mode::Full);
    for (lazy, full) in outcomes.iter().zip(&full) {
        assert_eq!(lazy.milestones, full.milestones, "{faults:?}");
        assert_eq!(lazy.figures, full.figures, "{faults:?}");
    }
    (program, outcomes)
}

fn times(
    (program, outcomes): &(Program, Vec<Outcome>),
    of: (&str, &str),
    which: Figure,
) -> Vec<f64> {
    figure(program, outcomes, of, which).into_iter().map(seconds).collect()
}

fn recovery(tried: &(Program, Vec<Outcome>), of: (&str, &str)) -> Vec<f64> {
    times(tried, of, Figure::RecoveryTime)
}

fn marks((program, outcomes): &(Program, Vec<Outcome>), of: &str, mark: &str) -> Vec<f64> {
    first(program, outcomes, of, mark)
}

fn near(values: &[f64], wanted: f64) {
    for value in values {
        let same = (value - wanted).abs() < 1e-6 || value.is_nan() && wanted.is_nan();
        assert!(same, "{value} is not {wanted}");
    }
}

fn within(values: &[f64], least: f64, most: f64) {
    for value in values {
        assert!((least..=most).contains(value), "{value} is not in {least}..{most}");
    }
}

/// A fault of one node.
fn fault(what: &str, node: &str, more: &str) -> String {
    format!("what = \"{what}\"\nwhere = \"member {node}/1 of ring\"\n{more}")
}

const STORE: (&str, &str) = ("stores", "ring");
const APP: (&str, &str) = ("clients", "app");
const MEAN: f64 = 8.0 * std::f64::consts::LN_10;

/// phi · ln 10 − U(0, 1) + U(0, 1): a triangle, whichever way the node is lost.
#[test]
fn each_survivor_convicts_by_its_own_tick() {
    for what in ["kill", "hang", "power loss"] {
        let (program, outcomes) = tried(RING, &[&fault(what, "c", "")], &[]);
        let both = each(&program, &outcomes, "ring", "convicted", 2);
        within(&both, MEAN - 1.0, MEAN + 1.0);
        // x above the least with a chance of x² / 2.
        for (q, x) in [(0.05, 0.1_f64.sqrt()), (0.5, 1.0), (0.95, 2.0 - 0.1_f64.sqrt())] {
            let found = quantile(&both, q);
            assert!((found - (MEAN - 1.0 + x)).abs() < 0.06, "{what} {q}: {found}");
        }
    }
}

#[test]
fn whoever_comes_back_in_time_is_convicted_by_nobody() {
    for span in ["5s", "10s", "15s", "16400ms"] {
        let tried = tried(RING, &[&fault("hang", "c", &format!("for = \"{span}\""))], &[]);
        near(&marks(&tried, "ring", "convicted"), f64::NAN);
        near(&recovery(&tried, STORE), 0.0);
    }
}

/// A node that stood still for a minute has heard nobody, and convicts nobody.
#[test]
fn a_node_does_not_trust_its_own_pause() {
    let faults = ["a", "b"].map(|node| fault("hang", node, "for = \"60s\""));
    let hung = tried(RING, &[&faults[0]], &[]);
    let (program, outcomes) = &hung;
    let third = each(program, outcomes, "ring", "convicted", 3);
    let stamps = third.chunks(3).map(|of| of[2]).collect::<Vec<_>>();
    // The two others convict it; it convicts neither.
    near(&stamps, f64::NAN);
    // Without that guard it does, unless it hears them before it looks.
    let (program, outcomes) = tried(RING, &[&faults[0]], &["stores.ring.max_local_pause=0s"]);
    let third = each(&program, &outcomes, "ring", "convicted", 3);
    assert!(third.chunks(3).any(|of| of[2] >= 60.0));
}

/// While the coordinators wait for the detector each write takes its time-out.
#[test]
fn without_a_quorum_requests_fail_after_their_time_out() {
    let faults = ["b", "c"].map(|node| fault("kill", node, "for = \"100s\""));
    let tried = tried(RING, &[&faults[0], &faults[1]], &["clients.app.every=1s"]);
    within(&marks(&tried, "app", "first_error"), 2.0, 3.0);
    // The servers start within 10 s.
    near(&recovery(&tried, STORE), 110.0);
}

/// Two of six are lost: any two may share a row, two of one rack do not.
#[test]
fn racks_are_lost_as_one() {
    let model = RING.replace(
        "\"a/1\", \"b/1\", \"c/1\"",
        "\"a/1\", \"b/1\", \"c/1\", \"a/2\", \"b/2\", \"c/2\"",
    );
    let zone = "what = \"power loss\"\nwhere = \"zone c\"\nfor = \"100s\"";
    let other = "what = \"kill\"\nwhere = \"member a/2 of ring\"\nfor = \"100s\"";
    let racks = "stores.ring.racks=3";
    let table: [(&[&str], &[&str], f64); 5] = [
        (&[zone], &[], 110.0),
        (&[zone], &[racks], 0.0),
        (&[zone], &["stores.ring.write_consistency=1", "stores.ring.read_consistency=1"], 0.0),
        // Of the second rack as well: two of three replicas of some row.
        (&[zone, other], &[racks], 110.0),
        (&[other], &[], 0.0),
    ];
    for (faults, sets, wanted) in table {
        near(&recovery(&tried(&model, faults, sets), STORE), wanted);
    }
}

/// One third of the requests, until the driver's third heartbeat would have come.
#[test]
fn a_silent_coordinator_costs_its_share_until_the_driver_gives_it_up() {
    for what in ["hang", "power loss"] {
        let lost = tried(RING, &[&fault(what, "c", "")], &["clients.app.every=100ms"]);
        within(&marks(&lost, "app", "first_error"), 10.0, 10.1);
        let again = recovery(&lost, APP);
        within(&again, 60.0, 90.1);
        for (q, wanted) in [(0.05, 61.5), (0.5, 75.0), (0.95, 88.5)] {
            let found = quantile(&again, q);
            assert!((found - wanted).abs() < 1.5, "{what} {q}: {found}");
        }
        let share = times(&lost, APP, Figure::Downtime);
        for (share, again) in share.iter().zip(&again) {
            assert!((share - again / 3.0).abs() < 0.05, "{share} of {again}");
        }
        near(&recovery(&lost, STORE), 0.0);
    }
    let killed = tried(RING, &[&fault("kill", "c", "")], &[]);
    near(&recovery(&killed, APP), 0.0);
    near(&marks(&killed, "app", "first_error"), f64::NAN);
    let doubled = ["clients.app.speculative_execution=500ms", "clients.app.every=100ms"];
    within(&recovery(&tried(RING, &[&fault("hang", "c", "")], &doubled), APP), 0.0, 0.6);
}

/// The second of two replicas is lost after the hints ran out for the first.
#[test]
fn hints_end_with_their_window() {
    let away = fault("kill", "c", "for = \"100s\"");
    let redundant =
        |sets: &[&str]| times(&tried(RING, &[&away], sets), STORE, Figure::RedundancyRestored);
    within(&redundant(&[]), 120.0, 130.0);
    let late = redundant(&["stores.ring.max_hint_window=1m", "stores.ring.repair=1000s"]);
    near(&late, 1_110.0);
}

/// A member may say that requests to it fail: clients of every kind then need not
/// wait for their own time-outs.
#[test]
fn a_member_of_a_store_may_say_that_requests_fail() {
    let nodes = r#"
[member.work]
waited = { when = "not app", takes = "3s" }
[member.gate]
alone = { when = "count(m in member: m.app) < 2" }
[member.probe]
short = { watch = "alone", every = "1ms" }
[says]
short = { title = "too few are left" }
"#;
    let fails = "member.fails = \"app and any(m in member: m.waited)\"\n";
    let store = toy(nodes, "app and not short");
    let told = store.replacen("member.primary", &format!("{fails}member.primary"), 1);
    let error = |store: &str, client: &str| {
        let model = format!(
            "model = \"toys\"\nzones = {{ a = \"r\", b = \"r\" }}\n[stores.toy]\ntechnology = \"toy\"\n\
             members = [\"a\", \"b\"]\n[clients.app]\ntechnology = \"{client}\"\nof = \"toy\"\nat = \"a\"\n\
             hosts = [\"a\"]\nevery = \"10ms\"\ntimeout = \"30s\"\n"
        );
        let kill = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member b of toy\"\n";
        let program = program_of(&[store], &model, kill, &[]);
        first(
            &program,
            &run_as(&program, &Sampling::plain(5), 100, Mode::Lazy),
            "app",
            "first_error",
        )
    };
    for client in ["client/http", "client/sequential"] {
        within(&error(&store, client), 30.0, 30.1);
        within(&error(&told, client), 3.0, 3.1);
    }
}

const GRAPH: &str = r#"
[routes.graph]
technology = "janusgraph"
serves = "ring"
at = "d"
instances = ["a/1", "b/1"]
[clients.reader]
technology = "client/http"
of = "graph"
at = "d"
count = 2
"#;

/// By default the loss of any node takes part of the graph away, with three
/// replicas the loss of one does not.
#[test]
fn a_graph_hangs_on_its_replicas_and_on_its_instances() {
    let model = format!("{RING}{GRAPH}");
    let graph = ("routes", "graph");
    let node = fault("kill", "c", "for = \"100s\"");
    let three = "routes.graph.replication_factor=3";
    near(&recovery(&tried(&model, &[&node], &[]), graph), 110.0);
    near(&recovery(&tried(&model, &[&node], &[three]), graph), 0.0);
    // An instance that is killed refuses, and its clients go to the other.
    let instance = "what = \"kill\"\nwhere = \"instance a/1 of graph\"\nfor = \"100s\"";
    let one = tried(&model, &[instance], &[three]);
    near(&recovery(&one, ("clients", "reader")), 0.0);
    near(&marks(&one, "graph", "unlocked"), f64::NAN);
    // One that stands still keeps its half of them.
    let hung = instance.replace("kill", "hang");
    let half = tried(&model, &[&hung], &[three]);
    let shares = times(&half, ("clients", "reader"), Figure::Downtime);
    within(&shares, 49.0, 51.0);
    let gone = "what = \"kill\"\nwhere = \"each instance of graph\"\nfor = \"100s\"";
    near(&recovery(&tried(&model, &[gone], &[three, "routes.graph.start=20s"]), graph), 120.0);
    let dead = "what = \"kill\"\nwhere = \"instance a/1 of graph\"";
    near(&marks(&tried(&model, &[dead], &[three]), "graph", "unlocked"), 300.0);
    // A write is tried again for 100 s.
    let nodes = ["b", "c"].map(|node| fault("kill", node, ""));
    let short = tried(&model, &[&nodes[0], &nodes[1]], &[three]);
    within(&marks(&short, "reader", "first_error"), 100.0, 101.0);
}

const GRID: &str = r#"
model = "grid"
zones = { a = "r", b = "r", c = "r" }
[stores.grid]
technology = "ignite"
members = ["a", "b", "c"]
start = "10s"
exchange = "2s"
"#;

const KILL: &str = "what = \"kill\"\nwhere = \"primary of grid\"";
const HANG: &str = "what = \"hang\"\nwhere = \"primary of grid\"";
const DISK: &str = "stores.grid.persistence=1";
const SAFE: &str = "stores.grid.partition_loss_policy=1";
const COPY: &str = "stores.grid.backups=1";

/// Fault, how long, edits, recovery, and whether data is gone.
type Grid = (&'static str, &'static str, &'static [&'static str], f64, bool);

#[test]
fn a_grid_waits_for_the_exchange_and_loses_what_has_no_backup() {
    let all = "what = \"kill\"\nwhere = \"each of grid\"";
    let table: [Grid; 10] = [
        (KILL, "", &[], 2.1, true),
        (KILL, "", &[COPY], 2.1, false),
        (HANG, "", &[COPY], 12.0, false),
        // Back before anybody missed it.
        (HANG, "for = \"9s\"", &[], 9.0, false),
        (KILL, "", &[SAFE], 2.1 + 900.0, true),
        (KILL, "", &[DISK], f64::NAN, false),
        (KILL, "for = \"50s\"", &[DISK], 60.0 + 900.0, false),
        (KILL, "", &[DISK, COPY], 2.1, false),
        (all, "for = \"50s\"", &[COPY], 60.0, true),
        (all, "for = \"50s\"", &[DISK], 60.0, false),
    ];
    for (fault, span, sets, wanted, gone) in table {
        println!("{fault} {span} {sets:?}");
        let tried = tried(GRID, &[&format!("{fault}\n{span}")], sets);
        near(&recovery(&tried, ("stores", "grid")), wanted);
        let lost = times(&tried, ("stores", "grid"), Figure::DataLossSeconds);
        near(&lost, if gone { f64::NAN } else { 0.0 });
    }
}

/// Nodes that are lost one after the other find copies made again in memory, and
/// none on disk, where nobody moves them.
#[test]
fn a_second_loss_finds_the_first_healed_or_not() {
    let later = "at = \"1000s\"\nwhat = \"kill\"\nwhere = \"member c of grid\"";
    let lost = |sets: &[&str]| {
        let tried = tried(GRID, &[&format!("at = \"0s\"\n{KILL}"), later], sets);
        marks(&tried, "grid", "partitions_lost")
    };
    near(&lost(&[COPY]), f64::NAN);
    near(&lost(&[COPY, "stores.grid.rebalance=2000s"]), 1_000.1);
    near(&lost(&[COPY, DISK]), 1_000.1);
}

/// Copies are made again while there are nodes enough to hold them.
#[test]
fn one_node_left_holds_no_second_copy() {
    let redundant = |sets: &[&str]| {
        times(&tried(GRID, &[KILL], sets), ("stores", "grid"), Figure::RedundancyRestored)
    };
    near(&redundant(&[COPY]), 602.1);
    near(&redundant(&[COPY, "stores.grid.members=[\"a\", \"b\"]"]), f64::NAN);
}

/// A node that was thrown out stops itself when it is back.
#[test]
fn a_node_that_was_thrown_out_ends() {
    let hung = format!("{HANG}\nfor = \"30s\"");
    let redundant = |sets: &[&str]| {
        let tried = tried(GRID, &[&hung], sets);
        times(&tried, ("stores", "grid"), Figure::RedundancyRestored)
    };
    near(&redundant(&[COPY, DISK]), f64::NAN);
    // Started again after 5 s it joins within 10 and is filled within 600.
    near(&redundant(&[COPY, DISK, "stores.grid.restart=5s"]), 645.0);
}

/// Where a graph is asked from is no machine that it needs: only its instances are.
#[test]
fn a_route_without_a_process_does_not_fall_with_its_place() {
    let model = "model = \"graph\"\nzones = { a = \"r\", b = \"r\", c = \"r\", d = \"r\" }\n\
         [stores.ring]\ntechnology = \"cassandra\"\nmembers = [\"b\", \"c\", \"d\"]\n\
         [routes.graph]\ntechnology = \"janusgraph\"\nserves = \"ring\"\nat = \"a\"\n\
         instances = [\"b\", \"c\"]\nreplication_factor = 3\n";
    let out = |fault: &str| {
        let (program, outcomes) = tried(model, &[fault], &[]);
        let values = figure(&program, &outcomes, ("routes", "graph"), Figure::RecoveryTime);
        values.into_iter().map(seconds).fold(0.0_f64, f64::max)
    };
    assert_eq!(out("what = \"power loss\"\nwhere = \"zone a\""), 0.0);
    // Who is cut off with it asks in vain.
    assert_eq!(out("what = \"partition\"\nwhere = \"zone a\"\nfor = \"50s\""), 50.0);
    let (model, _) = drillcast::model::file::read_model(
        &drillcast::diagnostic::SourceFile::new("graph.toml", model),
        &drillcast::model::preset::PresetLibrary::embedded(),
        &[],
        &|_| Err(String::new()),
    );
    let model = model.expect("it is sound");
    let zones =
        drillcast::model::every::single_failures(&model, &[drillcast::model::every::Every::Zone]);
    let names: Vec<&str> = zones.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["zone-b", "zone-c", "zone-d"]);
}
