//! Changes of levels, and who hears of them.

use super::level::LevelState;
use super::world::World;
use crate::block::wires::{Kind, Start, Wire};
use crate::block::{Event, EventId, LevelId, Mark};

impl World<'_> {
    /// Level `level` becomes `value` by the doing of `cause`; the event of its
    /// last change.
    pub(super) fn set(&mut self, level: LevelId, value: bool, cause: EventId) -> EventId {
        let state = self.levels[level.index()];
        if state.value() == value { state.event() } else { self.change(level, value, cause) }
    }

    /// Level `level`, which is not `value`, becomes so by the doing of `cause`.
    #[inline(never)]
    pub(super) fn change(&mut self, level: LevelId, value: bool, cause: EventId) -> EventId {
        self.change_from(self.graph.wires.start(level), level, value, cause)
    }

    /// The same where it is known where the level's wires begin.
    #[inline(always)]
    pub(super) fn change_from(
        &mut self,
        start: Start,
        level: LevelId,
        value: bool,
        cause: EventId,
    ) -> EventId {
        let event = self.write(level, value, cause);
        let graph = self.graph;
        let mut wires = graph.wires.from(start).iter();
        // Who counts comes first, and most often nobody else hears of it.
        while let Some(wire) = wires.next() {
            let up = value != wire.is_negated();
            if wire.is_gate() {
                let position = wire.gate();
                if self.gates[position].count(up, event) {
                    self.dirty.insert(Kind::Gate, position);
                }
            } else if wire.is(Kind::Part) {
                self.gauges.count(wire.position(), up, self.now);
            } else {
                self.hear(*wire, wires.as_slice(), (value, event));
                break;
            }
            if wire.is_last() {
                break;
            }
        }
        event
    }

    /// Writes down that a level becomes so.
    #[inline(always)]
    pub(super) fn write(&mut self, level: LevelId, value: bool, cause: EventId) -> EventId {
        let event = EventId(self.journal.len() as u32);
        self.journal.push(Event { at: self.now, level, value, cause });
        self.levels[level.index()] = LevelState::new(value, event);
        event
    }

    /// Who is neither threshold nor part hears that a level has become so: this wire and the
    /// others after it, to the last of the level.
    #[inline(never)]
    fn hear(&mut self, first: Wire, others: &[Wire], change: (bool, EventId)) {
        let (mut wire, mut others) = (first, others.iter());
        loop {
            if wire.is(Kind::Count) {
                let count = &mut self.counters[wire.position()];
                let up = change.0 != wire.is_negated();
                // One more or less.
                *count = count.wrapping_add(if up { 1 } else { u32::MAX });
            } else {
                self.tell(wire, change);
            }
            match others.next() {
                Some(next) if !wire.is_last() => wire = *next,
                _ => break,
            }
        }
    }

    /// Who counts nothing looks again, or is stamped.
    #[inline(always)]
    fn tell(&mut self, wire: Wire, change: (bool, EventId)) {
        let position = wire.position();
        match wire.kind() {
            Kind::Probe => self.dirty.insert(Kind::Probe, position),
            Kind::Meter => {
                let (meter, parts) = self.graph.wires.lookers[position];
                let more = change.0 != wire.is_negated();
                self.gauges
                    .count_many(meter as usize, if more { parts } else { parts.wrapping_neg() });
            }
            Kind::Latch => self.dirty.insert(Kind::Gate, position),
            Kind::Mark => self.stamp_if(position, change),
            kind => self.dirty.insert(kind, position),
        }
    }

    /// The level of this mark has become so.
    fn stamp_if(&mut self, mark: usize, (value, by): (bool, EventId)) {
        if value {
            self.stamp_mark(self.graph.wires.marks[mark], by);
        }
    }

    /// The rise of `level` stamps its milestone.
    pub(super) fn stamp(&mut self, level: LevelId) {
        if let Some(mark) = self.graph.wires.mark_of(level) {
            self.stamp_mark(mark, self.event_of(level));
        }
    }

    fn stamp_mark(&mut self, mark: Mark, by: EventId) {
        let milestone = mark.milestone as usize;
        let stamp = &mut self.stamps[milestone][mark.instance as usize];
        *stamp = (*stamp).min(self.now);
        if !std::mem::replace(&mut self.stamped[milestone], true) {
            self.arm_faults(mark.milestone, by);
            self.end_faults(mark.milestone);
        }
    }
}
