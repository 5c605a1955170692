//! The gamma function and its regularised incomplete forms.
//!
//! Power series below the mean and a continued fraction above it: W. H. Press
//! et al., "Numerical Recipes", 3rd ed. (2007), section 6.2; NIST DLMF 8.7.1
//! and 8.9.2. The common factor comes from [`super::poisson_term`], so that
//! large shapes lose no digits.

use super::probability::PoissonTerm;
use super::{exp, ln, ln_1p, normal_quantile, poisson_term, powf, sqrt};

/// Relative size at which a series or fraction counts as converged.
const TOLERANCE: f64 = 1e-16;
/// Bounds every loop; convergence takes about `10 √a` steps.
const STEPS_MAX: usize = 1_000_000;

/// The gamma function `Γ(x)`.
#[must_use]
pub fn gamma(x: f64) -> f64 {
    libm::tgamma(x)
}

/// The natural logarithm of `|Γ(x)|`.
#[must_use]
pub fn gamma_ln(x: f64) -> f64 {
    libm::lgamma(x)
}

/// The regularised lower incomplete gamma function `P(a, x)`: the probability
/// that a gamma value of shape `a > 0` and scale 1 is at most `x`.
#[must_use]
pub fn gamma_cdf(a: f64, x: f64) -> f64 {
    gamma_tails(a, x).0
}

/// Both tails `(P(a, x), Q(a, x))` for `a > 0`, the smaller one accurate.
#[must_use]
pub fn gamma_tails(a: f64, x: f64) -> (f64, f64) {
    debug_assert!(a > 0.0, "gamma shape {a}");
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if x == f64::INFINITY {
        return (1.0, 0.0);
    }
    tails_from(poisson_term(a, x), a, x)
}

/// [`gamma_tails`] at a finite `x > 0` where the Poisson term is known.
fn tails_from(term: f64, a: f64, x: f64) -> (f64, f64) {
    if x < a + 1.0 {
        let lower = (term * lower_series(a, x)).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (term * a * upper_fraction(a, x)).min(1.0);
        (1.0 - upper, upper)
    }
}

/// `Σ xⁿ / ((a+1)…(a+n))`.
fn lower_series(a: f64, x: f64) -> f64 {
    let mut sum = 1.0;
    let mut term = 1.0;
    let mut denominator = a;
    for _ in 0..STEPS_MAX {
        denominator += 1.0;
        term *= x / denominator;
        sum += term;
        if term < sum * TOLERANCE {
            break;
        }
    }
    sum
}

/// `Γ(a, x) e^x x^(−a)` as a continued fraction, by the modified Lentz method.
fn upper_fraction(a: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let mut b = x + 1.0 - a;
    let mut c = 1.0 / TINY;
    let mut d = 1.0 / b;
    let mut h = d;
    for i in 1..STEPS_MAX {
        let i = i as f64;
        let an = -i * (i - a);
        b += 2.0;
        d = an * d + b;
        d = 1.0 / if d.abs() < TINY { TINY } else { d };
        c = b + an / c;
        c = if c.abs() < TINY { TINY } else { c };
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() <= 2.0 * TOLERANCE {
            break;
        }
    }
    h
}

/// The inverse of [`gamma_cdf`] in `x`: `P(a, gamma_quantile(a, p)) = p`.
///
/// `a > 0`, `p` in [0, 1]; 0 at `p = 0`, infinite at `p = 1`. Underflows to 0
/// where a tiny shape puts the quantile below the smallest number. Newton's
/// method on the logarithm of the smaller tail as a function of `ln x`, where
/// it is concave, from the Wilson-Hilferty (1931) approximation.
#[must_use]
pub fn gamma_quantile(a: f64, p: f64) -> f64 {
    debug_assert!(a > 0.0, "gamma shape {a}");
    if p <= 0.0 {
        return 0.0;
    }
    if p >= 1.0 {
        return f64::INFINITY;
    }
    let mut t = first_guess(a, p);
    if t < LN_SMALLEST {
        return 0.0;
    }
    let lower = p <= 0.5;
    let target = if lower { ln(p) } else { ln_1p(-p) };
    let terms = PoissonTerm::new(a);
    // Newton's method doubles the digits: a step this small was the last one.
    let enough = 1e-9 / sqrt(a + 1.0);
    for _ in 0..60 {
        let x = exp(t);
        let term = terms.at(x);
        let (below, above) = tails_from(term, a, x);
        // d ln(tail) / d ln x = ± x·density / tail, and x·density = a·term.
        let density = a * term;
        let tail = if lower { below } else { above };
        if tail <= 0.0 || density <= 0.0 {
            t += if lower { 1.0 } else { -1.0 };
            continue;
        }
        let miss = (ln(tail) - target) * tail / density;
        let step = if lower { -miss } else { miss }.clamp(-2.0, 2.0);
        t += step;
        if t < LN_SMALLEST {
            return 0.0;
        }
        if step.abs() < enough {
            break;
        }
    }
    exp(t)
}

