//! A failover by hand: an alert, people who are called, a runbook, and PostgreSQL that
//! nobody fails over; against hand calculations and closed forms.

use drillcast::diagnostic::{Severity, SourceFile};
use drillcast::lint::findings;
use drillcast::model::file::{read_model, read_scenario};
use drillcast::model::preset::PresetLibrary;
use drillcast::outcome::{Class, Figure, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program, Unswept};

use crate::harness::{
    KILL, ONE_TOY, figure, first, load, program_of, quantile, run, run_as, seconds, text, toy,
};

const MODEL: &str = "models/profiles.toml";
const TRIALS: u64 = 2_000;

fn program(scenario: &str, sets: &[&str]) -> Program {
    let (model, scenario) = load(MODEL, &format!("scenarios/profiles/{scenario}.toml"), sets);
    Program::compile(&model, &scenario)
}

/// The repository's model under a scenario of the test's own.
fn under(faults: &str, sets: &[&str]) -> Program {
    let scenario = format!("scenario = \"x\"\nhorizon = \"6h\"\n[[faults]]\n{faults}\n");
    program_of(&[], &text(MODEL), &scenario, sets)
}

fn of(program: &Program, outcomes: &[Outcome], which: Figure) -> Vec<f64> {
    let found = figure(program, outcomes, ("stores", "profiles"), which);
    found.into_iter().map(seconds).collect()
}

fn recovery(program: &Program) -> Vec<f64> {
    of(program, &run(program, 7, TRIALS), Figure::RecoveryTime)
}

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

#[test]
fn the_bound_is_the_hand_calculation() {
    let program = program("primary-silent", &[]);
    // `for` 1 min, group_wait 30 s, the step 5 min: nothing else takes time at its best.
    let slot = program.layout().figures.iter().find(|slot| slot.subject.name == "profiles");
    let bound = slot.and_then(|slot| slot.bound.as_ref()).expect("a bound");
    assert_eq!(bound.least.as_seconds(), 60.0 + 30.0 + 300.0);
    let stages: Vec<&str> = bound.terms.iter().map(|term| term.stage.as_str()).collect();
    assert_eq!(stages, ["profiles_down.fires", "profiles_down.pages", "promote.carried_out"]);
    let least = recovery(&program).into_iter().fold(f64::INFINITY, f64::min);
    assert!(least > 390.0, "{least}");
    // Somebody who answers within seconds, a promotion that takes none: near the bound.
    let quick = ["people.oncall.response=1s", "people.oncall.misses=0"];
    let quick = under(
        "what = \"power loss\"\nwhere = \"member a of profiles\"",
        &[&quick[..], &["stores.profiles.promotion=0s", "runbooks.promote.fails=0"]].concat(),
    );
    let times = recovery(&quick);
    // U(0, 15) to the scrape and as much to the evaluation, and 1 s to the answer.
    assert!(times.iter().all(|time| (391.0..=421.0).contains(time)));
    assert!((mean(&times) - 406.0).abs() < 4.0 * (2.0 * 225.0 / 12.0 / TRIALS as f64).sqrt());
}

#[test]
fn what_is_decided_is_told_apart_from_what_is_done() {
    let sets = ["runbooks.promote.diagnosis=2m", "runbooks.promote.decision=1m"];
    let program = program("primary-silent", &sets);
    assert_eq!(program.layout().figures[0].class, Class::Silent);
    let outcomes = run(&program, 7, 400);
    let stamp = |of: &str, mark: &str| first(&program, &outcomes, of, mark);
    let (paged, taken) = (stamp("profiles_down", "detected"), stamp("promote", "acknowledged"));
    let (declared, ordered) = (stamp("promote", "declared"), stamp("promote", "ordered"));
    let over = stamp("profiles", "failed_over");
    let figures = [Figure::TimeToDetect, Figure::TimeToDecide, Figure::TimeToFailOver]
        .map(|which| of(&program, &outcomes, which));
    for trial in 0..outcomes.len() {
        assert!(paged[trial] < taken[trial]);
        assert!((declared[trial] - taken[trial] - 120.0).abs() < 1e-6);
        assert!((ordered[trial] - declared[trial] - 60.0).abs() < 1e-6);
        assert!(over[trial] > ordered[trial] + 300.0);
        // The alarm that started it; the answer is part of the decision.
        assert_eq!(figures[0][trial], paged[trial]);
        assert!((figures[1][trial] - (ordered[trial] - paged[trial])).abs() < 1e-6);
        assert!((figures[2][trial] - (over[trial] - ordered[trial])).abs() < 1e-6);
    }
    // Stages on the path add up, the wait for people among them.
    for outcome in &outcomes {
        let path: i64 = outcome.course.path.iter().map(|step| (step.to - step.from).0).sum();
        assert_eq!(path, outcome.figures[0].0);
        let waits = |name: &str| name == "promote.acknowledge_waits";
        let stages = &program.layout().stages;
        assert!(outcome.course.path.iter().any(|step| waits(&stages[step.stage].name)));
    }
}

