//! Experiments: the same bytes on any threads and in any shards, intervals that
//! cover, precision that stops.

use drillcast::diagnostic::SourceFile;
use drillcast::experiment::{
    Limit, Plan, Pool, Precision, Run, Source, Statistic, Summary, Wanted, Which, find_trial,
    limits, run, run_range,
};
use drillcast::model::system::{Objective, Subject};
use drillcast::outcome::{
    Class, Clock, Course, Figure, FigureSlot, Layout, Measured, MilestoneSlot, Outcome, Outcomes,
    Population, StageSlot, Step, SubjectName,
};
use drillcast::random::{BATCH, Sampling, Scheme, name_hash};
use drillcast::report::{Trials, json, scenario_prediction};
use drillcast::trial::Mode;
use drillcast::units::{Instant, Span};

/// A recovery that takes 20 s and a uniform 10 s, then a uniform 2 s; in one
/// trial of a hundred it never ends.
struct Lab {
    layout: Layout,
}

struct LabRun {
    outcomes: Outcomes,
}

fn slot(group: &'static str, name: &str, figure: Figure) -> FigureSlot {
    FigureSlot {
        subject: SubjectName { group, name: name.to_owned() },
        figure,
        clock: Clock::Fault,
        class: Class::Reset,
        bound: None,
    }
}

fn stage(name: &str, title: &str) -> StageSlot {
    StageSlot { name: name.to_owned(), title: title.to_owned(), formula: None, surprise: None }
}

fn lab() -> Lab {
    Lab {
        layout: Layout {
            figures: vec![
                slot("system", "system", Figure::RecoveryTime),
                slot("stores", "orders", Figure::DataLossWrites),
                slot("clients", "writer", Figure::ClientOutage),
            ],
            milestones: vec![MilestoneSlot {
                component: "writer".to_owned(),
                mark: "first_error".to_owned(),
                instances: 3,
                start: 0,
            }],
            stages: vec![
                stage("orders.key", "lease runs out"),
                stage("orders.promote", "promotion"),
            ],
            clients: vec![Population { slots: vec![2], clients: 3 }],
            shares: Vec::new(),
            drill: None,
        },
    }
}

impl Source for Lab {
    type Run<'s> = LabRun;

    fn layout(&self) -> &Layout {
        &self.layout
    }

    fn horizon(&self) -> Span {
        Span::seconds(3600)
    }

    fn runner(&self, _mode: Mode) -> LabRun {
        LabRun { outcomes: Outcomes::new(&self.layout) }
    }
}

impl Run for LabRun {
    fn run(&mut self, sampling: &Sampling, first: u64, count: usize) -> &Outcomes {
        (self.outcomes.first, self.outcomes.count) = (first, count);
        for trial in first..first + count as u64 {
            self.outcomes.put(&outcome(sampling, trial));
        }
        &self.outcomes
    }
}

fn outcome(sampling: &Sampling, trial: u64) -> Outcome {
    let u = |name: &str| sampling.uniform(sampling.stream(name_hash(name)), trial, 0);
    let lease = Span::from_seconds(20.0 + 10.0 * u("key"));
    let promotion = Span::from_seconds(2.0 * u("promote"));
    let ends = u("ends") > 0.01;
    let whole = lease + promotion;
    let (first, second) = (Instant::ZERO + lease, Instant::ZERO + whole);
    let recovery = if ends { Measured::span(whole) } else { Measured::CENSORED };
    let client = |i: i64| if ends { Measured(whole.0 + i * 1_000_000) } else { recovery };
    let steps = || {
        vec![
            Step { stage: 0, from: Instant::ZERO, to: first },
            Step { stage: 1, from: first, to: second },
        ]
    };
    Outcome {
        trial,
        figures: vec![recovery, Measured((3.0 * u("loss")) as i64), client(2)],
        milestones: vec![Measured(5), Measured(lease.0), Measured::ABSENT],
        client_outages: vec![client(0), client(1), client(2)],
        course: Course {
            path: if ends { steps() } else { Vec::new() },
            watched: Span::seconds(3600),
            relapsed: u("relapse") < 0.1,
            ..Course::default()
        },
    }
}

fn objective(slot: usize, figure: Figure, quantile: f64, limit: f64) -> Limit {
    let most = if figure.is_time() { Span::from_seconds(limit).0 } else { limit as i64 };
    Limit {
        slot,
        objective: Objective {
            subject: Subject::System,
            figure,
            quantile,
            limit,
            limit_text: format!("{limit}"),
            at: SourceFile::new("model.toml", "").whole(),
        },
        most: Measured(most),
    }
}

