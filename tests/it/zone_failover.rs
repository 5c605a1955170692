//! The workload zone-failover: the model under benches/ against a reference of four
//! million trials, and random variants of it against a program written apart from
//! the engine, in which every tick is an event.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use drillcast::maths;
use drillcast::outcome::{BESIDE, Figure};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, path, program_of, quantile, run, seconds, text};

#[path = "../../benches/zone-failover/generator.rs"]
mod generator;

use generator::{Need, Workload};

/// The presets that stand beside the model.
const PRESETS: [&str; 8] =
    ["cluster", "database", "door", "gossip", "name", "service", "stream", "users"];

/// A model of the workload, under its scenario.
pub(crate) fn program(model: &str) -> Program {
    let folder = "benches/zone-failover";
    let presets = PRESETS.map(|name| text(&format!("{folder}/presets/{name}.toml")));
    let presets = presets.each_ref().map(String::as_str);
    program_of(&presets, model, &text(&format!("{folder}/scenario.toml")), &[])
}

/// The system's recovery times [s].
fn times(model: &str, seed: u64, trials: u64) -> Vec<f64> {
    let program = program(model);
    let outcomes = run(&program, seed, trials);
    let found = figure(&program, &outcomes, ("system", "system"), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

/// What is compared: the mean, and quantiles.
const QUANTILES: [f64; 3] = [0.5, 0.9, 0.99];

fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len() as f64
}

/// Mean and quantiles, each with its standard error.
fn figures(values: &[f64]) -> Vec<(f64, f64)> {
    let n = values.len() as f64;
    let m = mean(values);
    let variance = values.iter().map(|v| (v - m) * (v - m)).sum::<f64>() / (n - 1.0);
    let of_quantile = |q: f64| {
        // The density from the values around it.
        let h = 0.4 * (1.0 - q).min(q);
        let density = 2.0 * h / (quantile(values, q + h) - quantile(values, q - h));
        (quantile(values, q), (q * (1.0 - q) / n).sqrt() / density)
    };
    let mut all = vec![(m, (variance / n).sqrt())];
    all.extend(QUANTILES.map(of_quantile));
    all
}

/// Holds two lists of figures to each other.
fn same(name: &str, ours: &[(f64, f64)], theirs: &[(f64, f64)]) {
    for (what, ((a, of_a), (b, of_b))) in
        ["mean", "p50", "p90", "p99"].into_iter().zip(ours.iter().zip(theirs))
    {
        let error = (of_a * of_a + of_b * of_b).sqrt();
        println!("{name} {what}: {a:.3}, {b:.3} ± {error:.3}");
        assert!((a - b).abs() <= 4.0 * error, "{name} {what}: {a}, expected {b} ± {error}");
    }
}

#[test]
fn the_model_is_what_the_generator_writes() {
    let stored = text("benches/zone-failover/model.toml");
    let written = Workload::standard(1).model();
    if std::env::var_os("DRILLCAST_BLESS").is_some() {
        std::fs::write(path("benches/zone-failover/model.toml"), &written).unwrap();
    }
    assert!(stored == written, "set DRILLCAST_BLESS=1 to write it anew");
}

#[test]
fn the_reference_is_met() {
    let ours = figures(&times(&text("benches/zone-failover/model.toml"), 1, 40_000));
    // Four million trials of a program that executes every event.
    let n = 4e6_f64.sqrt();
    let errors = [9.8636, 7.0, 28.0, 400.0].map(|spread| spread / n);
    let reference = [91.6731, 89.4021, 101.9674, 129.6149];
    same("K = 1", &ours, &reference.into_iter().zip(errors).collect::<Vec<_>>());
}

#[test]
fn variants_agree_with_the_program_that_executes_every_event() {
    let mut dice = Dice(2026);
    for number in 0..10 {
        let plan = Plan::random(&mut dice);
        let ours = figures(&times(&plan.workload().model(), number, 12_000));
        let mut twin = Twin::new(&plan);
        let theirs: Vec<f64> = (0..24_000).map(|_| twin.trial(&mut dice)).collect();
        same(&format!("variant {number}"), &ours, &figures(&theirs));
    }
}

#[test]
fn cells_share_places_to_start_in_as_the_other_program_says() {
    let plan = Plan::standard(3);
    let ours = figures(&times(&plan.workload().model(), 3, 12_000));
    let (mut twin, mut dice) = (Twin::new(&plan), Dice(3));
    let theirs: Vec<f64> = (0..24_000).map(|_| twin.trial(&mut dice)).collect();
    same("K = 3", &ours, &figures(&theirs));
}

/// What a cell adds does not depend on how many there are, and however many there are,
/// all that happens to them is swept: were one trial in a hundred of one cell executed
/// event by event, all trials of many cells would be.
#[test]
fn a_cell_more_adds_what_a_cell_adds() {
    let program = |cells| program(&Workload::standard(cells).model());
    let levels = |cells| program(cells).graph().levels.len();
    // One cell alone needs no gate over all names.
    let (two, three) = (levels(2), levels(3));
    assert_eq!(levels(30), two + 28 * (three - two));
    assert_eq!(levels(1) + 1, two - (three - two));
    for (cells, trials) in [(1, 20_000), (30, 640), (1000, 16)] {
        let program = program(cells);
        let sweep = program.sweep().expect("nothing in it has a memory");
        let (mut swept, sampling) = (sweep.room(), Sampling::latin_hypercube(1));
        let executed = (0..trials).filter(|trial| !sweep.run(&mut swept, &sampling, *trial));
        assert_eq!(executed.count(), 0, "of {trials} trials of {cells} cells");
    }
}

/// By itself a trial is told one figure after the other, and side by side one trial
/// after the other; by every event nothing is swept at all.
#[test]
fn trials_side_by_side_are_what_each_is_by_itself() {
    let mut dice = Dice(7);
    for number in 0..8 {
        let plan = Plan::random(&mut dice);
        let program = program(&plan.workload().model());
        assert!(program.sweep().is_ok(), "variant {number} is swept");
        let sampling = Sampling::latin_hypercube(number);
        let mut beside = program.runner(Mode::Lazy);
        let (mut alone, mut full) = (program.runner(Mode::Lazy), program.runner(Mode::Full));
        for first in (0..512).step_by(BESIDE) {
            let count = if first == 496 { 5 } else { BESIDE };
            let outcomes = beside.run_beside(&sampling, first, count);
            assert_eq!(outcomes.all().count(), count);
            for one in outcomes.all() {
                let (trial, own) = (one.trial(), one.to_outcome());
                assert_eq!(&own, alone.run(&sampling, trial), "variant {number}, {trial}");
                if trial % 64 == 40 {
                    assert_eq!(&own, full.run(&sampling, trial), "variant {number}, {trial}");
                }
            }
        }
    }
}

/// A generator of the test's own: splitmix64.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Between 0 and 1, neither of them.
    fn uniform(&mut self) -> f64 {
        ((self.next() >> 11) as f64 + 0.5) / 9_007_199_254_740_992.0
    }

    fn below(&mut self, n: usize) -> usize {
        (self.uniform() * n as f64) as usize
    }

    /// A standard normal number, by the polar method.
    fn normal(&mut self) -> f64 {
        loop {
            let (x, y) = (2.0 * self.uniform() - 1.0, 2.0 * self.uniform() - 1.0);
            let square = x * x + y * y;
            if square > 0.0 && square < 1.0 {
                return x * (-2.0 * maths::ln(square) / square).sqrt();
            }
        }
    }
}

