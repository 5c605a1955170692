//! A sweep against the execution event by event: random graphs without memory, small
//! integers so that ties abound. Every level must change at the same instants, by the
//! same chain of causes; whatever does not fit must say so.

use drillcast::block::clock::{Clock, Ticks};
use drillcast::block::lease::Lease;
use drillcast::block::pool::{Pool, Uses};
use drillcast::block::probe::{Looks, Probe};
use drillcast::block::value::Value;
use drillcast::block::work::Work;
use drillcast::block::{
    Arm, Builder, Change, ClockId, Event, EventId, FaultSpec, Graph, LevelId, Literal, PoolId,
    Strikes, ValueId,
};
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Ended, Meter, Mode, Share, Steady, Sweep, World};
use drillcast::units::{Instant, Span};

const HORIZON: Span = Span(400_000);

/// So far that no moment leaves room for a number beside it.
const FAR: Span = Span(1 << 57);

/// A graph under construction: whatever is added reads only what was there before.
struct Random {
    sampling: Sampling,
    graph: u64,
    thrown: u32,
    builder: Builder,
    names: u64,
    levels: Vec<LevelId>,
    /// How finely times are drawn: 1 makes ties, 1000 avoids them.
    grain: usize,
}

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.thrown += 1;
        let stream = self.sampling.stream(name_hash("dice"));
        (self.sampling.uniform(stream, self.graph, self.thrown) * n as f64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn name(&mut self) -> u64 {
        self.names += 1;
        name_hash(&format!("n{}", self.names))
    }

    /// Up to so many microseconds, certain or drawn.
    fn time(&mut self, least: usize, most: usize) -> ValueId {
        let unit = 1e-6 / self.grain as f64;
        let (least, most) = (least * self.grain, most * self.grain);
        if self.chance(40) {
            let whole = least + self.below(most - least + 1);
            return self.builder.constant(whole as f64 * unit);
        }
        let (low, high) = (self.builder.constant(least as f64), self.builder.constant(most as f64));
        let name = self.name();
        let drawn = self.builder.value(Value::Between { low, high, name });
        let whole = self.builder.value(Value::Ceiling(drawn));
        let unit = self.builder.constant(unit);
        self.builder.value(Value::Multiply(whole, unit))
    }

    fn literal(&mut self) -> Literal {
        let at = self.below(self.levels.len());
        let literal = Literal::of(self.levels[at]);
        if self.chance(30) { !literal } else { literal }
    }

    fn clock(&mut self) -> ClockId {
        let age = self.chance(50).then(|| self.time(0, 6));
        let (every, name) = (self.time(2, 9), self.name());
        let (running, locked, ticks) = (Literal::TRUE, false, Ticks::Even);
        self.builder.clock(Clock { every, running, locked, ticks, age, name })
    }

    fn add_gate(&mut self, level: LevelId) {
        let inputs: Vec<Literal> = (0..1 + self.below(5)).map(|_| self.literal()).collect();
        if self.chance(20) {
            let until = self.literal();
            return self.builder.define_latch(level, inputs[0], until);
        }
        let least = 1 + self.below(inputs.len());
        let value = self.builder.at_least(least, &inputs);
        self.builder.define_gate(level, value);
    }

    fn add_probe(&mut self, level: LevelId) {
        let watch = self.literal();
        self.add_probe_of(level, watch);
    }

    fn add_probe_of(&mut self, level: LevelId, watch: Literal) {
        let looks = if self.chance(60) {
            Looks::Clock(self.clock())
        } else {
            let (every, cost) = (self.time(2, 9), self.time(0, 3));
            let (inputs, age, name) = (Vec::new(), Some(self.time(1, 6)), self.name());
            Looks::Reply { every, cost, inputs, age, name }
        };
        let [fall, rise] = [0, 1].map(|_| 1 + self.below(3)).map(|n| n as f64);
        let probe = Probe {
            watch,
            running: Literal::TRUE,
            looks,
            initially: None,
            fall: self.builder.constant(fall),
            rise: self.builder.constant(rise),
        };
        self.builder.define_probe(level, probe);
    }

    fn add_lease(&mut self, level: LevelId) {
        let renew = vec![(self.clock(), self.literal())];
        let check = self.chance(50).then(|| self.clock());
        let ttl = self.time(9, 20);
        let lease = Lease { of: None, ttl, renew, check, rearm: None, drop: Literal::FALSE };
        self.builder.define_lease(level, lease);
    }

    fn add_work(&mut self, level: LevelId, when: Literal, uses: Option<Uses>) {
        let takes = if self.chance(15) { self.builder.constant(0.0) } else { self.time(1, 20) };
        let finishes = self.chance(15);
        self.builder.define_work(level, Work { uses, finishes, ..Work::new(when, takes) });
    }

    /// Probes of one or two facts, so many of them as are counted, and maybe works that
    /// each of them starts and that share a few units.
    fn add_crowd(&mut self) {
        let watched = [0, 1].map(|_| {
            let fact = self.below(3);
            Literal::of(self.levels[fact])
        });
        let most = if self.chance(30) { 200 } else { 40 };
        let crowd: Vec<Literal> = (0..5 + self.below(most))
            .map(|_| {
                let level = self.builder.level("probe");
                let watch = watched[usize::from(self.chance(10))];
                self.add_probe_of(level, watch);
                Literal::of(level)
            })
            .collect();
        let least = 1 + self.below(crowd.len());
        let (level, value) = (self.builder.level("gate"), self.builder.at_least(least, &crowd));
        self.builder.define_gate(level, value);
        self.levels.extend([crowd[0].level(), level]);
        if self.chance(50) {
            let size = self.below(crowd.len() + 2);
            let starts: Vec<Literal> = crowd.iter().map(|member| !*member).collect();
            self.add_pool_of(size, &starts);
        }
    }

    /// Works that share one or two units.
    fn add_pool(&mut self) {
        let size = self.below(3);
        let starts: Vec<Literal> = (0..2 + self.below(3)).map(|_| self.literal()).collect();
        self.add_pool_of(size, &starts);
    }

    fn add_pool_of(&mut self, size: usize, starts: &[Literal]) {
        let size = self.builder.constant(size as f64);
        let pool = self.builder.pool(Pool::Units(size));
        let users: Vec<(LevelId, LevelId)> = starts
            .iter()
            .map(|_| (self.builder.level("shared"), self.builder.level("unit")))
            .collect();
        for ((level, held), when) in users.iter().zip(starts) {
            let pool = PoolId(pool.0);
            let uses = Uses { pool, keeps: Literal::FALSE, held: *held };
            self.add_work(*level, *when, Some(uses));
        }
        self.levels.extend(users.into_iter().flat_map(|(level, held)| [level, held]));
    }

    fn add(&mut self) {
        if self.chance(10) {
            return self.add_pool();
        }
        if self.chance(4) {
            return self.add_crowd();
        }
        let kind = self.below(6);
        let level = self.builder.level(["gate", "gate", "probe", "lease", "work", "work"][kind]);
        match kind {
            0 | 1 => self.add_gate(level),
            2 => self.add_probe(level),
            3 => self.add_lease(level),
            _ => {
                let when = self.literal();
                self.add_work(level, when, None);
            }
        }
        self.levels.push(level);
    }

    fn add_fault(&mut self, fact: LevelId) {
        let level = self.builder.fact("fault", false);
        let arm = Arm {
            begin: vec![Change { level: fact, value: false }],
            end: vec![Change { level: fact, value: true }],
        };
        let lasts = self.chance(50).then(|| self.time(1, 60));
        let at = self.time(0, 10);
        self.builder.fault(FaultSpec {
            at,
            after: None,
            lasts,
            until: None,
            breaks: true,
            strikes: Strikes::One(arm),
            level,
        });
    }
}

