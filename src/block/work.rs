//! Work: something that takes time.
//!
//! A rise of `when` starts it and reads how long it takes; it completes unless
//! `when` falls before, and is then true until `when` falls or `until` rises.
//! Work that takes no time completes in the next round of the same epoch.
//!
//! Work has no ticks: its full form and its lazy form are the same.

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
    /// It runs to its end although `when` falls.
    pub finishes: bool,
    /// The facts that completion sets.
    pub does: Vec<(LevelId, bool)>,
}

/// Work in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct WorkState {
    /// Where it stands.
    pub stage: WorkStage,
    /// How often it was started: the index of its draws.
    pub activations: u32,
    /// The event that started it.
    pub started_by: EventId,
    /// When it asked for a unit.
    pub asked: Instant,
    /// It holds a unit.
    pub holds: bool,
}

/// Where work stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum WorkStage {
    /// Waiting for a rise of `when`.
    Idle,
    /// Waiting for a unit of its pool.
    Waiting,
    /// Under way.
    Running,
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
    /// It asks for a unit now.
    Ask,
    /// It is off the agenda.
    Cancel,
    /// Its level falls, by the doing of this literal.
    Fall(Literal),
}

impl Work {
    /// What follows from the present values of `when` and `until`.
    pub fn step(&self, state: &mut WorkState, when: bool, until: bool) -> WorkStep {
        match state.stage {
            WorkStage::Idle if when && !until && self.uses.is_some() && !state.holds => {
                state.stage = WorkStage::Waiting;
                WorkStep::Ask
            }
            WorkStage::Idle if when && !until => {
                state.stage = WorkStage::Running;
                WorkStep::Start
            }
            WorkStage::Waiting if !when => {
                state.stage = WorkStage::Idle;
                WorkStep::Cancel
            }
            WorkStage::Running if !when && !self.finishes => {
                state.stage = WorkStage::Idle;
                WorkStep::Cancel
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
