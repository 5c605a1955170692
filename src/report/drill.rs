//! What the drill would report, put beside what is true.

use super::distribution::{Distribution, Proportion};
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::number::{Unit, count, half_width, percent, percent_estimate};
use super::prediction::ScenarioPrediction;
use super::procedure::{ConditionalPrediction, ProcedurePrediction, StepOfDrill};
use super::verdicts::beyond;

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
