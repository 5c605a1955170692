//! A model file.

use super::component::complete;
use super::draft::{Draft, Drafts};
use super::name::{is_name, one_of};
use super::objective::read_objectives;
use super::place::Places;
use super::section::{SECTIONS, all_keys, section_name};
use super::{journey, pool, runbook};
use crate::diagnostic::{Diagnostic, Location, SourceFile, nearest, nearest_help};
use crate::model::edit::{Edit, apply};
use crate::model::expression::Range;
use crate::model::preset::{ComponentKind, Preset, PresetLibrary, half_names};
use crate::model::read::{Asked, Context, Entry, Files, Reader, Table, parse};
use crate::model::system::{Component, ComponentId, Model};
use crate::outcome::Figure;

/// Pairs that the nodes of a component exist for, at most.
const MOST_PAIRS: usize = 10_000;
/// Components, at most: as many as a thousand cells of zone-failover need.
const MOST_COMPONENTS: usize = 10_000;

/// Reads a model, with edits laid over it; `files` gives the text of a file of
/// samples by the path that the model names it by.
///
/// The model is there only if no finding is an error.
#[must_use]
pub fn read_model(
    source: &SourceFile,
    presets: &PresetLibrary,
    edits: &[Edit],
    files: Files<'_>,
) -> (Option<Model>, Vec<Diagnostic>) {
    let context = Context::new(files);
    let document = edited(source, presets, edits, &context);
    let model = document.map(|document| read_document(&document, presets, &context));
    let sound = context.errors() == 0;
    (model.filter(|_| sound), context.into_diagnostics())
}

/// The document of a model with edits laid over it; none where it is no model at all.
pub(super) fn edited(
    source: &SourceFile,
    presets: &PresetLibrary,
    edits: &[Edit],
    context: &Context<'_>,
) -> Option<Table> {
    let mut document = parse(source, context)?;
    apply(&mut document, edits, &|names, table| keys_of(presets, names, table), context);
    is_kind(&document, "model", context).then_some(document)
}

/// What the readers of a model ask for in this text, whatever is wrong with it.
pub(in crate::model) fn asked_of_model(text: &str, presets: &PresetLibrary) -> Vec<Asked> {
    let context = Context::listening();
    if let Some(document) = parse(&SourceFile::new("model", text), &context) {
        let _ = read_document(&document, presets, &context);
    }
    context.into_asked()
}

/// The keys that a `*` that reaches this table may put into it.
fn keys_of(presets: &PresetLibrary, names: &[String], table: &Table) -> Vec<String> {
    let first = names.first().map(String::as_str);
    if first == Some("objectives") {
        let figures = ["data_loss"].into_iter().chain(Figure::ALL.map(Figure::name));
        return figures.map(str::to_owned).collect();
    }
    if first == Some(journey::JOURNEYS) {
        return vec![journey::THROUGH.to_owned()];
    }
    if names.len() != 2 || !SECTIONS.iter().any(|(section, _)| Some(*section) == first) {
        return Vec::new();
    }
    let technology = table.get("technology").and_then(|node| node.as_str());
    let preset = technology.and_then(|name| presets.get(name));
    preset.map(|preset| all_keys(&preset)).unwrap_or_default()
}

/// Whether a document is of the kind that its first key tells.
pub(super) fn is_kind(document: &Table, kind: &str, context: &Context<'_>) -> bool {
    if document.get(kind).is_some() {
        return true;
    }
    let other = ["model", "scenario", "preset", "drill"]
        .into_iter()
        .find_map(|name| document.entry(name).map(|entry| (name, entry)));
    if let Some((name, entry)) = other {
        let message = format!("this is a {name}, and a {kind} is needed here");
        let label = format!("the key \"{name}\" says what the file is");
        context.error("file::wrong_kind", message, &entry.key.at, &label);
        return false;
    }
    let Some(first) = document.keys().next() else {
        let message = format!("the file is empty, and a {kind} is needed here");
        context.error("file::empty", message, &document.at, "nothing is described");
        return false;
    };
    // Whoever misspells the first key has still written a file of this kind, and
    // hears of it as of any other key.
    if nearest(first, [kind]).is_none() {
        context.error_with_help(
            "file::missing_key",
            format!("the file does not say that it is a {kind}"),
            (&document.at, &format!("\"{kind}\" is needed here")),
            Some(format!("begin the file with {kind} = \"…\"")),
        );
    }
    true
}

