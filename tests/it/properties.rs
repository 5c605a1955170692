//! What must hold of every trial, of models and scenarios that nobody chose.

use drillcast::outcome::Outcome;
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Mode, Program};
use drillcast::units::Span;

use crate::harness::{load_sources, path, program, run_as};
use drillcast::diagnostic::SourceFile;

/// A stream of random choices, for one random model.
struct Dice {
    sampling: Sampling,
    thrown: u32,
    model: u64,
}

impl Dice {
    fn new(model: u64) -> Self {
        Self { sampling: Sampling::plain(2027), thrown: 0, model }
    }

    fn unit(&mut self) -> f64 {
        self.thrown += 1;
        let stream = self.sampling.stream(name_hash("properties"));
        self.sampling.uniform(stream, self.model, self.thrown)
    }

    fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    /// A time in seconds: whole ones half of the time, so that ties abound.
    fn seconds(&mut self, least: f64, most: f64) -> String {
        let value = least + (most - least) * self.unit();
        if self.chance(50) { format!("{}s", value.ceil()) } else { format!("{value:.3}s") }
    }
}

/// A random system of the real technologies.
struct System {
    model: String,
    members: Vec<String>,
    route: bool,
}

const ZONES: [&str; 4] = ["a", "b", "c", "d"];

fn system(dice: &mut Dice) -> System {
    let places = |dice: &mut Dice, most: usize| -> Vec<String> {
        let n = 1 + dice.below(most);
        (0..n)
            .map(|at| {
                let zone = ZONES[at % 3];
                if dice.chance(30) { format!("{zone}/{}", at + 1) } else { zone.to_owned() }
            })
            .collect()
    };
    let list = |all: &[String]| format!("[\"{}\"]", all.join("\", \""));
    let (dcs, members) = (places(dice, 5), places(dice, 5));
    let mut model = format!(
        "model = \"random\"\nzones = {{ a = \"r\", b = \"r\", c = \"r\", d = \"r\" }}\n\
         [consensus.etcd]\ntechnology = \"etcd\"\nmembers = {}\n\
         election_timeout = \"{}\"\nheartbeat = \"{}ms\"\n\
         [stores.orders]\ntechnology = \"postgresql/patroni\"\nmembers = {}\ndcs = \"etcd\"\n\
         ttl = \"{}\"\nloop_wait = \"{}\"\nretry_timeout = \"{}\"\nprimary_start_timeout = \"{}\"\n\
         promotion = \"{}\"\nlag = \"{}\"\nunreplayed = \"{}\"\nwrites = \"{}/s\"\nstop_poll = \"{}\"\n",
        list(&dcs),
        dice.seconds(0.05, 3.0),
        10 + dice.below(90),
        list(&members),
        dice.seconds(20.0, 60.0),
        dice.seconds(1.0, 20.0),
        dice.seconds(3.0, 20.0),
        dice.seconds(0.0, 100.0),
        dice.seconds(0.0, 9.0),
        dice.seconds(0.0, 3.0),
        dice.seconds(0.0, 3.0),
        1 + dice.below(50),
        dice.seconds(0.1, 4.0),
    );
    let route = dice.chance(50);
    if route {
        model += &format!(
            "[routes.front]\ntechnology = \"haproxy\"\nserves = \"orders\"\nat = \"{}\"\n\
             inter = \"{}\"\nfall = {}\nrise = {}\n",
            dice.of(&ZONES),
            dice.seconds(0.1, 5.0),
            1 + dice.below(4),
            1 + dice.below(4),
        );
    }
    let clients = 1 + dice.below(2);
    for client in 1..=clients {
        let of = if route && dice.chance(50) { "front" } else { "orders" };
        model += &format!(
            "[clients.c{client}]\ntechnology = \"client/libpq\"\nof = \"{of}\"\nat = \"{}\"\n\
             count = {}\nevery = \"{}\"\nconnect_timeout = \"{}\"\ntcp_user_timeout = \"{}\"\n\
             read_timeout = \"{}\"\nstable_for = \"{}\"\nserves_at_least = {}\n",
            dice.of(&ZONES),
            1 + dice.below(4),
            dice.seconds(0.05, 3.0),
            dice.seconds(0.5, 5.0),
            dice.seconds(1.0, 20.0),
            dice.seconds(1.0, 30.0),
            dice.seconds(0.0, 40.0),
            0.5 + 0.5 * dice.unit(),
        );
    }
    System { model, members, route }
}

