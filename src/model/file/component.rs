//! Components: their needs and values.

use std::sync::Arc;

use super::draft::{Draft, Drafts, other};
use super::name::{is_name, one_of};
use super::place::Places;
use super::section::{all_keys, structural_keys};
use super::{load, members, people, pods, reliance, runbook};
use crate::diagnostic::{Diagnostic, nearest_help};
use crate::model::expression::ParameterId;
use crate::model::preset::{
    ComponentKind, MOST_OF_A_SET, Need, Parameter, Preset, Quantity, Set, Standing, Version,
    whole_size,
};
use crate::model::read::{Context, Expect, Raw, Reader};
use crate::model::system::{Component, ComponentId, Instances, Member, Relied};
use crate::units::{Dimension, ENDLESS, Span};

/// Clients of a population, at most: a model of zone-failover with so many (a thousand
/// cells) is checked in two seconds, and its trials take a gigabyte or so.
const MOST_CLIENTS: i64 = 100_000;
/// What a route serves.
const SERVES: &str = "serves";
/// How severe an alert is where the file is silent.
const SEVERITY: &str = "critical";
/// The default of `serves_at_least`.
const SERVES_AT_LEAST: f64 = 0.99;
/// The default of `stable_for` \[s\].
const STABLE_FOR: i64 = 30;

/// Reads the rest of each component; `None` for those without a technology.
pub(super) fn complete(
    drafts: &Drafts<'_>,
    places: &mut Places,
    context: &Context<'_>,
) -> Vec<Option<Component>> {
    // Clients speak of their target's members, so that members come first; of
    // those the nodes that others stand on.
    let mut members: Vec<Vec<Member>> = vec![Vec::new(); drafts.len()];
    for upon in [false, true] {
        for (at, draft) in drafts.iter().enumerate() {
            let cluster = members::cluster_of(draft, drafts);
            if cluster.is_some() == upon {
                let nodes = cluster.map(|on| (drafts[on].name.value.as_str(), &members[on][..]));
                members[at] = members::members(draft, nodes, places, context);
            }
        }
    }
    let mut placed: Vec<Vec<Option<Vec<Member>>>> = Vec::with_capacity(drafts.len());
    for (draft, own) in drafts.iter().zip(&members) {
        let nodes = members::cluster_of(draft, drafts)
            .map(|on| (drafts[on].name.value.as_str(), &members[on][..]));
        placed.push(members::placed(draft, (own, nodes), places, context));
    }
    drafts
        .iter()
        .zip(&members)
        .zip(placed)
        .map(|((draft, own), placed)| component(draft, own, placed, drafts, &members, context))
        .collect()
}

/// Everything else of one component.
fn component(
    draft: &Draft<'_>,
    own: &[Member],
    placed: Vec<Option<Vec<Member>>>,
    drafts: &Drafts<'_>,
    members: &[Vec<Member>],
    context: &Context<'_>,
) -> Option<Component> {
    let reader = &draft.reader;
    let target = target(draft, drafts, context);
    let end = target.map(|id| end_of(id, drafts));
    let order = end.map(|id| order(draft, id, drafts, members, context)).unwrap_or_default();
    let count = count(draft);
    reader.allow(structural_keys(draft.kind).iter().copied());
    let relied = |key| reliance::read(draft, key, drafts);
    let needed = match draft.kind {
        ComponentKind::Alert => watched(draft, drafts, context),
        _ => relied("needs"),
    };
    let used = relied("uses");
    let people = people::read(draft);
    runbook::require(draft);
    let severity = (draft.kind == ComponentKind::Alert).then(|| severity(reader));
    let (load, demand) = load::load(draft, own.len());
    let (tries, request_timeout) = (load::tries(draft), load::request_timeout(draft));
    let pods = pods::read(draft, (own, &placed), drafts, members, context);
    let measured = draft.kind.is_served();
    let amount = |key, dimension, most| {
        measured.then(|| certain(reader, key, dimension, (0.0, most))).flatten()
    };
    let share = amount("serves_at_least", Dimension::NUMBER, 1.0);
    let stable = amount("stable_for", Dimension::TIME, 31_536_000.0);
    let Some(preset) = &draft.preset else {
        // What else could stand here is unknown.
        return None;
    };
    let needs = players(draft, preset, drafts, context);
    let version = version(reader, preset);
    let values = values(reader, preset, version.as_ref().and_then(|(version, _)| version.as_ref()));
    let sets = instances(preset, placed, values.as_deref());
    unknown_keys(reader, preset);
    Some(Component {
        name: draft.name.value.clone(),
        preset: Arc::clone(preset),
        members: own.to_vec(),
        sets,
        needs,
        target,
        order,
        needed,
        used,
        load,
        demand,
        tries,
        request_timeout,
        people,
        // Whoever is asked is known when all components are.
        asks_for: None,
        severity,
        pods,
        version: version.map(|(_, text)| text),
        count,
        values: values?,
        at: draft.name.at.clone(),
        places: preset
            .parameters
            .iter()
            .map(|parameter| reader.get(&parameter.name).map(|node| node.at.clone()))
            .collect(),
        serves_at_least: share.unwrap_or(SERVES_AT_LEAST),
        stable_for: stable.map_or(Span::seconds(STABLE_FOR), Span::from_seconds),
    })
}

