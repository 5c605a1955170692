//! A report as text for a terminal, a pipe or a ticket.

use super::document::harmless;
use super::document::{Align, Block, Cell, Column, Document, Phrase, ShapeBlock, Style, Table};
use super::number::percent;

/// How text looks where it goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Look {
    /// Columns of the terminal; at most 100 are used.
    pub width: usize,
    /// Whether to do without block characters and signs outside ASCII.
    pub ascii: bool,
    /// Whether colour is wanted.
    pub colour: bool,
}

impl Default for Look {
    fn default() -> Self {
        Self { width: 100, ascii: false, colour: false }
    }
}

/// Columns that a bar of share 1 takes.
const BAR: usize = 14;

/// A line in the making: pieces of text and their style.
type Line = Vec<Phrase>;

/// The document as text.
#[must_use]
pub fn text(document: &Document, look: Look) -> String {
    let look = Look { width: look.width.clamp(40, 100), ..look };
    let mut lines: Vec<Line> = Vec::new();
    let mut previous: Option<&Block> = None;
    for block in &document.blocks {
        if previous.is_some_and(|before| apart(before, block)) {
            lines.push(Vec::new());
        }
        match block {
            Block::Title(left, right) => title(&mut lines, left, right, look),
            Block::Heading(words, note) => lines.push(heading(words, note)),
            Block::Paragraph(phrases) => wrap(&mut lines, phrases, look.width),
            Block::Table(table) => lines.extend(rows(table, look)),
            Block::Shape(shape) => lines.extend(drawn(shape, look)),
            Block::Gap => {}
            Block::Command(command) => {
                lines.push(vec![Phrase::plain(format!("Next: {command}"))]);
            }
        }
        previous = Some(block);
    }
    lines.iter().map(|line| finish(line, look) + "\n").collect()
}

/// Whether an empty line stands between two blocks.
fn apart(before: &Block, after: &Block) -> bool {
    match (before, after) {
        (Block::Heading(..), _)
        | (_, Block::Gap)
        | (Block::Table(_), Block::Shape(_))
        | (Block::Title(..) | Block::Paragraph(_), Block::Paragraph(_)) => false,
        (_, _) => true,
    }
}

fn title(lines: &mut Vec<Line>, left: &str, right: &str, look: Look) {
    let gap = look.width.saturating_sub(width(left) + width(right));
    if right.is_empty() || gap < 2 {
        lines.push(vec![Phrase::styled(left, Style::Strong)]);
        if !right.is_empty() {
            lines.push(vec![Phrase::styled(right, Style::Faint)]);
        }
    } else {
        let space = " ".repeat(gap);
        lines.push(vec![
            Phrase::styled(left, Style::Strong),
            Phrase::plain(space),
            Phrase::styled(right, Style::Faint),
        ]);
    }
}

fn heading(words: &str, note: &str) -> Line {
    let mut line = vec![Phrase::styled(words, Style::Strong)];
    if !note.is_empty() {
        line.push(Phrase::plain(format!(" ({note})")));
    }
    line
}

