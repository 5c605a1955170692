//! A preset: what is known of one technology, as data.

mod describe;
mod graph;
mod held;
mod interface;
mod library;
mod period;
mod places;
mod read;
mod set;
mod version;

pub use held::{ACCURACY_PAGE, Held};
pub use interface::{
    ASKS, CARRIES, ERROR_AFTER, HOLDS, Interface, LEADS, LEFTOVER, LISTED, Published, READY, RUNS,
    SESSION_EXPORTS, STANDS, STOP, STOPS, SUCCESSOR, TARGET_EXPORTS,
};
pub use library::PresetLibrary;
pub use read::read_preset;
pub(in crate::model) use read::{BLOCKS, MARKS};
pub(crate) use set::{MOST_OF_A_SET, processes_of, whole_size};
pub use set::{PEER, Set, Standing, half_names};
pub use version::{Version, VersionRange};

use super::expression::{Condition, NodeId, PoolRef, Range, Value};
use crate::distribution::Law;
use crate::units::Dimension;

/// What role a component plays, and so what it must export.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ComponentKind {
    /// Keeps data; `[stores.…]`. Exports `writable`, `readable`, `primary` (each
    /// member) and `redundant` (one).
    Store,
    /// Carries messages; `[streams.…]`. Exports what a store does. Both may
    /// export `admits` and `relents` (each member) besides: [`SESSION_EXPORTS`];
    /// and `fails` (each member): a request that it could not serve has waited
    /// long enough to be told so.
    Stream,
    /// Keeps keys and leases for others; `[consensus.…]`. Exports `writable` and
    /// `readable` (each member: a request sent to it is served), `leads` (one), `serves` (one, with the asking instance as its argument) and the
    /// values `expiry_tick` and `election_timeout`; if it likes `primary` (each member).
    Consensus,
    /// Serves requests by replicas without data of their own; `[services.…]`. Its
    /// members are its replicas. Exports `ready` (each member: it serves the requests
    /// that reach it, as far as what the service needs is served) and `redundant` (one);
    /// if it likes `listed` (each member: requests are still sent to it).
    Service,
    /// Nodes that services stand on, and who watches over them; `[clusters.…]`. Its
    /// members are its nodes. Exports `ready` (each member, asked by whoever stands
    /// on it: something can be placed there) and `serves` (one: who watches is there),
    /// and if it likes what replicas must know of their nodes.
    Cluster,
    /// Leads clients to a place that works; `[routes.…]`. Exports `writable`
    /// (one): a request sent to it now would be served; and `fails` (one): a
    /// request that it could not serve has waited long enough to be told so. Both
    /// may depend on who asks; so may `stuck` (one), which it may export besides:
    /// a request on the connection that the asker holds gets no answer and no
    /// error. `error_after`, a number, is how long a request waits for its error.
    /// One that only leads, as a name or an address does, exports `leads` (each
    /// target, with the asking client as its argument): clients speak to the
    /// target itself. An address, which takes standing connections along when it
    /// moves, exports `carries` besides.
    Route,
    /// Who uses it all; `[clients.…]`. Exports `served` (each client).
    Clients,
    /// Notices that something is not served; `[alerts.…]`. Exports `pages` (one):
    /// somebody is told.
    Alert,
    /// Who is called; `[people.…]`. Exports crews, by names of their own.
    People,
    /// What somebody does about an alert; `[runbooks.…]`. Exports `asks` (one): while
    /// it holds, what the model says is asked of what it says.
    Runbook,
}

/// The documented behaviour and defaults of one technology.
#[derive(Clone, PartialEq, Debug)]
pub struct Preset {
    /// Its name, `family/product`.
    pub name: String,
    /// A name for people.
    pub title: String,
    /// What role it can play.
    pub kind: ComponentKind,
    /// Which versions this describes, in words.
    pub versions: String,
    /// Which version a component is of where the model is silent, if defaults
    /// depend on it.
    pub version: Option<DefaultVersion>,
    /// The processes of each member, the one that serves requests first; behind
    /// them those of [`Preset::sets`], in that order.
    pub processes: Vec<String>,
    /// Its further sets of alike things, `[each]`.
    pub sets: Vec<Set>,
    /// What it cannot do without.
    pub needs: Vec<Need>,
    /// Announced requests that it understands, such as `switchover`.
    pub requests: Vec<String>,
    /// Its parameters, in the order of the file.
    pub parameters: Vec<Parameter>,
    /// What to warn of.
    pub lints: Vec<Lint>,
    /// Its graph, in the order of the file.
    pub nodes: Vec<Node>,
    /// What others may see of it.
    pub exports: Vec<Export>,
    /// What surprises people, a sentence each.
    pub surprises: Vec<String>,
    /// What is left out, a phrase each.
    pub not_modelled: Vec<String>,
    /// How it was held against reality; only an embedded preset may have been.
    pub held: Option<Held>,
}

