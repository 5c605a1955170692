//! Exactly what was measured.

use super::check::{Edge, Power, Shape, finite};
use super::{Law, LawError};

/// The law that gives each of `n` samples the probability `1/n`.
///
/// Its quantile is the inverse of the step function that counts them (type 1 of
/// Hyndman and Fan, 1996): the value at `u` is the sample of rank `⌈n u⌉`. A law
/// that joins the samples by straight lines would draw values between two atoms
/// that nobody measured, for instance between "failed over in 12 s" and "did
/// not, and took 40 min"; this one draws measured values only.
#[derive(Clone, Debug, PartialEq)]
pub struct Empirical {
    samples: Vec<f64>,
    mean: f64,
    variance: f64,
}

impl Empirical {
    /// The samples in rising order.
    #[must_use]
    pub fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// The share of the first `rank` samples.
    fn share(&self, rank: usize) -> f64 {
        rank as f64 / self.samples.len() as f64
    }
}

impl Law {
    /// The law that reproduces `samples`, in any order.
    ///
    /// # Errors
    ///
    /// There is no sample, or one is not finite or larger than 1e30.
    ///
    /// # Examples
    ///
    /// ```
    /// use drillcast::distribution::Law;
    ///
    /// let law = Law::empirical(vec![30.0, 12.0, 2400.0]).unwrap();
    /// assert_eq!(law.quantile(0.1), 12.0);
    /// assert_eq!(law.quantile(0.5), 30.0);
    /// assert_eq!(law.quantile(0.7), 2400.0);
    /// ```
    pub fn empirical(mut samples: Vec<f64>) -> Result<Self, LawError> {
        if samples.is_empty() {
            return Err(LawError::NoSamples);
        }
        for sample in &mut samples {
            *sample = finite("every sample", *sample)?;
        }
        samples.sort_unstable_by(f64::total_cmp);
        let n = samples.len() as f64;
        let (least, most) = (samples[0], samples[samples.len() - 1]);
        // Rounding must not put the mean outside the samples.
        let mean = (samples.iter().sum::<f64>() / n).clamp(least, most);
        let variance = samples.iter().map(|x| (x - mean) * (x - mean)).sum::<f64>() / n;
        Ok(Self::Empirical(Empirical { samples, mean, variance }))
    }
}

impl Shape for Empirical {
    fn quantile(&self, u: f64) -> f64 {
        let n = self.samples.len();
        let mut rank = ((u * n as f64).ceil() as usize).clamp(1, n);
        // The product rounds; the rank must be the least whose share reaches u,
        // or the quantile of a share would not give its own sample back.
        if rank > 1 && self.share(rank - 1) >= u {
            rank -= 1;
        } else if rank < n && self.share(rank) < u {
            rank += 1;
        }
        self.samples[rank - 1]
    }

    fn cdf(&self, x: f64) -> f64 {
        self.share(self.samples.partition_point(|&s| s <= x))
    }

    fn cdf_below(&self, x: f64) -> f64 {
        self.share(self.samples.partition_point(|&s| s < x))
    }

    fn mean(&self) -> f64 {
        self.mean
    }

    fn variance(&self) -> f64 {
        self.variance
    }

    fn least(&self) -> f64 {
        self.samples[0]
    }

    fn most(&self) -> f64 {
        self.samples[self.samples.len() - 1]
    }

    fn partial_moment(&self, power: Power, edge: Edge) -> f64 {
        let count = self.samples.partition_point(|&s| edge.covers(s));
        self.samples[..count].iter().map(|&s| power.of(s)).sum::<f64>() / self.samples.len() as f64
    }

    fn describe(&self, unit: &dyn Fn(f64) -> String) -> String {
        let n = self.samples.len();
        if n == 1 {
            return format!("1 sample, {}", unit(self.least()));
        }
        let median = unit(self.quantile(0.5));
        format!("{n} samples, {}..{}, median {median}", unit(self.least()), unit(self.most()))
    }
}
