//! What is due: faults, completions, and ticks that look.

use super::mode::Mode;
use super::slots::Due;
use super::world::{Lapse, World};
use crate::block::probe::Looks;
use crate::block::wires::Kind;
use crate::block::{ClockId, Consumer, DialId, EventId, LeaseId, ProbeId};
use crate::kernel::Slot;
use crate::units::{Instant, Span};

impl World<'_> {
    /// Takes what is due at `at` off the agenda, faults and completions or
    /// ticks; whether there was anything.
    pub(super) fn take_due(&mut self, at: Instant, effects: bool) -> bool {
        let end = if effects { self.slots.first_tick() } else { Slot(u32::MAX) };
        self.due.clear();
        while let Some(slot) = self.agenda.pop_before(at, end) {
            self.due.push(self.dues[slot.0 as usize]);
        }
        !self.due.is_empty()
    }

    /// A fault or a completion takes effect.
    pub(super) fn happen(&mut self, due: Due) {
        match due {
            Due::Fault(index) => self.strike(index as usize),
            Due::FaultEnd(index) => self.relent(index as usize),
            Due::Work(index) => self.complete(index as usize),
            Due::Tank(index) => self.cross(index as usize),
            Due::Token(index) => self.dirty.insert(Kind::Pool, index as usize),
            _ => unreachable!("ticks look, they do not happen"),
        }
    }

    /// All due ticks look, renewals before checks; then what they saw takes effect.
    /// Whether they saw something.
    pub(super) fn look(&mut self) -> bool {
        self.verdicts.clear();
        for index in 0..self.due.len() {
            self.renewals(self.due[index]);
        }
        for index in 0..self.due.len() {
            self.checks(self.due[index]);
        }
        if self.verdicts.is_empty() {
            return false;
        }
        self.judge();
        true
    }

    /// What looks saw takes effect, in the order of the blocks.
    pub(super) fn judge(&mut self) {
        if self.verdicts.len() > 1 {
            self.verdicts.sort_unstable();
            self.verdicts.dedup();
        }
        for index in 0..self.verdicts.len() {
            self.take_effect(self.verdicts[index]);
        }
    }

    fn renewals(&mut self, due: Due) {
        match due {
            Due::Renew(index) => self.renew_lease(index as usize),
            Due::Tick(clock) => self.renew(ClockId(clock)),
            _ => {}
        }
    }

    pub(super) fn renew_lease(&mut self, index: usize) {
        let revives = self.graph.leases[index].0.of.is_none();
        let (now, visible) = (self.now, self.visible);
        let state = &mut self.leases[index];
        if state.renew(now, revives) {
            self.verdicts.push(Consumer::Lease(LeaseId(index as u32)));
        }
        if self.mode == Mode::Lazy {
            self.leases[index].counted_to = visible;
        }
        self.plan_lease(index);
    }

    fn checks(&mut self, due: Due) {
        match due {
            Due::Fall(index) => self.check(index as usize),
            Due::Probe(index) => self.look_through(index as usize),
            Due::Dial(index) => self.attempt(index as usize),
            Due::Tick(clock) => self.tick(ClockId(clock)),
            _ => {}
        }
    }

    /// Whether a lease has run out is looked at.
    pub(super) fn check(&mut self, index: usize) {
        let now = self.now;
        let state = &mut self.leases[index];
        if self.mode == Mode::Lazy {
            state.counted_to = now + Span(1);
        }
        if state.alive && state.deadline <= now {
            state.alive = false;
            self.verdicts.push(Consumer::Lease(LeaseId(index as u32)));
        }
    }

    /// A probe's own instant: in the lazy form that of its flip, in the full
    /// form the start or the end of a look that waits for its reply.
    fn look_through(&mut self, index: usize) {
        let graph = self.graph;
        let (now, visible) = (self.now, self.visible);
        let flips = match &graph.probes[index].0.looks {
            Looks::Clock(clock) => {
                let needed = self.needed(index);
                let state = &mut self.probes[index];
                state.advance(&self.clocks[clock.index()], now);
                state.counted_to = visible;
                state.count(state.watch, state.watch_event, needed)
            }
            Looks::Reply { .. } => {
                let needed = self.needed(index);
                let (reply, state) = (&mut self.replies[index], &mut self.probes[index]);
                if self.mode == Mode::Lazy {
                    reply.advance(state, now);
                }
                reply.step(state, now, needed)
            }
        };
        if flips {
            self.verdicts.push(Consumer::Probe(ProbeId(index as u32)));
        }
        self.plan_look(index);
    }

    /// A dial's own instant: in the lazy form that of its success, in the full
    /// form that of an attempt; attempts that cost nothing share it.
    fn attempt(&mut self, index: usize) {
        let graph = self.graph;
        let clock = self.clocks[graph.dials[index].0.clock.index()];
        let now = self.now;
        let state = &mut self.dials[index];
        state.advance(&self.targets[index], &clock, now);
        while state.connected.is_none() && state.reaches == now {
            if state.step(&self.targets[index], &clock) {
                self.verdicts.push(Consumer::Dial(DialId(index as u32)));
            }
        }
        self.plan_dial(index);
    }

    /// A probe publishes what it has come to believe.
    #[inline]
    pub(super) fn believe(&mut self, probe: usize) {
        let state = &self.probes[probe];
        let (verdict, cause) = (state.verdict, state.run_cause);
        self.set(self.habits[probe].level, verdict, cause);
    }

    /// What a look saw takes effect.
    fn take_effect(&mut self, verdict: Consumer) {
        let graph = self.graph;
        match verdict {
            Consumer::Probe(id) => self.believe(id.index()),
            Consumer::Lease(id) => {
                let state = self.leases[id.index()];
                let cause = if state.alive { state.renewing_event } else { state.expiry_cause() };
                let event = self.set(graph.leases[id.index()].1, state.alive, cause);
                // A grant or a re-arm is no renewal, and has an event of its own.
                if !state.alive && state.set_by == EventId::START {
                    let (holder, renewed) = (state.holder, state.renewed);
                    self.lapses.push(Lapse { event, lease: id.index(), holder, renewed });
                }
                self.plan_lease(id.index());
            }
            Consumer::Dial(id) => {
                let state = self.dials[id.index()];
                let Some(target) = state.connected else { return };
                let (dial, level) = &graph.dials[id.index()];
                let spec = &dial.targets[target];
                let cause = state.lost_by.max(self.event(spec.good));
                self.set(spec.chosen, true, cause);
                self.set(*level, true, cause);
            }
            _ => unreachable!("only observers come to a verdict"),
        }
    }
}
