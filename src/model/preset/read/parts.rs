//! Parameters, words for nodes, lints and exports.

use super::field::{expression_text, report};
use crate::diagnostic::{Diagnostic, Location, nearest, nearest_help};
use crate::model::expression::resolve::{Declared, Environment, Scope, Shape};
use crate::model::expression::{NodeId, Range};
use crate::model::preset::{
    Export, Exported, Interface, Lint, LintSeverity, Node, Parameter, Published, Quantity, Says,
    Varies, VersionRange,
};
use crate::model::read::{self, Context, Entry, Expect, Found, Raw, Reader};
use crate::units::{self, Dimension};

/// A parameter, even where its description is wrong: its name is known, so
/// that expressions may speak of it without a second complaint.
#[derive(Debug)]
pub(super) struct ReadParameter {
    /// Its name.
    pub(super) name: Found<String>,
    /// What it measures, if that is known.
    pub(super) dimension: Option<Dimension>,
    /// All of it, where it is right.
    pub(super) parameter: Option<Parameter>,
}

/// Reads `[parameters.…]`.
pub(super) fn parameters(reader: &Reader<'_>, versioned: bool) -> Vec<ReadParameter> {
    let Some(table) = reader.table("parameters", "[parameters]") else {
        return Vec::new();
    };
    let read = |entry: &Entry| {
        let parameter = parameter(entry, &table, versioned);
        let dimension = parameter.as_ref().map(|found| found.dimension);
        ReadParameter { name: entry.key.clone(), dimension, parameter }
    };
    table.entries().iter().map(read).collect()
}

/// Reads one parameter.
fn parameter(entry: &Entry, outer: &Reader<'_>, versioned: bool) -> Option<Parameter> {
    let name = entry.key.value.clone();
    let reader = outer.table(&name, format!("parameter `{name}`"))?;
    let source = reader.string("source").map(|found| found.value);
    let (least, most) = (limit(&reader, "least"), limit(&reader, "most"));
    let varies = varies(&reader);
    let known = least.or(most).map(|(_, dimension)| dimension);
    let (least, most) = (least.map(|(limit, _)| limit), most.map(|(limit, _)| limit));
    let say = reader.required_string("say");
    let expect = Expect { dimension: known, varies, ..Expect::any() };
    let expect = expect.within(least, most, source.as_deref());
    let default = reader.required("default").and_then(|node| {
        read::read_quantity(node, &format!("the default of `{name}`"), &expect, reader.context())
    });
    let known = default.as_ref().map(|default| default.dimension).or(known);
    let versions = versions(&reader, &Expect { dimension: known, ..expect }, versioned);
    reader.finish();
    let default = default?;
    let dimension = default.dimension;
    let (versions, say) = (versions?, say?.value);
    Some(Parameter { name, dimension, default, versions, least, most, source, say })
}

/// `versions = { "<3.5" = "0" }`: defaults of some versions.
fn versions(
    reader: &Reader<'_>,
    expect: &Expect<'_>,
    versioned: bool,
) -> Option<Vec<(VersionRange, Quantity)>> {
    let Some(node) = reader.get("versions") else {
        return Some(Vec::new());
    };
    let table = reader.table("versions", format!("\"versions\" of {}", reader.what()))?;
    let context = reader.context();
    if !versioned {
        let message = format!("{} has defaults by version", reader.what());
        let help = "write version = { default = \"1.0\", say = \"…\" } above all tables";
        let label = "the preset does not say which version is the default";
        context.error_with_help(
            "preset::version",
            message,
            (&node.at, label),
            Some(help.to_owned()),
        );
    }
    let mut versions: Vec<(VersionRange, Quantity)> = Vec::new();
    let mut sound = true;
    for entry in table.entries() {
        let (key, at) = (&entry.key.value, &entry.key.at);
        let what = format!("the default of {} for \"{key}\"", reader.what());
        let quantity =
            table.get(key).and_then(|node| read::read_quantity(node, &what, expect, context));
        let range = VersionRange::parse(key).map_err(|why| {
            let message = format!("\"{key}\" is no range of versions: {why}");
            let label = "expected a range, such as \"<3.5\" or \">=3.0, <3.5\"";
            context.error("preset::version", message, at, label);
        });
        let (Ok(range), Some(quantity)) = (range, quantity) else {
            sound = false;
            continue;
        };
        if let Some((other, _)) = versions.iter().find(|(other, _)| other.overlaps(&range)) {
            let message = format!("\"{other}\" and \"{range}\" share versions");
            context.error("preset::version", message, at, "a version must have one default");
        }
        versions.push((range, quantity));
    }
    table.finish();
    sound.then_some(versions)
}

