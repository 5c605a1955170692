//! Three Cassandra nodes, one of which is killed or stands still.

use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use super::{Row, Series, band, less, share, uniform};
use crate::harness::{figure, first, program, program_with, run, seconds, text};

const MODEL: &str = "models/lab/cassandra.toml";
const TRIALS: u64 = 4_096;
/// Trials under what was recorded of one survivor.
const EACH: u64 = 256;
const STORE: &[&str] = &["cassandra"];
const BOTH: &[&str] = &["cassandra/client", "cassandra"];
const HEARD: &str = "the detector's recorded mean interval, and the age of the last heartbeat";
/// phi · ln 10: how many mean intervals convict.
const INTERVALS: f64 = 8.0 * std::f64::consts::LN_10;

/// What a survivor's detector knew: the mean interval, and the age of the last
/// heartbeat at the fault [s]; negative where its news came after the fault.
struct Heard {
    mean: f64,
    age: f64,
}

impl Heard {
    /// When it is missed for long enough [s after the fault].
    fn due(&self) -> f64 {
        INTERVALS * self.mean - self.age
    }
}

/// What the two survivors of each trial knew.
fn heard(series: &Series) -> Vec<Heard> {
    let of = |survivor: &str| {
        let means = series.numbers(&format!("{survivor}_mean_interval_s"));
        let ages = series.numbers(&format!("{survivor}_last_seen_age_s"));
        means.into_iter().zip(ages).map(|(mean, age)| Heard { mean, age }).collect::<Vec<_>>()
    };
    [of("a"), of("b")].into_iter().flatten().collect()
}

/// The convictions that one survivor comes to, given what it had heard: the
/// other one is left out, since its news is in the recorded age. What came
/// after the fault is heard at the fault, and everything that much later.
fn convictions(scenario: &str, heard: &[Heard]) -> Vec<f64> {
    let members = "stores.ring.members=[\"n1\", \"n3\"]";
    let hosts = ["clients.live.hosts=[\"n1\"]", "clients.def.hosts=[\"n1\", \"n3\"]"];
    let of = |heard: &Heard| {
        let mean = format!("stores.ring.mean_interval={}s", heard.mean);
        let sets = [members, hosts[0], hosts[1], "stores.ring.replication_factor=2", &mean];
        let age = heard.age.max(0.0);
        let pinned = format!("{}\n[phases]\n\"ring.*.beats\" = \"{age}s\"\n", text(scenario));
        let program = program_with(MODEL, scenario, &pinned, &sets);
        let times = first(&program, &run(&program, 1, EACH), "ring", "convicted");
        less(times, &[heard.age - age; EACH as usize])
    };
    heard.iter().flat_map(of).collect()
}

/// How long after its time has come a survivor convicts, measured and predicted.
fn convicted(rows: &mut Vec<Row>, name: &'static str, series: &Series, scenario: &str) {
    let heard = heard(series);
    let due: Vec<f64> = heard.iter().map(Heard::due).collect();
    let down = [series.numbers("a_down_s"), series.numbers("b_down_s")].concat();
    let each = due.iter().flat_map(|due| [*due; EACH as usize]).collect::<Vec<f64>>();
    let predicted = less(convictions(scenario, &heard), &each);
    let at_once = Some(("no gossip tick of the survivor's own", vec![0.0; 2_000]));
    rows.push(
        band(name, &less(down, &due), predicted, 0.1, at_once).judges(series, STORE).given(HEARD),
    );
}

/// Hints, as the harness saw them: it looked every 0.5 s.
fn hints(rows: &mut Vec<Row>, name: &'static str, series: &Series, scenario: &str) {
    let program = program(MODEL, scenario, &[]);
    let outcomes = run(&program, 1, TRIALS);
    let look = uniform(0.0, 0.5);
    let seen = |marked: &'static str| {
        let times = first(&program, &outcomes, "ring", marked).into_iter().enumerate();
        times.map(|(n, time)| time + look[n * 7 % look.len()]).collect::<Vec<f64>>()
    };
    let rival = Some(("hints only after the conviction", seen("convicted")));
    rows.push(
        band(name, &series.numbers("hints_first_s"), seen("hinted"), 0.3, rival)
            .judges(series, STORE),
    );
}

