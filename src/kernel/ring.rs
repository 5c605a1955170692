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
    /// Whoever is due before this is due again.
    ends: Instant,
    /// In order from `first` on, and round.
    turns: Vec<Turn>,
    first: u32,
    /// When the last of them is due.
    last: Instant,
}

impl Ring {
    const fn new() -> Self {
        let (period, ends, last) = (Span::ZERO, Instant::NEVER, Instant::NEVER);
        Self { period, ends, turns: Vec::new(), first: 0, last }
    }

    fn start(&mut self, period: Span) {
        self.period = period;
        self.ends = Instant::NEVER - period;
        self.turns.clear();
        self.first = 0;
    }

    /// Who is due first.
    fn first(&self) -> Turn {
        self.turns.get(self.first as usize).copied().unwrap_or(Turn::NEVER)
    }

    fn sort(&mut self, room: &mut Room<Turn>) {
        let before = |one: &Turn, other: &Turn| {
            one.at < other.at || one.at == other.at && one.slot < other.slot
        };
        room.sort(&mut self.turns, |turn| turn.at.0, before);
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
        self.turns.rotate_left(self.first as usize);
        self.first = 0;
    }

    /// They are in order from the first on.
    fn begin_at_first(&mut self) {
        self.first = 0;
        self.last = self.turns.last().map_or(Instant::NEVER, |turn| turn.at);
    }

    /// The place of who comes after the first; the first itself where it is alone.
    #[inline(always)]
    fn next(&self) -> usize {
        let next = self.first as usize + 1;
        if next < self.turns.len() { next } else { 0 }
    }

    /// Takes who is first off, if it is due before `end`, is due again, and nobody else of this
    /// ring is due at the same instant; and when who is first then is due.
    #[inline(always)]
    fn turn_alone(&mut self, end: Instant) -> Option<(Turn, Instant)> {
        let (place, next) = (self.first as usize, self.next());
        let (turn, second) = (*self.turns.get(place)?, self.turns[next].at);
        let has_company = second <= turn.at && next != place;
        if turn.at >= end.min(self.ends) || has_company {
            return None;
        }
        Some((turn, self.turn(turn, (second, next))))
    }

    /// Who is first is due again a period later, most often after all others; `second` is
    /// when who comes after it is due, and its place. When who is first then is due.
    #[inline(always)]
    fn turn(&mut self, turn: Turn, second: (Instant, usize)) -> Instant {
        let (place, later) = (self.first as usize, Instant(turn.at.0 + self.period.0));
        // Somebody who came in later may be due later still.
        if self.last >= later {
            return self.put_back(Turn { at: later, ..turn });
        }
        self.turns[place].at = later;
        (self.first, self.last) = (second.1 as u32, later);
        if second.1 == place { later } else { second.0 }
    }

    /// A slot is due at another time than it was, and is not last of several; when who is
    /// first then is due.
    #[inline(never)]
    fn put_back(&mut self, turn: Turn) -> Instant {
        self.remove(turn.slot);
        self.insert(turn);
        self.first().at
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
    /// When the first of each ring is due, once they are sorted.
    firsts: [Instant; RINGS],
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
            firsts: [Instant::NEVER; RINGS],
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
    #[inline(always)]
    pub(super) fn join(&mut self, slot: Slot, at: Instant, period: Span) -> bool {
        let Some(ring) = self.ring_of(period) else { return false };
        self.of[slot.0 as usize] = ring as u8;
        let turn = Turn { at, slot };
        if self.unsorted {
            self.rings[ring].turns.push(turn);
        } else {
            self.rings[ring].insert(turn);
            self.firsts[ring] = self.rings[ring].first().at;
        }
        true
    }

    /// The ring of a period, if there is one or room for one; most often it is that of
    /// whoever joined last.
    #[inline(always)]
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
        if at == self.rings.len() {
            self.rings.push(Ring::new());
        }
        self.rings[at].start(period);
        self.used += 1;
        at
    }

    /// A slot leaves its ring.
    pub(super) fn leave(&mut self, slot: Slot) {
        let at = std::mem::replace(&mut self.of[slot.0 as usize], ALONE) as usize;
        self.rings[at].remove(slot);
        if !self.unsorted {
            self.firsts[at] = self.rings[at].first().at;
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
            *first = ring.first().at;
        }
    }

    /// Who is due first, or [`Key::NEVER`], and in which ring; they are sorted.
    #[inline(always)]
    pub(super) fn first(&self) -> (Key, usize) {
        debug_assert!(!self.unsorted, "rings are sorted before anybody asks");
        let (mut lead, mut at) = (0, Instant::NEVER);
        for (ring, first) in self.firsts[..self.used].iter().enumerate() {
            if *first < at || *first == at && self.precedes(ring, lead) {
                (lead, at) = (ring, *first);
            }
        }
        match self.rings.get(lead) {
            Some(ring) if at != Instant::NEVER => (ring.first().key(), lead),
            _ => (Key::NEVER, lead),
        }
    }

    /// Whether the slot that is first in a ring comes before that of another.
    #[inline(never)]
    fn precedes(&self, one: usize, other: usize) -> bool {
        self.rings[one].first().slot < self.rings[other].first().slot
    }

    /// Takes who is [first](Self::first) off; it is due again a period later.
    pub(super) fn take_first(&mut self, (key, at): (Key, usize)) -> Slot {
        let ring = &mut self.rings[at];
        if key.at() >= ring.ends {
            self.leave(key.slot());
        } else {
            let (turn, next) = (ring.first(), ring.next());
            self.firsts[at] = ring.turn(turn, (ring.turns[next].at, next));
        }
        key.slot()
    }

    /// The same, if it is due before `end` and nobody else is due at the same instant. Not
    /// where it would not be due again.
    #[inline(always)]
    pub(super) fn take_alone(&mut self, end: Instant) -> Option<(Instant, Slot)> {
        debug_assert!(!self.unsorted, "rings are sorted before anybody asks");
        if self.used == 0 {
            return None;
        }
        // The ring that leads, when, and when anybody else is due. No branch in it: which
        // of the rings leads is not to be foretold.
        let (mut lead, mut at, mut end) = (0, self.firsts[0], end);
        for ring in 1..self.used {
            let first = self.firsts[ring % RINGS];
            end = end.min(at.max(first));
            lead = if first < at { ring } else { lead };
            at = at.min(first);
        }
        let (turn, first) = self.rings.get_mut(lead)?.turn_alone(end)?;
        self.firsts[lead % RINGS] = first;
        Some((turn.at, turn.slot))
    }
}
