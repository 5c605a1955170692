//! The blocks, field by field.

use super::field::Fields;
use super::people;
use crate::diagnostic::nearest_help;
use crate::model::expression::resolve::{Declared, Shape};
use crate::model::expression::{Condition, Range, Value};
use crate::model::preset::{Block, Check, Effect, Lost, Moves, Pace, Retry, Supply};
use crate::model::read::{Found, Raw, Reader};
use crate::units::Dimension;

/// The farthest position in a range that a pick may begin at.
const FARTHEST: i64 = 1000;

/// Reads a gate.
pub(super) fn gate(fields: &Fields<'_, '_>) -> Option<Block> {
    let when = fields.condition("when", fields.scope());
    let until = fields.optional("until", fields.scope());
    Some(Block::Gate { when: when?, until: until.ok()? })
}

/// Reads a work.
pub(super) fn work(fields: &Fields<'_, '_>) -> Option<Block> {
    let when = fields.condition("when", fields.scope());
    let until = fields.optional("until", fields.scope());
    let moves = moves(fields);
    let takes = match &moves {
        // What it moves decides how long it takes, even where that is wrong.
        Some(Some(_)) | None => Some(Value::Number(0.0)),
        _ => fields.value("takes", fields.scope().read(), Dimension::TIME),
    };
    let uses = match fields.reader.get("uses") {
        Some(_) => fields.pool("uses").map(Some),
        None => Some(None),
    };
    let calls = people::calls(fields);
    let keeps = match (&uses, &calls) {
        // Nothing is kept where no unit is used and nobody is called.
        (Some(None), Ok(None)) => Ok(None),
        _ => fields.optional("keeps", fields.scope()),
    };
    let lost = lost(fields);
    let does = fields.reader.strings("does").unwrap_or_default();
    let does: Vec<_> = does.iter().map(|text| effect(fields, text)).collect();
    let does = does.into_iter().collect::<Option<Vec<Effect>>>();
    let retry = retry(fields);
    Some(Block::Work {
        when: when?,
        until: until.ok()?,
        takes: takes?,
        moves: moves?,
        uses: uses?,
        calls: calls.ok()?.map(Box::new),
        keeps: keeps.ok()?,
        lost: lost?,
        does: does?,
        retry: retry.ok()?.map(Box::new),
    })
}

/// What a work moves; `None` where it is wrong.
fn moves(fields: &Fields<'_, '_>) -> Option<Option<Moves>> {
    let environment = fields.environment;
    let is_link = |node: &Declared| {
        node.shape == Shape::Link && environment.reaches(fields.owner, node.range)
    };
    fields
        .inside("moves", |moves| {
            let bytes = moves.value("bytes", moves.scope().read(), Dimension::BYTES);
            let over = moves.nodes("over", "the name of a link", is_link);
            let most =
                moves.optional_value("most", moves.scope().read(), Dimension::BYTE_RATE).ok();
            Some(Moves { bytes: bytes?, over: over?, most: most? })
        })
        .ok()
}

/// Reads a pool.
pub(super) fn pool(fields: &Fields<'_, '_>) -> Option<Block> {
    let has = |key| fields.reader.table_read().get(key).is_some();
    if !has("tokens") {
        if let Some(entry) = fields.reader.table_read().entry("burst") {
            fields.reader.allow(["burst"]);
            let message = format!("`burst` of {} goes with `tokens`", fields.reader.what());
            fields.refuse("preset::supply", message, &entry.key.at, "units come back");
        }
        let size = fields.value("size", fields.scope(), Dimension::NUMBER);
        return Some(Block::Pool(Supply::Units(size?)));
    }
    if let Some(entry) = fields.reader.table_read().entry("size") {
        fields.reader.allow(["size"]);
        let message = format!("{} has both `size` and `tokens`", fields.reader.what());
        fields.refuse("preset::supply", message, &entry.key.at, "expected one of the two");
    }
    let (rates, burst) = (rates(fields), fields.count("burst"));
    Some(Block::Pool(Supply::Tokens { burst: burst?, rates: rates? }))
}

