//! Log: acknowledged writes as instants, who has them, and what is lost.
//!
//! Writes are acknowledged all the time by whichever members `accept`. They
//! form *timelines*: a member that becomes the head begins a new one, which
//! forks from its own content. A member's content is a timeline and an instant
//! on it: everything acknowledged on it up to that instant, and on its parents up
//! to their forks. A member that copies is `lag` behind the head; when copying
//! stops its content stands still.
//!
//! In the end, lost are the acknowledged writes that are not in the content of
//! the last head: those after the fork that it left behind, and those that an
//! old head went on to acknowledge on its own timeline. Writes stand on a comb
//! of the write rate with a random phase, so that a window of 1 ms at 20/s holds
//! one write in 2 % of the trials and none in the others; as time, each lost
//! write stands for the time since the one before it.
//!
//! A member whose content is destroyed holds nothing. A restore gives it what the
//! head's history held at an instant, and it begins a timeline from there.
//!
//! Assumes that writers use every member that accepts and that any of them can
//! reach, at the full rate, and that the head's own content is durable. A log has no ticks: its full form
//! and its lazy form are the same.

use super::id::ValueId;
use super::literal::{LevelId, Literal};
use crate::units::{Instant, Span};

/// A log, as wired.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Log {
    /// Its members.
    pub members: Vec<LogMember>,
    /// Who is the head at the start.
    pub first: usize,
    /// Volume \[B/s\].
    pub volume: ValueId,
    /// Writes \[1/s\].
    pub writes: ValueId,
    /// Up to which instant a restore recovers what was written \[s\].
    pub point: ValueId,
    /// The hash of its name, for the phase of the comb.
    pub name: u64,
}

/// A member of a log.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct LogMember {
    /// It acknowledges writes.
    pub accepts: Literal,
    /// It copies from the head.
    pub copies: Literal,
    /// A rise makes it the head.
    pub heads: Literal,
    /// At a rise it holds nothing any more, until it is restored.
    pub gone: Literal,
    /// At a rise it becomes the head with what the head's history held at the
    /// log's `point`.
    pub restores: Literal,
    /// How far its copy is behind \[s\].
    pub lag: ValueId,
    /// How much of its copy it has not replayed \[s of writing\].
    pub unreplayed: ValueId,
    /// True while it is the head.
    pub is_head: LevelId,
}

/// A stretch in which a member acknowledged writes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stretch {
    timeline: usize,
    from: Instant,
    to: Instant,
}

/// A history.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct History {
    parent: Option<usize>,
    fork: Instant,
}

/// What a member holds.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Content {
    timeline: usize,
    upto: Instant,
}

/// A member in a trial.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct MemberState {
    content: Content,
    copies: bool,
    heads: bool,
    accepts: bool,
    accepts_since: Instant,
    lag: Span,
    /// What it held has been destroyed, and not restored.
    empty: bool,
    gone: bool,
    restores: bool,
}

/// A log in a trial.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct LogState {
    histories: Vec<History>,
    stretches: Vec<Stretch>,
    members: Vec<MemberState>,
    head: usize,
    /// Since when two members accept at once, and how long they did before.
    both_since: Option<Instant>,
    both: Span,
    lost: Vec<(Instant, Instant)>,
}

/// Before every trial: a steady log has been written for ever.
const LONG_AGO: Instant = Instant(i64::MIN / 4);

impl LogState {
    /// An empty state with room for `members`.
    #[must_use]
    pub fn new(members: usize) -> Self {
        Self {
            histories: Vec::with_capacity(8),
            stretches: Vec::with_capacity(16),
            members: Vec::with_capacity(members),
            lost: Vec::with_capacity(16),
            ..Self::default()
        }
    }

    /// The steady start: `first` is the head; members that copy are `lag` behind it.
    pub fn start(&mut self, first: usize, members: impl Iterator<Item = (bool, bool, bool, Span)>) {
        self.histories.clear();
        self.histories.push(History { parent: None, fork: LONG_AGO });
        self.stretches.clear();
        self.members.clear();
        self.members.extend(members.map(|(accepts, copies, heads, lag)| MemberState {
            content: Content { timeline: 0, upto: Instant::ZERO - lag },
            copies,
            heads,
            accepts,
            accepts_since: LONG_AGO,
            lag,
            empty: false,
            gone: false,
            restores: false,
        }));
        self.head = first;
        self.both_since = None;
        self.both = Span::ZERO;
    }

