//! Waiting for something whose rate rises or falls with age.

use super::check::{Edge, Power, Shape, plain, positive, within};
use super::{Law, LawError};
use crate::maths;

/// The Weibull law, `F(x) = 1 − exp(−(x/scale)^shape)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Weibull {
    scale: f64,
    shape: f64,
    inverse_shape: f64,
}

impl Weibull {
    /// `(x/scale)^shape`, zero below zero.
    fn hazard(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { maths::powf(x / self.scale, self.shape) }
    }
}

impl Law {
    /// Weibull with `scale` (the 63.2 % point) and `shape` \[1\]: below 1 the rate
    /// falls with age, above 1 it rises.
    ///
    /// # Errors
    ///
    /// A parameter is not finite or not above zero, `scale` is larger than
    /// 1e30, or `shape` is outside 0.05..1000.
    pub fn weibull(scale: f64, shape: f64) -> Result<Self, LawError> {
        let scale = positive("the scale", scale)?;
        let shape = within("the shape", shape, 0.05, 1e3)?;
        Ok(Self::Weibull(Weibull { scale, shape, inverse_shape: 1.0 / shape }))
    }
}

impl Shape for Weibull {
    #[inline]
    fn quantile(&self, u: f64) -> f64 {
        self.scale * maths::powf(-maths::ln_1p(-u), self.inverse_shape)
    }

    fn cdf(&self, x: f64) -> f64 {
        -maths::exp_m1(-self.hazard(x))
    }

    fn mean(&self) -> f64 {
        self.scale * maths::gamma(1.0 + self.inverse_shape)
    }

    fn variance(&self) -> f64 {
        let first = maths::gamma_ln(1.0 + self.inverse_shape);
        let second = maths::gamma_ln(1.0 + 2.0 * self.inverse_shape);
        // E[X²] − E[X]² = E[X]² (exp(second − 2 first) − 1), without cancellation.
        let mean = self.mean();
        (mean * mean * maths::exp_m1(second - 2.0 * first)).max(0.0)
    }

    fn least(&self) -> f64 {
        0.0
    }

    fn most(&self) -> f64 {
        f64::INFINITY
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let a = 1.0 + power.number() * self.inverse_shape;
        power.of(self.scale) * maths::gamma(a) * maths::gamma_cdf(a, self.hazard(edge.at))
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("Weibull, scale {}, shape {}", unit(self.scale), plain(self.shape))
    }
}
