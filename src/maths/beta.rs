//! The regularised incomplete beta function, its inverse, and Student's t.
//!
//! Continued fraction: W. H. Press et al., "Numerical Recipes", 3rd ed. (2007),
//! section 6.4; NIST DLMF 8.17.22. The common factor is a binomial term in
//! Loader's form, so that large parameters lose no digits.

use super::probability::BinomialTerm;
use super::{exp, gamma_ln, ln, normal_quantile, sqrt};

/// Bounds the continued fraction; it converges in about `5 √max(a, b)` steps.
const STEPS_MAX: usize = 1_000_000;

/// `I_x(a, b)`: the probability that a beta value with parameters `a, b > 0` is
/// at most `x`; 0 below the unit interval and 1 above it.
#[must_use]
pub fn beta_cdf(a: f64, b: f64, x: f64) -> f64 {
    beta_tails(a, b, x).0
}

/// Both tails `(I_x(a, b), 1 − I_x(a, b))` for `a, b > 0`, the smaller one
/// accurate.
#[must_use]
pub fn beta_tails(a: f64, b: f64, x: f64) -> (f64, f64) {
    tails(a, b, x, 1.0 - x)
}

/// [`beta_tails`] where the caller knows `y = 1 − x` better than it can be
/// computed.
fn tails(a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    debug_assert!(a > 0.0 && b > 0.0, "beta parameters {a} {b}");
    tails_from(BinomialTerm::new(a, b).at(x, y), a, b, x, y)
}

/// [`tails`] where the binomial term is known.
fn tails_from(term: f64, a: f64, b: f64, x: f64, y: f64) -> (f64, f64) {
    if x <= 0.0 {
        return (0.0, 1.0);
    }
    if y <= 0.0 {
        return (1.0, 0.0);
    }
    // x^a y^b / B(a, b)
    let factor = term * a * b / (a + b);
    if x < (a + 1.0) / (a + b + 2.0) {
        let lower = (factor * fraction(a, b, x) / a).min(1.0);
        (lower, 1.0 - lower)
    } else {
        let upper = (factor * fraction(b, a, y) / b).min(1.0);
        (1.0 - upper, upper)
    }
}

/// The continued fraction, by the modified Lentz method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let guard = |v: f64| if v.abs() < TINY { TINY } else { v };
    let (sum, above, below) = (a + b, a + 1.0, a - 1.0);
    let mut c = 1.0;
    let mut d = 1.0 / guard(1.0 - sum * x / above);
    let mut h = d;
    for m in 1..STEPS_MAX {
        let m = m as f64;
        let twice = 2.0 * m;
        let even = m * (b - m) * x / ((below + twice) * (a + twice));
        d = 1.0 / guard(1.0 + even * d);
        c = guard(1.0 + even / c);
        h *= d * c;
        let odd = -(a + m) * (sum + m) * x / ((a + twice) * (above + twice));
        d = 1.0 / guard(1.0 + odd * d);
        c = guard(1.0 + odd / c);
        let factor = d * c;
        h *= factor;
        if (factor - 1.0).abs() <= 2.3e-16 {
            break;
        }
    }
    h
}

/// The inverse of [`beta_cdf`] in `x`: `I_x(a, b) = p` at the returned `x`.
///
/// `a, b > 0`, `p` in [0, 1]. Newton's method on the logarithm of the smaller
/// tail as a function of the logarithm of the distance from its end of the unit
/// interval. Absolute accuracy about 1e-15.
#[must_use]
pub fn beta_quantile(a: f64, b: f64, p: f64) -> f64 {
    quantile_pair(a, b, p).0
}

/// The quantile `x` and `1 − x`, the one nearer to its end accurate.
fn quantile_pair(a: f64, b: f64, p: f64) -> (f64, f64) {
    debug_assert!(a > 0.0 && b > 0.0, "beta parameters {a} {b}");
    if p <= 0.0 {
        return (0.0, 1.0);
    }
    if p >= 1.0 {
        return (1.0, 0.0);
    }
    if p <= 0.5 {
        let x = lower_quantile(a, b, p);
        (x, 1.0 - x)
    } else {
        let y = lower_quantile(b, a, 1.0 - p);
        (1.0 - y, y)
    }
}

/// The quantile for `p` in (0, 0.5].
fn lower_quantile(a: f64, b: f64, p: f64) -> f64 {
    let target = ln(p);
    let terms = BinomialTerm::new(a, b);
    // Newton's method doubles the digits: a step this small was the last one.
    let enough = 1e-9 / sqrt(a + b);
    let mut t = first_guess(a, b, p);
    let (mut low, mut high) = (f64::NEG_INFINITY, 0.0);
    for _ in 0..100 {
        if t < -708.0 {
            return 0.0;
        }
        let x = exp(t);
        let y = 1.0 - x;
        let term = terms.at(x, y);
        let tail = tails_from(term, a, b, x, y).0;
        let density = term * a * b / (a + b) / y;
        if tail <= 0.0 || density <= 0.0 || y <= 0.0 {
            // Too far out to have a slope: towards the middle.
            t = if tail < p { (t * 0.5).min(t + 1.0) } else { t - 0.5 };
            continue;
        }
        let miss = (ln(tail) - target) * tail / density;
        if miss.abs() < enough {
            t -= miss;
            break;
        }
        if miss > 0.0 {
            high = t;
        } else {
            low = t;
        }
        t -= miss;
        if !(t > low && t < high) {
            t = if low.is_finite() { 0.5 * (low + high) } else { high - 1.0 };
        }
    }
    exp(t)
}

