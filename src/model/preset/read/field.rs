//! Fields of a node: expressions, clocks, words.

use crate::diagnostic::{Diagnostic, Location, nearest};
use crate::model::expression::resolve::{Environment, Scope};
use crate::model::expression::{Condition, FOLLOWS, Mistake, NodeId, PoolRef, Range, Value};
use crate::model::preset::ClockRef;
use crate::model::read::{Context, Expect, Node, Raw, Reader, Sort, read_quantity};
use crate::units::Dimension;

/// The milestones whose meaning is the same in every preset.
pub(crate) const MARKS: [&str; 11] = [
    "detected",
    "acknowledged",
    "declared",
    "ordered",
    "key_taken",
    "failed_over",
    "rerouted",
    "verified",
    "redundant",
    "first_error",
    "first_write",
];

/// Reports the mistakes of an expression that stands at a node of the file.
pub(super) fn report(node: &Node, mistakes: Vec<Mistake>, context: &Context<'_>) {
    for mistake in mistakes.into_iter().filter(|mistake| mistake.code != FOLLOWS) {
        let code = format!("preset::{}", mistake.code);
        let mut at = node.within(mistake.extent);
        if at.range.is_empty() {
            // What is missing at the end is pointed at by the closing quote.
            at = at.file.at(at.range.start..at.range.start + 1);
        }
        context.report(
            Diagnostic::error(code, mistake.message)
                .label(&at, mistake.label)
                .maybe_help(mistake.help),
        );
    }
}

/// The text of an expression; one that is not what stands in the file, letter
/// by letter, is refused, since no column in it would be true.
pub(super) fn expression_text(
    node: &Node,
    what: &str,
    wanted: &str,
    context: &Context<'_>,
) -> Option<String> {
    match &node.raw {
        Raw::String(text) => {
            let written = node.at.text();
            let plain = |quote: char| {
                written.strip_prefix(quote).and_then(|rest| rest.strip_suffix(quote))
                    == Some(text.as_str())
            };
            if plain('"') || plain('\'') {
                return Some(text.clone());
            }
            context.error_with_help(
                "preset::escapes",
                format!("{what} is written with escapes or over several lines"),
                (&node.at, "expected the expression letter by letter"),
                Some("write it on one line between plain quotes".to_owned()),
            );
        }
        _ => {
            let label = format!("expected {wanted}, found {}", node.raw.kind());
            context.error("file::wrong_type", format!("{what} must be {wanted}"), &node.at, &label);
        }
    }
    None
}

/// The fields of one node, or of a table inside it.
pub(super) struct Fields<'r, 'a> {
    /// Their table.
    pub(super) reader: &'r Reader<'a>,
    /// What they may speak of.
    pub(super) environment: &'r Environment,
    /// What the node exists once for.
    pub(super) owner: Range,
}

impl<'r, 'a> Fields<'r, 'a> {
    /// The fields of a node.
    pub(super) fn new(reader: &'r Reader<'a>, environment: &'r Environment, owner: Range) -> Self {
        Self { reader, environment, owner }
    }

    /// Where an ordinary field stands.
    pub(super) const fn scope(&self) -> Scope {
        Scope::of(self.owner)
    }

    /// What a field is called in messages.
    fn what(&self, key: &str) -> String {
        format!("\"{key}\" of {}", self.reader.what())
    }

    /// A condition, if it is there; `Err` where it is wrong.
    pub(super) fn optional(&self, key: &str, scope: Scope) -> Result<Option<Condition>, ()> {
        self.reader.note(key, Sort::Expression);
        let Some(node) = self.reader.get(key) else {
            return Ok(None);
        };
        let context = self.reader.context();
        let text = expression_text(node, &self.what(key), "a condition in quotes", context);
        let resolved = self.environment.condition(&text.ok_or(())?, scope);
        resolved.map(Some).map_err(|mistakes| report(node, mistakes, context))
    }

    /// A condition that must be there.
    pub(super) fn condition(&self, key: &str, scope: Scope) -> Option<Condition> {
        self.reader.note(key, Sort::Expression);
        let _ = self.reader.required(key)?;
        self.optional(key, scope).ok().flatten()
    }

