//! Wires: who must hear of a level's change, packed for those who execute changes.
//!
//! A change touches everybody who reads the level, so what it walks over lies side by
//! side: first the thresholds, which count it there and then and need a look only where
//! their value flips, then everybody else.

use std::collections::BTreeSet;

use super::gate::Gate;
use super::graph::{Consumer, Graph, Mark};
use super::id::ClockId;
use super::literal::{EventId, LevelId};

/// Kinds of those who hear of a change, in the order in which they lie side by side:
/// those who count, then those who look again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A gate whose value follows from a count, by its position in [`Graph::gates`].
    Gate,
    /// A part of a meter: who counts it and looks.
    Part,
    /// A counter.
    Count,
    /// A clock.
    Clock,
    /// A probe.
    Probe,
    /// A work.
    Work,
    /// A lease.
    Lease,
    /// A dial.
    Dial,
    /// A tank.
    Tank,
    /// A member of a log, members of all logs counted on.
    Log,
    /// A pick.
    Pick,
    /// A pool.
    Pool,
    /// A crew.
    Crew,
    /// A meter.
    Meter,
    /// A gate that remembers, by its position in [`Graph::gates`].
    Latch,
    /// A milestone that the rise of the level stamps, by its position in [`Wires::marks`].
    Mark,
}

impl Kind {
    /// How many there are.
    pub const MANY: usize = 16;
    const ALL: [Self; Self::MANY] = [
        Self::Gate,
        Self::Part,
        Self::Count,
        Self::Clock,
        Self::Probe,
        Self::Work,
        Self::Lease,
        Self::Dial,
        Self::Tank,
        Self::Log,
        Self::Pick,
        Self::Pool,
        Self::Crew,
        Self::Meter,
        Self::Latch,
        Self::Mark,
    ];
}

/// One who hears of a change: kind, position, whether it is the last of its level, and
/// whether it reads the negation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Wire(u32);

/// Bits of a position; sixty million of a kind are more than fit a machine.
const POSITION_BITS: u32 = 26;
/// What comes below it.
const LAST: u32 = 0b10;
const FLAG_BITS: u32 = 2;

impl Wire {
    fn new(kind: Kind, position: u32, negated: bool) -> Self {
        debug_assert!(position < 1 << POSITION_BITS, "a graph is not that large");
        Self(((kind as u32) << POSITION_BITS | position) << FLAG_BITS | u32::from(negated))
    }

    /// Its kind.
    #[must_use]
    #[inline]
    pub const fn kind(self) -> Kind {
        Kind::ALL[self.number()]
    }

    /// Whether a gate counts by it.
    #[must_use]
    #[inline]
    pub const fn is_gate(self) -> bool {
        self.number() == Kind::Gate as usize
    }

    /// The position of the gate that counts by it.
    #[must_use]
    #[inline]
    pub const fn gate(self) -> usize {
        debug_assert!(self.is_gate(), "only a gate has the number 0 above its position");
        (self.0 >> FLAG_BITS) as usize
    }

    /// Whether it is of this kind.
    #[must_use]
    #[inline]
    pub const fn is(self, kind: Kind) -> bool {
        self.number() == kind as usize
    }

    #[inline]
    const fn number(self) -> usize {
        (self.0 >> (POSITION_BITS + FLAG_BITS)) as usize % Kind::MANY
    }

    /// Its position among its kind.
    #[must_use]
    #[inline]
    pub const fn position(self) -> usize {
        ((self.0 >> FLAG_BITS) & ((1 << POSITION_BITS) - 1)) as usize
    }

    /// Whether no other wire of the level comes after it.
    #[must_use]
    #[inline]
    pub const fn is_last(self) -> bool {
        self.0 & LAST != 0
    }

    /// Whether it reads the negation of the level.
    #[must_use]
    #[inline]
    pub const fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }
}

/// Where the wires of a level begin; nowhere, if nobody hears of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Start(u32);

/// Nobody hears of it.
const NOBODY: Start = Start(u32::MAX);

/// A gate, as far as a look at it goes: its level and whether it remembers, and where
/// the wires of the level begin, so that its change does not look that up elsewhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Valve(u32, Start);

impl Valve {
    /// Its level.
    #[must_use]
    #[inline]
    pub const fn level(self) -> LevelId {
        LevelId(self.0 >> 1)
    }

    /// Whether it remembers: its value does not follow from a count.
    #[must_use]
    #[inline]
    pub const fn is_latch(self) -> bool {
        self.0 & 1 == 1
    }

    /// Where the wires of its level begin.
    #[must_use]
    #[inline]
    pub const fn start(self) -> Start {
        self.1
    }
}

