//! Sessions behind a balancer: what a client with a long connection feels, by
//! fault, by whether a server that is out loses its sessions, and by time-out.

use drillcast::outcome::Figure;

use crate::harness::{figure, first, program_of, run, seconds};

const MODEL: &str = r#"
model = "long"
zones = { a = "r", b = "r", e = "r" }
[stores.web]
technology = "server/http"
members = ["a", "b"]
[routes.front]
technology = "haproxy"
serves = "web"
at = "e"
inter = "2s"
[clients.app]
technology = "client/libpq"
of = "front"
at = "e"
every = "1s"
connect_timeout = "5s"
"#;

/// How long the request before the fault is ago: the next comes so much less
/// than a second after it.
const AGE: f64 = 0.25;
/// The first request after the fault [s].
const FIRST: f64 = 1.0 - AGE;

/// Each trial: when the server was out, and when the client was served again [s].
fn trials(fault: &str, sets: &[&str]) -> Vec<(f64, f64)> {
    let scenario = format!(
        "scenario = \"x\"\nhorizon = \"1h\"\n[[faults]]\nwhat = \"{fault}\"\n\
         where = \"member a of web\"\n[phases]\n\"app.requests\" = \"{AGE}s\"\n"
    );
    let program = program_of(&[], MODEL, &scenario, sets);
    let outcomes = run(&program, 1, 256);
    let again = figure(&program, &outcomes, ("clients", "app"), Figure::RecoveryTime);
    let again = again.into_iter().map(seconds);
    first(&program, &outcomes, "front", "detected").into_iter().zip(again).collect()
}

/// The first request at an instant or after it [s].
fn request(at: f64) -> f64 {
    FIRST + (at - FIRST).ceil().max(0.0)
}

/// What is expected of a trial whose server is out at some instant; NaN: never.
type Expected = fn(f64) -> f64;

/// An attempt at `at` that costs `cost` where the server is not yet out.
fn attempts(mut at: f64, cost: f64, out: f64) -> f64 {
    while at < out {
        // A round that ends on a request misses it.
        at = FIRST + (at + cost - FIRST).floor() + 1.0;
    }
    at
}

const READ: &str = "clients.app.read_timeout=10s";
const SHUT: &str = "routes.front.on_marked_down=1";
const SERVER: &str = "routes.front.timeout_server=30s";
const CONNECT: &str = "routes.front.timeout_connect=1s";
const REQUESTS: &str = "routes.front.sessions=0";

/// Fault, edits, and the recovery of a client.
const TABLE: [(&str, &[&str], Expected); 17] = [
    // Reset at once; who connects again waits for three retries.
    ("kill", &[], |out| attempts(FIRST + 1.0, 3.0, out)),
    ("kill", &[READ], |out| attempts(FIRST + 1.0, 3.0, out)),
    ("kill", &["clients.app.connect_timeout=1500ms"], |out| attempts(FIRST + 1.0, 1.5, out)),
    // An attempt is shut as well, so the next succeeds.
    ("kill", &[SHUT], |out| request(out)),
    ("kill", &[SHUT, READ], |out| request(out)),
    // Each request by itself: as if the client had asked anew.
    ("kill", &[REQUESTS], |out| attempts(FIRST + 1.0, 3.0, out)),
    ("hang", &[], |_| f64::NAN),
    ("hang", &[READ], |out| attempts(FIRST + 10.0, 5.0, out)),
    ("hang", &[SHUT], |out| request(out)),
    ("hang", &[SHUT, READ], |out| request(out)),
    ("hang", &[SERVER], |_| request(30.0)),
    ("power loss", &[], |_| request(924.6)),
    ("power loss", &[SERVER], |_| request(30.0)),
    ("power loss", &["routes.front.tcp_ut=20s"], |_| request(20.0)),
    ("power loss", &[READ], |out| attempts(FIRST + 10.0, 5.0, out)),
    ("power loss", &[READ, CONNECT], |out| attempts(FIRST + 10.0, 4.0, out)),
    ("power loss", &[SHUT], |out| request(out)),
];

#[test]
fn a_session_stays_with_its_server_until_somebody_ends_it() {
    for (fault, sets, expected) in TABLE {
        for (out, again) in trials(fault, sets) {
            let wanted = expected(out);
            println!("{fault} {sets:?}: out {out:.2}, served again {again:.2}, wanted {wanted:.2}");
            let same = (again - wanted).abs() < 1e-6 || again.is_nan() && wanted.is_nan();
            assert!(same, "{fault} {sets:?}: out {out}, served again {again}, wanted {wanted}");
        }
    }
}
