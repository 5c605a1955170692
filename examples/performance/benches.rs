//! Criterion's medians, from a run of the benches.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::measure::described::path;
use crate::page::rounded;

/// Groups, in the order of the page. Whole models stand in a table of their own.
const GROUPS: [&str; 7] = ["agenda", "random", "laws", "blocks", "compile", "trial", "summary"];

/// Where cargo puts what it builds: the program lies in `release/examples` there.
fn target() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let folder = own.ancestors().nth(3).ok_or("the program lies in no target folder")?;
    Ok(folder.to_owned())
}

/// Runs the benches and reads what they say.
pub(crate) fn section() -> Result<String, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let filter = format!("^({})/", GROUPS.join("|"));
    let status = Command::new(cargo)
        .current_dir(path(""))
        .args(["bench", "--quiet", "--bench", "engine", "--", &filter])
        .status()
        .map_err(|e| format!("cargo: {e}"))?;
    if !status.success() {
        return Err(format!("cargo bench ended with {status}"));
    }
    let folder = target()?.join("criterion");
    let mut table =
        "| bench | median | 95 % interval | per change |\n|---|--:|--:|--:|\n".to_owned();
    for group in GROUPS {
        let mut found = Vec::new();
        benches(&folder.join(group), &mut found);
        found.sort();
        for bench in found {
            row(&bench, &mut table)?;
        }
    }
    Ok(table)
}

/// The folders below this one that hold a result.
fn benches(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for inside in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if inside.join("new/estimates.json").is_file() {
            found.push(inside.join("new"));
        } else if inside.is_dir() {
            benches(&inside, found);
        }
    }
}

fn json(file: &Path) -> Result<serde_json::Value, String> {
    let text = std::fs::read_to_string(file).map_err(|e| format!("{}: {e}", file.display()))?;
    serde_json::from_str(&text).map_err(|e| format!("{}: {e}", file.display()))
}

fn row(of: &Path, table: &mut String) -> Result<(), String> {
    let (bench, estimates) = (json(&of.join("benchmark.json"))?, json(&of.join("estimates.json"))?);
    let median = &estimates["median"];
    let number = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN);
    let (point, interval) = (number(&median["point_estimate"]), &median["confidence_interval"]);
    let name = bench["full_id"].as_str().unwrap_or("?");
    // Elements of a block are changes of levels; of others trials or outcomes.
    let elements = bench["throughput"]["Elements"].as_f64();
    let each = elements.filter(|n| *n > 1.0).map_or(String::new(), |n| time(point / n));
    let _ = writeln!(
        table,
        "| {name} | {} | {} to {} | {each} |",
        time(point),
        time(number(&interval["lower_bound"])),
        time(number(&interval["upper_bound"])),
    );
    Ok(())
}

/// A time in its unit.
fn time(nanoseconds: f64) -> String {
    match nanoseconds {
        ns if ns < 1e3 => format!("{} ns", rounded(ns)),
        ns if ns < 1e6 => format!("{} µs", rounded(ns / 1e3)),
        ns => format!("{} ms", rounded(ns / 1e6)),
    }
}
