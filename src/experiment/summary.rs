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
use crate::outcome::{Layout, Measured, Outcome};
use crate::statistics::Tally;
use crate::units::Span;

/// Clients of a population whose outages are counted in each trial: of more, so many
/// in turn, so that each counts as often as any other. Clients of one trial resemble
/// each other: more of them would tell little more.
const TOLD: usize = 16;

/// The outages that are counted in `trial`.
fn told(all: &[Measured], trial: u64) -> impl Iterator<Item = Measured> {
    let first = if all.len() > TOLD { (trial as usize % all.len()) * TOLD } else { 0 };
    (0..all.len().min(TOLD)).map(move |turn| all[(first + turn) % all.len()])
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

impl Collect for Worker<'_> {
    fn outcome(&mut self, outcome: &Outcome) {
        let summary = &mut self.summary;
        summary.trials += 1;
        for (series, &value) in summary.figures.iter_mut().zip(&outcome.figures) {
            series.record(value);
        }
        let mut outages = outcome.client_outages.as_slice();
        for (series, population) in summary.clients.iter_mut().zip(&self.layout.clients) {
            let (own, others) = outages.split_at(population.clients);
            outages = others;
            told(own, outcome.trial).for_each(|outage| series.record(outage));
        }
        for (ranks, slot) in summary.milestones.iter_mut().zip(&self.layout.milestones) {
            let values = &outcome.milestones[slot.start..slot.start + slot.instances];
            for (series, &value) in ranks.k.iter_mut().zip(values) {
                series.record(value);
            }
            // The only one is the last as well; it is copied in the end.
            if values.len() > 1 {
                let stamped = values.iter().rev().find(|value| value.is_number());
                ranks.last.record(stamped.copied().unwrap_or(Measured::ABSENT));
            }
        }
        summary.stages.add(outcome);
        summary.bands.record(self.layout, outcome);
        summary.waits.add(outcome);
        let mut all = true;
        for (share, limit) in summary.kept.iter_mut().zip(self.limits) {
            let keeps = limit.keeps(outcome.figures[limit.slot]);
            all &= keeps;
            share.record(keeps);
        }
        summary.kept_all.record(all);
        let told = self.layout.drill.as_ref().zip(outcome.drill.as_ref());
        if let (Some(drilled), Some((layout, drill))) = (&mut summary.drill, told) {
            drilled.record((layout, self.layout), self.limits, (drill, outcome));
        }
        summary.relapsed += u64::from(outcome.relapsed);
        summary.unsettled += u64::from(outcome.unsettled);
        if outcome.trial < self.samples {
            summary.samples.push(outcome.clone());
        }
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
