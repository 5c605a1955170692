//! Conditions: what joins them, and quantifiers over several.

use super::super::syntax::{Expression, Operator, Quantifier, Syntax, Word};
use super::super::{Condition, Mistake, Quorum, Range};
use super::{Resolver, nearest_of, one_of};
use crate::units::Dimension;

impl Resolver<'_> {
    /// Resolves a condition.
    pub(super) fn condition(&mut self, expression: &Expression) -> Option<Condition> {
        let extent = &expression.extent;
        match &expression.syntax {
            Syntax::Truth(truth) => Some(Condition::Constant(*truth)),
            Syntax::Name(name) => self.named_condition(name, extent),
            Syntax::Hop(of, name) => self.hop_condition(of, name, extent),
            Syntax::Call { of, function, arguments } => {
                self.called_condition(expression, of.as_ref(), function, arguments)
            }
            Syntax::Over { quantifier, variable, range, body } => {
                let quorum = match quantifier {
                    Quantifier::Any => Quorum::Any,
                    Quantifier::All => Quorum::All,
                    Quantifier::Count | Quantifier::Share => {
                        return self.number_for_condition(expression);
                    }
                };
                self.over(variable, range, body, quorum)
            }
            Syntax::Not(inner) => Some(Condition::Not(Box::new(self.condition(inner)?))),
            Syntax::Binary(left, Operator::Compare(comparison), right) => {
                self.comparison(expression, left, *comparison, right)
            }
            Syntax::Binary(_, joint @ (Operator::And | Operator::Or), _) => {
                self.joined(expression, *joint)
            }
            Syntax::Number(_) | Syntax::Binary(..) => self.number_for_condition(expression),
        }
    }

    /// `a and b and c`, flat; each part is resolved even if another fails.
    pub(super) fn joined(&mut self, expression: &Expression, joint: Operator) -> Option<Condition> {
        let mut parts = Vec::new();
        let mut rest = expression;
        while let Syntax::Binary(left, operator, right) = &rest.syntax
            && *operator == joint
        {
            parts.push(right.as_ref());
            rest = left;
        }
        parts.push(rest);
        parts.reverse();
        let resolved: Vec<_> = parts.into_iter().map(|part| self.condition(part)).collect();
        let resolved: Vec<Condition> = resolved.into_iter().collect::<Option<_>>()?;
        Some(if joint == Operator::And {
            Condition::And(resolved)
        } else {
            Condition::Or(resolved)
        })
    }

    /// A number stands where a condition should.
    pub(super) fn number_for_condition<T>(&mut self, expression: &Expression) -> Option<T> {
        let before = self.mistakes.len();
        let found = match &expression.syntax {
            Syntax::Over { .. } => Some(Dimension::NUMBER),
            _ => self.with_read(true, |resolver| resolver.value(expression)).map(|(_, d)| d),
        };
        if self.mistakes.len() > before {
            return None;
        }
        let what = found.map_or_else(|| "a number".to_owned(), |dimension| dimension.to_string());
        let message = format!("`{expression}` is {what}, where a condition is wanted");
        let mistake =
            Mistake::new("not_a_condition", expression.extent.clone(), message, "a number");
        self.fail(mistake.help(match &expression.syntax {
            Syntax::Over { .. } => "compare it, as in `count(m in member: m.host) >= 2`",
            _ => "compare it inside `if(…)`: numbers are read, not watched",
        }))
    }

    /// A quantifier and its body.
    pub(super) fn over(
        &mut self,
        variable: &Word,
        range: &Word,
        body: &Expression,
        quorum: Quorum,
    ) -> Option<Condition> {
        let over = self.range(range);
        if self.describe(&variable.text).is_some() {
            let message = format!("`{}` already means something here", variable.text);
            let extent = variable.extent.clone();
            return self.fail(Mistake::new("shadowed", extent, message, "choose another name"));
        }
        let over = over?;
        self.bound.push((variable.text.clone(), over));
        let body = self.condition(body);
        self.bound.pop();
        Some(Condition::Over(over, Box::new(body?), quorum))
    }

    /// A range that this kind of component has.
    pub(super) fn range(&mut self, word: &Word) -> Option<Range> {
        if let Some(range) = self.environment.range_named(&word.text) {
            return Some(range);
        }
        let sets = &self.environment.sets;
        let names: Vec<String> = self.environment.many().map(|range| range.name(sets)).collect();
        let names = names.iter().map(String::as_str);
        let help = nearest_of(&word.text, names.clone()).or_else(|| one_of(names));
        let message = format!("{} has no `{}`", self.environment.kind.describe(), word.text);
        let mistake = Mistake::new("unknown_name", word.extent.clone(), message, "unknown range");
        self.fail(mistake.maybe_help(help))
    }
}
