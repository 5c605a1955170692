//! A preset as text for people: what it assumes, and what waits for what.

mod block;
mod draw;
mod order;
mod page;

use block::block_name;
use order::causal_order;
use page::Page;

use super::{ACCURACY_PAGE, Exported, LintSeverity, Parameter, Preset, Published, Set, Standing};
use crate::model::expression::Range;
use crate::model::expression::print::Printer;
use crate::units;

/// The word for a default that nobody documented.
const ASSUMPTION: &str = "ASSUMPTION";
/// Text is never wrapped narrower than this [columns].
const NARROWEST: usize = 40;

impl Preset {
    /// The preset as plain text, `width` columns wide.
    #[must_use]
    pub fn describe(&self, width: usize) -> String {
        let mut page = Page { text: String::new(), width: width.max(NARROWEST) };
        self.describe_header(&mut page);
        self.describe_parameters(&mut page);
        self.draw(&mut page);
        self.describe_graph(&mut page);
        self.describe_exports(&mut page);
        self.describe_lints(&mut page);
        page.list("What surprises people", &self.surprises);
        self.describe_assumptions(&mut page);
        page.list("Not modelled", &self.not_modelled);
        page.text
    }

    /// How many defaults rest on no source.
    #[must_use]
    pub fn assumptions(&self) -> usize {
        self.parameters.iter().filter(|parameter| parameter.source.is_none()).count()
    }

    /// Name, kind, what it needs.
    fn describe_header(&self, page: &mut Page) {
        page.wrapped(0, 0, &format!("{}: {} ({})", self.name, self.title, self.kind.name()));
        page.wrapped(0, 0, &self.versions);
        if let Some(version) = &self.version {
            let text =
                format!("version {} unless the model says another: {}", version.text, version.say);
            page.wrapped(0, 0, &text);
        }
        page.blank();
        let own = self.processes_of(self.kind.process_range());
        if let Some((first, others)) = self.processes[own].split_first() {
            let others = others.iter().map(|other| format!(", {other}")).collect::<String>();
            page.wrapped(0, 11, &format!("processes  {first} (serves requests){others}"));
        }
        if !self.needs.is_empty() {
            let needs = self.needs.iter();
            let needs = needs.map(|need| format!("{}: {}", need.role, need.kind.describe()));
            page.wrapped(0, 11, &format!("needs      {}", needs.collect::<Vec<_>>().join(", ")));
        }
        if !self.requests.is_empty() {
            page.wrapped(0, 11, &format!("requests   {}", self.requests.join(", ")));
        }
        for set in &self.sets {
            page.wrapped(0, 11, &format!("each       {}", self.describe_set(set)));
        }
        let (all, assumed) = (self.parameters.len(), self.assumptions());
        page.wrapped(
            0,
            11,
            &format!(
                "defaults   {all}, of which {} documented and {assumed} ASSUMPTION{}",
                all - assumed,
                if assumed == 1 { "" } else { "S" }
            ),
        );
        self.describe_held(page);
    }

    /// How it was held against reality.
    fn describe_held(&self, page: &mut Page) {
        let Some(held) = &self.held else {
            page.wrapped(0, 11, "reality    never held against it");
            return;
        };
        page.wrapped(0, 11, &format!("reality    {held}: {ACCURACY_PAGE}"));
        page.wrapped(11, 11, &format!("series {}", held.series.join(", ")));
    }

    /// The graph at a glance.
    fn draw(&self, page: &mut Page) {
        let lines = draw::lines(self);
        if lines.is_empty() {
            return;
        }
        page.title("Who waits for whom");
        for line in lines {
            let first = format!("  {}", line.branches);
            page.hung(&first, &format!("  {}", line.below), &line.text);
        }
    }

    /// The defaults on nobody's word.
    fn describe_assumptions(&self, page: &mut Page) {
        let names = self.parameters.iter().filter(|parameter| parameter.source.is_none());
        let names: Vec<&str> = names.map(|parameter| parameter.name.as_str()).collect();
        if names.is_empty() {
            return;
        }
        page.title("Assumed, on nobody's word: set those you know");
        page.wrapped(2, 2, &names.join(", "));
    }

    /// "sentinel: who watches; the model places them (sentinels), else …".
    fn describe_set(&self, set: &Set) -> String {
        let Set { name, say, standing, processes } = set;
        let many = match (standing, self.kind.process_range()) {
            (Standing::Counted(size), _) => {
                format!("as many as {}", self.parameters[size.0].name)
            }
            (Standing::Placed(key), Range::Member) => {
                format!("where {key} says, else one beside each member")
            }
            (Standing::Placed(key), _) => format!("where {key} says"),
        };
        let mut text = format!("{name}: {say}; {many}");
        if let Some((first, others)) = self.processes[processes.clone()].split_first() {
            let others = others.iter().map(|other| format!(", {other}")).collect::<String>();
            text += &format!("; processes {first} (serves requests){others}");
        }
        text
    }

