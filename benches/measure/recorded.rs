//! Outcomes that were recorded once stand in for the engine, so that what is
//! left is the cost of summing up.

use drillcast::experiment::{Run, Source};
use drillcast::outcome::{BESIDE, Layout, Outcomes};
use drillcast::random::{BATCH, Sampling};
use drillcast::trial::{Mode, Program};
use drillcast::units::Span;

/// The outcomes of a batch, given again and again.
pub struct Recorded<'p> {
    program: &'p Program,
    outcomes: Vec<Outcomes>,
}

impl<'p> Recorded<'p> {
    /// The first batch of a program.
    pub fn of(program: &'p Program) -> Self {
        let sampling = Sampling::latin_hypercube(1);
        let mut runner = program.runner(Mode::Lazy);
        let blocks = (0..BATCH).step_by(BESIDE);
        let outcomes = blocks.map(|first| runner.run_beside(&sampling, first, BESIDE).clone());
        let outcomes = outcomes.collect();
        Self { program, outcomes }
    }
}

/// The next of them.
pub struct Replay {
    outcomes: Vec<Outcomes>,
}

impl Source for Recorded<'_> {
    type Run<'s>
        = Replay
    where
        Self: 's;

    fn layout(&self) -> &Layout {
        self.program.layout()
    }

    fn horizon(&self) -> Span {
        self.program.horizon()
    }

    fn runner(&self, _mode: Mode) -> Replay {
        Replay { outcomes: self.outcomes.clone() }
    }
}

impl Run for Replay {
    fn run(&mut self, _sampling: &Sampling, first: u64, count: usize) -> &Outcomes {
        let outcomes = &mut self.outcomes[(first % BATCH) as usize / BESIDE];
        (outcomes.first, outcomes.count) = (first, count);
        outcomes
    }
}
