//! Diagnostics as text.
//!
//! The excerpt with its labels is miette's; the headline and the help are ours,
//! so that a finding reads `error[model::unknown_zone]: …` and takes few lines.

use std::borrow::Cow;
use std::fmt;

use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, ThemeCharacters, ThemeStyles};

use super::{Diagnostic, Location, Severity, SourceFile};

/// Lines longer than this [bytes] are named, not shown.
const LONGEST_LINE: usize = 400;
/// Room that labels are wrapped to, at least [columns].
const LEAST_WIDTH: usize = 40;

/// The findings as text, `width` columns wide, a blank line between two.
#[must_use]
pub fn render(diagnostics: &[Diagnostic], width: usize, color: bool, ascii: bool) -> String {
    let style = Style { width: width.max(LEAST_WIDTH), color, ascii };
    let mut out = String::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        if index > 0 {
            out.push('\n');
        }
        style.headline(diagnostic, &mut out);
        style.places(diagnostic, &mut out);
    }
    if ascii { to_ascii(&out) } else { out }
}

/// How to write.
struct Style {
    width: usize,
    color: bool,
    ascii: bool,
}

impl Style {
    /// `error[model::unknown_zone]: zone "eu-1d" does not exist`.
    fn headline(&self, diagnostic: &Diagnostic, out: &mut String) {
        let name = diagnostic.severity.name();
        let text = format!("{name}[{}]: {}", diagnostic.code, diagnostic.message);
        let text = wrap(&clean(&text), self.width, "   ");
        // The head is bold red or yellow; the words alone carry the meaning.
        let head = format!("{name}[{}]", diagnostic.code);
        match text.strip_prefix(&head) {
            Some(rest) if self.color => {
                let colour = if diagnostic.severity == Severity::Risk { 33 } else { 31 };
                out.push_str(&format!("\u{1b}[1;{colour}m{head}\u{1b}[0m{rest}\n"));
            }
            _ => {
                out.push_str(&text);
                out.push('\n');
            }
        }
    }

    /// The excerpts, one for each file, and the help under the last.
    fn places(&self, diagnostic: &Diagnostic, out: &mut String) {
        let mut files: Vec<&SourceFile> = Vec::new();
        for (at, _) in &diagnostic.labels {
            if !files.contains(&&at.file) {
                files.push(&at.file);
            }
        }
        let help = diagnostic.help.as_deref();
        for (index, file) in files.iter().enumerate() {
            let labels: Vec<&(Location, String)> =
                diagnostic.labels.iter().filter(|(at, _)| at.file == **file).collect();
            let help = if index + 1 == files.len() { help } else { None };
            self.excerpt(&labels, help, out);
        }
        if files.is_empty()
            && let Some(help) = help
        {
            out.push_str(&wrap(&format!("   help: {}", clean(help)), self.width, "         "));
            out.push('\n');
        }
    }

    /// One file's excerpt, or just its name and line where that would be unreadable.
    fn excerpt(&self, labels: &[&(Location, String)], help: Option<&str>, out: &mut String) {
        let shown = if labels.iter().any(|(at, _)| is_unreadable(at)) {
            None
        } else {
            self.drawn(labels, help)
        };
        if let Some(text) = shown {
            out.push_str(&text);
            return;
        }
        for (at, label) in labels {
            let (line, column) = at.line_column();
            let colon = if label.is_empty() { "" } else { ": " };
            let text = format!("   at {}:{line}:{column}{colon}{label}", at.file.name());
            out.push_str(&wrap(&clean(&text), self.width, "      "));
            out.push('\n');
        }
        if let Some(help) = help {
            out.push_str(&wrap(&format!("   help: {}", clean(help)), self.width, "         "));
            out.push('\n');
        }
    }

    /// A label that miette draws: never empty, and wrapped into the width.
    fn labelled(&self, at: &Location, text: &str) -> LabeledSpan {
        let mut range = at.range.clone();
        let source = at.file.text();
        let ends_here = source[range.start..].chars().next().is_none_or(|c| c == '\n' || c == '\r');
        if range.is_empty() && ends_here {
            // Nothing stands at the end of a line; its last character is pointed at.
            let before = source[..range.start].chars().next_back().filter(|c| *c != '\n');
            range.start -= before.map_or(0, char::len_utf8);
        }
        let column = at.line_column().1 + at.text().chars().count() / 2;
        let room = self.width.saturating_sub(column + 11).max(LEAST_WIDTH);
        let text = wrap(&clean(text), room, "");
        LabeledSpan::new((!text.is_empty()).then_some(text), range.start, range.len())
    }

    /// miette's excerpt without its headline, the help on its last line.
    fn drawn(&self, labels: &[&(Location, String)], help: Option<&str>) -> Option<String> {
        let file = &labels.first()?.0.file;
        let report = Excerpt {
            file: WholeLines {
                name: clean(file.name()).into_owned(),
                text: same_size(file.text()),
            },
            labels: labels.iter().map(|(at, text)| self.labelled(at, text)).collect(),
        };
        let theme = GraphicalTheme {
            characters: if self.ascii {
                ThemeCharacters::ascii()
            } else {
                ThemeCharacters::unicode()
            },
            styles: if self.color { ThemeStyles::ansi() } else { ThemeStyles::none() },
        };
        let mut text = String::new();
        GraphicalReportHandler::new_themed(theme)
            .with_width(self.width)
            .with_links(false)
            .with_context_lines(1)
            .without_syntax_highlighting()
            .render_report(&mut text, &report)
            .ok()?;
        let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
        // The first line is the headline, which is empty here.
        lines.remove(0);
        lines.retain(|line| !line.is_empty());
        let last = lines.pop()?;
        let mut drawn = lines.join("\n");
        drawn.push('\n');
        match help {
            Some(help) => {
                let indent = last.chars().take_while(|c| *c == ' ').count();
                let corner = if self.ascii { "`--" } else { "╰──" };
                let head = format!("{}{corner} help: ", " ".repeat(indent));
                let hang = " ".repeat(indent + 10);
                let text = format!("{head}{}", clean(help));
                drawn.push_str(&wrap(&text, self.width, &hang));
            }
            None => drawn.push_str(last),
        }
        drawn.push('\n');
        Some(drawn)
    }
}

