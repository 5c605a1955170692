//! Checks that the constructors share, and the edge that partial moments need.

use super::{Law, LawError};

/// The largest size of a value. Bytes, seconds and money stay far below; the
/// squares and products of such values stay far below overflow.
const LARGEST: f64 = 1e30;
/// How deep laws may be nested: enough for any description, far from the stack's end.
const DEPTH_MAX: usize = 16;
/// How many laws may be in one: the cost of a draw grows with them.
const PARTS_MAX: usize = 1_000;

/// A finite value of reasonable size, with negative zero made plain zero.
pub(super) fn finite(what: &'static str, value: f64) -> Result<f64, LawError> {
    if !value.is_finite() {
        return Err(LawError::NotFinite { what, value });
    }
    if value.abs() > LARGEST {
        return Err(LawError::TooLarge { what, value });
    }
    Ok(value + 0.0)
}

/// A [`finite`] value above zero.
pub(super) fn positive(what: &'static str, value: f64) -> Result<f64, LawError> {
    let value = finite(what, value)?;
    if value > 0.0 { Ok(value) } else { Err(LawError::NotPositive { what, value }) }
}

/// A value between `least` and `most`.
pub(super) fn within(
    what: &'static str,
    value: f64,
    least: f64,
    most: f64,
) -> Result<f64, LawError> {
    let value = positive(what, value)?;
    if (least..=most).contains(&value) {
        return Ok(value);
    }
    Err(LawError::OutOfRange { what, value, least, most })
}

/// Refuses a composed law that is too deep, too wide or reaches too far.
pub(super) fn composed(law: Law) -> Result<Law, LawError> {
    let depth = law.depth();
    if depth > DEPTH_MAX {
        return Err(LawError::TooDeep { depth, most: DEPTH_MAX });
    }
    let parts = law.parts();
    if parts > PARTS_MAX {
        return Err(LawError::TooManyParts { parts, most: PARTS_MAX });
    }
    for value in [law.quantile(0.0), law.mean(), law.quantile(1.0)] {
        // Stages of scaling multiply: the bound holds for what comes out, with
        // room for the long tails that a single law within bounds may have.
        if value.is_nan() || value.abs() > LARGEST * LARGEST * LARGEST {
            return Err(LawError::TooLarge { what: "the law's reach", value });
        }
    }
    if !law.variance().is_finite() {
        return Err(LawError::TooLarge { what: "the law's variance", value: law.variance() });
    }
    Ok(law)
}

/// Where a partial moment stops, and whether the end itself belongs to it;
/// only laws with atoms tell the difference.
#[derive(Clone, Copy, Debug)]
pub(super) struct Edge {
    /// The end; may be infinite.
    pub(super) at: f64,
    /// Whether a value exactly at the end is counted.
    pub(super) included: bool,
}

impl Edge {
    /// Everything up to and including `at`.
    pub(super) const fn up_to(at: f64) -> Self {
        Self { at, included: true }
    }

    /// Everything strictly below `at`.
    pub(super) const fn below(at: f64) -> Self {
        Self { at, included: false }
    }

    /// Whether `value` lies on this side of the edge.
    pub(super) fn covers(self, value: f64) -> bool {
        value < self.at || (self.included && value == self.at)
    }

    /// The same edge seen by a law whose values are mapped by `map`, increasing.
    pub(super) fn map(self, map: impl Fn(f64) -> f64) -> Self {
        Self { at: map(self.at), ..self }
    }
}

/// The power in a partial moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Power {
    /// `E[X; X <= edge]`.
    First,
    /// `E[X²; X <= edge]`.
    Second,
}

impl Power {
    /// `value` to this power.
    pub(super) fn of(self, value: f64) -> f64 {
        match self {
            Self::First => value,
            Self::Second => value * value,
        }
    }

    /// The power as a number.
    pub(super) const fn number(self) -> f64 {
        match self {
            Self::First => 1.0,
            Self::Second => 2.0,
        }
    }
}

/// What every law can do; [`Law`] forwards to it.
pub(super) trait Shape {
    /// The least `x` with `cdf(x) >= u`, for `u` in (0, 1).
    fn quantile(&self, u: f64) -> f64;
    /// The probability of a value at most `x`.
    fn cdf(&self, x: f64) -> f64;
    /// The probability of a value below `x`; differs from the cdf at atoms.
    fn cdf_below(&self, x: f64) -> f64 {
        self.cdf(x)
    }
    /// The mean.
    fn mean(&self) -> f64;
    /// The variance.
    fn variance(&self) -> f64;
    /// The infimum of the support.
    fn least(&self) -> f64;
    /// The supremum of the support.
    fn most(&self) -> f64;
    /// `E[X^power; X on this side of the edge]`.
    fn partial_moment(&self, power: Power, edge: Edge) -> f64;
    /// The law in words, values written by `unit`.
    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String;
}

/// A bare number with at most three significant digits.
pub(super) fn plain(value: f64) -> String {
    let rounded = format!("{value:.2e}");
    rounded.parse::<f64>().map_or(rounded, |short| short.to_string())
}
