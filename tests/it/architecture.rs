//! The house: imports go down, and ARCHITECTURE.md shows the same table.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::harness::{path, text};

/// The rows of the table in ARCHITECTURE.md: layer, module, what it may import.
fn table() -> BTreeMap<String, (u32, Vec<String>)> {
    let mut rows = BTreeMap::new();
    for line in text("ARCHITECTURE.md").lines() {
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [_, layer, module, _, imports, _] = cells[..] else { continue };
        let Ok(layer) = layer.parse() else { continue };
        let imports = imports.split(',').map(|i| i.trim().to_owned()).collect();
        rows.insert(module.to_owned(), (layer, imports));
    }
    rows
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

/// Every source file with the module that it belongs to and its text, without
/// the tests at its foot and without comments.
fn files() -> Vec<(String, String, String)> {
    let root = path("src");
    let mut found = Vec::new();
    sources(&root, &mut found);
    found.sort();
    let read = found.iter().map(|file| {
        let inside = file.strip_prefix(&root).expect("it is below src");
        let first = inside.iter().next().expect("it has a name").to_string_lossy();
        let module = first.trim_end_matches(".rs").to_owned();
        let text = std::fs::read_to_string(file).expect("it is text");
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
        let lines = code.lines().filter(|l| !l.trim_start().starts_with("//"));
        (module, inside.display().to_string(), lines.collect::<Vec<_>>().join("\n"))
    });
    read.collect()
}

/// The modules that a text names as `crate::name`.
fn imports(code: &str) -> Vec<String> {
    let names = code.split("crate::").skip(1).map(|rest| {
        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>()
    });
    names.filter(|n| !n.is_empty()).collect()
}

#[test]
fn a_module_imports_only_what_the_table_allows() {
    let table = table();
    assert!(table.len() >= 14, "the table has only {} rows", table.len());
    let mut wrong = Vec::new();
    for (module, file, code) in files() {
        if module == "lib" || module == "main" {
            continue;
        }
        let Some((layer, allowed)) = table.get(&module) else {
            wrong.push(format!("{file}: {module} is not in the table"));
            continue;
        };
        for import in imports(&code) {
            let Some((other, _)) = table.get(&import) else { continue };
            let exception = module == "model" && import == "outcome";
            let everything = allowed.iter().any(|a| a == "everything below");
            let listed = everything || allowed.contains(&import);
            if import != module && !(listed && (other < layer || exception)) {
                wrong.push(format!("{file} imports {import}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// What a file takes from which others: the modules that its `use` name from the root or
/// from where it stands. A folder and what is in it are one family.
fn taken(module: &str, code: &str, known: &BTreeSet<String>) -> BTreeSet<String> {
    let mut taken = BTreeSet::new();
    for used in code.split("use ").skip(1).filter_map(|rest| rest.split(';').next()) {
        let (before, names) = used.split_once('{').unwrap_or((used, ""));
        for name in names.split(',') {
            let whole: String = format!("{before}{name}").split_whitespace().collect();
            let mut parts: Vec<&str> = whole.split("::").collect();
            let mut from: Vec<&str> = module.split("::").collect();
            if parts[0] == "crate" {
                from.clear();
                parts.remove(0);
            } else if parts[0] != "super" {
                continue;
            }
            while parts.first() == Some(&"super") {
                from.pop();
                parts.remove(0);
            }
            from.append(&mut parts);
            while !from.is_empty() && !known.contains(&from.join("::")) {
                from.pop();
            }
            taken.insert(from.join("::"));
        }
    }
    let within = |one: &str, other: &str| format!("{one}::").starts_with(&format!("{other}::"));
    taken.retain(|other| !other.is_empty() && !within(other, module) && !within(module, other));
    taken
}

/// Those who take from each other in a circle, or from such.
fn in_circles(mut takes: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let left: BTreeSet<String> = takes.keys().cloned().collect();
        takes.retain(|_, from| from.iter().any(|other| left.contains(other)));
        if takes.len() == left.len() {
            return takes.into_keys().collect();
        }
    }
}

#[test]
fn no_file_takes_from_one_that_takes_from_it() {
    let circle = [("a", "use crate::b::{\n    C, D,\n};"), ("b", "use super::a::E;"), ("c", "")];
    let name = |file: &str| {
        let name = file.trim_end_matches(".rs").trim_end_matches("/mod");
        name.replace('/', "::")
    };
    let takes = |files: &[(String, String)]| -> BTreeMap<String, BTreeSet<String>> {
        let known: BTreeSet<String> = files.iter().map(|(module, _)| module.clone()).collect();
        let of = |(module, code): &(String, String)| (module.clone(), taken(module, code, &known));
        files.iter().map(of).collect()
    };
    let circle = circle.map(|(module, code)| (module.to_owned(), code.to_owned()));
    assert_eq!(in_circles(takes(&circle)), ["a", "b"]);
    let files: Vec<_> = files().into_iter().map(|(_, file, code)| (name(&file), code)).collect();
    assert!(takes(&files).values().map(BTreeSet::len).sum::<usize>() > 500, "who takes what?");
    assert_eq!(in_circles(takes(&files)), Vec::<String>::new());
}

#[test]
fn every_row_of_the_table_is_a_module() {
    let library = text("src/lib.rs");
    for module in table().keys() {
        assert!(library.contains(&format!("pub mod {module};")), "{module} is no module");
    }
}

#[test]
fn only_the_command_line_prints_reads_files_or_looks_at_the_clock() {
    let words = [
        "println!",
        "eprintln!",
        "std::fs",
        "std::io::",
        "SystemTime",
        "std::env::",
        "Instant::now",
    ];
    for (module, file, code) in files() {
        if module == "cli" || module == "main" {
            continue;
        }
        for word in words {
            assert!(!code.contains(word), "{file} has {word}");
        }
    }
}

#[test]
fn no_technology_has_its_name_in_the_code() {
    let names = ["patroni", "etcd", "haproxy", "libpq", "postgres", "kafka", "redis", "cassandra"];
    for (_, file, code) in files() {
        for line in code.lines().filter(|l| !l.contains("include_str!") && !l.contains("presets/"))
        {
            let line = line.to_lowercase();
            for name in names {
                assert!(!line.contains(name), "{file}: {line}");
            }
        }
    }
}

#[test]
fn the_words_of_the_field_are_kept() {
    let never = ["percentile", "rto_actual", "mttr"];
    for (_, file, code) in files() {
        let code = code.to_lowercase();
        for word in never {
            assert!(!code.contains(word), "{file} says {word}");
        }
    }
}

#[test]
fn rooms_have_names_that_say_what_is_in_them() {
    for (_, file, _) in files() {
        for vague in ["util", "common", "helper", "misc", "prelude"] {
            assert!(!file.contains(vague), "{file}");
        }
    }
}
