//! Faults in a trial: they wait for a milestone, strike, stand and relent.

use super::world::World;
use crate::block::value::Readings;
use crate::block::{Arm, Change, Event, EventId, FaultSpec, Strikes};
use crate::units::Span;

impl World<'_> {
    /// Faults that wait for a milestone, which `by` has stamped, get their instant.
    pub(super) fn arm_faults(&mut self, milestone: u32, by: EventId) {
        let graph = self.graph;
        for (index, fault) in graph.faults.iter().enumerate() {
            if fault.after == Some(milestone) && self.struck[index].is_none() {
                let at = (self.now + graph.span(fault.at, 0, self)).max(self.visible);
                self.armed_by[index] = by;
                self.agenda.schedule(self.slots.fault(index), at);
            }
        }
    }

    /// Faults that stand until a milestone, which has been stamped, end now.
    pub(super) fn end_faults(&mut self, milestone: u32) {
        let graph = self.graph;
        for (index, fault) in graph.faults.iter().enumerate() {
            if fault.until == Some(milestone) && self.level(fault.level) {
                self.agenda.schedule(self.slots.fault_end(index), self.visible);
            }
        }
    }

    /// A fault strikes.
    pub(super) fn strike(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let arm = match &fault.strikes {
            Strikes::One(_) => 0,
            Strikes::Chosen(pick, _) => self.picks[pick.index()].choice,
            Strikes::Drawn(name, arms) => {
                ((self.uniform(*name, 0) * arms.len() as f64) as usize).min(arms.len() - 1)
            }
        };
        self.strike_arm(index, arm);
    }

    /// A fault strikes this one of those whom it may strike.
    pub(super) fn strike_arm(&mut self, index: usize, arm: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        self.struck[index] = Some(arm);
        let event = self.set(fault.level, true, self.armed_by[index]);
        for change in &arm_of(fault, arm).begin {
            self.set(change.level, change.value, event);
        }
        if let Some(lasts) = fault.lasts {
            let end = self.now + graph.span(lasts, 0, self).max(Span(1));
            self.agenda.schedule(self.slots.fault_end(index), end);
        }
    }

    /// A fault ends: what no other fault holds comes back.
    pub(super) fn relent(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let Some(arm) = self.struck[index] else { return };
        let event = self.set(fault.level, false, self.event_of(fault.level));
        for change in &arm_of(fault, arm).end {
            if !(0..graph.faults.len()).any(|other| other != index && self.withholds(other, change))
            {
                self.set(change.level, change.value, event);
            }
        }
    }

    /// Whether a fault stands that keeps a fact from changing so. It does not
    /// where the fact has changed so since it struck: somebody has repaired it.
    fn withholds(&self, fault: usize, change: &Change) -> bool {
        let spec = &self.graph.faults[fault];
        let Some(arm) = self.struck[fault].filter(|_| self.level(spec.level)) else {
            return false;
        };
        let struck = self.event_of(spec.level).0 as usize;
        let took = |c: &Change| c.level == change.level && c.value != change.value;
        let repaired = |e: &Event| e.level == change.level && e.value == change.value;
        arm_of(spec, arm).begin.iter().any(took) && !self.journal[struck..].iter().any(repaired)
    }
}

fn arm_of(fault: &FaultSpec, arm: usize) -> &Arm {
    match &fault.strikes {
        Strikes::One(only) => only,
        Strikes::Chosen(_, arms) | Strikes::Drawn(_, arms) => &arms[arm],
    }
}
