//! Zones and machines.

use std::collections::BTreeMap;

use super::name::{is_name, one_of};
use crate::diagnostic::nearest_help;
use crate::model::read::{Context, Found, Raw, Reader};
use crate::model::system::{Host, HostId, Member, Zone, ZoneId};

/// Zones, and machines as they come to be named.
#[derive(Debug)]
pub(super) struct Places {
    pub(super) zones: Vec<Zone>,
    pub(super) hosts: Vec<Host>,
    zone_ids: BTreeMap<String, ZoneId>,
    host_ids: BTreeMap<String, HostId>,
}

impl Places {
    /// Reads `zones = { a = "eu-1" }`.
    pub(super) fn read(reader: &Reader<'_>, context: &Context<'_>) -> Self {
        let mut places = Self {
            zones: Vec::new(),
            hosts: Vec::new(),
            zone_ids: BTreeMap::new(),
            host_ids: BTreeMap::new(),
        };
        let Some(node) = reader.required("zones") else {
            return places;
        };
        let Some(table) = node.as_table() else {
            reader.wrong_type("zones", node, "a table of zones and their regions");
            return places;
        };
        if table.entries.is_empty() {
            let label = "expected at least one, such as { a = \"eu-1\" }";
            context.error("model::no_zones", "the model has no zones", &node.at, label);
        }
        for entry in &table.entries {
            if !is_name("zone", &entry.key, context) {
                continue;
            }
            let region = match &entry.node.raw {
                Raw::String(region) => region.trim().to_owned(),
                _ => {
                    let what = format!("{}\" of \"zones", entry.key.value);
                    reader.wrong_type(&what, &entry.node, "the name of its region, a string");
                    continue;
                }
            };
            let name = entry.key.value.clone();
            places.zone_ids.insert(name.clone(), ZoneId(places.zones.len()));
            places.zones.push(Zone { name, region });
        }
        places
    }

    /// The names of the zones.
    pub(super) fn zone_names(&self) -> impl Iterator<Item = &str> {
        self.zones.iter().map(|zone| zone.name.as_str())
    }

    /// A zone by name; reports where there is none.
    fn zone(&self, name: &str, written: &Found<String>, context: &Context<'_>) -> Option<ZoneId> {
        let found = self.zone_ids.get(name).copied();
        // A model without zones is reported once.
        if found.is_none() && !self.zones.is_empty() {
            let at = written.at.within(&written.value, 0..name.len());
            context.error_with_help(
                "model::unknown_zone",
                format!("zone \"{name}\" does not exist"),
                (
                    if name == written.value { &written.at } else { &at },
                    &one_of("zones", self.zone_names()),
                ),
                nearest_help(name, self.zone_names()),
            );
        }
        found
    }

    /// The members of a component that stand where `written` says.
    pub(super) fn members(
        &mut self,
        component: &str,
        written: &[Found<String>],
        context: &Context<'_>,
    ) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        let mut seen: Vec<&str> = Vec::new();
        for place in written {
            let text = place.value.trim();
            if text.contains('/') && seen.contains(&text) {
                context.error(
                    "model::same_machine",
                    format!("machine \"{text}\" holds two members of {component}"),
                    &place.at,
                    "one machine can hold one member of each component",
                );
                continue;
            }
            seen.push(text);
            let name = next_name(text, &members);
            if let Some(host) = self.host(component, text, &name, place, context) {
                members.push(Member { name, host });
            }
        }
        members
    }

    /// The members of a component that stands on the nodes of a cluster: the k-th
    /// of a zone on the zone's k-th node, beginning anew when all have one.
    pub(super) fn members_on(
        &self,
        (cluster, nodes): (&str, &[Member]),
        written: &[Found<String>],
        context: &Context<'_>,
    ) -> Vec<Member> {
        let mut members: Vec<Member> = Vec::new();
        for place in written {
            let text = place.value.trim();
            let zone = text.split('/').next().unwrap_or_default();
            let Some(zone) = self.zone(zone, place, context) else { continue };
            let named = |one: &&Member| !text.contains('/') || self.hosts[one.host.0].name == text;
            let inside = |one: &&Member| self.hosts[one.host.0].zone == zone;
            let fit: Vec<&Member> = nodes.iter().filter(inside).filter(named).collect();
            let stands = |one: &&Member| self.hosts[one.host.0].zone == zone;
            let count = members.iter().filter(stands).count();
            if let Some(node) = fit.get(count % fit.len().max(1)) {
                members.push(Member { name: next_name(text, &members), host: node.host });
                continue;
            }
            // A cluster whose own places are wrong has been told of them.
            if !nodes.is_empty() {
                let known = nodes.iter().map(|one| self.hosts[one.host.0].name.as_str());
                let message = format!("{cluster} has no node in \"{text}\"");
                context.error("model::no_node", message, &place.at, &one_of("nodes", known));
            }
        }
        members
    }

    /// The machine of a member: its own in a zone, or a shared one, `a/1`.
    fn host(
        &mut self,
        component: &str,
        text: &str,
        member: &str,
        written: &Found<String>,
        context: &Context<'_>,
    ) -> Option<HostId> {
        let (zone, machine) = text.split_once('/').map_or((text, None), |(z, m)| (z, Some(m)));
        let zone = self.zone(zone, written, context)?;
        let Some(machine) = machine else {
            let name = format!("{component}-{member}");
            let name = unique(name, |name| self.host_ids.contains_key(name));
            return Some(self.add(name, zone));
        };
        let part = Found { value: machine.to_owned(), at: written.at.clone() };
        if !is_name("machine", &part, context) {
            return None;
        }
        match self.host_ids.get(text) {
            Some(host) => Some(*host),
            None => Some(self.add(text.to_owned(), zone)),
        }
    }

    fn add(&mut self, name: String, zone: ZoneId) -> HostId {
        let id = HostId(self.hosts.len());
        self.host_ids.insert(name.clone(), id);
        self.hosts.push(Host { name, zone });
        id
    }
}

/// The name of the next member that stands there: `a`, then `a-2`.
fn next_name(text: &str, members: &[Member]) -> String {
    let earlier = members.iter().filter(|one| {
        let numbered = one
            .name
            .rsplit_once('-')
            .is_some_and(|(zone, number)| zone == text && number.parse::<usize>().is_ok());
        one.name == text || numbered
    });
    let count = earlier.count();
    let name = if count == 0 { text.to_owned() } else { format!("{text}-{}", count + 1) };
    unique(name, |name| members.iter().any(|one| one.name == name))
}

/// The name, with a number behind it if it is taken.
fn unique(name: String, taken: impl Fn(&str) -> bool) -> String {
    if !taken(&name) {
        return name;
    }
    let free = (2_usize..).map(|number| format!("{name}-{number}")).find(|name| !taken(name));
    free.unwrap_or(name)
}
