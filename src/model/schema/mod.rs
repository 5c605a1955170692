//! JSON Schemas (draft 7, which editors of TOML know) of the files that people
//! write. They are made of what the readers of these files ask for while they
//! read a sample of each table, and of the presets: no key is listed twice.

mod model;
mod preset;
mod scenario;
mod words;

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::read::{Asked, NAMED, OTHERS, Sort};
use crate::outcome::Figure;
use crate::units::Dimension;

pub use model::model_schema;
pub use preset::preset_schema;
pub use scenario::scenario_schema;

/// The keys that readers asked for, by table.
#[derive(Debug, Default)]
struct Keys(BTreeMap<String, Vec<Asked>>);

impl Keys {
    /// Groups what was asked for by table. Samples of the same table, told apart by
    /// the name between backticks, count as one: what only some need is not required.
    fn new(asked: Vec<Asked>) -> Self {
        let mut samples: BTreeMap<String, BTreeMap<String, Vec<Asked>>> = BTreeMap::new();
        for one in asked {
            let table = without_name(&one.what);
            samples.entry(table).or_default().entry(one.what.clone()).or_default().push(one);
        }
        let join = |samples: BTreeMap<String, Vec<Asked>>| {
            let count = samples.len();
            let mut keys: Vec<(Asked, usize)> = Vec::new();
            for one in samples.into_values().flatten() {
                match keys.iter_mut().find(|(other, _)| other.key == one.key) {
                    Some((other, times)) => {
                        *times += usize::from(one.required);
                        if other.sort == Sort::Any {
                            other.sort = one.sort;
                        }
                    }
                    None => {
                        let times = usize::from(one.required);
                        keys.push((one, times));
                    }
                }
            }
            let settle = |(one, times)| Asked { required: times == count, ..one };
            keys.into_iter().map(settle).collect()
        };
        Self(samples.into_iter().map(|(table, samples)| (table, join(samples))).collect())
    }

    /// The keys of a table.
    fn of(&self, table: &str) -> &[Asked] {
        self.0.get(table).map_or(&[], Vec::as_slice)
    }

    /// The schema of a table with these keys and no others.
    fn table(&self, table: &str) -> Value {
        self.table_with(table, Map::new())
    }

    /// The same, where more is known of some keys.
    fn table_with(&self, table: &str, known: Map<String, Value>) -> Value {
        let mut properties = Map::new();
        for asked in self.of(table) {
            properties.insert(asked.key.clone(), described(table, &asked.key, sort(asked.sort)));
        }
        properties.extend(known);
        let required = self.of(table).iter().filter(|asked| asked.required);
        let required: Vec<&str> = required.map(|asked| asked.key.as_str()).collect();
        json!({
            "type": "object",
            "properties": properties,
            "required": required,
            "additionalProperties": false,
        })
    }
}

