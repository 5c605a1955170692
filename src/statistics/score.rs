//! Scores: how good a prediction was, given what happened.
//!
//! The continuous ranked probability score is `∫ (F(x) − [x >= y])² dx` for a
//! predicted law `F` and a measured `y`, in the unit of `y`; less is better, and
//! a forecaster who says what he believes does best. Source: T. Gneiting and
//! A. E. Raftery, "Strictly Proper Scoring Rules, Prediction, and Estimation"
//! (2007).

use crate::maths;

/// The score of a sample of predictions, in any order, against `observed`:
/// `mean |xᵢ − y| − ½ mean |xᵢ − xⱼ|` over all pairs, a value with itself too.
/// None without predictions.
///
/// ```
/// use drillcast::statistics::crps_ensemble;
///
/// let score = crps_ensemble(&[1.0, 2.0, 3.0, 4.0, 5.0], 4.0).unwrap();
/// assert!((score - 0.6).abs() < 1e-15);
/// ```
#[must_use]
pub fn crps_ensemble(predictions: &[f64], observed: f64) -> Option<f64> {
    if predictions.is_empty() {
        return None;
    }
    let mut sorted = predictions.to_vec();
    sorted.sort_unstable_by(f64::total_cmp);
    let n = sorted.len() as f64;
    let miss: f64 = sorted.iter().map(|x| (x - observed).abs()).sum();
    // Σᵢⱼ |xᵢ − xⱼ| = 2 Σ (2i − n − 1) x₍ᵢ₎, measured from the middle one so
    // that a common offset cannot cancel.
    let middle = sorted[sorted.len() / 2];
    let ranked = sorted.iter().enumerate();
    let pairs: f64 = ranked.map(|(i, x)| (2.0 * i as f64 + 1.0 - n) * (x - middle)).sum();
    Some(miss / n - pairs / (n * n))
}

/// The score of a normal prediction with `mean` and `deviation > 0`.
#[must_use]
pub fn crps_normal(mean: f64, deviation: f64, observed: f64) -> f64 {
    const INVERSE_SQRT_PI: f64 = 0.564_189_583_547_756_3;
    let z = (observed - mean) / deviation;
    let inner = z * (2.0 * maths::normal_cdf(z) - 1.0) + 2.0 * maths::normal_pdf(z);
    deviation * (inner - INVERSE_SQRT_PI)
}

/// The score of an exponential prediction with `mean > 0`.
#[must_use]
pub fn crps_exponential(mean: f64, observed: f64) -> f64 {
    let below = -maths::exp_m1(-observed.max(0.0) / mean);
    observed.abs() - 2.0 * mean * below + 0.5 * mean
}

/// The pinball loss of predicting `predicted` for the quantile `q` in (0, 1):
/// `q` per unit that the measurement lies above, `1 − q` per unit below.
///
/// Source: R. Koenker and G. Bassett, "Regression Quantiles" (1978).
#[must_use]
pub fn pinball(q: f64, predicted: f64, observed: f64) -> f64 {
    let gap = observed - predicted;
    if gap >= 0.0 { q * gap } else { (q - 1.0) * gap }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn closed_forms() {
        assert!(near(crps_normal(0.0, 1.0, 0.0), 0.233_694_977_3));
        assert!(near(crps_normal(0.0, 1.0, 1.0), 0.602_441_357_6));
        assert!(near(crps_normal(0.0, 1.0, 2.0), 1.452_791_821_7));
        assert!(near(crps_normal(3.0, 10.0, 13.0), 6.024_413_576));
        assert!(near(crps_exponential(10.0, 5.0), 2.130_613_194_3));
        assert!(near(crps_exponential(10.0, 10.0), 2.357_588_823_4));
        assert!(near(crps_exponential(10.0, 30.0), 15.995_741_367_4));
        // All of the law lies above a negative value: 5 and half the mean.
        assert!(near(crps_exponential(10.0, -5.0), 10.0));
    }

    #[test]
    fn ensemble_agrees_with_its_definition() {
        let predictions = [7.0_f64, 1.0, 1.0, 30.0, 12.5];
        let n = predictions.len() as f64;
        for observed in [-3.0, 1.0, 10.0, 50.0] {
            let miss: f64 = predictions.iter().map(|x| (x - observed).abs()).sum();
            let pairs: f64 =
                predictions.iter().flat_map(|x| predictions.map(|y| (x - y).abs())).sum();
            let expected = miss / n - 0.5 * pairs / (n * n);
            assert!(near(crps_ensemble(&predictions, observed).unwrap(), expected));
        }
        assert_eq!(crps_ensemble(&[], 1.0), None);
        assert_eq!(crps_ensemble(&[4.0], 1.0), Some(3.0));
    }

    #[test]
    fn ensemble_tends_to_the_closed_form() {
        let n = 20_000;
        let grid = (0..n).map(|i| maths::normal_quantile((f64::from(i) + 0.5) / f64::from(n)));
        let score = crps_ensemble(&grid.collect::<Vec<_>>(), 1.0).unwrap();
        assert!((score - 0.602_441_357_6).abs() < 1e-4, "{score}");
    }

    #[test]
    fn pinball_weighs_both_sides() {
        assert!(near(pinball(0.95, 10.0, 14.0), 3.8));
        assert!(near(pinball(0.95, 10.0, 6.0), 0.2));
        assert_eq!(pinball(0.5, 10.0, 10.0), 0.0);
    }
}
