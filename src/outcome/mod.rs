//! What happened: figures, milestones, the critical path, a timeline.
//! Trials and drills fill the same types.

mod beside;
mod course;
mod drill;
mod figure;
mod layout;
mod measured;
mod timeline;

pub use beside::{BESIDE, Column, One, Outcomes};
pub use course::{Course, Outcome, ShareStep, Step, TOLD, Wait};
pub use drill::{Claim, Claimed, DrillLayout, DrillOutcome, DrillStepSlot, StepTaken};
pub use figure::{Class, Clock, Figure};
pub use layout::{
    Bound, BoundTerm, FigureSlot, Layout, MilestoneSlot, Population, ShareSlot, StageSlot,
    SubjectName, WHOLE_SHARE,
};
pub use measured::Measured;
pub use timeline::{Entry, Timeline};
