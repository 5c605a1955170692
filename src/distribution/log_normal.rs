//! A product of many small factors: what people's and programs' durations look like.

use super::check::{Edge, Power, Shape, plain, positive};
use super::law::inside;
use super::{Law, LawError};
use crate::maths;

/// Beyond this spread p95 is 13 million times the median: a mistake, not a law.
const SIGMA_MAX: f64 = 10.0;

/// The log-normal law: `ln X` is normal with mean `ln median` and deviation `sigma`.
#[derive(Clone, Debug, PartialEq)]
pub struct LogNormal {
    median: f64,
    sigma: f64,
    /// The two quantiles it was made from, so that reports speak the user's language.
    given: Option<[(f64, f64); 2]>,
}

impl LogNormal {
    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.median
    }

    /// The standard deviation of the natural logarithm \[1\].
    #[must_use]
    pub fn sigma(&self) -> f64 {
        self.sigma
    }

    /// The quantile of each, in its place.
    #[inline(always)]
    pub(super) fn quantile_each<const N: usize>(&self, u: &mut [f64; N]) {
        for u in &mut *u {
            *u = inside(*u);
        }
        *u = maths::normal_quantile_each(u);
        for z in &mut *u {
            *z *= self.sigma;
        }
        *u = maths::exp_each(u);
        for factor in u {
            *factor *= self.median;
        }
    }

    /// `P(X <= x)` tilted by `shift` deviations, which is what its moments need.
    fn tilted_cdf(&self, x: f64, shift: f64) -> f64 {
        if x <= 0.0 {
            return 0.0;
        }
        maths::normal_cdf(maths::ln(x / self.median) / self.sigma - shift)
    }

    /// `E[X^k] = median^k exp(k² sigma²/2)`.
    fn moment(&self, power: Power) -> f64 {
        let spread = power.number() * self.sigma;
        power.of(self.median) * maths::exp(0.5 * spread * spread)
    }
}

impl Law {
    /// Log-normal with `median` and `sigma`, the standard deviation of the
    /// natural logarithm; a constant where `sigma` is zero.
    ///
    /// # Errors
    ///
    /// A parameter is not finite, `median` is not above zero or larger than
    /// 1e30, or `sigma` is negative or above 10.
    pub fn log_normal(median: f64, sigma: f64) -> Result<Self, LawError> {
        Self::log_normal_given(median, sigma, None)
    }

    /// The log-normal law with the value `lower.1` at quantile `lower.0` and
    /// the value `upper.1` at quantile `upper.0`.
    ///
    /// With `z` the standard normal quantile, `sigma = ln(v2/v1) / (z2 − z1)`
    /// and `median = v1 exp(−z1 sigma)`.
    ///
    /// # Errors
    ///
    /// A quantile is not strictly between 0 and 1, the quantiles or the values
    /// are in the wrong order, a value is not finite and above zero, or the
    /// spread that they imply is above 10.
    ///
    /// # Examples
    ///
    /// ```
    /// use drillcast::distribution::Law;
    ///
    /// let law = Law::log_normal_from_quantiles((0.5, 240.0), (0.95, 900.0)).unwrap();
    /// assert_eq!(law.describe(&|s| format!("{} s", s)), "log-normal, p50 240 s, p95 900 s");
    ///
    /// let error = Law::log_normal_from_quantiles((0.5, 900.0), (0.95, 240.0)).unwrap_err();
    /// assert!(error.to_string().starts_with("expected the value at the lower quantile (900)"));
    /// ```
    pub fn log_normal_from_quantiles(
        lower: (f64, f64),
        upper: (f64, f64),
    ) -> Result<Self, LawError> {
        for (quantile, _) in [lower, upper] {
            if !(quantile > 0.0 && quantile < 1.0) {
                return Err(LawError::QuantileOutside { quantile });
            }
        }
        if lower.0 >= upper.0 {
            return Err(LawError::QuantilesReversed { first: lower.0, second: upper.0 });
        }
        let first = positive("the value at the lower quantile", lower.1)?;
        let second = positive("the value at the higher quantile", upper.1)?;
        if first > second {
            return Err(LawError::QuantileValuesReversed { first, second });
        }
        let (z1, z2) = (maths::normal_quantile(lower.0), maths::normal_quantile(upper.0));
        // Quantiles so close together that their z agree put no bound on sigma.
        let sigma =
            if first == second { 0.0 } else { maths::ln(second / first) / (z2 - z1) }.min(1e30);
        let median = first * maths::exp(-z1 * sigma);
        Self::log_normal_given(median, sigma, Some([(lower.0, first), (upper.0, second)]))
    }

    fn log_normal_given(
        median: f64,
        sigma: f64,
        given: Option<[(f64, f64); 2]>,
    ) -> Result<Self, LawError> {
        if !sigma.is_finite() {
            return Err(LawError::NotFinite { what: "sigma", value: sigma });
        }
        if sigma < 0.0 {
            return Err(LawError::NegativeSigma { sigma });
        }
        if sigma > SIGMA_MAX {
            let what = "sigma";
            return Err(LawError::OutOfRange { what, value: sigma, least: 0.0, most: SIGMA_MAX });
        }
        let median = positive("the median", median)?;
        if sigma == 0.0 {
            return Self::constant(median);
        }
        Ok(Self::LogNormal(LogNormal { median, sigma, given }))
    }
}

impl Shape for LogNormal {
    #[inline]
    fn quantile(&self, u: f64) -> f64 {
        self.median * maths::exp(self.sigma * maths::normal_quantile(u))
    }

    fn cdf(&self, x: f64) -> f64 {
        self.tilted_cdf(x, 0.0)
    }

    fn mean(&self) -> f64 {
        self.moment(Power::First)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        mean * mean * maths::exp_m1(self.sigma * self.sigma)
    }

    fn least(&self) -> f64 {
        0.0
    }

    fn most(&self) -> f64 {
        f64::INFINITY
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        self.moment(power) * self.tilted_cdf(edge.at, power.number() * self.sigma)
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        if let Some([(q1, v1), (q2, v2)]) = self.given {
            let (p1, p2) = (quantile(q1), quantile(q2));
            return format!("log-normal, {p1} {}, {p2} {}", unit(v1), unit(v2));
        }
        format!("log-normal, median {}, σ {}", unit(self.median), plain(self.sigma))
    }
}

/// `p95` for 0.95.
fn quantile(quantile: f64) -> String {
    // A hundred times 0.07 is 7.000000000000001.
    format!("p{}", (quantile * 1e8).round() / 1e6)
}
