//! What the program's exit code says.
//!
//! | code | meaning |
//! |---|---|
//! | 0 | every objective is met, or the command asks about none; `check` found nothing worse than a risk |
//! | 1 | an objective is missed; `check`: an impossibility, a contradiction or a false pass |
//! | 2 | bad input (the command line, a file's text) or the world (a missing file, a full disk) |
//! | 3 | an objective is undecided at this number of trials |
//! | 101 | a bug of ours |
//!
//! Where several apply, 2 goes before 1, and 1 before 3.

use std::process::ExitCode;

use crate::diagnostic::{Diagnostic, Severity};
use crate::report::{Prediction, Verdict};

/// How a command ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Exit {
    /// 0.
    Met,
    /// 1.
    Missed,
    /// 2.
    Bad,
    /// 3.
    Undecided,
}

impl Exit {
    /// Its number.
    #[must_use]
    pub const fn code(self) -> u8 {
        match self {
            Self::Met => 0,
            Self::Missed => 1,
            Self::Bad => 2,
            Self::Undecided => 3,
        }
    }

    /// The worst verdict of a prediction.
    #[must_use]
    pub fn of_prediction(prediction: &Prediction) -> Self {
        match prediction.scenarios.iter().filter_map(|(_, scenario)| scenario.verdict).max() {
            Some(Verdict::Missed) => Self::Missed,
            Some(Verdict::Undecided) => Self::Undecided,
            Some(Verdict::Met) | None => Self::Met,
        }
    }

    /// The worst finding of a check.
    #[must_use]
    pub fn of_findings<'d>(findings: impl IntoIterator<Item = &'d Diagnostic>) -> Self {
        match findings.into_iter().map(|finding| finding.severity).min() {
            Some(Severity::Error) => Self::Bad,
            Some(Severity::Impossible | Severity::Contradiction | Severity::FalsePass) => {
                Self::Missed
            }
            Some(Severity::Risk) | None => Self::Met,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}
