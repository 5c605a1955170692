//! Wires: who must hear of a level's change, packed for those who execute changes.
//!
//! A change touches everybody who reads the level, so what it walks over lies side by
//! side: first the thresholds, which count it there and then and need a look only where
//! their value flips, then everybody else.

use std::collections::{BTreeMap, BTreeSet};

use super::gate::Gate;
use super::graph::{Consumer, Graph, Mark};
use super::id::{ClockId, ProbeId};
use super::literal::{EventId, LevelId};

/// Kinds of those who hear of a change, in the order in which they lie side by side:
/// those who count, then those who look again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A gate whose value follows from a count, by its position in [`Graph::gates`].
    Gate,
    /// A part of a meter, which counts it and looks.
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
    /// A meter that looks, by its position in [`Wires::lookers`]: it has the level as its
    /// criterion, or as several of its parts.
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
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

/// A gate, as far as its change goes: its level, and where the wires of that begin, so that
/// this is looked up nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Valve(u32, Start);

/// It remembers.
const LATCH: u32 = 0b01;
/// Its level is read by the gate after it and by nobody else.
const HANDS_ON: u32 = 0b10;

impl Valve {
    fn new(level: LevelId, gate: &Gate) -> Self {
        let latch = if matches!(gate, Gate::Latch { .. }) { LATCH } else { 0 };
        Self(level.0 << FLAG_BITS | latch, NOBODY)
    }

    /// Its level.
    #[must_use]
    #[inline]
    pub const fn level(self) -> LevelId {
        LevelId(self.0 >> FLAG_BITS)
    }

    /// Whether it remembers: its value does not follow from a count.
    #[must_use]
    #[inline]
    pub const fn is_latch(self) -> bool {
        self.0 & LATCH != 0
    }

    /// Whether the next gate of the graph, and nobody else, counts its level.
    #[must_use]
    #[inline]
    pub const fn hands_on(self) -> bool {
        self.0 & HANDS_ON != 0
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
    /// Meters that look, and how many of their parts a level is.
    pub lookers: Vec<(u32, u32)>,
    /// Who looks at the ticks of each clock.
    rounds: Vec<Round>,
    watchers: Vec<ProbeId>,
    others: Vec<Consumer>,
}

/// Who looks at the ticks of a clock.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Round {
    watchers: (u32, u32),
    others: (u32, u32),
}

impl Round {
    /// Whether anything but probes looks.
    #[must_use]
    #[inline]
    pub const fn has_others(self) -> bool {
        self.others.0 < self.others.1
    }
}

impl Wires {
    /// The wires of a graph whose consumers are known.
    pub(super) fn of(graph: &Graph) -> Self {
        let mut wires = Self::default();
        let mut members = vec![0];
        for log in &graph.logs {
            members.push(members[members.len() - 1] + log.members.len() as u32);
        }
        let valve = |(gate, level): &(Gate, LevelId)| Valve::new(*level, gate);
        wires.valves = graph.gates.iter().map(valve).collect();
        for (index, level) in graph.levels.iter().enumerate() {
            let consumers = graph.consumers_of(LevelId(index as u32)).iter();
            let mut all: Vec<Wire> =
                consumers.filter_map(|c| wire(*c, &members, &wires.valves)).collect();
            wires.add_lookers(&mut all);
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
        wires.add_rounds(graph);
        // Behind the last wire nobody hears of anything.
        let end = Start(wires.wires.len() as u32);
        wires.starts.iter_mut().filter(|start| **start == NOBODY).for_each(|start| *start = end);
        for (position, valve) in wires.valves.iter_mut().enumerate() {
            let start = wires.starts[valve.level().index()];
            let only = wires.wires.get(start.0 as usize).filter(|wire| wire.is_last());
            let next = Wire::new(Kind::Gate, position as u32 + 1, false).0 | LAST;
            let flags = if only == Some(&Wire(next)) { HANDS_ON } else { 0 };
            *valve = Valve(valve.0 | flags, start);
        }
        wires
    }

    /// Of each meter among the wires of a level one is left where one is enough: a meter
    /// looks where it counts, and counts at once what is its part many times.
    fn add_lookers(&mut self, all: &mut Vec<Wire>) {
        let mut parts: BTreeMap<Wire, u32> = BTreeMap::new();
        for wire in all.iter().filter(|wire| wire.is(Kind::Part)) {
            *parts.entry(*wire).or_default() += 1;
        }
        let counting: BTreeSet<usize> = parts.keys().map(|part| part.position()).collect();
        let mut looking = |position: usize, many: u32, negated: bool| {
            self.lookers.push((position as u32, many));
            Wire::new(Kind::Meter, self.lookers.len() as u32 - 1, negated)
        };
        let mut lookers = Vec::new();
        for wire in all.iter().filter(|wire| wire.is(Kind::Meter)) {
            if !counting.contains(&wire.position()) {
                lookers.push(looking(wire.position(), 0, false));
            }
        }
        for (part, many) in parts.iter().filter(|(_, many)| **many > 1) {
            lookers.push(looking(part.position(), *many, part.is_negated()));
        }
        all.retain(|wire| !wire.is(Kind::Meter) && parts.get(wire).is_none_or(|many| *many == 1));
        all.extend(lookers);
    }

    /// Who looks at the ticks of clocks: probes, of which there are most, by themselves.
    fn add_rounds(&mut self, graph: &Graph) {
        for observers in &graph.observers {
            let (watchers, others) = (self.watchers.len() as u32, self.others.len() as u32);
            for observer in observers {
                match *observer {
                    Consumer::Probe(id) => self.watchers.push(id),
                    Consumer::Lease(_) | Consumer::Backup(_) => self.others.push(*observer),
                    // Its attempts have slots of their own.
                    _ => {}
                }
            }
            self.rounds.push(Round {
                watchers: (watchers, self.watchers.len() as u32),
                others: (others, self.others.len() as u32),
            });
        }
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
    pub fn round(&self, clock: ClockId) -> Round {
        self.rounds[clock.index()]
    }

    /// The probes among them.
    #[must_use]
    #[inline]
    pub fn watchers(&self, round: Round) -> &[ProbeId] {
        &self.watchers[round.watchers.0 as usize..round.watchers.1 as usize]
    }

    /// The leases and backups among them.
    #[must_use]
    #[inline]
    pub fn others(&self, round: Round) -> &[Consumer] {
        &self.others[round.others.0 as usize..round.others.1 as usize]
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
