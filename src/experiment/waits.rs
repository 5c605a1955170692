//! What each component waits for, and how long its redundancy stays away after it
//! serves again.

use std::collections::BTreeMap;

use pulp::{Arch, NullaryFnOnce};

use super::columns::Columns;
use crate::outcome::{BESIDE, Column, Figure, Layout, Measured, Outcomes, Wait};
use crate::statistics::{Histogram, Tally};

/// A share of one.
const WHOLE: i128 = 1_000_000_000_000_000;

/// From the recovery of a subject to its redundancy, over trials.
#[derive(Clone, Copy, Debug)]
pub struct Thin<'w> {
    /// The slot of its redundancy.
    pub redundancy: usize,
    /// Redundancy restored − recovery time, at least 0: how long it serves without a
    /// second line, in the trials in which it serves again. Never back where its
    /// redundancy is not.
    pub spread: &'w Histogram,
    /// Trials in which it never serves again, or has no redundancy to lose.
    pub absent: u64,
}

/// The slots of a subject that has redundancy.
#[derive(Clone, Copy, Debug)]
struct Redundant {
    recovery: usize,
    redundancy: usize,
}

/// How long it served without a second line. Worked out whether it means anything or not,
/// so that it goes by lanes.
#[inline(always)]
fn thin(recovery: Measured, redundancy: Measured) -> Measured {
    let number =
        |value: Measured| (value.0 != Measured::ABSENT.0) & (value.0 < Measured::CENSORED.0);
    let between = redundancy.0.wrapping_sub(recovery.0).max(0);
    let there = if number(redundancy) { between } else { redundancy.0 };
    Measured(if number(recovery) { there } else { Measured::ABSENT.0 })
}

/// What the components of many trials waited for, in sums that merge.
#[derive(Clone, Debug)]
pub struct Waits {
    arch: Arch,
    /// By figure slot and stage: its shares of the way in all trials that were told, in
    /// parts of [`WHOLE`].
    sums: BTreeMap<(usize, usize), i128>,
    /// The subjects that have redundancy, the system first.
    redundant: Vec<Redundant>,
    /// How long each of them serves without a second line.
    thin: Columns,
    /// Scratch: the same in the trials at hand.
    values: Vec<Column>,
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
            Some(Redundant { recovery, redundancy })
        };
        let redundant = slots().filter(|(_, slot)| slot.figure == Figure::RedundancyRestored);
        let redundant: Vec<Redundant> = redundant.filter_map(|(at, _)| of(at)).collect();
        Self {
            arch: Arch::new(),
            sums: BTreeMap::new(),
            thin: Columns::over_all_trials(redundant.len()),
            values: vec![[Measured::ABSENT; BESIDE]; redundant.len()],
            redundant,
        }
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
        self.arch.dispatch(AddThin { waits: self, outcomes });
    }

    /// Counts what was put off where there is enough of it.
    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        self.thin.end_batch(whole, tally);
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        self.thin.finish(tally);
    }

    /// How long each subject that has redundancy serves without it, the system first.
    pub fn thin(&self) -> impl Iterator<Item = Thin<'_>> {
        self.redundant.iter().enumerate().map(|(column, slots)| {
            let series = self.thin.series(column);
            let (spread, absent) = (series.histogram(), series.absent());
            Thin { redundancy: slots.redundancy, spread, absent }
        })
    }

    /// Adds the trials of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (key, time) in &other.sums {
            *self.sums.entry(*key).or_default() += time;
        }
        self.thin.merge(&other.thin);
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

/// Adds how long components served without a second line, with what a processor has for
/// numbers side by side.
struct AddThin<'a> {
    waits: &'a mut Waits,
    outcomes: &'a Outcomes,
}

impl NullaryFnOnce for AddThin<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { waits: Waits { redundant, thin: columns, values, .. }, outcomes } = self;
        let figures = &outcomes.figures;
        for (slots, values) in redundant.iter().zip(&mut *values) {
            let (recovery, redundancy) = (&figures[slots.recovery], &figures[slots.redundancy]);
            for lane in 0..BESIDE {
                values[lane] = thin(recovery[lane], redundancy[lane]);
            }
        }
        columns.record(|column| &values[column][..outcomes.count]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{Class, Clock, FigureSlot, SubjectName};
    use crate::random::BATCH;

    /// The spread between two figures by hand, value by value.
    #[test]
    fn what_serves_thinly_is_as_counted_one_by_one() {
        let subject = |name: &str| SubjectName { group: "stores", name: name.to_owned() };
        let slot = |name: &str, figure| FigureSlot {
            subject: subject(name),
            figure,
            clock: Clock::Fault,
            class: Class::Reset,
            bound: None,
        };
        let figures = ["one", "two"].into_iter().flat_map(|name| {
            [slot(name, Figure::RecoveryTime), slot(name, Figure::RedundancyRestored)]
        });
        let layout = Layout { figures: figures.collect(), ..Layout::default() };
        let value = |trial: i64, slot: i64| match (trial + slot) % 11 {
            0 => Measured::CENSORED,
            1 if slot % 2 == 1 => Measured::TOTAL_LOSS,
            2 => Measured::ABSENT,
            // Of the second subject one is often before the other.
            rest => Measured((trial * 37 + slot * 5_000 * rest) % (9_000 * (4 - slot))),
        };
        let (mut waits, mut tally) = (Waits::new(&layout), Tally::default());
        let mut slow = [(Histogram::new(), 0), (Histogram::new(), 0)];
        let mut outcomes = Outcomes::new(&layout);
        for first in (0..5_000).step_by(BESIDE) {
            outcomes.first = first;
            outcomes.count = BESIDE.min(5_000 - first as usize);
            for lane in 0..outcomes.count {
                let trial = (first as usize + lane) as i64;
                for slot in 0..4 {
                    outcomes.figures[slot][lane] = value(trial, slot as i64);
                }
                for (number, (spread, absent)) in slow.iter_mut().enumerate() {
                    let at = |slot: usize| value(trial, (2 * number + slot) as i64);
                    match at(1) {
                        _ if !at(0).is_number() => *absent += 1,
                        Measured::ABSENT => *absent += 1,
                        Measured::CENSORED => spread.record_censored(),
                        Measured::TOTAL_LOSS => spread.record_total_loss(),
                        Measured(back) => spread.record((back - at(0).0).max(0)),
                    }
                }
            }
            waits.add_thin(&outcomes);
            if (first + BESIDE as u64).is_multiple_of(BATCH) {
                waits.end_batch(true, &mut tally);
            }
        }
        waits.end_batch(false, &mut tally);
        waits.finish(&mut tally);
        let found: Vec<_> = waits.thin().map(|thin| (thin.spread.clone(), thin.absent)).collect();
        assert_eq!(found, slow);
        assert_eq!(waits.thin().map(|thin| thin.redundancy).collect::<Vec<_>>(), [1, 3]);
        assert!(slow.iter().all(|(spread, absent)| *absent > 0 && spread.numbers() > 1_000));
    }
}
