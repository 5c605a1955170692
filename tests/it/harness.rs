//! Loads models and scenarios of the repository, and runs them.

use std::path::{Path, PathBuf};

use drillcast::diagnostic::{SourceFile, render};
use drillcast::model::edit::Edit;
use drillcast::model::file::{read_model, read_scenario, scenario_edits};
use drillcast::model::preset::PresetLibrary;
use drillcast::model::scenario::Scenario;
use drillcast::model::system::Model;
use drillcast::outcome::{Figure, Measured, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

/// A path of the repository.
pub(crate) fn path(of: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

/// The text of a file of the repository.
pub(crate) fn text(of: &str) -> String {
    std::fs::read_to_string(path(of)).unwrap_or_else(|e| panic!("{of}: {e}"))
}

/// A file of the repository.
fn source(of: &str) -> SourceFile {
    SourceFile::new(of, text(of))
}

/// A model and a scenario of it, with edits over what the scenario sets.
pub(crate) fn load(model: &str, scenario: &str, sets: &[&str]) -> (Model, Scenario) {
    load_sources(&source(model), &source(scenario), sets)
}

/// The same from sources.
pub(crate) fn load_sources(
    model: &SourceFile,
    scenario: &SourceFile,
    sets: &[&str],
) -> (Model, Scenario) {
    load_with(&PresetLibrary::embedded(), model, scenario, sets)
}

/// The same with presets of the test's own.
pub(crate) fn load_with(
    library: &PresetLibrary,
    model: &SourceFile,
    scenario: &SourceFile,
    sets: &[&str],
) -> (Model, Scenario) {
    let (mut edits, found) = scenario_edits(scenario);
    assert!(found.is_empty(), "{}", render(&found, 100, false, false));
    edits.extend(sets.iter().map(|set| Edit::from_argument(set).expect("the edit can be read")));
    let folder = Path::new(model.name()).parent().unwrap_or(Path::new("")).to_owned();
    let files = |name: &str| {
        std::fs::read_to_string(path(&folder.join(name).to_string_lossy()))
            .map_err(|e| e.to_string())
    };
    let (read, found) = read_model(model, library, &edits, &files);
    let read = read.unwrap_or_else(|| panic!("{}", render(&found, 100, false, false)));
    let stem = Path::new(scenario.name()).file_stem().unwrap_or_default().to_string_lossy();
    let (told, found) = read_scenario(scenario, &stem, &read, &files);
    let told = told.unwrap_or_else(|| panic!("{}", render(&found, 100, false, false)));
    (read, told)
}

/// Our presets and some of the test's own, by their texts.
pub(crate) fn library(presets: &[&str]) -> PresetLibrary {
    let files = presets.iter().enumerate().map(|(n, text)| (format!("{n}.toml"), text.to_string()));
    let (library, found) = PresetLibrary::with_extra(files.collect());
    assert!(found.is_empty(), "{}", render(&found, 100, false, false));
    library
}

/// Compiles a model and a scenario that stand in a test as text.
pub(crate) fn program_of(presets: &[&str], model: &str, scenario: &str, sets: &[&str]) -> Program {
    let model = SourceFile::new("model.toml", model);
    let scenario = SourceFile::new("scenario.toml", scenario);
    let (model, scenario) = load_with(&library(presets), &model, &scenario, sets);
    Program::compile(&model, &scenario)
}

/// A store of an invented technology with one process, `app`: `nodes` is its
/// graph, and it serves while `served` holds.
pub(crate) fn toy(nodes: &str, served: &str) -> String {
    format!(
        r#"
preset = "toy"
title = "Toy"
kind = "store"
versions = "all"
processes = ["app"]
{nodes}
[exports]
member.writable = "{served}"
member.readable = "app or true"
member.primary = "app"
one.redundant = "all(m in member: m.app)"
"#
    )
}

/// One toy on one machine.
pub(crate) const ONE_TOY: &str = r#"
model = "toys"
zones = { a = "r" }
[stores.toy]
technology = "toy"
members = ["a"]
"#;

/// Its process ends for good.
pub(crate) const KILL: &str = r#"
scenario = "kill"
[[faults]]
what = "kill"
where = "member a of toy"
"#;

/// Compiles a model and a scenario of the repository.
pub(crate) fn program(model: &str, scenario: &str, sets: &[&str]) -> Program {
    let (model, scenario) = load(model, scenario, sets);
    Program::compile(&model, &scenario)
}

/// Compiles a model of the repository with a scenario given as text.
pub(crate) fn program_with(model: &str, name: &str, scenario: &str, sets: &[&str]) -> Program {
    let scenario = SourceFile::new(name, scenario);
    let (model, scenario) = load_sources(&source(model), &scenario, sets);
    Program::compile(&model, &scenario)
}

/// Runs trials.
pub(crate) fn run(program: &Program, seed: u64, trials: u64) -> Vec<Outcome> {
    run_as(program, &Sampling::latin_hypercube(seed), trials, Mode::Lazy)
}

/// Runs trials in one form.
pub(crate) fn run_as(
    program: &Program,
    sampling: &Sampling,
    trials: u64,
    mode: Mode,
) -> Vec<Outcome> {
    let mut runner = program.runner(mode);
    (0..trials).map(|trial| runner.run(sampling, trial).clone()).collect()
}

/// The slot of a figure.
pub(crate) fn slot(program: &Program, group: &str, name: &str, figure: Figure) -> usize {
    let found = program
        .layout()
        .figures
        .iter()
        .position(|s| s.subject.group == group && s.subject.name == name && s.figure == figure);
    found.unwrap_or_else(|| panic!("{group}.{name} has no {}", figure.name()))
}

/// The values of a figure.
pub(crate) fn figure(
    program: &Program,
    outcomes: &[Outcome],
    (group, name): (&str, &str),
    figure: Figure,
) -> Vec<Measured> {
    let slot = slot(program, group, name, figure);
    outcomes.iter().map(|o| o.figures[slot]).collect()
}

/// The first stamp of a milestone in each trial [s after the fault].
pub(crate) fn first(program: &Program, outcomes: &[Outcome], name: &str, mark: &str) -> Vec<f64> {
    let milestones = &program.layout().milestones;
    let slot = milestones.iter().find(|m| m.component == name && m.mark == mark);
    let start = slot.unwrap_or_else(|| panic!("{name} has no {mark}")).start;
    outcomes.iter().map(|o| seconds(o.milestones[start])).collect()
}

/// The first stamps of a milestone in each trial, so many [s after the fault].
pub(crate) fn each(
    program: &Program,
    outcomes: &[Outcome],
    name: &str,
    mark: &str,
    count: usize,
) -> Vec<f64> {
    let milestones = &program.layout().milestones;
    let slot = milestones.iter().find(|m| m.component == name && m.mark == mark);
    let start = slot.unwrap_or_else(|| panic!("{name} has no {mark}")).start;
    let stamps = outcomes.iter().flat_map(|o| &o.milestones[start..start + count]);
    stamps.map(|stamp| seconds(*stamp)).collect()
}

/// A measured time [s]; not a number where it is none.
pub(crate) fn seconds(value: Measured) -> f64 {
    if value.is_number() { value.0 as f64 / 1e9 } else { f64::NAN }
}

/// The quantile of a list, by the nearest rank.
pub(crate) fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((q * sorted.len() as f64) as usize).min(sorted.len() - 1)]
}
