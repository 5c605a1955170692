//! A preset as text for people: what it assumes, and what waits for what.

use super::draw;
use super::{
    ACCURACY_PAGE, Block, Calling, Check, Effect, Exported, Growth, LintSeverity, Looks, Lost,
    Moves, Node, NodeId, Pace, Parameter, Preset, Published, Retry, Set, Standing, Supply,
};
use crate::model::expression::print::Printer;
use crate::model::expression::{Mention, Range, Value};
use crate::units::{self, Dimension};

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

    /// What a block waits for, takes and does, a line each.
    fn describe_block(&self, node: &Node) -> Vec<String> {
        let printer = Printer::within(self, node.range);
        let condition = |condition| printer.condition(condition);
        let time = |value: &Value| printer.value(value, Dimension::TIME);
        let mut lines = Vec::new();
        match &node.block {
            Block::Gate { when, until } => {
                lines.push(format!("waits for {}", condition(when)));
                lines.extend(until.iter().map(|until| format!("until {}", condition(until))));
            }
            Block::Work { when, until, takes, moves, uses, calls, keeps, lost, does, retry } => {
                lines.push(format!("waits for {}", condition(when)));
                lines.extend(until.iter().map(|until| format!("until {}", condition(until))));
                let pool = uses.as_ref().map(|pool| format!("holds one of {}", printer.pool(pool)));
                let called = calls.as_ref().map(|calls| describe_calling(calls, &printer));
                let pool = pool.or(called);
                let keeps = keeps.as_ref().map(|on| format!(", then while {}", condition(on)));
                lines.extend(pool.map(|pool| pool + &keeps.unwrap_or_default()));
                match moves {
                    None => lines.push(format!("takes {}", time(takes))),
                    Some(moves) => lines.push(self.describe_moves(moves, &printer)),
                }
                lines.extend(retry.iter().map(|retry| describe_retry(retry, &printer)));
                if *lost == Lost::Finish {
                    lines.push("runs to its end once it runs".to_owned());
                }
                lines.extend(does.iter().map(|effect| self.describe_effect(*effect)));
            }
            Block::Pool(supply) => lines.extend(describe_supply(supply, &printer)),
            Block::Crew { response, misses, escalate } => {
                lines.push(format!("each answers a call after {}", time(response)));
                let chance = printer.value(misses, Dimension::NUMBER);
                lines.push(format!("or not at all, with a chance of {chance}"));
                lines.push(format!("the next level is called {} later", time(escalate)));
            }
            Block::Link { rate } => {
                let rate = printer.value(rate, Dimension::BYTE_RATE);
                lines.push(format!("carries {rate}, shared fairly"));
            }
            Block::Clock { every, pace, running } => {
                lines.push(match pace {
                    Pace::Even => format!("ticks every {}", time(every)),
                    Pace::Random => format!("ticks at random, every {} in the mean", time(every)),
                    Pace::Follow(at) => {
                        let clock = printer.node_of(at.who, at.node);
                        format!("ticks at the first tick of {clock} after {}", time(every))
                    }
                });
                lines.extend(running.iter().map(|running| format!("while {}", condition(running))));
            }
            Block::Probe { watch, looks, running, initially, fall, rise } => {
                lines.push(format!("watches {}", condition(watch)));
                lines.push(describe_looks(looks, &printer));
                lines.extend(running.iter().map(|running| format!("while {}", condition(running))));
                let number = |value| printer.value(value, Dimension::NUMBER);
                if (fall, rise) != (&Value::Number(1.0), &Value::Number(1.0)) {
                    let (fall, rise) = (number(fall), number(rise));
                    lines.push(format!("falls after {fall} and rises after {rise} looks in a row"));
                }
                lines.extend(initially.map(|level| format!("begins as {level}")));
            }
            Block::Tank { .. } => lines.extend(self.describe_tank(&node.block)),
            Block::Lease { .. } => lines.extend(self.describe_lease(node)),
            Block::Backup { .. } => lines.extend(self.describe_backup(&node.block)),
            Block::Pick { .. } | Block::Dial { .. } | Block::Log { .. } => {
                lines.extend(self.describe_choice(node));
            }
        }
        lines
    }

    /// "moves 2000000B over disk and network, at most 60 MB/s".
    fn describe_moves(&self, moves: &Moves, printer: &Printer<'_>) -> String {
        let bytes = printer.value(&moves.bytes, Dimension::BYTES);
        let over = moves.over.iter().map(|link| self.nodes[link.0].name.as_str());
        let over = over.collect::<Vec<_>>().join(" and ");
        let most = moves.most.as_ref();
        let most = most.map(|most| printer.value(most, Dimension::BYTE_RATE));
        let most = most.map_or_else(String::new, |most| format!(", at most {most}"));
        format!("moves {bytes} over {over}{most}")
    }

    /// "starts server".
    fn describe_effect(&self, effect: Effect) -> String {
        match effect {
            Effect::Start(process) => format!("starts {}", self.processes[process]),
            Effect::Stop(process) => format!("stops {}", self.processes[process]),
        }
    }

    /// A lease, a line each.
    fn describe_lease(&self, node: &Node) -> Vec<String> {
        let Block::Lease { of, ttl, renewed_at, renewed_if, check, rearm, drop } = &node.block
        else {
            return Vec::new();
        };
        let printer = Printer::within(self, node.range);
        let time = |value: &Value| printer.value(value, Dimension::TIME);
        let mut lines = Vec::new();
        let of = of.map(|pick| format!(", granted to each {}", self.nodes[pick.0].name));
        lines.push(format!("lives {}{}", time(ttl), of.unwrap_or_default()));
        lines.push(format!(
            "renewed at {} if {}",
            printer.node_of(renewed_at.who, renewed_at.node),
            printer.condition(renewed_if)
        ));
        match check {
            None => {}
            Some(Check::At(clock)) => {
                let clock = printer.node_of(clock.who, clock.node);
                lines.push(format!("its end is seen at {clock}"));
            }
            Some(Check::Every { every, running }) => {
                let running = running
                    .as_ref()
                    .map(|running| format!(" while {}", printer.condition(running)));
                let running = running.unwrap_or_default();
                lines.push(format!("its end is seen every {}{running}", time(every)));
            }
        }
        if let Some((on, ttl)) = rearm {
            lines.push(format!("lives {} anew from {}", time(ttl), printer.condition(on)));
        }
        lines.extend(drop.iter().map(|drop| format!("dropped by {}", printer.condition(drop))));
        lines
    }

    /// A tank, a line each.
    fn describe_tank(&self, block: &Block) -> Vec<String> {
        let Block::Tank { starts, capacity, mark, fills, drains } = block else {
            return Vec::new();
        };
        let printer = Printer::new(self);
        let bytes = |value: &Value| printer.value(value, Dimension::BYTES);
        let rate = |value: &Value| printer.value(value, Dimension::BYTE_RATE);
        let mark = mark.as_ref().map(|mark| format!(", true from {} on", bytes(mark)));
        let mark = mark.unwrap_or_else(|| ", true when it is full".to_owned());
        let mut lines = vec![format!("holds {} of {}{mark}", bytes(starts), bytes(capacity))];
        let flows = [("fills", Some(fills)), ("drains", drains.as_ref())];
        for (verb, (on, at)) in flows.into_iter().filter_map(|(verb, flow)| Some((verb, flow?))) {
            lines.push(format!("{verb} at {} while {}", rate(at), printer.condition(on)));
        }
        lines
    }

    /// A backup, a line each.
    fn describe_backup(&self, block: &Block) -> Vec<String> {
        let Block::Backup { every, running, takes, keep, works, shared, base } = block else {
            return Vec::new();
        };
        let printer = Printer::new(self);
        let time = |value: &Value| printer.value(value, Dimension::TIME);
        let number = |value: &Value| printer.value(value, Dimension::NUMBER);
        let mut lines = Vec::new();
        lines.push(format!("a generation every {}, ready after {}", time(every), time(takes)));
        lines.extend(running.iter().map(|running| format!("while {}", printer.condition(running))));
        lines.extend(keep.iter().map(|keep| format!("the newest {} are kept", number(keep))));
        match base {
            None => lines.push(format!("each good with a chance of {}", number(works))),
            Some(base) => {
                let base = &self.nodes[base.0].name;
                lines.push(format!("leads on from a good generation of {base}"));
                let works = number(works);
                lines.push(format!(
                    "each interval of {base} without a gap with a chance of {works}"
                ));
            }
        }
        if *shared != Value::Number(1.0) {
            lines.push(format!("what all share good with a chance of {}", number(shared)));
        }
        lines
    }

    /// A pick, a dial or a log, a line each.
    fn describe_choice(&self, node: &Node) -> Vec<String> {
        let printer = Printer::within(self, node.range);
        let condition = |condition| printer.condition(condition);
        let mut lines = Vec::new();
        match &node.block {
            Block::Pick { over, first, best, when, from, if_, prefer } => {
                let over = over.name(&self.sets);
                if *best {
                    lines.push(format!("is always the best {over} where {}", condition(from)));
                } else {
                    lines.push(format!("waits for {}", condition(when)));
                    lines.push(format!("chooses a {over} where {}", condition(from)));
                }
                lines.extend(if_.iter().map(|rule| format!("if {}", condition(rule))));
                lines.extend(
                    prefer
                        .iter()
                        .map(|rank| format!("prefers the greatest {}", printer.any_value(rank))),
                );
                let otherwise = if *best { "where there is none" } else { "at the start" };
                lines.push(format!("{otherwise} {over} {}", first + 1));
            }
            Block::Dial { over, lost, good, cost, at, turns } => {
                let clock = printer.node_of(at.who, at.node);
                lines.push(format!(
                    "tries each {}, a round at a tick of {clock}",
                    over.name(&self.sets)
                ));
                if *turns {
                    lines.push("the one after the one it lost first".to_owned());
                }
                lines.push(format!("until {}", condition(good)));
                let cost = printer.value(cost, Dimension::TIME);
                lines.push(format!("an attempt that fails takes {cost}"));
                lines.push(format!("lost by {}", condition(lost)));
            }
            Block::Log {
                accepts,
                copies,
                head,
                volume,
                writes,
                lag,
                unreplayed,
                gone,
                restores,
                point,
            } => {
                lines.push(format!("written where {}", condition(accepts)));
                lines.push(format!("copied where {}", condition(copies)));
                lines.push(format!("headed by the last to {}", self.nodes[head.0].name));
                lines.push(format!("volume {}", printer.value(volume, Dimension::BYTE_RATE)));
                lines.push(format!("writes {}", printer.value(writes, Dimension::RATE)));
                lines.push(format!("copies are behind by {}", printer.value(lag, Dimension::TIME)));
                let unreplayed = printer.value(unreplayed, Dimension::TIME);
                lines.push(format!("copies have {unreplayed} to replay"));
                lines.extend(gone.iter().map(|gone| format!("destroyed by {}", condition(gone))));
                let point = point.as_ref().map(|point| printer.value(point, Dimension::TIME));
                let point = point.map_or_else(String::new, |point| format!(", up to {point}"));
                lines.extend(
                    restores.iter().map(|on| format!("restored by {}{point}", condition(on))),
                );
            }
            _ => {}
        }
        lines
    }
}

