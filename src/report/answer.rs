//! The answer for one scenario, from the verdicts to what it rests on.

use super::distribution::{Distribution, Interval};
use super::document::{Align, Block, Cell, Column, Document, Phrase, ShapeBlock, Style, Table};
use super::layers::{is_platform, lags, subjects};
use super::number::{Unit, count, duration, half_width, quantile_name};
use super::prediction::{
    Basis, HeldAgainst, Manifest, Prediction, ScenarioPrediction, StagePrediction,
};
use super::shares::shares;
use super::verdicts::{beyond, share_of_trials, unit_of, verdicts};
use crate::model::preset::ACCURACY_PAGE;
use crate::outcome::Figure;

/// A stage whose share of the recovery is below this goes into the closing line.
const SMALL_STAGE: f64 = 0.001;

/// More phrases than this about what is not modelled are counted.
const MANY: usize = 24;

/// Puts the answer for one scenario.
pub(super) fn answer(
    document: &mut Document,
    model: &str,
    name: &str,
    scenario: &ScenarioPrediction,
    manifest: &Manifest,
    all: bool,
) {
    title(document, model, name, scenario, manifest);
    document.say(circumstances(scenario, manifest));
    verdicts(document, scenario, all);
    let layered = is_platform(scenario);
    if layered {
        subjects(document, scenario);
        lags(document, scenario);
    }
    recovery(document, scenario);
    super::drill::drill(document, scenario);
    stages(document, scenario, all);
    shares(document, scenario, all);
    if !layered || all {
        others(document, scenario, all);
    } else {
        document
            .say("When each was detected, decided and failed over, and all other figures: --all.");
    }
    bound(document, scenario);
    warnings(document, scenario);
}

/// The title line.
pub(super) fn title(
    document: &mut Document,
    model: &str,
    name: &str,
    scenario: &ScenarioPrediction,
    manifest: &Manifest,
) {
    let path = manifest.scenarios.get(name).map_or("", |file| file.path.as_str());
    document
        .push(Block::Title(format!("{model}: {}", lower_first(&scenario.title)), path.to_owned()));
}

/// A title in the middle of a line does not begin with a capital, unless its
/// first word has more of them: API, PostgreSQL.
pub(super) fn lower_first(title: &str) -> String {
    let word = title.split_whitespace().next().unwrap_or_default();
    let mut chars = title.chars();
    match chars.next() {
        Some(first) if !word.chars().skip(1).any(char::is_uppercase) => {
            first.to_lowercase().chain(chars).collect()
        }
        _ => title.to_owned(),
    }
}

/// How several scenarios were run, in a line.
pub(super) fn run(prediction: &Prediction) -> String {
    let manifest = &prediction.manifest;
    let least = prediction.scenarios.iter().map(|(_, s)| s.trials).min().unwrap_or_default();
    let most = prediction.scenarios.iter().map(|(_, s)| s.trials).max().unwrap_or_default();
    let trials =
        if least == most { count(most) } else { format!("{} to {}", count(least), count(most)) };
    format!("{trials} trials each{}; to the digits that they support", fixed(manifest, None))
}

/// The seed, the class where there is one, and what else the command line fixed.
fn fixed(manifest: &Manifest, class: Option<&str>) -> String {
    let sampling = if manifest.sampling == "plain" { ", plain sampling" } else { "" };
    let mut words = format!(", seed {}{sampling}; clock: fault", manifest.seed);
    if let Some(class) = class {
        words += &format!("; class: {class}");
    }
    if !manifest.sets.is_empty() {
        words += &format!("; set for this run: {}", manifest.sets.join(", "));
    }
    words
}

pub(super) fn circumstances(scenario: &ScenarioPrediction, manifest: &Manifest) -> String {
    let plural = if scenario.trials == 1 { "" } else { "s" };
    let fixed = fixed(manifest, scenario.class.as_deref());
    format!("{} trial{plural}{fixed}", count(scenario.trials))
}

