//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::every;
use crate::random::Scheme;

/// Trials at most: a trial's number has 32 bits, the last batch is left out.
const MOST_TRIALS: u64 = (1 << 32) - 256;
/// Outcomes that are kept one by one at most.
const MOST_SAMPLES: u64 = 100_000;

/// Forecasts disaster recovery: what a drill will show, before you run it.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXIT_CODES)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXIT_CODES: &str = "Exit codes: 0 objectives met, 1 an objective missed (check: impossible or \
contradictory), 2 bad input or environment, 3 undecided at this number of trials.";

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Finds mistakes, impossibilities, contradictions and risks, without a trial
    Check(Check),
    /// Predicts recovery time and data loss, and says which objectives hold
    Predict(Predict),
    /// Says where the time goes and what one change would buy
    Explain(Explain),
    /// Tells one trial as a timeline
    Trace(Trace),
    /// Lists presets, or describes one: parameters, sources, what waits for what
    Presets(Presets),
    /// Prints the JSON Schema of a kind of file, for editors that complete and check
    Schema(Schema),
    /// Writes a small model and a scenario that run at once
    Init(Init),
}

#[derive(Debug, Args)]
pub(super) struct Check {
    /// The model's file
    pub(super) model: PathBuf,
    /// Scenario files, or folders of them
    pub(super) scenarios: Vec<PathBuf>,
    /// Simulates what the drills of the scenarios would notice
    #[arg(long, requires = "scenarios")]
    pub(super) show: bool,
    /// Trials of each of them, 10,000 where absent
    #[arg(long, value_name = "N", requires = "show",
          value_parser = clap::value_parser!(u64).range(1..=MOST_TRIALS))]
    pub(super) trials: Option<u64>,
    /// The seed, 1 where absent
    #[arg(long, value_name = "S", requires = "show")]
    pub(super) seed: Option<u64>,
    /// Threads, 0 for all that there are; changes no figure
    #[arg(long, value_name = "N", requires = "show",
          value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub(super) threads: Option<u16>,
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Predict {
    /// The model's file
    pub(super) model: PathBuf,
    /// Scenario files, or folders of them
    #[arg(required_unless_present = "every", value_name = "SCENARIO")]
    pub(super) scenarios: Vec<PathBuf>,
    /// Every single failure of these kinds, ranked worst first: power loss of each zone, node or
    /// region, and of each store the primary and one other member killed; separate by commas
    #[arg(long, value_enum, value_name = "zone|node|store|region", value_delimiter = ',')]
    pub(super) every: Vec<Every>,
    /// Writes the scenarios of --every into this folder, all or none; replaces no file
    #[arg(long, value_name = "DIR", requires = "every")]
    pub(super) out_scenarios: Option<PathBuf>,
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) running: Running,
    /// Runs until an interval is so narrow: 1%, 0.1s (the p95 of the system's recovery time), or
    /// orders.recovery_time.p99=0.5%; repeat it or separate by commas
    #[arg(long, value_name = "PRECISION", value_delimiter = ',')]
    pub(super) precision: Vec<String>,
    /// Keeps the first N trials one by one (in JSON)
    #[arg(long, value_name = "N", default_value_t = 0,
          value_parser = clap::value_parser!(u64).range(0..=MOST_SAMPLES))]
    pub(super) samples: u64,
    /// Tells everything, also what is met or negligible
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// The model's file
    pub(super) model: PathBuf,
    /// The scenario's file
    pub(super) scenario: PathBuf,
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) running: Running,
    /// Tells everything, also changes that buy nothing
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Trace {
    /// The model's file
    pub(super) model: PathBuf,
    /// The scenario's file
    pub(super) scenario: PathBuf,
    /// Which trial: the one at this quantile of the system's recovery time
    #[arg(long, value_name = "p50|p95|max", default_value = "p50", conflicts_with = "trial",
          value_parser = quantile)]
    pub(super) at: At,
    /// Which trial, by its number
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(0..MOST_TRIALS))]
    pub(super) trial: Option<u64>,
    #[command(flatten)]
    pub(super) input: Input,
    #[command(flatten)]
    pub(super) running: Running,
    /// Tells every entry, also those off the critical path
    #[arg(long)]
    pub(super) all: bool,
    #[command(flatten)]
    pub(super) output: Output,
}

#[derive(Debug, Args)]
pub(super) struct Presets {
    /// Describes this one
    pub(super) name: Option<String>,
    /// Prints its file, to copy and change
    #[arg(long, requires = "name")]
    pub(super) toml: bool,
    /// A folder of your own presets; one of the same name takes the place of ours
    #[arg(long, value_name = "DIR")]
    pub(super) presets: Option<PathBuf>,
    /// Writes to this file, whole or not at all
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    /// Uses no signs outside ASCII
    #[arg(long)]
    pub(super) ascii: bool,
}

