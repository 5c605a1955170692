//! What an expression speaks of, part by part.

use super::{
    Condition, NeedId, NodeId, ParameterId, PoolRef, Quorum, Range, Reading, SetId, Value, Who,
};

/// Something that an expression speaks of.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Mention {
    /// A node of the preset.
    Node(NodeId),
    /// A parameter.
    Parameter(ParameterId),
    /// A process.
    Process(usize),
    /// An announced request.
    Request(usize),
    /// A needed component.
    Need(NeedId),
    /// A further set.
    Set(SetId),
    /// A parameter that says how many of a range must satisfy something.
    Limit(ParameterId),
}

impl Range {
    /// The further sets that it is made of.
    pub(crate) fn mentions(self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Set(set) => visit(Mention::Set(set)),
            Self::Pair(first, second) => {
                first.range().mentions(visit);
                second.range().mentions(visit);
            }
            Self::One | Self::Member | Self::Zone | Self::Client | Self::Target | Self::Asker => {}
        }
    }
}

impl Who {
    /// The pick that says who, if one does.
    fn mentions(self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Chosen(pick) => visit(Mention::Node(pick)),
            Self::Dealt(set) => visit(Mention::Set(set)),
            _ => {}
        }
    }
}

impl Condition {
    /// Visits everything that the condition speaks of.
    pub(crate) fn mentions(&self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Constant(_) | Self::Relied(_) => {}
            Self::Level(who, node)
            | Self::Failed(who, node)
            | Self::Chose(node, who)
            | Self::Head(node, who) => {
                who.mentions(visit);
                visit(Mention::Node(*node));
            }
            Self::Pair(first, second, node) => {
                first.mentions(visit);
                second.mentions(visit);
                visit(Mention::Node(*node));
            }
            Self::NeedExport(need, _, who) => {
                visit(Mention::Need(*need));
                who.iter().for_each(|who| who.mentions(visit));
            }
            Self::Process(who, process) => {
                who.mentions(visit);
                visit(Mention::Process(*process));
            }
            Self::TargetExport(who, _) | Self::Host(who) | Self::Holds(who) => who.mentions(visit),
            Self::Hears(first, second)
            | Self::Silent(first, second)
            | Self::Same(first, second)
            | Self::Together(first, second)
            | Self::Dealt(first, second) => {
                first.mentions(visit);
                second.mentions(visit);
            }
            Self::Answers(first, second, process) | Self::Refuses(first, second, process) => {
                first.mentions(visit);
                second.mentions(visit);
                visit(Mention::Process(process.unwrap_or(0)));
            }
            Self::Asked(who, request) => {
                who.mentions(visit);
                visit(Mention::Request(*request));
            }
            Self::Not(inner) => inner.mentions(visit),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.mentions(visit));
            }
            Self::Over(range, body, quorum) => {
                range.mentions(visit);
                body.mentions(visit);
                if let Quorum::Count(_, limit) | Quorum::Share(_, limit) = quorum {
                    limit.mentions(&mut |mention| {
                        visit(mention);
                        if let Mention::Parameter(id) = mention {
                            visit(Mention::Limit(id));
                        }
                    });
                }
            }
            Self::Compare(left, _, right) => {
                left.mentions(visit);
                right.mentions(visit);
            }
        }
    }
}

impl PoolRef {
    /// Visits everything that it speaks of.
    pub(crate) fn mentions(&self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Own(pool, who) => {
                visit(Mention::Node(*pool));
                who.mentions(visit);
            }
            Self::Need(need, _, who) => {
                visit(Mention::Need(*need));
                who.iter().for_each(|who| who.mentions(visit));
            }
        }
    }
}

impl Condition {
    /// Collects the works whose failure the condition asks about.
    pub(crate) fn failures(&self, found: &mut Vec<NodeId>) {
        match self {
            Self::Failed(_, node) => found.push(*node),
            Self::Not(inner) | Self::Over(_, inner, _) => inner.failures(found),
            Self::And(parts) | Self::Or(parts) => {
                parts.iter().for_each(|part| part.failures(found));
            }
            _ => {}
        }
    }
}

impl Value {
    /// Visits everything that the number speaks of.
    pub(crate) fn mentions(&self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Number(_) | Self::Draw(_) => {}
            Self::Size(range) => range.mentions(visit),
            Self::Parameter(parameter) => visit(Mention::Parameter(*parameter)),
            Self::NeedValue(need, _) => visit(Mention::Need(*need)),
            Self::TargetValue(who, _) => who.mentions(visit),
            Self::Reading(reading) => reading.mentions(visit),
            Self::If(condition, then, otherwise) => {
                condition.mentions(visit);
                then.mentions(visit);
                otherwise.mentions(visit);
            }
            Self::Between(left, right)
            | Self::Add(left, right)
            | Self::Subtract(left, right)
            | Self::Multiply(left, right)
            | Self::Divide(left, right)
            | Self::Power(left, right) => {
                left.mentions(visit);
                right.mentions(visit);
            }
            Self::Least(all) | Self::Most(all) => all.iter().for_each(|one| one.mentions(visit)),
            Self::Ceiling(inner)
            | Self::Floor(inner)
            | Self::Logarithm(inner)
            | Self::Exponential(inner) => inner.mentions(visit),
        }
    }
}

impl Condition {
    /// Whether it compares what is fixed for the trial, and nothing else.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            Self::Constant(_) => true,
            Self::Not(inner) => inner.is_fixed(),
            Self::And(parts) | Self::Or(parts) => parts.iter().all(Self::is_fixed),
            Self::Compare(left, _, right) => left.is_fixed() && right.is_fixed(),
            _ => false,
        }
    }
}

impl Value {
    /// Whether it is the same all through a trial.
    pub(crate) fn is_fixed(&self) -> bool {
        match self {
            Self::Number(_) | Self::Parameter(_) | Self::NeedValue(..) | Self::Size(_) => true,
            Self::Draw(_) | Self::Between(..) | Self::Reading(_) | Self::TargetValue(..) => false,
            Self::If(condition, then, otherwise) => {
                condition.is_fixed() && then.is_fixed() && otherwise.is_fixed()
            }
            Self::Add(left, right)
            | Self::Subtract(left, right)
            | Self::Multiply(left, right)
            | Self::Divide(left, right)
            | Self::Power(left, right) => left.is_fixed() && right.is_fixed(),
            Self::Least(all) | Self::Most(all) => all.iter().all(Self::is_fixed),
            Self::Ceiling(inner)
            | Self::Floor(inner)
            | Self::Logarithm(inner)
            | Self::Exponential(inner) => inner.is_fixed(),
        }
    }
}

impl Reading {
    /// Visits everything that the reading speaks of.
    fn mentions(&self, visit: &mut dyn FnMut(Mention)) {
        match self {
            Self::Renewed(node) | Self::Age(node) => visit(Mention::Node(*node)),
            Self::Backup(node, _, which) => {
                visit(Mention::Node(*node));
                which.mentions(visit);
            }
            Self::LogWritten(node, instant) => {
                visit(Mention::Node(*node));
                instant.mentions(visit);
            }
            Self::LogHas(node, who)
            | Self::LogUnreplayed(node, who)
            | Self::LogDiverged(node, who) => {
                visit(Mention::Node(*node));
                who.mentions(visit);
            }
        }
    }
}
