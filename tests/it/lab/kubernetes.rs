//! Kubernetes 1.33: a node, a zone or most of a zone falls silent; a drain; pods with
//! state that are stuck on a dead node.

use drillcast::outcome::Outcome;
use drillcast::trial::Program;

use super::{Row, Series, band, less, pinned, share, uniform};
use crate::harness::{first, program, run, seconds};

const MODEL: &str = "models/lab/kubernetes.toml";
const TRIALS: u64 = 4_096;
const CLUSTER: &[&str] = &["kubernetes/cluster"];
const DEPLOYMENT: &[&str] = &["kubernetes/deployment", "kubernetes/cluster"];
const STATEFUL: &[&str] = &["kubernetes/stateful_set", "kubernetes/cluster"];

/// A round of the garbage collector took seconds on the loaded machine.
const SLOW_ROUNDS: &str =
    "a round of the garbage collector as long as the other of these two series tells";

/// The lab's program for a scenario.
fn lab(scenario: &str, sets: &[&str]) -> (Program, Vec<Outcome>) {
    let program = program(MODEL, &format!("scenarios/lab/kubernetes/{scenario}.toml"), sets);
    let outcomes = run(&program, 1, TRIALS);
    (program, outcomes)
}

/// When nodes were found lost, less the grace period and given the age of the last
/// renewal: what is left is the wait for a pass.
fn found(series: &Series, sets: &[&str]) -> Vec<f64> {
    let ages = series.numbers("renew_age_s");
    let scenario = "scenarios/lab/kubernetes/node-loss.toml";
    if sets.is_empty() {
        let phases = ages.iter().map(|age| vec![("main.three/1.renews", *age, *age)]);
        return pinned(MODEL, scenario, phases, |trial, program, outcomes| {
            let lost = first(program, outcomes, "main", "detected");
            lost.iter().map(|at| at + ages[trial] - 50.0).collect()
        });
    }
    let (program, outcomes) = lab("node-loss", sets);
    let lost = first(&program, &outcomes, "main", "detected");
    // Whatever the age, the rival is so much too early.
    lost.iter().map(|at| at + 5.0 - 50.0).collect()
}

fn node_loss(rows: &mut Vec<Row>) {
    let all = Series::read("k8s-1.33-node-loss");
    let series = all.only("batch", |batch| batch == "quiet").of_trials(40);
    let measured: Vec<f64> = series
        .numbers("notready_s")
        .iter()
        .zip(series.numbers("renew_age_s"))
        .map(|(at, age)| at + age - 50.0)
        .collect();
    rows.push(
        band(
            "k8s node lost: found lost, given the age of its lease",
            &measured,
            found(&series, &[]),
            2.0,
            Some(("grace 40 s", found(&series, &["clusters.main.node_monitor_grace_period=40s"]))),
        )
        .judges(&series, CLUSTER)
        .given("the recorded age of the last renewal"),
    );
    let (program, outcomes) = lab("node-loss", &[]);
    let of = |component, mark| first(&program, &outcomes, component, mark);
    let lost = of("main", "detected");
    let tainted = of("main", "tainted");
    let deleted = of("web", "displaced");
    let mut judge = |name, (a, b): (&str, &str), predicted, margin, rival, presets| {
        let row = band(name, &series.difference(a, b), predicted, margin, rival);
        rows.push(row.judges(&series, presets));
    };
    judge(
        "k8s node lost: found lost to tainted",
        ("noexecute_s", "notready_s"),
        less(tainted.clone(), &lost),
        1.0,
        Some(("tainted in the same pass", uniform(0.0, 0.1))),
        CLUSTER,
    );
    judge(
        "k8s node lost: tainted to pod deleted",
        ("pod_deleting_s", "noexecute_s"),
        less(deleted.clone(), &tainted),
        1.0,
        Some(("310 s", uniform(310.0, 310.1))),
        DEPLOYMENT,
    );
    judge(
        "k8s node lost: pod deleted to its replacement bound",
        ("scheduled_s", "pod_deleting_s"),
        less(of("web", "bound"), &deleted),
        2.0,
        None,
        DEPLOYMENT,
    );
    judge(
        "k8s node lost: found lost to out of the endpoints",
        ("endpoint_out_s", "notready_s"),
        less(of("web", "withdrawn"), &lost),
        2.0,
        None,
        DEPLOYMENT,
    );
}

/// The instants at which so many nodes were tainted, trial by trial, from the first
/// on; with whether the zone was lost for the most part on the way.
fn taints(program: &Program, outcomes: &[Outcome], nodes: usize) -> Vec<(bool, Vec<f64>)> {
    let slot = |mark: &str| {
        let slots = &program.layout().milestones;
        let found = slots.iter().find(|m| m.component == "main" && m.mark == mark);
        found.expect("it is marked").start
    };
    let (tainted, partial) = (slot("tainted"), slot("partial"));
    let of = |outcome: &Outcome| {
        let stamps = &outcome.milestones[tainted..tainted + nodes];
        let times: Vec<f64> = stamps.iter().map(|at| seconds(*at)).collect();
        let later = times[1..].iter().map(|at| at - times[0]).collect();
        (outcome.milestones[partial].is_number(), later)
    };
    outcomes.iter().map(of).collect()
}

/// Each measured trial with the same share of those predicted trials whose zone went
/// the same way.
fn alike(partial: &[bool], predicted: &[(bool, Vec<f64>)]) -> Vec<f64> {
    let mut all = Vec::new();
    for way in partial {
        let same = predicted.iter().filter(|(other, _)| other == way).take(100);
        all.extend(same.flat_map(|(_, times)| times.clone()));
    }
    all
}

