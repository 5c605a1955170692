use proptest::prelude::*;

use super::super::print::Printer;
use super::super::{Comparison, Quorum, Reading};
use super::*;
use crate::model::preset::{Exported, Looks, PresetLibrary, Published};

/// A store's environment: two nodes of each member, a pick, a lease and a log.
fn environment() -> Environment {
    let node = |name: &str, range, shape| Declared { name: name.to_owned(), range, shape };
    Environment {
        kind: ComponentKind::Store,
        nodes: vec![
            node("up", Range::Member, Shape::Gate),
            node("loop", Range::Member, Shape::Clock),
            node("leader", Range::One, Shape::Pick(Range::Member)),
            node("key", Range::One, Shape::Lease),
            node("log", Range::One, Shape::Log),
        ],
        processes: vec!["server".to_owned()],
        sets: Vec::new(),
        parameters: vec![
            ("ttl".to_owned(), Some(Dimension::TIME)),
            ("wal".to_owned(), Some(Dimension::BYTE_RATE)),
            ("votes".to_owned(), Some(Dimension::NUMBER)),
        ],
        needs: vec![Need { role: "dcs".to_owned(), kind: ComponentKind::Consensus }],
        requests: vec!["switchover".to_owned()],
    }
}

/// A condition in a field of each member, or the first thing wrong with it.
fn condition(text: &str) -> Result<Condition, String> {
    let resolved = environment().condition(text, Scope::of(Range::Member));
    resolved.map_err(|mistakes| mistakes[0].message.clone())
}

/// As [`condition`], in a field that is judged for each member.
fn candidate(text: &str) -> Result<Condition, String> {
    let scope = Scope::of(Range::One).each(Range::Member).read();
    environment().condition(text, scope).map_err(|mistakes| mistakes[0].message.clone())
}

/// What a number measures, read at an instant.
fn measured(text: &str) -> Result<Dimension, String> {
    let environment = environment();
    let expression = parse(text).map_err(|mistakes| mistakes[0].message.clone())?;
    let resolver = Resolver::new(&environment, Scope::of(Range::Member).read());
    let value = resolver.finish(|resolver| resolver.value(&expression));
    value.map(|(_, dimension)| dimension).map_err(|mistakes| mistakes[0].message.clone())
}

const UP: NodeId = NodeId(0);
const LEADER: NodeId = NodeId(2);
const LOG: NodeId = NodeId(4);

#[test]
fn names_speak_of_the_instance_they_stand_at() {
    let level = |who| Condition::Level(who, UP);
    assert_eq!(condition("up"), Ok(level(Who::Own)));
    assert_eq!(condition("self.up"), Ok(level(Who::Own)));
    assert_eq!(condition("leader.up"), Ok(level(Who::Chosen(LEADER))));
    assert_eq!(candidate("up"), Ok(level(Who::Candidate)));
    assert_eq!(candidate("self.up"), Ok(level(Who::Candidate)));
    assert_eq!(condition("leader"), Ok(Condition::Level(Who::One, LEADER)));
    assert_eq!(condition("server"), Ok(Condition::Process(Who::Own, 0)));
    assert_eq!(condition("asked.switchover"), Ok(Condition::Asked(Who::Own, 0)));
    assert_eq!(candidate("host"), Ok(Condition::Host(Who::Candidate)));
}

#[test]
fn instances_are_compared_as_such() {
    let chose = |who| Condition::Chose(LEADER, who);
    assert_eq!(condition("leader == self"), Ok(chose(Who::Own)));
    assert_eq!(condition("self == leader"), Ok(chose(Who::Own)));
    assert_eq!(condition("leader != self"), Ok(Condition::Not(Box::new(chose(Who::Own)))));
    assert_eq!(condition("log.head == self"), Ok(Condition::Head(LOG, Who::Own)));
    let same = Condition::Same(Who::Bound(0), Who::Own);
    assert_eq!(
        condition("any(m in member: m == self)"),
        Ok(Condition::Over(Range::Member, Box::new(same), Quorum::Any))
    );
}

