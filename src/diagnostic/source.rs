//! Texts and places in them.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A named text; cheap to clone.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceFile(Arc<Named>);

/// What a [`SourceFile`] shares.
#[derive(PartialEq, Eq)]
struct Named {
    name: String,
    text: String,
}

impl SourceFile {
    /// A text and its name, the path as the user gave it.
    #[must_use]
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self(Arc::new(Named { name: name.into(), text: text.into() }))
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Its text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// A place in it, in bytes, cut to what the text holds.
    #[must_use]
    pub fn at(&self, range: Range<usize>) -> Location {
        let text = self.text();
        let start = floor_boundary(text, range.start);
        let end = floor_boundary(text, range.end).max(start);
        Location { file: self.clone(), range: start..end }
    }

    /// All of it.
    #[must_use]
    pub fn whole(&self) -> Location {
        self.at(0..self.text().len())
    }

    /// Its beginning, for what is missing from it.
    #[must_use]
    pub fn beginning(&self) -> Location {
        self.at(0..0)
    }
}

/// The greatest boundary between characters at or before `index`.
fn floor_boundary(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceFile({:?}, {} bytes)", self.name(), self.text().len())
    }
}

impl miette::SourceCode for SourceFile {
    fn read_span<'a>(
        &'a self,
        span: &miette::SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn miette::SpanContents<'a> + 'a>, miette::MietteError> {
        let inner = self.text().read_span(span, before, after)?;
        Ok(Box::new(miette::MietteSpanContents::new_named(
            self.name().to_owned(),
            inner.data(),
            *inner.span(),
            inner.line(),
            inner.column(),
            inner.line_count(),
        )))
    }
}

/// A place in a text.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Location {
    /// Which text.
    pub file: SourceFile,
    /// Which bytes of it.
    pub range: Range<usize>,
}

impl Location {
    /// Line and column of its start, both counted from 1, the column in characters.
    #[must_use]
    pub fn line_column(&self) -> (usize, usize) {
        let before = &self.file.text()[..self.range.start];
        let line = before.matches('\n').count() + 1;
        let start = before.rfind('\n').map_or(0, |at| at + 1);
        (line, before[start..].chars().count() + 1)
    }

    /// Whether another place lies in this one.
    #[must_use]
    pub fn covers(&self, other: &Self) -> bool {
        let (own, others) = (&self.range, &other.range);
        own.start <= others.start && others.end <= own.end && self.file == other.file
    }

    /// The text that stands there.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.file.text()[self.range.clone()]
    }

    /// The part of a quoted string that holds the given bytes of its `value`;
    /// all of it where escapes make the two differ.
    #[must_use]
    pub fn within(&self, value: &str, part: Range<usize>) -> Self {
        match self.text().find(value) {
            Some(offset) if part.start <= part.end && part.end <= value.len() => {
                let start = self.range.start + offset;
                self.file.at(start + part.start..start + part.end)
            }
            _ => self.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_counted_in_characters_and_never_split_one() {
        let file = SourceFile::new("a.toml", "ü = 1\nké = \"x\"\n");
        let place = file.at(12..13);
        assert_eq!(place.line_column(), (2, 5));
        assert_eq!(file.at(1..2).range, 0..2);
        assert_eq!(file.at(90..99).range, 17..17);
        assert_eq!(file.at(12..15).within("x", 0..1).text(), "x");
    }
}
