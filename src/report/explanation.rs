//! Where the time goes, and what one change would buy.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::{circumstances, stages, title};
use super::document::{Align, Block, Cell, Column, Document, Phrase, Style, Table};
use super::number::{Unit, half_width};
use super::predict::{Telling, command};
use super::prediction::{Prediction, ScenarioPrediction};
use crate::experiment::{Effect, Effects, LeverChange};

/// The answer of `drillcast explain`.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Explanation {
    /// The prediction of the design as it is.
    #[serde(flatten)]
    pub prediction: Prediction,
    /// Single changes under common random numbers, the greatest gain first.
    pub changes: Vec<Change>,
}

/// A single change and what it does to the system's recovery time.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Change {
    /// The path that `--set` takes.
    pub path: String,
    /// The value as it is.
    pub from: String,
    /// The value that was tried.
    pub to: String,
    /// By what a law was multiplied; then `to` is no text that `--set` takes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub factor: Option<f64>,
    /// A change of members in words; such a change is told even where it buys
    /// nothing, since people ask for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<String>,
    /// The p95 with the change \[s\]; `null` in the censored mass.
    pub p95: Option<f64>,
    /// With the change − now; absent where one of them is no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub p95_difference: Option<Difference>,
    /// With the change − now; absent where a trial has no number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mean_difference: Option<Difference>,
    /// Whether both differences are smaller than their errors.
    pub noise: bool,
    /// Rules that hold now and no longer hold with the change.
    pub breaks: Vec<String>,
}

/// A paired difference.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Difference {
    /// The difference \[s\].
    pub value: f64,
    /// Half the width of its 95 % Monte Carlo interval \[s\]; `null` where too few
    /// batches ran to tell.
    pub error: Option<f64>,
}

impl Difference {
    fn of((value, error): (f64, f64)) -> Self {
        let rounded = |x: f64| (x * 1e9).round() / 1e9;
        Self { value: rounded(value), error: error.is_finite().then(|| rounded(error)) }
    }

    fn text(self, unit: Unit) -> String {
        let text = unit.estimate(self.value.abs(), self.error);
        let zero = text.chars().take_while(|c| *c != '±').all(|c| !('1'..='9').contains(&c));
        match self.value {
            _ if zero => text,
            v if v < 0.0 => format!("−{text}"),
            _ => format!("+{text}"),
        }
    }
}

impl Change {
    /// What an effect says.
    #[must_use]
    pub fn of(effect: &Effect) -> Self {
        Self {
            path: effect.lever.path.clone(),
            from: effect.lever.from.clone(),
            to: effect.lever.to.clone(),
            factor: effect.lever.factor(),
            members: match &effect.lever.change {
                LeverChange::Members { words, .. } => Some(words.clone()),
                LeverChange::Value { .. } => None,
            },
            p95: effect.p95.is_number().then(|| effect.p95.0 as f64 / 1e9),
            p95_difference: effect.p95_difference.map(Difference::of),
            mean_difference: effect.mean_difference.map(Difference::of),
            noise: effect.is_noise(),
            breaks: effect.breaks.clone(),
        }
    }
}

impl Change {
    /// Whether it is told one by one.
    fn is_told(&self, all: bool) -> bool {
        all || !self.noise || self.members.is_some()
    }

    /// `stores.orders.ttl 30s → 20s`.
    fn words(&self) -> String {
        if let Some(words) = &self.members {
            return words.clone();
        }
        match self.factor {
            Some(factor) if factor < 1.0 => format!("{} halved", self.path),
            Some(_) => format!("{} doubled", self.path),
            None => format!("{} {} → {}", self.path, self.from, self.to),
        }
    }
}

impl Explanation {
    /// The explanation of a prediction of one scenario.
    #[must_use]
    pub fn new(prediction: Prediction, effects: Option<&Effects>) -> Self {
        let changes =
            effects.map(|e| e.effects.iter().map(Change::of).collect()).unwrap_or_default();
        Self { prediction, changes }
    }
}

/// The report of an explanation.
#[must_use]
pub fn explain(explanation: &Explanation, model: &str, telling: Telling) -> Document {
    let mut document = Document::default();
    let Some((name, scenario)) = explanation.prediction.scenarios.iter().next() else {
        return document;
    };
    let manifest = &explanation.prediction.manifest;
    title(&mut document, model, name, scenario, manifest);
    document.say(circumstances(scenario, manifest));
    if scenario.system.recovery_time.as_ref().is_some_and(super::Distribution::is_zero) {
        document.say("The system served throughout: there is nothing to make faster.");
    } else {
        changes(&mut document, explanation, scenario, telling);
        stages(&mut document, scenario, telling.all);
        naive(&mut document, scenario);
    }
    document.push(Block::Command(format!("{} --at p95", command("trace", manifest, name))));
    document
}

