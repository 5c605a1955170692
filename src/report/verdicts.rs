//! The first lines of an answer: which objective holds, and why not.

use super::cells::awaited;
use super::distribution::Distribution;
use super::document::{Align, Block, Cell, Column, Document, Phrase, Style, Table};
use super::number::{
    Unit, count, duration, half_width, percent, percent_estimate, quantile_name, trimmed,
};
use super::prediction::{ObjectivePrediction, ScenarioPrediction, SubjectPrediction, Verdict};
use crate::outcome::Figure;
use std::cmp::Ordering;

/// The word for a verdict and how it looks.
pub(super) const fn word(verdict: Verdict) -> (&'static str, Style) {
    match verdict {
        Verdict::Met => ("MET", Style::Good),
        Verdict::Missed => ("MISSED", Style::Bad),
        Verdict::Undecided => ("UNDECIDED", Style::Unsure),
    }
}

/// The title of a figure by its name in files.
pub(super) fn figure_title(name: &str) -> &str {
    figure(name).map_or(name, |figure| figure.title())
}

/// A figure by its name in files.
pub(super) fn figure(name: &str) -> Option<Figure> {
    Figure::ALL.into_iter().find(|figure| figure.name() == name)
}

/// The unit for values of a figure up to `largest`.
pub(super) fn unit_of(figure: Option<Figure>, largest: f64) -> Unit {
    match figure {
        Some(figure) if figure.is_share() => Unit::Percent,
        Some(figure) if figure.is_time() => Unit::for_seconds(largest),
        _ => Unit::Count,
    }
}

/// What a quantile that is no number says: beyond the horizon, or no copy left.
pub(super) fn beyond(distribution: &Distribution, quantile: f64, horizon: f64) -> String {
    if quantile > 1.0 - distribution.total_loss {
        "no copy left".to_owned()
    } else {
        format!("> {}", duration(horizon))
    }
}

/// Up to so many objectives that are met are told one by one.
const HANDFUL: usize = 5;
/// Up to so many reasons are told.
const REASONS: usize = 3;

/// How far beyond its limit an objective is, as a multiple of it: above 1 where it is
/// missed, endless in the censored mass.
pub(super) fn excess(objective: &ObjectivePrediction) -> f64 {
    match objective.achieved {
        None => f64::INFINITY,
        Some(value) if objective.limit > 0.0 => value / objective.limit,
        // A limit of zero: the share of trials that break it tells more.
        Some(_) => 1.0 + (objective.quantile - objective.share_kept),
    }
}

/// The order of people who read on only while it matters: what does not hold comes
/// first, the worst margin before all; what is met keeps the model's order.
pub(super) fn worst_first(a: &ObjectivePrediction, b: &ObjectivePrediction) -> Ordering {
    let margin = |o: &ObjectivePrediction| match o.verdict {
        Verdict::Met => 0.0,
        Verdict::Undecided | Verdict::Missed => excess(o),
    };
    b.verdict.cmp(&a.verdict).then(margin(b).total_cmp(&margin(a)))
}

/// Puts a verdict line for each objective, or says that there is none. More than a
/// handful that are met are counted, unless `all` are asked for.
pub(super) fn verdicts(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let mut wanted: Vec<(&str, &SubjectPrediction, &ObjectivePrediction)> = scenario
        .subjects()
        .flat_map(|(name, subject)| subject.objectives.iter().map(move |o| (name, subject, o)))
        .collect();
    let total = wanted.len();
    if total == 0 {
        none(document, scenario);
        return;
    }
    wanted.sort_by(|a, b| worst_first(a.2, b.2));
    let met = wanted.iter().filter(|(.., o)| o.verdict == Verdict::Met).count();
    let counted = met > HANDFUL && !all;
    if counted {
        wanted.truncate(total - met);
    }
    document.push(Block::Gap);
    if !wanted.is_empty() {
        let rows =
            wanted.iter().map(|(name, subject, o)| row(name, subject, o, scenario)).collect();
        document.push(Block::Table(Table { columns: columns(), rows }));
    }
    if counted {
        document.push(count_of_met(met, total, all));
    }
    let whys = wanted.iter().filter_map(|(name, subject, objective)| {
        let why = reason(name, subject, objective, scenario)?;
        let figure = figure_title(&objective.figure);
        Some(capital(&format!("{figure} of {name}, {}: {why}.", limit(objective))))
    });
    for why in whys.take(if all { usize::MAX } else { REASONS }) {
        document.say(why);
    }
    if let (true, Some(all)) = (total > 1, scenario.all_limits) {
        let words = share_words(all.share, all.interval, scenario.trials);
        document.say(format!("All limits at once: {words}."));
    }
}

