//! Full against lazy: random graphs of blocks, faults and seeds, small integers
//! so that ties abound. Both forms must write the same journal, to the bit.

use drillcast::block::backup::Backup;
use drillcast::block::clock::{Clock, Ticks};
use drillcast::block::crew::{Callee, Calls, Crew};
use drillcast::block::dial::{Dial, DialTarget};
use drillcast::block::lease::Lease;
use drillcast::block::link::{Link, Moves};
use drillcast::block::log::{Log, LogMember};
use drillcast::block::pick::{Candidate, Pick};
use drillcast::block::pool::{Pool, Uses};
use drillcast::block::probe::{Looks, Probe};
use drillcast::block::tank::Tank;
use drillcast::block::value::{About, Condition, Value};
use drillcast::block::work::{Retry, Work};
use drillcast::block::{
    Arm, BackupId, Builder, Change, ClockId, CrewId, FaultSpec, Graph, LevelId, LinkId, Literal,
    Mark, PoolId, Strikes, ValueId,
};
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Ended, Mode, Steady, World};
use drillcast::units::Span;

/// A stream of small random integers.
struct Dice {
    sampling: Sampling,
    thrown: u32,
    graph: u64,
}

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.thrown += 1;
        let stream = self.sampling.stream(name_hash("dice"));
        (self.sampling.uniform(stream, self.graph, self.thrown) * n as f64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }
}

/// A graph under construction.
struct Random {
    dice: Dice,
    builder: Builder,
    names: u64,
    /// Levels that are not gates: safe inputs of anything.
    firm: Vec<LevelId>,
    gates: Vec<LevelId>,
    clocks: Vec<ClockId>,
    /// Clocks that others may follow.
    followed: Vec<ClockId>,
    /// For each work the level that says that it has failed, if it may.
    failures: Vec<Option<LevelId>>,
}

const MICRO: f64 = 1e-6;

impl Random {
    fn micros(&mut self, most: usize) -> ValueId {
        let n = self.dice.below(most + 1);
        self.builder.constant(n as f64 * MICRO)
    }

    fn period(&mut self) -> ValueId {
        let n = 1 + self.dice.below(6);
        self.builder.constant(n as f64 * MICRO)
    }

    /// A whole number of microseconds, drawn each trial.
    fn drawn(&mut self, most: usize) -> ValueId {
        self.names += 1;
        let (low, high) = (self.builder.constant(0.0), self.builder.constant(most as f64));
        let between = Value::Between { low, high, name: name_hash(&format!("v{}", self.names)) };
        let between = self.builder.value(between);
        let whole = self.builder.value(Value::Ceiling(between));
        let micro = self.builder.constant(MICRO);
        self.builder.value(Value::Multiply(whole, micro))
    }

    fn literal(&mut self) -> Literal {
        let all = self.firm.len() + self.gates.len();
        let at = self.dice.below(all);
        let level =
            if at < self.firm.len() { self.firm[at] } else { self.gates[at - self.firm.len()] };
        let literal = Literal::of(level);
        if self.dice.chance(35) { !literal } else { literal }
    }

    fn firm_literal(&mut self) -> Literal {
        let at = self.dice.below(self.firm.len());
        let literal = Literal::of(self.firm[at]);
        if self.dice.chance(35) { !literal } else { literal }
    }

    fn name(&mut self) -> u64 {
        self.names += 1;
        name_hash(&format!("n{}", self.names))
    }

    fn clock(&mut self, running: Literal) -> ClockId {
        let ticks = match self.dice.below(10) {
            0 | 1 => Ticks::Random,
            7 => Ticks::From(self.drawn(6)),
            2..=4 if !self.followed.is_empty() => {
                Ticks::Follow(self.followed[self.dice.below(self.followed.len())])
            }
            _ => Ticks::Even,
        };
        self.clock_of(running, ticks)
    }

    /// A clock whose looks back off.
    fn backing_off(&mut self, running: Literal) -> ClockId {
        let factor = self.dice.below(3) as f64 * 0.5 + 1.0;
        let slack = (self.dice.below(2) as f64 * 0.5, self.dice.below(3) as f64 * 0.5);
        let ticks = Ticks::Growing {
            factor: self.builder.constant(factor),
            most: self.micros(20),
            slack: (self.builder.constant(slack.0), self.builder.constant(slack.1)),
        };
        self.clock_of(running, ticks)
    }

