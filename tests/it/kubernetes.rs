//! Kubernetes: what one and the same preset says of very different nights.

use drillcast::diagnostic::SourceFile;
use drillcast::outcome::{Figure, Outcome};
use drillcast::trial::Program;

use crate::harness::{figure, first, load_sources, program_of, run, seconds};

/// Eleven nodes in three zones, a control plane of three elsewhere, and what stands
/// on the first node of zone a: one pod of three, a single pod, and one with state.
pub(crate) const KUBE: &str = r#"
model = "kube"
zones = { a = "r", b = "r", c = "r", m = "r", n = "r", o = "r" }
[clusters.main]
technology = "kubernetes/cluster"
members = ["a/1", "a/2", "a/3", "a/4", "a/5", "b/1", "b/2", "b/3", "c/1", "c/2", "c/3"]
control_plane = ["m", "n", "o"]
handling = "0s"
gc_round = "0s"
startup = "0s"
[services.web]
technology = "kubernetes/deployment"
cluster = "main"
replicas = { a = 1, b = 1, c = 1 }
spares = ["b", "c", "b"]
start = "20s"
scheduling = "0s"
endpoint_delay = "1s"
[services.one]
technology = "kubernetes/deployment"
cluster = "main"
members = ["a"]
spares = ["b"]
start = "20s"
scheduling = "0s"
endpoint_delay = "1s"
[services.db]
technology = "kubernetes/stateful_set"
cluster = "main"
members = ["a"]
spares = ["b"]
start = "20s"
scheduling = "0s"
endpoint_delay = "1s"
termination = "5s"
attach = "20s"
"#;

const TRIALS: u64 = 600;

/// A night: faults, and changes of the model.
struct Night {
    program: Program,
    outcomes: Vec<Outcome>,
}

impl Night {
    fn of(model: &str, faults: &[&str], sets: &[&str]) -> Self {
        let faults: String = faults.iter().map(|fault| format!("[[faults]]\n{fault}\n")).collect();
        let scenario = format!("scenario = \"x\"\nhorizon = \"3000s\"\n{faults}");
        let program = program_of(&[], model, &scenario, sets);
        let outcomes = run(&program, 7, TRIALS);
        assert!(outcomes.iter().all(|outcome| !outcome.course.unsettled));
        Self { program, outcomes }
    }

    fn new(faults: &[&str], sets: &[&str]) -> Self {
        Self::of(KUBE, faults, sets)
    }

    fn recovery(&self, service: &str) -> Vec<f64> {
        let name = ("services", service);
        let found = figure(&self.program, &self.outcomes, name, Figure::RecoveryTime);
        found.into_iter().map(seconds).collect()
    }

    fn first(&self, component: &str, mark: &str) -> Vec<f64> {
        first(&self.program, &self.outcomes, component, mark)
    }

    /// The k-th stamp of a mark in each trial, from 0.
    fn nth(&self, component: &str, mark: &str, k: usize) -> Vec<f64> {
        let slots = &self.program.layout().milestones;
        let slot = slots.iter().find(|m| m.component == component && m.mark == mark);
        let start = slot.expect("it is marked").start;
        self.outcomes.iter().map(|outcome| seconds(outcome.milestones[start + k])).collect()
    }
}

const NODE: &str = "what = \"power loss\"\nwhere = \"node a/1\"";
const ZONE: &str = "what = \"power loss\"\nwhere = \"zone a\"";
const DRAIN: &str = "what = \"drain\"\nwhere = \"member a/1 of main\"";

fn within(values: &[f64], low: f64, high: f64) -> bool {
    values.iter().all(|value| (low..=high).contains(value))
}

fn never(values: &[f64]) -> bool {
    values.iter().all(|value| value.is_nan())
}

