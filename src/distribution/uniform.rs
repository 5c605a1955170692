//! Anything between two ends, all alike.

use super::check::{Edge, Power, Shape, finite};
use super::law::inside;
use super::{Law, LawError};

/// The uniform law on `[low, high]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Uniform {
    low: f64,
    high: f64,
    width: f64,
}

impl Law {
    /// Anything from `low` to `high`, all alike; a constant where they are equal.
    ///
    /// # Errors
    ///
    /// An end is not finite or larger than 1e30, or `low > high`.
    pub fn uniform(low: f64, high: f64) -> Result<Self, LawError> {
        let (low, high) = (finite("the low end", low)?, finite("the high end", high)?);
        if low > high {
            return Err(LawError::Reversed { low, high });
        }
        if low == high {
            return Self::constant(low);
        }
        Ok(Self::Uniform(Uniform { low, high, width: high - low }))
    }
}

impl Uniform {
    /// The quantile of each, in its place.
    #[inline(always)]
    pub(super) fn quantile_each<const N: usize>(&self, u: &mut [f64; N]) {
        for u in u {
            *u = (self.low + inside(*u) * self.width).min(self.high);
        }
    }
}

impl Shape for Uniform {
    #[inline]
    fn quantile(&self, u: f64) -> f64 {
        // Rounding may carry the product past the end.
        (self.low + u * self.width).min(self.high)
    }

    fn cdf(&self, x: f64) -> f64 {
        ((x - self.low) / self.width).clamp(0.0, 1.0)
    }

    fn mean(&self) -> f64 {
        self.low + 0.5 * self.width
    }

    fn variance(&self) -> f64 {
        self.width * self.width / 12.0
    }

    fn least(&self) -> f64 {
        self.low
    }

    fn most(&self) -> f64 {
        self.high
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let (a, x) = (self.low, edge.at.clamp(self.low, self.high));
        let share = (x - a) / self.width;
        match power {
            Power::First => share * 0.5 * (x + a),
            Power::Second => share * (x * x + x * a + a * a) / 3.0,
        }
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("{}..{}", unit(self.low), unit(self.high))
    }
}
