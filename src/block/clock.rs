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
use super::pace::{Beat, Pace, even};
use crate::units::{Instant, Span};

/// The shortest period: observers that look more often cost for nothing.
pub const SHORTEST_PERIOD: Span = Span(1_000);

/// A clock, as wired.
#[derive(Clone, PartialEq, Debug)]
pub struct Clock {
    /// Its period \[s\], read once a trial; at least [`SHORTEST_PERIOD`].
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

    /// The first tick at or after `from`.
    #[must_use]
    #[inline]
    pub fn next(&self, from: Instant) -> Instant {
        if !self.running || from == Instant::NEVER {
            return Instant::NEVER;
        }
        // Nearly every clock is even, and they are asked again and again.
        match self.pace {
            Pace::Even => even(self.origin, self.period, from),
            _ => self.pace.next(self.origin, self.period, from),
        }
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
        self.pace = Pace::following(source.beat(), self.origin);
    }

    /// What another that follows it needs to know.
    #[must_use]
    pub const fn beat(&self) -> Beat {
        let draws = match self.pace {
            Pace::Random(draws) => Some(draws),
            _ => None,
        };
        Beat { period: self.period, origin: self.origin, running: self.running, draws }
    }

    /// Forgets the ticks before `to`: nobody will ask for them.
    pub fn settle(&mut self, to: Instant) {
        if self.running {
            self.pace.settle(&mut self.origin, self.period, to);
        }
    }

    /// Somebody has found this tick of it.
    pub fn know(&mut self, tick: Instant) {
        self.pace.know(tick);
    }

    /// The longest time there can be between two ticks.
    #[must_use]
    pub fn longest_gap(&self) -> Span {
        self.pace.longest_gap(self.period)
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
    use proptest::prelude::*;

    use super::super::pace::{Draws, Follower, Growth};
    use super::*;
    use crate::random::{Sampling, name_hash};

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
    fn a_stopped_clock_never_ticks() {
        let clock = ClockState::STOPPED;
        assert_eq!(clock.next(Instant(-5)), Instant::NEVER);
        assert_eq!(clock.nth(Instant(-5), 2), Instant::NEVER);
        assert_eq!(clock.count(Instant(0), Instant(1000)), 0);
        assert_eq!(clock.last(Instant(0), Instant(1000)), None);
    }

    fn draws(seed: u64) -> Draws {
        Draws::new(Sampling::plain(seed), 3, name_hash("pace"), 0)
    }

    /// A clock of one of the three paces.
    fn clock(kind: usize, seed: u64, period: i64, source: i64) -> ClockState {
        let random = ClockState {
            period: Span(source),
            origin: Instant(2),
            running: true,
            pace: Pace::Random(draws(seed)),
            ..ClockState::STOPPED
        };
        let pace = match kind {
            0 => Pace::Random(draws(seed)),
            1 => Pace::following(random.beat(), Instant(-3)),
            2 => Pace::following(Beat { draws: None, ..random.beat() }, Instant(-3)),
            _ => {
                let (span, most) = (Span(period), Span(4 * period));
                Pace::Growing(Growth::new(span, 1.5, most, (0.0, 0.5), draws(seed)))
            }
        };
        ClockState { period: Span(period), origin: Instant(-3), pace, ..random }
    }

    /// Every tick up to `to`, found by asking at each instant.
    fn list(clock: &ClockState, to: i64) -> Vec<i64> {
        (-3..to).filter(|at| clock.next(Instant(*at)) == Instant(*at)).collect()
    }

    proptest! {
        /// However the ticks are asked for, they are the same.
        #[test]
        fn all_questions_have_one_answer(
            kind in 0_usize..4, seed in 0_u64..1000, period in 1_i64..20, source in 1_i64..9,
            from in -3_i64..80, length in 0_i64..80, settled in -3_i64..80, known in -3_i64..80,
        ) {
            let clock = clock(kind, seed, period, source);
            let ticks = list(&clock, 400);
            let to = from + length;
            let inside: Vec<i64> = ticks.iter().copied().filter(|t| (from..to).contains(t)).collect();
            let after: Vec<i64> = ticks.iter().copied().filter(|t| *t >= from).collect();
            let mut forgetful = clock;
            forgetful.settle(Instant(settled.min(from)));
            let mut knowing = forgetful;
            knowing.know(clock.next(Instant(known.max(settled.min(from)))));
            let mut both = knowing;
            both.settle(Instant(from));
            for clock in [clock, forgetful, knowing, both] {
                prop_assert_eq!(clock.next(Instant(from)), Instant(after[0]));
                prop_assert_eq!(clock.nth(Instant(from), 2), Instant(after[2]));
                prop_assert_eq!(clock.count(Instant(from), Instant(to)), inside.len() as u64);
                prop_assert_eq!(clock.last(Instant(from), Instant(to)), inside.last().map(|&t| Instant(t)));
            }
        }

        /// Whoever follows ticks where the other does, a period after its last tick.
        #[test]
        fn a_follower_waits_for_the_other(
            seed in 0_u64..1000, period in 1_i64..20, source in 1_i64..9, even in 0_usize..2,
        ) {
            let follower = clock(1 + even, seed, period, source);
            let Pace::Follow(Follower { beat, .. }) = follower.pace else {
                unreachable!("it follows")
            };
            let mut due = -3;
            for tick in list(&follower, 300) {
                prop_assert_eq!(beat.next(Instant(due)), Instant(tick));
                due = tick + period;
            }
        }
    }

    /// The gaps of a back-off without slack are by hand 3, 6, 12, 20, 20.
    #[test]
    fn a_back_off_grows_to_its_most() {
        let growth = Growth::new(Span(3), 2.0, Span(20), (0.0, 0.0), draws(1));
        let rise = ClockState { running: true, pace: Pace::Growing(growth), ..ClockState::STOPPED };
        assert_eq!(list(&rise, 70), [3, 9, 21, 41, 61]);
    }
}
