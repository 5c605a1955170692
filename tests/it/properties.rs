//! What must hold of every trial, of models and scenarios that nobody chose.

use drillcast::outcome::Outcome;
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Mode, Program};
use drillcast::units::Span;

use crate::harness::{load_sources, path, program, run_as};
use drillcast::diagnostic::SourceFile;

/// A stream of random choices, for one random model.
pub(crate) struct Dice {
    sampling: Sampling,
    thrown: u32,
    model: u64,
}

impl Dice {
    pub(crate) fn new(model: u64) -> Self {
        Self { sampling: Sampling::plain(2027), thrown: 0, model }
    }

    pub(crate) fn unit(&mut self) -> f64 {
        self.thrown += 1;
        let stream = self.sampling.stream(name_hash("properties"));
        self.sampling.uniform(stream, self.model, self.thrown)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    pub(crate) fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }

    /// A time in seconds: whole ones half of the time, so that ties abound.
    pub(crate) fn seconds(&mut self, least: f64, most: f64) -> String {
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
             inter = \"{}\"\nfall = {}\nrise = {}\nsessions = {}\non_marked_down = {}\n\
             timeout_connect = \"{}\"\ntimeout_server = \"{}\"\ntcp_ut = \"{}\"\n",
            dice.of(&ZONES),
            dice.seconds(0.1, 5.0),
            1 + dice.below(4),
            1 + dice.below(4),
            dice.below(2),
            dice.below(2),
            dice.seconds(0.5, 5.0),
            dice.seconds(1.0, 60.0),
            dice.seconds(1.0, 60.0),
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
    assert!(!outcome.course.unsettled, "unsettled\n{text}");
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
        assert!(
            outcome.course.path.is_empty(),
            "a path without recovery: {:?}\n{text}",
            outcome.course.path
        );
        return;
    }
    let sum: i64 = outcome.course.path.iter().map(|s| (s.to - s.from).0).sum();
    assert_eq!(sum, recovery.0, "trial {}: {:?}\n{text}", outcome.trial, outcome.course.path);
    for pair in outcome.course.path.windows(2) {
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
            steps += outcome.course.path.len();
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
fn the_labs_are_the_same_in_both_forms() {
    let folder = |of: &str| std::fs::read_dir(path(of)).expect("the folder is there");
    let stem = |entry: std::io::Result<std::fs::DirEntry>| {
        let path = entry.expect("it can be read").path();
        path.file_stem().expect("it has a name").to_string_lossy().into_owned()
    };
    for model in folder("models/lab").map(stem) {
        // Periods that do not divide each other, beside those that do.
        let sets: &[&str] = if model == "patroni" { &["stores.orders.loop_wait=8s"] } else { &[] };
        for scenario in folder(&format!("scenarios/lab/{model}")).map(stem) {
            let told = format!("scenarios/lab/{model}/{scenario}.toml");
            let program = program(&format!("models/lab/{model}.toml"), &told, sets);
            same_in_both_forms(&program, &Sampling::latin_hypercube(3), 60, &told);
        }
    }
}

/// The changes of all levels but those of `without`, as told in the timeline.
fn story(
    program: &Program,
    seed: u64,
    trial: u64,
    without: &str,
) -> Vec<(i64, String, String, bool)> {
    let mut runner = program.runner(Mode::Lazy);
    runner.run(&Sampling::plain(seed), trial);
    let entries = runner.timeline().entries;
    let told = entries.into_iter().filter(|e| e.who != without);
    told.map(|e| (e.at.since_zero().0, e.who, e.stage, e.rose)).collect()
}

const SMALL: &str = r#"
model = "small"
zones = { a = "r", b = "r", c = "r", d = "r" }
[consensus.etcd]
technology = "etcd"
members = ["d"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b"]
dcs = "etcd"
[clients.writer]
technology = "client/libpq"
of = "orders"
at = "d"
hosts = ["a", "b"]
count = 2
tcp_user_timeout = "3s"
"#;

fn small(sets: &[&str], fault: &str) -> Program {
    let scenario = format!("scenario = \"x\"\nhorizon = \"400s\"\n[[faults]]\n{fault}\n");
    let (model, scenario) =
        load_sources(&SourceFile::new("m.toml", SMALL), &SourceFile::new("s.toml", scenario), sets);
    Program::compile(&model, &scenario)
}

const CRASH: &str = "what = \"kill\"\nwhere = \"primary of orders\"";
const POWER: &str = "what = \"power loss\"\nwhere = \"primary of orders\"\nfor = \"50s\"";

/// Somebody more leaves everybody else's draws as they were: what happens to
/// the others happens at the same instants.
#[test]
fn somebody_more_changes_nobody_else() {
    for fault in [CRASH, POWER] {
        let before = small(&[], fault);
        let client = small(&["clients.writer.count=3"], fault);
        let route = small(&["clients.writer.count=1"], fault);
        // Its lag is the same and it stands behind the others in the list: it
        // follows whoever is promoted.
        let replica = small(&["stores.orders.members=[\"a\", \"b\", \"c\"]"], fault);
        let (mut changes, mut phases) = (0, 0);
        for trial in 0..100 {
            let told = story(&before, 5, trial, "writer/3");
            assert_eq!(told, story(&client, 5, trial, "writer/3"), "trial {trial}");
            let without_second = |all: Vec<(i64, String, String, bool)>| {
                all.into_iter().filter(|e| e.1 != "writer/2").collect::<Vec<_>>()
            };
            assert_eq!(
                without_second(told.clone()),
                without_second(story(&route, 5, trial, "nobody"))
            );
            assert_eq!(told, story(&replica, 5, trial, "orders/c"), "trial {trial}");
            changes += told.len();
            phases += told.iter().filter(|e| e.2 == "writer.sees").count();
        }
        println!("{changes} changes, {phases} looks of clients");
        assert!(changes > 1_000 && phases >= 200);
    }
}

/// A client that tries less often never recovers earlier: its period is a
/// multiple and its first tick no earlier, since a phase is a fraction of it.
/// That holds only where nobody waits for the client, and where rounds cost
/// nothing: else a round that starts later may just miss a silent host less.
#[test]
fn a_longer_retry_never_helps_on_a_serial_path() {
    let runs = |every: &str| {
        let program =
            small(&["clients.writer.count=1", &format!("clients.writer.every={every}")], CRASH);
        let outcomes = run_as(&program, &Sampling::plain(6), 300, Mode::Lazy);
        outcomes.iter().map(|o| o.figures[0].0).collect::<Vec<_>>()
    };
    let mean = |values: &[i64]| values.iter().sum::<i64>() as f64 / values.len() as f64 / 1e9;
    let all = ["250ms", "500ms", "1s", "2s", "4s"].map(runs);
    for pair in all.windows(2) {
        // In each trial: within the longer period of the shorter's time.
        assert!(mean(&pair[1]) > mean(&pair[0]));
    }
    let later = |nodes: &str| {
        let preset = crate::harness::toy(nodes, "app or seen");
        let program = crate::harness::program_of(
            &[&preset],
            crate::harness::ONE_TOY,
            crate::harness::KILL,
            &[],
        );
        let outcomes = run_as(&program, &Sampling::plain(6), 300, Mode::Lazy);
        outcomes.iter().map(|o| o.figures[0].0).collect::<Vec<_>>()
    };
    // The fault itself is what the observer waits for: never earlier, trial by trial.
    let every = |period: u32| {
        later(&format!(
            "[member.probe]\nseen = {{ watch = \"not app\", every = \"{period}s\", rise = 2 }}"
        ))
    };
    for (short, long) in [(1, 2), (2, 3), (3, 10)] {
        let pairs = every(short).into_iter().zip(every(long));
        assert!(pairs.into_iter().all(|(short, long)| short <= long));
    }
    // And so is any work on a serial path.
    let takes = |mean: u32| {
        later(&format!(
            "[member.probe]\nnoticed = {{ watch = \"not app\", every = \"10s\" }}\n[member.work]\nseen = {{ when = \"noticed\", takes = {{ median = \"{mean}s\", sigma = 1.0 }} }}"
        ))
    };
    assert!(takes(3).into_iter().zip(takes(4)).all(|(short, long)| short < long));
}

/// A step that takes no time in the middle of a path changes no figure.
#[test]
fn a_step_of_no_length_is_nothing() {
    let program = |nodes: &str| {
        let preset = crate::harness::toy(nodes, "app or repaired");
        crate::harness::program_of(&[&preset], crate::harness::ONE_TOY, crate::harness::KILL, &[])
    };
    let probe =
        "[member.probe]\nnoticed = { watch = \"not app\", every = \"10s\" }\n[member.work]\n";
    let law = "{ p50 = \"20s\", p95 = \"60s\" }";
    let short = program(&format!("{probe}repaired = {{ when = \"noticed\", takes = {law} }}"));
    let long = program(&format!(
        "{probe}nothing = {{ when = \"noticed\", takes = \"0s\" }}\nrepaired = {{ when = \"nothing\", takes = {law} }}"
    ));
    let run = |p: &Program| run_as(p, &Sampling::plain(8), 300, Mode::Lazy);
    for (short, long) in run(&short).iter().zip(&run(&long)) {
        assert_eq!(short.figures, long.figures);
        assert_eq!(
            short.course.path.len(),
            long.course.path.len(),
            "a step of no length is no step"
        );
    }
}

/// Where every fault ends the system recovers.
#[test]
fn when_all_faults_are_over_the_system_is_back() {
    let mut open = Vec::new();
    let (mut back, mut untouched) = (0, 0);
    for number in 10_000..10_400 {
        let (program, text) = random(number, true);
        for outcome in run_as(&program, &Sampling::plain(number), 2, Mode::Lazy) {
            check(&program, &outcome, &text);
            match outcome.figures[0] {
                t if !t.is_number() => open.push((number, outcome.trial, text.clone())),
                t if t.0 == 0 => untouched += 1,
                _ => back += 1,
            }
        }
    }
    println!("{back} back, {untouched} untouched, {} open", open.len());
    if let Some((number, trial, text)) = open.first() {
        let (program, _) = random(*number, true);
        let story = story(&program, *number, *trial, "nobody");
        panic!(
            "{} of 800 do not come back, the first is {text}\ntrial {trial}: {story:#?}",
            open.len()
        );
    }
}
