//! A page of text.

/// Text that grows downwards.
pub(super) struct Page {
    /// What stands so far.
    pub(super) text: String,
    /// How wide it may be [columns].
    pub(super) width: usize,
}

impl Page {
    /// A line, indented.
    pub(super) fn line(&mut self, indent: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An empty line.
    pub(super) fn blank(&mut self) {
        self.text.push('\n');
    }

    /// The head of a section.
    pub(super) fn title(&mut self, title: &str) {
        self.blank();
        self.line(0, title);
    }

    /// Sentences, one below the other.
    pub(super) fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.title(title);
        for item in items {
            self.wrapped(2, 4, &format!("- {item}"));
        }
    }

    /// Text in as many lines as it takes, the first behind `first`, the others
    /// behind `below`.
    pub(super) fn hung(&mut self, first: &str, below: &str, text: &str) {
        let mut begins = first.to_owned();
        let mut line = String::new();
        for word in text.split_inclusive(' ') {
            let wanted =
                begins.chars().count() + line.chars().count() + word.trim_end().chars().count();
            if wanted > self.width && !line.trim().is_empty() {
                let done = format!("{begins}{}", line.trim_end());
                self.line(0, &done);
                line.clear();
                below.clone_into(&mut begins);
            }
            line.push_str(word);
        }
        let done = format!("{begins}{}", line.trim_end());
        self.line(0, &done);
    }

    /// Text in as many lines as it takes, the first indented by `first`, the
    /// others by `rest`.
    pub(super) fn wrapped(&mut self, first: usize, rest: usize, text: &str) {
        let mut line = String::new();
        let mut indent = first;
        for word in text.split_inclusive(' ') {
            let room = self.width.saturating_sub(indent);
            let wanted = line.chars().count() + word.trim_end().chars().count();
            if wanted > room && !line.trim().is_empty() {
                let done = std::mem::take(&mut line);
                self.line(indent, done.trim_end());
                indent = rest;
            }
            line.push_str(word);
        }
        self.line(indent, line.trim_end());
    }
}
