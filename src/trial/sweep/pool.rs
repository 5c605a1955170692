//! Pools: who gets a unit when.

use std::cmp::Reverse;

use pulp::Simd;

use super::lane::{LANES, Lane, in_order, lesser};
use super::number::Number;
use super::spell::{LATE, Misfits, Spell, before, either, instant, told};
use super::step::{Lanes, PoolStep, Setting, completion};

/// Users at most whose requests are put in order side by side.
const USERS: usize = 8;

/// Behind the moment of a request are so many bits for who asks.
const BITS: u32 = USERS.trailing_zeros();

/// Beyond every horizon, and still small enough for those bits.
const NEVER: i64 = 1 << 57;

impl Lanes {
    /// First come, first served; of one instant in the order of the model.
    #[inline(always)]
    pub(super) fn pool<S: Simd>(&mut self, simd: S, step: &PoolStep, with: &Setting<'_>) {
        for user in &step.users {
            self.once(user.work.when.slot);
        }
        match step.size {
            Number::Constant(size @ 1..) if step.users.len() <= USERS && with.end < NEVER => {
                self.pool_beside(simd, step, size as usize);
            }
            _ => self.one_pool(step),
        }
        for user in &step.users {
            for slot in [user.work.slot, user.held] {
                self.spells[slot as usize].cut(with.end);
            }
        }
    }

    /// Few users of a certain number of units.
    #[inline(always)]
    fn pool_beside<S: Simd>(&mut self, simd: S, step: &PoolStep, size: usize) {
        let many = step.users.len();
        let (mut keys, mut takes) = ([[0_i64; LANES]; USERS], [[0_i64; LANES]; USERS]);
        for (position, user) in step.users.iter().enumerate() {
            takes[position] = self.drawn.lanes(user.work.takes);
            let when = &self.spells[user.work.when.slot as usize];
            keys[position] = request(when.leave, position);
            self.misfits = either(self.misfits, before(when.back, LATE));
        }
        let keys = &mut keys[..many];
        for last in (1..many).rev() {
            for low in 0..last {
                let (before, after) = keys.split_at_mut(low + 1);
                in_order(simd, &mut before[low], &mut after[0]);
            }
        }
        for turn in 1..many {
            self.misfits = either(self.misfits, close(keys[turn - 1], keys[turn]));
        }
        self.turns(simd, step, (keys, &takes[..many]), size.min(many));
    }

    /// Whoever asks first gets the unit that is free first.
    #[inline(always)]
    fn turns<S: Simd>(
        &mut self,
        simd: S,
        step: &PoolStep,
        (keys, takes): (&[Lane], &[Lane]),
        size: usize,
    ) {
        // When each unit is free again, the first first.
        let mut free = [[0_i64; LANES]; USERS];
        let mut spells = [Spell::NONE; USERS];
        for row in keys {
            let mut own = [0; LANES];
            for (position, takes) in takes.iter().enumerate() {
                own = of_whom(*row, position, *takes, own);
            }
            let (begins, ends, odd) = served(*row, free[0], own);
            self.misfits = either(self.misfits, odd);
            free[0] = ends;
            for (position, spell) in spells[..takes.len()].iter_mut().enumerate() {
                spell.leave = of_whom(*row, position, begins, spell.leave);
                spell.back = of_whom(*row, position, ends, spell.back);
            }
            for unit in 1..size {
                let (before, after) = free.split_at_mut(unit);
                in_order(simd, &mut before[unit - 1], &mut after[0]);
            }
        }
        for (user, spell) in step.users.iter().zip(&spells) {
            self.spells[user.held as usize] = *spell;
            let work = Spell { leave: spell.back, back: [LATE; LANES] };
            self.spells[user.work.slot as usize] = work;
        }
    }

