//! Laws as people write them: ranges, quantiles, three points, samples, and the
//! named laws.

use super::dealer::Dealer;
use super::samples::{file_samples, list_samples};
use super::shape::Shape;
use super::{Node, Raw, Reader, Table};
use crate::diagnostic::nearest_help;
use crate::distribution::Law;
use crate::model::preset::Varies;
use crate::units::{Dimension, ENDLESS};

/// Laws inside laws, at most.
const DEEPEST: usize = 6;
/// Parts of a mixture, at most.
const MOST_PARTS: usize = 64;

/// The laws that have a name.
pub(in crate::model) const NAMED: [&str; 10] = [
    "uniform",
    "exponential",
    "lognormal",
    "weibull",
    "gamma",
    "pert",
    "triangular",
    "mixture",
    "truncated",
    "shifted",
];

/// The keys that begin the other forms, besides quantiles.
pub(in crate::model) const OTHERS: [&str; 8] =
    ["samples", "file", "value", "median", "sigma", "min", "mode", "max"];

/// A law in any form.
pub(super) fn written_law(dealer: &mut Dealer<'_, '_>, node: &Node, depth: usize) -> Option<Law> {
    if depth > DEEPEST {
        dealer.bad_law(&node.at, "laws are nested too deep", "at most six inside each other");
        return None;
    }
    let shape = match &node.raw {
        Raw::String(text) => text_shape(dealer, node, text)?,
        Raw::Integer(_) | Raw::Float(_) => Shape::Constant(dealer.plain(node)?),
        Raw::Table(table) => table_shape(dealer, node, table, depth)?,
        _ => {
            dealer.context.error(
                "file::wrong_type",
                format!("{} must be a quantity", dealer.what),
                &node.at,
                &format!("expected {}, found {}", dealer.expected(), node.raw.kind()),
            );
            return None;
        }
    };
    dealer.law(shape, &node.at)
}

/// `30s`, `never` or `10m..15m`.
fn text_shape(dealer: &mut Dealer<'_, '_>, node: &Node, text: &str) -> Option<Shape> {
    let Some((left, right)) = text.split_once("..") else {
        return dealer.text_number(node, text, 0).map(Shape::Constant);
    };
    let units = [left, right]
        .map(|side| side.trim().trim_start_matches(|c: char| c.is_ascii_digit() || c == '.'));
    if units[0].is_empty() && !units[1].is_empty() && !left.trim().is_empty() {
        dealer.context.error_with_help(
            "quantity::unit",
            format!("{}: the lower end of the range has no unit", dealer.what),
            (&node.at, "expected a unit at both ends"),
            Some(format!("write \"{}{}..{}\"", left.trim(), units[1].trim(), right.trim())),
        );
        return None;
    }
    let low = dealer.text_number(node, left, 0);
    let high = dealer.text_number(node, right, left.len() + 2);
    range(dealer, low?, high?, &node.at)
}

/// A uniform law between two ends.
fn range(
    dealer: &Dealer<'_, '_>,
    low: f64,
    high: f64,
    at: &crate::diagnostic::Location,
) -> Option<Shape> {
    if low >= ENDLESS || high >= ENDLESS {
        dealer.bad_law(at, "a range must end", "never cannot be an end of a range");
        return None;
    }
    if low > high {
        dealer.bad_law(at, "the range ends before it begins", "expected the lower end first");
        return None;
    }
    Some(if low == high { Shape::Constant(low) } else { Shape::Uniform { low, high } })
}

