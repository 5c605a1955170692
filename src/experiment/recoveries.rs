//! One figure of each trial: what pairs of designs and searches for a trial need.

use super::plan::Plan;
use super::pool::{Collect, Pool};
use super::source::Source;
use crate::outcome::{Figure, Layout, Measured, Outcomes};

/// The slot of the system's recovery time.
#[must_use]
pub fn system_recovery(layout: &Layout) -> Option<usize> {
    layout
        .figures
        .iter()
        .position(|slot| slot.subject.group == "system" && slot.figure == Figure::RecoveryTime)
}

/// Keeps one slot of each outcome.
struct Keep {
    slot: usize,
    seen: Vec<(u64, Measured)>,
}

impl Collect for Keep {
    fn outcomes(&mut self, outcomes: &Outcomes) {
        self.seen.extend(outcomes.all().map(|one| (one.trial(), one.figure(self.slot))));
    }

    fn end_batch(&mut self, _whole: bool) {}
}

/// The value of a slot in each trial of the plan, by trial.
pub(super) fn values(source: &impl Source, slot: usize, plan: &Plan, pool: &Pool) -> Vec<Measured> {
    let mut workers: Vec<Keep> =
        (0..pool.size()).map(|_| Keep { slot, seen: Vec::new() }).collect();
    pool.run(source, plan, (0, plan.trials), &mut workers, &|_| {});
    let mut all: Vec<(u64, Measured)> = workers.into_iter().flat_map(|w| w.seen).collect();
    all.sort_unstable_by_key(|&(trial, _)| trial);
    all.into_iter().map(|(_, value)| value).collect()
}

/// Which trial of many to tell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Which {
    /// The one at this quantile of the system's recovery time.
    Quantile(f64),
    /// The one with the longest recovery.
    Longest,
}

/// The trial at a quantile of the system's recovery time; of equals the first.
///
/// `None` where the layout has no such figure or no trial runs.
#[must_use]
pub fn find_trial(source: &impl Source, which: Which, plan: &Plan, pool: &Pool) -> Option<u64> {
    let slot = system_recovery(source.layout())?;
    let values = values(source, slot, plan, pool);
    let mut ranked: Vec<(Measured, u64)> = values.into_iter().zip(0..).collect();
    ranked.sort_unstable();
    let last = ranked.len().checked_sub(1)?;
    let rank = match which {
        Which::Longest => last,
        Which::Quantile(q) => {
            ((q * ranked.len() as f64).ceil() as usize).saturating_sub(1).min(last)
        }
    };
    let value = ranked[rank].0;
    ranked.iter().find(|(other, _)| *other == value).map(|&(_, trial)| trial)
}
