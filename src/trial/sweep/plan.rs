//! Plan: which levels can change, which of them matter, and in what order they are
//! worked out; or why a graph cannot be swept.

use std::collections::BTreeSet;

use crate::block::clock::Ticks;
use crate::block::gate::Gate;
use crate::block::pool::Pool;
use crate::block::probe::Looks;
use crate::block::value::{Condition, Value};
use crate::block::{
    ClockId, ConditionId, Consumer, CrewId, FaultSpec, Graph, LevelId, Literal, PoolId, Producer,
    Strikes, ValueId, WorkId,
};
use crate::trial::meter::Meter;
use crate::trial::steady::Steady;

/// Why a graph cannot be swept.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Unswept {
    /// It has no steady start.
    #[error("no steady start")]
    Unsteady,
    /// A fault waits for a milestone, strikes whoever is chosen or drawn, or shares
    /// what it changes with another.
    #[error("faults that depend on what happens, or on each other")]
    Faults,
    /// Something that matters has a memory of its own.
    #[error("blocks with a memory: picks, dials, logs, links, tanks, backups, tokens")]
    Memory,
    /// Work that people do.
    #[error("work that people are called for")]
    People,
    /// Work that is tried again, moves bytes, keeps its unit or changes facts.
    #[error("work that fails, moves, keeps or changes something")]
    Work,
    /// A clock that stops or does not tick evenly, or a probe that stops.
    #[error("observers that stop, or do not look evenly")]
    Clock,
    /// A lease that is granted, dropped or re-armed.
    #[error("leases that are granted, dropped or re-armed")]
    Lease,
    /// A number that is read while something moves.
    #[error("times that depend on what happens")]
    Reading,
    /// What happens later decides what happened before.
    #[error("feedback")]
    Feedback,
}

/// One step of a sweep: something is worked out from what was worked out before.
#[derive(Debug)]
pub(super) enum Step {
    /// When a fault strikes and ends, and what it changes.
    Fault(usize),
    /// The ticks of a clock.
    Ticks(ClockId),
    /// A gate.
    Gate(usize),
    /// A work that needs no unit.
    Work(usize),
    /// All works that use a pool.
    Pool(PoolId),
    /// A probe.
    Probe(usize),
    /// A lease.
    Lease(usize),
}

/// In which order what is worked out.
#[derive(Debug)]
pub(super) struct Plan {
    pub(super) steps: Vec<Step>,
    /// Whether each level can change.
    pub(super) moves: Vec<bool>,
}

impl Plan {
    /// # Errors
    ///
    /// The first reason that was found why the graph cannot be swept.
    pub(super) fn of(graph: &Graph, steady: &Steady, meters: &[Meter]) -> Result<Self, Unswept> {
        if !steady.settled {
            return Err(Unswept::Unsteady);
        }
        let mut moves = Moves::of(graph);
        check_faults(graph, &moves)?;
        if moves.feed_back(graph) {
            return Err(Unswept::Feedback);
        }
        let logged = graph.logs.iter().flat_map(|log| &log.members).flat_map(|member| {
            [member.accepts, member.copies, member.heads, member.gone, member.restores]
        });
        if logged.into_iter().any(|literal| moves.of_literal(literal)) {
            return Err(Unswept::Memory);
        }
        let mut planner = Planner {
            graph,
            steady,
            moves: &moves,
            state: vec![Visit::New; graph.levels.len()],
            clocks: vec![false; graph.clocks.len()],
            pools: vec![Visit::New; graph.pools.len()],
            steps: (0..graph.faults.len()).map(Step::Fault).collect(),
        };
        for fault in &graph.faults {
            planner.state[fault.level.index()] = Visit::Done;
        }
        for meter in meters {
            let counted = meter.share.counters().flat_map(|at| &graph.counters[at as usize]);
            for literal in meter.share.parts().iter().chain(counted).chain([&meter.criterion]) {
                planner.visit(literal.level())?;
            }
        }
        for index in 0..graph.levels.len() {
            if graph.levels[index].mark.is_some() {
                planner.visit(LevelId(index as u32))?;
            }
        }
        let steps = planner.steps;
        Ok(Self { steps, moves: moves.levels })
    }
}

