//! Columns: what trials that were swept side by side yielded, a figure at a time.
//!
//! [`collect`] is the twin that tells one trial at a time; it also tells those that did not
//! fit, and those in whose chain of causes two changes came in one moment.
//!
//! [`collect`]: super::collect

#![allow(clippy::needless_range_loop, reason = "a lane is an index into several arrays")]

use pulp::{Simd, WithSimd};

use super::Program;
use super::meter::Meter;
use super::subject::Subject;
use super::sweep::{
    Chain, Followed, Lane, Missing, Sweep, Swept, Turn, greater, in_order, lanes, measured,
};
use crate::outcome::{BESIDE, Column, Course, Figure, Measured, Outcomes, Step};
use crate::units::{Instant, Span};

/// No instant: later than all.
const NEVER: i64 = i64::MAX;

/// Instances of a milestone at most whose stamps are put in order side by side.
const IN_ORDER: usize = 8;

/// How the figures of a program are read off a sweep.
#[derive(Debug)]
pub(super) struct Columns {
    /// When the first fault strikes: the first of these.
    strikes: Vec<Turn>,
    subjects: Vec<Told>,
    /// For each milestone, who stamps it.
    milestones: Vec<Vec<Turn>>,
    /// For each client, what was not served.
    outages: Vec<Missing>,
}

/// How a subject's figures are told.
#[derive(Debug)]
struct Told {
    served: Criterion,
    redundant: Option<Criterion>,
    /// What was not served.
    missing: Missing,
    /// Who stamps that it was detected, ordered and failed over.
    detected: Vec<Turn>,
    ordered: Vec<Turn>,
    failed_over: Vec<Turn>,
    /// What may have led to its recovery, where a figure or the path is read off that.
    chain: Option<Chain>,
    /// Whether the path is.
    path: bool,
    /// Whether it may be detected several times, so that the chain says which one counts.
    asks: bool,
}

/// What holds at the start, and counts as recovered once it has come back for so long.
#[derive(Debug)]
struct Criterion {
    /// Its spell, where it can change.
    slot: Option<usize>,
    stable_for: i64,
}

/// What is used again from trials to trials.
#[derive(Debug)]
pub(super) struct Side {
    /// One a subject.
    followed: Vec<Option<Followed>>,
    clock: Lane,
    sort: Vec<i64>,
    /// The trials that have to be told by themselves.
    untold: u16,
}

impl Columns {
    /// How the figures of `program` are read off `sweep`; nothing where some figure has to
    /// be told trial by trial.
    pub(super) fn of(program: &Program, sweep: &Sweep<'_>) -> Option<Self> {
        let measures = &program.measures;
        if program.drill.is_some() || measures.meters.iter().any(|meter| meter.is_told) {
            return None;
        }
        let faults = &program.graph.faults;
        let harmless = faults.iter().all(|fault| !fault.breaks);
        let count = faults.iter().filter(|fault| harmless || fault.breaks);
        let strikes = count.filter_map(|fault| sweep.turn(fault.level, false)).collect();
        let subjects = measures.subjects.iter().enumerate();
        let told = |(number, subject)| Told::of(program, sweep, (subject, number == 0));
        let subjects = subjects.map(told).collect::<Option<_>>()?;
        let milestones = 0..program.layout.milestones.len();
        let milestones = milestones.map(|milestone| sweep.stampers(milestone)).collect();
        let clients = measures.comprises.iter().flat_map(|range| range.clone());
        let outage = |client: usize| sweep.missing(measures.client_meters[client], 1);
        let outages = clients.map(outage).collect::<Option<_>>()?;
        Some(Self { strikes, subjects, milestones, outages })
    }

    pub(super) fn side(&self) -> Side {
        let chains = self.subjects.iter().map(|told| &told.chain);
        let followed = chains.map(|chain| chain.as_ref().map(Chain::followed)).collect();
        let most = self.milestones.iter().map(Vec::len).max().unwrap_or(0);
        Side { followed, clock: [0; BESIDE], sort: Vec::with_capacity(most), untold: 0 }
    }

