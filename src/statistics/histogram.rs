//! Any number of integer values in bounded memory.
//!
//! Buckets are exact below 1,024 units and split each octave above into 512, so
//! that a bucket is never wider than a five-hundredth of its values. Each bucket
//! also knows its least and its greatest value: outcomes that are the same in
//! many trials (a lease's whole time to live, one lost write) come back as they
//! were. Counts, sums and ends are integers: any order of recording and merging
//! gives the same bits.

use std::sync::OnceLock;

use super::batch::Alike;
use super::page::{GROUP, LARGEST, PAGE_CELLS, PAGES, Place, page_of, place};
use super::table::{Cell, Table};
use super::tally::{Tallied, Tally};
use super::wide::{Wide, variance};

/// Values close to each other that are counted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// The least value in it.
    pub low: i64,
    /// The greatest value in it.
    pub high: i64,
    /// How many values it holds.
    pub count: u64,
}

/// Where a quantile falls.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub enum Quantile {
    /// On this value, in the unit that was recorded.
    Value(f64),
    /// Among the trials that were not over when observation ended: later than
    /// any number.
    Censored,
    /// Among the trials that never end well, for instance without a usable copy.
    TotalLoss,
    /// Nowhere: there are no trials, or too few to say.
    Empty,
}

impl Quantile {
    /// The value, where it falls on one.
    #[must_use]
    pub fn value(self) -> Option<f64> {
        match self {
            Self::Value(value) => Some(value),
            _ => None,
        }
    }
}

/// A histogram of non-negative integers: nanoseconds, bytes, counts.
///
/// Beside numbers it counts two outcomes that are none and rank above every
/// number: *censored* and, above that, *total loss*.
///
/// Bounds: values above 2⁶² count as 2⁶²; the sums hold 2⁶⁴ such values.
///
/// ```
/// use drillcast::statistics::{Histogram, Quantile};
///
/// let mut sample = Histogram::new();
/// sample.record_n(30_000_000_000, 9);
/// sample.record_censored();
/// assert_eq!(sample.quantile(0.9), Quantile::Value(30e9));
/// assert_eq!(sample.quantile(0.95), Quantile::Censored);
/// assert_eq!(sample.mean(), None);
/// ```
#[derive(Clone, Debug)]
pub struct Histogram<const CELLS: usize = PAGE_CELLS> {
    table: Table<CELLS>,
    /// See [`upto`](Self::upto); forgotten with each change.
    upto: OnceLock<Box<[u64; PAGES]>>,
    numbers: u64,
    censored: u64,
    total_loss: u64,
    sum: u128,
    squares: Wide,
    min: i64,
    max: i64,
}

impl<const CELLS: usize> Default for Histogram<CELLS> {
    fn default() -> Self {
        Self::empty()
    }
}

/// Equal in everything that was recorded; how it is kept is no matter.
impl<const CELLS: usize> PartialEq for Histogram<CELLS> {
    fn eq(&self, other: &Self) -> bool {
        let scalars =
            |h: &Self| (h.numbers, h.censored, h.total_loss, h.sum, h.squares, h.min, h.max);
        scalars(self) == scalars(other) && self.buckets().eq(other.buckets())
    }
}

impl<const CELLS: usize> Eq for Histogram<CELLS> {}

impl Histogram {
    /// A histogram of nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::empty()
    }
}

/// One in an eighth of the memory, for what is kept many times over: a bucket is a 64th of
/// its octave. Quantiles are within a 64th of themselves; where a bucket holds one value they
/// are exact as in a fine one, and where values are spread smoothly nearly so.
pub type RoughHistogram = Histogram<{ PAGE_CELLS / GROUP }>;

impl<const CELLS: usize> Histogram<CELLS> {
    /// A bucket is never wider than this share of its values.
    pub const FINENESS: f64 = 1.0 / CELLS as f64;

