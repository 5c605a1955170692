//! A sum of exponential stages.

use super::check::{Edge, Power, Shape, plain, positive, within};
use super::{Law, LawError};
use crate::maths;

/// The gamma law, `F(x) = P(shape, x/scale)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gamma {
    shape: f64,
    scale: f64,
}

impl Law {
    /// Gamma with `shape` \[1\] and `scale`; its mean is their product.
    ///
    /// # Errors
    ///
    /// A parameter is not finite or not above zero, `scale` is larger than
    /// 1e30, or `shape` is outside 0.001..1,000,000.
    pub fn gamma(shape: f64, scale: f64) -> Result<Self, LawError> {
        let shape = within("the shape", shape, 1e-3, 1e6)?;
        Ok(Self::Gamma(Gamma { shape, scale: positive("the scale", scale)? }))
    }
}

impl Shape for Gamma {
    fn quantile(&self, u: f64) -> f64 {
        self.scale * maths::gamma_quantile(self.shape, u)
    }

    fn cdf(&self, x: f64) -> f64 {
        maths::gamma_cdf(self.shape, x / self.scale)
    }

    fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    fn variance(&self) -> f64 {
        self.shape * self.scale * self.scale
    }

    fn least(&self) -> f64 {
        0.0
    }

    fn most(&self) -> f64 {
        f64::INFINITY
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let moment = match power {
            Power::First => self.mean(),
            Power::Second => self.mean() * (self.shape + 1.0) * self.scale,
        };
        moment * maths::gamma_cdf(self.shape + power.number(), edge.at / self.scale)
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("gamma, mean {}, shape {}", unit(self.mean()), plain(self.shape))
    }
}