    /// Fills `outcomes` with the trials that `swept` holds, except for those that have to
    /// be told by themselves: a bit each.
    pub(super) fn collect(
        &self,
        (program, sweep): (&Program, &Sweep<'_>),
        swept: &Swept,
        side: &mut Side,
        outcomes: &mut Outcomes,
    ) -> u16 {
        sweep.arch().dispatch(Fill { columns: self, program, swept, side, outcomes });
        side.untold
    }
}

impl Told {
    fn of(
        program: &Program,
        sweep: &Sweep<'_>,
        (subject, is_system): (&Subject, bool),
    ) -> Option<Self> {
        let meters = &program.measures.meters;
        let criterion = |meter: usize| Criterion::of(program, sweep, &meters[meter]);
        let stampers = |milestones: &[usize]| {
            milestones.iter().flat_map(|milestone| sweep.stampers(*milestone)).collect()
        };
        let detected: Vec<Turn> = stampers(&subject.detected);
        let asks = subject.tells_detection && detected.len() > 1;
        let level = meters[subject.served].criterion.level();
        Some(Self {
            served: criterion(subject.served)?,
            redundant: match subject.redundant {
                Some(meter) => Some(criterion(meter)?),
                None => None,
            },
            missing: sweep.missing(subject.served, meters[subject.served].share.whole())?,
            detected,
            ordered: stampers(&subject.ordered),
            failed_over: stampers(&subject.failed_over),
            chain: (is_system || asks).then(|| Chain::of(sweep, level)).flatten(),
            path: is_system,
            asks,
        })
    }
}

impl Criterion {
    fn of(program: &Program, sweep: &Sweep<'_>, meter: &Meter) -> Option<Self> {
        let slot = sweep.slot(meter.criterion.level());
        let holds = program.steady.holds(meter.criterion);
        let stable_for = meter.stable_for.0;
        (holds || slot.is_none()).then_some(Self { slot, stable_for })
    }

    /// When it recovered, [`NEVER`] where it did not, and how long after `clock` that was.
    #[inline(always)]
    fn recovery(&self, swept: &Swept, clock: &Lane, end: i64) -> (Lane, Column) {
        let (mut recovered, mut time) = ([NEVER; BESIDE], [Measured(0); BESIDE]);
        let Some(slot) = self.slot else { return (recovered, time) };
        let (leave, back) = swept.instants(slot);
        for lane in 0..BESIDE {
            let (from, to) = (leave[lane], back[lane]);
            // What is lost and found within one instant was never lost.
            let lost = (from != NEVER) & (from != to);
            let stays = (to != NEVER) & (end.wrapping_sub(to) >= self.stable_for);
            recovered[lane] = if lost & stays { to } else { NEVER };
            let late = if stays { to.wrapping_sub(clock[lane]) } else { Measured::CENSORED.0 };
            time[lane] = Measured(if lost { late } else { 0 });
        }
        (recovered, time)
    }
}

/// Fills columns with what a processor has for numbers side by side.
struct Fill<'f> {
    columns: &'f Columns,
    program: &'f Program,
    swept: &'f Swept,
    side: &'f mut Side,
    outcomes: &'f mut Outcomes,
}

impl WithSimd for Fill<'_> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, simd: S) {
        let Self { columns, program, swept, side, outcomes } = self;
        let end = (Instant::ZERO + program.horizon).0;
        let (clock, _) = first(swept, &columns.strikes);
        for lane in 0..BESIDE {
            side.clock[lane] = if clock[lane] == NEVER { 0 } else { clock[lane] };
        }
        let here = if outcomes.count < BESIDE { (1 << outcomes.count) - 1 } else { u16::MAX };
        let fitting = here & swept.fitting();
        side.untold = here & !fitting;
        for lane in 0..BESIDE {
            outcomes.courses[lane].clear();
            outcomes.courses[lane].watched = Span(end - side.clock[lane]);
        }
        let at = At { swept, clock: side.clock, end, fitting };
        let subjects = program.measures.subjects.iter().zip(&columns.subjects);
        for ((subject, told), followed) in subjects.zip(&mut side.followed) {
            side.untold |= told.figures(simd, subject, &at, followed.as_mut(), outcomes);
        }
        let slots = program.layout.milestones.iter().zip(&columns.milestones);
        for (slot, turns) in slots {
            let columns = &mut outcomes.milestones[slot.start..][..slot.instances];
            milestone(simd, swept, turns, &side.clock, (columns, &mut side.sort));
        }
        for (column, missing) in outcomes.client_outages.iter_mut().zip(&columns.outages) {
            missing.lanes(simd, swept, end, column);
        }
        let populations = program.layout.clients.iter().zip(&program.measures.comprises);
        let mut start = 0;
        for (population, range) in populations {
            let mut worst = [0_i64; BESIDE];
            for column in &outcomes.client_outages[start..start + range.len()] {
                worst = greater(worst, plain(*column));
            }
            start += range.len();
            for slot in &population.slots {
                outcomes.figures[*slot] = measured(worst);
            }
        }
    }
}

