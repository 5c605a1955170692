//! From names to what they stand for, with dimensions checked.
//!
//! What a name means depends on where it stands ([`Scope`]) and on what the
//! preset declares ([`Environment`]). All mistakes of an expression that do not
//! follow from one another are reported together.

mod called;
mod compared;
mod condition;
mod lint;
mod named;
mod pool;
#[cfg(test)]
mod tests;
mod value;
mod who;

use super::mistake::{FOLLOWS, Mistake};
use super::parse::parse;
use super::syntax::{Expression, Extent, Syntax};
use super::{Condition, NeedId, NodeId, ParameterId, PoolRef, Range, Reliance, SetId, Value, Who};
use crate::diagnostic::nearest;
use crate::model::preset::{
    Block, ClockRef, ComponentKind, LintCondition, Need, Node, Preset, Set, half_names,
    processes_of,
};
use crate::units::Dimension;
use who::Place;

/// What the expressions of a preset may speak of.
#[derive(Clone, PartialEq, Debug)]
pub struct Environment {
    /// The preset's kind.
    pub kind: ComponentKind,
    /// Its nodes, in the order of [`NodeId`].
    pub nodes: Vec<Declared>,
    /// Its processes, then those of its sets.
    pub processes: Vec<String>,
    /// Its further sets, in the order of [`SetId`].
    pub sets: Vec<Set>,
    /// Its parameters, in the order of [`ParameterId`], and what they measure:
    /// `None` where the file is wrong about that, which is reported once.
    pub parameters: Vec<(String, Option<Dimension>)>,
    /// What it needs, in the order of [`NeedId`].
    pub needs: Vec<Need>,
    /// The announced requests that it understands.
    pub requests: Vec<String>,
}

/// A node, as much as others must know of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Declared {
    /// Its name.
    pub name: String,
    /// What it exists once for.
    pub range: Range,
    /// What kind of block it is.
    pub shape: Shape,
}

/// The kind of a block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shape {
    /// `gate`
    Gate,
    /// `work`
    Work,
    /// `clock`
    Clock,
    /// `probe`
    Probe,
    /// `lease`
    Lease,
    /// `pick` over a range
    Pick(Range),
    /// `dial` over a range
    Dial(Range),
    /// `log`
    Log,
    /// `backup`
    Backup,
    /// `tank`
    Tank,
    /// `pool`
    Pool,
    /// `crew`
    Crew,
    /// `link`
    Link,
}

impl Shape {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gate => "gate",
            Self::Work => "work",
            Self::Clock => "clock",
            Self::Probe => "probe",
            Self::Lease => "lease",
            Self::Pick(_) => "pick",
            Self::Dial(_) => "dial",
            Self::Log => "log",
            Self::Backup => "backup",
            Self::Tank => "tank",
            Self::Pool => "pool",
            Self::Crew => "crew",
            Self::Link => "link",
        }
    }
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Scope {
    /// What its node (or export) exists once for.
    pub owner: Range,
    /// What it is judged for each of, in such a field of a pick, dial or log.
    pub candidate: Option<Range>,
    /// Whether it is asked by somebody, `caller`.
    pub caller: bool,
    /// Whether it is read at an instant; otherwise it is watched (a condition)
    /// or fixed for the trial (a number).
    pub read: bool,
}

impl Scope {
    /// Of a node's condition that is watched, or its number that is fixed.
    #[must_use]
    pub const fn of(owner: Range) -> Self {
        Self { owner, candidate: None, caller: false, read: false }
    }

    /// The same, read at an instant.
    #[must_use]
    pub const fn read(self) -> Self {
        Self { read: true, ..self }
    }

    /// The same, judged for each of a range.
    #[must_use]
    pub const fn each(self, range: Range) -> Self {
        Self { candidate: Some(range), ..self }
    }

    /// The same, asked by somebody.
    #[must_use]
    pub const fn asked(self) -> Self {
        Self { caller: true, ..self }
    }
}

impl Environment {
    /// What the expressions of a preset that has been read may speak of.
    #[must_use]
    pub fn of(preset: &Preset) -> Self {
        let shape = |block: &Block| match block {
            Block::Gate { .. } => Shape::Gate,
            Block::Work { .. } => Shape::Work,
            Block::Clock { .. } => Shape::Clock,
            Block::Probe { .. } => Shape::Probe,
            Block::Lease { .. } => Shape::Lease,
            Block::Pick { over, .. } => Shape::Pick(*over),
            Block::Dial { over, .. } => Shape::Dial(*over),
            Block::Log { .. } => Shape::Log,
            Block::Backup { .. } => Shape::Backup,
            Block::Tank { .. } => Shape::Tank,
            Block::Pool(_) => Shape::Pool,
            Block::Crew { .. } => Shape::Crew,
            Block::Link { .. } => Shape::Link,
        };
        let node = |node: &Node| Declared {
            name: node.name.clone(),
            range: node.range,
            shape: shape(&node.block),
        };
        let parameters = preset.parameters.iter();
        Self {
            kind: preset.kind,
            nodes: preset.nodes.iter().map(node).collect(),
            processes: preset.processes.clone(),
            sets: preset.sets.clone(),
            parameters: parameters.map(|one| (one.name.clone(), Some(one.dimension))).collect(),
            needs: preset.needs.clone(),
            requests: preset.requests.clone(),
        }
    }