/// The wires of a graph.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wires {
    /// Where each level's wires begin.
    starts: Vec<Start>,
    wires: Vec<Wire>,
    /// The gates of the graph, in its order.
    pub valves: Vec<Valve>,
    /// Who stamps which milestone.
    pub marks: Vec<Mark>,
    /// Where the observers of each clock begin; one more than clocks.
    rounds: Vec<u32>,
    observers: Vec<Consumer>,
}

impl Wires {
    /// The wires of a graph whose consumers are known.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut wires = Self::default();
        let mut members = vec![0];
        for log in &graph.logs {
            members.push(members[members.len() - 1] + log.members.len() as u32);
        }
        let latch = |gate: &Gate| matches!(gate, Gate::Latch { .. });
        let valve =
            |(gate, level): &(Gate, LevelId)| Valve(level.0 << 1 | u32::from(latch(gate)), NOBODY);
        wires.valves = graph.gates.iter().map(valve).collect();
        for (index, level) in graph.levels.iter().enumerate() {
            let consumers = graph.consumers_of(LevelId(index as u32)).iter();
            let mut all: Vec<Wire> =
                consumers.filter_map(|c| wire(*c, &members, &wires.valves)).collect();
            let parts: BTreeSet<usize> =
                all.iter().filter(|wire| wire.is(Kind::Part)).map(|wire| wire.position()).collect();
            // A meter looks where it counts, and once is enough.
            all.retain(|wire| !(wire.is(Kind::Meter) && parts.contains(&wire.position())));
            if let Some(mark) = level.mark {
                all.push(Wire::new(Kind::Mark, wires.marks.len() as u32, false));
                wires.marks.push(mark);
            }
            all.sort_by_key(|wire| wire.0 >> FLAG_BITS);
            let start = Start(wires.wires.len() as u32);
            wires.starts.push(if all.is_empty() { NOBODY } else { start });
            all.last_mut().into_iter().for_each(|last| last.0 |= LAST);
            wires.wires.extend(all);
        }
        wires.rounds.push(0);
        for observers in &graph.observers {
            wires.observers.extend(observers);
            wires.rounds.push(wires.observers.len() as u32);
        }
        // Behind the last wire nobody hears of anything.
        let end = Start(wires.wires.len() as u32);
        wires.starts.iter_mut().filter(|start| **start == NOBODY).for_each(|start| *start = end);
        for valve in &mut wires.valves {
            valve.1 = wires.starts[valve.level().index()];
        }
        wires
    }

    /// Where the wires of a level begin.
    #[must_use]
    #[inline]
    pub fn start(&self, level: LevelId) -> Start {
        self.starts[level.index()]
    }

    /// All wires from there on: those of this level to the [last](Wire::is_last),
    /// thresholds first, and then those of others.
    #[must_use]
    #[inline]
    pub fn from(&self, start: Start) -> &[Wire] {
        &self.wires[start.0 as usize..]
    }

    /// Who looks at the ticks of a clock.
    #[must_use]
    #[inline]
    pub fn observers(&self, clock: ClockId) -> &[Consumer] {
        let (first, end) = (self.rounds[clock.index()], self.rounds[clock.index() + 1]);
        &self.observers[first as usize..end as usize]
    }

    /// What the rise of a level stamps.
    #[must_use]
    pub fn mark_of(&self, level: LevelId) -> Option<Mark> {
        let last = self.from(self.start(level)).iter().find(|wire| wire.is_last())?;
        last.is(Kind::Mark).then(|| self.marks[last.position()])
    }
}

/// The wire of a consumer, where it does anything at a change.
fn wire(consumer: Consumer, members: &[u32], valves: &[Valve]) -> Option<Wire> {
    let looking = |kind, position| Some(Wire::new(kind, position, false));
    match consumer {
        Consumer::Gate(gate, _) if valves[gate as usize].is_latch() => looking(Kind::Latch, gate),
        Consumer::Gate(gate, negated) => Some(Wire::new(Kind::Gate, gate, negated)),
        Consumer::Work(id) => looking(Kind::Work, id.0),
        Consumer::Clock(id) => looking(Kind::Clock, id.0),
        Consumer::Probe(id) => looking(Kind::Probe, id.0),
        Consumer::Lease(id) => looking(Kind::Lease, id.0),
        Consumer::Dial(id) => looking(Kind::Dial, id.0),
        Consumer::Pick(id) => looking(Kind::Pick, id.0),
        Consumer::Log(id, member) => looking(Kind::Log, members[id.index()] + member),
        Consumer::Meter(meter) => looking(Kind::Meter, meter),
        Consumer::Part(meter, negated) => Some(Wire::new(Kind::Part, meter, negated)),
        Consumer::Count(counter, negated) => Some(Wire::new(Kind::Count, counter, negated)),
        Consumer::Tank(id) => looking(Kind::Tank, id.0),
        Consumer::Pool(id) => looking(Kind::Pool, id.0),
        // What a backup holds is only ever read.
        Consumer::Backup(_) => None,
    }
}

