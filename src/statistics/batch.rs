//! A batch: the values of one figure in a few hundred trials, before they are counted.

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

/// The values of a batch of trials, in any order.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// The numbers, and room for more.
    numbers: Vec<i64>,
    /// How many there are.
    length: usize,
    censored: u64,
    total_loss: u64,
}

impl Batch {
    /// Takes a value of zero or more.
    #[inline]
    pub fn record(&mut self, value: i64) {
        self.record_all(&[value]);
    }

    /// Takes values of zero or more.
    #[inline(always)]
    pub fn record_all<const N: usize>(&mut self, values: &[i64; N]) {
        if self.numbers.len() < self.length + N {
            self.make_room(N);
        }
        self.numbers[self.length..self.length + N].copy_from_slice(values);
        self.length += N;
    }

    /// Makes room for so many numbers, or as many as there are.
    #[cold]
    fn make_room(&mut self, more: usize) {
        let more = self.length.max(more).next_multiple_of(16);
        self.numbers.resize(self.length + more, 0);
    }

    /// Takes a trial that was not over when observation ended.
    pub fn record_censored(&mut self) {
        self.censored += 1;
    }

    /// Takes a trial that has no number because everything is lost.
    pub fn record_total_loss(&mut self) {
        self.total_loss += 1;
    }

    /// Its numbers.
    pub(super) fn numbers(&self) -> &[i64] {
        &self.numbers[..self.length]
    }

    /// Its censored trials.
    pub(super) fn censored(&self) -> u64 {
        self.censored
    }

    /// Its total losses.
    pub(super) fn total_loss(&self) -> u64 {
        self.total_loss
    }

    /// How many trials it holds, with or without a number.
    #[must_use]
    pub fn count(&self) -> u64 {
        self.length as u64 + self.censored + self.total_loss
    }

    /// Forgets everything but the memory it was kept in.
    pub fn clear(&mut self) {
        (self.length, self.censored, self.total_loss) = (0, 0, 0);
    }
}