    /// The present head.
    #[must_use]
    pub const fn head(&self) -> usize {
        self.head
    }

    /// What a member holds at `now`.
    #[must_use]
    pub fn content(&self, member: usize, now: Instant) -> Content {
        let state = &self.members[member];
        if state.empty {
            state.content
        } else if member == self.head {
            Content { timeline: state.content.timeline, upto: now }
        } else if state.copies {
            let head = self.members[self.head].content.timeline;
            let upto = if state.content.timeline == head {
                state.content.upto.max(now - state.lag)
            } else {
                now - state.lag
            };
            Content { timeline: head, upto }
        } else if state.accepts && state.accepts_since <= state.content.upto {
            // An old head that goes on holds what it acknowledges.
            Content { timeline: state.content.timeline, upto: now }
        } else {
            state.content
        }
    }

    /// A member's inputs changed at `now`; whether it has become the head.
    pub fn change(
        &mut self,
        member: usize,
        now: Instant,
        accepts: bool,
        copies: bool,
        heads: bool,
    ) -> bool {
        self.set_accepts(member, now, accepts);
        if copies != self.members[member].copies {
            if !copies {
                self.members[member].content = self.content(member, now);
            }
            self.members[member].copies = copies;
        }
        let rose = heads && !self.members[member].heads;
        self.members[member].heads = heads;
        if !rose || self.head == member {
            return false;
        }
        self.promote(member, now);
        true
    }

    /// Whether a member is restored, as of the last change.
    #[must_use]
    pub fn restores(&self, member: usize) -> bool {
        self.members[member].restores
    }

    /// At a rise of `gone` what a member held is destroyed; at a rise of
    /// `restores` it becomes the head with what the head's history held at
    /// `point`, unless that is before everything.
    pub fn restore(
        &mut self,
        member: usize,
        now: Instant,
        (gone, restores): (bool, bool),
        point: Instant,
    ) {
        let state = &mut self.members[member];
        if gone && !state.gone {
            state.empty = true;
            state.content.upto = LONG_AGO;
        }
        state.gone = gone;
        let rose = restores && !state.restores;
        state.restores = restores;
        if !rose || point <= LONG_AGO {
            return;
        }
        let timeline = self.members[self.head].content.timeline;
        let state = &mut self.members[member];
        (state.empty, state.copies) = (false, false);
        let upto = point.min(now);
        self.begin_history(member, Content { timeline, upto }, now);
    }

