//! Which single changes of a model are worth trying.

use std::collections::BTreeSet;

use crate::distribution::Law;
use crate::model::preset::{ComponentKind, Parameter, Quantity};
use crate::model::system::{ComponentId, Model};
use crate::units::Dimension;

/// A span longer than this is as good as never \[s\].
const NEVER: f64 = 1e9;
/// What is tried for a time-out that is not set \[s\].
const FINITE: f64 = 5.0;

/// A change of one component.
#[derive(Clone, PartialEq, Debug)]
pub struct Lever {
    /// Which component.
    pub component: ComponentId,
    /// The path that `--set` takes: `stores.orders.ttl`.
    pub path: String,
    /// The value as it is.
    pub from: String,
    /// The value that is tried.
    pub to: String,
    /// What is changed.
    pub change: LeverChange,
}

/// What a lever changes.
#[derive(Clone, PartialEq, Debug)]
pub enum LeverChange {
    /// The value of a parameter.
    Value {
        /// Which parameter.
        parameter: usize,
        /// The value that is tried.
        value: Quantity,
        /// By what a law is multiplied; such a value has no text that `--set` takes.
        factor: Option<f64>,
    },
    /// The members.
    Members {
        /// In words: "one more member of orders, in b".
        words: String,
        /// What `--set` takes: the members, and the hosts of clients that knew all.
        sets: Vec<String>,
    },
}

impl Lever {
    /// The model with a change of a value; members are changed in the files, so
    /// that whoever speaks of members and places is read anew.
    #[must_use]
    pub fn applied(&self, model: &Model) -> Option<Model> {
        let LeverChange::Value { parameter, value, .. } = &self.change else { return None };
        let mut changed = model.clone();
        changed.components[self.component.0].values[*parameter] = value.clone();
        Some(changed)
    }

    /// By what a law is multiplied.
    #[must_use]
    pub fn factor(&self) -> Option<f64> {
        match self.change {
            LeverChange::Value { factor, .. } => factor,
            LeverChange::Members { .. } => None,
        }
    }
}

/// The table of a kind of component in model files and in predictions.
#[must_use]
pub const fn group(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Store => "stores",
        ComponentKind::Stream => "streams",
        ComponentKind::Consensus => "consensus",
        ComponentKind::Service => "services",
        ComponentKind::Cluster => "clusters",
        ComponentKind::Route => "routes",
        ComponentKind::Clients => "clients",
        ComponentKind::Alert => "alerts",
        ComponentKind::People => "people",
        ComponentKind::Runbook => "runbooks",
    }
}

/// The changes to try: for each of the components every constant duration halved
/// and doubled, every uncertain quantity halved (and doubled, where more of it
/// is faster), a time-out that is not set set, and one more member of a store
/// or as many of a consensus store as make its number odd.
#[must_use]
pub fn levers(model: &Model, components: &BTreeSet<ComponentId>) -> Vec<Lever> {
    let mut levers = Vec::new();
    for &id in components {
        let component = &model.components[id.0];
        let preset = &component.preset;
        levers.extend(members(model, id));
        for (at, (parameter, value)) in preset.parameters.iter().zip(&component.values).enumerate()
        {
            for (to, factor) in tries(parameter, value) {
                levers.push(Lever {
                    component: id,
                    path: format!("{}.{}.{}", group(preset.kind), component.name, parameter.name),
                    from: value.text.clone(),
                    to: to.text.clone(),
                    change: LeverChange::Value { parameter: at, value: to, factor },
                });
            }
        }
    }
    levers
}

/// More members of a store or a consensus store, each on a machine of its own in
/// the zone of theirs that holds fewest; clients that try all members try these.
fn members(model: &Model, id: ComponentId) -> Option<Lever> {
    let component = &model.components[id.0];
    let more = match component.preset.kind {
        ComponentKind::Store | ComponentKind::Stream => 1,
        ComponentKind::Consensus => 2 - (component.members.len() + 1) % 2,
        // How many of these there are is not written as a list everywhere.
        ComponentKind::Service
        | ComponentKind::Cluster
        | ComponentKind::Route
        | ComponentKind::Clients
        | ComponentKind::Alert
        | ComponentKind::People
        | ComponentKind::Runbook => return None,
    };
    let mut names: Vec<String> = component.members.iter().map(|one| one.name.clone()).collect();
    let mut places: Vec<String> = component
        .members
        .iter()
        .map(|one| {
            let host = &model.hosts[one.host.0];
            let own = !host.name.contains('/');
            if own { model.zones[host.zone.0].name.clone() } else { host.name.clone() }
        })
        .collect();
    let from = list(&places);
    let mut added = Vec::with_capacity(more);
    for _ in 0..more {
        let zone = |place: &String| place.split('/').next().unwrap_or_default().to_owned();
        let zones: Vec<String> = places.iter().map(zone).collect();
        let held = |zone: &&String| zones.iter().filter(|other| other == zone).count();
        let fewest = zones.iter().min_by_key(held)?.clone();
        // As the file's reader names it: `b`, then `b-2`.
        let same = places.iter().filter(|place| **place == fewest).count();
        names.push(if same == 0 { fewest.clone() } else { format!("{fewest}-{}", same + 1) });
        places.push(fewest.clone());
        added.push(fewest);
    }
    let path = format!("{}.{}.members", group(component.preset.kind), component.name);
    let to = list(&places);
    let mut sets = vec![format!("{path}={to}")];
    for clients in model.components.iter().filter(|one| one.target == Some(id)) {
        let known = clients.preset.kind == ComponentKind::Clients
            && clients.order.len() == component.members.len();
        if known {
            let all = clients.order.iter().copied().chain(component.members.len()..names.len());
            let hosts: Vec<String> = all.map(|at| names[at].clone()).collect();
            sets.push(format!("clients.{}.hosts={}", clients.name, list(&hosts)));
        }
    }
    let words = match added.as_slice() {
        [zone] => format!("one more member of {}, in {zone}", component.name),
        zones => format!("{more} more members of {}, in {}", component.name, zones.join(" and ")),
    };
    let change = LeverChange::Members { words, sets };
    Some(Lever { component: id, path, from, to, change })
}

