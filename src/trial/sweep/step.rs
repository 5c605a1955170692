//! The steps of a sweep: each kind of block, worked out for many trials at once from
//! the spells of what it reads.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::number::{Grid, Number, Trials, counts, whole_periods};
use super::spell::{
    self, LANES, LATE, Lane, Misfits, Points, Spell, both, instant, replay, visible,
};
use crate::block::{Graph, ValueId};
use crate::trial::steady::Steady;

/// A level that can change, as something reads it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Input {
    /// Where its spell is.
    pub(super) slot: u32,
    /// Whether what is read held at the start.
    pub(super) held: bool,
}

/// The state that steps read and write.
#[derive(Debug)]
pub(super) struct Lanes {
    pub(super) spells: Vec<Spell>,
    pub(super) grids: Vec<Grid>,
    pub(super) misfits: Misfits,
    pub(super) scratch: Vec<i64>,
    pub(super) points: Points,
    /// Which inputs of a gate are away.
    pub(super) away: Vec<bool>,
    /// Requests for units: when, and by which user.
    pub(super) asked: Vec<(i64, usize)>,
    /// When each unit comes back.
    pub(super) free: BinaryHeap<Reverse<i64>>,
}

/// What does not change from trial to trial.
#[derive(Clone, Copy)]
pub(super) struct Setting<'s> {
    pub(super) graph: &'s Graph,
    pub(super) steady: &'s Steady,
    pub(super) trials: &'s Trials,
    /// The last moment before the horizon.
    pub(super) end: i64,
}

impl Setting<'_> {
    fn lanes(&self, number: &Number<'_>) -> Lane {
        number.lanes(self.graph, self.steady, self.trials)
    }

    fn counts(&self, id: ValueId) -> Lane {
        counts(self.graph, id, self.steady, self.trials)
    }
}

/// A fault and the facts that it changes.
#[derive(Debug)]
pub(super) struct FaultStep<'g> {
    pub(super) at: Number<'g>,
    pub(super) lasts: Option<Number<'g>>,
    /// Of the fault itself.
    pub(super) slot: u32,
    /// Of each fact that it changes, and whether its end changes it back.
    pub(super) facts: Vec<(u32, bool)>,
}

/// When a clock ticks.
#[derive(Debug)]
pub(super) struct TicksStep<'g> {
    pub(super) grid: usize,
    pub(super) every: Number<'g>,
    /// A look's cost is part of the period.
    pub(super) cost: Number<'g>,
    pub(super) age: Option<Number<'g>>,
    /// Looks that wait for their reply begin a period after the one before zero.
    pub(super) replies: bool,
    pub(super) name: u64,
}

/// A gate.
#[derive(Debug)]
pub(super) struct GateStep {
    pub(super) slot: u32,
    pub(super) inputs: Vec<Input>,
    pub(super) rule: Rule,
}

/// How a gate is worked out.
#[derive(Clone, Copy, Debug)]
pub(super) enum Rule {
    /// All inputs, as they are read: `or` is read the other way round.
    All,
    /// So many changes decide it, all in one direction.
    Decided(usize),
    /// At least so many of the inputs; change by change.
    AtLeast(usize),
    /// Set by the first input, cleared by the second; each may be constant.
    Latch {
        /// `when`, or its value.
        when: Result<Input, bool>,
        /// `until`, or its value.
        until: Result<Input, bool>,
        /// Its own value at the start.
        held: bool,
    },
}

/// A work.
#[derive(Debug)]
pub(super) struct WorkStep<'g> {
    pub(super) slot: u32,
    pub(super) when: Input,
    pub(super) takes: Number<'g>,
    pub(super) finishes: bool,
}

/// The works that use a pool, in the order of the model.
#[derive(Debug)]
pub(super) struct PoolStep<'g> {
    pub(super) size: ValueId,
    pub(super) users: Vec<User<'g>>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct User<'g> {
    pub(super) work: WorkStep<'g>,
    pub(super) held: u32,
}

/// Probes that look at the same thing, a period apart.
#[derive(Debug)]
pub(super) struct ProbeStep<'g> {
    pub(super) watch: u32,
    /// Looks that flip it from what it believed at the start, and back.
    pub(super) needed: (ValueId, ValueId),
    pub(super) cost: Number<'g>,
    /// The same period for all of them, where it is certain \[ns\].
    pub(super) period: Option<i64>,
    /// Where each is, and the ticks of each.
    pub(super) probes: Vec<(u32, usize)>,
}

