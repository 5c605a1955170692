//! Many trials of a scenario: what to run, on which threads, and what they come to.
//!
//! - [`run`] runs a [`Plan`] and gives a [`Summary`]: histograms and exact
//!   counters. The same on any number of threads, and [`run_range`] gives parts
//!   that merge to the same bytes.
//! - [`find_trial`] looks for the trial that stands at a quantile.
//! - [`try_levers`] tries single changes under common random numbers.
//!
//! Imports the engine through [`Source`] only, so that tests can stand in for it.

mod bands;
mod columns;
mod drilled;
mod explain;
mod gathered;
mod levers;
mod limits;
mod plan;
mod pool;
mod precision;
mod recoveries;
mod series;
mod source;
mod stage;
mod summary;
mod waits;

pub use bands::{Bands, SharePoint};
pub use drilled::{Conditional, Drilled, StepSeries};
pub use explain::{Changed, Effect, Effects, try_levers};
pub use gathered::RANKS;
pub use levers::{Lever, LeverChange, group, levers};
pub use limits::{Limit, limits, slot_of};
pub use plan::{CAP, Plan};
pub use pool::{Pool, PoolError};
pub use precision::{Precision, PrecisionError, Reached, Statistic, Wanted, run};
pub use recoveries::{Which, find_trial, system_recovery};
pub use series::{CONFIDENCE, Series, Share};
pub use source::{Run, Source};
pub use stage::{StageSum, Stages};
pub use summary::{Summary, run_range};
pub use waits::{Thin, Waits};
