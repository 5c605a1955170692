//! Lint conditions: parameters, structure, objectives and faults, nothing that moves.

use super::super::syntax::{Expression, Extent, Operator, Syntax, Word};
use super::super::{Comparison, Mistake};
use super::{Resolver, nearest_of, one_of};
use crate::model::preset::{ComponentKind, LintCondition, LintValue};
use crate::units::{self, Dimension};

/// The fault classes that a lint may ask about.
pub(crate) const FAULTS: [&str; 4] = ["reset", "hung", "silent", "announced"];
/// The objectives that a lint may read: seconds both.
pub(crate) const OBJECTIVES: [&str; 2] = ["recovery_time", "data_loss"];
/// The facts of structure that a lint may read.
pub(crate) const STRUCTURE: [&str; 2] = ["members", "zones"];
/// How many alerts watch it, or what reaches through it.
pub(crate) const ALERTS: &str = "alerts";
/// What a route serves or clients use, as a lint calls it: its end, where routes
/// that only lead are in between.
pub(crate) const TARGET: &str = "target";

impl Resolver<'_> {
    /// Resolves a lint's condition.
    pub(super) fn lint(&mut self, expression: &Expression) -> Option<LintCondition> {
        match &expression.syntax {
            Syntax::Not(inner) => Some(LintCondition::Not(Box::new(self.lint(inner)?))),
            Syntax::Binary(left, Operator::And, right) => {
                let (left, right) = (self.lint(left), self.lint(right));
                Some(LintCondition::And(vec![left?, right?]))
            }
            Syntax::Binary(left, Operator::Or, right) => {
                let (left, right) = (self.lint(left), self.lint(right));
                Some(LintCondition::Or(vec![left?, right?]))
            }
            Syntax::Binary(left, Operator::Compare(comparison), right) => {
                self.lint_comparison(expression, left, *comparison, right)
            }
            Syntax::Hop(of, class) if of.text == "fault" => {
                if FAULTS.contains(&class.text.as_str()) {
                    return Some(LintCondition::Fault(class.text.clone()));
                }
                self.lint_unknown(class, "fault class", &FAULTS)
            }
            _ => {
                let message = format!("`{expression}` is not a condition that a lint can judge");
                let extent = expression.extent.clone();
                let mistake = Mistake::new("not_a_condition", extent, message, "not a condition");
                self.fail(mistake.help("compare parameters, or ask for a fault: `fault.silent`"))
            }
        }
    }

    /// Two numbers in a lint.
    fn lint_comparison(
        &mut self,
        whole: &Expression,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
    ) -> Option<LintCondition> {
        let (first, second) = (self.lint_value(left), self.lint_value(right));
        let ((first, dimension), (second, other)) = (first?, second?);
        if dimension != other {
            return self.unlike(whole, "cannot be compared", (left, dimension, right, other));
        }
        Some(LintCondition::Compare(first, comparison, second))
    }

    /// A number in a lint.
    fn lint_value(&mut self, expression: &Expression) -> Option<(LintValue, Dimension)> {
        let extent = &expression.extent;
        match &expression.syntax {
            Syntax::Number(text) => match units::parse(text) {
                Ok((number, dimension)) => Some((LintValue::Number(number), dimension)),
                Err(error) => {
                    let (message, help) = (error.message, error.help);
                    let mistake = Mistake::new("number", extent.clone(), message, "not a quantity");
                    self.fail(mistake.maybe_help(help))
                }
            },
            Syntax::Name(name) if STRUCTURE.contains(&name.as_str()) || name == ALERTS => {
                Some((LintValue::Structure(name.clone()), Dimension::NUMBER))
            }
            Syntax::Name(name) => self.lint_parameter(name, extent),
            Syntax::Hop(of, name) => self.lint_structure(of, name),
            Syntax::Binary(
                left,
                operator @ (Operator::Add
                | Operator::Subtract
                | Operator::Multiply
                | Operator::Divide),
                right,
            ) => self.lint_arithmetic(expression, left, *operator, right),
            _ => {
                let message = format!("`{expression}` is nothing that a lint can compute");
                let mistake = Mistake::new("not_a_number", extent.clone(), message, "not a number");
                self.fail(mistake.help("a lint knows parameters, numbers, `+ - * /` and structure"))
            }
        }
    }

    /// A parameter in a lint.
    fn lint_parameter(&mut self, name: &str, extent: &Extent) -> Option<(LintValue, Dimension)> {
        if let Some((id, dimension)) = self.environment.parameter_named(name) {
            return Some((LintValue::Parameter(id), self.measured(dimension, extent)?));
        }
        if let Some(what) = self.describe(name) {
            let message = format!("`{name}` is {what}, and a lint reads parameters and structure");
            return self.fail(Mistake::new(
                "not_a_number",
                extent.clone(),
                message,
                "not a number",
            ));
        }
        let parameters = self.environment.parameters.iter().map(|(name, _)| name.as_str());
        let help = nearest_of(name, parameters.chain(STRUCTURE).chain([ALERTS]));
        let message = format!("there is no parameter `{name}`");
        let mistake = Mistake::new("unknown_name", extent.clone(), message, "unknown name");
        self.fail(mistake.maybe_help(help))
    }

    /// Whether a component of this kind points at another.
    fn points(&self) -> bool {
        matches!(self.environment.kind, ComponentKind::Route | ComponentKind::Clients)
    }

    /// `dcs.zones`, `target.members`, `objective.recovery_time`
    fn lint_structure(&mut self, of: &Word, name: &Word) -> Option<(LintValue, Dimension)> {
        let (known, dimension, what): (&[&str], _, _) = if of.text == "objective" {
            (&OBJECTIVES, Dimension::TIME, "objective")
        } else if self.environment.need_named(&of.text).is_some()
            || of.text == TARGET && self.points()
            || self.environment.sets.iter().any(|set| set.name == of.text)
        {
            (&STRUCTURE, Dimension::NUMBER, "fact of structure")
        } else {
            let needs = self.environment.needs.iter().map(|need| need.role.as_str());
            let sets = self.environment.sets.iter().map(|set| set.name.as_str());
            let target = self.points().then_some(TARGET);
            let known = needs.chain(sets).chain(["objective", "fault"]).chain(target);
            let help = nearest_of(&of.text, known);
            let message = format!("there is no `{}` in a lint", of.text);
            let mistake = Mistake::new("unknown_name", of.extent.clone(), message, "unknown name");
            return self.fail(mistake.maybe_help(help));
        };
        if !known.contains(&name.text.as_str()) {
            return self.lint_unknown(name, what, known);
        }
        Some((LintValue::Structure(format!("{}.{}", of.text, name.text)), dimension))
    }

    /// A name that is not among the known ones.
    fn lint_unknown<T>(&mut self, word: &Word, what: &str, known: &[&'static str]) -> Option<T> {
        let names = known.iter().copied();
        let help = nearest_of(&word.text, names.clone()).or_else(|| one_of(names));
        let message = format!("there is no {what} `{}`", word.text);
        let mistake = Mistake::new("unknown_name", word.extent.clone(), message, "unknown name");
        self.fail(mistake.maybe_help(help))
    }

    /// `a + b` in a lint.
    fn lint_arithmetic(
        &mut self,
        whole: &Expression,
        left: &Expression,
        operator: Operator,
        right: &Expression,
    ) -> Option<(LintValue, Dimension)> {
        let (first, second) = (self.lint_value(left), self.lint_value(right));
        let ((first, dimension), (second, other)) = (first?, second?);
        if matches!(operator, Operator::Add | Operator::Subtract) && dimension != other {
            return self.unlike(whole, "cannot be added", (left, dimension, right, other));
        }
        let (first, second) = (Box::new(first), Box::new(second));
        Some(match operator {
            Operator::Multiply => (LintValue::Multiply(first, second), dimension.times(other)),
            Operator::Divide => (LintValue::Divide(first, second), dimension.per(other)),
            Operator::Subtract => (LintValue::Subtract(first, second), dimension),
            _ => (LintValue::Add(first, second), dimension),
        })
    }
}
