//! What happens: faults at times on targets, validated against a model.

use super::expression::{NodeId, SetId};
use super::preset::{ComponentKind, Quantity};
use super::procedure::Procedure;
use super::system::{ComponentId, HostId, Model, Objective, ZoneId};
use crate::units::Span;

/// What happens, and what is asked about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name: the stem of its file.
    pub name: String,
    /// Its title for people: the value of the key `scenario`.
    pub title: String,
    /// Notes for people.
    pub notes: Option<String>,
    /// When to stop looking; `None`: an hour after the last fault ends, and as much again
    /// for each fault that waits for a milestone.
    pub horizon: Option<Span>,
    /// Paths and values laid over the model, `[set]`.
    pub sets: Vec<(String, String)>,
    /// Pinned ages of clocks, `[phases]`.
    pub phases: Vec<Phase>,
    /// The faults, in the order of the file; then what the steps of the procedure do.
    pub faults: Vec<Fault>,
    /// What the drill does and looks at, if the scenario says.
    pub procedure: Option<Procedure>,
    /// The objectives that apply: the model's, overridden or joined by the
    /// scenario's own.
    pub objectives: Vec<Objective>,
}

/// The age of a clock at zero: how long before it last ticked.
#[derive(Clone, PartialEq, Debug)]
pub struct Phase {
    /// Whose clock.
    pub component: ComponentId,
    /// Which instance of it; `leader` and `*` are resolved to positions.
    pub instances: Vec<usize>,
    /// The clock (or the probe or lease check with one of its own).
    pub node: NodeId,
    /// The age \[s\], drawn once a trial.
    pub age: Quantity,
}

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