/// The distribution of the system's recovery time.
fn recovery(document: &mut Document, scenario: &ScenarioPrediction) {
    let Some(recovery) = &scenario.system.recovery_time else { return };
    if recovery.is_zero() {
        document.say("The system served throughout: its recovery time is 0 in every trial.");
        return;
    }
    let who = match scenario.clients.iter().map(|(name, _)| name).collect::<Vec<_>>().as_slice() {
        [] => "served again, and stays so".to_owned(),
        [one] => format!("{one} served again, and stays so"),
        several => format!("all of {} served again, and stay so", several.join(", ")),
    };
    document.push(Block::Heading("recovery time of the system".to_owned(), who));
    document.push(Block::Table(spread(recovery, scenario.horizon)));
    if let Some(shape) = &recovery.shape {
        let unit = Unit::for_seconds(shape.to);
        let beyond = if shape.beyond == 0 {
            String::new()
        } else {
            let share = shape.beyond as f64 / scenario.trials as f64;
            format!("and {} beyond", super::number::percent(share, Some(0.001)))
        };
        document.push(Block::Shape(ShapeBlock {
            from: unit.with_symbol(shape.from, None),
            to: unit.with_symbol(shape.to, None),
            trials: shape.trials.clone(),
            beyond,
        }));
    }
}

/// Quantiles in a row, their errors below.
fn spread(d: &Distribution, horizon: f64) -> Table {
    let columns = [
        (0.05, d.p5, d.intervals.p5.as_ref()),
        (0.5, d.p50, d.intervals.p50.as_ref()),
        (0.95, d.p95, d.intervals.p95.as_ref()),
        (0.99, d.p99, d.intervals.p99.as_ref()),
        (1.0, d.max, None),
    ];
    let largest = d.p99.or(d.p95).or(d.p50).or(d.max).unwrap_or(horizon);
    let unit = Unit::for_seconds(largest);
    let finest = columns.iter().filter_map(|c| half_width(c.2)).filter(|&h| h > 0.0);
    let coarse = finest.fold(0.0_f64, f64::max);
    let unknown = columns[..4].iter().any(|c| c.1.is_some() && half_width(c.2).is_none());
    let fine = if unknown { coarse.max(largest / 300.0) } else { coarse };
    // What is beyond the horizon has a unit of its own, and so has each number then.
    let mixed = columns.iter().any(|column| column.1.is_none());
    let mut table = Table { columns: vec![Column::new("", Align::Left)], rows: Vec::new() };
    let mut values = vec![Cell::plain("")];
    let mut errors = vec![Cell::plain("")];
    for (q, value, interval) in columns {
        let title = if q < 1.0 { quantile_name(q) } else { "max".to_owned() };
        table.columns.push(Column::new(format!("     {title}"), Align::Right));
        let half = half_width(interval);
        let fine = half.filter(|&h| h > 0.0).or(Some(fine));
        values.push(Cell::plain(match value {
            Some(v) if mixed => unit.with_symbol(v, fine),
            Some(v) => unit.number(v, fine),
            None => beyond(d, q, horizon),
        }));
        let text = unit.estimate(0.0, half);
        // The greatest of these trials is what it is; beyond the horizon there is no number.
        let error =
            text.find('±').filter(|_| q < 1.0 && value.is_some()).map_or("", |at| &text[at..]);
        errors.push(Cell::styled(error, Style::Faint));
    }
    table.columns.push(Column::new("", Align::Left));
    values.push(Cell::plain(if mixed { "" } else { unit.symbol() }));
    table.rows.push(values);
    if coarse > 0.0 || unknown {
        table.rows.push(errors);
    }
    table
}

/// Where the time goes.
pub(super) fn stages(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let shown: Vec<_> = scenario
        .stages
        .iter()
        .filter(|(_, stage)| stage.criticality > 0.0 && (all || stage.share >= SMALL_STAGE))
        .collect();
    if shown.is_empty() {
        return;
    }
    // The unit of the recovery that they add up to: a rare stage of an hour must
    // not turn the others' seconds into hundredths of minutes.
    let usual = shown.iter().filter(|(_, stage)| stage.criticality >= 0.5);
    let longest = |stage: f64, p95: Option<f64>| p95.map_or(stage, |p95| stage.max(p95));
    let longest = usual.map(|(_, stage)| stage.p95).fold(0.0, longest);
    let unit = Unit::for_seconds(longest);
    // One fineness for the column: a thousandth of the longest.
    let fine = Some((longest / 1000.0).max(1e-6));
    let number =
        |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |v| unit.number(v, fine));
    // How often a stage is on the path tells something only where it differs.
    let always = shown.iter().all(|(_, stage)| stage.criticality > 0.995);
    let often = if always { "" } else { "in trials" };
    let mut table = Table {
        columns: vec![
            Column::new("", Align::Left),
            Column::new("", Align::Left).or_below(),
            Column::new("p50", Align::Point),
            Column::new("p95", Align::Point),
            Column::droppable(often, Align::Right, 1),
            Column::new("share of the recovery", Align::Left),
        ],
        rows: Vec::new(),
    };
    for (name, stage) in &shown {
        table.rows.push(vec![
            Cell::plain(title_among(&shown, name, stage)),
            Cell::styled(stage.formula.clone().unwrap_or_default(), Style::Faint),
            Cell::plain(number(stage.p50)),
            Cell::plain(number(stage.p95)),
            Cell::plain(if always {
                String::new()
            } else {
                super::number::percent(stage.criticality, Some(fineness(stage.criticality)))
            }),
            Cell::Bar(stage.share),
        ]);
    }
    document.push(Block::Heading("where the time goes".to_owned(), unit.symbol().to_owned()));
    document.push(Block::Table(table));
    surprises(document, &shown, all);
}

