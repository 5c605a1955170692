//! The blocks: few and general behaviours from which every technology is wired.
//!
//! A block publishes *levels* (true or false, since when, by whose doing) and a
//! few *readings* (numbers). Blocks never call each other: levels connect them.
//! Each has its own file, with a full form that executes every tick and a lazy
//! form that is evaluated only when what it observes changes. Both give the
//! same levels at the same instants, to the bit.
//!
//! # Instants and epochs
//!
//! An instant has two epochs. In epoch 0 faults and completions take effect.
//! Then every due tick looks, all at once, renewals before checks. In epoch 1
//! what they saw takes effect, and nothing looks twice. A change therefore
//! stores from when on it is *visible*: at its own instant in epoch 0, a
//! nanosecond later in epoch 1. A tick at τ sees what is visible from τ or before.
//!
//! [`Builder`] assembles a [`Graph`]; `trial::World` runs it.

pub mod backup;
mod builder;
pub mod clock;
mod consumer;
mod counted;
pub mod crew;
pub mod dial;
mod evaluate;
pub mod gate;
mod graph;
mod id;
pub mod lease;
pub mod link;
mod literal;
pub mod log;
pub mod pace;
pub mod pick;
pub mod pool;
pub mod probe;
pub mod tank;
pub mod value;
pub mod wires;
pub mod work;

pub use builder::{BuildError, Builder};
pub use consumer::{Consumer, Mark};
pub use counted::Counted;
pub use graph::{Arm, Change, FaultSpec, Graph, Named, Producer, Strikes};
pub use id::{
    BackupId, ClockId, ConditionId, CrewId, DialId, LeaseId, LinkId, LogId, PickId, PoolId,
    ProbeId, TankId, ValueId, WorkId,
};
pub use literal::{Event, EventId, LevelId, Literal};
