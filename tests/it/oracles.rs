//! Cases with known answers, through the engine itself.
//!
//! Small systems of invented technologies, whose recovery time has a closed
//! form: sums and maxima of stages, and what periodic observers make of phases.
//! Tolerances are four standard errors.

use drillcast::outcome::{Figure, Measured, Step};
use drillcast::random::Sampling;
use drillcast::trial::Mode;

use crate::harness::{
    KILL, ONE_TOY, figure, library, load_with, program_of, quantile, run_as, seconds, toy,
};

const TRIALS: u64 = 20_000;

/// The recovery times of one toy whose process ends for good [s].
pub(crate) fn times(nodes: &str, served: &str) -> Vec<f64> {
    let scenario = KILL.replace("\n[[faults]]", "\nhorizon = \"1000h\"\n[[faults]]");
    let program =
        program_of(&[&toy(nodes, served)], ONE_TOY, &scenario, &["stores.toy.stable_for=0s"]);
    let outcomes = run_as(&program, &Sampling::plain(2028), TRIALS, Mode::Lazy);
    let values = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
    values.into_iter().map(seconds).collect()
}

fn moments(values: &[f64]) -> (f64, f64) {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    (mean, (values.iter().map(|v| (v - mean) * (v - mean)).sum::<f64>() / (n - 1.0)).sqrt())
}

/// Mean and standard deviation within four standard errors.
pub(crate) fn has_moments(name: &str, values: &[f64], mean: f64, deviation: f64) {
    let n = values.len() as f64;
    let (m, s) = moments(values);
    let fourth = values.iter().map(|v| (v - m).powi(4)).sum::<f64>() / n;
    let of_mean = s / n.sqrt();
    let of_deviation = ((fourth - s.powi(4)).max(0.0) / n).sqrt() / (2.0 * s);
    println!(
        "{name}: mean {m:.4} ± {of_mean:.4} ({mean}), sd {s:.4} ± {of_deviation:.4} ({deviation})"
    );
    assert!((m - mean).abs() < 4.0 * of_mean, "{name}: mean {m}, expected {mean} ± {of_mean}");
    assert!((s - deviation).abs() < 4.0 * of_deviation, "{name}: sd {s}, expected {deviation}");
}

/// The share of trials at or below `value`, within four standard errors.
pub(crate) fn has_share(name: &str, values: &[f64], value: f64, share: f64) {
    let n = values.len() as f64;
    let found = values.iter().filter(|v| **v <= value).count() as f64 / n;
    let error = (share * (1.0 - share) / n).sqrt();
    println!("{name}: P(T <= {value}) {found:.4} ± {error:.4} ({share})");
    assert!(
        (found - share).abs() <= 4.0 * error + 1e-12,
        "{name}: {found}, expected {share} ± {error}"
    );
}

#[test]
fn exponential_stages_in_sequence() {
    let stage = |name: &str, after: &str, mean: &str| {
        format!(
            "{name} = {{ when = \"{after}\", takes = {{ exponential = {{ mean = \"{mean}\" }} }} }}\n"
        )
    };
    let nodes = "[member.work]\n".to_owned()
        + &stage("detect", "not app", "5m")
        + &stage("decide", "detect", "10m")
        + &stage("dns", "decide", "2m")
        + &stage("restore", "dns", "25m");
    let minutes: Vec<f64> = times(&nodes, "app or restore").iter().map(|t| t / 60.0).collect();
    has_moments("C-13", &minutes, 42.0, 27.45906);
    for (value, share) in [
        (60.0, 0.798_698_545_7),
        (35.49005, 0.5),
        (77.82529, 0.9),
        (95.26641, 0.95),
        (135.55762, 0.99),
    ] {
        has_share("C-13", &minutes, value, share);
    }
    // The sum of the stages' p95s is a p98.5, not a p95.
    let p95 = quantile(&minutes, 0.95);
    assert!((p95 - 125.8).abs() > 20.0, "p95 is {p95} min");
    let above = minutes.iter().filter(|m| **m > 125.8).count() as f64 / TRIALS as f64;
    assert!(above < 0.02, "{above} of the trials take longer than 125.8 min");
}

