//! One trial told as a story.

use crate::units::Instant;

/// What happened, in order, each with its cause.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timeline {
    /// The entries by instant.
    pub entries: Vec<Entry>,
    /// The entry at which the first user saw an error; where there are no users,
    /// that at which service was lost.
    pub impact: Option<usize>,
    /// The entry with which the system had recovered.
    pub recovered: Option<usize>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// When, since the scenario's zero.
    pub at: Instant,
    /// Of whom: `orders/n2`, `writer/1`.
    pub who: String,
    /// What, in words: "lease runs out".
    pub what: String,
    /// The node, `orders.key`; `fault` for a fault.
    pub stage: String,
    /// Whether the level rose (else it fell).
    pub rose: bool,
    /// The milestone it stamped.
    pub mark: Option<String>,
    /// The entry that caused it.
    pub cause: Option<usize>,
    /// Whether it lies on the critical path.
    pub critical: bool,
}

impl Timeline {
    /// Puts in an entry that nothing points at, before those of its
    /// instant.
    pub fn insert(&mut self, entry: Entry) {
        let at = self.entries.partition_point(|other| other.at < entry.at);
        let moved = |position: &mut usize| *position += usize::from(*position >= at);
        let causes = self.entries.iter_mut().filter_map(|entry| entry.cause.as_mut());
        causes.chain(self.impact.as_mut()).chain(self.recovered.as_mut()).for_each(moved);
        self.entries.insert(at, entry);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(at: i64, cause: Option<usize>) -> Entry {
        Entry {
            at: Instant(at),
            who: String::new(),
            what: String::new(),
            stage: String::new(),
            rose: true,
            mark: None,
            cause,
            critical: false,
        }
    }

    #[test]
    fn what_is_put_in_moves_what_follows() {
        let entries = vec![entry(0, None), entry(5, Some(0)), entry(9, Some(1))];
        let mut timeline = Timeline { entries, impact: Some(0), recovered: Some(2) };
        timeline.insert(entry(3, None));
        let causes: Vec<_> = timeline.entries.iter().map(|e| e.cause).collect();
        assert_eq!(causes, [None, None, Some(0), Some(2)]);
        assert_eq!((timeline.impact, timeline.recovered), (Some(0), Some(3)));
        timeline.insert(entry(-1, None));
        assert_eq!((timeline.impact, timeline.recovered), (Some(1), Some(4)));
        assert_eq!(timeline.entries[4].cause, Some(3));
    }
}
