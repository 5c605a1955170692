//! What a drill can see, against closed forms: when its steps begin and end, what its
//! looks see, and what it would report beside what is true.

use drillcast::diagnostic::SourceFile;
use drillcast::experiment::{Plan, Pool, limits, run};
use drillcast::outcome::{DrillOutcome, Figure, Measured, Outcome};
use drillcast::random::Sampling;
use drillcast::report::{ScenarioPrediction, Trials, scenario_prediction};
use drillcast::trial::{Mode, Program};

use crate::harness::{ONE_TOY, figure, library, load_with, program_of, run_as, seconds, toy};

/// A store whose process comes back after a while.
pub(crate) fn phoenix(takes: &str) -> String {
    let work = format!(
        "[member.work]\nback = {{ when = \"not app\", takes = \"{takes}\", does = [\"start app\"] }}"
    );
    toy(&work, "app").replace("\"app or true\"", "\"app\"")
}

/// A service whose deleted members have successors with names of their own.
pub(crate) const PODS: &str = r#"
preset = "pods"
title = "Pods"
kind = "service"
versions = "all"
processes = ["app"]
requests = ["delete"]
[parameters.start]
default = "10s"
say = "how long a successor takes to start"
[parameters.lingers]
default = "0s"
say = "how long the old one is listed beside it"
[member.gate]
gone = { when = "asked.delete", until = "false", marks = "gone" }
[member.work]
new = { when = "gone", takes = "start" }
ended = { when = "gone", takes = "lingers" }
[exports]
member.ready = "app and not gone or new"
one.redundant = "all(m in member: m.app and not m.gone or m.new)"
member.successor = "gone"
member.leftover = "gone and not ended"
"#;

/// Three of them.
pub(crate) const THREE_PODS: &str = r#"
model = "shop"
zones = { a = "r", b = "r" }
[services.web]
technology = "pods"
members = ["a/1", "a/2", "a/3"]
start = { p50 = "10s", p95 = "40s" }
"#;

/// The process ends, and then the drill does this.
pub(crate) fn killed(procedure: &str) -> String {
    format!(
        "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of toy\"\n{procedure}"
    )
}

fn step(text: &str) -> String {
    format!("[[procedure.steps]]\n{text}\n")
}

/// Waits for a minute and looks once.
fn once() -> String {
    step("step = \"wait\"\nsleep = \"60s\"") + &step("step = \"look\"\nlook = \"toy\"")
}

fn outcomes(presets: &[&str], model: &str, scenario: &str) -> (Program, Vec<Outcome>) {
    let program = program_of(presets, model, scenario, &[]);
    let outcomes = run_as(&program, &Sampling::plain(3), 2_000, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(3), 200, Mode::Full);
    assert_eq!(&outcomes[..200], &full[..], "full and lazy differ");
    (program, outcomes)
}

fn drill(outcome: &Outcome) -> &DrillOutcome {
    outcome.course.drill.as_ref().expect("the scenario has a procedure")
}

fn recovery(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    let system = ("system", "system");
    figure(program, outcomes, system, Figure::RecoveryTime).into_iter().map(seconds).collect()
}

/// The share of trials that the drill passes; fails unless it is near this.
fn passes(outcomes: &[Outcome], share: f64) {
    let n = outcomes.len() as f64;
    let passed = outcomes.iter().filter(|outcome| drill(outcome).passed).count() as f64;
    let error = (share * (1.0 - share) / n).sqrt();
    assert!((passed / n - share).abs() <= 4.0 * error, "{} and not {share}", passed / n);
}

#[test]
fn a_look_once_passes_if_it_is_back_by_then() {
    let (program, outcomes) = outcomes(&[&phoenix("20s..100s")], ONE_TOY, &killed(&once()));
    for (outcome, recovery) in outcomes.iter().zip(recovery(&program, &outcomes)) {
        let drill = drill(outcome);
        assert_eq!(drill.passed, recovery <= 60.0, "back after {recovery} s");
        // Whatever is true, it writes down when it looked.
        let told = if drill.passed { 60.0 } else { f64::NAN };
        assert!(
            seconds(drill.reported) == told || told.is_nan() && drill.reported == Measured::ABSENT
        );
        assert!(drill.struck);
        assert_eq!(seconds(drill.steps[0].took), 60.0);
        assert_eq!(seconds(drill.steps[1].begun), 60.0);
    }
    passes(&outcomes, 0.5);
}

