//! The least and the greatest that a value can be.

use crate::block::clock::{Clock, Ticks};
use crate::block::value::{self, About, Value};
use crate::block::{Graph, ValueId};
use crate::maths;
use crate::units::Span;

/// The least and the greatest value, over all draws and readings.
pub(super) fn of(graph: &Graph, id: ValueId) -> (f64, f64) {
    let extent = |id: &ValueId| of(graph, *id);
    let all = |ids: &[ValueId]| ids.iter().map(extent).collect::<Vec<_>>();
    match &graph.values[id.0 as usize] {
        Value::Constant(value) => (*value, *value),
        Value::Each { law, .. } | Value::Trial { law, .. } => (law.least(), law.most()),
        Value::Between { low, high, .. } => hull(extent(low), extent(high)),
        Value::If(_, yes, no) => hull(extent(yes), extent(no)),
        Value::Add(a, b) => {
            let (a, b) = (extent(a), extent(b));
            (a.0 + b.0, a.1 + b.1)
        }
        Value::Subtract(a, b) => {
            let (a, b) = (extent(a), extent(b));
            (a.0 - b.1, a.1 - b.0)
        }
        Value::Multiply(a, b) => corners(extent(a), extent(b), |x, y| x * y),
        Value::Divide(a, b) => {
            let (a, b) = (extent(a), extent(b));
            if b.0 <= 0.0 { (0.0_f64.min(a.0), f64::INFINITY) } else { corners(a, b, |x, y| x / y) }
        }
        Value::Least(ids) => fold(&all(ids), f64::min, f64::INFINITY),
        Value::Most(ids) => fold(&all(ids), f64::max, f64::NEG_INFINITY),
        Value::Power(a, b) => {
            let (a, b) = (extent(a), extent(b));
            if a.0 < 0.0 { (f64::NEG_INFINITY, f64::INFINITY) } else { corners(a, b, value::power) }
        }
        Value::Ceiling(a) => rising(extent(a), f64::ceil),
        Value::Floor(a) => rising(extent(a), f64::floor),
        Value::Logarithm(a) => rising(extent(a), value::logarithm),
        Value::Exponential(a) => rising(extent(a), maths::exp),
        Value::Chosen(_, ids) => {
            all(ids).into_iter().reduce(hull).unwrap_or((f64::NEG_INFINITY, f64::INFINITY))
        }
        Value::Age(_) | Value::LogUnreplayed(..) | Value::Backup(_, About::Since, _) => {
            (0.0, f64::INFINITY)
        }
        Value::LogDiverged(..) | Value::Backup(_, About::Exists, _) => (0.0, 1.0),
        Value::Backup(_, About::Tries, _) => (1.0, f64::INFINITY),
        Value::Renewed(_)
        | Value::LogHas(..)
        | Value::LogWritten(..)
        | Value::Backup(_, About::Point, _) => (f64::NEG_INFINITY, f64::INFINITY),
    }
}

fn hull(a: (f64, f64), b: (f64, f64)) -> (f64, f64) {
    (a.0.min(b.0), a.1.max(b.1))
}

fn fold(all: &[(f64, f64)], of: fn(f64, f64) -> f64, empty: f64) -> (f64, f64) {
    all.iter().fold((empty, empty), |sum, one| (of(sum.0, one.0), of(sum.1, one.1)))
}

/// The extent of what rises with its only part.
fn rising(a: (f64, f64), of: fn(f64) -> f64) -> (f64, f64) {
    (of(a.0), of(a.1))
}

/// The extent of a product or quotient: at the corners, where zero times
/// endless is zero.
fn corners(a: (f64, f64), b: (f64, f64), of: fn(f64, f64) -> f64) -> (f64, f64) {
    let corner = |x: f64, y: f64| {
        let value = of(x, y);
        if value.is_nan() { 0.0 } else { value }
    };
    let all = [corner(a.0, b.0), corner(a.0, b.1), corner(a.1, b.0), corner(a.1, b.1)];
    let low = all.iter().copied().fold(f64::INFINITY, f64::min);
    (low, all.iter().copied().fold(f64::NEG_INFINITY, f64::max))
}

/// The least span that a value can be.
pub(super) fn least(graph: &Graph, id: ValueId) -> Span {
    Span::from_seconds(of(graph, id).0.max(0.0))
}

/// The greatest span that a value can be.
pub(super) fn most(graph: &Graph, id: ValueId) -> Span {
    Span::from_seconds(of(graph, id).1.max(0.0))
}

/// The least time between two ticks of a clock, and from its rise to the first
/// where it is locked.
pub(super) fn least_gap(graph: &Graph, clock: &Clock) -> Span {
    match clock.ticks {
        Ticks::Even | Ticks::From(_) | Ticks::Follow(_) => least(graph, clock.every),
        Ticks::Random => Span::ZERO,
        Ticks::Growing { most, .. } => least(graph, clock.every).min(least(graph, most)),
    }
}

/// The greatest time between two ticks of a clock that runs on.
pub(super) fn most_gap(graph: &Graph, clock: &Clock) -> Span {
    match clock.ticks {
        Ticks::Even | Ticks::From(_) => most(graph, clock.every),
        // A random wait has no end, and whoever is followed may stand still.
        Ticks::Random | Ticks::Follow(_) | Ticks::Growing { .. } => Span::NEVER,
    }
}

/// The least count that a value can be, as the world reads it.
pub(super) fn least_count(graph: &Graph, id: ValueId) -> i64 {
    of(graph, id).0.clamp(1.0, 1e6) as i64
}

/// The greatest count that a value can be, as the world reads it.
pub(super) fn most_count(graph: &Graph, id: ValueId) -> i64 {
    of(graph, id).1.clamp(1.0, 1e6) as i64
}
