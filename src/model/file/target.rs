//! What a fault hits: `zone a`, `primary of orders`, `member b of orders`.

use super::name::one_of;
use crate::diagnostic::nearest_help;
use crate::model::expression::Range;
use crate::model::preset::Block;
use crate::model::read::{Context, Found};
use crate::model::scenario::Target;
use crate::model::system::{Component, ComponentId, HostId, Model, ZoneId};

/// The forms of a target.
pub(in crate::model) const FORMS: &str = "write zone a, node a/1, primary of orders, member b of orders, \
    one of orders, or each of orders";

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
        ["node" | "host" | "machine", name] => looker.host(name),
        ["primary" | "leader", "of", name] => looker.primary(name),
        ["member", member, "of", name] => looker.member(member, name),
        ["one", "of", name] => looker.component(name).map(Target::One),
        ["each" | "all", "of", name] => looker.component(name).map(Target::Each),
        _ => {
            looker.unclear(&words);
            None
        }
    }
}

/// The target for people: `the primary of orders`.
pub(super) fn target_name(target: &Target, model: &Model) -> String {
    let name = |id: &ComponentId| model.components[id.0].name.as_str();
    match target {
        Target::Zone(id) => format!("zone {}", model.zones[id.0].name),
        Target::Host(id) => format!("node {}", model.hosts[id.0].name),
        Target::Member(id, at) => {
            format!("member {} of {}", model.components[id.0].members[*at].name, name(id))
        }
        Target::Primary(id) => format!("the primary of {}", name(id)),
        Target::One(id) => format!("one member of {}", name(id)),
        Target::Each(id) => format!("all members of {}", name(id)),
    }
}

/// The components that a target can touch.
pub(super) fn touched(target: &Target, model: &Model) -> Vec<ComponentId> {
    let on = |hit: &dyn Fn(HostId) -> bool| {
        let holds = |one: &&(usize, &Component)| one.1.members.iter().any(|m| hit(m.host));
        let all: Vec<(usize, &Component)> = model.components.iter().enumerate().collect();
        all.iter().filter(holds).map(|(at, _)| ComponentId(*at)).collect()
    };
    match target {
        Target::Zone(zone) => on(&|host| model.hosts[host.0].zone == *zone),
        Target::Host(host) => on(&|one| one == *host),
        Target::Member(id, _) | Target::Primary(id) | Target::One(id) | Target::Each(id) => {
            vec![*id]
        }
    }
}

/// Whether a component has a primary: its first pick chooses among its members.
pub(super) fn first_pick(component: &Component) -> Option<usize> {
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

    fn unknown(&self, code: &str, message: String, name: &str, known: Vec<&str>) {
        let text = &self.found.value;
        // The name stands behind the words: its last occurrence.
        let start = text.rfind(name).unwrap_or_default();
        let start = if code.ends_with("member") { text.find(name).unwrap_or(start) } else { start };
        let at = self.found.at.within(text, start..start + name.len());
        let label = one_of("such things", known.iter().copied());
        self.context.error_with_help(code, message, (&at, &label), nearest_help(name, known));
    }

    fn unclear(&self, words: &[&str]) {
        let name = words.last().copied().unwrap_or_default();
        let is_component = self.model.components.iter().any(|one| one.name == name);
        let is_zone = self.model.zones.iter().any(|one| one.name == name);
        let help = match words {
            [_] if is_component => format!("write \"primary of {name}\", or \"each of {name}\""),
            [_] if is_zone => format!("write \"zone {name}\""),
            [first, ..] => {
                let known = ["zone", "node", "primary", "leader", "member", "one", "each"];
                nearest_help(first, known)
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
