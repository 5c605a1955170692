//! The race against other engines, which are not part of the repository.

use std::process::Command;

use crate::measure::described::{find, path};

/// The workload.
const WORKLOAD: &str = "zone-failover";
/// Trials of ours in a round.
const MANY: u64 = 1_000_000;
/// Where every event is executed.
const FEWER: u64 = 60_000;

/// Runs the script at `script`, which races other engines and a command of ours
/// in the same rounds: it takes `--ours` with places for `{trials}` and `{seed}`, and
/// `--ours-trials`.
pub(crate) fn section(script: &str) -> Result<String, String> {
    let of = find(WORKLOAD).ok_or("the workload zone-failover is not in the repository")?;
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let built = Command::new(cargo)
        .current_dir(path(""))
        .args(["build", "--release", "--quiet", "--bin", "drillcast"])
        .status();
    if !built.map_err(|e| format!("cargo: {e}"))?.success() {
        return Err("the program cannot be built".to_owned());
    }
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let release = own.ancestors().nth(2).ok_or("the program lies in no target folder")?;
    let command = release.join("drillcast");
    let file = |of: &str| path(of).display().to_string();
    let presets = of.presets.as_ref().map_or(String::new(), |f| format!("--presets {}", file(f)));
    let ours = format!(
        "{} predict {presets} {} {} --threads 1 --trials {{trials}} --seed {{seed}} --format json",
        command.display(),
        file(&of.model),
        file(&of.scenario),
    );
    let said = raced(script, &ours, MANY)?;
    let executed = raced(script, &format!("{ours} --every-event"), FEWER)?;
    let line = executed.lines().find(|line| line.starts_with("ours"));
    let line = line.ok_or("the script tells nothing of ours")?;
    let apart = "In rounds of their own, with every event executed:";
    Ok(format!("```text\n{said}\n```\n\n{apart}\n\n```text\n{line}\n```"))
}

/// What the script says of a command of ours, which runs so many trials.
fn raced(script: &str, ours: &str, trials: u64) -> Result<String, String> {
    let output = Command::new("python3")
        .args([script, "--ours", ours, "--ours-trials", &trials.to_string()])
        .output()
        .map_err(|e| format!("python3: {e}"))?;
    if !output.status.success() {
        return Err(format!("the race failed:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}
