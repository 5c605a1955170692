//! `levels = [["ana"], ["ben"]]` and `roles = { dba = ["ana"] }`: who is called, and
//! for what.

use super::draft::Draft;
use super::name::{is_name, one_of};
use crate::diagnostic::nearest_help;
use crate::model::preset::ComponentKind;
use crate::model::read::{Found, Reader};
use crate::model::system::Person;

/// People of one group, at most.
const MOST: usize = 1000;

/// Who they are; nobody where a component is of another kind.
pub(super) fn read(draft: &Draft<'_>) -> Vec<Person> {
    if draft.kind != ComponentKind::People {
        return Vec::new();
    }
    let reader = &draft.reader;
    let (mut people, names) = levels(reader);
    if reader.get("roles").is_none() {
        return people;
    }
    let Some(table) = reader.table("roles", format!("\"roles\" of {}", reader.what())) else {
        return people;
    };
    people.iter_mut().for_each(|one| one.roles = Some(Vec::new()));
    for entry in table.entries() {
        is_name("role", &entry.key, reader.context());
        for who in table.strings(&entry.key.value).unwrap_or_default() {
            let known = || names.iter().map(|name| name.value.as_str());
            match known().position(|name| name == who.value) {
                Some(at) => {
                    people[at].roles.get_or_insert_default().push(entry.key.value.clone());
                }
                // Names that cannot be read are reported where they stand.
                None if names.is_empty() => {}
                None => reader.context().error_with_help(
                    "model::unknown_person",
                    format!("nobody in \"levels\" is called \"{}\"", who.value),
                    (&who.at, &one_of("people", known())),
                    nearest_help(&who.value, known()),
                ),
            }
        }
    }
    people
}

/// The people, level by level, with the places of their names.
fn levels(reader: &Reader<'_>) -> (Vec<Person>, Vec<Found<String>>) {
    let context = reader.context();
    let Some(at) = reader.required("levels").map(|node| &node.at) else {
        return (Vec::new(), Vec::new());
    };
    let mut people: Vec<Person> = Vec::new();
    let mut names: Vec<Found<String>> = Vec::new();
    let Some(nodes) = reader.array("levels") else {
        return (people, names);
    };
    for (level, node) in nodes.iter().enumerate() {
        let texts = match (node.as_str(), node.as_array()) {
            (Some(_), _) => std::slice::from_ref(node),
            (None, Some(nodes)) => nodes,
            (None, None) => {
                reader.wrong_type(
                    "levels",
                    node,
                    "a list of lists of names, [[\"ana\"], [\"ben\"]]",
                );
                continue;
            }
        };
        if texts.is_empty() {
            let label = "expected at least one name";
            let message = format!("level {} of {} is empty", level + 1, reader.what());
            context.error("model::nobody", message, &node.at, label);
        }
        for text in texts {
            let Some(name) = text.as_str() else {
                reader.wrong_type(
                    "levels",
                    text,
                    "a list of lists of names, [[\"ana\"], [\"ben\"]]",
                );
                continue;
            };
            let name = Found { value: name.to_owned(), at: text.at.clone() };
            if names.iter().any(|other| other.value == name.value) {
                let message = format!("\"{}\" stands twice in \"levels\"", name.value);
                context.error("model::twice", message, &name.at, "each person once");
            } else if is_name("person", &name, context) {
                people.push(Person { name: name.value.clone(), level, roles: None });
                names.push(name);
            }
        }
    }
    if nodes.is_empty() {
        let label = "expected who is called first, and who next: [[\"ana\"], [\"ben\"]]";
        context.error("model::nobody", format!("nobody is in {}", reader.what()), at, label);
    }
    if people.len() > MOST {
        let message = format!("{} are in {}", people.len(), reader.what());
        context.error("model::too_many", message, at, &format!("expected at most {MOST}"));
        return (Vec::new(), Vec::new());
    }
    (people, names)
}
