//! A level in a trial.

use crate::block::EventId;

/// A level in a trial: its value, and the event of its last change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct LevelState(u32);

impl LevelState {
    #[inline]
    pub(super) const fn new(value: bool, event: EventId) -> Self {
        Self(event.0 << 1 | value as u32)
    }

    #[inline]
    pub(super) const fn value(self) -> bool {
        self.0 & 1 == 1
    }

    #[inline]
    pub(super) const fn event(self) -> EventId {
        EventId(self.0 >> 1)
    }
}
