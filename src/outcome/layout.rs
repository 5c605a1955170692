//! What the numbers of a trial mean: slots, laid out once a scenario.

use super::drill::DrillLayout;
use super::figure::{Class, Clock, Figure};
use crate::units::Span;

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
    /// Where its values begin in [`Outcome::milestones`](super::Outcome::milestones).
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

/// What the numbers of an [`Outcome`](super::Outcome) mean; the same for all trials of a scenario.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Layout {
    /// Slots of [`Outcome::figures`](super::Outcome::figures).
    pub figures: Vec<FigureSlot>,
    /// Slots of [`Outcome::milestones`](super::Outcome::milestones).
    pub milestones: Vec<MilestoneSlot>,
    /// What [`Step::stage`](super::Step::stage) points at.
    pub stages: Vec<StageSlot>,
    /// The clients whose outages stand in [`Outcome::client_outages`](super::Outcome::client_outages), in this order.
    pub clients: Vec<Population>,
    /// Whose shares [`Course::shares`](super::Course::shares) tells.
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
