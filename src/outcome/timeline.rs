//! One trial told as a story.

use crate::units::Instant;

/// What happened, in order, each with its cause.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timeline {
    /// The entries by instant.
    pub entries: Vec<Entry>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When, since the scenario's zero.
    pub at: Instant,
    /// Of whom: `orders/n2`, `writer/1`.
    pub who: String,
    /// What, in words: "lease runs out".
    pub what: String,
    /// The node, `orders.key`; `fault` for a fault.
    pub stage: String,
    /// Whether the level rose (else it fell).
    pub rose: bool,
    /// The milestone it stamped.
    pub mark: Option<String>,
    /// The entry that caused it.
    pub cause: Option<usize>,
    /// Whether it lies on the critical path.
    pub critical: bool,
}
