//! Whether a level that holds right after the fault is certainly lost.

use super::extent;
use super::reach::{Reach, Turn};
use crate::block::gate::Gate;
use crate::block::probe::{Looks, Probe};
use crate::block::{LevelId, Literal, Producer};
use crate::units::Span;

/// Whether `criterion`, which holds right after the fault, certainly falls.
pub(super) fn is_lost(reach: &Reach<'_>, criterion: Literal) -> bool {
    loss(reach, criterion, 0).is_some()
}

/// The latest instant by which a literal that holds has certainly been lost.
fn loss(reach: &Reach<'_>, literal: Literal, depth: usize) -> Option<Span> {
    if !reach.held(literal) {
        return Some(Span::ZERO);
    }
    if depth > 32 || literal.is_negated() {
        return None;
    }
    let level = literal.level();
    match reach.graph.levels[level.index()].producer {
        Producer::Probe(id) => probe(reach, &reach.graph.probes[id.index()].0),
        Producer::Gate(gate) => {
            let Gate::Threshold { inputs, least } = &reach.graph.gates[gate as usize].0 else {
                return None;
            };
            threshold(reach, inputs, *least as usize, depth)
        }
        _ => None,
    }
}

/// A probe that still believes what is no longer so falls with its last look in
/// the row, if what it looks at cannot be back before.
fn probe(reach: &Reach<'_>, probe: &Probe) -> Option<Span> {
    let graph = reach.graph;
    let Looks::Clock(clock) = &probe.looks else { return None };
    let clock = &graph.clocks[clock.index()];
    let looks = extent::most_count(graph, probe.fall);
    let latest = Span(extent::most(graph, clock.every).0.saturating_mul(looks));
    let sees = !reach.held(probe.watch) && reach.has(probe.watch, true) > latest;
    let goes_on = [probe.running, clock.running]
        .iter()
        .all(|running| reach.held(*running) && reach.has(*running, false) > Span::ZERO);
    // Who stops looking before the verdict is not certain to fall; one that stops
    // because of its own verdict has given it.
    (sees && goes_on && keeps_looking(reach, probe, latest)).then_some(latest)
}

/// Nothing but the probe itself can stop it within `latest`.
fn keeps_looking(reach: &Reach<'_>, probe: &Probe, latest: Span) -> bool {
    let Looks::Clock(clock) = &probe.looks else { return false };
    let clock = &reach.graph.clocks[clock.index()];
    [probe.running, clock.running].iter().all(|running| {
        reach.has(*running, false) > latest || stopped_by_itself(reach, probe, *running)
    })
}

/// What stops the probe comes about only through its own fall.
fn stopped_by_itself(reach: &Reach<'_>, probe: &Probe, running: Literal) -> bool {
    let own = reach.graph.probes.iter().find(|(p, _)| p == probe).map(|(_, level)| *level);
    let chain = causes(reach, running.level());
    own.is_some_and(|own| chain.contains(&own))
}

/// All levels without whose change `level` cannot change: through single causes.
fn causes(reach: &Reach<'_>, level: LevelId) -> Vec<LevelId> {
    reach.path(level, Turn::Away)
}

/// A gate falls when enough of its inputs are certain to be false at once.
fn threshold(reach: &Reach<'_>, inputs: &[Literal], least: usize, depth: usize) -> Option<Span> {
    let enough = inputs.len() + 1 - least;
    let mut lost: Vec<(Span, Span)> = inputs
        .iter()
        .filter_map(|i| {
            let by = loss(reach, *i, depth + 1)?;
            let back =
                if reach.held(*i) { reach.at(i.level(), Turn::Back) } else { reach.has(*i, true) };
            (back > by).then_some((by, back))
        })
        .collect();
    lost.sort_unstable();
    let by = lost.get(enough.checked_sub(1)?)?.0;
    (lost.iter().take(enough).all(|(_, back)| *back > by)).then_some(by)
}
