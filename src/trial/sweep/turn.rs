//! Turns: when levels changed, and what was not served, in all trials side by side.

use pulp::Simd;

use super::lane::{LANES, Lane};
use super::number::quotients;
use super::spell::{LATE, instant};
use super::tabled::Tabled;
use super::{Sweep, Swept, Unserved};
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
    /// One part, and how much of the share it is.
    Part(usize, i64),
    /// The parts of a sum, and how many there are.
    Sum(usize, i64),
    /// A mean of products.
    Share(Tabled),
}

impl Missing {
    /// Tells how long everything was missing, or parts of it as long as they come to
    /// \[ns\].
    #[inline(always)]
    pub(in crate::trial) fn lanes<S: Simd>(
        &self,
        simd: S,
        swept: &Swept,
        end: i64,
        column: &mut Column,
    ) {
        let (missing, whole) = match self {
            Self::Part(part, whole) => (swept.away[*part], *whole),
            Self::Sum(sum, whole) => (swept.unserved[*sum], *whole),
            Self::Share(tabled) => (tabled.missing(simd, swept, end), 1),
        };
        *column = measured(if whole == 1 { missing } else { quotients(missing, whole) });
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
            Unserved::Part(part) => Missing::Part(part, whole),
            Unserved::Sum(sum) => Missing::Sum(sum, whole),
        })
    }
}

impl Swept {
    /// When a level left what it was, and was back, in each trial; [`i64::MAX`] where it
    /// did not.
    #[inline(always)]
    pub(in crate::trial) fn instants(&self, slot: usize) -> (Lane, Lane) {
        let spell = &self.lanes.spells[slot];
        (arrivals(spell.leave), arrivals(spell.back))
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
        arrivals(*self.moments(turn))
    }
}

/// The instants of moments that come at all.
#[inline(always)]
fn arrivals(moments: Lane) -> Lane {
    let mut instants = [0; LANES];
    for lane in 0..LANES {
        let moment = moments[lane];
        instants[lane] = if moment < LATE { instant(moment) } else { i64::MAX };
    }
    instants
}

/// What was measured, trial by trial.
#[inline(always)]
pub(in crate::trial) fn measured(values: Lane) -> Column {
    let mut column = [Measured(0); LANES];
    for lane in 0..LANES {
        column[lane] = Measured(values[lane]);
    }
    column
}
