//! Runbooks: what is asked of whom in the end, and who can be called to do it.

use super::draft::{Draft, Drafts};
use super::name::one_of;
use super::target::read_target;
use crate::diagnostic::nearest_help;
use crate::model::expression::{PoolRef, Range};
use crate::model::fault::Target;
use crate::model::preset::{Block, ComponentKind, Exported, PresetLibrary};
use crate::model::read::{Context, Found};
use crate::model::system::{Addressee, Component, ComponentId, Model, Order};

/// Reports what a runbook cannot do without.
pub(super) fn require(draft: &Draft<'_>) {
    if draft.kind == ComponentKind::Runbook {
        let reader = &draft.reader;
        let _ = (reader.required_string("does"), reader.required_string("to"), reader.string("by"));
    }
}

/// Finds out what each runbook asks for, once all components are known.
pub(super) fn complete(
    model: &mut Model,
    drafts: &Drafts<'_>,
    library: &PresetLibrary,
    context: &Context<'_>,
) {
    for (at, draft) in drafts.iter().enumerate() {
        if draft.kind == ComponentKind::Runbook {
            let order = order(draft, model, library, context);
            model.components[at].asks_for = order;
        }
    }
    for component in &model.components {
        refuse_missing(component, model, context);
    }
}

/// What one of them asks for.
fn order(
    draft: &Draft<'_>,
    model: &Model,
    library: &PresetLibrary,
    context: &Context<'_>,
) -> Option<Order> {
    let text = |key: &str| {
        let node = draft.reader.table_read().get(key)?;
        Some(Found { value: node.as_str()?.to_owned(), at: node.at.clone() })
    };
    let (does, to) = (text("does")?, text("to")?);
    let (of, to) = addressee(&to, model, context)?;
    let preset = &model.components[of.0].preset;
    let range = if to == Addressee::Whole { Range::One } else { preset.kind.process_range() };
    let understood = preset.requests_of(range);
    let known = understood.contains(&does.value.as_str());
    if !known && !is_known_elsewhere(&does.value, preset.kind, library) {
        let name = &model.components[of.0].name;
        context.error_with_help(
            "model::unknown_request",
            format!("{name} ({}) cannot be asked for \"{}\"", preset.name, does.value),
            (&does.at, &one_of("requests", understood.iter().copied())),
            nearest_help(&does.value, understood.iter().copied()),
        );
        return None;
    }
    let request = preset.requests.iter().position(|one| *one == does.value).filter(|_| known);
    let by = text("by").map(|found| found.value);
    Some(Order { by, does: does.value, request, of, to })
}

/// Whether some technology of a kind understands a request: then it is no mistake of
/// writing, and a rule says that nothing follows.
fn is_known_elsewhere(does: &str, kind: ComponentKind, library: &PresetLibrary) -> bool {
    let all = library.names().into_iter().filter_map(|name| library.get(name));
    all.filter(|preset| preset.kind == kind).any(|preset| preset.requests.iter().any(|r| r == does))
}

/// Who is asked: a component by its name, or a target of members.
fn addressee(
    to: &Found<String>,
    model: &Model,
    context: &Context<'_>,
) -> Option<(ComponentId, Addressee)> {
    let whole = model.components.iter().position(|one| one.name == to.value);
    if let Some(whole) = whole.filter(|at| model.components[*at].preset.kind.is_served()) {
        return Some((ComponentId(whole), Addressee::Whole));
    }
    match read_target(to, model, context)? {
        Target::Member(id, at) => Some((id, Addressee::Members(vec![at]))),
        Target::Primary(id) => Some((id, Addressee::Primary)),
        Target::Each(id, None) => {
            let all = (0..model.components[id.0].members.len()).collect();
            Some((id, Addressee::Members(all)))
        }
        _ => {
            context.error_with_help(
                "model::addressee",
                format!("\"{}\" cannot be asked for anything", to.value),
                (&to.at, "expected a component, or members of one"),
                Some(
                    "write orders, member b of orders, primary of orders or each of orders"
                        .to_owned(),
                ),
            );
            None
        }
    }
}

/// Reports works that call people who are not there.
fn refuse_missing(component: &Component, model: &Model, context: &Context<'_>) {
    for node in &component.preset.nodes {
        let Block::Work { calls: Some(calls), .. } = &node.block else { continue };
        let PoolRef::Need(need, name, _) = &calls.crew else { continue };
        let other = &model.components[component.needs[need.0].0];
        let crew = |exported: &Exported| match exported {
            Exported::Pool(at) => matches!(other.preset.nodes[at.0].block, Block::Crew { .. }),
            _ => false,
        };
        let mut exports = other.preset.exports.iter();
        if !exports.any(|export| export.name == *name && crew(&export.what)) {
            let message = format!("{} ({}) has no crew `{name}`", other.name, other.preset.name);
            let label = format!("`{}` calls one", node.name);
            context.error("model::no_crew", message, &component.at, &label);
            continue;
        }
        let role = component.asks_for.as_ref().and_then(|order| order.by.as_deref());
        if !other.people.iter().any(|one| one.fits(role)) {
            let role = role.unwrap_or_default();
            let message = format!("nobody of {} is \"{role}\"", other.name);
            let mut roles: Vec<&str> = Vec::new();
            for one in other.people.iter().flat_map(|one| one.roles.iter().flatten()) {
                if !roles.contains(&one.as_str()) {
                    roles.push(one);
                }
            }
            let help = nearest_help(role, roles.iter().copied());
            let label = one_of("roles", roles.iter().copied());
            context.error_with_help("model::unknown_role", message, (&component.at, &label), help);
        }
    }
}
