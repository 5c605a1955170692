//! Values of presets become value programs.

use super::{Compiler, Instance, Scope};
use crate::block;
use crate::block::value::{self as program, Condition as Check, Value as Program};
use crate::block::{ConditionId, ValueId};
use crate::distribution::Law;
use crate::maths;
use crate::model::expression::{
    About, Comparison, Condition, ParameterId, Quorum, Range, Reading, Value, Who,
};
use crate::model::preset::{Exported, Quantity, Varies};
use crate::model::system::ComponentId;
use crate::random::name_hash;

/// Names for the draws of one field of one node's instance: by position in the
/// text, never by order of drawing.
pub(super) struct Names {
    prefix: String,
    next: usize,
}

impl Names {
    /// For `orders/n2/poll.takes`.
    pub(super) const fn of(prefix: String) -> Self {
        Self { prefix, next: 0 }
    }

    /// For values that draw nothing.
    pub(super) const fn fixed() -> Self {
        Self { prefix: String::new(), next: 0 }
    }

    fn next(&mut self) -> u64 {
        self.next += 1;
        name_hash(&format!("{}#{}", self.prefix, self.next))
    }
}

impl Compiler<'_> {
    /// A quantity drawn once a trial or at each use.
    pub(super) fn quantity(&mut self, quantity: &Quantity, name: u64) -> ValueId {
        let program = match quantity.law.is_constant() {
            Some(value) => Program::Constant(value),
            None => Program::Trial { law: quantity.law.clone(), name },
        };
        self.builder.value(program)
    }

    fn draw(&mut self, law: &Law, name: u64) -> ValueId {
        let program = match law.is_constant() {
            Some(value) => Program::Constant(value),
            None => Program::Each { law: law.clone(), name },
        };
        self.builder.value(program)
    }

    /// A parameter as an instance uses it.
    fn parameter(&mut self, own: Instance, id: ParameterId, names: &mut Names) -> ValueId {
        let component = self.component(own.component);
        let quantity = &component.values[id.0];
        match quantity.varies {
            Varies::Each => {
                let name = names.next();
                self.draw(&quantity.law, name)
            }
            Varies::Trial => {
                let parameter = &component.preset.parameters[id.0].name;
                self.quantity(quantity, name_hash(&format!("{}.{parameter}", component.name)))
            }
            Varies::Instance => {
                let parameter = &component.preset.parameters[id.0].name;
                let name = format!("{}.{parameter}", self.instance_name(own));
                self.quantity(quantity, name_hash(&name))
            }
        }
    }

    /// A value as a program.
    pub(super) fn value(&mut self, value: &Value, scope: &Scope, names: &mut Names) -> ValueId {
        let program = match value {
            Value::Number(number) => Program::Constant(*number),
            Value::Draw(law) => {
                let name = names.next();
                return self.draw(law, name);
            }
            Value::Parameter(id) => return self.parameter(scope.own, *id, names),
            Value::Between(low, high) => {
                let name = names.next();
                let (low, high) = (self.value(low, scope, names), self.value(high, scope, names));
                Program::Between { low, high, name }
            }
            Value::NeedValue(need, name) => {
                let needed = self.component(scope.own.component).needs[need.0];
                return self.exported_value(needed, name, names);
            }
            Value::TargetValue(who, name) => return self.target_value(name, *who, scope, names),
            Value::Size(range) => Program::Constant(self.among(scope.own, *range).len() as f64),
            Value::Reading(reading) => return self.reading(reading, scope, names),
            Value::If(condition, yes, no) => {
                let condition = self.check(condition, scope, names);
                let (yes, no) = (self.value(yes, scope, names), self.value(no, scope, names));
                match self.known(condition) {
                    Some(known) => return if known { yes } else { no },
                    None => Program::If(condition, yes, no),
                }
            }
            Value::Least(all) => Program::Least(self.values(all, scope, names)),
            Value::Most(all) => Program::Most(self.values(all, scope, names)),
            Value::Ceiling(inner) => Program::Ceiling(self.value(inner, scope, names)),
            Value::Floor(inner) => Program::Floor(self.value(inner, scope, names)),
            Value::Logarithm(inner) => Program::Logarithm(self.value(inner, scope, names)),
            Value::Exponential(inner) => Program::Exponential(self.value(inner, scope, names)),
            Value::Power(a, b) => self.two(Program::Power, a, b, scope, names),
            Value::Add(a, b) => self.two(Program::Add, a, b, scope, names),
            Value::Subtract(a, b) => self.two(Program::Subtract, a, b, scope, names),
            Value::Multiply(a, b) => self.two(Program::Multiply, a, b, scope, names),
            Value::Divide(a, b) => self.two(Program::Divide, a, b, scope, names),
        };
        let id = self.builder.value(program);
        self.fold(id)
    }

    fn two(
        &mut self,
        program: fn(ValueId, ValueId) -> Program,
        a: &Value,
        b: &Value,
        scope: &Scope,
        names: &mut Names,
    ) -> Program {
        let a = self.value(a, scope, names);
        let b = self.value(b, scope, names);
        program(a, b)
    }

    fn values(&mut self, all: &[Value], scope: &Scope, names: &mut Names) -> Vec<ValueId> {
        all.iter().map(|v| self.value(v, scope, names)).collect()
    }

    /// A program over constants is a constant.
    fn fold(&mut self, id: ValueId) -> ValueId {
        let known = |id: &ValueId| match self.builder.peek(*id) {
            Program::Constant(value) => Some(*value),
            _ => None,
        };
        let value = match self.builder.peek(id) {
            Program::Add(a, b) => known(a).zip(known(b)).map(|(a, b)| a + b),
            Program::Subtract(a, b) => known(a).zip(known(b)).map(|(a, b)| a - b),
            Program::Multiply(a, b) => known(a).zip(known(b)).map(|(a, b)| a * b),
            Program::Divide(a, b) => {
                known(a).zip(known(b)).filter(|p| p.1 != 0.0).map(|(a, b)| a / b)
            }
            Program::Least(all) => {
                all.iter().map(known).try_fold(f64::INFINITY, |m, v| Some(m.min(v?)))
            }
            Program::Most(all) => {
                all.iter().map(known).try_fold(f64::NEG_INFINITY, |m, v| Some(m.max(v?)))
            }
            Program::Power(a, b) => known(a).zip(known(b)).map(|(a, b)| program::power(a, b)),
            Program::Ceiling(a) => known(a).map(f64::ceil),
            Program::Floor(a) => known(a).map(f64::floor),
            Program::Logarithm(a) => known(a).map(program::logarithm),
            Program::Exponential(a) => known(a).map(maths::exp),
            _ => None,
        };
        value.map_or(id, |value| self.builder.constant(value))
    }

    fn exported_value(&mut self, component: ComponentId, name: &str, names: &mut Names) -> ValueId {
        let preset = self.preset(component);
        let found = preset.exports.iter().find(|e| e.name == name);
        let Some(Exported::Value(value)) = found.map(|e| &e.what) else {
            unreachable!("{} exports no value {name}", preset.name)
        };
        let scope = Scope::of(Instance { component, range: Range::One, index: 0 });
        self.value(value, &scope, names)
    }

    /// A number that a target exports, of a choice that of whoever is chosen;
    /// zero where it exports none.
    fn target_value(&mut self, name: &str, who: Who, scope: &Scope, names: &mut Names) -> ValueId {
        let mut of = |c: &mut Self, target: Instance| {
            let (component, _) = c.member(target);
            match c.preset(component).exports.iter().any(|export| export.name == name) {
                true => c.exported_value(component, name, names),
                false => c.builder.constant(0.0),
            }
        };
        let node = match self.resolve(who, scope) {
            Ok(target) => return of(self, target),
            Err(node) => node,
        };
        let mut value = self.builder.constant(0.0);
        let component = scope.own.component;
        for target in self.instances(component, self.over(component, node)) {
            let chosen = Check::Literal(self.choice(node, target, scope));
            let (chosen, then) = (self.builder.condition(chosen), of(self, target));
            value = self.builder.value(Program::If(chosen, then, value));
        }
        value
    }

    fn reading(&mut self, reading: &Reading, scope: &Scope, names: &mut Names) -> ValueId {
        let component = scope.own.component;
        let first =
            |c: &Self, node: crate::model::expression::NodeId| c.built[component.0][node.0].clone();
        let program = match reading {
            Reading::Renewed(node) | Reading::Age(node) => {
                let range = self.node(component, *node).range;
                let whose = scope.candidate.filter(|one| one.range == range).unwrap_or(scope.own);
                let place = self.place_of(self.node(component, *node), whose);
                let lease = first(self, *node).leases[place];
                match reading {
                    Reading::Age(_) => Program::Age(lease),
                    _ => Program::Renewed(lease),
                }
            }
            Reading::LogWritten(node, by) => {
                let by = self.value(by, scope, names);
                Program::LogWritten(first(self, *node).logs[0], by)
            }
            Reading::Backup(node, about, which) => {
                let which = self.value(which, scope, names);
                let about = match about {
                    About::Point => block::value::About::Point,
                    About::Since => block::value::About::Since,
                    About::Tries => block::value::About::Tries,
                    About::Exists => block::value::About::Exists,
                };
                Program::Backup(first(self, *node).backups[0], about, which)
            }
            Reading::LogHas(node, who) => {
                let log = first(self, *node).logs[0];
                return self.of_whom(*who, scope, &|member| Program::LogHas(log, member));
            }
            Reading::LogUnreplayed(node, who) => {
                let log = first(self, *node).logs[0];
                return self.of_whom(*who, scope, &|member| Program::LogUnreplayed(log, member));
            }
            Reading::LogDiverged(node, who) => {
                let log = first(self, *node).logs[0];
                return self.of_whom(*who, scope, &|member| Program::LogDiverged(log, member));
            }
        };
        self.builder.value(program)
    }

    /// A reading of a member, or of whoever is chosen.
    fn of_whom(&mut self, who: Who, scope: &Scope, reading: &dyn Fn(usize) -> Program) -> ValueId {
        let component = scope.own.component;
        match self.resolve(who, scope) {
            Ok(instance) => {
                let (_, member) = self.member(instance);
                self.builder.value(reading(member))
            }
            Err(node) => {
                let place = self.place_of(self.node(component, node), scope.own);
                let pick = self.built[component.0][node.0].picks[place];
                let over = self.over(component, node);
                let all = (0..self.size(component, over))
                    .map(|member| self.builder.value(reading(member)))
                    .collect();
                self.builder.value(Program::Chosen(pick, all))
            }
        }
    }

    /// Whether a check is a constant.
    fn known(&self, check: ConditionId) -> Option<bool> {
        match self.builder.peek_condition(check) {
            Check::Literal(literal) => literal.as_constant(),
            _ => None,
        }
    }

    /// A condition that is read at an instant, and may compare numbers.
    pub(super) fn check(
        &mut self,
        condition: &Condition,
        scope: &Scope,
        names: &mut Names,
    ) -> ConditionId {
        if !compares(condition) {
            let literal = self.condition(condition, scope);
            return self.builder.condition(Check::Literal(literal));
        }
        let check = match condition {
            Condition::Not(inner) => Check::Not(self.check(inner, scope, names)),
            Condition::And(all) => Check::And(self.checks(all, scope, names)),
            Condition::Or(any) => Check::Or(self.checks(any, scope, names)),
            Condition::Compare(a, comparison, b) => {
                let a = self.value(a, scope, names);
                let b = self.value(b, scope, names);
                return self.comparison(a, *comparison, b);
            }
            Condition::Over(range, body, quorum) => {
                let each = self.check_each(*range, body, scope, names);
                match quorum {
                    Quorum::Any => Check::Or(each),
                    Quorum::All => Check::And(each),
                    Quorum::Count(comparison, value) => {
                        let limit = self.constant(value, scope);
                        return self.check_count(each, *comparison, limit);
                    }
                    Quorum::Share(comparison, value) => {
                        let limit = self.constant(value, scope) * each.len() as f64;
                        return self.check_count(each, *comparison, limit);
                    }
                }
            }
            _ => unreachable!("only these hold comparisons"),
        };
        self.builder.condition(check)
    }

    fn checks(&mut self, all: &[Condition], scope: &Scope, names: &mut Names) -> Vec<ConditionId> {
        all.iter().map(|c| self.check(c, scope, names)).collect()
    }

    fn check_each(
        &mut self,
        range: Range,
        body: &Condition,
        scope: &Scope,
        names: &mut Names,
    ) -> Vec<ConditionId> {
        let mut inner = scope.clone();
        let mut each = Vec::new();
        for instance in self.among(scope.own, range) {
            inner.bound.push(instance);
            each.push(self.check(body, &inner, names));
            inner.bound.pop();
        }
        each
    }

    fn check_count(
        &mut self,
        each: Vec<ConditionId>,
        comparison: Comparison,
        limit: f64,
    ) -> ConditionId {
        let least = match comparison {
            Comparison::AtLeast | Comparison::Less | Comparison::Equal | Comparison::Unequal => {
                limit
            }
            Comparison::More | Comparison::AtMost => limit.floor() + 1.0,
        };
        let value = self.builder.constant(least);
        let reached = self.builder.condition(Check::Count(each.clone(), value));
        match comparison {
            Comparison::AtLeast | Comparison::More => reached,
            Comparison::Less | Comparison::AtMost => self.builder.condition(Check::Not(reached)),
            Comparison::Equal | Comparison::Unequal => {
                let value = self.builder.constant(limit + 1.0);
                let passed = self.builder.condition(Check::Count(each, value));
                let not_passed = self.builder.condition(Check::Not(passed));
                let equal = self.builder.condition(Check::And(vec![reached, not_passed]));
                if comparison == Comparison::Equal {
                    equal
                } else {
                    self.builder.condition(Check::Not(equal))
                }
            }
        }
    }

    fn comparison(&mut self, a: ValueId, comparison: Comparison, b: ValueId) -> ConditionId {
        let (check, negated) = match comparison {
            Comparison::Less => (Check::Less(a, b), false),
            Comparison::AtMost => (Check::AtMost(a, b), false),
            Comparison::More => (Check::AtMost(a, b), true),
            Comparison::AtLeast => (Check::Less(a, b), true),
            Comparison::Equal => (Check::Equal(a, b), false),
            Comparison::Unequal => (Check::Equal(a, b), true),
        };
        let id = self.builder.condition(check);
        if negated { self.builder.condition(Check::Not(id)) } else { id }
    }
}

/// Whether a condition compares numbers anywhere.
fn compares(condition: &Condition) -> bool {
    match condition {
        Condition::Compare(..) => true,
        Condition::Not(inner) | Condition::Over(_, inner, _) => compares(inner),
        Condition::And(all) | Condition::Or(all) => all.iter().any(compares),
        _ => false,
    }
}