fn wanted() -> Vec<Limit> {
    vec![
        objective(0, Figure::RecoveryTime, 0.5, 30.0),
        objective(0, Figure::RecoveryTime, 0.5, 15.0),
        objective(1, Figure::DataLossWrites, 2.0 / 3.0, 1.0),
    ]
}

fn plan(trials: u64, threads: usize) -> Plan {
    Plan { trials, threads, samples: 3, ..Plan::default() }
}

fn bytes(lab: &Lab, limits: &[Limit], summary: &Summary) -> String {
    json(&scenario_prediction(&Trials {
        title: "Lab",
        layout: &lab.layout,
        horizon: lab.horizon(),
        limits,
        summary,
        reached: &[],
    }))
}

fn whole(trials: u64, threads: usize) -> String {
    let (lab, plan, limits) = (lab(), plan(trials, threads), wanted());
    let pool = Pool::new(&plan).unwrap();
    let (summary, _) = run(&lab, &limits, &plan, &[], &pool, &|_, _| {});
    bytes(&lab, &limits, &summary)
}

#[test]
fn threads_change_no_byte() {
    let one = whole(10_000, 1);
    assert_eq!(one, whole(10_000, 2));
    assert_eq!(one, whole(10_000, 7));
}

#[test]
fn shards_merge_to_the_same_bytes() {
    let (lab, plan, limits) = (lab(), plan(10_000, 2), wanted());
    let pool = Pool::new(&plan).unwrap();
    let part = |from, to| run_range(&lab, &limits, &plan, (from, to), &pool, &|_| {});
    let mut last = part(20 * BATCH, 10_000);
    last.merge(part(0, 3 * BATCH));
    last.merge(part(3 * BATCH, 20 * BATCH));
    assert_eq!(bytes(&lab, &limits, &last), whole(10_000, 2));
}

#[test]
fn figures_are_those_of_the_law() {
    let lab = lab();
    let plan = Plan { scheme: Scheme::Plain, ..plan(40 * BATCH, 2) };
    let limits = wanted();
    let pool = Pool::new(&plan).unwrap();
    let (summary, _) = run(&lab, &limits, &plan, &[], &pool, &|_, _| {});
    let prediction = scenario_prediction(&Trials {
        title: "Lab",
        layout: &lab.layout,
        horizon: lab.horizon(),
        limits: &limits,
        summary: &summary,
        reached: &[],
    });
    let recovery = prediction.system.recovery_time.as_ref().unwrap();
    // One trial in a hundred is censored: 0.01 ± 3 standard errors of 0.001.
    assert!((recovery.censored - 0.01).abs() < 0.003, "{}", recovery.censored);
    assert_eq!(recovery.mean, None);
    assert_eq!(recovery.max, None);
    // The sum of the two uniforms has the median 26 s; 10 % of the censored shift it.
    let [low, high] = recovery.intervals.p50.unwrap();
    assert!(low.unwrap() < 26.1 && high.unwrap() > 25.9, "{low:?} {high:?}");
    let lease = prediction.stages.get("orders.key").unwrap();
    assert!((lease.share - 25.0 / 26.0).abs() < 0.002, "{}", lease.share);
    assert!((lease.criticality - 0.99).abs() < 0.003);
    assert!((lease.criticality + recovery.censored - 1.0).abs() < 1e-12, "each trial that ends");
    assert!((lease.p50.unwrap() - 25.0).abs() < 0.2);
    let marks = prediction.milestones.get("writer").unwrap().get("first_error").unwrap();
    assert_eq!(marks.first.p50, Some(5e-9));
    assert_eq!(marks.k[2].absent, 1.0);
    assert!((marks.last.p50.unwrap() - 25.0).abs() < 0.2);
    assert!((prediction.relapsed - 0.1).abs() < 0.01);
    assert_eq!(prediction.samples.len(), 3);
    let outage = prediction.clients.get("writer").unwrap().client_outage.as_ref().unwrap();
    assert_eq!(summary.clients(0).histogram().count(), 3 * 40 * BATCH);
    assert!(outage.intervals.p50.is_some());
}

