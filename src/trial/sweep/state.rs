//! What steps read and write.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::lane::Lane;
use super::made::{Further, Made, Point};
use super::number::{Drawn, Grid};
use super::select::Selection;
use super::spell::{Misfits, Spell};

/// A level that can change, as something reads it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Input {
    /// Where its spell is.
    pub(super) slot: u32,
    /// Whether what is read held at the start.
    pub(super) held: bool,
}

/// The state that steps read and write.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) spells: Vec<Spell>,
    pub(super) drawn: Drawn,
    pub(super) grids: Vec<Grid>,
    pub(super) misfits: Misfits,
    pub(super) selection: Selection,
    /// Changes after the second of levels that have such.
    pub(super) further: Vec<Further>,
    /// The changes of a gate's inputs in one trial.
    pub(super) points: Vec<Point>,
    /// For some gates the input that decided their first change, and how many did at
    /// once.
    pub(super) deciders: Vec<(Lane, Lane)>,
    /// Which inputs of a gate hold.
    pub(super) holds: Vec<bool>,
    /// Requests for units side by side: when, and behind that by which user.
    pub(super) requests: Vec<Lane>,
    /// Those of one trial.
    pub(super) asked: Vec<(i64, usize)>,
    /// When each unit comes back.
    pub(super) free: BinaryHeap<Reverse<i64>>,
}

/// What does not change from trial to trial.
#[derive(Clone, Copy)]
pub(super) struct Setting<'s> {
    /// What each spell is that of.
    pub(super) made: &'s [Made],
    /// The last moment before the horizon.
    pub(super) end: i64,
}

/// How a gate is worked out.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Rule {
    /// All inputs, as they are read: `or` is read the other way round.
    All,
    /// So many changes decide it, all in one direction.
    Decided(usize),
    /// At least so many of the inputs; change by change.
    AtLeast(usize),
    /// Set by the first input, cleared by the second; each may be constant.
    Latch {
        /// `when`, or its value.
        when: Result<Input, bool>,
        /// `until`, or its value.
        until: Result<Input, bool>,
        /// Its own value at the start.
        held: bool,
    },
}
