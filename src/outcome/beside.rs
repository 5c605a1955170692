//! Trials side by side: the same values by columns, so that whoever works with one figure
//! of many trials finds them next to each other.

use super::course::{Course, Outcome};
use super::layout::Layout;
use super::measured::Measured;

/// So many trials stand side by side.
pub const BESIDE: usize = 16;

/// One value of each of the trials side by side.
pub type Column = [Measured; BESIDE];

/// What some trials that follow each other yielded.
///
/// Rows of columns are laid out as the values of an [`Outcome`] are. Of fewer than
/// [`BESIDE`] trials the last places of each column mean nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Outcomes {
    /// The first of the trials.
    pub first: u64,
    /// How many there are, up to [`BESIDE`].
    pub count: usize,
    /// One column a slot.
    pub figures: Vec<Column>,
    /// One column an instance of a milestone.
    pub milestones: Vec<Column>,
    /// One column a client.
    pub client_outages: Vec<Column>,
    /// What is no single number, trial by trial.
    pub courses: Vec<Course>,
}

impl Outcomes {
    /// Room for what a layout lays out.
    #[must_use]
    pub fn new(layout: &Layout) -> Self {
        let columns = |rows: usize| vec![[Measured::ABSENT; BESIDE]; rows];
        Self {
            first: 0,
            count: 0,
            figures: columns(layout.figures.len()),
            milestones: columns(layout.milestones.iter().map(|slot| slot.instances).sum()),
            client_outages: columns(layout.clients.iter().map(|of| of.clients).sum()),
            courses: vec![Course::default(); BESIDE],
        }
    }

    /// Takes over what one trial yielded, at the place that its number says.
    ///
    /// # Panics
    ///
    /// The trial is none of [`BESIDE`] from the first on, or not laid out alike.
    pub fn put(&mut self, outcome: &Outcome) {
        let lane = usize::try_from(outcome.trial - self.first).expect("it stands beside the first");
        let rows = [
            (&mut self.figures, &outcome.figures),
            (&mut self.milestones, &outcome.milestones),
            (&mut self.client_outages, &outcome.client_outages),
        ];
        for (columns, values) in rows {
            assert_eq!(columns.len(), values.len(), "trial {} is laid out alike", outcome.trial);
            for (column, value) in columns.iter_mut().zip(values) {
                column[lane] = *value;
            }
        }
        self.courses[lane].copy(&outcome.course);
    }

    /// The trial at a place.
    #[must_use]
    pub fn one(&self, lane: usize) -> One<'_> {
        One { outcomes: self, lane }
    }

    /// The trials, in order.
    pub fn all(&self) -> impl Iterator<Item = One<'_>> {
        (0..self.count).map(|lane| self.one(lane))
    }
}

/// One of the trials side by side.
#[derive(Clone, Copy, Debug)]
pub struct One<'o> {
    outcomes: &'o Outcomes,
    lane: usize,
}

impl<'o> One<'o> {
    /// Which trial it is.
    #[must_use]
    pub fn trial(self) -> u64 {
        self.outcomes.first + self.lane as u64
    }

    /// The value of a slot of its figures.
    #[must_use]
    pub fn figure(self, slot: usize) -> Measured {
        self.outcomes.figures[slot][self.lane]
    }

    /// What is no single number.
    #[must_use]
    pub fn course(self) -> &'o Course {
        &self.outcomes.courses[self.lane]
    }

    /// By itself.
    #[must_use]
    pub fn to_outcome(self) -> Outcome {
        let row = |columns: &[Column]| columns.iter().map(|column| column[self.lane]).collect();
        Outcome {
            trial: self.trial(),
            figures: row(&self.outcomes.figures),
            milestones: row(&self.outcomes.milestones),
            client_outages: row(&self.outcomes.client_outages),
            course: self.course().clone(),
        }
    }
}
