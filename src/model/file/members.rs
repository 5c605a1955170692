//! Where the members of components stand, and the instances of their sets.

use super::draft::{Draft, Drafts};
use super::place::Places;
use super::replicas;
use crate::model::expression::Range;
use crate::model::preset::{ComponentKind, Standing};
use crate::model::read::{Context, Found};
use crate::model::system::Member;

/// Members of a component, at most.
const MOST_MEMBERS: usize = 1000;

/// The cluster that a component stands on: whoever plays its first role of that kind.
pub(super) fn cluster_of(draft: &Draft<'_>, drafts: &Drafts<'_>) -> Option<usize> {
    let needs = &draft.preset.as_ref()?.needs;
    let role = &needs.iter().find(|need| need.kind == ComponentKind::Cluster)?.role;
    let name = draft.reader.table_read().get(role).and_then(|node| node.as_str())?;
    drafts.named(name).filter(|at| drafts[*at].kind == ComponentKind::Cluster)
}

/// A cluster's name and nodes.
pub(super) type Nodes<'a> = Option<(&'a str, &'a [Member])>;

/// The places of a component's members, or of itself.
pub(super) fn members(
    draft: &Draft<'_>,
    nodes: Nodes<'_>,
    places: &mut Places,
    context: &Context<'_>,
) -> Vec<Member> {
    let name = &draft.name.value;
    let reader = &draft.reader;
    if draft.kind.process_range() == Range::One {
        let written = draft.kind.has_place().then(|| reader.string("at")).flatten();
        let at = written.or_else(|| {
            let first = places.zones.first()?.name.clone();
            Some(Found { value: first, at: draft.name.at.clone() })
        });
        return places.members(name, at.as_slice(), context);
    }
    let written = if draft.kind == ComponentKind::Service && replicas::is_written(reader) {
        replicas::read(reader, MOST_MEMBERS)
    } else {
        // A service may count its replicas instead.
        let needed = draft.kind != ComponentKind::Service;
        if needed && reader.required("members").is_none() {
            return Vec::new();
        }
        if reader.get("members").is_none() {
            reader.missing("members");
            return Vec::new();
        }
        reader.strings("members").unwrap_or_default()
    };
    let at = reader.get("members").map_or(&draft.name.at, |node| &node.at);
    let label = "expected the zone of each, such as [\"a\", \"b\", \"c\"]";
    let is_list = reader.get("members").is_some_and(|node| node.as_array().is_some());
    if written.is_empty() && is_list {
        context.error("model::no_members", format!("{name} has no members"), at, label);
    }
    if written.len() > MOST_MEMBERS {
        let message = format!("{name} has {} members", written.len());
        context.error("model::too_many", message, at, &format!("expected at most {MOST_MEMBERS}"));
        return Vec::new();
    }
    match nodes {
        Some(nodes) => places.members_on(nodes, &written, context),
        None => places.members(name, &written, context),
    }
}

/// Where the instances of each of the technology's sets stand; `None` for sets
/// that are counted.
pub(super) fn placed(
    draft: &Draft<'_>,
    (own, nodes): (&[Member], Nodes<'_>),
    places: &mut Places,
    context: &Context<'_>,
) -> Vec<Option<Vec<Member>>> {
    let sets = draft.preset.iter().flat_map(|preset| &preset.sets);
    let has_members = draft.kind.process_range() == Range::Member;
    let mut all = Vec::new();
    for set in sets {
        let Standing::Placed(key) = &set.standing else {
            all.push(None);
            continue;
        };
        if draft.reader.get(key).is_none() && has_members {
            // One beside each member, on its machine.
            all.push(Some(own.to_vec()));
            continue;
        }
        let Some(node) = draft.reader.required(key) else {
            all.push(Some(Vec::new()));
            continue;
        };
        let written = draft.reader.strings(key).unwrap_or_default();
        let name = &draft.name.value;
        if written.is_empty() && node.as_array().is_some() {
            let message = format!("\"{key}\" of {name} is empty");
            let label = "expected the zone of each, such as [\"a\", \"b\", \"c\"]";
            context.error("model::no_members", message, &node.at, label);
        }
        if written.len() > MOST_MEMBERS {
            let message = format!("\"{key}\" of {name} has {} places", written.len());
            let label = format!("expected at most {MOST_MEMBERS}");
            context.error("model::too_many", message, &node.at, &label);
            all.push(Some(Vec::new()));
            continue;
        }
        let whose = format!("{name}-{}", set.name);
        all.push(Some(match nodes {
            Some(nodes) => places.members_on(nodes, &written, context),
            None => places.members(&whose, &written, context),
        }));
    }
    all
}
