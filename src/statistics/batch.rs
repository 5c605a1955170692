//! A batch: the values of one figure in a few hundred trials, before they are counted.
//!
//! Batches are counted several at a time: a histogram's table is larger than what a
//! processor keeps at hand, and each visit should be worth it.

/// So many numbers are worth a visit to a table.
const DUE: usize = 4096;
/// After so many batches it is time, however few numbers they have.
const DUE_BATCHES: usize = 16;

/// What many trials have in common.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Alike {
    /// A number of zero or more.
    Number(i64),
    /// They were not over when observation ended.
    Censored,
    /// They have no number because everything is lost.
    TotalLoss,
}

/// The values of a batch of trials, in any order, after those of earlier batches that
/// were not counted yet.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    numbers: Vec<i64>,
    censored: u64,
    total_loss: u64,
    /// What of these belongs to earlier batches.
    before: (usize, u64, u64),
    /// How many these are.
    ended: usize,
}

impl Batch {
    /// Begins another batch; what was taken so far is kept.
    pub fn end(&mut self) {
        self.before = (self.numbers.len(), self.censored, self.total_loss);
        self.ended += 1;
    }

    /// Whether there is enough to be counted.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.numbers.len() >= DUE || self.ended >= DUE_BATCHES
    }

    /// The numbers of the batch at hand.
    pub(super) fn own_numbers(&self) -> &[i64] {
        &self.numbers[self.before.0..]
    }

    /// The censored trials of the batch at hand.
    pub(super) fn own_censored(&self) -> u64 {
        self.censored - self.before.1
    }

    /// Takes a value of zero or more.
    #[inline]
    pub fn record(&mut self, value: i64) {
        self.numbers.push(value);
    }

    /// Takes values of zero or more.
    #[inline]
    pub fn record_all(&mut self, values: impl ExactSizeIterator<Item = i64>) {
        self.numbers.extend(values);
    }

    /// Takes a trial that was not over when observation ended.
    pub fn record_censored(&mut self) {
        self.censored += 1;
    }

    /// Takes a trial that has no number because everything is lost.
    pub fn record_total_loss(&mut self) {
        self.total_loss += 1;
    }

    /// All numbers that were not counted yet.
    pub(super) fn numbers(&self) -> &[i64] {
        &self.numbers
    }

    /// All censored trials that were not counted yet.
    pub(super) fn censored(&self) -> u64 {
        self.censored
    }

    /// All total losses that were not counted yet.
    pub(super) fn total_loss(&self) -> u64 {
        self.total_loss
    }

    /// How many trials the batch at hand holds, with or without a number.
    #[must_use]
    pub fn count(&self) -> u64 {
        let (numbers, censored, total_loss) = self.before;
        (self.numbers.len() - numbers) as u64 + self.censored - censored + self.total_loss
            - total_loss
    }

    /// Forgets everything but the memory it was kept in.
    pub fn clear(&mut self) {
        self.numbers.clear();
        (self.censored, self.total_loss, self.before, self.ended) = (0, 0, (0, 0, 0), 0);
    }
}
