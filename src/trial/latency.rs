//! Latency: what time-outs and retries add to requests.
//!
//! A request goes to one of a service's `r` ready replicas or of its `d` dead ones that are
//! still listed, drawn anew on each try. A ready one answers, and the request is done. Of
//! the dead ones `w` are silent or stand still and cost the caller its time-out; the
//! others refuse at once. After so many tries the request has failed, and has waited all
//! the same. The number of time-outs of a request then has the law that [`late`] tells.
//!
//! With requests spread evenly over time, those of a minute are a mixture over the states
//! that the minute saw. The P95 of a minute is at least k time-outs where more than 5 % of
//! its requests wait for k or more: the mean over the minute of P(N ≥ k). So the greatest
//! P95 of any minute follows from the worst minute of each k.

use super::share::{Steps, WHOLE, counts_of, missing_in_a_minute};
use crate::units::{Instant, Span};

/// The share of requests that the P95 leaves out, in billionths.
const BEYOND: i64 = WHOLE / 20;

/// Tries at most.
const MOST_TRIES: usize = 100;

/// How the callers of a service behave.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Callers {
    /// How long they wait for a replica that does not answer.
    pub(crate) timeout: Span,
    /// On how many replicas they try.
    pub(crate) tries: u32,
}

/// The chance that a request waits for at least `k` time-outs, in billionths; the counts
/// are those of ready replicas, of dead ones, and of dead ones that do not refuse.
fn late([ready, dead, waiting]: [u32; 3], tries: u32, k: usize) -> i64 {
    if waiting == 0 {
        return 0;
    }
    let all = f64::from(ready) + f64::from(dead);
    let (waits, refuses) = (f64::from(waiting) / all, f64::from(dead - waiting) / all);
    // The chance that so many tries have waited and none was answered; from k on together.
    let mut open = [0.0_f64; MOST_TRIES + 1];
    open[0] = 1.0;
    let mut reached = 0.0;
    for _ in 0..tries {
        reached += open[k - 1] * waits;
        for waited in (0..k).rev() {
            let before = if waited > 0 { open[waited - 1] * waits } else { 0.0 };
            open[waited] = open[waited] * refuses + before;
        }
    }
    (reached * WHOLE as f64).round() as i64
}

impl Callers {
    /// The greatest P95 of any minute that ends by `end`, from how the counts changed.
    pub(crate) fn greatest(
        self,
        first: i64,
        counts: &[(Instant, i64)],
        scratch: &mut Steps,
        end: Instant,
    ) -> Span {
        let tries = (self.tries as usize).min(MOST_TRIES);
        let mut waits = 0;
        for k in 1..=tries {
            let served = |packed: i64| WHOLE - late(counts_of(packed), self.tries, k);
            scratch.clear();
            scratch.extend(counts.iter().map(|(at, packed)| (*at, served(*packed))));
            if missing_in_a_minute((served(first), WHOLE), scratch, end) <= BEYOND {
                break;
            }
            waits = k as i64;
        }
        Span(self.timeout.0.saturating_mul(waits))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn share(counts: [u32; 3], tries: u32, k: usize) -> f64 {
        late(counts, tries, k) as f64 / WHOLE as f64
    }

    #[test]
    fn time_outs_by_hand() {
        // One of three is silent: a third waits once, and on the next try a third of these.
        assert!((share([2, 1, 1], 1, 1) - 1.0 / 3.0).abs() < 1e-9);
        assert!((share([2, 1, 1], 3, 1) - 1.0 / 3.0).abs() < 1e-9);
        assert!((share([2, 1, 1], 3, 2) - 1.0 / 9.0).abs() < 1e-9);
        assert!((share([2, 1, 1], 3, 3) - 1.0 / 27.0).abs() < 1e-9);
        assert_eq!(share([2, 1, 1], 2, 3), 0.0);
        // One that refuses sends some to another try: of four, one waits and one refuses.
        // 1/4, then 1/4 · 1/4 more after a refusal.
        assert!((share([2, 2, 1], 2, 1) - (0.25 + 0.0625)).abs() < 1e-9);
        assert!((share([2, 2, 1], 2, 2) - 0.0625).abs() < 1e-9);
        // Nobody answers: all wait each time.
        assert_eq!((share([0, 2, 2], 5, 5), share([0, 2, 0], 5, 1)), (1.0, 0.0));
        assert_eq!(share([0, 0, 0], 5, 1), 0.0);
    }

    #[test]
    fn the_worst_minute_decides() {
        let callers = Callers { timeout: Span::seconds(2), tries: 3 };
        let packed = |[r, d, w]: [i64; 3]| r << 40 | d << 20 | w;
        let greatest = |seconds: i64| {
            let counts = [
                (Instant(0), packed([2, 1, 1])),
                (Instant(seconds * 1_000_000_000), packed([2, 0, 0])),
            ];
            let found = callers.greatest(
                packed([3, 0, 0]),
                &counts,
                &mut Vec::new(),
                Instant(600_000_000_000),
            );
            found.0 / 1_000_000_000
        };
        // A third of the requests of 9 s of 60: exactly 5 %, which the P95 leaves out.
        assert_eq!((greatest(9), greatest(10)), (0, 2));
        // A ninth of 27 s is 5 % as well; a twenty-seventh never is more.
        assert_eq!((greatest(26), greatest(28), greatest(600)), (2, 4, 4));
    }
}
