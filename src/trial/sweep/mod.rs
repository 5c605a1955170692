//! Sweep: a trial without an agenda.
//!
//! After a fault much of a system only goes one way: something is noticed, then
//! decided, then done, and whatever fell comes back once. Where no block has a memory
//! of its own and nothing later decides what was before, each level can be worked out
//! from those it depends on, in one pass over the graph, and many trials side by side.
//! What is drawn, and every instant that comes of it, are those of the trial that is
//! executed event by event, to the bit; so is the causal path.
//!
//! Each level is allowed one *spell* away from where it was at the start; those that only
//! gates read, and nobody measures, may change more often. A trial in which another has
//! more, or in which the order of two changes in one moment decides, is a *misfit*, and is
//! executed event by event instead.

#![allow(clippy::needless_range_loop, reason = "a lane is an index into several arrays")]

mod account;
mod apart;
mod cause;
mod chain;
mod lane;
mod number;
mod pairs;
mod plan;
mod pool;
mod shares;
mod spell;
mod step;
mod tabled;
mod turn;

use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

pub(super) use account::Account;
pub(super) use chain::{Chain, Followed, lanes};
pub use plan::Unswept;
pub(super) use turn::{Missing, Turn, measured};

use pulp::{Arch, NullaryFnOnce};

use apart::{Further, Made, Round};
use lane::{LANES, lesser, minus, plus};
pub(super) use lane::{Lane, greater, in_order};
use number::{Grid, Number, Numbers, Trials};
use pairs::PairStep;
use plan::{Plan, Step, inputs_of};
use shares::{Count, ToldShare};
use spell::{Spell, instant, instants};
use step::{
    EvenStep, FaultStep, GateStep, Input, Lanes, LeaseStep, PoolStep, ProbeStep, Rule, Setting,
    TicksStep, User, WorkStep,
};

use super::meter::Meter;
use super::steady::Steady;
use crate::block::gate::Gate;
use crate::block::pool::Pool;
use crate::block::probe::Looks;
use crate::block::{ClockId, Event, EventId, Graph, LevelId, Literal, PoolId, ValueId};
use crate::random::Sampling;
use crate::units::Span;

/// No spell: the level never changes.
const STILL: u32 = u32::MAX;

/// The longest horizon that can be swept: nine years. What is missing of all parts of a
/// meter together must be a number besides: a day of a hundred thousand clients.
const LONGEST: i64 = 1 << 58;

/// A graph, compiled to steps.
#[derive(Debug)]
pub struct Sweep<'g> {
    graph: &'g Graph,
    steady: &'g Steady,
    numbers: Numbers<'g>,
    steps: Vec<Compiled>,
    /// The spell of each level that changes.
    slots: Vec<u32>,
    spells: usize,
    /// What each spell is that of.
    made: Vec<Made>,
    grids: Vec<Grid>,
    /// For each milestone, the spells of those who stamp it, and whether they were
    /// false at the start.
    stamps: Vec<Vec<(u32, bool)>>,
    /// What each gate reads that can change.
    gates: Vec<Vec<(Input, LevelId)>>,
    /// The gates whose deciders are written down.
    deciders: Vec<usize>,
    /// The parts that are counted, and what of each is not served.
    parts: Vec<Input>,
    /// The sums of these that meters ask for.
    sums: Vec<Sum>,
    /// What of each meter is not served.
    meters: Vec<Unserved>,
    /// For each event the one behind it that tells as much.
    telling: Vec<EventId>,
    /// For each meter, what its share is told from.
    shares: Vec<Option<ToldShare>>,
    end: i64,
    /// What this processor can do side by side.
    arch: Arch,
}

/// Some trials, worked out with what a processor has for numbers side by side: whatever
/// is always inlined here is compiled once for each kind of processor. All of them
/// work with the same integers and the same doubles, so that bits do not depend on it.
struct Beside<'w, 'g> {
    sweep: &'w Sweep<'g>,
    swept: &'w mut Swept,
    trials: &'w Trials,
}

impl NullaryFnOnce for Beside<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        self.sweep.sweep(&mut self.swept.lanes, self.trials);
        self.sweep.add_up(self.swept);
    }
}

/// What is not served of what a meter measures.
#[derive(Clone, Copy, Debug)]
enum Unserved {
    /// The part that it is all about.
    Part(usize),
    Sum(usize),
}