#[test]
fn answers_follow_their_law() {
    // Two who may do it, ana first: the answer is hers where she does not miss, and 15 min
    // later cleo's or hers.
    let program = program("primary-silent", &["people.oncall.escalate=10h"]);
    let outcomes = run(&program, 7, 4_000);
    let paged = first(&program, &outcomes, "profiles_down", "detected");
    let taken = first(&program, &outcomes, "promote", "acknowledged");
    let waits: Vec<f64> = paged.iter().zip(&taken).map(|(p, t)| t - p).collect();
    let missed = waits.iter().filter(|wait| wait.is_nan()).count() as f64;
    assert!((missed - 400.0).abs() < 4.0 * (4_000.0 * 0.1 * 0.9_f64).sqrt(), "{missed}");
    let answered: Vec<f64> = waits.into_iter().filter(|wait| !wait.is_nan()).collect();
    // Log-normal of median 3 min and sigma 0.8.
    for (q, exact) in [(0.05, 48.2828), (0.5, 180.0), (0.95, 671.0475)] {
        let found = quantile(&answered, q);
        assert!((found / exact - 1.0).abs() < 0.08, "p{q}: {found}, expected {exact}");
    }
}

#[test]
fn nobody_comes_while_the_alert_is_silenced() {
    let silenced = program("silenced", &[]);
    // The silence began 15 min before the fault, and starts no clock: it is over 165 min after it.
    assert_eq!(silenced.layout().figures[0].class, Class::Reset);
    let times = recovery(&silenced);
    assert!(times.iter().all(|time| *time > 165.0 * 60.0), "{times:?}");
    // The first look of the group after it comes within a group_interval.
    let outcomes = run(&silenced, 7, 400);
    let paged = of(&silenced, &outcomes, Figure::TimeToDetect);
    assert!(paged.iter().all(|time| (165.0 * 60.0..=170.0 * 60.0).contains(time)), "{paged:?}");
    // Never lifted, it never comes.
    let faults = |silence: &str| {
        format!(
            "what = \"silence\"\nwhere = \"{silence}\"\n[[faults]]\nat = \"1s\"\nwhat = \"kill\"\nwhere = \"member a of profiles\""
        )
    };
    for silence in ["alert profiles_down", "alerts of severity critical", "each of profiles_down"] {
        assert!(recovery(&under(&faults(silence), &[])).iter().all(|time| time.is_nan()));
    }
    let other = under(&faults("alert profiles_down"), &["alerts.profiles_down.severity=warning"]);
    assert!(recovery(&other).iter().all(|time| time.is_nan()));
}

#[test]
fn a_monitoring_that_dies_with_what_it_watches_tells_nobody() {
    let fault = "what = \"power loss\"\nwhere = \"zone a\"";
    let apart = recovery(&under(fault, &[]));
    assert!(apart.iter().all(|time| !time.is_nan()));
    for process in ["prometheus", "alertmanager"] {
        let dead = format!(
            "{fault}\n[[faults]]\nwhat = \"kill\"\nprocess = \"{process}\"\nwhere = \"each of profiles_down\""
        );
        assert!(recovery(&under(&dead, &[])).iter().all(|time| time.is_nan()), "{process}");
    }
    let beside = recovery(&under(fault, &["alerts.profiles_down.at=a"]));
    assert!(beside.iter().all(|time| time.is_nan()));
}

#[test]
fn an_alert_that_resolves_lets_everybody_go() {
    // Back after 3 min, before the step is through: nobody promotes.
    let fault = "what = \"kill\"\nwhere = \"member a of profiles\"\nfor = \"3m\"";
    let program = under(fault, &["stores.profiles.crash_recovery=1s"]);
    let outcomes = run(&program, 7, 400);
    let over = first(&program, &outcomes, "profiles", "failed_over");
    assert!(over.iter().all(|at| at.is_nan()));
    assert!(of(&program, &outcomes, Figure::RecoveryTime).iter().all(|time| *time == 181.0));
}

