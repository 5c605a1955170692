//! Numbers: literals, parameters, readings and arithmetic, with their dimensions.

use super::super::syntax::{Expression, Extent, Operator, Syntax, Word};
use super::super::{About, Mistake, NodeId, Range, Reading, Value};
use super::who::Place;
use super::{Resolver, Shape, nearest_of, one_of};
use crate::model::preset::{ERROR_AFTER, Published};
use crate::units::{self, Dimension};

/// A number and what it measures.
type Measured = (Value, Dimension);

impl Resolver<'_> {
    /// Resolves a number that must measure `wanted`.
    pub(super) fn value_of(&mut self, expression: &Expression, wanted: Dimension) -> Option<Value> {
        let (value, found) = self.value(expression)?;
        if found == wanted {
            return Some(value);
        }
        let message = format!("`{expression}` is {found}, where {wanted} is wanted");
        let label = format!("expected {wanted}");
        let mistake = Mistake::new("dimension", expression.extent.clone(), message, label);
        self.fail(match (&expression.syntax, wanted) {
            (Syntax::Number(text), Dimension::TIME) if found == Dimension::NUMBER => {
                mistake.help(format!("give it a unit: `{text}s`"))
            }
            _ => mistake,
        })
    }

    /// Resolves a number.
    pub(super) fn value(&mut self, expression: &Expression) -> Option<Measured> {
        let extent = &expression.extent;
        match &expression.syntax {
            Syntax::Number(text) => self.literal(text, extent),
            Syntax::Name(name) => self.named_value(name, extent),
            Syntax::Hop(of, name) => self.hop_value(of, name, extent),
            Syntax::Call { of, function, arguments } => {
                self.called_value(expression, of.as_ref(), function, arguments)
            }
            Syntax::Binary(_, Operator::Or | Operator::And | Operator::Compare(_), _)
            | Syntax::Truth(_)
            | Syntax::Not(_)
            | Syntax::Over { .. } => self.condition_for_number(expression),
            Syntax::Binary(left, Operator::Power, right) => self.power(left, right),
            Syntax::Binary(left, operator, right) => {
                self.arithmetic(expression, left, *operator, right)
            }
        }
    }

    /// A condition stands where a number should.
    fn condition_for_number<T>(&mut self, expression: &Expression) -> Option<T> {
        let message = format!("`{expression}` is a condition, where a number is wanted");
        let mistake =
            Mistake::new("not_a_number", expression.extent.clone(), message, "a condition");
        self.fail(mistake.help(format!("say which numbers: `if({expression}, …, …)`")))
    }

    /// A number as it was written.
    fn literal(&mut self, text: &str, extent: &Extent) -> Option<Measured> {
        match units::parse(text) {
            Ok((number, dimension)) => Some((Value::Number(number), dimension)),
            Err(error) => {
                let (message, help) = (error.message, error.help);
                let at = extent.start + error.range.start..extent.start + error.range.end;
                let mistake = Mistake::new("number", at, message, "not a quantity");
                self.fail(mistake.maybe_help(help))
            }
        }
    }

    /// A bare name as a number.
    fn named_value(&mut self, name: &str, extent: &Extent) -> Option<Measured> {
        if let Some((id, dimension)) = self.environment.parameter_named(name) {
            return Some((Value::Parameter(id), self.measured(dimension, extent)?));
        }
        let Some(what) = self.describe(name) else {
            return self.unknown(name, extent);
        };
        let message = format!("`{name}` is {what}, where a number is wanted");
        let mistake = Mistake::new("not_a_number", extent.clone(), message, "not a number");
        let is_level = self.environment.node_named(name).is_some();
        let help = is_level.then(|| format!("say which numbers: `if({name}, …, …)`"));
        self.fail(mistake.maybe_help(help))
    }

    /// `dcs.expiry_tick`, `key.renewed`
    fn hop_value(&mut self, of: &Word, name: &Word, extent: &Extent) -> Option<Measured> {
        if let Some(need) = self.environment.need_named(&of.text) {
            let kind = self.environment.needs[need.0].kind;
            let found = kind.interface().iter().find(|export| export.name == name.text);
            if let Some(Published::Value(dimension)) = found.map(|export| export.what) {
                return Some((Value::NeedValue(need, name.text.clone()), dimension));
            }
            let numbers = kind.interface().iter().filter(|export| !export.is_level());
            let names = numbers.map(|export| export.name);
            let help = nearest_of(&name.text, names.clone()).or_else(|| one_of(names));
            let (code, message) = match found {
                Some(_) => {
                    let text = format!("{}.{}", of.text, name.text);
                    ("not_a_number", format!("`{text}` is a condition, where a number is wanted"))
                }
                None => {
                    let kind = kind.describe();
                    ("unknown_name", format!("{kind} exports no `{}`", name.text))
                }
            };
            let mistake = Mistake::new(code, name.extent.clone(), message, "not a number");
            return self.fail(mistake.maybe_help(help));
        }
        let lease = self.environment.node_named(&of.text);
        if let Some(id) = lease.filter(|id| self.environment.nodes[id.0].shape == Shape::Lease)
            && let Some(reading) = lease_reading(&name.text, id)
        {
            self.read_only(&format!("{}.{}", of.text, name.text), extent)?;
            self.bare_or_fail(&of.text, self.environment.nodes[id.0].range, &of.extent)?;
            return Some((Value::Reading(reading), Dimension::TIME));
        }
        if name.text == ERROR_AFTER {
            let (who, place) = self.instance_named(&of.text, &of.extent)?;
            if place == Place::In(Range::Target) {
                self.read_only(&format!("{}.{}", of.text, name.text), extent)?;
                return Some((Value::TargetValue(who, name.text.clone()), Dimension::TIME));
            }
        }
        let text = format!("{}.{}", of.text, name.text);
        let Some(what) = self.describe(&of.text) else {
            return self.unknown(&of.text, &of.extent);
        };
        let message = format!("`{text}` is not a number: `{}` is {what}", of.text);
        let mistake = Mistake::new("not_a_number", extent.clone(), message, "not a number");
        self.fail(
            mistake.help(
                "a lease publishes `renewed` and `age`, a log `has`, `written`, `unreplayed`",
            ),
        )
    }

    /// A reading, or a draw, stands where a number must not change.
    fn read_only(&mut self, what: &str, extent: &Extent) -> Option<()> {
        if self.scope.read {
            return Some(());
        }
        let message = format!("`{what}` changes, and this number is fixed for the trial");
        let mistake = Mistake::new("not_fixed", extent.clone(), message, "changes");
        self.fail(mistake.help("parameters may be uncertain; they are drawn once"))
    }

    /// A call as a number.
    fn called_value(
        &mut self,
        whole: &Expression,
        of: Option<&Word>,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        let Some(of) = of else {
            return match function.text.as_str() {
                "min" | "max" => self.extreme(whole, function, arguments),
                "ceil" => self.plain(Value::Ceiling, function, arguments),
                "floor" => self.plain(Value::Floor, function, arguments),
                "ln" => self.plain(Value::Logarithm, function, arguments),
                "exp" => self.plain(Value::Exponential, function, arguments),
                "if" => self.choice(whole, function, arguments),
                "count" => self.size(function, arguments),
                "hears" | "silent" | "answers" | "refuses" => self.condition_for_number(whole),
                name if self.pair_named(name).is_some() => self.condition_for_number(whole),
                name => {
                    let known = [
                        "min", "max", "ceil", "floor", "ln", "exp", "if", "count", "hears",
                        "answers", "refuses", "silent",
                    ];
                    let help = nearest_of(name, known.into_iter());
                    let message = format!("there is no function `{name}`");
                    let extent = function.extent.clone();
                    let label = "unknown function";
                    self.fail(Mistake::new("unknown_name", extent, message, label).maybe_help(help))
                }
            };
        };
        if self.environment.need_named(&of.text).is_some() {
            return self.condition_for_number(whole);
        }
        if self.environment.node_named(&of.text).is_none() {
            return match self.describe(&of.text) {
                Some(what) => {
                    let message = format!("`{}` is {what} and has no functions", of.text);
                    let extent = whole.extent.clone();
                    self.fail(Mistake::new("unknown_name", extent, message, "no such function"))
                }
                None => self.unknown(&of.text, &of.extent),
            };
        }
        if self.is_backup(of) {
            return self.backup_reading(whole, of, function, arguments);
        }
        self.log_reading(whole, of, function, arguments)
    }

    /// Whether a name is that of a backup.
    pub(super) fn is_backup(&self, of: &Word) -> bool {
        let node = self.environment.node_named(&of.text);
        node.is_some_and(|id| self.environment.nodes[id.0].shape == Shape::Backup)
    }

    /// The backup of that name, and the one argument of its readings: 1 is the
    /// newest good generation.
    pub(super) fn generation(
        &mut self,
        of: &Word,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<(NodeId, Value)> {
        let backup = self.environment.node_named(&of.text)?;
        let [which] = self.exactly(function, arguments)?;
        Some((backup, self.value_of(which, Dimension::NUMBER)?))
    }

    /// `full.point(1)` and its like.
    fn backup_reading(
        &mut self,
        whole: &Expression,
        of: &Word,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        let (about, dimension) = match function.text.as_str() {
            "point" => (About::Point, Dimension::TIME),
            "since" => (About::Since, Dimension::TIME),
            "tries" => (About::Tries, Dimension::NUMBER),
            "exists" => return self.condition_for_number(whole),
            name => {
                let known = ["point", "since", "tries", "exists"];
                let help =
                    nearest_of(name, known.into_iter()).or_else(|| one_of(known.into_iter()));
                let message = format!("a backup publishes no `{name}`");
                let extent = function.extent.clone();
                let mistake = Mistake::new("unknown_name", extent, message, "unknown reading");
                return self.fail(mistake.maybe_help(help));
            }
        };
        let (backup, which) = self.generation(of, function, arguments)?;
        self.read_only(&whole.to_string(), &whole.extent)?;
        Some((Value::Reading(Reading::Backup(backup, about, Box::new(which))), dimension))
    }

    /// `ceil(x)` and its like: of a plain number.
    fn plain(
        &mut self,
        make: fn(Box<Value>) -> Value,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        let [inner] = self.exactly(function, arguments)?;
        let inner = self.value_of(inner, Dimension::NUMBER)?;
        Some((make(Box::new(inner)), Dimension::NUMBER))
    }

    /// `a ^ b`: plain numbers both.
    fn power(&mut self, base: &Expression, exponent: &Expression) -> Option<Measured> {
        let base = self.value_of(base, Dimension::NUMBER);
        let exponent = self.value_of(exponent, Dimension::NUMBER);
        Some((Value::Power(Box::new(base?), Box::new(exponent?)), Dimension::NUMBER))
    }

    /// `log.has(self)` and its like.
    fn log_reading(
        &mut self,
        whole: &Expression,
        of: &Word,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        let log = self.log(of)?;
        let reading = match function.text.as_str() {
            "has" => Reading::LogHas(log, self.member_argument(function, arguments)?.0),
            "unreplayed" => {
                Reading::LogUnreplayed(log, self.member_argument(function, arguments)?.0)
            }
            "written" => {
                let [instant] = self.exactly(function, arguments)?;
                Reading::LogWritten(log, Box::new(self.value_of(instant, Dimension::TIME)?))
            }
            "diverged" => return self.condition_for_number(whole),
            name => {
                let known = ["has", "written", "unreplayed", "diverged"];
                let help =
                    nearest_of(name, known.into_iter()).or_else(|| one_of(known.into_iter()));
                let message = format!("a log publishes no `{name}`");
                let mistake = Mistake::new(
                    "unknown_name",
                    function.extent.clone(),
                    message,
                    "unknown reading",
                );
                return self.fail(mistake.maybe_help(help));
            }
        };
        self.read_only(&whole.to_string(), &whole.extent)?;
        Some((Value::Reading(reading), Dimension::BYTES))
    }

    /// `min(a, b, …)` and `max(a, b, …)`
    fn extreme(
        &mut self,
        whole: &Expression,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        if arguments.is_empty() {
            let message = format!("`{}` of nothing", function.text);
            let extent = whole.extent.clone();
            return self.fail(Mistake::new("arguments", extent, message, "expected numbers"));
        }
        let all: Vec<_> = arguments.iter().map(|argument| self.value(argument)).collect();
        let all: Vec<Measured> = all.into_iter().collect::<Option<_>>()?;
        let dimension = all[0].1;
        for (argument, (_, other)) in arguments.iter().zip(&all) {
            if *other != dimension {
                let sides = (&arguments[0], dimension, argument, *other);
                return self.unlike(whole, "cannot be compared", sides);
            }
        }
        let values = all.into_iter().map(|(value, _)| value).collect();
        let value = if function.text == "min" { Value::Least(values) } else { Value::Most(values) };
        Some((value, dimension))
    }

    /// `if(condition, then, else)`
    fn choice(
        &mut self,
        whole: &Expression,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Measured> {
        let [condition, then, otherwise] = self.exactly(function, arguments)?;
        let when = self.with_read(true, |resolver| resolver.condition(condition));
        let fixed = match &when {
            Some(when) if when.is_fixed() => Some(()),
            _ => self.read_only("if(…)", &function.extent),
        };
        let (first, second) = (self.value(then), self.value(otherwise));
        fixed?;
        let (when, (first, dimension), (second, other)) = (when?, first?, second?);
        if dimension != other {
            let sides = (then, dimension, otherwise, other);
            return self.unlike(whole, "cannot stand for each other", sides);
        }
        Some((Value::If(Box::new(when), Box::new(first), Box::new(second)), dimension))
    }

    /// `count(member)`
    fn size(&mut self, function: &Word, arguments: &[Expression]) -> Option<Measured> {
        let [range] = self.exactly(function, arguments)?;
        let Syntax::Name(name) = &range.syntax else {
            let message = format!("`{range}` is not a range");
            let extent = range.extent.clone();
            let mistake = Mistake::new("unknown_name", extent, message, "expected a range");
            return self.fail(mistake.help("say `count(member)`, or `count(m in member: …) >= 2`"));
        };
        let word = Word { text: name.clone(), extent: range.extent.clone() };
        Some((Value::Size(self.range(&word)?), Dimension::NUMBER))
    }

    /// `a + b` and its like.
    fn arithmetic(
        &mut self,
        whole: &Expression,
        left: &Expression,
        operator: Operator,
        right: &Expression,
    ) -> Option<Measured> {
        let (first, second) = (self.value(left), self.value(right));
        let ((first, dimension), (second, other)) = (first?, second?);
        let must_agree = matches!(operator, Operator::Add | Operator::Subtract | Operator::Between);
        if must_agree && dimension != other {
            let verb = match operator {
                Operator::Add => "cannot be added",
                Operator::Subtract => "cannot be subtracted",
                _ => "do not bound one range",
            };
            return self.unlike(whole, verb, (left, dimension, right, other));
        }
        if operator == Operator::Between {
            self.read_only(&whole.to_string(), &whole.extent)?;
        }
        let (first, second) = (Box::new(first), Box::new(second));
        Some(match operator {
            Operator::Add => (Value::Add(first, second), dimension),
            Operator::Subtract => (Value::Subtract(first, second), dimension),
            Operator::Multiply => (Value::Multiply(first, second), dimension.times(other)),
            Operator::Divide => (Value::Divide(first, second), dimension.per(other)),
            _ => (Value::Between(first, second), dimension),
        })
    }

    /// Two numbers that a comparison stands between.
    pub(super) fn compared(
        &mut self,
        whole: &Expression,
        left: &Expression,
        right: &Expression,
    ) -> Option<(Value, Value)> {
        let (first, second) = (self.value(left), self.value(right));
        let ((first, dimension), (second, other)) = (first?, second?);
        if dimension != other {
            return self.unlike(whole, "cannot be compared", (left, dimension, right, other));
        }
        Some((first, second))
    }

    /// Two sides measure different things.
    pub(super) fn unlike<T>(
        &mut self,
        whole: &Expression,
        verb: &str,
        (left, first, right, second): (&Expression, Dimension, &Expression, Dimension),
    ) -> Option<T> {
        let message = format!("`{left}` is {first} and `{right}` is {second}: they {verb}");
        let label = format!("{first} and {second}");
        self.fail(Mistake::new("dimension", whole.extent.clone(), message, label))
    }
}

/// What a lease publishes under this name.
fn lease_reading(name: &str, lease: NodeId) -> Option<Reading> {
    match name {
        "renewed" => Some(Reading::Renewed(lease)),
        "age" => Some(Reading::Age(lease)),
        _ => None,
    }
}
