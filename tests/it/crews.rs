//! Crews: finite repairmen, first come first served, priorities, levels.

use drillcast::block::crew::{Callee, Calls, Crew};
use drillcast::block::value::Value;
use drillcast::block::work::Work;
use drillcast::block::{
    Arm, Builder, Change, CrewId, FaultSpec, Graph, LevelId, Literal, Strikes, ValueId,
};
use drillcast::distribution::Law;
use drillcast::random::{Sampling, name_hash};
use drillcast::trial::{Ended, Mode, Steady, World};
use drillcast::units::Span;

/// Works and those whom they call, under construction.
#[derive(Default)]
struct Shop {
    builder: Builder,
    names: u64,
}

/// A work as the tests see it: its level and that it holds somebody.
#[derive(Clone, Copy)]
struct Task {
    done: LevelId,
    held: LevelId,
}

impl Shop {
    fn name(&mut self) -> u64 {
        self.names += 1;
        name_hash(&format!("n{}", self.names))
    }

    fn exponential(&mut self, mean: f64) -> ValueId {
        let law = Law::exponential(mean).unwrap();
        let name = self.name();
        self.builder.value(Value::Each { law, name })
    }

    /// A task that somebody of these, each with a level, is called for: who answers
    /// after `response` [s] and misses with this chance.
    fn called(
        &mut self,
        mut work: Work,
        people: &[(usize, u32)],
        (response, misses): (ValueId, f64),
        priority: f64,
    ) -> Task {
        let [done, held] = ["done", "held"].map(|name| self.builder.level(name));
        let callees = people.iter().map(|(person, level)| Callee {
            person: *person,
            level: *level,
            response,
            misses: self.builder.constant(misses),
            name: self.name(),
            taken: self.builder.level("taken"),
        });
        work.calls = Some(Calls {
            crew: CrewId(0),
            callees: callees.collect(),
            priority: self.builder.constant(priority),
            keeps: Literal::FALSE,
            held,
        });
        self.builder.define_work(done, work);
        Task { done, held }
    }

    /// Something that is asked for at an instant [s].
    fn asked(&mut self, at: f64) -> LevelId {
        let fact = self.builder.fact("asked", false);
        let level = self.builder.fact("fault", false);
        let arm = Arm { begin: vec![Change { level: fact, value: true }], end: Vec::new() };
        let (at, strikes) = (self.builder.constant(at), Strikes::One(arm));
        let fault =
            FaultSpec { at, after: None, lasts: None, until: None, breaks: true, strikes, level };
        self.builder.fault(fault);
        fact
    }

    fn crew(&mut self, people: usize, escalate: f64) {
        let escalate = self.builder.constant(escalate);
        self.builder.crew(Crew { people, escalate });
    }
}

/// When each of these levels first rose in a trial [s]; endless where it did not.
fn rises(graph: &Graph, trial: u64, horizon: f64, levels: &[LevelId]) -> Vec<f64> {
    let steady = Steady::of(graph);
    let mut world = World::new(graph, &[], &steady, Mode::Lazy);
    let ended = world.run(&Sampling::plain(11), trial, Span::from_seconds(horizon));
    assert_ne!(ended, Ended::Unsettled);
    let first = |level: &LevelId| {
        let rose = world.journal().iter().find(|event| event.level == *level && event.value);
        rose.map_or(f64::INFINITY, |event| event.at.since_zero().as_seconds())
    };
    levels.iter().map(first).collect()
}

fn within_four_errors(name: &str, values: &[f64], mean: f64) {
    let n = values.len() as f64;
    let average = values.iter().sum::<f64>() / n;
    let variance = values.iter().map(|v| (v - average).powi(2)).sum::<f64>() / (n - 1.0);
    let error = (variance / n).sqrt();
    println!("{name}: {average} ± {error} ({mean})");
    assert!((average - mean).abs() < 4.0 * error, "{name}: {average} ± {error}, expected {mean}");
    assert!(error < 0.1 * mean.abs(), "{name}: {average} ± {error} tells nothing");
}

