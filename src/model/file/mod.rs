//! Model and scenario files: from text to what is validated.
//!
//! Each reader takes the text and its name, reports every mistake, and returns
//! the validated form only where there is no error. Whoever calls reads the files:
//!
//! 1. [`scenario_edits`] takes the `[set]` of a scenario,
//! 2. [`read_model`] reads the model with these edits (and those of `--set`),
//! 3. [`read_scenario`] reads the scenario against that model,
//! 4. [`doubt_edits`] takes what its doubts would lay over the model besides.
//!
//! Where the model is not sound, [`read_stand_in`] may still yield one to read the scenario
//! against, so that all mistakes are told in one pass.

mod component;
mod doubt;
mod draft;
mod edits;
mod fault;
mod journey;
mod load;
mod look;
mod members;
mod model;
mod name;
mod objective;
mod people;
mod phase;
mod place;
mod pods;
mod pool;
mod procedure;
mod reliance;
mod replicas;
mod runbook;
mod scenario;
mod section;
mod stand_in;
mod target;

pub use doubt::doubt_edits;
pub(in crate::model) use fault::PHYSICAL;
pub(in crate::model) use journey::{JOURNEYS, THROUGH};
pub(in crate::model) use model::asked_of_model;
pub use model::read_model;
pub(in crate::model) use scenario::asked_of_scenario;
pub use scenario::{read_scenario, scenario_edits};
pub(in crate::model) use section::{SECTIONS, structural_keys};
pub use stand_in::read_stand_in;
pub(in crate::model) use target::{FORMS, first_pick, target_name};
