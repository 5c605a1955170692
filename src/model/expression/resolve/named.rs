//! Names in conditions: levels, what other components export, requests.

use super::super::syntax::{Extent, Word};
use super::super::{Condition, Mistake, NodeId, Range, Reliance, Who};
use super::who::Place;
use super::{Resolver, Shape, nearest_of, one_of};
use crate::model::preset::{
    ComponentKind, ERROR_AFTER, HOLDS, Interface, Published, TARGET_EXPORTS,
};

impl Resolver<'_> {
    /// A bare name as a condition.
    pub(super) fn named_condition(&mut self, name: &str, extent: &Extent) -> Option<Condition> {
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
    pub(super) fn level(&mut self, who: Who, id: NodeId, extent: &Extent) -> Option<Condition> {
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
    pub(super) fn hop_condition(
        &mut self,
        of: &Word,
        name: &Word,
        extent: &Extent,
    ) -> Option<Condition> {
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
    pub(super) fn who_asks<T>(&mut self, of: &Word, name: &Word, extent: &Extent) -> Option<T> {
        let (of, name) = (&of.text, &name.text);
        let message = format!("`{of}.{name}` depends on who asks");
        let mistake = Mistake::new("no_caller", extent.clone(), message, "asked by whom?");
        self.fail(mistake.help(format!("say who asks: `{of}.{name}(self)`")))
    }

    /// What a component of a kind says to whoever asks: a cluster says of a node
    /// what it says to those who stand on it.
    pub(super) fn asked_of(
        kind: ComponentKind,
    ) -> impl Iterator<Item = &'static Interface> + Clone {
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
    pub(super) fn asked(&mut self, name: &Word, extent: &Extent) -> Option<Condition> {
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
    pub(super) fn belongs(&self, id: NodeId, place: Place) -> bool {
        let range = self.environment.nodes[id.0].range;
        let stands = matches!(place, Place::In(at) if self.environment.has_host(at));
        place == Place::In(range) || range == Range::Zone && stands
    }

    /// What an instance has under that name, as a condition.
    pub(super) fn part_of(
        &mut self,
        who: Who,
        place: Place,
        of: &Word,
        name: &Word,
    ) -> Option<Condition> {
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
}
