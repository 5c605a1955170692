//! Conditions of presets become literals over levels.

use super::{Compiler, Instance, Scope};
use crate::block::Literal;
use crate::model::expression::{Comparison, Condition, NodeId, Quorum, Range, Value, Who};
use crate::model::preset::{Block, CARRIES, ComponentKind, Exported, LEADS, Node, SESSION_EXPORTS};
use crate::model::system::ComponentId;

impl Compiler<'_> {
    /// A condition as a literal.
    ///
    /// # Panics
    ///
    /// On a comparison of numbers, which validation keeps out of watched conditions.
    pub(super) fn condition(&mut self, condition: &Condition, scope: &Scope) -> Literal {
        match condition {
            Condition::Constant(value) => Literal::constant(*value),
            Condition::Not(inner) => !self.condition(inner, scope),
            Condition::And(all) => {
                let all: Vec<_> = all.iter().map(|c| self.condition(c, scope)).collect();
                self.builder.and(&all)
            }
            Condition::Or(any) => {
                let any: Vec<_> = any.iter().map(|c| self.condition(c, scope)).collect();
                self.builder.or(&any)
            }
            Condition::Over(range, body, quorum) => self.over_range(*range, body, quorum, scope),
            Condition::Compare(..) => unreachable!("a comparison is not watched"),
            leaf => self.leaf(leaf, scope),
        }
    }

    fn leaf(&mut self, leaf: &Condition, scope: &Scope) -> Literal {
        match leaf {
            Condition::Level(who, node) => self.each(*who, scope, &mut |c, i| c.level(*node, i)),
            Condition::Pair(a, b, node) => {
                self.pair(*a, *b, scope, &mut |c, x, y| c.level_of_pair(*node, x, y))
            }
            Condition::Failed(who, node) => self.each(*who, scope, &mut |c, i| c.failed(*node, i)),
            Condition::TargetExport(who, name) => {
                self.each(*who, scope, &mut |c, i| c.target_export(name, i, scope))
            }
            Condition::Holds(who) => self.each(*who, scope, &mut Compiler::holds),
            Condition::NeedExport(need, name, argument) => {
                let needed = self.component(scope.own.component).needs[need.0];
                match argument {
                    None if self.exports(needed, name) => self.export(needed, name, 0, None),
                    None => Literal::FALSE,
                    Some(who) => self.each(*who, scope, &mut |c, i| c.need_export(needed, name, i)),
                }
            }
            Condition::Relied(reliance) => self.relied(scope.own.component, *reliance),
            Condition::Process(who, process) => self.each(*who, scope, &mut |c, i| {
                let (component, member) = c.member(i);
                c.works((component, member, *process))
            }),
            Condition::Host(who) => self.each(*who, scope, &mut Compiler::instance_stands),
            Condition::Hears(a, b) => self.pair(*a, *b, scope, &mut Compiler::hears),
            Condition::Silent(a, b) => self.pair(*a, *b, scope, &mut |c, x, y| !c.hears(x, y)),
            Condition::Answers(a, b, process) => {
                self.pair(*a, *b, scope, &mut |c, x, y| c.answers(x, y, *process))
            }
            Condition::Refuses(a, b, process) => {
                self.pair(*a, *b, scope, &mut |c, x, y| c.refuses(x, y, *process))
            }
            Condition::Asked(who, request) => self.each(*who, scope, &mut |c, i| {
                let (component, member) = c.member(i);
                let members = c.preset(component).kind.process_range() == Range::Member;
                match i.range {
                    Range::One if members => c.asked_as_a_whole(component, *request),
                    _ => c.asked((component, member, *request)),
                }
            }),
            Condition::Chose(node, who) | Condition::Head(node, who) => {
                self.each(*who, scope, &mut |c, i| c.choice(*node, i, scope))
            }
            Condition::Together(a, b) => {
                self.pair(*a, *b, scope, &mut |c, x, y| Literal::constant(c.host(x) == c.host(y)))
            }
            Condition::Dealt(a, b) => self.pair(*a, *b, scope, &mut |c, x, y| {
                let among = c.size(y.component, y.range).max(1);
                Literal::constant(x.index % among == y.index)
            }),
            Condition::Same(a, b) => {
                self.pair(*a, *b, scope, &mut |c, x, y| Literal::constant(c.same(x, y)))
            }
            _ => unreachable!("no other condition is a leaf"),
        }
    }

    /// `body` of whomever `who` speaks of; of a choice, of each who may be it
    /// while it is.
    fn each(
        &mut self,
        who: Who,
        scope: &Scope,
        body: &mut dyn FnMut(&mut Self, Instance) -> Literal,
    ) -> Literal {
        let node = match self.resolve(who, scope) {
            Ok(instance) => return body(self, instance),
            Err(node) => node,
        };
        let component = scope.own.component;
        let mut any = Vec::new();
        for instance in self.instances(component, self.over(component, node)) {
            let is = self.choice(node, instance, scope);
            let then = body(self, instance);
            any.push(self.builder.and(&[is, then]));
        }
        self.builder.or(&any)
    }

    fn pair(
        &mut self,
        a: Who,
        b: Who,
        scope: &Scope,
        body: &mut dyn FnMut(&mut Self, Instance, Instance) -> Literal,
    ) -> Literal {
        self.each(a, scope, &mut |c, x| c.each(b, scope, &mut |c, y| body(c, x, y)))
    }

    /// The level of a node for an instance; a pick's is whether it has a choice.
    fn level(&mut self, node: NodeId, instance: Instance) -> Literal {
        let range = self.node(instance.component, node).range;
        // Whoever is no asker has nothing that each asker has.
        if range == Range::Asker && instance.range != Range::Asker {
            return Literal::FALSE;
        }
        let place = self.place_of(self.node(instance.component, node), instance);
        let built = &self.built[instance.component.0][node.0];
        match built.levels.get(place) {
            Some(level) => Literal::of(*level),
            None => {
                let choices: Vec<_> =
                    built.choices[place].iter().map(|l| Literal::of(*l)).collect();
                self.builder.or(&choices)
            }
        }
    }

    /// The level of a pair's node; nothing is paired with itself.
    fn level_of_pair(&mut self, node: NodeId, a: Instance, b: Instance) -> Literal {
        let range = self.node(a.component, node).range;
        let Range::Pair(one, other) = range else { unreachable!("only pairs are named by two") };
        match self.model.pair(a.component, (one, other), [a.index, b.index]) {
            Some(index) => self.level(node, Instance { range, index, ..a }),
            None => Literal::FALSE,
        }
    }

    /// Whether two names speak of the same thing: of one range by position, else
    /// by where they are seated.
    fn same(&self, a: Instance, b: Instance) -> bool {
        if (a.component, a.range) == (b.component, b.range) {
            return a.index == b.index;
        }
        self.member(a) == self.member(b)
    }

    /// Whether a work has failed.
    fn failed(&mut self, node: NodeId, instance: Instance) -> Literal {
        let place = self.place_of(self.node(instance.component, node), instance);
        let failed = &self.built[instance.component.0][node.0].failed;
        failed.get(place).map_or(Literal::FALSE, |level| Literal::of(*level))
    }

    /// Whether an asker is a client that holds a connection: one of its dials
    /// has succeeded. A dial takes time, so nothing follows itself through this.
    fn holds(&mut self, asker: Instance) -> Literal {
        if asker.range != Range::Asker {
            return Literal::FALSE;
        }
        let client = self.asker_at(asker.component, asker.index);
        if client.range != Range::Client {
            return Literal::FALSE;
        }
        let is_dial = |node: &Node| matches!(node.block, Block::Dial { .. });
        let own = |node: &Node| is_dial(node) && node.range == Range::Client;
        let dials: Vec<NodeId> =
            self.nodes(client.component).filter(|(_, node)| own(node)).map(|(id, _)| id).collect();
        let held: Vec<_> = dials.into_iter().map(|dial| self.level(dial, client)).collect();
        self.builder.or(&held)
    }

    /// Whether a pick, dial or log has chosen an instance.
    pub(super) fn choice(&mut self, node: NodeId, instance: Instance, scope: &Scope) -> Literal {
        let component = scope.own.component;
        let place = self.place_of(self.node(component, node), scope.own);
        Literal::of(self.built[component.0][node.0].choices[place][instance.index])
    }

    /// The nearest of the routes that lead a component on which exports this.
    fn signpost(&self, from: ComponentId, name: &str) -> Option<ComponentId> {
        let mut next = self.component(from).target;
        while let Some(route) = next.filter(|route| self.preset(*route).only_leads()) {
            if self.exports(route, name) {
                return Some(route);
            }
            next = self.component(route).target;
        }
        None
    }

    fn target_export(&mut self, name: &str, target: Instance, scope: &Scope) -> Literal {
        let (component, member) = self.member(target);
        if name == LEADS || name == CARRIES {
            // An export asks on behalf of whoever asks it.
            let asks = scope.caller.unwrap_or(scope.own);
            return match self.signpost(target.component, name) {
                Some(route) => self.export(route, name, member, self.asker(route, asks)),
                None if self.exports(component, name) => {
                    self.export(component, name, member, Some(asks))
                }
                None => Literal::TRUE,
            };
        }
        if self.preset(component).kind == ComponentKind::Service {
            return match name {
                "writable" | "readable" | "primary" => self.replica_serves(component, member),
                name if SESSION_EXPORTS.contains(&name) => self.replica_serves(component, member),
                _ => Literal::FALSE,
            };
        }
        let own = self.exports(component, name);
        let name = if SESSION_EXPORTS.contains(&name) && !own { "writable" } else { name };
        if !self.exports(component, name) {
            return Literal::FALSE;
        }
        self.export(component, name, member, Some(scope.own))
    }

    /// Whether a component has an export.
    pub(super) fn exports(&self, component: ComponentId, name: &str) -> bool {
        self.preset(component).exports.iter().any(|export| export.name == name)
    }

    /// An export of a component, for one of its members where it is a member's.
    pub(super) fn export(
        &mut self,
        component: ComponentId,
        name: &str,
        member: usize,
        caller: Option<Instance>,
    ) -> Literal {
        let preset = self.preset(component);
        let Some(export) = preset.exports.iter().find(|e| e.name == name) else {
            unreachable!("{} has no export {name}", preset.name)
        };
        // A route knows its askers, and nobody else.
        let known = |caller: &Instance| {
            let index = self.position_of_asker(component, *caller)?;
            Some(Instance { component, range: Range::Asker, index })
        };
        let caller = match (preset.kind, caller) {
            (ComponentKind::Route, Some(caller)) if caller.component != component => known(&caller),
            _ => caller,
        };
        let index = if export.range == Range::One { 0 } else { member };
        let own = Instance { component, range: export.range, index };
        let scope = Scope { caller, ..Scope::of(own) };
        match &export.what {
            Exported::Level(condition) => self.condition(condition, &scope),
            Exported::Value(_) | Exported::Pool(_) => unreachable!("{name} is no level"),
        }
    }

    fn answers(&mut self, a: Instance, b: Instance, process: Option<usize>) -> Literal {
        let heard = self.hears(a, b);
        let key = self.process_key(b, process);
        let works = key.map_or(Literal::TRUE, |key| self.works(key));
        self.builder.and(&[heard, works])
    }

    fn refuses(&mut self, a: Instance, b: Instance, process: Option<usize>) -> Literal {
        let heard = self.hears(a, b);
        let gone = self.process_key(b, process).map_or(Literal::FALSE, |key| !self.exists(key));
        self.builder.and(&[heard, gone])
    }

    /// The process of an instance that is asked: the one named, else its first.
    fn process_key(
        &self,
        instance: Instance,
        process: Option<usize>,
    ) -> Option<(ComponentId, usize, usize)> {
        let (component, seat) = self.member(instance);
        let range = self.component(component).range_of_seat(seat);
        let own = self.preset(component).processes_of(range);
        let process = process.unwrap_or(own.start);
        own.contains(&process).then_some((component, seat, process))
    }

    fn over_range(
        &mut self,
        range: Range,
        body: &Condition,
        quorum: &Quorum,
        scope: &Scope,
    ) -> Literal {
        let mut each = Vec::new();
        let mut inner = scope.clone();
        let only = (*quorum == Quorum::Any).then(|| self.only_dealt(range, body, scope)).flatten();
        let all = only.map_or_else(|| self.among(scope.own, range), |only| vec![only]);
        for instance in all {
            inner.bound.push(instance);
            each.push(self.condition(body, &inner));
            inner.bound.pop();
        }
        match quorum {
            Quorum::Any => self.builder.or(&each),
            Quorum::All => self.builder.and(&each),
            Quorum::Count(comparison, value) => {
                let limit = self.constant(value, scope);
                self.compare_count(&each, *comparison, limit)
            }
            Quorum::Share(comparison, value) => {
                let limit = self.constant(value, scope) * each.len() as f64;
                self.compare_count(&each, *comparison, limit)
            }
        }
    }

    /// The only one of a range of whom `dealt(somebody, them) and …` can hold, where they
    /// are as many as clients: to look at each for each would take for ever.
    fn only_dealt(&self, range: Range, body: &Condition, scope: &Scope) -> Option<Instance> {
        if scope.own.range == Range::Zone || !matches!(range, Range::Set(_)) {
            return None;
        }
        let Condition::And(all) = body else { return None };
        let somebody = all.iter().find_map(|one| match one {
            Condition::Dealt(somebody, Who::Bound(0)) => match somebody {
                Who::Bound(depth) => depth.checked_sub(1).map(Who::Bound),
                Who::Chosen(_) => None,
                who => Some(*who),
            },
            _ => None,
        })?;
        let somebody = self.resolve(somebody, scope).ok()?;
        let component = scope.own.component;
        let count = self.size(component, range);
        let index = somebody.index.checked_rem(count)?;
        Some(Instance { component, range, index })
    }

    fn compare_count(&mut self, each: &[Literal], comparison: Comparison, limit: f64) -> Literal {
        // A billionth absorbs what a share times a count loses in rounding.
        let at_least = ((limit - 1e-9).ceil().max(0.0)) as usize;
        let more = ((limit + 1e-9).floor().max(-1.0) + 1.0) as usize;
        match comparison {
            Comparison::AtLeast => self.builder.at_least(at_least, each),
            Comparison::More => self.builder.at_least(more, each),
            Comparison::Less => !self.builder.at_least(at_least, each),
            Comparison::AtMost => !self.builder.at_least(more, each),
            Comparison::Equal | Comparison::Unequal => {
                let (reached, passed) =
                    (self.builder.at_least(at_least, each), self.builder.at_least(more, each));
                let equal = self.builder.and(&[reached, !passed]);
                if comparison == Comparison::Equal { equal } else { !equal }
            }
        }
    }

    /// A value that depends on nothing that happens.
    pub(super) fn constant(&mut self, value: &Value, scope: &Scope) -> f64 {
        let id = self.value(value, scope, &mut super::value::Names::fixed());
        match self.builder.peek(id) {
            crate::block::value::Value::Constant(value) => *value,
            _ => unreachable!("validation keeps draws and readings out of counts"),
        }
    }
}
