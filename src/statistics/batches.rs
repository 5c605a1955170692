//! How batches of trials differ from one another.
//!
//! Stratified trials (Latin hypercube) depend on each other inside a batch, so
//! that a formula for independent trials overstates their error; batches do not
//! depend on each other, and the spread between them shows the error that there
//! is. For each bucket edge this takes two sums over batches: of the count `c`
//! below the edge, and of `c²`.
//!
//! Both are kept as differences from edge to edge. A batch leaves most buckets
//! empty, where neither sum changes, so that a batch costs as many steps as it
//! has touched buckets, and batches can be added in any order.

use super::batch::Alike;
use super::interval::{BATCHES_MIN, EXPECTED_MIN, Interval, Method};
use super::page::{GROUP, LARGEST, PAGE_CELLS, PAGES, page_of, place};
use super::proportion::proportion_interval;
use super::tally::{CHUNK, Tallied};
use super::wide::{Wide, variance};
use crate::maths;

/// The differences of the two sums across one bucket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Cell {
    /// Of `Σ c`: the values in the bucket.
    count: u64,
    /// Of `Σ c²`.
    square: u64,
}

impl Cell {
    /// Adds `count` values of one batch, of which `before` lie below the bucket.
    #[inline(always)]
    fn add(&mut self, before: u64, count: u64) {
        self.count = self.count.wrapping_add(count);
        // (before + count)² − before²; whether a sum of them would ever overflow is not
        // asked sixteen times.
        let twice = before.wrapping_mul(2).wrapping_add(count);
        self.square = self.square.wrapping_add(count.wrapping_mul(twice));
    }

    fn merge(&mut self, other: Self) {
        self.count += other.count;
        self.square += other.square;
    }
}

/// The spread of quantiles and of the mean between batches of equal size.
///
/// Buckets are exact below 512 units, as in [`Histogram`](super::Histogram); an octave above
/// has 64. Bounds: `Σ c²` is at most trials times batch size and must stay
/// below 2⁶⁴; a billion trials in batches of 256 reach 2³⁸.
#[derive(Clone, Debug)]
pub struct BatchSpread {
    batch_size: u64,
    batches: u64,
    pages: Vec<Option<Box<[Cell]>>>,
    /// Follows the last bucket.
    censored: Cell,
    sum: u128,
    squares: Wide,
}

impl PartialEq for BatchSpread {
    fn eq(&self, other: &Self) -> bool {
        let scalars = |s: &Self| (s.batch_size, s.batches, s.censored, s.sum, s.squares);
        scalars(self) == scalars(other) && self.cells().eq(other.cells())
    }
}

impl Eq for BatchSpread {}

impl BatchSpread {
    /// A spread over no batches yet, of `batch_size` trials each.
    ///
    /// # Panics
    ///
    /// `batch_size` is zero or above 2²⁰.
    #[must_use]
    pub fn new(batch_size: u64) -> Self {
        assert!((1..=1 << 20).contains(&batch_size), "batches of {batch_size} trials");
        Self {
            batch_size,
            batches: 0,
            pages: vec![None; PAGES],
            censored: Cell::default(),
            sum: 0,
            squares: Wide::default(),
        }
    }

    /// Trials in a batch.
    #[must_use]
    pub fn batch_size(&self) -> u64 {
        self.batch_size
    }

    /// Whole batches so far.
    #[must_use]
    pub fn batches(&self) -> u64 {
        self.batches
    }

    /// Adds a whole batch.
    ///
    /// # Panics
    ///
    /// It does not hold exactly the values of one batch.
    pub fn add_batch(&mut self, batch: &mut Tallied<'_>) {
        assert_eq!(batch.count(), self.batch_size, "a batch must be whole");
        let mut before = 0;
        batch.by_groups(|page, first, counts| {
            let cells = self.pages[page].get_or_insert_with(|| fresh_cells(page));
            let cells = cells[first..].first_chunk_mut::<CHUNK>().expect("pages have whole chunks");
            let mut below = before;
            for at in 0..CHUNK {
                let count = u64::from(counts[at]);
                cells[at].add(below, count);
                below = below.wrapping_add(count);
            }
            before = below;
        });
        self.censored.add(before, batch.censored());
        let sum = batch.looked().sum;
        self.sum += sum;
        self.squares.add(Wide::product(sum, sum));
        self.batches += 1;
    }

