//! The layers of an answer about a platform: who is hit and for how long, and what
//! lags behind after traffic is back.

use super::cells::{lost, p50, p95, redundancy_waits_for, waited_for};
use super::distribution::Distribution;
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::number::count;
use super::prediction::{ScenarioPrediction, SubjectPrediction};
use crate::outcome::Figure;

/// Up to so many components their figures are told one by one.
const FEW: usize = 6;
/// Groups of those whom people ask about, with what is missing of one that serves and
/// is not yet as redundant as before.
pub(super) const GROUPS: [(&str, &str); 5] = [
    ("journeys", ""),
    ("services", "replicas pending"),
    ("stores", "copies missing"),
    ("streams", "partitions under-replicated"),
    ("clients", ""),
];
/// Groups that are told of only where they were hit.
const BEHIND: [&str; 3] = ["clusters", "consensus", "routes"];

/// Whether there are so many components that they are told in a table.
pub(super) fn is_platform(scenario: &ScenarioPrediction) -> bool {
    let groups = GROUPS.iter().filter_map(|(group, _)| scenario.group(group));
    groups.map(|group| group.len()).sum::<usize>() > FEW
}

/// Whether anything ever happened to it.
pub(super) fn is_touched(subject: &SubjectPrediction) -> bool {
    let figures = [
        Figure::RecoveryTime,
        Figure::RedundancyRestored,
        Figure::Downtime,
        Figure::DataLossSeconds,
        Figure::DataLossWrites,
        Figure::SplitBrainSeconds,
    ];
    let touched = |d: &Distribution| d.absent < 1.0 && !d.is_zero();
    figures.into_iter().filter_map(|figure| subject.figure(figure)).any(touched)
}

/// Puts a row for each subject that was hit, and counts those that were not.
pub(super) fn subjects(document: &mut Document, scenario: &ScenarioPrediction) {
    let mut table = Table { columns: columns(), rows: Vec::new() };
    table.rows.push(row("system", &scenario.system, scenario, Style::Strong));
    let mut spared = Vec::new();
    for group in GROUPS.iter().map(|(group, _)| *group).chain(BEHIND) {
        let Some(members) = scenario.group(group) else { continue };
        let mut hit: Vec<(&str, &SubjectPrediction)> = Vec::new();
        for (name, subject) in members.iter() {
            if is_touched(subject) {
                hit.push((name, subject));
            } else if !BEHIND.contains(&group) {
                spared.push(name);
            }
        }
        // Who is out longest comes first; of equals in the model's order.
        hit.sort_by(|a, b| latest(b.1).total_cmp(&latest(a.1)));
        if !hit.is_empty() {
            let mut heading = vec![Cell::styled(group, Style::Faint)];
            heading.resize(table.columns.len(), Cell::plain(""));
            table.rows.push(heading);
        }
        for (name, subject) in hit {
            table.rows.push(row(name, subject, scenario, Style::Plain));
        }
    }
    let trials = format!("to the digits that {} trials support", count(scenario.trials));
    document.push(Block::Heading("who is hit, and for how long".to_owned(), trials));
    document.push(Block::Table(table));
    let all: usize =
        GROUPS.iter().filter_map(|(group, _)| scenario.group(group)).map(|g| g.len()).sum();
    if !spared.is_empty() {
        document.say(format!(
            "Untouched in every trial, {} of {all}: {}.",
            spared.len(),
            spared.join(", ")
        ));
    }
}

/// The p95 of its recovery time, endless in the censored mass.
fn latest(subject: &SubjectPrediction) -> f64 {
    subject.recovery_time.as_ref().map_or(0.0, |d| d.p95.unwrap_or(f64::INFINITY))
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("", Align::Left).spilling(),
        Column::new("back p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::droppable("down p95", Align::Point, 2),
        Column::droppable("redundant p95", Align::Point, 1),
        Column::new("lost p95", Align::Point),
        Column::droppable("waited longest for", Align::Left, 3),
    ]
}

fn row(
    name: &str,
    subject: &SubjectPrediction,
    scenario: &ScenarioPrediction,
    style: Style,
) -> Vec<Cell> {
    let horizon = scenario.horizon;
    let recovery = subject.recovery_time.as_ref();
    let waited = waited_for(scenario, name, subject).unwrap_or_default();
    let indent = if name == "system" { "" } else { "  " };
    vec![
        Cell::styled(format!("{indent}{name}"), style),
        Cell::plain(p50(recovery, horizon)),
        Cell::plain(p95(recovery, horizon)),
        Cell::plain(p95(subject.downtime.as_ref(), horizon)),
        Cell::plain(p95(subject.redundancy_restored.as_ref(), horizon)),
        lost(subject.data_loss_seconds.as_ref(), horizon),
        Cell::styled(waited, Style::Faint),
    ]
}

/// Puts what is not yet as redundant as before when traffic is back, and what that
/// waits for.
pub(super) fn lags(document: &mut Document, scenario: &ScenarioPrediction) {
    let horizon = scenario.horizon;
    let mut rows = Vec::new();
    for (group, missing) in GROUPS {
        let members = scenario.group(group).into_iter().flat_map(|members| members.iter());
        for (name, subject) in members {
            let Some(after) = subject.redundancy_after_recovery.as_ref() else { continue };
            if after.absent >= 1.0 || after.is_zero() {
                continue;
            }
            let waits = redundancy_waits_for(name, subject).unwrap_or_else(|| nothing(after));
            let cells = vec![
                Cell::plain(name),
                Cell::plain(missing),
                Cell::plain(p50(Some(after), horizon)),
                Cell::plain(p95(Some(after), horizon)),
                Cell::styled(waits, Style::Faint),
            ];
            rows.push((after.p95.unwrap_or(f64::INFINITY), cells));
        }
    }
    if rows.is_empty() {
        return;
    }
    rows.sort_by(|a, b| b.0.total_cmp(&a.0));
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::droppable("waits longest for", Align::Left, 1),
    ];
    let heading = "what lags behind after traffic is back".to_owned();
    let note = "from then until redundancy is restored: no second line";
    document.push(Block::Heading(heading, note.to_owned()));
    let rows = rows.into_iter().map(|(_, cells)| cells).collect();
    document.push(Block::Table(Table { columns, rows }));
}

/// What to say of redundancy that comes back in no trial that was told.
fn nothing(after: &Distribution) -> String {
    let never = after.p50.is_none() && after.max.is_none();
    if never { "nothing here restores it".to_owned() } else { String::new() }
}
