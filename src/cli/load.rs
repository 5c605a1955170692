//! From paths to validated models and scenarios.

use std::cell::RefCell;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::arguments::Input;
use super::disk::{self, WorldError};
use crate::diagnostic::{Diagnostic, Location, Severity, SourceFile};
use crate::experiment::slot_of;
use crate::model::edit::Edit;
use crate::model::every::{Every, Failure, single_failures};
use crate::model::file::{doubt_edits, read_model, read_scenario, read_stand_in, scenario_edits};
use crate::model::preset::PresetLibrary;
use crate::model::scenario::Scenario;
use crate::model::system::{Model, Subject};
use crate::report::{InputFile, InputText, Manifest, Named, UNWRITTEN};
use crate::trial::Program;

/// Why a command cannot go on.
pub(super) enum Refusal {
    /// The world did not play along.
    World(WorldError),
    /// What people wrote is wrong.
    Findings(Vec<Diagnostic>),
}

impl From<WorldError> for Refusal {
    fn from(error: WorldError) -> Self {
        Self::World(error)
    }
}

/// A scenario, the model as it sees it, and both compiled.
pub(super) struct Case {
    /// Its name: the stem of its file, with its folder where two are alike.
    pub(super) name: String,
    /// Its file.
    pub(super) file: InputFile,
    /// The model with the scenario's and the command line's edits.
    pub(super) model: Model,
    /// The scenario.
    pub(super) scenario: Scenario,
    /// Both, ready to run.
    pub(super) program: Program,
    /// The same with the recovery broken on purpose.
    pub(super) doubts: Vec<Doubted>,
}

/// A model and a scenario under a doubt of the scenario's procedure.
pub(super) struct Doubted {
    /// A phrase.
    pub(super) title: String,
    /// Where it stands.
    pub(super) at: Location,
    /// The model, with what the doubt lays over it.
    pub(super) model: Model,
    /// The scenario, with what happens besides.
    pub(super) scenario: Scenario,
}

/// All that a command read.
pub(super) struct Loaded {
    /// The model's file.
    pub(super) file: InputFile,
    /// The model without any scenario, for people's names.
    pub(super) model: Option<Model>,
    /// The scenarios that are sound.
    pub(super) cases: Vec<Case>,
    /// What is wrong, each with the names of the scenarios under which it shows;
    /// none where it shows without any.
    pub(super) findings: Vec<(Diagnostic, Vec<String>)>,
    /// The presets.
    pub(super) library: PresetLibrary,
    /// The folder of the user's own.
    pub(super) presets_folder: Option<String>,
    /// Files that the model names.
    pub(super) samples: Vec<InputFile>,
    /// The single failures that were asked for, with the paths of their files.
    pub(super) failures: Vec<(PathBuf, Failure)>,
}

/// The single failures that are asked for.
#[derive(Clone, Copy, Default)]
pub(super) struct Asked<'a> {
    /// Of what every single one fails.
    pub(super) every: &'a [Every],
    /// The folder that their files go to; they stay in memory without one.
    pub(super) folder: Option<&'a Path>,
}

/// The embedded presets and those of a folder.
pub(super) fn library(
    folder: Option<&Path>,
) -> Result<(PresetLibrary, Vec<Diagnostic>), WorldError> {
    match folder {
        None => Ok((PresetLibrary::embedded(), Vec::new())),
        Some(folder) => Ok(PresetLibrary::with_extra(disk::preset_files(folder)?)),
    }
}

