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
//! taken off leaves a gap at the top, which the next that comes in fills: whatever
//! ticks is due again at once, and sinks from there.

use crate::units::Instant;

/// Something that can be due, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

/// Not in the heap.
const ABSENT: u32 = u32::MAX;
/// Children of a heap node.
const ARITY: usize = 4;

/// An instant and a slot as one number in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
struct Key(u128);

impl Key {
    #[inline]
    const fn new(at: Instant, slot: Slot) -> Self {
        // Instants may be negative.
        let at = at.0 as u64 ^ (1 << 63);
        Self((at as u128) << 32 | slot.0 as u128)
    }

    #[inline]
    const fn at(self) -> Instant {
        Instant(((self.0 >> 32) as u64 ^ (1 << 63)) as i64)
    }

    #[inline]
    const fn slot(self) -> Slot {
        Slot(self.0 as u32)
    }
}

/// The agenda: at most one instant a slot, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda {
    place: Vec<u32>,
    heap: Vec<Key>,
    /// What is at the top has been taken off.
    gap: bool,
}

impl Agenda {
    /// An empty agenda for `slots` slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self { place: vec![ABSENT; slots], heap: Vec::with_capacity(slots), gap: false }
    }

    /// Forgets everything that is due.
    pub fn clear(&mut self) {
        for key in &self.heap {
            self.place[key.slot().0 as usize] = ABSENT;
        }
        self.heap.clear();
        self.gap = false;
    }

    /// Makes `slot` due at `at` and at no other instant; at
    /// [`Instant::NEVER`], not at all.
    #[inline]
    pub fn schedule(&mut self, slot: Slot, at: Instant) {
        let place = self.place[slot.0 as usize];
        if at != Instant::NEVER {
            self.put(Key::new(at, slot), place);
        } else if place != ABSENT {
            self.take(place as usize);
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
        let place = if self.mend() { self.place[key.slot().0 as usize] } else { place };
        self.settle(key, place as usize);
    }

    /// Takes `slot` off the agenda.
    #[inline]
    pub fn cancel(&mut self, slot: Slot) {
        let place = self.place[slot.0 as usize];
        if place != ABSENT {
            self.take(place as usize);
        }
    }

    /// Takes what is at `place` off.
    fn take(&mut self, place: usize) {
        let slot = self.heap[place].slot().0 as usize;
        let place = if self.mend() { self.place[slot] as usize } else { place };
        self.place[slot] = ABSENT;
        if let Some(last) = self.heap.pop().filter(|_| place < self.heap.len()) {
            self.settle(last, place);
        }
    }

    /// When `slot` is due.
    #[must_use]
    pub fn due(&self, slot: Slot) -> Option<Instant> {
        let place = self.place[slot.0 as usize];
        (place != ABSENT).then(|| self.heap[place as usize].at())
    }

    /// What is due first.
    #[must_use]
    #[inline]
    pub fn peek(&self) -> Option<(Instant, Slot)> {
        let first = if self.gap {
            self.heap[1..].iter().take(ARITY).min()
        } else {
            self.heap.first()
        };
        first.map(|key| (key.at(), key.slot()))
    }

    /// Takes what is due first off the agenda.
    pub fn pop(&mut self) -> Option<(Instant, Slot)> {
        self.mend();
        let first = self.heap.first()?;
        self.place[first.slot().0 as usize] = ABSENT;
        self.gap = true;
        Some((first.at(), first.slot()))
    }

    /// Takes what is due first off the agenda if it is due before `at`, or then and its
    /// slot is below `end`.
    #[inline]
    pub fn pop_before(&mut self, at: Instant, end: Slot) -> Option<Slot> {
        self.mend();
        let first = self.heap.first().filter(|first| **first < Key::new(at, end))?.slot();
        self.place[first.0 as usize] = ABSENT;
        self.gap = true;
        Some(first)
    }

    /// Closes the gap at the top; whether there was one.
    #[inline]
    fn mend(&mut self) -> bool {
        let gap = std::mem::replace(&mut self.gap, false);
        if gap && let Some(last) = self.heap.pop().filter(|_| !self.heap.is_empty()) {
            self.sink(last, 0);
        }
        gap
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
            2 => Just(Ping::Peek),
            1 => Just(Ping::Clear),
        ];
        proptest::collection::vec(ping, 0..200)
    }

    proptest! {
        /// The slow twin is a list of (instant, slot), sorted at each pop.
        #[test]
        fn agrees_with_a_sorted_list(pings in pings()) {
            let mut agenda = Agenda::new(20);
            let mut list: Vec<(Instant, Slot)> = Vec::new();
            for ping in pings {
                match ping {
                    Ping::Schedule(slot, at) => {
                        agenda.schedule(Slot(slot), Instant(at));
                        list.retain(|&(_, s)| s != Slot(slot));
                        if at < i64::MAX {
                            list.push((Instant(at), Slot(slot)));
                        }
                    }
                    Ping::Cancel(slot) => {
                        agenda.cancel(Slot(slot));
                        list.retain(|&(_, s)| s != Slot(slot));
                    }
                    Ping::Pop => {
                        list.sort_unstable();
                        let expected = (!list.is_empty()).then(|| list.remove(0));
                        prop_assert_eq!(agenda.pop(), expected);
                    }
                    Ping::PopBefore(at, slot) => {
                        list.sort_unstable();
                        let due = list.first().is_some_and(|f| *f < (Instant(at), Slot(slot)));
                        let expected = due.then(|| list.remove(0).1);
                        prop_assert_eq!(agenda.pop_before(Instant(at), Slot(slot)), expected);
                    }
                    Ping::Peek => {
                        list.sort_unstable();
                        prop_assert_eq!(agenda.peek(), list.first().copied());
                    }
                    Ping::Clear => {
                        list.clear();
                        agenda.clear();
                    }
                }
                for slot in 0..20 {
                    let due = list.iter().find(|(_, s)| s.0 == slot).map(|(at, _)| *at);
                    prop_assert_eq!(agenda.due(Slot(slot)), due);
                }
            }
        }
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