#[test]
fn a_lost_node_leaves_the_endpoints_long_before_it_is_replaced() {
    let night = Night::new(&[NODE], &[]);
    // 50 − U(0, 10) + U(0, 5), and a second until nobody is sent there.
    assert!(within(&night.recovery("web"), 41.0, 56.0));
    assert!(within(&night.recovery("one"), 360.0, 375.2));
    // A pod with state waits for somebody to act.
    assert!(never(&night.recovery("db")));
    assert!(within(&night.first("db", "terminating"), 340.0, 355.2));
    assert!(never(&night.first("db", "displaced")));
    // Up to 1.33 the taint comes a pass later, up to 1.31 all of it ten seconds earlier.
    let version = |text: &str| vec![format!("clusters.main.version={text}")];
    for (text, lost, tainted) in [("1.33", 40.0, 45.0), ("1.31", 30.0, 35.0)] {
        let sets = version(text);
        let night = Night::new(&[NODE], &sets.iter().map(String::as_str).collect::<Vec<_>>());
        assert!(within(&night.first("main", "detected"), lost, lost + 15.0), "{text}");
        assert!(within(&night.first("main", "tainted"), tainted, tainted + 15.2), "{text}");
    }
}

#[test]
fn a_node_that_is_back_in_time_is_not_evicted() {
    let night = Night::new(&[&format!("{NODE}\nfor = \"200s\"")], &[]);
    for service in ["web", "one", "db"] {
        assert!(never(&night.first(service, "evicted")), "{service}");
    }
    assert!(within(&night.recovery("one"), 200.0, 200.0));
    assert!(within(&night.recovery("web"), 41.0, 56.0));
}

#[test]
fn without_an_api_server_nobody_is_evicted() {
    let dark =
        "at = \"10s\"\nwhat = \"kill\"\nprocess = \"apiserver\"\nwhere = \"each control of main\"";
    let night = Night::new(&[NODE, dark], &[]);
    assert!(never(&night.first("main", "detected")));
    assert!(never(&night.first("web", "withdrawn")));
    assert!(never(&night.recovery("one")));
    // One of three is no loss.
    let one = "at = \"10s\"\nwhat = \"power loss\"\nwhere = \"control n of main\"";
    assert!(within(&Night::new(&[NODE, one], &[]).recovery("one"), 360.0, 375.2));
    // When it is back a new leader gives every node a whole grace period.
    let minute = format!("{}\nfor = \"60s\"", dark.replace("\"10s\"", "\"0s\""));
    let night = Night::new(&[NODE, &minute], &[]);
    // The lease has run out: noticed and asked for in two polls at most.
    assert!(within(&night.first("main", "led"), 60.0, 60.0 + 4.4));
    let lost = night.first("main", "detected");
    let led = night.first("main", "led");
    assert!(lost.iter().zip(&led).all(|(lost, led)| (50.0..=55.0).contains(&(lost - led))));
    // All other nodes are heard before that.
    assert!(never(&night.nth("main", "detected", 1)));
}

#[test]
fn a_second_zone_may_be_lost_while_the_first_is_found_out() {
    let second = "at = \"60s\"\nwhat = \"power loss\"\nwhere = \"zone b\"";
    let night = Night::new(&[ZONE, second], &[]);
    // The pod in zone c is left, and the other two are withdrawn one after the other.
    assert!(within(&night.recovery("web"), 101.0, 116.0));
    // Spares in a zone that is lost as well start nothing.
    assert!(never(&night.recovery("one")));
    // All three zones: the controllers blame themselves.
    let third = "at = \"60s\"\nwhat = \"power loss\"\nwhere = \"zone c\"";
    let night = Night::new(&[ZONE, second, third], &[]);
    assert!(never(&night.first("web", "displaced")));
}

#[test]
fn a_budget_may_block_a_drain() {
    let night = Night::new(&[DRAIN], &[]);
    // Nobody is detected, and nothing is tolerated.
    assert!(within(&night.first("web", "evicted"), 0.0, 0.0));
    assert!(within(&night.recovery("one"), 20.0, 20.0));
    // The old pod ends first where it has state.
    assert!(within(&night.recovery("db"), 25.0, 25.0));
    let tight = ["services.one.min_available=1", "services.web.min_available=3"];
    let night = Night::new(&[DRAIN], &tight);
    for service in ["one", "web"] {
        assert!(never(&night.first(service, "evicted")), "{service}");
        assert!(within(&night.recovery(service), 0.0, 0.0), "{service}");
    }
    // Two of three may not go at once: the second waits for the first's replacement.
    let both = "what = \"drain\"\nwhere = \"member c/1 of main\"";
    let night = Night::new(&[DRAIN, both], &["services.web.min_available=2"]);
    assert!(within(&night.nth("web", "evicted", 1), 20.0, 20.0));
    // It does not protect against power loss.
    let night = Night::new(&[NODE], &tight);
    assert!(within(&night.first("one", "evicted"), 340.0, 355.2));
}

