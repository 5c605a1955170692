//! Objectives: `recovery_time = "p95 <= 60s"`.

use std::collections::BTreeMap;

use super::name::one_of;
use crate::diagnostic::{Location, nearest_help};
use crate::model::preset::ComponentKind;
use crate::model::read::{Context, Entry, Node, Reader};
use crate::model::system::{ComponentId, JourneyId, Objective, Subject};
use crate::outcome::Figure;
use crate::units::{self, Dimension, ENDLESS};

/// Reads `[objectives.X]` tables; `names` are the components in order, each with what
/// it is, and the journeys.
pub(super) fn read_objectives(
    reader: &Reader<'_>,
    names: &[(&str, ComponentKind)],
    journeys: &[&str],
) -> Vec<Objective> {
    let context = reader.context();
    let mut objectives = Vec::new();
    let Some(subjects) = reader.table("objectives", "[objectives]") else {
        return objectives;
    };
    let components: BTreeMap<&str, usize> =
        names.iter().enumerate().map(|(at, (name, _))| (*name, at)).collect();
    for entry in subjects.entries() {
        let name = &entry.key.value;
        let subject = if name == "system" {
            Some(Subject::System)
        } else {
            let component = components.get(name.as_str()).copied();
            let journey = || journeys.iter().position(|one| one == name);
            component
                .map(|at| Subject::Component(ComponentId(at)))
                .or_else(|| journey().map(|at| Subject::Journey(JourneyId(at))))
        };
        if let Some(Subject::Component(id)) = subject
            && !names[id.0].1.is_served()
        {
            let message = format!("{name} is {}, which serves nobody", names[id.0].1.describe());
            let label = "expected a component whose service is measured";
            context.error("objective::unmeasured", message, &entry.key.at, label);
            subjects.allow([name.as_str()]);
            continue;
        }
        let Some(subject) = subject else {
            let served = || names.iter().filter(|(_, kind)| kind.is_served());
            let known =
                || served().map(|(one, _)| *one).chain(journeys.iter().copied()).chain(["system"]);
            context.error_with_help(
                "objective::unknown_subject",
                format!("there is no \"{name}\" to set objectives on"),
                (&entry.key.at, &one_of("components", known())),
                nearest_help(name, known()),
            );
            continue;
        };
        let Some(table) = subjects.table_in(entry, format!("[objectives.{name}]")) else {
            continue;
        };
        figures(&table, subject, &mut objectives);
    }
    objectives
}

/// The figures of one subject.
fn figures(table: &Reader<'_>, subject: Subject, objectives: &mut Vec<Objective>) {
    let context = table.context();
    let mut seen: Vec<(Figure, &Location)> = Vec::new();
    for entry in table.entries() {
        let Some(figure) = figure(entry, context) else {
            continue;
        };
        if let Some((_, first)) = seen.iter().find(|(one, _)| *one == figure) {
            let message = format!("{} is set twice", figure.title());
            context.report(
                crate::diagnostic::Diagnostic::error("objective::duplicate", message)
                    .label(&entry.key.at, "here again")
                    .label(first, "first here")
                    .help(
                        "several limits on one figure are a list: [\"p50 <= 15s\", \"p95 <= 60s\"]",
                    ),
            );
            continue;
        }
        seen.push((figure, &entry.key.at));
        let nodes = entry.node.as_array().unwrap_or(std::slice::from_ref(&entry.node));
        objectives.extend(nodes.iter().filter_map(|node| limit(node, subject, figure, context)));
    }
}

/// A figure by its name in files; `data_loss` is short for `data_loss_seconds`.
fn figure(entry: &Entry, context: &Context<'_>) -> Option<Figure> {
    let name = entry.key.value.as_str();
    let found = Figure::ALL
        .into_iter()
        .find(|one| one.name() == name || (name == "data_loss" && *one == Figure::DataLossSeconds));
    if found.is_none() {
        let known = || ["data_loss"].into_iter().chain(Figure::ALL.map(Figure::name));
        context.error_with_help(
            "objective::unknown_figure",
            format!("there is no figure \"{name}\""),
            (&entry.key.at, "not a figure that can have an objective"),
            nearest_help(name, known()).or_else(|| {
                Some(format!("the figures are {}", known().collect::<Vec<_>>().join(", ")))
            }),
        );
    }
    found
}

