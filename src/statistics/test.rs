//! Exact tests for counts, and many tests at once.

use thiserror::Error;

use super::interval::{first_of, quantile_ranks};
use crate::maths;

/// Probabilities closer than this, relatively, count as equal: outcomes that
/// are equally likely differ by rounding.
const EQUAL: f64 = 1e-7;
/// More outcomes are not enumerated: a second or so.
const OUTCOMES_MAX: f64 = 5e6;

/// Why a test could not be made.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum TestError {
    /// There is not one predicted share for each count.
    #[error("expected one share for each of {counts} counts, found {shares}")]
    Mismatch {
        /// How many counts there are.
        counts: usize,
        /// How many shares there are.
        shares: usize,
    },
    /// The shares are not those of a law.
    #[error("expected shares of zero or more that sum to 1, found a sum of {sum}")]
    NotShares {
        /// Their sum.
        sum: f64,
    },
    /// There are more ways to spread the trials than can be enumerated.
    #[error("expected at most {most} possible outcomes, found {outcomes}")]
    TooManyOutcomes {
        /// How many there are.
        outcomes: f64,
        /// How many there may be.
        most: f64,
    },
}

/// The exact two-sided probability of a result as unlikely as `successes` in
/// `trials`, or more so, if each succeeds with probability `share` in [0, 1].
///
/// Sums the probabilities of all counts that are no likelier than the one seen,
/// as R's `binom.test` does.
///
/// ```
/// use drillcast::statistics::binomial_test;
///
/// assert!((binomial_test(3, 10, 0.5) - 0.343_75).abs() < 1e-12);
/// ```
///
/// # Panics
///
/// There are more successes than trials.
#[must_use]
pub fn binomial_test(successes: u64, trials: u64, share: f64) -> f64 {
    assert!(successes <= trials, "{successes} successes in {trials} trials");
    let seen = maths::binomial_pmf(successes, trials, share) * (1.0 + EQUAL);
    let likely = |k: u64| maths::binomial_pmf(k, trials, share) > seen;
    let mode = (((trials + 1) as f64 * share) as u64).min(trials);
    if !likely(mode) {
        return 1.0;
    }
    // The likelier counts are a run around the mode: one end is next to the
    // count that was seen, the other is searched for.
    let first = first_of(0..mode, likely);
    let last = first_of(mode..trials + 1, |k| !likely(k)) - 1;
    let below = if first == 0 { 0.0 } else { maths::binomial_cdf(first - 1, trials, share) };
    // At least `last + 1` successes are at most `trials − last − 1` failures.
    let above = if last == trials {
        0.0
    } else {
        maths::binomial_cdf(trials - last - 1, trials, 1.0 - share)
    };
    (below + above).min(1.0)
}

/// The exact probability of a result as unlikely as `counts`, or more so, if
/// trials fall into the cells with the probabilities `shares`.
///
/// Enumerates every way to spread the trials over the cells, since the usual
/// chi-square approximation fails for the few trials that drills give.
///
/// # Errors
///
/// The shares do not match the counts or are none, or there are more than five
/// million ways.
pub fn multinomial_test(counts: &[u64], shares: &[f64]) -> Result<f64, TestError> {
    if counts.len() != shares.len() {
        return Err(TestError::Mismatch { counts: counts.len(), shares: shares.len() });
    }
    let sum: f64 = shares.iter().sum();
    let valid = shares.iter().all(|&share| share >= 0.0) && (sum - 1.0).abs() < 1e-9;
    if !valid {
        return Err(TestError::NotShares { sum });
    }
    let cells: Vec<(u64, f64)> = counts.iter().copied().zip(shares.iter().copied()).collect();
    if cells.iter().any(|&(count, share)| count > 0 && share == 0.0) {
        return Ok(0.0);
    }
    let cells: Vec<_> = cells.into_iter().filter(|&(_, share)| share > 0.0).collect();
    let trials = cells.iter().map(|cell| cell.0).sum::<u64>();
    let outcomes = ways(trials, cells.len());
    if outcomes > OUTCOMES_MAX {
        return Err(TestError::TooManyOutcomes { outcomes, most: OUTCOMES_MAX });
    }
    // ln of pᵏ / k! for each cell and count.
    let tables: Vec<Vec<f64>> = cells
        .iter()
        .map(|&(_, share)| {
            let term = |k| k as f64 * maths::ln(share) - maths::gamma_ln(k as f64 + 1.0);
            (0..=trials).map(term).collect()
        })
        .collect();
    let all = maths::gamma_ln(trials as f64 + 1.0);
    let seen: f64 = tables.iter().zip(&cells).map(|(table, cell)| table[cell.0 as usize]).sum();
    let enumeration = Enumeration { tables: &tables, limit: all + seen + EQUAL };
    Ok(enumeration.unlikely(0, trials as usize, all).min(1.0))
}