#[test]
fn a_controller_that_is_restarted_starts_every_clock_afresh() {
    let killed = |at: &str| {
        format!(
            "at = \"{at}\"\nwhat = \"kill\"\nprocess = \"controller_manager\"\nwhere = \"control m of main\"\nfor = \"2s\""
        )
    };
    // In the grace period: another leads 13 s to 24 s later, and grants a whole one.
    let night = Night::new(&[NODE, &killed("20s")], &[]);
    let led = night.first("main", "led");
    assert!(within(&led, 33.0, 44.0), "{led:?}");
    let lost = night.first("main", "detected");
    assert!(lost.iter().zip(&led).all(|(lost, led)| (50.0..=55.0).contains(&(lost - led))));
    // While pods tolerate the taint: they begin again, and the taint stays.
    let night = Night::new(&[NODE, &killed("200s")], &[]);
    let (led, evicted) = (night.first("main", "led"), night.first("one", "evicted"));
    assert!(evicted.iter().zip(&led).all(|(at, led)| (at - led - 300.0).abs() < 1e-6));
}

/// A zone with so many nodes beside one with three.
fn zone_of(nodes: usize) -> String {
    let names: Vec<String> = (1..=nodes).map(|n| format!("\"a/{n}\"")).collect();
    KUBE.replace("\"a/1\", \"a/2\", \"a/3\", \"a/4\", \"a/5\"", &names.join(", "))
}

/// Power loss of so many nodes of zone a.
fn nodes(count: usize) -> Vec<String> {
    (1..=count).map(|n| format!("what = \"power loss\"\nwhere = \"node a/{n}\"")).collect()
}

#[test]
fn small_and_large_zones_are_evicted_at_rates_of_their_own() {
    let night = |size: usize, lost: usize| {
        let faults = nodes(lost);
        let faults: Vec<&str> = faults.iter().map(String::as_str).collect();
        Night::of(&zone_of(size), &faults, &["clusters.main.pods=0"])
    };
    // Three of three are never lost for the most part: one each ten seconds.
    let three = night(3, 3);
    for k in 0..2 {
        let (one, next) = (three.nth("main", "tainted", k), three.nth("main", "tainted", k + 1));
        let gaps: Vec<f64> = next.iter().zip(&one).map(|(next, one)| next - one).collect();
        assert!(within(&gaps, 9.9, 15.0), "{gaps:?}");
    }
    // Three of five: a small zone that is lost for the most part evicts nobody, but
    // for those who were tainted before it was.
    let five = night(5, 3);
    assert!(never(&five.nth("main", "tainted", 2)));
    // Forty of sixty: one each hundred seconds.
    let sixty = night(60, 40);
    let (one, next) = (sixty.nth("main", "tainted", 2), sixty.nth("main", "tainted", 3));
    assert!(one.iter().zip(&next).all(|(one, next)| (next - one - 100.0).abs() <= 0.2));
    // All of sixty: one each ten.
    let all = night(60, 60);
    let (one, next) = (all.nth("main", "tainted", 20), all.nth("main", "tainted", 21));
    assert!(one.iter().zip(&next).all(|(one, next)| (next - one - 10.0).abs() <= 0.2));
}

#[test]
fn many_pods_wait_for_the_controllers_own_requests() {
    let lost = |pods: &str| {
        let night = Night::of(&zone_of(30), &[ZONE], &[&format!("clusters.main.pods={pods}")]);
        let (first, last) = (night.first("main", "detected"), night.nth("main", "detected", 29));
        last.iter().zip(&first).map(|(last, first)| last - first).sum::<f64>() / TRIALS as f64
    };
    // (30·24 − 30)/20 s of requests at 20 a second, begun before the last node expires.
    let (idle, busy) = (lost("0"), lost("10"));
    assert!((busy - 34.0).abs() < 3.0, "{busy}");
    assert!(idle < 15.0, "{idle}");
}

