//! Writes docs/performance.md:
//!
//! ```sh
//! cargo run --release --example performance                    # all but the race; long
//! cargo run --release --example performance -- models threads  # these sections alone
//! cargo run --release --example performance -- race PATH       # the race, by the script at PATH
//! ```
//!
//! A section that is not measured stays as it stands in the page. Times are CPU
//! times of a process, read from /proc, so this needs Linux. Each measurement is
//! a process of its own, and those that are compared take turns.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

#[path = "../../benches/measure/mod.rs"]
mod measure;

mod benches;
mod cells;
mod events;
mod growth;
mod models;
mod page;
mod process;
mod race;
mod sampling;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let told = match &arguments[..] {
        [flag, rest @ ..] if flag == "--measure" => process::measure(rest),
        [word, path] if word == "race" => page::write("race", &race::section(path)),
        names => sections(names),
    };
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("performance: {error}");
            ExitCode::from(2)
        }
    }
}

/// A section and how it is measured.
type Section = (&'static str, fn() -> Result<String, String>);

/// All sections but the race, in the order of the page.
const SECTIONS: [Section; 8] = [
    ("machine", process::machine),
    ("models", models::section),
    ("cells", cells::section),
    ("memory", growth::memory),
    ("threads", growth::threads),
    ("hypercube", sampling::hypercube),
    ("common", sampling::common),
    ("benches", benches::section),
];

/// Measures the sections of these names; all where none is named.
fn sections(names: &[String]) -> Result<(), String> {
    let known: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
    if let Some(wrong) = names.iter().find(|name| !known.contains(&name.as_str())) {
        return Err(format!(
            "there is no section {wrong}; there are {}, race PATH",
            known.join(", ")
        ));
    }
    for (name, section) in SECTIONS {
        if names.is_empty() || names.iter().any(|wanted| wanted == name) {
            println!("{name} …");
            page::write(name, &section())?;
        }
    }
    Ok(())
}