/// Any of the table forms, told apart by their keys.
fn table_shape(
    dealer: &mut Dealer<'_, '_>,
    node: &Node,
    table: &Table,
    depth: usize,
) -> Option<Shape> {
    let context = dealer.context;
    let what = format!("the law of {}", dealer.what);
    let reader = Reader::new(table, what, context);
    read_varies(dealer, &reader);
    let keys: Vec<&str> = table.keys().filter(|key| *key != "varies").collect();
    let named = keys.iter().find(|key| NAMED.contains(key));
    let before = context.errors();
    let shape = if let Some(name) = named {
        named_shape(dealer, &reader, name, depth)
    } else if keys.iter().any(|key| is_quantile(key)) {
        quantiles(dealer, &reader, &keys, node)
    } else if ["min", "mode", "max"].iter().any(|key| keys.contains(key)) {
        let [min, mode, max] = ["min", "mode", "max"].map(|key| parameter(dealer, &reader, key));
        three_points(dealer, [min?, mode?, max?], node).map(|[min, mode, max]| Shape::Pert {
            min,
            mode,
            max,
        })
    } else if ["median", "sigma"].iter().any(|key| keys.contains(key)) {
        log_normal(dealer, &reader, node)
    } else if keys.contains(&"samples") {
        reader.array("samples").and_then(|nodes| list_samples(dealer, nodes, node))
    } else if keys.contains(&"file") {
        file_samples(dealer, &reader)
    } else if keys.contains(&"value") {
        reader.get("value").and_then(|value| match &value.raw {
            Raw::String(text) => text_shape(dealer, value, text),
            _ => dealer.number(value).map(Shape::Constant),
        })
    } else {
        no_form(dealer, node, &keys);
        return None;
    };
    // A key too many is no less a mistake than a key too few.
    reader.finish();
    if context.errors() > before { None } else { shape }
}

/// Reports a table that is no form of ours.
fn no_form(dealer: &Dealer<'_, '_>, node: &Node, keys: &[&str]) {
    const FORMS: &str = "write \"10m..15m\", { p50 = …, p95 = … }, { min = …, mode = …, max = … }, \
        { median = …, sigma = … }, { samples = […] }, { file = … } or one of uniform, exponential, \
        lognormal, weibull, gamma, pert, triangular, mixture, truncated, shifted";
    let known = || NAMED.into_iter().chain(OTHERS);
    let help = keys.iter().find_map(|key| nearest_help(key, known()));
    let label = match keys.first() {
        Some(key) => format!("\"{key}\" begins no kind of distribution"),
        None => "nothing is said of the distribution".to_owned(),
    };
    dealer.context.error_with_help(
        "quantity::law",
        format!("{}: this describes no distribution", dealer.what),
        (&node.at, &label),
        help.or_else(|| Some(FORMS.to_owned())),
    );
}

/// `varies = "each"`, `"trial"` or `"instance"`.
fn read_varies(dealer: &mut Dealer<'_, '_>, reader: &Reader<'_>) {
    let Some(text) = reader.string("varies") else {
        return;
    };
    dealer.varies = Varies::named(&text.value);
    if dealer.varies.is_none() {
        let help = nearest_help(&text.value, Varies::ALL.map(|(name, _)| name));
        dealer.context.error_with_help(
            "quantity::varies",
            format!("{} cannot vary \"{}\"", dealer.what, text.value),
            (&text.at, Varies::EXPECTED),
            help,
        );
    }
}