/// How many objectives are met, in a line.
pub(super) fn count_of_met(met: usize, total: usize, all: bool) -> Block {
    let hint = if all || met == 0 { "" } else { " (--all lists them)" };
    if met == total {
        let (word, style) = word(Verdict::Met);
        return Block::Paragraph(vec![
            Phrase::styled(format!("{word}:"), style),
            Phrase::plain(format!("all {total} objectives{hint}.")),
        ]);
    }
    Block::Paragraph(vec![Phrase::plain(format!("{met} of {total} objectives are met{hint}."))])
}

fn columns() -> Vec<Column> {
    vec![
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Left),
        Column::new("", Align::Point),
        Column::droppable("", Align::Left, 1),
    ]
}

fn row(
    name: &str,
    subject: &SubjectPrediction,
    objective: &ObjectivePrediction,
    scenario: &ScenarioPrediction,
) -> Vec<Cell> {
    let (verdict, style) = word(objective.verdict);
    vec![
        Cell::styled(verdict, style),
        Cell::plain(format!("{} of {name}", figure_title(&objective.figure))),
        Cell::plain(limit(objective)),
        Cell::plain(achieved(subject, objective, scenario)),
        Cell::plain(share_words(objective.share_kept, objective.interval, scenario.trials)),
    ]
}

/// `p95 <= 60 s`.
pub(super) fn limit(objective: &ObjectivePrediction) -> String {
    let quantile = quantile_name(objective.quantile);
    match figure(&objective.figure) {
        Some(figure) if figure.is_share() => {
            format!("{quantile} >= {}", Unit::Percent.with_symbol(objective.limit, None))
        }
        Some(figure) if figure.is_time() => {
            format!("{quantile} <= {}", duration(objective.limit))
        }
        _ => format!("{quantile} <= {}", trimmed(objective.limit)),
    }
}

/// `31.0 s ±0.1`.
pub(super) fn achieved(
    subject: &SubjectPrediction,
    objective: &ObjectivePrediction,
    scenario: &ScenarioPrediction,
) -> String {
    let figure = figure(&objective.figure);
    match objective.achieved {
        Some(value) => {
            unit_of(figure, value).estimate(value, half_width(Some(&objective.achieved_interval)))
        }
        None => figure
            .and_then(|figure| subject.figure(figure))
            .map_or_else(|| "–".to_owned(), |d| beyond(d, objective.quantile, scenario.horizon)),
    }
}

/// A share of trials in words, with its error.
pub(super) fn share_words(share: f64, interval: [f64; 2], trials: u64) -> String {
    let [low, high] = interval;
    if share >= 1.0 {
        format!("always in {} (P > {})", count(trials), edge(low))
    } else if share <= 0.0 {
        format!("never in {} (P < {})", count(trials), edge(high))
    } else {
        let half = (high - share).max(share - low);
        format!("kept in {}", percent_estimate(share, half))
    }
}

/// An end of an interval, two decimals, away from certainty.
fn edge(share: f64) -> String {
    let scaled = share * 10_000.0;
    let steps = if share > 0.5 { scaled.floor() } else { scaled.ceil() };
    format!("{} %", trimmed(steps / 100.0))
}

