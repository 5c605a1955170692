//! Where outcomes come from: a seam between experiments and the engine.

use crate::outcome::{Layout, Outcome};
use crate::random::Sampling;
use crate::trial::{Mode, Program, Runner};
use crate::units::Span;

/// Something whose trials can be run.
pub trait Source: Sync {
    /// The state of one trial at a time.
    type Run<'s>: Run + Send
    where
        Self: 's;

    /// What the outcomes' numbers mean.
    fn layout(&self) -> &Layout;

    /// Where trials stop.
    fn horizon(&self) -> Span;

    /// A fresh state; one a thread.
    fn runner(&self, mode: Mode) -> Self::Run<'_>;
}

/// Runs one trial after the other.
pub trait Run {
    /// The outcome of a trial: a function of the sampling and the trial alone.
    fn run(&mut self, sampling: &Sampling, trial: u64) -> &Outcome;
}

impl Source for Program {
    type Run<'s> = Runner<'s>;

    fn layout(&self) -> &Layout {
        Self::layout(self)
    }

    fn horizon(&self) -> Span {
        Self::horizon(self)
    }

    fn runner(&self, mode: Mode) -> Runner<'_> {
        Self::runner(self, mode)
    }
}

impl Run for Runner<'_> {
    fn run(&mut self, sampling: &Sampling, trial: u64) -> &Outcome {
        Runner::run(self, sampling, trial)
    }
}
