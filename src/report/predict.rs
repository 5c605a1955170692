//! A prediction as a report: the worst first, then scenario by scenario.

use super::answer::{answer, basis};
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::number::{Unit, half_width};
use super::prediction::{Manifest, ObjectivePrediction, Prediction, ScenarioPrediction, Verdict};
use super::verdicts::{achieved, beyond, figure_title, limit, word, worst_first};

/// How a report is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Telling {
    /// Everything, also what is met, negligible or the same.
    pub all: bool,
}

/// The report of a prediction.
///
/// `model` is the model's name for people.
#[must_use]
pub fn predict(prediction: &Prediction, model: &str, telling: Telling) -> Document {
    let mut document = Document::default();
    let scenarios = &prediction.scenarios;
    if scenarios.0.len() > 1 {
        overview(&mut document, prediction, model, telling);
    }
    for (name, scenario) in scenarios.iter() {
        answer(&mut document, model, name, scenario, &prediction.manifest, telling.all);
    }
    basis(&mut document, &prediction.basis, telling.all);
    if let Some(command) = next(prediction) {
        document.push(Block::Command(command));
    }
    document
}

/// The command that goes one step deeper: the first scenario that is not met, or the first.
fn next(prediction: &Prediction) -> Option<String> {
    let worst = prediction.scenarios.iter().max_by_key(|(name, scenario)| {
        let rank = scenario.verdict.map_or(0, |verdict| match verdict {
            Verdict::Missed => 2,
            Verdict::Undecided => 1,
            Verdict::Met => 0,
        });
        // `max_by_key` takes the last of equals: the order of names decides.
        (rank, std::cmp::Reverse(prediction.scenarios.0.iter().position(|(n, _)| n == name)))
    })?;
    Some(command("explain", &prediction.manifest, worst.0))
}

/// A command on the same model and scenario, as one would type it.
#[must_use]
pub fn command(verb: &str, manifest: &Manifest, scenario: &str) -> String {
    let path = manifest.scenarios.get(scenario).map_or(scenario, |file| file.path.as_str());
    let mut words = format!("drillcast {verb} {} {}", quoted(&manifest.model.path), quoted(path));
    if let Some(folder) = &manifest.presets_folder {
        words += &format!(" --presets {}", quoted(folder));
    }
    for set in &manifest.sets {
        words += &format!(" --set {}", quoted(set));
    }
    words
}

/// A word as a shell takes it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./=:,+%@".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

/// One objective in one scenario.
struct Line<'p> {
    scenario: &'p str,
    subject: &'p str,
    objective: &'p ObjectivePrediction,
    achieved: String,
}

/// What all scenarios come to.
fn overview(document: &mut Document, prediction: &Prediction, model: &str, telling: Telling) {
    let scenarios = &prediction.scenarios;
    let path = prediction.manifest.model.path.clone();
    document.push(Block::Title(format!("{model}: {} scenarios", scenarios.0.len()), path));
    let mut lines: Vec<Line<'_>> = Vec::new();
    for (name, scenario) in scenarios.iter() {
        for (subject, figures) in scenario.subjects() {
            lines.extend(figures.objectives.iter().map(|objective| Line {
                scenario: name,
                subject,
                objective,
                achieved: achieved(figures, objective, scenario),
            }));
        }
    }
    let met = lines.iter().filter(|l| l.objective.verdict == Verdict::Met).count();
    let total = lines.len();
    lines.retain(|l| telling.all || l.objective.verdict != Verdict::Met);
    lines.sort_by(|a, b| worst_first(a.objective, b.objective));
    if !lines.is_empty() {
        document.push(Block::Table(worst(&lines)));
    }
    if total == 0 {
        document.say("No objective is set in any of them.");
    } else if met == total {
        document.say(format!("All {total} objectives are met."));
    } else {
        let hint = if telling.all { "" } else { " (--all lists them)" };
        document.say(format!("{met} of {total} objectives are met{hint}."));
    }
    document.push(Block::Heading("recovery time of the system".to_owned(), String::new()));
    document.push(Block::Table(recoveries(prediction)));
}

fn worst(lines: &[Line<'_>]) -> Table {
    let rows = lines
        .iter()
        .map(|line| {
            let (verdict, style) = word(line.objective.verdict);
            vec![
                Cell::styled(verdict, style),
                Cell::plain(line.scenario),
                Cell::plain(format!(
                    "{} of {}",
                    figure_title(&line.objective.figure),
                    line.subject
                )),
                Cell::plain(limit(line.objective)),
                Cell::plain(line.achieved.clone()),
            ]
        })
        .collect();
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Point),
    ];
    Table { columns, rows }
}

fn recoveries(prediction: &Prediction) -> Table {
    let mut table = Table {
        columns: vec![
            Column::new("", Align::Left),
            Column::new("p50", Align::Point),
            Column::new("p95", Align::Point),
            Column::droppable("p99", Align::Point, 1),
            Column::droppable("class", Align::Left, 2),
        ],
        rows: Vec::new(),
    };
    for (name, scenario) in prediction.scenarios.iter() {
        let mut row = vec![Cell::plain(name)];
        row.extend(recovery_cells(scenario));
        row.push(Cell::styled(scenario.class.clone().unwrap_or_default(), Style::Faint));
        table.rows.push(row);
    }
    table
}

fn recovery_cells(scenario: &ScenarioPrediction) -> Vec<Cell> {
    let Some(d) = &scenario.system.recovery_time else {
        return vec![Cell::plain("–"), Cell::plain("–"), Cell::plain("–")];
    };
    let unit = Unit::for_seconds(d.p99.or(d.p95).or(d.p50).unwrap_or(0.0));
    [
        (0.5, d.p50, d.intervals.p50.as_ref()),
        (0.95, d.p95, d.intervals.p95.as_ref()),
        (0.99, d.p99, d.intervals.p99.as_ref()),
    ]
    .into_iter()
    .map(|(q, value, interval)| {
        Cell::plain(match value {
            Some(v) => unit.estimate(v, half_width(interval)),
            None => beyond(d, q, scenario.horizon),
        })
    })
    .collect()
}
