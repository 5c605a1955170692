//! What many trials come to: histograms and counters that merge exactly.

use super::bands::Bands;
use super::drilled::Drilled;
use super::gathered::{Gathered, Made};
use super::limits::Limit;
use super::plan::Plan;
use super::pool::{Collect, Pool};
use super::series::{Series, Share};
use super::source::Source;
use super::stage::Stages;
use super::waits::Waits;
use crate::outcome::{BESIDE, Layout, One, Outcome, Outcomes};
use crate::statistics::Tally;
use crate::units::Span;

/// The trials of a scenario, summed up.
///
/// Memory depends on how widely figures spread, not on the number of trials
/// (except for the samples that were asked for). Merging is exact and
/// commutative, so threads and shards change nothing.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Trials that ran.
    pub trials: u64,
    /// Figures, milestones and the outages of clients.
    gathered: Gathered,
    /// The critical paths.
    pub stages: Stages,
    /// The served shares over time.
    pub bands: Bands,
    /// What each component waited for.
    pub waits: Waits,
    /// One a limit: the trials that keep it.
    pub kept: Vec<Share>,
    /// The trials that keep all limits at once.
    pub kept_all: Share,
    /// Trials in which the system was lost again after it counted as recovered.
    pub relapsed: u64,
    /// Trials in which more happened than a trial may hold.
    pub unsettled: u64,
    /// What the drill would report, where the scenario has a procedure.
    pub drill: Option<Drilled>,
    /// The first outcomes, by trial, as many as the plan asks for.
    pub samples: Vec<Outcome>,
}

impl Summary {
    fn new(layout: &Layout, horizon: Span, limits: usize) -> Self {
        Self {
            trials: 0,
            gathered: Gathered::new(layout),
            stages: Stages::new(layout.stages.len()),
            bands: Bands::new(layout, horizon),
            waits: Waits::new(layout),
            kept: vec![Share::default(); limits],
            kept_all: Share::default(),
            relapsed: 0,
            unsettled: 0,
            drill: layout.drill.as_ref().map(Drilled::new),
            samples: Vec::new(),
        }
    }

    /// Counts what was put off.
    fn finish(&mut self, tally: &mut Tally) {
        self.gathered.finish(tally);
        self.stages.finish(tally);
        self.waits.finish(tally);
        if let Some(drill) = &mut self.drill {
            drill.finish(tally);
        }
    }

    /// Adds the trials of another summary of the same experiment.
    pub fn merge(&mut self, other: Self) {
        self.trials += other.trials;
        self.gathered.merge(&other.gathered);
        self.stages.merge(&other.stages);
        self.bands.merge(&other.bands);
        self.waits.merge(&other.waits);
        for (mine, theirs) in self.kept.iter_mut().zip(&other.kept) {
            mine.merge(theirs);
        }
        self.kept_all.merge(&other.kept_all);
        if let (Some(mine), Some(theirs)) = (&mut self.drill, &other.drill) {
            mine.merge(theirs);
        }
        self.relapsed += other.relapsed;
        self.unsettled += other.unsettled;
        self.samples.extend(other.samples);
        self.samples.sort_by_key(|outcome| outcome.trial);
    }

    /// A figure slot over trials.
    ///
    /// # Panics
    ///
    /// The layout has no such slot.
    #[must_use]
    pub fn figure(&self, slot: usize) -> &Series {
        self.gathered.figure(slot)
    }

    /// The outages of the clients of a population, in all trials.
    ///
    /// # Panics
    ///
    /// The layout has no such population.
    #[must_use]
    pub fn clients(&self, population: usize) -> &Series {
        self.gathered.clients(population)
    }

    /// When the instances of a component stamp a mark: the first of them, the second,
    /// and so on, up to the [`RANKS`](super::RANKS)-th.
    ///
    /// # Panics
    ///
    /// The layout has no such milestone slot.
    pub fn ranks(&self, milestone: usize) -> impl Iterator<Item = &Series> {
        self.gathered.ranks(milestone)
    }

    /// When the last of those stamps a mark that stamp it at all.
    ///
    /// # Panics
    ///
    /// The layout has no such milestone slot.
    #[must_use]
    pub fn last(&self, milestone: usize) -> &Series {
        self.gathered.last(milestone)
    }

