//! How many instances the ranges of a component have, what they are called, and
//! which members and placed things (its *seats*) they are.

use super::expression::{Half, Range, Reliance, SetId};
use super::preset::{ComponentKind, half_names};
use super::system::{Component, ComponentId, Instances, Member, Model, Relied, ZoneId};

impl Component {
    /// The members, then what is placed of each set, in the order of
    /// [`super::preset::Preset::sets`]: everything with a host of its own.
    pub fn seats(&self) -> impl Iterator<Item = &Member> {
        let placed = self.sets.iter().filter_map(|one| match one {
            Instances::Placed(all) => Some(all),
            Instances::Counted(_) => None,
        });
        self.members.iter().chain(placed.flatten())
    }

    /// What it relies on so.
    #[must_use]
    pub fn relied(&self, reliance: Reliance) -> &[Relied] {
        match reliance {
            Reliance::Needs => &self.needed,
            Reliance::Uses => &self.used,
        }
    }

    /// One of the seats.
    ///
    /// # Panics
    ///
    /// Where there is none at that position.
    #[must_use]
    pub fn seat(&self, at: usize) -> &Member {
        match self.members.get(at) {
            Some(member) => member,
            None => self.seats().nth(at).expect("only seats that there are have positions"),
        }
    }

    /// The seats of a placed set, by position; of a counted one, none.
    #[must_use]
    pub fn seats_of(&self, set: SetId) -> std::ops::Range<usize> {
        let size = |one: &Instances| match one {
            Instances::Placed(all) => all.len(),
            Instances::Counted(_) => 0,
        };
        let start = self.members.len() + self.sets[..set.0].iter().map(size).sum::<usize>();
        start..start + size(&self.sets[set.0])
    }

    /// What a seat is one of: the members (or the component's one place), or a set.
    #[must_use]
    pub fn range_of_seat(&self, at: usize) -> Range {
        let mut sets = (0..self.sets.len()).map(SetId);
        let set = sets.find(|set| self.seats_of(*set).contains(&at));
        set.map_or(self.preset.kind.process_range(), Range::Set)
    }

    /// Whether nothing of it is at this seat: a route that requests go through, and that
    /// has no process of its own, is only asked from there.
    #[must_use]
    pub fn is_bare(&self, at: usize) -> bool {
        let preset = &self.preset;
        let own = preset.kind.process_range();
        preset.kind == ComponentKind::Route
            && !preset.only_leads()
            && self.range_of_seat(at) == own
            && preset.processes_of(own).is_empty()
    }

    /// A seat for people: `member b`, `sentinel b`.
    #[must_use]
    pub fn seat_title(&self, at: usize) -> String {
        let what = match self.range_of_seat(at) {
            Range::Set(set) => self.preset.sets[set.0].name.as_str(),
            _ => "member",
        };
        format!("{what} {}", self.seat(at).name)
    }
}

impl Instances {
    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        match self {
            Self::Placed(all) => all.len(),
            Self::Counted(count) => *count,
        }
    }
}

impl Model {
    /// How many instances a range of a component has.
    #[must_use]
    pub fn size(&self, id: ComponentId, range: Range) -> usize {
        let component = &self.components[id.0];
        match range {
            Range::One => 1,
            Range::Member => component.members.len(),
            Range::Zone => self.zones_of(id).len(),
            Range::Client => component.count,
            Range::Target => component.order.len(),
            Range::Asker => self.asking(id).iter().map(|(_, count)| count).sum(),
            Range::Set(set) => component.sets[set.0].count(),
            Range::Pair(first, second) => {
                let (one, other) = (self.size(id, first.range()), self.size(id, second.range()));
                if first == second { one * one.saturating_sub(1) } else { one * other }
            }
        }
    }

    /// The zones that a component's seats stand in, in the order of the model.
    #[must_use]
    pub fn zones_of(&self, id: ComponentId) -> Vec<ZoneId> {
        let seats = self.components[id.0].seats();
        let mut zones: Vec<ZoneId> = seats.map(|seat| self.hosts[seat.host.0].zone).collect();
        zones.sort_unstable();
        zones.dedup();
        zones
    }

    /// The positions of the halves of a pair of a component.
    #[must_use]
    pub fn halves(&self, id: ComponentId, (one, other): (Half, Half), at: usize) -> [usize; 2] {
        if one != other {
            let width = self.size(id, other.range()).max(1);
            return [at / width, at % width];
        }
        // Nobody is paired with itself: whoever follows is one further on.
        let width = self.size(id, one.range()).saturating_sub(1).max(1);
        let (first, second) = (at / width, at % width);
        [first, second + usize::from(second >= first)]
    }

    /// The position of a pair by its halves; `None` for one thing with itself.
    #[must_use]
    pub fn pair(
        &self,
        id: ComponentId,
        (one, other): (Half, Half),
        [first, second]: [usize; 2],
    ) -> Option<usize> {
        let width = self.size(id, other.range());
        if one != other {
            return Some(first * width + second);
        }
        let among_others = second - usize::from(second > first);
        (first != second).then_some(first * (width - 1) + among_others)
    }

    /// What an instance is called among its like: `b`, `3`, and for a pair `3:b`.
    #[must_use]
    pub fn short_name(&self, id: ComponentId, range: Range, at: usize) -> String {
        let component = &self.components[id.0];
        match range {
            Range::One => component.name.clone(),
            Range::Member => component.members[at].name.clone(),
            Range::Zone => self.zones[self.zones_of(id)[at].0].name.clone(),
            Range::Client => (at + 1).to_string(),
            Range::Target => {
                let member = component.order.get(at).copied().unwrap_or(at);
                let target = component.target.map(|id| &self.components[self.end_of(id).0]);
                target.map_or_else(String::new, |target| target.members[member].name.clone())
            }
            Range::Asker => self.asker_name(self.asker(id, at)),
            Range::Set(set) => match &component.sets[set.0] {
                Instances::Placed(all) => all[at].name.clone(),
                Instances::Counted(_) => (at + 1).to_string(),
            },
            Range::Pair(one, other) => {
                let [first, second] = self.halves(id, (one, other), at);
                let name = |half: Half, at| self.short_name(id, half.range(), at);
                format!("{}:{}", name(one, first), name(other, second))
            }
        }
    }

    /// What an instance is called in the names of draws: `orders`, `orders/n2`,
    /// `cache/sentinel b`, `shop/checker 3`, `shop/checker 3:a`. It depends on no
    /// other instance.
    #[must_use]
    pub fn instance_name(&self, id: ComponentId, range: Range, at: usize) -> String {
        let component = &self.components[id.0];
        let short = self.short_name(id, range, at);
        let sets = &component.preset.sets;
        match range {
            Range::One => short,
            Range::Member | Range::Client | Range::Target | Range::Asker => {
                format!("{}/{short}", component.name)
            }
            Range::Set(_) | Range::Zone => {
                format!("{}/{} {short}", component.name, range.name(sets))
            }
            Range::Pair(one, other) => {
                let [first, _] = half_names(one, other, sets);
                format!("{}/{first} {short}", component.name)
            }
        }
    }
}
