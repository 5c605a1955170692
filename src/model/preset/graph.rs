//! What must hold of a whole graph: nothing idle, nothing circular.

use super::places::Places;
use super::{Block, Check, Exported, Growth, Looks, Node, Pace, Preset, Retry, Standing, Supply};
use crate::diagnostic::Diagnostic;
use crate::maths;
use crate::model::expression::{Condition, Mention, NodeId, ParameterId, SetId, Value, Who};
use crate::model::read::{Context, Found};

/// Reports what is wrong with a preset as a whole.
pub(super) fn check(preset: &Preset, places: &Places, context: &Context<'_>) {
    let mut mentioned = Vec::new();
    for node in &preset.nodes {
        node.range.mentions(&mut |mention| mentioned.push(mention));
        node.mentions(&mut |mention| mentioned.push(mention));
    }
    for export in &preset.exports {
        match &export.what {
            Exported::Level(condition) => condition.mentions(&mut |found| mentioned.push(found)),
            Exported::Value(value) => value.mentions(&mut |found| mentioned.push(found)),
            Exported::Pool(pool) => mentioned.push(Mention::Node(*pool)),
        }
    }
    for set in &preset.sets {
        if let Standing::Counted(size) = set.standing {
            mentioned.push(Mention::Parameter(size));
        }
    }
    let unused = |names: &[Found<String>], what: &str, mention: fn(usize) -> Mention| {
        for (position, name) in names.iter().enumerate() {
            if !mentioned.contains(&mention(position)) {
                let message = format!("the {what} `{}` changes nothing", name.value);
                let label = "no node and no export reads it";
                context.error("preset::unused", message, &name.at, label);
            }
        }
    };
    unused(&places.sets, "set", |at| Mention::Set(SetId(at)));
    unused(&places.parameters, "parameter", |at| Mention::Parameter(ParameterId(at)));
    unused(&places.processes, "process", Mention::Process);
    unused(&places.requests, "request", Mention::Request);
    unused(&places.needs, "need", |at| Mention::Need(crate::model::expression::NeedId(at)));
    check_bases(preset, places, context);
    check_followers(preset, places, context);
    check_failures(preset, places, context);
    for circle in circles(preset) {
        report_circle(&circle, preset, places, context);
    }
}

/// A log archive leads on from generations, not from another archive.
fn check_bases(preset: &Preset, places: &Places, context: &Context<'_>) {
    for (node, place) in preset.nodes.iter().zip(&places.nodes) {
        let Block::Backup { base: Some(base), .. } = &node.block else { continue };
        let other = &preset.nodes[base.0];
        if matches!(other.block, Block::Backup { base: Some(_), .. }) {
            let message = format!("the base of `{}` has a base itself", node.name);
            let label = format!("leads on from `{}`, which is no full backup", other.name);
            context.error("preset::base", message, &place.at, &label);
        }
    }
}

/// Reports conditions on failures of works that never fail.
fn check_failures(preset: &Preset, places: &Places, context: &Context<'_>) {
    for (node, place) in preset.nodes.iter().zip(&places.nodes) {
        let mut asked = Vec::new();
        node.conditions(&mut |condition| condition.failures(&mut asked));
        for id in asked {
            let other = &preset.nodes[id.0];
            if !matches!(other.block, Block::Work { retry: Some(_), .. }) {
                let message = format!("`{}` asks whether `{}` has failed", node.name, other.name);
                let label = "that work never fails: it has no `fails`";
                context.error("preset::fails", message, &place.at, label);
            }
        }
    }
}

