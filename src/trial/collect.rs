//! What a trial yielded, read off its meters, logs, stamps and events.

use super::Program;
use super::meter::MeterState;
use super::share::{Steps, in_billionths, missing_in_a_minute};
use super::subject::Subject;
use super::sweep::Account;
use super::world::{Ended, World};
use crate::block::value::Readings;
use crate::block::{Event, EventId, Graph, LevelId, LogId, Producer};
use crate::outcome::{Course, Figure, Measured, Outcome, ShareStep, Step, TOLD, Wait};
use crate::units::{Instant, Span};

/// What the logs of a subject lost: the worst of them.
#[derive(Clone, Copy)]
pub(super) struct Loss {
    seconds: Measured,
    writes: Measured,
    age: Measured,
    split: Span,
}

impl Loss {
    const NONE: Self =
        Self { seconds: Measured(0), writes: Measured(0), age: Measured(0), split: Span::ZERO };

    /// A recovery that does not come because no copy is left never will.
    fn of(self, recovery: Measured) -> Measured {
        let never = recovery == Measured::CENSORED && self.seconds == Measured::TOTAL_LOSS;
        if never { Measured::TOTAL_LOSS } else { recovery }
    }
}

/// A trial that can be asked what happened in it.
pub(super) trait Witness {
    /// Whether a fault has struck.
    fn is_struck(&self) -> bool;
    /// When the first fault struck.
    fn clock(&self) -> Instant;
    /// What a meter, by its position, had seen by the horizon.
    fn meter(&self, index: usize) -> MeterState;
    /// What a meter counted as not served by the horizon, in the unit of its share times
    /// nanoseconds.
    fn unserved(&self, index: usize) -> i128;
    /// How the share of a meter that tells it changed by the horizon; what it was before.
    fn share(&mut self, index: usize, steps: &mut Steps) -> i64;
    /// When the instances of a milestone first stamped it, those that did.
    fn stamps(&self, milestone: usize) -> impl Iterator<Item = Instant>;
    /// An event and its cause.
    fn event(&self, id: EventId) -> Event;
    /// The worst that logs lost, counted from `clock`.
    fn loss(&mut self, logs: &[LogId], clock: Instant, end: Instant) -> Loss;
}

impl Witness for World<'_> {
    fn is_struck(&self) -> bool {
        let faults = self.graph.faults.iter().zip(&self.struck);
        faults.into_iter().any(|(fault, struck)| fault.breaks && struck.is_some())
    }

    fn clock(&self) -> Instant {
        let first = |index: usize| self.graph.faults[index].level;
        let faults = &self.graph.faults;
        let harmless = faults.iter().all(|fault| !fault.breaks);
        (0..faults.len())
            .filter(|f| harmless || faults[*f].breaks)
            .filter_map(|f| self.journal.iter().find(|e| e.level == first(f) && e.value))
            .map(|e| e.at)
            .min()
            .unwrap_or(Instant::ZERO)
    }

    fn meter(&self, index: usize) -> MeterState {
        *self.gauges.state(index)
    }

    fn unserved(&self, index: usize) -> i128 {
        self.unserved(index)
    }

    fn share(&mut self, index: usize, steps: &mut Steps) -> i64 {
        steps.clone_from(&self.shares[index]);
        self.share_at_start(index)
    }

    fn stamps(&self, milestone: usize) -> impl Iterator<Item = Instant> {
        self.stamps[milestone].iter().copied().filter(|stamp| *stamp != Instant::NEVER)
    }

    fn event(&self, id: EventId) -> Event {
        self.journal[id.0 as usize]
    }

    fn loss(&mut self, logs: &[LogId], clock: Instant, end: Instant) -> Loss {
        let mut worst = Loss::NONE;
        for id in logs {
            let log = &self.graph.logs[id.index()];
            let rate = self.graph.value(log.writes, 0, self);
            let phase = self.uniform(log.name, 0);
            let state = &mut self.logs[id.index()];
            let (seconds, writes) = state.lost(end, rate, phase);
            let age = state.recovery_point(end).map_or(Span::ZERO, |p| (clock - p).max(Span::ZERO));
            let none_left = self.graph.value(log.point, 0, self) == f64::NEG_INFINITY;
            let state = &self.logs[id.index()];
            let told = |value: Measured| match (state.is_empty(), none_left) {
                (true, true) => Measured::TOTAL_LOSS,
                // A copy is left, and had not been restored by the horizon.
                (true, false) => Measured::CENSORED,
                (false, _) => value,
            };
            worst.seconds = worst.seconds.max(told(Measured::span(seconds)));
            worst.writes = worst.writes.max(told(Measured(writes)));
            worst.age = worst.age.max(told(Measured::span(age)));
            worst.split = worst.split.max(state.split_brain(end));
        }
        worst
    }
}

