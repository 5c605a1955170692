//! One world, compiled flat, from fault to horizon.
//!
//! [`Program::compile`] turns a model and a scenario into flat arrays once;
//! a [`Runner`] then runs any number of trials without allocating.

mod begin;
mod bound;
mod change;
mod collect;
mod columns;
mod compile;
mod crew;
mod dirty;
mod drill;
mod fault;
mod habit;
mod latency;
mod level;
mod look;
mod measure;
mod meter;
mod mode;
mod observe;
mod phases;
mod reading;
mod rest;
mod settle;
mod share;
mod slots;
mod steady;
mod story;
mod subject;
mod sweep;
mod tick;
mod work;
mod world;

pub use meter::{Meter, MeterState};
pub use mode::Mode;
pub use share::{Factor, Share};
pub use steady::Steady;
pub use sweep::{Sweep, Swept, Unswept};
pub use world::{Ended, World};

use columns::{Columns, Side};
use compile::Measures;
use drill::Drill;
use subject::Subject;

use std::collections::BTreeMap;

use crate::block::{Graph, LevelId};
use crate::model::fault::{After, Fault};
use crate::model::preset::Quantity;
use crate::model::procedure::{Again, Deed, DrillStep, Procedure};
use crate::model::scenario::Scenario;
use crate::model::system::Model;
use crate::outcome::{Layout, Outcome, Outcomes, ShareSlot, SubjectName, TOLD, Timeline};
use crate::random::Sampling;
use crate::units::{Instant, Span};

/// How long after the last fault a trial goes on, unless the scenario says.
const DEFAULT_HORIZON: Span = Span::seconds(3_600);

/// A model and a scenario, compiled.
#[derive(Debug)]
pub struct Program {
    graph: Graph,
    steady: Steady,
    measures: Measures,
    drill: Option<Drill>,
    layout: Layout,
    faults: Vec<String>,
    /// The words of levels that have some.
    titles: BTreeMap<LevelId, String>,
    horizon: Span,
}

impl Program {
    /// Compiles a validated scenario of a validated model; cannot fail.
    #[must_use]
    pub fn compile(model: &Model, scenario: &Scenario) -> Self {
        let compiled = compile::compile(model, scenario);
        let measures = compiled.measures;
        let layout = Layout {
            figures: measures.figures.clone(),
            milestones: compiled.milestones,
            stages: compiled.stages,
            clients: measures.clients.clone(),
            shares: Vec::new(),
            drill: compiled.drill.as_ref().map(|drill| drill.layout.clone()),
        };
        let horizon = scenario.horizon.unwrap_or_else(|| default_horizon(scenario));
        let (graph, faults, titles) = (compiled.graph, compiled.faults, compiled.titles);
        let steady = Steady::of(&graph);
        let drill = compiled.drill;
        let mut program = Self { graph, steady, measures, drill, layout, faults, titles, horizon };
        program.layout.shares = program.shares();
        let bounds = bound::bounds(&program);
        for (slot, bound) in program.layout.figures.iter_mut().zip(bounds) {
            slot.bound = bound;
        }
        program
    }

    /// Whose shares are told over time, and what is served before the fault.
    fn shares(&self) -> Vec<ShareSlot> {
        let slot = |(subject, meter): &(SubjectName, usize)| {
            let share = &self.measures.meters[*meter].share;
            let count = |counter: u32| self.steady.counters[counter as usize];
            let first = share.of(share.holding(&self.steady), count);
            ShareSlot {
                subject: subject.clone(),
                first: share::in_billionths(first, share.whole()),
            }
        };
        self.measures.shares.iter().map(slot).collect()
    }

    /// What the outcomes' numbers mean.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// Where trials stop.
    #[must_use]
    pub fn horizon(&self) -> Span {
        self.horizon
    }

    /// What it was compiled to.
    #[must_use]
    pub fn graph(&self) -> &Graph {
        &self.graph
    }

