//! Numbers: what a value comes to in each of the trials side by side.

use std::collections::BTreeMap;

use super::lane::{LANES, Lane};
use crate::block::backup::Restore;
use crate::block::value::{Readings, Value};
use crate::block::{BackupId, Graph, LeaseId, Literal, LogId, PickId, ValueId};
use crate::distribution::Law;
use crate::random::{BATCH, InBatch, Sampling};
use crate::trial::Steady;
use crate::units::{NANOS, Span};

/// The trials side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Trials {
    pub(super) sampling: Sampling,
    /// The first of them; a multiple of [`LANES`].
    pub(super) first: u64,
}

/// A real number in each trial.
pub(super) type Reals = [f64; LANES];

/// A whole number, as it is worked out for many trials.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Number {
    /// The same in every trial.
    Constant(i64),
    /// Drawn or computed: its place among those that are.
    Moving(usize),
}

/// What a value is wanted for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Purpose {
    /// A span of time, none below zero \[ns\].
    Span,
    /// How many looks flip a probe: at least one.
    Looks,
    /// How many units a pool has.
    Units,
}

impl Purpose {
    fn of(self, value: f64) -> i64 {
        match self {
            Self::Span => Span::from_seconds(value.max(0.0)).0,
            Self::Looks => value.clamp(1.0, 1e6) as i64,
            Self::Units => value.clamp(0.0, 1e6) as i64,
        }
    }
}

/// The uniform number of a name at index 0 in each trial: its place among those that are
/// drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draw(usize);

/// How a value is worked out from those that were before it, by their places.
#[derive(Debug)]
enum Operation<'g> {
    /// Drawn from a law.
    Draw(&'g Law, Draw),
    /// Uniform between two values.
    Between(usize, usize, Draw),
    Add(usize, usize),
    Subtract(usize, usize),
    /// Anything else, trial by trial.
    Alone(ValueId),
}

/// All numbers that a sweep needs, in the order in which they are worked out.
#[derive(Debug)]
pub(super) struct Numbers<'g> {
    graph: &'g Graph,
    steady: &'g Steady,
    /// Which place each makes, in order.
    operations: Vec<(usize, Operation<'g>)>,
    /// At each place, what it always comes to; nothing for what moves.
    constants: Vec<Option<f64>>,
    /// The names of uniform numbers.
    names: Vec<u64>,
    /// Where each value is.
    places: BTreeMap<u32, usize>,
    /// Those that are told as whole numbers: where each is, and what for.
    told: Vec<(usize, Purpose)>,
}

impl<'g> Numbers<'g> {
    pub(super) fn new(graph: &'g Graph, steady: &'g Steady) -> Self {
        let (operations, places, told) = (Vec::new(), BTreeMap::new(), Vec::new());
        let (constants, names) = (Vec::new(), Vec::new());
        Self { graph, steady, operations, constants, names, places, told }
    }

    /// A span of time \[ns\].
    pub(super) fn span(&mut self, id: ValueId) -> Number {
        self.number(id, Purpose::Span)
    }

    /// How many looks flip a probe.
    pub(super) fn looks(&mut self, id: ValueId) -> Number {
        self.number(id, Purpose::Looks)
    }

    /// How many units a pool has.
    pub(super) fn units(&mut self, id: ValueId) -> Number {
        self.number(id, Purpose::Units)
    }

    fn number(&mut self, id: ValueId, purpose: Purpose) -> Number {
        let place = self.place(id);
        if let Some(value) = self.constants[place] {
            return Number::Constant(purpose.of(value));
        }
        let known = self.told.iter().position(|told| *told == (place, purpose));
        Number::Moving(known.unwrap_or_else(|| {
            self.told.push((place, purpose));
            self.told.len() - 1
        }))
    }

    /// The uniform numbers of a name.
    pub(super) fn named(&mut self, name: u64) -> Draw {
        self.names.push(name);
        Draw(self.names.len() - 1)
    }

    /// Where a value is worked out, after all that it needs.
    fn place(&mut self, id: ValueId) -> usize {
        if let Some(place) = self.places.get(&id.0) {
            return *place;
        }
        let graph = self.graph;
        let operation = match &graph.values[id.0 as usize] {
            Value::Constant(_) => None,
            Value::Each { law, name } | Value::Trial { law, name } => {
                Some(Operation::Draw(law, self.named(*name)))
            }
            Value::Between { low, high, name } => {
                let (low, high) = (self.place(*low), self.place(*high));
                Some(Operation::Between(low, high, self.named(*name)))
            }
            Value::Add(a, b) => Some(Operation::Add(self.place(*a), self.place(*b))),
            Value::Subtract(a, b) => Some(Operation::Subtract(self.place(*a), self.place(*b))),
            _ => Some(Operation::Alone(id)),
        };
        let place = self.constants.len();
        self.constants.push(match &graph.values[id.0 as usize] {
            Value::Constant(value) => Some(*value),
            _ => None,
        });
        self.operations.extend(operation.map(|operation| (place, operation)));
        self.places.insert(id.0, place);
        place
    }

