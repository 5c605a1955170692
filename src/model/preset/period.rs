//! Periods and counts that must be above zero, whatever a model says.
//!
//! Something that looks every 0 s would look for ever at one instant. A
//! parameter is never below its `least`, so a preset that says enough of them
//! cannot be made to.

use super::places::Places;
use super::{Block, Check, ERROR_AFTER, Exported, Looks, Node, Parameter, Preset};
use crate::diagnostic::Diagnostic;
use crate::model::expression::{Comparison, Condition, Mention, Value};
use crate::model::read::Context;

/// Reports periods that may be zero, and counts of looks that may be below one.
pub(super) fn check(preset: &Preset, places: &Places, context: &Context<'_>) {
    for (node, place) in preset.nodes.iter().zip(&places.nodes) {
        for period in periods(node) {
            if floor(period, &preset.parameters) <= 0.0 {
                let message = format!("the period of `{}` may be zero", node.name);
                let help = help(period, preset, "above zero");
                context.report(
                    Diagnostic::error("preset::zero_period", message)
                        .label(&place.at, "would look for ever at one instant")
                        .help(help),
                );
            }
        }
        let Block::Probe { fall, rise, looks, .. } = &node.block else {
            continue;
        };
        if let Looks::From { growth: Some(growth), .. } = looks
            && floor(&growth.factor, &preset.parameters) < 1.0
        {
            let message = format!("the gaps of `{}` may shrink to nothing", node.name);
            context.report(
                Diagnostic::error("preset::shrinking", message)
                    .label(&place.at, "expected a factor of 1 or more")
                    .help(help(&growth.factor, preset, "of 1 or more")),
            );
        }
        for count in [fall, rise] {
            if floor(count, &preset.parameters) < 1.0 {
                let message = format!("`{}` may flip after less than one look", node.name);
                let help = help(count, preset, "of 1 or more");
                context.report(
                    Diagnostic::error("preset::zero_looks", message)
                        .label(&place.at, "expected whole numbers from 1 on")
                        .help(help),
                );
            }
        }
    }
    check_exports(preset, places, context);
}

/// Others may use an exported duration as a period.
fn check_exports(preset: &Preset, places: &Places, context: &Context<'_>) {
    for (export, place) in preset.exports.iter().zip(&places.exports) {
        let Exported::Value(value) = &export.what else {
            continue;
        };
        // Nobody looks so often.
        if export.name == ERROR_AFTER {
            continue;
        }
        if floor(value, &preset.parameters) <= 0.0 {
            let message = format!("the export `{}` may be zero", export.name);
            let help = help(value, preset, "above zero");
            context.report(
                Diagnostic::error("preset::zero_period", message)
                    .label(place, "others look so often")
                    .help(help),
            );
        }
    }
}

/// How often a node does what it does periodically.
fn periods(node: &Node) -> Vec<&Value> {
    match &node.block {
        Block::Clock { every, .. } | Block::Backup { every, .. } => vec![every],
        Block::Probe { looks, .. } => match looks {
            Looks::At(_) => Vec::new(),
            Looks::From { every, growth: Some(growth), .. } => vec![every, &growth.most],
            Looks::Every(every) | Looks::AfterReply { every, .. } | Looks::From { every, .. } => {
                vec![every]
            }
        },
        Block::Lease { check: Some(Check::Every { every, .. }), .. } => vec![every],
        _ => Vec::new(),
    }
}

/// What to do about a number that may be too small.
fn help(value: &Value, preset: &Preset, enough: &str) -> String {
    let mut name = None;
    value.mentions(&mut |mention| {
        if let Mention::Parameter(id) = mention {
            let parameter = &preset.parameters[id.0];
            if parameter.least.unwrap_or_default() <= 0.0 {
                name.get_or_insert_with(|| parameter.name.clone());
            }
        }
    });
    match name {
        Some(name) => format!("give the parameter `{name}` a `least` {enough}"),
        None => format!("expected a number {enough}"),
    }
}

/// A number that the value never falls below; 0 where nobody knows better.
fn floor(value: &Value, parameters: &[Parameter]) -> f64 {
    let floor = |value: &Value| floor(value, parameters);
    match value {
        Value::Number(number) => *number,
        Value::Parameter(id) => parameters[id.0].least.unwrap_or_default(),
        Value::Draw(law) => law.least(),
        // A needed component answers for its own exports; see above.
        Value::NeedValue(..) => f64::MIN_POSITIVE,
        Value::Size(_) => 1.0,
        // What has been compared with zero is above it.
        Value::If(condition, left, right) if is_above_zero(condition, left) => {
            f64::MIN_POSITIVE.min(floor(right))
        }
        Value::Between(left, right) | Value::If(_, left, right) => floor(left).min(floor(right)),
        Value::Add(left, right) => floor(left) + floor(right),
        Value::Multiply(left, right) => floor(left).max(0.0) * floor(right).max(0.0),
        // However large the divisor, what is left is above zero.
        Value::Divide(left, _) => {
            if floor(left) > 0.0 {
                f64::MIN_POSITIVE
            } else {
                0.0
            }
        }
        Value::Subtract(..) => value.constant().unwrap_or_default(),
        Value::Least(all) => all.iter().map(floor).fold(f64::INFINITY, f64::min),
        Value::Most(all) => all.iter().map(floor).fold(0.0, f64::max),
        Value::Ceiling(inner) => floor(inner).ceil(),
        Value::Floor(inner) => floor(inner).floor(),
        Value::Logarithm(_) => value.constant().unwrap_or_default(),
        Value::Exponential(_) => value.constant().unwrap_or(f64::MIN_POSITIVE),
        Value::Power(base, _) => {
            let least = if floor(base) > 0.0 { f64::MIN_POSITIVE } else { 0.0 };
            value.constant().unwrap_or(least)
        }
        Value::Reading(_) | Value::TargetValue(..) => 0.0,
    }
}

/// Whether a condition says of a value that it is above zero.
fn is_above_zero(condition: &Condition, value: &Value) -> bool {
    match condition {
        Condition::Compare(left, Comparison::More, right) => {
            **left == *value && **right == Value::Number(0.0)
        }
        _ => false,
    }
}
