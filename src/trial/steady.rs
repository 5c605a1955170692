//! The steady start: what holds before the first fault.
//!
//! Facts are true, picks have chosen their first, leases are live if they are
//! renewed, probes agree with what they look at, dials are connected to their
//! first good target, works whose condition holds are done, unless they take for
//! ever or somebody must be called for them. It depends on no draw, so it is found once and copied into every trial.

use super::level::LevelState;
use crate::block::Counted;
use crate::block::backup::Restore;
use crate::block::clock::Ticks;
use crate::block::dial::DialState;
use crate::block::gate::Gate;
use crate::block::pick::PickState;
use crate::block::probe::{Looks, ProbeState};
use crate::block::value::Readings;
use crate::block::work::{WorkStage, WorkState};
use crate::block::{
    BackupId, ClockId, EventId, Graph, LeaseId, LevelId, Literal, LogId, PickId, Producer,
};
use crate::units::{Instant, Span};

/// Passes after which a system that still changes is said to have no steady start.
const PASSES: usize = 1_000;

/// What holds before the first fault.
#[derive(Clone, Debug)]
pub struct Steady {
    /// Whether there is such a state.
    pub settled: bool,
    pub(super) levels: Vec<bool>,
    /// The same, as trials begin with them.
    pub(super) starts: Vec<LevelState>,
    pub(super) gates: Vec<Counted>,
    /// How many hold of what each counter counts.
    pub(super) counters: Vec<u32>,
    pub(super) works: Vec<WorkState>,
    pub(super) picks: Vec<PickState>,
    pub(super) dials: Vec<DialState>,
    /// Without the times of those that wait for the reply.
    pub(super) probes: Vec<ProbeState>,
    /// Those of them that have something to wait for, or may have.
    pub(super) planned: Vec<u32>,
    pub(super) heads: Vec<usize>,
}

impl Steady {
    /// Finds the steady start of a graph.
    #[must_use]
    pub fn of(graph: &Graph) -> Self {
        let mut search = Search::new(graph);
        let settled = (0..PASSES).any(|_| !search.pass());
        search.finish(settled)
    }

    /// Whether a literal holds in the steady state.
    #[must_use]
    #[inline]
    pub fn holds(&self, literal: Literal) -> bool {
        literal.given(self.levels[literal.level().index()])
    }
}

struct Search<'g> {
    graph: &'g Graph,
    levels: Vec<bool>,
    connected: Vec<Option<usize>>,
}

impl<'g> Search<'g> {
    fn new(graph: &'g Graph) -> Self {
        let levels = graph.levels.iter().map(|level| match level.producer {
            Producer::Fact(initial) => initial,
            Producer::Pick(pick, candidate) => {
                graph.picks[pick.index()].first == candidate as usize
            }
            Producer::Head(log, member) => graph.logs[log.index()].first == member as usize,
            Producer::Lease(_) => true,
            _ => false,
        });
        let levels = levels.collect();
        Self { graph, levels, connected: vec![None; graph.dials.len()] }
    }

    fn holds(&self, literal: Literal) -> bool {
        literal.given(self.levels[literal.level().index()])
    }

    fn set(&mut self, level: LevelId, value: bool) -> bool {
        std::mem::replace(&mut self.levels[level.index()], value) != value
    }

    /// Observers follow gates, works follow observers: what somebody merely
    /// has not looked at yet must not set works off. Whether anything changed.
    fn pass(&mut self) -> bool {
        self.gates()
            || self.probes()
            || self.leases()
            || self.dials()
            || self.picks()
            || self.works()
    }

    fn gates(&mut self) -> bool {
        let mut changed = false;
        for (gate, level) in &self.graph.gates {
            let count = gate.inputs().iter().filter(|i| self.holds(**i)).count() as u32;
            let value = gate.value(count, self.levels[level.index()], |l| self.holds(l));
            changed |= self.set(*level, value);
        }
        changed
    }

    /// Whether a clock ticks: one that follows another needs that one.
    fn ticks(&self, clock: ClockId) -> bool {
        let clock = &self.graph.clocks[clock.index()];
        let followed = match clock.ticks {
            Ticks::Follow(source) => self.holds(self.graph.clocks[source.index()].running),
            _ => true,
        };
        followed && self.holds(clock.running)
    }

    fn probes(&mut self) -> bool {
        let mut changed = false;
        for (probe, level) in &self.graph.probes {
            let looks = self.holds(probe.running)
                && match probe.looks {
                    Looks::Clock(clock) => self.ticks(clock),
                    Looks::Reply { .. } => true,
                };
            let watch = self.holds(probe.watch);
            let value = if looks { watch } else { probe.initially.unwrap_or(watch) };
            changed |= self.set(*level, value);
        }
        changed
    }

    fn leases(&mut self) -> bool {
        let mut changed = false;
        for (lease, level) in &self.graph.leases {
            let holder = lease.of.map_or(0, |pick| self.chosen(pick));
            let (clock, condition) = lease.renew[holder];
            changed |= self
                .set(*level, self.ticks(clock) && self.holds(condition) && !self.holds(lease.drop));
        }
        changed
    }