/// A lease.
#[derive(Debug)]
pub(super) struct LeaseStep<'g> {
    pub(super) slot: u32,
    pub(super) condition: u32,
    pub(super) ttl: Number<'g>,
    pub(super) renewals: usize,
    pub(super) checks: Option<usize>,
}

impl Lanes {
    pub(super) fn fault(&mut self, step: &FaultStep<'_>, with: &Setting<'_>) {
        let at = with.lanes(&step.at);
        let lasts = step.lasts.as_ref().map(|lasts| with.lanes(lasts));
        let spell = &mut self.spells[step.slot as usize];
        for lane in 0..LANES {
            let from = at[lane].min(LATE >> 2);
            let to = lasts.map_or(LATE >> 1, |l| from + l[lane].clamp(1, LATE >> 2));
            (spell.leave[lane], spell.back[lane]) = (2 * from, 2 * to);
        }
        spell.cut(with.end);
        let spell = *spell;
        for (fact, returns) in &step.facts {
            let back = if *returns { spell.back } else { [LATE; LANES] };
            self.spells[*fact as usize] = Spell { leave: spell.leave, back };
        }
    }

    pub(super) fn ticks(&mut self, step: &TicksStep<'_>, with: &Setting<'_>) {
        const SHORTEST: i64 = 1_000;
        let (every, cost) = (with.lanes(&step.every), with.lanes(&step.cost));
        let uniforms = with.trials.uniforms(step.name);
        let age = step.age.as_ref().map(|age| with.lanes(age));
        let grid = &mut self.grids[step.grid];
        for lane in 0..LANES {
            let period = every[lane].max(SHORTEST) + cost[lane];
            grid.period[lane] = period;
            (grid.first[lane], grid.before[lane]) = match age {
                None => {
                    // Floored, and never a whole period.
                    let first = ((uniforms[lane] * period as f64) as i64).min(period - 1);
                    (first, first - period)
                }
                Some(age) if age[lane] == 0 => {
                    self.misfits[lane] |= step.replies;
                    (0, 0)
                }
                Some(age) => {
                    let age = age[lane].min(period);
                    (period - age, -age)
                }
            };
        }
    }

    pub(super) fn gate(&mut self, step: &GateStep, with: &Setting<'_>) {
        let mut spell = match step.rule {
            Rule::All => self.all(&step.inputs),
            Rule::Decided(decide) => {
                let spells = &self.spells;
                let inputs = step.inputs.iter().map(|input| &spells[input.slot as usize]);
                spell::threshold(inputs, decide, &mut self.scratch, &mut self.misfits)
            }
            Rule::AtLeast(least) => self.at_least(&step.inputs, least),
            Rule::Latch { when, until, held } => self.latch(when, until, held),
        };
        spell.cut(with.end);
        self.spells[step.slot as usize] = spell;
    }

    fn all(&mut self, inputs: &[Input]) -> Spell {
        let (first, rest) = inputs.split_first().expect("a gate that changes reads something");
        let mut all = self.spells[first.slot as usize];
        let mut held = first.held;
        for input in rest {
            let next = (&self.spells[input.slot as usize], input.held);
            all = both((&all, held), next, &mut self.misfits);
            held &= input.held;
        }
        all
    }

    fn at_least(&mut self, inputs: &[Input], least: usize) -> Spell {
        let mut out = Spell::NONE;
        let start = inputs.iter().filter(|input| input.held).count();
        for lane in 0..LANES {
            self.tell(inputs.iter().map(Some), lane);
            self.away.clear();
            self.away.resize(inputs.len(), false);
            let (away, mut count) = (&mut self.away, start);
            let value = |position: u32, _| {
                let (away, held) = (&mut away[position as usize], inputs[position as usize].held);
                *away = !*away;
                count = if held == *away { count - 1 } else { count + 1 };
                count >= least
            };
            let misfit = &mut self.misfits[lane];
            (out.leave[lane], out.back[lane]) =
                replay(&mut self.points, start >= least, value, misfit);
        }
        out
    }