    /// Whether the head holds nothing any more.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.members[self.head].empty
    }

    fn set_accepts(&mut self, member: usize, now: Instant, accepts: bool) {
        if self.members[member].accepts == accepts {
            return;
        }
        if !self.members[member].copies {
            self.members[member].content = self.content(member, now);
        }
        let state = &mut self.members[member];
        state.accepts = accepts;
        if accepts {
            state.accepts_since = now;
        } else {
            let stretch =
                Stretch { timeline: state.content.timeline, from: state.accepts_since, to: now };
            self.stretches.push(stretch);
        }
        let accepting = self.members.iter().filter(|m| m.accepts).count();
        match (accepting >= 2, self.both_since) {
            (true, None) => self.both_since = Some(now),
            (false, Some(since)) => {
                self.both = self.both + (now - since);
                self.both_since = None;
            }
            _ => {}
        }
    }

    fn promote(&mut self, member: usize, now: Instant) {
        let content = self.content(member, now);
        self.begin_history(member, content, now);
    }

    /// A member with this content becomes the head, on a history of its own.
    fn begin_history(&mut self, member: usize, content: Content, now: Instant) {
        let old = self.head;
        self.members[old].content = self.content(old, now);
        // Whoever copies from the old head holds what it held when it stopped.
        for other in 0..self.members.len() {
            if self.members[other].copies {
                self.members[other].content = self.content(other, now);
            }
        }
        self.close_stretch(member, now);
        self.histories.push(History { parent: Some(content.timeline), fork: content.upto });
        let timeline = self.histories.len() - 1;
        self.members[member].content = Content { timeline, upto: now };
        self.head = member;
    }

    /// A member that already accepts goes on under a new timeline.
    fn close_stretch(&mut self, member: usize, now: Instant) {
        let state = &mut self.members[member];
        if state.accepts {
            let stretch =
                Stretch { timeline: state.content.timeline, from: state.accepts_since, to: now };
            state.accepts_since = now;
            self.stretches.push(stretch);
        }
    }

    /// All stretches, those still open as well.
    fn all_stretches(&self, now: Instant) -> impl Iterator<Item = Stretch> + '_ {
        let open = self.members.iter().filter(|m| m.accepts).map(move |m| Stretch {
            timeline: m.content.timeline,
            from: m.accepts_since,
            to: now,
        });
        self.stretches.iter().copied().chain(open)
    }

    /// Up to which instant `content` holds the writes of `timeline`; `None`: none of them.
    fn holds(&self, content: Content, timeline: usize) -> Option<Instant> {
        let (mut at, mut upto) = (content.timeline, content.upto);
        loop {
            if at == timeline {
                return Some(upto);
            }
            let history = self.histories[at];
            upto = upto.min(history.fork);
            at = history.parent?;
        }
    }

    /// How much accepted writing `content` holds since zero; negative where it
    /// is behind what was written at zero.
    #[must_use]
    pub fn position(&self, content: Content, now: Instant) -> Span {
        let mut sum = Span::ZERO;
        for stretch in self.all_stretches(now) {
            let Some(upto) = self.holds(content, stretch.timeline) else { continue };
            let to = stretch.to.min(upto);
            if stretch.from == LONG_AGO {
                sum = sum + to.since_zero();
            } else if to > stretch.from {
                sum = sum + (to - stretch.from);
            }
        }
        sum
    }

    /// Bytes (as seconds of writing) that the head's history held at `at`.
    #[must_use]
    pub fn written(&self, at: Instant, now: Instant) -> Span {
        let mut content = self.content(self.head, now);
        content.upto = content.upto.min(at);
        self.position(content, now)
    }

    /// Whether a member holds writes that the head's history lacks.
    #[must_use]
    pub fn diverged(&self, member: usize, now: Instant) -> bool {
        let (own, head) = (self.content(member, now), self.content(self.head, now));
        self.all_stretches(now).any(|s| {
            let held = self.holds(own, s.timeline).map_or(s.from, |upto| upto.min(s.to));
            let kept = self.holds(head, s.timeline).map_or(s.from, |upto| upto.min(s.to));
            held > kept.max(s.from)
        })
    }

    /// What is missing in the end: as time, and counted.
    ///
    /// Writes stand on a comb of `rate` \[1/s\] that `phase` in (0, 1) places, one
    /// comb for whoever accepts. As time, each stands for 1/`rate` before it, and
    /// the union is measured: two that were acknowledged at once count once.
    pub fn lost(&mut self, now: Instant, rate: f64, phase: f64) -> (Span, i64) {
        let head = self.content(self.head, now);
        let mut lost = std::mem::take(&mut self.lost);
        lost.clear();
        for s in self.all_stretches(now) {
            let kept = self.holds(head, s.timeline).map_or(s.from, |upto| upto.max(s.from));
            if kept < s.to {
                lost.push((kept, s.to));
            }
        }
        lost.sort_unstable();
        let comb = |at: Instant| (at.since_zero().as_seconds() * rate + phase).floor() as i64;
        let (mut distinct, mut writes, mut covered) = (0, 0, LONG_AGO);
        for &(from, to) in &lost {
            writes += comb(to) - comb(from);
            let from = from.max(covered);
            if to > from {
                distinct += comb(to) - comb(from);
                covered = to;
            }
        }
        self.lost = lost;
        let seconds = if distinct == 0 { 0.0 } else { distinct as f64 / rate };
        (Span::from_seconds(seconds), writes)
    }

    /// The newest instant on the first history that the last head still has;
    /// `None` where it never left it.
    #[must_use]
    pub fn recovery_point(&self, now: Instant) -> Option<Instant> {
        let content = self.content(self.head, now);
        if content.timeline == 0 { None } else { self.holds(content, 0) }
    }

    /// How long two members acknowledged writes at once.
    #[must_use]
    pub fn split_brain(&self, now: Instant) -> Span {
        self.both_since.map_or(self.both, |since| self.both + (now - since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn s(seconds: i64) -> Instant {
        Instant(seconds * 1_000_000_000)
    }

    /// Three members, the first is the head, the others 2 s and 4 s behind.
    fn log() -> LogState {
        let mut log = LogState::new(3);
        let lags = [0, 2, 4].map(Span::seconds);
        log.start(0, (0..3).map(|m| (m == 0, m != 0, m == 0, lags[m])));
        log
    }

    #[test]
    fn a_crash_loses_the_lag_of_the_new_head() {
        let mut log = log();
        for member in 0..3 {
            log.change(member, s(0), false, false, false);
        }
        assert!(log.change(1, s(20), false, false, true));
        log.change(1, s(20), true, false, true);
        assert_eq!(log.lost(s(100), 10.0, 0.5), (Span::seconds(2), 20));
        assert_eq!(log.recovery_point(s(100)), Some(s(-2)));
        assert_eq!(log.position(log.content(1, s(100)), s(100)), Span::seconds(78));
        assert!(log.diverged(0, s(100)), "the old head holds two seconds more");
        assert!(!log.diverged(2, s(100)), "the other is a prefix");
    }

    #[test]
    fn an_isolated_head_that_goes_on_loses_what_it_acknowledges() {
        let mut log = log();
        log.change(1, s(0), false, false, false);
        log.change(2, s(0), false, false, false);
        log.change(1, s(25), true, false, true);
        log.change(0, s(30), false, false, true);
        // −2..30 is lost as time; both acknowledged from 25 to 30.
        assert_eq!(log.lost(s(100), 1.0, 0.5), (Span::seconds(32), 32));
        assert_eq!(log.split_brain(s(100)), Span::seconds(5));
    }

    #[test]
    fn a_restart_of_the_head_in_place_loses_nothing() {
        let mut log = log();
        log.change(0, s(0), false, false, false);
        log.change(0, s(9), false, false, true);
        log.change(0, s(9), true, false, true);
        assert_eq!(log.lost(s(50), 10.0, 0.5), (Span::ZERO, 0));
        assert_eq!(log.recovery_point(s(50)), None);
        assert_eq!(log.written(s(50), s(50)), Span::seconds(41));
    }

    #[test]
    fn a_copy_that_outlives_the_last_write_by_its_lag_has_everything() {
        let mut log = log();
        log.change(0, s(0), false, false, true);
        for member in 1..3 {
            log.change(member, s(3), false, false, false);
        }
        log.change(1, s(4), true, false, true);
        assert_eq!(log.lost(s(50), 10.0, 0.5), (Span::ZERO, 0));
        let mut other = self::log();
        other.change(0, s(0), false, false, true);
        for member in 1..3 {
            other.change(member, s(3), false, false, false);
        }
        other.change(2, s(4), true, false, true);
        assert_eq!(other.lost(s(50), 10.0, 0.5).0, Span::seconds(1));
    }

    #[test]
    fn a_second_failover_forks_again() {
        let mut log = log();
        for member in 0..3 {
            log.change(member, s(0), false, false, false);
        }
        log.change(1, s(10), true, false, true);
        log.change(2, s(11), false, true, false);
        log.change(2, s(30), false, false, false);
        log.change(1, s(30), false, false, false);
        log.change(2, s(40), true, false, true);
        // 2 s of the first history (−2..0) and 4 s of the second (26..30).
        assert_eq!(log.lost(s(100), 1.0, 0.5), (Span::seconds(6), 6));
    }

    #[test]
    fn an_old_head_keeps_what_it_went_on_to_acknowledge() {
        let mut log = log();
        log.change(1, s(9), false, false, false);
        log.change(1, s(10), true, false, true);
        assert!(log.diverged(0, s(11)));
        log.change(0, s(45), false, false, false);
        log.change(1, s(40), false, false, false);
        log.change(0, s(50), false, false, true);
        // It leads again: what the other acknowledged meanwhile is lost, no more.
        assert_eq!(log.lost(s(100), 1.0, 0.5), (Span::seconds(30), 30));
    }

    #[test]
    fn what_an_old_head_acknowledges_after_the_fork_makes_it_diverge() {
        let mut log = LogState::new(2);
        log.start(0, (0..2).map(|m| (m == 0, m != 0, m == 0, Span::ZERO)));
        log.change(1, s(10), true, false, true);
        assert!(!log.diverged(0, s(10)), "so far it holds the same");
        assert!(log.diverged(0, s(11)));
    }

    #[test]
    fn writes_are_counted_on_a_comb() {
        let mut log = log();
        log.change(0, s(0), false, false, false);
        log.change(1, s(0), false, false, false);
        log.change(1, s(1), true, false, true);
        // 2 s at 0.2/s: a write in two trials of five.
        assert_eq!(log.lost(s(9), 0.2, 0.41), (Span::ZERO, 0));
        assert_eq!(log.lost(s(9), 0.2, 0.39), (Span::seconds(5), 1));
    }
}