    /// Adds `times` whole batches whose trials are all alike.
    pub fn add_alike(&mut self, alike: Alike, times: u64) {
        // What one batch adds, times their number: all that is kept are sums over batches.
        let all = Cell { count: times * self.batch_size, square: times * self.batch_size.pow(2) };
        self.batches += times;
        match alike {
            Alike::Number(value) if times > 0 => {
                let value = value.min(LARGEST);
                let place = place(value);
                let (page, cell) = (page_of(place), place as usize % PAGE_CELLS);
                let cell = if page == 0 { cell } else { cell / GROUP };
                self.pages[page].get_or_insert_with(|| fresh_cells(page))[cell].merge(all);
                let sum = value as u128 * u128::from(self.batch_size);
                self.sum += sum * u128::from(times);
                self.squares.add(Wide::product(sum, sum).times(times));
            }
            Alike::Censored => self.censored.merge(all),
            Alike::Number(_) | Alike::TotalLoss => {}
        }
    }

    /// Adds the batches of another spread.
    ///
    /// # Panics
    ///
    /// Its batches have another size.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.batch_size, other.batch_size, "batches must have one size");
        for (index, theirs) in other.pages.iter().enumerate() {
            let Some(theirs) = theirs else { continue };
            let mine = self.pages[index].get_or_insert_with(|| fresh_cells(index));
            mine.iter_mut().zip(theirs).for_each(|(mine, theirs)| mine.merge(*theirs));
        }
        self.censored.merge(other.censored);
        self.sum += other.sum;
        self.squares.add(other.squares);
        self.batches += other.batches;
    }

    /// The buckets that hold values, in rising order, and where they are.
    fn cells(&self) -> impl Iterator<Item = (usize, usize, Cell)> + '_ {
        self.pages.iter().enumerate().flat_map(|(index, page)| {
            let cells = page.iter().flat_map(|page| page.iter().copied().enumerate());
            cells.filter(|(_, cell)| cell.count > 0).map(move |(at, cell)| (index, at, cell))
        })
    }

    /// The standard deviation, from batch to batch, of the share of trials below
    /// the point that has the share `q` in (0, 1) of all trials below it \[1\].
    ///
    /// None with fewer than two batches. Between two edges nothing is known of
    /// the batches: there the deviation is interpolated between the edges', as
    /// if both moved together, plus a binomial part for the values inside the
    /// bucket. Both assumptions err on the wide side.
    #[must_use]
    pub fn share_deviation(&self, q: f64) -> Option<f64> {
        if self.batches < 2 {
            return None;
        }
        let target = q * (self.batches * self.batch_size) as f64;
        let (mut count, mut square) = (0, 0);
        let cells = self.cells().map(|(_, _, cell)| cell);
        for cell in cells.chain([self.censored]) {
            let (next_count, next_square) = (count + cell.count, square + cell.square);
            if target <= next_count as f64 && cell.count > 0 {
                let left = self.count_deviation(count, square);
                let right = self.count_deviation(next_count, next_square);
                return Some(self.inside(target, count, next_count, left, right));
            }
            (count, square) = (next_count, next_square);
        }
        // In the total losses, beyond which every batch has all its trials.
        let left = self.count_deviation(count, square);
        let all = self.batches * self.batch_size;
        Some(self.inside(target, count, all, left, 0.0))
    }

    /// The deviation of the share where `target` lies between two edges.
    fn inside(&self, target: f64, before: u64, after: u64, left: f64, right: f64) -> f64 {
        let count = (after - before) as f64;
        let p = if count > 0.0 { ((target - before as f64) / count).clamp(0.0, 1.0) } else { 0.0 };
        let edges = left + p * (right - left);
        let within = count / self.batches as f64 * p * (1.0 - p);
        maths::sqrt(edges * edges + within) / self.batch_size as f64
    }

    /// The deviation between batches of the count below an edge.
    fn count_deviation(&self, count: u64, square: u64) -> f64 {
        let mut squares = Wide::default();
        squares.add_small(u128::from(square));
        maths::sqrt(variance(self.batches, u128::from(count), squares))
    }

    /// The standard deviation of the batch means, in the values' unit; none with
    /// fewer than two batches.
    #[must_use]
    pub fn mean_deviation(&self) -> Option<f64> {
        let enough = self.batches >= 2;
        enough.then(|| {
            maths::sqrt(variance(self.batches, self.sum, self.squares)) / self.batch_size as f64
        })
    }

    /// The deviation of an average over `trials` trials, from the deviation of
    /// the average over one batch.
    pub(super) fn scale(&self, deviation: f64, trials: u64) -> f64 {
        deviation * maths::sqrt(self.batch_size as f64 / trials as f64)
    }
}

