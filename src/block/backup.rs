//! Backup: generations taken every so often, and what can be restored from them.
//!
//! A generation begins at each tick of a clock, and what it holds is what had
//! been written by then: its *point*. It is ready after `takes`, if its clock
//! still runs; of those that are ready the newest `keep` are kept, good or bad,
//! since nobody knows which is which before a restore. Each is good by a draw of
//! its own, and all of them by one that they share.
//!
//! A backup on a `base` is a log archive: what it holds leads from a good
//! generation of its base up to its newest point, or up to the first gap. Each
//! interval between two generations of the base has a gap by a draw of its own,
//! at a place of its own.
//!
//! Generations before zero were taken for ever: number, instant and draws of
//! each follow from its number. In the full form every tick after zero is
//! executed and remembered; in the lazy form none is, and generations after zero
//! follow from their numbers too.

use super::clock::ClockState;
use super::id::{BackupId, ClockId, ValueId};
use crate::units::{Instant, Span};

/// No more generations than these are looked through for one that fits.
const SCAN: usize = 20_000;

/// A backup, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Backup {
    /// Its clock, which ticks evenly: a tick begins a generation.
    pub clock: ClockId,
    /// From the beginning of a generation until it is ready \[s\], drawn by its number.
    pub takes: ValueId,
    /// How many are kept; whole, at least one.
    pub keep: ValueId,
    /// The chance that one is good; of a log archive, that an interval has no gap.
    pub works: ValueId,
    /// The chance that what they share is good.
    pub shared: ValueId,
    /// What a log archive leads on from.
    pub base: Option<BackupId>,
    /// The hash of its name, for the draw of each.
    pub name: u64,
    /// The hash of its name, for the draw that they share.
    pub common: u64,
}

/// A generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Generation {
    /// Its number: 0 is the last that began before zero.
    pub number: i64,
    /// When it began: it holds what had been written by then.
    pub point: Instant,
    /// Its clock stopped then: what was not ready before will never be.
    end: Instant,
}

/// A stretch of ticks without a restart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Run {
    /// The number and the instant of one of its ticks; unless it has gone on for
    /// ever, of the first.
    number: i64,
    origin: Instant,
    period: Span,
    for_ever: bool,
    end: Instant,
}

impl Run {
    /// The number of its last tick before `to`.
    fn last(&self, to: Instant) -> i64 {
        let passed = (to.min(self.end) - self.origin).0 - 1;
        let ticks = passed.div_euclid(self.period.0);
        self.number + if self.for_ever { ticks } else { ticks.max(-1) }
    }

    fn generation(&self, number: i64) -> Generation {
        let ticks = (number - self.number).saturating_mul(self.period.0);
        Generation { number, point: self.origin + Span(ticks), end: self.end }
    }
}

/// What restoring a good generation comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Restore {
    /// The newest instant that is recovered.
    pub point: Instant,
    /// How much log leads there from the base; nothing without a base.
    pub since: Span,
    /// How many generations are tried, the bad newer ones and the good one.
    pub tries: u32,
    /// The generation's number.
    pub number: i64,
}

/// A backup in a trial.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct BackupState {
    runs: Vec<Run>,
    /// Full: the generations since zero.
    ticked: Vec<Generation>,
    full: bool,
}

/// What the search for a generation asks of the world: how long a generation
/// takes, how many are kept, which are good.
pub trait Rules {
    /// How long the generation of this number takes.
    fn takes(&self, number: i64) -> Span;
    /// How many are kept.
    fn keep(&self) -> usize;
    /// Whether the generation of this number is good.
    fn good(&self, number: i64) -> bool;
}

impl BackupState {
    /// An empty state.
    #[must_use]
    pub fn new() -> Self {
        Self { runs: Vec::with_capacity(8), ticked: Vec::with_capacity(8), full: false }
    }

    /// The steady start under `clock`: it has ticked for ever, or never.
    pub fn start(&mut self, clock: &ClockState, full: bool) {
        self.runs.clear();
        self.ticked.clear();
        self.full = full;
        if clock.running {
            // A tick at zero itself is still to come.
            let early = if clock.origin < Instant::ZERO { Span::ZERO } else { clock.period };
            self.runs.push(Run {
                number: 0,
                origin: clock.origin - early,
                period: clock.period,
                for_ever: true,
                end: Instant::NEVER,
            });
        }
    }

