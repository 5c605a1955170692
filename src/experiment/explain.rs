//! What one change would buy: each tried under common random numbers.
//!
//! The design as it is and the changed design run the same trials: what did not
//! change draws what it drew. So trials are paired, and the difference is known
//! far better than either figure alone.
//!
//! ```text
//! mean:  d̄ ± t · s(d̄ of a batch) / √B
//! p95:   p95(changed) − p95(now), the error from the spread of the same
//!        difference within each batch:  ± t · s(d of a batch) / √B
//! ```
//!
//! with B batches and t Student's quantile at 0.975 with B − 1 degrees of
//! freedom. Assumes that batches are alike and independent, which is how they are
//! sampled, and that the p95 of a batch spreads about as the p95 of all does
//! times √B (a batch has 256 trials, 13 of them beyond its p95).

use super::levers::Lever;
use super::plan::Plan;
use super::pool::Pool;
use super::recoveries::{system_recovery, values};
use super::series::batch_error;
use super::source::Source;
use crate::outcome::Measured;
use crate::random::BATCH;

/// What a change does to the system's recovery time.
#[derive(Clone, PartialEq, Debug)]
pub struct Effect {
    /// The change.
    pub lever: Lever,
    /// The p95 with the change.
    pub p95: Measured,
    /// Difference of the p95, with the change − now \[s\], and its error;
    /// `None` where one of them is no number.
    pub p95_difference: Option<(f64, f64)>,
    /// Paired difference of the mean \[s\] and its error; `None` where a trial
    /// has no number.
    pub mean_difference: Option<(f64, f64)>,
    /// Rules that hold now and no longer hold with the change.
    pub breaks: Vec<String>,
}

impl Effect {
    /// Whether neither difference is larger than its error.
    #[must_use]
    pub fn is_noise(&self) -> bool {
        let small = |d: Option<(f64, f64)>| d.is_some_and(|(value, error)| value.abs() <= error);
        small(self.p95_difference) && small(self.mean_difference)
    }

    /// By what effects are sorted: the greatest gain at the p95 first. Where the
    /// p95 is no number, recovering beats not recovering.
    fn rank(&self) -> f64 {
        match self.p95_difference {
            Some((difference, _)) => difference,
            None if self.p95.is_number() => f64::NEG_INFINITY,
            None => f64::INFINITY,
        }
    }
}

/// The effects of changes, the greatest gain first.
#[derive(Clone, PartialEq, Debug)]
pub struct Effects {
    /// Trials of each design.
    pub trials: u64,
    /// The p95 as it is.
    pub p95: Measured,
    /// What each change does.
    pub effects: Vec<Effect>,
}

/// A changed design, and the rules that it breaks.
pub type Changed<S> = (S, Vec<String>);

/// Tries each lever; `changed` makes the design with it, where there is one, and
/// names the rules that it breaks. `None` where the layout has no recovery time of the system.
pub fn try_levers<S: Source>(
    source: &S,
    levers: Vec<Lever>,
    plan: &Plan,
    pool: &Pool,
    changed: &dyn Fn(&Lever) -> Option<Changed<S>>,
    progress: &dyn Fn(usize),
) -> Option<Effects> {
    let now = values(source, system_recovery(source.layout())?, plan, pool);
    let mut effects = Vec::with_capacity(levers.len());
    for (tried, lever) in levers.into_iter().enumerate() {
        progress(tried);
        let Some((design, breaks)) = changed(&lever) else { continue };
        let Some(slot) = system_recovery(design.layout()) else { continue };
        let then = values(&design, slot, plan, pool);
        effects.push(Effect {
            lever,
            p95: p95(&then),
            p95_difference: p95_difference(&now, &then),
            mean_difference: mean_difference(&now, &then),
            breaks,
        });
    }
    effects.sort_by(|a, b| {
        a.rank().total_cmp(&b.rank()).then_with(|| a.lever.path.cmp(&b.lever.path))
    });
    Some(Effects { trials: plan.trials, p95: p95(&now), effects })
}

/// The value of rank ⌈0.95 n⌉.
fn p95(values: &[Measured]) -> Measured {
    let mut sorted: Vec<Measured> =
        values.iter().copied().filter(|&v| v != Measured::ABSENT).collect();
    sorted.sort_unstable();
    let rank = (sorted.len() * 95).div_ceil(100).saturating_sub(1);
    sorted.get(rank).copied().unwrap_or(Measured::ABSENT)
}

fn seconds(value: Measured) -> Option<f64> {
    value.is_number().then(|| value.0 as f64 / 1e9)
}

fn p95_difference(now: &[Measured], then: &[Measured]) -> Option<(f64, f64)> {
    let difference = seconds(p95(then))? - seconds(p95(now))?;
    let batches =
        whole_batches(now, then).map(|(now, then)| Some(seconds(p95(then))? - seconds(p95(now))?));
    Some((difference, batch_error(batches)))
}

fn mean_difference(now: &[Measured], then: &[Measured]) -> Option<(f64, f64)> {
    let mean = |(now, then): (&[Measured], &[Measured])| -> Option<f64> {
        let mut sum = 0_i128;
        for (a, b) in now.iter().zip(then) {
            if !a.is_number() || !b.is_number() {
                return None;
            }
            sum += i128::from(b.0) - i128::from(a.0);
        }
        Some(sum as f64 / 1e9 / now.len().max(1) as f64)
    };
    Some((mean((now, then))?, batch_error(whole_batches(now, then).map(mean))))
}

fn whole_batches<'v>(
    now: &'v [Measured],
    then: &'v [Measured],
) -> impl Iterator<Item = (&'v [Measured], &'v [Measured])> {
    let batch = BATCH as usize;
    now.chunks_exact(batch).zip(then.chunks_exact(batch))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_is_seen_without_error() {
        let now: Vec<Measured> = (0..2560).map(|i| Measured(i * 1_000_000_000)).collect();
        let then: Vec<Measured> = now.iter().map(|v| Measured(v.0 - 5_000_000_000)).collect();
        assert_eq!(p95_difference(&now, &then), Some((-5.0, 0.0)));
        assert_eq!(mean_difference(&now, &then), Some((-5.0, 0.0)));
    }

    #[test]
    fn nothing_is_said_of_censored_means() {
        let now = vec![Measured(1), Measured::CENSORED];
        assert_eq!(mean_difference(&now, &now), None);
        assert_eq!(p95_difference(&now, &now), None);
    }
}
