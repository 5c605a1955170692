//! Pace: clocks whose ticks are not all a period apart.
//!
//! Each pace answers one question, when the next tick at or after an instant
//! is, and the answer does not depend on who asked before. The clock does the
//! rest: it counts by walking from tick to tick.
//!
//! *Random*: a Poisson process. Time is cut into cells as long as the mean; a
//! cell holds Poisson(1) ticks at uniform places, all drawn by the cell's
//! number, so that every cell can be looked into without those before it.
//!
//! *Follow*: a cache entry. It ticks at the first tick of another clock at or
//! after the instant when it has run out, and then lives for a period.
//!
//! *Growing*: a back-off. Gaps grow by a factor up to a most, each longer by a
//! drawn share of itself.

use crate::maths;
use crate::random::{Sampling, Stream};
use crate::units::{Instant, Span};

/// The most ticks of a cell that are told apart; more have a chance of 10⁻¹³.
const MOST: usize = 15;
/// The chance that a cell holds none: `exp(−1)`.
const NONE: f64 = 0.367_879_441_171_442_33;

/// How the ticks of a clock lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// A period apart.
    Even,
    /// At random, a period apart in the mean.
    Random(Draws),
    /// At the first tick of another clock after each period.
    Follow(Follower),
    /// Ever farther apart.
    Growing(Growth),
}

/// Uniform numbers by index.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Draws {
    sampling: Sampling,
    stream: Stream,
    trial: u64,
}

/// How far a clock has got that follows another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Follower {
    /// Whom it follows.
    pub(super) beat: Beat,
    /// Its next tick: what it costs to find is paid once, however many ask.
    first: Instant,
    /// A later one, or the same: whoever asks for ticks after it need not walk there.
    known: Instant,
}

/// The clock that another follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Beat {
    /// Its period.
    pub period: Span,
    /// Its origin.
    pub origin: Instant,
    /// Whether it ticks.
    pub running: bool,
    /// Its draws, where it ticks at random.
    pub draws: Option<Draws>,
}

/// A back-off.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Growth {
    /// The next gap, without its slack.
    pub gap: Span,
    /// By how much each gap is longer than the one before, in 2⁻³².
    factor: u64,
    /// The longest gap, without its slack.
    pub most: Span,
    /// The least and the greatest slack, as shares of a gap in 2⁻³².
    slack: (u64, u64),
    /// The number of the next look since the start.
    number: u32,
    draws: Draws,
}

impl Pace {
    /// That of a clock whose next tick is the first of another's from `origin` on.
    #[must_use]
    pub fn following(beat: Beat, origin: Instant) -> Self {
        let first = beat.next(origin);
        Self::Follow(Follower { beat, first, known: first })
    }

    /// The first tick at or after `from`, which is not before what was settled, of a clock
    /// that runs.
    pub(super) fn next(&self, origin: Instant, period: Span, from: Instant) -> Instant {
        match *self {
            Self::Even => even(origin, period, from),
            Self::Random(draws) => draws.next(origin, period, from),
            Self::Follow(follower) => follower.next(period, from),
            Self::Growing(growth) => {
                let (mut growth, mut tick) = (growth, origin + growth.next_gap());
                while tick < from {
                    growth = growth.stepped();
                    tick = tick + growth.next_gap();
                }
                tick
            }
        }
    }

    /// Forgets the ticks before `to`: nobody will ask for them.
    pub(super) fn settle(&mut self, origin: &mut Instant, period: Span, to: Instant) {
        match self {
            Self::Even | Self::Random(_) => {}
            Self::Follow(follower) => follower.settle(origin, period, to),
            Self::Growing(growth) => {
                let mut tick = *origin + growth.next_gap();
                while tick < to {
                    *origin = tick;
                    *growth = growth.stepped();
                    tick = tick + growth.next_gap();
                }
            }
        }
    }

    /// Somebody has found this tick.
    pub(super) fn know(&mut self, tick: Instant) {
        if let Self::Follow(follower) = self {
            follower.known = tick;
        }
    }

    /// The longest time there can be between two ticks.
    pub(super) fn longest_gap(&self, period: Span) -> Span {
        match self {
            Self::Even => period,
            Self::Random(_) => Span::NEVER,
            Self::Follow(follower) => follower.beat.gap(period).unwrap_or(Span::NEVER),
            Self::Growing(growth) => growth.longest(),
        }
    }
}

