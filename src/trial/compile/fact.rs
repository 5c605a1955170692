//! Facts: hosts, processes, paths, requests. What nothing can change is constant.

use std::collections::{BTreeMap, BTreeSet};

use super::{Compiler, Instance};
use crate::block::{LevelId, Literal};
use crate::model::expression::Range;
use crate::model::preset::{ASKS, Block, RUNS, STANDS, STOP, STOPS};
use crate::model::system::{Addressee, ComponentId, HostId};

/// The facts that something can change.
#[derive(Debug, Default)]
pub(super) struct Facts {
    hosts: BTreeMap<HostId, LevelId>,
    /// Whether a process exists, by component, member and process.
    exists: BTreeMap<(ComponentId, usize, usize), LevelId>,
    hung: BTreeMap<(ComponentId, usize, usize), LevelId>,
    asked: BTreeMap<(ComponentId, usize, usize), LevelId>,
    cuts: Vec<Cut>,
}

/// A partition that may stand.
#[derive(Debug)]
struct Cut {
    level: LevelId,
    inside: BTreeSet<HostId>,
    toward: Option<BTreeSet<HostId>>,
}

impl Cut {
    fn separates(&self, a: HostId, b: HostId) -> bool {
        let inside = |h| self.inside.contains(&h);
        if inside(a) == inside(b) {
            return false;
        }
        let other = if inside(a) { b } else { a };
        self.toward.as_ref().is_none_or(|t| t.contains(&other))
    }
}