/// What a pool has, a line each.
fn describe_supply(supply: &Supply, printer: &Printer<'_>) -> Vec<String> {
    let number = |value: &Value| printer.value(value, Dimension::NUMBER);
    let (burst, rates) = match supply {
        Supply::Units(size) => {
            return vec![format!("{} in all, first come, first served", number(size))];
        }
        Supply::Tokens { burst, rates } => (number(burst), rates),
    };
    let each = rates.iter().map(|(on, rate)| {
        let on = on.as_ref().map(|on| format!(" if {}", printer.condition(on)));
        format!("{}{}", printer.value(rate, Dimension::RATE), on.unwrap_or_default())
    });
    vec![
        format!("tokens that come at {}", each.collect::<Vec<_>>().join(", else ")),
        format!("at most {burst} at a time, first come, first served"),
    ]
}

/// How a work fails, as a line.
fn describe_retry(retry: &Retry, printer: &Printer<'_>) -> String {
    let number = |value: &Value| printer.value(value, Dimension::NUMBER);
    let tries = retry.tries.as_ref().map(|tries| format!(", {} times at most", number(tries)));
    let between = match retry.between.constant() {
        Some(0.0) => "at once".to_owned(),
        _ => format!("after {}", printer.value(&retry.between, Dimension::TIME)),
    };
    let factor = retry.factor.as_ref();
    let factor = factor.map(|factor| format!(", each wait {} times the last", number(factor)));
    let most = retry.most.as_ref().map(|most| printer.value(most, Dimension::TIME));
    let most = most.map(|most| format!(", at most {most}"));
    format!(
        "fails with a chance of {} and tries again {between}{}{}{}",
        number(&retry.fails),
        factor.unwrap_or_default(),
        most.unwrap_or_default(),
        tries.unwrap_or_default()
    )
}

