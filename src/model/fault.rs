//! Faults: what breaks or is asked for, where and when.

use super::expression::SetId;
use super::preset::{ComponentKind, Quantity};
use super::system::{ComponentId, HostId, Model, ZoneId};

/// Something breaks, or is asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Fault {
    /// When \[s\]; drawn once a trial.
    pub at: Quantity,
    /// Counted from this instead of from zero.
    pub after: Option<After>,
    /// What happens.
    pub what: FaultKind,
    /// To what.
    pub target: Target,
    /// For how long \[s\]; `None`: for good.
    pub lasts: Option<Quantity>,
    /// The sentence for a timeline: "processes of primary of orders killed".
    pub title: String,
}

impl Model {
    /// Whether something breaks by a fault, or somebody is asked to act on what serves:
    /// nobody is hurt where an alert is asked for something.
    #[must_use]
    pub fn is_harm(&self, fault: &Fault) -> bool {
        let asked = matches!(fault.what, FaultKind::Request(_));
        let alert = |id: &ComponentId| self.components[id.0].preset.kind == ComponentKind::Alert;
        !(asked
            && match &fault.target {
                Target::Alerts(_) => true,
                Target::Each(id, _) | Target::One(id, _) | Target::Member(id, _) => alert(id),
                _ => false,
            })
    }
}

/// What a fault waits for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum After {
    /// The first stamp of a milestone of a component.
    Milestone(ComponentId, String),
    /// A step of the procedure, by position.
    Step(usize),
}

/// What a fault does.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum FaultKind {
    /// Processes end at once; the kernel lives and refuses. Empty: all processes
    /// of the member. When it ends they are started again.
    Kill(Vec<String>),
    /// Processes stand still; the kernel accepts and acknowledges. Empty: all.
    Hang(Vec<String>),
    /// Hosts lose power: no packet comes back. When it ends hosts and their
    /// processes are back.
    PowerLoss,
    /// Packets between the target and the rest (or `from`) are lost.
    Partition {
        /// Only towards these; `None`: towards everything else.
        from: Option<Target>,
    },
    /// Someone asks for something by its announced name, such as `switchover`.
    Request(String),
}

/// What a fault hits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Target {
    /// Every host of a zone.
    Zone(ZoneId),
    /// Every host of all zones of a region, by its name.
    Region(String),
    /// One host.
    Host(HostId),
    /// One member of a component, or one of a placed set, by its seat.
    Member(ComponentId, usize),
    /// Whoever is the primary (leader) of a component when the fault strikes:
    /// the choice of the component's first pick.
    Primary(ComponentId),
    /// The first of a component's members by name; only a step of a procedure knows
    /// who that is.
    First(ComponentId),
    /// One member, or one of a placed set, drawn.
    One(ComponentId, Option<SetId>),
    /// All members, or all of a placed set.
    Each(ComponentId, Option<SetId>),
    /// These alerts, and the machinery behind each.
    Alerts(Vec<ComponentId>),
}
