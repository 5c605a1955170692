//! The failure matrix: every failure in a row, the worst first.

use super::cells::{lost, p50, p95, some, waited_for};
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::layers::GROUPS;
use super::named::Named;
use super::number::{duration, percent};
use super::prediction::{
    FailurePrediction, Prediction, ScenarioPrediction, SubjectPrediction, Verdict,
};
use super::verdicts::{excess, word};

/// Rows of the matrix, unless everything is asked for.
const ROWS: usize = 24;
/// Columns that the names of components may take in a cell.
const NAMES: usize = 12;
/// Components that are named in a list.
const LISTED: usize = 3;

/// The scenarios ranked: by the worst margin of their objectives, then by the p95 of
/// the system's recovery time, then by how many objectives and components they hit;
/// `struck` says who stands nowhere but where one strikes.
#[must_use]
pub fn failure_matrix(
    scenarios: &Named<ScenarioPrediction>,
    struck: &dyn Fn(&str) -> Vec<String>,
) -> Vec<FailurePrediction> {
    let mut rows: Vec<(f64, f64, FailurePrediction)> = scenarios
        .iter()
        .map(|(name, scenario)| {
            let margin = margin(scenario);
            let recovery = scenario.system.recovery_time.as_ref();
            let latest = recovery.map_or(0.0, |d| d.p95.unwrap_or(f64::INFINITY));
            (margin, latest, failure(name, scenario, struck(name)))
        })
        .collect();
    let hit =
        |row: &FailurePrediction| (row.missed, row.undecided, row.total_loss.len(), row.down.len());
    rows.sort_by(|a, b| {
        let margin = b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1));
        margin.then_with(|| hit(&b.2).cmp(&hit(&a.2)))
    });
    rows.into_iter().map(|(.., row)| row).collect()
}

/// How many times its limit the worst objective takes; endless where it is never
/// reached, less than nothing where there is no objective.
fn margin(scenario: &ScenarioPrediction) -> f64 {
    scenario.objectives().map(|(_, objective)| excess(objective)).fold(-1.0, f64::max)
}

fn failure(name: &str, scenario: &ScenarioPrediction, struck: Vec<String>) -> FailurePrediction {
    let margin = Some(margin(scenario)).filter(|margin| (0.0..f64::INFINITY).contains(margin));
    let of = |verdict| scenario.objectives().filter(|(_, o)| o.verdict == verdict).count();
    let mut not_back = Named::default();
    let mut total_loss = Named::default();
    for (subject, figures) in scenario.subjects().skip(1) {
        let away = figures.recovery_time.as_ref().map_or(0.0, |d| d.censored + d.total_loss);
        let gone = figures.data_loss_seconds.as_ref().map_or(0.0, |d| d.total_loss);
        if away > 0.0 {
            not_back.push(subject.to_owned(), away);
        }
        if gone > 0.0 {
            total_loss.push(subject.to_owned(), gone);
        }
    }
    let shares = not_back.iter().chain(total_loss.iter());
    let single_point = shares.map(|(_, share)| *share).fold(0.0, f64::max) >= 0.5;
    FailurePrediction {
        scenario: name.to_owned(),
        verdict: scenario.verdict,
        objectives: scenario.objectives().count(),
        missed: of(Verdict::Missed),
        undecided: of(Verdict::Undecided),
        margin,
        down: down(scenario),
        not_back,
        total_loss,
        struck_whole: struck,
        waits_for: waited_for(scenario, "system", &scenario.system),
        single_point,
    }
}

/// Those that people ask about and that are out in any trial, the longest first;
/// where there are none, whoever else is out.
fn down(scenario: &ScenarioPrediction) -> Vec<String> {
    let hit = |(_, subject): &(&str, &SubjectPrediction)| {
        subject.recovery_time.as_ref().is_some_and(|d| !d.is_zero())
    };
    let latest = |subject: &SubjectPrediction| {
        subject.recovery_time.as_ref().map_or(0.0, |d| d.p95.unwrap_or(f64::INFINITY))
    };
    let asked = GROUPS.iter().filter_map(|(group, _)| scenario.group(group));
    let mut found: Vec<_> = asked.flat_map(Named::iter).filter(hit).collect();
    if found.is_empty() {
        found = scenario.subjects().skip(1).filter(hit).collect();
    }
    found.sort_by(|a, b| latest(b.1).total_cmp(&latest(a.1)));
    found.into_iter().map(|(name, _)| name.to_owned()).collect()
}

