//! Sweep: a trial without an agenda.
//!
//! After a fault much of a system only goes one way: something is noticed, then
//! decided, then done, and whatever fell comes back once. Where no block has a memory
//! of its own and nothing later decides what was before, each level can be worked out
//! from those it depends on, in one pass over the graph, and many trials side by side.
//! What is drawn, and every instant that comes of it, are those of the trial that is
//! executed event by event, to the bit; so is the causal path.
//!
//! Each level is allowed one *spell* away from where it was at the start. A trial in
//! which one has more, or in which the order of two changes in one moment decides, is a
//! *misfit*, and is executed event by event instead.

#![allow(clippy::needless_range_loop, reason = "a lane is an index into several arrays")]

mod account;
mod number;
mod plan;
mod spell;
mod step;

use std::collections::{BTreeMap, BinaryHeap};

pub(super) use account::Account;
pub use plan::Unswept;

use number::{Grid, Number, Trials};
use plan::{Plan, Step, inputs_of};
use spell::{LANES, Spell};
use step::{
    FaultStep, GateStep, Input, Lanes, LeaseStep, PoolStep, ProbeStep, Rule, Setting, TicksStep,
    User, WorkStep,
};

use super::meter::Meter;
use super::steady::Steady;
use crate::block::gate::Gate;
use crate::block::probe::Looks;
use crate::block::value::Value;
use crate::block::{ClockId, Event, EventId, Graph, LevelId, Literal, PoolId, ValueId};
use crate::random::Sampling;
use crate::units::Span;

/// No spell: the level never changes.
const STILL: u32 = u32::MAX;

/// The longest horizon that can be swept: nine years.
const LONGEST: i64 = 1 << 58;

/// A graph, compiled to steps.
#[derive(Debug)]
pub struct Sweep<'g> {
    graph: &'g Graph,
    steady: &'g Steady,
    steps: Vec<Compiled<'g>>,
    /// The spell of each level that changes.
    slots: Vec<u32>,
    spells: usize,
    grids: Vec<Grid>,
    /// For each milestone, who stamps it: instance, slot, and whether the level
    /// was false at the start.
    stamps: Vec<Vec<(u32, u32, bool)>>,
    end: i64,
}

