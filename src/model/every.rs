//! Every single failure of a kind, written as the scenarios that say it.
//!
//! What breaks stays broken: a failure that lasts shows what recovers by itself and
//! what never does.

use super::fault::Target;
use super::file::{first_pick, target_name};
use super::preset::ComponentKind;
use super::system::{Component, ComponentId, HostId, Model, ZoneId};

/// Of what every single one fails in turn.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Every {
    /// Each zone loses power.
    Zone,
    /// Each machine loses power.
    Node,
    /// The primary of each store, stream and consensus store is killed, and one of its
    /// other members; one member drawn where there is no primary.
    Store,
    /// Each region loses power, with all its zones.
    Region,
}

/// A single failure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Failure {
    /// Its name, the stem of its file: `zone-a`, `primary-of-orders`.
    pub name: String,
    /// The scenario's text.
    pub text: String,
    /// The components that stand nowhere but where it strikes.
    pub struck: Vec<String>,
}

/// The single failures of these kinds, in the order of the kinds and of the model.
/// Where nothing but users stands nothing is made to fail.
#[must_use]
pub fn single_failures(model: &Model, kinds: &[Every]) -> Vec<Failure> {
    let mut found = Vec::new();
    let mut names: Vec<String> = Vec::new();
    for kind in kinds {
        for target in targets(model, *kind) {
            let failure = failure(model, *kind, &target, &mut names);
            found.push(failure);
        }
    }
    found
}

fn targets(model: &Model, kind: Every) -> Vec<Target> {
    let holds = |inside: &dyn Fn(HostId) -> bool| {
        let mut served = model.components.iter().filter(|one| serves(one));
        served.any(|one| {
            one.seats().enumerate().any(|(at, seat)| !one.is_bare(at) && inside(seat.host))
        })
    };
    match kind {
        Every::Zone => {
            let zones = (0..model.zones.len()).map(ZoneId);
            let held = |zone: &ZoneId| holds(&|host| model.hosts[host.0].zone == *zone);
            zones.filter(held).map(Target::Zone).collect()
        }
        Every::Node => {
            let hosts = (0..model.hosts.len()).map(HostId);
            hosts.filter(|host| holds(&|one| one == *host)).map(Target::Host).collect()
        }
        Every::Region => {
            // One without a name cannot be spoken of.
            let regions = model.regions().into_iter().filter(|region| !region.is_empty());
            let held = regions.filter(|region| holds(&|host| model.region_of(host) == *region));
            held.map(|region| Target::Region(region.to_owned())).collect()
        }
        Every::Store => {
            let all = (0..model.components.len()).map(ComponentId);
            all.flat_map(|id| members(&model.components[id.0], id)).collect()
        }
    }
}

/// Whether it is a part of what serves, not somebody who uses it.
fn serves(component: &Component) -> bool {
    let kind = component.preset.kind;
    kind.is_served() && kind != ComponentKind::Clients && !component.preset.only_leads()
}

/// The primary of a store and one of its other members; one drawn where it has none.
fn members(component: &Component, id: ComponentId) -> Vec<Target> {
    let has_members = matches!(
        component.preset.kind,
        ComponentKind::Store | ComponentKind::Stream | ComponentKind::Consensus
    );
    if !has_members {
        return Vec::new();
    }
    let Some(first) = first_pick(component) else {
        return vec![Target::One(id, None)];
    };
    let other = (0..component.members.len()).find(|member| *member != first);
    let other = other.map(|member| Target::Member(id, member));
    std::iter::once(Target::Primary(id)).chain(other).collect()
}

fn failure(model: &Model, kind: Every, target: &Target, names: &mut Vec<String>) -> Failure {
    let (what, happens) = match kind {
        Every::Store => ("kill", "is killed"),
        Every::Zone | Every::Node | Every::Region => ("power loss", "loses power"),
    };
    let written = written(target, model);
    let title = format!("{} {happens}", capital(&target_name(target, model)));
    let text = format!(
        "scenario = {}\n\n[[faults]]\nwhat = \"{what}\"\nwhere = {}\n",
        quoted(&title),
        quoted(&written)
    );
    let name = unused(stem(&written), names);
    names.push(name.clone());
    Failure { name, text, struck: struck(model, target) }
}

/// The target as a scenario writes it.
fn written(target: &Target, model: &Model) -> String {
    let name = |id: &ComponentId| &model.components[id.0].name;
    match target {
        Target::Primary(id) => format!("primary of {}", name(id)),
        Target::One(id, None) => format!("one of {}", name(id)),
        // The others are written as they are told.
        other => target_name(other, model),
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// A text as the name of a file.
fn stem(text: &str) -> String {
    let plain = |c: char| if c.is_alphanumeric() || matches!(c, '_' | '-') { c } else { '-' };
    text.chars().map(plain).collect()
}

/// The name, with a number where it is taken.
fn unused(name: String, names: &[String]) -> String {
    let mut numbers = (2..).map(|number| format!("{name}-{number}"));
    let free = |name: &String| !names.contains(name);
    if free(&name) { name } else { numbers.find(free).unwrap_or_default() }
}

/// The components all of whose seats stand where it strikes.
fn struck(model: &Model, target: &Target) -> Vec<String> {
    let hit = |id: usize, at: usize, host: HostId| match target {
        Target::Zone(zone) => model.hosts[host.0].zone == *zone,
        Target::Region(region) => model.region_of(host) == region,
        Target::Host(one) => host == *one,
        Target::Member(of, member) => of.0 == id && *member == at,
        Target::Alerts(_) => false,
        Target::Primary(of) | Target::One(of, _) | Target::Each(of, _) | Target::First(of) => {
            of.0 == id
        }
    };
    let alone = |id: usize, component: &Component| {
        let mut seats = component.seats().enumerate().filter(|(at, _)| !component.is_bare(*at));
        let all = seats.all(|(at, seat)| hit(id, at, seat.host));
        // Of several members a kill strikes one.
        let one = matches!(
            target,
            Target::Primary(_) | Target::First(_) | Target::One(..) | Target::Member(..)
        );
        all && component.preset.kind.stands() && !(one && component.members.len() > 1)
    };
    let all = model.components.iter().enumerate();
    all.filter(|(id, one)| alone(*id, one)).map(|(_, one)| one.name.clone()).collect()
}
