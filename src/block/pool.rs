//! Pool: units that works hold while they run.
//!
//! A work that uses a pool asks for a unit at the rise of its `when`, and starts
//! when it gets one: first come, first served, those of one instant in the order
//! of the model. It holds its unit while it runs, and then while its `keeps`
//! holds. Getting it is an event of its own, so that waiting is a stage on the
//! causal path. Between two tries it does not run: it gives its unit back when a
//! try fails, unless its `keeps` holds, and asks for one again for the next.
//!
//! Grants are serial: one is made and everything settles before the next. A pool
//! has no ticks: its full form and its lazy form are the same.

use super::id::{PoolId, ValueId};
use super::literal::{LevelId, Literal};

/// A pool, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Pool {
    /// How many units it has, read once a trial; whole, at least one.
    pub size: ValueId,
}

/// What a work has to do with a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Uses {
    /// Which pool.
    pub pool: PoolId,
    /// It holds its unit while this holds, though it runs no more.
    pub keeps: Literal,
    /// True while it holds a unit.
    pub held: LevelId,
}

/// A pool in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PoolState {
    size: u32,
    held: u32,
}

impl PoolState {
    /// A pool of which so many units are held; there may be more of those than
    /// it has.
    #[must_use]
    pub const fn of(size: u32, held: u32) -> Self {
        Self { size, held }
    }

    /// Takes a unit out, if there is one.
    pub const fn take(&mut self) -> bool {
        let free = self.held < self.size;
        if free {
            self.held += 1;
        }
        free
    }

    /// A unit comes back.
    pub const fn give(&mut self) {
        self.held -= 1;
    }
}
