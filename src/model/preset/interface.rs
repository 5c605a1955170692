//! What each kind of component shows to the others.

use super::ComponentKind;
use crate::model::expression::Range;
use crate::units::Dimension;

/// The exports of a target that a route or a client may ask for: those of a
/// store's members and of a route's one entry. What a target's kind does not
/// have is never true of it.
pub const TARGET_EXPORTS: [&str; 4] = ["writable", "readable", "primary", "fails"];

/// An export that every component of a kind has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Interface {
    /// Its name.
    pub name: &'static str,
    /// What it exists once for.
    pub range: Range,
    /// What it is.
    pub what: Published,
}

/// The type of an export.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Published {
    /// A level.
    Level,
    /// A level that depends on who asks.
    Asked,
    /// A number, constant for the trial.
    Value(Dimension),
}

impl Interface {
    /// Whether it is true or false, rather than a number.
    #[must_use]
    pub const fn is_level(&self) -> bool {
        !matches!(self.what, Published::Value(_))
    }

    /// A level of each of a range.
    const fn level(range: Range, name: &'static str) -> Self {
        Self { name, range, what: Published::Level }
    }
}

/// The interface of a store.
const STORE: [Interface; 4] = [
    Interface::level(Range::Member, "writable"),
    Interface::level(Range::Member, "readable"),
    Interface::level(Range::Member, "primary"),
    Interface::level(Range::One, "redundant"),
];
/// The interface of a consensus store.
const CONSENSUS: [Interface; 4] = [
    Interface::level(Range::One, "leads"),
    Interface { name: "serves", range: Range::One, what: Published::Asked },
    Interface { name: "expiry_tick", range: Range::One, what: Published::Value(Dimension::TIME) },
    Interface {
        name: "election_timeout",
        range: Range::One,
        what: Published::Value(Dimension::TIME),
    },
];
/// The interface of a route.
const ROUTE: [Interface; 2] =
    [Interface::level(Range::One, "writable"), Interface::level(Range::One, "fails")];
/// The interface of a client population.
const CLIENTS: [Interface; 1] = [Interface::level(Range::Client, "served")];

impl ComponentKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Store, Self::Consensus, Self::Route, Self::Clients];

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Store => "store",
            Self::Consensus => "consensus",
            Self::Route => "route",
            Self::Clients => "clients",
        }
    }

    /// For a sentence: "a store".
    #[must_use]
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Store => "a store",
            Self::Consensus => "a consensus store",
            Self::Route => "a route",
            Self::Clients => "a client population",
        }
    }

    /// What its processes and hosts belong to: members, or the component's one place.
    pub(crate) const fn process_range(self) -> Range {
        match self {
            Self::Store | Self::Consensus => Range::Member,
            Self::Route | Self::Clients => Range::One,
        }
    }

    /// What its nodes may exist once for, besides the sets that a preset declares
    /// and pairs.
    #[must_use]
    pub const fn ranges(self) -> &'static [Range] {
        match self {
            Self::Store | Self::Consensus => &[Range::One, Range::Member],
            Self::Route => &[Range::One, Range::Target],
            Self::Clients => &[Range::One, Range::Client, Range::Target],
        }
    }

    /// What it must export, and all that it can.
    #[must_use]
    pub const fn interface(self) -> &'static [Interface] {
        match self {
            Self::Store => &STORE,
            Self::Consensus => &CONSENSUS,
            Self::Route => &ROUTE,
            Self::Clients => &CLIENTS,
        }
    }
}
