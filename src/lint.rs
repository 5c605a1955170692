//! The presets' rules over a model, and over what a scenario does to it.
//!
//! A rule looks at parameters by their means, at the structure (how many
//! members, in how many zones, and so of each placed set), at the strictest objective that the component
//! must help to keep, and at the classes of the scenario's faults. What only a
//! simulation can tell is not looked at here.

mod procedure;

use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::model::expression::{Comparison, SetId};
use crate::model::fault::FaultKind;
use crate::model::preset::{ComponentKind, Lint, LintCondition, LintSeverity, LintValue};
use crate::model::scenario::Scenario;
use crate::model::system::{Component, ComponentId, Member, Model, Objective, Subject};
use crate::outcome::{Class, Figure};

/// What the presets' rules find in a model under a scenario, component by
/// component. Without a scenario no fault happens and the model's own
/// objectives hold.
#[must_use]
pub fn findings(model: &Model, scenario: Option<&Scenario>) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (position, component) in model.components.iter().enumerate() {
        let subject = Looked { model, scenario, id: ComponentId(position), component };
        for lint in &component.preset.lints {
            if subject.holds(&lint.when) {
                findings.push(subject.finding(lint));
            }
        }
        findings.extend(subject.not_understood());
    }
    findings.extend(scenario.into_iter().flat_map(|scenario| procedure::findings(model, scenario)));
    findings
}

/// A component that rules look at.
struct Looked<'a> {
    /// What it is part of.
    model: &'a Model,
    /// What happens to it.
    scenario: Option<&'a Scenario>,
    /// Which one it is.
    id: ComponentId,
    /// The component.
    component: &'a Component,
}

