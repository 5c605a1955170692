//! Levels, literals over them, and the events that change them.

use std::ops::Not;

use crate::units::Instant;

/// Something that is true or false at each instant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct LevelId(pub u32);

impl LevelId {
    /// The level that is always true.
    pub const TRUE: Self = Self(0);

    /// Its position in arrays.
    #[must_use]
    #[inline]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// A level or its negation.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Literal(u32);

impl Literal {
    /// Always true.
    pub const TRUE: Self = Self::of(LevelId::TRUE);
    /// Never true.
    pub const FALSE: Self = Self(1);

    /// True where the level is.
    #[must_use]
    #[inline]
    pub const fn of(level: LevelId) -> Self {
        Self(level.0 << 1)
    }

    /// [`Self::TRUE`] or [`Self::FALSE`].
    #[must_use]
    pub const fn constant(value: bool) -> Self {
        if value { Self::TRUE } else { Self::FALSE }
    }

    /// The level it speaks of.
    #[must_use]
    #[inline]
    pub const fn level(self) -> LevelId {
        LevelId(self.0 >> 1)
    }

    /// Whether it negates its level.
    #[must_use]
    #[inline]
    pub const fn is_negated(self) -> bool {
        self.0 & 1 == 1
    }

    /// Its value where its level has `value`.
    #[must_use]
    #[inline]
    pub const fn given(self, value: bool) -> bool {
        value != self.is_negated()
    }

    /// Its value if it never changes.
    #[must_use]
    pub fn as_constant(self) -> Option<bool> {
        (self.level() == LevelId::TRUE).then(|| self == Self::TRUE)
    }
}

impl Not for Literal {
    type Output = Self;
    fn not(self) -> Self {
        Self(self.0 ^ 1)
    }
}

/// An event of a trial, by its position in the trial's journal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct EventId(pub u32);

impl EventId {
    /// Before everything: the steady start.
    pub const START: Self = Self(0);
}

/// A level changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Event {
    /// When.
    pub at: Instant,
    /// Which level.
    pub level: LevelId,
    /// To what.
    pub value: bool,
    /// By whose doing.
    pub cause: EventId,
}
