//! docs/accuracy.md says how predictions went that were held against reality, and
//! docs/accuracy.toml says it in short to the program. Both are written by
//! `DRILLCAST_BLESS=1 cargo test --test it accuracy`.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use drillcast::model::preset::{Block, Held, Node, Preset, PresetLibrary};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::golden;
use crate::harness::{load, path, text};
use crate::lab::{self, Evidence, LEVEL, Row};

const PAGE: &str = "docs/accuracy.md";
const SUMMARY: &str = "docs/accuracy.toml";

const HEAD: &str = "\
<!-- Written by `DRILLCAST_BLESS=1 cargo test --test it accuracy`; do not edit. -->
# How far to trust it

Every figure below was measured on real software that was really broken, trial by trial, and
predicted from the configuration alone. Write this page anew with

```sh
DRILLCAST_BLESS=1 cargo test --test it accuracy
```

**How to read it.** A figure passes if the measured values could come from *some* law that lies
nowhere further than δ to the left or right of the predicted one: δ is what the machine and its clock
may add, and was fixed before anything was predicted. *p* is the chance of a distance as large as the
one that was seen, by the one-sample Kolmogorov–Smirnov law, or by the exact binomial or multinomial
test for counts; *Holm* is the same with allowance for the number of figures. A figure is off below
1 %. Since a test that accepts anything proves nothing, most rows name a *rival*, an explanation
that people do give; the same test must reject it at 1 %. Beside each measured median stands its 95 %
interval; where the predicted median lies outside by more than δ, it is marked with an asterisk, and
nobody is judged by that.

**What it proves.** These series are training: the mechanisms were learnt with them at hand, though no
number was fitted to them. Agreement shows consistency, not foresight. Durations of work (a promotion,
a restart) belong to the machine that was measured; they were taken from another series than the one
that is tested, and stand in no preset. *Given* names what was recorded of each trial and taken as
known.
";

/// A number with as many digits as seconds deserve.
fn number(value: f64) -> String {
    if value.is_infinite() || value.is_nan() {
        return "never".to_owned();
    }
    let shown = if value.abs() < 9.995 { format!("{value:.2}") } else { format!("{value:.1}") };
    if shown.trim_start_matches('-').chars().all(|c| "0.".contains(c)) {
        return shown.trim_start_matches('-').to_owned();
    }
    shown.replace('-', "−")
}

fn numbers(values: [f64; 3]) -> String {
    values.map(number).join(" / ")
}

/// A p-value.
fn chance(p: f64) -> String {
    match p {
        p if p >= 0.9995 => "1".to_owned(),
        p if p >= 0.001 => format!("{p:.3}"),
        _ => "< 0.001".to_owned(),
    }
}

