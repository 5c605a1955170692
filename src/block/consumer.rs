//! Who must hear of a level's change.

use super::id::{
    BackupId, ClockId, DialId, LeaseId, LogId, PickId, PoolId, ProbeId, TankId, WorkId,
};

/// Who must hear of a level's change.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Consumer {
    /// A gate counts it; `true`: negated.
    Gate(u32, bool),
    /// A work starts or ends by it.
    Work(WorkId),
    /// A clock stops or starts by it.
    Clock(ClockId),
    /// A probe looks at it.
    Probe(ProbeId),
    /// A lease renews, drops or re-arms by it.
    Lease(LeaseId),
    /// A dial loses its connection by it, or may succeed.
    Dial(DialId),
    /// A pick is due by it, or may choose another.
    Pick(PickId),
    /// A member of a log does something else.
    Log(LogId, u32),
    /// A meter looks whether its criterion holds.
    Meter(u32),
    /// A meter counts it as a part; `true`: negated.
    Part(u32, bool),
    /// A counter counts it; `true`: negated.
    Count(u32, bool),
    /// A backup begins a generation at a tick of a clock.
    Backup(BackupId),
    /// A tank fills or drains by it.
    Tank(TankId),
    /// The tokens of a pool come faster or slower by it.
    Pool(PoolId),
}

/// A milestone that a level's rise stamps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Mark {
    /// Which milestone.
    pub milestone: u32,
    /// By which of its instances.
    pub instance: u32,
}
