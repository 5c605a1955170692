//! No trial lies below the bound that is printed with it.

use drillcast::outcome::{Figure, Measured};
use drillcast::trial::Program;

use crate::harness::{program, run};

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
