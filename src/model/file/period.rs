//! Periods so short that simulated time would stand still.

use super::component::Draft;
use crate::model::expression::{ParameterId, Value};
use crate::model::preset::{Block, Looks, Preset, Quantity};

/// The shortest period [s]: nothing that is simulated repeats faster.
const SHORTEST: f64 = 1e-6;
/// The share of a period's draws that may be shorter.
const RARE: f64 = 1e-3;

/// Reports parameters that are the period of something and next to nothing.
pub(super) fn refuse_standstill(draft: &Draft<'_>, preset: &Preset, values: &[Quantity]) {
    let mut told: Vec<ParameterId> = Vec::new();
    for period in preset.nodes.iter().filter_map(|node| period(&node.block)) {
        let Value::Parameter(id) = period else {
            continue;
        };
        if told.contains(id) || values[id.0].law.quantile(RARE) >= SHORTEST {
            continue;
        }
        told.push(*id);
        let name = &preset.parameters[id.0].name;
        let at = draft.reader.get(name).map_or(&draft.name.at, |node| &node.at);
        draft.reader.context().error(
            "model::no_period",
            format!("{name} of {} would repeat without time passing", draft.name.value),
            at,
            "expected at least 1 µs",
        );
    }
}

/// The period of a block that repeats.
const fn period(block: &Block) -> Option<&Value> {
    match block {
        Block::Clock { every, .. }
        | Block::Probe { looks: Looks::Every(every) | Looks::From { every, .. }, .. } => {
            Some(every)
        }
        Block::Probe { looks: Looks::AfterReply { every, .. }, .. } => Some(every),
        Block::Lease { check: Some(check), .. } => Some(&check.every),
        _ => None,
    }
}
