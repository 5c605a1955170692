//! What Redis under Sentinel does where something is missing: sentinels, a
//! majority, a replica, a network.

use std::fmt::Write as _;

use drillcast::outcome::{Figure, Measured, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, first, program_of, run_as, seconds};

const MODEL: &str = r#"
model = "kv"
zones = { a = "r", b = "r", c = "r", d = "r" }
[stores.kv]
technology = "redis/sentinel"
members = ["a/1", "b/1", "c/1"]
down_after = "5s"
lag = "0s"
[clients.app]
technology = "redis/client"
of = "kv"
at = "d"
every = "50ms"
socket_timeout = "500ms"
[clients.near]
technology = "redis/client"
of = "kv"
at = "a/1"
every = "50ms"
"#;

const KILL: &str = "what = \"kill\"\nwhere = \"primary of kv\"";

fn tried(faults: &[&str], sets: &[&str]) -> (Program, Vec<Outcome>) {
    let mut scenario = "scenario = \"x\"\nhorizon = \"2000s\"\n".to_owned();
    for fault in faults {
        let _ = writeln!(scenario, "[[faults]]\n{fault}");
    }
    let program = program_of(&[], MODEL, &scenario, sets);
    let outcomes = run_as(&program, &Sampling::plain(5), 1_000, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(5), 20, Mode::Full);
    for (lazy, full) in outcomes.iter().zip(&full) {
        assert_eq!(lazy.milestones, full.milestones, "{faults:?}");
        assert_eq!(lazy.figures, full.figures, "{faults:?}");
    }
    (program, outcomes)
}

fn promoted((program, outcomes): &(Program, Vec<Outcome>)) -> Vec<f64> {
    first(program, outcomes, "kv", "failed_over")
}

fn kill_sentinels(names: &[&str]) -> Vec<String> {
    let kill = |of: &&str| format!("what = \"kill\"\nwhere = \"sentinel {of} of kv\"");
    names.iter().map(kill).collect()
}

#[test]
fn two_sentinels_of_three_fail_over() {
    let dead = kill_sentinels(&["c/1"]);
    let all = tried(&[KILL, &dead[0]], &[]);
    let soon = promoted(&all).iter().filter(|at| (5.0..8.0).contains(*at)).count();
    let late = promoted(&all).iter().filter(|at| **at > 360.0).count();
    // Where both try at once neither has a majority, and both rest.
    assert!(soon > 900 && soon + late == 1000, "{soon} soon, {late} late");
}

#[test]
fn one_sentinel_of_three_never_fails_over() {
    let dead = kill_sentinels(&["b/1", "c/1"]);
    for quorum in ["1", "2"] {
        let set = format!("stores.kv.quorum={quorum}");
        let all = tried(&[KILL, &dead[0], &dead[1]], &[&set]);
        assert!(promoted(&all).iter().all(|at| at.is_nan()), "quorum {quorum}");
    }
    // Two of four are a quorum and no majority.
    let four = "stores.kv.sentinels=[\"a/1\", \"b/1\", \"c/1\", \"d\"]";
    let all = tried(&[KILL, &dead[0], &dead[1]], &[four]);
    assert!(promoted(&all).iter().all(|at| at.is_nan()));
    assert!(first(&all.0, &all.1, "kv", "detected").iter().all(|at| *at < 8.0));
}

#[test]
fn a_master_that_is_back_in_time_stays_master() {
    for what in ["kill", "hang"] {
        let fault = format!("what = \"{what}\"\nwhere = \"primary of kv\"\nfor = \"3500ms\"");
        let all = tried(&[&fault], &[]);
        assert!(first(&all.0, &all.1, "kv", "sdown").iter().all(|at| at.is_nan()), "{what}");
    }
}

#[test]
fn a_master_without_persistence_that_is_back_in_time_has_lost_everything() {
    let kill = |back: &str| format!("what = \"kill\"\nwhere = \"primary of kv\"{back}");
    let total = |fault: &str, sets: &[&str]| {
        let (program, outcomes) = tried(&[fault], sets);
        let lost = figure(&program, &outcomes, ("stores", "kv"), Figure::DataLossSeconds);
        let total = lost.iter().filter(|one| **one == Measured::TOTAL_LOSS).count();
        (total, lost.len())
    };
    let back = kill("\nfor = \"3500ms\"");
    let (all, of) = total(&back, &[]);
    assert_eq!(all, of, "it comes back empty");
    assert_eq!(total(&back, &["stores.kv.appendonly=1"]).0, 0);
    // Who stood still has forgotten nothing; who is replaced first copies from the new master.
    assert_eq!(total("what = \"hang\"\nwhere = \"primary of kv\"\nfor = \"3500ms\"", &[]).0, 0);
    assert_eq!(total(&kill(""), &[]).0, 0);
    assert_eq!(total(&kill("\nfor = \"60s\""), &[]).0, 0);
}

/// Writes lost in each trial.
fn lost((program, outcomes): &(Program, Vec<Outcome>)) -> Vec<f64> {
    let lost = figure(program, outcomes, ("stores", "kv"), Figure::DataLossWrites);
    lost.into_iter().map(|n| n.0 as f64).collect()
}

#[test]
fn a_master_cut_off_with_one_sentinel_loses_what_it_acknowledges() {
    let cut = "what = \"partition\"\nwhere = \"primary of kv\"\nfor = \"60s\"";
    let all = tried(&[cut], &[]);
    assert!(promoted(&all).iter().all(|at| (5.0..8.0).contains(at)));
    // 60 s of 100 writes a second, and until somebody makes it a replica.
    assert!(lost(&all).iter().all(|n| (6_900.0..7_200.0).contains(n)), "{:?}", &lost(&all)[..9]);
    let bounded = tried(&[cut], &["stores.kv.min_replicas_to_write=1"]);
    assert!(
        lost(&bounded).iter().all(|n| (950.0..1_150.0).contains(n)),
        "{:?}",
        &lost(&bounded)[..9]
    );
    // Its client follows the sentinel beside it until the cut is healed.
    let near = figure(&all.0, &all.1, ("clients", "near"), Figure::RecoveryTime);
    assert!(near.into_iter().map(seconds).all(|at| at < 75.0));
}

#[test]
fn nobody_tries_again_for_twice_the_failover_timeout() {
    // Three of four stand before they hear of each other: two votes at the most.
    let four = "stores.kv.sentinels=[\"a/1\", \"b/1\", \"c/1\", \"d\"]";
    let all = tried(&[KILL], &["stores.kv.flush=400ms", four]);
    let at = promoted(&all);
    assert!(at.iter().all(|at| at.is_nan() || *at < 8.0 || *at > 360.0));
    assert!(at.iter().filter(|at| **at > 364.0).count() > 500, "{:?}", &at[..9]);
    let quick = tried(&[KILL], &["stores.kv.flush=400ms", "stores.kv.failover_timeout=10s", four]);
    let again = promoted(&quick).iter().filter(|at| (25.0..28.0).contains(*at)).count();
    assert!(again > 100, "{again}");
}

#[test]
fn a_failover_without_a_replica_waits_as_long() {
    let back = |of| format!("what = \"kill\"\nwhere = \"member {of} of kv\"\nfor = \"20s\"");
    let (b, c) = (back("b/1"), back("c/1"));
    let all = tried(&[KILL, &b, &c], &[]);
    let at = promoted(&all);
    assert!(at.iter().all(|at| *at > 364.0));
    assert!(at.iter().filter(|at| **at < 368.0).count() > 900, "{:?}", &at[..9]);
}