    fn clock_of(&mut self, running: Literal, ticks: Ticks) -> ClockId {
        let pinned = self.dice.chance(80);
        let at_zero = self.dice.chance(30);
        let age = pinned.then(|| if at_zero { self.micros(2) } else { self.drawn(6) });
        let (every, locked) = (self.period(), self.dice.chance(70));
        let clock = Clock { every, running, locked, ticks, age, name: self.name() };
        let id = self.builder.clock(clock);
        if matches!(ticks, Ticks::Even | Ticks::Random) {
            self.followed.push(id);
        }
        id
    }

    fn some_clock(&mut self) -> ClockId {
        self.clocks[self.dice.below(self.clocks.len())]
    }

    /// A cost that depends on a level.
    fn cost(&mut self) -> ValueId {
        let when = self.literal();
        let (yes, no) = (self.micros(4), self.micros(2));
        let condition = self.builder.condition(Condition::Literal(when));
        self.builder.value(Value::If(condition, yes, no))
    }

    /// So many bytes over one link or both.
    fn moves(&mut self) -> Moves {
        let over: &[LinkId] = match self.dice.below(3) {
            0 => &[LinkId(0)],
            1 => &[LinkId(1)],
            _ => &[LinkId(0), LinkId(1)],
        };
        let bytes = self.builder.constant(self.dice.below(9) as f64);
        let most = if self.dice.chance(30) { 1e6 } else { f64::INFINITY };
        Moves { bytes, over: over.to_vec(), most: self.builder.constant(most) }
    }

    /// A bucket of tokens that come a few microseconds apart, or not at all.
    fn tokens(&mut self) -> Pool {
        let burst = self.builder.constant(1.0 + 0.5 * self.dice.below(4) as f64);
        let rates = (0..1 + self.dice.below(3)).map(|_| {
            let rate = [0.0, 1e6, 5e5, 2.5e5][self.dice.below(4)];
            (self.literal(), self.builder.constant(rate))
        });
        Pool::Tokens { burst, rates: rates.collect() }
    }

    /// Two pools and two links, whose rates are a few bytes a microsecond.
    fn shares(&mut self) {
        for _ in 0..2 {
            let pool = if self.dice.chance(50) {
                self.tokens()
            } else {
                Pool::Units(self.builder.constant(self.dice.below(3) as f64))
            };
            self.builder.pool(pool);
            let rate = self.builder.constant(1e6 * self.dice.below(4) as f64);
            self.builder.link(Link { rate });
        }
    }

    fn work(&mut self, level: LevelId, held: LevelId, facts: &[LevelId]) {
        let takes = match self.dice.below(10) {
            0 | 1 => self.builder.constant(0.0),
            2 | 3 => self.restore(),
            _ => self.drawn(7),
        };
        let does = if self.dice.chance(25) {
            vec![(facts[self.dice.below(facts.len())], self.dice.chance(50))]
        } else {
            Vec::new()
        };
        let until = if self.dice.chance(20) { self.literal() } else { Literal::FALSE };
        let uses = self.dice.chance(40).then(|| Uses {
            pool: PoolId(self.dice.below(2) as u32),
            keeps: if self.dice.chance(30) { self.literal() } else { Literal::FALSE },
            held,
        });
        let calls = (uses.is_none() && self.dice.chance(50)).then(|| self.calls(held));
        if uses.is_none() && calls.is_none() {
            self.builder.define_gate(held, Literal::FALSE);
        }
        let moves = self.dice.chance(30).then(|| self.moves());
        let failed = self.failures.pop().flatten();
        let retry = failed.map(|failed| Retry {
            fails: self.builder.constant([0.3, 0.5, 1.0][failed.index() % 3]),
            tries: Some(self.builder.constant((1 + failed.index() % 3) as f64)),
            between: self.drawn(3),
            factor: (failed.index() % 2 == 0).then(|| self.builder.constant(2.0)),
            most: (failed.index() % 5 == 0).then(|| self.builder.constant(5.0 * MICRO)),
            failed,
            name: failed.index() as u64,
        });
        let (when, finishes) = (self.literal(), self.dice.chance(20));
        let work = Work { when, until, takes, moves, uses, calls, finishes, does, retry };
        self.builder.define_work(level, work);
    }

