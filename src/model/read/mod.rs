//! Reading TOML by hand, so that every mistake of a file is reported in one
//! pass, each with its place.
//!
//! [`parse`] makes a [`Table`] of a text; every value in it knows where it
//! stands, also across files and `--set` edits. A [`Reader`] hands out its keys
//! by type, complains to the [`Context`] about what it cannot use, and at its
//! end about keys that nobody asked for. [`Reader::quantity`] reads values with
//! units and laws.

mod ask;
mod context;
mod dealer;
mod law;
mod quantity;
mod reader;
mod samples;
mod shape;
mod tree;

#[cfg(test)]
mod tests;

pub use ask::{Asked, Sort};
pub use context::{Context, Files};
pub(in crate::model) use law::{NAMED, OTHERS};
pub use quantity::{Expect, read_amount, read_quantity};
pub use reader::Reader;
pub use tree::{Entry, Found, Node, Raw, Table, parse, parse_value};