#[test]
fn promoting_the_primary_does_nothing() {
    let program = program("wrong-pod", &[]);
    let outcomes = run(&program, 7, 200);
    assert!(of(&program, &outcomes, Figure::RecoveryTime).iter().all(|time| *time == 0.0));
    assert!(first(&program, &outcomes, "profiles", "failed_over").iter().all(|at| at.is_nan()));
    // Nor does it when that server is a standby again: the command was long ago.
    let fault = "what = \"promote\"\nwhere = \"member a of profiles\"\n[[faults]]\nat = \"1m\"\nwhat = \"promote\"\nwhere = \"member b of profiles\"\n[[faults]]\nat = \"2m\"\nwhat = \"rebuild\"\nwhere = \"member a of profiles\"\nfor = \"10m\"";
    let program = under(fault, &["alerts.profiles_down.for=never"]);
    let outcomes = run(&program, 7, 200);
    // One promotion, that of b; from the minute on until a is stopped there are two primaries.
    let split = of(&program, &outcomes, Figure::SplitBrainSeconds);
    assert!(split.iter().all(|time| (0.0..=60.0).contains(time)), "{split:?}");
    let redundant = of(&program, &outcomes, Figure::RedundancyRestored);
    assert!(redundant.iter().all(|time| !time.is_nan()));
}

#[test]
fn an_old_primary_that_comes_back_is_a_second_one() {
    let second = program("second-primary", &[]);
    let outcomes = run(&second, 7, 600);
    // From its recovery after the hour to the order to rebuild it after the second.
    let split = of(&second, &outcomes, Figure::SplitBrainSeconds);
    let loss = of(&second, &outcomes, Figure::DataLossSeconds);
    for (split, loss) in split.iter().zip(&loss) {
        assert!((3000.0..=3600.0).contains(split), "{split}");
        assert!((loss - split).abs() < 5.0, "{loss} {split}");
    }
    let redundant = of(&second, &outcomes, Figure::RedundancyRestored);
    assert!(redundant.iter().all(|time| *time > 7200.0));
    // Lost with its machine it loses what the standby had not received: the lag.
    let silent = program("primary-silent", &["stores.profiles.lag=5s"]);
    let outcomes = run(&silent, 7, 200);
    let loss = of(&silent, &outcomes, Figure::DataLossSeconds);
    assert!(loss.iter().all(|loss| (loss - 5.0).abs() < 0.03), "{loss:?}");
    // Stopped in good order it loses nothing.
    let stop = "what = \"stop\"\nwhere = \"member a of profiles\"\n[[faults]]\nat = \"1m\"\nwhat = \"promote\"\nwhere = \"member b of profiles\"";
    let stopped = under(stop, &["stores.profiles.lag=5s"]);
    let outcomes = run(&stopped, 7, 200);
    assert!(of(&stopped, &outcomes, Figure::DataLossSeconds).iter().all(|loss| *loss == 0.0));
}

#[test]
fn whoever_is_asked_as_a_whole_promotes_the_standby_that_has_most() {
    let sets = ["stores.profiles.members=[\"a\", \"b\", \"c\"]", "runbooks.promote.to=profiles"];
    let fault = "what = \"power loss\"\nwhere = \"member a of profiles\"";
    let times = recovery(&under(fault, &sets));
    assert!(times.iter().all(|time| !time.is_nan()));
    // b is gone too: c is asked, where one member alone would be asked in vain.
    let both =
        format!("{fault}\n[[faults]]\nwhat = \"power loss\"\nwhere = \"member b of profiles\"");
    assert!(recovery(&under(&both, &sets)).iter().all(|time| !time.is_nan()));
    assert!(recovery(&under(&both, &sets[..1])).iter().all(|time| time.is_nan()));
}

const PATRONI: &str = "stores.profiles={technology=\"postgresql/patroni\", members=[\"a\", \"b\", \"c\"], dcs=\"etcd\"}";

/// What is found in the model, by code and severity.
fn found(sets: &[&str], extra: &str) -> Vec<(String, Severity)> {
    let edits: Vec<_> = sets
        .iter()
        .map(|set| drillcast::model::edit::Edit::from_argument(set).expect("an edit"))
        .collect();
    let none = |_: &str| Err(String::new());
    let source = SourceFile::new("profiles.toml", format!("{}{extra}", text(MODEL)));
    let (model, found) = read_model(&source, &PresetLibrary::embedded(), &edits, &none);
    let model = model.unwrap_or_else(|| panic!("{found:?}"));
    findings(&model, None).into_iter().map(|one| (one.code, one.severity)).collect()
}

#[test]
fn patroni_is_one_edit_away() {
    let times = recovery(&program("primary-silent", &[PATRONI]));
    let p95 = quantile(&times, 0.95);
    assert!((30.0..40.0).contains(&p95), "{p95}");
    // The runbook asks for what Patroni does not understand.
    assert_eq!(found(&[PATRONI], ""), [("runbook::not_understood".to_owned(), Severity::Risk)]);
    assert_eq!(found(&[], ""), []);
}