    /// Resolves a condition.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn condition(&self, text: &str, scope: Scope) -> Result<Condition, Vec<Mistake>> {
        let expression = parse(text)?;
        Resolver::new(self, scope).finish(|resolver| resolver.condition(&expression))
    }

    /// Resolves a number of the wanted dimension.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn value(
        &self,
        text: &str,
        scope: Scope,
        wanted: Dimension,
    ) -> Result<Value, Vec<Mistake>> {
        let expression = parse(text)?;
        Resolver::new(self, scope).finish(|resolver| resolver.value_of(&expression, wanted))
    }

    /// Resolves a number, whatever it measures.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn number(&self, text: &str, scope: Scope) -> Result<Value, Vec<Mistake>> {
        let expression = parse(text)?;
        let run = |resolver: &mut Resolver<'_>| resolver.value(&expression);
        Resolver::new(self, scope).finish(run).map(|(value, _)| value)
    }

    /// Resolves the name of a clock: `loop`, `leader.loop`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn clock(&self, text: &str, scope: Scope) -> Result<ClockRef, Vec<Mistake>> {
        let expression = parse(text)?;
        Resolver::new(self, scope).finish(|resolver| resolver.clock(&expression))
    }

    /// Resolves the pool that a work uses: `hands`, `cluster.hands(self)`.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn pool(&self, text: &str, scope: Scope) -> Result<PoolRef, Vec<Mistake>> {
        let expression = parse(text)?;
        Resolver::new(self, scope).finish(|resolver| resolver.pool(&expression))
    }

    /// Resolves the bare name of a node that satisfies `fits`.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub fn node(
        &self,
        text: &str,
        wanted: &str,
        fits: impl Fn(&Declared) -> bool,
    ) -> Result<NodeId, Vec<Mistake>> {
        let expression = parse(text)?;
        let fitting = || self.nodes.iter().filter(|node| fits(node)).map(|node| node.name.as_str());
        if let Syntax::Name(name) = &expression.syntax {
            let found = self.nodes.iter().position(|node| node.name == *name && fits(node));
            if let Some(position) = found {
                return Ok(NodeId(position));
            }
        }
        let message = match &expression.syntax {
            Syntax::Name(name) => match self.node_named(name) {
                Some(id) => format!("`{name}` is {}", self.describe_node(id)),
                None => format!("there is no `{name}`"),
            },
            _ => "this is not the name of a node".to_owned(),
        };
        let mistake = Mistake::new(
            "unknown_name",
            expression.extent.clone(),
            message,
            format!("expected {wanted}"),
        );
        Err(vec![mistake.maybe_help(nearest_of(text, fitting()).or_else(|| one_of(fitting())))])
    }

    /// Resolves the condition of a lint.
    ///
    /// # Errors
    ///
    /// Everything that is wrong with it.
    pub fn lint(&self, text: &str) -> Result<LintCondition, Vec<Mistake>> {
        let expression = parse(text)?;
        let scope = Scope::of(Range::One);
        Resolver::new(self, scope).finish(|resolver| resolver.lint(&expression))
    }

    /// The node of that name.
    #[must_use]
    pub fn node_named(&self, name: &str) -> Option<NodeId> {
        self.nodes.iter().position(|node| node.name == name).map(NodeId)
    }

    /// The parameter of that name, and what it measures.
    fn parameter_named(&self, name: &str) -> Option<(ParameterId, Option<Dimension>)> {
        let at = self.parameters.iter().position(|(other, _)| other == name)?;
        Some((ParameterId(at), self.parameters[at].1))
    }

    /// The need of that name.
    fn need_named(&self, name: &str) -> Option<NeedId> {
        self.needs.iter().position(|need| need.role == name).map(NeedId)
    }

    /// What quantifiers and picks may range over: all but the component and pairs.
    pub(crate) fn many(&self) -> impl Iterator<Item = Range> {
        let fixed = self.kind.ranges().iter().copied().filter(|range| *range != Range::One);
        fixed.chain((0..self.sets.len()).map(|at| Range::Set(SetId(at))))
    }

    /// The range of that name.
    pub(crate) fn range_named(&self, name: &str) -> Option<Range> {
        self.many().find(|range| range.name(&self.sets) == name)
    }

    /// What a process belongs to.
    pub(crate) fn owner_of(&self, process: usize) -> Range {
        let set = self.sets.iter().position(|set| set.processes.contains(&process));
        set.map_or(self.kind.process_range(), |at| Range::Set(SetId(at)))
    }

    /// The processes of each instance of a range.
    fn processes_of(&self, range: Range) -> std::ops::Range<usize> {
        processes_of(range, self.kind, &self.sets, self.processes.len())
    }

    /// Whether each instance of a range stands on a host that expressions may speak of.
    fn has_host(&self, range: Range) -> bool {
        match range {
            Range::Set(SetId(at)) => self.sets[at].is_placed(),
            _ => range == Range::Target || range == self.kind.process_range(),
        }
    }

    /// Whether a node of `owner` can name one of `range` without saying which.
    pub(crate) fn reaches(&self, owner: Range, range: Range) -> bool {
        range == Range::One || range == owner || range == Range::Zone && self.has_host(owner)
    }

    /// What a bare `host` is the host of, for each of those who could be meant.
    fn owner_of_host(&self, scope: Scope) -> Range {
        let own = scope.candidate.into_iter().chain([scope.owner]);
        let mut placed =
            own.filter(|range| matches!(range, Range::Set(_)) && self.has_host(*range));
        placed.next().unwrap_or(self.kind.process_range())
    }

    /// A node for a sentence: "a gate of each member".
    fn describe_node(&self, id: NodeId) -> String {
        let node = &self.nodes[id.0];
        format!("a {}{}", node.shape.name(), self.of_each(node.range))
    }

    /// "of each member", for a sentence.
    fn of_each(&self, range: Range) -> String {
        match range {
            Range::One => String::new(),
            Range::Pair(first, second) => {
                let [first, second] = half_names(first, second, &self.sets);
                format!(" of each pair of {first} and {second}")
            }
            _ => format!(" of each {}", range.name(&self.sets)),
        }
    }
}

