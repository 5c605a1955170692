//! Services and clusters, against closed forms: replicas stand on nodes, share the
//! pools of their zones, and serve while what they need is served.

use drillcast::diagnostic::{SourceFile, render};
use drillcast::model::file::{read_model, read_scenario};
use drillcast::model::preset::PresetLibrary;
use drillcast::outcome::Figure;
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};
use proptest::prelude::*;

use crate::harness::{figure, first, library, program_of, run, run_as, seconds, toy};

/// Nodes with an agent each; a zone without a node that lives is dark.
pub(crate) const FARM: &str = r#"
preset = "farm"
title = "A farm"
kind = "cluster"
versions = "all"
processes = ["agent"]
[parameters.hands]
default = 1
least = 1
say = "how many start at once on a node"
[member.gate]
lives = { when = "agent and host" }
lost = { when = "dark", marks = "lost" }
[zone.gate]
dark = { when = "not any(m in member: m.lives)", marks = "dark" }
[zone.pool]
starts = { size = "hands * count(member)" }
[one.pool]
doors = { size = "hands" }
[exports]
member.ready = "lives and not dark"
one.serves = "any(z in zone: not z.dark)"
zone.starts = "starts"
one.doors = "doors"
"#;

/// Replicas that start again at their spares.
pub(crate) const FLEET: &str = r#"
preset = "fleet"
title = "A fleet"
kind = "service"
versions = "all"
processes = ["app"]
needs = { farm = "cluster" }
[each]
spare = { places = "spares", say = "where a member starts again" }
[parameters.start]
default = "10s"
say = "how long that takes"
[member.work]
moved = { when = "not app and farm.ready(spare)", uses = "farm.starts(spare)", takes = "start", marks = "moved" }
[member.gate]
works = { when = "app and farm.ready(self) or moved" }
poor = { when = "not uses_hold", marks = "poor" }
idle = { when = "not needs_hold", marks = "idle" }
[exports]
member.ready = "works"
one.redundant = "all(m in member: m.works)"
"#;

/// Two replicas in zone a, whose spares are in b, and a store that they need.
pub(crate) const SHOP: &str = r#"
model = "shop"
zones = { a = "r", b = "r", c = "r" }
[clusters.nodes]
technology = "farm"
members = ["a/1", "a/2", "b/1"]
[stores.toy]
technology = "toy"
members = ["c"]
[stores.cache]
technology = "toy"
members = ["c"]
stable_for = "0s"
[services.shop]
technology = "fleet"
farm = "nodes"
replicas = { a = 2 }
spares = ["b"]
serves_with = 2
needs = ["toy"]
uses = ["cache"]
stable_for = "0s"
"#;

const TRIALS: u64 = 50;

/// A store that is written to and read apart.
fn store() -> String {
    toy("", "app")
}

fn shop(model: &str, faults: &[&str], sets: &[&str]) -> Program {
    let faults: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
    let scenario = format!("scenario = \"x\"\nhorizon = \"1000s\"\n{faults}");
    program_of(&[FARM, FLEET, &store()], model, &scenario, sets)
}

/// A figure that is the same in all trials [s].
fn always(program: &Program, (group, name): (&str, &str), which: Figure) -> f64 {
    let values = figure(program, &run(program, 3, TRIALS), (group, name), which);
    let values: Vec<f64> = values.into_iter().map(seconds).collect();
    assert!(values.iter().all(|v| v.to_bits() == values[0].to_bits()), "{values:?}");
    values[0]
}

fn recovery(program: &Program, name: &str) -> f64 {
    always(program, ("services", name), Figure::RecoveryTime)
}

const DARK: &str = "what = \"power loss\"\nwhere = \"zone a\"";
const NODE: &str = "what = \"power loss\"\nwhere = \"node a/1\"";

#[test]
fn replicas_start_one_after_another_in_the_zone_of_their_spares() {
    // One hand in zone b: 10 s, then 10 s more; half is served in between.
    let narrow = shop(SHOP, &[DARK], &[]);
    assert_eq!(recovery(&narrow, "shop"), 20.0);
    let down = always(&narrow, ("services", "shop"), Figure::Downtime);
    assert_eq!(down, 10.0 + 0.5 * 10.0);
    assert_eq!(always(&narrow, ("services", "shop"), Figure::RedundancyRestored), 20.0);
    assert_eq!(recovery(&shop(SHOP, &[DARK], &["clusters.nodes.hands=2"]), "shop"), 10.0);
    // Whoever can do with one has it after the first.
    assert_eq!(recovery(&shop(SHOP, &[DARK], &["services.shop.serves_with=1"]), "shop"), 10.0);
    assert_eq!(
        recovery(&shop(SHOP, &[DARK], &["services.shop.serves_at_least=0.5"]), "shop"),
        10.0
    );
}