#[test]
fn variables_are_counted_from_the_inside() {
    let inner = Condition::Hears(Who::Bound(1), Who::Bound(0));
    let all = Condition::Over(Range::Member, Box::new(inner), Quorum::All);
    let any = Condition::Over(Range::Member, Box::new(all), Quorum::Any);
    assert_eq!(condition("any(a in member: all(b in member: hears(a, b)))"), Ok(any));
}

#[test]
fn quorums_compare_with_constants_on_either_side() {
    let quorum = |comparison| {
        let body = Box::new(Condition::Level(Who::Bound(0), UP));
        let limit = Box::new(Value::Parameter(ParameterId(2)));
        Ok(Condition::Over(Range::Member, body, Quorum::Count(comparison, limit)))
    };
    assert_eq!(condition("count(m in member: m.up) >= votes"), quorum(Comparison::AtLeast));
    assert_eq!(condition("votes < count(m in member: m.up)"), quorum(Comparison::More));
    let wrong = condition("share(m in member: m.up) >= ttl").unwrap_err();
    assert_eq!(wrong, "`ttl` is a duration, where a plain number is wanted");
}

#[test]
fn facts_name_instances_and_processes() {
    let leader = Who::Chosen(LEADER);
    assert_eq!(
        condition("answers(self, leader.server)"),
        Ok(Condition::Answers(Who::Own, leader, Some(0)))
    );
    assert_eq!(condition("refuses(self, leader)"), Ok(Condition::Refuses(Who::Own, leader, None)));
    let serves = Condition::NeedExport(NeedId(0), "serves".to_owned(), Some(Who::Own));
    assert_eq!(condition("dcs.serves(self)"), Ok(serves));
    assert_eq!(
        condition("dcs.leads"),
        Ok(Condition::NeedExport(NeedId(0), "leads".to_owned(), None))
    );
}

#[test]
fn numbers_are_compared_where_they_are_read() {
    let diverged = Value::Reading(Reading::LogDiverged(LOG, Who::Candidate));
    assert_eq!(
        candidate("log.diverged(self)"),
        Ok(Condition::Compare(Box::new(diverged), Comparison::Equal, Box::new(Value::Number(1.0))))
    );
    assert!(candidate("log.has(self) >= 3 MB").is_ok());
    let watched = condition("log.has(self) >= 3 MB").unwrap_err();
    assert!(watched.ends_with("compares numbers, which are read and never watched"), "{watched}");
    assert!(condition("log.diverged(self)").is_err());
}

#[test]
fn dimensions_are_checked() {
    let table = [
        ("ttl", Ok(Dimension::TIME)),
        ("64 MiB / wal", Ok(Dimension::TIME)),
        ("wal * 30s", Ok(Dimension::BYTES)),
        ("1 / ttl", Ok(Dimension::RATE)),
        ("min(ttl, 3s, 1s..2s)", Ok(Dimension::TIME)),
        ("ceil(ttl / 2s)", Ok(Dimension::NUMBER)),
        ("floor(ttl / 2s) + ln(2) + exp(1)", Ok(Dimension::NUMBER)),
        ("ttl * (2 ^ (count(member) + 1) - 1)", Ok(Dimension::TIME)),
        ("ttl ^ 2", Err("`ttl` is a duration, where a plain number is wanted")),
        ("2 ^ ttl", Err("`ttl` is a duration, where a plain number is wanted")),
        ("ln(ttl)", Err("`ttl` is a duration, where a plain number is wanted")),
        ("if(log.has(self) > 1B, 0s, ttl)", Ok(Dimension::TIME)),
        ("log.written(key.renewed) - log.has(self)", Ok(Dimension::BYTES)),
        ("dcs.expiry_tick + ttl", Ok(Dimension::TIME)),
        ("count(member) / 2", Ok(Dimension::NUMBER)),
        ("ttl + wal", Err("`ttl` is a duration and `wal` is a throughput: they cannot be added")),
        ("ttl + 3", Err("`ttl` is a duration and `3` is a plain number: they cannot be added")),
        (
            "1s..1B",
            Err("`1s` is a duration and `1B` is a size in bytes: they do not bound one range"),
        ),
        ("log.written(3)", Err("`3` is a plain number, where a duration is wanted")),
        ("up", Err("`up` is a gate of each member, where a number is wanted")),
    ];
    for (text, wanted) in table {
        assert_eq!(measured(text), wanted.map_err(str::to_owned), "{text}");
    }
}

