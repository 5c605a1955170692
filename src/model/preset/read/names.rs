//! Names: that each means one thing, and where it was given.

use super::DeclaredNode;
use super::field::is_name;
use super::header::Header;
use super::parts::ReadParameter;
use super::set::ReadSet;
use crate::diagnostic::Diagnostic;
use crate::model::expression::Range;
use crate::model::expression::parse::is_keyword;
use crate::model::preset::places::{Placed, Places};
use crate::model::preset::{HOLDS, TARGET_EXPORTS};
use crate::model::read::{Context, Found};

/// Words that mean something in every expression.
const RESERVED: [&str; 37] = [
    "self",
    "here",
    "caller",
    "host",
    "asked",
    "fault",
    "objective",
    "true",
    "false",
    "never",
    "any",
    "all",
    "count",
    "share",
    "min",
    "max",
    "ceil",
    "floor",
    "ln",
    "exp",
    "if",
    "hears",
    "answers",
    "refuses",
    "silent",
    "one",
    "members",
    "zones",
    "each",
    "member",
    "zone",
    "needs_hold",
    "uses_hold",
    "client",
    "target",
    "asker",
    "peer",
];

/// Collects where the names of a preset were given.
pub(super) fn gather(
    header: &Header,
    parameters: &[ReadParameter],
    sets: &[ReadSet],
    nodes: &[DeclaredNode<'_>],
) -> Places {
    let keys = |only: Option<Range>| {
        let nodes = nodes.iter();
        let wanted = nodes.filter(|node| only.is_none_or(|range| node.declared.range == range));
        wanted.map(|node| node.entry.key.clone()).collect()
    };
    let needs = header.needs.iter();
    Places {
        nodes: keys(None),
        parameters: parameters.iter().map(|one| one.name.clone()).collect(),
        sets: sets.iter().map(|one| one.name.clone()).collect(),
        processes: header
            .processes
            .iter()
            .chain(sets.iter().flat_map(|one| &one.processes))
            .cloned()
            .collect(),
        needs: needs
            .map(|need| Found { value: need.value.role.clone(), at: need.at.clone() })
            .collect(),
        requests: header.requests.clone(),
        exports: Vec::new(),
        target_nodes: keys(Some(Range::Target)),
        asker_nodes: keys(Some(Range::Asker)),
    }
}

/// Reports names that cannot be names and names that mean two things.
pub(super) fn check(names: &Places, context: &Context<'_>) {
    let mut seen: Vec<(&Placed, &str)> = Vec::new();
    let all = [
        (&names.processes, "process"),
        (&names.needs, "need"),
        (&names.parameters, "parameter"),
        (&names.nodes, "node"),
        (&names.sets, "set"),
    ];
    for (some, what) in all {
        for name in some {
            check_word(name, what, context);
            // A set may be called as what runs there: a sentinel's `sentinel`.
            let taken = |(one, other): &&(&Placed, &str)| {
                one.value == name.value && (what, *other) != ("set", "process")
            };
            let Some((first, other)) = seen.iter().find(taken) else {
                seen.push((name, what));
                continue;
            };
            let message = format!("`{}` names two things", name.value);
            context.report(
                Diagnostic::error("preset::duplicate_name", message)
                    .label(&name.at, format!("a {what} here"))
                    .label(&first.at, format!("a {other} here"))
                    .help("a bare name must mean one thing in expressions"),
            );
        }
    }
    for request in &names.requests {
        check_word(request, "request", context);
    }
    for node in &names.target_nodes {
        if TARGET_EXPORTS.contains(&node.value.as_str()) {
            let message = format!("`{}` is what a target itself says", node.value);
            let label = "choose another name for this node";
            context.error("preset::reserved_name", message, &node.at, label);
        }
    }
    for node in names.asker_nodes.iter().filter(|node| node.value == HOLDS) {
        let message = format!("`{HOLDS}` is what an asker itself says");
        let label = "choose another name for this node";
        context.error("preset::reserved_name", message, &node.at, label);
    }
}

/// Reports a word that cannot be a name.
fn check_word(name: &Placed, what: &str, context: &Context<'_>) {
    let report = |code, message: String, label| context.error(code, message, &name.at, label);
    if RESERVED.contains(&name.value.as_str()) || is_keyword(&name.value) {
        let message = format!("`{}` already means something in expressions", name.value);
        report("preset::reserved_name", message, "choose another name");
    } else if !is_name(&name.value) {
        let message = format!("\"{}\" cannot be the name of a {what}", name.value);
        let label = "expected letters, digits and _, a letter first";
        report("preset::bad_name", message, label);
    }
}
