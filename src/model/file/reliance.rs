//! `needs = { orders = "write" }` and `uses = ["sessions"]`: what a service or a
//! client population relies on.

use std::collections::BTreeSet;

use super::draft::{Draft, Drafts, other};
use crate::diagnostic::nearest_help;
use crate::model::preset::ComponentKind;
use crate::model::read::{Found, Reader};
use crate::model::system::{Access, Relied};

/// What an alert watches, in the same words.
pub(super) const WATCHES: &str = "watches";

/// Whom a component or a journey can rely on.
pub(super) const RELIED: [ComponentKind; 5] = [
    ComponentKind::Store,
    ComponentKind::Stream,
    ComponentKind::Consensus,
    ComponentKind::Service,
    ComponentKind::Route,
];

/// Reads one of the keys: a list of names, or a table that says for what.
pub(super) fn read(draft: &Draft<'_>, key: &str, drafts: &Drafts<'_>) -> Vec<Relied> {
    use ComponentKind::{Alert, Clients, Cluster, Consensus, Route, Service, Store, Stream};
    const WATCHED: [ComponentKind; 7] =
        [Store, Stream, Consensus, Service, Cluster, Route, Clients];
    // Of another kind it may be a role.
    match draft.kind {
        Alert if key == WATCHES => relied(&draft.reader, key, &WATCHED, drafts),
        kind if kind.relies() && key != WATCHES => relied(&draft.reader, key, &RELIED, drafts),
        _ => Vec::new(),
    }
}

/// The components of these kinds that a key of a table names, and what each is relied on
/// for.
pub(super) fn relied(
    reader: &Reader<'_>,
    key: &str,
    kinds: &[ComponentKind],
    drafts: &Drafts<'_>,
) -> Vec<Relied> {
    use ComponentKind::{Consensus, Store, Stream};
    let context = reader.context();
    let mut relied: Vec<Relied> = Vec::new();
    let mut seen = BTreeSet::new();
    for (name, access) in written(reader, key) {
        let Some(on) = other(drafts, &name, kinds, key, context) else {
            continue;
        };
        if seen.contains(&on) {
            let message = format!("\"{key}\" names \"{}\" twice", name.value);
            context.error("model::twice", message, &name.at, "once is enough");
            continue;
        }
        let kind = drafts[on.0].kind;
        if access != Access::Both && !matches!(kind, Store | Stream | Consensus) {
            let message = format!(
                "\"{}\" is {}, which does not tell reads and writes apart",
                name.value,
                kind.describe()
            );
            context.error("model::access", message, &name.at, "expected \"both\"");
            continue;
        }
        seen.insert(on);
        relied.push(Relied { on, access });
    }
    relied
}

/// The names, and what each is relied on for.
fn written(reader: &Reader<'_>, key: &str) -> Vec<(Found<String>, Access)> {
    let context = reader.context();
    let Some(node) = reader.get(key) else {
        return Vec::new();
    };
    if node.as_table().is_none() {
        let names = reader.strings(key).unwrap_or_default();
        return names.into_iter().map(|name| (name, Access::Both)).collect();
    }
    let Some(table) = reader.table(key, format!("\"{key}\" of {}", reader.what())) else {
        return Vec::new();
    };
    let access = |text: Found<String>| {
        let found = Access::ALL.into_iter().find(|(known, _)| *known == text.value);
        if found.is_none() {
            let known = Access::ALL.map(|(known, _)| known);
            context.error_with_help(
                "model::access",
                format!("nothing is relied on for \"{}\"", text.value),
                (&text.at, "expected \"write\", \"read\" or \"both\""),
                nearest_help(&text.value, known),
            );
        }
        found.map(|(_, access)| access)
    };
    let entries = table.entries().iter();
    let each = entries.filter_map(|entry| {
        let text = table.string_in(entry)?;
        Some((entry.key.clone(), access(text)?))
    });
    each.collect()
}
