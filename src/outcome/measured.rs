//! The figures of one trial, in slots that are laid out once a scenario.

use super::drill::{DrillLayout, DrillOutcome};
use super::figure::{Class, Clock, Figure};
use crate::units::{Instant, Span};

/// One measured value: a number (nanoseconds, a plain count, or billionths), or why
/// there is none. Of a figure that is a share it holds what is *missing* from 1, so that
/// more is worse of every figure.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Measured(pub i64);

impl Measured {
    /// Does not apply in this trial: nothing was detected, say.
    pub const ABSENT: Self = Self(i64::MIN);
    /// Not reached by the horizon; beyond every number.
    pub const CENSORED: Self = Self(i64::MAX - 1);
    /// No usable copy is left; beyond everything.
    pub const TOTAL_LOSS: Self = Self(i64::MAX);

    /// A span as a measured value.
    #[must_use]
    pub const fn span(span: Span) -> Self {
        Self(span.0)
    }

    /// Whether it is a number.
    #[must_use]
    pub fn is_number(self) -> bool {
        self != Self::ABSENT && self < Self::CENSORED
    }
}

/// Of whom a figure speaks, as in the JSON: `("stores", "orders")`, or
/// `("system", "system")`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct SubjectName {
    /// `system`, `stores`, `consensus`, `routes` or `clients`.
    pub group: &'static str,
    /// The component's name.
    pub name: String,
}

/// One figure of one subject.
#[derive(Clone, PartialEq, Debug)]
pub struct FigureSlot {
    /// Of whom.
    pub subject: SubjectName,
    /// Which figure.
    pub figure: Figure,
    /// Counted from where.
    pub clock: Clock,
    /// The fault's class as the subject sees it.
    pub class: Class,
    /// No trial lies below it; `None` where it is zero or has no meaning.
    pub bound: Option<Bound>,
}

/// A lower bound that a reader can add up by hand.
#[derive(Clone, PartialEq, Debug)]
pub struct Bound {
    /// The sum.
    pub least: Span,
    /// Its terms, in causal order.
    pub terms: Vec<BoundTerm>,
}

/// One term of a bound.
#[derive(Clone, PartialEq, Debug)]
pub struct BoundTerm {
    /// The stage it stands for, `orders.key`.
    pub stage: String,
    /// Its title for people.
    pub title: String,
    /// How it comes about, `ttl − U(0, loop_wait)`.
    pub formula: Option<String>,
    /// Its least.
    pub least: Span,
}

/// A milestone of a component: the instants at which its instances stamp it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MilestoneSlot {
    /// The component's name.
    pub component: String,
    /// The mark: `key_taken`.
    pub mark: String,
    /// How many instances can stamp it.
    pub instances: usize,
    /// Where its values begin in [`Outcome::milestones`].
    pub start: usize,
}

/// A stage: a node of the graph as an edge of the causal path.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StageSlot {
    /// `orders.key`.
    pub name: String,
    /// "lease runs out".
    pub title: String,
    /// "ttl − U(0, loop_wait)".
    pub formula: Option<String>,
    /// What people wrongly believe of it.
    pub surprise: Option<String>,
}

/// What the numbers of an [`Outcome`] mean; the same for all trials of a scenario.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// Slots of [`Outcome::figures`].
    pub figures: Vec<FigureSlot>,
    /// Slots of [`Outcome::milestones`].
    pub milestones: Vec<MilestoneSlot>,
    /// What [`Step::stage`] points at.
    pub stages: Vec<StageSlot>,
    /// The clients whose outages stand in [`Outcome::client_outages`], in this order.
    pub clients: Vec<Population>,
    /// Whose shares [`Course::shares`] tells.
    pub shares: Vec<ShareSlot>,
    /// What the drill does, where the scenario has a procedure.
    pub drill: Option<DrillLayout>,
}

/// Clients whose outages are told one by one.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Population {
    /// The slots of [`Figure::ClientOutage`] that are about exactly these clients: of a
    /// client population, and of the system where it has no others.
    pub slots: Vec<usize>,
    /// How many clients there are.
    pub clients: usize,
}

/// Everything that is asked is served, as outcomes hold shares.
pub const WHOLE_SHARE: i64 = 1_000_000_000;

/// A served share that is told over time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ShareSlot {
    /// Of whom.
    pub subject: SubjectName,
    /// What is served before the fault, in billionths.
    pub first: i64,
}

/// A change of a served share.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ShareStep {
    /// Which of [`Layout::shares`].
    pub slot: usize,
    /// From when on, since the fault.
    pub since: Span,
    /// What is served from then on, in billionths.
    pub share: i64,
}

/// A stretch of the critical path.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Step {
    /// Which stage.
    pub stage: usize,
    /// When its cause happened.
    pub from: Instant,
    /// When it ended.
    pub to: Instant,
}

/// A stretch of what a component waited for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wait {
    /// Towards which figure: the slot of a component's recovery time, or of the
    /// redundancy of a component or the system.
    pub slot: usize,
    /// The stretch.
    pub step: Step,
}

/// Of the first so many trials it is told what each component waited for: which stage
/// matters most is known from few, and it costs a walk a component, or, where two
/// causes came in one moment, a trial executed event by event.
pub const TOLD: u64 = 32;

/// What one trial yielded.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcome {
    /// Which trial.
    pub trial: u64,
    /// One value a slot. The slot of [`Figure::ClientOutage`] holds the worst client.
    pub figures: Vec<Measured>,
    /// For each milestone slot, its instances' instants since the fault in
    /// ascending order ([`Measured::ABSENT`] last where an instance never stamped it).
    pub milestones: Vec<Measured>,
    /// The outage of each client, by population.
    pub client_outages: Vec<Measured>,
    /// What is no single number.
    pub course: Course,
}

/// What happened in a trial, as far as it is no single number.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Course {
    /// From fault to recovery of the system; empty where it never failed or
    /// never recovered. Steps telescope: each begins where the last ended.
    pub path: Vec<Step>,
    /// What each component waited for, in the first [`TOLD`] trials: the causal path to
    /// its own recovery, and that to its redundancy from the moment on at which it serves
    /// again. The stretches of one slot follow each other and telescope.
    pub waits: Vec<Wait>,
    /// How served shares changed, in the order of [`Layout::shares`] and then of time.
    pub shares: Vec<ShareStep>,
    /// How long after the fault the trial was watched.
    pub watched: Span,
    /// The system was lost again after it counted as recovered.
    pub relapsed: bool,
    /// More happened than the budget of a trial allows; its figures are censored.
    pub unsettled: bool,
    /// What the drill would report, where the scenario has a procedure.
    pub drill: Option<DrillOutcome>,
}

impl Course {
    /// Becomes what `other` is, in the memory that it was told in before.
    pub fn copy(&mut self, other: &Self) {
        self.path.clone_from(&other.path);
        self.waits.clone_from(&other.waits);
        self.shares.clone_from(&other.shares);
        (self.watched, self.relapsed, self.unsettled) =
            (other.watched, other.relapsed, other.unsettled);
        match (&mut self.drill, &other.drill) {
            (Some(mine), Some(theirs)) => mine.copy(theirs),
            (mine, theirs) => mine.clone_from(theirs),
        }
    }

    /// Forgets what happened, and keeps the memory that it was told in.
    pub fn clear(&mut self) {
        self.path.clear();
        self.waits.clear();
        self.shares.clear();
        (self.watched, self.relapsed, self.unsettled) = (Span::ZERO, false, false);
    }
}
