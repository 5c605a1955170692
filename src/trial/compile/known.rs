//! What is the same for whoever asks, worked out once: a population of clients asks the
//! same of a model again and again.

use std::collections::BTreeMap;

use crate::block::Literal;
use crate::model::expression::Reliance;
use crate::model::preset::ComponentKind;
use crate::model::system::{Access, ComponentId, Model, Relied};

/// What a compiler has found out.
#[derive(Debug)]
pub(super) struct Known<'m> {
    /// Who asks each component.
    pub(super) askers: Vec<Askers>,
    /// The position of each milestone.
    pub(super) milestones: BTreeMap<(ComponentId, &'m str), u32>,
    /// The runbooks that ask something of a component.
    pub(super) ordering: BTreeMap<ComponentId, Vec<ComponentId>>,
    /// The alerts that watch a component.
    pub(super) watching: BTreeMap<ComponentId, Vec<ComponentId>>,
    /// Whether all facts are there, so that a condition stays what it is.
    pub(super) facts: bool,
    /// Whether all that a component relies on so is served.
    pub(super) relied: BTreeMap<(ComponentId, Reliance), Literal>,
    /// Whether a component serves what somebody relies on it for.
    pub(super) served: BTreeMap<(ComponentId, Access), Literal>,
    /// Components that somebody relies on.
    pub(super) relied_on: Vec<bool>,
    /// Components that a route serves.
    pub(super) routed: Vec<bool>,
    /// Components that somebody points at.
    pub(super) pointed_at: Vec<bool>,
    /// Services that the processes of others run in.
    pub(super) carries: Vec<bool>,
}

impl<'m> Known<'m> {
    /// What a model says by itself.
    pub(super) fn of(model: &'m Model) -> Self {
        let none = vec![false; model.components.len()];
        let mut known = Self {
            askers: Vec::new(),
            milestones: BTreeMap::new(),
            ordering: BTreeMap::new(),
            watching: BTreeMap::new(),
            facts: false,
            relied: BTreeMap::new(),
            served: BTreeMap::new(),
            relied_on: none.clone(),
            routed: none.clone(),
            pointed_at: none.clone(),
            carries: none,
        };
        for (id, component) in (0..).map(ComponentId).zip(&model.components) {
            let kind = component.preset.kind;
            for Relied { on, .. } in component.needed.iter().chain(&component.used) {
                known.relied_on[on.0] = true;
            }
            let watched = component.needed.iter().filter(|_| kind == ComponentKind::Alert);
            for Relied { on, .. } in watched {
                known.watching.entry(*on).or_default().push(id);
            }
            if let Some(target) = component.target {
                known.pointed_at[target.0] = true;
                known.routed[target.0] |= kind == ComponentKind::Route;
            }
            for pods in &component.pods {
                known.carries[pods.by.0] = true;
            }
            if let Some(order) = &component.asks_for {
                known.ordering.entry(order.of).or_default().push(id);
            }
        }
        let all = (0..model.components.len()).map(ComponentId);
        known.askers = all.map(|id| Askers::of(model, id, known.pointed_at[id.0])).collect();
        known
    }
}

/// Who asks a component.
#[derive(Debug, Default)]
pub(super) struct Askers {
    /// How many they are.
    pub(super) count: usize,
    /// Populations, and where the first of each stands.
    runs: Vec<(usize, ComponentId)>,
    /// Of each population where its first stands and how many they are.
    of: BTreeMap<ComponentId, (usize, usize)>,
}

impl Askers {
    fn of(model: &Model, id: ComponentId, pointed_at: bool) -> Self {
        let mut askers = Self::default();
        if !pointed_at {
            return askers;
        }
        for (one, count) in model.asking(id) {
            askers.runs.push((askers.count, one));
            askers.of.insert(one, (askers.count, count));
            askers.count += count;
        }
        askers
    }

    /// Who stands at a position that there is: a population and its client's number.
    pub(super) fn at(&self, at: usize) -> (ComponentId, usize) {
        let run = self.runs.partition_point(|(start, _)| *start <= at) - 1;
        let (start, one) = self.runs[run];
        (one, at - start)
    }

    /// Where a client of a population stands.
    pub(super) fn position(&self, one: ComponentId, number: usize) -> Option<usize> {
        let (start, count) = self.of.get(&one)?;
        (number < *count).then(|| start + number)
    }
}
