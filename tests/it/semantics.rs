//! What faults and blocks mean where they meet: one small system a question.

use drillcast::outcome::{Figure, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{KILL, ONE_TOY, figure, program_of, run, run_as, seconds, toy};

/// One trial.
fn one(program: &Program) -> Outcome {
    let mut runs = [Mode::Lazy, Mode::Full].map(|m| run_as(program, &Sampling::plain(1), 1, m));
    assert_eq!(runs[0], runs[1], "full and lazy");
    runs[0].remove(0)
}

/// The recovery time of the only trial [s]; its path must add up to it.
fn recovery(program: &Program) -> f64 {
    let outcome = one(program);
    let value = seconds(outcome.figures[0]);
    let path: f64 = outcome.course.path.iter().map(|s| (s.to - s.from).as_seconds()).sum();
    assert!(value.is_nan() || (path - value).abs() < 1e-9, "{value} s: {:?}", outcome.course.path);
    value
}

/// The names of the stages on the path, in order.
fn stages(program: &Program) -> Vec<&str> {
    let outcome = one(program);
    outcome.course.path.iter().map(|s| program.layout().stages[s.stage].name.as_str()).collect()
}

/// A scenario of faults: when, what, for how long.
fn faults(all: &[(&str, &str, &str)]) -> String {
    let mut text = "scenario = \"faults\"\nhorizon = \"1000s\"\n".to_owned();
    for (when, what, lasts) in all {
        text += &format!("[[faults]]\n{when}\n{what}\n");
        if !lasts.is_empty() {
            text += &format!("for = \"{lasts}\"\n");
        }
    }
    text
}

fn toy_recovery(nodes: &str, served: &str, all: &[(&str, &str, &str)]) -> f64 {
    recovery(&program_of(&[&toy(nodes, served)], ONE_TOY, &faults(all), &[]))
}

const POWER: &str = "what = \"power loss\"\nwhere = \"zone a\"";
const KILLED: &str = "what = \"kill\"\nwhere = \"member a of toy\"";
const HUNG: &str = "what = \"hang\"\nwhere = \"member a of toy\"";

#[test]
fn a_fault_that_ends_does_not_end_another() {
    let recovery = |all: &[(&str, &str, &str)]| toy_recovery("", "app", all);
    // Twice the same.
    for what in [POWER, KILLED, HUNG] {
        assert_eq!(recovery(&[("at = \"0s\"", what, "20s"), ("at = \"10s\"", what, "30s")]), 40.0);
        assert_eq!(recovery(&[("at = \"0s\"", what, "60s"), ("at = \"10s\"", what, "30s")]), 60.0);
        assert!(recovery(&[("at = \"0s\"", what, "60s"), ("at = \"10s\"", what, "")]).is_nan());
        // One begins in the instant in which the other ends.
        assert_eq!(recovery(&[("at = \"0s\"", what, "20s"), ("at = \"20s\"", what, "30s")]), 50.0);
    }
    // A kill inside a power loss, and the other way round.
    assert_eq!(recovery(&[("at = \"0s\"", POWER, "60s"), ("at = \"10s\"", KILLED, "5s")]), 60.0);
    assert_eq!(recovery(&[("at = \"0s\"", KILLED, "60s"), ("at = \"10s\"", POWER, "5s")]), 60.0);
}

#[test]
fn who_is_killed_does_not_hang_any_more() {
    let restart = "[member.work]\nrestart = { when = \"refuses(self, self.app)\", takes = \"5s\", does = [\"start app\"] }";
    let killed = [("at = \"0s\"", HUNG, ""), ("at = \"10s\"", KILLED, "")];
    assert_eq!(toy_recovery(restart, "app", &killed), 15.0);
    let rebooted = [("at = \"0s\"", HUNG, ""), ("at = \"10s\"", POWER, "20s")];
    assert_eq!(toy_recovery("", "app", &rebooted), 30.0);
    // Whoever comes up while the fault stands that holds it does not hang either.
    let ended = [("at = \"0s\"", HUNG, "60s"), ("at = \"10s\"", KILLED, "")];
    assert_eq!(toy_recovery(restart, "app", &ended), 15.0);
}

#[test]
fn a_path_leads_through_whatever_came_last() {
    let works = "[member.work]\nfirst = { when = \"not app\", takes = \"1s\" }\nlast = { when = \"not app\", takes = \"5s\" }\n";
    let latch = format!("{works}[member.gate]\nset = {{ when = \"first\", until = \"not last\" }}");
    let program = program_of(&[&toy(&latch, "app or set")], ONE_TOY, KILL, &[]);
    assert_eq!(recovery(&program), 5.0);
    assert_eq!(stages(&program), ["toy.last"]);
    let until =
        format!("{works}then = {{ when = \"first\", until = \"not last\", takes = \"2s\" }}");
    let program = program_of(&[&toy(&until, "app or then")], ONE_TOY, KILL, &[]);
    assert_eq!(recovery(&program), 7.0);
    assert_eq!(stages(&program), ["toy.last", "toy.then"]);
}

#[test]
fn a_path_leads_from_fault_to_fault() {
    // The end of a fault is a step, and so is the wait for the next.
    assert_eq!(toy_recovery("", "app", &[("at = \"7s\"", KILLED, "10s")]), 10.0);
    let two = [("at = \"0s\"", HUNG, "10s"), ("at = \"30s\"", KILLED, "20s")];
    assert_eq!(toy_recovery("", "app", &two), 50.0);
    // A fault after a milestone was caused by what stamped it.
    let nodes =
        "[member.work]\nwork = { when = \"not app\", takes = \"6s\", marks = \"detected\" }";
    let mut text =
        faults(&[("at = \"0s\"", KILLED, ""), ("after = \"toy.detected + 4s\"", HUNG, "3s")]);
    text += "";
    let nodes =
        format!("{nodes}\nrepair = {{ when = \"work\", takes = \"8s\", does = [\"start app\"] }}");
    let program = program_of(&[&toy(&nodes, "app")], ONE_TOY, &text, &["stores.toy.stable_for=0s"]);
    // Killed at 0, detected at 6, stands still from 10 to 13, repaired at 14.
    assert_eq!(recovery(&program), 14.0);
    let mut hung = text.replace("3s", "30s");
    hung += "";
    let program = program_of(&[&toy(&nodes, "app")], ONE_TOY, &hung, &[]);
    assert_eq!(recovery(&program), 40.0);
    assert_eq!(stages(&program)[0], "toy.work");
    let mut names: Vec<&str> = program.layout().stages.iter().map(|s| s.name.as_str()).collect();
    let all = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), all, "a stage stands twice");
}

