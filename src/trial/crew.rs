//! Crews in a trial: works call, people answer, take tasks and are free again.

use super::world::World;
use crate::block::EventId;
use crate::block::crew::CallState;
use crate::block::value::Readings;
use crate::block::wires::Kind;
use crate::block::work::WorkStage;
use crate::units::Instant;

impl World<'_> {
    /// A work begins a call.
    pub(super) fn call(&mut self, index: usize) {
        self.calls[index].open(self.now);
        self.ring(index);
    }

    /// Somebody is rung for a work that waits, or has answered.
    pub(super) fn ring(&mut self, index: usize) {
        let graph = self.graph;
        let Some(calls) = &graph.works[index].0.calls else { return };
        let now = self.now;
        let mut state = std::mem::replace(&mut self.calls[index], CallState::new(0));
        if state.rings(now) {
            let draw = state.draw(calls);
            let gap = graph.span(graph.crews[calls.crew.index()].escalate, draw, self);
            state.ring(calls, now, gap, |callee| {
                let missed =
                    self.uniform(callee.name, draw) < graph.value(callee.misses, draw, self);
                (!missed).then(|| graph.span(callee.response, draw, self))
            });
        }
        let due = state.due(now);
        self.calls[index] = state;
        self.agenda.schedule(self.slots.work(index), due);
        self.dirty.insert(Kind::Crew, calls.crew.index());
    }

    /// Whoever waits longest for somebody of a crew who is there gets them.
    pub(super) fn grant_person(&mut self, crew: usize) {
        let graph = self.graph;
        let mut best: Option<((Instant, f64), usize, usize)> = None;
        for caller in graph.callers[crew].iter().map(|caller| caller.index()) {
            let Some(calls) = &graph.works[caller].0.calls else { continue };
            if self.works[caller].stage != WorkStage::Queued {
                continue;
            }
            let taker = self.calls[caller].taker(calls, &self.busy[crew], self.now);
            let Some(taker) = taker else { continue };
            let rank = (self.works[caller].asked, -graph.value(calls.priority, 0, self));
            if best.is_none_or(|(other, ..)| rank.partial_cmp(&other).is_some_and(|o| o.is_lt())) {
                best = Some((rank, caller, taker));
            }
        }
        let Some((_, next, taker)) = best else { return };
        let work = &graph.works[next].0;
        let Some(calls) = &work.calls else { return };
        let callee = calls.callees[taker];
        self.busy[crew][callee.person] = true;
        self.calls[next].close();
        self.calls[next].taken = Some(taker);
        self.works[next].holds = true;
        let by = match self.works[next].tries {
            0 => self.event(work.when).max(self.event(work.until)),
            // It let somebody go when the last try failed.
            _ => self.event_of(calls.held),
        };
        let by = self.set(callee.taken, true, by);
        self.works[next].started_by = self.set(calls.held, true, by);
        self.agenda.cancel(self.slots.work(next));
        self.begin_try(next);
        self.dirty.insert(Kind::Crew, crew);
    }

    /// Whoever works on a task is free again, by the doing of `by`.
    pub(super) fn dismiss(&mut self, index: usize, by: EventId) {
        let graph = self.graph;
        let Some(calls) = &graph.works[index].0.calls else { return };
        if let Some(taken) = self.calls[index].taken.take() {
            let callee = calls.callees[taken];
            self.busy[calls.crew.index()][callee.person] = false;
            self.set(callee.taken, false, by);
            self.dirty.insert(Kind::Crew, calls.crew.index());
        }
    }
}
