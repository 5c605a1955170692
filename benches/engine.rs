//! What a draw, an event and a trial cost: `cargo bench`.
#![allow(missing_docs, reason = "criterion's macros define functions without documentation")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use drillcast::diagnostic::SourceFile;
use drillcast::kernel::{Agenda, Slot};
use drillcast::model::file::{read_model, read_scenario, scenario_edits};
use drillcast::model::preset::PresetLibrary;
use drillcast::model::scenario::Scenario;
use drillcast::model::system::Model;
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Mode, Program};
use drillcast::units::{Instant, Span};

const MODEL: &str = include_str!("../models/lab/patroni.toml");
const SCENARIOS: [(&str, &str); 4] = [
    ("crash", include_str!("../scenarios/lab/patroni/crash.toml")),
    ("hang", include_str!("../scenarios/lab/patroni/hang.toml")),
    ("postmaster-kill", include_str!("../scenarios/lab/patroni/postmaster-kill.toml")),
    ("switchover", include_str!("../scenarios/lab/patroni/switchover.toml")),
];

fn load(name: &str, scenario: &str) -> (Model, Scenario) {
    let files = |file: &str| Err(format!("{file} is not needed"));
    let source = SourceFile::new(name, scenario);
    let (edits, _) = scenario_edits(&source);
    let library = PresetLibrary::embedded();
    let (model, _) = read_model(&SourceFile::new("patroni", MODEL), &library, &edits, &files);
    let model = model.expect("the lab's model is right");
    let (scenario, _) = read_scenario(&source, name, &model, &files);
    (model, scenario.expect("the lab's scenario is right"))
}

fn agenda(criterion: &mut Criterion) {
    let mut agenda = Agenda::new(64);
    for slot in 0..64 {
        agenda.schedule(Slot(slot), Instant(i64::from(slot)));
    }
    criterion.bench_function("agenda: pop and schedule, 64 due", |b| {
        b.iter(|| {
            let (at, slot) = agenda.pop().expect("something is due");
            agenda.schedule(slot, at + Span(i64::from(slot.0) * 7 % 61 + 1));
        });
    });
}

fn draws(criterion: &mut Criterion) {
    for (name, sampling) in
        [("plain", Sampling::plain(1)), ("Latin hypercube", Sampling::latin_hypercube(1))]
    {
        let stream = sampling.stream(name_hash("orders/a/loop"));
        let mut trial = 0;
        criterion.bench_function(&format!("uniform, {name}"), |b| {
            b.iter(|| {
                trial += 1;
                black_box(sampling.uniform(stream, trial, 0))
            });
        });
    }
}

fn trials(criterion: &mut Criterion) {
    for (name, text) in SCENARIOS {
        let (model, scenario) = load(name, text);
        let program = Program::compile(&model, &scenario);
        for (form, mode) in [("lazy", Mode::Lazy), ("every event", Mode::Full)] {
            if mode == Mode::Full && name != "crash" {
                continue;
            }
            let mut runner = program.runner(mode);
            let mut trial = 0;
            criterion.bench_function(&format!("trial, {name}, {form}"), |b| {
                b.iter(|| {
                    trial += 1;
                    black_box(runner.run(&Sampling::latin_hypercube(1), trial).figures.len())
                });
            });
        }
    }
    let (model, scenario) = load("crash", SCENARIOS[0].1);
    criterion.bench_function("compile", |b| {
        b.iter(|| black_box(Program::compile(&model, &scenario).layout().figures.len()));
    });
}

criterion_group!(benches, agenda, draws, trials);
criterion_main!(benches);
