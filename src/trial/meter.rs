//! Meters: what is measured on levels while a trial runs.
//!
//! A meter looks at the end of each instant, when everything has settled: what
//! is lost and found again within one instant was never lost.

use super::share::Share;
use super::steady::Steady;
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
    pub(super) fn integrate(&mut self, whole: i64, now: Instant) {
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

    /// The trial ends at `end`: what has not held for long enough by then has not
    /// recovered.
    fn finish(&mut self, meter: &Meter, end: Instant) {
        self.integrate(meter.share.whole(), end);
        self.confirm(end, meter.stable_for);
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

/// What all meters have seen. Most see nothing in a trial, and of those nothing is
/// written: only who has looked is put back to the start, and integrated to the end.
///
/// The last meters may be *tallies*: of one level each, of which nothing is asked but for
/// how long it did not hold in all. What is lost and found again within one instant adds
/// nothing to that, so a tally is kept at each change and never looks.
#[derive(Debug)]
pub(super) struct Gauges {
    states: Vec<MeterState>,
    /// The same at the start of every trial.
    starts: Vec<MeterState>,
    /// The same of one that saw nothing, at the end of every trial.
    ends: Vec<MeterState>,
    end: Instant,
    /// What has moved of each, before this instant has settled; at the start.
    counts: Vec<Counted>,
    count_starts: Vec<Counted>,
    /// The meters that look at the end of the instant, in any order.
    looking: Vec<u32>,
    /// Who has looked in this trial.
    moved: Vec<u32>,
    has_moved: Vec<bool>,
    /// For each tally the sum of all instants at which its level rose, less those at which
    /// it fell: for how long it did not hold, as long as it does \[ns\].
    tallies: Vec<i64>,
}

/// The parts of a meter.
#[derive(Clone, Copy, Debug)]
struct Counted {
    /// How many of them hold.
    parts: u32,
    /// Whether the meter looks at the end of the instant.
    looks: bool,
}

impl Gauges {
    /// Of all meters, of which the last so many are tallies.
    pub(super) fn new(meters: &[Meter], steady: &Steady, tallies: usize) -> Self {
        let (meters, tallied) = meters.split_at(meters.len() - tallies);
        debug_assert!(
            tallied.iter().all(|meter| meter.share.parts() == [meter.criterion]),
            "a tally is of one level"
        );
        let count = |meter: &Meter| Counted { parts: meter.share.holding(steady), looks: false };
        let counts: Vec<Counted> = meters.iter().map(count).collect();
        let starts: Vec<MeterState> = meters.iter().map(|meter| meter.start(steady)).collect();
        Self {
            states: starts.clone(),
            ends: starts.clone(),
            end: Instant::ZERO,
            counts: counts.clone(),
            count_starts: counts,
            looking: Vec::with_capacity(meters.len()),
            moved: Vec::with_capacity(meters.len()),
            has_moved: vec![false; meters.len()],
            starts,
            tallies: vec![0; tallies],
        }
    }

    /// What a meter that is no tally has seen, once the trial is over.
    #[inline]
    pub(super) fn state(&self, index: usize) -> &MeterState {
        &self.states[index]
    }

    /// From `now` on one part more of a meter holds, or one less.
    #[inline]
    pub(super) fn count(&mut self, index: usize, more: bool, now: Instant) {
        let Some(count) = self.counts.get_mut(index) else {
            let tally = &mut self.tallies[index - self.counts.len()];
            *tally += if more { now.0 } else { -now.0 };
            return;
        };
        // One less, modulo 2³².
        count.parts = count.parts.wrapping_add(if more { 1 } else { u32::MAX });
        if !count.looks {
            self.look(index);
        }
    }

    /// The same of `more` parts, modulo 2³²; and of none, where another criterion holds.
    pub(super) fn count_many(&mut self, index: usize, more: u32) {
        let count = &mut self.counts[index];
        count.parts = count.parts.wrapping_add(more);
        self.look(index);
    }

    /// A meter looks at the end of the instant.
    #[inline(never)]
    pub(super) fn look(&mut self, index: usize) {
        if !std::mem::replace(&mut self.counts[index].looks, true) {
            self.looking.push(index as u32);
        }
    }

    /// Whether any looks.
    #[inline(always)]
    pub(super) fn any_looks(&self) -> bool {
        !self.looking.is_empty()
    }

    /// The share of a meter in the steady state.
    pub(super) fn share_at_start(&self, index: usize) -> i64 {
        self.starts[index].served
    }

    /// What was not served of a meter, in the unit of its share times nanoseconds, once the
    /// trial is over, at whose end its criterion `holds` or not.
    pub(super) fn unserved(&self, index: usize, holds: impl FnOnce() -> bool) -> i128 {
        let Some(tally) = index.checked_sub(self.states.len()) else {
            return self.states[index].unserved;
        };
        let ends = if holds() { 0 } else { self.end.0 };
        i128::from(self.tallies[tally] + ends)
    }

    /// One that looks, whichever, and how many of its parts hold.
    #[inline]
    pub(super) fn next(&mut self) -> Option<(usize, u32)> {
        let index = self.looking.pop()? as usize;
        let count = &mut self.counts[index];
        count.looks = false;
        Some((index, count.parts))
    }

    /// Nobody looks any more.
    pub(super) fn clear(&mut self) {
        while self.next().is_some() {}
    }

    pub(super) fn begin(&mut self) {
        self.tallies.fill(0);
        self.counts.copy_from_slice(&self.count_starts);
        // Whoever heard of something while others began still looks.
        for index in &self.looking {
            self.counts[*index as usize].looks = true;
        }
        for index in self.moved.drain(..).map(|index| index as usize) {
            self.states[index] = self.ends[index];
            self.has_moved[index] = false;
        }
    }

    /// The state of a meter that looks.
    #[inline]
    pub(super) fn of(&mut self, index: usize) -> &mut MeterState {
        let state = &mut self.states[index];
        if !std::mem::replace(&mut self.has_moved[index], true) {
            self.moved.push(index as u32);
            *state = self.starts[index];
        }
        state
    }

    pub(super) fn finish(&mut self, meters: &[Meter], end: Instant) {
        if self.end != end {
            self.end = end;
            self.ends.copy_from_slice(&self.starts);
            for (index, (state, meter)) in self.ends.iter_mut().zip(meters).enumerate() {
                state.finish(meter, end);
                if !self.has_moved[index] {
                    self.states[index] = *state;
                }
            }
        }
        for index in self.moved.iter().map(|index| *index as usize) {
            self.states[index].finish(&meters[index], end);
        }
    }
}