/// C-14: the last of several works that run at once, and the first of them.
#[test]
fn the_last_and_the_first_of_parallel_stages() {
    let law = "{ exponential = { mean = \"10s\" } }";
    let nodes: String =
        (1..=3).map(|n| format!("w{n} = {{ when = \"not app\", takes = {law} }}\n")).collect();
    let nodes = format!("[member.work]\n{nodes}");
    let last = times(&nodes, "app or w1 and w2 and w3");
    has_moments(
        "C-14, last of three",
        &last,
        18.333_33,
        10.0 * (1.0 + 0.25 + 1.0 / 9.0_f64).sqrt(),
    );
    has_share("C-14, last of three", &last, 40.773_44, 0.95);
    has_moments("first of three", &times(&nodes, "app or w1 or w2 or w3"), 10.0 / 3.0, 10.0 / 3.0);
    has_moments("first of two", &times(&nodes, "app or w1 or w2"), 5.0, 5.0);
    // The second of three: 10·(1/3 + 1/2).
    let second = times(&nodes, "app or w1 and w2 or w1 and w3 or w2 and w3");
    has_moments("second of three", &second, 25.0 / 3.0, 10.0 * (1.0 / 9.0 + 0.25_f64).sqrt());
}

#[test]
fn a_log_normal_from_two_quantiles() {
    let nodes =
        "[member.work]\nw = { when = \"not app\", takes = { p50 = \"20s\", p95 = \"60s\" } }";
    let values = times(nodes, "app or w");
    let variance: f64 = 0.667_908_846_5 * 0.667_908_846_5;
    let deviation = 24.997_689_2 * (drillcast::maths::exp(variance) - 1.0).sqrt();
    has_moments("C-15", &values, 24.997_689_2, deviation);
    has_share("C-15", &values, 20.0, 0.5);
    has_share("C-15", &values, 60.0, 0.95);
    has_share("C-15", &values, 94.587_052_3, 0.99);
}

/// A lease that was renewed U(0, period) before runs out U(ttl − period, ttl) after.
#[test]
fn a_lease_runs_out_uniformly() {
    let nodes = "[member.clock]\ntick = { every = \"10s\" }\n[member.lease]\nl = { ttl = \"30s\", renew = { at = \"tick\", if = \"app\" } }";
    let values = times(nodes, "app or not l");
    uniform("lease", &values, 20.0, 30.0);
    // Somebody looks every 6 s: the sum of two uniforms.
    let swept = nodes.replace("if = \"app\" }", "if = \"app\" }, check = { every = \"6s\" }");
    let deviation = ((100.0 + 36.0) / 12.0_f64).sqrt();
    has_moments("lease and sweep", &times(&swept, "app or not l"), 28.0, deviation);
}

/// What a lease says of its age while it lives: U(0, period), in both forms.
#[test]
fn a_lease_knows_how_long_ago_it_was_renewed() {
    let nodes = "[member.clock]\ntick = { every = \"10s\" }\n[member.lease]\nl = { ttl = \"100s\", renew = { at = \"tick\", if = \"app or true\" } }\n[member.work]\nw = { when = \"not app\", takes = \"max(2s, 10s - l.age)\" }";
    let values = times(nodes, "app or w");
    has_share("age", &values, 2.0, 0.2);
    has_share("age", &values, 5.0, 0.5);
    has_share("age", &values, 9.0, 0.9);
    let program = program_of(&[&toy(nodes, "app or w")], ONE_TOY, KILL, &[]);
    let sampling = Sampling::plain(3);
    let [lazy, full] = [Mode::Lazy, Mode::Full].map(|mode| run_as(&program, &sampling, 200, mode));
    for (lazy, full) in lazy.iter().zip(&full) {
        assert_eq!(lazy.figures, full.figures);
    }
}

pub(crate) fn uniform(name: &str, values: &[f64], low: f64, high: f64) {
    has_moments(name, values, f64::midpoint(low, high), (high - low) / 12.0_f64.sqrt());
    for share in [0.0, 0.01, 0.25, 0.5, 0.75, 0.99, 1.0] {
        has_share(name, values, low + share * (high - low), share);
    }
}

