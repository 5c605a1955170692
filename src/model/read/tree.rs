//! A TOML document as a tree of values that know where they stand.

use toml::de::{DeTable, DeValue};

use super::Context;
use crate::diagnostic::{Diagnostic, Location, SourceFile};

/// Files larger than this [bytes] are refused: a system fits on a page or two, and ten
/// thousand components that a program writes into this.
const LARGEST: usize = 2 << 20;
/// Values nested deeper than this are refused: no form of ours needs half of it.
const DEEPEST: usize = 24;

/// A value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Found<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Location,
}

/// A TOML value and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// The value.
    pub raw: Raw,
    /// Where it stands; for a table with a header, the header.
    pub at: Location,
}

/// A TOML value.
#[derive(Clone, PartialEq, Debug)]
pub enum Raw {
    /// Text.
    String(String),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// `true` or `false`.
    Boolean(bool),
    /// A date or a time; no key of ours takes one.
    Datetime(String),
    /// A list.
    Array(Vec<Node>),
    /// A table.
    Table(Table),
}

/// Keys and values in the order of the text.
#[derive(Clone, PartialEq, Debug)]
pub struct Table {
    /// The keys and values.
    pub entries: Vec<Entry>,
    /// Where to point when something is missing: the table's name, or all of
    /// an inline table.
    pub at: Location,
}

/// A key and its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    /// The key.
    pub key: Found<String>,
    /// The value.
    pub node: Node,
}

impl Raw {
    /// What kind of value it is, with its article: `a string`.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::String(_) => "a string",
            Self::Integer(_) => "a whole number",
            Self::Float(_) => "a number",
            Self::Boolean(_) => "true or false",
            Self::Datetime(_) => "a date or time",
            Self::Array(_) => "a list",
            Self::Table(_) => "a table",
        }
    }
}

impl Node {
    /// The text, where it is one.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.raw {
            Raw::String(text) => Some(text),
            _ => None,
        }
    }

    /// The table, where it is one.
    #[must_use]
    pub const fn as_table(&self) -> Option<&Table> {
        match &self.raw {
            Raw::Table(table) => Some(table),
            _ => None,
        }
    }

    /// The list, where it is one.
    #[must_use]
    pub fn as_array(&self) -> Option<&[Node]> {
        match &self.raw {
            Raw::Array(nodes) => Some(nodes),
            _ => None,
        }
    }

    /// The place of some bytes of this string's value.
    #[must_use]
    pub fn within(&self, part: std::ops::Range<usize>) -> Location {
        self.as_str().map_or_else(|| self.at.clone(), |text| self.at.within(text, part))
    }

    /// The value as one would write it, on one line and not too long.
    #[must_use]
    pub fn written(&self) -> String {
        match &self.raw {
            Raw::String(text) => text.clone(),
            _ => {
                let mut out = String::new();
                self.write(&mut out);
                out
            }
        }
    }

    fn write(&self, out: &mut String) {
        use std::fmt::Write;
        const LONGEST: usize = 120;
        if out.len() > LONGEST {
            if !out.ends_with('…') {
                out.push('…');
            }
            return;
        }
        // Writing to a string cannot fail.
        let _ = match &self.raw {
            Raw::String(text) => write!(out, "{text:?}"),
            Raw::Integer(number) => write!(out, "{number}"),
            Raw::Float(number) => write!(out, "{number}"),
            Raw::Boolean(flag) => write!(out, "{flag}"),
            Raw::Datetime(text) => write!(out, "{text}"),
            Raw::Array(nodes) => {
                out.push('[');
                for (index, node) in nodes.iter().enumerate() {
                    if out.len() > LONGEST {
                        break;
                    }
                    out.push_str(if index > 0 { ", " } else { "" });
                    node.write(out);
                }
                write!(out, "]")
            }
            Raw::Table(table) => {
                out.push_str("{ ");
                for (index, entry) in table.entries.iter().enumerate() {
                    let comma = if index > 0 { ", " } else { "" };
                    let _ = write!(out, "{comma}{} = ", entry.key.value);
                    entry.node.write(out);
                }
                write!(out, " }}")
            }
        };
    }
}

impl Table {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key and its value.
    #[must_use]
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key.value == key)
    }

    /// The names of its keys.
    pub fn keys(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.key.value.as_str())
    }
}