/// What is back in the very instant of the look is seen, and a moment later it is not.
#[test]
fn a_tie_is_seen() {
    for (takes, passed) in [("60s", true), ("60.000000001s", false)] {
        let (_, outcomes) = outcomes(&[&phoenix(takes)], ONE_TOY, &killed(&once()));
        assert!(outcomes.iter().all(|outcome| drill(outcome).passed == passed), "{takes}");
    }
}

#[test]
fn who_polls_writes_down_the_next_look() {
    let looks = "step = \"poll\"\nlook = \"toy\"\nevery = \"5s\"\ntimeout = \"80s\"";
    let (program, all) = outcomes(&[&phoenix("20s..100s")], ONE_TOY, &killed(&step(looks)));
    for (outcome, recovery) in all.iter().zip(recovery(&program, &all)) {
        let next = (recovery / 5.0).ceil() * 5.0;
        let told = seconds(drill(outcome).reported);
        assert!(told == next || told.is_nan() && next > 80.0, "{told} after {recovery}");
    }
    passes(&all, 0.75);
    // The last look falls together with the time-out, and counts.
    let (_, ties) = outcomes(&[&phoenix("80s")], ONE_TOY, &killed(&step(looks)));
    assert!(ties.iter().all(|outcome| seconds(drill(outcome).reported) == 80.0));
    // The first look comes later, and the others after it.
    let later = killed(&step(&format!("{looks}\nfirst = \"7s\"")));
    let (program, all) = outcomes(&[&phoenix("20s..100s")], ONE_TOY, &later);
    for (outcome, recovery) in all.iter().zip(recovery(&program, &all)) {
        let next = ((recovery - 7.0) / 5.0).ceil() * 5.0 + 7.0;
        let told = seconds(drill(outcome).reported);
        assert!(told == next || told.is_nan() && next > 87.0, "{told} after {recovery}");
    }
}

#[test]
fn who_watches_sees_it_at_once() {
    let looks = "step = \"watch\"\nlook = \"toy\"\ntimeout = \"80s\"";
    let (program, all) = outcomes(&[&phoenix("20s..100s")], ONE_TOY, &killed(&step(looks)));
    for (outcome, recovery) in all.iter().zip(recovery(&program, &all)) {
        let told = seconds(drill(outcome).reported);
        assert!(told == recovery || told.is_nan() && recovery > 80.0, "{told} after {recovery}");
    }
    passes(&all, 0.75);
}

/// One of three is deleted, and after 10 s the first by name is looked at, which the
/// replacement is with 1/3: it is ready by then with 1/2, the others always are. Where
/// the first itself was deleted, the others' names come after its own: the
/// replacement, whose name is drawn anew, is the first of three with 2/(3 + 1).
#[test]
fn the_first_by_name() {
    let scenario = |whom: &str, look: &str| {
        let delete =
            step(&format!("step = \"delete\"\nwhat = \"delete\"\nwhere = \"{whom} of web\""));
        let wait = step("step = \"wait\"\nsleep = \"10s\"");
        let look = step(&format!("step = \"look\"\nlook = \"web\"\npasses = \"ready\"\n{look}"));
        format!("scenario = \"x\"\n[procedure]\n{delete}{wait}{look}")
    };
    for (whom, look, share) in [
        ("one", "pick = \"first\"", 2.0 / 3.0 + 1.0 / 6.0),
        ("first", "pick = \"first\"", 0.5 + 0.5 * 0.5),
        ("member a/2", "pick = \"each\"", 0.5),
        ("one", "pick = \"any\"", 1.0),
        ("first", "", 0.5),
    ] {
        let (_, outcomes) = outcomes(&[PODS], THREE_PODS, &scenario(whom, look));
        passes(&outcomes, share);
    }
    // A member by itself: the others say nothing of it.
    let one = scenario("member a/2", "").replace("look = \"web\"", "look = \"member a/2 of web\"");
    passes(&outcomes(&[PODS], THREE_PODS, &one).1, 0.5);
    let other = one.replace("look = \"member a/2", "look = \"member a/3");
    passes(&outcomes(&[PODS], THREE_PODS, &other).1, 1.0);
    // Whoever waits for the first waits for the one that was the first at the start.
    let waits = scenario("one", "pick = \"first\"\ntimeout = \"1h\"");
    let (_, all) = outcomes(&[PODS], THREE_PODS, &waits);
    let at_once = all.iter().filter(|o| seconds(drill(o).reported) == 10.0).count() as f64;
    assert!((at_once / 2000.0 - 5.0 / 6.0).abs() < 0.04, "{at_once}");
    assert!(all.iter().all(|outcome| drill(outcome).passed));
}