    /// A number of a dimension that must be there.
    pub(super) fn value(&self, key: &str, scope: Scope, wanted: Dimension) -> Option<Value> {
        self.reader.note(key, Sort::Value);
        let node = self.reader.required(key)?;
        self.value_at(node, key, scope, wanted)
    }

    /// A number of a dimension at a node of the file.
    fn value_at(&self, node: &Node, key: &str, scope: Scope, wanted: Dimension) -> Option<Value> {
        let context = self.reader.context();
        if let Raw::Table(_) | Raw::Integer(_) | Raw::Float(_) = node.raw {
            let expect = Expect::of(wanted);
            let quantity = read_quantity(node, &self.what(key), &expect, context)?;
            if let Some(constant) = quantity.law.is_constant() {
                return Some(Value::Number(constant));
            }
            if !scope.read {
                context.error_with_help(
                    "preset::not_fixed",
                    format!("{} is fixed for the trial", self.what(key)),
                    (&node.at, "a law, drawn at each use"),
                    Some("make it a parameter: parameters are drawn once".to_owned()),
                );
                return None;
            }
            return Some(Value::Draw(quantity.law));
        }
        let text = expression_text(node, &self.what(key), "a number or an expression", context)?;
        match self.environment.value(&text, scope, wanted) {
            Ok(value) => Some(value),
            Err(mistakes) => {
                report(node, mistakes, context);
                None
            }
        }
    }

    /// A fixed plain number, 1 where the file is silent.
    pub(super) fn count(&self, key: &str) -> Option<Value> {
        self.reader.note(key, Sort::Value);
        match self.reader.get(key) {
            Some(node) => self.value_at(node, key, self.scope(), Dimension::NUMBER),
            None => Some(Value::Number(1.0)),
        }
    }

    /// A number of a dimension, if it is there; `Err` where it is wrong.
    pub(super) fn optional_value(
        &self,
        key: &str,
        scope: Scope,
        wanted: Dimension,
    ) -> Result<Option<Value>, ()> {
        let Some(node) = self.reader.get(key) else {
            return Ok(None);
        };
        self.value_at(node, key, scope, wanted).map(Some).ok_or(())
    }

    /// A number of any dimension, if it is there; `Err` where it is wrong.
    pub(super) fn any_value(&self, key: &str, scope: Scope) -> Result<Option<Value>, ()> {
        self.reader.note(key, Sort::Expression);
        let Some(node) = self.reader.get(key) else {
            return Ok(None);
        };
        let context = self.reader.context();
        let text = expression_text(node, &self.what(key), "an expression", context).ok_or(())?;
        let resolved = self.environment.number(&text, scope);
        resolved.map(Some).map_err(|mistakes| report(node, mistakes, context))
    }

    /// A clock that must be there.
    pub(super) fn clock(&self, key: &str) -> Option<ClockRef> {
        self.reader.note(key, Sort::Expression);
        let node = self.reader.required(key)?;
        let context = self.reader.context();
        let text = expression_text(node, &self.what(key), "the name of a clock", context)?;
        match self.environment.clock(&text, self.scope()) {
            Ok(clock) => Some(clock),
            Err(mistakes) => {
                report(node, mistakes, context);
                None
            }
        }
    }

    /// The names of nodes that must be there and fit: at least one, none twice.
    pub(super) fn nodes(
        &self,
        key: &str,
        wanted: &str,
        fits: impl Fn(&crate::model::expression::resolve::Declared) -> bool,
    ) -> Option<Vec<NodeId>> {
        let list = self.reader.required(key)?;
        let context = self.reader.context();
        let mut found = Vec::new();
        for text in self.reader.strings(key)? {
            match self.environment.node(&text.value, wanted, &fits) {
                Ok(id) if !found.contains(&id) => found.push(id),
                Ok(_) => {
                    let message = format!("{} names `{}` twice", self.what(key), text.value);
                    context.error("preset::twice", message, &text.at, "once is enough");
                }
                Err(mistakes) => {
                    for mistake in mistakes {
                        let code = format!("preset::{}", mistake.code);
                        context.report(
                            Diagnostic::error(code, mistake.message)
                                .label(&text.at, mistake.label)
                                .maybe_help(mistake.help),
                        );
                    }
                    return None;
                }
            }
        }
        if found.is_empty() {
            let message = format!("{} names nothing", self.what(key));
            context.error("preset::empty", message, &list.at, &format!("expected {wanted}"));
            return None;
        }
        Some(found)
    }

