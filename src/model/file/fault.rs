//! `[[faults]]`.

use super::name::one_of;
use super::target::{processes, read_target, requests_to, target_name};
use crate::diagnostic::{Location, nearest_help};
use crate::distribution::Law;
use crate::model::fault::{After, Fault, FaultKind, Target};
use crate::model::preset::{Quantity, Varies};
use crate::model::read::{Context, Expect, Found, Node, Raw, Reader, read_quantity};
use crate::model::system::{ComponentId, Model};
use crate::units::{Dimension, ENDLESS};

/// What can happen to anything, whatever its technology.
pub(in crate::model) const PHYSICAL: [&str; 4] = ["kill", "hang", "power loss", "partition"];
/// Faults of a scenario, at most.
const MOST: usize = 1000;

/// Reads all faults; `needed` where nothing else happens in the scenario.
pub(super) fn read_faults(reader: &Reader<'_>, model: &Model, needed: bool) -> Vec<Fault> {
    let context = reader.context();
    let none = |at: &Location| {
        context.error_with_help(
            "scenario::no_faults",
            "nothing happens in this scenario",
            (at, "it has no faults"),
            Some("add [[faults]] with what = \"kill\" and where = \"primary of …\"".to_owned()),
        );
    };
    let Some(node) = reader.get("faults") else {
        if needed {
            none(&reader.table_read().at);
        }
        return Vec::new();
    };
    if needed && node.as_array().is_some_and(<[Node]>::is_empty) {
        none(&node.at);
    }
    if node.as_table().is_some() {
        let label = "write [[faults]], with two brackets";
        context.error("file::wrong_type", "\"faults\" must be a list", &node.at, label);
        return Vec::new();
    }
    faults_of(reader, node, model)
}

/// The faults of a list that stands at the key `faults` of a table.
pub(super) fn faults_of(reader: &Reader<'_>, node: &Node, model: &Model) -> Vec<Fault> {
    let context = reader.context();
    let Some(nodes) = node.as_array() else {
        reader.wrong_type("faults", node, "a list of tables, [[faults]]");
        return Vec::new();
    };
    if nodes.len() > MOST {
        let message = format!("the scenario has {} faults", nodes.len());
        context.error("scenario::too_many", message, &node.at, &format!("at most {MOST}"));
        return Vec::new();
    }
    let faults = nodes.iter().enumerate().map(|(index, node)| {
        let Some(table) = node.as_table() else {
            reader.wrong_type("faults", node, "a list of tables, [[faults]]");
            return None;
        };
        let what = match nodes.len() {
            1 => "the fault".to_owned(),
            _ => format!("fault {}", index + 1),
        };
        fault(&Reader::new(table, what, context), model)
    });
    faults.collect::<Vec<_>>().into_iter().flatten().collect()
}

/// Reads one fault, and reports all that is wrong with it.
fn fault(reader: &Reader<'_>, model: &Model) -> Option<Fault> {
    let (after, at) = start(reader, model);
    let what = reader.required_string("what");
    let hit = hit(reader, what, model);
    for entry in reader.unread() {
        unknown_key(reader, &entry.key);
    }
    let fault = hit?;
    if let (Target::First(_), Some(place)) = (&fault.target, reader.table_read().get("where")) {
        let message = "nobody says when who is first by name";
        let label = "only a step of [procedure] can ask for the first of several";
        reader.context().error("scenario::first", message, &place.at, label);
        return None;
    }
    Some(Fault { at: at?, after, ..fault })
}

/// What a step of a procedure breaks or asks for, when it begins; reports all that
/// is wrong with it but keys of another meaning.
pub(super) fn read_act(
    reader: &Reader<'_>,
    what: Found<String>,
    step: usize,
    model: &Model,
) -> Option<Fault> {
    hit(reader, Some(what), model).map(|fault| Fault { after: Some(After::Step(step)), ..fault })
}

