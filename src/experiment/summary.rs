//! What many trials come to: histograms and counters that merge exactly.

use super::bands::Bands;
use super::drilled::Drilled;
use super::limits::Limit;
use super::plan::Plan;
use super::pool::{Collect, Pool};
use super::series::{Series, Share};
use super::source::Source;
use super::stage::Stages;
use super::waits::Waits;
use crate::outcome::{BESIDE, Column, Layout, Measured, One, Outcome, Outcomes};
use crate::statistics::Tally;
use crate::units::Span;

/// Clients of a population whose outages are counted in each trial: of more, so many
/// in turn, so that each counts as often as any other. Clients of one trial resemble
/// each other: more of them would tell little more.
const TOLD: usize = 16;

/// The outages that are counted in the trials side by side from `first` on.
fn told(all: &[Column], first: u64) -> impl Iterator<Item = &Column> {
    let turn = first as usize / BESIDE % all.len().max(1);
    let from = if all.len() > TOLD { turn * TOLD } else { 0 };
    (0..all.len().min(TOLD)).map(move |next| &all[(from + next) % all.len()])
}

/// Instances of a milestone whose ranks are counted one by one.
pub const RANKS: usize = 64;

/// When the instances of a component stamp a mark.
#[derive(Clone, Debug, Default)]
pub struct Ranks {
    /// The k-th of them; the first [`RANKS`] where there are more.
    pub k: Vec<Series>,
    /// The last of those that stamp at all.
    pub last: Series,
}

impl Ranks {
    /// Counts when the instances of some trials stamped, a column an instance.
    fn record(&mut self, columns: &[Column], count: usize) {
        for (series, column) in self.k.iter_mut().zip(columns) {
            series.record_all(&column[..count]);
        }
        // The only one is the last as well; it is copied in the end.
        if columns.len() < 2 {
            return;
        }
        // Who never stamps comes after all who do.
        let mut last = [Measured::ABSENT; BESIDE];
        for column in columns {
            for (last, value) in last.iter_mut().zip(column) {
                *last = (*last).max(*value);
            }
        }
        self.last.record_all(&last[..count]);
    }
}

/// The trials of a scenario, summed up.
///
/// Memory depends on how widely figures spread, not on the number of trials
/// (except for the samples that were asked for). Merging is exact and
/// commutative, so threads and shards change nothing.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Trials that ran.
    pub trials: u64,
    /// One a figure slot.
    pub figures: Vec<Series>,
    /// One a client population: the outages of all its clients in all trials.
    pub clients: Vec<Series>,
    /// One a milestone slot.
    pub milestones: Vec<Ranks>,
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
        let ranks = |instances: usize| Ranks {
            k: vec![Series::default(); instances.min(RANKS)],
            last: Series::default(),
        };
        Self {
            trials: 0,
            figures: vec![Series::default(); layout.figures.len()],
            clients: layout.clients.iter().map(|p| Series::new(p.clients.min(TOLD))).collect(),
            milestones: layout.milestones.iter().map(|slot| ranks(slot.instances)).collect(),
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
    fn finish(&mut self) {
        for series in self.figures.iter_mut().chain(&mut self.clients) {
            series.finish();
        }
        for ranks in &mut self.milestones {
            ranks.k.iter_mut().chain([&mut ranks.last]).for_each(Series::finish);
        }
        if let Some(drill) = &mut self.drill {
            drill.settle();
        }
    }

    /// Adds the trials of another summary of the same experiment.
    pub fn merge(&mut self, other: Self) {
        self.trials += other.trials;
        merge_all(&mut self.figures, &other.figures);
        merge_all(&mut self.clients, &other.clients);
        for (mine, theirs) in self.milestones.iter_mut().zip(&other.milestones) {
            merge_all(&mut mine.k, &theirs.k);
            mine.last.merge(&theirs.last);
        }
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

    /// The spread of a figure slot: over clients and trials for client outages,
    /// else over trials.
    #[must_use]
    pub fn spread<'s>(&'s self, layout: &Layout, slot: usize) -> &'s Series {
        let population = layout.clients.iter().position(|p| p.slots.contains(&slot));
        population.map_or(&self.figures[slot], |population| &self.clients[population])
    }
}

fn merge_all(mine: &mut [Series], theirs: &[Series]) {
    for (mine, theirs) in mine.iter_mut().zip(theirs) {
        mine.merge(theirs);
    }
}

/// A worker's part of a summary.
struct Worker<'e> {
    layout: &'e Layout,
    limits: &'e [Limit],
    samples: u64,
    summary: Summary,
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
        for (series, column) in summary.figures.iter_mut().zip(&outcomes.figures) {
            series.record_all(&column[..count]);
        }
        let mut outages = outcomes.client_outages.as_slice();
        for (series, population) in summary.clients.iter_mut().zip(&self.layout.clients) {
            let (own, others) = outages.split_at(population.clients);
            outages = others;
            told(own, outcomes.first).for_each(|column| series.record_all(&column[..count]));
        }
        for (ranks, slot) in summary.milestones.iter_mut().zip(&self.layout.milestones) {
            ranks.record(&outcomes.milestones[slot.start..][..slot.instances], count);
        }
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
        for series in summary.figures.iter_mut().chain(&mut summary.clients) {
            series.end_batch(whole, &mut self.tally);
        }
        for ranks in &mut summary.milestones {
            for series in ranks.k.iter_mut().chain(std::iter::once(&mut ranks.last)) {
                series.end_batch(whole, &mut self.tally);
            }
        }
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
        tally: Tally::default(),
    };
    let mut workers: Vec<Worker<'_>> = (0..workers).map(worker).collect();
    pool.run(source, plan, (from, to), &mut workers, progress);
    // The first holds the others: no histogram is there twice.
    let mut parts = workers.into_iter().map(|mut worker| {
        worker.summary.finish();
        worker.summary
    });
    let mut whole = parts.next().unwrap_or_else(empty);
    parts.for_each(|part| whole.merge(part));
    for ranks in &mut whole.milestones {
        if let [only] = ranks.k.as_slice() {
            ranks.last = only.clone();
        }
    }
    whole
}
