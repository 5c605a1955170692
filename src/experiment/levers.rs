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
    /// The value that is tried.
    pub to: Quantity,
    /// By what a law is multiplied; such a value has no text that `--set` takes.
    pub factor: Option<f64>,
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
            for (to, factor) in tries(parameter, value) {
                levers.push(Lever {
                    component: id,
                    parameter: at,
                    path: format!("{}.{}.{}", group(preset.kind), component.name, parameter.name),
                    from: value.text.clone(),
                    to,
                    factor,
                });
            }
        }
    }
    levers
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
