//! What must hold of platforms that nobody chose, with its provisos; and what does
//! not hold without them.

use std::fmt::Write as _;

use drillcast::outcome::{Figure, Measured, Outcome, WHOLE_SHARE};
use drillcast::trial::Program;
use drillcast::units::Span;

use crate::harness::{figure, first, program_of, run, seconds};
use crate::properties::Dice;

const ZONES: [&str; 3] = ["a", "b", "c"];
const TRIALS: u64 = 256;

/// Services without state on one cluster, each replaced in the zone after its own.
struct Platform {
    /// The replicas of each service, by zone.
    services: Vec<[usize; 3]>,
    head: String,
    keys: Vec<String>,
}

impl Platform {
    fn new(dice: &mut Dice) -> Self {
        let version = dice.of(&["1.31", "1.33", "1.34"]);
        // One node in each zone, so that no zone's limiter is shared, and room for all.
        let head = format!(
            "model = \"random\"\nzones = {{ a = \"r\", b = \"r\", c = \"r\", m = \"r\", n = \"r\", o = \"r\" }}\n\
             [clusters.main]\ntechnology = \"kubernetes/cluster\"\nversion = \"{version}\"\n\
             members = [\"a\", \"b\", \"c\"]\ncontrol_plane = [\"m\", \"n\", \"o\"]\nroom = 100\n\
             handling = \"{}\"\n",
            dice.seconds(0.0, 1.0)
        );
        let count = 1 + dice.below(4);
        let services = (0..count).map(|_| [1 + dice.below(2), dice.below(3), dice.below(3)]);
        let services = services.collect();
        let keys = (0..count).map(|_| {
            format!(
                "start = \"{}\"\nendpoint_delay = \"{}\"\ntoleration = \"{}\"\n",
                dice.seconds(1.0, 90.0),
                dice.seconds(0.1, 3.0),
                dice.seconds(0.0, 400.0),
            )
        });
        Self { services, head, keys: keys.collect() }
    }

    fn model(&self) -> String {
        let mut text = self.head.clone();
        for (at, (zones, keys)) in self.services.iter().zip(&self.keys).enumerate() {
            let places =
                || zones.iter().enumerate().flat_map(|(at, n)| std::iter::repeat_n(at, *n));
            let list = |shift: usize| {
                let all: Vec<_> =
                    places().map(|zone| format!("\"{}\"", ZONES[(zone + shift) % 3])).collect();
                all.join(", ")
            };
            let _ = write!(
                text,
                "[services.s{at}]\ntechnology = \"kubernetes/deployment\"\ncluster = \"main\"\n\
                 members = [{}]\nspares = [{}]\n{keys}",
                list(0),
                list(1),
            );
        }
        text
    }

    fn names(&self) -> Vec<String> {
        (0..self.services.len()).map(|at| format!("s{at}")).collect()
    }
}

fn night(model: &str, faults: &str) -> (Program, Vec<Outcome>) {
    let scenario = format!("scenario = \"x\"\nhorizon = \"6h\"\n{faults}");
    let program = program_of(&[], model, &scenario, &[]);
    let outcomes = run(&program, 11, TRIALS);
    assert!(outcomes.iter().all(|outcome| !outcome.course.unsettled));
    (program, outcomes)
}

fn traffic_back((program, outcomes): &(Program, Vec<Outcome>), name: &str) -> Vec<f64> {
    let values = figure(program, outcomes, ("services", name), Figure::RecoveryTime);
    values.into_iter().map(seconds).collect()
}

/// The 95th of a hundred; what never comes is later than all else.
fn p95(mut values: Vec<f64>) -> f64 {
    for value in &mut values {
        if value.is_nan() {
            *value = f64::INFINITY;
        }
    }
    values.sort_by(f64::total_cmp);
    values[(values.len() as f64 * 0.95).ceil() as usize - 1]
}

const DARK: &str = "[[faults]]\nwhat = \"power loss\"\nwhere = \"zone a\"\n";
const DRAIN: &str = "[[faults]]\nwhat = \"drain\"\nwhere = \"zone a\"\n";

/// Under common random numbers, where what is added stands in a zone that is not hit.
#[test]
fn more_replicas_elsewhere_never_raise_the_p95_of_traffic_back() {
    for number in 0..20 {
        let dice = &mut Dice::new(number);
        let mut platform = Platform::new(dice);
        for faults in [DARK, DRAIN] {
            let before = night(&platform.model(), faults);
            let was: Vec<_> = platform.services.clone();
            let at = dice.below(was.len());
            platform.services[at][1 + dice.below(2)] += 1 + dice.below(2);
            let after = night(&platform.model(), faults);
            for name in platform.names() {
                let [one, two] = [&before, &after].map(|night| p95(traffic_back(night, &name)));
                assert!(two <= one, "{number}: {name} {one} → {two}: {}", platform.model());
            }
            platform.services = was;
        }
    }
}

