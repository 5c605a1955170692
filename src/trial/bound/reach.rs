//! How early each level can change, and change back.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::extent;
use crate::block::clock::Ticks;
use crate::block::crew::Calls;
use crate::block::gate::Gate;
use crate::block::pick::Pick;
use crate::block::probe::{Looks, Probe};
use crate::block::work::{Retry, Work};
use crate::block::{Graph, LevelId, Literal, Producer, Strikes};
use crate::trial::Steady;
use crate::units::Span;

/// Which of a level's changes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Turn {
    /// The first change away from its value right after the fault.
    Away,
    /// The first return to that value.
    Back,
}

/// A bound on a change: how early, after which other change, and how much that adds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Early {
    at: Span,
    after: Option<(LevelId, Turn)>,
    adds: Span,
}

const NEVER: Early = Early { at: Span::NEVER, after: None, adds: Span::ZERO };
const NOW: Early = Early { at: Span::ZERO, after: None, adds: Span::ZERO };

impl Early {
    fn in_time(span: Span) -> Self {
        Self { at: span, after: None, adds: span }
    }

    fn or(self, other: Self) -> Self {
        if other.at < self.at { other } else { self }
    }

    fn and(self, other: Self) -> Self {
        if other.at > self.at { other } else { self }
    }
}

/// The bounds of all levels, for one victim of the first fault.
#[derive(Debug)]
pub(super) struct Reach<'g> {
    pub(super) graph: &'g Graph,
    held: Vec<bool>,
    away: Vec<Early>,
    back: Vec<Early>,
    /// Clocks that the fault itself has started.
    fresh: Vec<bool>,
    /// Who sets facts, by the fact and its value.
    setters: Arc<BTreeMap<(LevelId, bool), Setters>>,
    /// A level that is taken never to change.
    frozen: Option<LevelId>,
}

/// Who sets a fact to a value.
#[derive(Debug)]
struct Setters {
    /// How early a fault does.
    faults: Early,
    /// Works that do when they are done: their levels.
    works: Vec<LevelId>,
}

/// Who sets facts once fault `first` has struck.
fn setters(graph: &Graph, first: usize) -> BTreeMap<(LevelId, bool), Setters> {
    let mut setters: BTreeMap<(LevelId, bool), Setters> = BTreeMap::new();
    let none = || Setters { faults: NEVER, works: Vec::new() };
    for (index, fault) in graph.faults.iter().enumerate() {
        let mut by = |level, value, at| {
            let setters = setters.entry((level, value)).or_insert_with(none);
            setters.faults = setters.faults.or(Early::in_time(at));
        };
        let arms: &[_] = match &fault.strikes {
            Strikes::One(arm) => std::slice::from_ref(arm),
            Strikes::Chosen(_, arms) | Strikes::Drawn(_, arms) => arms,
        };
        let lasts = fault.lasts.map_or(Span::NEVER, |l| extent::least(graph, l));
        let lasts = if fault.until.is_some() { Span::ZERO } else { lasts };
        let since = if index == first || fault.after.is_some() {
            Span::ZERO
        } else {
            extent::least(graph, fault.at) - extent::most(graph, graph.faults[first].at)
        };
        // One that strikes before the clock starts ends so much earlier.
        let strikes = since.max(Span::ZERO);
        let ends = (since + lasts).max(Span::ZERO);
        for arm in arms {
            let begins = arm.begin.iter().filter(|_| index != first);
            begins.for_each(|change| by(change.level, change.value, strikes));
            arm.end.iter().for_each(|change| by(change.level, change.value, ends));
        }
        by(fault.level, true, strikes);
        by(fault.level, false, ends);
    }
    for (work, done) in &graph.works {
        for does in &work.does {
            setters.entry(*does).or_insert_with(none).works.push(*done);
        }
    }
    setters
}

impl<'g> Reach<'g> {
    /// Relaxes from "never" until nothing falls any more; `held` are the levels
    /// right after the fault, `steady` those before.
    pub(super) fn of(graph: &'g Graph, steady: &Steady, held: Vec<bool>, fault: usize) -> Self {
        let (away, back) = (vec![NEVER; held.len()], vec![NEVER; held.len()]);
        let fresh = graph.clocks.iter().map(|c| !steady.holds(c.running)).collect();
        let setters = Arc::new(setters(graph, fault));
        Self { graph, held, away, back, fresh, setters, frozen: None }.relaxed()
    }

    /// The same if `level` never changed.
    pub(super) fn without(&self, level: LevelId) -> Self {
        let (held, fresh) = (self.held.clone(), self.fresh.clone());
        let (away, back) = (vec![NEVER; held.len()], vec![NEVER; held.len()]);
        let (graph, setters, frozen) = (self.graph, Arc::clone(&self.setters), Some(level));
        Self { graph, held, away, back, fresh, setters, frozen }.relaxed()
    }