/// In how many ways `trials` can fall into `cells`: `C(trials + cells − 1, cells − 1)`.
fn ways(trials: u64, cells: usize) -> f64 {
    (1..cells).map(|i| (trials as f64 + i as f64) / i as f64).product()
}

/// A walk over all outcomes.
struct Enumeration<'a> {
    tables: &'a [Vec<f64>],
    /// The logarithm of the probability up to which an outcome counts.
    limit: f64,
}

impl Enumeration<'_> {
    /// The probability of all unlikely outcomes that spread `left` trials over
    /// the cells from `cell` on, after a product with logarithm `ln` before.
    fn unlikely(&self, cell: usize, left: usize, ln: f64) -> f64 {
        let table = &self.tables[cell];
        if cell + 1 == self.tables.len() {
            let ln = ln + table[left];
            return if ln <= self.limit { maths::exp(ln) } else { 0.0 };
        }
        (0..=left).map(|k| self.unlikely(cell + 1, left - k, ln + table[k])).sum()
    }
}

/// Adjusts p-values for having made several tests, in the order given: rejecting
/// what is at most `α` afterwards makes a false claim with probability at most
/// `α` over all of them.
///
/// Source: S. Holm, "A Simple Sequentially Rejective Multiple Test Procedure"
/// (1979).
///
/// ```
/// use drillcast::statistics::holm;
///
/// assert_eq!(holm(&[0.5, 0.125, 0.25]), [0.5, 0.375, 0.5]);
/// ```
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|&a, &b| p_values[a].total_cmp(&p_values[b]));
    let mut adjusted = vec![0.0; p_values.len()];
    let mut largest = 0.0_f64;
    for (rank, &index) in order.iter().enumerate() {
        let factor = (p_values.len() - rank) as f64;
        largest = largest.max((factor * p_values[index]).min(1.0));
        adjusted[index] = largest;
    }
    adjusted
}

/// Two measured values between which the median lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct OrderInterval {
    /// The lower value.
    pub low: f64,
    /// The upper value.
    pub high: f64,
    /// The probability with which such an interval holds the median; at least
    /// the confidence asked for \[1\].
    pub confidence: f64,
}

