//! A prediction as a report: the worst first, then scenario by scenario.

use super::answer::{answer, basis, run};
use super::cells::{lost, p50, p95, waited_for};
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::matrix::matrix;
use super::prediction::{Manifest, ObjectivePrediction, Prediction, Verdict};
use super::verdicts::{achieved, count_of_met, figure_title, limit, word, worst_first};

/// How a report is told.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Telling {
    /// Everything, also what is met, negligible or the same.
    pub all: bool,
}

/// What stands before the path of a scenario that was made for a run and not written.
pub const UNWRITTEN: &str = "(--every) ";
/// Objectives of several scenarios that are told one by one, unless all are; and
/// behind a matrix, which says most of it.
const WORST: [usize; 2] = [12, 6];

/// The report of a prediction.
///
/// `model` is the model's name for people.
#[must_use]
pub fn predict(prediction: &Prediction, model: &str, telling: Telling) -> Document {
    let mut document = Document::default();
    let scenarios = &prediction.scenarios;
    let several = scenarios.len() > 1;
    if several {
        overview(&mut document, prediction, model, telling);
    }
    if !several || telling.all {
        for (name, scenario) in scenarios.iter() {
            answer(&mut document, model, name, scenario, &prediction.manifest, telling.all);
        }
    }
    basis(&mut document, &prediction.basis, telling.all);
    if let Some(command) = next(prediction, telling) {
        document.push(Block::Command(command));
    }
    document
}

/// The command that goes one step deeper: into the worst scenario.
fn next(prediction: &Prediction, telling: Telling) -> Option<String> {
    let scenarios = &prediction.scenarios;
    let manifest = &prediction.manifest;
    let worst = match prediction.matrix.first() {
        Some(worst) => worst.scenario.as_str(),
        None => {
            scenarios
                .iter()
                .max_by_key(|(name, scenario)| {
                    // `max_by_key` takes the last of equals: the order of names decides.
                    let at = scenarios.iter().position(|(n, _)| n == *name);
                    (scenario.verdict, std::cmp::Reverse(at))
                })?
                .0
        }
    };
    let file = manifest.scenarios.get(worst)?;
    if file.path.starts_with(UNWRITTEN) {
        let every = format!("--every {} --out-scenarios DIR", manifest.every.join(","));
        return Some(spoken("predict", manifest, &every));
    }
    let verb = if scenarios.len() > 1 && !telling.all { "predict" } else { "explain" };
    Some(command(verb, manifest, worst))
}

/// A command on the same model and scenario, as one would type it.
#[must_use]
pub fn command(verb: &str, manifest: &Manifest, scenario: &str) -> String {
    let path = manifest.scenarios.get(scenario).map_or(scenario, |file| file.path.as_str());
    spoken(verb, manifest, &quoted(path))
}

fn spoken(verb: &str, manifest: &Manifest, what: &str) -> String {
    let mut words = format!("drillcast {verb} {} {what}", quoted(&manifest.model.path));
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

/// What all scenarios come to: the failure matrix, or what does not hold and how each
/// scenario goes.
fn overview(document: &mut Document, prediction: &Prediction, model: &str, telling: Telling) {
    let scenarios = &prediction.scenarios;
    let path = prediction.manifest.model.path.clone();
    let ranked = !prediction.matrix.is_empty();
    let what = if ranked { "failures, the worst first" } else { "scenarios" };
    document.push(Block::Title(format!("{model}: {} {what}", scenarios.len()), path));
    document.say(run(prediction));
    if ranked {
        matrix(document, prediction, telling.all);
        objectives(document, prediction, telling);
    } else {
        objectives(document, prediction, telling);
        document.push(Block::Heading("scenario by scenario".to_owned(), String::new()));
        document.push(Block::Table(recoveries(prediction)));
        if !telling.all {
            document.say("Each in full: --all, or one at a time.");
        }
    }
}

/// A row for each objective that is missed or undecided in a scenario, the worst
/// margin first; what is met is counted.
fn objectives(document: &mut Document, prediction: &Prediction, telling: Telling) {
    let mut lines: Vec<Line<'_>> = Vec::new();
    // Of equals those of the worse scenario come first.
    let rank = |name: &str| prediction.matrix.iter().position(|row| row.scenario == name);
    let mut scenarios: Vec<_> = prediction.scenarios.iter().collect();
    scenarios.sort_by_key(|(name, _)| rank(name));
    for (name, scenario) in scenarios {
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
    if total == 0 {
        document.say("No objective is set in any of them.");
        return;
    }
    lines.retain(|l| telling.all || l.objective.verdict != Verdict::Met);
    lines.sort_by(|a, b| worst_first(a.objective, b.objective));
    let most = WORST[usize::from(!prediction.matrix.is_empty())];
    let more = lines.len().saturating_sub(if telling.all { usize::MAX } else { most });
    lines.truncate(lines.len() - more);
    if !lines.is_empty() {
        document.push(Block::Gap);
        document.push(Block::Table(worst(&lines)));
    }
    if more > 0 {
        document.say(format!("And {more} more that are missed or undecided (--all)."));
    }
    document.push(count_of_met(met, total, telling.all));
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

/// A row for each scenario.
fn recoveries(prediction: &Prediction) -> Table {
    let mut table = Table {
        columns: vec![
            Column::new("", Align::Left),
            Column::new("back p50", Align::Point),
            Column::new("p95", Align::Point),
            Column::droppable("redundant p95", Align::Point, 3),
            Column::new("lost p95", Align::Point),
            Column::droppable("takes longest", Align::Left, 1),
            Column::droppable("class", Align::Left, 2),
        ],
        rows: Vec::new(),
    };
    for (name, scenario) in prediction.scenarios.iter() {
        let (system, horizon) = (&scenario.system, scenario.horizon);
        let recovery = system.recovery_time.as_ref();
        table.rows.push(vec![
            Cell::plain(name),
            Cell::plain(p50(recovery, horizon)),
            Cell::plain(p95(recovery, horizon)),
            Cell::plain(p95(system.redundancy_restored.as_ref(), horizon)),
            lost(system.data_loss_seconds.as_ref(), horizon),
            Cell::plain(waited_for(scenario, "system", system).unwrap_or_default()),
            Cell::styled(scenario.class.clone().unwrap_or_default(), Style::Faint),
        ]);
    }
    table
}
