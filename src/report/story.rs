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
/// Entries off the path that say the same within this time are told as one \[s\].
const SOON: f64 = 5.0;
/// How far back such an entry is looked for, in rows.
const NEAR: usize = 200;

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
    /// The position of the entry at which the first user saw an error; without
    /// users, of that at which service was lost.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<usize>,
    /// The position of the entry with which the system had recovered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recovered: Option<usize>,
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
            impact: timeline.impact,
            recovered: timeline.recovered,
        }
    }
}

/// Entries that say the same of several.
struct Group<'s> {
    first: &'s StoryEntry,
    /// What it is in the story, beside its milestone.
    role: &'static str,
    others: usize,
    /// When the last of them happened.
    last: f64,
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
    let groups = grouped(story, telling.all);
    let mut others = 0;
    let has_path = groups.iter().any(|group| group.first.critical);
    let most = if has_path { OTHERS } else { WITHOUT_PATH };
    let told: Vec<&Group<'_>> = groups
        .iter()
        .filter(|group| {
            others += usize::from(!group.matters());
            telling.all || group.matters() || others <= most
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

impl Group<'_> {
    /// Whether it is told in any case.
    fn matters(&self) -> bool {
        let entry = self.first;
        entry.critical || entry.mark.is_some() || entry.stage == "fault" || !self.role.is_empty()
    }

    /// Whether an entry says the same, of another member of the same component:
    /// at the same instant, or, in a short story, soon after the last.
    fn takes(&self, entry: &StoryEntry, role: &str, all: bool) -> bool {
        let first = self.first;
        let soon = if all || first.critical { 0.0 } else { SOON };
        (&first.what, &first.stage, first.rose, &first.mark, first.critical)
            == (&entry.what, &entry.stage, entry.rose, &entry.mark, entry.critical)
            && component(&first.who) == component(&entry.who)
            && entry.at - self.last <= soon
            && role.is_empty()
    }

    /// `app/3`, `orders/n2 + 1 more`, `20 of app in 2.7 s`
    fn who(&self) -> String {
        let who = &self.first.who;
        let (first, last) = (self.first.at, self.last);
        match self.others {
            0 => who.clone(),
            n if last == first => format!("{who} + {n} more"),
            n => {
                let unit = Unit::for_seconds(last - first);
                let time = unit.with_symbol(last - first, Some((last - first) / 20.0));
                format!("{} of {} in {time}", n + 1, component(who))
            }
        }
    }

    /// What the story is about goes before the milestone: `impact`, `first write`.
    fn mark(&self) -> String {
        match &self.first.mark {
            _ if !self.role.is_empty() => self.role.to_owned(),
            Some(mark) => mark.replace('_', " "),
            None if self.first.stage == "fault" => "fault".to_owned(),
            None => String::new(),
        }
    }
}

/// The component that somebody is part of: `app` of `app/3`.
fn component(who: &str) -> &str {
    who.split('/').next().unwrap_or_default()
}

/// Joins entries that differ in little but who.
fn grouped(story: &Story, all: bool) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for (position, entry) in story.entries.iter().enumerate() {
        let role = match Some(position) {
            at if at == story.impact => "impact",
            at if at == story.recovered => "recovered",
            _ => "",
        };
        match groups.iter_mut().rev().take(NEAR).find(|group| group.takes(entry, role, all)) {
            Some(group) => {
                group.others += 1;
                group.last = entry.at;
            }
            None => groups.push(Group { first: entry, role, others: 0, last: entry.at }),
        }
    }
    groups
}

fn table(story: &Story, told: &[&Group<'_>]) -> Table {
    let longest = told.iter().map(|group| group.first.at.abs()).fold(0.0, f64::max);
    let mut rows = Vec::with_capacity(told.len());
    for group in told {
        let entry = group.first;
        let cause = entry.cause.and_then(|cause| story.entries.get(cause)).map_or_else(
            String::new,
            |cause| {
                let what = if cause.stage == "fault" { "fault" } else { cause.what.as_str() };
                format!("← {what}")
            },
        );
        let what = if entry.critical { Style::Strong } else { Style::Plain };
        rows.push(vec![
            Cell::plain(clock(entry.at, longest)),
            Cell::styled(if entry.critical { "*" } else { "" }, Style::Strong),
            Cell::styled(entry.what.clone(), what),
            Cell::plain(group.who()),
            Cell::styled(cause, Style::Faint),
            Cell::styled(group.mark(), Style::Strong),
        ]);
    }
    Table {
        columns: vec![
            Column::new("", Align::Right),
            Column::new("", Align::Left),
            Column::new("", Align::Left).shortened(34).spilling(),
            Column::new("", Align::Left).shortened(20),
            Column::droppable("", Align::Left, 1).shortened(12),
            Column::new("", Align::Left),
        ],
        rows,
    }
}

/// An instant: seconds with two decimals, or `1:02:03.45` where the story is long.
fn clock(at: f64, longest: f64) -> String {
    let sign = if at < 0.0 { "−" } else { "" };
    if longest < 600.0 {
        return format!("{sign}{:.2} s", at.abs());
    }
    let hundredths = (at.abs() * 100.0).round() as u64;
    let (whole, hundredths) = (hundredths / 100, hundredths % 100);
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60);
    format!("{sign}{hours}:{minutes:02}:{seconds:02}.{hundredths:02}")
}

#[cfg(test)]
mod tests {
    use super::clock;

    #[test]
    fn instants_keep_their_hundredths() {
        assert_eq!(clock(-3.621, 26.0), "−3.62 s");
        assert_eq!(clock(25.318, 3600.0), "0:00:25.32");
        assert_eq!(clock(3723.999, 3724.0), "1:02:04.00");
    }
}