/// Measured, predicted and the median of a row, as cells.
fn evidence(row: &Row) -> [String; 4] {
    match &row.evidence {
        Evidence::Band { measured, predicted, median, margin } => {
            let inside =
                |low: f64, high: f64| (low - margin..=high + margin).contains(&predicted[1]);
            let median = median.as_ref().map_or_else(
                || "too few".to_owned(),
                |m| {
                    let mark = if inside(m.low, m.high) { "" } else { " *" };
                    format!("{} to {}{mark}", number(m.low), number(m.high))
                },
            );
            [
                numbers(*measured),
                numbers(*predicted),
                median,
                format!("{margin:.3}").trim_end_matches(['0', '.']).to_owned(),
            ]
        }
        Evidence::Counts(cells) => {
            let measured = |(cell, k, _): &(&str, u64, f64)| format!("{cell} {k} of {}", row.n);
            let predicted =
                |(cell, _, share): &(&str, u64, f64)| format!("{cell} {:.1} %", 100.0 * share);
            let all = |show: &dyn Fn(&(&'static str, u64, f64)) -> String| {
                cells.iter().map(show).collect::<Vec<_>>().join(", ")
            };
            [all(&measured), all(&predicted), String::new(), String::new()]
        }
    }
}

/// A row of a table.
fn row(page: &mut String, row: &Row, adjusted: f64) {
    let [measured, predicted, median, margin] = evidence(row);
    let (p, adjusted) = match row.unjudged {
        Some(_) => ("not judged".to_owned(), String::new()),
        None => (chance(row.p), chance(adjusted)),
    };
    let rival = row.rival.map_or(String::new(), |(name, p)| {
        let fate = if p < LEVEL { "rejected" } else { "NOT rejected" };
        format!("{name}: {fate}")
    });
    let _ = writeln!(
        page,
        "| {} | {} | {measured} | {predicted} | {median} | {margin} | {p} | {adjusted} | {rival} |",
        row.name, row.n
    );
    assert!(!row.name.contains('|'), "{}: a table has its own bars", row.name);
}

const TABLE: &str = "\
| figure | n | measured p5 / p50 / p95 [s] | predicted p5 / p50 / p95 [s] | measured median, 95 % | δ | p | Holm | rival |
|---|---:|---|---|---|---:|---:|---:|---|
";

/// Why rows are off or not judged, and what was given, below their table.
fn notes(page: &mut String, rows: &[&(Row, f64)]) {
    let mut lines = Vec::new();
    for (row, _) in rows {
        let mut parts = Vec::new();
        parts.extend(row.given.map(|given| format!("given {given}")));
        parts.extend(row.off.map(|why| format!("off, since {why}")));
        parts.extend(row.unjudged.map(|why| format!("without judgement, since {why}")));
        if row.judges.len() > 1 {
            parts.push(format!("answered for by `{}`", row.judges.join("` and `")));
        }
        if !parts.is_empty() {
            lines.push(format!("- {}: {}.\n", row.name, parts.join("; ")));
        }
    }
    if !lines.is_empty() {
        let _ = write!(page, "\n{}", lines.concat());
    }
}

/// Rows that are off, in front.
fn misses(page: &mut String, all: &[(Row, f64)]) {
    let rows: Vec<&(Row, f64)> = all.iter().filter(|(r, p)| r.is_off(*p)).collect();
    let judged = all.iter().filter(|(row, _)| row.is_judged()).count();
    let _ = write!(page, "\n## Misses\n\n");
    if rows.is_empty() {
        let _ = writeln!(page, "None of {judged} figures is off, and no rival was left standing.");
        return;
    }
    let _ = write!(page, "{} of {judged} figures.\n\n{TABLE}", rows.len());
    rows.iter().for_each(|(one, adjusted)| row(page, one, *adjusted));
    notes(page, &rows);
}

/// All rows, by the technology that answers for them and by series.
fn measured(page: &mut String, library: &PresetLibrary) {
    let mut groups: Vec<(&str, Vec<&(Row, f64)>)> = Vec::new();
    for one in lab::all() {
        let name = one.0.judges[0];
        match groups.iter_mut().find(|(other, _)| *other == name) {
            Some((_, rows)) => rows.push(one),
            None => groups.push((name, vec![one])),
        }
    }
    let _ = write!(
        page,
        "\n## Measured and predicted\n\nThe series lie in [tests/lab](../tests/lab/ORIGIN.md), which says how they were measured.\n"
    );
    for (name, rows) in groups {
        let title = library.get(name).map_or_else(String::new, |preset| preset.title.clone());
        let _ = write!(page, "\n### {title} (`{name}`)\n");
        let mut series: Vec<&(String, u64)> = Vec::new();
        for (row, _) in &rows {
            if !series.contains(&&row.series) {
                series.push(&row.series);
            }
        }
        for (series, trials) in series {
            let _ = write!(page, "\n`{series}`, {trials} trials:\n\n{TABLE}");
            let rows: Vec<&(Row, f64)> =
                rows.iter().copied().filter(|(row, _)| row.series.0 == *series).collect();
            rows.iter().for_each(|(one, adjusted)| row(page, one, *adjusted));
            notes(page, &rows);
        }
    }
}

/// The golden quantiles.
fn catalogue(page: &mut String) {
    let _ = write!(
        page,
        "\n## Golden quantiles\n\nNot measured: what the formulas in each technology's documentation give for its defaults, computed\napart from the program. Where a preset exists, it must lie within 5 % or a second.\n\n\
         | case | class | wanted p5 / p50 / p95 [s] | predicted [s] |\n|---|---|---|---|\n"
    );
    for golden in &golden::CASES {
        let wanted =
            golden.wanted.map_or_else(|| "to be derived from a measurement".to_owned(), numbers);
        let predicted = golden.predicted().map_or_else(|| "not yet modelled".to_owned(), numbers);
        let _ = writeln!(page, "| {} | {} | {wanted} | {predicted} |", golden.case, golden.class);
    }
}

/// What presets took from publications.
fn published(page: &mut String, presets: &[std::sync::Arc<Preset>]) {
    let _ = write!(
        page,
        "\n## Published figures used\n\nDefaults that somebody else vouches for; every other default prints as ASSUMPTION.\n\n\
         | preset | parameter | default | source |\n|---|---|---|---|\n"
    );
    for preset in presets {
        for parameter in &preset.parameters {
            let Some(source) = &parameter.source else { continue };
            let (name, default) = (&parameter.name, parameter.default.text.replace('|', "\\|"));
            let source = source.replace('|', "\\|");
            let _ = writeln!(page, "| `{}` | `{name}` | {default} | {source} |", preset.name);
        }
    }
}

/// The files with an extension below a folder, in order.
fn files(folder: &Path) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the folder can be read") {
        let path = entry.expect("the folder can be read").path();
        if path.extension().is_some_and(|extension| extension == "toml") {
            let name =
                path.strip_prefix(crate::harness::path("")).expect("it is in the repository");
            found.push(name.to_string_lossy().into_owned());
        }
    }
    found.sort();
    found
}