/// A route that only a service goes through is not how one comes in: the system is
/// the service, which is out while its replicas start.
#[test]
fn a_route_within_the_system_is_not_the_system() {
    let model = SHOP.replace("needs = [\"toy\"]", "needs = [\"inner\"]");
    let model =
        format!("{model}[routes.inner]\ntechnology = \"haproxy\"\nserves = \"toy\"\nat = \"c\"\n");
    let program = shop(&model, &[DARK], &[]);
    assert_eq!(always(&program, ("system", "system"), Figure::RecoveryTime), 20.0);
    // Where nobody needs it, it is.
    let model = model.replace("needs = [\"inner\"]", "");
    let program = shop(&model, &[DARK], &[]);
    assert_eq!(always(&program, ("system", "system"), Figure::RecoveryTime), 0.0);
}

#[test]
fn all_services_of_a_cluster_share_its_pools() {
    let other = SHOP
        .replace("[services.shop]", "[services.mail]")
        .replace("model = \"shop\"\nzones = { a = \"r\", b = \"r\", c = \"r\" }", "");
    let other = &other[other.find("[services.mail]").expect("it is there")..];
    let two = format!("{SHOP}{other}");
    let program = shop(&two, &[DARK], &[]);
    // First come, first served; at one instant in the order of the model.
    assert_eq!(recovery(&program, "shop"), 20.0);
    assert_eq!(recovery(&program, "mail"), 40.0);
    // With a spare in another zone nobody is waited for.
    let apart = format!("{SHOP}{}", other.replace("spares = [\"b\"]", "spares = [\"c\"]"))
        .replace("\"b/1\"]", "\"b/1\", \"c/1\"]");
    let program = shop(&apart, &[DARK], &[]);
    assert_eq!(recovery(&program, "mail"), 20.0);
    // A pool of the whole cluster is one for all zones.
    let doors = FLEET.replace("farm.starts(spare)", "farm.doors");
    let scenario = format!("scenario = \"x\"\n[[faults]]\n{DARK}\n");
    let program = program_of(&[FARM, &doors, &store()], &apart, &scenario, &[]);
    assert_eq!(recovery(&program, "mail"), 40.0);
}

#[test]
fn a_node_takes_its_replicas_with_it() {
    // The k-th replica of a zone stands on its k-th node, in turn.
    assert_eq!(recovery(&shop(SHOP, &[NODE], &[]), "shop"), 10.0);
    let three = SHOP.replace("replicas = { a = 2 }", "replicas = { a = 3 }");
    let moved = |fault: &str| {
        let program = shop(&three, &[fault], &[]);
        let outcomes = run(&program, 3, 1);
        let slot = program.layout().milestones.iter().find(|m| m.mark == "moved").expect("marked");
        let stamps = &outcomes[0].milestones[slot.start..slot.start + slot.instances];
        stamps.iter().filter(|at| at.is_number()).count()
    };
    assert_eq!((moved(NODE), moved("what = \"power loss\"\nwhere = \"node a/2\"")), (2, 1));
    assert_eq!(moved("what = \"kill\"\nwhere = \"one of shop\""), 1);
    assert_eq!(moved("what = \"kill\"\nwhere = \"each of shop\""), 3);
    assert_eq!(moved("what = \"kill\"\nwhere = \"member a-3 of shop\""), 1);
    // A list of members, and machines by name.
    let listed = SHOP.replace("replicas = { a = 2 }", "members = [\"a\", \"a\"]");
    assert_eq!(recovery(&shop(&listed, &[NODE], &[]), "shop"), 10.0);
    let named = SHOP.replace("replicas = { a = 2 }", "members = [\"a/1\", \"a/1\"]");
    assert_eq!(recovery(&shop(&named, &[NODE], &[]), "shop"), 20.0);
    let other = "what = \"power loss\"\nwhere = \"node a/2\"";
    assert_eq!(recovery(&shop(&named, &[other], &[]), "shop"), 0.0);
}

