//! The table of a histogram: what is known of the values in each bucket.
//!
//! A page is kept in one of two ways. Where many of its buckets hold values it is full: an
//! array, in which counting a value is a handful of instructions. The last octaves of a long
//! tail, and all of a small sample, are few: a list of those buckets that hold values.

use std::collections::BTreeMap;
use std::ops::Range;

use super::page::{LAST_NEAR, PAGE_CELLS, Place, page_of, places_of, start};

/// A page is full from one in so many of its buckets with values on: an array takes about as
/// much memory as four times as many of them in a list.
const FULL: usize = 8;
/// Or from so many values on, however few they are of: it is visited often.
const VISITED: u64 = 128;

/// What is known of the values in one bucket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cell {
    /// How many values it holds.
    pub(super) count: u64,
    /// The least value; [`i64::MAX`] where there is none.
    pub(super) low: i64,
    /// The greatest value; [`i64::MIN`] where there is none.
    pub(super) high: i64,
}

impl Cell {
    /// So many of one value.
    pub(super) fn of(value: i64, count: u64) -> Self {
        Self { count, low: value, high: value }
    }
}

/// The same in fewer bits, in a bucket no wider than these tell: of its values the lower
/// half of the bits, as the upper half is the bucket's.
#[derive(Clone, Copy, Debug)]
struct Near {
    count: u32,
    low: u32,
    /// From the least value to the greatest: one comparison tells whether another lies
    /// between them.
    width: u32,
}

impl Near {
    /// The same, if its count fits.
    fn of(cell: Cell) -> Option<Self> {
        let count = u32::try_from(cell.count).ok()?;
        Some(Self { count, low: cell.low as u32, width: (cell.high - cell.low) as u32 })
    }

    /// The same in full, of the bucket at `place`.
    fn widen(self, place: Place) -> Cell {
        let low = (start(place) >> 32 << 32) | i64::from(self.low);
        Cell { count: u64::from(self.count), low, high: low + i64::from(self.width) }
    }

    /// Counts a value; there is room. Of the many values of a bucket few are less or greater
    /// than all before, and what is not written need not be waited for.
    #[inline(always)]
    fn count_one(&mut self, value: u32) {
        self.count = self.count.wrapping_add(1);
        if value.wrapping_sub(self.low) > self.width {
            self.reach(self.count == 1, value, value);
        }
    }

    /// Makes the values from `low` to `high` lie between the least and the greatest, of
    /// which there was none so far if these are the `first`.
    #[inline(always)]
    fn reach(&mut self, first: bool, low: u32, high: u32) {
        let (least, greatest) = (self.low, self.low.wrapping_add(self.width));
        let (least, greatest) =
            if first { (low, high) } else { (least.min(low), greatest.max(high)) };
        (self.low, self.width) = (least, greatest.wrapping_sub(least));
    }
}

/// What a table keeps for a bucket.
trait Known: Copy {
    /// Of no values.
    const EMPTY: Self;

    /// How many values there are.
    fn count(&self) -> u64;

    /// Adds what is known of other values; whether there was room.
    fn add(&mut self, other: Self) -> bool;
}

impl Known for Cell {
    const EMPTY: Self = Self { count: 0, low: i64::MAX, high: i64::MIN };

    fn count(&self) -> u64 {
        self.count
    }

    fn add(&mut self, other: Self) -> bool {
        self.count += other.count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        true
    }
}

impl Known for Near {
    const EMPTY: Self = Self { count: 0, low: u32::MAX, width: 0 };

    fn count(&self) -> u64 {
        u64::from(self.count)
    }

    fn add(&mut self, other: Self) -> bool {
        let Some(count) = self.count.checked_add(other.count) else { return false };
        self.reach(self.count == 0, other.low, other.low.wrapping_add(other.width));
        self.count = count;
        true
    }
}

