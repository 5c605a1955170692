//! Settling clocks and probes: who observes stops, starts, or sees something else.

use super::habit::Habit;
use super::mode::Mode;
use super::world::World;
use crate::block::clock::{Clock, ClockState, Ticks};
use crate::block::pace::{Draws, Pace, offset};
use crate::block::probe::Looks;
use crate::block::value::Readings;
use crate::block::wires::Kind;
use crate::block::{Consumer, ProbeId};
use crate::units::Span;

impl World<'_> {
    /// Clocks and probes; whether any of them moved.
    pub(super) fn settle_observers(&mut self) -> bool {
        let mut moved = false;
        while let Some(clock) = self.dirty.pop(Kind::Clock) {
            self.settle_clock(clock);
            moved = true;
        }
        if self.dirty.has(Kind::Probe) {
            moved |= self.settle_probes();
        }
        moved
    }

    /// Probes; a change most often reaches many or none of them.
    #[inline(never)]
    fn settle_probes(&mut self) -> bool {
        let mut moved = false;
        while let Some(word) = self.dirty.word(Kind::Probe) {
            while let Some(probe) = self.dirty.pop_from(Kind::Probe, word) {
                self.settle_probe(probe);
                moved = true;
            }
        }
        moved
    }

    fn settle_clock(&mut self, index: usize) {
        let graph = self.graph;
        let clock = &graph.clocks[index];
        let running = self.holds(clock.running);
        if running == self.clocks[index].running {
            return;
        }
        self.before_ticks_change(index);
        for follower in &graph.followers[index] {
            self.before_ticks_change(follower.index());
        }
        let mut next = ClockState { running, ..self.clocks[index] };
        if running {
            next.restarts += 1;
            self.restart_clock(clock, &mut next);
        }
        self.clocks[index] = next;
        self.ticks_changed(index);
        for follower in &graph.followers[index] {
            self.clocks[follower.index()].follow(&next, self.visible);
            self.ticks_changed(follower.index());
        }
    }

    /// A clock begins anew at its rise.
    fn restart_clock(&self, clock: &Clock, state: &mut ClockState) {
        let now = self.now;
        match clock.ticks {
            Ticks::Even if clock.locked => state.origin = now + state.period,
            Ticks::Even => {
                let uniform = self.uniform(clock.name, state.restarts);
                state.origin = now + offset(state.period, uniform);
            }
            Ticks::From(first) => {
                let first = self.graph.span(first, 0, self);
                state.origin = (now + first).max(self.visible);
            }
            Ticks::Random => {
                let draws = Draws::new(self.sampling, self.trial, clock.name, state.restarts);
                (state.origin, state.pace) = (now, Pace::Random(draws));
            }
            Ticks::Follow(source) => {
                state.origin = self.visible;
                let beat = self.clocks[source.index()].beat();
                state.pace = Pace::following(beat, self.visible);
            }
            Ticks::Growing { .. } => {
                let growth = self.growth(clock, state.period, state.restarts);
                (state.origin, state.pace) = (now, Pace::Growing(growth));
            }
        }
    }

    /// A clock's ticks will be others from here on: its observers count those
    /// that passed, and are looked at again.
    fn before_ticks_change(&mut self, index: usize) {
        let graph = self.graph;
        for observer in &graph.observers[index] {
            self.count_ticks(*observer);
            self.dirty.insert_observer(*observer);
        }
    }

    /// A clock's ticks are others from here on.
    fn ticks_changed(&mut self, index: usize) {
        let graph = self.graph;
        let state = self.clocks[index];
        for observer in &graph.observers[index] {
            match observer {
                Consumer::Dial(dial) => self.dials[dial.index()].reclock(&state, self.visible),
                Consumer::Backup(id) if state.running => self.backups[id.index()].restart(&state),
                Consumer::Backup(id) => self.backups[id.index()].stop(self.visible),
                _ => {}
            }
        }
        if self.mode == Mode::Full {
            self.plan_ticks(index, self.visible);
        }
    }

    /// Lazy: an observer counts the ticks that passed before now.
    pub(super) fn count_ticks(&mut self, observer: Consumer) {
        if self.mode == Mode::Full {
            return;
        }
        let to = self.visible;
        match observer {
            Consumer::Probe(id) => {
                let state = &mut self.probes[id.index()];
                match &self.graph.probes[id.index()].0.looks {
                    Looks::Clock(clock) => {
                        let clock = clock.index();
                        state.advance(&self.clocks[clock], to);
                        // Nobody else will ask for what has passed.
                        if self.graph.observers[clock].len() == 1 {
                            self.clocks[clock].settle(to);
                        }
                    }
                    Looks::Reply { .. } => self.replies[id.index()].advance(state, to),
                }
            }
            Consumer::Lease(id) => {
                let state = &mut self.leases[id.index()];
                let (clock, _) = self.graph.leases[id.index()].0.renew[state.holder];
                state.advance(&self.clocks[clock.index()], to);
            }
            Consumer::Dial(id) => {
                let clock = &self.clocks[self.graph.dials[id.index()].0.clock.index()];
                self.dials[id.index()].advance(&self.targets[id.index()], clock, to);
            }
            _ => {}
        }
    }

    #[inline(always)]
    fn settle_probe(&mut self, index: usize) {
        if self.mode == Mode::Lazy {
            self.count_ticks(Consumer::Probe(ProbeId(index as u32)));
        }
        let habit = self.habits[index];
        let running = self.holds(habit.running);
        let watched = self.levels[habit.watch.level().index()];
        let watch = habit.watch.given(watched.value());
        let state = &mut self.probes[index];
        if watch != state.watch {
            state.watch = watch;
            state.watch_event = watched.event();
        }
        let rises = running && !state.running;
        state.running = running;
        if habit.clock().is_none() {
            self.settle_reply(index);
        }
        if rises {
            self.restart_probe(index);
        }
        self.plan_probe(index, habit);
    }

    /// What a look costs from now on that waits for its reply; who stops waits for none.
    fn settle_reply(&mut self, index: usize) {
        let graph = self.graph;
        if let Some((_, cost)) = self.reply_times(&graph.probes[index].0.looks) {
            self.replies[index].cost = cost;
        }
        if !self.probes[index].running {
            self.replies[index].flight = None;
        }
    }

    /// The times of a probe that waits for the reply, now.
    pub(super) fn reply_times(&self, looks: &Looks) -> Option<(Span, Span)> {
        match looks {
            Looks::Clock(_) => None,
            Looks::Reply { every, cost, .. } => Some((
                self.graph.span(*every, 0, self).max(Span(1_000)),
                self.graph.span(*cost, 0, self),
            )),
        }
    }

    fn restart_probe(&mut self, index: usize) {
        let (now, visible, graph) = (self.now, self.visible, self.graph);
        let (probe, level) = &graph.probes[index];
        let by = self.event(probe.running);
        let state = &mut self.probes[index];
        // What it will see it sees because it looks again.
        state.watch_event = state.watch_event.max(by);
        state.misses = 0;
        state.restarts += 1;
        state.counted_to = visible;
        if let Looks::Reply { name, .. } = &probe.looks {
            let reply = &self.replies[index];
            let period = reply.every + reply.cost;
            let uniform = self.uniform(*name, self.probes[index].restarts);
            self.replies[index].next = now + offset(period, uniform);
        }
        if let Some(initially) = probe.initially {
            self.probes[index].verdict = initially;
            self.set(*level, initially, by);
        }
    }

    /// How many looks in a row flip a probe from its present verdict.
    #[inline]
    pub(super) fn needed(&self, index: usize) -> u32 {
        let verdict = self.probes[index].verdict;
        let habit = self.habits[index];
        let known = if verdict { habit.fall } else { habit.rise };
        if known > 0 {
            return known;
        }
        let probe = &self.graph.probes[index].0;
        self.graph.count(if verdict { probe.fall } else { probe.rise }, self)
    }

    /// A probe looks next, or flips, when it would as it now stands.
    #[inline(always)]
    pub(super) fn plan_probe(&mut self, index: usize, habit: Habit) {
        if self.mode == Mode::Lazy || habit.clock().is_none() {
            self.plan_look(index);
        }
        if self.mode == Mode::Full {
            self.suspect(index, habit);
        }
    }

    pub(super) fn plan_look(&mut self, index: usize) {
        let graph = self.graph;
        let probe = &graph.probes[index].0;
        let state = &self.probes[index];
        let at = match (&probe.looks, self.mode) {
            (Looks::Clock(_), Mode::Full) => unreachable!("ticks of clocks are planned"),
            (Looks::Clock(clock), Mode::Lazy) => {
                state.plan(&self.clocks[clock.index()], self.needed(index))
            }
            (Looks::Reply { .. }, Mode::Full) => self.replies[index].due(state),
            (Looks::Reply { .. }, Mode::Lazy) => self.replies[index].plan(
                state,
                graph.count(probe.fall, self),
                graph.count(probe.rise, self),
            ),
        };
        self.agenda.schedule(self.slots.probe(index), at);
    }
}
