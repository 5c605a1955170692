//! `replicas = { a = 2, b = 2 }`: how many in each zone.

use crate::model::read::{Found, Reader};

/// Its key.
const REPLICAS: &str = "replicas";

/// Whether the file counts members by zone; reports where it lists them as well.
pub(super) fn is_written(reader: &Reader<'_>) -> bool {
    let counted = reader.get(REPLICAS);
    if let (Some(_), Some(listed)) = (counted, reader.get("members")) {
        let message = format!("{} has both \"members\" and \"replicas\"", reader.what());
        let label = "expected one of the two";
        reader.context().error("model::members_and_replicas", message, &listed.at, label);
    }
    counted.is_some()
}

/// The zone of each member, as a list of members would say it.
pub(super) fn read(reader: &Reader<'_>, most: usize) -> Vec<Found<String>> {
    let Some(table) = reader.table(REPLICAS, format!("\"{REPLICAS}\" of {}", reader.what())) else {
        return Vec::new();
    };
    let mut written = Vec::new();
    for entry in table.entries() {
        let most = i64::try_from(most).unwrap_or(i64::MAX);
        if let Some(count) = table.integer(&entry.key.value, 1..=most) {
            written.extend((0..count.value).map(|_| entry.key.clone()));
        }
    }
    if table.entries().is_empty() {
        let label = "expected the number in each zone, such as { a = 2, b = 2 }";
        let message = format!("{} has no replicas", reader.what());
        reader.context().error("model::no_members", message, &table.table_read().at, label);
    }
    written
}
