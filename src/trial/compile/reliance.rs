//! What components rely on: a cluster's word on a node, and whether all that a
//! service needs is served.

use super::{Compiler, Instance};
use crate::block::Literal;
use crate::model::expression::{Range, Reliance};
use crate::model::preset::{ComponentKind, LEADS, READY};
use crate::model::system::{Access, ComponentId};

impl Compiler<'_> {
    /// What a needed component says to whoever asks. A cluster says it of the node
    /// that they stand on, and nothing of those who stand elsewhere.
    pub(super) fn need_export(
        &mut self,
        needed: ComponentId,
        name: &str,
        asks: Instance,
    ) -> Literal {
        let of_a_node = self
            .preset(needed)
            .exports
            .iter()
            .any(|export| export.name == name && export.range == Range::Member);
        if self.preset(needed).kind != ComponentKind::Cluster || !of_a_node {
            return match self.exports(needed, name) {
                true => self.export(needed, name, 0, Some(asks)),
                false => Literal::FALSE,
            };
        }
        let node = self.host(asks).and_then(|h| self.model.place_at(needed, Range::Member, h));
        node.map_or(Literal::FALSE, |node| self.export(needed, name, node, None))
    }

    /// All that a component relies on so is served.
    pub(super) fn relied(&mut self, id: ComponentId, reliance: Reliance) -> Literal {
        if let Some(known) = self.known.relied.get(&(id, reliance)) {
            return *known;
        }
        let all = self.component(id).relied(reliance).iter();
        let all: Vec<Literal> = all.map(|one| self.served(one.on, one.access)).collect();
        let all = self.builder.and(&all);
        if self.known.facts {
            self.known.relied.insert((id, reliance), all);
        }
        all
    }

    /// A component serves what somebody relies on it for.
    pub(super) fn served(&mut self, id: ComponentId, access: Access) -> Literal {
        if let Some(known) = self.known.served.get(&(id, access)) {
            return *known;
        }
        let served = self.serves(id, access);
        if self.known.facts {
            self.known.served.insert((id, access), served);
        }
        served
    }

    fn serves(&mut self, id: ComponentId, access: Access) -> Literal {
        let preset = self.preset(id);
        match preset.kind {
            ComponentKind::Store | ComponentKind::Stream | ComponentKind::Consensus => {
                let writes = self.any_member(id, "writable");
                let reads = self.any_member(id, "readable");
                match access {
                    Access::Write => writes,
                    Access::Read => reads,
                    Access::Both => self.builder.and(&[writes, reads]),
                }
            }
            ComponentKind::Service => self.service_serves(id),
            ComponentKind::Cluster => self.export(id, "serves", 0, None),
            ComponentKind::Route if preset.only_leads() => {
                let parts = self.led(id);
                self.builder.and(&parts)
            }
            ComponentKind::Route => self.export(id, "writable", 0, None),
            ComponentKind::Clients => {
                let all = self.served_clients(id);
                let least = self.component(id).serves_at_least * all.len() as f64 - 1e-9;
                self.builder.at_least(least.ceil().max(1.0) as usize, &all)
            }
            ComponentKind::Alert | ComponentKind::People | ComponentKind::Runbook => Literal::TRUE,
        }
    }

    /// A request to this replica is answered.
    pub(super) fn replica_serves(&mut self, id: ComponentId, at: usize) -> Literal {
        let ready = self.export(id, READY, at, None);
        let needs = self.relied(id, Reliance::Needs);
        self.builder.and(&[ready, needs])
    }

    pub(super) fn any_member(&mut self, id: ComponentId, export: &str) -> Literal {
        let members = self.component(id).members.len();
        let all: Vec<_> = (0..members).map(|m| self.export(id, export, m, None)).collect();
        self.builder.or(&all)
    }

    /// For each asker of a route that only leads (once where nobody asks): it
    /// leads to a target that works.
    pub(super) fn led(&mut self, id: ComponentId) -> Vec<Literal> {
        let askers = self.instances(id, Range::Asker);
        let askers: Vec<_> =
            if askers.is_empty() { vec![None] } else { askers.into_iter().map(Some).collect() };
        let targets = self.instances(id, Range::Target);
        let mut parts = Vec::with_capacity(askers.len());
        for asker in askers {
            let mut any = Vec::with_capacity(targets.len());
            for target in &targets {
                let leads = self.export(id, LEADS, target.index, asker);
                let (end, member) = self.member(*target);
                let works = match self.preset(end).kind {
                    ComponentKind::Service => self.replica_serves(end, member),
                    _ => self.export(end, "writable", member, None),
                };
                any.push(self.builder.and(&[leads, works]));
            }
            parts.push(self.builder.or(&any));
        }
        parts
    }
}