/// The trials at hand.
#[derive(Clone, Copy)]
struct At<'a> {
    swept: &'a Swept,
    /// When the first fault struck.
    clock: Lane,
    /// The horizon.
    end: i64,
    /// Those that fitted.
    fitting: u16,
}

impl Told {
    /// All figures of a subject; the trials in which its chain cannot be told.
    #[inline(always)]
    fn figures<S: Simd>(
        &self,
        simd: S,
        subject: &Subject,
        at: &At<'_>,
        followed: Option<&mut Followed>,
        outcomes: &mut Outcomes,
    ) -> u16 {
        let At { swept, clock, end, .. } = at;
        let end = *end;
        let (recovered, recovery) = self.served.recovery(swept, clock, end);
        let (mut detected, many) = first(swept, &self.detected);
        let mut unclear = 0;
        if let (Some(chain), Some(followed)) = (&self.chain, followed) {
            let mut trials = 0;
            for lane in 0..BESIDE {
                let asks = self.path | (many[lane] > 1);
                trials |= u16::from((recovered[lane] != NEVER) & asks) << lane;
            }
            chain.follow(swept, (trials & at.fitting, clock), followed);
            unclear = followed.unclear;
            if self.path {
                path(chain, (swept, followed), clock, &mut outcomes.courses);
            }
            if self.asks {
                verdicts(chain, (swept, followed), (subject, &many), &mut detected);
            }
        }
        let ordered = first(swept, &self.ordered).0;
        let failed_over = since(swept, &self.failed_over, &ordered);
        let figures = &mut outcomes.figures[subject.first..];
        for (column, figure) in figures.iter_mut().zip(&subject.figures) {
            *column = match figure {
                Figure::RecoveryTime => recovery,
                Figure::RedundancyRestored => match &self.redundant {
                    Some(redundant) => redundant.recovery(swept, clock, end).1,
                    None => [Measured::ABSENT; BESIDE],
                },
                Figure::Downtime => {
                    self.missing.lanes(simd, swept, end, column);
                    continue;
                }
                // Logs that change are not swept.
                Figure::DataLossSeconds
                | Figure::DataLossWrites
                | Figure::RecoveryPointAge
                | Figure::SplitBrainSeconds => [Measured(0); BESIDE],
                Figure::TimeToDetect => spans(clock, &detected),
                Figure::TimeToDecide => spans(&detected, &ordered),
                Figure::TimeToFailOver => spans(&ordered, &failed_over),
                Figure::TimeToReroute => spans(&failed_over, &recovered),
                // Outages are told when all figures are; what is told over time is not
                // told here.
                Figure::Integrity
                | Figure::TimeToVerify
                | Figure::ClientOutage
                | Figure::MinimumAvailability
                | Figure::Latency => [Measured::ABSENT; BESIDE],
            };
        }
        unclear
    }
}

/// The paths of all trials: the stretches between the events of their chains.
#[inline(always)]
fn path(
    chain: &Chain,
    (swept, followed): (&Swept, &Followed),
    clock: &Lane,
    courses: &mut [Course],
) {
    let mut from = *clock;
    for event in chain.events(swept, followed) {
        for lane in lanes(event.there) {
            let begins = from[lane];
            let to = event.at(lane).max(begins);
            from[lane] = to;
            if let Some(stage) = event.stage.filter(|_| begins < to) {
                let (from, to) = (Instant(begins), Instant(to));
                courses[lane].path.push(Step { stage: stage as usize, from, to });
            }
        }
    }
}

