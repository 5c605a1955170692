//! Numbers for people: a unit that fits, as many digits as the interval supports.

use super::distribution::Interval;

/// In what a column of numbers is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Unit {
    /// Milliseconds.
    Millis,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// A plain count.
    Count,
    /// Per cent of a share.
    Percent,
}

impl Unit {
    /// The unit in which a time of this length reads well.
    #[must_use]
    pub(super) fn for_seconds(longest: f64) -> Self {
        match longest {
            x if x < 0.1 && x > 0.0 => Self::Millis,
            x if x < 1000.0 => Self::Seconds,
            x if x < 6.0 * 3600.0 => Self::Minutes,
            _ => Self::Hours,
        }
    }

    /// Its symbol.
    #[must_use]
    pub(super) const fn symbol(self) -> &'static str {
        match self {
            Self::Millis => "ms",
            Self::Seconds => "s",
            Self::Minutes => "min",
            Self::Hours => "h",
            Self::Count => "",
            Self::Percent => "%",
        }
    }

    /// How many of it a base unit is.
    const fn per_base(self) -> f64 {
        match self {
            Self::Millis => 1000.0,
            Self::Seconds | Self::Count => 1.0,
            Self::Percent => 100.0,
            Self::Minutes => 1.0 / 60.0,
            Self::Hours => 1.0 / 3600.0,
        }
    }

    /// The number alone, with as many decimals as an error of `half` supports.
    #[must_use]
    pub(super) fn number(self, value: f64, half: Option<f64>) -> String {
        let scaled = value * self.per_base();
        match half {
            Some(half) if half > 0.0 => fixed(scaled, decimals(half * self.per_base())),
            _ => trimmed(scaled),
        }
    }

    /// The number and its unit, without an error.
    #[must_use]
    pub(super) fn with_symbol(self, value: f64, half: Option<f64>) -> String {
        let number = self.number(value, half);
        if self == Self::Count { number } else { format!("{number} {}", self.symbol()) }
    }

    /// The number, its unit and its error: `31.0 s ±0.1`; `±?` where too few
    /// trials ran to know it, nothing where it is exact.
    #[must_use]
    pub(super) fn estimate(self, value: f64, half: Option<f64>) -> String {
        // Unknown errors are large: three digits are more than enough.
        let number = self.with_symbol(value, half.or(Some(value.abs() / 300.0)));
        match half {
            Some(half) if half > 0.0 => {
                let scaled = half * self.per_base();
                format!("{number} ±{}", fixed(up(scaled, decimals(scaled)), decimals(scaled)))
            }
            Some(_) => number,
            None => format!("{number} ±?"),
        }
    }
}

/// Half the width of an interval, where both ends are numbers.
#[must_use]
pub(super) fn half_width(interval: Option<&Interval>) -> Option<f64> {
    match interval {
        Some([Some(low), Some(high)]) => Some((high - low) / 2.0),
        _ => None,
    }
}

/// Decimals that an error supports: those up to its first digit, at most 3.
fn decimals(half: f64) -> usize {
    [0.95, 0.095, 0.0095].into_iter().position(|edge| half >= edge).unwrap_or(3)
}

/// An error rounded up to the decimals that are shown, so that none prints as 0.
fn up(half: f64, decimals: usize) -> f64 {
    let scale = [1.0, 10.0, 100.0, 1000.0][decimals];
    let steps = half * scale;
    let rounded = steps.round();
    (if rounded < 1.0 { 1.0 } else { rounded }) / scale
}

/// A number with so many decimals, without a negative zero.
fn fixed(value: f64, decimals: usize) -> String {
    let text = format!("{value:.decimals$}");
    let text = match text.strip_prefix('-') {
        Some(rest) if rest.chars().all(|c| c == '0' || c == '.') => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    };
    let whole = text.split('.').next().unwrap_or_default().len();
    if whole < 6 { text } else { grouped_text(&text) }
}

