//! What the drill would report, beside what is true.

use schemars::JsonSchema;
use serde::Serialize;

use super::distribution::{Distribution, Proportion, distribution, proportion};
use crate::experiment::{Conditional, Drilled};
use crate::outcome::{Claimed, DrillLayout};

/// What a procedure would report, beside what is true.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ProcedurePrediction {
    /// Trials in which the drill reports that all went well.
    pub passed: Proportion,
    /// Trials in which all really went well: the system recovered by the horizon, and
    /// every limit was kept.
    pub sound: Proportion,
    /// Passes, of the trials in which the recovery is broken or late.
    pub false_passes: ConditionalPrediction,
    /// Failures, of the trials in which all really went well.
    pub false_alarms: ConditionalPrediction,
    /// Passes, of the trials in which nothing was broken at all.
    pub idle_passes: ConditionalPrediction,
    /// The recovery time that the drill writes down: from the first fault to the end of
    /// its last look \[s\]. Absent where it does not pass.
    pub reported: Distribution,
    /// From the beginning of its first step to the end of its last \[s\].
    pub total: Distribution,
    /// Its steps, in order.
    pub steps: Vec<StepOfDrill>,
    /// What its document claims.
    pub claims: Vec<ClaimPrediction>,
}

/// A share of those trials in which something else is the case.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ConditionalPrediction {
    /// Trials in which that is the case.
    pub trials: u64,
    /// The share of them; `null` where there is none.
    pub share: Option<f64>,
    /// Its 95 % Monte Carlo interval.
    pub interval: [f64; 2],
}

/// A step of a drill.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct StepOfDrill {
    /// Its name.
    pub step: String,
    /// The trials in which it goes well, of those in which it begins.
    pub passes: ConditionalPrediction,
    /// How long it takes \[s\]; absent where it never begins.
    pub took: Distribution,
}

/// What a document claims, and how often that holds.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ClaimPrediction {
    /// About what: `recovery`, `total`, or a step.
    pub claim: String,
    /// The time that it promises \[s\].
    pub most: f64,
    /// As it was written: `2m`.
    pub text: String,
    /// Trials in which it really holds.
    pub held: Proportion,
}

/// What the trials of a drill come to.
pub(super) fn procedure(layout: &DrillLayout, drilled: &Drilled) -> ProcedurePrediction {
    let plain = |series| distribution(series, None);
    let steps = layout.steps.iter().zip(&drilled.steps).map(|(slot, series)| StepOfDrill {
        step: slot.name.clone(),
        passes: conditional(&series.passed),
        took: Distribution { clock: "step".to_owned(), ..plain(&series.took) },
    });
    let claims = layout.claims.iter().zip(&drilled.claims).map(|(claim, share)| ClaimPrediction {
        claim: match claim.of {
            Claimed::Recovery => "recovery".to_owned(),
            Claimed::Total => "total".to_owned(),
            Claimed::Step(step) => layout.steps[step].name.clone(),
        },
        most: claim.most.as_seconds(),
        text: claim.text.clone(),
        held: proportion(share),
    });
    ProcedurePrediction {
        passed: proportion(&drilled.passed),
        sound: proportion(&drilled.sound),
        false_passes: conditional(&drilled.false_passes),
        false_alarms: conditional(&drilled.false_alarms),
        idle_passes: conditional(&drilled.idle_passes),
        reported: plain(&drilled.reported),
        total: Distribution { clock: "step".to_owned(), ..plain(&drilled.total) },
        steps: steps.collect(),
        claims: claims.collect(),
    }
}

/// A share of some trials, as it is told.
#[must_use]
pub fn conditional(of: &Conditional) -> ConditionalPrediction {
    let (low, high) = of.interval();
    ConditionalPrediction { trials: of.trials, share: of.share(), interval: [low, high] }
}