/// Where several have detected something, the first on the way to the recovery counts.
#[inline(always)]
fn verdicts(
    chain: &Chain,
    (swept, followed): (&Swept, &Followed),
    (subject, many): (&Subject, &Lane),
    detected: &mut Lane,
) {
    let mut open = u16::MAX;
    for event in chain.events(swept, followed) {
        if !event.stamps.is_some_and(|stamps| subject.detected.contains(&(stamps as usize))) {
            continue;
        }
        for lane in lanes(event.there & open) {
            if many[lane] > 1 {
                detected[lane] = event.at(lane);
            }
        }
        open &= !event.there;
    }
}

/// The first of some instants, and how many there are.
#[inline(always)]
fn first(swept: &Swept, turns: &[Turn]) -> (Lane, Lane) {
    let (mut first, mut many) = ([NEVER; BESIDE], [0; BESIDE]);
    for turn in turns {
        let at = swept.turns(turn);
        for lane in 0..BESIDE {
            many[lane] = i64::wrapping_add(many[lane], i64::from(at[lane] != NEVER));
            first[lane] = if at[lane] < first[lane] { at[lane] } else { first[lane] };
        }
    }
    (first, many)
}

/// The first of some instants that is not before another, if that came.
#[inline(always)]
fn since(swept: &Swept, turns: &[Turn], after: &Lane) -> Lane {
    let mut first = [NEVER; BESIDE];
    for turn in turns {
        let at = swept.turns(turn);
        for lane in 0..BESIDE {
            let after = if after[lane] == NEVER { 0 } else { after[lane] };
            let earlier = (at[lane] >= after) & (at[lane] < first[lane]);
            first[lane] = if earlier { at[lane] } else { first[lane] };
        }
    }
    first
}

/// From one instant to a later one; absent where either did not come.
#[inline(always)]
fn between(from: i64, to: i64) -> i64 {
    let both = (to != NEVER) & (to >= from);
    if both { to.wrapping_sub(from) } else { Measured::ABSENT.0 }
}

#[inline(always)]
fn spans(from: &Lane, to: &Lane) -> Column {
    let mut spans = [Measured::ABSENT; BESIDE];
    for lane in 0..BESIDE {
        spans[lane] = Measured(between(from[lane], to[lane]));
    }
    spans
}

/// When the instances of a milestone stamped it, in order; a column an instance.
#[inline(always)]
fn milestone<S: Simd>(
    simd: S,
    swept: &Swept,
    turns: &[Turn],
    clock: &Lane,
    (columns, sort): (&mut [Column], &mut Vec<i64>),
) {
    let (moving, others) = columns.split_at_mut(turns.len());
    others.fill([Measured::ABSENT; BESIDE]);
    for (column, turn) in moving.iter_mut().zip(turns) {
        let at = swept.turns(turn);
        for lane in 0..BESIDE {
            let since = at[lane].wrapping_sub(clock[lane]);
            column[lane] = Measured(if at[lane] == NEVER { NEVER } else { since });
        }
    }
    if moving.len() <= IN_ORDER {
        for last in (1..moving.len()).rev() {
            for low in 0..last {
                let (lower, upper) = moving.split_at_mut(low + 1);
                let (mut less, mut more) = (plain(lower[low]), plain(upper[0]));
                in_order(simd, &mut less, &mut more);
                (lower[low], upper[0]) = (measured(less), measured(more));
            }
        }
    } else {
        for lane in 0..BESIDE {
            sort.clear();
            sort.extend(moving.iter().map(|column| column[lane].0));
            sort.sort_unstable();
            for (column, value) in moving.iter_mut().zip(&*sort) {
                column[lane] = Measured(*value);
            }
        }
    }
    for column in moving {
        for value in column {
            *value = if value.0 == NEVER { Measured::ABSENT } else { *value };
        }
    }
}

/// What was measured, as plain numbers.
#[inline(always)]
fn plain(column: Column) -> Lane {
    let mut values = [0; BESIDE];
    for lane in 0..BESIDE {
        values[lane] = column[lane].0;
    }
    values
}
