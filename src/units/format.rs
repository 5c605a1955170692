//! Quantities for people: as few digits as say what matters.
//!
//! Durations below a minute have three significant digits and one unit
//! (`31.4 s`, `250 ms`); longer ones two units, the smaller one whole
//! (`2 min 30 s`, `1 h 5 min`, `2 d 3 h`), and the smaller one is left out where
//! it is nothing (`8 h`). Sizes are binary where they are a whole number of
//! binary units (`1 MiB`), else decimal (`1.5 MB`). Rates slower than one a
//! second are told per minute or hour. Without end is `never`.

use super::{Dimension, Span};

/// Durations beyond this \[s\] are without end: what can be counted is shorter.
const LONGEST: f64 = 1e11;

/// The value, in base units, as text for people.
#[must_use]
pub fn format(value: f64, dimension: Dimension) -> String {
    if value.is_nan() {
        return "unknown".to_owned();
    }
    if value < 0.0 {
        return format!("−{}", format(-value, dimension));
    }
    if value.is_infinite() || (dimension == Dimension::TIME && value > LONGEST) {
        return if dimension == Dimension::TIME { "never" } else { "endless" }.to_owned();
    }
    match dimension {
        Dimension::NUMBER => significant(value, 4),
        Dimension::TIME => time(value),
        Dimension::BYTES => size(value),
        Dimension::BYTE_RATE => format!("{}/s", size(value)),
        Dimension::RATE => rate(value),
        Dimension::MONEY => money(value),
        Dimension { time: 0, bytes: -1, money: 1 } => format!("{}/GB", money(value * 1e9)),
        Dimension { time: -1, bytes: 0, money: 1 } => format!("{}/h", money(value * 3600.0)),
        other => format!("{} {other}", significant(value, 4)),
    }
}

/// A span as text for people.
#[must_use]
pub fn format_span(span: Span) -> String {
    format(span.as_seconds(), Dimension::TIME)
}

/// As many digits of `value` as an interval of ± `half_width` supports: the
/// last digit is the first that the interval reaches, at most nine after the
/// point. A certain value (half-width 0) has three significant digits.
#[must_use]
pub fn format_with_error(value: f64, half_width: f64) -> String {
    if !value.is_finite() {
        return if value.is_nan() { "unknown" } else { "never" }.to_owned();
    }
    if half_width.is_nan() || half_width <= 0.0 {
        return significant(value, 3);
    }
    let mut decimals = 0;
    let mut step = 1.0;
    while decimals < 9 && half_width < step {
        decimals += 1;
        step /= 10.0;
    }
    // Rounded half to even by the formatter, like all else.
    unsigned_zero(format!("{value:.decimals$}"))
}

/// `-0.0` reads as a mistake.
fn unsigned_zero(text: String) -> String {
    match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        _ => text,
    }
}

/// At most `digits` significant digits, without zeros at the end; whole
/// numbers keep all of theirs.
fn significant(value: f64, digits: usize) -> String {
    let mut before = 0;
    let mut scale = 1.0;
    while value.abs() >= scale && before < 20 {
        before += 1;
        scale *= 10.0;
    }
    let mut lead = 0;
    if before == 0 && value != 0.0 {
        scale = 0.1;
        while value.abs() < scale && lead < 20 {
            lead += 1;
            scale /= 10.0;
        }
    }
    let decimals = (digits + lead).saturating_sub(before);
    let text = format!("{value:.decimals$}");
    if text.contains('.') {
        unsigned_zero(text.trim_end_matches('0').trim_end_matches('.').to_owned())
    } else {
        text
    }
}

fn time(seconds: f64) -> String {
    if seconds == 0.0 {
        return "0 s".to_owned();
    }
    // Rounding to three digits must not print 1000 ms or 60 s.
    for (unit, size, limit) in [("ns", 1e-9, 999.5), ("µs", 1e-6, 999.5), ("ms", 1e-3, 999.5)] {
        if seconds / size < limit {
            return format!("{} {unit}", significant(seconds / size, 3));
        }
    }
    if seconds < 59.95 {
        return format!("{} s", significant(seconds, 3));
    }
    let units: [(f64, &str, f64, &str); 3] =
        [(60.0, "min", 1.0, "s"), (3600.0, "h", 60.0, "min"), (86_400.0, "d", 3600.0, "h")];
    let mut chosen = String::new();
    for (large, large_name, small, small_name) in units {
        let per = (large / small).round();
        let count = (seconds / small).round();
        let whole = (count / per).floor();
        let rest = count - whole * per;
        chosen = if rest == 0.0 {
            format!("{whole} {large_name}")
        } else {
            format!("{whole} {large_name} {rest} {small_name}")
        };
        let limit = if large_name == "h" { 48.0 } else { 60.0 };
        if whole < limit {
            break;
        }
    }
    chosen
}

