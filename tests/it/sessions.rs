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

/// Other clients of one kind each: edits over the model, and how long after an
/// instant they are served again [s, from and to].
const CLIENTS: [(&str, &[&str], Expected, [f64; 2]); 9] = [
    ("client/tcp", &[SHUT], |out| out, [0.0, 1.0]),
    ("client/tcp", &[], |_| f64::NAN, [0.0, 0.0]),
    ("client/tcp", &["clients.app.read_timeout=20s"], |_| 20.0, [0.0, 2.0]),
    ("client/sequential", &[SHUT], |out| out, [0.0, 1.0]),
    ("client/sequential", &["clients.app.timeout=20s"], |_| 20.0, [0.0, 2.0]),
    // A message that was under way waits out its time-out.
    ("nats/client", &[SHUT], |out| out, [0.0, 10.1]),
    ("nats/client", &["clients.app.ping_interval=20s"], |_| 40.0, [0.0, 25.1]),
    ("rabbitmq/client", &[SHUT], |out| out, [0.0, 2.1]),
    // From one to two windows of the heartbeat.
    ("rabbitmq/client", &["clients.app.heartbeat=15s"], |_| 20.0, [0.0, 22.1]),
];

#[test]
fn whoever_holds_a_connection_waits_for_its_own_time_out() {
    let scenario = "scenario = \"x\"\nhorizon = \"1h\"\n[[faults]]\nwhat = \"hang\"\n\
                    where = \"member a of web\"\n";
    let model = MODEL.replace("connect_timeout = \"5s\"\n", "");
    for (client, sets, expected, [least, most]) in CLIENTS {
        let model = model.replace("client/libpq", client);
        let program = program_of(&[], &model, scenario, sets);
        let outcomes = run(&program, 1, 256);
        let out = first(&program, &outcomes, "front", "detected");
        let again = figure(&program, &outcomes, ("clients", "app"), Figure::RecoveryTime);
        for (out, again) in out.into_iter().zip(again.into_iter().map(seconds)) {
            let since = again - expected(out);
            let fits = (least..=most).contains(&since) || again.is_nan() && since.is_nan();
            assert!(fits, "{client} {sets:?}: out {out}, served again {again}");
        }
    }
}

/// Each client has a session of its own; one that opens a connection for each
/// request has none.
#[test]
fn who_asks_is_told_of_its_own_session() {
    let more = r#"
[clients.late]
technology = "client/libpq"
of = "front"
at = "e"
read_timeout = "20s"
[clients.each]
technology = "client/http"
of = "front"
at = "e"
"#;
    let scenario = "scenario = \"x\"\nhorizon = \"1h\"\n[[faults]]\nwhat = \"hang\"\n\
                    where = \"member a of web\"\n";
    let program = program_of(&[], &format!("{MODEL}{more}"), scenario, &[]);
    let outcomes = run(&program, 1, 256);
    let out = first(&program, &outcomes, "front", "detected");
    let again = ["app", "late", "each"].map(|name| {
        let times = figure(&program, &outcomes, ("clients", name), Figure::RecoveryTime);
        times.into_iter().map(seconds).collect::<Vec<f64>>()
    });
    for trial in 0..out.len() {
        let [app, late, each] = [0, 1, 2].map(|client: usize| again[client][trial]);
        let since = each - out[trial];
        assert!(app.is_nan() && (20.0..22.0).contains(&late), "{app} {late}");
        assert!((0.0..=1.0).contains(&since), "{since}");
    }
}