/// Puts the matrix, and what it says of the whole.
pub(super) fn matrix(document: &mut Document, prediction: &Prediction, all: bool) {
    let worth = |row: &&FailurePrediction| {
        all || !row.down.is_empty() || !matches!(row.verdict, None | Some(Verdict::Met))
    };
    let told: Vec<&FailurePrediction> = prediction.matrix.iter().filter(worth).collect();
    let shown = if all { told.len() } else { told.len().min(ROWS) };
    let mut table = Table { columns: columns(), rows: Vec::new() };
    for row in &told[..shown] {
        if let Some(scenario) = prediction.scenarios.get(&row.scenario) {
            table.rows.push(cells(row, scenario));
        }
    }
    if !table.rows.is_empty() {
        document.push(Block::Gap);
        document.push(Block::Table(table));
    }
    if shown < told.len() {
        document.say(format!("And {} more (--all).", told.len() - shown));
    }
    let quiet: Vec<&str> =
        prediction.matrix.iter().filter(|row| !worth(row)).map(|row| &*row.scenario).collect();
    if !quiet.is_empty() {
        document.say(format!(
            "Nobody is out in any trial of {}: {}.",
            quiet.len(),
            quiet.join(", ")
        ));
    }
    single_points(document, prediction);
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("back p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::new("lost p95", Align::Point),
        Column::droppable("who is out", Align::Left, 2).shortened(NAMES),
        Column::droppable("takes longest", Align::Left, 1).shortened(14),
    ]
}

fn cells(row: &FailurePrediction, scenario: &ScenarioPrediction) -> Vec<Cell> {
    let recovery = scenario.system.recovery_time.as_ref();
    let (verdict, style) = row.verdict.map_or(("", Style::Plain), word);
    let verdict = match row.missed.max(if row.missed == 0 { row.undecided } else { 0 }) {
        0 => verdict.to_owned(),
        not_met => format!("{verdict} {not_met}/{}", row.objectives),
    };
    let nothing = recovery.is_some_and(|d| d.p50.is_none());
    let waits = match (&row.waits_for, nothing) {
        (_, true) => "nothing brings it back",
        (Some(waits), _) => waits.as_str(),
        (None, _) => "",
    };
    vec![
        Cell::styled(verdict, style),
        Cell::plain(&*row.scenario),
        Cell::plain(p50(recovery, scenario.horizon)),
        Cell::plain(p95(recovery, scenario.horizon)),
        lost(scenario.system.data_loss_seconds.as_ref(), scenario.horizon),
        Cell::plain(fitting(&row.down)),
        Cell::styled(waits, Style::Faint),
    ]
}

/// As many names as fit into a cell, one at least, and how many more there are.
fn fitting(names: &[String]) -> String {
    let fits = |shown: &usize| some(names, *shown).chars().count() <= NAMES;
    some(names, (1..=names.len()).rev().find(fits).unwrap_or(1))
}

/// What does not come back, and after what.
fn single_points(document: &mut Document, prediction: &Prediction) {
    let mut points = Vec::new();
    let mut sometimes = Vec::new();
    let horizon = prediction.scenarios.iter().map(|(_, s)| s.horizon).fold(0.0, f64::max);
    for row in &prediction.matrix {
        if row.single_point {
            points.push(format!("{}: {}.", row.scenario, gone(row)));
        }
        let rarely: Vec<_> = row.not_back.iter().filter(|(_, share)| **share < 0.5).collect();
        let most = rarely.iter().map(|(_, share)| **share).fold(0.0, f64::max);
        let names: Vec<&str> = rarely.iter().map(|(name, _)| *name).collect();
        if !names.is_empty() {
            let who = some(&names, LISTED);
            sometimes.push(format!("{} ({who}: {} of the trials)", row.scenario, share(most)));
        }
    }
    let within = duration(horizon);
    if points.is_empty() {
        let always = if sometimes.is_empty() { "in every trial" } else { "in most trials" };
        document.say(format!(
            "No single point of failure among them: all are back within {within} {always}."
        ));
    } else {
        let note = format!("what is not back within {within} in at least half of the trials");
        document.push(Block::Heading("single points of failure".to_owned(), note));
        points.into_iter().for_each(|point| document.say(point));
    }
    if !sometimes.is_empty() {
        document.say(format!("Not always back within {within}: {}.", sometimes.join("; ")));
    }
}

/// Who is gone in at least half of the trials, and whether that is no wonder.
fn gone(row: &FailurePrediction) -> String {
    let often = |shares: &Named<f64>| -> Vec<String> {
        let often = shares.iter().filter(|(_, share)| **share >= 0.5);
        often.map(|(name, _)| name.to_owned()).collect()
    };
    let (away, lost) = (often(&row.not_back), often(&row.total_loss));
    let whole: Vec<&str> = row.struck_whole.iter().map(String::as_str).collect();
    let mut words: Vec<String> = Vec::new();
    let (there, elsewhere): (Vec<String>, Vec<String>) =
        away.into_iter().partition(|name| whole.contains(&name.as_str()));
    if !there.is_empty() {
        let verb = if there.len() == 1 { "stands" } else { "stand" };
        words.push(format!("{}, which {verb} nowhere else", some(&there, LISTED)));
    }
    if !elsewhere.is_empty() {
        let besides = if words.is_empty() { "" } else { "and with that " };
        words.push(format!("{besides}{}", some(&elsewhere, LISTED)));
    }
    if !lost.is_empty() {
        words.push(format!("no copy left of {}", some(&lost, LISTED)));
    }
    words.join("; ")
}

fn share(share: f64) -> String {
    percent(share, Some(if share < 0.01 { 0.0001 } else { 0.01 }))
}
