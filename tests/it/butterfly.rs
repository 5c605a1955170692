//! Butterfly, the platform of a drill document: what is found in it as the document
//! has it, and gone where it is mended; and the same zone by drain and by power.

use std::fmt::Write as _;

use assert_cmd::Command;
use serde_json::Value;

use crate::harness::{path, text};

const MODEL: &str = "models/butterfly.toml";

fn drillcast(arguments: &[&str]) -> (String, Option<i32>) {
    let output = Command::new(env!("CARGO_BIN_EXE_drillcast"))
        .current_dir(path("."))
        .args(arguments)
        .output()
        .expect("the program runs");
    (String::from_utf8(output.stdout).expect("text"), output.status.code())
}

/// Whether `check` finds this, as it is and with these changes.
fn found(code: &str, scenario: &str, sets: &[&str]) -> [bool; 2] {
    let scenario = format!("scenarios/butterfly/{scenario}.toml");
    [&[][..], sets].map(|sets| {
        let mut arguments = vec!["check", MODEL, &scenario];
        arguments.extend(sets.iter().flat_map(|set| ["--set", set]));
        let (told, exit) = drillcast(&arguments);
        assert!(matches!(exit, Some(0 | 1)), "{told}");
        told.contains(&format!("[{code}]"))
    })
}

/// Each finding of the document's own system, and the change that ends it.
#[test]
fn what_is_found_in_the_document_is_gone_when_it_is_mended() {
    let patroni = "stores.profiles={technology=\"postgresql/patroni\", members=[\"a/1\",\"b/1\"], pods=\"postgres-pods\", dcs=\"etcd\"}";
    let rows: [(&str, &str, &str); 4] = [
        ("janusgraph::one_replica", "zone-power", "routes.graph.replication_factor=3"),
        ("ignite::no_backups", "zone-power", "stores.grid.backups=1"),
        ("streaming::no_automatic_failover", "postgres-primary", patroni),
        ("ignite::silent_loss", "zone-power", "stores.grid.partition_loss_policy=1"),
    ];
    for (code, scenario, set) in rows {
        assert_eq!(found(code, scenario, &[set]), [true, false], "{code} with {set}");
    }
}

