//! What a block of a preset waits for, takes and does, in words.

use super::super::{
    Block, Calling, Check, Effect, Growth, Looks, Lost, Moves, Node, Pace, Preset, Retry, Supply,
};
use crate::model::expression::Value;
use crate::model::expression::print::Printer;
use crate::units::Dimension;

impl Preset {
    /// What a block waits for, takes and does, a line each.
    pub(super) fn describe_block(&self, node: &Node) -> Vec<String> {
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
pub(super) const fn block_name(block: &Block) -> &'static str {
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
