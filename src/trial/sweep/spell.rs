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
