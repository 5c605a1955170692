//! Tabled: a share that is a mean of products, looked up by what is counted.
//!
//! What a share comes to is known for every combination of counts once and for all, as
//! long as there are not too many. A trial then only puts the changes of the counts in
//! order and walks along them.

use super::Swept;
use super::shares::ToldShare;
use super::spell::{LANES, Lane, instant};
use crate::trial::share::WHOLE;

/// Combinations of counts at most.
const COMBINATIONS: usize = 1 << 12;

/// Changes at most: so many are put in order side by side, and what they add up to below
/// fits 64 bits.
const CHANGES: usize = 16;

/// Bits of a change's number behind its instant.
const BITS: u32 = 4;

/// A share, by what is counted.
#[derive(Debug)]
pub(in crate::trial) struct Tabled {
    /// What can change: its spell, and by how much that moves the combination.
    moving: Vec<(u32, i32)>,
    /// The combination of the steady state.
    first: u32,
    /// What is missing in each combination, in billionths.
    missing: Vec<u32>,
}

impl Tabled {
    /// The table of a share, of which `whole` is all; nothing where it would be too large,
    /// or where instants until `end`, a moment, leave no room for the number of a change.
    pub(super) fn of(share: &ToldShare, end: i64, whole: i64) -> Option<Self> {
        if whole != WHOLE || share.changes() > CHANGES || end >= i64::MAX >> BITS {
            return None;
        }
        let counters = share.ranges();
        let mut strides = Vec::new();
        let mut all = 1_usize;
        for (_, range) in &counters {
            strides.push(all);
            all = all.checked_mul(range.len()).filter(|all| *all <= COMBINATIONS)?;
        }
        let of = |counter: u32| counters.iter().position(|(known, _)| *known == counter);
        let mut first = 0;
        for ((_, range), stride) in counters.iter().zip(&strides) {
            first += (range.steady - range.least) as usize * stride;
        }
        let moved = |(slot, counter, by): &(u32, u32, i32)| {
            let stride = strides[of(*counter)?] as i32;
            Some((*slot, by * stride))
        };
        let moving = share.moving().iter().map(moved).collect::<Option<_>>()?;
        let missing = |combination: usize| {
            let count = |counter: u32| {
                of(counter).map(|at| {
                    let (_, range) = &counters[at];
                    range.least + (combination / strides[at] % range.len()) as u32
                })
            };
            (WHOLE - share.by_counts(count)) as u32
        };
        Some(Self { moving, first: first as u32, missing: (0..all).map(missing).collect() })
    }

    /// How long everything was missing, or parts of it as long as they come to, by `end`
    /// \[ns\].
    #[inline(always)]
    pub(super) fn missing(&self, swept: &Swept, end: i64) -> Lane {
        let mut keys = [[0_i64; LANES]; CHANGES];
        let mut by = [0_i32; CHANGES];
        let mut many = 0;
        let mut list = |moments: &Lane, change: i32| {
            for lane in 0..LANES {
                let at = instant(moments[lane]);
                let at = if at < end { at } else { end };
                keys[many][lane] = at << BITS | many as i64;
            }
            by[many] = change;
            many += 1;
        };
        for (slot, change) in &self.moving {
            let spell = &swept.lanes.spells[*slot as usize];
            list(&spell.leave, *change);
            if spell.comes_back() {
                list(&spell.back, -change);
            }
        }
        let keys = &mut keys[..many];
        for last in (1..many).rev() {
            for low in 0..last {
                for lane in 0..LANES {
                    let (a, b) = (keys[low][lane], keys[low + 1][lane]);
                    keys[low][lane] = if a < b { a } else { b };
                    keys[low + 1][lane] = if a < b { b } else { a };
                }
            }
        }
        std::array::from_fn(|lane| self.walk(keys.iter().map(|row| row[lane]), &by, end))
    }

    /// Walks along the changes of one trial.
    #[inline(always)]
    fn walk(&self, keys: impl Iterator<Item = i64>, by: &[i32; CHANGES], end: i64) -> i64 {
        let (mut combination, mut since) = (self.first, 0);
        let mut missing = self.missing[combination as usize];
        // Billionths of whole seconds, and of the nanoseconds that are left: what is
        // missing is less than 2³⁰, what is left is, and there are seventeen of them.
        let (mut seconds, mut rest) = (0_u64, 0_u64);
        let mut add = |missing: u32, span: i64| {
            let (span, missing) = (span as u64, u64::from(missing));
            seconds += span / WHOLE as u64 * missing;
            rest += span % WHOLE as u64 * missing;
        };
        for key in keys {
            let at = key >> BITS;
            add(missing, at - since);
            since = at;
            combination = combination.wrapping_add_signed(by[key as usize % CHANGES]);
            missing = self.missing[combination as usize];
        }
        add(missing, end - since);
        (seconds + rest / WHOLE as u64) as i64
    }
}