/// The same with a real technology: pods of a Deployment that are deleted by force.
#[test]
fn the_first_pod_of_a_deployment() {
    let model = r#"
model = "shop"
zones = { a = "r", b = "r" }
[clusters.main]
technology = "kubernetes/cluster"
members = ["a/1", "a/2", "a/3", "b/1"]
control_plane = ["b/2"]
[services.web]
technology = "kubernetes/deployment"
cluster = "main"
members = ["a/1", "a/2", "a/3"]
spares = ["b/1"]
start = "30s"
"#;
    for (whom, share) in [("one", 2.0 / 3.0), ("first", 0.5)] {
        let delete =
            step(&format!("step = \"delete\"\nwhat = \"delete\"\nwhere = \"{whom} of web\""));
        let wait = step("step = \"wait\"\nsleep = \"10s\"");
        let look = step("step = \"look\"\nlook = \"web\"\npick = \"first\"\npasses = \"ready\"");
        let scenario = format!("scenario = \"x\"\n[procedure]\n{delete}{wait}{look}");
        passes(&outcomes(&[], model, &scenario).1, share);
    }
}

/// While the old one is listed there are four names, and two of them are not ready.
#[test]
fn the_old_one_is_listed_beside_its_successor() {
    let delete = step("step = \"delete\"\nwhat = \"delete\"\nwhere = \"one of web\"");
    let look = |pick: &str| {
        let look =
            format!("step = \"look\"\nlook = \"web\"\npick = \"{pick}\"\npasses = \"ready\"");
        format!("scenario = \"x\"\n[procedure]\n{delete}{}", step(&look))
    };
    let lingers = THREE_PODS.replace("start = ", "lingers = \"10s\"\nstart = ");
    passes(&outcomes(&[PODS], &lingers, &look("first")).1, 0.5);
    let without = PODS.replace("member.leftover = \"gone and not ended\"\n", "");
    let without = without.replace("ended = { when = \"gone\", takes = \"lingers\" }\n", "");
    let parameter = "[parameters.lingers]\ndefault = \"0s\"\nsay = \"how long the old one is listed beside it\"\n";
    let without = without.replace(parameter, "");
    passes(&outcomes(&[&without], THREE_PODS, &look("first")).1, 2.0 / 3.0);
    // Whoever waits for each waits for the old one as well: 30 s, and not the start.
    let lingers =
        THREE_PODS.replace("start = { p50 = \"10s\", p95 = \"40s\" }", "lingers = \"30s\"");
    let each = look("each").replace("passes =", "timeout = \"1h\"\npasses =");
    let (_, all) = outcomes(&[PODS], &lingers, &each);
    assert!(all.iter().all(|outcome| seconds(drill(outcome).reported) == 30.0));
}

/// Whoever has no successors keeps the names of the file: the first is the first.
#[test]
fn names_that_stay() {
    let look = step("step = \"look\"\nlook = \"toy\"\npick = \"first\"\npasses = \"ready\"");
    let two = ONE_TOY
        .replace("[\"a\"]", "[\"a\", \"b\"]")
        .replace("{ a = \"r\" }", "{ a = \"r\", b = \"r\" }");
    for (whom, passed) in [("member a", false), ("member b", true), ("first", false)] {
        let kill = step(&format!("step = \"kill\"\nwhat = \"kill\"\nwhere = \"{whom} of toy\""));
        let scenario = format!("scenario = \"x\"\n[procedure]\n{kill}{look}");
        let (_, outcomes) = outcomes(&[&phoenix("20s")], &two, &scenario);
        assert!(outcomes.iter().all(|outcome| drill(outcome).passed == passed), "{whom}");
    }
}

