//! What grows with trials, and what with threads.

use std::fmt::Write as _;

use crate::measure::described::find;
use crate::page::{grouped, median, rounded};
use crate::process::{Work, take, take_at_once};

/// Whose memory is watched: quick trials, so that ten million take a minute or two.
const QUICK: [&str; 3] = ["lab/zookeeper/owner-kill-leader", "lab/patroni/crash", "zone-failover"];
/// Whose threads are compared, with trials of about a CPU second.
const THREADED: [(&str, u64); 4] = [
    ("lab/patroni/crash", 250_000),
    ("lab/etcd/leader-kill", 250_000),
    ("lab/zookeeper/owner-kill-leader", 700_000),
    ("zone-failover", 800_000),
];
const ROUNDS: u64 = 25;
/// Of so many values the ranks, from 0, between which their median lies in 95 of 100 cases:
/// what a binomial of one half leaves outside is 4.3 %.
const AROUND_MEDIAN: (usize, usize) = (7, 17);

/// Peak memory from ten thousand trials to ten million.
pub(crate) fn memory() -> Result<String, String> {
    let mut table = "\
| model and scenario | 10,000 | 100,000 | 1,000,000 | 10,000,000 trials | growth |
|---|--:|--:|--:|--:|--:|
"
    .to_owned();
    for name in QUICK.into_iter().filter(|name| find(name).is_some()) {
        let mut peaks = Vec::new();
        for trials in [10_000, 100_000, 1_000_000, 10_000_000] {
            peaks.push(take(name, Work::Experiment(1), trials, 1)?.peak);
        }
        let cells: Vec<String> = peaks.iter().map(|peak| mebibytes(*peak)).collect();
        let growth = peaks[3].saturating_sub(peaks[0]);
        let _ = writeln!(table, "| {name} | {} | {} KiB |", cells.join(" | "), grouped(growth));
    }
    Ok(table)
}

/// The median of a value a round, and between which it lies.
fn around_median(mut of: Vec<f64>) -> String {
    of.sort_by(f64::total_cmp);
    let (low, high) = AROUND_MEDIAN;
    format!("{:.3} ({:.2} to {:.2})", of[of.len() / 2], of[low], of[high])
}

fn mebibytes(kibibytes: u64) -> String {
    format!("{:.2} MiB", kibibytes as f64 / 1024.0)
}

/// CPU time of a trial on one thread and on two, taking turns; beside it that of two
/// processes at once, each on one thread: they share nothing but the machine, so that what
/// they take more is the machine's.
pub(crate) fn threads() -> Result<String, String> {
    let mut table = "\
| model and scenario | µs a trial on one thread | on two | ratio | in two processes at once | ratio |
|---|--:|--:|--:|--:|--:|
"
    .to_owned();
    for (name, trials) in THREADED.into_iter().filter(|(name, _)| find(name).is_some()) {
        let mut columns = [const { Vec::new() }; 5];
        for round in 0..ROUNDS {
            let seed = 100 + round;
            let on =
                |threads| Ok::<_, String>(take(name, Work::Experiment(threads), trials, seed)?.cpu);
            let (one, two) = (on(1)?, on(2)?);
            // Each runs half of the trials, so that both take as long as two threads do.
            let seeds = [seed, seed + ROUNDS];
            let both = take_at_once(name, Work::Experiment(1), trials / 2, &seeds)?;
            let both: f64 = both.iter().map(|taken| taken.cpu).sum();
            let micro = |cpu: f64| cpu / trials as f64 * 1e6;
            let row = [micro(one), micro(two), two / one, micro(both), both / one];
            columns.iter_mut().zip(row).for_each(|(column, value)| column.push(value));
        }
        let [one, two, ratio, both, floor] = columns;
        let [one, two, both] = [one, two, both].map(median).map(rounded);
        let [ratio, floor] = [ratio, floor].map(around_median);
        let _ = writeln!(table, "| {name} | {one} | {two} | {ratio} | {both} | {floor} |");
    }
    Ok(table)
}
