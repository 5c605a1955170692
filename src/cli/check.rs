//! `drillcast check`.

use serde::Serialize;

use super::arguments::{Check, Format};
use super::exit::Exit;
use super::load::{Case, Loaded, Refusal, load, subject_name};
use super::show::{Shown, show, table};
use super::terminal::{answer, look};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::experiment::{Plan, limits};
use crate::lint;
use crate::outcome::Bound;
use crate::report::{Document, Look, json, text};
use crate::units::{Dimension, format, format_span};

/// The answer as JSON.
#[derive(Serialize)]
struct Answer {
    findings: Vec<Finding>,
    objectives: Vec<Wish>,
    /// What the drills would notice, where it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    drills: Option<Vec<Shown>>,
}

/// A finding as JSON.
#[derive(Serialize)]
struct Finding {
    severity: &'static str,
    code: String,
    message: String,
    places: Vec<Place>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// The scenarios under which it shows; empty where it shows under all.
    scenarios: Vec<String>,
}

#[derive(Serialize)]
struct Place {
    file: String,
    line: usize,
    column: usize,
    expected: String,
}

/// An objective and the scenarios in which it applies.
#[derive(Serialize, PartialEq)]
struct Wish {
    subject: String,
    figure: &'static str,
    quantile: f64,
    limit: String,
    scenarios: Vec<String>,
}

pub(super) fn command(arguments: &Check) -> Result<Exit, Refusal> {
    let mut loaded = load(&arguments.model, &arguments.scenarios, &arguments.input)?;
    judge(&mut loaded);
    let sound = loaded.findings.iter().all(|(finding, _)| finding.severity != Severity::Error);
    let drills = match arguments.show && sound {
        true => Some(show(&mut loaded, &plan(arguments))?),
        false => None,
    };
    let exit = Exit::of_findings(loaded.findings.iter().map(|(finding, _)| finding));
    let wishes = wishes(&loaded);
    let output = &arguments.output;
    let text = match output.format {
        Format::Json => json(&Answer { findings: as_json(&loaded), objectives: wishes, drills }),
        Format::Text => {
            let told = drills.as_deref().unwrap_or_default();
            as_text(&loaded, (&wishes, told), exit, look(output.ascii, output.out.as_deref()))
        }
        Format::Markdown => {
            let look = Look { ascii: output.ascii, ..Look::default() };
            let told = drills.as_deref().unwrap_or_default();
            format!(
                "```text\n{}```\n",
                as_text(&loaded, (&wishes, told), exit, look).replace("```", "'''")
            )
        }
    };
    answer(&text, output.out.as_deref())?;
    Ok(exit)
}

/// The plan that the command line asks for.
fn plan(arguments: &Check) -> Plan {
    let default = Plan::default();
    Plan {
        trials: arguments.trials.unwrap_or(default.trials),
        seed: arguments.seed.unwrap_or(default.seed),
        threads: usize::from(arguments.threads.unwrap_or(0)),
        ..default
    }
}

/// Adds what the presets' rules and the bounds say.
fn judge(loaded: &mut Loaded) {
    let mut found: Vec<(Diagnostic, Option<String>)> = Vec::new();
    if let (Some(model), true) = (&loaded.model, loaded.cases.is_empty()) {
        found.extend(lint::findings(model, None).into_iter().map(|finding| (finding, None)));
    }
    for case in &loaded.cases {
        let findings = lint::findings(&case.model, Some(&case.scenario));
        let findings = findings.into_iter().chain(below_bound(case));
        found.extend(findings.map(|finding| (finding, Some(case.name.clone()))));
    }
    for (finding, name) in found {
        match loaded.findings.iter_mut().find(|(other, _)| *other == finding) {
            Some((_, names)) => names.extend(name),
            None => loaded.findings.push((finding, name.into_iter().collect())),
        }
    }
    loaded.findings.sort_by_key(|(finding, _)| finding.severity);
}

/// Limits that lie below what no trial can beat.
fn below_bound(case: &Case) -> Vec<Diagnostic> {
    let layout = case.program.layout();
    let limits = limits(&case.model, &case.scenario, layout);
    let bounds = limits.iter().filter_map(|limit| {
        let bound = layout.figures[limit.slot].bound.as_ref()?;
        (bound.least.0 > limit.most.0).then_some((limit, bound))
    });
    bounds
        .map(|(limit, bound)| {
            let objective = &limit.objective;
            let subject = subject_name(&case.model, objective.subject);
            let message = format!(
                "{subject}: {} {} <= {} cannot hold",
                objective.figure.name(),
                quantile(objective.quantile),
                objective.limit_text,
            );
            Diagnostic::new(Severity::Impossible, "objective::below_bound", message)
                .label(&objective.at, "no trial can keep this")
                .help(by_hand(bound))
        })
        .collect()
}