#[test]
fn a_cluster_speaks_of_the_node_that_one_stands_on() {
    // An agent that dies takes its node out, and what stands there.
    let agent =
        "what = \"kill\"\nprocess = \"agent\"\nwhere = \"member a/1 of nodes\"\nfor = \"30s\"";
    let program = shop(SHOP, &[agent], &[]);
    assert_eq!(recovery(&program, "shop"), 30.0);
    // Nothing starts at a spare whose node is not ready.
    let spare = "what = \"power loss\"\nwhere = \"zone b\"\nfor = \"100s\"";
    let kill = "at = \"1s\"\nwhat = \"kill\"\nwhere = \"member a of shop\"";
    assert_eq!(recovery(&shop(SHOP, &[spare, kill], &[]), "shop"), 110.0);
}

#[test]
fn a_zone_speaks_of_those_who_stand_in_it() {
    let program = shop(SHOP, &[NODE], &[]);
    assert!(first(&program, &run(&program, 3, 1), "nodes", "dark")[0].is_nan());
    let program = shop(SHOP, &[DARK], &[]);
    let outcomes = run(&program, 3, 1);
    assert_eq!(first(&program, &outcomes, "nodes", "dark"), [0.0]);
    // Both nodes of zone a say so, and the node of zone b does not.
    let slot = program.layout().milestones.iter().find(|m| m.mark == "lost").expect("marked");
    let stamps = &outcomes[0].milestones[slot.start..slot.start + slot.instances];
    assert_eq!(stamps.iter().filter(|at| at.is_number()).count(), 2);
    assert_eq!(always(&program, ("clusters", "nodes"), Figure::RecoveryTime), 0.0);
    let all = "what = \"power loss\"\nwhere = \"each of nodes\"\nfor = \"7s\"";
    let program = shop(SHOP, &[all], &["clusters.nodes.stable_for=0s"]);
    assert_eq!(always(&program, ("clusters", "nodes"), Figure::RecoveryTime), 7.0);
}

/// The store is written to by its process, and read by whoever has it.
fn halves() -> String {
    store().replace("member.readable = \"app or true\"", "member.readable = \"app or host\"")
}

#[test]
fn a_service_serves_while_what_it_needs_is_served() {
    let down = "what = \"kill\"\nwhere = \"member c of toy\"\nfor = \"25s\"";
    let with = |needs: &str| {
        let model = SHOP.replace("needs = [\"toy\"]", needs);
        let scenario = format!("scenario = \"x\"\n[[faults]]\n{down}\n");
        program_of(&[FARM, FLEET, &halves()], &model, &scenario, &[])
    };
    for (needs, time) in [
        ("needs = [\"toy\"]", 25.0),
        ("needs = { toy = \"both\" }", 25.0),
        ("needs = { toy = \"write\" }", 25.0),
        ("needs = { toy = \"read\" }", 0.0),
        ("", 0.0),
    ] {
        assert_eq!(recovery(&with(needs), "shop"), time, "{needs}");
        let idle = first(&with(needs), &run(&with(needs), 3, 1), "shop", "idle")[0];
        assert_eq!(idle.is_nan(), time == 0.0, "{needs}");
    }
    // What it merely uses is told, and serves without it.
    let poor = "what = \"kill\"\nwhere = \"member c of cache\"";
    let program = shop(SHOP, &[poor], &[]);
    assert_eq!(recovery(&program, "shop"), 0.0);
    assert_eq!(first(&program, &run(&program, 3, 1), "shop", "poor"), [0.0]);
    // A service that needs a service needs what that one needs.
    let chained = format!(
        "{SHOP}[services.front]\ntechnology = \"fleet\"\nfarm = \"nodes\"\nmembers = [\"b\"]\nneeds = [\"shop\"]\nstable_for = \"0s\"\n"
    );
    assert_eq!(recovery(&shop(&chained, &[down], &[]), "front"), 25.0);
    assert_eq!(recovery(&shop(&chained, &[DARK], &[]), "front"), 20.0);
}

