//! What a prediction says: the stable form that JSON shows and reports are made from.
//!
//! Times are seconds, rounded to a nanosecond so that bytes do not depend on the
//! order of a sum. A number that lies in the censored mass, or in the mass of
//! trials that ended without any usable copy, is `null`, never a large number.

use schemars::JsonSchema;
use serde::Serialize;

use super::distribution::{Distribution, Interval, Proportion};
use super::named::Named;
use super::procedure::ProcedurePrediction;
use crate::outcome::Figure;

/// The answer of `drillcast predict`.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Prediction {
    /// What it was computed from: the same manifest gives the same bytes.
    pub manifest: Manifest,
    /// What it rests on, and what it leaves out.
    pub basis: Basis,
    /// One answer a scenario, in the order of the command line.
    pub scenarios: Named<ScenarioPrediction>,
    /// The scenarios ranked, worst first, where every single failure was asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub matrix: Vec<FailurePrediction>,
}

/// What one failure does to the whole: a row of the failure matrix.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct FailurePrediction {
    /// The scenario's name.
    pub scenario: String,
    /// `met`, `missed` or `undecided`; absent where no objective applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Objectives that apply.
    pub objectives: usize,
    /// Those of them that are missed.
    pub missed: usize,
    /// Those that are undecided.
    pub undecided: usize,
    /// How many times its limit the worst objective takes; `null` where it is never
    /// reached, or no objective applies.
    pub margin: Option<f64>,
    /// Components that are out of service in any trial, the longest first.
    pub down: Vec<String>,
    /// Components that are not back by the horizon, and in what share of the trials.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub not_back: Named<f64>,
    /// Components without a usable copy left, and in what share of the trials.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub total_loss: Named<f64>,
    /// Components that stand nowhere but where it strikes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub struck_whole: Vec<String>,
    /// The stage that takes most of the system's recovery; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub waits_for: Option<String>,
    /// Whether something is not back, or lost, in at least half of the trials.
    pub single_point: bool,
}

/// What a prediction was computed from.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Manifest {
    /// Name of the program.
    pub program: String,
    /// Version of the program.
    pub version: String,
    /// The model's file.
    pub model: InputFile,
    /// The scenarios' files.
    pub scenarios: Named<InputFile>,
    /// The presets that the model uses, by name.
    pub presets: Named<InputText>,
    /// The folder of the user's own presets, as it was given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub presets_folder: Option<String>,
    /// Files of samples that the model names.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<InputFile>,
    /// The seed.
    pub seed: u64,
    /// Trials asked for in each scenario; `precision` may stop earlier.
    pub trials: u64,
    /// How trials sample: `plain` or `latin-hypercube`.
    pub sampling: String,
    /// The precision asked for, as it was written.
    pub precision: Vec<String>,
    /// Changes of the model for this run: `PATH=VALUE`.
    pub sets: Vec<String>,
    /// Of what every single one fails: `zone`, `node`, `store`, `region`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub every: Vec<String>,
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct InputFile {
    /// Its path as it was given.
    pub path: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// A text that the program carries, or found in a folder of presets.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct InputText {
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// What a prediction rests on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, JsonSchema)]
pub struct Basis {
    /// What the presets leave out, by preset.
    pub not_modelled: Named<Vec<String>>,
    /// Parameters whose value has no source and was not set: `stores.orders.answer`.
    pub assumptions: Vec<String>,
    /// Defaults that follow from a component's version:
    /// `stores.orders.retries = 0 (version 3.4, <3.5)`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<String>,
    /// How the presets were held against reality, by preset; `null` for one that never was.
    pub held_against: Named<Option<HeldAgainst>>,
}

/// How a preset's predictions went where they were held against reality.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, JsonSchema)]
pub struct HeldAgainst {
    /// The measured series.
    pub series: Vec<String>,
    /// Real failovers in them.
    pub failovers: u64,
    /// Figures that were predicted and measured.
    pub figures: u64,
    /// Figures whose prediction the measurement rejects.
    pub off: u64,
    /// Figures too weak to reject a rival explanation either.
    pub weak: u64,
}

impl<T: Eq> Eq for Named<T> {}

/// The answer for one scenario.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ScenarioPrediction {
    /// Its title.
    pub title: String,
    /// Trials that ran.
    pub trials: u64,
    /// How the fault looks to those who use the system: `reset`, `hung`, `silent`, `announced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// Where trials stopped \[s\].
    pub horizon: f64,
    /// Share of trials in which the system was lost again after it counted as recovered.
    pub relapsed: f64,
    /// Share of trials that were cut off because more happened than a trial may hold.
    pub unsettled: f64,
    /// `met`, `missed` or `undecided`; absent where no objective applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Verdict>,
    /// Trials that kept every limit at once; absent where no objective applies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub all_limits: Option<Proportion>,
    /// How far the precision that was asked for is reached; absent where none was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub precision: Option<PrecisionReached>,
    /// The whole.
    pub system: SubjectPrediction,
    /// Services by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub services: Named<SubjectPrediction>,
    /// Stores by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub stores: Named<SubjectPrediction>,
    /// Streams by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub streams: Named<SubjectPrediction>,
    /// Clusters by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub clusters: Named<SubjectPrediction>,
    /// Consensus stores by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub consensus: Named<SubjectPrediction>,
    /// Routes by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub routes: Named<SubjectPrediction>,
    /// Client populations by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub clients: Named<SubjectPrediction>,
    /// Journeys by name.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub journeys: Named<SubjectPrediction>,
    /// What the drill would report, where the scenario has a procedure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub procedure: Option<ProcedurePrediction>,
    /// Stages of the critical path by name, `orders.key`, in causal order.
    pub stages: Named<StagePrediction>,
    /// When components stamp their marks, by component and mark.
    pub milestones: Named<Named<MilestonePrediction>>,
    /// The first trials one by one, where they were asked for.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub samples: Vec<SampleTrial>,
}

