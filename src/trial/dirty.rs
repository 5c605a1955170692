//! Who must be looked at again because something it reads has changed.

use crate::block::wires::Kind;
use crate::block::{Consumer, Graph};

/// Marks in a word, and words that a word can tell of.
const WORD: usize = 64;

/// A set of small numbers, taken out in ascending order: a bit for each, and a bit for
/// each word of these that is not empty.
#[derive(Debug, Default)]
struct Marks {
    words: Vec<u64>,
    full: Vec<u64>,
    /// Words of `full` before this one are empty.
    lowest: usize,
}

impl Marks {
    fn new(size: usize) -> Self {
        let words = size.div_ceil(WORD);
        Self { words: vec![0; words], full: vec![0; words.div_ceil(WORD)], lowest: usize::MAX }
    }

    /// Puts a number in; whether its word was empty.
    #[inline]
    fn insert(&mut self, number: usize) -> bool {
        let word = number / WORD;
        let marks = &mut self.words[word];
        let was_empty = *marks == 0;
        *marks |= 1 << (number % WORD);
        if was_empty {
            self.full[word / WORD] |= 1 << (word % WORD);
            self.lowest = self.lowest.min(word / WORD);
        }
        was_empty
    }

    /// The first word that is not empty, or that has not been [left](Self::leave).
    #[inline]
    fn first_word(&mut self) -> Option<usize> {
        while let Some(full) = self.full.get(self.lowest) {
            if *full != 0 {
                // Shifts that wrap: nothing of them is lost.
                return Some(self.lowest << 6 | full.trailing_zeros() as usize);
            }
            self.lowest += 1;
        }
        self.lowest = usize::MAX;
        None
    }

    /// Takes the least number of a word out.
    #[inline]
    fn pop_from(&mut self, word: usize) -> Option<usize> {
        let marks = &mut self.words[word];
        if *marks == 0 {
            return None;
        }
        let bit = marks.trailing_zeros() as usize;
        *marks &= marks.wrapping_sub(1);
        Some(word << 6 | bit)
    }

    /// A word has become empty.
    #[inline]
    fn leave(&mut self, word: usize) {
        debug_assert_eq!(self.words[word], 0, "a word is left when it is empty");
        self.full[word / WORD] &= !(1 << (word % WORD));
    }

    /// Takes the least number out.
    #[inline]
    fn pop(&mut self) -> Option<usize> {
        while let Some(word) = self.first_word() {
            if let Some(number) = self.pop_from(word) {
                return Some(number);
            }
            self.leave(word);
        }
        None
    }

    fn clear(&mut self) {
        self.words.fill(0);
        self.full.fill(0);
        self.lowest = usize::MAX;
    }
}

/// What must be looked at again, by kind of block.
#[derive(Debug)]
pub(super) struct Dirty {
    marks: [Marks; Kind::MANY],
    /// A bit for each kind of which there may be any.
    kinds: u32,
    /// Members before each log.
    log_starts: Vec<usize>,
}

