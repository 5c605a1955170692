//! `[procedure]`: what the drill does, step by step, and what its document claims.

use super::doubt::read_doubts;
use super::fault::{instant, read_act, zero};
use super::look::read_look;
use super::name::{one_of, word};
use crate::diagnostic::{Location, nearest_help};
use crate::distribution::Law;
use crate::model::fault::Fault;
use crate::model::preset::{Quantity, Varies};
use crate::model::procedure::{Command, Deed, DrillStep, Errors, Look, Procedure};
use crate::model::read::{Expect, Found, Node, Raw, Reader, read_amount};
use crate::model::system::Model;
use crate::outcome::{Claim, Claimed};
use crate::units::{Dimension, Span};

/// Steps of a procedure, at most.
const MOST: usize = 200;
/// Claims that are not about a step.
const CLAIMS: [(&str, Claimed); 2] = [("recovery", Claimed::Recovery), ("total", Claimed::Total)];
/// What follows from an error, by its word.
const ERRORS: [(&str, Errors); 3] =
    [("stop", Errors::Stop), ("noted", Errors::Noted), ("ignored", Errors::Ignored)];
/// What a step can do, by the key that says so.
const DEEDS: [&str; 4] = ["sleep", "what", "lifts", "look"];

/// Reads the procedure and what its steps do to the system: faults whose positions
/// count from `faults` on.
pub(super) fn read_procedure(
    reader: &Reader<'_>,
    model: &Model,
    faults: usize,
) -> (Option<Procedure>, Vec<Fault>) {
    let Some(table) = reader.table("procedure", "[procedure]") else {
        return (None, Vec::new());
    };
    let starts = table
        .get("starts")
        .map_or_else(|| Some(zero()), |node| instant(node, "starts", table.context()));
    let mut draft =
        Draft { model, first: faults, acts: Vec::new(), names: Vec::new(), commands: Vec::new() };
    let steps = draft.steps(&table);
    let claims = claims(&table, &draft.names);
    let doubts = read_doubts(&table, model);
    let at = reader.table_read().entry("procedure").map(|entry| entry.key.at.clone());
    table.finish();
    let procedure =
        starts.zip(at).map(|(starts, at)| Procedure { at, starts, steps, claims, doubts });
    (procedure.filter(|procedure| !procedure.steps.is_empty()), draft.acts)
}

/// A procedure while it is read.
struct Draft<'m> {
    model: &'m Model,
    first: usize,
    acts: Vec<Fault>,
    names: Vec<Found<String>>,
    /// Steps that act: the name, whether a later one lifts it, and the position.
    commands: Vec<(String, bool, usize)>,
}

impl Draft<'_> {
    fn steps(&mut self, table: &Reader<'_>) -> Vec<DrillStep> {
        let context = table.context();
        let Some(node) = table.required("steps") else { return Vec::new() };
        let Some(nodes) = node.as_array() else {
            table.wrong_type("steps", node, "a list of tables, [[procedure.steps]]");
            return Vec::new();
        };
        if nodes.is_empty() || nodes.len() > MOST {
            let message = format!("the procedure has {} steps", nodes.len());
            let label = format!("expected 1 to {MOST}");
            context.error("procedure::steps", message, &node.at, &label);
            return Vec::new();
        }
        let mut steps = Vec::new();
        for (index, node) in nodes.iter().enumerate() {
            let Some(inner) = node.as_table() else {
                table.wrong_type("steps", node, "a list of tables, [[procedure.steps]]");
                continue;
            };
            // A step is known by its name where it has one.
            let name = inner.get("step").and_then(|node| node.as_str());
            let name = name.map_or_else(|| (index + 1).to_string(), str::to_owned);
            let reader = Reader::new(inner, format!("step `{name}`"), context);
            steps.extend(self.step(&reader, index));
        }
        steps
    }

    fn step(&mut self, reader: &Reader<'_>, index: usize) -> Option<DrillStep> {
        let name = reader.required_string("step");
        let errors = word(reader, "errors", &ERRORS).unwrap_or(Errors::Stop);
        let does = self.deed(reader, index);
        for entry in reader.unread() {
            let known = known_keys(does.as_ref());
            let message = format!("{} has no key \"{}\"", reader.what(), entry.key.value);
            let help = nearest_help(&entry.key.value, known.iter().copied())
                .unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
            let label = "not a key of such a step";
            reader.context().error_with_help(
                "file::unknown_key",
                message,
                (&entry.key.at, label),
                Some(help),
            );
        }
        let name = name?;
        let twice = self.names.iter().find(|other| other.value == name.value);
        let reserved = CLAIMS.iter().any(|(word, _)| *word == name.value);
        if twice.is_some() || reserved || name.value.trim().is_empty() {
            let message = format!("\"{}\" cannot name a step", name.value);
            let label = match (twice, reserved) {
                (Some(_), _) => "another step is called so",
                (_, true) => "a claim of this name is about the whole",
                _ => "expected a few words",
            };
            reader.context().error("procedure::name", message, &name.at, label);
        }
        let (value, at) = (name.value.clone(), name.at.clone());
        self.names.push(name);
        Some(DrillStep { name: value, at, does: does?, errors })
    }

    fn deed(&mut self, reader: &Reader<'_>, index: usize) -> Option<Deed> {
        let context = reader.context();
        let said: Vec<&str> =
            DEEDS.into_iter().filter(|key| reader.table_read().get(key).is_some()).collect();
        let [deed] = said[..] else {
            let message = format!("{} does {}", reader.what(), count(said.len()));
            let label = "expected one of sleep = \"60s\", what = …, lifts = …, look = …";
            context.error("procedure::deed", message, &reader.table_read().at, label);
            // What else there is, is read for its own mistakes.
            reader.allow(ALL);
            return None;
        };
        match deed {
            "sleep" => reader
                .get("sleep")
                .and_then(|node| instant(node, "sleep", context))
                .map(Deed::Sleep),
            "what" => {
                let name = reader.table_read().get("step").and_then(|node| node.as_str());
                self.commands.extend(name.map(|name| (name.to_owned(), false, index)));
                let what = reader.required_string("what")?;
                let command = command(reader);
                let fault = read_act(reader, what, index, self.model)?;
                self.acts.push(fault);
                Some(Deed::Act { fault: self.first + self.acts.len() - 1, command: command? })
            }
            "lifts" => {
                let command = command(reader);
                let step = self.lifted(&reader.required_string("lifts")?, reader)?;
                Some(Deed::Lift { step, command: command? })
            }
            _ => read_look(reader, self.model).map(Deed::Look),
        }
    }

    /// The earlier step that is lifted, once; one whose own mistakes are told counts.
    fn lifted(&mut self, found: &Found<String>, reader: &Reader<'_>) -> Option<usize> {
        let mut acts = self.commands.iter();
        let at = acts.position(|(name, lifted, _)| *name == found.value && !*lifted);
        let at = at.map(|at| {
            self.commands[at].1 = true;
            self.commands[at].2
        });
        if at.is_none() {
            let open = self.commands.iter().filter(|(_, lifted, _)| !lifted);
            let names = || open.clone().map(|(name, ..)| name.as_str());
            reader.context().error_with_help(
                "procedure::unknown_step",
                format!("\"{}\" is no earlier step that stands and could be lifted", found.value),
                (&found.at, &one_of("earlier steps", names())),
                nearest_help(&found.value, names()),
            );
        }
        at
    }
}

