//! Answers about a platform: told in layers, and every single failure in a matrix.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use drillcast::diagnostic::SourceFile;
use drillcast::experiment::{Plan, Pool, run_range};
use drillcast::model::every::{Every, single_failures};
use drillcast::outcome::{Figure, TOLD};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};
use predicates::prelude::{PredicateBooleanExt, predicate};
use serde_json::Value;

use crate::harness::{load, load_sources, path, program_of, run_as, seconds, slot, text, toy};

const MODEL: &str = "tests/it/platform/model.toml";
const ZONE: &str = "tests/it/platform/zone-a.toml";
const PRIMARY: &str = "tests/it/platform/primary-of-accounts.toml";
const KINDS: [Every; 4] = [Every::Zone, Every::Node, Every::Store, Every::Region];

/// `drillcast predict` with few trials, to be quick.
fn predict(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("drillcast").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1");
    command.arg("predict").args(arguments).args(["--trials", "256"]);
    command
}

fn told(arguments: &[&str]) -> String {
    let output = predict(arguments).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn json(arguments: &[&str]) -> Value {
    serde_json::from_str(&told(&[arguments, &["--format", "json"]].concat())).unwrap()
}

/// Whether the text fits a terminal; a command is as long as it is.
fn fits(told: &str) {
    let lines = told.lines().filter(|line| !line.starts_with("Next: "));
    let wide: Vec<&str> = lines.filter(|line| line.chars().count() > 100).collect();
    assert!(wide.is_empty(), "{wide:?}");
}

#[test]
fn an_answer_about_a_platform_is_told_in_layers() {
    let page = told(&[MODEL, ZONE]);
    fits(&page);
    insta::assert_snapshot!("layers", page);
    insta::assert_snapshot!("layers_markdown", told(&[MODEL, ZONE, "--format", "markdown"]));
    let all = told(&[MODEL, ZONE, "--all"]);
    for more in ["time to decide of accounts", "  MET ", "network delay"] {
        assert!(!page.contains(more) && all.contains(more), "{more}");
    }
    // Few components are told one by one.
    let small = told(&["models/shop.toml", "scenarios/shop/zone-a.toml"]);
    assert!(small.contains("other figures") && !small.contains("who is hit"), "{small}");
}

#[test]
fn the_json_says_what_each_component_waits_for() {
    let answer = json(&[MODEL, ZONE]);
    let scenario = &answer["scenarios"]["zone-a"];
    let front = &scenario["services"]["front"];
    insta::assert_snapshot!(
        "waits",
        serde_json::to_string_pretty(&serde_json::json!({
            "front": [front["recovery_waits"], front["redundancy_waits"]],
            "after": front["redundancy_after_recovery"],
            "events": scenario["streams"]["events"]["redundancy_waits"],
        }))
        .unwrap()
    );
    let shares = front["recovery_waits"].as_object().unwrap().values();
    let whole: f64 = shares.map(|wait| wait["share"].as_f64().unwrap()).sum();
    assert!((whole - 1.0).abs() < 1e-6, "{whole}");
}

#[test]
fn several_scenarios_begin_with_what_does_not_hold() {
    let page = told(&[MODEL, ZONE, PRIMARY]);
    fits(&page);
    insta::assert_snapshot!("several", page);
    let details = "where the time goes";
    assert!(!page.contains(details));
    assert_eq!(told(&[MODEL, ZONE, PRIMARY, "--all"]).matches(details).count(), 2);
}

#[test]
fn every_single_failure_is_ranked() {
    let every = [MODEL, "--every", "zone,node,store,region"];
    let page = told(&every);
    fits(&page);
    insta::assert_snapshot!("matrix", page);
    insta::assert_snapshot!(
        "matrix_markdown",
        told(&[MODEL, "--every", "region", "--format", "markdown"])
    );
    let answer = json(&every);
    insta::assert_snapshot!(
        "matrix_json",
        serde_json::to_string_pretty(&answer["matrix"]).unwrap()
    );
    let schema: Value = serde_json::from_str(&drillcast::report::prediction_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mistakes: Vec<String> = validator.iter_errors(&answer).map(|e| e.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    // Scenarios of one's own stand in the same ranking.
    let both = json(&[MODEL, PRIMARY, "--every", "region"]);
    let rows = both["matrix"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2]["scenario"], "primary-of-accounts");
    assert_eq!(rows[2]["single_point"], false);
}

/// What is lost for good in every trial is said to be, and is no matter of time.
#[test]
fn a_total_loss_is_no_matter_of_time() {
    let page = told(&[MODEL, "--every", "region", "--all"]);
    let sentence = page.split("Total loss in every trial, no copy left: ").nth(1);
    assert!(sentence.is_some_and(|rest| rest.contains("data loss of prices")), "{page}");
    let never = page.split("Not within 1 h in any trial: ").nth(1).unwrap_or_default();
    assert!(!never.split('.').next().unwrap_or_default().contains("data loss"), "{never}");
}

#[test]
fn any_number_of_threads_gives_the_same_matrix() {
    let on = |threads: &str| {
        told(&[MODEL, "--every", "region", "--format", "json", "--threads", threads])
    };
    assert_eq!(on("1"), on("3"));
}

#[test]
fn what_is_written_gives_the_same_figures() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("single");
    let out = out.to_str().unwrap();
    let every = ["--every", "zone,region"];
    let memory = json(&[&[MODEL][..], &every].concat());
    let writes = [&[MODEL][..], &every, &["--out-scenarios", out]].concat();
    let written = json(&writes);
    let read = json(&[MODEL, out]);
    let names = |answer: &Value| {
        let mut names: Vec<String> =
            answer["scenarios"].as_object().unwrap().keys().cloned().collect();
        names.sort();
        names
    };
    assert_eq!(names(&memory).len(), fs::read_dir(out).unwrap().count());
    assert_eq!(names(&memory), names(&read));
    for name in names(&memory) {
        let bytes = |answer: &Value| serde_json::to_string(&answer["scenarios"][&name]).unwrap();
        assert_eq!(bytes(&memory), bytes(&written), "{name}");
        assert_eq!(bytes(&memory), bytes(&read), "{name}");
        let sha = |answer: &Value| answer["manifest"]["scenarios"][&name]["sha256"].clone();
        assert_eq!(sha(&memory), sha(&read), "{name}");
        assert_eq!(written["manifest"]["scenarios"][&name], read["manifest"]["scenarios"][&name]);
    }
    assert_eq!(memory["matrix"], written["matrix"]);
    assert!(read.get("matrix").is_none());
    // The same once more, and beside the files themselves: what is there stays.
    assert_eq!(json(&writes), written);
    let again = [&[MODEL, out][..], &every, &["--out-scenarios", out]].concat();
    assert_eq!(json(&again)["matrix"].as_array().unwrap().len(), names(&memory).len());
}

#[test]
fn no_file_is_replaced_and_all_are_written_or_none() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().to_str().unwrap();
    fs::write(folder.path().join("zone-c.toml"), "mine").unwrap();
    let every = [MODEL, "--every", "zone", "--out-scenarios", out];
    predict(&every)
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("zone-c.toml: it exists already; nothing was changed"));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    assert_eq!(fs::read_to_string(folder.path().join("zone-c.toml")).unwrap(), "mine");
    // What is wrong is told before anything is written.
    let fresh = folder.path().join("fresh");
    let fresh = fresh.to_str().unwrap();
    predict(&[MODEL, "--every", "zone", "--out-scenarios", fresh, "--set", "no.such=1"])
        .assert()
        .code(2);
    assert!(!Path::new(fresh).exists());
}

