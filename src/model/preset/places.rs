//! Where the names of a preset were given.

use crate::diagnostic::Location;
use crate::model::read::Found;

/// A name with its place.
pub(super) type Placed = Found<String>;

/// Where the names of a preset were given.
#[derive(Debug)]
pub(super) struct Places {
    /// Of each node.
    pub(super) nodes: Vec<Placed>,
    /// Of each parameter.
    pub(super) parameters: Vec<Placed>,
    /// Of each set.
    pub(super) sets: Vec<Placed>,
    /// Of each process.
    pub(super) processes: Vec<Placed>,
    /// Of each need.
    pub(super) needs: Vec<Placed>,
    /// Of each request.
    pub(super) requests: Vec<Placed>,
    /// What each export says.
    pub(super) exports: Vec<Location>,
    /// The nodes that exist for each target.
    pub(super) target_nodes: Vec<Placed>,
    /// The nodes that exist for each asker.
    pub(super) asker_nodes: Vec<Placed>,
}

impl Places {
    /// The parameters and needs: keys of a component that are there already.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.parameters.iter().chain(&self.needs).map(|name| name.value.as_str()).collect()
    }
}