    /// Room for them, in which what is constant stands already.
    pub(super) fn room(&self) -> Drawn {
        let reals = self.constants.iter().map(|value| [value.unwrap_or(0.0); LANES]).collect();
        let streams = Vec::with_capacity(self.names.len());
        Drawn { reals, wholes: vec![[0; LANES]; self.told.len()], streams, batch: None, first: 0 }
    }

    /// Begins with other trials.
    fn begin(&self, trials: &Trials, drawn: &mut Drawn) {
        drawn.first = trials.first;
        let batch = (trials.sampling, trials.first / BATCH);
        if drawn.batch != Some(batch) {
            drawn.batch = Some(batch);
            drawn.streams.clear();
            let (sampling, batch) = batch;
            let stream = |name: &u64| sampling.in_batch(sampling.stream(*name), batch);
            drawn.streams.extend(self.names.iter().map(stream));
        }
    }

    /// Works all of them out.
    #[inline(always)]
    pub(super) fn draw(&self, trials: &Trials, drawn: &mut Drawn) {
        self.begin(trials, drawn);
        let (first, streams) = (drawn.first, &drawn.streams);
        for (place, operation) in &self.operations {
            let (before, after) = drawn.reals.split_at_mut(*place);
            let out = &mut after[0];
            match operation {
                Operation::Draw(law, draw) => {
                    *out = law.quantile_each(&streams[draw.0].uniforms(first));
                }
                Operation::Between(low, high, draw) => {
                    let uniforms: Reals = streams[draw.0].uniforms(first);
                    let (low, high) = (&before[*low], &before[*high]);
                    for lane in 0..LANES {
                        out[lane] = low[lane] + (high[lane] - low[lane]) * uniforms[lane];
                    }
                }
                Operation::Add(a, b) => {
                    let (a, b) = (&before[*a], &before[*b]);
                    for lane in 0..LANES {
                        out[lane] = a[lane] + b[lane];
                    }
                }
                Operation::Subtract(a, b) => {
                    let (a, b) = (&before[*a], &before[*b]);
                    for lane in 0..LANES {
                        out[lane] = a[lane] - b[lane];
                    }
                }
                Operation::Alone(id) => self.alone(*id, trials, out),
            }
        }
        for ((place, purpose), whole) in self.told.iter().zip(&mut drawn.wholes) {
            let reals = &drawn.reals[*place];
            match purpose {
                Purpose::Span => nanoseconds(reals, whole),
                _ => one_by_one(*purpose, reals, whole),
            }
        }
    }

    /// A value, trial by trial.
    fn alone(&self, id: ValueId, trials: &Trials, out: &mut Reals) {
        for (lane, out) in out.iter_mut().enumerate() {
            let trial = trials.first + lane as u64;
            let one = OneTrial { steady: self.steady, trials, trial };
            *out = self.graph.value(id, 0, &one);
        }
    }
}

/// From here to its double, doubles are whole numbers, and the last bits of each are its
/// distance from here.
const WHOLE: f64 = (1_u64 << 52) as f64;

/// The whole number nearest to one from zero to half of [`WHOLE`]; processors do it side
/// by side.
#[inline(always)]
const fn nearest(x: f64) -> i64 {
    (x + WHOLE).to_bits().wrapping_sub(WHOLE.to_bits()) as i64
}

/// Spans of so many seconds, none below zero \[ns\].
#[inline(always)]
fn nanoseconds(seconds: &Reals, out: &mut Lane) {
    let mut small = true;
    for lane in 0..LANES {
        let exact = seconds[lane].max(0.0) * NANOS;
        small &= exact < WHOLE / 2.0;
        out[lane] = nearest(exact);
    }
    if !small {
        one_by_one(Purpose::Span, seconds, out);
    }
}

fn one_by_one(purpose: Purpose, reals: &Reals, out: &mut Lane) {
    for (out, real) in out.iter_mut().zip(reals) {
        *out = purpose.of(*real);
    }
}

/// The numbers of the trials side by side.
#[derive(Debug)]
pub(super) struct Drawn {
    reals: Vec<Reals>,
    wholes: Vec<Lane>,
    /// Where uniform numbers come from, and of which batch.
    streams: Vec<InBatch>,
    batch: Option<(Sampling, u64)>,
    /// The first of the trials.
    first: u64,
}

impl Drawn {
    /// A uniform number in each trial.
    #[inline(always)]
    pub(super) fn uniforms(&self, draw: Draw) -> Reals {
        self.streams[draw.0].uniforms(self.first)
    }

    /// A number in each trial.
    #[inline(always)]
    pub(super) fn lanes(&self, number: Number) -> Lane {
        match number {
            Number::Constant(value) => [value; LANES],
            Number::Moving(place) => self.wholes[place],
        }
    }

