//! Served share over time: at fixed instants since the fault, how it spreads over trials.
//!
//! A trial counts once for each stretch between two changes of a share, whatever the
//! number of instants in it: what is kept are differences from one instant to the next,
//! in integers, so that parts merge exactly and memory does not depend on the trials.

use std::collections::BTreeMap;

use crate::outcome::{Course, Layout, WHOLE_SHARE};
use crate::units::Span;

/// The instants that are looked at \[s\], as far as the horizon allows.
const SECONDS: [i64; 31] = [
    0, 1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 420, 600, 900, 1_200, 1_800, 2_700,
    3_600, 5_400, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800, 259_200, 604_800, 2_592_000,
];

/// Steps in which shares are told apart for quantiles.
const STEPS: i64 = 1_000;

/// A share at one instant, over trials.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct SharePoint {
    /// Since the fault.
    pub at: Span,
    /// The mean, 0 to 1.
    pub mean: f64,
    /// What 95 % of the trials serve at least, in thousandths.
    pub low: u16,
    /// What half of the trials serve at least, in thousandths.
    pub middle: u16,
}

/// What is known of one subject. Positions are instants, and values what is added there
/// to the sum of all before.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Band {
    /// What was not served, in billionths.
    missing: Vec<i128>,
    /// Trials that served so many thousandths, unless all.
    partly: BTreeMap<i64, Vec<i64>>,
}

/// The served shares of many trials over time.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Bands {
    instants: Vec<Span>,
    /// Trials that were watched until so many of the instants.
    watched: Vec<u64>,
    /// One a share of the layout.
    bands: Vec<Band>,
}

impl Bands {
    /// Room for the shares of a layout, up to a horizon.
    pub(super) fn new(layout: &Layout, horizon: Span) -> Self {
        let instants = SECONDS.into_iter().map(Span::seconds);
        let instants: Vec<Span> = instants.filter(|at| *at <= horizon).collect();
        let band = Band { missing: vec![0; instants.len() + 1], partly: BTreeMap::new() };
        Self {
            watched: vec![0; instants.len() + 1],
            bands: vec![band; layout.shares.len()],
            instants,
        }
    }

    /// Counts a trial; of one that was cut off nothing is known.
    pub(super) fn record(&mut self, layout: &Layout, course: &Course) {
        if course.unsettled || self.bands.is_empty() {
            return;
        }
        let upto = self.instants.partition_point(|at| *at <= course.watched);
        self.watched[upto] += 1;
        let mut steps = course.shares.as_slice();
        for (number, (band, slot)) in self.bands.iter_mut().zip(&layout.shares).enumerate() {
            let (mut share, mut from) = (slot.first, 0);
            while let Some((step, others)) = steps.split_first().filter(|(s, _)| s.slot == number) {
                steps = others;
                let at = self.instants.partition_point(|at| *at < step.since).min(upto);
                band.add(share, from, at);
                (share, from) = (step.share, at);
            }
            band.add(share, from, upto);
        }
    }

    /// Adds the trials of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.watched.iter_mut().zip(&other.watched) {
            *mine += theirs;
        }
        for (mine, theirs) in self.bands.iter_mut().zip(&other.bands) {
            for (mine, theirs) in mine.missing.iter_mut().zip(&theirs.missing) {
                *mine += theirs;
            }
            for (step, theirs) in &theirs.partly {
                let mine = mine.partly.entry(*step).or_insert_with(|| vec![0; theirs.len()]);
                mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| *mine += theirs);
            }
        }
    }

    /// How a share of the layout spreads, instant by instant; those that no trial was
    /// watched until are left out.
    #[must_use]
    pub fn points(&self, slot: usize) -> Vec<SharePoint> {
        let Some(band) = self.bands.get(slot) else { return Vec::new() };
        let mut trials: u64 = self.watched.iter().sum();
        let mut missing = 0_i128;
        let mut partly: Vec<(i64, i64)> = band.partly.keys().map(|step| (*step, 0)).collect();
        let mut points = Vec::with_capacity(self.instants.len());
        for (number, at) in self.instants.iter().enumerate() {
            trials -= self.watched[number];
            missing += band.missing[number];
            for ((_, now), changes) in partly.iter_mut().zip(band.partly.values()) {
                *now += changes[number];
            }
            if trials == 0 {
                break;
            }
            let mean = 1.0 - missing as f64 / WHOLE_SHARE as f64 / trials as f64;
            let at_least = |percent: u64| {
                // The rank of the trial, the least first.
                let rank = (trials * (100 - percent)).div_ceil(100) as i64;
                let mut below = 0;
                let found = partly.iter().find(|(_, trials)| {
                    below += trials;
                    below >= rank
                });
                found.map_or(STEPS, |(step, _)| *step) as u16
            };
            let (low, middle) = (at_least(95), at_least(50));
            points.push(SharePoint { at: *at, mean, low, middle });
        }
        points
    }
}