/// So many units that fail and are repaired by a crew; the last level is true while
/// fewer than `needed` of them work.
fn repairs(units: usize, needed: usize, (up, repair): (f64, f64), crew: usize) -> (Graph, LevelId) {
    let mut shop = Shop::default();
    shop.crew(crew, 1e9);
    let facts: Vec<LevelId> = (0..units).map(|_| shop.builder.fact("up", true)).collect();
    let everybody: Vec<(usize, u32)> = (0..crew).map(|person| (person, 0)).collect();
    let at_once = shop.builder.constant(0.0);
    // A work that is done at the start would never fail: time begins with a fault.
    let begun = shop.asked(0.0);
    for fact in &facts {
        let (fails, mended) = (shop.exponential(up), shop.exponential(repair));
        let running = shop.builder.and(&[Literal::of(*fact), Literal::of(begun)]);
        let work = Work { does: vec![(*fact, false)], ..Work::new(running, fails) };
        let level = shop.builder.level("fails");
        shop.builder.define_work(level, work);
        let work = Work { does: vec![(*fact, true)], ..Work::new(!Literal::of(*fact), mended) };
        shop.called(work, &everybody, (at_once, 0.0), 0.0);
    }
    let works: Vec<Literal> = facts.into_iter().map(Literal::of).collect();
    let serves = shop.builder.at_least(needed, &works);
    let down = shop.builder.level("down");
    shop.builder.define_gate(down, !serves);
    (shop.builder.build().unwrap(), down)
}

/// The mean time until fewer than `k` of `n` work, by first steps (ORACLES C-10).
fn mean_time_to_failure(n: usize, k: usize, rates: (f64, f64), crew: usize) -> f64 {
    let (mut step, mut total) = (0.0, 0.0);
    for failed in 0..=n - k {
        let (fails, mended) = ((n - failed) as f64 * rates.0, failed.min(crew) as f64 * rates.1);
        step = (1.0 + mended * step) / fails;
        total += step;
    }
    total
}

#[test]
fn few_repairmen_and_many() {
    // Units fail 0.5 times a year, repairs take 1/52 of one; the table gives these means.
    let table = [(2, 1, 1, 107.0), (3, 2, 1, 36.33), (4, 3, 1, 18.5), (4, 2, 1, 955.5)];
    for (n, k, crew, mean) in table {
        assert!((mean_time_to_failure(n, k, (0.5, 52.0), crew) - mean).abs() < 0.01);
    }
    assert!((mean_time_to_failure(3, 1, (0.5, 52.0), 9) - 7457.0).abs() < 0.01);
    for (n, k, mu) in [(2, 1, 52.0), (3, 2, 52.0), (4, 3, 52.0), (3, 1, 6.0), (4, 2, 6.0)] {
        for crew in [1, 2, 9] {
            let mean = mean_time_to_failure(n, k, (0.5, mu), crew);
            let (graph, down) = repairs(n, k, (2.0, 1.0 / mu), crew);
            let times: Vec<f64> =
                (0..600).map(|trial| rises(&graph, trial, 40.0 * mean, &[down])[0]).collect();
            within_four_errors(&format!("{k} of {n}, rate {mu}, crew {crew}"), &times, mean);
        }
    }
}

#[test]
fn one_crew_costs_availability() {
    // Up for 1000 h, repaired in 10 h (ORACLES C-11).
    let table = [
        (1, 1, 1, 0.990_099_009_9),
        (2, 1, 2, 0.999_901_970_4),
        (2, 1, 1, 0.999_803_960_0),
        (3, 2, 3, 0.999_707_852_4),
        (3, 2, 1, 0.999_411_996_4),
    ];
    for (n, k, crew, available) in table {
        let (graph, down) = repairs(n, k, (1000.0, 10.0), crew);
        let steady = Steady::of(&graph);
        let mut world = World::new(&graph, &[], &steady, Mode::Lazy);
        let horizon = 20_000.0;
        let shares: Vec<f64> = (0..1200)
            .map(|trial| {
                world.run(&Sampling::plain(5), trial, Span::from_seconds(horizon));
                let (mut lost, mut since) = (0.0, f64::NAN);
                for event in world.journal().iter().filter(|event| event.level == down) {
                    let at = event.at.since_zero().as_seconds();
                    if event.value {
                        since = at
                    } else {
                        lost += at - since
                    }
                    if !event.value {
                        since = f64::NAN;
                    }
                }
                if !since.is_nan() {
                    lost += horizon - since;
                }
                lost / horizon
            })
            .collect();
        within_four_errors(&format!("{k} of {n}, crew {crew}"), &shares, 1.0 - available);
    }
}

