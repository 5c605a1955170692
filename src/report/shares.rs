//! What was served, as a share: the least of it, and how it goes over time.

use super::distribution::{Distribution, Interval};
use super::document::{Align, Block, Cell, Column, Document, Table};
use super::number::{Unit, duration, half_width};
use super::prediction::{ScenarioPrediction, SharePrediction};
use super::verdicts::beyond;
use crate::outcome::Figure;

/// Instants of a table at most.
const INSTANTS: usize = 8;

/// Puts what is served over time, and the least of it.
pub(super) fn shares(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    over_time(document, scenario, all);
    least(document, scenario, all);
}

/// Puts how served shares go over time: of everybody, or of the system where somebody is
/// served in part or the model has several services.
fn over_time(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let told = || scenario.subjects().filter(|(_, subject)| !subject.served_share.is_empty());
    let partial =
        |p: &SharePrediction| [p.p5, p.p50].into_iter().any(|share| share > 0.0 && share < 1.0);
    let in_part = told().any(|(_, subject)| subject.served_share.iter().any(partial));
    if !(all || in_part || scenario.services.iter().count() > 1) {
        return;
    }
    let shown: Vec<(&str, &[SharePrediction])> = told()
        .filter(|(name, _)| all || *name == "system")
        .map(|(name, subject)| (name, subject.served_share.as_slice()))
        .collect();
    // What stays as it is to the end says nothing more.
    let still = |points: &[SharePrediction]| {
        let same = |a: &SharePrediction, b: &SharePrediction| {
            (a.mean - b.mean).abs() < 5e-4 && (a.p5, a.p50) == (b.p5, b.p50)
        };
        let last = points.last();
        points.iter().rposition(|p| last.is_some_and(|last| !same(p, last))).map_or(0, |at| at + 2)
    };
    let upto = shown.iter().map(|(_, points)| still(points)).max().unwrap_or(0);
    let full = |points: &[SharePrediction]| points.iter().all(|p| p.mean >= 1.0);
    if upto == 0 && shown.iter().all(|(_, points)| full(points)) {
        return;
    }
    let upto = upto.max(1);
    let Some((_, first)) = shown.first() else { return };
    let instants = chosen(upto.min(first.len()));
    let (start, end) = (duration(first[0].at), duration(first[upto.min(first.len()) - 1].at));
    let mut columns = vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new(format!("{start} … {end}"), Align::Left),
    ];
    columns.extend(instants.iter().enumerate().map(|(number, at)| {
        // Where there is little room every other goes first.
        let drop = 1 + (number % 2) as u8;
        Column::droppable(duration(first[*at].at), Align::Right, drop)
    }));
    let mut rows = Vec::new();
    for (name, points) in &shown {
        rows.push(share_row((name, "mean"), points, upto, &instants, |p| p.mean));
        rows.push(share_row(("", "p5"), points, upto, &instants, |p| p.p5));
    }
    document.push(Block::Heading(
        "served share over time since the fault".to_owned(),
        "p5: 95 of 100 trials serve at least this".to_owned(),
    ));
    document.push(Block::Table(Table { columns, rows }));
}

/// Some of the first instants, far enough apart for a line, the last among them.
fn chosen(upto: usize) -> Vec<usize> {
    let step = upto.div_ceil(INSTANTS).max(1);
    let mut chosen: Vec<usize> = (0..upto).rev().step_by(step).collect();
    chosen.reverse();
    chosen
}

fn share_row(
    (name, what): (&str, &str),
    points: &[SharePrediction],
    upto: usize,
    instants: &[usize],
    share: impl Fn(&SharePrediction) -> f64,
) -> Vec<Cell> {
    const BLOCKS: [char; 9] = ['▁', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let spark = points.iter().take(upto).map(|p| BLOCKS[(share(p) * 8.0).floor() as usize]);
    let mut cells =
        vec![Cell::plain(name), Cell::plain(what), Cell::plain(spark.collect::<String>())];
    cells.extend(
        instants.iter().map(|at| {
            Cell::plain(points.get(*at).map_or_else(String::new, |p| per_cent(share(p))))
        }),
    );
    cells
}

/// Whole per cents, which are 0 and 100 only where nothing or all is served.
fn per_cent(share: f64) -> String {
    match (share * 100.0).round() {
        _ if share <= 0.0 => "0 %".to_owned(),
        _ if share >= 1.0 => "100 %".to_owned(),
        whole if whole < 1.0 => "< 1 %".to_owned(),
        whole if whole > 99.0 => "> 99 %".to_owned(),
        whole => format!("{whole} %"),
    }
}

/// Puts the least served share of whoever has one: all of them, or the system and those
/// that fare otherwise.
fn least(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let whole = scenario.system.figure(Figure::MinimumAvailability);
    let (mut rows, mut late_told) = (Vec::new(), false);
    for (name, subject) in scenario.subjects() {
        let Some(least) = subject.figure(Figure::MinimumAvailability) else { continue };
        // Whoever was served throughout has nothing to tell.
        let touched = least.min != Some(1.0) && Some(least) != whole;
        if all || name == "system" || touched {
            let mut row = row(name, least, scenario.horizon);
            row.push(Cell::plain(late(subject.figure(Figure::Latency))));
            late_told |= subject.latency.is_some();
            rows.push(row);
        }
    }
    let untouched = rows.len() == 1 && whole.is_some_and(|whole| whole.min == Some(1.0));
    if rows.is_empty() || untouched && !all {
        return;
    }
    let mut columns = vec![
        Column::new("", Align::Left),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::droppable("p99", Align::Point, 1),
        Column::droppable("worst", Align::Point, 3),
    ];
    if late_told {
        columns.push(Column::new("added latency, p95", Align::Left));
    } else {
        rows.iter_mut().for_each(|row: &mut Vec<Cell>| row.truncate(columns.len()));
    }
    document.push(Block::Heading(
        "least served share in any minute".to_owned(),
        "p95: 95 of 100 trials have at least this".to_owned(),
    ));
    document.push(Block::Table(Table { columns, rows }));
    if all && !late_told {
        document.say(
            "Added latency is told of services whose request_timeout the model says: \
             nothing else explains it.",
        );
    }
}

/// What time-outs and retries add at the p95.
fn late(latency: Option<&Distribution>) -> String {
    let value = latency.and_then(|d| Some((d, d.p95?)));
    value.map_or_else(String::new, |(d, p95)| {
        Unit::for_seconds(p95).estimate(p95, half_width(d.intervals.p95.as_ref()))
    })
}

fn row(name: &str, d: &Distribution, horizon: f64) -> Vec<Cell> {
    let unit = Unit::Percent;
    let cell = |q: f64, value: Option<f64>, interval: Option<&Interval>| {
        Cell::plain(match value {
            Some(v) if interval.is_some() => unit.estimate(v, half_width(interval)),
            // A tenth of a per cent is as fine as anybody asks.
            Some(v) => unit.with_symbol(v, Some(0.001)),
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
