//! What to run: how many trials, from which seed, on how many threads.

use crate::random::{BATCH, Sampling, Scheme};
use crate::trial::Mode;

/// Trials that a precision may ask for at most.
pub const CAP: u64 = 4096 * BATCH;

/// How an experiment is carried out.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Plan {
    /// Trials of each scenario; with a precision those of the first round.
    pub trials: u64,
    /// The seed.
    pub seed: u64,
    /// How trials sample.
    pub scheme: Scheme,
    /// Threads; 0 takes as many as the machine has. Changes no figure.
    pub threads: usize,
    /// How many outcomes to keep one by one, from the first trial on.
    pub samples: u64,
    /// Whether periodic observers are executed tick by tick. Changes no figure.
    pub mode: Mode,
    /// With a precision: trials after which it gives up.
    pub cap: u64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            trials: 10_000,
            seed: 1,
            scheme: Scheme::default(),
            threads: 0,
            samples: 0,
            mode: Mode::default(),
            cap: CAP,
        }
    }
}

impl Plan {
    /// The seed and the scheme.
    #[must_use]
    pub const fn sampling(&self) -> Sampling {
        Sampling { seed: self.seed, scheme: self.scheme }
    }
}
