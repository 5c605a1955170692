//! Unsigned integers of 256 bits, as far as sums of squares need them.

/// An unsigned integer of 256 bits.
///
/// A square of a value of 2⁶² has 124 bits, that of a batch total up to 164, and
/// a variance without cancellation multiplies their sum by the count: 128 bits
/// do not hold it, and floating-point sums depend on their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Wide {
    high: u128,
    low: u128,
}

const HALF: u32 = 64;
const MASK: u128 = u64::MAX as u128;

impl Wide {
    /// The product of two numbers; never overflows.
    pub(super) fn product(a: u128, b: u128) -> Self {
        let (a1, a0, b1, b0) = (a >> HALF, a & MASK, b >> HALF, b & MASK);
        let mut result = Self { high: a1 * b1, low: a0 * b0 };
        for cross in [a1 * b0, a0 * b1] {
            result.add(Self { high: cross >> HALF, low: cross << HALF });
        }
        result
    }

    /// Adds a number of 128 bits.
    #[inline]
    pub(super) fn add_small(&mut self, value: u128) {
        let (low, carry) = self.low.overflowing_add(value);
        self.low = low;
        self.high += u128::from(carry);
    }

    /// Adds another of its kind.
    pub(super) fn add(&mut self, other: Self) {
        self.add_small(other.low);
        self.high += other.high;
    }

    /// This times `factor`; the caller knows that the result fits.
    pub(super) fn times(self, factor: u64) -> Self {
        let factor = u128::from(factor);
        let mut result = Self::product(self.low, factor);
        result.high += self.high * factor;
        result
    }

    /// This less `other`, which is not larger.
    pub(super) fn minus(self, other: Self) -> Self {
        let (low, borrow) = self.low.overflowing_sub(other.low);
        Self { high: self.high - other.high - u128::from(borrow), low }
    }

    /// The nearest floating-point number, to the last bit or the one before.
    pub(super) fn to_f64(self) -> f64 {
        const TWO_TO_128: f64 = 340_282_366_920_938_463_463_374_607_431_768_211_456.0;
        self.high as f64 * TWO_TO_128 + self.low as f64
    }
}

/// The unbiased variance of `count` integers with this sum and sum of squares,
/// exact until the final division; needs two or more.
pub(super) fn variance(count: u64, sum: u128, squares: Wide) -> f64 {
    let scatter = squares.times(count).minus(Wide::product(sum, sum));
    scatter.to_f64() / (count as f64 * (count - 1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn product_carries() {
        let all = u128::MAX;
        // (2¹²⁸ − 1)² = 2²⁵⁶ − 2¹²⁹ + 1
        assert_eq!(Wide::product(all, all), Wide { high: all - 1, low: 1 });
        assert_eq!(Wide::product(7, 6), Wide { high: 0, low: 42 });
        assert_eq!(Wide::product(1 << 100, 1 << 100), Wide { high: 1 << 72, low: 0 });
    }

    #[test]
    fn sums_and_differences_are_inverse() {
        let (a, b) = (Wide { high: 3, low: u128::MAX }, Wide { high: 1, low: 5 });
        let mut sum = a;
        sum.add(b);
        assert_eq!(sum, Wide { high: 5, low: 4 });
        assert_eq!(sum.minus(b), a);
        assert_eq!(a.times(2), Wide { high: 7, low: u128::MAX - 1 });
        assert_eq!(Wide { high: 1, low: 0 }.to_f64(), 2.0f64.powi(128));
    }

    #[test]
    fn variance_survives_a_huge_mean() {
        // Three neighbours at 2⁶²: squares of 125 bits, a variance of 1.
        let (mut sum, mut squares) = (0, Wide::default());
        for value in (1_u128 << 62)..(1 << 62) + 3 {
            sum += value;
            squares.add_small(value * value);
        }
        assert_eq!(variance(3, sum, squares), 1.0);
    }
}
