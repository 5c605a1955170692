//! What happens and what is asked about it, validated against a model.

use super::expression::NodeId;
use super::fault::Fault;
use super::preset::Quantity;
use super::procedure::Procedure;
use super::system::{ComponentId, Objective};
use crate::units::Span;

/// What happens, and what is asked about it.
#[derive(Clone, PartialEq, Debug)]
pub struct Scenario {
    /// Its name: the stem of its file.
    pub name: String,
    /// Its title for people: the value of the key `scenario`.
    pub title: String,
    /// Notes for people.
    pub notes: Option<String>,
    /// When to stop looking; `None`: an hour after the last fault ends, and as much again
    /// for each fault that waits for a milestone.
    pub horizon: Option<Span>,
    /// Paths and values laid over the model, `[set]`.
    pub sets: Vec<(String, String)>,
    /// Pinned ages of clocks, `[phases]`.
    pub phases: Vec<Phase>,
    /// The faults, in the order of the file; then what the steps of the procedure do.
    pub faults: Vec<Fault>,
    /// What the drill does and looks at, if the scenario says.
    pub procedure: Option<Procedure>,
    /// The objectives that apply: the model's, overridden or joined by the
    /// scenario's own.
    pub objectives: Vec<Objective>,
}

/// The age of a clock at zero: how long before it last ticked.
#[derive(Clone, PartialEq, Debug)]
pub struct Phase {
    /// Whose clock.
    pub component: ComponentId,
    /// Which instance of it; `leader` and `*` are resolved to positions.
    pub instances: Vec<usize>,
    /// The clock (or the probe or lease check with one of its own).
    pub node: NodeId,
    /// The age \[s\], drawn once a trial.
    pub age: Quantity,
}
