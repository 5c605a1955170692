//! Crew: people who take one task at a time, when they answer.
//!
//! A work that *calls* rings, at the rise of its `when`, all those of the first
//! level who fit it. Whoever is rung answers after a time of their own, or, with a
//! chance of their own, not at all. Unless somebody has taken the task by then, the
//! next level is rung `escalate` later, and after the last level the first again:
//! those who have not answered get another chance.
//!
//! Who has answered and is free takes the task; who answered while busy takes it
//! when free, if it still waits. Tasks are taken first come, first served; of one
//! instant the one of higher priority, then in the order of the model. Of several
//! who could take a task, whoever answered first does.
//!
//! A task holds its person while its work runs, and then while its `keeps` holds,
//! as works hold units of pools. Grants are serial. A crew has no ticks: its full
//! form and its lazy form are the same. With one level whose people answer at once
//! a crew is a pool of as many units, the repairmen of queueing theory.
//!
//! Assumes that nobody is called away from a task, and that whoever answered stays
//! ready for as long as the task waits.

use super::id::{CrewId, ValueId};
use super::literal::{LevelId, Literal};
use crate::units::{Instant, Span};

/// Nobody is rung more often than that.
const SHORTEST_ROUND: Span = Span(1_000);
/// After so many rounds of one call nobody is rung any more.
const ROUNDS: u32 = 4096;

/// A crew, as wired.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Crew {
    /// How many people there are.
    pub people: usize,
    /// From ringing one level to ringing the next \[s\], read at each call.
    pub escalate: ValueId,
}

/// What a work has to do with a crew.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calls {
    /// Which crew.
    pub crew: CrewId,
    /// Who fits, in the order of the model; at least one.
    pub callees: Vec<Callee>,
    /// Of calls of one instant the highest is served first.
    pub priority: ValueId,
    /// It holds its person while this holds, though it runs no more.
    pub keeps: Literal,
    /// True while it holds somebody.
    pub held: LevelId,
}

impl Calls {
    /// How many levels there are.
    #[must_use]
    pub fn levels(&self) -> u32 {
        self.callees.iter().map(|callee| callee.level + 1).max().unwrap_or(1)
    }
}

/// Somebody who may be called by one work.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Callee {
    /// Who of the crew.
    pub person: usize,
    /// How many levels are rung before; of those who fit, none is empty.
    pub level: u32,
    /// How long an answer takes \[s\].
    pub response: ValueId,
    /// The chance that there is none.
    pub misses: ValueId,
    /// The hash of the name of that chance.
    pub name: u64,
    /// True while it holds this one.
    pub taken: LevelId,
}

/// One work's calls in a trial.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CallState {
    /// How many calls it has begun.
    calls: u32,
    /// How many levels the present call has rung.
    rung: u32,
    /// When the next level is rung.
    next: Instant,
    /// Since when each callee is ready to take the task.
    ready: Vec<Instant>,
    /// Who has taken it: a position in the callees.
    pub taken: Option<usize>,
}

impl CallState {
    /// No call yet, to so many.
    #[must_use]
    pub fn new(callees: usize) -> Self {
        let ready = vec![Instant::NEVER; callees];
        Self { calls: 0, rung: 0, next: Instant::NEVER, ready, taken: None }
    }

    /// The beginning of a trial.
    pub fn reset(&mut self) {
        (self.calls, self.taken) = (0, None);
        self.close();
    }

    /// A call begins: the first level is due to be rung now.
    pub fn open(&mut self, now: Instant) {
        self.close();
        self.calls += 1;
        self.next = now;
    }

    /// The call is over.
    pub fn close(&mut self) {
        (self.rung, self.next) = (0, Instant::NEVER);
        self.ready.fill(Instant::NEVER);
    }

    /// The index of the draws of the present round.
    #[must_use]
    pub fn draw(&self, calls: &Calls) -> u32 {
        self.calls.wrapping_mul(ROUNDS).wrapping_add(self.rung / calls.levels())
    }

    /// Whether a level is due at `now`.
    #[must_use]
    pub fn rings(&self, now: Instant) -> bool {
        self.next <= now
    }

