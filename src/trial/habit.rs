//! What the looks of probes ask for, where every tick is executed.

use crate::block::probe::{Looks, Probe};
use crate::block::value::Value;
use crate::block::{Graph, LevelId, Literal, ValueId};

/// What every look of a probe asks for, in all trials, side by side.
#[derive(Clone, Copy, Debug)]
pub(super) struct Habit {
    /// How many looks in a row flip it while it says false, and while it says true; 0
    /// where that is no constant and has to be read.
    pub(super) rise: u32,
    pub(super) fall: u32,
    /// The clock at whose ticks it looks, or none.
    clock: u32,
    /// What it publishes, what it looks at, and while what holds.
    pub(super) level: LevelId,
    pub(super) watch: Literal,
    pub(super) running: Literal,
}

impl Habit {
    pub(super) fn of(graph: &Graph) -> Vec<Self> {
        let count = |id: ValueId| match &graph.values[id.0 as usize] {
            Value::Constant(count) => count.clamp(1.0, 1e6) as u32,
            _ => 0,
        };
        let habit = |(probe, level): &(Probe, LevelId)| Self {
            level: *level,
            watch: probe.watch,
            running: probe.running,
            rise: count(probe.rise),
            fall: count(probe.fall),
            clock: match probe.looks {
                Looks::Clock(clock) => clock.0,
                Looks::Reply { .. } => u32::MAX,
            },
        };
        graph.probes.iter().map(habit).collect()
    }

    /// The clock at whose ticks it looks, if it does not wait for replies.
    #[inline]
    pub(super) fn clock(self) -> Option<usize> {
        (self.clock != u32::MAX).then_some(self.clock as usize)
    }
}
