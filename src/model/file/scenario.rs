//! A scenario file.

use super::edits::sets;
use super::fault::read_faults;
use super::model::is_kind;
use super::objective::read_objectives;
use super::phase::read_phases;
use super::procedure::read_procedure;
use crate::diagnostic::{Diagnostic, SourceFile};
use crate::model::edit::Edit;
use crate::model::read::{Asked, Context, Files, Node, Reader, Table, parse};
use crate::model::scenario::Scenario;
use crate::model::system::{Model, Objective};
use crate::units::{Dimension, Span};

/// The longest horizon \[s\]: ten years.
const LONGEST: f64 = 10.0 * 365.0 * 86_400.0;

/// The edits that a scenario's `[set]` lays over its model. A syntax error is
/// told here too, so that a caller can stop at findings.
#[must_use]
pub fn scenario_edits(source: &SourceFile) -> (Vec<Edit>, Vec<Diagnostic>) {
    let context = Context::without_files();
    let edits = parse(source, &context).map(|document| sets(&document, &context));
    (edits.unwrap_or_default(), context.into_diagnostics())
}

/// Reads a scenario against its model, which has been read with
/// [`scenario_edits`]; `stem` is the file's name without its ending.
///
/// The scenario is there only if no finding is an error.
#[must_use]
pub fn read_scenario(
    source: &SourceFile,
    stem: &str,
    model: &Model,
    files: Files<'_>,
) -> (Option<Scenario>, Vec<Diagnostic>) {
    let context = Context::new(files);
    let scenario = parse(source, &context).and_then(|document| {
        is_kind(&document, "scenario", &context)
            .then(|| read_document(&document, stem, model, &context))
    });
    let sound = context.errors() == 0;
    (scenario.filter(|_| sound), context.into_diagnostics())
}

/// What the readers of a scenario ask for in this text, whatever is wrong with it.
pub(in crate::model) fn asked_of_scenario(text: &str, model: &Model) -> Vec<Asked> {
    let context = Context::listening();
    if let Some(document) = parse(&SourceFile::new("scenario", text), &context) {
        let _ = read_document(&document, "scenario", model, &context);
    }
    context.into_asked()
}

fn read_document(document: &Table, stem: &str, model: &Model, context: &Context<'_>) -> Scenario {
    let reader = Reader::new(document, "the scenario", context);
    let title = reader.string("scenario").map(|found| found.value);
    let notes = reader.string("notes").map(|found| found.value);
    let horizon = horizon(&reader);
    // Mistakes in the shape of `[set]` are told here; what the edits do, by the model.
    let _ = reader.get("set");
    let sets = sets(document, context).iter().map(Edit::written).collect();
    let phases = read_phases(&reader, model);
    let given = reader.table_read().get("faults").and_then(|node| node.as_array());
    let (procedure, acts) = read_procedure(&reader, model, given.map_or(0, <[Node]>::len));
    let mut faults = read_faults(&reader, model, acts.is_empty());
    faults.extend(acts);
    let all = model.components.iter();
    let names: Vec<_> = all.map(|one| (one.name.as_str(), one.preset.kind)).collect();
    let journeys: Vec<&str> = model.journeys.iter().map(|one| one.name.as_str()).collect();
    let own = read_objectives(&reader, &names, &journeys);
    reader.finish();
    Scenario {
        name: stem.to_owned(),
        title: title.unwrap_or_default(),
        notes,
        horizon,
        sets,
        phases,
        faults,
        procedure,
        objectives: joined(&model.objectives, own),
    }
}

/// When to stop looking.
fn horizon(reader: &Reader<'_>) -> Option<Span> {
    let found = reader.amount("horizon", Dimension::TIME)?;
    if found.value > 0.0 && found.value <= LONGEST {
        return Some(Span::from_seconds(found.value));
    }
    let label = "expected more than 0 s and at most 10 years (3650d)";
    let shown = crate::units::format(found.value, Dimension::TIME);
    let message = format!("the horizon cannot be {shown}");
    reader.context().error("scenario::horizon", message, &found.at, label);
    None
}

/// The model's objectives, those that the scenario sets itself replaced: by the
/// same subject and figure, in the model's place.
fn joined(model: &[Objective], own: Vec<Objective>) -> Vec<Objective> {
    let same = |a: &Objective, b: &Objective| a.subject == b.subject && a.figure == b.figure;
    let mut all: Vec<Objective> = Vec::new();
    for objective in model {
        let replaced = own.iter().filter(|one| same(one, objective));
        let mut replaced: Vec<Objective> = replaced.cloned().collect();
        if replaced.is_empty() {
            all.push(objective.clone());
        } else if !all.iter().any(|one| same(one, objective)) {
            all.append(&mut replaced);
        }
    }
    for objective in own {
        if !model.iter().any(|one| same(one, &objective)) {
            all.push(objective);
        }
    }
    all
}
