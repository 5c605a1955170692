//! The schema of a scenario file.

use serde_json::{Map, json};

use super::{Keys, described, document, objectives, words};
use crate::diagnostic::SourceFile;
use crate::model::file::{FORMS, PHYSICAL, asked_of_scenario, read_model};
use crate::model::preset::{ComponentKind, PresetLibrary};

/// Faults in every form that has keys of its own.
const SAMPLE: &str = "scenario = \"s\"\n[[faults]]\n";

/// The JSON Schema of a scenario; presets say which requests there are.
#[must_use]
pub fn scenario_schema(library: &PresetLibrary) -> String {
    let asked = sample_model(library).map(|model| asked_of_scenario(SAMPLE, &model));
    let keys = Keys::new(asked.unwrap_or_default());
    let mut faults = Map::new();
    let mut kinds: Vec<String> = PHYSICAL.map(str::to_owned).to_vec();
    for preset in library.names().into_iter().filter_map(|name| library.get(name)) {
        let new = preset.requests.iter().filter(|name| !kinds.contains(name)).cloned();
        kinds.extend(new.collect::<Vec<_>>());
    }
    faults.insert("what".to_owned(), described("the fault", "what", json!({ "enum": kinds })));
    let place = json!({ "type": "string", "description": format!("what is hit: {FORMS}") });
    faults.insert("where".to_owned(), place);
    let mut known = Map::new();
    let words = words::of("faults").unwrap_or_default();
    known.insert(
        "faults".to_owned(),
        json!({
            "type": "array", "minItems": 1, "description": words,
            "items": keys.table_with("the fault", faults),
        }),
    );
    known.insert("objectives".to_owned(), objectives());
    let mut schema = keys.table_with("the scenario", known);
    schema["required"] = json!(["scenario", "faults"]);
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
