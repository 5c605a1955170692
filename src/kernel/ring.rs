//! Rings: what is due again and again, all of one ring a period apart.
//!
//! Whoever is due first in a ring is due last of all of it from then on, so nothing is
//! sorted twice, and who is due first of all is found among the first of each.

use super::key::{Key, Slot};
use super::spread::Room;
use crate::units::{Instant, Span};

/// A slot, and when it is due next.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Turn {
    at: Instant,
    slot: Slot,
}

impl Turn {
    const NEVER: Self = Self { at: Instant::NEVER, slot: Slot(u32::MAX) };

    /// Its place in the order of events.
    #[inline]
    const fn key(self) -> Key {
        Key::new(self.at, self.slot)
    }
}

/// Slots that are due a period apart, in their order.
#[derive(Clone, Debug)]
struct Ring {
    period: Span,
    /// In order from `first` on, and round.
    turns: Vec<Turn>,
    first: usize,
    /// When the last of them is due.
    last: Instant,
}

impl Ring {
    fn start(&mut self, period: Span) {
        self.period = period;
        self.turns.clear();
        self.first = 0;
    }

    /// Who is due first.
    fn first(&self) -> Turn {
        self.turns.get(self.first).copied().unwrap_or(Turn::NEVER)
    }

    fn sort(&mut self, room: &mut Room<Turn>) {
        room.sort(&mut self.turns, |turn| turn.at.0, |turn| (turn.at, turn.slot));
        self.begin_at_first();
    }

    /// One more, in order.
    fn insert(&mut self, turn: Turn) {
        self.straighten();
        let place = self.turns.partition_point(|other| other.key() < turn.key());
        self.turns.insert(place, turn);
        self.begin_at_first();
    }

    /// One less.
    fn remove(&mut self, slot: Slot) {
        self.straighten();
        self.turns.retain(|turn| turn.slot != slot);
        self.begin_at_first();
    }

    fn straighten(&mut self) {
        self.turns.rotate_left(self.first);
        self.first = 0;
    }

    /// They are in order from the first on.
    fn begin_at_first(&mut self) {
        self.first = 0;
        self.last = self.turns.last().map_or(Instant::NEVER, |turn| turn.at);
    }

    /// Who comes after the first, and its place; the first itself where it is alone.
    #[inline(always)]
    fn second(&self) -> (Turn, usize) {
        let next = self.first + 1;
        let next = if next < self.turns.len() { next } else { 0 };
        (self.turns[next], next)
    }

    /// Who is due first is due again `later`, most often after all others; `second` is who
    /// comes after it. Who is first then.
    #[inline(always)]
    fn turn(&mut self, later: Instant, second: (Turn, usize)) -> Turn {
        let turn = &mut self.turns[self.first];
        turn.at = later;
        let turn = *turn;
        if second.1 == self.first {
            self.last = later;
            return turn;
        }
        // Somebody who came in later may be due later still.
        if self.last >= later {
            return self.put_back(turn);
        }
        (self.first, self.last) = (second.1, later);
        second.0
    }

    /// A slot is due at another time than it was, and is not last of several; who is first
    /// then.
    #[inline(never)]
    fn put_back(&mut self, turn: Turn) -> Turn {
        self.remove(turn.slot);
        self.insert(turn);
        self.first()
    }

    /// When a slot that is in it is due.
    fn due(&self, slot: Slot) -> Option<Instant> {
        self.turns.iter().find(|turn| turn.slot == slot).map(|turn| turn.at)
    }
}

/// In no ring.
const ALONE: u8 = u8::MAX;
/// There are no more rings than these.
pub(super) const RINGS: usize = 32;

/// A ring for each period.
#[derive(Clone, Debug)]
pub(super) struct Rings {
    /// Those that are used come first.
    rings: Vec<Ring>,
    used: usize,
    /// Whom somebody joined last.
    joined: usize,
    /// The ring of each slot.
    of: Vec<u8>,
    /// The first of each ring, once they are sorted.
    firsts: [Turn; RINGS],
    /// Who stands in them from the start is in no order yet.
    unsorted: bool,
    room: Room<Turn>,
}

