//! Nodes of presets become blocks, an instance each.

use super::value::Names;
use super::{Compiler, Instance, Scope};
use crate::block::backup::Backup;
use crate::block::clock::{Clock, Ticks};
use crate::block::crew::{Callee, Calls, Crew};
use crate::block::dial::{Dial, DialTarget};
use crate::block::lease::Lease;
use crate::block::link::{Link, Moves};
use crate::block::log::{Log, LogMember};
use crate::block::pick::{Candidate, Pick};
use crate::block::pool::{Pool, Uses};
use crate::block::probe::{self, Probe};
use crate::block::tank::Tank;
use crate::block::value::Value as Program;
use crate::block::work::{self, Work};
use crate::block::{ClockId, LevelId, Literal, ValueId};
use crate::model::expression::{Condition, NodeId, Range, Value, Who};
use crate::model::preset::{
    self, Block, Calling, Check, ClockRef, ComponentKind, Effect, Growth, Looks, Lost, Node, Pace,
    Supply,
};
use crate::random::name_hash;

/// Whether a block ticks at a clock that has no node.
pub(super) fn has_own_clock(block: &Block) -> bool {
    match block {
        Block::Probe { looks, .. } => matches!(looks, Looks::Every(_) | Looks::From { .. }),
        Block::Lease { check, .. } => matches!(check, Some(Check::Every { .. })),
        Block::Backup { .. } => true,
        _ => false,
    }
}

/// One instance of one node, while it is defined.
struct Place<'a> {
    id: NodeId,
    node: &'a Node,
    scope: Scope,
    /// `orders/n2/loop`.
    name: String,
}

impl Place<'_> {
    fn own(&self) -> Instance {
        self.scope.own
    }
}

