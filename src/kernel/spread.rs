//! Sorting what lies about evenly over a stretch, as the phases of clocks do.
//!
//! Each is put into the one of twice as many buckets as there are keys that its place in
//! the stretch falls into; what is left to do within buckets is little. Where it is not
//! (all pinned to one phase, say), an ordinary sort does it.

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

    /// Sorts `all` by `key`, no two of which are equal; `place` never falls where the key
    /// rises.
    pub(super) fn sort<K: Ord>(
        &mut self,
        all: &mut Vec<T>,
        place: impl Fn(&T) -> i64,
        key: impl Fn(&T) -> K,
    ) {
        let many = all.len();
        if many < FEW {
            return all.sort_unstable_by_key(key);
        }
        let (mut least, mut most) = (i64::MAX, i64::MIN);
        for one in all.iter() {
            (least, most) = (least.min(place(one)), most.max(place(one)));
        }
        // Twice as many buckets as keys are more than enough: the least shift that gives
        // no more.
        let width = most.abs_diff(least) / (2 * many as u64) + 1;
        let shift = u64::BITS - width.leading_zeros();
        let bucket = |one: &T| (place(one).abs_diff(least) >> shift) as usize;
        self.ends.clear();
        self.ends.resize(2 * many, 0);
        all.iter().for_each(|one| self.ends[bucket(one)] += 1);
        let mut before = 0;
        for end in &mut self.ends {
            before += std::mem::replace(end, before);
        }
        self.spread.clear();
        self.spread.extend_from_slice(all);
        for one in all.iter() {
            let end = &mut self.ends[bucket(one)];
            self.spread[*end as usize] = *one;
            *end += 1;
        }
        std::mem::swap(all, &mut self.spread);
        if !insert_each(all, &key) {
            all.sort_unstable_by_key(key);
        }
    }
}

/// Sorts what is nearly sorted; not if that takes many steps.
fn insert_each<T: Copy, K: Ord>(all: &mut [T], key: impl Fn(&T) -> K) -> bool {
    let mut steps = STEPS * all.len();
    for next in 1..all.len() {
        let (one, mut at) = (all[next], next);
        while at > 0 && key(&one) < key(&all[at - 1]) {
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
            room.sort(&mut all, |one| one.0, |one| *one);
            prop_assert_eq!(&all, &expected);
            all.reverse();
            room.sort(&mut all, |one| one.0, |one| *one);
            prop_assert_eq!(all, expected);
        }
    }
}