/// `tokens = "0.1/s"`, or by cases, `[{ if = "dark", rate = "0/s" }, { rate = "0.1/s" }]`.
fn rates(fields: &Fields<'_, '_>) -> Option<Vec<(Option<Condition>, Value)>> {
    if !matches!(fields.reader.get("tokens").map(|node| &node.raw), Some(Raw::Array(_))) {
        let rate = fields.value("tokens", fields.scope(), Dimension::RATE)?;
        return Some(vec![(None, rate)]);
    }
    let nodes = fields.reader.array("tokens")?;
    let what = format!("a case of \"tokens\" of {}", fields.reader.what());
    let mut rates = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let Some(table) = node.as_table() else {
            fields.reader.wrong_type("tokens", node, "a list of tables, each with a \"rate\"");
            return None;
        };
        let reader = Reader::new(table, what.clone(), fields.reader.context());
        let case = Fields::new(&reader, fields.environment, fields.owner);
        let on = case.optional("if", case.scope());
        let rate = case.value("rate", case.scope(), Dimension::RATE);
        reader.finish();
        let (on, rate) = (on.ok()?, rate?);
        if on.is_some() == (at + 1 == nodes.len()) {
            let message =
                format!("the cases of \"tokens\" of {} have an open end", fields.reader.what());
            let label = "expected an `if` in all but the last";
            fields.refuse("preset::supply", message, &node.at, label);
            return None;
        }
        rates.push((on, rate));
    }
    Some(rates)
}

/// Reads a link.
pub(super) fn link(fields: &Fields<'_, '_>) -> Option<Block> {
    let rate = fields.value("rate", fields.scope(), Dimension::BYTE_RATE);
    Some(Block::Link { rate: rate? })
}

/// A node that all of a component have in common.
fn once(fields: &Fields<'_, '_>, block: &str) {
    if fields.owner != Range::One {
        let message = format!("{} must stand under [one.{block}]", fields.reader.what());
        let at = &fields.reader.table_read().at;
        let label = "it exists once for all of a component";
        fields.refuse("preset::range", message, at, label);
    }
}

/// A node that no zone has one of: it would choose among those of all zones.
fn not_of_zones(fields: &Fields<'_, '_>, block: &str) {
    if fields.owner == Range::Zone {
        let message = format!("{} cannot stand under [zone.{block}]", fields.reader.what());
        let at = &fields.reader.table_read().at;
        fields.refuse("preset::range", message, at, "it does not choose zone by zone");
    }
}

/// How it fails and tries again; `Err` where that is wrong.
fn retry(fields: &Fields<'_, '_>) -> Result<Option<Retry>, ()> {
    let reader = fields.reader;
    let has = |key| reader.table_read().get(key).is_some();
    if !has("fails") {
        for key in ["tries", "between", "factor", "most"] {
            if let Some(entry) = reader.table_read().entry(key) {
                reader.allow([key]);
                let message = format!("`{key}` of {} goes with `fails`", reader.what());
                fields.refuse("preset::fails", message, &entry.key.at, "it never fails");
                return Err(());
            }
        }
        return Ok(None);
    }
    let fails = fields.value("fails", fields.scope().read(), Dimension::NUMBER);
    let tries = if has("tries") { fields.count("tries").map(Some) } else { Some(None) };
    let between = match has("between") {
        true => fields.value("between", fields.scope().read(), Dimension::TIME),
        false => Some(Value::Number(0.0)),
    };
    let factor = if has("factor") { fields.count("factor").map(Some) } else { Some(None) };
    let most = fields.optional_value("most", fields.scope().read(), Dimension::TIME);
    match (fails, tries, between, factor) {
        (Some(fails), Some(tries), Some(between), Some(factor)) => {
            Ok(Some(Retry { fails, tries, between, factor, most: most? }))
        }
        _ => Err(()),
    }
}

/// What becomes of running work.
fn lost(fields: &Fields<'_, '_>) -> Option<Lost> {
    let Some(text) = fields.reader.string("lost") else {
        return Some(Lost::default());
    };
    match text.value.as_str() {
        "cancel" => Some(Lost::Cancel),
        "finish" => Some(Lost::Finish),
        other => {
            fields.reader.context().error_with_help(
                "preset::lost",
                format!("running work cannot \"{other}\""),
                (&text.at, "expected \"cancel\" or \"finish\""),
                nearest_help(other, ["cancel", "finish"]),
            );
            None
        }
    }
}

/// `start server`, `stop server`
fn effect(fields: &Fields<'_, '_>, text: &Found<String>) -> Option<Effect> {
    let context = fields.reader.context();
    let words: Vec<&str> = text.value.split_whitespace().collect();
    let (make, name): (fn(usize) -> Effect, &str) = match words[..] {
        ["start", name] => (Effect::Start, name),
        ["stop", name] => (Effect::Stop, name),
        _ => {
            let message = format!("\"{}\" is nothing that work can do", text.value);
            let label = "expected \"start …\" or \"stop …\" with a process";
            context.error("preset::effect", message, &text.at, label);
            return None;
        }
    };
    let processes = &fields.environment.processes;
    let Some(process) = processes.iter().position(|process| process == name) else {
        let message = format!("there is no process `{name}`");
        let help = nearest_help(name, processes.iter().map(String::as_str));
        context.error_with_help(
            "preset::unknown_name",
            message,
            (&text.at, "unknown process"),
            help,
        );
        return None;
    };
    if fields.owner != fields.environment.owner_of(process) {
        let message = format!("{} has no process `{name}` of its own", fields.reader.what());
        let label = "works of the instances that run it may start or stop it";
        context.error("preset::effect", message, &text.at, label);
        return None;
    }
    Some(make(process))
}

