//! What happened: figures, milestones, the critical path, a timeline.
//! Trials and drills fill the same types.

mod figure;
mod measured;
mod timeline;

pub use figure::{Class, Clock, Figure};
pub use measured::{
    Bound, BoundTerm, FigureSlot, Layout, Measured, MilestoneSlot, Outcome, Population, StageSlot,
    Step, SubjectName, TOLD_IN, Wait,
};
pub use timeline::{Entry, Timeline};
