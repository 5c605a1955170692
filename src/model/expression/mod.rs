//! Resolved expressions: boolean algebra over levels, arithmetic over
//! parameters and readings, and nothing else.
//!
//! Names are resolved when a preset is read, so an expression cannot speak of
//! anything that does not exist. It still speaks of *dimensions* (each member,
//! the member that is the leader); compiling a system puts instances in.

mod mistake;
pub mod parse;
pub mod print;
pub mod resolve;
pub mod syntax;
mod walk;

pub(crate) use mistake::FOLLOWS;
pub use mistake::Mistake;
pub(crate) use walk::Mention;

use crate::distribution::Law;
use crate::units::Dimension;

/// A node of the preset's graph, by its position in [`super::preset::Preset::nodes`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NodeId(pub usize);

/// A parameter, by its position in [`super::preset::Preset::parameters`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ParameterId(pub usize);

/// A need, by its position in [`super::preset::Preset::needs`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct NeedId(pub usize);

/// A further set of alike things, by its position in [`super::preset::Preset::sets`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct SetId(pub usize);

/// The sets of alike things that a component's nodes range over.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Range {
    /// The component as a whole: exactly one. Has a place only where the model
    /// gives the component one (`at`).
    One,
    /// The component's own members (stores, consensus, services, clusters).
    Member,
    /// The zones that the members stand in, in the order of the model. What stands
    /// for a zone speaks of the members and placed things that stand there.
    Zone,
    /// The clients of a population.
    Client,
    /// What a route or a client population points at: the members of the
    /// component that it serves or uses (or the one entry of a route). Through
    /// a route that only leads somewhere: the members of what it leads to.
    Target,
    /// Who asks a route: each client of the populations that use it, be it
    /// through another route that only leads.
    Asker,
    /// A further set that the preset declares under `[each]`.
    Set(SetId),
    /// Each pair of one of the first and one of the second; where both are the
    /// same set, nobody is paired with itself.
    Pair(Half, Half),
}

/// The sets whose instances pairs are made of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Half {
    /// [`Range::Member`]
    Member,
    /// [`Range::Client`]
    Client,
    /// [`Range::Target`]
    Target,
    /// [`Range::Asker`]
    Asker,
    /// [`Range::Set`]
    Set(SetId),
}

impl Half {
    /// The half that ranges over a set; `None` for the component and for pairs.
    #[must_use]
    pub const fn of(range: Range) -> Option<Self> {
        match range {
            Range::Member => Some(Self::Member),
            Range::Client => Some(Self::Client),
            Range::Target => Some(Self::Target),
            Range::Asker => Some(Self::Asker),
            Range::Set(set) => Some(Self::Set(set)),
            Range::One | Range::Zone | Range::Pair(..) => None,
        }
    }

    /// What it ranges over.
    #[must_use]
    pub const fn range(self) -> Range {
        match self {
            Self::Member => Range::Member,
            Self::Client => Range::Client,
            Self::Target => Range::Target,
            Self::Asker => Range::Asker,
            Self::Set(set) => Range::Set(set),
        }
    }
}

/// Which instance a name speaks of.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Who {
    /// The component as a whole.
    One,
    /// The instance that the node (or export) belongs to: `self`.
    Own,
    /// A half of the pair that the node belongs to: 0 is the first.
    Half(usize),
    /// The candidate or target that a pick or a dial is looking at: `self`
    /// in the fields that are judged for each of `over`.
    Candidate,
    /// The one of a further set that the instance is dealt, in turn by their
    /// numbers: `spare`.
    Dealt(SetId),
    /// The variable of an enclosing `any`, `all`, `count` or `share`:
    /// 0 is the innermost.
    Bound(usize),
    /// The instance of the component that asks, in an export with an argument.
    Caller,
    /// The present choice of a pick or dial of this component, such as
    /// `leader`; where there is none, a condition on it is false.
    Chosen(NodeId),
}

/// Something that is true or false at each instant.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    /// Always or never.
    Constant(bool),
    /// The level of a node of this component.
    Level(Who, NodeId),
    /// The level of a node of each pair: `ok(c, self)`. Never true of one thing
    /// with itself.
    Pair(Who, Who, NodeId),
    /// A work of this component has failed at its last try: `elect.failed`.
    Failed(Who, NodeId),
    /// An export of the component that a target belongs to (`t.writable`).
    TargetExport(Who, String),
    /// Whoever asks a route is a client that holds a connection: `caller.holds`.
    Holds(Who),
    /// An export of a component that this one needs: `dcs.serves(self)`.
    NeedExport(NeedId, String, Option<Who>),
    /// All that the model says this component needs is served: `needs_hold`; of
    /// what it merely uses, `uses_hold`.
    Relied(Reliance),
    /// The process exists, is not hung, and its host is up.
    Process(Who, usize),
    /// The host is up.
    Host(Who),
    /// A packet from the first reaches the second and back: the path and both hosts.
    Hears(Who, Who),
    /// A request from the first to a process of the second is answered.
    /// `None`: the process that the other component serves with (its first).
    Answers(Who, Who, Option<usize>),
    /// A request from the first is refused by the kernel of the second.
    Refuses(Who, Who, Option<usize>),
    /// No packet comes back: the path is cut or a host is down.
    Silent(Who, Who),
    /// An announced request (`asked.switchover`) stands on that instance.
    Asked(Who, usize),
    /// `leader == self`: the pick or dial has chosen that instance.
    Chose(NodeId, Who),
    /// `log.head == self`: that member is the head of the log.
    Head(NodeId, Who),
    /// Both names speak of the same instance.
    Same(Who, Who),
    /// Both stand on one host: `together(a, b)`.
    Together(Who, Who),
    /// The second is the one that the first is dealt, in turn by their numbers:
    /// `dealt(a, b)`.
    Dealt(Who, Who),
    /// Negation.
    Not(Box<Condition>),
    /// All hold.
    And(Vec<Condition>),
    /// At least one holds.
    Or(Vec<Condition>),
    /// `any`, `all`, `count` or `share` over a range. [`Who::Bound`] 0 in the
    /// body is the instance.
    Over(Range, Box<Condition>, Quorum),
    /// A comparison of numbers; only where it is read at an instant (the
    /// conditions inside [`Value::If`], a pick's `if`), never watched.
    Compare(Box<Value>, Comparison, Box<Value>),
}

