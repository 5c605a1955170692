//! Lease: a deadline that renewals push back.
//!
//! A tick of the holder's clock renews a live lease if its condition holds:
//! deadline = tick + ttl. The lease falls at the first check at or after its
//! deadline (without a check: at the deadline); a renewal in the same instant
//! saves it. A re-arm sets the deadline anew, a drop ends it at once.
//!
//! A lease *of* a pick is granted by each pick to whoever was picked, and
//! nothing else revives it. Any other lease is revived by its next renewal.
//!
//! In the lazy form renewals do not happen: as long as the condition holds and
//! the period is not longer than the ttl the lease cannot fall, and when the
//! condition falls the last renewal before is found in closed form.
//!
//! The cause of a fall is the later of what ended the renewals and what set
//! the deadline (a grant or a re-arm without a renewal since).

use super::clock::ClockState;
use super::id::{ClockId, PickId, ValueId};
use super::literal::{EventId, Literal};
use super::pace::Pace;
use crate::units::{Instant, Span};

/// A lease, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Lease {
    /// The pick that grants it.
    pub of: Option<PickId>,
    /// Time to live \[s\], read once a trial.
    pub ttl: ValueId,
    /// For each possible holder (one without a pick) its clock and the
    /// condition under which a tick renews.
    pub renew: Vec<(ClockId, Literal)>,
    /// When expiry is noticed.
    pub check: Option<ClockId>,
    /// At a rise of this, the deadline becomes now + the value \[s\].
    pub rearm: Option<(Literal, ValueId)>,
    /// At a rise of this it falls.
    pub drop: Literal,
}

/// A lease in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LeaseState {
    /// Whether it is live.
    pub alive: bool,
    /// Who holds it: a position in [`Lease::renew`].
    pub holder: usize,
    /// Whether ticks renew, as of the last change.
    pub renewing: bool,
    /// The event that gave `renewing` its value.
    pub renewing_event: EventId,
    /// Time to live.
    pub ttl: Span,
    /// When it ends.
    pub deadline: Instant,
    /// The last renewal or grant.
    pub renewed: Instant,
    /// The grant or re-arm that set the deadline, if no renewal did since.
    pub set_by: EventId,
    /// Ticks before this instant are counted.
    pub counted_to: Instant,
    /// The condition that drops it, as of the last change.
    pub dropping: bool,
    /// The condition that re-arms it, as of the last change.
    pub rearming: bool,
}

/// What a lease has planned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LeasePlan {
    /// Nothing.
    Nothing,
    /// A renewal that must be executed, at this instant.
    Renew(Instant),
    /// It falls, at this instant.
    Fall(Instant),
}

impl LeaseState {
    /// A lease that nobody holds.
    pub const DEAD: Self = Self {
        alive: false,
        holder: 0,
        renewing: false,
        renewing_event: EventId::START,
        ttl: Span::ZERO,
        deadline: Instant::NEVER,
        renewed: Instant::ZERO,
        set_by: EventId::START,
        counted_to: Instant::ZERO,
        dropping: false,
        rearming: false,
    };

    /// A tick of the holder's clock at `now`: renews it; whether that revives it.
    pub fn renew(&mut self, now: Instant, revives: bool) -> bool {
        if !self.renewing || !(self.alive || revives) {
            return false;
        }
        self.renewed = now;
        self.deadline = now + self.ttl;
        self.set_by = EventId::START;
        !std::mem::replace(&mut self.alive, true)
    }

    /// Lazy: the renewals before `to`.
    pub fn advance(&mut self, clock: &ClockState, to: Instant) {
        if self.alive
            && self.renewing
            && let Some(tick) = clock.last(self.counted_to, to)
        {
            self.renew(tick, false);
        }
        self.counted_to = self.counted_to.max(to);
    }

    /// Lazy: what happens next if nothing changes.
    #[must_use]
    pub fn plan(&self, clock: &ClockState, check: Option<&ClockState>, revives: bool) -> LeasePlan {
        let renewal = if self.renewing { clock.next(self.counted_to) } else { Instant::NEVER };
        if !self.alive {
            return if revives && renewal != Instant::NEVER {
                LeasePlan::Renew(renewal)
            } else {
                LeasePlan::Nothing
            };
        }
        let due = self.deadline.max(self.counted_to);
        let fall = check.map_or(due, |c| c.next(due));
        if renewal <= fall {
            // With gaps within the ttl every later renewal is in time too.
            if renewal == Instant::NEVER || clock.longest_gap() <= self.ttl {
                LeasePlan::Nothing
            } else {
                LeasePlan::Renew(renewal)
            }
        } else if fall == Instant::NEVER {
            LeasePlan::Nothing
        } else {
            LeasePlan::Fall(fall)
        }
    }

    /// Whether there is anything to [plan](Self::plan). What is not renewed runs out: that
    /// takes no look at when.
    #[inline]
    #[must_use]
    pub fn will_turn(&self, clock: &ClockState, check: Option<&ClockState>, revives: bool) -> bool {
        let is_seen = check.is_none_or(|c| c.running && matches!(c.pace, Pace::Even));
        if self.alive && !self.renewing && is_seen {
            return self.deadline != Instant::NEVER;
        }
        self.plan(clock, check, revives) != LeasePlan::Nothing
    }

    /// Which event made it fall for want of a renewal.
    #[must_use]
    pub fn expiry_cause(&self) -> EventId {
        self.renewing_event.max(self.set_by)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock() -> impl Strategy<Value = ClockState> {
        (1_i64..9, 0_i64..9, any::<bool>()).prop_map(|(period, origin, running)| ClockState {
            period: Span(period),
            origin: Instant(origin),
            running,
            ..ClockState::STOPPED
        })
    }

    proptest! {
        #[test]
        fn what_has_a_plan_will_turn(
            clocks in (clock(), prop::option::of(clock())),
            holds in prop::array::uniform3(any::<bool>()),
            ttl in 1_i64..20,
            deadline in prop_oneof![4 => 0_i64..40, 1 => Just(i64::MAX)],
            counted_to in 0_i64..40,
        ) {
            let ([alive, renewing, revives], (clock, check)) = (holds, clocks);
            let (ttl, deadline, counted_to) = (Span(ttl), Instant(deadline), Instant(counted_to));
            let lease =
                LeaseState { alive, renewing, ttl, deadline, counted_to, ..LeaseState::DEAD };
            let plan = lease.plan(&clock, check.as_ref(), revives);
            let will_turn = lease.will_turn(&clock, check.as_ref(), revives);
            prop_assert_eq!(will_turn, plan != LeasePlan::Nothing);
        }
    }
}
