//! What people write down: systems, presets and scenarios, validated so that
//! everything after this layer cannot fail.
//!
//! A file is text; its mirror is what the text says; the validated form cannot
//! be wrong. Each step reports every mistake it finds in one pass.

pub mod edit;
pub mod every;
pub mod expression;
pub mod fault;
pub mod file;
mod instance;
pub mod preset;
pub mod procedure;
pub mod read;
pub mod scenario;
pub mod schema;
pub mod system;