/// The nodes of each preset that move in a scenario of the lab.
fn moved() -> BTreeMap<String, BTreeSet<String>> {
    let mut moved: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for model in files(&path("models/lab")) {
        let stem = Path::new(&model).file_stem().expect("a file").to_string_lossy().into_owned();
        for scenario in files(&path("scenarios/lab").join(&stem)) {
            let (model, scenario) = load(&model, &scenario, &[]);
            let program = Program::compile(&model, &scenario);
            let mut runner = program.runner(Mode::Lazy);
            for trial in 0..64 {
                runner.run(&Sampling::latin_hypercube(1), trial);
                for entry in runner.timeline().entries {
                    // "orders.key", "orders/n2/woken" or "orders/leader=n2".
                    let (path, _) = entry.stage.split_once('=').unwrap_or((&entry.stage, ""));
                    let mut parts = path.split(['.', '/']);
                    let (Some(owner), Some(node)) = (parts.next(), parts.next_back()) else {
                        continue;
                    };
                    let owner = model.components.iter().find(|c| c.name == owner);
                    let Some(owner) = owner else { continue };
                    let nodes = moved.entry(owner.preset.name.clone()).or_default();
                    nodes.insert(node.to_owned());
                }
            }
        }
    }
    moved
}

/// What no series speaks of.
fn never(page: &mut String, presets: &[std::sync::Arc<Preset>], held: &BTreeMap<String, Held>) {
    let _ = write!(page, "\n## Never held against reality\n\n");
    let without = presets.iter().filter(|preset| !held.contains_key(&preset.name));
    let without: Vec<String> =
        without.map(|preset| format!("`{}` ({})", preset.name, preset.title)).collect();
    if !without.is_empty() {
        let _ = writeln!(page, "Presets without a series: {}.\n", without.join(", "));
    }
    let _ = writeln!(
        page,
        "Mechanisms of the other presets that no scenario of the lab sets in motion:\n"
    );
    let moved = moved();
    for preset in presets.iter().filter(|preset| held.contains_key(&preset.name)) {
        let still = |name: &str| moved.get(&preset.name).is_none_or(|nodes| !nodes.contains(name));
        // These are no levels: what they do shows in the works and logs that use them.
        let shared = |node: &&Node| {
            !matches!(node.block, Block::Backup { .. } | Block::Pool { .. } | Block::Link { .. })
        };
        let nodes = preset.nodes.iter().filter(|node| still(&node.name)).filter(shared);
        let nodes: Vec<&str> = nodes.filter_map(|node| node.says.title.as_deref()).collect();
        if !nodes.is_empty() {
            let _ = writeln!(page, "- `{}`: {}.", preset.name, nodes.join("; "));
        }
    }
}

