//! Counts instructions, and compares them with those that `benches/instructions.toml`
//! remembers:
//!
//! ```sh
//! cargo run --release --example instructions                    # compare
//! DRILLCAST_BLESS=1 cargo run --release --example instructions  # remember anew
//! ```
//!
//! A clock tells how busy a machine is; instructions tell what the program does.
//! Each case runs twice under callgrind, with few repetitions and with many, and
//! the difference divided by the repetitions between is what one costs: start-up,
//! reading and compiling cancel. A case that takes more than 5 % more than is
//! remembered is a failure (exit code 1); one that takes 5 % less is said, so
//! that what was gained is remembered too.
//!
//! A count belongs to a compiler, a target and the processor's features (the C
//! library picks its copying by them). Under others the counts are shown beside
//! the remembered ones and nobody is judged: exit code 0, and it says so.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

#[path = "../../benches/measure/mod.rs"]
mod measure;

mod cases;
mod remembered;

use std::process::{Command, ExitCode};

use cases::Case;
use remembered::{FILE, Remembered};

/// A rise of more than this is a failure.
const MOST: f64 = 0.05;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match &arguments[..] {
        [] => compare(),
        [flag, name, times] if flag == "--repeat" => repeat(name, times),
        _ => Err("this takes no arguments".to_owned()),
    };
    told.unwrap_or_else(|error| {
        eprintln!("instructions: {error}");
        ExitCode::from(2)
    })
}

/// The measured half, under callgrind.
fn repeat(name: &str, times: &str) -> Result<ExitCode, String> {
    let case = cases::all().into_iter().find(|case| case.name == name);
    let case = case.ok_or_else(|| format!("there is no case {name}"))?;
    let times = times.parse().map_err(|_| format!("{times} is no number"))?;
    (case.run)(times);
    Ok(ExitCode::SUCCESS)
}

/// The instructions of a whole run with so many repetitions.
fn collected(case: &Case, times: u64) -> Result<u64, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let output = Command::new("valgrind")
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(own)
        .args(["--repeat", case.name, &times.to_string()])
        .output()
        .map_err(|e| {
            format!("valgrind cannot be run ({e}); on Debian: apt-get install valgrind")
        })?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("{} under callgrind ended with {}:\n{said}", case.name, output.status));
    }
    let line = said.lines().find_map(|line| line.split_once("Collected :"));
    let count = line.and_then(|(_, count)| count.trim().parse().ok());
    count.ok_or_else(|| format!("callgrind did not say what it collected:\n{said}"))
}

/// Instructions of one repetition.
fn counted(case: &Case) -> Result<u64, String> {
    let (few, many) = case.times;
    let more = collected(case, many)?.saturating_sub(collected(case, few)?);
    Ok(more / (many - few))
}

fn has(counts: &[(String, u64)], name: &str) -> bool {
    counts.iter().any(|(known, _)| known == name)
}

fn compare() -> Result<ExitCode, String> {
    let here = Remembered::here()?;
    let before = Remembered::read()?;
    let mut counts = Vec::new();
    for case in cases::all() {
        counts.push((case.name.to_owned(), counted(&case)?));
    }
    if std::env::var_os("DRILLCAST_BLESS").is_some() {
        here.with(counts.clone()).write()?;
        counts.iter().for_each(|(name, count)| println!("{name:<28} {count:>12}"));
        println!("remembered in {FILE}");
        return Ok(ExitCode::SUCCESS);
    }
    let judged = before.is_of(&here);
    let mut wrong = 0;
    for (name, count) in &counts {
        let verdict = match before.count(name) {
            None if judged => {
                wrong += 1;
                "NOT REMEMBERED".to_owned()
            }
            None => "not remembered".to_owned(),
            Some(was) => {
                let change = *count as f64 / was as f64 - 1.0;
                let word = match change {
                    _ if !judged => "",
                    x if x > MOST => "  TOO MANY",
                    x if x < -MOST => "  fewer: worth remembering",
                    _ => "",
                };
                wrong += u64::from(judged && change > MOST);
                format!("{was:>12} {:>+7.1} %{word}", change * 100.0)
            }
        };
        println!("{name:<28} {count:>12} {verdict}");
    }
    for (name, was) in before.counts().iter().filter(|(name, _)| !has(&counts, name)) {
        println!("{name:<28} {:>12} {was:>12}  NO LONGER COUNTED", "");
        wrong += u64::from(judged);
    }
    if !judged {
        println!("\nNOT JUDGED: {FILE} was counted\n  {before}\nand here is\n  {here}");
        return Ok(ExitCode::SUCCESS);
    }
    if wrong > 0 {
        println!(
            "\n{wrong} cases take more than {:.0} % more instructions than {FILE} remembers, or stand on one side only.\nIf that is meant: DRILLCAST_BLESS=1 cargo run --release --example instructions",
            MOST * 100.0,
        );
        return Ok(ExitCode::FAILURE);
    }
    println!("\nno case takes more than {:.0} % more than {FILE} remembers", MOST * 100.0);
    Ok(ExitCode::SUCCESS)
}
