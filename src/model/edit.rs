//! Edits laid over a model's document before it is validated: `--set` and `[set]`.
//!
//! ```text
//! stores.orders.ttl = 20s          a key of a component
//! clients.*.every = 50ms           `*` stands for any name
//! objectives.orders.recovery_time = p95 <= 60s
//! stores.orders.lag.p95 = 2s       inside a law
//! stores.orders.members.0 = b      inside a list
//! ```
//!
//! A value is a TOML value; text that is none is taken as a string. What an edit
//! puts in keeps the edit's own place, so that a wrong value is reported there.

use super::read::{Context, Entry, Found, Node, Raw, Table, parse_value};
use crate::diagnostic::{Diagnostic, Location, SourceFile, nearest_help};

/// One value to lay over a model.
#[derive(Clone, PartialEq, Debug)]
pub struct Edit {
    /// Where to: `stores.orders.ttl`.
    pub path: Found<String>,
    /// The names between its points.
    parts: Vec<Found<String>>,
    /// What.
    pub value: Node,
}

impl Edit {
    /// What is written at keys inside each other, of which each may be a path itself.
    ///
    /// # Panics
    ///
    /// There is no key.
    pub(in crate::model) fn new(keys: &[Found<String>], value: Node) -> Self {
        let path = keys.iter().cloned().reduce(|path, key| longer(&path, &key));
        let path = path.expect("an edit goes somewhere");
        Self { path, parts: keys.iter().flat_map(parts).collect(), value }
    }

    /// The edit that a `PATH=VALUE` of the command line asks for.
    ///
    /// # Errors
    ///
    /// Refuses what has no `=` or no path, and lists, tables and quotes that do not end.
    pub fn from_argument(argument: &str) -> Result<Self, Box<Diagnostic>> {
        let source = SourceFile::new("--set", argument);
        let Some((path, value)) = argument
            .split_once('=')
            .filter(|(path, _)| path.split('.').all(|part| !part.trim().is_empty()))
        else {
            return Err(Box::new(
                Diagnostic::error("edit::syntax", "an edit is a path, \"=\" and a value")
                    .label(&source.whole(), "expected PATH=VALUE")
                    .help("write --set stores.orders.ttl=20s"),
            ));
        };
        let base = path.len() + 1;
        // Bare text is a string: nobody wants to quote twice in a shell.
        let quiet = Context::without_files();
        let node = parse_value(&source, base, &quiet).filter(|_| quiet.errors() == 0);
        if node.is_none() && value.trim_start().starts_with(['[', '{', '"', '\'']) {
            let help = "put the argument in single quotes, so that the shell leaves it alone";
            return Err(Box::new(
                Diagnostic::error("edit::syntax", "the value is no TOML value")
                    .label(
                        &source.at(base..argument.len()),
                        "a text inside needs quotes, and every bracket its end",
                    )
                    .help(help),
            ));
        }
        let node = node.unwrap_or_else(|| Node {
            raw: Raw::String(value.trim().to_owned()),
            at: source.at(base..argument.len()),
        });
        let path = Found { value: path.trim().to_owned(), at: source.at(0..path.len()) };
        Ok(Self::new(&[path], node))
    }

    /// Path and value as text.
    #[must_use]
    pub fn written(&self) -> (String, String) {
        (self.path.value.clone(), self.value.written())
    }
}

/// A path with one more key.
fn longer(path: &Found<String>, key: &Found<String>) -> Found<String> {
    let value = format!("{}.{}", path.value, key.value);
    // Under a header of its own a path does not stand there in one piece: then its last key
    // is where to point.
    let whole = key.at.file.at(path.at.range.start..key.at.range.end);
    let at = if whole.text() == value { whole } else { key.at.clone() };
    Found { value, at }
}

/// The names in a key that may be a path, and where they stand.
fn parts(key: &Found<String>) -> Vec<Found<String>> {
    let mut at = 0;
    let mut parts = Vec::new();
    for part in key.value.split('.') {
        let place = key.at.within(&key.value, at..at + part.len());
        parts.push(Found { value: part.trim().to_owned(), at: place });
        at += part.len() + 1;
    }
    parts
}

