//! Each parameter of each preset.

use super::{Case, Moves, Row, What, table};
use drillcast::model::preset::PresetLibrary;
use drillcast::outcome::Figure;

/// Three databases, a consensus store, a balancer, and clients of both kinds, of
/// which nothing but phases is uncertain.
pub(super) const DESK: &str = r#"
model = "desk"
zones = { a = "r", b = "r", c = "r", d = "r", e = "r" }
[consensus.etcd]
technology = "etcd"
members = ["d"]
[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "etcd"
answer = "100ms"
promotion = "1s"
crash_recovery = "20s"
checkpoint = "200ms"
release = "100ms"
start = "1s"
backend_exit = "10ms"
replay_rate = "10 MB/s"
lag = "10ms"
rewind = "60s"
[routes.front]
technology = "haproxy"
serves = "orders"
at = "e"
[clients.web]
technology = "client/libpq"
of = "front"
at = "e"
[clients.writer]
technology = "client/libpq"
of = "orders"
at = "d"
every = "1s"
connect_timeout = "2s"
read_timeout = "10s"
tcp_user_timeout = "3s"
"#;

pub(super) const STORE: What = What::Figure("stores", "orders", Figure::RecoveryTime);
pub(super) const REDUNDANT: What = What::Figure("stores", "orders", Figure::RedundancyRestored);
pub(super) const WRITES: What = What::Figure("stores", "orders", Figure::DataLossWrites);
pub(super) const LOST: What = What::Figure("stores", "orders", Figure::DataLossSeconds);
pub(super) const WRITER: What = What::Figure("clients", "writer", Figure::RecoveryTime);
const CONSENSUS: What = What::Figure("consensus", "etcd", Figure::RecoveryTime);
const FRONT: What = What::Figure("routes", "front", Figure::RecoveryTime);
pub(super) const DETECTED: What = What::First("orders", "detected");
pub(super) const KEY: What = What::First("orders", "key_taken");
pub(super) const FAILED_OVER: What = What::First("orders", "failed_over");
const REROUTED: What = What::First("front", "rerouted");
pub(super) const ERROR: What = What::First("writer", "first_error");

/// A scenario of one fault.
pub(super) fn scenario(fault: &str) -> String {
    format!("scenario = \"x\"\nhorizon = \"2000s\"\n[[faults]]\n{fault}\n")
}

/// The desk under one fault.
pub(super) fn desk(fault: &str) -> Case {
    Case::new(&[], DESK, &scenario(fault))
}

pub(super) const CRASH: &str = "what = \"kill\"\nwhere = \"primary of orders\"";
const BACK: &str = "what = \"kill\"\nwhere = \"primary of orders\"\nfor = \"60s\"";
pub(super) const POWER: &str = "what = \"power loss\"\nwhere = \"primary of orders\"";
const HANG: &str = "what = \"hang\"\nwhere = \"primary of orders\"";
const POSTMASTER: &str = "what = \"kill\"\nprocess = \"postgres\"\nwhere = \"primary of orders\"";
const SWITCHOVER: &str = "what = \"switchover\"\nwhere = \"primary of orders\"\nfor = \"1s\"";
const CUT: &str = "what = \"partition\"\nwhere = \"primary of orders\"\nfrom = \"each of etcd\"";

fn patroni(field: &'static str, fault: &str, sets: &[&str], value: &str) -> Row {
    let base = desk(fault).set(sets);
    Row::set("postgresql/patroni", field, &base, &format!("stores.orders.{field}={value}"))
}

/// The lease, the loop and who is fit.
fn timers() -> Vec<Row> {
    use Moves::{By, Comes, MeanBy};
    vec![
        // The sweep of 500 ms divides the second.
        patroni("ttl", CRASH, &[], "31s")
            .moves(KEY, By(1.0))
            .moves(FAILED_OVER, By(1.0))
            .not(&[ERROR, WRITES, LOST]),
        // Renewed U(0, loop_wait) before the crash.
        patroni("loop_wait", CRASH, &[], "6s").moves(KEY, MeanBy(2.0)).not(&[ERROR, WRITES]),
        patroni("retry_timeout", CUT, &[], "6s").moves(ERROR, By(-4.0)).not(&[
            KEY,
            FAILED_OVER,
            WRITES,
        ]),
        patroni(
            "primary_start_timeout",
            POSTMASTER,
            &["stores.orders.crash_recovery=1000s"],
            "20s",
        )
        .moves(KEY, By(-280.0))
        .not(&[DETECTED, ERROR]),
        // A backlog of 20 MB less what was not yet written when the key was renewed.
        patroni("maximum_lag_on_failover", CRASH, &["stores.orders.lag=20s"], "100MB")
            .moves(STORE, Comes)
            .not(&[ERROR, DETECTED]),
        patroni("rest_timeout", POWER, &[], "5s").moves(KEY, By(3.0)).not(&[DETECTED, ERROR]),
        patroni("answer", CRASH, &[], "1100ms").moves(KEY, By(1.0)).not(&[DETECTED, ERROR]),
        patroni("promotion", CRASH, &[], "4s")
            .moves(FAILED_OVER, By(3.0))
            .moves(STORE, By(3.0))
            .not(&[KEY, ERROR, WRITES]),
    ]
}

/// Restarts, switchovers and what it takes to come back.
fn repairs() -> Vec<Row> {
    use Moves::By;
    let pinned = format!("{POSTMASTER}\n[phases]\n\"orders.leader.loop\" = \"2s\"");
    vec![
        patroni("crash_recovery", POSTMASTER, &[], "50s")
            .moves(STORE, By(30.0))
            .not(&[DETECTED, ERROR, WRITES]),
        patroni("checkpoint", SWITCHOVER, &[], "1200ms")
            .moves(KEY, By(1.0))
            .not(&[DETECTED, WRITES]),
        // A stop of 200 ms is seen at the first look, one period after.
        patroni("stop_poll", SWITCHOVER, &[], "3s").moves(KEY, By(2.0)).not(&[DETECTED, WRITES]),
        patroni("release", SWITCHOVER, &[], "400ms").moves(KEY, By(0.3)).not(&[DETECTED, WRITES]),
        patroni("start", SWITCHOVER, &["stores.orders.start=60s"], "70s")
            .moves(REDUNDANT, By(10.0))
            .not(&[STORE, KEY, WRITES]),
        patroni("follow", SWITCHOVER, &["stores.orders.follow=60s"], "75s")
            .moves(REDUNDANT, By(15.0))
            .not(&[STORE, KEY, WRITES]),
        patroni("rewind", BACK, &[], "100s").moves(REDUNDANT, By(40.0)).not(&[STORE, KEY, WRITES]),
        // What the back ends acknowledge after the postmaster's death is lost.
        patroni("backend_exit", &pinned, &["stores.orders.primary_start_timeout=0s"], "510ms")
            .moves(WRITES, By(50.0))
            .not(&[DETECTED, KEY]),
    ]
}

/// The log.
fn data() -> Vec<Row> {
    use Moves::By;
    vec![
        // 10 s of writing at 1 MB/s wait for replay.
        patroni("replay_rate", CRASH, &["stores.orders.unreplayed=10s"], "5 MB/s")
            .moves(FAILED_OVER, By(1.0))
            .not(&[KEY, WRITES]),
        patroni("unreplayed", CRASH, &[], "10s").moves(FAILED_OVER, By(1.0)).not(&[KEY, WRITES]),
        patroni(
            "wal",
            CRASH,
            &["stores.orders.unreplayed=10s", "stores.orders.maximum_lag_on_failover=1GB"],
            "2 MB/s",
        )
        .moves(FAILED_OVER, By(1.0))
        .not(&[KEY, WRITES]),
        patroni("lag", CRASH, &[], "1010ms")
            .moves(WRITES, By(100.0))
            .moves(LOST, By(1.0))
            .not(&[KEY, STORE]),
        patroni("writes", CRASH, &["stores.orders.lag=1s"], "200/s")
            .moves(WRITES, By(100.0))
            .not(&[LOST, KEY, STORE]),
    ]
}

/// One database, its archive and its backups, of which nothing but phases is uncertain.
const VAULT: &str = r#"
model = "vault"
zones = { a = "r" }
[stores.db]
technology = "postgresql/pitr"
members = ["a"]
archive_lag = "1s"
archive_works = "1"
works = "1"
common = "1"
base_size = "60 GB"
notice = "1m"
order = "2m"
provision = "3m"
replay_rate = "10 MB/s"
restore_command = "0s"
promotion = "1s"
validation = "1m"
crash_recovery = "20s"
"#;

/// What stands in the archive, and how long it takes to get it back.
fn restores() -> Vec<Row> {
    use Moves::{By, MeanBy, Rarer, Up, Vanishes};
    let time = What::Figure("stores", "db", Figure::RecoveryTime);
    let lost = What::Figure("stores", "db", Figure::DataLossSeconds);
    let writes = What::Figure("stores", "db", Figure::DataLossWrites);
    let first = |mark| What::First("db", mark);
    let case = |fault: &str| {
        let fault = format!("what = \"kill\"\nwhere = \"member a of db\"\n{fault}");
        let text = format!("scenario = \"x\"\nhorizon = \"5000h\"\n[[faults]]\n{fault}\n");
        Case::new(&[], VAULT, &text)
    };
    let row = |field: &'static str, sets: &[&str], value: &str| {
        let base = case("").set(sets);
        Row::set("postgresql/pitr", field, &base, &format!("stores.db.{field}={value}"))
    };
    // A segment is full after 16.777 s. The base is U(1 h, 25 h) old, and its log
    // ends 1 s + U(0, 16.777 s) before the fault: 46,790.6 s in the mean.
    let crash = case("process = \"postgres\"");
    // The room is full after so long, and the server stops until the archive is back.
    let archiver = case("process = \"archiver\"\nfor = \"100000s\"");
    let down = What::Figure("stores", "db", Figure::Downtime);
    vec![
        row("archive_timeout", &[], "10s").moves(lost, MeanBy(-3.389)).not(&[first("ordered")]),
        row("wal_segment_size", &[], "32 MiB").moves(lost, MeanBy(8.389)),
        row("wal", &[], "2 MB/s").moves(lost, MeanBy(-4.194)),
        row("writes", &[], "200/s").moves(writes, MeanBy(938.9)).not(&[time]),
        row("archive_lag", &[], "5s").moves(lost, MeanBy(4.0)),
        row("archive_works", &[], "0.5").moves(lost, Up),
        row("base_interval", &[], "12h").moves(time, MeanBy(-2_160.0)).not(&[lost]),
        row("base_takes", &[], "3h").moves(time, MeanBy(720.0)).not(&[lost]),
        row("keep", &["stores.db.works=0.5"], "1").moves(time, Rarer),
        // One more is tried in the mean, and a day's log more replayed.
        row("works", &["stores.db.keep=60"], "0.5").moves(time, MeanBy(600.0 + 8_640.0)),
        row("common", &[], "0").moves(time, Vanishes).moves(lost, Vanishes),
        row("base_size", &[], "120 GB").moves(time, By(600.0)).not(&[lost]),
        row("network", &["stores.db.replay_rate=1 MB/s"], "50 MB/s").moves(time, By(600.0)),
        row("disk", &["stores.db.replay_rate=1 MB/s"], "50 MB/s").moves(time, By(600.0)),
        row("notice", &[], "2m").moves(first("detected"), By(60.0)).moves(time, By(60.0)),
        row("order", &[], "4m").moves(first("ordered"), By(120.0)).moves(time, By(120.0)),
        row("provision", &[], "4m").moves(time, By(60.0)).not(&[first("ordered"), lost]),
        row("replay_rate", &[], "5 MB/s").moves(time, MeanBy(4_679.1)).not(&[lost]),
        row("restore_command", &[], "1s").moves(time, MeanBy(2_788.9)).not(&[lost]),
        row("promotion", &[], "11s").moves(first("failed_over"), By(10.0)).moves(time, By(10.0)),
        row("validation", &[], "2m").moves(time, By(60.0)).not(&[first("failed_over"), lost]),
        Row::set("postgresql/pitr", "pg_wal_free", &archiver, "stores.db.pg_wal_free=60 GB")
            .moves(down, By(-10_000.0))
            .not(&[lost]),
        Row::set("postgresql/pitr", "crash_recovery", &crash, "stores.db.crash_recovery=50s")
            .moves(time, By(30.0))
            .not(&[lost]),
    ]
}