/// A law of a duration [s].
#[derive(Clone, Copy)]
enum Law {
    Constant(f64),
    Uniform(f64, f64),
    LogNormal(f64, f64),
    Exponential(f64),
}

impl Law {
    /// One of the four, of about this size.
    fn random(dice: &mut Dice, size: f64) -> Self {
        // Files say milliseconds.
        let round = |value: f64| (value * 1e3).round() / 1e3;
        let size = round(size * (0.5 + dice.uniform()));
        match dice.below(4) {
            0 => Self::Constant(size),
            1 => Self::Uniform(0.0, round(2.0 * size)),
            2 => Self::LogNormal(size, round(0.3 + 0.5 * dice.uniform())),
            _ => Self::Exponential(size),
        }
    }

    fn draw(self, dice: &mut Dice) -> f64 {
        match self {
            Self::Constant(value) => value,
            Self::Uniform(low, high) => low + (high - low) * dice.uniform(),
            Self::LogNormal(median, sigma) => median * maths::exp(sigma * dice.normal()),
            Self::Exponential(mean) => -mean * maths::ln(dice.uniform()),
        }
    }

    /// As a file says it.
    fn text(self) -> String {
        match self {
            Self::Constant(value) => format!("\"{value}s\""),
            Self::Uniform(low, high) => format!("\"{low}s..{high}s\""),
            Self::LogNormal(median, sigma) => {
                format!("{{ median = \"{median}s\", sigma = {sigma} }}")
            }
            Self::Exponential(mean) => format!("{{ exponential = {{ mean = \"{mean}s\" }} }}"),
        }
    }
}

