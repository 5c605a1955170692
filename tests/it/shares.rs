//! Served shares against hand calculations, and against a twin that counts them second
//! by second.

use drillcast::outcome::{Figure, Outcome};
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, program_of, run_as};

/// Replicas among which requests are spread, until a dead one is withdrawn.
pub(crate) const RANK: &str = r#"
preset = "rank"
title = "A rank"
kind = "service"
versions = "all"
processes = ["app"]
[parameters.delay]
default = "10s"
say = "from a dead replica to the last request that is sent there"
[member.work]
withdrawn = { when = "not app", takes = "delay" }
[exports]
member.ready = "app"
member.listed = "not withdrawn"
one.redundant = "all(m in member: m.app)"
"#;

/// Requests are only sent to replicas that are ready.
const FILE: &str = r#"
preset = "file"
title = "A file"
kind = "service"
versions = "all"
processes = ["app"]
[exports]
member.ready = "app"
one.redundant = "all(m in member: m.app)"
"#;

/// Three replicas, which together carry what is asked.
pub(crate) const TRIO: &str = r#"
model = "trio"
zones = { a = "r", b = "r", c = "r" }
[services.front]
technology = "rank"
members = ["a", "b", "c"]
demand = "900/s"
capacity = "300/s"
stable_for = "0s"
"#;

/// One of them falls silent for 100 s.
const SILENT: &str =
    "[[faults]]\nwhat = \"power loss\"\nwhere = \"member b of front\"\nfor = \"100s\"\n";

pub(crate) fn ranks(model: &str, faults: &str, sets: &[&str]) -> Program {
    let scenario = format!("scenario = \"x\"\nhorizon = \"1000s\"\n{faults}");
    program_of(&[RANK, FILE], model, &scenario, sets)
}

/// The outcomes of some trials, the same in every form.
fn outcomes(program: &Program, trials: u64) -> Vec<Outcome> {
    let sampling = Sampling::latin_hypercube(3);
    let lazy = run_as(program, &sampling, trials, Mode::Lazy);
    assert_eq!(lazy, run_as(program, &sampling, trials, Mode::Full));
    lazy
}

/// Downtime [s], the least share of any minute and the recovery time [s] of a service.
fn told(program: &Program, group: &str, name: &str) -> [f64; 3] {
    let outcomes = outcomes(program, 2);
    let of = |which| {
        let found = figure(program, &outcomes, (group, name), which);
        assert!(found.iter().all(|value| *value == found[0]));
        found[0].0 as f64 / 1e9
    };
    [of(Figure::Downtime), 1.0 - of(Figure::MinimumAvailability), of(Figure::RecoveryTime)]
}

fn near(found: [f64; 3], expected: [f64; 3]) {
    let close = |(a, b): (&f64, &f64)| (a - b).abs() < 1e-6;
    assert!(found.iter().zip(&expected).all(close), "{found:?}, expected {expected:?}");
}

#[test]
fn one_of_three_falls_silent() {
    let front = |sets: &[&str]| told(&ranks(TRIO, SILENT, sets), "services", "front");
    // Until it is withdrawn a third is sent to it, and then the others carry two thirds.
    near(front(&[]), [100.0 / 3.0, 2.0 / 3.0, 100.0]);
    // With half more to spare they carry all.
    let of_minute = |missing: f64| 1.0 - missing / 60.0;
    near(front(&["services.front.capacity=450/s"]), [10.0 / 3.0, of_minute(10.0 / 3.0), 10.0]);
    // Of 360 each they carry 80 %, more than reaches them before that.
    near(
        front(&["services.front.capacity=360/s"]),
        [10.0 / 3.0 + 18.0, of_minute(10.0 / 3.0 + 10.0), 100.0],
    );
    near(front(&["services.front.demand=15/min", "services.front.capacity=0.125/s"]), {
        [10.0 / 3.0, of_minute(10.0 / 3.0), 10.0]
    });
    // A second try finds another eight times of nine.
    near(
        front(&["services.front.capacity=450/s", "services.front.tries=2"]),
        [10.0 / 9.0, of_minute(10.0 / 9.0), 10.0],
    );
    // Such a share is enough for whoever takes 80 %, and of two thirds it is not.
    let lax = ["services.front.capacity=450/s", "services.front.serves_at_least=0.8"];
    near(front(&lax), [10.0 / 3.0, of_minute(10.0 / 3.0), 10.0]);
    let lax = [lax[0], lax[1], "services.front.tries=2"];
    near(front(&lax), [10.0 / 9.0, of_minute(10.0 / 9.0), 0.0]);
    let lax = ["services.front.capacity=360/s", "services.front.serves_at_least=0.8"];
    near(front(&lax), [10.0 / 3.0 + 18.0, of_minute(10.0 / 3.0 + 10.0), 10.0]);
}

