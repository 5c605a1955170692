//! Three estimates, smoothed: the beta-PERT law.

use super::check::{Edge, Power, Shape, finite};
use super::{Law, LawError};
use crate::maths;

/// The weight of the mode: D. G. Malcolm et al., "Application of a technique
/// for research and development program evaluation" (1959).
const LAMBDA: f64 = 4.0;

/// A beta law stretched over `[min, max]` whose mean is `(min + 4 mode + max) / 6`.
#[derive(Clone, Debug, PartialEq)]
pub struct BetaPert {
    min: f64,
    mode: f64,
    max: f64,
    width: f64,
    alpha: f64,
    beta: f64,
}

impl BetaPert {
    /// Where `x` lies between the ends, 0 to 1.
    fn position(&self, x: f64) -> f64 {
        ((x - self.min) / self.width).clamp(0.0, 1.0)
    }
}

/// Checks three estimates, shared with the triangular law.
pub(super) fn three_points(min: f64, mode: f64, max: f64) -> Result<(f64, f64, f64), LawError> {
    let min = finite("min", min)?;
    let mode = finite("mode", mode)?;
    let max = finite("max", max)?;
    if min <= mode && mode <= max {
        return Ok((min, mode, max));
    }
    Err(LawError::ModeOutside { min, mode, max })
}

impl Law {
    /// Beta-PERT over `[min, max]` with its peak at `mode`; a constant where
    /// the ends are equal.
    ///
    /// # Errors
    ///
    /// A parameter is not finite or larger than 1e30, or not
    /// `min <= mode <= max`.
    pub fn beta_pert(min: f64, mode: f64, max: f64) -> Result<Self, LawError> {
        let (min, mode, max) = three_points(min, mode, max)?;
        if min == max {
            return Self::constant(min);
        }
        let width = max - min;
        let alpha = 1.0 + LAMBDA * (mode - min) / width;
        let beta = 1.0 + LAMBDA * (max - mode) / width;
        Ok(Self::BetaPert(BetaPert { min, mode, max, width, alpha, beta }))
    }
}

impl Shape for BetaPert {
    fn quantile(&self, u: f64) -> f64 {
        (self.min + self.width * maths::beta_quantile(self.alpha, self.beta, u)).min(self.max)
    }

    fn cdf(&self, x: f64) -> f64 {
        maths::beta_cdf(self.alpha, self.beta, self.position(x))
    }

    fn mean(&self) -> f64 {
        self.min + self.width * self.alpha / (self.alpha + self.beta)
    }

    fn variance(&self) -> f64 {
        let sum = self.alpha + self.beta;
        self.width * self.width * self.alpha * self.beta / (sum * sum * (sum + 1.0))
    }

    fn least(&self) -> f64 {
        self.min
    }

    fn most(&self) -> f64 {
        self.max
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let (a, b, w) = (self.alpha, self.beta, self.width);
        let y = self.position(edge.at);
        // Moments of the beta value Y in X = min + w Y.
        let zeroth = maths::beta_cdf(a, b, y);
        let first = a / (a + b) * maths::beta_cdf(a + 1.0, b, y);
        if power == Power::First {
            return self.min * zeroth + w * first;
        }
        let second = a * (a + 1.0) / ((a + b) * (a + b + 1.0)) * maths::beta_cdf(a + 2.0, b, y);
        self.min * self.min * zeroth + 2.0 * self.min * w * first + w * w * second
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("PERT, {}..{}, mode {}", unit(self.min), unit(self.max), unit(self.mode))
    }
}
