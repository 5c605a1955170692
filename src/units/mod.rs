//! Quantities: spans and instants in integer nanoseconds, dimensions, and the
//! text in which people write them.

mod dimension;
mod time;

pub use dimension::Dimension;
pub use time::{Instant, Span};
