//! Building a sweep: the steps of a plan, with all that they read and write in its place.

use std::collections::{BTreeMap, BTreeSet};

use super::made::Round;
use super::number::{Draw, Grid, Number, Numbers};
use super::plan::{Plan, Step, inputs_of};
use super::state::{Input, Rule};
use super::step::{
    EvenStep, FaultStep, GateStep, LeaseStep, PoolStep, ProbeStep, Ticks, TicksStep, User, WorkStep,
};
use super::{Compiled, STILL};
use crate::block::gate::Gate;
use crate::block::pool::Pool;
use crate::block::probe::Looks;
use crate::block::{ClockId, Graph, LevelId, Literal, PoolId, Strikes, ValueId};
use crate::trial::steady::Steady;

/// What a plan comes to.
pub(super) struct Built<'g> {
    pub(super) numbers: Numbers<'g>,
    pub(super) steps: Vec<Compiled>,
    /// The spell of each level that changes.
    pub(super) slots: Vec<u32>,
    /// When the level of each spell changes.
    pub(super) rounds: Vec<Round>,
    pub(super) grids: Vec<Grid>,
    /// Where the deciders of a gate are written down, for those gates of which they are.
    pub(super) deciders: BTreeMap<usize, usize>,
}

impl<'g> Built<'g> {
    pub(super) fn of(graph: &'g Graph, steady: &'g Steady, plan: Plan) -> Self {
        let mut builder = Builder {
            graph,
            steady,
            moves: plan.moves,
            slots: vec![STILL; graph.levels.len()],
            rounds: Vec::new(),
            returns: Vec::new(),
            ready: Vec::new(),
            pairs: BTreeMap::new(),
            grids: Vec::new(),
            clocks: vec![usize::MAX; graph.clocks.len()],
            numbers: Numbers::new(graph, steady),
            families: BTreeMap::new(),
            known: BTreeMap::new(),
            deciders: BTreeMap::new(),
            ticks: Vec::new(),
            steps: Vec::new(),
        };
        for step in &plan.steps {
            builder.step(step);
        }
        builder.draw_at_once();
        builder.keep_grids();
        let Builder { numbers, slots, rounds, grids, ticks: mut steps, deciders, .. } = builder;
        steps.extend(builder.steps);
        Self { numbers, steps, slots, rounds, grids, deciders }
    }
}

/// Puts steps together.
pub(super) struct Builder<'g> {
    graph: &'g Graph,
    steady: &'g Steady,
    moves: Vec<bool>,
    slots: Vec<u32>,
    /// When the level of each spell changes.
    rounds: Vec<Round>,
    /// Whether each spell may end.
    returns: Vec<bool>,
    /// The step that works out each spell.
    pub(super) ready: Vec<usize>,
    /// The steps of gates that share an input, by that and by whether the other held.
    pub(super) pairs: BTreeMap<(Input, bool), usize>,
    grids: Vec<Grid>,
    /// The grid of each clock.
    clocks: Vec<usize>,
    numbers: Numbers<'g>,
    /// The steps of probes that look at the same with the same period.
    families: BTreeMap<(u32, i64), Vec<usize>>,
    /// The spells of gates, by what they read and how.
    known: BTreeMap<(Rule, Vec<Input>), u32>,
    /// Where the deciders of a gate are written down.
    deciders: BTreeMap<usize, usize>,
    /// Ticks depend on nothing, and come first.
    ticks: Vec<Compiled>,
    pub(super) steps: Vec<Compiled>,
}