/// All of the document; sound only if there is no finding.
pub(super) fn read_document(
    document: &Table,
    presets: &PresetLibrary,
    context: &Context<'_>,
) -> Model {
    let reader = Reader::new(document, "the model", context);
    let name = reader.string("model");
    if let Some(name) = &name {
        is_name("model", name, context);
    }
    let title = reader.string("title").map(|found| found.value);
    let notes = reader.string("notes").map(|found| found.value);
    let mut places = Places::read(&reader, context);
    let drafts = drafts(&reader, presets);
    if drafts.is_empty() && context.errors() == 0 {
        context.error_with_help(
            "model::empty",
            "the model has no components: no stores, services, routes or clients",
            (&document.at, "nothing is described"),
            Some("add one, such as [stores.orders]".to_owned()),
        );
    }
    let names: Vec<(&str, ComponentKind)> =
        drafts.iter().map(|draft| (draft.name.value.as_str(), draft.kind)).collect();
    let journeys = journey::read(&reader, &drafts);
    let told: Vec<&str> = journeys.iter().map(|journey| journey.name.as_str()).collect();
    let objectives = read_objectives(&reader, &names, &told);
    let components = complete(&drafts, &mut places, context);
    refuse_circles(&drafts, &components, context);
    reader.finish();
    let mut model = Model {
        name: name.map(|found| found.value).unwrap_or_default(),
        title,
        notes,
        zones: places.zones,
        hosts: places.hosts,
        components: components.into_iter().flatten().collect(),
        journeys,
        objectives,
    };
    // Only of a sound model are all sizes known.
    if context.errors() == 0 {
        refuse_crowds(&model, context);
        pool::refuse_missing(&model, context);
        runbook::complete(&mut model, &drafts, presets, context);
    }
    model
}

/// Reports a component whose nodes would exist for too many pairs.
fn refuse_crowds(model: &Model, context: &Context<'_>) {
    for (at, component) in model.components.iter().enumerate() {
        for range in component.preset.pairs() {
            let pairs = model.size(ComponentId(at), range);
            if pairs <= MOST_PAIRS {
                continue;
            }
            let Range::Pair(first, second) = range else { continue };
            let [first, second] = half_names(first, second, &component.preset.sets);
            context.error(
                "model::too_many",
                format!("{} has {pairs} pairs of {first} and {second}", component.name),
                &component.at,
                &format!("expected at most {MOST_PAIRS}"),
            );
        }
    }
}

/// The components by name, kind and technology, in the order of the file.
fn drafts<'a>(reader: &Reader<'a>, presets: &PresetLibrary) -> Drafts<'a> {
    let context = reader.context();
    let mut drafts = Drafts::default();
    reader.allow(SECTIONS.map(|(name, _)| name));
    for entry in &reader.table_read().entries {
        let Some((section, kind)) = SECTIONS.iter().find(|(name, _)| *name == entry.key.value)
        else {
            continue;
        };
        let Some(table) = reader.table(section, format!("[{section}]")) else {
            continue;
        };
        for entry in table.entries() {
            if drafts.len() >= MOST_COMPONENTS {
                let message = format!("the model has more than {MOST_COMPONENTS} components");
                context.error("model::too_many", message, &entry.key.at, "one too many");
                return drafts;
            }
            if let Some(first) = drafts.named(&entry.key.value).map(|at| &drafts[at]) {
                context.report(
                    Diagnostic::error(
                        "model::duplicate_name",
                        format!("two components are called \"{}\"", entry.key.value),
                    )
                    .label(&entry.key.at, "here again")
                    .label(&first.name.at, "first here")
                    .help("components of all sections share their names"),
                );
                continue;
            }
            if let Some(draft) = draft(entry, *kind, &table, presets) {
                drafts.push(draft);
            }
        }
    }
    drafts
}

