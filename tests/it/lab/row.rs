//! One line of the list: a figure of a series, measured and predicted.

use drillcast::statistics::{
    OrderInterval, Predicted, band_test, binomial_test, median_interval, multinomial_test,
};

use super::{LEVEL, Series};
use crate::harness::quantile;

/// What stands beside each other.
pub(crate) enum Evidence {
    /// A continuous figure [s].
    Band {
        /// p5, p50, p95.
        measured: [f64; 3],
        /// p5, p50, p95.
        predicted: [f64; 3],
        /// Of the measured median, 95 %; none where there are too few values.
        median: Option<OrderInterval>,
        /// δ: what the machine and its clock may add.
        margin: f64,
    },
    /// A count: each cell, how often it was measured, and its predicted share.
    Counts(Vec<(&'static str, u64, f64)>),
}

/// One line of the list.
pub(crate) struct Row {
    /// Which figure.
    pub(crate) name: &'static str,
    /// The series, and how many trials it has.
    pub(crate) series: (String, u64),
    /// The presets that answer for it, the first before all.
    pub(crate) judges: &'static [&'static str],
    /// What was recorded of each trial, and taken as given.
    pub(crate) given: Option<&'static str>,
    /// Values measured.
    pub(crate) n: u64,
    pub(crate) p: f64,
    /// The p-value under the rival, and its name.
    pub(crate) rival: Option<(&'static str, f64)>,
    pub(crate) evidence: Evidence,
    /// Why nobody is judged by it.
    pub(crate) unjudged: Option<&'static str>,
    /// Why it is off, where it is known to be.
    pub(crate) off: Option<&'static str>,
}

impl Row {
    fn new(name: &'static str, n: u64, p: f64, evidence: Evidence) -> Self {
        let series = (String::new(), 0);
        let (judges, given, rival, unjudged, off) = (&[][..], None, None, None, None);
        Self { name, series, judges, given, n, p, rival, evidence, unjudged, off }
    }

    /// The series that it is from, and the presets that answer for it.
    pub(crate) fn judges(mut self, series: &Series, presets: &'static [&'static str]) -> Self {
        (self.series, self.judges) = ((series.name.clone(), series.trials), presets);
        self
    }

    /// What was recorded of each trial, and taken as given.
    pub(crate) fn given(self, what: &'static str) -> Self {
        Self { given: Some(what), ..self }
    }

    /// Shown beside the prediction without judgement, and why.
    pub(crate) fn unjudged(self, why: &'static str) -> Self {
        Self { unjudged: Some(why), ..self }
    }

    /// A known miss, and why.
    pub(crate) fn off(self, why: &'static str) -> Self {
        Self { off: Some(why), ..self }
    }

    /// Whether somebody is judged by it.
    pub(crate) fn is_judged(&self) -> bool {
        self.unjudged.is_none()
    }

    /// Whether it is a miss: the prediction is rejected, or the rival is not.
    pub(crate) fn is_off(&self, adjusted: f64) -> bool {
        let rejected = adjusted < LEVEL;
        self.is_judged() && (rejected || self.rival.is_some_and(|(_, p)| p >= LEVEL))
    }

    /// The row on a line, for the test's own table.
    pub(crate) fn line(&self, adjusted: f64) -> String {
        let rival = self.rival;
        let rival = rival.map_or(String::new(), |(name, p)| format!("; rival {name}: p {p:.1e}"));
        let shown = match &self.evidence {
            Evidence::Band { measured, predicted, median, margin } => {
                let median = median.as_ref();
                let median =
                    median.map_or(String::new(), |m| format!("{:.2}..{:.2}", m.low, m.high));
                format!(
                    "measured {measured:.2?} predicted {predicted:.2?} ±{margin}, median {median}"
                )
            }
            Evidence::Counts(cells) => {
                let cell = |(cell, k, share): &(&str, u64, f64)| {
                    format!("{cell} {k} of {}, predicted {share:.3}", self.n)
                };
                cells.iter().map(cell).collect::<Vec<_>>().join("; ")
            }
        };
        let given = self.given.map_or(String::new(), |given| format!("; given {given}"));
        format!("{:<56} p {:.3} (Holm {adjusted:.3})  {shown}{rival}{given}", self.name, self.p)
    }
}

fn sorted(mut values: Vec<f64>) -> Vec<f64> {
    values.sort_by(f64::total_cmp);
    values
}

/// A continuous figure [s], and the rival that must be rejected. `margin` is δ.
pub(crate) fn band(
    name: &'static str,
    measured: &[f64],
    predicted: Vec<f64>,
    margin: f64,
    rival: Option<(&'static str, Vec<f64>)>,
) -> Row {
    let p_of = |law: &[f64]| {
        let law = Predicted::Sample(law);
        band_test(measured, &law, margin).unwrap_or_else(|| panic!("{name}: no values")).p_value
    };
    let predicted = sorted(predicted);
    let at = |values: &[f64]| [0.05, 0.5, 0.95].map(|q| quantile(values, q));
    let evidence = Evidence::Band {
        measured: at(measured),
        predicted: at(&predicted),
        median: median_interval(measured, 0.95),
        margin,
    };
    let rival = rival.map(|(name, law)| (name, p_of(&sorted(law))));
    Row { rival, ..Row::new(name, measured.len() as u64, p_of(&predicted), evidence) }
}

/// How often something happened: `k` of `n` trials, the predicted share, and the
/// rival's share; by the exact binomial test.
pub(crate) fn share(
    name: &'static str,
    (k, n): (u64, u64),
    predicted: f64,
    rival: Option<(&'static str, f64)>,
) -> Row {
    let evidence = Evidence::Counts(vec![("happened", k, predicted)]);
    let rival = rival.map(|(name, share)| (name, binomial_test(k, n, share)));
    Row { rival, ..Row::new(name, n, binomial_test(k, n, predicted), evidence) }
}

/// How often each of several things happened: name, measured count and predicted
/// share of each cell, and the rival's shares; by the exact multinomial test.
pub(crate) fn counts(
    name: &'static str,
    cells: Vec<(&'static str, u64, f64)>,
    rival: Option<(&'static str, Vec<f64>)>,
) -> Row {
    let measured: Vec<u64> = cells.iter().map(|(_, k, _)| *k).collect();
    let predicted: Vec<f64> = cells.iter().map(|(.., share)| *share).collect();
    let p_of = |shares: &[f64]| multinomial_test(&measured, shares).expect("they are shares");
    let rival = rival.map(|(name, shares)| (name, p_of(&shares)));
    let p = p_of(&predicted);
    Row { rival, ..Row::new(name, measured.iter().sum(), p, Evidence::Counts(cells)) }
}
