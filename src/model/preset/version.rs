//! Versions of a technology: dotted numbers, and ranges of them.

use std::cmp::Ordering;
use std::fmt;

/// A version: numbers with points between them.
#[derive(Clone, Debug)]
pub struct Version {
    numbers: Vec<u32>,
}

/// The versions between two ends.
#[derive(Clone, PartialEq, Debug)]
pub struct VersionRange {
    /// From this one on; `true`: itself included.
    low: Option<(Version, bool)>,
    /// Up to this one; `true`: itself included.
    high: Option<(Version, bool)>,
    /// As it was written.
    text: String,
}

impl Version {
    /// The version that is written so: `3`, `3.5`, `3.5.21`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let number = |part: &str| {
            let digits = !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
            digits.then(|| part.parse().ok()).flatten()
        };
        let numbers = text.split('.').map(number).collect::<Option<Vec<u32>>>()?;
        Some(Self { numbers })
    }
}

impl Ord for Version {
    /// What is not written is zero: 3.5 is 3.5.0.
    fn cmp(&self, other: &Self) -> Ordering {
        let length = self.numbers.len().max(other.numbers.len());
        let number = |of: &Self, at: usize| of.numbers.get(at).copied().unwrap_or(0);
        let parts = (0..length).map(|at| number(self, at).cmp(&number(other, at)));
        parts.fold(Ordering::Equal, Ordering::then)
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl VersionRange {
    /// The range that is written so: `<3.5`, `>=3.0, <3.5`, `3.4`.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in a few words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut range = Self { low: None, high: None, text: text.to_owned() };
        for part in text.split(',').map(str::trim) {
            let end = part.find(|c: char| !"<>=".contains(c)).unwrap_or(part.len());
            let (sign, number) = (&part[..end], part[end..].trim());
            let Some(version) = Version::parse(number) else {
                return Err(format!("\"{number}\" is no version, such as 3.5"));
            };
            let (low, high) = match sign {
                "<" => (None, Some((version, false))),
                "<=" => (None, Some((version, true))),
                ">" => (Some((version, false)), None),
                ">=" => (Some((version, true)), None),
                "" | "=" | "==" => (Some((version.clone(), true)), Some((version, true))),
                _ => return Err(format!("\"{sign}\" compares nothing")),
            };
            range = range.narrowed(low, high);
        }
        if range.is_empty() { Err("no version lies in it".to_owned()) } else { Ok(range) }
    }

    /// With the higher of the low ends and the lower of the high ends.
    fn narrowed(mut self, low: Option<(Version, bool)>, high: Option<(Version, bool)>) -> Self {
        // Of two ends at one version the one that leaves it out is narrower.
        self.low = match (self.low, low) {
            (Some(a), Some(b)) => Some(if (&b.0, !b.1) > (&a.0, !a.1) { b } else { a }),
            (a, b) => a.or(b),
        };
        self.high = match (self.high, high) {
            (Some(a), Some(b)) => Some(if (&b.0, b.1) < (&a.0, a.1) { b } else { a }),
            (a, b) => a.or(b),
        };
        self
    }

    fn is_empty(&self) -> bool {
        let (Some((low, from)), Some((high, to))) = (&self.low, &self.high) else { return false };
        low > high || low == high && !(*from && *to)
    }

    /// Whether a version lies in it.
    #[must_use]
    pub fn contains(&self, version: &Version) -> bool {
        let above = self
            .low
            .as_ref()
            .is_none_or(|(low, itself)| if *itself { version >= low } else { version > low });
        let below = self
            .high
            .as_ref()
            .is_none_or(|(high, itself)| if *itself { version <= high } else { version < high });
        above && below
    }

    /// Whether some version lies in both.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        !self.clone().narrowed(other.low.clone(), other.high.clone()).is_empty()
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_number_by_number() {
        let version = |text| Version::parse(text).expect("it is one");
        assert!(version("3.10") > version("3.9"));
        assert!(version("3.5") == version("3.5.0"));
        assert!(version("3.5.21") > version("3.5"));
        for text in ["", "3.", ".5", "3.x", "v3", "3 5", "-1", "99999999999"] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn ranges_hold_what_they_say() {
        let table = [
            ("<3.5", "3.4.99", "3.5"),
            ("<=3.5", "3.5", "3.5.1"),
            (">3.5", "3.5.1", "3.5.0"),
            (">=3.0, <3.5", "3.0", "3.5"),
            ("3.4", "3.4.0", "3.4.1"),
        ];
        for (range, inside, outside) in table {
            let found = VersionRange::parse(range).expect("it is one");
            assert!(found.contains(&Version::parse(inside).unwrap()), "{range} {inside}");
            assert!(!found.contains(&Version::parse(outside).unwrap()), "{range} {outside}");
            assert_eq!(found.to_string(), range);
        }
        for text in ["", "<", ">=3,", "=>3", "3.x", ">=3.5, <3.5", ">3, <3"] {
            assert!(VersionRange::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn overlaps_are_seen() {
        let overlap = |a: &str, b: &str| {
            let range = |text| VersionRange::parse(text).unwrap();
            assert_eq!(range(a).overlaps(&range(b)), range(b).overlaps(&range(a)));
            range(a).overlaps(&range(b))
        };
        assert!(!overlap("<3.5", ">=3.5"));
        assert!(overlap("<=3.5", ">=3.5"));
        assert!(!overlap("<=3.5", ">3.5"));
        assert!(overlap("<3.5", ">3.4"));
        assert!(!overlap("3.4", "3.5"));
        assert!(overlap(">=3.0, <3.5", "3.4"));
    }
}
