//! Functions of numbers, and draws that are the same at each use, against
//! closed forms.

use drillcast::random::Sampling;
use drillcast::trial::Mode;

use crate::harness::{first, program_of, run_as, toy};
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
    has_share("-m ln U", &waits, 10.0 * 2_f64.ln(), 0.5);
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
