//! The agenda's slots: faults, completions, crossings and tokens first, then renewals, then looks.

use crate::block::Graph;
use crate::kernel::Slot;

/// Something that is due, by the position of its block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Due {
    /// A fault strikes.
    Fault(u32),
    /// A fault ends.
    FaultEnd(u32),
    /// A work completes.
    Work(u32),
    /// A tank crosses its mark.
    Tank(u32),
    /// A pool has a token for whoever waits.
    Token(u32),
    /// A clock ticks (full form).
    Tick(u32),
    /// A lease is renewed.
    Renew(u32),
    /// A lease falls.
    Fall(u32),
    /// A probe looks (full form) or flips (lazy form).
    Probe(u32),
    /// A dial makes an attempt (full form) or succeeds (lazy form).
    Dial(u32),
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
    pub(super) fn first_tick(&self) -> Slot {
        Slot(self.starts[5])
    }

    /// What each slot stands for.
    pub(super) fn dues(&self) -> Vec<Due> {
        let kinds = [
            Due::Fault,
            Due::FaultEnd,
            Due::Work,
            Due::Tank,
            Due::Token,
            Due::Tick,
            Due::Renew,
            Due::Fall,
            Due::Probe,
            Due::Dial,
        ];
        let slots = kinds.into_iter().zip(self.starts.windows(2));
        slots.flat_map(|(kind, range)| (0..range[1] - range[0]).map(kind)).collect()
    }

    /// The blocks other than probes that may be restless: each once.
    pub(super) fn blocks(&self) -> Vec<Due> {
        let once = |due: &Due| {
            matches!(due, Due::Fault(_) | Due::Work(_) | Due::Tank(_) | Due::Fall(_) | Due::Dial(_))
        };
        self.dues().into_iter().filter(once).collect()
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
