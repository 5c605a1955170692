//! Pool: units that works hold while they run, or tokens that they use up.
//!
//! A work that uses a pool asks for a unit at the rise of its `when`, and starts
//! when it gets one: first come, first served, those of one instant in the order
//! of the model. It holds its unit while it runs, and then while its `keeps`
//! holds. Getting it is an event of its own, so that waiting is a stage on the
//! causal path. Between two tries it does not run: it gives its unit back when a
//! try fails, unless its `keeps` holds, and asks for one again for the next.
//!
//! *Tokens* are used up: nobody gives one back, and new ones come at a rate, until
//! the pool holds its burst. The rate may switch. Then what is less than a whole
//! token is lost, and at a rate of zero every token is; a pool that is full stays
//! full.
//!
//! Grants are serial: one is made and everything settles before the next. A pool
//! has no ticks: its full form and its lazy form are the same.

use super::id::{PoolId, ValueId};
use super::literal::{LevelId, Literal};
use crate::units::{Instant, Span};

/// A pool, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Pool {
    /// So many units, read once a trial; whole, none or more.
    Units(ValueId),
    /// Tokens.
    Tokens {
        /// How many it holds at most, and at the start; read once a trial, at
        /// least one.
        burst: ValueId,
        /// How many come each second \[1/s\]: the first whose literal holds, none
        /// where none does; read once a trial.
        rates: Vec<(Literal, ValueId)>,
    },
}

/// What a work has to do with a pool.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Uses {
    /// Which pool.
    pub pool: PoolId,
    /// It holds its unit while this holds, though it runs no more.
    pub keeps: Literal,
    /// True while it holds a unit.
    pub held: LevelId,
}

/// A pool in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PoolState {
    /// How many units there are, and how many are held.
    Units(u32, u32),
    /// Tokens.
    Tokens(Bucket),
}

impl PoolState {
    /// A pool of which so many units are held; there may be more of those than
    /// it has.
    #[must_use]
    pub const fn of(size: u32, held: u32) -> Self {
        Self::Units(size, held)
    }

    /// Takes a unit out at an instant, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        match self {
            Self::Units(size, held) => {
                let free = *held < *size;
                *held += u32::from(free);
                free
            }
            Self::Tokens(bucket) => bucket.take(now),
        }
    }

    /// A unit comes back; a token does not.
    pub const fn give(&mut self) {
        if let Self::Units(_, held) = self {
            *held -= 1;
        }
    }

    /// When whoever waits can get one without anybody giving one back.
    #[must_use]
    pub fn next(&self) -> Instant {
        match self {
            Self::Units(..) => Instant::NEVER,
            Self::Tokens(bucket) => bucket.next(),
        }
    }
}

/// A bucket of tokens: all that counts is when it will be full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bucket {
    /// When it is full, were nothing taken out.
    full: Instant,
    /// From one token to the next; `NEVER`: none come, and there are none.
    gap: Span,
    /// From one token to a full bucket.
    rest: Span,
    /// How many tokens it holds, in millionths.
    burst: u64,
}

impl Bucket {
    /// A full bucket at an instant.
    #[must_use]
    pub fn full(burst: f64, gap: Span, now: Instant) -> Self {
        let burst = (burst.clamp(1.0, 1e6) * 1e6) as u64;
        let empty = Self { full: now, gap: Span::NEVER, rest: Span::NEVER, burst };
        let full = if gap.is_never() { Instant::NEVER } else { now };
        Self { full, ..empty.at(gap) }
    }

    /// The same with tokens so far apart.
    fn at(self, gap: Span) -> Self {
        let rest = if gap.is_never() { gap } else { times(gap, self.burst - 1_000_000) };
        Self { gap, rest, ..self }
    }

    /// When it next holds a token.
    #[must_use]
    pub fn next(&self) -> Instant {
        if self.gap.is_never() { Instant::NEVER } else { self.full + Span(-self.rest.0) }
    }

    /// Takes a token out, if there is one.
    pub fn take(&mut self, now: Instant) -> bool {
        let there = self.next() <= now;
        if there {
            self.full = self.full.max(now) + self.gap;
        }
        there
    }

    /// From now on tokens are so far apart.
    pub fn turn(&mut self, now: Instant, gap: Span) {
        if gap == self.gap {
            return;
        }
        let next = self.at(gap);
        let lacks = if self.gap.is_never() {
            self.burst
        } else if self.full <= now {
            0
        } else {
            // Whole tokens of what is there.
            let missing = (self.full - now).0.unsigned_abs();
            let missing =
                u128::from(missing) * 1_000_000 / u128::from(self.gap.0.unsigned_abs().max(1));
            let there = u128::from(self.burst).saturating_sub(missing + 1) / 1_000_000 * 1_000_000;
            self.burst - there as u64
        };
        let full = if gap.is_never() { Instant::NEVER } else { now + times(gap, lacks) };
        *self = Self { full, ..next };
    }
}

/// A span times so many millionths.
fn times(span: Span, millionths: u64) -> Span {
    let product = i128::from(span.0) * i128::from(millionths) / 1_000_000;
    Span(i64::try_from(product).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Span = Span(10);

    fn taken(bucket: &mut Bucket, at: &[i64]) -> Vec<bool> {
        at.iter().map(|at| bucket.take(Instant(*at))).collect()
    }

    #[test]
    fn a_burst_then_one_each_gap() {
        let mut bucket = Bucket::full(2.0, ONE, Instant(0));
        assert_eq!(
            taken(&mut bucket, &[0, 0, 0, 9, 10, 10, 20]),
            [true, true, false, false, true, false, true]
        );
        assert_eq!(bucket.next(), Instant(30));
        // Half a token more than one: the second of two has half of it to wait for.
        let mut bucket = Bucket::full(1.5, ONE, Instant(0));
        assert_eq!(taken(&mut bucket, &[0, 4, 5, 14, 15]), [true, false, true, false, true]);
    }

    #[test]
    fn a_turn_keeps_whole_tokens_only() {
        // Full stays full.
        let mut bucket = Bucket::full(1.0, ONE, Instant(0));
        bucket.turn(Instant(5), Span(100));
        assert_eq!(taken(&mut bucket, &[5, 104, 105]), [true, false, true]);
        // Nine tenths of a token are lost.
        let mut bucket = Bucket::full(1.0, ONE, Instant(0));
        assert!(bucket.take(Instant(0)));
        bucket.turn(Instant(9), Span(100));
        assert_eq!(bucket.next(), Instant(109));
        // Of three, one and a half are there: one stays.
        let mut bucket = Bucket::full(3.0, ONE, Instant(0));
        assert_eq!(taken(&mut bucket, &[0, 0, 0]), [true; 3]);
        bucket.turn(Instant(15), Span(100));
        assert_eq!(taken(&mut bucket, &[15, 114, 115]), [true, false, true]);
        // At zero all are.
        let mut bucket = Bucket::full(1.0, ONE, Instant(0));
        bucket.turn(Instant(1), Span::NEVER);
        assert!(!bucket.take(Instant(1_000)));
        bucket.turn(Instant(1_000), ONE);
        assert_eq!(taken(&mut bucket, &[1_000, 1_009, 1_010]), [false, false, true]);
        // The same again is no turn.
        bucket.turn(Instant(1_015), ONE);
        assert_eq!(bucket.next(), Instant(1_020));
    }
}
