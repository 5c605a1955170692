//! The beginning of a trial: the steady start, with this trial's phases.

use super::mode::Mode;
use super::world::World;
use crate::block::clock::{Clock, ClockState, SHORTEST_PERIOD, Ticks};
use crate::block::crew::CallState;
use crate::block::lease::LeaseState;
use crate::block::pace::{Draws, Growth, Pace, offset};
use crate::block::pool::{Bucket, Pool, PoolState};
use crate::block::probe::{Looks, Reply};
use crate::block::tank::TankState;
use crate::block::value::Readings;
use crate::block::{Event, EventId, LevelId, Literal, ValueId, WorkId};
use crate::random::Sampling;
use crate::units::{Instant, Span};

impl World<'_> {
    /// Puts everything to its steady state and schedules the faults.
    pub(super) fn begin(&mut self, sampling: &Sampling, trial: u64) {
        self.sampling = *sampling;
        self.trial = trial;
        self.now = Instant::ZERO;
        self.visible = Instant::ZERO;
        self.exhausted = false;
        self.calms = true;
        self.agenda.clear();
        self.dirty.clear();
        self.gauges.clear();
        self.zero.clear();
        self.journal.clear();
        // The first event is the steady start itself: every chain ends there.
        let start =
            Event { at: Instant::ZERO, level: LevelId::TRUE, value: true, cause: EventId::START };
        self.journal.push(start);
        self.levels.copy_from_slice(&self.steady.starts);
        self.gates.copy_from_slice(&self.steady.gates);
        self.counters.copy_from_slice(&self.steady.counters);
        self.works.copy_from_slice(&self.steady.works);
        self.picks.copy_from_slice(&self.steady.picks);
        self.dials.copy_from_slice(&self.steady.dials);
        self.struck.fill(None);
        self.armed_by.fill(EventId::START);
        self.lapses.clear();
        for (stamps, stamped) in self.stamps.iter_mut().zip(&mut self.stamped) {
            if std::mem::take(stamped) {
                stamps.fill(Instant::NEVER);
            }
        }
        self.begin_clocks();
        self.begin_backups();
        self.begin_shares();
        self.begin_crews();
        self.begin_tanks();
        self.begin_logs();
        self.begin_leases();
        self.begin_probes();
        self.begin_dials();
        self.begin_faults();
        self.begin_meters();
    }

    /// The age of something periodic at zero: pinned, or uniform over a period.
    fn age(&self, pinned: Option<ValueId>, period: Span, name: u64) -> Span {
        match pinned {
            Some(age) => self.graph.span(age, 0, self).min(period),
            None => offset(period, self.uniform(name, 0)),
        }
    }

    fn begin_backups(&mut self) {
        let graph = self.graph;
        for (index, backup) in graph.backups.iter().enumerate() {
            let clock = self.clocks[backup.clock.index()];
            self.backups[index].start(&clock, self.mode == Mode::Full);
        }
    }

    fn begin_shares(&mut self) {
        let graph = self.graph;
        for (index, pool) in graph.pools.iter().enumerate() {
            let holds = |user: &&WorkId| self.works[user.index()].holds;
            let held = graph.users[index].iter().filter(holds).count() as u32;
            self.pools[index] = match pool {
                Pool::Units(size) => {
                    let size = graph.value(*size, 0, self).clamp(0.0, 1e6) as u32;
                    PoolState::of(size, held)
                }
                Pool::Tokens { burst, rates } => {
                    let burst = graph.value(*burst, 0, self);
                    PoolState::Tokens(Bucket::full(burst, self.gap(rates), Instant::ZERO))
                }
            };
        }
        let mut flows = std::mem::take(&mut self.flows);
        flows.start(graph.links.iter().map(|link| graph.value(link.rate, 0, self)));
        self.flows = flows;
    }

    /// Works that hold somebody from the start hold the first who is free.
    fn begin_crews(&mut self) {
        let graph = self.graph;
        self.busy.iter_mut().for_each(|busy| busy.fill(false));
        self.calls.iter_mut().for_each(CallState::reset);
        for callers in &graph.callers {
            for caller in callers.iter().map(|caller| caller.index()) {
                let Some(calls) = &graph.works[caller].0.calls else { continue };
                let busy = &mut self.busy[calls.crew.index()];
                let free = calls.callees.iter().position(|callee| !busy[callee.person]);
                let taken = free.filter(|_| self.works[caller].holds);
                taken.into_iter().for_each(|at| busy[calls.callees[at].person] = true);
                self.calls[caller].taken = taken;
            }
        }
    }

    /// How far apart tokens come at these rates now.
    pub(super) fn gap(&self, rates: &[(Literal, ValueId)]) -> Span {
        let rate = rates.iter().find(|(on, _)| self.holds(*on));
        let rate = rate.map_or(0.0, |(_, rate)| self.graph.value(*rate, 0, self));
        if rate > 0.0 { Span::from_seconds(1.0 / rate).max(Span(1)) } else { Span::NEVER }
    }

    fn begin_tanks(&mut self) {
        let graph = self.graph;
        for (index, (tank, _)) in graph.tanks.iter().enumerate() {
            let [starts, capacity, mark] =
                [tank.starts, tank.capacity, tank.mark].map(|v| graph.value(v, 0, self));
            self.tanks[index] = TankState::at_zero(starts, capacity, mark);
            self.settle_tank(index);
        }
    }

    /// A clock whose ticks are a period apart, where that is another in each trial or its
    /// age is pinned.
    pub(super) fn begin_even_clock(&mut self, index: usize, clock: &Clock) {
        let period = self.graph.span(clock.every, 0, self).max(SHORTEST_PERIOD);
        let origin = Instant::ZERO - self.age(clock.age, period, clock.name);
        let running = self.holds(clock.running);
        let state = &mut self.clocks[index];
        (state.period, state.origin, state.before) = (period, origin, origin);
        (state.running, state.restarts, state.pace) = (running, 0, Pace::Even);
        if self.mode == Mode::Full && running {
            // It is not older than a period.
            let first = if origin < Instant::ZERO { origin + period } else { origin };
            debug_assert_eq!(first, state.next(Instant::ZERO), "the first tick from zero on");
            self.agenda.repeat(self.slots.tick(index), first, period);
        }
    }

    /// A clock of another pace.
    pub(super) fn begin_clock(&mut self, index: usize, clock: &Clock) {
        self.clocks[index] = self.clock_at_zero(clock);
        if self.mode == Mode::Full {
            self.plan_ticks(index, Instant::ZERO);
        }
    }

    /// A clock of another pace that has ticked for ever, or stands still.
    fn clock_at_zero(&self, clock: &Clock) -> ClockState {
        let graph = self.graph;
        let period = graph.span(clock.every, 0, self).max(SHORTEST_PERIOD);
        let running = self.holds(clock.running);
        let pinned = clock.age.map(|age| graph.span(age, 0, self));
        let zero = Instant::ZERO;
        let still = ClockState { period, origin: zero, running, ..ClockState::STOPPED };
        let draws = || Draws::new(self.sampling, self.trial, clock.name, 0);
        match clock.ticks {
            Ticks::Even | Ticks::From(_) => unreachable!("these begin by themselves"),
            Ticks::Random => {
                let draws = draws();
                let before = zero - pinned.unwrap_or_else(|| draws.age(period));
                ClockState { before, pace: Pace::Random(draws), ..still }
            }
            Ticks::Follow(source) => {
                let beat = self.clocks[source.index()].beat();
                let uniform = self.uniform(clock.name, 0);
                let age = pinned.unwrap_or_else(|| beat.age_of_follower(period, uniform));
                let (before, origin) = (zero - age, zero - age + period);
                ClockState { origin, before, pace: Pace::following(beat, origin), ..still }
            }
            Ticks::Growing { .. } => {
                let growth = self.growth(clock, period, 0).grown();
                let origin = zero - offset(growth.gap, self.uniform(clock.name, 0));
                ClockState { origin, before: origin, pace: Pace::Growing(growth), ..still }
            }
        }
    }

    /// The back-off of a clock since its `restarts`-th start.
    pub(super) fn growth(&self, clock: &Clock, every: Span, restarts: u32) -> Growth {
        let Ticks::Growing { factor, most, slack } = clock.ticks else {
            unreachable!("only a growing clock backs off")
        };
        let number = |id| self.graph.value(id, 0, self);
        let most = self.graph.span(most, 0, self).max(SHORTEST_PERIOD);
        // What its phase is drawn by is another name.
        let draws = Draws::new(self.sampling, self.trial, !clock.name, restarts);
        Growth::new(every, number(factor), most, (number(slack.0), number(slack.1)), draws)
    }

    fn begin_logs(&mut self) {
        let graph = self.graph;
        for (index, log) in graph.logs.iter().enumerate() {
            let mut state = std::mem::take(&mut self.logs[index]);
            let members = log.members.iter().map(|m| {
                (
                    self.holds(m.accepts),
                    self.holds(m.copies),
                    self.holds(m.heads),
                    graph.span(m.lag, 0, self),
                )
            });
            state.start(self.steady.heads[index], members);
            self.logs[index] = state;
        }
    }

    fn begin_leases(&mut self) {
        let graph = self.graph;
        for (index, (lease, level)) in graph.leases.iter().enumerate() {
            let holder = lease.of.map_or(0, |pick| self.picks[pick.index()].choice);
            let (clock, condition) = lease.renew[holder];
            let ttl = graph.span(lease.ttl, 0, self).max(Span(1));
            let renewed = self.clocks[clock.index()].before;
            self.leases[index] = LeaseState {
                alive: self.level(*level),
                holder,
                renewing: self.holds(condition),
                ttl,
                deadline: renewed + ttl,
                renewed,
                dropping: self.holds(lease.drop),
                rearming: lease.rearm.is_some_and(|(on, _)| self.holds(on)),
                ..LeaseState::DEAD
            };
            self.plan_lease(index);
        }
    }

    /// Most probes begin as they did in every other trial, and have nothing planned.
    fn begin_probes(&mut self) {
        let (graph, steady) = (self.graph, self.steady);
        self.probes.copy_from_slice(&steady.probes);
        self.suspected.fill(false);
        self.suspects.clear();
        for index in steady.planned.iter().map(|index| *index as usize) {
            let looks = &graph.probes[index].0.looks;
            if let (Looks::Reply { age, name, .. }, Some((every, cost))) =
                (looks, self.reply_times(looks))
            {
                let period = every + cost;
                let next = Instant::ZERO - self.age(*age, period, *name) + period;
                self.replies[index] = Reply { next, flight: None, every, cost };
            }
            self.plan_probe(index, self.habits[index]);
        }
    }

    fn begin_dials(&mut self) {
        let graph = self.graph;
        for (index, (dial, _)) in graph.dials.iter().enumerate() {
            // Whoever is connected reads its targets when it has lost the connection.
            if self.dials[index].connected.is_some() {
                continue;
            }
            self.read_targets(index);
            let clock = self.clocks[dial.clock.index()];
            self.dials[index].reclock(&clock, Instant::ZERO);
            self.plan_dial(index);
        }
    }

    fn begin_faults(&mut self) {
        let graph = self.graph;
        for (index, fault) in graph.faults.iter().enumerate() {
            if fault.after.is_none() {
                let at = Instant::ZERO + graph.span(fault.at, 0, self);
                self.agenda.schedule(self.slots.fault(index), at);
            }
        }
    }

    /// Clocks have ticked for ever, or stand still.
    pub(super) fn begin_clocks(&mut self) {
        self.begin_drawn_clocks();
        let graph = self.graph;
        for place in 0..self.phases.others.len() {
            let index = self.phases.others[place].index();
            let clock = &graph.clocks[index];
            match clock.ticks {
                Ticks::Even | Ticks::From(_) => self.begin_even_clock(index, clock),
                _ => self.begin_clock(index, clock),
            }
        }
        // Whoever is followed came first.
        for follower in graph.followers.iter().flatten() {
            self.begin_clock(follower.index(), &graph.clocks[follower.index()]);
        }
    }

    /// Those of which nothing but the phase is another in each trial: most are, and little
    /// is written of them.
    fn begin_drawn_clocks(&mut self) {
        let every_tick = self.mode == Mode::Full;
        for (drawn, origin) in self.phases.in_trial(&self.sampling, self.trial) {
            let origin = *origin;
            let state = &mut self.clocks[drawn.clock.index()];
            (state.period, state.origin, state.before) = (drawn.period, origin, origin);
            (state.running, state.restarts, state.pace) = (drawn.running, 0, Pace::Even);
            if every_tick && drawn.running {
                // It is older than nothing and not older than a period.
                let first = origin + drawn.period;
                debug_assert_eq!(first, state.next(Instant::ZERO), "the first tick from zero on");
                let slot = self.slots.tick(drawn.clock.index());
                self.agenda.repeat_first(slot, first, drawn.period);
            }
        }
    }
}
