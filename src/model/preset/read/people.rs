//! Crews, and works that call them.

use super::field::Fields;
use crate::model::expression::{NeedId, PoolRef, Range, Value};
use crate::model::preset::{Block, Calling, ComponentKind};
use crate::units::Dimension;

/// Reads a crew.
pub(super) fn crew(fields: &Fields<'_, '_>) -> Option<Block> {
    if fields.environment.kind != ComponentKind::People || fields.owner != Range::One {
        let message =
            format!("{} must stand under [one.crew] of kind = \"people\"", fields.reader.what());
        let at = &fields.reader.table_read().at;
        fields.refuse("preset::crew", message, at, "its people are named by the model");
    }
    let time = |key| fields.value(key, fields.scope().read(), Dimension::TIME);
    let (response, escalate) = (time("response"), time("escalate"));
    let misses = match fields.reader.get("misses") {
        Some(_) => fields.value("misses", fields.scope().read(), Dimension::NUMBER),
        None => Some(Value::Number(0.0)),
    };
    Some(Block::Crew { response: response?, misses: misses?, escalate: escalate? })
}

/// `calls = "people.staff"` and `priority`: whom a work calls, if anybody.
pub(super) fn calls(fields: &Fields<'_, '_>) -> Result<Option<Calling>, ()> {
    let Some(node) = fields.reader.get("calls") else {
        return Ok(None);
    };
    if let Some(uses) = fields.reader.table_read().entry("uses") {
        let message = format!("{} both uses a pool and calls people", fields.reader.what());
        fields.refuse("preset::calls", message, &uses.key.at, "expected one of the two");
    }
    let priority = match fields.reader.get("priority") {
        Some(_) => fields.value("priority", fields.scope(), Dimension::NUMBER),
        None => Some(Value::Number(0.0)),
    };
    let crew = fields.pool("calls").ok_or(())?;
    let needs = &fields.environment.needs;
    let people = |need: &NeedId| needs[need.0].kind == ComponentKind::People;
    if !matches!(&crew, PoolRef::Need(need, _, None) if people(need)) {
        let message = format!("{} calls nobody", fields.reader.what());
        let label = "expected a crew of who plays a role of kind \"people\", as in `people.staff`";
        fields.refuse("preset::calls", message, &node.at, label);
        return Err(());
    }
    Ok(Some(Calling { crew, priority: priority.ok_or(())? }))
}
