//! Which instance a name speaks of.

use super::super::syntax::{Expression, Extent, Syntax};
use super::super::{Mistake, NodeId, Range, SetId, Who};
use super::{Resolver, Shape, nearest_of};
use crate::model::preset::{ComponentKind, Set};

/// What an instance is one of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Place {
    /// Of a range of this component.
    In(Range),
    /// Whoever asks: an instance of some other component.
    Asking,
}

impl Place {
    /// For a sentence: "a member".
    pub(super) fn describe(self, sets: &[Set]) -> String {
        match self {
            Self::In(range) => range.describe(sets),
            Self::Asking => "whoever asks".to_owned(),
        }
    }
}

impl Resolver<'_> {
    /// The instance that an expression names.
    pub(super) fn instance(&mut self, expression: &Expression) -> Option<(Who, Place)> {
        match &expression.syntax {
            Syntax::Name(name) => self.instance_named(name, &expression.extent),
            _ => {
                let message = format!("`{expression}` is not an instance");
                let label = "expected `self`, a variable or a pick";
                let extent = expression.extent.clone();
                self.fail(Mistake::new("not_an_instance", extent, message, label))
            }
        }
    }

    /// The instance of that name.
    pub(super) fn instance_named(&mut self, name: &str, extent: &Extent) -> Option<(Who, Place)> {
        let kind = self.environment.kind;
        match name {
            "self" if self.scope.candidate.is_none() && !self.halves().is_empty() => {
                let names: Vec<_> =
                    self.halves().iter().map(|(name, _)| format!("`{name}`")).collect();
                let message = "a pair has no `self`";
                let mistake = Mistake::new("whose", extent.clone(), message, "which half?");
                return self.fail(mistake.help(format!("say {}", names.join(" or "))));
            }
            "self" => {
                return Some(match self.scope.candidate {
                    Some(range) => (Who::Candidate, Place::In(range)),
                    None if self.scope.owner == Range::One => (Who::One, Place::In(Range::One)),
                    None => (Who::Own, Place::In(self.scope.owner)),
                });
            }
            "here" if matches!(kind, ComponentKind::Route | ComponentKind::Clients) => {
                return Some((Who::One, Place::In(Range::One)));
            }
            "here" => {
                let message = "a component of this kind has members and no place of its own";
                let mistake = Mistake::new("no_place", extent.clone(), message, "no such place");
                return self.fail(mistake.help("say `self`, or a variable over `member`"));
            }
            // Who asks a route is one of its askers.
            "caller" if self.scope.caller && kind == ComponentKind::Route => {
                return Some((Who::Caller, Place::In(Range::Asker)));
            }
            "caller" if self.scope.caller => return Some((Who::Caller, Place::Asking)),
            "caller" => {
                let message = "nobody asks here: `caller` stands only in an export that takes one";
                return self.fail(Mistake::new("no_caller", extent.clone(), message, "no caller"));
            }
            _ => {}
        }
        if let Some(position) = self.bound.iter().rposition(|(variable, _)| variable == name) {
            let depth = self.bound.len() - 1 - position;
            return Some((Who::Bound(depth), Place::In(self.bound[position].1)));
        }
        if let Some(at) = self.halves().iter().position(|(half, _)| half == name) {
            return Some((Who::Half(at), Place::In(self.halves()[at].1)));
        }
        if let Some(set) = self.dealt(name) {
            return Some((Who::Dealt(set), Place::In(Range::Set(set))));
        }
        if let Some((pick, over)) = self.pick_named(name) {
            let range = self.environment.nodes[pick.0].range;
            self.bare_or_fail(name, range, extent)?;
            return Some((Who::Chosen(pick), Place::In(over)));
        }
        self.no_instance(name, extent)
    }

    /// The set of that name, where whoever speaks has a number to be dealt one by.
    fn dealt(&self, name: &str) -> Option<SetId> {
        let numbered = !matches!(self.scope.owner, Range::One | Range::Zone | Range::Pair(..));
        let at = self.environment.sets.iter().position(|set| set.name == name);
        at.filter(|_| numbered).map(SetId)
    }

    /// Something that is no instance.
    fn no_instance<T>(&mut self, name: &str, extent: &Extent) -> Option<T> {
        let what = self.describe(name);
        let message = match &what {
            Some(what) => format!("`{name}` is {what}, where an instance is wanted"),
            None => format!("there is no instance `{name}`"),
        };
        let halves = self.halves();
        let mut names: Vec<&str> = halves.iter().map(|(half, _)| half.as_str()).collect();
        if names.is_empty() || self.scope.candidate.is_some() {
            names.insert(0, "self");
        }
        names.extend(self.bound.iter().map(|(variable, _)| variable.as_str()));
        let picks = self.environment.nodes.iter();
        let is_pick = |shape| matches!(shape, Shape::Pick(_) | Shape::Dial(_));
        names.extend(picks.filter(|node| is_pick(node.shape)).map(|node| node.name.as_str()));
        let list = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        let help = nearest_of(name, names.iter().copied())
            .unwrap_or_else(|| format!("instances here are {list}"));
        let code = if what.is_some() { "not_an_instance" } else { "unknown_name" };
        self.fail(Mistake::new(code, extent.clone(), message, "not an instance").help(help))
    }

    /// The pick or dial of that name, and what it chooses among.
    pub(super) fn pick_named(&self, name: &str) -> Option<(NodeId, Range)> {
        let id = self.environment.node_named(name)?;
        match self.environment.nodes[id.0].shape {
            Shape::Pick(over) | Shape::Dial(over) => Some((id, over)),
            _ => None,
        }
    }

    /// Whether an expression can only speak of an instance.
    pub(super) fn speaks_of_instance(&self, expression: &Expression) -> bool {
        match &expression.syntax {
            Syntax::Name(name) => {
                matches!(name.as_str(), "self" | "here" | "caller")
                    || self.bound.iter().any(|(variable, _)| variable == name)
                    || self.halves().iter().any(|(half, _)| half == name)
                    || self.pick_named(name).is_some()
                    || self.dealt(name).is_some()
            }
            _ => false,
        }
    }

    /// What a bare name stands for, for a sentence; `None` where it stands for nothing.
    pub(super) fn describe(&self, name: &str) -> Option<String> {
        let environment = self.environment;
        if let Some((_, range)) = self.bound.iter().rev().find(|(variable, _)| variable == name) {
            return Some(range.describe(&environment.sets));
        }
        if let Some((_, range)) = self.halves().iter().find(|(half, _)| half == name) {
            return Some(range.describe(&environment.sets));
        }
        if matches!(name, "self" | "here" | "caller") {
            return Some("an instance".to_owned());
        }
        if name == "host" {
            return Some("a condition on a host".to_owned());
        }
        if let Some(id) = environment.node_named(name) {
            return Some(environment.describe_node(id));
        }
        if let Some((_, dimension)) = environment.parameter_named(name) {
            let what = dimension.map(|dimension| format!(", {dimension}"));
            return Some(format!("a parameter{}", what.unwrap_or_default()));
        }
        if environment.processes.iter().any(|process| process == name) {
            return Some("a process".to_owned());
        }
        if environment.sets.iter().any(|set| set.name == name) {
            return Some("a set of alike things".to_owned());
        }
        environment.need_named(name).map(|_| "another component".to_owned())
    }
}
