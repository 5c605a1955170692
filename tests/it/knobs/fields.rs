//! The fields that there are, as the code that reads them lists them.

use crate::harness::text;

/// The tables inside a node.
const INNER: [&str; 6] = ["renew", "check", "rearm", "moves", "fills", "drains"];

/// The body of a function of a source file.
fn body<'s>(source: &'s str, function: &str) -> &'s str {
    let start = source.find(&format!("fn {function}(")).unwrap_or_else(|| panic!("no {function}"));
    let length = source[start..].find("\n}\n").unwrap_or(source.len() - start);
    &source[start..start + length]
}

/// The words in quotes that follow `before`, in order, each with whatever stands
/// in front of `before`.
fn words<'s>(source: &'s str, before: &str) -> Vec<(&'s str, &'s str)> {
    let mut found = Vec::new();
    for (at, _) in source.match_indices(before) {
        let rest = &source[at + before.len()..];
        let word = &rest[..rest.find('"').unwrap_or(0)];
        let plain = !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase() || c == '_');
        if plain {
            found.push((&source[..at], word));
        }
    }
    found
}

/// The receiver of the call that a text ends with: `renew` of `renew.clock`.
fn receiver(text: &str) -> &str {
    let call = text.rsplit(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).next();
    call.unwrap_or("").split('.').next().unwrap_or("")
}

/// The fields of each block of the preset language: (`probe`, `watch`).
pub(super) fn blocks() -> Vec<(String, String)> {
    let source = ["block", "probe", "people"];
    let source = source.map(|file| text(&format!("src/model/preset/read/{file}.rs"))).concat();
    let helpers = [
        ("work", "moves"),
        ("work", "lost"),
        ("work", "retry"),
        ("work", "calls"),
        ("pool", "rates"),
        ("pick", "mode"),
        ("probe", "looks"),
        ("probe", "after_reply"),
        ("probe", "growth"),
        ("probe", "slack"),
    ];
    let mut fields = Vec::new();
    for block in [
        "gate", "work", "clock", "probe", "lease", "pick", "dial", "log", "backup", "pool", "link",
        "tank", "crew",
    ] {
        let of_it = helpers.iter().filter(|(of, _)| *of == block).map(|(_, helper)| *helper);
        for function in [block].into_iter().chain(of_it) {
            let body = body(&source, function);
            for (before, word) in words(body, "(\"") {
                let inner = INNER.contains(&receiver(before));
                let field =
                    if inner { format!("{}.{word}", receiver(before)) } else { word.to_owned() };
                if !fields.contains(&(block.to_owned(), field.clone())) {
                    fields.push((block.to_owned(), field));
                }
            }
            if body.contains("fields.over()") {
                fields.push((block.to_owned(), "over".to_owned()));
            }
        }
    }
    // A table's own name is told by its fields; marks are read for all alike.
    fields.retain(|(_, f)| !INNER.contains(&f.as_str()));
    for block in ["gate", "work", "probe", "lease", "pick", "dial", "tank"] {
        fields.push((block.to_owned(), "marks".to_owned()));
    }
    fields
}

/// The keys that a reader asks for in a function.
fn keys(source: &str, function: &str) -> Vec<String> {
    let body = body(source, function);
    let calls = [
        "string",
        "required_string",
        "strings",
        "required",
        "get",
        "table",
        "amount",
        "array",
        "quantity",
    ];
    let read = words(body, "(\"")
        .into_iter()
        .filter(|(before, _)| calls.iter().any(|call| before.ends_with(&format!(".{call}"))));
    read.map(|(_, word)| word.to_owned()).collect()
}

/// The keys of a scenario and of a fault.
pub(super) fn scenario() -> Vec<(String, String)> {
    let mut keys = keys(&text("src/model/file/scenario.rs"), "read_document");
    for (file, function) in [
        ("scenario", "horizon"),
        ("phase", "read_phases"),
        ("fault", "read_faults"),
        ("objective", "read_objectives"),
    ] {
        keys.extend(self::keys(&text(&format!("src/model/file/{file}.rs")), function));
    }
    let faults = text("src/model/file/fault.rs");
    let list = body(&faults, "unknown_key");
    let list = &list[list.find("let known").expect("the keys of a fault are listed")..];
    let list = &list[list.find('[').expect("a list")..list.find(']').expect("a list")];
    keys.extend(list.split('"').skip(1).step_by(2).map(str::to_owned));
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| ("scenario".to_owned(), key)).collect()
}

