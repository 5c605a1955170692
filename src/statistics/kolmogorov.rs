//! The distance between measured values and a predicted law.

use crate::maths;

/// The largest matrix that the exact probability is computed with.
const MATRIX_MAX: usize = 121;
/// The largest sample for which it is.
const EXACT_MAX: usize = 1_000;

/// The probability of a one-sample Kolmogorov-Smirnov distance of at least
/// `distance` between `count` values and the continuous law they come from.
///
/// Exact up to 1,000 values (G. Marsaglia, W. W. Tsang and J. Wang, "Evaluating
/// Kolmogorov's Distribution", 2003); beyond, and far out in the tail, the limit
/// law with M. A. Stephens' (1970) correction, good to three digits. One where
/// there are no values. For a law with atoms it errs on the large side.
///
/// ```
/// use drillcast::statistics::kolmogorov_p_value;
///
/// assert!((kolmogorov_p_value(10, 0.4) - 0.058_989_245).abs() < 1e-9);
/// ```
#[must_use]
pub fn kolmogorov_p_value(count: usize, distance: f64) -> f64 {
    let n = count as f64;
    if count == 0 || distance * n <= 0.5 {
        return 1.0;
    }
    if distance >= 1.0 {
        return 0.0;
    }
    let size = 2 * (n * distance) as usize + 1;
    if count > EXACT_MAX || size > MATRIX_MAX || n * distance * distance > 18.0 {
        let root = maths::sqrt(n);
        return limit_p_value((root + 0.12 + 0.11 / root) * distance);
    }
    (1.0 - exact_cdf(count, distance)).clamp(0.0, 1.0)
}

/// `P(K >= x)` of Kolmogorov's limit law.
fn limit_p_value(x: f64) -> f64 {
    if x < 1.0 {
        // The other form of the theta function converges where this one does not.
        let eighth = std::f64::consts::PI * std::f64::consts::PI / (8.0 * x * x);
        let odd = (0..20).map(|k| f64::from(2 * k + 1));
        let sum: f64 = odd.map(|k| maths::exp(-k * k * eighth)).sum();
        return 1.0 - maths::sqrt(std::f64::consts::TAU) / x * sum;
    }
    let sum: f64 = (1..=20)
        .map(|k| {
            let k = f64::from(k);
            let term = maths::exp(-2.0 * k * k * x * x);
            if k % 2.0 == 1.0 { term } else { -term }
        })
        .sum();
    (2.0 * sum).clamp(0.0, 1.0)
}

/// A square matrix whose entries are to be multiplied by `10^exponent`.
#[derive(Clone)]
struct Matrix {
    size: usize,
    entries: Vec<f64>,
    exponent: i32,
}

/// Entries beyond this are scaled down, lest they overflow.
const SCALE: f64 = 1e140;
/// `log10` of [`SCALE`].
const SCALE_EXPONENT: i32 = 140;

impl Matrix {
    fn times(&self, other: &Self) -> Self {
        let m = self.size;
        let mut entries = vec![0.0; m * m];
        for i in 0..m {
            let row = &mut entries[i * m..(i + 1) * m];
            for k in 0..m {
                let factor = self.entries[i * m + k];
                let theirs = &other.entries[k * m..(k + 1) * m];
                row.iter_mut().zip(theirs).for_each(|(sum, value)| *sum += factor * value);
            }
        }
        let mut result = Self { size: m, entries, exponent: self.exponent + other.exponent };
        if result.centre() > SCALE {
            result.entries.iter_mut().for_each(|entry| *entry /= SCALE);
            result.exponent += SCALE_EXPONENT;
        }
        result
    }

    fn power(&self, n: usize) -> Self {
        if n == 1 {
            return self.clone();
        }
        let half = self.power(n / 2);
        let square = half.times(&half);
        if n.is_multiple_of(2) { square } else { square.times(self) }
    }

    fn centre(&self) -> f64 {
        self.entries[(self.size / 2) * (self.size + 1)]
    }
}

