//! One trial told as a story.

use schemars::JsonSchema;
use serde::Serialize;

use super::answer::lower_first;
use super::document::{Align, Block, Cell, Column, Document, Style, Table};
use super::number::{Unit, count, duration, quantile_name};
use super::predict::{Telling, command};
use super::prediction::Manifest;
use crate::experiment::Which;
use crate::outcome::{Measured, Timeline};

/// Entries off the critical path, without a mark, that are told all the same.
const OTHERS: usize = 3;
/// The same where the trial never recovered and so has no critical path.
const WITHOUT_PATH: usize = 40;

/// The answer of `drillcast trace`.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct Story {
    /// What it was computed from.
    pub manifest: Manifest,
    /// The scenario's name.
    pub scenario: String,
    /// Its title.
    pub title: String,
    /// Which trial.
    pub trial: u64,
    /// Why this one: "the median".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
    /// The system's recovery time \[s\]; `null` where it did not recover.
    pub recovery_time: Option<f64>,
    /// No usable copy is left.
    pub total_loss: bool,
    /// Where the trial stopped \[s\].
    pub horizon: f64,
    /// What happened, in order.
    pub entries: Vec<StoryEntry>,
}

/// Something that happened.
#[derive(Clone, PartialEq, Debug, Serialize, JsonSchema)]
pub struct StoryEntry {
    /// When, since the scenario's zero \[s\].
    pub at: f64,
    /// Of whom.
    pub who: String,
    /// What.
    pub what: String,
    /// The node; `fault` for a fault.
    pub stage: String,
    /// Whether its level rose.
    pub rose: bool,
    /// The milestone it stamped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mark: Option<String>,
    /// The position of the entry that caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<usize>,
    /// Whether it lies on the critical path.
    pub critical: bool,
}

impl Story {
    /// The story of a timeline.
    #[must_use]
    pub fn new(
        (manifest, scenario, title): (Manifest, &str, &str),
        (trial, which): (u64, Option<Which>),
        (recovery, horizon): (Measured, f64),
        timeline: &Timeline,
    ) -> Self {
        let entry = |entry: &crate::outcome::Entry| StoryEntry {
            at: entry.at.since_zero().as_seconds(),
            who: entry.who.clone(),
            what: entry.what.clone(),
            stage: entry.stage.clone(),
            rose: entry.rose,
            mark: entry.mark.clone(),
            cause: entry.cause,
            critical: entry.critical,
        };
        Self {
            manifest,
            scenario: scenario.to_owned(),
            title: title.to_owned(),
            trial,
            why: which.map(|which| match which {
                Which::Quantile(0.5) => "the median".to_owned(),
                Which::Quantile(q) => format!("the {}", quantile_name(q)),
                Which::Longest => "the longest".to_owned(),
            }),
            recovery_time: recovery.is_number().then(|| recovery.0 as f64 / 1e9),
            total_loss: recovery == Measured::TOTAL_LOSS,
            horizon,
            entries: timeline.entries.iter().map(entry).collect(),
        }
    }
}

/// Entries that say the same of several at one instant.
struct Group<'s> {
    first: &'s StoryEntry,
    others: usize,
    critical: bool,
}

/// The report of a story.
#[must_use]
pub fn story(story: &Story, model: &str, telling: Telling) -> Document {
    let mut document = Document::default();
    let why = story.why.as_ref().map_or_else(String::new, |why| format!(" ({why})"));
    let ending = match story.recovery_time {
        Some(time) => {
            format!("recovery time {}", Unit::for_seconds(time).with_symbol(time, Some(0.01)))
        }
        None if story.total_loss => "no usable copy is left".to_owned(),
        None => format!("not recovered after {}", duration(story.horizon)),
    };
    let path = story.manifest.scenarios.get(&story.scenario).map_or("", |file| &file.path);
    document.push(Block::Title(
        format!("Trial {}{why}: {ending}", count(story.trial)),
        path.to_owned(),
    ));
    document.say(format!(
        "{model}: {}; seed {}; * marks the critical path",
        lower_first(&story.title),
        story.manifest.seed
    ));
    let groups = grouped(&story.entries);
    let mut others = 0;
    let has_path = groups.iter().any(|group| group.critical);
    let most = if has_path { OTHERS } else { WITHOUT_PATH };
    let told: Vec<&Group<'_>> = groups
        .iter()
        .filter(|group| {
            let entry = group.first;
            let matters = group.critical || entry.mark.is_some() || entry.stage == "fault";
            others += usize::from(!matters);
            telling.all || matters || others <= most
        })
        .collect();
    if told.is_empty() {
        document.say("Nothing happened.");
    } else {
        document.push(Block::Table(table(story, &told)));
    }
    let left = groups.len() - told.len();
    if left > 0 {
        document.say(format!("{} more off the critical path (--all).", count(left as u64)));
    }
    document.push(Block::Command(if telling.all || left == 0 {
        command("explain", &story.manifest, &story.scenario)
    } else {
        format!(
            "{} --trial {} --all",
            command("trace", &story.manifest, &story.scenario),
            story.trial
        )
    }));
    document
}

/// Joins neighbours that differ in nothing but who.
fn grouped(entries: &[StoryEntry]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for entry in entries {
        let same = |other: &StoryEntry| {
            (other.at, &other.what, &other.stage, other.rose, &other.mark)
                == (entry.at, &entry.what, &entry.stage, entry.rose, &entry.mark)
                && other.critical == entry.critical
        };
        match groups.last_mut() {
            Some(group) if same(group.first) => group.others += 1,
            _ => groups.push(Group { first: entry, others: 0, critical: entry.critical }),
        }
    }
    groups
}

fn table(story: &Story, told: &[&Group<'_>]) -> Table {
    let longest = told.iter().map(|group| group.first.at.abs()).fold(0.0, f64::max);
    let mut rows = Vec::with_capacity(told.len());
    for group in told {
        let entry = group.first;
        let who = match group.others {
            0 => entry.who.clone(),
            n => format!("{} + {n} more", entry.who),
        };
        let cause = entry.cause.and_then(|cause| story.entries.get(cause)).map_or_else(
            String::new,
            |cause| {
                let what = if cause.stage == "fault" { "fault" } else { cause.what.as_str() };
                format!("← {what}")
            },
        );
        let what = if entry.critical { Style::Strong } else { Style::Plain };
        let mark = match &entry.mark {
            Some(mark) => mark.replace('_', " "),
            None if entry.stage == "fault" => "fault".to_owned(),
            None => String::new(),
        };
        rows.push(vec![
            Cell::plain(clock(entry.at, longest)),
            Cell::styled(if entry.critical { "*" } else { "" }, Style::Strong),
            Cell::styled(entry.what.clone(), what),
            Cell::plain(who),
            Cell::styled(cause, Style::Faint),
            Cell::styled(mark, Style::Strong),
        ]);
    }
    Table {
        columns: vec![
            Column::new("", Align::Right),
            Column::new("", Align::Left),
            Column::new("", Align::Left).shortened(34),
            Column::new("", Align::Left).shortened(20),
            Column::droppable("", Align::Left, 1),
            Column::new("", Align::Left),
        ],
        rows,
    }
}

/// An instant: seconds with two decimals, or `1:02:03` where the story is long.
fn clock(at: f64, longest: f64) -> String {
    let sign = if at < 0.0 { "−" } else { "" };
    if longest < 600.0 {
        return format!("{sign}{:.2} s", at.abs());
    }
    let whole = at.abs().round() as u64;
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    format!("{sign}{hours}:{minutes:02}:{seconds:02}")
}
