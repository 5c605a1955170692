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

impl Precision {
    /// How far it is reached by a summary.
    #[must_use]
    pub fn reached(&self, layout: &Layout, summary: &Summary) -> Reached {
        let series = summary.spread(layout, self.slot);
        let base = if layout.figures[self.slot].figure.is_time() { 1e9 } else { 1.0 };
        let (value, interval) = match self.statistic {
            Statistic::Mean => (series.mean(), series.mean_interval()),
            Statistic::Quantile(q) => (
                series.quantile(q).number(),
                series.interval(q).and_then(|(low, high)| Some((low.number()?, high.number()?))),
            ),
        };
        let half_width = interval.map(|(low, high)| (high - low) / 2.0 / base);
        let wanted = match self.wanted {
            Wanted::Absolute(wanted) => Some(wanted),
            Wanted::Relative(share) => value.map(|value| (value / base).abs() * share),
        };
        Reached { name: self.name.clone(), asked: self.asked.clone(), half_width, wanted }
    }
}

/// How far an experiment ran until all precisions were reached, or the cap.
#[derive(Clone, PartialEq, Debug)]
pub struct Stopped {
    /// What it looked at, at the end.
    pub reached: Vec<Reached>,
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
