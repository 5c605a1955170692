//! Quantities as people write them: `1m 30s`, `64 KiB`, `200 MB/s`, `$0.09/GB`.
//!
//! ```text
//! quantity = "never" | amount | span | number [ unit ] [ "/" unit ] | number "%"
//! span     = number time-unit { number time-unit }        1h30m; greatest unit first
//! amount   = "$" number [ "/" unit ]
//! ```
//!
//! `m` is minutes and `MB` is 10⁶ bytes, `MiB` 2²⁰. A day is 24 h and a week
//! 7 d; months and years have no fixed length and are refused with a word why.

use std::ops::Range;

use super::{Dimension, Span};

/// Why a text is no quantity.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{message}")]
pub struct UnitError {
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// What to write instead.
    pub help: Option<String>,
    /// Which bytes of the text are to blame.
    pub range: Range<usize>,
}

impl UnitError {
    fn new(message: impl Into<String>, range: Range<usize>) -> Self {
        Self { message: message.into(), help: None, range }
    }

    fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// The greatest number, rate or amount that is believed [base units].
const GREATEST: f64 = 1e15;
/// The greatest size that is believed \[B\]: 1000 PB.
const GREATEST_BYTES: f64 = 1e18;
/// The greatest duration that can be counted \[s\]: 292 years in nanoseconds.
const GREATEST_TIME: f64 = 9.2e9;
/// No sensible quantity is longer than this [bytes].
const LONGEST_TEXT: usize = 64;

/// What `never` is worth \[s\]: beyond anything that is simulated, and still finite,
/// so that sums and comparisons of it mean what they say. [`Span::from_seconds`]
/// makes [`Span::NEVER`] of it.
pub const ENDLESS: f64 = 1e30;

/// A quantity in base units (seconds, bytes, dollars) and what it measures.
///
/// `never` is a duration of [`ENDLESS`].
///
/// # Errors
///
/// Refuses what is no quantity, negative or not finite, or too large to mean anything.
///
/// # Examples
///
/// ```
/// use drillcast::units::{Dimension, parse};
///
/// assert_eq!(parse("1m 30s"), Ok((90.0, Dimension::TIME)));
/// assert_eq!(parse("64 KiB"), Ok((65536.0, Dimension::BYTES)));
/// assert_eq!(parse("30 mo").unwrap_err().to_string(), "\"mo\" is not a unit: a month has no fixed length");
/// ```
pub fn parse(text: &str) -> Result<(f64, Dimension), UnitError> {
    if text.len() > LONGEST_TEXT {
        return Err(UnitError::new("too long for a quantity", 0..text.len())
            .help("write a number and its unit, such as 30s"));
    }
    let mut cursor = Cursor { text, at: 0 };
    cursor.blanks();
    let start = cursor.at;
    let found = if cursor.rest().trim_end() == "never" {
        return Ok((ENDLESS, Dimension::TIME));
    } else if cursor.take("$") {
        cursor.money()?
    } else {
        cursor.amount()?
    };
    cursor.blanks();
    if !cursor.rest().is_empty() {
        let range = cursor.at..text.trim_end().len();
        return Err(UnitError::new(format!("unexpected \"{}\"", &text[range.clone()]), range)
            .help("write a number and its unit, such as 1m 30s, 200 MB/s or 5%"));
    }
    bounded(found, start..text.trim_end().len())
}

/// A duration; [`Span::NEVER`] for `never`.
///
/// # Errors
///
/// As [`parse`], and where the quantity is no duration.
pub fn parse_span(text: &str) -> Result<Span, UnitError> {
    match parse(text)? {
        (seconds, Dimension::TIME) => Ok(Span::from_seconds(seconds)),
        (_, other) => {
            Err(UnitError::new(format!("expected a duration, found {other}"), 0..text.len())
                .help("write a unit of time, such as 30s, 5m or 2h"))
        }
    }
}

/// Refuses what is too large to mean anything.
fn bounded(
    (value, dimension): (f64, Dimension),
    range: Range<usize>,
) -> Result<(f64, Dimension), UnitError> {
    let (limit, words) = match dimension {
        Dimension::TIME => (GREATEST_TIME, "292 years; for \"without end\" write never"),
        Dimension::BYTES | Dimension::BYTE_RATE => (GREATEST_BYTES, "1000 PB"),
        _ => (GREATEST, "10^15"),
    };
    if value.is_finite() && value <= limit {
        Ok((value, dimension))
    } else {
        Err(UnitError::new("too large to mean anything", range)
            .help(format!("the greatest that can be written is {words}")))
    }
}

/// A unit: its size in base units and what it measures.
type Unit = (f64, Dimension);

/// Reads a quantity from left to right.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn blanks(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    fn take(&mut self, token: &str) -> bool {
        let found = self.rest().starts_with(token);
        if found {
            self.at += token.len();
        }
        found
    }

    /// The letters that come next.
    fn word(&mut self) -> (&'a str, Range<usize>) {
        let rest = self.rest();
        let length = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let range = self.at..self.at + length;
        self.at += length;
        (&rest[..length], range)
    }

    /// A number without a sign.
    fn number(&mut self) -> Result<f64, UnitError> {
        let start = self.at;
        let rest = self.rest();
        if let Some(sign) = rest.chars().next().filter(|c| matches!(c, '-' | '−' | '+')) {
            let range = start..self.text.trim_end().len();
            return Err(if sign == '+' {
                UnitError::new("a quantity has no sign", range).help("leave the + out")
            } else {
                UnitError::new("must not be negative", range)
            });
        }
        let bytes = rest.as_bytes();
        let digits =
            |from: usize| from + bytes[from..].iter().take_while(|b| b.is_ascii_digit()).count();
        let mut end = digits(0);
        if bytes.get(end) == Some(&b'.') {
            end = digits(end + 1);
        }
        if matches!(bytes.get(end), Some(b'e' | b'E')) {
            let signed = end + 1 + usize::from(matches!(bytes.get(end + 1), Some(b'+' | b'-')));
            if digits(signed) > signed {
                end = digits(signed);
            }
        }
        self.at = start + end;
        rest[..end].parse().map_err(|_| {
            let range = start..self.text.trim_end().len().max(start);
            let found = &self.text[range.clone()];
            let message = if found.is_empty() {
                "expected a number".to_owned()
            } else {
                format!("expected a number, found \"{found}\"")
            };
            UnitError::new(message, range).help("write a number and its unit, such as 30s")
        })
    }

    /// `$1.50`, `$0.09/GB`.
    fn money(&mut self) -> Result<(f64, Dimension), UnitError> {
        self.blanks();
        let value = self.number()?;
        self.comma()?;
        self.per((value, Dimension::MONEY))
    }

    /// Everything that begins with a number.
    fn amount(&mut self) -> Result<(f64, Dimension), UnitError> {
        let value = self.number()?;
        self.comma()?;
        self.blanks();
        if self.take("%") {
            return Ok((value / 100.0, Dimension::NUMBER));
        }
        let (word, range) = self.word();
        if word.is_empty() {
            return self.per((value, Dimension::NUMBER));
        }
        let (size, dimension) = unit(word, range)?;
        if dimension == Dimension::TIME {
            let seconds = self.more_time(value * size, size)?;
            return self.per((seconds, dimension));
        }
        self.per((value * size, dimension))
    }

    /// The `30m` of `1h30m`: ever smaller units.
    fn more_time(&mut self, mut seconds: f64, mut last: f64) -> Result<f64, UnitError> {
        loop {
            let before = self.at;
            self.blanks();
            if !self.rest().starts_with(|c: char| c.is_ascii_digit()) {
                self.at = before;
                return Ok(seconds);
            }
            let start = self.at;
            let value = self.number()?;
            self.blanks();
            let (word, range) = self.word();
            if word.is_empty() {
                let range = start..self.text.trim_end().len();
                return Err(UnitError::new("the last number has no unit", range)
                    .help("write it out, such as 1h 30m"));
            }
            let (size, dimension) = unit(word, range)?;
            if dimension != Dimension::TIME || size >= last {
                return Err(UnitError::new(
                    format!("\"{word}\" cannot follow here"),
                    start..self.at,
                )
                .help("write the greatest unit first and each once, such as 1h 30m"));
            }
            seconds += value * size;
            last = size;
        }
    }

    /// `/s` or `/GB` after a quantity.
    fn per(&mut self, (value, dimension): Unit) -> Result<(f64, Dimension), UnitError> {
        let before = self.at;
        self.blanks();
        if !self.take("/") {
            self.at = before;
            return Ok((value, dimension));
        }
        self.blanks();
        let (word, range) = self.word();
        if word.is_empty() {
            return Err(UnitError::new("expected a unit after \"/\"", range)
                .help("such as 400/s, 20/min or $0.09/GB"));
        }
        let (size, below) = unit(word, range)?;
        Ok((value / size, dimension.per(below)))
    }

    /// Refuses `1,000` and `1,5`, which mean different things in different countries.
    fn comma(&self) -> Result<(), UnitError> {
        if self.rest().starts_with([',', '_', '\'']) {
            return Err(UnitError::new("a number has no separators", self.at..self.at + 1)
                .help("write 1000 for a thousand and 1.5 for one and a half"));
        }
        Ok(())
    }
}

