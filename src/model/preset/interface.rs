//! What each kind of component shows to the others.

use super::ComponentKind;
use crate::model::expression::Range;
use crate::units::Dimension;

/// The exports of a target that a route or a client may ask for: those of a
/// store's members and of a route's one entry. What a target's kind does not
/// have is never true of it; `leads` and `carries` are true of every target
/// that no route leads to, unless its store says itself whom it leads to;
/// [`SESSION_EXPORTS`] are `writable` where they are not published.
pub const TARGET_EXPORTS: [&str; 10] = [
    "writable",
    "readable",
    "primary",
    "fails",
    LEADS,
    CARRIES,
    "admits",
    "relents",
    "stuck",
    ERROR_AFTER,
];

/// What a member may publish of sessions, where it matters when one was opened:
/// `admits`: one opened now would be served while `writable` holds; `relents`:
/// one that was opened in vain would now be served after all. Where a target
/// publishes neither, each is its `writable`.
pub const SESSION_EXPORTS: [&str; 2] = ["admits", "relents"];

/// The export of a route that only leads, or of a store that its clients ask for
/// the way: whoever asks is led to this target.
pub const LEADS: &str = "leads";

/// The export of an address, as against a name: packets that whoever asks sends
/// to it arrive at this target, those of connections that stand as well.
pub const CARRIES: &str = "carries";

/// The export of a route that requests go through, a number: how long a request
/// sent now, that it cannot serve, waits for its error. It is no time at all
/// where it is not published.
pub const ERROR_AFTER: &str = "error_after";

/// What a member of a service exports, and so a node of a cluster: it serves
/// requests, or what stands on it.
pub const READY: &str = "ready";

/// What a member of a service may export: requests are still sent to it.
pub const LISTED: &str = "listed";

/// What a replica of a service, or a node of a cluster, may export: processes of
/// others that are placed there exist.
pub const RUNS: &str = "runs";

/// What a replica of a service may export: whoever runs in it is asked to end in an
/// orderly way, which it hears as the request [`STOP`].
pub const STOPS: &str = "stops";

/// The request that those hear whose replica ends in an orderly way.
pub const STOP: &str = "stop";

/// What a replica of a service may export: the machine that it is on now is up,
/// wherever that is; without it, the machine that the model names.
pub const STANDS: &str = "stands";

/// The export of a runbook: what the model says is asked for.
pub const ASKS: &str = "asks";

/// What a member of a service may export: another stands in its place, under a name
/// of its own.
pub const SUCCESSOR: &str = "successor";

/// What a member of a service may export: it is listed still, beside its successor.
pub const LEFTOVER: &str = "leftover";

/// What a route asks of one of its askers, which is no node: whether its client
/// holds a connection.
pub const HOLDS: &str = "holds";

/// An export that every component of a kind has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interface {
    /// Its name.
    pub name: &'static str,
    /// What it exists once for.
    pub range: Range,
    /// What it is.
    pub what: Published,
}

/// The type of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// A level.
    Level,
    /// A level that depends on who asks.
    Asked,
    /// A number, constant for the trial.
    Value(Dimension),
    /// A number, read when somebody needs it.
    Reading(Dimension),
}

impl Interface {
    /// Whether it is true or false, rather than a number.
    #[must_use]
    pub const fn is_level(&self) -> bool {
        !matches!(self.what, Published::Value(_) | Published::Reading(_))
    }

    /// A level of a component as a whole that depends on who asks.
    const fn asked(name: &'static str) -> Self {
        Self { name, range: Range::One, what: Published::Asked }
    }

    /// A level of each of a range.
    const fn level(range: Range, name: &'static str) -> Self {
        Self { name, range, what: Published::Level }
    }
}