/// An exact number: at most three decimals, none that are zero.
#[must_use]
pub(super) fn trimmed(value: f64) -> String {
    let text = fixed(value, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// A count with commas between thousands: `10,000`.
#[must_use]
pub fn count(value: u64) -> String {
    grouped_text(&value.to_string())
}

fn grouped_text(text: &str) -> String {
    let (whole, rest) = text.find('.').map_or((text, ""), |dot| text.split_at(dot));
    let mut out = String::new();
    let digits = whole.chars().filter(char::is_ascii_digit).count();
    let mut seen = 0;
    for c in whole.chars() {
        if c.is_ascii_digit() {
            if seen > 0 && (digits - seen) % 3 == 0 {
                out.push(',');
            }
            seen += 1;
        }
        out.push(c);
    }
    out + rest
}

/// A share in per cent with as many digits as its error supports: `99.1 %`.
#[must_use]
pub(super) fn percent(share: f64, half: Option<f64>) -> String {
    let scaled = share * 100.0;
    match half {
        Some(half) if half > 0.0 => format!("{} %", fixed(scaled, decimals(half * 100.0).min(2))),
        _ => format!("{} %", fixed(scaled, if scaled < 10.0 && scaled > 0.0 { 1 } else { 0 })),
    }
}

/// A share in per cent and its error: `99.1 % ±0.2`.
#[must_use]
pub(super) fn percent_estimate(share: f64, half: f64) -> String {
    let decimals = decimals(half * 100.0).min(2);
    format!("{} ±{}", percent(share, Some(half)), fixed(up(half * 100.0, decimals), decimals))
}

/// A length of time that is exact: `1 h`, `3 h 52 min`, `1.5 s`.
#[must_use]
pub(super) fn duration(seconds: f64) -> String {
    const STEPS: [(f64, &str); 3] = [(86400.0, "d"), (3600.0, "h"), (60.0, "min")];
    if seconds < 90.0 {
        return if seconds > 0.0 && seconds < 0.1 {
            format!("{} ms", trimmed(seconds * 1000.0))
        } else {
            format!("{} s", trimmed(seconds))
        };
    }
    let mut left = seconds;
    let mut words = Vec::new();
    for (step, symbol) in STEPS {
        let whole = (left / step).floor();
        if whole >= 1.0 && words.len() < 2 {
            words.push(format!("{whole:.0} {symbol}"));
            left -= whole * step;
        }
    }
    if words.len() < 2 && left >= 1.0 {
        words.push(format!("{} s", trimmed(left.floor())));
    }
    words.join(" ")
}

/// A quantile as people write it: `p95`, `p99.9`.
#[must_use]
pub(super) fn quantile_name(q: f64) -> String {
    format!("p{}", trimmed(q * 100.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_follow_the_error() {
        assert_eq!(Unit::Seconds.estimate(31.04, Some(0.1)), "31.0 s ±0.1");
        assert_eq!(Unit::Seconds.estimate(31.04, Some(0.04)), "31.04 s ±0.04");
        assert_eq!(Unit::Seconds.estimate(31.04, Some(2.2)), "31 s ±2");
        assert_eq!(Unit::Seconds.estimate(31.04, Some(0.000_01)), "31.040 s ±0.001");
        assert_eq!(Unit::Seconds.estimate(0.0, Some(0.0)), "0 s");
        assert_eq!(Unit::Seconds.estimate(28.742_034, None), "28.7 s ±?");
        assert_eq!(Unit::Minutes.estimate(2460.0, Some(12.0)), "41.0 min ±0.2");
        assert_eq!(Unit::Seconds.number(-3.62, Some(0.01)), "−3.62");
    }

    #[test]
    fn durations_read_as_people_write_them() {
        assert_eq!(duration(3600.0), "1 h");
        assert_eq!(duration(13920.0), "3 h 52 min");
        assert_eq!(duration(90.0), "1 min 30 s");
        assert_eq!(duration(1.5), "1.5 s");
        assert_eq!(duration(0.02), "20 ms");
    }

    #[test]
    fn counts_and_shares() {
        assert_eq!(count(10_000), "10,000");
        assert_eq!(count(999), "999");
        assert_eq!(percent_estimate(0.991, 0.002), "99.1 % ±0.2");
        assert_eq!(percent(0.95, None), "95 %");
        assert_eq!(percent(0.011, None), "1.1 %");
        assert_eq!(quantile_name(0.999), "p99.9");
    }
}
