//! What faults and blocks mean where they meet: one small system a question.

use drillcast::outcome::Outcome;
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{KILL, ONE_TOY, program_of, run_as, seconds, toy};

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
    let path: f64 = outcome.path.iter().map(|s| (s.to - s.from).as_seconds()).sum();
    assert!(value.is_nan() || (path - value).abs() < 1e-9, "{value} s: {:?}", outcome.path);
    value
}

/// The names of the stages on the path, in order.
fn stages(program: &Program) -> Vec<&str> {
    let outcome = one(program);
    outcome.path.iter().map(|s| program.layout().stages[s.stage].name.as_str()).collect()
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
    let until = format!("{works}then = {{ when = \"first\", until = \"not last\", takes = \"2s\" }}");
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
    let nodes = "[member.work]\nwork = { when = \"not app\", takes = \"6s\", marks = \"detected\" }";
    let mut text = faults(&[("at = \"0s\"", KILLED, ""), ("after = \"toy.detected + 4s\"", HUNG, "3s")]);
    text += "";
    let nodes = format!("{nodes}\nrepair = {{ when = \"work\", takes = \"8s\", does = [\"start app\"] }}");
    let program = program_of(&[&toy(&nodes, "app")], ONE_TOY, &text, &["stores.toy.stable_for=0s"]);
    // Killed at 0, detected at 6, stands still from 10 to 13, repaired at 14.
    assert_eq!(recovery(&program), 14.0);
    let mut hung = text.replace("3s", "30s");
    hung += "";
    let program = program_of(&[&toy(&nodes, "app")], ONE_TOY, &hung, &[]);
    assert_eq!(recovery(&program), 40.0);
    assert_eq!(stages(&program)[0], "toy.work");
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
    assert!(outcome.unsettled && outcome.path.is_empty());
    assert!(outcome.figures.iter().all(|f| !f.is_number()), "{:?}", outcome.figures);
    assert!(!one(&program("1s")).unsettled);
    // It is that trial alone, and the next is not touched by it.
    let before = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of toy\"\nat = \"0s..2000s\"\n";
    let program = program_of(&[&toy(nodes, "app")], ONE_TOY, &format!("{before}[[faults]]\nwhat=\"hang\"\nwhere=\"member a of toy\"\n"), &[]);
    let all = run_as(&program, &Sampling::plain(1), 5, Mode::Lazy);
    assert!(all.iter().all(|o| o.unsettled));
}

#[test]
fn an_unsteady_system_is_unsettled() {
    let nodes = "[parameters.pause]\ndefault = \"0s\"\nsay = \"how long each waits for the other\"\n[member.work]\nx = { when = \"app and not y\", takes = \"pause\" }\ny = { when = \"x\", takes = \"pause\" }";
    let program = program_of(&[&toy(nodes, "app")], ONE_TOY, KILL, &[]);
    assert!(!program.is_steady());
    assert!(one(&program).unsettled);
}