impl<'g> Builder<'g> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Fault(index) => self.fault(*index),
            Step::Ticks(clock) => self.clock(*clock),
            Step::Gate(index) => self.gate(*index),
            Step::Work(index) => {
                // Work that nothing starts never changes.
                if self.input(self.graph.works[*index].0.when).is_some() {
                    let step = self.work(*index);
                    self.steps.push(Compiled::Work(step));
                }
            }
            Step::Pool(pool) => self.pool(*pool),
            Step::Probe(index) => self.probe(*index),
            Step::Lease(index) => self.lease(*index),
        }
    }

    fn fresh(&mut self, level: LevelId, round: Round, returns: bool) -> u32 {
        let slot = &mut self.slots[level.index()];
        if *slot == STILL {
            *slot = self.rounds.len() as u32;
            self.rounds.push(round);
            self.returns.push(returns);
            self.ready.push(self.steps.len());
        }
        *slot
    }

    /// What a literal that can change reads; `None` where what it reads cannot.
    fn input(&self, literal: Literal) -> Option<Input> {
        let slot = self.slots[literal.level().index()];
        (slot != STILL).then(|| Input { slot, held: self.steady.holds(literal) })
    }

    fn span(&mut self, id: ValueId) -> Number {
        self.numbers.span(id)
    }

    fn fault(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let Strikes::One(arm) = &fault.strikes else {
            unreachable!("the plan refuses faults with a choice")
        };
        let slot = self.fresh(fault.level, Round::First, fault.lasts.is_some());
        let mut facts = Vec::new();
        let ends: BTreeSet<_> = arm.end.iter().map(|end| (end.level, end.value)).collect();
        for change in &arm.begin {
            if self.steady.levels[change.level.index()] != change.value {
                let returns = ends.contains(&(change.level, !change.value));
                facts.push((self.fresh(change.level, Round::First, returns), returns));
            }
        }
        let (at, lasts) = (self.span(fault.at), fault.lasts.map(|lasts| self.span(lasts)));
        self.steps.push(Compiled::Fault(FaultStep { at, lasts, slot, facts }));
    }

    fn grid(&mut self, step: TicksStep) {
        let even = step.even();
        self.grids.push(Grid::of(even.unwrap_or(1)));
        let Some(period) = even else { return self.ticks.push(Compiled::Ticks(step)) };
        let clock = (step.grid, step.draw);
        let known = self.ticks.iter_mut().find_map(|known| match known {
            Compiled::Even(known) if known.period == period => Some(&mut known.clocks),
            _ => None,
        });
        match known {
            Some(clocks) => clocks.push(clock),
            None => self.ticks.push(Compiled::Even(EvenStep { period, clocks: vec![clock] })),
        }
    }

    fn clock(&mut self, id: ClockId) {
        let graph = self.graph;
        let clock = &graph.clocks[id.index()];
        let grid = self.grids.len();
        self.clocks[id.index()] = grid;
        let every = self.span(clock.every);
        let age = clock.age.map(|age| self.span(age));
        let (cost, replies) = (Number::Constant(0), false);
        let draw = self.numbers.named(clock.name);
        self.grid(TicksStep { grid, every, cost, age, replies, draw });
    }

    fn gate(&mut self, index: usize) {
        let graph = self.graph;
        let (gate, level) = &graph.gates[index];
        let (moving, still) = inputs_of(gate, &self.moves, self.steady);
        let mut inputs: Vec<Input> = moving.iter().filter_map(|l| self.input(*l)).collect();
        // Those that turned out never to change count as they are.
        let settled = moving.iter().filter(|l| self.input(**l).is_none());
        let still = still + settled.filter(|l| self.steady.holds(**l)).count();
        let rule = match gate {
            Gate::Latch { when, until } => {
                let read = |l: Literal| self.input(l).ok_or_else(|| self.steady.holds(l));
                let held = self.steady.levels[level.index()];
                Rule::Latch { when: read(*when), until: read(*until), held }
            }
            Gate::Threshold { least, .. } => {
                match rule(&mut inputs, (*least as usize).checked_sub(still)) {
                    Some(rule) => rule,
                    // What changes cannot decide it.
                    None => return,
                }
            }
        };
        // What is left alone with one input changes with it, whichever way.
        if let (Rule::All, [only]) = (rule, &inputs[..]) {
            self.slots[level.index()] = only.slot;
            return;
        }
        let mut sorted = inputs.clone();
        sorted.sort_unstable();
        if let Some(slot) = self.known.get(&(rule, sorted.clone())) {
            self.slots[level.index()] = *slot;
            return;
        }
        let read = inputs.iter().map(|input| input.slot).collect();
        let returns = inputs.iter().any(|input| self.returns[input.slot as usize]);
        // Where all inputs held or none did, and each changes once, the gate does.
        let one_way = match rule {
            Rule::All => inputs.iter().all(|input| input.held == inputs[0].held),
            Rule::Decided(_) => true,
            Rule::AtLeast(_) | Rule::Latch { .. } => false,
        };
        let slot = self.fresh(*level, Round::Gate(read), returns | !one_way);
        self.known.insert((rule, sorted), slot);
        if let (Rule::All, [one, other]) = (rule, &inputs[..]) {
            return self.pair(slot, [*one, *other]);
        }
        // Who decided a count of many is written down: it would be long to search.
        let decider = matches!(rule, Rule::Decided(_)).then(|| {
            let place = self.deciders.len();
            self.deciders.insert(index, place);
            place
        });
        self.steps.push(Compiled::Gate(GateStep { slot, inputs, rule, returns, decider }));
    }

    fn work(&mut self, index: usize) -> WorkStep {
        let graph = self.graph;
        let (work, level) = &graph.works[index];
        let when = self.input(work.when).expect("something starts it");
        let returns = self.returns[when.slot as usize];
        let slot = self.fresh(*level, Round::Work(when.slot), returns);
        let takes = self.span(work.takes);
        WorkStep { slot, when, takes, finishes: work.finishes }
    }

    fn pool(&mut self, pool: PoolId) {
        let graph = self.graph;
        let mut users = Vec::new();
        for user in &graph.users[pool.index()] {
            let spec = &graph.works[user.index()].0;
            let Some(uses) = spec.uses.filter(|_| self.input(spec.when).is_some()) else {
                continue;
            };
            let work = self.work(user.index());
            users.push(User { work, held: self.fresh(uses.held, Round::Later, true) });
        }
        let Pool::Units(size) = graph.pools[pool.index()] else {
            unreachable!("the plan refuses tokens")
        };
        let size = self.numbers.units(size);
        self.steps.push(Compiled::Pool(PoolStep { size, users }));
    }

    fn probe(&mut self, index: usize) {
        let graph = self.graph;
        let (probe, level) = &graph.probes[index];
        let Some(watch) = self.input(probe.watch) else { return };
        let held = self.steady.levels[level.index()];
        let (first, second) =
            if held { (probe.fall, probe.rise) } else { (probe.rise, probe.fall) };
        let needed = (self.numbers.looks(first), self.numbers.looks(second));
        let (grid, every, cost) = match &probe.looks {
            Looks::Clock(clock) => {
                let every = self.span(graph.clocks[clock.index()].every);
                (self.clocks[clock.index()], every, Number::Constant(0))
            }
            Looks::Reply { every, cost, age, name, .. } => {
                let grid = self.grids.len();
                let (every, cost) = (self.span(*every), self.span(*cost));
                let age = age.map(|age| self.span(age));
                let (replies, draw) = (true, self.numbers.named(*name));
                self.grid(TicksStep { grid, every, cost, age, replies, draw });
                (grid, every, cost)
            }
        };
        let returns = self.returns[watch.slot as usize];
        let slot = self.fresh(*level, Round::First, returns);
        let period = match (every, cost) {
            (Number::Constant(every), Number::Constant(cost)) => Some(every.max(1_000) + cost),
            _ => None,
        };
        let (watch, probes) = (watch.slot, vec![(slot, Ticks::Grid(grid))]);
        self.join(ProbeStep { watch, needed, cost, period, returns, probes });
    }

    /// Probes that look at the same with the same numbers are worked out together.
    fn join(&mut self, step: ProbeStep) {
        let Some(period) = step.period else {
            return self.steps.push(Compiled::Probes(step));
        };
        let known = self.families.entry((step.watch, period)).or_default();
        for position in &*known {
            if let Compiled::Probes(other) = &mut self.steps[*position]
                && alike(other, &step)
            {
                step.probes.iter().for_each(|(slot, _)| self.ready[*slot as usize] = *position);
                return other.probes.extend(step.probes);
            }
        }
        known.push(self.steps.len());
        self.steps.push(Compiled::Probes(step));
    }

    fn lease(&mut self, index: usize) {
        let graph = self.graph;
        let (lease, level) = &graph.leases[index];
        let (clock, condition) = lease.renew[0];
        let Some(condition) = self.input(condition) else { return };
        let returns = self.returns[condition.slot as usize];
        let slot = self.fresh(*level, Round::First, returns);
        let ttl = self.span(lease.ttl);
        let checks = lease.check.map(|check| self.clocks[check.index()]);
        let renewals = self.clocks[clock.index()];
        let condition = condition.slot;
        let step = LeaseStep { slot, condition, ttl, renewals, checks };
        self.steps.push(Compiled::Lease(step));
    }
}

