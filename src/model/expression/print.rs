//! Resolved expressions as text again, for people to read.
//!
//! What is printed resolves to the same expression where it came from: names of
//! variables aside, nothing is lost. Literals get the unit that their place
//! implies.

use super::syntax::{Expression, Operator, Quantifier, Syntax, Word};
use super::{About, Comparison, Condition, NodeId, PoolRef, Quorum, Range, Reading, Value, Who};
use crate::model::preset::{ComponentKind, HOLDS, Preset, half_names};
use crate::units::{Dimension, ENDLESS, parse};

/// Prints the expressions of one preset.
#[derive(Clone, Debug)]
pub struct Printer<'p> {
    /// The preset.
    preset: &'p Preset,
    /// What the halves are called where a pair's node is printed.
    halves: [String; 2],
    /// The variables around the present piece, the outermost first.
    bound: Vec<String>,
}

impl<'p> Printer<'p> {
    /// A printer for a preset's expressions.
    #[must_use]
    pub fn new(preset: &'p Preset) -> Self {
        Self { preset, halves: Default::default(), bound: Vec::new() }
    }

    /// A printer for the expressions of a node that exists once for each of a range.
    #[must_use]
    pub fn within(preset: &'p Preset, range: Range) -> Self {
        let halves = match range {
            Range::Pair(first, second) => half_names(first, second, &preset.sets),
            _ => Default::default(),
        };
        Self { halves, ..Self::new(preset) }
    }

    /// A condition as text.
    #[must_use]
    pub fn condition(&self, condition: &Condition) -> String {
        self.clone().condition_syntax(condition).to_string()
    }

    /// A number of a dimension as text.
    #[must_use]
    pub fn value(&self, value: &Value, dimension: Dimension) -> String {
        self.clone().value_syntax(value, Some(dimension)).to_string()
    }

    /// A number whose dimension only itself can tell.
    #[must_use]
    pub fn any_value(&self, value: &Value) -> String {
        self.clone().value_syntax(value, None).to_string()
    }

    /// An instance as text.
    #[must_use]
    pub fn who(&self, who: Who) -> String {
        match who {
            Who::Own | Who::Candidate => "self".to_owned(),
            Who::One => match self.preset.kind {
                ComponentKind::Route | ComponentKind::Clients => "here".to_owned(),
                _ => "self".to_owned(),
            },
            Who::Bound(depth) => {
                let at = self.bound.len().checked_sub(depth + 1);
                at.map_or_else(|| "?".to_owned(), |at| self.bound[at].clone())
            }
            Who::Half(half) => self.halves[half].clone(),
            Who::Caller => "caller".to_owned(),
            Who::Chosen(pick) => self.node(pick),
            Who::Dealt(set) => self.preset.sets[set.0].name.clone(),
        }
    }

    /// A node of some instance as text: `leader.loop`.
    #[must_use]
    pub fn node_of(&self, who: Who, node: NodeId) -> String {
        self.part(who, &self.node(node)).to_string()
    }

    /// The pool that a work uses as text: `cluster.hands(self)`.
    #[must_use]
    pub fn pool(&self, pool: &PoolRef) -> String {
        let argument = |who: Who| vec![self.argument(who)];
        let syntax = match pool {
            PoolRef::Own(pool, Who::Own | Who::One) => name(&self.node(*pool)),
            PoolRef::Own(pool, who) => call(None, &self.node(*pool), argument(*who)),
            PoolRef::Need(need, pool, who) => {
                let role = &self.preset.needs[need.0].role;
                match who {
                    Some(who) => call(Some(role), pool, argument(*who)),
                    None => hop(role, pool),
                }
            }
        };
        syntax.to_string()
    }

    /// A node's name.
    fn node(&self, node: NodeId) -> String {
        self.preset.nodes[node.0].name.clone()
    }

    /// A part of an instance: bare where it is one's own.
    fn part(&self, who: Who, part: &str) -> Expression {
        match who {
            Who::Own | Who::Candidate | Who::One => name(part),
            _ => hop(&self.who(who), part),
        }
    }

    /// An instance as an argument.
    fn argument(&self, who: Who) -> Expression {
        name(&self.who(who))
    }

