//! The program as people run it: exit codes, errors of the world, files that
//! are written whole or not at all.

use std::fs;
use std::path::Path;

use assert_cmd::Command;
use predicates::prelude::{PredicateBooleanExt, predicate};

const MODEL: &str = "models/lab/patroni.toml";
const CRASH: &str = "scenarios/lab/patroni/crash.toml";

fn drillcast(arguments: &[&str]) -> Command {
    let mut command = Command::cargo_bin("drillcast").unwrap();
    command.current_dir(env!("CARGO_MANIFEST_DIR")).env("NO_COLOR", "1").args(arguments);
    command
}

/// A prediction with few trials, to be quick.
fn predict(more: &[&str]) -> Command {
    let mut arguments = vec!["predict", MODEL, CRASH, "--trials", "512"];
    arguments.extend(more);
    drillcast(&arguments)
}

fn output(command: &mut Command) -> String {
    String::from_utf8(command.output().unwrap().stdout).unwrap()
}

const GENEROUS: [&str; 4] = [
    "--set",
    "objectives.orders.recovery_time=p50 <= 10m",
    "--set",
    "objectives.orders.data_loss=p50 <= 10m",
];
const IMPOSSIBLE: [&str; 4] = [
    "--set",
    "objectives.orders.recovery_time=p95 <= 1ms",
    "--set",
    "objectives.orders.data_loss=p50 <= 10m",
];

#[test]
fn exit_codes_say_how_it_ended() {
    predict(&GENEROUS).assert().code(0).stdout(predicate::str::contains("MET"));
    predict(&IMPOSSIBLE).assert().code(1).stdout(predicate::str::contains("MISSED"));
    // Of 512 trials that all keep it nobody knows whether 99.9 % do.
    let rare = [
        "--set",
        "objectives.orders.recovery_time=p99.9 <= 59m",
        "--set",
        "objectives.orders.data_loss=p50 <= 10m",
    ];
    predict(&rare)
        .assert()
        .code(3)
        .stdout(predicate::str::contains("UNDECIDED"))
        .stdout(predicate::str::contains("trials would decide it"));
    // Missed goes before undecided.
    let both = [
        "--set",
        "objectives.orders.recovery_time=p99.9 <= 59m",
        "--set",
        "objectives.writer.recovery_time=p95 <= 1ms",
    ];
    predict(&both).assert().code(1);
    predict(&["--set", "stores.orders.tll=20s"])
        .assert()
        .code(2)
        .stdout("")
        .stderr(predicate::str::contains("ttl"));
    predict(&["--no-such-option"]).assert().code(2);
    drillcast(&["--version"]).assert().code(0);
}

#[test]
fn errors_of_the_world_are_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name).display().to_string();
    fs::write(at("latin.toml"), b"model = \"caf\xe9\"").unwrap();
    fs::write(at("large.toml"), vec![b'#'; 5 << 20]).unwrap();
    fs::create_dir(at("empty")).unwrap();
    let one_line = |model: &str, scenario: &str, says: &str| {
        let output = drillcast(&["predict", model, scenario]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{stderr}");
        assert_eq!(stderr.lines().count(), 1, "{stderr}");
        assert!(stderr.starts_with("failed to read ") && stderr.contains(says), "{stderr}");
        assert!(output.stdout.is_empty());
    };
    one_line(&at("none.toml"), CRASH, "No such file or directory (os error 2)");
    one_line(&at("empty"), CRASH, "is a directory");
    one_line(&at("latin.toml"), CRASH, "not UTF-8 text (first at byte 12)");
    one_line(&at("large.toml"), CRASH, "larger than 4 MiB");
    one_line(MODEL, &at("none.toml"), "No such file");
    one_line(MODEL, &at("empty"), "holds no .toml file");
}

