//! Who must be looked at again because something it reads has changed.

use crate::block::wires::Kind;
use crate::block::{Consumer, Graph};

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
        let words = size.div_ceil(64);
        Self { words: vec![0; words], full: vec![0; words.div_ceil(64)], lowest: usize::MAX }
    }

    #[inline]
    fn insert(&mut self, number: usize) {
        let word = number / 64;
        self.words[word] |= 1 << (number % 64);
        self.full[word / 64] |= 1 << (word % 64);
        self.lowest = self.lowest.min(word / 64);
    }

    /// Takes the least number out.
    #[inline]
    fn pop(&mut self) -> Option<usize> {
        while let Some(full) = self.full.get_mut(self.lowest) {
            if *full != 0 {
                // Shifts and differences that wrap: nothing of them is lost.
                let at = self.lowest << 6 | full.trailing_zeros() as usize;
                let word = &mut self.words[at];
                let bit = word.trailing_zeros() as usize;
                *word &= word.wrapping_sub(1);
                if *word == 0 {
                    *full &= full.wrapping_sub(1);
                }
                return Some(at << 6 | bit);
            }
            self.lowest += 1;
        }
        self.lowest = usize::MAX;
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
    pub(super) fn new(graph: &Graph, meters: usize) -> Self {
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
            (Kind::Meter, meters),
        ];
        for (kind, size) in sizes {
            marks[kind as usize] = Marks::new(size);
        }
        Self { marks, kinds: 0, log_starts }
    }

    #[inline]
    pub(super) fn insert(&mut self, kind: Kind, number: usize) {
        self.marks[kind as usize].insert(number);
        self.kinds |= 1 << kind as u32;
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

    /// Whether nobody but meters may have to look.
    #[inline]
    pub(super) const fn is_settled(&self) -> bool {
        self.kinds & !(1 << Kind::Meter as u32) == 0
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
    }
}