/// How a component relies on others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Reliance {
    /// It cannot do without them.
    Needs,
    /// It uses them, and serves without them.
    Uses,
}

impl Reliance {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Needs, Self::Uses];

    /// How a condition says that all of them are served.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Needs => "needs_hold",
            Self::Uses => "uses_hold",
        }
    }
}

/// The pool of which a work needs a unit.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum PoolRef {
    /// A pool of this component, of the instance or of its zone: `hands`, `hands(x)`.
    Own(NodeId, Who),
    /// A pool that a needed component exports: `cluster.hands`, or of the place
    /// where somebody stands, `cluster.hands(self)`.
    Need(NeedId, String, Option<Who>),
}

/// How many of a range must satisfy the body.
#[derive(Clone, PartialEq, Debug)]
pub enum Quorum {
    /// At least one.
    Any,
    /// Each one.
    All,
    /// The count compares so with a constant value (parameters allowed).
    Count(Comparison, Box<Value>),
    /// The share (0 to 1) compares so with a constant value.
    Share(Comparison, Box<Value>),
}

/// A comparison of two numbers.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Comparison {
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `==`
    Equal,
    /// `!=`
    Unequal,
}

/// A number with a dimension, read at an instant.
#[derive(Clone, PartialEq, Debug)]
pub enum Value {
    /// A literal, in base units (seconds, bytes, dollars).
    Number(f64),
    /// A literal law: each evaluation draws.
    Draw(Law),
    /// A parameter of the preset, as the model sets it.
    Parameter(ParameterId),
    /// The uniform law between two values: each evaluation draws.
    Between(Box<Value>, Box<Value>),
    /// A parameter of a needed component: `dcs.election_timeout`.
    NeedValue(NeedId, String),
    /// A number that the component exports that a target belongs to:
    /// `self.error_after`.
    TargetValue(Who, String),
    /// How many instances the range has: `count(member)`.
    Size(Range),
    /// A published reading.
    Reading(Reading),
    /// `if(condition, then, else)`.
    If(Box<Condition>, Box<Value>, Box<Value>),
    /// Sum.
    Add(Box<Value>, Box<Value>),
    /// Difference.
    Subtract(Box<Value>, Box<Value>),
    /// Product.
    Multiply(Box<Value>, Box<Value>),
    /// Quotient; a quotient by zero is zero if the dividend is, else endless.
    Divide(Box<Value>, Box<Value>),
    /// The least of several.
    Least(Vec<Value>),
    /// The greatest of several.
    Most(Vec<Value>),
    /// The first to the power of the second, plain numbers both; zero where a
    /// negative base has no such power.
    Power(Box<Value>, Box<Value>),
    /// Rounded up to a whole number: `ceil(x)`.
    Ceiling(Box<Value>),
    /// Rounded down to a whole number: `floor(x)`.
    Floor(Box<Value>),
    /// The natural logarithm, `ln(x)`; of zero and less it is below everything.
    Logarithm(Box<Value>),
    /// `e` to this power: `exp(x)`.
    Exponential(Box<Value>),
}

/// A number that a block publishes.
#[derive(Clone, PartialEq, Debug)]
pub enum Reading {
    /// Instant of the last renewal of a lease, in seconds: `key.renewed`.
    Renewed(NodeId),
    /// How long ago that was, in seconds: `key.age`.
    Age(NodeId),
    /// Bytes of the log that an instance holds: `log.has(self)`.
    LogHas(NodeId, Who),
    /// Bytes that had been written by an instant: `log.written(key.renewed)`.
    LogWritten(NodeId, Box<Value>),
    /// Bytes that an instance holds and has not replayed: `log.unreplayed(self)`.
    LogUnreplayed(NodeId, Who),
    /// 1 where an instance holds writes that the head lacks, else 0:
    /// `log.diverged(self)`.
    LogDiverged(NodeId, Who),
    /// What restoring the so-many-th newest good generation of a backup comes to:
    /// `full.point(1)`.
    Backup(NodeId, About, Box<Value>),
}

/// What is asked of a backup's generation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum About {
    /// The newest instant that is recovered, in seconds: `full.point(1)`.
    Point,
    /// How much log leads there from the base, in seconds of writing: `archive.since(1)`.
    Since,
    /// How many generations are tried, the bad newer ones too: `full.tries(1)`.
    Tries,
    /// 1 where there is such a generation, else 0: `full.exists(1)`.
    Exists,
}

impl About {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Point => "point",
            Self::Since => "since",
            Self::Tries => "tries",
            Self::Exists => "exists",
        }
    }
}

/// An expression's type, for dimension checks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// True or false.
    Condition,
    /// A number of this dimension.
    Value(Dimension),
}