/// Asked on its own machine a process answers, whoever else can reach it; one that
/// stands still answers nobody.
#[test]
fn from_inside_and_from_outside() {
    let two = ONE_TOY
        .replace("[\"a\"]", "[\"a\"]\nstable_for = \"0s\"")
        .replace("{ a = \"r\" }", "{ a = \"r\", b = \"r\" }")
        + "[stores.other]\ntechnology = \"toy\"\nmembers = [\"b\"]\n";
    let asks = |what: &str, from: &str, passes: &str| {
        let act = step(&format!("step = \"act\"\nwhat = \"{what}\"\nwhere = \"member a of toy\""));
        let look = format!(
            "step = \"look\"\nlook = \"member a of toy\"\nfrom = \"{from}\"\npasses = \"{passes}\""
        );
        let scenario = format!("scenario = \"x\"\n[procedure]\n{act}{}", step(&look));
        let (_, outcomes) = outcomes(&[&phoenix("20s")], &two, &scenario);
        drill(&outcomes[0]).passed
    };
    for passes in ["ready", "reads", "writes"] {
        assert!(asks("partition", "inside", passes));
        assert!(!asks("partition", "outside", passes));
        assert!(!asks("hang", "inside", passes));
        assert!(!asks("kill", "outside", passes));
        assert!(asks("kill", "outside", "always"));
    }
}

/// Inside, a replica is ready without what it needs; whoever uses it sees the need.
#[test]
fn what_a_service_needs_is_seen_from_outside() {
    let model = format!(
        "{THREE_PODS}needs = [\"toy\"]\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"b\"]\n"
    );
    let asks = |look: &str| {
        let kill = step("step = \"kill\"\nwhat = \"kill\"\nwhere = \"each of toy\"");
        let look = step(&format!("step = \"look\"\nlook = \"web\"\n{look}"));
        let scenario = format!("scenario = \"x\"\n[procedure]\n{kill}{look}");
        let (_, outcomes) = outcomes(&[PODS, &phoenix("20s")], &model, &scenario);
        drill(&outcomes[0]).passed
    };
    assert!(asks("from = \"inside\""));
    assert!(asks("passes = \"ready\""));
    assert!(!asks(""));
    assert!(!asks("pick = \"any\""));
    assert!(asks("pick = \"each\"\nfrom = \"inside\""));
}

/// What a look that fails, or a command that fails, does to the rest.
#[test]
fn errors_stop_or_are_noted_or_ignored() {
    let look = |errors: &str| {
        let first = step(&format!("step = \"first\"\nlook = \"toy\"\nerrors = \"{errors}\""));
        killed(
            &(first
                + &step("step = \"wait\"\nsleep = \"30s\"")
                + &step("step = \"last\"\nlook = \"toy\"")),
        )
    };
    for (errors, passed, goes_on) in
        [("stop", false, false), ("noted", false, true), ("ignored", true, true)]
    {
        let (_, outcomes) = outcomes(&[&phoenix("20s")], ONE_TOY, &look(errors));
        for outcome in &outcomes {
            let drill = drill(outcome);
            assert_eq!(drill.passed, passed, "{errors}");
            assert!(!drill.steps[0].passed);
            assert_eq!(drill.steps[2].passed, goes_on, "{errors}");
            assert_eq!(drill.steps[1].begun == Measured::ABSENT, !goes_on);
            assert_eq!(drill.total.is_number(), goes_on);
        }
    }
    // A command that fails breaks nothing, and a drill that ignores it passes.
    let act = |errors: &str, fails: &str| {
        let kill = format!(
            "step = \"kill\"\nwhat = \"kill\"\nwhere = \"member a of toy\"\nfails = {fails}\nerrors = \"{errors}\""
        );
        let looks =
            step("step = \"wait\"\nsleep = \"30s\"") + &step("step = \"look\"\nlook = \"toy\"");
        format!("scenario = \"x\"\n[procedure]\n{}{looks}", step(&kill))
    };
    let (program, ignored) = outcomes(&[&phoenix("20s")], ONE_TOY, &act("ignored", "1"));
    assert!(ignored.iter().all(|outcome| drill(outcome).passed && !drill(outcome).struck));
    assert!(recovery(&program, &ignored).iter().all(|recovery| *recovery == 0.0));
    let (_, stopped) = outcomes(&[&phoenix("20s")], ONE_TOY, &act("stop", "1"));
    assert!(stopped.iter().all(|outcome| !drill(outcome).passed && !drill(outcome).struck));
    passes(&outcomes(&[&phoenix("20s")], ONE_TOY, &act("stop", "0.25")).1, 0.75);
}