#[test]
fn rules_of_a_failover_by_hand() {
    let codes = |sets: &[&str]| -> Vec<String> {
        found(sets, "").into_iter().map(|(code, _)| code).collect()
    };
    let limit = |limit: &str| format!("objectives.profiles.recovery_time=p95 <= {limit}");
    assert_eq!(codes(&[&limit("5m")]), ["streaming::no_automatic_failover"]);
    let both = ["streaming::no_automatic_failover", "one_step::slower_than_objective"];
    assert_eq!(codes(&[&limit("4m")]), both);
    assert_eq!(codes(&[&limit("6m")]), Vec::<String>::new());
    let late = limit("90s");
    assert!(codes(&[&late]).contains(&"alert::slower_than_objective".to_owned()));
    assert!(!codes(&[&limit("91s")]).contains(&"alert::slower_than_objective".to_owned()));
    // An alert that watches who uses it watches it, too.
    let nobody = ["alerts.profiles_down.watches=etcd"];
    assert_eq!(codes(&nobody), ["streaming::nobody_notices"]);
    assert_eq!(codes(&["alerts.profiles_down.watches=app"]), Vec::<String>::new());
    // Who is paged next comes too late for what the whole promises.
    let system = |limit: &str| format!("objectives.system.recovery_time=p95 <= {limit}");
    let escalates = "on_call::escalates_too_late".to_owned();
    assert!(codes(&[&system("14m")]).contains(&escalates));
    assert!(!codes(&[&system("16m")]).contains(&escalates));
    assert!(!codes(&[&system("14m"), "people.oncall.misses=0"]).contains(&escalates));
}

#[test]
fn people_are_executed_event_by_event() {
    let program = program("primary-silent", &[]);
    assert!(program.sweep().is_err());
    // Nothing else stands in the way here.
    let team = "preset = \"team\"\ntitle = \"T\"\nkind = \"people\"\nversions = \"1\"\n[one.crew]\nhands = { response = \"2s\", escalate = \"9s\" }\n[exports]\none.hands = \"hands\"\n";
    let called = "needs = { team = \"people\" }\n[member.work]\nx = { when = \"not app\", takes = \"4s\", calls = \"team.hands\" }";
    let model = format!(
        "{ONE_TOY}team = \"crew\"\n[people.crew]\ntechnology = \"team\"\nlevels = [[\"ana\"]]\n"
    );
    let small = program_of(&[team, &toy(called, "app or x")], &model, KILL, &[]);
    assert_eq!(small.sweep().err(), Some(Unswept::People));
    // Every tick executed gives the same outcomes.
    let sampling = Sampling::plain(3);
    let [full, lazy] = [Mode::Full, Mode::Lazy].map(|mode| run_as(&program, &sampling, 40, mode));
    assert_eq!(full, lazy);
}

#[test]
fn the_story_tells_who_came() {
    let program = program("primary-silent", &[]);
    let mut runner = program.runner(Mode::Lazy);
    let told: Vec<(String, String)> = (0..40)
        .flat_map(|trial| {
            runner.run(&Sampling::plain(7), trial);
            let timeline = runner.timeline();
            timeline.entries.into_iter().map(|entry| (entry.who, entry.what)).collect::<Vec<_>>()
        })
        .collect();
    let takes = |who: &str| told.contains(&(who.to_owned(), "takes promote".to_owned()));
    assert!(takes("ana") && takes("cleo"));
    // He is no dba.
    assert!(!takes("ben"));
    assert!(told.contains(&("ana".to_owned(), "is free again".to_owned())));
}

#[test]
fn wrong_targets_of_a_silence_are_told() {
    let none = |_: &str| Err(String::new());
    let (model, _) =
        read_model(&SourceFile::new("m", text(MODEL)), &PresetLibrary::embedded(), &[], &none);
    let model = model.expect("the model is sound");
    let message = |what: &str, target: &str| {
        let text =
            format!("scenario = \"x\"\n[[faults]]\nwhat = \"{what}\"\nwhere = \"{target}\"\n");
        let (_, found) = read_scenario(&SourceFile::new("s", text), "s", &model, &none);
        found.first().map(|one| format!("{one} ({})", one.help.clone().unwrap_or_default()))
    };
    let wrong = |what: &str, target: &str| message(what, target).expect("a mistake");
    assert_eq!(message("silence", "alert profiles_down"), None);
    assert!(wrong("silence", "profiles_down").contains("write \"alert profiles_down\""));
    assert!(wrong("silence", "alert profiles").contains("profiles is a store, and no alert"));
    assert!(wrong("silence", "alert profile_down").contains("did you mean \"profiles_down\"?"));
    assert!(wrong("silence", "alerts of severity criticl").contains("did you mean \"critical\"?"));
    assert!(wrong("power loss", "each of oncall").contains("oncall is a group of people"));
    assert!(wrong("promote", "alert profiles_down").contains("cannot be asked for \"promote\""));
}
