//! What is wrong with what people wrote, where, and what they may have meant.
//!
//! A [`Diagnostic`] is plain data: a stable code, a sentence, places in source
//! texts and a help. [`render`] makes text of it for a terminal or a ticket.

mod nearest;
mod render;
mod source;

use std::fmt;

pub use nearest::{nearest, nearest_help};
pub use render::{clean, render};
pub use source::{Location, SourceFile};

/// How bad a finding is, worst first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The file cannot be used.
    Error,
    /// An objective that no trial can keep.
    Impossible,
    /// Two things that are said cannot both be.
    Contradiction,
    /// A check that cannot fail.
    FalsePass,
    /// It may hurt.
    Risk,
}

impl Severity {
    /// Its name for people: `false pass`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Impossible => "impossible",
            Self::Contradiction => "contradiction",
            Self::FalsePass => "false pass",
            Self::Risk => "risk",
        }
    }
}

/// One finding.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Diagnostic {
    /// Its stable name: `model::unknown_zone`.
    pub code: String,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, a lowercase fragment.
    pub message: String,
    /// Where, the main place first, each with what was expected there (may be empty).
    pub labels: Vec<(Location, String)>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding without a place.
    #[must_use]
    pub fn new(severity: Severity, code: impl Into<String>, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            severity,
            message: message.into(),
            labels: Vec::new(),
            help: None,
        }
    }

    /// An error without a place.
    #[must_use]
    pub fn error(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, message)
    }

    /// Adds a place and what was expected there.
    #[must_use]
    pub fn label(mut self, at: &Location, text: impl Into<String>) -> Self {
        self.labels.push((at.clone(), text.into()));
        self
    }

    /// Sets what to do about it.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Sets what to do about it, where there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Diagnostic {}

impl miette::Diagnostic for Diagnostic {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.severity {
            Severity::Risk => miette::Severity::Warning,
            _ => miette::Severity::Error,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        self.help.as_ref().map(|text| Box::new(text) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        self.labels.first().map(|(at, _)| &at.file as &dyn miette::SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = miette::LabeledSpan> + '_>> {
        let (main, _) = self.labels.first()?;
        // miette knows one source per diagnostic; `render` shows the others.
        let here = self.labels.iter().filter(|(at, _)| at.file == main.file);
        Some(Box::new(here.map(|(at, text)| {
            let text = (!text.is_empty()).then(|| text.clone());
            miette::LabeledSpan::new(text, at.range.start, at.range.len())
        })))
    }
}
