//! One figure over many trials, and a share of trials.

use crate::maths;
use crate::outcome::{BESIDE, Column, Measured};
use crate::random::BATCH;
use crate::statistics::{
    Alike, Batch, BatchSpread, Histogram, Interval, Method, ProportionBatches, Quantile, Tally,
    mean_interval, quantile_interval, trials_to_decide,
};

/// The confidence of every interval.
pub const CONFIDENCE: f64 = 0.95;
/// Values of a batch at most for which the spread between batches is kept.
const LARGEST_BATCH: u64 = 1 << 20;
/// How many of the greatest measured values stand for none.
const NO_NUMBERS: i64 = i64::MAX - Measured::CENSORED.0 + 1;

/// A figure over trials (or over clients and trials): how it spreads, and how
/// batches of it differ.
#[derive(Clone, Debug)]
pub struct Series {
    all: Histogram,
    /// What was not counted yet, while it is the same in all those trials; `None` once
    /// it is not, until the end of the batch.
    same: Option<Same>,
    /// Otherwise, the batch at hand.
    batch: Batch,
    /// `None` where a batch has too many values: clients of one trial resemble
    /// each other, so without it there is no interval.
    spread: Option<BatchSpread>,
    absent: u64,
    /// Values a trial.
    width: u64,
}

impl Default for Series {
    fn default() -> Self {
        Self::new(1)
    }
}

impl Series {
    /// Nothing yet; `width` values come from each trial.
    #[must_use]
    pub fn new(width: usize) -> Self {
        let width = (width as u64).max(1);
        let size = width.saturating_mul(BATCH);
        Self {
            all: Histogram::new(),
            same: Some(Same::default()),
            batch: Batch::default(),
            spread: (size <= LARGEST_BATCH).then(|| BatchSpread::new(size)),
            absent: 0,
            width,
        }
    }

    /// Nothing yet; one value comes from each trial, and how batches differ is not asked.
    pub(super) fn over_all_trials() -> Self {
        Self { spread: None, ..Self::new(1) }
    }

    /// Counts a value. What happened before the fault counts as happening with it.
    pub(super) fn record(&mut self, value: Measured) {
        self.record_all(&[value]);
    }

    /// Counts values.
    #[inline(always)]
    pub(super) fn record_all(&mut self, values: &[Measured]) {
        if let Some(same) = &mut self.same {
            if same.take(values) {
                return;
            }
            self.differ();
        }
        let (columns, rest) = values.as_chunks();
        for column in columns {
            let column: &Column = column;
            // Neither negative nor one of those that are no number; without a way out, so
            // that it goes by lanes.
            let (mut numbers, mut any) = ([0; BESIDE], 0);
            for lane in 0..BESIDE {
                let value = column[lane].0;
                numbers[lane] = value;
                any |= value | value.wrapping_add(NO_NUMBERS);
            }
            if any >= 0 {
                self.batch.record_all(&numbers);
            } else {
                self.record_any(column);
            }
        }
        if !rest.is_empty() {
            self.record_any(rest);
        }
    }

    /// Keeps values of which some may be no numbers.
    #[inline(never)]
    fn record_any(&mut self, values: &[Measured]) {
        for value in values {
            match *value {
                Measured::ABSENT => self.absent += 1,
                Measured::CENSORED => self.batch.record_censored(),
                Measured::TOTAL_LOSS => self.batch.record_total_loss(),
                Measured(number) => self.batch.record(number.max(0)),
            }
        }
    }

    /// From here on values are kept one by one.
    #[cold]
    fn differ(&mut self) {
        let Some(same) = self.same.take() else { return };
        self.count_same(&same);
        match same.value {
            Measured::ABSENT => self.absent += same.own,
            Measured::CENSORED => (0..same.own).for_each(|_| self.batch.record_censored()),
            Measured::TOTAL_LOSS => (0..same.own).for_each(|_| self.batch.record_total_loss()),
            Measured(number) => (0..same.own).for_each(|_| self.batch.record(number.max(0))),
        }
    }