/// An interval for the median of the law behind `measured` values, in any
/// order, at a two-sided `confidence` in (0, 1); it assumes no kind of law.
///
/// None where the values are too few: six are needed at 0.95.
#[must_use]
pub fn median_interval(measured: &[f64], confidence: f64) -> Option<OrderInterval> {
    let count = measured.len() as u64;
    let (Some(low), Some(high)) = quantile_ranks(count, 0.5, confidence) else { return None };
    let mut sorted = measured.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let below = maths::binomial_cdf(low - 1, count, 0.5);
    Some(OrderInterval {
        low: sorted[low as usize - 1],
        high: sorted[high as usize - 1],
        confidence: maths::binomial_cdf(high - 1, count, 0.5) - below,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn binomial_agrees_with_scipy() {
        // scipy.stats.binomtest(k, n, p).pvalue, SciPy 1.17.
        for (k, n, p, expected) in [
            (3, 10, 0.5, 0.343_75),
            (9, 20, 0.2, 0.009_981_786_320_724_306),
            (0, 20, 0.1, 0.254_529_978_024_904_35),
            (5200, 10_000, 0.5, 6.593_515_598_672_343e-5),
            (1, 300, 0.02, 0.035_582_550_577_282_16),
        ] {
            let value = binomial_test(k, n, p);
            assert!((value - expected).abs() < 1e-11, "{k} {n} {p}: {value}");
        }
    }

    #[test]
    fn binomial_agrees_with_its_definition() {
        for (n, p) in [(1, 0.5), (7, 0.3), (12, 0.5), (25, 0.93), (9, 0.0), (9, 1.0)] {
            for seen in 0..=n {
                let limit = maths::binomial_pmf(seen, n, p) * (1.0 + EQUAL);
                let pmf = (0..=n).map(|k| maths::binomial_pmf(k, n, p));
                let expected: f64 = pmf.filter(|&mass| mass <= limit).sum();
                let value = binomial_test(seen, n, p);
                assert!((value - expected).abs() < 1e-12, "{seen} {n} {p}: {value} {expected}");
            }
        }
    }

    #[test]
    fn multinomial_of_two_cells_is_binomial() {
        for k in 0..=12 {
            let value = multinomial_test(&[k, 12 - k], &[0.3, 0.7]).unwrap();
            assert!((value - binomial_test(k, 12, 0.3)).abs() < 1e-12, "{k}");
        }
    }

    #[test]
    fn multinomial_by_hand() {
        // Three trials over three equal cells: 3 ways to agree (1/27 each), 6 to
        // all differ (6/27 in one outcome), 6 outcomes of two and one (3/27 each).
        let thirds = [1.0 / 3.0; 3];
        let test = |counts: &[u64]| multinomial_test(counts, &thirds).unwrap();
        assert!((test(&[3, 0, 0]) - 3.0 / 27.0).abs() < 1e-12);
        assert!((test(&[2, 1, 0]) - 21.0 / 27.0).abs() < 1e-12);
        assert!((test(&[1, 1, 1]) - 1.0).abs() < 1e-12);
        assert_eq!(multinomial_test(&[0, 1], &[1.0, 0.0]), Ok(0.0));
        assert_eq!(multinomial_test(&[4, 0], &[1.0, 0.0]), Ok(1.0));
    }

    #[test]
    fn multinomial_refuses_nonsense() {
        let text = |counts: &[u64], shares: &[f64]| {
            multinomial_test(counts, shares).unwrap_err().to_string()
        };
        assert_eq!(text(&[1], &[]), "expected one share for each of 1 counts, found 0");
        assert_eq!(
            text(&[1, 1], &[0.5, 0.6]),
            "expected shares of zero or more that sum to 1, found a sum of 1.1"
        );
        assert!(matches!(multinomial_test(&[], &[]), Err(TestError::NotShares { .. })));
        let many = text(&[100; 8], &[0.125; 8]);
        assert!(many.starts_with("expected at most 5000000 possible outcomes, found"), "{many}");
    }

    #[test]
    fn holm_by_hand() {
        // Ranked .005 ×4, .01 ×3, .03 ×2, .04 ×1 and never falling.
        let adjusted = holm(&[0.01, 0.04, 0.03, 0.005]);
        let expected = [0.03, 0.06, 0.06, 0.02];
        for (a, b) in adjusted.iter().zip(expected) {
            assert!((a - b).abs() < 1e-15, "{adjusted:?}");
        }
        assert_eq!(holm(&[0.6, 0.9]), [1.0, 1.0]);
        assert!(holm(&[]).is_empty());
    }

    #[test]
    fn median_between_order_statistics() {
        let values: Vec<f64> = (1..=10).rev().map(f64::from).collect();
        let interval = median_interval(&values, 0.95).unwrap();
        assert_eq!((interval.low, interval.high), (2.0, 9.0));
        // 1 − 2 · 11/1024
        assert!((interval.confidence - 1002.0 / 1024.0).abs() < 1e-13);
        assert_eq!(median_interval(&values[..5], 0.95), None);
        let six = median_interval(&values[..6], 0.95).unwrap();
        assert_eq!((six.low, six.high), (5.0, 10.0));
    }
}