/// The interface of a store.
const STORE: [Interface; 4] = [
    Interface::level(Range::Member, "writable"),
    Interface::level(Range::Member, "readable"),
    Interface::level(Range::Member, "primary"),
    Interface::level(Range::One, "redundant"),
];
/// What the members of a store may publish besides: [`SESSION_EXPORTS`]; that a
/// request to it now ends in an error; and whom it leads to them, where its
/// clients ask it for the way.
const SESSIONS: [Interface; 4] = [
    Interface::level(Range::Member, SESSION_EXPORTS[0]),
    Interface::level(Range::Member, SESSION_EXPORTS[1]),
    Interface::level(Range::Member, "fails"),
    Interface { name: LEADS, range: Range::Member, what: Published::Asked },
];
/// What the members of a consensus store may publish besides: who leads.
const LEADER: [Interface; 1] = [Interface::level(Range::Member, "primary")];
/// The interface of a consensus store.
const CONSENSUS: [Interface; 6] = [
    Interface::level(Range::Member, "writable"),
    Interface::level(Range::Member, "readable"),
    Interface::level(Range::One, "leads"),
    Interface::asked("serves"),
    Interface { name: "expiry_tick", range: Range::One, what: Published::Value(Dimension::TIME) },
    Interface {
        name: "election_timeout",
        range: Range::One,
        what: Published::Value(Dimension::TIME),
    },
];
/// The interface of a service.
const SERVICE: [Interface; 2] =
    [Interface::level(Range::Member, READY), Interface::level(Range::One, "redundant")];
/// What a service may export besides: a replica to which requests are still sent
/// (those that it does not answer count against what is served); what it says
/// of the processes that run in it, see [`RUNS`], [`STOPS`] and [`STANDS`]; and what
/// whoever lists replicas by name sees, see [`SUCCESSOR`] and [`LEFTOVER`].
const OF_SERVICES: [Interface; 6] = [
    Interface::level(Range::Member, LISTED),
    Interface::level(Range::Member, RUNS),
    Interface::level(Range::Member, STOPS),
    Interface::level(Range::Member, STANDS),
    Interface::level(Range::Member, SUCCESSOR),
    Interface::level(Range::Member, LEFTOVER),
];
/// What a cluster may export besides; what it does not is never true. Of a node:
/// `runs` what is placed there starts and is looked after; `lost`, whoever watches
/// takes it for lost; `evicts`, what stands there and bears it no longer must go;
/// `drains`, somebody asks all to go who may; `frees`, what stood there is struck
/// off; `fenced`, somebody vouches that it does nothing any more. Of all: `manages`,
/// those who replace what is gone are there.
const OF_CLUSTERS: [Interface; 7] = [
    Interface::level(Range::Member, RUNS),
    Interface::level(Range::Member, "lost"),
    Interface::level(Range::Member, "evicts"),
    Interface::level(Range::Member, "drains"),
    Interface::level(Range::Member, "frees"),
    Interface::level(Range::Member, "fenced"),
    Interface::level(Range::One, "manages"),
];
/// The interface of a cluster. What it says of a node it says of whatever stands there.
const CLUSTER: [Interface; 2] =
    [Interface::level(Range::Member, READY), Interface::level(Range::One, "serves")];
/// The interface of a route that requests go through. What it says may depend on
/// who asks: each client that holds a connection may have a server of its own.
const ROUTE: [Interface; 2] = [Interface::asked("writable"), Interface::asked("fails")];
/// The interface of a route that only leads: a name, an address.
const SIGNPOST: [Interface; 1] =
    [Interface { name: LEADS, range: Range::Target, what: Published::Asked }];
/// What a route may export besides: one that leads, where it is an address; one
/// that requests go through, `stuck`: a request on the asker's connection gets no
/// answer and no error; and [`ERROR_AFTER`].
const OF_ROUTES: [Interface; 3] = [
    Interface { name: CARRIES, range: Range::Target, what: Published::Asked },
    Interface::asked("stuck"),
    Interface { name: ERROR_AFTER, range: Range::One, what: Published::Reading(Dimension::TIME) },
];
/// The interface of a client population.
const CLIENTS: [Interface; 1] = [Interface::level(Range::Client, "served")];
/// The interface of an alert.
const ALERT: [Interface; 1] = [Interface::level(Range::One, "pages")];
/// The interface of a runbook.
const RUNBOOK: [Interface; 1] = [Interface::level(Range::One, ASKS)];

