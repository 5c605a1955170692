//! Writes a model of the workload zone-failover with so many cells:
//! `cargo run --release --example zone_failover -- 10 > model.toml`
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it is a command")]

#[path = "../benches/zone-failover/generator.rs"]
mod generator;

use std::process::ExitCode;

fn main() -> ExitCode {
    let cells = std::env::args().nth(1).map_or(Some(1), |text| text.parse().ok());
    let Some(cells) = cells.filter(|cells| (1..=1000).contains(cells)) else {
        eprintln!("expected the number of cells, 1 to 1000");
        return ExitCode::from(2);
    };
    print!("{}", generator::Workload::standard(cells).model());
    ExitCode::SUCCESS
}