/// A trial that was swept has no logs that change.
impl Witness for (&Program, Account<'_, '_>) {
    fn is_struck(&self) -> bool {
        // Nothing that is swept waits for anything.
        true
    }

    fn clock(&self) -> Instant {
        self.1.clock()
    }

    fn meter(&self, index: usize) -> MeterState {
        let (program, account) = self;
        account.meter(&program.measures.meters[index], Instant::ZERO + program.horizon)
    }

    fn unserved(&self, index: usize) -> i128 {
        self.1.unserved(index)
    }

    fn share(&mut self, index: usize, steps: &mut Steps) -> i64 {
        self.1.share(index, steps)
    }

    fn stamps(&self, milestone: usize) -> impl Iterator<Item = Instant> {
        self.1.stamps(milestone)
    }

    fn event(&self, id: EventId) -> Event {
        self.1.event(id)
    }

    fn loss(&mut self, _: &[LogId], _: Instant, _: Instant) -> Loss {
        Loss::NONE
    }
}

/// What is used again from trial to trial.
#[derive(Debug)]
pub(super) struct Scratch {
    chain: Vec<Event>,
    steps: Steps,
    late: Steps,
}

impl Scratch {
    pub(super) fn new() -> Self {
        let steps = || Vec::with_capacity(64);
        Self { chain: Vec::with_capacity(64), steps: steps(), late: steps() }
    }
}

/// Fills `outcome` with what a trial that ended so yielded.
pub(super) fn collect(
    program: &Program,
    witness: &mut impl Witness,
    (trial, ended): (u64, Ended),
    scratch: &mut Scratch,
    outcome: &mut Outcome,
) {
    let clock = witness.clock();
    let mut teller = Teller::new(program, witness, clock, scratch);
    outcome.trial = trial;
    outcome.course.unsettled = ended == Ended::Unsettled;
    let system = teller.figures(outcome);
    teller.milestones(outcome);
    outcome.course.watched = teller.watched();
    if let Some(drill) = &program.drill {
        drill.tell(teller.witness, clock, outcome.course.drill.get_or_insert_default());
    }
    outcome.course.relapsed = system.relapsed;
    if outcome.course.unsettled {
        outcome.figures.fill(Measured::CENSORED);
        outcome.client_outages.fill(Measured::CENSORED);
        outcome.course.path.clear();
        outcome.course.shares.clear();
        outcome.course.waits.clear();
        if let Some(drill) = &mut outcome.course.drill {
            drill.unsettle();
        }
    }
}

/// Tells what a witness saw.
struct Teller<'t, W> {
    program: &'t Program,
    witness: &'t mut W,
    clock: Instant,
    end: Instant,
    /// From the recovery of the subject at hand back to the start.
    chain: &'t mut Vec<Event>,
    /// The event that it begins with.
    traced: Option<EventId>,
    /// How the share of the subject at hand changed.
    steps: &'t mut Steps,
    /// How many of its requests are late.
    late: &'t mut Steps,
}

impl<'t, W: Witness> Teller<'t, W> {
    /// Nothing is told yet.
    fn new(
        program: &'t Program,
        witness: &'t mut W,
        clock: Instant,
        scratch: &'t mut Scratch,
    ) -> Self {
        // Whether anything more would happen is not known where every tick is executed.
        let end = Instant::ZERO + program.horizon;
        let Scratch { chain, steps, late } = scratch;
        Self { program, witness, clock, end, chain, traced: None, steps, late }
    }

    /// How long after the fault the trial was watched.
    fn watched(&self) -> Span {
        self.end - self.clock
    }

    /// What the meter of a subject's service saw.
    fn served(&self, subject: &Subject) -> MeterState {
        self.witness.meter(subject.served)
    }

    fn graph(&self) -> &Graph {
        &self.program.graph
    }

    /// All figures; what the system's meter saw.
    fn figures(&mut self, outcome: &mut Outcome) -> MeterState {
        let program = self.program;
        let measures = &program.measures;
        let mut system = None;
        outcome.figures.clear();
        outcome.client_outages.clear();
        outcome.course.path.clear();
        outcome.course.shares.clear();
        outcome.course.waits.clear();
        let told = outcome.trial < TOLD;
        for subject in &measures.subjects {
            let loss = self.witness.loss(&subject.logs, self.clock, self.end);
            let served = self.served(subject);
            let is_system = system.is_none();
            system.get_or_insert(served);
            let recovery = served.recovered.map(|(_, event)| event);
            if is_system && served.lost.is_some() {
                self.trace(recovery);
                self.path(&mut outcome.course);
            }
            if told {
                self.waits(subject, &served, is_system, outcome);
            }
            let detected = self.detected(subject, recovery);
            let shares = (self.share(subject, outcome), self.late(subject));
            for figure in &subject.figures {
                let value = self.figure(*figure, subject, &served, (detected, loss), shares);
                outcome.figures.push(value);
            }
        }
        for (population, range) in program.layout.clients.iter().zip(&measures.comprises) {
            let start = outcome.client_outages.len();
            let meters = measures.client_meters[range.clone()].iter();
            let outages = meters.map(|meter| Measured(self.witness.unserved(*meter) as i64));
            outcome.client_outages.extend(outages);
            let worst = outcome.client_outages[start..].iter().max();
            for slot in &population.slots {
                outcome.figures[*slot] = worst.copied().unwrap_or(Measured(0));
            }
        }
        system.unwrap_or_default()
    }