impl Looked<'_> {
    /// What a rule says that holds.
    fn finding(&self, lint: &Lint) -> Diagnostic {
        let severity = match lint.severity {
            LintSeverity::Risk => Severity::Risk,
            LintSeverity::Contradiction => Severity::Contradiction,
        };
        let preset = &self.component.preset.name;
        let short = preset.rsplit('/').next().unwrap_or(preset);
        let code = format!("{short}::{}", lint.name);
        let message = format!("{}: {}", self.component.name, lint.say);
        let help = match &lint.source {
            Some(source) => format!("source: {source}"),
            None => "an ASSUMPTION: no source says so".to_owned(),
        };
        self.places(lint)
            .into_iter()
            .fold(Diagnostic::new(severity, code, message).help(help), |finding, (at, text)| {
                finding.label(&at, text)
            })
    }

    /// A runbook asks for what its addressee does not understand.
    fn not_understood(&self) -> Option<Diagnostic> {
        let order = self.component.asks_for.as_ref().filter(|order| order.request.is_none())?;
        let other = &self.model.components[order.of.0];
        let message = format!(
            "{}: {} ({}) cannot be asked for \"{}\": the step does nothing",
            self.component.name, other.name, other.preset.name, order.does
        );
        let code = "runbook::not_understood";
        let finding = Diagnostic::new(Severity::Risk, code, message);
        Some(finding.label(&self.component.at, "asks in vain").label(&other.at, "who is asked"))
    }

    /// The values that a rule looked at where the file sets them; the others are
    /// named at the component's name.
    fn places(&self, lint: &Lint) -> Vec<(Location, String)> {
        let (mut parameters, mut roles) = (Vec::new(), Vec::new());
        mentioned(&lint.when, &mut |value| match value {
            LintValue::Parameter(id) if !parameters.contains(&id.0) => parameters.push(id.0),
            LintValue::Structure(path) if !roles.contains(path) => roles.push(path.clone()),
            _ => {}
        });
        let component = self.component;
        let mut places: Vec<(Location, String)> =
            roles.iter().filter_map(|path| self.place_of_role(path)).collect();
        let mut defaults = Vec::new();
        for at in parameters {
            let text =
                format!("{} {}", component.preset.parameters[at].name, component.values[at].text);
            match component.places.get(at) {
                Some(Some(place)) => places.push((place.clone(), text)),
                _ => defaults.push(text),
            }
        }
        if places.is_empty() || !defaults.is_empty() {
            let text = match defaults.as_slice() {
                [] => String::new(),
                defaults => format!("{} by default", defaults.join(", ")),
            };
            places.push((component.at.clone(), text));
        }
        places
    }

    /// `dcs.zones`: the component that plays the role, and how many they are.
    fn place_of_role(&self, path: &str) -> Option<(Location, String)> {
        let (role, fact) = path.split_once('.')?;
        let other = self.player(role)?;
        Some((other.at.clone(), format!("{} {fact}", self.size(other, fact))))
    }

    /// The component that plays a role for this one; whatever is no need is the
    /// target that it leads to.
    fn player(&self, role: &str) -> Option<&Component> {
        let at = self.component.preset.needs.iter().position(|need| need.role == role);
        let id = match at {
            Some(at) => *self.component.needs.get(at)?,
            None => self.model.end_of(self.component.target?),
        };
        self.model.components.get(id.0)
    }

    /// Whether a condition holds.
    fn holds(&self, condition: &LintCondition) -> bool {
        match condition {
            LintCondition::And(parts) => parts.iter().all(|part| self.holds(part)),
            LintCondition::Or(parts) => parts.iter().any(|part| self.holds(part)),
            LintCondition::Not(inner) => !self.holds(inner),
            LintCondition::Fault(class) => {
                let faults = self.scenario.map_or(&[][..], |scenario| &scenario.faults);
                let harms = faults.iter().filter(|fault| self.model.is_harm(fault));
                harms.into_iter().any(|fault| class_of(&fault.what).name() == class)
            }
            LintCondition::Compare(left, comparison, right) => {
                compare(self.value(left), *comparison, self.value(right))
            }
        }
    }

    /// A number.
    fn value(&self, value: &LintValue) -> f64 {
        match value {
            LintValue::Number(number) => *number,
            LintValue::Parameter(parameter) => {
                self.component.values.get(parameter.0).map_or(f64::NAN, |value| value.law.mean())
            }
            LintValue::Structure(path) => self.structure(path),
            LintValue::Add(left, right) => self.value(left) + self.value(right),
            LintValue::Subtract(left, right) => self.value(left) - self.value(right),
            LintValue::Multiply(left, right) => self.value(left) * self.value(right),
            LintValue::Divide(left, right) => self.value(left) / self.value(right),
        }
    }

    /// `zones`, `dcs.members`, `target.zones`, `objective.recovery_time`
    fn structure(&self, path: &str) -> f64 {
        match path.split_once('.') {
            Some(("objective", figure)) => self.strictest(figure),
            Some((set, fact)) if self.set(set).is_some() => {
                self.set(set).map_or(f64::NAN, |seats| self.spread(seats, fact))
            }
            Some((role, fact)) => {
                self.player(role).map_or(f64::NAN, |other| self.size(other, fact))
            }
            None if path == "alerts" => self.alerts(),
            None => self.size(self.component, path),
        }
    }

    /// How many alerts watch it, or what reaches through it.
    fn alerts(&self) -> f64 {
        let all = (0..self.model.components.len()).map(ComponentId);
        let kind = |id: &ComponentId| self.model.components[id.0].preset.kind;
        let alerts = all.filter(|id| kind(id) == ComponentKind::Alert);
        alerts.filter(|id| self.leads_to(*id, &[self.id])).count() as f64
    }

    /// How many members, or how many zones they stand in.
    fn size(&self, component: &Component, fact: &str) -> f64 {
        self.spread(component.members.iter(), fact)
    }

    /// Those of a placed set of this component.
    fn set(&self, name: &str) -> Option<impl Iterator<Item = &Member> + Clone> {
        let at = self.component.preset.sets.iter().position(|set| set.name == name)?;
        let seats = self.component.seats_of(SetId(at));
        Some(seats.map(|at| self.component.seat(at)))
    }

    /// How many there are, or how many zones they stand in.
    fn spread<'m>(&self, all: impl Iterator<Item = &'m Member> + Clone, fact: &str) -> f64 {
        if fact == "members" {
            return all.count() as f64;
        }
        let hosts = all.filter_map(|one| self.model.hosts.get(one.host.0));
        let mut zones: Vec<_> = hosts.map(|host| host.zone).collect();
        zones.sort_unstable();
        zones.dedup();
        zones.len() as f64
    }

    /// The strictest limit on a figure of this component, of whoever reaches
    /// through it, or of the system; endless where there is none.
    fn strictest(&self, figure: &str) -> f64 {
        let figure = match figure {
            "data_loss" => Figure::DataLossSeconds,
            _ => Figure::RecoveryTime,
        };
        let objectives: &[Objective] = match self.scenario {
            Some(scenario) => &scenario.objectives,
            None => &self.model.objectives,
        };
        // An alert and a runbook help what they watch and what they act on.
        let serves: Vec<ComponentId> = match (self.component.preset.kind, &self.component.asks_for)
        {
            (ComponentKind::Alert, _) => self.component.needed.iter().map(|one| one.on).collect(),
            (_, Some(order)) => vec![order.of],
            _ => vec![self.id],
        };
        let limits = objectives.iter().filter(|objective| {
            objective.figure == figure
                && match objective.subject {
                    Subject::System => true,
                    Subject::Component(id) => self.leads_to(id, &serves),
                    Subject::Journey(id) => {
                        let through = &self.model.journeys[id.0].through;
                        through.iter().any(|one| self.leads_to(one.on, &serves))
                    }
                }
        });
        limits.map(|objective| objective.limit).fold(f64::INFINITY, f64::min)
    }

    /// Whether a component is one of these, or points at one or needs it, perhaps
    /// through others.
    fn leads_to(&self, from: ComponentId, these: &[ComponentId]) -> bool {
        let mut reached = vec![from];
        let mut next = 0;
        // No circle keeps us: each is followed once.
        while let Some(at) = reached.get(next) {
            if these.contains(at) {
                return true;
            }
            let one = &self.model.components[at.0];
            let needed = one.needed.iter().map(|needed| needed.on);
            let fresh = one.target.into_iter().chain(needed);
            let fresh: Vec<_> = fresh.filter(|id| !reached.contains(id)).collect();
            reached.extend(fresh);
            next += 1;
        }
        false
    }
}

