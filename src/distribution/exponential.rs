//! Waiting for something that happens at a constant rate.

use super::check::{Edge, Power, Shape, positive};
use super::law::inside;
use super::{Law, LawError};
use crate::maths;

/// The exponential law with a mean, `F(x) = 1 − exp(−x/mean)`.
#[derive(Clone, Debug, PartialEq)]
pub struct Exponential {
    mean: f64,
}

impl Law {
    /// Exponential with `mean`, from zero upwards.
    ///
    /// # Errors
    ///
    /// `mean` is not finite, not above zero or larger than 1e30.
    pub fn exponential(mean: f64) -> Result<Self, LawError> {
        Ok(Self::Exponential(Exponential { mean: positive("the mean", mean)? }))
    }
}

impl Exponential {
    /// The quantile of each, in its place.
    #[inline(always)]
    pub(super) fn quantile_each<const N: usize>(&self, u: &mut [f64; N]) {
        for u in &mut *u {
            *u = -inside(*u);
        }
        *u = maths::ln_1p_each(u);
        for u in u {
            *u *= -self.mean;
        }
    }
}

impl Shape for Exponential {
    #[inline]
    fn quantile(&self, u: f64) -> f64 {
        -self.mean * maths::ln_1p(-u)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { -maths::exp_m1(-x / self.mean) }
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.mean * self.mean
    }

    fn least(&self) -> f64 {
        0.0
    }

    fn most(&self) -> f64 {
        f64::INFINITY
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let k = power.number();
        // E[X^k; X <= x] = mean^k k! P(k+1, x/mean), and k! = k for k = 1, 2.
        power.of(self.mean) * k * maths::gamma_cdf(k + 1.0, edge.at / self.mean)
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("exponential, mean {}", unit(self.mean))
    }
}
