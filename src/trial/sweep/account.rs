//! Account: what a swept trial yielded, told from its spells.

use std::cell::Cell;

use super::spell::{LATE, instant};
use super::{Sweep, Swept};
use crate::block::gate::Gate;
use crate::block::{Event, EventId, LevelId, Literal, Producer};
use crate::trial::meter::{Meter, MeterState};
use crate::units::Instant;

/// One of the trials that were swept.
///
/// An event is a level and which of its two changes; its number is `2 · level + change + 1`.
#[derive(Debug)]
pub(in crate::trial) struct Account<'s, 'g> {
    sweep: &'s Sweep<'g>,
    swept: &'s Swept,
    lane: usize,
    /// When the first fault struck.
    clock: i64,
    /// Two changes in one moment, and which came first cannot be told.
    unclear: Cell<bool>,
}

impl<'s, 'g> Account<'s, 'g> {
    /// The account of `trial`, which was swept last.
    pub(in crate::trial) fn of(sweep: &'s Sweep<'g>, swept: &'s Swept, trial: u64) -> Self {
        let first = swept.trials.map_or(0, |trials| trials.first);
        let lane = (trial - first) as usize;
        let mut account = Self { sweep, swept, lane, clock: 0, unclear: Cell::new(false) };
        let strikes = sweep.graph.faults.iter().map(|fault| account.spell(fault.level).0);
        let first = strikes.filter(|leave| *leave < LATE).min();
        account.clock = first.map_or(0, instant);
        account
    }

    /// Whether the order of two changes could not be told on the way.
    pub(in crate::trial) fn is_unclear(&self) -> bool {
        self.unclear.get()
    }

    /// When the first fault struck.
    pub(in crate::trial) const fn clock(&self) -> Instant {
        Instant(self.clock)
    }

    #[inline]
    fn spell(&self, level: LevelId) -> (i64, i64) {
        let slot = self.sweep.slot(level);
        slot.map_or((LATE, LATE), |slot| self.swept.lanes.spells[slot].at(self.lane))
    }

    /// The changes of a level.
    pub(super) fn changes(&self, level: LevelId) -> impl Iterator<Item = EventId> {
        let (leave, back) = self.spell(level);
        let changes = [(leave, 0), (back, 1)].into_iter().filter(|(moment, _)| *moment < LATE);
        changes.map(move |(_, change)| event_of(level, change))
    }

    /// What a meter has seen by `end`.
    pub(in crate::trial) fn meter(&self, meter: &Meter, end: Instant) -> MeterState {
        let criterion = meter.criterion;
        let holds = self.sweep.steady.holds(criterion);
        let mut state = MeterState { holds, ..MeterState::default() };
        let (leave, back) = self.spell(criterion.level());
        // What is lost and found within one instant was never lost.
        if leave < LATE && instant(leave) != instant(back) {
            for (moment, change) in [(leave, 0), (back, 1)] {
                if moment < LATE {
                    let event = event_of(criterion.level(), change);
                    let now = Instant(instant(moment));
                    state.change(!state.holds, now, event, meter.stable_for);
                }
            }
        }
        state.confirm(end, meter.stable_for);
        state.unserved = self.unserved(&meter.parts, end);
        state
    }

    /// How long parts were not served by `end`, in part-nanoseconds.
    pub(in crate::trial) fn unserved(&self, parts: &[Literal], end: Instant) -> i64 {
        let whole = end.0;
        let of = |part: &Literal| {
            let (leave, back) = self.spell(part.level());
            let away = instant(back).min(whole) - instant(leave).min(whole);
            if self.sweep.steady.holds(*part) { away } else { whole - away }
        };
        parts.iter().map(of).fold(0, i64::saturating_add)
    }

