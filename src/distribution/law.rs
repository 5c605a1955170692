//! The enum over all laws, which forwards to each.

use super::check::{Edge, Power, Shape};
use super::{
    BetaPert, Constant, Empirical, Exponential, Gamma, LogNormal, Mixture, Scaled, Shifted,
    Triangular, Truncated, Uniform, Weibull,
};

/// A probability law of a real value.
///
/// Made by its constructors, which check their parameters: [`Law::constant`],
/// [`Law::uniform`], [`Law::exponential`], [`Law::log_normal`],
/// [`Law::log_normal_from_quantiles`], [`Law::weibull`], [`Law::gamma`],
/// [`Law::beta_pert`], [`Law::triangular`], [`Law::empirical`],
/// [`Law::mixture`], and from another law [`Law::truncated`],
/// [`Law::shifted`], [`Law::scaled`].
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Law {
    /// Always the same.
    Constant(Constant),
    /// Uniform between two ends.
    Uniform(Uniform),
    /// Exponential from zero.
    Exponential(Exponential),
    /// Log-normal.
    LogNormal(LogNormal),
    /// Weibull from zero.
    Weibull(Weibull),
    /// Gamma from zero.
    Gamma(Gamma),
    /// Beta-PERT between two ends.
    BetaPert(BetaPert),
    /// Triangular between two ends.
    Triangular(Triangular),
    /// The measured samples themselves.
    Empirical(Empirical),
    /// One of several laws.
    Mixture(Mixture),
    /// A law within bounds.
    Truncated(Box<Truncated>),
    /// A law plus a constant.
    Shifted(Box<Shifted>),
    /// A law times a constant.
    Scaled(Box<Scaled>),
}

/// Evaluates one expression for whichever law it is.
macro_rules! forward {
    ($value:expr, $law:ident => $body:expr) => {
        match $value {
            Law::Constant($law) => $body,
            Law::Uniform($law) => $body,
            Law::Exponential($law) => $body,
            Law::LogNormal($law) => $body,
            Law::Weibull($law) => $body,
            Law::Gamma($law) => $body,
            Law::BetaPert($law) => $body,
            Law::Triangular($law) => $body,
            Law::Empirical($law) => $body,
            Law::Mixture($law) => $body,
            Law::Truncated($law) => $body,
            Law::Shifted($law) => $body,
            Law::Scaled($law) => $body,
        }
    };
}

/// The nearest double inside (0, 1).
#[inline(always)]
pub(super) fn inside(u: f64) -> f64 {
    const LAST: f64 = 1.0 - f64::EPSILON / 2.0;
    #[expect(clippy::manual_clamp, reason = "unlike clamp, this turns NaN into a number")]
    u.max(f64::MIN_POSITIVE).min(LAST)
}

impl Law {
    /// The least value whose [`cdf`](Self::cdf) reaches `u`: one draw where `u`
    /// is a uniform in (0, 1).
    ///
    /// Always finite. Never falls as `u` rises, up to the last bits for the
    /// laws whose inverse is solved for (gamma, beta-PERT). A `u` outside
    /// counts as the nearest double inside.
    ///
    /// ```
    /// use drillcast::distribution::Law;
    ///
    /// let law = Law::uniform(10.0, 15.0).unwrap();
    /// assert_eq!(law.quantile(0.5), 12.5);
    /// ```
    #[must_use]
    #[inline]
    pub fn quantile(&self, u: f64) -> f64 {
        forward!(self, law => law.quantile(inside(u)))
    }

    /// The [`quantile`](Self::quantile) of each, to the bit; the commonest laws take them
    /// side by side.
    #[must_use]
    #[inline(always)]
    pub fn quantile_each<const N: usize>(&self, u: &[f64; N]) -> [f64; N] {
        let mut out = *u;
        match self {
            Self::Uniform(law) => law.quantile_each(&mut out),
            Self::Exponential(law) => law.quantile_each(&mut out),
            Self::LogNormal(law) => law.quantile_each(&mut out),
            _ => self.one_by_one(&mut out),
        }
        out
    }