fn others() -> Vec<Row> {
    use Moves::{By, MeanBy, Times, To, Up};
    // The primary has more patience than the consensus store needs.
    let etcd = desk("what = \"kill\"\nwhere = \"each of etcd\"\nfor = \"5s\"")
        .set(&["stores.orders.retry_timeout=60s"]);
    let three = desk("what = \"kill\"\nwhere = \"leader of etcd\"")
        .set(&["consensus.etcd.members=[\"c\", \"d\", \"e\"]", "stores.orders.retry_timeout=60s"]);
    let crash = desk(CRASH);
    // Cut off for 7 s: two checks of 2 s that wait for their time-out, not three.
    let off = desk(
        "what = \"partition\"\nwhere = \"primary of orders\"\nfrom = \"each of front\"\nfor = \"7s\"",
    );
    let long = desk(
        "what = \"partition\"\nwhere = \"primary of orders\"\nfrom = \"each of front\"\nfor = \"30s\"",
    );
    // Rounds of 3 s (2 s and the next tick), then of 6 s, against a key whose
    // phase is uniform over 12 s.
    let power = desk(POWER).set(&[
        "stores.orders.loop_wait=12s",
        "stores.orders.ttl=60s",
        "consensus.etcd.expiry_tick=1s",
    ]);
    vec![
        Row::set("etcd", "heartbeat", &etcd, "consensus.etcd.heartbeat=200ms")
            .moves(CONSENSUS, MeanBy(-0.1))
            .not(&[STORE, WRITES]),
        Row::set("etcd", "election_timeout", &etcd, "consensus.etcd.election_timeout=3s")
            .moves(CONSENSUS, MeanBy(3.0))
            .not(&[STORE, WRITES]),
        Row::set("etcd", "votes", &etcd, "consensus.etcd.votes=501ms")
            .moves(CONSENSUS, By(0.5))
            .not(&[STORE, WRITES]),
        // Who fails blocks the other's first try.
        Row::set("etcd", "pre_vote", &three, "consensus.etcd.pre_vote=0")
            .moves(CONSENSUS, Up)
            .not(&[STORE, WRITES]),
        Row::set("etcd", "expiry_tick", &crash, "consensus.etcd.expiry_tick=4s")
            .moves(KEY, MeanBy(1.75))
            .not(&[ERROR, WRITES]),
        // (rise − 1)·inter + U(0, inter).
        Row::set("haproxy", "inter", &crash, "routes.front.inter=4s")
            .moves(REROUTED, MeanBy(3.0))
            .not(&[KEY, STORE, ERROR]),
        Row::set("haproxy", "rise", &crash, "routes.front.rise=4")
            .moves(REROUTED, By(4.0))
            .not(&[KEY, STORE, ERROR]),
        Row::set("haproxy", "fall", &off, "routes.front.fall=1")
            .moves(FRONT, Up)
            .not(&[STORE, WRITER]),
        Row::set("haproxy", "fall", &off, "routes.front.fall=5")
            .moves(FRONT, To(7.0, 7.0))
            .not(&[STORE, WRITER]),
        // A look every 4 s from U(0, 2 s) on sees the cut at 28 s to 30 s and counts
        // 2 s later; one every 3 s sees its end.
        Row::set("haproxy", "check_timeout", &long, "routes.front.check_timeout=1s")
            .moves(FRONT, By(-2.0))
            .not(&[STORE, WRITER]),
        Row::set("client/libpq", "every", &crash, "clients.writer.every=3s")
            .moves(ERROR, Times(3.0))
            .not(&[KEY, STORE, REROUTED]),
        Row::set("client/libpq", "connect_timeout", &power, "clients.writer.connect_timeout=5s")
            .moves(WRITER, MeanBy(1.5))
            .not(&[ERROR, KEY, STORE]),
        Row::set("client/libpq", "read_timeout", &desk(HANG), "clients.writer.read_timeout=14s")
            .moves(ERROR, By(4.0))
            .not(&[KEY, STORE]),
        Row::set(
            "client/libpq",
            "tcp_user_timeout",
            &desk(POWER),
            "clients.writer.tcp_user_timeout=5s",
        )
        .moves(ERROR, By(2.0))
        .not(&[KEY, STORE]),
    ]
}

