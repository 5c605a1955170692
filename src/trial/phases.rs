//! The phases of clocks at the steady start, drawn for sixteen trials at once.
//!
//! Most clocks have the same period in all trials, and a phase that is uniform over it.
//! Where every trial is executed, such phases are drawn for the next sixteen trials
//! together, which costs a fraction of drawing each by itself and gives the same bits.

use pulp::{Arch, NullaryFnOnce};

use super::steady::Steady;
use super::sweep::{Grid, begin};
use crate::block::clock::{SHORTEST_PERIOD, Ticks};
use crate::block::pace::offset;
use crate::block::value::Value;
use crate::block::{ClockId, Graph};
use crate::outcome::BESIDE;
use crate::random::{BATCH, InBatch, Sampling};
use crate::units::{Instant, Span};

/// Trials of which phases are drawn at once.
const BLOCK: u64 = BESIDE as u64;

/// A clock with the same period in all trials, whose phase is drawn.
#[derive(Clone, Copy, Debug)]
pub(super) struct Drawn {
    pub(super) clock: ClockId,
    pub(super) period: Span,
    /// Whether it ticks at the steady start.
    pub(super) running: bool,
    /// The hash of its name.
    name: u64,
}

/// Clocks and their phases.
#[derive(Debug)]
pub(super) struct Phases {
    drawn: Vec<Drawn>,
    /// All others that follow none.
    pub(super) others: Vec<ClockId>,
    /// Trials of which phases are drawn at once: [`BLOCK`], or one where trials come alone.
    beside: u64,
    /// The streams of those that are drawn, and the batch that they are of.
    streams: Vec<InBatch>,
    batch: Option<(Sampling, u64)>,
    /// The last tick of each before zero, all clocks of one trial side by side; of which
    /// trials.
    origins: Vec<Instant>,
    block: Option<(Sampling, u64)>,
    arch: Arch,
}

impl Phases {
    /// Of all clocks of a graph, for trials that come alone.
    pub(super) fn of(graph: &Graph, steady: &Steady) -> Self {
        let (mut drawn, mut others) = (Vec::new(), Vec::new());
        for (index, clock) in graph.clocks.iter().enumerate() {
            let (id, name) = (ClockId(index as u32), clock.name);
            match (clock.ticks, &graph.values[clock.every.0 as usize], clock.age) {
                (Ticks::Follow(_), ..) => {}
                (Ticks::Even | Ticks::From(_), Value::Constant(every), None) => {
                    let period = Span::from_seconds(every.max(0.0)).max(SHORTEST_PERIOD);
                    let running = steady.holds(clock.running);
                    drawn.push(Drawn { clock: id, period, running, name });
                }
                _ => others.push(id),
            }
        }
        let origins = vec![Instant::ZERO; drawn.len()];
        let streams = Vec::new();
        let arch = Arch::new();
        Self { drawn, others, beside: 1, streams, batch: None, origins, block: None, arch }
    }

    /// Every trial will be asked for, one after another: they are drawn a block at a time.
    pub(super) fn draw_blocks(&mut self) {
        self.beside = BLOCK;
        self.streams.reserve(self.drawn.len());
        self.origins.resize(self.drawn.len() * BESIDE, Instant::ZERO);
    }

    /// The clocks whose phases are drawn, and the last tick of each before zero.
    #[inline]
    pub(super) fn in_trial(
        &mut self,
        sampling: &Sampling,
        trial: u64,
    ) -> impl Iterator<Item = (&Drawn, &Instant)> {
        let block = Some((*sampling, trial / self.beside));
        if self.block != block {
            self.block = block;
            match self.beside {
                BLOCK => self.draw_block(sampling, trial - trial % BLOCK),
                _ => self.draw_one(sampling, trial),
            }
        }
        let first = (trial % self.beside) as usize * self.drawn.len();
        self.drawn.iter().zip(&self.origins[first..])
    }

