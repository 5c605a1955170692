//! What one trial yielded.

use super::drill::DrillOutcome;
use super::measured::Measured;
use crate::units::{Instant, Span};

/// A change of a served share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShareStep {
    /// Which of [`Layout::shares`](super::Layout::shares).
    pub slot: usize,
    /// From when on, since the fault.
    pub since: Span,
    /// What is served from then on, in billionths.
    pub share: i64,
}

/// A stretch of the critical path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which stage.
    pub stage: usize,
    /// When its cause happened.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
}

/// A stretch of what a component waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Towards which figure: the slot of a component's recovery time, or of the
    /// redundancy of a component or the system.
    pub slot: usize,
    /// The stretch.
    pub step: Step,
}

/// Of the first so many trials it is told what each component waited for: which stage
/// matters most is known from few, and it costs a walk a component, or, where two
/// causes came in one moment, a trial executed event by event.
pub const TOLD: u64 = 32;

/// What one trial yielded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Which trial.
    pub trial: u64,
    /// One value a slot. The slot of [`Figure::ClientOutage`](super::Figure::ClientOutage) holds the worst client.
    pub figures: Vec<Measured>,
    /// For each milestone slot, its instances' instants since the fault in
    /// ascending order ([`Measured::ABSENT`] last where an instance never stamped it).
    pub milestones: Vec<Measured>,
    /// The outage of each client, by population.
    pub client_outages: Vec<Measured>,
    /// What is no single number.
    pub course: Course,
}

/// What happened in a trial, as far as it is no single number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Course {
    /// From fault to recovery of the system; empty where it never failed or
    /// never recovered. Steps telescope: each begins where the last ended.
    pub path: Vec<Step>,
    /// What each component waited for, in the first [`TOLD`] trials: the causal path to
    /// its own recovery, and that to its redundancy from the moment on at which it serves
    /// again. The stretches of one slot follow each other and telescope.
    pub waits: Vec<Wait>,
    /// How served shares changed, in the order of [`Layout::shares`](super::Layout::shares) and then of time.
    pub shares: Vec<ShareStep>,
    /// How long after the fault the trial was watched.
    pub watched: Span,
    /// The system was lost again after it counted as recovered.
    pub relapsed: bool,
    /// More happened than the budget of a trial allows; its figures are censored.
    pub unsettled: bool,
    /// What the drill would report, where the scenario has a procedure.
    pub drill: Option<DrillOutcome>,
}

impl Course {
    /// Becomes what `other` is, in the memory that it was told in before.
    pub fn copy(&mut self, other: &Self) {
        self.path.clone_from(&other.path);
        self.waits.clone_from(&other.waits);
        self.shares.clone_from(&other.shares);
        (self.watched, self.relapsed, self.unsettled) =
            (other.watched, other.relapsed, other.unsettled);
        match (&mut self.drill, &other.drill) {
            (Some(mine), Some(theirs)) => mine.copy(theirs),
            (mine, theirs) => mine.clone_from(theirs),
        }
    }

    /// Forgets what happened, and keeps the memory that it was told in.
    pub fn clear(&mut self) {
        self.path.clear();
        self.waits.clear();
        self.shares.clear();
        (self.watched, self.relapsed, self.unsettled) = (Span::ZERO, false, false);
    }
}
