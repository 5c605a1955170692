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
        set(entry, &[], &mut edits);
    }
    edits
}

/// Whether this is the first key of a path into a model.
fn is_section(root: &str) -> bool {
    SECTIONS.iter().map(|(name, _)| *name).chain(OTHERS).any(|name| name == root)
}

/// One entry of `[set]`. A path without quotes is to TOML a table in a table:
/// `stores.orders.ttl = "20s"`; it is put together again down to the key.
fn set(entry: &Entry, before: &[Found<String>], edits: &mut Vec<Edit>) {
    let keys: Vec<Found<String>> = before.iter().chain([&entry.key]).cloned().collect();
    let parts: Vec<&str> = keys.iter().flat_map(|key| key.value.split('.')).collect();
    let deepest = if parts[0] == "zones" { 1 } else { 2 };
    match &entry.node.raw {
        Raw::Table(table) if is_section(parts[0]) && parts.len() <= deepest => {
            table.entries.iter().for_each(|inner| set(inner, &keys, edits));
        }
        _ => edits.push(Edit::new(&keys, entry.node.clone())),
    }
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
