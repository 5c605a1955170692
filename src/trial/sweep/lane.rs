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
    for (less, more) in less.iter_mut().zip(more) {
        let (a, b) = (*less, *more);
        (*less, *more) = (simd.min_i64s(a, b), simd.max_i64s(a, b));
    }
}
