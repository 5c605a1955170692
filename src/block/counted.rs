//! A gate that counts which of its inputs hold, in a trial.

use super::literal::EventId;

/// A gate in a trial: how many of its inputs hold, and since which change that has
/// been enough, or too few.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// How many more of its inputs hold than must.
    over: i32,
    /// The change that took `over` across, then whether others went back since, and in
    /// the last bit its value.
    crossed: u32,
}

impl Counted {
    /// A gate of which `count` inputs hold where `least` must, and whose value is so.
    #[must_use]
    pub fn new(count: u32, least: u32, value: bool) -> Self {
        let over = i64::from(count) - i64::from(least);
        Self { over: over as i32, crossed: u32::from(value) }
    }

    /// One of its inputs begins to hold (`up`), or ends, by the event `by`; whether it
    /// is due for a look: its value does not follow from its count any more.
    #[inline]
    pub fn count(&mut self, up: bool, by: EventId) -> bool {
        self.over = if up { self.over.wrapping_add(1) } else { self.over.wrapping_sub(1) };
        let enough = self.over >= 0;
        if enough == self.value() {
            return false;
        }
        if self.over == i32::from(up) - 1 {
            self.crossed = by.0 << 2 | u32::from(self.value());
        } else if up != enough {
            self.crossed |= 2;
        }
        true
    }

    /// Its value as of its last look.
    #[inline]
    const fn value(self) -> bool {
        self.crossed & 1 == 1
    }

    /// It is looked at: its new value, if it has another, and which event made it so
    /// where that is the one that took its count across. Of the inputs that hold (or
    /// not) the deciding one is the last at that moment; those that join it later are
    /// later. Where some have gone back since, all must be looked at.
    #[inline]
    pub fn look(&mut self) -> Option<(bool, Option<EventId>)> {
        let value = self.over >= 0;
        if value == self.value() {
            return None;
        }
        let crossed = std::mem::replace(&mut self.crossed, u32::from(value));
        Some((value, (crossed & 2 == 0).then_some(EventId(crossed >> 2))))
    }

    /// How many of its inputs hold, where `least` must.
    #[must_use]
    pub fn holding(self, least: u32) -> u32 {
        (i64::from(self.over) + i64::from(least)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::block::gate::Gate;
    use crate::block::literal::{LevelId, Literal};
    use proptest::prelude::*;

    proptest! {
        /// The slow twin looks at all inputs: value and cause of each flip.
        #[test]
        fn a_count_knows_value_and_cause(
            least in 0_u32..7,
            start in proptest::collection::vec(any::<bool>(), 1..6),
            flips in proptest::collection::vec((0_usize..6, any::<bool>()), 0..60),
        ) {
            let mut holds = start.clone();
            let mut events = vec![EventId::START; holds.len()];
            let inputs: Vec<_> = (0..holds.len() as u32).map(|l| Literal::of(LevelId(l))).collect();
            let gate = Gate::Threshold { inputs, least };
            let held = holds.iter().filter(|h| **h).count() as u32;
            let mut value = held >= least;
            let mut counted = Counted::new(held, least, value);
            let mut due = false;
            for (number, (input, looks)) in flips.into_iter().enumerate() {
                let input = input % holds.len();
                holds[input] = !holds[input];
                events[input] = EventId(number as u32 + 1);
                due |= counted.count(holds[input], events[input]);
                let of = |l: Literal| l.level().index();
                let count = gate.count(|l| holds[of(l)]);
                prop_assert_eq!(counted.holding(least), count);
                if !looks || !due {
                    prop_assert!(due || gate.value(count, value, |l| holds[of(l)]) == value);
                    continue;
                }
                due = false;
                let after = gate.value(count, value, |l| holds[of(l)]);
                let told = counted.look();
                prop_assert_eq!(told.map(|(value, _)| value), (after != value).then_some(after));
                if let Some((value, Some(cause))) = told {
                    let slow = gate.cause(
                        value, |l| holds[of(l)], |l| events[of(l)], &mut Vec::new(),
                    );
                    prop_assert_eq!(cause, slow);
                }
                value = after;
            }
        }
    }
}
