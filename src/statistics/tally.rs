//! Where many numbers lie in a table, and their sums: worked out for several at once.

use pulp::{Arch, NullaryFnOnce};

use super::page::{GROUP, LARGEST, PAGE_CELLS, PAGES, place};
use super::wide::Wide;

/// So many numbers are looked at in one go; of numbers below [`EASY`] so many add up in
/// 64 bits, and so do the parts of their squares.
pub(super) const BLOCK: usize = 4096;
/// Below this a number is looked at side by side with others: three days in nanoseconds.
const EASY: i64 = 1 << 48;
/// Numbers below 2⁵² are the fraction of a double with these bits and their own.
const TWO_TO_52: u64 = 0x4330_0000_0000_0000;
/// Coarse buckets of an octave.
const COARSE: usize = PAGE_CELLS / GROUP;
/// Coarse buckets, by sixteen: those of page 0 are as fine as can be.
const CHUNKS: usize = (PAGE_CELLS + (PAGES - 1) * COARSE) / GROUP;

/// What is known of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    /// The least of them.
    pub(super) least: i64,
    /// The greatest of them.
    pub(super) greatest: i64,
    /// Their sum, none above [`LARGEST`].
    pub(super) sum: u128,
    /// The sum of their squares, if it was asked for.
    pub(super) squares: Wide,
}

/// A table in which the values of one batch are counted by coarse buckets: scratch,
/// empty between two uses.
#[derive(Clone, Debug)]
pub struct Tally {
    arch: Arch,
    /// Where each of the numbers at hand lies: page · 1,024 + cell.
    places: Vec<u32>,
    counts: Vec<[u32; GROUP]>,
}

impl Default for Tally {
    fn default() -> Self {
        Self { arch: Arch::new(), places: vec![0; BLOCK], counts: vec![[0; GROUP]; CHUNKS] }
    }
}

impl Tally {
    /// Looks at up to [`BLOCK`] numbers, of which there is at least one.
    ///
    /// # Panics
    ///
    /// One of them is negative.
    pub(super) fn look(&mut self, values: &[i64]) -> Looked {
        self.look_for::<true>(values)
    }

    /// The same; whether squares are asked for.
    fn look_for<const SQUARES: bool>(&mut self, values: &[i64]) -> Looked {
        let places = &mut self.places[..values.len()];
        let looked = self.arch.dispatch(Look::<SQUARES> { values, places });
        assert!(looked.least >= 0, "a histogram holds no negative value: {}", looked.least);
        looked
    }

    /// Where the numbers that were looked at last lie.
    pub(super) fn places(&self) -> &[u32] {
        &self.places
    }

    /// Counts `values` in coarse buckets, and tells each sixteen of these that hold some, in
    /// rising order: the page, the first of them, and how many values are in each. Returns
    /// the sum of all values.
    pub(super) fn of(
        &mut self,
        values: &[i64],
        mut tell: impl FnMut(usize, usize, &[u32; GROUP]),
    ) -> u128 {
        let (mut sum, mut least, mut greatest) = (0, i64::MAX, 0);
        for values in values.chunks(BLOCK) {
            let looked = self.look_for::<false>(values);
            sum += looked.sum;
            (least, greatest) = (least.min(looked.least), greatest.max(looked.greatest));
            for place in &self.places[..values.len()] {
                let at = coarse(*place);
                let count = &mut self.counts[at / GROUP][at % GROUP];
                *count = count.wrapping_add(1);
            }
        }
        if values.is_empty() {
            return sum;
        }
        let chunk = |value: i64| {
            let (page, cell) = place(value.min(LARGEST));
            coarse((page * PAGE_CELLS + cell) as u32) / GROUP
        };
        for chunk in chunk(least)..=chunk(greatest) {
            let counts = &mut self.counts[chunk];
            if counts.iter().fold(0, |any, count| any | count) == 0 {
                continue;
            }
            match (chunk * GROUP).checked_sub(PAGE_CELLS) {
                None => tell(0, chunk * GROUP, counts),
                Some(above) => tell(above / COARSE + 1, above % COARSE, counts),
            }
            *counts = [0; GROUP];
        }
        sum
    }
}

/// The coarse bucket of a place.
#[inline]
fn coarse(place: u32) -> usize {
    let place = place as usize;
    if place < PAGE_CELLS { place } else { place / GROUP + PAGE_CELLS - COARSE }
}

/// Looks at numbers with what a processor has for numbers side by side.
struct Look<'l, const SQUARES: bool> {
    values: &'l [i64],
    places: &'l mut [u32],
}

impl<const SQUARES: bool> NullaryFnOnce for Look<'_, SQUARES> {
    type Output = Looked;

    #[inline(always)]
    fn call(self) -> Looked {
        let Self { values, places } = self;
        let (mut least, mut greatest) = (i64::MAX, i64::MIN);
        for value in values {
            least = least.min(*value);
            greatest = greatest.max(*value);
        }
        let (sum, squares) = if least >= 0 && greatest < EASY {
            side_by_side::<SQUARES>(values, places)
        } else {
            one_by_one(values, places)
        };
        Looked { least, greatest, sum, squares }
    }
}

