//! What is due when.
//!
//! Everything that can happen has a *slot*, numbered once for all trials, and a
//! slot is due at one instant at most. Ties are broken by the slot's number, so
//! the order of events never depends on how many were scheduled before: a run
//! that executes every tick and one that skips them agree. Whoever numbers the
//! slots gives lower numbers to what must come first at an instant.
//!
//! What is due once is in a [heap](super::heap); what is due again and again a period
//! apart stands in a [ring](super::ring) with all of the same period, and never comes
//! near the heap. Nothing is allocated once all rings have been as full as they get.

use super::heap::Heap;
use super::key::{Key, Slot};
use super::ring::Rings;
use crate::units::{Instant, Span};

/// The agenda: at most one instant a slot, earliest first.
#[derive(Clone, Debug)]
pub struct Agenda {
    heap: Heap,
    rings: Rings,
}

impl Agenda {
    /// An empty agenda for `slots` slots.
    #[must_use]
    pub fn new(slots: usize) -> Self {
        Self { heap: Heap::new(slots), rings: Rings::new(slots) }
    }

    /// Forgets everything that is due.
    pub fn clear(&mut self) {
        self.heap.clear();
        self.rings.clear();
    }

    /// Makes `slot` due at `at` and at no other instant; at
    /// [`Instant::NEVER`], not at all.
    #[inline]
    pub fn schedule(&mut self, slot: Slot, at: Instant) {
        if self.rings.has(slot) {
            self.rings.leave(slot);
        }
        self.heap.schedule(slot, at);
    }

    /// Makes `slot` due at `first` and, as long as it [repeats](Self::repeats), a `period`
    /// (not zero) after each time that it is; at [`Instant::NEVER`], not at all.
    pub fn repeat(&mut self, slot: Slot, first: Instant, period: Span) {
        if self.rings.has(slot) || self.heap.has(slot) {
            self.cancel(slot);
        }
        self.repeat_first(slot, first, period);
    }

    /// The same of a slot that is not on the agenda.
    #[inline(always)]
    pub fn repeat_first(&mut self, slot: Slot, first: Instant, period: Span) {
        debug_assert!(!self.rings.has(slot) && !self.heap.has(slot), "{slot:?} is due already");
        if first == Instant::NEVER || !self.rings.join(slot, first, period) {
            self.heap.schedule(slot, first);
        }
    }

    /// Whether `slot` is due again after it has been taken off. It is not where too many
    /// others have other periods, or where that would be never.
    #[must_use]
    #[inline]
    pub fn repeats(&self, slot: Slot) -> bool {
        self.rings.has(slot)
    }

    /// Takes `slot` off the agenda.
    #[inline]
    pub fn cancel(&mut self, slot: Slot) {
        self.schedule(slot, Instant::NEVER);
    }

    /// When `slot` is due.
    #[must_use]
    pub fn due(&self, slot: Slot) -> Option<Instant> {
        if self.rings.has(slot) { self.rings.due(slot) } else { self.heap.due(slot) }
    }

    /// What is due first.
    #[must_use]
    #[inline]
    pub fn peek(&mut self) -> Option<(Instant, Slot)> {
        self.rings.sort();
        self.heap.first().min(self.rings.first().0).told()
    }

    /// Takes what is due first off the agenda.
    pub fn pop(&mut self) -> Option<(Instant, Slot)> {
        self.rings.sort();
        let (ring, heap) = (self.rings.first(), self.heap.first());
        let first = heap.min(ring.0).told()?;
        if heap < ring.0 {
            self.heap.take_first();
        } else {
            self.rings.take_first(ring);
        }
        Some(first)
    }

    /// Takes what is due first off the agenda if it is due before `at`, or then and its
    /// slot is below `end`.
    #[inline]
    pub fn pop_before(&mut self, at: Instant, end: Slot) -> Option<Slot> {
        self.rings.sort();
        let end = Key::new(at, end);
        let ring = self.rings.first();
        if self.heap.has_before(end.min(ring.0)) {
            Some(self.heap.take_first())
        } else if ring.0 < end {
            Some(self.rings.take_first(ring))
        } else {
            None
        }
    }

    /// When the first is due of what does not [repeat](Self::repeats); never, if there is
    /// nothing.
    #[inline]
    pub fn due_once(&mut self) -> Instant {
        self.heap.first().at()
    }

    /// Takes what is due first off the agenda if it [repeats](Self::repeats), is due again,
    /// is due before `end`, and nothing else that repeats is due at the same instant.
    #[inline(always)]
    pub fn pop_alone(&mut self, end: Instant) -> Option<(Instant, Slot)> {
        self.rings.sort();
        self.rings.take_alone(end)
    }
}

#[cfg(test)]
mod tests {
    use super::super::ring::RINGS;
    use super::*;
    use proptest::prelude::*;

    #[derive(Clone, Copy, Debug)]
    enum Ping {
        Schedule(u32, i64),
        Cancel(u32),
        Pop,
        PopAlone(i64),
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
            3 => prop_oneof![-4_i64..8, Just(i64::MAX)].prop_map(Ping::PopAlone),
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

        /// Who is first, where it is due again and nobody else is at the same instant.
        fn pop_alone(&mut self, end: Instant) -> Option<(Instant, Slot)> {
            let (at, _, period) = *self.0.first()?;
            let again = at + period? != Instant::NEVER && at < end;
            let others = self.0.iter().filter(|(other, ..)| *other == at).count() > 1;
            if again && !others { self.pop() } else { None }
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
                    Ping::PopAlone(end) => {
                        let end = Instant(end);
                        let first = end.min(agenda.due_once());
                        prop_assert_eq!(agenda.pop_alone(first), list.pop_alone(end));
                    }
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
