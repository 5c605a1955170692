//! What grows with trials, and what with threads.

use std::fmt::Write as _;

use crate::measure::described::find;
use crate::page::{grouped, median, rounded};
use crate::process::{Work, take};

/// Whose memory is watched: quick trials, so that ten million take a minute or two.
const QUICK: [&str; 3] = ["lab/zookeeper/owner-kill-leader", "lab/patroni/crash", "zone-failover"];
/// Whose threads are compared, with trials of about a CPU second.
const THREADED: [(&str, u64); 4] = [
    ("lab/patroni/crash", 200_000),
    ("lab/etcd/leader-kill", 200_000),
    ("lab/zookeeper/owner-kill-leader", 500_000),
    ("zone-failover", 200_000),
];
const ROUNDS: u64 = 5;

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

fn mebibytes(kibibytes: u64) -> String {
    format!("{:.2} MiB", kibibytes as f64 / 1024.0)
}

/// CPU time of a trial on one thread and on two, taking turns.
pub(crate) fn threads() -> Result<String, String> {
    let mut table = "\
| model and scenario | µs a trial on one thread | on two | ratio |
|---|--:|--:|--:|
"
    .to_owned();
    for (name, trials) in THREADED.into_iter().filter(|(name, _)| find(name).is_some()) {
        let (mut one, mut two, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 0..ROUNDS {
            let taken = |threads| take(name, Work::Experiment(threads), trials, 100 + round);
            let (single, double) = (taken(1)?.cpu, taken(2)?.cpu);
            one.push(single / trials as f64 * 1e6);
            two.push(double / trials as f64 * 1e6);
            ratios.push(double / single);
        }
        let [one, two, ratio] = [one, two, ratios].map(median);
        let _ = writeln!(table, "| {name} | {} | {} | {ratio:.3} |", rounded(one), rounded(two));
    }
    Ok(table)
}
