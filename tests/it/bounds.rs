//! No trial lies below the bound that is printed with it.

use drillcast::outcome::{Figure, Measured};
use drillcast::trial::Program;

use crate::harness::{KILL, ONE_TOY, program, program_of, run, toy};

/// The least recovery time of a subject over many trials, and its bound [s].
fn check(program: &Program, group: &str, name: &str) -> (f64, f64) {
    let outcomes = run(program, 3, 4_096);
    let mut result = (f64::NAN, f64::NAN);
    for (slot, figure) in program.layout().figures.iter().enumerate() {
        let Some(bound) = &figure.bound else { continue };
        let terms: i64 = bound.terms.iter().map(|t| t.least.0).sum();
        assert_eq!(terms, bound.least.0, "the terms of {:?} do not add up", figure.subject);
        let least = outcomes.iter().map(|o| o.figures[slot]).min().expect("there are trials");
        assert!(least >= Measured::span(bound.least), "{figure:?}: a trial has {least:?}");
        if figure.subject.group == group && figure.subject.name == name {
            assert_eq!(figure.figure, Figure::RecoveryTime);
            result = (least.0 as f64 / 1e9, bound.least.as_seconds());
        }
    }
    result
}

/// Every pace, pick and failure in front of the recovery: no trial lies below.
#[test]
fn no_trial_lies_below_the_bound_of_a_toy() {
    let clocks = "[member.clock]\nasks = { asks = \"5s\" }\nbeat = { every = \"2s\" }\nfetch = { every = \"7s\", at = \"asks\" }\nthird = { every = \"5s\", at = \"beat\" }\n";
    let probe = |looks: &str| {
        let nodes = format!("{clocks}[member.probe]\np = {{ watch = \"not app\", {looks} }}");
        (nodes, "app or p")
    };
    let comb = "every = \"1s\", from = \"not app\", factor = \"1.5\", most = \"4s\", rise = 3";
    let work = |more: &str, served| {
        let work =
            format!("w = {{ when = \"not app\", takes = \"1s..2s\", fails = \"0.5\"{more} }}");
        let gate = "[member.gate]\nf = { when = \"w.failed\" }\ng = { when = \"w\" }";
        (format!("[member.work]\n{work}\n{gate}"), served)
    };
    let queued = |served| {
        let (nodes, _) = work(", tries = 3, between = \"2s\", uses = \"crew\"", served);
        (format!("{nodes}\n[one.pool]\ncrew = {{ size = 1 }}"), served)
    };
    let takes = |takes: &str| {
        (format!("[member.work]\nw = {{ when = \"not app\", takes = \"{takes}\" }}"), "app or w")
    };
    let pick = "[one.work]\nlate = { when = \"any(m in member: not m.app)\", takes = \"1s..3s\" }\n[one.pick]\nboss = { over = \"member\", mode = \"best\", from = \"app or late\" }\n[member.work]\nw = { when = \"boss == self and late\", takes = \"1s\" }".to_owned();
    let mut bounded = 0;
    for (nodes, served) in [
        probe("at = \"asks\", rise = 3"),
        probe("at = \"fetch\", rise = 2"),
        probe("at = \"third\", rise = 3"),
        probe(comb),
        probe(&format!("{comb}, slack = \"0.1..0.5\"")),
        work(", between = \"2s\"", "app or g"),
        work(", tries = 3, between = \"2s\"", "app or f"),
        queued("app or g"),
        queued("app or f"),
        takes("1s + 1s * 2 ^ (0..2)"),
        takes("1s + 1s * floor(0.5..2.5) + 0.1s * exp(0..1)"),
        takes("1s - 1s * ln(0.1..1)"),
        (pick, "app or w"),
    ] {
        let sets = ["stores.toy.stable_for=0s"];
        let program = program_of(&[&toy(&nodes, served)], ONE_TOY, KILL, &sets);
        let (least, bound) = check(&program, "stores", "toy");
        println!("{bound} <= {least}");
        bounded += usize::from(bound > 0.0);
    }
    // A random clock alone promises nothing.
    assert_eq!(bounded, 12);
}

fn lab(scenario: &str, sets: &[&str]) -> Program {
    program("models/lab/patroni.toml", &format!("scenarios/lab/patroni/{scenario}.toml"), sets)
}

/// The bound is what a reader adds up: the lease less a loop, the round, the
/// promotion, each at its least; and trials come close to it.
#[test]
fn the_bound_is_the_sum_by_hand_and_trials_come_close() {
    let cases = [
        ("crash", vec![], 20.0 + 0.098),
        // The fault hides from the agents as well: a silent peer costs 2 s.
        ("hang", vec![], 20.0 + 0.098),
        ("switchover", vec![], 1.0 + 0.1 + 0.098),
        ("crash", vec!["stores.orders.ttl=60s"], 50.0 + 0.098),
        ("crash", vec!["stores.orders.loop_wait=5s"], 25.0 + 0.098),
    ];
    for (scenario, sets, by_hand) in cases {
        let program = lab(scenario, &sets);
        let (least, bound) = check(&program, "stores", "orders");
        assert!((bound - by_hand).abs() < 1e-6, "{scenario} {sets:?}: {bound} is not {by_hand}");
        assert!(least < bound + 3.0, "{scenario} {sets:?}: {least} is far above {bound}");
        let (_, clients) = check(&program, "clients", "writer");
        assert!(clients > by_hand - 1e-6, "{scenario} {sets:?}: clients are back after {clients}?");
    }
}