/// Fills in places of up to [`BLOCK`] numbers below [`EASY`]; their sum, and that of their
/// squares where it is asked for. A plain loop of integers: it goes by lanes.
#[inline(always)]
fn side_by_side<const SQUARES: bool>(values: &[i64], places: &mut [u32]) -> (u128, Wide) {
    const HALF: u64 = u32::MAX as u64;
    let mut sum = 0_u64;
    // Of squares of high · 2³² + low, the parts.
    let (mut highs, mut crosses, mut upper, mut lower) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (value, at) in values.iter().zip(places) {
        let value = *value as u64;
        // Of a double the exponent is the page, and the first ten bits of the fraction are
        // the cell.
        let double = f64::from_bits(TWO_TO_52 | value) - f64::from_bits(TWO_TO_52);
        let octave = (double.to_bits() >> 42).wrapping_sub((1023 + 9) << 10);
        *at = if value < PAGE_CELLS as u64 { value as u32 } else { octave as u32 };
        sum = sum.wrapping_add(value);
        if SQUARES {
            let (high, low) = (value >> 32, value & HALF);
            let square = low.wrapping_mul(low);
            highs = highs.wrapping_add(high.wrapping_mul(high));
            crosses = crosses.wrapping_add(high.wrapping_mul(low));
            upper = upper.wrapping_add(square >> 32);
            lower = lower.wrapping_add(square & HALF);
        }
    }
    let [highs, crosses, upper, lower] = [highs, crosses, upper, lower].map(u128::from);
    let mut squares = Wide::default();
    squares.add_small((highs << 64) + (crosses << 33) + (upper << 32) + lower);
    (u128::from(sum), squares)
}

/// The same of any numbers; what is negative counts as nothing.
fn one_by_one(values: &[i64], places: &mut [u32]) -> (u128, Wide) {
    let (mut sum, mut squares) = (0, Wide::default());
    for (value, at) in values.iter().zip(places) {
        let value = (*value).clamp(0, LARGEST);
        let (page, cell) = place(value);
        *at = (page * PAGE_CELLS + cell) as u32;
        sum += value as u128;
        squares.add_small((value as u128).wrapping_mul(value as u128));
    }
    (sum, squares)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn numbers() -> impl Strategy<Value = Vec<i64>> {
        let number = |bits: std::ops::RangeInclusive<u32>| {
            (bits, any::<i64>()).prop_map(|(bits, any)| (any & i64::MAX) >> (63 - bits))
        };
        prop_oneof![
            prop::collection::vec(number(0..=48), 1..60),
            prop::collection::vec(number(30..=37), 250..600),
            prop::collection::vec(number(0..=63), 1..60),
        ]
    }

    proptest! {
        #[test]
        fn numbers_side_by_side_are_as_one_by_one(values in numbers()) {
            let mut tally = Tally::default();
            let looked = tally.look(&values);
            let mut squares = Wide::default();
            for (value, at) in values.iter().zip(tally.places()) {
                let value = (*value).min(LARGEST);
                let (page, cell) = place(value);
                prop_assert_eq!(*at as usize, page * PAGE_CELLS + cell);
                squares.add_small(value as u128 * value as u128);
            }
            prop_assert_eq!(looked.least, *values.iter().min().unwrap());
            prop_assert_eq!(looked.greatest, *values.iter().max().unwrap());
            prop_assert_eq!(looked.sum, values.iter().map(|&v| v.min(LARGEST) as u128).sum());
            prop_assert_eq!(looked.squares, squares);
        }

        #[test]
        fn coarse_buckets_hold_what_lies_in_them(values in numbers()) {
            let mut tally = Tally::default();
            let mut slow: BTreeMap<(usize, usize), u32> = BTreeMap::new();
            for value in &values {
                let (page, cell) = place((*value).min(LARGEST));
                let cell = if page == 0 { cell } else { cell / GROUP };
                *slow.entry((page, cell)).or_default() += 1;
            }
            for _ in 0..2 {
                let mut told = Vec::new();
                tally.of(&values, |page, first, counts| {
                    let cells = counts.iter().enumerate().filter(|(_, count)| **count > 0);
                    told.extend(cells.map(|(at, count)| ((page, first + at), *count)));
                });
                prop_assert_eq!(told, slow.clone().into_iter().collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn the_largest_numbers_of_a_block_add_up() {
        let mut tally = Tally::default();
        let looked = tally.look(&[EASY - 1; BLOCK]);
        let (value, count) = ((EASY - 1) as u128, BLOCK as u128);
        assert_eq!(looked.sum, value * count);
        assert_eq!(looked.squares, Wide::product(value * value, count));
    }

    #[test]
    #[should_panic(expected = "negative value: -7")]
    fn negative_numbers_are_refused() {
        Tally::default().look(&[3, -7, 4]);
    }
}