/// SHA-256 in hexadecimal.
fn sha256(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn input_file(path: &Path, text: &str) -> InputFile {
    InputFile { path: path.display().to_string(), sha256: sha256(text) }
}

/// Reads a model and scenarios; what is wrong with them is among the findings.
pub(super) fn load(model: &Path, scenarios: &[PathBuf], input: &Input) -> Result<Loaded, Refusal> {
    load_every(model, scenarios, input, Asked::default())
}

/// The same with every single failure of some kinds behind the scenarios.
pub(super) fn load_every(
    model: &Path,
    scenarios: &[PathBuf],
    input: &Input,
    asked: Asked<'_>,
) -> Result<Loaded, Refusal> {
    let (library, mut wrong) = library(input.presets.as_deref())?;
    let text = disk::read(model)?;
    let mut paths = Vec::new();
    for path in scenarios {
        for file in disk::scenario_files(path)? {
            if !paths.contains(&file) {
                paths.push(file);
            }
        }
    }
    let mut edits = Vec::new();
    for argument in &input.sets {
        match Edit::from_argument(argument) {
            Ok(edit) => edits.push(edit),
            Err(finding) => wrong.push(*finding),
        }
    }
    let file = input_file(model, &text);
    let source = SourceFile::new(file.path.clone(), text);
    let mut reader = Reader {
        source,
        folder: model.parent().unwrap_or(Path::new("")).to_owned(),
        library: &library,
        edits,
        samples: RefCell::new(Vec::new()),
        findings: wrong.into_iter().map(|finding| (finding, Vec::new())).collect(),
        alone: None,
    };
    let (alone, findings) = reader.model(&[]);
    // A scenario's own edits may be what makes a model sound.
    if paths.is_empty() || !asked.every.is_empty() {
        reader.found(findings.clone(), None);
    }
    let mut failures: Vec<(PathBuf, Failure)> =
        alone.iter().flat_map(|model| asked.of(model)).collect();
    // Those of an earlier call may be among the scenarios already.
    failures.retain(|(path, _)| asked.folder.is_none() || !paths.contains(path));
    paths.extend(failures.iter().map(|(path, _)| path.clone()));
    reader.alone = Some((alone, findings));
    let mut cases = Vec::new();
    for (at, (path, name)) in paths.iter().zip(names(&paths)).enumerate() {
        let before = paths.len() - failures.len();
        let found = match at.checked_sub(before).and_then(|at| failures.get(at)) {
            None => reader.case(&path.display().to_string(), disk::read(path)?, name),
            Some((path, failure)) => reader.case(&asked.told(path), failure.text.clone(), name),
        };
        cases.extend(found);
    }
    let alone = reader.alone.take().and_then(|(model, _)| model);
    let Reader { samples, findings, .. } = reader;
    let samples = samples.into_inner();
    let presets_folder = input.presets.as_ref().map(|folder| folder.display().to_string());
    Ok(Loaded { file, model: alone, cases, findings, library, presets_folder, samples, failures })
}

impl Asked<'_> {
    /// The failures of a model, each with the path that its file has or would have.
    fn of(self, model: &Model) -> Vec<(PathBuf, Failure)> {
        let place = |failure: Failure| {
            let name = format!("{}.toml", failure.name);
            (self.folder.map_or_else(|| PathBuf::from(&name), |folder| folder.join(&name)), failure)
        };
        single_failures(model, self.every).into_iter().map(place).collect()
    }

    /// What an answer says of a failure's path: one that is not written is no file.
    fn told(self, path: &Path) -> String {
        let mark = if self.folder.is_some() { "" } else { UNWRITTEN };
        format!("{mark}{}", path.display())
    }
}

/// Reads one model again and again, under the edits of each scenario.
struct Reader<'l> {
    source: SourceFile,
    folder: PathBuf,
    library: &'l PresetLibrary,
    edits: Vec<Edit>,
    samples: RefCell<Vec<InputFile>>,
    findings: Vec<(Diagnostic, Vec<String>)>,
    /// The model without a scenario, once it has been read.
    alone: Option<(Option<Model>, Vec<Diagnostic>)>,
}