/// What happens to what and for how long, at zero.
fn hit(reader: &Reader<'_>, what: Option<Found<String>>, model: &Model) -> Option<Fault> {
    let context = reader.context();
    let target =
        reader.required_string("where").and_then(|found| read_target(&found, model, context));
    let processes = reader.strings("process");
    let from = reader.string("from").and_then(|found| read_target(&found, model, context));
    let lasts = reader.quantity("for", &Expect::time_once());
    let kind = what.and_then(|what| {
        let target = target.as_ref();
        let kind = kind(&what, target, model, context);
        extras(reader, kind.as_ref());
        match kind? {
            FaultKind::Kill(_) => {
                names(processes.as_deref(), &what, target?, model, context).map(FaultKind::Kill)
            }
            FaultKind::Hang(_) => {
                names(processes.as_deref(), &what, target?, model, context).map(FaultKind::Hang)
            }
            FaultKind::Partition { .. } => Some(FaultKind::Partition { from }),
            other => Some(other),
        }
    });
    let kind = kind.filter(|kind| stands(kind, target.as_ref(), reader, model));
    let (kind, target) = (kind?, target?);
    let title = title(&kind, &target, model);
    // "For ever" is what silence says.
    let lasts = lasts.filter(|quantity| quantity.law.quantile(0.5) < ENDLESS);
    Some(Fault { at: zero(), after: None, what: kind, target, lasts, title })
}

/// Whether a fault of machines or paths hits something that stands somewhere; reports
/// where it does not.
fn stands(kind: &FaultKind, target: Option<&Target>, reader: &Reader<'_>, model: &Model) -> bool {
    let (FaultKind::PowerLoss | FaultKind::Partition { .. }, Some(target)) = (kind, target) else {
        return true;
    };
    let (Target::Member(id, _) | Target::One(id, _) | Target::Each(id, _)) = target else {
        return true;
    };
    let hit = model.components[id.0].preset.kind;
    if let Some(node) = reader.table_read().get("where").filter(|_| !hit.stands()) {
        let message = format!("{} is {}", model.components[id.0].name, hit.describe());
        let label = "stands nowhere that a fault could hit";
        reader.context().error("scenario::stands_nowhere", message, &node.at, label);
    }
    hit.stands()
}

fn unknown_key(reader: &Reader<'_>, key: &Found<String>) {
    let known = ["at", "after", "what", "process", "where", "for", "from"];
    let help = nearest_help(&key.value, known)
        .unwrap_or_else(|| format!("the keys are {}", known.join(", ")));
    reader.context().error_with_help(
        "file::unknown_key",
        format!("{} has no key \"{}\"", reader.what(), key.value),
        (&key.at, "not a key of a fault"),
        Some(help),
    );
}

/// Reports keys that this kind of fault does not have.
fn extras(reader: &Reader<'_>, kind: Option<&FaultKind>) {
    let has_process = matches!(kind, None | Some(FaultKind::Kill(_) | FaultKind::Hang(_)));
    let has_from = matches!(kind, None | Some(FaultKind::Partition { .. }));
    for (key, fits, who) in
        [("process", has_process, "kill and hang"), ("from", has_from, "partition")]
    {
        if let Some(entry) = reader.table_read().entry(key).filter(|_| !fits) {
            let message = format!("\"{key}\" has no meaning for this fault");
            let label = format!("only {who} can have it");
            reader.context().error("scenario::needless_key", message, &entry.key.at, &label);
        }
    }
}

