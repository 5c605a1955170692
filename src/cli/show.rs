//! `drillcast check --show`: what a drill would notice, by simulation.

use serde::Serialize;

use super::load::{Case, Loaded, Refusal, never_served};
use super::predict::pool;
use super::progress::Progress;
use crate::diagnostic::{Diagnostic, Location, Severity};
use crate::experiment::{Drilled, Plan, Summary, limits, run, system_recovery};
use crate::model::procedure::{Again, Deed, DrillStep, Look, Procedure};
use crate::model::scenario::Scenario;
use crate::model::system::Model;
use crate::outcome::Figure;
use crate::report::{
    Align, Block, Cell, Column, ConditionalPrediction, Document, Table, conditional, count,
    share_of,
};
use crate::trial::Program;
use crate::units::{Span, format_span};

/// What the drill of a scenario would notice.
#[derive(Serialize)]
pub(super) struct Shown {
    /// The scenario.
    scenario: String,
    /// How its recovery is broken on purpose; absent where it is as given.
    #[serde(skip_serializing_if = "Option::is_none")]
    doubt: Option<String>,
    /// Trials that ran.
    trials: u64,
    /// Passes, of the trials in which the recovery is broken or late.
    false_passes: ConditionalPrediction,
    /// Failures, of the trials in which all went well.
    false_alarms: ConditionalPrediction,
    /// Passes, of the trials in which nothing was broken at all.
    idle_passes: ConditionalPrediction,
}

/// Simulates every procedure, as it is given and under each of its doubts; adds what is
/// wrong with it to the findings.
pub(super) fn show(loaded: &mut Loaded, plan: &Plan) -> Result<Vec<Shown>, Refusal> {
    let pool = pool(plan)?;
    let (mut shown, mut found) = (Vec::new(), Vec::new());
    for case in &loaded.cases {
        let Some(procedure) = &case.scenario.procedure else { continue };
        let simulate = |model: &Model, scenario: &Scenario, program: &Program| {
            let limits = limits(model, scenario, program.layout());
            let progress = Progress::new(&case.name);
            let tick = |trials: u64, of: u64| progress.more(trials, of);
            run(program, &limits, plan, &[], &pool, &tick).0
        };
        let summary = simulate(&case.model, &case.scenario, &case.program);
        let slot = system_recovery(case.program.layout());
        let recovery = slot.and_then(|slot| summary.figure(slot).quantile(0.95).value());
        if let Some(drilled) = &summary.drill {
            let as_given = AsGiven { model: &loaded.file.path, case, procedure, drilled };
            let idle = as_given.nothing_broken(&summary);
            found.extend(idle.map(|finding| (finding, case.name.clone())));
            found.extend(as_given.findings(recovery).map(|finding| (finding, case.name.clone())));
            shown.push(told(&case.name, None, plan.trials, drilled));
        }
        for doubted in &case.doubts {
            let program = Program::compile(&doubted.model, &doubted.scenario);
            let wrong = never_served(&doubted.model, &program);
            if !wrong.is_empty() {
                found.extend(wrong.into_iter().map(|finding| (finding, case.name.clone())));
                continue;
            }
            let summary = simulate(&doubted.model, &doubted.scenario, &program);
            let Some(drilled) = &summary.drill else { continue };
            let finding = doubtful(&doubted.title, &doubted.at, procedure, drilled);
            found.extend(finding.map(|finding| (finding, case.name.clone())));
            shown.push(told(&case.name, Some(&doubted.title), plan.trials, drilled));
        }
    }
    loaded.findings.extend(found.into_iter().map(|(finding, name)| (finding, vec![name])));
    loaded.findings.sort_by_key(|(finding, _)| finding.severity);
    Ok(shown)
}

fn told(scenario: &str, doubt: Option<&str>, trials: u64, drilled: &Drilled) -> Shown {
    Shown {
        scenario: scenario.to_owned(),
        doubt: doubt.map(str::to_owned),
        trials,
        false_passes: conditional(&drilled.false_passes),
        false_alarms: conditional(&drilled.false_alarms),
        idle_passes: conditional(&drilled.idle_passes),
    }
}

