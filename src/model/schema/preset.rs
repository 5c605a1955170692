//! The schema of a preset file.

use serde_json::{Map, Value, json};

use super::{Keys, document, words};
use crate::diagnostic::SourceFile;
use crate::model::expression::Range;
use crate::model::preset::{BLOCKS, ComponentKind, MARKS, read_preset};
use crate::model::read::Context;

/// The JSON Schema of a preset.
#[must_use]
pub fn preset_schema() -> String {
    let context = Context::listening();
    let _ = read_preset(&SourceFile::new("preset", sample()), &context);
    let keys = Keys::new(context.into_asked());
    let named = |table: &str| {
        json!({ "type": "object", "additionalProperties": keys.table(table),
                "description": words::of(table).unwrap_or_default() })
    };
    let mut known = Map::new();
    known.insert("parameters".to_owned(), with_words(named("parameter"), "parameters"));
    known.insert("says".to_owned(), with_words(named("of [says]"), "says"));
    let lint = json!({ "type": "array", "items": keys.table("a [[lint]]") });
    known.insert("lint".to_owned(), with_words(lint, "lint"));
    let kinds = ComponentKind::ALL.map(ComponentKind::name);
    known.insert("kind".to_owned(), with_words(json!({ "enum": kinds }), "kind"));
    let needs = json!({ "type": "object", "additionalProperties": { "enum": kinds } });
    known.insert("needs".to_owned(), with_words(needs, "needs"));
    for range in [Range::One, Range::Member, Range::Client, Range::Target, Range::Asker] {
        let name = range.name(&[]);
        known.insert(name.clone(), with_words(blocks(&keys), &name));
    }
    known.insert("exports".to_owned(), with_words(exports(), "exports"));
    let mut schema = keys.table_with("the preset", known);
    // A further set of alike things, or a pair of two, has nodes under its own name.
    schema["additionalProperties"] = blocks(&keys);
    document("A preset of Drillcast", schema)
}

fn with_words(mut schema: Value, key: &str) -> Value {
    schema["description"] = json!(words::of(key).unwrap_or_default());
    schema
}

/// A preset with a node of every block, in every form that has keys of its own.
fn sample() -> String {
    let mut text = "preset = \"p\"\ntitle = \"t\"\nkind = \"store\"\nversions = \"v\"\n\
        [parameters.x]\n[says.a0]\n[[lint]]\n"
        .to_owned();
    for block in BLOCKS {
        for range in ["one", "member"] {
            text +=
                &format!("[{range}.{block}]\n{}0 = {{}}\n", if range == "one" { "a" } else { "b" });
        }
        for (at, form) in FORMS.iter().enumerate() {
            text += &format!("f{at} = {form}\n");
        }
    }
    text
}

/// Keys that call for others.
const FORMS: [&str; 14] = [
    "{ asks = \"1s\" }",
    "{ mode = \"best\" }",
    "{ at = \"x\" }",
    "{ every = \"1s\" }",
    "{ every = \"1s\", after = \"reply\" }",
    "{ every = \"1s\", from = \"x\" }",
    "{ renew = {}, check = {}, rearm = {} }",
    "{ renew = {}, check = { at = \"x\" } }",
    "{ tokens = \"1/s\", burst = 1 }",
    "{ tokens = [{ rate = \"1/s\" }], burst = 1 }",
    "{ fails = 1, tries = 1, between = \"1s\", factor = 2, most = \"9s\" }",
    "{ moves = {}, uses = \"x\" }",
    "{ calls = \"x\", priority = 1 }",
    "{ fills = {}, drains = {} }",
];

/// The blocks of a range.
fn blocks(keys: &Keys) -> Value {
    let mut all = Map::new();
    for block in BLOCKS {
        let mut known = Map::new();
        for asked in keys.of(block) {
            let inner = format!("\"{}\" of {block}", asked.key);
            if !keys.of(&inner).is_empty() {
                let words = words::of(&asked.key).unwrap_or_default();
                let mut table = keys.table(&inner);
                table["description"] = json!(words);
                known.insert(asked.key.clone(), table);
            }
            if asked.key == "marks" {
                let words = format!(
                    "the milestone that its rise stamps: {}, or one of your own",
                    MARKS.join(", ")
                );
                known.insert("marks".to_owned(), json!({ "type": "string", "description": words }));
            }
        }
        let table = keys.table_with(block, known);
        let words = words::of(block).unwrap_or_default();
        let nodes =
            json!({ "type": "object", "additionalProperties": table, "description": words });
        all.insert(block.to_owned(), nodes);
    }
    json!({ "type": "object", "properties": all, "additionalProperties": false })
}

/// What others see, whatever the kind.
fn exports() -> Value {
    let mut ranges: Map<String, Value> = Map::new();
    let of = |kind: &ComponentKind| [kind.interface(), kind.optional(), kind.alternative()];
    for export in ComponentKind::ALL.iter().flat_map(of).flatten() {
        let empty = json!({ "type": "object", "properties": {}, "additionalProperties": false });
        let range = ranges.entry(export.range.name(&[])).or_insert(empty);
        range["properties"][export.name] = json!({ "type": "string" });
    }
    // Pools are exported by names of their own.
    for range in [Range::One, Range::Member, Range::Zone] {
        let empty = json!({ "type": "object", "properties": {} });
        let range = ranges.entry(range.name(&[])).or_insert(empty);
        range["additionalProperties"] = json!({ "type": "string" });
    }
    json!({ "type": "object", "properties": ranges, "additionalProperties": false })
}
