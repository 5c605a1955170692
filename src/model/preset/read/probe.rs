//! Probes: what they look at, and the four ways of looking.

use super::field::Fields;
use crate::model::expression::Value;
use crate::model::preset::{Block, Growth, Looks};
use crate::units::{Dimension, ENDLESS};

/// Reads a probe.
pub(super) fn probe(fields: &Fields<'_, '_>) -> Option<Block> {
    let watch = fields.condition("watch", fields.scope());
    let looks = looks(fields);
    let running = fields.optional("while", fields.scope());
    let initially = fields.reader.boolean("initially").map(|found| found.value);
    let (fall, rise) = (fields.count("fall"), fields.count("rise"));
    Some(Block::Probe {
        watch: watch?,
        looks: looks?,
        running: running.ok()?,
        initially,
        fall: fall?,
        rise: rise?,
    })
}

/// When a probe looks: `at` a clock, or `every` so often.
fn looks(fields: &Fields<'_, '_>) -> Option<Looks> {
    let reader = fields.reader;
    let has = |key| reader.table_read().get(key).is_some();
    let what = reader.what().to_owned();
    let at = &reader.table_read().at;
    if has("at") == has("every") {
        reader.allow(["at", "every", "after", "cost", "from", "factor", "most", "slack"]);
        let message = format!("{what} must look either `at` a clock or `every` so often");
        let label = if has("at") { "both are given" } else { "neither is given" };
        fields.refuse("preset::looks", message, at, label);
        return None;
    }
    for key in ["after", "cost", "from", "factor", "most", "slack"] {
        if has("at") && has(key) {
            reader.allow(["at", "after", "cost", "from", "factor", "most", "slack"]);
            let message = format!("`{key}` of {what} goes with `every`, not with `at`");
            fields.refuse("preset::looks", message, at, "looks at a clock's ticks");
            return None;
        }
    }
    if has("at") {
        reader.allow(["every"]);
        return fields.clock("at").map(Looks::At);
    }
    reader.allow(["at"]);
    let every = fields.value("every", fields.scope(), Dimension::TIME);
    if has("after") || has("cost") {
        if has("from") {
            reader.allow(["after", "cost", "from"]);
            let message = format!("{what} cannot look both `after` a reply and `from` an instant");
            fields.refuse("preset::looks", message, at, "expected one of the two");
            return None;
        }
        return after_reply(fields, every);
    }
    if has("from") {
        let rise = fields.condition("from", fields.scope());
        let growth = growth(fields);
        return Some(Looks::From { every: every?, rise: rise?, growth: growth.ok()? });
    }
    for key in ["factor", "most", "slack"] {
        if has(key) {
            reader.allow(["factor", "most", "slack"]);
            let message = format!("`{key}` of {what} goes with `from`");
            fields.refuse("preset::looks", message, at, "backs off from nothing");
            return None;
        }
    }
    every.map(Looks::Every)
}

/// How a comb backs off; `Err` where that is wrong.
fn growth(fields: &Fields<'_, '_>) -> Result<Option<Box<Growth>>, ()> {
    let has = |key| fields.reader.table_read().get(key).is_some();
    if !["factor", "most", "slack"].into_iter().any(has) {
        return Ok(None);
    }
    let factor = fields.count("factor");
    let most = match has("most") {
        true => fields.value("most", fields.scope(), Dimension::TIME),
        false => Some(Value::Number(ENDLESS)),
    };
    let slack = slack(fields);
    match (factor, most, slack) {
        (Some(factor), Some(most), Some(slack)) => {
            Ok(Some(Box::new(Growth { factor, most, slack })))
        }
        _ => Err(()),
    }
}

/// `slack`: a number, or a range of which each look draws one.
fn slack(fields: &Fields<'_, '_>) -> Option<(Value, Value)> {
    if fields.reader.table_read().get("slack").is_none() {
        return Some((Value::Number(0.0), Value::Number(0.0)));
    }
    let (low, high) = match fields.value("slack", fields.scope().read(), Dimension::NUMBER)? {
        Value::Between(low, high) => (*low, *high),
        other => (other.clone(), other),
    };
    if low.is_fixed() && high.is_fixed() {
        return Some((low, high));
    }
    let message = format!("\"slack\" of {} must be a number or a range", fields.reader.what());
    let node = fields.reader.required("slack")?;
    fields.refuse("preset::slack", message, &node.at, "expected a share, such as 0..0.125");
    None
}

/// `every`, counted from the reply, which costs something.
fn after_reply(
    fields: &Fields<'_, '_>,
    every: Option<crate::model::expression::Value>,
) -> Option<Looks> {
    let after = fields.reader.required_string("after");
    let cost = fields.value("cost", fields.scope().read(), Dimension::TIME);
    let after = after?;
    if after.value != "reply" {
        let message = format!("a probe cannot look after \"{}\"", after.value);
        fields.refuse("preset::looks", message, &after.at, "expected \"reply\"");
        return None;
    }
    Some(Looks::AfterReply { every: every?, cost: cost? })
}
