//! What a process takes, and experiments in processes of their own.

use std::process::{Child, Command, Stdio};

use drillcast::experiment::{Plan, Pool, limits, run_range};
use drillcast::outcome::{BESIDE, TOLD};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::cells::{described, forget};

/// What an experiment took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Taken {
    /// CPU time of its trials, on all threads \[s\].
    pub(crate) cpu: f64,
    /// The most memory that the process had \[KiB\].
    pub(crate) peak: u64,
}

/// What is run.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Work {
    /// Trials that are summed up, on so many threads.
    Experiment(usize),
    /// Trials alone.
    Trials,
    /// Trials alone, side by side as experiments run them, once nobody asks any more what
    /// each component waits for.
    Beside,
    /// Reading and compiling.
    Reading,
}

impl Work {
    pub(crate) fn word(self) -> String {
        match self {
            Self::Experiment(threads) => threads.to_string(),
            Self::Trials => "trials".to_owned(),
            Self::Beside => "beside".to_owned(),
            Self::Reading => "reading".to_owned(),
        }
    }
}

/// Runs trials of a described system in a process of its own.
pub(crate) fn take(of: &str, work: Work, trials: u64, seed: u64) -> Result<Taken, String> {
    Ok(take_at_once(of, work, trials, &[seed])?[0])
}

/// Runs such trials in several processes at once, one a seed.
pub(crate) fn take_at_once(
    of: &str,
    work: Work,
    trials: u64,
    seeds: &[u64],
) -> Result<Vec<Taken>, String> {
    let own = std::env::current_exe().map_err(|e| e.to_string())?;
    let start = |seed: &u64| {
        let mut command = Command::new(&own);
        command.args(["--measure", of, &work.word(), &trials.to_string(), &seed.to_string()]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().map_err(|e| e.to_string())
    };
    let started: Vec<Child> = seeds.iter().map(start).collect::<Result<_, _>>()?;
    started.into_iter().map(|child| taken(of, child)).collect()
}

/// What a process says that it took.
fn taken(of: &str, child: Child) -> Result<Taken, String> {
    let output = child.wait_with_output().map_err(|e| e.to_string())?;
    let said = String::from_utf8_lossy(&output.stdout);
    let numbers: Vec<f64> = said.split_whitespace().filter_map(|n| n.parse().ok()).collect();
    match numbers[..] {
        [cpu, peak] if output.status.success() => Ok(Taken { cpu, peak: peak as u64 }),
        _ => Err(format!("{of}: {}", String::from_utf8_lossy(&output.stderr))),
    }
}

/// The other side of [`take`].
pub(crate) fn measure(arguments: &[String]) -> Result<(), String> {
    let [of, work, trials, seed] = arguments else { return Err("wrong arguments".to_owned()) };
    let number = |text: &String| text.parse::<u64>().map_err(|e| format!("{text}: {e}"));
    let (trials, seed) = (number(trials)?, number(seed)?);
    let described = described(of)?;
    let before = cpu_seconds()?;
    let (model, scenario) = described.load(&[]);
    let program = Program::compile(&model, &scenario);
    let read = cpu_seconds()? - before;
    forget();
    let cpu = if work == "reading" {
        read
    } else if work == "beside" {
        let mut runner = program.runner(Mode::Lazy);
        let sampling = Sampling::latin_hypercube(seed);
        let before = cpu_seconds()?;
        for first in (TOLD..TOLD + trials).step_by(BESIDE) {
            std::hint::black_box(runner.run_beside(&sampling, first, BESIDE));
        }
        cpu_seconds()? - before
    } else if work == "trials" {
        let mut runner = program.runner(Mode::Lazy);
        let sampling = Sampling::latin_hypercube(seed);
        let before = cpu_seconds()?;
        for first in (0..trials).step_by(BESIDE) {
            let count = (trials - first).min(BESIDE as u64) as usize;
            std::hint::black_box(runner.run_beside(&sampling, first, count));
        }
        cpu_seconds()? - before
    } else {
        let limits = limits(&model, &scenario, program.layout());
        let plan = Plan { trials, seed, threads: number(work)? as usize, ..Plan::default() };
        let pool = Pool::new(&plan).map_err(|e| e.to_string())?;
        let before = cpu_seconds()?;
        let summary = run_range(&program, &limits, &plan, (0, trials), &pool, &|_| {});
        // The pool still stands, so the time of its threads is not forgotten.
        let cpu = cpu_seconds()? - before;
        std::hint::black_box(summary.trials);
        cpu
    };
    println!("{cpu} {}", peak()?);
    Ok(())
}

/// CPU time of all threads that live \[s\].
fn cpu_seconds() -> Result<f64, String> {
    let tasks = std::fs::read_dir("/proc/self/task").map_err(|e| format!("/proc: {e}"))?;
    let mut sum = 0_u64;
    for task in tasks {
        let file = task.map_err(|e| e.to_string())?.path().join("schedstat");
        let text =
            std::fs::read_to_string(&file).map_err(|e| format!("{}: {e}", file.display()))?;
        let first = text.split_whitespace().next().and_then(|ns| ns.parse::<u64>().ok());
        sum += first.ok_or_else(|| format!("{} has no time", file.display()))?;
    }
    Ok(sum as f64 / 1e9)
}

/// The most memory that this process had \[KiB\].
fn peak() -> Result<u64, String> {
    let text = std::fs::read_to_string("/proc/self/status").map_err(|e| format!("/proc: {e}"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
    number.ok_or_else(|| "/proc/self/status does not tell the peak".to_owned())
}

/// What all this was measured on.
pub(crate) fn machine() -> Result<String, String> {
    let cpus = std::fs::read_to_string("/proc/cpuinfo").map_err(|e| format!("/proc: {e}"))?;
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |model| model.trim_start_matches(['\t', ' ', ':']));
    let rustc = Command::new("rustc").arg("-V").output().map_err(|e| e.to_string())?;
    let threads = std::thread::available_parallelism().map_err(|e| e.to_string())?;
    Ok(format!(
        "Machine: {model}, {threads} processors, virtual and shared with others; {}; Drillcast {}.",
        String::from_utf8_lossy(&rustc.stdout).trim(),
        env!("CARGO_PKG_VERSION"),
    ))
}