/// All keys that a step can have.
const ALL: [&str; 17] = [
    "sleep", "what", "where", "process", "from", "for", "takes", "fails", "lifts", "look", "pick",
    "passes", "first", "every", "timeout", "step", "errors",
];

/// The keys of a step that does this.
fn known_keys(does: Option<&Deed>) -> Vec<&'static str> {
    let own: &[&str] = match does {
        None => &ALL[..15],
        Some(Deed::Sleep(_)) => &["sleep"],
        Some(Deed::Act { .. }) => &["what", "where", "process", "from", "for", "takes", "fails"],
        Some(Deed::Lift { .. }) => &["lifts", "takes", "fails"],
        Some(Deed::Look(Look { .. })) => {
            &["look", "pick", "from", "passes", "first", "every", "timeout"]
        }
    };
    [&["step", "errors"], own].concat()
}

fn count(deeds: usize) -> &'static str {
    if deeds == 0 { "nothing" } else { "more than one thing" }
}

/// How a command goes.
fn command(reader: &Reader<'_>) -> Option<Command> {
    let context = reader.context();
    let takes = match reader.get("takes") {
        Some(node) => instant(node, "takes", context),
        None => Some(zero()),
    };
    let chance = Expect { varies: Varies::Trial, ..Expect::of(Dimension::NUMBER) };
    let chance = chance.within(Some(0.0), Some(1.0), None);
    let fails = match reader.table_read().get("fails") {
        Some(_) => reader.quantity("fails", &chance),
        None => {
            reader.allow(["fails"]);
            Some(never())
        }
    };
    Some(Command { takes: takes?, fails: fails? })
}

/// No chance.
fn never() -> Quantity {
    Quantity {
        law: Law::constant(0.0).expect("zero is a value of a constant law"),
        dimension: Dimension::NUMBER,
        varies: Varies::Trial,
        text: "0".to_owned(),
    }
}

/// `claims = { recovery = "2m" }`.
fn claims(table: &Reader<'_>, names: &[Found<String>]) -> Vec<Claim> {
    let Some(claims) = table.table("claims", "the claims") else { return Vec::new() };
    let mut found = Vec::new();
    for entry in claims.entries() {
        let name = &entry.key.value;
        let whole = CLAIMS.iter().find(|(word, _)| word == name).map(|(_, of)| *of);
        let step = || names.iter().position(|one| one.value == *name).map(Claimed::Step);
        let Some(of) = whole.or_else(step) else {
            let known = || {
                CLAIMS.iter().map(|(word, _)| *word).chain(names.iter().map(|n| n.value.as_str()))
            };
            claims.context().error_with_help(
                "procedure::unknown_step",
                format!("no step is called \"{name}\""),
                (&entry.key.at, &one_of("steps", known())),
                nearest_help(name, known()),
            );
            continue;
        };
        found.extend(claim(of, &entry.node, &claims));
    }
    found
}

fn claim(of: Claimed, node: &Node, reader: &Reader<'_>) -> Option<Claim> {
    let seconds = read_amount(node, "a claim", Dimension::TIME, reader.context())?;
    let text = match &node.raw {
        Raw::String(text) => text.trim().to_owned(),
        _ => node.written(),
    };
    let most = Span::from_seconds(seconds);
    if seconds < 0.0 || most.is_never() {
        refuse(&node.at, reader, "a claim is a time from zero on");
        return None;
    }
    Some(Claim { of, most, text })
}

fn refuse(at: &Location, reader: &Reader<'_>, message: &str) {
    reader.context().error("procedure::claim", message, at, "expected a duration, such as 2m");
}
