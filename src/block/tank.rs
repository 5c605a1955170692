//! Tank: a quantity that fills and drains, and a mark on it.
//!
//! It fills at a rate while one condition holds, and drains at another while
//! another does, between nothing and its capacity. Between two changes it is
//! linear, so the instant at which it reaches its mark is planned, and planned
//! anew when a condition changes. Its level is true from then on until it has
//! drained below the mark: a gauge that stands still at the mark keeps its level.
//!
//! At zero it holds what it `starts` with, and its level is false; one that
//! starts at its mark reaches it at once. A tank has no ticks: its full form and
//! its lazy form are the same.

use super::id::ValueId;
use super::literal::{EventId, Literal};
use crate::units::{Instant, Span};

/// Between two crossings: what fills and drains by its own level does not stop
/// the time.
const REST: Span = Span(1_000);

/// A tank, as wired; everything is read once a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tank {
    /// What it holds at zero \[B\].
    pub starts: ValueId,
    /// The most that it can hold \[B\].
    pub capacity: ValueId,
    /// Its level tells whether it holds so much \[B\]; no more than its capacity.
    pub mark: ValueId,
    /// When it fills, and how fast \[B/s\].
    pub fills: (Literal, ValueId),
    /// When it drains, and how fast \[B/s\].
    pub drains: (Literal, ValueId),
}

/// A tank in a trial.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct TankState {
    capacity: f64,
    mark: f64,
    /// What it held at `since` \[B\], and how that changes \[B/s\].
    amount: f64,
    since: Instant,
    rate: f64,
    /// It starts at its mark or above it, and nobody has seen that yet.
    fresh: bool,
    /// It crosses its mark no earlier.
    rests: Instant,
    /// It holds what its mark says.
    pub reached: bool,
    /// The event that set its rate.
    pub set_by: EventId,
}

impl TankState {
    /// A tank at zero \[B\].
    #[must_use]
    pub fn at_zero(starts: f64, capacity: f64, mark: f64) -> Self {
        let capacity = capacity.max(0.0);
        let (mark, amount) = (mark.clamp(0.0, capacity), starts.clamp(0.0, capacity));
        Self {
            capacity,
            mark,
            amount,
            fresh: amount >= mark,
            rests: Instant::ZERO,
            since: Instant::ZERO,
            rate: 0.0,
            reached: false,
            set_by: EventId::START,
        }
    }

    /// What it holds at `now` \[B\].
    #[must_use]
    pub fn amount(&self, now: Instant) -> f64 {
        let changed = self.rate * (now - self.since).as_seconds();
        (self.amount + changed).clamp(0.0, self.capacity)
    }

    /// From `now` on it changes at `rate` \[B/s\], by the doing of `by`.
    pub fn turn(&mut self, rate: f64, now: Instant, by: EventId) {
        if rate.to_bits() == self.rate.to_bits() {
            return;
        }
        self.amount = self.amount(now);
        (self.since, self.rate, self.set_by) = (now, rate, by);
    }

    /// When it reaches its mark, or drains below it, if nothing changes.
    #[must_use]
    pub fn crossing(&self) -> Instant {
        self.natural().max(self.rests)
    }

    /// The same for a gauge that never rests.
    fn natural(&self) -> Instant {
        let missing = self.mark - self.amount;
        let beyond = if self.reached { missing > 0.0 } else { missing < 0.0 };
        let heads_there = if self.reached { self.rate < 0.0 } else { self.rate > 0.0 };
        if beyond || (self.fresh && missing <= 0.0) {
            self.since
        } else if heads_there {
            self.since + Span::from_seconds(missing / self.rate)
        } else {
            Instant::NEVER
        }
    }

    /// It crosses its mark at `now`.
    pub fn cross(&mut self, now: Instant) {
        let exact = self.natural() == now && now > self.since;
        self.amount = if exact { self.mark } else { self.amount(now) };
        self.since = now;
        self.rests = now + REST;
        self.fresh = false;
        self.reached = !self.reached;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000_000)
    }

    #[test]
    fn it_fills_stands_and_drains() {
        let mut tank = TankState::at_zero(20.0, 100.0, 80.0);
        assert_eq!(tank.crossing(), Instant::NEVER);
        tank.turn(4.0, s(10), EventId(1));
        // 60 missing at 4 a second.
        assert_eq!(tank.crossing(), s(25));
        assert_eq!(tank.amount(s(15)), 40.0);
        tank.cross(s(25));
        assert!(tank.reached);
        assert_eq!(tank.crossing(), Instant::NEVER);
        assert_eq!(tank.amount(s(28)), 92.0);
        assert_eq!(tank.amount(s(99)), 100.0, "it is full");
        tank.turn(-10.0, s(99), EventId(2));
        assert_eq!(tank.crossing(), s(101));
        tank.cross(s(101));
        assert!(!tank.reached);
        tank.turn(0.0, s(101), EventId(3));
        assert_eq!(tank.crossing(), Instant::NEVER, "it stands at its mark");
        tank.turn(-10.0, s(101), EventId(4));
        assert_eq!(tank.crossing(), Instant::NEVER);
        assert_eq!(tank.amount(s(120)), 0.0, "it is empty");
    }

    #[test]
    fn one_that_drains_by_its_own_level_rests_in_between() {
        let mut tank = TankState::at_zero(0.0, 10.0, 5.0);
        tank.turn(1.0, s(0), EventId(1));
        tank.cross(s(5));
        tank.turn(-1.0, s(5), EventId(2));
        let below = tank.crossing();
        assert_eq!(below, s(5) + REST);
        tank.cross(below);
        tank.turn(1.0, below, EventId(3));
        assert_eq!(tank.crossing(), below + REST);
        assert!(tank.amount(below) < 5.0);
    }

    #[test]
    fn a_pause_costs_as_long_as_it_lasts() {
        let mut tank = TankState::at_zero(0.0, 10.0, 10.0);
        tank.turn(1.0, s(0), EventId(1));
        tank.turn(0.0, s(4), EventId(2));
        assert_eq!(tank.crossing(), Instant::NEVER);
        tank.turn(2.0, s(9), EventId(3));
        assert_eq!(tank.crossing(), s(12));
    }

    #[test]
    fn one_that_starts_at_its_mark_has_reached_it() {
        let mut tank = TankState::at_zero(7.0, 10.0, 5.0);
        assert_eq!(tank.crossing(), s(0));
        tank.cross(s(0));
        assert!(tank.reached);
        assert_eq!(tank.amount(s(9)), 7.0);
        tank.turn(-1.0, s(10), EventId(1));
        assert_eq!(tank.crossing(), s(12));
    }
}