impl Preset {
    /// Whether it only leads: clients are told where to go and go there themselves.
    #[must_use]
    pub fn only_leads(&self) -> bool {
        self.kind == ComponentKind::Route && self.exports.iter().any(|one| one.name == LEADS)
    }
}

/// The version that a component is of where the model is silent.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct DefaultVersion {
    /// The version.
    pub default: Version,
    /// As it was written.
    pub text: String,
    /// What it is the version of, or why this one, in a sentence.
    pub say: String,
}

/// Another component that this one needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Need {
    /// The role's name in expressions and in the model: `dcs`.
    pub role: String,
    /// What kind of component can play it.
    pub kind: ComponentKind,
}

/// How an uncertain value varies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Varies {
    /// Drawn anew at each use.
    Each,
    /// Drawn once a trial.
    Trial,
    /// Drawn once a trial for each instance whose nodes use it.
    Instance,
}

impl Varies {
    /// All of them, with how they are written.
    pub(crate) const ALL: [(&str, Self); 3] =
        [("each", Self::Each), ("trial", Self::Trial), ("instance", Self::Instance)];
    /// What stands where a file says something else.
    pub(crate) const EXPECTED: &str = "expected \"each\" (drawn at each use), \"trial\" (once a trial) or \"instance\" (once a trial for each instance)";

    /// The one that is written so.
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|(known, _)| *known == name).map(|(_, varies)| varies)
    }
}

/// A value with its law, dimension and the text it came from.
#[derive(Clone, PartialEq, Debug)]
pub struct Quantity {
    /// The law, in base units; a constant where it is certain.
    pub law: Law,
    /// What it measures.
    pub dimension: Dimension,
    /// How it varies.
    pub varies: Varies,
    /// As it was written: `30s`.
    pub text: String,
}

/// A parameter of a preset.
#[derive(Clone, PartialEq, Debug)]
pub struct Parameter {
    /// The technology's own name for it: `loop_wait`.
    pub name: String,
    /// What it measures.
    pub dimension: Dimension,
    /// Its documented default.
    pub default: Quantity,
    /// The defaults of some versions, whose ranges do not overlap.
    pub versions: Vec<(VersionRange, Quantity)>,
    /// The least value the technology takes, in base units.
    pub least: Option<f64>,
    /// The greatest value the technology takes, in base units.
    pub most: Option<f64>,
    /// Where the default is documented; `None` is an ASSUMPTION.
    pub source: Option<String>,
    /// What it does, in a sentence.
    pub say: String,
}

impl Parameter {
    /// The default of a version, with the range that it comes from where that
    /// is not the default of all others.
    #[must_use]
    pub fn default_of(&self, version: Option<&Version>) -> (&Quantity, Option<&VersionRange>) {
        let found = version
            .and_then(|version| self.versions.iter().find(|(range, _)| range.contains(version)));
        found.map_or((&self.default, None), |(range, quantity)| (quantity, Some(range)))
    }
}

/// A rule over parameters and the model's structure.
#[derive(Clone, PartialEq, Debug)]
pub struct Lint {
    /// Its stable name: `short_ttl`.
    pub name: String,
    /// How bad it is.
    pub severity: LintSeverity,
    /// When it fires.
    pub when: LintCondition,
    /// What it says.
    pub say: String,
    /// On what authority.
    pub source: Option<String>,
}

/// How bad a lint's finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum LintSeverity {
    /// It may hurt.
    Risk,
    /// Two things that the model says cannot both be.
    Contradiction,
}

