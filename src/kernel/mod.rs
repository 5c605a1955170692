//! The event kernel: an agenda of instants. It knows no zone and no database.

mod agenda;
mod ring;

pub use agenda::{Agenda, Slot};
