//! Pairs: gates of two inputs, one of which is the same for all of them.
//!
//! What each of many clients waits for is much alike: something of its own, and something
//! that all of them need. Such gates are worked out together.

use super::Compiled;
use super::apart::Apart;
use super::build::Builder;
use super::lane::LANES;
use super::spell::{both, told};
use super::state::{Input, Lanes, Rule, Setting};

/// Gates whose two inputs must hold, as they are read.
#[derive(Debug)]
pub(super) struct PairStep {
    /// What all of them read.
    common: Input,
    /// Whether what each reads besides held at the start.
    held: bool,
    members: Vec<Member>,
}

/// One of them.
#[derive(Clone, Copy, Debug)]
struct Member {
    slot: u32,
    /// What it reads besides.
    other: u32,
}

impl PairStep {
    fn inputs(&self, member: Member) -> [Input; 2] {
        [self.common, Input { slot: member.other, held: self.held }]
    }
}

impl Builder<'_> {
    /// A gate of two inputs joins others that are worked out later than what it reads, or
    /// is the first of its kind.
    pub(super) fn pair(&mut self, slot: u32, inputs: [Input; 2]) {
        let [one, other] = inputs;
        for (common, own) in [(one, other), (other, one)] {
            let Some(position) = self.pairs.get(&(common, own.held)).copied() else { continue };
            let known = self.ready[common.slot as usize].max(self.ready[own.slot as usize]);
            if let Compiled::Pairs(step) = &mut self.steps[position]
                && known < position
                && step.take(common, own, slot)
            {
                self.ready[slot as usize] = position;
                return;
            }
        }
        let position = self.steps.len();
        for (common, own) in [(one, other), (other, one)] {
            self.pairs.insert((common, own.held), position);
        }
        let members = vec![Member { slot, other: other.slot }];
        self.steps.push(Compiled::Pairs(PairStep { common: one, held: other.held, members }));
    }
}

impl PairStep {
    /// Another member joins, if it reads the same; which that is, the second decides.
    fn take(&mut self, common: Input, own: Input, slot: u32) -> bool {
        if (self.common, self.held) != (common, own.held) {
            let [first] = self.members[..] else { return false };
            let [one, other] = self.inputs(first);
            if (other, one.held) != (common, own.held) {
                return false;
            }
            (self.common, self.held) = (other, one.held);
            self.members[0].other = one.slot;
        }
        self.members.push(Member { slot, other: own.slot });
        true
    }
}

impl Lanes {
    #[inline(always)]
    pub(super) fn pairs(&mut self, step: &PairStep, with: &Setting<'_>) {
        if !self.further.is_empty() {
            return self.each_pair(step, with);
        }
        let mut odd = [0; LANES];
        let common = self.spells[step.common.slot as usize];
        for member in &step.members {
            let (before, after) = self.spells.split_at_mut(member.slot as usize);
            let other = (&before[member.other as usize], step.held);
            both((&common, step.common.held), other, &mut after[0], &mut odd);
        }
        if odd.iter().fold(0, |any, odd| any | odd) != 0 {
            self.each_pair(step, with);
        }
    }

    /// The same where there are trials in which not all comes to one spell.
    fn each_pair(&mut self, step: &PairStep, with: &Setting<'_>) {
        for member in &step.members {
            let inputs = step.inputs(*member);
            let gate = Apart { slot: member.slot, inputs: &inputs, rule: Rule::All };
            let mut odd = [0; LANES];
            let (before, after) = self.spells.split_at_mut(member.slot as usize);
            let [one, other] = inputs.map(|input| (&before[input.slot as usize], input.held));
            both(one, other, &mut after[0], &mut odd);
            self.read_further(&inputs, &mut odd);
            if odd.contains(&told(true)) {
                self.apart(&gate, &odd, with.made);
            }
        }
    }
}
