//! The builder: the only way to a graph.
//!
//! Files are compiled through it, and tests wire blocks by hand with it. Levels
//! are declared first, by name, so that nodes can refer to each other in any
//! order, and defined afterwards.

use std::collections::BTreeMap;

use super::backup::Backup;
use super::clock::{Clock, Ticks};
use super::consumer::{Consumer, Mark};
use super::crew::Crew;
use super::dial::Dial;
use super::gate::Gate;
use super::graph::{FaultSpec, Graph, Named, Producer};
use super::id::{
    BackupId, ClockId, ConditionId, CrewId, DialId, LeaseId, LinkId, LogId, PickId, PoolId,
    ProbeId, TankId, ValueId, WorkId,
};
use super::lease::Lease;
use super::link::Link;
use super::literal::{LevelId, Literal};
use super::log::Log;
use super::pick::Pick;
use super::pool::Pool;
use super::probe::{Looks, Probe};
use super::tank::Tank;
use super::value::{Condition, Value};
use super::wires::Wires;
use super::work::Work;

/// Why a graph cannot be built.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum BuildError {
    /// Levels that depend on each other in the same instant.
    #[error("these levels depend on each other in the same instant: {}", .0.join(" → "))]
    Cycle(Vec<String>),
    /// A level that was declared and never defined.
    #[error("level {0} is declared and never defined")]
    Undefined(String),
}

/// Assembles a [`Graph`].
#[derive(Debug)]
pub struct Builder {
    graph: Graph,
    gates: Vec<(Gate, LevelId)>,
    known: BTreeMap<(u32, Vec<Literal>), Literal>,
    /// The counters by what they count.
    counted: BTreeMap<Vec<Literal>, u32>,
    /// Of each meter its criterion and its parts.
    meters: Vec<(Literal, Vec<Literal>, Vec<u32>)>,
}

impl Default for Builder {
    fn default() -> Self {
        let mut graph = Graph::default();
        graph.levels.push(Named {
            name: "true".to_owned(),
            producer: Producer::Fact(true),
            mark: None,
            stage: None,
        });
        Self {
            graph,
            gates: Vec::new(),
            known: BTreeMap::new(),
            counted: BTreeMap::new(),
            meters: Vec::new(),
        }
    }
}

impl Builder {
    /// Declares a level.
    pub fn level(&mut self, name: &str) -> LevelId {
        self.graph.levels.push(Named {
            name: name.to_owned(),
            producer: Producer::Undefined,
            mark: None,
            stage: None,
        });
        LevelId(self.graph.levels.len() as u32 - 1)
    }

    /// Adds a fact.
    pub fn fact(&mut self, name: &str, initial: bool) -> LevelId {
        let level = self.level(name);
        self.graph.levels[level.index()].producer = Producer::Fact(initial);
        level
    }

    /// The rise of `level` stamps a milestone.
    pub fn mark(&mut self, level: LevelId, mark: Mark) {
        self.graph.levels[level.index()].mark = Some(mark);
    }

    /// `level` is this stage on a causal path.
    pub fn stage(&mut self, level: LevelId, stage: u32) {
        self.graph.levels[level.index()].stage = Some(stage);
    }

    /// Adds a milestone with so many instances.
    pub fn milestone(&mut self, instances: u32) -> u32 {
        self.graph.milestones.push(instances);
        self.graph.milestones.len() as u32 - 1
    }

    /// True while at least `least` of `inputs` are; repeated inputs count once
    /// each.
    pub fn at_least(&mut self, least: usize, inputs: &[Literal]) -> Literal {
        let sure = inputs.iter().filter(|i| **i == Literal::TRUE).count();
        let least = least.saturating_sub(sure);
        let mut open: Vec<Literal> =
            inputs.iter().copied().filter(|i| i.as_constant().is_none()).collect();
        if least == 0 || least > open.len() {
            return Literal::constant(least == 0);
        }
        open.sort_unstable();
        if let Some(factored) = self.without_common(least, &open) {
            return factored;
        }
        if least == 1 || least == open.len() {
            let whole = least == open.len();
            open.dedup();
            if open.len() == 1 {
                return open[0];
            }
            if open.windows(2).any(|w| w[0] == !w[1]) {
                return Literal::constant(!whole);
            }
            let least = if whole { open.len() } else { 1 };
            return self.threshold(least, open);
        }
        self.threshold(least, open)
    }

