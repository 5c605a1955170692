//! Shares: how much of what is asked is served, as a number between 0 and 1.
//!
//! A service with `r` ready replicas, among which and `d` dead ones that are still
//! listed requests are spread evenly, serves
//!
//! ```text
//! min(1 − (d / (d + r))^tries,  r · capacity ÷ demand)
//! ```
//!
//! The first is what reaches a replica that answers, on any of so many tries, each
//! at a replica drawn anew; the second is what these carry. What does not reach
//! them does not load them, so the lesser of both is served and not their product.
//! What a service needs multiplies: whether a request finds one component served is
//! taken to be independent of whether it finds another (an ASSUMPTION).

use super::steady::Steady;
use crate::block::Literal;
use crate::units::{Instant, Span};

/// All that is asked, in the unit of [`Share::Mean`].
pub(crate) use crate::outcome::WHOLE_SHARE as WHOLE;

/// The window of the minimum availability.
pub(crate) const MINUTE: Span = Span::seconds(60);

/// Bits of each count of [`Share::Counts`]: more than any service has replicas.
const COUNT_BITS: u32 = 20;

/// The counts in a number of [`Share::Counts`].
pub(crate) fn counts_of(packed: i64) -> [u32; 3] {
    let mask = (1 << COUNT_BITS) - 1;
    [2, 1, 0].map(|place| (packed >> (place * COUNT_BITS) & mask) as u32)
}

/// What a meter's share is made of.
#[derive(Clone, PartialEq, Debug)]
pub enum Share {
    /// How many of these hold, each of equal weight.
    Parts(Vec<Literal>),
    /// The mean of products.
    Mean(Vec<Vec<Factor>>),
    /// No share, but three counts of twenty bits each in one number.
    Counts([u32; 3]),
}

/// What one component does to a share.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Factor {
    /// The counter of its replicas that are ready.
    pub ready: u32,
    /// The counter of those that are listed and do not answer.
    pub dead: Option<u32>,
    /// What so many ready ones carry, in billionths.
    pub carries: Vec<i64>,
    /// How many replicas a request is tried on.
    pub tries: u32,
}

impl Factor {
    /// The share, by the counts, in billionths.
    #[must_use]
    pub(crate) fn of(&self, count: impl Fn(u32) -> u32) -> i64 {
        let ready = count(self.ready);
        let carried = self.carries[(ready as usize).min(self.carries.len() - 1)];
        let dead = self.dead.map_or(0, count);
        carried.min(answered(ready, dead, self.tries))
    }
}

/// What so many of a service's replicas carry, where `load` of them carry all, in
/// billionths.
#[must_use]
pub(crate) fn carried(replicas: usize, load: f64) -> i64 {
    ((replicas as f64 / load).min(1.0) * WHOLE as f64).round() as i64
}

/// Of the requests that are spread over so many, those that get an answer on some try,
/// in billionths.
#[must_use]
pub(crate) fn answered(ready: u32, dead: u32, tries: u32) -> i64 {
    if dead == 0 {
        return WHOLE;
    }
    let missed = f64::from(dead) / (f64::from(dead) + f64::from(ready));
    // Products alone, so that the last bit is the same everywhere.
    let missed = (0..tries).fold(1.0, |so_far, _| so_far * missed);
    WHOLE - (missed * WHOLE as f64).round() as i64
}

impl Share {
    /// What counts as everything.
    #[must_use]
    pub fn whole(&self) -> i64 {
        match self {
            Self::Parts(parts) => parts.len().max(1) as i64,
            Self::Mean(_) => WHOLE,
            Self::Counts(_) => 1,
        }
    }

    /// The parts that are counted one by one.
    #[must_use]
    pub fn parts(&self) -> &[Literal] {
        match self {
            Self::Parts(parts) => parts,
            Self::Mean(_) | Self::Counts(_) => &[],
        }
    }

    /// How many of its parts are served in the steady state.
    pub(crate) fn holding(&self, steady: &Steady) -> u32 {
        self.parts().iter().filter(|part| steady.holds(**part)).count() as u32
    }

    /// The counters that it reads.
    pub fn counters(&self) -> impl Iterator<Item = u32> + '_ {
        let (terms, plain): (&[Vec<Factor>], &[u32]) = match self {
            Self::Parts(_) => (&[], &[]),
            Self::Mean(terms) => (terms, &[]),
            Self::Counts(counters) => (&[], counters),
        };
        let of_factors = terms.iter().flatten().flat_map(|f| [Some(f.ready), f.dead]).flatten();
        of_factors.chain(plain.iter().copied())
    }

    /// The share, in its unit; `parts` of the parts hold.
    #[inline]
    pub(crate) fn of(&self, parts: u32, count: impl Fn(u32) -> u32 + Copy) -> i64 {
        match self {
            Self::Parts(_) => i64::from(parts),
            Self::Mean(terms) => mean(terms, count),
            Self::Counts(all) => {
                all.iter().fold(0, |so_far, one| so_far << COUNT_BITS | i64::from(count(*one)))
            }
        }
    }
}

