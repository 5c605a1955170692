//! What a text says of a law, before it is one. The only place that constructs
//! laws from files.

use crate::distribution::{Law, LawError};

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
pub(super) fn build(shape: Shape) -> Result<Law, LawError> {
    match shape {
        Shape::Constant(value) => Law::constant(value),
        Shape::Uniform { low, high } => Law::uniform(low, high),
        Shape::Exponential { mean } => Law::exponential(mean),
        Shape::LogNormal { median, sigma } => Law::log_normal(median, sigma),
        Shape::Quantiles { lower, upper } => Law::log_normal_from_quantiles(lower, upper),
        Shape::Weibull { scale, shape } => Law::weibull(scale, shape),
        Shape::Gamma { shape, scale } => Law::gamma(shape, scale),
        // Three equal points are no spread at all.
        Shape::Pert { min, mode: _, max } | Shape::Triangular { min, mode: _, max }
            if min == max =>
        {
            Law::constant(min)
        }
        Shape::Pert { min, mode, max } => Law::beta_pert(min, mode, max),
        Shape::Triangular { min, mode, max } => Law::triangular(min, mode, max),
        Shape::Samples(samples) => Law::empirical(samples),
        Shape::Mixture(parts) => Law::mixture(parts),
        Shape::Truncated { law, low, high } => law.truncated(low, high),
        Shape::Shifted { law, by } => law.shifted(by),
    }
}