    /// The instants at which the instances of a milestone were stamped first.
    pub(in crate::trial) fn stamps(&self, milestone: usize) -> impl Iterator<Item = Instant> + '_ {
        self.sweep.stamps[milestone].iter().filter_map(|(_, slot, rises)| {
            let (leave, back) = self.swept.lanes.spells[*slot as usize].at(self.lane);
            let rise = if *rises { leave } else { back };
            (rise < LATE).then(|| Instant(instant(rise)))
        })
    }

    /// An event, with its cause.
    pub(in crate::trial) fn event(&self, id: EventId) -> Event {
        if id == EventId::START {
            let (at, level) = (Instant::ZERO, LevelId::TRUE);
            return Event { at, level, value: true, cause: EventId::START };
        }
        let (level, change) = (LevelId((id.0 - 1) >> 1), (id.0 - 1) & 1);
        let (leave, back) = self.spell(level);
        let moment = if change == 0 { leave } else { back };
        let value = self.sweep.steady.levels[level.index()] == (change == 1);
        let cause = self.cause(level, change, moment, value);
        Event { at: Instant(instant(moment)), level, value, cause }
    }

    /// The event that made a level change at `moment`.
    fn cause(&self, level: LevelId, change: u32, moment: i64, value: bool) -> EventId {
        let graph = self.sweep.graph;
        match graph.levels[level.index()].producer {
            Producer::Fact(_) => self.cause_of_fact(level, change),
            Producer::Gate(gate) => {
                self.cause_of_gate(&graph.gates[gate as usize].0, moment, value)
            }
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
                let condition = graph.leases[id.index()].0.renew[0].1.level();
                // It may have run out although the condition held again.
                let again = self.spell(condition).1 < moment;
                event_of(condition, u32::from(again))
            }
            _ => EventId::START,
        }
    }

    fn cause_of_fact(&self, fact: LevelId, change: u32) -> EventId {
        let graph = self.sweep.graph;
        let strikes = |spec: &&crate::block::FaultSpec| match &spec.strikes {
            crate::block::Strikes::One(arm) => arm.begin.iter().any(|c| c.level == fact),
            _ => false,
        };
        match graph.faults.iter().find(|spec| spec.level == fact) {
            // A fault strikes of itself, and ends because it struck.
            Some(_) if change == 0 => EventId::START,
            Some(_) => event_of(fact, 0),
            None => {
                let spec = graph.faults.iter().find(strikes);
                spec.map_or(EventId::START, |spec| event_of(spec.level, change))
            }
        }
    }

    /// Whether it is all the same which of two changes in one moment decided: both are
    /// gates' that stamp nothing, and the same change decided each.
    fn of_one_cause(&self, one: EventId, other: EventId) -> bool {
        let cause = |event: EventId| {
            let level = LevelId((event.0 - 1) >> 1);
            let named = &self.sweep.graph.levels[level.index()];
            let gate = matches!(named.producer, Producer::Gate(_)) && named.mark.is_none();
            gate.then(|| self.event(event).cause)
        };
        cause(one).is_some_and(|cause_of_one| cause(other) == Some(cause_of_one))
    }

    /// The change that decided a gate: the one in the same moment.
    fn cause_of_gate(&self, gate: &Gate, moment: i64, value: bool) -> EventId {
        let mut found = EventId::START;
        let mut consider = |input: Literal, value: bool| {
            let (leave, back) = self.spell(input.level());
            let change = if leave == moment {
                0
            } else if back == moment {
                1
            } else {
                return;
            };
            let holds = self.sweep.steady.holds(input) == (change == 1);
            if holds != value {
                return;
            }
            let event = event_of(input.level(), change);
            // At the instant of the fault every chain is as short as any other.
            if found == EventId::START || instant(moment) == self.clock {
                found = event;
            } else if !self.of_one_cause(found, event) {
                self.unclear.set(true);
            }
        };
        match gate {
            Gate::Threshold { inputs, .. } => {
                inputs.iter().for_each(|input| consider(*input, value));
            }
            Gate::Latch { when, until } if value => {
                consider(*when, true);
                consider(*until, false);
            }
            Gate::Latch { until, .. } => consider(*until, true),
        }
        found
    }
}

/// The number of a level's first (0) or second (1) change.
#[inline]
fn event_of(level: LevelId, change: u32) -> EventId {
    EventId(2 * level.0 + change + 1)
}
