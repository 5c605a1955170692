//! One trial told as a timeline.

use super::Program;
use super::world::{Lapse, World};
use crate::block::{EventId, Producer};
use crate::outcome::{Entry, Timeline};

/// The milestone of a user's first error.
const FIRST_ERROR: &str = "first_error";

impl World<'_> {
    /// The story of the trial that ran last: every change of a level that has
    /// a name, with its cause, and the last renewals of leases that ran out on
    /// the critical path.
    pub(super) fn story(&self, program: &Program) -> Timeline {
        let served = self.gauges.state(program.measures.subjects[0].served);
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
                mark: mark.and_then(|m| {
                    let slot = program.layout.milestones.get(m.milestone as usize);
                    slot.map(|slot| slot.mark.clone())
                }),
                cause,
                critical: critical.contains(&EventId(index as u32)),
            });
        }
        let error = entries.iter().position(|e| e.mark.as_deref() == Some(FIRST_ERROR));
        let entry_of = |found: Option<(_, EventId)>| found.and_then(|(_, e)| told[e.0 as usize]);
        let (lost, recovered) = (entry_of(served.lost), entry_of(served.recovered));
        let impact = lost.and(error).or(lost);
        let mut timeline = Timeline { entries, impact, recovered };
        for lapse in self.lapses.iter().filter(|lapse| critical.contains(&lapse.event)) {
            timeline.insert(self.renewal(program, lapse));
        }
        timeline
    }

    /// The last renewal of a lease that ran out.
    fn renewal(&self, program: &Program, lapse: &Lapse) -> Entry {
        let (lease, level) = &self.graph.leases[lapse.lease];
        let named = &self.graph.levels[level.index()];
        let (owner, node, _) = split(&named.name);
        let holder = lease.of.and_then(|pick| {
            let level = self.graph.picks[pick.index()].candidates[lapse.holder].chosen;
            let (owner, _, whom) = split(&self.graph.levels[level.index()].name);
            whom.map(|whom| format!("{owner}/{whom}"))
        });
        let stage = named.stage.map(|s| program.layout.stages[s as usize].name.clone());
        Entry {
            at: lapse.renewed,
            who: holder.unwrap_or_else(|| owner.to_owned()),
            what: format!("{node} renewed for the last time"),
            stage: stage.unwrap_or_else(|| named.name.clone()),
            rose: true,
            mark: None,
            cause: None,
            critical: true,
        }
    }

    /// Who, what and which stage an event is; `None` for gates inside expressions
    /// and for the second level of a dial or a log.
    fn words(&self, program: &Program, index: usize) -> Option<(String, String, String)> {
        let event = &self.journal[index];
        let named = &self.graph.levels[event.level.index()];
        if let Some(fault) = self.graph.faults.iter().position(|f| f.level == event.level) {
            let title = &program.faults[fault];
            let what = if event.value { title.clone() } else { format!("over: {title}") };
            return Some((String::new(), what, "fault".to_owned()));
        }
        // That somebody is no longer chosen says nothing beside who is, and who
        // heads a log nothing beside who was promoted.
        let unchosen = !event.value && matches!(named.producer, Producer::Pick(..));
        let head = matches!(named.producer, Producer::Head(..));
        if named.name.is_empty() || unchosen || head {
            return None;
        }
        let (owner, plain, whom) = split(&named.name);
        let who = match (named.producer, whom) {
            (Producer::Pick(..), Some(whom)) => format!("{owner}/{whom}"),
            (Producer::Taken(..), Some(whom)) => whom.to_owned(),
            _ => owner.to_owned(),
        };
        let title = program.titles.get(&event.level).unwrap_or(&plain);
        let what = match (named.producer, event.value) {
            // A lease has words for its end; its rise is a grant.
            (Producer::Lease(_), true) => format!("{plain} granted"),
            (Producer::Taken(..), false) => "is free again".to_owned(),
            (Producer::Fact(true), true) => format!("{title} back"),
            (Producer::Fact(true), false) => format!("{title} gone"),
            (Producer::Lease(_), false) | (_, true) => title.clone(),
            (_, false) => format!("{title}: no longer"),
        };
        let stage = named.stage.map(|s| &program.layout.stages[s as usize]);
        let name = stage.map_or_else(|| named.name.clone(), |s| s.name.clone());
        Some((who, what, name))
    }
}

/// Whose level it is, what it is, and whom it has chosen: `orders/n2/poll` is
/// the poll of `orders/n2`, and `orders/leader=n2` the leader of `orders`, n2.
fn split(name: &str) -> (&str, String, Option<&str>) {
    let (path, whom) = name.split_once('=').map_or((name, None), |(path, w)| (path, Some(w)));
    let (owner, node) = path.rsplit_once('/').unwrap_or(("", path));
    (owner, node.replace('_', " "), whom)
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn names_say_who_and_what() {
        let parts = |name| {
            let (who, what, whom) = split(name);
            format!("{who} | {what} | {}", whom.unwrap_or_default())
        };
        assert_eq!(parts("orders/n2/old_poll"), "orders/n2 | old poll | ");
        assert_eq!(parts("orders/b/1/poll"), "orders/b/1 | poll | ");
        assert_eq!(parts("orders/leader=b/1"), "orders | leader | b/1");
        assert_eq!(parts("orders/key"), "orders | key | ");
        assert_eq!(parts("host a/1/host"), "host a/1 | host | ");
    }
}
