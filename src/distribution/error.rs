//! What can be wrong with the parameters of a law.

use thiserror::Error;

/// Why a law could not be built; the text says what was expected.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum LawError {
    /// A parameter is NaN or infinite.
    #[error("expected {what} to be a finite number, found {value}")]
    NotFinite {
        /// Which parameter.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A parameter is so large that products of it would overflow.
    #[error("expected {what} to be at most 1e30 in size, found {value}")]
    TooLarge {
        /// Which parameter.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A parameter that must be above zero is not.
    #[error("expected {what} to be above zero, found {value}")]
    NotPositive {
        /// Which parameter.
        what: &'static str,
        /// What was given.
        value: f64,
    },
    /// A log-normal law with a spread below zero.
    #[error("expected sigma to be zero or more, found {sigma}")]
    NegativeSigma {
        /// What was given.
        sigma: f64,
    },
    /// A parameter beyond the range in which the law means something.
    #[error("expected {what} to lie between {least} and {most}, found {value}")]
    OutOfRange {
        /// Which parameter.
        what: &'static str,
        /// What was given.
        value: f64,
        /// The least that is accepted.
        least: f64,
        /// The most that is accepted.
        most: f64,
    },
    /// A range whose ends are the wrong way round.
    #[error("expected the low end ({low}) to be at most the high end ({high})")]
    Reversed {
        /// The low end.
        low: f64,
        /// The high end.
        high: f64,
    },
    /// A three-point estimate whose mode lies outside its ends.
    #[error("expected min <= mode <= max, found {min}, {mode}, {max}")]
    ModeOutside {
        /// The least value.
        min: f64,
        /// The most likely value.
        mode: f64,
        /// The greatest value.
        max: f64,
    },
    /// A quantile that is not strictly between 0 and 1.
    #[error("expected a quantile strictly between 0 and 1, found {quantile}")]
    QuantileOutside {
        /// What was given.
        quantile: f64,
    },
    /// Two quantiles of which the first is not the lower one.
    #[error("expected the first quantile ({first}) to be below the second ({second})")]
    QuantilesReversed {
        /// The first quantile.
        first: f64,
        /// The second quantile.
        second: f64,
    },
    /// Two quantiles whose values fall where they should rise.
    #[error(
        "expected the value at the lower quantile ({first}) to be at most that at the higher ({second})"
    )]
    QuantileValuesReversed {
        /// The value at the lower quantile.
        first: f64,
        /// The value at the higher quantile.
        second: f64,
    },
    /// An empirical law without a sample.
    #[error("expected at least one sample")]
    NoSamples,
    /// A mixture without a part.
    #[error("expected at least one part in the mixture")]
    NoParts,
    /// A mixture with a weight that is zero or below.
    #[error("expected every weight to be above zero, found {weight}")]
    WeightNotPositive {
        /// What was given.
        weight: f64,
    },
    /// A truncation that keeps nothing, or so little that it has no shape left.
    #[error("expected at least a millionth of the law between {low} and {high}, found {share}")]
    EmptyTruncation {
        /// The low end of what is kept.
        low: f64,
        /// The high end of what is kept.
        high: f64,
        /// The share of the law between them.
        share: f64,
    },
    /// Laws inside laws inside laws.
    #[error("expected laws nested at most {most} deep, found {depth}")]
    TooDeep {
        /// How deep they are nested.
        depth: usize,
        /// How deep they may be.
        most: usize,
    },
    /// More laws in one than can be inverted in reasonable time.
    #[error("expected at most {most} laws in one, found {parts}")]
    TooManyParts {
        /// How many there are.
        parts: usize,
        /// How many there may be.
        most: usize,
    },
}
