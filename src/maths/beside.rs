//! Several numbers side by side: what a function makes of each, bit for bit what it
//! makes of one.
//!
//! Each step is the same for all numbers, whatever they are, so that a compiler can take
//! them together; where one of them lies where the function has to go another way, all
//! go one by one. The methods, their constants and the order of their operations are
//! those of Sun's fdlibm (1993), `e_exp.c`, `e_log.c` and `s_log1p.c`, on which `libm`
//! rests as well; IEEE 754 defines each operation to the last bit.

use super::normal::{
    CENTRE_ABOVE, CENTRE_BELOW, MIDDLE_ABOVE, MIDDLE_BELOW, normal_quantile, ratio,
};
use super::{exp, ln, ln_1p, sqrt};

/// From here to its double, doubles are whole numbers, and the last bits of each are
/// its distance from here.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// The logarithm of two in two parts, the first with zeros behind.
const LN_2: (f64, f64) = (6.931_471_803_691_238e-1, 1.908_214_929_270_587_7e-10);

/// `(r − r²·p(r²))`, the even part of `r·(eʳ + 1)/(eʳ − 1)`, lowest power first.
const EXP: [f64; 5] = [
    1.666_666_666_666_660_2e-1,
    -2.777_777_777_701_559_3e-3,
    6.613_756_321_437_934e-5,
    -1.653_390_220_546_525_2e-6,
    4.138_136_797_057_238_5e-8,
];

/// `ln((1 + s)/(1 − s))/s − 2` over `s²`, lowest power first.
const LN: [f64; 7] = [
    6.666_666_666_666_735e-1,
    3.999_999_999_940_942e-1,
    2.857_142_874_366_239e-1,
    2.222_219_843_214_978_4e-1,
    1.818_357_216_161_805e-1,
    1.531_383_769_920_937_3e-1,
    1.479_819_860_511_658_6e-1,
];

/// The upper half of the bits of a number, its sign left out.
#[inline(always)]
const fn upper(x: f64) -> u64 {
    (x.to_bits() >> 32) & 0x7fff_ffff
}

/// [`exp`] of each.
#[must_use]
#[inline(always)]
pub fn exp_each<const N: usize>(of: &[f64; N]) -> [f64; N] {
    let mut out = [0.0; N];
    // Where no power of two is too great or too small for a double.
    if !all(of, |x| x.abs() < 700.0) {
        return one_by_one(of, exp);
    }
    for (out, x) in out.iter_mut().zip(of) {
        let half = if *x < 0.0 { -0.5 } else { 0.5 };
        // Beyond half the logarithm of two, by the upper half of its bits.
        let reduced = upper(*x) > 0x3fd6_2e42;
        let twos = (std::f64::consts::LOG2_E * x + half).trunc();
        let twos = if reduced { twos } else { 0.0 };
        let (high, low) = (x - twos * LN_2.0, twos * LN_2.1);
        let r = high - low;
        let rr = r * r;
        let [p1, p2, p3, p4, p5] = EXP;
        let c = r - rr * (p1 + rr * (p2 + rr * (p3 + rr * (p4 + rr * p5))));
        let y = 1.0 + (r * c / (2.0 - c) - low + high);
        // The exponent of a power of two stands in front of its bits.
        let power = f64::from_bits((twos + (WHOLE + 1023.0)).to_bits() << 52);
        // Of next to nothing, no more than the first term is left.
        *out = if upper(*x) <= 0x3e30_0000 { 1.0 + x } else { y * power };
    }
    out
}

/// A positive number as `2ᵏ·m` with `m` around 1, from `√½` to `√2`: `(k, m)`.
#[inline(always)]
const fn parts(x: f64) -> (f64, f64) {
    const ROOT: u64 = 0x3fe6_a09e << 32;
    let shifted = x.to_bits().wrapping_add((0x3ff0_0000 << 32) - ROOT);
    let twos = f64::from_bits(WHOLE.to_bits() | (shifted >> 52)) - (WHOLE + 1023.0);
    (twos, f64::from_bits((shifted & ((1 << 52) - 1)).wrapping_add(ROOT)))
}