/// The buckets of some pages, each of which has so many: a divisor of [`PAGE_CELLS`].
#[derive(Clone, Debug)]
struct Buckets<C, const CELLS: usize> {
    /// By page.
    full: Vec<Option<Box<[C; CELLS]>>>,
    /// Those of all other pages that hold values, by their first place.
    few: BTreeMap<Place, C>,
    /// Of so many it is looked whether a page has become full.
    look_at: usize,
    /// How often the list was visited since.
    visits: u64,
}

impl<C: Known, const CELLS: usize> Buckets<C, CELLS> {
    /// So many places share a bucket.
    const PLACES: usize = PAGE_CELLS / CELLS;
    /// So many buckets make a page full.
    const FULL: usize = CELLS / FULL;

    fn new() -> Self {
        Self { full: Vec::new(), few: BTreeMap::new(), look_at: Self::FULL, visits: 0 }
    }

    /// Which bucket of its page a place is in.
    #[inline(always)]
    fn cell(place: Place) -> usize {
        place as usize % PAGE_CELLS / Self::PLACES
    }

    /// The first place of the bucket that a place is in.
    fn first(place: Place) -> Place {
        place - place % Self::PLACES as Place
    }

    /// Adds what is known of some values of a bucket; whether there was room.
    fn add(&mut self, place: Place, values: C) -> bool {
        if let Some(Some(page)) = self.full.get_mut(page_of(place)) {
            return page[Self::cell(place)].add(values);
        }
        let added = self.few.entry(Self::first(place)).or_insert(C::EMPTY).add(values);
        self.visits += 1;
        if self.few.len() >= self.look_at || self.visits >= 4 * VISITED {
            self.fill();
        }
        added
    }

    /// Makes arrays of those pages that have become full.
    #[cold]
    fn fill(&mut self) {
        let mut on = BTreeMap::new();
        for (place, values) in &self.few {
            let (buckets, held) = on.entry(page_of(*place)).or_insert((0, 0));
            *buckets += 1;
            *held += values.count();
        }
        on.retain(|_, (buckets, held)| *buckets >= Self::FULL || *held >= VISITED);
        let filled: Vec<usize> = on.into_keys().collect();
        for page in filled {
            let mut cells = Box::new([C::EMPTY; CELLS]);
            let own = self.few.range(places_of(page));
            own.for_each(|(place, values)| cells[Self::cell(*place)] = *values);
            self.few.retain(|place, _| page_of(*place) != page);
            if self.full.len() <= page {
                self.full.resize_with(page + 1, || None);
            }
            self.full[page] = Some(cells);
        }
        (self.look_at, self.visits) = (self.few.len() + Self::FULL, 0);
    }

    fn full(&self, page: usize) -> &[C] {
        self.full.get(page).and_then(Option::as_deref).map_or(&[], |page| page)
    }

    /// How many values a page holds in the buckets before `place`.
    fn before(&self, page: usize, place: Place) -> u64 {
        let Range { start, end } = places_of(page);
        let upto = place.clamp(start, end);
        if let [_, ..] = self.full(page) {
            let upto = (upto - start) as usize / Self::PLACES;
            return self.full(page)[..upto].iter().map(Known::count).sum();
        }
        self.few.range(start..Self::first(upto)).map(|(_, values)| values.count()).sum()
    }

    /// What is known of a bucket.
    fn bucket(&self, place: Place) -> Option<C> {
        match self.full(page_of(place)) {
            [] => self.few.get(&Self::first(place)).copied(),
            full => full.get(Self::cell(place)).copied(),
        }
    }

    /// The first bucket of a page up to which there are at least so many of its values, and
    /// how many there are before it.
    fn find(&self, page: usize, rank: f64) -> Option<(Place, u64)> {
        let mut before = 0;
        let mut is_past = |count: u64| {
            let past = rank > (before + count) as f64 || count == 0;
            before += if past { count } else { 0 };
            past
        };
        let place = match self.full(page) {
            [] => {
                let mut few = self.few.range(places_of(page));
                *few.find(|(_, values)| !is_past(values.count()))?.0
            }
            full => {
                let cell = full.iter().position(|values| !is_past(values.count()))?;
                places_of(page).start + (cell * Self::PLACES) as Place
            }
        };
        Some((place, before))
    }

