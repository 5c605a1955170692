//! Probe: a periodic observer that flips after so many equal looks in a row.
//!
//! A probe publishes what it believes, not what is. It looks at ticks of a
//! clock, or, where it waits for the reply, `every` after each reply: such a look
//! is judged at its start and counts at its end. `fall` looks in a row that see
//! false flip it to false, `rise` looks that see true flip it back; a look that
//! agrees with it starts the count anew.
//!
//! In the lazy form nothing happens at a tick. When what it looks at changes,
//! the looks that passed under the old value are counted in closed form, and
//! the look that will flip it is planned. A flip shorter than a period that no
//! look fell into leaves no trace, as in reality.
//!
//! The cause of a flip is the change that the first look of the deciding run saw.

use super::clock::ClockState;
use super::id::{ClockId, ValueId};
use super::literal::{EventId, Literal};
use crate::units::{Instant, Span};

/// A probe, as wired.
#[derive(Clone, PartialEq, Debug)]
pub struct Probe {
    /// What it looks at.
    pub watch: Literal,
    /// It looks while this holds; a rise restarts it.
    pub running: Literal,
    /// When it looks.
    pub looks: Looks,
    /// What a restart sets it to.
    pub initially: Option<bool>,
    /// Looks in a row to fall.
    pub fall: ValueId,
    /// Looks in a row to rise.
    pub rise: ValueId,
}

/// When a probe looks.
#[derive(Clone, PartialEq, Debug)]
pub enum Looks {
    /// At the ticks of a clock.
    Clock(ClockId),
    /// `every` after each reply, which takes `cost`.
    Reply {
        /// From reply to the next look \[s\].
        every: ValueId,
        /// What a look costs \[s\], read at its start.
        cost: ValueId,
        /// The levels that the cost reads.
        inputs: Vec<Literal>,
        /// The age of the last look at zero, where a scenario pins it.
        age: Option<ValueId>,
        /// The hash of its name, for phases.
        name: u64,
    },
}

/// A probe in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ProbeState {
    /// What it believes.
    pub verdict: bool,
    /// What it looks at, as of the last change.
    pub watch: bool,
    /// Whether it looks, as of the last change.
    pub running: bool,
    /// Looks in a row that disagree with the verdict.
    pub misses: u32,
    /// Looks before this instant are counted.
    pub counted_to: Instant,
    /// The change that the first of `misses` saw.
    pub run_cause: EventId,
    /// The change that gave `watch` its value.
    pub watch_event: EventId,
    /// How often it was restarted.
    pub restarts: u32,
}

/// Where a probe that waits for the reply stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Reply {
    /// When the next look starts.
    pub next: Instant,
    /// The look under way: its end, what it judged, and the change it saw.
    pub flight: Option<(Instant, bool, EventId)>,
    /// From reply to next look.
    pub every: Span,
    /// What a look costs, as of the last change.
    pub cost: Span,
}

impl ProbeState {
    /// A probe that agrees with what it looks at.
    pub const IDLE: Self = Self {
        verdict: false,
        watch: false,
        running: true,
        misses: 0,
        counted_to: Instant::ZERO,
        run_cause: EventId::START,
        watch_event: EventId::START,
        restarts: 0,
    };

    /// Whether it looks, and what it would see is not what it believes.
    #[inline]
    #[must_use]
    pub const fn disagrees(&self) -> bool {
        self.running && self.watch != self.verdict
    }

    /// One look that saw `seen` counts; whether it flips the probe.
    ///
    /// `needed` is how many in a row flip it from its present verdict.
    #[inline]
    pub fn count(&mut self, seen: bool, saw: EventId, needed: u32) -> bool {
        if seen == self.verdict {
            self.misses = 0;
            return false;
        }
        if self.misses == 0 {
            self.run_cause = saw;
        }
        self.misses += 1;
        if self.misses < needed {
            return false;
        }
        self.verdict = seen;
        self.misses = 0;
        true
    }