#[test]
fn functions_print_as_they_are_read() {
    let library = PresetLibrary::embedded();
    let presets = library.names().into_iter().filter_map(|name| library.get(name));
    for preset in presets.filter(|preset| preset.kind.ranges().contains(&Range::Member)) {
        let (environment, printer) = (Environment::of(&preset), Printer::new(&preset));
        let scope = Scope::of(Range::Member).read();
        for text in [
            "3s * (2 ^ (count(member) + 1) - 1)",
            "3s * (2 ^ 3) ^ count(member)",
            "3s * floor(ln(count(member)) + exp(2))",
        ] {
            let found = environment.value(text, scope, Dimension::TIME).unwrap();
            assert_eq!(printer.value(&found, Dimension::TIME), text);
        }
    }
}

#[test]
fn several_mistakes_are_told_together() {
    let scope = Scope::of(Range::Member);
    let mistakes = environment().condition("upp and serverr or ttl and leader.loop", scope);
    let told: Vec<_> = mistakes.unwrap_err().into_iter().map(|one| one.message).collect();
    assert_eq!(
        told,
        [
            "there is no `upp`",
            "there is no `serverr`",
            "`ttl` is a parameter, a duration, where a condition is wanted",
            "`loop` is a clock of each member, which is neither true nor false",
        ]
    );
}

#[test]
fn clocks_have_names_of_their_own() {
    let clock = |text| environment().clock(text, Scope::of(Range::One));
    let node = NodeId(1);
    assert_eq!(clock("leader.loop"), Ok(ClockRef { who: Who::Chosen(LEADER), node }));
    assert_eq!(clock("loop").unwrap_err()[0].code, "whose");
    assert_eq!(clock("leader.up").unwrap_err()[0].code, "not_a_clock");
    assert_eq!(clock("leader + loop").unwrap_err()[0].code, "not_a_clock");
}

/// Checks that the expressions of a node resolve to themselves when printed.
fn assert_prints(preset: &Preset, node: &Node) {
    let (environment, printer) = (Environment::of(preset), Printer::within(preset, node.range));
    let scope = Scope::of(node.range);
    let condition = |found: &Condition, scope| {
        let text = printer.condition(found);
        assert_eq!(environment.condition(&text, scope).as_ref(), Ok(found), "{text}");
    };
    let value = |found: &Value, scope, dimension| {
        let text = printer.value(found, dimension);
        assert_eq!(environment.value(&text, scope, dimension).as_ref(), Ok(found), "{text}");
    };
    match &node.block {
        Block::Pick { over, when, from, if_, prefer, .. } => {
            let each = scope.each(*over);
            condition(when, scope);
            condition(from, each);
            if_.iter().for_each(|rule| condition(rule, each.read()));
            if let Some(rank) = prefer {
                let text = printer.any_value(rank);
                assert_eq!(environment.number(&text, each.read()).as_ref(), Ok(rank), "{text}");
            }
        }
        Block::Dial { over, lost, good, cost, .. } => {
            condition(lost, scope);
            condition(good, scope.each(*over));
            value(cost, scope.each(*over).read(), Dimension::TIME);
        }
        Block::Log { accepts, copies, volume, .. } => {
            condition(accepts, scope.each(Range::Member));
            condition(copies, scope.each(Range::Member));
            value(volume, scope, Dimension::BYTE_RATE);
        }
        Block::Work { takes, moves, .. } => {
            value(takes, scope.read(), Dimension::TIME);
            if let Some(moves) = moves {
                value(&moves.bytes, scope.read(), Dimension::BYTES);
            }
        }
        Block::Backup { every, takes, .. } => {
            value(every, scope, Dimension::TIME);
            value(takes, scope, Dimension::TIME);
        }
        Block::Probe { looks: Looks::AfterReply { cost, .. }, .. } => {
            value(cost, scope.read(), Dimension::TIME);
        }
        _ => {}
    }
    if !matches!(node.block, Block::Pick { .. } | Block::Dial { .. } | Block::Log { .. }) {
        node.conditions(&mut |found| condition(found, scope));
    }
}

