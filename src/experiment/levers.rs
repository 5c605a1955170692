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

/// A change of one parameter of one component.
#[derive(Clone, PartialEq, Debug)]
pub struct Lever {
    /// Which component.
    pub component: ComponentId,
    /// Which of its parameters.
    pub parameter: usize,
    /// The path that `--set` takes: `stores.orders.ttl`.
    pub path: String,
    /// The value as it is.
    pub from: String,
    /// The value that is tried, as `--set` takes it; `None` where it has no text.
    pub to: Quantity,
}

impl Lever {
    /// The model with the change.
    #[must_use]
    pub fn applied(&self, model: &Model) -> Model {
        let mut changed = model.clone();
        changed.components[self.component.0].values[self.parameter] = self.to.clone();
        changed
    }
}

/// The table of a kind of component in model files and in predictions.
#[must_use]
pub const fn group(kind: ComponentKind) -> &'static str {
    match kind {
        ComponentKind::Store => "stores",
        ComponentKind::Consensus => "consensus",
        ComponentKind::Route => "routes",
        ComponentKind::Clients => "clients",
    }
}

/// The changes to try: for each of the components every constant duration halved
/// and doubled, every uncertain quantity halved (and doubled, where more of it
/// is faster), and a time-out that is not set set.
#[must_use]
pub fn levers(model: &Model, components: &BTreeSet<ComponentId>) -> Vec<Lever> {
    let mut levers = Vec::new();
    for &id in components {
        let component = &model.components[id.0];
        let preset = &component.preset;
        for (at, (parameter, value)) in preset.parameters.iter().zip(&component.values).enumerate()
        {
            for to in tries(parameter, value) {
                levers.push(Lever {
                    component: id,
                    parameter: at,
                    path: format!("{}.{}.{}", group(preset.kind), component.name, parameter.name),
                    from: value.text.clone(),
                    to,
                });
            }
        }
    }
    levers
}

/// The values to try instead of one.
fn tries(parameter: &Parameter, value: &Quantity) -> Vec<Quantity> {
    let constant = value.law.is_constant();
    let time = parameter.dimension == Dimension::TIME;
    let factors: &[f64] = match (constant, time) {
        (Some(c), true) if c >= NEVER => return finite(value).into_iter().collect(),
        (Some(c), true) if c > 0.0 => &[0.5, 2.0],
        (Some(_), _) => &[],
        (None, true) => &[0.5],
        (None, false) => &[0.5, 2.0],
    };
    factors.iter().filter_map(|&factor| scaled(parameter, value, factor)).collect()
}

fn finite(value: &Quantity) -> Option<Quantity> {
    Some(Quantity { law: Law::constant(FINITE).ok()?, text: format!("{FINITE}s"), ..value.clone() })
}

fn scaled(parameter: &Parameter, value: &Quantity, factor: f64) -> Option<Quantity> {
    let law = value.law.clone().scaled(factor).ok()?;
    let inside = parameter.least.is_none_or(|least| law.least() >= least)
        && parameter.most.is_none_or(|most| law.most() <= most);
    let text = match law.is_constant() {
        Some(seconds) => span_text(seconds),
        None => {
            format!("{} ({})", if factor < 1.0 { "half of it" } else { "twice of it" }, value.text)
        }
    };
    inside.then(|| Quantity { law, text, ..value.clone() })
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
