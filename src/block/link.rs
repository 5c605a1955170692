//! Link: a bandwidth that works share while they move bytes.
//!
//! A work that `moves` bytes over links is through when all of them are. At each
//! instant the rates are max-min fair: all grow alike, a link that is full stops
//! those that cross it, and nobody gets more than its own `most`. Between two
//! changes every rate is constant, so progress is piecewise linear, and a
//! completion is planned anew when its share changes.
//!
//! Assumes that a transfer gets its fair share at once: no slow start, and no
//! time on the way. A link has no ticks: its full form and its lazy form are the
//! same; a slow fluid twin stands in the tests.

use super::id::{LinkId, ValueId};
use crate::units::{Instant, Span};

/// A link, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Link {
    /// What it carries \[B/s\], read once a trial.
    pub rate: ValueId,
}

/// What a work moves.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Moves {
    /// How much \[B\], read at the start.
    pub bytes: ValueId,
    /// Over which links, all at once; at least one, none twice.
    pub over: Vec<LinkId>,
    /// No faster than this \[B/s\], read at the start.
    pub most: ValueId,
}

/// A transfer under way.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Flow {
    /// Whose it is: the position of its work.
    pub work: usize,
    /// What was left at `since` \[B\].
    left: f64,
    since: Instant,
    rate: f64,
    most: f64,
    fixed: bool,
}

/// All transfers in a trial.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Flows {
    active: Vec<Flow>,
    /// What each link carries \[B/s\].
    capacity: Vec<f64>,
    /// While shares are found: what is left of each link, and for how many.
    open: Vec<(f64, u32)>,
    changed: bool,
}

impl Flows {
    /// No transfers, with room for `works` of them over `links`.
    #[must_use]
    pub fn new(links: usize, works: usize) -> Self {
        Self {
            active: Vec::with_capacity(works),
            capacity: Vec::with_capacity(links),
            open: Vec::with_capacity(links),
            changed: false,
        }
    }

    /// The beginning of a trial: links of these rates \[B/s\], and no transfers.
    pub fn start(&mut self, rates: impl Iterator<Item = f64>) {
        self.active.clear();
        self.capacity.clear();
        self.capacity.extend(rates.map(|rate| rate.max(0.0)));
        self.changed = false;
    }

    /// A work begins to move `bytes` at `now`, no faster than `most` \[B/s\].
    pub fn begin(&mut self, work: usize, bytes: f64, most: f64, now: Instant) {
        let flow = Flow { work, left: bytes, since: now, rate: 0.0, most, fixed: false };
        self.active.push(flow);
        // Shares are found in the order of the model, whoever came first.
        self.active.sort_unstable_by_key(|flow| flow.work);
        self.changed = true;
    }

    /// A work moves nothing any more.
    pub fn end(&mut self, work: usize) {
        let before = self.active.len();
        self.active.retain(|flow| flow.work != work);
        self.changed |= self.active.len() != before;
    }

    /// Whether who moves has changed since the shares were found.
    #[must_use]
    #[inline]
    pub const fn has_changed(&self) -> bool {
        self.changed
    }

    /// Finds the shares anew if who moves has changed since; tells `plan` whose
    /// share is another, and when it would be through at the new one.
    pub fn share<'l>(
        &mut self,
        now: Instant,
        over: impl Fn(usize) -> &'l [LinkId],
        mut plan: impl FnMut(usize, Instant),
    ) {
        if !std::mem::take(&mut self.changed) {
            return;
        }
        self.open.clear();
        self.open.extend(self.capacity.iter().map(|rate| (*rate, 0)));
        for flow in &mut self.active {
            flow.fixed = false;
            over(flow.work).iter().for_each(|link| self.open[link.index()].1 += 1);
        }
        while let Some((rate, tightest)) = self.next_share() {
            for flow in self.active.iter_mut().filter(|flow| !flow.fixed) {
                let links = over(flow.work);
                if !tightest.map_or(flow.most <= rate, |link| links.contains(&link)) {
                    continue;
                }
                flow.fixed = true;
                flow.settle(rate, now, &mut plan);
                for link in links {
                    let open = &mut self.open[link.index()];
                    *open = ((open.0 - rate).max(0.0), open.1 - 1);
                }
            }
        }
    }

    /// The least share that stops anybody who is still open: by its own limit,
    /// or by a link.
    fn next_share(&self) -> Option<(f64, Option<LinkId>)> {
        let open = self.active.iter().filter(|flow| !flow.fixed);
        let most = open.map(|flow| flow.most).min_by(f64::total_cmp)?;
        let mut least = (most, None);
        for (index, (left, flows)) in self.open.iter().enumerate() {
            let share = left / f64::from(*flows);
            if *flows > 0 && share < least.0 {
                least = (share, Some(LinkId(index as u32)));
            }
        }
        Some(least)
    }
}