/// A condition over parameters (read at their least and greatest), structure
/// (`members`, `zones`, how many `alerts` watch it, `dcs.members`, `dcs.zones`, and of what a route serves or
/// clients use `target.members`, `target.zones`), what the scenario does
/// (`fault.silent`, `fault.hung`, `fault.reset`, `fault.announced`) and the
/// strictest objective on the component (`objective.recovery_time`,
/// `objective.data_loss`; endless where there is none).
#[derive(Clone, PartialEq, Debug)]
pub enum LintCondition {
    /// All hold.
    And(Vec<LintCondition>),
    /// One holds.
    Or(Vec<LintCondition>),
    /// Does not hold.
    Not(Box<LintCondition>),
    /// The scenario has a fault of this class: `reset`, `hung`, `silent` or `announced`.
    Fault(String),
    /// Two numbers compare so.
    Compare(LintValue, super::expression::Comparison, LintValue),
}

/// A number in a lint.
#[derive(Clone, PartialEq, Debug)]
pub enum LintValue {
    /// A literal in base units.
    Number(f64),
    /// A parameter's mean.
    Parameter(super::expression::ParameterId),
    /// A fact of structure by name: `members`, `zones`, `dcs.zones`, `target.zones`,
    /// `objective.recovery_time`.
    Structure(String),
    /// Sum.
    Add(Box<LintValue>, Box<LintValue>),
    /// Difference.
    Subtract(Box<LintValue>, Box<LintValue>),
    /// Product.
    Multiply(Box<LintValue>, Box<LintValue>),
    /// Quotient.
    Divide(Box<LintValue>, Box<LintValue>),
}

/// One node of a preset's graph: once for each of its range.
#[derive(Clone, PartialEq, Debug)]
pub struct Node {
    /// Its name: `promote`.
    pub name: String,
    /// What it exists once for.
    pub range: Range,
    /// What it does.
    pub block: Block,
    /// The milestone that its rise stamps.
    pub marks: Option<String>,
    /// The words for it in reports.
    pub says: Says,
}

/// The words for a node in reports.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Says {
    /// "lease runs out".
    pub title: Option<String>,
    /// "ttl − U(0, loop_wait)".
    pub formula: Option<String>,
    /// What people wrongly believe of it.
    pub surprise: Option<String>,
}

