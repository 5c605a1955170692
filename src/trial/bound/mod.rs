//! A lower bound on recovery that a reader can add up by hand.
//!
//! No trial lies below it: every law counts with its least, every phase with
//! its best. For each level two instants are bounded from below, counted from
//! the first fault: the first change away from the value that it has right
//! after the fault, and the first return to it. They follow from each other by
//! `max` (all must hold), `min` (one suffices) and sums (a work takes at least
//! so long), and are found by relaxation from "never" downwards, as shortest
//! paths are.
//!
//! A criterion that is lost with the fault is back no earlier than its first
//! change. One that still holds then (clients who have not noticed yet) is
//! bounded only if its loss is certain: its observers look before what they
//! look at can be back.

mod extent;
mod reach;
mod sure;

use reach::{Reach, Turn};

use super::{Mode, Program, World};
use crate::block::{Literal, Strikes};
use crate::outcome::{Bound, BoundTerm, Figure};
use crate::units::Span;

/// The bound of each figure slot.
pub(super) fn bounds(program: &Program) -> Vec<Option<Bound>> {
    let arms = first_fault(program).filter(|_| program.steady.settled);
    let reaches: Vec<Reach<'_>> = arms
        .map(|(fault, arms)| {
            let (graph, meters) = (&program.graph, &program.measures.meters);
            let mut world = World::new(graph, meters, &program.steady, Mode::Lazy);
            (arms.iter())
                .map(|arm| Reach::of(graph, &program.steady, world.struck(fault, *arm), fault))
                .collect()
        })
        .unwrap_or_default();
    let mut bounds = vec![None; program.layout.figures.len()];
    for subject in &program.measures.subjects {
        let meter = &program.measures.meters[subject.served];
        for (offset, figure) in subject.figures.iter().enumerate() {
            if *figure == Figure::RecoveryTime {
                let each = reaches.iter().map(|r| recovery(program, r, meter.criterion));
                bounds[subject.first + offset] = least(each);
            }
        }
    }
    bounds
}

/// The smallest of several bounds; none where any is missing.
fn least(bounds: impl Iterator<Item = Option<Bound>>) -> Option<Bound> {
    let all: Option<Vec<Bound>> = bounds.collect();
    all?.into_iter().min_by_key(|b| b.least)
}

/// The fault that certainly strikes first, and whom it may strike.
fn first_fault(program: &Program) -> Option<(usize, Vec<usize>)> {
    let graph = &program.graph;
    let extent = |f: usize| extent::of(graph, graph.faults[f].at);
    let harmless = graph.faults.iter().all(|fault| !fault.breaks);
    let counts = |f: &usize| harmless || graph.faults[*f].breaks;
    // A procedure that acts begins by itself, and may act at once.
    let acts = graph.faults.iter().any(|f| f.breaks && f.after.is_some());
    let timed = (0..graph.faults.len()).filter(|f| graph.faults[*f].after.is_none());
    let breaking = timed.clone().filter(counts);
    let first = breaking.min_by(|a, b| extent(*a).1.total_cmp(&extent(*b).1))?;
    let earlier = |f: usize| extent(f).0 < extent(first).1;
    if timed.filter(|f| *f != first && (counts(f) || acts)).any(earlier) {
        return None;
    }
    let arms = match &graph.faults[first].strikes {
        Strikes::One(_) => vec![0],
        Strikes::Chosen(pick, _) => vec![program.steady.picks[pick.index()].choice],
        Strikes::Drawn(_, arms) => (0..arms.len()).collect(),
    };
    Some((first, arms))
}

/// The bound on the return of a criterion.
fn recovery(program: &Program, reach: &Reach<'_>, criterion: Literal) -> Option<Bound> {
    if criterion.as_constant().is_some() {
        return None;
    }
    let turn = if !reach.held(criterion) {
        Turn::Away
    } else if sure::is_lost(reach, criterion) {
        Turn::Back
    } else {
        return None;
    };
    let least = reach.at(criterion.level(), turn);
    if least == Span::ZERO || least.is_never() {
        return None;
    }
    let terms = reach.chain(criterion.level(), turn).into_iter().map(|(level, least)| {
        match program.graph.levels[level.index()].stage {
            Some(stage) => {
                let stage = &program.layout.stages[stage as usize];
                let (title, formula) = (stage.title.clone(), stage.formula.clone());
                BoundTerm { stage: stage.name.clone(), title, formula, least }
            }
            // Only facts take time without being a stage: until a fault ends.
            None => BoundTerm {
                stage: "fault".to_owned(),
                title: "the fault ends".to_owned(),
                formula: None,
                least,
            },
        }
    });
    Some(Bound { least, terms: terms.collect() })
}
