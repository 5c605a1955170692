//! Gates of many: enough of them leave, or come back.

use pulp::Simd;

use super::lane::{LANES, Lane};
use super::select::{Rows, Selection};
use super::spell::{LATE, Misfits, Spell, told};
use super::state::Input;

/// Enough of many hold, all of which held at the start or none of which did.
///
/// With `decide` changes enough to decide it: it leaves with the `decide`-th to leave
/// and is back with the `decide`-th from the end to come back, as long as all leave
/// before any is back. Only if it `returns` can any input come back.
#[inline(always)]
pub(super) fn threshold<S: Simd>(
    simd: S,
    read: Read<'_>,
    (decide, returns): (usize, bool),
    selection: &mut Selection,
    misfits: &mut Misfits,
) -> Spell {
    let mut seen = Seen::NONE;
    if returns {
        for at in 0..read.many() {
            seen.add(read.spell(at));
        }
    }
    let leave = selection.nth(simd, decide - 1, &read);
    let back = if seen.stay() {
        [LATE; LANES]
    } else {
        selection.nth(simd, read.many() - decide, &Returns(read))
    };
    let mut out = Spell { leave, back };
    for lane in 0..LANES {
        let gone = out.leave[lane] < LATE;
        misfits[lane] |= told(gone & (seen.last[lane] >= seen.first[lane]));
        out.back[lane] = if gone { out.back[lane] } else { LATE };
    }
    out
}

/// The spells that a gate reads; as rows, when each leaves.
#[derive(Clone, Copy, Debug)]
pub(super) struct Read<'s> {
    pub(super) spells: &'s [Spell],
    pub(super) inputs: &'s [Input],
}

impl<'s> Read<'s> {
    #[inline(always)]
    fn spell(&self, at: usize) -> &'s Spell {
        &self.spells[self.inputs[at].slot as usize]
    }
}

impl Rows for Read<'_> {
    #[inline(always)]
    fn many(&self) -> usize {
        self.inputs.len()
    }

    #[inline(always)]
    fn row(&self, at: usize) -> Lane {
        self.spell(at).leave
    }
}

/// When each comes back. One that never left must not count among those that stay away.
struct Returns<'s>(Read<'s>);

impl Rows for Returns<'_> {
    #[inline(always)]
    fn many(&self) -> usize {
        self.0.many()
    }

    #[inline(always)]
    fn row(&self, at: usize) -> Lane {
        let (spell, mut returns) = (self.0.spell(at), [0; LANES]);
        for lane in 0..LANES {
            let (leave, back) = spell.at(lane);
            returns[lane] = if leave == LATE { i64::MIN } else { back };
        }
        returns
    }
}

/// The last of many to leave, and the first to come back.
struct Seen {
    last: Lane,
    first: Lane,
}

impl Seen {
    const NONE: Self = Self { last: [i64::MIN; LANES], first: [LATE; LANES] };

    #[inline(always)]
    fn add(&mut self, spell: &Spell) {
        for lane in 0..LANES {
            let (leave, back) = spell.at(lane);
            let left = if leave < LATE { leave } else { i64::MIN };
            let (last, first) = (self.last[lane], self.first[lane]);
            self.last[lane] = if left > last { left } else { last };
            self.first[lane] = if back < first { back } else { first };
        }
    }

    /// Whoever leaves stays away.
    #[inline(always)]
    fn stay(&self) -> bool {
        self.first.iter().fold(0, |any, first| any | (first ^ LATE)) == 0
    }
}
