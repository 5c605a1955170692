//! What a step of a procedure looks at, from where, and what it takes for a pass.

use super::fault::{instant, zero};
use super::name::{one_of, word};
use super::target::read_target;
use crate::diagnostic::{Location, nearest_help};
use crate::model::fault::Target;
use crate::model::preset::ComponentKind;
use crate::model::procedure::{Again, Choice, Look, Looked, Passes};
use crate::model::read::{Found, Reader};
use crate::model::system::{ComponentId, Model};

const PICKS: [(&str, Choice); 3] =
    [("first", Choice::First), ("each", Choice::Each), ("any", Choice::Any)];
const SIDES: [(&str, bool); 2] = [("outside", false), ("inside", true)];
const PASSES: [(&str, Passes); 5] = [
    ("serves", Passes::Serves),
    ("ready", Passes::Ready),
    ("reads", Passes::Reads),
    ("writes", Passes::Writes),
    ("always", Passes::Always),
];

/// Reads a look, and reports all that is wrong with it.
pub(super) fn read_look(reader: &Reader<'_>, model: &Model) -> Option<Look> {
    let context = reader.context();
    let of = reader.required_string("look");
    let place = of.as_ref().map(|found| found.at.clone());
    let of = of.and_then(|found| looked(&found, model, reader));
    let pick = word(reader, "pick", &PICKS);
    let inside = word(reader, "from", &SIDES).unwrap_or(false);
    let passes = word(reader, "passes", &PASSES).unwrap_or(Passes::Serves);
    let time = |key: &str| reader.get(key).map(|node| instant(node, key, context));
    let first = time("first").unwrap_or_else(|| Some(zero()));
    let (every, timeout) = (time("every"), time("timeout"));
    let again = match (every, timeout) {
        (None, None) => Some(Again::Never),
        (None, Some(until)) => until.map(Again::Watches),
        (Some(every), Some(until)) => {
            every.zip(until).map(|(every, until)| Again::Every(every, until))
        }
        (Some(_), None) => {
            let at = reader.table_read().entry("every").map(|entry| entry.key.at.clone());
            let message = format!("{} looks again and again, and never gives up", reader.what());
            if let Some(at) = at {
                context.error("procedure::timeout", message, &at, "needs a \"timeout\" beside it");
            }
            None
        }
    };
    if let Some(Again::Every(every, _)) = &again
        && every.law.least() <= 0.0
        && let Some(entry) = reader.table_read().entry("every")
    {
        let label = "expected more than 0s; without \"every\" it watches without a break";
        context.error("procedure::every", "a period of no time", &entry.node.at, label);
        return None;
    }
    let (of, place) = (of?, place?);
    let pick = chosen(of, (pick, inside, passes), &place, reader, model)?;
    Some(Look { of, pick, inside, passes, first: first?, again: again? })
}

/// `perception`, `member b of orders`, `system`.
fn looked(found: &Found<String>, model: &Model, reader: &Reader<'_>) -> Option<Looked> {
    let text = found.value.trim();
    if text == "system" {
        return Some(Looked::System);
    }
    if let Some(at) = model.components.iter().position(|one| one.name == text) {
        return Some(Looked::Component(ComponentId(at)));
    }
    if text.starts_with("member ") {
        return match read_target(found, model, reader.context())? {
            Target::Member(id, at) if at < model.components[id.0].members.len() => {
                Some(Looked::Member(id, at))
            }
            _ => None,
        };
    }
    let names = || model.components.iter().map(|one| one.name.as_str()).chain(["system"]);
    reader.context().error_with_help(
        "procedure::look",
        format!("there is no \"{text}\" to look at"),
        (&found.at, &one_of("components", names())),
        nearest_help(text, names()),
    );
    None
}

/// Which one of several, where the file is silent as well; reports what has none.
fn chosen(
    of: Looked,
    (pick, inside, passes): (Option<Choice>, bool, Passes),
    place: &Location,
    reader: &Reader<'_>,
    model: &Model,
) -> Option<Option<Choice>> {
    let wrong = |message: String, label: &str| {
        reader.context().error("procedure::look", message, place, label);
        None
    };
    let id = match of {
        Looked::System => {
            if pick.is_some() || inside || !matches!(passes, Passes::Serves | Passes::Always) {
                return wrong(
                    "the system serves or does not, as its users see it".to_owned(),
                    "no \"pick\", no \"from\" inside, and nothing but \"serves\" or \"always\"",
                );
            }
            return Some(None);
        }
        Looked::Component(id) | Looked::Member(id, _) => id,
    };
    let component = &model.components[id.0];
    let kind = component.preset.kind;
    let one = matches!(of, Looked::Member(..));
    let members = has_members(kind);
    let says = match passes {
        Passes::Always => true,
        _ if !kind.is_served() => false,
        Passes::Ready => members,
        Passes::Reads | Passes::Writes => {
            matches!(kind, ComponentKind::Store | ComponentKind::Stream | ComponentKind::Consensus)
        }
        Passes::Serves => kind == ComponentKind::Service || !one && pick.is_none() && !inside,
    };
    if !says {
        let word = PASSES.iter().find(|(_, other)| *other == passes).map_or("", |(word, _)| word);
        let whom = if one || pick.is_some() || inside { "one of them" } else { "it" };
        let message = format!("{}: {whom} cannot be seen to be \"{word}\"", component.name);
        return wrong(message, sayable(kind));
    }
    if one && pick.is_some() {
        return wrong("one member is picked twice".to_owned(), "leave \"pick\" out");
    }
    if pick.is_some() && !members {
        return wrong(format!("{} has no members", component.name), "leave \"pick\" out");
    }
    // What is asked on its own machine is one of several.
    let silent = match passes {
        _ if one => None,
        Passes::Ready => Some(Choice::Each),
        _ if inside && members => Some(Choice::Any),
        _ => None,
    };
    Some(pick.or(silent))
}

const fn has_members(kind: ComponentKind) -> bool {
    kind.is_served() && !matches!(kind, ComponentKind::Route | ComponentKind::Clients)
}

/// What can be seen of a component.
const fn sayable(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Store | ComponentKind::Stream | ComponentKind::Consensus => {
            "of a member: ready, reads or writes; of all: serves as well"
        }
        ComponentKind::Service => "expected ready or serves",
        ComponentKind::Cluster => "of a member: ready; of all: serves as well",
        ComponentKind::Route | ComponentKind::Clients => "expected serves, from outside",
        ComponentKind::Alert | ComponentKind::People | ComponentKind::Runbook => {
            "expected something that serves"
        }
    }
}
