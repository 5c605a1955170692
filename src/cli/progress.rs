//! A bar on standard error for whatever takes longer than a second.

use std::io::{self, IsTerminal};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};

/// Counts trials; shows nothing unless somebody is watching and waiting.
pub(super) struct Progress {
    #[expect(clippy::disallowed_types, reason = "the command line may look at the clock")]
    since: std::time::Instant,
    watched: bool,
    title: String,
    done: AtomicU64,
    bar: OnceLock<ProgressBar>,
}

impl Progress {
    /// Begins to count.
    #[expect(clippy::disallowed_types, reason = "the command line may look at the clock")]
    pub(super) fn new(title: &str) -> Self {
        Self {
            since: std::time::Instant::now(),
            watched: io::stderr().is_terminal(),
            title: title.to_owned(),
            done: AtomicU64::new(0),
            bar: OnceLock::new(),
        }
    }

    /// Some more are done, of so many.
    pub(super) fn more(&self, trials: u64, of: u64) {
        let done = self.done.fetch_add(trials, Ordering::Relaxed) + trials;
        if !self.watched || self.since.elapsed() < Duration::from_secs(1) {
            return;
        }
        let bar = self.bar.get_or_init(|| {
            let bar = ProgressBar::new(of).with_position(done).with_elapsed(self.since.elapsed());
            let style = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len}, {eta} left");
            if let Ok(style) = style {
                bar.set_style(style);
            }
            bar.set_message(crate::report::harmless(&self.title));
            bar
        });
        if bar.length() != Some(of) {
            bar.set_length(of);
        }
        bar.set_position(done);
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.get() {
            bar.finish_and_clear();
        }
    }
}
