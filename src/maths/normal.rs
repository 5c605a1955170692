//! The error function and the standard normal law.

use super::{exp, ln, sqrt};

/// The error function `2/√π ∫₀ˣ exp(−t²) dt`.
#[must_use]
pub fn erf(x: f64) -> f64 {
    libm::erf(x)
}

/// The complement `1 − erf(x)`, accurate in the upper tail.
#[must_use]
pub fn erfc(x: f64) -> f64 {
    libm::erfc(x)
}

/// The density of the standard normal law at `x`.
#[must_use]
pub fn normal_pdf(x: f64) -> f64 {
    const INVERSE_SQRT_TWO_PI: f64 = 0.398_942_280_401_432_7;
    INVERSE_SQRT_TWO_PI * exp(-0.5 * x * x)
}

/// The probability that a standard normal value is at most `x`.
///
/// Accurate in the lower tail; for the upper tail ask for `normal_cdf(-x)`.
#[must_use]
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x * std::f64::consts::FRAC_1_SQRT_2)
}

/// The standard normal value below which the share `p` lies.
///
/// `p` in (0, 1); `-inf` at 0, `inf` at 1, NaN outside. Relative error about
/// 1e-16. Source: M. J. Wichura, "Algorithm AS 241: The Percentage Points of
/// the Normal Distribution", Applied Statistics 37 (1988), routine PPND16.
#[must_use]
#[inline]
pub fn normal_quantile(p: f64) -> f64 {
    let q = p - 0.5;
    if q.abs() <= 0.425 {
        let r = 0.180_625 - q * q;
        return q * ratio(r, &CENTRE_ABOVE, &CENTRE_BELOW);
    }
    tail_quantile(p, q)
}

/// The part of [`normal_quantile`] that needs a logarithm: `|p − 0.5| > 0.425`.
fn tail_quantile(p: f64, q: f64) -> f64 {
    if !(p > 0.0 && p < 1.0) {
        return match p {
            0.0 => f64::NEG_INFINITY,
            1.0 => f64::INFINITY,
            _ => f64::NAN,
        };
    }
    let r = sqrt(-ln(if q < 0.0 { p } else { 1.0 - p }));
    let size = if r <= 5.0 {
        ratio(r - 1.6, &MIDDLE_ABOVE, &MIDDLE_BELOW)
    } else {
        ratio(r - 5.0, &FAR_ABOVE, &FAR_BELOW)
    };
    if q < 0.0 { -size } else { size }
}

/// A quotient of two polynomials of degree seven, constant term first.
#[inline(always)]
pub(super) const fn ratio(x: f64, above: &[f64; 8], below: &[f64; 8]) -> f64 {
    polynomial(x, above) / polynomial(x, below)
}

#[inline(always)]
const fn polynomial(x: f64, c: &[f64; 8]) -> f64 {
    ((((((c[7] * x + c[6]) * x + c[5]) * x + c[4]) * x + c[3]) * x + c[2]) * x + c[1]) * x + c[0]
}

