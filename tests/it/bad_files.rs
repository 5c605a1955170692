//! Broken files, each with what people read about it.
//!
//! `bad/*.toml` are models; `bad/scenario_*.toml` are scenarios over the model
//! below. Each has its rendered diagnostics as a snapshot.

use std::path::Path;
use std::sync::OnceLock;

use drillcast::diagnostic::{Diagnostic, Severity, SourceFile, render};
use drillcast::model::edit::Edit;
use drillcast::model::file::{read_model, read_scenario, read_stand_in, scenario_edits};
use drillcast::model::preset::PresetLibrary;
use drillcast::model::scenario::Scenario;
use drillcast::model::system::Model;
use proptest::prelude::*;

use crate::services::{FARM, FLEET};

/// A sound model for the scenarios.
const SHOP: &str = r#"model = "shop"
zones = { a = "eu-1", b = "eu-1", c = "eu-2" }

[consensus.etcd]
technology = "etcd"
members = ["a/1", "b/1", "c/1"]

[stores.orders]
technology = "postgresql/patroni"
members = ["a/1", "b/1", "c"]
dcs = "etcd"
writes = "20/s"

[routes.shop]
technology = "haproxy"
serves = "orders"
at = "b"

[clients.app]
technology = "client/libpq"
of = "orders"
hosts = ["b/1", "a/1"]
count = 3
every = "50ms"

[objectives.orders]
recovery_time = ["p50 <= 15s", "p95 <= 60s"]
data_loss = "p99 <= 0s"
"#;

/// A sound scenario over it.
const CRASH: &str = r#"scenario = "The primary's processes are killed"
horizon = "1h"

[set]
"stores.orders.ttl" = "25s"
clients.app.read_timeout = { p50 = "1s", p95 = "3s" }

[phases]
"orders.leader.loop" = "3s..4s"

[[faults]]
what = "kill"
process = ["postgres", "patroni"]
where = "primary of orders"
for = "10m..20m"

[[faults]]
after = "app.first_write + 1s"
what = "partition"
where = "zone a"
from = "node b/1"

[procedure]
starts = "1s..2s"
claims = { recovery = "2m", "is it back" = "30s" }

[[procedure.steps]]
step = "switch"
what = "switchover"
where = "primary of orders"
fails = 0.1
errors = "ignored"

[[procedure.steps]]
step = "is it back"
look = "orders"
passes = "writes"
every = "5s"
timeout = "1m"

[[procedure.doubts]]
doubt = "it takes for ever"
set = { "stores.orders.promotion" = "never" }

[objectives.orders]
recovery_time = "p95 <= 50s"
downtime = "always <= 2m"
"#;

/// A preset whose stores need each other.
const CHAINED: &str = include_str!("bad/chained.preset");

fn presets() -> &'static PresetLibrary {
    static LIBRARY: OnceLock<PresetLibrary> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let bare = "preset = \"bare\"\ntitle = \"Bare\"\nkind = \"cluster\"\nversions = \"all\"\nprocesses = []\n[exports]\nmember.ready = \"host\"\none.serves = \"true\"\n";
        let single = bare.replace("bare", "single").replace("[exports]\n", "[one.pool]\nhands = { size = 1 }\n[exports]\none.starts = \"hands\"\n");
        let texts = [CHAINED, FARM, FLEET, bare, &single].map(str::to_owned);
        let files = texts.into_iter().enumerate().map(|(at, text)| (format!("{at}.toml"), text));
        let (library, mistakes) = PresetLibrary::with_extra(files.collect());
        assert!(mistakes.is_empty(), "{}", render(&mistakes, 100, false, false));
        library
    })
}

fn files(path: &str) -> Result<String, String> {
    match path {
        "bad.txt" => Ok("# seconds\n1.5\ntwo\n-3\n4 MB\n".to_owned()),
        "drills.csv" => Ok("date,promote_s\n2026-03-04,2.5\n".to_owned()),
        "empty.txt" => Ok("# nothing yet\n".to_owned()),
        _ => Err("No such file or directory".to_owned()),
    }
}

fn model(text: &str, edits: &[Edit]) -> (Option<Model>, Vec<Diagnostic>) {
    read_model(&SourceFile::new("shop.toml", text), presets(), edits, &files)
}

