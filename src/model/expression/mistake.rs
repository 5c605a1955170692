//! What is wrong with an expression, and where.

use super::syntax::Extent;

/// The code of what follows from a mistake elsewhere; nobody is shown it.
pub(crate) const FOLLOWS: &str = "follows";

/// A mistake in an expression.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mistake {
    /// A stable name for its kind: `unknown_name`.
    pub code: &'static str,
    /// Where it stands in the expression's text.
    pub extent: Extent,
    /// What is wrong, a lower-case sentence.
    pub message: String,
    /// What stands there or was expected there, a few words.
    pub label: String,
    /// What would be right.
    pub help: Option<String>,
}

impl Mistake {
    /// A mistake without help.
    pub(crate) fn new(
        code: &'static str,
        extent: Extent,
        message: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        Self { code, extent, message: message.into(), label: label.into(), help: None }
    }

    /// The same with help.
    #[must_use]
    pub(crate) fn help(self, help: impl Into<String>) -> Self {
        Self { help: Some(help.into()), ..self }
    }

    /// The same with help if there is some.
    #[must_use]
    pub(crate) fn maybe_help(self, help: Option<String>) -> Self {
        Self { help, ..self }
    }
}