impl Builder<'_> {
    /// Ticks that one probe alone looks at, with others of the same period, are drawn when
    /// that is worked out.
    fn draw_at_once(&mut self) {
        // The period of the only probe that looks at each, if nobody else does.
        let (mut own, mut seen) = (vec![None; self.grids.len()], vec![false; self.grids.len()]);
        let mut read = |grid: usize, period: Option<i64>| {
            let again = std::mem::replace(&mut seen[grid], true);
            own[grid] = period.filter(|_| !again);
        };
        for step in &self.steps {
            match step {
                Compiled::Probes(step) => step.grids().for_each(|grid| read(grid, step.period)),
                Compiled::Lease(step) => {
                    let grids = [step.renewals].into_iter().chain(step.checks);
                    grids.for_each(|grid| read(grid, None));
                }
                _ => {}
            }
        }
        for ticks in &mut self.ticks {
            let Compiled::Even(even) = ticks else { continue };
            let alone = |(grid, _): &&(usize, Draw)| own[*grid] == Some(even.period);
            let draws: BTreeMap<usize, Draw> = even.clocks.iter().filter(alone).copied().collect();
            even.clocks.retain(|(grid, _)| !draws.contains_key(grid));
            for step in &mut self.steps {
                if let Compiled::Probes(step) = step {
                    step.draw(&draws);
                }
            }
        }
    }
}