/// The keys that a table, reached by a path of names, can take: asked only where
/// a `*` reaches tables of different kinds.
pub type Keys<'a> = &'a dyn Fn(&[String], &Table) -> Vec<String>;

/// Lays the edits over a document, in order.
pub fn apply(document: &mut Table, edits: &[Edit], keys: Keys<'_>, context: &Context<'_>) {
    for edit in edits {
        let mut walk = Walk { edit, keys, context, changed: 0, told: false, known: Vec::new() };
        walk.table(document, &edit.parts, &mut Vec::new(), false);
        if walk.changed == 0 && !walk.told {
            let last = edit.parts.last().map_or("", |part| &part.value);
            context.error_with_help(
                "edit::no_match",
                format!("\"{}\" reaches nothing in this model", edit.path.value),
                (&edit.path.at, "nothing there takes this key"),
                nearest_help(last, walk.known.iter().map(String::as_str)),
            );
        }
    }
}

/// One edit on its way through the document.
struct Walk<'a, 'f> {
    edit: &'a Edit,
    keys: Keys<'a>,
    context: &'a Context<'f>,
    changed: usize,
    told: bool,
    /// What the tables behind a `*` could have taken instead.
    known: Vec<String>,
}

impl Walk<'_, '_> {
    fn table(
        &mut self,
        table: &mut Table,
        parts: &[Found<String>],
        names: &mut Vec<String>,
        starred: bool,
    ) {
        let Some((Found { value: part, at }, rest)) = parts.split_first() else {
            return;
        };
        if *part == "*" {
            for entry in &mut table.entries {
                names.push(entry.key.value.clone());
                self.node(&mut entry.node, rest, names, true);
                names.pop();
            }
            return;
        }
        if let Some(entry) = table.entries.iter_mut().find(|entry| entry.key.value == *part) {
            names.push((*part).to_owned());
            self.node(&mut entry.node, rest, names, starred);
            names.pop();
            return;
        }
        let may_grow = rest.is_empty() || is_objectives(names, part);
        if !may_grow {
            if !starred {
                self.nothing(table, part, at, names);
            }
            return;
        }
        if starred {
            let mut known = (self.keys)(names, table);
            if !known.iter().any(|key| key == part) {
                self.known.append(&mut known);
                return;
            }
        }
        let key = Found { value: (*part).to_owned(), at: at.clone() };
        let empty = Table { entries: Vec::new(), at: at.clone() };
        let node = Node { raw: Raw::Table(empty), at: at.clone() };
        table.entries.push(Entry { key, node });
        if let Some(entry) = table.entries.last_mut() {
            names.push((*part).to_owned());
            self.node(&mut entry.node, rest, names, starred);
            names.pop();
        }
    }

    fn node(
        &mut self,
        node: &mut Node,
        rest: &[Found<String>],
        names: &mut Vec<String>,
        starred: bool,
    ) {
        let Some(Found { value: part, at }) = rest.first() else {
            *node = self.edit.value.clone();
            self.changed += 1;
            return;
        };
        match &mut node.raw {
            Raw::Table(table) => self.table(table, rest, names, starred),
            Raw::Array(nodes) if *part == "*" => {
                for node in nodes {
                    self.node(node, &rest[1..], names, true);
                }
            }
            Raw::Array(nodes) => {
                match part.parse::<usize>().ok().and_then(|at| nodes.get_mut(at)) {
                    Some(node) => self.node(node, &rest[1..], names, starred),
                    None if starred => {}
                    None => {
                        let message = format!("\"{}\" has no item \"{part}\"", names.join("."));
                        let label = format!("expected 0 to {}", nodes.len().saturating_sub(1));
                        self.tell(message, at, &label, None);
                    }
                }
            }
            _ if starred => {}
            other => {
                let message = format!("\"{}\" is {}, not a table", names.join("."), other.kind());
                self.tell(message, at, "nothing can stand below it", None);
            }
        }
    }