/// The sum that a reader can add up.
fn by_hand(bound: &Bound) -> String {
    let terms = bound.terms.iter().filter(|term| term.least.0 > 0);
    let terms: Vec<String> = terms
        .map(|term| match &term.formula {
            Some(formula) => format!("{} ({}: {formula})", format_span(term.least), term.title),
            None => format!("{} ({})", format_span(term.least), term.title),
        })
        .collect();
    format!("by hand: {} = {} at the very best", terms.join(" + "), format_span(bound.least))
}

fn quantile(q: f64) -> String {
    format!("p{}", format(q * 100.0, Dimension::NUMBER))
}

/// The objectives and where they apply.
fn wishes(loaded: &Loaded) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = Vec::new();
    let cases = loaded
        .cases
        .iter()
        .map(|case| (&case.model, case.scenario.objectives.as_slice(), Some(case.name.clone())));
    let alone = loaded.model.iter().filter(|_| loaded.cases.is_empty());
    let alone = alone.map(|model| (model, model.objectives.as_slice(), None));
    for (model, objectives, name) in cases.chain(alone) {
        for objective in objectives {
            let wish = Wish {
                subject: subject_name(model, objective.subject).to_owned(),
                figure: objective.figure.name(),
                quantile: objective.quantile,
                limit: objective.limit_text.clone(),
                scenarios: Vec::new(),
            };
            let same = |other: &&mut Wish| {
                (&other.subject, other.figure, other.quantile, &other.limit)
                    == (&wish.subject, wish.figure, wish.quantile, &wish.limit)
            };
            match wishes.iter_mut().find(same) {
                Some(known) => known.scenarios.extend(name.clone()),
                None => wishes.push(Wish { scenarios: name.iter().cloned().collect(), ..wish }),
            }
        }
    }
    wishes
}

fn as_json(loaded: &Loaded) -> Vec<Finding> {
    let finding = |(finding, scenarios): &(Diagnostic, Vec<String>)| Finding {
        severity: finding.severity.name(),
        code: finding.code.clone(),
        message: finding.message.clone(),
        places: finding
            .labels
            .iter()
            .map(|(at, expected)| {
                let (line, column) = at.line_column();
                Place { file: at.file.name().to_owned(), line, column, expected: expected.clone() }
            })
            .collect(),
        help: finding.help.clone(),
        scenarios: scenarios.clone(),
    };
    loaded.findings.iter().map(finding).collect()
}

/// Findings, objectives and counts as text.
fn as_text(
    loaded: &Loaded,
    (wishes, drills): (&[Wish], &[Shown]),
    exit: Exit,
    look: Look,
) -> String {
    let all = loaded.cases.len();
    let shown: Vec<Diagnostic> = loaded
        .findings
        .iter()
        .map(|(finding, names)| {
            let mut finding = finding.clone();
            if !names.is_empty() && names.len() < all {
                finding.message += &format!(" (in {})", names.join(", "));
            }
            finding
        })
        .collect();
    let mut out = render(&shown, look.width.min(100), look.colour, look.ascii);
    let mut document = Document::default();
    for wish in wishes {
        let place = match wish.scenarios.len() {
            0 => String::new(),
            n if n == all && n > 1 => format!(" (in all {n} scenarios)"),
            _ => format!(" (in {})", wish.scenarios.join(", ")),
        };
        let Wish { subject, figure, limit, .. } = wish;
        let level = quantile(wish.quantile);
        document.say(format!("objective: {subject}.{figure} {level} <= {limit}{place}"));
    }
    if wishes.is_empty() && loaded.model.is_some() {
        document.say("No objective is set: predict will have nothing to hold its figures against.");
    }
    table(&mut document, drills);
    let rest = text(&document, look);
    if !out.is_empty() && !rest.is_empty() {
        out.push('\n');
    }
    out += &rest;
    out += &format!("\n{}", counts(&shown, exit));
    out.trim_start_matches('\n').to_owned()
}

/// `1 error, 2 risks; exit 2`.
fn counts(findings: &[Diagnostic], exit: Exit) -> String {
    const WORDS: [(Severity, &str, &str); 5] = [
        (Severity::Error, "error", "errors"),
        (Severity::Impossible, "impossibility", "impossibilities"),
        (Severity::Contradiction, "contradiction", "contradictions"),
        (Severity::FalsePass, "false pass", "false passes"),
        (Severity::Risk, "risk", "risks"),
    ];
    let mut words = Vec::new();
    for (severity, one, several) in WORDS {
        let n = findings.iter().filter(|finding| finding.severity == severity).count();
        match n {
            0 => {}
            1 => words.push(format!("1 {one}")),
            n => words.push(format!("{n} {several}")),
        }
    }
    let words = if words.is_empty() { "nothing found".to_owned() } else { words.join(", ") };
    format!("{words}; exit {}\n", exit.code())
}
