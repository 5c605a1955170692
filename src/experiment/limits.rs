//! Objectives as limits on slots.

use crate::model::scenario::Scenario;
use crate::model::system::{Model, Objective, Subject};
use crate::outcome::{Layout, Measured};
use crate::units::Span;

/// An objective and the slot that it is about.
#[derive(Clone, PartialEq, Debug)]
pub struct Limit {
    /// Which slot of the outcomes.
    pub slot: usize,
    /// The objective.
    pub objective: Objective,
    /// Its limit as outcomes hold values: nanoseconds, a count, or what may be missing.
    pub most: Measured,
}

impl Limit {
    /// Whether a value keeps the limit. What has no meaning in a trial breaks none.
    #[must_use]
    pub fn keeps(&self, value: Measured) -> bool {
        value == Measured::ABSENT || (value.is_number() && value <= self.most)
    }
}

/// The slot of a scenario's objective; `None` where no trial yields its figure.
#[must_use]
pub fn slot_of(model: &Model, layout: &Layout, objective: &Objective) -> Option<usize> {
    layout.figures.iter().position(|slot| {
        slot.figure == objective.figure
            && match objective.subject {
                Subject::System => slot.subject.group == "system",
                Subject::Journey(id) => {
                    slot.subject.group == "journeys"
                        && model.journeys.get(id.0).is_some_and(|j| j.name == slot.subject.name)
                }
                Subject::Component(id) => {
                    slot.subject.group != "system"
                        && model.components.get(id.0).is_some_and(|c| c.name == slot.subject.name)
                }
            }
    })
}

/// The limits of a scenario, in the order of its objectives.
#[must_use]
pub fn limits(model: &Model, scenario: &Scenario, layout: &Layout) -> Vec<Limit> {
    let limit = |objective: &Objective| {
        let slot = slot_of(model, layout, objective)?;
        let most = if objective.figure.is_share() {
            // At least so much is served: at most so much is missing, and what is
            // missing is rounded down.
            Measured(((1.0 - objective.limit) * 1e9).round() as i64)
        } else if objective.figure.is_time() {
            Measured::span(Span::from_seconds(objective.limit))
        } else {
            Measured(objective.limit.floor() as i64)
        };
        Some(Limit { slot, objective: objective.clone(), most })
    };
    scenario.objectives.iter().filter_map(limit).collect()
}