/// Cells of a page: page 0 exact, an octave in as many as a page has groups.
fn fresh_cells(page: usize) -> Box<[Cell]> {
    let cells = if page == 0 { PAGE_CELLS } else { PAGE_CELLS / GROUP };
    vec![Cell::default(); cells].into_boxed_slice()
}

/// The share of trials that succeed, and its spread between batches.
///
/// ```
/// use drillcast::statistics::ProportionBatches;
///
/// let mut kept = ProportionBatches::new(256);
/// for batch in 0..40 {
///     kept.add_batch(240 + batch % 5);
/// }
/// kept.add_rest(15, 16);
/// assert_eq!(kept.trials(), 10_256);
/// let interval = kept.interval(0.95);
/// assert!(interval.low < 0.945 && 0.945 < interval.high);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProportionBatches {
    batch_size: u64,
    batches: u64,
    /// In whole batches.
    successes: u64,
    /// The sum over batches of their successes squared.
    squares: u128,
    rest_successes: u64,
    rest_trials: u64,
}

impl ProportionBatches {
    /// No trials yet; batches will have `batch_size` trials.
    ///
    /// # Panics
    ///
    /// `batch_size` is zero.
    #[must_use]
    pub fn new(batch_size: u64) -> Self {
        assert!(batch_size > 0, "batches of no trials");
        Self { batch_size, batches: 0, successes: 0, squares: 0, rest_successes: 0, rest_trials: 0 }
    }

    /// Adds a whole batch with so many successes.
    ///
    /// # Panics
    ///
    /// There are more successes than trials in a batch.
    pub fn add_batch(&mut self, successes: u64) {
        assert!(successes <= self.batch_size, "{successes} of {}", self.batch_size);
        self.batches += 1;
        self.successes += successes;
        self.squares += u128::from(successes) * u128::from(successes);
    }

    /// Adds trials that do not fill a batch.
    ///
    /// # Panics
    ///
    /// There are more successes than trials.
    pub fn add_rest(&mut self, successes: u64, trials: u64) {
        assert!(successes <= trials, "{successes} of {trials}");
        self.rest_successes += successes;
        self.rest_trials += trials;
    }

    /// Adds another's trials.
    ///
    /// # Panics
    ///
    /// Its batches have another size.
    pub fn merge(&mut self, other: &Self) {
        assert_eq!(self.batch_size, other.batch_size, "batches must have one size");
        self.batches += other.batches;
        self.successes += other.successes;
        self.squares += other.squares;
        self.rest_successes += other.rest_successes;
        self.rest_trials += other.rest_trials;
    }

    /// All trials.
    #[must_use]
    pub fn trials(&self) -> u64 {
        self.batches * self.batch_size + self.rest_trials
    }

    /// All successes.
    #[must_use]
    pub fn successes(&self) -> u64 {
        self.successes + self.rest_successes
    }

    /// The share of trials that succeed \[1\]; none without trials.
    #[must_use]
    pub fn share(&self) -> Option<f64> {
        let trials = self.trials();
        (trials > 0).then(|| self.successes() as f64 / trials as f64)
    }

