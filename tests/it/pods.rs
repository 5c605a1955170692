//! Processes that run in the replicas of a service live and die with them.

use drillcast::outcome::{Figure, Measured};
use drillcast::trial::Program;

use crate::harness::{figure, program_of, run, seconds, toy};

/// A store on one pod with state, which may come back on its own node or another.
pub(crate) const PODS: &str = r#"
model = "pods"
zones = { a = "r", b = "r", m = "r" }
[clusters.main]
technology = "kubernetes/cluster"
members = ["a/1", "a/2", "b/1"]
control_plane = ["m"]
handling = "0s"
gc_round = "0s"
[services.box]
technology = "kubernetes/stateful_set"
cluster = "main"
members = ["a/1"]
spares = ["a/2"]
start = "20s"
restart = "1s"
scheduling = "0s"
termination = "5s"
[stores.toy]
technology = "toy"
members = ["a/1"]
pods = "box"
stable_for = "0s"
"#;

/// A store that says when it is asked to stop, and starts itself again after 3 s.
pub(crate) fn store() -> String {
    toy(
        "requests = [\"stop\"]\n[member.gate]\nasked_to = { when = \"asked.stop\", marks = \"asked\" }\n\
         [member.work]\nagain = { when = \"host and refuses(self, self.app)\", takes = \"3s\", does = [\"start app\"] }",
        "app",
    )
}

fn night(model: &str, faults: &[&str]) -> Program {
    let faults: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
    let scenario = format!("scenario = \"x\"\nhorizon = \"2000s\"\n{faults}");
    program_of(&[&store()], model, &scenario, &[])
}

fn down(model: &str, faults: &[&str]) -> Vec<f64> {
    let program = night(model, faults);
    let values = figure(&program, &run(&program, 5, 200), ("stores", "toy"), Figure::RecoveryTime);
    values.into_iter().map(seconds).collect()
}

fn all(values: &[f64], expected: f64) -> bool {
    values.iter().all(|value| (value - expected).abs() < 1e-6)
}

const DELETE: &str = "what = \"force_delete\"\nwhere = \"member a/1 of box\"";

#[test]
fn a_pod_that_is_deleted_takes_its_processes_with_it() {
    // Bound to a node at once, started after 20 s; the store starts with it.
    assert!(all(&down(PODS, &[DELETE]), 20.0));
    // Without pods nobody notices.
    assert!(all(&down(&PODS.replace("pods = \"box\"\n", ""), &[DELETE]), 0.0));
}

#[test]
fn whoever_is_killed_in_a_pod_is_started_again_by_whom_the_pod_is() {
    // All processes: the container ends, and starts again after 1 s + 20 s.
    let all_of_it = "what = \"kill\"\nwhere = \"member a/1 of toy\"";
    assert!(all(&down(PODS, &[all_of_it]), 21.0));
    // One by name: the container lives, and the store sees to it itself.
    let one = "what = \"kill\"\nprocess = [\"app\"]\nwhere = \"member a/1 of toy\"";
    assert!(all(&down(PODS, &[one]), 3.0));
}

#[test]
fn a_pod_that_is_drained_asks_what_runs_in_it_to_stop() {
    let drain = "what = \"drain\"\nwhere = \"node a/1\"";
    let program = night(PODS, &[drain]);
    let outcomes = run(&program, 5, 50);
    let asked = crate::harness::first(&program, &outcomes, "toy", "asked");
    assert!(all(&asked, 0.0), "{asked:?}");
    // It serves while it ends, 5 s, and then where the pod starts anew, 20 s later.
    let values = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
    assert!(values.into_iter().all(|value| (seconds(value) - 25.0).abs() < 1e-6));
    let values = figure(&program, &outcomes, ("stores", "toy"), Figure::Downtime);
    assert!(values.into_iter().all(|value| (seconds(value) - 20.0).abs() < 1e-6));
}

#[test]
fn a_pod_that_moves_takes_its_processes_to_another_machine() {
    let dark = "what = \"power loss\"\nwhere = \"node a/1\"";
    // Nobody vouches for the node: the pod waits for ever.
    assert!(down(PODS, &[dark]).iter().all(|value| value.is_nan()));
    // Struck off in a round of the collector 0 to 20 s after it was vouched for at
    // 100 s; 20 s later the store answers from the other machine.
    let vouched = "at = \"100s\"\nwhat = \"out_of_service\"\nwhere = \"node a/1\"";
    let values = down(PODS, &[dark, vouched]);
    assert!(values.iter().all(|value| (120.0..=140.0).contains(value)), "{values:?}");
    assert!(values.iter().any(|value| *value > 135.0) && values.iter().any(|v| *v < 125.0));
    // The machine it went to is the one that counts now.
    let other = "at = \"200s\"\nwhat = \"power loss\"\nwhere = \"node a/2\"\nfor = \"100s\"";
    let values = down(PODS, &[dark, vouched, other]);
    let first = down(PODS, &[dark, vouched]);
    assert!(values.iter().zip(&first).all(|(one, two)| one.to_bits() == two.to_bits()));
    let program = night(PODS, &[dark, vouched, other]);
    let outcomes = run(&program, 5, 50);
    assert!(outcomes.iter().all(|outcome| outcome.course.relapsed));
    // A machine that is back within the grace period has its container back with it.
    let short = "what = \"power loss\"\nwhere = \"node a/1\"\nfor = \"10s\"";
    assert!(all(&down(PODS, &[short]), 10.0));
}

#[test]
fn placed_sets_run_in_pods_as_well() {
    let model =
        PODS.replace("pods = \"box\"", "watchers = [\"a/1\"]\npods = { watchers = \"box\" }");
    let preset = store().replace(
        "[member.gate]",
        "[each]\nwatcher = { places = \"watchers\", processes = [\"eye\"], say = \"who watches\" }\n\
         [watcher.gate]\nblind = { when = \"not eye\", marks = \"blind\" }\n[member.gate]",
    );
    let scenario =
        format!("scenario = \"x\"\nhorizon = \"2000s\"\n[[faults]]\nat = \"7s\"\n{DELETE}\n");
    let program = program_of(&[&preset], &model, &scenario, &[]);
    let outcomes = run(&program, 5, 20);
    let blind = crate::harness::first(&program, &outcomes, "toy", "blind");
    assert!(all(&blind, 0.0), "counted from the fault: {blind:?}");
    // Its members stand beside the pod, not in it.
    let values = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
    assert!(values.into_iter().all(|value| value == Measured(0)));
}

#[test]
fn services_that_only_carry_others_are_told_by_their_redundancy_alone() {
    let program = night(PODS, &[DELETE]);
    let figures = |program: &Program| -> Vec<Figure> {
        let all = program.layout().figures.iter();
        all.filter(|slot| slot.subject.name == "box").map(|slot| slot.figure).collect()
    };
    assert_eq!(figures(&program), [Figure::RedundancyRestored]);
    // Asked for by an objective they are services like any other.
    let asked = format!("{PODS}[objectives.box]\nrecovery_time = \"p95 <= 1m\"\n");
    assert!(figures(&night(&asked, &[DELETE])).contains(&Figure::RecoveryTime));
}