/// Steps begin when those before them are over; what takes time takes it.
#[test]
fn steps_follow_each_other() {
    let kill = "step = \"kill\"\nwhat = \"kill\"\nwhere = \"member a of toy\"\ntakes = \"4s\"";
    let steps = step("step = \"wait\"\nsleep = \"3s\"")
        + &step(kill)
        + &step("step = \"look\"\nlook = \"toy\"\ntimeout = \"50s\"");
    let scenario = format!(
        "scenario = \"x\"\n[procedure]\nstarts = \"5s\"\nclaims = {{ total = \"23s\", look = \"16s\", recovery = \"19s\" }}\n{steps}"
    );
    let (program, outcomes) = outcomes(&[&phoenix("20s")], ONE_TOY, &scenario);
    for (outcome, recovery) in outcomes.iter().zip(recovery(&program, &outcomes)) {
        assert_eq!(recovery, 20.0);
        let drill = drill(outcome);
        // Counted from the kill, which comes at 8 s.
        let begun: Vec<f64> = drill.steps.iter().map(|step| seconds(step.begun)).collect();
        assert_eq!(begun, [-3.0, 0.0, 4.0]);
        assert_eq!(seconds(drill.steps[2].took), 16.0);
        assert_eq!(seconds(drill.total), 23.0);
        // 20 s is more than the 19 s that its document lets pass.
        assert!(!drill.passed);
    }
    let told = prediction(&[&phoenix("20s")], ONE_TOY, &scenario, 2).0;
    let procedure = told.procedure.expect("it has a procedure");
    let held: Vec<(String, f64)> =
        procedure.claims.into_iter().map(|c| (c.claim, c.held.share)).collect();
    let expected = [("total", 1.0), ("look", 1.0), ("recovery", 0.0)];
    assert_eq!(held, expected.map(|(claim, share)| (claim.to_owned(), share)));
}

/// What a step began ends when a later one lifts it, unless that fails.
#[test]
fn a_later_step_lifts() {
    let scenario = |fails: &str| {
        let cut = step("step = \"cut\"\nwhat = \"hang\"\nwhere = \"member a of toy\"");
        let wait = step("step = \"wait\"\nsleep = \"30s\"");
        let lift = step(&format!(
            "step = \"mend\"\nlifts = \"cut\"\ntakes = \"2s\"\nerrors = \"ignored\"\nfails = {fails}"
        ));
        let look = step("step = \"look\"\nlook = \"toy\"\ntimeout = \"10s\"");
        format!("scenario = \"x\"\n[procedure]\n{cut}{wait}{lift}{look}")
    };
    let toy = toy("", "app");
    let (program, all) = outcomes(&[&toy], ONE_TOY, &scenario("0"));
    assert!(recovery(&program, &all).iter().all(|recovery| *recovery == 30.0));
    assert!(all.iter().all(|outcome| seconds(drill(outcome).reported) == 32.0));
    let (program, all) = outcomes(&[&toy], ONE_TOY, &scenario("1"));
    assert!(recovery(&program, &all).iter().all(|recovery| recovery.is_nan()));
    assert!(all.iter().all(|outcome| !drill(outcome).passed));
}

