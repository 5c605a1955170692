//! Positions of blocks and values in a graph.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub struct $name(pub u32);
        impl $name {
            /// Its position in arrays.
            #[must_use]
            #[inline]
            pub const fn index(self) -> usize {
                self.0 as usize
            }
        }
    )*};
}

ids! {
    /// A clock, by its position in [`super::Graph::clocks`].
    ClockId,
    /// A work, by its position in [`super::Graph::works`].
    WorkId,
    /// A probe, by its position in [`super::Graph::probes`].
    ProbeId,
    /// A lease, by its position in [`super::Graph::leases`].
    LeaseId,
    /// A pick, by its position in [`super::Graph::picks`].
    PickId,
    /// A dial, by its position in [`super::Graph::dials`].
    DialId,
    /// A log, by its position in [`super::Graph::logs`].
    LogId,
    /// A backup, by its position in [`super::Graph::backups`].
    BackupId,
    /// A pool, by its position in [`super::Graph::pools`].
    PoolId,
    /// A crew, by its position in [`super::Graph::crews`].
    CrewId,
    /// A link, by its position in [`super::Graph::links`].
    LinkId,
    /// A tank, by its position in [`super::Graph::tanks`].
    TankId,
    /// A value program, by its position in [`super::Graph::values`].
    ValueId,
    /// A condition read at an instant, by its position in [`super::Graph::conditions`].
    ConditionId
}
