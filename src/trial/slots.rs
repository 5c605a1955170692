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

/// How many slots come before each kind.
fn starts(graph: &Graph) -> [usize; 11] {
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
        starts[index + 1] = starts[index] + size;
    }
    starts
}

/// How many there are.
pub(super) fn count(graph: &Graph) -> usize {
    starts(graph)[10]
}

/// Slots from here on are ticks: they look, and take effect in epoch 1.
pub(super) fn first_tick(graph: &Graph) -> u32 {
    starts(graph)[5] as u32
}

/// What a slot stands for.
pub(super) fn due(graph: &Graph, slot: Slot) -> Due {
    let starts = starts(graph);
    let number = slot.0 as usize;
    let kind = starts.partition_point(|s| *s <= number) - 1;
    let index = number - starts[kind];
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

/// The slot of a fault.
pub(super) fn fault(index: usize) -> Slot {
    Slot(index as u32)
}

macro_rules! slots {
    ($($name:ident = $kind:expr),*) => {$(
        pub(super) fn $name(graph: &Graph, index: usize) -> Slot {
            Slot((starts(graph)[$kind] + index) as u32)
        }
    )*};
}

slots!(
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
