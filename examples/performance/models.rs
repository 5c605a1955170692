//! Every model with every scenario: how fast, and what bounds it.

use std::fmt::Write as _;

use crate::events::{Counts, count};
use crate::measure::described::{Described, all};
use crate::page::{median, rounded};
use crate::process::{Work, take};

/// CPU time that a measurement is to take \[s\].
const WANTED: f64 = 0.7;
/// Rounds, each through all models.
const ROUNDS: u64 = 3;

/// A row.
struct Row {
    described: Described,
    /// Trials of a measurement.
    trials: u64,
    counts: Counts,
    /// CPU time of a trial \[s\]: with its part of the summary, and alone.
    whole: Vec<f64>,
    alone: Vec<f64>,
}

impl Row {
    /// A row whose trials take about as long as is wanted.
    fn of(described: Described) -> Result<Self, String> {
        let mut trials = 64;
        loop {
            let taken = take(&described.name, Work::Trials, trials, 1)?.cpu;
            if taken > WANTED / 8.0 {
                trials = (trials as f64 * WANTED / taken) as u64;
                break;
            }
            trials *= 8;
        }
        let counts = count(&described.program(&[]), trials.min(512));
        Ok(Self { described, trials: trials.max(32), counts, whole: Vec::new(), alone: Vec::new() })
    }

    fn measure(&mut self, seed: u64) -> Result<(), String> {
        let name = &self.described.name;
        let a_trial = |taken: f64| taken / self.trials as f64;
        self.whole.push(a_trial(take(name, Work::Experiment(1), self.trials, seed)?.cpu));
        self.alone.push(a_trial(take(name, Work::Trials, self.trials, seed)?.cpu));
        Ok(())
    }

    fn write(&self, table: &mut String) {
        let (whole, alone) = (median(self.whole.clone()), median(self.alone.clone()));
        let Counts { levels, changes, settles, kinds } = &self.counts;
        let owners = kinds.iter().filter(|(_, mean)| mean / changes >= 0.1);
        let owners: Vec<String> =
            owners.map(|(name, mean)| format!("{name} {:.0} %", mean / changes * 100.0)).collect();
        let _ = writeln!(
            table,
            "| {} | {} | {} | {} | {levels} | {} | {} | {:.0} | {} |",
            self.described.name,
            rounded(1.0 / whole),
            rounded(whole * 1e6),
            rounded(alone * 1e6),
            rounded(*changes),
            rounded(*settles),
            alone / changes * 1e9,
            owners.join(", "),
        );
    }
}

/// The table.
pub(crate) fn section() -> Result<String, String> {
    let mut rows = all().into_iter().map(Row::of).collect::<Result<Vec<Row>, String>>()?;
    for round in 0..ROUNDS {
        for row in &mut rows {
            row.measure(100 + round)?;
        }
    }
    let mut table = "\
| model and scenario | trials per CPU second | µs a trial | of that the trial alone | levels | changes a trial | settles a trial | ns a change | who owns the changes |
|---|--:|--:|--:|--:|--:|--:|--:|---|
"
    .to_owned();
    rows.iter().for_each(|row| row.write(&mut table));
    Ok(table)
}
