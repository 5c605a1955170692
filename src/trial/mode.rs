//! How trials are executed.

/// Whether periodic observers are executed tick by tick.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// Observers are evaluated when what they observe changes.
    #[default]
    Lazy,
    /// Every tick is executed; the same outcomes to the bit.
    Full,
}
