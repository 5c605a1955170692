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
mod build;
mod cause;
mod chain;
mod lane;
mod made;
mod number;
mod pairs;
mod plan;
mod pool;
mod select;
mod shares;
mod spell;
mod state;
mod step;
mod tabled;
mod threshold;
mod turn;

use std::collections::{BTreeMap, BinaryHeap};

pub(super) use account::Account;
pub(super) use chain::{Chain, Followed};
pub(super) use number::{Grid, begin};
pub use plan::Unswept;
pub(super) use turn::{Missing, Turn, measured};

use pulp::{Arch, Simd, WithSimd};

use build::Built;
use lane::{LANES, lesser, minus, plus};
pub(super) use lane::{Lane, greater, in_order, lanes};
use made::{Further, Made};
use number::{Numbers, Trials};
use pairs::PairStep;
use plan::Plan;
use select::Selection;
use shares::{Count, ToldShare};
use spell::{Spell, instant, instants};
use state::{Input, Lanes, Rule, Setting};
use step::{EvenStep, FaultStep, GateStep, LeaseStep, PoolStep, ProbeStep, TicksStep, WorkStep};

use super::meter::Meter;
use super::steady::Steady;
use crate::block::{Event, EventId, Graph, LevelId, Literal};
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
    /// Where the deciders of a gate are written down, for those gates of which they are.
    deciders: BTreeMap<usize, usize>,
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

impl WithSimd for Beside<'_, '_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        self.sweep.sweep(simd, &mut self.swept.lanes, self.trials);
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
        let Built { numbers, steps, slots, rounds, grids, deciders } =
            Built::of(graph, steady, plan);
        let spells = rounds.len();
        let stamps = stamps(graph, steady, &slots);
        let made = Made::of(graph, meters, &slots, rounds);
        let end = 2 * horizon.0 + 1;
        let (gates, parts, sums, meters_of) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
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
        let users = self.graph.users.iter().map(Vec::len).max().unwrap_or(0);
        let lanes = Lanes {
            spells: vec![Spell::NONE; self.spells],
            drawn: self.numbers.room(),
            grids: self.grids.clone(),
            misfits: [0; LANES],
            selection: Selection::of(self.counted()),
            further: Vec::with_capacity(Further::MOST),
            points: Vec::with_capacity(2 * self.spells + Further::MOST),
            holds: Vec::with_capacity(self.spells),
            deciders: vec![([0; LANES], [0; LANES]); self.deciders.len()],
            requests: Vec::with_capacity(users),
            asked: Vec::with_capacity(users),
            free: BinaryHeap::with_capacity(users),
        };
        let column = |rows: usize| vec![[0; LANES]; rows];
        let (away, unserved) = (column(self.parts.len()), column(self.sums.len()));
        let counts = self.shares.iter().flatten().map(ToldShare::changes).max().unwrap_or(0);
        let counts = (Vec::with_capacity(counts), self.steady.counters.clone());
        let counts = std::cell::RefCell::new(counts);
        Swept { lanes, away, unserved, counts, trials: None }
    }

    /// What the gates that count most of all read.
    fn counted(&self) -> usize {
        let inputs = |step: &Compiled| match step {
            Compiled::Gate(GateStep { rule: Rule::Decided(_), inputs, .. }) => inputs.len(),
            _ => 0,
        };
        self.steps.iter().map(inputs).max().unwrap_or(0)
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
    fn sweep<S: Simd>(&self, simd: S, lanes: &mut Lanes, trials: &Trials) {
        lanes.misfits = [0; LANES];
        lanes.further.clear();
        self.numbers.draw(trials, &mut lanes.drawn);
        let with = Setting { made: &self.made, end: self.end };
        for step in &self.steps {
            match step {
                Compiled::Fault(step) => lanes.fault(step, &with),
                Compiled::Ticks(step) => lanes.ticks(step),
                Compiled::Even(step) => lanes.even_ticks(step),
                Compiled::Gate(step) => lanes.gate(simd, step, &with),
                Compiled::Pairs(step) => lanes.pairs(step, &with),
                Compiled::Work(step) => lanes.work(step, &with),
                Compiled::Pool(step) => lanes.pool(simd, step, &with),
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