    /// Rings the level that is due. `answer` tells how long somebody takes, if they
    /// answer at all; the next level is due `gap` later.
    pub fn ring(
        &mut self,
        calls: &Calls,
        now: Instant,
        gap: Span,
        mut answer: impl FnMut(&Callee) -> Option<Span>,
    ) {
        let level = self.rung % calls.levels();
        for (callee, ready) in calls.callees.iter().zip(&mut self.ready) {
            if callee.level == level && *ready == Instant::NEVER {
                *ready = answer(callee).map_or(Instant::NEVER, |takes| now + takes);
            }
        }
        self.rung = self.rung.saturating_add(1);
        let open = self.ready.contains(&Instant::NEVER) && self.rung / calls.levels() < ROUNDS;
        self.next = if open { now + gap.max(SHORTEST_ROUND) } else { Instant::NEVER };
    }

    /// When something changes by itself: a level is rung, or somebody answers.
    #[must_use]
    pub fn due(&self, now: Instant) -> Instant {
        let answers = self.ready.iter().filter(|ready| **ready > now);
        answers.copied().chain([self.next]).min().unwrap_or(Instant::NEVER)
    }

    /// Who takes the task, of those who have answered and are free.
    #[must_use]
    pub fn taker(&self, calls: &Calls, busy: &[bool], now: Instant) -> Option<usize> {
        let all = calls.callees.iter().zip(&self.ready).enumerate();
        let fit = all.filter(|(_, (callee, ready))| **ready <= now && !busy[callee.person]);
        fit.min_by_key(|(position, (_, ready))| (**ready, *position)).map(|(position, _)| position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GAP: Span = Span(10_000_000);

    /// Two on the first level, one on the second; nobody is busy.
    fn calls() -> Calls {
        let callee = |person: usize, level: u32| Callee {
            person,
            level,
            response: ValueId(0),
            misses: ValueId(0),
            name: person as u64,
            taken: LevelId::TRUE,
        };
        Calls {
            crew: CrewId(0),
            callees: vec![callee(0, 0), callee(1, 0), callee(2, 1)],
            priority: ValueId(0),
            keeps: Literal::FALSE,
            held: LevelId::TRUE,
        }
    }

    #[test]
    fn levels_are_rung_one_after_another_and_round_again() {
        let (calls, mut state) = (calls(), CallState::new(3));
        state.open(Instant(0));
        let mut now = Instant(0);
        let mut heard: Vec<(i64, usize, u32)> = Vec::new();
        while heard.len() < 6 {
            assert!(state.rings(now));
            let draw = state.draw(&calls);
            state.ring(&calls, now, GAP, |callee| {
                heard.push((now.0 / GAP.0, callee.person, draw - ROUNDS));
                None
            });
            now = state.due(now);
        }
        assert_eq!(heard, [(0, 0, 0), (0, 1, 0), (1, 2, 0), (2, 0, 1), (2, 1, 1), (3, 2, 1)]);
    }

    #[test]
    fn whoever_answered_first_and_is_free_takes_it() {
        let (calls, mut state) = (calls(), CallState::new(3));
        state.open(Instant(0));
        state.ring(&calls, Instant(0), GAP, |callee| Some(Span(5 - callee.person as i64)));
        let free = [false; 3];
        assert_eq!(state.due(Instant(0)), Instant(4));
        assert_eq!(state.taker(&calls, &free, Instant(3)), None);
        assert_eq!(state.taker(&calls, &free, Instant(4)), Some(1));
        // Later it is still who answered first, unless that one is busy.
        assert_eq!(state.taker(&calls, &free, Instant(9)), Some(1));
        assert_eq!(state.taker(&calls, &[false, true, false], Instant(9)), Some(0));
        assert_eq!(state.due(Instant(5)), Instant(0) + GAP);
        // Whoever has answered is not rung again, and when all have nobody is.
        state.ring(&calls, Instant(0) + GAP, GAP, |callee| {
            assert_eq!(callee.person, 2);
            Some(Span::ZERO)
        });
        assert_eq!(state.due(Instant(0) + GAP), Instant::NEVER);
        state.close();
        assert_eq!(state.taker(&calls, &free, Instant(i64::MAX - 1)), None);
    }
}
