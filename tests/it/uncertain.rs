//! Functions of numbers, and draws that are the same at each use, against
//! closed forms.

use drillcast::random::Sampling;
use drillcast::trial::Mode;

use crate::harness::{first, program_of, run_as, seconds, toy};
use crate::oracles::{has_moments, has_share, times, uniform};

const TRIALS: u64 = 20_000;

/// Five time-outs that double, from 200 ms on: 200 ms · (2⁶ − 1).
#[test]
fn time_outs_that_double_add_up() {
    let sum = |retries: u32| {
        let nodes = format!(
            "[parameters.retries]\ndefault = {retries}\nsay = \"how often\"\n[member.work]\nw = {{ when = \"not app\", takes = \"200ms * (2 ^ (retries + 1) - 1)\" }}"
        );
        times(&nodes, "app or w")
    };
    assert!(sum(5).iter().all(|t| (t - 12.6).abs() < 1e-9));
    assert!(sum(0).iter().all(|t| (t - 0.2).abs() < 1e-9));
}

/// −m · ln(U) is an exponential of mean m, and exp undoes ln.
#[test]
fn logarithms_and_exponentials() {
    let work = |takes: &str| {
        let nodes = format!("[member.work]\nw = {{ when = \"not app\", takes = \"{takes}\" }}");
        times(&nodes, "app or w")
    };
    let waits = work("0s - 10s * ln(0..1)");
    has_moments("-m ln U", &waits, 10.0, 10.0);
    has_share("-m ln U", &waits, 10.0 * drillcast::maths::ln(2.0), 0.5);
    uniform("exp ln U", &work("10s * exp(ln(0..1))"), 0.0, 10.0);
    // Each of 0, 1 and 2 as often as the others.
    let whole = work("1s + 1s * floor(0..3)");
    has_moments("floor", &whole, 2.0, (2.0 / 3.0_f64).sqrt());
    has_share("floor", &whole, 1.0, 1.0 / 3.0);
}

/// A coin that each member throws once: the same at both of its works, another
/// for the other member.
#[test]
fn a_coin_is_the_same_at_each_use_of_an_instance() {
    let nodes = |varies: &str| {
        format!(
            r#"
[parameters.coin]
default = {{ uniform = {{ low = 0, high = 1 }} }}
varies = "{varies}"
say = "what is thrown"
[member.work]
x = {{ when = "not app", takes = "if(coin < 0.3, 1s, 5s)", marks = "half" }}
y = {{ when = "x", takes = "if(coin < 0.3, 1s, 5s)", marks = "whole" }}
"#
        )
    };
    let model = "model = \"toys\"\nzones = { a = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"a\"]\n";
    let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"each of toy\"\n";
    let both = |varies: &str| {
        let program = program_of(&[&toy(&nodes(varies), "app")], model, scenario, &[]);
        let outcomes = run_as(&program, &Sampling::plain(2029), TRIALS, Mode::Lazy);
        (first(&program, &outcomes, "toy", "half"), first(&program, &outcomes, "toy", "whole"))
    };
    let (half, whole) = both("instance");
    // Whoever is quick is quick twice, and one of two is quick in 1 - 0.7².
    assert!(half.iter().zip(&whole).all(|(h, w)| (w - 2.0 * h).abs() < 1e-9));
    has_share("one of two", &half, 1.0, 1.0 - 0.49);
    let (half, whole) = both("trial");
    assert!(half.iter().zip(&whole).all(|(h, w)| (w - 2.0 * h).abs() < 1e-9));
    has_share("both alike", &half, 1.0, 0.3);
    let (_, whole) = both("each");
    // Quick at both uses: 0.3² for each of the two.
    has_share("anew each time", &whole, 2.0, 1.0 - (1.0 - 0.09_f64).powi(2));
}

/// A period that each member draws for itself.
#[test]
fn a_clock_may_use_what_its_instance_has_drawn() {
    let nodes = r#"
[parameters.period]
default = { uniform = { low = "2s", high = "6s" } }
least = "1s"
varies = "instance"
say = "how often it looks"
[member.probe]
p = { watch = "not app", every = "period" }
"#;
    // U·V with U in 0..1 and V in 2..6: mean 2, second moment 1/3 · 208/12.
    let second = (216.0 - 8.0) / 12.0 / 3.0;
    has_moments("drawn period", &times(nodes, "app or p"), 2.0, (second - 4.0_f64).sqrt());
}

/// Tries of 2 s that fail with 1/4, 3 s apart: 2 + 5·N, N geometric.
#[test]
fn tries_until_one_succeeds() {
    let nodes = "[member.work]\nw = { when = \"not app\", takes = \"2s\", fails = \"0.25\", between = \"3s\" }";
    let values = times(nodes, "app or w");
    has_moments("tries", &values, 2.0 + 5.0 / 3.0, 5.0 * (4.0 / 9.0_f64).sqrt());
    has_share("tries", &values, 2.0, 0.75);
    has_share("tries", &values, 12.0, 1.0 - 0.25_f64.powi(3));
    // Each try draws anew: a sum of so many exponentials is one of a longer mean.
    let drawn = nodes.replace("takes = \"2s\"", "takes = { exponential = { mean = \"2s\" } }");
    let drawn = drawn.replace("between = \"3s\"", "between = \"0s\"");
    let mean = 2.0 / 0.75;
    has_moments("drawn tries", &times(&drawn, "app or w"), mean, mean);
}

/// Of two tries both fail in 1/16, and then it has failed.
#[test]
fn the_last_try_may_fail() {
    let nodes = "[member.work]\nw = { when = \"not app\", takes = \"2s\", fails = \"0.25\", tries = 2, between = \"3s\" }\n[member.gate]\nf = { when = \"w.failed\" }";
    let failed = times(nodes, "app or f");
    let share = failed.iter().filter(|t| !t.is_nan()).count() as f64 / failed.len() as f64;
    assert!((share - 1.0 / 16.0).abs() < 4.0 * (15.0 / 256.0 / 20_000.0_f64).sqrt(), "{share}");
    assert!(failed.iter().all(|t| t.is_nan() || (t - 7.0).abs() < 1e-9));
}

/// The best is chosen at once, and again when it is back; a choice that is
/// locked stays where it went.
#[test]
fn the_best_is_chosen_again() {
    let stamps = |pick: &str| {
        let nodes = format!(
            "[one.gate]\ngone = {{ when = \"any(m in member: not m.app)\" }}\n[one.pick]\nbest = {{ over = \"member\", {pick}, from = \"app\", marks = \"chosen\" }}"
        );
        let model = "model = \"toys\"\nzones = { a = \"r\", b = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"b\"]\n";
        let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"zone a\"\nfor = \"10s\"\n";
        let program = program_of(&[&toy(&nodes, "best == self and app")], model, scenario, &[]);
        let outcome = run_as(&program, &Sampling::plain(1), 1, Mode::Lazy).remove(0);
        let slot = program.layout().milestones.iter().find(|m| m.mark == "chosen").expect("it is");
        [0, 1].map(|n| seconds(outcome.milestones[slot.start + n]))
    };
    // Instants are told in order: one of b, and one of a when it is back.
    assert_eq!(stamps("mode = \"best\""), [0.0, 10.0]);
    let locked = stamps("when = \"gone\"");
    assert!(locked[0] == 0.0 && locked[1].is_nan(), "{locked:?}");
}
