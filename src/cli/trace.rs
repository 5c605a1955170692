//! `drillcast trace`.

use super::arguments::{At, Format, Trace};
use super::exit::Exit;
use super::explain::is_folder;
use super::load::{Refusal, load};
use super::predict::{facts, plan, pool};
use super::terminal::{answer, rendered};
use crate::experiment::{Which, find_trial, system_recovery};
use crate::outcome::Measured;
use crate::report::{Story, Telling, json, story};

pub(super) fn command(arguments: &Trace) -> Result<Exit, Refusal> {
    if arguments.scenario.is_dir() {
        return Err(is_folder(&arguments.scenario).into());
    }
    let scenarios = std::slice::from_ref(&arguments.scenario);
    let loaded = load(&arguments.model, scenarios, &arguments.input)?.sound()?;
    let plan = plan(&arguments.running, 0);
    let Some(case) = loaded.cases.first() else { return Ok(Exit::Met) };
    let which = match arguments.at {
        At::Quantile(q) => Which::Quantile(q),
        At::Longest => Which::Longest,
    };
    let (trial, which) = match arguments.trial {
        Some(trial) => (trial, None),
        None => {
            let found = find_trial(&case.program, which, &plan, &pool(&plan)?);
            (found.unwrap_or(0), Some(which))
        }
    };
    let mut runner = case.program.runner(plan.mode);
    let outcome = runner.run(&plan.sampling(), trial);
    let recovery = system_recovery(case.program.layout())
        .and_then(|slot| outcome.figures.get(slot).copied())
        .unwrap_or(Measured::ABSENT);
    let timeline = runner.timeline();
    let manifest = loaded.manifest(&facts(&arguments.running, &arguments.input, &[]));
    let told = Story::new(
        (manifest, &case.name, &case.scenario.title),
        (trial, which),
        (recovery, case.program.horizon().as_seconds()),
        &timeline,
    );
    let text = match arguments.output.format {
        Format::Json => json(&told),
        Format::Text | Format::Markdown => {
            let telling = Telling { all: arguments.all };
            rendered(&story(&told, &loaded.name(), telling), &arguments.output)
        }
    };
    answer(&text, arguments.output.out.as_deref())?;
    Ok(Exit::Met)
}
