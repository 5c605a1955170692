//! From a preset's text to a [`Preset`] that cannot be wrong, every mistake of
//! the file in one pass.

mod block;
mod field;
mod header;
mod names;
mod parts;
mod people;
mod probe;
mod set;

use super::{ComponentKind, Node, Preset, Set};
use super::{graph, period};
use crate::diagnostic::{Location, SourceFile};
use crate::model::expression::resolve::{Declared, Environment, Shape};
use crate::model::expression::{Range, SetId};
use crate::model::read::{self, Context, Entry, Reader};
use field::Fields;
pub(in crate::model) use field::MARKS;
use header::Header;

/// The most nodes that a preset may have.
const MOST_NODES: usize = 64;
/// The blocks, as they are written.
pub(in crate::model) const BLOCKS: [&str; 13] = [
    "gate", "work", "clock", "probe", "lease", "pick", "dial", "log", "backup", "pool", "crew",
    "link", "tank",
];

/// Reads a preset; what is wrong with it goes to `context`.
#[must_use]
pub fn read_preset(source: &SourceFile, context: &Context<'_>) -> Option<Preset> {
    let before = context.errors();
    let table = read::parse(source, context)?;
    let reader = Reader::new(&table, "the preset", context);
    let header = header::read(&reader);
    let version = header::version(&reader);
    let parameters = parts::parameters(&reader, table.get("version").is_some());
    reader.allow(["says", "lint", "exports"]);
    let Some(kind) = header.kind else {
        // Without a kind nobody knows which ranges and exports there are.
        reader.allow(["one", "member", "zone", "client", "target", "each"]);
        let each = reader.table_read().get("each").and_then(read::Node::as_table);
        reader.allow(each.into_iter().flat_map(read::Table::keys));
        reader.allow(reader.table_read().keys().filter(|key| key.contains('-')));
        reader.finish();
        return None;
    };
    let sets = set::sets(&reader, &parameters, header.processes.len());
    let declared = declared_nodes(&reader, kind, &sets);
    let mut names = names::gather(&header, &parameters, &sets, &declared);
    names::check(&names, context);
    set::check_places(&sets, kind, &names.keys(), context);
    let environment = environment(kind, &header, &parameters, &sets, &declared);
    let mut nodes = read_nodes(&declared, &environment, context);
    parts::says(&reader, &names.nodes, &mut nodes);
    let lints = parts::lints(&reader, &environment);
    let (exports, places) = parts::exports(&reader, &environment).into_iter().unzip();
    names.exports = places;
    reader.finish();
    if context.errors() > before {
        return None;
    }
    let preset = Preset {
        name: header.name.value,
        title: header.title,
        kind,
        versions: header.versions,
        version,
        processes: environment.processes,
        sets: environment.sets,
        needs: header.needs.into_iter().map(|need| need.value).collect(),
        requests: header.requests.into_iter().map(|request| request.value).collect(),
        parameters: parameters.into_iter().filter_map(|one| one.parameter).collect(),
        lints,
        nodes: nodes.into_iter().flatten().collect(),
        exports,
        surprises: header.surprises,
        not_modelled: header.not_modelled,
        held: None,
    };
    graph::check(&preset, &names, context);
    period::check(&preset, &names, context);
    (context.errors() == before).then_some(preset)
}

/// A node before it is read.
pub(super) struct DeclaredNode<'t> {
    /// Its name and what it says.
    entry: &'t Entry,
    /// What others must know of it.
    declared: Declared,
    /// Its block, as it is written.
    block: &'static str,
}

/// All nodes in the order of the file; a node must be known before any is read.
fn declared_nodes<'t>(
    reader: &Reader<'t>,
    kind: ComponentKind,
    sets: &[set::ReadSet],
) -> Vec<DeclaredNode<'t>> {
    let sets: Vec<Set> = sets.iter().map(|one| one.set.clone()).collect();
    let mut nodes = Vec::new();
    let ranges = set::ranges(reader, kind, &sets);
    let named = |range: &Range| range.name(&sets);
    for range in [Range::Member, Range::Zone, Range::Client, Range::Target, Range::Asker] {
        let name = named(&range);
        if !kind.ranges().contains(&range)
            && let Some(entry) = reader.table_read().entry(&name)
        {
            reader.allow([name.as_str()]);
            let known: Vec<String> =
                ranges.iter().map(|range| format!("`{}`", named(range))).collect();
            reader.context().error_with_help(
                "preset::unknown_range",
                format!("{} has no `{name}`", kind.describe()),
                (&entry.key.at, "no such range"),
                Some(format!("its ranges are {}", known.join(", "))),
            );
        }
    }
    for &range in &ranges {
        let name = named(&range);
        let Some(blocks) = reader.table(&name, format!("[{name}]")) else {
            continue;
        };
        for block in BLOCKS {
            let what = format!("[{name}.{block}]");
            let Some(table) = blocks.table(block, what) else {
                continue;
            };
            for entry in table.entries() {
                let shape = shape(entry, block, &sets);
                let name = entry.key.value.clone();
                let declared = Declared { name, range, shape };
                nodes.push(DeclaredNode { entry, declared, block });
            }
        }
        blocks.finish();
    }
    nodes.sort_by_key(|node| node.entry.key.at.range.start);
    nodes
}