/// How many clients there are; 1 of anything else.
fn count(draft: &Draft<'_>) -> usize {
    let most = 1..=MOST_CLIENTS;
    let clients =
        (draft.kind == ComponentKind::Clients).then(|| draft.reader.integer("count", most));
    clients.flatten().and_then(|one| usize::try_from(one.value).ok()).unwrap_or(1)
}

/// Who plays the roles of a technology; nobody where one of them is missing.
fn players(
    draft: &Draft<'_>,
    preset: &Preset,
    drafts: &Drafts<'_>,
    context: &Context<'_>,
) -> Vec<ComponentId> {
    let player = |need: &Need| {
        let found = draft.reader.required_string(&need.role)?;
        other(drafts, &found, &[need.kind], &need.role, context)
    };
    // All are looked for before one that is missing ends it.
    let all: Vec<Option<ComponentId>> = preset.needs.iter().map(player).collect();
    all.into_iter().collect::<Option<_>>().unwrap_or_default()
}

/// The instances of each of the technology's sets: where they stand, or how many.
fn instances(
    preset: &Preset,
    placed: Vec<Option<Vec<Member>>>,
    values: Option<&[Quantity]>,
) -> Vec<Instances> {
    let counted = |set: &Set| match set.standing {
        Standing::Counted(size) => {
            let value = values.and_then(|values| values.get(size.0));
            value.and_then(|value| whole_size(&value.law).ok()).unwrap_or(1)
        }
        Standing::Placed(_) => 0,
    };
    let each = preset.sets.iter().zip(placed).map(|(set, placed)| match placed {
        Some(placed) => Instances::Placed(placed),
        None => Instances::Counted(counted(set)),
    });
    each.collect()
}

/// The version of the technology, and as it was written; the number is missing
/// where it is wrong.
fn version(reader: &Reader<'_>, preset: &Preset) -> Option<(Option<Version>, String)> {
    let default = preset.version.as_ref();
    let Some(node) = reader.get("version") else {
        return default.map(|known| (Some(known.default.clone()), known.text.clone()));
    };
    // A bare 3.10 is a number to TOML, and its text still a version.
    let text = match node.raw {
        Raw::Integer(_) | Raw::Float(_) => node.at.text().to_owned(),
        _ => reader.string("version")?.value,
    };
    let refuse = |message: String, label: &str| {
        reader.context().error("model::version", message, &node.at, label);
    };
    let version = Version::parse(&text);
    if version.is_none() {
        let message = format!("\"{text}\" is no version");
        refuse(message, "expected numbers with points between them, such as 3.5");
    } else if default.is_none() {
        let message = format!("{} does not tell versions apart", preset.name);
        refuse(message, "no default of this technology depends on its version");
    }
    Some((version, text))
}

/// The values of the preset's parameters; `None` where one is wrong.
fn values(
    reader: &Reader<'_>,
    preset: &Preset,
    version: Option<&Version>,
) -> Option<Vec<Quantity>> {
    let value = |parameter: &Parameter| {
        let expect = Expect { varies: parameter.default.varies, ..Expect::of(parameter.dimension) }
            .within(parameter.least, parameter.most, parameter.source.as_deref());
        match reader.get(&parameter.name) {
            Some(_) => reader.quantity(&parameter.name, &expect),
            None => Some(parameter.default_of(version).0.clone()),
        }
    };
    let value = |(at, parameter): (usize, &Parameter)| {
        let found = value(parameter)?;
        let node = reader.get(&parameter.name).filter(|_| preset.is_size(ParameterId(at)));
        if let Some(node) = node
            && whole_size(&found.law).is_err()
        {
            let message = format!(
                "\"{}\" of {} says how many there are, and cannot be {}",
                parameter.name,
                reader.what(),
                found.text
            );
            let label = format!("expected a whole number from 1 to {MOST_OF_A_SET}");
            reader.context().error("model::size", message, &node.at, &label);
            return None;
        }
        if found.law.is_constant().is_none() && preset.is_limit(ParameterId(at)) {
            let (name, what) = (&parameter.name, reader.what());
            let message = format!(
                "\"{name}\" of {what} says how many of several it takes, and cannot be {}",
                found.text
            );
            let at = reader.get(name).map_or(&reader.table_read().at, |node| &node.at);
            reader.context().error("model::limit", message, at, "expected one number");
            return None;
        }
        Some(found)
    };
    // All are read before one that is wrong ends it.
    preset.parameters.iter().enumerate().map(value).collect::<Vec<_>>().into_iter().collect()
}

