//! Clock: ticks of one period at a random phase, or at another [`pace`](super::pace).
//!
//! A clock never fires for nothing: it is a function of phase and period that
//! says when the next tick is, how many fell into a stretch of time, and which
//! was the last. In the full form the world executes each tick.
//!
//! At the steady start a clock has ticked for ever; its *age* (time since its
//! last tick) is uniform over a period. A clock whose condition falls stops; at
//! the next rise it starts at a new phase, its first tick strictly later. A
//! locked clock restarts at exactly one period after the rise.

use super::id::{ClockId, ValueId};
use super::literal::Literal;
use super::pace::{Beat, Pace};
use crate::units::{Instant, Span};

/// A clock, as wired.
#[derive(Clone, PartialEq, Debug)]
pub struct Clock {
    /// Its period \[s\], read once a trial; at least a microsecond.
    pub every: ValueId,
    /// It ticks while this holds.
    pub running: Literal,
    /// A restart begins one whole period after the rise.
    pub locked: bool,
    /// How its ticks lie.
    pub ticks: Ticks,
    /// The age at zero, where a scenario pins it.
    pub age: Option<ValueId>,
    /// The hash of its name, for phases.
    pub name: u64,
}

/// How a clock's ticks lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ticks {
    /// A period apart.
    Even,
    /// At random, a period apart in the mean.
    Random,
    /// A period apart, the first this long \[s\] after each rise.
    From(ValueId),
    /// At the first tick of another clock, which follows none, at or after a
    /// period since the last.
    Follow(ClockId),
    /// Ever farther apart, from each rise on: a back-off.
    Growing {
        /// By how much each gap is longer than the one before; 1 and more.
        factor: ValueId,
        /// The longest gap \[s\].
        most: ValueId,
        /// By which share of itself each gap is longer still: uniform between.
        slack: (ValueId, ValueId),
    },
}

/// A clock in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockState {
    /// The period; the mean of a random pace, the first gap of a growing one.
    pub period: Span,
    /// A tick, the first one after a restart; of another pace: where the cells
    /// begin, from when on the next tick of the other clock counts, the last
    /// tick or the rise.
    pub origin: Instant,
    /// Whether it ticks.
    pub running: bool,
    /// How often it was restarted.
    pub restarts: u32,
    /// Its last tick before zero.
    pub before: Instant,
    /// How its ticks lie.
    pub pace: Pace,
}

impl ClockState {
    /// A stopped clock.
    pub const STOPPED: Self = Self {
        period: Span(1),
        origin: Instant::ZERO,
        running: false,
        restarts: 0,
        before: Instant::ZERO,
        pace: Pace::Even,
    };

    /// The offset in 1..=period at a uniform number in (0, 1).
    #[must_use]
    #[inline]
    pub fn offset(period: Span, uniform: f64) -> Span {
        Span(period.0 - ((uniform * period.0 as f64) as i64).min(period.0 - 1))
    }

    /// The first tick at or after `from`.
    #[must_use]
    #[inline]
    pub fn next(&self, from: Instant) -> Instant {
        if !self.running || from == Instant::NEVER {
            return Instant::NEVER;
        }
        self.next_at_pace(from)
    }

    /// The ticks at or after `from`, one by one.
    fn walk(&self, mut from: Instant) -> impl Iterator<Item = Instant> {
        let mut clock = *self;
        std::iter::from_fn(move || {
            let tick = clock.next(from);
            if tick == Instant::NEVER {
                return None;
            }
            from = tick + Span(1);
            clock.settle(from);
            Some(tick)
        })
    }

    /// The clock that it follows has become another.
    pub fn follow(&mut self, source: &Self, now: Instant) {
        self.settle(now);
        self.pace = Pace::following(Beat::of(source), self.origin);
    }

    /// How many ticks fall into `from..to`.
    #[must_use]
    pub fn count(&self, from: Instant, to: Instant) -> u64 {
        if self.pace != Pace::Even {
            return self.walk(from).take_while(|tick| *tick < to).count() as u64;
        }
        let first = self.next(from);
        if first >= to {
            return 0;
        }
        ((to - first).0 - 1) as u64 / self.period.0 as u64 + 1
    }

    /// The last tick in `from..to`.
    #[must_use]
    pub fn last(&self, from: Instant, to: Instant) -> Option<Instant> {
        if self.pace != Pace::Even {
            return self.walk(from).take_while(|tick| *tick < to).last();
        }
        let first = self.next(from);
        if first >= to {
            return None;
        }
        let ticks = ((to - first).0 - 1) / self.period.0;
        Some(first + Span(ticks * self.period.0))
    }

    /// The `n`-th tick (counting from 0) at or after `from`.
    #[must_use]
    pub fn nth(&self, from: Instant, n: u64) -> Instant {
        if self.pace != Pace::Even {
            return self.walk(from).nth(n as usize).unwrap_or(Instant::NEVER);
        }
        let first = self.next(from);
        if first == Instant::NEVER {
            return first;
        }
        first + Span(self.period.0.saturating_mul(n.min(i64::MAX as u64) as i64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// The slow twin lists the ticks.
        #[test]
        fn agrees_with_a_list_of_ticks(
            period in 1_i64..20, origin in -20_i64..20, from in -20_i64..60, length in 0_i64..60,
        ) {
            let clock = ClockState {
                period: Span(period), origin: Instant(origin), running: true, ..ClockState::STOPPED
            };
            let ticks: Vec<i64> = (0..200).map(|n| origin + n * period).collect();
            let to = from + length;
            let inside: Vec<i64> = ticks.iter().copied().filter(|t| (from..to).contains(t)).collect();
            let after: Vec<i64> = ticks.iter().copied().filter(|&t| t >= from).collect();
            prop_assert_eq!(clock.next(Instant(from)), Instant(after[0]));
            prop_assert_eq!(clock.nth(Instant(from), 3), Instant(after[3]));
            prop_assert_eq!(clock.count(Instant(from), Instant(to)), inside.len() as u64);
            prop_assert_eq!(clock.last(Instant(from), Instant(to)), inside.last().map(|&t| Instant(t)));
        }
    }

    #[test]
    fn an_offset_is_never_zero_and_never_more_than_a_period() {
        for uniform in [1e-17, 0.25, 0.5, 1.0 - 1e-16] {
            let offset = ClockState::offset(Span(10), uniform);
            assert!((1..=10).contains(&offset.0), "{uniform}: {offset:?}");
        }
        assert_eq!(ClockState::offset(Span(10), 0.05), Span(10));
        assert_eq!(ClockState::offset(Span(10), 0.95), Span(1));
    }

    #[test]
    fn a_stopped_clock_never_ticks() {
        let clock = ClockState::STOPPED;
        assert_eq!(clock.next(Instant(-5)), Instant::NEVER);
        assert_eq!(clock.nth(Instant(-5), 2), Instant::NEVER);
        assert_eq!(clock.count(Instant(0), Instant(1000)), 0);
        assert_eq!(clock.last(Instant(0), Instant(1000)), None);
    }
}
