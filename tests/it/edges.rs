//! Rules that a forecast can break without looking wrong: each in a case where
//! the two readings of the rule give different numbers.

use drillcast::diagnostic::SourceFile;
use drillcast::experiment::{Plan, Pool, limits, run};
use drillcast::outcome::{Figure, Outcome};
use drillcast::random::{Sampling, Scheme};
use drillcast::report::{ScenarioPrediction, Trials, scenario_prediction};
use drillcast::trial::{Mode, Program};
use drillcast::units::Span;

use crate::harness::{
    KILL, ONE_TOY, figure, first, library, load_with, program_of, run_as, seconds, toy,
};

const KILLED: &str = "what = \"kill\"\nwhere = \"member a of toy\"";
const TOY: (&str, &str) = ("stores", "toy");
const ORDERS: (&str, &str) = ("stores", "orders");

/// A scenario of faults: when [s], what, for how long.
fn faults(all: &[(u32, &str, &str)]) -> String {
    let mut text = "scenario = \"faults\"\nhorizon = \"1000s\"\n".to_owned();
    for (at, what, lasts) in all {
        text += &format!("[[faults]]\nat = \"{at}s\"\n{what}\n");
        if !lasts.is_empty() {
            text += &format!("for = \"{lasts}\"\n");
        }
    }
    text
}

/// Trials that are the same in both forms.
fn outcomes(program: &Program, trials: u64) -> Vec<Outcome> {
    let [lazy, full] =
        [Mode::Lazy, Mode::Full].map(|m| run_as(program, &Sampling::plain(3), trials, m));
    assert_eq!(lazy, full, "full and lazy");
    lazy
}

fn one_toy(nodes: &str, served: &str, all: &[(u32, &str, &str)]) -> Program {
    program_of(&[&toy(nodes, served)], ONE_TOY, &faults(all), &["stores.toy.stable_for=0s"])
}

fn values(program: &Program, of: (&str, &str), what: Figure, trials: u64) -> Vec<f64> {
    figure(program, &outcomes(program, trials), of, what).into_iter().map(seconds).collect()
}

#[test]
fn looks_in_a_row_are_in_a_row() {
    let apart = [(0, KILLED, "10s"), (20, KILLED, "10s")];
    for looks in [
        "every = \"10s\"",
        "every = \"10s\", after = \"reply\", cost = \"0s\"",
        "every = \"7s\", after = \"reply\", cost = \"3s\"",
    ] {
        let nodes = format!(
            "[member.probe]\np = {{ watch = \"app\", {looks}, fall = 2 }}\n[member.gate]\nfell = {{ when = \"not p\", marks = \"detected\" }}"
        );
        // A look in each ten seconds: one misses, one agrees, one misses.
        let program = one_toy(&nodes, "app", &apart);
        let fell = first(&program, &outcomes(&program, 50), "toy", "detected");
        assert!(fell.iter().all(|t| t.is_nan()), "{looks}: {fell:?}");
        let program = one_toy(&nodes, "app", &[(0, KILLED, "20s")]);
        let fell = first(&program, &outcomes(&program, 50), "toy", "detected");
        assert!(fell.iter().all(|t| (10.0..=23.0).contains(t)), "{looks}: {fell:?}");
    }
}

#[test]
fn a_flip_is_owed_to_what_the_first_look_of_its_run_saw() {
    for looks in ["every = \"10s\"", "every = \"10s\", after = \"reply\", cost = \"0s\""] {
        let nodes = format!("[member.probe]\np = {{ watch = \"app\", {looks}, fall = 2 }}");
        // Looks at 5 s and 15 s; between them the process was there for a second.
        let mut text = faults(&[(0, KILLED, "7s"), (8, KILLED, "")]);
        text += "[phases]\n\"toy.a.p\" = \"5s\"\n";
        let program = program_of(&[&toy(&nodes, "app or not p")], ONE_TOY, &text, &[]);
        let outcome = outcomes(&program, 1).remove(0);
        assert_eq!(seconds(outcome.figures[0]), 15.0);
        let name = |stage: usize| program.layout().stages[stage].name.as_str();
        let path: Vec<&str> = outcome.course.path.iter().map(|s| name(s.stage)).collect();
        assert_eq!(path, ["toy.p"], "{looks}");
    }
}

