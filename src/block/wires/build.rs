//! The wires of a graph.

use std::collections::{BTreeMap, BTreeSet};

use super::{FLAG_BITS, HANDS_ON, Kind, LAST, NOBODY, Round, Start, Valve, Wire, Wires};
use crate::block::consumer::Consumer;
use crate::block::gate::Gate;
use crate::block::graph::Graph;
use crate::block::literal::LevelId;

impl Wires {
    /// The wires of a graph whose consumers are known.
    pub(in crate::block) fn of(graph: &Graph) -> Self {
        let mut wires = Self::default();
        let mut members = vec![0];
        for log in &graph.logs {
            members.push(members[members.len() - 1] + log.members.len() as u32);
        }
        let valve = |(gate, level): &(Gate, LevelId)| Valve::new(*level, gate);
        wires.valves = graph.gates.iter().map(valve).collect();
        for (index, level) in graph.levels.iter().enumerate() {
            let consumers = graph.consumers_of(LevelId(index as u32)).iter();
            let mut all: Vec<Wire> =
                consumers.filter_map(|c| wire(*c, &members, &wires.valves)).collect();
            wires.add_lookers(&mut all);
            if let Some(mark) = level.mark {
                all.push(Wire::new(Kind::Mark, wires.marks.len() as u32, false));
                wires.marks.push(mark);
            }
            all.sort_by_key(|wire| wire.0 >> FLAG_BITS);
            let start = Start(wires.wires.len() as u32);
            wires.starts.push(if all.is_empty() { NOBODY } else { start });
            all.last_mut().into_iter().for_each(|last| last.0 |= LAST);
            wires.wires.extend(all);
        }
        wires.add_rounds(graph);
        // Behind the last wire nobody hears of anything.
        let end = Start(wires.wires.len() as u32);
        wires.starts.iter_mut().filter(|start| **start == NOBODY).for_each(|start| *start = end);
        for (position, valve) in wires.valves.iter_mut().enumerate() {
            let start = wires.starts[valve.level().index()];
            let only = wires.wires.get(start.0 as usize).filter(|wire| wire.is_last());
            let next = Wire::new(Kind::Gate, position as u32 + 1, false).0 | LAST;
            let flags = if only == Some(&Wire(next)) { HANDS_ON } else { 0 };
            *valve = Valve(valve.0 | flags, start);
        }
        wires
    }

    /// Of each meter among the wires of a level one is left where one is enough: a meter
    /// looks where it counts, and counts at once what is its part many times.
    fn add_lookers(&mut self, all: &mut Vec<Wire>) {
        let mut parts: BTreeMap<Wire, u32> = BTreeMap::new();
        for wire in all.iter().filter(|wire| wire.is(Kind::Part)) {
            *parts.entry(*wire).or_default() += 1;
        }
        let counting: BTreeSet<usize> = parts.keys().map(|part| part.position()).collect();
        let mut looking = |position: usize, many: u32, negated: bool| {
            self.lookers.push((position as u32, many));
            Wire::new(Kind::Meter, self.lookers.len() as u32 - 1, negated)
        };
        let mut lookers = Vec::new();
        for wire in all.iter().filter(|wire| wire.is(Kind::Meter)) {
            if !counting.contains(&wire.position()) {
                lookers.push(looking(wire.position(), 0, false));
            }
        }
        for (part, many) in parts.iter().filter(|(_, many)| **many > 1) {
            lookers.push(looking(part.position(), *many, part.is_negated()));
        }
        all.retain(|wire| !wire.is(Kind::Meter) && parts.get(wire).is_none_or(|many| *many == 1));
        all.extend(lookers);
    }

    /// Who looks at the ticks of clocks: probes, of which there are most, by themselves.
    fn add_rounds(&mut self, graph: &Graph) {
        for observers in &graph.observers {
            let (watchers, others) = (self.watchers.len() as u32, self.others.len() as u32);
            for observer in observers {
                match *observer {
                    Consumer::Probe(id) => self.watchers.push(id),
                    Consumer::Lease(_) | Consumer::Backup(_) => self.others.push(*observer),
                    // Its attempts have slots of their own.
                    _ => {}
                }
            }
            self.rounds.push(Round {
                watchers: (watchers, self.watchers.len() as u32),
                others: (others, self.others.len() as u32),
            });
        }
    }
}

/// The wire of a consumer, where it does anything at a change.
fn wire(consumer: Consumer, members: &[u32], valves: &[Valve]) -> Option<Wire> {
    let looking = |kind, position| Some(Wire::new(kind, position, false));
    match consumer {
        Consumer::Gate(gate, _) if valves[gate as usize].is_latch() => looking(Kind::Latch, gate),
        Consumer::Gate(gate, negated) => Some(Wire::new(Kind::Gate, gate, negated)),
        Consumer::Work(id) => looking(Kind::Work, id.0),
        Consumer::Clock(id) => looking(Kind::Clock, id.0),
        Consumer::Probe(id) => looking(Kind::Probe, id.0),
        Consumer::Lease(id) => looking(Kind::Lease, id.0),
        Consumer::Dial(id) => looking(Kind::Dial, id.0),
        Consumer::Pick(id) => looking(Kind::Pick, id.0),
        Consumer::Log(id, member) => looking(Kind::Log, members[id.index()] + member),
        Consumer::Meter(meter) => looking(Kind::Meter, meter),
        Consumer::Part(meter, negated) => Some(Wire::new(Kind::Part, meter, negated)),
        Consumer::Count(counter, negated) => Some(Wire::new(Kind::Count, counter, negated)),
        Consumer::Tank(id) => looking(Kind::Tank, id.0),
        Consumer::Pool(id) => looking(Kind::Pool, id.0),
        // What a backup holds is only ever read.
        Consumer::Backup(_) => None,
    }
}
