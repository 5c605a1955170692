//! A described system, validated.

use std::sync::Arc;

use super::preset::{ComponentKind, Preset, Quantity};
use crate::diagnostic::Location;
use crate::units::Span;

/// A component, by its position in [`Model::components`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ComponentId(pub usize);

/// A host, by its position in [`Model::hosts`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct HostId(pub usize);

/// A zone, by its position in [`Model::zones`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ZoneId(pub usize);

/// What exists.
#[derive(Clone, PartialEq, Debug)]
pub struct Model {
    /// Its name.
    pub name: String,
    /// A title for people.
    pub title: Option<String>,
    /// Notes for people.
    pub notes: Option<String>,
    /// Failure domains.
    pub zones: Vec<Zone>,
    /// Machines; those that the model does not name belong to one member each.
    pub hosts: Vec<Host>,
    /// Everything that the system consists of, in the order of the file.
    pub components: Vec<Component>,
    /// Chains of components that a request goes through.
    pub journeys: Vec<Journey>,
    /// What is wanted in every scenario.
    pub objectives: Vec<Objective>,
}

impl Model {
    /// The regions that the zones lie in, in the order of the zones.
    #[must_use]
    pub fn regions(&self) -> Vec<&str> {
        let mut regions: Vec<&str> = Vec::new();
        for zone in &self.zones {
            if !regions.contains(&zone.region.as_str()) {
                regions.push(&zone.region);
            }
        }
        regions
    }

    /// The region that a machine stands in.
    #[must_use]
    pub fn region_of(&self, host: HostId) -> &str {
        &self.zones[self.hosts[host.0].zone.0].region
    }

    /// What a component stands for: routes that only lead are looked through.
    #[must_use]
    pub fn end_of(&self, mut id: ComponentId) -> ComponentId {
        while let Component { target: Some(next), preset, .. } = &self.components[id.0]
            && preset.only_leads()
        {
            id = *next;
        }
        id
    }

    /// Who asks a route, population by population: of each its clients by their numbers
    /// from 0, and whoever asks the routes that only lead to it; a route that requests go
    /// through asks once. Nobody stands there twice.
    #[must_use]
    pub fn asking(&self, route: ComponentId) -> Vec<(ComponentId, usize)> {
        let mut asking = Vec::new();
        for (at, component) in self.components.iter().enumerate() {
            if component.target != Some(route) {
                continue;
            }
            if component.preset.only_leads() {
                asking.extend(self.asking(ComponentId(at)));
            } else {
                asking.push((ComponentId(at), component.count));
            }
        }
        asking
    }

    /// Each of those who ask a route, in that order.
    #[must_use]
    pub fn askers(&self, route: ComponentId) -> Vec<(ComponentId, usize)> {
        let asking = self.asking(route).into_iter();
        asking.flat_map(|(id, count)| (0..count).map(move |number| (id, number))).collect()
    }

    /// One of them.
    ///
    /// # Panics
    ///
    /// Where there are not so many.
    #[must_use]
    pub fn asker(&self, route: ComponentId, mut at: usize) -> (ComponentId, usize) {
        for (id, count) in self.asking(route) {
            if at < count {
                return (id, at);
            }
            at -= count;
        }
        panic!("only askers that there are have positions")
    }

    /// The name of an asker: `app/3`, `front`.
    #[must_use]
    pub fn asker_name(&self, (id, number): (ComponentId, usize)) -> String {
        let component = &self.components[id.0];
        match component.preset.kind {
            ComponentKind::Clients => format!("{}/{}", component.name, number + 1),
            _ => component.name.clone(),
        }
    }
}

/// A failure domain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Zone {
    /// Its name.
    pub name: String,
    /// Its region.
    pub region: String,
}

/// A machine.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Host {
    /// `a/1` where the model names it, else `orders-a`.
    pub name: String,
    /// Where it stands.
    pub zone: ZoneId,
}

/// A member of a component and the machine it is on.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Member {
    /// Its name inside the component: the zone's name, `a`, or `a/1`; made
    /// unique by a number where a zone holds several (`a`, `a-2`).
    pub name: String,
    /// Its machine.
    pub host: HostId,
}

/// The instances of a further set of alike things.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Instances {
    /// Each with a place of its own.
    Placed(Vec<Member>),
    /// So many, 1 to 1000, where the component stands.
    Counted(usize),
}