/// The keys of a procedure, its steps and its doubts.
pub(super) fn procedure() -> Vec<(String, String)> {
    let source = text("src/model/file/procedure.rs");
    let list = &source[source.find("const ALL").expect("the keys of a step are listed")..];
    let list = &list[..list.find("];").expect("it ends")];
    let mut all: Vec<String> = list.split('"').skip(1).step_by(2).map(str::to_owned).collect();
    for function in ["read_procedure", "claims"] {
        all.extend(keys(&source, function));
    }
    all.push("steps".to_owned());
    all.extend(keys(&text("src/model/file/doubt.rs"), "read_doubts"));
    all.sort();
    all.dedup();
    all.into_iter().map(|key| ("procedure".to_owned(), key)).collect()
}

/// The kinds of faults that every component can have.
pub(super) fn faults() -> Vec<String> {
    let source = text("src/model/file/fault.rs");
    let kinds = body(&source, "kind");
    let arms = kinds.lines().filter(|line| line.contains("=> return Some(FaultKind"));
    arms.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())).collect()
}

/// The forms of a target, by their first words.
pub(super) fn targets() -> Vec<String> {
    let source = text("src/model/file/target.rs");
    let forms = body(&source, "read_target");
    let arms = forms.lines().map(str::trim).filter(|line| line.starts_with("[\""));
    arms.filter_map(|line| Some(line.split('"').nth(1)?.to_owned())).collect()
}

/// The keys of a model and of its components.
pub(super) fn model() -> Vec<(String, String)> {
    let mut keys = keys(&text("src/model/file/model.rs"), "read_document");
    keys.extend(self::keys(&text("src/model/file/place.rs"), "read"));
    keys.extend(self::keys(&text("src/model/file/objective.rs"), "read_objectives"));
    keys.extend(self::keys(&text("src/model/file/journey.rs"), "read"));
    let sections = text("src/model/file/section.rs");
    let structural = body(&sections, "structural_keys");
    keys.extend(structural.split('"').skip(1).step_by(2).map(str::to_owned));
    keys.push("needs".to_owned());
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| ("model".to_owned(), key)).collect()
}

/// The keys of a set under `[each]`.
pub(super) fn each() -> Vec<(String, String)> {
    let mut keys = keys(&text("src/model/preset/read/set.rs"), "set");
    keys.sort();
    keys.dedup();
    keys.into_iter().map(|key| ("each".to_owned(), key)).collect()
}

#[test]
fn the_lists_are_found() {
    let blocks = blocks();
    for known in [
        "gate until",
        "work lost",
        "probe cost",
        "lease renew.if",
        "lease check.while",
        "pick if",
        "pick over",
        "dial cost",
        "log unreplayed",
    ] {
        let found = blocks.iter().any(|(b, f)| format!("{b} {f}") == known);
        assert!(found, "no {known} in {blocks:?}");
    }
    assert!(blocks.len() >= 45, "{blocks:?}");
    let each = each();
    assert_eq!(
        each.iter().map(|(_, key)| key.as_str()).collect::<Vec<_>>(),
        ["places", "processes", "say", "size"]
    );
    assert_eq!(faults(), ["kill", "hang", "power loss", "partition"]);
    let procedure = procedure();
    assert!(procedure.len() >= 24, "{procedure:?}");
    assert_eq!(
        targets(),
        ["zone", "region", "node", "primary", "member", "first", "one", "alert", "alerts", "each"]
    );
    let names = |all: Vec<(String, String)>| all.into_iter().map(|(_, f)| f).collect::<Vec<_>>();
    let scenario = names(scenario());
    for key in [
        "after",
        "at",
        "faults",
        "for",
        "from",
        "horizon",
        "notes",
        "objectives",
        "phases",
        "process",
        "scenario",
        "set",
        "what",
        "where",
    ] {
        assert!(scenario.iter().any(|k| k == key), "no {key} in {scenario:?}");
    }
    let model = names(model());
    for key in [
        "at",
        "count",
        "hosts",
        "members",
        "model",
        "notes",
        "objectives",
        "of",
        "serves",
        "serves_at_least",
        "stable_for",
        "technology",
        "title",
        "zones",
    ] {
        assert!(model.iter().any(|k| k == key), "no {key} in {model:?}");
    }
}
