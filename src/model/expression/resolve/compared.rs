//! Comparisons in conditions: counts, identities, numbers that are read.

use super::super::syntax::{Expression, Quantifier, Syntax, Word};
use super::super::{Comparison, Condition, Mistake, Quorum, Range, Who};
use super::Resolver;
use super::who::Place;
use crate::units::Dimension;

impl Resolver<'_> {
    /// `a == b` of instances, `count(…) >= n`, or of numbers.
    pub(super) fn comparison(
        &mut self,
        whole: &Expression,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
    ) -> Option<Condition> {
        if let Syntax::Over { quantifier, variable, range, body } = &left.syntax
            && let Some(quorum) = self.quorum(*quantifier, comparison, right)
        {
            return self.over(variable, range, body, quorum?);
        }
        if let Syntax::Over { quantifier, variable, range, body } = &right.syntax
            && let Some(quorum) = self.quorum(*quantifier, comparison.flipped(), left)
        {
            return self.over(variable, range, body, quorum?);
        }
        for (side, other) in [(left, right), (right, left)] {
            if let Syntax::Hop(of, name) = &side.syntax
                && name.text == "head"
                && self.is_reading_hop(of)
            {
                let head = self.head(of, other);
                return self.equal_or_not(whole, comparison, head?);
            }
        }
        if self.speaks_of_instance(left) || self.speaks_of_instance(right) {
            let same = self.same(whole, left, right);
            return self.equal_or_not(whole, comparison, same?);
        }
        let numbers = self.with_read(true, |resolver| resolver.compared(whole, left, right));
        if !self.scope.read {
            return self.not_watched(whole);
        }
        let (left, right) = numbers?;
        Some(Condition::Compare(Box::new(left), comparison, Box::new(right)))
    }

    /// A comparison of numbers stands where somebody watches.
    pub(super) fn not_watched<T>(&mut self, whole: &Expression) -> Option<T> {
        let message = format!("`{whole}` compares numbers, which are read and never watched");
        let mistake = Mistake::new("not_watched", whole.extent.clone(), message, "watched here");
        self.fail(mistake.help("compare numbers inside `if(…)` of a duration, or in a pick's `if`"))
    }

    /// The quorum that a comparison of `count` or `share` asks for; outer `None`
    /// for the other quantifiers.
    pub(super) fn quorum(
        &mut self,
        quantifier: Quantifier,
        comparison: Comparison,
        limit: &Expression,
    ) -> Option<Option<Quorum>> {
        let make = match quantifier {
            Quantifier::Count => Quorum::Count,
            Quantifier::Share => Quorum::Share,
            Quantifier::Any | Quantifier::All => return None,
        };
        let wanted = Dimension::NUMBER;
        let limit = self.with_read(false, |resolver| resolver.value_of(limit, wanted));
        Some(limit.map(|limit| make(comparison, Box::new(limit))))
    }

    /// `log.head == x`
    pub(super) fn head(&mut self, of: &Word, other: &Expression) -> Option<Condition> {
        let log = self.log(of);
        let (who, place) = self.instance(other)?;
        if place != Place::In(Range::Member) {
            let message = format!(
                "`{other}` is {}, and a log's head is a member",
                place.describe(&self.environment.sets)
            );
            let extent = other.extent.clone();
            return self.fail(Mistake::new("not_a_member", extent, message, "expected a member"));
        }
        Some(Condition::Head(log?, who))
    }

    /// Whether two names speak of the same instance.
    pub(super) fn same(
        &mut self,
        whole: &Expression,
        left: &Expression,
        right: &Expression,
    ) -> Option<Condition> {
        let (first, second) = (self.instance(left), self.instance(right));
        let ((first, first_place), (second, second_place)) = (first?, second?);
        if first_place != second_place
            && first_place != Place::Asking
            && second_place != Place::Asking
        {
            let message = format!(
                "`{left}` is {}, and `{right}` is {}: they are never the same",
                first_place.describe(&self.environment.sets),
                second_place.describe(&self.environment.sets)
            );
            let extent = whole.extent.clone();
            return self.fail(Mistake::new("never_same", extent, message, "never true"));
        }
        Some(match (first, second) {
            (Who::Chosen(pick), other) | (other, Who::Chosen(pick)) => {
                Condition::Chose(pick, other)
            }
            (first, second) => Condition::Same(first, second),
        })
    }

    /// Instances are the same or not; there is no more or less.
    pub(super) fn equal_or_not(
        &mut self,
        whole: &Expression,
        comparison: Comparison,
        same: Condition,
    ) -> Option<Condition> {
        match comparison {
            Comparison::Equal => Some(same),
            Comparison::Unequal => Some(Condition::Not(Box::new(same))),
            _ => {
                let message = format!("instances have no order: `{}`", comparison.name());
                let mistake =
                    Mistake::new("no_order", whole.extent.clone(), message, "no order here");
                self.fail(mistake.help("say `==` or `!=`"))
            }
        }
    }
}

impl Comparison {
    /// The comparison with its sides exchanged.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Equal => Self::Equal,
            Self::Unequal => Self::Unequal,
        }
    }
}