#[test]
fn serves_with_is_short_for_demand_over_capacity() {
    let short = TRIO.replace("demand = \"900/s\"\ncapacity = \"300/s\"", "serves_with = 2");
    let long = TRIO.replace("300/s", "450/s");
    for model in [short, long].map(|model| (model.replace("\"rank\"", "\"file\""), model)) {
        for model in [model.0, model.1] {
            let asks = "[objectives.system]\nminimum_availability = \"p95 >= 0%\"\n";
            let two = format!("{SILENT}{}{asks}", SILENT.replace("member b", "member a"));
            let program = ranks(&model, &two, &[]);
            let [down, least, _] = told(&program, "services", "front");
            // One of two that are needed; two dead ones of three until they are withdrawn.
            let expected = if model.contains("\"file\"") {
                [50.0, 0.5]
            } else {
                [20.0 / 3.0 + 45.0, 1.0 - (20.0 / 3.0 + 25.0) / 60.0]
            };
            assert!((down - expected[0]).abs() < 1e-6, "{down} {model}");
            assert!((least - expected[1]).abs() < 1e-6, "{least} {model}");
        }
    }
}

/// Three tiers, of which two need the third.
const TIERS: &str = r#"
model = "tiers"
zones = { a = "r", b = "r", c = "r" }
[services.auth]
technology = "file"
members = ["a", "b"]
serves_with = 2
stable_for = "0s"
[services.back]
technology = "file"
members = ["a", "b", "c"]
serves_with = 3
needs = ["auth"]
stable_for = "0s"
[services.front]
technology = "file"
members = ["a", "b", "c", "c"]
serves_with = 4
needs = ["back", "auth"]
stable_for = "0s"
"#;

#[test]
fn what_is_needed_multiplies_once() {
    let asks = "[objectives.system]\nminimum_availability = \"p95 >= 0%\"\n";
    let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"zone b\"\nfor = \"100s\"\n";
    let program = ranks(TIERS, &format!("{faults}{asks}"), &[]);
    assert!(program.sweep().is_ok());
    near(told(&program, "services", "auth"), [50.0, 0.5, 100.0]);
    let back = 0.5 * 2.0 / 3.0;
    near(told(&program, "services", "back"), [100.0 * (1.0 - back), back, 100.0]);
    // What both need is met once on the way.
    let front = back * 3.0 / 4.0;
    near(told(&program, "services", "front"), [100.0 * (1.0 - front), front, 100.0]);
    // The system is the mean of those who are the system.
    let all = (0.5 + back + front) / 3.0;
    near(told(&program, "system", "system"), [100.0 * (1.0 - all), all, 100.0]);
}

#[test]
fn whoever_is_served_wholly_or_not_tells_it_where_asked() {
    let model = TRIO.replace("demand = \"900/s\"\ncapacity = \"300/s\"\n", "");
    let model = model.replace("\"rank\"", "\"file\"");
    let all = "[[faults]]\nwhat = \"power loss\"\nwhere = \"each of front\"\nfor = \"15s\"\n";
    let asks = |name: &str| {
        let asked = format!("[objectives.{name}]\nminimum_availability = \"p95 >= 75%\"\n");
        let program = ranks(&model, &format!("{all}{asked}"), &[]);
        let slots = program.layout().figures.iter();
        let slots = slots.filter(|slot| slot.figure == Figure::MinimumAvailability);
        slots.map(|slot| slot.subject.name.clone()).collect::<Vec<_>>()
    };
    assert_eq!(asks("system"), ["system"]);
    assert_eq!(asks("front"), ["system", "front"]);
    // Nobody asks, and nothing says that it may be served in part.
    assert!(ranks(&model, all, &[]).layout().shares.is_empty());
    let said = model.replace("stable_for", "demand = \"1/s\"\ncapacity = \"1/s\"\nstable_for");
    near(told(&ranks(&said, all, &[]), "system", "system"), [15.0, 0.75, 15.0]);
}

