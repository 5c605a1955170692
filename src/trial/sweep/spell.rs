//! Spells: the one stretch of a trial in which a level is not as it was at the start.
//!
//! A *moment* is an instant and its epoch in one number, `2 · instant + epoch`, so
//! that whatever comes first is less. Each operation works on [`LANES`] trials side
//! by side. Where the result would not be one spell, or where it hangs on the order
//! of two changes in one moment, the trial is a *misfit* and is told so.

use super::lane::{LANES, Lane};

/// The moment of what does not happen: beyond every horizon, with room to add to it.
pub(super) const LATE: i64 = 1 << 61;

/// Trials that do not fit: those where any bit is set, as wide as all else in a lane.
pub(super) type Misfits = Lane;

/// What is set in a lane of [`Misfits`].
#[inline(always)]
pub(super) const fn told(misfit: bool) -> i64 {
    -(misfit as i64)
}

/// From when until when a level is not as it was at the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spell {
    /// The moment of its first change; [`LATE`] where it never changes.
    pub(super) leave: Lane,
    /// The moment of its second change, later than the first; [`LATE`] where it
    /// stays away.
    pub(super) back: Lane,
}

/// From when on ticks see what changed at a moment, zero or later.
#[inline(always)]
pub(super) const fn visible(moment: i64) -> i64 {
    instant(moment.wrapping_add(1))
}

/// The same of each moment.
#[inline(always)]
pub(super) fn all_visible(moments: Lane) -> Lane {
    let mut from = [0; LANES];
    for lane in 0..LANES {
        from[lane] = visible(moments[lane]);
    }
    from
}

/// The instant of a moment, zero or later.
#[inline(always)]
pub(super) const fn instant(moment: i64) -> i64 {
    // Processors shift numbers without a sign side by side, with a sign one by one.
    (moment as u64 >> 1) as i64
}

/// The instant of each moment.
#[inline(always)]
pub(super) fn instants(moments: Lane) -> Lane {
    let mut instants = [0; LANES];
    for lane in 0..LANES {
        instants[lane] = instant(moments[lane]);
    }
    instants
}

impl Spell {
    /// Nothing changes.
    pub(super) const NONE: Self = Self { leave: [LATE; LANES], back: [LATE; LANES] };

    /// The spell of one trial.
    #[inline(always)]
    pub(super) const fn at(&self, lane: usize) -> (i64, i64) {
        (self.leave[lane], self.back[lane])
    }

    fn set(&mut self, lane: usize, (leave, back): (i64, i64)) {
        (self.leave[lane], self.back[lane]) = (leave, back);
    }

    /// Whether whoever leaves stays away, in all trials.
    #[inline(always)]
    fn stays(&self) -> bool {
        self.back.iter().fold(0, |any, back| any | (back ^ LATE)) == 0
    }

    /// Whether anything comes back in any trial.
    #[inline(always)]
    pub(super) fn comes_back(&self) -> bool {
        !self.stays()
    }

    /// Forgets what comes after `end`, a moment.
    #[inline(always)]
    pub(super) fn cut(&mut self, end: i64) {
        for lane in 0..LANES {
            let (leave, back) = (self.leave[lane], self.back[lane]);
            self.leave[lane] = if leave > end { LATE } else { leave };
            self.back[lane] = if back > end { LATE } else { back };
        }
    }
}

/// Both hold, where each held at the start (`true`) or did not.
#[inline(always)]
pub(super) fn both(x: (&Spell, bool), y: (&Spell, bool), out: &mut Spell, misfits: &mut Misfits) {
    match (x.1, y.1) {
        (true, true) => union(x.0, y.0, out, misfits),
        (false, false) => overlap(x.0, y.0, out, misfits),
        (true, false) => without(x.0, y.0, out, misfits),
        (false, true) => without(y.0, x.0, out, misfits),
    }
}

/// Away while either is.
#[inline(always)]
fn union(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    for lane in 0..LANES {
        let ((ax, bx), (ay, by)) = (x.at(lane), y.at(lane));
        let back = if bx > by { bx } else { by };
        let back = if ax == LATE { by } else { back };
        out.leave[lane] = if ax < ay { ax } else { ay };
        out.back[lane] = if ay == LATE { bx } else { back };
        // Where neither is absent they must overlap.
        let (last, first) = (if ax > ay { ax } else { ay }, if bx < by { bx } else { by });
        misfits[lane] |= told((last < LATE) & (last >= first));
    }
}

/// There while both are.
#[inline(always)]
fn overlap(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    for lane in 0..LANES {
        let ((ax, bx), (ay, by)) = (x.at(lane), y.at(lane));
        let (leave, back) = (if ax > ay { ax } else { ay }, if bx < by { bx } else { by });
        misfits[lane] |= told((leave == back) & (leave < LATE));
        let some = leave < back;
        out.leave[lane] = if some { leave } else { LATE };
        out.back[lane] = if some { back } else { LATE };
    }
}

/// There while `y` is and `x` is not away.
#[inline(always)]
fn without(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    if x.stays() & y.stays() {
        until(x, y, out, misfits);
    } else {
        between(x, y, out, misfits);
    }
}

/// There while `y` is and `x` is not away, where any comes back.
fn between(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    *out = Spell::NONE;
    for (lane, misfit) in misfits.iter_mut().enumerate() {
        let ((ax, bx), (ay, by)) = (x.at(lane), y.at(lane));
        if ay == LATE {
            continue;
        }
        if ax >= by || bx <= ay {
            out.set(lane, (ay, by));
            continue;
        }
        let ends = (bx == by) & (by < LATE);
        match (ax <= ay, bx >= by) {
            (true, true) => *misfit |= told((ax == ay) | ends),
            (true, false) => {
                *misfit |= told(ax == ay);
                out.set(lane, (bx, by));
            }
            (false, true) => {
                *misfit |= told(ends);
                out.set(lane, (ay, ax));
            }
            (false, false) => *misfit |= told(true),
        }
    }
}

