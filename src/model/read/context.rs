//! Where mistakes are collected, and where texts of other files come from.

use std::cell::{Cell, RefCell};

use super::ask::{self, Asked, Sort};
use crate::diagnostic::{Diagnostic, Location, Severity, SourceFile};

/// More mistakes than this help nobody.
const MOST: usize = 50;

/// Gives the text of a file that another file names, or says why it cannot.
pub type Files<'f> = &'f dyn Fn(&str) -> Result<String, String>;

/// Collects what is wrong with the files that are read.
pub struct Context<'f> {
    found: RefCell<Vec<Diagnostic>>,
    omitted: Cell<usize>,
    errors: Cell<usize>,
    files: Files<'f>,
    asked: Option<RefCell<Vec<Asked>>>,
}

impl std::fmt::Debug for Context<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("found", &self.found).finish_non_exhaustive()
    }
}

impl<'f> Context<'f> {
    /// A collector; `files` gives the text of a file of samples by the path that
    /// stands in the file that names it.
    #[must_use]
    pub fn new(files: Files<'f>) -> Self {
        Self {
            found: RefCell::new(Vec::new()),
            omitted: Cell::new(0),
            errors: Cell::new(0),
            files,
            asked: None,
        }
    }

    /// A collector for files that may not name others.
    #[must_use]
    pub fn without_files() -> Self {
        Self::new(&|_| Err("this file may not name others".to_owned()))
    }

    /// A collector that also remembers what readers ask for.
    #[must_use]
    pub fn listening() -> Self {
        Self { asked: Some(RefCell::default()), ..Self::without_files() }
    }

    /// What readers asked for, in the order of the first question.
    #[must_use]
    pub fn into_asked(self) -> Vec<Asked> {
        self.asked.map(RefCell::into_inner).unwrap_or_default()
    }

    /// Remembers a question, if somebody wants to know.
    pub(super) fn note(&self, what: &str, key: &str, sort: Sort, required: bool) {
        if let Some(asked) = &self.asked {
            ask::note(&mut asked.borrow_mut(), what, key, sort, required);
        }
    }

    /// Adds a finding.
    pub fn report(&self, diagnostic: Diagnostic) {
        if diagnostic.severity == Severity::Error {
            self.errors.set(self.errors.get() + 1);
        }
        let mut found = self.found.borrow_mut();
        if found.len() >= MOST {
            self.omitted.set(self.omitted.get() + 1);
        } else if !found.contains(&diagnostic) {
            found.push(diagnostic);
        }
    }

    /// Adds an error at a place.
    pub fn error(&self, code: &str, message: impl Into<String>, at: &Location, label: &str) {
        self.report(Diagnostic::error(code, message).label(at, label));
    }

    /// Adds an error at a place, with what to do about it.
    pub fn error_with_help(
        &self,
        code: &str,
        message: impl Into<String>,
        (at, label): (&Location, &str),
        help: Option<String>,
    ) {
        self.report(Diagnostic::error(code, message).label(at, label).maybe_help(help));
    }

    /// How many errors there are so far: compare before and after a step.
    #[must_use]
    pub fn errors(&self) -> usize {
        self.errors.get()
    }

    /// Whether no more findings are kept.
    #[must_use]
    pub fn is_full(&self) -> bool {
        self.found.borrow().len() >= MOST
    }

    /// The text of another file.
    ///
    /// # Errors
    ///
    /// Says why there is none.
    pub fn file(&self, path: &str) -> Result<String, String> {
        (self.files)(path)
    }

    /// All findings in the order of the files' texts.
    #[must_use]
    pub fn into_diagnostics(self) -> Vec<Diagnostic> {
        let mut found = self.found.into_inner();
        let mut files: Vec<SourceFile> = Vec::new();
        for at in found.iter().filter_map(|one| one.labels.first()) {
            if !files.contains(&at.0.file) {
                files.push(at.0.file.clone());
            }
        }
        found.sort_by_key(|one| {
            one.labels
                .first()
                .map(|(at, _)| (files.iter().position(|file| *file == at.file), at.range.start))
        });
        let omitted = self.omitted.get();
        if omitted > 0 {
            found.push(Diagnostic::error(
                "file::too_many_mistakes",
                format!("{omitted} more mistakes are not shown"),
            ));
        }
        found
    }
}
