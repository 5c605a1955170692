//! What may be a name, and lists of names for people.

use crate::model::read::{Context, Found};

/// Names longer than this fill no table well [characters].
const LONGEST: usize = 48;

/// Whether a name can be used; reports why not.
pub(super) fn is_name(kind: &str, name: &Found<String>, context: &Context<'_>) -> bool {
    let text = &name.value;
    let fits = !text.is_empty()
        && text.chars().count() <= LONGEST
        && text.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
    let reserved = matches!(text.as_str(), "system" | "leader");
    if fits && !reserved {
        return true;
    }
    let label = if reserved {
        "this word has a meaning of its own"
    } else {
        "expected letters, digits, \"-\" and \"_\", at most 48"
    };
    context.error("model::name", format!("\"{text}\" cannot name a {kind}"), &name.at, label);
    false
}

/// `expected one of a, b, c`, or that there are none.
pub(super) fn one_of<'a>(kind: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.into_iter().collect();
    match names.len() {
        0 => format!("there are no {kind}"),
        1 => format!("expected {}", names[0]),
        n if n <= SHOWN => format!("expected one of {}", names.join(", ")),
        n => format!("expected one of {} and {} more", names[..SHOWN].join(", "), n - SHOWN),
    }
}
