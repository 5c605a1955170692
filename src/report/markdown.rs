//! A report as Markdown for a ticket or a repository.

use super::document::{Align, Block, Cell, Document, Phrase, Style, Table, harmless};
use super::number::percent;
use super::text::{Look, text};

/// The document as Markdown (tables as GitHub reads them).
///
/// Names come from files that others wrote: nothing in them is read as markup.
#[must_use]
pub fn markdown(document: &Document) -> String {
    let mut out = String::new();
    for block in &document.blocks {
        match block {
            Block::Title(left, right) => {
                out.push_str(&format!("## {}\n\n", escaped(left)));
                if !right.is_empty() {
                    out.push_str(&format!("{}\n\n", escaped(right)));
                }
            }
            Block::Heading(words, note) => {
                out.push_str(&format!("### {}", escaped(words)));
                if !note.is_empty() {
                    out.push_str(&format!(" ({})", escaped(note)));
                }
                out.push_str("\n\n");
            }
            Block::Paragraph(phrases) => {
                let words: Vec<String> = phrases.iter().map(phrase_text).collect();
                out.push_str(&format!("{}\n\n", words.join(" ")));
            }
            Block::Table(table) => out.push_str(&table_text(table)),
            Block::Shape(_) => {
                let one = Document { blocks: vec![block.clone()] };
                let drawn = text(&one, Look { width: 80, ..Look::default() });
                out.push_str(&format!("```text\n{drawn}```\n\n"));
            }
            Block::Gap => {}
            Block::Command(command) => {
                out.push_str(&format!("Next:\n\n```sh\n{}\n```\n\n", harmless(command)));
            }
        }
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

fn phrase_text(phrase: &Phrase) -> String {
    let text = escaped(phrase.text.trim());
    match phrase.style {
        Style::Good | Style::Bad | Style::Unsure | Style::Strong if !text.is_empty() => {
            format!("**{text}**")
        }
        _ => text,
    }
}

fn table_text(table: &Table) -> String {
    let mut out = String::from("|");
    for column in &table.columns {
        out.push_str(&format!(" {} |", escaped(&column.title)));
    }
    out.push_str("\n|");
    for column in &table.columns {
        out.push_str(if column.align == Align::Left { " --- |" } else { " ---: |" });
    }
    out.push('\n');
    for row in &table.rows {
        out.push('|');
        for cell in row {
            let text = match cell {
                Cell::Text(phrase) => phrase_text(phrase),
                Cell::Bar(share) => percent(*share, None),
            };
            out.push_str(&format!(" {text} |"));
        }
        out.push('\n');
    }
    out + "\n"
}

/// Text in which no character is read as markup.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for c in harmless(text).chars() {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '|' | '*' | '_' | '`' | '[' | ']' | '\\' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            other => out.push(other),
        }
    }
    out
}