/// A generator of the test's own.
struct Dice(Sampling, u64, u32);

impl Dice {
    fn below(&mut self, n: usize) -> usize {
        self.2 += 1;
        let stream = self.0.stream(name_hash("shares"));
        (self.0.uniform(stream, self.1, self.2) * n as f64) as usize
    }
}

/// A service of a random system: its replicas, each with when it dies and for how long.
struct Service {
    listed: bool,
    /// What all replicas carry, in hundredths of the demand.
    carry: usize,
    tries: usize,
    needs: Vec<usize>,
    deaths: Vec<Option<(usize, usize)>>,
}

/// Seconds from death to withdrawal.
const DELAY: usize = 10;
const SECONDS: usize = 400;

impl Service {
    fn random(dice: &mut Dice, number: usize) -> Self {
        let deaths = (0..1 + dice.below(5)).map(|_| {
            let dies = dice.below(3) > 0;
            dies.then(|| (dice.below(60) * (1 + dice.below(4)), 1 + dice.below(120)))
        });
        Self {
            deaths: deaths.collect(),
            listed: dice.below(2) == 0,
            carry: 100 + dice.below(3) * 30,
            tries: 1 + dice.below(3),
            needs: (0..number).filter(|_| dice.below(2) == 0).collect(),
        }
    }

    fn model(&self, number: usize) -> String {
        let needs: Vec<String> = self.needs.iter().map(|n| format!("\"s{n}\"")).collect();
        let technology = if self.listed { "rank" } else { "file" };
        let members = vec!["\"a\""; self.deaths.len()].join(", ");
        let tries = if self.listed { format!("tries = {}\n", self.tries) } else { String::new() };
        format!(
            "[services.s{number}]\ntechnology = \"{technology}\"\nmembers = [{members}]\n\
             demand = \"{}/s\"\ncapacity = \"{}/s\"\nneeds = [{}]\nstable_for = \"0s\"\n{tries}",
            100 * self.deaths.len(),
            self.carry,
            needs.join(", "),
        )
    }

    fn faults(&self, number: usize) -> String {
        let fault = |(at, death): (usize, &Option<(usize, usize)>)| {
            let member = if at == 0 { "a".to_owned() } else { format!("a-{}", at + 1) };
            death.map_or_else(String::new, |(from, lasts)| {
                format!(
                    "[[faults]]\nat = \"{from}s\"\nwhat = \"power loss\"\n\
                     where = \"member {member} of s{number}\"\nfor = \"{lasts}s\"\n"
                )
            })
        };
        self.deaths.iter().enumerate().map(fault).collect()
    }

    /// What its own replicas serve in a second.
    fn own(&self, second: usize) -> f64 {
        let (mut ready, mut dead) = (0.0, 0.0);
        for death in &self.deaths {
            match death {
                Some((from, lasts)) if (*from..from + lasts).contains(&second) => {
                    dead += f64::from(u8::from(self.listed && second < from + DELAY));
                }
                _ => ready += 1.0,
            }
        }
        if ready == 0.0 {
            return 0.0;
        }
        let missed = f64::powi(dead / (dead + ready), self.tries as i32);
        (1.0 - missed).min(ready * self.carry as f64 / (100 * self.deaths.len()) as f64)
    }
}

/// What a service serves in a second, with all that it needs, each once.
fn share(all: &[Service], number: usize, second: usize) -> f64 {
    let mut way = vec![number];
    let mut at = 0;
    while at < way.len() {
        for need in &all[way[at]].needs {
            if !way.contains(need) {
                way.push(*need);
            }
        }
        at += 1;
    }
    way.iter().map(|one| all[*one].own(second)).product()
}

