//! Rules over what a scenario does and what its drill looks at.
//!
//! The rules are data: `models/rules/procedure.toml` says which facts of a step, or of
//! the whole, together are worth a word, and on whose authority. What the facts are is
//! worked out here, from the scenario alone.

use std::sync::OnceLock;

use serde::Deserialize;

use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::model::fault::{Fault, FaultKind, Target};
use crate::model::preset::SUCCESSOR;
use crate::model::procedure::{Choice, Deed, DrillStep, Errors, Look, Looked, Passes, Procedure};
use crate::model::scenario::Scenario;
use crate::model::system::Model;
use crate::outcome::Figure;

/// The rules.
const RULES: &str = include_str!("../../models/rules/procedure.toml");

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    rules: Vec<Rule>,
}

/// One rule.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    name: String,
    severity: Word,
    /// What it looks at.
    of: Of,
    /// The facts that must all be.
    all: Vec<Fact>,
    /// The facts of which none may be.
    #[serde(default)]
    none: Vec<Fact>,
    say: String,
    source: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
enum Word {
    #[serde(rename = "false pass")]
    FalsePass,
    #[serde(rename = "risk")]
    Risk,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Of {
    Step,
    Scenario,
}

/// What can be said of a step, or of a scenario.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Fact {
    // Of a step.
    Acts,
    Looks,
    Lifts,
    IgnoresErrors,
    CannotFail,
    Inside,
    /// It takes the first by name, and replacements have names of their own.
    FirstOfRenamed,
    /// It silences an alert.
    Silences,
    /// It ends by itself.
    EndsByItself,
    /// A later step lifts it, and would not go on if that failed.
    IsLifted,
    // Of a scenario.
    /// Everything in a zone is asked to go.
    ZoneAnnounced,
    /// Some fault is silent: power or a path is lost.
    SomethingSilent,
    /// An objective asks for recovery.
    RecoveryWanted,
}

/// Places of one finding that are shown at most.
const SHOWN: usize = 3;

fn rules() -> &'static [Rule] {
    static READ: OnceLock<Vec<Rule>> = OnceLock::new();
    READ.get_or_init(|| {
        let rules: Rules = toml::from_str(RULES).expect("the embedded rules can be read");
        rules.rules
    })
}

/// What the rules find in a scenario.
pub(super) fn findings(model: &Model, scenario: &Scenario) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for rule in rules() {
        match (rule.of, &scenario.procedure) {
            (Of::Scenario, _) => {
                let is = |fact: &Fact| of_scenario(*fact, scenario);
                if rule.all.iter().all(is) && !rule.none.iter().any(is) {
                    let place = scenario.procedure.as_ref().map(|procedure| &procedure.at);
                    findings.push(rule.finding(&scenario.title, place.as_slice()));
                }
            }
            (Of::Step, Some(procedure)) => {
                let steps = procedure.steps.iter().enumerate().filter(|(at, step)| {
                    let looked = Looker { model, scenario, procedure, at: *at, step };
                    let is = |fact: &Fact| looked.is(*fact);
                    rule.all.iter().all(is) && !rule.none.iter().any(is)
                });
                let steps: Vec<&DrillStep> = steps.map(|(_, step)| step).collect();
                findings.extend(rule.of_steps(&steps));
            }
            (Of::Step, None) => {}
        }
    }
    findings
}

impl Rule {
    /// One finding for all steps that share a mistake, as scripts repeat themselves.
    fn of_steps(&self, steps: &[&DrillStep]) -> Option<Diagnostic> {
        let first = steps.first()?;
        let whom = match steps.len() {
            1 => format!("step “{}”", first.name),
            2 => format!("step “{}” and another", first.name),
            many => format!("step “{}” and {} more", first.name, many - 1),
        };
        let places: Vec<&Location> = steps.iter().take(SHOWN).map(|step| &step.at).collect();
        Some(self.finding(&whom, &places))
    }

    fn finding(&self, whom: &str, places: &[&Location]) -> Diagnostic {
        let severity = match self.severity {
            Word::FalsePass => Severity::FalsePass,
            Word::Risk => Severity::Risk,
        };
        let code = format!("procedure::{}", self.name);
        let finding = Diagnostic::new(severity, code, format!("{whom}: {}", self.say));
        let finding = finding.help(format!("source: {}", self.source));
        places.iter().fold(finding, |finding, place| finding.label(place, ""))
    }
}

/// A step that rules look at.
struct Looker<'a> {
    model: &'a Model,
    scenario: &'a Scenario,
    procedure: &'a Procedure,
    at: usize,
    step: &'a DrillStep,
}

impl Looker<'_> {
    fn is(&self, fact: Fact) -> bool {
        let look = match &self.step.does {
            Deed::Look(look) => Some(look),
            _ => None,
        };
        match fact {
            Fact::Acts => self.fault().is_some(),
            Fact::Looks => look.is_some(),
            Fact::Lifts => matches!(self.step.does, Deed::Lift { .. }),
            Fact::IgnoresErrors => self.step.errors == Errors::Ignored,
            Fact::CannotFail => look.is_some_and(|look| look.passes == Passes::Always),
            Fact::Inside => look.is_some_and(|look| look.inside),
            Fact::FirstOfRenamed => look.is_some_and(|look| self.first_of_renamed(look)),
            Fact::Silences => self.fault().is_some_and(|fault| !self.model.is_harm(fault)),
            Fact::EndsByItself => self.fault().is_some_and(|fault| fault.lasts.is_some()),
            Fact::IsLifted => self.is_lifted(),
            Fact::ZoneAnnounced | Fact::SomethingSilent | Fact::RecoveryWanted => {
                of_scenario(fact, self.scenario)
            }
        }
    }

    fn fault(&self) -> Option<&Fault> {
        match &self.step.does {
            Deed::Act { fault, .. } => self.scenario.faults.get(*fault),
            _ => None,
        }
    }

    fn first_of_renamed(&self, look: &Look) -> bool {
        let Looked::Component(id) = look.of else { return false };
        let exports = &self.model.components[id.0].preset.exports;
        // One alone is always the first.
        self.model.components[id.0].members.len() > 1
            && look.pick == Some(Choice::First)
            && exports.iter().any(|export| export.name == SUCCESSOR)
    }

    /// Whether a later step certainly lifts what this one began.
    fn is_lifted(&self) -> bool {
        let lifts = |step: &DrillStep| {
            matches!(step.does, Deed::Lift { step, .. } if step == self.at)
                && step.errors != Errors::Ignored
        };
        self.procedure.steps.iter().any(lifts)
    }
}

fn of_scenario(fact: Fact, scenario: &Scenario) -> bool {
    let silent =
        |fault: &Fault| matches!(fault.what, FaultKind::PowerLoss | FaultKind::Partition { .. });
    let announced = |fault: &Fault| {
        matches!(fault.what, FaultKind::Request(_)) && matches!(fault.target, Target::Zone(_))
    };
    let figures = [Figure::RecoveryTime, Figure::RedundancyRestored, Figure::Downtime];
    match fact {
        Fact::ZoneAnnounced => scenario.faults.iter().any(announced),
        Fact::SomethingSilent => scenario.faults.iter().any(silent),
        Fact::RecoveryWanted => {
            scenario.objectives.iter().any(|objective| figures.contains(&objective.figure))
        }
        _ => false,
    }
}
