//! Calls in conditions: facts of a place or a pair, pairs, logs and backups.

use super::super::syntax::{Expression, Syntax, Word};
use super::super::{About, Comparison, Condition, Mistake, NodeId, Range, Reading, Value, Who};
use super::who::Place;
use super::{Resolver, Shape, nearest_of, one_of};
use crate::model::preset::ComponentKind;

impl Resolver<'_> {
    /// A call as a condition.
    pub(super) fn called_condition(
        &mut self,
        whole: &Expression,
        of: Option<&Word>,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Condition> {
        let Some(of) = of else {
            if let Some((id, range)) = self.pair_named(&function.text) {
                return self.pair(id, range, function, arguments);
            }
            return self.fact(whole, function, arguments);
        };
        if self.environment.need_named(&of.text).is_some() {
            return self.need_asked(of, function, arguments);
        }
        if self.is_reading_hop(of) && function.text == "diverged" {
            let log = self.log(of)?;
            let (who, _) = self.member_argument(function, arguments)?;
            if !self.scope.read {
                return self.not_watched(whole);
            }
            let reading = Value::Reading(Reading::LogDiverged(log, who));
            let one = Value::Number(1.0);
            return Some(Condition::Compare(Box::new(reading), Comparison::Equal, Box::new(one)));
        }
        if self.is_backup(of) && function.text == "exists" {
            return self.backup_exists(whole, of, function, arguments);
        }
        if self.is_reading_hop(of) && function.text == "head" {
            let message = "the head of a log is compared, not called";
            let help = format!("say `{}.head == self`", of.text);
            let mistake = Mistake::new("syntax", function.extent.clone(), message, "not a call");
            return self.fail(mistake.help(help));
        }
        self.number_for_condition(whole)
    }

    /// `full.exists(1)`
    pub(super) fn backup_exists(
        &mut self,
        whole: &Expression,
        of: &Word,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Condition> {
        let (backup, which) = self.generation(of, function, arguments)?;
        if !self.scope.read {
            return self.not_watched(whole);
        }
        let reading = Value::Reading(Reading::Backup(backup, About::Exists, Box::new(which)));
        let one = Value::Number(1.0);
        Some(Condition::Compare(Box::new(reading), Comparison::Equal, Box::new(one)))
    }

    /// The node of that name, if it exists once for each pair.
    pub(super) fn pair_named(&self, name: &str) -> Option<(NodeId, [Range; 2])> {
        let id = self.environment.node_named(name)?;
        match self.environment.nodes[id.0].range {
            Range::Pair(first, second) => Some((id, [first.range(), second.range()])),
            _ => None,
        }
    }

    /// `ok(c, self)`: the node of a pair, named by its halves in their order.
    pub(super) fn pair(
        &mut self,
        id: NodeId,
        wanted: [Range; 2],
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Condition> {
        let [first, second] = self.exactly(function, arguments)?;
        let (one, other) = (self.instance(first), self.instance(second));
        let sets = &self.environment.sets;
        let (one, other) = (one?, other?);
        let found = [one.1, other.1];
        for (at, argument) in [first, second].into_iter().enumerate() {
            if found[at] != Place::In(wanted[at]) {
                let each = self.environment.of_each(self.environment.nodes[id.0].range);
                let (name, is) = (&function.text, found[at].describe(sets));
                let message = format!("`{name}` is{each}, and `{argument}` is {is}");
                let label = format!("expected {}", wanted[at].describe(sets));
                let mistake = Mistake::new("wrong_half", argument.extent.clone(), message, label);
                let turned = found == [Place::In(wanted[1]), Place::In(wanted[0])];
                let help = format!("the other way round: `{name}({second}, {first})`");
                return self.fail(mistake.maybe_help(turned.then_some(help)));
            }
        }
        self.level(one.0, id, &function.extent)?;
        Some(Condition::Pair(one.0, other.0, id))
    }

    /// `hears(a, b)` and its like.
    pub(super) fn fact(
        &mut self,
        whole: &Expression,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Condition> {
        let name = function.text.as_str();
        if !matches!(name, "hears" | "silent" | "answers" | "refuses" | "together" | "dealt") {
            return self.number_for_condition(whole);
        }
        let [from, to] = self.exactly(function, arguments)?;
        let first = self.instance(from);
        let (second, process) = if matches!(name, "answers" | "refuses") {
            self.served_by(to)?
        } else {
            (self.instance(to)?.0, None)
        };
        let (first, _) = first?;
        Some(match name {
            "hears" => Condition::Hears(first, second),
            "silent" => Condition::Silent(first, second),
            "together" => Condition::Together(first, second),
            "dealt" => Condition::Dealt(first, second),
            "answers" => Condition::Answers(first, second, process),
            _ => Condition::Refuses(first, second, process),
        })
    }

    /// The second argument of `answers` and `refuses`: `m` or `m.server`.
    pub(super) fn served_by(&mut self, expression: &Expression) -> Option<(Who, Option<usize>)> {
        let Syntax::Hop(of, name) = &expression.syntax else {
            let (who, place) = self.instance(expression)?;
            // Of a set of this preset it is known which process serves.
            let first = match place {
                Place::In(range @ Range::Set(_)) => self.environment.processes_of(range).next(),
                _ => None,
            };
            return Some((who, first));
        };
        let (who, place) = self.instance_named(&of.text, &of.extent)?;
        let own = match place {
            Place::In(range) => self.environment.processes_of(range),
            Place::Asking => 0..0,
        };
        let has_some = place == Place::In(self.environment.kind.process_range());
        if own.is_empty() && !has_some {
            let message = format!(
                "the processes of {} are not known here",
                place.describe(&self.environment.sets)
            );
            let mistake =
                Mistake::new("unknown_name", name.extent.clone(), message, "leave it out");
            let help = format!("`{}` alone stands for the process that serves", of.text);
            return self.fail(mistake.help(help));
        }
        let processes = &self.environment.processes;
        match own.clone().find(|at| processes[*at] == name.text) {
            Some(process) => Some((who, Some(process))),
            None => {
                let names = processes[own].iter().map(String::as_str);
                let help = nearest_of(&name.text, names.clone()).or_else(|| one_of(names));
                let message = format!("there is no process `{}`", name.text);
                let mistake =
                    Mistake::new("unknown_name", name.extent.clone(), message, "unknown process");
                self.fail(mistake.maybe_help(help))
            }
        }
    }

    /// `dcs.serves(self)`
    pub(super) fn need_asked(
        &mut self,
        of: &Word,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<Condition> {
        let need = self.environment.need_named(&of.text)?;
        let kind = self.environment.needs[need.0].kind;
        let asked = Self::asked_of(kind);
        if !asked.clone().any(|export| export.name == function.text) {
            if kind.interface().iter().any(|export| export.name == function.text) {
                let text = format!("{}.{}", of.text, function.text);
                let message = format!("`{text}` does not depend on who asks");
                let extent = function.extent.clone();
                let mistake = Mistake::new("arguments", extent, message, "takes no argument");
                return self.fail(mistake.help(format!("say `{text}`")));
            }
            let names = asked.map(|export| export.name);
            let help = nearest_of(&function.text, names.clone()).or_else(|| one_of(names));
            let message =
                format!("{} exports no `{}` that one could ask", kind.describe(), function.text);
            let mistake =
                Mistake::new("unknown_name", function.extent.clone(), message, "unknown export");
            return self.fail(mistake.maybe_help(help));
        }
        let [argument] = self.exactly(function, arguments)?;
        let (who, place) = self.instance(argument)?;
        let stands = matches!(place, Place::In(range) if self.environment.has_host(range));
        if kind == ComponentKind::Cluster && !stands {
            let what = place.describe(&self.environment.sets);
            let message = format!("`{argument}` is {what}, which stands on no node");
            let extent = argument.extent.clone();
            return self.fail(Mistake::new("no_place", extent, message, "of which node?"));
        }
        Some(Condition::NeedExport(need, function.text.clone(), Some(who)))
    }

    /// The log of that name.
    pub(super) fn log(&mut self, of: &Word) -> Option<NodeId> {
        let id = self.environment.node_named(&of.text)?;
        if self.environment.nodes[id.0].shape == Shape::Log {
            return Some(id);
        }
        let what = self.environment.describe_node(id);
        let message = format!("`{}` is {what}, where a log is wanted", of.text);
        self.fail(Mistake::new("not_a_log", of.extent.clone(), message, "not a log"))
    }

    /// The one argument of a log's readings: a member.
    pub(super) fn member_argument(
        &mut self,
        function: &Word,
        arguments: &[Expression],
    ) -> Option<(Who, Place)> {
        let [argument] = self.exactly(function, arguments)?;
        let (who, place) = self.instance(argument)?;
        if place != Place::In(Range::Member) {
            let message = format!(
                "`{argument}` is {}, and a log is kept by members",
                place.describe(&self.environment.sets)
            );
            let extent = argument.extent.clone();
            return self.fail(Mistake::new("not_a_member", extent, message, "expected a member"));
        }
        Some((who, place))
    }

    /// Exactly so many arguments.
    pub(super) fn exactly<'a, const N: usize>(
        &mut self,
        function: &Word,
        arguments: &'a [Expression],
    ) -> Option<[&'a Expression; N]> {
        let all: Vec<&Expression> = arguments.iter().collect();
        match all.clone().try_into() {
            Ok(arguments) => Some(arguments),
            Err(_) => {
                let message = format!(
                    "`{}` takes {N} argument{}, and {} {} given",
                    function.text,
                    if N == 1 { "" } else { "s" },
                    all.len(),
                    if all.len() == 1 { "is" } else { "are" },
                );
                let extent = function.extent.clone();
                self.fail(Mistake::new("arguments", extent, message, format!("expected {N}")))
            }
        }
    }
}
