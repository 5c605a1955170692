//! Dimensions, so that seconds are never added to bytes.

use std::fmt;

/// What a number measures: a product of powers of seconds, bytes and dollars.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Dimension {
    /// Power of seconds.
    pub time: i8,
    /// Power of bytes.
    pub bytes: i8,
    /// Power of dollars.
    pub money: i8,
}

impl Dimension {
    /// A plain number: a count, a share, a probability.
    pub const NUMBER: Self = Self { time: 0, bytes: 0, money: 0 };
    /// Seconds.
    pub const TIME: Self = Self { time: 1, bytes: 0, money: 0 };
    /// Bytes.
    pub const BYTES: Self = Self { time: 0, bytes: 1, money: 0 };
    /// Events per second.
    pub const RATE: Self = Self { time: -1, bytes: 0, money: 0 };
    /// Bytes per second.
    pub const BYTE_RATE: Self = Self { time: -1, bytes: 1, money: 0 };
    /// Dollars.
    pub const MONEY: Self = Self { time: 0, bytes: 0, money: 1 };

    /// The dimension of a product.
    #[must_use]
    pub const fn times(self, other: Self) -> Self {
        Self {
            time: self.time.saturating_add(other.time),
            bytes: self.bytes.saturating_add(other.bytes),
            money: self.money.saturating_add(other.money),
        }
    }

    /// The dimension of a quotient.
    #[must_use]
    pub const fn per(self, other: Self) -> Self {
        Self {
            time: self.time.saturating_sub(other.time),
            bytes: self.bytes.saturating_sub(other.bytes),
            money: self.money.saturating_sub(other.money),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match *self {
            Self::NUMBER => "a plain number",
            Self::TIME => "a duration",
            Self::BYTES => "a size in bytes",
            Self::RATE => "a rate",
            Self::BYTE_RATE => "a throughput",
            Self::MONEY => "an amount of money",
            Self { time, bytes, money } => {
                return write!(f, "s^{time}·B^{bytes}·$^{money}");
            }
        };
        f.write_str(name)
    }
}
