//! Faults of scenarios become changes of facts.

use std::collections::BTreeSet;

use super::Compiler;
use crate::block::{Arm, Change, FaultSpec, LevelId, PickId, Strikes};
use crate::model::expression::{Range, SetId};
use crate::model::fault::{After, Fault, FaultKind, Target};
use crate::model::preset::{Block, ComponentKind, Effect};
use crate::model::system::{ComponentId, HostId};
use crate::outcome::StageSlot;
use crate::random::name_hash;

/// Whom a fault may strike: what each possibility comprises.
enum Victims {
    One(Victim),
    Chosen(PickId, Vec<Victim>),
    Drawn(Vec<Victim>),
}

impl Victims {
    /// Everyone who may be struck.
    fn all(&self) -> &[Victim] {
        match self {
            Self::One(only) => std::slice::from_ref(only),
            Self::Chosen(_, all) | Self::Drawn(all) => all,
        }
    }
}

/// A process: its component, seat and number.
type ProcessKey = (ComponentId, usize, usize);

/// Hosts as a whole, or members of components and what is placed, by their seats.
#[derive(Clone)]
enum Victim {
    Hosts(Vec<HostId>),
    Members(Vec<(ComponentId, usize)>),
}

impl Compiler<'_> {
    /// Every fault that the scenario has, and every fact that it or a work can
    /// change.
    pub(super) fn break_things(&mut self) {
        self.facts_of_effects();
        // Whoever is killed does not hang any more, whichever of the two comes first.
        for fault in &self.scenario.faults {
            if let FaultKind::Hang(names) = &fault.what {
                for victim in self.victims(&fault.target).all() {
                    for key in self.processes(victim, names) {
                        self.hung_fact(key);
                    }
                }
            }
        }
        for (index, fault) in self.scenario.faults.iter().enumerate() {
            self.break_thing(index, fault);
        }
    }

    fn facts_of_effects(&mut self) {
        for component in self.component_ids() {
            for (_, node) in self.nodes(component) {
                let Block::Work { does, .. } = &node.block else { continue };
                for own in self.instances(component, node.range) {
                    let (owner, member) = self.member(own);
                    for effect in does {
                        let (Effect::Start(process) | Effect::Stop(process)) = effect;
                        self.exists_fact((owner, member, *process));
                    }
                }
            }
        }
    }

    fn break_thing(&mut self, index: usize, fault: &Fault) {
        let name = format!("fault {}", index + 1);
        let step = match fault.after {
            Some(After::Step(step)) => Some(step),
            _ => None,
        };
        let command = self.act_of(step);
        let strikes = self.strikes(&name, fault);
        let after = fault.after.as_ref().and_then(|after| match after {
            After::Milestone(component, mark) => self.milestone(*component, mark),
            After::Step(_) => command,
        });
        let level = self.builder.fact(&name, false);
        self.remember_fault(level);
        let spec = FaultSpec {
            at: self.quantity(&fault.at, name_hash(&format!("{name}.at"))),
            after,
            lasts: fault
                .lasts
                .as_ref()
                .map(|lasts| self.quantity(lasts, name_hash(&format!("{name}.for")))),
            until: self.lifted(index),
            breaks: self.model.is_harm(fault),
            strikes,
            level,
        };
        // Waiting for a fault to strike or to end is a stage like any other.
        self.stages.push(StageSlot {
            name: format!("fault.{}", index + 1),
            title: fault.title.clone(),
            formula: Some("until it strikes, or until it is over".to_owned()),
            surprise: None,
        });
        self.builder.stage(spec.level, self.stages.len() as u32 - 1);
        self.builder.fault(spec);
    }

    /// Whom a fault strikes, and from whom a partition cuts them off.
    fn strikes(&mut self, name: &str, fault: &Fault) -> Strikes {
        let from = match &fault.what {
            FaultKind::Partition { from: Some(from) } => Some(self.victims(from)),
            _ => None,
        };
        let toward = |c: &Self, victims: &[Victim]| -> Option<Vec<HostId>> {
            Some(victims.iter().flat_map(|v| c.hosts(v)).collect())
        };
        match (self.victims(&fault.target), from) {
            (Victims::One(one), Some(Victims::Chosen(pick, all))) => {
                let arms = all.iter().map(|from| {
                    let from = toward(self, std::slice::from_ref(from));
                    self.arm(fault, &one, from)
                });
                Strikes::Chosen(pick, arms.collect())
            }
            (Victims::One(one), Some(Victims::Drawn(all))) => {
                let arms = all.iter().map(|from| {
                    let from = toward(self, std::slice::from_ref(from));
                    self.arm(fault, &one, from)
                });
                Strikes::Drawn(name_hash(&format!("{name}.from")), arms.collect())
            }
            // Where both are open, everyone who may be meant is cut off.
            (victims, from) => {
                let from = from.and_then(|from| toward(self, from.all()));
                let mut arms: Vec<Arm> =
                    victims.all().iter().map(|v| self.arm(fault, v, from.clone())).collect();
                match victims {
                    Victims::One(_) => Strikes::One(arms.remove(0)),
                    Victims::Chosen(pick, _) => Strikes::Chosen(pick, arms),
                    Victims::Drawn(_) => Strikes::Drawn(name_hash(&format!("{name}.victim")), arms),
                }
            }
        }
    }

    fn victims(&self, target: &Target) -> Victims {
        let seats = |component: ComponentId, set: Option<SetId>| {
            let component = self.component(component);
            set.map_or(0..component.members.len(), |set| component.seats_of(set))
        };
        let members = |component: ComponentId, set: Option<SetId>| {
            let alone = seats(component, set).map(|at| Victim::Members(vec![(component, at)]));
            alone.collect::<Vec<_>>()
        };
        match target {
            Target::Zone(zone) => {
                let hosts = self.model.hosts.iter().enumerate();
                let inside = hosts.filter(|(_, h)| h.zone == *zone).map(|(h, _)| HostId(h));
                Victims::One(Victim::Hosts(inside.collect()))
            }
            Target::Region(name) => {
                let hosts = (0..self.model.hosts.len()).map(HostId);
                let inside = hosts.filter(|host| self.model.region_of(*host) == name);
                Victims::One(Victim::Hosts(inside.collect()))
            }
            Target::Host(host) => Victims::One(Victim::Hosts(vec![*host])),
            Target::Member(component, member) => {
                Victims::One(Victim::Members(vec![(*component, *member)]))
            }
            Target::Each(component, set) => {
                let all = seats(*component, *set);
                Victims::One(Victim::Members(all.map(|at| (*component, at)).collect()))
            }
            Target::Alerts(all) => {
                Victims::One(Victim::Members(all.iter().map(|id| (*id, 0)).collect()))
            }
            Target::One(component, set) => Victims::Drawn(members(*component, *set)),
            Target::First(component) => match self.first_by_name(*component) {
                // Old ones and replacements are the same member, broken alike.
                Some(pick) => {
                    let mut all = members(*component, None);
                    all.extend(all.clone());
                    Victims::Chosen(pick, all)
                }
                // Who that is is not known yet: it may be anybody.
                None if self.renames(*component) => Victims::Drawn(members(*component, None)),
                None => Victims::One(Victim::Members(vec![(*component, 0)])),
            },
            Target::Primary(component) => match self.first_pick(*component) {
                Some(pick) => Victims::Chosen(pick, members(*component, None)),
                None => Victims::One(Victim::Members(vec![(*component, 0)])),
            },
        }
    }

    /// The pick that says who is a component's primary: its first among members.
    fn first_pick(&self, component: ComponentId) -> Option<PickId> {
        let mut nodes = self.nodes(component);
        let (node, _) = nodes
            .find(|(_, node)| matches!(node.block, Block::Pick { over: Range::Member, .. }))?;
        self.built[component.0][node.0].picks.first().copied()
    }

    fn hosts(&self, victim: &Victim) -> Vec<HostId> {
        match victim {
            Victim::Hosts(hosts) => hosts.clone(),
            Victim::Members(members) => {
                members.iter().map(|(c, m)| self.component(*c).seat(*m).host).collect()
            }
        }
    }

    /// All members, and all of placed sets, on the victim's hosts; or the victim's
    /// own members.
    fn members_hit(&self, victim: &Victim) -> Vec<(ComponentId, usize)> {
        match victim {
            Victim::Members(members) => members.clone(),
            Victim::Hosts(hosts) => {
                let hosts: BTreeSet<HostId> = hosts.iter().copied().collect();
                self.component_ids()
                    .flat_map(|c| self.component(c).seats().enumerate().map(move |s| (c, s)))
                    .filter(|(_, (_, seat))| hosts.contains(&seat.host))
                    .map(|(c, (at, _))| (c, at))
                    .collect()
            }
        }
    }

    fn arm(&mut self, fault: &Fault, victim: &Victim, toward: Option<Vec<HostId>>) -> Arm {
        let mut arm = Arm::default();
        match &fault.what {
            FaultKind::Kill(names) => {
                let keys = self.processes(victim, names);
                // Whoever ends all that runs in a pod ends its container.
                let keys = if names.is_empty() { self.containers(keys) } else { keys };
                self.kill(&mut arm, &keys);
            }
            FaultKind::Hang(names) => {
                for key in self.processes(victim, names) {
                    change(&mut arm, self.hung_fact(key), true);
                }
            }
            FaultKind::PowerLoss => {
                let hosts = self.hosts(victim);
                for host in &hosts {
                    change(&mut arm, self.host_fact(*host), false);
                }
                // The pods on these machines are among the victims; what runs in them
                // starts again with them.
                let mut keys = self.processes(&Victim::Hosts(hosts), &[]);
                keys.retain(|key| self.pod(key.0, key.1).is_none());
                self.kill(&mut arm, &keys);
            }
            FaultKind::Partition { .. } => {
                let inside = self.hosts(victim);
                change(&mut arm, self.cut_fact(inside, toward), true);
            }
            FaultKind::Request(name) => {
                let on_machines = matches!(victim, Victim::Hosts(_));
                for (component, member) in self.members_hit(victim) {
                    // Machines are asked as nodes, and not as what stands there.
                    let is_node = self.preset(component).kind == ComponentKind::Cluster;
                    if on_machines && !is_node {
                        continue;
                    }
                    let requests = &self.preset(component).requests;
                    if let Some(request) = requests.iter().position(|r| r == name) {
                        change(&mut arm, self.asked_fact((component, member, request)), true);
                    }
                }
            }
        }
        arm
    }

    /// Processes end; those that stood still do so no more.
    fn kill(&mut self, arm: &mut Arm, keys: &[ProcessKey]) {
        for key in keys {
            change(arm, self.exists_fact(*key), false);
            if let Some(level) = self.known_to_hang(*key) {
                arm.begin.push(Change { level, value: false });
            }
        }
    }

    /// These processes, those of pods instead of what runs in them.
    fn containers(&self, keys: Vec<ProcessKey>) -> Vec<ProcessKey> {
        let mut all: Vec<ProcessKey> = Vec::with_capacity(keys.len());
        let mut seen = BTreeSet::new();
        for key in keys {
            let found = match self.pod(key.0, key.1) {
                Some((by, at)) => self.processes(&Victim::Members(vec![(by, at)]), &[]),
                None => vec![key],
            };
            all.extend(found.into_iter().filter(|one| seen.insert(*one)));
        }
        all
    }

    /// The processes of a victim with these names; all where there are none.
    fn processes(&self, victim: &Victim, names: &[String]) -> Vec<ProcessKey> {
        let mut keys = Vec::new();
        for (component, member) in self.members_hit(victim) {
            let preset = self.preset(component);
            for process in preset.processes_of(self.component(component).range_of_seat(member)) {
                if names.is_empty() || names.contains(&preset.processes[process]) {
                    keys.push((component, member, process));
                }
            }
        }
        keys
    }
}

/// A fact takes this value while a fault lasts, and the other one after it.
fn change(arm: &mut Arm, level: LevelId, value: bool) {
    arm.begin.push(Change { level, value });
    arm.end.push(Change { level, value: !value });
}