/// The parts of a meter.
#[derive(Debug)]
struct Sum {
    moving: Vec<usize>,
    /// Parts that are never served.
    never: i64,
}

/// A step with everything that it needs.
#[derive(Debug)]
enum Compiled {
    Fault(FaultStep),
    Ticks(TicksStep),
    Even(EvenStep),
    Gate(GateStep),
    Pairs(PairStep),
    Work(WorkStep),
    Pool(PoolStep),
    Probes(ProbeStep),
    Lease(LeaseStep),
}

/// The trials that were swept last.
#[derive(Debug)]
pub struct Swept {
    lanes: Lanes,
    /// For each part what was not served by the horizon \[ns\].
    away: Vec<Lane>,
    /// For each sum what was not served by the horizon, in part-nanoseconds.
    unserved: Vec<Lane>,
    /// Scratch: changes of what a share counts, and the counts.
    counts: std::cell::RefCell<(Vec<Count>, Vec<u32>)>,
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
        let most = meters.iter().map(|meter| meter.share.parts().len()).max().unwrap_or(1).max(1);
        if horizon.0 > LONGEST || horizon.0 > i64::MAX / most as i64 {
            return Err(Unswept::Reading);
        }
        let mut compiler = Compiler {
            graph,
            steady,
            slots: vec![STILL; graph.levels.len()],
            spells: 0,
            rounds: Vec::new(),
            ready: Vec::new(),
            pairs: BTreeMap::new(),
            grids: Vec::new(),
            clocks: vec![usize::MAX; graph.clocks.len()],
            moves: plan.moves,
            numbers: Numbers::new(graph, steady),
            families: BTreeMap::new(),
            known: BTreeMap::new(),
            deciders: Vec::new(),
            ticks: Vec::new(),
            steps: Vec::new(),
        };
        for step in &plan.steps {
            compiler.step(step);
        }
        let Compiler { numbers, slots, spells, rounds, grids, mut ticks, steps, deciders, .. } =
            compiler;
        ticks.extend(steps);
        let stamps = stamps(graph, steady, &slots);
        let made = Made::of(graph, meters, &slots, rounds);
        let end = 2 * horizon.0 + 1;
        let (gates, parts, sums, meters_of) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        let steps = ticks;
        let mut sweep = Self {
            graph,
            steady,
            numbers,
            steps,
            slots,
            spells,
            made,
            grids,
            stamps,
            gates,
            deciders,
            parts,
            sums,
            meters: meters_of,
            telling: Vec::new(),
            shares: Vec::new(),
            end,
            arch: Arch::new(),
        };
        sweep.read(meters);
        sweep.telling = cause::telling(&sweep);
        Ok(sweep)
    }

    /// What gates and meters read.
    fn read(&mut self, meters: &[Meter]) {
        let input = |sweep: &Self, literal: Literal| {
            let slot = sweep.slot(literal.level())? as u32;
            Some(Input { slot, held: sweep.steady.holds(literal) })
        };
        for (gate, _) in &self.graph.gates {
            let inputs = gate.inputs().into_iter();
            let inputs = inputs.filter_map(|l| Some((input(self, l)?, l.level())));
            self.gates.push(inputs.collect());
        }
        let mut known: BTreeMap<&[Literal], Unserved> = BTreeMap::new();
        let mut counted: BTreeMap<Literal, usize> = BTreeMap::new();
        for meter in meters {
            self.shares.push(self.told_share(meter));
            let parts = meter.share.parts();
            if let Some(unserved) = known.get(parts) {
                self.meters.push(*unserved);
                continue;
            }
            let mut moving = Vec::new();
            for part in parts {
                let Some(read) = input(self, *part) else { continue };
                let next = self.parts.len();
                let at = *counted.entry(*part).or_insert(next);
                if at == next {
                    self.parts.push(read);
                }
                moving.push(at);
            }
            let never =
                |part: &&Literal| self.slot(part.level()).is_none() && !self.steady.holds(**part);
            let never = parts.iter().filter(never).count() as i64;
            let unserved = match moving[..] {
                [only] if never == 0 => Unserved::Part(only),
                _ => {
                    self.sums.push(Sum { moving, never });
                    Unserved::Sum(self.sums.len() - 1)
                }
            };
            known.insert(parts, unserved);
            self.meters.push(unserved);
        }
    }

    /// Room for the trials that are side by side.
    #[must_use]
    pub fn room(&self) -> Swept {
        let lanes = Lanes {
            spells: vec![Spell::NONE; self.spells],
            drawn: self.numbers.room(),
            grids: self.grids.clone(),
            misfits: [0; LANES],
            scratch: Vec::with_capacity(self.spells),
            further: Vec::with_capacity(Further::MOST),
            points: Vec::with_capacity(2 * self.spells + Further::MOST),
            holds: Vec::with_capacity(self.spells),
            deciders: vec![([0; LANES], [0; LANES]); self.deciders.len()],
            asked: Vec::with_capacity(self.graph.works.len()),
            free: BinaryHeap::with_capacity(self.graph.works.len()),
        };
        let column = |rows: usize| vec![[0; LANES]; rows];
        let (away, unserved) = (column(self.parts.len()), column(self.sums.len()));
        let counts = self.shares.iter().flatten().map(ToldShare::changes).max().unwrap_or(0);
        let counts = (Vec::with_capacity(counts), self.steady.counters.clone());
        let counts = std::cell::RefCell::new(counts);
        Swept { lanes, away, unserved, counts, trials: None }
    }

    /// Works out `trial` and those beside it, unless they are there already; whether
    /// it fits.
    pub fn run(&self, swept: &mut Swept, sampling: &Sampling, trial: u64) -> bool {
        let first = trial / LANES as u64 * LANES as u64;
        let there = |trials: &Trials| trials.first == first && trials.sampling == *sampling;
        if !swept.trials.as_ref().is_some_and(there) {
            let trials = Trials { sampling: *sampling, first };
            self.arch.dispatch(Beside { sweep: self, swept, trials: &trials });
            swept.trials = Some(trials);
        }
        swept.lanes.misfits[(trial - first) as usize] == 0
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

    #[inline(always)]
    fn sweep(&self, lanes: &mut Lanes, trials: &Trials) {
        lanes.misfits = [0; LANES];
        lanes.further.clear();
        self.numbers.draw(trials, &mut lanes.drawn);
        let with = Setting { trials, made: &self.made, end: self.end };
        for step in &self.steps {
            match step {
                Compiled::Fault(step) => lanes.fault(step, &with),
                Compiled::Ticks(step) => lanes.ticks(step, &with),
                Compiled::Even(step) => lanes.even_ticks(step, &with),
                Compiled::Gate(step) => lanes.gate(step, &with),
                Compiled::Pairs(step) => lanes.pairs(step, &with),
                Compiled::Work(step) => lanes.work(step, &with),
                Compiled::Pool(step) => lanes.pool(step, &with),
                Compiled::Probes(step) => lanes.probes(step, &with),
                Compiled::Lease(step) => lanes.lease(step, &with),
            }
        }
    }

    /// What was not served by the horizon.
    #[inline(always)]
    fn add_up(&self, swept: &mut Swept) {
        let whole = instant(self.end);
        for (part, unserved) in self.parts.iter().zip(&mut swept.away) {
            let away = away(&swept.lanes.spells[part.slot as usize], whole);
            *unserved = if part.held { away } else { minus([whole; LANES], away) };
        }
        for (sum, unserved) in self.sums.iter().zip(&mut swept.unserved) {
            let mut all = [sum.never.saturating_mul(whole); LANES];
            for part in &sum.moving {
                all = plus(all, swept.away[*part]);
            }
            *unserved = all;
        }
    }

    /// What this processor can do side by side.
    pub(super) fn arch(&self) -> Arch {
        self.arch
    }

    /// Where the spell of a level is, if it can change.
    pub(super) fn slot(&self, level: LevelId) -> Option<usize> {
        let slot = self.slots[level.index()];
        (slot != STILL).then_some(slot as usize)
    }
}

