//! Chains of causes of all trials side by side.
//!
//! Whatever may stand in the chain that ends with one event is known before any trial.
//! Trial by trial only some of it does: from the event at the end, each event hands the
//! trials in which it stands in the chain on to what caused it there. `Account` is the
//! twin that walks along the chain of one trial; where that needs to know of two changes
//! in one moment which came first, the trial is left to it.

#![allow(clippy::needless_range_loop, reason = "a lane is an index into several arrays")]

use std::collections::{BTreeMap, BTreeSet};

use super::cause::{Cause, change_of, event_of};
use super::lane::{LANES, Lane, Mask, lanes};
use super::spell::instant;
use super::turn::Turn;
use super::{Sweep, Swept};
use crate::block::gate::Gate;
use crate::block::{EventId, LevelId, Producer};

/// All that may stand in the chain that ends with one event, what comes later first.
#[derive(Debug)]
pub(in crate::trial) struct Chain {
    links: Vec<Link>,
}

/// An event that may stand in it.
#[derive(Debug)]
struct Link {
    turn: Turn,
    /// The stage that it ends.
    stage: Option<u32>,
    /// The milestone that it stamps.
    stamps: Option<u32>,
    cause: By,
}

/// What caused it: positions of links; `None` where nothing did.
#[derive(Debug)]
enum By {
    One(Option<usize>),
    /// The first of these that came in the same moment.
    First(Vec<(Turn, Option<usize>)>),
    /// The one that is written down there.
    Decided(usize, Vec<Option<usize>>),
    /// The end of a condition, or its return, where that came before.
    Lapse(Turn, [Option<usize>; 2]),
}

/// Which trials' chains an event stands in, as far as they have been followed.
#[derive(Debug)]
pub(in crate::trial) struct Followed {
    there: Vec<Mask>,
    /// The positions of those that stand in any, a bit each.
    some: Vec<u64>,
    /// The trials that have to be followed one by one.
    pub(in crate::trial) unclear: Mask,
}

/// An event of some trials' chains.
#[derive(Clone, Copy, Debug)]
pub(in crate::trial) struct Linked<'c> {
    /// In which trials it stands in the chain.
    pub(in crate::trial) there: Mask,
    /// The stage that it ends.
    pub(in crate::trial) stage: Option<u32>,
    /// The milestone that it stamps.
    pub(in crate::trial) stamps: Option<u32>,
    moments: &'c Lane,
}

impl Linked<'_> {
    /// When it came in a trial in whose chain it stands \[ns\].
    #[inline(always)]
    pub(in crate::trial) fn at(&self, lane: usize) -> i64 {
        instant(self.moments[lane])
    }
}

impl Chain {
    /// The chain that ends with the return of a level; nothing where that cannot change.
    pub(in crate::trial) fn of(sweep: &Sweep<'_>, level: LevelId) -> Option<Self> {
        sweep.slot(level)?;
        let last = sweep.telling[event_of(level, 1).0 as usize];
        let mut order = Order { sweep, seen: BTreeSet::new(), events: Vec::new() };
        order.visit(last);
        // What was visited last depends on all others.
        let events: Vec<EventId> = order.events.into_iter().rev().collect();
        let places: BTreeMap<EventId, usize> = events.iter().copied().zip(0..).collect();
        let place = |event: EventId| places.get(&event).copied();
        let links = events.iter().map(|event| Link::of(sweep, *event, &place)).collect();
        Some(Self { links })
    }

    pub(in crate::trial) fn followed(&self) -> Followed {
        Followed {
            there: vec![0; self.links.len()],
            some: vec![0; self.links.len().div_ceil(64)],
            unclear: 0,
        }
    }

