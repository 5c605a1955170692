//! Intervals for quantiles and means.
//!
//! A confidence is two-sided: 0.95 leaves 2.5 % on either side, of one-sided
//! bounds too.

use std::ops::Range;

use super::{BatchSpread, Histogram, Quantile};
use crate::maths;

/// Fewer batches do not show their spread.
pub(super) const BATCHES_MIN: u64 = 20;
/// With fewer trials expected beyond a point, a batch's count there is too far
/// from normal.
pub(super) const EXPECTED_MIN: f64 = 10.0;

/// How an interval was made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Method {
    /// Student's t on the spread between batches.
    Batches,
    /// Two trials whose ranks bound the quantile with binomial probability.
    OrderStatistics,
    /// Wilson's score interval of a proportion.
    Wilson,
    /// The exact interval of Clopper and Pearson.
    Exact,
    /// Student's t on independent trials.
    StudentT,
}

/// A range that holds the true figure with the confidence asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval<T> {
    /// The lower end.
    pub low: T,
    /// The upper end.
    pub high: T,
    /// How it was made.
    pub method: Method,
}

/// An interval for the quantile `q` in (0, 1) of what `sample` holds, at a
/// two-sided `confidence` in (0, 1).
///
/// From the spread between batches where `spread` has twenty or more and ten
/// trials of a batch are expected on either side of the quantile: the share
/// below the quantile has the deviation `s/√batches`, and the ends are the
/// quantiles at `q ± t s/√batches`. Else from the order statistics of
/// [`quantile_ranks`], for which trials are independent; under stratified trials
/// these are too wide, never too narrow by much. An end that trials are too few
/// to bound is [`Quantile::Empty`].
#[must_use]
pub fn quantile_interval(
    sample: &Histogram,
    spread: Option<&BatchSpread>,
    q: f64,
    confidence: f64,
) -> Interval<Quantile> {
    if let Some(half) = spread.and_then(|spread| half_width(sample, spread, q, confidence)) {
        let method = Method::Batches;
        let (low, high) = (sample.quantile(q - half), sample.quantile(q + half));
        return Interval { low, high, method };
    }
    let (low, high) = quantile_ranks(sample.count(), q, confidence);
    let end = |rank: Option<u64>| rank.map_or(Quantile::Empty, |rank| sample.order_statistic(rank));
    Interval { low: end(low), high: end(high), method: Method::OrderStatistics }
}

/// Half the width of the interval of the share below the quantile, where
/// batches can tell.
fn half_width(sample: &Histogram, spread: &BatchSpread, q: f64, confidence: f64) -> Option<f64> {
    let expected = spread.batch_size() as f64 * q.min(1.0 - q);
    // 0.9 and 100 trials are ten exceedances, whatever 1 − 0.9 rounds to.
    if spread.batches() < BATCHES_MIN || expected < EXPECTED_MIN * (1.0 - 1e-12) {
        return None;
    }
    let error = spread.scale(spread.share_deviation(q)?, sample.count());
    Some(student(spread.batches(), confidence) * error)
}

/// Student's factor for an average of `count` values.
fn student(count: u64, confidence: f64) -> f64 {
    maths::student_t_quantile((count - 1) as f64, 0.5 + 0.5 * confidence)
}

/// The ranks from 1 of the two order statistics between which the quantile `q`
/// in (0, 1) of `count` independent trials lies with at least the two-sided
/// `confidence` in (0, 1); none on a side that the trials are too few to bound.
///
/// The number of trials below the quantile is binomial, so the lower rank `l` is
/// the greatest with `P(B <= l − 1) <= α/2` and the upper rank `u` the least
/// with `P(B <= u − 1) >= 1 − α/2`: W. J. Conover, "Practical Nonparametric
/// Statistics" (1999), section 3.2.
#[must_use]
pub fn quantile_ranks(count: u64, q: f64, confidence: f64) -> (Option<u64>, Option<u64>) {
    let tail = 0.5 * (1.0 - confidence);
    // Both probabilities rise with the rank: find where they pass the tail.
    let low = first_of(0..count, |k| maths::binomial_cdf(k, count, q) > tail);
    let high = first_of(0..count, |k| maths::binomial_cdf(k, count, q) >= 1.0 - tail) + 1;
    ((low > 0).then_some(low), (high <= count).then_some(high))
}

