//! `[each]`: further sets of alike things, and the tables of pairs.

use super::field::is_name;
use super::parts::ReadParameter;
use crate::diagnostic::{Diagnostic, nearest_help};
use crate::model::expression::{Half, ParameterId, Range, SetId};
use crate::model::file::structural_keys;
use crate::model::preset::{ComponentKind, MOST_OF_A_SET, PEER, Set, Standing, whole_size};
use crate::model::read::{Context, Entry, Found, Node, Reader};
use crate::units::Dimension;

/// A set, even where its description is wrong: its name is known, so that
/// expressions may speak of it without a second complaint.
#[derive(Debug)]
pub(super) struct ReadSet {
    /// Its name.
    pub(super) name: Found<String>,
    /// All of it.
    pub(super) set: Set,
    /// Its processes.
    pub(super) processes: Vec<Found<String>>,
    /// The key of the model that places it.
    pub(super) places: Option<Found<String>>,
}

/// Reads `[each]`; the processes of the sets follow so many others.
pub(super) fn sets(
    reader: &Reader<'_>,
    parameters: &[ReadParameter],
    mut processes: usize,
) -> Vec<ReadSet> {
    let Some(table) = reader.table("each", "[each]") else {
        return Vec::new();
    };
    let mut sets = Vec::new();
    for entry in table.entries() {
        let name = &entry.key.value;
        let Some(inner) = table.table(name, format!("`{name}` of [each]")) else {
            continue;
        };
        let read = set(entry, &inner, parameters, processes);
        processes = read.set.processes.end;
        inner.finish();
        sets.push(read);
    }
    sets
}

/// Reads one set.
fn set(entry: &Entry, reader: &Reader<'_>, parameters: &[ReadParameter], before: usize) -> ReadSet {
    let name = entry.key.clone();
    let (places, size) = (reader.string("places"), reader.get("size"));
    let processes = reader.strings("processes").unwrap_or_default();
    let say = reader.required_string("say").map_or_else(String::new, |found| found.value);
    let refuse = |message: String, label: &str| {
        reader.context().error("preset::set", message, &entry.key.at, label);
    };
    let standing = match (&places, size) {
        (Some(_), Some(_)) => {
            let message = format!("`{}` is both placed and counted", name.value);
            refuse(message, "expected one of `places` and `size`");
            None
        }
        (None, None) if reader.get("places").is_none() => {
            let message = format!("`{}` is neither placed nor counted", name.value);
            refuse(message, "expected `places`, a key of the model, or `size`, a parameter");
            None
        }
        (places, None) => places.as_ref().map(|key| Standing::Placed(key.value.clone())),
        (None, Some(node)) => {
            if let Some(process) = processes.first() {
                let message = format!("`{}` is counted and has no processes", name.value);
                let label = "processes need a host: say `places` for a `size`";
                reader.context().error("preset::set", message, &process.at, label);
            }
            size_of(node, reader, parameters)
        }
    };
    let set = Set {
        name: name.value.clone(),
        standing: standing.unwrap_or_else(|| Standing::Placed(String::new())),
        processes: before..before + processes.len(),
        say,
    };
    ReadSet { name, set, processes, places }
}

/// The parameter that says how many there are.
fn size_of(node: &Node, reader: &Reader<'_>, parameters: &[ReadParameter]) -> Option<Standing> {
    let context = reader.context();
    let Some(name) = node.as_str() else {
        reader.wrong_type("size", node, "the name of a parameter");
        return None;
    };
    let Some(at) = parameters.iter().position(|one| one.name.value == name) else {
        let known = parameters.iter().map(|one| one.name.value.as_str());
        context.error_with_help(
            "preset::unknown_name",
            format!("there is no parameter `{name}`"),
            (&node.at, "expected the name of a parameter"),
            nearest_help(name, known),
        );
        return None;
    };
    // What is wrong with the parameter itself is reported there.
    let parameter = parameters[at].parameter.as_ref()?;
    let wrong = if parameter.dimension == Dimension::NUMBER {
        let default = &parameter.default;
        whole_size(&default.law).err().map(|_| format!("its default is {}", default.text))
    } else {
        Some(format!("it is {}", parameter.dimension))
    };
    if let Some(wrong) = wrong {
        let message = format!("`{name}` cannot say how many there are: {wrong}");
        let label = format!("expected a whole number from 1 to {MOST_OF_A_SET}");
        context.report(
            Diagnostic::error("preset::size", message)
                .label(&node.at, label)
                .label(&parameters[at].name.at, "declared here"),
        );
        return None;
    }
    Some(Standing::Counted(ParameterId(at)))
}

