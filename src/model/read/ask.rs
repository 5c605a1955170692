//! What readers ask their tables for: the schemas of our files are made of it,
//! so that no key is listed twice.

use crate::units::Dimension;

/// What a key may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Sort {
    /// Anything, as far as the reader of the table knows.
    #[default]
    Any,
    /// A string.
    Text,
    /// An expression between quotes.
    Expression,
    /// True or false.
    Boolean,
    /// A whole number from and to.
    Integer(i64, i64),
    /// A list.
    List,
    /// A string or a list of them.
    Texts,
    /// A table.
    Table,
    /// A quantity or a law; `None` measures anything.
    Quantity(Option<Dimension>),
    /// A quantity without a law.
    Amount(Dimension),
    /// A quantity, a law or an expression.
    Value,
}

/// A key that was asked for.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    /// The table, as messages call it: `[stores.orders]`.
    pub what: String,
    /// The key.
    pub key: String,
    /// What it may hold.
    pub sort: Sort,
    /// Whether it must be there.
    pub required: bool,
}

/// Adds what is asked; of two questions for the same key the one that knows more counts.
pub(super) fn note(all: &mut Vec<Asked>, what: &str, key: &str, sort: Sort, required: bool) {
    match all.iter_mut().find(|one| one.what == what && one.key == key) {
        Some(one) => {
            one.required |= required;
            if one.sort == Sort::Any {
                one.sort = sort;
            }
        }
        None => {
            let (what, key) = (what.to_owned(), key.to_owned());
            all.push(Asked { what, key, sort, required });
        }
    }
}