#[test]
fn a_probe_that_restarts_owns_no_more_than_its_own_time() {
    // It looks anew from 20 s on, at what has been so since the beginning.
    let nodes = "[member.work]\nwait = { when = \"not app\", takes = \"20s\" }\n[member.probe]\nlooks = { watch = \"host\", every = \"4s\", from = \"wait\", initially = false }";
    let program = program_of(&[&toy(nodes, "app or looks and wait")], ONE_TOY, KILL, &[]);
    assert_eq!(recovery(&program), 24.0);
    assert_eq!(stages(&program), ["toy.wait", "toy.looks"]);
}

#[test]
fn a_trial_without_rest_is_unsettled() {
    let nodes = "[parameters.pause]\ndefault = \"0s\"\nsay = \"how long each waits for the other\"\n[member.work]\nx = { when = \"not app and not y\", takes = \"pause\" }\ny = { when = \"x\", takes = \"pause\" }";
    let program = |pause: &str| {
        program_of(&[&toy(nodes, "app")], ONE_TOY, KILL, &[&format!("stores.toy.pause={pause}")])
    };
    let outcome = one(&program("0s"));
    assert!(outcome.course.unsettled && outcome.course.path.is_empty());
    assert!(outcome.figures.iter().all(|f| !f.is_number()), "{:?}", outcome.figures);
    assert!(!one(&program("1s")).course.unsettled);
    // It is that trial alone, and the next is not touched by it.
    let before = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of toy\"\nat = \"0s..2000s\"\n";
    let program = program_of(
        &[&toy(nodes, "app")],
        ONE_TOY,
        &format!("{before}[[faults]]\nwhat=\"hang\"\nwhere=\"member a of toy\"\n"),
        &[],
    );
    let all = run_as(&program, &Sampling::plain(1), 5, Mode::Lazy);
    assert!(all.iter().all(|o| o.course.unsettled));
}

#[test]
fn an_unsteady_system_is_unsettled() {
    let nodes = "[parameters.pause]\ndefault = \"0s\"\nsay = \"how long each waits for the other\"\n[member.work]\nx = { when = \"app and not y\", takes = \"pause\" }\ny = { when = \"x\", takes = \"pause\" }";
    let program = program_of(&[&toy(nodes, "app")], ONE_TOY, KILL, &[]);
    assert!(!program.is_steady());
    assert!(one(&program).course.unsettled);
}

