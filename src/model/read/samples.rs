//! Measured samples, in the file itself or in a file of their own.

use super::dealer::Dealer;
use super::shape::Shape;
use super::{Found, Node, Raw, Reader};
use crate::diagnostic::{Diagnostic, SourceFile, nearest_help};
use crate::units::{self, Dimension, ENDLESS};

/// Samples, at most.
const MOST: usize = 1_000_000;
/// The size of a file of samples, at most [bytes].
const LARGEST: usize = 16 << 20;
/// Bad lines of one file that are told one by one.
const TOLD: usize = 5;

/// `{ samples = ["1s", "2s"] }`.
pub(super) fn list_samples(
    dealer: &mut Dealer<'_, '_>,
    nodes: &[Node],
    whole: &Node,
) -> Option<Shape> {
    if nodes.is_empty() {
        dealer.bad_law(&whole.at, "there are no samples", "expected at least one");
        return None;
    }
    let mut values = Vec::with_capacity(nodes.len());
    let mut sound = true;
    for node in nodes {
        match dealer.number(node) {
            Some(value) if value < ENDLESS => values.push(value),
            Some(_) => {
                dealer.bad_law(&node.at, "a sample must be finite", "never was not measured");
                sound = false;
            }
            None => sound = false,
        }
    }
    sound.then_some(Shape::Samples(values))
}

/// `{ file = "promote.txt" }` or `{ file = "drills.csv", column = "promote_s", unit = "ms" }`.
pub(super) fn file_samples(dealer: &mut Dealer<'_, '_>, reader: &Reader<'_>) -> Option<Shape> {
    let path = reader.string("file");
    let column = reader.string("column");
    let unit = reader.string("unit");
    let path = path?;
    let size = unit_size(dealer, unit.as_ref())?;
    let text = match dealer.context.file(&path.value) {
        Ok(text) if text.len() <= LARGEST => text,
        Ok(_) => {
            dealer.bad_law(&path.at, "the file is larger than 16 MiB", "too many samples");
            return None;
        }
        Err(why) => {
            let message = format!("failed to read \"{}\": {why}", path.value);
            dealer.context.error("quantity::samples_file", message, &path.at, "this file");
            return None;
        }
    };
    let source = SourceFile::new(path.value.clone(), text);
    let cells = match &column {
        Some(column) => csv_cells(dealer, &source, column)?,
        None => lines(&source).map(|(start, line)| (start, line.trim())).collect(),
    };
    let values = measured(dealer, &source, &cells, size)?;
    if values.is_empty() {
        dealer.bad_law(&path.at, "the file holds no samples", "expected one on each line");
        return None;
    }
    Some(Shape::Samples(values))
}

/// What a number without unit is worth in base units.
fn unit_size(dealer: &mut Dealer<'_, '_>, unit: Option<&Found<String>>) -> Option<f64> {
    let Some(unit) = unit else {
        // Seconds where a duration is wanted, else base units.
        dealer.dimension.get_or_insert(Dimension::TIME);
        return Some(1.0);
    };
    match units::parse(&format!("1{}", unit.value)) {
        Ok((size, dimension)) if *dealer.dimension.get_or_insert(dimension) == dimension => {
            Some(size)
        }
        _ => {
            let message = format!("{}: \"{}\" is not a unit of it", dealer.what, unit.value);
            let label = format!("expected a unit for {}", dealer.dimension.unwrap_or_default());
            dealer.context.error("quantity::unit", message, &unit.at, &label);
            None
        }
    }
}

/// The lines that hold something, each with the byte at which it starts.
fn lines(source: &SourceFile) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    source
        .text()
        .split_inclusive('\n')
        .map(move |line| {
            let start = at;
            at += line.len();
            (start, line.trim_end_matches(['\n', '\r']))
        })
        .filter(|(_, line)| !line.trim().is_empty() && !line.trim_start().starts_with('#'))
}

/// The cells of one column.
fn csv_cells<'s>(
    dealer: &Dealer<'_, '_>,
    source: &'s SourceFile,
    column: &Found<String>,
) -> Option<Vec<(usize, &'s str)>> {
    let unquoted = |cell: &'s str| cell.trim().trim_matches('"');
    let mut rows = lines(source);
    let header: Vec<&str> =
        rows.next().map(|(_, line)| line.split(',').map(unquoted).collect()).unwrap_or_default();
    let Some(index) = header.iter().position(|name| *name == column.value) else {
        let message = format!("\"{}\" has no column \"{}\"", source.name(), column.value);
        let names = header.iter().copied().take(20).collect::<Vec<_>>().join(", ");
        let help = nearest_help(&column.value, header.iter().copied())
            .unwrap_or_else(|| format!("the columns are {names}"));
        let label = "not a column of that file";
        dealer.context.report(
            Diagnostic::error("quantity::samples_file", message)
                .label(&column.at, label)
                .help(help),
        );
        return None;
    };
    // An empty cell was not measured.
    let cells = rows
        .filter_map(|(start, line)| line.split(',').nth(index).map(|cell| (start, unquoted(cell))));
    Some(cells.filter(|(_, cell)| !cell.is_empty()).collect())
}

/// The values of the cells; the first few bad ones are reported where they stand.
fn measured(
    dealer: &mut Dealer<'_, '_>,
    source: &SourceFile,
    cells: &[(usize, &str)],
    size: f64,
) -> Option<Vec<f64>> {
    if cells.len() > MOST {
        dealer.bad_law(&source.beginning(), "more than a million samples", "use fewer");
        return None;
    }
    let mut values = Vec::with_capacity(cells.len());
    let mut bad = 0;
    for (start, cell) in cells {
        match cell.parse::<f64>() {
            Ok(number) if number.is_finite() && number >= 0.0 && number * size < 1e18 => {
                values.push(number * size);
                continue;
            }
            _ => {}
        }
        bad += 1;
        if bad > TOLD {
            continue;
        }
        let line = source.text()[*start..].lines().next().unwrap_or_default();
        let from = start + line.find(cell).unwrap_or_default();
        let at = source.at(from..from + cell.len());
        let node = Node { raw: Raw::String((*cell).to_owned()), at };
        if let Some(value) = dealer.number(&node).filter(|value| *value < ENDLESS) {
            bad -= 1;
            values.push(value);
        }
    }
    (bad == 0).then_some(values)
}