impl Flow {
    /// From `now` on it moves at `rate`.
    fn settle(&mut self, rate: f64, now: Instant, plan: &mut impl FnMut(usize, Instant)) {
        if rate.to_bits() == self.rate.to_bits() && rate > 0.0 {
            return;
        }
        let moved = self.rate * (now - self.since).as_seconds();
        self.left = (self.left - moved).max(0.0);
        self.since = now;
        self.rate = rate;
        plan(self.work, now + Span::from_seconds(self.left / rate));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Works over links: bytes, which links, the most, and the start \[s\].
    struct Transfer(f64, &'static [LinkId], f64, i64);

    const A: &[LinkId] = &[LinkId(0)];
    const B: &[LinkId] = &[LinkId(1)];
    const BOTH: &[LinkId] = &[LinkId(0), LinkId(1)];
    const ENDLESS: f64 = f64::INFINITY;

    /// When each is through \[s\].
    fn through(rates: &[f64], all: &[Transfer]) -> Vec<f64> {
        let mut flows = Flows::new(rates.len(), all.len());
        flows.start(rates.iter().copied());
        let mut due = vec![Instant::NEVER; all.len()];
        let mut begun = vec![false; all.len()];
        let mut ends = vec![f64::INFINITY; all.len()];
        loop {
            let starts = (0..all.len()).filter(|w| !begun[*w]);
            let starts = starts.map(|w| (Instant(all[w].3 * 1_000_000_000), w, true));
            let ended = (0..all.len()).filter(|w| due[*w] != Instant::NEVER);
            let Some((now, work, begins)) = starts.chain(ended.map(|w| (due[w], w, false))).min()
            else {
                return ends;
            };
            if begins {
                begun[work] = true;
                flows.begin(work, all[work].0, all[work].2, now);
            } else {
                due[work] = Instant::NEVER;
                ends[work] = now.since_zero().as_seconds();
                flows.end(work);
            }
            flows.share(now, |w| all[w].1, |w, at| due[w] = at);
        }
    }

    /// The same by small steps of time, and shares by raising all a little.
    fn fluid(rates: &[f64], all: &[Transfer], step: f64) -> Vec<f64> {
        let mut left: Vec<f64> = all.iter().map(|t| t.0).collect();
        let mut ends = vec![f64::INFINITY; all.len()];
        for tick in 0..(1e3 / step) as u64 {
            let now = tick as f64 * step;
            let runs: Vec<bool> = (0..all.len())
                .map(|w| now + step / 2.0 > all[w].3 as f64 && left[w] > 0.0)
                .collect();
            let mut share = vec![0.0; all.len()];
            for _ in 0..400 {
                for w in (0..all.len()).filter(|w| runs[*w]) {
                    let drop = 0.25;
                    let used = |link: &LinkId| {
                        (0..all.len())
                            .filter(|o| all[*o].1.contains(link))
                            .map(|o| share[o])
                            .sum::<f64>()
                    };
                    let fits = all[w].1.iter().all(|l| used(l) + drop <= rates[l.index()] + 1e-9);
                    if fits && share[w] + drop <= all[w].2 {
                        share[w] += drop;
                    }
                }
            }
            for w in 0..all.len() {
                let before = left[w];
                left[w] -= share[w] * step;
                if before > 0.0 && left[w] <= 1e-9 {
                    ends[w] = now + step;
                }
            }
        }
        ends
    }

    #[test]
    fn shares_that_a_hand_works_out() {
        // Alone at 10; two at 5 each from 2 s; the first is through with its
        // other 80 − … : 100 B at 10 for 2 s, then 5, then 10 again.
        let ends =
            through(&[10.0], &[Transfer(100.0, A, ENDLESS, 0), Transfer(30.0, A, ENDLESS, 2)]);
        assert_eq!(ends, [13.0, 8.0]);
        // One that takes no more than 2 leaves 8 to the other.
        let ends = through(&[10.0], &[Transfer(20.0, A, 2.0, 0), Transfer(80.0, A, ENDLESS, 0)]);
        assert_eq!(ends, [10.0, 10.0]);
        // The one over both gets 2 of the narrow link, and the wide one has 8 left.
        let all = [
            Transfer(20.0, BOTH, ENDLESS, 0),
            Transfer(20.0, B, ENDLESS, 0),
            Transfer(80.0, A, ENDLESS, 0),
        ];
        assert_eq!(through(&[10.0, 4.0], &all), [10.0, 10.0, 10.0]);
    }

    #[test]
    fn a_link_that_carries_nothing_is_never_through() {
        assert!(through(&[0.0], &[Transfer(1.0, A, ENDLESS, 0)])[0].is_infinite());
    }

    #[test]
    fn fluid_in_small_steps_ends_alike() {
        let mut dice = 12_345_u64;
        let mut below = |n: u64| {
            dice = dice
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (dice >> 33) % n
        };
        for _ in 0..40 {
            let rates = [4.0 + below(8) as f64, 2.0 + below(6) as f64];
            let all: Vec<Transfer> = (0..2 + below(3))
                .map(|_| {
                    let over = [A, B, BOTH][below(3) as usize];
                    let most = if below(3) == 0 { 1.0 + below(3) as f64 } else { ENDLESS };
                    Transfer(10.0 + below(40) as f64, over, most, below(6) as i64)
                })
                .collect();
            let (exact, slow) = (through(&rates, &all), fluid(&rates, &all, 0.05));
            for (exact, slow) in exact.iter().zip(&slow) {
                // Steps of 50 ms, and shares in steps of a quarter.
                assert!((exact - slow).abs() < 0.1 + 0.2 * exact, "{exact} {slow}");
            }
        }
    }
}
