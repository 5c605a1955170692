//! Batches of trials over threads.
//!
//! Workers take batches from a counter, so which worker runs which batch depends
//! on the machine. What they yield does not: every reduction is a sum of
//! integers or a sort by trial.

use std::sync::atomic::{AtomicU64, Ordering};

use super::plan::Plan;
use super::source::{Run, Source};
use crate::outcome::{BESIDE, Outcomes};
use crate::random::{BATCH, Sampling};

/// Threads that run batches.
#[derive(Debug)]
pub struct Pool {
    threads: rayon::ThreadPool,
}

/// The threads that were asked for could not be had.
#[derive(Debug, thiserror::Error)]
#[error("failed to start {threads} threads: {source}")]
pub struct PoolError {
    threads: usize,
    source: rayon::ThreadPoolBuildError,
}

/// What a worker makes of the outcomes it sees.
pub(super) trait Collect: Send {
    /// Outcomes; batches come whole and in order inside themselves.
    fn outcomes(&mut self, outcomes: &Outcomes);

    /// The end of a batch; `whole` where it had [`BATCH`] trials.
    fn end_batch(&mut self, whole: bool);
}

impl Pool {
    /// As many threads as the plan says; all that the machine has where it says 0.
    ///
    /// # Errors
    ///
    /// Fails where the operating system refuses a thread.
    pub fn new(plan: &Plan) -> Result<Self, PoolError> {
        rayon::ThreadPoolBuilder::new()
            .num_threads(plan.threads)
            .build()
            .map(|threads| Self { threads })
            .map_err(|source| PoolError { threads: plan.threads, source })
    }

    /// How many threads there are.
    #[must_use]
    pub fn size(&self) -> usize {
        self.threads.current_num_threads()
    }

    /// Runs the trials `from..to`, each batch by one of the workers; `from` must
    /// begin a batch.
    ///
    /// # Panics
    ///
    /// Where `from` does not begin a batch.
    pub(super) fn run<S: Source, C: Collect>(
        &self,
        source: &S,
        plan: &Plan,
        (from, to): (u64, u64),
        workers: &mut [C],
        progress: &(dyn Fn(u64) + Sync),
    ) {
        assert!(from % BATCH == 0, "a range of trials begins with a batch, not at {from}");
        let next = AtomicU64::new(from / BATCH);
        let sampling = plan.sampling();
        self.threads.scope(|scope| {
            for worker in workers {
                let next = &next;
                scope.spawn(move |_| {
                    // The state is built by the first batch: a worker that gets
                    // none costs nothing.
                    let mut runner = None;
                    loop {
                        let start = next.fetch_add(1, Ordering::Relaxed).saturating_mul(BATCH);
                        if start >= to {
                            break;
                        }
                        let runner = runner.get_or_insert_with(|| source.runner(plan.mode));
                        let end = (start + BATCH).min(to);
                        batch(runner, &sampling, (start, end), worker);
                        progress(end - start);
                    }
                });
            }
        });
    }
}

fn batch(
    runner: &mut impl Run,
    sampling: &Sampling,
    (start, end): (u64, u64),
    worker: &mut impl Collect,
) {
    for first in (start..end).step_by(BESIDE) {
        let count = (end - first).min(BESIDE as u64) as usize;
        let outcomes = runner.run(sampling, first, count);
        debug_assert_eq!((outcomes.first, outcomes.count), (first, count), "{}", sampling.seed);
        worker.outcomes(outcomes);
    }
    worker.end_batch(end - start == BATCH);
}