/// Reports clocks that follow what they cannot.
fn check_followers(preset: &Preset, places: &Places, context: &Context<'_>) {
    for (node, place) in preset.nodes.iter().zip(&places.nodes) {
        let Block::Clock { pace: Pace::Follow(followed), .. } = &node.block else {
            continue;
        };
        let other = &preset.nodes[followed.node.0];
        let (message, label) = if let Who::Chosen(pick) = followed.who {
            let pick = &preset.nodes[pick.0].name;
            (
                format!("`{}` cannot follow the clock of whoever is `{pick}`", node.name),
                "expected a clock of its own instance or of `one`",
            )
        } else if other.name == node.name {
            (format!("`{}` follows itself", node.name), "expected a clock that ticks by itself")
        } else if matches!(other.block, Block::Clock { pace: Pace::Follow(_), .. }) {
            (
                format!("`{}` follows `{}`, which follows another", node.name, other.name),
                "expected a clock that ticks by itself",
            )
        } else {
            continue;
        };
        context.error("preset::follows", message, &place.at, label);
    }
}

/// Reports nodes that wait for each other in no time.
fn report_circle(circle: &[NodeId], preset: &Preset, places: &Places, context: &Context<'_>) {
    let name = |id: &NodeId| preset.nodes[id.0].name.as_str();
    let mut spelled: Vec<&str> = circle.iter().map(name).collect();
    spelled.extend(circle.first().map(name));
    let message = if circle.len() == 1 {
        format!("`{}` depends on itself, and nothing in between takes time", spelled[0])
    } else {
        format!("these depend on each other, and nothing takes time: {}", spelled.join(" → "))
    };
    let mut report = Diagnostic::error("preset::circle", message)
        .help("break it with a probe, a lease, a pick, or a work that takes time");
    for (position, id) in circle.iter().enumerate() {
        let next = spelled[position + 1];
        report = report.label(&places.nodes[id.0].at, format!("depends on `{next}`"));
    }
    context.report(report);
}

/// The circles of nodes that take no time: gates, latches too, and works whose
/// duration is always zero. A node is in at most one of those that are given.
fn circles(preset: &Preset) -> Vec<Vec<NodeId>> {
    let edges: Vec<Vec<NodeId>> = preset.nodes.iter().map(instant_edges).collect();
    let mut state = vec![Visit::New; preset.nodes.len()];
    let mut found = Vec::new();
    for start in 0..preset.nodes.len() {
        walk(NodeId(start), &edges, &mut Vec::new(), &mut state, &mut found);
    }
    found
}

/// How far a node has been followed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    /// Not yet.
    New,
    /// It is on the present path.
    Open,
    /// Everything behind it is known.
    Done,
}

/// Follows the edges of a node; no deeper than there are nodes.
fn walk(
    node: NodeId,
    edges: &[Vec<NodeId>],
    path: &mut Vec<NodeId>,
    state: &mut [Visit],
    found: &mut Vec<Vec<NodeId>>,
) {
    match state[node.0] {
        Visit::Done => {}
        Visit::Open => {
            let start = path.iter().position(|other| *other == node).unwrap_or(0);
            let circle = path[start..].to_vec();
            let known = |id: &NodeId| found.iter().any(|other| other.contains(id));
            if !circle.iter().any(known) {
                found.push(circle);
            }
        }
        Visit::New => {
            state[node.0] = Visit::Open;
            path.push(node);
            for next in &edges[node.0] {
                walk(*next, edges, path, state, found);
            }
            path.pop();
            state[node.0] = Visit::Done;
        }
    }
}

/// What a node follows in the same instant.
fn instant_edges(node: &Node) -> Vec<NodeId> {
    let mut edges = Vec::new();
    let mut visit = |mention| {
        if let Mention::Node(id) = mention
            && !edges.contains(&id)
        {
            edges.push(id);
        }
    };
    match &node.block {
        Block::Gate { when, until } => {
            when.mentions(&mut visit);
            until.iter().for_each(|until| until.mentions(&mut visit));
        }
        Block::Work { when, until, takes, moves: None, uses: None, calls: None, .. }
            if takes.constant() == Some(0.0) =>
        {
            when.mentions(&mut visit);
            until.iter().for_each(|until| until.mentions(&mut visit));
        }
        // It chooses anew at once.
        Block::Pick { best: true, from, if_, prefer, .. } => {
            from.mentions(&mut visit);
            if_.iter().for_each(|rule| rule.mentions(&mut visit));
            prefer.iter().for_each(|rank| rank.mentions(&mut visit));
        }
        _ => {}
    }
    edges
}

