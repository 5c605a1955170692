//! Work: something that takes time.
//!
//! A rise of `when` starts it and reads how long it takes; it completes unless
//! `when` falls before, and is then true until `when` falls or `until` rises.
//! Work that takes no time completes in the next round of the same epoch.
//!
//! Where it may fail, what ends is a *try*: it fails with a chance that is read
//! then, and another try, with draws of its own, begins after a wait. When the
//! last try has failed the work stays failed, a level of its own, until `when`
//! falls.
//!
//! Work that needs a unit of a pool, or somebody of a crew, starts when it gets one.
//! A failed try that holds one gives it back, unless `keeps` holds,
//! and the next asks anew after the wait, behind whoever asks already. What was
//! moved by a failed try is moved again, from the first byte.
//!
//! Work has no ticks: its full form and its lazy form are the same.

use super::crew::Calls;
use super::id::ValueId;
use super::link::Moves;
use super::literal::{EventId, LevelId, Literal};
use super::pool::Uses;
use crate::units::Instant;

/// Work, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Work {
    /// What starts it and must hold.
    pub when: Literal,
    /// What ends its level.
    pub until: Literal,
    /// How long it takes \[s\]; where it moves something, how long that takes
    /// alone.
    pub takes: ValueId,
    /// What it moves; then that decides how long it takes.
    pub moves: Option<Moves>,
    /// The pool of which it needs a unit.
    pub uses: Option<Uses>,
    /// Whom it calls; it does not use a pool as well.
    pub calls: Option<Calls>,
    /// It runs to its end although `when` falls.
    pub finishes: bool,
    /// The facts that completion sets.
    pub does: Vec<(LevelId, bool)>,
    /// How it fails and tries again, if it may fail.
    pub retry: Option<Retry>,
}

/// How work fails and tries again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Retry {
    /// The chance that a try fails, read at its end.
    pub fails: ValueId,
    /// How many tries there are; `None`: as many as it takes.
    pub tries: Option<ValueId>,
    /// From a failed try to the next \[s\], read when it has failed.
    pub between: ValueId,
    /// By how much each wait is longer than the one before, if it is: 1 and more.
    pub factor: Option<ValueId>,
    /// The longest wait \[s\], where there is one.
    pub most: Option<ValueId>,
    /// True while it has failed for good.
    pub failed: LevelId,
    /// The hash of the name of its failures.
    pub name: u64,
}

/// Work in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkState {
    /// Where it stands.
    pub stage: WorkStage,
    /// How many tries it has begun: the index of its draws.
    pub activations: u32,
    /// How many of them since it was started.
    pub tries: u32,
    /// The event that started it.
    pub started_by: EventId,
    /// When it last asked for a unit.
    pub asked: Instant,
    /// It holds a unit, or somebody.
    pub holds: bool,
}

/// Where work stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorkStage {
    /// Waiting for a rise of `when`.
    Idle,
    /// Waiting for a unit of its pool or for somebody of its crew, at first or for
    /// another try.
    Queued,
    /// Under way.
    Running,
    /// A try has failed, and the wait for the next is not over.
    Pausing,
    /// The last try has failed; waiting for `when` to fall.
    Failed,
    /// Complete; its level is true.
    Done,
    /// Ended by `until`; waiting for `when` to fall.
    Ended,
}

/// What the world has to do for a work whose inputs changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorkStep {
    /// Nothing.
    Nothing,
    /// It starts now, by the doing of `when`.
    Start,
    /// It asks for a unit, or calls, now.
    Ask,
    /// It is off the agenda.
    Cancel,
    /// Its level falls, by the doing of this literal.
    Fall(Literal),
    /// It has no longer failed.
    Forget,
}

impl Work {
    /// Work that takes so long \[s\] while `when` holds, and nothing else.
    #[must_use]
    pub fn new(when: Literal, takes: ValueId) -> Self {
        Self {
            when,
            until: Literal::FALSE,
            takes,
            moves: None,
            uses: None,
            calls: None,
            finishes: false,
            does: Vec::new(),
            retry: None,
        }
    }

    /// What it holds while it runs: the level that says so, and while which it is
    /// kept longer.
    #[must_use]
    pub fn holding(&self) -> Option<(LevelId, Literal)> {
        let called = self.calls.as_ref().map(|calls| (calls.held, calls.keeps));
        self.uses.map(|uses| (uses.held, uses.keeps)).or(called)
    }

    /// What follows from the present values of `when` and `until`.
    #[inline]
    pub fn step(&self, state: &mut WorkState, when: bool, until: bool) -> WorkStep {
        match state.stage {
            WorkStage::Idle if when && !until && self.holding().is_some() && !state.holds => {
                state.stage = WorkStage::Queued;
                WorkStep::Ask
            }
            WorkStage::Idle if when && !until => {
                state.stage = WorkStage::Running;
                WorkStep::Start
            }
            // What runs to its end tries to its end.
            WorkStage::Queued if !when && (!self.finishes || state.tries == 0) => {
                state.stage = WorkStage::Idle;
                WorkStep::Cancel
            }
            WorkStage::Running | WorkStage::Pausing if !when && !self.finishes => {
                state.stage = WorkStage::Idle;
                WorkStep::Cancel
            }
            WorkStage::Failed if !when => {
                state.stage = WorkStage::Idle;
                WorkStep::Forget
            }
            WorkStage::Done if !when => {
                state.stage = WorkStage::Idle;
                WorkStep::Fall(self.when)
            }
            WorkStage::Done if until => {
                state.stage = WorkStage::Ended;
                WorkStep::Fall(self.until)
            }
            WorkStage::Ended if !when => {
                state.stage = WorkStage::Idle;
                WorkStep::Nothing
            }
            _ => WorkStep::Nothing,
        }
    }
}