/// The parameters and facts of structure that a rule looks at.
fn mentioned<'l>(condition: &'l LintCondition, look: &mut impl FnMut(&'l LintValue)) {
    match condition {
        LintCondition::And(parts) | LintCondition::Or(parts) => {
            parts.iter().for_each(|part| mentioned(part, look));
        }
        LintCondition::Not(inner) => mentioned(inner, look),
        LintCondition::Fault(_) => {}
        LintCondition::Compare(left, _, right) => {
            for value in [left, right] {
                mentioned_value(value, look);
            }
        }
    }
}

fn mentioned_value<'l>(value: &'l LintValue, look: &mut impl FnMut(&'l LintValue)) {
    match value {
        LintValue::Parameter(_) | LintValue::Number(_) | LintValue::Structure(_) => look(value),
        LintValue::Add(left, right)
        | LintValue::Subtract(left, right)
        | LintValue::Multiply(left, right)
        | LintValue::Divide(left, right) => {
            mentioned_value(left, look);
            mentioned_value(right, look);
        }
    }
}

/// The class of a fault, derived from what it does.
const fn class_of(fault: &FaultKind) -> Class {
    match fault {
        FaultKind::Kill(_) => Class::Reset,
        FaultKind::Hang(_) => Class::Hung,
        FaultKind::PowerLoss | FaultKind::Partition { .. } => Class::Silent,
        FaultKind::Request(_) => Class::Announced,
    }
}

/// Whether two numbers compare so; what is unknown compares to nothing.
fn compare(left: f64, comparison: Comparison, right: f64) -> bool {
    match comparison {
        Comparison::Less => left < right,
        Comparison::AtMost => left <= right,
        Comparison::More => left > right,
        Comparison::AtLeast => left >= right,
        Comparison::Equal => left == right,
        Comparison::Unequal => left != right && !left.is_nan() && !right.is_nan(),
    }
}