#[test]
fn random_services_are_counted_second_by_second() {
    let (mut swept, mut partial) = (0, 0);
    for number in 0..150 {
        let mut dice = Dice(Sampling::plain(77), number, 0);
        let all: Vec<Service> = (0..3).map(|at| Service::random(&mut dice, at)).collect();
        let services: String = all.iter().enumerate().map(|(at, one)| one.model(at)).collect();
        let model = format!("model = \"m\"\nzones = {{ a = \"r\" }}\n{services}");
        let faults: String = all.iter().enumerate().map(|(at, one)| one.faults(at)).collect();
        if faults.is_empty() {
            continue;
        }
        let scenario = format!("scenario = \"x\"\nhorizon = \"{SECONDS}s\"\n{faults}");
        let program = program_of(&[RANK, FILE], &model, &scenario, &[]);
        swept += u32::from(program.sweep().is_ok());
        let outcomes = outcomes(&program, 1);
        for at in 0..all.len() {
            let shares: Vec<f64> = (0..SECONDS).map(|second| share(&all, at, second)).collect();
            let down: f64 = shares.iter().map(|share| 1.0 - share).sum();
            let window = |end: usize| {
                let missing = shares[end.saturating_sub(60)..end].iter().map(|share| 1.0 - share);
                1.0 - missing.sum::<f64>() / 60.0
            };
            let least = (0..=SECONDS).map(window).fold(1.0, f64::min);
            partial += u32::from(least > 0.0 && least < 1.0);
            let name = format!("s{at}");
            let of = |which| figure(&program, &outcomes, ("services", &name), which)[0].0 as f64;
            assert!((of(Figure::Downtime) / 1e9 - down).abs() < 1e-5, "{model}\n{scenario}");
            let told = program.layout().figures.iter().any(|slot| {
                slot.subject.name == name && slot.figure == Figure::MinimumAvailability
            });
            if told {
                let found = 1.0 - of(Figure::MinimumAvailability) / 1e9;
                assert!((found - least).abs() < 1e-6, "{found} {least}\n{model}\n{scenario}");
            }
        }
    }
    println!("{swept} swept, {partial} served in part");
    assert!(swept > 30 && partial > 100, "{swept} swept, {partial} served in part");
}

#[test]
fn a_journey_is_a_chain_and_each_link_counts_once() {
    let faults = "[[faults]]\nwhat = \"power loss\"\nwhere = \"zone b\"\nfor = \"100s\"\n";
    let journeys = "[journeys.visit]\nthrough = [\"front\", \"back\"]\n[journeys.login]\nthrough = { auth = \"both\" }\n";
    let program = ranks(&format!("{TIERS}{journeys}"), faults, &[]);
    assert!(program.sweep().is_ok());
    // The front needs the back and auth anyway.
    let front = 0.5 * 2.0 / 3.0 * 3.0 / 4.0;
    near(told(&program, "journeys", "visit"), [100.0 * (1.0 - front), front, 100.0]);
    near(told(&program, "journeys", "login"), [50.0, 0.5, 100.0]);
    // What is apart multiplies as well.
    let apart = TIERS.replace("needs = [\"back\", \"auth\"]\n", "");
    let program = ranks(&format!("{apart}{journeys}"), faults, &[]);
    near(told(&program, "journeys", "visit"), [100.0 * (1.0 - front), front, 100.0]);
    near(told(&program, "services", "front"), [25.0, 0.75, 100.0]);
    // The system is who it was without journeys.
    let all = (0.5 + 1.0 / 3.0 + 0.75) / 3.0;
    near(told(&program, "system", "system"), [100.0 * (1.0 - all), all, 100.0]);
}

/// What the command line answers, as JSON.
fn answer(model: &str, scenario: &str) -> (i32, serde_json::Value) {
    let folder = tempfile::tempdir().expect("a folder");
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it is in a folder")).expect("made");
        std::fs::write(&path, text).expect("written");
        path
    };
    file("presets/rank.toml", RANK);
    file("presets/file.toml", FILE);
    let (model, scenario) = (file("model.toml", model), file("scenario.toml", scenario));
    let mut command = assert_cmd::Command::cargo_bin("drillcast").expect("it is built");
    command.arg("predict").arg(model).arg(scenario).arg("--presets");
    command.arg(folder.path().join("presets")).args(["--format", "json"]);
    let output = command.output().expect("it runs");
    let text = String::from_utf8_lossy(&output.stdout);
    let read = serde_json::from_str(&text);
    let read = read.unwrap_or_else(|e| panic!("{e}\n{}", String::from_utf8_lossy(&output.stderr)));
    (output.status.code().expect("it ended"), read)
}

