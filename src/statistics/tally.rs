//! Where many numbers lie in a table, and their sums: worked out for several at once.

use pulp::{Arch, NullaryFnOnce};

use super::batch::Batch;
use super::page::{GROUP, LARGEST, PAGE_BITS, PAGE_CELLS, PAGES, Place, place};
use super::wide::Wide;

/// So many numbers are looked at in one go; of numbers below [`EASY`] so many add up in
/// 64 bits, and so do the parts of their squares.
const BLOCK: usize = 4096;
/// Below this a number is looked at side by side with others: three days in nanoseconds.
const EASY: i64 = 1 << 48;
/// Numbers below 2⁵² are the fraction of a double with these bits and their own.
const TWO_TO_52: u64 = 0x4330_0000_0000_0000;
/// The exponent of doubles in the octave before that of page 1, where such bits have it.
const BEFORE_PAGE_1: u64 = (1023 + PAGE_BITS as u64 - 1) << PAGE_BITS;
/// Coarse buckets of an octave.
const COARSE: usize = PAGE_CELLS / GROUP;
/// So many coarse buckets are told together: a divisor of those of each page.
pub(super) const CHUNK: usize = 16;
/// So many chunks there are: the buckets of page 0 are as fine as can be.
const CHUNKS: usize = (PAGE_CELLS + (PAGES - 1) * COARSE) / CHUNK;

/// What is known of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looked {
    /// The least of them.
    pub(super) least: i64,
    /// The greatest of them.
    pub(super) greatest: i64,
    /// Their sum, none above [`LARGEST`].
    pub(super) sum: u128,
    /// The sum of their squares.
    pub(super) squares: Wide,
}

impl Default for Looked {
    fn default() -> Self {
        Self { least: i64::MAX, greatest: i64::MIN, sum: 0, squares: Wide::default() }
    }
}

impl Looked {
    fn add(&mut self, other: Self) {
        self.least = self.least.min(other.least);
        self.greatest = self.greatest.max(other.greatest);
        self.sum += other.sum;
        self.squares.add(other.squares);
    }
}

/// Scratch for looking at batches of numbers, one at a time.
#[derive(Clone, Debug)]
pub struct Tally {
    arch: Arch,
    places: Vec<Place>,
    /// Where each of the numbers lies among coarse buckets.
    coarse: Vec<u16>,
    /// Counts by coarse buckets; zero between two uses.
    counts: Vec<[u32; CHUNK]>,
}

impl Default for Tally {
    fn default() -> Self {
        let (places, coarse) = (vec![0; BLOCK], vec![0; BLOCK]);
        Self { arch: Arch::new(), places, coarse, counts: vec![[0; CHUNK]; CHUNKS] }
    }
}

impl Tally {
    /// Looks at a batch.
    pub fn of<'t>(&'t mut self, batch: &'t Batch) -> Tallied<'t> {
        let trials = (batch.censored(), batch.total_loss());
        Tallied { trials, ..self.of_numbers(batch.numbers()) }
    }

    /// Looks at numbers.
    ///
    /// # Panics
    ///
    /// One of them is negative.
    pub(super) fn of_numbers<'t>(&'t mut self, numbers: &'t [i64]) -> Tallied<'t> {
        if self.places.len() < numbers.len() {
            self.places.resize(numbers.len(), 0);
            self.coarse.resize(numbers.len(), 0);
        }
        let mut looked = Looked::default();
        let places = self.places.chunks_mut(BLOCK).zip(self.coarse.chunks_mut(BLOCK));
        for (values, (places, coarse)) in numbers.chunks(BLOCK).zip(places) {
            let (places, coarse) = (&mut places[..values.len()], &mut coarse[..values.len()]);
            looked.add(self.arch.dispatch(Look { values, places, coarse }));
        }
        assert!(looked.least >= 0, "a histogram holds no negative value: {}", looked.least);
        let (places, coarse) = (&self.places[..numbers.len()], &self.coarse[..numbers.len()]);
        Tallied { numbers, trials: (0, 0), looked, places, coarse, counts: &mut self.counts }
    }
}

/// A batch of trials whose numbers have been looked at.
#[derive(Debug)]
pub struct Tallied<'t> {
    numbers: &'t [i64],
    /// The censored ones and the total losses.
    trials: (u64, u64),
    looked: Looked,
    places: &'t [Place],
    coarse: &'t [u16],
    counts: &'t mut [[u32; CHUNK]],
}

impl Tallied<'_> {
    /// Its numbers.
    pub(super) fn numbers(&self) -> &[i64] {
        self.numbers
    }

    /// Its censored trials.
    pub(super) fn censored(&self) -> u64 {
        self.trials.0
    }

    /// Its total losses.
    pub(super) fn total_loss(&self) -> u64 {
        self.trials.1
    }

    /// How many trials it holds, with or without a number.
    pub(super) fn count(&self) -> u64 {
        self.numbers.len() as u64 + self.censored() + self.total_loss()
    }

    /// What is known of its numbers.
    pub(super) fn looked(&self) -> &Looked {
        &self.looked
    }

    /// Where each of its numbers lies.
    pub(super) fn places(&self) -> &[Place] {
        self.places
    }

    /// Counts the numbers in coarse buckets, and tells each sixteen of these that hold some,
    /// in rising order: the page, the first of them, and how many numbers are in each.
    pub(super) fn by_groups(&mut self, mut tell: impl FnMut(usize, usize, &[u32; CHUNK])) {
        if self.numbers.is_empty() {
            return;
        }
        let counts = self.counts.as_flattened_mut();
        let mut count = |at: u16| {
            let count = &mut counts[usize::from(at)];
            *count = count.wrapping_add(1);
        };
        // Four to a turn of the loop, which would be half of the work.
        let (fours, rest) = self.coarse.as_chunks();
        for [one, two, three, four] in fours {
            count(*one);
            count(*two);
            count(*three);
            count(*four);
        }
        rest.iter().for_each(|at| count(*at));
        let chunk = |value: i64| coarse(place(value.min(LARGEST))) as usize / CHUNK;
        for chunk in chunk(self.looked.least)..=chunk(self.looked.greatest) {
            let counts = &mut self.counts[chunk];
            if counts.iter().fold(0, |any, count| any | count) == 0 {
                continue;
            }
            match (chunk * CHUNK).checked_sub(PAGE_CELLS) {
                None => tell(0, chunk * CHUNK, counts),
                Some(above) => tell(above / COARSE + 1, above % COARSE, counts),
            }
            *counts = [0; CHUNK];
        }
    }
}

