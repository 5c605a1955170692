//! Settling: what follows from a change in the same instant and epoch.
//!
//! A round takes gates to their fixpoint, then clocks and probes that stop or
//! start, then works, leases, dials and logs, then one pick; work that takes no
//! time completes in the next round. Within a kind the order is the model's, and
//! the full form and the lazy form go through the same rounds.

use super::mode::Mode;
use super::world::World;
use crate::block::dial::TargetState;
use crate::block::lease::LeasePlan;
use crate::block::value::Readings;
use crate::block::wires::Kind;
use crate::block::{Consumer, EventId, LevelId};
use crate::units::{Instant, Span};

/// More rounds than this in one epoch, and the trial is unsettled.
const ROUND_BUDGET: usize = 5_000;

impl World<'_> {
    /// Takes everything to rest.
    pub(super) fn settle(&mut self) {
        for _ in 0..ROUND_BUDGET {
            if self.dirty.has(Kind::Gate) {
                self.settle_gates();
            }
            let settled = self.dirty.is_settled() && self.zero.is_empty();
            if settled || !self.settle_others() {
                return self.share();
            }
        }
        self.exhausted = true;
    }

    /// What is no gate: the first kind of which any has to look, one of those that choose.
    /// Whether there was any.
    #[inline(never)]
    fn settle_others(&mut self) -> bool {
        if self.settle_observers() {
            return true;
        }
        let mut moved = false;
        while let Some(work) = self.dirty.pop(Kind::Work) {
            moved |= self.settle_work(work);
        }
        while let Some(lease) = self.dirty.pop(Kind::Lease) {
            self.settle_lease(lease);
            moved = true;
        }
        while let Some(dial) = self.dirty.pop(Kind::Dial) {
            self.settle_dial(dial);
            moved = true;
        }
        while let Some(tank) = self.dirty.pop(Kind::Tank) {
            self.settle_tank(tank);
            moved = true;
        }
        while let Some(number) = self.dirty.pop(Kind::Log) {
            self.settle_log(number);
            moved = true;
        }
        moved || self.settle_choices()
    }

    /// Whoever chooses does so one by one, when everything else has come to rest; then
    /// works end that take no time. Whether there was any.
    fn settle_choices(&mut self) -> bool {
        if let Some(pick) = self.dirty.pop(Kind::Pick) {
            self.settle_pick(pick);
        } else if let Some(pool) = self.dirty.pop(Kind::Pool) {
            self.grant_unit(pool);
        } else if let Some(crew) = self.dirty.pop(Kind::Crew) {
            self.grant_person(crew);
        } else if !self.zero.is_empty() {
            // A try in no time that fails may begin the next in this round.
            self.zero.sort_unstable();
            let due = self.zero.len();
            for position in 0..due {
                self.complete(self.zero[position] as usize);
            }
            self.zero.drain(..due);
        } else {
            return false;
        }
        true
    }

    /// Gates that count change others, most often one after another: a loop of its own.
    #[inline(never)]
    fn settle_gates(&mut self) {
        while let Some(word) = self.dirty.word(Kind::Gate) {
            while let Some(first) = self.dirty.pop_from(Kind::Gate, word) {
                let mut index = first;
                while let Some(next) = self.settle_gate(index) {
                    index = next;
                }
            }
        }
    }

    /// Looks at a gate; which is to be looked at next, if this one says so.
    #[inline(always)]
    fn settle_gate(&mut self, index: usize) -> Option<usize> {
        let (valve, told) = (self.graph.wires.valves[index], self.gates[index].look());
        let (value, cause) = match told {
            Some((value, Some(cause))) => {
                debug_assert_eq!(cause, self.cause(index, value), "the last that decides");
                (value, cause)
            }
            Some((value, None)) => (value, self.cause(index, value)),
            None if valve.is_latch() => self.look_at_latch(index, valve.level())?,
            None => return None,
        };
        if !valve.hands_on() {
            self.change_from(valve.start(), valve.level(), value, cause);
            return None;
        }
        let event = self.write(valve.level(), value, cause);
        // All that have to look come later, and none before the next.
        let next = index + 1;
        self.gates[next].count(value, event).then(|| {
            self.dirty.take_gate(next);
            next
        })
    }

    /// The new value of a gate that remembers, and which event made it so; none if it is
    /// what it was.
    #[inline(never)]
    fn look_at_latch(&mut self, index: usize, level: LevelId) -> Option<(bool, EventId)> {
        let before = self.level(level);
        let value = self.graph.gates[index].0.value(0, before, |l| self.holds(l));
        (value != before).then(|| (value, self.cause(index, value)))
    }

    /// Which event made a gate become `value`, found among all that it reads.
    #[inline(never)]
    fn cause(&mut self, index: usize, value: bool) -> EventId {
        let mut scratch = std::mem::take(&mut self.scratch);
        let gate = &self.graph.gates[index].0;
        let cause = gate.cause(value, |l| self.holds(l), |l| self.event(l), &mut scratch);
        self.scratch = scratch;
        cause
    }

    fn settle_lease(&mut self, index: usize) {
        let graph = self.graph;
        let (lease, level) = &graph.leases[index];
        self.count_ticks(Consumer::Lease(crate::block::LeaseId(index as u32)));
        let dropping = self.holds(lease.drop);
        let rearming = lease.rearm.map(|(on, ttl)| (self.holds(on), on, ttl));
        let before = self.leases[index];
        self.leases[index].dropping = dropping;
        if let Some((on, by, ttl)) = rearming {
            self.leases[index].rearming = on;
            if on && !before.rearming && before.alive {
                self.leases[index].deadline = self.now + graph.span(ttl, 0, self);
                self.leases[index].set_by = self.event(by);
            }
        }
        if dropping && !before.dropping && before.alive {
            self.leases[index].alive = false;
            self.set(*level, false, self.event(lease.drop));
        }
        let (_, condition) = lease.renew[before.holder];
        let renewing = self.holds(condition);
        if renewing != before.renewing {
            self.leases[index].renewing = renewing;
            self.leases[index].renewing_event = self.event(condition);
        }
        self.plan_lease(index);
    }

    pub(super) fn plan_lease(&mut self, index: usize) {
        let graph = self.graph;
        let lease = &graph.leases[index].0;
        let state = &self.leases[index];
        let (renew, fall) = (self.slots.renew(index), self.slots.fall(index));
        if self.mode == Mode::Full {
            let exact = lease.check.is_none() && state.alive;
            let at = if exact { state.deadline.max(self.visible) } else { Instant::NEVER };
            self.agenda.schedule(fall, at);
            return;
        }
        let holder = lease.renew[state.holder].0.index();
        let clock = &self.clocks[holder];
        let check = lease.check.map(|c| &self.clocks[c.index()]);
        let (renews, falls) = match state.plan(clock, check, lease.of.is_none()) {
            LeasePlan::Nothing => (Instant::NEVER, Instant::NEVER),
            LeasePlan::Renew(at) => {
                self.clocks[holder].know(at);
                (at, Instant::NEVER)
            }
            LeasePlan::Fall(at) => (Instant::NEVER, at),
        };
        self.agenda.schedule(renew, renews);
        self.agenda.schedule(fall, falls);
    }

    /// A pick grants a lease to `holder`.
    fn grant(&mut self, index: usize, holder: usize, by: EventId) {
        let graph = self.graph;
        let (lease, level) = &graph.leases[index];
        self.count_ticks(Consumer::Lease(crate::block::LeaseId(index as u32)));
        let (_, condition) = lease.renew[holder];
        let renewing = self.holds(condition);
        let renewing_event = if renewing { EventId::START } else { self.event(condition) };
        let now = self.now;
        let state = &mut self.leases[index];
        state.holder = holder;
        state.alive = true;
        state.renewed = now;
        state.deadline = now + state.ttl;
        state.set_by = by;
        state.renewing = renewing;
        state.renewing_event = renewing_event;
        self.set(*level, true, by);
        self.plan_lease(index);
    }

    /// What an attempt of a dial at each of its targets would find now.
    pub(super) fn read_targets(&mut self, index: usize) {
        let graph = self.graph;
        for (position, target) in graph.dials[index].0.targets.iter().enumerate() {
            let good = self.holds(target.good);
            let cost = graph.span(target.cost, 0, self);
            self.targets[index][position] = TargetState { good, cost };
        }
    }

    fn settle_dial(&mut self, index: usize) {
        let graph = self.graph;
        let (dial, level) = &graph.dials[index];
        self.count_ticks(Consumer::Dial(crate::block::DialId(index as u32)));
        self.read_targets(index);
        let lost = self.holds(dial.lost);
        let rises = lost && !self.dials[index].lost;
        self.dials[index].lost = lost;
        if let (true, Some(target)) = (rises, self.dials[index].connected) {
            let by = self.event(dial.lost);
            let clock = self.clocks[dial.clock.index()];
            let visible = self.visible;
            let state = &mut self.dials[index];
            state.connected = None;
            state.first = if dial.turns { (target + 1) % dial.targets.len() } else { 0 };
            state.target = 0;
            state.lost_by = by;
            state.busy_until = visible + Span(-1);
            state.reclock(&clock, visible);
            self.set(*level, false, by);
            self.set(dial.targets[target].chosen, false, by);
        }
        self.plan_dial(index);
    }

    pub(super) fn plan_dial(&mut self, index: usize) {
        let graph = self.graph;
        let state = &self.dials[index];
        let at = match (state.connected, self.mode) {
            (Some(_), _) => Instant::NEVER,
            (None, Mode::Full) => state.reaches,
            (None, Mode::Lazy) => {
                let clock = &self.clocks[graph.dials[index].0.clock.index()];
                state.plan(&self.targets[index], clock)
            }
        };
        self.agenda.schedule(self.slots.dial(index), at);
    }

    /// A tank fills or drains by what holds now.
    pub(super) fn settle_tank(&mut self, index: usize) {
        let graph = self.graph;
        let tank = &graph.tanks[index].0;
        let rate = |(on, rate): (_, _)| {
            if self.holds(on) { graph.value(rate, 0, self).max(0.0) } else { 0.0 }
        };
        let rate = rate(tank.fills) - rate(tank.drains);
        let by = self.event(tank.fills.0).max(self.event(tank.drains.0));
        let state = &mut self.tanks[index];
        state.turn(rate, self.now, by);
        let at = state.crossing().max(self.visible);
        self.agenda.schedule(self.slots.tank(index), at);
    }

    /// A tank crosses its mark.
    pub(super) fn cross(&mut self, index: usize) {
        let graph = self.graph;
        let state = &mut self.tanks[index];
        state.cross(self.now);
        let (reached, by) = (state.reached, state.set_by);
        self.set(graph.tanks[index].1, reached, by);
        self.dirty.insert(Kind::Tank, index);
    }

    fn settle_log(&mut self, number: usize) {
        let (index, member) = self.dirty.log_member(number);
        let graph = self.graph;
        let spec = &graph.logs[index].members[member];
        let (accepts, copies, heads) =
            (self.holds(spec.accepts), self.holds(spec.copies), self.holds(spec.heads));
        let (gone, restores) = (self.holds(spec.gone), self.holds(spec.restores));
        let old = self.logs[index].head();
        let restored = restores && !self.logs[index].restores(member);
        let point = if restored { graph.value(graph.logs[index].point, 0, self) } else { 0.0 };
        let point = Instant::ZERO + Span::from_seconds(point);
        let now = self.now;
        let log = &mut self.logs[index];
        log.restore(member, now, (gone, restores), point);
        let promoted = log.change(member, now, accepts, copies, heads);
        if (restored || promoted) && old != member {
            let by = self.event(if restored { spec.restores } else { spec.heads });
            self.set(graph.logs[index].members[old].is_head, false, by);
            self.set(spec.is_head, true, by);
        }
    }

    fn settle_pick(&mut self, index: usize) {
        let graph = self.graph;
        let pick = &graph.picks[index];
        if pick.best {
            return self.settle_best(index);
        }
        let when = self.holds(pick.when);
        let due_by = self.event(pick.when);
        let state = &mut self.picks[index];
        if when && !state.when {
            state.pending = true;
            state.due_by = due_by;
        }
        state.when = when;
        state.pending &= when;
        if !self.picks[index].pending {
            return;
        }
        let Some(choice) = graph.best_of(pick, self) else { return };
        let by = self.picks[index].due_by.max(self.event(pick.candidates[choice].from));
        self.picks[index].pending = false;
        self.choose(index, choice, by);
    }

    /// A pick of the best: those who stand have changed.
    fn settle_best(&mut self, index: usize) {
        let graph = self.graph;
        let pick = &graph.picks[index];
        let choice = graph.best_of(pick, self).unwrap_or(pick.first);
        if choice == self.picks[index].choice {
            return;
        }
        // The last of the changes that made it so.
        let changes = pick.candidates.iter().map(|candidate| self.event(candidate.from));
        let by = changes.max().unwrap_or(EventId::START);
        self.choose(index, choice, by);
    }

    /// A pick chooses, by the doing of `by`.
    fn choose(&mut self, index: usize, choice: usize, by: EventId) {
        let graph = self.graph;
        let pick = &graph.picks[index];
        let old = std::mem::replace(&mut self.picks[index].choice, choice);
        let mut event = by;
        if old != choice {
            self.set(pick.candidates[old].chosen, false, by);
            event = self.set(pick.candidates[choice].chosen, true, by);
        }
        self.stamp(pick.candidates[choice].chosen);
        for lease in &graph.grants[index] {
            self.grant(lease.index(), choice, event);
        }
    }
}