impl ScenarioPrediction {
    /// The subjects of a group by its name in the JSON, `stores`.
    #[must_use]
    pub fn group(&self, group: &str) -> Option<&Named<SubjectPrediction>> {
        Some(match group {
            "services" => &self.services,
            "stores" => &self.stores,
            "streams" => &self.streams,
            "clusters" => &self.clusters,
            "consensus" => &self.consensus,
            "routes" => &self.routes,
            "clients" => &self.clients,
            "journeys" => &self.journeys,
            _ => return None,
        })
    }

    /// The subjects of a group, to be filled.
    pub(super) fn group_mut(&mut self, group: &str) -> Option<&mut Named<SubjectPrediction>> {
        Some(match group {
            "services" => &mut self.services,
            "stores" => &mut self.stores,
            "streams" => &mut self.streams,
            "clusters" => &mut self.clusters,
            "consensus" => &mut self.consensus,
            "routes" => &mut self.routes,
            "clients" => &mut self.clients,
            "journeys" => &mut self.journeys,
            _ => return None,
        })
    }

    /// All subjects with the names that people use; the system's is `system`.
    pub fn subjects(&self) -> impl Iterator<Item = (&str, &SubjectPrediction)> {
        const GROUPS: [&str; 8] = [
            "journeys",
            "services",
            "stores",
            "streams",
            "clusters",
            "consensus",
            "routes",
            "clients",
        ];
        let groups = GROUPS.into_iter().filter_map(|group| self.group(group));
        std::iter::once(("system", &self.system)).chain(groups.flat_map(Named::iter))
    }

    /// All objectives with the name of their subject.
    pub fn objectives(&self) -> impl Iterator<Item = (&str, &ObjectivePrediction)> {
        self.subjects().flat_map(|(name, s)| s.objectives.iter().map(move |o| (name, o)))
    }
}