/// One component's name, kind and technology.
fn draft<'a>(
    entry: &'a Entry,
    kind: ComponentKind,
    section: &Reader<'a>,
    presets: &PresetLibrary,
) -> Option<Draft<'a>> {
    let context = section.context();
    let sound = is_name("component", &entry.key, context);
    let what = format!("[{}.{}]", section_name(kind), entry.key.value);
    let reader = section.table_in(entry, what)?;
    let technology = reader.required_string("technology");
    let preset = technology.and_then(|found| {
        let preset = presets.get(&found.value);
        match preset {
            Some(preset) if preset.kind == kind => Some(preset),
            Some(preset) => {
                wrong_kind(&preset, kind, &found.at, presets, context);
                None
            }
            None => {
                let names = presets.names();
                let known = || names.iter().copied();
                // `patroni` is meant for `postgresql/patroni`.
                let last = known().find(|name| name.rsplit('/').next() == Some(&*found.value));
                let help = last
                    .map(|right| format!("did you mean \"{right}\"?"))
                    .or_else(|| nearest_help(&found.value, known()));
                context.error_with_help(
                    "model::unknown_technology",
                    format!("there is no preset for \"{}\"", found.value),
                    (&found.at, &one_of("presets", of_kind(presets, &names, kind))),
                    help,
                );
                None
            }
        }
    });
    sound.then_some(Draft { name: &entry.key, kind, reader, preset })
}

/// The names of the presets of one kind.
fn of_kind<'n>(presets: &PresetLibrary, names: &[&'n str], kind: ComponentKind) -> Vec<&'n str> {
    let fits = |name: &&str| presets.get(name).is_some_and(|preset| preset.kind == kind);
    names.iter().copied().filter(fits).collect()
}

fn wrong_kind(
    preset: &Preset,
    kind: ComponentKind,
    at: &Location,
    presets: &PresetLibrary,
    context: &Context<'_>,
) {
    let is = preset.kind.describe();
    let names = presets.names();
    context.error_with_help(
        "model::wrong_kind",
        format!("\"{}\" is {is}, and this is {}", preset.name, kind.describe()),
        (at, &one_of("presets of this kind", of_kind(presets, &names, kind))),
        Some(format!("describe {is} under [{}.…]", section_name(preset.kind))),
    );
}

/// Reports components that need each other in a circle.
fn refuse_circles(drafts: &Drafts<'_>, components: &[Option<Component>], context: &Context<'_>) {
    let next = |at: usize| -> Vec<usize> {
        components[at]
            .iter()
            .flat_map(|one| {
                let relied = one.needed.iter().chain(&one.used).map(|relied| &relied.on);
                let pods = one.pods.iter().map(|pods| &pods.by);
                one.needs.iter().chain(&one.target).chain(relied).chain(pods)
            })
            .map(|id| id.0)
            .collect()
    };
    // 0 unseen, 1 on the way, 2 done; a way back to 1 is a circle.
    let mut state = vec![0_u8; components.len()];
    for start in 0..components.len() {
        if state[start] != 0 {
            continue;
        }
        let mut way = vec![(start, next(start).into_iter())];
        state[start] = 1;
        while let Some((at, others)) = way.last_mut() {
            let here = *at;
            let Some(to) = others.next() else {
                state[here] = 2;
                way.pop();
                continue;
            };
            if state[to] == 0 {
                state[to] = 1;
                way.push((to, next(to).into_iter()));
            } else if state[to] == 1 {
                let from = way.iter().position(|(one, _)| *one == to).unwrap_or_default();
                let circle = way[from..].iter().map(|(one, _)| drafts[*one].name.value.as_str());
                let names: Vec<&str> = circle.chain([drafts[to].name.value.as_str()]).collect();
                context.error(
                    "model::circle",
                    format!("components need each other in a circle: {}", names.join(" → ")),
                    &drafts[to].name.at,
                    "none of them could ever start",
                );
            }
        }
    }
}
