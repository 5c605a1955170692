//! Meters: what is measured on levels while a trial runs.
//!
//! A meter looks at the end of each instant, when everything has settled: what
//! is lost and found again within one instant was never lost.

use super::share::Share;
use super::steady::Steady;
use super::world::World;
use crate::block::value::Readings;
use crate::block::{EventId, Literal};
use crate::outcome::Measured;
use crate::units::{Instant, Span};

/// What is measured.
#[derive(Clone, PartialEq, Debug)]
pub struct Meter {
    /// The criterion: served, or redundant.
    pub criterion: Literal,
    /// What is served.
    pub share: Share,
    /// Whether each change of the share is written down.
    pub is_told: bool,
    /// How long the criterion must hold to count as recovered.
    pub stable_for: Span,
}

/// What a meter has seen so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MeterState {
    /// Whether the criterion holds.
    pub holds: bool,
    /// What is served, in the unit of the share.
    pub served: i64,
    /// When it was first lost, and by which event.
    pub lost: Option<(Instant, EventId)>,
    /// Since when it holds again, and by which event.
    pub rose: Option<(Instant, EventId)>,
    /// When it recovered, and by which event.
    pub recovered: Option<(Instant, EventId)>,
    /// Lost again after it recovered.
    pub relapsed: bool,
    /// Integral of what is not served, in the unit of the share times nanoseconds.
    pub unserved: i128,
    /// Up to when that is.
    pub since: Instant,
}

impl MeterState {
    /// Counts the time up to `now` with what was served so far.
    fn integrate(&mut self, whole: i64, now: Instant) {
        let unserved = i128::from(whole - self.served);
        self.unserved += unserved * i128::from((now - self.since).0);
        self.since = now;
    }

    /// The criterion changed at `now` by the doing of `event`.
    pub(super) fn change(&mut self, holds: bool, now: Instant, event: EventId, stable_for: Span) {
        self.holds = holds;
        if holds {
            self.rose = Some((now, event));
            return;
        }
        self.lost.get_or_insert((now, event));
        self.confirm(now, stable_for);
        self.relapsed |= self.recovered.is_some();
        self.rose = None;
    }

    /// It has held until `now`: long enough to count as recovered?
    pub(super) fn confirm(&mut self, now: Instant, stable_for: Span) {
        if let (None, Some((at, _))) = (self.recovered, self.rose)
            && now - at >= stable_for
        {
            self.recovered = self.rose;
        }
    }

    /// Clock to recovery: 0 if it was never lost, censored if it did not come.
    #[must_use]
    pub fn recovery_time(&self, clock: Instant) -> Measured {
        match (self.lost, self.recovered) {
            (None, _) => Measured(0),
            (Some(_), Some((at, _))) => Measured::span(at - clock),
            (Some(_), None) => Measured::CENSORED,
        }
    }
}

impl Meter {
    /// What it has seen at the steady start.
    pub(super) fn start(&self, steady: &Steady) -> MeterState {
        let parts = self.share.holding(steady);
        let served = self.share.of(parts, |counter| steady.counters[counter as usize]);
        let holds = steady.holds(self.criterion);
        MeterState { holds, served, ..MeterState::default() }
    }
}

impl World<'_> {
    /// Meters begin as they do in every trial.
    pub(super) fn begin_meters(&mut self) {
        self.meter_states.copy_from_slice(&self.meter_starts);
        self.shares.iter_mut().for_each(Vec::clear);
    }

    /// The share of a meter in the steady state.
    pub(super) fn share_at_start(&self, index: usize) -> i64 {
        self.meter_starts[index].served
    }

    /// Every meter whose levels changed looks: each at its own alone, so that their order
    /// is nobody's.
    #[inline]
    pub(super) fn measure(&mut self) {
        while let Some(index) = self.dirty.pop_meter() {
            self.measure_one(index);
        }
    }

    fn measure_one(&mut self, index: usize) {
        let meter = &self.meters[index];
        let (holds, event) = (self.holds(meter.criterion), self.event(meter.criterion));
        let (now, parts) = (self.now, self.first_part as usize + index);
        let count = |counter: u32| self.counters[counter as usize];
        let served = meter.share.of(self.counters[parts], count);
        let state = &mut self.meter_states[index];
        if served != state.served {
            state.integrate(meter.share.whole(), now);
            state.served = served;
            if meter.is_told {
                self.shares[index].push((now, served));
            }
        }
        if holds != state.holds {
            state.change(holds, now, event, meter.stable_for);
        }
    }

    /// The trial ends at `end`: what has not held for long enough by then has not
    /// recovered.
    pub(super) fn end_meters(&mut self, end: Instant) {
        for (index, meter) in self.meters.iter().enumerate() {
            let state = &mut self.meter_states[index];
            state.integrate(meter.share.whole(), end);
            state.confirm(end, meter.stable_for);
        }
    }
}