    /// Picks of the best have chosen.
    fn picks(&mut self) -> bool {
        let mut changed = false;
        let graph = self.graph;
        for pick in graph.picks.iter().filter(|pick| pick.best) {
            let best = graph.best_of(pick, self).unwrap_or(pick.first);
            for (position, candidate) in pick.candidates.iter().enumerate() {
                changed |= self.set(candidate.chosen, position == best);
            }
        }
        changed
    }

    /// The present choice of a pick.
    fn chosen(&self, pick: PickId) -> usize {
        let pick = &self.graph.picks[pick.index()];
        let chosen = pick.candidates.iter().position(|c| self.levels[c.chosen.index()]);
        chosen.unwrap_or(pick.first)
    }

    fn dials(&mut self) -> bool {
        let mut changed = false;
        for (index, (dial, level)) in self.graph.dials.iter().enumerate() {
            if self.connected[index].is_some() {
                continue;
            }
            let good = dial.targets.iter().position(|t| self.holds(t.good));
            if let Some(target) = good {
                self.connected[index] = Some(target);
                self.set(dial.targets[target].chosen, true);
                changed |= self.set(*level, true);
            }
        }
        changed
    }

    fn works(&mut self) -> bool {
        let mut changed = false;
        for (work, level) in &self.graph.works {
            // Nobody has been called before anything happened.
            let value = work.calls.is_none()
                && self.holds(work.when)
                && !self.holds(work.until)
                && !self.graph.span(work.takes, 0, self).is_never();
            changed |= self.set(*level, value);
            if let Some((held, keeps)) = work.holding() {
                let holds = value && self.holds(keeps);
                changed |= self.set(held, holds);
            }
        }
        changed
    }

    fn finish(self, settled: bool) -> Steady {
        let graph = self.graph;
        let gates = graph.gates.iter().map(|(gate, level)| match gate {
            Gate::Threshold { least, .. } => {
                let count = gate.count(|input| self.holds(input));
                Counted::new(count, *least, self.levels[level.index()])
            }
            // A latch counts nothing.
            Gate::Latch { .. } => Counted::new(0, 0, true),
        });
        let starts = self.levels.iter().map(|value| LevelState::new(*value, EventId::START));
        let works = graph.works.iter().map(|(work, level)| WorkState {
            stage: match (self.levels[level.index()], self.holds(work.when)) {
                (true, _) => WorkStage::Done,
                (false, true) => WorkStage::Ended,
                (false, false) => WorkStage::Idle,
            },
            activations: 0,
            tries: 0,
            started_by: EventId::START,
            asked: Instant::ZERO,
            holds: work.holding().is_some_and(|(held, _)| self.levels[held.index()]),
        });
        let picks = graph.picks.iter().enumerate().map(|(index, pick)| PickState {
            choice: self.chosen(PickId(index as u32)),
            pending: false,
            retry: false,
            when: self.holds(pick.when),
            due_by: EventId::START,
        });
        let dials =
            graph.dials.iter().zip(&self.connected).map(|((dial, _), connected)| DialState {
                connected: *connected,
                first: 0,
                target: 0,
                reaches: Instant::ZERO,
                busy_until: Instant(-1),
                lost: self.holds(dial.lost),
                lost_by: EventId::START,
            });
        let probes = graph.probes.iter().map(|(probe, level)| ProbeState {
            verdict: self.levels[level.index()],
            watch: self.holds(probe.watch),
            running: self.holds(probe.running),
            ..ProbeState::IDLE
        });
        let probes: Vec<ProbeState> = probes.collect();
        let is_planned = |index: &u32| {
            let (state, looks) = (&probes[*index as usize], &graph.probes[*index as usize].0.looks);
            matches!(looks, Looks::Reply { .. }) || state.watch != state.verdict
        };
        let planned = (0..probes.len() as u32).filter(is_planned).collect();
        let heads = graph
            .logs
            .iter()
            .map(|log| log.members.iter().position(|m| self.holds(m.heads)).unwrap_or(log.first));
        let holding = |all: &Vec<Literal>| all.iter().filter(|l| self.holds(**l)).count() as u32;
        let counters = graph.counters.iter().map(holding).collect();
        Steady {
            settled,
            counters,
            starts: starts.collect(),
            gates: gates.collect(),
            works: works.collect(),
            picks: picks.collect(),
            dials: dials.collect(),
            planned,
            probes,
            heads: heads.collect(),
            levels: self.levels,
        }
    }
}

/// What a preference reads before anything is drawn or written: the middle of
/// each draw, logs that are all alike, and no generation of a backup.
impl Readings for Search<'_> {
    fn holds(&self, literal: Literal) -> bool {
        self.holds(literal)
    }

    fn uniform(&self, _: u64, _: u32) -> f64 {
        0.5
    }

    fn renewed(&self, _: LeaseId) -> Span {
        Span::ZERO
    }

    fn age(&self, _: LeaseId) -> Span {
        Span::ZERO
    }

    fn log_has(&self, _: LogId, _: usize) -> Span {
        Span::ZERO
    }

    fn log_written(&self, _: LogId, _: Span) -> Span {
        Span::ZERO
    }

    fn log_diverged(&self, _: LogId, _: usize) -> bool {
        false
    }

    fn restore(&self, _: BackupId, _: usize) -> Option<Restore> {
        None
    }

    fn choice(&self, pick: PickId) -> usize {
        self.chosen(pick)
    }
}