/// `ln(1 + f) + twos·ln 2`, where `f` is around zero and lacks `missing`.
#[inline(always)]
const fn logarithm(f: f64, twos: f64, missing: Option<f64>) -> f64 {
    let half = 0.5 * f * f;
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    let [l1, l2, l3, l4, l5, l6, l7] = LN;
    let even = w * (l2 + w * (l4 + w * l6));
    let odd = z * (l1 + w * (l3 + w * (l5 + w * l7)));
    let low = match missing {
        Some(missing) => twos * LN_2.1 + missing,
        None => twos * LN_2.1,
    };
    s * (half + (odd + even)) + low - half + f + twos * LN_2.0
}

/// [`ln`] of each.
#[must_use]
#[inline(always)]
pub fn ln_each<const N: usize>(of: &[f64; N]) -> [f64; N] {
    let mut out = [0.0; N];
    if !all(of, |x| (f64::MIN_POSITIVE..=f64::MAX).contains(&x)) {
        return one_by_one(of, ln);
    }
    for (out, x) in out.iter_mut().zip(of) {
        let (twos, m) = parts(*x);
        *out = logarithm(m - 1.0, twos, None);
    }
    out
}

/// [`ln_1p`] of each.
#[must_use]
#[inline(always)]
pub fn ln_1p_each<const N: usize>(of: &[f64; N]) -> [f64; N] {
    let mut out = [0.0; N];
    // Where draws are: `ln(1 − u)`.
    if !all(of, |x| (x > -1.0) & (x <= 0.0)) {
        return one_by_one(of, ln_1p);
    }
    for (out, x) in out.iter_mut().zip(of) {
        let sum = 1.0 + x;
        let (twos, m) = parts(sum);
        let missing = (x - (sum - 1.0)) / sum;
        // Down to `√½ − 1`, by the upper half of its bits, nothing is taken apart.
        let near = upper(*x) <= 0x3fd2_bec4;
        let (f, twos) = (if near { *x } else { m - 1.0 }, if near { 0.0 } else { twos });
        let missing = if near { 0.0 } else { missing };
        let value = logarithm(f, twos, Some(missing));
        *out = if upper(*x) < 0x3ca0_0000 { *x } else { value };
    }
    out
}

/// [`normal_quantile`] of each.
#[must_use]
#[inline(always)]
pub fn normal_quantile_each<const N: usize>(of: &[f64; N]) -> [f64; N] {
    // Further out than that, at either end, is another branch.
    if !all(of, |p| (p > 1e-10) & (p < 1.0 - 1e-10)) {
        return one_by_one(of, normal_quantile);
    }
    let mut outside = [0.0; N];
    for (outside, p) in outside.iter_mut().zip(of) {
        *outside = if p - 0.5 < 0.0 { *p } else { 1.0 - p };
    }
    let logarithms = ln_each(&outside);
    let mut out = [0.0; N];
    for lane in 0..N {
        let q = of[lane] - 0.5;
        let centre = q * ratio(0.180_625 - q * q, &CENTRE_ABOVE, &CENTRE_BELOW);
        let size = ratio(sqrt(-logarithms[lane]) - 1.6, &MIDDLE_ABOVE, &MIDDLE_BELOW);
        let tail = if q < 0.0 { -size } else { size };
        out[lane] = if q.abs() <= 0.425 { centre } else { tail };
    }
    out
}

#[inline(always)]
fn all<const N: usize>(of: &[f64; N], is: impl Fn(f64) -> bool) -> bool {
    let mut all = true;
    for x in of {
        all &= is(*x);
    }
    all
}