impl Rings {
    /// Empty rings for `slots` slots.
    pub(super) fn new(slots: usize) -> Self {
        Self {
            rings: Vec::new(),
            used: 0,
            joined: 0,
            of: vec![ALONE; slots],
            firsts: [Turn::NEVER; RINGS],
            unsorted: false,
            room: Room::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        for turn in self.rings[..self.used].iter().flat_map(|ring| &ring.turns) {
            self.of[turn.slot.0 as usize] = ALONE;
        }
        self.used = 0;
        self.unsorted = true;
    }

    /// Whether a slot stands in a ring.
    #[inline]
    pub(super) fn has(&self, slot: Slot) -> bool {
        self.of[slot.0 as usize] != ALONE
    }

    /// When a slot that stands in a ring is due.
    pub(super) fn due(&self, slot: Slot) -> Option<Instant> {
        self.rings.get(self.of[slot.0 as usize] as usize)?.due(slot)
    }

    /// Puts a slot that stands in none into the ring of this period; whether there is
    /// one, or room for one.
    #[inline]
    pub(super) fn join(&mut self, slot: Slot, at: Instant, period: Span) -> bool {
        let Some(ring) = self.ring_of(period) else { return false };
        self.of[slot.0 as usize] = ring as u8;
        let turn = Turn { at, slot };
        if self.unsorted {
            self.rings[ring].turns.push(turn);
        } else {
            self.rings[ring].insert(turn);
            self.firsts[ring] = self.rings[ring].first();
        }
        true
    }

    /// The ring of a period, if there is one or room for one; most often it is that of
    /// whoever joined last.
    #[inline]
    fn ring_of(&mut self, period: Span) -> Option<usize> {
        if self.joined < self.used && self.rings[self.joined].period == period {
            return Some(self.joined);
        }
        let known = self.rings[..self.used].iter().position(|ring| ring.period == period);
        if known.is_none() && self.used == RINGS {
            return None;
        }
        self.joined = known.unwrap_or_else(|| self.open(period));
        Some(self.joined)
    }

    fn open(&mut self, period: Span) -> usize {
        let at = self.used;
        match self.rings.get_mut(at) {
            Some(ring) => ring.start(period),
            None => {
                self.rings.push(Ring { period, turns: Vec::new(), first: 0, last: Instant::NEVER })
            }
        }
        self.used += 1;
        at
    }

    /// A slot leaves its ring.
    pub(super) fn leave(&mut self, slot: Slot) {
        let at = std::mem::replace(&mut self.of[slot.0 as usize], ALONE) as usize;
        self.rings[at].remove(slot);
        if !self.unsorted {
            self.firsts[at] = self.rings[at].first();
        }
    }

    /// All that stood in rings from the start are sorted.
    #[inline]
    pub(super) fn sort(&mut self) {
        if self.unsorted {
            self.sort_all();
        }
    }

    fn sort_all(&mut self) {
        self.unsorted = false;
        for (ring, first) in self.rings[..self.used].iter_mut().zip(&mut self.firsts) {
            ring.sort(&mut self.room);
            *first = ring.first();
        }
    }

    /// Who is due first, or [`Key::NEVER`], and in which ring; they are sorted.
    #[inline]
    pub(super) fn first(&self) -> (Key, usize) {
        debug_assert!(!self.unsorted, "rings are sorted before anybody asks");
        let (mut lead, mut least) = (0, Turn::NEVER);
        for (ring, first) in self.firsts[..self.used].iter().enumerate() {
            if first.at < least.at || first.at == least.at && first.slot < least.slot {
                (lead, least) = (ring, *first);
            }
        }
        (if least.at == Instant::NEVER { Key::NEVER } else { least.key() }, lead)
    }

    /// Takes who is [first](Self::first) off; it is due again a period later.
    pub(super) fn take_first(&mut self, (key, at): (Key, usize)) -> Slot {
        let (slot, later) = (key.slot(), key.at() + self.rings[at].period);
        if later == Instant::NEVER {
            self.leave(slot);
        } else {
            let second = self.rings[at].second();
            self.firsts[at] = self.rings[at].turn(later, second);
        }
        slot
    }

    /// The same, if nobody else is due by that instant: in no ring, and not at `other`.
    /// Not where it would not be due again.
    #[inline]
    pub(super) fn take_alone(&mut self, other: Instant) -> Option<(Instant, Slot)> {
        debug_assert!(!self.unsorted, "rings are sorted before anybody asks");
        // The ring that leads, when, and when anybody else is due. No branch in it: which
        // of the rings leads is not to be foretold.
        let (mut lead, mut at, mut others) = (0, Instant::NEVER, other);
        for (ring, first) in self.firsts[..self.used].iter().enumerate() {
            others = others.min(at.max(first.at));
            lead = if first.at < at { ring } else { lead };
            at = at.min(first.at);
        }
        let ring = self.rings.get_mut(lead).filter(|_| at < others)?;
        let (later, second) = (at + ring.period, ring.second());
        let has_company = second.0.at <= at && second.1 != ring.first;
        if has_company || later == Instant::NEVER {
            return None;
        }
        let first = &mut self.firsts[lead];
        let slot = first.slot;
        *first = ring.turn(later, second);
        Some((at, slot))
    }
}
