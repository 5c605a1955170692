//! `[[procedure.doubts]]`: ways to break the recovery on purpose.

use super::edits::edits_of;
use super::fault::faults_of;
use crate::diagnostic::SourceFile;
use crate::model::edit::Edit;
use crate::model::procedure::Doubt;
use crate::model::read::{Context, Node, Raw, Reader, parse};
use crate::model::system::Model;

/// Doubts of a procedure, at most.
const MOST: usize = 50;

/// Reads the doubts of a procedure. What their edits do to a model is told by the model.
pub(super) fn read_doubts(table: &Reader<'_>, model: &Model) -> Vec<Doubt> {
    let context = table.context();
    let Some(node) = table.get("doubts") else { return Vec::new() };
    let Some(nodes) = node.as_array().filter(|nodes| nodes.len() <= MOST) else {
        table.wrong_type("doubts", node, "a list of at most 50 tables, [[procedure.doubts]]");
        return Vec::new();
    };
    let mut doubts = Vec::new();
    for (index, node) in nodes.iter().enumerate() {
        let Some(inner) = node.as_table() else {
            table.wrong_type("doubts", node, "a list of tables, [[procedure.doubts]]");
            continue;
        };
        let name = inner.get("doubt").and_then(|node| node.as_str());
        let name = name.map_or_else(|| (index + 1).to_string(), str::to_owned);
        let reader = Reader::new(inner, format!("doubt `{name}`"), context);
        let title = reader.required_string("doubt");
        let set = reader.get("set");
        if let Some(set) = set {
            let _ = edits_of(set, context);
        }
        let faults = match reader.get("faults") {
            Some(node) => faults_of(&reader, node, model),
            None => Vec::new(),
        };
        if set.is_none() && inner.get("faults").is_none() {
            let message = format!("{} breaks nothing", reader.what());
            let label = "expected \"set\" or \"faults\"";
            context.error("procedure::doubt", message, &inner.at, label);
        }
        reader.finish();
        doubts.extend(title.map(|title| Doubt { title: title.value, at: title.at, faults }));
    }
    doubts
}

/// What each doubt of a scenario lays over its model, in order. Mistakes are told by
/// those who read the scenario.
#[must_use]
pub fn doubt_edits(source: &SourceFile) -> Vec<Vec<Edit>> {
    let quiet = Context::without_files();
    let document = parse(source, &quiet);
    let doubts = document
        .as_ref()
        .and_then(|document| document.get("procedure")?.as_table()?.get("doubts")?.as_array());
    let edits = |node: &Node| match &node.raw {
        Raw::Table(table) => table.get("set").map_or_else(Vec::new, |set| edits_of(set, &quiet)),
        _ => Vec::new(),
    };
    doubts.unwrap_or_default().iter().map(edits).collect()
}