/// Looks in a row: a uniform wait for the first, and whole periods after it.
#[test]
fn so_many_looks_in_a_row() {
    for k in 1..=4_u32 {
        let nodes =
            format!("[member.probe]\np = {{ watch = \"app\", every = \"10s\", fall = {k} }}");
        let more = f64::from(k - 1) * 10.0;
        uniform("fall", &times(&nodes, "app or not p"), more, more + 10.0);
        // Each look waits 3 s for an answer that does not come.
        let nodes = format!(
            "[member.probe]\np = {{ watch = \"app\", every = \"7s\", fall = {k}, after = \"reply\", cost = \"if(app, 0s, 3s)\" }}"
        );
        uniform("time-outs", &times(&nodes, "app or not p"), more + 3.0, more + 10.0);
    }
}

/// One of five copies of a name looks again every ttl: the wait of one, of the
/// k-th, and of the last (order statistics of uniforms).
#[test]
fn order_statistics_of_clocks() {
    let model = r#"
model = "toys"
zones = { a = "r" }
[stores.toy]
technology = "toy"
members = ["a", "a", "a", "a", "a"]
"#;
    let served = |k: usize| format!("any(m in member: m.app) or count_{k}");
    for k in 1..=5_usize {
        let nodes = format!(
            "[member.probe]\nseen = {{ watch = \"not app\", every = \"60s\" }}\n[one.gate]\ncount_{k} = {{ when = \"count(m in member: m.seen) >= {k}\" }}"
        );
        let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"each of toy\"\n";
        let program = program_of(&[&toy(&nodes, &served(k))], model, scenario, &[]);
        let outcomes = run_as(&program, &Sampling::plain(2028), TRIALS, Mode::Lazy);
        let values: Vec<f64> = outcomes.iter().map(|o| seconds(o.figures[0])).collect();
        // Beta(k, 6 − k).
        let (a, b) = (k as f64, 6.0 - k as f64);
        has_moments("k-th of five", &values, 60.0 * a / 6.0, 60.0 * (a * b / (36.0 * 7.0)).sqrt());
    }
}

const CLIENT: &str = r#"
preset = "dialler"
title = "Dialler"
kind = "clients"
versions = "all"
processes = []
[client.clock]
tick = { every = "1s" }
[client.gate]
gone = { when = "any(t in target: s == t and not answers(here, t))" }
[client.dial]
s = { over = "target", lost = "gone", good = "answers(here, self) and self.writable", cost = "if(answers(here, self) or refuses(here, self), 0s, 2s)", at = "tick", marks = "first_write" }
[exports]
client.served = "s"
"#;

/// One silent host in front of the list: rounds of 2 s and the wait for the next
/// tick. A new writer comes up at a uniform instant: the client is there after
/// 2 s into the first round that ends later.
#[test]
fn the_comb_of_a_dial_with_one_silent_host() {
    let model = "model = \"m\"\nzones = { a = \"r\", b = \"r\", e = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"b\"]\n[clients.c]\ntechnology = \"dialler\"\nof = \"toy\"\nat = \"e\"\n";
    let nodes = "[one.work]\nup = { when = \"any(m in member: not m.app)\", takes = \"30s..39s\" }\n[one.gate]\nwhole = { when = \"all(m in member: m.app)\" }";
    let preset = toy(nodes, "app and (whole or up)");
    let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"power loss\"\nwhere = \"zone a\"\n";
    let library = library(&[&preset, CLIENT]);
    let texts = [("m.toml", model), ("s.toml", scenario)]
        .map(|(name, text)| drillcast::diagnostic::SourceFile::new(name, text));
    let (model, scenario) = load_with(&library, &texts[0], &texts[1], &[]);
    let program = drillcast::trial::Program::compile(&model, &scenario);
    let outcomes = run_as(&program, &Sampling::plain(2028), TRIALS, Mode::Lazy);
    let client = figure(&program, &outcomes, ("clients", "c"), Figure::RecoveryTime);
    let store = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
    let waits: Vec<f64> =
        client.iter().zip(&store).map(|(c, s)| seconds(*c) - seconds(*s)).collect();
    // 9 s hold three rounds of 3 s: the wait is uniform over a round.
    uniform("comb", &waits, 0.0, 3.0);
}

