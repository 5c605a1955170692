//! Apart: gates of single trials, change by change.
//!
//! Where a gate comes to no single spell side by side, each change of what it reads is
//! looked at in order, in that trial alone. What comes of it may change more often than
//! twice, as long as only gates read it and nobody measures it: its third change and
//! those after it are *further* changes, which are listed and never are the cause of
//! anything that is told.

use super::lane::LANES;
use super::made::{Further, Made, Point, Round};
use super::spell::{LATE, Misfits, told};
use super::state::{Input, Lanes, Rule};

/// A gate, as it is worked out in single trials.
#[derive(Clone, Copy, Debug)]
pub(super) struct Apart<'s> {
    pub(super) slot: u32,
    pub(super) inputs: &'s [Input],
    pub(super) rule: Rule,
}

/// So many levels are looked at, at most, to find the round of a change.
pub(super) const LOOKS: u32 = 200;

impl Lanes {
    /// Levels that change more often than twice are no matter for anything but gates.
    #[inline(always)]
    pub(super) fn once(&mut self, slot: u32) {
        for at in 0..self.further.len() {
            let further = self.further[at];
            self.misfits[further.lane] |= told(further.slot == slot);
        }
    }

    /// The trials in which a gate reads further changes.
    #[inline(always)]
    pub(super) fn read_further(&self, inputs: &[Input], odd: &mut Misfits) {
        for further in &self.further {
            let reads = inputs.iter().any(|input| input.slot == further.slot);
            odd[further.lane] |= told(reads);
        }
    }

    /// Works a gate out in those trials that are `odd`.
    pub(super) fn apart(&mut self, step: &Apart<'_>, odd: &Misfits, made: &[Made]) {
        for lane in 0..LANES {
            // What does not fit already is never looked at.
            if odd[lane] != 0 && self.misfits[lane] == 0 {
                let fits = self.one_by_one(step, lane, made);
                self.misfits[lane] |= told(!fits);
            }
        }
    }

    /// Works a gate out in one trial; whether that is possible.
    fn one_by_one(&mut self, step: &Apart<'_>, lane: usize, made: &[Made]) -> bool {
        self.tell(step.inputs, lane);
        self.holds.clear();
        self.holds.extend(step.inputs.iter().map(|input| input.held));
        let mut now = step.value(&self.holds, None);
        let (mut spell, mut changes, mut begin) = ([LATE; 2], 0, 0);
        let points = std::mem::take(&mut self.points);
        let mut fits = true;
        for (at, point) in points.iter().enumerate() {
            let holds = &mut self.holds[point.position as usize];
            *holds = !*holds;
            let moment = point.moment;
            if points.get(at + 1).is_some_and(|next| next.moment == moment) {
                continue;
            }
            let together = &points[begin..=at];
            begin = at + 1;
            let slot = |point: &Point| step.inputs[point.position as usize].slot;
            let mut looks = LOOKS;
            fits &= together.len() == 1
                || together
                    .iter()
                    .all(|p| self.is_first(slot(p), (lane, moment), made, &mut looks));
            let next = step.value(&self.holds, Some(now));
            if next == now {
                continue;
            }
            now = next;
            match spell.get_mut(changes) {
                Some(place) => {
                    *place = moment;
                    fits &= together.iter().all(|point| point.change < 2);
                }
                None if self.further.len() < Further::MOST && !made[step.slot as usize].once => {
                    self.further.push(Further { slot: step.slot, lane, moment });
                }
                None => fits = false,
            }
            changes += 1;
        }
        self.points = points;
        let out = &mut self.spells[step.slot as usize];
        (out.leave[lane], out.back[lane]) = (spell[0], spell[1]);
        fits
    }

    /// Lists the changes of some inputs in one trial, in order.
    fn tell(&mut self, inputs: &[Input], lane: usize) {
        self.points.clear();
        for (input, position) in inputs.iter().zip(0..) {
            let (leave, back) = self.spells[input.slot as usize].at(lane);
            let further = self.further.iter().filter(|f| f.slot == input.slot && f.lane == lane);
            let moments = [leave, back].into_iter().filter(|moment| *moment < LATE);
            let moments = moments.chain(further.map(|further| further.moment));
            let point = |(moment, change)| Point { moment, position, change };
            self.points.extend(moments.zip(0..).map(point));
        }
        self.points.sort_unstable();
    }

    /// Whether a level that changes at a moment does so in its first round, as far as
    /// that is quickly found.
    pub(super) fn is_first(
        &self,
        slot: u32,
        at: (usize, i64),
        made: &[Made],
        looks: &mut u32,
    ) -> bool {
        if *looks == 0 {
            return false;
        }
        *looks -= 1;
        match &made[slot as usize].round {
            Round::First => true,
            Round::Later => false,
            Round::Work(when) => !self.changes_at(*when, at),
            Round::Gate(inputs) => inputs.iter().all(|input| {
                !self.changes_at(*input, at) || self.is_first(*input, at, made, looks)
            }),
        }
    }

    fn changes_at(&self, slot: u32, (lane, moment): (usize, i64)) -> bool {
        let (leave, back) = self.spells[slot as usize].at(lane);
        let is_it = |f: &Further| f.slot == slot && f.lane == lane && f.moment == moment;
        leave == moment || back == moment || self.further.iter().any(is_it)
    }
}

impl Apart<'_> {
    /// Whether what it comes to holds, by what of its inputs does and by whether it
    /// did until `now`: at the start, `None`.
    fn value(&self, holds: &[bool], now: Option<bool>) -> bool {
        let count = || holds.iter().filter(|holds| **holds).count();
        match self.rule {
            Rule::All => count() == holds.len(),
            Rule::AtLeast(least) => count() >= least,
            Rule::Decided(decide) => {
                let held = self.inputs.first().is_some_and(|input| input.held);
                count() >= if held { holds.len() + 1 - decide } else { decide }
            }
            Rule::Latch { when, until, held } => {
                let Some(now) = now else { return held };
                let mut moving = holds.iter();
                let mut read = |side: Result<Input, bool>| {
                    side.map_or_else(|still| still, |_| moving.next().is_some_and(|holds| *holds))
                };
                let (when, until) = (read(when), read(until));
                !until && (when || now)
            }
        }
    }
}
