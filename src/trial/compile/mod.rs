//! Compiling: a validated model and scenario become one flat graph.
//!
//! A preset speaks of dimensions (each member, the member that is the leader);
//! here every instance gets its own blocks. Faults come first, because a fact
//! that no fault and no work can change is a constant, and whatever depends on
//! constants alone disappears from the graph.

mod condition;
mod fact;
mod fault;
mod known;
mod measure;
mod node;
mod procedure;
mod reliance;
mod serves;
mod value;

pub(super) use measure::Measures;

use std::collections::BTreeMap;

use fact::Facts;
use known::Known;

use crate::block::{
    BackupId, Builder, ClockId, CrewId, DialId, Graph, LeaseId, LevelId, LinkId, LogId, Mark,
    PickId, PoolId, ProbeId,
};
use crate::model::expression::{NodeId, PoolRef, Range, Who};
use crate::model::preset::{Block, Calling, ComponentKind, Exported, Node, Preset};
use crate::model::scenario::Scenario;
use crate::model::system::{Component, ComponentId, HostId, Model, Person};
use crate::outcome::{MilestoneSlot, StageSlot};
use crate::trial::drill::Drill;

/// One instance of a range of a component.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Instance {
    component: ComponentId,
    range: Range,
    index: usize,
}

/// Which instances the names of an expression speak of.
#[derive(Clone, Debug)]
struct Scope {
    own: Instance,
    candidate: Option<Instance>,
    /// Variables of quantifiers, the innermost last.
    bound: Vec<Instance>,
    caller: Option<Instance>,
    /// A pick whose choice is taken as given.
    chosen: Option<(NodeId, usize)>,
}

impl Scope {
    fn of(own: Instance) -> Self {
        Self { own, candidate: None, bound: Vec::new(), caller: None, chosen: None }
    }

    fn with_candidate(&self, candidate: Instance) -> Self {
        Self { candidate: Some(candidate), ..self.clone() }
    }
}

/// What became of a node.
#[derive(Clone, Debug, Default)]
struct Built {
    /// Its level, an instance each.
    levels: Vec<LevelId>,
    /// Works that may fail: the level that says so, an instance each.
    failed: Vec<LevelId>,
    /// Its clock (or that of a probe or check of its own), an instance each.
    clocks: Vec<ClockId>,
    leases: Vec<LeaseId>,
    probes: Vec<ProbeId>,
    logs: Vec<LogId>,
    backups: Vec<BackupId>,
    pools: Vec<PoolId>,
    crews: Vec<CrewId>,
    links: Vec<LinkId>,
    /// Works that use a pool or call: whether they hold a unit or somebody, an
    /// instance each.
    held: Vec<LevelId>,
    /// Works that call: for each instance the level of each who may be called.
    taken: Vec<Vec<LevelId>>,
    /// Picks and dials: for each instance the levels of the candidates; logs:
    /// the levels that say who is the head.
    choices: Vec<Vec<LevelId>>,
    picks: Vec<PickId>,
    dials: Vec<DialId>,
}

struct Compiler<'m> {
    model: &'m Model,
    scenario: &'m Scenario,
    builder: Builder,
    facts: Facts,
    known: Known<'m>,
    /// What became of each node of each component.
    built: Vec<Vec<Built>>,
    milestones: Vec<MilestoneSlot>,
    stages: Vec<StageSlot>,
    titles: BTreeMap<LevelId, String>,
    drill: procedure::Draft,
}

/// A compiled scenario.
pub(super) struct Compiled {
    pub(super) graph: Graph,
    pub(super) measures: Measures,
    pub(super) milestones: Vec<MilestoneSlot>,
    pub(super) stages: Vec<StageSlot>,
    /// The fault's sentences, by fault.
    pub(super) faults: Vec<String>,
    /// The words of levels that have some.
    pub(super) titles: BTreeMap<LevelId, String>,
    /// The procedure, if there is one.
    pub(super) drill: Option<Drill>,
}