/// Reports the keys that neither the component nor its technology has.
fn unknown_keys(reader: &Reader<'_>, preset: &Preset) {
    let context = reader.context();
    let known = all_keys(preset);
    for entry in reader.unread() {
        let key = &entry.key.value;
        let help = nearest_help(key, known.iter().map(String::as_str))
            .unwrap_or_else(|| format!("drillcast presets {} lists its parameters", preset.name));
        let message = format!("{} has no parameter \"{key}\"", preset.name);
        let label = "neither a parameter of the technology nor a key of ours";
        context.report(
            Diagnostic::error("model::unknown_parameter", message)
                .label(&entry.key.at, label)
                .help(help),
        );
    }
}

/// A certain number within limits.
fn certain(
    reader: &Reader<'_>,
    key: &str,
    dimension: Dimension,
    (least, most): (f64, f64),
) -> Option<f64> {
    let found = reader.amount(key, dimension)?;
    if found.value >= least && found.value <= most && found.value < ENDLESS {
        return Some(found.value);
    }
    let show = |value| crate::units::format(value, dimension);
    reader.context().error(
        "file::out_of_range",
        format!("\"{key}\" of {} cannot be {}", reader.what(), show(found.value)),
        &found.at,
        &format!("expected {} to {}", show(least), show(most)),
    );
    None
}

/// What an alert watches; it must watch something.
fn watched(draft: &Draft<'_>, drafts: &Drafts<'_>, context: &Context<'_>) -> Vec<Relied> {
    let Some(node) = draft.reader.required(reliance::WATCHES) else {
        return Vec::new();
    };
    let before = context.errors();
    let watched = reliance::read(draft, reliance::WATCHES, drafts);
    if watched.is_empty() && context.errors() == before {
        let message = format!("{} watches nothing", draft.name.value);
        let label = "expected the name of a component";
        context.error("model::watches_nothing", message, &node.at, label);
    }
    watched
}

/// How severe an alert is, in a word.
fn severity(reader: &Reader<'_>) -> String {
    let Some(found) = reader.string("severity") else {
        return SEVERITY.to_owned();
    };
    is_name("severity", &found, reader.context());
    found.value
}

/// What a route serves or a client population uses.
fn target(draft: &Draft<'_>, drafts: &Drafts<'_>, context: &Context<'_>) -> Option<ComponentId> {
    use ComponentKind::{Clients, Consensus, Route, Service, Store, Stream};
    let only_leads = draft.preset.as_ref().is_none_or(|preset| preset.only_leads());
    let (key, kinds): (&str, &[ComponentKind]) = match draft.kind {
        Route if only_leads => (SERVES, &[Store, Stream, Consensus, Service, Route]),
        Route => (SERVES, &[Store, Stream, Service]),
        Clients => ("of", &[Store, Stream, Consensus, Service, Route]),
        _ => return None,
    };
    let found = draft.reader.required_string(key)?;
    other(drafts, &found, kinds, key, context)
}

/// What a component stands for: routes that only lead are looked through.
fn end_of(mut id: ComponentId, drafts: &Drafts<'_>) -> ComponentId {
    // A circle of routes is reported elsewhere; here it only must end.
    for _ in 0..drafts.len() {
        let draft = &drafts[id.0];
        let leads = draft.preset.as_ref().is_some_and(|preset| preset.only_leads());
        let next = draft.reader.table_read().get(SERVES).and_then(|node| node.as_str());
        match next.filter(|_| leads).and_then(|next| drafts.named(next)) {
            Some(next) => id = ComponentId(next),
            None => break,
        }
    }
    id
}

/// The order in which clients try their target's members.
fn order(
    draft: &Draft<'_>,
    target: ComponentId,
    drafts: &Drafts<'_>,
    members: &[Vec<Member>],
    context: &Context<'_>,
) -> Vec<usize> {
    let targets = &members[target.0];
    let all = || (0..targets.len()).collect();
    if draft.kind != ComponentKind::Clients {
        return all();
    }
    let Some(hosts) = draft.reader.strings("hosts") else {
        return all();
    };
    let name = &drafts[target.0].name.value;
    let known = || targets.iter().map(|one| one.name.as_str());
    let mut order = Vec::with_capacity(hosts.len());
    for host in &hosts {
        match known().position(|one| one == host.value) {
            Some(at) if order.contains(&at) => {
                let message = format!("\"{}\" stands twice in \"hosts\"", host.value);
                let label = "each member once, in the order in which it is tried";
                context.error("model::duplicate_host", message, &host.at, label);
            }
            Some(at) => order.push(at),
            // Members that could not be read are reported where they stand.
            None if targets.is_empty() => {}
            None => {
                let message = format!("{name} has no member \"{}\"", host.value);
                let label = one_of("members", known());
                let help = nearest_help(&host.value, known());
                context.error_with_help("model::unknown_member", message, (&host.at, &label), help);
            }
        }
    }
    if hosts.is_empty() {
        let at = draft.reader.get("hosts").map_or(&draft.name.at, |node| &node.at);
        let label = one_of("members", known());
        context.error("model::no_hosts", "\"hosts\" is empty", at, &label);
    }
    order
}
