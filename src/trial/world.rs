//! A world: the state of every block in one trial, and the loop that runs it.
//!
//! The order of an instant is fixed here (see [`crate::block`]): everything due
//! takes effect and settles (epoch 0), then all due ticks look at once, renewals
//! before checks, then what they saw takes effect and settles (epoch 1).

use super::Mode;
use super::dirty::Dirty;
use super::meter::{Meter, MeterState};
use super::share::Steps;
use super::slots::{Due, Slots};
use super::steady::Steady;
use crate::block::backup::{Backup, BackupState, Restore, Rules};
use crate::block::clock::ClockState;
use crate::block::crew::CallState;
use crate::block::dial::{DialState, TargetState};
use crate::block::lease::LeaseState;
use crate::block::link::Flows;
use crate::block::log::LogState;
use crate::block::pick::PickState;
use crate::block::pool::PoolState;
use crate::block::probe::ProbeState;
use crate::block::tank::TankState;
use crate::block::value::Readings;
use crate::block::wires::{Counted, Kind, Start, Wire};
use crate::block::work::WorkState;
use crate::block::{
    Arm, BackupId, Change, Consumer, Event, EventId, FaultSpec, Graph, LeaseId, LevelId, Literal,
    LogId, Mark, PickId, Strikes, ValueId,
};
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
    pub(super) probes: Vec<ProbeState>,
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
    /// Whether a lease looks at the ticks of each clock.
    pub(super) renewals: Vec<bool>,
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
    pub(super) meter_states: Vec<MeterState>,
    /// The same at the start of every trial.
    pub(super) meter_starts: Vec<MeterState>,
    /// For each meter that tells it, how its share changed.
    pub(super) shares: Vec<Steps>,
    /// The leases that ran out.
    pub(super) lapses: Vec<Lapse>,
    pub(super) exhausted: bool,
    /// The blocks that may be restless.
    pub(super) blocks: Vec<Due>,
    /// Which of them was found restless last (every tick executed).
    pub(super) restless: usize,
}

/// A level in a trial: its value, and the event of its last change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LevelState(u32);

impl LevelState {
    #[inline]
    pub(super) const fn new(value: bool, event: EventId) -> Self {
        Self(event.0 << 1 | value as u32)
    }

    #[inline]
    const fn value(self) -> bool {
        self.0 & 1 == 1
    }

