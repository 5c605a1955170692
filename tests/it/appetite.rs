//! Broken files do not crash the program, nor make it eat the machine: each is
//! refused by the built binary in an address space that leaves it less than
//! 200 MB of memory.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use assert_cmd::Command;

/// All the memory that may be mapped [KiB], program text and stacks included;
/// what is resident is less.
const ADDRESS_SPACE: u64 = 200_000;
/// Longer than any refusal takes, in a build without much optimisation too.
const PATIENCE: Duration = Duration::from_secs(120);

/// Runs `drillcast check` with less memory than 200 MB; the exit code and what
/// was said.
fn check(arguments: &[&Path]) -> (Option<i32>, String) {
    let binary = assert_cmd::cargo::cargo_bin("drillcast");
    let mut command = Command::new("sh");
    let script = format!("ulimit -v {ADDRESS_SPACE}; exec \"$0\" check \"$@\"");
    command.arg("-c").arg(script).arg(binary).args(arguments).timeout(PATIENCE);
    // Whoever hangs is ended, and has no exit code.
    let output = command.output().expect("sh can be run");
    let said = String::from_utf8_lossy(&output.stderr).into_owned()
        + &String::from_utf8_lossy(&output.stdout);
    (output.status.code(), said)
}

/// Whether a run refused the input in good order.
fn refused(arguments: &[&Path]) {
    let (code, said) = check(arguments);
    let tail: String = said.chars().take(400).collect();
    assert_eq!(code, Some(2), "{arguments:?}: {tail}");
    assert!(!said.contains("panicked"), "{arguments:?}: {tail}");
    assert!(!said.is_empty(), "{arguments:?} says nothing");
    assert!(said.len() < 1_000_000, "{arguments:?} says {} bytes", said.len());
}

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it").join(folder);
    let entries = fs::read_dir(folder).expect("the folder can be read");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("readable").path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    assert!(!files.is_empty());
    files
}

fn is_scenario(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("scenario_"))
}

#[test]
fn broken_models_and_scenarios_are_refused_in_little_memory() {
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/lab/patroni.toml");
    for path in files("bad") {
        if is_scenario(&path) {
            refused(&[&sound, &path]);
        } else {
            refused(&[&path]);
        }
    }
}

#[test]
fn broken_presets_are_refused_in_little_memory() {
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/lab/patroni.toml");
    for path in files("bad_presets") {
        let folder = tempfile::tempdir().expect("a folder can be made");
        fs::copy(&path, folder.path().join("mine.toml")).expect("the file can be copied");
        refused(&[&sound, Path::new("--presets"), folder.path()]);
    }
}

/// Texts of nearly 1 MiB, the largest that is looked at, and numbers without
/// measure.
fn monsters() -> Vec<(&'static str, String)> {
    const SIZE: usize = 1024 * 1024 - 64;
    let head = "model = \"monster\"\nzones = { a = \"r\" }\n";
    let filled = |piece: &str| head.to_owned() + &piece.repeat((SIZE - head.len()) / piece.len());
    let mut keys = head.to_owned();
    for i in 0..1_000_000 {
        if keys.len() > SIZE {
            break;
        }
        let _ = writeln!(keys, "k{i}=1");
    }
    let store = |line: &str| {
        format!(
            "{head}[consensus.e]\ntechnology = \"etcd\"\nmembers = [\"a\"]\n[stores.s]\n\
             technology = \"postgresql/patroni\"\nmembers = [\"a\"]\ndcs = \"e\"\n{line}\n"
        )
    };
    let member = "\"a\",".repeat(120_000);
    vec![
        ("larger than is looked at", "[".repeat(4 * 1024 * 1024 - 64)),
        ("larger than is read", "[".repeat(5 * 1024 * 1024)),
        ("brackets", filled("[")),
        ("opened and closed", filled("[]")),
        ("deep lists", format!("{head}deep = {}{}", "[".repeat(50_000), "]".repeat(50_000))),
        ("deep tables", format!("{head}deep = {}1{}", "{a=".repeat(50_000), "}".repeat(50_000))),
        ("deep names", format!("{head}[{}a]", "a.".repeat(400_000))),
        ("many deep names", filled(&format!("[{}b]\n", "a.".repeat(60)))),
        ("keys", keys),
        ("tables", filled("[[stores]]\n")),
        ("quotes", filled("\"")),
        ("a long name", filled("a")),
        ("escapes", format!("{head}title = \"{}\"", "\\u0000".repeat(150_000))),
        ("nothing but zeros", "\0".repeat(SIZE)),
        ("a huge number", store(&format!("ttl = \"{}s\"", "9".repeat(1_000_000)))),
        ("a huge integer", store(&format!("writes = {}", "9".repeat(1_000_000)))),
        ("a tower of signs", store(&format!("ttl = \"{}1s\"", "-".repeat(1_000_000)))),
        ("a great exponent", store("wal = \"1e999999999 MB/s\"")),
        ("a range without end", store("ttl = \"1s..1e300d\"")),
        ("samples", store(&format!("promotion = {{ samples = [{}] }}", "\"1x\",".repeat(150_000)))),
        ("members", store("").replace("[\"a\"]", &format!("[{member}]"))),
    ]
}

#[test]
fn monsters_are_refused_in_little_memory() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for (name, text) in monsters() {
        let path = folder.path().join(format!("{}.toml", name.replace(' ', "-")));
        fs::write(&path, text).expect("the file can be written");
        refused(&[&path]);
    }
}

/// The same inside a preset, where expressions are parsed, and in a scenario.
#[test]
fn monstrous_expressions_are_refused_in_little_memory() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let sound = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/lab/patroni.toml");
    let etcd = include_str!("../../models/presets/etcd.toml");
    for expression in ["(".repeat(900_000), "not ".repeat(200_000), "1 + ".repeat(200_000)] {
        let quorum = "any(m in member: answers(caller, m.etcd) and m.heard)";
        assert!(etcd.contains(quorum));
        let own = folder.path().join("presets");
        fs::create_dir_all(&own).expect("a folder can be made");
        fs::write(own.join("mine.toml"), etcd.replacen(quorum, &expression, 1)).expect("written");
        refused(&[&sound, Path::new("--presets"), &own]);
    }
    let faults = "[[faults]]\nwhat = \"kill\"\nwhere = \"primary of nobody\"\n".repeat(15_000);
    let path = folder.path().join("faults.toml");
    fs::write(&path, format!("scenario = \"many\"\n{faults}")).expect("written");
    refused(&[&sound, &path]);
}