/// A drill over its scenario as it is given.
struct AsGiven<'c> {
    /// The model's file.
    model: &'c str,
    case: &'c Case,
    procedure: &'c Procedure,
    drilled: &'c Drilled,
}

impl AsGiven<'_> {
    /// What is wrong; `recovery` is the p95 of the system's recovery time \[ns\].
    fn findings(&self, recovery: Option<f64>) -> impl Iterator<Item = Diagnostic> {
        let late = self.false_passes();
        [late, self.idle_passes(), self.false_alarms(), self.wait(recovery)].into_iter().flatten()
    }

    /// Nothing stops serving and no copy is missed, whatever the drill reports.
    fn nothing_broken(&self, summary: &Summary) -> Option<Diagnostic> {
        let slots = self.case.program.layout().figures.iter().enumerate();
        let mut hurt = slots.filter(|(at, slot)| {
            matches!(slot.figure, Figure::RecoveryTime | Figure::RedundancyRestored)
                && summary.figure(*at).quantile(1.0).value() != Some(0.0)
        });
        if hurt.next().is_some() {
            return None;
        }
        let message = format!(
            "in none of {} trials does anything stop serving or lose a copy: whatever this drill \
             reports, it has tried nothing",
            count(self.drilled.false_passes.trials + self.drilled.false_alarms.trials)
        );
        let finding = Diagnostic::new(Severity::FalsePass, "procedure::nothing_broken", message);
        let act = self.procedure.steps.iter().find(|step| matches!(step.does, Deed::Act { .. }));
        Some(match act {
            Some(step) => finding.label(&step.at, "this breaks nothing"),
            None => finding.label(&self.procedure.at, "it does nothing"),
        })
    }

    fn false_passes(&self) -> Option<Diagnostic> {
        let of = &self.drilled.false_passes;
        let words = share_of(&conditional(of)).filter(|_| of.counted > 0)?;
        let message =
            format!("the drill passes in {words} in which the recovery is broken or late");
        let finding = Diagnostic::new(Severity::FalsePass, "procedure::false_pass", message);
        let finding = at_last_look(finding, self.procedure);
        Some(match of.first {
            Some(trial) => finding.help(format!(
                "drillcast trace {} {} --trial {trial} tells one of them",
                self.model, self.case.file.path
            )),
            None => finding,
        })
    }

    fn idle_passes(&self) -> Option<Diagnostic> {
        let of = &self.drilled.idle_passes;
        let words = share_of(&conditional(of)).filter(|_| of.counted > 0)?;
        let message =
            format!("the drill passes in {words} in which its commands failed and broke nothing");
        let finding = Diagnostic::new(Severity::FalsePass, "procedure::idle_pass", message);
        Some(at_last_look(finding, self.procedure))
    }

    fn false_alarms(&self) -> Option<Diagnostic> {
        let of = &self.drilled.false_alarms;
        let words = share_of(&conditional(of)).filter(|_| of.counted > 0)?;
        let message = format!("the drill fails in {words} in which all went well");
        let finding = Diagnostic::new(Severity::Risk, "procedure::false_alarm", message);
        let finding = match self.worst_step() {
            Some(step) => finding.label(&step.at, "it fails most often here"),
            None => finding.label(&self.procedure.at, ""),
        };
        Some(finding.help("look again until a time-out, as long as the objective allows"))
    }

    /// The step that fails in most trials.
    fn worst_step(&self) -> Option<&DrillStep> {
        let fails = |at: usize| {
            let passed = self.drilled.steps[at].passed;
            passed.trials - passed.counted
        };
        let worst = (0..self.procedure.steps.len()).max_by_key(|at| (fails(*at), usize::MAX - at));
        worst.filter(|at| fails(*at) > 0).map(|at| &self.procedure.steps[at])
    }

    /// A look once, after a wait that is longer than the recovery: it tells the wait.
    fn wait(&self, recovery: Option<f64>) -> Option<Diagnostic> {
        let steps = &self.procedure.steps;
        let last = (0..steps.len()).rev().find(|at| matches!(steps[*at].does, Deed::Look(_)))?;
        let once = matches!(&steps[last].does, Deed::Look(Look { again: Again::Never, .. }));
        let waits = last > 0 && matches!(steps[last - 1].does, Deed::Sleep(_));
        let reported = self.drilled.reported.quantile(0.5).value()?;
        let recovery = recovery.filter(|recovery| once && waits && *recovery < reported)?;
        let span = |nanos: f64| format_span(Span(nanos.round() as i64));
        let message = format!(
            "the drill writes down {} at p50, and 95 % of the recoveries are over after {}: \
             it tells how long it waited",
            span(reported),
            span(recovery),
        );
        let finding = Diagnostic::new(Severity::Risk, "procedure::tells_its_wait", message);
        let finding = finding.label(&steps[last].at, "looks once");
        Some(
            finding
                .label(&steps[last - 1].at, "after this")
                .help("look again and again instead of the wait: every = \"1s\", timeout = …"),
        )
    }
}

