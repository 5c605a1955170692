//! What the drill would report, beside what is true.

use schemars::JsonSchema;
use serde::Serialize;

use super::build::{distribution, proportion};
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::number::{Unit, count, half_width, percent, percent_estimate};
use super::prediction::{Distribution, Proportion, ScenarioPrediction};
use super::verdicts::beyond;
use crate::experiment::{Conditional, Drilled};
use crate::outcome::{Claimed, DrillLayout};

/// What a procedure would report, beside what is true.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ProcedurePrediction {
    /// Trials in which the drill reports that all went well.
    pub passed: Proportion,
    /// Trials in which all really went well: the system recovered by the horizon, and
    /// every limit was kept.
    pub sound: Proportion,
    /// Passes, of the trials in which the recovery is broken or late.
    pub false_passes: ConditionalPrediction,
    /// Failures, of the trials in which all really went well.
    pub false_alarms: ConditionalPrediction,
    /// Passes, of the trials in which nothing was broken at all.
    pub idle_passes: ConditionalPrediction,
    /// The recovery time that the drill writes down: from the first fault to the end of
    /// its last look \[s\]. Absent where it does not pass.
    pub reported: Distribution,
    /// From the beginning of its first step to the end of its last \[s\].
    pub total: Distribution,
    /// Its steps, in order.
    pub steps: Vec<StepOfDrill>,
    /// What its document claims.
    pub claims: Vec<ClaimPrediction>,
}

/// A share of those trials in which something else is the case.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ConditionalPrediction {
    /// Trials in which that is the case.
    pub trials: u64,
    /// The share of them; `null` where there is none.
    pub share: Option<f64>,
    /// Its 95 % Monte Carlo interval.
    pub interval: [f64; 2],
}

/// A step of a drill.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct StepOfDrill {
    /// Its name.
    pub step: String,
    /// The trials in which it goes well, of those in which it begins.
    pub passes: ConditionalPrediction,
    /// How long it takes \[s\]; absent where it never begins.
    pub took: Distribution,
}

/// What a document claims, and how often that holds.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ClaimPrediction {
    /// About what: `recovery`, `total`, or a step.
    pub claim: String,
    /// The time that it promises \[s\].
    pub most: f64,
    /// As it was written: `2m`.
    pub text: String,
    /// Trials in which it really holds.
    pub held: Proportion,
}

/// What the trials of a drill come to.
pub(super) fn procedure(layout: &DrillLayout, drilled: &Drilled) -> ProcedurePrediction {
    let plain = |series| distribution(series, None);
    let steps = layout.steps.iter().zip(&drilled.steps).map(|(slot, series)| StepOfDrill {
        step: slot.name.clone(),
        passes: conditional(&series.passed),
        took: Distribution { clock: "step".to_owned(), ..plain(&series.took) },
    });
    let claims = layout.claims.iter().zip(&drilled.claims).map(|(claim, share)| ClaimPrediction {
        claim: match claim.of {
            Claimed::Recovery => "recovery".to_owned(),
            Claimed::Total => "total".to_owned(),
            Claimed::Step(step) => layout.steps[step].name.clone(),
        },
        most: claim.most.as_seconds(),
        text: claim.text.clone(),
        held: proportion(share),
    });
    ProcedurePrediction {
        passed: proportion(&drilled.passed),
        sound: proportion(&drilled.sound),
        false_passes: conditional(&drilled.false_passes),
        false_alarms: conditional(&drilled.false_alarms),
        idle_passes: conditional(&drilled.idle_passes),
        reported: plain(&drilled.reported),
        total: Distribution { clock: "step".to_owned(), ..plain(&drilled.total) },
        steps: steps.collect(),
        claims: claims.collect(),
    }
}

/// A share of some trials, as it is told.
#[must_use]
pub fn conditional(of: &Conditional) -> ConditionalPrediction {
    let (low, high) = of.interval();
    ConditionalPrediction { trials: of.trials, share: of.share(), interval: [low, high] }
}

/// `97 % ±1 of 1,234 trials`; `None` where there is no such trial.
#[must_use]
pub fn share_of(of: &ConditionalPrediction) -> Option<String> {
    let share = of.share?;
    let half = (of.interval[1] - of.interval[0]) / 2.0;
    let trials = match of.trials {
        1 => "the one trial".to_owned(),
        n => format!("the {} trials", count(n)),
    };
    let every = match (share, of.trials) {
        (1.0, 1) | (0.0, 1) => None,
        (1.0, n) => Some(format!("all {} trials (P > {} %)", count(n), least(of.interval[0]))),
        (0.0, n) => Some(format!("none of the {} trials", count(n))),
        _ => None,
    };
    Some(every.unwrap_or_else(|| format!("{} of {trials}", percent_estimate(share, half))))
}

/// A share near one, rounded down.
fn least(share: f64) -> String {
    format!("{:.2}", (share * 1e4).floor() / 1e2)
}