/// The least number of a range for which `holds`, which once true stays true;
/// the range's end where it never does.
pub(super) fn first_of(range: Range<u64>, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (range.start, range.end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}

/// An interval for the mean at a two-sided `confidence` in (0, 1).
///
/// From the spread between twenty or more batches, else Student's t on
/// independent trials; none where there is no mean or a single trial.
///
/// Batch means are taken for normal. Stratified trials leave of a mean's error
/// little but the far tail, which is skew: over 40 stratified batches of a
/// log-normal step the interval, a seventh as wide as a plain one, was measured
/// to cover 92 % where 95 % were asked for.
#[must_use]
pub fn mean_interval(
    sample: &Histogram,
    spread: Option<&BatchSpread>,
    confidence: f64,
) -> Option<Interval<f64>> {
    let mean = sample.mean()?;
    let count = sample.count();
    let around = |half: f64, method| Interval { low: mean - half, high: mean + half, method };
    if let Some(spread) = spread.filter(|spread| spread.batches() >= BATCHES_MIN) {
        let error = spread.scale(spread.mean_deviation()?, count);
        return Some(around(student(spread.batches(), confidence) * error, Method::Batches));
    }
    let error = maths::sqrt(sample.variance()? / count as f64);
    Some(around(student(count, confidence) * error, Method::StudentT))
}

#[cfg(test)]
mod tests {
    use super::super::{Batch, Tally};
    use super::*;

    #[test]
    fn ranks_hold_their_confidence_and_no_more_than_needed() {
        for (count, q) in [(30, 0.5), (200, 0.95), (1_000, 0.99), (50, 0.05)] {
            let (low, high) = quantile_ranks(count, q, 0.95);
            let below = |rank: u64| maths::binomial_cdf(rank - 1, count, q);
            if let Some(low) = low {
                assert!(below(low) <= 0.025 && below(low + 1) > 0.025, "{count} {q} {low}");
            }
            let high = high.unwrap();
            assert!(below(high) >= 0.975 && below(high - 1) < 0.975, "{count} {q} {high}");
        }
    }

    #[test]
    fn ranks_known_values() {
        // The sign-test interval of a median: ranks 2 and 9 of 10 (97.9 %).
        assert_eq!(quantile_ranks(10, 0.5, 0.95), (Some(2), Some(9)));
        // 0.95⁵⁸ > 0.05: 58 trials do not bound p95 from above at 95 % one-sided.
        assert_eq!(quantile_ranks(58, 0.95, 0.9).1, None);
        assert_eq!(quantile_ranks(59, 0.95, 0.9).1, Some(59));
        assert_eq!(quantile_ranks(0, 0.5, 0.95), (None, None));
        assert_eq!(quantile_ranks(1, 0.5, 0.95), (None, None));
    }

    #[test]
    fn ends_may_be_out_of_reach_or_censored() {
        let mut sample = Histogram::new();
        sample.record_n(7, 10);
        let interval = quantile_interval(&sample, None, 0.95, 0.95);
        assert_eq!((interval.low, interval.high), (Quantile::Value(7.0), Quantile::Empty));
        (0..190).for_each(|_| sample.record_censored());
        let interval = quantile_interval(&sample, None, 0.05, 0.95);
        assert_eq!((interval.low, interval.high), (Quantile::Value(7.0), Quantile::Censored));
        assert_eq!(mean_interval(&sample, None, 0.95), None);
        let none = quantile_interval(&Histogram::new(), None, 0.5, 0.95);
        assert_eq!((none.low, none.high), (Quantile::Empty, Quantile::Empty));
    }

    #[test]
    fn mean_interval_by_hand() {
        let mut sample = Histogram::new();
        [2, 4, 6].into_iter().for_each(|value| sample.record(value));
        let interval = mean_interval(&sample, None, 0.95).unwrap();
        // t(2) = 4.302653, deviation 2, over √3.
        assert_eq!(interval.method, Method::StudentT);
        assert!((interval.high - (4.0 + 4.302_652_729_911_275 * 2.0 / 3.0f64.sqrt())).abs() < 1e-9);
        let mut one = Histogram::new();
        one.record(5);
        assert_eq!(mean_interval(&one, None, 0.95), None);
    }

    #[test]
    fn batches_are_used_from_twenty_on_and_away_from_the_tails() {
        let mut sample = Histogram::new();
        let mut spread = BatchSpread::new(256);
        for batch in 0..20_i64 {
            let method = |q| quantile_interval(&sample, Some(&spread), q, 0.95).method;
            assert_eq!(method(0.5), Method::OrderStatistics, "after {batch} batches");
            let mut own = Batch::default();
            (0..256).for_each(|i| own.record(i * 1_000_003 + batch * 77));
            spread.add_batch(&mut Tally::default().of(&own));
            sample.add(&Tally::default().of(&own));
        }
        let method = |q| quantile_interval(&sample, Some(&spread), q, 0.95).method;
        assert_eq!(method(0.5), Method::Batches);
        assert_eq!(method(0.96), Method::Batches);
        assert_eq!(method(0.97), Method::OrderStatistics);
        assert_eq!(method(0.03), Method::OrderStatistics);
    }
}
