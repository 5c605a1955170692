//! Blocks that follow levels: gate, work, pick, log, backup.

use drillcast::block::backup::Backup;
use drillcast::block::clock::{Clock, Ticks};
use drillcast::block::log::{Log, LogMember};
use drillcast::block::pick::{Candidate, Pick};
use drillcast::block::value::{About, Value};
use drillcast::block::work::Work;
use drillcast::block::{Graph, Literal, ValueId};
use drillcast::distribution::Law;

use super::{Bench, MANY};

/// Work that takes this long once `when` holds.
fn work(bench: &mut Bench, when: Literal, takes: ValueId) -> Literal {
    let level = bench.builder.level("work");
    bench.builder.define_work(level, Work::new(when, takes));
    Literal::of(level)
}

/// A latch, and on it a chain of sums of conditions.
pub(super) fn gates() -> Graph {
    let mut bench = Bench::new();
    let up = bench.up();
    let latch = bench.builder.level("latch");
    bench.builder.define_latch(latch, !up, up);
    let mut last = Literal::of(latch);
    for _ in 1..MANY {
        let level = bench.builder.level("gate");
        let other = bench.builder.at_least(2, &[last, !up, Literal::of(latch)]);
        bench.builder.define_gate(level, other);
        last = Literal::of(level);
    }
    bench.build()
}

/// Works side by side, each with a log-normal duration.
pub(super) fn works() -> Graph {
    let mut bench = Bench::new();
    let down = !bench.up();
    for _ in 0..MANY {
        let law = Law::log_normal(3.0, 0.5).expect("both are positive");
        let takes = bench.each(law);
        work(&mut bench, down, takes);
    }
    bench.build()
}

/// Choices of one of three, by a preference that is drawn.
pub(super) fn picks() -> Graph {
    let mut bench = Bench::new();
    let up = bench.up();
    for _ in 0..MANY {
        let candidates = (0..3).map(|_| Candidate {
            chosen: bench.builder.level("chosen"),
            from: up,
            eligible: None,
            prefer: Some(bench.between(0.0, 1.0)),
        });
        let candidates = candidates.collect();
        let pick = Pick { when: up, best: false, candidates, first: 0 };
        bench.builder.pick(pick);
    }
    bench.build()
}

/// Logs of three members: the head stops, the second becomes the head a second
/// later, and the first copies from it when it is back.
pub(super) fn logs() -> Graph {
    let mut bench = Bench::new();
    let (up, second) = (bench.up(), bench.constant(1.0));
    for _ in 0..MANY {
        let promoted = work(&mut bench, !up, second);
        let member = |bench: &mut Bench, accepts, copies, heads| LogMember {
            accepts,
            copies,
            heads,
            gone: Literal::FALSE,
            restores: Literal::FALSE,
            lag: bench.between(0.0, 0.01),
            unreplayed: bench.constant(0.0),
            is_head: bench.builder.level("head"),
        };
        let members = vec![
            member(&mut bench, up, Literal::FALSE, Literal::FALSE),
            member(&mut bench, promoted, up, promoted),
            member(&mut bench, Literal::FALSE, Literal::TRUE, Literal::FALSE),
        ];
        let (volume, writes) = (bench.constant(1e6), bench.constant(400.0));
        let point = bench.constant(f64::NEG_INFINITY);
        let name = bench.name();
        bench.builder.log(Log { members, first: 0, volume, writes, point, name });
    }
    bench.build()
}

/// Works whose duration is what restoring the newest good backup comes to.
pub(super) fn backups() -> Graph {
    let mut bench = Bench::new();
    let down = !bench.up();
    for _ in 0..MANY {
        let clock = Clock {
            every: bench.constant(3600.0),
            running: Literal::TRUE,
            locked: false,
            ticks: Ticks::Even,
            age: None,
            name: bench.name(),
        };
        let backup = Backup {
            clock: bench.builder.clock(clock),
            takes: bench.between(60.0, 600.0),
            keep: bench.constant(24.0),
            works: bench.constant(0.9),
            shared: bench.constant(0.99),
            base: None,
            name: bench.name(),
            common: bench.name(),
        };
        let backup = bench.builder.backup(backup);
        let newest = bench.constant(1.0);
        let tries = bench.builder.value(Value::Backup(backup, About::Tries, newest));
        work(&mut bench, down, tries);
    }
    bench.build()
}