/// "gate `x`" as "gate".
fn without_name(what: &str) -> String {
    let parts = what.split('`').enumerate().filter(|(at, _)| at % 2 == 0);
    parts.map(|(_, part)| part.trim()).collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// A schema with the words for a key.
fn described(table: &str, key: &str, mut schema: Value) -> Value {
    if let (Some(words), Some(map)) = (words::in_table(table, key), schema.as_object_mut()) {
        // Beside a reference nothing counts, in draft 7.
        if let Some(reference) = map.remove("$ref") {
            map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
        }
        map.insert("description".to_owned(), json!(words));
    }
    schema
}

/// What may stand at a key.
fn sort(sort: Sort) -> Value {
    match sort {
        Sort::Any => json!({}),
        Sort::Text | Sort::Expression => json!({ "type": "string" }),
        Sort::Boolean => json!({ "type": "boolean" }),
        Sort::Integer(least, most) => {
            json!({ "type": "integer", "minimum": least, "maximum": most })
        }
        Sort::List => json!({ "type": "array" }),
        Sort::Texts => {
            json!({ "anyOf": [
                { "type": "array", "items": { "type": "string" } },
                { "type": "string" },
            ] })
        }
        Sort::Table => json!({ "type": "object" }),
        Sort::Quantity(None) => json!({ "$ref": "#/definitions/number" }),
        Sort::Quantity(Some(dimension)) => quantity(dimension),
        Sort::Amount(Dimension::NUMBER) => json!({ "type": ["number", "string"] }),
        Sort::Amount(_) => json!({ "type": "string" }),
        Sort::Value => json!({ "type": ["string", "number", "object"] }),
    }
}

/// A quantity or a law: only a plain number may do without a unit.
fn quantity(dimension: Dimension) -> Value {
    let number = dimension == Dimension::NUMBER;
    json!({ "$ref": if number { "#/definitions/number" } else { "#/definitions/quantity" } })
}

/// What schemas refer to.
fn definitions() -> Value {
    let mut properties = Map::new();
    for name in NAMED.into_iter().chain(OTHERS) {
        properties.insert(name.to_owned(), json!({}));
    }
    properties.insert("varies".to_owned(), json!({ "enum": ["each", "trial"] }));
    let law = json!({
        "description": words::LAW,
        "type": "object",
        "properties": properties,
        "patternProperties": { "^p[0-9]": {} },
        "additionalProperties": false,
    });
    let text = json!({ "type": "string", "minLength": 1 });
    json!({
        "law": law,
        "quantity": { "anyOf": [text, { "$ref": "#/definitions/law" }] },
        "number": { "anyOf": [text, { "type": "number" }, { "$ref": "#/definitions/law" }] },
    })
}

/// A whole schema as text, with a line end.
fn document(title: &str, mut schema: Value) -> String {
    if let Some(map) = schema.as_object_mut() {
        map.insert("$schema".to_owned(), json!("http://json-schema.org/draft-07/schema#"));
        map.insert("title".to_owned(), json!(title));
        map.insert("definitions".to_owned(), definitions());
    }
    // Plain trees of strings and numbers can always be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The figures that an objective can be set on, as files name them.
fn figure_names() -> Vec<String> {
    let names = ["data_loss"].into_iter().chain(Figure::ALL.map(Figure::name));
    names.map(str::to_owned).collect()
}

/// Objectives by subject.
fn objectives() -> Value {
    let limit = json!({ "anyOf": [
        { "type": "string" },
        { "type": "array", "items": { "type": "string" } },
    ] });
    let mut figures = Map::new();
    for name in figure_names() {
        let words = words::of(&name).unwrap_or("p95 <= 60s, or a list of such");
        let mut schema = limit.clone();
        schema["description"] = json!(words);
        figures.insert(name, schema);
    }
    json!({
        "type": "object",
        "description": words::of("objectives").unwrap_or_default(),
        "additionalProperties": {
            "type": "object", "properties": figures, "additionalProperties": false,
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::preset::PresetLibrary;

    /// Every property of a schema, with its path.
    fn properties(schema: &Value, path: &str, found: &mut Vec<(String, Value)>) {
        match schema {
            Value::Object(map) => {
                for (key, inner) in map {
                    if let ("properties", Some(inner)) = (key.as_str(), inner.as_object()) {
                        for (name, value) in inner {
                            found.push((format!("{path}/{name}"), value.clone()));
                        }
                    }
                    properties(inner, &format!("{path}/{key}"), found);
                }
            }
            Value::Array(all) => all.iter().for_each(|inner| properties(inner, path, found)),
            _ => {}
        }
    }

    #[test]
    fn every_key_says_what_it_is() {
        let library = PresetLibrary::embedded();
        let schemas = [model_schema(&library), scenario_schema(&library), preset_schema()];
        for text in schemas {
            let schema: Value = serde_json::from_str(&text).expect("it is JSON");
            let mut found = Vec::new();
            properties(&schema, "", &mut found);
            assert!(found.len() > 20);
            for (path, value) in found {
                let inner = ["/definitions/", "/exports/", "/if/"].iter().any(|p| path.contains(p));
                let told = value.get("description").is_some() || value.get("const").is_some();
                assert!(inner || told, "{path} has no words: src/model/schema/words.rs");
            }
        }
    }

    #[test]
    fn names_in_backticks_are_left_out() {
        assert_eq!(without_name("gate `x`"), "gate");
        assert_eq!(without_name("\"renew\" of lease `x`"), "\"renew\" of lease");
        assert_eq!(without_name("`x` of [says]"), "of [says]");
    }
}
