//! Turns: when levels changed, and what was not served, in all trials side by side.

use super::spell::{LANES, LATE, Lane, instant};
use super::tabled::Tabled;
use super::{Sweep, Swept};
use crate::block::LevelId;
use crate::outcome::{Column, Measured};

/// One of the two changes of a level.
#[derive(Clone, Copy, Debug)]
pub(in crate::trial) struct Turn {
    slot: u32,
    /// It is the one back to what it was at the start.
    back: bool,
}

/// What of a share was not served by the horizon.
#[derive(Debug)]
pub(in crate::trial) enum Missing {
    /// One part, all of the share.
    Part(usize),
    /// The parts of a sum, and how many there are.
    Sum(usize, i64),
    /// A mean of products.
    Share(Tabled),
}

impl Missing {
    /// Tells how long everything was missing, or parts of it as long as they come to
    /// \[ns\].
    #[inline(always)]
    pub(in crate::trial) fn lanes(&self, swept: &Swept, end: i64, column: &mut Column) {
        let share;
        let (missing, whole) = match self {
            Self::Part(part) => (&swept.away[*part], 1),
            Self::Sum(sum, whole) => (&swept.unserved[*sum], *whole),
            Self::Share(tabled) => {
                share = tabled.missing(swept, end);
                (&share, 1)
            }
        };
        copy(column, missing);
        if whole != 1 {
            column.iter_mut().for_each(|missing| missing.0 /= whole);
        }
    }
}

impl Sweep<'_> {
    /// The first change of a level, or the one back; none where it cannot change.
    pub(in crate::trial) fn turn(&self, level: LevelId, back: bool) -> Option<Turn> {
        Some(Turn { slot: self.slot(level)? as u32, back })
    }

    /// The changes by which the instances of a milestone stamp it.
    pub(in crate::trial) fn stampers(&self, milestone: usize) -> Vec<Turn> {
        let turn = |(slot, rises): &(u32, bool)| Turn { slot: *slot, back: !rises };
        self.stamps[milestone].iter().map(turn).collect()
    }

    /// What was not served of a meter's share, of which `whole` is all; nothing where
    /// that has to be told trial by trial.
    pub(in crate::trial) fn missing(&self, meter: usize, whole: i64) -> Option<Missing> {
        if let Some(share) = self.shares[meter].as_ref().filter(|share| share.is_mean()) {
            return Tabled::of(share, self.end, whole).map(Missing::Share);
        }
        Some(match self.meters[meter] {
            (_, Some(part)) if whole == 1 => Missing::Part(part),
            (sum, _) => Missing::Sum(sum, whole),
        })
    }
}

impl Swept {
    /// When a level left what it was, and was back, in each trial; [`i64::MAX`] where it
    /// did not.
    #[inline(always)]
    pub(in crate::trial) fn instants(&self, slot: usize) -> (Lane, Lane) {
        let spell = &self.lanes.spells[slot];
        (instants(&spell.leave), instants(&spell.back))
    }

    /// The moment of a change in each trial.
    #[inline(always)]
    pub(super) fn moments(&self, turn: &Turn) -> &Lane {
        let spell = &self.lanes.spells[turn.slot as usize];
        if turn.back { &spell.back } else { &spell.leave }
    }

    /// The trials that fitted, a bit each.
    #[inline(always)]
    pub(in crate::trial) fn fitting(&self) -> u16 {
        let mut fitting = 0;
        for lane in 0..LANES {
            fitting |= u16::from(self.lanes.misfits[lane] == 0) << lane;
        }
        fitting
    }

    /// When a change came, in each trial; [`i64::MAX`] where it did not.
    #[inline(always)]
    pub(in crate::trial) fn turns(&self, turn: &Turn) -> Lane {
        instants(self.moments(turn))
    }
}

#[inline(always)]
fn instants(moments: &Lane) -> Lane {
    let mut all = [0; LANES];
    for lane in 0..LANES {
        let moment = moments[lane];
        all[lane] = if moment < LATE { instant(moment) } else { i64::MAX };
    }
    all
}

#[inline(always)]
fn copy(column: &mut Column, missing: &Lane) {
    for lane in 0..LANES {
        column[lane] = Measured(missing[lane]);
    }
}