/// The record of each preset.
fn records(all: &[(Row, f64)]) -> BTreeMap<String, Held> {
    let mut held: BTreeMap<String, Held> = BTreeMap::new();
    let empty = Held { series: Vec::new(), failovers: 0, figures: 0, off: 0, weak: 0 };
    for (row, adjusted) in all.iter().filter(|(row, _)| row.is_judged()) {
        for preset in row.judges {
            let record = held.entry((*preset).to_owned()).or_insert_with(|| empty.clone());
            let (series, trials) = &row.series;
            if !record.series.contains(series) {
                record.series.push(series.clone());
                record.failovers += trials;
            }
            record.figures += 1;
            let rejected = *adjusted < LEVEL;
            record.off += u64::from(rejected);
            record.weak += u64::from(!rejected && row.is_off(*adjusted));
        }
    }
    held
}

fn summary(held: &BTreeMap<String, Held>) -> String {
    let mut text = "\
# How each embedded preset was held against reality: docs/accuracy.md in short.
# Written by `DRILLCAST_BLESS=1 cargo test --test it accuracy`; do not edit.
"
    .to_owned();
    for (preset, held) in held {
        let Held { series, failovers, figures, off, weak } = held;
        let series = series.iter().map(|s| format!("  \"{s}\",\n")).collect::<String>();
        let _ = write!(
            text,
            "\n[\"{preset}\"]\nseries = [\n{series}]\nfailovers = {failovers}\nfigures = {figures}\noff = {off}\nweak = {weak}\n"
        );
    }
    text
}

fn page(held: &BTreeMap<String, Held>) -> String {
    let library = PresetLibrary::embedded();
    let presets: Vec<_> = library.names().into_iter().filter_map(|n| library.get(n)).collect();
    let mut page = HEAD.to_owned();
    misses(&mut page, lab::all());
    measured(&mut page, &library);
    catalogue(&mut page);
    published(&mut page, &presets);
    never(&mut page, &presets, held);
    page
}

#[test]
fn the_accuracy_page_is_current() {
    let held = records(lab::all());
    for (file, new) in [(PAGE, page(&held)), (SUMMARY, summary(&held))] {
        if std::env::var_os("DRILLCAST_BLESS").is_some() {
            std::fs::write(path(file), new).expect("it can be written");
        } else {
            assert_eq!(text(file), new, "write {file} anew with DRILLCAST_BLESS=1");
        }
    }
}

#[test]
fn misses_stand_in_front_and_are_counted() {
    let series = lab::Series::read("patroni-crash-ttl30");
    let measured: Vec<f64> = (0..40).map(|i| f64::from(i) / 40.0).collect();
    let row = |name, law: (f64, f64), rival| {
        let rival = Some(("a rival", lab::uniform(rival, rival + 1.0)));
        lab::band(name, &measured, lab::uniform(law.0, law.1), 0.05, rival)
            .judges(&series, &["postgresql/patroni"])
    };
    let rows = [
        row("right", (0.0, 1.0), 5.0),
        row("wrong", (2.0, 3.0), 5.0).off("nobody knows"),
        row("powerless", (0.0, 1.0), 0.01),
        row("only shown", (2.0, 3.0), 0.01).unjudged("it hangs on the weather"),
    ];
    let rows = rows.map(|row| {
        let p = row.p;
        (row, p)
    });
    let mut page = String::new();
    misses(&mut page, &rows);
    assert!(page.contains("2 of 3 figures"), "{page}");
    assert!(page.contains("| wrong |") && page.contains("wrong: off, since nobody knows"));
    assert!(page.contains("| powerless |") && page.contains("a rival: NOT rejected"));
    assert!(!page.contains("| right |") && !page.contains("| only shown |"), "{page}");
    let held = &records(&rows)["postgresql/patroni"];
    assert_eq!((held.failovers, held.figures, held.off, held.weak), (31, 3, 1, 1));
    assert_eq!(held.to_string(), "31 failovers, off in 1 of 3 figures (1 too weak to tell)");
}
