//! The schemas for editors accept every file of the repository, and refuse what
//! the readers refuse.

use std::path::{Path, PathBuf};

use drillcast::model::preset::PresetLibrary;
use drillcast::model::schema::{model_schema, preset_schema, scenario_schema};
use jsonschema::Validator;
use serde_json::Value;

use crate::harness::{path, text};

fn validator(schema: &str) -> Validator {
    let schema: Value = serde_json::from_str(schema).expect("it is JSON");
    jsonschema::validator_for(&schema).expect("it is a schema")
}

fn validators() -> [(&'static str, Validator); 3] {
    let library = PresetLibrary::embedded();
    [
        ("model", validator(&model_schema(&library))),
        ("scenario", validator(&scenario_schema(&library))),
        ("preset", validator(&preset_schema())),
    ]
}

fn json(toml: &str) -> Value {
    let table: toml::Table = toml.parse().expect("it is TOML");
    serde_json::to_value(table).expect("TOML fits into JSON")
}

/// The TOML files below a folder.
fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            found.push(path);
        }
    }
}

/// What is wrong, each with its place.
fn mistakes(validator: &Validator, document: &Value) -> Vec<String> {
    validator.iter_errors(document).map(|e| format!("{}: {e}", e.instance_path())).collect()
}

#[test]
fn every_file_of_the_repository_is_valid() {
    let validators = validators();
    let mut all = Vec::new();
    for folder in ["models", "scenarios", "benches", "docs"] {
        files(&path(folder), &mut all);
    }
    let mut checked = [0; 3];
    for file in all {
        let document = json(&text(&file.to_string_lossy()));
        // The first key says what a file is.
        let Some(at) = validators.iter().position(|(kind, _)| document.get(kind).is_some()) else {
            continue;
        };
        let wrong = mistakes(&validators[at].1, &document);
        // A technology of the user's own is known to a schema made with it.
        let own = ["docs", "benches"].into_iter().any(|folder| file.starts_with(path(folder)));
        let known = validators[at].0 != "model";
        assert!(own && !known || wrong.is_empty(), "{}: {wrong:#?}", file.display());
        checked[at] += 1;
    }
    assert!(checked.iter().all(|n| *n >= 4), "{checked:?} files were checked");
}

/// A file with a word in it replaced.
fn spoilt(file: &str, right: &str, wrong: &str) -> Value {
    let text = text(file);
    assert!(text.contains(right), "{file} has no {right}");
    json(&text.replacen(right, wrong, 1))
}

#[test]
fn misspelt_keys_are_refused() {
    let [(_, model), (_, scenario), (_, preset)] = validators();
    let shop = "models/shop.toml";
    for (right, wrong) in [
        ("retry_timeout", "retry_timeuot"),
        ("members = ", "member = "),
        ("technology = \"etcd\"", "technology = \"etdc\""),
        ("dcs = \"etcd\"", ""),
        ("count = 20", "count = \"many\""),
        ("recovery_time", "recovery_tiem"),
        ("[stores.orders]", "[store.orders]"),
        ("ttl = \"20s\"", "ttl = 20"),
        ("p50 = \"5ms\"", "q50 = \"5ms\""),
    ] {
        let spoilt = spoilt(shop, right, wrong);
        assert!(!mistakes(&model, &spoilt).is_empty(), "{wrong} passes");
    }
    let zone = "scenarios/shop/zone-a.toml";
    for (right, wrong) in [
        ("what =", "waht ="),
        ("power loss", "powerloss"),
        ("for =", "lasts ="),
        ("\n[[faults]]", "\n[[fault]]"),
    ] {
        assert!(!mistakes(&scenario, &spoilt(zone, right, wrong)).is_empty(), "{wrong} passes");
    }
    let etcd = "models/presets/etcd.toml";
    for (right, wrong) in [
        ("versions =", "versoins ="),
        ("\ndefault =", "\ndefualt ="),
        ("when =", "wehn ="),
        ("[one.gate]", "[one.gates]"),
        ("kind = \"consensus\"", "kind = \"consensu\""),
        ("[exports]", "[export]"),
    ] {
        assert!(!mistakes(&preset, &spoilt(etcd, right, wrong)).is_empty(), "{wrong} passes");
    }
}
