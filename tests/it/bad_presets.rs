//! Presets with mistakes: each file of bad_presets/ and how it is reported.

use std::path::Path;

use drillcast::diagnostic::{Severity, SourceFile, render};
use drillcast::model::preset::{PresetLibrary, read_preset};
use drillcast::model::read::Context;
use proptest::prelude::*;

#[test]
fn every_mistake_is_shown_where_it_stands() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/bad_presets");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder can be read")
        .map(|entry| entry.expect("the folder can be read").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    assert!(files.len() >= 16);
    for path in files {
        let stem = path.file_stem().and_then(|stem| stem.to_str()).expect("names are text");
        let text = std::fs::read_to_string(&path).expect("the file can be read");
        let context = Context::without_files();
        let preset = read_preset(&SourceFile::new(format!("{stem}.toml"), text), &context);
        assert_eq!(preset, None, "{stem} is not wrong");
        let shown = render(&context.into_diagnostics(), 100, false, false);
        insta::assert_snapshot!(format!("{stem}"), shown);
    }
}

/// The etcd preset, changed by one replacement.
fn changed(from: &str, to: &str) -> String {
    let library = PresetLibrary::embedded();
    let text = library.source("etcd").expect("it is embedded").text().to_owned();
    assert!(text.contains(from));
    text.replace(from, to)
}

#[test]
fn own_presets_take_the_place_of_ours() {
    let own = changed("default = \"100ms\"", "default = \"250ms\"");
    let (library, mistakes) = PresetLibrary::with_extra(vec![("mine.toml".to_owned(), own)]);
    assert_eq!(mistakes, vec![]);
    assert_eq!(library.names(), PresetLibrary::embedded().names());
    let preset = library.get("etcd").expect("it is there");
    assert_eq!(preset.parameters[0].default.text, "250ms");
    let new = changed("preset = \"etcd\"", "preset = \"zzz\"");
    let (library, mistakes) = PresetLibrary::with_extra(vec![("mine.toml".to_owned(), new)]);
    assert_eq!(mistakes, vec![]);
    assert_eq!(library.names().last(), Some(&"zzz"));
}

#[test]
fn a_wrong_preset_of_ones_own_hides_ours() {
    let wrong = changed("kind = \"consensus\"", "kind = \"consensu\"");
    let (library, mistakes) = PresetLibrary::with_extra(vec![("mine.toml".to_owned(), wrong)]);
    assert_eq!(mistakes.len(), 1);
    assert_eq!(mistakes[0].code, "preset::unknown_kind");
    assert_eq!(library.get("etcd"), None);
    let twice = changed("100ms", "101ms");
    let files = vec![("a.toml".to_owned(), twice.clone()), ("b.toml".to_owned(), twice)];
    let (_, mistakes) = PresetLibrary::with_extra(files);
    assert_eq!(
        mistakes.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(),
        ["preset::duplicate"]
    );
}

/// Pieces that people put in the wrong place.
const PIECES: [&str; 16] = [
    "\"", "{", "}", "[", "]", "=", "\\n", "self", "member", " and ", "(", ")", "0", "leader", ".",
    "ü",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn no_damage_to_a_preset_is_fatal(
        which in 0usize..4,
        cuts in prop::collection::vec((any::<prop::sample::Index>(), 0usize..30), 0..4),
        additions in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::sample::select(PIECES.to_vec())), 0..4),
    ) {
        let library = PresetLibrary::embedded();
        let name = library.names()[which].to_owned();
        let mut letters: Vec<char> =
            library.source(&name).expect("it is embedded").text().chars().collect();
        for (place, length) in cuts {
            let start = place.index(letters.len());
            letters.drain(start..(start + length).min(letters.len()));
        }
        for (place, piece) in additions {
            let start = place.index(letters.len());
            letters.splice(start..start, piece.chars());
        }
        let text: String = letters.into_iter().collect();
        let context = Context::without_files();
        let preset = read_preset(&SourceFile::new("damaged.toml", text), &context);
        let mistakes = context.into_diagnostics();
        prop_assert_eq!(preset.is_none(), mistakes.iter().any(|one| one.severity == Severity::Error));
        let _ = render(&mistakes, 80, false, true);
        if let Some(preset) = preset {
            let _ = preset.describe(80);
        }
    }
}
