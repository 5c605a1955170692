//! What is known of a level's changes beside its spell.

use super::lane::LANES;
use crate::block::{Graph, LevelId};
use crate::trial::meter::Meter;

/// A change after the second of a level, in one trial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Further {
    pub(super) slot: u32,
    pub(super) lane: usize,
    pub(super) moment: i64,
}

impl Further {
    /// As many are listed for all trials that are side by side.
    pub(super) const MOST: usize = 16 * LANES;
}

/// A change of an input, in one trial.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Point {
    pub(super) moment: i64,
    /// Which input.
    pub(super) position: u32,
    /// The so-many-th of its level, from 0.
    pub(super) change: u32,
}

/// In which round of a moment a level changes. Gates are worked out once a round, when
/// all has changed that was due, so that the order in which that came does not matter.
#[derive(Clone, Debug)]
pub(super) enum Round {
    /// In the first: it is due then.
    First,
    /// In the first, unless what starts the work changes in the same moment.
    Work(u32),
    /// When what the gate reads does.
    Gate(Vec<u32>),
    /// In a later one.
    Later,
}

/// A level, as those who read it must know it.
#[derive(Clone, Debug)]
pub(super) struct Made {
    pub(super) round: Round,
    /// Whether more than one spell of it is a misfit.
    pub(super) once: bool,
}

impl Made {
    /// All spells, by their rounds: whatever is measured or stamps has one at most.
    pub(super) fn of(
        graph: &Graph,
        meters: &[Meter],
        slots: &[u32],
        rounds: Vec<Round>,
    ) -> Vec<Self> {
        let mut made: Vec<Self> =
            rounds.into_iter().map(|round| Self { round, once: false }).collect();
        let measured = meters.iter().flat_map(|meter| {
            let counted = meter.share.counters().flat_map(|at| &graph.counters[at as usize]);
            counted.chain(meter.share.parts()).chain([&meter.criterion]).map(|l| l.level())
        });
        let levels = (0..graph.levels.len() as u32).map(LevelId);
        let stamping = levels.filter(|level| graph.levels[level.index()].mark.is_some());
        for level in measured.chain(stamping) {
            if let Some(made) = made.get_mut(slots[level.index()] as usize) {
                made.once = true;
            }
        }
        made
    }
}
