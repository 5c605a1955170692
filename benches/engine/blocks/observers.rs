//! Blocks that look at the ticks of a clock: probe, lease, dial, and the clock
//! itself with every tick executed.

use drillcast::block::clock::{Clock, Ticks};
use drillcast::block::dial::{Dial, DialTarget};
use drillcast::block::lease::Lease;
use drillcast::block::probe::{Looks, Probe};
use drillcast::block::value::{Condition, Value};
use drillcast::block::{ClockId, Graph, Literal};

use super::{Bench, MANY};

fn clock(bench: &mut Bench, seconds: f64) -> ClockId {
    let (every, name) = (bench.constant(seconds), bench.name());
    let (running, ticks) = (Literal::TRUE, Ticks::Even);
    bench.builder.clock(Clock { every, running, locked: false, ticks, age: None, name })
}

/// A probe that believes after three looks in a row, each at a clock of its own.
fn probe(bench: &mut Bench, seconds: f64) {
    let (up, looks) = (bench.up(), Looks::Clock(clock(bench, seconds)));
    let (fall, rise) = (bench.constant(3.0), bench.constant(2.0));
    let level = bench.builder.level("probe");
    let (running, initially) = (Literal::TRUE, None);
    let probe = Probe { watch: up, running, looks, initially, fall, rise };
    bench.builder.define_probe(level, probe);
}

/// Six hundred ticks of a second each, looked at by one probe of several.
pub(super) fn clocks() -> Graph {
    let mut bench = Bench::new();
    probe(&mut bench, 1.0);
    bench.build()
}

/// Probes every two seconds.
pub(super) fn probes() -> Graph {
    let mut bench = Bench::new();
    (0..MANY).for_each(|_| probe(&mut bench, 2.0));
    bench.build()
}

/// Leases of six seconds that are renewed every two while the fact holds.
pub(super) fn leases() -> Graph {
    let mut bench = Bench::new();
    let (up, ttl) = (bench.up(), bench.constant(6.0));
    for _ in 0..MANY {
        let renew = vec![(clock(&mut bench, 2.0), up)];
        let level = bench.builder.level("lease");
        let drop = Literal::FALSE;
        let lease = Lease { of: None, ttl, renew, check: None, rearm: None, drop };
        bench.builder.define_lease(level, lease);
    }
    bench.build()
}

/// Clients that lose the first of three hosts; the second is silent for as long.
pub(super) fn dials() -> Graph {
    let mut bench = Bench::new();
    let up = bench.up();
    let (nothing, silence) = (bench.constant(0.0), bench.constant(2.0));
    let down = bench.builder.condition(Condition::Literal(!up));
    let cost = bench.builder.value(Value::If(down, silence, nothing));
    for _ in 0..MANY {
        let clock = clock(&mut bench, 1.0);
        let level = bench.builder.level("dial");
        let target = |bench: &mut Bench, good| DialTarget {
            chosen: bench.builder.level("target"),
            good,
            cost,
            inputs: bench.builder.inputs_of(cost),
        };
        let targets = [up, up, Literal::FALSE].map(|good| target(&mut bench, good));
        let dial = Dial { lost: !up, clock, targets: targets.to_vec(), turns: false };
        bench.builder.define_dial(level, dial);
    }
    bench.build()
}