    fn empty() -> Self {
        Self {
            table: Table::new(),
            upto: OnceLock::new(),
            numbers: 0,
            censored: 0,
            total_loss: 0,
            sum: 0,
            squares: Wide::default(),
            min: i64::MAX,
            max: i64::MIN,
        }
    }

    /// Counts one value of zero or more.
    ///
    /// # Panics
    ///
    /// `value` is negative: no simulated span is.
    #[inline]
    pub fn record(&mut self, value: i64) {
        self.record_n(value, 1);
    }

    /// Counts a value of zero or more `times` times.
    ///
    /// # Panics
    ///
    /// `value` is negative: no simulated span is.
    #[inline]
    pub fn record_n(&mut self, value: i64, times: u64) {
        assert!(value >= 0, "a histogram holds no negative value: {value}");
        if times == 0 {
            return;
        }
        let value = value.min(LARGEST);
        self.table.add(place(value), Cell::of(value, times));
        self.upto.take();
        self.numbers += times;
        let wide = value as u128;
        self.sum += wide * u128::from(times);
        if times == 1 {
            self.squares.add_small(wide * wide);
        } else {
            self.squares.add(Wide::product(wide * wide, u128::from(times)));
        }
        self.min = self.min.min(value);
        self.max = self.max.max(value);
    }

    /// Counts `times` trials that are alike.
    ///
    /// # Panics
    ///
    /// Their number is negative.
    pub fn record_alike(&mut self, alike: Alike, times: u64) {
        match alike {
            Alike::Number(value) => self.record_n(value, times),
            Alike::Censored => self.censored += times,
            Alike::TotalLoss => self.total_loss += times,
        }
    }

    /// Counts one trial that was not over when observation ended.
    pub fn record_censored(&mut self) {
        self.censored += 1;
    }

    /// Counts one trial that has no number because everything is lost.
    pub fn record_total_loss(&mut self) {
        self.total_loss += 1;
    }

    /// Adds what another histogram has counted.
    pub fn merge(&mut self, other: &Self) {
        for (place, values) in (0..PAGES).flat_map(|page| other.table.on(page)) {
            self.table.add(place, values);
        }
        self.upto.take();
        self.numbers += other.numbers;
        self.censored += other.censored;
        self.total_loss += other.total_loss;
        self.sum += other.sum;
        self.squares.add(other.squares);
        self.min = self.min.min(other.min);
        self.max = self.max.max(other.max);
    }

    /// Counts the trials of a batch.
    pub fn add(&mut self, batch: &Tallied<'_>) {
        self.censored += batch.censored();
        self.total_loss += batch.total_loss();
        self.add_numbers(batch);
    }

    /// Counts values of zero or more; `tally` is scratch.
    ///
    /// # Panics
    ///
    /// One of them is negative.
    pub fn record_all(&mut self, values: &[i64], tally: &mut Tally) {
        self.add_numbers(&tally.of_numbers(values));
    }

    fn add_numbers(&mut self, batch: &Tallied<'_>) {
        let (values, looked) = (batch.numbers(), batch.looked());
        if values.is_empty() {
            return;
        }
        if looked.least == looked.greatest {
            // Nothing was lost, nothing was detected: the same in every trial.
            return self.record_n(looked.least, values.len() as u64);
        }
        let numbers = self.numbers + values.len() as u64;
        if numbers <= u64::from(u32::MAX) && looked.greatest <= LARGEST {
            self.table.count(values, batch.places());
        } else {
            for (value, place) in values.iter().zip(batch.places()) {
                self.table.add(*place, Cell::of((*value).min(LARGEST), 1));
            }
        }
        self.upto.take();
        self.sum += looked.sum;
        self.squares.add(looked.squares);
        self.min = self.min.min(looked.least);
        self.max = self.max.max(looked.greatest.min(LARGEST));
        self.numbers = numbers;
    }