impl Compiler<'_> {
    /// Whether a host is up, as a fact that can change.
    pub(super) fn host_fact(&mut self, host: HostId) -> LevelId {
        let name = format!("host {}/host", self.model.hosts[host.0].name);
        let builder = &mut self.builder;
        *self.facts.hosts.entry(host).or_insert_with(|| builder.fact(&name, true))
    }

    fn process_name(&self, key: (ComponentId, usize, usize)) -> String {
        let component = self.component(key.0);
        let process = &component.preset.processes[key.2];
        let seat = match component.range_of_seat(key.1) {
            Range::Set(_) => component.seat_title(key.1),
            _ => component.seat(key.1).name.clone(),
        };
        format!("{}/{seat}/{process}", component.name)
    }

    /// Whether a process exists, as a fact that can change.
    pub(super) fn exists_fact(&mut self, key: (ComponentId, usize, usize)) -> LevelId {
        let name = self.process_name(key);
        let builder = &mut self.builder;
        *self.facts.exists.entry(key).or_insert_with(|| builder.fact(&name, true))
    }

    /// Whether a process stands still, as a fact that can change.
    pub(super) fn hung_fact(&mut self, key: (ComponentId, usize, usize)) -> LevelId {
        let name = format!("{} hung", self.process_name(key));
        let builder = &mut self.builder;
        *self.facts.hung.entry(key).or_insert_with(|| builder.fact(&name, false))
    }

    /// Whether a process stands still, where a fault can make it.
    pub(super) fn known_to_hang(&self, key: (ComponentId, usize, usize)) -> Option<LevelId> {
        self.facts.hung.get(&key).copied()
    }

    /// Whether a request stands on a member.
    pub(super) fn asked_fact(&mut self, key: (ComponentId, usize, usize)) -> LevelId {
        let component = self.component(key.0);
        let request = &component.preset.requests[key.2];
        let name = match component.preset.kind.process_range() {
            Range::Member => {
                format!("{}/{}/{request}", component.name, component.seat(key.1).name)
            }
            _ => format!("{}/{request}", component.name),
        };
        let builder = &mut self.builder;
        *self.facts.asked.entry(key).or_insert_with(|| builder.fact(&name, false))
    }

    /// A partition that may stand.
    pub(super) fn cut_fact(&mut self, inside: Vec<HostId>, toward: Option<Vec<HostId>>) -> LevelId {
        let level = self.builder.fact("path cut", false);
        let inside = inside.into_iter().collect();
        let toward = toward.map(|all| all.into_iter().collect());
        self.facts.cuts.push(Cut { level, inside, toward });
        level
    }

    /// The host is up.
    pub(super) fn host_up(&self, host: HostId) -> Literal {
        self.facts.hosts.get(&host).map_or(Literal::TRUE, |l| Literal::of(*l))
    }

    /// The service and replica that the processes of a seat run in.
    pub(super) fn pod(&self, id: ComponentId, seat: usize) -> Option<(ComponentId, usize)> {
        let component = self.component(id);
        let range = component.range_of_seat(seat);
        let pods = component.pods.iter().find(|pods| pods.range == range)?;
        let first = match range {
            Range::Set(set) => component.seats_of(set).start,
            _ => 0,
        };
        Some((pods.by, seat - first))
    }

    /// The machine of a seat is up: that of its pod, wherever that is.
    pub(super) fn stands(&mut self, id: ComponentId, seat: usize) -> Literal {
        match self.pod(id, seat) {
            Some((by, at)) if self.exports(by, STANDS) => self.export(by, STANDS, at, None),
            _ => self.host_up(self.component(id).seat(seat).host),
        }
    }

    /// The machine of an instance is up; what stands nowhere hears everybody, and what
    /// is bare where it stands loses nothing with that.
    pub(super) fn instance_stands(&mut self, instance: Instance) -> Literal {
        if self.host(instance).is_none() {
            return Literal::TRUE;
        }
        let (component, seat) = self.member(instance);
        if self.component(component).is_bare(seat) {
            return Literal::TRUE;
        }
        self.stands(component, seat)
    }

    /// The process exists, and so does the pod that it runs in.
    pub(super) fn exists(&mut self, key: (ComponentId, usize, usize)) -> Literal {
        let own = self.facts.exists.get(&key).map_or(Literal::TRUE, |l| Literal::of(*l));
        let Some((by, at)) = self.pod(key.0, key.1) else {
            return own;
        };
        let runs = self.export(by, RUNS, at, None);
        self.builder.and(&[own, runs])
    }

    /// The process exists, does not hang, and its host is up.
    pub(super) fn works(&mut self, key: (ComponentId, usize, usize)) -> Literal {
        let hung = self.facts.hung.get(&key).map_or(Literal::FALSE, |l| Literal::of(*l));
        let all = [self.exists(key), !hung, self.stands(key.0, key.1)];
        self.builder.and(&all)
    }

    /// The request stands on a member: a fault made it, the pod, or a runbook.
    pub(super) fn asked(&mut self, key: (ComponentId, usize, usize)) -> Literal {
        let fact = self.facts.asked.get(&key).map_or(Literal::FALSE, |l| Literal::of(*l));
        let mut all = vec![fact, self.ordered(key.0, key.2, Some(key.1))];
        let stop = self.preset(key.0).requests[key.2] == STOP;
        if let Some((by, at)) = self.pod(key.0, key.1).filter(|_| stop)
            && self.exports(by, STOPS)
        {
            all.push(self.export(by, STOPS, at, None));
        }
        self.builder.or(&all)
    }

    /// The request stands on a component as a whole.
    pub(super) fn asked_as_a_whole(&mut self, id: ComponentId, request: usize) -> Literal {
        self.ordered(id, request, None)
    }

    /// A runbook asks for it.
    fn ordered(&mut self, of: ComponentId, request: usize, member: Option<usize>) -> Literal {
        let mut any = Vec::new();
        let mut at = 0;
        while let Some(id) = self.known.ordering.get(&of).and_then(|all| all.get(at)).copied() {
            at += 1;
            let Some(order) = &self.component(id).asks_for else { continue };
            if order.request != Some(request) {
                continue;
            }
            let meant = match (&order.to, member) {
                (Addressee::Whole, None) => Literal::TRUE,
                (Addressee::Members(all), Some(member)) => Literal::constant(all.contains(&member)),
                (Addressee::Primary, Some(member)) => self.is_primary(of, member),
                _ => Literal::FALSE,
            };
            let asks = self.export(id, ASKS, 0, None);
            any.push(self.builder.and(&[asks, meant]));
        }
        self.builder.or(&any)
    }

    /// A component's first pick among members has chosen this one.
    fn is_primary(&self, id: ComponentId, member: usize) -> Literal {
        let mut nodes = self.nodes(id);
        let pick =
            nodes.find(|(_, node)| matches!(node.block, Block::Pick { over: Range::Member, .. }));
        pick.map_or(Literal::FALSE, |(node, _)| {
            Literal::of(self.built[id.0][node.0].choices[0][member])
        })
    }

    /// No partition separates two hosts.
    pub(super) fn path(&mut self, a: HostId, b: HostId) -> Literal {
        let cuts = self.facts.cuts.iter().filter(|cut| cut.separates(a, b));
        let cuts: Vec<Literal> = cuts.map(|cut| !Literal::of(cut.level)).collect();
        self.builder.and(&cuts)
    }

    /// A packet gets from one to the other and back: the path, and both hosts.
    pub(super) fn hears(&mut self, a: Instance, b: Instance) -> Literal {
        let (from, to) = (self.host(a), self.host(b));
        let mut all: Vec<Literal> = Vec::new();
        if let (Some(from), Some(to)) = (from, to) {
            let cuts = self.facts.cuts.iter().filter(|c| c.separates(from, to));
            all.extend(cuts.map(|c| !Literal::of(c.level)));
        }
        all.extend([self.instance_stands(a), self.instance_stands(b)]);
        self.builder.and(&all)
    }
}