/// `P(D < distance)` by the `n`-th power of Durbin's matrix.
fn exact_cdf(count: usize, distance: f64) -> f64 {
    let n = count as f64;
    let k = (n * distance) as usize + 1;
    let m = 2 * k - 1;
    let h = k as f64 - n * distance;
    let mut entries = vec![0.0; m * m];
    for i in 0..m {
        for j in 0..m.min(i + 2) {
            entries[i * m + j] = 1.0;
        }
    }
    for i in 0..m {
        entries[i * m] -= whole_power(h, i + 1);
        entries[(m - 1) * m + i] -= whole_power(h, m - i);
    }
    if 2.0 * h > 1.0 {
        entries[(m - 1) * m] += whole_power(2.0 * h - 1.0, m);
    }
    for i in 0..m {
        for j in 0..m.min(i + 1) {
            entries[i * m + j] /= maths::gamma((i - j + 2) as f64);
        }
    }
    let power = Matrix { size: m, entries, exponent: 0 }.power(count);
    let (mut value, mut exponent) = (power.centre(), power.exponent);
    for i in 1..=count {
        value *= i as f64 / n;
        if value < 1.0 / SCALE {
            value *= SCALE;
            exponent -= SCALE_EXPONENT;
        }
    }
    value * maths::powf(10.0, f64::from(exponent))
}

/// `base` to a whole power; `powi` may differ between platforms.
fn whole_power(base: f64, exponent: usize) -> f64 {
    (0..exponent).fold(1.0, |product, _| product * base)
}

/// What measured values are held against.
#[derive(Clone, Copy)]
pub enum Predicted<'a> {
    /// A law, by its distribution function and the limit of that from the left,
    /// which differ at atoms.
    Law {
        /// The probability of a value at most `x`.
        at_most: &'a dyn Fn(f64) -> f64,
        /// The probability of a value below `x`.
        below: &'a dyn Fn(f64) -> f64,
    },
    /// Predicted values in rising order; infinity for a trial without a number.
    /// Their own sampling error is not counted: there should be many more of
    /// them than of measured ones.
    Sample(&'a [f64]),
}

impl std::fmt::Debug for Predicted<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Law { .. } => f.write_str("Law"),
            Self::Sample(sample) => write!(f, "Sample of {}", sample.len()),
        }
    }
}

impl Predicted<'_> {
    fn at_most(&self, x: f64) -> f64 {
        match self {
            Self::Law { at_most, .. } => at_most(x),
            Self::Sample(sample) => {
                sample.partition_point(|&value| value <= x) as f64 / sample.len() as f64
            }
        }
    }

    fn below(&self, x: f64) -> f64 {
        match self {
            Self::Law { below, .. } => below(x),
            Self::Sample(sample) => {
                sample.partition_point(|&value| value < x) as f64 / sample.len() as f64
            }
        }
    }
}

/// The outcome of [`band_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BandTest {
    /// How far the measured shares lie outside the band at worst \[1\].
    pub distance: f64,
    /// The probability of such a distance or more if the prediction is right to
    /// within the margin \[1\]; at most this, so that a rejection stands.
    pub p_value: f64,
}