#[test]
fn verdicts_follow_the_interval() {
    let text = whole(10_000, 2);
    let prediction: serde_json::Value = serde_json::from_str(&text).unwrap();
    let recovery = &prediction["system"]["objectives"];
    assert_eq!(recovery[0]["verdict"], "met");
    assert_eq!(recovery[1]["verdict"], "missed");
    assert_eq!(recovery[1]["share_kept"], 0.0);
    // A share of exactly 2/3 keeps "at most 1 of 0, 1, 2": nobody can decide that.
    let loss = &prediction["stores"]["orders"]["objectives"][0];
    assert_eq!(loss["verdict"], "undecided", "{loss}");
    assert_eq!(prediction["verdict"], "missed");
    assert_eq!(prediction["all_limits"]["share"], 0.0);
}

#[test]
fn precision_stops_at_the_same_trial_on_any_threads() {
    let lab = lab();
    let target = |share: f64| Precision {
        name: "system.recovery_time.p50".to_owned(),
        asked: "x".to_owned(),
        slot: 0,
        statistic: Statistic::Quantile(0.5),
        wanted: Wanted::Relative(share),
    };
    let ran = |threads: usize, share: f64, cap: u64| {
        let plan = Plan { scheme: Scheme::Plain, cap, ..plan(2560, threads) };
        let pool = Pool::new(&plan).unwrap();
        let (summary, reached) = run(&lab, &[], &plan, &[target(share)], &pool, &|_, _| {});
        (summary.trials, reached[0].reached())
    };
    assert_eq!(ran(1, 0.1, 1 << 20), (2560, true), "wide enough at once");
    let (trials, reached) = ran(1, 0.001, 1 << 20);
    assert!(reached && trials > 10_000 && trials < 300_000, "{trials}");
    assert_eq!(trials % BATCH, 0);
    assert_eq!(ran(3, 0.001, 1 << 20), (trials, reached));
    assert_eq!(ran(2, 0.0001, 10_240), (10_240, false), "the cap is kept, and said");
}

#[test]
fn precisions_are_read() {
    let layout = lab().layout;
    let seconds = |text: &str| text.strip_suffix('s')?.parse::<f64>().ok();
    let read = |text: &str| Precision::parse(text, &layout, &seconds);
    let plain = read("1%").unwrap();
    assert_eq!((plain.slot, plain.statistic), (0, Statistic::Quantile(0.95)));
    assert_eq!(plain.wanted, Wanted::Relative(0.01));
    let named = read("writer.client_outage.p99=0.1s").unwrap();
    assert_eq!((named.slot, named.wanted), (2, Wanted::Absolute(0.1)));
    assert_eq!(read("system.recovery_time.mean=2%").unwrap().statistic, Statistic::Mean);
    for bad in
        ["", "0%", "-1%", "nan%", "x", "no.recovery_time.p95=1%", "system.recovery_time.p0=1%"]
    {
        let error = read(bad).unwrap_err().to_string();
        assert!(error.starts_with("precision"), "{error}");
    }
}

#[test]
fn a_trial_is_found_by_its_quantile() {
    let lab = lab();
    let plan = plan(1000, 2);
    let pool = Pool::new(&plan).unwrap();
    let recovery = |trial: u64| outcome(&plan.sampling(), trial).figures[0];
    let mut all: Vec<Measured> = (0..1000).map(recovery).collect();
    all.sort_unstable();
    let median = find_trial(&lab, Which::Quantile(0.5), &plan, &pool).unwrap();
    assert_eq!(recovery(median), all[499]);
    let longest = find_trial(&lab, Which::Longest, &plan, &pool).unwrap();
    assert_eq!(recovery(longest), all[999]);
}

#[test]
fn an_objective_on_a_figure_that_no_trial_yields_counts_nothing() {
    use drillcast::model::{scenario::Scenario, system::Model};
    let model = Model {
        name: "lab".to_owned(),
        title: None,
        notes: None,
        zones: Vec::new(),
        hosts: Vec::new(),
        components: Vec::new(),
        journeys: Vec::new(),
        objectives: Vec::new(),
    };
    let mut missing = objective(0, Figure::Integrity, 0.5, 1.0).objective;
    missing.subject = Subject::System;
    let scenario = Scenario {
        name: "x".to_owned(),
        title: "x".to_owned(),
        notes: None,
        horizon: None,
        sets: Vec::new(),
        phases: Vec::new(),
        faults: Vec::new(),
        procedure: None,
        objectives: vec![missing, objective(0, Figure::RecoveryTime, 0.5, 1.0).objective],
    };
    let found = limits(&model, &scenario, &lab().layout);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].slot, 0);
}
