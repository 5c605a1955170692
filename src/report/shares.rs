//! What was served, as a share: the least of it.

use super::document::{Align, Block, Cell, Column, Document, Table};
use super::number::{Unit, half_width};
use super::prediction::{Distribution, Interval, ScenarioPrediction};
use super::verdicts::beyond;
use crate::outcome::Figure;

/// Puts the least served share of whoever has one, where some are served in part or
/// somebody asks: all of them, or the system and those that fare otherwise.
pub(super) fn shares(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let whole = scenario.system.figure(Figure::MinimumAvailability);
    let mut rows = Vec::new();
    for (name, subject) in scenario.subjects() {
        let Some(least) = subject.figure(Figure::MinimumAvailability) else { continue };
        if all || name == "system" || Some(least) != whole {
            rows.push(row(name, least, scenario.horizon));
        }
    }
    // What is served wholly or not at all says so in its recovery time.
    let name = Figure::MinimumAvailability.name();
    let asked = scenario.objectives().any(|(_, objective)| objective.figure == name);
    if !(all || asked || rows.len() > 1) {
        return;
    }
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::droppable("p99", Align::Point, 1),
        Column::droppable("worst", Align::Point, 3),
    ];
    document.push(Block::Heading(
        "least served share in any minute".to_owned(),
        "p95: 95 of 100 trials have at least this".to_owned(),
    ));
    document.push(Block::Table(Table { columns, rows }));
}

fn row(name: &str, d: &Distribution, horizon: f64) -> Vec<Cell> {
    let unit = Unit::Percent;
    let cell = |q: f64, value: Option<f64>, interval: Option<&Interval>| {
        Cell::plain(match value {
            Some(v) if interval.is_some() => unit.estimate(v, half_width(interval)),
            Some(v) => unit.with_symbol(v, half_width(d.intervals.p99.as_ref())),
            None => beyond(d, q, horizon),
        })
    };
    vec![
        Cell::plain(name),
        cell(0.5, d.p50, d.intervals.p50.as_ref()),
        cell(0.95, d.p95, d.intervals.p95.as_ref()),
        cell(0.99, d.p99, d.intervals.p99.as_ref()),
        cell(1.0, d.min, None),
    ]
}
