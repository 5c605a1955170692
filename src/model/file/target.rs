//! What a fault hits: `zone a`, `region eu-1`, `primary of orders`, `member b of orders`.

use super::name::one_of;
use crate::diagnostic::nearest_help;
use crate::model::expression::{Range, SetId};
use crate::model::fault::Target;
use crate::model::preset::{Block, ComponentKind};
use crate::model::read::{Context, Found};
use crate::model::system::{Component, ComponentId, HostId, Model, ZoneId};

/// The forms of a target.
pub(in crate::model) const FORMS: &str = "write zone a, region eu-1, node a/1, primary of orders, \
    member b of orders, one of orders, each of orders, alert orders_down, or alerts of severity warning";

/// A target by its text; reports where there is none.
pub(super) fn read_target(
    found: &Found<String>,
    model: &Model,
    context: &Context<'_>,
) -> Option<Target> {
    let words: Vec<&str> = found.value.split_whitespace().collect();
    let looker = Looker { found, model, context };
    match words[..] {
        ["zone", name] => looker.zone(name),
        // A region's name may have several words.
        ["region", _, ..] => looker.region(found.value.trim()["region".len()..].trim()),
        ["node" | "host" | "machine", name] => looker.host(name),
        ["primary" | "leader", "of", name] => looker.primary(name),
        ["member", member, "of", name] => looker.member(member, name),
        ["first", "of", name] => looker.component(name).map(Target::First),
        ["one", "of", name] => looker.component(name).map(|id| Target::One(id, None)),
        ["alert", name] => looker.alert(name),
        ["alerts", "of", "severity", name] => looker.alerts(name),
        ["each" | "all", "of", name] => looker.component(name).map(|id| Target::Each(id, None)),
        _ => match looker.of_set(&words) {
            Some(target) => target,
            None => {
                looker.unclear(&words);
                None
            }
        },
    }
}

/// The target for people: `the primary of orders`.
pub(in crate::model) fn target_name(target: &Target, model: &Model) -> String {
    let name = |id: &ComponentId| model.components[id.0].name.as_str();
    match target {
        Target::Zone(id) => format!("zone {}", model.zones[id.0].name),
        Target::Region(name) => format!("region {name}"),
        Target::Host(id) => format!("node {}", model.hosts[id.0].name),
        Target::Member(id, at) => {
            format!("{} of {}", model.components[id.0].seat_title(*at), name(id))
        }
        Target::Primary(id) => format!("the primary of {}", name(id)),
        Target::First(id) => format!("the first of {}", name(id)),
        Target::One(id, None) => format!("one member of {}", name(id)),
        Target::Each(id, None) => format!("all members of {}", name(id)),
        Target::Alerts(all) => {
            let names: Vec<&str> = all.iter().map(name).collect();
            let alerts = if all.len() == 1 { "alert" } else { "alerts" };
            format!("{alerts} {}", names.join(", "))
        }
        Target::One(id, Some(set)) => format!("one {} of {}", set_name(*id, *set, model), name(id)),
        Target::Each(id, Some(set)) => {
            format!("each {} of {}", set_name(*id, *set, model), name(id))
        }
    }
}

fn set_name(id: ComponentId, set: SetId, model: &Model) -> &str {
    &model.components[id.0].preset.sets[set.0].name
}