/// A probe: its period [s] and how many looks it takes.
#[derive(Clone, Copy)]
struct Looks(f64, u32);

/// A variant of the workload.
struct Plan {
    cells: usize,
    needs: Vec<Need>,
    slots: usize,
    clients: usize,
    pod: Looks,
    start: Law,
    database: Looks,
    lease: (f64, f64),
    election: Law,
    promotion: Law,
    session: (f64, f64),
    controller: Law,
    partition: Law,
    gossip: Looks,
    name: Looks,
    publication: Law,
    ttl: f64,
}

impl Plan {
    /// The workload itself.
    fn standard(cells: usize) -> Self {
        let Workload { needs, slots, clients, .. } = Workload::standard(cells);
        let third = Looks(10.0, 3);
        Self {
            cells,
            needs,
            slots,
            clients,
            pod: third,
            start: Law::LogNormal(15.0, 0.6),
            database: third,
            lease: (30.0, 10.0),
            election: Law::Uniform(0.0, 10.0),
            promotion: Law::LogNormal(20.0, 0.5),
            session: (30.0, 10.0),
            controller: Law::Uniform(0.0, 10.0),
            partition: Law::Uniform(0.0, 2.0),
            gossip: third,
            name: third,
            publication: Law::Exponential(5.0),
            ttl: 60.0,
        }
    }

    /// Whatever is needed is back no sooner than every replica has been missed once.
    fn random(dice: &mut Dice) -> Self {
        let mut looks =
            |least: u32| Looks((4 + dice.below(10)) as f64, least + dice.below(3) as u32);
        let (pod, database, name) = (looks(1), looks(1), looks(1));
        let gossip = Looks(pod.0 + dice.below(4) as f64, 2 + dice.below(3) as u32);
        let mut ends = || {
            let beat = (3 + dice.below(9)) as f64;
            (beat + pod.0 + dice.below(20) as f64, beat)
        };
        let (lease, session) = (ends(), ends());
        let cells = 1 + dice.below(3);
        Self {
            cells,
            needs: needs(dice),
            slots: 1 + dice.below(2 * cells),
            clients: 20 + dice.below(60),
            pod,
            start: Law::random(dice, 15.0),
            database,
            lease,
            election: Law::random(dice, 5.0),
            promotion: Law::random(dice, 20.0),
            session,
            controller: Law::random(dice, 5.0),
            partition: Law::random(dice, 2.0),
            gossip,
            name,
            publication: Law::random(dice, 5.0),
            ttl: (15 + dice.below(60)) as f64,
        }
    }

    /// The same for the generator.
    fn workload(&self) -> Workload {
        let time = |seconds: f64| format!("\"{seconds}s\"");
        let mut values = Vec::new();
        let mut looks = |kind, period, Looks(every, count): Looks| {
            values.push((kind, period, time(every)));
            values.push((kind, "failures", count.to_string()));
        };
        looks("service", "probe", self.pod);
        looks("database", "probe", self.database);
        looks("gossip", "gossip", self.gossip);
        looks("name", "probe", self.name);
        values.extend([
            ("service", "start", self.start.text()),
            ("database", "lease", time(self.lease.0)),
            ("database", "renewal", time(self.lease.1)),
            ("database", "election", self.election.text()),
            ("database", "promotion", self.promotion.text()),
            ("stream", "session", time(self.session.0)),
            ("stream", "heartbeat", time(self.session.1)),
            ("stream", "election", self.controller.text()),
            ("stream", "move", self.partition.text()),
            ("name", "publication", self.publication.text()),
            ("users", "ttl", time(self.ttl)),
        ]);
        let (cells, needs, slots) = (self.cells, self.needs.clone(), self.slots);
        Workload { cells, needs, slots, clients: self.clients, values }
    }
}

