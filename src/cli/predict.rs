//! `drillcast predict`.

use super::arguments::{Every, Format, Input, Predict, Running};
use super::disk::{self, WorldError};
use super::exit::Exit;
use super::load::{Asked, Case, Loaded, Refusal, Run, load_every};
use super::progress::Progress;
use super::terminal::{answer, rendered};
use crate::diagnostic::Diagnostic;
use crate::experiment::{Plan, Pool, Precision, limits, run};
use crate::report::{
    Basis, Prediction, ScenarioPrediction, Telling, Trials, failure_matrix, json, model_basis,
    predict, scenario_prediction,
};
use crate::trial::Mode;
use crate::units::parse_span;

/// The plan that the command line asks for.
pub(super) fn plan(running: &Running, samples: u64) -> Plan {
    Plan {
        trials: running.trials,
        seed: running.seed,
        scheme: running.sampling.scheme(),
        threads: usize::from(running.threads),
        samples,
        mode: if running.every_event { Mode::Full } else { Mode::Lazy },
        ..Plan::default()
    }
}

/// What of the command line goes into a manifest.
pub(super) fn facts<'r>(running: &Running, input: &'r Input, precision: &'r [String]) -> Run<'r> {
    Run {
        seed: running.seed,
        trials: running.trials,
        sampling: running.sampling.name(),
        precision,
        sets: &input.sets,
        every: Vec::new(),
    }
}

/// A pool of threads for a plan.
pub(super) fn pool(plan: &Plan) -> Result<Pool, WorldError> {
    Ok(Pool::new(plan)?)
}

pub(super) fn command(arguments: &Predict) -> Result<Exit, Refusal> {
    let kinds = once(&arguments.every);
    let every: Vec<_> = kinds.iter().map(|every| every.kind()).collect();
    let asked = Asked { every: &every, folder: arguments.out_scenarios.as_deref() };
    let loaded =
        load_every(&arguments.model, &arguments.scenarios, &arguments.input, asked)?.sound()?;
    if let Some(folder) = asked.folder {
        let files = loaded.failures.iter().map(|(path, failure)| (path.clone(), &*failure.text));
        disk::create_all(folder, &files.collect::<Vec<_>>())?;
    }
    let plan = plan(&arguments.running, arguments.samples);
    let pool = pool(&plan)?;
    let mut facts = facts(&arguments.running, &arguments.input, &arguments.precision);
    facts.every = kinds.iter().map(|every| every.name().to_owned()).collect();
    let mut prediction = prediction(&loaded, &plan, &pool, &facts)?;
    if !kinds.is_empty() {
        let struck = |name: &str| struck(&loaded, name);
        prediction.matrix = failure_matrix(&prediction.scenarios, &struck);
    }
    let text = match arguments.output.format {
        Format::Json => json(&prediction),
        Format::Text | Format::Markdown => {
            let telling = Telling { all: arguments.all };
            rendered(&predict(&prediction, &loaded.name(), telling), &arguments.output)
        }
    };
    answer(&text, arguments.output.out.as_deref())?;
    Ok(Exit::of_prediction(&prediction))
}

/// Each kind once, in the order in which it was asked for.
fn once(every: &[Every]) -> Vec<Every> {
    let mut kinds = Vec::new();
    for kind in every {
        if !kinds.contains(kind) {
            kinds.push(*kind);
        }
    }
    kinds
}

/// The components that stand nowhere but where a single failure strikes.
fn struck(loaded: &Loaded, scenario: &str) -> Vec<String> {
    let first = loaded.cases.len() - loaded.failures.len();
    let mut failures = loaded.cases[first..].iter().zip(&loaded.failures);
    let found = failures.find(|(case, _)| case.name == scenario);
    found.map(|(_, (_, failure))| failure.struck.clone()).unwrap_or_default()
}

/// Runs all scenarios.
pub(super) fn prediction(
    loaded: &Loaded,
    plan: &Plan,
    pool: &Pool,
    facts: &Run<'_>,
) -> Result<Prediction, Refusal> {
    // Wrong precisions are told before the first trial, not after an hour.
    let precisions: Vec<Vec<Precision>> = loaded
        .cases
        .iter()
        .map(|case| precisions(case, facts.precision))
        .collect::<Result<_, _>>()?;
    let mut scenarios = Vec::with_capacity(loaded.cases.len());
    for (case, precisions) in loaded.cases.iter().zip(&precisions) {
        scenarios.push((case.name.clone(), scenario(case, plan, pool, precisions)));
    }
    Ok(Prediction {
        manifest: loaded.manifest(facts),
        basis: basis(loaded),
        scenarios: scenarios.into_iter().collect(),
        matrix: Vec::new(),
    })
}

fn scenario(case: &Case, plan: &Plan, pool: &Pool, precisions: &[Precision]) -> ScenarioPrediction {
    let program = &case.program;
    let limits = limits(&case.model, &case.scenario, program.layout());
    let progress = Progress::new(&case.name);
    let tick = |trials: u64, of: u64| progress.more(trials, of);
    let (summary, reached) = run(program, &limits, plan, precisions, pool, &tick);
    scenario_prediction(&Trials {
        title: &case.scenario.title,
        layout: program.layout(),
        horizon: program.horizon(),
        limits: &limits,
        summary: &summary,
        reached: &reached,
    })
}

fn precisions(case: &Case, texts: &[String]) -> Result<Vec<Precision>, Refusal> {
    let seconds = |text: &str| parse_span(text).ok().map(crate::units::Span::as_seconds);
    let mut found = Vec::new();
    let mut wrong = Vec::new();
    for text in texts {
        match Precision::parse(text, case.program.layout(), &seconds) {
            Ok(precision) => found.push(precision),
            Err(error) => {
                wrong.push(Diagnostic::error("precision::unreadable", error.to_string()));
            }
        }
    }
    if wrong.is_empty() { Ok(found) } else { Err(Refusal::Findings(wrong)) }
}

/// What the scenarios' models rest on, together.
fn basis(loaded: &Loaded) -> Basis {
    let mut whole = Basis::default();
    for case in &loaded.cases {
        let one = model_basis(&case.model);
        for (preset, phrases) in one.not_modelled {
            whole.not_modelled.entry(&preset, || phrases);
        }
        for (all, found) in
            [(&mut whole.assumptions, one.assumptions), (&mut whole.versions, one.versions)]
        {
            for phrase in found {
                if !all.contains(&phrase) {
                    all.push(phrase);
                }
            }
        }
        for (preset, held) in one.held_against {
            whole.held_against.entry(&preset, || held);
        }
    }
    whole
}
