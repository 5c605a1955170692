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
        set("syn_timeout", &again, "2s").moves(APP, By(131.0)),
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

/// An address before two servers, each on a machine with its daemon.
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
"#;

fn address() -> Vec<Row> {
    use Moves::{By, Comes, MeanBy, Vanishes};
    const TAKEN: What = What::First("vip", "failed_over");
    const BACK: What = What::First("vip", "redundant");
    let fault = |text: &str| Case::new(&[], VIP, &scenario(text));
    let power = fault("what = \"power loss\"\nwhere = \"zone a\"");
    let server =
        |what: &str| {
            fault(&format!("what = \"{what}\"\nwhere = \"member a/1 of web\"\nfor = \"60s\""))
                .set(&["routes.vip.check_interval=2s", "routes.vip.fall=2", "routes.vip.rise=2"])
        };
    let (kill, hang) = (server("kill"), server("hang"));
    let blind = fault("what = \"kill\"\nwhere = \"member a/1 of web\"");
    let daemon = fault("what = \"kill\"\nwhere = \"router a/1 of vip\"\nfor = \"60s\"");
    let set = |field, base: &Case, value: &str| {
        Row::set("keepalived", field, base, &format!("routes.vip.{field}={value}"))
    };
    vec![
        // 3 + 156/256 periods less U(0, 1).
        set("advert_int", &power, "2s").moves(TAKEN, MeanBy(3.109_375)),
        set("backup_priority", &power, "228").moves(TAKEN, By(-0.5)),
        // The daemon that is back waits for 3 + 106/256 periods.
        set("priority", &daemon, "214").moves(BACK, By(-0.25)).not(&[TAKEN]),
        set("preempt", &daemon, "0").moves(BACK, Vanishes).not(&[TAKEN]),
        set("check_interval", &blind, "2s").moves(TAKEN, Comes),
        // U(0, interval) + interval + skew.
        set("check_interval", &kill, "4s").moves(TAKEN, MeanBy(3.0)),
        // Two runs that wait for an answer.
        set("check_timeout", &hang, "500ms").moves(TAKEN, MeanBy(-3.0)),
        set("fall", &kill, "3").moves(TAKEN, By(2.0)),
        set("rise", &kill, "3").moves(BACK, By(2.0)).not(&[TAKEN]),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [connection(), address()].into_iter().flatten().collect()
}
