//! What a text says of a law, before it is one. The only place that constructs
//! laws from files.

use crate::distribution::Law;

/// A law as it is written, its numbers in base units.
#[derive(Clone, PartialEq, Debug)]
pub(super) enum Shape {
    Constant(f64),
    Uniform { low: f64, high: f64 },
    Exponential { mean: f64 },
    LogNormal { median: f64, sigma: f64 },
    Quantiles { lower: (f64, f64), upper: (f64, f64) },
    Weibull { scale: f64, shape: f64 },
    Gamma { shape: f64, scale: f64 },
    Pert { min: f64, mode: f64, max: f64 },
    Triangular { min: f64, mode: f64, max: f64 },
    Samples(Vec<f64>),
    Mixture(Vec<(f64, Law)>),
    Truncated { law: Law, low: f64, high: f64 },
    Shifted { law: Law, by: f64 },
}

/// The law that the text describes, or why there is none.
pub(super) fn build(shape: Shape) -> Result<Law, String> {
    // Until the laws land each is its middle.
    let value = match shape {
        Shape::Constant(value) => value,
        Shape::Uniform { low, high } => (low + high) / 2.0,
        Shape::Exponential { mean } => mean,
        Shape::LogNormal { median, sigma: _ } => median,
        Shape::Quantiles { lower, upper: _ } => lower.1,
        Shape::Weibull { scale, shape: _ } | Shape::Gamma { shape: _, scale } => scale,
        Shape::Pert { min, mode, max } | Shape::Triangular { min, mode, max } => {
            (min + mode + max) / 3.0
        }
        Shape::Samples(samples) => samples.first().copied().unwrap_or_default(),
        Shape::Mixture(parts) => {
            parts.first().map(|(weight, law)| law.quantile(0.5) + weight * 0.0).unwrap_or_default()
        }
        Shape::Truncated { law, low: _, high: _ } => law.quantile(0.5),
        Shape::Shifted { law, by } => law.quantile(0.5) + by,
    };
    Ok(Law::Constant(value))
}

/// The least, middle and greatest value of a law.
pub(super) fn extent(law: &Law) -> (f64, f64, f64) {
    (law.quantile(1e-12), law.quantile(0.5), law.quantile(1.0 - 1e-12))
}
