//! The counts that the repository remembers, and whose they are.

use std::fmt::Write as _;
use std::process::Command;

use crate::measure::described::path;

/// Where they stand.
pub(crate) const FILE: &str = "benches/instructions.toml";

const HEAD: &str = "\
# Instructions of one trial (compilation, outcome), under callgrind.
# Written by `DRILLCAST_BLESS=1 cargo run --release --example instructions`; do not edit.
# They belong to this compiler, target and processor; under others nobody is judged.
";

/// Counts, and what they were counted with.
#[derive(Debug, Default)]
pub(crate) struct Remembered {
    rustc: String,
    target: String,
    /// Features of the processor that choose code when a program runs.
    features: String,
    /// What was counted, in order.
    counts: Vec<(String, u64)>,
}

impl std::fmt::Display for Remembered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "with {} for {}, processor: {}", self.rustc, self.target, self.features)
    }
}

impl Remembered {
    /// What is counted with here, and no counts.
    pub(crate) fn here() -> Result<Self, String> {
        let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(rustc).arg("-vV").output();
        let output = output.map_err(|e| format!("rustc does not tell its version: {e}"))?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        let line = |key: &str| said.lines().find_map(|line| line.strip_prefix(key));
        let version = said.lines().next().unwrap_or_default().to_owned();
        let mut target = line("host: ").unwrap_or_default().to_owned();
        // Other flags make other code.
        if let Ok(flags) = std::env::var("RUSTFLAGS")
            && !flags.is_empty()
        {
            let _ = write!(target, " with {flags}");
        }
        Ok(Self { rustc: version, target, features: features(), counts: Vec::new() })
    }

    /// Those of the repository; empty where the file is not there yet.
    pub(crate) fn read() -> Result<Self, String> {
        let Ok(text) = std::fs::read_to_string(path(FILE)) else { return Ok(Self::default()) };
        let table: toml::Table = text.parse().map_err(|e| format!("{FILE}: {e}"))?;
        let of = |key: &str| {
            let value = table.get(key).and_then(toml::Value::as_str);
            value.map(str::to_owned).ok_or_else(|| format!("{FILE} lacks {key}"))
        };
        let counts = table.get("counts").and_then(toml::Value::as_table);
        let counts = counts.ok_or_else(|| format!("{FILE} lacks [counts]"))?;
        let count = |(name, count): (&String, &toml::Value)| {
            let count = count.as_integer().and_then(|count| u64::try_from(count).ok());
            count.map(|count| (name.clone(), count)).ok_or(format!("{FILE}: {name} is no count"))
        };
        let counts = counts.iter().map(count).collect::<Result<_, _>>()?;
        Ok(Self { rustc: of("rustc")?, target: of("target")?, features: of("features")?, counts })
    }

    /// The same with counts.
    pub(crate) fn with(self, counts: Vec<(String, u64)>) -> Self {
        Self { counts, ..self }
    }

    /// Whether counts of one can be held against the other's.
    pub(crate) fn is_of(&self, other: &Self) -> bool {
        (&self.rustc, &self.target, &self.features)
            == (&other.rustc, &other.target, &other.features)
    }

    /// All of them.
    pub(crate) fn counts(&self) -> &[(String, u64)] {
        &self.counts
    }

    /// The count of this name.
    pub(crate) fn count(&self, name: &str) -> Option<u64> {
        self.counts.iter().find(|(known, _)| known == name).map(|(_, count)| *count)
    }

    /// Writes the file.
    pub(crate) fn write(&self) -> Result<(), String> {
        let Self { rustc, target, features, counts } = self;
        let mut text = format!(
            "{HEAD}rustc = \"{rustc}\"\ntarget = \"{target}\"\nfeatures = \"{features}\"\n\n[counts]\n"
        );
        for (name, count) in counts {
            let _ = writeln!(text, "\"{name}\" = {count}");
        }
        std::fs::write(path(FILE), text).map_err(|e| format!("{FILE}: {e}"))
    }
}

#[cfg(target_arch = "x86_64")]
fn features() -> String {
    let known = [
        ("avx2", std::arch::is_x86_feature_detected!("avx2")),
        ("fma", std::arch::is_x86_feature_detected!("fma")),
        ("bmi2", std::arch::is_x86_feature_detected!("bmi2")),
    ];
    known.iter().filter(|(_, has)| *has).map(|(name, _)| *name).collect::<Vec<_>>().join(" ")
}

#[cfg(not(target_arch = "x86_64"))]
fn features() -> String {
    "not looked at".to_owned()
}
