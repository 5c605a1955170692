//! Conditions: levels, facts, quantifiers, and comparisons where they are read.

use super::super::syntax::{Expression, Extent, Operator, Quantifier, Syntax, Word};
use super::super::{
    About, Comparison, Condition, Mistake, NodeId, Quorum, Range, Reading, Reliance, Value, Who,
};
use super::who::Place;
use super::{Resolver, Shape, nearest_of, one_of};
use crate::model::preset::{
    ComponentKind, ERROR_AFTER, HOLDS, Interface, Published, TARGET_EXPORTS,
};
use crate::units::Dimension;

impl Resolver<'_> {
    /// Resolves a condition.
    pub(super) fn condition(&mut self, expression: &Expression) -> Option<Condition> {
        let extent = &expression.extent;
        match &expression.syntax {
            Syntax::Truth(truth) => Some(Condition::Constant(*truth)),
            Syntax::Name(name) => self.named_condition(name, extent),
            Syntax::Hop(of, name) => self.hop_condition(of, name, extent),
            Syntax::Call { of, function, arguments } => {
                self.called_condition(expression, of.as_ref(), function, arguments)
            }
            Syntax::Over { quantifier, variable, range, body } => {
                let quorum = match quantifier {
                    Quantifier::Any => Quorum::Any,
                    Quantifier::All => Quorum::All,
                    Quantifier::Count | Quantifier::Share => {
                        return self.number_for_condition(expression);
                    }
                };
                self.over(variable, range, body, quorum)
            }
            Syntax::Not(inner) => Some(Condition::Not(Box::new(self.condition(inner)?))),
            Syntax::Binary(left, Operator::Compare(comparison), right) => {
                self.comparison(expression, left, *comparison, right)
            }
            Syntax::Binary(_, joint @ (Operator::And | Operator::Or), _) => {
                self.joined(expression, *joint)
            }
            Syntax::Number(_) | Syntax::Binary(..) => self.number_for_condition(expression),
        }
    }

    /// `a and b and c`, flat; each part is resolved even if another fails.
    fn joined(&mut self, expression: &Expression, joint: Operator) -> Option<Condition> {
        let mut parts = Vec::new();
        let mut rest = expression;
        while let Syntax::Binary(left, operator, right) = &rest.syntax
            && *operator == joint
        {
            parts.push(right.as_ref());
            rest = left;
        }
        parts.push(rest);
        parts.reverse();
        let resolved: Vec<_> = parts.into_iter().map(|part| self.condition(part)).collect();
        let resolved: Vec<Condition> = resolved.into_iter().collect::<Option<_>>()?;
        Some(if joint == Operator::And {
            Condition::And(resolved)
        } else {
            Condition::Or(resolved)
        })
    }

    /// A number stands where a condition should.
    fn number_for_condition<T>(&mut self, expression: &Expression) -> Option<T> {
        let before = self.mistakes.len();
        let found = match &expression.syntax {
            Syntax::Over { .. } => Some(Dimension::NUMBER),
            _ => self.with_read(true, |resolver| resolver.value(expression)).map(|(_, d)| d),
        };
        if self.mistakes.len() > before {
            return None;
        }
        let what = found.map_or_else(|| "a number".to_owned(), |dimension| dimension.to_string());
        let message = format!("`{expression}` is {what}, where a condition is wanted");
        let mistake =
            Mistake::new("not_a_condition", expression.extent.clone(), message, "a number");
        self.fail(mistake.help(match &expression.syntax {
            Syntax::Over { .. } => "compare it, as in `count(m in member: m.host) >= 2`",
            _ => "compare it inside `if(…)`: numbers are read, not watched",
        }))
    }

    /// A bare name as a condition.
    fn named_condition(&mut self, name: &str, extent: &Extent) -> Option<Condition> {
        let environment = self.environment;
        if self.bound.iter().any(|(variable, _)| variable == name)
            || matches!(name, "self" | "here" | "caller")
        {
            let message = format!("`{name}` is an instance, where a condition is wanted");
            let mistake = Mistake::new("not_a_condition", extent.clone(), message, "an instance");
            return self.fail(mistake.help(format!("say what of it, as in `{name}.host`")));
        }
        if let Some(id) = environment.node_named(name) {
            let node = &environment.nodes[id.0];
            let who = self.bare_or_fail(name, node.range, extent)?;
            return self.level(who, id, extent);
        }
        if name == "host" {
            let who = self.bare_or_fail(name, environment.owner_of_host(self.scope), extent)?;
            return Some(Condition::Host(who));
        }
        let relied = Reliance::ALL.into_iter().find(|reliance| reliance.name() == name);
        let watches = environment.kind == ComponentKind::Alert;
        if let Some(reliance) = relied.filter(|one| match one {
            Reliance::Needs => environment.kind.relies() || watches,
            Reliance::Uses => environment.kind.relies(),
        }) {
            return Some(Condition::Relied(reliance));
        }
        if let Some(process) = environment.processes.iter().position(|other| other == name) {
            let who = self.bare_or_fail(name, environment.owner_of(process), extent)?;
            return Some(Condition::Process(who, process));
        }
        match self.describe(name) {
            Some(what) => {
                let message = format!("`{name}` is {what}, where a condition is wanted");
                let label = "not a condition";
                self.fail(Mistake::new("not_a_condition", extent.clone(), message, label))
            }
            None => self.unknown(name, extent),
        }
    }

    /// The level of a node, unless it has none.
    fn level(&mut self, who: Who, id: NodeId, extent: &Extent) -> Option<Condition> {
        let node = &self.environment.nodes[id.0];
        let shape = node.shape;
        if matches!(
            shape,
            Shape::Clock | Shape::Log | Shape::Backup | Shape::Pool | Shape::Crew | Shape::Link
        ) {
            let what = self.environment.describe_node(id);
            let message = format!("`{}` is {what}, which is neither true nor false", node.name);
            return self.fail(Mistake::new("no_level", extent.clone(), message, "has no level"));
        }
        Some(Condition::Level(who, id))
    }

    /// `a.b` as a condition.
    fn hop_condition(&mut self, of: &Word, name: &Word, extent: &Extent) -> Option<Condition> {
        if of.text == "asked" {
            return self.asked(name, extent);
        }
        let work = self.environment.node_named(&of.text);
        if let Some(id) = work.filter(|id| self.environment.nodes[id.0].shape == Shape::Work)
            && name.text == "failed"
        {
            let range = self.environment.nodes[id.0].range;
            return Some(Condition::Failed(self.bare_or_fail(&of.text, range, &of.extent)?, id));
        }
        if let Some(need) = self.environment.need_named(&of.text) {
            let kind = self.environment.needs[need.0].kind;
            let interface = kind.interface();
            let one = |export: &&Interface| export.range == Range::One;
            // What a cluster does not export is never true.
            let more = if kind == ComponentKind::Cluster { kind.optional() } else { &[] };
            let levels =
                interface.iter().chain(more).filter(one).filter(|export| export.is_level());
            return match levels.clone().find(|export| export.name == name.text) {
                Some(export) if export.what == Published::Level => {
                    Some(Condition::NeedExport(need, name.text.clone(), None))
                }
                Some(_) => self.who_asks(of, name, extent),
                None if Self::asked_of(kind).any(|export| export.name == name.text) => {
                    self.who_asks(of, name, extent)
                }
                None => {
                    let value = interface.iter().any(|export| export.name == name.text);
                    let (message, code) = if value {
                        (
                            format!(
                                "`{}.{}` is a number, where a condition is wanted",
                                of.text, name.text
                            ),
                            "not_a_condition",
                        )
                    } else {
                        (format!("{} exports no `{}`", kind.describe(), name.text), "unknown_name")
                    };
                    let names = levels.map(|export| export.name);
                    let help = nearest_of(&name.text, names.clone()).or_else(|| one_of(names));
                    let mistake =
                        Mistake::new(code, name.extent.clone(), message, "not a condition");
                    self.fail(mistake.maybe_help(help))
                }
            };
        }
        if self.is_reading_hop(of) {
            let message =
                format!("`{}.{}` is a number, where a condition is wanted", of.text, name.text);
            return self.fail(Mistake::new("not_a_condition", extent.clone(), message, "a number"));
        }
        let (who, place) = self.instance_named(&of.text, &of.extent)?;
        self.part_of(who, place, of, name)
    }

    /// What depends on who asks, asked by nobody.
    fn who_asks<T>(&mut self, of: &Word, name: &Word, extent: &Extent) -> Option<T> {
        let (of, name) = (&of.text, &name.text);
        let message = format!("`{of}.{name}` depends on who asks");
        let mistake = Mistake::new("no_caller", extent.clone(), message, "asked by whom?");
        self.fail(mistake.help(format!("say who asks: `{of}.{name}(self)`")))
    }

    /// What a component of a kind says to whoever asks: a cluster says of a node
    /// what it says to those who stand on it.
    fn asked_of(kind: ComponentKind) -> impl Iterator<Item = &'static Interface> + Clone {
        let all = kind.interface().iter().chain(kind.optional());
        let of_a_node = move |export: &Interface| {
            kind == ComponentKind::Cluster && export.range == Range::Member && export.is_level()
        };
        all.filter(move |export| export.what == Published::Asked || of_a_node(export))
    }

    /// Whether `of.…` speaks of what a lease, a log or a backup publishes.
    pub(super) fn is_reading_hop(&self, of: &Word) -> bool {
        let node = self.environment.node_named(&of.text);
        node.is_some_and(|id| {
            let shape = self.environment.nodes[id.0].shape;
            matches!(shape, Shape::Lease | Shape::Log | Shape::Backup)
        })
    }

    /// `asked.switchover`
    fn asked(&mut self, name: &Word, extent: &Extent) -> Option<Condition> {
        let requests = &self.environment.requests;
        let Some(request) = requests.iter().position(|other| *other == name.text) else {
            let names = requests.iter().map(String::as_str);
            let help = nearest_of(&name.text, names.clone()).or_else(|| one_of(names));
            let message = format!("no request is called `{}`", name.text);
            let mistake =
                Mistake::new("unknown_name", name.extent.clone(), message, "unknown request");
            return self.fail(mistake.maybe_help(help));
        };
        // Of whoever has a process of its own to ask.
        let range = match self.scope.owner {
            // Of the component as a whole, be it of whom it may.
            Range::One => Range::One,
            Range::Set(_) if self.environment.has_host(self.scope.owner) => self.scope.owner,
            _ => self.environment.kind.process_range(),
        };
        let text = format!("asked.{}", name.text);
        let who = self.bare_or_fail(&text, range, extent)?;
        Some(Condition::Asked(who, request))
    }

    /// Whether a node is an instance's own, or that of the zone that it stands in.
    fn belongs(&self, id: NodeId, place: Place) -> bool {
        let range = self.environment.nodes[id.0].range;
        let stands = matches!(place, Place::In(at) if self.environment.has_host(at));
        place == Place::In(range) || range == Range::Zone && stands
    }

    /// What an instance has under that name, as a condition.
    fn part_of(&mut self, who: Who, place: Place, of: &Word, name: &Word) -> Option<Condition> {
        let environment = self.environment;
        let part = name.text.as_str();
        if let Some(id) = environment.node_named(part)
            && self.belongs(id, place)
        {
            return self.level(who, id, &name.extent);
        }
        let is_target = place == Place::In(Range::Target);
        let (has_host, processes) = match place {
            Place::In(range) => (environment.has_host(range), environment.processes_of(range)),
            Place::Asking => (true, 0..0),
        };
        if part == "host" && has_host {
            return Some(Condition::Host(who));
        }
        if let Some(process) = processes.clone().find(|at| environment.processes[*at] == part) {
            return Some(Condition::Process(who, process));
        }
        if is_target && part == ERROR_AFTER {
            let message = format!("`{}.{part}` is a number, where a condition is wanted", of.text);
            let mistake = Mistake::new("not_a_condition", name.extent.clone(), message, "a number");
            return self.fail(mistake);
        }
        if is_target && TARGET_EXPORTS.contains(&part) {
            return Some(Condition::TargetExport(who, part.to_owned()));
        }
        let is_asker = place == Place::In(Range::Asker);
        if is_asker && part == HOLDS {
            return Some(Condition::Holds(who));
        }
        if part == "host" {
            let message = format!("`{}` is {}, which has no host of its own", of.text, {
                place.describe(&environment.sets)
            });
            let label = "no host";
            return self.fail(Mistake::new("unknown_name", name.extent.clone(), message, label));
        }
        let mut names: Vec<&str> = if has_host { vec!["host"] } else { Vec::new() };
        let nodes = environment.nodes.iter();
        names.extend(
            nodes.filter(|node| place == Place::In(node.range)).map(|node| node.name.as_str()),
        );
        names.extend(environment.processes[processes].iter().map(String::as_str));
        if is_target {
            names.extend(TARGET_EXPORTS);
        }
        if is_asker {
            names.push(HOLDS);
        }
        let message = match environment.node_named(part) {
            Some(id) => {
                let range = environment.nodes[id.0].range;
                let range = match range {
                    Range::One => " of the component".to_owned(),
                    _ => environment.of_each(range),
                };
                format!(
                    "`{part}` is{range}, and `{}` is {}",
                    of.text,
                    place.describe(&self.environment.sets)
                )
            }
            None => format!(
                "`{}` is {}, which has no `{part}`",
                of.text,
                place.describe(&self.environment.sets)
            ),
        };
        let mistake = Mistake::new("unknown_name", name.extent.clone(), message, "no such part");
        self.fail(mistake.maybe_help(nearest_of(part, names.into_iter())))
    }

    /// A call as a condition.
    fn called_condition(
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
    fn backup_exists(
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
    fn pair(
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
    fn fact(
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
    fn served_by(&mut self, expression: &Expression) -> Option<(Who, Option<usize>)> {
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
    fn need_asked(
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

    /// A quantifier and its body.
    fn over(
        &mut self,
        variable: &Word,
        range: &Word,
        body: &Expression,
        quorum: Quorum,
    ) -> Option<Condition> {
        let over = self.range(range);
        if self.describe(&variable.text).is_some() {
            let message = format!("`{}` already means something here", variable.text);
            let extent = variable.extent.clone();
            return self.fail(Mistake::new("shadowed", extent, message, "choose another name"));
        }
        let over = over?;
        self.bound.push((variable.text.clone(), over));
        let body = self.condition(body);
        self.bound.pop();
        Some(Condition::Over(over, Box::new(body?), quorum))
    }

    /// A range that this kind of component has.
    pub(super) fn range(&mut self, word: &Word) -> Option<Range> {
        if let Some(range) = self.environment.range_named(&word.text) {
            return Some(range);
        }
        let sets = &self.environment.sets;
        let names: Vec<String> = self.environment.many().map(|range| range.name(sets)).collect();
        let names = names.iter().map(String::as_str);
        let help = nearest_of(&word.text, names.clone()).or_else(|| one_of(names));
        let message = format!("{} has no `{}`", self.environment.kind.describe(), word.text);
        let mistake = Mistake::new("unknown_name", word.extent.clone(), message, "unknown range");
        self.fail(mistake.maybe_help(help))
    }

    /// `a == b` of instances, `count(…) >= n`, or of numbers.
    fn comparison(
        &mut self,
        whole: &Expression,
        left: &Expression,
        comparison: Comparison,
        right: &Expression,
    ) -> Option<Condition> {
        if let Syntax::Over { quantifier, variable, range, body } = &left.syntax
            && let Some(quorum) = self.quorum(*quantifier, comparison, right)
        {
            return self.over(variable, range, body, quorum?);
        }
        if let Syntax::Over { quantifier, variable, range, body } = &right.syntax
            && let Some(quorum) = self.quorum(*quantifier, comparison.flipped(), left)
        {
            return self.over(variable, range, body, quorum?);
        }
        for (side, other) in [(left, right), (right, left)] {
            if let Syntax::Hop(of, name) = &side.syntax
                && name.text == "head"
                && self.is_reading_hop(of)
            {
                let head = self.head(of, other);
                return self.equal_or_not(whole, comparison, head?);
            }
        }
        if self.speaks_of_instance(left) || self.speaks_of_instance(right) {
            let same = self.same(whole, left, right);
            return self.equal_or_not(whole, comparison, same?);
        }
        let numbers = self.with_read(true, |resolver| resolver.compared(whole, left, right));
        if !self.scope.read {
            return self.not_watched(whole);
        }
        let (left, right) = numbers?;
        Some(Condition::Compare(Box::new(left), comparison, Box::new(right)))
    }

    /// A comparison of numbers stands where somebody watches.
    fn not_watched<T>(&mut self, whole: &Expression) -> Option<T> {
        let message = format!("`{whole}` compares numbers, which are read and never watched");
        let mistake = Mistake::new("not_watched", whole.extent.clone(), message, "watched here");
        self.fail(mistake.help("compare numbers inside `if(…)` of a duration, or in a pick's `if`"))
    }

    /// The quorum that a comparison of `count` or `share` asks for; outer `None`
    /// for the other quantifiers.
    fn quorum(
        &mut self,
        quantifier: Quantifier,
        comparison: Comparison,
        limit: &Expression,
    ) -> Option<Option<Quorum>> {
        let make = match quantifier {
            Quantifier::Count => Quorum::Count,
            Quantifier::Share => Quorum::Share,
            Quantifier::Any | Quantifier::All => return None,
        };
        let wanted = Dimension::NUMBER;
        let limit = self.with_read(false, |resolver| resolver.value_of(limit, wanted));
        Some(limit.map(|limit| make(comparison, Box::new(limit))))
    }

    /// `log.head == x`
    fn head(&mut self, of: &Word, other: &Expression) -> Option<Condition> {
        let log = self.log(of);
        let (who, place) = self.instance(other)?;
        if place != Place::In(Range::Member) {
            let message = format!(
                "`{other}` is {}, and a log's head is a member",
                place.describe(&self.environment.sets)
            );
            let extent = other.extent.clone();
            return self.fail(Mistake::new("not_a_member", extent, message, "expected a member"));
        }
        Some(Condition::Head(log?, who))
    }

    /// Whether two names speak of the same instance.
    fn same(
        &mut self,
        whole: &Expression,
        left: &Expression,
        right: &Expression,
    ) -> Option<Condition> {
        let (first, second) = (self.instance(left), self.instance(right));
        let ((first, first_place), (second, second_place)) = (first?, second?);
        if first_place != second_place
            && first_place != Place::Asking
            && second_place != Place::Asking
        {
            let message = format!(
                "`{left}` is {}, and `{right}` is {}: they are never the same",
                first_place.describe(&self.environment.sets),
                second_place.describe(&self.environment.sets)
            );
            let extent = whole.extent.clone();
            return self.fail(Mistake::new("never_same", extent, message, "never true"));
        }
        Some(match (first, second) {
            (Who::Chosen(pick), other) | (other, Who::Chosen(pick)) => {
                Condition::Chose(pick, other)
            }
            (first, second) => Condition::Same(first, second),
        })
    }

    /// Instances are the same or not; there is no more or less.
    fn equal_or_not(
        &mut self,
        whole: &Expression,
        comparison: Comparison,
        same: Condition,
    ) -> Option<Condition> {
        match comparison {
            Comparison::Equal => Some(same),
            Comparison::Unequal => Some(Condition::Not(Box::new(same))),
            _ => {
                let message = format!("instances have no order: `{}`", comparison.name());
                let mistake =
                    Mistake::new("no_order", whole.extent.clone(), message, "no order here");
                self.fail(mistake.help("say `==` or `!=`"))
            }
        }
    }
}

impl Comparison {
    /// The comparison with its sides exchanged.
    #[must_use]
    pub const fn flipped(self) -> Self {
        match self {
            Self::Less => Self::More,
            Self::AtMost => Self::AtLeast,
            Self::More => Self::Less,
            Self::AtLeast => Self::AtMost,
            Self::Equal => Self::Equal,
            Self::Unequal => Self::Unequal,
        }
    }
}
