//! What is due when.
//!
//! Everything that can happen has a *slot*, numbered once for all trials, and a
//! slot is due at one instant at most. Ties are broken by the slot's number, so
//! the order of events never depends on how many were scheduled before: a run
//! that executes every tick and one that skips them agree. Whoever numbers the
//! slots gives lower numbers to what must come first at an instant.
//!
//! A 4-ary heap of instants and slots with the slots' places: moving or cancelling an
//! event leaves nothing behind, and nothing is allocated after construction. What is
//! taken off leaves a gap at the top, which the next that comes in fills. Whatever is due
//! again and again a period apart stands in a [ring](super::ring) with all of the same
//! period, of which only the first is in the heap.

use super::ring::Ring;
use crate::units::{Instant, Span};

/// Something that can be due, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

/// Not in the heap.
const ABSENT: u32 = u32::MAX;
/// In no ring.
const ALONE: u8 = u8::MAX;
/// More periods than these, and whoever has another is planned one by one.
const RINGS: usize = 32;
/// Children of a heap node.
const ARITY: usize = 4;

/// An instant and a slot as one number in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key(u128);

impl Key {
    #[inline]
    pub(super) const fn new(at: Instant, slot: Slot) -> Self {
        // Instants may be negative.
        let at = at.0 as u64 ^ (1 << 63);
        Self((at as u128) << 32 | slot.0 as u128)
    }

    #[inline]
    pub(super) const fn at(self) -> Instant {
        Instant(((self.0 >> 32) as u64 ^ (1 << 63)) as i64)
    }

    #[inline]
    pub(super) const fn slot(self) -> Slot {
        Slot(self.0 as u32)
    }
}

impl Key {
    /// The same slot so much later, unless that is never.
    #[inline]
    pub(super) fn later(self, by: Span) -> Option<Self> {
        let at = self.at() + by;
        (at != Instant::NEVER).then(|| Self::new(at, self.slot()))
    }
}

/// The agenda: at most one instant a slot, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda {
    place: Vec<u32>,
    heap: Vec<Key>,
    /// What is at the top has been taken off.
    gap: bool,
    /// Those that are used come first.
    rings: Vec<Ring>,
    used: usize,
    /// The ring of each slot.
    ring: Vec<u8>,
    /// The first of no ring is in the heap yet.
    unsorted: bool,
}

