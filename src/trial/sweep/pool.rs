//! Pools: who gets a unit when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use pulp::Simd;

use super::apart::LOOKS;
use super::lane::{LANES, Lane, in_order, lesser, sort};
use super::made::Made;
use super::number::Number;
use super::spell::{LATE, Misfits, Spell, before, either, instant, told};
use super::state::{Lanes, Setting};
use super::step::{PoolStep, completion};

/// Users at most whose requests are put in order side by side.
const USERS: usize = 8;

/// Behind the moment of a request are so many bits for who asks.
const BITS: u32 = USERS.trailing_zeros();

/// No request of few users.
const NEVER: i64 = never(BITS);

impl Lanes {
    /// First come, first served; of one instant in the order of the model.
    #[inline(always)]
    pub(super) fn pool<S: Simd>(&mut self, simd: S, step: &PoolStep, with: &Setting<'_>) {
        for user in &step.users {
            self.once(user.work.when.slot);
        }
        match step.size {
            Number::Constant(size @ 1..) if step.users.len() <= USERS && with.end < NEVER => {
                self.pool_beside(simd, step, size as usize, with.made);
            }
            _ => self.pool_of_many(simd, step, with),
        }
        for user in &step.users {
            for slot in [user.work.slot, user.held] {
                self.spells[slot as usize].cut(with.end);
            }
        }
    }

    /// Few users of a certain number of units.
    #[inline(always)]
    fn pool_beside<S: Simd>(&mut self, simd: S, step: &PoolStep, size: usize, made: &[Made]) {
        let many = step.users.len();
        let (mut keys, mut takes) = ([[0_i64; LANES]; USERS], [[0_i64; LANES]; USERS]);
        for (position, user) in step.users.iter().enumerate() {
            takes[position] = self.drawn.lanes(user.work.takes);
            let when = &self.spells[user.work.when.slot as usize];
            keys[position] = request(when.leave, position, BITS);
            self.misfits = either(self.misfits, before(when.back, LATE));
        }
        let keys = &mut keys[..many];
        for last in (1..many).rev() {
            for low in 0..last {
                let (before, after) = keys.split_at_mut(low + 1);
                in_order(simd, &mut before[low], &mut after[0]);
            }
        }
        let mut close = [0; LANES];
        for turn in 1..many {
            close = either(close, together(keys[turn - 1], keys[turn]));
        }
        if close.iter().fold(0, |any, close| any | close) != 0 {
            self.tell_close(step, &close, made);
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

    /// Many users, or units that are not certain: requests are put in order side by side
    /// where their moments leave room for the number of who asks, and met trial by trial.
    #[inline(always)]
    fn pool_of_many<S: Simd>(&mut self, simd: S, step: &PoolStep, with: &Setting<'_>) {
        let bits = usize::BITS - step.users.len().leading_zeros();
        let beside = with.end < never(bits);
        self.requests.clear();
        for (position, user) in step.users.iter().enumerate() {
            let when = &self.spells[user.work.when.slot as usize];
            if beside {
                self.requests.push(request(when.leave, position, bits));
            }
            self.misfits = either(self.misfits, before(when.back, LATE));
            for slot in [user.work.slot, user.held] {
                self.spells[slot as usize] = Spell::NONE;
            }
        }
        sort(simd, &mut self.requests);
        let sizes = self.drawn.lanes(step.size);
        for (lane, size) in sizes.into_iter().enumerate() {
            if beside {
                self.told_beside(lane, bits);
            } else {
                self.told_alone(step, lane);
            }
            self.misfits[lane] |= told(!self.is_ordered(step, lane, with.made));
            self.grant(step, lane, size as usize);
        }
    }

    /// Who asks when in one trial, from requests that are in order.
    fn told_beside(&mut self, lane: usize, bits: u32) {
        self.asked.clear();
        let (never, user) = ((never(bits) as u64) << bits, (1_u64 << bits) - 1);
        for request in &self.requests {
            let key = request[lane] as u64;
            if key >= never {
                break;
            }
            self.asked.push(((key >> bits) as i64, (key & user) as usize));
        }
    }

    /// The same, where they are not.
    fn told_alone(&mut self, step: &PoolStep, lane: usize) {
        self.asked.clear();
        for (position, user) in step.users.iter().enumerate() {
            let (when, _) = self.spells[user.work.when.slot as usize].at(lane);
            if when < LATE {
                self.asked.push((when, position));
            }
        }
        self.asked.sort_unstable();
    }

    /// Finds those of some trials that do not fit: two ask in one instant, and the order of
    /// the model is not that in which they do.
    fn tell_close(&mut self, step: &PoolStep, close: &Misfits, made: &[Made]) {
        for lane in 0..LANES {
            if close[lane] != 0 {
                self.told_alone(step, lane);
                self.misfits[lane] |= told(!self.is_ordered(step, lane, made));
            }
        }
    }

    /// Whether all who ask in one instant, as they are told, do so in the first round of one
    /// moment: these come in the order of the model.
    fn is_ordered(&self, step: &PoolStep, lane: usize, made: &[Made]) -> bool {
        let is_first = |(moment, position): (i64, usize)| {
            let (slot, mut looks) = (step.users[position].work.when.slot, LOOKS);
            self.is_first(slot, (lane, moment), made, &mut looks)
        };
        self.asked.windows(2).all(|pair| {
            let (one, next) = (pair[0], pair[1]);
            instant(one.0) != instant(next.0)
                || (one.0 == next.0 && is_first(one) && is_first(next))
        })
    }

    /// Grants the units of a pool in one trial.
    fn grant(&mut self, step: &PoolStep, lane: usize, size: usize) {
        let mut odd = false;
        // Each who asks takes the unit that is free first; as long as there are units that
        // nobody has had yet, at once.
        let (at_once, later) = self.asked.split_at(size.min(self.asked.len()));
        let mut free = std::mem::take(&mut self.free).into_vec();
        free.clear();
        let mut grant = |begins: i64, position: usize| {
            let user = &step.users[position];
            let takes = self.drawn.lane(user.work.takes, lane);
            let done = completion(begins, takes);
            odd |= takes == 0;
            let held = &mut self.spells[user.held as usize];
            (held.leave[lane], held.back[lane]) = (begins, done);
            self.spells[user.work.slot as usize].leave[lane] = done;
            done
        };
        for request in at_once {
            let done = grant(request.0, request.1);
            if !later.is_empty() {
                free.push(Reverse(done));
            }
        }
        let mut free = BinaryHeap::from(free);
        for request in later {
            let Some(mut first) = free.peek_mut() else { break };
            first.0 = grant(request.0.max(first.0), request.1);
        }
        self.free = free;
        self.misfits[lane] |= told(odd);
    }
}

/// No request; beyond every horizon that is before it, and still small enough for so many
/// bits.
const fn never(bits: u32) -> i64 {
    1 << (60 - bits)
}

/// The requests of a user, who is told by so many bits.
#[inline(always)]
fn request(moments: Lane, user: usize, bits: u32) -> Lane {
    let mut keys = lesser(moments, [never(bits); LANES]);
    for key in &mut keys {
        *key = *key << bits | user as i64;
    }
    keys
}

/// Requests of one instant.
#[inline(always)]
fn together(one: Lane, next: Lane) -> Misfits {
    let mut close = [0; LANES];
    for lane in 0..LANES {
        let (a, b) = (asked(one[lane]), asked(next[lane]));
        close[lane] = told((instant(a) == instant(b)) & (b < NEVER));
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