    /// Whom a work calls: up to three on up to two levels, who answer after a few
    /// microseconds or not at all.
    fn calls(&mut self, held: LevelId) -> Calls {
        let callees = (0..1 + self.dice.below(3)).map(|at| Callee {
            person: (at + held.index()) % 3,
            level: (at / 2) as u32,
            response: self.drawn(4),
            misses: self.builder.constant([0.0, 0.0, 0.4, 1.0][self.dice.below(4)]),
            name: self.name(),
            taken: self.builder.level("taken"),
        });
        let callees = callees.collect();
        Calls {
            crew: CrewId(self.dice.below(2) as u32),
            callees,
            priority: self.builder.constant(self.dice.below(3) as f64),
            keeps: if self.dice.chance(30) { self.literal() } else { Literal::FALSE },
            held,
        }
    }

    /// Two crews of three people each.
    fn crews(&mut self) {
        for _ in 0..2 {
            let escalate = self.micros(5);
            self.builder.crew(Crew { people: 3, escalate });
        }
    }

    fn probe(&mut self, level: LevelId) {
        let running = if self.dice.chance(40) { self.literal() } else { Literal::TRUE };
        let looks = match self.dice.below(4) {
            3 => Looks::Clock(self.backing_off(running)),
            0 => Looks::Clock(self.some_clock()),
            1 => Looks::Clock(self.clock(running)),
            _ => {
                let cost = self.cost();
                Looks::Reply {
                    every: self.period(),
                    cost,
                    inputs: self.builder.inputs_of(cost),
                    age: Some(self.drawn(6)),
                    name: self.name(),
                }
            }
        };
        let (fall, rise) = (1 + self.dice.below(3), 1 + self.dice.below(3));
        let initially = if self.dice.chance(40) { Some(self.dice.chance(50)) } else { None };
        let probe = Probe {
            watch: self.literal(),
            running,
            looks,
            initially,
            fall: self.builder.constant(fall as f64),
            rise: self.builder.constant(rise as f64),
        };
        self.builder.define_probe(level, probe);
    }

    fn lease(&mut self, level: LevelId, of: Option<(drillcast::block::PickId, usize)>) {
        let holders = of.map_or(1, |(_, n)| n);
        let renew = (0..holders).map(|_| (self.some_clock(), self.literal())).collect();
        let check = if self.dice.chance(60) {
            let running = if self.dice.chance(40) { self.literal() } else { Literal::TRUE };
            Some(self.clock(running))
        } else {
            None
        };
        let rearm =
            if self.dice.chance(40) { Some((self.literal(), self.micros(12))) } else { None };
        let drop = if self.dice.chance(30) { self.literal() } else { Literal::FALSE };
        let lease = Lease { of: of.map(|o| o.0), ttl: self.micros(12), renew, check, rearm, drop };
        self.builder.define_lease(level, lease);
    }

    fn pick(&mut self, candidates: Vec<LevelId>) -> drillcast::block::PickId {
        let n = candidates.len();
        let candidates = candidates
            .into_iter()
            .map(|chosen| Candidate { chosen, from: self.literal(), eligible: None, prefer: None })
            .collect();
        let (when, best) = (self.literal(), self.dice.chance(40));
        let pick = Pick { when, best, candidates, first: self.dice.below(n) };
        self.builder.pick(pick)
    }

    fn dial(&mut self, level: LevelId, chosen: Vec<LevelId>) {
        let targets = chosen
            .into_iter()
            .map(|chosen| {
                let cost = self.cost();
                let inputs = self.builder.inputs_of(cost);
                DialTarget { chosen, good: self.literal(), cost, inputs }
            })
            .collect();
        let turns = self.dice.below(2) == 0;
        let dial = Dial { lost: self.literal(), clock: self.some_clock(), targets, turns };
        self.builder.define_dial(level, dial);
    }

