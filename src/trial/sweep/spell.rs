//! Spells: the one stretch of a trial in which a level is not as it was at the start.
//!
//! A *moment* is an instant and its epoch in one number, `2 · instant + epoch`, so
//! that whatever comes first is less. Each operation works on [`LANES`] trials side
//! by side. Where the result would not be one spell, or where it hangs on the order
//! of two changes in one moment, the trial is a *misfit* and is told so.

/// Trials that are swept side by side.
pub(super) const LANES: usize = 16;

/// One number a trial.
pub(super) type Lane = [i64; LANES];

/// The moment of what does not happen: beyond every horizon, with room to add to it.
pub(super) const LATE: i64 = 1 << 61;

/// Trials that do not fit.
pub(super) type Misfits = [bool; LANES];

/// From when until when a level is not as it was at the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct Spell {
    /// The moment of its first change; [`LATE`] where it never changes.
    pub(super) leave: Lane,
    /// The moment of its second change, later than the first; [`LATE`] where it
    /// stays away.
    pub(super) back: Lane,
}

/// From when on ticks see what changed at a moment.
#[inline]
pub(super) const fn visible(moment: i64) -> i64 {
    moment.wrapping_add(1) >> 1
}

/// The instant of a moment.
#[inline]
pub(super) const fn instant(moment: i64) -> i64 {
    moment >> 1
}

impl Spell {
    /// Nothing changes.
    pub(super) const NONE: Self = Self { leave: [LATE; LANES], back: [LATE; LANES] };

    /// The spell of one trial.
    #[inline]
    pub(super) const fn at(&self, lane: usize) -> (i64, i64) {
        (self.leave[lane], self.back[lane])
    }

    fn set(&mut self, lane: usize, (leave, back): (i64, i64)) {
        (self.leave[lane], self.back[lane]) = (leave, back);
    }

    /// Forgets what comes after `end`, a moment.
    pub(super) fn cut(&mut self, end: i64) {
        for lane in 0..LANES {
            let (leave, back) = (self.leave[lane], self.back[lane]);
            self.leave[lane] = if leave > end { LATE } else { leave };
            self.back[lane] = if back > end { LATE } else { back };
        }
    }
}

/// Both hold, where each held at the start (`true`) or did not; the result takes the
/// place of `x`.
pub(super) fn both(x: (&mut Spell, bool), y: (&Spell, bool), misfits: &mut Misfits) {
    match (x.1, y.1) {
        (true, true) => union(x.0, y.0, misfits),
        (false, false) => overlap(x.0, y.0, misfits),
        (true, false) => without(*x.0, *y.0, x.0, misfits),
        (false, true) => without(*y.0, *x.0, x.0, misfits),
    }
}

/// Away while either is.
fn union(x: &mut Spell, y: &Spell, misfits: &mut Misfits) {
    for (lane, misfit) in misfits.iter_mut().enumerate() {
        let ((ax, bx), (ay, by)) = (x.at(lane), y.at(lane));
        let back = if bx > by { bx } else { by };
        let back = if ax == LATE { by } else { back };
        x.leave[lane] = if ax < ay { ax } else { ay };
        x.back[lane] = if ay == LATE { bx } else { back };
        // Where neither is absent they must overlap.
        let (last, first) = (if ax > ay { ax } else { ay }, if bx < by { bx } else { by });
        *misfit |= (last < LATE) & (last >= first);
    }
}

/// There while both are.
fn overlap(x: &mut Spell, y: &Spell, misfits: &mut Misfits) {
    for (lane, misfit) in misfits.iter_mut().enumerate() {
        let ((ax, bx), (ay, by)) = (x.at(lane), y.at(lane));
        let (leave, back) = (ax.max(ay), bx.min(by));
        *misfit |= (leave == back) & (leave < LATE);
        let some = leave < back;
        x.leave[lane] = if some { leave } else { LATE };
        x.back[lane] = if some { back } else { LATE };
    }
}

/// There while `y` is and `x` is not away.
fn without(x: Spell, y: Spell, out: &mut Spell, misfits: &mut Misfits) {
    let stay = x.back.iter().chain(&y.back).all(|back| *back == LATE);
    if stay {
        return until(&x, &y, out, misfits);
    }
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
            (true, true) => *misfit |= (ax == ay) | ends,
            (true, false) => {
                *misfit |= ax == ay;
                out.set(lane, (bx, by));
            }
            (false, true) => {
                *misfit |= ends;
                out.set(lane, (ay, ax));
            }
            (false, false) => *misfit = true,
        }
    }
}

