//! What is measured: a meter for each subject, and a slot for each figure.

use std::collections::BTreeMap;

use super::{Compiler, Instance};
use crate::block::Literal;
use crate::model::expression::Range;
use crate::model::fault::FaultKind;
use crate::model::preset::{Block, ComponentKind, LISTED};
use crate::model::system::{ComponentId, JourneyId, Objective, Subject as Wanted};
use crate::outcome::{Class, Clock, Figure, FigureSlot, Population, SubjectName};
use crate::trial::latency::Callers;
use crate::trial::meter::Meter;
use crate::trial::share::Share;
use crate::trial::subject::Subject;

/// What is measured on one subject.
#[derive(Clone, Debug)]
pub(crate) struct Measures {
    /// The meters of subjects, then those of clients.
    pub(crate) meters: Vec<Meter>,
    /// The subjects, the system first.
    pub(crate) subjects: Vec<Subject>,
    /// One for each figure, in the order of the subjects.
    pub(crate) figures: Vec<FigureSlot>,
    /// The clients whose outages are told.
    pub(crate) clients: Vec<Population>,
    /// Which clients each of these comprises: positions in `client_meters`.
    pub(crate) comprises: Vec<std::ops::Range<usize>>,
    /// Whose shares are told over time: their meters.
    pub(crate) shares: Vec<(SubjectName, usize)>,
    /// For each client its meter.
    pub(crate) client_meters: Vec<usize>,
    /// The other meters by their criterion.
    known: BTreeMap<Literal, Vec<usize>>,
}

impl Measures {
    /// Where a meter stands. What is served of a system is that of its only clients, and
    /// they are measured once.
    fn meter(&mut self, meter: Meter) -> usize {
        let known = self.known.entry(meter.criterion).or_default();
        if let Some(at) = known.iter().find(|at| self.meters[**at] == meter) {
            return *at;
        }
        known.push(self.meters.len());
        self.meters.push(meter);
        self.meters.len() - 1
    }

    /// The next figure is about the outages of these clients.
    fn tell_outages(&mut self, comprises: &std::ops::Range<usize>) {
        let slot = self.figures.len();
        match self.comprises.iter().position(|other| other == comprises) {
            Some(known) => self.clients[known].slots.push(slot),
            None => {
                self.comprises.push(comprises.clone());
                self.clients.push(Population { slots: vec![slot], clients: comprises.len() });
            }
        }
    }
}

/// The marks that count as the order to fail over.
const ORDERED: [&str; 2] = ["ordered", "key_taken"];

/// Those of whom the least served share is told.
const SHARED: [&str; 5] = ["services", "journeys", "stores", "streams", "clients"];

/// A subject while it is put together.
struct Draft {
    subject: Wanted,
    name: SubjectName,
    figures: Vec<Figure>,
    served: Meter,
    redundant: Option<Meter>,
    callers: Option<(Share, Callers)>,
    components: Vec<ComponentId>,
    outages: std::ops::Range<usize>,
}