#[test]
fn routes_and_clients_use_services() {
    let model = format!(
        "{SHOP}[routes.front]\ntechnology = \"haproxy\"\nserves = \"shop\"\nat = \"c\"\n[clients.users]\ntechnology = \"client/http\"\nof = \"front\"\nat = \"c\"\n[clients.near]\ntechnology = \"client/libpq\"\nof = \"shop\"\nat = \"c\"\n"
    );
    let of = |program: &Program, group: &str, name: &str| -> Vec<f64> {
        let found = figure(program, &run(program, 3, TRIALS), (group, name), Figure::RecoveryTime);
        found.into_iter().map(seconds).collect()
    };
    let down = "what = \"kill\"\nwhere = \"member c of toy\"\nfor = \"25s\"";
    let program = shop(&model, &[down], &[]);
    for (group, name) in [("routes", "front"), ("clients", "users"), ("clients", "near")] {
        let times = of(&program, group, name);
        assert!(times.iter().all(|at| (25.0..40.0).contains(at)), "{name}: {times:?}");
    }
    // One replica gone: the balancer takes it out, and the other serves.
    let kill = "what = \"kill\"\nwhere = \"member a of shop\"";
    let program =
        shop(&model, &[kill], &["services.shop.start=never", "services.shop.serves_with=1"]);
    assert!(of(&program, "clients", "users").iter().all(|at| *at < 10.0));
    assert_eq!(recovery(&program, "shop"), 0.0);
    // Clients, too, may need more than what they speak to.
    let more = model.replace("of = \"front\"", "of = \"front\"\nneeds = { cache = \"write\" }");
    let preset = "preset = \"reader\"\ntitle = \"Readers\"\nkind = \"clients\"\nversions = \"all\"\n[exports]\nclient.served = \"needs_hold\"\n";
    let cache = "what = \"kill\"\nwhere = \"member c of cache\"\nfor = \"12s\"";
    let scenario = format!("scenario = \"x\"\n[[faults]]\n{cache}\n");
    let more = more.replace("client/http", "reader");
    let program = program_of(&[FARM, FLEET, &store(), preset], &more, &scenario, &[]);
    assert!(of(&program, "clients", "users").iter().all(|at| *at == 12.0));
}

#[test]
fn the_system_is_the_services_that_somebody_asks_for() {
    let idle = format!(
        "{SHOP}[services.idle]\ntechnology = \"fleet\"\nfarm = \"nodes\"\nmembers = [\"a/2\"]\nstart = \"never\"\n"
    );
    let wanted = "[objectives.shop]\nrecovery_time = \"p95 <= 60s\"\n";
    let system = |model: &str| {
        let program = shop(model, &[DARK], &[]);
        always(&program, ("system", "system"), Figure::RecoveryTime)
    };
    assert!(system(&idle).is_nan(), "all services count where none is named");
    assert_eq!(system(&format!("{idle}{wanted}")), 20.0);
}

/// Pools and links of each instance, each zone and each pair.
#[test]
fn pools_and_links_belong_to_places() {
    let time = |pool: &str, uses: &str, link: &str| {
        let nodes = format!(
            "[member.work]\nx = {{ when = \"not app\", uses = \"{uses}\", takes = \"3s\" }}\ny = {{ when = \"x\", moves = {{ bytes = \"6 MB\", over = [\"wire\"] }} }}\n[{pool}.pool]\nhands = {{ size = 1 }}\n[{link}.link]\nwire = {{ rate = \"2 MB/s\" }}\n"
        );
        let model = "model = \"m\"\nzones = { a = \"r\", b = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"a\", \"b\"]\nstable_for = \"0s\"\n";
        let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"each of toy\"\n";
        let preset = toy(&nodes, "app or all(m in member: m.y)");
        let program = program_of(&[&preset], model, scenario, &[]);
        always(&program, ("stores", "toy"), Figure::RecoveryTime)
    };
    // Three in turn of 3 s; then 6 MB alone at 2 MB/s, or two at a time.
    assert_eq!(time("one", "hands", "one"), 12.0);
    assert_eq!(time("one", "hands", "member"), 12.0);
    assert_eq!(time("zone", "hands", "one"), 12.0);
    assert_eq!(time("zone", "hands(self)", "zone"), 9.0);
    assert_eq!(time("member", "hands", "member"), 6.0);
    assert_eq!(time("member", "hands", "zone"), 9.0);
    assert_eq!(time("member", "hands", "one"), 12.0);
    // A pair's own.
    let pairs = "[member-peer.work]\nx = { when = \"not member.app\", uses = \"wire\", takes = \"3s\" }\n[member-peer.pool]\nwire = { size = 1 }\n";
    let one = pairs.replace("[member-peer.pool]", "[one.pool]");
    let both = [pairs.to_owned(), one].map(|nodes| {
        let preset = toy(&nodes, "app or all(p in member: p == self or x(self, p))");
        let model = "model = \"m\"\nzones = { a = \"r\" }\n[stores.toy]\ntechnology = \"toy\"\nmembers = [\"a\", \"a\"]\nstable_for = \"0s\"\n";
        let scenario = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"each of toy\"\n";
        let program = program_of(&[&preset], model, scenario, &[]);
        always(&program, ("system", "system"), Figure::Downtime)
    });
    assert_eq!(both, [3.0, 3.0]);
}

