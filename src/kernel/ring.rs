//! A ring: what is due again and again, all a period apart.
//!
//! Whoever is due first is due last of all from then on, so nothing is sorted twice.

use super::agenda::{Key, Slot};
use crate::units::{Instant, Span};

/// Slots that are due a period apart, in their order.
#[derive(Clone, Debug)]
pub(super) struct Ring {
    pub(super) period: Span,
    /// In order from `first` on, and round.
    keys: Vec<Key>,
    first: usize,
}

impl Ring {
    pub(super) const fn new(period: Span) -> Self {
        Self { period, keys: Vec::new(), first: 0 }
    }

    pub(super) fn start(&mut self, period: Span) {
        self.period = period;
        self.keys.clear();
        self.first = 0;
    }

    pub(super) fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// Who is due first.
    pub(super) fn first(&self) -> Option<Key> {
        self.keys.get(self.first).copied()
    }

    /// One more, in no order until all are [sorted](Self::sort).
    pub(super) fn push(&mut self, key: Key) {
        self.keys.push(key);
    }

    pub(super) fn sort(&mut self) {
        self.keys.sort_unstable();
        self.first = 0;
    }

    /// One more, in order.
    pub(super) fn insert(&mut self, key: Key) {
        self.straighten();
        let place = self.keys.partition_point(|other| *other < key);
        self.keys.insert(place, key);
    }

    /// One less.
    pub(super) fn remove(&mut self, slot: Slot) {
        self.straighten();
        self.keys.retain(|key| key.slot() != slot);
    }

    fn straighten(&mut self) {
        self.keys.rotate_left(self.first);
        self.first = 0;
    }

    /// Who is due first is due a period later; whether it is: where that is never, it is
    /// out.
    #[inline]
    pub(super) fn turn(&mut self) -> bool {
        let at = self.first;
        let key = self.keys[at];
        let Some(later) = key.later(self.period) else {
            self.remove(key.slot());
            return false;
        };
        self.keys[at] = later;
        let before = if at == 0 { self.keys.len() - 1 } else { at - 1 };
        self.first = if at + 1 == self.keys.len() { 0 } else { at + 1 };
        // Somebody who came in later may be due later still.
        if later < self.keys[before] {
            self.remove(key.slot());
            self.insert(later);
        }
        true
    }

    /// When a slot that is in it is due.
    pub(super) fn due(&self, slot: Slot) -> Option<Instant> {
        self.keys.iter().find(|key| key.slot() == slot).map(|key| key.at())
    }
}