#[derive(Debug, Args)]
pub(super) struct Schema {
    /// Of which files
    #[arg(value_enum)]
    pub(super) of: SchemaOf,
    /// A folder of your own presets; one of the same name takes the place of ours
    #[arg(long, value_name = "DIR")]
    pub(super) presets: Option<PathBuf>,
    /// Writes to this file, whole or not at all
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
}

/// What a schema describes.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum SchemaOf {
    /// What exists: sections, components, parameters of the presets.
    Model,
    /// What happens.
    Scenario,
    /// A technology.
    Preset,
    /// What predict answers in JSON.
    Prediction,
}

#[derive(Debug, Args)]
pub(super) struct Init {
    /// Into this folder, which is made if need be
    #[arg(default_value = ".")]
    pub(super) folder: PathBuf,
}

/// What a command reads.
#[derive(Clone, Debug, Args)]
pub(super) struct Input {
    /// Changes the model for this run: stores.orders.ttl=20s
    #[arg(long = "set", value_name = "PATH=VALUE")]
    pub(super) sets: Vec<String>,
    /// A folder of your own presets; one of the same name takes the place of ours
    #[arg(long, value_name = "DIR")]
    pub(super) presets: Option<PathBuf>,
}

/// How trials run.
#[derive(Debug, Args)]
pub(super) struct Running {
    /// Trials of each scenario
    #[arg(long, value_name = "N", default_value_t = 10_000,
          value_parser = clap::value_parser!(u64).range(1..=MOST_TRIALS))]
    pub(super) trials: u64,
    /// The seed
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(super) seed: u64,
    /// Threads, 0 for all that there are; changes no figure
    #[arg(long, value_name = "N", default_value_t = 0,
          value_parser = clap::value_parser!(u16).range(0..=1024))]
    pub(super) threads: u16,
    /// How trials sample
    #[arg(long, value_enum, default_value_t = Sampling::LatinHypercube)]
    pub(super) sampling: Sampling,
    /// Executes every tick of every observer: slower, the same outcomes
    #[arg(long)]
    pub(super) every_event: bool,
}

/// Where an answer goes, and how it looks.
#[derive(Debug, Args)]
pub(super) struct Output {
    /// The form of the answer
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,
    /// Writes to this file, whole or not at all
    #[arg(long, value_name = "PATH")]
    pub(super) out: Option<PathBuf>,
    /// Uses no signs outside ASCII
    #[arg(long)]
    pub(super) ascii: bool,
}

/// Of what every single one fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Every {
    /// Each zone loses power.
    Zone,
    /// Each machine loses power.
    Node,
    /// Of each store, stream and consensus store the primary is killed, and one other member.
    Store,
    /// Each region loses power.
    Region,
}

impl Every {
    /// What the model makes of it.
    pub(super) const fn kind(self) -> every::Every {
        match self {
            Self::Zone => every::Every::Zone,
            Self::Node => every::Every::Node,
            Self::Store => every::Every::Store,
            Self::Region => every::Every::Region,
        }
    }

    /// Its name on the command line and in manifests.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Node => "node",
            Self::Store => "store",
            Self::Region => "region",
        }
    }
}

/// The form of an answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Format {
    /// Text for people.
    Text,
    /// JSON for programs.
    Json,
    /// Markdown for tickets and repositories.
    Markdown,
}

/// How trials sample.
#[derive(Clone, Copy, PartialEq, Eq, Debug, ValueEnum)]
pub(super) enum Sampling {
    /// Independent trials.
    Plain,
    /// Latin hypercube within each batch.
    LatinHypercube,
}

impl Sampling {
    /// The scheme that it names.
    pub(super) const fn scheme(self) -> Scheme {
        match self {
            Self::Plain => Scheme::Plain,
            Self::LatinHypercube => Scheme::LatinHypercube,
        }
    }

    /// Its name on the command line and in manifests.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "plain",
            Self::LatinHypercube => "latin-hypercube",
        }
    }
}

/// Which trial to tell.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) enum At {
    /// At a quantile.
    Quantile(f64),
    /// The longest.
    Longest,
}

fn quantile(text: &str) -> Result<At, String> {
    if text == "max" {
        return Ok(At::Longest);
    }
    text.strip_prefix('p')
        .and_then(|number| number.parse::<f64>().ok())
        .filter(|percent| (0.0..=100.0).contains(percent))
        .map(|percent| At::Quantile(percent / 100.0))
        .ok_or_else(|| "expected p50, p95, p99.9, … or max".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_sound() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn quantiles_are_read() {
        assert_eq!(quantile("p95"), Ok(At::Quantile(0.95)));
        assert_eq!(quantile("max"), Ok(At::Longest));
        assert!(quantile("p101").is_err() && quantile("95").is_err() && quantile("pnan").is_err());
    }
}