    /// An aligned table: name, default, unit, and below it what it does and who says so.
    fn describe_parameters(&self, page: &mut Page) {
        if self.parameters.is_empty() {
            return;
        }
        page.title("Parameters");
        let rows: Vec<[String; 4]> = self.parameters.iter().map(parameter_row).collect();
        let width = |column: usize| {
            rows.iter().map(|row| row[column].chars().count()).max().unwrap_or_default()
        };
        let widths = [width(0), width(1), width(2), width(3)];
        // Where the table is too wide, unit and range go before what is said.
        let narrow = widths.iter().sum::<usize>() + 2 * widths.len() > page.width;
        for (row, parameter) in rows.iter().zip(&self.parameters) {
            let [name, default, unit, varies] = row;
            let [first, second, third, _] = widths;
            if narrow {
                page.line(2, &format!("{name:first$}  {default}"));
                let range = if varies.is_empty() { "" } else { ", " };
                page.wrapped(6, 6, &format!("{unit}{range}{varies}; {}", parameter.say));
            } else {
                let row = format!("{name:first$}  {default:second$}  {unit:third$}  {varies}");
                page.line(2, row.trim_end());
                page.wrapped(6, 6, &parameter.say);
            }
            let defaults = parameter.versions.iter();
            let defaults: Vec<String> =
                defaults.map(|(range, default)| format!("{} in {range}", default.text)).collect();
            if !defaults.is_empty() {
                page.wrapped(6, 8, &format!("default by version: {}", defaults.join("; ")));
            }
            let source = parameter.source.as_deref();
            page.wrapped(
                6,
                8,
                &source.map_or_else(|| ASSUMPTION.to_owned(), |source| format!("source: {source}")),
            );
        }
    }

    /// A node per paragraph, what waits below what it waits for.
    fn describe_graph(&self, page: &mut Page) {
        if self.nodes.is_empty() {
            return;
        }
        page.title("Node by node");
        for id in causal_order(self) {
            let node = &self.nodes[id.0];
            let words = node.says.title.as_ref().map(|title| format!(" \"{title}\""));
            let mark = node.marks.as_ref().map(|mark| format!(", marks {mark}"));
            page.wrapped(
                2,
                6,
                &format!(
                    "{}.{}: {}{}{}",
                    node.range.name(&self.sets),
                    node.name,
                    block_name(&node.block),
                    words.unwrap_or_default(),
                    mark.unwrap_or_default(),
                ),
            );
            for line in self.describe_block(node) {
                page.wrapped(6, 10, &line);
            }
            if let Some(formula) = &node.says.formula {
                page.wrapped(6, 10, &format!("formula: {formula}"));
            }
            if let Some(surprise) = &node.says.surprise {
                page.wrapped(6, 10, &format!("surprises: {surprise}"));
            }
        }
    }

    /// What others see.
    fn describe_exports(&self, page: &mut Page) {
        page.title("What others see");
        let printer = Printer::new(self);
        for export in &self.exports {
            let what = match &export.what {
                Exported::Level(condition) => printer.condition(condition),
                Exported::Pool(node) => {
                    let node = &self.nodes[node.0];
                    format!("the {} {}", block_name(&node.block), node.name)
                }
                Exported::Value(value) => {
                    let known = [self.kind.interface(), self.kind.optional()];
                    let mut interface = known.into_iter().flatten();
                    let found = interface.find(|other| other.name == export.name);
                    match found.map(|found| found.what) {
                        Some(Published::Value(dimension) | Published::Reading(dimension)) => {
                            printer.value(value, dimension)
                        }
                        _ => printer.any_value(value),
                    }
                }
            };
            page.wrapped(
                2,
                6,
                &format!("{}.{} = {what}", export.range.name(&self.sets), export.name),
            );
        }
    }

    /// What is warned of.
    fn describe_lints(&self, page: &mut Page) {
        if self.lints.is_empty() {
            return;
        }
        page.title("What check warns of");
        for lint in &self.lints {
            let severity = match lint.severity {
                LintSeverity::Risk => "risk",
                LintSeverity::Contradiction => "contradiction",
            };
            page.wrapped(2, 6, &format!("{severity} {}: {}", lint.name, lint.say));
            let source = lint.source.as_ref().map(|source| format!("source: {source}"));
            page.wrapped(6, 8, &source.unwrap_or_else(|| ASSUMPTION.to_owned()));
        }
    }
}

/// Name, default, what it measures, bounds and how it varies.
fn parameter_row(parameter: &Parameter) -> [String; 4] {
    let quantity = &parameter.default;
    let show = |limit: f64| units::format(limit, parameter.dimension);
    let mut notes = Vec::new();
    notes.extend(parameter.least.map(|limit| format!("at least {}", show(limit))));
    notes.extend(parameter.most.map(|limit| format!("at most {}", show(limit))));
    if quantity.law.is_constant().is_none() {
        notes.push(match quantity.varies {
            super::Varies::Each => "drawn at each use".to_owned(),
            super::Varies::Trial => "drawn once a trial".to_owned(),
            super::Varies::Instance => "drawn once a trial for each instance".to_owned(),
        });
    }
    let unit = parameter.dimension.to_string();
    let unit = unit.strip_prefix("a ").or_else(|| unit.strip_prefix("an ")).unwrap_or(&unit);
    [parameter.name.clone(), quantity.text.clone(), unit.to_owned(), notes.join(", ")]
}
