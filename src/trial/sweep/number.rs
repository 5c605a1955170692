//! Numbers: what a value comes to in each of the trials side by side.

use super::spell::{LANES, Lane};
use crate::block::backup::Restore;
use crate::block::value::{Readings, Value};
use crate::block::{BackupId, Graph, LeaseId, Literal, LogId, PickId, ValueId};
use crate::distribution::Law;
use crate::random::Sampling;
use crate::trial::Steady;
use crate::units::Span;

/// The trials side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trials {
    pub(super) sampling: Sampling,
    /// The first of them; a multiple of [`LANES`].
    pub(super) first: u64,
}

impl Trials {
    /// The uniform numbers of a name at index 0.
    #[inline(always)]
    pub(super) fn uniforms(&self, name: u64) -> [f64; LANES] {
        self.sampling.uniforms(self.sampling.stream(name), self.first)
    }
}

/// A value, as it is worked out for many trials.
#[derive(Debug)]
pub(super) enum Number<'g> {
    /// The same in every trial \[ns\].
    Constant(i64),
    /// Drawn from a law.
    Drawn(&'g Law, u64),
    /// Anything else.
    Program(ValueId),
}

impl<'g> Number<'g> {
    /// The value of `id`, as a span.
    pub(super) fn span(graph: &'g Graph, id: ValueId) -> Self {
        match &graph.values[id.0 as usize] {
            Value::Constant(seconds) => Self::Constant(nanoseconds(*seconds)),
            Value::Each { law, name } | Value::Trial { law, name } => Self::Drawn(law, *name),
            _ => Self::Program(id),
        }
    }

    /// Its nanoseconds in each trial, none below zero.
    pub(super) fn lanes(&self, graph: &Graph, steady: &Steady, trials: &Trials) -> Lane {
        match self {
            Self::Constant(span) => [*span; LANES],
            Self::Drawn(law, name) => {
                trials.uniforms(*name).map(|uniform| nanoseconds(law.quantile(uniform)))
            }
            Self::Program(id) => std::array::from_fn(|lane| {
                let one = OneTrial { steady, trials, trial: trials.first + lane as u64 };
                graph.span(*id, 0, &one).0
            }),
        }
    }
}

fn nanoseconds(seconds: f64) -> i64 {
    Span::from_seconds(seconds.max(0.0)).0
}

/// A whole number in each trial, at least `least`: how many looks flip a probe, how many
/// units a pool has.
pub(super) fn counts(
    (graph, id): (&Graph, ValueId),
    least: f64,
    steady: &Steady,
    trials: &Trials,
) -> Lane {
    let count = |lane: usize| {
        let one = OneTrial { steady, trials, trial: trials.first + lane as u64 };
        graph.value(id, 0, &one).clamp(least, 1e6) as i64
    };
    if let Value::Constant(_) = graph.values[id.0 as usize] {
        return [count(0); LANES];
    }
    std::array::from_fn(count)
}

/// What a value may read in a sweep: draws, and levels that never change.
pub(super) struct OneTrial<'s> {
    pub(super) steady: &'s Steady,
    pub(super) trials: &'s Trials,
    pub(super) trial: u64,
}

/// Nothing that moves is read: whoever does is not swept.
impl Readings for OneTrial<'_> {
    fn holds(&self, literal: Literal) -> bool {
        self.steady.holds(literal)
    }

    fn uniform(&self, name: u64, activation: u32) -> f64 {
        let sampling = &self.trials.sampling;
        sampling.uniform(sampling.stream(name), self.trial, activation)
    }

    fn choice(&self, pick: PickId) -> usize {
        self.steady.picks[pick.index()].choice
    }

    fn renewed(&self, _: LeaseId) -> Span {
        unreachable!("a value that reads a renewal is not swept")
    }

    fn age(&self, _: LeaseId) -> Span {
        unreachable!("a value that reads a renewal is not swept")
    }

    fn log_has(&self, _: LogId, _: usize) -> Span {
        unreachable!("a value that reads a log is not swept")
    }

    fn log_written(&self, _: LogId, _: Span) -> Span {
        unreachable!("a value that reads a log is not swept")
    }

    fn log_diverged(&self, _: LogId, _: usize) -> bool {
        unreachable!("a value that reads a log is not swept")
    }

    fn restore(&self, _: BackupId, _: usize) -> Option<Restore> {
        unreachable!("a value that reads a backup is not swept")
    }
}

/// Ticks a period apart.
#[derive(Clone, Copy, Debug)]
pub(super) struct Grid {
    /// The period \[ns\].
    pub(super) period: Lane,
    /// The first tick at or after zero.
    pub(super) first: Lane,
    /// The last tick at or before zero that counts as before it.
    pub(super) before: Lane,
}

impl Grid {
    /// Periods from here on are no simple matter for doubles \[ns\]: a fortnight.
    pub(super) const LONGEST: i64 = 1 << 50;

    /// Ticks of a period, zero to [`Self::LONGEST`], that begin anywhere in it.
    #[inline(always)]
    pub(super) fn begin(&mut self, uniforms: &[f64; LANES], period: i64) {
        /// From here to its double, doubles are whole numbers, and the last bits of
        /// each are its distance from here.
        const WHOLE: f64 = (1_u64 << 52) as f64;
        let width = period as f64;
        self.period = [period; LANES];
        for lane in 0..LANES {
            let exact = uniforms[lane] * width;
            // Rounded, then floored; and never a whole period.
            let near = exact + WHOLE;
            let rounded = near.to_bits().wrapping_sub(WHOLE.to_bits()) as i64;
            let below = rounded.wrapping_sub(i64::from(near - WHOLE > exact));
            let first = if below < period { below } else { period.wrapping_sub(1) };
            self.first[lane] = first;
            self.before[lane] = first.wrapping_sub(period);
        }
    }

    /// The first tick at or after `from` (zero or later) in one trial.
    #[inline]
    pub(super) fn next(&self, lane: usize, from: i64) -> i64 {
        let (whole, rest) = whole_periods(from, self.period[lane]);
        let phase = self.first[lane];
        whole + phase + if phase < rest { self.period[lane] } else { 0 }
    }

    /// The last tick before `to` in one trial.
    pub(super) fn last(&self, lane: usize, to: i64) -> i64 {
        (self.next(lane, to) - self.period[lane]).max(self.before[lane])
    }
}

/// The whole periods before an instant, and what is left.
#[inline]
pub(super) fn whole_periods(at: i64, period: i64) -> (i64, i64) {
    // A division of doubles is the faster one; it errs by one at most.
    let mut whole = (at as f64 / period as f64) as i64 * period;
    if whole > at {
        whole -= period;
    } else if at - whole >= period {
        whole += period;
    }
    (whole, at - whole)
}