#[test]
fn files_are_written_whole_or_not_at_all() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("answer.json");
    let path = out.to_str().unwrap();
    fs::write(&out, "before").unwrap();
    predict(&["--format", "json", "--out", path]).assert().stdout("");
    let text = fs::read_to_string(&out).unwrap();
    serde_json::from_str::<serde_json::Value>(&text).unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing is left beside it");
    // What fails before it is written changes nothing.
    predict(&["--set", "nothing=1", "--out", path]).assert().code(2);
    assert_eq!(fs::read_to_string(&out).unwrap(), text);
    let unwritable = folder.path().join("no/such/folder/answer.json");
    predict(&["--out", unwritable.to_str().unwrap()]).assert().code(2).stderr(
        predicate::str::starts_with("failed to write ")
            .and(predicate::str::contains("; nothing was changed")),
    );
    predict(&["--out", folder.path().to_str().unwrap()]).assert().code(2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_and_a_closed_pipe() {
    predict(&["--out", "/dev/full"]).assert().code(2).stderr(predicate::str::contains(
        "failed to write /dev/full: No space left on device (os error 28)",
    ));
    let program = assert_cmd::cargo::cargo_bin("drillcast");
    let script = format!("{} presets postgresql/patroni | head -n 1", program.display());
    let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_same_bytes_on_any_threads() {
    let json = |threads: &str| output(&mut predict(&["--format", "json", "--threads", threads]));
    let one = json("1");
    assert_eq!(one, json("3"));
    assert_ne!(one, output(&mut predict(&["--format", "json", "--seed", "2"])));
    assert_eq!(one, output(&mut predict(&["--format", "json"])));
}

#[test]
fn json_is_valid_by_the_schema() {
    let schema: serde_json::Value =
        serde_json::from_str(&drillcast::report::prediction_schema()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let folder = "scenarios/lab/patroni";
    let mut command = drillcast(&[
        "predict",
        MODEL,
        folder,
        "--trials",
        "300",
        "--samples",
        "2",
        "--format",
        "json",
        "--precision",
        "50%,system.recovery_time.mean=10s",
    ]);
    let text = output(&mut command);
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mistakes: Vec<String> = validator.iter_errors(&value).map(|e| e.to_string()).collect();
    assert!(mistakes.is_empty(), "{mistakes:?}");
    let crash = &value["scenarios"]["crash"];
    assert_eq!(crash["samples"].as_array().unwrap().len(), 2);
    assert!(crash["samples"][0]["figures"]["system.recovery_time"].is_number());
    assert!(crash["stores"]["orders"]["recovery_time"]["p50"].is_number());
    assert_eq!(value["manifest"]["scenarios"].as_object().unwrap().len(), 4);
    let sha = value["manifest"]["presets"]["postgresql/patroni"]["sha256"].as_str().unwrap();
    assert_eq!(sha.len(), 64);
}

#[test]
fn every_form_of_every_command() {
    for command in ["check", "predict", "explain", "trace"] {
        for format in ["text", "json", "markdown"] {
            let few: &[&str] = if command == "check" { &[] } else { &["--trials", "256"] };
            let mut arguments = vec![command, MODEL, CRASH, "--format", format, "--ascii"];
            arguments.extend(few);
            let output = drillcast(&arguments).output().unwrap();
            let code = output.status.code().unwrap();
            let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!([0, 1, 3].contains(&code), "{command} {format}: {code} {stderr}");
            assert!(!output.stdout.is_empty() && stderr.is_empty(), "{command} {format}");
            let text = String::from_utf8(output.stdout).unwrap();
            if format == "json" {
                serde_json::from_str::<serde_json::Value>(&text).unwrap();
            }
            assert!(!text.contains('\u{1b}'), "colour in a pipe");
        }
    }
}

#[test]
fn a_trial_is_told_by_its_number_or_its_quantile() {
    let trace = |more: &[&str]| {
        let mut arguments = vec!["trace", MODEL, CRASH, "--trials", "300"];
        arguments.extend(more);
        drillcast(&arguments)
    };
    trace(&["--trial", "7"]).assert().code(0).stdout(predicate::str::starts_with("Trial 7: "));
    trace(&["--at", "max"]).assert().code(0).stdout(predicate::str::contains("(the longest)"));
    trace(&["--at", "p95", "--all"]).assert().code(0);
    trace(&["--at", "95"]).assert().code(2);
    trace(&["--at", "max", "--trial", "7"]).assert().code(2);
    // Observers executed tick by tick tell the same story.
    let lazy = output(&mut trace(&["--trial", "7"]));
    assert_eq!(lazy, output(&mut trace(&["--trial", "7", "--every-event"])));
}

#[test]
fn wrong_precisions_are_told_before_a_trial() {
    predict(&["--precision", "no.such_figure.p95=1%"])
        .assert()
        .code(2)
        .stderr(predicate::str::contains("system.recovery_time"));
}

#[test]
fn presets_are_listed_described_and_copied() {
    drillcast(&["presets"]).assert().code(0).stdout(predicate::str::contains("postgresql/patroni"));
    drillcast(&["presets", "etcd"]).assert().code(0).stdout(predicate::str::contains("heartbeat"));
    drillcast(&["presets", "etdc"]).assert().code(2).stderr(predicate::str::contains("etcd"));
    let text = output(&mut drillcast(&["presets", "etcd", "--toml"]));
    // A copy under a folder of one's own takes the place of ours.
    let folder = tempfile::tempdir().unwrap();
    let own = text.replace("title = \"etcd\"", "title = \"our etcd\"");
    fs::write(folder.path().join("etcd.toml"), own).unwrap();
    let path = folder.path().to_str().unwrap();
    let list = drillcast(&["presets", "--presets", path]).assert().code(0);
    list.stdout(predicate::str::contains("our etcd"));
}

#[test]
fn no_objective_is_said_and_how_to_add_one() {
    let folder = tempfile::tempdir().unwrap();
    let model = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(MODEL)).unwrap();
    let plain = model.split("[objectives").next().unwrap();
    let path = folder.path().join("plain.toml");
    fs::write(&path, plain).unwrap();
    let arguments = ["predict", path.to_str().unwrap(), CRASH, "--trials", "256"];
    drillcast(&arguments)
        .assert()
        .code(0)
        .stdout(predicate::str::contains("[objectives.orders] recovery_time = \"p95 <= "));
}

#[test]
fn check_finds_what_needs_no_trial() {
    drillcast(&["check", MODEL]).assert().code(0);
    let short = ["check", MODEL, CRASH, "--set", "stores.orders.loop_wait=20s"];
    drillcast(&short).assert().code(1).stdout(predicate::str::contains("contradiction"));
    // A rule may look at the faults, and an edit goes over what a scenario sets.
    let hang = "scenarios/lab/patroni/hang.toml";
    let patient = ["--set", "clients.writer.read_timeout=never"];
    let rule = "no_read_timeout";
    let check = |more: &[&str]| output(drillcast(&["check", MODEL]).args(more).args(patient));
    assert!(check(&[hang]).contains(rule));
    assert!(!check(&[]).contains(rule) && !check(&[CRASH]).contains(rule));
    assert!(!output(&mut drillcast(&["check", MODEL, hang])).contains(rule));
    let wrong = ["check", MODEL, CRASH, "--set", "stores.orders.ttl=minus"];
    drillcast(&wrong).assert().code(2).stdout(predicate::str::contains("exit 2"));
}

/// What `explain` says of one more member is what `predict` says of a model that
/// has it.
#[test]
fn one_more_member_is_what_set_makes_of_it() {
    let explained =
        output(&mut drillcast(&["explain", MODEL, CRASH, "--trials", "512", "--format", "json"]));
    let explained: serde_json::Value = serde_json::from_str(&explained).unwrap();
    let changes = explained["changes"].as_array().unwrap();
    let change = changes.iter().find(|change| change["path"] == "stores.orders.members").unwrap();
    assert_eq!(change["members"], "one more member of orders, in n1");
    let members = format!("stores.orders.members={}", change["to"].as_str().unwrap());
    assert_eq!(members, r#"stores.orders.members=["n1", "n2", "n3", "n1"]"#);
    let hosts = r#"clients.writer.hosts=["n1", "n2", "n3", "n1-2"]"#;
    let more = output(&mut predict(&["--format", "json", "--set", &members, "--set", hosts]));
    let more: serde_json::Value = serde_json::from_str(&more).unwrap();
    let p95 = more["scenarios"]["crash"]["system"]["recovery_time"]["p95"].as_f64().unwrap();
    let told = change["p95"].as_f64().unwrap();
    assert!((told / p95 - 1.0).abs() < 0.001, "{told} is not {p95}");
}

#[test]
fn ascii_is_ascii_everywhere() {
    let commands: [&[&str]; 6] = [
        &["predict", MODEL, CRASH, "--trials", "512", "--all"],
        &["explain", MODEL, CRASH, "--trials", "512", "--all"],
        &["trace", MODEL, CRASH, "--all"],
        &["check", MODEL, CRASH],
        &["presets"],
        &["presets", "postgresql/patroni"],
    ];
    for arguments in commands {
        let text = output(drillcast(arguments).arg("--ascii"));
        let odd: Vec<&str> = text.lines().filter(|line| !line.is_ascii()).collect();
        assert!(odd.is_empty() && !text.is_empty(), "{arguments:?}: {odd:?}");
        let plain = output(&mut drillcast(arguments));
        let widest = plain.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(100), "{arguments:?}: {widest:?} columns");
    }
}

#[test]
fn what_init_writes_runs_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let new = folder.path().join("made/here");
    let init = || {
        let mut command = drillcast(&["init", &new.to_string_lossy()]);
        command.assert()
    };
    init().code(0).stdout(predicate::str::contains("Next: drillcast predict"));
    let [model, scenario] = ["shop.toml", "zone-a.toml"].map(|name| new.join(name));
    let [model, scenario] = [&model, &scenario].map(|path| path.to_string_lossy().into_owned());
    drillcast(&["check", &model, &scenario]).assert().code(0);
    drillcast(&["predict", &model, &scenario, "--trials", "1024"]).assert().code(0);
    // What is there is never replaced, and nothing is put beside it.
    fs::write(&model, "mine").unwrap();
    fs::remove_file(&scenario).unwrap();
    init().code(2).stderr(predicate::str::contains("exists already; nothing was changed"));
    assert_eq!(fs::read_to_string(&model).unwrap(), "mine");
    assert!(!Path::new(&scenario).exists());
}

#[test]
fn schemas_are_printed() {
    for of in ["model", "scenario", "preset", "prediction"] {
        let schema = output(&mut drillcast(&["schema", of]));
        let schema: serde_json::Value = serde_json::from_str(&schema).unwrap();
        assert!(schema["properties"].is_object(), "{of}");
    }
}

#[test]
fn an_objective_that_no_trial_yields_is_shown_where_it_stands() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("m.toml");
    let model = fs::read_to_string("models/lab/patroni.toml").unwrap();
    fs::write(
        &path,
        format!("{model}\n[objectives.writer]\nsplit_brain_seconds = \"p95 <= 1s\"\n"),
    )
    .unwrap();
    let output = drillcast(&["check", &path.to_string_lossy(), CRASH]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("objective::no_figure") && told.contains("no trial yields it"), "{told}");
    assert!(told.contains("p95 <= 1s"), "{told}");
}

