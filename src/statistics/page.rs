//! The table of a histogram: a page an octave, in groups of buckets.

/// Buckets per page: the values below 1,024, then one page per octave.
pub(super) const PAGE_CELLS: usize = 1024;
/// `log2` of [`PAGE_CELLS`].
const PAGE_BITS: u32 = 10;
/// Cells that are there, or not, together.
pub(super) const GROUP: usize = 16;
/// The last page whose buckets are no wider than 32 bits tell: values below 2⁴³, two
/// hours in nanoseconds.
const NARROW: usize = 33;
/// Groups of a page.
const GROUPS: usize = PAGE_CELLS / GROUP;
/// Larger values count as this one: 146 years in nanoseconds.
pub(super) const LARGEST: i64 = 1 << 62;
/// Page 0 and the octaves from 2¹⁰ to 2⁶².
pub(super) const PAGES: usize = 54;

/// The buckets of one octave, in groups: the last octaves of a long tail have but a few.
#[derive(Clone, Debug)]
pub(super) struct Page {
    /// Which bits of a value tell where it lies inside its bucket, of the lowest 32.
    inside: u32,
    /// Groups in which 32 bits are enough: what is visited most should be small.
    narrow: [Option<Box<[Narrow; GROUP]>>; GROUPS],
    /// The others, if there are any.
    wide: Option<Box<Wides>>,
}

/// The wide groups of a page.
type Wides = [Option<Box<[Cell; GROUP]>>; GROUPS];

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
    const EMPTY: Self = Self { count: 0, low: i64::MAX, high: i64::MIN };

    fn add(&mut self, other: Self) {
        self.count += other.count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
    }
}

/// What is known of the values in one bucket, in fewer bits.
#[derive(Clone, Copy, Debug)]
struct Narrow {
    count: u32,
    /// The least value and the greatest, from where the bucket begins.
    low: u32,
    high: u32,
}

impl Narrow {
    const EMPTY: Self = Self { count: 0, low: u32::MAX, high: 0 };

    /// Counts a value; whether there was room. Of the many values of a bucket few are less
    /// or greater than all before, and what is not written need not be waited for.
    #[inline]
    fn count_one(&mut self, value: u32) -> bool {
        let Some(count) = self.count.checked_add(1) else { return false };
        self.count = count;
        if value < self.low || value > self.high {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
        }
        true
    }

    /// Adds what is known of another's values; whether there was room.
    fn add(&mut self, other: Self) -> bool {
        let Some(count) = self.count.checked_add(other.count) else { return false };
        self.count = count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        true
    }

    /// The same, where the bucket begins at `start`.
    fn widen(self, start: i64) -> Cell {
        if self.count == 0 {
            return Cell::EMPTY;
        }
        let (low, high) = (start + i64::from(self.low), start + i64::from(self.high));
        Cell { count: u64::from(self.count), low, high }
    }
}

impl Page {
    /// The page of this number, which holds nothing.
    #[cold]
    pub(super) fn fresh(page: usize) -> Box<Self> {
        let inside = (1_u64 << page.saturating_sub(1)) - 1;
        let inside = u32::try_from(inside).unwrap_or(u32::MAX);
        Box::new(Self { inside, narrow: [const { None }; GROUPS], wide: None })
    }

    /// Counts one value.
    #[inline]
    pub(super) fn count_one(&mut self, (page, cell): (usize, usize), value: i64) {
        let inside = value as u32 & self.inside;
        if let Some(group) = &mut self.narrow[cell / GROUP]
            && group[cell % GROUP].count_one(inside)
        {
            return;
        }
        self.record((page, cell), Cell { count: 1, low: value, high: value });
    }

    /// Counts values of a bucket.
    pub(super) fn record(&mut self, (page, cell): (usize, usize), values: Cell) {
        let group = cell / GROUP;
        let is_wide = self.wide.as_ref().is_some_and(|wide| wide[group].is_some());
        if page <= NARROW
            && !is_wide
            && let Ok(count) = u32::try_from(values.count)
        {
            let (low, high) = (values.low as u32 & self.inside, values.high as u32 & self.inside);
            let cells = self.narrow[group].get_or_insert_with(|| Box::new([Narrow::EMPTY; GROUP]));
            if cells[cell % GROUP].add(Narrow { count, low, high }) {
                return;
            }
        }
        self.wide(page, group)[cell % GROUP].add(values);
    }