impl Reader<'_> {
    /// The model under a scenario's edits; those of the command line come last.
    fn model(&self, edits: &[Edit]) -> (Option<Model>, Vec<Diagnostic>) {
        if let (Some(alone), true) = (&self.alone, edits.is_empty()) {
            return alone.clone();
        }
        read_model(&self.source, self.library, &self.all(edits), &|path| self.sample(path))
    }

    /// What scenarios are read against where the model is not sound.
    fn stand_in(&self, edits: &[Edit]) -> Option<Model> {
        read_stand_in(&self.source, self.library, &self.all(edits), &|path| self.sample(path))
    }

    /// The edits of a scenario and then those of the command line.
    fn all(&self, edits: &[Edit]) -> Vec<Edit> {
        edits.iter().chain(&self.edits).cloned().collect()
    }

    /// The text of a file that the model names.
    fn sample(&self, path: &str) -> Result<String, String> {
        let whole = self.folder.join(path);
        let text = disk::read(&whole).map_err(|error| error.to_string())?;
        let file = input_file(&whole, &text);
        let mut samples = self.samples.borrow_mut();
        if !samples.contains(&file) {
            samples.push(file);
        }
        Ok(text)
    }

    /// Notes findings; the same one under several scenarios is one.
    fn found(&mut self, findings: Vec<Diagnostic>, scenario: Option<&str>) {
        for finding in findings {
            let known = self.findings.iter_mut().find(|(other, _)| *other == finding);
            let names = match known {
                Some((_, names)) => names,
                None => {
                    self.findings.push((finding, Vec::new()));
                    &mut self.findings.last_mut().expect("just pushed").1
                }
            };
            let new = scenario.filter(|new| !names.iter().any(|name| name == new));
            names.extend(new.map(str::to_owned));
        }
    }

    fn case(&mut self, path: &str, text: String, name: String) -> Option<Case> {
        let file = InputFile { path: path.to_owned(), sha256: sha256(&text) };
        let source = SourceFile::new(file.path.clone(), text);
        let (edits, wrong) = scenario_edits(&source);
        let broken = wrong.iter().any(|finding| finding.severity == Severity::Error);
        self.found(wrong, Some(&name));
        let (model, findings) = self.model(&edits);
        if !broken {
            // Edits that could not be read may be what the model lacks.
            self.found(findings, Some(&name));
        }
        let stands = model.is_some() && !broken;
        let model = model.or_else(|| self.stand_in(&edits))?;
        let no_files = |_: &str| Err("a scenario names no files".to_owned());
        let (scenario, findings) = read_scenario(&source, &name, &model, &no_files);
        self.found(findings, Some(&name));
        let scenario = scenario.filter(|_| stands)?;
        let program = Program::compile(&model, &scenario);
        let mut missing = without_figure(&model, &scenario, &program);
        missing.extend(never_served(&model, &program));
        let sound = missing.is_empty();
        self.found(missing, Some(&name));
        let doubts = self.doubts(&source, &edits, &scenario);
        sound.then_some(Case { name, file, model, scenario, program, doubts })
    }

    /// The model and the scenario under each doubt of its procedure.
    fn doubts(&mut self, source: &SourceFile, edits: &[Edit], scenario: &Scenario) -> Vec<Doubted> {
        let Some(procedure) = &scenario.procedure else { return Vec::new() };
        let mut doubts = Vec::new();
        for (doubt, own) in procedure.doubts.iter().zip(doubt_edits(source)) {
            let edits: Vec<Edit> = edits.iter().cloned().chain(own).collect();
            let (model, findings) = self.model(&edits);
            self.found(findings, Some(&scenario.name));
            let Some(model) = model else { continue };
            let no_files = |_: &str| Err("a scenario names no files".to_owned());
            let (read, findings) = read_scenario(source, &scenario.name, &model, &no_files);
            self.found(findings, Some(&scenario.name));
            let Some(mut read) = read else { continue };
            read.faults.extend(doubt.faults.iter().cloned());
            let (title, at) = (doubt.title.clone(), doubt.at.clone());
            doubts.push(Doubted { title, at, model, scenario: read });
        }
        doubts
    }
}

/// Components that do not serve before anything breaks.
pub(super) fn never_served(model: &Model, program: &Program) -> Vec<Diagnostic> {
    let finding = |name: &str| {
        let component = model.components.iter().find(|one| one.name == name);
        let message = format!("{name} does not serve even before anything breaks");
        let report = Diagnostic::error("model::never_served", message);
        let report = match component {
            Some(component) => {
                let label = "what it stands on never holds all at once";
                report.label(&component.at, label)
            }
            None => report,
        };
        report.help("is it where its target stands, and has it a majority? its preset says what it waits for")
    };
    if program.is_steady() { program.never_served().map(finding).collect() } else { Vec::new() }
}

