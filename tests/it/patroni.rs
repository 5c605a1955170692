//! Patroni.

use drillcast::outcome::Figure;

use crate::harness::{figure, first, program, quantile, run, seconds};

#[test]
fn look() {
    for scenario in ["crash", "hang", "postmaster-kill", "switchover"] {
        let program = program(
            "models/lab/patroni.toml",
            &format!("scenarios/lab/patroni/{scenario}.toml"),
            &[],
        );
        let started = std::time::SystemTime::now();
        let outcomes = run(&program, 1, 2000);
        println!("{scenario} {:?}", started.elapsed());
        for (i, slot) in program.layout().figures.iter().enumerate() {
            let values: Vec<f64> = outcomes.iter().map(|o| seconds(o.figures[i])).collect();
            println!(
                "{:?} {:?} {} {} {}",
                slot.subject.name,
                slot.figure,
                quantile(&values, 0.05),
                quantile(&values, 0.5),
                quantile(&values, 0.95)
            );
        }
        for mark in ["detected", "key_taken", "failed_over"] {
            let values = first(&program, &outcomes, "orders", mark);
            println!(
                "{mark} {} {} {}",
                quantile(&values, 0.05),
                quantile(&values, 0.5),
                quantile(&values, 0.95)
            );
        }
        let mut runner = program.runner(drillcast::trial::Mode::Lazy);
        runner.run(&drillcast::random::Sampling::latin_hypercube(1), 3);
        for entry in runner.timeline().entries {
            println!(
                "{:?} {} {} {} {:?} {:?} {}",
                entry.at,
                entry.who,
                entry.what,
                entry.rose,
                entry.mark,
                entry.cause,
                entry.critical
            );
        }
    }
    let _ = Figure::RecoveryTime;
    let _ = figure;
}
