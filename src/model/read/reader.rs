//! Hands out the keys of a table by type.

use std::cell::RefCell;
use std::ops::RangeInclusive;

use super::ask::Sort;
use super::quantity::{Expect, read_amount, read_quantity};
use super::{Context, Entry, Found, Node, Raw, Table};
use crate::diagnostic::{Diagnostic, nearest, nearest_help};
use crate::model::preset::Quantity;
use crate::units::Dimension;

/// Reads one table. Every key that is asked for becomes an allowed key; what is
/// left when [`Reader::finish`] is called is reported.
#[derive(Debug)]
pub struct Reader<'a> {
    context: &'a Context<'a>,
    table: &'a Table,
    what: String,
    asked: RefCell<Vec<String>>,
}

impl<'a> Reader<'a> {
    /// A reader of `table`, called `what` in messages: `[stores.orders]`.
    #[must_use]
    pub fn new(table: &'a Table, what: impl Into<String>, context: &'a Context<'a>) -> Self {
        Self { context, table, what: what.into(), asked: RefCell::new(Vec::new()) }
    }

    /// What the table is called in messages.
    #[must_use]
    pub fn what(&self) -> &str {
        &self.what
    }

    /// The table.
    #[must_use]
    pub const fn table_read(&self) -> &'a Table {
        self.table
    }

    /// The collector of mistakes.
    #[must_use]
    pub const fn context(&self) -> &'a Context<'a> {
        self.context
    }

    /// Allows keys without reading them.
    pub fn allow<'n>(&self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            self.note(name, Sort::Any);
            self.asked.borrow_mut().push(name.to_owned());
        }
    }

    /// Says what a key may hold, for the schemas.
    pub fn note(&self, key: &str, sort: Sort) {
        self.context.note(&self.what, key, sort, false);
    }

    /// The value of a key, of whatever type.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a Node> {
        self.note(key, Sort::Any);
        self.asked.borrow_mut().push(key.to_owned());
        self.table.get(key)
    }

    /// The value of a key that must be there, of whatever type.
    #[must_use]
    pub fn required(&self, key: &str) -> Option<&'a Node> {
        self.context.note(&self.what, key, Sort::Any, true);
        let node = self.get(key);
        if node.is_none() {
            self.missing(key);
        }
        node
    }

    /// Reports that a key is missing.
    pub fn missing(&self, key: &str) {
        let message = format!("{} has no \"{key}\"", self.what);
        let label = format!("\"{key}\" is needed here");
        let mut missing =
            Diagnostic::error("file::missing_key", message).label(&self.table.at, &label);
        if let Some(wrong) = self.misspelt(key) {
            missing = missing.label(&wrong.at, format!("did you mean \"{key}\"?"));
            // One mistake is reported once.
            self.asked.borrow_mut().push(wrong.value.clone());
        }
        self.context.report(missing);
    }

    /// A key that nobody has asked for and that is like one that is missing.
    fn misspelt(&self, missing: &str) -> Option<&'a Found<String>> {
        /// Shorter ones are too much like others that are right.
        const SHORTEST: usize = 4;
        if missing.len() < SHORTEST {
            return None;
        }
        let others = self.unread().into_iter().map(|entry| &entry.key);
        let like = nearest(missing, others.clone().map(|key| key.value.as_str()))?;
        others.into_iter().find(|key| key.value == like)
    }

    /// A string.
    #[must_use]
    pub fn string(&self, key: &str) -> Option<Found<String>> {
        self.note(key, Sort::Text);
        self.get(key).and_then(|node| self.as_string(key, node))
    }

    /// A string that must be there.
    #[must_use]
    pub fn required_string(&self, key: &str) -> Option<Found<String>> {
        self.note(key, Sort::Text);
        self.required(key).and_then(|node| self.as_string(key, node))
    }

    fn as_string(&self, key: &str, node: &Node) -> Option<Found<String>> {
        match &node.raw {
            Raw::String(text) => Some(Found { value: text.clone(), at: node.at.clone() }),
            _ => {
                self.wrong_type(key, node, "a string");
                None
            }
        }
    }

    /// `true` or `false`.
    #[must_use]
    pub fn boolean(&self, key: &str) -> Option<Found<bool>> {
        self.note(key, Sort::Boolean);
        let node = self.get(key)?;
        match node.raw {
            Raw::Boolean(value) => Some(Found { value, at: node.at.clone() }),
            _ => {
                self.wrong_type(key, node, "true or false");
                None
            }
        }
    }

    /// A whole number in a range.
    #[must_use]
    pub fn integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<Found<i64>> {
        self.note(key, Sort::Integer(*range.start(), *range.end()));
        let node = self.get(key)?;
        match node.raw {
            Raw::Integer(value) if range.contains(&value) => {
                Some(Found { value, at: node.at.clone() })
            }
            Raw::Integer(value) => {
                let (least, most) = (range.start(), range.end());
                self.context.error(
                    "file::out_of_range",
                    format!("\"{key}\" of {} cannot be {value}", self.what),
                    &node.at,
                    &format!("expected {least} to {most}"),
                );
                None
            }
            _ => {
                self.wrong_type(key, node, "a whole number");
                None
            }
        }
    }

    /// A list.
    #[must_use]
    pub fn array(&self, key: &str) -> Option<&'a [Node]> {
        self.note(key, Sort::List);
        let node = self.get(key)?;
        if node.as_array().is_none() {
            self.wrong_type(key, node, "a list");
        }
        node.as_array()
    }

    /// A list of strings; a single string is a list of one.
    #[must_use]
    pub fn strings(&self, key: &str) -> Option<Vec<Found<String>>> {
        self.note(key, Sort::Texts);
        let node = self.get(key)?;
        if let Some(text) = node.as_str() {
            return Some(vec![Found { value: text.to_owned(), at: node.at.clone() }]);
        }
        let Some(nodes) = node.as_array() else {
            self.wrong_type(key, node, "a list of strings");
            return None;
        };
        let mut found = Vec::with_capacity(nodes.len());
        for node in nodes {
            match node.as_str() {
                Some(text) => {
                    found.push(Found { value: text.to_owned(), at: node.at.clone() });
                }
                None => self.wrong_type(key, node, "a list of strings"),
            }
        }
        Some(found)
    }

    /// A reader of a table inside this one, called `what` in messages.
    #[must_use]
    pub fn table(&self, key: &str, what: impl Into<String>) -> Option<Reader<'a>> {
        self.note(key, Sort::Table);
        let node = self.get(key)?;
        if node.as_table().is_none() {
            self.wrong_type(key, node, "a table");
        }
        node.as_table().map(|table| Reader::new(table, what, self.context))
    }

    /// A reader of a table that is one of the [entries](Self::entries).
    #[must_use]
    pub fn table_in(&self, entry: &'a Entry, what: impl Into<String>) -> Option<Reader<'a>> {
        self.note(&entry.key.value, Sort::Table);
        let table = entry.node.as_table();
        if table.is_none() {
            self.wrong_type(&entry.key.value, &entry.node, "a table");
        }
        table.map(|table| Reader::new(table, what, self.context))
    }

    /// A string that is one of the [entries](Self::entries).
    #[must_use]
    pub fn string_in(&self, entry: &Entry) -> Option<Found<String>> {
        self.note(&entry.key.value, Sort::Text);
        self.as_string(&entry.key.value, &entry.node)
    }

    /// A value with unit or law.
    #[must_use]
    pub fn quantity(&self, key: &str, expect: &Expect<'_>) -> Option<Quantity> {
        self.note(key, Sort::Quantity(expect.dimension));
        self.get(key).and_then(|node| read_quantity(node, key, expect, self.context))
    }

    /// A certain value of a dimension: no law.
    #[must_use]
    pub fn amount(&self, key: &str, dimension: Dimension) -> Option<Found<f64>> {
        self.note(key, Sort::Amount(dimension));
        let node = self.get(key)?;
        read_amount(node, key, dimension, self.context)
            .map(|value| Found { value, at: node.at.clone() })
    }

    /// All keys and values; every key is allowed from here on.
    #[must_use]
    pub fn entries(&self) -> &'a [Entry] {
        self.allow(self.table.keys());
        &self.table.entries
    }

    /// The entries that nobody has asked for so far.
    #[must_use]
    pub fn unread(&self) -> Vec<&'a Entry> {
        let asked = self.asked.borrow();
        self.table.entries.iter().filter(|entry| !asked.contains(&entry.key.value)).collect()
    }

    /// Reports a value of the wrong type.
    pub fn wrong_type(&self, key: &str, node: &Node, expected: &str) {
        if matches!(node.raw, Raw::Float(number) if number.is_nan()) {
            // Reported when the tree was grown.
            return;
        }
        self.context.error(
            "file::wrong_type",
            format!("\"{key}\" of {} must be {expected}", self.what),
            &node.at,
            &format!("expected {expected}, found {}", node.raw.kind()),
        );
    }

    /// Reports the keys that nobody asked for.
    pub fn finish(self) {
        for entry in self.unread() {
            if self.context.is_full() {
                // Only counted from here on.
                self.context.report(Diagnostic::error("file::unknown_key", ""));
                continue;
            }
            self.unknown(entry);
        }
    }

    fn unknown(&self, entry: &Entry) {
        let key = &entry.key.value;
        let asked = self.asked.borrow();
        let mut names: Vec<&str> = Vec::new();
        for name in asked.iter() {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
        let help = nearest_help(key, names.iter().copied())
            .or_else(|| Some(format!("the keys are {}", names.join(", "))));
        let message = format!("{} has no key \"{key}\"", self.what);
        self.context.error_with_help(
            "file::unknown_key",
            message,
            (&entry.key.at, "not a key that can stand here"),
            help,
        );
    }
}
