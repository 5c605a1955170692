//! Who must be looked at again because something it reads has changed.

use crate::block::{Consumer, Graph};

/// A set of small numbers, taken out in ascending order.
#[derive(Debug, Default)]
pub(super) struct Marks {
    words: Vec<u64>,
    /// Words before this one are empty.
    lowest: usize,
}

impl Marks {
    fn new(size: usize) -> Self {
        Self { words: vec![0; size.div_ceil(64)], lowest: usize::MAX }
    }

    pub(super) fn extend(&mut self, number: Option<usize>) {
        number.into_iter().for_each(|number| self.insert(number));
    }

    pub(super) fn insert(&mut self, number: usize) {
        let word = number / 64;
        self.words[word] |= 1 << (number % 64);
        self.lowest = self.lowest.min(word);
    }

    /// Takes the least number out.
    pub(super) fn pop(&mut self) -> Option<usize> {
        while self.lowest < self.words.len() {
            let word = &mut self.words[self.lowest];
            if *word != 0 {
                let bit = word.trailing_zeros() as usize;
                *word &= *word - 1;
                return Some(self.lowest * 64 + bit);
            }
            self.lowest += 1;
        }
        self.lowest = usize::MAX;
        None
    }

    fn clear(&mut self) {
        if self.lowest != usize::MAX {
            self.words.fill(0);
            self.lowest = usize::MAX;
        }
    }
}

/// What must be looked at again, by kind of block.
#[derive(Debug)]
pub(super) struct Dirty {
    pub(super) gates: Marks,
    pub(super) works: Marks,
    pub(super) clocks: Marks,
    pub(super) probes: Marks,
    pub(super) leases: Marks,
    pub(super) dials: Marks,
    pub(super) picks: Marks,
    pub(super) logs: Marks,
    pub(super) pools: Marks,
    pub(super) crews: Marks,
    pub(super) tanks: Marks,
    pub(super) meters: Marks,
    /// Members before each log.
    log_starts: Vec<usize>,
}

impl Dirty {
    pub(super) fn new(graph: &Graph, meters: usize) -> Self {
        let mut log_starts = vec![0];
        for log in &graph.logs {
            log_starts.push(log_starts[log_starts.len() - 1] + log.members.len());
        }
        Self {
            gates: Marks::new(graph.gates.len()),
            works: Marks::new(graph.works.len()),
            clocks: Marks::new(graph.clocks.len()),
            probes: Marks::new(graph.probes.len()),
            leases: Marks::new(graph.leases.len()),
            dials: Marks::new(graph.dials.len()),
            picks: Marks::new(graph.picks.len()),
            logs: Marks::new(log_starts[graph.logs.len()]),
            pools: Marks::new(graph.pools.len()),
            crews: Marks::new(graph.crews.len()),
            tanks: Marks::new(graph.tanks.len()),
            meters: Marks::new(meters),
            log_starts,
        }
    }

    pub(super) fn push(&mut self, consumer: Consumer) {
        match consumer {
            Consumer::Gate(gate, _) => self.gates.insert(gate as usize),
            Consumer::Work(id) => self.works.insert(id.index()),
            Consumer::Clock(id) => self.clocks.insert(id.index()),
            Consumer::Probe(id) => self.probes.insert(id.index()),
            Consumer::Lease(id) => self.leases.insert(id.index()),
            Consumer::Dial(id) => self.dials.insert(id.index()),
            Consumer::Pick(id) => self.picks.insert(id.index()),
            Consumer::Log(id, member) => {
                self.logs.insert(self.log_starts[id.index()] + member as usize);
            }
            Consumer::Meter(id) | Consumer::Part(id, _) => self.meters.insert(id as usize),
            Consumer::Tank(id) => self.tanks.insert(id.index()),
            Consumer::Pool(id) => self.pools.insert(id.index()),
            // What a backup holds is only ever read, and so is a count.
            Consumer::Backup(_) | Consumer::Count(..) => {}
        }
    }

    /// The log and member of a number in `logs`.
    pub(super) fn log_member(&self, number: usize) -> (usize, usize) {
        let log = self.log_starts.partition_point(|s| *s <= number) - 1;
        (log, number - self.log_starts[log])
    }

    pub(super) fn clear(&mut self) {
        for marks in [
            &mut self.gates,
            &mut self.works,
            &mut self.clocks,
            &mut self.probes,
            &mut self.leases,
            &mut self.dials,
            &mut self.picks,
            &mut self.logs,
            &mut self.pools,
            &mut self.crews,
            &mut self.tanks,
            &mut self.meters,
        ] {
            marks.clear();
        }
    }
}
