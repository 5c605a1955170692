//! The steps of a procedure become blocks like any other: waits are works, looks are
//! probes, commands are faults that wait for their step.

use super::{Compiler, Measures};
use crate::block::clock::{Clock, Ticks};
use crate::block::pick::{Candidate, Pick};
use crate::block::probe::{Looks, Probe};
use crate::block::value::Value;
use crate::block::work::{Retry, Work};
use crate::block::{Arm, Builder, FaultSpec, LevelId, Literal, Mark, PickId, Strikes, ValueId};
use crate::distribution::Law;
use crate::model::expression::Range;
use crate::model::fault::Target;
use crate::model::preset::{ComponentKind, LEFTOVER, LISTED, Quantity, READY, SUCCESSOR};
use crate::model::procedure::{
    Again, Choice, Command, Deed, DrillStep, Errors, Look, Looked, Passes, Procedure,
};
use crate::model::system::{ComponentId, HostId};
use crate::outcome::{DrillLayout, DrillStepSlot, StageSlot};
use crate::random::name_hash;
use crate::trial::drill::{Drill, StepMarks};

/// What a look's answer takes at most \[s\]: looks that start within their time-out
/// count, and the step is over this long after the last of them.
const ANSWER: f64 = 1e-6;

/// The levels of a procedure, while it is compiled.
#[derive(Default)]
pub(super) struct Draft {
    start: Option<LevelId>,
    steps: Vec<Step>,
    /// Of steps that take the first by name: who that is.
    picks: Vec<(usize, PickId, ComponentId)>,
    /// The step whose command is compiled.
    acting: Option<usize>,
    /// Of each fault the level that holds while it lasts.
    faults: Vec<LevelId>,
}

#[derive(Clone, Copy)]
struct Step {
    begun: LevelId,
    acted: LevelId,
    passed: LevelId,
    failed: LevelId,
    marks: StepMarks,
    acted_mark: u32,
    stage: u32,
}