    /// A condition as a tree.
    fn condition_syntax(&mut self, condition: &Condition) -> Expression {
        match condition {
            Condition::Constant(truth) => plain(Syntax::Truth(*truth)),
            Condition::Level(who, node) => self.part(*who, &self.node(*node)),
            Condition::Pair(a, b, node) => {
                call(None, &self.node(*node), vec![self.argument(*a), self.argument(*b)])
            }
            Condition::Failed(_, node) => hop(&self.node(*node), "failed"),
            Condition::TargetExport(who, export) => hop(&self.who(*who), export),
            Condition::Holds(who) => hop(&self.who(*who), HOLDS),
            Condition::NeedExport(need, export, who) => {
                let role = &self.preset.needs[need.0].role;
                match who {
                    Some(who) => call(Some(role), export, vec![self.argument(*who)]),
                    None => hop(role, export),
                }
            }
            Condition::Relied(reliance) => name(reliance.name()),
            Condition::Process(who, process) => self.part(*who, &self.preset.processes[*process]),
            Condition::Host(who) => self.part(*who, "host"),
            Condition::Hears(a, b) => {
                call(None, "hears", vec![self.argument(*a), self.argument(*b)])
            }
            Condition::Silent(a, b) => {
                call(None, "silent", vec![self.argument(*a), self.argument(*b)])
            }
            Condition::Together(a, b) => {
                call(None, "together", vec![self.argument(*a), self.argument(*b)])
            }
            Condition::Dealt(a, b) => {
                call(None, "dealt", vec![self.argument(*a), self.argument(*b)])
            }
            Condition::Answers(a, b, process) => self.served("answers", *a, *b, *process),
            Condition::Refuses(a, b, process) => self.served("refuses", *a, *b, *process),
            Condition::Asked(_, request) => hop("asked", &self.preset.requests[*request]),
            Condition::Chose(pick, who) => {
                equal(name(&self.node(*pick)), Comparison::Equal, self.argument(*who))
            }
            Condition::Head(log, who) => {
                equal(hop(&self.node(*log), "head"), Comparison::Equal, self.argument(*who))
            }
            Condition::Same(a, b) => equal(self.argument(*a), Comparison::Equal, self.argument(*b)),
            Condition::Not(inner) => self.negated(inner),
            Condition::And(parts) => self.joined(parts, Operator::And),
            Condition::Or(parts) => self.joined(parts, Operator::Or),
            Condition::Over(range, body, quorum) => self.over(*range, body, quorum),
            Condition::Compare(left, comparison, right) => self.compared(left, *comparison, right),
        }
    }

    /// `leader != self` rather than `not leader == self`.
    fn negated(&mut self, inner: &Condition) -> Expression {
        let inner_syntax = self.condition_syntax(inner);
        match (inner, inner_syntax.syntax) {
            (
                Condition::Chose(..) | Condition::Same(..) | Condition::Head(..),
                Syntax::Binary(left, Operator::Compare(Comparison::Equal), right),
            ) => equal(*left, Comparison::Unequal, *right),
            (_, syntax) => plain(Syntax::Not(Box::new(plain(syntax)))),
        }
    }

    /// `answers(self, m.server)`
    fn served(&self, fact: &str, from: Who, to: Who, process: Option<usize>) -> Expression {
        let to = match process {
            Some(process) => hop(&self.who(to), &self.preset.processes[process]),
            None => self.argument(to),
        };
        call(None, fact, vec![self.argument(from), to])
    }

    /// `a and b and c`
    fn joined(&mut self, parts: &[Condition], operator: Operator) -> Expression {
        let mut parts = parts.iter().map(|part| self.condition_syntax(part)).collect::<Vec<_>>();
        if parts.is_empty() {
            return plain(Syntax::Truth(operator == Operator::And));
        }
        let first = parts.remove(0);
        parts.into_iter().fold(first, |left, right| binary(left, operator, right))
    }

    /// `any(m in member: …)`
    fn over(&mut self, range: Range, body: &Condition, quorum: &Quorum) -> Expression {
        let variable = self.fresh(range);
        self.bound.push(variable.clone());
        let body = Box::new(self.condition_syntax(body));
        self.bound.pop();
        let (quantifier, limit) = match quorum {
            Quorum::Any => (Quantifier::Any, None),
            Quorum::All => (Quantifier::All, None),
            Quorum::Count(comparison, limit) => (Quantifier::Count, Some((*comparison, limit))),
            Quorum::Share(comparison, limit) => (Quantifier::Share, Some((*comparison, limit))),
        };
        let range = word(&range.name(&self.preset.sets));
        let over = plain(Syntax::Over { quantifier, variable: word(&variable), range, body });
        match limit {
            None => over,
            Some((comparison, limit)) => {
                let limit = self.value_syntax(limit, Some(Dimension::NUMBER));
                equal(over, comparison, limit)
            }
        }
    }

    /// A variable that means nothing else: `m`, `m2`.
    fn fresh(&self, range: Range) -> String {
        let letter = &range.name(&self.preset.sets)[..1];
        let preset = self.preset;
        let taken = |name: &str| {
            self.bound.iter().chain(&self.halves).any(|other| other == name)
                || preset.nodes.iter().any(|node| node.name == name)
                || preset.parameters.iter().any(|parameter| parameter.name == name)
                || preset.processes.iter().any(|process| process == name)
                || preset.needs.iter().any(|need| need.role == name)
        };
        let mut names = (1..).map(|n: usize| match n {
            1 => letter.to_owned(),
            n => format!("{letter}{n}"),
        });
        names.find(|name| !taken(name)).unwrap_or_default()
    }