/// Reads a clock.
pub(super) fn clock(fields: &Fields<'_, '_>) -> Option<Block> {
    let running = fields.optional("while", fields.scope());
    let has = |key| fields.reader.table_read().get(key).is_some();
    if has("asks") {
        for key in ["every", "at"].into_iter().filter(|key| has(key)) {
            fields.reader.allow([key]);
            let message = format!("`{key}` of {} goes not with `asks`", fields.reader.what());
            let at = &fields.reader.table_read().at;
            fields.refuse("preset::pace", message, at, "ticks at random");
        }
        let mean = fields.value("asks", fields.scope(), Dimension::TIME);
        return Some(Block::Clock { every: mean?, pace: Pace::Random, running: running.ok()? });
    }
    let every = fields.value("every", fields.scope(), Dimension::TIME);
    let followed = if has("at") { fields.clock("at").map(Some) } else { Some(None) };
    let pace = followed?.map_or(Pace::Even, Pace::Follow);
    Some(Block::Clock { every: every?, pace, running: running.ok()? })
}

/// Reads a lease.
pub(super) fn lease(fields: &Fields<'_, '_>) -> Option<Block> {
    let is_pick = |node: &Declared| {
        let one = node.range == Range::One || node.range == fields.owner;
        one && matches!(node.shape, Shape::Pick(_))
    };
    let of = match fields.reader.get("of") {
        Some(_) => fields.node("of", "the name of a pick", is_pick).map(Some),
        None => Some(None),
    };
    let ttl = fields.value("ttl", fields.scope(), Dimension::TIME);
    let renew = fields.reader.required("renew").and_then(|_| {
        fields
            .inside("renew", |renew| {
                let at = renew.clock("at");
                let when = renew.condition("if", renew.scope());
                Some((at?, when?))
            })
            .ok()
            .flatten()
    });
    let check = fields.inside("check", |check| {
        if check.reader.get("at").is_some() {
            return check.clock("at").map(Check::At);
        }
        let every = check.value("every", check.scope(), Dimension::TIME);
        let running = check.optional("while", check.scope());
        Some(Check::Every { every: every?, running: running.ok()? })
    });
    let rearm = fields.inside("rearm", |rearm| {
        let on = rearm.condition("on", rearm.scope());
        let ttl = rearm.value("ttl", rearm.scope(), Dimension::TIME);
        Some((on?, ttl?))
    });
    let drop = fields.optional("drop", fields.scope());
    let (renewed_at, renewed_if) = renew?;
    Some(Block::Lease {
        of: of?,
        ttl: ttl?,
        renewed_at,
        renewed_if,
        check: check.ok()?,
        rearm: rearm.ok()?,
        drop: drop.ok()?,
    })
}

/// Reads a pick.
pub(super) fn pick(fields: &Fields<'_, '_>) -> Option<Block> {
    not_of_zones(fields, "pick");
    let over = fields.over();
    let first = match fields.reader.get("first") {
        Some(_) => fields.reader.integer("first", 1..=FARTHEST).map(|found| found.value),
        None => Some(1),
    };
    let best = mode(fields);
    let when = match best {
        Some(true) => Some(Condition::Constant(true)),
        None => None,
        Some(false) => fields.condition("when", fields.scope()),
    };
    let each = fields.scope().each(over.unwrap_or(Range::Member));
    let from = fields.condition("from", each);
    let if_ = fields.optional("if", each.read());
    let prefer = fields.any_value("prefer", each.read());
    Some(Block::Pick {
        over: over?,
        first: usize::try_from(first? - 1).ok()?,
        best: best?,
        when: when?,
        from: from?,
        if_: if_.ok()?,
        prefer: prefer.ok()?,
    })
}

/// Whether a pick is always the best; else a choice is locked until the next
/// rise of its `when`.
fn mode(fields: &Fields<'_, '_>) -> Option<bool> {
    let Some(text) = fields.reader.string("mode") else {
        return Some(false);
    };
    match text.value.as_str() {
        "lock" => Some(false),
        "best" => {
            if let Some(entry) = fields.reader.table_read().entry("when") {
                fields.reader.allow(["when"]);
                let message =
                    format!("{} has both a \"when\" and mode = \"best\"", fields.reader.what());
                let label = "the best is chosen at any time";
                fields.refuse("preset::mode", message, &entry.key.at, label);
                return None;
            }
            Some(true)
        }
        other => {
            fields.reader.allow(["when"]);
            fields.reader.context().error_with_help(
                "preset::mode",
                format!("a pick cannot \"{other}\""),
                (&text.at, "expected \"lock\" or \"best\""),
                nearest_help(other, ["lock", "best"]),
            );
            None
        }
    }
}