    /// The buckets of a page that hold values, in rising order.
    fn on(&self, page: usize) -> impl Iterator<Item = (Place, C)> + '_ {
        let places = places_of(page).step_by(Self::PLACES);
        let full = places.zip(self.full(page)).filter(|(_, values)| values.count() > 0);
        let few = self.few.range(places_of(page)).map(|(place, values)| (*place, values));
        full.chain(few).map(|(place, values)| (place, *values))
    }
}

impl<const CELLS: usize> Buckets<Near, CELLS> {
    /// Counts values from one of them on, each at its place, as long as they lie on full
    /// pages: up to which. There is room for all of them.
    fn count(&mut self, values: &[i64], places: &[Place], from: usize) -> usize {
        let (full, places) = (self.full.as_mut_slice(), &places[..values.len()]);
        for at in from..values.len() {
            let (value, place) = (values[at], places[at]);
            let Some(Some(page)) = full.get_mut(page_of(place)) else { return at };
            page[Self::cell(place)].count_one(value as u32);
        }
        values.len()
    }
}

/// All pages of a histogram, in so many buckets each: a divisor of [`PAGE_CELLS`].
#[derive(Clone, Debug)]
pub(super) struct Table<const CELLS: usize> {
    near: Buckets<Near, CELLS>,
    far: Buckets<Cell, CELLS>,
    /// A bit a page: whether it is among the far ones. The last ones are, and those of which
    /// a bucket once held more values than 32 bits count.
    is_far: u64,
}

impl<const CELLS: usize> Table<CELLS> {
    /// The pages whose buckets are wider than 32 bits tell.
    const FAR: u64 = !0 << (LAST_NEAR + 1 - (PAGE_CELLS / CELLS).ilog2() as usize);

    /// A table of no values.
    pub(super) fn new() -> Self {
        Self { near: Buckets::new(), far: Buckets::new(), is_far: Self::FAR }
    }

    /// Adds what is known of some values of a bucket.
    pub(super) fn add(&mut self, place: Place, values: Cell) {
        let page = page_of(place);
        if !self.is_far(page) {
            if Near::of(values).is_some_and(|values| self.near.add(place, values)) {
                return;
            }
            self.move_far(page);
        }
        self.far.add(place, values);
    }

    /// Moves a page among those that have room for all there is.
    #[cold]
    fn move_far(&mut self, page: usize) {
        self.near.on(page).for_each(|(place, values)| {
            self.far.add(place, values.widen(place));
        });
        if let Some(full) = self.near.full.get_mut(page) {
            *full = None;
        }
        self.near.few.retain(|place, _| page_of(*place) != page);
        self.is_far |= 1 << page;
    }

    /// Counts values, each at its place; with them there are no more in the table than 32
    /// bits count.
    pub(super) fn count(&mut self, values: &[i64], places: &[Place]) {
        let mut at = self.near.count(values, places, 0);
        while at < values.len() {
            self.add(places[at], Cell::of(values[at], 1));
            at = self.near.count(values, places, at + 1);
        }
    }

    /// How many values a page holds in the buckets before `place`.
    pub(super) fn before(&self, page: usize, place: Place) -> u64 {
        if self.is_far(page) { self.far.before(page, place) } else { self.near.before(page, place) }
    }

    /// What is known of a bucket, if it holds values.
    pub(super) fn bucket(&self, place: Place) -> Option<Cell> {
        let near = || self.near.bucket(place).map(|values| values.widen(place));
        let found = if self.is_far(page_of(place)) { self.far.bucket(place) } else { near() };
        found.filter(|values| values.count > 0)
    }

    /// The first bucket of a page up to which there are at least so many of its values, and
    /// how many there are before it.
    pub(super) fn find(&self, page: usize, rank: f64) -> Option<(Cell, u64)> {
        let found =
            if self.is_far(page) { self.far.find(page, rank) } else { self.near.find(page, rank) };
        found.and_then(|(place, before)| Some((self.bucket(place)?, before)))
    }

