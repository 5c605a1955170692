//! Pools of others: that who plays a role has the pool that works ask it for.

use crate::model::expression::{NeedId, PoolRef, Range, Who};
use crate::model::preset::{Block, Exported, Node};
use crate::model::read::Context;
use crate::model::system::{Component, ComponentId, HostId, Model};

/// Reports works that ask for units of pools that are not there.
pub(super) fn refuse_missing(model: &Model, context: &Context<'_>) {
    for component in &model.components {
        for node in &component.preset.nodes {
            let Block::Work { uses: Some(PoolRef::Need(need, name, who)), .. } = &node.block else {
                continue;
            };
            check(model, (component, node), (*need, name, *who), context);
        }
    }
}

/// Looks for one of them.
fn check(
    model: &Model,
    (component, node): (&Component, &Node),
    (need, name, who): (NeedId, &str, Option<Who>),
    context: &Context<'_>,
) {
    let id = component.needs[need.0];
    let other = &model.components[id.0];
    let role = &component.preset.needs[need.0].role;
    let refuse = |message: String, label: String| {
        context.error("model::no_pool", message, &component.at, &label);
    };
    let pools = other.preset.exports.iter();
    let is_pool = |exported: &Exported| match exported {
        Exported::Pool(at) => !matches!(other.preset.nodes[at.0].block, Block::Crew { .. }),
        _ => false,
    };
    let pools = pools.filter(|export| is_pool(&export.what));
    let Some(export) = pools.clone().find(|export| export.name == name) else {
        let known: Vec<&str> = pools.map(|export| export.name.as_str()).collect();
        let known = match known.as_slice() {
            [] => "it has none that others may use".to_owned(),
            known => format!("its pools are {}", known.join(", ")),
        };
        let message = format!("{} ({}) has no pool `{name}`", other.name, other.preset.name);
        return refuse(message, format!("`{}` needs one as its `{role}`; {known}", node.name));
    };
    let range = export.range.name(&other.preset.sets);
    match (export.range, who) {
        (Range::One, None) => {}
        (Range::Zone | Range::Member, Some(who)) => {
            let lost = hosts(component, node.range, who)
                .into_iter()
                .find(|host| model.place_at(id, export.range, *host).is_none());
            if let Some(host) = lost {
                let host = &model.hosts[host.0].name;
                let message = format!("{} has no {range} where {host} stands", other.name);
                refuse(message, format!("`{}` asks there for a unit of `{name}`", node.name));
            }
        }
        (Range::One, Some(_)) => {
            let message = format!("{} has one pool `{name}` for all", other.name);
            refuse(message, format!("expected `{role}.{name}` in `{}`", node.name));
        }
        _ => {
            let message = format!("{} has a pool `{name}` for each {range}", other.name);
            refuse(message, format!("expected `{role}.{name}(self)` in `{}`", node.name));
        }
    }
}

/// The hosts of all those whom `who` may speak of in a node of `range`.
fn hosts(component: &Component, range: Range, who: Who) -> Vec<HostId> {
    let range = match who {
        Who::Dealt(set) => Range::Set(set),
        _ => range,
    };
    let seats = component.seats().enumerate();
    let meant = seats.filter(|(at, _)| match range {
        Range::Set(_) | Range::Member => component.range_of_seat(*at) == range,
        _ => *at == 0,
    });
    meant.map(|(_, seat)| seat.host).collect()
}

impl Model {
    /// The zone or the member of a component, by its position, where a host is.
    #[must_use]
    pub fn place_at(&self, id: ComponentId, range: Range, host: HostId) -> Option<usize> {
        match range {
            Range::Zone => {
                let zone = self.hosts[host.0].zone;
                self.zones_of(id).into_iter().position(|one| one == zone)
            }
            _ => self.components[id.0].members.iter().position(|one| one.host == host),
        }
    }
}
