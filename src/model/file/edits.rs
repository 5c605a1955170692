//! `[set]`: paths into the model, and what to write there.

use super::journey::JOURNEYS;
use super::section::SECTIONS;
use crate::model::edit::Edit;
use crate::model::read::{Context, Entry, Found, Node, Raw, Table};

/// Sections of a model besides those of components.
const OTHERS: [&str; 3] = ["zones", "objectives", JOURNEYS];

/// The entries of `[set]`.
pub(super) fn sets(document: &Table, context: &Context<'_>) -> Vec<Edit> {
    document.get("set").map_or_else(Vec::new, |node| edits_of(node, context))
}

/// The edits that a table of paths and values asks for.
pub(super) fn edits_of(node: &Node, context: &Context<'_>) -> Vec<Edit> {
    let Some(table) = node.as_table() else {
        let label = "expected paths and values, such as \"stores.orders.ttl\" = \"20s\"";
        context.error("file::wrong_type", "\"set\" must be a table", &node.at, label);
        return Vec::new();
    };
    let mut edits = Vec::new();
    for entry in &table.entries {
        set(entry, None, 0, &mut edits);
    }
    edits
}

/// Whether this is the first key of a path into a model.
fn is_section(root: &str) -> bool {
    SECTIONS.iter().map(|(name, _)| *name).chain(OTHERS).any(|name| name == root)
}

/// One entry of `[set]`. A path without quotes is to TOML a table in a table:
/// `stores.orders.ttl = "20s"`; it is put together again down to the key.
fn set(entry: &Entry, before: Option<&Found<String>>, depth: usize, edits: &mut Vec<Edit>) {
    let path = before.map_or_else(|| entry.key.clone(), |before| longer(before, &entry.key));
    let root = path.value.split('.').next().unwrap_or_default();
    let deepest = if root == "zones" { 1 } else { 2 };
    let parts = path.value.split('.').count();
    match &entry.node.raw {
        Raw::Table(table) if is_section(root) && parts <= deepest && depth < 4 => {
            for inner in &table.entries {
                set(inner, Some(&path), depth + 1, edits);
            }
        }
        _ => edits.push(Edit { path, value: entry.node.clone() }),
    }
}

/// A path with one more key.
fn longer(path: &Found<String>, key: &Found<String>) -> Found<String> {
    let value = format!("{}.{}", path.value, key.value);
    // Under a header of its own a path does not stand there in one piece: then its last key
    // is where to point.
    let whole = key.at.file.at(path.at.range.start..key.at.range.end);
    let at = if whole.text() == value { whole } else { key.at.clone() };
    Found { value, at }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::SourceFile;
    use crate::model::file::scenario_edits;

    /// The paths that a `[set]` leads to.
    fn paths(set: &str) -> Vec<String> {
        let source = SourceFile::new("s.toml", format!("scenario = \"s\"\n[set]\n{set}\n"));
        let (edits, mistakes) = scenario_edits(&source);
        assert!(mistakes.is_empty(), "{set}: {mistakes:?}");
        edits.into_iter().map(|edit| edit.path.value).collect()
    }

    #[test]
    fn a_path_needs_no_quotes_in_any_section() {
        for section in SECTIONS.iter().map(|(name, _)| *name).chain(["objectives", JOURNEYS]) {
            let path = format!("{section}.one.key");
            for set in [format!("{path} = 1"), format!("\"{path}\" = 1")] {
                assert_eq!(paths(&set).join(" "), path);
            }
            assert_eq!(paths(&format!("{path} = {{ uniform = 1 }}")).join(" "), path);
        }
        assert_eq!(paths("zones.a = { region = \"r\" }"), ["zones.a"]);
    }
}