#[test]
fn a_probe_that_looks_again_counts_anew() {
    let aux = "what = \"kill\"\nprocess = \"aux\"\nwhere = \"member a of toy\"";
    let app = "what = \"kill\"\nprocess = \"app\"\nwhere = \"member a of toy\"";
    for looks in ["every = \"6s\"", "every = \"6s\", after = \"reply\", cost = \"0s\""] {
        let nodes = format!(
            "[member.probe]\np = {{ watch = \"app\", {looks}, while = \"aux\", fall = 2 }}"
        );
        let preset = toy(&nodes, "app or not p").replace("[\"app\"]", "[\"app\", \"aux\"]");
        // One look before 7 s misses; from 8 s on it takes two more.
        let text = faults(&[(0, app, ""), (7, aux, "1s")]);
        let text = format!("{text}[phases]\n\"toy.a.p\" = \"1s\"\n");
        let program = program_of(&[&preset], ONE_TOY, &text, &["stores.toy.stable_for=0s"]);
        for time in values(&program, TOY, Figure::RecoveryTime, 50) {
            assert!((14.0..=20.0).contains(&time), "{looks}: {time}");
        }
    }
}

/// Each start of a work has a draw of its own, whether the one before it ended
/// or was cancelled.
#[test]
fn each_start_of_a_work_draws_anew() {
    let nodes = |does: &str| {
        format!("[member.work]\nw = {{ when = \"not app\", takes = \"2s..12s\"{does} }}")
    };
    let late = [(10, KILLED, "")];
    let cancelled = [(0, KILLED, "1s"), (10, KILLED, "")];
    let marked = nodes(", marks = \"detected\"");
    let at = |all: &[(u32, &str, &str)]| {
        let program = one_toy(&marked, "app", all);
        let clock = f64::from(all[0].0);
        let stamps = first(&program, &outcomes(&program, 50), "toy", "detected");
        stamps.into_iter().map(|t| t + clock).collect::<Vec<_>>()
    };
    let pairs = at(&late).into_iter().zip(at(&cancelled));
    assert!(pairs.into_iter().all(|(only, second)| (only - second).abs() > 1e-6));
    let starts = nodes(", does = [\"start app\"]");
    let down = |all: &[(u32, &str, &str)]| {
        values(&one_toy(&starts, "app", all), TOY, Figure::Downtime, 50)
    };
    let once = down(&[(0, KILLED, "")]);
    let twice = down(&[(0, KILLED, ""), (100, KILLED, "")]);
    assert!(once.iter().zip(&twice).all(|(one, two)| (two - 2.0 * one).abs() > 1e-6));
}

#[test]
fn what_happens_at_the_horizon_is_still_seen() {
    let recovery = |horizon: &str| {
        let text = faults(&[(0, KILLED, "20s")]).replace("1000s", horizon);
        let program = program_of(&[&toy("", "app")], ONE_TOY, &text, &["stores.toy.stable_for=0s"]);
        values(&program, TOY, Figure::RecoveryTime, 1)[0]
    };
    assert_eq!(recovery("20s"), 20.0);
    assert!(recovery("19999ms").is_nan());
}

#[test]
fn without_a_horizon_a_trial_goes_on_for_an_hour_after_the_last_fault_has_ended() {
    let horizon = |all: &[(u32, &str, &str)]| {
        let text = faults(all).replace("horizon = \"1000s\"\n", "");
        program_of(&[&toy("", "app")], ONE_TOY, &text, &[]).horizon()
    };
    assert_eq!(horizon(&[(7, KILLED, "")]), Span::seconds(3_607));
    assert_eq!(horizon(&[(0, KILLED, "2h"), (60, KILLED, "1s")]), Span::seconds(3 * 3_600));
    // A fault that waits for a milestone counts from there.
    let nodes =
        "[member.work]\nnoticed = { when = \"not app\", takes = \"1s\", marks = \"detected\" }";
    let second =
        "after = \"toy.detected + 5m\"\nwhat = \"power loss\"\nwhere = \"zone a\"\nfor = \"2h\"";
    let text = format!("{KILL}\n[[faults]]\n{second}\n");
    let program = program_of(&[&toy(nodes, "app")], ONE_TOY, &text, &[]);
    assert_eq!(program.horizon(), Span::seconds(3_600 + 300 + 7_200 + 3_600));
}

