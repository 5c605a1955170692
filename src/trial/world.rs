//! A world: the state of every block in one trial, and the loop that runs it.
//!
//! The order of an instant is fixed here (see [`crate::block`]): everything due
//! takes effect and settles (epoch 0), then all due ticks look at once, renewals
//! before checks, then what they saw takes effect and settles (epoch 1).

use super::dirty::Dirty;
use super::habit::Habit;
use super::level::LevelState;
use super::meter::{Gauges, Meter};
use super::mode::Mode;
use super::phases::Phases;
use super::share::Steps;
use super::slots::{Due, Slots};
use super::steady::Steady;
use crate::block::Counted;
use crate::block::backup::BackupState;
use crate::block::clock::ClockState;
use crate::block::crew::CallState;
use crate::block::dial::{DialState, TargetState};
use crate::block::lease::LeaseState;
use crate::block::link::Flows;
use crate::block::log::LogState;
use crate::block::pick::PickState;
use crate::block::pool::PoolState;
use crate::block::probe::{ProbeState, Reply};
use crate::block::tank::TankState;
use crate::block::work::WorkState;
use crate::block::{Consumer, Event, EventId, Graph, LevelId, Literal};
use crate::kernel::{Agenda, Slot};
use crate::random::Sampling;
use crate::units::{Instant, Span};

/// More events than this in one trial, and it counts as unsettled; so many more for
/// each level of a large system.
const EVENT_BUDGET: usize = 200_000;
const EVENTS_A_LEVEL: usize = 64;

/// How a trial ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ended {
    /// Nothing more could happen.
    Quiet,
    /// The horizon came.
    Horizon,
    /// More happened than the budget allows.
    Unsettled,
}

/// The state of every block in one trial.
#[derive(Debug)]
pub struct World<'g> {
    pub(super) graph: &'g Graph,
    pub(super) meters: &'g [Meter],
    pub(super) steady: &'g Steady,
    pub(super) mode: Mode,
    pub(super) sampling: Sampling,
    pub(super) trial: u64,
    pub(super) now: Instant,
    /// A change made now is seen by ticks from here on.
    pub(super) visible: Instant,
    /// Value and last event of each level.
    pub(super) levels: Vec<LevelState>,
    pub(super) journal: Vec<Event>,
    pub(super) gates: Vec<Counted>,
    pub(super) counters: Vec<u32>,
    pub(super) works: Vec<WorkState>,
    pub(super) clocks: Vec<ClockState>,
    pub(super) phases: Phases,
    pub(super) probes: Vec<ProbeState>,
    /// Of those probes that wait for the reply.
    pub(super) replies: Vec<Reply>,
    pub(super) habits: Vec<Habit>,
    pub(super) leases: Vec<LeaseState>,
    pub(super) picks: Vec<PickState>,
    pub(super) dials: Vec<DialState>,
    pub(super) targets: Vec<Vec<TargetState>>,
    pub(super) logs: Vec<LogState>,
    pub(super) backups: Vec<BackupState>,
    pub(super) pools: Vec<PoolState>,
    /// Of each crew who is busy.
    pub(super) busy: Vec<Vec<bool>>,
    /// The calls of each work.
    pub(super) calls: Vec<CallState>,
    pub(super) flows: Flows,
    pub(super) tanks: Vec<TankState>,
    pub(super) agenda: Agenda,
    pub(super) slots: Slots,
    /// What each slot stands for.
    pub(super) dues: Vec<Due>,
    pub(super) dirty: Dirty,
    pub(super) zero: Vec<u32>,
    pub(super) due: Vec<Due>,
    pub(super) verdicts: Vec<Consumer>,
    pub(super) scratch: Vec<EventId>,
    /// Which arm of each fault has struck.
    pub(super) struck: Vec<Option<usize>>,
    /// For faults that wait for a milestone: the event that stamped it.
    pub(super) armed_by: Vec<EventId>,
    /// Which milestones have been stamped.
    pub(super) stamped: Vec<bool>,
    /// First stamp of each instance of each milestone.
    pub(super) stamps: Vec<Vec<Instant>>,
    pub(super) gauges: Gauges,
    /// For each meter that tells it, how its share changed.
    pub(super) shares: Vec<Steps>,
    /// The leases that ran out.
    pub(super) lapses: Vec<Lapse>,
    pub(super) exhausted: bool,
    /// The probes that may be restless, and whether each is among them (every tick executed).
    pub(super) suspects: Vec<u32>,
    pub(super) suspected: Vec<bool>,
    /// The other blocks that may be restless.
    pub(super) blocks: Vec<Due>,
    /// Which of them was found restless last (every tick executed).
    pub(super) restless: usize,
    /// Whether that one may have come to rest by looks that saw nothing new.
    pub(super) calms: bool,
}

/// A lease that ran out for want of a renewal.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lapse {
    /// The event of its fall.
    pub(super) event: EventId,
    /// Which lease, by its position in the graph.
    pub(super) lease: usize,
    /// Who held it, a position in its possible holders.
    pub(super) holder: usize,
    /// The last renewal.
    pub(super) renewed: Instant,
}

impl<'g> World<'g> {
    /// The same, where the last so many meters are of one level each, of which no more is
    /// asked than for how long it did not hold.
    pub(super) fn with_tallies(self, tallies: usize) -> Self {
        let gauges = Gauges::new(self.meters, self.steady, tallies);
        Self { gauges, ..self }
    }

