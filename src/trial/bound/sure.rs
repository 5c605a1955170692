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
        Producer::Probe(id) => probe(reach, level, &reach.graph.probes[id.index()].0),
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
/// the row, if what it looks at cannot be back before and nothing but its own
/// fall can stop it from looking.
fn probe(reach: &Reach<'_>, level: LevelId, probe: &Probe) -> Option<Span> {
    let graph = reach.graph;
    let Looks::Clock(clock) = &probe.looks else { return None };
    let clock = &graph.clocks[clock.index()];
    let looks = extent::most_count(graph, probe.fall);
    let latest = Span(extent::most_gap(graph, clock).0.saturating_mul(looks));
    let sees = !reach.held(probe.watch) && reach.has(probe.watch, true) > latest;
    let running = [probe.running, clock.running];
    if !sees || running.contains(&Literal::FALSE) {
        return None;
    }
    // What always runs needs no second search.
    if running.iter().any(|one| one.as_constant().is_none()) {
        let unmoved = reach.without(level);
        let goes_on = |one: &Literal| reach.held(*one) && unmoved.has(*one, false) > latest;
        if !running.iter().all(goes_on) {
            return None;
        }
    }
    Some(latest)
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