/// What three to eight services need.
fn needs(dice: &mut Dice) -> Vec<Need> {
    let mut needs = Vec::new();
    for at in 0..3 + dice.below(6) {
        needs.push(match dice.below(if at == 0 { 3 } else { 5 }) {
            0 => Need::Database,
            1 => Need::Stream,
            2 => Need::Gossip,
            _ => {
                let mut others: Vec<usize> =
                    (0..1 + dice.below(2)).map(|_| dice.below(at)).collect();
                others.dedup();
                Need::Services(others)
            }
        });
    }
    needs
}

/// Something that happens, in a cell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum What {
    /// A replica of a service is looked at.
    Pod(usize, usize),
    /// A replacement lives.
    Started(usize),
    Database,
    LeaseEnds,
    Elected,
    Promoted,
    SessionEnds,
    Controller,
    Partition,
    Gossip(usize),
    Name,
    Published,
    Client(usize),
}

/// A cell in a trial.
#[derive(Clone, Default)]
struct Cell {
    /// Looks that missed the first replica of each service, and whether each of the
    /// three lives and is ready.
    missed: Vec<u32>,
    restarted: Vec<bool>,
    ready: Vec<[bool; 3]>,
    database: u32,
    lease_ended: bool,
    elected: bool,
    up: [bool; 3],
    moved: u32,
    witnesses: [u32; 2],
    name: u32,
    published: bool,
    clients: Vec<bool>,
}

/// The other program: one queue, every tick an event.
struct Twin<'p> {
    plan: &'p Plan,
    queue: BinaryHeap<Reverse<(u64, usize, What)>>,
    cells: Vec<Cell>,
    free: [usize; 2],
    waiting: [VecDeque<(usize, usize)>; 2],
    /// Replicas that are ready, and clients that have moved.
    served: usize,
    now: f64,
}

impl<'p> Twin<'p> {
    fn new(plan: &'p Plan) -> Self {
        let (queue, waiting) = (BinaryHeap::new(), Default::default());
        Self { plan, queue, cells: Vec::new(), free: [0; 2], waiting, served: 0, now: 0.0 }
    }

    /// Something comes so much later; times are above zero, so that their bits are
    /// in order.
    fn later(&mut self, seconds: f64, cell: usize, what: What) {
        self.queue.push(Reverse(((self.now + seconds).to_bits(), cell, what)));
    }

    /// From the fault to the instant at which all is served.
    fn trial(&mut self, dice: &mut Dice) -> f64 {
        self.begin(dice);
        while let Some(Reverse((at, cell, what))) = self.queue.pop() {
            self.now = f64::from_bits(at);
            let before = self.served;
            self.happen(cell, what, dice);
            if self.served > before && self.is_done() {
                return self.now;
            }
        }
        unreachable!("replicas are looked at for ever")
    }

    fn begin(&mut self, dice: &mut Dice) {
        let plan = self.plan;
        let services = plan.needs.len();
        (self.now, self.served) = (0.0, 0);
        self.queue.clear();
        self.free = [plan.slots; 2];
        self.waiting = Default::default();
        let fresh = Cell {
            missed: vec![0; services],
            restarted: vec![false; services],
            ready: vec![[false; 3]; services],
            clients: vec![false; plan.clients],
            ..Cell::default()
        };
        self.cells = vec![fresh; plan.cells];
        for cell in 0..plan.cells {
            let mut phase = |twin: &mut Self, every: f64, what| {
                let at = every * dice.uniform();
                twin.later(at, cell, what);
            };
            for service in 0..services {
                (0..3).for_each(|zone| phase(self, plan.pod.0, What::Pod(service, zone)));
            }
            (0..plan.clients).for_each(|client| phase(self, plan.ttl, What::Client(client)));
            (0..2).for_each(|witness| phase(self, plan.gossip.0, What::Gossip(witness)));
            phase(self, plan.database.0, What::Database);
            phase(self, plan.name.0, What::Name);
            for ((life, beat), what) in
                [(plan.lease, What::LeaseEnds), (plan.session, What::SessionEnds)]
            {
                let at = life - beat * dice.uniform();
                self.later(at, cell, what);
            }
        }
    }

