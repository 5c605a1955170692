//! What each component waits for, and how long its redundancy stays away after it
//! serves again.

use std::collections::BTreeMap;

use super::series::Series;
use crate::outcome::{Figure, Layout, Measured, Outcome};
use crate::statistics::Tally;

/// From the recovery of a subject to its redundancy, over trials.
#[derive(Clone, Debug)]
pub struct Thin {
    /// The slot of its redundancy.
    pub redundancy: usize,
    /// The slot of its recovery time.
    pub recovery: usize,
    /// Redundancy restored − recovery time, at least 0: how long it serves without a
    /// second line. Absent where it never serves again; never back where its
    /// redundancy is not.
    pub series: Series,
}

impl Thin {
    fn of(&self, figures: &[Measured]) -> Measured {
        let (recovery, redundancy) = (figures[self.recovery], figures[self.redundancy]);
        match (recovery.is_number(), redundancy.is_number()) {
            (true, true) => Measured((redundancy.0 - recovery.0).max(0)),
            (true, false) => redundancy,
            (false, _) => Measured::ABSENT,
        }
    }
}

/// What the components of many trials waited for, in sums that merge.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    /// By figure slot and stage: the time in all trials that were told \[ns\].
    sums: BTreeMap<(usize, usize), i128>,
    /// One a subject that has redundancy, the system first.
    pub thin: Vec<Thin>,
}

impl Waits {
    /// Room for the subjects of a layout.
    pub(super) fn new(layout: &Layout) -> Self {
        let slots = || layout.figures.iter().enumerate();
        let of = |redundancy: usize| {
            let subject = &layout.figures[redundancy].subject;
            let recovery =
                slots().find(|(_, s)| s.figure == Figure::RecoveryTime && s.subject == *subject)?.0;
            Some(Thin { redundancy, recovery, series: Series::default() })
        };
        let redundant = slots().filter(|(_, slot)| slot.figure == Figure::RedundancyRestored);
        Self { sums: BTreeMap::new(), thin: redundant.filter_map(|(at, _)| of(at)).collect() }
    }

    /// Adds a trial.
    pub(super) fn add(&mut self, outcome: &Outcome) {
        for wait in &outcome.waits {
            let length = (wait.step.to - wait.step.from).0;
            *self.sums.entry((wait.slot, wait.step.stage)).or_default() += i128::from(length);
        }
        for thin in &mut self.thin {
            let value = thin.of(&outcome.figures);
            thin.series.record(value);
        }
    }

    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        self.thin.iter_mut().for_each(|thin| thin.series.end_batch(whole, tally));
    }

    /// Counts what was put off.
    pub(super) fn settle(&mut self) {
        self.thin.iter_mut().for_each(|thin| thin.series.settle());
    }

    /// Adds the trials of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (key, time) in &other.sums {
            *self.sums.entry(*key).or_default() += time;
        }
        for (mine, theirs) in self.thin.iter_mut().zip(&other.thin) {
            mine.series.merge(&theirs.series);
        }
    }

    /// The stages on the way to a figure slot, each with its share of the time, the
    /// longest first; of equals, that of the earlier stage.
    #[must_use]
    pub fn shares(&self, slot: usize) -> Vec<(usize, f64)> {
        let mut stages: Vec<(usize, i128)> = self
            .sums
            .range((slot, 0)..(slot + 1, 0))
            .map(|((_, stage), sum)| (*stage, *sum))
            .collect();
        let whole: i128 = stages.iter().map(|(_, sum)| sum).sum();
        stages.sort_by_key(|(stage, sum)| (std::cmp::Reverse(*sum), *stage));
        stages.into_iter().map(|(stage, sum)| (stage, sum as f64 / whole as f64)).collect()
    }
}