    fn relaxed(mut self) -> Self {
        for _ in 0..4 * self.held.len() + 8 {
            if !self.relax() {
                return self;
            }
        }
        // It did not settle: claim nothing.
        self.away.fill(NOW);
        self.back.fill(NOW);
        self
    }

    /// Whether a literal holds right after the fault.
    pub(super) fn held(&self, literal: Literal) -> bool {
        literal.given(self.held[literal.level().index()])
    }

    /// How early a level makes a turn.
    pub(super) fn at(&self, level: LevelId, turn: Turn) -> Span {
        self.early(level, turn).at
    }

    fn early(&self, level: LevelId, turn: Turn) -> Early {
        match turn {
            Turn::Away => self.away[level.index()],
            Turn::Back => self.back[level.index()],
        }
    }

    /// The turns that lead to a turn, with what each adds, in causal order.
    pub(super) fn chain(&self, level: LevelId, turn: Turn) -> Vec<(LevelId, Span)> {
        let mut chain = Vec::new();
        let mut next = Some((level, turn));
        while let Some((level, turn)) = next {
            let early = self.early(level, turn);
            if early.adds > Span::ZERO {
                chain.push((level, early.adds));
            }
            next = early.after;
            if chain.len() > self.held.len() {
                break;
            }
        }
        chain.reverse();
        chain
    }

    fn relax(&mut self) -> bool {
        let mut fell = false;
        for index in 1..self.held.len() {
            let level = LevelId(index as u32);
            if self.frozen == Some(level) {
                continue;
            }
            let (away, back) = self.turns(level);
            fell |= away.at < self.away[index].at || back.at < self.back[index].at;
            if away.at < self.away[index].at {
                self.away[index] = away;
            }
            if back.at < self.back[index].at {
                self.back[index] = back;
            }
        }
        fell
    }

    /// A turn of a literal's level as a cause that adds `adds`.
    fn after(&self, literal: Literal, turn: Turn, adds: Span) -> Early {
        let level = literal.level();
        let at = self.at(level, turn);
        if at.is_never() {
            return NEVER;
        }
        Early { at: at + adds, after: Some((level, turn)), adds }
    }

    /// How early a literal can have a value (now, if it has it).
    pub(super) fn has(&self, literal: Literal, value: bool) -> Span {
        self.having(literal, value, Span::ZERO).at
    }

    fn having(&self, literal: Literal, value: bool, adds: Span) -> Early {
        if self.held(literal) == value {
            Early::in_time(adds)
        } else {
            self.after(literal, Turn::Away, adds)
        }
    }

    /// How early a literal can *come to* have a value.
    fn turning(&self, literal: Literal, value: bool, adds: Span) -> Early {
        let turn = if self.held(literal) == value { Turn::Back } else { Turn::Away };
        self.after(literal, turn, adds)
    }

    fn turns(&self, level: LevelId) -> (Early, Early) {
        let held = self.held[level.index()];
        let graph = self.graph;
        let away_then = |away: Early, back: Early| (away, back.and(self.away[level.index()]));
        match graph.levels[level.index()].producer {
            Producer::Undefined => (NEVER, NEVER),
            Producer::Fact(_) => away_then(self.fact(level, !held), self.fact(level, held)),
            Producer::Gate(gate) => self.gate(&graph.gates[gate as usize].0, level, held),
            Producer::Work(id) => {
                let work = &graph.works[id.index()].0;
                let takes = extent::least(graph, work.takes);
                let ends = self.having(work.when, false, Span::ZERO).or(self.having(
                    work.until,
                    true,
                    Span::ZERO,
                ));
                if held {
                    away_then(ends, self.turning(work.when, true, takes))
                } else {
                    let starts = work.calls.as_ref().map_or(work.when, |c| Literal::of(c.held));
                    (self.having(starts, true, takes), ends.and(self.away[level.index()]))
                }
            }
            Producer::Unit(id) => {
                let work = &graph.works[id.index()].0;
                // Whoever holds one may give it back at once.
                let waits = work.calls.as_ref().map_or(Span::ZERO, |calls| self.answers(calls));
                let gets = self.having(work.when, true, waits);
                if held { away_then(NOW, gets) } else { (gets, gets) }
            }
            Producer::Taken(id, _) => {
                let gets = self.having(graph.works[id.index()].0.when, true, Span::ZERO);
                if held { away_then(NOW, gets) } else { (gets, gets) }
            }
            // Nothing is claimed of what fills and drains.
            Producer::Tank(_) => (NOW, NOW),
            Producer::Failed(id) => self.failed(&graph.works[id.index()].0, level, held),
            Producer::Probe(id) => self.probe(&graph.probes[id.index()].0, level, held),
            Producer::Lease(id) => self.lease(id.index(), level, held),
            Producer::Pick(id, candidate) => {
                let chosen = |c: usize| {
                    let pick = &graph.picks[id.index()];
                    if pick.best {
                        return self.best(pick, c);
                    }
                    let due = self.turning(pick.when, true, Span::ZERO);
                    due.and(self.having(pick.candidates[c].from, true, Span::ZERO))
                };
                let others = (0..graph.picks[id.index()].candidates.len())
                    .filter(|c| *c != candidate as usize)
                    .map(chosen)
                    .fold(NEVER, Early::or);
                let own = chosen(candidate as usize);
                if held { away_then(others, own) } else { away_then(own, others) }
            }
            Producer::Dial(id, target) => self.dial(id.index(), target, level, held),
            Producer::Head(id, member) => {
                let members = &graph.logs[id.index()].members;
                let heads = |m: usize| self.turning(members[m].heads, true, Span::ZERO);
                let others = (0..members.len())
                    .filter(|m| *m != member as usize)
                    .map(heads)
                    .fold(NEVER, Early::or);
                let own = heads(member as usize);
                if held { away_then(others, own) } else { away_then(own, others) }
            }
        }
    }

