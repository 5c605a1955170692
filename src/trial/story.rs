//! One trial told as a timeline.

use super::Program;
use super::world::World;
use crate::block::{EventId, Producer};
use crate::outcome::{Entry, Timeline};

impl World<'_> {
    /// The story of the trial that ran last: every change of a level that has
    /// a name, with its cause.
    pub(super) fn story(&self, program: &Program) -> Timeline {
        let served = &self.meter_states[program.measures.subjects[0].served];
        let critical: Vec<EventId> =
            served.recovered.iter().flat_map(|(_, event)| self.chain(*event)).collect();
        // Events without words are passed over: their effects name the first
        // cause that has some.
        let mut told: Vec<Option<usize>> = vec![None; self.journal.len()];
        let mut entries: Vec<Entry> = Vec::new();
        for (index, event) in self.journal.iter().enumerate().skip(1) {
            let cause = told[event.cause.0 as usize];
            let Some((who, what, stage)) = self.words(program, index) else {
                told[index] = cause;
                continue;
            };
            let mark = self.graph.levels[event.level.index()].mark.filter(|_| event.value);
            told[index] = Some(entries.len());
            entries.push(Entry {
                at: event.at,
                who,
                what,
                stage,
                rose: event.value,
                mark: mark.map(|m| program.layout.milestones[m.milestone as usize].mark.clone()),
                cause,
                critical: critical.contains(&EventId(index as u32)),
            });
        }
        Timeline { entries }
    }

    /// Who, what and which stage an event is; `None` for gates inside expressions
    /// and for the second level of a dial or a log.
    fn words(&self, program: &Program, index: usize) -> Option<(String, String, String)> {
        let event = &self.journal[index];
        let named = &self.graph.levels[event.level.index()];
        if let Some(fault) = self.graph.faults.iter().position(|f| f.level == event.level) {
            let title = &program.faults[fault];
            let what = if event.value { title.clone() } else { format!("{title}: over") };
            return Some((String::new(), what, "fault".to_owned()));
        }
        // That somebody is no longer chosen says nothing beside who is, and who
        // heads a log nothing beside who was promoted.
        let unchosen = !event.value && matches!(named.producer, Producer::Pick(..));
        let head = matches!(named.producer, Producer::Head(..));
        if named.name.is_empty() || unchosen || head {
            return None;
        }
        let (who, node) = named.name.rsplit_once('/').unwrap_or(("", &named.name));
        let plain = node.replace('_', " ");
        let title = program.titles.get(&event.level).unwrap_or(&plain);
        let lease = matches!(named.producer, Producer::Lease(_));
        let what = match (lease, event.value) {
            // A lease has words for its end; its rise is a grant.
            (true, true) => format!("{plain} granted"),
            (true, false) | (false, true) => title.clone(),
            (false, false) => format!("{title}: no longer"),
        };
        let stage = named.stage.map(|s| &program.layout.stages[s as usize]);
        let name = stage.map_or_else(|| named.name.clone(), |s| s.name.clone());
        Some((who.to_owned(), what, name))
    }
}
