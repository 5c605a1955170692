//! Sorting what lies about evenly over a stretch, as the phases of clocks do.
//!
//! Each is put into the one of twice as many buckets as there are keys that its place in
//! the stretch falls into; what is left to do within buckets is little. Where it is not
//! (all pinned to one phase, say), an ordinary sort does it.

use std::cmp::Ordering;

/// Below this an ordinary sort is as quick.
const FEW: usize = 16;
/// More steps than this a key, and they do not lie evenly.
const STEPS: usize = 8;

/// Room to sort in, used again and again.
#[derive(Clone, Debug)]
pub(super) struct Room<T> {
    spread: Vec<T>,
    ends: Vec<u32>,
}

impl<T: Copy> Room<T> {
    pub(super) const fn new() -> Self {
        Self { spread: Vec::new(), ends: Vec::new() }
    }

    /// Sorts `all`, of each two of which one comes `before` the other; `place` never falls
    /// from one to those that it comes before.
    pub(super) fn sort(
        &mut self,
        all: &mut Vec<T>,
        place: impl Fn(&T) -> i64,
        before: impl Fn(&T, &T) -> bool,
    ) {
        let many = all.len();
        if many < FEW {
            return sort_few(all, before);
        }
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for one in all.iter() {
            (least, most) = (least.min(place(one)), most.max(place(one)));
        }
        // Twice as many buckets as keys are more than enough: the least shift that gives
        // no more.
        let width = most.abs_diff(least) / (2 * many as u64) + 1;
        let shift = u64::BITS - width.leading_zeros();
        let bucket = |one: &T| (place(one).wrapping_sub(least) as u64 >> shift) as usize;
        self.ends.clear();
        self.ends.resize(2 * many, 0);
        all.iter().for_each(|one| self.ends[bucket(one)] += 1);
        let mut so_far = 0;
        for end in &mut self.ends {
            so_far += std::mem::replace(end, so_far);
        }
        self.spread.clear();
        self.spread.extend_from_slice(all);
        for one in all.iter() {
            let end = &mut self.ends[bucket(one)];
            self.spread[*end as usize] = *one;
            *end += 1;
        }
        std::mem::swap(all, &mut self.spread);
        if !insert_each(all, &before) {
            sort_few(all, before);
        }
    }
}

/// Sorts as the standard library does.
fn sort_few<T>(all: &mut [T], before: impl Fn(&T, &T) -> bool) {
    all.sort_unstable_by(|one, other| match (before(one, other), before(other, one)) {
        (true, _) => Ordering::Less,
        (_, true) => Ordering::Greater,
        _ => Ordering::Equal,
    });
}

/// Sorts what is nearly sorted; not if that takes many steps.
#[inline(always)]
fn insert_each<T: Copy>(all: &mut [T], before: impl Fn(&T, &T) -> bool) -> bool {
    let mut steps = STEPS * all.len();
    for next in 1..all.len() {
        let (one, mut at) = (all[next], next);
        while at > 0 && before(&one, &all[at - 1]) {
            all[at] = all[at - 1];
            at -= 1;
        }
        all[at] = one;
        let Some(left) = steps.checked_sub(next - at) else { return false };
        steps = left;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn sorts_as_an_ordinary_sort_does(
            places in prop_oneof![
                proptest::collection::vec(any::<i64>(), 0..200),
                proptest::collection::vec(0_i64..50, 0..200),
                proptest::collection::vec(0_i64..60_000_000_000, 0..200),
                // One far away from all others.
                proptest::collection::vec(0_i64..1000, 20..200)
                    .prop_map(|mut all| { all.push(i64::MAX / 2); all }),
            ],
        ) {
            let mut room = Room::new();
            let mut all: Vec<(i64, usize)> = places.into_iter().zip(0..).collect();
            let mut expected = all.clone();
            expected.sort_unstable();
            room.sort(&mut all, |one| one.0, |one, other| one < other);
            prop_assert_eq!(&all, &expected);
            all.reverse();
            room.sort(&mut all, |one| one.0, |one, other| one < other);
            prop_assert_eq!(all, expected);
        }
    }
}
