//! PostgreSQL under Patroni: crash, hang, the postmaster alone, a switchover.

use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use super::{Row, Series, band, less, pinned, uniform};
use crate::harness::{figure, first, program, run, seconds};

const MODEL: &str = "models/lab/patroni.toml";
const TRIALS: u64 = 4_096;

/// A count of trials that lost at least one write.
fn losses(name: &'static str, series: &Series, outcomes: &[Outcome], program: &Program) -> Row {
    let lost = series.numbers("lost_writes").iter().filter(|n| **n > 0.0).count() as u64;
    let n = series.rows.len() as u64;
    let writes = figure(program, outcomes, ("stores", "orders"), Figure::DataLossWrites);
    let share = writes.iter().filter(|w| w.0 > 0).count() as f64 / writes.len() as f64;
    let rival = (lost > 0).then_some(("never any loss", 0.0));
    super::share(name, (lost, n), share, rival).judges(series, &["postgresql/patroni"])
}

/// The lab's program for a scenario.
fn lab(scenario: &str, sets: &[&str]) -> (Program, Vec<Outcome>) {
    let program = program(MODEL, &format!("scenarios/lab/patroni/{scenario}.toml"), sets);
    let outcomes = run(&program, 1, TRIALS);
    (program, outcomes)
}

/// Seconds from the last acknowledged insert before the fault to the first
/// after it: the client's outage counts from the insert after that one, 50 ms later.
fn write_gap(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    let outage = figure(program, outcomes, ("clients", "writer"), Figure::ClientOutage);
    outage.into_iter().map(|o| seconds(o) + 0.05).collect()
}

/// The expiry of the key, given the recorded age of the lease: `recorded` is
/// ttl − floor of the remaining life, so the true age lies in (recorded − 1, recorded].
/// Tested is what is left when 30 s − `recorded` is taken away.
fn expiry_residual(series: &Series) -> Vec<f64> {
    let ages = series.numbers("lease_refresh_age_s");
    series.numbers("detect_s").iter().zip(&ages).map(|(d, age)| d - (30.0 - age)).collect()
}

/// The same, predicted: the phase of the leader's loop is pinned to what was
/// recorded, each trial of the series with its share.
fn expiry_prediction(series: &Series, scenario: &str) -> Vec<f64> {
    let scenario = format!("scenarios/lab/patroni/{scenario}.toml");
    let ages = series.numbers("lease_refresh_age_s");
    let phases = ages.iter().map(|age| vec![("orders.leader.loop", age - 1.0, *age)]);
    pinned(MODEL, &scenario, phases, |trial, program, outcomes| {
        let detected = first(program, outcomes, "orders", "detected");
        detected.iter().map(|d| d - (30.0 - ages[trial])).collect()
    })
}

fn crash(rows: &mut Vec<Row>) {
    let series = Series::read("patroni-crash-ttl30");
    let (program, outcomes) = lab("crash", &[]);
    let key = first(&program, &outcomes, "orders", "key_taken");
    let detected = first(&program, &outcomes, "orders", "detected");
    // The rival: a lease that always has its whole time to live left.
    let ages = series.numbers("lease_refresh_age_s");
    let whole = ages.iter().flat_map(|age| uniform(*age, age + 0.5)).collect();
    rows.push(
        band(
            "crash: key deleted, given the lease's age",
            &expiry_residual(&series),
            expiry_prediction(&series, "crash"),
            0.05,
            Some(("lease = ttl without renewal phase", whole)),
        )
        .judges(&series, &["postgresql/patroni", "etcd"])
        .given("the recorded age of the lease"),
    );
    rows.push(
        band(
            "crash: key deleted to key taken",
            &series.difference("new_leader_key_s", "detect_s"),
            less(key.clone(), &detected),
            0.1,
            Some(("poll U(0, 2)", uniform(0.0, 2.0))),
        )
        .judges(&series, &["postgresql/patroni"]),
    );
    rows.push(
        band(
            "crash: key taken to first write",
            &series.difference("write_gap_s", "new_leader_key_s"),
            less(write_gap(&program, &outcomes), &key),
            0.15,
            None,
        )
        .judges(&series, &["postgresql/patroni", "client/libpq"]),
    );
    rows.push(losses("crash: trials that lost writes", &series, &outcomes, &program));
}