/// `ln` of the smallest normal number.
const LN_SMALLEST: f64 = -708.0;

/// `ln x` to start [`gamma_quantile`] from.
fn first_guess(a: f64, p: f64) -> f64 {
    // Near zero P(a, x) = x^a / Γ(a+1); exact there, too large elsewhere.
    let near_zero = (ln(p) + gamma_ln(a + 1.0)) / a;
    let cube = 1.0 - 1.0 / (9.0 * a) + normal_quantile(p) / (3.0 * sqrt(a));
    if a < 0.5 || cube < 0.1 {
        return near_zero.min(ln(a + 1.0 + 40.0));
    }
    ln(a) + ln(powf(cube, 3.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::function::gamma as reference;

    #[test]
    fn gamma_itself() {
        assert_eq!(gamma(5.0), 24.0);
        for x in [0.01, 0.5, 1.5, 10.0, 100.5] {
            assert!((gamma_ln(x) - reference::ln_gamma(x)).abs() < 1e-11 * gamma_ln(x).abs());
        }
    }

    #[test]
    fn tails_agree_with_statrs() {
        for a in [0.05, 0.5, 1.0, 2.5, 10.0, 80.0, 300.0] {
            for x in [0.01, 0.3, 1.0, 2.0, 9.0, 75.0, 100.0, 320.0] {
                let (lower, upper) = gamma_tails(a, x);
                assert!((lower - reference::gamma_lr(a, x)).abs() < 1e-10, "P({a}, {x})");
                assert!((upper - reference::gamma_ur(a, x)).abs() < 1e-10, "Q({a}, {x})");
            }
        }
    }

    #[test]
    fn tails_known_values() {
        // P(1, x) = 1 − e^(−x); P(½, x) = erf(√x).
        assert!((gamma_cdf(1.0, 2.0) - (1.0 - exp(-2.0))).abs() < 1e-15);
        assert!((gamma_cdf(0.5, 2.25) - super::super::erf(1.5)).abs() < 1e-15);
        assert!((gamma_tails(1.0, 50.0).1 / exp(-50.0) - 1.0).abs() < 1e-13);
        assert_eq!(gamma_tails(2.0, 0.0), (0.0, 1.0));
        assert_eq!(gamma_tails(2.0, f64::INFINITY), (1.0, 0.0));
    }

    #[test]
    fn quantile_inverts_the_cdf() {
        for a in [0.01, 0.2, 0.5, 1.0, 3.0, 50.0, 1e4, 1e6] {
            for p in [1e-12, 1e-4, 0.05, 0.5, 0.500_001, 0.95, 0.999_9, 1.0 - 1e-12] {
                let x = gamma_quantile(a, p);
                assert!(x.is_finite() && x >= 0.0, "{a} {p}");
                if x > 1e-300 {
                    let (lower, upper) = gamma_tails(a, x);
                    let error = if p <= 0.5 { lower / p } else { upper / (1.0 - p) };
                    assert!((error - 1.0).abs() < 1e-10, "a {a} p {p} x {x} {error}");
                }
            }
        }
    }

    #[test]
    fn quantile_edges() {
        assert_eq!(gamma_quantile(2.0, 0.0), 0.0);
        assert_eq!(gamma_quantile(2.0, 1.0), f64::INFINITY);
        assert_eq!(gamma_quantile(0.001, 0.01), 0.0, "underflow is zero, not NaN");
    }
}