    /// Finds out which trials' chains each event stands in, of those in `trials`; `clock`
    /// is when the first fault struck.
    #[inline(always)]
    pub(in crate::trial) fn follow(
        &self,
        swept: &Swept,
        (trials, clock): (Mask, &Lane),
        followed: &mut Followed,
    ) {
        followed.there.fill(0);
        followed.some.fill(0);
        followed.unclear = 0;
        followed.hand(&Some(0), trials);
        for word in 0..followed.some.len() {
            // What caused an event stands behind it, maybe in the same word.
            let mut done = 0;
            while followed.some[word] & !done != 0 {
                let next = (followed.some[word] & !done).trailing_zeros();
                done |= 1 << next;
                self.step(swept, clock, word * 64 + next as usize, followed);
            }
        }
    }

    /// Hands the trials in whose chains a link stands on to what caused it there.
    #[inline(always)]
    fn step(&self, swept: &Swept, clock: &Lane, position: usize, followed: &mut Followed) {
        let (link, here) = (&self.links[position], followed.there[position]);
        match &link.cause {
            By::One(cause) => followed.hand(cause, here),
            By::First(inputs) => {
                let moments = swept.moments(&link.turn);
                let at_once = here & at(moments, clock);
                let later = here & !at_once;
                let mut open = later;
                for (turn, cause) in inputs {
                    let same = equal(swept.moments(turn), moments);
                    followed.unclear |= later & !open & same;
                    followed.hand(cause, open & same);
                    open &= !same;
                }
                // At the instant of the fault every chain is as short as any other,
                // and the last is taken.
                let mut open = at_once;
                for (turn, cause) in inputs.iter().rev() {
                    if open == 0 {
                        break;
                    }
                    let same = equal(swept.moments(turn), moments);
                    followed.hand(cause, open & same);
                    open &= !same;
                }
            }
            By::Decided(decider, causes) => {
                let (who, ties) = &swept.lanes.deciders[*decider];
                for lane in lanes(here) {
                    match causes.get(who[lane] as usize) {
                        Some(cause) if ties[lane] == 1 => followed.hand(cause, 1 << lane),
                        _ => followed.unclear |= 1 << lane,
                    }
                }
            }
            By::Lapse(again, causes) => {
                let earlier = earlier(swept.moments(again), swept.moments(&link.turn));
                followed.hand(&causes[0], here & !earlier);
                followed.hand(&causes[1], here & earlier);
            }
        }
    }

    /// The events that stand in some trial's chain, the first cause first.
    pub(in crate::trial) fn events<'c>(
        &'c self,
        swept: &'c Swept,
        followed: &'c Followed,
    ) -> impl Iterator<Item = Linked<'c>> {
        followed.last_first().map(|position| {
            let (link, there) = (&self.links[position], followed.there[position]);
            let moments = swept.moments(&link.turn);
            Linked { there, stage: link.stage, stamps: link.stamps, moments }
        })
    }
}

impl Followed {
    /// An event, if there is one, stands in the chains of some more trials.
    #[inline(always)]
    fn hand(&mut self, to: &Option<usize>, trials: Mask) {
        if let Some(to) = *to
            && trials != 0
        {
            self.there[to] |= trials;
            self.some[to / 64] |= 1 << (to % 64);
        }
    }

    /// The positions of events that stand in some chain, from the last on.
    #[inline(always)]
    fn last_first(&self) -> impl Iterator<Item = usize> {
        let mut word = self.some.len();
        let mut bits = 0_u64;
        std::iter::from_fn(move || {
            while bits == 0 {
                word = word.checked_sub(1)?;
                bits = self.some[word];
            }
            let last = 63 - bits.leading_zeros();
            bits ^= 1 << last;
            Some(word * 64 + last as usize)
        })
    }
}

