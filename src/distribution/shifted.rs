//! A law that begins later.

use super::check::{Edge, Power, Shape, composed, finite};
use super::{Law, LawError};

/// `X + by`.
#[derive(Clone, Debug, PartialEq)]
pub struct Shifted {
    law: Law,
    by: f64,
}

impl Law {
    /// This law plus the constant `by`, which may be negative.
    ///
    /// # Errors
    ///
    /// `by` is not finite or larger than 1e30, or laws are nested too deep.
    pub fn shifted(self, by: f64) -> Result<Self, LawError> {
        let by = finite("the shift", by)?;
        // Atoms are moved themselves: `(x + by) − by` need not be `x`, and a cdf
        // that misses an atom by one bit is wrong by the atom's whole weight.
        match self {
            Self::Constant(constant) => Self::constant(constant.value() + by),
            Self::Empirical(law) => {
                Self::empirical(law.samples().iter().map(|sample| sample + by).collect())
            }
            Self::Mixture(law) => law.map(|part| part.shifted(by)),
            law => composed(Self::Shifted(Box::new(Shifted { law, by }))),
        }
    }
}

impl Shifted {
    /// The law that is shifted.
    #[must_use]
    pub fn inner(&self) -> &Law {
        &self.law
    }
}

impl Shape for Shifted {
    fn quantile(&self, u: f64) -> f64 {
        self.law.quantile(u) + self.by
    }

    fn cdf(&self, x: f64) -> f64 {
        self.law.cdf(x - self.by)
    }

    fn mean(&self) -> f64 {
        self.law.mean() + self.by
    }

    fn variance(&self) -> f64 {
        self.law.variance()
    }

    fn least(&self) -> f64 {
        self.law.least() + self.by
    }

    fn most(&self) -> f64 {
        self.law.most() + self.by
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let edge = edge.map(|x| x - self.by);
        let share = self.law.share(edge);
        let first = self.law.partial_moment(Power::First, edge);
        match power {
            Power::First => first + self.by * share,
            Power::Second => {
                let second = self.law.partial_moment(Power::Second, edge);
                second + 2.0 * self.by * first + self.by * self.by * share
            }
        }
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        let law = self.law.describe(unit);
        if self.by < 0.0 {
            return format!("{law} − {}", unit(-self.by));
        }
        format!("{} + {law}", unit(self.by))
    }
}
