//! A figure over trials, as it is told: quantiles, intervals, a shape.

use schemars::JsonSchema;
use serde::Serialize;

use crate::experiment::{Series, Share};
use crate::outcome::{Bound, BoundTerm, Figure, FigureSlot};
use crate::statistics::{self, Histogram, Quantile};

/// Steps of a shape at most.
const STEPS: usize = 48;

/// How a figure spreads over trials.
///
/// Quantiles are over the trials in which the figure has a meaning. `null`: the
/// quantile lies among the trials that had not recovered by the horizon
/// (`censored`) or ended without any usable copy (`total_loss`).
///
/// Where more is better (`minimum_availability`) quantiles are what a promise is: `p95`
/// is what 95 % of trials have at least, so that it lies below `p50`.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct Distribution {
    /// Mean; `null` where a trial is censored or a total loss.
    pub mean: Option<f64>,
    /// The least value of any trial.
    pub min: Option<f64>,
    /// `quantile(0.05)`.
    pub p5: Option<f64>,
    /// `quantile(0.1)`.
    pub p10: Option<f64>,
    /// `quantile(0.5)`.
    pub p50: Option<f64>,
    /// `quantile(0.9)`.
    pub p90: Option<f64>,
    /// `quantile(0.95)`.
    pub p95: Option<f64>,
    /// `quantile(0.99)`.
    pub p99: Option<f64>,
    /// The greatest value of any trial.
    pub max: Option<f64>,
    /// Share of trials that had not recovered by the horizon.
    pub censored: f64,
    /// Share of trials that ended without any usable copy.
    pub total_loss: f64,
    /// Share of trials in which the figure has no meaning: nothing was detected, say.
    pub absent: f64,
    /// 95 % Monte Carlo intervals of mean and quantiles.
    pub intervals: Intervals,
    /// From which instant it counts: `fault`, `impact`, `detection`, `declaration`, or
    /// `recovery` for what comes after a component serves again.
    pub clock: String,
    /// How the fault looks from there: `reset`, `hung`, `silent` or `announced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// No trial lies below it.
    pub bound: Option<f64>,
    /// The terms whose sum the bound is, in causal order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub bound_terms: Vec<TermPrediction>,
    /// Its shape: trials in equal steps from `from` to `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<Shape>,
}

impl Distribution {
    /// Turns what was missing round into what there was: the least is now the most.
    pub(super) fn turn(&mut self) {
        std::mem::swap(&mut self.min, &mut self.max);
        let intervals = &mut self.intervals;
        let all = [
            &mut intervals.mean,
            &mut intervals.p5,
            &mut intervals.p10,
            &mut intervals.p50,
            &mut intervals.p90,
            &mut intervals.p95,
            &mut intervals.p99,
        ];
        all.into_iter().flatten().for_each(|interval| interval.reverse());
    }

    /// Whether every trial gave zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.max == Some(0.0) && self.min == Some(0.0)
    }
}

/// An interval; an end in the censored mass is `null`.
pub type Interval = [Option<f64>; 2];

/// Monte Carlo intervals, each at 95 %.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct Intervals {
    /// Of the mean.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean: Option<Interval>,
    /// Of `quantile(0.05)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p5: Option<Interval>,
    /// Of `quantile(0.1)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p10: Option<Interval>,
    /// Of `quantile(0.5)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p50: Option<Interval>,
    /// Of `quantile(0.9)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p90: Option<Interval>,
    /// Of `quantile(0.95)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95: Option<Interval>,
    /// Of `quantile(0.99)`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p99: Option<Interval>,
}

/// A term of a lower bound.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct TermPrediction {
    /// The stage it stands for, `orders.key`.
    pub stage: String,
    /// Its title.
    pub title: String,
    /// How it comes about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// Its least \[s\].
    pub least: f64,
}

/// How many trials fell into equal steps.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct Shape {
    /// Where the first step begins.
    pub from: f64,
    /// Where the last step ends.
    pub to: f64,
    /// Trials in each step.
    pub trials: Vec<u64>,
    /// Trials beyond `to`, censored ones and total losses included.
    pub beyond: u64,
}

/// A share of trials and its Monte Carlo interval.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Proportion {
    /// The share.
    pub share: f64,
    /// Its 95 % interval.
    pub interval: [f64; 2],
}

pub(super) fn figure(slot: &FigureSlot, series: &Series) -> Distribution {
    let mut d = distribution(series, Some(slot.figure));
    slot.clock.name().clone_into(&mut d.clock);
    d.class = Some(slot.class.name().to_owned());
    if let Some(Bound { least, terms }) = &slot.bound {
        d.bound = Some(rounded(least.as_seconds()));
        let term = |term: &BoundTerm| TermPrediction {
            stage: term.stage.clone(),
            title: term.title.clone(),
            formula: term.formula.clone(),
            least: rounded(term.least.as_seconds()),
        };
        d.bound_terms = terms.iter().map(term).collect();
    }
    if slot.figure.is_share() {
        d.turn();
    } else if slot.figure != Figure::Integrity {
        d.shape = shape(series, slot.figure);
    }
    d
}

