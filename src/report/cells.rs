//! Figures in the cells of a compact table: as many digits as their intervals
//! support, three at most, each with its unit.

use super::distribution::{Distribution, Interval};
use super::document::{Cell, Style};
use super::number::{Unit, duration, half_width, trimmed};
use super::prediction::{ScenarioPrediction, SubjectPrediction, WaitPrediction};

/// A length of time in one unit where that is exact: `1.5 h`, not `1 h 30 min`.
fn short(seconds: f64) -> String {
    let hours = seconds / 3600.0;
    let exact = (hours * 10.0).round() == hours * 10.0;
    if hours >= 1.0 && exact { format!("{} h", trimmed(hours)) } else { duration(seconds) }
}

/// A time at a quantile: `54.8 s`, `> 1.5 h`, or `gone` where no copy is left.
fn time(
    d: &Distribution,
    (quantile, value): (f64, Option<f64>),
    interval: Option<&Interval>,
    gone: &str,
    horizon: f64,
) -> String {
    match value {
        Some(0.0) => "0 s".to_owned(),
        Some(value) => {
            let half = half_width(interval).unwrap_or(0.0).max(value / 100.0);
            Unit::for_seconds(value).with_symbol(value, Some(half))
        }
        None if quantile > 1.0 - d.total_loss => gone.to_owned(),
        None => format!("> {}", short(horizon)),
    }
}

/// Its median.
pub(super) fn p50(d: Option<&Distribution>, horizon: f64) -> String {
    d.map_or_else(String::new, |d| time(d, (0.5, d.p50), d.intervals.p50.as_ref(), "lost", horizon))
}

/// Its p95.
pub(super) fn p95(d: Option<&Distribution>, horizon: f64) -> String {
    d.map_or_else(String::new, |d| {
        time(d, (0.95, d.p95), d.intervals.p95.as_ref(), "lost", horizon)
    })
}

/// A cell for the p95 of a data loss: what is not lost says so faintly.
pub(super) fn lost(d: Option<&Distribution>, horizon: f64) -> Cell {
    let text = d.map_or_else(String::new, |d| {
        time(d, (0.95, d.p95), d.intervals.p95.as_ref(), "all", horizon)
    });
    let style = if d.is_some_and(|d| d.p95 == Some(0.0)) { Style::Faint } else { Style::Plain };
    Cell::styled(text, style)
}

/// The first names, and how many more there are.
pub(super) fn some<S: AsRef<str>>(names: &[S], shown: usize) -> String {
    let shown = names.len().min(shown);
    let more = names.len() - shown;
    let first = names[..shown].iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ");
    if more > 0 { format!("{first} +{more}") } else { first }
}

/// What was waited for longest, for people: the stage's title, and whose it is where
/// that is somebody else. A fault that lasts has to end.
pub(super) fn awaited(subject: &str, stage: &str, title: &str) -> String {
    match stage.split_once('.') {
        Some(("fault", _)) => "the end of the fault".to_owned(),
        Some((whose, _)) if whose != subject => format!("{title} ({whose})"),
        _ => title.to_owned(),
    }
}

/// What a subject waited for longest until it served again; nothing where it never
/// failed or never came back.
pub(super) fn waited_for(
    scenario: &ScenarioPrediction,
    name: &str,
    subject: &SubjectPrediction,
) -> Option<String> {
    if name == "system" {
        let largest = scenario.stages.iter().filter(|(_, stage)| stage.share > 0.0);
        // Of equals the earlier one.
        let (stage, found) = largest.reduce(|a, b| if b.1.share > a.1.share { b } else { a })?;
        return Some(awaited("system", stage, &found.title));
    }
    first(name, subject.recovery_waits.iter())
}

/// What a subject's redundancy waits for longest after that.
pub(super) fn redundancy_waits_for(name: &str, subject: &SubjectPrediction) -> Option<String> {
    first(name, subject.redundancy_waits.iter())
}

fn first<'p>(
    name: &str,
    mut waits: impl Iterator<Item = (&'p str, &'p WaitPrediction)>,
) -> Option<String> {
    waits.next().map(|(stage, wait)| awaited(name, stage, &wait.title))
}
