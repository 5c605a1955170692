//! What grows with the components of a model: zone-failover with more and more cells.

use std::fmt::Write as _;
use std::process::Command;

use crate::measure::described::{Described, find, path};
use crate::page::{grouped, rounded};
use crate::process::{Work, take};

#[path = "../../benches/zone-failover/generator.rs"]
mod generator;

/// A system with so many cells is called by this and the number.
const CELLS: &str = "cells/";

/// Cells, trials of an experiment that are enough for a clock, and trials that are
/// counted few times and many.
const SIZES: [(usize, u64, (u64, u64)); 4] = [
    (1, 200_000, (1_024, 5_120)),
    (10, 20_480, (256, 1_280)),
    (100, 1_024, (32, 160)),
    (1_000, 256, (32, 96)),
];

/// A described system of the repository, or one of cells that is written for it.
pub(crate) fn described(of: &str) -> Result<Described, String> {
    let missing = || format!("there is no {of}");
    let Some(cells) = of.strip_prefix(CELLS) else { return find(of).ok_or_else(missing) };
    let cells: usize = cells.parse().map_err(|_| missing())?;
    let folder = std::env::temp_dir().join(format!("drillcast-cells-{}", std::process::id()));
    let file = folder.join("model.toml");
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    std::fs::write(&file, generator::Workload::standard(cells).model())
        .map_err(|e| e.to_string())?;
    let of_one = find("zone-failover").ok_or_else(missing)?;
    Ok(Described { model: file.to_string_lossy().into_owned(), ..of_one })
}

/// Forgets what [`described`] wrote for this process.
pub(crate) fn forget() {
    let folder = std::env::temp_dir().join(format!("drillcast-cells-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(folder);
}

/// What a cell costs in models of more and more of them.
pub(crate) fn section() -> Result<String, String> {
    let mut table = "\
| cells | components | levels | read and compiled \\[s\\] | instructions a trial and cell | against one cell | \
CPU of an experiment, µs a trial and cell | trials | peak memory |
|--:|--:|--:|--:|--:|--:|--:|--:|--:|
"
    .to_owned();
    let mut of_one = f64::NAN;
    for (cells, trials, times) in SIZES {
        let name = format!("{CELLS}{cells}");
        let (model, scenario) = described(&name)?.load(&[]);
        let components = model.components.len() as u64;
        let program = drillcast::trial::Program::compile(&model, &scenario);
        let levels = program.graph().levels.len() as u64;
        drop((model, scenario, program));
        let compiled = take(&name, Work::Reading, 1, 1)?.cpu;
        let taken = take(&name, Work::Experiment(1), trials, 1)?;
        let each = instructions(&name, times)? / cells as f64;
        if cells == 1 {
            of_one = each;
        }
        let _ = writeln!(
            table,
            "| {} | {} | {} | {compiled:.2} | {} | {:.2} | {} | {} | {:.0} MiB |",
            grouped(cells as u64),
            grouped(components),
            grouped(levels),
            grouped(each.round() as u64),
            each / of_one,
            rounded(taken.cpu / trials as f64 / cells as f64 * 1e6),
            grouped(trials),
            taken.peak as f64 / 1024.0,
        );
    }
    forget();
    Ok(table)
}

/// Instructions of a trial by itself: those of many less those of few.
fn instructions(of: &str, (few, many): (u64, u64)) -> Result<f64, String> {
    let more = collected(of, many)?.saturating_sub(collected(of, few)?);
    Ok(more as f64 / (many - few) as f64)
}

/// The instructions of a process that runs so many trials.
fn collected(of: &str, trials: u64) -> Result<u64, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args(["--measure", of, Work::Beside.word().as_str(), &trials.to_string(), "1"])
        .current_dir(path(""))
        .output()
        .map_err(|e| format!("valgrind cannot be run ({e})"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind did not say what it collected:\n{said}"))
}