pub(super) fn distribution(series: &Series, figure: Option<Figure>) -> Distribution {
    let mut d = counted(series.histogram(), series.absent(), figure, &|q| series.interval(q));
    let mean = series.mean_interval();
    d.intervals.mean = mean.map(|i| [Some(base(i.low, figure)), Some(base(i.high, figure))]);
    d
}

/// What was counted, with the intervals of its quantiles.
pub(super) fn counted(
    histogram: &Histogram,
    absent: u64,
    figure: Option<Figure>,
    interval: &dyn Fn(f64) -> Option<statistics::Interval<Quantile>>,
) -> Distribution {
    let at = |q: f64| quantile(histogram.quantile(q), figure);
    let interval =
        |q: f64| interval(q).map(|i| [quantile(i.low, figure), quantile(i.high, figure)]);
    let present = histogram.count();
    let all = present + absent;
    let share = |n: u64, of: u64| if of == 0 { 0.0 } else { n as f64 / of as f64 };
    Distribution {
        mean: histogram.mean().map(|mean| base(mean, figure)),
        min: histogram.min().map(|min| base(min as f64, figure)),
        p5: at(0.05),
        p10: at(0.1),
        p50: at(0.5),
        p90: at(0.9),
        p95: at(0.95),
        p99: at(0.99),
        max: at(1.0),
        censored: share(histogram.censored(), present),
        total_loss: share(histogram.total_loss(), present),
        absent: share(absent, all),
        intervals: Intervals {
            mean: None,
            p5: interval(0.05),
            p10: interval(0.1),
            p50: interval(0.5),
            p90: interval(0.9),
            p95: interval(0.95),
            p99: interval(0.99),
        },
        clock: "fault".to_owned(),
        class: None,
        bound: None,
        bound_terms: Vec::new(),
        shape: None,
    }
}

/// The trials in steps of a round length from the least value to the greatest,
/// or to the p99 where the tail is long. No step is finer than what was counted: its bars
/// would show how a bucket is divided, not how trials are.
fn shape(series: &Series, figure: Figure) -> Option<Shape> {
    let unit = figure.scale();
    let histogram = series.histogram();
    let (low, most) = (histogram.min()? as f64 / unit, histogram.max()? as f64 / unit);
    let p99 = series.quantile(0.99).value().map(|p99| p99 / unit);
    let high = p99.filter(|p99| most - low > 1.5 * (p99 - low) && *p99 > low).unwrap_or(most);
    let finest = if low < high { high * <Histogram>::FINENESS } else { 0.0 };
    let step = round_step(((high - low) / STEPS as f64).max(finest))?;
    let first = (low / step).floor();
    let steps = ((high / step).floor() - first) as usize + 1;
    let edge = |i: usize| (((first + i as f64) * step) * unit).round() as i64;
    let mut trials = Vec::with_capacity(steps);
    let mut below = 0;
    for i in 1..=steps {
        let upto = series.below(edge(i));
        trials.push(upto.saturating_sub(below));
        below = upto;
    }
    Some(Shape {
        from: rounded(first * step),
        to: rounded((first + steps as f64) * step),
        trials,
        beyond: histogram.count().saturating_sub(below),
    })
}

/// The least of 1, 2 and 5 times a power of ten that is at least `step`.
fn round_step(step: f64) -> Option<f64> {
    if !(step.is_finite() && step > 0.0) {
        return None;
    }
    let mut power = 1e-9;
    while power * 10.0 < step {
        power *= 10.0;
    }
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * power).find(|&s| s >= step)
}

pub(super) fn proportion(share: &Share) -> Proportion {
    let (low, high) = share.interval();
    Proportion { share: share.share(), interval: [low, high] }
}

/// A number without the last bits of a sum: to nine decimals.
pub(super) fn rounded(value: f64) -> f64 {
    // Beyond 2^53 nanoseconds (104 days) a double holds no ninth decimal anyway.
    if value.abs() < 9e6 { (value * 1e9).round() / 1e9 } else { value }
}

/// A value in base units: seconds, a count, or a share.
pub(super) fn base(value: f64, figure: Option<Figure>) -> f64 {
    let value = value / figure.map_or(1e9, Figure::scale);
    // What was missing is told as what there was.
    rounded(if figure.is_some_and(Figure::is_share) { 1.0 - value } else { value })
}

pub(super) fn quantile(quantile: Quantile, figure: Option<Figure>) -> Option<f64> {
    quantile.value().map(|value| base(value, figure))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round() {
        assert_eq!(round_step(0.3), Some(0.5));
        assert_eq!(round_step(1.2), Some(2.0));
        assert_eq!(round_step(0.0), None);
    }
}
