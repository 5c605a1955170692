//! A law in another size.

use super::check::{Edge, Power, Shape, composed, plain, positive};
use super::{Law, LawError};

/// `factor · X`.
#[derive(Clone, Debug, PartialEq)]
pub struct Scaled {
    law: Law,
    factor: f64,
}

impl Law {
    /// This law times `factor` \[1\].
    ///
    /// # Errors
    ///
    /// `factor` is not finite, not above zero or larger than 1e30, the law
    /// reaches too far, or laws are nested too deep.
    pub fn scaled(self, factor: f64) -> Result<Self, LawError> {
        let factor = positive("the factor", factor)?;
        // Atoms are scaled themselves, for the reason given at `Law::shifted`.
        match self {
            Self::Constant(constant) => Self::constant(constant.value() * factor),
            Self::Empirical(law) => {
                Self::empirical(law.samples().iter().map(|sample| sample * factor).collect())
            }
            Self::Mixture(law) => law.map(|part| part.scaled(factor)),
            law => composed(Self::Scaled(Box::new(Scaled { law, factor }))),
        }
    }
}

impl Scaled {
    /// The law that is scaled.
    #[must_use]
    pub fn inner(&self) -> &Law {
        &self.law
    }
}

impl Shape for Scaled {
    fn quantile(&self, u: f64) -> f64 {
        self.law.quantile(u) * self.factor
    }

    fn cdf(&self, x: f64) -> f64 {
        self.law.cdf(x / self.factor)
    }

    fn mean(&self) -> f64 {
        self.law.mean() * self.factor
    }

    fn variance(&self) -> f64 {
        self.law.variance() * self.factor * self.factor
    }

    fn least(&self) -> f64 {
        self.law.least() * self.factor
    }

    fn most(&self) -> f64 {
        self.law.most() * self.factor
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let inner = self.law.partial_moment(power, edge.map(|x| x / self.factor));
        power.of(self.factor) * inner
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        format!("{} × ({})", plain(self.factor), self.law.describe(unit))
    }
}