#[test]
fn levels_answer_one_after_another() {
    // One person a level, who answers after 2 s unless they miss, with p = 0.4; two
    // levels 10 s apart, then round again: 2 s + 10 s · p / (1 − p) in the mean.
    let mut shop = Shop::default();
    shop.crew(2, 10.0);
    let asked = shop.asked(0.0);
    let (response, nothing) = (shop.builder.constant(2.0), shop.builder.constant(0.0));
    let work = Work::new(Literal::of(asked), nothing);
    let task = shop.called(work, &[(0, 0), (1, 1)], (response, 0.4), 0.0);
    let graph = shop.builder.build().unwrap();
    let times: Vec<f64> =
        (0..4_000).map(|trial| rises(&graph, trial, 1e4, &[task.done])[0]).collect();
    assert!(times.iter().all(|time| (time - 2.0) % 10.0 == 0.0));
    within_four_errors("escalation", &times, 2.0 + 10.0 * 0.4 / 0.6);
    let second = times.iter().map(|time| f64::from(u8::from(*time == 12.0))).collect::<Vec<_>>();
    within_four_errors("second level", &second, 0.4 * 0.6);
}

#[test]
fn of_several_the_first_to_answer_comes() {
    let mut shop = Shop::default();
    shop.crew(3, 1e6);
    let asked = shop.asked(0.0);
    let nothing = shop.builder.constant(0.0);
    let work = Work::new(Literal::of(asked), nothing);
    // The draws of each are by the name of the value: three values of three names.
    let responses: Vec<ValueId> = (0..3).map(|_| shop.exponential(30.0)).collect();
    let task = shop.called(work, &[(0, 0), (1, 0), (2, 0)], (responses[0], 0.0), 0.0);
    let mut graph = shop.builder.build().unwrap();
    let calls = graph.works[0].0.calls.as_mut().unwrap();
    calls.callees.iter_mut().zip(responses).for_each(|(callee, own)| callee.response = own);
    let times: Vec<f64> =
        (0..4_000).map(|trial| rises(&graph, trial, 1e4, &[task.held])[0]).collect();
    within_four_errors("first of three", &times, 10.0);
}

#[test]
fn first_come_first_served_and_priority_breaks_ties() {
    // One person, tasks of 10 s: the first at 0, two of one instant at 1, one at 0.5.
    let mut shop = Shop::default();
    shop.crew(1, 1e6);
    let takes = shop.builder.constant(10.0);
    let response = shop.builder.constant(1.0);
    let tasks: Vec<Task> = [(0.0, 0.0), (1.0, 0.0), (1.0, 5.0), (0.5, 0.0)]
        .into_iter()
        .map(|(at, priority)| {
            let asked = shop.asked(at);
            let work = Work::new(Literal::of(asked), takes);
            shop.called(work, &[(0, 0)], (response, 0.0), priority)
        })
        .collect();
    let graph = shop.builder.build().unwrap();
    let held: Vec<LevelId> = tasks.iter().map(|task| task.held).collect();
    // Answered while busy, they are taken when that is over, without another second.
    assert_eq!(rises(&graph, 0, 1e3, &held), [1.0, 31.0, 21.0, 11.0]);
}

#[test]
fn a_call_that_is_withdrawn_disturbs_nobody() {
    // The second call is withdrawn before it is answered, the third comes after it.
    let mut shop = Shop::default();
    shop.crew(1, 1e6);
    let (takes, response) = (shop.builder.constant(10.0), shop.builder.constant(3.0));
    let [first, gone, third] = [0.0, 2.0, 4.0].map(|at| shop.asked(at));
    let when = shop.builder.and(&[Literal::of(first), !Literal::of(gone)]);
    let work = Work::new(when, takes);
    let withdrawn = shop.called(work, &[(0, 0)], (response, 0.0), 0.0);
    let work = Work::new(Literal::of(third), takes);
    let task = shop.called(work, &[(0, 0)], (response, 0.0), 0.0);
    let graph = shop.builder.build().unwrap();
    let rose = rises(&graph, 0, 1e3, &[withdrawn.held, task.held, task.done]);
    assert_eq!(rose, [f64::INFINITY, 7.0, 17.0]);
}