/// Puts what the drill would report.
pub(super) fn drill(document: &mut Document, scenario: &ScenarioPrediction) {
    let Some(drill) = &scenario.procedure else { return };
    let words = "what it would write down, beside what is true";
    document.push(Block::Heading("what the drill reports".to_owned(), words.to_owned()));
    document.push(Block::Table(verdicts(drill, scenario)));
    wrong(document, drill);
    steps(document, drill, scenario);
    for claim in &drill.claims {
        let what = match claim.claim.as_str() {
            "recovery" => "a recovery within".to_owned(),
            "total" => "that it is over within".to_owned(),
            step => format!("“{step}” within"),
        };
        document.say(format!(
            "Its document claims {what} {}: that holds in {} of trials.",
            claim.text,
            share(&claim.held),
        ));
    }
}

/// A share with its error; whole where it is certain.
fn share(of: &Proportion) -> String {
    let half = (of.interval[1] - of.interval[0]) / 2.0;
    match of.share {
        0.0 | 1.0 => percent(of.share, None),
        share => percent_estimate(share, half),
    }
}

fn verdicts(drill: &ProcedurePrediction, scenario: &ScenarioPrediction) -> Table {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
    ];
    let cells = |d: Option<&Distribution>| -> Vec<Cell> {
        let Some(d) = d.filter(|d| d.absent < 1.0) else {
            return vec![Cell::plain("–"), Cell::plain("–")];
        };
        let unit = Unit::for_seconds(d.p95.or(d.p50).unwrap_or(scenario.horizon));
        [(0.5, d.p50, d.intervals.p50.as_ref()), (0.95, d.p95, d.intervals.p95.as_ref())]
            .map(|(q, value, interval)| {
                Cell::plain(match value {
                    Some(value) => unit.estimate(value, half_width(interval)),
                    None => beyond(d, q, scenario.horizon),
                })
            })
            .into()
    };
    let mut rows = Vec::new();
    let reported = format!("pass in {}", share(&drill.passed));
    let truth = format!("good in {}", share(&drill.sound));
    for (name, verdict, d) in [
        ("the drill", reported, Some(&drill.reported)),
        ("the truth", truth, scenario.system.recovery_time.as_ref()),
    ] {
        let mut row = vec![Cell::plain(name), Cell::plain(verdict)];
        row.extend(cells(d));
        rows.push(row);
    }
    Table { columns, rows }
}

/// How often the drill is wrong.
fn wrong(document: &mut Document, drill: &ProcedurePrediction) {
    let mut say = |of: &ConditionalPrediction, words: &dyn Fn(&str) -> String| {
        if let Some(text) = share_of(of).filter(|_| of.share != Some(0.0)) {
            document.say(words(&text));
        }
    };
    say(&drill.false_passes, &|text| {
        format!("False passes: it passes in {text} in which the recovery is broken or late.")
    });
    say(&drill.false_alarms, &|text| {
        format!("False alarms: it fails in {text} in which all went well.")
    });
    say(&drill.idle_passes, &|text| {
        format!("It passes in {text} in which its commands failed and nothing was broken.")
    });
    let bad = drill.false_passes.trials;
    if bad > 0 && drill.false_passes.share == Some(0.0) {
        document.say(format!(
            "It notices each of the {} trials in which the recovery is broken or late.",
            count(bad)
        ));
    }
    if bad == 0 {
        document.say("The recovery is broken or late in no trial: this says nothing of false passes (drillcast check --show, and [[procedure.doubts]]).");
    }
}

fn steps(document: &mut Document, drill: &ProcedurePrediction, scenario: &ScenarioPrediction) {
    let longest = drill.steps.iter().filter_map(|step| step.took.p95).fold(0.0, f64::max);
    let unit = Unit::for_seconds(longest);
    let columns = vec![
        Column::new("step", Align::Left),
        Column::new("goes well in", Align::Right),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::new("", Align::Left),
    ];
    let time = |d: &Distribution, q: f64, value: Option<f64>| match value {
        Some(value) => unit.number(value, Some((longest / 1000.0).max(1e-3))),
        None if d.absent < 1.0 => beyond(d, q, scenario.horizon),
        None => "–".to_owned(),
    };
    let row = |step: &StepOfDrill| {
        vec![
            Cell::plain(step.step.clone()),
            Cell::plain(step.passes.share.map_or_else(
                || "never begins".to_owned(),
                |share| {
                    percent(share, Some(if share == 0.0 || share == 1.0 { 0.01 } else { 0.001 }))
                },
            )),
            Cell::plain(time(&step.took, 0.5, step.took.p50)),
            Cell::plain(time(&step.took, 0.95, step.took.p95)),
            Cell::styled(unit.symbol(), Style::Faint),
        ]
    };
    document.push(Block::Table(Table { columns, rows: drill.steps.iter().map(row).collect() }));
}
