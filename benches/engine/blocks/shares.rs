//! Blocks of which works take a share, and the tank: pool, link, tank.

use drillcast::block::link::{Link, Moves};
use drillcast::block::pool::{Pool, Uses};
use drillcast::block::tank::Tank;
use drillcast::block::work::Work;
use drillcast::block::{Graph, LinkId, Literal, PoolId};

use super::{Bench, MANY};

/// Works of one to five seconds that need a unit of a pool, or that move 1 to 9 MB
/// over a link instead.
fn works(bench: &mut Bench, pool: Option<PoolId>, link: Option<LinkId>) {
    for _ in 0..MANY {
        let level = bench.builder.level("work");
        let uses = pool.map(|pool| Uses {
            pool,
            keeps: Literal::FALSE,
            held: bench.builder.level("held"),
        });
        let moves = link.map(|link| Moves {
            bytes: bench.between(1e6, 9e6),
            over: vec![link],
            most: bench.constant(f64::INFINITY),
        });
        let (when, takes) = (!bench.up(), bench.between(1.0, 5.0));
        let work = Work { moves, uses, ..Work::new(when, takes) };
        bench.builder.define_work(level, work);
    }
}

/// Two units for all of them.
pub(super) fn pools() -> Graph {
    let mut bench = Bench::new();
    let size = bench.constant(2.0);
    let pool = bench.builder.pool(Pool::Units(size));
    works(&mut bench, Some(pool), None);
    bench.build()
}

/// All of them over one link.
pub(super) fn links() -> Graph {
    let mut bench = Bench::new();
    let rate = bench.constant(1e7);
    let link = bench.builder.link(Link { rate });
    works(&mut bench, None, Some(link));
    bench.build()
}

/// Tanks that fill while the fact is gone and drain when it is back.
pub(super) fn tanks() -> Graph {
    let mut bench = Bench::new();
    let up = bench.up();
    for mark in 1..=MANY {
        let level = bench.builder.level("tank");
        let tank = Tank {
            starts: bench.constant(0.0),
            capacity: bench.constant(1e9),
            mark: bench.constant(mark as f64 * 1e6),
            fills: (!up, bench.constant(1e6)),
            drains: (up, bench.constant(2e6)),
        };
        bench.builder.define_tank(level, tank);
    }
    bench.build()
}
