//! What is asked of a service and what a replica carries: `demand`, `capacity`, or
//! `serves_with` in short; and on how many replicas a request is tried.

use super::draft::Draft;
use crate::model::preset::{ComponentKind, LISTED};
use crate::model::read::Found;
use crate::units::{Dimension, Span};

/// Tries beyond which one more changes no share in sight.
const MOST_TRIES: i64 = 100;
/// Beyond this nobody waits for a reply \[s\].
const LONGEST_TIMEOUT: f64 = 86_400.0;

/// How many ready replicas carry all that is asked: `demand` ÷ `capacity`, or
/// `serves_with`; 1 where the file is silent. At most as many as there are. And what is
/// asked \[1/s\], where it is written.
pub(super) fn load(draft: &Draft<'_>, members: usize) -> (f64, Option<f64>) {
    if draft.kind != ComponentKind::Service {
        return (1.0, None);
    }
    let (reader, context) = (&draft.reader, draft.reader.context());
    let most = members.max(1);
    let short = reader.integer("serves_with", 1..=i64::try_from(most).unwrap_or(i64::MAX));
    let rate = |key: &str| {
        let found = reader.amount(key, Dimension::RATE)?;
        if found.value > 0.0 {
            return Some(found);
        }
        let message = format!("\"{key}\" of {} cannot be zero", reader.what());
        context.error("file::out_of_range", message, &found.at, "expected a rate, such as 300/s");
        None
    };
    let written = ["demand", "capacity"].map(|key| reader.get(key).map(|node| &node.at));
    let (demand, capacity) = (rate("demand"), rate("capacity"));
    if let (Some(at), Some(_)) = (written[0].or(written[1]), reader.get("serves_with")) {
        context.error_with_help(
            "model::load_twice",
            format!("{} says twice how many replicas carry all that is asked", reader.what()),
            (at, "expected either this or \"serves_with\""),
            Some("serves_with is short for demand divided by capacity".to_owned()),
        );
        return (1.0, None);
    }
    if let [Some(at), None] | [None, Some(at)] = written {
        let (has, lacks) = match written[0] {
            Some(_) => ("demand", "capacity = \"300/s\", what a replica carries"),
            None => ("capacity", "demand = \"900/s\", what is asked of all"),
        };
        context.error_with_help(
            "model::load_half",
            format!("{} has a \"{has}\" alone, which says nothing", reader.what()),
            (at, "expected the other one beside it"),
            Some(format!("add {lacks}")),
        );
        return (1.0, None);
    }
    match (demand, capacity, short) {
        (Some(demand), Some(capacity), _) => {
            (ratio(draft, &demand, &capacity, most), Some(demand.value))
        }
        (_, _, Some(short)) => (short.value as f64, None),
        _ => (1.0, None),
    }
}

/// Demand ÷ capacity; reports where not even all replicas carry the demand.
fn ratio(draft: &Draft<'_>, demand: &Found<f64>, capacity: &Found<f64>, members: usize) -> f64 {
    let load = demand.value / capacity.value;
    // As much as all carry, in whatever unit it was written.
    if load <= members as f64 * (1.0 + 1e-9) {
        return load.min(members as f64);
    }
    let show = |rate| crate::units::format(rate, Dimension::RATE);
    draft.reader.context().error_with_help(
        "model::overloaded",
        format!(
            "{} is asked for {}, and its {members} replicas carry {}",
            draft.reader.what(),
            show(demand.value),
            show(capacity.value * members as f64),
        ),
        (&demand.at, "more than all of them carry"),
        Some("a forecast begins with a system that serves all that is asked of it".to_owned()),
    );
    members as f64
}

/// On how many replicas a request is tried; 1 where the file is silent.
pub(super) fn tries(draft: &Draft<'_>) -> u32 {
    if draft.kind != ComponentKind::Service {
        return 1;
    }
    let Some(tries) = draft.reader.integer("tries", 1..=MOST_TRIES) else { return 1 };
    needs_list(draft, "tries", &tries);
    u32::try_from(tries.value).unwrap_or(1)
}

/// How long a request waits for a replica that does not answer.
pub(super) fn request_timeout(draft: &Draft<'_>) -> Option<Span> {
    if draft.kind != ComponentKind::Service {
        return None;
    }
    let timeout = draft.reader.amount("request_timeout", Dimension::TIME)?;
    needs_list(draft, "request_timeout", &timeout);
    if timeout.value > 0.0 && timeout.value <= LONGEST_TIMEOUT {
        return Some(Span::from_seconds(timeout.value));
    }
    let show = crate::units::format(timeout.value, Dimension::TIME);
    let message = format!("\"request_timeout\" of {} cannot be {show}", draft.reader.what());
    draft.reader.context().error(
        "file::out_of_range",
        message,
        &timeout.at,
        "expected more than nothing, and at most a day",
    );
    None
}

/// Reports a key that means nothing where the technology does not say who is listed.
fn needs_list<T>(draft: &Draft<'_>, key: &str, found: &Found<T>) {
    let Some(preset) = &draft.preset else { return };
    if preset.exports.iter().any(|export| export.name == LISTED) {
        return;
    }
    draft.reader.context().error(
        "model::not_listed",
        format!(
            "\"{key}\" means nothing to {}: {} does not say which replicas requests are sent to",
            draft.reader.what(),
            preset.name
        ),
        &found.at,
        "requests are sent to replicas that are ready, and never fail there",
    );
}
