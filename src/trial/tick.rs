//! Ticks, where every one of them is executed.
//!
//! Most ticks fall into an instant of their own, and most looks see what they have seen
//! before. Such a tick goes from its ring to those who look at it and back, by no heap and,
//! where one probe alone looks, by no list; whatever has company in its instant goes the way
//! of [`World::look`].

use super::world::World;
use crate::block::pace::Pace;
use crate::block::probe::{Looks, Probe};
use crate::block::value::Value;
use crate::block::{ClockId, Consumer, Graph, LevelId, Literal, ProbeId, ValueId};
use crate::kernel::Slot;
use crate::units::{Instant, Span};

/// What every look of a probe asks for, in all trials, side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habit {
    /// How many looks in a row flip it while it says false, and while it says true; 0
    /// where that is no constant and has to be read.
    pub(super) rise: u32,
    pub(super) fall: u32,
    /// The clock at whose ticks it looks, or none.
    clock: u32,
    /// What it publishes, what it looks at, and while what holds.
    pub(super) level: LevelId,
    pub(super) watch: Literal,
    pub(super) running: Literal,
}

impl Habit {
    pub(super) fn of(graph: &Graph) -> Vec<Self> {
        let count = |id: ValueId| match &graph.values[id.0 as usize] {
            Value::Constant(count) => count.clamp(1.0, 1e6) as u32,
            _ => 0,
        };
        let habit = |(probe, level): &(Probe, LevelId)| Self {
            level: *level,
            watch: probe.watch,
            running: probe.running,
            rise: count(probe.rise),
            fall: count(probe.fall),
            clock: match probe.looks {
                Looks::Clock(clock) => clock.0,
                Looks::Reply { .. } => u32::MAX,
            },
        };
        graph.probes.iter().map(habit).collect()
    }

    /// The clock at whose ticks it looks, if it does not wait for replies.
    #[inline]
    pub(super) fn clock(self) -> Option<usize> {
        (self.clock != u32::MAX).then_some(self.clock as usize)
    }
}

/// The only one who looks at the ticks of a clock, where that is a probe.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loner(u32);

impl Loner {
    /// Of each clock.
    pub(super) fn of(graph: &Graph) -> Vec<Self> {
        let loner = |observers: &Vec<Consumer>| match observers[..] {
            [Consumer::Probe(id)] => Self(id.0),
            _ => Self(u32::MAX),
        };
        graph.observers.iter().map(loner).collect()
    }

    #[inline]
    fn probe(self) -> Option<usize> {
        (self.0 != u32::MAX).then_some(self.0 as usize)
    }
}

impl World<'_> {
    /// A clock ticks, and nothing else is due at `at`; whether anybody saw something new.
    #[inline]
    pub(super) fn tick_alone(&mut self, at: Instant, slot: Slot) -> bool {
        self.now = at;
        self.visible = at + Span(1);
        let clock = ClockId(slot.0 - self.slots.first_tick().0);
        if let Some(probe) = self.loners[clock.index()].probe() {
            if !self.look_once(probe) {
                return false;
            }
            self.believe(probe);
        } else {
            self.verdicts.clear();
            if self.renewals[clock.index()] {
                self.renew_at(clock);
            }
            self.observe(clock);
            if self.verdicts.is_empty() {
                return false;
            }
            self.judge();
        }
        self.settle();
        self.measure();
        true
    }

    /// A clock ticks for everyone who looks at it, and is due again.
    pub(super) fn tick(&mut self, clock: ClockId) {
        self.observe(clock);
        let slot = self.slots.tick(clock.index());
        if !self.agenda.repeats(slot) {
            self.clocks[clock.index()].settle(self.visible);
            self.agenda.schedule(slot, self.clocks[clock.index()].next(self.visible));
        }
    }

    /// Everyone looks who looks at the ticks of this clock.
    #[inline]
    fn observe(&mut self, clock: ClockId) {
        let graph = self.graph;
        for observer in graph.wires.observers(clock) {
            match *observer {
                Consumer::Probe(id) => self.look_beside_others(id),
                Consumer::Lease(id) if graph.leases[id.index()].0.check == Some(clock) => {
                    self.check(id.index());
                }
                Consumer::Backup(id) => self.backups[id.index()].tick(self.now),
                _ => {}
            }
        }
    }

    /// The ticks of this clock renew the leases whose holders they are.
    pub(super) fn renew_at(&mut self, clock: ClockId) {
        let graph = self.graph;
        for observer in graph.wires.observers(clock) {
            if let Consumer::Lease(id) = *observer {
                let holder = self.leases[id.index()].holder;
                if graph.leases[id.index()].0.renew[holder].0 == clock {
                    self.renew(id.index());
                }
            }
        }
    }

    /// One look of a probe at a tick at which others may look too: what it saw takes
    /// effect when all have.
    #[inline]
    fn look_beside_others(&mut self, probe: ProbeId) {
        if self.look_once(probe.index()) {
            self.verdicts.push(Consumer::Probe(probe));
        }
    }

    /// One look of a probe on a clock; whether it flips.
    #[inline]
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
        let needed = self.needed(index);
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