    fn figure(
        &self,
        figure: Figure,
        subject: &Subject,
        served: &MeterState,
        (detected, loss): (Option<Instant>, Loss),
        (missing, late): (Measured, Measured),
    ) -> Measured {
        let clock = self.clock;
        match figure {
            Figure::RecoveryTime => loss.of(served.recovery_time(clock)),
            Figure::RedundancyRestored => subject
                .redundant
                .map_or(Measured::ABSENT, |m| loss.of(self.witness.meter(m).recovery_time(clock))),
            Figure::Downtime => {
                let whole = self.program.measures.meters[subject.served].share.whole();
                let unserved = self.witness.unserved(subject.served);
                Measured(match i64::try_from(unserved) {
                    Ok(unserved) => unserved / whole,
                    Err(_) => (unserved / i128::from(whole)) as i64,
                })
            }
            Figure::MinimumAvailability => missing,
            Figure::Latency => late,
            Figure::DataLossSeconds => loss.seconds,
            Figure::DataLossWrites => loss.writes,
            Figure::RecoveryPointAge => loss.age,
            Figure::SplitBrainSeconds => Measured::span(loss.split),
            Figure::TimeToDetect => between(Some(clock), detected),
            Figure::TimeToDecide => between(detected, self.first(&subject.ordered)),
            Figure::TimeToFailOver => {
                between(self.first(&subject.ordered), self.failed_over(subject))
            }
            Figure::TimeToReroute => {
                let recovered = served.recovered.map(|(at, _)| at);
                between(self.failed_over(subject), recovered)
            }
            // Outages are told when all figures are: those of one population at once.
            Figure::Integrity | Figure::TimeToVerify | Figure::ClientOutage => Measured::ABSENT,
        }
    }

    /// How a subject's share changed, where that is told; what was missing from it in its
    /// worst minute.
    fn share(&mut self, subject: &Subject, outcome: &mut Outcome) -> Measured {
        let meter = &self.program.measures.meters[subject.served];
        if !meter.is_told {
            return Measured::ABSENT;
        }
        let first = self.witness.share(subject.served, self.steps);
        let whole = meter.share.whole();
        if let Some(slot) = subject.told {
            let clock = self.clock;
            let step = |(at, share): &(Instant, i64)| ShareStep {
                slot,
                since: *at - clock,
                share: in_billionths(*share, whole),
            };
            outcome.course.shares.extend(self.steps.iter().map(step));
        }
        if !subject.figures.contains(&Figure::MinimumAvailability) {
            return Measured::ABSENT;
        }
        Measured(missing_in_a_minute((first, whole), self.steps, self.end))
    }

    /// What time-outs and retries add to the requests of a subject.
    fn late(&mut self, subject: &Subject) -> Measured {
        let Some((meter, callers)) = subject.callers else { return Measured::ABSENT };
        let first = self.witness.share(meter, self.steps);
        Measured::span(callers.greatest(first, self.steps, self.late, self.end))
    }

    /// When the recovery was started: the first verdict on the path to it. A
    /// balancer that takes a dead server out detects as well, and starts nothing.
    fn detected(&mut self, subject: &Subject, recovery: Option<EventId>) -> Option<Instant> {
        if !subject.tells_detection {
            return None;
        }
        let stamps = |m: &usize| self.witness.stamps(*m);
        let mut stamps = subject.detected.iter().flat_map(stamps);
        let first = stamps.next()?;
        let Some(second) = stamps.next() else {
            // The only verdict is the first, be it on the path or not.
            return Some(first);
        };
        let earliest = stamps.fold(first.min(second), Instant::min);
        self.trace(recovery);
        Some(self.verdict(subject).unwrap_or(earliest))
    }

    /// When the first verdict on the chain at hand was.
    fn verdict(&self, subject: &Subject) -> Option<Instant> {
        let verdict = |event: &Event| {
            let mark = self.graph().levels[event.level.index()].mark.filter(|_| event.value);
            let detects = mark.is_some_and(|m| subject.detected.contains(&(m.milestone as usize)));
            detects.then_some(event.at)
        };
        self.chain.iter().rev().find_map(verdict)
    }