    fn happen(&mut self, cell: usize, what: What, dice: &mut Dice) {
        let plan = self.plan;
        match what {
            What::Pod(service, zone) => {
                self.look(cell, service, zone, dice);
                self.later(plan.pod.0, cell, what);
            }
            What::Started(service) => {
                self.cells[cell].restarted[service] = true;
                let zone = service % 2;
                self.free[zone] += 1;
                if let Some((cell, service)) = self.waiting[zone].pop_front() {
                    self.start(cell, service, dice);
                }
            }
            What::Database => {
                self.cells[cell].database += 1;
                if self.cells[cell].database < plan.database.1 {
                    self.later(plan.database.0, cell, what);
                }
                self.elect(cell, dice);
            }
            What::LeaseEnds => {
                self.cells[cell].lease_ended = true;
                self.elect(cell, dice);
            }
            What::Elected => self.later(plan.promotion.draw(dice), cell, What::Promoted),
            What::Promoted => self.cells[cell].up[0] = true,
            What::SessionEnds => self.later(plan.controller.draw(dice), cell, What::Controller),
            What::Controller => self.later(plan.partition.draw(dice), cell, What::Partition),
            What::Partition => {
                self.cells[cell].moved += 1;
                if self.cells[cell].moved < 4 {
                    self.later(plan.partition.draw(dice), cell, what);
                }
                self.cells[cell].up[1] = self.cells[cell].moved == 4;
            }
            What::Gossip(witness) => {
                let state = &mut self.cells[cell];
                state.witnesses[witness] += 1;
                state.up[2] = state.witnesses.iter().all(|missed| *missed >= plan.gossip.1);
                if state.witnesses[witness] < plan.gossip.1 {
                    self.later(plan.gossip.0, cell, what);
                }
            }
            What::Name => {
                self.cells[cell].name += 1;
                if self.cells[cell].name < plan.name.1 {
                    self.later(plan.name.0, cell, what);
                } else {
                    self.later(plan.publication.draw(dice), cell, What::Published);
                }
            }
            What::Published => self.cells[cell].published = true,
            What::Client(client) => {
                self.cells[cell].clients[client] = self.cells[cell].published;
                if self.cells[cell].published {
                    self.served += 1;
                } else {
                    self.later(plan.ttl, cell, what);
                }
            }
        }
    }

    /// A replica is looked at: a dead one is missed, a live one may be ready.
    fn look(&mut self, cell: usize, service: usize, zone: usize, dice: &mut Dice) {
        if zone > 0 || self.cells[cell].restarted[service] {
            if !self.cells[cell].ready[service][zone] && self.holds(cell, service) {
                self.cells[cell].ready[service][zone] = true;
                self.served += 1;
            }
            return;
        }
        self.cells[cell].missed[service] += 1;
        if self.cells[cell].missed[service] != self.plan.pod.1 {
            return;
        }
        if self.free[service % 2] > 0 {
            self.start(cell, service, dice);
        } else {
            self.waiting[service % 2].push_back((cell, service));
        }
    }

    fn start(&mut self, cell: usize, service: usize, dice: &mut Dice) {
        self.free[service % 2] -= 1;
        self.later(self.plan.start.draw(dice), cell, What::Started(service));
    }

    /// Missed, and without a lease: an election begins, once.
    fn elect(&mut self, cell: usize, dice: &mut Dice) {
        let state = &mut self.cells[cell];
        if state.lease_ended && state.database >= self.plan.database.1 && !state.elected {
            state.elected = true;
            self.later(self.plan.election.draw(dice), cell, What::Elected);
        }
    }

    /// What a service needs is there.
    fn holds(&self, cell: usize, service: usize) -> bool {
        let state = &self.cells[cell];
        match &self.plan.needs[service] {
            Need::Database => state.up[0],
            Need::Stream => state.up[1],
            Need::Gossip => state.up[2],
            Need::Services(others) => others.iter().all(|other| state.ready[*other] == [true; 3]),
        }
    }

    fn is_done(&self) -> bool {
        let up = |cell: &Cell| cell.ready.iter().all(|ready| *ready == [true; 3]);
        if !self.cells.iter().all(up) {
            return false;
        }
        let moved = self.cells.iter().flat_map(|cell| &cell.clients).filter(|moved| **moved);
        let all = self.plan.clients * self.plan.cells;
        moved.count() >= (0.99 * all as f64 - 1e-9).ceil() as usize
    }
}