/// How an objective on a figure is written: an example, a limit, and the signs between.
fn words(figure: Figure) -> (&'static str, &'static str, [&'static str; 2]) {
    match (figure.is_share(), figure.is_time()) {
        (true, _) => ("p95 >= 50%", "a share, such as 50%", [">=", "≥"]),
        (_, true) => ("p95 <= 60s", "a duration, such as 60s", ["<=", "≤"]),
        _ => ("p95 <= 10", "a number, such as 10", ["<=", "≤"]),
    }
}

/// `p95 <= 60s`.
fn limit(
    node: &Node,
    subject: Subject,
    figure: Figure,
    context: &Context<'_>,
) -> Option<Objective> {
    let share = figure.is_share();
    let (example, such, signs) = words(figure);
    let wrong = |message: String, at: &Location, help: Option<String>| {
        let label = format!("expected a quantile and a limit, such as \"{example}\"");
        context.error_with_help("objective::syntax", message, (at, &label), help);
    };
    let Some(text) = node.as_str() else {
        wrong(format!("an objective is a string, not {}", node.raw.kind()), &node.at, None);
        return None;
    };
    let Some((left, right)) = signs.iter().find_map(|sign| text.split_once(sign)) else {
        let compares = text.contains(['<', '>', '=', '≤', '≥']);
        let help = compares.then(|| match share {
            true => format!("write >=: of {} more is better", figure.title()),
            false => "write <=".to_owned(),
        });
        wrong(format!("\"{text}\" is no objective"), &node.at, help);
        return None;
    };
    let Some(quantile) = quantile(left.trim()) else {
        let message = format!("\"{}\" is no quantile", left.trim());
        let help = "write p50, p95, p99.9, or always (every trial)".to_owned();
        wrong(message, &node.within(0..left.len()), Some(help));
        return None;
    };
    let start = text.len() - right.trim_start().len();
    let at = node.within(start..start + right.trim().len());
    let wanted = if figure.is_time() { Dimension::TIME } else { Dimension::NUMBER };
    let wrong = |message: String, at: &Location, help: Option<String>| {
        let label = format!("expected {such}");
        context.error_with_help("objective::syntax", message, (at, &label), help);
    };
    match units::parse(right) {
        Ok((limit, _)) if share && !(0.0..=1.0).contains(&limit) => {
            let message = format!("{} is no share", right.trim());
            wrong(message, &at, Some("a share lies between 0 % and 100 %".to_owned()));
            None
        }
        Ok((limit, dimension)) if dimension == wanted && limit < ENDLESS => Some(Objective {
            subject,
            figure,
            quantile,
            limit,
            limit_text: right.trim().to_owned(),
            at: node.at.clone(),
        }),
        Ok((_, dimension)) if dimension == wanted => {
            wrong("a limit of \"never\" is always kept".to_owned(), &at, None);
            None
        }
        Ok((value, dimension)) => {
            let message = format!(
                "the limit of {} must be {wanted}, and this is {dimension}",
                figure.title()
            );
            let help = (dimension == Dimension::NUMBER)
                .then(|| format!("write the unit, such as {value}s"));
            wrong(message, &at, help);
            None
        }
        Err(error) => {
            wrong(format!("the limit of {}: {error}", figure.title()), &at, error.help);
            None
        }
    }
}

/// `p95` as 0.95; `always` as 1.
fn quantile(text: &str) -> Option<f64> {
    if text == "always" {
        return Some(1.0);
    }
    let digits = text.strip_prefix('p')?;
    if !digits.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    // The decimal point moves in the text, so that p99.9 is 0.999 to the last bit.
    let quantile: f64 = format!("{digits}e-2").parse().ok()?;
    (quantile > 0.0 && quantile < 1.0).then_some(quantile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_read() {
        assert_eq!(quantile("p95"), Some(0.95));
        assert_eq!(quantile("p99.9"), Some(0.999));
        assert_eq!(quantile("always"), Some(1.0));
        for bad in ["p0", "p100", "p101", "95", "p", "pp", "p-5", "p1e9", "pinf", "P95"] {
            assert_eq!(quantile(bad), None, "{bad}");
        }
    }
}