impl<'m> Compiler<'m> {
    fn procedure(&self) -> Option<&'m Procedure> {
        self.scenario.procedure.as_ref()
    }

    /// Levels and milestones of all steps, so that faults can wait for them.
    pub(super) fn declare_procedure(&mut self) {
        let Some(procedure) = self.procedure() else { return };
        let mut next: u32 = self.built.iter().flatten().map(|built| built.picks.len() as u32).sum();
        self.drill.start = Some(self.builder.fact("drill/begins", false));
        for (index, step) in procedure.steps.iter().enumerate() {
            self.stages.push(StageSlot {
                name: format!("procedure.{}", step.name),
                title: step.name.clone(),
                formula: None,
                surprise: None,
            });
            let level = |word: &str, builder: &mut Builder| {
                // What is told has a name, what only others wait for has none.
                let named = format!("drill/step {} {word}", index + 1);
                let level = builder.level(if word.is_empty() { "" } else { &named });
                let milestone = builder.milestone(1);
                builder.mark(level, Mark { milestone, instance: 0 });
                (level, milestone)
            };
            let builder = &mut self.builder;
            let (begun, passed) = (level("begun", builder), level("passed", builder));
            let (failed, acted) = (level("failed", builder), level("", builder));
            let marks = StepMarks { begun: begun.1, passed: passed.1, failed: failed.1 };
            for (level, word) in [(begun.0, "begins"), (failed.0, "fails")] {
                self.titles.insert(level, format!("“{}” {word}", step.name));
            }
            let word = if matches!(step.does, Deed::Look(_)) { "passes" } else { "is over" };
            self.titles.insert(passed.0, format!("“{}” {word}", step.name));
            self.drill.steps.push(Step {
                begun: begun.0,
                acted: acted.0,
                passed: passed.0,
                failed: failed.0,
                marks,
                acted_mark: acted.1,
                stage: self.stages.len() as u32 - 1,
            });
            if let Some(component) = self.takes_first(step).filter(|id| self.renames(*id)) {
                self.drill.picks.push((index, PickId(next), component));
                next += 1;
            }
        }
    }

    /// The component of which a step takes the first by name.
    fn takes_first(&self, step: &DrillStep) -> Option<ComponentId> {
        match &step.does {
            Deed::Act { fault, .. } => match self.scenario.faults[*fault].target {
                Target::First(id) => Some(id),
                _ => None,
            },
            Deed::Look(Look { of: Looked::Component(id), pick: Some(Choice::First), .. }) => {
                Some(*id)
            }
            _ => None,
        }
    }

    /// Whether replacements in a component have names of their own, drawn anew.
    pub(super) fn renames(&self, id: ComponentId) -> bool {
        self.exports(id, SUCCESSOR)
    }

    /// Who is the first of a component by name in the step whose command is compiled.
    pub(super) fn first_by_name(&self, component: ComponentId) -> Option<PickId> {
        let acting = self.drill.acting?;
        let mut picks = self.drill.picks.iter();
        picks.find(|(step, _, of)| (*step, *of) == (acting, component)).map(|(_, pick, _)| *pick)
    }

    /// The step `step` is compiled; the milestone of its command.
    pub(super) fn act_of(&mut self, step: Option<usize>) -> Option<u32> {
        self.drill.acting = step;
        step.and_then(|step| self.drill.steps.get(step)).map(|step| step.acted_mark)
    }

    /// The level that holds while a fault lasts; faults are told in their order.
    pub(super) fn remember_fault(&mut self, level: LevelId) {
        self.drill.faults.push(level);
    }

    /// The milestone of the step that lifts a fault.
    pub(super) fn lifted(&self, fault: usize) -> Option<u32> {
        let steps = &self.procedure()?.steps;
        let acts = |at: usize| matches!(steps[at].does, Deed::Act { fault: of, .. } if of == fault);
        let lifts = |step: &DrillStep| matches!(step.does, Deed::Lift { step, .. } if acts(step));
        let at = steps.iter().position(lifts)?;
        Some(self.drill.steps[at].acted_mark)
    }

    /// All blocks of the procedure, after everything that it looks at.
    pub(super) fn define_procedure(&mut self, measures: &Measures) -> Option<Drill> {
        let procedure = self.procedure()?;
        let start = self.drill.start?;
        let at = self.quantity(&procedure.starts, name_hash("procedure.starts"));
        self.builder.fault(FaultSpec {
            at,
            after: None,
            lasts: None,
            until: None,
            breaks: false,
            strikes: Strikes::One(Arm::default()),
            level: start,
        });
        let picks = self.drill.picks.clone();
        for (index, pick, component) in picks {
            self.define_first(index, pick, component);
        }
        let mut when = Literal::of(start);
        for (index, step) in procedure.steps.iter().enumerate() {
            let levels = self.drill.steps[index];
            self.builder.define_gate(levels.begun, when);
            self.builder.stage(levels.passed, levels.stage);
            self.define_deed(index, step, measures);
            let (passed, failed) = (Literal::of(levels.passed), Literal::of(levels.failed));
            when = match step.errors {
                Errors::Stop => passed,
                Errors::Noted | Errors::Ignored => self.builder.or(&[passed, failed]),
            };
        }
        let marks = self.drill.steps.iter().map(|step| step.marks).collect();
        Some(Drill { marks, layout: layout(procedure) })
    }

    fn define_deed(&mut self, index: usize, step: &DrillStep, measures: &Measures) {
        let levels = self.drill.steps[index];
        let begun = Literal::of(levels.begun);
        match &step.does {
            Deed::Sleep(takes) => {
                let takes = self.time_of(step, "sleep", takes);
                self.builder.define_work(levels.passed, Work::new(begun, takes));
                self.builder.define_gate(levels.acted, Literal::FALSE);
                self.builder.define_gate(levels.failed, Literal::FALSE);
            }
            Deed::Act { command, fault } => {
                // It stands, or has stood: the next step finds it so.
                let stands = Literal::of(self.drill.faults[*fault]);
                let struck = self.builder.level("");
                self.builder.define_latch(struck, stands, Literal::FALSE);
                self.define_command(levels, step, command, Literal::of(struck));
            }
            Deed::Lift { command, step: lifted } => {
                let Some(Deed::Act { fault, .. }) =
                    self.procedure().map(|procedure| &procedure.steps[*lifted].does)
                else {
                    unreachable!("only what acts is lifted")
                };
                let stands = Literal::of(self.drill.faults[*fault]);
                self.define_command(levels, step, command, !stands);
            }
            Deed::Look(look) => {
                self.builder.define_gate(levels.acted, Literal::FALSE);
                let seen = self.seen(index, look, measures);
                self.define_look(levels, step, look, seen);
            }
        }
    }

    fn time_of(&mut self, step: &DrillStep, key: &str, quantity: &Quantity) -> ValueId {
        self.quantity(quantity, name_hash(&format!("procedure.{}.{key}", step.name)))
    }

    /// A command has its effect when its step begins, or fails, and then returns.
    fn define_command(
        &mut self,
        levels: Step,
        step: &DrillStep,
        command: &Command,
        effect: Literal,
    ) {
        let begun = Literal::of(levels.begun);
        let mut failed = Literal::FALSE;
        if command.fails.law.is_constant() == Some(0.0) {
            self.builder.define_gate(levels.acted, begun);
        } else {
            let level = self.builder.level("");
            failed = Literal::of(level);
            let fails = self.time_of(step, "fails", &command.fails);
            let (one, none) = (self.builder.constant(1.0), self.builder.constant(0.0));
            let name = name_hash(&format!("procedure.{}.failure", step.name));
            let retry = Retry {
                fails,
                tries: Some(one),
                between: none,
                factor: None,
                most: None,
                failed: level,
                name,
            };
            let work = Work { retry: Some(retry), ..Work::new(begun, none) };
            self.builder.define_work(levels.acted, work);
        }
        let acted = self.builder.and(&[Literal::of(levels.acted), effect]);
        if command.takes.law.is_constant() == Some(0.0) {
            self.builder.define_latch(levels.passed, acted, Literal::FALSE);
            self.builder.define_gate(levels.failed, failed);
            return;
        }
        let takes = self.time_of(step, "takes", &command.takes);
        let returned = self.builder.level("");
        self.builder.stage(returned, levels.stage);
        let either = self.builder.or(&[acted, failed]);
        self.builder.define_work(returned, Work::new(either, takes));
        let passed = self.builder.and(&[acted, Literal::of(returned)]);
        let failed = self.builder.and(&[failed, Literal::of(returned)]);
        // What is over stays so, whatever becomes of its effect.
        self.builder.define_latch(levels.passed, passed, Literal::FALSE);
        self.builder.define_latch(levels.failed, failed, Literal::FALSE);
    }

    /// A look passes at the first of its instants at which it sees what it wants; it
    /// has failed when the last of them is over.
    fn define_look(&mut self, levels: Step, step: &DrillStep, look: &Look, seen: Literal) {
        let begun = Literal::of(levels.begun);
        let passed = Literal::of(levels.passed);
        let first = self.time_of(step, "first", &look.first);
        let (lasts, every) = match &look.again {
            Again::Never => (self.builder.constant(0.0), None),
            Again::Watches(until) => (self.time_of(step, "timeout", until), None),
            Again::Every(every, until) => {
                let every = self.time_of(step, "every", every);
                (self.time_of(step, "timeout", until), Some(every))
            }
        };
        let answer = self.builder.constant(ANSWER);
        let lasts = self.builder.value(Value::Add(lasts, answer));
        let lasts = self.builder.value(Value::Add(first, lasts));
        let timed_out = self.builder.level("");
        self.builder.stage(timed_out, levels.stage);
        self.builder.define_work(timed_out, Work::new(begun, lasts));
        let open = self.builder.and(&[begun, !Literal::of(timed_out)]);
        if matches!(look.again, Again::Watches(_)) {
            let opens = self.builder.level("");
            self.builder.define_work(opens, Work::new(open, first));
            let sees = self.builder.and(&[Literal::of(opens), seen]);
            self.builder.define_latch(levels.passed, sees, Literal::FALSE);
        } else {
            let running = self.builder.and(&[open, !passed]);
            let every = every.unwrap_or_else(|| self.builder.constant(1.0));
            let clock = self.builder.clock(Clock {
                every,
                running,
                locked: false,
                ticks: Ticks::From(first),
                age: None,
                name: name_hash(&format!("procedure.{}.phase", step.name)),
            });
            let once = self.builder.constant(1.0);
            let watch = self.builder.and(&[begun, seen]);
            let probe = Probe {
                watch,
                running,
                looks: Looks::Clock(clock),
                initially: Some(false),
                fall: once,
                rise: once,
            };
            self.builder.define_probe(levels.passed, probe);
        }
        let failed = self.builder.and(&[Literal::of(timed_out), !passed]);
        self.builder.define_gate(levels.failed, failed);
    }

    /// What a look wants to see, now.
    fn seen(&mut self, index: usize, look: &Look, measures: &Measures) -> Literal {
        if look.passes == Passes::Always {
            return Literal::TRUE;
        }
        let criterion =
            |subject: usize| measures.meters[measures.subjects[subject].served].criterion;
        let id = match look.of {
            Looked::System => return criterion(0),
            Looked::Member(id, member) => return self.shows(id, member, look),
            Looked::Component(id) => id,
        };
        let members = self.component(id).members.len();
        match look.pick {
            None => match look.passes {
                Passes::Reads => self.any_member(id, "readable"),
                Passes::Writes => self.any_member(id, "writable"),
                // The subjects are the system and then the components.
                _ => criterion(id.0 + 1),
            },
            Some(Choice::Each) => {
                let mut all = Vec::with_capacity(members);
                for member in 0..members {
                    all.push(self.shows(id, member, look));
                    // Who is listed still is waited for as well.
                    if look.passes == Passes::Ready {
                        all.push(!self.leftover(id, member));
                    }
                }
                self.builder.and(&all)
            }
            Some(Choice::Any) => {
                let any: Vec<_> = (0..members).map(|at| self.shows(id, at, look)).collect();
                self.builder.or(&any)
            }
            Some(Choice::First) => self.first_shows(index, id, look),
        }
    }

    /// What the first by name shows: an old one before it is replaced, a replacement
    /// after that.
    fn first_shows(&mut self, index: usize, id: ComponentId, look: &Look) -> Literal {
        let pick = self.drill.picks.iter().position(|(step, ..)| *step == index);
        let Some(pick) = pick else { return self.shows(id, 0, look) };
        let (_, pick, _) = self.drill.picks[pick];
        let chosen = self.builder.candidates(pick);
        let members = self.component(id).members.len();
        let mut any = Vec::with_capacity(2 * members);
        for (at, chosen) in chosen.into_iter().enumerate() {
            let member = at % members;
            let shows = self.shows(id, member, look);
            let new = self.export(id, SUCCESSOR, member, None);
            let is = if at < members { !new } else { new };
            any.push(self.builder.and(&[Literal::of(chosen), shows, is]));
        }
        self.builder.or(&any)
    }

    /// Names are drawn; whoever's is the first is chosen when the step begins.
    fn define_first(&mut self, index: usize, pick: PickId, id: ComponentId) {
        let members = self.component(id).members.len();
        let law = Law::uniform(0.0, 1.0).expect("zero is less than one");
        let mut candidates = Vec::with_capacity(2 * members);
        for (generation, member) in (0..2).flat_map(|g| (0..members).map(move |m| (g, m))) {
            let whom = self.model.short_name(id, Range::Member, member);
            let owner = &self.component(id).name;
            let name = name_hash(&format!("{owner}/{whom} name {generation}"));
            let new = if generation == 0 { "" } else { "new " };
            let chosen = self.builder.level(&format!("drill/step {} first={new}{whom}", index + 1));
            let first = format!("is the first of {owner} by name");
            self.titles.insert(chosen, first);
            let successor = self.export(id, SUCCESSOR, member, None);
            let from = if generation == 0 {
                let leftover = self.leftover(id, member);
                self.builder.or(&[!successor, leftover])
            } else {
                successor
            };
            let prefer = self.builder.value(Value::Trial { law: law.clone(), name });
            candidates.push(Candidate { chosen, from, eligible: None, prefer: Some(prefer) });
        }
        let when = Literal::of(self.drill.steps[index].begun);
        let defined = self.builder.pick(Pick { when, best: false, candidates, first: 0 });
        assert_eq!(defined, pick, "picks are declared in the order of the steps");
    }

    /// An old one that is listed beside its replacement.
    fn leftover(&mut self, id: ComponentId, member: usize) -> Literal {
        match self.exports(id, LEFTOVER) {
            true => self.export(id, LEFTOVER, member, None),
            false => Literal::FALSE,
        }
    }

    /// What a member shows to whoever looks so.
    fn shows(&mut self, id: ComponentId, member: usize, look: &Look) -> Literal {
        let kind = self.preset(id).kind;
        let ready = matches!(kind, ComponentKind::Service | ComponentKind::Cluster);
        let own = match look.passes {
            Passes::Reads => self.export(id, "readable", member, None),
            Passes::Writes => self.export(id, "writable", member, None),
            Passes::Serves if !look.inside => self.replica_serves(id, member),
            _ if ready => self.export(id, READY, member, None),
            _ => self.process_works(id, member),
        };
        if look.inside {
            return own;
        }
        let reached = match self.exports(id, LISTED) {
            true => self.export(id, LISTED, member, None),
            false => self.is_reached(self.component(id).seat(member).host),
        };
        self.builder.and(&[own, reached])
    }

    /// Its first process works: the one that serves requests.
    fn process_works(&mut self, id: ComponentId, member: usize) -> Literal {
        let process = self.preset(id).processes_of(Range::Member).next();
        match process {
            Some(process) => self.works((id, member, process)),
            None => self.host_up(self.component(id).seat(member).host),
        }
    }

    /// Somebody else's packets get there.
    fn is_reached(&mut self, host: HostId) -> Literal {
        let others = (0..self.model.hosts.len()).map(HostId).filter(|other| *other != host);
        let paths: Vec<Literal> =
            others.collect::<Vec<_>>().into_iter().map(|other| self.path(host, other)).collect();
        if paths.is_empty() { Literal::TRUE } else { self.builder.or(&paths) }
    }
}

/// What outcomes need to know of a procedure.
fn layout(procedure: &Procedure) -> DrillLayout {
    let slot = |step: &DrillStep| DrillStepSlot {
        name: step.name.clone(),
        looks: matches!(step.does, Deed::Look(_)),
        ignores: step.errors == Errors::Ignored,
    };
    DrillLayout {
        steps: procedure.steps.iter().map(slot).collect(),
        claims: procedure.claims.clone(),
    }
}