/// A list as TOML.
fn list(items: &[String]) -> String {
    format!("[\"{}\"]", items.join("\", \""))
}

/// The values to try instead of one.
fn tries(parameter: &Parameter, value: &Quantity) -> Vec<(Quantity, Option<f64>)> {
    let constant = value.law.is_constant();
    let time = parameter.dimension == Dimension::TIME;
    let factors: &[f64] = match (constant, time) {
        (Some(c), true) if c >= NEVER => {
            return fixed(value, FINITE).map(|to| (to, None)).into_iter().collect();
        }
        (Some(c), true) if c > 0.0 => &[0.5, 2.0],
        (Some(_), _) => &[],
        (None, true) => &[0.5],
        (None, false) => &[0.5, 2.0],
    };
    factors.iter().filter_map(|&factor| scaled(parameter, value, factor)).collect()
}

fn fixed(value: &Quantity, seconds: f64) -> Option<Quantity> {
    Some(Quantity { law: Law::constant(seconds).ok()?, text: span_text(seconds), ..value.clone() })
}

/// The value times a factor, and the factor where it has no other text; a
/// constant that would leave its range goes to the end of it.
fn scaled(parameter: &Parameter, value: &Quantity, factor: f64) -> Option<(Quantity, Option<f64>)> {
    let (least, most) = (parameter.least, parameter.most);
    if let Some(now) = value.law.is_constant() {
        let then = (now * factor).max(least.unwrap_or(0.0)).min(most.unwrap_or(f64::INFINITY));
        let same = (then - now).abs() <= now * 1e-9;
        return if same { None } else { fixed(value, then).map(|to| (to, None)) };
    }
    let law = value.law.clone().scaled(factor).ok()?;
    let inside = least.is_none_or(|least| law.least() >= least)
        && most.is_none_or(|most| law.most() <= most);
    let text = format!("{} ({})", if factor < 1.0 { "halved" } else { "doubled" }, value.text);
    inside.then(|| (Quantity { law, text, ..value.clone() }, Some(factor)))
}

/// A span as `--set` takes it: `2.5s`, `500ms`.
fn span_text(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{}ms", round(seconds * 1000.0))
    } else {
        format!("{}s", round(seconds))
    }
}

/// Without the last bits of a product.
fn round(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::preset::Varies;

    fn quantity(law: Law, text: &str) -> Quantity {
        Quantity { law, dimension: Dimension::TIME, varies: Varies::Each, text: text.to_owned() }
    }

    fn tried(law: Law, text: &str, least: Option<f64>) -> Vec<String> {
        let value = quantity(law, text);
        let parameter = Parameter {
            name: "ttl".to_owned(),
            dimension: Dimension::TIME,
            default: value.clone(),
            versions: Vec::new(),
            least,
            most: None,
            source: None,
            say: String::new(),
        };
        tries(&parameter, &value).into_iter().map(|(to, _)| to.text).collect()
    }

    #[test]
    fn constants_stay_in_their_range() {
        let ttl = |least| tried(Law::constant(30.0).unwrap(), "30s", least);
        assert_eq!(ttl(None), ["15s", "60s"]);
        assert_eq!(ttl(Some(20.0)), ["20s", "60s"]);
        assert_eq!(ttl(Some(30.0)), ["60s"]);
    }

    #[test]
    fn laws_are_halved_and_what_never_ends_is_ended() {
        let law = Law::exponential(0.01).unwrap();
        assert_eq!(tried(law, "{ exponential }", None), ["halved ({ exponential })"]);
        assert_eq!(tried(Law::constant(1e12).unwrap(), "never", None), ["5s"]);
        assert!(tried(Law::constant(0.0).unwrap(), "0s", None).is_empty());
    }
}