/// There from when `y` is until `x` leaves; neither comes back.
#[inline(always)]
fn until(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    let (ends, begins) = (x.leave, y.leave);
    let (mut leave, mut back, mut odd) = ([0; LANES], [0; LANES], [0; LANES]);
    for lane in 0..LANES {
        let (ax, ay) = (ends[lane], begins[lane]);
        let some = ay < ax;
        leave[lane] = if some { ay } else { LATE };
        back[lane] = if some { ax } else { LATE };
        odd[lane] = told((ax == ay) & (ax < LATE));
    }
    *out = Spell { leave, back };
    *misfits = either(*misfits, odd);
}

/// Those where something comes before a moment.
#[inline(always)]
pub(super) fn before(moments: Lane, limit: i64) -> Misfits {
    let mut before = [0; LANES];
    for lane in 0..LANES {
        before[lane] = told(moments[lane] < limit);
    }
    before
}

/// Those that are told by one or the other.
#[inline(always)]
pub(super) fn either(one: Misfits, other: Misfits) -> Misfits {
    let mut misfits = [0; LANES];
    for lane in 0..LANES {
        misfits[lane] = one[lane] | other[lane];
    }
    misfits
}

/// How many extremes are kept while a threshold is found.
const KEPT: usize = 4;

/// Enough of many hold, all of which held at the start or none of which did.
///
/// With `decide` changes enough to decide it: it leaves with the `decide`-th to leave
/// and is back with the `decide`-th from the end to come back, as long as all leave
/// before any is back. Only if it `returns` can any input come back.
#[inline(always)]
pub(super) fn threshold<'s>(
    inputs: impl ExactSizeIterator<Item = &'s Spell> + Clone,
    (decide, returns): (usize, bool),
    scratch: &mut Vec<i64>,
    misfits: &mut Misfits,
) -> Spell {
    let (mut seen, count) = (Seen::NONE, inputs.len());
    if returns {
        for spell in inputs.clone() {
            seen.add(spell);
        }
    }
    let from_end = count + 1 - decide;
    let leave = if decide <= KEPT {
        extreme(inputs.clone(), decide, Towards::Early)
    } else if from_end <= KEPT {
        extreme(inputs.clone(), from_end, Towards::Late)
    } else {
        each_lane(|lane| {
            scratch.clear();
            scratch.extend(inputs.clone().map(|spell| spell.leave[lane]));
            *scratch.select_nth_unstable(decide - 1).1
        })
    };
    let back = if seen.stay() {
        [LATE; LANES]
    } else if decide <= KEPT {
        extreme(inputs, decide, Towards::Return)
    } else {
        each_lane(|lane| {
            scratch.clear();
            scratch.extend(inputs.clone().map(|spell| return_of(spell, lane)));
            *scratch.select_nth_unstable(count - decide).1
        })
    };
    let mut out = Spell { leave, back };
    for lane in 0..LANES {
        let gone = out.leave[lane] < LATE;
        misfits[lane] |= told(gone & (seen.last[lane] >= seen.first[lane]));
        out.back[lane] = if gone { out.back[lane] } else { LATE };
    }
    out
}

/// When an input comes back. One that never left must not count among those that stay
/// away.
#[inline(always)]
fn return_of(spell: &Spell, lane: usize) -> i64 {
    if spell.leave[lane] == LATE { i64::MIN } else { spell.back[lane] }
}

fn each_lane(of: impl FnMut(usize) -> i64) -> Lane {
    std::array::from_fn(of)
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

/// Which extremes are looked for.
#[derive(Clone, Copy)]
enum Towards {
    /// The first to leave.
    Early,
    /// The last to leave.
    Late,
    /// The last to come back.
    Return,
}

/// The `k`-th most extreme of a list, by lanes; `k` is from 1 to [`KEPT`].
#[inline(always)]
fn extreme<'s>(list: impl Iterator<Item = &'s Spell>, k: usize, towards: Towards) -> Lane {
    match k {
        1 => extreme_of::<1>(list, towards),
        2 => extreme_of::<2>(list, towards),
        3 => extreme_of::<3>(list, towards),
        _ => extreme_of::<KEPT>(list, towards),
    }
}

#[inline(always)]
fn extreme_of<'s, const K: usize>(list: impl Iterator<Item = &'s Spell>, towards: Towards) -> Lane {
    let leave = |spell: &Spell, lane: usize| spell.leave[lane];
    match towards {
        Towards::Early => kept::<K>(list, leave, (LATE, |new, old| new < old)),
        Towards::Late => kept::<K>(list, leave, (i64::MIN, |new, old| new > old)),
        Towards::Return => kept::<K>(list, return_of, (i64::MIN, |new, old| new > old)),
    }
}

/// The last of the `K` most extreme.
#[inline(always)]
fn kept<'s, const K: usize>(
    list: impl Iterator<Item = &'s Spell>,
    of: impl Fn(&Spell, usize) -> i64,
    (none, beats): (i64, impl Fn(i64, i64) -> bool),
) -> Lane {
    let mut kept = [[none; LANES]; K];
    for spell in list {
        let mut new = [0; LANES];
        for lane in 0..LANES {
            new[lane] = of(spell, lane);
        }
        for row in &mut kept {
            for lane in 0..LANES {
                let (fresh, old) = (new[lane], row[lane]);
                let wins = beats(fresh, old);
                row[lane] = if wins { fresh } else { old };
                new[lane] = if wins { old } else { fresh };
            }
        }
    }
    kept[K - 1]
}
