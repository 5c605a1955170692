//! `drillcast explain`.

use std::collections::BTreeSet;

use super::arguments::{Explain, Format};
use super::disk::WorldError;
use super::exit::Exit;
use super::load::{Case, Refusal, load};
use super::predict::{facts, plan, pool, prediction};
use super::progress::Progress;
use super::terminal::{answer, rendered};
use crate::experiment::{Effects, Lever, LeverChange, Plan, Pool, levers, try_levers};
use crate::lint;
use crate::model::preset::ComponentKind;
use crate::model::scenario::Scenario;
use crate::model::system::{ComponentId, Model};
use crate::report::{Explanation, Named, StagePrediction, Telling, explain, json};
use crate::trial::Program;

pub(super) fn command(arguments: &Explain) -> Result<Exit, Refusal> {
    let scenarios = std::slice::from_ref(&arguments.scenario);
    if arguments.scenario.is_dir() {
        return Err(is_folder(&arguments.scenario).into());
    }
    let loaded = load(&arguments.model, scenarios, &arguments.input)?.sound()?;
    let plan = plan(&arguments.running, 0);
    let pool = pool(&plan)?;
    let facts = facts(&arguments.running, &arguments.input, &[]);
    let prediction = prediction(&loaded, &plan, &pool, &facts)?;
    let effects =
        loaded.cases.first().zip(prediction.scenarios.iter().next()).and_then(
            |(case, (_, scenario))| effects(arguments, case, &scenario.stages, &plan, &pool),
        );
    let explanation = Explanation::new(prediction, effects.as_ref());
    let text = match arguments.output.format {
        Format::Json => json(&explanation),
        Format::Text | Format::Markdown => {
            let telling = Telling { all: arguments.all };
            rendered(&explain(&explanation, &loaded.name(), telling), &arguments.output)
        }
    };
    answer(&text, arguments.output.out.as_deref())?;
    Ok(Exit::Met)
}

/// A command on one scenario was given a folder.
pub(super) fn is_folder(path: &std::path::Path) -> WorldError {
    let source = std::io::Error::from(std::io::ErrorKind::IsADirectory);
    WorldError::Read { path: path.to_owned(), source }
}

/// Tries changes of the components on the critical path, of those who are called there,
/// and of all clients.
fn effects(
    arguments: &Explain,
    case: &Case,
    stages: &Named<StagePrediction>,
    plan: &Plan,
    pool: &Pool,
) -> Option<Effects> {
    let on_path = |name: &str| {
        stages.iter().any(|(stage, s)| s.criticality > 0.0 && stage.split('.').next() == Some(name))
    };
    let components = case.model.components.iter().enumerate();
    let mut chosen: BTreeSet<ComponentId> = components
        .filter(|(_, c)| c.preset.kind == ComponentKind::Clients || on_path(&c.name))
        .map(|(at, _)| ComponentId(at))
        .collect();
    // Whoever is waited for is on the path by the name of who waits.
    let people = |id: &ComponentId| {
        let needs = case.model.components[id.0].needs.iter().copied();
        needs.filter(|id| case.model.components[id.0].preset.kind == ComponentKind::People)
    };
    let called: Vec<ComponentId> = chosen.iter().flat_map(people).collect();
    chosen.extend(called);
    let levers = levers(&case.model, &chosen);
    let all = levers.len() as u64;
    let held = rules(&case.model, &case.scenario);
    let progress = Progress::new("changes");
    let changed = |lever: &Lever| {
        let (program, rules) = match &lever.change {
            LeverChange::Value { .. } => {
                let model = lever.applied(&case.model)?;
                (Program::compile(&model, &case.scenario), rules(&model, &case.scenario))
            }
            LeverChange::Members { sets, .. } => {
                let case = again(arguments, sets)?;
                let rules = rules(&case.model, &case.scenario);
                (case.program, rules)
            }
        };
        Some((program, rules.into_iter().filter(|rule| !held.contains(rule)).collect()))
    };
    try_levers(&case.program, levers, plan, pool, &changed, &|tried| {
        progress.more(u64::from(tried > 0), all);
    })
}

/// The same files under more changes; `None` where they do not bear them, such as
/// a scenario that speaks of a member who has another name then.
fn again(arguments: &Explain, sets: &[String]) -> Option<Case> {
    let mut input = arguments.input.clone();
    input.sets.extend(sets.iter().cloned());
    let scenarios = std::slice::from_ref(&arguments.scenario);
    let loaded = load(&arguments.model, scenarios, &input).ok()?.sound().ok()?;
    loaded.cases.into_iter().next()
}

/// What the rules find.
fn rules(model: &Model, scenario: &Scenario) -> Vec<String> {
    let findings = lint::findings(model, Some(scenario));
    findings.into_iter().map(|finding| finding.message).collect()
}