/// When a probe looks, as a line.
fn describe_looks(looks: &Looks, printer: &Printer<'_>) -> String {
    let time = |value: &Value| printer.value(value, Dimension::TIME);
    match looks {
        Looks::At(clock) => format!("looks at {}", printer.node_of(clock.who, clock.node)),
        Looks::Every(every) => format!("looks every {}", time(every)),
        Looks::AfterReply { every, cost } => {
            format!("looks {} after the reply, which takes {}", time(every), time(cost))
        }
        Looks::From { every, rise, growth } => {
            let looks = format!("looks every {} from {}", time(every), printer.condition(rise));
            let Some(growth) = growth else { return looks };
            let Growth { factor, most, slack: (low, high) } = growth.as_ref();
            let number = |value: &Value| printer.value(value, Dimension::NUMBER);
            let none = Value::Number(0.0);
            let slack = match (low == &none, high == &none) {
                (true, true) => String::new(),
                _ if low == high => format!(", longer by {} of itself", number(low)),
                _ => format!(", longer by {}..{} of itself", number(low), number(high)),
            };
            format!(
                "{looks}, each gap {} times the last, at most {}{slack}",
                number(factor),
                time(most)
            )
        }
    }
}

/// The nodes such that each stands below what it waits for, as far as that
/// goes: where they wait for each other, the one that waits for least, and
/// of those the first in the file.
pub(super) fn causal_order(preset: &Preset) -> Vec<NodeId> {
    let waits: Vec<Vec<NodeId>> = preset.nodes.iter().map(causes).collect();
    let mut order: Vec<NodeId> = Vec::with_capacity(preset.nodes.len());
    while order.len() < preset.nodes.len() {
        let open = |id: &NodeId| {
            waits[id.0].iter().filter(|cause| *cause != id && !order.contains(cause)).count()
        };
        let left = (0..preset.nodes.len()).map(NodeId).filter(|id| !order.contains(id));
        let next = left.min_by_key(open);
        order.extend(next);
    }
    order
}

