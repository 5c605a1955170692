//! Tabled: a share that is a mean of products, looked up by what is counted.
//!
//! What a share comes to is known for every combination of counts once and for all, as
//! long as there are not too many. A trial then only puts the changes of the counts in
//! order and walks along them.

use pulp::Simd;

use super::Swept;
use super::lane::{LANES, Lane, lesser, sort};
use super::shares::ToldShare;
use super::spell::instants;
use crate::trial::share::WHOLE;

/// Combinations of counts at most.
const COMBINATIONS: usize = 1 << 12;

/// Changes at most that are put in order side by side.
const CHANGES: usize = 32;

/// Behind its instant a change has so many bits for what it does to the combination, less
/// [`COMBINATIONS`], which it is less than either way.
const BITS: u32 = COMBINATIONS.trailing_zeros() + 1;

/// Instants are below this: thirteen days.
const LONGEST: i64 = 1 << (i64::BITS - 1 - BITS);

/// Spans are multiplied in two parts, the lower of so many bits: what is missing is less
/// than 2³⁰, and sums of so many products stay below 2⁶⁴.
const LOWER: u32 = 24;

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
        if whole != WHOLE || share.changes() > CHANGES || end >= LONGEST {
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
    pub(super) fn missing<S: Simd>(&self, simd: S, swept: &Swept, end: i64) -> Lane {
        let mut keys = [[0_i64; LANES]; CHANGES];
        let mut many = 0;
        for (slot, change) in &self.moving {
            let spell = &swept.lanes.spells[*slot as usize];
            keys[many] = changing(spell.leave, *change, end);
            many += 1;
            if spell.comes_back() {
                keys[many] = changing(spell.back, -change, end);
                many += 1;
            }
        }
        let keys = &mut keys[..many];
        sort(simd, keys);
        self.walk(keys, end)
    }

    /// Walks along the changes of each trial.
    #[inline(always)]
    fn walk(&self, keys: &[Lane], end: i64) -> Lane {
        let mut combination = [i64::from(self.first); LANES];
        let (mut missing, mut since) = ([self.missing[self.first as usize]; LANES], [0; LANES]);
        let (mut upper, mut lower) = ([0_u64; LANES], [0_u64; LANES]);
        for row in keys.iter().chain([&[end << BITS | COMBINATIONS as i64; LANES]]) {
            for lane in 0..LANES {
                let at = (row[lane] as u64 >> BITS) as i64;
                let span = at.wrapping_sub(since[lane]) as u64;
                since[lane] = at;
                let missing = u64::from(missing[lane]);
                let (high, low) = (span >> LOWER & 0xffff_ffff, span & ((1 << LOWER) - 1));
                upper[lane] = upper[lane].wrapping_add(high.wrapping_mul(missing));
                lower[lane] = lower[lane].wrapping_add(low.wrapping_mul(missing));
                let change = (row[lane] & ((1 << BITS) - 1)).wrapping_sub(COMBINATIONS as i64);
                combination[lane] = combination[lane].wrapping_add(change);
            }
            for lane in 0..LANES {
                missing[lane] = self.missing[combination[lane] as usize];
            }
        }
        // A billionth of a second is all of one nanosecond.
        const UNIT: u64 = WHOLE as u64;
        let mut all = [0; LANES];
        for lane in 0..LANES {
            let (whole, rest) = (upper[lane] / UNIT, upper[lane] % UNIT);
            all[lane] = ((whole << LOWER) + ((rest << LOWER) + lower[lane]) / UNIT) as i64;
        }
        all
    }
}

/// The keys of changes at some moments, or at the horizon if that is earlier.
#[inline(always)]
fn changing(moments: Lane, change: i32, end: i64) -> Lane {
    let mut keys = lesser(instants(moments), [end; LANES]);
    for key in &mut keys {
        *key = *key << BITS | (i64::from(change) + COMBINATIONS as i64);
    }
    keys
}
