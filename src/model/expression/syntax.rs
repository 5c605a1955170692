//! What an expression's text says, before any name in it means anything.
//!
//! Spans are byte offsets into the expression's own text; whoever reports adds
//! the place of that text in its file. An expression prints as text that parses
//! to the same tree, with no more parentheses than it takes.

use std::fmt;

use super::Comparison;

/// A stretch of text, in bytes.
pub type Extent = std::ops::Range<usize>;

/// A piece of an expression and where it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Expression {
    /// What it says.
    pub syntax: Syntax,
    /// Where it says so.
    pub extent: Extent,
}

/// A word with its place.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Word {
    /// The word.
    pub text: String,
    /// Where it stands.
    pub extent: Extent,
}

/// What a piece of an expression says.
#[derive(Clone, PartialEq, Debug)]
pub enum Syntax {
    /// A number with its unit, as it was written: `30s`, `60 MB/s`, `never`.
    Number(String),
    /// `true` or `false`.
    Truth(bool),
    /// A bare name.
    Name(String),
    /// One hop: `leader.loop`.
    Hop(Word, Word),
    /// A call, perhaps of something's own: `ceil(x)`, `log.has(self)`.
    Call {
        /// Whose function it is, if not everybody's.
        of: Option<Word>,
        /// The function.
        function: Word,
        /// What stands between the parentheses.
        arguments: Vec<Expression>,
    },
    /// `any(m in member: …)`.
    Over {
        /// How many of them it asks about.
        quantifier: Quantifier,
        /// What each is called in the body.
        variable: Word,
        /// What it ranges over.
        range: Word,
        /// What is asked of each.
        body: Box<Expression>,
    },
    /// Negation.
    Not(Box<Expression>),
    /// Two operands and what stands between them.
    Binary(Box<Expression>, Operator, Box<Expression>),
}

/// How many of a range are asked about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Quantifier {
    /// At least one.
    Any,
    /// Each one.
    All,
    /// How many.
    Count,
    /// Which share of them.
    Share,
}

impl Quantifier {
    /// The quantifier of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        [Self::Any, Self::All, Self::Count, Self::Share].into_iter().find(|q| q.name() == name)
    }

    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Any => "any",
            Self::All => "all",
            Self::Count => "count",
            Self::Share => "share",
        }
    }
}

/// What stands between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `or`
    Or,
    /// `and`
    And,
    /// `==` and its like.
    Compare(Comparison),
    /// `..`
    Between,
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `^`
    Power,
}

/// How tightly `not` binds: looser than a comparison, tighter than `and`.
pub(crate) const NOT_POWER: u8 = 3;

impl Operator {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Or => "or",
            Self::And => "and",
            Self::Compare(comparison) => comparison.name(),
            Self::Between => "..",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Power => "^",
        }
    }

    /// How tightly it binds.
    #[must_use]
    pub const fn power(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Compare(_) => 4,
            Self::Between => 5,
            Self::Add | Self::Subtract => 6,
            Self::Multiply | Self::Divide => 7,
            Self::Power => 8,
        }
    }

    /// Whether `a ∘ b ∘ c` means something, namely `(a ∘ b) ∘ c`.
    #[must_use]
    pub const fn chains(self) -> bool {
        !matches!(self, Self::Compare(_) | Self::Between | Self::Power)
    }
}

impl Comparison {
    /// How it is written.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "==",
            Self::Unequal => "!=",
        }
    }
}

impl Syntax {
    /// How tightly its outermost operator binds; nothing binds tighter than a
    /// name, a number or a call.
    const fn power(&self) -> u8 {
        match self {
            Self::Binary(_, operator, _) => operator.power(),
            Self::Not(_) => NOT_POWER,
            _ => u8::MAX,
        }
    }
}

impl Expression {
    /// Writes it, in parentheses if it binds looser than `least`.
    fn write(&self, f: &mut fmt::Formatter<'_>, least: u8) -> fmt::Result {
        if self.syntax.power() < least { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

impl fmt::Display for Expression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.syntax {
            Syntax::Number(text) | Syntax::Name(text) => f.write_str(text),
            Syntax::Truth(truth) => write!(f, "{truth}"),
            Syntax::Hop(of, name) => write!(f, "{}.{}", of.text, name.text),
            Syntax::Call { of, function, arguments } => {
                if let Some(of) = of {
                    write!(f, "{}.", of.text)?;
                }
                write!(f, "{}(", function.text)?;
                for (position, argument) in arguments.iter().enumerate() {
                    if position > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{argument}")?;
                }
                f.write_str(")")
            }
            Syntax::Over { quantifier, variable, range, body } => {
                write!(f, "{}({} in {}: {body})", quantifier.name(), variable.text, range.text)
            }
            Syntax::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, NOT_POWER)
            }
            Syntax::Binary(left, operator, right) => {
                let power = operator.power();
                left.write(f, if operator.chains() { power } else { power + 1 })?;
                if *operator == Operator::Between {
                    f.write_str("..")?;
                } else {
                    write!(f, " {} ", operator.name())?;
                }
                right.write(f, power + 1)
            }
        }
    }
}