/// The behaviour of a node.
#[derive(Clone, PartialEq, Debug)]
pub enum Block {
    /// A level computed from others; with `until` a latch.
    Gate {
        /// When it is (or becomes) true.
        when: Condition,
        /// When the latch falls; wins over `when`.
        until: Option<Condition>,
    },
    /// An on-delay timer.
    Work {
        /// What starts it, and what must hold while it runs.
        when: Condition,
        /// What ends it after completion besides the fall of `when`.
        until: Option<Condition>,
        /// How long it takes \[s\], read at the start; zero where it moves something.
        takes: Value,
        /// What it moves instead.
        moves: Option<Moves>,
        /// The pool of which it needs a unit.
        uses: Option<PoolRef>,
        /// Whom it calls instead.
        calls: Option<Box<Calling>>,
        /// It keeps its unit, or its person, while this holds, though it runs no more.
        keeps: Option<Condition>,
        /// What becomes of running work when `when` falls.
        lost: Lost,
        /// What it changes when it completes.
        does: Vec<Effect>,
        /// How it fails and tries again, if it may fail.
        retry: Option<Box<Retry>>,
    },
    /// Units that works hold while they run, or tokens that they use up.
    Pool(Supply),
    /// People who take one task at a time, when they answer.
    Crew {
        /// How long an answer takes \[s\], drawn for each call of each person.
        response: Value,
        /// The chance that a person who is rung does not answer.
        misses: Value,
        /// From ringing one level to ringing the next \[s\].
        escalate: Value,
    },
    /// A bandwidth that works share.
    Link {
        /// What it carries \[B/s\], fixed for the trial.
        rate: Value,
    },
    /// A quantity that fills and drains, and a mark on it.
    Tank {
        /// What it holds at zero \[B\], fixed for the trial as all that follows.
        starts: Value,
        /// The most that it can hold \[B\].
        capacity: Value,
        /// Its level tells whether it holds so much \[B\]; `None`: its capacity.
        mark: Option<Value>,
        /// When it fills, and how fast \[B/s\].
        fills: (Condition, Value),
        /// When it drains, and how fast \[B/s\].
        drains: Option<(Condition, Value)>,
    },
    /// Ticks at a random phase.
    Clock {
        /// Its period \[s\], fixed for the trial.
        every: Value,
        /// How its ticks lie.
        pace: Pace,
        /// It ticks while this holds; a rise restarts it with a new phase.
        running: Option<Condition>,
    },
    /// A periodic observer that flips after so many equal looks in a row.
    Probe {
        /// What it looks at.
        watch: Condition,
        /// When it looks.
        looks: Looks,
        /// It looks while this holds; a rise restarts it.
        running: Option<Condition>,
        /// What a restart sets it to; `None`: it keeps what it believed.
        initially: Option<bool>,
        /// Failed looks in a row to fall.
        fall: Value,
        /// Good looks in a row to rise.
        rise: Value,
    },
    /// A deadline that renewals push back.
    Lease {
        /// The pick whose choice is granted the lease; nothing else revives it.
        of: Option<NodeId>,
        /// Time to live \[s\].
        ttl: Value,
        /// The clock that renews it.
        renewed_at: ClockRef,
        /// What must hold at a tick for it to renew.
        renewed_if: Condition,
        /// When expiry is noticed; `None`: at the deadline.
        check: Option<Check>,
        /// At a rise of this, the deadline becomes now + the value \[s\].
        rearm: Option<(Condition, Value)>,
        /// At a rise of this it falls at once.
        drop: Option<Condition>,
    },
    /// One of several: once per rise of `when`, or always the best.
    Pick {
        /// What it chooses among.
        over: Range,
        /// Who is chosen at the start: a position in the range.
        first: usize,
        /// It is always the best of those who stand (`mode = "best"`).
        best: bool,
        /// When a choice is due; always for the best.
        when: Condition,
        /// Who stands for choice ([`super::expression::Who::Candidate`]).
        from: Condition,
        /// Whom it may choose, read at the instant of choice.
        if_: Option<Condition>,
        /// The greatest is chosen, ties in model order.
        prefer: Option<Value>,
    },
    /// Tries targets in order until one is good.
    Dial {
        /// What it tries.
        over: Range,
        /// A rise of this loses the connection.
        lost: Condition,
        /// Whether a target is good, judged when it is reached.
        good: Condition,
        /// What an attempt at a target that is not good costs \[s\].
        cost: Value,
        /// Rounds start at ticks of this clock.
        at: ClockRef,
        /// A search begins after the target that was lost, not with the first.
        turns: bool,
    },
    /// Acknowledged writes, and who has them.
    Log {
        /// Which member acknowledges writes ([`super::expression::Who::Candidate`]).
        accepts: Condition,
        /// Which member copies from the head.
        copies: Condition,
        /// A member becomes the head at a rise of this node.
        head: NodeId,
        /// Volume \[B/s\].
        volume: Value,
        /// Writes \[1/s\].
        writes: Value,
        /// How far a copy is behind \[s\].
        lag: Value,
        /// How much of its copy a member has not replayed \[s of writing\].
        unreplayed: Value,
        /// What destroys all that a member holds.
        gone: Option<Condition>,
        /// At a rise of this a member becomes the head with what the head's
        /// history held at `point`.
        restores: Option<Condition>,
        /// Up to which instant a restore recovers \[s\], read at the restore;
        /// `None`: nothing.
        point: Option<Value>,
    },
    /// Generations taken every so often, and what can be restored from them.
    Backup {
        /// From one generation to the next \[s\], fixed for the trial.
        every: Value,
        /// Generations begin while this holds; one that is not ready when it
        /// falls never will be.
        running: Option<Condition>,
        /// From the beginning of a generation until it is ready \[s\], drawn for each.
        takes: Value,
        /// How many are kept; `None`: all, or as long as those of the base.
        keep: Option<Value>,
        /// The chance that a generation is good; of a log archive, that an
        /// interval of its base has no gap.
        works: Value,
        /// The chance that what all generations share is good.
        shared: Value,
        /// The backup whose generations a log archive leads on from.
        base: Option<NodeId>,
    },
}

/// Whom a work calls.
#[derive(Clone, PartialEq, Debug)]
pub struct Calling {
    /// A crew of who plays a role; of those the ones with the role that the model
    /// gives to the component (`by`), or all.
    pub crew: PoolRef,
    /// Of calls of one instant the highest is served first.
    pub priority: Value,
}