/// The processes that a target can touch, each name once.
pub(super) fn processes<'m>(target: &Target, model: &'m Model) -> Vec<&'m str> {
    let on = |hit: &dyn Fn(HostId) -> bool| {
        let mut ranges = Vec::new();
        for (at, component) in model.components.iter().enumerate() {
            let seats = component.seats().enumerate().filter(|(_, seat)| hit(seat.host));
            ranges.extend(seats.map(|(seat, _)| (ComponentId(at), component.range_of_seat(seat))));
        }
        ranges
    };
    let own = |id: &ComponentId| model.components[id.0].preset.kind.process_range();
    let ranges = match target {
        Target::Zone(zone) => on(&|host| model.hosts[host.0].zone == *zone),
        Target::Region(name) => on(&|host| model.region_of(host) == name),
        Target::Host(host) => on(&|one| one == *host),
        Target::Member(id, at) => vec![(*id, model.components[id.0].range_of_seat(*at))],
        Target::Primary(id) | Target::First(id) => vec![(*id, own(id))],
        Target::One(id, set) | Target::Each(id, set) => {
            vec![(*id, set.map_or_else(|| own(id), Range::Set))]
        }
        Target::Alerts(all) => all.iter().map(|id| (*id, own(id))).collect(),
    };
    let mut known: Vec<&str> = Vec::new();
    for (id, range) in ranges {
        let preset = &model.components[id.0].preset;
        for process in &preset.processes[preset.processes_of(range)] {
            if !known.contains(&process.as_str()) {
                known.push(process);
            }
        }
    }
    known
}

/// The announced requests that a target understands: those of its own nodes. A
/// zone, a region or a machine is asked as the nodes of clusters that it is.
pub(super) fn requests_to<'m>(target: &Target, model: &'m Model) -> Vec<&'m str> {
    let (id, range) = match target {
        Target::Zone(zone) => {
            return requests_on(model, |host| model.hosts[host.0].zone == *zone);
        }
        Target::Region(region) => {
            let zone = |host: HostId| &model.zones[model.hosts[host.0].zone.0];
            return requests_on(model, |host| zone(host).region == *region);
        }
        Target::Host(host) => return requests_on(model, |one| one == *host),
        // What all of them understand.
        Target::Alerts(all) => {
            let each = |id: &ComponentId| model.components[id.0].preset.requests_of(Range::One);
            let first = all.first().map(each).unwrap_or_default();
            let by_all = |name: &&str| all.iter().all(|id| each(id).contains(name));
            return first.into_iter().filter(by_all).collect();
        }
        Target::Member(id, at) => (*id, model.components[id.0].range_of_seat(*at)),
        Target::Primary(id) | Target::First(id) => (*id, Range::Member),
        Target::One(id, set) | Target::Each(id, set) => {
            let own = model.components[id.0].preset.kind.process_range();
            (*id, set.map_or(own, Range::Set))
        }
    };
    model.components[id.0].preset.requests_of(range)
}

/// The requests that nodes of clusters on these machines understand.
fn requests_on(model: &Model, is_there: impl Fn(HostId) -> bool) -> Vec<&str> {
    let clusters = model.components.iter().filter(|c| c.preset.kind == ComponentKind::Cluster);
    let there = clusters.filter(|c| c.members.iter().any(|node| is_there(node.host)));
    let mut all: Vec<&str> = Vec::new();
    for request in there.flat_map(|cluster| cluster.preset.requests_of(Range::Member)) {
        if !all.contains(&request) {
            all.push(request);
        }
    }
    all
}

/// Whether a component has a primary: its first pick chooses among its members.
pub(in crate::model) fn first_pick(component: &Component) -> Option<usize> {
    component.preset.nodes.iter().find_map(|node| match &node.block {
        Block::Pick { over: Range::Member, first, .. } => Some(*first),
        _ => None,
    })
}

struct Looker<'a> {
    found: &'a Found<String>,
    model: &'a Model,
    context: &'a Context<'a>,
}

