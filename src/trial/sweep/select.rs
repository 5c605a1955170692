//! Selection: the so-many-th of many rows, by lanes.

use pulp::Simd;

use super::lane::{LANES, Lane, lanes, sort, within};

/// How many extremes are kept while one is found.
const KEPT: usize = 4;

/// So many rows are all put in order.
const FEW: usize = 32;

/// Rows of a sample at most.
const SAMPLE: usize = 512;

/// Rows of which one is looked for in each lane.
pub(super) trait Rows {
    /// How many there are.
    fn many(&self) -> usize;

    /// One of them; always inlined, so that it is compiled for the processor at hand.
    fn row(&self, at: usize) -> Lane;
}

/// What is used again from selection to selection.
#[derive(Debug)]
pub(super) struct Selection {
    /// Few rows, or a sample of many.
    rows: Vec<Lane>,
    /// What is looked through one by one, in each lane.
    open: [Vec<i64>; LANES],
}

impl Selection {
    /// Room for so many rows.
    pub(super) fn of(most: usize) -> Self {
        let rows = Vec::with_capacity(sampled(most).max(FEW));
        Self { rows, open: std::array::from_fn(|_| Vec::with_capacity(most)) }
    }

    /// What comes at place `nth`, from 0, when each lane is put in order.
    #[inline(always)]
    pub(super) fn nth<S: Simd>(&mut self, simd: S, nth: usize, rows: &impl Rows) -> Lane {
        let many = rows.many();
        let (early, late) = (nth + 1, many - nth);
        if early <= KEPT {
            extreme(rows, early, (i64::MAX, |new, old| new < old))
        } else if late <= KEPT {
            extreme(rows, late, (i64::MIN, |new, old| new > old))
        } else if many <= FEW {
            self.rows.clear();
            for at in 0..many {
                self.rows.push(rows.row(at));
            }
            sort(simd, &mut self.rows);
            self.rows[nth]
        } else {
            self.of_many(simd, nth, rows)
        }
    }

    /// A sample tells between which two values it lies, so that few are left to look
    /// through: Floyd and Rivest, Communications of the ACM 18 (1975), page 165; with a
    /// sample that is taken at even distances.
    #[inline(always)]
    fn of_many<S: Simd>(&mut self, simd: S, nth: usize, rows: &impl Rows) -> Lane {
        let (low, high) = self.bracket(simd, nth, rows);
        self.open.iter_mut().for_each(Vec::clear);
        let mut above = [0; LANES];
        for at in 0..rows.many() {
            let row = rows.row(at);
            for lane in lanes(within(simd, &row, (&low, &high), &mut above)) {
                self.open[lane].push(row[lane]);
            }
        }
        let mut found = [0; LANES];
        for lane in 0..LANES {
            let (above, open) = (above[lane] as usize, &mut self.open[lane]);
            let place = (nth + above).wrapping_sub(rows.many());
            found[lane] = if place < open.len() {
                *open.select_nth_unstable(place).1
            } else {
                missed(nth, (low[lane], high[lane]), (rows, lane), open)
            };
        }
        found
    }

    /// Between which two rows what is looked for most likely lies.
    #[inline(always)]
    fn bracket<S: Simd>(&mut self, simd: S, nth: usize, rows: &impl Rows) -> (Lane, Lane) {
        let many = rows.many();
        let size = sampled(many);
        self.rows.clear();
        for at in 0..size {
            self.rows.push(rows.row((2 * at + 1) * many / (2 * size)));
        }
        sort(simd, &mut self.rows);
        // As many of the sample are less as of all, give or take three deviations.
        let part = (nth as f64 + 0.5) / many as f64;
        let (middle, deviation) = (part * size as f64, (part * (1.0 - part) * size as f64).sqrt());
        let (low, high) = (middle - 3.0 * deviation - 1.5, middle + 3.0 * deviation + 0.5);
        let low = if low < 0.0 { [i64::MIN; LANES] } else { self.rows[low as usize] };
        let high = self.rows.get(high as usize).copied().unwrap_or([i64::MAX; LANES]);
        (low, high)
    }
}