/// What a doubt says of a drill.
fn doubtful(
    title: &str,
    at: &Location,
    procedure: &Procedure,
    drilled: &Drilled,
) -> Option<Diagnostic> {
    let of = &drilled.false_passes;
    if of.trials == 0 {
        let message =
            format!("“{title}” breaks nothing: the system recovers, and every limit is kept");
        let finding = Diagnostic::new(Severity::Risk, "procedure::harmless_doubt", message);
        let finding = finding.label(at, "in every trial");
        return Some(finding.help("set an objective on what it breaks: redundancy_restored, say"));
    }
    let words = share_of(&conditional(of)).filter(|_| of.counted > 0)?;
    let message =
        format!("“{title}”: the drill passes in {words} in which the recovery is broken or late");
    let finding = Diagnostic::new(Severity::FalsePass, "procedure::unnoticed", message);
    Some(at_last_look(finding.label(at, "under this"), procedure))
}

/// Points at what the drill sees last.
fn at_last_look(finding: Diagnostic, procedure: &Procedure) -> Diagnostic {
    let last = procedure.steps.iter().rev().find(|step| matches!(step.does, Deed::Look(_)));
    match last {
        Some(step) => finding.label(&step.at, "what it sees last"),
        None => finding.label(&procedure.at, "it looks at nothing"),
    }
}

/// Puts what was shown.
pub(super) fn table(document: &mut Document, shown: &[Shown]) {
    let Some(first) = shown.first() else { return };
    let columns = vec![
        Column::new("scenario", Align::Left),
        Column::new("", Align::Left),
        Column::new("broken or late", Align::Right),
        Column::new("passes all the same", Align::Right),
        Column::new("false alarms", Align::Right),
    ];
    let share = |of: &ConditionalPrediction| of.share.map_or_else(|| "–".to_owned(), percent);
    let row = |shown: &Shown| {
        let bad = shown.false_passes.trials as f64 / shown.trials as f64;
        vec![
            Cell::plain(shown.scenario.clone()),
            Cell::plain(shown.doubt.clone().unwrap_or_else(|| "as given".to_owned())),
            Cell::plain(percent(bad)),
            Cell::plain(share(&shown.false_passes)),
            Cell::plain(share(&shown.false_alarms)),
        ]
    };
    let words = format!("of {} trials each", count(first.trials));
    document.push(Block::Heading("what the drill would notice".to_owned(), words));
    document.push(Block::Table(Table { columns, rows: shown.iter().map(row).collect() }));
}

/// A share in per cent: whole, and finer where it is next to nothing or to all.
fn percent(share: f64) -> String {
    let scaled = share * 100.0;
    match share {
        0.0 => "none".to_owned(),
        1.0 => "all".to_owned(),
        x if !(0.02..=0.98).contains(&x) => format!("{scaled:.2} %"),
        _ => format!("{scaled:.0} %"),
    }
}
