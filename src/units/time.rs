//! Simulated time: signed 64-bit nanoseconds, saturating at [`Span::NEVER`].

use std::fmt;
use std::ops::{Add, Neg, Sub};

/// Nanoseconds in a second.
pub(crate) const NANOS: f64 = 1e9;
/// Above it lie whole numbers alone: adding it rounds, ties to even.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// A length of time in integer nanoseconds; may be negative.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span(pub i64);

impl Span {
    /// No time at all.
    pub const ZERO: Self = Self(0);
    /// Longer than anything that is simulated: 292 years.
    pub const NEVER: Self = Self(i64::MAX);

    /// The span of `seconds` \[s\], rounded to the nearest nanosecond, ties to even.
    ///
    /// Saturates: anything beyond 292 years, infinity included, is [`Self::NEVER`].
    #[must_use]
    #[inline]
    pub fn from_seconds(seconds: f64) -> Self {
        let nanos = seconds * NANOS;
        if (0.0..WHOLE).contains(&nanos) {
            return Self((nanos + WHOLE - WHOLE) as i64);
        }
        Self(nanos.round_ties_even() as i64)
    }

    /// The span of whole `seconds` \[s\], saturating.
    #[must_use]
    pub const fn seconds(seconds: i64) -> Self {
        Self(seconds.saturating_mul(1_000_000_000))
    }

    /// The span of whole `millis` \[ms\], saturating.
    #[must_use]
    pub const fn millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1_000_000))
    }

    /// This span in seconds \[s\]; infinite for [`Self::NEVER`].
    #[must_use]
    #[inline]
    pub fn as_seconds(self) -> f64 {
        if self.is_never() { f64::INFINITY } else { self.0 as f64 / NANOS }
    }

    /// Whether this is [`Self::NEVER`].
    #[must_use]
    pub const fn is_never(self) -> bool {
        self.0 == i64::MAX
    }
}

impl Add for Span {
    type Output = Self;
    #[inline]
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Span {
    type Output = Self;
    #[inline]
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Span {
    type Output = Self;
    #[inline]
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_never() { f.write_str("never") } else { write!(f, "{}s", self.as_seconds()) }
    }
}

/// A point of simulated time, in nanoseconds after the scenario's zero.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Instant(pub i64);

impl Instant {
    /// The scenario's zero: where fault times count from.
    pub const ZERO: Self = Self(0);
    /// After everything.
    pub const NEVER: Self = Self(i64::MAX);

    /// The time from zero to this instant.
    #[must_use]
    pub const fn since_zero(self) -> Span {
        Span(self.0)
    }
}

impl Add<Span> for Instant {
    type Output = Self;
    #[inline]
    fn add(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
}

impl Sub<Span> for Instant {
    type Output = Self;
    #[inline]
    fn sub(self, span: Span) -> Self {
        Self(self.0.saturating_sub(span.0))
    }
}

impl Sub for Instant {
    type Output = Span;
    #[inline]
    fn sub(self, other: Self) -> Span {
        Span(self.0.saturating_sub(other.0))
    }
}

impl fmt::Debug for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{:?}", Span(self.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Rounded as the library rounds, whatever the size.
        #[test]
        fn seconds_round_ties_to_even(halves in 0_u64..1 << 54, scale in 0_u32..70) {
            let nanos = (halves >> (scale % 54)) as f64 / 2.0;
            for seconds in [nanos / NANOS, nanos, -nanos / NANOS, nanos * NANOS] {
                let slow = Span((seconds * NANOS).round_ties_even() as i64);
                prop_assert_eq!(Span::from_seconds(seconds), slow);
            }
        }
    }

    #[test]
    fn what_is_no_span_saturates() {
        assert_eq!(Span::from_seconds(f64::INFINITY), Span::NEVER);
        assert_eq!(Span::from_seconds(f64::NAN), Span::ZERO);
        assert_eq!(Span::from_seconds(-0.0), Span::ZERO);
        assert_eq!(Span::from_seconds(2.5e-9), Span(2));
        assert_eq!(Span::from_seconds(3.5e-9), Span(4));
    }
}