/// Without the proviso it does not hold: another replica in the zone that is hit is
/// one more that must leave the endpoints.
#[test]
fn a_replica_more_in_the_zone_that_is_hit_makes_traffic_back_later() {
    let model = "model = \"two\"\nzones = { a = \"r\", b = \"r\", m = \"r\" }\n\
         [clusters.main]\ntechnology = \"kubernetes/cluster\"\nmembers = [\"a\", \"b\"]\n\
         control_plane = [\"m\"]\n[services.web]\ntechnology = \"kubernetes/deployment\"\n\
         cluster = \"main\"\nmembers = [\"a\", \"b\"]\nspares = [\"b\"]\n";
    let more = model
        .replace("members = [\"a\", \"b\"]\nspares", "members = [\"a\", \"b\", \"a\"]\nspares");
    let [one, two] =
        [model, more.as_str()].map(|text| p95(traffic_back(&night(text, DARK), "web")));
    println!("p95 of traffic back: {one:.2} s with one replica in the zone, {two:.2} s with two");
    assert!(two > one + 0.01 && two < one + 2.0, "{one} {two}");
}

/// When all faults are over, whoever has no state is served again.
#[test]
fn after_all_faults_every_service_without_state_is_served_again() {
    let mut told = 0;
    for number in 0..40 {
        let dice = &mut Dice::new(1000 + number);
        let platform = Platform::new(dice);
        let mut faults = String::new();
        for _ in 0..=dice.below(3) {
            let zone = dice.of(&ZONES);
            let (what, place) = match dice.below(5) {
                0 => ("power loss", format!("zone {zone}")),
                1 => ("drain", format!("zone {zone}")),
                2 => ("partition", format!("zone {zone}")),
                3 => ("power loss", format!("zone {}", dice.of(&["m", "n", "o"]))),
                _ => ("kill", format!("one of s{}", dice.below(platform.services.len()))),
            };
            let _ = write!(
                faults,
                "[[faults]]\nat = \"{}\"\nwhat = \"{what}\"\nwhere = \"{place}\"\nfor = \"{}\"\n",
                dice.seconds(0.0, 500.0),
                dice.seconds(1.0, 900.0),
            );
        }
        let (program, outcomes) = night(&platform.model(), &faults);
        for name in platform.names() {
            let found = figure(&program, &outcomes, ("services", &name), Figure::RecoveryTime);
            let never = found.iter().filter(|one| !one.is_number()).count();
            assert_eq!(never, 0, "{number}: {name} of\n{}\n{faults}", platform.model());
        }
        // What is served is all before the first fault, and never more or less than that.
        assert!(program.layout().shares.iter().all(|slot| slot.first == WHOLE_SHARE));
        for step in outcomes.iter().flat_map(|outcome| &outcome.course.shares) {
            assert!((0..=WHOLE_SHARE).contains(&step.share), "{number}: {step:?}\n{faults}");
            assert!(step.since >= Span::ZERO, "{number}: {step:?}\n{faults}");
            told += 1;
        }
    }
    assert!(told > 1_000, "{told}");
}

/// Redis with nothing on disk, on pods that move: a drain brings its master back
/// empty within seconds; a power failure leaves it to its sentinels.
#[test]
fn a_drain_can_lose_what_a_power_failure_does_not() {
    let model = "model = \"cache\"\nzones = { a = \"r\", b = \"r\", c = \"r\", m = \"r\" }\n\
         [clusters.main]\ntechnology = \"kubernetes/cluster\"\n\
         members = [\"a/1\", \"b/1\", \"c/1\"]\ncontrol_plane = [\"m\"]\nroom = 9\n\
         [services.redis-pods]\ntechnology = \"kubernetes/stateful_set\"\ncluster = \"main\"\n\
         members = [\"a/1\", \"b/1\", \"c/1\"]\nspares = [\"b/1\", \"c/1\", \"a/1\"]\nstart = \"1s\"\n\
         [stores.cache]\ntechnology = \"redis/sentinel\"\nmembers = [\"a/1\", \"b/1\", \"c/1\"]\n\
         sentinels = [\"a/1\", \"b/1\", \"c/1\"]\npods = \"redis-pods\"\n";
    let lost = |faults: &str| {
        let (program, outcomes) = night(model, faults);
        let figures = figure(&program, &outcomes, ("stores", "cache"), Figure::DataLossSeconds);
        let all = figures.iter().filter(|one| **one == Measured::TOTAL_LOSS).count();
        (all, first(&program, &outcomes, "cache", "emptied"))
    };
    let (drained, emptied) = lost(DRAIN);
    let (dark, _) = lost(DARK);
    println!(
        "everything lost: in {drained} of {TRIALS} drains, in {dark} of {TRIALS} power failures"
    );
    assert_eq!((drained as u64, dark), (TRIALS, 0));
    // The old pod ends within 30 s, the new one is there a second or two later.
    assert!(emptied.iter().all(|at| (1.0..=32.0).contains(at)));
}
