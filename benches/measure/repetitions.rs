//! How good an estimate is: the same experiment again and again, from other
//! seeds, and the variance of what it says.
//!
//! The error of a ratio of variances is a jackknife over repetitions of its
//! logarithm (Efron 1982), which asks of the estimates no normal law:
//!
//! ```text
//! error² = (n − 1)/n · Σ (θ without i − mean of those)²,   θ = ln (var a / var b)
//! ```

use drillcast::experiment::system_recovery;
use drillcast::maths;
use drillcast::outcome::Measured;
use drillcast::random::{Sampling, Scheme};
use drillcast::trial::{Mode, Program};

/// What is estimated of the system's recovery time.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Statistic {
    /// The mean.
    Mean,
    /// A quantile.
    Quantile(f64),
}

/// What sampling is judged by.
pub const STATISTICS: [Statistic; 5] = [
    Statistic::Mean,
    Statistic::Quantile(0.50),
    Statistic::Quantile(0.90),
    Statistic::Quantile(0.95),
    Statistic::Quantile(0.99),
];

impl Statistic {
    /// `mean`, `p95`.
    pub fn name(self) -> String {
        match self {
            Self::Mean => "mean".to_owned(),
            Self::Quantile(q) => format!("p{:.0}", q * 100.0),
        }
    }

    /// The estimate from sorted values \[s\]; `None` where it is no number.
    fn of(self, sorted: &[Measured]) -> Option<f64> {
        let seconds = |value: &Measured| value.is_number().then(|| value.0 as f64 / 1e9);
        match self {
            Self::Mean => {
                let sum: Option<f64> = sorted.iter().map(seconds).sum();
                Some(sum? / sorted.len() as f64)
            }
            Self::Quantile(q) => {
                let rank = (q * sorted.len() as f64).ceil() as usize;
                seconds(sorted.get(rank.saturating_sub(1))?)
            }
        }
    }
}

/// The estimates of one repetition, in the order of [`STATISTICS`].
pub type Estimates = [Option<f64>; STATISTICS.len()];

/// Estimates from the trials of one seed.
///
/// # Panics
///
/// Where the system has no recovery time.
pub fn estimates(program: &Program, sampling: &Sampling, trials: u64) -> Estimates {
    let slot = system_recovery(program.layout()).expect("the system has a recovery time");
    let mut runner = program.runner(Mode::Lazy);
    let mut values: Vec<Measured> =
        (0..trials).map(|trial| runner.run(sampling, trial).figures[slot]).collect();
    values.retain(|value| *value != Measured::ABSENT);
    values.sort_unstable();
    STATISTICS.map(|statistic| statistic.of(&values))
}

/// Estimates from each of so many seeds, from `first` on.
pub fn repeat(
    program: &Program,
    scheme: Scheme,
    (first, count): (u64, u64),
    trials: u64,
) -> Vec<Estimates> {
    let sampling = |seed| Sampling { seed, scheme };
    (first..first + count).map(|seed| estimates(program, &sampling(seed), trials)).collect()
}

/// How many times smaller one variance is than another.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Ratio {
    /// It says the same in every repetition, both ways; or it is no number.
    Nothing,
    /// Only the second way says the same in every repetition.
    Endless,
    /// The ratio, and the standard error of its logarithm.
    Times(f64, f64),
}

impl Ratio {
    /// Of the variances of `a` and `b`, a pair for each repetition.
    pub fn of(a: &[Option<f64>], b: &[Option<f64>]) -> Self {
        let numbers = |of: &[Option<f64>]| of.iter().copied().collect::<Option<Vec<f64>>>();
        let (Some(a), Some(b)) = (numbers(a), numbers(b)) else { return Self::Nothing };
        let n = a.len().min(b.len());
        let (first, second) = (variance(&a, None), variance(&b, None));
        if first <= 0.0 && second <= 0.0 {
            return Self::Nothing;
        }
        // What is left is the last bits of sums.
        if second <= first * 1e-12 {
            return Self::Endless;
        }
        let without: Vec<f64> = (0..n)
            .map(|i| maths::ln(variance(&a, Some(i)) / variance(&b, Some(i))))
            .filter(|x| x.is_finite())
            .collect();
        if without.len() < n {
            // One repetition alone makes the difference: nothing can be said of its error.
            return Self::Nothing;
        }
        let n = n as f64;
        let mean = without.iter().sum::<f64>() / n;
        let square: f64 = without.iter().map(|x| (x - mean) * (x - mean)).sum();
        Self::Times(first / second, maths::sqrt((n - 1.0) / n * square))
    }

