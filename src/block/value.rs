//! Values: numbers read at an instant, from parameters, draws and readings.

use super::graph::{Graph, LeaseId, LogId, PickId};
use super::literal::Literal;
use crate::distribution::Law;
use crate::units::Span;

/// A value program, by its position in [`Graph::values`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ValueId(pub u32);

/// A condition read at an instant, by its position in [`Graph::conditions`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ConditionId(pub u32);

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
    /// Rounded up to a whole number.
    Ceiling(ValueId),
    /// Instant of the last renewal or grant of a lease \[s\].
    Renewed(LeaseId),
    /// Bytes of a log that a member holds.
    LogHas(LogId, usize),
    /// Bytes of a log that had been written by an instant \[s\].
    LogWritten(LogId, ValueId),
    /// Bytes that a member holds and has not replayed.
    LogUnreplayed(LogId, usize),
    /// 1 where a member holds writes that the head lacks, else 0.
    LogDiverged(LogId, usize),
    /// The value of the pick's present choice.
    Chosen(PickId, Vec<ValueId>),
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

/// What a value reads besides itself.
pub trait Readings {
    /// Whether a literal holds now.
    fn holds(&self, literal: Literal) -> bool;
    /// The uniform number in (0, 1) of a name and an activation.
    fn uniform(&self, name: u64, activation: u32) -> f64;
    /// The last renewal of a lease.
    fn renewed(&self, lease: LeaseId) -> Span;
    /// What a member of a log holds, as seconds of writing.
    fn log_has(&self, log: LogId, member: usize) -> Span;
    /// What had been written by an instant, as seconds of writing.
    fn log_written(&self, log: LogId, by: Span) -> Span;
    /// Whether a member of a log holds writes that its head lacks.
    fn log_diverged(&self, log: LogId, member: usize) -> bool;
    /// The present choice of a pick.
    fn choice(&self, pick: PickId) -> usize;
}

impl Graph {
    /// The value now, for the `activation`-th use.
    pub fn value(&self, id: ValueId, activation: u32, with: &impl Readings) -> f64 {
        let of = |id: &ValueId| self.value(*id, activation, with);
        match &self.values[id.0 as usize] {
            Value::Constant(value) => *value,
            Value::Each { law, name } => law.quantile(with.uniform(*name, activation)),
            Value::Trial { law, name } => law.quantile(with.uniform(*name, 0)),
            Value::Between { low, high, name } => {
                let low = of(low);
                low + (of(high) - low) * with.uniform(*name, activation)
            }
            Value::If(condition, yes, no) => {
                of(if self.condition(*condition, activation, with) { yes } else { no })
            }
            Value::Add(a, b) => of(a) + of(b),
            Value::Subtract(a, b) => of(a) - of(b),
            Value::Multiply(a, b) => product(of(a), of(b)),
            Value::Divide(a, b) => quotient(of(a), of(b)),
            Value::Least(all) => all.iter().map(of).fold(f64::INFINITY, f64::min),
            Value::Most(all) => all.iter().map(of).fold(f64::NEG_INFINITY, f64::max),
            Value::Ceiling(a) => of(a).ceil(),
            Value::Chosen(pick, values) => of(&values[with.choice(*pick)]),
            Value::Renewed(_)
            | Value::LogHas(..)
            | Value::LogWritten(..)
            | Value::LogUnreplayed(..)
            | Value::LogDiverged(..) => self.reading(id, activation, with),
        }
    }

    fn reading(&self, id: ValueId, activation: u32, with: &impl Readings) -> f64 {
        let volume = |log: &LogId| self.value(self.logs[log.index()].volume, 0, with);
        match &self.values[id.0 as usize] {
            Value::Renewed(lease) => with.renewed(*lease).as_seconds(),
            Value::LogHas(log, member) => {
                product(with.log_has(*log, *member).as_seconds(), volume(log))
            }
            Value::LogWritten(log, by) => {
                let by = Span::from_seconds(self.value(*by, activation, with));
                product(with.log_written(*log, by).as_seconds(), volume(log))
            }
            Value::LogUnreplayed(log, member) => {
                let backlog = self.logs[log.index()].members[*member].unreplayed;
                product(self.value(backlog, 0, with), volume(log))
            }
            Value::LogDiverged(log, member) => f64::from(with.log_diverged(*log, *member)),
            _ => unreachable!("only readings are read here"),
        }
    }

    /// Whether a condition holds now.
    pub fn condition(&self, id: ConditionId, activation: u32, with: &impl Readings) -> bool {
        let of = |id: &ConditionId| self.condition(*id, activation, with);
        let number = |id: &ValueId| self.value(*id, activation, with);
        match &self.conditions[id.0 as usize] {
            Condition::Literal(literal) => with.holds(*literal),
            Condition::And(all) => all.iter().all(of),
            Condition::Or(any) => any.iter().any(of),
            Condition::Not(one) => !of(one),
            Condition::AtMost(a, b) => number(a) <= number(b),
            Condition::Less(a, b) => number(a) < number(b),
            Condition::Equal(a, b) => number(a) == number(b),
            Condition::Count(all, least) => {
                all.iter().filter(|c| of(c)).count() as f64 >= number(least)
            }
        }
    }

    /// A value as a span of time: at least zero, endless where it is infinite.
    pub fn span(&self, id: ValueId, activation: u32, with: &impl Readings) -> Span {
        Span::from_seconds(self.value(id, activation, with).max(0.0))
    }

    /// A value as a count: at least one.
    pub fn count(&self, id: ValueId, with: &impl Readings) -> u32 {
        self.value(id, 0, with).clamp(1.0, 1e6) as u32
    }
}

/// A product in which zero times endless is zero.
fn product(a: f64, b: f64) -> f64 {
    if a == 0.0 || b == 0.0 { 0.0 } else { a * b }
}

/// A quotient in which zero by zero is zero.
fn quotient(a: f64, b: f64) -> f64 {
    if a == 0.0 { 0.0 } else { a / b }
}