/// Full and lazy agree on what services compile to.
#[test]
fn both_forms_write_the_same() {
    let faults = [
        "at = \"0s..9s\"\nwhat = \"power loss\"\nwhere = \"node a/1\"\nfor = \"5s..30s\"",
        "at = \"0s..20s\"\nwhat = \"kill\"\nwhere = \"one of shop\"\nfor = \"15s\"",
        "at = \"0s..20s\"\nwhat = \"power loss\"\nwhere = \"zone b\"\nfor = \"8s\"",
    ];
    let program = shop(SHOP, &faults, &["services.shop.start=\"1s..20s\""]);
    let lazy = run_as(&program, &Sampling::plain(3), 200, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(3), 200, Mode::Full);
    for (lazy, full) in lazy.iter().zip(&full) {
        assert_eq!((&lazy.milestones, &lazy.figures), (&full.milestones, &full.figures));
    }
}

#[test]
fn presets_say_what_they_are() {
    let library = library(&[FARM, FLEET]);
    for name in ["farm", "fleet"] {
        let preset = library.get(name).expect("it is there");
        insta::assert_snapshot!(format!("services_{name}"), preset.describe(100));
    }
}

/// Words of the presets and the model above, to be put in each other's place.
const WORDS: [&str; 30] = [
    "starts",
    "doors",
    "farm",
    "spare",
    "spares",
    "member",
    "zone",
    "one",
    "self",
    "ready",
    "moved",
    "works",
    "dark",
    "lives",
    "agent",
    "app",
    "host",
    "needs_hold",
    "uses_hold",
    "m",
    "z",
    "shop",
    "toy",
    "cache",
    "nodes",
    "hands",
    "start",
    "pool",
    "gate",
    "work",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]

    /// Whatever is read compiles and runs, and the rest is refused in words.
    #[test]
    fn exchanged_words_are_refused_or_run(
        swaps in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(WORDS.to_vec())), 1..4),
    ) {
        let mut all = [FARM, FLEET, SHOP].join("\0");
        for (at, word) in swaps {
            let found: Vec<_> = WORDS
                .iter()
                .flat_map(|word| all.match_indices(word))
                .filter(|(at, word)| {
                    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || c == '_');
                    let after = all[at + word.len()..].chars().next();
                    !letter(all[..*at].chars().next_back()) && !letter(after)
                })
                .collect();
            let (start, old) = found[at.index(found.len())];
            all = format!("{}{word}{}", &all[..start], &all[start + old.len()..]);
        }
        let texts: Vec<String> = all.split('\0').map(str::to_owned).collect();
        let presets = [texts[0].clone(), texts[1].clone(), store()];
        let files = presets.into_iter().enumerate().map(|(n, text)| (format!("{n}.toml"), text));
        let (library, mistakes) = PresetLibrary::with_extra(files.collect());
        let _ = render(&mistakes, 80, false, false);
        let source = SourceFile::new("model.toml", texts[2].clone());
        let (model, mistakes) = read_model(&source, &library, &[], &|_| Err(String::new()));
        let _ = render(&mistakes, 80, false, false);
        let Some(model) = model else { return Ok(()) };
        for component in &model.components {
            let _ = component.preset.describe(80);
        }
        let text = format!("scenario = \"x\"\nhorizon = \"100s\"\n[[faults]]\n{DARK}\nfor = \"20s\"\n");
        let source = SourceFile::new("scenario.toml", text);
        let (scenario, _) = read_scenario(&source, "scenario", &model, &|_| Err(String::new()));
        let Some(scenario) = scenario else { return Ok(()) };
        let program = Program::compile(&model, &scenario);
        let lazy = run_as(&program, &Sampling::plain(3), 2, Mode::Lazy);
        let full = run_as(&program, &Sampling::plain(3), 2, Mode::Full);
        for (lazy, full) in lazy.iter().zip(&full) {
            prop_assert_eq!(lazy.course.unsettled, full.course.unsettled);
            prop_assert_eq!(&lazy.milestones, &full.milestones);
        }
    }
}
