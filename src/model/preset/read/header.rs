//! What a preset says of itself before any of its tables.

use crate::diagnostic::{Location, nearest};
use crate::model::preset::{ComponentKind, DefaultVersion, Need, Version};
use crate::model::read::{Found, Reader};

/// The header.
#[derive(Debug)]
pub(super) struct Header {
    /// Its name.
    pub(super) name: Found<String>,
    /// Its title.
    pub(super) title: String,
    /// Its kind, if it is one.
    pub(super) kind: Option<ComponentKind>,
    /// What it describes.
    pub(super) versions: String,
    /// The processes of each member.
    pub(super) processes: Vec<Found<String>>,
    /// What it cannot do without.
    pub(super) needs: Vec<Found<Need>>,
    /// The requests that it understands.
    pub(super) requests: Vec<Found<String>>,
    /// What surprises people.
    pub(super) surprises: Vec<String>,
    /// What is left out.
    pub(super) not_modelled: Vec<String>,
}

/// Reads the header.
pub(super) fn read(reader: &Reader<'_>) -> Header {
    let name = reader.required_string("preset");
    if let Some(name) = &name {
        check_name(name, reader);
    }
    let name =
        name.unwrap_or_else(|| Found { value: String::new(), at: reader.table_read().at.clone() });
    let text = |key| reader.required_string(key).map_or_else(String::new, |found| found.value);
    let list = |key| reader.strings(key).unwrap_or_default();
    let sentences = |key| list(key).into_iter().map(|found| found.value).collect();
    let kind = reader.required_string("kind").and_then(|text| kind(&text.value, &text.at, reader));
    Header {
        name,
        title: text("title"),
        kind,
        versions: text("versions"),
        processes: list("processes"),
        needs: needs(reader),
        requests: list("requests"),
        surprises: sentences("surprises"),
        not_modelled: sentences("not_modelled"),
    }
}

/// `version = { default = "3.5", say = "…" }`
pub(super) fn version(reader: &Reader<'_>) -> Option<DefaultVersion> {
    reader.get("version")?;
    let table = reader.table("version", "\"version\"")?;
    let (text, say) = (table.required_string("default"), table.required_string("say"));
    table.finish();
    let (text, say) = (text?, say?.value);
    let Some(default) = Version::parse(&text.value) else {
        let message = format!("\"{}\" is no version", text.value);
        let label = "expected numbers with points between them, such as 3.5";
        reader.context().error("preset::version", message, &text.at, label);
        return None;
    };
    Some(DefaultVersion { default, text: text.value, say })
}

/// A preset is called `family/product`.
fn check_name(name: &Found<String>, reader: &Reader<'_>) {
    let part = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || "-_.".contains(c))
    };
    if !name.value.split('/').all(part) {
        let message = format!("\"{}\" cannot be the name of a preset", name.value);
        let label = "expected small letters, digits, - and /";
        reader.context().error("preset::bad_name", message, &name.at, label);
    }
}

/// The kind of that name.
fn kind(text: &str, at: &Location, reader: &Reader<'_>) -> Option<ComponentKind> {
    let found = ComponentKind::ALL.into_iter().find(|kind| kind.name() == text);
    if found.is_none() {
        let names = ComponentKind::ALL.map(ComponentKind::name);
        let help = nearest(text, names).map_or_else(
            || format!("the kinds are {}", names.join(", ")),
            |right| format!("did you mean \"{right}\"?"),
        );
        let message = format!("there is no kind \"{text}\"");
        let place = (at, "expected a kind of component");
        reader.context().error_with_help("preset::unknown_kind", message, place, Some(help));
    }
    found
}

/// `needs = { dcs = "consensus" }`
fn needs(reader: &Reader<'_>) -> Vec<Found<Need>> {
    let Some(table) = reader.table("needs", "\"needs\"") else {
        return Vec::new();
    };
    let mut needs = Vec::new();
    for entry in table.entries() {
        let Some(text) = table.string(&entry.key.value) else {
            continue;
        };
        if let Some(kind) = kind(&text.value, &text.at, reader) {
            let role = entry.key.value.clone();
            needs.push(Found { value: Need { role, kind }, at: entry.key.at.clone() });
        }
    }
    needs
}