    /// A count of gates that all need the same, or that the same satisfies, reads it
    /// once: `count(a and x, a and y, …) >= k` is `a and count(x, y, …) >= k`, and
    /// likewise with `or`.
    fn without_common(&mut self, least: usize, inputs: &[Literal]) -> Option<Literal> {
        if least == 1 || least == inputs.len() {
            return None;
        }
        let parts: Option<Vec<(bool, &[Literal])>> =
            inputs.iter().map(|input| self.all_or_any(*input)).collect();
        let parts = parts?;
        let (all, first) = parts[0];
        let shared = |l: &&Literal| parts.iter().all(|(_, of)| of.contains(l));
        let common: Vec<Literal> = first.iter().filter(shared).copied().collect();
        if common.is_empty() || parts.iter().any(|(kind, _)| *kind != all) {
            return None;
        }
        let rest = |of: &[Literal]| of.iter().copied().filter(|l| !common.contains(l)).collect();
        let rests: Vec<Vec<Literal>> = parts.iter().map(|(_, of)| rest(of)).collect();
        let join = |builder: &mut Self, of: &[Literal]| {
            if all { builder.and(of) } else { builder.or(of) }
        };
        let rests: Vec<Literal> = rests.iter().map(|rest| join(self, rest)).collect();
        let mut joined = common;
        joined.push(self.at_least(least, &rests));
        Some(join(self, &joined))
    }

    /// What a gate that is `and` (`true`) or `or` reads.
    fn all_or_any(&self, literal: Literal) -> Option<(bool, &[Literal])> {
        let Producer::Gate(gate) = self.graph.levels[literal.level().index()].producer else {
            return None;
        };
        match &self.gates[gate as usize].0 {
            Gate::Threshold { inputs, least } if !literal.is_negated() && inputs.len() > 1 => {
                let all = *least as usize == inputs.len();
                (all || *least == 1).then_some((all, inputs.as_slice()))
            }
            _ => None,
        }
    }

    fn threshold(&mut self, least: usize, inputs: Vec<Literal>) -> Literal {
        let key = (least as u32, inputs);
        if let Some(known) = self.known.get(&key) {
            return *known;
        }
        let level = self.level("");
        self.define_threshold(level, key.0, key.1.clone());
        self.known.insert(key, Literal::of(level));
        Literal::of(level)
    }

    fn define_threshold(&mut self, level: LevelId, least: u32, inputs: Vec<Literal>) {
        self.define(level, Producer::Gate(self.gates.len() as u32));
        self.gates.push((Gate::Threshold { inputs, least }, level));
    }

    /// All hold.
    pub fn and(&mut self, inputs: &[Literal]) -> Literal {
        self.at_least(inputs.len(), inputs)
    }

    /// At least one holds.
    pub fn or(&mut self, inputs: &[Literal]) -> Literal {
        self.at_least(1, inputs)
    }

    fn define(&mut self, level: LevelId, producer: Producer) {
        let named = &mut self.graph.levels[level.index()];
        assert_eq!(named.producer, Producer::Undefined, "{} is defined twice", named.name);
        named.producer = producer;
    }

    /// Defines a level as a literal.
    pub fn define_gate(&mut self, level: LevelId, when: Literal) {
        self.define_threshold(level, 1, vec![when]);
    }

    /// Defines a level as a latch.
    pub fn define_latch(&mut self, level: LevelId, when: Literal, until: Literal) {
        self.define(level, Producer::Gate(self.gates.len() as u32));
        self.gates.push((Gate::Latch { when, until }, level));
    }

    /// Defines a level as a work.
    pub fn define_work(&mut self, level: LevelId, work: Work) -> WorkId {
        let id = WorkId(self.graph.works.len() as u32);
        self.define(level, Producer::Work(id));
        if let Some((held, _)) = work.holding() {
            self.define(held, Producer::Unit(id));
        }
        for (position, callee) in work.calls.iter().flat_map(|c| &c.callees).enumerate() {
            self.define(callee.taken, Producer::Taken(id, position as u32));
        }
        if let Some(retry) = work.retry {
            self.define(retry.failed, Producer::Failed(id));
        }
        self.graph.works.push((work, level));
        id
    }