/// What can change at all, and by how many.
struct Moves {
    levels: Vec<bool>,
    /// Clocks that may stop or start.
    clocks: Vec<bool>,
    /// Facts that works change.
    worked: Vec<bool>,
    /// Pools and crews whose users may all begin at other times.
    shared: Shared<bool>,
}

/// Something for each pool and for each crew.
#[derive(Clone)]
struct Shared<T> {
    pools: Vec<T>,
    crews: Vec<T>,
}

impl<T: Clone> Shared<T> {
    fn of(graph: &Graph, one: T) -> Self {
        Self { pools: vec![one.clone(); graph.pools.len()], crews: vec![one; graph.crews.len()] }
    }
}

/// What may change because something else does.
#[derive(Default)]
struct Moved {
    levels: Vec<LevelId>,
    /// Pools and crews all of whose users are concerned.
    pools: Vec<PoolId>,
    crews: Vec<CrewId>,
}

impl Moves {
    fn of(graph: &Graph) -> Self {
        let mut moves = Self {
            levels: vec![false; graph.levels.len()],
            clocks: vec![false; graph.clocks.len()],
            worked: vec![false; graph.levels.len()],
            shared: Shared::of(graph, false),
        };
        let mut open = Moved::default();
        for fault in &graph.faults {
            open.levels.push(fault.level);
            for arm in arms(fault) {
                open.levels.extend(arm.begin.iter().chain(&arm.end).map(|change| change.level));
            }
        }
        while let Some(level) = open.levels.pop() {
            if level == LevelId::TRUE || std::mem::replace(&mut moves.levels[level.index()], true) {
                continue;
            }
            for consumer in graph.consumers_of(level) {
                moves.spread(graph, *consumer, &mut open);
            }
            moves.share(graph, &mut open);
        }
        moves
    }

    /// All who use the pools and crews that are concerned, each of these once.
    fn share(&mut self, graph: &Graph, open: &mut Moved) {
        while let Some(pool) = open.pools.pop() {
            if !std::mem::replace(&mut self.shared.pools[pool.index()], true) {
                for user in &graph.users[pool.index()] {
                    self.work(graph, *user, &mut open.levels);
                }
            }
        }
        while let Some(crew) = open.crews.pop() {
            if !std::mem::replace(&mut self.shared.crews[crew.index()], true) {
                for caller in &graph.callers[crew.index()] {
                    self.work(graph, *caller, &mut open.levels);
                }
            }
        }
    }

    /// What may change because something that `consumer` reads does.
    fn spread(&mut self, graph: &Graph, consumer: Consumer, open: &mut Moved) {
        let levels = &mut open.levels;
        match consumer {
            Consumer::Gate(gate, _) => levels.push(graph.gates[gate as usize].1),
            Consumer::Work(id) => {
                self.work(graph, id, levels);
                let work = &graph.works[id.index()].0;
                open.pools.extend(work.uses.iter().map(|uses| uses.pool));
                open.crews.extend(work.calls.iter().map(|calls| calls.crew));
            }
            Consumer::Clock(id) => {
                self.clocks[id.index()] = true;
                for follower in &graph.followers[id.index()] {
                    self.clocks[follower.index()] = true;
                }
                let observers = |clock: &ClockId| graph.observers[clock.index()].iter();
                let clocks = graph.followers[id.index()].iter().chain([&id]);
                for observer in clocks.flat_map(observers) {
                    self.spread(graph, *observer, open);
                }
            }
            Consumer::Probe(id) => levels.push(graph.probes[id.index()].1),
            Consumer::Lease(id) => levels.push(graph.leases[id.index()].1),
            Consumer::Dial(id) => {
                let (dial, level) = &graph.dials[id.index()];
                levels.push(*level);
                levels.extend(dial.targets.iter().map(|target| target.chosen));
            }
            Consumer::Pick(id) => {
                let candidates = &graph.picks[id.index()].candidates;
                levels.extend(candidates.iter().map(|candidate| candidate.chosen));
                levels.extend(graph.grants[id.index()].iter().map(|l| graph.leases[l.index()].1));
            }
            Consumer::Log(id, _) => {
                levels.extend(graph.logs[id.index()].members.iter().map(|member| member.is_head));
            }
            Consumer::Tank(id) => levels.push(graph.tanks[id.index()].1),
            Consumer::Pool(id) => open.pools.push(id),
            Consumer::Meter(_) | Consumer::Part(..) | Consumer::Count(..) | Consumer::Backup(_) => {
            }
        }
    }

