//! Account: what a swept trial yielded, told from its spells.

use std::cell::Cell;

use super::cause::{Cause, change_of, event_of};
use super::spell::{LATE, instant};
use super::state::Input;
use super::{Sweep, Swept, Unserved};
use crate::block::gate::Gate;
use crate::block::{Event, EventId, LevelId, Literal, Producer};
use crate::trial::meter::{Meter, MeterState};
use crate::trial::share::Steps;
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
        let faults = &sweep.graph.faults;
        let harmless = faults.iter().all(|fault| !fault.breaks);
        let count = faults.iter().filter(|fault| harmless || fault.breaks);
        let strikes = count.map(|fault| account.spell(fault.level).0);
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
        state
    }

    /// How long the parts of a meter, by its position, were not served by the horizon,
    /// in the unit of its share times nanoseconds.
    #[inline]
    pub(in crate::trial) fn unserved(&self, meter: usize) -> i128 {
        if let Some(share) = self.sweep.shares[meter].as_ref().filter(|share| share.is_mean()) {
            return share.unserved(self.swept, self.lane, instant(self.sweep.end));
        }
        i128::from(match self.sweep.meters[meter] {
            Unserved::Part(part) => self.swept.away[part][self.lane],
            Unserved::Sum(sum) => self.swept.unserved[sum][self.lane],
        })
    }

    /// How the share of a meter changed by the horizon; what it was before.
    pub(in crate::trial) fn share(&self, meter: usize, steps: &mut Steps) -> i64 {
        steps.clear();
        let Some(share) = &self.sweep.shares[meter] else { return 0 };
        share.steps(self.swept, self.lane, &mut |at, value| steps.push((at, value)));
        share.first
    }

    /// The instants at which the instances of a milestone were stamped first.
    pub(in crate::trial) fn stamps(&self, milestone: usize) -> impl Iterator<Item = Instant> + '_ {
        self.sweep.stamps[milestone].iter().filter_map(|(slot, rises)| {
            let (leave, back) = self.swept.lanes.spells[*slot as usize].at(self.lane);
            let rise = if *rises { leave } else { back };
            (rise < LATE).then(|| Instant(instant(rise)))
        })
    }

    /// The level of an event, and its moment.
    #[inline]
    fn moment(&self, id: EventId) -> (LevelId, i64) {
        let (level, change) = change_of(id);
        let (leave, back) = self.spell(level);
        (level, if change == 0 { leave } else { back })
    }

    /// An event, with its cause.
    pub(in crate::trial) fn event(&self, id: EventId) -> Event {
        if id == EventId::START {
            let (at, level) = (Instant::ZERO, LevelId::TRUE);
            return Event { at, level, value: true, cause: EventId::START };
        }
        let (_, change) = change_of(id);
        let (level, moment) = self.moment(id);
        let value = self.sweep.steady.levels[level.index()] == (change == 1);
        let cause = self.cause(level, change, moment, value);
        Event { at: Instant(instant(moment)), level, value, cause }
    }

    /// The event that made a level change at `moment`.
    fn cause(&self, level: LevelId, change: u32, moment: i64, value: bool) -> EventId {
        match Cause::of(self.sweep.graph, level, change) {
            Cause::One(event) => event,
            Cause::Gate(gate) => self.cause_of_gate(gate, change, moment, value),
            Cause::Lapse(condition) => {
                // It may have run out although the condition held again.
                let again = self.spell(condition).1 < moment;
                event_of(condition, u32::from(again))
            }
        }
    }

    /// What decided a change, where that is all that matters of it: it is a gate's, which
    /// stamps nothing. It is all the same which of two such changes in one moment came
    /// first where the same decided both.
    fn cause_behind(&self, event: EventId) -> Option<EventId> {
        let (level, _) = change_of(event);
        let named = &self.sweep.graph.levels[level.index()];
        let gate = matches!(named.producer, Producer::Gate(_)) && named.mark.is_none();
        gate.then(|| self.event(event).cause)
    }

    /// The only input that decided the first change of a gate, where that is written down.
    fn decider(&self, gate: usize, change: u32) -> Option<EventId> {
        let known = self.sweep.deciders.get(&gate).filter(|_| change == 0)?;
        let (who, ties) = &self.swept.lanes.deciders[*known];
        let (who, ties) = (who[self.lane], ties[self.lane]);
        let (_, level) = self.sweep.gates[gate].get(who as usize)?;
        (ties == 1).then(|| event_of(*level, 0))
    }

    /// The change that decided a gate: the one in the same moment.
    fn cause_of_gate(&self, gate: usize, change: u32, moment: i64, value: bool) -> EventId {
        if let Some(only) = self.decider(gate, change) {
            return only;
        }
        let mut found = EventId::START;
        let mut behind = None;
        let mut consider = |(input, level): &(Input, LevelId), value: bool| {
            // What is read becomes `value` by its first change or by its second.
            let spell = &self.swept.lanes.spells[input.slot as usize];
            let again = input.held == value;
            let changed = if again { spell.back[self.lane] } else { spell.leave[self.lane] };
            if changed != moment {
                return;
            }
            let event = event_of(*level, u32::from(again));
            // At the instant of the fault every chain is as short as any other.
            if found == EventId::START || instant(moment) == self.clock {
                found = event;
                return;
            }
            let first = *behind.get_or_insert_with(|| self.cause_behind(found));
            if first.is_none() || first != self.cause_behind(event) {
                self.unclear.set(true);
            }
        };
        let inputs = &self.sweep.gates[gate];
        match &self.sweep.graph.gates[gate].0 {
            Gate::Threshold { .. } => inputs.iter().for_each(|input| consider(input, value)),
            Gate::Latch { when, until } => {
                let of =
                    |literal: &Literal, (_, level): &(Input, LevelId)| *level == literal.level();
                let (when, until) = (
                    inputs.iter().filter(|input| value && of(when, input)),
                    inputs.iter().filter(|input| of(until, input)),
                );
                when.for_each(|input| consider(input, true));
                until.for_each(|input| consider(input, !value));
            }
        }
        found
    }
}