/// What each change buys, and in one line which ones buy nothing.
fn changes(
    document: &mut Document,
    explanation: &Explanation,
    scenario: &ScenarioPrediction,
    telling: Telling,
) {
    let recovery = scenario.system.recovery_time.as_ref();
    let now = recovery.map_or_else(String::new, |d| match d.p95 {
        Some(p95) => Unit::for_seconds(p95).estimate(p95, half_width(d.intervals.p95.as_ref())),
        None => super::verdicts::beyond(d, 0.95, scenario.horizon),
    });
    let largest = explanation
        .changes
        .iter()
        .filter_map(|c| c.p95)
        .fold(recovery.and_then(|d| d.p95).unwrap_or(0.0), f64::max);
    let unit = Unit::for_seconds(largest);
    let mut table = Table {
        columns: vec![
            Column::new("", Align::Left),
            Column::new("p95 then", Align::Point),
            Column::new("difference", Align::Point),
            Column::droppable("of the mean", Align::Point, 1),
        ],
        rows: Vec::new(),
    };
    let mut nothing: Vec<&str> = Vec::new();
    for change in &explanation.changes {
        if !change.is_told(telling.all) {
            if !nothing.contains(&change.path.as_str()) {
                nothing.push(&change.path);
            }
            continue;
        }
        table.rows.push(row(change, change.words(), unit, scenario));
    }
    let note = "simulated again, common random numbers".to_owned();
    document.push(Block::Heading("what one change would buy".to_owned(), note));
    document.say(format!("The p95 of the system's recovery time is {now} now."));
    if table.rows.is_empty() {
        document.say("None of the changes that were tried makes a difference.");
    } else {
        document.push(Block::Table(table));
    }
    rules(document, explanation, telling);
    if !nothing.is_empty() {
        // What one change of a parameter buys, another may have bought above.
        let bought = |path: &&str| {
            explanation.changes.iter().any(|change| change.path == *path && !change.noise)
        };
        nothing.retain(|path| !bought(path));
        let shown = nothing.len().min(6);
        let more = match nothing.len() - shown {
            0 => String::new(),
            n => format!(" and {n} more (--all)"),
        };
        if shown > 0 {
            let names = nothing[..shown].join(", ");
            document.say(format!("Changes that buy less than their error: {names}{more}."));
        }
    }
}

/// The rules that changes break, each once.
fn rules(document: &mut Document, explanation: &Explanation, telling: Telling) {
    let told = explanation.changes.iter().filter(|change| change.is_told(telling.all));
    let broken: Vec<(String, &String)> = told
        .flat_map(|change| {
            let with = match &change.members {
                Some(words) => words.clone(),
                None => format!("{} {}", change.path, change.to),
            };
            change.breaks.iter().map(move |rule| (with.clone(), rule))
        })
        .collect();
    for (position, (_, rule)) in broken.iter().enumerate() {
        if broken[..position].iter().any(|(_, earlier)| earlier == rule) {
            continue;
        }
        let same = broken.iter().filter(|(_, other)| other == rule);
        let with: Vec<&str> = same.map(|(with, _)| with.as_str()).collect();
        document.push(Block::Paragraph(vec![
            Phrase::styled("Breaks a rule:", Style::Unsure),
            Phrase::plain(format!("with {}: {rule}.", with.join(", or "))),
        ]));
    }
}

fn row(change: &Change, words: String, unit: Unit, scenario: &ScenarioPrediction) -> Vec<Cell> {
    let difference =
        |d: Option<Difference>| Cell::plain(d.map_or_else(|| "–".to_owned(), |d| d.text(unit)));
    let error = change.p95_difference.and_then(|d| d.error).filter(|e| *e > 0.0);
    // Common random numbers make the difference fine; the p95 itself is not.
    let p95 = match change.p95 {
        Some(p95) => unit.with_symbol(p95, Some(error.unwrap_or(0.0).max(p95 / 1000.0))),
        None => format!("> {}", super::number::duration(scenario.horizon)),
    };
    vec![
        Cell::plain(words),
        Cell::plain(p95),
        difference(change.p95_difference),
        difference(change.mean_difference),
    ]
}

/// What adding up the stages' p95 would say.
fn naive(document: &mut Document, scenario: &ScenarioPrediction) {
    let usual = || scenario.stages.iter().filter(|(_, stage)| stage.criticality >= 0.5);
    let Some(p95) = scenario.system.recovery_time.as_ref().and_then(|d| d.p95) else { return };
    let Some(sum) = usual().map(|(_, stage)| stage.p95).sum::<Option<f64>>() else { return };
    if usual().count() < 2 {
        return;
    }
    let unit = Unit::for_seconds(sum.max(p95));
    let fine = Some(sum.max(p95) / 300.0);
    let (sum_text, p95_text) = (unit.with_symbol(sum, fine), unit.with_symbol(p95, fine));
    let off = unit.with_symbol((sum - p95).abs(), fine);
    document.say(if (sum - p95).abs() < sum.max(p95) / 100.0 {
        format!("The naive estimate, the p95 of each stage added up, is {sum_text}: about right here.")
    } else if sum > p95 {
        format!(
            "The naive estimate, the p95 of each stage added up, is {sum_text}; the p95 of the whole \
             is {p95_text}. Too long by {off}: the stages are seldom slow together."
        )
    } else {
        format!(
            "The naive estimate, the p95 of each usual stage added up, is {sum_text}; the p95 of the \
             whole is {p95_text}. Too short by {off}: stages that are on the path in few trials decide its tail."
        )
    });
}
