//! Placeholder until the layer lands.

/// A closed set of laws.
#[derive(Clone, Debug, PartialEq)]
pub enum Law {
    /// Always this value.
    Constant(f64),
}

impl Law {
    /// The value at `u` in (0, 1).
    #[must_use]
    pub fn quantile(&self, _u: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
        }
    }
}