fn mean(terms: &[Vec<Factor>], count: impl Fn(u32) -> u32 + Copy) -> i64 {
    let product = |factors: &Vec<Factor>| {
        let mut product = WHOLE;
        for factor in factors {
            // Most of them serve all, and a product with that is what it was.
            match (factor.of(count), product) {
                (WHOLE, _) => {}
                (share, WHOLE) => product = share,
                (share, _) => product = product * share / WHOLE,
            }
        }
        product
    };
    match terms {
        [only] => product(only),
        _ => terms.iter().map(product).sum::<i64>() / (terms.len() as i64).max(1),
    }
}

/// A share of a unit, in billionths.
#[must_use]
pub(crate) const fn in_billionths(share: i64, whole: i64) -> i64 {
    if whole == WHOLE { share } else { share * WHOLE / whole }
}

/// What changed a share: from when on, and to what.
pub(crate) type Steps = Vec<(Instant, i64)>;

/// Runs along a share and adds up what is not served.
struct Cursor<'s> {
    steps: &'s [(Instant, i64)],
    next: usize,
    at: Instant,
    /// What is not served, in the unit of the share.
    unserved: i64,
    whole: i64,
    sum: i128,
}

impl Cursor<'_> {
    /// What was not served from the beginning to `to`, which is not before where it is.
    fn up_to(&mut self, to: Instant) -> i128 {
        while let Some((at, share)) = self.steps.get(self.next).filter(|(at, _)| *at <= to) {
            self.add(*at);
            self.unserved = self.whole - share;
            self.next += 1;
        }
        self.add(to);
        self.sum
    }

    fn add(&mut self, to: Instant) {
        self.sum += i128::from(self.unserved) * i128::from((to - self.at).0);
        self.at = to;
    }
}

/// The most that was missing from the mean share of any window of a minute that ends
/// by `end`, in billionths, rounded down: 1 − the minimum availability.
///
/// The share is `first` up to the first of `steps`, in a unit of which `whole` is all;
/// before the trial it was so for ever, so that a window may begin before it. What is
/// missing from a sliding window is piecewise linear in where it ends, with corners
/// where the share changes at either end: the greatest is at one of them.
pub(crate) fn missing_in_a_minute(
    (first, whole): (i64, i64),
    steps: &[(Instant, i64)],
    end: Instant,
) -> i64 {
    if steps.is_empty() {
        return in_billionths(whole - first, whole);
    }
    if let Some(most) = in_one_dip((first, whole), steps, end) {
        return of_a_minute(most, whole);
    }
    let origin = Instant::ZERO - MINUTE;
    let cursor = || Cursor { steps, next: 0, at: origin, unserved: whole - first, whole, sum: 0 };
    let corners = steps.iter().map(|(at, _)| *at);
    let mut most = 0;
    for shift in [Span::ZERO, MINUTE] {
        let (mut head, mut tail) = (cursor(), cursor());
        let ends = corners.clone().map(|at| at + shift).filter(|at| *at <= end);
        for at in ends.chain([end]) {
            most = most.max(head.up_to(at) - tail.up_to(at - MINUTE));
        }
    }
    of_a_minute(most, whole)
}

/// What is missing in a minute, in billionths of it.
fn of_a_minute(missing: i128, whole: i64) -> i64 {
    let billionths = missing * i128::from(WHOLE) / (i128::from(whole) * i128::from(MINUTE.0));
    i64::try_from(billionths).unwrap_or(WHOLE)
}

