//! What a drill would report, over many trials, and how often it would be wrong.

use super::limits::Limit;
use super::recoveries::system_recovery;
use super::series::{CONFIDENCE, Series, Share};
use crate::outcome::{Claimed, DrillLayout, DrillOutcome, Layout, Measured, One};
use crate::statistics::{Tally, proportion_interval};

/// A share of those trials in which something else is the case.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Conditional {
    /// Trials in which that is the case.
    pub trials: u64,
    /// Those of them that are counted.
    pub counted: u64,
    /// The first of these.
    pub first: Option<u64>,
}

impl Conditional {
    fn record(&mut self, counts: bool, trial: u64) {
        self.trials += 1;
        self.counted += u64::from(counts);
        if counts {
            self.first = Some(self.first.map_or(trial, |first| first.min(trial)));
        }
    }

    fn merge(&mut self, other: &Self) {
        self.trials += other.trials;
        self.counted += other.counted;
        self.first = self.first.into_iter().chain(other.first).min();
    }

    /// The share; `None` where there is no such trial.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        (self.trials > 0).then(|| self.counted as f64 / self.trials as f64)
    }

    /// Its interval, as of independent trials.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let interval = proportion_interval(self.counted, self.trials, CONFIDENCE);
        (interval.low, interval.high)
    }
}

/// A step of the drill over many trials.
#[derive(Clone, Debug, Default)]
pub struct StepSeries {
    /// How long it took; absent where it never began.
    pub took: Series,
    /// The trials in which it went well, of those in which it began.
    pub passed: Conditional,
}

/// The drill over many trials.
#[derive(Clone, Debug)]
pub struct Drilled {
    /// Trials in which the drill reports that all went well.
    pub passed: Share,
    /// Trials in which all really went well: the system recovered by the horizon, and
    /// every limit was kept.
    pub sound: Share,
    /// The recovery time that it writes down.
    pub reported: Series,
    /// How long the drill takes.
    pub total: Series,
    /// Passes, of the trials in which recovery is broken or late.
    pub false_passes: Conditional,
    /// Failures, of the trials in which all really went well.
    pub false_alarms: Conditional,
    /// Passes, of the trials in which nothing was broken at all.
    pub idle_passes: Conditional,
    /// Its steps, in order.
    pub steps: Vec<StepSeries>,
    /// For each claim the trials in which it really holds.
    pub claims: Vec<Share>,
}

impl Drilled {
    /// Nothing yet.
    pub(super) fn new(layout: &DrillLayout) -> Self {
        Self {
            passed: Share::default(),
            sound: Share::default(),
            reported: Series::default(),
            total: Series::default(),
            false_passes: Conditional::default(),
            false_alarms: Conditional::default(),
            idle_passes: Conditional::default(),
            steps: vec![StepSeries::default(); layout.steps.len()],
            claims: vec![Share::default(); layout.claims.len()],
        }
    }

    /// Counts a trial.
    pub(super) fn record(
        &mut self,
        (layout, slots): (&DrillLayout, &Layout),
        limits: &[Limit],
        (drill, one): (&DrillOutcome, One<'_>),
    ) {
        let recovery = system_recovery(slots).map(|slot| one.figure(slot));
        let recovered = recovery.is_none_or(|value| value < Measured::CENSORED);
        let kept = limits.iter().all(|limit| limit.keeps(one.figure(limit.slot)));
        let sound = recovered && kept && !one.course().unsettled;
        self.passed.record(drill.passed);
        self.sound.record(sound);
        self.reported.record(drill.reported);
        self.total.record(drill.total);
        match (drill.struck, sound) {
            (false, _) => self.idle_passes.record(drill.passed, one.trial()),
            (true, false) => self.false_passes.record(drill.passed, one.trial()),
            (true, true) => self.false_alarms.record(!drill.passed, one.trial()),
        }
        for (series, step) in self.steps.iter_mut().zip(&drill.steps) {
            series.took.record(step.took);
            if step.begun != Measured::ABSENT {
                series.passed.record(step.passed, one.trial());
            }
        }
        for (share, claim) in self.claims.iter_mut().zip(&layout.claims) {
            let value = match claim.of {
                Claimed::Recovery => recovery.unwrap_or(Measured::ABSENT),
                Claimed::Total => drill.total,
                Claimed::Step(step) => drill.steps[step].took,
            };
            share.record(value.is_number() && value <= Measured::span(claim.most));
        }
    }

    fn all_series(&mut self) -> impl Iterator<Item = &mut Series> {
        let steps = self.steps.iter_mut().map(|step| &mut step.took);
        [&mut self.reported, &mut self.total].into_iter().chain(steps)
    }

    /// Ends a batch.
    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        for series in self.all_series() {
            series.end_batch(whole, tally);
        }
        for share in [&mut self.passed, &mut self.sound].into_iter().chain(&mut self.claims) {
            share.end_batch(whole);
        }
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        self.all_series().for_each(|series| series.finish(tally));
    }

    /// Adds the trials of another.
    pub(super) fn merge(&mut self, other: &Self) {
        self.passed.merge(&other.passed);
        self.sound.merge(&other.sound);
        self.reported.merge(&other.reported);
        self.total.merge(&other.total);
        self.false_passes.merge(&other.false_passes);
        self.false_alarms.merge(&other.false_alarms);
        self.idle_passes.merge(&other.idle_passes);
        for (mine, theirs) in self.steps.iter_mut().zip(&other.steps) {
            mine.took.merge(&theirs.took);
            mine.passed.merge(&theirs.passed);
        }
        for (mine, theirs) in self.claims.iter_mut().zip(&other.claims) {
            mine.merge(theirs);
        }
    }
}