/// Each mistake of the drill's own procedure, and the words that mend it.
#[test]
fn what_is_wrong_with_the_drill_is_gone_when_it_is_mended() {
    let rows: [(&str, &str, &str, &str); 6] = [
        ("procedure::first_by_name", "pod-kill", "pick = \"first\"", "pick = \"each\""),
        (
            "procedure::inside",
            "zone-drain",
            "pick = \"any\"\nfrom = \"inside\"\npasses = \"ready\"",
            "passes = \"serves\"",
        ),
        (
            "procedure::ignored_look",
            "zone-drain",
            "passes = \"ready\"\nerrors = \"ignored\"",
            "passes = \"ready\"",
        ),
        (
            "procedure::ignored_command",
            "postgres-drill",
            "of profiles\"\nerrors = \"ignored\"",
            "of profiles\"",
        ),
        ("procedure::cannot_fail", "kafka-broker", "passes = \"always\"", "passes = \"writes\""),
        (
            "procedure::silence_left",
            "full-recovery",
            "lifts = \"silence warnings\"\nerrors = \"ignored\"",
            "lifts = \"silence warnings\"",
        ),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for (code, scenario, from, to) in rows {
        let written = text(&format!("scenarios/butterfly/{scenario}.toml"));
        assert!(written.contains(from), "{scenario} has no {from}");
        let mended = folder.path().join(format!("{scenario}.toml"));
        std::fs::write(&mended, written.replace(from, to)).expect("it can be written");
        let mended = mended.to_str().expect("a path");
        let (told, exit) = drillcast(&["check", MODEL, mended]);
        assert!(matches!(exit, Some(0 | 1)), "{told}");
        let [as_it_is, _] = found(code, scenario, &[]);
        assert!(as_it_is, "{code} is not found in {scenario}");
        assert!(!told.contains(&format!("[{code}]")), "{code} in {scenario}, mended:\n{told}");
    }
}

/// It looks at processes from inside, and nothing that it finds changes its verdict.
#[test]
fn the_zone_drill_passes_though_nothing_recovers_in_time() {
    let scenario = "scenarios/butterfly/zone-drain.toml";
    let (told, exit) = drillcast(&["check", MODEL, scenario, "--show"]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(told.contains("[procedure::false_pass]"), "{told}");
    assert!(told.contains("[procedure::unnoticed]"), "{told}");
}

/// `pg_ctl promote` on the primary's own pod is refused, and the drill says that the
/// database was failed over.
#[test]
fn the_database_drill_tries_nothing() {
    let check = |scenario: &str| {
        let (told, exit) = drillcast(&["check", MODEL, scenario, "--show", "--trials", "2000"]);
        assert_eq!(exit, Some(1), "{told}");
        told
    };
    let told = check("scenarios/butterfly/postgres-drill.toml");
    assert!(told.contains("[procedure::nothing_broken]"), "{told}");
    let written = text("scenarios/butterfly/postgres-drill.toml");
    let mended = written.replace("what = \"promote\"", "what = \"kill\"");
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("mended.toml");
    std::fs::write(&file, mended).expect("it can be written");
    let told = check(file.to_str().expect("a path"));
    assert!(!told.contains("[procedure::nothing_broken]"), "{told}");
}

fn duration(value: &Value, horizon: f64) -> String {
    let Some(seconds) = value.as_f64() else {
        return format!("> {:.0} h", horizon / 3600.0);
    };
    match seconds {
        s if s < 100.0 => format!("{s:.1} s"),
        s if s < 7200.0 => format!("{:.1} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

/// Both nights side by side, a row each for whoever is hit in one of them.
fn side_by_side() -> String {
    let (told, _) = drillcast(&[
        "predict",
        MODEL,
        "scenarios/butterfly/zone-drain.toml",
        "scenarios/butterfly/zone-power.toml",
        "--format",
        "json",
    ]);
    let told: Value = serde_json::from_str(&told).expect("JSON");
    let nights = [("drained", "zone-drain"), ("without power", "zone-power")];
    let mut table = "| | zone a is | traffic back, p50 | p95 | least served in any minute, p95 | redundancy restored, p50 | p95 | lost, p95 | waits longest for |\n|---|---|--:|--:|--:|--:|--:|--:|---|\n".to_owned();
    for (group, name) in ROWS {
        for (words, night) in nights {
            let scenario = &told["scenarios"][night];
            let subject = &scenario[group][name];
            let horizon = scenario["horizon"].as_f64().expect("a horizon");
            let time = |figure: &str, quantile: &str| match &subject[figure] {
                Value::Null => "–".to_owned(),
                found if found["total_loss"].as_f64() > Some(0.5) => "lost".to_owned(),
                found => duration(&found[quantile], horizon),
            };
            let least = subject["minimum_availability"]["p95"]
                .as_f64()
                .map_or("–".to_owned(), |share| format!("{:.0} %", 100.0 * share));
            let lost = match time("data_loss_seconds", "p95").as_str() {
                "lost" => "all".to_owned(),
                told => told.to_owned(),
            };
            let waits = subject["recovery_waits"].as_object();
            let waits = waits.and_then(|all| all.values().next());
            let waits = waits.and_then(|one| one["title"].as_str()).unwrap_or("–");
            let _ = writeln!(
                table,
                "| {} | {words} | {} | {} | {least} | {} | {} | {lost} | {waits} |",
                if words == "drained" { name } else { "" },
                time("recovery_time", "p50"),
                time("recovery_time", "p95"),
                time("redundancy_restored", "p50"),
                time("redundancy_restored", "p95"),
            );
        }
    }
    table
}

const ROWS: [(&str, &str); 10] = [
    ("services", "capsule"),
    ("services", "synapse"),
    ("services", "plato"),
    ("services", "perception"),
    ("services", "odyssey"),
    ("stores", "history"),
    ("stores", "profiles"),
    ("stores", "sessions"),
    ("stores", "grid"),
    ("streams", "events"),
];

/// `DRILLCAST_BLESS=1 cargo test --test it butterfly` writes the README's table anew.
#[test]
fn the_readme_shows_both_nights_side_by_side() {
    let readme = text("README.md");
    let (begin, end) = ("<!-- begin zones -->\n", "<!-- end zones -->");
    let from = readme.find(begin).expect("a table") + begin.len();
    let to = readme.find(end).expect("its end");
    let table = side_by_side();
    if std::env::var_os("DRILLCAST_BLESS").is_some() {
        let new = format!("{}{table}{}", &readme[..from], &readme[to..]);
        if new != readme {
            std::fs::write(path("README.md"), new).expect("the README can be written");
        }
    } else {
        assert_eq!(&readme[from..to], table, "write it anew with DRILLCAST_BLESS=1");
    }
}