/// A stage's title; alike stages of several components are told apart by whose
/// they are.
fn title_among(shown: &[(&str, &StagePrediction)], name: &str, stage: &StagePrediction) -> String {
    let alike = shown.iter().filter(|(_, other)| other.title == stage.title).count();
    match name.split_once('.').filter(|_| alike > 1) {
        Some((component, _)) => format!("{} ({component})", stage.title),
        None => stage.title.clone(),
    }
}

/// What people wrongly believe of the stages that matter.
fn surprises(document: &mut Document, shown: &[(&str, &StagePrediction)], all: bool) {
    let mut told = Vec::new();
    for (_, stage) in shown.iter().filter(|(_, stage)| all || stage.share >= 0.1) {
        if let Some(surprise) = stage.surprise.as_ref().filter(|s| !told.contains(s)) {
            document.say(format!("About “{}”: {surprise}.", stage.title));
            told.push(surprise);
        }
    }
}

/// To what a share is told: whole per cents, and finer where it is smaller.
const fn fineness(share: f64) -> f64 {
    match share {
        x if x < 0.001 => 0.0001,
        x if x < 0.01 => 0.001,
        _ => 0.01,
    }
}

/// A row of the other figures: figures of one subject that spread alike are one.
struct Other<'p> {
    titles: Vec<&'static str>,
    subject: &'p str,
    figure: Figure,
    spread: &'p Distribution,
}

impl Other<'_> {
    fn words(&self) -> String {
        let titles = match self.titles.split_last() {
            Some((last, rest)) if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
            _ => self.titles.concat(),
        };
        format!("{titles} of {}", self.subject)
    }

    /// Whether the numbers are the same, whatever bounds them.
    fn spreads_as(&self, other: &Distribution) -> bool {
        let plain =
            |d: &Distribution| Distribution { bound: None, bound_terms: Vec::new(), ..d.clone() };
        plain(self.spread) == plain(other)
    }
}

/// All figures but the system's recovery time. What is the same for the system
/// and for a component is told of the component.
fn others(document: &mut Document, scenario: &ScenarioPrediction, all: bool) {
    let components = || scenario.subjects().skip(1);
    let mut rows: Vec<Other<'_>> = Vec::new();
    for (subject, figures) in scenario.subjects() {
        for figure in Figure::ALL.into_iter().filter(|figure| !figure.is_share()) {
            let Some(spread) = figures.figure(figure).filter(|d| d.absent < 1.0) else { continue };
            let system = subject == "system";
            let first = figure == Figure::RecoveryTime
                && (system || scenario.system.recovery_time.as_ref() == Some(spread));
            let again = system && components().any(|(_, c)| c.figure(figure) == Some(spread));
            if !all && (first || again) {
                continue;
            }
            let alike = |o: &&mut Other<'_>| {
                o.subject == subject
                    && figure.is_time()
                    && !spread.is_zero()
                    && o.spreads_as(spread)
            };
            match rows.iter_mut().find(alike) {
                Some(row) => row.titles.push(figure.title()),
                None => rows.push(Other { titles: vec![figure.title()], subject, figure, spread }),
            }
        }
    }
    let (mut zero, mut never, mut lost) = (Vec::new(), Vec::new(), Vec::new());
    let mut table = other_columns();
    for row in &rows {
        if row.figure == Figure::Integrity {
            let bad = share_of_trials(row.spread.mean.unwrap_or(0.0), scenario.trials);
            let bad = bad.map_or_else(|| "good in every trial".to_owned(), |s| format!("bad {s}"));
            document.say(format!("The data of {}: {bad}.", row.subject));
        } else if row.spread.is_zero() {
            zero.push(row.words());
        } else if row.spread.min.is_none() && row.spread.total_loss >= 1.0 {
            lost.push(row.words());
        } else if row.spread.min.is_none() {
            never.push(row.words());
        } else {
            table.rows.push(figure_row(row.words(), row.figure, row.spread, scenario));
        }
    }
    if !table.rows.is_empty() {
        document.push(Block::Heading("other figures".to_owned(), String::new()));
        document.push(Block::Table(table));
    }
    if !zero.is_empty() {
        document.say(format!("Zero in every trial: {}.", zero.join(", ")));
    }
    if !never.is_empty() {
        let horizon = duration(scenario.horizon);
        document.say(format!("Not within {horizon} in any trial: {}.", never.join(", ")));
    }
    if !lost.is_empty() {
        document.say(format!("Total loss in every trial, no copy left: {}.", lost.join(", ")));
    }
}