fn size(bytes: f64) -> String {
    const BINARY: [(&str, f64); 4] = [
        ("TiB", 1_099_511_627_776.0),
        ("GiB", 1_073_741_824.0),
        ("MiB", 1_048_576.0),
        ("KiB", 1024.0),
    ];
    const DECIMAL: [(&str, f64); 5] =
        [("PB", 1e15), ("TB", 1e12), ("GB", 1e9), ("MB", 1e6), ("kB", 1e3)];
    for (name, unit) in BINARY {
        let count = bytes / unit;
        if (1.0..1024.0).contains(&count) && count.fract() == 0.0 && bytes % 1000.0 != 0.0 {
            return format!("{count} {name}");
        }
    }
    for (name, unit) in DECIMAL {
        if bytes >= unit * 0.9995 {
            return format!("{} {name}", significant(bytes / unit, 3));
        }
    }
    format!("{} B", significant(bytes, 3))
}

fn rate(per_second: f64) -> String {
    for (name, seconds) in [("s", 1.0), ("min", 60.0), ("h", 3600.0)] {
        if per_second * seconds >= 1.0 || per_second == 0.0 {
            return format!("{}/{name}", significant(per_second * seconds, 3));
        }
    }
    format!("{}/d", significant(per_second * 86_400.0, 3))
}

fn money(dollars: f64) -> String {
    if dollars == 0.0 {
        "$0".to_owned()
    } else if dollars < 0.095 {
        format!("${}", significant(dollars, 3))
    } else if dollars < 1000.0 && dollars.fract() != 0.0 {
        format!("${dollars:.2}")
    } else {
        format!("${dollars:.0}")
    }
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    #[test]
    fn says_what_matters() {
        for (seconds, text) in [
            (31.42, "31.4 s"),
            (0.25, "250 ms"),
            (59.96, "1 min"),
            (150.0, "2 min 30 s"),
            (28_800.0, "8 h"),
            (924.6, "15 min 25 s"),
            (3_900.0, "1 h 5 min"),
            (183_600.0, "2 d 3 h"),
            (0.0, "0 s"),
            (f64::INFINITY, "never"),
            (super::super::ENDLESS, "never"),
            (-1.5, "−1.5 s"),
        ] {
            assert_eq!(format(seconds, Dimension::TIME), text);
        }
        assert_eq!(format(1_048_576.0, Dimension::BYTES), "1 MiB");
        assert_eq!(format(2e8, Dimension::BYTE_RATE), "200 MB/s");
        assert_eq!(format(400.0, Dimension::RATE), "400/s");
        assert_eq!(format(1.0 / 3.0, Dimension::RATE), "20/min");
        assert_eq!(format(1.5, Dimension::MONEY), "$1.50");
        assert_eq!(format(0.09e-9, Dimension::MONEY.per(Dimension::BYTES)), "$0.09/GB");
        assert_eq!(format(0.99, Dimension::NUMBER), "0.99");
    }

    #[test]
    fn digits_follow_the_interval() {
        assert_eq!(format_with_error(31.4159, 0.2), "31.4");
        assert_eq!(format_with_error(31.4159, 0.013), "31.42");
        assert_eq!(format_with_error(31.4159, 3.0), "31");
        assert_eq!(format_with_error(31.4159, 0.0), "31.4");
        assert_eq!(format_with_error(-0.001, 0.2), "0.0");
        assert_eq!(format_with_error(f64::INFINITY, 0.2), "never");
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_is_read_again(exponent in -9_i32..9, digits in 1.0_f64..10.0, which in 0_usize..7) {
            let dimension = [
                Dimension::NUMBER, Dimension::TIME, Dimension::BYTES, Dimension::RATE,
                Dimension::BYTE_RATE, Dimension::MONEY, Dimension::MONEY.per(Dimension::BYTES),
            ][which];
            let value = digits * 10_f64.powi(exponent);
            let value = if which == 6 { value * 1e-9 } else { value };
            let text = format(value, dimension);
            let (again, same) = parse(&text).unwrap();
            assert_eq!(same, dimension, "{text}");
            // Three digits, or half of the smaller of two units.
            let allowed = if which == 5 || which == 6 { 0.06 } else { 0.022 };
            assert!((again - value).abs() <= allowed * value + 1e-12, "{value} → {text} → {again}");
        }

        #[test]
        fn spans_in_whole_units_survive(seconds in 0_i64..100_000) {
            let exact = Span::seconds(seconds / 3600 * 3600);
            assert_eq!(super::super::parse_span(&format_span(exact)).unwrap(), exact);
        }
    }
}