    fn work(&mut self, graph: &Graph, id: WorkId, open: &mut Vec<LevelId>) {
        let (work, level) = &graph.works[id.index()];
        open.push(*level);
        open.extend(work.holding().map(|(held, _)| held));
        open.extend(work.calls.iter().flat_map(|c| &c.callees).map(|callee| callee.taken));
        open.extend(work.retry.map(|retry| retry.failed));
        for (fact, _) in &work.does {
            self.worked[fact.index()] = true;
            open.push(*fact);
        }
    }

    /// Whether something that moves decides what moved it, be it measured or not: it
    /// could go on for ever. Pools and crews stand between those who use them as levels
    /// would: each tells all of its users, so that these need not tell each other.
    fn feed_back(&mut self, graph: &Graph) -> bool {
        let (levels, pools) = (graph.levels.len(), graph.pools.len());
        let mut effects: Vec<Vec<usize>> = vec![Vec::new(); levels + pools + graph.crews.len()];
        let mut moving: Vec<usize> = (0..levels).filter(|level| self.levels[*level]).collect();
        let mut moved = Moved::default();
        for &level in &moving {
            for consumer in graph.consumers_of(LevelId(level as u32)) {
                self.spread(graph, *consumer, &mut moved);
            }
            let to = &mut effects[level];
            to.extend(moved.levels.drain(..).map(LevelId::index));
            to.extend(moved.pools.drain(..).map(|pool| levels + pool.index()));
            to.extend(moved.crews.drain(..).map(|crew| levels + pools + crew.index()));
        }
        let users = graph.users.iter().chain(&graph.callers).zip(levels..);
        for (users, at) in users {
            let shared = at - levels;
            let concerned = match shared.checked_sub(pools) {
                None => self.shared.pools[shared],
                Some(crew) => self.shared.crews[crew],
            };
            if concerned {
                users.iter().for_each(|user| self.work(graph, *user, &mut moved.levels));
                effects[at].extend(moved.levels.drain(..).map(LevelId::index));
                moving.push(at);
            }
        }
        goes_round(&effects, moving)
    }

    fn of_literal(&self, literal: Literal) -> bool {
        self.levels[literal.level().index()]
    }
}

/// Whether some of those that move come back to themselves.
fn goes_round(effects: &[Vec<usize>], moving: Vec<usize>) -> bool {
    let mut causes = vec![0_u32; effects.len()];
    effects.iter().flatten().for_each(|moved| causes[*moved] += 1);
    let mut left = moving.len();
    let mut open = moving;
    open.retain(|one| causes[*one] == 0);
    while let Some(one) = open.pop() {
        left -= 1;
        for moved in &effects[one] {
            causes[*moved] -= 1;
            if causes[*moved] == 0 {
                open.push(*moved);
            }
        }
    }
    left > 0
}

fn arms(fault: &FaultSpec) -> &[crate::block::Arm] {
    match &fault.strikes {
        Strikes::One(arm) => std::slice::from_ref(arm),
        Strikes::Chosen(_, arms) | Strikes::Drawn(_, arms) => arms,
    }
}