    #[inline]
    const fn event(self) -> EventId {
        EventId(self.0 >> 1)
    }
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
    /// A world for `graph`.
    #[must_use]
    pub fn new(graph: &'g Graph, meters: &'g [Meter], steady: &'g Steady, mode: Mode) -> Self {
        let slots = Slots::of(graph);
        let renews = |observer: &Consumer| matches!(observer, Consumer::Lease(_));
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
            probes: vec![ProbeState::IDLE; graph.probes.len()],
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
            renewals: graph.observers.iter().map(|all| all.iter().any(renews)).collect(),
            dirty: Dirty::new(graph, meters.len()),
            // Twice: a try in no time may begin while those before it end.
            zero: Vec::with_capacity(2 * graph.works.len()),
            due: Vec::with_capacity(64),
            verdicts: Vec::with_capacity(64),
            scratch: Vec::with_capacity(64),
            struck: vec![None; graph.faults.len()],
            armed_by: vec![EventId::START; graph.faults.len()],
            stamped: vec![false; graph.milestones.len()],
            stamps: graph.milestones.iter().map(|n| vec![Instant::NEVER; *n as usize]).collect(),
            meter_states: vec![MeterState::default(); meters.len()],
            meter_starts: meters.iter().map(|meter| meter.start(steady)).collect(),
            shares: (meters.iter())
                .map(|meter| Vec::with_capacity(if meter.is_told { 64 } else { 0 }))
                .collect(),
            lapses: Vec::with_capacity(16),
            exhausted: false,
            blocks: slots.blocks(),
            restless: 0,
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
        // Whether it is known who is restless.
        let mut looked = false;
        loop {
            let Some((at, first)) = self.agenda.peek() else { return Ended::Quiet };
            if at > end {
                return Ended::Horizon;
            }
            let happened = self.instant(at, first);
            if self.exhausted || self.journal.len() > budget {
                return Ended::Unsettled;
            }
            if self.mode == Mode::Full && (happened || !looked || self.may_calm()) {
                looked = true;
                if self.is_at_rest() {
                    return Ended::Quiet;
                }
            }
        }
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

    /// Level `level` becomes `value` by the doing of `cause`; the event of its
    /// last change.
    pub(super) fn set(&mut self, level: LevelId, value: bool, cause: EventId) -> EventId {
        let state = self.levels[level.index()];
        if state.value() == value { state.event() } else { self.change(level, value, cause) }
    }

    /// Level `level`, which is not `value`, becomes so by the doing of `cause`.
    #[inline(never)]
    pub(super) fn change(&mut self, level: LevelId, value: bool, cause: EventId) -> EventId {
        self.change_from(self.graph.wires.start(level), level, value, cause)
    }

    /// The same where it is known where the level's wires begin.
    #[inline(always)]
    pub(super) fn change_from(
        &mut self,
        start: Start,
        level: LevelId,
        value: bool,
        cause: EventId,
    ) -> EventId {
        let event = EventId(self.journal.len() as u32);
        self.journal.push(Event { at: self.now, level, value, cause });
        self.levels[level.index()] = LevelState::new(value, event);
        for wire in self.graph.wires.from(start) {
            let (kind, position) = (wire.kind(), wire.position());
            if kind != Kind::Gate {
                self.hear(*wire, value, event);
            } else if self.gates[position].count(value != wire.is_negated(), event) {
                self.dirty.insert(Kind::Gate, position);
            }
            if wire.is_last() {
                break;
            }
        }
        event
    }

    /// Somebody who is no threshold hears that a level has become `value` by `event`.
    #[inline]
    fn hear(&mut self, wire: Wire, value: bool, event: EventId) {
        let (kind, position) = (wire.kind(), wire.position());
        let up = value != wire.is_negated();
        let counted = |count: u32| if up { count.wrapping_add(1) } else { count.wrapping_sub(1) };
        match kind {
            Kind::Latch => self.dirty.insert(Kind::Gate, position),
            Kind::Part => {
                let state = &mut self.meter_states[position];
                state.served_now = counted(state.served_now);
                self.dirty.insert(Kind::Meter, position);
            }
            Kind::Count => self.counters[position] = counted(self.counters[position]),
            Kind::Mark if value => self.stamp_mark(self.graph.wires.marks[position], event),
            Kind::Mark => {}
            _ => self.dirty.insert(kind, position),
        }
    }

    /// When a lease was last renewed: in the lazy form by a tick that nobody executed.
    fn last_renewal(&self, lease: LeaseId) -> Instant {
        let state = &self.leases[lease.index()];
        if self.mode == Mode::Lazy && state.alive && state.renewing {
            let (clock, _) = self.graph.leases[lease.index()].0.renew[state.holder];
            let clock = &self.clocks[clock.index()];
            if let Some(tick) = clock.last(state.counted_to, self.visible) {
                return tick;
            }
        }
        state.renewed
    }

    /// The rise of `level` stamps its milestone.
    pub(super) fn stamp(&mut self, level: LevelId) {
        if let Some(mark) = self.graph.wires.mark_of(level) {
            self.stamp_mark(mark, self.event_of(level));
        }
    }

    fn stamp_mark(&mut self, mark: Mark, by: EventId) {
        let milestone = mark.milestone as usize;
        let stamp = &mut self.stamps[milestone][mark.instance as usize];
        *stamp = (*stamp).min(self.now);
        if !std::mem::replace(&mut self.stamped[milestone], true) {
            self.arm_faults(mark.milestone, by);
            self.end_faults(mark.milestone);
        }
    }

    /// Faults that wait for a milestone, which `by` has stamped, get their instant.
    fn arm_faults(&mut self, milestone: u32, by: EventId) {
        let graph = self.graph;
        for (index, fault) in graph.faults.iter().enumerate() {
            if fault.after == Some(milestone) && self.struck[index].is_none() {
                let at = (self.now + graph.span(fault.at, 0, self)).max(self.visible);
                self.armed_by[index] = by;
                self.agenda.schedule(self.slots.fault(index), at);
            }
        }
    }

    /// Faults that stand until a milestone, which has been stamped, end now.
    fn end_faults(&mut self, milestone: u32) {
        let graph = self.graph;
        for (index, fault) in graph.faults.iter().enumerate() {
            if fault.until == Some(milestone) && self.level(fault.level) {
                self.agenda.schedule(self.slots.fault_end(index), self.visible);
            }
        }
    }

    /// A fault strikes.
    pub(super) fn strike(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let arm = match &fault.strikes {
            Strikes::One(_) => 0,
            Strikes::Chosen(pick, _) => self.picks[pick.index()].choice,
            Strikes::Drawn(name, arms) => {
                ((self.uniform(*name, 0) * arms.len() as f64) as usize).min(arms.len() - 1)
            }
        };
        self.strike_arm(index, arm);
    }

    /// A fault strikes this one of those whom it may strike.
    pub(super) fn strike_arm(&mut self, index: usize, arm: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        self.struck[index] = Some(arm);
        let event = self.set(fault.level, true, self.armed_by[index]);
        for change in &arm_of(fault, arm).begin {
            self.set(change.level, change.value, event);
        }
        if let Some(lasts) = fault.lasts {
            let end = self.now + graph.span(lasts, 0, self).max(Span(1));
            self.agenda.schedule(self.slots.fault_end(index), end);
        }
    }

    /// A fault ends: what no other fault holds comes back.
    pub(super) fn relent(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let Some(arm) = self.struck[index] else { return };
        let event = self.set(fault.level, false, self.event_of(fault.level));
        for change in &arm_of(fault, arm).end {
            if !(0..graph.faults.len()).any(|other| other != index && self.withholds(other, change))
            {
                self.set(change.level, change.value, event);
            }
        }
    }

    /// Whether a fault stands that keeps a fact from changing so. It does not
    /// where the fact has changed so since it struck: somebody has repaired it.
    fn withholds(&self, fault: usize, change: &Change) -> bool {
        let spec = &self.graph.faults[fault];
        let Some(arm) = self.struck[fault].filter(|_| self.level(spec.level)) else {
            return false;
        };
        let struck = self.event_of(spec.level).0 as usize;
        let took = |c: &Change| c.level == change.level && c.value != change.value;
        let repaired = |e: &Event| e.level == change.level && e.value == change.value;
        arm_of(spec, arm).begin.iter().any(took) && !self.journal[struck..].iter().any(repaired)
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

fn arm_of(fault: &FaultSpec, arm: usize) -> &Arm {
    match &fault.strikes {
        Strikes::One(only) => only,
        Strikes::Chosen(_, arms) | Strikes::Drawn(_, arms) => &arms[arm],
    }
}

impl Readings for World<'_> {
    #[inline]
    fn holds(&self, literal: Literal) -> bool {
        literal.given(self.level(literal.level()))
    }

    fn uniform(&self, name: u64, activation: u32) -> f64 {
        self.sampling.uniform(self.sampling.stream(name), self.trial, activation)
    }

    fn renewed(&self, lease: LeaseId) -> Span {
        self.last_renewal(lease).since_zero()
    }

    fn age(&self, lease: LeaseId) -> Span {
        (self.now - self.last_renewal(lease)).max(Span::ZERO)
    }

    fn log_has(&self, log: LogId, member: usize) -> Span {
        let log = &self.logs[log.index()];
        log.position(log.content(member, self.now), self.now)
    }

    fn log_written(&self, log: LogId, by: Span) -> Span {
        self.logs[log.index()].written(Instant::ZERO + by, self.now)
    }

    fn log_diverged(&self, log: LogId, member: usize) -> bool {
        self.logs[log.index()].diverged(member, self.now)
    }

    fn restore(&self, backup: BackupId, k: usize) -> Option<Restore> {
        let spec = &self.graph.backups[backup.index()];
        let own = Generations { world: self, backup };
        let state = &self.backups[backup.index()];
        let Some(base) = spec.base else { return state.good(k, self.visible, &own) };
        let from = self.restore(base, k)?;
        if !own.sound() {
            return Some(from);
        }
        let gap = |number| own.gap(number);
        Some(state.lead(from, &self.backups[base.index()], self.visible, &own, &gap))
    }

    fn choice(&self, pick: PickId) -> usize {
        self.picks[pick.index()].choice
    }
}

/// The generations of a backup, as this trial draws them.
struct Generations<'w, 'g> {
    world: &'w World<'g>,
    backup: BackupId,
}

impl Generations<'_, '_> {
    fn spec(&self) -> &Backup {
        &self.world.graph.backups[self.backup.index()]
    }

    fn chance(&self, of: ValueId) -> f64 {
        self.world.graph.value(of, 0, self.world)
    }

    /// What they share is good.
    fn sound(&self) -> bool {
        self.world.uniform(self.spec().common, 0) < self.chance(self.spec().shared)
    }

    /// The place of the gap in an interval of the base, as a fraction of it.
    fn gap(&self, number: i64) -> Option<f64> {
        let works = self.chance(self.spec().works);
        let drawn = self.world.uniform(self.spec().name, number as u32);
        (drawn >= works).then(|| (drawn - works) / (1.0 - works))
    }
}

impl Rules for Generations<'_, '_> {
    fn takes(&self, number: i64) -> Span {
        self.world.graph.span(self.spec().takes, number as u32, self.world)
    }

    fn keep(&self) -> usize {
        self.world.graph.count(self.spec().keep, self.world) as usize
    }

    fn good(&self, number: i64) -> bool {
        self.sound() && self.gap(number).is_none()
    }
}