/// Reads a dial.
pub(super) fn dial(fields: &Fields<'_, '_>) -> Option<Block> {
    not_of_zones(fields, "dial");
    let over = fields.over();
    let each = fields.scope().each(over.unwrap_or(Range::Target));
    let lost = fields.condition("lost", fields.scope());
    let good = fields.condition("good", each);
    let cost = fields.value("cost", each.read(), Dimension::TIME);
    let at = fields.clock("at");
    let turns = fields.reader.boolean("turns").is_some_and(|found| found.value);
    Some(Block::Dial { over: over?, lost: lost?, good: good?, cost: cost?, at: at?, turns })
}

/// Reads a log.
pub(super) fn log(fields: &Fields<'_, '_>) -> Option<Block> {
    if fields.environment.kind.process_range() != Range::Member || fields.owner != Range::One {
        let message =
            format!("{} must stand under [one.log] of a kind with members", fields.reader.what());
        let at = &fields.reader.table_read().at;
        fields.refuse("preset::log", message, at, "a log is kept by all members");
    }
    let each = fields.scope().each(Range::Member);
    let accepts = fields.condition("accepts", each);
    let copies = fields.condition("copies", each);
    let is_level = |node: &Declared| {
        node.range == Range::Member && !matches!(node.shape, Shape::Clock | Shape::Log)
    };
    let head = fields.node("head", "the name of a node of each member", is_level);
    let number = |key, wanted| fields.value(key, fields.scope(), wanted);
    let volume = number("volume", Dimension::BYTE_RATE);
    let writes = number("writes", Dimension::RATE);
    let lag = number("lag", Dimension::TIME);
    let unreplayed = number("unreplayed", Dimension::TIME);
    let gone = fields.optional("gone", each);
    let restores = fields.optional("restores", each);
    let point = fields.optional_value("point", fields.scope().read(), Dimension::TIME);
    Some(Block::Log {
        accepts: accepts?,
        copies: copies?,
        head: head?,
        volume: volume?,
        writes: writes?,
        lag: lag?,
        unreplayed: unreplayed?,
        gone: gone.ok()?,
        restores: restores.ok()?,
        point: point.ok()?,
    })
}

/// Reads a backup.
pub(super) fn backup(fields: &Fields<'_, '_>) -> Option<Block> {
    once(fields, "backup");
    let is_full = |node: &Declared| node.shape == Shape::Backup;
    let base = match fields.reader.get("base") {
        Some(_) => fields.node("base", "the name of another backup", is_full).map(Some),
        None => Some(None),
    };
    let every = fields.value("every", fields.scope(), Dimension::TIME);
    let running = fields.optional("while", fields.scope());
    let takes = fields.value("takes", fields.scope(), Dimension::TIME);
    let keep = match base {
        // A log archive is kept as long as what it leads on from.
        Some(Some(_)) => Ok(None),
        _ => fields.optional_value("keep", fields.scope(), Dimension::NUMBER),
    };
    let (works, shared) = (fields.count("works"), fields.count("shared"));
    Some(Block::Backup {
        every: every?,
        running: running.ok()?,
        takes: takes?,
        keep: keep.ok()?,
        works: works?,
        shared: shared?,
        base: base?,
    })
}

/// Reads a tank.
pub(super) fn tank(fields: &Fields<'_, '_>) -> Option<Block> {
    let bytes = |key| fields.value(key, fields.scope(), Dimension::BYTES);
    let (starts, capacity) = (bytes("starts"), bytes("capacity"));
    let mark = fields.optional_value("mark", fields.scope(), Dimension::BYTES);
    let fills = fields.reader.required("fills").and_then(|_| {
        let fills = fields.inside("fills", |fills| {
            let on = fills.condition("while", fills.scope());
            let rate = fills.value("rate", fills.scope(), Dimension::BYTE_RATE);
            Some((on?, rate?))
        });
        fills.ok().flatten()
    });
    let drains = fields.inside("drains", |drains| {
        let on = drains.condition("while", drains.scope());
        let rate = drains.value("rate", drains.scope(), Dimension::BYTE_RATE);
        Some((on?, rate?))
    });
    Some(Block::Tank {
        starts: starts?,
        capacity: capacity?,
        mark: mark.ok()?,
        fills: fills?,
        drains: drains.ok()?,
    })
}
