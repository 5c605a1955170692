//! Works in a trial: asking for a unit, starting, completing, failing and trying
//! again.

use super::world::World;
use crate::block::EventId;
use crate::block::pool::{Pool, PoolState};
use crate::block::value::Readings;
use crate::block::wires::Kind;
use crate::block::work::{Retry, WorkStage, WorkStep};
use crate::maths;
use crate::units::Span;

/// More tries than this of one work without success, and the trial is unsettled.
const TRY_BUDGET: u32 = 100_000;

impl World<'_> {
    /// Whether the work moved.
    pub(super) fn settle_work(&mut self, index: usize) -> bool {
        let graph = self.graph;
        let (work, level) = &graph.works[index];
        let (when, until) = (self.holds(work.when), self.holds(work.until));
        match work.step(&mut self.works[index], when, until) {
            WorkStep::Nothing => return self.release(index),
            WorkStep::Ask => {
                self.works[index].tries = 0;
                self.ask(index);
            }
            // It may have waited for `until` to let go.
            WorkStep::Start => self.start(index, self.event(work.when).max(self.event(work.until))),
            WorkStep::Cancel => {
                self.agenda.cancel(self.slots.work(index));
                self.calls[index].close();
                self.zero.retain(|w| *w != index as u32);
                self.flows.end(index);
            }
            WorkStep::Fall(by) => {
                self.set(*level, false, self.event(by));
                self.dirty.insert(Kind::Work, index);
            }
            WorkStep::Forget => {
                if let Some(retry) = work.retry {
                    self.set(retry.failed, false, self.event(work.when));
                }
                self.dirty.insert(Kind::Work, index);
            }
        }
        self.release(index);
        true
    }

    /// A work asks for a unit of its pool.
    fn ask(&mut self, index: usize) {
        self.works[index].stage = WorkStage::Queued;
        self.works[index].asked = self.now;
        let work = &self.graph.works[index].0;
        if let Some(uses) = work.uses {
            self.dirty.insert(Kind::Pool, uses.pool.index());
        }
        if work.calls.is_some() {
            self.call(index);
        }
    }

    /// A work that neither runs nor keeps its unit gives it back; whether it did.
    #[inline]
    fn release(&mut self, index: usize) -> bool {
        let graph = self.graph;
        let state = &self.works[index];
        if !state.holds || state.stage == WorkStage::Running {
            return false;
        }
        let (work, level) = &graph.works[index];
        let kept = |(_, keeps): &(_, _)| self.holds(*keeps);
        let Some((held, keeps)) = work.holding().filter(|held| !kept(held)) else {
            return false;
        };
        let by = self.event(work.when).max(self.event(keeps)).max(self.event_of(*level));
        // After a failed try nothing else has changed since it began.
        let by = by.max(self.works[index].started_by);
        self.works[index].holds = false;
        self.set(held, false, by);
        if let Some(uses) = work.uses {
            self.pools[uses.pool.index()].give();
            self.dirty.insert(Kind::Pool, uses.pool.index());
        }
        self.dismiss(index, by);
        true
    }

    /// Whoever has waited longest for a unit of a pool gets one, if there is one.
    pub(super) fn grant_unit(&mut self, pool: usize) {
        let graph = self.graph;
        if let (Pool::Tokens { rates, .. }, gap) = (&graph.pools[pool], self.now) {
            let (now, gap) = (gap, self.gap(rates));
            if let PoolState::Tokens(bucket) = &mut self.pools[pool] {
                bucket.turn(now, gap);
            }
        }
        let waiting = graph.users[pool].iter().map(|user| user.index());
        let waiting = waiting.filter(|w| self.works[*w].stage == WorkStage::Queued);
        let Some(next) = waiting.min_by_key(|w| (self.works[*w].asked, *w)) else { return };
        if !self.pools[pool].take(self.now) {
            // A pool of units has none until one comes back.
            let at = self.pools[pool].next();
            self.agenda.schedule(self.slots.token(pool), at);
            return;
        }
        let work = &graph.works[next].0;
        self.works[next].holds = true;
        let mut by = self.event(work.when).max(self.event(work.until));
        if let Some(uses) = work.uses {
            if self.works[next].tries > 0 {
                // It gave its unit back when the last try failed.
                by = self.event_of(uses.held);
            }
            by = self.set(uses.held, true, by);
        }
        self.works[next].started_by = by;
        self.begin_try(next);
        self.dirty.insert(Kind::Pool, pool);
    }

    /// Who moves something gets a fair share of the links.
    #[inline]
    pub(super) fn share(&mut self) {
        if self.flows.has_changed() {
            self.share_anew();
        }
    }

    fn share_anew(&mut self) {
        let graph = self.graph;
        let over = |work: usize| {
            graph.works[work].0.moves.as_ref().map_or(&[][..], |moves| moves.over.as_slice())
        };
        let (agenda, slots, visible) = (&mut self.agenda, self.slots, self.visible);
        self.flows.share(self.now, over, |work, at| {
            agenda.schedule(slots.work(work), at.max(visible));
        });
    }

    pub(super) fn start(&mut self, index: usize, started_by: EventId) {
        self.works[index].started_by = started_by;
        self.works[index].tries = 0;
        self.begin_try(index);
    }

    pub(super) fn begin_try(&mut self, index: usize) {
        let graph = self.graph;
        let activation = self.works[index].activations;
        let work = &graph.works[index].0;
        let moves = work.moves.as_ref().map(|moves| {
            let [bytes, most] = [moves.bytes, moves.most].map(|v| graph.value(v, activation, self));
            (bytes.max(0.0), most.max(0.0))
        });
        let takes = match moves {
            Some((0.0, _)) => Span::ZERO,
            Some(_) => Span::NEVER,
            None => graph.span(work.takes, activation, self),
        };
        let state = &mut self.works[index];
        state.stage = WorkStage::Running;
        state.activations += 1;
        state.tries += 1;
        if takes == Span::ZERO {
            self.zero.push(index as u32);
        } else if let Some((bytes, most)) = moves {
            self.flows.begin(index, bytes, most, self.now);
        } else {
            self.agenda.schedule(self.slots.work(index), self.now + takes);
        }
    }

    /// What a work waits for has come: the end of a try, or of the wait for one.
    pub(super) fn complete(&mut self, index: usize) {
        let graph = self.graph;
        let (work, level) = &graph.works[index];
        match (self.works[index].stage, &work.retry) {
            (WorkStage::Running, Some(retry)) if self.fails(index, retry) => {
                return self.fail(index, retry);
            }
            (WorkStage::Running, _) => {}
            (WorkStage::Pausing, _) => return self.try_again(index),
            (WorkStage::Queued, _) => return self.ring(index),
            _ => return,
        }
        self.works[index].stage = WorkStage::Done;
        self.flows.end(index);
        let event = self.set(*level, true, self.works[index].started_by);
        for (fact, value) in &work.does {
            self.set(*fact, *value, event);
        }
        self.dirty.insert(Kind::Work, index);
    }

    /// Whether the try that ends now fails.
    fn fails(&self, index: usize, retry: &Retry) -> bool {
        let try_ = self.works[index].activations - 1;
        self.uniform(retry.name, try_) < self.graph.value(retry.fails, try_, self)
    }

    /// A try has failed: there is another, or the work has failed for good.
    fn fail(&mut self, index: usize, retry: &Retry) {
        let graph = self.graph;
        let state = self.works[index];
        self.flows.end(index);
        if retry.tries.is_some_and(|most| state.tries >= graph.count(most, self)) {
            self.works[index].stage = WorkStage::Failed;
            self.set(retry.failed, true, state.started_by);
            self.dirty.insert(Kind::Work, index);
            return;
        }
        self.exhausted |= state.tries >= TRY_BUDGET;
        self.works[index].stage = WorkStage::Pausing;
        self.release(index);
        let wait = self.wait(retry, state.activations - 1, state.tries);
        if wait == Span::ZERO {
            self.try_again(index);
        } else {
            self.agenda.schedule(self.slots.work(index), self.now + wait);
        }
    }

    /// How long a work waits after so many tries of this activation.
    fn wait(&self, retry: &Retry, activation: u32, tries: u32) -> Span {
        let graph = self.graph;
        let mut wait = graph.span(retry.between, activation, self);
        if let Some(factor) = retry.factor {
            let factor = graph.value(factor, activation, self).max(1.0);
            let grown = maths::powf(factor, f64::from(tries.saturating_sub(1)));
            wait = Span::from_seconds(wait.as_seconds() * grown);
        }
        retry.most.map_or(wait, |most| wait.min(graph.span(most, activation, self)))
    }

    /// The wait after a failed try is over.
    fn try_again(&mut self, index: usize) {
        if self.graph.works[index].0.holding().is_some() && !self.works[index].holds {
            self.ask(index);
        } else {
            self.begin_try(index);
        }
    }
}