/// The coarse bucket of a place: those of page 0 are as fine as can be.
#[inline(always)]
fn coarse(place: Place) -> u16 {
    let above = place / GROUP as Place + (PAGE_CELLS - COARSE) as Place;
    (if place < PAGE_CELLS as Place { place } else { above }) as u16
}

/// Looks at up to [`BLOCK`] numbers with what a processor has for numbers side by side.
struct Look<'l> {
    values: &'l [i64],
    places: &'l mut [Place],
    coarse: &'l mut [u16],
}

impl NullaryFnOnce for Look<'_> {
    type Output = Looked;

    #[inline(always)]
    fn call(self) -> Looked {
        let Self { values, places, coarse: groups } = self;
        let (mut least, mut greatest) = (i64::MAX, i64::MIN);
        for value in values {
            least = least.min(*value);
            greatest = greatest.max(*value);
        }
        let (sum, squares) = if least >= 0 && greatest < EASY {
            side_by_side(values, places)
        } else {
            one_by_one(values, places)
        };
        for (place, group) in places.iter().zip(groups) {
            *group = coarse(*place);
        }
        Looked { least, greatest, sum, squares }
    }
}

/// Fills in places of up to [`BLOCK`] numbers below [`EASY`]; their sum, and that of their
/// squares. A plain loop of integers: it goes by lanes.
#[inline(always)]
fn side_by_side(values: &[i64], places: &mut [Place]) -> (u128, Wide) {
    const HALF: u64 = u32::MAX as u64;
    let mut sum = 0_u64;
    // Of squares of high · 2³² + low, the parts.
    let (mut highs, mut crosses, mut upper, mut lower) = (0_u64, 0_u64, 0_u64, 0_u64);
    for (value, at) in values.iter().zip(places) {
        let value = *value as u64;
        // Of a double the exponent is the page, and the first bits of the fraction are the
        // cell.
        let double = f64::from_bits(TWO_TO_52 | value) - f64::from_bits(TWO_TO_52);
        let octave = (double.to_bits() >> (52 - PAGE_BITS)).wrapping_sub(BEFORE_PAGE_1);
        *at = if value < PAGE_CELLS as u64 { value as Place } else { octave as Place };
        sum = sum.wrapping_add(value);
        let (high, low) = (value >> 32, value & HALF);
        let square = low.wrapping_mul(low);
        highs = highs.wrapping_add(high.wrapping_mul(high));
        crosses = crosses.wrapping_add(high.wrapping_mul(low));
        upper = upper.wrapping_add(square >> 32);
        lower = lower.wrapping_add(square & HALF);
    }
    let [highs, crosses, upper, lower] = [highs, crosses, upper, lower].map(u128::from);
    let mut squares = Wide::default();
    squares.add_small((highs << 64) + (crosses << 33) + (upper << 32) + lower);
    (u128::from(sum), squares)
}

/// The same of any numbers; what is negative counts as nothing.
fn one_by_one(values: &[i64], places: &mut [Place]) -> (u128, Wide) {
    let (mut sum, mut squares) = (0, Wide::default());
    for (value, at) in values.iter().zip(places) {
        let value = (*value).clamp(0, LARGEST);
        *at = place(value);
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
            prop::collection::vec(number(30..=37), BLOCK..BLOCK + 300),
            prop::collection::vec(number(0..=63), 1..60),
        ]
    }

    proptest! {
        #[test]
        fn numbers_side_by_side_are_as_one_by_one(values in numbers()) {
            let mut tally = Tally::default();
            let tallied = tally.of_numbers(&values);
            let looked = tallied.looked();
            let mut squares = Wide::default();
            for (value, at) in values.iter().zip(tallied.places()) {
                let value = (*value).min(LARGEST);
                prop_assert_eq!(*at, place(value));
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
                let place = place((*value).min(LARGEST)) as usize;
                let (page, cell) = (place / PAGE_CELLS, place % PAGE_CELLS);
                let cell = if page == 0 { cell } else { cell / GROUP };
                *slow.entry((page, cell)).or_default() += 1;
            }
            for _ in 0..2 {
                let mut told = Vec::new();
                tally.of_numbers(&values).by_groups(|page, first, counts| {
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
        let tallied = tally.of_numbers(&[EASY - 1; BLOCK]);
        let looked = tallied.looked();
        let (value, count) = ((EASY - 1) as u128, BLOCK as u128);
        assert_eq!(looked.sum, value * count);
        assert_eq!(looked.squares, Wide::product(value * value, count));
    }

    #[test]
    #[should_panic(expected = "negative value: -7")]
    fn negative_numbers_are_refused() {
        Tally::default().of_numbers(&[3, -7, 4]);
    }
}