    /// Adds a clock.
    pub fn clock(&mut self, clock: Clock) -> ClockId {
        self.graph.clocks.push(clock);
        ClockId(self.graph.clocks.len() as u32 - 1)
    }

    /// Defines a level as a probe.
    pub fn define_probe(&mut self, level: LevelId, probe: Probe) -> ProbeId {
        let id = ProbeId(self.graph.probes.len() as u32);
        self.define(level, Producer::Probe(id));
        self.graph.probes.push((probe, level));
        id
    }

    /// Defines a level as a lease.
    pub fn define_lease(&mut self, level: LevelId, lease: Lease) -> LeaseId {
        let id = LeaseId(self.graph.leases.len() as u32);
        self.define(level, Producer::Lease(id));
        self.graph.leases.push((lease, level));
        id
    }

    /// The position that the next pick will have.
    #[must_use]
    pub fn next_pick(&self) -> PickId {
        PickId(self.graph.picks.len() as u32)
    }

    /// Adds a pick; defines the levels of its candidates.
    pub fn pick(&mut self, pick: Pick) -> PickId {
        let id = self.next_pick();
        for (position, candidate) in pick.candidates.iter().enumerate() {
            self.define(candidate.chosen, Producer::Pick(id, position as u32));
        }
        self.graph.picks.push(pick);
        id
    }

    /// The levels of those whom a pick chooses among.
    #[must_use]
    pub fn candidates(&self, pick: PickId) -> Vec<LevelId> {
        self.graph.picks[pick.index()].candidates.iter().map(|one| one.chosen).collect()
    }

    /// Defines a level as a dial; defines the levels of its targets.
    pub fn define_dial(&mut self, level: LevelId, dial: Dial) -> DialId {
        let id = DialId(self.graph.dials.len() as u32);
        self.define(level, Producer::Dial(id, None));
        for (position, target) in dial.targets.iter().enumerate() {
            self.define(target.chosen, Producer::Dial(id, Some(position as u32)));
        }
        self.graph.dials.push((dial, level));
        id
    }

    /// Adds a log; defines the levels that say who is its head.
    pub fn log(&mut self, log: Log) -> LogId {
        let id = LogId(self.graph.logs.len() as u32);
        for (position, member) in log.members.iter().enumerate() {
            self.define(member.is_head, Producer::Head(id, position as u32));
        }
        self.graph.logs.push(log);
        id
    }

    /// Adds a backup.
    pub fn backup(&mut self, backup: Backup) -> BackupId {
        self.graph.backups.push(backup);
        BackupId(self.graph.backups.len() as u32 - 1)
    }

    /// Adds a pool.
    pub fn pool(&mut self, pool: Pool) -> PoolId {
        self.graph.pools.push(pool);
        PoolId(self.graph.pools.len() as u32 - 1)
    }

    /// Adds a crew.
    pub fn crew(&mut self, crew: Crew) -> CrewId {
        self.graph.crews.push(crew);
        CrewId(self.graph.crews.len() as u32 - 1)
    }

    /// Adds a link.
    pub fn link(&mut self, link: Link) -> LinkId {
        self.graph.links.push(link);
        LinkId(self.graph.links.len() as u32 - 1)
    }

    /// Defines a level as a tank.
    pub fn define_tank(&mut self, level: LevelId, tank: Tank) -> TankId {
        let id = TankId(self.graph.tanks.len() as u32);
        self.define(level, Producer::Tank(id));
        self.graph.tanks.push((tank, level));
        id
    }

    /// Adds a fault.
    pub fn fault(&mut self, fault: FaultSpec) {
        self.graph.faults.push(fault);
    }

    /// These are counted; the position of their counter, the same for the same levels.
    pub fn counter(&mut self, counted: Vec<Literal>) -> u32 {
        let counters = &mut self.graph.counters;
        *self.counted.entry(counted).or_insert_with_key(|counted| {
            counters.push(counted.clone());
            counters.len() as u32 - 1
        })
    }

    /// Something is measured on a criterion, on parts, and on what counters count; the
    /// position of the meter.
    pub fn meter(&mut self, criterion: Literal, parts: Vec<Literal>, counters: Vec<u32>) -> u32 {
        self.meters.push((criterion, parts, counters));
        self.meters.len() as u32 - 1
    }

