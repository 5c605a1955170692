//! One law or another.

use super::check::{Edge, Power, Shape, composed, finite, plain};
use super::{Law, LawError};

/// One of several laws, each with its probability.
///
/// A mixture is inverted as a whole, so that one uniform is enough and a larger
/// uniform never gives a smaller value; drawing the part first and the value
/// next would take two and break that.
#[derive(Clone, Debug, PartialEq)]
pub struct Mixture {
    /// In the order in which they begin.
    parts: Vec<Part>,
    /// No part begins before the last one has ended, which has a closed inverse.
    disjoint: bool,
    /// The sum of the probabilities: one but for rounding, which the cdf takes out.
    total: f64,
}

#[derive(Clone, Debug, PartialEq)]
struct Part {
    law: Law,
    /// Its probability \[1\].
    weight: f64,
    /// The probability of the parts before it.
    before: f64,
}

impl Law {
    /// One of `parts`, each a weight above zero and a law; weights are relative.
    ///
    /// # Errors
    ///
    /// There is no part, a weight is not finite, not above zero or larger than 1e30, or laws are
    /// nested too deep or too many.
    ///
    /// # Examples
    ///
    /// ```
    /// use drillcast::distribution::Law;
    ///
    /// // A fail-over that needs a second attempt one time in ten.
    /// let once = Law::constant(30.0).unwrap();
    /// let twice = Law::uniform(60.0, 90.0).unwrap();
    /// let law = Law::mixture(vec![(0.9, once), (0.1, twice)]).unwrap();
    /// assert_eq!(law.quantile(0.5), 30.0);
    /// assert!((law.quantile(0.95) - 75.0).abs() < 1e-9);
    /// assert!((law.mean() - 34.5).abs() < 1e-12);
    /// ```
    pub fn mixture(parts: Vec<(f64, Self)>) -> Result<Self, LawError> {
        if parts.is_empty() {
            return Err(LawError::NoParts);
        }
        for &(weight, _) in &parts {
            finite("every weight", weight)?;
            if weight <= 0.0 {
                return Err(LawError::WeightNotPositive { weight });
            }
        }
        let total: f64 = parts.iter().map(|part| part.0).sum();
        let mut parts = parts;
        parts.sort_by(|a, b| a.1.least().total_cmp(&b.1.least()));
        let mut before = 0.0;
        let parts: Vec<Part> = parts
            .into_iter()
            .map(|(weight, law)| {
                let weight = weight / total;
                let part = Part { law, weight, before };
                before += weight;
                part
            })
            // A weight may be so much smaller than the others that nothing is left.
            .filter(|part| part.weight > 0.0)
            .collect();
        let disjoint = parts.windows(2).all(|pair| pair[0].law.most() <= pair[1].law.least());
        composed(Self::Mixture(Mixture { total: before, parts, disjoint }))
    }
}

impl Mixture {
    /// The parts, each with its probability, in the order in which they begin.
    pub fn parts(&self) -> impl Iterator<Item = (f64, &Law)> {
        self.parts.iter().map(|part| (part.weight, &part.law))
    }

    /// The mixture of the same weights over changed parts.
    pub(super) fn map(
        self,
        change: impl Fn(Law) -> Result<Law, LawError>,
    ) -> Result<Law, LawError> {
        let changed = self.parts.into_iter().map(|part| Ok((part.weight, change(part.law)?)));
        Law::mixture(changed.collect::<Result<_, LawError>>()?)
    }

    /// The weighted sum of something over the parts.
    fn sum(&self, value: impl Fn(&Law) -> f64) -> f64 {
        self.parts.iter().map(|part| part.weight * value(&part.law)).sum()
    }

    /// The inverse where the parts follow one another.
    fn disjoint_quantile(&self, u: f64) -> f64 {
        let after = self.parts.partition_point(|part| part.before < u);
        let part = &self.parts[after.saturating_sub(1)];
        part.law.quantile((u - part.before) / part.weight)
    }