/// Breaks a paragraph between words.
fn wrap(lines: &mut Vec<Line>, phrases: &[Phrase], columns: usize) {
    let mut line: Line = Vec::new();
    let mut used = 0;
    for phrase in phrases {
        for word in phrase.text.split(' ').filter(|word| !word.is_empty()) {
            let wide = width(word);
            if used > 0 && used + 1 + wide > columns {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            let space = if used > 0 { " " } else { "" };
            line.push(Phrase::styled(format!("{space}{word}"), phrase.style));
            used += space.len() + wide;
        }
    }
    lines.push(line);
}

/// Words are shortened to this where nothing else is left.
const LEAST: usize = 12;

/// Lays a table out: puts explanations below, shortens words, or drops columns,
/// until it fits.
fn rows(table: &Table, look: Look) -> Vec<Line> {
    let mut kept: Vec<usize> = (0..table.columns.len()).collect();
    let mut below = None;
    loop {
        let mut widths: Vec<ColumnWidth> =
            kept.iter().map(|&c| ColumnWidth::of(table, c, look)).collect();
        let total: usize = widths.iter().map(|w| w.total() + 2).sum();
        let over = total.saturating_sub(look.width);
        if over > 0 && below.is_none() {
            below = kept.iter().copied().find(|&c| table.columns[c].below);
            if below.is_some() {
                kept.retain(|&c| Some(c) != below);
                continue;
            }
        }
        if over == 0 || shorten(table, &kept, &mut widths, over, None) {
            return lay_out(table, &kept, &widths, below, look);
        }
        let drop = kept.iter().copied().max_by_key(|&c| table.columns[c].drop);
        match drop.filter(|&c| table.columns[c].drop > 0 && kept.len() > 1) {
            Some(c) => kept.retain(|&other| other != c),
            None => {
                shorten(table, &kept, &mut widths, over, Some(LEAST));
                return lay_out(table, &kept, &widths, below, look);
            }
        }
    }
}

/// Takes `over` from columns of words, first from those that may be dropped, down
/// to what they allow or to `least`; says whether that is enough.
fn shorten(
    table: &Table,
    kept: &[usize],
    widths: &mut [ColumnWidth],
    mut over: usize,
    least: Option<usize>,
) -> bool {
    for droppable in [true, false] {
        for (i, &c) in kept.iter().enumerate() {
            let column = &table.columns[c];
            let words = column.align == Align::Left && !has_bar(table, c);
            if words && (column.drop > 0) == droppable {
                // A heading is never cut.
                let least = least.unwrap_or(column.least).max(width(&column.title));
                let take = widths[i].whole.saturating_sub(least).min(over);
                widths[i].whole -= take;
                over -= take;
            }
        }
    }
    over == 0
}

fn has_bar(table: &Table, column: usize) -> bool {
    table.rows.iter().any(|row| matches!(row.get(column), Some(Cell::Bar(_))))
}

/// How wide a column is: up to its decimal point, and from there.
#[derive(Clone, Copy, Debug)]
struct ColumnWidth {
    whole: usize,
    rest: usize,
}

impl ColumnWidth {
    fn total(self) -> usize {
        self.whole + self.rest
    }

    fn of(table: &Table, column: usize, look: Look) -> Self {
        let Column { title, align, .. } = &table.columns[column];
        let mut wide = Self { whole: 0, rest: 0 };
        for row in &table.rows {
            match row.get(column) {
                // What may go on over an empty neighbour asks for no room.
                Some(Cell::Text(_)) if column_spills(table, row, column) => {}
                Some(Cell::Text(phrase)) => {
                    let (whole, rest) = parts(&shown(&phrase.text, look), *align);
                    wide.whole = wide.whole.max(whole);
                    wide.rest = wide.rest.max(rest);
                }
                Some(Cell::Bar(_)) => wide.whole = wide.whole.max(BAR + 6),
                None => {}
            }
        }
        let heading = width(title);
        if heading > wide.total() {
            wide.whole += heading - wide.total();
        }
        wide
    }
}

/// The widths of a cell before and from its decimal point.
fn parts(text: &str, align: Align) -> (usize, usize) {
    match align {
        Align::Point => {
            let end = text
                .char_indices()
                .find(|&(i, c)| {
                    c == '.'
                        || (i > 0 && !c.is_ascii_digit() && !matches!(c, ',' | '−' | '>' | ' '))
                        || (c == ' ' && text[..i].ends_with(|d: char| d.is_ascii_digit()))
                })
                .map_or(text.len(), |(i, _)| i);
            let whole = width(&text[..end]);
            (whole, width(text) - whole)
        }
        Align::Left | Align::Right => (width(text), 0),
    }
}

fn lay_out(
    table: &Table,
    kept: &[usize],
    widths: &[ColumnWidth],
    below: Option<usize>,
    look: Look,
) -> Vec<Line> {
    let mut lines = Vec::new();
    if table.columns.iter().any(|column| !column.title.is_empty()) {
        let mut line = Vec::new();
        for (&c, wide) in kept.iter().zip(widths) {
            let column = &table.columns[c];
            let pad = wide.total().saturating_sub(width(&column.title));
            let (before, after) = if column.align == Align::Left { (0, pad) } else { (pad, 0) };
            line.push(spaces(before + 2));
            line.push(Phrase::styled(column.title.clone(), Style::Faint));
            line.push(spaces(after));
        }
        lines.push(line);
    }
    for row in &table.rows {
        lines.push(laid_out(table, row, kept, widths, look));
        if let Some(Cell::Text(phrase)) = below.and_then(|c| row.get(c)) {
            explain(&mut lines, phrase, look);
        }
    }
    lines
}

/// A row on its line. Words that are longer than their column go on over the
/// empty cells that follow.
fn laid_out(
    table: &Table,
    row: &[Cell],
    kept: &[usize],
    widths: &[ColumnWidth],
    look: Look,
) -> Line {
    let mut line = Vec::new();
    let mut spilt = 0;
    for (i, (&c, wide)) in kept.iter().zip(widths).enumerate() {
        if spilt > 0 {
            spilt -= 1;
            continue;
        }
        line.push(spaces(2));
        match row.get(c) {
            Some(Cell::Text(phrase)) => {
                let mut wide = *wide;
                let align = table.columns[c].align;
                if table.columns[c].spills {
                    let needed = width(&shown(&phrase.text, look));
                    let after = kept[i + 1..].iter().zip(&widths[i + 1..]);
                    for (_, next) in after.take_while(|&(&c, _)| is_empty(row, c)) {
                        if needed > wide.total() {
                            wide.whole += next.total() + 2;
                            spilt += 1;
                        }
                    }
                }
                put(&mut line, phrase, align, wide, look);
            }
            Some(Cell::Bar(share)) => line.push(Phrase::plain(bar(*share, wide.total(), look))),
            None => line.push(spaces(wide.total())),
        }
    }
    line
}

/// Whether a cell's words are a row's heading: nothing stands in the next cells.
fn column_spills(table: &Table, row: &[Cell], column: usize) -> bool {
    table.columns[column].spills && is_empty(row, column + 1) && is_empty(row, column + 2)
}

fn is_empty(row: &[Cell], column: usize) -> bool {
    matches!(row.get(column), Some(Cell::Text(phrase)) if phrase.text.is_empty())
}

/// An explanation below its row.
fn explain(lines: &mut Vec<Line>, phrase: &Phrase, look: Look) {
    const INDENT: usize = 6;
    if phrase.text.is_empty() {
        return;
    }
    let mut wrapped = Vec::new();
    wrap(&mut wrapped, std::slice::from_ref(phrase), look.width - INDENT);
    for mut line in wrapped {
        line.insert(0, spaces(INDENT));
        lines.push(line);
    }
}

fn put(line: &mut Line, phrase: &Phrase, align: Align, wide: ColumnWidth, look: Look) {
    let text = shown(&phrase.text, look);
    let text = if align == Align::Left && width(&text) > wide.total() {
        let kept: String = text.chars().take(wide.total().saturating_sub(1)).collect();
        kept.trim_end().to_owned() + if look.ascii { "." } else { "…" }
    } else {
        text
    };
    let all = width(&text);
    let before = match align {
        Align::Left => 0,
        Align::Right => wide.total().saturating_sub(all),
        Align::Point => wide.whole.saturating_sub(parts(&text, align).0),
    };
    line.push(spaces(before));
    line.push(Phrase::styled(text, phrase.style));
    line.push(spaces(wide.total().saturating_sub(before + all)));
}

/// A bar of eighths and the share in words.
fn bar(share: f64, columns: usize, look: Look) -> String {
    const EIGHTHS: [&str; 8] = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"];
    let share = share.clamp(0.0, 1.0);
    let eighths = (share * (BAR * 8) as f64).round() as usize;
    let eighths = if share > 0.0 { eighths.max(1) } else { 0 };
    let mut drawn = String::new();
    if look.ascii {
        drawn.push_str(&"#".repeat((eighths + 4) / 8));
    } else {
        drawn.push_str(&"█".repeat(eighths / 8));
        drawn.push_str(EIGHTHS[eighths % 8]);
    }
    let words = percent(share, None);
    let space = if drawn.is_empty() { "" } else { " " };
    let drawn = drawn + space + &words;
    let pad = columns.saturating_sub(width(&drawn));
    drawn + &" ".repeat(pad)
}

/// A histogram in one line, its axis at both ends.
fn drawn(shape: &ShapeBlock, look: Look) -> Vec<Line> {
    const BLOCKS: [char; 9] = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    const SIGNS: [char; 9] = [' ', '.', ':', '-', '=', '+', '*', '%', '#'];
    let room = look.width.saturating_sub(width(&shape.from) + width(&shape.to) + 6).max(8);
    let step = shape.trials.len().div_ceil(room).max(1);
    let sums: Vec<u64> = shape.trials.chunks(step).map(|chunk| chunk.iter().sum()).collect();
    let most = sums.iter().copied().max().unwrap_or(0).max(1);
    let signs = if look.ascii { SIGNS } else { BLOCKS };
    let bars: String =
        sums.iter().map(|&n| signs[(n * 8).div_ceil(most).min(8) as usize]).collect();
    let mut line = vec![Phrase::plain(format!("  {} {bars} {}", shape.from, shape.to))];
    if !shape.beyond.is_empty() {
        line.push(Phrase::plain(format!("  {}", shape.beyond)));
    }
    vec![line]
}

fn spaces(n: usize) -> Phrase {
    Phrase::plain(" ".repeat(n))
}

fn width(text: &str) -> usize {
    text.chars().count()
}

/// The text as it is shown: harmless, and in ASCII where that is wanted.
fn shown(text: &str, look: Look) -> String {
    let text = harmless(text);
    if look.ascii { plain_ascii(&text) } else { text }
}

/// The text with our own signs outside ASCII replaced; names keep theirs.
#[must_use]
pub fn plain_ascii(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '−' => out.push('-'),
            '±' => out.push_str("+-"),
            '·' => out.push('*'),
            '→' => out.push_str("->"),
            '←' => out.push_str("<-"),
            '≥' => out.push_str(">="),
            '≤' => out.push_str("<="),
            '…' => out.push_str("..."),
            '×' => out.push('x'),
            '█' => out.push('#'),
            '▁' => out.push('.'),
            '▂' => out.push(':'),
            '▃' => out.push('-'),
            '▄' => out.push('='),
            '▅' => out.push('+'),
            '▆' => out.push('*'),
            '▇' => out.push('%'),
            '“' | '”' => out.push('"'),
            '’' => out.push('\''),
            '–' => out.push('-'),
            '²' => out.push_str("^2"),
            '├' | '└' => out.push('+'),
            '│' => out.push('|'),
            '─' => out.push('-'),
            other => out.push(other),
        }
    }
    out
}

/// A line as it is written: without spaces at its end, with colour where wanted.
fn finish(line: &Line, look: Look) -> String {
    let mut plain: Vec<(String, Style)> =
        line.iter().map(|phrase| (shown(&phrase.text, look), phrase.style)).collect();
    while let Some((text, _)) = plain.last_mut() {
        text.truncate(text.trim_end().len());
        if text.is_empty() {
            plain.pop();
        } else {
            break;
        }
    }
    plain.into_iter().map(|(text, style)| coloured(&text, style, look.colour)).collect()
}

fn coloured(text: &str, style: Style, colour: bool) -> String {
    let code = match style {
        Style::Plain => "",
        Style::Good => "32",
        Style::Bad => "1;31",
        Style::Unsure => "33",
        Style::Strong => "1",
        Style::Faint => "2",
    };
    if !colour || code.is_empty() || text.trim().is_empty() {
        text.to_owned()
    } else {
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}
