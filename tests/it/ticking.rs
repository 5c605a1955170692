//! Paces of clocks against closed forms.

use drillcast::outcome::Figure;
use drillcast::random::Sampling;
use drillcast::trial::Mode;

use crate::harness::{KILL, ONE_TOY, figure, program_of, run_as, seconds, toy};
use crate::oracles::{has_moments, has_share, times, uniform};

/// A probe at a clock that is described so, and another clock beside it.
fn at(clock: &str, other: &str, more: &str) -> String {
    format!(
        "[member.clock]\ntick = {clock}\nother = {other}\n[member.probe]\np = {{ watch = \"not app\", at = \"tick\"{more} }}"
    )
}

/// The wait for the next of a Poisson process is exponential from zero on, and
/// that for the third the sum of three.
#[test]
fn questions_come_at_random() {
    let clock = "{ asks = \"20s\" }";
    let first = times(&at(clock, "{ every = \"1s\" }", ""), "app or p");
    has_moments("asks", &first, 20.0, 20.0);
    has_share("asks", &first, 20.0 * drillcast::maths::ln(2.0), 0.5);
    let third = times(&at(clock, "{ every = \"1s\" }", ", rise = 3"), "app or p");
    has_moments("third question", &third, 60.0, 20.0 * 3_f64.sqrt());
    // A clock that starts anew knows nothing of what was.
    let nodes = at("{ asks = \"20s\", while = \"late\" }", "{ every = \"1s\" }", "")
        + "\n[member.work]\nlate = { when = \"not app\", takes = \"5s\" }";
    has_moments("asks anew", &times(&nodes, "app or p"), 25.0, 20.0);
}

/// A cache entry of 30 s that is asked for every 10 s in the mean: it is cached
/// with 30/40, and has then U(0, 30) to live; what follows is Exp(10).
#[test]
fn an_entry_is_fetched_by_the_first_question_after_it_has_run_out() {
    let (clock, asks) = ("{ every = \"30s\", at = \"other\" }", "{ asks = \"10s\" }");
    let first = times(&at(clock, asks, ""), "app or p");
    let left = 0.75 * 300.0 - 11.25 * 11.25;
    has_moments("fetch", &first, 21.25, (left + 100.0_f64).sqrt());
    let soon =
        0.25 * (1.0 - drillcast::maths::exp(-1.0)) + 0.025 * 10.0 * drillcast::maths::exp(-1.0);
    has_share("fetch", &first, 10.0, soon);
    // The second fetch is a whole gap later.
    let second = times(&at(clock, asks, ", rise = 2"), "app or p");
    has_moments("second fetch", &second, 61.25, (left + 200.0_f64).sqrt());
}

/// Questions every 10 s find an entry of 25 s run out at each third of them.
#[test]
fn an_entry_that_is_asked_for_evenly() {
    let clock = "{ every = \"25s\", at = \"other\" }";
    let times = |more: &str| times(&at(clock, "{ every = \"10s\" }", more), "app or p");
    uniform("fetch", &times(""), 0.0, 30.0);
    uniform("second fetch", &times(", rise = 2"), 30.0, 60.0);
}

/// A pinned age says how long an entry has been cached.
#[test]
fn the_age_of_an_entry_can_be_pinned() {
    let scenario = format!("{KILL}[phases]\n\"toy.*.tick\" = \"5s\"\n");
    let scenario = scenario.replace("\n[[faults]]", "\nhorizon = \"1000h\"\n[[faults]]");
    let nodes = at("{ every = \"30s\", at = \"other\" }", "{ asks = \"10s\" }", "");
    let program =
        program_of(&[&toy(&nodes, "app or p")], ONE_TOY, &scenario, &["stores.toy.stable_for=0s"]);
    let outcomes = run_as(&program, &Sampling::plain(2028), 20_000, Mode::Lazy);
    let values = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
    let values: Vec<f64> = values.into_iter().map(seconds).collect();
    has_moments("pinned", &values, 35.0, 10.0);
    assert!(values.iter().all(|value| *value >= 25.0));
}

/// Looks after 1, 2, 4, 5 and 5 s, each longer by its slack.
#[test]
fn looks_back_off() {
    let looks = |more: &str| {
        let nodes = format!(
            "[member.probe]\np = {{ watch = \"not app\", every = \"1s\", from = \"not app\", factor = \"2\", most = \"5s\"{more} }}"
        );
        times(&nodes, "app or p")
    };
    for (rise, at) in [(1, 1.0), (2, 3.0), (3, 7.0), (4, 12.0), (5, 17.0)] {
        let exact = looks(&format!(", rise = {rise}"));
        assert!(exact.iter().all(|value| (value - at).abs() < 1e-9), "{rise}: {}", exact[0]);
    }
    uniform("slack", &looks(", slack = \"0..0.5\""), 1.0, 1.5);
    let second = looks(", slack = \"0..0.5\", rise = 2");
    has_moments("two gaps", &second, 3.75, (1.25 / 12.0_f64).sqrt());
}