/// A part of the system.
#[derive(Clone, PartialEq, Debug)]
pub struct Component {
    /// Its name, unique over all kinds.
    pub name: String,
    /// Its technology.
    pub preset: Arc<Preset>,
    /// Stores and consensus: its members, the first is the primary. Services: its
    /// replicas. Clusters: its nodes. Routes: one, the place of the proxy. Clients: one, the place of all clients.
    pub members: Vec<Member>,
    /// The instances of each of [`Preset::sets`], in that order.
    pub sets: Vec<Instances>,
    /// Who plays the roles of [`Preset::needs`], in that order.
    pub needs: Vec<ComponentId>,
    /// Routes (`serves`) and clients (`of`): what they point at.
    pub target: Option<ComponentId>,
    /// Clients: the order in which targets are tried, as positions in the
    /// target's members; all of them in model order where the file is silent.
    pub order: Vec<usize>,
    /// Services and clients: what they cannot do without, beside those who play
    /// the roles of their technology. Alerts: what they watch.
    pub needed: Vec<Relied>,
    /// Services and clients: what they use and serve without.
    pub used: Vec<Relied>,
    /// Services: how many ready replicas carry all that is asked of them, which need
    /// not be a whole number; 1 for all other kinds.
    pub load: f64,
    /// Services: what is asked of all replicas together, where the file says it \[1/s\].
    pub demand: Option<f64>,
    /// Services: how many replicas a request is tried on, each drawn anew; 1 for all
    /// other kinds.
    pub tries: u32,
    /// People: who they are, level by level.
    pub people: Vec<Person>,
    /// Runbooks: what is asked for in the end.
    pub asks_for: Option<Order>,
    /// Alerts: how severe they are, in a word.
    pub severity: Option<String>,
    /// Stores, streams, consensus stores and routes: whose processes run in the
    /// replicas of which service, seat by seat.
    pub pods: Vec<Pods>,
    /// Services: how long a request waits for a replica that does not answer, where the
    /// file says it.
    pub request_timeout: Option<Span>,
    /// Its version, as it was written or by default; `None` where nothing
    /// depends on it.
    pub version: Option<String>,
    /// Clients: how many; 1 for all other kinds.
    pub count: usize,
    /// The values of [`Preset::parameters`], in that order.
    pub values: Vec<Quantity>,
    /// Where its name stands.
    pub at: Location,
    /// Where each of the values stands; `None` for defaults.
    pub places: Vec<Option<Location>>,
    /// The least served share that counts as served.
    pub serves_at_least: f64,
    /// How long the criterion must hold to count as recovered.
    pub stable_for: Span,
}

/// Somebody who may be called.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Person {
    /// What they are called.
    pub name: String,
    /// How many levels are rung before theirs.
    pub level: usize,
    /// What they can do; anything where nobody's roles are told.
    pub roles: Option<Vec<String>>,
}

impl Person {
    /// Whether they can play a role; `None`: whatever is asked.
    #[must_use]
    pub fn fits(&self, role: Option<&str>) -> bool {
        match (&self.roles, role) {
            (Some(roles), Some(role)) => roles.iter().any(|one| one == role),
            _ => true,
        }
    }
}

/// What a runbook asks for in the end, and who does it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Order {
    /// The role of those who are called; anybody where it is absent.
    pub by: Option<String>,
    /// The request, by its name.
    pub does: String,
    /// Which of the requests of the technology of who is asked; `None` where that
    /// does not understand it, and nothing follows.
    pub request: Option<usize>,
    /// Which component is asked.
    pub of: ComponentId,
    /// Who of it.
    pub to: Addressee,
}

/// Who of a component is asked for something.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Addressee {
    /// These members, by position.
    Members(Vec<usize>),
    /// Whoever is its primary.
    Primary,
    /// It as a whole, which decides whom that concerns.
    Whole,
}

/// A journey, by its position in [`Model::journeys`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct JourneyId(pub usize);

/// A chain of components that a request goes through, with all that they need.
#[derive(Clone, PartialEq, Debug)]
pub struct Journey {
    /// Its name, which no component has.
    pub name: String,
    /// Through what; at least one.
    pub through: Vec<Relied>,
    /// Where its name stands.
    pub at: Location,
}

/// A component that another relies on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Relied {
    /// Which.
    pub on: ComponentId,
    /// For what.
    pub access: Access,
}

/// Processes that run in the replicas of a service: the k-th of the members, or
/// of a placed set, in the k-th replica, and on its machine.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Pods {
    /// Whose: [`Range::Member`](super::expression::Range::Member), or a placed set.
    pub range: super::expression::Range,
    /// The service.
    pub by: ComponentId,
}

/// What a component is relied on for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Access {
    /// Writes to a store, a stream or a consensus store.
    Write,
    /// Reads of one.
    Read,
    /// All that it serves.
    Both,
}

impl Access {
    /// All of them, with how they are written.
    pub(crate) const ALL: [(&str, Self); 3] =
        [("write", Self::Write), ("read", Self::Read), ("both", Self::Both)];
}

/// What a limit can be set on.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Subject {
    /// The whole.
    System,
    /// One component.
    Component(ComponentId),
    /// One journey.
    Journey(JourneyId),
}

/// A limit that someone wants.
#[derive(Clone, PartialEq, Debug)]
pub struct Objective {
    /// On what.
    pub subject: Subject,
    /// On which figure.
    pub figure: crate::outcome::Figure,
    /// The share of trials that must keep the limit.
    pub quantile: f64,
    /// The limit in base units (seconds, writes); the least one of a share.
    pub limit: f64,
    /// The limit as it was written, `60s`.
    pub limit_text: String,
    /// Where it stands.
    pub at: Location,
}
