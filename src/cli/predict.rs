//! `drillcast predict`.

use super::arguments::{Format, Input, Predict, Running};
use super::disk::WorldError;
use super::exit::Exit;
use super::load::{Case, Loaded, Refusal, Run, load};
use super::progress::Progress;
use super::terminal::{answer, rendered};
use crate::diagnostic::Diagnostic;
use crate::experiment::{Plan, Pool, Precision, limits, run};
use crate::report::{
    Basis, Prediction, ScenarioPrediction, Telling, Trials, json, model_basis, predict,
    scenario_prediction,
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
    }
}

/// A pool of threads for a plan.
pub(super) fn pool(plan: &Plan) -> Result<Pool, WorldError> {
    Ok(Pool::new(plan)?)
}

pub(super) fn command(arguments: &Predict) -> Result<Exit, Refusal> {
    let loaded = load(&arguments.model, &arguments.scenarios, &arguments.input)?.sound()?;
    let plan = plan(&arguments.running, arguments.samples);
    let pool = pool(&plan)?;
    let facts = facts(&arguments.running, &arguments.input, &arguments.precision);
    let prediction = prediction(&loaded, &plan, &pool, &facts)?;
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
        for (preset, phrases) in one.not_modelled.0 {
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
        for (preset, held) in one.held_against.0 {
            whole.held_against.entry(&preset, || held);
        }
    }
    whole
}