/// Like a resolver: an answer published after 5 s is seen at the next refresh,
/// and the wait behind it does not depend on when it was published.
#[test]
fn a_cached_answer() {
    let nodes = "[member.work]\npublished = { when = \"not app\", takes = \"5s\" }\n[member.probe]\nresolver = { watch = \"published\", every = \"60s\" }\nruntime = { watch = \"resolver\", every = \"10s\" }";
    uniform("resolver", &times(nodes, "app or resolver"), 5.0, 65.0);
    let deviation = ((3600.0 + 100.0) / 12.0_f64).sqrt();
    has_moments("resolver and runtime", &times(nodes, "app or runtime"), 40.0, deviation);
}

/// One toy whose data are gone for good, with backups: how old what is restored
/// is [h], where anything is.
fn ages(backups: &str, point: &str, restore: &str) -> Vec<Measured> {
    let nodes = format!(
        r#"
[member.gate]
acts = {{ when = "app or restored" }}
[member.work]
restored = {{ when = "not app", takes = "{restore}" }}
[one.backup]
{backups}
[one.log]
log = {{ accepts = "app", copies = "false", head = "acts", volume = "1 MB/s", writes = "1/s", lag = "0s", unreplayed = "0s", gone = "not app", restores = "restored", point = "{point}" }}
"#
    );
    let scenario = KILL.replace("\n[[faults]]", "\nhorizon = \"2h\"\n[[faults]]");
    let preset = toy(&nodes, "acts");
    let program = program_of(&[&preset], ONE_TOY, &scenario, &["stores.toy.stable_for=0s"]);
    let outcomes = run_as(&program, &Sampling::plain(19), TRIALS, Mode::Lazy);
    let of = |which| figure(&program, &outcomes, ("stores", "toy"), which);
    let ages = of(Figure::RecoveryPointAge);
    // Where nothing is left, nothing is recovered, ever.
    for (age, time) in ages.iter().zip(of(Figure::RecoveryTime)) {
        let alike = [Measured::TOTAL_LOSS, Measured::CENSORED].contains(age);
        assert!(!alike || *age == time, "{age:?} {time:?}");
    }
    ages
}

fn hours(ages: Vec<Measured>) -> Vec<f64> {
    ages.into_iter().map(|age| seconds(age) / 3600.0).collect()
}

const WHILE: &str = "while = \"any(m in member: m.app)\"";

#[test]
fn the_age_of_a_backup() {
    let full = |more: &str| format!("full = {{ every = \"24h\", takes = \"1h\", {WHILE}{more} }}");
    let age = hours(ages(&full(""), "full.point(1)", "1s"));
    has_moments("C-19 age [h]", &age, 13.0, 24.0 / 12.0_f64.sqrt());
    has_share("C-19 p95", &age, 23.8, 0.95);
    assert!(quantile(&age, 1.0) <= 25.0 && quantile(&age, 0.0) > 1.0);
    let age = hours(ages(&full(", works = 0.9"), "full.point(1)", "1s"));
    // A uniform place in the cycle, and a geometric number of bad copies.
    let deviation = (48.0 + 576.0 * 0.1 / 0.81_f64).sqrt();
    has_moments("C-19 age, bad copies [h]", &age, 13.0 + 24.0 * 0.1 / 0.9, deviation);
}

#[test]
fn the_worst_loss_of_a_chain_of_copies() {
    // Accumulated over a cycle; propagated and held at this level and those above.
    for (name, cycle, behind, worst) in [
        ("C-01 array", 168.0, 48.0 + 1.0, 217.0),
        ("C-01 site", 672.0, 48.0 + 1.0 + 24.0 + 684.0, 1429.0),
        ("C-02 array, daily", 24.0, 12.0 + 1.0, 37.0),
        ("C-02 site, weekly vault", 168.0, 48.0 + 1.0 + 24.0 + 12.0, 253.0),
        ("C-02 site, daily", 168.0, 12.0 + 1.0 + 24.0 + 12.0, 217.0),
    ] {
        let level = format!("full = {{ every = \"{cycle}h\", takes = \"{behind}h\", {WHILE} }}");
        let age = hours(ages(&level, "full.point(1)", "1s"));
        has_moments(name, &age, behind + cycle / 2.0, cycle / 12.0_f64.sqrt());
        let most = quantile(&age, 1.0);
        assert!(most <= worst && most > worst - cycle / 1000.0, "{name}: {most}");
    }
}