#[test]
fn what_a_preset_says_resolves_to_itself() {
    let library = PresetLibrary::embedded();
    for name in library.names() {
        let preset = library.get(name).unwrap();
        let environment = Environment::of(&preset);
        for node in &preset.nodes {
            assert_prints(&preset, node);
        }
        for export in &preset.exports {
            if matches!(export.what, Exported::Pool(_)) {
                continue;
            }
            let kind = preset.kind;
            let known = [kind.interface(), kind.optional(), kind.alternative()].concat();
            let found = known.iter().find(|one| one.name == export.name).unwrap();
            let scope = Scope::of(export.range);
            let scope = if found.what == Published::Asked { scope.asked() } else { scope };
            match (&export.what, found.what) {
                (Exported::Level(level), _) => {
                    let text = Printer::new(&preset).condition(level);
                    assert!(environment.condition(&text, scope).is_ok(), "{text}");
                }
                (Exported::Value(value), Published::Reading(dimension)) => {
                    let text = Printer::new(&preset).value(value, dimension);
                    let again = environment.value(&text, scope.read(), dimension);
                    assert_eq!(again.as_ref(), Ok(value), "{text}");
                }
                _ => {}
            }
        }
    }
}

/// Sets of both kinds, and pairs of both kinds, in a store.
const SETS: &str = r#"
preset = "sets"
title = "Sets"
kind = "store"
versions = "all"
processes = ["server"]
[parameters.n]
default = 3
say = "how many check"
[each]
checker = { size = "n", say = "who checks" }
sentinel = { places = "sentinels", processes = ["sentinel"], say = "who watches" }
[checker-member.probe]
ok = { watch = "hears(checker, member) and member.server and not any(c in checker: c != checker and ok(c, member))", every = "1s" }
[member-peer.work]
heard = { when = "answers(member, peer.server) and not heard2(peer, member)", takes = "if(peer == member, 1s, 2s)" }
[member-peer.probe]
heard2 = { watch = "true", every = "1s" }
[member-peer.pick]
close = { over = "sentinel", when = "heard", from = "sentinel and hears(self, peer)" }
[sentinel.gate]
seen = { when = "sentinel and host and count(m in member: answers(self, m)) >= n / 2" }
[member.gate]
up = { when = "share(c in checker: ok(c, self)) > 0.18 and any(s in sentinel: s.sentinel and s.host and s.seen) and any(p in member: heard(self, p))" }
[one.pick]
boss = { over = "sentinel", when = "any(m in member: m.up)", from = "seen", prefer = "if(sentinel, 1, 0)" }
[exports]
member.writable = "up and boss"
member.readable = "up"
member.primary = "up"
one.redundant = "any(s in sentinel: boss == s)"
"#;

#[test]
fn sets_and_pairs_resolve_to_themselves() {
    let context = crate::model::read::Context::without_files();
    let source = crate::diagnostic::SourceFile::new("sets.toml", SETS);
    let preset = crate::model::preset::read_preset(&source, &context);
    let preset = preset.unwrap_or_else(|| panic!("{:?}", context.into_diagnostics()));
    for node in &preset.nodes {
        assert_prints(&preset, node);
    }
}

proptest! {
    #[test]
    fn no_row_of_words_crashes_it(
        words in prop::collection::vec(prop::sample::select(vec![
            "up", "self", "leader", "loop", "key", "key.renewed", "log.has(", "log.head", "log.written(",
            "dcs.serves(", "dcs.leads", "dcs.expiry_tick", "ttl", "wal", "any(m in member:", "m", "m.up",
            "count(m in member:", "count(", "member", ")", ")", ")", ",", "..", "not", "and", "or", "==",
            "<", "+", "*", "/", "3", "30s", "if(", "min(", "hears(", "answers(", "here", "caller", "asked.switchover",
        ]), 0..24),
    ) {
        let text = words.join(" ");
        let environment = environment();
        for scope in [Scope::of(Range::Member), Scope::of(Range::One).each(Range::Member).read()] {
            let _ = environment.condition(&text, scope);
            let _ = environment.value(&text, scope, Dimension::TIME);
            let _ = environment.clock(&text, scope);
            let _ = environment.lint(&text);
        }
    }
}
