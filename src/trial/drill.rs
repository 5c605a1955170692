//! What a drill would report, read off the stamps of its steps.

use super::collect::Witness;
use crate::outcome::{Claimed, DrillLayout, DrillOutcome, Measured, StepTaken};
use crate::units::Instant;

/// The milestones of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct StepMarks {
    pub(super) begun: u32,
    pub(super) passed: u32,
    pub(super) failed: u32,
}

/// A compiled procedure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Drill {
    pub(super) marks: Vec<StepMarks>,
    pub(super) layout: DrillLayout,
}

impl Drill {
    /// Fills `told` with what the drill would report; `clock` is the first fault.
    pub(super) fn tell(&self, witness: &impl Witness, clock: Instant, told: &mut DrillOutcome) {
        let stamp = |mark: u32| witness.stamps(mark as usize).min();
        told.steps.clear();
        told.passed = true;
        told.reported = Measured::ABSENT;
        told.struck = witness.is_struck();
        let (mut first, mut last) = (None, None);
        for (marks, slot) in self.marks.iter().zip(&self.layout.steps) {
            let (begun, passed) = (stamp(marks.begun), stamp(marks.passed));
            let over = passed.or(stamp(marks.failed));
            first = first.or(begun);
            last = over;
            told.steps.push(StepTaken {
                begun: begun.map_or(Measured::ABSENT, |at| Measured::span(at - clock)),
                took: match (begun, over) {
                    (Some(begun), Some(over)) => Measured::span(over - begun),
                    (Some(_), None) => Measured::CENSORED,
                    _ => Measured::ABSENT,
                },
                passed: passed.is_some(),
            });
            told.passed &= passed.is_some() || over.is_some() && slot.ignores;
            if let (true, Some(over)) = (slot.looks, over) {
                told.reported = Measured::span(over - clock);
            }
        }
        told.total = match (first, last) {
            (Some(first), Some(last)) => Measured::span(last - first),
            // A drill that stopped has an end as well, and is not over in this sense.
            _ => Measured::CENSORED,
        };
        let mut claims = self.layout.claims.iter();
        let target = claims.find(|claim| claim.of == Claimed::Recovery);
        if let Some(target) = target.filter(|_| told.reported.is_number()) {
            told.passed &= told.reported <= Measured::span(target.most);
        }
        if !told.passed {
            told.reported = Measured::ABSENT;
        }
    }
}