fn target(dice: &mut Dice, system: &System) -> String {
    match dice.below(7) {
        0 => format!("zone {}", ZONES[dice.below(system.members.len().min(3))]),
        1 => format!("primary of {}", dice.of(&["orders", "etcd"])),
        2 => format!("one of {}", dice.of(&["orders", "etcd"])),
        3 => format!("each of {}", dice.of(&["orders", "etcd"])),
        4 => format!("member {} of orders", system.members[0]),
        5 if system.route => "each of front".to_owned(),
        _ => "primary of orders".to_owned(),
    }
}

fn scenario(dice: &mut Dice, system: &System, ends: bool) -> String {
    let mut text = "scenario = \"random\"\nhorizon = \"600s\"\n".to_owned();
    for number in 0..1 + dice.below(3) {
        text += "[[faults]]\n";
        if number > 0 && dice.chance(30) {
            let mark = dice.of(&["detected", "key_taken", "failed_over"]);
            let delay = dice.of(&["", " + 1s", " + 0.5s", " + 30s"]);
            text += &format!("after = \"orders.{mark}{delay}\"\n");
        } else if dice.chance(80) {
            text += &format!("at = \"{}\"\n", dice.seconds(0.0, 60.0));
        }
        let mut whom = target(dice, system);
        match dice.below(8) {
            0 | 1 => text += "what = \"kill\"\n",
            2 => text += "what = \"hang\"\n",
            3 => text += "what = \"power loss\"\n",
            4 => {
                text += "what = \"partition\"\n";
                if dice.chance(40) {
                    text += &format!("from = \"{}\"\n", target(dice, system));
                }
            }
            5 => {
                text += "what = \"switchover\"\n";
                whom = "primary of orders".to_owned();
            }
            6 => {
                let process = dice.of(&["postgres", "patroni", "backends"]);
                text += &format!("what = \"kill\"\nprocess = \"{process}\"\n");
                whom =
                    dice.of(&["primary of orders", "one of orders", "each of orders"]).to_owned();
            }
            _ => {
                let process = dice.of(&["postgres", "patroni"]);
                text += &format!("what = \"hang\"\nprocess = \"{process}\"\n");
                whom =
                    dice.of(&["primary of orders", "one of orders", "each of orders"]).to_owned();
            }
        }
        text += &format!("where = \"{whom}\"\n");
        if ends || dice.chance(60) {
            text += &format!("for = \"{}\"\n", dice.seconds(0.1, 90.0));
        }
    }
    text
}

/// A random program and its texts.
fn random(number: u64, ends: bool) -> (Program, String) {
    let mut dice = Dice::new(number);
    let system = system(&mut dice);
    let scenario = scenario(&mut dice, &system, ends);
    let text = format!("random {number}\n{}\n{scenario}", system.model);
    let (model, scenario) = load_sources(
        &SourceFile::new("model.toml", system.model),
        &SourceFile::new("random.toml", scenario),
        &[],
    );
    (Program::compile(&model, &scenario), text)
}

