//! What `check` says of a drill: rules over its steps, and with `--show` what it would
//! notice, by simulation.

use std::collections::BTreeSet;

use assert_cmd::Command;
use drillcast::diagnostic::{Severity, SourceFile};
use drillcast::lint;

use crate::harness::{ONE_TOY, library, load_with, path, text};
use crate::procedures::{PODS, THREE_PODS, killed, phoenix};

/// What the rules over procedures find.
fn found(presets: &[&str], model: &str, scenario: &str) -> Vec<String> {
    let model = SourceFile::new("model.toml", model);
    let scenario = SourceFile::new("scenario.toml", scenario);
    let (model, scenario) = load_with(&library(presets), &model, &scenario, &[]);
    let findings = lint::findings(&model, Some(&scenario));
    let codes = findings.into_iter().map(|finding| finding.code);
    codes.filter(|code| code.starts_with("procedure::")).collect()
}

/// A look at the toy with these keys.
fn look(keys: &str) -> String {
    killed(&format!("[[procedure.steps]]\nstep = \"look\"\nlook = \"toy\"\n{keys}"))
}

/// Each rule fires where it should, and is silent where what it speaks of is mended.
#[test]
fn every_rule_fires_and_is_silent() {
    let toys = phoenix("20s");
    let pods = |whom: &str| {
        format!(
            "scenario = \"x\"\n[[procedure.steps]]\nstep = \"kill\"\nwhat = \"delete\"\nwhere = \"one of web\"\n[[procedure.steps]]\nstep = \"look\"\nlook = \"web\"\npasses = \"ready\"\npick = \"{whom}\""
        )
    };
    let act = |errors: &str| {
        format!(
            "scenario = \"x\"\n[[procedure.steps]]\nstep = \"kill\"\nwhat = \"kill\"\nwhere = \"each of toy\"\nerrors = \"{errors}\""
        )
    };
    let alone = THREE_PODS.replace("members = [\"a/1\", \"a/2\", \"a/3\"]", "members = [\"a/1\"]");
    // (rule, presets, model, fires, model, is silent)
    let cases = [
        (
            "cannot_fail",
            toys.as_str(),
            ONE_TOY,
            look("passes = \"always\""),
            ONE_TOY,
            look("passes = \"reads\""),
        ),
        (
            "ignored_look",
            &toys,
            ONE_TOY,
            look("errors = \"ignored\""),
            ONE_TOY,
            look("errors = \"noted\""),
        ),
        ("ignored_command", &toys, ONE_TOY, act("ignored"), ONE_TOY, act("stop")),
        (
            "inside",
            &toys,
            ONE_TOY,
            look("passes = \"ready\"\nfrom = \"inside\""),
            ONE_TOY,
            look("passes = \"ready\""),
        ),
        ("first_by_name", PODS, THREE_PODS, pods("first"), THREE_PODS, pods("each")),
        ("first_by_name", PODS, THREE_PODS, pods("first"), &alone, pods("first")),
    ];
    let mut tested = BTreeSet::new();
    for (rule, preset, model, fires, mended, silent) in cases {
        let code = format!("procedure::{rule}");
        assert_eq!(found(&[preset], model, &fires), std::slice::from_ref(&code), "{rule}");
        assert!(found(&[preset], mended, &silent).is_empty(), "{rule} fires on what is mended");
        tested.insert(rule.to_owned());
    }
    // procedure::announced_zone and procedure::silence_left have tests of their own.
    tested.extend(["announced_zone", "silence_left"].map(str::to_owned));
    let rules: toml::Table = text("models/rules/procedure.toml").parse().expect("it is TOML");
    let rules = rules["rules"].as_array().expect("a list").iter();
    let names: BTreeSet<String> =
        rules.map(|rule| rule["name"].as_str().expect("a name").to_owned()).collect();
    assert_eq!(names, tested);
}

/// procedure::announced_zone: a zone that is drained is no zone that loses power.
#[test]
fn a_drained_zone_proves_nothing_about_power() {
    let drill = |what: &str, more: &str| {
        let model = SourceFile::new("m", text("models/butterfly.toml"));
        let scenario =
            format!("scenario = \"x\"\n[[faults]]\nwhat = \"{what}\"\nwhere = \"zone a\"\n{more}");
        let scenario = SourceFile::new("s", scenario);
        let (model, scenario) = load_with(&library(&[]), &model, &scenario, &[]);
        let findings = lint::findings(&model, Some(&scenario));
        findings.iter().any(|finding| finding.code == "procedure::announced_zone")
    };
    let wanted = "[objectives.system]\nrecovery_time = \"p95 <= 5m\"\n";
    assert!(drill("drain", wanted));
    assert!(!drill("power loss", wanted));
    // With the power lost as well something is proved.
    let power = "[[faults]]\nat = \"1h\"\nwhat = \"power loss\"\nwhere = \"zone b\"\n";
    assert!(!drill("drain", &format!("{power}{wanted}")));
}