impl Node {
    /// Visits everything that the node speaks of.
    pub(crate) fn mentions(&self, visit: &mut dyn FnMut(Mention)) {
        self.conditions(&mut |condition| condition.mentions(visit));
        self.values(&mut |value| value.mentions(visit));
        match &self.block {
            Block::Work { does, moves, uses, calls, .. } => {
                let links = moves.iter().flat_map(|moves| &moves.over);
                links.for_each(|other| visit(Mention::Node(*other)));
                let called = calls.iter().map(|calls| &calls.crew);
                uses.iter().chain(called).for_each(|pool| pool.mentions(visit));
                for effect in does {
                    let (super::Effect::Start(process) | super::Effect::Stop(process)) = effect;
                    visit(Mention::Process(*process));
                }
            }
            Block::Probe { looks: Looks::At(clock), .. } => visit(Mention::Node(clock.node)),
            Block::Lease { of, renewed_at, check, .. } => {
                of.iter().for_each(|pick| visit(Mention::Node(*pick)));
                if let Some(Check::At(clock)) = check {
                    visit(Mention::Node(clock.node));
                }
                visit(Mention::Node(renewed_at.node));
            }
            Block::Pick { over, .. } => over.mentions(visit),
            Block::Clock { pace: Pace::Follow(at), .. } => visit(Mention::Node(at.node)),
            Block::Dial { over, at, .. } => {
                over.mentions(visit);
                visit(Mention::Node(at.node));
            }
            Block::Log { head, .. } => visit(Mention::Node(*head)),
            Block::Backup { base, .. } => base.iter().for_each(|base| visit(Mention::Node(*base))),
            _ => {}
        }
    }

    /// Visits the node's conditions.
    pub(crate) fn conditions(&self, visit: &mut dyn FnMut(&Condition)) {
        let mut all: Vec<Option<&Condition>> = Vec::new();
        match &self.block {
            Block::Gate { when, until } => all.extend([Some(when), until.as_ref()]),
            Block::Work { when, until, keeps, .. } => {
                all.extend([Some(when), until.as_ref(), keeps.as_ref()]);
            }
            Block::Pool(Supply::Tokens { rates, .. }) => {
                all.extend(rates.iter().map(|(on, _)| on.as_ref()));
            }
            Block::Pool(_) | Block::Crew { .. } | Block::Link { .. } => {}
            Block::Tank { fills, drains, .. } => {
                all.extend([Some(&fills.0), drains.as_ref().map(|drains| &drains.0)]);
            }
            Block::Clock { running, .. } => all.push(running.as_ref()),
            Block::Probe { watch, running, looks, .. } => {
                all.extend([Some(watch), running.as_ref()]);
                if let Looks::From { rise, .. } = looks {
                    all.push(Some(rise));
                }
            }
            Block::Lease { renewed_if, check, rearm, drop, .. } => {
                all.push(Some(renewed_if));
                if let Some(Check::Every { running, .. }) = check {
                    all.push(running.as_ref());
                }
                all.extend([rearm.as_ref().map(|(on, _)| on), drop.as_ref()]);
            }
            Block::Pick { when, from, if_, .. } => {
                all.extend([Some(when), Some(from), if_.as_ref()]);
            }
            Block::Dial { lost, good, .. } => all.extend([Some(lost), Some(good)]),
            Block::Log { accepts, copies, gone, restores, .. } => {
                all.extend([Some(accepts), Some(copies), gone.as_ref(), restores.as_ref()]);
            }
            Block::Backup { running, .. } => all.push(running.as_ref()),
        }
        all.into_iter().flatten().for_each(visit);
    }