impl Follower {
    fn next(&self, period: Span, from: Instant) -> Instant {
        let Self { beat, first, known } = *self;
        if first >= from {
            return first;
        }
        if let Some(gap) = beat.gap(period) {
            return even(first, gap, from);
        }
        let mut tick = if known < from { known } else { first };
        while tick < from {
            tick = beat.next(tick + period);
        }
        tick
    }

    fn settle(&mut self, origin: &mut Instant, period: Span, to: Instant) {
        if let (Some(gap), true) = (self.beat.gap(period), self.first < to) {
            self.first = self.first + Span(((to - self.first).0 - 1) / gap.0 * gap.0);
        }
        while self.first < to {
            *origin = self.first + period;
            self.first = self.beat.next(*origin);
        }
        self.known = self.known.max(self.first);
    }
}

impl Draws {
    /// The draws of a name in a trial, since its `restarts`-th start.
    #[must_use]
    pub const fn new(sampling: Sampling, trial: u64, name: u64, restarts: u32) -> Self {
        let name = name.wrapping_add((restarts as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        Self { sampling, stream: sampling.stream(name), trial }
    }

    fn uniform(&self, index: u32) -> f64 {
        self.sampling.uniform(self.stream, self.trial, index)
    }

    /// The time since the last tick before the first cell, where ticks are
    /// `mean` apart.
    #[must_use]
    pub fn age(&self, mean: Span) -> Span {
        exponential(mean, self.uniform(u32::MAX))
    }

    /// The ticks of a cell as offsets in 1..=`length`, in order, and how many.
    fn cell(&self, number: i64, length: Span) -> ([i64; MOST], usize) {
        let first = (number as u32).wrapping_mul(MOST as u32 + 1);
        let count = poisson(self.uniform(first));
        let mut ticks = [0; MOST];
        for (place, tick) in (1..).zip(&mut ticks[..count]) {
            *tick = offset(length, self.uniform(first.wrapping_add(place))).0;
        }
        ticks[..count].sort_unstable();
        (ticks, count)
    }

    /// The first tick at or after `from`; cells of `length` begin at `origin`.
    fn next(&self, origin: Instant, length: Span, from: Instant) -> Instant {
        let mut number = ((from - origin).0.max(1) - 1) / length.0;
        loop {
            let start = origin + Span(number.saturating_mul(length.0));
            if (start + length) == Instant::NEVER {
                return Instant::NEVER;
            }
            let (ticks, count) = self.cell(number, length);
            let found = ticks[..count].iter().map(|t| start + Span(*t)).find(|t| *t >= from);
            if let Some(tick) = found {
                return tick;
            }
            number += 1;
        }
    }
}

/// The offset in 1..=period at a uniform number in (0, 1).
#[must_use]
#[inline]
pub fn offset(period: Span, uniform: f64) -> Span {
    Span(period.0 - ((uniform * period.0 as f64) as i64).min(period.0 - 1))
}

/// A count whose mean is one, at a uniform number.
fn poisson(uniform: f64) -> usize {
    let (mut count, mut chance, mut below) = (0, NONE, NONE);
    while uniform > below && count < MOST {
        count += 1;
        chance /= count as f64;
        below += chance;
    }
    count
}

/// An exponential span at a uniform number.
fn exponential(mean: Span, uniform: f64) -> Span {
    Span::from_seconds(-mean.as_seconds() * maths::ln_1p(-uniform))
}

impl Beat {
    /// The time since the last tick of whoever follows it every `period`, in
    /// the steady state, at a uniform number.
    ///
    /// At random, gaps are the period and an exponential wait: it is within the
    /// period with the share that the period has of a gap, and uniform there;
    /// else the wait has lasted exponentially. At even ticks all gaps are a
    /// multiple of them, and the last tick is any of those in a gap.
    #[must_use]
    pub fn age_of_follower(&self, period: Span, uniform: f64) -> Span {
        if self.draws.is_none() {
            let times = self.times(period);
            let back = ((uniform * times as f64) as i64).min(times - 1);
            return Instant::ZERO - self.origin + Span(back.saturating_mul(self.period.0));
        }
        let (life, wait) = (period.as_seconds(), self.period.as_seconds());
        // Where one of the two is endless there is nothing else.
        let within = if life.is_infinite() { 1.0 } else { life / (life + wait) };
        if uniform < within {
            return scaled(period, fixed(uniform / within));
        }
        period + exponential(self.period, (uniform - within) / (1.0 - within))
    }

    /// Its first tick at or after `from`.
    pub(super) fn next(&self, from: Instant) -> Instant {
        if !self.running || from == Instant::NEVER {
            return Instant::NEVER;
        }
        match self.draws {
            Some(draws) => draws.next(self.origin, self.period, from),
            None => even(self.origin, self.period, from),
        }
    }

    /// From one tick of whoever follows it every `period` to the next, if that
    /// is always the same.
    #[must_use]
    pub const fn gap(&self, period: Span) -> Option<Span> {
        if self.draws.is_some() {
            return None;
        }
        Some(Span(self.times(period).saturating_mul(self.period.0)))
    }

    /// How many ticks apart those are that whoever follows it every `period`
    /// ticks at; at least one.
    #[must_use]
    pub const fn times(&self, period: Span) -> i64 {
        if period.0 > self.period.0 { (period.0 - 1) / self.period.0 + 1 } else { 1 }
    }
}

/// The first of the ticks `period` apart, of which `origin` is the first, at or
/// after `from`.
#[inline]
pub(super) fn even(origin: Instant, period: Span, from: Instant) -> Instant {
    let passed = (from - origin).0;
    if passed <= 0 {
        return origin;
    }
    let ticks = (passed - 1) / period.0 + 1;
    origin + Span(ticks.saturating_mul(period.0))
}

/// A number of 2⁻³² \[1\], saturating.
fn fixed(number: f64) -> u64 {
    (number.clamp(0.0, f64::from(u32::MAX)) * f64::from(1_u32 << 16) * f64::from(1_u32 << 16))
        as u64
}

impl Growth {
    /// A back-off that begins with a gap of `every`: at least one `factor`
    /// longer each time, at most `most`, and `slack` longer still, drawn by the
    /// look's number.
    #[must_use]
    pub fn new(every: Span, factor: f64, most: Span, slack: (f64, f64), draws: Draws) -> Self {
        let (gap, factor) = (every.min(most), fixed(factor.max(1.0)));
        let slack = (fixed(slack.0), fixed(slack.1.max(slack.0)));
        Self { gap, factor, most, slack, number: 0, draws }
    }

    /// The same long after its beginning.
    #[must_use]
    pub const fn grown(self) -> Self {
        if self.factor > fixed_one() { Self { gap: self.most, ..self } } else { self }
    }

    /// The next gap with its slack.
    fn next_gap(&self) -> Span {
        let (low, high) = self.slack;
        let drawn = ((high - low) as f64 * self.draws.uniform(self.number)) as u64;
        self.gap + scaled(self.gap, low + drawn)
    }

    /// Past its next look.
    fn stepped(self) -> Self {
        let gap = scaled(self.gap, self.factor).min(self.most);
        Self { gap, number: self.number.wrapping_add(1), ..self }
    }

    /// The longest gap there can be from here on.
    fn longest(&self) -> Span {
        let gap = self.grown().gap;
        gap + scaled(gap, self.slack.1)
    }
}

/// One, in 2⁻³².
const fn fixed_one() -> u64 {
    1 << 32
}

/// A span times a share in 2⁻³², saturating.
fn scaled(span: Span, share: u64) -> Span {
    let product = (i128::from(span.0) * i128::from(share)) >> 32;
    Span(i64::try_from(product).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::name_hash;

    fn draws(seed: u64) -> Draws {
        Draws::new(Sampling::plain(seed), 3, name_hash("pace"), 0)
    }

    #[test]
    fn an_offset_is_never_zero_and_never_more_than_a_period() {
        for uniform in [1e-17, 0.25, 0.5, 1.0 - 1e-16] {
            let offset = offset(Span(10), uniform);
            assert!((1..=10).contains(&offset.0), "{uniform}: {offset:?}");
        }
        assert_eq!(offset(Span(10), 0.05), Span(10));
        assert_eq!(offset(Span(10), 0.95), Span(1));
    }

    #[test]
    fn a_cell_in_so_many_holds_none() {
        assert_eq!(NONE.to_bits(), maths::exp(-1.0).to_bits());
    }

    /// Half a million cells hold as many ticks as there are cells.
    #[test]
    fn random_ticks_are_a_mean_apart() {
        let draws = draws(5);
        let cells = 500_000;
        let count: usize = (0..cells).map(|n| draws.cell(n, Span(1000)).1).sum();
        let error = (cells as f64).sqrt();
        assert!((count as f64 - cells as f64).abs() < 4.0 * error, "{count} ticks");
    }
}