impl Agenda {
    /// An empty agenda for `slots` slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self {
            place: vec![ABSENT; slots],
            heap: Vec::with_capacity(slots),
            gap: false,
            rings: Vec::new(),
            used: 0,
            ring: vec![ALONE; slots],
            unsorted: false,
        }
    }

    /// Forgets everything that is due.
    pub fn clear(&mut self) {
        for key in &self.heap {
            self.place[key.slot().0 as usize] = ABSENT;
        }
        for key in self.rings[..self.used].iter().flat_map(Ring::keys) {
            self.ring[key.slot().0 as usize] = ALONE;
        }
        self.heap.clear();
        self.gap = false;
        self.used = 0;
        self.unsorted = true;
    }

    /// Makes `slot` due at `at` and at no other instant; at
    /// [`Instant::NEVER`], not at all.
    #[inline]
    pub fn schedule(&mut self, slot: Slot, at: Instant) {
        if self.ring[slot.0 as usize] != ALONE {
            self.leave(slot);
        }
        let place = self.place[slot.0 as usize];
        if at != Instant::NEVER {
            self.put(Key::new(at, slot), place);
        } else if place != ABSENT {
            self.take(place as usize);
        }
    }

    /// Makes `slot` due at `first` and, as long as it [repeats](Self::repeats), a `period`
    /// (not zero) after each time that it is; at [`Instant::NEVER`], not at all.
    pub fn repeat(&mut self, slot: Slot, first: Instant, period: Span) {
        self.cancel(slot);
        let known = self.rings[..self.used].iter().position(|ring| ring.period == period);
        if first == Instant::NEVER || known.is_none() && self.used == RINGS {
            return self.schedule(slot, first);
        }
        let key = Key::new(first, slot);
        let at = known.unwrap_or_else(|| self.open(period));
        self.ring[slot.0 as usize] = at as u8;
        if self.unsorted {
            return self.rings[at].push(key);
        }
        let before = self.rings[at].first();
        self.rings[at].insert(key);
        self.lead(at, before);
    }

    /// Whether `slot` is due again after it has been taken off. It is not where too many
    /// others have other periods, or where that would be never.
    #[must_use]
    #[inline]
    pub fn repeats(&self, slot: Slot) -> bool {
        self.ring[slot.0 as usize] != ALONE
    }

    /// A ring of this period.
    fn open(&mut self, period: Span) -> usize {
        let at = self.used;
        match self.rings.get_mut(at) {
            Some(ring) => ring.start(period),
            None => self.rings.push(Ring::new(period)),
        }
        self.used += 1;
        at
    }

    /// Who is first in a ring, where it was `before`, is in the heap, and nobody else.
    fn lead(&mut self, ring: usize, before: Option<Key>) {
        let after = self.rings[ring].first();
        if before == after {
            return;
        }
        if let Some(place) = before.map(|key| self.place[key.slot().0 as usize])
            && place != ABSENT
        {
            self.take(place as usize);
        }
        if let Some(key) = after {
            self.put(key, ABSENT);
        }
    }

    /// A slot leaves its ring.
    fn leave(&mut self, slot: Slot) {
        let at = std::mem::replace(&mut self.ring[slot.0 as usize], ALONE) as usize;
        let before = self.rings[at].first();
        self.rings[at].remove(slot);
        if !self.unsorted {
            self.lead(at, before);
        }
    }

    fn put(&mut self, key: Key, place: u32) {
        if place == ABSENT {
            if self.gap {
                self.gap = false;
                self.sink(key, 0);
            } else {
                self.heap.push(key);
                self.rise(key, self.heap.len() - 1);
            }
            return;
        }
        self.mend();
        self.settle(key, self.place[key.slot().0 as usize] as usize);
    }

    /// Takes `slot` off the agenda.
    #[inline]
    pub fn cancel(&mut self, slot: Slot) {
        self.schedule(slot, Instant::NEVER);
    }

    /// Takes what is at `place` off.
    fn take(&mut self, place: usize) {
        let slot = self.heap[place].slot().0 as usize;
        self.mend();
        let place = std::mem::replace(&mut self.place[slot], ABSENT) as usize;
        if let Some(last) = self.heap.pop().filter(|_| place < self.heap.len()) {
            self.settle(last, place);
        }
    }

    /// When `slot` is due.
    #[must_use]
    pub fn due(&self, slot: Slot) -> Option<Instant> {
        if let Some(ring) = self.rings[..self.used].get(self.ring[slot.0 as usize] as usize) {
            return ring.due(slot);
        }
        let place = self.place[slot.0 as usize];
        (place != ABSENT).then(|| self.heap[place as usize].at())
    }

    /// What is due first.
    #[must_use]
    #[inline]
    pub fn peek(&mut self) -> Option<(Instant, Slot)> {
        self.mend();
        self.heap.first().map(|key| (key.at(), key.slot()))
    }

    /// Takes what is due first off the agenda.
    pub fn pop(&mut self) -> Option<(Instant, Slot)> {
        self.mend();
        let first = *self.heap.first()?;
        self.take_first(first.slot());
        Some((first.at(), first.slot()))
    }

    /// Takes what is due first off the agenda if it is due before `at`, or then and its
    /// slot is below `end`.
    #[inline]
    pub fn pop_before(&mut self, at: Instant, end: Slot) -> Option<Slot> {
        let end = Key::new(at, end);
        // The gap stays where there is nothing to take: it may be filled before the next.
        if self.gap && !self.heap[1..].iter().take(ARITY).any(|key| *key < end) {
            return None;
        }
        self.mend();
        let first = self.heap.first().filter(|first| **first < end)?.slot();
        self.take_first(first);
        Some(first)
    }

    /// Takes what is at the top off, or where it stands in a ring turns that.
    #[inline]
    fn take_first(&mut self, slot: Slot) {
        self.place[slot.0 as usize] = ABSENT;
        let at = self.ring[slot.0 as usize];
        self.gap = true;
        if at != ALONE {
            self.turn(slot, at as usize);
        }
    }

    /// The first of a ring has been taken off the top.
    fn turn(&mut self, slot: Slot, at: usize) {
        if !self.rings[at].turn() {
            self.ring[slot.0 as usize] = ALONE;
        }
        if let Some(first) = self.rings[at].first() {
            self.put(first, ABSENT);
        }
    }

    /// Closes the gap at the top, and everybody else is where they belong.
    #[inline]
    fn mend(&mut self) {
        if self.unsorted {
            self.begin();
        }
        let gap = std::mem::replace(&mut self.gap, false);
        if gap && let Some(last) = self.heap.pop().filter(|_| !self.heap.is_empty()) {
            self.sink(last, 0);
        }
    }

    /// All that stood in rings from the start are sorted, the first of each comes in.
    fn begin(&mut self) {
        self.unsorted = false;
        for at in 0..self.used {
            self.rings[at].sort();
            if let Some(first) = self.rings[at].first() {
                self.put(first, ABSENT);
            }
        }
    }

    /// Puts `key` where it belongs, above or below `place`.
    fn settle(&mut self, key: Key, place: usize) {
        if place > 0 && key < self.heap[(place - 1) / ARITY] {
            self.rise(key, place);
        } else {
            self.sink(key, place);
        }
    }

    fn rise(&mut self, key: Key, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let other = self.heap[parent];
            if other < key {
                break;
            }
            self.lay(other, place);
            place = parent;
        }
        self.lay(key, place);
    }

    fn sink(&mut self, key: Key, mut place: usize) {
        loop {
            let first = ARITY * place + 1;
            let (child, least) = match self.heap.get(first..first + ARITY) {
                Some(&[a, b, c, d]) => {
                    let left = if b < a { (1, b) } else { (0, a) };
                    let right = if d < c { (3, d) } else { (2, c) };
                    let (child, least) = if right.1 < left.1 { right } else { left };
                    (first + child, least)
                }
                _ => match (first..self.heap.len()).min_by_key(|child| self.heap[*child]) {
                    Some(child) => (child, self.heap[child]),
                    None => break,
                },
            };
            if key < least {
                break;
            }
            self.lay(least, place);
            place = child;
        }
        self.lay(key, place);
    }

    #[inline]
    fn lay(&mut self, key: Key, place: usize) {
        self.heap[place] = key;
        self.place[key.slot().0 as usize] = place as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Ping {
        Schedule(u32, i64),
        Cancel(u32),
        Pop,
        PopBefore(i64, u32),
        Repeat(u32, i64, i64),
        Peek,
        Clear,
    }

    fn pings() -> impl Strategy<Value = Vec<Ping>> {
        let ping = prop_oneof![
            8 => (0_u32..20, -4_i64..4).prop_map(|(slot, at)| Ping::Schedule(slot, at)),
            1 => (0_u32..20).prop_map(|slot| Ping::Schedule(slot, i64::MAX)),
            2 => (0_u32..20).prop_map(Ping::Cancel),
            3 => Just(Ping::Pop),
            2 => (-4_i64..4, 0_u32..20).prop_map(|(at, slot)| Ping::PopBefore(at, slot)),
            4 => (0_u32..20, -4_i64..4, 1_i64..4).prop_map(|(s, at, p)| Ping::Repeat(s, at, p)),
            1 => (0_u32..20, 1_i64..60).prop_map(|(slot, period)| Ping::Repeat(slot, 0, period)),
            1 => (0_u32..20, 0_i64..4).prop_map(|(s, at)| Ping::Repeat(s, i64::MAX - at, 2)),
            2 => Just(Ping::Peek),
            1 => Just(Ping::Clear),
        ];
        proptest::collection::vec(ping, 0..200)
    }

    /// The slow twin: a list of who is due when, and how long after that again.
    #[derive(Default)]
    struct List(Vec<(Instant, Slot, Option<Span>)>);

    impl List {
        fn put(&mut self, slot: Slot, at: Instant, period: Option<Span>) {
            self.0.retain(|(_, other, _)| *other != slot);
            if at != Instant::NEVER {
                self.0.push((at, slot, period));
            }
            self.0.sort_unstable();
        }

        fn first(&self) -> Option<(Instant, Slot)> {
            self.0.first().map(|(at, slot, _)| (*at, *slot))
        }

        fn pop(&mut self) -> Option<(Instant, Slot)> {
            let (at, slot, period) = *self.0.first()?;
            self.put(slot, period.map_or(Instant::NEVER, |period| at + period), period);
            Some((at, slot))
        }
    }

    proptest! {
        #[test]
        fn agrees_with_a_sorted_list(pings in pings()) {
            let (mut agenda, mut list) = (Agenda::new(20), List::default());
            for ping in pings {
                match ping {
                    Ping::Schedule(slot, at) => {
                        agenda.schedule(Slot(slot), Instant(at));
                        list.put(Slot(slot), Instant(at), None);
                    }
                    Ping::Repeat(slot, at, period) => {
                        agenda.repeat(Slot(slot), Instant(at), Span(period));
                        let repeats = agenda.repeats(Slot(slot)).then_some(Span(period));
                        list.put(Slot(slot), Instant(at), repeats);
                    }
                    Ping::Cancel(slot) => {
                        agenda.cancel(Slot(slot));
                        list.put(Slot(slot), Instant::NEVER, None);
                    }
                    Ping::Pop => prop_assert_eq!(agenda.pop(), list.pop()),
                    Ping::PopBefore(at, slot) => {
                        let (at, slot) = (Instant(at), Slot(slot));
                        let expected = list.first().filter(|first| *first < (at, slot));
                        let expected = expected.and_then(|_| list.pop());
                        prop_assert_eq!(agenda.pop_before(at, slot), expected.map(|(_, s)| s));
                    }
                    Ping::Peek => prop_assert_eq!(agenda.peek(), list.first()),
                    Ping::Clear => {
                        agenda.clear();
                        list.0.clear();
                    }
                }
                for slot in (0..20).map(Slot) {
                    let due = list.0.iter().find(|(_, s, _)| *s == slot);
                    prop_assert_eq!(agenda.due(slot), due.map(|(at, ..)| *at));
                }
            }
        }
    }

    #[test]
    fn more_periods_than_rings_are_due_once() {
        let mut agenda = Agenda::new(RINGS + 1);
        for slot in 0..=RINGS as u32 {
            agenda.repeat(Slot(slot), Instant(0), Span(i64::from(slot) + 1));
        }
        assert!(agenda.repeats(Slot(0)));
        assert!(!agenda.repeats(Slot(RINGS as u32)));
        let mut due = std::iter::from_fn(|| agenda.pop()).skip(RINGS);
        assert_eq!(due.next(), Some((Instant(0), Slot(RINGS as u32))));
        assert_eq!(due.next(), Some((Instant(1), Slot(0))));
    }

    #[test]
    fn never_is_not_due() {
        let mut agenda = Agenda::new(1);
        agenda.schedule(Slot(0), Instant(3));
        agenda.schedule(Slot(0), Instant::NEVER);
        assert_eq!(agenda.pop(), None);
        agenda.schedule(Slot(0), Instant(3));
        agenda.clear();
        assert_eq!(agenda.peek(), None);
        assert_eq!(agenda.due(Slot(0)), None);
    }
}
