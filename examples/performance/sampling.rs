//! Latin hypercube against plain sampling, and common random numbers.

use std::fmt::Write as _;

use drillcast::random::Scheme;

use crate::measure::described::{all, find};
use crate::measure::repetitions::{
    Ratio, STATISTICS, both_against_neither, common_against_own, latin_against_plain,
};
use crate::page::grouped;
use crate::process::{Work, take};

/// Repetitions, each from a seed of its own.
const REPETITIONS: u64 = 200;
/// Trials of a repetition.
const TRIALS: u64 = 1024;
/// CPU time for a model at most; where it is too little, there are fewer trials,
/// by whole batches, and then fewer repetitions \[s\].
const WANTED: f64 = 100.0;

/// What is changed of the lab's Patroni.
const EDITS: [&str; 6] = [
    "stores.orders.ttl=20s",
    "stores.orders.promotion=1s",
    "stores.orders.answer=500ms",
    "clients.writer.every=25ms",
    "clients.writer.every=500ms",
    "stores.orders.loop_wait=5s",
];

fn heads() -> String {
    let names: Vec<String> = STATISTICS.iter().map(|statistic| statistic.name()).collect();
    format!("{} |\n", names.join(" | "))
}

fn cells(ratios: &[Ratio]) -> String {
    ratios.iter().map(Ratio::to_string).collect::<Vec<_>>().join(" | ")
}

/// How many repetitions of how many trials are affordable.
fn afford(name: &str) -> Result<(u64, u64), String> {
    let a_trial = take(name, Work::Trials, 128, 1)?.cpu / 128.0;
    for trials in [TRIALS, TRIALS / 4] {
        if a_trial * (2 * REPETITIONS * trials) as f64 <= WANTED {
            return Ok((REPETITIONS, trials));
        }
    }
    let trials = TRIALS / 4;
    let repetitions = (WANTED / (a_trial * (2 * trials) as f64)) as u64;
    Ok((repetitions.clamp(30, REPETITIONS), trials))
}

/// Variances by plain sampling over those by Latin hypercube.
pub(crate) fn hypercube() -> Result<String, String> {
    let mut table = format!("| model and scenario | repetitions | {}", heads());
    table.push_str("|---|--:|--:|--:|--:|--:|--:|\n");
    let mut worse = Vec::new();
    for described in all() {
        let (repetitions, trials) = afford(&described.name)?;
        let ratios = latin_against_plain(&described.program(&[]), repetitions, trials);
        let name = &described.name;
        let of = format!("{repetitions} of {}", grouped(trials));
        let _ = writeln!(table, "| {name} | {of} | {} |", cells(&ratios));
        let below = STATISTICS.iter().zip(&ratios).filter(|(_, ratio)| !ratio.reaches(1.0, 2.0));
        worse.extend(
            below.map(|(statistic, ratio)| format!("{name} {}: {ratio}", statistic.name())),
        );
    }
    let _ = match worse.len() {
        0 => writeln!(table, "\nWorse than plain by more than two errors: nowhere."),
        _ => writeln!(table, "\nWorse than plain by more than two errors: {}.", worse.join("; ")),
    };
    Ok(table)
}

/// Variances of differences from independent seeds over those under common
/// random numbers; and of those by plain sampling from independent seeds over those by
/// Latin hypercube under common random numbers.
pub(crate) fn common() -> Result<String, String> {
    let described = find("lab/patroni/crash").ok_or("lab/patroni/crash is not there")?;
    let now = described.program(&[]);
    let mut table = format!("| change | sampling | {}", heads());
    table.push_str("|---|---|--:|--:|--:|--:|--:|\n");
    for edit in EDITS {
        let then = described.program(&[edit]);
        for (name, scheme) in
            [("plain", Scheme::Plain), ("Latin hypercube", Scheme::LatinHypercube)]
        {
            let ratios = common_against_own((&now, &then), scheme, REPETITIONS, TRIALS);
            let _ = writeln!(table, "| `{edit}` | {name} | {} |", cells(&ratios));
        }
        let ratios = both_against_neither((&now, &then), REPETITIONS, TRIALS);
        let _ = writeln!(table, "| `{edit}` | both against neither | {} |", cells(&ratios));
    }
    Ok(table)
}
