//! Every field of the language moves something: a table of turns.
//!
//! Each row turns one field and says which figures move, by how much, and which
//! do not move at all, trial by trial under common random numbers. The lists of
//! fields come from the code that reads them, so that a field without a row
//! fails the test. Run with `--nocapture` to read the table.

mod blocks;
mod fields;
mod kafka;
mod kubernetes;
mod messaging;
mod models;
mod names;
mod network;
mod people;
mod presets;
mod procedures;
mod queues;
mod rings;
mod scenarios;
mod sentinel;
mod sets;

use drillcast::outcome::{DrillOutcome, Figure, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, first, program_of, run_as, seconds};

/// Texts that make a program.
#[derive(Clone)]
struct Case {
    presets: Vec<String>,
    model: String,
    scenario: String,
    sets: Vec<String>,
}

impl Case {
    fn new(presets: &[&str], model: &str, scenario: &str) -> Self {
        let presets = presets.iter().map(|&p| p.to_owned()).collect();
        let (model, scenario) = (model.to_owned(), scenario.to_owned());
        Self { presets, model, scenario, sets: Vec::new() }
    }

    fn set(mut self, sets: &[&str]) -> Self {
        self.sets.extend(sets.iter().map(|&s| s.to_owned()));
        self
    }

    /// The same with another text in the one place where this one stands.
    fn turn(mut self, from: &str, to: &str) -> Self {
        let texts = self.presets.iter_mut().chain([&mut self.model, &mut self.scenario]);
        let mut found = 0;
        for text in texts {
            found += text.matches(from).count();
            *text = text.replace(from, to);
        }
        assert_eq!(found, 1, "\"{from}\" stands {found} times");
        self
    }

    fn program(&self) -> Program {
        let presets: Vec<&str> = self.presets.iter().map(String::as_str).collect();
        let sets: Vec<&str> = self.sets.iter().map(String::as_str).collect();
        program_of(&presets, &self.model, &self.scenario, &sets)
    }
}

/// Something that a trial yields, in seconds or counted.
#[derive(Clone, Copy)]
enum What {
    Figure(&'static str, &'static str, Figure),
    First(&'static str, &'static str),
    /// What the drill would report: `passed` (1 or 0), `reported` or `total`.
    Drill(&'static str),
}

impl What {
    fn name(self) -> String {
        match self {
            Self::Figure(_, of, figure) => format!("{of}.{}", figure.name()),
            Self::First(of, mark) => format!("{of}.{mark}"),
            Self::Drill(what) => format!("drill.{what}"),
        }
    }

    fn of(self, program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
        match self {
            Self::First(of, mark) => first(program, outcomes, of, mark),
            Self::Drill(what) => {
                let drills =
                    outcomes.iter().map(|o| o.course.drill.as_ref().expect("it has a procedure"));
                let value = |drill: &DrillOutcome| match what {
                    "passed" => f64::from(u8::from(drill.passed)),
                    "reported" => seconds(drill.reported),
                    _ => seconds(drill.total),
                };
                drills.map(value).collect()
            }
            Self::Figure(group, name, which) => {
                let values = figure(program, outcomes, (group, name), which);
                let scale = if which.is_time() { 1.0 } else { 1e9 };
                values.into_iter().map(|v| seconds(v) * scale).collect()
            }
        }
    }
}

/// How something moves.
#[derive(Clone, Copy)]
enum Moves {
    /// By so much in every trial.
    By(f64),
    /// By so much in the mean, within four standard errors of the paired difference.
    MeanBy(f64),
    /// To so many times what it was, in every trial.
    Times(f64),
    /// Up in some trials and down in none.
    Up,
    /// Down in some trials and up in none.
    Down,
    /// From one value to another, in every trial; not a number: it never comes.
    To(f64, f64),
    /// From never to some time.
    Comes,
    /// From some time to never.
    Vanishes,
    /// To never in some trials, and not at all in the others.
    Rarer,
    /// Not at all, to the bit.
    Not,
}

const NEVER: f64 = f64::NAN;
const TRIALS: u64 = 600;

/// One field, turned.
struct Row {
    /// Where the field stands: `probe`, `scenario`, `etcd`.
    area: &'static str,
    field: &'static str,
    turn: String,
    base: Case,
    turned: Case,
    moves: Vec<(What, Moves)>,
}

impl Row {
    fn new(area: &'static str, field: &'static str, base: &Case, turned: Case) -> Self {
        let turn = String::new();
        Self { area, field, turn, base: base.clone(), turned, moves: Vec::new() }
    }

    /// A row that turns a text into another.
    fn text(area: &'static str, field: &'static str, base: &Case, from: &str, to: &str) -> Self {
        let row = Self::new(area, field, base, base.clone().turn(from, to));
        Self { turn: format!("{from} → {to}"), ..row }
    }

    /// A row that sets a value over the base's.
    fn set(area: &'static str, field: &'static str, base: &Case, set: &str) -> Self {
        let row = Self::new(area, field, base, base.clone().set(&[set]));
        Self { turn: set.to_owned(), ..row }
    }

