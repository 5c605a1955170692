//! docs/add-a-technology.md: its files run, its commands work, and the technology
//! that it invents recovers as its closed form says.

use assert_cmd::Command;
use drillcast::diagnostic::SourceFile;
use drillcast::model::schema::preset_schema;
use drillcast::outcome::Figure;
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, library, load_with, path, quantile, run_as, seconds, text};

const PAGE: &str = "docs/add-a-technology.md";
const PRESET: &str = "docs/example/presets/beacon.toml";
const MODEL: &str = "docs/example/model.toml";
const SCENARIO: &str = "docs/example/kill.toml";

/// The text of the fenced blocks of a language.
fn blocks(page: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = page.split(&fence).skip(1);
    rest.map(|r| r.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// The recovery times of the invented store [s].
fn times(sets: &[&str]) -> Vec<f64> {
    let [model, scenario] = [MODEL, SCENARIO].map(|file| SourceFile::new(file, text(file)));
    let (model, scenario) = load_with(&library(&[&text(PRESET)]), &model, &scenario, sets);
    let program = Program::compile(&model, &scenario);
    let outcomes = run_as(&program, &Sampling::latin_hypercube(7), 20_480, Mode::Lazy);
    let values = figure(&program, &outcomes, ("stores", "lights"), Figure::RecoveryTime);
    values.into_iter().map(seconds).collect()
}

#[test]
fn the_invented_store_recovers_as_its_closed_form_says() {
    // badge_life − U(0, beat) + U(0, patrol) + promotion: a trapezium, of which
    // the lowest `x` holds x² / (2·beat·patrol).
    let holds = |sets: &[&str], (badge, beat, patrol, promotion): (f64, f64, f64, f64)| {
        let times = times(sets);
        let least = badge - beat + promotion;
        let x = (0.05 * 2.0 * beat * patrol).sqrt();
        let wanted = [least + x, least + f64::midpoint(beat, patrol), least + beat + patrol - x];
        for (q, wanted) in [0.05, 0.5, 0.95].into_iter().zip(wanted) {
            let predicted = quantile(&times, q);
            println!("p{:.0} {predicted:.3}, by hand {wanted:.3}", 100.0 * q);
            assert!((predicted - wanted).abs() < 0.04, "p{q}: {predicted} is not {wanted}");
        }
        assert!(times.iter().all(|t| *t >= least && *t <= least + beat + patrol));
    };
    holds(&[], (12.0, 4.0, 2.0, 3.0));
    let sets = [
        "stores.lights.badge_life=20s",
        "stores.lights.beat=5s",
        "stores.lights.patrol=3s",
        "stores.lights.promotion=1s",
    ];
    holds(&sets, (20.0, 5.0, 3.0, 1.0));
}

#[test]
fn the_page_shows_the_files_that_run() {
    let page = text(PAGE);
    let files = [PRESET, MODEL, SCENARIO].map(text);
    for shown in blocks(&page, "toml") {
        assert!(files.iter().any(|file| file.contains(shown.trim())), "no file holds\n{shown}");
    }
    for number in ["11.89 s", "16.11 s"] {
        assert!(page.contains(number), "the page's closed form has lost {number}");
    }
}

#[test]
fn the_commands_of_the_page_work() {
    let page = text(PAGE);
    let run = |line: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_drillcast"))
            .current_dir(path("."))
            .env("NO_COLOR", "1")
            .args(line.split_whitespace().skip(1))
            .output()
            .expect("the program runs");
        assert!(output.status.success(), "{line}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).expect("text")
    };
    let commands = blocks(&page, "sh").concat();
    assert!(commands.lines().count() >= 5);
    for line in commands.lines() {
        let answer = run(line);
        if !line.starts_with("drillcast predict") {
            continue;
        }
        let shown = blocks(&page, "text").first().cloned().expect("an answer");
        if std::env::var_os("DRILLCAST_BLESS").is_some() {
            let (old, new) = (format!("```text\n{shown}```"), format!("```text\n{answer}```"));
            std::fs::write(path(PAGE), page.replacen(&old, &new, 1)).expect("it can be written");
        } else {
            assert_eq!(shown, answer, "write it anew with DRILLCAST_BLESS=1");
        }
    }
}

#[test]
fn the_page_tells_of_every_block() {
    let schema: serde_json::Value = serde_json::from_str(&preset_schema()).expect("it is JSON");
    let blocks = schema["properties"]["member"]["properties"].as_object().expect("blocks");
    let page = text(PAGE);
    for block in blocks.keys() {
        assert!(page.contains(&format!("| `{block}` |")), "{PAGE} says nothing of `{block}`");
    }
}

/// A trap: the badge's end is seen by two observers of different periods, both of
/// which must have looked, and a clerk who is no part of either grants it anew.
const CLERK: &str = r#"
preset = "clerk"
title = "A badge that a clerk prolongs"
kind = "store"
versions = "all"
processes = ["app"]
[parameters.office]
default = "6s"
say = "how long the clerk takes to prolong the badge"
[one.lease]
badge = { ttl = "12s", renew = { at = "rounds", if = "any(m in member: m.app)" }, rearm = { on = "clerk", ttl = "20s" } }
[one.clock]
rounds = { every = "4s" }
[one.work]
clerk = { when = "any(m in member: not m.app)", takes = "office" }
[member.probe]
quick = { watch = "not badge", every = "2s", initially = false }
slow = { watch = "not badge", every = "5s", initially = false }
[exports]
member.writable = "app or quick and slow"
member.readable = "app or quick and slow"
member.primary = "app or quick and slow"
one.redundant = "all(m in member: m.app)"
"#;

/// The recovery times of the clerk's store [s].
fn prolonged(office: &str) -> Vec<f64> {
    let model = "model = \"m\"\nzones = { a = \"r\" }\n[stores.x]\ntechnology = \"clerk\"\n\
        members = [\"a\"]\nstable_for = \"0s\"";
    let scenario = "scenario = \"k\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of x\"";
    let [model, scenario] = [("m", model), ("k", scenario)].map(|(n, t)| SourceFile::new(n, t));
    let set = format!("stores.x.office={office}");
    let (model, scenario) = load_with(&library(&[CLERK]), &model, &scenario, &[&set]);
    let program = Program::compile(&model, &scenario);
    let lazy = run_as(&program, &Sampling::latin_hypercube(3), 20_480, Mode::Lazy);
    let full = run_as(&program, &Sampling::latin_hypercube(3), 512, Mode::Full);
    assert_eq!(lazy[..512], full[..], "every tick executed gives the same");
    let values = figure(&program, &lazy, ("stores", "x"), Figure::RecoveryTime);
    values.into_iter().map(seconds).collect()
}

#[test]
fn two_observers_and_a_third_party() {
    // Prolonged 6 s after the fault, before the badge can have run out: 26 s, whatever
    // the phase of its renewal, then the later of U(0, 2) and U(0, 5).
    let times = prolonged("6s");
    for (q, wanted) in [(0.05, 26.0 + 0.5_f64.sqrt()), (0.5, 28.5), (0.95, 30.75)] {
        let predicted = quantile(&times, q);
        assert!((predicted - wanted).abs() < 0.05, "p{q}: {predicted} is not {wanted}");
    }
    let mean = times.iter().sum::<f64>() / times.len() as f64;
    assert!((mean - (26.0 + 2.0 - 8.0 / 30.0 + 0.9)).abs() < 0.03, "mean {mean}");
    // Prolonged after 10 s, it comes too late for the half of the badges that ran out
    // before: nobody revives those. Two humps, and nothing between them.
    let times = prolonged("10s");
    let early = times.iter().filter(|t| **t < 15.0).count() as f64 / times.len() as f64;
    assert!((early - 0.5).abs() < 0.02, "{early} of the badges ran out before the clerk came");
    assert!(times.iter().all(|t| (8.0..=15.0).contains(t) || (30.0..=35.0).contains(t)));
}
