//! Reading values and conditions at an instant.

use super::backup::Restore;
use super::graph::Graph;
use super::id::{ConditionId, LogId, ValueId};
use super::pick::Pick;
use super::value::{About, Condition, Readings, Value, logarithm, power};
use crate::maths;
use crate::units::Span;

impl Graph {
    /// Whom a pick prefers among those who stand and may be chosen.
    pub fn best_of(&self, pick: &Pick, with: &impl Readings) -> Option<usize> {
        let mut best: Option<(f64, usize)> = None;
        for (position, candidate) in pick.candidates.iter().enumerate() {
            let may = with.holds(candidate.from)
                && candidate.eligible.is_none_or(|c| self.condition(c, 0, with));
            if !may {
                continue;
            }
            let value = candidate.prefer.map_or(0.0, |v| self.value(v, 0, with));
            if best.is_none_or(|(most, _)| value > most) {
                best = Some((value, position));
            }
        }
        best.map(|(_, position)| position)
    }

    /// The value now, for the `activation`-th use.
    #[inline]
    pub fn value(&self, id: ValueId, activation: u32, with: &impl Readings) -> f64 {
        match &self.values[id.0 as usize] {
            Value::Constant(value) => *value,
            _ => self.evaluate(id, activation, with),
        }
    }

    fn evaluate(&self, id: ValueId, activation: u32, with: &impl Readings) -> f64 {
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
            Value::Power(a, b) => power(of(a), of(b)),
            Value::Ceiling(a) => of(a).ceil(),
            Value::Floor(a) => of(a).floor(),
            Value::Logarithm(a) => logarithm(of(a)),
            Value::Exponential(a) => maths::exp(of(a)),
            Value::Chosen(pick, values) => of(&values[with.choice(*pick)]),
            Value::Renewed(_)
            | Value::Age(_)
            | Value::LogHas(..)
            | Value::LogWritten(..)
            | Value::LogUnreplayed(..)
            | Value::LogDiverged(..)
            | Value::Backup(..) => self.reading(id, activation, with),
        }
    }

    fn reading(&self, id: ValueId, activation: u32, with: &impl Readings) -> f64 {
        let volume = |log: &LogId| self.value(self.logs[log.index()].volume, 0, with);
        match &self.values[id.0 as usize] {
            Value::Renewed(lease) => with.renewed(*lease).as_seconds(),
            Value::Age(lease) => with.age(*lease).as_seconds(),
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
            Value::Backup(backup, about, k) => {
                let k = self.value(*k, activation, with).clamp(1.0, 1e6) as usize;
                told(*about, with.restore(*backup, k))
            }
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
    #[inline]
    pub fn span(&self, id: ValueId, activation: u32, with: &impl Readings) -> Span {
        Span::from_seconds(self.value(id, activation, with).max(0.0))
    }

    /// A value as a count: at least one.
    #[inline]
    pub fn count(&self, id: ValueId, with: &impl Readings) -> u32 {
        self.value(id, 0, with).clamp(1.0, 1e6) as u32
    }
}

/// What is asked of a restore; where there is none, of one that never ends.
fn told(about: About, restore: Option<Restore>) -> f64 {
    match (about, restore) {
        (About::Point, Some(restore)) => restore.point.since_zero().as_seconds(),
        (About::Point, None) => f64::NEG_INFINITY,
        (About::Since, Some(restore)) => restore.since.as_seconds(),
        (About::Tries, Some(restore)) => f64::from(restore.tries),
        (About::Since | About::Tries, None) => f64::INFINITY,
        (About::Exists, restore) => f64::from(restore.is_some()),
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