    /// Counts what was the same in the batches before the one at hand.
    fn count_same(&mut self, same: &Same) {
        let size = self.spread.as_ref().map_or(0, BatchSpread::batch_size);
        let times = same.batches * size + same.rest;
        if times == 0 {
            return;
        }
        let alike = match same.value {
            Measured::ABSENT => return self.absent += times,
            Measured::CENSORED => Alike::Censored,
            Measured::TOTAL_LOSS => Alike::TotalLoss,
            Measured(number) => Alike::Number(number.max(0)),
        };
        self.all.record_alike(alike, times);
        if let Some(spread) = &mut self.spread {
            spread.add_alike(alike, same.batches);
        }
    }

    /// Ends a batch; only whole ones tell how batches differ.
    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        let size = self.spread.as_ref().map(BatchSpread::batch_size);
        if let Some(same) = &mut self.same {
            return same.end_batch(whole && size == Some(same.own));
        }
        let mut batch = tally.of(&self.batch);
        if let Some(spread) = &mut self.spread
            && whole
            && size == Some(self.batch.count())
        {
            spread.add_batch(&mut batch);
        }
        self.all.add(&batch);
        self.batch.clear();
        self.same = Some(Same::default());
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        self.end_batch(false, tally);
        if let Some(same) = self.same.take() {
            self.count_same(&same);
        }
        (self.batch, self.same) = (Batch::default(), Some(Same::default()));
    }

    /// Adds the batches of another.
    pub(super) fn merge(&mut self, other: &Self) {
        let nothing = Some(Same::default());
        debug_assert!(self.same == nothing && other.same == nothing, "something was not counted");
        self.all.merge(&other.all);
        if let (Some(mine), Some(theirs)) = (&mut self.spread, &other.spread) {
            mine.merge(theirs);
        }
        self.absent += other.absent;
    }

    /// All that was counted.
    #[cfg(test)]
    pub(super) fn counted(&self) -> (&Histogram, Option<&BatchSpread>, u64) {
        (&self.all, self.spread.as_ref(), self.absent)
    }

    /// Its histogram.
    #[must_use]
    pub fn histogram(&self) -> &Histogram {
        &self.all
    }

    /// Trials in which it has no meaning.
    #[must_use]
    pub fn absent(&self) -> u64 {
        self.absent
    }

    /// Where a quantile lies.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Quantile {
        self.all.quantile(q)
    }

    /// The interval of a quantile strictly between 0 and 1; `None` where nothing
    /// can be said.
    #[must_use]
    pub fn interval(&self, q: f64) -> Option<Interval<Quantile>> {
        if self.all.count() == 0 || !(q > 0.0 && q < 1.0) {
            return None;
        }
        let interval = quantile_interval(&self.all, self.spread.as_ref(), q, CONFIDENCE);
        (self.width == 1 || interval.method == Method::Batches).then_some(interval)
    }

    /// The mean; `None` where a trial has no number.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.all.mean()
    }

    /// The interval of the mean.
    #[must_use]
    pub fn mean_interval(&self) -> Option<Interval<f64>> {
        let interval = mean_interval(&self.all, self.spread.as_ref(), CONFIDENCE)?;
        (self.width == 1 || interval.method == Method::Batches).then_some(interval)
    }

    /// About how many numbers lie below `edge`.
    #[must_use]
    pub fn below(&self, edge: i64) -> u64 {
        let share = self.all.cdf(edge.saturating_sub(1) as f64);
        (share * self.all.count() as f64).round() as u64
    }
}

/// One value, any number of times: most figures are the same in most trials of most
/// systems.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Same {
    value: Measured,
    /// How often in the batch at hand.
    own: u64,
    /// Whole batches before that, which count for the spread between batches.
    batches: u64,
    /// How often in other batches.
    rest: u64,
}

impl Default for Same {
    fn default() -> Self {
        Self { value: Measured::ABSENT, own: 0, batches: 0, rest: 0 }
    }
}

impl Same {
    /// Takes values, unless one of them is another.
    #[inline(always)]
    fn take(&mut self, values: &[Measured]) -> bool {
        let Some(first) = values.first() else { return true };
        if self.own + self.batches + self.rest == 0 {
            self.value = *first;
        }
        let (columns, rest) = values.as_chunks();
        let (value, mut any) = (self.value.0, 0);
        for column in columns {
            let column: &Column = column;
            for other in column {
                any |= other.0 ^ value;
            }
        }
        for other in rest {
            any |= other.0 ^ value;
        }
        let taken = any == 0;
        self.own += if taken { values.len() as u64 } else { 0 };
        taken
    }

