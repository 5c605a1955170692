//! The JSON schema of a prediction, and predictions as JSON.

use super::prediction::Prediction;
use serde::Serialize;

/// The schema of what `drillcast predict --format json` writes
/// (JSON Schema 2020-12), as it stands in `docs/prediction.schema.json`.
#[must_use]
pub fn prediction_schema() -> String {
    let settings = schemars::generate::SchemaSettings::draft2020_12().for_serialize();
    json(&settings.into_generator().into_root_schema_for::<Prediction>())
}

/// Anything of a report as JSON, indented, with a line end.
///
/// # Panics
///
/// Where a map has keys that are no strings: a bug.
#[must_use]
pub fn json(value: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(value).expect("reports have string keys");
    text.push('\n');
    text
}