fn graph(number: u64) -> Graph {
    let mut random = Random {
        sampling: Sampling::plain(2027),
        graph: number,
        thrown: 0,
        builder: Builder::default(),
        names: 0,
        levels: Vec::new(),
        grain: if number.is_multiple_of(3) { 1 } else { 1000 },
    };
    let facts: Vec<LevelId> = (0..3).map(|_| random.builder.fact("fact", true)).collect();
    random.levels.extend(&facts);
    for _ in 0..4 + random.below(12) {
        random.add();
    }
    for fact in &facts[..1 + random.below(3)] {
        random.add_fault(*fact);
    }
    random.builder.build().expect("what reads only what was there has no cycles")
}

/// An event and its causes after the first fault, as far as they took time, or stamp
/// something, without numbers.
fn told(graph: &Graph, chain: &[Event], clock: Instant) -> Vec<(Instant, LevelId, bool)> {
    let took_time = |at: usize| chain.get(at + 1).is_none_or(|cause| cause.at < chain[at].at);
    let told = |at: &usize| {
        let stamps = graph.levels[chain[*at].level.index()].mark.is_some();
        chain[*at].at > clock && (stamps || took_time(*at))
    };
    let event = |at: usize| (chain[at].at, chain[at].level, chain[at].value);
    (0..chain.len()).filter(told).map(event).collect()
}