    /// Whether the system has a steady state before the first fault; without
    /// one every trial is unsettled.
    #[must_use]
    pub fn is_steady(&self) -> bool {
        self.steady.settled
    }

    /// Components that do not serve even before the first fault: nothing could
    /// be said of their recovery.
    pub fn never_served(&self) -> impl Iterator<Item = &str> {
        let subjects = self.measures.subjects.iter().skip(1);
        let served =
            |subject: &&Subject| self.steady.holds(self.measures.meters[subject.served].criterion);
        let name = |subject: &Subject| {
            self.layout.figures.get(subject.first).map(|slot| slot.subject.name.as_str())
        };
        subjects.filter(move |subject| !served(subject)).filter_map(name)
    }

    /// The mutable half, one a thread.
    #[must_use]
    pub fn runner(&self, mode: Mode) -> Runner<'_> {
        let meters = &self.measures.meters;
        let world = World::new(&self.graph, meters, &self.steady, mode);
        // Clients come last, and all that is told of one is its outage.
        let clients = &self.measures.client_meters;
        debug_assert!(clients.iter().copied().eq(meters.len() - clients.len()..meters.len()));
        let mut world = world.with_tallies(clients.len());
        let sweep = (mode == Mode::Lazy).then(|| self.sweep().ok()).flatten();
        if sweep.is_none() {
            world.phases.draw_blocks();
        }
        let columns = sweep.as_ref().and_then(|sweep| Columns::of(self, sweep));
        let columns = columns.map(|columns| (columns.side(), columns));
        let sweep = sweep.map(|sweep| (sweep.room(), sweep));
        let ran = (Sampling::plain(0), 0, true);
        let (scratch, outcome) = (collect::Scratch::new(), Outcome::default());
        let beside = Outcomes::new(&self.layout);
        Runner { program: self, world, sweep, columns, ran, scratch, outcome, beside }
    }

    /// The graph as a sweep.
    ///
    /// # Errors
    ///
    /// Why its trials are executed event by event.
    pub fn sweep(&self) -> Result<Sweep<'_>, Unswept> {
        Sweep::of(&self.graph, &self.steady, &self.measures.meters, self.horizon)
    }
}

/// An hour after the last fault has struck or ended, or the procedure is over; an
/// unbounded law counts with what it exceeds once in a thousand trials. A milestone
/// that a fault waits for may come until then, so that each such fault adds its own
/// time and an hour.
fn default_horizon(scenario: &Scenario) -> Span {
    let end = |fault: &Fault| {
        let lasts = fault.lasts.as_ref().map_or(Span::ZERO, latest);
        let begins = match fault.after {
            // Counted with the procedure, whose end is later.
            Some(After::Step(_)) => scenario.procedure.as_ref().map_or(Span::ZERO, longest),
            _ => latest(&fault.at),
        };
        begins + if lasts.is_never() { Span::ZERO } else { lasts }
    };
    let waits = |fault: &&Fault| matches!(fault.after, Some(After::Milestone(..)));
    let (waiting, fixed): (Vec<&Fault>, Vec<&Fault>) = scenario.faults.iter().partition(waits);
    let procedure = scenario.procedure.as_ref().map(longest);
    let last = fixed.into_iter().map(end).chain(procedure).max().unwrap_or_default();
    let last = last + DEFAULT_HORIZON;
    waiting.into_iter().fold(last, |so_far, fault| so_far + end(fault) + DEFAULT_HORIZON)
}

/// What a quantity exceeds once in a thousand trials.
fn latest(quantity: &Quantity) -> Span {
    Span::from_seconds(quantity.law.quantile(0.999))
}

