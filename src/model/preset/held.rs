//! How a preset's predictions went where they were held against reality.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::OnceLock;

use serde::Deserialize;

/// The page with every figure.
pub const ACCURACY_PAGE: &str = "docs/accuracy.md";

/// What the page says of each embedded preset; written with it, and held to it by a test.
const SUMMARY: &str = include_str!("../../../docs/accuracy.toml");

/// How often a preset was held against reality, and how that went.
#[derive(Clone, PartialEq, Eq, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// The measured series, by name.
    pub series: Vec<String>,
    /// Real failovers in them.
    pub failovers: u64,
    /// Figures that were predicted and measured.
    pub figures: u64,
    /// Figures whose prediction the measurement rejects.
    pub off: u64,
    /// Figures too weak to reject a rival explanation either.
    pub weak: u64,
}

impl Held {
    /// The record of the embedded preset of that name; `None` where it was never
    /// held against reality.
    ///
    /// # Panics
    ///
    /// Where the embedded summary cannot be read: a bug.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        static ALL: OnceLock<BTreeMap<String, Held>> = OnceLock::new();
        let read = || toml::from_str(SUMMARY).expect("the embedded summary can be read");
        ALL.get_or_init(read).get(name).cloned()
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { failovers, figures, off, weak, .. } = self;
        write!(f, "{failovers} failovers, off in {off} of {figures} figures")?;
        if *weak > 0 {
            write!(f, " ({weak} too weak to tell)")?;
        }
        Ok(())
    }
}
