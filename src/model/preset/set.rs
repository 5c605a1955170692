//! Further sets of alike things that a preset declares, and pairs of them.

use super::{ComponentKind, Exported, Node, Preset};
use crate::distribution::Law;
use crate::model::expression::{Half, Mention, ParameterId, Range, SetId};

/// The most things that a set may have.
pub(crate) const MOST_OF_A_SET: usize = 1000;

/// The number of things that a law says there are.
///
/// # Errors
///
/// Nothing more than that it is not a whole number from 1 to 1000, certain.
pub(crate) fn whole_size(law: &Law) -> Result<usize, ()> {
    let size = law.is_constant().filter(|size| size.fract() == 0.0).ok_or(())?;
    if (1.0..=MOST_OF_A_SET as f64).contains(&size) { Ok(size as usize) } else { Err(()) }
}

/// The name of the second half of a pair within one set: `[member-peer.probe]`.
pub const PEER: &str = "peer";

/// A further set of alike things, such as the checkers of a route.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Set {
    /// Its name in expressions and tables: `checker`.
    pub name: String,
    /// How many there are, and where they stand.
    pub standing: Standing,
    /// The processes of each, as positions in [`Preset::processes`]; the first
    /// serves requests.
    pub processes: std::ops::Range<usize>,
    /// What they are, in a few words.
    pub say: String,
}

/// How many there are of a set, and where they stand.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Standing {
    /// The model says where each stands under this key: `sentinels = ["a", "b"]`.
    /// Where it is silent one stands beside each member.
    Placed(String),
    /// A parameter says how many; they stand where their component does.
    Counted(ParameterId),
}

impl Set {
    /// Whether each has a host.
    #[must_use]
    pub const fn is_placed(&self) -> bool {
        matches!(self.standing, Standing::Placed(_))
    }
}

impl Range {
    /// How it is written, given the sets of its preset: `member`, `checker-target`.
    #[must_use]
    pub fn name(self, sets: &[Set]) -> String {
        match self {
            Self::One => "one".to_owned(),
            Self::Member => "member".to_owned(),
            Self::Zone => "zone".to_owned(),
            Self::Client => "client".to_owned(),
            Self::Target => "target".to_owned(),
            Self::Asker => "asker".to_owned(),
            Self::Set(SetId(at)) => sets[at].name.clone(),
            Self::Pair(first, second) => half_names(first, second, sets).join("-"),
        }
    }

    /// For a sentence: "a member".
    pub(crate) fn describe(self, sets: &[Set]) -> String {
        match self {
            Self::One => "the component".to_owned(),
            Self::Pair(first, second) => {
                let [first, second] = half_names(first, second, sets);
                format!("a pair of {first} and {second}")
            }
            _ => {
                let name = self.name(sets);
                let article = if name.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
                format!("{article} {name}")
            }
        }
    }
}

/// What the halves of a pair are called in its nodes.
#[must_use]
pub fn half_names(first: Half, second: Half, sets: &[Set]) -> [String; 2] {
    let other = if first == second { PEER.to_owned() } else { second.range().name(sets) };
    [first.range().name(sets), other]
}

/// The processes, of so many, that each instance of a range has.
pub(crate) fn processes_of(
    range: Range,
    kind: ComponentKind,
    sets: &[Set],
    count: usize,
) -> std::ops::Range<usize> {
    match range {
        Range::Set(SetId(at)) => sets[at].processes.clone(),
        _ if range == kind.process_range() => {
            0..sets.first().map_or(count, |set| set.processes.start)
        }
        _ => 0..0,
    }
}

impl Preset {
    /// The announced requests that each instance of a range understands: those
    /// that nodes of that range wait for; of the range with the processes, those
    /// that any other node waits for.
    #[must_use]
    pub fn requests_of(&self, range: Range) -> Vec<&str> {
        let placed = |node: &Node| matches!(node.range, Range::Set(_));
        let is_of_members = |node: &Node| !placed(node) && node.range != Range::One;
        let own = |node: &&Node| match range {
            Range::Set(_) => node.range == range,
            // Asked as a whole.
            Range::One if self.kind.process_range() == Range::Member => node.range == Range::One,
            Range::Member => range == self.kind.process_range() && is_of_members(node),
            _ => range == self.kind.process_range() && !placed(node),
        };
        let mut waited = Vec::new();
        for node in self.nodes.iter().filter(own) {
            node.mentions(&mut |mention| waited.push(mention));
        }
        let asked = |(at, _): &(usize, &String)| waited.contains(&Mention::Request(*at));
        self.requests.iter().enumerate().filter(asked).map(|(_, name)| name.as_str()).collect()
    }

    /// The processes that each instance of a range has, as positions in
    /// [`Preset::processes`]; the first serves requests.
    #[must_use]
    pub fn processes_of(&self, range: Range) -> std::ops::Range<usize> {
        processes_of(range, self.kind, &self.sets, self.processes.len())
    }

    /// The sets that this parameter says the number of.
    #[must_use]
    pub fn is_size(&self, parameter: ParameterId) -> bool {
        self.sets.iter().any(|set| set.standing == Standing::Counted(parameter))
    }

    /// Whether this parameter says how many of a range must satisfy something:
    /// such a number is certain.
    #[must_use]
    pub(crate) fn is_limit(&self, parameter: ParameterId) -> bool {
        let mut found = false;
        let mut visit = |mention| found |= mention == Mention::Limit(parameter);
        self.nodes.iter().for_each(|node| node.mentions(&mut visit));
        for export in &self.exports {
            match &export.what {
                Exported::Level(condition) => condition.mentions(&mut visit),
                Exported::Value(value) => value.mentions(&mut visit),
                Exported::Pool(_) => {}
            }
        }
        found
    }

    /// The pairs that nodes exist once for, each once.
    pub(crate) fn pairs(&self) -> Vec<Range> {
        let mut pairs = Vec::new();
        for node in &self.nodes {
            if matches!(node.range, Range::Pair(..)) && !pairs.contains(&node.range) {
                pairs.push(node.range);
            }
        }
        pairs
    }
}
