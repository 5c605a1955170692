//! What is known while a quantity is read, and what is said of one that cannot be.

use super::shape::{Shape, build};
use super::{Context, Node, Raw};
use crate::diagnostic::{Diagnostic, Location};
use crate::distribution::Law;
use crate::model::preset::Varies;
use crate::units::{self, Dimension};

/// What is known while a quantity is read.
pub(super) struct Dealer<'a, 'f> {
    pub(super) context: &'a Context<'f>,
    /// The quantity's name in messages.
    pub(super) what: &'a str,
    /// What it measures, as soon as that is known.
    pub(super) dimension: Option<Dimension>,
    /// How it varies, where the file says so.
    pub(super) varies: Option<Varies>,
}

impl Dealer<'_, '_> {
    /// A certain number with its unit, all of one dimension.
    pub(super) fn number(&mut self, node: &Node) -> Option<f64> {
        match &node.raw {
            Raw::String(text) => self.text_number(node, text, 0),
            Raw::Integer(_) | Raw::Float(_) => self.plain(node),
            _ => {
                self.context.error(
                    "file::wrong_type",
                    format!("{} must be one certain value, no distribution", self.what),
                    &node.at,
                    &format!("expected {}, found {}", self.expected(), node.raw.kind()),
                );
                None
            }
        }
    }

    /// A TOML number: right where a plain number is wanted, else it lacks a unit.
    pub(super) fn plain(&mut self, node: &Node) -> Option<f64> {
        let value = match node.raw {
            Raw::Integer(value) => value as f64,
            Raw::Float(value) if value.is_finite() => value,
            // Reported when the tree was grown.
            _ => return None,
        };
        if value < 0.0 {
            self.context.error(
                "quantity::negative",
                format!("{} must not be negative", self.what),
                &node.at,
                &format!("expected {}", self.expected()),
            );
            return None;
        }
        if value > 1e15 {
            self.context.error(
                "quantity::unit",
                format!("{} is too large to mean anything", self.what),
                &node.at,
                "the greatest that can be written is 10^15",
            );
            return None;
        }
        self.agree(Dimension::NUMBER, value, node, node.at.clone()).then_some(value)
    }

    /// A number with its unit: `part` of a string that begins at byte `offset` of it.
    pub(super) fn text_number(&mut self, node: &Node, part: &str, offset: usize) -> Option<f64> {
        if part.contains("..") {
            let message = format!("{} must be one certain value, no range", self.what);
            let label = format!("expected {}", self.expected());
            self.context.error("quantity::unit", message, &node.at, &label);
            return None;
        }
        match units::parse(part) {
            Ok((value, dimension)) => {
                let at = node.within(offset..offset + part.len());
                self.agree(dimension, value, node, at).then_some(value)
            }
            Err(error) => {
                let at = node.within(offset + error.range.start..offset + error.range.end);
                let at = if at.range.is_empty() { node.at.clone() } else { at };
                let code = if error.message.contains("negative") {
                    "quantity::negative"
                } else {
                    "quantity::unit"
                };
                self.context.report(
                    Diagnostic::error(code, format!("{}: {error}", self.what))
                        .label(&at, format!("expected {}", self.expected()))
                        .maybe_help(error.help),
                );
                None
            }
        }
    }

    /// What is expected here, with an example.
    pub(super) fn expected(&self) -> String {
        self.dimension.map_or_else(|| "a quantity, such as 30s".to_owned(), example)
    }

    /// Whether a dimension is the one that is expected.
    fn agree(&mut self, found: Dimension, value: f64, node: &Node, at: Location) -> bool {
        let expected = *self.dimension.get_or_insert(found);
        if expected == found {
            return true;
        }
        let written = node.written();
        let help = match (found, expected) {
            (Dimension::NUMBER, Dimension::TIME) => {
                Some(format!("write the unit: \"{value}s\", \"{value}ms\", \"{value}m\""))
            }
            (Dimension::NUMBER, Dimension::RATE) => {
                Some(format!("write what it is per: \"{value}/s\" or \"{value}/min\""))
            }
            (Dimension::BYTES, Dimension::BYTE_RATE) => {
                Some(format!("write what it is per: \"{written}/s\""))
            }
            (Dimension::NUMBER, Dimension::BYTES) => Some(format!("write the unit: \"{value}B\"")),
            _ => None,
        };
        self.context.error_with_help(
            "quantity::dimension",
            format!("{} must be {expected}, and this is {found}", self.what),
            (&at, &format!("expected {}", example(expected))),
            help.filter(|_| value.fract() == 0.0 && value < 1e9),
        );
        false
    }

    /// Reports a law that cannot be.
    pub(super) fn bad_law(&self, at: &Location, message: &str, label: &str) {
        let message = format!("{}: {message}", self.what);
        self.context.error("quantity::law", message, at, label);
    }

    /// The law of a shape; reports where there is none.
    pub(super) fn law(&self, shape: Shape, at: &Location) -> Option<Law> {
        build(shape)
            .map_err(|why| self.bad_law(at, &why.to_string(), "this describes no distribution"))
            .ok()
    }
}

/// A dimension with an example of how it is written.
fn example(dimension: Dimension) -> String {
    let such_as = match dimension {
        Dimension::NUMBER => "3 or 0.5",
        Dimension::TIME => "\"30s\"",
        Dimension::BYTES => "\"64 MiB\"",
        Dimension::RATE => "\"400/s\"",
        Dimension::BYTE_RATE => "\"200 MB/s\"",
        Dimension::MONEY => "\"$1.50\"",
        other => return other.to_string(),
    };
    format!("{dimension}, such as {such_as}")
}