    fn tank(&mut self, level: LevelId) {
        let [starts, mark] =
            [0, 1].map(|_| self.dice.below(6) as f64).map(|v| self.builder.constant(v));
        let flow = |random: &mut Self| {
            let rate = random.builder.constant(1e6 * random.dice.below(3) as f64);
            (random.literal(), rate)
        };
        let (fills, drains) = (flow(self), flow(self));
        let capacity = self.builder.constant(5.0);
        self.builder.define_tank(level, Tank { starts, capacity, mark, fills, drains });
    }

    /// What a restore comes to, as a time.
    fn restore(&mut self) -> ValueId {
        let which = self.builder.constant(1.0 + self.dice.below(2) as f64);
        let backup = BackupId(self.dice.below(2) as u32);
        let about = [About::Since, About::Tries, About::Exists][self.dice.below(3)];
        let reading = self.builder.value(Value::Backup(backup, about, which));
        if about == About::Since {
            return reading;
        }
        let micro = self.builder.constant(MICRO);
        self.builder.value(Value::Multiply(reading, micro))
    }

    /// A full backup, and a log archive on it.
    fn backups(&mut self) {
        for base in [None, Some(BackupId(0))] {
            let running = if self.dice.chance(60) { self.literal() } else { Literal::TRUE };
            let backup = Backup {
                clock: self.clock_of(running, Ticks::Even),
                takes: self.micros(9),
                keep: self.builder.constant(1.0 + self.dice.below(5) as f64),
                works: self.builder.constant(0.5 + 0.1 * self.dice.below(6) as f64),
                shared: self.builder.constant(0.8),
                base,
                name: self.name(),
                common: self.name(),
            };
            self.builder.backup(backup);
        }
    }

    fn some_gates(&mut self) {
        for _ in 0..self.dice.below(6) {
            // A gate reads only what exists: gates never form a cycle.
            let inputs: Vec<Literal> =
                (0..1 + self.dice.below(3)).map(|_| self.literal()).collect();
            let level = self.builder.level("gate");
            if self.dice.chance(25) {
                let until = self.literal();
                self.builder.define_latch(level, inputs[0], until);
            } else {
                let least = 1 + self.dice.below(inputs.len());
                let value = self.builder.at_least(least, &inputs);
                self.builder.define_gate(level, value);
            }
            self.gates.push(level);
        }
    }

    fn log(&mut self, heads: Vec<LevelId>) {
        let members = heads
            .into_iter()
            .map(|is_head| LogMember {
                accepts: self.literal(),
                copies: self.literal(),
                heads: self.literal(),
                gone: if self.dice.chance(40) { self.literal() } else { Literal::FALSE },
                restores: if self.dice.chance(40) { self.literal() } else { Literal::FALSE },
                lag: self.drawn(4),
                unreplayed: self.builder.constant(0.0),
                is_head,
            })
            .collect();
        let (volume, writes) = (self.builder.constant(1.0), self.builder.constant(1.0));
        let newest = self.builder.constant(1.0);
        let point = self.builder.value(Value::Backup(BackupId(1), About::Point, newest));
        let log = Log { members, first: 0, volume, writes, point, name: self.name() };
        self.builder.log(log);
    }

    fn fault(&mut self, facts: &[LevelId]) {
        let level = self.builder.fact("fault", false);
        let mut arms: Vec<Arm> = (0..2)
            .map(|_| {
                let fact = facts[self.dice.below(facts.len())];
                let value = self.dice.chance(30);
                Arm {
                    begin: vec![Change { level: fact, value }],
                    end: vec![Change { level: fact, value: !value }],
                }
            })
            .collect();
        let strikes = if self.dice.chance(50) {
            Strikes::Drawn(self.name(), arms)
        } else {
            Strikes::One(arms.remove(0))
        };
        let lasts = if self.dice.chance(70) { Some(self.drawn(9)) } else { None };
        let at = self.drawn(40);
        // Some wait for whoever stamps a milestone, some end with one.
        let mut milestone = || self.dice.chance(25).then(|| self.dice.below(2) as u32);
        let (after, until) = (milestone(), milestone());
        let spec = FaultSpec { at, after, lasts, until, breaks: true, strikes, level };
        self.builder.fault(spec);
    }
}

