//! One world, compiled flat, from fault to horizon.
//!
//! [`Program::compile`] turns a model and a scenario into flat arrays once;
//! a [`Runner`] then runs any number of trials without allocating.

mod begin;
mod dirty;
mod look;
mod meter;
mod settle;
mod slots;
mod steady;
mod world;

pub use meter::{Meter, MeterState};
pub use steady::Steady;
pub use world::{Ended, World};

use crate::model::scenario::Scenario;
use crate::model::system::Model;
use crate::outcome::{Layout, Outcome, Timeline};
use crate::random::Sampling;
use crate::units::Span;

/// Whether periodic observers are executed tick by tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Observers are evaluated when what they observe changes.
    #[default]
    Lazy,
    /// Every tick is executed; the same outcomes to the bit.
    Full,
}

/// A model and a scenario, compiled.
#[derive(Debug)]
pub struct Program {
    layout: Layout,
    horizon: Span,
}

impl Program {
    /// Compiles a validated scenario of a validated model; cannot fail.
    #[must_use]
    pub fn compile(_model: &Model, _scenario: &Scenario) -> Self {
        Self { layout: Layout::default(), horizon: Span::ZERO }
    }

    /// What the outcomes' numbers mean.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where trials stop.
    #[must_use]
    pub fn horizon(&self) -> Span {
        self.horizon
    }

    /// The mutable half, one a thread.
    #[must_use]
    pub fn runner(&self, mode: Mode) -> Runner<'_> {
        Runner { program: self, mode, outcome: Outcome::default() }
    }
}

/// The state of one trial at a time.
#[derive(Debug)]
pub struct Runner<'p> {
    program: &'p Program,
    mode: Mode,
    outcome: Outcome,
}

impl Runner<'_> {
    /// Runs one trial: a pure function of the program, `sampling` (which holds
    /// the seed) and `trial`.
    pub fn run(&mut self, _sampling: &Sampling, trial: u64) -> &Outcome {
        let _ = (self.program, self.mode);
        self.outcome.trial = trial;
        &self.outcome
    }

    /// The story of the trial that ran last.
    #[must_use]
    pub fn timeline(&self) -> Timeline {
        Timeline::default()
    }
}
