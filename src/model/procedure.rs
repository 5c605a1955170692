//! What a drill or runbook really does and looks at, step by step, and what its
//! document claims.

use super::fault::Fault;
use super::preset::Quantity;
use super::system::ComponentId;
use crate::diagnostic::Location;
use crate::outcome::Claim;

/// An ordered list of steps: each begins when the one before it is over.
#[derive(Clone, PartialEq, Debug)]
pub struct Procedure {
    /// Where it stands in the file.
    pub at: Location,
    /// When the first step begins \[s\], drawn once a trial.
    pub starts: Quantity,
    /// The steps, at least one.
    pub steps: Vec<DrillStep>,
    /// What its document promises.
    pub claims: Vec<Claim>,
    /// Ways to break the recovery on purpose, to see whether the drill notices.
    pub doubts: Vec<Doubt>,
}

/// One step.
#[derive(Clone, PartialEq, Debug)]
pub struct DrillStep {
    /// Its name.
    pub name: String,
    /// Where it stands in the file.
    pub at: Location,
    /// What it does.
    pub does: Deed,
    /// What follows from its error: a command that failed, a look that did not pass.
    pub errors: Errors,
}

/// What a step does.
#[derive(Clone, PartialEq, Debug)]
pub enum Deed {
    /// It waits so long \[s\].
    Sleep(Quantity),
    /// It breaks or asks for something.
    Act {
        /// Which of the scenario's faults that is, by position.
        fault: usize,
        /// How the command goes.
        command: Command,
    },
    /// It ends what an earlier step began.
    Lift {
        /// That step, by position.
        step: usize,
        /// How the command goes.
        command: Command,
    },
    /// It looks.
    Look(Look),
}

/// How a command goes.
#[derive(Clone, PartialEq, Debug)]
pub struct Command {
    /// From its effect to its return \[s\].
    pub takes: Quantity,
    /// The chance that it fails, and has no effect.
    pub fails: Quantity,
}

/// What follows from the error of a step.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errors {
    /// The drill ends there, and has failed.
    Stop,
    /// The drill goes on, and has failed.
    Noted,
    /// The drill goes on as if nothing were wrong: `|| true`.
    Ignored,
}

/// A look: a level sampled at instants.
#[derive(Clone, PartialEq, Debug)]
pub struct Look {
    /// At what.
    pub of: Looked,
    /// Which one of several; `None`: the component as a whole.
    pub pick: Option<Choice>,
    /// The process asked on its own machine, instead of from where its users are.
    pub inside: bool,
    /// What it takes for a pass.
    pub passes: Passes,
    /// From the beginning of the step to its first look \[s\].
    pub first: Quantity,
    /// When it looks again.
    pub again: Again,
}

/// At what a step looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Looked {
    /// The system.
    System,
    /// A component.
    Component(ComponentId),
    /// One member of it.
    Member(ComponentId, usize),
}

/// Which one of several a step looks at.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Choice {
    /// The first by name when the step begins, an old one or a replacement.
    First,
    /// All of them.
    Each,
    /// Whichever passes.
    Any,
}

/// What it takes for a look to pass.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Passes {
    /// It says that it is ready.
    Ready,
    /// It serves.
    Serves,
    /// It can be read.
    Reads,
    /// It can be written to.
    Writes,
    /// Nothing: it cannot fail.
    Always,
}

/// When a step looks again.
#[derive(Clone, PartialEq, Debug)]
pub enum Again {
    /// Never: it looks once.
    Never,
    /// Without a break, so long \[s\] after the first look at most.
    Watches(Quantity),
    /// Every so often \[s\], so long \[s\] after the first look at most.
    Every(Quantity, Quantity),
}

/// A way to break the recovery on purpose.
#[derive(Clone, PartialEq, Debug)]
pub struct Doubt {
    /// A phrase: "the replacement never starts".
    pub title: String,
    /// Where it stands in the file.
    pub at: Location,
    /// What happens besides.
    pub faults: Vec<Fault>,
}