    /// The same, trial by trial.
    fn one_pool(&mut self, step: &PoolStep) {
        for user in &step.users {
            // Until it is its turn, the spell of each work holds how long it takes.
            self.spells[user.work.slot as usize].leave = self.drawn.lanes(user.work.takes);
        }
        let sizes = self.drawn.lanes(step.size);
        for (lane, size) in sizes.into_iter().enumerate() {
            self.asked.clear();
            for (position, user) in step.users.iter().enumerate() {
                let (when, back) = self.spells[user.work.when.slot as usize].at(lane);
                if when < LATE {
                    self.asked.push((when, position));
                }
                self.misfits[lane] |= told(back < LATE);
            }
            self.asked.sort_unstable();
            let instants = |pair: &[(i64, usize)]| {
                instant(pair[0].0) == instant(pair[1].0) && pair[0].0 != pair[1].0
            };
            self.misfits[lane] |= told(self.asked.windows(2).any(instants));
            for user in &step.users {
                self.spells[user.held as usize].leave[lane] = LATE;
                self.spells[user.held as usize].back[lane] = LATE;
            }
            self.grant(step, lane, size as usize);
        }
    }

    /// Grants the units of a pool in one trial.
    fn grant(&mut self, step: &PoolStep, lane: usize, size: usize) {
        self.free.clear();
        for turn in 0..self.asked.len() {
            let (asked, position) = self.asked[turn];
            let user = &step.users[position];
            let takes = self.spells[user.work.slot as usize].leave[lane];
            if size == 0 {
                break;
            }
            let grant = match self.free.pop() {
                Some(Reverse(free)) if turn >= size => asked.max(free),
                free => {
                    self.free.extend(free);
                    asked
                }
            };
            self.misfits[lane] |= told(takes == 0);
            let done = completion(grant, takes);
            self.free.push(Reverse(done));
            let held = &mut self.spells[user.held as usize];
            (held.leave[lane], held.back[lane]) = (grant, done);
        }
        for user in &step.users {
            let done = self.spells[user.held as usize].back[lane];
            let spell = &mut self.spells[user.work.slot as usize];
            (spell.leave[lane], spell.back[lane]) = (done, LATE);
        }
    }
}

/// The requests of a user.
#[inline(always)]
fn request(moments: Lane, user: usize) -> Lane {
    let mut keys = lesser(moments, [NEVER; LANES]);
    for key in &mut keys {
        *key = *key << BITS | user as i64;
    }
    keys
}

/// Requests of one instant but not of one moment.
#[inline(always)]
fn close(one: Lane, next: Lane) -> Misfits {
    let mut close = [0; LANES];
    for lane in 0..LANES {
        let (a, b) = (asked(one[lane]), asked(next[lane]));
        let apart = (instant(a) == instant(b)) & (a != b);
        close[lane] = told(apart & (b < NEVER));
    }
    close
}

/// What is told of whoever asks, where that is `user`; elsewhere what was known.
#[inline(always)]
fn of_whom(keys: Lane, user: usize, told: Lane, known: Lane) -> Lane {
    let mut of = [0; LANES];
    for lane in 0..LANES {
        let asks = keys[lane] & (USERS as i64 - 1) == user as i64;
        of[lane] = if asks { told[lane] } else { known[lane] };
    }
    of
}

/// From when until when whoever asks has a unit that is free from a moment on; what takes
/// no time is a misfit.
#[inline(always)]
fn served(keys: Lane, free: Lane, takes: Lane) -> (Lane, Lane, Misfits) {
    let (mut begins, mut ends, mut odd) = ([0; LANES], [0; LANES], [0; LANES]);
    for lane in 0..LANES {
        let asked = asked(keys[lane]);
        let begin = if asked > free[lane] { asked } else { free[lane] };
        begins[lane] = if asked < NEVER { begin } else { LATE };
        odd[lane] = told((takes[lane] == 0) & (asked < NEVER));
    }
    for lane in 0..LANES {
        ends[lane] = completion(begins[lane], takes[lane]);
    }
    (begins, ends, odd)
}

/// The moment of a request.
#[inline(always)]
const fn asked(key: i64) -> i64 {
    // None is below zero.
    (key as u64 >> BITS) as i64
}
