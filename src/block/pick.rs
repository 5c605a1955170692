//! Pick: one of several.
//!
//! Once per rise of `when` it chooses, among those who stand (`from`) and pass
//! `eligible`, the one whom `prefer` values most; ties go to the first. If
//! nobody passes it tries again when somebody new stands. The choice stays
//! until the next one, and publishes a level for each candidate.
//!
//! A pick of the *best* has no `when`: it chooses at once, again and again,
//! whenever those who stand change. Where nobody stands it falls back to its
//! first.
//!
//! Choices are serial: one is made and everything settles before the next.
//! A pick has no ticks: its full form and its lazy form are the same.

use super::id::{ConditionId, ValueId};
use super::literal::{EventId, LevelId, Literal};

/// A pick, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pick {
    /// When a choice is due; always for the best.
    pub when: Literal,
    /// It is always the best of those who stand.
    pub best: bool,
    /// Who can be chosen.
    pub candidates: Vec<Candidate>,
    /// Who is chosen at the start.
    pub first: usize,
}

/// One of those who can be chosen.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Candidate {
    /// True while it is the choice.
    pub chosen: LevelId,
    /// Whether it stands.
    pub from: Literal,
    /// Whether it may be chosen, read at the choice.
    pub eligible: Option<ConditionId>,
    /// How much it is preferred, read at the choice.
    pub prefer: Option<ValueId>,
}

/// A pick in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PickState {
    /// The present choice.
    pub choice: usize,
    /// A choice is due since the last rise of `when`.
    pub pending: bool,
    /// Somebody new stands since the last try.
    pub retry: bool,
    /// `when`, as of the last change.
    pub when: bool,
    /// The event that made a choice due.
    pub due_by: EventId,
}