/// A step with everything that it needs.
#[derive(Debug)]
enum Compiled<'g> {
    Fault(FaultStep<'g>),
    Ticks(TicksStep<'g>),
    Gate(GateStep),
    Work(WorkStep<'g>),
    Pool(PoolStep<'g>),
    Probes(ProbeStep<'g>),
    Lease(LeaseStep<'g>),
}

/// The trials that were swept last.
#[derive(Debug)]
pub struct Swept {
    lanes: Lanes,
    trials: Option<Trials>,
}

impl<'g> Sweep<'g> {
    /// The steps for `graph`, on which `meters` measure until `horizon`.
    ///
    /// # Errors
    ///
    /// Why the graph cannot be swept.
    pub fn of(
        graph: &'g Graph,
        steady: &'g Steady,
        meters: &[Meter],
        horizon: Span,
    ) -> Result<Self, Unswept> {
        let plan = Plan::of(graph, steady, meters)?;
        if horizon.0 > LONGEST {
            return Err(Unswept::Reading);
        }
        let mut compiler = Compiler {
            graph,
            steady,
            slots: vec![STILL; graph.levels.len()],
            spells: 0,
            grids: Vec::new(),
            clocks: vec![usize::MAX; graph.clocks.len()],
            moves: plan.moves,
            families: BTreeMap::new(),
            ticks: Vec::new(),
            steps: Vec::new(),
        };
        for step in &plan.steps {
            compiler.step(step);
        }
        let Compiler { slots, spells, grids, mut ticks, steps, .. } = compiler;
        ticks.extend(steps);
        let stamps = stamps(graph, steady, &slots);
        let end = 2 * horizon.0 + 1;
        Ok(Self { graph, steady, steps: ticks, slots, spells, grids, stamps, end })
    }

    /// Room for the trials that are side by side.
    #[must_use]
    pub fn room(&self) -> Swept {
        let lanes = Lanes {
            spells: vec![Spell::NONE; self.spells],
            grids: self.grids.clone(),
            misfits: [false; LANES],
            scratch: Vec::with_capacity(self.spells),
            points: Vec::with_capacity(2 * self.spells),
            away: Vec::with_capacity(self.spells),
            asked: Vec::with_capacity(self.graph.works.len()),
            free: BinaryHeap::with_capacity(self.graph.works.len()),
        };
        Swept { lanes, trials: None }
    }

    /// Works out `trial` and those beside it, unless they are there already; whether
    /// it fits.
    pub fn run(&self, swept: &mut Swept, sampling: &Sampling, trial: u64) -> bool {
        let first = trial / LANES as u64 * LANES as u64;
        let there = |trials: &Trials| trials.first == first && trials.sampling == *sampling;
        if !swept.trials.as_ref().is_some_and(there) {
            let trials = Trials { sampling: *sampling, first };
            self.sweep(&mut swept.lanes, &trials);
            swept.trials = Some(trials);
        }
        !swept.lanes.misfits[(trial - first) as usize]
    }

    /// The changes of a level in `trial`, which fitted and was run last: each with the
    /// chain of its causes, back to the start; `None` where the order of two changes in
    /// one moment decides.
    #[must_use]
    pub fn changes(&self, swept: &Swept, trial: u64, level: LevelId) -> Option<Vec<Vec<Event>>> {
        let account = Account::of(self, swept, trial);
        let chain = |first: EventId| {
            let next = |event: &Event| Some(event.cause).filter(|c| *c != EventId::START);
            let next = |event: &Event| next(event).map(|cause| account.event(cause));
            std::iter::successors(Some(account.event(first)), next).collect()
        };
        let chains = account.changes(level).map(chain).collect();
        (!account.is_unclear()).then_some(chains)
    }

    fn sweep(&self, lanes: &mut Lanes, trials: &Trials) {
        lanes.misfits = [false; LANES];
        let with = Setting { graph: self.graph, steady: self.steady, trials, end: self.end };
        for step in &self.steps {
            match step {
                Compiled::Fault(step) => lanes.fault(step, &with),
                Compiled::Ticks(step) => lanes.ticks(step, &with),
                Compiled::Gate(step) => lanes.gate(step, &with),
                Compiled::Work(step) => lanes.work(step, &with),
                Compiled::Pool(step) => lanes.pool(step, &with),
                Compiled::Probes(step) => lanes.probes(step, &with),
                Compiled::Lease(step) => lanes.lease(step, &with),
            }
        }
    }

    #[inline]
    fn slot(&self, level: LevelId) -> Option<usize> {
        let slot = self.slots[level.index()];
        (slot != STILL).then_some(slot as usize)
    }
}

/// Who stamps each milestone.
fn stamps(graph: &Graph, steady: &Steady, slots: &[u32]) -> Vec<Vec<(u32, u32, bool)>> {
    let mut stamps = vec![Vec::new(); graph.milestones.len()];
    for (index, level) in graph.levels.iter().enumerate() {
        if let (Some(mark), true) = (level.mark, slots[index] != STILL) {
            let stamp = (mark.instance, slots[index], !steady.levels[index]);
            stamps[mark.milestone as usize].push(stamp);
        }
    }
    stamps
}

/// Puts steps together.
struct Compiler<'g> {
    graph: &'g Graph,
    steady: &'g Steady,
    moves: Vec<bool>,
    slots: Vec<u32>,
    spells: usize,
    grids: Vec<Grid>,
    /// The grid of each clock.
    clocks: Vec<usize>,
    /// The steps of probes that look at the same with the same period.
    families: BTreeMap<(u32, i64), Vec<usize>>,
    /// Ticks depend on nothing, and come first.
    ticks: Vec<Compiled<'g>>,
    steps: Vec<Compiled<'g>>,
}

impl<'g> Compiler<'g> {
    fn step(&mut self, step: &Step) {
        match step {
            Step::Fault(index) => self.fault(*index),
            Step::Ticks(clock) => self.clock(*clock),
            Step::Gate(index) => self.gate(*index),
            Step::Work(index) => {
                let step = self.work(*index);
                self.steps.push(Compiled::Work(step));
            }
            Step::Pool(pool) => self.pool(*pool),
            Step::Probe(index) => self.probe(*index),
            Step::Lease(index) => self.lease(*index),
        }
    }

    fn fresh(&mut self, level: LevelId) -> u32 {
        let slot = &mut self.slots[level.index()];
        if *slot == STILL {
            *slot = self.spells as u32;
            self.spells += 1;
        }
        *slot
    }

    /// What a literal that can change reads; `None` where what it reads cannot.
    fn input(&self, literal: Literal) -> Option<Input> {
        let slot = self.slots[literal.level().index()];
        (slot != STILL).then(|| Input { slot, held: self.steady.holds(literal) })
    }

    fn span(&self, id: ValueId) -> Number<'g> {
        Number::span(self.graph, id)
    }

    fn fault(&mut self, index: usize) {
        let graph = self.graph;
        let fault = &graph.faults[index];
        let crate::block::Strikes::One(arm) = &fault.strikes else {
            unreachable!("the plan refuses faults with a choice")
        };
        let slot = self.fresh(fault.level);
        let mut facts = Vec::new();
        for change in &arm.begin {
            if self.steady.levels[change.level.index()] != change.value {
                let returns = arm
                    .end
                    .iter()
                    .any(|end| end.level == change.level && end.value != change.value);
                facts.push((self.fresh(change.level), returns));
            }
        }
        let (at, lasts) = (self.span(fault.at), fault.lasts.map(|lasts| self.span(lasts)));
        self.steps.push(Compiled::Fault(FaultStep { at, lasts, slot, facts }));
    }

    fn grid(&mut self, step: TicksStep<'g>) {
        self.grids.push(Grid { period: [1; LANES], first: [0; LANES], before: [0; LANES] });
        self.ticks.push(Compiled::Ticks(step));
    }

    fn clock(&mut self, id: ClockId) {
        let graph = self.graph;
        let clock = &graph.clocks[id.index()];
        let grid = self.grids.len();
        self.clocks[id.index()] = grid;
        self.grid(TicksStep {
            grid,
            every: self.span(clock.every),
            cost: Number::Constant(0),
            age: clock.age.map(|age| self.span(age)),
            replies: false,
            name: clock.name,
        });
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
        let slot = self.fresh(*level);
        self.steps.push(Compiled::Gate(GateStep { slot, inputs, rule }));
    }

    fn work(&mut self, index: usize) -> WorkStep<'g> {
        let graph = self.graph;
        let (work, level) = &graph.works[index];
        let when = self.input(work.when);
        let slot = self.fresh(*level);
        // Work that nothing starts keeps an empty spell.
        let when = when.unwrap_or(Input { slot, held: false });
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
            users.push(User { work, held: self.fresh(uses.held) });
        }
        let size = graph.pools[pool.index()].size;
        self.steps.push(Compiled::Pool(PoolStep { size, users }));
    }

    fn probe(&mut self, index: usize) {
        let graph = self.graph;
        let (probe, level) = &graph.probes[index];
        let Some(watch) = self.input(probe.watch) else { return };
        let held = self.steady.levels[level.index()];
        let needed = if held { (probe.fall, probe.rise) } else { (probe.rise, probe.fall) };
        let (grid, every, cost) = match &probe.looks {
            Looks::Clock(clock) => {
                let every = self.span(graph.clocks[clock.index()].every);
                (self.clocks[clock.index()], every, Number::Constant(0))
            }
            Looks::Reply { every, cost, age, name, .. } => {
                let grid = self.grids.len();
                self.grid(TicksStep {
                    grid,
                    every: self.span(*every),
                    cost: self.span(*cost),
                    age: age.map(|age| self.span(age)),
                    replies: true,
                    name: *name,
                });
                (grid, self.span(*every), self.span(*cost))
            }
        };
        let slot = self.fresh(*level);
        let period = match (&every, &cost) {
            (Number::Constant(every), Number::Constant(cost)) => Some((*every).max(1_000) + cost),
            _ => None,
        };
        let step =
            ProbeStep { watch: watch.slot, needed, cost, period, probes: vec![(slot, grid)] };
        self.join(step);
    }

    /// Probes that look at the same with the same numbers are worked out together.
    fn join(&mut self, step: ProbeStep<'g>) {
        let Some(period) = step.period else {
            return self.steps.push(Compiled::Probes(step));
        };
        let known = self.families.entry((step.watch, period)).or_default();
        for position in &*known {
            if let Compiled::Probes(other) = &mut self.steps[*position]
                && alike(self.graph, other, &step)
            {
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
        let slot = self.fresh(*level);
        let ttl = self.span(lease.ttl);
        let checks = lease.check.map(|check| self.clocks[check.index()]);
        let renewals = self.clocks[clock.index()];
        let condition = condition.slot;
        let step = LeaseStep { slot, condition, ttl, renewals, checks };
        self.steps.push(Compiled::Lease(step));
    }
}

/// Whether two steps of probes differ only in their ticks.
fn alike(graph: &Graph, one: &ProbeStep<'_>, other: &ProbeStep<'_>) -> bool {
    let value = |id: ValueId| match &graph.values[id.0 as usize] {
        Value::Constant(value) => Ok(value.to_bits()),
        _ => Err(id),
    };
    let needed = |step: &ProbeStep<'_>| (value(step.needed.0), value(step.needed.1));
    let cost = |step: &ProbeStep<'_>| match step.cost {
        Number::Constant(cost) => Some(cost),
        _ => None,
    };
    needed(one) == needed(other) && cost(one).is_some() && cost(one) == cost(other)
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