    /// The name of a node that must be there and fit.
    pub(super) fn node(
        &self,
        key: &str,
        wanted: &str,
        fits: impl Fn(&crate::model::expression::resolve::Declared) -> bool,
    ) -> Option<NodeId> {
        self.reader.note(key, Sort::Expression);
        let node = self.reader.required(key)?;
        let context = self.reader.context();
        let text = expression_text(node, &self.what(key), wanted, context)?;
        match self.environment.node(&text, wanted, fits) {
            Ok(id) => Some(id),
            Err(mistakes) => {
                report(node, mistakes, context);
                None
            }
        }
    }

    /// The pool that a work uses.
    pub(super) fn pool(&self, key: &str) -> Option<PoolRef> {
        self.reader.note(key, Sort::Expression);
        let node = self.reader.required(key)?;
        let context = self.reader.context();
        let text = expression_text(node, &self.what(key), "the name of a pool", context)?;
        let found = self.environment.pool(&text, self.scope());
        found.map_err(|mistakes| report(node, mistakes, context)).ok()
    }

    /// What a pick or a dial chooses among.
    pub(super) fn over(&self) -> Option<Range> {
        let text = self.reader.required_string("over")?;
        if let Some(range) = self.environment.range_named(&text.value) {
            return Some(range);
        }
        let sets = &self.environment.sets;
        let names: Vec<String> = self.environment.many().map(|range| range.name(sets)).collect();
        let help = nearest(&text.value, names.iter().map(String::as_str))
            .map(|right| format!("did you mean \"{right}\"?"))
            .unwrap_or_else(|| format!("the ranges are {}", names.join(", ")));
        self.reader.context().error_with_help(
            "preset::unknown_range",
            format!("{} has no `{}`", self.environment.kind.describe(), text.value),
            (&text.at, "no such range"),
            Some(help),
        );
        None
    }

    /// The milestone that the node's rise stamps.
    pub(super) fn marks(&self) -> Option<String> {
        let mark = self.reader.string("marks")?;
        let name = mark.value.as_str();
        if MARKS.contains(&name) {
            return Some(mark.value);
        }
        let close = nearest(name, MARKS);
        if close.is_none() && is_name(name) {
            return Some(mark.value);
        }
        self.reader.context().error_with_help(
            "preset::mark",
            format!("\"{name}\" is not a milestone"),
            (&mark.at, "expected a milestone's name"),
            close.map(|right| format!("did you mean \"{right}\"?")),
        );
        None
    }

    /// Fields of a table inside this one, which must be there.
    pub(super) fn inside<T>(
        &self,
        key: &str,
        read: impl FnOnce(&Fields<'_, 'a>) -> Option<T>,
    ) -> Result<Option<T>, ()> {
        self.reader.note(key, Sort::Table);
        if self.reader.get(key).is_none() {
            return Ok(None);
        }
        let inner = self.reader.table(key, self.what(key)).ok_or(())?;
        let result = read(&Fields::new(&inner, self.environment, self.owner));
        inner.finish();
        result.map(Some).ok_or(())
    }

    /// Reports a rule about this node's keys.
    pub(super) fn refuse(&self, code: &str, message: String, at: &Location, label: &str) {
        self.reader.context().error(code, message, at, label);
    }
}

/// Whether a word can be a name in expressions: `loop_wait`.
pub(super) fn is_name(word: &str) -> bool {
    let mut letters = word.chars();
    letters.next().is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && letters.all(|c| c.is_ascii_alphanumeric() || c == '_')
}
