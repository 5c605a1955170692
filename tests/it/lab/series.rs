//! What was measured, and predictions under what was recorded of each trial.

use drillcast::outcome::Outcome;
use drillcast::trial::Program;

use crate::harness::{program_with, run, text};

/// A measured series.
#[derive(Clone)]
pub(crate) struct Series {
    /// The stem of its file in tests/lab.
    pub(crate) name: String,
    /// Trials in the file.
    pub(crate) trials: u64,
    columns: Vec<String>,
    /// The rows that are looked at.
    pub(crate) rows: Vec<Vec<String>>,
}

impl Series {
    /// Reads tests/lab/`name`.csv.
    pub(crate) fn read(name: &str) -> Self {
        let file = text(&format!("tests/lab/{name}.csv"));
        let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(file.as_bytes());
        let words = |record: &csv::StringRecord| record.iter().map(str::to_owned).collect();
        let columns: Vec<String> = words(reader.headers().expect("the file has a header"));
        // A last column that was recorded later is empty in the rows before.
        let row = |record: csv::Result<_>| -> Vec<String> {
            let mut row: Vec<String> = words(&record.expect("all rows can be read"));
            assert!((columns.len() - 1..=columns.len()).contains(&row.len()), "{name}: {row:?}");
            row.resize(columns.len(), String::new());
            row
        };
        let rows: Vec<Vec<String>> = reader.records().map(row).collect();
        Self { name: name.to_owned(), trials: rows.len() as u64, columns, rows }
    }

    /// So many times something was broken, where a row is no trial of its own.
    pub(crate) fn of_trials(self, trials: u64) -> Self {
        Self { trials, ..self }
    }

    /// The rows in which a column's word is such.
    #[allow(dead_code, reason = "not every list has such rows")]
    pub(crate) fn only(&self, column: &str, such: impl Fn(&str) -> bool) -> Self {
        let keep = self.words(column).iter().map(|word| such(word)).collect::<Vec<_>>();
        let rows = self.rows.iter().zip(keep).filter(|(_, keep)| *keep);
        Self { rows: rows.map(|(row, _)| row.clone()).collect(), ..self.clone() }
    }

    /// A column.
    pub(crate) fn words(&self, column: &str) -> Vec<String> {
        let at = self.columns.iter().position(|c| c == column);
        let at = at.unwrap_or_else(|| panic!("there is no column {column}"));
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    /// A column of numbers.
    pub(crate) fn numbers(&self, column: &str) -> Vec<f64> {
        let number =
            |w: &String| w.parse().unwrap_or_else(|_| panic!("{}: {column} is \"{w}\"", self.name));
        self.words(column).iter().map(number).collect()
    }

    /// `a` − `b`, row by row.
    pub(crate) fn difference(&self, a: &str, b: &str) -> Vec<f64> {
        less(self.numbers(a), &self.numbers(b))
    }
}

/// `a` − `b`, one by one.
pub(crate) fn less(a: Vec<f64>, b: &[f64]) -> Vec<f64> {
    a.into_iter().zip(b).map(|(a, b)| a - b).collect()
}

/// Evenly spread values of a uniform law.
pub(crate) fn uniform(low: f64, high: f64) -> Vec<f64> {
    (0..2_000).map(|i| low + (high - low) * (f64::from(i) + 0.5) / 2_000.0).collect()
}

/// Predictions given the phases [s, from and to] that were recorded of each
/// measured trial: each has the same share. `figure` gets the number of the
/// measured trial and what 256 trials under its phases gave.
pub(crate) fn pinned<'p>(
    model: &str,
    scenario: &str,
    recorded: impl IntoIterator<Item = Vec<(&'p str, f64, f64)>>,
    figure: impl Fn(usize, &Program, &[Outcome]) -> Vec<f64>,
) -> Vec<f64> {
    let mut predicted = Vec::new();
    for (trial, phases) in recorded.into_iter().enumerate() {
        let mut pinned = format!("{}\n[phases]\n", text(scenario));
        for (clock, low, high) in phases {
            pinned.push_str(&format!("\"{clock}\" = \"{low}s..{high}s\"\n"));
        }
        let program = program_with(model, scenario, &pinned, &[]);
        predicted.extend(figure(trial, &program, &run(&program, 1, 256)));
    }
    predicted
}