    /// The spread of a figure slot: over clients and trials for client outages,
    /// else over trials.
    #[must_use]
    pub fn spread<'s>(&'s self, layout: &Layout, slot: usize) -> &'s Series {
        let population = layout.clients.iter().position(|p| p.slots.contains(&slot));
        match population {
            Some(population) => self.clients(population),
            None => self.figure(slot),
        }
    }
}

/// A worker's part of a summary.
struct Worker<'e> {
    layout: &'e Layout,
    limits: &'e [Limit],
    samples: u64,
    summary: Summary,
    made: Made,
    tally: Tally,
}

impl Worker<'_> {
    /// Counts what is no single number of a trial.
    fn course(&mut self, one: One<'_>) {
        let (summary, course) = (&mut self.summary, one.course());
        summary.stages.add(&course.path);
        summary.bands.record(self.layout, course);
        summary.waits.add(&course.waits);
        let told = self.layout.drill.as_ref().zip(course.drill.as_ref());
        if let (Some(drilled), Some((layout, drill))) = (&mut summary.drill, told) {
            drilled.record((layout, self.layout), self.limits, (drill, one));
        }
        summary.relapsed += u64::from(course.relapsed);
        summary.unsettled += u64::from(course.unsettled);
        if one.trial() < self.samples {
            summary.samples.push(one.to_outcome());
        }
    }
}

impl Collect for Worker<'_> {
    fn outcomes(&mut self, outcomes: &Outcomes) {
        let summary = &mut self.summary;
        let count = outcomes.count;
        summary.trials += count as u64;
        summary.gathered.record(self.layout, &mut self.made, outcomes);
        let mut all = [true; BESIDE];
        for (share, limit) in summary.kept.iter_mut().zip(self.limits) {
            for (value, all) in outcomes.figures[limit.slot][..count].iter().zip(&mut all) {
                let keeps = limit.keeps(*value);
                *all &= keeps;
                share.record(keeps);
            }
        }
        all[..count].iter().for_each(|all| summary.kept_all.record(*all));
        summary.waits.add_thin(outcomes);
        outcomes.all().for_each(|one| self.course(one));
    }

    fn end_batch(&mut self, whole: bool) {
        let summary = &mut self.summary;
        summary.gathered.end_batch(whole, &mut self.tally);
        summary.stages.end_batch(&mut self.tally);
        summary.waits.end_batch(whole, &mut self.tally);
        for share in summary.kept.iter_mut().chain(std::iter::once(&mut summary.kept_all)) {
            share.end_batch(whole);
        }
        if let Some(drill) = &mut summary.drill {
            drill.end_batch(whole, &mut self.tally);
        }
    }
}

/// Runs the trials `from..to` of an experiment; `from` must begin a batch.
///
/// Ranges that follow each other merge to the bytes of one run over both.
#[must_use]
pub fn run_range(
    source: &impl Source,
    limits: &[Limit],
    plan: &Plan,
    (from, to): (u64, u64),
    pool: &Pool,
    progress: &(dyn Fn(u64) + Sync),
) -> Summary {
    let layout = source.layout();
    let empty = || Summary::new(layout, source.horizon(), limits.len());
    // No more workers than batches: each has histograms of its own.
    let batches = (to.saturating_sub(from)).div_ceil(crate::random::BATCH);
    let workers = usize::try_from(batches).unwrap_or(usize::MAX).min(pool.size());
    let worker = |_| Worker {
        layout,
        limits,
        samples: plan.samples,
        summary: empty(),
        made: Made::new(layout),
        tally: Tally::default(),
    };
    let mut workers: Vec<Worker<'_>> = (0..workers).map(worker).collect();
    pool.run(source, plan, (from, to), &mut workers, progress);
    // The first holds the others: no histogram is there twice.
    let mut parts = workers.into_iter().map(|mut worker| {
        worker.summary.finish(&mut worker.tally);
        worker.summary
    });
    let mut whole = parts.next().unwrap_or_else(empty);
    parts.for_each(|part| whole.merge(part));
    whole
}