/// The document of a file. A syntax error is reported, and nothing is returned.
#[must_use]
pub fn parse(source: &SourceFile, context: &Context<'_>) -> Option<Table> {
    let text = source.text();
    if text.len() > LARGEST {
        context.report(
            Diagnostic::error("file::too_large", "the file is larger than 2 MiB")
                .label(&source.beginning(), "")
                .help("a system fits on a page or two; measured samples go to a file of their own"),
        );
        return None;
    }
    match DeTable::parse(text) {
        Ok(table) => {
            Grower { source, context, base: 0 }.table(table.get_ref(), source.beginning(), 0)
        }
        Err(error) => {
            syntax_error(&error, source, context);
            None
        }
    }
}

/// A single value inside a text, from byte `base` on: the right side of a `--set`.
/// `None` where it is no TOML value.
#[must_use]
pub fn parse_value(source: &SourceFile, base: usize, context: &Context<'_>) -> Option<Node> {
    let value = DeValue::parse(source.text().get(base..)?).ok()?;
    let at = source.at(base + value.span().start..base + value.span().end);
    Grower { source, context, base }.node(value.get_ref(), at, 0)
}

/// Reports what the TOML parser found.
fn syntax_error(error: &toml::de::Error, source: &SourceFile, context: &Context<'_>) {
    let span = error.span().unwrap_or(0..0);
    let at = source.at(span);
    let message = error.message().replace('\n', ", ").replace("basic string", "string");
    let (code, message, label) = if message.contains("duplicate key") {
        ("file::duplicate_key", "the same key stands twice".to_owned(), "the second one")
    } else if message.contains("recurs") {
        ("file::too_deep", "values are nested too deep".to_owned(), "write fewer levels")
    } else {
        ("file::syntax", message, "the file cannot be read from here on")
    };
    context.report(Diagnostic::error(code, message).label(&at, label));
}

/// Makes our tree of toml's.
struct Grower<'a, 'f> {
    source: &'a SourceFile,
    context: &'a Context<'f>,
    base: usize,
}

impl Grower<'_, '_> {
    fn at(&self, span: std::ops::Range<usize>) -> Location {
        self.source.at(self.base + span.start..self.base + span.end)
    }

    fn table(&self, table: &DeTable<'_>, at: Location, depth: usize) -> Option<Table> {
        let mut entries = Vec::with_capacity(table.len());
        for (key, value) in table {
            let key_at = self.at(key.span());
            let at = match value.get_ref() {
                // A table with a header is pointed at by its name.
                DeValue::Table(_) if !self.at(value.span()).text().starts_with('{') => {
                    key_at.clone()
                }
                _ => self.at(value.span()),
            };
            let node = self.node(value.get_ref(), at, depth + 1)?;
            let key = Found { value: key.get_ref().clone().into_owned(), at: key_at };
            entries.push(Entry { key, node });
        }
        Some(Table { entries, at })
    }

    /// `None` once a mistake makes all of the document useless.
    fn node(&self, value: &DeValue<'_>, at: Location, depth: usize) -> Option<Node> {
        if depth > DEEPEST {
            self.context.error(
                "file::too_deep",
                format!("values are nested more than {DEEPEST} levels deep"),
                &at,
                "write fewer levels",
            );
            return None;
        }
        let raw = match value {
            DeValue::String(text) => Raw::String(text.clone().into_owned()),
            DeValue::Integer(number) => {
                match i64::from_str_radix(number.as_str(), number.radix()) {
                    Ok(number) => Raw::Integer(number),
                    Err(_) => {
                        self.too_large(&at);
                        return Some(Node { raw: Raw::Float(f64::NAN), at });
                    }
                }
            }
            DeValue::Float(number) => match number.as_str().parse::<f64>() {
                Ok(number) if number.is_finite() => Raw::Float(number),
                _ => {
                    self.too_large(&at);
                    return Some(Node { raw: Raw::Float(f64::NAN), at });
                }
            },
            DeValue::Boolean(flag) => Raw::Boolean(*flag),
            DeValue::Datetime(moment) => Raw::Datetime(moment.to_string()),
            DeValue::Array(nodes) => {
                let mut list = Vec::with_capacity(nodes.len());
                for node in nodes.iter() {
                    list.push(self.node(node.get_ref(), self.at(node.span()), depth + 1)?);
                }
                Raw::Array(list)
            }
            DeValue::Table(table) => Raw::Table(self.table(table, at.clone(), depth)?),
        };
        Some(Node { raw, at })
    }

    fn too_large(&self, at: &Location) {
        let label = "too large, or no number at all; for \"without end\" write \"never\"";
        self.context.error("file::number", "this number cannot be used", at, label);
    }
}