#[test]
fn pods_with_state_go_when_somebody_vouches_for_them() {
    let asked = |what: &str, whom: &str| {
        let action = format!("at = \"400s\"\nwhat = \"{what}\"\nwhere = \"{whom}\"");
        let night = Night::new(&[NODE, &action], &["services.db.volumes=1"]);
        (night.first("db", "displaced"), night.recovery("db"))
    };
    let (gone, back) = asked("force_delete", "member a of db");
    assert!(within(&gone, 400.0, 400.0) && within(&back, 800.0, 800.0), "{back:?}");
    // The next round of the garbage collector, and no six minutes for the volume.
    let (gone, back) = asked("out_of_service", "member a/1 of main");
    assert!(within(&gone, 400.0, 420.0) && within(&back, 440.0, 460.0), "{back:?}");
    let (gone, _) = asked("delete_node", "member a/1 of main");
    assert!(within(&gone, 440.0, 460.0), "{gone:?}");
}

#[test]
fn a_container_that_dies_backs_off() {
    let kill = "what = \"kill\"\nprocess = \"app\"\nwhere = \"member a of one\"";
    assert!(within(&Night::new(&[kill], &[]).recovery("one"), 21.0, 21.0));
    // Each failed start takes 21 s; then 10 s, 20 s, 40 s … of waiting.
    let times = Night::new(&[kill], &["services.one.crashes=0.5"]).recovery("one");
    let steps = [21.0, 52.0, 93.0, 154.0, 255.0];
    for (k, step) in steps.into_iter().enumerate() {
        let share =
            times.iter().filter(|at| (**at - step).abs() < 1e-6).count() as f64 / TRIALS as f64;
        let wanted = 0.5_f64.powi(k as i32 + 1);
        let error = (wanted * (1.0 - wanted) / TRIALS as f64).sqrt();
        assert!((share - wanted).abs() <= 4.0 * error, "{step}: {share}");
    }
    // One that stands still fails its probe three times.
    let hang = "what = \"hang\"\nprocess = \"app\"\nwhere = \"member a of web\"";
    assert!(within(&Night::new(&[hang], &[]).recovery("web"), 21.0, 31.0));
}

#[test]
fn a_spread_that_must_hold_leaves_pods_pending() {
    let night = Night::new(&[ZONE], &["services.one.do_not_schedule=1"]);
    assert!(never(&night.first("one", "bound")));
    // Room for one replacement only.
    let model = KUBE.replace("replicas = { a = 1, b = 1, c = 1 }", "replicas = { a = 2 }");
    let model = model.replace("spares = [\"b\", \"c\", \"b\"]", "spares = [\"b\"]");
    let night = Night::of(&model, &[ZONE], &["clusters.main.room=1"]);
    assert!(never(&night.nth("web", "bound", 1)));
}

/// What the golden quantiles are predicted from.
pub(crate) fn golden(sets: &[&str], of: fn(&Program, &[Outcome]) -> Vec<f64>) -> Vec<f64> {
    let scenario = format!("scenario = \"golden\"\n[[faults]]\n{NODE}\n");
    let (model, scenario) = load_sources(
        &SourceFile::new("model.toml", KUBE),
        &SourceFile::new("golden.toml", scenario),
        sets,
    );
    let program = Program::compile(&model, &scenario);
    let outcomes = run(&program, 1, 8_192);
    of(&program, &outcomes)
}

/// When the pod on the lost node leaves the endpoints.
pub(crate) fn withdrawn(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    first(program, outcomes, "web", "withdrawn")
}

/// When the single pod is ready elsewhere.
pub(crate) fn replaced(program: &Program, outcomes: &[Outcome]) -> Vec<f64> {
    let found = figure(program, outcomes, ("services", "one"), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}