    /// Adds a value program.
    pub fn value(&mut self, value: Value) -> ValueId {
        self.graph.values.push(value);
        ValueId(self.graph.values.len() as u32 - 1)
    }

    /// A constant.
    pub fn constant(&mut self, value: f64) -> ValueId {
        self.value(Value::Constant(value))
    }

    /// The value program behind an id.
    #[must_use]
    pub fn peek(&self, id: ValueId) -> &Value {
        &self.graph.values[id.0 as usize]
    }

    /// The condition behind an id.
    #[must_use]
    pub fn peek_condition(&self, id: ConditionId) -> &Condition {
        &self.graph.conditions[id.0 as usize]
    }

    /// Adds a condition inside values.
    pub fn condition(&mut self, condition: Condition) -> ConditionId {
        self.graph.conditions.push(condition);
        ConditionId(self.graph.conditions.len() as u32 - 1)
    }

    /// The levels that a value reads.
    #[must_use]
    pub fn inputs_of(&self, value: ValueId) -> Vec<Literal> {
        let mut inputs = Vec::new();
        self.collect_value(value, &mut inputs);
        inputs.sort_unstable();
        inputs.dedup();
        inputs
    }

    fn collect_value(&self, value: ValueId, inputs: &mut Vec<Literal>) {
        match &self.graph.values[value.0 as usize] {
            Value::Between { low, high, .. } => {
                self.collect_value(*low, inputs);
                self.collect_value(*high, inputs);
            }
            Value::If(condition, yes, no) => {
                self.collect_condition(*condition, inputs);
                self.collect_value(*yes, inputs);
                self.collect_value(*no, inputs);
            }
            Value::Add(a, b)
            | Value::Subtract(a, b)
            | Value::Multiply(a, b)
            | Value::Divide(a, b)
            | Value::Power(a, b) => {
                self.collect_value(*a, inputs);
                self.collect_value(*b, inputs);
            }
            Value::Least(all) | Value::Most(all) => {
                all.iter().for_each(|v| self.collect_value(*v, inputs));
            }
            Value::Chosen(pick, all) => {
                let candidates =
                    self.graph.picks.get(pick.index()).map_or(&[][..], |p| &p.candidates);
                inputs.extend(candidates.iter().map(|c| Literal::of(c.chosen)));
                all.iter().for_each(|v| self.collect_value(*v, inputs));
            }
            Value::Ceiling(a)
            | Value::Floor(a)
            | Value::Logarithm(a)
            | Value::Exponential(a)
            | Value::Backup(_, _, a) => self.collect_value(*a, inputs),
            _ => {}
        }
    }

    fn collect_condition(&self, condition: ConditionId, inputs: &mut Vec<Literal>) {
        match &self.graph.conditions[condition.0 as usize] {
            Condition::Literal(literal) => inputs.push(Literal::of(literal.level())),
            Condition::And(all) | Condition::Or(all) | Condition::Count(all, _) => {
                all.iter().for_each(|c| self.collect_condition(*c, inputs));
            }
            Condition::Not(one) => self.collect_condition(*one, inputs),
            Condition::AtMost(a, b) | Condition::Less(a, b) | Condition::Equal(a, b) => {
                self.collect_value(*a, inputs);
                self.collect_value(*b, inputs);
            }
        }
    }

    /// The finished graph.
    ///
    /// # Errors
    ///
    /// A cycle made of gates alone, or a level that was never defined.
    pub fn build(mut self) -> Result<Graph, BuildError> {
        if let Some(level) = self.graph.levels.iter().find(|l| l.producer == Producer::Undefined) {
            return Err(BuildError::Undefined(level.name.clone()));
        }
        self.sort_gates()?;
        self.connect_clocks();
        self.graph.grants = vec![Vec::new(); self.graph.picks.len()];
        for (index, (lease, _)) in self.graph.leases.iter().enumerate() {
            if let Some(pick) = lease.of {
                self.graph.grants[pick.index()].push(LeaseId(index as u32));
            }
        }
        self.graph.users = vec![Vec::new(); self.graph.pools.len()];
        self.graph.callers = vec![Vec::new(); self.graph.crews.len()];
        for (index, (work, _)) in self.graph.works.iter().enumerate() {
            if let Some(uses) = work.uses {
                self.graph.users[uses.pool.index()].push(WorkId(index as u32));
            }
            if let Some(calls) = &work.calls {
                self.graph.callers[calls.crew.index()].push(WorkId(index as u32));
            }
        }
        self.connect_levels();
        self.graph.wires = Wires::of(&self.graph);
        Ok(self.graph)
    }

