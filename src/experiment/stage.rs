//! What each stage takes of the recovery.

use crate::outcome::Step;
use crate::statistics::{RoughHistogram, Tally};

/// So many times of a stage are worth a visit to its histogram.
const DUE: usize = 256;

/// The sums of one stage.
#[derive(Clone, Debug, Default)]
pub struct StageSum {
    /// Its time on the critical path, over all trials \[ns\].
    pub time: i128,
    /// Trials in which it is on the critical path.
    pub trials: u64,
    /// Its time in those trials.
    pub durations: RoughHistogram,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Sampling, name_hash};
    use crate::units::Instant;

    /// What is put off comes to the same as what is counted trial by trial, in parts too.
    #[test]
    fn stages_put_off_are_as_counted_one_by_one() {
        let sampling = Sampling::latin_hypercube(5);
        let uniform =
            |name: &str, trial: u64| sampling.uniform(sampling.stream(name_hash(name)), trial, 0);
        // Some stages in all trials, some in few; a path goes back in time now and then.
        let path = |trial: u64| -> Vec<Step> {
            let mut now = Instant::ZERO;
            let step = |stage: usize| {
                let length = uniform(&format!("length {stage}"), trial) * 9e9 - 1e8;
                let from = now;
                now = Instant(now.0 + length as i64);
                (uniform(&format!("there {stage}"), trial) < 1.0 / (1 + stage % 3) as f64)
                    .then_some(Step { stage: stage % 3, from, to: now })
            };
            (0..4).filter_map(step).collect()
        };
        let (mut all, mut parts) = (Stages::new(3), [Stages::new(3), Stages::new(3)]);
        let mut slow = vec![(0_i128, 0_u64, RoughHistogram::default()); 3];
        let mut tally = Tally::default();
        for trial in 0..9_000 {
            let path = path(trial);
            all.add(&path);
            let part = &mut parts[(trial / 256 % 2) as usize];
            part.add(&path);
            for (stage, (time, trials, durations)) in slow.iter_mut().enumerate() {
                let own = path.iter().filter(|step| step.stage == stage);
                let lengths: Vec<i64> = own.map(|step| (step.to - step.from).0).collect();
                if !lengths.is_empty() {
                    let length: i64 = lengths.iter().sum();
                    *time += i128::from(length);
                    *trials += 1;
                    durations.record(length.max(0));
                }
            }
            if trial % 256 == 255 {
                all.end_batch(&mut tally);
                part.end_batch(&mut tally);
            }
        }
        all.finish(&mut tally);
        let [mut one, mut other] = parts;
        one.finish(&mut tally);
        other.finish(&mut tally);
        one.merge(&other);
        for stages in [&all, &one] {
            for (sum, (time, trials, durations)) in stages.sums.iter().zip(&slow) {
                assert_eq!((sum.time, sum.trials), (*time, *trials));
                assert_eq!(&sum.durations, durations);
            }
        }
        assert!(slow.iter().all(|(_, trials, _)| *trials > 1_000));
        assert!(slow.iter().any(|(_, _, durations)| durations.min() == Some(0)));
    }
}