impl Dirty {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut log_starts = vec![0];
        for log in &graph.logs {
            log_starts.push(log_starts[log_starts.len() - 1] + log.members.len());
        }
        let mut marks: [Marks; Kind::MANY] = Default::default();
        let sizes = [
            (Kind::Gate, graph.gates.len()),
            (Kind::Clock, graph.clocks.len()),
            (Kind::Probe, graph.probes.len()),
            (Kind::Work, graph.works.len()),
            (Kind::Lease, graph.leases.len()),
            (Kind::Dial, graph.dials.len()),
            (Kind::Tank, graph.tanks.len()),
            (Kind::Log, log_starts[graph.logs.len()]),
            (Kind::Pick, graph.picks.len()),
            (Kind::Pool, graph.pools.len()),
            (Kind::Crew, graph.crews.len()),
        ];
        for (kind, size) in sizes {
            marks[kind as usize] = Marks::new(size);
        }
        Self { marks, kinds: 0, log_starts }
    }

    #[inline]
    pub(super) fn insert(&mut self, kind: Kind, number: usize) {
        // Where there is another in the word, the kind is known.
        if self.marks[kind as usize].insert(number) {
            self.kinds |= 1 << kind as u32;
        }
    }

    /// Takes the least number of a kind out.
    #[inline(always)]
    pub(super) fn pop(&mut self, kind: Kind) -> Option<usize> {
        if self.has(kind) { self.pop_of(kind) } else { None }
    }

    /// Whether there may be any of a kind.
    #[inline]
    pub(super) const fn has(&self, kind: Kind) -> bool {
        self.kinds & (1 << kind as u32) != 0
    }

    /// The least number of a kind of which there may be any.
    #[inline]
    fn pop_of(&mut self, kind: Kind) -> Option<usize> {
        let found = self.marks[kind as usize].pop();
        if found.is_none() {
            self.kinds &= !(1 << kind as u32);
        }
        found
    }

    /// The first word of a kind: whoever takes them out word by word finds the others of
    /// it, and those that are marked meanwhile, where it just was.
    #[inline(always)]
    pub(super) fn word(&mut self, kind: Kind) -> Option<usize> {
        if !self.has(kind) {
            return None;
        }
        let found = self.marks[kind as usize].first_word();
        if found.is_none() {
            self.kinds &= !(1 << kind as u32);
        }
        found
    }

    /// Takes the least number of a word out; where there is none, the word is done.
    #[inline(always)]
    pub(super) fn pop_from(&mut self, kind: Kind, word: usize) -> Option<usize> {
        let marks = &mut self.marks[kind as usize];
        let found = marks.pop_from(word);
        if found.is_none() {
            marks.leave(word);
        }
        found
    }

    /// A gate is looked at out of turn.
    #[inline]
    pub(super) fn take_gate(&mut self, gate: usize) {
        self.marks[Kind::Gate as usize].words[gate / WORD] &= !(1 << (gate % WORD));
    }

    /// Whether nobody has to look.
    #[inline]
    pub(super) const fn is_settled(&self) -> bool {
        self.kinds == 0
    }

    /// An observer of ticks looks again.
    pub(super) fn insert_observer(&mut self, observer: Consumer) {
        match observer {
            Consumer::Probe(id) => self.insert(Kind::Probe, id.index()),
            Consumer::Lease(id) => self.insert(Kind::Lease, id.index()),
            Consumer::Dial(id) => self.insert(Kind::Dial, id.index()),
            // What a backup holds is only ever read.
            _ => {}
        }
    }

    /// The log and member of a number of [`Kind::Log`].
    pub(super) fn log_member(&self, number: usize) -> (usize, usize) {
        let log = self.log_starts.partition_point(|s| *s <= number) - 1;
        (log, number - self.log_starts[log])
    }

    pub(super) fn clear(&mut self) {
        for (kind, marks) in self.marks.iter_mut().enumerate() {
            if self.kinds & (1 << kind) != 0 {
                marks.clear();
            }
        }
        self.kinds = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        /// The slow twin is a sorted set.
        #[test]
        fn marks_come_out_in_order(
            pings in proptest::collection::vec(proptest::option::of(0_usize..9000), 0..300),
        ) {
            let (mut marks, mut set) = (Marks::new(9000), BTreeSet::new());
            for ping in pings {
                match ping {
                    Some(number) => {
                        marks.insert(number);
                        set.insert(number);
                    }
                    None => prop_assert_eq!(marks.pop(), set.pop_first()),
                }
            }
            marks.clear();
            prop_assert_eq!(marks.pop(), None);
        }

        /// Whoever is taken out word by word may mark those who come later.
        #[test]
        fn words_are_emptied_in_order(
            pings in proptest::collection::vec((0_usize..9000, 0_usize..200), 1..100),
        ) {
            let (mut marks, mut set) = (Marks::new(9200), BTreeSet::new());
            let mut pings = pings.into_iter();
            let (first, _) = pings.next().unwrap_or_default();
            marks.insert(first);
            set.insert(first);
            while let Some(word) = marks.first_word() {
                while let Some(number) = marks.pop_from(word) {
                    prop_assert_eq!(Some(number), set.pop_first());
                    for (_, on) in pings.by_ref().take(2) {
                        marks.insert(number + 1 + on);
                        set.insert(number + 1 + on);
                    }
                    if number > 8900 {
                        pings.by_ref().for_each(drop);
                    }
                }
                marks.leave(word);
            }
            prop_assert_eq!(set.pop_first(), None);
        }
    }
}