/// When a procedure is over at the latest.
fn longest(procedure: &Procedure) -> Span {
    let step = |step: &DrillStep| match &step.does {
        Deed::Sleep(takes) => latest(takes),
        Deed::Act { command, .. } | Deed::Lift { command, .. } => latest(&command.takes),
        Deed::Look(look) => match &look.again {
            Again::Never => latest(&look.first),
            Again::Watches(until) | Again::Every(_, until) => latest(&look.first) + latest(until),
        },
    };
    let steps = procedure.steps.iter().map(step);
    steps.fold(latest(&procedure.starts), |so_far, step| so_far + step)
}

/// The state of one trial at a time.
#[derive(Debug)]
pub struct Runner<'p> {
    program: &'p Program,
    world: World<'p>,
    sweep: Option<(Swept, Sweep<'p>)>,
    /// How figures are read off the trials that were swept, all at once.
    columns: Option<(Side, Columns)>,
    /// The trial that ran last, and whether it was executed event by event.
    ran: (Sampling, u64, bool),
    scratch: collect::Scratch,
    outcome: Outcome,
    beside: Outcomes,
}

impl Runner<'_> {
    /// Runs one trial: a pure function of the program, `sampling` (which holds
    /// the seed) and `trial`.
    pub fn run(&mut self, sampling: &Sampling, trial: u64) -> &Outcome {
        let swept = self.run_swept(sampling, trial);
        self.ran = (*sampling, trial, !swept);
        if !swept {
            self.execute(sampling, trial);
        }
        &self.outcome
    }

    /// Runs `count` trials from `first` on, which is a multiple of
    /// [`BESIDE`](crate::outcome::BESIDE) and the count no more than that; each is what [`Self::run`] says of it.
    pub fn run_beside(&mut self, sampling: &Sampling, first: u64, count: usize) -> &Outcomes {
        (self.beside.first, self.beside.count) = (first, count);
        let untold = self.run_columns(sampling, first);
        for (lane, trial) in (first..first + count as u64).enumerate() {
            if untold & 1 << lane != 0 {
                self.run(sampling, trial);
                self.beside.put(&self.outcome);
            }
        }
        &self.beside
    }

    /// Sweeps the trials at hand and tells their figures at once; a bit for each that has
    /// to be told by itself.
    fn run_columns(&mut self, sampling: &Sampling, first: u64) -> u16 {
        let (Some((side, columns)), Some((swept, sweep))) = (&mut self.columns, &mut self.sweep)
        else {
            return u16::MAX;
        };
        // What components wait for is told trial by trial.
        if first < TOLD {
            return u16::MAX;
        }
        sweep.run(swept, sampling, first);
        self.ran = (*sampling, first, false);
        columns.collect((self.program, sweep), swept, side, &mut self.beside)
    }

    /// Sweeps the trial; whether that was possible.
    fn run_swept(&mut self, sampling: &Sampling, trial: u64) -> bool {
        let Some((swept, sweep)) = &mut self.sweep else { return false };
        if !sweep.run(swept, sampling, trial) {
            return false;
        }
        let mut witness = (self.program, sweep::Account::of(sweep, swept, trial));
        let (scratch, outcome) = (&mut self.scratch, &mut self.outcome);
        collect::collect(self.program, &mut witness, (trial, Ended::Quiet), scratch, outcome);
        !witness.1.is_unclear()
    }

    /// Executes the trial event by event.
    fn execute(&mut self, sampling: &Sampling, trial: u64) {
        let ended = self.world.run(sampling, trial, self.program.horizon);
        self.world.end_meters(Instant::ZERO + self.program.horizon);
        let (scratch, outcome) = (&mut self.scratch, &mut self.outcome);
        collect::collect(self.program, &mut self.world, (trial, ended), scratch, outcome);
    }

    /// The story of the trial that ran last.
    #[must_use]
    pub fn timeline(&mut self) -> Timeline {
        let (sampling, trial, executed) = self.ran;
        if !executed {
            self.execute(&sampling, trial);
            self.ran.2 = true;
        }
        self.world.story(self.program)
    }
}