    /// Two numbers and what stands between them.
    fn compared(&mut self, left: &Value, comparison: Comparison, right: &Value) -> Expression {
        if let (Value::Reading(Reading::LogDiverged(log, who)), Comparison::Equal) =
            (left, comparison)
            && *right == Value::Number(1.0)
        {
            return call(Some(&self.node(*log)), "diverged", vec![self.argument(*who)]);
        }
        if let (Value::Reading(reading @ Reading::Backup(_, About::Exists, _)), Comparison::Equal) =
            (left, comparison)
            && *right == Value::Number(1.0)
        {
            return self.reading(reading);
        }
        let dimension = self.known(left).or_else(|| self.known(right)).unwrap_or(Dimension::NUMBER);
        let left = self.value_syntax(left, Some(dimension));
        equal(left, comparison, self.value_syntax(right, Some(dimension)))
    }

    /// A number as a tree; `wanted` is what it measures, where that is known.
    fn value_syntax(&mut self, value: &Value, wanted: Option<Dimension>) -> Expression {
        let wanted = wanted.or_else(|| self.known(value));
        match value {
            Value::Number(number) => {
                plain(Syntax::Number(literal(*number, wanted.unwrap_or(Dimension::NUMBER))))
            }
            Value::Draw(law) => {
                let unit = |number| literal(number, wanted.unwrap_or(Dimension::NUMBER));
                plain(Syntax::Number(law.describe(&unit)))
            }
            Value::Parameter(parameter) => name(&self.preset.parameters[parameter.0].name),
            Value::NeedValue(need, export) => hop(&self.preset.needs[need.0].role, export),
            Value::TargetValue(who, export) => hop(&self.who(*who), export),
            Value::Size(range) => call(None, "count", vec![name(&range.name(&self.preset.sets))]),
            Value::Reading(reading) => self.reading(reading),
            Value::If(condition, then, otherwise) => {
                let arguments = vec![
                    self.condition_syntax(condition),
                    self.value_syntax(then, wanted),
                    self.value_syntax(otherwise, wanted),
                ];
                call(None, "if", arguments)
            }
            Value::Between(left, right) => self.alike(left, Operator::Between, right, wanted),
            Value::Add(left, right) => self.alike(left, Operator::Add, right, wanted),
            Value::Subtract(left, right) => self.alike(left, Operator::Subtract, right, wanted),
            Value::Multiply(left, right) => {
                let (first, second) = self.factors(left, right, wanted);
                let left = self.value_syntax(left, first);
                binary(left, Operator::Multiply, self.value_syntax(right, second))
            }
            Value::Divide(left, right) => {
                let second = self.known(right).or_else(|| Some(self.known(left)?.per(wanted?)));
                let first = self.known(left).or_else(|| Some(wanted?.times(second?)));
                let left = self.value_syntax(left, first);
                binary(left, Operator::Divide, self.value_syntax(right, second))
            }
            Value::Least(all) => self.extreme("min", all, wanted),
            Value::Most(all) => self.extreme("max", all, wanted),
            Value::Power(base, exponent) => {
                self.alike(base, Operator::Power, exponent, Some(Dimension::NUMBER))
            }
            Value::Ceiling(inner) => self.function("ceil", inner),
            Value::Floor(inner) => self.function("floor", inner),
            Value::Logarithm(inner) => self.function("ln", inner),
            Value::Exponential(inner) => self.function("exp", inner),
        }
    }

    /// `ceil(x)` and its like: of a plain number.
    fn function(&mut self, name: &str, inner: &Value) -> Expression {
        call(None, name, vec![self.value_syntax(inner, Some(Dimension::NUMBER))])
    }

    /// Two numbers of one dimension.
    fn alike(
        &mut self,
        left: &Value,
        operator: Operator,
        right: &Value,
        wanted: Option<Dimension>,
    ) -> Expression {
        let left = self.value_syntax(left, wanted);
        binary(left, operator, self.value_syntax(right, wanted))
    }

    /// What the factors of a product measure.
    fn factors(
        &self,
        left: &Value,
        right: &Value,
        wanted: Option<Dimension>,
    ) -> (Option<Dimension>, Option<Dimension>) {
        match (self.known(left), self.known(right)) {
            (Some(first), None) => (Some(first), wanted.map(|wanted| wanted.per(first))),
            (None, Some(second)) => (wanted.map(|wanted| wanted.per(second)), Some(second)),
            // A literal times a literal: the first carries the unit.
            (None, None) => (wanted, Some(Dimension::NUMBER)),
            both => both,
        }
    }