/// Reads a scenario over the sound model, as the command line does.
fn scenario(name: &str, text: &str) -> (Option<Scenario>, Vec<Diagnostic>) {
    let source = SourceFile::new(name, text);
    let (edits, mut mistakes) = scenario_edits(&source);
    let broken = mistakes.iter().any(|one| one.severity == Severity::Error);
    let (edited, wrong) = model(SHOP, &edits);
    mistakes.extend(wrong);
    let stands = edited.is_some() && !broken;
    // What is wrong with the edits does not hide what is wrong with the rest.
    let stand_in = || {
        let shop = SourceFile::new("shop.toml", SHOP);
        read_stand_in(&shop, presets(), &edits, &files)
    };
    let Some(model) = edited.or_else(stand_in) else { return (None, mistakes) };
    let (scenario, more) = read_scenario(&source, "test", &model, &files);
    mistakes.extend(more.into_iter().filter(|one| !mistakes.contains(one)).collect::<Vec<_>>());
    (scenario.filter(|_| stands), mistakes)
}

#[test]
fn every_broken_file_is_explained() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad");
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    assert!(paths.len() >= 50, "{}", paths.len());
    for path in paths {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let stem = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let text = std::fs::read_to_string(&path).unwrap();
        let mistakes = if stem.starts_with("scenario_") {
            scenario(&name, &text).1
        } else {
            read_model(&SourceFile::new(&*name, text), presets(), &[], &files).1
        };
        assert!(mistakes.iter().any(|one| one.severity == Severity::Error), "{name}");
        let shown = render(&mistakes, 100, false, false);
        insta::with_settings!({ snapshot_path => "bad/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(stem, shown);
        });
    }
}

#[test]
fn edits_of_the_command_line_are_explained() {
    let edits = [
        "stores.orders.ttl=20x",
        "stores.orders.ttl=10s",
        "stores.ordres.ttl=20s",
        "stores.*.tll=20s",
        "clients.*.every=0s",
        "stores.orders.members=[a, b]",
        "objectives.orders.recovery_tme=p95 <= 5s",
        "zones.d=7",
        "stores.orders.dcs.x=1",
        "ttl",
    ];
    let mistakes = |text: &str| match Edit::from_argument(text) {
        Ok(edit) => model(SHOP, &[edit]).1,
        Err(mistake) => vec![*mistake],
    };
    let shown = edits.map(|text| render(&mistakes(text), 100, false, false)).join("\n");
    insta::with_settings!({ snapshot_path => "bad/snapshots", prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("edits", shown);
    });
}

#[test]
fn a_sound_model_says_what_the_file_says() {
    let (read, mistakes) = model(SHOP, &[]);
    assert_eq!(render(&mistakes, 100, false, false), "");
    let read = read.unwrap();
    let names: Vec<&str> = read.components.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["etcd", "orders", "shop", "app"]);
    let hosts: Vec<&str> = read.hosts.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(hosts, ["a/1", "b/1", "c/1", "orders-c", "shop-b", "app-a"]);
    let [etcd, orders, _, app] = &read.components[..] else { panic!("four components") };
    assert_eq!(etcd.members[0].host, orders.members[0].host);
    assert_eq!(app.order, [1, 0]);
    assert_eq!((app.count, app.target.unwrap().0, orders.needs[0].0), (3, 1, 0));
    let limits: Vec<(f64, f64)> = read.objectives.iter().map(|o| (o.quantile, o.limit)).collect();
    assert_eq!(limits, [(0.5, 15.0), (0.95, 60.0), (0.99, 0.0)]);
}

#[test]
fn a_sound_scenario_says_what_the_file_says() {
    let (read, mistakes) = scenario("crash.toml", CRASH);
    assert_eq!(render(&mistakes, 100, false, false), "");
    let read = read.unwrap();
    assert_eq!(read.sets[0], ("stores.orders.ttl".to_owned(), "25s".to_owned()));
    assert_eq!(read.sets[1].0, "clients.app.read_timeout");
    let titles: Vec<&str> = read.faults.iter().map(|fault| fault.title.as_str()).collect();
    assert_eq!(
        titles,
        [
            "postgres and patroni of the primary of orders killed",
            "zone a cut off from node b/1",
            "switchover of the primary of orders asked for",
        ]
    );
    let procedure = read.procedure.unwrap();
    let steps: Vec<&str> = procedure.steps.iter().map(|step| step.name.as_str()).collect();
    assert_eq!(steps, ["switch", "is it back"]);
    let claims: Vec<&str> = procedure.claims.iter().map(|claim| claim.text.as_str()).collect();
    assert_eq!(claims, ["2m", "30s"]);
    assert_eq!(procedure.doubts[0].title, "it takes for ever");
    assert_eq!(read.phases[0].instances, [0]);
    assert_eq!(read.faults[1].at.text, "1s");
    let texts: Vec<&str> = read.objectives.iter().map(|one| one.limit_text.as_str()).collect();
    assert_eq!(texts, ["50s", "0s", "2m"]);
}