    fn one_by_one(&self, u: &mut [f64]) {
        u.iter_mut().for_each(|u| *u = self.quantile(*u));
    }

    /// The probability of a value at most `x`.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        forward!(self, law => law.cdf(x))
    }

    /// The probability of a value strictly below `x`.
    ///
    /// The same as [`cdf`](Self::cdf) but at atoms: constants, samples, and
    /// mixtures with such parts.
    #[must_use]
    pub fn cdf_below(&self, x: f64) -> f64 {
        forward!(self, law => law.cdf_below(x))
    }

    /// The mean.
    #[must_use]
    pub fn mean(&self) -> f64 {
        forward!(self, law => law.mean())
    }

    /// The variance, in the square of the value's unit.
    #[must_use]
    pub fn variance(&self) -> f64 {
        forward!(self, law => law.variance())
    }

    /// The least value that it can take (the infimum of its support).
    #[must_use]
    pub fn least(&self) -> f64 {
        forward!(self, law => law.least())
    }

    /// The greatest value that it can take (the supremum of its support), often
    /// infinite.
    #[must_use]
    pub fn most(&self) -> f64 {
        forward!(self, law => law.most())
    }

    /// The one value that it takes, if there is only one.
    #[must_use]
    pub fn is_constant(&self) -> Option<f64> {
        let least = self.least();
        (least == self.most()).then_some(least)
    }

    /// The law in words for a report; `unit` writes a value.
    ///
    /// ```
    /// use drillcast::distribution::Law;
    ///
    /// let seconds = |s: f64| format!("{s} s");
    /// assert_eq!(Law::constant(30.0).unwrap().describe(&seconds), "30 s");
    /// assert_eq!(Law::uniform(10.0, 15.0).unwrap().describe(&seconds), "10 s..15 s");
    /// let law = Law::log_normal(240.0, 0.8).unwrap();
    /// assert_eq!(law.describe(&seconds), "log-normal, median 240 s, σ 0.8");
    /// ```
    #[must_use]
    pub fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        forward!(self, law => law.describe(unit))
    }

    /// `E[X^power; X on this side of the edge]`.
    pub(super) fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        forward!(self, law => law.partial_moment(power, edge))
    }

    /// The probability of this side of the edge.
    pub(super) fn share(&self, edge: Edge) -> f64 {
        if edge.included { self.cdf(edge.at) } else { self.cdf_below(edge.at) }
    }

    /// How deep laws are nested in this one: 1 for a plain law.
    pub(super) fn depth(&self) -> usize {
        1 + self.inner().map(Self::depth).max().unwrap_or(0)
    }

    /// How many laws there are in this one, itself included.
    pub(super) fn parts(&self) -> usize {
        1 + self.inner().map(Self::parts).sum::<usize>()
    }

    /// The laws that this one is made of.
    fn inner(&self) -> Box<dyn Iterator<Item = &Self> + '_> {
        match self {
            Self::Mixture(law) => Box::new(law.parts().map(|(_, law)| law)),
            Self::Truncated(law) => Box::new(std::iter::once(law.inner())),
            Self::Shifted(law) => Box::new(std::iter::once(law.inner())),
            Self::Scaled(law) => Box::new(std::iter::once(law.inner())),
            _ => Box::new(std::iter::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_quantiles_have_the_bits_of_each() {
        let laws = [
            Law::uniform(3.0, 11.0).unwrap(),
            Law::exponential(5.0).unwrap(),
            Law::log_normal(20.0, 0.5).unwrap(),
            Law::log_normal(1e-3, 9.0).unwrap(),
            Law::weibull(2.0, 1.5).unwrap(),
            Law::constant(7.0).unwrap(),
        ];
        for law in laws {
            for step in 0..2_000_u32 {
                let at = |lane: usize| (f64::from(step) + lane as f64 / 16.0) / 1_999.5;
                let uniforms: [f64; 16] = std::array::from_fn(at);
                for (many, u) in law.quantile_each(&uniforms).into_iter().zip(uniforms) {
                    assert_eq!(many.to_bits(), law.quantile(u).to_bits(), "{law:?} at {u}");
                }
            }
        }
    }
}