    /// An interval for the share at a two-sided `confidence` in (0, 1).
    ///
    /// From the spread between batches (Student's t) with twenty whole batches
    /// and ten expected successes and failures in each; else
    /// [`proportion_interval`], which takes trials for independent.
    #[must_use]
    pub fn interval(&self, confidence: f64) -> Interval<f64> {
        let (successes, trials) = (self.successes(), self.trials());
        let per_batch = |count: u64| count as f64 / trials as f64 * self.batch_size as f64;
        let enough = self.batches >= BATCHES_MIN
            && per_batch(successes) >= EXPECTED_MIN
            && per_batch(trials - successes) >= EXPECTED_MIN;
        if !enough {
            return proportion_interval(successes, trials, confidence);
        }
        let share = successes as f64 / trials as f64;
        let mut squares = Wide::default();
        squares.add_small(self.squares);
        let deviation = maths::sqrt(variance(self.batches, u128::from(self.successes), squares));
        let t = maths::student_t_quantile((self.batches - 1) as f64, 0.5 + 0.5 * confidence);
        let half = t * deviation / maths::sqrt(self.batch_size as f64 * trials as f64);
        Interval {
            low: (share - half).max(0.0),
            high: (share + half).min(1.0),
            method: Method::Batches,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::batch::Batch;
    use super::super::tally::Tally;
    use super::*;

    fn batch(values: &[i64]) -> Batch {
        let mut batch = Batch::default();
        values.iter().for_each(|&value| batch.record(value));
        batch
    }

    #[test]
    fn deviation_at_an_edge_is_that_of_the_counts() {
        // Below 5: 3, 1 and 2 of 4. Their deviation is 1.
        let mut spread = BatchSpread::new(4);
        for values in [[1, 2, 3, 9], [4, 9, 9, 9], [4, 4, 9, 9]] {
            spread.add_batch(&mut Tally::default().of(&batch(&values)));
        }
        let deviation = spread.share_deviation(0.5).unwrap();
        assert!((deviation - 0.25).abs() < 1e-15, "{deviation}");
    }

    #[test]
    fn deviation_of_means() {
        let mut spread = BatchSpread::new(2);
        for values in [[1, 3], [4, 4], [5, 7]] {
            spread.add_batch(&mut Tally::default().of(&batch(&values)));
        }
        // Means 2, 4, 6.
        assert_eq!(spread.mean_deviation(), Some(2.0));
    }

    #[test]
    fn deviation_inside_a_bucket_is_at_least_binomial() {
        // All values in one coarse bucket: the edges do not vary, the inside does.
        let mut spread = BatchSpread::new(100);
        for _ in 0..30 {
            let values: Vec<i64> = (0..100).map(|i| 1_000_000 + i).collect();
            spread.add_batch(&mut Tally::default().of(&batch(&values)));
        }
        let deviation = spread.share_deviation(0.5).unwrap();
        assert!((deviation - (0.25f64 / 100.0).sqrt()).abs() < 1e-12, "{deviation}");
    }

    #[test]
    fn quantiles_among_outcomes_without_a_number() {
        let mut spread = BatchSpread::new(4);
        for (numbers, censored) in [(2, 1), (2, 2), (2, 0)] {
            let mut batch = Batch::default();
            (0..numbers).for_each(|_| batch.record(5));
            (0..censored).for_each(|_| batch.record_censored());
            (0..4 - numbers - censored).for_each(|_| batch.record_total_loss());
            spread.add_batch(&mut Tally::default().of(&batch));
        }
        // Below the end of the censored: 3, 4 and 2 of 4.
        assert!((spread.share_deviation(0.75).unwrap() - 0.25).abs() < 1e-15);
        assert!(spread.share_deviation(0.99).unwrap().is_finite());
    }

    #[test]
    fn too_few_batches_say_nothing() {
        let mut spread = BatchSpread::new(1);
        assert_eq!(spread.share_deviation(0.5), None);
        spread.add_batch(&mut Tally::default().of(&batch(&[1])));
        assert_eq!((spread.share_deviation(0.5), spread.mean_deviation()), (None, None));
    }

    #[test]
    #[should_panic(expected = "a batch must be whole")]
    fn part_of_a_batch_is_refused() {
        BatchSpread::new(3).add_batch(&mut Tally::default().of(&batch(&[1, 2])));
    }

    #[test]
    fn proportion_falls_back_when_failures_are_few() {
        let mut kept = ProportionBatches::new(256);
        (0..40).for_each(|_| kept.add_batch(250));
        assert_eq!(kept.interval(0.95).method, Method::Wilson, "6 failures a batch");
        let mut always = ProportionBatches::new(250);
        (0..40).for_each(|_| always.add_batch(250));
        let interval = always.interval(0.95);
        assert_eq!(interval.method, Method::Exact);
        assert_eq!(interval.high, 1.0);
        assert!((interval.low - 0.999_631_180_085_378).abs() < 1e-12);
    }

    #[test]
    fn proportion_interval_by_hand() {
        let mut kept = ProportionBatches::new(100);
        (0..10).for_each(|_| kept.add_batch(40));
        (0..10).for_each(|_| kept.add_batch(60));
        let interval = kept.interval(0.95);
        // Deviation √(20·100/19) per batch, over 100 √20, times t(19).
        let half = 2.093_024_054_408_263 * (2000.0f64 / 19.0).sqrt() / (100.0 * 20.0f64.sqrt());
        assert_eq!(interval.method, Method::Batches);
        assert!((interval.low - (0.5 - half)).abs() < 1e-12);
        assert!((interval.high - (0.5 + half)).abs() < 1e-12);
    }
}