fn zone_of_five(rows: &mut Vec<Row>) {
    let series = Series::read("k8s-1.33-zone-of-5").of_trials(15);
    let (batches, trials) = (series.words("batch"), series.words("trial"));
    let (states, times) = (series.words("zone_states"), series.numbers("noexecute_s"));
    let mut known: Vec<(String, String)> =
        batches.iter().cloned().zip(trials.iter().cloned()).collect();
    known.sort();
    known.dedup();
    let (mut measured, mut partial) = (Vec::new(), Vec::new());
    for (batch, trial) in known {
        let own = (0..times.len()).filter(|at| batches[*at] == batch && trials[*at] == trial);
        let own: Vec<usize> = own.collect();
        let mut stamps: Vec<f64> = own.iter().map(|at| times[*at]).collect();
        stamps.sort_by(f64::total_cmp);
        measured.extend(stamps[1..].iter().map(|at| at - stamps[0]));
        partial.push(states[own[0]].contains("Partial"));
    }
    let predict = |sets: &[&str]| {
        let (program, outcomes) = lab("zone-of-5", sets);
        alike(&partial, &taints(&program, &outcomes, 5))
    };
    rows.push(
        band(
            "k8s zone of 5 lost: k-th taint after the first",
            &measured,
            predict(&[]),
            2.0,
            Some(("no limiter", predict(&["clusters.main.node_eviction_rate=100/s"]))),
        )
        .judges(&series, CLUSTER)
        .given("whether the zone was lost for the most part on the way"),
    );
}

/// When each of so many nodes was marked so, in every trial.
fn all(program: &Program, outcomes: &[Outcome], mark: &str, nodes: usize) -> Vec<f64> {
    let slots = &program.layout().milestones;
    let found = slots.iter().find(|m| m.component == "main" && m.mark == mark);
    let start = found.expect("it is marked").start;
    let stamps = outcomes.iter().flat_map(|outcome| &outcome.milestones[start..start + nodes]);
    stamps.map(|at| seconds(*at)).collect()
}

fn partial_zone(rows: &mut Vec<Row>) {
    let series = Series::read("k8s-1.33-partial-zone").of_trials(2);
    let (program, outcomes) = lab("partial-zone", &[]);
    rows.push(
        band(
            "k8s 18 of 30 nodes lost: found lost",
            &series.numbers("notready_s"),
            all(&program, &outcomes, "detected", 18),
            2.0,
            None,
        )
        .judges(&series, CLUSTER)
        .unjudged("two trials, whose heartbeats were bunched by the loaded machine"),
    );
}

fn drained(rows: &mut Vec<Row>) {
    let series = Series::read("k8s-1.33-drain");
    let (program, outcomes) = lab("drain", &[]);
    rows.push(
        band(
            "k8s drain: out of the endpoints",
            &series.numbers("endpoint_out_s"),
            first(&program, &outcomes, "web", "withdrawn"),
            0.5,
            Some(("the grace period first", uniform(40.0, 55.0))),
        )
        .judges(&series, DEPLOYMENT),
    );
}

fn stuck(rows: &mut Vec<Row>) {
    let all = Series::read("k8s-1.33-stateful-set");
    let series = all.only("batch", |batch| batch != "busy").of_trials(60);
    let early = series.numbers("replacement_created_after_action_s");
    let early = early.iter().filter(|at| **at < 0.0).count() as u64;
    let (program, outcomes) = lab("node-loss", &[]);
    let replaced = first(&program, &outcomes, "db", "displaced");
    let predicted = replaced.iter().filter(|at| at.is_finite()).count() as f64 / TRIALS as f64;
    rows.push(
        share(
            "k8s pod with state: replaced before anybody acts",
            (early, series.rows.len() as u64),
            predicted,
            Some(("replaced like a deployment", 1.0)),
        )
        .judges(&series, STATEFUL),
    );
    // The next round begins 20 s after the last has ended: a fenced node waits for half
    // of a whole turn in the mean, a deleted one for two and a half. How long a round
    // took is told by the one of the two series that is not judged.
    let turn = |action: &str, turns: f64| {
        let all = series.only("action", |other| other == action);
        let waits = all.numbers("pod_gone_after_action_s");
        waits.iter().sum::<f64>() / waits.len() as f64 / turns
    };
    let fenced = turn("delete_node", 2.5);
    let deleted = turn("out_of_service", 0.5);
    for (action, name, scenario, turn) in [
        (
            "out_of_service",
            "k8s pod with state: gone after the node is fenced",
            "out-of-service",
            fenced,
        ),
        (
            "delete_node",
            "k8s pod with state: gone after the node is deleted",
            "delete-node",
            deleted,
        ),
    ] {
        let series = series.only("action", |other| other == action);
        let round = format!("clusters.main.gc_round={:.3}s", turn - 20.0);
        let (program, outcomes) = lab(scenario, &[&round]);
        let acted = first(&program, &outcomes, "main", action);
        let gone = first(&program, &outcomes, "db", "displaced");
        let row = band(
            name,
            &series.numbers("pod_gone_after_action_s"),
            less(gone, &acted),
            3.0,
            Some(("replaced like a deployment", uniform(0.0, 0.1))),
        );
        rows.push(row.judges(&series, STATEFUL).given(SLOW_ROUNDS));
    }
}

pub(super) fn rows(rows: &mut Vec<Row>) {
    node_loss(rows);
    zone_of_five(rows);
    partial_zone(rows);
    drained(rows);
    stuck(rows);
}
