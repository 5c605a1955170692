//! Dial: tries targets in order until one is good.
//!
//! A client with a list of hosts. When its connection is lost it starts a round
//! at the next tick of its clock: the first target is judged when it is reached;
//! a good one ends the search there and then, any other costs what it costs (a
//! refusal nothing, silence a time-out) before the next is reached. After a
//! round without success the next starts at the next tick, strictly later: an
//! error takes some time to handle, so a round that ends on a tick misses it.
//!
//! In the lazy form rounds that cannot succeed are skipped in closed form: while
//! nothing changes they repeat with a period, the tick after the round's cost.
//!
//! The cause of a success is the later of the loss and the change that made
//! the target good.

use super::clock::ClockState;
use super::id::{ClockId, ValueId};
use super::literal::{EventId, LevelId, Literal};
use super::pace::Pace;
use crate::units::{Instant, Span};

/// A dial, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Dial {
    /// A rise of this loses the connection.
    pub lost: Literal,
    /// Rounds start at ticks of this clock.
    pub clock: ClockId,
    /// Whom it tries, in this order.
    pub targets: Vec<DialTarget>,
    /// A search begins after the target that was lost, not with the first.
    pub turns: bool,
}

/// One whom a dial tries.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DialTarget {
    /// True while connected to it.
    pub chosen: LevelId,
    /// Whether an attempt succeeds.
    pub good: Literal,
    /// What an attempt costs that does not \[s\].
    pub cost: ValueId,
    /// The levels that the cost reads.
    pub inputs: Vec<Literal>,
}

/// A dial in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DialState {
    /// Whom it is connected to.
    pub connected: Option<usize>,
    /// With whom its rounds begin.
    pub first: usize,
    /// How many of this round it has tried while it is not.
    pub target: usize,
    /// When.
    pub reaches: Instant,
    /// Its last round ends here; the next starts strictly later.
    pub busy_until: Instant,
    /// `lost`, as of the last change.
    pub lost: bool,
    /// The event that lost the connection.
    pub lost_by: EventId,
}

/// What a dial knows of a target, as of the last change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TargetState {
    /// Whether an attempt succeeds.
    pub good: bool,
    /// What it costs if it does not.
    pub cost: Span,
}

impl DialState {
    /// Whom it reaches next.
    fn next<'t>(&self, targets: &'t [TargetState]) -> (usize, &'t TargetState) {
        let at = (self.first + self.target) % targets.len();
        (at, &targets[at])
    }

    /// The attempt after the one at `self.target`, which is not good.
    fn after(mut self, targets: &[TargetState], clock: &ClockState) -> Self {
        self.reaches = self.reaches + self.next(targets).1.cost;
        self.target += 1;
        if self.target == targets.len() {
            self.target = 0;
            self.busy_until = self.reaches;
            self.reaches = clock.next(self.reaches + Span(1));
        }
        self
    }

    /// The clock changed: a round that has not started waits for its next tick.
    pub fn reclock(&mut self, clock: &ClockState, visible: Instant) {
        if self.connected.is_none() && self.target == 0 {
            self.reaches = clock.next(visible.max(self.busy_until + Span(1)));
        }
    }

    /// Full: the attempt that is due; whether it succeeds.
    pub fn step(&mut self, targets: &[TargetState], clock: &ClockState) -> bool {
        let (at, target) = self.next(targets);
        if target.good {
            self.connected = Some(at);
            return true;
        }
        *self = self.after(targets, clock);
        false
    }

    /// Lazy: passes over the attempts before `to`; none of them succeeded.
    pub fn advance(&mut self, targets: &[TargetState], clock: &ClockState, to: Instant) {
        if self.connected.is_some() {
            return;
        }
        while self.target > 0 && self.reaches < to {
            *self = self.after(targets, clock);
        }
        if self.reaches >= to {
            return;
        }
        let cost = targets.iter().fold(Span::ZERO, |sum, t| sum + t.cost);
        if let Some(period) = Self::period(cost, clock) {
            let skipped = Span(((to - self.reaches).0 - 1) / period.0 * period.0);
            if skipped > Span::ZERO {
                self.reaches = self.reaches + skipped;
                self.busy_until = self.reaches - period + cost;
            }
        }
        while self.reaches < to {
            *self = self.after(targets, clock);
        }
    }

    /// From the start of one round to the next, if there is a next.
    fn period(cost: Span, clock: &ClockState) -> Option<Span> {
        if cost.is_never() || !clock.running || clock.pace != Pace::Even {
            return None;
        }
        Some(Span(clock.period.0.checked_mul(cost.0 / clock.period.0 + 1)?))
    }

    /// Lazy: when an attempt will succeed if nothing changes, and where.
    #[must_use]
    pub fn plan(&self, targets: &[TargetState], clock: &ClockState) -> Instant {
        if self.connected.is_some() || !targets.iter().any(|t| t.good) {
            return Instant::NEVER;
        }
        let mut ahead = *self;
        for _ in 0..2 * targets.len() {
            if ahead.reaches == Instant::NEVER || ahead.next(targets).1.good {
                return ahead.reaches;
            }
            ahead = ahead.after(targets, clock);
        }
        Instant::NEVER
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn state(reaches: i64, first: usize, target: usize) -> DialState {
        DialState {
            connected: None,
            first,
            target,
            reaches: Instant(reaches),
            busy_until: Instant(reaches - 1),
            lost: true,
            lost_by: EventId::START,
        }
    }

    proptest! {
        /// The slow twin makes each attempt.
        #[test]
        fn skipped_rounds_are_the_rounds_that_would_have_failed(
            period in 1_i64..12, costs in proptest::collection::vec(0_i64..15, 1..4),
            start in 0_i64..12, length in 0_i64..200, good in 0_usize..4, first in 0_usize..4,
        ) {
            let clock = ClockState {
                period: Span(period), origin: Instant(start), running: true, ..ClockState::STOPPED
            };
            let mut targets: Vec<TargetState> =
                costs.iter().map(|&c| TargetState { good: false, cost: Span(c) }).collect();
            let (mut lazy, mut slow) = (state(start, first, 0), state(start, first, 0));
            let change = Instant(start + length);
            lazy.advance(&targets, &clock, change);
            while slow.reaches < change {
                prop_assert!(!slow.step(&targets, &clock));
            }
            prop_assert_eq!(lazy, slow);
            targets[good % costs.len()].good = true;
            let planned = lazy.plan(&targets, &clock);
            while !slow.step(&targets, &clock) {}
            prop_assert_eq!(planned, slow.reaches);
        }
    }
}