/// When it starts: `at`, or `after` a milestone.
fn start(reader: &Reader<'_>, model: &Model) -> (Option<After>, Option<Quantity>) {
    let context = reader.context();
    let at = reader.get("at");
    let after = reader.get("after");
    if let (Some(_), Some(after)) = (at, after) {
        let label = "leave one of \"at\" and \"after\" out";
        let message = format!("{} starts both at a time and after a milestone", reader.what());
        context.error("scenario::at_and_after", message, &after.at, label);
    }
    let Some(node) = after else {
        let at = match at {
            Some(node) => instant(node, "at", context),
            None => Some(zero()),
        };
        return (None, at);
    };
    let Some(found) = reader.string("after") else {
        return (None, None);
    };
    let (milestone, delay) = match found.value.split_once('+') {
        Some((left, right)) => (left.trim(), Some(right)),
        None => (found.value.trim(), None),
    };
    let at = match delay {
        None => Some(zero()),
        Some(text) => {
            let start = found.value.len() - text.len();
            let part = Node {
                raw: Raw::String(text.trim().to_owned()),
                at: node.within(start..found.value.len()),
            };
            instant(&part, "after", context)
        }
    };
    let milestone = read_milestone(&found, milestone, model, context);
    (milestone.map(|(component, mark)| After::Milestone(component, mark)), at)
}

/// A time from zero on that comes.
pub(super) fn instant(node: &Node, key: &str, context: &Context<'_>) -> Option<Quantity> {
    let quantity = read_quantity(node, key, &Expect::time_once(), context)?;
    if quantity.law.quantile(0.5) >= ENDLESS {
        let label = "expected a time, such as \"0s\"";
        let message = match key {
            "at" | "after" => "a fault that never comes".to_owned(),
            _ => format!("\"{key}\" that is without end"),
        };
        context.error("scenario::never", message, &node.at, label);
        return None;
    }
    Some(quantity)
}

/// Right away.
pub(super) fn zero() -> Quantity {
    Quantity {
        law: Law::constant(0.0).expect("zero is a value of a constant law"),
        dimension: Dimension::TIME,
        varies: Varies::Trial,
        text: "0s".to_owned(),
    }
}

/// `orders.first_write`: a milestone that a node of the component stamps.
fn read_milestone(
    found: &Found<String>,
    text: &str,
    model: &Model,
    context: &Context<'_>,
) -> Option<(ComponentId, String)> {
    let marks =
        |id: usize| model.components[id].preset.nodes.iter().filter_map(|node| node.marks.clone());
    let all = || {
        let each = model.components.iter().enumerate();
        each.flat_map(|(id, one)| marks(id).map(move |mark| format!("{}.{mark}", one.name)))
    };
    if let Some((name, mark)) = text.split_once('.')
        && let Some(id) = model.components.iter().position(|one| one.name == name)
        && marks(id).any(|one| one == mark)
    {
        return Some((ComponentId(id), mark.to_owned()));
    }
    let mut known: Vec<String> = all().collect();
    known.sort();
    known.dedup();
    // The right mark of another component is nearer than a wrong one of this.
    let mark = text.rsplit('.').next().unwrap_or_default();
    let other = known.iter().find(|one| one.rsplit('.').next() == Some(mark));
    let help = other
        .map(|right| format!("did you mean \"{right}\"?"))
        .or_else(|| nearest_help(text, known.iter().map(String::as_str)));
    context.error_with_help(
        "scenario::unknown_milestone",
        format!("no component stamps the milestone \"{text}\""),
        (&found.at, &one_of("milestones", known.iter().map(String::as_str))),
        help,
    );
    None
}

