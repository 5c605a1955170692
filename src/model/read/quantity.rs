//! Values with a unit or a law.

use super::law::{Dealer, written_law};
use super::shape::{Shape, build};
use super::{Context, Node, Raw};
use crate::diagnostic::Diagnostic;
use crate::model::preset::{Quantity, Varies};
use crate::units::{self, Dimension};

/// What a quantity must be.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Expect<'a> {
    /// What it must measure; `None`: whatever it says.
    pub dimension: Option<Dimension>,
    /// How it varies where the file is silent.
    pub varies: Varies,
    /// The least that is accepted, in base units.
    pub least: Option<f64>,
    /// The greatest that is accepted, in base units.
    pub most: Option<f64>,
    /// Who says so.
    pub source: Option<&'a str>,
}

impl<'a> Expect<'a> {
    /// Whatever it measures.
    #[must_use]
    pub const fn any() -> Self {
        Self { dimension: None, varies: Varies::Each, least: None, most: None, source: None }
    }

    /// A quantity of this dimension.
    #[must_use]
    pub const fn of(dimension: Dimension) -> Self {
        Self { dimension: Some(dimension), ..Self::any() }
    }

    /// A duration that is drawn once a trial where the file is silent.
    #[must_use]
    pub const fn time_once() -> Self {
        Self { varies: Varies::Trial, ..Self::of(Dimension::TIME) }
    }

    /// Sets the limits and who sets them.
    #[must_use]
    pub const fn within(
        self,
        least: Option<f64>,
        most: Option<f64>,
        source: Option<&'a str>,
    ) -> Self {
        Self { least, most, source, ..self }
    }
}

/// Reads a quantity called `what` in messages; reports why there is none.
#[must_use]
pub fn read_quantity(
    node: &Node,
    what: &str,
    expect: &Expect<'_>,
    context: &Context<'_>,
) -> Option<Quantity> {
    let mut dealer = Dealer { context, what, dimension: expect.dimension, varies: None };
    let law = written_law(&mut dealer, node, 0)?;
    let quantity = Quantity {
        law,
        dimension: dealer.dimension.unwrap_or_default(),
        varies: dealer.varies.unwrap_or(expect.varies),
        text: node.written(),
    };
    if !within_limits(&quantity, node, what, expect, context) {
        return None;
    }
    cut_tails(quantity, expect, &dealer, node)
}

/// Cuts what a tail says beyond the limits, so that no draw is ever beyond them.
fn cut_tails(
    quantity: Quantity,
    expect: &Expect<'_>,
    dealer: &Dealer<'_, '_>,
    node: &Node,
) -> Option<Quantity> {
    let least = expect.least.unwrap_or(f64::NEG_INFINITY);
    let most = expect.most.unwrap_or(f64::INFINITY);
    let reaches_beyond = quantity.law.least() < least || quantity.law.most() > most;
    if !quantity.law.most().is_infinite() || !reaches_beyond {
        return Some(quantity);
    }
    let law =
        dealer.law(Shape::Truncated { law: quantity.law, low: least, high: most }, &node.at)?;
    Some(Quantity { law, ..quantity })
}

/// Reads a certain value called `what` in messages; reports why there is none.
#[must_use]
pub fn read_amount(
    node: &Node,
    what: &str,
    dimension: Dimension,
    context: &Context<'_>,
) -> Option<f64> {
    Dealer { context, what, dimension: Some(dimension), varies: None }.number(node)
}

/// Whether the law keeps the limits: all of it where it has ends, else its middle,
/// since the tails of a fitted law claim more than anyone knows; they are cut.
fn within_limits(
    quantity: &Quantity,
    node: &Node,
    what: &str,
    expect: &Expect<'_>,
    context: &Context<'_>,
) -> bool {
    let law = &quantity.law;
    let (low, middle, high) = (law.least(), law.quantile(0.5), law.most());
    let show = |value: f64| units::format(value, quantity.dimension);
    let close = |limit: f64| limit.abs() * 1e-9;
    let (least, greatest) = if high.is_infinite() { (middle, middle) } else { (low, high) };
    let broken = match (expect.least, expect.most) {
        (Some(limit), _) if least < limit - close(limit) => Some((least, "least", limit)),
        (_, Some(limit)) if greatest > limit + close(limit) => Some((greatest, "most", limit)),
        _ => None,
    };
    let Some((found, word, limit)) = broken else {
        return true;
    };
    let code = if word == "least" { "quantity::below_least" } else { "quantity::above_most" };
    let by = if word == "least" { "below" } else { "above" };
    let middle = if high.is_infinite() { " in the middle" } else { "" };
    let (found, limit_shown) = (show(found), show(limit));
    let message =
        format!("{what} of {found}{middle} is {by} the {word} that is accepted, {limit_shown}");
    let label = format!("expected at {word} {limit_shown}");
    let help = expect.source.map(|source| format!("source: {source}"));
    context.report(Diagnostic::error(code, message).label(&node.at, label).maybe_help(help));
    false
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
    fn agree(
        &mut self,
        found: Dimension,
        value: f64,
        node: &Node,
        at: crate::diagnostic::Location,
    ) -> bool {
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
    pub(super) fn bad_law(&self, at: &crate::diagnostic::Location, message: &str, label: &str) {
        let message = format!("{}: {message}", self.what);
        self.context.error("quantity::law", message, at, label);
    }

    /// The law of a shape; reports where there is none.
    pub(super) fn law(
        &self,
        shape: Shape,
        at: &crate::diagnostic::Location,
    ) -> Option<crate::distribution::Law> {
        build(shape)
            .map_err(|why| self.bad_law(at, &why.to_string(), "this describes no distribution"))
            .ok()
    }
}

/// A dimension with an example of how it is written.
pub(super) fn example(dimension: Dimension) -> String {
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