/// Compiles a scenario of a model.
///
/// # Panics
///
/// If the model or the scenario were not validated: a preset whose gates form a
/// cycle is refused when it is read.
pub(super) fn compile(model: &Model, scenario: &Scenario) -> Compiled {
    let mut compiler = Compiler {
        model,
        scenario,
        builder: Builder::default(),
        facts: Facts::default(),
        known: Known::of(model),
        built: Vec::new(),
        milestones: Vec::new(),
        stages: Vec::new(),
        titles: BTreeMap::new(),
        drill: procedure::Draft::default(),
    };
    compiler.name_milestones();
    compiler.declare();
    compiler.declare_procedure();
    compiler.break_things();
    compiler.known.facts = true;
    compiler.define_clocks();
    compiler.define();
    let (measures, mut faults) = compiler.measure();
    let drill = compiler.define_procedure(&measures);
    faults.extend(drill.as_ref().map(|_| "the drill begins".to_owned()));
    let graph = match std::mem::take(&mut compiler.builder).build() {
        Ok(graph) => graph,
        Err(error) => panic!("a validated preset does not compile: {error}"),
    };
    let Compiler { milestones, stages, titles, .. } = compiler;
    Compiled { graph, measures, milestones, stages, faults, titles, drill }
}

/// How many each kind of block has been declared of.
#[derive(Default)]
struct Counters {
    clocks: u32,
    probes: u32,
    leases: u32,
    picks: u32,
    dials: u32,
    logs: u32,
    backups: u32,
    pools: u32,
    crews: u32,
    links: u32,
}

fn next(counter: &mut u32) -> u32 {
    *counter += 1;
    *counter - 1
}

