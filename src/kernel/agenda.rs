//! What is due when.
//!
//! Everything that can happen has a *slot*, numbered once for all trials, and a
//! slot is due at one instant at most. Ties are broken by the slot's number, so
//! the order of events never depends on how many were scheduled before: a run
//! that executes every tick and one that skips them agree. Whoever numbers the
//! slots gives lower numbers to what must come first at an instant.
//!
//! A 4-ary heap of slots with their positions: moving or cancelling an event
//! leaves nothing behind, and nothing is allocated after construction.

use crate::units::Instant;

/// Something that can be due, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

/// Not in the heap.
const ABSENT: u32 = u32::MAX;
/// Children of a heap node.
const ARITY: usize = 4;

/// The agenda: at most one instant a slot, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda {
    due: Vec<Instant>,
    place: Vec<u32>,
    heap: Vec<u32>,
}

impl Agenda {
    /// An empty agenda for `slots` slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self {
            due: vec![Instant::NEVER; slots],
            place: vec![ABSENT; slots],
            heap: Vec::with_capacity(slots),
        }
    }

    /// Forgets everything that is due.
    pub fn clear(&mut self) {
        for &slot in &self.heap {
            self.place[slot as usize] = ABSENT;
        }
        self.heap.clear();
    }

    /// Makes `slot` due at `at` and at no other instant; at
    /// [`Instant::NEVER`], not at all.
    pub fn schedule(&mut self, slot: Slot, at: Instant) {
        if at == Instant::NEVER {
            return self.cancel(slot);
        }
        let index = slot.0 as usize;
        self.due[index] = at;
        let place = self.place[index];
        if place == ABSENT {
            self.heap.push(slot.0);
            self.sift_up(self.heap.len() - 1);
        } else {
            let place = self.sift_up(place as usize);
            self.sift_down(place);
        }
    }

    /// Takes `slot` off the agenda.
    pub fn cancel(&mut self, slot: Slot) {
        let place = self.place[slot.0 as usize];
        if place == ABSENT {
            return;
        }
        self.place[slot.0 as usize] = ABSENT;
        let last = self.heap.len() - 1;
        self.heap.swap_remove(place as usize);
        if (place as usize) < last {
            self.place[self.heap[place as usize] as usize] = place;
            let place = self.sift_up(place as usize);
            self.sift_down(place);
        }
    }

    /// When `slot` is due.
    #[must_use]
    pub fn due(&self, slot: Slot) -> Option<Instant> {
        (self.place[slot.0 as usize] != ABSENT).then(|| self.due[slot.0 as usize])
    }

    /// What is due first.
    #[must_use]
    pub fn peek(&self) -> Option<(Instant, Slot)> {
        self.heap.first().map(|&slot| (self.due[slot as usize], Slot(slot)))
    }

    /// Takes what is due first off the agenda.
    pub fn pop(&mut self) -> Option<(Instant, Slot)> {
        let first = self.peek()?;
        self.cancel(first.1);
        Some(first)
    }

    fn key(&self, slot: u32) -> (Instant, u32) {
        (self.due[slot as usize], slot)
    }

    fn sift_up(&mut self, mut place: usize) -> usize {
        let slot = self.heap[place];
        let key = self.key(slot);
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let other = self.heap[parent];
            if self.key(other) <= key {
                break;
            }
            self.heap[place] = other;
            self.place[other as usize] = place as u32;
            place = parent;
        }
        self.heap[place] = slot;
        self.place[slot as usize] = place as u32;
        place
    }

    fn sift_down(&mut self, mut place: usize) {
        let slot = self.heap[place];
        let key = self.key(slot);
        loop {
            let first = ARITY * place + 1;
            let end = (first + ARITY).min(self.heap.len());
            let Some(child) = (first..end).min_by_key(|&c| self.key(self.heap[c])) else { break };
            let other = self.heap[child];
            if key <= self.key(other) {
                break;
            }
            self.heap[place] = other;
            self.place[other as usize] = place as u32;
            place = child;
        }
        self.heap[place] = slot;
        self.place[slot as usize] = place as u32;
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
    }

    fn pings() -> impl Strategy<Value = Vec<Ping>> {
        let ping = prop_oneof![
            4 => (0_u32..20, 0_i64..8).prop_map(|(slot, at)| Ping::Schedule(slot, at)),
            1 => (0_u32..20).prop_map(Ping::Cancel),
            2 => Just(Ping::Pop),
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
                        list.push((Instant(at), Slot(slot)));
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
                }
                list.sort_unstable();
                prop_assert_eq!(agenda.peek(), list.first().copied());
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
