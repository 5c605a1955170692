//! The presets that are built in: what they say of themselves.

use std::collections::BTreeSet;
use std::path::Path;

use drillcast::model::preset::{Preset, PresetLibrary};

#[test]
fn presets_describe_themselves() {
    let library = PresetLibrary::embedded();
    for name in library.names() {
        let preset = library.get(name).expect("every embedded preset can be read");
        // How it was held against reality moves with the lab, not with the preset.
        let preset = Preset { held: None, ..(*preset).clone() };
        insta::assert_snapshot!(name.replace('/', "-"), preset.describe(100));
    }
}

#[test]
fn narrow_pages_are_wrapped() {
    let library = PresetLibrary::embedded();
    for name in library.names() {
        let preset = library.get(name).expect("every embedded preset can be read");
        for width in [80, 100] {
            let long = |line: &&str| line.chars().count() > width && line.trim().contains(' ');
            assert_eq!(preset.describe(width).lines().find(long), None);
        }
        assert!(preset.describe(0).lines().count() > preset.describe(100).lines().count());
    }
}

/// The files below a folder, as names of presets.
fn names_below(folder: &Path, prefix: &str, names: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are text");
        if path.is_dir() {
            names_below(&path, &format!("{prefix}{stem}/"), names);
        } else if path.extension().is_some_and(|extension| extension == "toml") {
            names.insert(format!("{prefix}{stem}"));
        }
    }
}

#[test]
fn every_file_is_embedded_under_its_own_name() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/presets");
    let mut names = BTreeSet::new();
    names_below(&folder, "", &mut names);
    let library = PresetLibrary::embedded();
    assert_eq!(library.names().into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), names);
    for name in library.names() {
        assert_eq!(library.get(name).map(|preset| preset.name.clone()).as_deref(), Some(name));
    }
}