#[test]
fn no_copy_left_is_a_total_loss() {
    let kept =
        format!("full = {{ every = \"24h\", takes = \"1h\", keep = 2, works = 0.5, {WHILE} }}");
    let takes = "if(full.exists(1), 1s, never)";
    let all = ages(&kept, "full.point(1)", takes);
    let lost = all.iter().map(|age| f64::from(u8::from(*age == Measured::TOTAL_LOSS)));
    has_share("two kept, half of them bad", &lost.map(|l| 1.0 - l).collect::<Vec<_>>(), 0.5, 0.25);
    let common = format!("full = {{ every = \"24h\", takes = \"1h\", shared = 0.9, {WHILE} }}");
    let all = ages(&common, "full.point(1)", takes);
    let lost = all.iter().map(|age| f64::from(u8::from(*age == Measured::TOTAL_LOSS)));
    has_share("all bad at once", &lost.map(|l| 1.0 - l).collect::<Vec<_>>(), 0.5, 0.1);
    // A copy that is there and not restored by the horizon is no total loss.
    let late = ages(&common, "full.point(1)", "if(full.exists(1), 9h, never)");
    assert!(late.iter().all(|age| [Measured::TOTAL_LOSS, Measured::CENSORED].contains(age)));
    assert!(late.contains(&Measured::CENSORED));
}

#[test]
fn a_log_archive_leads_on_from_a_base() {
    let archive = |works: &str, every: &str, lag: &str| {
        format!(
            "full = {{ every = \"1h\", takes = \"0s\", {WHILE} }}\nwal = {{ every = \"{every}\", takes = \"{lag}\", works = {works}, base = \"full\", {WHILE} }}"
        )
    };
    let age = |nodes: &str| {
        hours(ages(nodes, "wal.point(1)", "1s")).iter().map(|h| h * 3600.0).collect::<Vec<_>>()
    };
    // Up to the last segment, but not to before the base.
    let early = age(&archive("1.0", "30s", "1s"));
    assert!(early.iter().all(|age| *age <= 31.0));
    has_share("age of the archive", &early, 16.0, 0.5);
    // A gap in half of the intervals, at a uniform place: (1 − w) E(a − g)⁺.
    let gapped = age(&archive("0.5", "1s", "0s"));
    has_mean("age behind a gap [s]", &gapped, 0.5 + 0.5 * 3600.0 / 6.0);
}

/// The mean within four standard errors.
fn has_mean(name: &str, values: &[f64], mean: f64) {
    let (m, s) = moments(values);
    let error = s / (values.len() as f64).sqrt();
    println!("{name}: mean {m:.4} ± {error:.4} ({mean})");
    assert!((m - mean).abs() < 4.0 * error, "{name}: mean {m}, expected {mean} ± {error}");
}

#[test]
fn one_repairman_for_three() {
    let model = r#"
model = "toys"
zones = { a = "r", b = "r", c = "r" }
[stores.toy]
technology = "toy"
members = ["a", "b", "c"]
"#;
    let scenario = "scenario = \"x\"\nhorizon = \"1000h\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"each of toy\"";
    let (one, three) = ((1, 30.0, 300.0_f64.sqrt()), (3, 55.0 / 3.0, 35.0 / 3.0));
    // Where each try fails with a half, whoever is next tries: as if all took twice as long.
    for ((crew, mean, deviation), fails) in [(one, 0), (three, 0), (one, 1), (three, 1)] {
        let (slower, fails) = if fails > 0 { (2.0, ", fails = 0.5") } else { (1.0, "") };
        let (mean, deviation) = (mean * slower, deviation * slower);
        let nodes = format!(
            "[member.work]\nrepair = {{ when = \"not app\", uses = \"crew\", takes = {{ exponential = {{ mean = \"10s\" }} }}, does = [\"start app\"]{fails} }}\n[one.pool]\ncrew = {{ size = {crew} }}"
        );
        let preset = toy(&nodes, "all(m in member: m.app)");
        let program = program_of(&[&preset], model, scenario, &["stores.toy.stable_for=0s"]);
        let outcomes = run_as(&program, &Sampling::plain(7), TRIALS, Mode::Lazy);
        let values = figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime);
        let times: Vec<f64> = values.into_iter().map(seconds).collect();
        has_moments(&format!("three repairs, {crew} at once{fails}"), &times, mean, deviation);
        // The stages on the path are all of it, waiting too.
        for outcome in &outcomes {
            let recovery = outcome.figures[0].0;
            let path: i64 = outcome.course.path.iter().map(|step| (step.to - step.from).0).sum();
            assert_eq!(path, recovery);
        }
        // Nobody waits for a crew of his own, however often he fails.
        let waits = |step: &Step| program.layout().stages[step.stage].name.ends_with("_waits");
        let waited = outcomes.iter().flat_map(|outcome| &outcome.course.path).any(waits);
        assert_eq!(waited, crew == 1);
    }
}

