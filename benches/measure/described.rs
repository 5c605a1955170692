//! Every described system of the repository with each scenario of its own.
//!
//! Found by walking: `models/` with `scenarios/`, as people use them, and
//! `benches/`, where a folder with a `model.toml` is a workload: with its
//! `scenario.toml`, with what lies in its `scenarios/`, and with presets of its own.

use std::path::{Path, PathBuf};

use drillcast::diagnostic::{SourceFile, render};
use drillcast::model::edit::Edit;
use drillcast::model::file::{read_model, read_scenario, scenario_edits};
use drillcast::model::preset::PresetLibrary;
use drillcast::model::scenario::Scenario;
use drillcast::model::system::Model;
use drillcast::trial::Program;

/// Folders of `models/` that hold no described systems.
const OTHERS: [&str; 5] = ["presets", "rules", "runbooks", "prices", "rates"];

/// A described system and one scenario of its own.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Described {
    /// `lab/patroni/crash`, or `zone-failover` for a workload's only scenario.
    pub name: String,
    /// The model's file, from the root of the repository.
    pub model: String,
    /// The scenario's file.
    pub scenario: String,
    /// The folder of presets of its own.
    pub presets: Option<String>,
}

/// A path of the repository.
pub fn path(of: impl AsRef<Path>) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(of)
}

fn text(of: &Path) -> String {
    std::fs::read_to_string(path(of)).unwrap_or_else(|e| panic!("{}: {e}", of.display()))
}

/// The TOML files below a folder, from the root of the repository, in order.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for inside in inside(folder) {
        if path(&inside).is_dir() {
            found.extend(files(&inside));
        } else if inside.extension().is_some_and(|extension| extension == "toml") {
            found.push(inside);
        }
    }
    found
}

/// What is directly in a folder, in order; nothing where there is no such folder.
fn inside(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(path(folder)) else { return Vec::new() };
    let names = entries.map(|entry| entry.expect("it can be read").file_name());
    let mut inside: Vec<PathBuf> = names.map(|name| folder.join(name)).collect();
    inside.sort();
    inside
}

fn slashed(of: &Path) -> String {
    of.to_string_lossy().replace('\\', "/")
}

/// All of them, by name.
pub fn all() -> Vec<Described> {
    let mut all = Vec::new();
    let models = Path::new("models");
    for model in files(models) {
        let within = model.strip_prefix(models).expect("it is in models").with_extension("");
        if OTHERS.iter().any(|other| within.starts_with(other)) {
            continue;
        }
        for scenario in files(&Path::new("scenarios").join(&within)) {
            let name = scenario.strip_prefix("scenarios").expect("it is there").with_extension("");
            all.push(Described {
                name: slashed(&name),
                model: slashed(&model),
                scenario: slashed(&scenario),
                presets: None,
            });
        }
    }
    for folder in inside(Path::new("benches")) {
        all.extend(workload(&folder));
    }
    all.sort();
    all
}

/// What a folder of `benches/` describes; nothing where there is no `model.toml`.
fn workload(folder: &Path) -> Vec<Described> {
    let model = folder.join("model.toml");
    if !path(&model).is_file() {
        return Vec::new();
    }
    let name = slashed(folder.strip_prefix("benches").expect("it is in benches"));
    let presets = folder.join("presets");
    let presets = path(&presets).is_dir().then(|| slashed(&presets));
    let of = |name: String, scenario: &Path| Described {
        name,
        model: slashed(&model),
        scenario: slashed(scenario),
        presets: presets.clone(),
    };
    let only = folder.join("scenario.toml");
    let mut found = Vec::new();
    if path(&only).is_file() {
        found.push(of(name.clone(), &only));
    }
    for scenario in files(&folder.join("scenarios")) {
        let stem = scenario.file_stem().unwrap_or_default().to_string_lossy();
        found.push(of(format!("{name}/{stem}"), &scenario));
    }
    found
}

/// The one of this name, where there is one.
pub fn find(name: &str) -> Option<Described> {
    all().into_iter().find(|described| described.name == name)
}

impl Described {
    /// Our presets and its own.
    pub fn library(&self) -> PresetLibrary {
        let Some(folder) = &self.presets else { return PresetLibrary::embedded() };
        let own = files(Path::new(folder)).into_iter().map(|file| (slashed(&file), text(&file)));
        let (library, found) = PresetLibrary::with_extra(own.collect());
        assert!(found.is_empty(), "{}", render(&found, 100, false, false));
        library
    }

    /// Reads both, with edits over what the scenario sets.
    ///
    /// # Panics
    ///
    /// Where they are not right: they are the repository's own.
    pub fn load(&self, sets: &[&str]) -> (Model, Scenario) {
        let library = self.library();
        let source = |of: &str| SourceFile::new(of, text(Path::new(of)));
        let (model, scenario) = (source(&self.model), source(&self.scenario));
        let (mut edits, found) = scenario_edits(&scenario);
        assert!(found.is_empty(), "{}", render(&found, 100, false, false));
        let edit = |set: &&str| Edit::from_argument(set).expect("the edit can be read");
        edits.extend(sets.iter().map(edit));
        let folder = Path::new(&self.model).parent().unwrap_or(Path::new(""));
        let files = |name: &str| {
            std::fs::read_to_string(path(folder.join(name))).map_err(|e| e.to_string())
        };
        let (read, found) = read_model(&model, &library, &edits, &files);
        let read = read.unwrap_or_else(|| panic!("{}", render(&found, 100, false, false)));
        let (told, found) = read_scenario(&scenario, &self.name, &read, &files);
        let told = told.unwrap_or_else(|| panic!("{}", render(&found, 100, false, false)));
        (read, told)
    }

    /// Both, compiled.
    pub fn program(&self, sets: &[&str]) -> Program {
        let (model, scenario) = self.load(sets);
        Program::compile(&model, &scenario)
    }
}
