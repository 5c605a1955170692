//! Wires: who must hear of a level's change, packed for those who execute changes.
//!
//! A change touches everybody who reads the level, so what it walks over lies side by
//! side: first the thresholds, which count it there and then and need a look only where
//! their value flips, then everybody else.

mod build;

use super::consumer::{Consumer, Mark};
use super::gate::Gate;
use super::id::{ClockId, ProbeId};
use super::literal::LevelId;

/// Kinds of those who hear of a change, in the order in which they lie side by side:
/// those who count, then those who look again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[repr(u8)]
pub enum Kind {
    /// A gate whose value follows from a count, by its position in `Graph::gates`.
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
    /// A gate that remembers, by its position in `Graph::gates`.
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