/// Each fault strikes by itself, and no two change the same fact.
fn check_faults(graph: &Graph, moves: &Moves) -> Result<(), Unswept> {
    let mut changed = vec![false; graph.levels.len()];
    for fault in &graph.faults {
        let Strikes::One(arm) = &fault.strikes else { return Err(Unswept::Faults) };
        if fault.after.is_some() || fault.until.is_some() {
            return Err(Unswept::Faults);
        }
        for change in &arm.begin {
            let at = change.level.index();
            if moves.worked[at] || std::mem::replace(&mut changed[at], true) {
                return Err(Unswept::Faults);
            }
        }
        let begun: BTreeSet<LevelId> = arm.begin.iter().map(|change| change.level).collect();
        if arm.end.iter().any(|end| !begun.contains(&end.level)) {
            return Err(Unswept::Faults);
        }
    }
    let worked = (0..graph.levels.len()).any(|level| moves.worked[level] && changed[level]);
    if worked { Err(Unswept::Faults) } else { Ok(()) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

struct Planner<'p> {
    graph: &'p Graph,
    steady: &'p Steady,
    moves: &'p Moves,
    state: Vec<Visit>,
    clocks: Vec<bool>,
    pools: Vec<Visit>,
    steps: Vec<Step>,
}

impl Planner<'_> {
    /// Everything that a level depends on is planned, then the level itself.
    fn visit(&mut self, level: LevelId) -> Result<(), Unswept> {
        let at = level.index();
        if !self.moves.levels[at] {
            return Ok(());
        }
        match self.state[at] {
            Visit::Done => return Ok(()),
            Visit::Open => return Err(Unswept::Feedback),
            Visit::New => self.state[at] = Visit::Open,
        }
        match self.graph.levels[at].producer {
            Producer::Fact(_) if self.moves.worked[at] => return Err(Unswept::Work),
            Producer::Fact(_) | Producer::Undefined => {}
            Producer::Gate(gate) => {
                for input in self.graph.gates[gate as usize].0.inputs() {
                    self.visit(input.level())?;
                }
                self.steps.push(Step::Gate(gate as usize));
            }
            Producer::Work(id) | Producer::Unit(id) => self.work(id)?,
            Producer::Probe(id) => self.probe(id.index())?,
            Producer::Lease(id) => self.lease(id.index())?,
            Producer::Failed(_) => return Err(Unswept::Work),
            Producer::Taken(..) => return Err(Unswept::People),
            Producer::Pick(..) | Producer::Dial(..) | Producer::Head(..) | Producer::Tank(_) => {
                return Err(Unswept::Memory);
            }
        }
        self.state[at] = Visit::Done;
        Ok(())
    }

    fn work(&mut self, id: WorkId) -> Result<(), Unswept> {
        let (work, level) = &self.graph.works[id.index()];
        if work.calls.is_some() {
            return Err(Unswept::People);
        }
        let starts = self.steady.holds(work.when);
        let runs_on = work.moves.is_some() || work.retry.is_some();
        let never_done = starts && !self.steady.levels[level.index()];
        if runs_on
            || never_done
            || self.moves.of_literal(work.until)
            || self.steady.holds(work.until)
        {
            return Err(Unswept::Work);
        }
        self.number(work.takes)?;
        match work.uses {
            Some(uses) => self.pool(uses.pool),
            None => {
                self.visit(work.when.level())?;
                self.steps.push(Step::Work(id.index()));
                Ok(())
            }
        }
    }

    /// Whoever uses a pool is worked out together.
    fn pool(&mut self, pool: PoolId) -> Result<(), Unswept> {
        match self.pools[pool.index()] {
            Visit::Done => return Ok(()),
            Visit::Open => return Err(Unswept::Feedback),
            Visit::New => self.pools[pool.index()] = Visit::Open,
        }
        let Pool::Units(size) = self.graph.pools[pool.index()] else {
            return Err(Unswept::Memory);
        };
        self.number(size)?;
        for user in &self.graph.users[pool.index()] {
            let work = &self.graph.works[user.index()].0;
            let keeps = work.uses.is_some_and(|uses| uses.keeps != Literal::FALSE);
            let simple = work.moves.is_none() && work.retry.is_none();
            let quiet = !self.steady.holds(work.when) && !self.moves.of_literal(work.until);
            if keeps || !simple || !quiet || self.steady.holds(work.until) {
                return Err(Unswept::Work);
            }
            self.number(work.takes)?;
            self.visit(work.when.level())?;
        }
        self.steps.push(Step::Pool(pool));
        self.pools[pool.index()] = Visit::Done;
        Ok(())
    }

    fn probe(&mut self, index: usize) -> Result<(), Unswept> {
        let (probe, level) = &self.graph.probes[index];
        let agrees = self.steady.levels[level.index()] == self.steady.holds(probe.watch);
        if self.moves.of_literal(probe.running) || !self.steady.holds(probe.running) || !agrees {
            return Err(Unswept::Clock);
        }
        self.number(probe.fall)?;
        self.number(probe.rise)?;
        match &probe.looks {
            Looks::Clock(clock) => self.clock(*clock)?,
            Looks::Reply { every, cost, age, .. } => {
                for number in [Some(*every), Some(*cost), *age].into_iter().flatten() {
                    self.number(number)?;
                }
            }
        }
        self.visit(probe.watch.level())?;
        self.steps.push(Step::Probe(index));
        Ok(())
    }

    fn lease(&mut self, index: usize) -> Result<(), Unswept> {
        let (lease, level) = &self.graph.leases[index];
        let plain = lease.of.is_none() && lease.rearm.is_none() && lease.drop == Literal::FALSE;
        let [(clock, condition)] = lease.renew[..] else { return Err(Unswept::Lease) };
        let live = self.steady.levels[level.index()] && self.steady.holds(condition);
        if !plain || !live {
            return Err(Unswept::Lease);
        }
        self.number(lease.ttl)?;
        self.clock(clock)?;
        lease.check.map_or(Ok(()), |check| self.clock(check))?;
        self.visit(condition.level())?;
        self.steps.push(Step::Lease(index));
        Ok(())
    }

    /// A clock ticks evenly and never stops.
    fn clock(&mut self, id: ClockId) -> Result<(), Unswept> {
        let clock = &self.graph.clocks[id.index()];
        let even = clock.ticks == Ticks::Even && self.steady.holds(clock.running);
        if !even || self.moves.clocks[id.index()] {
            return Err(Unswept::Clock);
        }
        self.number(clock.every)?;
        clock.age.map_or(Ok(()), |age| self.number(age))?;
        if !std::mem::replace(&mut self.clocks[id.index()], true) {
            self.steps.push(Step::Ticks(id));
        }
        Ok(())
    }

    /// A number that does not depend on what happens.
    fn number(&self, id: ValueId) -> Result<(), Unswept> {
        let all = |ids: &[ValueId]| ids.iter().try_for_each(|id| self.number(*id));
        match &self.graph.values[id.0 as usize] {
            Value::Constant(_) | Value::Each { .. } | Value::Trial { .. } => Ok(()),
            Value::Between { low, high, .. } => all(&[*low, *high]),
            Value::If(condition, yes, no) => {
                self.condition(*condition)?;
                all(&[*yes, *no])
            }
            Value::Add(a, b)
            | Value::Subtract(a, b)
            | Value::Multiply(a, b)
            | Value::Divide(a, b)
            | Value::Power(a, b) => all(&[*a, *b]),
            Value::Least(of) | Value::Most(of) => all(of),
            Value::Ceiling(a) | Value::Floor(a) | Value::Logarithm(a) | Value::Exponential(a) => {
                self.number(*a)
            }
            Value::Chosen(pick, of) => {
                let candidates = &self.graph.picks[pick.index()].candidates;
                if candidates.iter().any(|c| self.moves.levels[c.chosen.index()]) {
                    return Err(Unswept::Reading);
                }
                all(of)
            }
            _ => Err(Unswept::Reading),
        }
    }

    fn condition(&self, id: ConditionId) -> Result<(), Unswept> {
        match &self.graph.conditions[id.0 as usize] {
            Condition::Literal(literal) if self.moves.of_literal(*literal) => Err(Unswept::Reading),
            Condition::Literal(_) => Ok(()),
            Condition::And(all) | Condition::Or(all) => {
                all.iter().try_for_each(|one| self.condition(*one))
            }
            Condition::Not(one) => self.condition(*one),
            Condition::AtMost(a, b) | Condition::Less(a, b) | Condition::Equal(a, b) => {
                self.number(*a)?;
                self.number(*b)
            }
            Condition::Count(all, least) => {
                all.iter().try_for_each(|one| self.condition(*one))?;
                self.number(*least)
            }
        }
    }
}

/// What a gate reads that can change, and how many of the others hold.
pub(super) fn inputs_of(gate: &Gate, moves: &[bool], steady: &Steady) -> (Vec<Literal>, usize) {
    let inputs = gate.inputs();
    let (moving, still): (Vec<_>, Vec<_>) =
        inputs.into_iter().partition(|input| moves[input.level().index()]);
    (moving, still.into_iter().filter(|input| steady.holds(*input)).count())
}