/// procedure::silence_left: a silence must end by itself, or be lifted for certain.
#[test]
fn a_silence_that_is_left_behind() {
    let model = format!(
        "{ONE_TOY}[alerts.toy_down]\ntechnology = \"prometheus/alert\"\nwatches = \"toy\"\n"
    );
    let drill = |keys: &str, lift: &str| {
        let hush = "[[procedure.steps]]\nstep = \"hush\"\nwhat = \"silence\"";
        let silence = format!("{hush}\nwhere = \"alert toy_down\"\n{keys}\n");
        found(&[&phoenix("20s")], &model, &killed(&format!("{silence}{lift}")))
    };
    let lift = |errors: &str| {
        let step = "[[procedure.steps]]\nstep = \"speak\"\nlifts = \"hush\"";
        format!("{step}\nerrors = \"{errors}\"\n")
    };
    let left = ["procedure::silence_left"];
    assert_eq!(drill("", ""), left);
    assert_eq!(drill("", &lift("ignored")), left);
    assert!(drill("", &lift("stop")).is_empty());
    assert!(drill("for = \"2h\"", "").is_empty());
}

/// Runs `check --show`; its exit code and what it says.
fn show(scenario: &std::path::Path, more: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_drillcast"))
        .current_dir(path("."))
        .args(["check", "models/shop.toml", &scenario.to_string_lossy()])
        .args(more)
        .output()
        .expect("the program runs");
    let told = String::from_utf8(output.stdout).expect("text");
    (output.status.code().expect("it ends"), told)
}

/// The drill of the shop is blind to a failover that never comes; one that looks as the
/// shop's users do is not.
#[test]
fn a_drill_that_is_blind_and_one_that_sees() {
    let folder = tempfile::tempdir().expect("a folder");
    let blind = text("scenarios/shop/failover-drill.toml");
    let wait = "[[procedure.steps]]\nstep = \"wait for the failover\"\nsleep = \"60s\"\n\n";
    let inside = "look = \"orders\"\npick = \"any\"\nfrom = \"inside\"\npasses = \"ready\"\n";
    let users = "look = \"app\"\nfirst = \"5s\"\nevery = \"1s\"\ntimeout = \"2m\"\n";
    assert!(blind.contains(wait) && blind.contains(inside));
    let seeing = blind.replace(wait, "").replace(inside, users);
    let run = |text: &str, more: &[&str]| {
        let file = folder.path().join("drill.toml");
        std::fs::write(&file, text).expect("it can be written");
        show(&file, more)
    };
    let trials = ["--show", "--trials", "3000"];
    let (exit, told) = run(&blind, &trials);
    assert_eq!(exit, 1, "{told}");
    for words in [
        "false pass[procedure::unnoticed]: “no replica can be promoted”: the drill passes in all 3,000",
        "procedure::false_pass",
        "procedure::tells_its_wait",
        "procedure::inside",
    ] {
        assert!(told.replace("\n   ", "").contains(words), "{words} in\n{told}");
    }
    // Without --show no trial runs, and the rules are no more than risks.
    let (exit, told) = run(&blind, &[]);
    assert_eq!(exit, 0, "{told}");
    assert!(told.contains("procedure::inside") && !told.contains("procedure::unnoticed"));
    let (exit, told) = run(&seeing, &[&trials[..], &["--format", "json"]].concat());
    let told: serde_json::Value = serde_json::from_str(&told).expect("JSON");
    let [given, doubt] = &told["drills"].as_array().expect("a list")[..] else { panic!("two") };
    assert_eq!(doubt["doubt"], "no replica can be promoted");
    assert_eq!(doubt["false_passes"]["trials"], 3000);
    assert_eq!(doubt["false_passes"]["share"], 0.0);
    // What is left are trials in which data was lost or the minute was missed: no look
    // at the service can see that.
    assert!(given["false_passes"]["trials"].as_u64().expect("a number") < 60);
    assert_eq!(exit, 1);
    // A look at once comes before anybody has noticed, and passes.
    let hasty = seeing.replace("first = \"5s\"\n", "");
    let (_, told) = run(&hasty, &trials);
    assert!(told.contains("procedure::unnoticed"), "{told}");
}

/// A doubt that breaks nothing anybody asks about is told, and so is a mistake in one.
#[test]
fn doubts_are_held_to_what_is_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let run = |doubt: &str| {
        let file = folder.path().join("drill.toml");
        let looks =
            killed("[[procedure.steps]]\nstep = \"look\"\nlook = \"orders\"\ntimeout = \"5m\"\n");
        let scenario = looks.replace("member a of toy", "primary of orders");
        std::fs::write(&file, format!("{scenario}[[procedure.doubts]]\ndoubt = \"d\"\n{doubt}\n"))
            .expect("it can be written");
        show(&file, &["--show", "--trials", "500"])
    };
    let (exit, told) = run("set = { \"stores.orders.promotion\" = \"1s\" }\nfaults = []");
    assert!(told.contains("procedure::harmless_doubt") || told.contains("passes in"), "{told}");
    assert!(exit <= 1);
    let (exit, told) = run("set = { \"stores.orders.promotoin\" = \"never\" }");
    assert_eq!(exit, 2);
    assert!(told.contains("promotoin"), "{told}");
    // Faults besides count as well: nobody is left to be promoted.
    let (_, told) = run("faults = [{ what = \"kill\", where = \"each of orders\" }]");
    assert!(!told.contains("procedure::harmless_doubt"), "{told}");
    let severity = Severity::FalsePass.name();
    assert!(!told.contains(&format!("{severity}[procedure::unnoticed]")), "{told}");
}