impl Looker<'_> {
    fn zone(&self, name: &str) -> Option<Target> {
        let names = || self.model.zones.iter().map(|zone| zone.name.as_str());
        let at = names().position(|one| one == name);
        if at.is_none() {
            self.unknown(
                "model::unknown_zone",
                format!("zone \"{name}\" does not exist"),
                name,
                names().collect(),
            );
        }
        at.map(|at| Target::Zone(ZoneId(at)))
    }

    fn region(&self, name: &str) -> Option<Target> {
        let known = self.model.regions();
        if known.contains(&name) {
            return Some(Target::Region(name.to_owned()));
        }
        let message = format!("region \"{name}\" does not exist");
        self.unknown("scenario::unknown_region", message, name, known);
        None
    }

    fn host(&self, name: &str) -> Option<Target> {
        let names = || self.model.hosts.iter().map(|host| host.name.as_str());
        let at = names().position(|one| one == name);
        if at.is_none() {
            self.unknown(
                "scenario::unknown_node",
                format!("node \"{name}\" does not exist"),
                name,
                names().collect(),
            );
        }
        at.map(|at| Target::Host(HostId(at)))
    }

    fn component(&self, name: &str) -> Option<ComponentId> {
        let names = || self.model.components.iter().map(|one| one.name.as_str());
        let at = names().position(|one| one == name);
        if at.is_none() {
            let message = format!("there is no component \"{name}\"");
            self.unknown("model::unknown_component", message, name, names().collect());
        }
        at.map(ComponentId)
    }

    fn alert(&self, name: &str) -> Option<Target> {
        let id = self.component(name)?;
        let kind = self.model.components[id.0].preset.kind;
        if kind != ComponentKind::Alert {
            let message = format!("{name} is {}, and no alert", kind.describe());
            let alerts = self.alerts_named().map(|(_, name)| name);
            let label = one_of("alerts", alerts);
            self.context.error("scenario::no_alert", message, &self.found.at, &label);
            return None;
        }
        Some(Target::Alerts(vec![id]))
    }

    fn alerts_named(&self) -> impl Iterator<Item = (ComponentId, &str)> {
        let all = self.model.components.iter().enumerate();
        let alerts = all.filter(|(_, one)| one.preset.kind == ComponentKind::Alert);
        alerts.map(|(at, one)| (ComponentId(at), one.name.as_str()))
    }

    /// All alerts of a severity.
    fn alerts(&self, severity: &str) -> Option<Target> {
        let of = |id: &ComponentId| self.model.components[id.0].severity.as_deref();
        let all = self.alerts_named().map(|(id, _)| id);
        let fit: Vec<ComponentId> = all.filter(|id| of(id) == Some(severity)).collect();
        if fit.is_empty() {
            let mut known: Vec<&str> =
                self.model.components.iter().filter_map(|one| one.severity.as_deref()).collect();
            known.sort_unstable();
            known.dedup();
            let message = format!("no alert is of severity \"{severity}\"");
            self.unknown("scenario::unknown_severity", message, severity, known);
            return None;
        }
        Some(Target::Alerts(fit))
    }

    fn primary(&self, name: &str) -> Option<Target> {
        let id = self.component(name)?;
        let component = &self.model.components[id.0];
        if first_pick(component).is_none() {
            let message = format!("{name} has no primary: {} chooses none", component.preset.title);
            let label = "expected member … of, one of, or each of";
            self.context.error("scenario::no_primary", message, &self.found.at, label);
            return None;
        }
        Some(Target::Primary(id))
    }

    fn member(&self, member: &str, name: &str) -> Option<Target> {
        let id = self.component(name)?;
        let names = || self.model.components[id.0].members.iter().map(|one| one.name.as_str());
        let at = names().position(|one| one == member);
        if at.is_none() {
            let message = format!("{name} has no member \"{member}\"");
            self.unknown("model::unknown_member", message, member, names().collect());
        }
        at.map(|at| Target::Member(id, at))
    }

    /// `sentinel b of cache`, `one sentinel of cache`, `each sentinel of cache`;
    /// `None` where it has no such form.
    fn of_set(&self, words: &[&str]) -> Option<Option<Target>> {
        let [first, second, "of", name] = *words else {
            return None;
        };
        let many = matches!(first, "one" | "each" | "all");
        let what = if many { second } else { first };
        let sets = self.model.components.iter().flat_map(|one| &one.preset.sets);
        if what != "member" && sets.clone().all(|set| set.name != what) {
            return None;
        }
        let Some(id) = self.component(name) else {
            return Some(None);
        };
        let component = &self.model.components[id.0];
        let set = component.preset.sets.iter().position(|set| set.name == what);
        if what != "member" && !set.is_some_and(|at| component.preset.sets[at].is_placed()) {
            let placed = component.preset.sets.iter().filter(|set| set.is_placed());
            let known = placed.map(|set| set.name.as_str()).chain(["member"]).collect();
            let message = match set {
                Some(_) => format!("a {what} of {name} stands nowhere that a fault could hit"),
                None => format!("{name} has no {what}"),
            };
            self.unknown("scenario::unknown_set", message, what, known);
            return Some(None);
        }
        let set = set.map(SetId);
        match first {
            "one" => return Some(Some(Target::One(id, set))),
            "each" | "all" => return Some(Some(Target::Each(id, set))),
            _ => {}
        }
        // "member b of cache" is read before.
        let seats = set.map_or(0..0, |set| component.seats_of(set));
        let found = seats.clone().find(|at| component.seat(*at).name == second);
        if found.is_none() {
            let message = format!("{name} has no {what} \"{second}\"");
            let known = seats.map(|at| component.seat(at).name.as_str()).collect();
            self.unknown("model::unknown_member", message, second, known);
        }
        Some(found.map(|at| Target::Member(id, at)))
    }

    fn unknown(&self, code: &str, message: String, name: &str, known: Vec<&str>) {
        let text = &self.found.value;
        // The name stands behind the words: its last occurrence.
        let start = text.rfind(name).unwrap_or_default();
        let early = code.ends_with("member") || code.ends_with("set");
        let start = if early { self.word(name).unwrap_or(start) } else { start };
        let at = self.found.at.within(text, start..start + name.len());
        let label = one_of("such things", known.iter().copied());
        self.context.error_with_help(code, message, (&at, &label), nearest_help(name, known));
    }

    /// Where a word of its own first stands.
    fn word(&self, word: &str) -> Option<usize> {
        let text = &self.found.value;
        let apart = |at: &usize| {
            let (before, after) = (&text[..*at], &text[at + word.len()..]);
            let is_gap = |c: Option<char>| c.is_none_or(char::is_whitespace);
            is_gap(before.chars().next_back()) && is_gap(after.chars().next())
        };
        text.match_indices(word).map(|(at, _)| at).find(apart)
    }

    fn unclear(&self, words: &[&str]) {
        let name = words.last().copied().unwrap_or_default();
        let is_component = self.model.components.iter().any(|one| one.name == name);
        let is_zone = self.model.zones.iter().any(|one| one.name == name);
        let is_alert = self.alerts_named().any(|(_, one)| one == name);
        let help = match words {
            [_] if is_alert => format!("write \"alert {name}\""),
            [_] if is_component => format!("write \"primary of {name}\", or \"each of {name}\""),
            [_] if is_zone => format!("write \"zone {name}\""),
            [_] if self.model.regions().contains(&name) => format!("write \"region {name}\""),
            [first, ..] => {
                let mut known = vec![
                    "zone", "region", "node", "primary", "leader", "member", "one", "each", "alert",
                ];
                let sets = self.model.components.iter().flat_map(|one| &one.preset.sets);
                known.extend(sets.filter(|set| set.is_placed()).map(|set| set.name.as_str()));
                nearest_help(first, known.iter().copied())
                    .filter(|_| !known.contains(first))
                    .unwrap_or_else(|| FORMS.to_owned())
            }
            [] => FORMS.to_owned(),
        };
        self.context.error_with_help(
            "scenario::target",
            format!("\"{}\" is no target", self.found.value),
            (&self.found.at, "expected what the fault hits"),
            Some(help),
        );
    }
}
