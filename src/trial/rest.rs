//! Rest: whether anything more can change in a trial that executes every tick.
//!
//! In the lazy form a trial is over when nothing is due. Where every tick is executed
//! something always is; such a trial is over when no block would do anything at any
//! tick to come.

use super::world::World;
use crate::block::lease::LeasePlan;
use crate::block::probe::Looks;
use crate::block::value::Readings;
use crate::block::work::WorkStage;

impl World<'_> {
    /// Whether no block can change any more. It begins with the one that was found
    /// restless last: most often that is all that is looked at.
    pub(super) fn is_at_rest(&mut self) -> bool {
        let graph = self.graph;
        let sizes = [
            graph.faults.len(),
            graph.works.len(),
            graph.probes.len(),
            graph.leases.len(),
            graph.dials.len(),
            graph.tanks.len(),
        ];
        let all: usize = sizes.iter().sum();
        for _ in 0..all {
            if self.is_restless(self.restless, &sizes) {
                return false;
            }
            self.restless = (self.restless + 1) % all;
        }
        true
    }

    fn is_restless(&self, block: usize, sizes: &[usize; 6]) -> bool {
        let mut index = block;
        let kind = sizes.iter().position(|size| match index.checked_sub(*size) {
            Some(rest) => {
                index = rest;
                false
            }
            None => true,
        });
        match kind {
            Some(0) => [self.slots.fault(index), self.slots.fault_end(index)]
                .iter()
                .any(|slot| self.agenda.due(*slot).is_some()),
            Some(1) => matches!(
                self.works[index].stage,
                WorkStage::Queued | WorkStage::Running | WorkStage::Pausing
            ),
            Some(2) => self.may_flip(index),
            Some(3) => self.may_turn(index),
            Some(4) => self.dials[index].connected.is_none(),
            _ => self.agenda.due(self.slots.tank(index)).is_some(),
        }
    }

    /// Whether a probe could come to another verdict.
    fn may_flip(&self, index: usize) -> bool {
        let state = &self.probes[index];
        let ticks = match self.graph.probes[index].0.looks {
            Looks::Clock(clock) => self.clocks[clock.index()].running,
            Looks::Reply { .. } => true,
        };
        let looks = state.running && ticks && state.watch != state.verdict;
        looks || state.reply.flight.is_some_and(|(_, seen, _)| seen != state.verdict)
    }

    /// Whether a lease could fall or be revived.
    fn may_turn(&self, index: usize) -> bool {
        let lease = &self.graph.leases[index].0;
        let mut state = self.leases[index];
        state.counted_to = self.visible;
        debug_assert_eq!(state.renewing, self.holds(lease.renew[state.holder].1));
        let clock = &self.clocks[lease.renew[state.holder].0.index()];
        let check = lease.check.map(|c| &self.clocks[c.index()]);
        state.plan(clock, check, lease.of.is_none()) != LeasePlan::Nothing
    }
}