/// Numerator for `|p − 0.5| <= 0.425`.
pub(super) const CENTRE_ABOVE: [f64; 8] = [
    3.387_132_872_796_366_5,
    1.331_416_678_917_843_8e2,
    1.971_590_950_306_551_3e3,
    1.373_169_376_550_946_2e4,
    4.592_195_393_154_987e4,
    6.726_577_092_700_87e4,
    3.343_057_558_358_813e4,
    2.509_080_928_730_122_7e3,
];
/// Denominator for `|p − 0.5| <= 0.425`.
pub(super) const CENTRE_BELOW: [f64; 8] = [
    1.0,
    4.231_333_070_160_091e1,
    6.871_870_074_920_579e2,
    5.394_196_021_424_751e3,
    2.121_379_430_158_659_7e4,
    3.930_789_580_009_271e4,
    2.872_908_573_572_194_3e4,
    5.226_495_278_852_854e3,
];
/// Numerator where the tail is at least `exp(−25)`.
pub(super) const MIDDLE_ABOVE: [f64; 8] = [
    1.423_437_110_749_683_5,
    4.630_337_846_156_546,
    5.769_497_221_460_691,
    3.647_848_324_763_204_5,
    1.270_458_252_452_368_4,
    2.417_807_251_774_506e-1,
    2.272_384_498_926_918_4e-2,
    7.745_450_142_783_414e-4,
];
/// Denominator where the tail is at least `exp(−25)`.
pub(super) const MIDDLE_BELOW: [f64; 8] = [
    1.0,
    2.053_191_626_637_759,
    1.676_384_830_183_803_8,
    6.897_673_349_851e-1,
    1.481_039_764_274_800_8e-1,
    1.519_866_656_361_645_7e-2,
    5.475_938_084_995_345e-4,
    1.050_750_071_644_416_9e-9,
];
/// Numerator further out.
const FAR_ABOVE: [f64; 8] = [
    6.657_904_643_501_103,
    5.463_784_911_164_114,
    1.784_826_539_917_291_3,
    2.965_605_718_285_048_7e-1,
    2.653_218_952_657_612_4e-2,
    1.242_660_947_388_078_4e-3,
    2.711_555_568_743_487_6e-5,
    2.010_334_399_292_288e-7,
];
/// Denominator further out.
const FAR_BELOW: [f64; 8] = [
    1.0,
    5.998_322_065_558_88e-1,
    1.369_298_809_227_358e-1,
    1.487_536_129_085_061_5e-2,
    7.868_691_311_456_133e-4,
    1.846_318_317_510_054_8e-5,
    1.421_511_758_316_446e-7,
    2.044_263_103_389_939_8e-15,
];

#[cfg(test)]
mod tests {
    use super::*;
    use statrs::distribution::{Continuous, ContinuousCDF, Normal};

    #[test]
    fn error_function_at_one() {
        assert!((erf(1.0) - 0.842_700_792_949_714_9).abs() < 1e-15);
        assert!((erfc(5.0) / 1.537_459_794_428_034_8e-12 - 1.0).abs() < 1e-13);
    }

    #[test]
    fn cdf_and_density_agree_with_statrs() {
        let law = Normal::new(0.0, 1.0).unwrap();
        for step in -80..=80 {
            let x = f64::from(step) / 10.0;
            // statrs has a rational approximation of the error function.
            assert!((normal_cdf(x) - law.cdf(x)).abs() < 1e-9, "cdf({x})");
            assert!((normal_pdf(x) - law.pdf(x)).abs() < 1e-14, "pdf({x})");
        }
    }

    #[test]
    fn quantile_inverts_the_cdf_in_every_branch() {
        for step in -370..=0 {
            let z = f64::from(step) / 10.0;
            let p = normal_cdf(z);
            assert!((normal_quantile(p) - z).abs() <= 1e-14 * z.abs().max(1.0), "z {z}");
            assert!((normal_quantile(1.0 - 0.5f64) + normal_quantile(0.5)).abs() == 0.0);
        }
    }

    #[test]
    fn known_values() {
        assert!((normal_cdf(-1.0) - 0.158_655_253_931_457_05).abs() < 1e-16);
        // Wichura's own checks, page 481.
        assert!((normal_quantile(0.25) + 0.674_489_750_196_081_7).abs() < 1e-15);
        assert!((normal_quantile(0.001) + 3.090_232_306_167_813_5).abs() < 1e-14);
        assert!((normal_quantile(1e-20) + 9.262_340_089_798_408).abs() < 1e-13);
    }

    #[test]
    fn quantile_edges() {
        assert_eq!(normal_quantile(0.0), f64::NEG_INFINITY);
        assert_eq!(normal_quantile(1.0), f64::INFINITY);
        assert!(normal_quantile(-0.1).is_nan());
        assert!(normal_quantile(f64::NAN).is_nan());
    }
}