/// What a pool has.
#[derive(Clone, PartialEq, Debug)]
pub enum Supply {
    /// So many units, fixed for the trial.
    Units(Value),
    /// Tokens.
    Tokens {
        /// How many it holds at most, and at the start; fixed for the trial.
        burst: Value,
        /// How many come each second \[1/s\], fixed for the trial: the first whose
        /// condition holds; the last has none.
        rates: Vec<(Option<Condition>, Value)>,
    },
}

/// What a work moves.
#[derive(Clone, PartialEq, Debug)]
pub struct Moves {
    /// How much \[B\], read at the start.
    pub bytes: Value,
    /// Over which links.
    pub over: Vec<NodeId>,
    /// No faster than this \[B/s\], read at the start.
    pub most: Option<Value>,
}

/// How the ticks of a clock lie.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Pace {
    /// A period apart.
    Even,
    /// At random, a period apart in the mean (`asks`).
    Random,
    /// At the first tick of another clock, which follows none, at or after a
    /// period since the last (`at`).
    Follow(ClockRef),
}

/// How a work fails and tries again.
#[derive(Clone, PartialEq, Debug)]
pub struct Retry {
    /// The chance that a try fails, read at its end; 0 to 1.
    pub fails: Value,
    /// How many tries there are; `None`: as many as it takes.
    pub tries: Option<Value>,
    /// From a failed try to the next \[s\], read when it has failed.
    pub between: Value,
    /// By how much each wait is longer than the one before; `None`: all are alike.
    pub factor: Option<Value>,
    /// The longest wait \[s\].
    pub most: Option<Value>,
}

/// What becomes of running work when its condition falls.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Lost {
    /// It is lost; the next rise starts anew.
    #[default]
    Cancel,
    /// It runs to its end all the same.
    Finish,
}

/// What work changes when it completes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Starts a process of the node's own instance.
    Start(usize),
    /// Stops a process of the node's own instance.
    Stop(usize),
}

/// A clock node of some instance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ClockRef {
    /// Of which instance; `leader.loop` is [`super::expression::Who::Chosen`].
    pub who: super::expression::Who,
    /// Which clock.
    pub node: NodeId,
}

/// When a probe looks.
#[derive(Clone, PartialEq, Debug)]
pub enum Looks {
    /// At each tick of a clock.
    At(ClockRef),
    /// Every so often \[s\], at a phase of its own.
    Every(Value),
    /// A first look at a random phase; the next follows `every` after the
    /// reply, and a reply takes `cost` \[s\]: judged at its start, counted at its end.
    AfterReply {
        /// From reply to next look \[s\].
        every: Value,
        /// What a look costs \[s\], read at its start.
        cost: Value,
    },
    /// Every so often \[s\], counted from the last rise of the condition; the
    /// first look one period after it.
    From {
        /// The period \[s\].
        every: Value,
        /// What starts the comb; it looks while this holds.
        rise: Condition,
        /// How the period grows from look to look, if it does.
        growth: Option<Box<Growth>>,
    },
}

/// How the looks of a comb back off: the k-th gap is the period times `factor`
/// to the k, at most `most`, and longer by a share of itself, `slack`.
#[derive(Clone, PartialEq, Debug)]
pub struct Growth {
    /// By how much each gap is longer than the one before; 1 and more.
    pub factor: Value,
    /// The longest gap, without its slack \[s\].
    pub most: Value,
    /// The least and the greatest slack; each look draws between them.
    pub slack: (Value, Value),
}

/// When a lease's expiry is noticed.
#[derive(Clone, PartialEq, Debug)]
pub enum Check {
    /// Somebody looks so often, at a phase of its own.
    Every {
        /// How often \[s\].
        every: Value,
        /// While this holds.
        running: Option<Condition>,
    },
    /// At each tick of a clock.
    At(ClockRef),
}

/// What others may see of a component.
#[derive(Clone, PartialEq, Debug)]
pub struct Export {
    /// Its name.
    pub name: String,
    /// What it exists once for.
    pub range: Range,
    /// What it stands for.
    pub what: Exported,
}

/// The meaning of an export.
#[derive(Clone, PartialEq, Debug)]
pub enum Exported {
    /// A level; may speak of [`super::expression::Who::Caller`].
    Level(Condition),
    /// A number, constant for the trial unless its kind says otherwise.
    Value(Value),
    /// A pool or a crew that works of others may use or call, by its name.
    Pool(NodeId),
}
