//! `[journeys.checkout] through = ["perception", "orders"]`: a chain of components.

use super::draft::Drafts;
use super::name::is_name;
use super::reliance::{RELIED, relied};
use crate::diagnostic::Diagnostic;
use crate::model::read::Reader;
use crate::model::system::Journey;

/// The section's name.
pub(in crate::model) const JOURNEYS: &str = "journeys";
/// Its key.
pub(in crate::model) const THROUGH: &str = "through";

/// Reads the journeys; their names are told apart from those of components.
pub(super) fn read(reader: &Reader<'_>, drafts: &Drafts<'_>) -> Vec<Journey> {
    let context = reader.context();
    let Some(section) = reader.table(JOURNEYS, format!("[{JOURNEYS}]")) else {
        return Vec::new();
    };
    let mut journeys = Vec::new();
    for entry in section.entries() {
        let name = &entry.key;
        if !is_name("journey", name, context) {
            continue;
        }
        if let Some(first) = drafts.named(&name.value).map(|at| &drafts[at]) {
            let message = format!("a component and a journey are called \"{}\"", name.value);
            context.report(
                Diagnostic::error("model::duplicate_name", message)
                    .label(&name.at, "here again")
                    .label(&first.name.at, "first here")
                    .help("components and journeys share their names"),
            );
            continue;
        }
        let what = format!("[{JOURNEYS}.{}]", name.value);
        let Some(table) = section.table_in(entry, what) else { continue };
        let Some(node) = table.required("through") else {
            table.finish();
            continue;
        };
        let before = context.errors();
        let through = relied(&table, THROUGH, &RELIED, drafts);
        if through.is_empty() && context.errors() == before {
            let message = format!("{} leads through nothing", table.what());
            context.error(
                "model::empty_journey",
                message,
                &node.at,
                "expected names in their order",
            );
        }
        table.finish();
        journeys.push(Journey { name: name.value.clone(), through, at: name.at.clone() });
    }
    journeys
}