    /// `min(a, b)`
    fn extreme(&mut self, function: &str, all: &[Value], wanted: Option<Dimension>) -> Expression {
        let arguments = all.iter().map(|value| self.value_syntax(value, wanted)).collect();
        call(None, function, arguments)
    }

    /// `log.has(self)`
    fn reading(&mut self, reading: &Reading) -> Expression {
        match reading {
            Reading::Renewed(lease) => hop(&self.node(*lease), "renewed"),
            Reading::Age(lease) => hop(&self.node(*lease), "age"),
            Reading::LogHas(log, who) => {
                call(Some(&self.node(*log)), "has", vec![self.argument(*who)])
            }
            Reading::LogWritten(log, instant) => {
                let instant = self.value_syntax(instant, Some(Dimension::TIME));
                call(Some(&self.node(*log)), "written", vec![instant])
            }
            Reading::Backup(backup, about, which) => {
                let which = self.value_syntax(which, Some(Dimension::NUMBER));
                call(Some(&self.node(*backup)), about.name(), vec![which])
            }
            Reading::LogUnreplayed(log, who) => {
                call(Some(&self.node(*log)), "unreplayed", vec![self.argument(*who)])
            }
            Reading::LogDiverged(log, who) => {
                call(Some(&self.node(*log)), "diverged", vec![self.argument(*who)])
            }
        }
    }

    /// What a number measures, as far as it tells itself.
    fn known(&self, value: &Value) -> Option<Dimension> {
        match value {
            Value::Number(_) | Value::Draw(_) => None,
            Value::Parameter(parameter) => Some(self.preset.parameters[parameter.0].dimension),
            Value::NeedValue(..)
            | Value::TargetValue(..)
            | Value::Reading(
                Reading::Renewed(_) | Reading::Backup(_, About::Point | About::Since, _),
            ) => Some(Dimension::TIME),
            Value::Size(_)
            | Value::Power(..)
            | Value::Ceiling(_)
            | Value::Floor(_)
            | Value::Logarithm(_)
            | Value::Exponential(_)
            | Value::Reading(Reading::LogDiverged(..) | Reading::Backup(..)) => {
                Some(Dimension::NUMBER)
            }
            Value::Reading(_) => Some(Dimension::BYTES),
            Value::If(_, left, right)
            | Value::Between(left, right)
            | Value::Add(left, right)
            | Value::Subtract(left, right) => self.known(left).or_else(|| self.known(right)),
            Value::Multiply(left, right) => Some(self.known(left)?.times(self.known(right)?)),
            Value::Divide(left, right) => Some(self.known(left)?.per(self.known(right)?)),
            Value::Least(all) | Value::Most(all) => all.iter().find_map(|one| self.known(one)),
        }
    }
}

/// A number with its unit, such that it parses to the same number.
fn literal(number: f64, dimension: Dimension) -> String {
    let same = |text: &str| parse(text) == Ok((number, dimension));
    match dimension {
        Dimension::TIME if number >= ENDLESS => "never".to_owned(),
        Dimension::TIME => {
            let millis = format!("{}ms", (number * 1e3).round());
            if number > 0.0 && number < 1.0 && same(&millis) {
                return millis;
            }
            format!("{number}s")
        }
        Dimension::BYTES => format!("{number}B"),
        Dimension::RATE => format!("{number}/s"),
        Dimension::BYTE_RATE => {
            let millions = format!("{} MB/s", number / 1e6);
            if same(&millions) { millions } else { format!("{number} B/s") }
        }
        Dimension::MONEY => format!("${number}"),
        _ => number.to_string(),
    }
}

/// A piece without a place.
const fn plain(syntax: Syntax) -> Expression {
    Expression { syntax, extent: 0..0 }
}

/// A word without a place.
fn word(text: &str) -> Word {
    Word { text: text.to_owned(), extent: 0..0 }
}

/// A bare name.
fn name(text: &str) -> Expression {
    plain(Syntax::Name(text.to_owned()))
}

/// One hop.
fn hop(of: &str, part: &str) -> Expression {
    plain(Syntax::Hop(word(of), word(part)))
}

/// A call.
fn call(of: Option<&str>, function: &str, arguments: Vec<Expression>) -> Expression {
    plain(Syntax::Call { of: of.map(word), function: word(function), arguments })
}

/// Two operands.
fn binary(left: Expression, operator: Operator, right: Expression) -> Expression {
    plain(Syntax::Binary(Box::new(left), operator, Box::new(right)))
}

/// A comparison.
fn equal(left: Expression, comparison: Comparison, right: Expression) -> Expression {
    binary(left, Operator::Compare(comparison), right)
}
