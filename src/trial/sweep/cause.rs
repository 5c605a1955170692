//! Causes: which events may have made a level change in a trial that was swept.
//!
//! An event is a level and which of its two changes; its number is `2 · level + change + 1`.

use super::Sweep;
use crate::block::gate::Gate;
use crate::block::{EventId, Graph, LevelId, Producer, Strikes};

/// What made a level change.
#[derive(Clone, Copy, Debug)]
pub(super) enum Cause {
    /// This event, in every trial.
    One(EventId),
    /// One of those changes of what a gate reads that came in the same moment.
    Gate(usize),
    /// The end of this condition, or, if a lease ran out after it had come back, that.
    Lapse(LevelId),
}

impl Cause {
    /// What makes `level` change for the first (0) or the second (1) time.
    pub(super) fn of(graph: &Graph, level: LevelId, change: u32) -> Self {
        Self::One(match graph.levels[level.index()].producer {
            Producer::Fact(_) => of_fact(graph, level, change),
            Producer::Gate(gate) => return Self::Gate(gate as usize),
            Producer::Work(id) => {
                let work = &graph.works[id.index()].0;
                match work.uses {
                    Some(uses) if change == 0 => event_of(uses.held, 0),
                    _ => event_of(work.when.level(), change),
                }
            }
            Producer::Unit(id) => {
                let (work, done) = &graph.works[id.index()];
                if change == 0 { event_of(work.when.level(), 0) } else { event_of(*done, 0) }
            }
            Producer::Probe(id) => event_of(graph.probes[id.index()].0.watch.level(), change),
            Producer::Lease(id) => {
                return Self::Lapse(graph.leases[id.index()].0.renew[0].1.level());
            }
            _ => EventId::START,
        })
    }
}

fn of_fact(graph: &Graph, fact: LevelId, change: u32) -> EventId {
    match graph.faults.iter().find(|spec| spec.level == fact) {
        // A fault strikes of itself, and ends because it struck.
        Some(_) if change == 0 => EventId::START,
        Some(_) => event_of(fact, 0),
        None => {
            let strikes = |spec: &&crate::block::FaultSpec| match &spec.strikes {
                Strikes::One(arm) => arm.begin.iter().any(|c| c.level == fact),
                _ => false,
            };
            let spec = graph.faults.iter().find(strikes);
            spec.map_or(EventId::START, |spec| event_of(spec.level, change))
        }
    }
}

/// For each event the one behind it that tells as much: a gate of which one input alone
/// can change does what that does, in the same moment, and unless it is a stage of its own
/// or stamps something, nobody would miss it.
pub(super) fn telling(sweep: &Sweep<'_>) -> Vec<EventId> {
    let levels = sweep.graph.levels.len();
    let mut telling: Vec<EventId> = (0..=2 * levels as u32).map(EventId).collect();
    let behind = |id: EventId| {
        let (level, change) = change_of(id);
        let named = &sweep.graph.levels[level.index()];
        let Producer::Gate(gate) = named.producer else { return None };
        let plain = matches!(sweep.graph.gates[gate as usize].0, Gate::Threshold { .. })
            && named.mark.is_none()
            && named.stage.is_none();
        match sweep.gates[gate as usize][..] {
            [(_, only)] if plain => Some(event_of(only, change)),
            _ => None,
        }
    };
    for id in 1..telling.len() {
        let mut at = telling[id];
        while let Some(next) = behind(at) {
            at = next;
        }
        telling[id] = at;
    }
    telling
}

/// The level of an event, and which of its changes it is.
#[inline]
pub(super) fn change_of(id: EventId) -> (LevelId, u32) {
    (LevelId((id.0 - 1) >> 1), (id.0 - 1) & 1)
}

/// The number of a level's first (0) or second (1) change.
#[inline]
pub(super) fn event_of(level: LevelId, change: u32) -> EventId {
    EventId(2 * level.0 + change + 1)
}
