//! Gate: a level computed from other levels in the same instant.
//!
//! Every gate is a threshold: it is true while at least `least` of its inputs
//! are. `and` needs all, `or` one, `count >= k` needs k; negation is in the
//! literals. A *latch* remembers: `when` sets it, `until` clears it and wins.
//!
//! No cycle is made of gates alone, so the values are unique, and gates
//! evaluated in topological order change at most once a round. A gate counts its true
//! inputs as they change; tests count them all anew.

use super::literal::{EventId, Literal};

/// A gate, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Gate {
    /// True while at least `least` of `inputs` are.
    Threshold {
        /// What it counts.
        inputs: Vec<Literal>,
        /// How many must be true; 0 is always true.
        least: u32,
    },
    /// Set by `when`, cleared by `until`, which wins.
    Latch {
        /// What sets it.
        when: Literal,
        /// What clears it.
        until: Literal,
    },
}

impl Gate {
    /// The levels it reads.
    #[must_use]
    pub fn inputs(&self) -> Vec<Literal> {
        match self {
            Self::Threshold { inputs, .. } => inputs.clone(),
            Self::Latch { when, until } => vec![*when, *until],
        }
    }

    /// How many of its inputs are true, counted anew.
    pub fn count(&self, holds: impl Fn(Literal) -> bool) -> u32 {
        match self {
            Self::Threshold { inputs, .. } => inputs.iter().filter(|i| holds(**i)).count() as u32,
            Self::Latch { when, until } => u32::from(holds(*when)) + u32::from(holds(*until)),
        }
    }

    /// Its value where `count` of its inputs are true and it was `before`.
    #[must_use]
    pub fn value(&self, count: u32, before: bool, holds: impl Fn(Literal) -> bool) -> bool {
        match self {
            Self::Threshold { least, .. } => count >= *least,
            Self::Latch { when, until } => !holds(*until) && (holds(*when) || before),
        }
    }

    /// Which event made it become `value`: the one without which it would not
    /// have.
    ///
    /// For a rise that is the `least`-th of the inputs to become true (`and`:
    /// the last; `or`: the first), for a fall the one that left too few.
    pub fn cause(
        &self,
        value: bool,
        holds: impl Fn(Literal) -> bool,
        event: impl Fn(Literal) -> EventId,
        scratch: &mut Vec<EventId>,
    ) -> EventId {
        match self {
            // It may have waited for `until` to let go.
            Self::Latch { when, until } if value => event(*when).max(event(*until)),
            Self::Latch { until, .. } => event(*until),
            Self::Threshold { inputs, least } => {
                scratch.clear();
                scratch.extend(inputs.iter().filter(|i| holds(**i) == value).map(|i| event(*i)));
                let needed = if value {
                    *least as usize
                } else {
                    (inputs.len() + 1).saturating_sub(*least as usize)
                };
                scratch.sort_unstable();
                let place = needed.saturating_sub(1).min(scratch.len().saturating_sub(1));
                scratch.get(place).copied().unwrap_or(EventId::START)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal::LevelId;
    use super::*;

    fn check(least: u32, values: &[bool], events: &[u32], value: bool) -> u32 {
        let inputs: Vec<_> = (1..=values.len() as u32).map(|l| Literal::of(LevelId(l))).collect();
        let gate = Gate::Threshold { inputs, least };
        let at = |l: Literal| l.level().index() - 1;
        let count = values.iter().filter(|v| **v).count() as u32;
        assert_eq!(gate.value(count, false, |l| values[at(l)]), value);
        gate.cause(value, |l| values[at(l)], |l| EventId(events[at(l)]), &mut Vec::new()).0
    }

    #[test]
    fn an_and_rises_with_its_last_input_and_falls_with_its_first() {
        assert_eq!(check(3, &[true, true, true], &[5, 9, 7], true), 9);
        assert_eq!(check(3, &[false, true, false], &[5, 9, 7], false), 5);
    }

    #[test]
    fn an_or_rises_with_its_first_input_and_falls_with_its_last() {
        assert_eq!(check(1, &[true, false, true], &[5, 9, 7], true), 5);
        assert_eq!(check(1, &[false, false, false], &[5, 9, 7], false), 9);
    }

    #[test]
    fn a_count_rises_with_the_decisive_input() {
        assert_eq!(check(2, &[true, true, true], &[5, 9, 7], true), 7);
        assert_eq!(check(2, &[false, true, false], &[5, 9, 7], false), 7);
    }

    #[test]
    fn until_wins_over_when() {
        let (a, b) = (Literal::of(LevelId(1)), Literal::of(LevelId(2)));
        let latch = Gate::Latch { when: a, until: b };
        assert!(latch.value(0, false, |l| l == a));
        assert!(latch.value(0, true, |_| false));
        assert!(!latch.value(0, true, |_| true));
        // It rises with whichever came last: `when`, or the end of `until`.
        let event = |l: Literal| EventId(if l == a { 4 } else { 9 });
        assert_eq!(latch.cause(true, |l| l == a, event, &mut Vec::new()), EventId(9));
        assert_eq!(latch.cause(false, |l| l == b, event, &mut Vec::new()), EventId(9));
    }
}
