//! `pods = "graph-pods"`: the service whose replicas the processes of a component run in.

use super::draft::{Draft, Drafts, other};
use crate::model::expression::{Range, SetId};
use crate::model::preset::{ComponentKind, RUNS, Standing};
use crate::model::read::{Context, Found};
use crate::model::system::{Member, Pods};

/// Its key.
const PODS: &str = "pods";
/// The members, where a table says who runs where.
const MEMBERS: &str = "members";

/// Reads the key: one service for the members, or a table by the keys of places.
///
/// `own` are the members, `placed` the placed sets, `members` those of all drafts.
pub(super) fn read(
    draft: &Draft<'_>,
    (own, placed): (&[Member], &[Option<Vec<Member>>]),
    drafts: &Drafts<'_>,
    members: &[Vec<Member>],
    context: &Context<'_>,
) -> Vec<Pods> {
    let Some(preset) = draft.preset.as_ref().filter(|_| draft.kind.runs_in_pods()) else {
        return Vec::new();
    };
    let mut all = Vec::new();
    for (key, name) in written(draft) {
        let set = preset.sets.iter().position(
            |set| matches!(&set.standing, Standing::Placed(places) if *places == key.value),
        );
        let has_members = preset.kind.process_range() == Range::Member;
        let (range, seats) = match set {
            Some(set) => (Range::Set(SetId(set)), placed[set].as_deref().unwrap_or_default()),
            None if key.value == MEMBERS && has_members => (Range::Member, own),
            None => {
                let message = format!("{} places nobody under \"{}\"", preset.name, key.value);
                context.error("model::pods", message, &key.at, "nobody runs in these");
                continue;
            }
        };
        let Some(by) = other(drafts, &name, &[ComponentKind::Service], PODS, context) else {
            continue;
        };
        let carries = |name: &str| {
            drafts[by.0].preset.as_ref().is_none_or(|p| p.exports.iter().any(|e| e.name == name))
        };
        if !carries(RUNS) {
            let message =
                format!("the technology of \"{}\" runs nobody else's processes", name.value);
            context.error("model::pods", message, &name.at, "it exports no \"runs\"");
            continue;
        }
        let hosts = |all: &[Member]| all.iter().map(|one| one.host).collect::<Vec<_>>();
        // Places that could not be read are reported where they stand.
        if !seats.is_empty() && !members[by.0].is_empty() && hosts(seats) != hosts(&members[by.0]) {
            let message = format!(
                "{} and \"{}\" do not stand on the same machines",
                draft.name.value, name.value
            );
            let label = "expected a replica for each, in the same order on the same nodes";
            context.error("model::pods", message, &name.at, label);
            continue;
        }
        all.push(Pods { range, by });
    }
    all
}

/// Whose processes run in which service.
fn written(draft: &Draft<'_>) -> Vec<(Found<String>, Found<String>)> {
    let Some(node) = draft.reader.get(PODS) else {
        return Vec::new();
    };
    if node.as_table().is_none() {
        let name = draft.reader.string(PODS);
        return name
            .map(|name| (Found { value: MEMBERS.to_owned(), at: name.at.clone() }, name))
            .into_iter()
            .collect();
    }
    let Some(table) = draft.reader.table(PODS, format!("\"{PODS}\" of {}", draft.reader.what()))
    else {
        return Vec::new();
    };
    let entries = table.entries().iter();
    entries.filter_map(|entry| Some((entry.key.clone(), table.string(&entry.key.value)?))).collect()
}