/// Whoever only looks changes nothing: swept without it, executed with it, the same
/// figures to the bit.
#[test]
fn looking_changes_nothing() {
    // Nothing starts again by itself, so that it can be swept.
    let work = "[member.work]\nback = { when = \"not app\", takes = \"20s..100s\" }";
    let preset = toy(work, "app or back");
    let scenario =
        |procedure: &str| killed(procedure).replace("[[faults]]", "horizon = \"2h\"\n[[faults]]");
    let without = program_of(&[&preset], ONE_TOY, &scenario(""), &[]);
    assert!(without.sweep().is_ok(), "{:?}", without.sweep().err());
    for sleep in ["60s", "1s..90s"] {
        let looks = once().replace("60s", sleep);
        let with = program_of(&[&preset], ONE_TOY, &scenario(&looks), &[]);
        for sampling in [Sampling::plain(11), Sampling::latin_hypercube(11)] {
            let a = run_as(&without, &sampling, 1_000, Mode::Lazy);
            let b = run_as(&with, &sampling, 1_000, Mode::Lazy);
            for (a, b) in a.iter().zip(&b) {
                assert_eq!(a.figures, b.figures);
                assert_eq!(a.client_outages, b.client_outages);
            }
            let passed = b.iter().filter(|outcome| drill(outcome).passed).count();
            assert!((100..900).contains(&passed), "{passed}");
        }
    }
}

fn prediction(
    presets: &[&str],
    model: &str,
    scenario: &str,
    threads: usize,
) -> (ScenarioPrediction, String) {
    let model = SourceFile::new("model.toml", model);
    let scenario = SourceFile::new("scenario.toml", scenario);
    let (model, scenario) = load_with(&library(presets), &model, &scenario, &[]);
    let program = Program::compile(&model, &scenario);
    let plan = Plan { trials: 3_000, threads, ..Plan::default() };
    let limits = limits(&model, &scenario, program.layout());
    let pool = Pool::new(&plan).expect("there are threads");
    let (summary, reached) = run(&program, &limits, &plan, &[], &pool, &|_, _| {});
    let told = scenario_prediction(&Trials {
        title: "x",
        layout: program.layout(),
        horizon: program.horizon(),
        limits: &limits,
        summary: &summary,
        reached: &reached,
    });
    let text = drillcast::report::json(&told);
    (told, text)
}

/// P(passes | broken or late) by hand: back after U(20, 100) s with a limit of 50 s,
/// and a look at 60 s: of those that are late it passes those before 60 s, 10 of 50.
#[test]
fn false_passes_by_hand_on_any_number_of_threads() {
    let scenario = killed(&once()) + "[objectives.toy]\nrecovery_time = \"p95 <= 50s\"\n";
    let preset = phoenix("20s..100s");
    let (one, first) = prediction(&[&preset], ONE_TOY, &scenario, 1);
    for threads in [2, 5] {
        assert_eq!(prediction(&[&preset], ONE_TOY, &scenario, threads).1, first);
    }
    let drill = one.procedure.expect("it has a procedure");
    let near =
        |share: f64, by_hand: f64| assert!((share - by_hand).abs() < 0.01, "{share} {by_hand}");
    near(drill.passed.share, 0.5);
    near(drill.sound.share, 0.375);
    near(drill.false_passes.trials as f64 / 3000.0, 0.625);
    near(drill.false_passes.share.expect("some are late"), 0.2);
    let [low, high] = drill.false_passes.interval;
    assert!(low < 0.2 && 0.2 < high && high - low < 0.05, "{low} {high}");
    assert_eq!(drill.false_alarms.share, Some(0.0));
    assert_eq!(drill.idle_passes.share, None);
    // A look too early is a false alarm: at 30 s, of those back by 50 s 20 of 30 are not.
    let early = scenario.replace("60s", "30s");
    let drill = prediction(&[&preset], ONE_TOY, &early, 2).0.procedure.expect("it has a procedure");
    near(drill.false_alarms.share.expect("some are good"), 2.0 / 3.0);
    assert_eq!(drill.false_passes.share, Some(0.0));
}