/// `least` or `most`: a certain quantity.
fn limit(reader: &Reader<'_>, key: &str) -> Option<(f64, Dimension)> {
    let node = reader.get(key)?;
    let number = match &node.raw {
        Raw::String(text) => units::parse(text).map_err(|error| {
            let at = node.within(error.range.clone());
            let at = if at.range.is_empty() { &node.at } else { &at };
            let message = format!("\"{key}\" of {}: {error}", reader.what());
            reader.context().report(
                Diagnostic::error("quantity::unit", message)
                    .label(at, "expected a quantity, such as 30s")
                    .maybe_help(error.help),
            );
        }),
        Raw::Integer(number) => Ok((*number as f64, Dimension::NUMBER)),
        Raw::Float(number) => Ok((*number, Dimension::NUMBER)),
        _ => {
            reader.wrong_type(key, node, "a quantity");
            Err(())
        }
    };
    number.ok()
}

/// `varies`: at each use where the file is silent.
fn varies(reader: &Reader<'_>) -> Varies {
    let Some(text) = reader.string("varies") else {
        return Varies::Each;
    };
    Varies::named(&text.value).unwrap_or_else(|| {
        let names = Varies::ALL.map(|(name, _)| name);
        let help = nearest(&text.value, names).map(|right| format!("did you mean \"{right}\"?"));
        reader.context().error_with_help(
            "quantity::varies",
            format!("{} cannot vary \"{}\"", reader.what(), text.value),
            (&text.at, Varies::EXPECTED),
            help,
        );
        Varies::Each
    })
}

/// Reads `[says]` into the nodes that it speaks of.
pub(super) fn says(outer: &Reader<'_>, names: &[Found<String>], nodes: &mut [Option<Node>]) {
    let Some(reader) = outer.table("says", "[says]") else {
        return;
    };
    let context = outer.context();
    for entry in reader.entries() {
        let name = &entry.key.value;
        let Some(position) = names.iter().position(|node| node.value == *name) else {
            let help = nearest(name, names.iter().map(|node| node.value.as_str()))
                .map(|right| format!("did you mean `{right}`?"));
            let message = format!("there is no node `{name}` to say something of");
            let place = (&entry.key.at, "unknown node");
            context.error_with_help("preset::unknown_name", message, place, help);
            continue;
        };
        let Some(words) = reader.table(name, format!("`{name}` of [says]")) else {
            continue;
        };
        let text = |key| words.string(key).map(|found| found.value);
        let says =
            Says { title: text("title"), formula: text("formula"), surprise: text("surprise") };
        words.finish();
        if let Some(Some(node)) = nodes.get_mut(position) {
            node.says = says;
        }
    }
}

/// Reads `[[lint]]`.
pub(super) fn lints(reader: &Reader<'_>, environment: &Environment) -> Vec<Lint> {
    let Some(nodes) = reader.array("lint") else {
        return Vec::new();
    };
    let mut lints: Vec<Lint> = Vec::new();
    for node in nodes {
        let Some(table) = node.as_table() else {
            reader.wrong_type("lint", node, "a list of tables, [[lint]]");
            continue;
        };
        let rule = Reader::new(table, "a [[lint]]", reader.context());
        let lint = lint(&rule, environment);
        rule.finish();
        let Some(lint) = lint else {
            continue;
        };
        if lints.iter().any(|other| other.name == lint.name) {
            let at = table.get("name").map_or(&table.at, |node| &node.at);
            let message = format!("two lints are called \"{}\"", lint.name);
            reader.context().error("preset::duplicate_name", message, at, "the second one");
        }
        lints.push(lint);
    }
    lints
}

/// Reads one lint.
fn lint(rule: &Reader<'_>, environment: &Environment) -> Option<Lint> {
    let context = rule.context();
    let name = rule.required_string("name");
    let severity = rule.required_string("severity").and_then(|text| match text.value.as_str() {
        "risk" => Some(LintSeverity::Risk),
        "contradiction" => Some(LintSeverity::Contradiction),
        other => {
            let help = nearest(other, ["risk", "contradiction"])
                .map(|right| format!("did you mean \"{right}\"?"));
            let place = (&text.at, "expected \"risk\" or \"contradiction\"");
            let message = format!("a lint cannot be \"{other}\"");
            context.error_with_help("preset::severity", message, place, help);
            None
        }
    });
    let when = rule.required("if").and_then(|node| {
        let text = expression_text(node, "\"if\" of a lint", "a condition in quotes", context)?;
        environment.lint(&text).map_err(|mistakes| report(node, mistakes, context)).ok()
    });
    let say = rule.required_string("say");
    let source = rule.string("source").map(|found| found.value);
    Some(Lint { name: name?.value, severity: severity?, when: when?, say: say?.value, source })
}