/// A random graph; `None` where its gates form a cycle.
fn graph(number: u64) -> Option<Graph> {
    let dice = Dice { sampling: Sampling::plain(2026), thrown: 0, graph: number };
    let mut random = Random {
        dice,
        builder: Builder::default(),
        names: 0,
        firm: Vec::new(),
        gates: Vec::new(),
        clocks: Vec::new(),
        followed: Vec::new(),
        failures: Vec::new(),
    };
    let facts: Vec<LevelId> = (0..3).map(|_| random.builder.fact("fact", true)).collect();
    random.firm.extend(&facts);
    let declare = |random: &mut Random, what: &str, n: usize| -> Vec<LevelId> {
        let levels: Vec<LevelId> = (0..n).map(|_| random.builder.level(what)).collect();
        random.firm.extend(&levels);
        levels
    };
    let kinds = ["work", "probe", "lease"];
    let plain: Vec<(usize, LevelId, LevelId)> = (0..3 + random.dice.below(6))
        .map(|_| {
            let kind = random.dice.below(3);
            let level = declare(&mut random, kinds[kind], 1)[0];
            // Whether it holds a unit, which gates may read as well.
            let held = if kind == 0 { declare(&mut random, "unit", 1)[0] } else { level };
            (kind, level, held)
        })
        .collect();
    for _ in plain.iter().filter(|(kind, ..)| *kind == 0) {
        let failed = random.dice.chance(50).then(|| declare(&mut random, "failed", 1)[0]);
        random.failures.push(failed);
    }
    let chosen = declare(&mut random, "pick", 3);
    let held = declare(&mut random, "held", 1)[0];
    let dialled = declare(&mut random, "target", 2);
    let dial = declare(&mut random, "dial", 1)[0];
    let heads = declare(&mut random, "head", 2);
    let tanks = declare(&mut random, "tank", 2);
    random.some_gates();
    for _ in 0..3 {
        let running = if random.dice.chance(50) { random.firm_literal() } else { Literal::TRUE };
        let clock = random.clock(running);
        random.clocks.push(clock);
    }
    random.backups();
    random.shares();
    random.crews();
    for (kind, level, held) in plain {
        match kind {
            0 => random.work(level, held, &facts),
            1 => random.probe(level),
            _ => random.lease(level, None),
        }
    }
    let pick = random.pick(chosen);
    random.lease(held, Some((pick, 3)));
    random.dial(dial, dialled);
    random.log(heads);
    for tank in tanks {
        random.tank(tank);
    }
    for milestone in 0..2 {
        random.builder.milestone(1);
        let level = random.firm[random.dice.below(random.firm.len())];
        random.builder.mark(level, Mark { milestone, instance: 0 });
    }
    for _ in 0..1 + random.dice.below(4) {
        random.fault(&facts);
    }
    random.builder.build().ok()
}

#[test]
fn full_and_lazy_write_the_same_journal() {
    let (mut changes, mut compared, mut unsettled) = (0, 0, 0);
    for number in 0..12_000 {
        let Some(graph) = graph(number) else { continue };
        let steady = Steady::of(&graph);
        let mut full = World::new(&graph, &[], &steady, Mode::Full);
        let mut lazy = World::new(&graph, &[], &steady, Mode::Lazy);
        for trial in 0..3 {
            let sampling = Sampling::plain(number);
            let horizon = Span(150_000);
            let by_tick = full.run(&sampling, trial, horizon);
            let by_plan = lazy.run(&sampling, trial, horizon);
            if by_tick == Ended::Unsettled || by_plan == Ended::Unsettled {
                assert_eq!(by_tick, by_plan, "graph {number}, trial {trial}");
                unsettled += 1;
                continue;
            }
            let (a, b) = (full.journal(), lazy.journal());
            let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
            assert!(
                a == b,
                "graph {number}, trial {trial}: after {same} equal events full has {:?}, lazy {:?}\n{:?}",
                a.get(same),
                b.get(same),
                graph
                    .levels
                    .iter()
                    .enumerate()
                    .map(|(i, l)| format!("{i} {}", l.name))
                    .collect::<Vec<_>>(),
            );
            compared += 1;
            changes += a.len();
        }
    }
    assert!(compared > 20_000, "only {compared} trials were compared, {unsettled} unsettled");
    assert!(changes > 200_000, "only {changes} changes were compared");
}