#[test]
fn figures_count_from_the_fault() {
    let nodes = "[member.work]\nw = { when = \"not app\", takes = \"2s\", marks = \"detected\" }";
    let program = one_toy(nodes, "app", &[(7, KILLED, "")]);
    assert_eq!(values(&program, TOY, Figure::TimeToDetect, 1), [2.0]);
    let primary = "what = \"kill\"\nwhere = \"primary of orders\"";
    let sets = ["stores.orders.lag=2s", "stores.orders.maximum_lag_on_failover=100MB"];
    let program = program_of(&[], SHOP, &faults(&[(7, primary, "")]), &sets);
    assert_eq!(values(&program, ORDERS, Figure::RecoveryPointAge, 1), [2.0]);
}

const SHOP: &str = r#"
model = "shop"
zones = { a = "r", b = "r", c = "r", d = "r" }
[consensus.etcd]
technology = "etcd"
members = ["d"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "etcd"
"#;

#[test]
fn a_system_loses_what_the_worst_of_its_stores_loses() {
    let carts = SHOP.split_once("[stores.orders]").expect("there is a store").1;
    let model = format!("{SHOP}[stores.carts]{carts}");
    let text = faults(&[
        (0, "what = \"kill\"\nwhere = \"primary of orders\"", ""),
        (0, "what = \"kill\"\nwhere = \"primary of carts\"", ""),
    ]);
    for (orders, carts) in [("3s", "1s"), ("1s", "3s")] {
        let sets = [
            &format!("stores.orders.lag={orders}"),
            &format!("stores.carts.lag={carts}"),
            "stores.*.maximum_lag_on_failover=100MB",
        ];
        let program = program_of(&[], &model, &text, &sets);
        let lost = |of, what| values(&program, of, what, 1)[0];
        assert_eq!(lost(("system", "system"), Figure::DataLossSeconds), 3.0);
        assert_eq!(lost(("system", "system"), Figure::RecoveryPointAge), 3.0);
    }
}

const CALLER: &str = r#"
preset = "caller"
title = "Caller"
kind = "clients"
versions = "all"
processes = []
[client.probe]
sees = { watch = "any(t in target: answers(here, t))", every = "10s" }
[exports]
client.served = "sees"
"#;

const CALLERS: &str = r#"
model = "callers"
zones = { a = "r" }
[stores.toy]
technology = "toy"
members = ["a"]
[clients.callers]
technology = "caller"
of = "toy"
at = "a"
count = 4
"#;

/// Three in ten clients look in time, and see it for ten seconds.
const SHORT: &str = r#"
scenario = "A short outage"
[[faults]]
at = "0s"
what = "kill"
where = "member a of toy"
for = "3s"
[objectives.callers]
client_outage = "p50 <= 5s"
"#;

/// What the experiment says of a model and a scenario.
fn predicted(presets: &[&str], model: &str, scenario: &str) -> ScenarioPrediction {
    let texts = [model, scenario].map(|text| SourceFile::new("text.toml", text));
    let (model, scenario) = load_with(&library(presets), &texts[0], &texts[1], &[]);
    let program = Program::compile(&model, &scenario);
    let limits = limits(&model, &scenario, program.layout());
    let plan = Plan { trials: 256, threads: 1, samples: 1, ..Plan::default() };
    let pool = Pool::new(&plan).expect("one thread can be had");
    let (summary, reached) = run(&program, &limits, &plan, &[], &pool, &|_, _| {});
    scenario_prediction(&Trials {
        title: "x",
        layout: program.layout(),
        horizon: program.horizon(),
        limits: &limits,
        summary: &summary,
        reached: &reached,
    })
}

#[test]
fn downtime_is_shared_and_an_outage_is_the_worst_clients() {
    let presets = [&toy("", "app"), CALLER];
    let program = program_of(&presets, CALLERS, SHORT, &[]);
    let outcomes = outcomes(&program, 50);
    // The system has no clients but these.
    for of in [("system", "system"), ("clients", "callers")] {
        let values = |what| figure(&program, &outcomes, of, what);
        let both = values(Figure::Downtime).into_iter().zip(values(Figure::ClientOutage));
        for (outcome, (downtime, outage)) in outcomes.iter().zip(both) {
            assert_eq!(outcome.client_outages.len(), 4);
            let all: Vec<f64> = outcome.client_outages.iter().copied().map(seconds).collect();
            assert_eq!(seconds(downtime), all.iter().sum::<f64>() / 4.0, "{of:?}");
            assert_eq!(seconds(outage), all.iter().copied().fold(0.0, f64::max), "{of:?}");
        }
    }
    // Most clients have none; an objective is about the worst of a trial.
    let prediction = predicted(&presets, CALLERS, SHORT);
    let callers = prediction.clients.get("callers").expect("they are there");
    let outage = callers.client_outage.as_ref().expect("clients have outages");
    assert_eq!((outage.p50, outage.max), (Some(0.0), Some(10.0)));
    let kept = callers.objectives[0].share_kept;
    assert!((kept - 0.7_f64.powi(4)).abs() < 0.1, "{kept}");
    let achieved = callers.objectives[0].achieved.expect("it is a number");
    assert!((achieved - 10.0).abs() < 0.02, "{achieved}");
}

#[test]
fn what_is_censored_is_null_wherever_it_stands() {
    let prediction = predicted(&[&toy("", "app")], ONE_TOY, &faults(&[(0, KILLED, "")]));
    let json = serde_json::to_value(&prediction).expect("it is JSON");
    let recovery = &json["stores"]["toy"]["recovery_time"];
    for key in ["mean", "min", "p5", "p50", "p95", "max"] {
        assert!(recovery[key].is_null(), "{key}: {recovery}");
    }
    assert_eq!(recovery["censored"], 1.0);
    let sample = json["samples"][0]["figures"].as_object().expect("figures by name");
    assert!(sample["stores.toy.recovery_time"].is_null(), "{sample:?}");
    assert_eq!(sample["stores.toy.downtime"], 1000.0);
}

#[test]
fn a_plan_samples_as_it_says() {
    for (scheme, sampling) in [
        (Scheme::Plain, Sampling::plain(9)),
        (Scheme::LatinHypercube, Sampling::latin_hypercube(9)),
    ] {
        assert_eq!(Plan { seed: 9, scheme, ..Plan::default() }.sampling(), sampling);
    }
}

#[test]
fn whoever_shares_a_machine_is_rebooted_with_it() {
    let model = "model = \"toys\"\nzones = { a = \"r\" }\n\
        [stores.toy]\ntechnology = \"toy\"\nmembers = [\"a/1\"]\n\
        [stores.other]\ntechnology = \"toy\"\nmembers = [\"a/1\"]\n";
    let recovery = |power: &str| {
        let hung = "what = \"hang\"\nwhere = \"each of other\"";
        let power = format!("what = \"power loss\"\nwhere = \"{power}\"");
        let text = faults(&[(0, hung, ""), (10, &power, "20s")]);
        let program = program_of(&[&toy("", "app")], model, &text, &[]);
        values(&program, ("stores", "other"), Figure::RecoveryTime, 1)[0]
    };
    for power in ["each of toy", "one of toy", "zone a"] {
        assert_eq!(recovery(power), 30.0, "{power}");
    }
}

#[test]
fn half_of_a_consensus_store_is_no_majority() {
    let model = SHOP.replace("members = [\"d\"]", "members = [\"a\", \"b\", \"c\", \"d\"]");
    let led = |killed: &[&str]| {
        let killed: Vec<String> = killed
            .iter()
            .map(|m| format!("what = \"kill\"\nwhere = \"member {m} of etcd\""))
            .collect();
        let all: Vec<_> = killed.iter().map(|what| (0, what.as_str(), "")).collect();
        let program = program_of(&[], &model, &faults(&all), &[]);
        values(&program, ("consensus", "etcd"), Figure::RecoveryTime, 20)
    };
    assert!(led(&["a"]).iter().all(|t| (0.9..2.0).contains(t)));
    assert!(led(&["a", "b"]).iter().all(|t| t.is_nan()));
    assert!(led(&["c", "d"]).iter().all(|t| t.is_nan()), "the leader hears one other");
}

/// Nobody looks for leases that ran out while nobody leads, and whoever leads
/// next gives each its whole life and an election time-out.
#[test]
fn a_new_leader_of_the_consensus_store_gives_each_lease_a_new_life() {
    let primary = "what = \"kill\"\nwhere = \"primary of orders\"";
    let etcd = "what = \"kill\"\nwhere = \"each of etcd\"";
    for lasts in ["1s", "60s"] {
        let text = faults(&[(0, primary, ""), (0, etcd, lasts)]);
        let program = program_of(&[], SHOP, &text, &["consensus.etcd.election_timeout=5s"]);
        let outcomes = outcomes(&program, 50);
        let led = figure(&program, &outcomes, ("consensus", "etcd"), Figure::RecoveryTime);
        let taken = first(&program, &outcomes, "orders", "key_taken");
        for (led, taken) in led.into_iter().map(seconds).zip(taken) {
            // ttl 30 s, then the sweep of 500 ms and a round of 100 ms.
            let wait = taken - led;
            assert!((35.1..35.6 + 1e-6).contains(&wait), "{lasts}: {led} then {wait}");
        }
    }
}

/// Whoever asks first does not lead where another that it hears has more.
#[test]
fn the_replica_that_has_most_leads_whenever_it_asks() {
    let primary = "what = \"kill\"\nwhere = \"primary of orders\"";
    let lost = |answer: &str| {
        let sets = [
            "stores.orders.lag={ uniform = { low = \"0s\", high = \"10s\" }, varies = \"each\" }",
            "stores.orders.maximum_lag_on_failover=100MB",
            &format!("stores.orders.answer={answer}"),
        ];
        let program = program_of(&[], SHOP, &faults(&[(0, primary, "")]), &sets);
        values(&program, ORDERS, Figure::DataLossSeconds, 50)
    };
    let at_once = lost("100ms");
    assert!(at_once.iter().any(|s| *s > 1.0));
    assert_eq!(
        at_once,
        lost("{ uniform = { low = \"100ms\", high = \"5s\" }, varies = \"each\" }")
    );
}

/// An edit reaches each section that no figure depends on, too.
#[test]
fn edits_reach_what_no_figure_shows() {
    let texts = [SHOP, &faults(&[(0, "what = \"kill\"\nwhere = \"zone a\"", "")])]
        .map(|text| SourceFile::new("text.toml", text));
    let sets = [
        "model=bazaar",
        "title=Bazaar",
        "notes=none",
        "zones.b=elsewhere",
        "objectives.orders.recovery_time=p90 <= 7s",
    ];
    let (model, _) = load_with(&library(&[]), &texts[0], &texts[1], &sets);
    assert_eq!(model.name, "bazaar");
    assert_eq!((model.title.as_deref(), model.notes.as_deref()), (Some("Bazaar"), Some("none")));
    let regions: Vec<&str> = model.zones.iter().map(|zone| zone.region.as_str()).collect();
    assert_eq!(regions, ["r", "elsewhere", "r", "r"]);
    let limits: Vec<_> = model.objectives.iter().map(|o| (o.quantile, o.limit)).collect();
    assert_eq!(limits, [(0.9, 7.0)]);
}