/// "did you mean `ttl`?", where a name is like `wrong`.
fn nearest_of<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<String> {
    nearest(wrong, names).map(|right| format!("did you mean `{right}`?"))
}

/// "one of `a`, `b`", where there are any and not too many.
fn one_of<'n>(names: impl Iterator<Item = &'n str>) -> Option<String> {
    let names: Vec<String> = names.map(|name| format!("`{name}`")).collect();
    match names.len() {
        0 => None,
        1 => Some(format!("there is {}", names[0])),
        2..=12 => Some(format!("there are {}", names.join(", "))),
        _ => None,
    }
}

/// Resolves one expression.
#[derive(Debug)]
struct Resolver<'e> {
    /// What it may speak of.
    environment: &'e Environment,
    /// Where it stands; `read` becomes true inside `if(…)`.
    scope: Scope,
    /// Variables of the quantifiers around it, the outermost first.
    bound: Vec<(String, Range)>,
    /// What is wrong so far.
    mistakes: Vec<Mistake>,
}

impl<'e> Resolver<'e> {
    /// Nothing resolved yet.
    const fn new(environment: &'e Environment, scope: Scope) -> Self {
        Self { environment, scope, bound: Vec::new(), mistakes: Vec::new() }
    }

    /// Runs it; `None` without a mistake would be our bug.
    fn finish<T>(mut self, run: impl FnOnce(&mut Self) -> Option<T>) -> Result<T, Vec<Mistake>> {
        let result = run(&mut self);
        match result {
            Some(result) if self.mistakes.is_empty() => Ok(result),
            _ => {
                assert!(!self.mistakes.is_empty(), "an expression failed for no reason");
                Err(self.mistakes)
            }
        }
    }

    /// Notes a mistake; gives `None` so that callers can return it.
    fn fail<T>(&mut self, mistake: Mistake) -> Option<T> {
        self.mistakes.push(mistake);
        None
    }

    /// What a parameter measures, if anybody knows.
    fn measured(&mut self, dimension: Option<Dimension>, extent: &Extent) -> Option<Dimension> {
        if dimension.is_none() {
            self.mistakes.push(Mistake::new(FOLLOWS, extent.clone(), "", ""));
        }
        dimension
    }

