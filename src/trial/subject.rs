//! Of whom a trial tells, and where it looks that up.

use super::latency::Callers;
use crate::block::LogId;
use crate::outcome::Figure;

/// A subject's meters and sources.
#[derive(Clone, Debug)]
pub(crate) struct Subject {
    /// Its first slot in `figures`.
    pub(crate) first: usize,
    /// Which figures it has, from that slot on.
    pub(crate) figures: Vec<Figure>,
    pub(crate) served: usize,
    /// Which of the shares that are told over time is its.
    pub(crate) told: Option<usize>,
    /// The meter that counts its replicas, and how its callers behave.
    pub(crate) callers: Option<(usize, Callers)>,
    pub(crate) redundant: Option<usize>,
    pub(crate) logs: Vec<LogId>,
    /// Whether a figure asks when it was detected.
    pub(crate) tells_detection: bool,
    /// Positions in the milestones: who stamps what.
    pub(crate) detected: Vec<usize>,
    pub(crate) ordered: Vec<usize>,
    pub(crate) failed_over: Vec<usize>,
}
