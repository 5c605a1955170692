//! What waits for what among the blocks of a preset.

use super::super::{Node, NodeId, Preset};
use crate::model::expression::Mention;

/// The nodes such that each stands below what it waits for, as far as that
/// goes: where they wait for each other, the one that waits for least, and
/// of those the first in the file.
pub(in crate::model::preset) fn causal_order(preset: &Preset) -> Vec<NodeId> {
    let waits: Vec<Vec<NodeId>> = preset.nodes.iter().map(causes).collect();
    let mut order: Vec<NodeId> = Vec::with_capacity(preset.nodes.len());
    while order.len() < preset.nodes.len() {
        let open = |id: &NodeId| {
            waits[id.0].iter().filter(|cause| *cause != id && !order.contains(cause)).count()
        };
        let left = (0..preset.nodes.len()).map(NodeId).filter(|id| !order.contains(id));
        let next = left.min_by_key(open);
        order.extend(next);
    }
    order
}

/// The nodes that a node waits for.
pub(in crate::model::preset) fn causes(node: &Node) -> Vec<NodeId> {
    let mut causes = Vec::new();
    node.mentions(&mut |mention| {
        if let Mention::Node(id) = mention
            && !causes.contains(&id)
        {
            causes.push(id);
        }
    });
    causes
}
