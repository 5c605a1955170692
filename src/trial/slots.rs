//! The agenda's slots: faults, completions, crossings and tokens first, then renewals, then looks.

use crate::block::Graph;
use crate::kernel::Slot;

/// Something that is due.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// A fault strikes.
    Fault(usize),
    /// A fault ends.
    FaultEnd(usize),
    /// A work completes.
    Work(usize),
    /// A tank crosses its mark.
    Tank(usize),
    /// A pool has a token for whoever waits.
    Token(usize),
    /// A clock ticks (full form).
    Tick(usize),
    /// A lease is renewed.
    Renew(usize),
    /// A lease falls.
    Fall(usize),
    /// A probe looks (full form) or flips (lazy form).
    Probe(usize),
    /// A dial makes an attempt (full form) or succeeds (lazy form).
    Dial(usize),
}

/// How many slots come before each kind; one more than kinds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slots {
    starts: [u32; 11],
}

impl Slots {
    pub(super) fn of(graph: &Graph) -> Self {
        let sizes = [
            graph.faults.len(),
            graph.faults.len(),
            graph.works.len(),
            graph.tanks.len(),
            graph.pools.len(),
            graph.clocks.len(),
            graph.leases.len(),
            graph.leases.len(),
            graph.probes.len(),
            graph.dials.len(),
        ];
        let mut starts = [0; 11];
        for (index, size) in sizes.iter().enumerate() {
            starts[index + 1] = starts[index] + *size as u32;
        }
        Self { starts }
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.starts[10] as usize
    }

    /// Slots from here on are ticks: they look, and take effect in epoch 1.
    pub(super) fn first_tick(&self) -> u32 {
        self.starts[5]
    }

    /// What a slot stands for.
    pub(super) fn due(&self, slot: Slot) -> Due {
        let kind = self.starts.iter().filter(|start| **start <= slot.0).count() - 1;
        let index = (slot.0 - self.starts[kind]) as usize;
        match kind {
            0 => Due::Fault(index),
            1 => Due::FaultEnd(index),
            2 => Due::Work(index),
            3 => Due::Tank(index),
            4 => Due::Token(index),
            5 => Due::Tick(index),
            6 => Due::Renew(index),
            7 => Due::Fall(index),
            8 => Due::Probe(index),
            _ => Due::Dial(index),
        }
    }
}

macro_rules! slots {
    ($($name:ident = $kind:expr),*) => {
        /// The slot of each block.
        impl Slots {$(
            #[inline]
            pub(super) fn $name(&self, index: usize) -> Slot {
                Slot(self.starts[$kind] + index as u32)
            }
        )*}
    };
}

slots!(
    fault = 0,
    fault_end = 1,
    work = 2,
    tank = 3,
    token = 4,
    tick = 5,
    renew = 6,
    fall = 7,
    probe = 8,
    dial = 9
);
