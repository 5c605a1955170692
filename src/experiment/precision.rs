//! When an experiment has run long enough.
//!
//! An experiment with a precision runs in rounds. After each round it looks at
//! the half widths of the intervals it was asked about; where one is too wide it
//! estimates from the inverse square law how many trials would do, and runs up
//! to there: at least a quarter more, at most four times as many. Rounds end
//! where batches end and depend on sums over whole rounds alone, so the number
//! of trials is the same on any number of threads.

use super::limits::Limit;
use super::plan::Plan;
use super::pool::Pool;
use super::source::Source;
use super::summary::{Summary, run_range};
use crate::outcome::Layout;
use crate::random::BATCH;

/// A half width that is wanted.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Wanted {
    /// As a share of the value.
    Relative(f64),
    /// In base units: seconds or a count.
    Absolute(f64),
}

/// What of a figure is looked at.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Statistic {
    /// Its mean.
    Mean,
    /// A quantile.
    Quantile(f64),
}

/// A precision that was asked for.
#[derive(Clone, PartialEq, Debug)]
pub struct Precision {
    /// `system.recovery_time.p95`.
    pub name: String,
    /// As it was written: `1%`.
    pub asked: String,
    /// Which slot.
    pub slot: usize,
    /// What of it.
    pub statistic: Statistic,
    /// How narrow.
    pub wanted: Wanted,
}

/// How far a precision is reached.
#[derive(Clone, PartialEq, Debug)]
pub struct Reached {
    /// `system.recovery_time.p95`.
    pub name: String,
    /// As it was written.
    pub asked: String,
    /// Half the width of its interval, in base units; `None` where an end lies
    /// in the censored mass or there are too few trials for an interval.
    pub half_width: Option<f64>,
    /// The half width that was wanted, in base units.
    pub wanted: Option<f64>,
}

impl Reached {
    /// Whether the interval is as narrow as it was wanted.
    #[must_use]
    pub fn reached(&self) -> bool {
        self.ratio().is_some_and(|ratio| ratio <= 1.0)
    }

    /// How many times too wide it is.
    fn ratio(&self) -> Option<f64> {
        match (self.half_width?, self.wanted?) {
            (half, _) if half <= 0.0 => Some(0.0),
            (half, wanted) if wanted > 0.0 => Some(half / wanted),
            _ => None,
        }
    }
}

/// What is wrong with a precision that was asked for.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PrecisionError {
    /// No trial yields the figure.
    #[error("precision \"{asked}\": no trial yields {figure}; there are: {known}")]
    UnknownFigure {
        /// As it was written.
        asked: String,
        /// The figure that was named.
        figure: String,
        /// The figures that there are.
        known: String,
    },
    /// Neither a quantile nor the mean.
    #[error(
        "precision \"{asked}\": expected p50, p95, … or mean after the figure, found \"{found}\""
    )]
    UnknownStatistic {
        /// As it was written.
        asked: String,
        /// What stands there.
        found: String,
    },
    /// No width.
    #[error("precision \"{asked}\": expected a share such as 1% or a time such as 0.1s")]
    NoWidth {
        /// As it was written.
        asked: String,
    },
}