    /// Lazy: counts `looks` equal looks that saw the present `watch`.
    fn count_many(&mut self, looks: u64) {
        if looks == 0 {
            return;
        }
        if self.watch == self.verdict {
            self.misses = 0;
        } else {
            if self.misses == 0 {
                self.run_cause = self.watch_event;
            }
            self.misses += looks.min(u64::from(u32::MAX / 2)) as u32;
        }
    }

    /// Lazy, on a clock: counts the looks before `to`.
    pub fn advance(&mut self, clock: &ClockState, to: Instant) {
        if self.running {
            // Of looks that agree with it, one does what many do.
            let looks = if self.watch == self.verdict {
                u64::from(clock.next(self.counted_to) < to)
            } else {
                clock.count(self.counted_to, to)
            };
            self.count_many(looks);
        }
        self.counted_to = self.counted_to.max(to);
    }

    /// Lazy, on a clock: when it will flip if nothing changes.
    #[must_use]
    pub fn plan(&self, clock: &ClockState, needed: u32) -> Instant {
        if !self.running || self.watch == self.verdict {
            return Instant::NEVER;
        }
        clock.nth(self.counted_to, u64::from(needed.saturating_sub(self.misses).max(1) - 1))
    }
}

impl Reply {
    /// Of a probe that does not wait for replies.
    pub const NONE: Self =
        Self { next: Instant::NEVER, flight: None, every: Span(1), cost: Span::ZERO };

    /// Full: what happens to `probe` at `now`, its next instant; whether it flips.
    pub fn step(&mut self, probe: &mut ProbeState, now: Instant, needed: u32) -> bool {
        let mut flips = false;
        if let Some((end, seen, saw)) = self.flight
            && end == now
        {
            self.flight = None;
            flips = probe.count(seen, saw, needed);
        }
        if self.next == now && probe.running {
            let cost = self.cost;
            if cost == Span::ZERO {
                flips = probe.count(probe.watch, probe.watch_event, needed);
            } else {
                self.flight = Some((now + cost, probe.watch, probe.watch_event));
            }
            self.next = now + cost + self.every;
        }
        flips
    }

    /// Full: when something happens next to `probe`.
    #[must_use]
    pub fn due(&self, probe: &ProbeState) -> Instant {
        let next = if probe.running { self.next } else { Instant::NEVER };
        self.flight.map_or(next, |(end, ..)| end.min(next))
    }

    /// Lazy: counts the looks of `probe` that ended before `to`.
    pub fn advance(&mut self, probe: &mut ProbeState, to: Instant) {
        probe.counted_to = probe.counted_to.max(to);
        if let Some((end, seen, saw)) = self.flight
            && end < to
        {
            self.flight = None;
            // It did not flip the probe, or that flip would have been executed.
            let flipped = probe.count(seen, saw, u32::MAX);
            debug_assert!(!flipped);
        }
        if !probe.running || self.next >= to {
            return;
        }
        let cost = self.cost;
        let period = cost + self.every;
        let started = ((to - self.next).0 - 1) / period.0 + 1;
        let last = self.next + Span((started - 1) * period.0);
        let under_way = cost > Span::ZERO && last + cost >= to;
        probe.count_many(started as u64 - u64::from(under_way));
        if under_way {
            self.flight = Some((last + cost, probe.watch, probe.watch_event));
        }
        self.next = last + period;
    }

    /// Lazy: when `probe` will flip if nothing changes.
    #[must_use]
    pub fn plan(&self, probe: &ProbeState, fall: u32, rise: u32) -> Instant {
        let needed = if probe.verdict { fall } else { rise };
        let mut misses = probe.misses;
        if let Some((end, seen, _)) = self.flight {
            if seen == probe.verdict {
                misses = 0;
            } else {
                misses += 1;
                if misses >= needed {
                    return end;
                }
            }
        }
        if !probe.running || probe.watch == probe.verdict || self.next == Instant::NEVER {
            return Instant::NEVER;
        }
        let period = self.cost + self.every;
        let more = i64::from(needed - misses) - 1;
        self.next + Span(period.0.saturating_mul(more)) + self.cost
    }
}
