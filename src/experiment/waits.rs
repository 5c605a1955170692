//! What each component waits for, and how long its redundancy stays away after it
//! serves again.

use std::collections::BTreeMap;

use crate::outcome::{Figure, Layout, Measured, Outcomes, Wait};
use crate::statistics::Histogram;

/// A share of one.
const WHOLE: i128 = 1_000_000_000_000_000;

/// From the recovery of a subject to its redundancy, over trials.
#[derive(Clone, Debug)]
pub struct Thin {
    /// The slot of its redundancy.
    pub redundancy: usize,
    /// The slot of its recovery time.
    pub recovery: usize,
    /// Redundancy restored − recovery time, at least 0: how long it serves without a
    /// second line, in the trials in which it serves again. Never back where its
    /// redundancy is not.
    pub spread: Histogram,
    /// Trials in which it never serves again, or has no redundancy to lose.
    pub absent: u64,
}

impl Thin {
    fn record(&mut self, recovery: Measured, redundancy: Measured) {
        match redundancy {
            _ if !recovery.is_number() => self.absent += 1,
            Measured::ABSENT => self.absent += 1,
            Measured::CENSORED => self.spread.record_censored(),
            Measured::TOTAL_LOSS => self.spread.record_total_loss(),
            Measured(back) => self.spread.record((back - recovery.0).max(0)),
        }
    }
}

/// What the components of many trials waited for, in sums that merge.
#[derive(Clone, Debug, Default)]
pub struct Waits {
    /// By figure slot and stage: its shares of the way in all trials that were told, in
    /// parts of [`WHOLE`].
    sums: BTreeMap<(usize, usize), i128>,
    /// One a subject that has redundancy, the system first.
    pub thin: Vec<Thin>,
}

impl Waits {
    /// Room for the subjects of a layout.
    pub(super) fn new(layout: &Layout) -> Self {
        let slots = || layout.figures.iter().enumerate();
        let recoveries = slots().filter(|(_, slot)| slot.figure == Figure::RecoveryTime);
        let name = |slot: usize| {
            let subject = &layout.figures[slot].subject;
            (subject.group, subject.name.as_str())
        };
        // Backwards: the first of each subject stays.
        let recoveries: BTreeMap<_, usize> =
            recoveries.rev().map(|(slot, _)| (name(slot), slot)).collect();
        let of = |redundancy: usize| {
            let recovery = *recoveries.get(&name(redundancy))?;
            Some(Thin { redundancy, recovery, spread: Histogram::new(), absent: 0 })
        };
        let redundant = slots().filter(|(_, slot)| slot.figure == Figure::RedundancyRestored);
        Self { sums: BTreeMap::new(), thin: redundant.filter_map(|(at, _)| of(at)).collect() }
    }

    /// Adds what components waited for in a trial.
    pub(super) fn add(&mut self, waits: &[Wait]) {
        // The stretches of one slot follow each other. Each trial counts as much as any
        // other: one that waits for hours must not speak for all that wait for seconds.
        for path in waits.chunk_by(|one, next| one.slot == next.slot) {
            let length = |wait: &Wait| i128::from((wait.step.to - wait.step.from).0);
            let whole: i128 = path.iter().map(length).sum();
            for wait in path {
                let parts = length(wait) * WHOLE / whole.max(1);
                *self.sums.entry((wait.slot, wait.step.stage)).or_default() += parts;
            }
        }
    }

    /// Adds how long components served without a second line.
    pub(super) fn add_thin(&mut self, outcomes: &Outcomes) {
        for thin in &mut self.thin {
            let of = |slot: usize| &outcomes.figures[slot][..outcomes.count];
            for (recovery, redundancy) in of(thin.recovery).iter().zip(of(thin.redundancy)) {
                thin.record(*recovery, *redundancy);
            }
        }
    }

    /// Adds the trials of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (key, time) in &other.sums {
            *self.sums.entry(*key).or_default() += time;
        }
        for (mine, theirs) in self.thin.iter_mut().zip(&other.thin) {
            mine.spread.merge(&theirs.spread);
            mine.absent += theirs.absent;
        }
    }

    /// The stages on the way to a figure slot, each with its share of the time, averaged
    /// over trials, the largest first; of equals, that of the earlier stage.
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