impl Precision {
    /// Reads `1%`, `0.1s` (both of the p95 of the system's recovery time) or
    /// `orders.recovery_time.p99=0.5%`. `time` reads a time \[s\].
    ///
    /// # Errors
    ///
    /// What is written is no width, or names a figure that the layout lacks.
    pub fn parse(
        text: &str,
        layout: &Layout,
        time: &dyn Fn(&str) -> Option<f64>,
    ) -> Result<Self, PrecisionError> {
        let (name, width) = text.split_once('=').unwrap_or(("system.recovery_time.p95", text));
        let (name, width) = (name.trim(), width.trim());
        let (figure, statistic) = name.rsplit_once('.').unwrap_or((name, "p95"));
        let known = |slot: &crate::outcome::FigureSlot| {
            format!("{}.{}", slot.subject.name, slot.figure.name())
        };
        let slot =
            layout.figures.iter().position(|slot| known(slot) == figure).ok_or_else(|| {
                PrecisionError::UnknownFigure {
                    asked: text.to_owned(),
                    figure: figure.to_owned(),
                    known: layout.figures.iter().map(known).collect::<Vec<_>>().join(", "),
                }
            })?;
        let quantile = |text: &str| -> Option<f64> {
            let q = text.strip_prefix('p')?.parse::<f64>().ok()? / 100.0;
            (q > 0.0 && q < 1.0).then_some(q)
        };
        let statistic = match quantile(statistic) {
            Some(q) => Statistic::Quantile(q),
            None if statistic == "mean" => Statistic::Mean,
            None => {
                return Err(PrecisionError::UnknownStatistic {
                    asked: text.to_owned(),
                    found: statistic.to_owned(),
                });
            }
        };
        let positive = |x: &f64| x.is_finite() && *x > 0.0;
        let share = |text: &str| text.strip_suffix('%')?.trim().parse::<f64>().ok();
        let wanted = match share(width).filter(positive) {
            Some(percent) => Wanted::Relative(percent / 100.0),
            None => time(width)
                .filter(positive)
                .map(Wanted::Absolute)
                .ok_or_else(|| PrecisionError::NoWidth { asked: text.to_owned() })?,
        };
        Ok(Self { name: name.to_owned(), asked: width.to_owned(), slot, statistic, wanted })
    }

    /// How far it is reached by a summary.
    #[must_use]
    pub fn reached(&self, layout: &Layout, summary: &Summary) -> Reached {
        let series = summary.spread(layout, self.slot);
        let figure = layout.figures[self.slot].figure;
        let base = figure.scale();
        let (value, interval) = match self.statistic {
            Statistic::Mean => (series.mean(), series.mean_interval().map(|i| (i.low, i.high))),
            Statistic::Quantile(q) => (
                series.quantile(q).value(),
                series.interval(q).and_then(|i| Some((i.low.value()?, i.high.value()?))),
            ),
        };
        let half_width = interval.map(|(low, high)| (high - low) / 2.0 / base);
        let wanted = match self.wanted {
            Wanted::Absolute(wanted) => Some(wanted),
            Wanted::Relative(share) => value.map(|value| {
                let value = (value / base).abs();
                share * if figure.is_share() { 1.0 - value } else { value }
            }),
        };
        Reached { name: self.name.clone(), asked: self.asked.clone(), half_width, wanted }
    }
}

/// Runs an experiment: the plan's trials, and where precisions are asked for
/// as many more rounds as they need, up to the plan's cap.
pub fn run(
    source: &impl Source,
    limits: &[Limit],
    plan: &Plan,
    precisions: &[Precision],
    pool: &Pool,
    progress: &(dyn Fn(u64, u64) + Sync),
) -> (Summary, Vec<Reached>) {
    let whole_batches = |trials: u64| trials.div_ceil(BATCH).saturating_mul(BATCH);
    let first = if precisions.is_empty() { plan.trials } else { whole_batches(plan.trials) };
    let cap = whole_batches(plan.cap).max(first);
    let tick = |until: u64| move |trials: u64| progress(trials, until);
    let mut summary = run_range(source, limits, plan, (0, first), pool, &tick(first));
    loop {
        let reached: Vec<Reached> =
            precisions.iter().map(|p| p.reached(source.layout(), &summary)).collect();
        let done = summary.trials;
        if done >= cap || reached.iter().all(Reached::reached) {
            return (summary, reached);
        }
        // No ratio: no interval yet, or a target of zero; four times as many may tell.
        let worst = reached.iter().map(|r| r.ratio().unwrap_or(2.0)).fold(0.0, f64::max);
        let growth = (worst * worst * 1.05).clamp(1.25, 4.0);
        let until = whole_batches((done as f64 * growth) as u64).min(cap);
        let more = run_range(source, limits, plan, (done, until), pool, &tick(until));
        summary.merge(more);
    }
}