/// What comes at place `nth` of one lane if it does not lie between two values: one of
/// these, which many rows may share, or beyond.
fn missed(
    nth: usize,
    (low, high): (i64, i64),
    (rows, lane): (&impl Rows, usize),
    open: &mut Vec<i64>,
) -> i64 {
    open.clear();
    open.extend((0..rows.many()).map(|at| rows.row(at)[lane]));
    for end in [low, high] {
        let (mut below, mut to_end) = (0, 0);
        for value in &*open {
            below += usize::from(*value < end);
            to_end += usize::from(*value <= end);
        }
        if (below..to_end).contains(&nth) {
            return end;
        }
    }
    *open.select_nth_unstable(nth).1
}

/// The rows of a sample: about the root of so many.
const fn sampled(many: usize) -> usize {
    let size = many.isqrt().next_power_of_two();
    if size < FEW {
        FEW
    } else if size > SAMPLE {
        SAMPLE
    } else {
        size
    }
}

/// The `k`-th most extreme of many rows; `k` is from 1 to [`KEPT`].
#[inline(always)]
fn extreme(rows: &impl Rows, k: usize, order: (i64, impl Fn(i64, i64) -> bool)) -> Lane {
    match k {
        1 => kept::<1>(rows, order),
        2 => kept::<2>(rows, order),
        3 => kept::<3>(rows, order),
        _ => kept::<KEPT>(rows, order),
    }
}

/// The last of the `K` most extreme.
#[inline(always)]
fn kept<const K: usize>(rows: &impl Rows, (none, beats): (i64, impl Fn(i64, i64) -> bool)) -> Lane {
    let mut kept = [[none; LANES]; K];
    for at in 0..rows.many() {
        let mut new = rows.row(at);
        for row in &mut kept {
            for lane in 0..LANES {
                let (fresh, old) = (new[lane], row[lane]);
                let wins = beats(fresh, old);
                row[lane] = if wins { fresh } else { old };
                new[lane] = if wins { old } else { fresh };
            }
        }
    }
    kept[K - 1]
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    struct Told(Vec<Lane>);

    impl Rows for Told {
        fn many(&self) -> usize {
            self.0.len()
        }

        fn row(&self, at: usize) -> Lane {
            self.0[at]
        }
    }

    /// Rows of several kinds: of few values, of many, in order, and most of them the same.
    fn rows() -> impl Strategy<Value = Vec<Lane>> {
        (1_usize..700, any::<u64>(), 0_u32..5).prop_map(|(many, seed, kind)| {
            let mut state = seed | 1;
            let mut next = || {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                (state >> 3) as i64
            };
            let mut rows: Vec<Lane> = (0..many).map(|_| std::array::from_fn(|_| next())).collect();
            for (lane, value) in rows.iter_mut().flat_map(|row| row.iter_mut().enumerate()) {
                match (kind + lane as u32) % 5 {
                    0 => {}
                    1 => *value >>= 58,
                    2 => *value = if *value % 8 == 0 { *value } else { i64::MAX },
                    3 => *value = if *value % 3 == 0 { *value } else { i64::MIN },
                    _ => *value >>= 50,
                }
            }
            if seed % 3 == 0 {
                rows.sort_unstable();
            }
            rows
        })
    }

    proptest! {
        #[test]
        fn selection_is_as_by_putting_in_order(rows in rows(), part in 0.0_f64..1.0, end in 0_usize..30) {
            let rows = Told(rows);
            let many = rows.many();
            let mut selection = Selection::of(many);
            let places = [(part * many as f64) as usize, end.min(many - 1), many - 1 - end.min(many - 1)];
            for nth in places {
                let found = selection.nth(pulp::Scalar, nth, &rows);
                for lane in 0..LANES {
                    let mut column: Vec<i64> = rows.0.iter().map(|row| row[lane]).collect();
                    column.sort_unstable();
                    prop_assert_eq!(found[lane], column[nth], "place {} of {}", nth, many);
                }
            }
        }
    }
}
