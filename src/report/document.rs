//! What a report says, before anyone decides how it looks.

/// A report: blocks from top to bottom.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Document {
    /// Its blocks.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, PartialEq, Debug)]
pub enum Block {
    /// The title of an answer, and what it is about at the right margin.
    Title(String, String),
    /// A heading inside an answer, with a note in brackets.
    Heading(String, String),
    /// Text that is wrapped.
    Paragraph(Vec<Phrase>),
    /// Columns.
    Table(Table),
    /// A histogram with its axis.
    Shape(ShapeBlock),
    /// An empty line.
    Gap,
    /// A command to run next.
    Command(String),
}

/// A stretch of text in one style.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Phrase {
    /// The text.
    pub text: String,
    /// How it looks.
    pub style: Style,
}

impl Phrase {
    /// Text without any style.
    pub fn plain(text: impl Into<String>) -> Self {
        Self { text: text.into(), style: Style::Plain }
    }

    /// Text in a style.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self { text: text.into(), style }
    }
}

/// How a text looks; carries nothing that its words do not say.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Style {
    /// As it is.
    #[default]
    Plain,
    /// As it should be.
    Good,
    /// As it should not be.
    Bad,
    /// Not known.
    Unsure,
    /// Important.
    Strong,
    /// Less important.
    Faint,
}

/// Rows and columns.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Table {
    /// Its columns from left to right.
    pub columns: Vec<Column>,
    /// Its rows, a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

/// A column of a table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Column {
    /// Its heading; no line of headings where all are empty.
    pub title: String,
    /// On what its cells align.
    pub align: Align,
    /// Columns with the greatest number are dropped first where the terminal is
    /// narrow; 0 stays.
    pub drop: u8,
    /// Words are shortened down to this before any column is dropped.
    pub least: usize,
    /// Where a row does not fit, its words stand whole on a line of their own below.
    pub below: bool,
    /// Words go on over empty cells that follow.
    pub spills: bool,
}

/// Words of a column that may be dropped are shortened to this first.
const OPTIONAL: usize = 16;

impl Column {
    /// A column that stays.
    pub fn new(title: impl Into<String>, align: Align) -> Self {
        Self { title: title.into(), align, drop: 0, least: usize::MAX, below: false, spills: false }
    }

    /// A column that goes where the terminal is narrow.
    pub fn droppable(title: impl Into<String>, align: Align, drop: u8) -> Self {
        Self { title: title.into(), align, drop, least: OPTIONAL, below: false, spills: false }
    }

    /// The same column, which goes below its rows where they do not fit.
    #[must_use]
    pub fn or_below(self) -> Self {
        Self { below: true, ..self }
    }

    /// The same column, whose words go on over empty cells that follow.
    #[must_use]
    pub fn spilling(self) -> Self {
        Self { spills: true, ..self }
    }

    /// The same column, shortened down to `least` before any column is dropped.
    #[must_use]
    pub fn shortened(self, least: usize) -> Self {
        Self { least, ..self }
    }
}

/// On what the cells of a column align.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Align {
    /// Their left edge.
    Left,
    /// Their right edge.
    Right,
    /// Their decimal point.
    Point,
}

/// A cell of a table.
#[derive(Clone, PartialEq, Debug)]
pub enum Cell {
    /// Text.
    Text(Phrase),
    /// A share of one, drawn and written.
    Bar(f64),
}

impl Cell {
    /// Text without any style.
    pub fn plain(text: impl Into<String>) -> Self {
        Self::Text(Phrase::plain(text))
    }

    /// Text in a style.
    pub fn styled(text: impl Into<String>, style: Style) -> Self {
        Self::Text(Phrase::styled(text, style))
    }
}

/// A histogram with its axis.
#[derive(Clone, PartialEq, Debug)]
pub struct ShapeBlock {
    /// What stands at the left end of the axis.
    pub from: String,
    /// What stands at the right end.
    pub to: String,
    /// Trials in each step.
    pub trials: Vec<u64>,
    /// What to say of trials beyond the right end; empty where there are none.
    pub beyond: String,
}

impl Document {
    /// Adds a block.
    pub fn push(&mut self, block: Block) {
        self.blocks.push(block);
    }

    /// Adds a paragraph without any style.
    pub fn say(&mut self, text: impl Into<String>) {
        self.push(Block::Paragraph(vec![Phrase::plain(text)]));
    }
}

/// A text without anything that could steer a terminal or hide what is written:
/// control characters and those that turn the direction of writing.
#[must_use]
pub fn harmless(text: &str) -> String {
    let bad = |c: char| {
        c.is_control()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    text.chars().map(|c| if bad(c) { '\u{fffd}' } else { c }).collect()
}