    fn moves(mut self, what: What, moves: Moves) -> Self {
        self.moves.push((what, moves));
        self
    }

    /// Named figures that have nothing to do with the field.
    fn not(mut self, what: &[What]) -> Self {
        self.moves.extend(what.iter().map(|w| (*w, Moves::Not)));
        self
    }

    /// Runs both; a line for each figure, and what is wrong.
    fn check(&self, wrong: &mut Vec<String>) {
        let programs = [self.base.program(), self.turned.program()];
        let sampling = Sampling::plain(7);
        let outcomes = [0, 1].map(|n| run_as(&programs[n], &sampling, TRIALS, Mode::Lazy));
        let mut told =
            format!("{} · {}: {}\n", self.area, self.field, self.turn.replace('\n', " "));
        assert!(!self.moves.is_empty(), "{} {} claims nothing", self.area, self.field);
        for (what, moves) in &self.moves {
            let [base, turned] = [0, 1].map(|n| what.of(&programs[n], &outcomes[n]));
            let (holds, found) = judge(*moves, &base, &turned);
            told += &format!("    {:<28} {found}\n", what.name());
            if !holds {
                wrong.push(format!("{} {}: {}: {found}", self.area, self.field, what.name()));
            }
        }
        print!("{told}");
    }
}

/// Whether all trials of both moved so, and words for it.
fn judge(moves: Moves, base: &[f64], turned: &[f64]) -> (bool, String) {
    let pairs = || base.iter().copied().zip(turned.iter().copied());
    let all = |holds: &dyn Fn(f64, f64) -> bool| pairs().all(|(b, t)| holds(b, t));
    let differences: Vec<f64> = pairs().map(|(b, t)| t - b).collect();
    let n = differences.len() as f64;
    let mean = differences.iter().sum::<f64>() / n;
    let variance = differences.iter().map(|d| (d - mean) * (d - mean)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    let near =
        |a: f64, b: f64| (a.is_nan() && b.is_nan()) || (a - b).abs() < 1e-6 * b.abs().max(1.0);
    let some = |holds: fn(f64) -> bool| differences.iter().any(|d| holds(*d));
    let holds = match moves {
        Moves::By(by) => all(&|b, t| near(t, b + by) && !t.is_nan()),
        Moves::MeanBy(by) => (mean - by).abs() <= 4.0 * error + 1e-6 && error > 0.0,
        Moves::Times(times) => all(&|b, t| near(t, b * times) && !t.is_nan()),
        Moves::Up => all(&|b, t| t >= b) && some(|d| d > 0.0),
        Moves::Down => all(&|b, t| t <= b) && some(|d| d < 0.0),
        Moves::To(from, to) => all(&|b, t| near(b, from) && near(t, to)),
        Moves::Comes => all(&|b, t| b.is_nan() && !t.is_nan()),
        Moves::Vanishes => all(&|b, t| !b.is_nan() && t.is_nan()),
        Moves::Rarer => {
            all(&|b, t| t.is_nan() || near(b, t)) && pairs().any(|(b, t)| t.is_nan() && !b.is_nan())
        }
        Moves::Not => all(&|b, t| b.to_bits() == t.to_bits()),
    };
    let measured = format!("{mean:+.3} ± {error:.3}");
    let words = match moves {
        Moves::By(by) => format!("by {by:+} in each trial: {measured}"),
        Moves::MeanBy(by) => format!("by {by:+} in the mean: {measured}"),
        Moves::Times(times) => format!("times {times} in each trial: {measured}"),
        Moves::Up => format!("up: {measured}"),
        Moves::Down => format!("down: {measured}"),
        Moves::To(from, to) => format!("from {from} to {to}: {} and {}", base[0], turned[0]),
        Moves::Comes => format!("comes: {} then {}", base[0], turned[0]),
        Moves::Vanishes => format!("comes no more: {} then {}", base[0], turned[0]),
        Moves::Rarer => "comes in fewer trials, and then alike".to_owned(),
        Moves::Not => format!("stays to the bit: {measured}"),
    };
    (holds, words)
}

/// Checks a table, and that it has a row for each field.
fn table(rows: &[Row], fields: &[(String, String)], exceptions: &[(&str, &str, &str)]) {
    let mut wrong = Vec::new();
    for row in rows {
        row.check(&mut wrong);
    }
    for (area, field, why) in exceptions {
        println!("{area} · {field}: no row: {why}");
        assert!(fields.iter().any(|(a, f)| a == area && f == field), "no field {area} {field}");
    }
    for (area, field) in fields {
        let told = rows.iter().any(|r| r.area == area && r.field == field);
        let excepted = exceptions.iter().any(|(a, f, _)| a == area && f == field);
        if !told && !excepted {
            wrong.push(format!("{area} {field} has no row"));
        }
    }
    for row in rows {
        assert!(
            fields.iter().any(|(a, f)| *a == row.area && *f == row.field),
            "there is no field {} {}",
            row.area,
            row.field
        );
    }
    println!("{} rows over {} fields", rows.len(), fields.len());
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}