    /// Whether it is at least `least`, give or take so many of its own errors.
    pub fn reaches(self, least: f64, errors: f64) -> bool {
        match self {
            Self::Nothing | Self::Endless => true,
            Self::Times(ratio, error) => ratio * maths::exp(errors * error) >= least,
        }
    }
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match *self {
            Self::Nothing => f.write_str("–"),
            Self::Endless => f.write_str("∞"),
            Self::Times(ratio, error) => {
                let (low, high) = (ratio * maths::exp(-error), ratio * maths::exp(error));
                let digits = |x: f64| match x {
                    x if x < 9.95 => format!("{x:.1}"),
                    x => format!("{x:.0}"),
                };
                if low >= 999.5 {
                    return f.write_str("> 1,000");
                }
                write!(f, "{} ({} to {})", digits(ratio), digits(low), digits(high))
            }
        }
    }
}

/// The variance of a list, or of it without one.
fn variance(of: &[f64], without: Option<usize>) -> f64 {
    let kept = || of.iter().enumerate().filter(|(i, _)| Some(*i) != without).map(|(_, x)| *x);
    let n = kept().count() as f64;
    let mean = kept().sum::<f64>() / n;
    kept().map(|x| (x - mean) * (x - mean)).sum::<f64>() / (n - 1.0)
}

/// One statistic of many repetitions.
pub fn column(of: &[Estimates], statistic: usize) -> Vec<Option<f64>> {
    of.iter().map(|estimates| estimates[statistic]).collect()
}

/// Variance by plain sampling over that by Latin hypercube, for each statistic.
pub fn latin_against_plain(program: &Program, repetitions: u64, trials: u64) -> Vec<Ratio> {
    let plain = repeat(program, Scheme::Plain, (1, repetitions), trials);
    let latin = repeat(program, Scheme::LatinHypercube, (1, repetitions), trials);
    (0..STATISTICS.len()).map(|s| Ratio::of(&column(&plain, s), &column(&latin, s))).collect()
}

/// The estimates of two designs in repetitions with the same seeds, and those of the
/// second with seeds of its own.
struct Designs {
    now: Vec<Estimates>,
    common: Vec<Estimates>,
    own: Vec<Estimates>,
}

impl Designs {
    fn of(
        (now, then): (&Program, &Program),
        scheme: Scheme,
        repetitions: u64,
        trials: u64,
    ) -> Self {
        Self {
            now: repeat(now, scheme, (1, repetitions), trials),
            common: repeat(then, scheme, (1, repetitions), trials),
            own: repeat(then, scheme, (1 + repetitions, repetitions), trials),
        }
    }

    /// The difference of a statistic in each repetition.
    fn differences(&self, after: &[Estimates], statistic: usize) -> Vec<Option<f64>> {
        let pairs = self.now.iter().zip(after);
        pairs.map(|(a, b)| Some(b[statistic]? - a[statistic]?)).collect()
    }
}

/// Variance of a difference of two designs from independent seeds over that
/// under common random numbers, for each statistic.
pub fn common_against_own(
    designs: (&Program, &Program),
    scheme: Scheme,
    repetitions: u64,
    trials: u64,
) -> Vec<Ratio> {
    let all = Designs::of(designs, scheme, repetitions, trials);
    let ratio = |s| Ratio::of(&all.differences(&all.own, s), &all.differences(&all.common, s));
    (0..STATISTICS.len()).map(ratio).collect()
}

/// Variance of a difference of two designs by plain sampling from independent seeds over
/// that by Latin hypercube under common random numbers, for each statistic.
pub fn both_against_neither(
    designs: (&Program, &Program),
    repetitions: u64,
    trials: u64,
) -> Vec<Ratio> {
    let plain = Designs::of(designs, Scheme::Plain, repetitions, trials);
    let latin = Designs::of(designs, Scheme::LatinHypercube, repetitions, trials);
    let ratio =
        |s| Ratio::of(&plain.differences(&plain.own, s), &latin.differences(&latin.common, s));
    (0..STATISTICS.len()).map(ratio).collect()
}