    /// Topological order; ties by order of addition.
    fn sort_gates(&mut self) -> Result<(), BuildError> {
        let mut state = vec![0_u8; self.gates.len()];
        let mut order = Vec::with_capacity(self.gates.len());
        for gate in 0..self.gates.len() {
            let mut path = Vec::new();
            self.visit(gate, &mut state, &mut order, &mut path)?;
        }
        for (position, &gate) in order.iter().enumerate() {
            let level = self.gates[gate].1;
            self.graph.levels[level.index()].producer = Producer::Gate(position as u32);
            self.graph.gates.push(self.gates[gate].clone());
        }
        Ok(())
    }

    fn visit(
        &self,
        gate: usize,
        state: &mut [u8],
        order: &mut Vec<usize>,
        path: &mut Vec<usize>,
    ) -> Result<(), BuildError> {
        if state[gate] == 2 {
            return Ok(());
        }
        path.push(gate);
        if state[gate] == 1 {
            let from = path.iter().position(|g| *g == gate).unwrap_or(0);
            let names =
                path[from..].iter().map(|g| &self.graph.levels[self.gates[*g].1.index()].name);
            return Err(BuildError::Cycle(names.filter(|n| !n.is_empty()).cloned().collect()));
        }
        state[gate] = 1;
        for input in self.gates[gate].0.inputs() {
            if let Producer::Gate(other) = self.graph.levels[input.level().index()].producer {
                self.visit(other as usize, state, order, path)?;
            }
        }
        state[gate] = 2;
        path.pop();
        order.push(gate);
        Ok(())
    }

    fn connect_clocks(&mut self) {
        let mut observers = vec![Vec::new(); self.graph.clocks.len()];
        for (index, (lease, _)) in self.graph.leases.iter().enumerate() {
            let lease_id = Consumer::Lease(LeaseId(index as u32));
            for (clock, _) in &lease.renew {
                observers[clock.index()].push(lease_id);
            }
            if let Some(clock) = lease.check {
                observers[clock.index()].push(lease_id);
            }
        }
        for (index, (probe, _)) in self.graph.probes.iter().enumerate() {
            if let Looks::Clock(clock) = probe.looks {
                observers[clock.index()].push(Consumer::Probe(ProbeId(index as u32)));
            }
        }
        for (index, (dial, _)) in self.graph.dials.iter().enumerate() {
            observers[dial.clock.index()].push(Consumer::Dial(DialId(index as u32)));
        }
        for (index, backup) in self.graph.backups.iter().enumerate() {
            observers[backup.clock.index()].push(Consumer::Backup(BackupId(index as u32)));
        }
        for list in &mut observers {
            list.sort_unstable();
            list.dedup();
        }
        self.graph.observers = observers;
        self.graph.followers = vec![Vec::new(); self.graph.clocks.len()];
        for (index, clock) in self.graph.clocks.iter().enumerate() {
            if let Ticks::Follow(source) = clock.ticks {
                self.graph.followers[source.index()].push(ClockId(index as u32));
            }
        }
    }

    fn connect_levels(&mut self) {
        let mut lists: Vec<Vec<Consumer>> = vec![Vec::new(); self.graph.levels.len()];
        let mut add = |literal: Literal, consumer: Consumer| {
            if literal.as_constant().is_none() {
                lists[literal.level().index()].push(consumer);
            }
        };
        for (literal, consumer) in self.edges() {
            add(literal, consumer);
        }
        self.graph.fan_out.push(0);
        for list in &mut lists {
            // Gates and meters count each of their inputs; everybody else looks once.
            let counts = |c: &Consumer| {
                matches!(c, Consumer::Gate(..) | Consumer::Part(..) | Consumer::Count(..))
            };
            let gates = list.iter().copied().filter(counts);
            let mut others: Vec<Consumer> = list.iter().copied().filter(|c| !counts(c)).collect();
            others.sort_unstable();
            others.dedup();
            self.graph.consumers.extend(gates.chain(others));
            self.graph.fan_out.push(self.graph.consumers.len() as u32);
        }
    }