fn hang(rows: &mut Vec<Row>) {
    let series = Series::read("patroni-hang-ttl30");
    let (program, outcomes) = lab("hang", &[]);
    let key = first(&program, &outcomes, "orders", "key_taken");
    let detected = first(&program, &outcomes, "orders", "detected");
    rows.push(
        band(
            "hang: key deleted, given the lease's age",
            &expiry_residual(&series),
            expiry_prediction(&series, "hang"),
            0.05,
            None,
        )
        .judges(&series, &["postgresql/patroni", "etcd"])
        .given("the recorded age of the lease"),
    );
    rows.push(
        band(
            "hang: key deleted to key taken",
            &series.difference("new_leader_key_s", "detect_s"),
            less(key, &detected),
            0.1,
            Some(("poll ≈ 0", vec![0.0])),
        )
        .judges(&series, &["postgresql/patroni"]),
    );
    // Given the place of the dead node in the client's list.
    let mut waits = Vec::new();
    for old in series.words("old_leader") {
        let hosts = match old.as_str() {
            "n1" => r#"["n1", "n2", "n3"]"#,
            "n2" => r#"["n2", "n1", "n3"]"#,
            _ => r#"["n2", "n3", "n1"]"#,
        };
        let (program, outcomes) = lab_few("hang", &[&format!("clients.writer.hosts={hosts}")]);
        let promoted = first(&program, &outcomes, "orders", "failed_over");
        waits.extend(less(first(&program, &outcomes, "writer", "first_write"), &promoted));
    }
    let (blind, lost) = lab_few("hang", &["clients.writer.read_timeout=never"]);
    let never = first(&blind, &lost, "writer", "first_write").into_iter();
    rows.push(
        band(
            "hang: promoted to first write, given the order of hosts",
            &series.difference("write_ok_s", "promote_s"),
            waits,
            0.15,
            Some((
                "no client read time-out",
                never.map(|w| if w.is_nan() { f64::INFINITY } else { w }).collect(),
            )),
        )
        .judges(&series, &["client/libpq"])
        .given("the place of the dead host in the list"),
    );
}

fn lab_few(scenario: &str, sets: &[&str]) -> (Program, Vec<Outcome>) {
    let program = program(MODEL, &format!("scenarios/lab/patroni/{scenario}.toml"), sets);
    let outcomes = run(&program, 1, 256);
    (program, outcomes)
}

fn postmaster(rows: &mut Vec<Row>) {
    let series = Series::read("patroni-postmaster-kill-start-timeout-0");
    // The model's round of comparing positions was measured in this series:
    // here it is taken from the crash series.
    let rounds = Series::read("patroni-crash-ttl30").difference("new_leader_key_s", "detect_s");
    let rounds: Vec<String> = rounds.iter().map(|r| format!("\"{:.0}ms\"", r * 1e3)).collect();
    let answer = format!("stores.orders.answer={{ samples = [{}] }}", rounds.join(", "));
    let (program, outcomes) = lab("postmaster-kill", &[&answer]);
    let key = first(&program, &outcomes, "orders", "key_taken");
    let detected = first(&program, &outcomes, "orders", "detected");
    rows.push(
        band(
            "postmaster: noticed",
            &series.numbers("detect_s"),
            detected.clone(),
            0.1,
            Some(("immediate detection", vec![0.0])),
        )
        .judges(&series, &["postgresql/patroni"]),
    );
    rows.push(
        band(
            "postmaster: noticed to key taken",
            &series.difference("new_leader_key_s", "detect_s"),
            less(key.clone(), &detected),
            0.1,
            None,
        )
        .judges(&series, &["postgresql/patroni"]),
    );
    rows.push(
        band(
            "postmaster: key taken to first write",
            &series.difference("write_gap_s", "new_leader_key_s"),
            less(write_gap(&program, &outcomes), &key),
            0.15,
            None,
        )
        .judges(&series, &["postgresql/patroni", "client/libpq"]),
    );
    rows.push(losses("postmaster: trials that lost writes", &series, &outcomes, &program));
}

fn switchover(rows: &mut Vec<Row>) {
    let series = Series::read("patroni-switchover");
    let (program, outcomes) = lab("switchover", &[]);
    rows.push(
        band(
            "switchover: write gap",
            &series.numbers("write_gap_s"),
            write_gap(&program, &outcomes),
            0.15,
            Some(("release 2 to 10 s", uniform(2.0, 10.0))),
        )
        .judges(&series, &["postgresql/patroni", "client/libpq"]),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    crash(rows);
    hang(rows);
    postmaster(rows);
    switchover(rows);
}