/// The figures of the system or of a component: those that apply.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct SubjectPrediction {
    /// Clock to the start of the first interval in which service holds \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_time: Option<Distribution>,
    /// Clock to all replicas ready again \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redundancy_restored: Option<Distribution>,
    /// Integral of 1 − served share \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downtime: Option<Distribution>,
    /// The least served share in any minute: the least mean over any window of 60 s that
    /// ends by the horizon. Told where the model says what is asked or has journeys, a
    /// technology says to whom requests are sent, or an objective asks for it: of the
    /// system, of whatever can be served in part, and of what has the objective.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub minimum_availability: Option<Distribution>,
    /// What time-outs and retries add to a request: the greatest, over any minute, of the
    /// P95 over requests, served or not \[s\]. Of services whose callers' `request_timeout`
    /// the model says; absent elsewhere, where nothing explains it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency: Option<Distribution>,
    /// How long one client drawn at random was without service \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_outage: Option<Distribution>,
    /// Acknowledged writes missing in the end, as time \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_loss_seconds: Option<Distribution>,
    /// Acknowledged writes missing in the end, counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_loss_writes: Option<Distribution>,
    /// Fault − newest recovered instant \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovery_point_age: Option<Distribution>,
    /// Whether the recovered data is bad: 0 good, 1 bad.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub integrity: Option<Distribution>,
    /// How long two members acknowledged writes at once \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub split_brain_seconds: Option<Distribution>,
    /// Fault to the verdict that started the recovery \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_detect: Option<Distribution>,
    /// Detection to the order to fail over \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_decide: Option<Distribution>,
    /// That order to the new primary accepting work \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_fail_over: Option<Distribution>,
    /// That to traffic served again \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_reroute: Option<Distribution>,
    /// That to declared good \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub time_to_verify: Option<Distribution>,
    /// What is served at fixed instants since the fault, in ascending order and up to the
    /// horizon; of the system, services, journeys, stores and streams, wherever the
    /// minimum availability is told.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub served_share: Vec<SharePrediction>,
    /// Redundancy restored − recovery time: how long it serves without a second line \[s\].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redundancy_after_recovery: Option<Distribution>,
    /// What its recovery waits for, by stage, the longest first; of the system see `stages`.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub recovery_waits: Named<WaitPrediction>,
    /// What its redundancy waits for after that.
    #[serde(skip_serializing_if = "Named::is_empty")]
    pub redundancy_waits: Named<WaitPrediction>,
    /// The limits that are wanted of it, and how it fares.
    pub objectives: Vec<ObjectivePrediction>,
}

impl SubjectPrediction {
    /// The distribution of a figure, where it applies.
    #[must_use]
    pub fn figure(&self, figure: Figure) -> Option<&Distribution> {
        match figure {
            Figure::RecoveryTime => self.recovery_time.as_ref(),
            Figure::RedundancyRestored => self.redundancy_restored.as_ref(),
            Figure::Downtime => self.downtime.as_ref(),
            Figure::MinimumAvailability => self.minimum_availability.as_ref(),
            Figure::Latency => self.latency.as_ref(),
            Figure::ClientOutage => self.client_outage.as_ref(),
            Figure::DataLossSeconds => self.data_loss_seconds.as_ref(),
            Figure::DataLossWrites => self.data_loss_writes.as_ref(),
            Figure::RecoveryPointAge => self.recovery_point_age.as_ref(),
            Figure::Integrity => self.integrity.as_ref(),
            Figure::SplitBrainSeconds => self.split_brain_seconds.as_ref(),
            Figure::TimeToDetect => self.time_to_detect.as_ref(),
            Figure::TimeToDecide => self.time_to_decide.as_ref(),
            Figure::TimeToFailOver => self.time_to_fail_over.as_ref(),
            Figure::TimeToReroute => self.time_to_reroute.as_ref(),
            Figure::TimeToVerify => self.time_to_verify.as_ref(),
        }
    }

    /// Puts the distribution of a figure in its place.
    pub(super) fn set(&mut self, figure: Figure, distribution: Distribution) {
        let place = match figure {
            Figure::RecoveryTime => &mut self.recovery_time,
            Figure::RedundancyRestored => &mut self.redundancy_restored,
            Figure::Downtime => &mut self.downtime,
            Figure::MinimumAvailability => &mut self.minimum_availability,
            Figure::Latency => &mut self.latency,
            Figure::ClientOutage => &mut self.client_outage,
            Figure::DataLossSeconds => &mut self.data_loss_seconds,
            Figure::DataLossWrites => &mut self.data_loss_writes,
            Figure::RecoveryPointAge => &mut self.recovery_point_age,
            Figure::Integrity => &mut self.integrity,
            Figure::SplitBrainSeconds => &mut self.split_brain_seconds,
            Figure::TimeToDetect => &mut self.time_to_detect,
            Figure::TimeToDecide => &mut self.time_to_decide,
            Figure::TimeToFailOver => &mut self.time_to_fail_over,
            Figure::TimeToReroute => &mut self.time_to_reroute,
            Figure::TimeToVerify => &mut self.time_to_verify,
        };
        *place = Some(distribution);
    }
}