#[test]
fn more_is_better_in_quantiles_limits_and_verdicts() {
    // A single replica is away for up to a minute: 1 − U is what the worst minute has.
    let model = "model = \"m\"\nzones = { a = \"r\" }\n[services.one]\ntechnology = \"file\"\nmembers = [\"a\"]\nstable_for = \"0s\"\n";
    let asked = |limits: &str| {
        let scenario = format!(
            "scenario = \"x\"\nhorizon = \"200s\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a of one\"\nfor = \"0s..60s\"\n[objectives.one]\nminimum_availability = {limits}\n"
        );
        answer(model, &scenario)
    };
    let (code, json) = asked("[\"p95 >= 4%\", \"p50 >= 45%\", \"p5 >= 90%\"]");
    assert_eq!(code, 0, "{json}");
    let one = &json["scenarios"]["scenario"]["services"]["one"];
    let of = |key: &str| one["minimum_availability"][key].as_f64().expect("a number");
    for (key, expected) in
        [("p5", 0.95), ("p50", 0.5), ("p95", 0.05), ("min", 0.0), ("max", 1.0), ("mean", 0.5)]
    {
        assert!((of(key) - expected).abs() < 0.01, "{key} {}", of(key));
    }
    let ends = &one["minimum_availability"]["intervals"]["p95"];
    assert!(ends[0].as_f64() < ends[1].as_f64(), "{ends}");
    for (at, achieved) in [0.05, 0.5, 0.95].into_iter().enumerate() {
        let objective = &one["objectives"][at];
        assert_eq!(objective["verdict"], "met");
        assert!((objective["achieved"].as_f64().expect("a number") - achieved).abs() < 0.01);
    }
    // What is served over time: at 30 s half of the trials are back, and the lowest is not.
    let points = one["served_share"].as_array().expect("a list");
    let at = |seconds: f64| points.iter().find(|p| p["at"] == seconds).expect("it is told");
    assert!((at(30.0)["mean"].as_f64().expect("a number") - 0.5).abs() < 0.01);
    assert_eq!((&at(45.0)["p5"], &at(45.0)["p50"]), (&0.0.into(), &1.0.into()));
    assert_eq!((&at(60.0)["p5"], &at(0.0)["p50"]), (&1.0.into(), &0.0.into()));
    assert_eq!(points.last().expect("there are some")["at"], 180.0);
    let (code, json) = asked("[\"p95 >= 6%\"]");
    let objective = &json["scenarios"]["scenario"]["services"]["one"]["objectives"][0];
    assert_eq!((code, &objective["verdict"]), (1, &"missed".into()));
}

#[test]
fn callers_wait_for_whoever_is_silent_and_not_for_whoever_refuses() {
    let late = |what: &str, sets: &[&str]| {
        let faults = SILENT.replace("power loss", what);
        let mut all = vec!["services.front.request_timeout=2s"];
        all.extend(sets);
        let program = ranks(TRIO, &faults, &all);
        let outcomes = outcomes(&program, 2);
        let found = figure(&program, &outcomes, ("services", "front"), Figure::Latency);
        found[0].0 as f64 / 1e9
    };
    // For 10 s a third of the requests waits: 5.6 % of those of a minute.
    assert_eq!(late("power loss", &[]), 2.0);
    assert_eq!(late("hang", &[]), 2.0);
    assert_eq!(late("kill", &[]), 0.0);
    assert_eq!(late("power loss", &["services.front.delay=8s"]), 0.0);
    // Of nine tries in a row all fail now and then; of two a ninth, for long enough.
    assert_eq!(late("power loss", &["services.front.delay=30s", "services.front.tries=9"]), 4.0);
    // What is down is down whether its callers are told or not.
    let quiet = ranks(TRIO, SILENT, &[]);
    assert!(!quiet.layout().figures.iter().any(|slot| slot.figure == Figure::Latency));
}

#[test]
fn shares_lie_between_nothing_and_all() {
    let model = "models/butterfly.toml";
    for name in ["zone-power", "zone-drain"] {
        let program =
            crate::harness::program(model, &format!("scenarios/butterfly/{name}.toml"), &[]);
        assert!(program.layout().shares.iter().all(|slot| slot.first == 1_000_000_000));
        for outcome in outcomes(&program, 6) {
            for step in &outcome.course.shares {
                assert!((0..=1_000_000_000).contains(&step.share), "{step:?}");
                assert!(step.since.0 >= 0 && step.since <= outcome.course.watched, "{step:?}");
            }
        }
    }
}