    /// When what was ordered had been done; what failed over earlier, such as the
    /// consensus store, is part of the way there.
    fn failed_over(&self, subject: &Subject) -> Option<Instant> {
        let ordered = self.first(&subject.ordered).unwrap_or(Instant::ZERO);
        let stamps = subject.failed_over.iter().flat_map(|m| self.witness.stamps(*m));
        stamps.filter(|s| *s >= ordered).min()
    }

    /// The first stamp of any of these milestones.
    fn first(&self, milestones: &[usize]) -> Option<Instant> {
        milestones.iter().flat_map(|m| self.witness.stamps(*m)).min()
    }

    fn milestones(&self, outcome: &mut Outcome) {
        outcome.milestones.clear();
        for (index, slot) in self.program.layout.milestones.iter().enumerate() {
            let start = outcome.milestones.len();
            let since = self.witness.stamps(index).map(|stamp| stamp - self.clock);
            outcome.milestones.extend(since.map(Measured::span));
            outcome.milestones[start..].sort_unstable();
            outcome.milestones.resize(start + slot.instances, Measured::ABSENT);
        }
    }

    /// The chain of causes from the recovery of the system back to the fault.
    fn path(&self, course: &mut Course) {
        course.path.extend(self.steps(self.clock));
    }

    /// The stretches of the chain at hand that lie behind `since`.
    fn steps(&self, since: Instant) -> impl Iterator<Item = Step> + '_ {
        let mut from = since;
        self.chain.iter().rev().filter_map(move |event| {
            let (begins, to) = (from, event.at.max(from));
            from = to;
            let stage = self.stage(event).filter(|_| begins < to)?;
            Some(Step { stage: stage as usize, from: begins, to })
        })
    }

    /// What a subject waited for until it served, and from then on until it was as
    /// redundant as before. The path of the system itself is told in every trial.
    fn waits(
        &mut self,
        subject: &Subject,
        served: &MeterState,
        is_system: bool,
        outcome: &mut Outcome,
    ) {
        let slot = |figure| subject.figures.iter().position(|f| *f == figure);
        let recovered = served.recovered.filter(|_| served.lost.is_some());
        if let (Some((_, event)), Some(at), false) =
            (recovered, slot(Figure::RecoveryTime), is_system)
        {
            self.wait(subject.first + at, event, self.clock, outcome);
        }
        let Some(redundant) = subject.redundant.map(|meter| self.witness.meter(meter)) else {
            return;
        };
        if let (Some((_, event)), Some(at), true) =
            (redundant.recovered, slot(Figure::RedundancyRestored), redundant.lost.is_some())
        {
            let since = recovered.map_or(self.clock, |(at, _)| at.max(self.clock));
            self.wait(subject.first + at, event, since, outcome);
        }
    }

    fn wait(&mut self, slot: usize, last: EventId, since: Instant, outcome: &mut Outcome) {
        self.trace(Some(last));
        outcome.course.waits.extend(self.steps(since).map(|step| Wait { slot, step }));
    }

    /// The stage that an event ends. A work that gives its unit back has run until
    /// then; before it got the unit, it waited.
    fn stage(&self, event: &Event) -> Option<u32> {
        let graph = self.graph();
        let of = |level: LevelId| graph.levels[level.index()].stage;
        match graph.levels[event.level.index()].producer {
            Producer::Unit(work) if !event.value => of(graph.works[work.index()].1),
            _ => of(event.level),
        }
    }

    /// Writes down an event, its cause, the cause of that, back to the start.
    fn trace(&mut self, last: Option<EventId>) {
        let mut at = last.unwrap_or(EventId::START);
        if self.traced == Some(at) {
            return;
        }
        self.traced = Some(at);
        self.chain.clear();
        while at != EventId::START {
            let event = self.witness.event(at);
            self.chain.push(event);
            at = event.cause;
        }
    }
}

/// From one instant to a later one; absent where either did not come.
fn between(from: Option<Instant>, to: Option<Instant>) -> Measured {
    match (from, to) {
        (Some(from), Some(to)) if to >= from => Measured::span(to - from),
        _ => Measured::ABSENT,
    }
}

impl World<'_> {
    /// An event, its cause, the cause of that, back to the start.
    pub(super) fn chain(&self, last: EventId) -> impl Iterator<Item = EventId> + '_ {
        let mut at = last;
        std::iter::from_fn(move || {
            if at == EventId::START {
                return None;
            }
            let this = at;
            at = self.journal[this.0 as usize].cause;
            Some(this)
        })
    }
}