/// Objectives on figures that no trial yields.
fn without_figure(model: &Model, scenario: &Scenario, program: &Program) -> Vec<Diagnostic> {
    let layout = program.layout();
    let mut findings = Vec::new();
    for objective in &scenario.objectives {
        if slot_of(model, layout, objective).is_none() {
            let subject = subject_name(model, objective.subject);
            let known: Vec<&str> = layout
                .figures
                .iter()
                .filter(|slot| slot.subject.name == subject)
                .map(|slot| slot.figure.name())
                .collect();
            let figure = objective.figure.name();
            let finding = Diagnostic::error(
                "objective::no_figure",
                format!("{subject} has no {figure} that a limit could be set on"),
            );
            let finding = finding.label(&objective.at, "no trial yields it");
            findings.push(finding.help(format!("it has: {}", known.join(", "))));
        }
    }
    findings
}

/// The name of a subject.
pub(super) fn subject_name(model: &Model, subject: Subject) -> &str {
    match subject {
        Subject::System => "system",
        Subject::Journey(id) => model.journeys.get(id.0).map_or("?", |j| j.name.as_str()),
        Subject::Component(id) => model.components.get(id.0).map_or("?", |c| c.name.as_str()),
    }
}

/// The names of scenarios: stems, with folders before those that are alike, and
/// numbers behind those that are alike even so.
fn names(paths: &[PathBuf]) -> Vec<String> {
    let stem = |path: &PathBuf| {
        path.file_stem().map_or_else(|| "scenario".to_owned(), |s| s.to_string_lossy().into_owned())
    };
    let longer = |path: &PathBuf| match path.parent().and_then(Path::file_name) {
        Some(folder) => format!("{}/{}", folder.to_string_lossy(), stem(path)),
        None => stem(path),
    };
    let stems: Vec<String> = paths.iter().map(stem).collect();
    let mut names: Vec<String> = Vec::with_capacity(paths.len());
    for (path, short) in paths.iter().zip(&stems) {
        let alike = stems.iter().filter(|other| *other == short).count() > 1;
        let base = if alike { longer(path) } else { short.clone() };
        let mut name = base.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{base}-{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

impl Loaded {
    /// What was read, or why the command cannot go on.
    pub(super) fn sound(self) -> Result<Self, Refusal> {
        let bad = self.findings.iter().any(|(finding, _)| finding.severity == Severity::Error);
        if bad {
            let findings = self.findings.into_iter().map(|(finding, _)| finding);
            let errors = findings.filter(|finding| finding.severity == Severity::Error);
            return Err(Refusal::Findings(errors.collect()));
        }
        Ok(self)
    }

    /// The model's name for people.
    pub(super) fn name(&self) -> String {
        let model = self.model.as_ref().or_else(|| self.cases.first().map(|case| &case.model));
        model.map_or_else(|| self.file.path.clone(), |model| model.name.clone())
    }

    /// The manifest of a run over these files.
    pub(super) fn manifest(&self, run: &Run<'_>) -> Manifest {
        let mut presets: Named<InputText> = Named::default();
        for case in &self.cases {
            for component in &case.model.components {
                let name = &component.preset.name;
                let text = self.library.source(name).map_or("", |source| source.text());
                presets.entry(name, || InputText { sha256: sha256(text) });
            }
        }
        Manifest {
            program: env!("CARGO_PKG_NAME").to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            model: self.file.clone(),
            scenarios: self.cases.iter().map(|c| (c.name.clone(), c.file.clone())).collect(),
            presets,
            presets_folder: self.presets_folder.clone(),
            samples: self.samples.clone(),
            seed: run.seed,
            trials: run.trials,
            sampling: run.sampling.to_owned(),
            precision: run.precision.to_vec(),
            sets: run.sets.to_vec(),
            every: run.every.clone(),
        }
    }
}

/// What of the command line goes into a manifest.
pub(super) struct Run<'r> {
    /// The seed.
    pub(super) seed: u64,
    /// Trials of each scenario.
    pub(super) trials: u64,
    /// How trials sample.
    pub(super) sampling: &'static str,
    /// The precision asked for.
    pub(super) precision: &'r [String],
    /// Changes of the model.
    pub(super) sets: &'r [String],
    /// Of what every single one fails.
    pub(super) every: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scenarios_that_are_alike_have_their_folder() {
        let paths = ["a/crash.toml", "b/crash.toml", "b/hang.toml", "x/b/crash.toml"];
        let paths: Vec<PathBuf> = paths.iter().map(PathBuf::from).collect();
        assert_eq!(names(&paths), ["a/crash", "b/crash", "hang", "b/crash-2"]);
    }
}