    /// Visits the node's numbers.
    pub(crate) fn values(&self, visit: &mut dyn FnMut(&Value)) {
        let mut all: Vec<&Value> = Vec::new();
        match &self.block {
            Block::Gate { .. } => {}
            Block::Work { takes, moves, calls, retry, .. } => {
                all.push(takes);
                all.extend(calls.iter().map(|calls| &calls.priority));
                all.extend(moves.iter().map(|moves| &moves.bytes));
                all.extend(moves.iter().filter_map(|moves| moves.most.as_ref()));
                if let Some(Retry { fails, tries, between, factor, most }) = retry.as_deref() {
                    all.extend([fails, between]);
                    all.extend([tries, factor, most].into_iter().flatten());
                }
            }
            Block::Pool(Supply::Units(size)) => all.push(size),
            Block::Pool(Supply::Tokens { burst, rates }) => {
                all.push(burst);
                all.extend(rates.iter().map(|(_, rate)| rate));
            }
            Block::Tank { starts, capacity, mark, fills, drains } => {
                all.extend([starts, capacity, &fills.1]);
                all.extend(mark);
                all.extend(drains.iter().map(|drains| &drains.1));
            }
            Block::Crew { response, misses, escalate } => {
                all.extend([response, misses, escalate]);
            }
            Block::Link { rate } => all.push(rate),
            Block::Clock { every, .. } => all.push(every),
            Block::Probe { looks, fall, rise, .. } => {
                all.extend([fall, rise]);
                match looks {
                    Looks::At(_) => {}
                    Looks::Every(every) | Looks::From { every, growth: None, .. } => {
                        all.push(every);
                    }
                    Looks::From { every, growth: Some(growth), .. } => {
                        let Growth { factor, most, slack: (low, high) } = growth.as_ref();
                        all.extend([every, factor, most, low, high]);
                    }
                    Looks::AfterReply { every, cost } => all.extend([every, cost]),
                }
            }
            Block::Lease { ttl, check, rearm, .. } => {
                all.push(ttl);
                if let Some(Check::Every { every, .. }) = check {
                    all.push(every);
                }
                all.extend(rearm.iter().map(|(_, ttl)| ttl));
            }
            Block::Pick { prefer, .. } => all.extend(prefer),
            Block::Dial { cost, .. } => all.push(cost),
            Block::Log { volume, writes, lag, unreplayed, point, .. } => {
                all.extend([volume, writes, lag, unreplayed]);
                all.extend(point);
            }
            Block::Backup { every, takes, keep, works, shared, .. } => {
                all.extend([every, takes, works, shared]);
                all.extend(keep);
            }
        }
        all.into_iter().for_each(visit);
    }
}

impl Value {
    /// The number that it always is, if it reads nothing.
    pub(crate) fn constant(&self) -> Option<f64> {
        let both = |left: &Self, right: &Self| Some((left.constant()?, right.constant()?));
        match self {
            Self::Number(number) => Some(*number),
            Self::Draw(law) => law.is_constant(),
            Self::Add(left, right) => both(left, right).map(|(l, r)| l + r),
            Self::Subtract(left, right) => both(left, right).map(|(l, r)| l - r),
            Self::Multiply(left, right) => both(left, right).map(|(l, r)| l * r),
            Self::Between(left, right) | Self::If(_, left, right) => {
                both(left, right).filter(|(l, r)| l == r).map(|(l, _)| l)
            }
            Self::Power(base, exponent) => both(base, exponent).map(|(b, e)| maths::powf(b, e)),
            Self::Ceiling(inner) => inner.constant().map(f64::ceil),
            Self::Floor(inner) => inner.constant().map(f64::floor),
            Self::Logarithm(inner) => inner.constant().map(maths::ln),
            Self::Exponential(inner) => inner.constant().map(maths::exp),
            Self::Least(all) => all
                .iter()
                .map(Self::constant)
                .collect::<Option<Vec<f64>>>()
                .map(|all| all.into_iter().fold(f64::INFINITY, f64::min)),
            Self::Most(all) => all
                .iter()
                .map(Self::constant)
                .collect::<Option<Vec<f64>>>()
                .map(|all| all.into_iter().fold(f64::NEG_INFINITY, f64::max)),
            Self::Divide(..)
            | Self::Parameter(_)
            | Self::NeedValue(..)
            | Self::TargetValue(..)
            | Self::Size(_)
            | Self::Reading(_) => None,
        }
    }
}