impl ComponentKind {
    /// All kinds.
    pub const ALL: [Self; 10] = [
        Self::Store,
        Self::Stream,
        Self::Consensus,
        Self::Service,
        Self::Cluster,
        Self::Route,
        Self::Clients,
        Self::Alert,
        Self::People,
        Self::Runbook,
    ];

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Stream => "stream",
            Self::Consensus => "consensus",
            Self::Service => "service",
            Self::Cluster => "cluster",
            Self::Route => "route",
            Self::Clients => "clients",
            Self::Alert => "alert",
            Self::People => "people",
            Self::Runbook => "runbook",
        }
    }

    /// For a sentence: "a store".
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Store => "a store",
            Self::Stream => "a stream",
            Self::Consensus => "a consensus store",
            Self::Service => "a service",
            Self::Cluster => "a cluster",
            Self::Route => "a route",
            Self::Clients => "a client population",
            Self::Alert => "an alert",
            Self::People => "a group of people",
            Self::Runbook => "a runbook",
        }
    }

    /// Whether the model may say what such a component needs and uses.
    #[must_use]
    pub const fn relies(self) -> bool {
        matches!(self, Self::Service | Self::Clients)
    }

    /// Whether its processes may run in the replicas of a service.
    #[must_use]
    pub const fn runs_in_pods(self) -> bool {
        matches!(self, Self::Store | Self::Stream | Self::Consensus | Self::Route)
    }

    /// Whether it serves somebody, so that one may measure whether it does.
    #[must_use]
    pub const fn is_served(self) -> bool {
        !matches!(self, Self::Alert | Self::People | Self::Runbook)
    }

    /// Whether it stands anywhere that a fault could hit: people and what they do
    /// are wherever they are.
    #[must_use]
    pub fn stands(self) -> bool {
        self.process_range() == Range::Member || self.has_place()
    }

    /// Whether it stands in one place, where its processes are.
    #[must_use]
    pub const fn has_place(self) -> bool {
        matches!(self, Self::Route | Self::Clients | Self::Alert)
    }

    /// What its processes and hosts belong to: members, or the component's one place.
    pub(crate) const fn process_range(self) -> Range {
        match self {
            Self::Store | Self::Stream | Self::Consensus | Self::Service | Self::Cluster => {
                Range::Member
            }
            Self::Route | Self::Clients | Self::Alert | Self::People | Self::Runbook => Range::One,
        }
    }

    /// What its nodes may exist once for, besides the sets that a preset declares
    /// and pairs.
    #[must_use]
    pub const fn ranges(self) -> &'static [Range] {
        match self {
            Self::Store | Self::Stream | Self::Consensus | Self::Service | Self::Cluster => {
                &[Range::One, Range::Member, Range::Zone]
            }
            Self::Route => &[Range::One, Range::Target, Range::Asker],
            Self::Clients => &[Range::One, Range::Client, Range::Target],
            Self::Alert | Self::People | Self::Runbook => &[Range::One],
        }
    }

    /// What it must export.
    #[must_use]
    pub const fn interface(self) -> &'static [Interface] {
        match self {
            Self::Store | Self::Stream => &STORE,
            Self::Consensus => &CONSENSUS,
            Self::Service => &SERVICE,
            Self::Cluster => &CLUSTER,
            Self::Route => &ROUTE,
            Self::Clients => &CLIENTS,
            Self::Alert => &ALERT,
            Self::People => &[],
            Self::Runbook => &RUNBOOK,
        }
    }

    /// What it may export besides.
    #[must_use]
    pub const fn optional(self) -> &'static [Interface] {
        match self {
            Self::Store | Self::Stream => &SESSIONS,
            Self::Consensus => &LEADER,
            Self::Route => &OF_ROUTES,
            Self::Service => &OF_SERVICES,
            Self::Cluster => &OF_CLUSTERS,
            Self::Clients | Self::Alert | Self::People | Self::Runbook => &[],
        }
    }

    /// What it exports instead where it does so at all: a route that only leads.
    #[must_use]
    pub const fn alternative(self) -> &'static [Interface] {
        match self {
            Self::Route => &SIGNPOST,
            _ => &[],
        }
    }
}