/// Why an objective is not met, or what would tell.
fn reason(
    name: &str,
    subject: &SubjectPrediction,
    objective: &ObjectivePrediction,
    scenario: &ScenarioPrediction,
) -> Option<String> {
    match objective.verdict {
        Verdict::Met => None,
        Verdict::Missed => obstacle(name, subject, objective, scenario),
        Verdict::Undecided => objective
            .trials_to_decide
            .map(|trials| format!("about {} trials would decide it", count(trials))),
    }
}

/// A sentence begins with a capital.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

/// What alone breaks a limit on the recovery time.
fn obstacle(
    name: &str,
    subject: &SubjectPrediction,
    objective: &ObjectivePrediction,
    scenario: &ScenarioPrediction,
) -> Option<String> {
    let figure = figure(&objective.figure)?;
    let bound = subject.figure(figure)?.bound?;
    if bound > objective.limit {
        return Some(format!(
            "cannot hold, it takes at least {} by hand (below)",
            Unit::for_seconds(bound).with_symbol(bound, None)
        ));
    }
    if figure != Figure::RecoveryTime {
        return None;
    }
    let own = subject.recovery_waits.iter().next();
    let largest = match own {
        Some((stage, wait)) => match scenario.stages.get(stage) {
            Some(stage) => stage,
            None => {
                let share = percent(wait.share, Some(0.01));
                return Some(format!("“{}” is {share} of it", awaited(name, stage, &wait.title)));
            }
        },
        None => scenario.stages.iter().max_by(|a, b| a.1.share.total_cmp(&b.1.share))?.1,
    };
    let unit = Unit::for_seconds(largest.p95?);
    Some(format!(
        "“{}” alone takes {} at p95",
        largest.title,
        unit.with_symbol(
            largest.p95?,
            Some(0.05 / if unit == Unit::Millis { 1000.0 } else { 1.0 })
        ),
    ))
}

/// Says that nothing is wanted, and how to want something.
fn none(document: &mut Document, scenario: &ScenarioPrediction) {
    let subject = scenario.stores.iter().next().map_or("system", |(name, _)| name);
    let example = scenario.system.recovery_time.as_ref().and_then(|d| d.p95).unwrap_or(300.0);
    let wish = [30.0, 60.0, 120.0, 300.0, 600.0, 1800.0, 3600.0]
        .into_iter()
        .find(|&step| step >= example)
        .unwrap_or(14400.0);
    document.push(Block::Gap);
    document.push(Block::Paragraph(vec![
        Phrase::styled("NO OBJECTIVE", Style::Unsure),
        Phrase::plain(format!(
            "is set, so nothing is met or missed. To ask for one, put into the model or the scenario: \
             [objectives.{subject}] recovery_time = \"p95 <= {}s\"",
            trimmed(wish)
        )),
    ]));
    if let Some(recovery) = &scenario.system.recovery_time {
        let value = |q: f64, value: Option<f64>, interval| match value {
            Some(v) => Unit::for_seconds(v).estimate(v, half_width(interval)),
            None => beyond(recovery, q, scenario.horizon),
        };
        document.say(format!(
            "Recovery time of the system: {} at p50, {} at p95.",
            value(0.5, recovery.p50, recovery.intervals.p50.as_ref()),
            value(0.95, recovery.p95, recovery.intervals.p95.as_ref()),
        ));
    }
}

/// What a share of trials says beside the figures; `None` where it is zero.
pub(super) fn share_of_trials(share: f64, trials: u64) -> Option<String> {
    if share <= 0.0 {
        return None;
    }
    let number = (share * trials as f64).round() as u64;
    Some(if share < 0.001 {
        format!("in {} of {} trials", count(number), count(trials))
    } else {
        format!("in {} of the trials", percent(share, Some(0.001)))
    })
}
