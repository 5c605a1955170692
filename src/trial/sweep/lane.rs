//! Lanes: one number a trial, of trials side by side.
//!
//! What these functions read they take by value: whoever compiles them then knows that what
//! they write is none of it, and takes the numbers together.

use pulp::Simd;

/// Trials that are swept side by side.
pub(super) const LANES: usize = crate::outcome::BESIDE;

/// One number a trial.
pub(in crate::trial) type Lane = [i64; LANES];

/// Each sum, however large.
#[inline(always)]
pub(super) fn plus(one: Lane, other: Lane) -> Lane {
    let mut sum = [0; LANES];
    for lane in 0..LANES {
        sum[lane] = one[lane].wrapping_add(other[lane]);
    }
    sum
}

/// Each difference, however large.
#[inline(always)]
pub(super) fn minus(from: Lane, less: Lane) -> Lane {
    let mut difference = [0; LANES];
    for lane in 0..LANES {
        difference[lane] = from[lane].wrapping_sub(less[lane]);
    }
    difference
}

/// The lesser of each two.
#[inline(always)]
pub(super) fn lesser(one: Lane, other: Lane) -> Lane {
    let mut least = [0; LANES];
    for lane in 0..LANES {
        let (a, b) = (one[lane], other[lane]);
        least[lane] = if a < b { a } else { b };
    }
    least
}

/// The greater of each two.
#[inline(always)]
pub(in crate::trial) fn greater(one: Lane, other: Lane) -> Lane {
    let mut most = [0; LANES];
    for lane in 0..LANES {
        let (a, b) = (one[lane], other[lane]);
        most[lane] = if a < b { b } else { a };
    }
    most
}

/// Puts each two that stand side by side in order.
///
/// It is too short for a compiler to see by itself that it can be done for many at once.
#[inline(always)]
pub(in crate::trial) fn in_order<S: Simd>(simd: S, less: &mut Lane, more: &mut Lane) {
    let ((less, _), (more, _)) = (S::as_mut_simd_i64s(less), S::as_mut_simd_i64s(more));
    // An iterator over both would be compiled for any processor, and called.
    for at in 0..less.len() {
        let (a, b) = (less[at], more[at]);
        let swap = simd.greater_than_i64s(a, b);
        (less[at], more[at]) = (simd.select_i64s(swap, b, a), simd.select_i64s(swap, a, b));
    }
}

/// A bit for each lane.
const BITS: Lane = {
    let (mut bits, mut lane) = ([0; LANES], 0);
    while lane < LANES {
        bits[lane] = 1 << lane;
        lane += 1;
    }
    bits
};

/// The lanes in which a number is between two others, a bit each; counts those in which it
/// is above the lower.
#[inline(always)]
pub(super) fn within<S: Simd>(
    simd: S,
    row: &Lane,
    (low, high): (&Lane, &Lane),
    above: &mut Lane,
) -> u16 {
    let ((row, _), (bits, _)) = (S::as_simd_i64s(row), S::as_simd_i64s(&BITS));
    let ((low, _), (high, _)) = (S::as_simd_i64s(low), S::as_simd_i64s(high));
    let (above, _) = S::as_mut_simd_i64s(above);
    let (one, none) = (simd.splat_i64s(1), simd.splat_i64s(0));
    let mut all = none;
    for at in 0..row.len() {
        let over = simd.greater_than_i64s(row[at], low[at]);
        let within = simd.and_m64s(over, simd.less_than_i64s(row[at], high[at]));
        above[at] = simd.add_i64s(above[at], simd.select_i64s(over, one, none));
        all = simd.or_i64s(all, simd.select_i64s(within, bits[at], none));
    }
    let mut told = [0; LANES];
    S::as_mut_simd_i64s(&mut told).0[0] = all;
    told.iter().fold(0, |all, bits| all | bits) as u16
}

/// Puts each lane in order: Batcher's odd-even merge sort, after Knuth, The Art of Computer
/// Programming, volume 3, section 5.2.2, algorithm M.
#[inline(always)]
pub(super) fn sort<S: Simd>(simd: S, keys: &mut [Lane]) {
    let many = keys.len();
    if many < 2 {
        return;
    }
    let most = many.next_power_of_two() / 2;
    let mut width = most;
    while width > 0 {
        let (mut next, mut offset, mut apart) = (most, 0, width);
        loop {
            // Those whose number has a bit as the offset has it, run by run.
            let (mut run, pairs) = (offset, many - apart);
            while run < pairs {
                for low in run..pairs.min(run + width) {
                    let (lower, upper) = keys.split_at_mut(low + apart);
                    in_order(simd, &mut lower[low], &mut upper[0]);
                }
                run += 2 * width;
            }
            if next == width {
                break;
            }
            (apart, next, offset) = (next - width, next / 2, width);
        }
        width /= 2;
    }
}

/// Some of the trials side by side, a bit each.
pub(super) type Mask = u16;

/// The places of some trials.
#[inline(always)]
pub(in crate::trial) fn lanes(mut some: Mask) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let lane = (some != 0).then(|| some.trailing_zeros() as usize)?;
        some &= some - 1;
        Some(lane)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Enough for several rounds of merging.
    const MANY: usize = 40;

    #[test]
    fn any_number_of_keys_is_put_in_order() {
        let mut state = 1_u64;
        for many in 0..=MANY {
            for _ in 0..50 {
                let mut keys = vec![[0; LANES]; many];
                for key in keys.iter_mut().flatten() {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    *key = (state >> 60) as i64;
                }
                let mut sorted = keys.clone();
                sort(pulp::Scalar, &mut sorted);
                for lane in 0..LANES {
                    let mut column: Vec<i64> = keys.iter().map(|row| row[lane]).collect();
                    column.sort_unstable();
                    assert!(column.iter().eq(sorted.iter().map(|row| &row[lane])), "{many}");
                }
            }
        }
    }
}
