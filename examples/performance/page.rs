//! The page: words that stay, and sections between marks that are measured.

use crate::measure::described::path;

const PAGE: &str = "docs/performance.md";

/// Puts a measured section in its place in the page.
pub(crate) fn write(name: &str, section: &Result<String, String>) -> Result<(), String> {
    let section = section.as_ref().map_err(|error| format!("{name}: {error}"))?;
    let file = path(PAGE);
    let page = std::fs::read_to_string(&file).map_err(|e| format!("{PAGE}: {e}"))?;
    let (begin, end) = (format!("<!-- begin {name} -->\n"), format!("<!-- end {name} -->"));
    let marks = page.split_once(&begin).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(&end)?;
        Some((before, after))
    });
    let (before, after) = marks.ok_or_else(|| format!("{PAGE} has no place for {name}"))?;
    let page = format!("{before}{begin}\n{}\n\n{end}{after}", section.trim());
    std::fs::write(&file, page).map_err(|e| format!("{PAGE}: {e}"))
}

/// A number with commas between thousands, to three digits.
pub(crate) fn rounded(number: f64) -> String {
    if number < 9.995 {
        return format!("{number:.2}");
    }
    if number < 99.95 {
        return format!("{number:.1}");
    }
    let digits = (number.round() as u64).to_string().len() as u32;
    let unit = 10_u64.pow(digits.saturating_sub(3));
    grouped((number / unit as f64).round() as u64 * unit)
}

/// With commas between thousands.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let first = digits.len() % 3;
    let mut parts: Vec<&str> = Vec::new();
    if first > 0 {
        parts.push(&digits[..first]);
    }
    parts.extend((first..digits.len()).step_by(3).map(|at| &digits[at..at + 3]));
    parts.join(",")
}

/// The one in the middle.
pub(crate) fn median(mut of: Vec<f64>) -> f64 {
    of.sort_by(f64::total_cmp);
    of.get(of.len() / 2).copied().unwrap_or(f64::NAN)
}
