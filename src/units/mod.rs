//! Quantities: spans and instants in integer nanoseconds, dimensions, and the
//! text in which people write them.

mod dimension;
mod format;
mod text;
mod time;

pub use dimension::Dimension;
pub use format::{format, format_span, format_with_error};
pub use text::{ENDLESS, UnitError, parse, parse_span};
pub(crate) use time::NANOS;
pub use time::{Instant, Span};
