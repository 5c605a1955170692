//! What happened: figures and milestones. Trials and drills fill the same types.

mod figure;

pub use figure::{Class, Clock, Figure};
