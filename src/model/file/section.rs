//! The sections of a model file and the keys that a component may have besides
//! its technology's parameters.

use crate::model::preset::{ComponentKind, Preset, Standing};

/// The sections that hold components.
pub(in crate::model) const SECTIONS: [(&str, ComponentKind); 10] = [
    ("consensus", ComponentKind::Consensus),
    ("stores", ComponentKind::Store),
    ("streams", ComponentKind::Stream),
    ("clusters", ComponentKind::Cluster),
    ("services", ComponentKind::Service),
    ("routes", ComponentKind::Route),
    ("clients", ComponentKind::Clients),
    ("alerts", ComponentKind::Alert),
    ("people", ComponentKind::People),
    ("runbooks", ComponentKind::Runbook),
];

/// The section of a kind of component.
pub(super) const fn section_name(kind: ComponentKind) -> &'static str {
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

/// The structural keys of a kind of component.
pub(in crate::model) const fn structural_keys(kind: ComponentKind) -> &'static [&'static str] {
    match kind {
        ComponentKind::Store | ComponentKind::Stream | ComponentKind::Consensus => {
            &["technology", "version", "members", "pods", "serves_at_least", "stable_for"]
        }
        ComponentKind::Cluster => {
            &["technology", "version", "members", "serves_at_least", "stable_for"]
        }
        ComponentKind::Service => &[
            "technology",
            "version",
            "members",
            "replicas",
            "serves_with",
            "demand",
            "capacity",
            "tries",
            "request_timeout",
            "needs",
            "uses",
            "serves_at_least",
            "stable_for",
        ],
        ComponentKind::Route => {
            &["technology", "version", "serves", "at", "pods", "serves_at_least", "stable_for"]
        }
        ComponentKind::Alert => &["technology", "version", "watches", "at", "severity"],
        ComponentKind::People => &["technology", "version", "levels", "roles"],
        ComponentKind::Runbook => &["technology", "version", "does", "to", "by"],
        ComponentKind::Clients => &[
            "technology",
            "version",
            "of",
            "at",
            "hosts",
            "count",
            "needs",
            "uses",
            "serves_at_least",
            "stable_for",
        ],
    }
}

/// The keys that a component of this technology can have.
pub(super) fn all_keys(preset: &Preset) -> Vec<String> {
    let structural = structural_keys(preset.kind).iter().map(|key| (*key).to_owned());
    let roles = preset.needs.iter().map(|need| need.role.clone());
    let parameters = preset.parameters.iter().map(|parameter| parameter.name.clone());
    let places = preset.sets.iter().filter_map(|set| match &set.standing {
        Standing::Placed(key) => Some(key.clone()),
        Standing::Counted(_) => None,
    });
    structural.chain(places).chain(roles).chain(parameters).collect()
}
