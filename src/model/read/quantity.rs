//! Values with a unit or a law.

use super::dealer::Dealer;
use super::law::written_law;
use super::shape::Shape;
use super::{Context, Node};
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