    fn is_far(&self, page: usize) -> bool {
        self.is_far >> page & 1 == 1
    }

    /// The buckets of a page that hold values, in rising order.
    pub(super) fn on(&self, page: usize) -> impl Iterator<Item = (Place, Cell)> + '_ {
        let near = self.near.on(page).map(|(place, values)| (place, values.widen(place)));
        near.chain(self.far.on(page))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::page::{PAGES, place};
    use super::*;

    /// Values of few octaves near each other, of any octave, and the same again and again.
    fn value() -> impl Strategy<Value = i64> {
        prop_oneof![
            4 => 1_000_000_i64..3_000_000,
            2 => (0_u32..62, 0_i64..1 << 62).prop_map(|(bits, value)| value >> bits),
            1 => Just(7),
            1 => Just(i64::from(u32::MAX)),
        ]
    }

    /// The same, with what is known of each bucket of so many places in a list.
    struct Listed {
        places: Place,
        known: BTreeMap<Place, (u64, i64, i64)>,
    }

    impl Listed {
        fn add(&mut self, value: i64, times: u64) {
            let first = place(value) / self.places * self.places;
            let (count, low, high) = self.known.entry(first).or_insert((0, i64::MAX, i64::MIN));
            (*count, *low, *high) = (*count + times, value.min(*low), value.max(*high));
        }

        fn on(&self, page: usize) -> Vec<(Place, (u64, i64, i64))> {
            self.known.range(places_of(page)).map(|(place, known)| (*place, *known)).collect()
        }
    }

    /// Whether a table tells what is known of the values, and where the share `rank` of each
    /// page ends.
    fn knows_the_same<const CELLS: usize>(
        batches: &[Vec<i64>],
        many: &[(i64, u64)],
        rank: f64,
    ) -> Result<(), TestCaseError> {
        let places = (PAGE_CELLS / CELLS) as Place;
        let mut table = Table::<CELLS>::new();
        let mut listed = Listed { places, known: BTreeMap::new() };
        for values in batches {
            let places: Vec<Place> = values.iter().map(|value| place(*value)).collect();
            table.count(values, &places);
            values.iter().for_each(|value| listed.add(*value, 1));
        }
        for (value, times) in many {
            table.add(place(*value), Cell::of(*value, *times));
            listed.add(*value, *times);
        }
        for page in 0..PAGES {
            let all = listed.on(page);
            let told = table.on(page).map(|(place, c)| (place, (c.count, c.low, c.high)));
            prop_assert_eq!(told.collect::<Vec<_>>(), all.clone());
            let held: u64 = all.iter().map(|(_, (count, ..))| count).sum();
            prop_assert_eq!(table.before(page, Place::MAX), held);
            let (mut before, rank) = (0, (held as f64 * rank).max(1.0));
            let mut found = None;
            for (first, (count, low, high)) in all {
                for place in [first, first + places - 1] {
                    prop_assert_eq!(table.before(page, place), before);
                    let bucket = table.bucket(place).map(|c| (c.count, c.low, c.high));
                    prop_assert_eq!(bucket, Some((count, low, high)));
                }
                if found.is_none() && rank <= (before + count) as f64 {
                    found = Some((low, before));
                }
                before += count;
            }
            let told = table.find(page, rank).map(|(cell, before)| (cell.low, before));
            prop_assert_eq!(told, found.filter(|_| held > 0));
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn arrays_and_lists_know_the_same_of_each_bucket(
            batches in prop::collection::vec(prop::collection::vec(value(), 0..300), 1..6),
            many in prop::collection::vec((value(), 1_u64..1 << 34), 0..8),
            rank in 0.0_f64..1.0,
        ) {
            knows_the_same::<PAGE_CELLS>(&batches, &many, rank)?;
            knows_the_same::<64>(&batches, &many, rank)?;
        }
    }
}
