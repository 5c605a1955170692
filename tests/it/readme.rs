//! The README says what the program does: its answer is the main command's
//! output, and its examples are files that run.

use assert_cmd::Command;
use drillcast::diagnostic::SourceFile;
use drillcast::trial::Program;

use crate::harness::{load_sources, path, run, text};

/// The text of the fenced blocks of a language.
fn blocks(readme: &str, language: &str) -> Vec<String> {
    let fence = format!("```{language}\n");
    let rest = readme.split(&fence).skip(1);
    rest.map(|r| r.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// What the program answers to a command of the README.
fn answer(line: &str) -> String {
    let arguments = line.trim_start_matches("cargo run --release --quiet -- ");
    let arguments = arguments.trim_start_matches("drillcast ").split_whitespace();
    let output = Command::new(env!("CARGO_BIN_EXE_drillcast"))
        .current_dir(path("."))
        .args(arguments)
        .output()
        .expect("the program runs");
    String::from_utf8(output.stdout).expect("text")
}

/// `DRILLCAST_BLESS=1 cargo test --test it readme` writes the answers anew.
#[test]
fn the_answers_in_the_readme_are_the_programs() {
    let readme = text("README.md");
    let line = |start: &str| {
        readme.lines().find(|line| line.starts_with(start)).expect("a command").to_owned()
    };
    let commands = [line("cargo run "), line("drillcast predict models/shop.toml --every ")];
    let shown = blocks(&readme, "text");
    assert_eq!(shown.len(), commands.len());
    let mut new = readme.clone();
    for (command, shown) in commands.iter().zip(&shown) {
        let answer = answer(command);
        if std::env::var_os("DRILLCAST_BLESS").is_some() {
            let (old, told) = (format!("```text\n{shown}```"), format!("```text\n{answer}```"));
            new = new.replacen(&old, &told, 1);
        } else {
            assert_eq!(*shown, answer, "write it anew with DRILLCAST_BLESS=1");
        }
    }
    if new != readme {
        std::fs::write(path("README.md"), new).expect("the README can be written");
    }
}

#[test]
fn the_examples_in_the_readme_run() {
    let files = blocks(&text("README.md"), "toml");
    let [model, scenario, drill] = &files[..] else { panic!("a model and two scenarios") };
    assert_eq!(*drill, text("scenarios/shop/failover-drill.toml"));
    let model = SourceFile::new("shop.toml", model.as_str());
    let scenario = SourceFile::new("zone-a.toml", scenario.as_str());
    let (model, scenario) = load_sources(&model, &scenario, &[]);
    let program = Program::compile(&model, &scenario);
    let outcomes = run(&program, 1, 512);
    assert!(outcomes.iter().all(|o| !o.course.unsettled));
    assert!(outcomes.iter().any(|o| !o.course.path.is_empty()), "the zone is missed");
}
