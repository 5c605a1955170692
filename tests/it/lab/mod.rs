//! Predictions from configuration against failovers of real software.
//!
//! Which figures judge, with which margin δ for the machine and its clock, was
//! fixed before any prediction was made. A continuous figure passes the band
//! test (the smallest distance of the measured distribution from any law within
//! ±δ of the prediction, judged by the one-sample Kolmogorov–Smirnov law), a
//! count an exact binomial test; Holm over the whole list at 1 %. The same test
//! must reject each rival law at 1 %. Nothing here is fitted: the machine's
//! durations of work come from a series in which they are not tested.

mod archive;
mod etcd;
mod haproxy;
mod patroni;

use std::fmt::Write as _;

use drillcast::statistics::{Predicted, band_test, holm, median_interval};

use crate::harness::{quantile, text};

/// A measured series.
pub(super) struct Series {
    columns: Vec<String>,
    pub(super) rows: Vec<Vec<String>>,
}

impl Series {
    pub(super) fn read(name: &str) -> Self {
        let file = text(&format!("tests/lab/{name}.csv"));
        let mut lines = file.lines().map(|l| l.split(',').map(str::to_owned).collect());
        let columns = lines.next().expect("the file has a header");
        Self { columns, rows: lines.collect() }
    }

    pub(super) fn words(&self, column: &str) -> Vec<String> {
        let at = self.columns.iter().position(|c| c == column);
        let at = at.unwrap_or_else(|| panic!("there is no column {column}"));
        self.rows.iter().map(|row| row[at].clone()).collect()
    }

    pub(super) fn numbers(&self, column: &str) -> Vec<f64> {
        self.words(column).iter().map(|w| w.parse().expect("a number")).collect()
    }

    pub(super) fn difference(&self, a: &str, b: &str) -> Vec<f64> {
        self.numbers(a).iter().zip(self.numbers(b)).map(|(a, b)| a - b).collect()
    }
}

/// One line of the list.
pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) p: f64,
    /// The p-value under the rival, and its name.
    pub(super) rival: Option<(&'static str, f64)>,
    pub(super) shown: String,
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// A continuous figure, and the rival that must be rejected.
pub(super) fn band(
    name: &'static str,
    measured: &[f64],
    predicted: Vec<f64>,
    margin: f64,
    rival: Option<(&'static str, Vec<f64>)>,
) -> Row {
    let p_of = |law: &[f64]| {
        band_test(measured, &Predicted::Sample(law), margin).expect("there are values").p_value
    };
    let predicted = sorted(predicted);
    let median = median_interval(measured, 0.95).expect("enough values");
    let at = |values: &[f64]| [0.05, 0.5, 0.95].map(|q| quantile(values, q));
    let shown = format!(
        "measured {:.2?} predicted {:.2?}, median {:.2}..{:.2}",
        at(measured),
        at(&predicted),
        median.low,
        median.high,
    );
    let rival = rival.map(|(name, law)| (name, p_of(&sorted(law))));
    Row { name, p: p_of(&predicted), rival, shown }
}

pub(super) fn less(a: Vec<f64>, b: &[f64]) -> Vec<f64> {
    a.into_iter().zip(b).map(|(a, b)| a - b).collect()
}

/// Evenly spread values of a uniform law.
pub(super) fn uniform(low: f64, high: f64) -> Vec<f64> {
    (0..2_000).map(|i| low + (high - low) * (f64::from(i) + 0.5) / 2_000.0).collect()
}

#[test]
fn predictions_agree_with_measured_failovers() {
    let mut rows = Vec::new();
    patroni::rows(&mut rows);
    haproxy::rows(&mut rows);
    etcd::rows(&mut rows);
    archive::rows(&mut rows);
    let adjusted = holm(&rows.iter().map(|r| r.p).collect::<Vec<_>>());
    let mut table = String::new();
    let mut off = Vec::new();
    for (row, adjusted) in rows.iter().zip(&adjusted) {
        let rival =
            row.rival.map_or(String::new(), |(name, p)| format!("; rival {name}: p {p:.1e}"));
        let _ = writeln!(
            table,
            "{:<56} p {:.3} (Holm {adjusted:.3})  {}{rival}",
            row.name, row.p, row.shown
        );
        if *adjusted < 0.01 {
            off.push(format!("{} is off", row.name));
        }
        if row.rival.is_some_and(|(_, p)| p >= 0.01) {
            off.push(format!("{}: the rival is not rejected", row.name));
        }
    }
    println!("{table}");
    assert!(off.is_empty(), "{off:#?}\n{table}");
}
