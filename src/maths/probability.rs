//! Binomial and Poisson terms without the cancellation of large logarithms.
//!
//! Source: C. Loader, "Fast and Accurate Computation of Binomial
//! Probabilities" (2000), the saddle-point form that R uses.

use super::{beta_tails, exp, gamma_ln, ln, ln_1p, sqrt};

/// `ln √(2π)`.
const LN_SQRT_TWO_PI: f64 = 0.918_938_533_204_672_8;
/// `2π`.
const TWO_PI: f64 = std::f64::consts::TAU;

/// `x^a e^(−x) / Γ(a + 1)` for `a >= 0` and `x >= 0`.
///
/// For whole `a` this is the Poisson probability of `a` events where `x` are
/// expected; the incomplete gamma functions use it for any `a`.
#[must_use]
pub fn poisson_term(a: f64, x: f64) -> f64 {
    if x == 0.0 {
        return if a == 0.0 { 1.0 } else { 0.0 };
    }
    if a == 0.0 {
        return exp(-x);
    }
    PoissonTerm::new(a).at(x)
}

/// [`poisson_term`] for one `a > 0` and many `x > 0`.
pub(super) struct PoissonTerm {
    a: f64,
    error: f64,
    root: f64,
}

impl PoissonTerm {
    pub(super) fn new(a: f64) -> Self {
        Self { a, error: stirling_error(a), root: sqrt(TWO_PI * a) }
    }

    pub(super) fn at(&self, x: f64) -> f64 {
        exp(-self.error - deviance(self.a, x)) / self.root
    }
}

/// `x^a y^b Γ(a+b+1) / (Γ(a+1) Γ(b+1))` for one pair `a, b > 0` and many `x`
/// with `y = 1 − x`.
pub(super) struct BinomialTerm {
    a: f64,
    b: f64,
    error: f64,
    root: f64,
}

impl BinomialTerm {
    pub(super) fn new(a: f64, b: f64) -> Self {
        let n = a + b;
        let error = stirling_error(n) - stirling_error(a) - stirling_error(b);
        Self { a, b, error, root: sqrt(n / (TWO_PI * a * b)) }
    }

    pub(super) fn at(&self, x: f64, y: f64) -> f64 {
        if x <= 0.0 || y <= 0.0 {
            return 0.0;
        }
        let n = self.a + self.b;
        exp(self.error - deviance(self.a, n * x) - deviance(self.b, n * y)) * self.root
    }
}

/// The probability of exactly `k` successes in `n` independent trials which
/// each succeed with probability `p` in [0, 1].
#[must_use]
pub fn binomial_pmf(k: u64, n: u64, p: f64) -> f64 {
    if k > n {
        return 0.0;
    }
    if p <= 0.0 || p >= 1.0 {
        let certain = if p <= 0.0 { 0 } else { n };
        return if k == certain { 1.0 } else { 0.0 };
    }
    if k == 0 {
        return exp(n as f64 * ln_1p(-p));
    }
    if k == n {
        return exp(n as f64 * ln(p));
    }
    BinomialTerm::new(k as f64, (n - k) as f64).at(p, 1.0 - p)
}

/// The probability of at most `k` successes in `n` independent trials which
/// each succeed with probability `p` in [0, 1].
///
/// `P(X <= k) = I_(1−p)(n − k, k + 1)`: NIST DLMF 8.17.5.
#[must_use]
pub fn binomial_cdf(k: u64, n: u64, p: f64) -> f64 {
    if k >= n || p <= 0.0 {
        return 1.0;
    }
    if p >= 1.0 {
        return 0.0;
    }
    beta_tails((k + 1) as f64, (n - k) as f64, p).1
}

/// What Stirling's formula misses: `ln Γ(n+1) − (n+½) ln n + n − ln √(2π)`.
fn stirling_error(n: f64) -> f64 {
    if n <= 15.0 {
        return gamma_ln(n + 1.0) - (n + 0.5) * ln(n) + n - LN_SQRT_TWO_PI;
    }
    let square = n * n;
    let inner = 1.0 / 1680.0 - 1.0 / 1188.0 / square;
    let inner = 1.0 / 1260.0 - inner / square;
    let inner = 1.0 / 360.0 - inner / square;
    (1.0 / 12.0 - inner / square) / n
}

/// `x ln(x/m) + m − x`, by its series where the two nearly agree.
fn deviance(x: f64, m: f64) -> f64 {
    let gap = x - m;
    if gap.abs() >= 0.1 * (x + m) {
        return x * ln(x / m) + m - x;
    }
    let v = gap / (x + m);
    let mut sum = gap * v;
    let mut power = 2.0 * x * v;
    let square = v * v;
    // |v| < 0.1, so that each term is a hundredth of the last: 1,000 is never
    // reached and only bounds the loop.
    for j in 1..1000 {
        power *= square;
        let next = sum + power / f64::from(2 * j + 1);
        if next == sum {
            break;
        }
        sum = next;
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Binomial, Discrete, DiscreteCDF, Poisson};

    #[test]
    fn binomial_agrees_with_statrs() {
        for (n, p) in [(1, 0.3), (10, 0.5), (40, 0.01), (300, 0.95)] {
            let law = Binomial::new(p, n).unwrap();
            for k in 0..=n {
                let (pmf, cdf) = (law.pmf(k), law.cdf(k));
                assert!((binomial_pmf(k, n, p) - pmf).abs() < 1e-11, "pmf {k} {n} {p}");
                assert!((binomial_cdf(k, n, p) - cdf).abs() < 1e-11, "cdf {k} {n} {p}");
            }
        }
    }

    #[test]
    fn binomial_sums_to_one_when_large() {
        let (n, p) = (100_000, 0.95);
        let sum: f64 = (0..=n).map(|k| binomial_pmf(k, n, p)).sum();
        assert!((sum - 1.0).abs() < 1e-11, "{sum}");
    }

    #[test]
    fn binomial_edges() {
        assert_eq!(binomial_pmf(3, 2, 0.5), 0.0);
        assert_eq!(binomial_pmf(0, 5, 0.0), 1.0);
        assert_eq!(binomial_pmf(5, 5, 1.0), 1.0);
        assert_eq!(binomial_cdf(4, 5, 1.0), 0.0);
        assert_eq!(binomial_cdf(5, 5, 0.3), 1.0);
        assert_eq!(binomial_cdf(0, 5, 0.0), 1.0);
    }

    #[test]
    fn poisson_agrees_with_statrs() {
        for mean in [0.1, 1.0, 20.0, 500.0] {
            let law = Poisson::new(mean).unwrap();
            for k in 0..600_u32 {
                let expected = law.pmf(u64::from(k));
                assert!((poisson_term(f64::from(k), mean) - expected).abs() < 1e-11, "{k} {mean}");
            }
        }
        assert_eq!(poisson_term(0.0, 0.0), 1.0);
        assert_eq!(poisson_term(2.0, 0.0), 0.0);
    }
}