#[test]
fn all_mistakes_in_all_files_are_told_in_one_pass() {
    let model = r#"model = "shop"
zones = { a = "eu-1", b = "eu-1", c = "eu-2" }

[consensus.etcd]
technology = "etcd"
members = ["a/1", "b/1", "c/1"]
hart_beat = "100ms"

[stores.orders]
technology = "postgresql/patroni"
members = ["a/1", "b/1"]
dcs = "etcd"
ttl = "30 parsecs"

[clients.app]
technology = "client/libpq"
of = "orders"
"#;
    let scenario = r#"scenario = "The primary dies"
horizn = "1h"

[set]
clients.apq.every = "1s"
stores.orders.loop_wait = "10 parsecs"

[[faults]]
what = "kil"
where = "primary of ordrs"
"#;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("model.toml", model), ("scenario.toml", scenario)] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    let mut command = drillcast(&["predict", "model.toml", "scenario.toml"]);
    let output = command.current_dir(&folder).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    insta::assert_snapshot!("all_mistakes", String::from_utf8_lossy(&output.stderr));
}

/// The steps of all shapes in an answer, each as a share of where its shape ends.
fn steps(of: &serde_json::Value, found: &mut Vec<f64>) {
    let all = of.as_object().into_iter().flat_map(serde_json::Map::values);
    all.chain(of.as_array().into_iter().flatten()).for_each(|inner| steps(inner, found));
    if let (Some(from), Some(to), Some(trials)) =
        (of["from"].as_f64(), of["to"].as_f64(), of["trials"].as_array())
    {
        found.push((to - from) / trials.len() as f64 / to);
    }
}

#[test]
fn no_shape_is_finer_than_what_was_counted() {
    // After a drain of hours the time to reroute differs by seconds.
    let command = ["predict", "models/butterfly.toml", "scenarios/butterfly/zone-drain.toml"];
    let more = ["--trials", "2048", "--format", "json"];
    let output = drillcast(&[&command[..], &more].concat()).output().unwrap();
    let mut found = Vec::new();
    steps(&serde_json::from_slice(&output.stdout).unwrap(), &mut found);
    assert!(found.len() > 20, "{found:?}");
    let finest = found.into_iter().fold(f64::INFINITY, f64::min);
    assert!(finest >= <drillcast::statistics::Histogram>::FINENESS, "{finest}");
}