    /// Runs with other rules about reading, and sets them back.
    fn with_read<T>(&mut self, read: bool, run: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.scope.read, read);
        let result = run(self);
        self.scope.read = before;
        result
    }

    /// A name that nothing declares.
    fn unknown<T>(&mut self, name: &str, extent: &Extent) -> Option<T> {
        let help = nearest_of(name, self.names().into_iter());
        let message = format!("there is no `{name}`");
        let mistake = Mistake::new("unknown_name", extent.clone(), message, "unknown name");
        self.fail(mistake.maybe_help(help))
    }

    /// Everything that a bare name may be.
    fn names(&self) -> Vec<&str> {
        let environment = self.environment;
        let nodes = environment.nodes.iter().map(|node| node.name.as_str());
        let parameters = environment.parameters.iter().map(|(name, _)| name.as_str());
        let needs = environment.needs.iter().map(|need| need.role.as_str());
        let bound = self.bound.iter().map(|(name, _)| name.as_str());
        let processes = environment.processes.iter().map(String::as_str);
        let fixed = ["self", "host"];
        let fixed = &fixed[usize::from(matches!(self.scope.owner, Range::Pair(..)))..];
        let relied = match environment.kind {
            ComponentKind::Alert => &[Reliance::Needs][..],
            kind if kind.relies() => &Reliance::ALL[..],
            _ => &[],
        };
        let fixed = fixed.iter().copied().chain(relied.iter().map(|one| one.name()));
        bound.chain(nodes).chain(parameters).chain(processes).chain(needs).chain(fixed).collect()
    }

    /// The instance that a bare name of a thing of each of `range` speaks of.
    fn bare(&self, range: Range) -> Option<Who> {
        if self.scope.candidate == Some(range) {
            Some(Who::Candidate)
        } else if range == Range::One {
            Some(Who::One)
        } else if self.scope.owner == range {
            Some(Who::Own)
        } else if range == Range::Zone {
            // Whoever stands in a zone speaks of that one.
            let stands = |range: Range| self.environment.has_host(range);
            let candidate = self.scope.candidate.filter(|one| stands(*one)).map(|_| Who::Candidate);
            candidate.or_else(|| stands(self.scope.owner).then_some(Who::Own))
        } else {
            None
        }
    }

    /// The instance that a bare name speaks of, or a mistake that says how to name one.
    fn bare_or_fail(&mut self, name: &str, range: Range, extent: &Extent) -> Option<Who> {
        if let Some(who) = self.bare(range) {
            return Some(who);
        }
        let sets = &self.environment.sets;
        let each = self.environment.of_each(range);
        let message = format!("`{name}` exists once for{}: whose is meant?", &each[" of".len()..]);
        let help = match (range, self.halves().into_iter().find(|(_, half)| *half == range)) {
            (Range::Pair(first, second), _) => {
                let [first, second] = half_names(first, second, sets);
                format!("say which {first} and {second}, as in `{name}({first}, {second})`")
            }
            (_, Some((half, _))) => format!("say which, as in `{half}.{name}`"),
            _ => format!("say which, as in `any(x in {}: x.{name})`", range.name(sets)),
        };
        let mistake = Mistake::new("whose", extent.clone(), message, "no instance is named");
        self.fail(mistake.help(help))
    }

    /// The halves of the pair that the expression belongs to, if it does.
    fn halves(&self) -> Vec<(String, Range)> {
        match self.scope.owner {
            Range::Pair(first, second) => {
                let names = half_names(first, second, &self.environment.sets);
                names.into_iter().zip([first.range(), second.range()]).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Resolves a clock's name.
    fn clock(&mut self, expression: &Expression) -> Option<ClockRef> {
        let extent = &expression.extent;
        let found = match &expression.syntax {
            Syntax::Name(name) => match self.environment.node_named(name) {
                Some(node) => {
                    let range = self.environment.nodes[node.0].range;
                    Some((self.bare_or_fail(name, range, extent)?, node))
                }
                None => return self.unknown(name, extent),
            },
            Syntax::Hop(of, name) => {
                let (who, place) = self.instance_named(&of.text, &of.extent)?;
                let node = self.environment.node_named(&name.text);
                node.filter(|id| place == Place::In(self.environment.nodes[id.0].range))
                    .map(|node| (who, node))
            }
            _ => None,
        };
        match found {
            Some((who, node)) if self.environment.nodes[node.0].shape == Shape::Clock => {
                Some(ClockRef { who, node })
            }
            _ => {
                let is_clock = |node: &&Declared| node.shape == Shape::Clock;
                let clocks = self.environment.nodes.iter().filter(is_clock);
                let help = one_of(clocks.map(|node| node.name.as_str()));
                let message = format!("`{expression}` is not a clock");
                let mistake = Mistake::new("not_a_clock", extent.clone(), message, "not a clock");
                self.fail(mistake.maybe_help(help))
            }
        }
    }
}