    /// The least number whose cdf reaches `u`, found between the quantiles of
    /// the parts.
    ///
    /// Regula falsi (Illinois rule: M. Dowell and P. Jarratt, 1971) for the
    /// smooth stretches; every fourth step halves the count of numbers in the
    /// bracket, which bounds the search and pins an atom to its last bit.
    fn overlapping_quantile(&self, u: f64) -> f64 {
        let quantiles = || self.parts.iter().map(|part| part.law.quantile(u));
        let mut low = quantiles().fold(f64::INFINITY, f64::min);
        let mut high = quantiles().fold(f64::NEG_INFINITY, f64::max);
        let mut miss_low = self.cdf(low) - u;
        if miss_low >= 0.0 {
            return low;
        }
        let mut miss_high = (self.cdf(high) - u).max(0.0);
        let mut last_moved_high = None;
        // 64 halvings exhaust the numbers there are.
        for step in 1..=4 * 64 {
            if low.next_up() >= high {
                break;
            }
            let secant = low - miss_low * ((high - low) / (miss_high - miss_low));
            let x = if step % 4 == 0 || !(secant > low && secant < high) {
                between(low, high)
            } else {
                secant
            };
            let miss = self.cdf(x) - u;
            let moved_high = miss >= 0.0;
            let repeated = last_moved_high == Some(moved_high);
            if moved_high {
                (high, miss_high) = (x, miss);
                miss_low = if repeated { 0.5 * miss_low } else { miss_low };
            } else {
                (low, miss_low) = (x, miss);
                miss_high = if repeated { 0.5 * miss_high } else { miss_high };
            }
            last_moved_high = Some(moved_high);
        }
        high
    }
}

/// The number halfway between two in the order of all numbers: as many lie
/// below as above it, whatever their size.
fn between(low: f64, high: f64) -> f64 {
    // The bits of a negative number fall as it rises; folded, they rise for all.
    let fold = |bits: i64| bits ^ (((bits >> 63) as u64) >> 1) as i64;
    let (a, b) = (fold(low.to_bits() as i64), fold(high.to_bits() as i64));
    let middle = (a >> 1) + (b >> 1) + (a & b & 1);
    f64::from_bits(fold(middle) as u64)
}

impl Shape for Mixture {
    fn quantile(&self, u: f64) -> f64 {
        if self.disjoint { self.disjoint_quantile(u) } else { self.overlapping_quantile(u) }
    }

    fn cdf(&self, x: f64) -> f64 {
        self.sum(|law| law.cdf(x)) / self.total
    }

    fn cdf_below(&self, x: f64) -> f64 {
        self.sum(|law| law.cdf_below(x)) / self.total
    }

    fn mean(&self) -> f64 {
        self.sum(Law::mean)
    }

    fn variance(&self) -> f64 {
        let mean = self.mean();
        self.sum(|law| law.variance() + (law.mean() - mean) * (law.mean() - mean))
    }

    fn least(&self) -> f64 {
        self.parts[0].law.least()
    }

    fn most(&self) -> f64 {
        self.parts.iter().map(|part| part.law.most()).fold(f64::NEG_INFINITY, f64::max)
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        self.sum(|law| law.partial_moment(power, edge))
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        let parts: Vec<String> = self
            .parts()
            .map(|(weight, law)| format!("{} % {}", plain(100.0 * weight), law.describe(unit)))
            .collect();
        parts.join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_halves_the_numbers() {
        assert_eq!(between(1.0, 1.0f64.next_up().next_up()), 1.0f64.next_up());
        assert_eq!(between(1.0, 4.0), 2.0);
        assert!(between(-3.0, 5.0).abs() < 1e-300);
        let x = between(-4.0, -1.0);
        assert!((-4.0..-1.0).contains(&x) && (x + 2.0).abs() < 1e-12, "{x}");
    }

    #[test]
    fn a_uniform_at_the_boundary_belongs_to_the_earlier_part() {
        let parts = [1.0, 2.0].map(|value| (1.0, Law::constant(value).unwrap()));
        let law = Law::mixture(parts.to_vec()).unwrap();
        assert_eq!(law.quantile(0.5), 1.0);
        assert_eq!(law.quantile(0.5f64.next_up()), 2.0);
    }

    #[test]
    fn an_atom_inside_a_smooth_part_is_hit_exactly() {
        let smooth = Law::uniform(0.0, 10.0).unwrap();
        let atom = Law::constant(1.0 / 3.0).unwrap();
        let law = Law::mixture(vec![(0.5, smooth), (0.5, atom)]).unwrap();
        // The cdf jumps from 1/60 to 31/60 at the atom.
        assert_eq!(law.quantile(0.02), 1.0 / 3.0);
        assert_eq!(law.quantile(0.5), 1.0 / 3.0);
        assert!((law.quantile(0.75) - 5.0).abs() < 1e-13);
        assert!((law.quantile(0.01) - 0.2).abs() < 1e-13);
    }
}