/// `ln x` to start [`lower_quantile`] from: the power law near zero for small
/// parameters, else the approximation 26.5.22 of Abramowitz and Stegun (1964).
fn first_guess(a: f64, b: f64, p: f64) -> f64 {
    if a < 1.0 || b < 1.0 {
        // I_x(a, b) is about x^a / (a B(a, b)).
        let ln_beta = gamma_ln(a) + gamma_ln(b) - gamma_ln(a + b);
        let near_zero = (ln(p) + ln(a) + ln_beta) / a;
        return near_zero.min(-1e-3);
    }
    if a == 1.0 || b == 1.0 {
        // Both forms are closed: 1 − (1 − x)^b and x^a.
        return if b == 1.0 { ln(p) / a } else { ln(-super::exp_m1(super::ln_1p(-p) / b)) };
    }
    let z = -normal_quantile(p);
    let lambda = (z * z - 3.0) / 6.0;
    let (ra, rb) = (1.0 / (2.0 * a - 1.0), 1.0 / (2.0 * b - 1.0));
    let h = 2.0 / (ra + rb);
    let w =
        z * sqrt((h + lambda).max(0.0)) / h - (rb - ra) * (lambda + 5.0 / 6.0 - 2.0 / (3.0 * h));
    let x = a / (a + b * exp(2.0 * w));
    ln(x.clamp(1e-300, 1.0 - 1e-9))
}

/// The quantile at `p` in (0, 1) of Student's t with `dof > 0` degrees of
/// freedom.
///
/// `P(|T| > t) = I_x(dof/2, 1/2)` at `x = dof / (dof + t²)`: Abramowitz and
/// Stegun 26.7.1.
#[must_use]
pub fn student_t_quantile(dof: f64, p: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return normal_quantile(p);
    }
    let both = 2.0 * p.min(1.0 - p);
    let (x, y) = quantile_pair(0.5 * dof, 0.5, both);
    let size = sqrt(dof * y / x);
    if p < 0.5 { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{ContinuousCDF, StudentsT};
    use statrs::function::beta::beta_reg;

    #[test]
    fn cdf_agrees_with_statrs() {
        for a in [0.3, 0.5, 1.0, 2.5, 17.0, 400.0] {
            for b in [0.4, 1.0, 3.0, 60.0] {
                for step in 1..20 {
                    let x = f64::from(step) / 20.0;
                    assert!((beta_cdf(a, b, x) - beta_reg(a, b, x)).abs() < 1e-10, "{a} {b} {x}");
                }
            }
        }
    }

    #[test]
    fn cdf_known_values() {
        assert!((beta_cdf(2.0, 3.0, 0.4) - 0.5248).abs() < 1e-15);
        assert!((beta_cdf(0.5, 0.5, 0.25) - 1.0 / 3.0).abs() < 1e-15);
        assert_eq!(beta_tails(2.0, 3.0, -1.0), (0.0, 1.0));
        assert_eq!(beta_tails(2.0, 3.0, 2.0), (1.0, 0.0));
    }

    #[test]
    fn quantile_inverts_the_cdf() {
        for a in [0.5, 1.0, 1.5, 4.0, 5.0, 200.0, 1e6] {
            for b in [0.5, 1.0, 2.0, 4.2, 5.0, 3e3, 1e6] {
                for p in [1e-10, 1e-3, 0.025, 0.3, 0.5, 0.7, 0.975, 0.999] {
                    let (x, y) = quantile_pair(a, b, p);
                    // Twelve digits of the distance to the nearer end.
                    let (below, above) = if p <= 0.5 {
                        let tail = |x: f64| tails(a, b, x, 1.0 - x).0;
                        (tail(x * (1.0 - 1e-12)), tail(x * (1.0 + 1e-12)))
                    } else {
                        let tail = |y: f64| tails(a, b, 1.0 - y, y).0;
                        (tail(y * (1.0 + 1e-12)), tail(y * (1.0 - 1e-12)))
                    };
                    assert!(below <= p && p <= above, "{a} {b} {p}: {x} in {below}..{above}");
                }
            }
        }
    }

    #[test]
    fn student_agrees_with_statrs_and_tables() {
        assert!((student_t_quantile(19.0, 0.975) - 2.093_024_054_408_263).abs() < 1e-12);
        assert!((student_t_quantile(1.0, 0.75) - 1.0).abs() < 1e-13);
        assert_eq!(student_t_quantile(7.0, 0.5), 0.0);
        for dof in [1.0, 4.0, 39.0, 999.0] {
            let law = StudentsT::new(0.0, 1.0, dof).unwrap();
            for p in [0.005, 0.2, 0.9, 0.975] {
                assert!((law.cdf(student_t_quantile(dof, p)) - p).abs() < 1e-10, "{dof} {p}");
            }
        }
        assert_eq!(student_t_quantile(3.0, 1.0), f64::INFINITY);
    }
}