    /// How many trials were counted, with or without a number.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.numbers + self.censored + self.total_loss
    }

    /// How many numbers were counted.
    #[must_use]
    pub fn numbers(&self) -> u64 {
        self.numbers
    }

    /// How many trials were censored.
    #[must_use]
    pub fn censored(&self) -> u64 {
        self.censored
    }

    /// How many trials were a total loss.
    #[must_use]
    pub fn total_loss(&self) -> u64 {
        self.total_loss
    }

    /// The sum of all numbers, exact.
    #[must_use]
    pub fn sum(&self) -> u128 {
        self.sum
    }

    /// The least number.
    #[must_use]
    pub fn min(&self) -> Option<i64> {
        (self.numbers > 0).then_some(self.min)
    }

    /// The greatest number.
    #[must_use]
    pub fn max(&self) -> Option<i64> {
        (self.numbers > 0).then_some(self.max)
    }

    /// The mean; none where there is no trial or a trial has no number, since a
    /// mean over the others would be too good.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let all = self.numbers > 0 && self.numbers == self.count();
        all.then(|| self.sum as f64 / self.numbers as f64)
    }

    /// The unbiased variance, in the square of the unit; none where there is no
    /// mean or only one trial.
    #[must_use]
    pub fn variance(&self) -> Option<f64> {
        let known = self.mean().is_some() && self.numbers > 1;
        known.then(|| variance(self.numbers, self.sum, self.squares))
    }

    /// The buckets that hold values, in rising order.
    pub fn buckets(&self) -> impl Iterator<Item = Bucket> + '_ {
        let cells = (0..PAGES).flat_map(|page| self.table.on(page));
        cells.map(|(_, Cell { count, low, high })| Bucket { low, high, count })
    }

    /// Where the quantile `q` in [0, 1] falls.
    ///
    /// The estimator is the inverse of the step function that counts values
    /// (type 1 of Hyndman and Fan, 1996). Inside a bucket the values are taken to
    /// be evenly spaced from its least to its greatest, so that up to two values,
    /// and any number of equal ones, come back exactly; others within a
    /// five-hundredth, and where values are spread smoothly far closer.
    #[must_use]
    pub fn quantile(&self, q: f64) -> Quantile {
        let exact = q.clamp(0.0, 1.0) * self.count() as f64;
        // 0.07 · 100 is 7.000000000000001, which must not be the eighth value.
        let whole = exact.round();
        self.at(if (exact - whole).abs() <= 1e-12 * whole { whole } else { exact })
    }

    /// The trial of `rank` from 1, in rising order, by the same interpolation.
    #[must_use]
    pub fn order_statistic(&self, rank: u64) -> Quantile {
        if rank == 0 || rank > self.count() { Quantile::Empty } else { self.at(rank as f64) }
    }

    /// How many numbers there are up to the end of each page: whoever asks for a quantile asks
    /// for others.
    fn upto(&self) -> &[u64; PAGES] {
        self.upto.get_or_init(|| {
            let mut upto = 0;
            Box::new(std::array::from_fn(|page| {
                upto += self.table.before(page, Place::MAX);
                upto
            }))
        })
    }

    /// The value at a rank that need not be whole.
    fn at(&self, rank: f64) -> Quantile {
        if self.count() == 0 {
            return Quantile::Empty;
        }
        let page = self.upto().partition_point(|upto| rank.max(1.0) > *upto as f64);
        let before = page.checked_sub(1).map_or(0, |last| self.upto()[last]);
        if let Some((bucket, inside)) = self.table.find(page, rank - before as f64) {
            let steps = (bucket.count - 1).max(1) as f64;
            let share = (rank - (before + inside) as f64 - 1.0) / steps;
            let width = (bucket.high - bucket.low) as f64;
            return Quantile::Value(bucket.low as f64 + share.clamp(0.0, 1.0) * width);
        }
        if rank <= (self.numbers + self.censored) as f64 && self.censored > 0 {
            Quantile::Censored
        } else {
            Quantile::TotalLoss
        }
    }

    /// The share of all trials with a number of at most `x`, interpolated inside
    /// a bucket as [`quantile`](Self::quantile) does; zero where there is no
    /// trial.
    ///
    /// Whether a limit is kept is not a question for buckets: count it.
    #[must_use]
    pub fn cdf(&self, x: f64) -> f64 {
        if self.count() == 0 {
            return 0.0;
        }
        // All of the buckets before the one that holds `x`, which holds what is close to it.
        let at = place(x.clamp(0.0, LARGEST as f64) as i64);
        let page = page_of(at);
        let before = page.checked_sub(1).map_or(0, |last| self.upto()[last]);
        let mut below = (before + self.table.before(page, at)) as f64;
        if let Some(Cell { count, low, high }) = self.table.bucket(at)
            && x >= low as f64
        {
            let (low, high) = (low as f64, high as f64);
            let share = if x >= high { 1.0 } else { (x - low) / (high - low) };
            below += 1.0 + share * (count - 1) as f64;
        }
        below / self.count() as f64
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::Batch;
    use super::*;

    #[test]
    fn a_constant_sample_gives_back_its_constant() {
        for value in [0, 1, 1023, 1025, 123_456_789, 30_000_000_001] {
            let mut sample = Histogram::new();
            sample.record_n(value, 1_000);
            for q in [0.0, 0.001, 0.5, 0.95, 1.0] {
                assert_eq!(sample.quantile(q), Quantile::Value(value as f64));
            }
            assert_eq!(sample.mean(), Some(value as f64));
            assert_eq!(sample.variance(), Some(0.0));
            assert_eq!(sample.cdf(value as f64), 1.0);
            assert_eq!(sample.cdf(value as f64 - 0.5), 0.0);
        }
    }

    /// Half of the trials lose 50 ms and others a little more: the same bucket.
    /// 30 s in one of two trials, and from 0 s to 60 s by a triangular law in the others.
    #[test]
    fn rough_quantiles_are_near_those_of_finer_buckets() {
        let (mut fine, mut rough) = (Histogram::new(), RoughHistogram::default());
        let mut record = |value, times| {
            fine.record_n(value, times);
            rough.record_n(value, times);
        };
        for step in 1..=60_000_i64 {
            record(step * 1_000_000, (60_000 - step) as u64);
        }
        record(30_000_000_001, 30_000 * 59_999);
        for rank in 1..1_000 {
            let q = f64::from(rank) / 1_000.0;
            let [fine, rough] = [fine.quantile(q), rough.quantile(q)].map(Quantile::value);
            let (fine, rough) = (fine.expect("a number"), rough.expect("a number"));
            let within = if (0.37..0.88).contains(&q) { 1.0 / 64.0 } else { 1e-3 };
            // Beside it a step: what lies between two of them is nobody's value.
            let near = (rough - fine).abs() <= within * fine + 1e6;
            assert!(near, "{q}: {rough} for {fine}");
        }
        assert_eq!((rough.sum(), rough.max()), (fine.sum(), fine.max()));
        assert_eq!((rough.mean(), rough.variance()), (fine.mean(), fine.variance()));
    }

    #[test]
    fn what_many_trials_share_comes_back_as_it_was() {
        let mut sample = Histogram::new();
        sample.record_n(0, 979);
        sample.record_n(50_000_000, 21);
        assert_eq!(sample.quantile(0.97), Quantile::Value(0.0));
        for q in [0.98, 0.99, 1.0] {
            assert_eq!(sample.quantile(q), Quantile::Value(50_000_000.0));
        }
        assert_eq!(sample.cdf(49_999_999.0), 0.979);
        let mut other = Histogram::new();
        other.record(50_001_000);
        let (mut one, mut two) = (sample.clone(), other.clone());
        one.merge(&other);
        two.merge(&sample);
        assert_eq!(one, two);
        assert_eq!(one.order_statistic(980), Quantile::Value(50_000_000.0));
        assert_eq!(one.order_statistic(1001), Quantile::Value(50_001_000.0));
    }

    #[test]
    fn outcomes_without_a_number_rank_above_all() {
        let mut sample = Histogram::new();
        assert_eq!(sample.quantile(0.5), Quantile::Empty);
        sample.record_n(5, 7);
        (0..2).for_each(|_| sample.record_censored());
        sample.record_total_loss();
        assert_eq!(sample.quantile(0.7), Quantile::Value(5.0));
        assert_eq!(sample.quantile(0.71), Quantile::Censored);
        assert_eq!(sample.quantile(0.9), Quantile::Censored);
        assert_eq!(sample.quantile(0.91), Quantile::TotalLoss);
        assert_eq!(sample.order_statistic(10), Quantile::TotalLoss);
        assert_eq!(sample.order_statistic(11), Quantile::Empty);
        assert_eq!((sample.mean(), sample.variance()), (None, None));
        assert!((sample.cdf(1e9) - 0.7).abs() < 1e-15);
        assert!(Quantile::Value(f64::MAX) < Quantile::Censored);
        assert!(Quantile::Censored < Quantile::TotalLoss);
    }

    #[test]
    fn a_rank_that_rounds_up_is_not_the_next_value() {
        let mut sample = Histogram::new();
        sample.record_n(1, 7);
        sample.record_n(2, 93);
        assert_eq!(sample.quantile(0.07), Quantile::Value(1.0));
    }

    #[test]
    fn only_total_losses_are_no_censored_trial() {
        let mut sample = Histogram::new();
        sample.record_total_loss();
        assert_eq!(sample.quantile(0.0), Quantile::TotalLoss);
        assert_eq!((sample.min(), sample.max()), (None, None));
    }

    #[test]
    fn a_batch_counts_as_its_values_one_by_one() {
        let (mut added, mut recorded) = (Histogram::new(), Histogram::new());
        for values in [vec![3, 5_000, 1 << 40, i64::MAX], vec![7; 256], vec![]] {
            let mut batch = Batch::default();
            for value in values {
                batch.record(value);
                recorded.record(value);
            }
            batch.record_censored();
            recorded.record_censored();
            added.add(&Tally::default().of(&batch));
        }
        assert_eq!(added, recorded);
    }

    /// A bucket that holds more than 32 bits count, or is wider than they tell.
    #[test]
    fn what_does_not_fit_in_few_bits_is_kept_in_more() {
        let most = u64::from(u32::MAX);
        for value in [7, 50_000_000_000, (1 << 43) - (1 << 32), 1 << 43, 1 << 60] {
            let near = value + (value >> 12);
            let mut one = Histogram::new();
            one.record(value);
            one.record_n(near, most - 1);
            let other = one.clone();
            one.record_all(&[near, value], &mut Tally::default());
            one.merge(&other);
            let mut twice = Histogram::new();
            twice.record_n(value, 3);
            twice.record_n(near, 2 * most - 1);
            assert_eq!(one, twice, "{value}");
            let buckets: Vec<Bucket> = one.buckets().collect();
            let bucket = Bucket { low: value, high: near, count: 2 * most + 2 };
            assert!(buckets == [bucket], "{value}: {buckets:?}");
            assert_eq!(one.max(), Some(near));
        }
    }

    #[test]
    fn values_beyond_the_largest_count_as_it() {
        let mut sample = Histogram::new();
        sample.record_n(i64::MAX, 1_000_000);
        assert_eq!(sample.max(), Some(LARGEST));
        assert_eq!(sample.variance(), Some(0.0));
    }

    #[test]
    #[should_panic(expected = "negative value: -1")]
    fn negative_values_are_refused() {
        Histogram::new().record(-1);
    }
}