/// The units of time \[s\].
const TIMES: [(&[&str], f64); 8] = [
    (&["ns"], 1e-9),
    (&["us", "µs", "μs"], 1e-6),
    (&["ms"], 1e-3),
    (&["s", "sec", "secs", "second", "seconds"], 1.0),
    (&["m", "min", "mins", "minute", "minutes"], 60.0),
    (&["h", "hr", "hrs", "hour", "hours"], 3600.0),
    (&["d", "day", "days"], 86_400.0),
    (&["w", "week", "weeks"], 604_800.0),
];

/// The units of size \[B\].
const SIZES: [(&[&str], f64); 11] = [
    (&["B", "byte", "bytes"], 1.0),
    (&["kB", "KB"], 1e3),
    (&["MB"], 1e6),
    (&["GB"], 1e9),
    (&["TB"], 1e12),
    (&["PB"], 1e15),
    (&["KiB"], 1024.0),
    (&["MiB"], 1_048_576.0),
    (&["GiB"], 1_073_741_824.0),
    (&["TiB"], 1_099_511_627_776.0),
    (&["PiB"], 1_125_899_906_842_624.0),
];

/// A unit by its name.
fn unit(word: &str, range: Range<usize>) -> Result<Unit, UnitError> {
    let found = |table: &[(&[&str], f64)]| {
        table.iter().find(|(names, _)| names.contains(&word)).map(|(_, size)| *size)
    };
    if let Some(size) = found(&TIMES) {
        return Ok((size, Dimension::TIME));
    }
    if let Some(size) = found(&SIZES) {
        return Ok((size, Dimension::BYTES));
    }
    let error = |why: &str, help: &str| {
        let colon = if why.is_empty() { "" } else { ": " };
        Err(UnitError::new(format!("\"{word}\" is not a unit{colon}{why}"), range.clone())
            .help(help))
    };
    match word {
        "mo" | "mon" | "month" | "months" | "M" => {
            if word == "M" {
                return error("", "write m for minutes or MB for megabytes");
            }
            error("a month has no fixed length", "write days, such as 30d")
        }
        "y" | "yr" | "year" | "years" | "a" => {
            error("a year has no fixed length", "write days, such as 365d")
        }
        "Mb" | "Mbit" | "Gb" | "Gbit" | "Kb" | "kb" | "Kbit" | "Mbps" | "Gbps" | "bps" | "bit"
        | "bits" => error("bits are not read", "write bytes: 8 Mbit are 1 MB"),
        "K" | "k" | "G" | "T" => error("", "write the B too, such as kB, MB or GB"),
        "x" => error("", "write a plain number, or a unit such as s, m, h or MB"),
        _ => {
            let all = TIMES.iter().chain(&SIZES).flat_map(|(names, _)| names.iter());
            let like = all.clone().find(|name| name.eq_ignore_ascii_case(word));
            match like {
                Some(right) => error("", &format!("did you mean \"{right}\"?")),
                None => error(
                    "",
                    "units are ns, us, ms, s, m, h, d, w and B, kB, MB, GB, KiB, MiB, GiB",
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, value: f64, dimension: Dimension) {
        let (found, of) = parse(text).unwrap();
        assert!((found - value).abs() <= 1e-12 * value.abs(), "{text}: {found}");
        assert_eq!(of, dimension, "{text}");
    }

    #[test]
    fn reads_what_people_write() {
        check("30s", 30.0, Dimension::TIME);
        check("250 ms", 0.25, Dimension::TIME);
        check(" 1m 30s ", 90.0, Dimension::TIME);
        check("1h30m", 5400.0, Dimension::TIME);
        check("1.5h", 5400.0, Dimension::TIME);
        check("20 min", 1200.0, Dimension::TIME);
        check("2d", 172_800.0, Dimension::TIME);
        check("64 KiB", 65_536.0, Dimension::BYTES);
        check("1048576B", 1_048_576.0, Dimension::BYTES);
        check("200 MB/s", 2e8, Dimension::BYTE_RATE);
        check("400/s", 400.0, Dimension::RATE);
        check("20/min", 1.0 / 3.0, Dimension::RATE);
        check("9%", 0.09, Dimension::NUMBER);
        check("0.3", 0.3, Dimension::NUMBER);
        check("1e3", 1e3, Dimension::NUMBER);
        check("$1.50", 1.5, Dimension::MONEY);
        check("$0.09/GB", 0.09e-9, Dimension::MONEY.per(Dimension::BYTES));
        assert_eq!(parse("never"), Ok((ENDLESS, Dimension::TIME)));
        assert_eq!(parse_span("never"), Ok(Span::NEVER));
        assert_eq!(parse_span("1m 30s"), Ok(Span::seconds(90)));
    }

    #[test]
    fn refuses_and_says_why() {
        for (text, message) in [
            ("", "expected a number"),
            ("-5s", "must not be negative"),
            ("+5s", "a quantity has no sign"),
            ("NaN", "expected a number, found \"NaN\""),
            ("inf", "expected a number, found \"inf\""),
            ("3 mo", "\"mo\" is not a unit: a month has no fixed length"),
            ("1,5 h", "a number has no separators"),
            ("1h 30", "the last number has no unit"),
            ("30m 1h", "\"h\" cannot follow here"),
            ("5 M", "\"M\" is not a unit"),
            ("5 Mbit", "\"Mbit\" is not a unit: bits are not read"),
            ("1e400 s", "too large to mean anything"),
            ("400y", "\"y\" is not a unit: a year has no fixed length"),
            ("30s later", "unexpected \"later\""),
            ("400/", "expected a unit after \"/\""),
        ] {
            assert_eq!(parse(text).unwrap_err().message, message, "{text}");
        }
        assert_eq!(parse("30 S").unwrap_err().help.as_deref(), Some("did you mean \"s\"?"));
        assert!(parse_span("3 MB").is_err());
    }

    proptest::proptest! {
        #[test]
        fn never_panics_and_points_into_the_text(text in "\\PC{0,20}") {
            if let Err(error) = parse(&text) {
                assert!(text.get(error.range).is_some());
            }
        }
    }
}