    /// How early the first of those who are called can answer.
    fn answers(&self, calls: &Calls) -> Span {
        let graph = self.graph;
        let gap = extent::least(graph, graph.crews[calls.crew.index()].escalate);
        let each = calls.callees.iter().map(|callee| {
            let rung = Span(gap.0.saturating_mul(i64::from(callee.level)));
            rung + extent::least(graph, callee.response)
        });
        each.min().unwrap_or(Span::NEVER)
    }

    /// A work has failed when its least number of tries is over.
    fn failed(&self, work: &Work, level: LevelId, held: bool) -> (Early, Early) {
        let graph = self.graph;
        let Some(Retry { tries: Some(tries), between, .. }) = &work.retry else {
            return (NEVER, NEVER);
        };
        let tries = extent::least_count(graph, *tries);
        let takes = extent::least(graph, work.takes).0.saturating_mul(tries);
        let waits = extent::least(graph, *between).0.saturating_mul(tries - 1);
        let all = Span(takes) + Span(waits);
        let own = self.away[level.index()];
        let ends = self.having(work.when, false, Span::ZERO);
        if held {
            (ends, self.turning(work.when, true, all).and(own))
        } else {
            (self.having(work.when, true, all), ends.and(own))
        }
    }

    /// How early a candidate of a pick of the best can be chosen anew: when it
    /// comes to stand, or whoever stands changes; the first also where nobody
    /// stands any more.
    fn best(&self, pick: &Pick, candidate: usize) -> Early {
        let all = pick.candidates.iter().flat_map(|c| [(c.from, true), (c.from, false)]);
        let changes =
            all.map(|(from, value)| self.turning(from, value, Span::ZERO)).fold(NEVER, Early::or);
        if candidate == pick.first {
            return changes;
        }
        changes.and(self.having(pick.candidates[candidate].from, true, Span::ZERO))
    }

    /// How early somebody sets a fact to a value.
    fn fact(&self, level: LevelId, value: bool) -> Early {
        let Some(setters) = self.setters.get(&(level, value)) else { return NEVER };
        let done = setters.works.iter();
        let done = done.map(|done| self.turning(Literal::of(*done), true, Span::ZERO));
        done.fold(setters.faults, Early::or)
    }

    fn gate(&self, gate: &Gate, level: LevelId, held: bool) -> (Early, Early) {
        let own = self.away[level.index()];
        match gate {
            Gate::Latch { when, until } => {
                let sets = self.having(*when, true, Span::ZERO);
                let clears = self.having(*until, true, Span::ZERO);
                if held { (clears, sets.and(own)) } else { (sets, clears.and(own)) }
            }
            Gate::Threshold { inputs, least } => {
                let needed =
                    if held { inputs.len() + 1 - *least as usize } else { *least as usize };
                let mut early: Vec<Early> =
                    inputs.iter().map(|i| self.having(*i, !held, Span::ZERO)).collect();
                early.sort_by_key(|e| e.at);
                let away = early.get(needed - 1).copied().unwrap_or(NEVER);
                let turns = inputs.iter().map(|i| self.turning(*i, held, Span::ZERO));
                (away, turns.fold(NEVER, Early::or).and(own))
            }
        }
    }

