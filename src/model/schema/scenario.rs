//! The schema of a scenario file.

use serde_json::{Map, Value, json};

use super::{Keys, described, document, objectives};
use crate::diagnostic::SourceFile;
use crate::model::file::{FORMS, PHYSICAL, asked_of_scenario, read_model};
use crate::model::preset::{ComponentKind, PresetLibrary};

/// Faults and steps in every form that has keys of its own.
const SAMPLE: &str = r#"scenario = "s"
[[faults]]
[procedure]
[[procedure.steps]]
step = "a"
sleep = "1s"
[[procedure.steps]]
step = "b"
what = "kill"
[[procedure.steps]]
step = "c"
lifts = "b"
[[procedure.steps]]
step = "d"
look = "system"
[[procedure.doubts]]
"#;

/// The JSON Schema of a scenario; presets say which requests there are.
#[must_use]
pub fn scenario_schema(library: &PresetLibrary) -> String {
    let asked = sample_model(library).map(|model| asked_of_scenario(SAMPLE, &model));
    let keys = Keys::new(asked.unwrap_or_default());
    let mut kinds: Vec<String> = PHYSICAL.map(str::to_owned).to_vec();
    for preset in library.names().into_iter().filter_map(|name| library.get(name)) {
        let new = preset.requests.iter().filter(|name| !kinds.contains(name)).cloned();
        kinds.extend(new.collect::<Vec<_>>());
    }
    let acts = |table: &str| {
        let mut known = Map::new();
        known.insert("what".to_owned(), described(table, "what", json!({ "enum": kinds })));
        let place = json!({ "type": "string", "description": format!("what is hit: {FORMS}") });
        known.insert("where".to_owned(), place);
        known
    };
    let list = |table: &str, key: &str, items: Value| {
        let schema = json!({ "type": "array", "minItems": 1, "items": items });
        described(table, key, schema)
    };
    let faults = || keys.table_with("the fault", acts("the fault"));
    let mut procedure = Map::new();
    let steps = keys.table_with("step", acts("step"));
    procedure.insert("steps".to_owned(), list("[procedure]", "steps", steps));
    let mut doubt = Map::new();
    doubt.insert("faults".to_owned(), list("doubt", "faults", faults()));
    let doubts = keys.table_with("doubt", doubt);
    procedure.insert("doubts".to_owned(), list("[procedure]", "doubts", doubts));
    let mut known = Map::new();
    known.insert("faults".to_owned(), list("the scenario", "faults", faults()));
    let procedure = keys.table_with("[procedure]", procedure);
    known.insert("procedure".to_owned(), described("the scenario", "procedure", procedure));
    known.insert("objectives".to_owned(), objectives());
    let mut schema = keys.table_with("the scenario", known);
    schema["required"] = json!(["scenario"]);
    // Something happens, be it a fault or what a step does.
    schema["anyOf"] = json!([{ "required": ["faults"] }, { "required": ["procedure"] }]);
    document("A scenario of Drillcast", schema)
}

/// A model of one store that needs nothing.
fn sample_model(library: &PresetLibrary) -> Option<crate::model::system::Model> {
    let all = library.names().into_iter().filter_map(|name| library.get(name));
    let mut fit = all.filter(|one| one.kind == ComponentKind::Store && one.needs.is_empty());
    let name = fit.next()?.name.clone();
    let text = format!(
        "model = \"m\"\nzones = {{ a = \"r\" }}\n[stores.x]\ntechnology = \"{name}\"\nmembers = [\"a\"]\n"
    );
    read_model(&SourceFile::new("model", text), library, &[], &|_| Err(String::new())).0
}
