//! The graph of blocks: flat arrays, shared by all trials.

use super::backup::Backup;
use super::clock::Clock;
use super::consumer::{Consumer, Mark};
use super::crew::Crew;
use super::dial::Dial;
use super::gate::Gate;
use super::id::{ClockId, DialId, LeaseId, LogId, PickId, ProbeId, TankId, ValueId, WorkId};
use super::lease::Lease;
use super::link::Link;
use super::literal::{LevelId, Literal};
use super::log::Log;
use super::pick::Pick;
use super::pool::Pool;
use super::probe::Probe;
use super::tank::Tank;
use super::value::{Condition, Value};
use super::wires::Wires;
use super::work::Work;

/// What a level's value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Producer {
    /// Nothing; it is declared and not yet defined.
    Undefined,
    /// A fact: true at the start or not, changed by faults and effects.
    Fact(bool),
    /// A gate.
    Gate(u32),
    /// A work.
    Work(WorkId),
    /// A work has failed.
    Failed(WorkId),
    /// A probe.
    Probe(ProbeId),
    /// A lease.
    Lease(LeaseId),
    /// A pick has chosen this candidate.
    Pick(PickId, u32),
    /// A dial is connected (`None`), or connected to this target.
    Dial(DialId, Option<u32>),
    /// A member is the head of a log.
    Head(LogId, u32),
    /// A work holds a unit of its pool, or somebody of its crew.
    Unit(WorkId),
    /// A work holds this one of those whom it may call.
    Taken(WorkId, u32),
    /// A tank has reached its mark.
    Tank(TankId),
}

/// A level and what is known of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// `orders/n2/promote`; empty for gates inside expressions.
    pub name: String,
    /// What its value comes from.
    pub producer: Producer,
    /// What its rise stamps.
    pub mark: Option<Mark>,
    /// The stage that it is on a causal path.
    pub stage: Option<u32>,
}

/// A fact that is set.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Change {
    /// Which.
    pub level: LevelId,
    /// To what.
    pub value: bool,
}

/// What a fault does to one possible victim.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Arm {
    /// When it strikes.
    pub begin: Vec<Change>,
    /// When it ends.
    pub end: Vec<Change>,
}

/// Whom a fault strikes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Strikes {
    /// Always this one.
    One(Arm),
    /// The choice of a pick at that instant.
    Chosen(PickId, Vec<Arm>),
    /// One of them, drawn by this name.
    Drawn(u64, Vec<Arm>),
}

/// A fault, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FaultSpec {
    /// When \[s\]: after zero, or after the first stamp of a milestone.
    pub at: ValueId,
    /// That milestone.
    pub after: Option<u32>,
    /// For how long \[s\]; `None`: for good.
    pub lasts: Option<ValueId>,
    /// It ends with the first stamp of this milestone, if it stands then.
    pub until: Option<u32>,
    /// Whether something breaks by it, or somebody who serves is asked to act: the clock
    /// of figures starts with the first such fault, or with the first of all where no
    /// fault is one. The beginning of a procedure is not, nor is a silenced alert.
    pub breaks: bool,
    /// Whom.
    pub strikes: Strikes,
    /// True while it lasts.
    pub level: LevelId,
}

/// Everything that a trial is made of.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Graph {
    /// All levels; 0 is always true.
    pub levels: Vec<Named>,
    /// Gates in topological order, each with its level.
    pub gates: Vec<(Gate, LevelId)>,
    /// Works, each with its level.
    pub works: Vec<(Work, LevelId)>,
    /// Clocks.
    pub clocks: Vec<Clock>,
    /// Who looks at each clock's ticks.
    pub observers: Vec<Vec<Consumer>>,
    /// The clocks that follow each clock.
    pub followers: Vec<Vec<ClockId>>,
    /// Probes, each with its level.
    pub probes: Vec<(Probe, LevelId)>,
    /// Leases, each with its level.
    pub leases: Vec<(Lease, LevelId)>,
    /// Picks.
    pub picks: Vec<Pick>,
    /// The leases that each pick grants.
    pub grants: Vec<Vec<LeaseId>>,
    /// Dials, each with its level.
    pub dials: Vec<(Dial, LevelId)>,
    /// Logs.
    pub logs: Vec<Log>,
    /// Backups.
    pub backups: Vec<Backup>,
    /// Pools.
    pub pools: Vec<Pool>,
    /// Who uses each pool.
    pub users: Vec<Vec<WorkId>>,
    /// Crews.
    pub crews: Vec<Crew>,
    /// Who calls each crew.
    pub callers: Vec<Vec<WorkId>>,
    /// Links.
    pub links: Vec<Link>,
    /// Tanks, each with its level.
    pub tanks: Vec<(Tank, LevelId)>,
    /// Faults.
    pub faults: Vec<FaultSpec>,
    /// How many instances each milestone has.
    pub milestones: Vec<u32>,
    /// Levels that are counted, for whoever measures how many of them hold.
    pub counters: Vec<Vec<Literal>>,
    /// Value programs.
    pub values: Vec<Value>,
    /// Conditions inside values.
    pub conditions: Vec<Condition>,
    /// Where each level's consumers begin in `consumers`; one more than levels.
    pub fan_out: Vec<u32>,
    /// Consumers of levels, level by level.
    pub consumers: Vec<Consumer>,
    /// The same, packed for those who execute changes.
    pub wires: Wires,
}

impl Graph {
    /// Who must hear of a change of `level`.
    #[must_use]
    pub fn consumers_of(&self, level: LevelId) -> &[Consumer] {
        let range = self.fan_out[level.index()] as usize..self.fan_out[level.index() + 1] as usize;
        &self.consumers[range]
    }
}