/// How long a level was away by `end`.
#[inline(always)]
fn away(spell: &Spell, end: i64) -> Lane {
    let (from, to) = (instants(spell.leave), instants(spell.back));
    minus(lesser(to, [end; LANES]), lesser(from, [end; LANES]))
}

/// Who stamps each milestone.
fn stamps(graph: &Graph, steady: &Steady, slots: &[u32]) -> Vec<Vec<(u32, bool)>> {
    let mut stamps = vec![Vec::new(); graph.milestones.len()];
    for (index, level) in graph.levels.iter().enumerate() {
        if let (Some(mark), true) = (level.mark, slots[index] != STILL) {
            let stamp = (slots[index], !steady.levels[index]);
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
    /// When the level of each spell changes.
    rounds: Vec<Round>,
    /// The step that works out each spell.
    ready: Vec<usize>,
    /// The steps of gates that share an input, by that and by whether the other held.
    pairs: BTreeMap<(Input, bool), usize>,
    grids: Vec<Grid>,
    /// The grid of each clock.
    clocks: Vec<usize>,
    numbers: Numbers<'g>,
    /// The steps of probes that look at the same with the same period.
    families: BTreeMap<(u32, i64), Vec<usize>>,
    /// The spells of gates, by what they read and how.
    known: BTreeMap<(Rule, Vec<Input>), u32>,
    /// The gates whose deciders are written down.
    deciders: Vec<usize>,
    /// Ticks depend on nothing, and come first.
    ticks: Vec<Compiled>,
    steps: Vec<Compiled>,
}

impl<'g> Compiler<'g> {
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

    fn fresh(&mut self, level: LevelId, round: Round) -> u32 {
        let slot = &mut self.slots[level.index()];
        if *slot == STILL {
            *slot = self.spells as u32;
            self.spells += 1;
            self.rounds.push(round);
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
        let crate::block::Strikes::One(arm) = &fault.strikes else {
            unreachable!("the plan refuses faults with a choice")
        };
        let slot = self.fresh(fault.level, Round::First);
        let mut facts = Vec::new();
        let ends: BTreeSet<_> = arm.end.iter().map(|end| (end.level, end.value)).collect();
        for change in &arm.begin {
            if self.steady.levels[change.level.index()] != change.value {
                let returns = ends.contains(&(change.level, !change.value));
                facts.push((self.fresh(change.level, Round::First), returns));
            }
        }
        let (at, lasts) = (self.span(fault.at), fault.lasts.map(|lasts| self.span(lasts)));
        self.steps.push(Compiled::Fault(FaultStep { at, lasts, slot, facts }));
    }

    fn grid(&mut self, step: TicksStep) {
        let even = step.even();
        self.grids.push(Grid::of(even.unwrap_or(1)));
        let Some(period) = even else { return self.ticks.push(Compiled::Ticks(step)) };
        let clock = (step.grid, step.name);
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
        self.grid(TicksStep {
            grid,
            every,
            cost: Number::Constant(0),
            age,
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
        let slot = self.fresh(*level, Round::Gate(read));
        self.known.insert((rule, sorted), slot);
        if let (Rule::All, [one, other]) = (rule, &inputs[..]) {
            return self.pair(slot, [*one, *other]);
        }
        // Who decided a count of many is written down: it would be long to search.
        let decider = matches!(rule, Rule::Decided(_)).then(|| {
            self.deciders.push(index);
            self.deciders.len() - 1
        });
        self.steps.push(Compiled::Gate(GateStep { slot, inputs, rule, decider }));
    }

    fn work(&mut self, index: usize) -> WorkStep {
        let graph = self.graph;
        let (work, level) = &graph.works[index];
        let when = self.input(work.when).expect("something starts it");
        let slot = self.fresh(*level, Round::Work(when.slot));
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
            users.push(User { work, held: self.fresh(uses.held, Round::Later) });
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
                let (replies, name) = (true, *name);
                self.grid(TicksStep { grid, every, cost, age, replies, name });
                (grid, every, cost)
            }
        };
        let slot = self.fresh(*level, Round::First);
        let period = match (every, cost) {
            (Number::Constant(every), Number::Constant(cost)) => Some(every.max(1_000) + cost),
            _ => None,
        };
        let step =
            ProbeStep { watch: watch.slot, needed, cost, period, probes: vec![(slot, grid)] };
        self.join(step);
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
        let slot = self.fresh(*level, Round::First);
        let ttl = self.span(lease.ttl);
        let checks = lease.check.map(|check| self.clocks[check.index()]);
        let renewals = self.clocks[clock.index()];
        let condition = condition.slot;
        let step = LeaseStep { slot, condition, ttl, renewals, checks };
        self.steps.push(Compiled::Lease(step));
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