impl Link {
    fn of(sweep: &Sweep<'_>, event: EventId, place: &impl Fn(EventId) -> Option<usize>) -> Self {
        let (level, change) = change_of(event);
        let graph = sweep.graph;
        let turn = sweep.turn(level, change == 1).expect("what causes anything can change");
        let value = sweep.steady.levels[level.index()] == (change == 1);
        let named = &graph.levels[level.index()];
        // A work that gives its unit back has run until then; before it got the unit, it
        // waited.
        let stage = match named.producer {
            Producer::Unit(work) if !value => {
                graph.levels[graph.works[work.index()].1.index()].stage
            }
            _ => named.stage,
        };
        let telling = |event: EventId| place(sweep.telling[event.0 as usize]);
        let cause = match Cause::of(graph, level, change) {
            Cause::One(event) => By::One(telling(event)),
            Cause::Lapse(of) => {
                let back = sweep.turn(of, true).expect("a lease that changes has a reason");
                By::Lapse(back, [0, 1].map(|change| telling(event_of(of, change))))
            }
            Cause::Gate(gate) => match decider(sweep, gate, change) {
                Some(decider) => {
                    let inputs = sweep.gates[gate].iter();
                    By::Decided(decider, inputs.map(|(_, of)| telling(event_of(*of, 0))).collect())
                }
                None => {
                    let turn = |event: EventId| {
                        let (level, change) = change_of(event);
                        sweep.turn(level, change == 1).expect("it is an input that can change")
                    };
                    let deciding = deciding(sweep, gate, value).into_iter();
                    By::First(deciding.map(|event| (turn(event), telling(event))).collect())
                }
            },
        };
        let stamps = named.mark.filter(|_| value).map(|mark| mark.milestone);
        Self { turn, stage, stamps, cause }
    }
}

/// Where it is written down which input alone decided a change of a gate.
fn decider(sweep: &Sweep<'_>, gate: usize, change: u32) -> Option<usize> {
    sweep.deciders.get(&gate).copied().filter(|_| change == 0)
}

/// The changes of what a gate reads that may make it `value`.
fn deciding(sweep: &Sweep<'_>, gate: usize, value: bool) -> Vec<EventId> {
    let inputs = sweep.gates[gate].iter();
    // What is read becomes `value` by its first change or by its second.
    let to = |value: bool| {
        move |(input, level): &(super::Input, LevelId)| {
            event_of(*level, u32::from(input.held == value))
        }
    };
    match &sweep.graph.gates[gate].0 {
        Gate::Threshold { .. } => inputs.map(to(value)).collect(),
        Gate::Latch { when, until } => {
            let when = inputs.clone().filter(|(_, level)| value && *level == when.level());
            let until = inputs.filter(|(_, level)| *level == until.level());
            when.map(to(true)).chain(until.map(to(!value))).collect()
        }
    }
}

/// Puts events in order: each after all that may have caused it.
struct Order<'o, 'g> {
    sweep: &'o Sweep<'g>,
    /// No longer than the chain: there may be one for each component.
    seen: BTreeSet<EventId>,
    events: Vec<EventId>,
}

impl Order<'_, '_> {
    fn visit(&mut self, event: EventId) {
        if event == EventId::START || !self.seen.insert(event) {
            return;
        }
        let sweep = self.sweep;
        let (level, change) = change_of(event);
        let value = sweep.steady.levels[level.index()] == (change == 1);
        let causes = match Cause::of(sweep.graph, level, change) {
            Cause::One(cause) => vec![cause],
            Cause::Lapse(of) => vec![event_of(of, 0), event_of(of, 1)],
            Cause::Gate(gate) => deciding(sweep, gate, value),
        };
        for cause in causes {
            self.visit(sweep.telling[cause.0 as usize]);
        }
        self.events.push(event);
    }
}

/// The trials in which two moments are one.
#[inline(always)]
fn equal(one: &Lane, other: &Lane) -> Mask {
    let mut same = 0;
    for lane in 0..LANES {
        same |= Mask::from(one[lane] == other[lane]) << lane;
    }
    same
}

/// The trials in which one moment is before another.
#[inline(always)]
fn earlier(one: &Lane, other: &Lane) -> Mask {
    let mut earlier = 0;
    for lane in 0..LANES {
        earlier |= Mask::from(one[lane] < other[lane]) << lane;
    }
    earlier
}

/// The trials in which a moment is at an instant.
#[inline(always)]
fn at(moments: &Lane, instants: &Lane) -> Mask {
    let mut at = 0;
    for lane in 0..LANES {
        at |= Mask::from(instant(moments[lane]) == instants[lane]) << lane;
    }
    at
}