    fn draw_one(&mut self, sampling: &Sampling, trial: u64) {
        for (one, origin) in self.drawn.iter().zip(&mut self.origins) {
            let uniform = sampling.uniform(sampling.stream(one.name), trial, 0);
            *origin = Instant::ZERO - offset(one.period, uniform);
        }
    }

    /// Draws for the block of trials that begins with `first`.
    #[inline(never)]
    fn draw_block(&mut self, sampling: &Sampling, first: u64) {
        let batch = first / BATCH;
        if self.batch != Some((*sampling, batch)) {
            self.batch = Some((*sampling, batch));
            self.streams.clear();
            let stream = |one: &Drawn| sampling.in_batch(sampling.stream(one.name), batch);
            self.streams.extend(self.drawn.iter().map(stream));
        }
        let (drawn, streams) = (&self.drawn, &self.streams);
        self.arch.dispatch(Draw { drawn, streams, first, origins: &mut self.origins });
    }
}

/// The phases of a block of trials, drawn with what a processor has for numbers side by
/// side; the bits are the same on each.
struct Draw<'p> {
    drawn: &'p [Drawn],
    streams: &'p [InBatch],
    first: u64,
    origins: &'p mut [Instant],
}

impl NullaryFnOnce for Draw<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let clocks = self.drawn.len();
        for index in 0..clocks {
            let uniforms = self.streams[index].uniforms(self.first);
            let ticks = last_ticks(self.drawn[index].period, &uniforms);
            for (lane, tick) in ticks.into_iter().enumerate() {
                self.origins[lane * clocks + index] = Instant(tick);
            }
        }
    }
}

/// The last tick before zero at each of these, a period or less ago: [`offset`] ago.
#[inline(always)]
fn last_ticks(period: Span, uniforms: &[f64; BESIDE]) -> [i64; BESIDE] {
    if period.0 >= Grid::LONGEST {
        return uniforms.map(|uniform| -offset(period, uniform).0);
    }
    let mut ticks = begin(uniforms, period.0);
    for tick in &mut ticks {
        *tick = tick.wrapping_sub(period.0);
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::name_hash;
    use proptest::prelude::*;

    fn phases(beside: bool) -> Phases {
        let drawn = |index: u32| Drawn {
            clock: ClockId(index),
            period: Span(1 + i64::from(index) * 999_999_937),
            running: true,
            name: name_hash(&format!("clock {index}")),
        };
        let drawn: Vec<Drawn> = (0..7).map(drawn).collect();
        let mut phases = Phases {
            origins: vec![Instant::ZERO; drawn.len()],
            drawn,
            others: Vec::new(),
            beside: 1,
            streams: Vec::new(),
            batch: None,
            block: None,
            arch: Arch::new(),
        };
        if beside {
            phases.draw_blocks();
        }
        phases
    }

    proptest! {
        /// Whoever draws one by one is the slow twin; trials in any order, seeds in turn.
        #[test]
        fn a_block_holds_what_is_drawn_one_by_one(
            trials in proptest::collection::vec((0_u64..3, any::<bool>(), 0_u64..600), 1..60),
        ) {
            let (mut blocks, mut alone) = (phases(true), phases(false));
            for (seed, stratified, trial) in trials {
                let scheme = if stratified { Sampling::latin_hypercube } else { Sampling::plain };
                let sampling = scheme(seed);
                let origins = |phases: &mut Phases| -> Vec<Instant> {
                    phases.in_trial(&sampling, trial).map(|(_, origin)| *origin).collect()
                };
                let found = origins(&mut blocks);
                prop_assert_eq!(&found, &origins(&mut alone));
                for (one, origin) in blocks.drawn.iter().zip(found) {
                    let uniform = sampling.uniform(sampling.stream(one.name), trial, 0);
                    prop_assert_eq!(Instant::ZERO - origin, offset(one.period, uniform));
                    prop_assert!(origin < Instant::ZERO && origin + one.period >= Instant::ZERO);
                }
            }
        }
    }
}
