//! The schema of a model file.

use serde_json::{Map, Value, json};

use super::{Keys, described, document, objectives, quantity, words};
use crate::model::file::{JOURNEYS, SECTIONS, THROUGH, asked_of_model, structural_keys};
use crate::model::preset::{ComponentKind, Parameter, Preset, PresetLibrary, Standing};
use crate::model::system::Access;

/// The JSON Schema of a model: its sections, and in each the presets of its kind
/// with their parameters.
#[must_use]
pub fn model_schema(library: &PresetLibrary) -> String {
    let keys = Keys::new(asked_of_model(&sample(library, None), library));
    let mut known = Map::new();
    for (section, kind) in SECTIONS {
        let words = words::of(section).unwrap_or_default();
        let component = component(library, kind);
        known.insert(
            section.to_owned(),
            json!({ "type": "object", "description": words, "additionalProperties": component }),
        );
    }
    let zones = json!({ "type": "object", "additionalProperties": { "type": "string" } });
    known.insert("zones".to_owned(), described("the model", "zones", zones));
    known.insert("objectives".to_owned(), objectives());
    known.insert(JOURNEYS.to_owned(), journeys());
    let mut schema = keys.table_with("the model", known);
    schema["required"] = json!(["model", "zones"]);
    document("A model of Drillcast", schema)
}

/// Journeys: each leads through something.
fn journeys() -> Value {
    let access = json!({ "enum": Access::ALL.map(|(name, _)| name) });
    let through = json!({
        "description": words::of(THROUGH).unwrap_or_default(),
        "anyOf": [
            { "type": "array", "items": { "type": "string" } },
            { "type": "object", "additionalProperties": access },
        ],
    });
    json!({
        "type": "object",
        "description": words::of(JOURNEYS).unwrap_or_default(),
        "additionalProperties": {
            "type": "object",
            "properties": { THROUGH: through },
            "required": [THROUGH],
            "additionalProperties": false,
        },
    })
}

/// The presets of a kind.
fn of_kind(library: &PresetLibrary, kind: ComponentKind) -> Vec<std::sync::Arc<Preset>> {
    let all = library.names().into_iter().filter_map(|name| library.get(name));
    all.filter(|preset| preset.kind == kind).collect()
}

/// A model with a component `x` of this preset, and all that it could speak of.
fn sample(library: &PresetLibrary, preset: Option<&Preset>) -> String {
    let section = |kind| {
        SECTIONS.iter().find(|(_, other)| *other == kind).map_or("stores", |(name, _)| *name)
    };
    let mut text = "model = \"m\"\nzones = { a = \"r\" }\n".to_owned();
    let mut add = |name: &str, preset: &Preset| {
        let kind = preset.kind;
        text += &format!("[{}.{name}]\ntechnology = \"{}\"\n", section(kind), preset.name);
        for (key, value) in [("members", "[\"a\"]"), ("of", "\"y\""), ("serves", "\"y\"")] {
            if structural_keys(kind).contains(&key) {
                text += &format!("{key} = {value}\n");
            }
        }
    };
    if let Some(preset) = preset {
        add("x", preset);
    }
    if let Some(store) = of_kind(library, ComponentKind::Store).first() {
        add("y", store);
    }
    text
}

/// A component of a kind: one of its technologies, each with its own keys.
fn component(library: &PresetLibrary, kind: ComponentKind) -> Value {
    let presets = of_kind(library, kind);
    if presets.is_empty() {
        // Nothing is known of technologies of the user's own.
        return json!({ "type": "object" });
    }
    let each = presets.iter().map(|preset| technology(library, preset));
    json!({ "type": "object", "oneOf": each.collect::<Vec<_>>() })
}

/// What can stand in a component of one technology.
fn technology(library: &PresetLibrary, preset: &Preset) -> Value {
    let keys = Keys::new(asked_of_model(&sample(library, Some(preset)), library));
    let section = SECTIONS.iter().find(|(_, kind)| *kind == preset.kind);
    let table = format!("[{}.x]", section.map_or("", |(name, _)| *name));
    let mut known = Map::new();
    let name = json!({ "const": preset.name, "description": summary(preset) });
    known.insert("technology".to_owned(), name);
    for need in &preset.needs {
        let what = format!("the name of {} of this model", need.kind.describe());
        known.insert(need.role.clone(), json!({ "type": "string", "description": what }));
    }
    for set in &preset.sets {
        if let Standing::Placed(key) = &set.standing {
            let places = json!({
                "type": "array",
                "items": { "type": "string" },
                "description": format!("the place of each {}: {}", set.name, set.say),
            });
            known.insert(key.clone(), places);
        }
    }
    for parameter in &preset.parameters {
        known.insert(parameter.name.clone(), value(parameter));
    }
    let mut schema = keys.table_with(&table, known);
    schema["title"] = json!(preset.title);
    schema
}

/// A preset in a few words.
fn summary(preset: &Preset) -> String {
    let held = preset.held.as_ref();
    let held = held.map_or_else(|| "never".to_owned(), ToString::to_string);
    format!("{} ({}). Held against reality: {held}.", preset.title, preset.versions)
}

/// A parameter.
fn value(parameter: &Parameter) -> Value {
    let mut schema = quantity(parameter.dimension);
    let source = parameter.source.as_deref().unwrap_or("ASSUMPTION");
    let words = format!("{}. Default {}. {source}", parameter.say, parameter.default.text);
    if let Some(map) = schema.as_object_mut() {
        let reference = map.remove("$ref");
        map.insert("allOf".to_owned(), json!([{ "$ref": reference }]));
        map.insert("description".to_owned(), json!(words));
    }
    schema
}