/// The served share at an instant, over the trials that were watched until then.
#[derive(Clone, Copy, PartialEq, Debug, Serialize, JsonSchema)]
pub struct SharePrediction {
    /// Since the fault \[s\].
    pub at: f64,
    /// The mean over trials, 0 to 1.
    pub mean: f64,
    /// The low one: 95 % of the trials serve at least this, in steps of a thousandth.
    pub p5: f64,
    /// Half of the trials serve at least this, in steps of a thousandth.
    pub p50: f64,
}

/// A stage that a component waits for, told of the first 32 trials.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct WaitPrediction {
    /// Its title.
    pub title: String,
    /// Its share of the time that the component waits, averaged over these trials.
    pub share: f64,
}

/// Whether an objective holds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The share that keeps the limit is at least the quantile, its error considered.
    Met,
    /// The interval straddles the quantile.
    Undecided,
    /// The share is less, its error considered.
    Missed,
}

/// How an objective fares.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct ObjectivePrediction {
    /// On which figure: `recovery_time`.
    pub figure: String,
    /// The limit, in seconds or writes; the least one of a share.
    pub limit: f64,
    /// The limit as it was written: `60s`.
    pub limit_text: String,
    /// The share of trials that must keep it.
    pub quantile: f64,
    /// The share of trials that keep it.
    pub share_kept: f64,
    /// The 95 % Monte Carlo interval of that share.
    pub interval: [f64; 2],
    /// The figure at the objective's quantile; `null` in the censored mass.
    pub achieved: Option<f64>,
    /// Its 95 % Monte Carlo interval.
    pub achieved_interval: Interval,
    /// Whether it holds.
    pub verdict: Verdict,
    /// About how many trials would decide it, where it is undecided.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trials_to_decide: Option<u64>,
}

/// What a stage takes of the recovery.
#[derive(Clone, PartialEq, Debug, Default, Serialize, JsonSchema)]
pub struct StagePrediction {
    /// Its words: "lease runs out".
    pub title: String,
    /// How it comes about: "ttl − U(0, `loop_wait`)".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub formula: Option<String>,
    /// What people wrongly believe of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub surprise: Option<String>,
    /// Its share of the whole recovery time, over all trials.
    pub share: f64,
    /// The share of trials in which it is on the critical path.
    pub criticality: f64,
    /// `quantile(0.5)` of its duration where it is on the path \[s\].
    pub p50: Option<f64>,
    /// `quantile(0.95)` of its duration where it is on the path \[s\].
    pub p95: Option<f64>,
}

/// When the instances of a component stamp a mark.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct MilestonePrediction {
    /// The first of them.
    pub first: Distribution,
    /// The k-th of them; at most 64 where a component has more instances.
    pub k: Vec<Distribution>,
    /// The last of those that stamp it at all.
    pub last: Distribution,
}

/// One trial.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct SampleTrial {
    /// Which.
    pub trial: u64,
    /// Its figures, `stores.orders.recovery_time`; `null` where it has not
    /// recovered by the horizon or no copy is left, absent where without meaning.
    pub figures: Named<Option<f64>>,
    /// Its milestones, `orders.key_taken`: instants since the fault, ascending \[s\].
    pub milestones: Named<Vec<f64>>,
}

/// How far a precision is reached.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct PrecisionReached {
    /// Whether all of them are.
    pub reached: bool,
    /// The figures it looked at.
    pub figures: Vec<PrecisionFigure>,
}

/// How far the precision of one figure is reached.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct PrecisionFigure {
    /// `system.recovery_time.p95`.
    pub name: String,
    /// What was asked: `1%`.
    pub asked: String,
    /// Half the width of its interval; `null` where it has none.
    pub half_width: Option<f64>,
    /// The half width that was wanted.
    pub wanted: Option<f64>,
}