/// The first write with CL=ALL that fails, of a client that writes each second.
fn all(rows: &mut Vec<Row>, name: &'static str, series: &Series, scenario: &str) {
    let sets = ["stores.ring.write_consistency=3", "clients.live.every=1s", "clients.live.count=1"];
    let program = program(MODEL, scenario, &sets);
    let outcomes = run(&program, 1, TRIALS);
    let late = first(&program, &outcomes, "ring", "convicted");
    let rival = Some(("only after the conviction", late));
    rows.push(
        band(
            name,
            &series.numbers("all_first_fail_s"),
            first(&program, &outcomes, "live", "first_error"),
            0.15,
            rival,
        )
        .judges(series, BOTH),
    );
}

/// Trials in which a request through a survivor failed.
fn live(rows: &mut Vec<Row>, name: &'static str, series: &Series, scenario: &str) {
    let program = program(MODEL, scenario, &[]);
    let outcomes = run(&program, 1, TRIALS);
    let failed = series.numbers("live_err").iter().filter(|n| **n > 0.0).count() as u64;
    let predicted = out(&program, &outcomes);
    rows.push(
        share(name, (failed, series.trials), predicted, None)
            .judges(series, BOTH)
            .unjudged("such errors hang on each coordinator's recent p99, which is not modelled"),
    );
}

/// The share of trials in which a client of the survivors was not served.
fn out(program: &Program, outcomes: &[Outcome]) -> f64 {
    let outages = figure(program, outcomes, ("clients", "live"), Figure::Downtime);
    outages.iter().filter(|o| seconds(**o) > 0.0).count() as f64 / outages.len() as f64
}

/// A node that comes back within the detector's patience is convicted by nobody.
fn comes_back(rows: &mut Vec<Row>) {
    let series = Series::read("cassandra-hang-10s");
    let down = ["a_down_s", "b_down_s"].map(|column| series.words(column)).concat();
    let convicted = down.iter().filter(|word| !word.is_empty()).count() as u64;
    let program = program(MODEL, "scenarios/lab/cassandra/hang-10s.toml", &[]);
    let outcomes = run(&program, 1, TRIALS);
    let times = first(&program, &outcomes, "ring", "convicted");
    let predicted = times.iter().filter(|t| t.is_finite()).count() as f64 / times.len() as f64;
    // Eight heartbeats missed, with the last up to 1 s before the fault, are missed within 10 s.
    let rival = Some(("phi 8 is eight missed heartbeats", 1.0));
    rows.push(
        share(
            "cassandra hang of 10 s: survivors that convict",
            (convicted, down.len() as u64),
            predicted,
            rival,
        )
        .judges(&series, STORE),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    const KILL: &str = "scenarios/lab/cassandra/kill.toml";
    const HANG: &str = "scenarios/lab/cassandra/hang.toml";
    let (kill, hang) = (Series::read("cassandra-kill"), Series::read("cassandra-hang"));
    convicted(rows, "cassandra kill: a survivor convicts", &kill, KILL);
    convicted(rows, "cassandra hang: a survivor convicts", &hang, HANG);
    hints(rows, "cassandra kill: first hint", &kill, KILL);
    hints(rows, "cassandra hang: first hint", &hang, HANG);
    all(rows, "cassandra kill: first CL=ALL write that fails", &kill, KILL);
    all(rows, "cassandra hang: first CL=ALL write that fails", &hang, HANG);
    live(rows, "cassandra kill: trials with errors through survivors", &kill, KILL);
    live(rows, "cassandra hang: trials with errors through survivors", &hang, HANG);
    comes_back(rows);
}
