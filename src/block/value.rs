//! Values: numbers read at an instant, from parameters, draws and readings.

use super::backup::Restore;
use super::id::{BackupId, ConditionId, LeaseId, LogId, PickId, ValueId};
use super::literal::Literal;
use crate::distribution::Law;
use crate::maths;
use crate::units::Span;

/// A number, in base units (seconds, bytes).
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// Always this.
    Constant(f64),
    /// Drawn at each activation.
    Each {
        /// From this law.
        law: Law,
        /// The hash of the name of component, node, instance and argument.
        name: u64,
    },
    /// Drawn once a trial.
    Trial {
        /// From this law.
        law: Law,
        /// The hash of the name of component and parameter.
        name: u64,
    },
    /// Uniform between two values, drawn at each activation.
    Between {
        /// The low end.
        low: ValueId,
        /// The high end.
        high: ValueId,
        /// The hash of the name of component, node, instance and argument.
        name: u64,
    },
    /// One of two.
    If(ConditionId, ValueId, ValueId),
    /// Sum.
    Add(ValueId, ValueId),
    /// Difference.
    Subtract(ValueId, ValueId),
    /// Product.
    Multiply(ValueId, ValueId),
    /// Quotient; by zero it is zero for a zero dividend, else endless.
    Divide(ValueId, ValueId),
    /// The least.
    Least(Vec<ValueId>),
    /// The greatest.
    Most(Vec<ValueId>),
    /// The first to the power of the second; zero where a negative base has no
    /// such power.
    Power(ValueId, ValueId),
    /// Rounded up to a whole number.
    Ceiling(ValueId),
    /// Rounded down to a whole number.
    Floor(ValueId),
    /// The natural logarithm; of zero and less it is below everything.
    Logarithm(ValueId),
    /// `e` to this power.
    Exponential(ValueId),
    /// Instant of the last renewal or grant of a lease \[s\].
    Renewed(LeaseId),
    /// How long ago that was \[s\].
    Age(LeaseId),
    /// Bytes of a log that a member holds.
    LogHas(LogId, usize),
    /// Bytes of a log that had been written by an instant \[s\].
    LogWritten(LogId, ValueId),
    /// Bytes that a member holds and has not replayed.
    LogUnreplayed(LogId, usize),
    /// 1 where a member holds writes that the head lacks, else 0.
    LogDiverged(LogId, usize),
    /// What restoring the so-many-th newest good generation of a backup comes to.
    Backup(BackupId, About, ValueId),
    /// The value of the pick's present choice.
    Chosen(PickId, Vec<ValueId>),
}

/// What is asked of a restore.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// The newest instant that is recovered \[s\]; before everything where
    /// there is no such generation.
    Point,
    /// How much log leads there from the base \[s of writing\].
    Since,
    /// How many generations are tried.
    Tries,
    /// 1 where there is such a generation, else 0.
    Exists,
}

/// A condition read at an instant.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// A level or its negation.
    Literal(Literal),
    /// All hold.
    And(Vec<ConditionId>),
    /// One holds.
    Or(Vec<ConditionId>),
    /// Does not hold.
    Not(ConditionId),
    /// The first is less than the second, or equal.
    AtMost(ValueId, ValueId),
    /// The first is less than the second.
    Less(ValueId, ValueId),
    /// Both are equal.
    Equal(ValueId, ValueId),
    /// At least so many of them hold.
    Count(Vec<ConditionId>, ValueId),
}

/// `base` to the power `exponent`; zero where a negative base has no such power.
#[must_use]
pub fn power(base: f64, exponent: f64) -> f64 {
    let power = maths::powf(base, exponent);
    if power.is_nan() { 0.0 } else { power }
}

/// The natural logarithm; of zero and less it is below everything.
#[must_use]
pub fn logarithm(of: f64) -> f64 {
    if of > 0.0 { maths::ln(of) } else { f64::NEG_INFINITY }
}

/// What a value reads besides itself.
pub trait Readings {
    /// Whether a literal holds now.
    fn holds(&self, literal: Literal) -> bool;
    /// The uniform number in (0, 1) of a name and an activation.
    fn uniform(&self, name: u64, activation: u32) -> f64;
    /// The last renewal of a lease.
    fn renewed(&self, lease: LeaseId) -> Span;
    /// How long ago that was.
    fn age(&self, lease: LeaseId) -> Span;
    /// What a member of a log holds, as seconds of writing.
    fn log_has(&self, log: LogId, member: usize) -> Span;
    /// What had been written by an instant, as seconds of writing.
    fn log_written(&self, log: LogId, by: Span) -> Span;
    /// Whether a member of a log holds writes that its head lacks.
    fn log_diverged(&self, log: LogId, member: usize) -> bool;
    /// What restoring the `k`-th newest good generation of a backup comes to.
    fn restore(&self, backup: BackupId, k: usize) -> Option<Restore>;
    /// The present choice of a pick.
    fn choice(&self, pick: PickId) -> usize;
}