impl Builder<'_> {
    /// Forgets the grids of ticks that are drawn elsewhere: there may be one a client.
    fn keep_grids(&mut self) {
        let (mut places, mut kept) = (vec![usize::MAX; self.grids.len()], Vec::new());
        let mut keep = |grid: &mut usize| {
            kept.push(self.grids[*grid]);
            places[*grid] = kept.len() - 1;
            *grid = places[*grid];
        };
        for ticks in &mut self.ticks {
            match ticks {
                Compiled::Ticks(step) => keep(&mut step.grid),
                Compiled::Even(step) => step.clocks.iter_mut().for_each(|(grid, _)| keep(grid)),
                _ => {}
            }
        }
        for step in &mut self.steps {
            match step {
                Compiled::Probes(step) => step.move_grids(&places),
                Compiled::Lease(step) => {
                    for grid in step.checks.iter_mut().chain([&mut step.renewals]) {
                        *grid = places[*grid];
                    }
                }
                _ => {}
            }
        }
        self.grids = kept;
    }
}

/// Whether two steps of probes differ only in their ticks.
fn alike(one: &ProbeStep, other: &ProbeStep) -> bool {
    one.needed == other.needed && one.cost == other.cost
}

/// How a threshold over what can change is worked out; `None` where that cannot decide
/// it. `least` of them must hold; `None`: fewer than none.
fn rule(inputs: &mut [Input], least: Option<usize>) -> Option<Rule> {
    let least = least.filter(|least| (1..=inputs.len()).contains(least))?;
    if least == inputs.len() {
        return Some(Rule::All);
    }
    if least == 1 {
        // It fails to hold while all inputs do.
        inputs.iter_mut().for_each(|input| input.held = !input.held);
        return Some(Rule::All);
    }
    let held = inputs.iter().filter(|input| input.held).count();
    if held == inputs.len() {
        Some(Rule::Decided(inputs.len() - least + 1))
    } else if held == 0 {
        Some(Rule::Decided(least))
    } else {
        Some(Rule::AtLeast(least))
    }
}
