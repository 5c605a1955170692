//! What a service serves: its criterion as a level, and its share as a number.
//!
//! The share is a product over all that a request meets on its way, each component
//! once: a service, what it needs, what that needs, and so on. What is not a service is
//! served wholly or not at all, and is one level; so is a service of which one ready
//! replica carries all.

use super::Compiler;
use crate::block::Literal;
use crate::model::expression::Reliance;
use crate::model::preset::{ComponentKind, LISTED, READY};
use crate::model::system::{ComponentId, Relied};
use crate::trial::share::{Factor, Share, WHOLE, answered, carried};

/// All that a request meets on its way.
#[derive(Default)]
struct Way {
    levels: Vec<Literal>,
    services: Vec<ComponentId>,
}

/// The replicas of a service.
struct Replicas {
    ready: Vec<Literal>,
    /// Listed, so that requests are sent there, and not ready; nobody where the
    /// technology does not say who is listed.
    dead: Vec<Literal>,
}

impl Compiler<'_> {
    fn replicas(&mut self, id: ComponentId) -> Replicas {
        let all = self.component(id).members.len();
        let ready: Vec<Literal> = (0..all).map(|at| self.export(id, READY, at, None)).collect();
        let mut dead = Vec::new();
        if self.exports(id, LISTED) {
            for (at, own) in ready.iter().enumerate() {
                let listed = self.export(id, LISTED, at, None);
                dead.push(self.builder.and(&[listed, !*own]));
            }
        }
        Replicas { ready, dead }
    }

    /// The replicas of a service that are ready, that are listed and dead, and those of the
    /// dead ones that do not refuse: no kernel lives there, or a process is still there.
    pub(super) fn callers_share(&mut self, id: ComponentId) -> Share {
        let Replicas { ready, dead } = self.replicas(id);
        let mut waiting = Vec::with_capacity(dead.len());
        for (at, own) in dead.iter().enumerate() {
            let host = self.component(id).members[at].host;
            let refuses = match self.preset(id).processes.is_empty() {
                true => Literal::FALSE,
                false => {
                    let all = [self.host_up(host), !self.exists((id, at, 0))];
                    self.builder.and(&all)
                }
            };
            waiting.push(self.builder.and(&[*own, !refuses]));
        }
        Share::Counts([ready, dead, waiting].map(|all| self.builder.counter(all)))
    }

    /// A service counts as served: what its own replicas serve reaches its criterion,
    /// and all that it needs is served.
    pub(super) fn service_serves(&mut self, id: ComponentId) -> Literal {
        let own = self.own_serves(id);
        let needs = self.relied(id, Reliance::Needs);
        self.builder.and(&[needs, own])
    }

    /// What a service's own replicas serve reaches its criterion: the thresholds that
    /// this comes to, so that it is a level with a cause.
    fn own_serves(&mut self, id: ComponentId) -> Literal {
        let component = self.component(id);
        let (load, tries) = (component.load, component.tries);
        // One less: a share is rounded.
        let wanted = (component.serves_at_least * WHOLE as f64).round() as i64 - 1;
        let Replicas { ready, dead } = self.replicas(id);
        let all = ready.len();
        let enough = (1..all).find(|r| carried(*r, load) >= wanted).unwrap_or(all);
        let mut clauses = vec![self.builder.at_least(enough, &ready)];
        for few in 1..=dead.len() {
            // With so many dead ones, so many must be ready beside them.
            let reached = |ready: &usize| answered(*ready as u32, few as u32, tries) >= wanted;
            let fewer = !self.builder.at_least(few, &dead);
            let Some(least) = (0..=all - few).find(reached) else {
                clauses.push(fewer);
                break;
            };
            if least > enough {
                let least = self.builder.at_least(least, &ready);
                clauses.push(self.builder.or(&[fewer, least]));
            }
        }
        self.builder.and(&clauses)
    }

    /// The share of a service, with all that it needs.
    pub(super) fn service_share(&mut self, id: ComponentId) -> Share {
        let mut way = Way::default();
        self.go_through(id, &mut way);
        self.share_along(way)
    }

    /// The share of a journey, with all that it leads through.
    pub(super) fn journey_share(&mut self, through: &[Relied]) -> Share {
        let mut way = Way::default();
        for one in through {
            self.pass(*one, &mut way);
        }
        self.share_along(way)
    }

    fn go_through(&mut self, id: ComponentId, way: &mut Way) {
        if way.services.contains(&id) {
            return;
        }
        way.services.push(id);
        let needed: Vec<Relied> = self.component(id).relied(Reliance::Needs).to_vec();
        for one in needed {
            self.pass(one, way);
        }
    }

    fn pass(&mut self, relied: Relied, way: &mut Way) {
        if self.preset(relied.on).kind == ComponentKind::Service {
            self.go_through(relied.on, way);
        } else {
            let level = self.served(relied.on, relied.access);
            way.levels.push(level);
        }
    }

    /// The product of all that is on a way.
    fn share_along(&mut self, way: Way) -> Share {
        let Way { mut levels, services } = way;
        let mut graded = Vec::new();
        for id in services {
            let replicas = self.replicas(id);
            let load = self.component(id).load;
            if replicas.dead.is_empty() && load <= 1.0 {
                levels.push(self.builder.or(&replicas.ready));
            } else {
                graded.push((id, replicas, load));
            }
        }
        let level = self.builder.and(&levels);
        if graded.is_empty() {
            return Share::Parts(vec![level]);
        }
        if let [(_, Replicas { ready, dead }, load)] = &graded[..]
            && dead.is_empty()
            && load.fract() == 0.0
        {
            let part = |k: usize| {
                let enough = self.builder.at_least(k, ready);
                self.builder.and(&[level, enough])
            };
            return Share::Parts((1..=*load as usize).map(part).collect());
        }
        let mut factors = Vec::with_capacity(graded.len() + 1);
        if level != Literal::TRUE {
            factors.push(self.level_factor(level));
        }
        for (id, Replicas { ready, dead }, load) in graded {
            factors.push(Factor {
                carries: (0..=ready.len()).map(|r| carried(r, load)).collect(),
                ready: self.builder.counter(ready),
                dead: (!dead.is_empty()).then(|| self.builder.counter(dead)),
                tries: self.component(id).tries,
            });
        }
        Share::Mean(vec![factors])
    }

    fn level_factor(&mut self, level: Literal) -> Factor {
        let ready = self.builder.counter(vec![level]);
        Factor { ready, dead: None, carries: vec![0, WHOLE], tries: 1 }
    }

    /// The share of several that each count alike.
    pub(super) fn mean_share(&mut self, members: &[&Share]) -> Share {
        if let [only] = members {
            return (*only).clone();
        }
        let parts = members.first().map_or(0, |first| first.parts().len());
        if parts > 0 && members.iter().all(|share| share.parts().len() == parts) {
            return Share::Parts(members.iter().flat_map(|s| s.parts()).copied().collect());
        }
        let mut terms = Vec::new();
        for share in members {
            match share {
                Share::Mean(own) => terms.extend(own.iter().cloned()),
                Share::Counts(_) => {}
                Share::Parts(parts) => {
                    let carries = (0..=parts.len()).map(|r| carried(r, parts.len() as f64));
                    let carries = carries.collect();
                    let ready = self.builder.counter(parts.clone());
                    terms.push(vec![Factor { ready, dead: None, carries, tries: 1 }]);
                }
            }
        }
        Share::Mean(terms)
    }
}
