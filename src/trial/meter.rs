//! Meters: what is measured on levels while a trial runs.
//!
//! A meter looks at the end of each instant, when everything has settled: what
//! is lost and found again within one instant was never lost.

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
    /// The parts whose share is served, each of equal weight.
    pub parts: Vec<Literal>,
    /// How long the criterion must hold to count as recovered.
    pub stable_for: Span,
}

/// What a meter has seen so far.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct MeterState {
    /// Whether the criterion holds.
    pub holds: bool,
    /// How many parts are served.
    pub served: u32,
    /// The same, before this instant has settled.
    pub served_now: u32,
    /// When it was first lost, and by which event.
    pub lost: Option<(Instant, EventId)>,
    /// Since when it holds again, and by which event.
    pub rose: Option<(Instant, EventId)>,
    /// When it recovered, and by which event.
    pub recovered: Option<(Instant, EventId)>,
    /// Lost again after it recovered.
    pub relapsed: bool,
    /// Integral of the unserved parts, in part-nanoseconds.
    pub unserved: i64,
    /// Up to when that is.
    pub since: Instant,
}

impl MeterState {
    /// Counts the time up to `now` with the parts served so far.
    fn integrate(&mut self, parts: usize, now: Instant) {
        let unserved = parts as i64 - i64::from(self.served);
        self.unserved = self.unserved.saturating_add(unserved.saturating_mul((now - self.since).0));
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

impl World<'_> {
    pub(super) fn begin_meters(&mut self) {
        for (index, meter) in self.meters.iter().enumerate() {
            let served = meter.parts.iter().filter(|p| self.holds(**p)).count() as u32;
            let holds = self.holds(meter.criterion);
            self.meter_states[index] =
                MeterState { holds, served, served_now: served, ..MeterState::default() };
        }
    }

    /// Every meter whose levels changed looks.
    pub(super) fn measure(&mut self) {
        while let Some(index) = self.dirty.meters.pop() {
            let meters = self.meters;
            let meter = &meters[index];
            let holds = self.holds(meter.criterion);
            let event = self.event(meter.criterion);
            let now = self.now;
            let state = &mut self.meter_states[index];
            state.integrate(meter.parts.len(), now);
            state.served = state.served_now;
            if holds != state.holds {
                state.change(holds, now, event, meter.stable_for);
            }
        }
    }

    /// The trial ends at `end`: what has not held for long enough by then has not
    /// recovered.
    pub(super) fn end_meters(&mut self, end: Instant) {
        for (index, meter) in self.meters.iter().enumerate() {
            let state = &mut self.meter_states[index];
            state.integrate(meter.parts.len(), end);
            state.confirm(end, meter.stable_for);
        }
    }
}