fn one_by_one<const N: usize>(of: &[f64; N], function: fn(f64) -> f64) -> [f64; N] {
    of.map(function)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Numbers whose bits are spread evenly between two ends.
    fn between(low: f64, high: f64, many: u32) -> impl Iterator<Item = [f64; 16]> {
        let mut bits = 0x9e37_79b9_7f4a_7c15_u64;
        (0..many).map(move |_| {
            std::array::from_fn(|_| {
                bits ^= bits << 13;
                bits ^= bits >> 7;
                bits ^= bits << 17;
                low + (high - low) * (bits >> 11) as f64 / (1_u64 << 53) as f64
            })
        })
    }

    fn agree(
        each: fn(&[f64; 16]) -> [f64; 16],
        one: fn(f64) -> f64,
        of: impl Iterator<Item = [f64; 16]>,
    ) {
        for numbers in of {
            for (x, y) in numbers.into_iter().zip(each(&numbers)) {
                assert_eq!(y.to_bits(), one(x).to_bits(), "of {x:e}");
            }
        }
    }

    /// Numbers around those at which a method turns, some of each at a time.
    fn edges(at: &[f64]) -> impl Iterator<Item = [f64; 16]> + '_ {
        at.iter().map(|edge| {
            std::array::from_fn(|step| {
                f64::from_bits(edge.to_bits().wrapping_add((step as u64).wrapping_sub(8)))
            })
        })
    }

    #[test]
    fn the_bits_of_exp() {
        for width in [1e-9, 1e-3, 0.4, 1.5, 8.0, 80.0, 699.0] {
            agree(exp_each, exp, between(-width, width, 20_000));
        }
        let half = f64::from_bits(0x3fd6_2e42_ffff_ffff);
        let three = f64::from_bits(0x3ff0_a2b2_0000_0000);
        let tiny = f64::from_bits(0x3e30_0000_ffff_ffff);
        let turns =
            [half, three, tiny, -half, -three, -tiny, 700.0, -700.0, 709.78, -745.2, 1e-300];
        agree(exp_each, exp, edges(&turns));
        agree(exp_each, exp, [[0.0; 16], [-0.0; 16], [f64::INFINITY; 16]].into_iter());
    }

    #[test]
    fn the_bits_of_the_logarithm() {
        for width in [1e-300, 1e-9, 0.1, 1.0, 2.0, 1e9, 1e300] {
            agree(ln_each, ln, between(0.0, width, 20_000));
        }
        let root = std::f64::consts::SQRT_2;
        agree(ln_each, ln, edges(&[1.0, root, 1.0 / root, 0.5, 2.0, f64::MIN_POSITIVE, 1e308]));
        agree(ln_each, ln, [[0.0; 16], [f64::INFINITY; 16], [5e-324; 16]].into_iter());
    }

    #[test]
    fn the_bits_of_the_logarithm_near_one() {
        for width in [1e-300, 1e-17, 1e-9, 0.1, 0.3, 1.0] {
            agree(ln_1p_each, ln_1p, between(-width, 0.0, 20_000));
        }
        let root = f64::from_bits(0x3fd2_bec4_ffff_ffff);
        let tiny = f64::from_bits(0x3ca0_0000_0000_0000);
        agree(ln_1p_each, ln_1p, edges(&[-root, -tiny, -0.5, -0.75, -1.0, -1e-300, 0.3, 0.5]));
        agree(ln_1p_each, ln_1p, [[0.0; 16], [-0.0; 16]].into_iter());
    }

    #[test]
    fn the_bits_of_the_normal_quantile() {
        for width in [1e-12, 1e-10, 1e-6, 0.01, 0.1, 1.0] {
            agree(normal_quantile_each, normal_quantile, between(0.0, width, 20_000));
            agree(normal_quantile_each, normal_quantile, between(1.0 - width, 1.0, 20_000));
        }
        let turns = [0.075, 0.5, 0.925, 1e-10, 1.0 - 1e-10, 1.0, 1e-300];
        agree(normal_quantile_each, normal_quantile, edges(&turns));
    }
}
