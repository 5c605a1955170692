//! Partitions of three replicas whose leader's broker is killed, stands still or is
//! asked to stop, two brokers that die together, and the active controller.

use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use super::{Row, Series, band, counts, less, pinned, share, uniform};
use crate::harness::{figure, first, program, program_with, run, seconds, text};

const MODEL: &str = "models/lab/kafka.toml";
const KRAFT: &[&str] = &["kafka/kraft"];
const BOTH: &[&str] = &["kafka/client", "kafka/kraft"];
const SESSION: f64 = 9.0;

fn recovery(program: &Program, outcomes: &[Outcome], clients: &str) -> Vec<f64> {
    let found = figure(program, outcomes, ("clients", clients), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

/// Rows of a machine that was not overloaded.
fn quiet(series: &Series) -> Series {
    series.only("load1", |load| load.parse::<f64>().is_ok_and(|load| load < 16.0))
}

/// How late the controller sees that a session is over, given the heartbeat's age.
fn lateness(series: &Series) -> Row {
    let known = series.only("hb_age_s", |age| age.parse::<f64>().is_ok_and(|age| age < 1.99));
    let ages = known.numbers("hb_age_s");
    let phases = ages.iter().map(|age| vec![("t.n1.heartbeats", *age, *age)]);
    let scenario = "scenarios/lab/kafka/leader-kill.toml";
    let late = pinned(MODEL, scenario, phases, |trial, program, outcomes| {
        let fenced = first(program, outcomes, "t", "detected");
        fenced.into_iter().map(|at| at + ages[trial] - SESSION).collect()
    });
    band(
        "kafka kill: session over to broker fenced",
        &known.numbers("fence_late_s"),
        late,
        0.1,
        Some(("fenced to the millisecond, as up to 3.9", vec![0.0])),
    )
    .given("age of the last heartbeat")
    .judges(series, KRAFT)
}

fn killed(rows: &mut Vec<Row>) {
    let series = Series::read("kafka-4.3-leader-kill");
    let program = program(MODEL, "scenarios/lab/kafka/leader-kill.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let fenced = first(&program, &outcomes, "t", "detected");
    let leader = first(&program, &outcomes, "t", "failed_over");
    rows.push(lateness(&series));
    rows.push(
        band(
            "kafka kill: broker fenced",
            &series.numbers("fenced_s"),
            fenced.clone(),
            0.05,
            Some(("U(7, 9), as up to 3.9", uniform(7.0, 9.0))),
        )
        .judges(&series, KRAFT),
    );
    rows.push(
        band(
            "kafka kill: broker fenced to new leader known",
            &series.difference("leader_s", "fenced_s"),
            less(leader.clone(), &fenced),
            0.4,
            None,
        )
        .judges(&series, KRAFT),
    );
    clients_of_the_killed(&series, (&program, &outcomes), (&fenced, &leader), rows);
    for (column, stream) in [("lost_acked", "t"), ("u_lost", "u")] {
        let lost = series.numbers(column).iter().filter(|n| **n > 0.0).count() as u64;
        let losses = figure(&program, &outcomes, ("streams", stream), Figure::DataLossWrites);
        let predicted = losses.iter().filter(|n| n.0 > 0).count() as f64 / losses.len() as f64;
        let name = match stream {
            "t" => "kafka kill: acknowledged records lost with the leader",
            _ => "kafka kill: acknowledged records lost with a follower",
        };
        rows.push(share(name, (lost, series.trials), predicted, None).judges(&series, KRAFT));
    }
}

/// What producers and groups saw of it.
fn clients_of_the_killed(
    series: &Series,
    (program, outcomes): (&Program, &[Outcome]),
    (fenced, leader): (&[f64], &[f64]),
    rows: &mut Vec<Row>,
) {
    let quiet = quiet(series);
    let known = || Some(("0.1 alone", vec![0.1]));
    rows.push(
        band(
            "kafka kill: new leader to records acknowledged",
            &quiet.difference("gap_s", "leader_s"),
            less(recovery(program, outcomes, "producer"), leader),
            0.2,
            known(),
        )
        .judges(series, BOTH),
    );
    rows.push(
        band(
            "kafka kill: broker fenced to commits accepted",
            &quiet.difference("commit_ok_s", "fenced_s"),
            less(recovery(program, outcomes, "commits"), fenced),
            0.2,
            known(),
        )
        .judges(series, BOTH),
    );
    let of_follower = first(program, outcomes, "u", "detected");
    let waited = less(vec![30.0; of_follower.len()], &of_follower);
    rows.push(
        band(
            "kafka kill: broker fenced to records acknowledged elsewhere",
            &quiet.difference("u_gap_s", "fenced_s"),
            less(recovery(program, outcomes, "follower"), &of_follower),
            0.15,
            Some(("replica.lag.time.max, 30 s", waited)),
        )
        .judges(series, BOTH),
    );
}

/// Where the times between two fences lie [s], and what is farther from all.
const TURNS: [(&str, f64); 3] =
    [("10 ms", 0.01), ("a period later", 1.135), ("two periods later", 2.26)];

/// The shares of values that lie within δ of each of [`TURNS`], and of the rest.
fn turns(values: &[f64]) -> Vec<f64> {
    let near = |at: f64| values.iter().filter(|value| (**value - at).abs() <= 0.02).count();
    let counts: Vec<usize> = TURNS.iter().map(|(_, at)| near(*at)).collect();
    let rest = values.len() - counts.iter().sum::<usize>();
    counts.into_iter().chain([rest]).map(|n| n as f64 / values.len() as f64).collect()
}

/// From the first fence to the second, given both heartbeats' ages and the
/// time between the two kills. It is predicted to lie at a few points and nowhere
/// else: atoms, which are counted.
fn two(rows: &mut Vec<Row>) {
    let series = Series::read("kafka-4.3-two-brokers");
    let measured = series.only("note", |note| !note.starts_with("harness error"));
    let (ages, off) = (measured.numbers("hb_age_s"), measured.numbers("t2_off_s"));
    let others = measured.numbers("hb_age2_s");
    let scenario = text("scenarios/lab/kafka/two-brokers.toml");
    let (mut predicted, mut rival) = (Vec::new(), Vec::new());
    let check = uniform(0.0, SESSION / 8.0);
    for ((age, off), other) in ages.into_iter().zip(off).zip(others) {
        let text = scenario.replace("15ms..190ms", &format!("{off}s"));
        // The second heartbeat's age was taken at its own kill.
        let second = format!("\"t.n2.heartbeats\" = \"{}s\"", other - off);
        let phases = format!("\n[phases]\n\"t.n1.heartbeats\" = \"{age}s\"\n{second}\n");
        let program = program_with(MODEL, "two-brokers.toml", &(text + &phases), &[]);
        predicted.extend(between(&program, &run(&program, 1, 256)));
        let apart = |n: usize| off - other + age + check[n] - check[n * 7 % check.len()];
        rival.extend((0..check.len()).step_by(8).map(|n| apart(n).abs()));
    }
    let fences = less(measured.numbers("fenced2_s"), &measured.numbers("fenced_s"));
    let fences: Vec<f64> = fences.into_iter().map(f64::abs).collect();
    let n = fences.len() as f64;
    let names = TURNS.iter().map(|(name, _)| *name).chain(["any other time"]);
    let cells = names.zip(turns(&fences)).zip(turns(&predicted));
    let cells = cells.map(|((name, k), share)| (name, (k * n).round() as u64, share)).collect();
    rows.push(
        counts(
            "kafka two brokers: first fenced to second fenced",
            cells,
            Some(("two checks of their own", turns(&rival))),
        )
        .given("ages of both heartbeats, time between the kills")
        .judges(&series, KRAFT),
    );
}

/// The time between the two times that brokers of t were fenced.
fn between(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    let milestones = &program.layout().milestones;
    let slot = milestones.iter().find(|m| m.component == "t" && m.mark == "fenced");
    let start = slot.expect("brokers are fenced").start;
    let at = |outcome: &Outcome, k: usize| seconds(outcome.milestones[start + k]);
    outcomes.iter().map(|outcome| at(outcome, 1) - at(outcome, 0)).collect()
}

fn frozen(rows: &mut Vec<Row>) {
    let series = Series::read("kafka-4.3-leader-hang");
    let program = program(MODEL, "scenarios/lab/kafka/leader-hang.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let fenced = first(&program, &outcomes, "t", "detected");
    let leader = first(&program, &outcomes, "t", "failed_over");
    rows.push(
        band(
            "kafka hang: broker fenced to new leader known",
            &series.difference("leader_s", "fenced_s"),
            less(leader.clone(), &fenced),
            0.4,
            None,
        )
        .judges(&series, KRAFT),
    );
    let soon = leader.iter().map(|at| at + 1.0).collect();
    rows.push(
        band(
            "kafka hang: producer with request.timeout 5 s",
            &series.numbers("s_gap_s"),
            recovery(&program, &outcomes, "hasty"),
            0.4,
            Some(("a second after the new leader", soon)),
        )
        .judges(&series, BOTH),
    );
}

fn controller(rows: &mut Vec<Row>) {
    let series = Series::read("kafka-4.3-controller-kill");
    // Another controller was not back yet.
    let ready = series.only("trial", |trial| !["5", "11", "19", "20"].contains(&trial));
    let program = program(MODEL, "scenarios/lab/kafka/controller-kill.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    rows.push(
        band(
            "kafka controller kill: another active",
            &ready.numbers("active_controller_s"),
            first(&program, &outcomes, "quorum", "activated"),
            0.4,
            Some(("a broker's whole session", vec![SESSION])),
        )
        .judges(&series, KRAFT),
    );
}

fn stopped(rows: &mut Vec<Row>) {
    let series = Series::read("kafka-4.3-controlled-shutdown");
    let program = program(MODEL, "scenarios/lab/kafka/controlled-shutdown.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    rows.push(
        band(
            "kafka stop: new leader known",
            &series.numbers("leader_s"),
            first(&program, &outcomes, "t", "failed_over"),
            0.4,
            Some(("detected like a crash", uniform(7.0, 9.0))),
        )
        .judges(&series, KRAFT),
    );
    rows.push(
        band(
            "kafka stop: records acknowledged",
            &series.numbers("gap_s"),
            recovery(&program, &outcomes, "producer"),
            0.4,
            None,
        )
        .judges(&series, BOTH)
        .unjudged("a follower's back-offs of 1 s, whose odds nobody knows"),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    killed(rows);
    two(rows);
    frozen(rows);
    controller(rows);
    stopped(rows);
}