/// What miette draws: labels without a message.
#[derive(Debug)]
struct Excerpt {
    file: WholeLines,
    labels: Vec<LabeledSpan>,
}

/// A text of which the lines of a span are shown whole, and no others.
#[derive(Debug)]
struct WholeLines {
    name: String,
    text: String,
}

impl miette::SourceCode for WholeLines {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        _after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let from = span.offset().min(self.text.len());
        let to = (from + span.len()).min(self.text.len());
        let bytes = self.text.as_bytes();
        let start = bytes[..from].iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
        let end = bytes[to..].iter().position(|b| *b == b'\n').map_or(bytes.len(), |at| to + at);
        let line = bytes[..start].iter().filter(|b| **b == b'\n').count();
        // miette asks without context to learn where the label begins.
        let column = if before == 0 { self.text[start..from].chars().count() } else { 0 };
        let count = bytes[start..end].iter().filter(|b| **b == b'\n').count();
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name.clone(),
            &bytes[start..end],
            (start, end - start).into(),
            line,
            column,
            count,
        )))
    }
}

impl fmt::Display for Excerpt {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Excerpt {}

impl miette::Diagnostic for Excerpt {
    fn source_code(&self) -> Option<&dyn miette::SourceCode> {
        Some(&self.file)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.labels.iter().cloned()))
    }
}

/// Whether an excerpt of this place would fill the screen.
fn is_unreadable(at: &Location) -> bool {
    let text = at.file.text();
    let start = text[..at.range.start].rfind('\n').map_or(0, |newline| newline + 1);
    let end = text[at.range.end..].find('\n').map_or(text.len(), |after| at.range.end + after);
    let shown = &text[start..end];
    shown.lines().count() > 12 || shown.lines().any(|line| line.len() > LONGEST_LINE)
}

/// Text without control characters, so that no name in a file can drive a terminal.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_unsafe) {
        text.chars().map(|c| if is_unsafe(c) { '?' } else { c }).collect::<String>().into()
    } else {
        text.into()
    }
}

/// The text with every control character replaced by something of the same size in bytes.
fn same_size(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '\n' | '\t' => out.push(c),
            '\r' => out.push(' '),
            c if is_unsafe(c) => (0..c.len_utf8()).for_each(|_| out.push('?')),
            c => out.push(c),
        }
    }
    out
}

/// Control characters, and those that turn the direction of writing.
fn is_unsafe(c: char) -> bool {
    (c.is_control() && c != '\t')
        || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Breaks at spaces so that no line is wider than `width`; later lines begin with `indent`.
fn wrap(text: &str, width: usize, indent: &str) -> String {
    let mut out = String::new();
    let mut used = 0;
    let lead = text.len() - text.trim_start_matches(' ').len();
    out.push_str(&text[..lead]);
    used += lead;
    for (index, word) in text[lead..].split(' ').enumerate() {
        let length = word.chars().count();
        if index > 0 {
            if used + 1 + length > width && used > indent.len() {
                out.push('\n');
                out.push_str(indent);
                used = indent.len();
            } else {
                out.push(' ');
                used += 1;
            }
        }
        out.push_str(word);
        used += length;
    }
    out
}

/// The text in ASCII; what has no likeness there becomes `?`.
fn to_ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '·' => out.push('.'),
            '…' => out.push_str("..."),
            '−' | '–' | '—' => out.push('-'),
            'µ' => out.push('u'),
            '\u{1b}' => out.push(c),
            c if c.is_ascii() => out.push(c),
            _ => out.push('?'),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zone() -> Diagnostic {
        let file = SourceFile::new("shop.toml", "zones = {}\nmembers = [\"a\", \"b\", \"d\"]\n");
        Diagnostic::error("model::unknown_zone", "zone \"d\" does not exist")
            .label(&file.at(32..35), "expected one of a, b, c")
            .help("did you mean \"c\"?")
    }

    #[test]
    fn reads_as_the_sketch() {
        let text = render(&[zone()], 80, false, false);
        let expected = "\
error[model::unknown_zone]: zone \"d\" does not exist
   ╭─[shop.toml:2:22]
 2 │ members = [\"a\", \"b\", \"d\"]
   ·                      ─┬─
   ·                       ╰── expected one of a, b, c
   ╰── help: did you mean \"c\"?
";
        assert_eq!(text, expected);
        assert!(render(&[zone()], 80, false, true).is_ascii());
        assert!(render(&[zone()], 80, true, false).contains('\u{1b}'));
    }

    #[test]
    fn no_name_can_drive_the_terminal_and_no_line_can_fill_it() {
        let long = "x".repeat(10_000);
        let file = SourceFile::new("a\u{1b}[2J", format!("a = \"\u{1b}[31m\"\n{long}\n"));
        let bad = Diagnostic::error("c", "\u{1b}[2J").label(&file.at(4..10), "\u{9b}");
        assert!(!render(&[bad], 80, false, false).contains(['\u{1b}', '\u{9b}']));
        let wide = Diagnostic::error("c", "m").label(&file.at(20..30), "label");
        assert!(render(&[wide], 80, false, false).len() < 200);
    }
}
