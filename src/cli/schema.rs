//! `drillcast schema`.

use super::arguments::{Schema, SchemaOf};
use super::exit::Exit;
use super::load::{Refusal, library};
use super::terminal::{answer, complain_of};
use crate::diagnostic::Severity;
use crate::model::schema::{model_schema, preset_schema, scenario_schema};
use crate::report::prediction_schema;

pub(super) fn command(arguments: &Schema) -> Result<Exit, Refusal> {
    let (library, wrong) = library(arguments.presets.as_deref())?;
    let schema = match arguments.of {
        SchemaOf::Model => model_schema(&library),
        SchemaOf::Scenario => scenario_schema(&library),
        SchemaOf::Preset => preset_schema(),
        SchemaOf::Prediction => prediction_schema(),
    };
    complain_of(&wrong, false);
    answer(&schema, arguments.out.as_deref())?;
    let bad = wrong.iter().any(|finding| finding.severity == Severity::Error);
    Ok(if bad { Exit::Bad } else { Exit::Met })
}