    /// Lists the changes of some inputs in one trial.
    fn tell<'i>(&mut self, inputs: impl Iterator<Item = Option<&'i Input>>, lane: usize) {
        self.points.clear();
        for (input, position) in inputs.zip(0..) {
            let Some(input) = input else { continue };
            let (leave, back) = self.spells[input.slot as usize].at(lane);
            let moments = [leave, back].into_iter().filter(|moment| *moment < LATE);
            self.points.extend(moments.map(|moment| (moment, position)));
        }
    }

    fn latch(
        &mut self,
        when: Result<Input, bool>,
        until: Result<Input, bool>,
        held: bool,
    ) -> Spell {
        let mut out = Spell::NONE;
        for lane in 0..LANES {
            self.tell([&when, &until].map(|input| input.as_ref().ok()).into_iter(), lane);
            let mut holds = [when, until].map(|input| input.map_or_else(|c| c, |i| i.held));
            let value = |position: u32, now: bool| {
                let changed = &mut holds[position as usize];
                *changed = !*changed;
                !holds[1] && (holds[0] || now)
            };
            let misfit = &mut self.misfits[lane];
            (out.leave[lane], out.back[lane]) = replay(&mut self.points, held, value, misfit);
        }
        out
    }

    pub(super) fn work(&mut self, step: &WorkStep<'_>, with: &Setting<'_>) {
        let takes = with.lanes(&step.takes);
        let when = self.spells[step.when.slot as usize];
        let mut spell = Spell::NONE;
        for lane in 0..LANES {
            let (leave, back) = when.at(lane);
            (spell.leave[lane], spell.back[lane]) = if step.when.held {
                (leave, completion(back, takes[lane]))
            } else {
                let done = completion(leave, takes[lane]);
                let late = done >= back;
                self.misfits[lane] |= late & (done < LATE) & ((done == back) | step.finishes);
                if late { (LATE, LATE) } else { (done, back) }
            };
        }
        spell.cut(with.end);
        self.spells[step.slot as usize] = spell;
    }

    /// First come, first served; of one instant in the order of the model.
    pub(super) fn pool(&mut self, step: &PoolStep<'_>, with: &Setting<'_>) {
        for user in &step.users {
            // Until it is its turn, the spell of each work holds how long it takes.
            self.spells[user.work.slot as usize].leave = with.lanes(&user.work.takes);
        }
        let sizes = with.counts(step.size);
        for (lane, size) in sizes.into_iter().enumerate() {
            self.asked.clear();
            for (position, user) in step.users.iter().enumerate() {
                let (when, back) = self.spells[user.work.when.slot as usize].at(lane);
                if when < LATE {
                    self.asked.push((when, position));
                }
                self.misfits[lane] |= back < LATE;
            }
            self.asked.sort_unstable();
            let instants = |pair: &[(i64, usize)]| {
                instant(pair[0].0) == instant(pair[1].0) && pair[0].0 != pair[1].0
            };
            self.misfits[lane] |= self.asked.windows(2).any(instants);
            for user in &step.users {
                self.spells[user.held as usize].leave[lane] = LATE;
                self.spells[user.held as usize].back[lane] = LATE;
            }
            self.grant(step, lane, size as usize);
        }
        for user in &step.users {
            for slot in [user.work.slot, user.held] {
                self.spells[slot as usize].cut(with.end);
            }
        }
    }

    /// Grants the units of a pool in one trial.
    fn grant(&mut self, step: &PoolStep<'_>, lane: usize, size: usize) {
        self.free.clear();
        for turn in 0..self.asked.len() {
            let (asked, position) = self.asked[turn];
            let user = &step.users[position];
            let takes = self.spells[user.work.slot as usize].leave[lane];
            let grant = match self.free.pop() {
                Some(Reverse(free)) if turn >= size => asked.max(free),
                free => {
                    self.free.extend(free);
                    asked
                }
            };
            self.misfits[lane] |= takes == 0;
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

    pub(super) fn probes(&mut self, step: &ProbeStep<'_>, with: &Setting<'_>) {
        let watch = self.spells[step.watch as usize];
        let needed = [step.needed.0, step.needed.1].map(|id| with.counts(id));
        let cost = with.lanes(&step.cost);
        match step.period {
            Some(period) => {
                let family = Family::new(&watch, &needed, &cost, period);
                for (slot, grid) in &step.probes {
                    family.flip(
                        &self.grids[*grid].first,
                        with.end,
                        &mut self.spells[*slot as usize],
                    );
                }
            }
            None => {
                for (slot, grid) in &step.probes {
                    let grid = self.grids[*grid];
                    let spell = flips(&watch, &needed, &cost, &grid, with.end);
                    self.spells[*slot as usize] = spell;
                }
            }
        }
    }

    pub(super) fn lease(&mut self, step: &LeaseStep<'_>, with: &Setting<'_>) {
        let ttl = with.lanes(&step.ttl);
        let condition = self.spells[step.condition as usize];
        let renewals = self.grids[step.renewals];
        let checks = step.checks.map(|checks| self.grids[checks]);
        let mut spell = Spell::NONE;
        for lane in 0..LANES {
            let (leave, back) = condition.at(lane);
            // Renewals that come too late, now and then, are executed one by one.
            self.misfits[lane] |= renewals.period[lane] > ttl[lane].max(1);
            if leave == LATE {
                continue;
            }
            let (stopped, again) = (visible(leave), visible(back));
            let last = renewals.last(lane, stopped);
            let due = (last + ttl[lane].clamp(1, LATE >> 2)).max(stopped);
            let fall = checks.map_or(due, |checks| checks.next(lane, due));
            if back < LATE && renewals.next(lane, again) <= fall {
                continue;
            }
            spell.leave[lane] = 2 * fall + 1;
            if back < LATE {
                spell.back[lane] = 2 * renewals.next(lane, again.max(fall + 1)) + 1;
            }
        }
        spell.cut(with.end);
        self.spells[step.slot as usize] = spell;
    }
}

/// When work that starts at a moment is done.
fn completion(start: i64, takes: i64) -> i64 {
    let done = 2 * (instant(start) + takes.min(LATE >> 2));
    let done = if takes == 0 { start } else { done };
    if start == LATE { LATE } else { done.min(LATE) }
}

/// The flips of a probe.
fn flips(watch: &Spell, needed: &[Lane; 2], cost: &Lane, grid: &Grid, end: i64) -> Spell {
    let mut spell = Spell::NONE;
    for lane in 0..LANES {
        let (leave, back) = watch.at(lane);
        let flip = |from: i64, needed: i64| {
            grid.next(lane, visible(from)) + (needed - 1) * grid.period[lane]
        };
        let first = flip(leave, needed[0][lane]);
        if leave < LATE && first < visible(back) {
            spell.leave[lane] = 2 * (first + cost[lane]) + 1;
            if back < LATE {
                spell.back[lane] = 2 * (flip(back, needed[1][lane]) + cost[lane]) + 1;
            }
        }
    }
    spell.cut(end);
    spell
}

/// Probes of one period that look at the same: what all of them share.
struct Family {
    period: i64,
    cost: Lane,
    /// For the flip and the flip back: the whole periods before it is seen, what is
    /// left of one, and the periods to wait.
    turns: [(Lane, Lane, Lane); 2],
    /// From when on looks see the end of what flipped it.
    again: Lane,
    returns: bool,
}

impl Family {
    fn new(watch: &Spell, needed: &[Lane; 2], cost: &Lane, period: i64) -> Self {
        let turn = |moments: &Lane, needed: &Lane| {
            let mut turn = ([0; LANES], [0; LANES], [0; LANES]);
            for lane in 0..LANES {
                let (whole, rest) = whole_periods(visible(moments[lane]), period);
                (turn.0[lane], turn.1[lane]) = (whole, rest);
                turn.2[lane] = (needed[lane] - 1) * period;
            }
            turn
        };
        Self {
            period,
            cost: *cost,
            turns: [turn(&watch.leave, &needed[0]), turn(&watch.back, &needed[1])],
            again: watch.back.map(visible),
            returns: watch.back.iter().any(|back| *back < LATE),
        }
    }

    /// Works out the flips of the one whose first tick is `first`.
    fn flip(&self, first: &Lane, end: i64, out: &mut Spell) {
        let tick = |(whole, rest, wait): &(Lane, Lane, Lane), lane: usize| {
            let more = if first[lane] < rest[lane] { self.period } else { 0 };
            whole[lane] + first[lane] + more + wait[lane]
        };
        for lane in 0..LANES {
            let flip = tick(&self.turns[0], lane);
            let moment = 2 * (flip + self.cost[lane]) + 1;
            let flips = (flip < self.again[lane]) & (moment <= end);
            out.leave[lane] = if flips { moment } else { LATE };
        }
        if !self.returns {
            out.back = [LATE; LANES];
            return;
        }
        for lane in 0..LANES {
            let moment = 2 * (tick(&self.turns[1], lane) + self.cost[lane]) + 1;
            let comes = (out.leave[lane] < LATE) & (moment <= end);
            out.back[lane] = if comes { moment } else { LATE };
        }
    }
}
