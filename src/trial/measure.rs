//! Meters in a trial: those whose levels changed look.

use super::world::World;
use crate::block::value::Readings;
use crate::units::Instant;

impl World<'_> {
    /// Meters begin as they do in every trial.
    pub(super) fn begin_meters(&mut self) {
        self.gauges.begin();
        self.shares.iter_mut().for_each(Vec::clear);
    }

    /// The share of a meter in the steady state.
    pub(super) fn share_at_start(&self, index: usize) -> i64 {
        self.gauges.share_at_start(index)
    }

    /// Every meter whose levels changed looks: each at its own alone, so that their order
    /// is nobody's.
    #[inline(always)]
    pub(super) fn measure(&mut self) {
        if self.gauges.any_looks() {
            self.measure_all();
        }
    }

    #[inline(never)]
    fn measure_all(&mut self) {
        while let Some((index, parts)) = self.gauges.next() {
            self.measure_one(index, parts);
        }
    }

    #[inline]
    fn measure_one(&mut self, index: usize, parts: u32) {
        let meter = &self.meters[index];
        let level = self.levels[meter.criterion.level().index()];
        let (holds, event) = (meter.criterion.given(level.value()), level.event());
        let count = |counter: u32| self.counters[counter as usize];
        let served = meter.share.of(parts, count);
        let (now, state) = (self.now, self.gauges.of(index));
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

    /// What was not served, in the unit of the meter's share times nanoseconds, once the
    /// trial is over.
    pub(super) fn unserved(&self, index: usize) -> i128 {
        self.gauges.unserved(index, || self.holds(self.meters[index].criterion))
    }

    /// The trial ends at `end`.
    pub(super) fn end_meters(&mut self, end: Instant) {
        self.gauges.finish(self.meters, end);
    }
}
