//! The steps of a sweep: each kind of block, worked out for many trials at once from
//! the spells of what it reads.

use std::collections::BTreeMap;

use pulp::Simd;

use super::apart::Apart;
use super::lane::{LANES, Lane};
use super::number::{Draw, Grid, Number, begin, whole_periods_each};
use super::spell::{LATE, Misfits, Spell, all_visible, both, instant, told, visible};
use super::state::{Input, Lanes, Rule, Setting};
use super::threshold::{Read, threshold};
use crate::block::clock::SHORTEST_PERIOD;

/// A fault and the facts that it changes.
#[derive(Debug)]
pub(super) struct FaultStep {
    pub(super) at: Number,
    pub(super) lasts: Option<Number>,
    /// Of the fault itself.
    pub(super) slot: u32,
    /// Of each fact that it changes, and whether its end changes it back.
    pub(super) facts: Vec<(u32, bool)>,
}

/// When a clock ticks.
#[derive(Debug)]
pub(super) struct TicksStep {
    pub(super) grid: usize,
    pub(super) every: Number,
    /// A look's cost is part of the period.
    pub(super) cost: Number,
    pub(super) age: Option<Number>,
    /// Looks that wait for their reply begin a period after the one before zero.
    pub(super) replies: bool,
    pub(super) draw: Draw,
}

impl TicksStep {
    /// The period, where it is the same in every trial, not too long, and nothing says
    /// when the last tick was.
    pub(super) fn even(&self) -> Option<i64> {
        let (Number::Constant(every), Number::Constant(cost), None) =
            (self.every, self.cost, self.age)
        else {
            return None;
        };
        Some(every.max(SHORTEST_PERIOD.0).wrapping_add(cost))
            .filter(|p| (1..Grid::LONGEST).contains(p))
    }
}

/// Clocks of one period, the same in every trial.
#[derive(Debug)]
pub(super) struct EvenStep {
    pub(super) period: i64,
    /// The ticks of each, and where in a period the first of them is.
    pub(super) clocks: Vec<(usize, Draw)>,
}

/// A gate.
#[derive(Debug)]
pub(super) struct GateStep {
    pub(super) slot: u32,
    pub(super) inputs: Vec<Input>,
    pub(super) rule: Rule,
    /// Whether anything that it reads may come back.
    pub(super) returns: bool,
    /// Where its deciders are written down.
    pub(super) decider: Option<usize>,
}

/// A work.
#[derive(Debug)]
pub(super) struct WorkStep {
    pub(super) slot: u32,
    pub(super) when: Input,
    pub(super) takes: Number,
    pub(super) finishes: bool,
}

/// The works that use a pool, in the order of the model.
#[derive(Debug)]
pub(super) struct PoolStep {
    pub(super) size: Number,
    pub(super) users: Vec<User>,
}

/// One of them.
#[derive(Debug)]
pub(super) struct User {
    pub(super) work: WorkStep,
    pub(super) held: u32,
}

/// Probes that look at the same thing, a period apart.
#[derive(Debug)]
pub(super) struct ProbeStep {
    pub(super) watch: u32,
    /// Looks that flip it from what it believed at the start, and back.
    pub(super) needed: (Number, Number),
    pub(super) cost: Number,
    /// The same period for all of them, where it is certain \[ns\].
    pub(super) period: Option<i64>,
    /// Whether any of them may flip back.
    pub(super) returns: bool,
    /// Where each is, and the ticks of each.
    pub(super) probes: Vec<(u32, Ticks)>,
}

/// What a probe looks at the ticks of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Ticks {
    /// Those that stand there.
    Grid(usize),
    /// Those that begin anywhere in the period of all probes of its step; nobody else
    /// needs them.
    Drawn(Draw),
}

impl ProbeStep {
    /// Where their ticks stand.
    pub(super) fn grids(&self) -> impl Iterator<Item = usize> {
        self.probes.iter().filter_map(|(_, ticks)| match ticks {
            Ticks::Grid(grid) => Some(*grid),
            Ticks::Drawn(_) => None,
        })
    }

