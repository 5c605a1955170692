//! What may be a name, words to choose from, and lists of names for people.

use crate::diagnostic::nearest_help;
use crate::model::read::{Context, Found, Reader};

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

/// One of several words at a key.
pub(super) fn word<T: Copy>(reader: &Reader<'_>, key: &str, words: &[(&str, T)]) -> Option<T> {
    let found = reader.string(key)?;
    let known = words.iter().find(|(word, _)| *word == found.value);
    if known.is_none() {
        let names = || words.iter().map(|(word, _)| *word);
        reader.context().error_with_help(
            "procedure::word",
            format!("\"{key}\" of {} cannot be \"{}\"", reader.what(), found.value),
            (&found.at, &one_of("words", names())),
            nearest_help(&found.value, names()),
        );
    }
    known.map(|(_, value)| *value)
}