/// Two works that fail twice on one machine, and when both have failed for good [s].
fn both_failed(works: &str, more: &str) -> f64 {
    let gate = "[member.gate]\nover = { when = \"x.failed and y.failed\" }";
    let nodes = format!("[member.work]\n{works}\n{gate}\n{more}");
    let scenario = KILL.replace("\n[[faults]]", "\nhorizon = \"1000s\"\n[[faults]]");
    let preset = toy(&nodes, "app or over");
    let program = program_of(&[&preset], ONE_TOY, &scenario, &["stores.toy.stable_for=0s"]);
    let outcomes = run_as(&program, &Sampling::plain(7), 1, Mode::Lazy);
    seconds(figure(&program, &outcomes, ("stores", "toy"), Figure::RecoveryTime)[0])
}

#[test]
fn a_failed_try_gives_its_unit_back() {
    let time = |between: &str, size: &str, keeps: [&str; 2]| {
        let work = |name, keeps| {
            format!(
                "{name} = {{ when = \"not app\", uses = \"hands\", takes = \"10s\", fails = 1, tries = 2, between = \"{between}\"{keeps} }}"
            )
        };
        let works = format!("{}\n{}", work("x", keeps[0]), work("y", keeps[1]));
        both_failed(&works, &format!("[one.pool]\nhands = {{ size = {size} }}"))
    };
    let keeps = [", keeps = \"not x.failed\"", ", keeps = \"not y.failed\""];
    // Each tries while the other rests: x at 0 and 20, y at 10 and 30.
    assert_eq!(time("0s", "1", ["", ""]), 40.0);
    assert_eq!(time("4s", "1", ["", ""]), 40.0);
    // It asks when the wait is over: x at 0 and 24, y at 10 and 34.
    assert_eq!(time("14s", "1", ["", ""]), 44.0);
    assert_eq!(time("14s", "2", ["", ""]), 34.0);
    // It keeps its unit in the wait: x at 0 and 14, y at 24 and 38.
    assert_eq!(time("4s", "1", keeps), 48.0);
    assert_eq!(time("4s", "1", [keeps[0], ""]), 48.0);
    assert_eq!(time("14s", "1", keeps), 68.0);
}

#[test]
fn a_failed_transfer_begins_anew() {
    let time = |between: &str, tries: u32| {
        let work = |name, bytes, tries| {
            format!(
                "{name} = {{ when = \"not app\", moves = {{ bytes = \"{bytes} MB\", over = [\"disk\"] }}, fails = 1, tries = {tries}, between = \"{between}\" }}"
            )
        };
        let works = format!("{}\n{}", work("x", 100, 1), work("y", 50, tries));
        both_failed(&works, "[one.link]\ndisk = { rate = \"10 MB/s\" }")
    };
    // y has half of the disk for its 50 MB until 10 s, x then all of it until 15 s.
    assert_eq!(time("0s", 1), 15.0);
    // All 50 MB again: both through at 20 s.
    assert_eq!(time("0s", 2), 20.0);
    // x alone until 12 s, with 30 MB left; both until 18 s; y alone for its last 20 MB.
    assert_eq!(time("2s", 2), 20.0);
    assert_eq!(time("9s", 2), 24.0);
}

#[test]
fn tries_in_no_time_come_to_an_end() {
    let works = "x = { when = \"not app\", takes = \"0s\", fails = 1, tries = 3 }\ny = { when = \"not app\", uses = \"hands\", takes = \"0s\", fails = 1, tries = 3 }";
    assert_eq!(both_failed(works, "[one.pool]\nhands = { size = 1 }"), 0.0);
}