/// What must hold of one outcome.
fn check(program: &Program, outcome: &Outcome, text: &str) {
    let horizon = program.horizon();
    assert!(!outcome.unsettled, "unsettled\n{text}");
    for (slot, value) in program.layout().figures.iter().zip(&outcome.figures) {
        if !value.is_number() {
            continue;
        }
        let name = format!("{} of {}", slot.figure.name(), slot.subject.name);
        assert!(value.0 >= 0, "{name} is {value:?} in trial {}\n{text}", outcome.trial);
        if slot.figure.is_time() && slot.figure.name() != "recovery_point_age" {
            // Lags lie before zero, and a log's loss counts them.
            let most =
                horizon + Span::seconds(if slot.figure.name().contains("loss") { 60 } else { 0 });
            assert!(value.0 <= most.0, "{name} is {value:?} in trial {}\n{text}", outcome.trial);
        }
        if let Some(bound) = &slot.bound {
            assert!(
                value.0 >= bound.least.0,
                "{name} is {value:?} below {bound:?} in trial {}\n{text}",
                outcome.trial
            );
        }
    }
    for outage in &outcome.client_outages {
        assert!(outage.0 >= 0 && outage.0 <= horizon.0);
    }
    telescopes(outcome, text);
}

/// The steps of the path add up to the recovery time, without a gap.
fn telescopes(outcome: &Outcome, text: &str) {
    let recovery = outcome.figures[0];
    if !recovery.is_number() || recovery.0 == 0 {
        assert!(outcome.path.is_empty(), "a path without recovery: {:?}\n{text}", outcome.path);
        return;
    }
    let sum: i64 = outcome.path.iter().map(|s| (s.to - s.from).0).sum();
    assert_eq!(sum, recovery.0, "trial {}: {:?}\n{text}", outcome.trial, outcome.path);
    for pair in outcome.path.windows(2) {
        assert_eq!(pair[0].to, pair[1].from, "a gap in trial {}\n{text}", outcome.trial);
    }
}

/// Full and lazy give the same outcomes, a second run gives the same.
fn same_in_both_forms(program: &Program, sampling: &Sampling, trials: u64, text: &str) {
    let lazy = run_as(program, sampling, trials, Mode::Lazy);
    let full = run_as(program, sampling, trials, Mode::Full);
    for (lazy, full) in lazy.iter().zip(&full) {
        assert_eq!(lazy, full, "{text}");
        check(program, lazy, text);
    }
    assert_eq!(lazy, run_as(program, sampling, trials, Mode::Lazy), "{text}");
}

#[test]
fn random_systems_keep_the_rules() {
    let mut recovered = 0;
    let mut steps = 0;
    for number in 0..800 {
        let (program, text) = random(number, false);
        assert!(program.is_steady(), "{text}");
        same_in_both_forms(&program, &Sampling::plain(number), 3, &text);
        let mut runner = program.runner(Mode::Lazy);
        for trial in 0..3 {
            let outcome = runner.run(&Sampling::plain(number), trial);
            recovered += usize::from(outcome.figures[0].is_number() && outcome.figures[0].0 > 0);
            steps += outcome.path.len();
            let story = runner.timeline().entries;
            let in_order = story.windows(2).all(|pair| pair[0].at <= pair[1].at);
            assert!(in_order, "time goes back\n{text}");
            let caused =
                |(n, e): (usize, &drillcast::outcome::Entry)| e.cause.is_none_or(|c| c < n);
            assert!(story.iter().enumerate().all(caused), "an effect before its cause\n{text}");
        }
    }
    println!("{recovered} of 2400 trials were lost and recovered, over {steps} steps");
    assert!(recovered > 600, "only {recovered} trials recovered");
}

#[test]
fn the_lab_is_the_same_in_both_forms() {
    for scenario in std::fs::read_dir(path("scenarios/lab/patroni")).expect("the folder is there") {
        let name = scenario.expect("it can be read").file_name().to_string_lossy().into_owned();
        let program = program(
            "models/lab/patroni.toml",
            &format!("scenarios/lab/patroni/{name}"),
            &["stores.orders.loop_wait=8s"],
        );
        same_in_both_forms(&program, &Sampling::latin_hypercube(3), 60, &name);
    }
}
