//! A heap of what is due once: four children a node, and each slot's place beside it.
//!
//! Moving or cancelling an event leaves nothing behind, and nothing is allocated after
//! construction. What is taken off leaves a gap at the top, which the next that comes in
//! fills.

use super::key::{Key, Slot};
use crate::units::Instant;

/// Not in the heap.
const ABSENT: u32 = u32::MAX;
/// Children of a node.
const ARITY: usize = 4;

/// At most one key a slot, the least first.
#[derive(Clone, Debug)]
pub(super) struct Heap {
    place: Vec<u32>,
    keys: Vec<Key>,
    /// What is at the top has been taken off.
    gap: bool,
}

impl Heap {
    /// An empty heap for `slots` slots.
    pub(super) fn new(slots: usize) -> Self {
        Self { place: vec![ABSENT; slots], keys: Vec::with_capacity(slots), gap: false }
    }

    pub(super) fn clear(&mut self) {
        for key in &self.keys {
            self.place[key.slot().0 as usize] = ABSENT;
        }
        self.keys.clear();
        self.gap = false;
    }

    /// Whether `slot` is due.
    #[inline]
    pub(super) fn has(&self, slot: Slot) -> bool {
        self.place[slot.0 as usize] != ABSENT
    }

    /// When `slot` is due.
    pub(super) fn due(&self, slot: Slot) -> Option<Instant> {
        let place = self.place[slot.0 as usize];
        (place != ABSENT).then(|| self.keys[place as usize].at())
    }

    /// Makes `slot` due at `at` and at no other instant; at [`Instant::NEVER`], not at all.
    #[inline]
    pub(super) fn schedule(&mut self, slot: Slot, at: Instant) {
        let place = self.place[slot.0 as usize];
        if at != Instant::NEVER {
            self.put(Key::new(at, slot), place);
        } else if place != ABSENT {
            self.remove(slot);
        }
    }

    fn put(&mut self, key: Key, place: u32) {
        if place != ABSENT {
            self.mend();
            self.settle(key, self.place[key.slot().0 as usize] as usize);
        } else if self.gap {
            self.gap = false;
            self.sink(key, 0);
        } else {
            self.keys.push(key);
            self.rise(key, self.keys.len() - 1);
        }
    }

    /// Takes a slot off that is in it.
    fn remove(&mut self, slot: Slot) {
        self.mend();
        let place = std::mem::replace(&mut self.place[slot.0 as usize], ABSENT) as usize;
        if let Some(last) = self.keys.pop().filter(|_| place < self.keys.len()) {
            self.settle(last, place);
        }
    }

    /// What is due first, or [`Key::NEVER`].
    #[inline]
    pub(super) fn first(&mut self) -> Key {
        self.mend();
        self.keys.first().copied().unwrap_or(Key::NEVER)
    }

    /// Whether anything is due before `end`. A gap stays: it may be filled before the
    /// next is taken off.
    #[inline]
    pub(super) fn has_before(&self, end: Key) -> bool {
        if self.gap {
            self.keys[1..].iter().take(ARITY).any(|key| *key < end)
        } else {
            self.keys.first().is_some_and(|first| *first < end)
        }
    }

    /// Takes what is due first off; there is something.
    #[inline]
    pub(super) fn take_first(&mut self) -> Slot {
        self.mend();
        let slot = self.keys[0].slot();
        self.place[slot.0 as usize] = ABSENT;
        self.gap = true;
        slot
    }

    /// Closes the gap at the top.
    #[inline]
    fn mend(&mut self) {
        let gap = std::mem::replace(&mut self.gap, false);
        if gap && let Some(last) = self.keys.pop().filter(|_| !self.keys.is_empty()) {
            self.sink(last, 0);
        }
    }

    /// Puts `key` where it belongs, above or below `place`.
    fn settle(&mut self, key: Key, place: usize) {
        if place > 0 && key < self.keys[(place - 1) / ARITY] {
            self.rise(key, place);
        } else {
            self.sink(key, place);
        }
    }

    fn rise(&mut self, key: Key, mut place: usize) {
        while place > 0 {
            let parent = (place - 1) / ARITY;
            let other = self.keys[parent];
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
            let (child, least) = match self.keys.get(first..first + ARITY) {
                Some(&[a, b, c, d]) => {
                    let left = if b < a { (1, b) } else { (0, a) };
                    let right = if d < c { (3, d) } else { (2, c) };
                    let (child, least) = if right.1 < left.1 { right } else { left };
                    (first + child, least)
                }
                _ => match (first..self.keys.len()).min_by_key(|child| self.keys[*child]) {
                    Some(child) => (child, self.keys[child]),
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
        self.keys[place] = key;
        self.place[key.slot().0 as usize] = place as u32;
    }
}