impl Compiler<'_> {
    /// All nodes but clocks, in the order in which they were declared.
    pub(super) fn define(&mut self) {
        self.places(&mut |c, place| c.define_block(place));
    }

    /// The clocks: first those with a name, then those of probes and checks.
    pub(super) fn define_clocks(&mut self) {
        self.places(&mut |c, place| {
            if let Block::Clock { every, pace, running } = &place.node.block {
                let ticks = match pace {
                    Pace::Even => Ticks::Even,
                    Pace::Random => Ticks::Random,
                    Pace::Follow(clock) => Ticks::Follow(c.clock_of(*clock, &place.scope)),
                };
                c.define_clock(place, every, running.as_ref(), ticks);
            }
        });
        self.places(&mut |c, place| match &place.node.block {
            Block::Probe { looks: Looks::Every(every), running, .. } => {
                c.define_clock(place, every, running.as_ref(), Ticks::Even);
            }
            Block::Probe { looks: Looks::From { every, rise, growth }, .. } => {
                let ticks = c.growing(place, growth.as_deref());
                c.define_clock(place, every, Some(rise), ticks);
            }
            Block::Lease { check: Some(Check::Every { every, running }), .. }
            | Block::Backup { every, running, .. } => {
                c.define_clock(place, every, running.as_ref(), Ticks::Even);
            }
            _ => {}
        });
    }

    fn places(&mut self, body: &mut dyn FnMut(&mut Self, &Place<'_>)) {
        for component in self.component_ids() {
            for (id, node) in self.nodes(component) {
                for own in self.instances(component, node.range) {
                    let name = format!("{}/{}", self.instance_name(own), node.name);
                    body(self, &Place { id, node, scope: Scope::of(own), name });
                }
            }
        }
    }

    fn define_clock(
        &mut self,
        place: &Place<'_>,
        every: &Value,
        running: Option<&Condition>,
        ticks: Ticks,
    ) {
        let clock = Clock {
            every: self.field(place, "every", every),
            running: self.optional(running, &place.scope, Literal::TRUE),
            locked: matches!(place.node.block, Block::Probe { looks: Looks::From { .. }, .. }),
            ticks,
            age: self.pinned(place),
            name: name_hash(&format!("{}.phase", place.name)),
        };
        let defined = self.builder.clock(clock);
        let own = place.own();
        assert_eq!(defined, self.built[own.component.0][place.id.0].clocks[own.index]);
    }

    /// How the looks of a comb lie: evenly, unless they back off.
    fn growing(&mut self, place: &Place<'_>, growth: Option<&Growth>) -> Ticks {
        let Some(Growth { factor, most, slack }) = growth else { return Ticks::Even };
        Ticks::Growing {
            factor: self.field(place, "factor", factor),
            most: self.field(place, "most", most),
            slack: (
                self.field(place, "slack.least", &slack.0),
                self.field(place, "slack.most", &slack.1),
            ),
        }
    }

    /// The age that the scenario pins a clock to.
    fn pinned(&mut self, place: &Place<'_>) -> Option<ValueId> {
        let own = place.own();
        // A target is pinned by its place among the members, not in the order of hosts.
        let index = match own.range {
            Range::Target => self.member(own).1,
            _ => own.index,
        };
        let phase = self.scenario.phases.iter().rev().find(|p| {
            p.component == own.component && p.node == place.id && p.instances.contains(&index)
        })?;
        Some(self.quantity(&phase.age, name_hash(&format!("{}.age", place.name))))
    }

    /// Names for what is drawn for one of those whom a node looks at.
    fn names_of(&self, place: &Place<'_>, instance: Instance) -> Names {
        Names::of(format!("{}={}", place.name, self.instance_name(instance)))
    }

    fn field(&mut self, place: &Place<'_>, field: &str, value: &Value) -> ValueId {
        let mut names = Names::of(format!("{}.{field}", place.name));
        self.value(value, &place.scope, &mut names)
    }

    fn optional(
        &mut self,
        condition: Option<&Condition>,
        scope: &Scope,
        absent: Literal,
    ) -> Literal {
        condition.map_or(absent, |c| self.condition(c, scope))
    }

    fn clock_of(&self, clock: ClockRef, scope: &Scope) -> ClockId {
        let Ok(instance) = self.resolve(clock.who, scope) else {
            unreachable!("validation keeps a choice's clock to leases")
        };
        self.clock_at(clock.node, instance)
    }

    fn clock_at(&self, node: NodeId, instance: Instance) -> ClockId {
        let place = self.place_of(self.node(instance.component, node), instance);
        self.built[instance.component.0][node.0].clocks[place]
    }

    fn define_block(&mut self, place: &Place<'_>) {
        let own = place.own();
        let level = self.built[own.component.0][place.id.0].levels.get(own.index).copied();
        let level = level.unwrap_or(LevelId::TRUE);
        match &place.node.block {
            Block::Clock { .. } => {}
            Block::Gate { when, until } => {
                let when = self.condition(when, &place.scope);
                match until {
                    None => self.builder.define_gate(level, when),
                    Some(until) => {
                        let until = self.condition(until, &place.scope);
                        self.builder.define_latch(level, when, until);
                    }
                }
            }
            Block::Work { .. } => self.define_work(place, level),
            Block::Probe { .. } => self.define_probe(place, level),
            Block::Lease { .. } => self.define_lease(place, level),
            Block::Pick { .. } => self.define_pick(place),
            Block::Dial { .. } => self.define_dial(place, level),
            Block::Log { .. } => self.define_log(place),
            Block::Backup { .. } => self.define_backup(place),
            Block::Tank { .. } => self.define_tank(place, level),
            Block::Pool(supply) => self.define_pool(place, supply),
            Block::Crew { escalate, .. } => {
                let people = self.component(own.component).people.len();
                let escalate = self.field(place, "escalate", escalate);
                self.builder.crew(Crew { people, escalate });
            }
            Block::Link { rate } => {
                let rate = self.field(place, "rate", rate);
                self.builder.link(Link { rate });
            }
        }
    }

    fn define_work(&mut self, place: &Place<'_>, level: LevelId) {
        let Block::Work { when, until, takes, moves, uses, calls, keeps, lost, does, retry } =
            &place.node.block
        else {
            return;
        };
        let own = place.own();
        let (component, member) = self.member(place.own());
        let does = does.iter().map(|effect| match effect {
            Effect::Start(process) => (self.exists_fact((component, member, *process)), true),
            Effect::Stop(process) => (self.exists_fact((component, member, *process)), false),
        });
        let does = does.collect();
        let moves = moves.as_ref().map(|moves| self.moves(place, moves));
        let uses = uses.as_ref().map(|pool| Uses {
            pool: self.pool(pool, &place.scope),
            keeps: self.optional(keeps.as_ref(), &place.scope, Literal::FALSE),
            held: self.built[own.component.0][place.id.0].held[own.index],
        });
        let calls = calls.as_ref().map(|calls| {
            let keeps = self.optional(keeps.as_ref(), &place.scope, Literal::FALSE);
            self.calls(place, calls, keeps)
        });
        let work = Work {
            does,
            calls,
            when: self.condition(when, &place.scope),
            until: self.optional(until.as_ref(), &place.scope, Literal::FALSE),
            takes: match &moves {
                Some((alone, _)) => *alone,
                None => self.field(place, "takes", takes),
            },
            moves: moves.map(|(_, moves)| moves),
            uses,
            finishes: *lost == Lost::Finish,
            retry: retry.as_ref().map(|retry| work::Retry {
                fails: self.field(place, "fails", &retry.fails),
                tries: retry.tries.as_ref().map(|tries| self.field(place, "tries", tries)),
                between: self.field(place, "between", &retry.between),
                factor: retry.factor.as_ref().map(|factor| self.field(place, "factor", factor)),
                most: retry.most.as_ref().map(|most| self.field(place, "most", most)),
                failed: self.built[own.component.0][place.id.0].failed[own.index],
                name: name_hash(&format!("{}.failure", place.name)),
            }),
        };
        self.builder.define_work(level, work);
    }

    /// Whom a work calls, and what each of them draws: by their names, so that one
    /// more colleague changes nobody's answers.
    fn calls(&mut self, place: &Place<'_>, calls: &Calling, keeps: Literal) -> Calls {
        let own = place.own();
        let (people, crew) = self.crew_called(own.component, calls);
        let Block::Crew { response, misses, .. } = &self.node(people, crew).block else {
            unreachable!("validation keeps calls to crews")
        };
        let fit = self.callees(own.component, calls);
        let mut levels: Vec<usize> = fit.iter().map(|person| person.level).collect();
        levels.sort_unstable();
        levels.dedup();
        let scope = Scope::of(Instance { component: people, range: Range::One, index: 0 });
        let mut callees = Vec::with_capacity(fit.len());
        for (at, person) in fit.into_iter().enumerate() {
            let everybody = &self.component(people).people;
            let position = everybody.iter().position(|one| one.name == person.name);
            let level = levels.iter().position(|level| *level == person.level);
            let name = |what: &str| format!("{}={}.{what}", place.name, person.name);
            callees.push(Callee {
                person: position.unwrap_or_default(),
                level: level.unwrap_or_default() as u32,
                response: self.value(response, &scope, &mut Names::of(name("response"))),
                misses: self.value(misses, &scope, &mut Names::of(name("misses"))),
                name: name_hash(&name("missed")),
                taken: self.built[own.component.0][place.id.0].taken[own.index][at],
            });
        }
        Calls {
            crew: self.built[people.0][crew.0].crews[0],
            callees,
            priority: self.field(place, "priority", &calls.priority),
            keeps,
            held: self.built[own.component.0][place.id.0].held[own.index],
        }
    }

    fn define_pool(&mut self, place: &Place<'_>, supply: &Supply) {
        let pool = match supply {
            Supply::Units(size) => Pool::Units(self.field(place, "size", size)),
            Supply::Tokens { burst, rates } => {
                let burst = self.field(place, "burst", burst);
                let rates = rates.iter().enumerate().map(|(at, (on, rate))| {
                    let on = self.optional(on.as_ref(), &place.scope, Literal::TRUE);
                    (on, self.field(place, &format!("tokens.{at}"), rate))
                });
                Pool::Tokens { burst, rates: rates.collect() }
            }
        };
        self.builder.pool(pool);
    }

    fn define_tank(&mut self, place: &Place<'_>, level: LevelId) {
        let Block::Tank { starts, capacity, mark, fills, drains } = &place.node.block else {
            return;
        };
        let capacity = self.field(place, "capacity", capacity);
        let mark = mark.as_ref().map_or(capacity, |mark| self.field(place, "mark", mark));
        let fills = (self.condition(&fills.0, &place.scope), self.field(place, "fills", &fills.1));
        let drains = match drains {
            Some((on, rate)) => {
                (self.condition(on, &place.scope), self.field(place, "drains", rate))
            }
            None => (Literal::FALSE, self.builder.constant(0.0)),
        };
        let starts = self.field(place, "starts", starts);
        self.builder.define_tank(level, Tank { starts, capacity, mark, fills, drains });
    }

    /// What a work moves, and how long that takes alone \[s\].
    fn moves(&mut self, place: &Place<'_>, moves: &preset::Moves) -> (ValueId, Moves) {
        let bytes = self.field(place, "bytes", &moves.bytes);
        let most = match &moves.most {
            Some(most) => self.field(place, "most", most),
            None => self.builder.constant(f64::INFINITY),
        };
        let (mut over, mut rates) = (Vec::new(), vec![most]);
        for link in &moves.over {
            let node = self.node(place.own().component, *link);
            let at = self.place_of(node, place.own());
            over.push(self.built[place.own().component.0][link.0].links[at]);
            let Block::Link { rate } = &self.node(place.own().component, *link).block else {
                unreachable!("validation keeps what is moved to links")
            };
            // By the name under which the link draws it.
            let own = Instance { component: place.own().component, range: node.range, index: at };
            let mut names = Names::of(format!(
                "{}/{}.rate",
                self.instance_name(own),
                self.node(own.component, *link).name
            ));
            rates.push(self.value(rate, &Scope::of(own), &mut names));
        }
        let rate = self.builder.value(Program::Least(rates));
        let alone = self.builder.value(Program::Divide(bytes, rate));
        (alone, Moves { bytes, over, most })
    }

    fn define_probe(&mut self, place: &Place<'_>, level: LevelId) {
        let Block::Probe { watch, looks, running, initially, fall, rise } = &place.node.block
        else {
            return;
        };
        let mut running = self.optional(running.as_ref(), &place.scope, Literal::TRUE);
        let own = place.own();
        let looks = match looks {
            Looks::At(clock) => probe::Looks::Clock(self.clock_of(*clock, &place.scope)),
            Looks::Every(_) => probe::Looks::Clock(self.clock_at(place.id, own)),
            Looks::From { rise, .. } => {
                let rise = self.condition(rise, &place.scope);
                running = self.builder.and(&[running, rise]);
                probe::Looks::Clock(self.clock_at(place.id, own))
            }
            Looks::AfterReply { every, cost } => {
                let cost = self.field(place, "cost", cost);
                probe::Looks::Reply {
                    every: self.field(place, "every", every),
                    cost,
                    inputs: self.builder.inputs_of(cost),
                    age: self.pinned(place),
                    name: name_hash(&format!("{}.phase", place.name)),
                }
            }
        };
        let probe = Probe {
            watch: self.condition(watch, &place.scope),
            running,
            looks,
            initially: *initially,
            fall: self.field(place, "fall", fall),
            rise: self.field(place, "rise", rise),
        };
        let defined = self.builder.define_probe(level, probe);
        assert_eq!(defined, self.built[own.component.0][place.id.0].probes[own.index]);
    }

    fn define_lease(&mut self, place: &Place<'_>, level: LevelId) {
        let Block::Lease { of, ttl, renewed_at, renewed_if, check, rearm, drop } =
            &place.node.block
        else {
            return;
        };
        let own = place.own();
        let renew = match (of, renewed_at.who) {
            (Some(pick), Who::Chosen(_)) => self.renewals(place, *pick, *renewed_at, renewed_if),
            (Some(pick), _) => {
                let clock = self.clock_of(*renewed_at, &place.scope);
                let condition = self.condition(renewed_if, &place.scope);
                vec![(clock, condition); self.size(own.component, self.over(own.component, *pick))]
            }
            (None, _) => {
                let clock = self.clock_of(*renewed_at, &place.scope);
                vec![(clock, self.condition(renewed_if, &place.scope))]
            }
        };
        let rearm = rearm
            .as_ref()
            .map(|(on, ttl)| (self.condition(on, &place.scope), self.field(place, "rearm", ttl)));
        let lease = Lease {
            of: of.map(|pick| {
                let picks = &self.built[own.component.0][pick.0].picks;
                picks[self.place_of(self.node(own.component, pick), own)]
            }),
            ttl: self.field(place, "ttl", ttl),
            renew,
            check: check.as_ref().map(|check| match check {
                Check::At(clock) => self.clock_of(*clock, &place.scope),
                Check::Every { .. } => self.clock_at(place.id, own),
            }),
            rearm,
            drop: self.optional(drop.as_ref(), &place.scope, Literal::FALSE),
        };
        let defined = self.builder.define_lease(level, lease);
        assert_eq!(defined, self.built[own.component.0][place.id.0].leases[own.index]);
    }

    /// Whoever may be chosen renews at a clock and under a condition of its own.
    fn renewals(
        &mut self,
        place: &Place<'_>,
        pick: NodeId,
        clock: ClockRef,
        condition: &Condition,
    ) -> Vec<(ClockId, Literal)> {
        let component = place.own().component;
        let size = self.size(component, self.over(component, pick));
        let mut all = Vec::new();
        for index in 0..size {
            let scope = Scope { chosen: Some((pick, index)), ..place.scope.clone() };
            let clock = self.clock_of(clock, &scope);
            all.push((clock, self.condition(condition, &scope)));
        }
        all
    }

    fn define_pick(&mut self, place: &Place<'_>) {
        let Block::Pick { over, first, best, when, from, if_, prefer } = &place.node.block else {
            return;
        };
        let own = place.own();
        let chosen = self.built[own.component.0][place.id.0].choices[own.index].clone();
        let mut candidates = Vec::new();
        for (instance, chosen) in self.instances(own.component, *over).into_iter().zip(chosen) {
            let scope = place.scope.with_candidate(instance);
            let mut names = self.names_of(place, instance);
            candidates.push(Candidate {
                chosen,
                from: self.condition(from, &scope),
                eligible: if_.as_ref().map(|c| self.check(c, &scope, &mut names)),
                prefer: prefer.as_ref().map(|v| self.value(v, &scope, &mut names)),
            });
        }
        let first = (*first).min(candidates.len().saturating_sub(1));
        let when = self.condition(when, &place.scope);
        let pick = Pick { when, best: *best, candidates, first };
        let defined = self.builder.pick(pick);
        assert_eq!(defined, self.built[own.component.0][place.id.0].picks[own.index]);
    }

    fn define_dial(&mut self, place: &Place<'_>, level: LevelId) {
        let Block::Dial { over, lost, good, cost, at, turns } = &place.node.block else { return };
        let own = place.own();
        let chosen = self.built[own.component.0][place.id.0].choices[own.index].clone();
        let mut targets = Vec::new();
        for (instance, chosen) in self.instances(own.component, *over).into_iter().zip(chosen) {
            let scope = place.scope.with_candidate(instance);
            let good = self.condition(good, &scope);
            let mut names = self.names_of(place, instance);
            let cost = self.value(cost, &scope, &mut names);
            targets.push(DialTarget { chosen, good, cost, inputs: self.builder.inputs_of(cost) });
        }
        let dial = Dial {
            lost: self.condition(lost, &place.scope),
            clock: self.clock_of(*at, &place.scope),
            targets,
            turns: *turns,
        };
        let defined = self.builder.define_dial(level, dial);
        assert_eq!(defined, self.built[own.component.0][place.id.0].dials[own.index]);
    }

    /// Whether any writer can reach a member: a client population that uses its
    /// component, directly or through routes. A component that no clients of
    /// the model use is written to by others, whom nothing keeps away.
    fn reached(&mut self, member: Instance) -> Literal {
        let mut users = Vec::new();
        let mut known = false;
        for user in self.component_ids() {
            if self.preset(user).kind != ComponentKind::Clients {
                continue;
            }
            let Some(target) = self.component(user).target else { continue };
            let client = Instance { component: user, range: Range::One, index: 0 };
            let end = self.model.end_of(target);
            let behind = self.component(end).target.map(|next| self.model.end_of(next));
            if end == member.component {
                known = true;
                users.push(self.hears(client, member));
            } else if behind == Some(member.component) {
                known = true;
                let route = Instance { component: end, range: Range::One, index: 0 };
                let hops = [self.hears(client, route), self.hears(route, member)];
                users.push(self.builder.and(&hops));
            }
        }
        if known { self.builder.or(&users) } else { Literal::TRUE }
    }

    fn define_log(&mut self, place: &Place<'_>) {
        let Block::Log {
            accepts,
            copies,
            head,
            volume,
            writes,
            lag,
            unreplayed,
            gone,
            restores,
            point,
        } = &place.node.block
        else {
            return;
        };
        let own = place.own();
        let heads = self.built[own.component.0][place.id.0].choices[own.index].clone();
        let range = self.over(own.component, place.id);
        let mut members = Vec::new();
        for (instance, is_head) in self.instances(own.component, range).into_iter().zip(heads) {
            let scope = Scope { own: instance, ..place.scope.with_candidate(instance) };
            let head_of = self.built[own.component.0][head.0].levels[instance.index];
            let accepts = self.condition(accepts, &scope);
            let reached = self.reached(instance);
            let mut names = self.names_of(place, instance);
            members.push(LogMember {
                accepts: self.builder.and(&[accepts, reached]),
                copies: self.condition(copies, &scope),
                heads: Literal::of(head_of),
                gone: self.optional(gone.as_ref(), &scope, Literal::FALSE),
                restores: self.optional(restores.as_ref(), &scope, Literal::FALSE),
                lag: self.value(lag, &scope, &mut names),
                unreplayed: self.value(unreplayed, &scope, &mut names),
                is_head,
            });
        }
        let log = Log {
            members,
            first: 0,
            volume: self.field(place, "volume", volume),
            writes: self.field(place, "writes", writes),
            point: match point {
                Some(point) => self.field(place, "point", point),
                None => self.builder.constant(f64::NEG_INFINITY),
            },
            name: name_hash(&format!("{}.comb", place.name)),
        };
        let defined = self.builder.log(log);
        assert_eq!(defined, self.built[own.component.0][place.id.0].logs[own.index]);
    }

    fn define_backup(&mut self, place: &Place<'_>) {
        let Block::Backup { takes, keep, works, shared, base, .. } = &place.node.block else {
            return;
        };
        let own = place.own();
        let backup = Backup {
            clock: self.clock_at(place.id, own),
            takes: self.field(place, "takes", takes),
            keep: match keep {
                Some(keep) => self.field(place, "keep", keep),
                None => self.builder.constant(f64::INFINITY),
            },
            works: self.field(place, "works", works),
            shared: self.field(place, "shared", shared),
            base: base.map(|base| self.built[own.component.0][base.0].backups[own.index]),
            name: name_hash(&format!("{}.works", place.name)),
            common: name_hash(&format!("{}.shared", place.name)),
        };
        let defined = self.builder.backup(backup);
        assert_eq!(defined, self.built[own.component.0][place.id.0].backups[own.index]);
    }
}