impl Compiler<'_> {
    /// The meters, the figures, and the sentences of the faults.
    pub(super) fn measure(&mut self) -> (Measures, Vec<String>) {
        let mut drafts = Vec::new();
        let mut clients: Vec<Literal> = Vec::new();
        for id in self.component_ids() {
            if self.preset(id).kind.is_served() {
                drafts.push(self.draft(id, &mut clients));
            }
        }
        drafts.insert(0, self.draft_system(&drafts, clients.len()));
        for at in 0..self.model.journeys.len() {
            let journey = self.draft_journey(JourneyId(at));
            drafts.push(journey);
        }
        let mut measures = Measures {
            meters: Vec::new(),
            subjects: Vec::new(),
            figures: Vec::new(),
            clients: Vec::new(),
            comprises: Vec::new(),
            shares: Vec::new(),
            client_meters: Vec::new(),
            known: BTreeMap::new(),
        };
        let class = self.class();
        let tells = self.tells_shares();
        for mut draft in drafts {
            if tells {
                self.tell_share(&mut draft);
            }
            self.add_subject(&mut measures, draft, class);
        }
        for client in clients {
            measures.client_meters.push(measures.meters.len());
            measures.meters.push(Meter {
                criterion: client,
                share: Share::Parts(vec![client]),
                is_told: false,
                stable_for: crate::units::Span::ZERO,
            });
        }
        for meter in &measures.meters {
            let (parts, counters) = (meter.share.parts().to_vec(), meter.share.counters());
            self.builder.meter(meter.criterion, parts, counters.collect());
        }
        let faults = self.scenario.faults.iter().map(|f| f.title.clone()).collect();
        (measures, faults)
    }

    /// Whether shares are told at all, which costs something in each trial: where the model
    /// says what is asked or has journeys, where a technology says to whom requests are
    /// sent, and where somebody asks. Else what is served is mostly all or nothing, and the
    /// recovery times say it.
    fn tells_shares(&self) -> bool {
        let components = self.model.components.iter().zip(0..);
        let mut says = components.map(|(component, at)| {
            component.demand.is_some()
                || component.preset.kind == ComponentKind::Service
                    && self.exports(ComponentId(at), LISTED)
        });
        let asks = |objective: &Objective| objective.figure == Figure::MinimumAvailability;
        !self.model.journeys.is_empty()
            || says.any(|says| says)
            || self.scenario.objectives.iter().any(asks)
    }

    /// What is served is told over time of the system, services, journeys, stores and
    /// streams. The minimum availability is told of the system, of whatever can be served
    /// in part, and of whom somebody asks about.
    fn tell_share(&self, draft: &mut Draft) {
        let asked = |objective: &Objective| {
            objective.figure == Figure::MinimumAvailability && objective.subject == draft.subject
        };
        let is_system = draft.subject == Wanted::System;
        let in_part = draft.served.share.parts().len() != 1 && SHARED.contains(&draft.name.group);
        if !draft.figures.contains(&Figure::Downtime) {
            return;
        }
        draft.served.is_told = is_system || SHARED.contains(&draft.name.group);
        if is_system || in_part || self.scenario.objectives.iter().any(asked) {
            let at = draft.figures.partition_point(|f| *f < Figure::MinimumAvailability);
            draft.figures.insert(at, Figure::MinimumAvailability);
            draft.served.is_told = true;
        }
    }

    /// The class of the first fault by which something breaks.
    fn class(&self) -> Class {
        let faults = &self.scenario.faults;
        let first = faults.iter().find(|fault| self.model.is_harm(fault));
        first.or(faults.first()).map_or(Class::Announced, |fault| match fault.what {
            FaultKind::Kill(_) => Class::Reset,
            FaultKind::Hang(_) => Class::Hung,
            FaultKind::PowerLoss | FaultKind::Partition { .. } => Class::Silent,
            FaultKind::Request(_) => Class::Announced,
        })
    }

    fn draft(&mut self, id: ComponentId, clients: &mut Vec<Literal>) -> Draft {
        let component = self.component(id);
        let kind = component.preset.kind;
        let before = clients.len();
        let (group, criterion, share, mut figures) = self.measured(id, clients);
        let stable_for = component.stable_for;
        let has_redundancy =
            matches!(kind, ComponentKind::Store | ComponentKind::Stream | ComponentKind::Service);
        let redundant = has_redundancy.then(|| {
            let criterion = self.export(id, "redundant", 0, None);
            Meter { criterion, share: whole(criterion), is_told: false, stable_for }
        });
        let timeout = component.request_timeout.filter(|_| kind == ComponentKind::Service);
        let tries = component.tries;
        let callers = timeout.map(|timeout| {
            figures.push(Figure::Latency);
            figures.sort_unstable();
            (self.callers_share(id), Callers { timeout, tries })
        });
        Draft {
            subject: Wanted::Component(id),
            name: SubjectName { group, name: component.name.clone() },
            figures,
            served: Meter { criterion, share, is_told: false, stable_for },
            redundant,
            callers,
            components: vec![id],
            outages: before..clients.len(),
        }
    }

    /// Of a component its group, when it counts as served, its share, and its figures.
    fn measured(
        &mut self,
        id: ComponentId,
        clients: &mut Vec<Literal>,
    ) -> (&'static str, Literal, Share, Vec<Figure>) {
        let component = self.component(id);
        let kind = component.preset.kind;
        match kind {
            ComponentKind::Store | ComponentKind::Stream => {
                let writes = self.any_member(id, "writable");
                let reads = self.any_member(id, "readable");
                let served = self.builder.and(&[writes, reads]);
                let group = if kind == ComponentKind::Store { "stores" } else { "streams" };
                (group, served, whole(served), store_figures(self.has_log(id)))
            }
            ComponentKind::Consensus => {
                let leads = self.export(id, "leads", 0, None);
                ("consensus", leads, whole(leads), vec![Figure::RecoveryTime, Figure::Downtime])
            }
            ComponentKind::Service => {
                let share = self.service_share(id);
                let figures = match self.only_carries(id) {
                    true => vec![Figure::RedundancyRestored],
                    false => service_figures(),
                };
                ("services", self.service_serves(id), share, figures)
            }
            ComponentKind::Cluster => {
                let serves = self.export(id, "serves", 0, None);
                ("clusters", serves, whole(serves), vec![Figure::RecoveryTime, Figure::Downtime])
            }
            ComponentKind::Route if component.preset.only_leads() => {
                let parts = self.led(id);
                let served = self.builder.and(&parts);
                (
                    "routes",
                    served,
                    Share::Parts(parts),
                    vec![Figure::RecoveryTime, Figure::Downtime],
                )
            }
            ComponentKind::Route => {
                let served = self.export(id, "writable", 0, None);
                ("routes", served, whole(served), vec![Figure::RecoveryTime, Figure::Downtime])
            }
            ComponentKind::Alert | ComponentKind::People | ComponentKind::Runbook => {
                unreachable!("nobody is served by them")
            }
            ComponentKind::Clients => {
                let served = self.served_clients(id);
                clients.extend(&served);
                let least =
                    (component.serves_at_least * served.len() as f64 - 1e-9).ceil().max(1.0);
                let criterion = self.builder.at_least(least as usize, &served);
                let figures = vec![Figure::RecoveryTime, Figure::Downtime, Figure::ClientOutage];
                ("clients", criterion, Share::Parts(served), figures)
            }
        }
    }

    /// A journey is served while all is that it leads through.
    fn draft_journey(&mut self, id: JourneyId) -> Draft {
        let journey = &self.model.journeys[id.0];
        let all: Vec<Literal> =
            journey.through.iter().map(|one| self.served(one.on, one.access)).collect();
        let criterion = self.builder.and(&all);
        let share = self.journey_share(&journey.through);
        let components: Vec<ComponentId> = journey.through.iter().map(|one| one.on).collect();
        let stable_for = components.iter().map(|c| self.component(*c).stable_for).max();
        let stable_for = stable_for.unwrap_or_default();
        Draft {
            subject: Wanted::Journey(id),
            name: SubjectName { group: "journeys", name: journey.name.clone() },
            figures: vec![Figure::RecoveryTime, Figure::Downtime],
            served: Meter { criterion, share, is_told: false, stable_for },
            redundant: None,
            callers: None,
            components,
            outages: 0..0,
        }
    }

    pub(super) fn served_clients(&mut self, id: ComponentId) -> Vec<Literal> {
        let preset = self.preset(id);
        let Some(export) = preset.exports.iter().find(|e| e.name == "served") else {
            unreachable!("validation requires the export of a client population")
        };
        let crate::model::preset::Exported::Level(condition) = &export.what else {
            unreachable!("served is a level")
        };
        let clients = self.instances(id, Range::Client);
        clients
            .into_iter()
            .map(|own: Instance| self.condition(condition, &super::Scope::of(own)))
            .collect()
    }

    fn has_log(&self, id: ComponentId) -> bool {
        self.nodes(id).any(|(_, node)| matches!(node.block, Block::Log { .. }))
    }

    /// Whether an objective names a component, or a route serves it.
    fn is_asked_for(&self, id: ComponentId) -> bool {
        let subject = Wanted::Component(id);
        self.known.routed[id.0]
            || self.scenario.objectives.iter().any(|objective| objective.subject == subject)
    }

    /// Whether a service is there for the processes of others alone, who are served
    /// or not themselves.
    fn only_carries(&self, id: ComponentId) -> bool {
        let known = &self.known;
        known.carries[id.0]
            && !known.pointed_at[id.0]
            && !known.relied_on[id.0]
            && !self.is_asked_for(id)
    }

    /// Whether somebody needs or uses a component.
    fn is_relied_on(&self, id: ComponentId) -> bool {
        self.known.relied_on[id.0]
    }

    /// Those who are the system: all client populations; without any, the routes by
    /// which one comes in and the services that a route or an objective names; without
    /// those, all services, then all stores and streams, then whatever there is.
    fn system<'d>(&self, drafts: &'d [Draft]) -> Vec<&'d Draft> {
        let of = |groups: &[&str]| {
            drafts.iter().filter(|d| groups.contains(&d.name.group)).collect::<Vec<_>>()
        };
        let mut asked = of(&["routes", "services"]);
        // A route that only others of the system go through is no entry to it.
        asked.retain(|d| match d.name.group {
            "routes" => !self.is_relied_on(d.components[0]) || self.is_asked_for(d.components[0]),
            _ => self.is_asked_for(d.components[0]),
        });
        let mut services = of(&["services"]);
        services.retain(|d| !self.only_carries(d.components[0]));
        [of(&["clients"]), asked, services, of(&["stores", "streams"])]
            .into_iter()
            .chain([of(&["consensus", "clusters"])])
            .find(|found| !found.is_empty())
            .unwrap_or_default()
    }

    /// The system's draft.
    fn draft_system(&mut self, drafts: &[Draft], clients: usize) -> Draft {
        let members = self.system(drafts);
        let criteria: Vec<_> = members.iter().map(|d| d.served.criterion).collect();
        let stable_for = members.iter().map(|d| d.served.stable_for).max().unwrap_or_default();
        let shares: Vec<&Share> = members.iter().map(|d| &d.served.share).collect();
        // Each client counts alike, of whatever population, and else each component.
        let share = match members.iter().all(|d| d.name.group == "clients") {
            true => Share::Parts(shares.iter().flat_map(|s| s.parts()).copied().collect()),
            false => self.mean_share(&shares),
        };
        let criterion = self.builder.and(&criteria);
        let served = Meter { criterion, share, is_told: false, stable_for };
        let redundancies: Vec<&Meter> =
            drafts.iter().filter_map(|d| d.redundant.as_ref()).collect();
        let redundant = (!redundancies.is_empty()).then(|| {
            let all: Vec<_> = redundancies.iter().map(|m| m.criterion).collect();
            let criterion = self.builder.and(&all);
            Meter { criterion, share: whole(criterion), is_told: false, stable_for }
        });
        let logs = drafts.iter().any(|d| self.has_log(d.components[0]));
        let mut figures = store_figures(logs);
        if redundant.is_none() {
            figures.retain(|f| *f != Figure::RedundancyRestored);
        }
        figures.push(Figure::TimeToReroute);
        if clients > 0 {
            figures.push(Figure::ClientOutage);
        }
        figures.sort_unstable();
        Draft {
            subject: Wanted::System,
            name: SubjectName { group: "system", name: "system".to_owned() },
            figures,
            served,
            redundant,
            callers: None,
            components: self.component_ids().collect(),
            outages: 0..clients,
        }
    }

    fn add_subject(&mut self, measures: &mut Measures, draft: Draft, class: Class) {
        let over_time = draft.served.is_told && draft.name.group != "clients";
        let served = measures.meter(draft.served);
        let told = over_time.then(|| {
            measures.shares.push((draft.name.clone(), served));
            measures.shares.len() - 1
        });
        let redundant = draft.redundant.map(|meter| measures.meter(meter));
        let callers = draft.callers.map(|(share, callers)| {
            let (criterion, stable_for) = (Literal::TRUE, crate::units::Span::ZERO);
            (measures.meter(Meter { criterion, share, is_told: true, stable_for }), callers)
        });
        let logs = draft
            .components
            .iter()
            .flat_map(|c| self.built[c.0].iter().flat_map(|built| built.logs.iter().copied()));
        let first = measures.figures.len();
        let who = self.with_attendants(&draft.components);
        let subject = Subject {
            first,
            served,
            told,
            callers,
            redundant,
            logs: logs.collect(),
            tells_detection: draft
                .figures
                .iter()
                .any(|figure| matches!(figure, Figure::TimeToDetect | Figure::TimeToDecide)),
            detected: self.stamped(&who, &["detected"]),
            ordered: self.stamped(&who, &ORDERED),
            failed_over: self.stamped(&draft.components, &["failed_over"]),
            figures: draft.figures.clone(),
        };
        for figure in draft.figures {
            if figure == Figure::ClientOutage {
                measures.tell_outages(&draft.outages);
            }
            let subject = draft.name.clone();
            let clock = Clock::Fault;
            measures.figures.push(FigureSlot { subject, figure, clock, class, bound: None });
        }
        measures.subjects.push(subject);
    }

    /// These components, the alerts that watch them, and the runbooks that ask
    /// something of them with the alerts that start those.
    fn with_attendants(&self, components: &[ComponentId]) -> Vec<ComponentId> {
        let mut all = components.to_vec();
        for id in components {
            all.extend(self.known.watching.get(id).into_iter().flatten());
            for runbook in self.known.ordering.get(id).into_iter().flatten() {
                all.push(*runbook);
                let component = self.component(*runbook);
                let roles = component.preset.needs.iter().zip(&component.needs);
                let alerts = roles.filter(|(need, _)| need.kind == ComponentKind::Alert);
                all.extend(alerts.map(|(_, alert)| *alert));
            }
        }
        all.sort_unstable();
        all.dedup();
        all
    }

    /// The milestones of these components with one of these marks.
    fn stamped(&self, components: &[ComponentId], marks: &[&str]) -> Vec<usize> {
        let each = components.iter().flat_map(|id| marks.iter().map(|mark| (*id, *mark)));
        let found = each.filter_map(|(id, mark)| self.milestone(id, mark));
        let mut all: Vec<usize> = found.map(|at| at as usize).collect();
        all.sort_unstable();
        all.dedup();
        all
    }
}

/// The share of what is served wholly or not at all.
fn whole(served: Literal) -> Share {
    Share::Parts(vec![served])
}

/// The figures of a service, in the order of reports.
fn service_figures() -> Vec<Figure> {
    vec![Figure::RecoveryTime, Figure::RedundancyRestored, Figure::Downtime, Figure::TimeToDetect]
}

/// The figures of a store, in the order of reports.
fn store_figures(log: bool) -> Vec<Figure> {
    let lost = [
        Figure::DataLossSeconds,
        Figure::DataLossWrites,
        Figure::RecoveryPointAge,
        Figure::SplitBrainSeconds,
    ];
    let mut figures = vec![
        Figure::RecoveryTime,
        Figure::RedundancyRestored,
        Figure::Downtime,
        Figure::TimeToDetect,
        Figure::TimeToDecide,
        Figure::TimeToFailOver,
    ];
    if log {
        figures.extend(lost);
    }
    figures.sort_unstable();
    figures
}