fn other_columns() -> Table {
    let columns = vec![
        Column::new("", Align::Left),
        Column::new("p50", Align::Point),
        Column::new("p95", Align::Point),
        Column::droppable("p99", Align::Point, 1),
        Column::droppable("max", Align::Point, 3),
        Column::droppable("", Align::Left, 4),
    ];
    Table { columns, rows: Vec::new() }
}

fn figure_row(
    words: String,
    figure: Figure,
    d: &Distribution,
    scenario: &ScenarioPrediction,
) -> Vec<Cell> {
    let largest = d.p99.or(d.p95).or(d.p50).unwrap_or(0.0);
    let unit = unit_of(Some(figure), if largest > 0.0 { largest } else { d.max.unwrap_or(0.0) });
    let cell = |q: f64, value: Option<f64>, interval: Option<&Interval>| {
        Cell::plain(match value {
            Some(v) if interval.is_some() => unit.estimate(v, half_width(interval)),
            Some(v) => unit.with_symbol(v, half_width(d.intervals.p99.as_ref())),
            None => beyond(d, q, scenario.horizon),
        })
    };
    // A clock or class of its own belongs to the number: no narrow terminal drops it.
    let mut words = words;
    if d.clock != "fault" {
        words += &format!(", from {}", d.clock);
    }
    if let Some(class) = d.class.as_ref().filter(|_| d.class != scenario.class) {
        words += &format!(" ({class})");
    }
    let note = if d.absent > 0.0 {
        let present = super::number::percent(1.0 - d.absent, Some(0.001));
        format!("in {present} of trials")
    } else {
        String::new()
    };
    vec![
        Cell::plain(words),
        cell(0.5, d.p50, d.intervals.p50.as_ref()),
        cell(0.95, d.p95, d.intervals.p95.as_ref()),
        cell(0.99, d.p99, d.intervals.p99.as_ref()),
        cell(1.0, d.max, None),
        Cell::styled(note, Style::Faint),
    ]
}

/// The bound that a reader can add up: the system's, or that of the component
/// that cannot be fast.
fn bound(document: &mut Document, scenario: &ScenarioPrediction) {
    let bounds = scenario.subjects().filter_map(|(name, figures)| {
        let recovery = figures.recovery_time.as_ref()?;
        recovery.bound.filter(|&least| least > 0.0).map(|least| (name, least, recovery))
    });
    // Of equals the first: the system goes before its members.
    let greatest = bounds.reduce(|a, b| if a.0 != "system" && b.1 > a.1 { b } else { a });
    let Some((name, least, recovery)) = greatest else { return };
    let unit = Unit::for_seconds(least);
    let term = |term: &super::distribution::TermPrediction| {
        let words = words_of(&term.title, term.formula.as_ref());
        format!("{} {words}", unit.number(term.least, None))
    };
    let terms: Vec<String> =
        recovery.bound_terms.iter().filter(|term| term.least > 0.0).map(term).collect();
    let whole = unit.with_symbol(least, None);
    let name = if name == "system" { "the system" } else { name };
    document.push(Block::Gap);
    document.say(format!(
        "By hand: {} = {whole} at the very best for {name}. No trial lies below it.",
        terms.join(" + "),
    ));
}