    /// Ends a batch; whether it counts for the spread between batches.
    fn end_batch(&mut self, counts: bool) {
        if counts && self.value != Measured::ABSENT {
            self.batches += 1;
        } else {
            self.rest += self.own;
        }
        self.own = 0;
    }
}

/// A share of trials, counted exactly.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Share {
    all: ProportionBatches,
    kept: u64,
    seen: u64,
}

impl Default for Share {
    fn default() -> Self {
        Self { all: ProportionBatches::new(BATCH), kept: 0, seen: 0 }
    }
}

impl Share {
    /// Counts a trial.
    pub(super) fn record(&mut self, kept: bool) {
        self.kept += u64::from(kept);
        self.seen += 1;
    }

    /// Ends a batch.
    pub(super) fn end_batch(&mut self, whole: bool) {
        if whole {
            self.all.add_batch(self.kept);
        } else {
            self.all.add_rest(self.kept, self.seen);
        }
        (self.kept, self.seen) = (0, 0);
    }

    /// Adds the batches of another.
    pub(super) fn merge(&mut self, other: &Self) {
        self.all.merge(&other.all);
    }

    /// The share; 1 where there is no trial.
    #[must_use]
    pub fn share(&self) -> f64 {
        self.all.share().unwrap_or(1.0)
    }

    /// Its interval.
    #[must_use]
    pub fn interval(&self) -> (f64, f64) {
        let interval = self.all.interval(CONFIDENCE);
        (interval.low, interval.high)
    }

    /// About how many trials would show on which side of `quantile` the share
    /// lies, if it stays as it is: to two digits, upwards.
    #[must_use]
    pub fn trials_to_decide(&self, quantile: f64) -> Option<u64> {
        let interval = self.all.interval(CONFIDENCE);
        let gap = (self.share() - quantile).abs();
        let needed = if interval.method == Method::Batches {
            // The width of our own interval shrinks with the root of the trials.
            let half = (interval.high - interval.low) / 2.0;
            let ratio = half / gap;
            let needed = self.all.trials() as f64 * ratio * ratio;
            (needed < 1e15).then_some(needed as u64)
        } else {
            trials_to_decide(self.share(), quantile, CONFIDENCE)
        };
        needed.map(two_digits)
    }
}

/// Rounded up to two digits.
fn two_digits(number: u64) -> u64 {
    let mut unit: u64 = 1;
    while number / unit >= 100 {
        unit = unit.saturating_mul(10);
    }
    number.div_ceil(unit).saturating_mul(unit)
}

/// The error of the mean of batches at [`CONFIDENCE`]: `t · s / √B`.
///
/// Endless below two batches or where a batch has no number.
pub(super) fn batch_error(batches: impl Iterator<Item = Option<f64>>) -> f64 {
    let Some(batches) = batches.collect::<Option<Vec<f64>>>() else { return f64::INFINITY };
    if batches.len() < 2 {
        return f64::INFINITY;
    }
    let n = batches.len() as f64;
    let mean = batches.iter().sum::<f64>() / n;
    let square = batches.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
    maths::student_t_quantile(n - 1.0, 0.5 + 0.5 * CONFIDENCE) * maths::sqrt(square / n)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_error_between_batches_by_hand() {
        // t(2) = 4.302653, deviation 1, over √3.
        let error = batch_error([1.0, 2.0, 3.0].into_iter().map(Some));
        assert!((error - 4.302_652_729_911_275 / 3.0_f64.sqrt()).abs() < 1e-9, "{error}");
        assert_eq!(batch_error([Some(1.0)].into_iter()), f64::INFINITY);
        assert_eq!(batch_error([Some(1.0), None].into_iter()), f64::INFINITY);
    }

    #[test]
    fn needed_trials_have_two_digits() {
        assert_eq!(two_digits(60_001), 61_000);
        assert_eq!(two_digits(99), 99);
        assert_eq!(two_digits(100), 100);
    }
}
