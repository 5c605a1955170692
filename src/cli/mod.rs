//! The command line: the only place that prints, reads files or looks at the clock.

mod arguments;
mod check;
mod disk;
pub mod exit;
mod explain;
mod init;
mod load;
mod predict;
mod presets;
mod progress;
mod schema;
mod show;
mod terminal;
mod trace;

use std::process::ExitCode;

use clap::Parser;

use arguments::{Arguments, Command};
use exit::Exit;
use load::Refusal;

/// Runs the program on the arguments of the process.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let (result, ascii) = match &arguments.command {
        Command::Check(check) => (check::command(check), check.output.ascii),
        Command::Predict(predict) => (predict::command(predict), predict.output.ascii),
        Command::Explain(explain) => (explain::command(explain), explain.output.ascii),
        Command::Trace(trace) => (trace::command(trace), trace.output.ascii),
        Command::Presets(presets) => (presets::command(presets), presets.ascii),
        Command::Schema(schema) => (schema::command(schema), false),
        Command::Init(init) => (init::command(init), false),
    };
    let exit = result.unwrap_or_else(|refusal| {
        match refusal {
            Refusal::World(error) => {
                terminal::complain(&crate::report::harmless(&error.to_string()))
            }
            Refusal::Findings(findings) => terminal::complain_of(&findings, ascii),
        }
        Exit::Bad
    });
    exit.into()
}