    /// A number in one trial.
    #[inline(always)]
    pub(super) fn lane(&self, number: Number, lane: usize) -> i64 {
        match number {
            Number::Constant(value) => value,
            Number::Moving(place) => self.wholes[place][lane],
        }
    }
}

/// What a value may read in a sweep: draws, and levels that never change.
struct OneTrial<'s> {
    steady: &'s Steady,
    trials: &'s Trials,
    trial: u64,
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
pub(in crate::trial) struct Grid {
    /// The period \[ns\].
    pub(super) period: Lane,
    /// The first tick at or after zero.
    pub(super) first: Lane,
    /// The last tick at or before zero that counts as before it, unless that is a period
    /// before the first.
    pub(super) before: Option<Lane>,
}

impl Grid {
    /// Periods from here on are no simple matter for doubles \[ns\]: a fortnight.
    pub(in crate::trial) const LONGEST: i64 = 1 << 50;

    /// Ticks a period apart.
    pub(super) const fn of(period: i64) -> Self {
        Self { period: [period; LANES], first: [0; LANES], before: None }
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
        let before = match &self.before {
            Some(before) => before[lane],
            None => self.first[lane] - self.period[lane],
        };
        (self.next(lane, to) - self.period[lane]).max(before)
    }
}

/// The first of ticks that begin anywhere in a period of zero to [`Grid::LONGEST`].
#[inline(always)]
pub(in crate::trial) fn begin(uniforms: &Reals, period: i64) -> Lane {
    let (mut ticks, width) = ([0; LANES], period as f64);
    for lane in 0..LANES {
        let exact = uniforms[lane] * width;
        // Rounded, then floored; and never a whole period.
        let below = nearest(exact).wrapping_sub(i64::from(exact + WHOLE - WHOLE > exact));
        ticks[lane] = if below < period { below } else { period.wrapping_sub(1) };
    }
    ticks
}

/// Each number, zero or more, divided by another, and the fraction left out.
#[inline(always)]
pub(super) fn quotients(of: Lane, by: i64) -> Lane {
    let (mut quotients, mut small) = ([0; LANES], true);
    for lane in 0..LANES {
        // Both are doubles, and what they come to is far enough from 2⁵².
        small &= of[lane] < 1 << 51;
        let near = nearest(of[lane] as f64 / by as f64);
        let too_many = near.wrapping_mul(by) > of[lane];
        quotients[lane] = near.wrapping_sub(i64::from(too_many));
    }
    if !small || by >= 1 << 51 {
        for lane in 0..LANES {
            quotients[lane] = of[lane] / by;
        }
    }
    quotients
}

/// The whole periods before each instant, below 2⁶¹, and what is left; periods are no
/// shorter than a microsecond.
#[inline(always)]
pub(super) fn whole_periods_each(instants: Lane, period: i64) -> (Lane, Lane) {
    let (mut wholes, mut rests) = ([0; LANES], [0; LANES]);
    for lane in 0..LANES {
        let at = instants[lane];
        // Less than 2⁵¹, and so at most one too many.
        let whole = nearest(at as f64 / period as f64).wrapping_mul(period);
        let whole = if whole > at { whole.wrapping_sub(period) } else { whole };
        wholes[lane] = whole;
        rests[lane] = at.wrapping_sub(whole);
    }
    (wholes, rests)
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn periods_are_counted_as_whole_numbers_are(
            at in proptest::array::uniform16(0_i64..1 << 60),
            bits in 10_u32..50,
            part in 0_i64..1 << 50,
        ) {
            let period = (1 << bits) + part % (1 << bits);
            // Some are whole periods, and some miss that by one.
            let at: Lane = std::array::from_fn(|lane| match lane % 4 {
                0 => at[lane],
                1 => at[lane] / period * period,
                2 => (at[lane] / period * period - 1).max(0),
                _ => at[lane] >> bits,
            });
            let (wholes, rests) = whole_periods_each(at, period);
            for lane in 0..LANES {
                prop_assert_eq!(wholes[lane], at[lane] / period * period);
                prop_assert_eq!(rests[lane], at[lane] % period);
                prop_assert_eq!(whole_periods(at[lane], period), (wholes[lane], rests[lane]));
            }
        }

        #[test]
        fn quotients_leave_the_fraction_out(
            of in proptest::array::uniform16(0_i64..1 << 62),
            by in 1_i64..1 << 40,
            shift in 0_u32..40,
        ) {
            let of: Lane = std::array::from_fn(|lane| match lane % 3 {
                0 => of[lane] >> shift,
                1 => (of[lane] >> shift) / by * by,
                _ => ((of[lane] >> shift) / by * by - 1).max(0),
            });
            let quotients = quotients(of, by);
            for lane in 0..LANES {
                prop_assert_eq!(quotients[lane], of[lane] / by);
            }
        }
    }
}
