//! Where outcomes come from: a seam between experiments and the engine.

use crate::outcome::{Layout, Outcomes};
use crate::random::Sampling;
use crate::trial::{Mode, Program, Runner};
use crate::units::Span;

/// Something whose trials can be run.
pub trait Source: Sync {
    /// The state of some trials at a time.
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

/// Runs some trials after the others.
pub trait Run {
    /// The outcomes of `count` trials from `first` on, which is a multiple of [`BESIDE`] and
    /// the count no more than that: functions of the sampling and the trial alone.
    ///
    /// [`BESIDE`]: crate::outcome::BESIDE
    fn run(&mut self, sampling: &Sampling, first: u64, count: usize) -> &Outcomes;
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
    fn run(&mut self, sampling: &Sampling, first: u64, count: usize) -> &Outcomes {
        self.run_beside(sampling, first, count)
    }
}
