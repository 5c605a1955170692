//! The terminal: how wide, in colour or not, and who may write to it.

use std::io::{self, IsTerminal, Write};
use std::path::Path;

use super::arguments::{Format, Output};
use super::disk::{self, WorldError};
use crate::diagnostic::{Diagnostic, render};
use crate::report::{Document, Look, markdown, text};

/// How an answer looks where it goes.
pub(super) fn look(ascii: bool, out: Option<&Path>) -> Look {
    let terminal = out.is_none() && io::stdout().is_terminal();
    Look { width: if terminal { width() } else { 100 }, ascii, colour: terminal && wants_colour() }
}

/// Whether colour is welcome: `NO_COLOR` is not set and the terminal can.
fn wants_colour() -> bool {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    set("NO_COLOR").is_none() && set("TERM").is_none_or(|term| term != "dumb")
}

fn width() -> usize {
    terminal_size::terminal_size().map_or(100, |(width, _)| usize::from(width.0))
}

/// A document in the form that was asked for.
pub(super) fn rendered(document: &Document, output: &Output) -> String {
    match output.format {
        Format::Markdown => markdown(document),
        Format::Text | Format::Json => text(document, look(output.ascii, output.out.as_deref())),
    }
}

/// Gives an answer: into a file, or to standard output. Whoever stops reading
/// (`| head`) has read enough.
pub(super) fn answer(text: &str, out: Option<&Path>) -> Result<(), WorldError> {
    if let Some(path) = out {
        return disk::write(path, text);
    }
    let mut stdout = io::stdout().lock();
    match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(WorldError::Print(error)),
        _ => Ok(()),
    }
}

/// A line for people on standard error; nothing can be done where that fails.
pub(super) fn complain(line: &str) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}

/// Findings on standard error.
pub(super) fn complain_of(findings: &[Diagnostic], ascii: bool) {
    let terminal = io::stderr().is_terminal();
    let width = if terminal { width().min(100) } else { 100 };
    let text = render(findings, width, terminal && wants_colour(), ascii);
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
