//! What a trial yielded, read off its meters, logs, stamps and journal.

use super::Program;
use super::compile::{Measures, Subject};
use super::world::{Ended, World};
use crate::block::value::Readings;
use crate::block::{Event, EventId, LevelId, LogId, Producer};
use crate::outcome::{Figure, Measured, Outcome, Step};
use crate::units::{Instant, Span};

/// What the logs of a subject lost: the worst of them.
#[derive(Clone, Copy)]
struct Loss {
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

impl World<'_> {
    /// Fills `outcome` with what the trial that ran last yielded.
    pub(super) fn collect(&mut self, program: &Program, ended: Ended, outcome: &mut Outcome) {
        let measures = &program.measures;
        // Whether anything more would happen is not known where every tick is executed.
        let end = Instant::ZERO + program.horizon;
        self.end_meters(end);
        let clock = self.clock();
        outcome.trial = self.trial;
        outcome.unsettled = ended == Ended::Unsettled;
        self.collect_figures(measures, clock, end, outcome);
        self.collect_milestones(clock, outcome);
        self.collect_path(measures, clock, outcome);
        outcome.relapsed = self.meter_states[measures.subjects[0].served].relapsed;
        if outcome.unsettled {
            outcome.figures.fill(Measured::CENSORED);
            outcome.client_outages.fill(Measured::CENSORED);
            outcome.path.clear();
        }
    }

    /// When the first fault struck.
    fn clock(&self) -> Instant {
        let first = |index: usize| self.graph.faults[index].level;
        (0..self.graph.faults.len())
            .filter_map(|f| self.journal.iter().find(|e| e.level == first(f) && e.value))
            .map(|e| e.at)
            .min()
            .unwrap_or(Instant::ZERO)
    }

    fn collect_figures(
        &mut self,
        measures: &Measures,
        clock: Instant,
        end: Instant,
        outcome: &mut Outcome,
    ) {
        outcome.figures.clear();
        outcome.client_outages.clear();
        for subject in &measures.subjects {
            let loss = self.loss(&subject.logs, clock, end);
            for figure in &subject.figures {
                if *figure == Figure::ClientOutage {
                    let meters = &measures.client_meters[subject.outages.clone()];
                    let outages = meters.iter().map(|m| Measured(self.meter_states[*m].unserved));
                    outcome.client_outages.extend(outages);
                }
                let value = self.figure(*figure, subject, measures, clock, loss);
                outcome.figures.push(value);
            }
        }
    }

    fn figure(
        &self,
        figure: Figure,
        subject: &Subject,
        measures: &Measures,
        clock: Instant,
        loss: Loss,
    ) -> Measured {
        let served = &self.meter_states[subject.served];
        match figure {
            Figure::RecoveryTime => loss.of(served.recovery_time(clock)),
            Figure::RedundancyRestored => subject
                .redundant
                .map_or(Measured::ABSENT, |m| loss.of(self.meter_states[m].recovery_time(clock))),
            Figure::Downtime => {
                let parts = self.meters[subject.served].parts.len().max(1);
                Measured(served.unserved / parts as i64)
            }
            Figure::ClientOutage => {
                let meters = &measures.client_meters[subject.outages.clone()];
                let worst = meters.iter().map(|m| self.meter_states[*m].unserved).max();
                Measured(worst.unwrap_or(0))
            }
            Figure::DataLossSeconds => loss.seconds,
            Figure::DataLossWrites => loss.writes,
            Figure::RecoveryPointAge => loss.age,
            Figure::SplitBrainSeconds => Measured::span(loss.split),
            Figure::TimeToDetect => self.between(Some(clock), self.detected(subject)),
            Figure::TimeToDecide => {
                self.between(self.detected(subject), self.first(&subject.ordered))
            }
            Figure::TimeToFailOver => {
                self.between(self.first(&subject.ordered), self.failed_over(subject))
            }
            Figure::TimeToReroute => {
                let recovered = served.recovered.map(|(at, _)| at);
                self.between(self.failed_over(subject), recovered)
            }
            Figure::Integrity | Figure::TimeToVerify => Measured::ABSENT,
        }
    }

    /// From one instant to a later one; absent where either did not come.
    #[expect(clippy::unused_self, reason = "reads as a question to the world")]
    fn between(&self, from: Option<Instant>, to: Option<Instant>) -> Measured {
        match (from, to) {
            (Some(from), Some(to)) if to >= from => Measured::span(to - from),
            _ => Measured::ABSENT,
        }
    }

    /// When the recovery was started: the first verdict on the path to it. A
    /// balancer that takes a dead server out detects as well, and starts nothing.
    fn detected(&self, subject: &Subject) -> Option<Instant> {
        let served = &self.meter_states[subject.served];
        let path = served.recovered.into_iter().flat_map(|(_, event)| self.chain(event));
        let verdict = |event: EventId| {
            let event = &self.journal[event.0 as usize];
            let mark = self.graph.levels[event.level.index()].mark.filter(|_| event.value);
            let detects = mark.is_some_and(|m| subject.detected.contains(&(m.milestone as usize)));
            detects.then_some(event.at)
        };
        // From the recovery back to the fault: the last is the first.
        path.filter_map(verdict).last().or_else(|| self.first(&subject.detected))
    }

    /// When what was ordered had been done; what failed over earlier, such as the
    /// consensus store, is part of the way there.
    fn failed_over(&self, subject: &Subject) -> Option<Instant> {
        let ordered = self.first(&subject.ordered).unwrap_or(Instant::ZERO);
        let stamps = subject.failed_over.iter().flat_map(|m| &self.stamps[*m]);
        stamps.copied().filter(|s| *s != Instant::NEVER && *s >= ordered).min()
    }

    /// The first stamp of any of these milestones.
    fn first(&self, milestones: &[usize]) -> Option<Instant> {
        let stamps = milestones.iter().flat_map(|m| &self.stamps[*m]);
        stamps.copied().filter(|s| *s != Instant::NEVER).min()
    }

    /// The worst that logs lost.
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

    fn collect_milestones(&self, clock: Instant, outcome: &mut Outcome) {
        outcome.milestones.clear();
        for stamps in &self.stamps {
            let start = outcome.milestones.len();
            let since = stamps.iter().filter(|s| **s != Instant::NEVER).map(|s| *s - clock);
            outcome.milestones.extend(since.map(Measured::span));
            outcome.milestones[start..].sort_unstable();
            outcome.milestones.resize(start + stamps.len(), Measured::ABSENT);
        }
    }

    /// The chain of causes from the recovery of the system back to the fault.
    fn collect_path(&self, measures: &Measures, clock: Instant, outcome: &mut Outcome) {
        outcome.path.clear();
        let served = &self.meter_states[measures.subjects[0].served];
        let (Some(_), Some((_, recovery))) = (served.lost, served.recovered) else { return };
        for event in self.chain(recovery) {
            let this = &self.journal[event.0 as usize];
            let from = self.journal[this.cause.0 as usize].at.max(clock);
            let to = this.at.max(clock);
            if let (Some(stage), true) = (self.stage(this), from < to) {
                outcome.path.push(Step { stage: stage as usize, from, to });
            }
        }
        outcome.path.reverse();
    }

    /// The stage that an event ends. A work that gives its unit back has run until
    /// then; before it got the unit, it waited.
    fn stage(&self, event: &Event) -> Option<u32> {
        let of = |level: LevelId| self.graph.levels[level.index()].stage;
        match self.graph.levels[event.level.index()].producer {
            Producer::Unit(work) if !event.value => of(self.graph.works[work.index()].1),
            _ => of(event.level),
        }
    }

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
