//! The event kernel: an agenda of instants. It knows no zone and no database.

mod agenda;
mod heap;
mod key;
mod ring;
mod spread;

pub use agenda::Agenda;
pub use key::Slot;