#[test]
fn every_described_system_and_scenario_can_be_read() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = std::fs::read_to_string(root.join("models/lab/patroni.toml")).unwrap();
    for entry in std::fs::read_dir(root.join("scenarios/lab/patroni")).unwrap() {
        let path = entry.unwrap().path();
        let file =
            SourceFile::new(path.display().to_string(), std::fs::read_to_string(&path).unwrap());
        let (edits, mut mistakes) = scenario_edits(&file);
        let (model, more) = model(&text, &edits);
        mistakes.extend(more);
        assert_eq!(render(&mistakes, 100, false, false), "");
        let (scenario, mistakes) = read_scenario(&file, "s", &model.unwrap(), &files);
        assert_eq!(render(&mistakes, 100, false, false), "");
        assert!(scenario.is_some());
    }
}

#[test]
fn a_huge_file_is_refused_at_once_and_a_long_line_is_not_shown() {
    let huge = format!("{SHOP}\nnotes = \"{}\"\n", "x".repeat(2 << 20));
    let shown = render(&model(&huge, &[]).1, 100, false, false);
    assert!(shown.starts_with("error[file::too_large]"), "{shown}");
    let long = SHOP.replace("[\"a/1\", \"b/1\", \"c\"]", &format!("[{}]", "\"z\", ".repeat(900)));
    let shown = render(&model(&long, &[]).1, 100, false, false);
    assert!(shown.lines().all(|line| line.chars().count() <= 120));
}

/// Every beginning of a file, as an editor that crashes may leave it.
fn beginnings(text: &str) -> impl Iterator<Item = &str> {
    (0..text.len()).filter_map(|end| text.get(..end))
}

#[test]
fn no_file_that_breaks_off_is_fatal() {
    for text in beginnings(SHOP) {
        let (read, mistakes) = model(text, &[]);
        assert_eq!(read.is_some(), mistakes.is_empty());
        let _ = render(&mistakes, 80, false, false);
    }
    for text in beginnings(CRASH) {
        let (read, mistakes) = scenario("crash.toml", text);
        assert_eq!(read.is_some(), mistakes.is_empty());
        let _ = render(&mistakes, 80, false, false);
    }
}

/// Changes a text somewhere, as a slip of the hand or a broken disk would.
fn damaged(text: &'static str) -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        Just(String::new()),
        "[\\[\\]{}=\"'.,#*\\-0-9a-z \\n]{1,6}",
        Just("..".to_owned()),
        Just("never".to_owned()),
        Just("\u{1b}[2J".to_owned()),
        Just("-1e999".to_owned()),
        Just("{ varies = 1 }".to_owned()),
        Just("ü…".to_owned()),
    ];
    let change = (0..text.len(), 0..12_usize, piece);
    (proptest::collection::vec(change, 1..4), 0..12_u8).prop_map(move |(changes, cut)| {
        let mut bytes = text.as_bytes().to_vec();
        for (at, length, piece) in changes {
            let at = at.min(bytes.len());
            let end = (at + length).min(bytes.len());
            bytes.splice(at..end, piece.bytes());
            if cut == 0 {
                bytes.truncate(at);
            }
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, ..ProptestConfig::default() })]

    #[test]
    fn no_damage_to_a_model_is_fatal(text in damaged(SHOP)) {
        let (read, mistakes) = model(&text, &[]);
        let errors = mistakes.iter().any(|one| one.severity == Severity::Error);
        prop_assert_eq!(read.is_some(), !errors);
        for (color, ascii) in [(false, false), (true, true)] {
            prop_assert_eq!(render(&mistakes, 60, color, ascii).is_empty(), mistakes.is_empty());
        }
    }

    #[test]
    fn no_damage_to_a_scenario_is_fatal(text in damaged(CRASH)) {
        let (read, mistakes) = scenario("crash.toml", &text);
        let errors = mistakes.iter().any(|one| one.severity == Severity::Error);
        prop_assert_eq!(read.is_some(), !errors, "{}", render(&mistakes, 80, false, false));
        let _ = render(&mistakes, 60, false, false);
    }

    #[test]
    fn no_edit_is_fatal(path in "(stores|clients|zones|objectives|\\*)(\\.(orders|app|ttl|\\*|0|members|[a-z]{1,3})){0,4}", value in "\\PC{0,12}") {
        if let Ok(edit) = Edit::from_argument(&format!("{path}={value}")) {
            let (read, mistakes) = model(SHOP, &[edit]);
            let errors = mistakes.iter().any(|one| one.severity == Severity::Error);
            prop_assert_eq!(read.is_some(), !errors);
            let _ = render(&mistakes, 60, false, false);
        }
    }
}
