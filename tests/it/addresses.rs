//! An address that moves between hosts: what clients feel of stops, freezes, failed
//! services and returns, by hand.

use drillcast::outcome::Figure;
use drillcast::trial::Program;

use crate::harness::{figure, first, program_of, quantile, run, seconds};

const VIP: &str = r#"
model = "vip"
zones = { a = "r", b = "r", c = "r" }
[stores.web]
technology = "server/http"
members = ["a/1", "b/1"]
[routes.vip]
technology = "keepalived"
serves = "web"
at = "c"
routers = ["a/1", "b/1"]
[clients.fresh]
technology = "client/http"
of = "vip"
at = "c"
every = "10ms"
timeout = "1s"
stable_for = "1s"
[clients.long]
technology = "client/tcp"
of = "vip"
at = "c"
every = "10ms"
reconnect = "10ms"
stable_for = "1s"
"#;

fn under(faults: &str, sets: &[&str]) -> Program {
    program_of(&[], VIP, &format!("scenario = \"x\"\nhorizon = \"2000s\"\n{faults}"), sets)
}

fn of(program: &Program, clients: &str, which: Figure) -> Vec<f64> {
    let outcomes = run(program, 1, 512);
    let found = figure(program, &outcomes, ("clients", clients), which);
    found.into_iter().map(seconds).collect()
}

/// An orderly stop says farewell: the backup waits 156/256 of a period.
#[test]
fn a_daemon_that_stops_hands_the_address_over() {
    let stop =
        under("[[faults]]\nwhat = \"stop\"\nwhere = \"router a/1 of vip\"\nfor = \"60s\"\n", &[]);
    let outcomes = run(&stop, 1, 64);
    let taken = first(&stop, &outcomes, "vip", "failed_over");
    assert!(taken.iter().all(|t| (t - 0.609_375).abs() < 1e-6), "{taken:?}");
    // It is back when the request is over, and takes the address again.
    let back = first(&stop, &outcomes, "vip", "redundant");
    assert!(back.iter().all(|t| (t - 63.414_062_5).abs() < 1e-6), "{back:?}");
}

/// A daemon that freezes or dies takes nothing with it: fresh requests never fail,
/// a standing connection is reset when the address moves, and again when it returns.
#[test]
fn a_daemon_that_freezes_is_no_outage() {
    for what in ["hang", "kill"] {
        let fault = format!(
            "[[faults]]\nwhat = \"{what}\"\nwhere = \"router a/1 of vip\"\nfor = \"20s\"\n"
        );
        let frozen = under(&fault, &[]);
        assert_eq!(quantile(&of(&frozen, "fresh", Figure::Downtime), 1.0), 0.0, "{what}");
        let long = of(&frozen, "long", Figure::Downtime);
        // Each time a packet that is refused and the pause before the next connect.
        assert!(long.iter().all(|t| (0.0..0.045).contains(t)), "{what}: {long:?}");
    }
}

/// The server dies and the script sees it: U(0, 2) + 2 + 0.609 s.
#[test]
fn a_service_that_fails_moves_the_address() {
    let fault = "[[faults]]\nwhat = \"kill\"\nwhere = \"member a/1 of web\"\n";
    let seen = under(fault, &["routes.vip.check_interval=2s", "routes.vip.fall=2"]);
    let taken = first(&seen, &run(&seen, 1, 2_048), "vip", "failed_over");
    for (q, wanted) in [(0.05, 2.709), (0.5, 3.609), (0.95, 4.509)] {
        assert!((quantile(&taken, q) - wanted).abs() < 0.02, "p{q}: {}", quantile(&taken, q));
    }
    // Without a script nobody does.
    let blind = under(fault, &[]);
    assert!(of(&blind, "fresh", Figure::RecoveryTime).iter().all(|t| t.is_nan()));
}

/// What stands where no target stands leads nowhere, and is told so.
#[test]
fn an_address_on_hosts_without_a_server_never_serves() {
    let apart = VIP.replace("routers = [\"a/1\", \"b/1\"]", "routers = [\"a\", \"b\"]");
    let fault = "scenario = \"x\"\n[[faults]]\nwhat = \"kill\"\nwhere = \"member a/1 of web\"\n";
    let program = program_of(&[], &apart, fault, &[]);
    assert_eq!(program.never_served().collect::<Vec<_>>(), ["vip", "long"]);
    let sound = under("[[faults]]\nwhat = \"kill\"\nwhere = \"member a/1 of web\"\n", &[]);
    assert_eq!(sound.never_served().count(), 0);
}