/// The shape of a node. What a pick is over decides what its name means, so
/// that is read ahead; a wrong range is reported when the node is read.
fn shape(entry: &Entry, block: &str, sets: &[Set]) -> Shape {
    let over = || {
        let over = entry.node.as_table().and_then(|table| table.get("over"));
        let fixed = [Range::Member, Range::Zone, Range::Client, Range::Target, Range::Asker];
        let mut ranges = fixed.into_iter().chain((0..sets.len()).map(|at| Range::Set(SetId(at))));
        let named = over.and_then(|node| node.as_str());
        ranges.find(|range| Some(range.name(sets).as_str()) == named).unwrap_or(Range::Member)
    };
    match block {
        "gate" => Shape::Gate,
        "work" => Shape::Work,
        "clock" => Shape::Clock,
        "probe" => Shape::Probe,
        "lease" => Shape::Lease,
        "pick" => Shape::Pick(over()),
        "dial" => Shape::Dial(over()),
        "backup" => Shape::Backup,
        "tank" => Shape::Tank,
        "pool" => Shape::Pool,
        "crew" => Shape::Crew,
        "link" => Shape::Link,
        _ => Shape::Log,
    }
}

/// What expressions may speak of.
fn environment(
    kind: ComponentKind,
    header: &Header,
    parameters: &[parts::ReadParameter],
    sets: &[set::ReadSet],
    declared: &[DeclaredNode<'_>],
) -> Environment {
    let processes = header.processes.iter().chain(sets.iter().flat_map(|one| &one.processes));
    Environment {
        kind,
        nodes: declared.iter().map(|node| node.declared.clone()).collect(),
        processes: processes.map(|process| process.value.clone()).collect(),
        sets: sets.iter().map(|one| one.set.clone()).collect(),
        parameters: parameters.iter().map(|one| (one.name.value.clone(), one.dimension)).collect(),
        needs: header.needs.iter().map(|need| need.value.clone()).collect(),
        requests: header.requests.iter().map(|request| request.value.clone()).collect(),
    }
}

/// Reads every node; `None` for one with mistakes.
fn read_nodes(
    declared: &[DeclaredNode<'_>],
    environment: &Environment,
    context: &Context<'_>,
) -> Vec<Option<Node>> {
    if let Some(node) = declared.get(MOST_NODES) {
        let at = &node.entry.key.at;
        let message = format!("this preset has {} nodes", declared.len());
        context.error("preset::too_many_nodes", message, at, "at most 64 can be told apart");
    }
    declared.iter().map(|node| read_node(node, environment, context)).collect()
}

/// Reads one node.
fn read_node(
    node: &DeclaredNode<'_>,
    environment: &Environment,
    context: &Context<'_>,
) -> Option<Node> {
    let at: &Location = &node.entry.key.at;
    let what = format!("{} `{}`", node.block, node.declared.name);
    let Some(table) = node.entry.node.as_table() else {
        let found = node.entry.node.raw.kind();
        let message = format!("{what} must be a table");
        let label = format!("expected {{ … }}, found {found}");
        context.error("file::wrong_type", message, &node.entry.node.at, &label);
        return None;
    };
    let mut table = table.clone();
    table.at = at.clone();
    let reader = Reader::new(&table, what, context);
    let fields = Fields::new(&reader, environment, node.declared.range);
    let block = match node.declared.shape {
        Shape::Gate => block::gate(&fields),
        Shape::Work => block::work(&fields),
        Shape::Clock => block::clock(&fields),
        Shape::Probe => probe::probe(&fields),
        Shape::Lease => block::lease(&fields),
        Shape::Pick(_) => block::pick(&fields),
        Shape::Dial(_) => block::dial(&fields),
        Shape::Log => block::log(&fields),
        Shape::Backup => block::backup(&fields),
        Shape::Pool => block::pool(&fields),
        Shape::Crew => people::crew(&fields),
        Shape::Tank => block::tank(&fields),
        Shape::Link => block::link(&fields),
    };
    let marks = match node.declared.shape {
        Shape::Clock | Shape::Log | Shape::Backup | Shape::Pool | Shape::Crew | Shape::Link => None,
        _ => fields.marks(),
    };
    reader.finish();
    let (name, range) = (node.declared.name.clone(), node.declared.range);
    Some(Node { name, range, block: block?, marks, says: super::Says::default() })
}
