//! What happened: figures, milestones, the critical path, a timeline.
//! Trials and drills fill the same types.

mod beside;
mod drill;
mod figure;
mod measured;
mod timeline;

pub use beside::{BESIDE, Column, One, Outcomes};
pub use drill::{Claim, Claimed, DrillLayout, DrillOutcome, DrillStepSlot, StepTaken};
pub use figure::{Class, Clock, Figure};
pub use measured::{
    Bound, BoundTerm, Course, FigureSlot, Layout, Measured, MilestoneSlot, Outcome, Population,
    ShareSlot, ShareStep, StageSlot, Step, SubjectName, TOLD, WHOLE_SHARE, Wait,
};
pub use timeline::{Entry, Timeline};