/// There from when `y` is until `x` leaves; neither comes back.
fn until(x: &Spell, y: &Spell, out: &mut Spell, misfits: &mut Misfits) {
    for (lane, misfit) in misfits.iter_mut().enumerate() {
        let (ax, ay) = (x.leave[lane], y.leave[lane]);
        let some = ay < ax;
        out.leave[lane] = if some { ay } else { LATE };
        out.back[lane] = if some { ax } else { LATE };
        *misfit |= (ax == ay) & (ax < LATE);
    }
}

/// How many extremes are kept while a threshold is found.
const KEPT: usize = 4;

/// Enough of many hold, all of which held at the start or none of which did.
///
/// With `decide` changes enough to decide it: it leaves with the `decide`-th to leave
/// and is back with the `decide`-th from the end to come back, as long as all leave
/// before any is back.
pub(super) fn threshold<'s>(
    inputs: impl Iterator<Item = &'s Spell> + Clone,
    decide: usize,
    scratch: &mut Vec<i64>,
    misfits: &mut Misfits,
) -> Spell {
    let mut seen = Seen::NONE;
    let count = inputs.clone().map(|spell| seen.add(spell)).count();
    let from_end = count + 1 - decide;
    let leave_of = |spell: &Spell, lane: usize| spell.leave[lane];
    let leave = if decide <= KEPT {
        extreme(inputs.clone(), leave_of, decide, (LATE, |new, old| new < old))
    } else if from_end <= KEPT {
        extreme(inputs.clone(), leave_of, from_end, (i64::MIN, |new, old| new > old))
    } else {
        each_lane(|lane| {
            scratch.clear();
            scratch.extend(inputs.clone().map(|spell| spell.leave[lane]));
            *scratch.select_nth_unstable(decide - 1).1
        })
    };
    // Those that never left must not count among those that stay away.
    let return_of = |spell: &Spell, lane: usize| {
        if spell.leave[lane] == LATE { i64::MIN } else { spell.back[lane] }
    };
    let back = if seen.stay() {
        [LATE; LANES]
    } else if decide <= KEPT {
        extreme(inputs.clone(), return_of, decide, (i64::MIN, |new, old| new > old))
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
        misfits[lane] |= gone & (seen.last[lane] >= seen.first[lane]);
        out.back[lane] = if gone { out.back[lane] } else { LATE };
    }
    out
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

    fn add(&mut self, spell: &Spell) {
        for lane in 0..LANES {
            let (leave, back) = spell.at(lane);
            let left = if leave < LATE { leave } else { i64::MIN };
            self.last[lane] = self.last[lane].max(left);
            self.first[lane] = self.first[lane].min(back);
        }
    }

    /// Whoever leaves stays away.
    fn stay(&self) -> bool {
        self.first.iter().all(|first| *first == LATE)
    }
}

/// The `k`-th most extreme of a list, by lanes.
fn extreme<'s>(
    list: impl Iterator<Item = &'s Spell>,
    of: impl Fn(&Spell, usize) -> i64,
    k: usize,
    (none, beats): (i64, impl Fn(i64, i64) -> bool),
) -> Lane {
    let mut kept = [[none; LANES]; KEPT];
    for spell in list {
        for lane in 0..LANES {
            let mut new = of(spell, lane);
            for row in &mut kept[..k] {
                let old = row[lane];
                let wins = beats(new, old);
                row[lane] = if wins { new } else { old };
                new = if wins { old } else { new };
            }
        }
    }
    kept[k - 1]
}

/// Changes of several inputs, told in order: `(moment, input)`.
pub(super) type Points = Vec<(i64, u32)>;

/// The spell of something that is worked out change by change: `value` says, after
/// each, what it is. `points` need no order.
pub(super) fn replay(
    points: &mut Points,
    before: bool,
    mut value: impl FnMut(u32, bool) -> bool,
    misfit: &mut bool,
) -> (i64, i64) {
    points.sort_unstable();
    let (mut now, mut spell, mut changes) = (before, [LATE; 2], 0);
    for at in 0..points.len() {
        let (moment, input) = points[at];
        *misfit |= points.get(at + 1).is_some_and(|next| next.0 == moment);
        let next = value(input, now);
        if next != now {
            match spell.get_mut(changes) {
                Some(place) => *place = moment,
                None => *misfit = true,
            }
            changes += 1;
        }
        now = next;
    }
    (spell[0], spell[1])
}