fn words_of(title: &str, formula: Option<&String>) -> String {
    formula.map_or_else(|| format!("({title})"), |formula| format!("({title}: {formula})"))
}

/// What is odd about the trials themselves.
fn warnings(document: &mut Document, scenario: &ScenarioPrediction) {
    let trials = scenario.trials;
    if let Some(recovery) = &scenario.system.recovery_time {
        if let Some(share) = share_of_trials(recovery.censored, trials) {
            document.say(format!(
                "Not recovered by the horizon of {} {share} (trace --at max tells one).",
                duration(scenario.horizon)
            ));
        }
        if let Some(share) = share_of_trials(recovery.total_loss, trials) {
            document.say(format!("No usable copy is left {share}."));
        }
    }
    if let Some(share) = share_of_trials(scenario.relapsed, trials) {
        document.say(format!("Lost again after it counted as recovered {share}."));
    }
    if let Some(share) = share_of_trials(scenario.unsettled, trials) {
        document.say(format!(
            "Cut off {share}: more happened than a trial may hold. They count as not recovered."
        ));
    }
    if let Some(precision) = &scenario.precision {
        let figures: Vec<String> = precision
            .figures
            .iter()
            .map(|f| {
                let half = f.half_width.map_or_else(
                    || "no interval".to_owned(),
                    |half| format!("±{}", super::number::trimmed(half)),
                );
                format!("{} (asked {}, has {half})", f.name, f.asked)
            })
            .collect();
        let word =
            if precision.reached { "reached" } else { "NOT reached before the cap of trials" };
        document.say(format!("Precision {word}: {}.", figures.join(", ")));
    }
}

/// Puts what all scenarios rest on.
pub(super) fn basis(document: &mut Document, basis: &Basis, all: bool) {
    let mut left_out: Vec<&str> = Vec::new();
    for (_, phrases) in basis.not_modelled.iter() {
        for phrase in phrases {
            if !left_out.contains(&phrase.as_str()) {
                left_out.push(phrase);
            }
        }
    }
    if left_out.len() > MANY && !all {
        let presets = basis.not_modelled.iter().filter(|(_, phrases)| !phrases.is_empty());
        let counts: Vec<String> =
            presets.map(|(preset, phrases)| format!("{preset} {}", phrases.len())).collect();
        document.say(format!(
            "Not modelled: {} things (--all lists them), by preset: {}.",
            left_out.len(),
            counts.join(", ")
        ));
    } else if !left_out.is_empty() {
        document.say(format!("Not modelled: {}.", left_out.join("; ")));
    }
    if !basis.versions.is_empty() {
        document.say(format!("Defaults by version: {}.", basis.versions.join("; ")));
    }
    let n = basis.assumptions.len();
    if n > 0 {
        let shown = if all { n } else { n.min(4) };
        let more =
            if shown < n { format!(" and {} more (--all)", n - shown) } else { String::new() };
        document.push(Block::Paragraph(vec![
            Phrase::plain(format!("Rests on {n}")),
            Phrase::styled(if n == 1 { "ASSUMPTION" } else { "ASSUMPTIONs" }, Style::Strong),
            Phrase::plain(format!(
                "(values without a source that the model does not set): {}{more}.",
                basis.assumptions[..shown].join(", ")
            )),
        ]));
    }
    document.say(held_against(basis));
}

/// How often what the answer rests on was held against reality: those that were
/// first, the others in one phrase.
fn held_against(basis: &Basis) -> String {
    let mut phrases = Vec::new();
    let mut never = Vec::new();
    for (preset, held) in basis.held_against.iter() {
        let Some(HeldAgainst { failovers, figures, off, weak, .. }) = held else {
            never.push(preset);
            continue;
        };
        let mut phrase =
            format!("{preset}, {failovers} failovers, off in {off} of {figures} figures");
        if *weak > 0 {
            phrase += &format!(" ({weak} too weak to tell)");
        }
        phrases.push(phrase);
    }
    if phrases.is_empty() {
        return "Held against reality: never.".to_owned();
    }
    if !never.is_empty() {
        phrases.push(format!("{} never", never.join(", ")));
    }
    format!("Held against reality: {} ({ACCURACY_PAGE}).", phrases.join("; "))
}