fn chain(journal: &[Event], last: usize) -> Vec<Event> {
    let next =
        |event: &Event| (event.cause != EventId::START).then(|| journal[event.cause.0 as usize]);
    std::iter::successors(Some(journal[last]), next).collect()
}

/// What the comparison of many trials came to.
#[derive(Default, Debug)]
struct Tally {
    fitted: u64,
    misfits: u64,
    unclear: u64,
    changes: usize,
    unswept: u64,
}

fn compare(number: u64, tally: &mut Tally) {
    let graph = graph(number);
    let steady = Steady::of(&graph);
    let meter = |level| Meter {
        criterion: Literal::of(LevelId(level)),
        share: Share::Parts(Vec::new()),
        is_told: false,
        stable_for: Span::ZERO,
    };
    // What nobody measures may change more than twice.
    let is_measured = |level: u32| number % 4 < 2 || u64::from(level % 3) == number % 3;
    let all = (0..graph.levels.len() as u32).filter(|level| is_measured(*level));
    let meters: Vec<Meter> = all.map(meter).collect();
    let horizon = if number % 5 == 4 { FAR } else { HORIZON };
    let Ok(sweep) = Sweep::of(&graph, &steady, &meters, horizon) else {
        tally.unswept += 1;
        return;
    };
    let mut swept = sweep.room();
    let mut world = World::new(&graph, &[], &steady, Mode::Lazy);
    let sampling = if number.is_multiple_of(2) {
        Sampling::plain(number)
    } else {
        Sampling::latin_hypercube(number)
    };
    for trial in [0, 5, 16, 40] {
        if !sweep.run(&mut swept, &sampling, trial) {
            tally.misfits += 1;
            continue;
        }
        tally.fitted += 1;
        assert_ne!(world.run(&sampling, trial, horizon), Ended::Unsettled);
        let journal = world.journal();
        let faults: Vec<LevelId> = graph.faults.iter().map(|fault| fault.level).collect();
        let clock = journal.iter().find(|event| faults.contains(&event.level));
        let clock = clock.map_or(Instant::ZERO, |event| event.at);
        for level in (1..graph.levels.len() as u32).filter(|level| is_measured(*level)) {
            let level = LevelId(level);
            let executed: Vec<usize> =
                (1..journal.len()).filter(|at| journal[*at].level == level).collect();
            let at = |event: &Event| (event.at, event.value);
            let Some(changes) = sweep.changes(&swept, trial, level) else {
                tally.unclear += 1;
                continue;
            };
            let what = format!(
                "graph {number}, trial {trial}, level {} {}",
                level.0,
                graph.levels[level.index()].name
            );
            assert_eq!(
                changes.iter().map(|chain| at(&chain[0])).collect::<Vec<_>>(),
                executed.iter().map(|index| at(&journal[*index])).collect::<Vec<_>>(),
                "{what}"
            );
            tally.changes += changes.len();
            for (swept, index) in changes.iter().zip(executed) {
                let executed = chain(journal, index);
                assert_eq!(told(&graph, swept, clock), told(&graph, &executed, clock), "{what}");
            }
        }
    }
}

#[test]
fn a_sweep_tells_what_is_executed() {
    let mut tally = Tally::default();
    for number in 0..12_000 {
        compare(number, &mut tally);
    }
    println!("{tally:?}");
    assert!(tally.fitted > 10_000, "{tally:?}");
    assert!(tally.changes > 100_000, "{tally:?}");
    assert!(tally.misfits > 500 && tally.unclear > 100, "ties must abound: {tally:?}");
}
