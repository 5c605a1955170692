//! Where numbers lie in the table of a histogram: a page an octave, in buckets.

/// `log2` of [`PAGE_CELLS`].
pub(super) const PAGE_BITS: u32 = 9;
/// Buckets per page: the values below 512, then one page per octave. Of the octave from 512
/// to 1,024 each holds one value, too.
pub(super) const PAGE_CELLS: usize = 1 << PAGE_BITS;
/// Buckets that count as one where batches are compared.
pub(super) const GROUP: usize = 8;
/// The last page whose buckets are no wider than 32 bits tell: values below 2⁴²,
/// 73 minutes in nanoseconds.
pub(super) const LAST_NEAR: usize = 33;
/// Larger values count as this one: 146 years in nanoseconds.
pub(super) const LARGEST: i64 = 1 << 62;
/// Page 0 and the octaves from 2⁹ to 2⁶².
pub(super) const PAGES: usize = 55;

/// The number of a bucket, in rising order: page · [`PAGE_CELLS`] + cell.
pub(super) type Place = u32;

/// The page that a bucket is on.
#[inline]
pub(super) fn page_of(place: Place) -> usize {
    place as usize / PAGE_CELLS
}

/// The places of a page.
pub(super) fn places_of(page: usize) -> std::ops::Range<Place> {
    (page * PAGE_CELLS) as Place..((page + 1) * PAGE_CELLS) as Place
}

/// The least value that a bucket may hold.
pub(super) fn start(place: Place) -> i64 {
    let (page, cell) = (page_of(place), place as usize % PAGE_CELLS);
    if page == 0 { cell as i64 } else { ((PAGE_CELLS + cell) as i64) << (page - 1) }
}

/// The bucket of a value from 0 to [`LARGEST`].
#[inline]
pub(super) fn place(value: i64) -> Place {
    let value = value as u64;
    // The bit length less nine, and zero for everything on page 0.
    let page = (u64::BITS - value.leading_zeros()).saturating_sub(PAGE_BITS);
    let shift = page.saturating_sub(1);
    (page << PAGE_BITS) | ((value >> shift) as Place & (PAGE_CELLS as Place - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The least and greatest value that a bucket may hold.
    fn edges(place: Place) -> (i64, i64) {
        let (page, low) = (page_of(place), start(place));
        (low, if page == 0 { low } else { low + ((1 << (page - 1)) - 1) })
    }

    #[test]
    fn every_value_lies_between_the_edges_of_its_bucket() {
        let around = |bits: i64| [-1, 0, 1].map(|offset| (1_i64 << bits) + offset);
        let mut values: Vec<i64> = (0..=62).flat_map(around).collect();
        values.sort_unstable();
        let mut last = None;
        for value in values.into_iter().filter(|&value| value <= LARGEST) {
            let place = place(value);
            let (low, high) = edges(place);
            assert!(low <= value && value <= high, "{value}: {low}..{high}");
            assert!(
                high - low <= value / PAGE_CELLS as i64,
                "{value} in a bucket as wide as {low}..{high}"
            );
            assert!(last <= Some(place), "order at {value}");
            assert!(places_of(page_of(place)).contains(&place));
            last = Some(place);
        }
        assert_eq!(place(LARGEST), places_of(PAGES - 1).start);
    }

    #[test]
    fn buckets_leave_no_gap() {
        for place in 0..places_of(PAGES - 1).start {
            assert_eq!(edges(place).1 + 1, edges(place + 1).0);
        }
    }
}