/// A gate in a trial: how many of its inputs hold, and since which change that has
/// been enough, or too few.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// How many more of its inputs hold than must.
    over: i32,
    /// The change that took `over` across, then whether others went back since, and in
    /// the last bit its value.
    crossed: u32,
}

impl Counted {
    /// A gate of which `count` inputs hold where `least` must, and whose value is so.
    #[must_use]
    pub fn new(count: u32, least: u32, value: bool) -> Self {
        let over = i64::from(count) - i64::from(least);
        Self { over: over as i32, crossed: u32::from(value) }
    }

    /// One of its inputs begins to hold (`up`), or ends, by the event `by`; whether it
    /// is due for a look: its value does not follow from its count any more.
    #[inline]
    pub fn count(&mut self, up: bool, by: EventId) -> bool {
        self.over = if up { self.over.wrapping_add(1) } else { self.over.wrapping_sub(1) };
        let enough = self.over >= 0;
        if enough == self.value() {
            return false;
        }
        if self.over == i32::from(up) - 1 {
            self.crossed = by.0 << 2 | u32::from(self.value());
        } else if up != enough {
            self.crossed |= 2;
        }
        true
    }

    /// Its value as of its last look.
    #[inline]
    const fn value(self) -> bool {
        self.crossed & 1 == 1
    }

    /// It is looked at: its new value, if it has another, and which event made it so
    /// where that is the one that took its count across. Of the inputs that hold (or
    /// not) the deciding one is the last at that moment; those that join it later are
    /// later. Where some have gone back since, all must be looked at.
    #[inline]
    pub fn look(&mut self) -> Option<(bool, Option<EventId>)> {
        let value = self.over >= 0;
        if value == self.value() {
            return None;
        }
        let crossed = std::mem::replace(&mut self.crossed, u32::from(value));
        Some((value, (crossed & 2 == 0).then_some(EventId(crossed >> 2))))
    }

    /// How many of its inputs hold, where `least` must.
    #[must_use]
    pub fn holding(self, least: u32) -> u32 {
        (i64::from(self.over) + i64::from(least)) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::super::literal::Literal;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_wire_holds_what_was_put_in() {
        for kind in Kind::ALL {
            for (position, negated) in [(0, false), (1, true), ((1 << POSITION_BITS) - 1, true)] {
                let wire = Wire::new(kind, position, negated);
                for (wire, last) in [(wire, false), (Wire(wire.0 | LAST), true)] {
                    assert_eq!(
                        (wire.kind(), wire.position(), wire.is_negated(), wire.is_last()),
                        (kind, position as usize, negated, last)
                    );
                }
            }
        }
    }

    proptest! {
        /// The slow twin looks at all inputs: value and cause of each flip.
        #[test]
        fn a_count_knows_value_and_cause(
            least in 0_u32..7,
            start in proptest::collection::vec(any::<bool>(), 1..6),
            flips in proptest::collection::vec((0_usize..6, any::<bool>()), 0..60),
        ) {
            let mut holds = start.clone();
            let mut events = vec![EventId::START; holds.len()];
            let inputs: Vec<_> = (0..holds.len() as u32).map(|l| Literal::of(LevelId(l))).collect();
            let gate = Gate::Threshold { inputs, least };
            let held = holds.iter().filter(|h| **h).count() as u32;
            let mut value = held >= least;
            let mut counted = Counted::new(held, least, value);
            let mut due = false;
            for (number, (input, looks)) in flips.into_iter().enumerate() {
                let input = input % holds.len();
                holds[input] = !holds[input];
                events[input] = EventId(number as u32 + 1);
                due |= counted.count(holds[input], events[input]);
                let of = |l: Literal| l.level().index();
                let count = gate.count(|l| holds[of(l)]);
                prop_assert_eq!(counted.holding(least), count);
                if !looks || !due {
                    prop_assert!(due || gate.value(count, value, |l| holds[of(l)]) == value);
                    continue;
                }
                due = false;
                let after = gate.value(count, value, |l| holds[of(l)]);
                let told = counted.look();
                prop_assert_eq!(told.map(|(value, _)| value), (after != value).then_some(after));
                if let Some((value, Some(cause))) = told {
                    let slow = gate.cause(
                        value, |l| holds[of(l)], |l| events[of(l)], &mut Vec::new(),
                    );
                    prop_assert_eq!(cause, slow);
                }
                value = after;
            }
        }
    }
}
