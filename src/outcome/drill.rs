//! What a drill does and what it would report.

use super::measured::Measured;
use crate::units::Span;

/// The procedure of a scenario, as outcomes speak of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrillLayout {
    /// Its steps, in order: what [`DrillOutcome::steps`] stand for.
    pub steps: Vec<DrillStepSlot>,
    /// What its document claims.
    pub claims: Vec<Claim>,
}

/// What a document promises: something takes no longer than this.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Claim {
    /// What.
    pub of: Claimed,
    /// At most so long.
    pub most: Span,
    /// As it was written.
    pub text: String,
}

/// What a claim is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Claimed {
    /// From the fault to the end of the last look. The drill compares what it wrote
    /// down with this, and fails where it is longer.
    Recovery,
    /// From the beginning of the first step to the end of the last.
    Total,
    /// From the beginning of a step, by position, to its end.
    Step(usize),
}

/// A step of a procedure.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrillStepSlot {
    /// Its name.
    pub name: String,
    /// Whether it looks at something.
    pub looks: bool,
    /// Whether the drill goes on as if nothing were wrong where it fails.
    pub ignores: bool,
}

/// How a step went in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepTaken {
    /// From the first fault to its beginning; absent where it never began.
    pub begun: Measured,
    /// How long it took; censored where it was not over by the horizon.
    pub took: Measured,
    /// Whether it went well.
    pub passed: bool,
}

/// What a drill would report of a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DrillOutcome {
    /// One for each step.
    pub steps: Vec<StepTaken>,
    /// It says that all went well.
    pub passed: bool,
    /// The recovery time that it writes down: from the first fault to the end of its
    /// last look. Absent where it did not pass, or looks at nothing.
    pub reported: Measured,
    /// From the beginning of the first step to the end of the last; censored where it
    /// was not over by the horizon.
    pub total: Measured,
    /// Something was broken, or asked for.
    pub struck: bool,
}

impl DrillOutcome {
    /// Becomes what `other` is, in the memory that it was told in before.
    pub fn copy(&mut self, other: &Self) {
        let mut steps = std::mem::take(&mut self.steps);
        steps.clone_from(&other.steps);
        let Self { steps: _, passed, reported, total, struck } = *other;
        *self = Self { steps, passed, reported, total, struck };
    }

    /// More happened than a trial may hold: nothing is known of the drill.
    pub fn unsettle(&mut self) {
        self.passed = false;
        self.reported = Measured::ABSENT;
        self.total = Measured::CENSORED;
        for step in &mut self.steps {
            *step = StepTaken { begun: Measured::ABSENT, took: Measured::CENSORED, passed: false };
        }
    }
}

impl Default for DrillOutcome {
    fn default() -> Self {
        let absent = Measured::ABSENT;
        Self { steps: Vec::new(), passed: false, reported: absent, total: absent, struck: false }
    }
}