    fn edges(&self) -> Vec<(Literal, Consumer)> {
        let graph = &self.graph;
        let mut edges = Vec::new();
        for (index, (gate, _)) in graph.gates.iter().enumerate() {
            edges.extend(
                gate.inputs()
                    .into_iter()
                    .map(|i| (i, Consumer::Gate(index as u32, i.is_negated()))),
            );
        }
        for (index, (work, _)) in graph.works.iter().enumerate() {
            let consumer = Consumer::Work(WorkId(index as u32));
            edges.extend([(work.when, consumer), (work.until, consumer)]);
            edges.extend(work.holding().map(|(_, keeps)| (keeps, consumer)));
        }
        for (index, clock) in graph.clocks.iter().enumerate() {
            edges.push((clock.running, Consumer::Clock(ClockId(index as u32))));
        }
        for (index, (probe, _)) in graph.probes.iter().enumerate() {
            let consumer = Consumer::Probe(ProbeId(index as u32));
            edges.extend([(probe.watch, consumer), (probe.running, consumer)]);
            if let Looks::Reply { inputs, .. } = &probe.looks {
                edges.extend(inputs.iter().map(|i| (*i, consumer)));
            }
        }
        for (index, (lease, _)) in graph.leases.iter().enumerate() {
            let consumer = Consumer::Lease(LeaseId(index as u32));
            edges.push((lease.drop, consumer));
            edges.extend(lease.rearm.map(|(on, _)| (on, consumer)));
            edges.extend(lease.renew.iter().map(|(_, on)| (*on, consumer)));
        }
        self.edges_of_choices(&mut edges);
        edges
    }

    fn edges_of_choices(&self, edges: &mut Vec<(Literal, Consumer)>) {
        let graph = &self.graph;
        for (index, pool) in graph.pools.iter().enumerate() {
            let Pool::Tokens { rates, .. } = pool else { continue };
            let consumer = Consumer::Pool(PoolId(index as u32));
            edges.extend(rates.iter().map(|(on, _)| (*on, consumer)));
        }
        for (index, pick) in graph.picks.iter().enumerate() {
            let consumer = Consumer::Pick(PickId(index as u32));
            edges.push((pick.when, consumer));
            edges.extend(pick.candidates.iter().map(|c| (c.from, consumer)));
        }
        for (index, (dial, _)) in graph.dials.iter().enumerate() {
            let consumer = Consumer::Dial(DialId(index as u32));
            edges.push((dial.lost, consumer));
            for target in &dial.targets {
                edges.push((target.good, consumer));
                edges.extend(target.inputs.iter().map(|i| (*i, consumer)));
            }
        }
        for (index, (tank, _)) in graph.tanks.iter().enumerate() {
            let consumer = Consumer::Tank(TankId(index as u32));
            edges.extend([(tank.fills.0, consumer), (tank.drains.0, consumer)]);
        }
        for (index, log) in graph.logs.iter().enumerate() {
            for (position, member) in log.members.iter().enumerate() {
                let consumer = Consumer::Log(LogId(index as u32), position as u32);
                let inputs =
                    [member.accepts, member.copies, member.heads, member.gone, member.restores];
                edges.extend(inputs.map(|l| (l, consumer)));
            }
        }
        for (index, counted) in graph.counters.iter().enumerate() {
            let count = |i: &Literal| (*i, Consumer::Count(index as u32, i.is_negated()));
            edges.extend(counted.iter().map(count));
        }
        for (index, (criterion, parts, counters)) in self.meters.iter().enumerate() {
            let measured = Consumer::Meter(index as u32);
            edges.push((*criterion, measured));
            let counted = counters.iter().flat_map(|counter| &graph.counters[*counter as usize]);
            edges.extend(counted.map(|literal| (*literal, measured)));
            let part = |i: &Literal| (*i, Consumer::Part(index as u32, i.is_negated()));
            edges.extend(parts.iter().map(part));
        }
    }
}