/// Whether measured values, in any order, come from a predicted law that may be
/// off by `margin >= 0`, in the values' unit, to either side.
///
/// With `F` the predicted law and `Fₙ` the share of the measured values at most
/// `x`, the distance is
///
/// ```text
/// D = sup over x of max(Fₙ(x) − F(x + margin), F(x − margin) − Fₙ(x))
/// ```
///
/// Every law inside the band has a plain distance of at least `D`, so that the
/// Kolmogorov-Smirnov probability of `D` bounds the true one from above. With a
/// margin of zero it is the plain one-sample test. None without measured or
/// predicted values.
#[must_use]
pub fn band_test(measured: &[f64], predicted: &Predicted<'_>, margin: f64) -> Option<BandTest> {
    let nothing = matches!(predicted, Predicted::Sample(sample) if sample.is_empty());
    if measured.is_empty() || nothing {
        return None;
    }
    if let Predicted::Sample(sample) = predicted {
        debug_assert!(sample.is_sorted(), "predictions must be in rising order");
    }
    let mut sorted = measured.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    // Fₙ rises at measured values alone. Right at one it is furthest above F;
    // just before one, where F takes its limit from the left, furthest below.
    let distances = sorted.iter().enumerate().map(|(i, &x)| {
        let (before, after) = (i as f64 / n, (i + 1) as f64 / n);
        let above = after - predicted.at_most(x + margin);
        let below = predicted.below(x - margin) - before;
        above.max(below)
    });
    let distance = distances.fold(0.0, f64::max);
    Some(BandTest { distance, p_value: kolmogorov_p_value(sorted.len(), distance) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p_values_agree_with_scipy() {
        // scipy.stats.kstwo.sf(d, n), SciPy 1.17; from 500 on, where that is an
        // expansion, its own exact routine.
        for (n, d, expected) in [
            (1, 0.6, 0.8),
            (2, 0.7, 0.18),
            (3, 0.2, 0.998_222_222_222_222_2),
            (5, 0.5, 0.112),
            (10, 0.4, 0.058_989_245_199_999_26),
            (10, 0.274, 0.371_520_384_543_495_7),
            (20, 0.2, 0.352_720_173_623_415),
            (50, 0.15, 0.190_263_665_182_480_72),
            (100, 0.1, 0.252_692_757_006_387_4),
            (140, 0.12, 0.032_526_382_585_616_32),
            (500, 0.05, 0.158_662_639_220_626_14),
            (1000, 0.04, 0.079_339_554_975_414_34),
        ] {
            let p = kolmogorov_p_value(n, d);
            assert!((p - expected).abs() < 1e-11, "{n} {d}: {p}");
        }
        let p = kolmogorov_p_value(5000, 0.02);
        assert!((p / 0.036_139_413_953_256_37 - 1.0).abs() < 2e-3, "{p}");
    }

    #[test]
    fn p_value_edges() {
        assert_eq!(kolmogorov_p_value(0, 0.5), 1.0);
        assert_eq!(kolmogorov_p_value(10, 0.05), 1.0);
        assert_eq!(kolmogorov_p_value(10, 1.0), 0.0);
        assert!(kolmogorov_p_value(100, 0.9) < 1e-12);
    }

    #[test]
    fn limit_law_known_values() {
        // scipy.stats.kstwobign.sf
        assert!((limit_p_value(1.0) - 0.269_999_671_677_354_56).abs() < 1e-12);
        assert!((limit_p_value(1.3581) - 0.049_999_630_431_667_4).abs() < 1e-12);
        // The two forms meet.
        assert!((limit_p_value(1.0 - 1e-12) - limit_p_value(1.0)).abs() < 1e-11);
        assert!((limit_p_value(0.3) - 0.999_990_694_198_665_5).abs() < 1e-9);
    }

    fn unit() -> Predicted<'static> {
        Predicted::Law { at_most: &|x| x.clamp(0.0, 1.0), below: &|x| x.clamp(0.0, 1.0) }
    }

    #[test]
    fn distance_by_hand() {
        // Fₙ is 1/2 at 0.1 where F is 0.1; before 0.8 it is still 1/2.
        let test = band_test(&[0.8, 0.1], &unit(), 0.0).unwrap();
        assert!((test.distance - 0.4).abs() < 1e-15);
        let test = band_test(&[0.8, 0.1], &unit(), 0.15).unwrap();
        assert!((test.distance - 0.25).abs() < 1e-15);
        assert_eq!(band_test(&[0.8, 0.1], &unit(), 0.4).unwrap().p_value, 1.0);
        assert_eq!(band_test(&[], &unit(), 0.0), None);
        assert_eq!(band_test(&[1.0], &Predicted::Sample(&[]), 0.0), None);
    }

    #[test]
    fn atoms_count_from_both_sides() {
        // Predicted always 5; measured always 5: no distance at all.
        let five = Predicted::Sample(&[5.0]);
        assert_eq!(band_test(&[5.0; 8], &five, 0.0).unwrap().distance, 0.0);
        // Off by one either way: all of it, unless the margin forgives it.
        for measured in [4.0, 6.0] {
            assert_eq!(band_test(&[measured; 8], &five, 0.0).unwrap().distance, 1.0);
            assert_eq!(band_test(&[measured; 8], &five, 0.9).unwrap().distance, 1.0);
            assert_eq!(band_test(&[measured; 8], &five, 1.0).unwrap().distance, 0.0);
        }
        // Half of the predictions at 5, half at 9: 5 alone is off by a half.
        let halves = Predicted::Sample(&[5.0, 9.0]);
        assert_eq!(band_test(&[5.0; 4], &halves, 0.0).unwrap().distance, 0.5);
        assert_eq!(band_test(&[5.0, 9.0], &halves, 0.0).unwrap().distance, 0.0);
        // A trial without a number is above everything measured.
        let censored = Predicted::Sample(&[5.0, f64::INFINITY]);
        assert_eq!(band_test(&[5.0, 5.0], &censored, 3.0).unwrap().distance, 0.5);
    }
}