/// What the worst minute misses of a share that falls, to rise from then on to at most
/// what it was: none is worse than the one that begins with the fall, since what slides
/// on from there loses no less than it gains.
fn in_one_dip((first, whole): (i64, i64), steps: &[(Instant, i64)], end: Instant) -> Option<i128> {
    let (fall, last) = (steps.first()?, steps.last()?);
    if last.1 > first || steps.windows(2).any(|pair| pair[1].1 < pair[0].1) {
        return None;
    }
    let to = (fall.0 + MINUTE).min(end);
    let (mut sum, mut share, mut since) = (0, first, to - MINUTE);
    for (at, next) in steps.iter().copied().chain([(to, 0)]) {
        let at = at.min(to);
        sum += i128::from(whole - share) * i128::from((at - since).0);
        (share, since) = (next, at);
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: f64) -> Instant {
        Instant((seconds * 1e9) as i64)
    }

    fn missing(steps: &[(f64, i64)], whole: i64, end: f64) -> f64 {
        let steps: Steps = steps.iter().map(|(s, share)| (at(*s), *share)).collect();
        missing_in_a_minute((whole, whole), &steps, at(end)) as f64 / WHOLE as f64
    }

    #[test]
    fn a_minute_by_hand() {
        // A quarter of a minute away, once.
        assert_eq!(missing(&[(100.0, 0), (115.0, 1)], 1, 3600.0), 0.25);
        // The whole minute, and longer.
        assert_eq!(missing(&[(0.0, 0), (60.0, 1)], 1, 3600.0), 1.0);
        assert_eq!(missing(&[(0.0, 0), (600.0, 1)], 1, 3600.0), 1.0);
        // Two outages within a minute count together: 10 s and 12 s of 50 s.
        let two = [(5.0, 0), (15.0, 1), (43.0, 0), (55.0, 1)];
        assert!((missing(&two, 1, 3600.0) - 22.0 / 60.0).abs() < 1e-9);
        // Apart they do not: of 40 s and then, a minute later, 30 s the first.
        let apart = [(0.0, 0), (40.0, 1), (100.0, 0), (130.0, 1)];
        assert!((missing(&apart, 1, 3600.0) - 40.0 / 60.0).abs() < 1e-9);
        // A window over the end of one and the start of the other: 30 s + 10 s + …
        let bridge = [(0.0, 0), (30.0, 1), (50.0, 0), (75.0, 1)];
        assert!((missing(&bridge, 1, 3600.0) - 40.0 / 60.0).abs() < 1e-9);
        // A third is missing for two minutes, all for 20 s of them.
        let deep = [(0.0, 2), (50.0, 0), (70.0, 2), (120.0, 3)];
        assert!((missing(&deep, 3, 3600.0) - (20.0 + 40.0 / 3.0) / 60.0).abs() < 1e-9);
        // The horizon comes after 15 s: the window began before the trial.
        assert_eq!(missing(&[(0.0, 0)], 1, 15.0), 0.25);
        assert_eq!(missing(&[], 1, 15.0), 0.0);
    }

    /// Second by second, slow and obvious.
    fn obvious(steps: &[(i64, i64)], whole: i64, end: i64) -> i64 {
        let share = |second: i64| {
            let before = steps.iter().rev().find(|(at, _)| *at <= second);
            before.map_or(whole, |(_, share)| *share)
        };
        let window = |to: i64| (to - 60..to).map(|second| whole - share(second)).sum::<i64>();
        (0..=end).map(window).max().unwrap_or(0)
    }

    #[test]
    fn windows_slide_as_they_do_second_by_second() {
        let mut state = 7_u64;
        let mut below = |n: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_041);
            ((state >> 33) % n) as i64
        };
        for _ in 0..500 {
            let (whole, end) = (1 + below(4), 1 + below(300));
            let mut steps: Vec<(i64, i64)> = Vec::new();
            let mut now = below(40);
            while now <= end && steps.len() < 12 {
                steps.push((now, below(whole as u64 + 1)));
                now += 1 + below(50);
            }
            let exact: Steps =
                steps.iter().map(|(at, share)| (Instant(at * 1_000_000_000), *share)).collect();
            let found = missing_in_a_minute((whole, whole), &exact, Instant(end * 1_000_000_000));
            let expected = obvious(&steps, whole, end) * WHOLE / (whole * 60);
            assert_eq!(found, expected, "{steps:?} of {whole} until {end}");
        }
    }

    #[test]
    fn what_is_served_by_hand() {
        let third = WHOLE / 3;
        // One of three does not answer: two thirds reach one, on the second try 8 of 9.
        assert!((answered(2, 1, 1) - 2 * third).abs() <= 1);
        assert!((answered(2, 1, 2) - WHOLE / 9 * 8).abs() <= 2);
        assert_eq!((answered(0, 2, 5), answered(3, 0, 1)), (0, WHOLE));
        assert_eq!((carried(0, 2.5), carried(3, 2.5)), (0, WHOLE));
        assert_eq!(carried(2, 2.5), WHOLE / 10 * 8);
        // Of three replicas that carry 1.5 of them, two answer and one is dead: all that
        // reaches the two is carried.
        let carries: Vec<i64> = (0..=3).map(|r| carried(r, 1.5)).collect();
        let factor = Factor { ready: 0, dead: Some(1), carries, tries: 1 };
        let of = |ready, dead| factor.of(|counter| [ready, dead][counter as usize]);
        assert!((of(2, 1) - 2 * third).abs() <= 1);
        // One left, which is asked a third and could carry two thirds; alone it is full.
        assert!((of(1, 2) - third).abs() <= 1);
        assert!((of(1, 0) - 2 * third).abs() <= 1);
        assert_eq!((of(0, 3), of(3, 0), of(2, 0)), (0, WHOLE, WHOLE));
    }

    #[test]
    fn what_is_needed_multiplies_and_members_count_alike() {
        let factor = |counter, load| Factor {
            ready: counter,
            dead: None,
            carries: (0..=2).map(|r| carried(r, load)).collect(),
            tries: 1,
        };
        let (half, all) = (factor(0, 2.0), factor(1, 1.0));
        let count = |counter: u32| [1, 1][counter as usize];
        let share = Share::Mean(vec![vec![half.clone(), all.clone()], vec![all]]);
        assert_eq!(share.of(0, count), WHOLE / 4 * 3);
        assert_eq!(Share::Mean(vec![vec![half.clone(), half]]).of(0, count), WHOLE / 4);
    }
}