/// Reports keys of the model that would mean two things, or that cannot be keys.
pub(super) fn check_places(
    sets: &[ReadSet],
    kind: ComponentKind,
    others: &[&str],
    context: &Context<'_>,
) {
    for (at, set) in sets.iter().enumerate() {
        let Some(key) = &set.places else {
            continue;
        };
        let name = key.value.as_str();
        let earlier = sets[..at].iter().filter_map(|one| one.places.as_ref());
        let twice = earlier.into_iter().any(|one| one.value == name);
        if twice || structural_keys(kind).contains(&name) || others.contains(&name) {
            let message = format!("the key \"{name}\" of a component means something else");
            let label = "choose another key for this set";
            context.error("preset::reserved_name", message, &key.at, label);
        } else if !is_name(name) {
            let message = format!("\"{name}\" cannot be a key of a component");
            let label = "expected letters, digits and _, a letter first";
            context.error("preset::bad_name", message, &key.at, label);
        }
    }
}

/// The ranges that a preset's tables may stand for: those of its kind, its sets,
/// and the pairs that have a table; reports pairs that cannot be.
pub(super) fn ranges(reader: &Reader<'_>, kind: ComponentKind, sets: &[Set]) -> Vec<Range> {
    let mut ranges = kind.ranges().to_vec();
    // What is called as another range is reported, and is not read twice.
    let mut seen = kind.ranges().iter().map(|range| range.name(sets)).collect::<Vec<_>>();
    for (at, set) in sets.iter().enumerate() {
        if !seen.contains(&set.name) {
            seen.push(set.name.clone());
            ranges.push(Range::Set(SetId(at)));
        }
    }
    let singles: Vec<Half> = ranges.iter().copied().filter_map(Half::of).collect();
    for entry in &reader.table_read().entries {
        if entry.key.value.contains('-') {
            reader.allow([entry.key.value.as_str()]);
            ranges.extend(pair(&entry.key, &singles, sets, reader.context()));
        }
    }
    ranges
}

/// `checker-target`, `member-peer`
fn pair(
    key: &Found<String>,
    singles: &[Half],
    sets: &[Set],
    context: &Context<'_>,
) -> Option<Range> {
    let (first, second) = key.value.split_once('-')?;
    let half = |name: &str| singles.iter().copied().find(|one| one.range().name(sets) == name);
    let names: Vec<String> = singles.iter().map(|one| one.range().name(sets)).collect();
    let known = |more: Option<&'static str>| {
        names.iter().map(String::as_str).chain(more).collect::<Vec<_>>()
    };
    let unknown = |name: &str, known: Vec<&str>| {
        let help = nearest_help(name, known.iter().copied())
            .unwrap_or_else(|| format!("its halves can be {}", known.join(", ")));
        let at = key.at.within(&key.value, {
            let start = if name == first { 0 } else { first.len() + 1 };
            start..start + name.len()
        });
        context.error_with_help(
            "preset::unknown_range",
            format!("there are no pairs of `{first}` and `{second}`"),
            (&at, &format!("no set is called `{name}`")),
            Some(help),
        );
    };
    let (one, other) = (half(first), half(second));
    if one.is_none() {
        unknown(first, known(None));
    }
    if second != PEER && other.is_none() {
        unknown(second, known(Some(PEER)));
    }
    let one = one?;
    if other == Some(one) {
        context.error_with_help(
            "preset::same_halves",
            format!("both halves of `{}` are called `{first}`", key.value),
            (&key.at, "which of the two would `self` be?"),
            Some(format!("write [{first}-{PEER}.…]: each {first} with each other one")),
        );
        return None;
    }
    match other {
        None if second == PEER => Some(Range::Pair(one, one)),
        other => Some(Range::Pair(one, other?)),
    }
}