/// The nodes that a node waits for.
pub(super) fn causes(node: &Node) -> Vec<NodeId> {
    let mut causes = Vec::new();
    node.mentions(&mut |mention| {
        if let Mention::Node(id) = mention
            && !causes.contains(&id)
        {
            causes.push(id);
        }
    });
    causes
}

/// Whom a work calls.
fn describe_calling(calls: &Calling, printer: &Printer<'_>) -> String {
    let crew = printer.pool(&calls.crew);
    match &calls.priority {
        Value::Number(0.0) => format!("calls somebody of {crew}"),
        priority => {
            let priority = printer.value(priority, Dimension::NUMBER);
            format!("calls somebody of {crew}, with priority {priority}")
        }
    }
}

/// A block's name.
const fn block_name(block: &Block) -> &'static str {
    match block {
        Block::Gate { until: None, .. } => "gate",
        Block::Gate { until: Some(_), .. } => "latch",
        Block::Work { .. } => "work",
        Block::Tank { .. } => "tank",
        Block::Pool(_) => "pool",
        Block::Crew { .. } => "crew",
        Block::Link { .. } => "link",
        Block::Clock { .. } => "clock",
        Block::Probe { .. } => "probe",
        Block::Lease { .. } => "lease",
        Block::Pick { .. } => "pick",
        Block::Dial { .. } => "dial",
        Block::Log { .. } => "log",
        Block::Backup { .. } => "backup",
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

/// Text that grows downwards.
struct Page {
    /// What stands so far.
    text: String,
    /// How wide it may be [columns].
    width: usize,
}

impl Page {
    /// A line, indented.
    fn line(&mut self, indent: usize, text: &str) {
        self.text.extend(std::iter::repeat_n(' ', indent));
        self.text.push_str(text);
        self.text.push('\n');
    }

    /// An empty line.
    fn blank(&mut self) {
        self.text.push('\n');
    }

    /// The head of a section.
    fn title(&mut self, title: &str) {
        self.blank();
        self.line(0, title);
    }

    /// Sentences, one below the other.
    fn list(&mut self, title: &str, items: &[String]) {
        if items.is_empty() {
            return;
        }
        self.title(title);
        for item in items {
            self.wrapped(2, 4, &format!("- {item}"));
        }
    }

    /// Text in as many lines as it takes, the first behind `first`, the others
    /// behind `below`.
    fn hung(&mut self, first: &str, below: &str, text: &str) {
        let mut begins = first.to_owned();
        let mut line = String::new();
        for word in text.split_inclusive(' ') {
            let wanted =
                begins.chars().count() + line.chars().count() + word.trim_end().chars().count();
            if wanted > self.width && !line.trim().is_empty() {
                let done = format!("{begins}{}", line.trim_end());
                self.line(0, &done);
                line.clear();
                below.clone_into(&mut begins);
            }
            line.push_str(word);
        }
        let done = format!("{begins}{}", line.trim_end());
        self.line(0, &done);
    }

    /// Text in as many lines as it takes, the first indented by `first`, the
    /// others by `rest`.
    fn wrapped(&mut self, first: usize, rest: usize, text: &str) {
        let mut line = String::new();
        let mut indent = first;
        for word in text.split_inclusive(' ') {
            let room = self.width.saturating_sub(indent);
            let wanted = line.chars().count() + word.trim_end().chars().count();
            if wanted > room && !line.trim().is_empty() {
                let done = std::mem::take(&mut line);
                self.line(indent, done.trim_end());
                indent = rest;
            }
            line.push_str(word);
        }
        self.line(indent, line.trim_end());
    }
}
