//! A stand-in for a model that is not sound.
//!
//! What is wrong with a model must not hide what is wrong with the scenarios over it: all
//! mistakes are told in one pass. So a model whose values are wrong is read once more
//! without them, and its scenarios against what is left.

use super::model::{edited, read_document};
use crate::diagnostic::{Location, Severity, SourceFile};
use crate::model::edit::Edit;
use crate::model::preset::PresetLibrary;
use crate::model::read::{Context, Files, Raw, Table};
use crate::model::system::Model;

/// What comes to light only when other mistakes are gone is looked for so often.
const ROUNDS: usize = 4;
/// Entries are left out only in tables this deep: keys of a component, not the component.
const KEYS: usize = 2;
/// A table whose own entries are values: nothing names an objective.
const UNNAMED: &str = "objectives";

/// The model without the keys that are wrong in it, for whatever else speaks of it.
///
/// `None` where more than single keys is wrong: without a component or a zone, whoever names
/// it would seem wrong.
#[must_use]
pub fn read_stand_in(
    source: &SourceFile,
    presets: &PresetLibrary,
    edits: &[Edit],
    files: Files<'_>,
) -> Option<Model> {
    let mut document = edited(source, presets, edits, &Context::new(files))?;
    for _ in 0..ROUNDS {
        let context = Context::new(files);
        let model = read_document(&document, presets, &context);
        if context.errors() == 0 {
            return Some(model);
        }
        let mut fewer = false;
        for mistake in context.into_diagnostics() {
            let place = mistake.labels.first().filter(|_| mistake.severity == Severity::Error);
            fewer |= place.is_some_and(|(place, _)| leave_out(&mut document, place));
        }
        if !fewer {
            return None;
        }
    }
    None
}

/// Takes the innermost entry that covers a place out of a document; whether there is one.
fn leave_out(document: &mut Table, place: &Location) -> bool {
    document.entries.iter_mut().any(|section| {
        let keys = if section.key.value == UNNAMED { KEYS - 1 } else { KEYS };
        match &mut section.node.raw {
            Raw::Table(table) => leave_out_of(table, place, (1, keys)),
            _ => false,
        }
    })
}

/// The same in a table that is so deep, if that is deep enough.
fn leave_out_of(table: &mut Table, place: &Location, (depth, keys): (usize, usize)) -> bool {
    let inner = |node: &mut Raw| match node {
        Raw::Table(inner) => leave_out_of(inner, place, (depth + 1, keys)),
        _ => false,
    };
    if table.entries.iter_mut().any(|entry| inner(&mut entry.node.raw)) {
        return true;
    }
    let covers = |of: &Location| of.covers(place);
    let wrong = |at: &usize| {
        let entry = &table.entries[*at];
        covers(&entry.key.at) || covers(&entry.node.at)
    };
    let found = (0..table.entries.len()).find(wrong).filter(|_| depth >= keys);
    if let Some(at) = found {
        table.entries.remove(at);
    }
    found.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::file::read_model;

    const SHOP: &str = "model = \"shop\"\nzones = { a = \"eu\" }\n\
        [consensus.etcd]\ntechnology = \"etcd\"\nmembers = [\"a/1\", \"a/2\", \"a/3\"]\n";

    /// The stand-in for the model with more lines, which is not sound.
    fn stand_in(more: &str) -> Option<Model> {
        let source = SourceFile::new("shop.toml", format!("{SHOP}{more}"));
        let (presets, files) = (PresetLibrary::embedded(), |_: &str| Err("none".to_owned()));
        let (model, mistakes) = read_model(&source, &presets, &[], &files);
        assert!(model.is_none() && !mistakes.is_empty(), "{more} is sound");
        read_stand_in(&source, &presets, &[], &files)
    }

    #[test]
    fn wrong_keys_are_left_out() {
        let sound = PresetLibrary::embedded();
        let source = SourceFile::new("shop.toml", SHOP);
        let files = |_: &str| Err("none".to_owned());
        let sound = read_model(&source, &sound, &[], &files).0.unwrap();
        for wrong in [
            "hart_beat = \"1s\"\n",
            "election_timeout = \"1 parsec\"\n",
            "election_timeout = { p50 = \"1s\", median = \"2s\" }\n",
            "election_timeout = \"-1s\"\nversion = \"three\"\nfoo = 1\n",
            "[objectives.ectd]\nrecovery_time = \"p95 <= 1s\"\n",
            "[objectives.etcd]\nrecovery_tine = \"p95 <= 1s\"\n",
        ] {
            let model = stand_in(wrong).unwrap_or_else(|| panic!("{wrong}"));
            assert_eq!(model.components[0].values, sound.components[0].values, "{wrong}");
            assert!(model.objectives.is_empty(), "{wrong}");
        }
    }

    #[test]
    fn nothing_stands_in_where_a_component_is_missing() {
        for wrong in [
            "[stores.orders]\ntechnology = \"no/such\"\nmembers = [\"a/1\"]\n",
            "[stoers.orders]\ntechnology = \"redis/sentinel\"\n",
            "[stores.orders]\n",
        ] {
            assert!(stand_in(wrong).is_none(), "{wrong}");
        }
    }
}
