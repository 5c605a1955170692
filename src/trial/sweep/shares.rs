//! Shares: how what a meter measures changed in a trial that was swept.

use super::spell::{LATE, instant};
use super::{Sweep, Swept};
use crate::trial::meter::Meter;
use crate::trial::share::Share;
use crate::units::Instant;

/// At an instant, what is counted by a counter, or as a part, becomes one more or less.
pub(super) type Count = (i64, u32, i32);

/// Instead of a counter: the parts of a meter.
const PARTS: u32 = u32::MAX;

/// What a meter's share is told from.
#[derive(Debug)]
pub(super) struct ToldShare {
    share: Share,
    /// Of what is counted, what can change: the position of its spell, the counter, and
    /// what its first change does to the count.
    moving: Vec<(u32, u32, i32)>,
    /// How many parts are served in the steady state.
    parts: u32,
    /// The share in the steady state.
    pub(super) first: i64,
    /// All counters in the steady state.
    steady: Vec<u32>,
}

impl Sweep<'_> {
    /// What the share of a meter is told from; nothing where nobody asks.
    pub(super) fn told_share(&self, meter: &Meter) -> Option<ToldShare> {
        let is_mean = !matches!(meter.share, Share::Parts(_));
        if !meter.is_told && !is_mean {
            return None;
        }
        let mut moving = Vec::new();
        let mut add = |literals: &[crate::block::Literal], counter: u32| {
            for literal in literals {
                if let Some(slot) = self.slot(literal.level()) {
                    let first = if self.steady.holds(*literal) { -1 } else { 1 };
                    moving.push((slot as u32, counter, first));
                }
            }
        };
        add(meter.share.parts(), PARTS);
        let mut counters: Vec<u32> = meter.share.counters().collect();
        counters.sort_unstable();
        counters.dedup();
        for counter in counters {
            add(&self.graph.counters[counter as usize], counter);
        }
        let parts = meter.share.holding(self.steady);
        let count = |counter: u32| self.steady.counters[counter as usize];
        let first = meter.share.of(parts, count);
        let (share, steady) = (meter.share.clone(), self.steady.counters.clone());
        Some(ToldShare { share, moving, parts, first, steady })
    }
}

/// Between which numbers a count stays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Range {
    pub(super) least: u32,
    pub(super) most: u32,
    pub(super) steady: u32,
}

impl Range {
    /// How many numbers there are.
    pub(super) fn len(self) -> usize {
        (self.most - self.least) as usize + 1
    }
}

impl ToldShare {
    /// What can change of what it counts: the position of its spell, the counter, and what
    /// its first change does to the count.
    pub(super) fn moving(&self) -> &[(u32, u32, i32)] {
        &self.moving
    }

    /// The counters that can change, and how far: each literal is away once at most.
    pub(super) fn ranges(&self) -> Vec<(u32, Range)> {
        let mut ranges: Vec<(u32, Range)> = Vec::new();
        for (_, counter, first) in &self.moving {
            let at = ranges.iter().position(|(known, _)| known == counter);
            let at = at.unwrap_or_else(|| {
                let steady = self.steady[*counter as usize];
                ranges.push((*counter, Range { least: steady, most: steady, steady }));
                ranges.len() - 1
            });
            let range = &mut ranges[at].1;
            if *first < 0 {
                range.least -= 1;
            } else {
                range.most += 1;
            }
        }
        ranges
    }

    /// The share where counters that can change stand so.
    pub(super) fn by_counts(&self, count: impl Fn(u32) -> Option<u32> + Copy) -> i64 {
        let count = |counter: u32| count(counter).unwrap_or(self.steady[counter as usize]);
        self.share.of(self.parts, count)
    }

    /// Changes of what it counts, at most.
    pub(super) fn changes(&self) -> usize {
        2 * self.moving.len()
    }

    pub(super) const fn is_mean(&self) -> bool {
        !matches!(self.share, Share::Parts(_))
    }

    /// Gives each change of the share to `tell`, in order.
    pub(super) fn steps(&self, swept: &Swept, lane: usize, tell: &mut dyn FnMut(Instant, i64)) {
        let mut scratch = swept.counts.borrow_mut();
        let (changes, counts) = &mut *scratch;
        changes.clear();
        for (slot, counter, first) in &self.moving {
            let (leave, back) = swept.lanes.spells[*slot as usize].at(lane);
            if leave < LATE {
                changes.push((instant(leave), *counter, *first));
            }
            if back < LATE {
                changes.push((instant(back), *counter, -first));
            }
        }
        changes.sort_unstable_by_key(|(at, ..)| *at);
        let (mut parts, mut share) = (self.parts, self.first);
        for (position, (at, counter, by)) in changes.iter().enumerate() {
            let count = match *counter {
                PARTS => &mut parts,
                counter => &mut counts[counter as usize],
            };
            *count = count.wrapping_add_signed(*by);
            // What follows from an instant is what holds at its end.
            if changes.get(position + 1).is_some_and(|(next, ..)| next == at) {
                continue;
            }
            let now = self.share.of(parts, |counter| counts[counter as usize]);
            if now != share {
                share = now;
                tell(Instant(*at), now);
            }
        }
        // The counts are left as they were found.
        for (_, counter, by) in changes.iter().filter(|(_, counter, _)| *counter != PARTS) {
            let count = &mut counts[*counter as usize];
            *count = count.wrapping_add_signed(-by);
        }
    }

    /// What was not served by `end`, in the unit of the share times nanoseconds.
    pub(super) fn unserved(&self, swept: &Swept, lane: usize, end: i64) -> i128 {
        let whole = self.share.whole();
        let (mut sum, mut share, mut since) = (0_i128, self.first, 0_i64);
        let mut add = |to: i64, next: i64| {
            sum += i128::from(whole - share) * i128::from(to - since);
            (share, since) = (next, to);
        };
        self.steps(swept, lane, &mut |at, next| add(at.0, next));
        add(end, 0);
        sum
    }
}