    /// Its ticks stand elsewhere now, by where they stood.
    pub(super) fn move_grids(&mut self, places: &[usize]) {
        for (_, ticks) in &mut self.probes {
            if let Ticks::Grid(grid) = ticks {
                *grid = places[*grid];
            }
        }
    }

    /// Draws those of its ticks itself that are told, by where they stood.
    pub(super) fn draw(&mut self, draws: &BTreeMap<usize, Draw>) {
        for (_, ticks) in &mut self.probes {
            if let Ticks::Grid(grid) = ticks
                && let Some(draw) = draws.get(grid)
            {
                *ticks = Ticks::Drawn(*draw);
            }
        }
    }
}

/// A lease.
#[derive(Debug)]
pub(super) struct LeaseStep {
    pub(super) slot: u32,
    pub(super) condition: u32,
    pub(super) ttl: Number,
    pub(super) renewals: usize,
    pub(super) checks: Option<usize>,
}

impl Lanes {
    pub(super) fn fault(&mut self, step: &FaultStep, with: &Setting<'_>) {
        let at = self.drawn.lanes(step.at);
        let lasts = step.lasts.map(|lasts| self.drawn.lanes(lasts));
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

    #[inline(always)]
    pub(super) fn even_ticks(&mut self, step: &EvenStep) {
        for (grid, draw) in &step.clocks {
            self.grids[*grid].first = begin(&self.drawn.uniforms(*draw), step.period);
        }
    }

    pub(super) fn ticks(&mut self, step: &TicksStep) {
        let (every, cost) = (self.drawn.lanes(step.every), self.drawn.lanes(step.cost));
        let uniforms = self.drawn.uniforms(step.draw);
        let age = step.age.map(|age| self.drawn.lanes(age));
        let grid = &mut self.grids[step.grid];
        let mut before = [0; LANES];
        for lane in 0..LANES {
            let period = every[lane].max(SHORTEST_PERIOD.0).wrapping_add(cost[lane]);
            grid.period[lane] = period;
            (grid.first[lane], before[lane]) = match age {
                None => {
                    // Floored, and never a whole period.
                    let first =
                        ((uniforms[lane] * period as f64) as i64).min(period.wrapping_sub(1));
                    (first, first.wrapping_sub(period))
                }
                Some(age) if age[lane] == 0 => {
                    self.misfits[lane] |= told(step.replies);
                    (0, 0)
                }
                Some(age) => {
                    let age = age[lane].min(period);
                    (period - age, -age)
                }
            };
        }
        grid.before = Some(before);
    }

    #[inline(always)]
    pub(super) fn gate<S: Simd>(&mut self, simd: S, step: &GateStep, with: &Setting<'_>) {
        let mut odd = [0; LANES];
        match step.rule {
            Rule::All => self.all(step, &mut odd),
            Rule::Decided(decide) => {
                let read = Read { spells: &self.spells, inputs: &step.inputs };
                let decide = (decide, step.returns);
                let spell = threshold(simd, read, decide, &mut self.selection, &mut odd);
                self.spells[step.slot as usize] = spell;
            }
            Rule::AtLeast(_) | Rule::Latch { .. } => odd = [told(true); LANES],
        }
        if !self.further.is_empty() {
            self.read_further(&step.inputs, &mut odd);
        }
        if odd.iter().fold(0, |any, odd| any | odd) != 0 {
            let gate = Apart { slot: step.slot, inputs: &step.inputs, rule: step.rule };
            self.apart(&gate, &odd, with.made);
        }
        if let Some(decider) = step.decider {
            let spells = &self.spells;
            let inputs = step.inputs.iter().map(|input| &spells[input.slot as usize]);
            self.deciders[decider] = decided(inputs, &spells[step.slot as usize].leave);
        }
        // What gates read ends before the horizon, and so does what comes of it.
    }

    /// What is read has its spell before whatever reads it.
    #[inline(always)]
    fn all(&mut self, step: &GateStep, odd: &mut Misfits) {
        let (before, after) = self.spells.split_at_mut(step.slot as usize);
        let spell = |input: &Input| (&before[input.slot as usize], input.held);
        let [first, second, rest @ ..] = &step.inputs[..] else {
            unreachable!("a gate of one input is as what it reads")
        };
        both(spell(first), spell(second), &mut after[0], odd);
        let mut held = first.held & second.held;
        for input in rest {
            let so_far = after[0];
            both((&so_far, held), spell(input), &mut after[0], odd);
            held &= input.held;
        }
    }

    #[inline(always)]
    pub(super) fn work(&mut self, step: &WorkStep, with: &Setting<'_>) {
        self.once(step.when.slot);
        let takes = self.drawn.lanes(step.takes);
        let (before, after) = self.spells.split_at_mut(step.slot as usize);
        let (when, spell) = (&before[step.when.slot as usize], &mut after[0]);
        for lane in 0..LANES {
            let (leave, back) = when.at(lane);
            (spell.leave[lane], spell.back[lane]) = if step.when.held {
                (leave, completion(back, takes[lane]))
            } else {
                let done = completion(leave, takes[lane]);
                let late = done >= back;
                let misfit = late & (done < LATE) & ((done == back) | step.finishes);
                self.misfits[lane] |= told(misfit);
                if late { (LATE, LATE) } else { (done, back) }
            };
        }
        spell.cut(with.end);
    }

    #[inline(always)]
    pub(super) fn probes(&mut self, step: &ProbeStep, with: &Setting<'_>) {
        self.once(step.watch);
        let needed = [self.drawn.lanes(step.needed.0), self.drawn.lanes(step.needed.1)];
        let cost = self.drawn.lanes(step.cost);
        let (before, after) = self.spells.split_at_mut(step.watch as usize + 1);
        let watch = &before[step.watch as usize];
        #[expect(clippy::manual_map, reason = "a closure may be compiled for any processor")]
        let family = match step.period {
            Some(period) => {
                Some(Family::new(watch, &needed, &cost, (period, step.returns), with.end))
            }
            None => None,
        };
        for (slot, ticks) in &step.probes {
            let out = &mut after[(slot - step.watch) as usize - 1];
            match (&family, *ticks) {
                (Some(family), Ticks::Drawn(draw)) => {
                    family.flip(&begin(&self.drawn.uniforms(draw), family.period), out);
                }
                (Some(family), Ticks::Grid(grid)) => family.flip(&self.grids[grid].first, out),
                (None, Ticks::Grid(grid)) => {
                    *out = flips(watch, &needed, &cost, &self.grids[grid], with.end);
                }
                (None, Ticks::Drawn(_)) => unreachable!("probes of several periods have grids"),
            }
        }
    }

    pub(super) fn lease(&mut self, step: &LeaseStep, with: &Setting<'_>) {
        self.once(step.condition);
        let ttl = self.drawn.lanes(step.ttl);
        let condition = self.spells[step.condition as usize];
        let renewals = self.grids[step.renewals];
        let checks = step.checks.map(|checks| self.grids[checks]);
        let mut spell = Spell::NONE;
        for lane in 0..LANES {
            let (leave, back) = condition.at(lane);
            // Renewals that come too late, now and then, are executed one by one.
            self.misfits[lane] |= told(renewals.period[lane] > ttl[lane].max(1));
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

/// Which input left in the moment of a gate's first change, and how many did.
#[inline(always)]
fn decided<'s>(inputs: impl Iterator<Item = &'s Spell>, moments: &Lane) -> (Lane, Lane) {
    let (mut who, mut ties) = ([0; LANES], [0_i64; LANES]);
    for (spell, position) in inputs.zip(0_i64..) {
        for lane in 0..LANES {
            let decides = spell.leave[lane] == moments[lane];
            who[lane] = if decides { position } else { who[lane] };
            ties[lane] = ties[lane].wrapping_sub(told(decides));
        }
    }
    (who, ties)
}

/// When work that starts at a moment is done.
#[inline(always)]
pub(super) const fn completion(start: i64, takes: i64) -> i64 {
    // Far from the ends of the number range.
    let takes = if takes < LATE >> 2 { takes } else { LATE >> 2 };
    let done = instant(start).wrapping_add(takes).wrapping_mul(2);
    let done = if takes == 0 { start } else { done };
    if start == LATE || done > LATE { LATE } else { done }
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
    turn: Turn,
    back: Back,
}

/// Whether probes of a family flip back.
#[expect(clippy::large_enum_variant, reason = "there is one at a time, on the stack")]
enum Back {
    /// Never, and that stands already where they are.
    Never,
    /// Not in these trials.
    NotNow,
    Turn(Turn),
}

/// A flip of a probe of a family, in moments.
struct Turn {
    /// What is left of a period when what it looks at has changed: whoever's tick is
    /// earlier in its period waits for the next one.
    rest: Lane,
    /// The moment at which one would flip whose ticks begin each period.
    begin: Lane,
    /// Whoever would flip from here on does not.
    limit: Lane,
}

impl Turn {
    #[inline(always)]
    fn new(changed: &Lane, needed: &Lane, cost: &Lane, period: i64, limit: Lane) -> Self {
        let mut turn = Self { rest: [0; LANES], begin: [0; LANES], limit };
        let whole;
        (whole, turn.rest) = whole_periods_each(all_visible(*changed), period);
        for lane in 0..LANES {
            let looks = needed[lane].wrapping_sub(1).wrapping_mul(period);
            let begin = whole[lane].wrapping_add(looks).wrapping_add(cost[lane]);
            turn.begin[lane] = begin.wrapping_mul(2).wrapping_add(1);
        }
        turn
    }

    /// The moment of the flip of one whose first tick is `first`.
    #[inline(always)]
    fn moment(&self, lane: usize, first: i64, period: i64) -> i64 {
        // Far from the ends of the number range, and worked out for every client.
        let wait = if first < self.rest[lane] { period } else { 0 };
        self.begin[lane].wrapping_add(2_i64.wrapping_mul(first.wrapping_add(wait)))
    }
}

impl Family {
    #[inline(always)]
    fn new(
        watch: &Spell,
        needed: &[Lane; 2],
        cost: &Lane,
        (period, returns): (i64, bool),
        end: i64,
    ) -> Self {
        let (mut limit, last) = ([0; LANES], end.wrapping_add(1));
        for lane in 0..LANES {
            // A look that begins when all is well again sees that.
            let again = visible(watch.back[lane]).wrapping_add(cost[lane]);
            let again = again.wrapping_mul(2).wrapping_add(1);
            limit[lane] = if again < last { again } else { last };
        }
        let turn = Turn::new(&watch.leave, &needed[0], cost, period, limit);
        let back = if watch.comes_back() {
            Back::Turn(Turn::new(&watch.back, &needed[1], cost, period, [last; LANES]))
        } else if returns {
            Back::NotNow
        } else {
            Back::Never
        };
        Self { period, turn, back }
    }

    /// Works out the flips of the one whose first tick is `first`.
    #[inline(always)]
    fn flip(&self, first: &Lane, out: &mut Spell) {
        let turn = &self.turn;
        for lane in 0..LANES {
            let moment = turn.moment(lane, first[lane], self.period);
            out.leave[lane] = if moment < turn.limit[lane] { moment } else { LATE };
        }
        let turn = match &self.back {
            Back::Never => return,
            Back::NotNow => {
                out.back = [LATE; LANES];
                return;
            }
            Back::Turn(turn) => turn,
        };
        for lane in 0..LANES {
            let moment = turn.moment(lane, first[lane], self.period);
            let comes = (out.leave[lane] < LATE) & (moment < turn.limit[lane]);
            out.back[lane] = if comes { moment } else { LATE };
        }
    }
}