#[test]
fn exit_codes_are_those_of_the_worst_scenario() {
    let shop = "models/shop.toml";
    let every = |more: &[&str]| predict(&[&[shop, "--every", "zone"], more].concat());
    // Zone b takes the users themselves with it.
    every(&[]).assert().code(1);
    let wide = ["--set", "clients.app.at=\"c\"", "--set", "clients.app.count=1"];
    let limit = |text: &'static str| ["--set", text];
    let system = |text: &'static str| [&wide[..], &limit(text)].concat();
    let zones = |more: &[&str]| predict(&[&[shop, "--every", "store"], more].concat());
    zones(&system("objectives.system.recovery_time=p50 <= 10m")).assert().code(0);
    zones(&system("objectives.system.recovery_time=p99.9 <= 59m")).assert().code(3);
    let both = [
        &system("objectives.system.recovery_time=p99.9 <= 59m")[..],
        &limit("objectives.orders.recovery_time=p50 <= 1ms"),
    ];
    zones(&both.concat()).assert().code(1);
    zones(&["--set", "nothing=1"]).assert().code(2);
}

#[test]
fn what_can_fail_is_named() {
    predict(&["models/shop.toml", "--every", "lamp"]).assert().code(2).stdout("").stderr(
        predicate::str::contains("lamp").and(predicate::str::contains("zone, node, store, region")),
    );
    predict(&["models/shop.toml", "--every", "zones"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("a similar value exists: 'zone'"));
    predict(&["models/shop.toml"]).assert().code(2).stderr(predicate::str::contains("SCENARIO"));
    predict(&["models/shop.toml", "scenarios/shop", "--out-scenarios", "x"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("--every"));
}

/// A value that the model sets is its own, be it that of the preset.
#[test]
fn what_the_model_sets_is_no_assumption() {
    let assumed = |sets: &[&str]| -> Vec<String> {
        let shop = ["models/shop.toml", "scenarios/shop/zone-a.toml"];
        let answer = json(&[&shop[..], sets].concat());
        let all = answer["basis"]["assumptions"].as_array().unwrap();
        all.iter().map(|one| one.as_str().unwrap().to_owned()).collect()
    };
    let start = "stores.orders.start".to_owned();
    assert!(assumed(&[]).contains(&start));
    assert!(!assumed(&["--set", "stores.orders.start=1s"]).contains(&start));
}

fn failures(model: &str, kinds: &[Every]) -> Vec<(String, Vec<String>)> {
    let source = SourceFile::new("model.toml", model);
    let (model, _) = load_sources(&source, &SourceFile::new("s.toml", NOTHING), &[]);
    single_failures(&model, kinds).into_iter().map(|one| (one.name, one.struck)).collect()
}

const NOTHING: &str = "scenario = \"x\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"zone a\"\n";

#[test]
fn each_of_what_serves_fails_once() {
    let model = r#"
model = "small"
zones = { a = "north east", b = "north east", home = "elsewhere" }
[consensus.etcd]
technology = "etcd"
members = ["a/1", "b/1", "b/2"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a/1", "b/1"]
dcs = "etcd"
[stores.web]
technology = "server/http"
members = ["b"]
[clients.app]
technology = "client/libpq"
of = "orders"
at = "home"
"#;
    let found = failures(model, &KINDS);
    let names: Vec<&str> = found.iter().map(|(name, _)| name.as_str()).collect();
    // Nobody but users is at home: nothing is made to fail there.
    assert_eq!(
        names,
        [
            "zone-a",
            "zone-b",
            "node-a-1",
            "node-b-1",
            "node-b-2",
            "node-web-b",
            "primary-of-etcd",
            "member-b-1-of-etcd",
            "primary-of-orders",
            "member-b-1-of-orders",
            "one-of-web",
            "region-north-east",
        ]
    );
    let struck = |name: &str| found.iter().find(|(one, _)| one == name).unwrap().1.join(" ");
    assert_eq!(struck("zone-a"), "");
    assert_eq!(struck("zone-b"), "web");
    assert_eq!(struck("node-web-b"), "web");
    assert_eq!(struck("one-of-web"), "web");
    assert_eq!(struck("primary-of-orders"), "");
    assert_eq!(struck("region-north-east"), "etcd orders web");
    assert_eq!(failures(model, &[Every::Region, Every::Zone]).len(), 3);
}

/// Whatever a described system consists of, its failures are scenarios that run.
#[test]
fn every_failure_of_every_model_can_be_written() {
    let mut models = vec![MODEL.to_owned(), "models/shop.toml".to_owned()];
    for entry in fs::read_dir(path("models/lab")).unwrap() {
        models.push(format!("models/lab/{}", entry.unwrap().file_name().to_string_lossy()));
    }
    models.retain(|model| model.ends_with(".toml"));
    assert!(models.len() > 10);
    for file in models {
        let model = SourceFile::new(file.as_str(), text(&file));
        let first = model.text().split("zones = {").nth(1).unwrap();
        let zone = first.split('=').next().unwrap().trim();
        let any = NOTHING.replace("zone a", &format!("zone {zone}"));
        let (read, _) = load_sources(&model, &SourceFile::new("s.toml", any), &[]);
        let found = single_failures(&read, &KINDS);
        assert!(!found.is_empty(), "{file}");
        let mut names: Vec<&String> = found.iter().map(|one| &one.name).collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), found.len(), "{file}");
        for failure in &found {
            let scenario = SourceFile::new(format!("{}.toml", failure.name), failure.text.clone());
            let (model, scenario) = load_sources(&model, &scenario, &[]);
            assert_eq!(scenario.name, failure.name);
            let _ = Program::compile(&model, &scenario);
        }
    }
}

/// 10 s to notice and 4 s to start again; what failed is back after a minute.
#[test]
fn what_is_waited_for_is_known_by_hand() {
    let nodes = "[member.work]\nfound = { when = \"not app\", takes = \"10s\" }\nback = { when = \"found\", takes = \"4s\" }\n[says]\nfound = { title = \"noticed\" }\nback = { title = \"started\" }";
    let model = "model = \"toys\"\nzones = { a = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\"]\nstable_for = \"1s\"\n";
    let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of toy\"\nfor = \"60s\"\n";
    let program = program_of(&[&toy(nodes, "app or back")], model, scenario, &[]);
    let layout = program.layout();
    let plan = Plan { trials: 256, ..Plan::default() };
    let pool = Pool::new(&plan).unwrap();
    let summary = run_range(&program, &[], &plan, (0, 256), &pool, &|_| {});
    let shares = |figure| {
        let shares = summary.waits.shares(slot(&program, "stores", "toy", figure));
        let name = |(stage, share): (usize, f64)| (layout.stages[stage].name.clone(), share);
        shares.into_iter().map(name).collect::<Vec<(String, f64)>>()
    };
    let recovery = shares(Figure::RecoveryTime);
    assert_eq!(recovery.len(), 2, "{recovery:?}");
    assert_eq!((recovery[0].0.as_str(), recovery[1].0.as_str()), ("toy.found", "toy.back"));
    assert!((recovery[0].1 - 10.0 / 14.0).abs() < 1e-12, "{recovery:?}");
    // From 14 s on only the end of the fault is waited for.
    assert_eq!(shares(Figure::RedundancyRestored), [("fault.1".to_owned(), 1.0)]);
    let toys =
        summary.waits.thin().find(|thin| layout.figures[thin.redundancy].subject.name == "toy");
    let after = &toys.unwrap().spread;
    assert_eq!(after.quantile(0.5).value(), Some(46e9));
}

/// What a component waited for adds up to its own figures, in the first trials, in
/// every form of the engine, and on any split of the trials.
#[test]
fn what_is_waited_for_adds_up() {
    let (model, scenario) = load(MODEL, ZONE, &[]);
    let program = Program::compile(&model, &scenario);
    let sampling = Sampling::latin_hypercube(3);
    let outcomes = run_as(&program, &sampling, 64, Mode::Lazy);
    assert_eq!(outcomes[..33], run_as(&program, &sampling, 33, Mode::Full));
    let layout = program.layout();
    let (mut told, mut redundant) = (0, 0);
    for outcome in &outcomes {
        assert!(outcome.course.waits.is_empty() || outcome.trial < TOLD);
        for (at, figure) in layout.figures.iter().enumerate() {
            let waits = || outcome.course.waits.iter().filter(|wait| wait.slot == at);
            let sum: f64 = waits().map(|w| (w.step.to - w.step.from).as_seconds()).sum();
            if waits().next().is_none() {
                continue;
            }
            let name = &figure.subject.name;
            let value = seconds(outcome.figures[at]);
            let recovery = slot(&program, figure.subject.group, name, Figure::RecoveryTime);
            let expected = match figure.figure {
                Figure::RecoveryTime => value,
                _ => value - seconds(outcome.figures[recovery]),
            };
            assert!((sum - expected).abs() < 1e-6, "{name}: {sum} {expected}");
            told += 1;
            redundant += usize::from(figure.figure == Figure::RedundancyRestored);
        }
    }
    assert!(told > 40 && redundant > 20, "{told} {redundant}");
    let plan = Plan { trials: 512, threads: 2, ..Plan::default() };
    let pool = Pool::new(&plan).unwrap();
    let part = |range| run_range(&program, &[], &plan, range, &pool, &|_| {});
    let whole = part((0, 512));
    let mut merged = part((0, 256));
    merged.merge(part((256, 512)));
    for at in 0..layout.figures.len() {
        assert_eq!(whole.waits.shares(at), merged.waits.shares(at));
    }
    let last = |summary: &drillcast::experiment::Summary| {
        summary.waits.thin().map(|thin| thin.spread.quantile(0.9)).collect::<Vec<_>>()
    };
    assert_eq!(last(&whole), last(&merged));
}
