//! Ticks, where every one of them is executed.
//!
//! Most ticks fall into an instant of their own, and most looks see what they have seen
//! before. Such a tick goes from its ring to those who look at it and back, by no heap;
//! whatever has company in its instant goes the way of [`World::look`].

use super::world::{Ended, World};
use crate::block::pace::Pace;
use crate::block::wires::Round;
use crate::block::{ClockId, Consumer};
use crate::units::{Instant, Span};

impl World<'_> {
    /// Ticks that are alone in their instant, one after another, until something else is due
    /// first, or what is due first is later than `end`; how the trial ended, if it did.
    #[inline(never)]
    pub(super) fn tick_on(&mut self, end: Instant, budget: usize) -> Option<Ended> {
        let end = end + Span(1);
        let mut other = self.agenda.due_once().min(end);
        while let Some((at, slot)) = self.agenda.pop_alone(other) {
            self.now = at;
            self.visible = at + Span(1);
            self.verdicts.clear();
            let clock = ClockId(slot.0 - self.slots.first_tick().0);
            let round = self.graph.wires.round(clock);
            if round.has_others() {
                self.renew_at(clock, round);
                self.observe_beside(clock, round);
                other = self.agenda.due_once().min(end);
            }
            self.watch(round);
            let happened = !self.verdicts.is_empty();
            if happened {
                match self.verdicts[..] {
                    [Consumer::Probe(id)] => self.believe(id.index()),
                    _ => self.judge(),
                }
                self.settle();
                self.measure();
                if self.is_unsettled(budget) {
                    return Some(Ended::Unsettled);
                }
                other = self.agenda.due_once().min(end);
            }
            // A look may calm who is restless, though it sees nothing new.
            if (happened || self.calms) && self.is_at_rest() {
                return Some(Ended::Quiet);
            }
        }
        None
    }

    /// The ticks of this clock renew the leases whose holders they are.
    pub(super) fn renew(&mut self, clock: ClockId) {
        let round = self.graph.wires.round(clock);
        if round.has_others() {
            self.renew_at(clock, round);
        }
    }

    /// A clock ticks for everyone who looks at it, and is due again.
    pub(super) fn tick(&mut self, clock: ClockId) {
        let round = self.graph.wires.round(clock);
        self.observe_beside(clock, round);
        self.watch(round);
        let slot = self.slots.tick(clock.index());
        if !self.agenda.repeats(slot) {
            self.clocks[clock.index()].settle(self.visible);
            self.agenda.schedule(slot, self.clocks[clock.index()].next(self.visible));
        }
    }

    /// All probes look; what they saw takes effect when everyone has looked.
    #[inline(always)]
    fn watch(&mut self, round: Round) {
        let graph = self.graph;
        for probe in graph.wires.watchers(round) {
            if self.look_once(probe.index()) {
                self.verdicts.push(Consumer::Probe(*probe));
            }
        }
    }

    /// Whoever is no probe looks at a tick of this clock.
    #[inline(never)]
    fn observe_beside(&mut self, clock: ClockId, round: Round) {
        let graph = self.graph;
        for other in graph.wires.others(round) {
            match *other {
                Consumer::Lease(id) if graph.leases[id.index()].0.check == Some(clock) => {
                    self.check(id.index());
                }
                Consumer::Backup(id) => self.backups[id.index()].tick(self.now),
                _ => {}
            }
        }
    }

    #[inline(never)]
    fn renew_at(&mut self, clock: ClockId, round: Round) {
        let graph = self.graph;
        for other in graph.wires.others(round) {
            if let Consumer::Lease(id) = *other {
                let holder = self.leases[id.index()].holder;
                if graph.leases[id.index()].0.renew[holder].0 == clock {
                    self.renew_lease(id.index());
                }
            }
        }
    }

    /// One look of a probe on a clock; whether it flips.
    #[inline(always)]
    fn look_once(&mut self, index: usize) -> bool {
        let state = &mut self.probes[index];
        if !state.running {
            return false;
        }
        if state.watch == state.verdict {
            // It sees what it has seen before, whatever it would need to flip.
            state.misses = 0;
            return false;
        }
        let (habit, verdict) = (&self.habits[index], state.verdict);
        let known = if verdict { habit.fall } else { habit.rise };
        let needed = if known > 0 { known } else { self.needed(index) };
        let state = &mut self.probes[index];
        state.count(state.watch, state.watch_event, needed)
    }

    /// A clock is due at its next tick from `from` on, and at those after it.
    pub(super) fn plan_ticks(&mut self, clock: usize, from: Instant) {
        let (slot, state) = (self.slots.tick(clock), &self.clocks[clock]);
        let next = state.next(from);
        match state.pace {
            Pace::Even => self.agenda.repeat(slot, next, state.period),
            _ => self.agenda.schedule(slot, next),
        }
    }
}
