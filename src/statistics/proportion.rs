//! Intervals for a share of independent trials.

use super::{Interval, Method};
use crate::maths;

/// Wilson's score interval for the share behind `successes` of `trials`, at a
/// two-sided `confidence` in (0, 1).
///
/// Source: E. B. Wilson, "Probable Inference, the Law of Succession, and
/// Statistical Inference" (1927). Without trials it is [0, 1].
#[must_use]
pub fn wilson(successes: u64, trials: u64, confidence: f64) -> Interval<f64> {
    if trials == 0 {
        return Interval { low: 0.0, high: 1.0, method: Method::Wilson };
    }
    let z = maths::normal_quantile(0.5 + 0.5 * confidence);
    let n = trials as f64;
    let share = successes as f64 / n;
    let square = z * z / n;
    let middle = (share + 0.5 * square) / (1.0 + square);
    let half = z * maths::sqrt(share * (1.0 - share) / n + square / (4.0 * n)) / (1.0 + square);
    let low = if successes == 0 { 0.0 } else { (middle - half).max(0.0) };
    let high = if successes == trials { 1.0 } else { (middle + half).min(1.0) };
    Interval { low, high, method: Method::Wilson }
}

/// The exact interval for the share behind `successes` of `trials`, at a
/// two-sided `confidence` in (0, 1).
///
/// Source: C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial
/// limits illustrated in the case of the binomial" (1934). Each end leaves half
/// of what is missing to the confidence, at 0 and at all successes too: 10,000 of
/// 10,000 at 0.95 is a share above 99.96 %, the one-sided bound at 97.5 %.
/// Without trials it is [0, 1].
#[must_use]
pub fn clopper_pearson(successes: u64, trials: u64, confidence: f64) -> Interval<f64> {
    let tail = 0.5 * (1.0 - confidence);
    let (k, n) = (successes as f64, trials as f64);
    let low = if successes == 0 { 0.0 } else { maths::beta_quantile(k, n - k + 1.0, tail) };
    let high =
        if successes >= trials { 1.0 } else { maths::beta_quantile(k + 1.0, n - k, 1.0 - tail) };
    Interval { low, high, method: Method::Exact }
}

/// An interval for the share behind `successes` of `trials`, at a two-sided
/// `confidence` in (0, 1): [`wilson`], but [`clopper_pearson`] where all trials
/// agree and Wilson's would be off.
///
/// ```
/// use drillcast::statistics::proportion_interval;
///
/// let always = proportion_interval(10_000, 10_000, 0.95);
/// assert!((always.low - 0.9996).abs() < 5e-5);
/// ```
#[must_use]
pub fn proportion_interval(successes: u64, trials: u64, confidence: f64) -> Interval<f64> {
    if successes == 0 || successes >= trials {
        return clopper_pearson(successes, trials, confidence);
    }
    wilson(successes, trials, confidence)
}

/// How many trials decide whether a share is above or below `quantile`, if it
/// stays at `share`: the least count at which [`wilson`]'s interval leaves the
/// quantile out. None where they are equal, or more than 2⁶² would be needed.
///
/// Wilson's interval holds the shares `p` with
/// `(share − p)² <= z² p (1 − p) / n`, which is solved for `n`.
#[must_use]
pub fn trials_to_decide(share: f64, quantile: f64, confidence: f64) -> Option<u64> {
    let z = maths::normal_quantile(0.5 + 0.5 * confidence);
    let gap = share - quantile;
    let needed = z * z * quantile * (1.0 - quantile) / (gap * gap);
    // Also false for the NaN of an equal share at a quantile of 0 or 1.
    (needed < (1_u64 << 62) as f64).then(|| needed.floor() as u64 + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(interval: Interval<f64>, low: f64, high: f64) {
        let near = |a: f64, b: f64| (a - b).abs() < 1e-12;
        assert!(near(interval.low, low) && near(interval.high, high), "{interval:?}");
    }

    #[test]
    fn agree_with_scipy() {
        // scipy.stats.binomtest(k, n).proportion_ci(…), SciPy 1.17.
        check(wilson(8, 10, 0.95), 0.490_162_471_536_641_8, 0.943_317_848_545_624_8);
        check(wilson(950, 1000, 0.95), 0.934_686_179_755_749_1, 0.961_869_737_607_251_1);
        check(wilson(0, 20, 0.9), 0.0, 0.119_157_837_360_964_48);
        check(clopper_pearson(8, 10, 0.95), 0.443_904_537_692_358_5, 0.974_789_273_673_166_5);
        check(clopper_pearson(0, 20, 0.9), 0.0, 0.139_108_340_668_375_35);
        check(clopper_pearson(10_000, 10_000, 0.95), 0.999_631_180_085_378, 1.0);
        check(clopper_pearson(950, 1000, 0.95), 0.934_609_512_084_506_4, 0.962_664_602_395_333_9);
    }

    #[test]
    fn the_choice_between_them() {
        assert_eq!(proportion_interval(0, 50, 0.95).method, Method::Exact);
        assert_eq!(proportion_interval(50, 50, 0.95).method, Method::Exact);
        assert_eq!(proportion_interval(1, 50, 0.95).method, Method::Wilson);
        check(proportion_interval(0, 0, 0.95), 0.0, 1.0);
        check(wilson(0, 0, 0.95), 0.0, 1.0);
    }

    #[test]
    fn trials_to_decide_is_the_least_that_does() {
        for (share, quantile) in [(0.97, 0.95), (0.94, 0.95), (0.5, 0.9), (0.752, 0.75)] {
            let n = trials_to_decide(share, quantile, 0.95).unwrap();
            let z = maths::normal_quantile(0.975);
            let excludes = |n: u64| {
                let gap: f64 = share - quantile;
                gap * gap > z * z * quantile * (1.0 - quantile) / n as f64
            };
            assert!(excludes(n) && !excludes(n - 1), "{share} {quantile} {n}");
        }
        // And against the interval itself, where the share is a whole count.
        let n = trials_to_decide(0.97, 0.95, 0.95).unwrap().next_multiple_of(100);
        assert!(wilson(n * 97 / 100, n, 0.95).low > 0.95);
        let fewer = n - 200;
        assert!(wilson(fewer * 97 / 100, fewer, 0.95).low < 0.95);
        assert_eq!(trials_to_decide(0.95, 0.95, 0.95), None);
        assert_eq!(trials_to_decide(1.0, 1.0, 0.95), None);
    }
}
