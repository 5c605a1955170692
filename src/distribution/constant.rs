//! Always the same value.

use super::check::{Edge, Power, Shape, finite};
use super::{Law, LawError};

/// The law that puts all its weight on one value.
#[derive(Clone, Debug, PartialEq)]
pub struct Constant {
    value: f64,
}

impl Constant {
    /// The one value.
    #[must_use]
    pub fn value(&self) -> f64 {
        self.value
    }
}

impl Law {
    /// Always `value`.
    ///
    /// # Errors
    ///
    /// `value` is not finite or larger than 1e30.
    pub fn constant(value: f64) -> Result<Self, LawError> {
        Ok(Self::Constant(Constant { value: finite("the value", value)? }))
    }
}

impl Shape for Constant {
    #[inline]
    fn quantile(&self, _: f64) -> f64 {
        self.value
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.value { 1.0 } else { 0.0 }
    }

    fn cdf_below(&self, x: f64) -> f64 {
        if x > self.value { 1.0 } else { 0.0 }
    }

    fn mean(&self) -> f64 {
        self.value
    }

    fn variance(&self) -> f64 {
        0.0
    }

    fn least(&self) -> f64 {
        self.value
    }

    fn most(&self) -> f64 {
        self.value
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        if edge.covers(self.value) { power.of(self.value) } else { 0.0 }
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        unit(self.value)
    }
}