    /// Looks in a row, less the first, and the time between them.
    fn run(&self, probe: &Probe, to: bool) -> Span {
        let graph = self.graph;
        let needed = extent::least_count(graph, if to { probe.rise } else { probe.fall });
        let period = match &probe.looks {
            Looks::Clock(clock) => extent::least_gap(graph, &graph.clocks[clock.index()]),
            Looks::Reply { every, .. } => extent::least(graph, *every),
        };
        Span(period.0.saturating_mul(needed - 1))
    }

    /// How early the last look of a run can be: its clock must run, and a
    /// locked clock ticks a whole period after it starts.
    fn looks(&self, probe: &Probe, run: Span) -> Early {
        let graph = self.graph;
        let Looks::Clock(clock) = &probe.looks else {
            return self.having(probe.running, true, run);
        };
        let starts = self.fresh[clock.index()] || !self.held(graph.clocks[clock.index()].running);
        let clock = &graph.clocks[clock.index()];
        let locked = clock.locked || matches!(clock.ticks, Ticks::Growing { .. });
        let first = if locked && starts { extent::least_gap(graph, clock) } else { Span::ZERO };
        self.having(clock.running, true, run + first)
    }

    fn probe(&self, probe: &Probe, level: LevelId, held: bool) -> (Early, Early) {
        let flips = |to: bool, first: bool| {
            let run = self.run(probe, to);
            let looks = self.looks(probe, run);
            // To flip back it must see what it did not see when it flipped away.
            let seen = if first || self.held(probe.watch) != to {
                self.having(probe.watch, to, run)
            } else {
                self.after(probe.watch, Turn::Back, run)
            };
            let seen = seen.and(looks);
            match probe.initially {
                Some(initially) if initially == to => {
                    seen.or(self.turning(probe.running, true, Span::ZERO))
                }
                _ => seen,
            }
        };
        (flips(!held, true), flips(held, false).and(self.away[level.index()]))
    }

    fn lease(&self, index: usize, level: LevelId, held: bool) -> (Early, Early) {
        let graph = self.graph;
        let (lease, _) = &graph.leases[index];
        let ttl = extent::least(graph, lease.ttl);
        let expires = lease.renew.iter().fold(NEVER, |early, (clock, renews)| {
            let clock = &graph.clocks[clock.index()];
            let oldest = match clock.age {
                Some(age) => extent::most(graph, age),
                None => extent::most_gap(graph, clock),
            };
            let left = (ttl - oldest).max(Span::ZERO);
            let stops = self.having(*renews, false, left);
            let clock_stops = self.having(clock.running, false, left);
            early.or(stops).or(clock_stops)
        });
        let expires = self.noticed(index, expires);
        let dropped = self.turning(lease.drop, true, Span::ZERO);
        let falls = expires.or(dropped);
        let rises = match lease.of {
            Some(pick) => {
                let pick = &graph.picks[pick.index()];
                if pick.best {
                    let all = 0..pick.candidates.len();
                    all.map(|c| self.best(pick, c)).fold(NEVER, Early::or)
                } else {
                    self.turning(pick.when, true, Span::ZERO)
                }
            }
            None => lease
                .renew
                .iter()
                .map(|(_, renews)| self.having(*renews, true, Span::ZERO))
                .fold(NEVER, Early::or),
        };
        let own = self.away[level.index()];
        if held { (falls, rises.and(own)) } else { (rises, falls.and(own)) }
    }

    /// An expiry that nobody looks for waits for the check to start; where the
    /// same condition re-arms the lease, for the new time to live as well.
    fn noticed(&self, index: usize, expires: Early) -> Early {
        let graph = self.graph;
        let (lease, _) = &graph.leases[index];
        let Some(check) = lease.check else { return expires };
        let running = graph.clocks[check.index()].running;
        if self.held(running) {
            return expires;
        }
        let rearmed = match lease.rearm {
            Some((on, ttl)) if on == running => extent::least(graph, ttl),
            _ => Span::ZERO,
        };
        expires.and(self.having(running, true, rearmed))
    }

    fn dial(
        &self,
        index: usize,
        target: Option<u32>,
        level: LevelId,
        held: bool,
    ) -> (Early, Early) {
        let (dial, connected) = &self.graph.dials[index];
        let lost = self.turning(dial.lost, true, Span::ZERO);
        let good = |t: usize| self.having(dial.targets[t].good, true, Span::ZERO);
        let found = match target {
            Some(target) => good(target as usize),
            None => (0..dial.targets.len()).map(good).fold(NEVER, Early::or),
        };
        let own = self.away[level.index()];
        let is_connected = self.held[connected.index()];
        if held {
            (lost, found.and(own))
        } else {
            (if is_connected { found.and(lost) } else { found }, lost.and(own))
        }
    }
}