    /// A group that has room for all there is.
    fn wide(&mut self, page: usize, group: usize) -> &mut [Cell; GROUP] {
        let narrow = self.narrow[group].take();
        let wides = self.wide.get_or_insert_with(|| Box::new([const { None }; GROUPS]));
        wides[group].get_or_insert_with(|| {
            let widen = |at: usize| {
                let cell = narrow.as_ref().map_or(Narrow::EMPTY, |narrow| narrow[at]);
                cell.widen(start(page, group * GROUP + at))
            };
            Box::new(std::array::from_fn(widen))
        })
    }

    /// The groups that are there, in rising order.
    pub(super) fn groups(&self) -> impl Iterator<Item = usize> + '_ {
        let there = |group: usize| self.narrow[group].is_some() || self.wide_group(group).is_some();
        (0..GROUPS).filter(move |group| there(*group))
    }

    fn wide_group(&self, group: usize) -> Option<&[Cell; GROUP]> {
        self.wide.as_ref()?[group].as_deref()
    }

    /// How many values a group holds.
    pub(super) fn count(&self, group: usize) -> u64 {
        let narrow = self.narrow[group].iter().flat_map(|cells| cells.iter());
        let wide = self.wide_group(group).into_iter().flatten();
        narrow.map(|cell| u64::from(cell.count)).chain(wide.map(|cell| cell.count)).sum()
    }

    /// What is known of the values in a bucket.
    pub(super) fn cell(&self, (page, cell): (usize, usize)) -> Cell {
        let (group, at) = (cell / GROUP, cell % GROUP);
        match &self.narrow[group] {
            Some(cells) => cells[at].widen(start(page, cell)),
            None => self.wide_group(group).map_or(Cell::EMPTY, |cells| cells[at]),
        }
    }
}

/// Where a bucket begins.
fn start(page: usize, cell: usize) -> i64 {
    if page == 0 { cell as i64 } else { ((PAGE_CELLS + cell) as i64) << (page - 1) }
}

/// The page and cell of a value.
#[inline]
pub(super) fn place(value: i64) -> (usize, usize) {
    let value = value as u64;
    // The bit length less ten, and zero for everything below 1,024.
    let page = (u64::BITS - value.leading_zeros()).saturating_sub(PAGE_BITS);
    let shift = page.saturating_sub(1);
    (page as usize, (value >> shift) as usize & (PAGE_CELLS - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least and greatest value that a cell may hold.
    fn edges(page: usize, cell: usize) -> (i64, i64) {
        if page == 0 {
            return (cell as i64, cell as i64);
        }
        let shift = page - 1;
        let low = ((PAGE_CELLS + cell) as i64) << shift;
        (low, low + ((1 << shift) - 1))
    }

    #[test]
    fn every_value_lies_between_the_edges_of_its_cell() {
        let around = |bits: i64| [-1, 0, 1].map(|offset| (1_i64 << bits) + offset);
        let mut values: Vec<i64> = (0..=62).flat_map(around).collect();
        values.sort_unstable();
        let mut last = None;
        for value in values.into_iter().filter(|&value| value <= LARGEST) {
            let (page, cell) = place(value);
            let (low, high) = edges(page, cell);
            assert!(low <= value && value <= high, "{value}: {low}..{high}");
            assert!(high - low <= value / 1024, "{value} in a bucket as wide as {low}..{high}");
            assert!(last <= Some((page, cell)), "order at {value}");
            last = Some((page, cell));
        }
        assert_eq!(place(LARGEST), (PAGES - 1, 0));
    }

    #[test]
    fn cells_leave_no_gap() {
        for page in 0..PAGES - 1 {
            for cell in 0..PAGE_CELLS {
                let next = if cell + 1 < PAGE_CELLS { (page, cell + 1) } else { (page + 1, 0) };
                assert_eq!(edges(page, cell).1 + 1, edges(next.0, next.1).0);
            }
        }
    }
}
