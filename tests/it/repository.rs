//! Every model of the repository runs with every scenario of its own.

use std::path::{Path, PathBuf};

use drillcast::random::Sampling;
use drillcast::trial::Mode;

use crate::harness::{path, program, run_as, text};

/// The files with an extension below a folder, in order.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<PathBuf> = entries.map(|e| e.expect("it can be read").path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "toml") {
            found.push(path);
        }
    }
}

#[test]
fn every_model_runs_with_every_scenario_of_its_own() {
    let (models, root) = (path("models"), path(""));
    let mut all = Vec::new();
    files(&models, &mut all);
    let described = |m: &PathBuf| {
        let inside = m.strip_prefix(&models).expect("it is in models");
        !["presets", "rules", "runbooks", "prices", "rates"]
            .iter()
            .any(|folder| inside.starts_with(folder))
    };
    let mut ran = 0;
    for model in all.into_iter().filter(described) {
        let name = model.strip_prefix(&models).expect("it is in models").with_extension("");
        let mut scenarios = Vec::new();
        files(&path("scenarios").join(&name), &mut scenarios);
        assert!(!scenarios.is_empty(), "{} has no scenario", name.display());
        for scenario in scenarios {
            let relative =
                |p: &Path| p.strip_prefix(&root).unwrap_or(p).to_string_lossy().into_owned();
            let told = format!("{} with {}", relative(&model), relative(&scenario));
            let program = program(&relative(&model), &relative(&scenario), &[]);
            assert!(program.is_steady(), "{told} has no steady start");
            let outcomes = run_as(&program, &Sampling::latin_hypercube(1), 200, Mode::Lazy);
            let unsettled: Vec<u64> =
                outcomes.iter().filter(|o| o.course.unsettled).map(|o| o.trial).collect();
            assert!(unsettled.is_empty(), "{told}: trials {unsettled:?} are unsettled");
            ran += 1;
        }
    }
    assert!(ran >= 4, "only {ran} scenarios were found");
}

/// A model under benches/ stands beside its scenario and its own presets.
#[test]
fn every_benchmark_runs() {
    let folder = "benches/zone-failover";
    let program = crate::zone_failover::program(&text(&format!("{folder}/model.toml")));
    assert!(program.is_steady());
    let outcomes = run_as(&program, &Sampling::latin_hypercube(1), 200, Mode::Lazy);
    assert!(outcomes.iter().all(|outcome| !outcome.course.unsettled));
}
