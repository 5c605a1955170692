//! Each parameter of the presets of connections, names and addresses.

use super::presets::scenario;
use super::{Case, Moves, Row, What};
use drillcast::outcome::Figure;

/// Two servers, and a client with a connection to the first.
const WIRE: &str = r#"
model = "wire"
zones = { a = "r", b = "r", c = "r" }
[stores.echo]
technology = "server/http"
members = ["a", "b"]
[clients.app]
technology = "client/tcp"
of = "echo"
at = "c"
every = "10ms"
reconnect = "10ms"
"#;

const APP: What = What::Figure("clients", "app", Figure::RecoveryTime);
const ERROR: What = What::First("app", "first_error");
const ECHO: What = What::Figure("stores", "echo", Figure::RecoveryTime);

fn wire(what: &str, sets: &[&str]) -> Case {
    let fault = scenario(&format!("what = \"{what}\"\nwhere = \"member a of echo\""));
    Case::new(&[], WIRE, &fault).set(sets)
}

fn connection() -> Vec<Row> {
    use Moves::{By, Comes, MeanBy, Up};
    let set = |field, base: &Case, value: &str| {
        Row::set("client/tcp", field, base, &format!("clients.app.{field}={value}")).not(&[ECHO])
    };
    let off = |sets: &[&str]| wire("power loss", sets);
    // The program loses patience at once: what is left is the next connect.
    let again = off(&["clients.app.read_timeout=1ms"]);
    let brief = off(&["clients.app.connect_timeout=1s"]);
    let idle = ["clients.app.every=never", "clients.app.keepalive_time=100s"];
    let idle = off(&[&idle[..], &["clients.app.connect_timeout=1s"]].concat());
    // A cut that ends between two rungs of the ladder.
    let cut = scenario("what = \"partition\"\nwhere = \"member a of echo\"\nfor = \"2s\"");
    let cut = Case::new(&[], WIRE, &cut).set(&["clients.app.stable_for=1s"]);
    vec![
        set("every", &wire("hang", &["clients.app.read_timeout=1s"]), "1010ms")
            .moves(ERROR, MeanBy(0.5)),
        set("reconnect", &wire("kill", &[]), "1010ms").moves(APP, MeanBy(0.5)),
        set("read_timeout", &wire("hang", &["clients.app.read_timeout=1s"]), "5s")
            .moves(ERROR, By(4.0)),
        // Two waits of the last level are late by up to 2.048 s each.
        set("connect_timeout", &again, "10s").moves(APP, MeanBy(-123.048)),
        // 200 ms for the probe, then twenty-one doublings less one: 2·rto·2^k.
        set("rto", &cut, "300ms").moves(APP, MeanBy(-0.825)),
        set("rto", &off(&["clients.app.tcp_retries2=5"]), "400ms").moves(ERROR, By(12.8)),
        set("rto_max", &brief, "240s").moves(ERROR, Up),
        set("tcp_retries2", &brief, "17").moves(ERROR, MeanBy(242.048)),
        set("tcp_syn_retries", &again, "5").moves(APP, By(-64.0)),
        set("tcp_syn_linear_timeouts", &again, "0").moves(APP, By(-4.0)),
        // The tail loss probe and one time-out more; late by ticks, in the mean 9.63 s and 0.13 s.
        set("tcp_user_timeout", &brief, "5s").moves(ERROR, MeanBy(-928.898)),
        set("keepalive_time", &off(&["clients.app.every=never"]), "100s").moves(ERROR, Comes),
        set("keepalive_interval", &idle, "85s").moves(ERROR, By(90.0)),
        set("keepalive_probes", &idle, "10").moves(ERROR, By(75.0)),
        set("neighbour_timeout", &again, "3s").moves(APP, MeanBy(-130.0)),
        // Waits of 120 s are late by up to 2.048 s each, or by 4.096 s.
        set("hz", &brief, "1000/s").moves(ERROR, Up),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    connection()
}