    /// Reports a name that is not there.
    fn nothing(&mut self, table: &Table, part: &str, at: &Location, names: &[String]) {
        let place = if names.is_empty() {
            "the model".to_owned()
        } else {
            format!("[{}]", names.join("."))
        };
        let help = nearest_help(part, table.keys())
            .or_else(|| Some(format!("there are {}", table.keys().collect::<Vec<_>>().join(", "))))
            .filter(|_| !table.entries.is_empty());
        self.tell(format!("{place} has no \"{part}\""), at, "not in this model", help);
    }

    fn tell(&mut self, message: String, at: &Location, label: &str, help: Option<String>) {
        self.told = true;
        self.context.error_with_help("edit::unknown_path", message, (at, label), help);
    }
}

/// Objectives may be set where the model has none yet.
fn is_objectives(names: &[String], part: &str) -> bool {
    match names {
        [] => part == "objectives",
        [first, ..] => first == "objectives" && names.len() == 1,
    }
}

#[cfg(test)]
mod tests {
    use super::super::read::parse;
    use super::*;

    /// Applies edits and gives the document as text, or the messages.
    fn check(edits: &[&str]) -> Result<String, Vec<String>> {
        let text = "[stores.orders]\nttl = \"30s\"\nmembers = [\"a\", \"b\"]\n\
            [stores.users]\ntechnology = \"x\"\n[clients.app]\nevery = \"1s\"\n";
        let context = Context::without_files();
        let mut table = parse(&SourceFile::new("m", text), &context).unwrap();
        let edits: Vec<Edit> =
            edits.iter().map(|text| Edit::from_argument(text).unwrap()).collect();
        let keys = |_: &[String], table: &Table| {
            table.get("ttl").map(|_| "wal".to_owned()).into_iter().collect()
        };
        apply(&mut table, &edits, &keys, &context);
        let messages: Vec<String> =
            context.into_diagnostics().iter().map(ToString::to_string).collect();
        let sections = table.entries.iter().map(|entry| entry.node.written());
        if messages.is_empty() { Ok(sections.collect()) } else { Err(messages) }
    }

    #[test]
    fn values_are_toml_or_bare_text() {
        let value = |text: &str| Edit::from_argument(text).unwrap().value.written();
        assert_eq!(value("a=20s"), "20s");
        assert_eq!(value("a=\"20s\""), "20s");
        assert_eq!(value("a = 3"), "3");
        assert_eq!(value("a={ p50 = \"1s\" }"), "{ p50 = \"1s\" }");
        assert_eq!(value("a=p95 <= 60s"), "p95 <= 60s");
        assert_eq!(value("a="), "");
        assert!(Edit::from_argument("ttl").is_err());
        assert!(Edit::from_argument("a..b=1").is_err());
        assert!(Edit::from_argument("a=[1, 2").is_err());
    }

    #[test]
    fn edits_reach_what_is_there_and_what_may_be() {
        assert!(check(&["stores.orders.ttl=20s"]).unwrap().contains("ttl = \"20s\""));
        assert!(check(&["stores.orders.members.1=c"]).unwrap().contains("[\"a\", \"c\"]"));
        assert!(check(&["clients.*.every=50ms"]).unwrap().contains("every = \"50ms\""));
        assert!(check(&["objectives.orders.downtime=p95 <= 1m"]).unwrap().contains("downtime"));
        let wal = check(&["stores.*.wal=1MB/s"]).unwrap();
        assert_eq!(wal.matches("wal").count(), 1);
    }

    #[test]
    fn edits_that_reach_nothing_are_told() {
        for (edit, message) in [
            ("store.orders.ttl=1s", "the model has no \"store\""),
            ("stores.order.ttl=1s", "[stores] has no \"order\""),
            ("stores.orders.ttl.x=1s", "\"stores.orders.ttl\" is a string, not a table"),
            ("stores.*.nothing=1s", "\"stores.*.nothing\" reaches nothing in this model"),
            ("stores.orders.members.7=c", "\"stores.orders.members\" has no item \"7\""),
        ] {
            assert_eq!(check(&[edit]).unwrap_err(), [message]);
        }
    }
}