    /// A world for `graph`.
    #[must_use]
    pub fn new(graph: &'g Graph, meters: &'g [Meter], steady: &'g Steady, mode: Mode) -> Self {
        let slots = Slots::of(graph);
        Self {
            graph,
            meters,
            steady,
            mode,
            sampling: Sampling::plain(0),
            trial: 0,
            now: Instant::ZERO,
            visible: Instant::ZERO,
            levels: steady.starts.clone(),
            journal: Vec::with_capacity(1024),
            gates: steady.gates.clone(),
            counters: steady.counters.clone(),
            works: steady.works.clone(),
            clocks: vec![ClockState::STOPPED; graph.clocks.len()],
            phases: Phases::of(graph, steady),
            probes: vec![ProbeState::IDLE; graph.probes.len()],
            replies: vec![Reply::NONE; graph.probes.len()],
            habits: Habit::of(graph),
            leases: vec![LeaseState::DEAD; graph.leases.len()],
            picks: steady.picks.clone(),
            dials: steady.dials.clone(),
            targets: graph
                .dials
                .iter()
                .map(|(dial, _)| {
                    vec![TargetState { good: false, cost: Span::ZERO }; dial.targets.len()]
                })
                .collect(),
            logs: graph.logs.iter().map(|log| LogState::new(log.members.len())).collect(),
            backups: graph.backups.iter().map(|_| BackupState::new()).collect(),
            pools: vec![PoolState::of(0, 0); graph.pools.len()],
            busy: graph.crews.iter().map(|crew| vec![false; crew.people]).collect(),
            calls: graph
                .works
                .iter()
                .map(|(work, _)| {
                    CallState::new(work.calls.as_ref().map_or(0, |calls| calls.callees.len()))
                })
                .collect(),
            flows: Flows::new(graph.links.len(), graph.works.len()),
            tanks: vec![TankState::at_zero(0.0, 0.0, 0.0); graph.tanks.len()],
            agenda: Agenda::new(slots.count()),
            dues: slots.dues(),
            slots,
            dirty: Dirty::new(graph),
            // Twice: a try in no time may begin while those before it end.
            zero: Vec::with_capacity(2 * graph.works.len()),
            due: Vec::with_capacity(64),
            verdicts: Vec::with_capacity(64),
            scratch: Vec::with_capacity(64),
            struck: vec![None; graph.faults.len()],
            armed_by: vec![EventId::START; graph.faults.len()],
            stamped: vec![false; graph.milestones.len()],
            stamps: graph.milestones.iter().map(|n| vec![Instant::NEVER; *n as usize]).collect(),
            gauges: Gauges::new(meters, steady, 0),
            shares: (meters.iter())
                .map(|meter| Vec::with_capacity(if meter.is_told { 64 } else { 0 }))
                .collect(),
            lapses: Vec::with_capacity(16),
            exhausted: false,
            suspects: Vec::with_capacity(graph.probes.len()),
            suspected: vec![false; graph.probes.len()],
            blocks: slots.blocks(),
            restless: 0,
            calms: true,
        }
    }

    /// The levels right after fault `index` has struck `arm` at the steady
    /// start, before anybody has looked.
    pub(super) fn struck(&mut self, index: usize, arm: usize) -> Vec<bool> {
        self.begin(&Sampling::plain(0), 0);
        self.strike_arm(index, arm);
        self.settle();
        self.levels.iter().map(|level| level.value()).collect()
    }

    /// Runs one trial to its end.
    pub fn run(&mut self, sampling: &Sampling, trial: u64, horizon: Span) -> Ended {
        self.begin(sampling, trial);
        let end = Instant::ZERO + horizon;
        let budget = EVENT_BUDGET.max(EVENTS_A_LEVEL * self.levels.len());
        if !self.steady.settled {
            return Ended::Unsettled;
        }
        let every_tick = self.mode == Mode::Full;
        loop {
            // Most ticks are alone in their instant.
            if every_tick && let Some(ended) = self.tick_on(end, budget) {
                return ended;
            }
            let Some((at, first)) = self.agenda.peek() else {
                return Ended::Quiet;
            };
            if at > end {
                return Ended::Horizon;
            }
            let happened = self.instant(at, first);
            if happened && self.is_unsettled(budget) {
                return Ended::Unsettled;
            }
            if every_tick && (happened || self.calms) && self.is_at_rest() {
                return Ended::Quiet;
            }
        }
    }

    /// Whether more has happened than the budget allows.
    #[inline]
    pub(super) fn is_unsettled(&self, budget: usize) -> bool {
        self.exhausted || self.journal.len() > budget
    }

    /// Every change of a level in the trial that ran last, in order.
    #[must_use]
    pub fn journal(&self) -> &[Event] {
        &self.journal
    }

    /// Everything that happens at `at`, of which `first` is due first; whether there was
    /// more than looks that saw what they have seen before.
    fn instant(&mut self, at: Instant, first: Slot) -> bool {
        self.now = at;
        self.visible = at;
        let mut happened = false;
        // Most instants are those of ticks alone.
        if first < self.slots.first_tick() {
            happened = true;
            while self.take_due(at, true) {
                for index in 0..self.due.len() {
                    self.happen(self.due[index]);
                }
                self.settle();
            }
        }
        if self.take_due(at, false) {
            self.visible = at + Span(1);
            if self.look() {
                happened = true;
                self.settle();
            }
        }
        self.measure();
        happened
    }

    /// The event of a literal's last change.
    #[inline]
    pub(super) fn event(&self, literal: Literal) -> EventId {
        self.event_of(literal.level())
    }

    /// The event of a level's last change.
    #[inline]
    pub(super) fn event_of(&self, level: LevelId) -> EventId {
        self.levels[level.index()].event()
    }

    /// Whether a level is true now.
    #[inline]
    pub(super) fn level(&self, level: LevelId) -> bool {
        self.levels[level.index()].value()
    }
}