/// Two servers behind a balancer with much patience, and clients of it.
const WEB: &str = r#"
model = "web"
zones = { a = "r", b = "r", e = "r" }
[stores.web]
technology = "server/http"
members = ["a", "b"]
[routes.front]
technology = "haproxy"
serves = "web"
at = "e"
fall = "20"
timeout_connect = "5s"
timeout_server = "10s"
[clients.reader]
technology = "client/http"
of = "front"
at = "e"
"#;

fn requests() -> Vec<Row> {
    use Moves::{By, MeanBy, Not};
    const READER: What = What::First("reader", "first_error");
    const OUT: What = What::First("front", "detected");
    const KEPT: What = What::Figure("clients", "reader", Figure::RecoveryTime);
    let web = |what: &str| {
        let text = format!(
            "scenario = \"x\"\nhorizon = \"2000s\"\n[[faults]]\nwhat = \"{what}\"\nwhere = \"member a of web\"\n"
        );
        Case::new(&[], WEB, &text)
    };
    let (kill, power, hang) = (web("kill"), web("power loss"), web("hang"));
    // One connection that stands.
    let held = [
        "routes.front.fall=3",
        "routes.front.timeout_server=60s",
        "routes.front.tcp_ut=60s",
        "clients.reader.technology=\"client/libpq\"",
        "clients.reader.connect_timeout=500ms",
    ];
    let (held_hang, held_power) = (hang.clone().set(&held), power.clone().set(&held));
    let front = |field, base: &Case, value: &str, by| {
        Row::set("haproxy", field, base, &format!("routes.front.{field}={value}"))
            .moves(READER, By(by))
            .moves(OUT, Not)
    };
    vec![
        front("retries", &kill, "5", 2.0),
        front("retry_wait", &kill, "2s", 3.0),
        // Four attempts.
        front("timeout_connect", &power, "7s", 8.0),
        front("timeout_server", &hang, "12s", 2.0),
        // Each request by itself goes to the other server once the first is out.
        Row::set("haproxy", "sessions", &held_hang, "routes.front.sessions=0")
            .moves(KEPT, MeanBy(-49.0))
            .not(&[OUT]),
        // Out after 10 s to 12 s, where the session ends after 60 s; then the next request.
        Row::set("haproxy", "on_marked_down", &held_hang, "routes.front.on_marked_down=1")
            .moves(KEPT, MeanBy(-49.0))
            .not(&[OUT]),
        Row::set("haproxy", "tcp_ut", &held_power, "routes.front.tcp_ut=40s")
            .moves(KEPT, By(-20.0))
            .not(&[OUT]),
        // Retries for 3 s, then the next of requests that are 3 s apart.
        Row::set("client/http", "every", &kill, "clients.reader.every=3s")
            .moves(READER, MeanBy(1.0))
            .not(&[OUT]),
        Row::set(
            "client/http",
            "timeout",
            &hang.clone().set(&["clients.reader.timeout=4s"]),
            "clients.reader.timeout=6s",
        )
        .moves(READER, By(2.0))
        .not(&[OUT]),
    ]
}

#[test]
fn every_parameter_of_every_preset() {
    let library = PresetLibrary::embedded();
    let mut fields = Vec::new();
    for name in library.names() {
        let preset = library.get(name).expect("an embedded preset can be read");
        fields.extend(preset.parameters.iter().map(|p| (name.to_owned(), p.name.clone())));
    }
    let of_files = [
        super::kubernetes::rows(),
        super::messaging::rows(),
        super::network::rows(),
        super::people::rows(),
        super::queues::rows(),
        super::names::rows(),
        super::sentinel::rows(),
        super::kafka::rows(),
        super::rings::rows(),
    ];
    let rows: Vec<Row> = [timers(), repairs(), data(), restores(), others(), requests()]
        .into_iter()
        .chain(of_files)
        .flatten()
        .collect();
    table(&rows, &fields, &[]);
}