/// What happens, without its processes.
fn kind(
    what: &Found<String>,
    target: Option<&Target>,
    model: &Model,
    context: &Context<'_>,
) -> Option<FaultKind> {
    match what.value.trim() {
        "kill" => return Some(FaultKind::Kill(Vec::new())),
        "hang" => return Some(FaultKind::Hang(Vec::new())),
        "power loss" => return Some(FaultKind::PowerLoss),
        "partition" => return Some(FaultKind::Partition { from: None }),
        _ => {}
    }
    let is_asked = |id: &ComponentId| model.components[id.0].preset.requests.contains(&what.value);
    let understood = target.map(|target| requests_to(target, model)).unwrap_or_default();
    if understood.contains(&what.value.as_str()) {
        return Some(FaultKind::Request(what.value.clone()));
    }
    let all: Vec<ComponentId> = (0..model.components.len()).map(ComponentId).collect();
    if target.is_none() && all.iter().any(is_asked) {
        // The target is wrong, and told already.
        return None;
    }
    let mut known = PHYSICAL.to_vec();
    let physical = known.len();
    known.extend(understood);
    let asked_elsewhere = all.iter().find(|id| is_asked(id));
    let message = match (asked_elsewhere, target) {
        (Some(_), Some(target)) => {
            format!("{} cannot be asked for \"{}\"", target_name(target, model), what.value)
        }
        _ => format!("there is no fault \"{}\"", what.value),
    };
    let help = asked_elsewhere
        .map(|id| format!("{} understands it", model.components[id.0].name))
        .or_else(|| synonym(&what.value))
        .or_else(|| nearest_help(&what.value, known.iter().copied()));
    let code = if asked_elsewhere.is_some() || known.len() > physical && help.is_none() {
        "scenario::unknown_request"
    } else {
        "scenario::unknown_fault"
    };
    context.error_with_help(code, message, (&what.at, &one_of("faults", known)), help);
    None
}

/// Other words for the faults that there are.
fn synonym(word: &str) -> Option<String> {
    let right = match word.trim().to_lowercase().as_str() {
        "crash" | "stop" | "terminate" | "sigkill" | "die" | "delete" => "kill",
        "freeze" | "pause" | "suspend" | "stall" | "sigstop" => "hang",
        "power_loss" | "power-loss" | "poweroff" | "power off" | "outage" | "down" | "shutdown" => {
            "power loss"
        }
        "network partition" | "split" | "netsplit" | "isolate" | "cut" | "disconnect" => {
            "partition"
        }
        _ => return None,
    };
    Some(format!("did you mean \"{right}\"?"))
}

/// The processes that are hit, each known to something that the target touches.
fn names(
    written: Option<&[Found<String>]>,
    what: &Found<String>,
    target: &Target,
    model: &Model,
    context: &Context<'_>,
) -> Option<Vec<String>> {
    let known = processes(target, model);
    if known.is_empty() {
        let message = format!("there are no processes to hit: {}", target_name(target, model));
        let label = "nothing here can die or stand still";
        context.error("scenario::no_processes", message, &what.at, label);
        return None;
    }
    let mut names = Vec::new();
    let mut sound = true;
    for process in written.unwrap_or_default() {
        if known.contains(&process.value.as_str()) {
            if !names.contains(&process.value) {
                names.push(process.value.clone());
            }
            continue;
        }
        sound = false;
        context.error_with_help(
            "scenario::unknown_process",
            format!("{} has no process \"{}\"", target_name(target, model), process.value),
            (&process.at, &one_of("processes", known.iter().copied())),
            nearest_help(&process.value, known.iter().copied()),
        );
    }
    sound.then_some(names)
}

/// The sentence for a timeline.
fn title(kind: &FaultKind, target: &Target, model: &Model) -> String {
    let whom = target_name(target, model);
    let who = |names: &[String]| match names {
        [] => format!("processes of {whom}"),
        [one] => format!("{one} of {whom}"),
        [most @ .., last] => format!("{} and {last} of {whom}", most.join(", ")),
    };
    match kind {
        FaultKind::Kill(names) => format!("{} killed", who(names)),
        FaultKind::Hang(names) if names.len() == 1 => format!("{} stands still", who(names)),
        FaultKind::Hang(names) => format!("{} stand still", who(names)),
        FaultKind::PowerLoss if matches!(target, Target::Each(_, None)) => {
            format!("{whom} lose power")
        }
        FaultKind::PowerLoss => format!("{whom} loses power"),
        FaultKind::Partition { from: Some(from) } => {
            format!("{whom} cut off from {}", target_name(from, model))
        }
        FaultKind::Partition { from: None } => format!("{whom} cut off"),
        FaultKind::Request(name) if matches!(target, Target::Alerts(_)) => {
            format!("{name}: {whom}")
        }
        FaultKind::Request(name) => format!("{name} of {whom} asked for"),
    }
}
