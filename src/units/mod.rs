//! Quantities: spans and instants in integer nanoseconds, dimensions, and the
//! text in which people write them.

mod time;

pub use time::{Instant, Span};
