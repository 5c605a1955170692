//! What values read of a trial: levels, draws, leases, logs, backups, picks.

use super::mode::Mode;
use super::world::World;
use crate::block::backup::{Backup, Restore, Rules};
use crate::block::value::Readings;
use crate::block::{BackupId, LeaseId, Literal, LogId, PickId, ValueId};
use crate::units::{Instant, Span};

impl World<'_> {
    /// When a lease was last renewed: in the lazy form by a tick that nobody executed.
    fn last_renewal(&self, lease: LeaseId) -> Instant {
        let state = &self.leases[lease.index()];
        if self.mode == Mode::Lazy && state.alive && state.renewing {
            let (clock, _) = self.graph.leases[lease.index()].0.renew[state.holder];
            let clock = &self.clocks[clock.index()];
            if let Some(tick) = clock.last(state.counted_to, self.visible) {
                return tick;
            }
        }
        state.renewed
    }
}

impl Readings for World<'_> {
    #[inline]
    fn holds(&self, literal: Literal) -> bool {
        literal.given(self.level(literal.level()))
    }

    fn uniform(&self, name: u64, activation: u32) -> f64 {
        self.sampling.uniform(self.sampling.stream(name), self.trial, activation)
    }

    fn renewed(&self, lease: LeaseId) -> Span {
        self.last_renewal(lease).since_zero()
    }

    fn age(&self, lease: LeaseId) -> Span {
        (self.now - self.last_renewal(lease)).max(Span::ZERO)
    }

    fn log_has(&self, log: LogId, member: usize) -> Span {
        let log = &self.logs[log.index()];
        log.position(log.content(member, self.now), self.now)
    }

    fn log_written(&self, log: LogId, by: Span) -> Span {
        self.logs[log.index()].written(Instant::ZERO + by, self.now)
    }

    fn log_diverged(&self, log: LogId, member: usize) -> bool {
        self.logs[log.index()].diverged(member, self.now)
    }

    fn restore(&self, backup: BackupId, k: usize) -> Option<Restore> {
        let spec = &self.graph.backups[backup.index()];
        let own = Generations { world: self, backup };
        let state = &self.backups[backup.index()];
        let Some(base) = spec.base else { return state.good(k, self.visible, &own) };
        let from = self.restore(base, k)?;
        if !own.sound() {
            return Some(from);
        }
        let gap = |number| own.gap(number);
        Some(state.lead(from, &self.backups[base.index()], self.visible, &own, &gap))
    }

    fn choice(&self, pick: PickId) -> usize {
        self.picks[pick.index()].choice
    }
}

/// The generations of a backup, as this trial draws them.
struct Generations<'w, 'g> {
    world: &'w World<'g>,
    backup: BackupId,
}

impl Generations<'_, '_> {
    fn spec(&self) -> &Backup {
        &self.world.graph.backups[self.backup.index()]
    }

    fn chance(&self, of: ValueId) -> f64 {
        self.world.graph.value(of, 0, self.world)
    }

    /// What they share is good.
    fn sound(&self) -> bool {
        self.world.uniform(self.spec().common, 0) < self.chance(self.spec().shared)
    }

    /// The place of the gap in an interval of the base, as a fraction of it.
    fn gap(&self, number: i64) -> Option<f64> {
        let works = self.chance(self.spec().works);
        let drawn = self.world.uniform(self.spec().name, number as u32);
        (drawn >= works).then(|| (drawn - works) / (1.0 - works))
    }
}

impl Rules for Generations<'_, '_> {
    fn takes(&self, number: i64) -> Span {
        self.world.graph.span(self.spec().takes, number as u32, self.world)
    }

    fn keep(&self) -> usize {
        self.world.graph.count(self.spec().keep, self.world) as usize
    }

    fn good(&self, number: i64) -> bool {
        self.sound() && self.gap(number).is_none()
    }
}
