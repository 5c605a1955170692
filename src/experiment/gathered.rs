//! The series of a scenario: of its figures, milestones and clients.

use pulp::{Arch, NullaryFnOnce};

use super::columns::Columns;
use super::series::Series;
use crate::outcome::{BESIDE, Column, Layout, Measured, Outcomes};
use crate::statistics::Tally;

/// Clients of a population whose outages are counted in each trial: of more, so many
/// in turn, so that each counts as often as any other. Clients of one trial resemble
/// each other: more of them would tell little more.
const TOLD: usize = 16;

/// Instances of a milestone whose ranks are counted one by one.
pub const RANKS: usize = 64;

/// The outages that are counted in the trials side by side from `first` on.
fn told(all: &[Column], first: u64) -> impl Iterator<Item = &Column> {
    let turn = first as usize / BESIDE % all.len().max(1);
    let from = if all.len() > TOLD { turn * TOLD } else { 0 };
    (0..all.len().min(TOLD)).map(move |next| &all[(from + next) % all.len()])
}

/// When the last of some instances stamped that stamp at all: who never does comes
/// after all who do.
#[inline(always)]
fn latest(instances: &[Column]) -> Column {
    let mut latest = [Measured::ABSENT; BESIDE];
    for column in instances {
        for lane in 0..BESIDE {
            latest[lane] = Measured(latest[lane].0.max(column[lane].0));
        }
    }
    latest
}

/// The columns of a milestone.
#[derive(Clone, Copy, Debug)]
struct Ranks {
    /// That of the first rank; the others follow.
    first: usize,
    /// How many there are.
    count: usize,
    /// The last of those that stamp at all: where there is one alone, it.
    last: usize,
}

/// Where the values of a column stand.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// In this slot of the figures.
    Figure(usize),
    /// In this row of the milestones.
    Instance(usize),
    /// Among those that are made of others.
    Made(usize),
}

/// Values that are made of those that trials tell: scratch.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// The last of each milestone's instances, then the outages that are told of each
    /// client population.
    columns: Vec<Vec<Measured>>,
}

/// A series each for figures, for ranks of milestones and for client populations.
#[derive(Clone, Debug)]
pub(super) struct Gathered {
    arch: Arch,
    columns: Columns,
    places: Vec<Place>,
    milestones: Vec<Ranks>,
    /// The column of the first client population.
    clients: usize,
}

impl Gathered {
    /// No trials yet.
    pub(super) fn new(layout: &Layout) -> Self {
        let mut places: Vec<Place> = (0..layout.figures.len()).map(Place::Figure).collect();
        let mut made = 0..;
        let mut make = || Place::Made(made.next().expect("there is no end of them"));
        let mut milestones = Vec::with_capacity(layout.milestones.len());
        for slot in &layout.milestones {
            let (first, count) = (places.len(), slot.instances.min(RANKS));
            places.extend((slot.start..slot.start + count).map(Place::Instance));
            let last = if slot.instances == 1 { first } else { first + count };
            if slot.instances != 1 {
                places.push(make());
            }
            milestones.push(Ranks { first, count, last });
        }
        let clients = places.len();
        places.extend(layout.clients.iter().map(|_| make()));
        let told = layout.clients.iter().map(|population| population.clients.min(TOLD));
        let columns = Columns::new(std::iter::repeat_n(1, clients).chain(told));
        Self { arch: Arch::new(), columns, places, milestones, clients }
    }

    /// Counts some trials.
    pub(super) fn record(&mut self, layout: &Layout, made: &mut Made, outcomes: &Outcomes) {
        self.arch.dispatch(Record { gathered: self, layout, made, outcomes });
    }

    /// Ends a batch; only whole ones tell how batches differ.
    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        self.columns.end_batch(whole, tally);
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        self.columns.finish(tally);
    }

    /// Adds the trials of another of the same layout.
    pub(super) fn merge(&mut self, other: &Self) {
        self.columns.merge(&other.columns);
    }

    /// That of a figure slot.
    pub(super) fn figure(&self, slot: usize) -> &Series {
        assert!(matches!(self.places[slot], Place::Figure(_)), "no figure has the slot {slot}");
        self.columns.series(slot)
    }

    /// That of the outages of a client population.
    pub(super) fn clients(&self, population: usize) -> &Series {
        self.columns.series(self.clients + population)
    }

    /// Those of the ranks of a milestone slot.
    pub(super) fn ranks(&self, milestone: usize) -> impl Iterator<Item = &Series> {
        let Ranks { first, count, .. } = self.milestones[milestone];
        (first..first + count).map(|column| self.columns.series(column))
    }

    /// That of the last that stamps a milestone slot at all.
    pub(super) fn last(&self, milestone: usize) -> &Series {
        self.columns.series(self.milestones[milestone].last)
    }
}

/// Counts trials with what a processor has for numbers side by side.
struct Record<'r> {
    gathered: &'r mut Gathered,
    layout: &'r Layout,
    made: &'r mut Made,
    outcomes: &'r Outcomes,
}

impl NullaryFnOnce for Record<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { gathered: Gathered { columns, places, .. }, layout, made, outcomes } = self;
        let count = outcomes.count;
        made.make(layout, outcomes);
        columns.record(
            #[inline(always)]
            |column| match places[column] {
                Place::Figure(slot) => &outcomes.figures[slot][..count],
                Place::Instance(row) => &outcomes.milestones[row][..count],
                Place::Made(number) => &made.columns[number],
            },
        );
    }
}

impl Made {
    /// Room for what is made of a layout's values.
    pub(super) fn new(layout: &Layout) -> Self {
        let lasts = layout.milestones.iter().filter(|slot| slot.instances != 1);
        let columns = lasts.count() + layout.clients.len();
        Self { columns: vec![Vec::with_capacity(BESIDE); columns] }
    }

    #[inline(always)]
    fn make(&mut self, layout: &Layout, outcomes: &Outcomes) {
        let count = outcomes.count;
        let mut columns = self.columns.iter_mut();
        let mut next = || {
            let column = columns.next().expect("there is one for each");
            column.clear();
            column
        };
        for slot in layout.milestones.iter().filter(|slot| slot.instances != 1) {
            let instances = &outcomes.milestones[slot.start..][..slot.instances];
            next().extend_from_slice(&latest(instances)[..count]);
        }
        let mut outages = outcomes.client_outages.as_slice();
        for population in &layout.clients {
            let (own, others) = outages.split_at(population.clients);
            outages = others;
            let column = next();
            told(own, outcomes.first).for_each(|one| column.extend_from_slice(&one[..count]));
        }
    }
}