/// Reads `[exports]`: all that the kind must show, and nothing else.
pub(super) fn exports(reader: &Reader<'_>, environment: &Environment) -> Vec<(Export, Location)> {
    let kind = environment.kind;
    let mut interface = kind.interface();
    let Some(table) = reader.table("exports", "[exports]") else {
        if reader.table_read().get("exports").is_none() && !interface.is_empty() {
            let names: Vec<String> = interface.iter().map(written).collect();
            let message = format!("{} must export {}", kind.describe(), names.join(", "));
            let label = "there is no [exports]";
            reader.context().error(
                "preset::missing_export",
                message,
                &reader.table_read().at,
                label,
            );
        }
        return Vec::new();
    };
    let other = kind.alternative();
    if other.first().is_some_and(|one| table.table_read().get(&one.range.name(&[])).is_some()) {
        interface = other;
    }
    let mut exports = Vec::new();
    for range in [Range::One, Range::Member, Range::Zone, Range::Client, Range::Target] {
        let of_range = |export: &&Interface| export.range == range;
        let wanted: Vec<&Interface> = interface.iter().filter(of_range).collect();
        let has_pools = environment.nodes.iter().any(|node| is_pool(node, range));
        if wanted.is_empty() && !has_pools {
            continue;
        }
        let optional: Vec<&Interface> = kind.optional().iter().filter(of_range).collect();
        let name = range.name(&[]);
        let inner = table.table(&name, format!("[exports] `{name}`"));
        for export in wanted.iter().chain(&optional) {
            if !optional.contains(export)
                && table
                    .table_read()
                    .get(&name)
                    .and_then(read::Node::as_table)
                    .and_then(|inner| inner.get(export.name))
                    .is_none()
            {
                let message = format!("{} must export `{}`", kind.describe(), written(export));
                let label = format!("`{}` is missing", written(export));
                let at = &table.table_read().at;
                reader.context().error("preset::missing_export", message, at, &label);
            }
            if let Some(node) = inner.as_ref().and_then(|inner| inner.get(export.name)) {
                let found = exported(export, node, environment, reader.context());
                exports.extend(found.map(|found| (found, node.at.clone())));
            }
        }
        if let Some(inner) = inner {
            pools(&inner, range, environment, &mut exports);
            inner.finish();
        }
    }
    table.finish();
    exports
}

/// Whether a node is a pool of each of a range.
fn is_pool(node: &Declared, range: Range) -> bool {
    matches!(node.shape, Shape::Pool | Shape::Crew) && node.range == range
}

/// The pools that works of others may use: whatever else is exported by the name
/// of one.
fn pools(
    table: &Reader<'_>,
    range: Range,
    environment: &Environment,
    exports: &mut Vec<(Export, Location)>,
) {
    for entry in table.unread() {
        let named = entry.node.as_str().and_then(|text| environment.node_named(text));
        let shape = |id: &NodeId| environment.nodes[id.0].shape;
        let shared = |id: &NodeId| matches!(shape(id), Shape::Pool | Shape::Crew);
        let pool = named.filter(shared);
        let name = entry.key.value.clone();
        let kind = environment.kind;
        let mut known = kind.interface().iter().chain(kind.optional()).chain(kind.alternative());
        if known.any(|export| export.name == name) {
            // What it is, and of whom, is fixed.
            continue;
        }
        if let Some(pool) = pool.filter(|id| is_pool(&environment.nodes[id.0], range)) {
            table.allow([name.as_str()]);
            let export = Export { name, range, what: Exported::Pool(pool) };
            exports.push((export, entry.node.at.clone()));
        } else if pool.is_some() || range == Range::Zone {
            table.allow([name.as_str()]);
            let fit = environment.nodes.iter().filter(|node| is_pool(node, range));
            let label = match range {
                Range::One => "expected the name of a pool of the component".to_owned(),
                _ => format!("expected the name of a pool of each {}", range.name(&[])),
            };
            table.context().error_with_help(
                "preset::not_a_pool",
                format!("no such pool can be exported as `{}.{name}`", range.name(&[])),
                (&entry.node.at, &label),
                nearest_help(
                    entry.node.as_str().unwrap_or_default(),
                    fit.map(|node| node.name.as_str()),
                ),
            );
        }
    }
}

/// An export's key as it is written.
fn written(export: &Interface) -> String {
    format!("{}.{}", export.range.name(&[]), export.name)
}

/// Reads one export.
fn exported(
    export: &Interface,
    node: &read::Node,
    environment: &Environment,
    context: &Context<'_>,
) -> Option<Export> {
    let what = format!("export `{}`", written(export));
    let text = expression_text(node, &what, "an expression", context)?;
    let scope = Scope::of(export.range);
    let resolved = match export.what {
        Published::Level => environment.condition(&text, scope).map(Exported::Level),
        Published::Asked => environment.condition(&text, scope.asked()).map(Exported::Level),
        Published::Value(wanted) => environment.value(&text, scope, wanted).map(Exported::Value),
        Published::Reading(wanted) => {
            environment.value(&text, scope.read(), wanted).map(Exported::Value)
        }
    };
    match resolved {
        Ok(what) => Some(Export { name: export.name.to_owned(), range: export.range, what }),
        Err(mistakes) => {
            report(node, mistakes, context);
            None
        }
    }
}