    /// Full: a tick at `now`.
    pub fn tick(&mut self, now: Instant) {
        let number = self.ticked.last().map_or(1, |g| g.number + 1);
        self.ticked.push(Generation { number, point: now, end: Instant::NEVER });
    }

    /// Its clock has stopped, as seen by ticks from `visible` on.
    pub fn stop(&mut self, visible: Instant) {
        if let Some(run) = self.runs.last_mut().filter(|run| run.end == Instant::NEVER) {
            run.end = visible;
        }
        for generation in self.ticked.iter_mut().rev().take_while(|g| g.end == Instant::NEVER) {
            generation.end = visible;
        }
    }

    /// Its clock has started anew.
    pub fn restart(&mut self, clock: &ClockState) {
        let number = self.runs.last().map_or(1, |run| run.last(Instant::NEVER).max(0) + 1);
        let (origin, period) = (clock.origin, clock.period);
        let run = Run { number, origin, period, for_ever: false, end: Instant::NEVER };
        self.runs.push(run);
    }

    /// Whether its clock runs, as it knows.
    #[must_use]
    pub fn runs(&self) -> bool {
        self.runs.last().is_some_and(|run| run.end == Instant::NEVER)
    }

    /// Every generation that began before `visible`, the newest first, until
    /// `visit` says stop.
    fn newest_first(&self, visible: Instant, visit: &mut dyn FnMut(Generation) -> bool) {
        let mut left = SCAN;
        if self.full {
            for generation in self.ticked.iter().rev() {
                if !visit(*generation) {
                    return;
                }
                left = left.saturating_sub(1);
            }
        }
        for run in self.runs.iter().rev() {
            // In the full form what came after zero has been remembered.
            if self.full && !run.for_ever {
                continue;
            }
            let last = if self.full { run.number } else { run.last(visible) };
            let first = if run.for_ever { i64::MIN / 4 } else { run.number };
            let mut number = last;
            while number >= first && left > 0 {
                if !visit(run.generation(number)) {
                    return;
                }
                number -= 1;
                left -= 1;
            }
        }
    }

    /// The newest generation that is ready and began at or before `by`.
    fn newest(&self, visible: Instant, by: Instant, rules: &dyn Rules) -> Option<Generation> {
        let mut found = None;
        self.newest_first(visible.min(by + Span(1)), &mut |generation| {
            if generation.point <= by && ready(generation, visible, rules) {
                found = Some(generation);
            }
            found.is_none()
        });
        found
    }

    /// The `k`-th newest good generation (from 1) of those that are kept, as it
    /// is seen from `visible` on.
    #[must_use]
    pub fn good(&self, k: usize, visible: Instant, rules: &dyn Rules) -> Option<Restore> {
        let (mut kept, mut good, mut found) = (0, 0, None);
        let keep = rules.keep();
        self.newest_first(visible, &mut |generation| {
            if !ready(generation, visible, rules) {
                return true;
            }
            kept += 1;
            if rules.good(generation.number) {
                good += 1;
            }
            if good == k {
                let Generation { number, point, .. } = generation;
                found = Some(Restore { point, since: Span::ZERO, tries: kept as u32, number });
            }
            found.is_none() && kept < keep
        });
        found
    }

    /// Where this archive leads from what was found in its base: up to its
    /// newest point or the first gap. `base` is the base's state, and `gap` the
    /// place of the gap behind the base's generation of a number, as a fraction
    /// of the interval, if there is one.
    #[must_use]
    pub fn lead(
        &self,
        from: Restore,
        base: &Self,
        visible: Instant,
        rules: &dyn Rules,
        gap: &dyn Fn(i64) -> Option<f64>,
    ) -> Restore {
        let mut first_gap = Instant::NEVER;
        let interval = base.runs.last().map_or(0, |run| run.period.0) as f64;
        base.newest_first(visible, &mut |generation| {
            if let Some(place) = gap(generation.number) {
                first_gap = generation.point + Span((place * interval) as i64);
            }
            generation.number > from.number
        });
        let newest = self.newest(visible, first_gap, rules);
        let point = newest.map_or(from.point, |generation| generation.point.max(from.point));
        Restore { point, since: point - from.point, ..from }
    }
}

/// Whether a generation is ready, as it is seen from `visible` on.
fn ready(generation: Generation, visible: Instant, rules: &dyn Rules) -> bool {
    let done = generation.point + rules.takes(generation.number);
    done < generation.end.min(visible)
}