const PATRONI: &str = r#"
model = "orders"
zones = { a = "r", b = "r", c = "r", d = "r" }
[consensus.etcd]
technology = "etcd"
members = ["d"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "etcd"
[clients.writer]
technology = "client/libpq"
of = "orders"
at = "d"
every = "100ms"
"#;

/// The first stamp of a mark of `orders` [s].
fn stamp(program: &Program, mark: &str) -> f64 {
    crate::harness::first(program, &[one(program)], "orders", mark)[0]
}

#[test]
fn a_primary_without_its_agent_is_replaced_and_goes_on() {
    let killed = "what = \"kill\"\nprocess = \"patroni\"\nwhere = \"primary of orders\"";
    let program = program_of(&[], PATRONI, &faults(&[("at = \"0s\"", killed, "")]), &[]);
    let taken = stamp(&program, "key_taken");
    assert!((20.0..33.0).contains(&taken), "key taken after {taken} s");
    let outcome = one(&program);
    let split = crate::harness::figure(
        &program,
        &[outcome],
        ("stores", "orders"),
        Figure::SplitBrainSeconds,
    )[0];
    let expected = 1000.0 - stamp(&program, "failed_over");
    assert!(
        (seconds(split) - expected).abs() < 1e-6,
        "{} s, expected {expected} s",
        seconds(split)
    );
}

#[test]
fn a_partition_from_the_primary_is_not_one_from_all() {
    let cut = |from: &str| {
        let what = format!("what = \"partition\"\nwhere = \"member d of etcd\"\nfrom = \"{from}\"");
        let program = program_of(&[], PATRONI, &faults(&[("at = \"0s\"", &what, "")]), &[]);
        stamp(&program, "key_taken")
    };
    // The others still hear etcd, and one of them takes over.
    assert!((20.0..33.0).contains(&cut("primary of orders")));
    assert!((20.0..33.0).contains(&cut("member a of orders")));
    // It demotes itself first, and sends what it has: nothing is lost.
    let what = "what = \"partition\"\nwhere = \"primary of orders\"\nfrom = \"each of etcd\"";
    let program = program_of(&[], PATRONI, &faults(&[("at = \"0s\"", what, "")]), &[]);
    let outcomes = run_as(&program, &Sampling::plain(1), 50, Mode::Lazy);
    let figure = |figure| crate::harness::figure(&program, &outcomes, ("stores", "orders"), figure);
    assert!(figure(Figure::DataLossWrites).iter().all(|w| w.0 == 0));
    let recovery = figure(Figure::RecoveryTime);
    assert!(recovery.iter().all(|t| (20.0..60.0).contains(&seconds(*t))), "{recovery:?}");
    assert!(cut("each of orders").is_nan());
    assert!(cut("member b of orders").is_nan(), "the primary renews its key");
}

#[test]
fn draws_belong_to_members_not_to_places_in_a_list() {
    let lag = "stores.orders.lag={ exponential = { mean = \"100ms\" }, varies = \"each\" }";
    let loss = |members: &str, also: &str| {
        let mut all = vec![("at = \"0s\"", "what = \"kill\"\nwhere = \"primary of orders\"", "")];
        if !also.is_empty() {
            all.push(("at = \"0s\"", also, ""));
        }
        let members = format!("stores.orders.members={members}");
        let program = program_of(&[], PATRONI, &faults(&all), &[lag, &members]);
        let outcomes = run_as(&program, &Sampling::plain(1), 50, Mode::Lazy);
        crate::harness::figure(&program, &outcomes, ("stores", "orders"), Figure::DataLossWrites)
    };
    let alone = loss("[\"a\", \"b\"]", "");
    let behind = loss("[\"a\", \"c\", \"b\"]", "what = \"kill\"\nwhere = \"member c of orders\"");
    assert!(alone.iter().any(|w| w.0 > 5));
    assert_eq!(alone, behind);
}

#[test]
fn a_pinned_clock_is_found_by_its_members_name() {
    let watcher = r#"
preset = "watcher"
title = "Watcher"
kind = "clients"
versions = "all"
processes = []
[target.probe]
gone = { watch = "not answers(here, self)", every = "10s", marks = "detected" }
[exports]
client.served = "not any(t in target: t.gone)"
"#;
    let model = r#"
model = "toys"
zones = { a = "r", b = "r" }
[stores.toy]
technology = "toy"
members = ["a", "b"]
[clients.watch]
technology = "watcher"
of = "toy"
hosts = ["b", "a"]
"#;
    let scenario = |pinned: &str| {
        let what = "what = \"kill\"\nwhere = \"member b of toy\"\n[phases]\n";
        faults(&[("at = \"0s\"", &format!("{what}\"watch.{pinned}.gone\" = \"3s\"\n"), "")])
    };
    let toy = toy("", "app");
    let program = program_of(&[&toy, watcher], model, &scenario("b"), &[]);
    let detected = crate::harness::first(&program, &[one(&program)], "watch", "detected")[0];
    assert_eq!(detected, 7.0);
    let program = program_of(&[&toy, watcher], model, &scenario("a"), &[]);
    let detected = crate::harness::first(&program, &[one(&program)], "watch", "detected")[0];
    assert_ne!(detected, 7.0);
}

#[test]
fn an_etcd_that_starts_again_is_a_follower() {
    let model = PATRONI.replace("members = [\"d\"]", "members = [\"a\", \"b\", \"d\"]");
    let led = |whom: &str, lasts: &str| {
        let what = format!("what = \"kill\"\nwhere = \"{whom} of etcd\"");
        let program = program_of(&[], &model, &faults(&[("at = \"0s\"", &what, lasts)]), &[]);
        let outcomes = run_as(&program, &Sampling::plain(1), 50, Mode::Lazy);
        let figure = crate::harness::figure(
            &program,
            &outcomes,
            ("consensus", "etcd"),
            Figure::RecoveryTime,
        );
        figure.into_iter().map(seconds).collect::<Vec<_>>()
    };
    // The tenth to nineteenth tick after the last heartbeat: 0.9 s to 1.9 s after it.
    assert!(led("primary", "300ms").iter().all(|t| (0.8..2.0).contains(t)));
    assert!(led("each", "5s").iter().all(|t| (5.9..7.0).contains(t)));
    assert!(led("member b", "5s").iter().all(|t| *t == 0.0));
}

#[test]
fn a_switchover_without_a_candidate_leaves_the_primary() {
    let asked = |lasts: &str| {
        ("at = \"0s\"", "what = \"switchover\"\nwhere = \"primary of orders\"", lasts.to_owned())
    };
    let store = |sets: &[&str], all: &[(&str, &str, &str)]| {
        let program = program_of(&[], PATRONI, &faults(all), sets);
        let outcome = one(&program);
        seconds(
            crate::harness::figure(
                &program,
                &[outcome],
                ("stores", "orders"),
                Figure::RecoveryTime,
            )[0],
        )
    };
    let (at, what, lasts) = asked("40s");
    // Nobody else is there, or nobody else has an agent.
    assert_eq!(store(&["stores.orders.members=[\"a\"]"], &[(at, what, &lasts)]), 0.0);
    let agents = "what = \"kill\"\nprocess = \"patroni\"\nwhere = \"member b of orders\"";
    let pair = ["stores.orders.members=[\"a\", \"b\"]"];
    assert_eq!(store(&pair, &[(at, what, &lasts), ("at = \"0s\"", agents, "")]), 0.0);
    // The other dies while the primary stops: it takes its role again.
    let dies = "what = \"kill\"\nwhere = \"member b of orders\"";
    let back = store(&pair, &[(at, what, "1s"), ("at = \"100ms\"", dies, "")]);
    assert!((10.0..40.0).contains(&back), "{back}");
    // A dead primary hands nothing over.
    let power = "what = \"power loss\"\nwhere = \"primary of orders\"";
    let lost = store(&[], &[("at = \"0s\"", power, ""), (at, what, &lasts)]);
    assert!(lost > 20.0, "{lost}");
}

#[test]
fn a_stop_waits_until_everything_is_sent() {
    let what = "what = \"switchover\"\nwhere = \"primary of orders\"";
    let sets = [
        "stores.orders.lag=3s",
        "stores.orders.checkpoint=100ms",
        "stores.orders.maximum_lag_on_failover=100MB",
    ];
    let program = program_of(&[], PATRONI, &faults(&[("at = \"0s\"", what, "1s")]), &sets);
    let outcome = one(&program);
    let figure = |figure| {
        crate::harness::figure(
            &program,
            std::slice::from_ref(&outcome),
            ("stores", "orders"),
            figure,
        )[0]
    };
    assert_eq!(figure(Figure::DataLossWrites).0, 0);
    assert!(seconds(figure(Figure::RecoveryTime)) > 3.0);
}

#[test]
fn a_postmaster_that_is_back_has_back_ends() {
    let what = "what = \"kill\"\nprocess = \"postgres\"\nwhere = \"primary of orders\"";
    let program = program_of(
        &[],
        PATRONI,
        &faults(&[("at = \"0s\"", what, "300ms")]),
        &["stores.orders.crash_recovery=1h"],
    );
    let outcome = one(&program);
    let back = seconds(
        crate::harness::figure(&program, &[outcome], ("stores", "orders"), Figure::RecoveryTime)[0],
    );
    assert!((1.0..2.0).contains(&back), "{back}");
}

/// A parameter that varies each time is drawn anew at each use, one that varies
/// by trial is drawn once.
#[test]
fn how_a_parameter_varies() {
    let gaps = |varies: &str| {
        let nodes = format!(
            "[parameters.pause]\ndefault = {{ exponential = {{ mean = \"5s\" }} }}\nvaries = \"{varies}\"\nsay = \"a pause\"\n[member.work]\nx = {{ when = \"not app\", takes = \"pause\", marks = \"half\" }}\ny = {{ when = \"x\", takes = \"pause\", marks = \"whole\" }}"
        );
        let program = program_of(&[&toy(&nodes, "app or y")], ONE_TOY, KILL, &[]);
        let outcomes = run_as(&program, &Sampling::plain(1), 200, Mode::Lazy);
        let stamps =
            ["half", "whole"].map(|m| crate::harness::first(&program, &outcomes, "toy", m));
        let pairs = stamps[0].iter().zip(&stamps[1]);
        pairs.filter(|(half, whole)| (2.0 * **half - **whole).abs() < 1e-6).count()
    };
    assert_eq!((gaps("trial"), gaps("each")), (200, 0));
}

/// Whoever stands on a host without power is not served, whatever it believes.
#[test]
fn clients_without_power_are_not_served() {
    let model = r#"
        model = "m"
        zones = { a = "r", b = "r" }
        [consensus.etcd]
        technology = "etcd"
        members = ["b"]
        [stores.orders]
        technology = "postgresql/patroni"
        members = ["b"]
        dcs = "etcd"
        [clients.app]
        technology = "client/libpq"
        of = "orders"
        at = "a"
    "#;
    let scenario =
        "scenario = \"s\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"zone a\"\nfor = \"5m\"";
    let program = program_of(&[], model, scenario, &[]);
    let outcomes = run(&program, 1, 200);
    let of = |who| figure(&program, &outcomes, who, Figure::Downtime);
    assert!(of(("stores", "orders")).iter().all(|d| seconds(*d) == 0.0));
    let away = of(("clients", "app"));
    assert!(away.iter().all(|d| seconds(*d) > 299.0 && seconds(*d) < 301.0), "{away:?}");
}

/// A balancer takes the dead server out long before the lease ends, and the
/// consensus store has a new leader before anybody is promoted: neither starts
/// the recovery of the whole, or ends it.
#[test]
fn what_starts_a_recovery_lies_on_the_way_to_it() {
    const MODEL: &str = r#"
model = "shop"
zones = { a = "r", b = "r", c = "r" }
[consensus.etcd]
technology = "etcd"
members = ["a/1", "b/1", "c/1"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a/1", "b/1", "c/1"]
dcs = "etcd"
[routes.front]
technology = "haproxy"
serves = "orders"
at = "c"
"#;
    let scenario = |fault: &str| {
        format!("scenario = \"S\"\n[[faults]]\n{fault}\nwhere = \"primary of orders\"")
    };
    let times = |fault: &str, (group, name): (&str, &str)| -> Vec<Vec<f64>> {
        let program = program_of(&[], MODEL, &scenario(fault), &[]);
        let outcomes = run(&program, 1, 256);
        let which = [Figure::TimeToDetect, Figure::TimeToDecide, Figure::TimeToFailOver];
        let which = which.map(|f| figure(&program, &outcomes, (group, name), f));
        which.into_iter().map(|times| times.into_iter().map(seconds).collect()).collect()
    };
    let (system, store) = (("system", "system"), ("stores", "orders"));
    let killed = "what = \"kill\"";
    assert_eq!(times(killed, system), times(killed, store));
    let dark = "what = \"power loss\"";
    let (whole, of_store) = (times(dark, system), times(dark, store));
    assert_eq!(whole[2], of_store[2], "to fail over");
    assert!(whole[2].iter().all(|time| time.is_finite()));
    for (whole, of_store) in whole[0].iter().zip(&of_store[0]) {
        assert!(*whole < 3.0 && *of_store > 20.0, "{whole} {of_store}");
    }
}
