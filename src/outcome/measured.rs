//! One measured value.

use crate::units::Span;

/// One measured value: a number (nanoseconds, a plain count, or billionths), or why
/// there is none. Of a figure that is a share it holds what is *missing* from 1, so that
/// more is worse of every figure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Measured(pub i64);

impl Measured {
    /// Does not apply in this trial: nothing was detected, say.
    pub const ABSENT: Self = Self(i64::MIN);
    /// Not reached by the horizon; beyond every number.
    pub const CENSORED: Self = Self(i64::MAX - 1);
    /// No usable copy is left; beyond everything.
    pub const TOTAL_LOSS: Self = Self(i64::MAX);

    /// A span as a measured value.
    #[must_use]
    pub const fn span(span: Span) -> Self {
        Self(span.0)
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        self != Self::ABSENT && self < Self::CENSORED
    }
}
