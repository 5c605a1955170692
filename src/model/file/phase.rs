//! `[phases]`: pinned ages of clocks.

use super::name::one_of;
use super::target::first_pick;
use crate::diagnostic::nearest_help;
use crate::model::expression::{NodeId, Range};
use crate::model::preset::{self, Block, Looks};
use crate::model::read::{Context, Entry, Expect, Found, Reader, read_quantity};
use crate::model::scenario::Phase;
use crate::model::system::{Component, ComponentId, Model};
use crate::units::ENDLESS;

/// Reads `"orders.leader.loop" = "3s..4s"`. A clock that is pinned twice keeps
/// what stands last.
pub(super) fn read_phases(reader: &Reader<'_>, model: &Model) -> Vec<Phase> {
    let Some(table) = reader.table("phases", "[phases]") else {
        return Vec::new();
    };
    let context = reader.context();
    let mut flat = Vec::new();
    for entry in table.entries() {
        flatten(entry, String::new(), &mut flat);
    }
    flat.iter().filter_map(|(path, entry)| phase(path, entry, model, context)).collect()
}

/// A path without quotes is to TOML a table in a table; it is put together again.
fn flatten<'a>(entry: &'a Entry, before: String, flat: &mut Vec<(Found<String>, &'a Entry)>) {
    let key = &entry.key.value;
    let path = if before.is_empty() { key.clone() } else { format!("{before}.{key}") };
    match entry.node.as_table() {
        Some(table) if path.split('.').count() < 3 => {
            for inner in &table.entries {
                flatten(inner, path.clone(), flat);
            }
        }
        _ => flat.push((Found { value: path, at: entry.key.at.clone() }, entry)),
    }
}

fn phase(
    path: &Found<String>,
    entry: &Entry,
    model: &Model,
    context: &Context<'_>,
) -> Option<Phase> {
    let age = read_quantity(&entry.node, "the age of a clock", &Expect::time_once(), context);
    let parts: Vec<&str> = path.value.split('.').collect();
    let (name, instance, node) = match parts[..] {
        [name, instance, node] => (name, instance, node),
        [name, node] => (name, "*", node),
        _ => {
            let help = "write \"orders.leader.loop\", \"orders.n2.loop\" or \"orders.*.loop\"";
            context.error_with_help(
                "scenario::phase",
                format!("\"{}\" names no clock", path.value),
                (&path.at, "expected component, instance and clock"),
                Some(help.to_owned()),
            );
            return None;
        }
    };
    let names = || model.components.iter().map(|one| one.name.as_str());
    let Some(id) = names().position(|one| one == name) else {
        context.error_with_help(
            "model::unknown_component",
            format!("there is no component \"{name}\""),
            (&path.at, &one_of("components", names())),
            nearest_help(name, names()),
        );
        return None;
    };
    let component = &model.components[id];
    let at = clock(component, node, path, context)?;
    let range = component.preset.nodes[at].range;
    let instances = instances(model, ComponentId(id), range, instance, path, context)?;
    let age = age?;
    if age.law.quantile(0.5) >= ENDLESS {
        context.error("scenario::phase", "an age must end", &entry.node.at, "expected a duration");
        return None;
    }
    Some(Phase { component: ComponentId(id), instances, node: NodeId(at), age })
}

/// Whether a node has a phase of its own.
const fn has_phase(node: &preset::Node) -> bool {
    match &node.block {
        Block::Clock { .. } => true,
        Block::Probe { looks, .. } => matches!(looks, Looks::Every(_) | Looks::AfterReply { .. }),
        Block::Lease { check, .. } => matches!(check, Some(preset::Check::Every { .. })),
        _ => false,
    }
}

/// The position of a clock in the preset's nodes.
fn clock(
    component: &Component,
    name: &str,
    path: &Found<String>,
    context: &Context<'_>,
) -> Option<usize> {
    let nodes = &component.preset.nodes;
    let found = nodes.iter().position(|node| node.name == name);
    if let Some(at) = found.filter(|at| has_phase(&nodes[*at])) {
        return Some(at);
    }
    let known = || nodes.iter().filter(|node| has_phase(node)).map(|node| node.name.as_str());
    let message = match found {
        Some(_) => format!("\"{name}\" of {} has no phase of its own", component.name),
        None => format!("{} has no clock \"{name}\"", component.name),
    };
    context.error_with_help(
        "scenario::unknown_clock",
        message,
        (&path.at, &one_of("clocks", known())),
        nearest_help(name, known()),
    );
    None
}

/// The positions that an instance's name stands for.
fn instances(
    model: &Model,
    id: ComponentId,
    range: Range,
    instance: &str,
    path: &Found<String>,
    context: &Context<'_>,
) -> Option<Vec<usize>> {
    let component = &model.components[id.0];
    let member_names = |one: &Component| {
        one.members.iter().map(|member| member.name.clone()).collect::<Vec<String>>()
    };
    let names: Vec<String> = match range {
        // A target is meant by its place among the members, not in the order of hosts.
        Range::Target => {
            let end = component.target.map(|id| &model.components[model.end_of(id).0]);
            end.map(member_names).unwrap_or_default()
        }
        Range::Asker => {
            let at = model.components.iter().position(|one| one.name == component.name);
            let askers = at.map(|at| model.askers(ComponentId(at))).unwrap_or_default();
            askers.into_iter().map(|asker| model.asker_name(asker)).collect()
        }
        _ => {
            let all = 0..model.size(id, range);
            all.map(|at| model.short_name(id, range, at)).collect()
        }
    };
    if instance == "*" {
        return Some((0..names.len()).collect());
    }
    if matches!(instance, "leader" | "primary")
        && range == Range::Member
        && let Some(first) = first_pick(component).filter(|first| *first < names.len())
    {
        return Some(vec![first]);
    }
    if let Some(at) = names.iter().position(|name| name == instance) {
        return Some(vec![at]);
    }
    let known = || names.iter().map(String::as_str).chain(["*"]);
    context.error_with_help(
        "scenario::unknown_instance",
        format!("\"{instance}\" is no instance of that clock"),
        (&path.at, &one_of("instances", known())),
        nearest_help(instance, known()),
    );
    None
}
