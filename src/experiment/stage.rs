//! What each stage takes of the recovery.

use crate::outcome::Step;
use crate::statistics::{Histogram, Tally};

/// So many times of a stage are worth a visit to its histogram.
const DUE: usize = 2048;

/// The sums of one stage.
#[derive(Clone, Debug, Default)]
pub struct StageSum {
    /// Its time on the critical path, over all trials \[ns\].
    pub time: i128,
    /// Trials in which it is on the critical path.
    pub trials: u64,
    /// Its time in those trials.
    pub durations: Histogram,
    /// Its times in trials that were not counted yet \[ns\].
    due: Vec<i64>,
}

impl StageSum {
    /// Counts what was put off.
    fn settle(&mut self, tally: &mut Tally) {
        self.time += self.due.iter().map(|time| i128::from(*time)).sum::<i128>();
        self.trials += self.due.len() as u64;
        self.due.iter_mut().for_each(|time| *time = (*time).max(0));
        self.durations.record_all(&self.due, tally);
        self.due.clear();
    }
}

/// The critical paths of many trials.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    /// One a stage of the layout.
    pub sums: Vec<StageSum>,
    /// The length of all critical paths together \[ns\].
    pub whole: i128,
    /// Trials that have a critical path.
    pub paths: u64,
    /// Scratch: the time of each stage in the trial at hand, and which ones it has.
    time: Vec<i64>,
    present: Vec<usize>,
    /// The order in which stages are met: sums of positions, for causal order.
    positions: Vec<u64>,
}

impl Stages {
    /// Room for so many stages.
    pub(super) fn new(stages: usize) -> Self {
        Self {
            sums: vec![StageSum::default(); stages],
            time: vec![0; stages],
            present: Vec::with_capacity(stages),
            positions: vec![0; stages],
            ..Self::default()
        }
    }

    /// Adds a trial's path. A stage that occurs twice counts with both.
    pub(super) fn add(&mut self, path: &[Step]) {
        if path.is_empty() {
            return;
        }
        self.paths += 1;
        self.present.clear();
        for step in path {
            let length = (step.to - step.from).0;
            if !self.present.contains(&step.stage) {
                self.present.push(step.stage);
                self.time[step.stage] = 0;
            }
            self.time[step.stage] += length;
            self.whole += i128::from(length);
        }
        for (position, &stage) in self.present.iter().enumerate() {
            self.sums[stage].due.push(self.time[stage]);
            self.positions[stage] += position as u64;
        }
    }

    /// Counts what was put off where there is enough of it.
    pub(super) fn end_batch(&mut self, tally: &mut Tally) {
        let due = self.sums.iter_mut().filter(|sum| sum.due.len() >= DUE);
        due.for_each(|sum| sum.settle(tally));
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        for sum in &mut self.sums {
            sum.settle(tally);
            sum.due = Vec::new();
        }
    }

    /// Adds the paths of another.
    pub(super) fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.sums.iter_mut().zip(&other.sums) {
            mine.time += theirs.time;
            mine.trials += theirs.trials;
            mine.durations.merge(&theirs.durations);
        }
        for (mine, theirs) in self.positions.iter_mut().zip(&other.positions) {
            *mine += theirs;
        }
        self.whole += other.whole;
        self.paths += other.paths;
    }

    /// The stages that occur, in the order in which paths meet them on average.
    #[must_use]
    pub fn causal_order(&self) -> Vec<usize> {
        let mut order: Vec<usize> =
            (0..self.sums.len()).filter(|&i| self.sums[i].trials > 0).collect();
        // Averages of positions, compared exactly by cross-multiplication.
        order.sort_by(|&a, &b| {
            let left = u128::from(self.positions[a]) * u128::from(self.sums[b].trials);
            let right = u128::from(self.positions[b]) * u128::from(self.sums[a].trials);
            left.cmp(&right).then(a.cmp(&b))
        });
        order
    }
}
