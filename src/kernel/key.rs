//! A key: an instant and a slot as one number, in the order in which they are due.

use crate::units::Instant;

/// Something that can be due, by its number.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Slot(pub u32);

/// An instant and a slot as one number in their order.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Key(u128);

impl Key {
    /// Later than anything that is due.
    pub(super) const NEVER: Self = Self(u128::MAX);

    #[inline]
    pub(super) const fn new(at: Instant, slot: Slot) -> Self {
        // Instants may be negative.
        let at = at.0 as u64 ^ (1 << 63);
        Self((at as u128) << 32 | slot.0 as u128)
    }

    #[inline]
    pub(super) const fn at(self) -> Instant {
        Instant(((self.0 >> 32) as u64 ^ (1 << 63)) as i64)
    }

    #[inline]
    pub(super) const fn slot(self) -> Slot {
        Slot(self.0 as u32)
    }

    /// Its instant and slot, unless it is [`Self::NEVER`].
    #[inline]
    pub(super) fn told(self) -> Option<(Instant, Slot)> {
        (self != Self::NEVER).then(|| (self.at(), self.slot()))
    }
}