impl<'m> Compiler<'m> {
    fn component(&self, id: ComponentId) -> &'m Component {
        &self.model.components[id.0]
    }

    fn preset(&self, id: ComponentId) -> &'m Preset {
        &self.component(id).preset
    }

    fn component_ids(&self) -> impl Iterator<Item = ComponentId> + use<> {
        (0..self.model.components.len()).map(ComponentId)
    }

    /// How many instances a range of a component has.
    fn size(&self, id: ComponentId, range: Range) -> usize {
        match range {
            Range::Asker => self.known.askers[id.0].count,
            _ => self.model.size(id, range),
        }
    }

    fn instances(&self, component: ComponentId, range: Range) -> Vec<Instance> {
        (0..self.size(component, range)).map(|index| Instance { component, range, index }).collect()
    }

    /// The instances of a range that a node's expressions speak of: of a zone,
    /// those of its members and placed things that stand there.
    fn among(&self, own: Instance, range: Range) -> Vec<Instance> {
        let mut all = self.instances(own.component, range);
        if own.range == Range::Zone && matches!(range, Range::Member | Range::Set(_)) {
            let zone = self.model.zones_of(own.component)[own.index];
            all.retain(|one| self.host(*one).is_none_or(|h| self.model.hosts[h.0].zone == zone));
        }
        all
    }

    /// The component and seat (member, or one of a placed set) that an instance
    /// is, or stands at.
    fn member(&self, instance: Instance) -> (ComponentId, usize) {
        let component = self.component(instance.component);
        match (instance.range, component.target) {
            (Range::Member, _) => (instance.component, instance.index),
            (Range::Target, Some(target)) => {
                (self.model.end_of(target), component.order[instance.index])
            }
            (Range::Asker, _) => self.member(self.asker_at(instance.component, instance.index)),
            (Range::Set(set), _) if component.preset.sets[set.0].is_placed() => {
                (instance.component, component.seats_of(set).start + instance.index)
            }
            _ => (instance.component, 0),
        }
    }

    /// One of those who ask a route.
    fn asker_at(&self, route: ComponentId, at: usize) -> Instance {
        let (component, index) = self.known.askers[route.0].at(at);
        let clients = self.preset(component).kind == ComponentKind::Clients;
        let range = if clients { Range::Client } else { Range::One };
        Instance { component, range, index }
    }

    /// The position of an instance among those who ask a route.
    fn position_of_asker(&self, route: ComponentId, one: Instance) -> Option<usize> {
        let at = self.known.askers[route.0].position(one.component, one.index)?;
        (self.asker_at(route, at) == one).then_some(at)
    }

    /// Which of a route's askers `caller` is or asks for: a client itself, an
    /// asker of a route that leads here, alone or as half of a pair; otherwise
    /// the first who comes this way.
    fn asker(&self, route: ComponentId, caller: Instance) -> Option<Instance> {
        let halves = [self.half(caller, 0), self.half(caller, 1)];
        let asking =
            halves.into_iter().find(|one| matches!(one.range, Range::Asker | Range::Client));
        let caller = asking.unwrap_or(caller);
        let others = || self.known.askers[caller.component.0].count;
        let asks = match caller.range {
            Range::Asker => {
                (caller.index < others()).then(|| self.asker_at(caller.component, caller.index))
            }
            Range::Client => Some(caller),
            _ if others() > 0 => Some(self.asker_at(caller.component, 0)),
            _ => Some(caller),
        };
        let index = asks.and_then(|asks| self.position_of_asker(route, asks));
        let index = index.or((self.known.askers[route.0].count > 0).then_some(0))?;
        Some(Instance { component: route, range: Range::Asker, index })
    }

    /// Where an instance stands; `None` for what is counted, and pairs, of a
    /// component without one place, and for people: they hear everybody.
    fn host(&self, instance: Instance) -> Option<HostId> {
        let component = self.component(instance.component);
        let nowhere = match instance.range {
            Range::Set(set) => !component.preset.sets[set.0].is_placed(),
            Range::Zone | Range::Pair(..) => true,
            _ => false,
        };
        let kind = component.preset.kind;
        if nowhere && kind.process_range() == Range::Member || !kind.stands() {
            return None;
        }
        let (component, seat) = self.member(instance);
        Some(self.component(component).seat(seat).host)
    }

    /// `orders`, `orders/n2`, `writer/3`, `shop/checker 3:a`.
    fn instance_name(&self, instance: Instance) -> String {
        if instance.range == Range::Asker {
            let asker = self.known.askers[instance.component.0].at(instance.index);
            let route = &self.component(instance.component).name;
            return format!("{route}/{}", self.model.asker_name(asker));
        }
        self.model.instance_name(instance.component, instance.range, instance.index)
    }

    /// The half of a pair; whatever is no pair stands for itself.
    fn half(&self, pair: Instance, which: usize) -> Instance {
        let Range::Pair(one, other) = pair.range else { return pair };
        let index = self.model.halves(pair.component, (one, other), pair.index)[which];
        Instance { range: [one, other][which].range(), index, ..pair }
    }

    fn node(&self, component: ComponentId, node: NodeId) -> &'m Node {
        &self.preset(component).nodes[node.0]
    }

    fn nodes(&self, component: ComponentId) -> impl Iterator<Item = (NodeId, &'m Node)> + use<'m> {
        self.preset(component).nodes.iter().enumerate().map(|(n, node)| (NodeId(n), node))
    }

    /// The instance of a node's own range that belongs to `instance`.
    fn place_of(&self, node: &Node, instance: Instance) -> usize {
        match node.range {
            Range::One => 0,
            // Whoever stands in a zone speaks of that one.
            Range::Zone if instance.range != Range::Zone => {
                let place = |host| self.model.place_at(instance.component, Range::Zone, host);
                self.host(instance).and_then(place).unwrap_or(0)
            }
            _ => instance.index,
        }
    }

    /// What a pick, dial or log ranges over.
    fn over(&self, component: ComponentId, node: NodeId) -> Range {
        match &self.node(component, node).block {
            Block::Pick { over, .. } | Block::Dial { over, .. } => *over,
            _ => Range::Member,
        }
    }

    /// Each mark of a component is a milestone of all the instances that can stamp it.
    fn name_milestones(&mut self) {
        for id in self.component_ids() {
            for (node_id, node) in self.nodes(id) {
                let Some(mark) = &node.marks else { continue };
                let range = match &node.block {
                    Block::Pick { .. } => self.over(id, node_id),
                    _ => node.range,
                };
                let instances = self.size(id, range);
                let known = &mut self.known.milestones;
                if let Some(at) = known.get(&(id, mark.as_str())) {
                    let known = &mut self.milestones[*at as usize];
                    known.instances = known.instances.max(instances);
                } else {
                    known.insert((id, mark), self.milestones.len() as u32);
                    let component = self.component(id).name.clone();
                    let slot = MilestoneSlot { component, mark: mark.clone(), instances, start: 0 };
                    self.milestones.push(slot);
                }
            }
        }
        let mut start = 0;
        for slot in &mut self.milestones {
            slot.start = start;
            start += slot.instances;
            self.builder.milestone(slot.instances as u32);
        }
    }

    fn milestone(&self, component: ComponentId, mark: &str) -> Option<u32> {
        self.known.milestones.get(&(component, mark)).copied()
    }

    /// Every node of every component gets its levels and the positions that its
    /// blocks will have, so that nodes can refer to each other in any order.
    fn declare(&mut self) {
        let mut counters = Counters::default();
        for id in self.component_ids() {
            let mut all = Vec::new();
            for (node_id, node) in self.nodes(id) {
                all.push(self.declare_node(id, node_id, node, &mut counters));
            }
            self.built.push(all);
        }
        // Clocks of probes and checks come after all that have a name.
        for id in self.component_ids() {
            for (node_id, node) in self.nodes(id) {
                if node::has_own_clock(&node.block) {
                    let n = self.size(id, node.range);
                    let clocks = (0..n).map(|_| ClockId(next(&mut counters.clocks))).collect();
                    self.built[id.0][node_id.0].clocks = clocks;
                }
            }
        }
    }

    fn declare_node(
        &mut self,
        id: ComponentId,
        node_id: NodeId,
        node: &Node,
        counters: &mut Counters,
    ) -> Built {
        let mut built = Built::default();
        let stage = self.stage(id, node);
        let waits = self.stage_of_waiting(id, node);
        for own in self.instances(id, node.range) {
            let name = format!("{}/{}", self.instance_name(own), node.name);
            match &node.block {
                Block::Clock { .. } => built.clocks.push(ClockId(next(&mut counters.clocks))),
                Block::Pick { .. } => built.picks.push(PickId(next(&mut counters.picks))),
                Block::Backup { .. } => {
                    built.backups.push(BackupId(next(&mut counters.backups)));
                }
                Block::Pool { .. } => built.pools.push(PoolId(next(&mut counters.pools))),
                Block::Crew { .. } => built.crews.push(CrewId(next(&mut counters.crews))),
                Block::Link { .. } => built.links.push(LinkId(next(&mut counters.links))),
                Block::Log { .. } => built.logs.push(LogId(next(&mut counters.logs))),
                block => {
                    let level = self.builder.level(&name);
                    self.mark(id, node, level, own.index);
                    self.titles.extend(node.says.title.clone().map(|title| (level, title)));
                    if let (Some(stage), false) = (stage, matches!(block, Block::Gate { .. })) {
                        self.builder.stage(level, stage);
                    }
                    built.levels.push(level);
                    if let Some(waits) = &waits {
                        self.declare_holding(id, block, &name, waits, &mut built);
                    }
                    if let Block::Work { retry: Some(_), .. } = block {
                        built.failed.push(self.declare_failure(node, &name, stage));
                    }
                    match block {
                        Block::Probe { .. } => {
                            built.probes.push(ProbeId(next(&mut counters.probes)))
                        }
                        Block::Lease { .. } => {
                            built.leases.push(LeaseId(next(&mut counters.leases)))
                        }
                        Block::Dial { .. } => built.dials.push(DialId(next(&mut counters.dials))),
                        _ => {}
                    }
                }
            }
            if matches!(node.block, Block::Pick { .. } | Block::Dial { .. } | Block::Log { .. }) {
                let choices = self.declare_choices(id, node_id, node, &name, stage);
                built.choices.push(choices);
            }
        }
        built
    }

    /// The level that says that a work holds a unit, or whom of those it may call.
    fn declare_holding(
        &mut self,
        id: ComponentId,
        block: &Block,
        name: &str,
        (stage, title): &(u32, String),
        built: &mut Built,
    ) {
        let Block::Work { calls: Some(calls), .. } = block else {
            let held = self.builder.level(&format!("{name}_waits"));
            self.builder.stage(held, *stage);
            self.titles.insert(held, title.clone());
            built.held.push(held);
            return;
        };
        // Who comes says more than that somebody does.
        let held = self.builder.level("");
        self.builder.stage(held, *stage);
        built.held.push(held);
        let mut taken = Vec::new();
        for person in self.callees(id, calls) {
            let level = self.builder.level(&format!("{name}={}", person.name));
            self.builder.stage(level, *stage);
            self.titles.insert(level, format!("takes {}", self.component(id).name));
            taken.push(level);
        }
        built.taken.push(taken);
    }

    /// Those whom a work of a component may call, in the order of the model.
    fn callees(&self, id: ComponentId, calls: &Calling) -> Vec<&'m Person> {
        let role = self.component(id).asks_for.as_ref().and_then(|order| order.by.as_deref());
        let (crew, _) = self.crew_called(id, calls);
        self.component(crew).people.iter().filter(|person| person.fits(role)).collect()
    }

    /// Whose crew a work of a component calls, and its node.
    fn crew_called(&self, id: ComponentId, calls: &Calling) -> (ComponentId, NodeId) {
        let PoolRef::Need(need, name, _) = &calls.crew else {
            unreachable!("validation keeps calls to the crews of others")
        };
        let other = self.component(id).needs[need.0];
        (other, self.pool_exported(other, name))
    }

    /// The level that says that a work has failed at its last try.
    fn declare_failure(&mut self, node: &Node, name: &str, stage: Option<u32>) -> LevelId {
        let level = self.builder.level(&format!("{name}.failed"));
        if let Some(stage) = stage {
            self.builder.stage(level, stage);
        }
        let title = node.says.title.as_ref();
        self.titles.extend(title.map(|title| (level, format!("{title}: failed"))));
        level
    }

    fn declare_choices(
        &mut self,
        id: ComponentId,
        node_id: NodeId,
        node: &Node,
        name: &str,
        stage: Option<u32>,
    ) -> Vec<LevelId> {
        let mut choices = Vec::new();
        for candidate in self.instances(id, self.over(id, node_id)) {
            let whom = self.model.short_name(id, candidate.range, candidate.index);
            let level = self.builder.level(&format!("{name}={whom}"));
            if matches!(node.block, Block::Pick { .. }) {
                self.mark(id, node, level, candidate.index);
            }
            if let Some(stage) = stage {
                self.builder.stage(level, stage);
            }
            self.titles.extend(node.says.title.clone().map(|title| (level, title)));
            choices.push(level);
        }
        choices
    }

    fn mark(&mut self, id: ComponentId, node: &Node, level: LevelId, instance: usize) {
        let Some(mark) = &node.marks else { return };
        if let Some(milestone) = self.milestone(id, mark) {
            self.builder.mark(level, Mark { milestone, instance: instance as u32 });
        }
    }

    /// The stage that a node's levels are on a causal path; clocks and logs are none.
    fn stage(&mut self, id: ComponentId, node: &Node) -> Option<u32> {
        if matches!(
            node.block,
            Block::Clock { .. }
                | Block::Log { .. }
                | Block::Backup { .. }
                | Block::Pool { .. }
                | Block::Crew { .. }
                | Block::Link { .. }
                | Block::Gate { .. }
        ) {
            return None;
        }
        self.stages.push(StageSlot {
            name: format!("{}.{}", self.component(id).name, node.name),
            title: node.says.title.clone().unwrap_or_else(|| node.name.replace('_', " ")),
            formula: node.says.formula.clone(),
            surprise: node.says.surprise.clone(),
        });
        Some(self.stages.len() as u32 - 1)
    }

    /// The stage of waiting for a unit of a pool, and the words for getting it.
    fn stage_of_waiting(&mut self, id: ComponentId, node: &Node) -> Option<(u32, String)> {
        let pool = match &node.block {
            Block::Work { uses: Some(pool), .. } => self.pool_node(id, pool),
            Block::Work { calls: Some(calls), .. } => {
                let (people, crew) = self.crew_called(id, calls);
                self.node(people, crew)
            }
            _ => return None,
        };
        let role = self.component(id).asks_for.as_ref().and_then(|order| order.by.clone());
        let words = role.or_else(|| pool.says.title.clone());
        let words = words.unwrap_or_else(|| pool.name.replace('_', " "));
        self.stages.push(StageSlot {
            name: format!("{}.{}_waits", self.component(id).name, node.name),
            title: format!("waits for {words}"),
            formula: None,
            surprise: None,
        });
        Some((self.stages.len() as u32 - 1, format!("gets {words}")))
    }

    /// The node of the pool that a work of a component uses.
    fn pool_node(&self, id: ComponentId, pool: &PoolRef) -> &'m Node {
        match pool {
            PoolRef::Own(pool, _) => self.node(id, *pool),
            PoolRef::Need(need, name, _) => {
                let other = self.component(id).needs[need.0];
                self.node(other, self.pool_exported(other, name))
            }
        }
    }

    /// The pool that a component exports by that name.
    fn pool_exported(&self, id: ComponentId, name: &str) -> NodeId {
        let found = self.preset(id).exports.iter().find(|export| export.name == name);
        let Some(Exported::Pool(pool)) = found.map(|export| &export.what) else {
            unreachable!("validation looks for the pools of others")
        };
        *pool
    }

    /// The pool that a work of an instance uses.
    fn pool(&self, pool: &PoolRef, scope: &Scope) -> PoolId {
        let own = scope.own;
        let whose = |who| self.resolve(who, scope).unwrap_or(own);
        match pool {
            PoolRef::Own(pool, who) => {
                let place = self.place_of(self.node(own.component, *pool), whose(*who));
                self.built[own.component.0][pool.0].pools[place]
            }
            PoolRef::Need(need, name, who) => {
                let other = self.component(own.component).needs[need.0];
                let pool = self.pool_exported(other, name);
                let range = self.node(other, pool).range;
                let host = who.and_then(|who| self.host(whose(who)));
                let place = host.and_then(|host| self.model.place_at(other, range, host));
                self.built[other.0][pool.0].pools[place.unwrap_or(0)]
            }
        }
    }

    /// The instance that a name speaks of, unless it is a choice that can change.
    fn resolve(&self, who: Who, scope: &Scope) -> Result<Instance, NodeId> {
        let own = scope.own;
        let one = Instance { component: own.component, range: Range::One, index: 0 };
        Ok(match who {
            Who::One => one,
            Who::Own => own,
            Who::Half(which) => self.half(own, which),
            Who::Dealt(set) => {
                let range = Range::Set(set);
                let index = own.index % self.size(own.component, range).max(1);
                Instance { component: own.component, range, index }
            }
            Who::Candidate => scope.candidate.unwrap_or(own),
            Who::Bound(depth) => scope.bound.iter().rev().nth(depth).copied().unwrap_or(own),
            Who::Caller => scope.caller.unwrap_or(one),
            Who::Chosen(node) => match scope.chosen {
                Some((given, index)) if given == node => Instance {
                    component: own.component,
                    range: self.over(own.component, node),
                    index,
                },
                _ => return Err(node),
            },
        })
    }
}
