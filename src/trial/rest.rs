//! Rest: whether anything more can change in a trial that executes every tick.
//!
//! In the lazy form a trial is over when nothing is due. Where every tick is executed
//! something always is; such a trial is over when no block would do anything at any
//! tick to come.

use super::habit::Habit;
use super::slots::Due;
use super::world::World;
use crate::block::value::Readings;
use crate::block::work::WorkStage;

impl World<'_> {
    /// Whether no block can change any more. Probes are many, and those that may be
    /// restless are known: the one that was suspected last most often is. Of the other
    /// blocks it begins with the one that was found restless last.
    #[inline]
    pub(super) fn is_at_rest(&mut self) -> bool {
        match self.suspects.last() {
            Some(probe) if self.will_look(*probe as usize) => {
                self.calms = false;
                false
            }
            _ => self.comes_to_rest(),
        }
    }

    #[inline(never)]
    fn comes_to_rest(&mut self) -> bool {
        while let Some(probe) = self.suspects.last().map(|probe| *probe as usize) {
            if self.may_flip(probe, self.habits[probe]) {
                // The end of a look may calm who waits for replies, and nobody else.
                self.calms = self.habits[probe].clock().is_none();
                return false;
            }
            self.suspects.pop();
            self.suspected[probe] = false;
        }
        let all = self.blocks.len();
        for _ in 0..all {
            let block = self.blocks[self.restless];
            if self.is_restless(block) {
                // A lease may be renewed by looks that see nothing new.
                self.calms = matches!(block, Due::Fall(_));
                return false;
            }
            self.restless = if self.restless + 1 == all { 0 } else { self.restless + 1 };
        }
        true
    }

    /// Full: a probe that may have become restless is suspected from now on. It does so
    /// only where it is settled: where it flips at a look, it agrees with what it sees or
    /// has been suspected since it disagreed.
    #[inline(always)]
    pub(super) fn suspect(&mut self, probe: usize, habit: Habit) {
        if self.may_flip(probe, habit) && !std::mem::replace(&mut self.suspected[probe], true) {
            self.suspects.push(probe as u32);
        }
    }

    fn is_restless(&mut self, block: Due) -> bool {
        match block {
            Due::Fault(index) => {
                let slots =
                    [self.slots.fault(index as usize), self.slots.fault_end(index as usize)];
                slots.iter().any(|slot| self.agenda.due(*slot).is_some())
            }
            Due::Work(index) => matches!(
                self.works[index as usize].stage,
                WorkStage::Queued | WorkStage::Running | WorkStage::Pausing
            ),
            Due::Fall(index) => self.may_turn(index as usize),
            Due::Dial(index) => self.dials[index as usize].connected.is_none(),
            Due::Tank(index) => self.agenda.due(self.slots.tank(index as usize)).is_some(),
            _ => false,
        }
    }

    /// Whether a probe could come to another verdict.
    #[inline(always)]
    fn may_flip(&self, index: usize, habit: Habit) -> bool {
        let looks = self.probes[index].disagrees();
        match habit.clock() {
            Some(clock) => looks && self.clocks[clock].running,
            None => looks || self.awaits(index),
        }
    }

    /// Whether a probe on a clock could come to another verdict.
    #[inline]
    fn will_look(&self, index: usize) -> bool {
        let clock = self.habits[index].clock();
        self.probes[index].disagrees() && clock.is_some_and(|clock| self.clocks[clock].running)
    }

    /// Whether a look is under way that saw something else than its probe believes.
    fn awaits(&self, index: usize) -> bool {
        let verdict = self.probes[index].verdict;
        self.replies[index].flight.is_some_and(|(_, seen, _)| seen != verdict)
    }

    /// Whether a lease could fall or be revived.
    fn may_turn(&mut self, index: usize) -> bool {
        let lease = &self.graph.leases[index].0;
        // Where every tick is executed nobody else reads it.
        self.leases[index].counted_to = self.visible;
        let state = &self.leases[index];
        debug_assert_eq!(state.renewing, self.holds(lease.renew[state.holder].1));
        let clock = &self.clocks[lease.renew[state.holder].0.index()];
        let check = lease.check.map(|c| &self.clocks[c.index()]);
        state.will_turn(clock, check, lease.of.is_none())
    }
}
