//! A preset's graph drawn as text: who waits for whom.

use super::order::{causal_order, causes};
use crate::model::preset::{Block, Node, NodeId, Preset};

/// A line of the drawing: its branches, and what stands behind them.
pub(super) struct Line {
    /// Where it hangs: `│  ├─ `.
    pub(super) branches: String,
    /// How lines that go on below it begin: `│  │  `.
    pub(super) below: String,
    /// The node, its words, and whom else it waits for.
    pub(super) text: String,
}

/// The graph as a tree: each node hangs on the last of those that it waits for,
/// and names the others.
pub(super) fn lines(preset: &Preset) -> Vec<Line> {
    let order = causal_order(preset);
    let place = |id: NodeId| order.iter().position(|other| *other == id).unwrap_or_default();
    // Of what stands above a node in causal order, it hangs on the last.
    let parents: Vec<Option<NodeId>> = preset
        .nodes
        .iter()
        .enumerate()
        .map(|(at, node)| {
            let above = causes(node).into_iter().filter(|cause| place(*cause) < place(NodeId(at)));
            above.max_by_key(|cause| place(*cause))
        })
        .collect();
    let children = |parent: Option<NodeId>| -> Vec<NodeId> {
        order.iter().copied().filter(|id| parents[id.0] == parent).collect()
    };
    let mut lines = Vec::new();
    // What is still to be drawn, the next one last: node, branches above it, whether
    // it is a root, and whether others hang beside it below.
    let mut open: Vec<(NodeId, String, bool, bool)> =
        children(None).into_iter().rev().map(|id| (id, String::new(), true, false)).collect();
    while let Some((id, above, root, more)) = open.pop() {
        let (branch, below) = match (root, more) {
            (true, _) => ("", ""),
            (false, true) => ("├─ ", "│  "),
            (false, false) => ("└─ ", "   "),
        };
        let inner = format!("{above}{below}");
        let hanging = children(Some(id));
        let last = hanging.last().copied();
        let stem = if last.is_some() { "│    " } else { "     " };
        lines.push(Line {
            branches: format!("{above}{branch}"),
            below: format!("{inner}{stem}"),
            text: words(preset, id, parents[id.0]),
        });
        let next = hanging.into_iter().rev();
        open.extend(next.map(|child| (child, inner.clone(), false, Some(child) != last)));
    }
    lines
}

/// A node, its words, and whom else it waits for.
fn words(preset: &Preset, id: NodeId, parent: Option<NodeId>) -> String {
    let node = &preset.nodes[id.0];
    let title = node.says.title.as_ref().map(|title| format!(": {title}")).unwrap_or_default();
    let others = causes(node).into_iter().filter(|cause| Some(*cause) != parent && *cause != id);
    let others: Vec<&str> = others.map(|cause| preset.nodes[cause.0].name.as_str()).collect();
    let others = match (others.is_empty(), parent) {
        (true, _) => String::new(),
        (false, None) => format!(" (waits for {})", others.join(", ")),
        (false, Some(_)) => format!(" (and {})", others.join(", ")),
    };
    format!("{}{}{title}{others}", node.name, mark(node))
}

/// A sign for what takes no time of its own.
const fn mark(node: &Node) -> &'static str {
    match node.block {
        Block::Clock { .. } => " (ticks)",
        _ => "",
    }
}
