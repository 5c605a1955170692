//! A law that is known to stay within bounds.

use super::check::{Edge, Power, Shape, composed, finite};
use super::{Law, LawError, Mixture};

/// The least share of a law that may be left: below it the uniforms that still
/// reach the bounds are too coarse to show a shape.
const SHARE_MIN: f64 = 1e-6;

/// `X` on condition that `low <= X <= high`.
#[derive(Clone, Debug, PartialEq)]
pub struct Truncated {
    law: Law,
    low: f64,
    high: f64,
    /// The share of the law below `low`.
    before: f64,
    /// The share of the law within the bounds.
    share: f64,
    mean: f64,
    variance: f64,
}

impl Law {
    /// This law on condition that a value lies in `[low, high]`; an end may be
    /// infinite. Values outside are not moved to the ends: the law between them
    /// keeps its shape.
    ///
    /// # Errors
    ///
    /// An end is NaN, `low > high`, less than a millionth of the law lies
    /// between them, or laws are nested too deep.
    pub fn truncated(self, low: f64, high: f64) -> Result<Self, LawError> {
        for (what, end) in [("the low end", low), ("the high end", high)] {
            if !end.is_infinite() {
                finite(what, end)?;
            }
        }
        if low > high {
            return Err(LawError::Reversed { low, high });
        }
        let before = self.cdf_below(low);
        let share = self.cdf(high) - before;
        if share < SHARE_MIN {
            return Err(LawError::EmptyTruncation { low, high, share });
        }
        if low <= self.least() && high >= self.most() {
            return Ok(self);
        }
        match self {
            Self::Empirical(law) => {
                let kept = law.samples().iter().filter(|&&x| low <= x && x <= high);
                Self::empirical(kept.copied().collect())
            }
            Self::Mixture(law) => truncated_mixture(&law, low, high, share),
            law => composed(Self::Truncated(Box::new(Truncated::new(law, low, high)))),
        }
    }
}

/// The parts of a mixture within bounds, reweighted by what is left of each.
fn truncated_mixture(law: &Mixture, low: f64, high: f64, share: f64) -> Result<Law, LawError> {
    let mut parts = Vec::new();
    for (weight, part) in law.parts() {
        let left = part.cdf(high) - part.cdf_below(low);
        // A part that all but vanishes has no shape left, and is left out where
        // it would be less than a millionth of the result.
        if left >= SHARE_MIN || weight * left >= SHARE_MIN * share {
            parts.push((weight * left, part.clone().truncated(low, high)?));
        }
    }
    Law::mixture(parts)
}

impl Truncated {
    /// `law`, which has no atoms, on `[low, high]`, which holds enough of it.
    fn new(law: Law, low: f64, high: f64) -> Self {
        let before = law.cdf(low);
        let share = law.cdf(high) - before;
        let moment = |power| {
            let up_to = law.partial_moment(power, Edge::up_to(high));
            (up_to - law.partial_moment(power, Edge::below(low))) / share
        };
        let mean = moment(Power::First);
        let variance = (moment(Power::Second) - mean * mean).max(0.0);
        let (low, high) = (low.max(law.least()), high.min(law.most()));
        Self { mean: mean.clamp(low, high), law, low, high, before, share, variance }
    }

    /// The law that is bounded.
    #[must_use]
    pub fn inner(&self) -> &Law {
        &self.law
    }
}

impl Shape for Truncated {
    fn quantile(&self, u: f64) -> f64 {
        self.law.quantile(self.before + u * self.share).clamp(self.low, self.high)
    }

    fn cdf(&self, x: f64) -> f64 {
        if x >= self.high {
            return 1.0;
        }
        ((self.law.cdf(x) - self.before) / self.share).clamp(0.0, 1.0)
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.variance
    }

    fn least(&self) -> f64 {
        self.low
    }

    fn most(&self) -> f64 {
        self.high
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let start = Edge::below(self.low);
        if !edge.covers(self.low) && edge.at <= self.low {
            return 0.0;
        }
        let end = if edge.at >= self.high && edge.covers(self.high) {
            Edge::up_to(self.high)
        } else {
            edge
        };
        (self.law.partial_moment(power, end) - self.law.partial_moment(power, start)) / self.share
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        let law = self.law.describe(unit);
        if self.high == f64::INFINITY {
            return format!("{law}, at least {}", unit(self.low));
        }
        if self.low == f64::NEG_INFINITY || self.low == self.law.least() {
            return format!("{law}, at most {}", unit(self.high));
        }
        format!("{law}, within {}..{}", unit(self.low), unit(self.high))
    }
}