/// Whether a key is a quantile: `p50`, `p99.9`.
fn is_quantile(key: &str) -> bool {
    key.strip_prefix('p').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

/// A number of the quantity's dimension that must be there.
fn parameter(dealer: &mut Dealer<'_, '_>, reader: &Reader<'_>, key: &str) -> Option<f64> {
    let node = reader.required(key)?;
    let value = dealer.number(node)?;
    if value >= ENDLESS {
        dealer.bad_law(&node.at, &format!("\"{key}\" must be finite"), "never is no number here");
        return None;
    }
    Some(value)
}

/// As [`parameter`], and above zero.
fn positive(dealer: &mut Dealer<'_, '_>, reader: &Reader<'_>, key: &str) -> Option<f64> {
    let value = parameter(dealer, reader, key)?;
    above_zero(dealer, reader, key, value)
}

/// A plain number above zero that must be there.
fn plain_positive(dealer: &Dealer<'_, '_>, reader: &Reader<'_>, key: &str) -> Option<f64> {
    let value = plain(dealer, reader, key)?;
    above_zero(dealer, reader, key, value)
}

fn above_zero(dealer: &Dealer<'_, '_>, reader: &Reader<'_>, key: &str, value: f64) -> Option<f64> {
    if value > 0.0 {
        return Some(value);
    }
    let at = reader.get(key).map_or(&reader.table_read().at, |node| &node.at);
    dealer.bad_law(at, &format!("\"{key}\" must be above zero"), "expected more than zero");
    None
}

/// A plain number that must be there.
fn plain(dealer: &Dealer<'_, '_>, reader: &Reader<'_>, key: &str) -> Option<f64> {
    let node = reader.required(key)?;
    let mut plain = Dealer {
        context: dealer.context,
        what: key,
        dimension: Some(Dimension::NUMBER),
        varies: None,
    };
    plain.number(node)
}

/// `{ p50 = "4m", p95 = "15m" }`.
fn quantiles(
    dealer: &mut Dealer<'_, '_>,
    reader: &Reader<'_>,
    keys: &[&str],
    node: &Node,
) -> Option<Shape> {
    let mut points = Vec::new();
    for key in keys.iter().filter(|key| is_quantile(key)) {
        // `p99.9` without quotes is to TOML a table `p99` with a key `9`.
        let split = reader.get(key).and_then(Node::as_table).and_then(|table| {
            let [entry] = &table.entries[..] else { return None };
            entry.key.value.bytes().all(|byte| byte.is_ascii_digit()).then_some((table, entry))
        });
        let (key, value) = match split {
            Some((table, entry)) => {
                let inner = Reader::new(table, reader.what(), dealer.context);
                let value = positive(dealer, &inner, &entry.key.value);
                (format!("{key}.{}", entry.key.value), value)
            }
            None => ((*key).to_owned(), positive(dealer, reader, key)),
        };
        // The decimal point moves in the text, so that p99.9 is 0.999 to the last bit.
        let quantile: f64 = format!("{}e-2", &key[1..]).parse().unwrap_or(f64::NAN);
        if !(quantile > 0.0 && quantile < 1.0) {
            let message = format!("\"{key}\" is no quantile");
            dealer.bad_law(&node.at, &message, "expected p1 to p99.9, such as p50 and p95");
            return None;
        }
        points.push((quantile, value?));
    }
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    match points[..] {
        [lower, upper] if lower.0 < upper.0 && lower.1 < upper.1 => {
            Some(Shape::Quantiles { lower, upper })
        }
        [lower, upper] if lower.0 < upper.0 => {
            let label = "expected the higher quantile to be the longer one";
            dealer.bad_law(&node.at, "the quantiles do not rise", label);
            None
        }
        _ => {
            let label = "expected two different quantiles, such as p50 and p95";
            dealer.bad_law(&node.at, "a log-normal law is fixed by two quantiles", label);
            None
        }
    }
}

/// min ≤ mode ≤ max.
fn three_points(dealer: &Dealer<'_, '_>, points: [f64; 3], node: &Node) -> Option<[f64; 3]> {
    let [min, mode, max] = points;
    if min <= mode && mode <= max {
        return Some(points);
    }
    let label = "expected min <= mode <= max";
    dealer.bad_law(&node.at, "min, mode and max are out of order", label);
    None
}

/// `{ median = "4m", sigma = 0.6 }`.
fn log_normal(dealer: &mut Dealer<'_, '_>, reader: &Reader<'_>, _: &Node) -> Option<Shape> {
    let median = positive(dealer, reader, "median");
    let sigma = plain(dealer, reader, "sigma");
    Some(Shape::LogNormal { median: median?, sigma: sigma? })
}

/// `{ weibull = { … } }` and the other laws by name.
fn named_shape(
    dealer: &mut Dealer<'_, '_>,
    outer: &Reader<'_>,
    name: &str,
    depth: usize,
) -> Option<Shape> {
    if name == "mixture" {
        return mixture(dealer, outer, depth);
    }
    let node = outer.get(name)?;
    let reader = outer.table(name, format!("{name} of {}", dealer.what))?;
    let shape = match name {
        "uniform" => {
            let low = parameter(dealer, &reader, "low");
            let high = parameter(dealer, &reader, "high");
            low.zip(high).and_then(|(low, high)| range(dealer, low, high, &node.at))
        }
        "exponential" => positive(dealer, &reader, "mean").map(|mean| Shape::Exponential { mean }),
        "lognormal" => {
            let keys: Vec<&str> = reader.table_read().keys().collect();
            if keys.iter().any(|key| is_quantile(key)) {
                quantiles(dealer, &reader, &keys, node)
            } else {
                log_normal(dealer, &reader, node)
            }
        }
        "weibull" | "gamma" => {
            let scale = positive(dealer, &reader, "scale");
            let shape = plain_positive(dealer, &reader, "shape");
            scale.zip(shape).map(|(scale, shape)| match name {
                "weibull" => Shape::Weibull { scale, shape },
                _ => Shape::Gamma { shape, scale },
            })
        }
        "pert" | "triangular" => {
            let points = ["min", "mode", "max"].map(|key| parameter(dealer, &reader, key));
            let [Some(min), Some(mode), Some(max)] = points else {
                reader.finish();
                return None;
            };
            three_points(dealer, [min, mode, max], node).map(|[min, mode, max]| match name {
                "pert" => Shape::Pert { min, mode, max },
                _ => Shape::Triangular { min, mode, max },
            })
        }
        _ => composed(dealer, &reader, name, depth),
    };
    reader.finish();
    shape
}

/// `truncated` and `shifted`.
fn composed(
    dealer: &mut Dealer<'_, '_>,
    reader: &Reader<'_>,
    name: &str,
    depth: usize,
) -> Option<Shape> {
    let law = reader.required("law").and_then(|node| written_law(dealer, node, depth + 1));
    if name == "shifted" {
        let by = parameter(dealer, reader, "by");
        return Some(Shape::Shifted { law: law?, by: by? });
    }
    let end = |dealer: &mut Dealer<'_, '_>, key: &str, other: f64| match reader.get(key) {
        Some(_) => parameter(dealer, reader, key),
        None => Some(other),
    };
    let low = end(dealer, "low", 0.0);
    let high = end(dealer, "high", f64::INFINITY);
    let (law, low, high) = (law?, low?, high?);
    if low > high {
        let label = "expected low <= high";
        dealer.bad_law(&reader.table_read().at, "nothing is left between low and high", label);
        return None;
    }
    Some(Shape::Truncated { law, low, high })
}

/// `{ mixture = [ { weight = 1, law = … }, … ] }`.
fn mixture(dealer: &mut Dealer<'_, '_>, outer: &Reader<'_>, depth: usize) -> Option<Shape> {
    let nodes = outer.array("mixture")?;
    let at = outer.get("mixture").map(|node| &node.at)?;
    if nodes.is_empty() || nodes.len() > MOST_PARTS {
        dealer.bad_law(at, "a mixture has 1 to 64 parts", "expected { weight = …, law = … }");
        return None;
    }
    let mut parts = Vec::with_capacity(nodes.len());
    for node in nodes {
        let Some(table) = node.as_table() else {
            dealer.bad_law(&node.at, "a part of a mixture is a table", "expected { weight, law }");
            continue;
        };
        let what = format!("a part of {}", dealer.what);
        let reader = Reader::new(table, what, dealer.context);
        let weight = plain_positive(dealer, &reader, "weight");
        let law = reader.required("law").and_then(|node| written_law(dealer, node, depth + 1));
        reader.finish();
        parts.extend(weight.zip(law));
    }
    Some(Shape::Mixture(parts))
}