impl Band {
    /// A trial served `share` at the instants `from..to`.
    fn add(&mut self, share: i64, from: usize, to: usize) {
        if share >= WHOLE_SHARE || from >= to {
            return;
        }
        let missing = i128::from(WHOLE_SHARE - share);
        self.missing[from] += missing;
        self.missing[to] -= missing;
        // A little is not nothing, and nearly all is not all.
        let step = (share * STEPS + WHOLE_SHARE / 2) / WHOLE_SHARE;
        let step = if share > 0 { step.clamp(1, STEPS - 1) } else { 0 };
        let length = self.missing.len();
        let trials = self.partly.entry(step).or_insert_with(|| vec![0; length]);
        trials[from] += 1;
        trials[to] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::{ShareSlot, ShareStep, SubjectName};

    fn layout() -> Layout {
        let slot = |name: &str| ShareSlot {
            subject: SubjectName { group: "services", name: name.to_owned() },
            first: WHOLE_SHARE,
        };
        Layout { shares: vec![slot("one"), slot("two")], ..Layout::default() }
    }

    fn course(watched: i64, steps: &[(usize, f64, f64)]) -> Course {
        let step = |(slot, since, share): &(usize, f64, f64)| ShareStep {
            slot: *slot,
            since: Span((since * 1e9) as i64),
            share: (share * WHOLE_SHARE as f64) as i64,
        };
        let shares = steps.iter().map(step).collect();
        Course { shares, watched: Span::seconds(watched), ..Course::default() }
    }

    fn point(points: &[SharePoint], seconds: i64) -> (f64, u16, u16) {
        let found = points.iter().find(|point| point.at == Span::seconds(seconds));
        let found = found.expect("it is one of the instants");
        ((found.mean * 1e6).round() / 1e6, found.low, found.middle)
    }

    #[test]
    fn shares_by_hand() {
        let layout = layout();
        let mut bands = Bands::new(&layout, Span::seconds(100));
        // Half is served from the fault to 7 s in all of ten trials; in one of them all is
        // lost from 7 s to the end, which it does not see after a minute.
        for trial in 0..10 {
            let rest = if trial == 3 { 0.0 } else { 1.0 };
            let steps = [(0, 0.0, 0.5), (0, 7.0, rest), (1, 1.0, 0.25), (1, 1.5, 1.0)];
            bands.record(&layout, &course(if trial == 3 { 60 } else { 100 }, &steps));
        }
        let one = bands.points(0);
        assert_eq!(one.len(), 11);
        assert_eq!(point(&one, 0), (0.5, 500, 500));
        assert_eq!(point(&one, 5), (0.5, 500, 500));
        assert_eq!(point(&one, 10), (0.9, 0, 1000));
        assert_eq!(point(&one, 60), (0.9, 0, 1000));
        assert_eq!(point(&one, 90), (1.0, 1000, 1000));
        // What changes at an instant is seen at it, what is over before is not.
        let two = bands.points(1);
        assert_eq!(
            (point(&two, 0).0, point(&two, 1), point(&two, 2).0),
            (1.0, (0.25, 250, 250), 1.0)
        );
    }

    #[test]
    fn parts_merge_to_the_same() {
        let layout = layout();
        let mut whole = Bands::new(&layout, Span::seconds(3600));
        let mut parts = [whole.clone(), whole.clone()];
        for trial in 0..200_u64 {
            let share = (trial * 37 % 101) as f64 / 101.0;
            let steps = [(0, (trial % 7) as f64, share), (0, 40.0 + trial as f64, 1.0)];
            let course = course(3600 - (trial % 3) as i64, &steps);
            whole.record(&layout, &course);
            parts[(trial % 2) as usize].record(&layout, &course);
        }
        let [mut one, other] = parts;
        one.merge(&other);
        assert_eq!(one, whole);
        assert_eq!(one.points(0), whole.points(0));
        // Many trials take no more room than the instants and a thousand steps.
        assert!(one.bands[0].partly.len() <= 102);
    }

    #[test]
    fn nothing_is_known_of_trials_that_were_cut_off() {
        let layout = layout();
        let mut bands = Bands::new(&layout, Span::seconds(100));
        bands.record(&layout, &Course { unsettled: true, ..Course::default() });
        assert!(bands.points(0).is_empty());
    }
}
