//! The presets' rules: each holds of one model and not of another.

use drillcast::diagnostic::{Diagnostic, Severity, SourceFile, render};
use drillcast::lint::findings;
use drillcast::model::file::{read_model, read_scenario};
use drillcast::model::preset::PresetLibrary;

/// A model that no rule holds of.
const SOUND: &str = r#"model = "shop"
zones = { a = "eu-1", b = "eu-1", c = "eu-1" }

[consensus.etcd]
technology = "etcd"
members = ["a", "b", "c"]

[stores.orders]
technology = "postgresql/patroni"
members = ["a", "b", "c"]
dcs = "etcd"

[routes.shop]
technology = "haproxy"
serves = "orders"
at = "a"

[clients.app]
technology = "client/libpq"
of = "orders"
at = "a"
read_timeout = "5s"
"#;

/// A scenario of one fault.
pub(crate) fn scenario(what: &str) -> String {
    format!("scenario = \"A fault\"\n[[faults]]\nat = \"0s\"\n{what}\n")
}

/// What is found in a model, under a scenario if there is one.
fn found(model: &str, scenario: Option<&str>) -> Vec<Diagnostic> {
    let none = |_: &str| Err("no such file".to_owned());
    let source = SourceFile::new("shop.toml", model);
    let (model, mistakes) = read_model(&source, &PresetLibrary::embedded(), &[], &none);
    let model = model.unwrap_or_else(|| panic!("{}", render(&mistakes, 100, false, false)));
    let scenario = scenario.map(|text| {
        let source = SourceFile::new("fault.toml", text);
        let (scenario, mistakes) = read_scenario(&source, "fault", &model, &none);
        scenario.unwrap_or_else(|| panic!("{}", render(&mistakes, 100, false, false)))
    });
    findings(&model, scenario.as_ref())
}

/// The codes of what is found.
pub(crate) fn codes(model: &str, scenario: Option<&str>) -> Vec<String> {
    found(model, scenario).into_iter().map(|one| one.code).collect()
}

/// The sound model with something else in it.
fn with(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from));
    SOUND.replacen(from, to, 1)
}

#[test]
fn sessions_that_outlive_their_server() {
    let model = with(
        "[routes.shop]",
        "[objectives.system]\nrecovery_time = \"p95 <= 60s\"\n\n[routes.shop]",
    );
    let hang = scenario("what = \"hang\"\nwhere = \"primary of orders\"");
    let kill = scenario("what = \"kill\"\nwhere = \"primary of orders\"");
    let stays = |model: &str, fault: &str| {
        codes(model, Some(fault)).iter().any(|code| code == "haproxy::sessions_stay")
    };
    assert!(stays(&model, &hang));
    assert!(!stays(&model, &kill));
    for sound in ["on_marked_down = 1", "sessions = 0", "timeout_server = \"30s\""] {
        let model = model.replace("serves = \"orders\"", &format!("serves = \"orders\"\n{sound}"));
        assert!(!stays(&model, &hang), "{sound}");
    }
}

#[test]
fn a_sound_model_stays_so_under_every_fault() {
    let none: [&str; 0] = [];
    assert_eq!(codes(SOUND, None), none);
    for what in ["what = \"hang\"", "what = \"power loss\""] {
        let fault = scenario(&format!("{what}\nwhere = \"primary of orders\""));
        assert_eq!(codes(SOUND, Some(&fault)), none, "{what}");
    }
}

#[test]
fn a_ttl_shorter_than_the_retries_contradicts_them() {
    let short = with("dcs = \"etcd\"", "dcs = \"etcd\"\nttl = \"25s\"");
    let found = found(&short, None);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].code, "patroni::short_ttl");
    assert_eq!(found[0].severity, Severity::Contradiction);
    insta::assert_snapshot!(render(&found, 100, false, false));
    let just = with("dcs = \"etcd\"", "dcs = \"etcd\"\nttl = \"30s\"");
    assert_eq!(codes(&just, None).len(), 0);
}

#[test]
fn a_slow_restart_in_place_breaks_an_objective_wherever_it_stands() {
    for subject in ["orders", "app", "shop", "system"] {
        let objective = |limit| {
            format!("{SOUND}\n[objectives.{subject}]\nrecovery_time = \"p95 <= {limit}\"\n")
        };
        let wanted = ["patroni::slow_restart_in_place"];
        assert_eq!(codes(&objective("60s"), None), wanted, "{subject}");
        assert_eq!(codes(&objective("10m"), None).len(), 0, "{subject}");
    }
    let fault = scenario("what = \"hang\"\nwhere = \"primary of orders\"");
    let asked = format!("{fault}\n[objectives.orders]\nrecovery_time = \"p95 <= 60s\"\n");
    assert_eq!(codes(SOUND, Some(&asked)), ["patroni::slow_restart_in_place"]);
    // An objective on another figure, or on what does not reach through the store.
    let other = format!("{SOUND}\n[objectives.etcd]\nrecovery_time = \"p95 <= 60s\"\n");
    assert_eq!(codes(&other, None).len(), 0);
    let other = format!("{SOUND}\n[objectives.orders]\ndowntime = \"p95 <= 60s\"\n");
    assert_eq!(codes(&other, None).len(), 0);
}

#[test]
fn a_consensus_store_over_two_zones_is_a_risk() {
    let two = with("members = [\"a\", \"b\", \"c\"]", "members = [\"a/1\", \"a/2\", \"b\"]");
    assert_eq!(codes(&two, None), ["patroni::consensus_over_two_zones"]);
    // It is told where the consensus store stands, not where it is needed.
    let shown = render(&found(&two, None), 100, false, false);
    assert!(shown.contains("[consensus.etcd]") && shown.contains("2 zones"), "{shown}");
    let one = with("members = [\"a\", \"b\", \"c\"]", "members = [\"a/1\", \"a/2\", \"a/3\"]");
    assert_eq!(codes(&one, None).len(), 0);
}

#[test]
fn clients_without_a_read_timeout_wait_for_a_server_that_hangs() {
    let patient = with("read_timeout = \"5s\"", "");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of orders\""));
    let wanted = ["libpq::no_read_timeout"];
    assert_eq!(codes(&patient, None).len(), 0);
    assert_eq!(codes(&patient, Some(&fault("kill"))).len(), 0);
    assert_eq!(codes(&patient, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&patient, Some(&fault("power loss"))), wanted);
    let hasty = with("read_timeout = \"5s\"", "tcp_user_timeout = \"3s\"");
    assert_eq!(codes(&hasty, Some(&fault("power loss"))).len(), 0);
    assert_eq!(codes(&hasty, Some(&fault("hang"))), wanted);
}

/// A stream, a client with the library's defaults, and one that asks in turn.
const NEWS: &str = r#"model = "news"
zones = { a = "r", b = "r", c = "r" }

[streams.news]
technology = "nats/jetstream"
members = ["a", "b", "c"]

[clients.press]
technology = "nats/client"
of = "news"

[clients.reader]
technology = "client/sequential"
of = "news"
timeout = "1s"
"#;

#[test]
fn two_replicas_of_a_stream_need_each_other() {
    let two = NEWS.replace(", \"c\"]", "]");
    assert_eq!(codes(&two, None), ["jetstream::two_servers"]);
    assert_eq!(codes(NEWS, None).len(), 0);
}

#[test]
fn an_election_slower_than_the_objective_is_a_risk() {
    let asked = |limit| format!("{NEWS}\n[objectives.news]\nrecovery_time = \"p95 <= {limit}\"\n");
    assert_eq!(codes(&asked("5s"), None), ["jetstream::slower_than_objective"]);
    assert_eq!(codes(&asked("10s"), None).len(), 0);
}

#[test]
fn clients_that_trust_dead_connections_outlast_the_objective() {
    let asked = format!("{NEWS}\n[objectives.press]\nrecovery_time = \"p95 <= 60s\"\n");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of news\""));
    let wanted = ["client::trusts_dead_connections"];
    assert_eq!(codes(&asked, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&asked, Some(&fault("kill"))).len(), 0);
    let quick = asked.replace(
        "of = \"news\"\n\n[clients.reader]",
        "of = \"news\"\nping_interval = \"5s\"\n\n[clients.reader]",
    );
    assert_eq!(codes(&quick, Some(&fault("hang"))).len(), 0);
}

#[test]
fn a_request_without_a_time_out_waits_for_ever() {
    let patient = NEWS.replace("timeout = \"1s\"\n", "");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of news\""));
    assert_eq!(codes(&patient, Some(&fault("hang"))), ["sequential::no_timeout"]);
    assert_eq!(codes(&patient, Some(&fault("kill"))).len(), 0);
    assert_eq!(codes(NEWS, Some(&fault("hang"))).len(), 0);
}

#[test]
fn a_plain_socket_waits_for_the_kernel() {
    let model = |more: &str| {
        format!(
            "model = \"wire\"\nzones = {{ a = \"r\", b = \"r\" }}\n[stores.echo]\n\
             technology = \"server/http\"\nmembers = [\"a\", \"b\"]\n[clients.app]\n\
             technology = \"client/tcp\"\nof = \"echo\"\n{more}\n\
             [objectives.app]\nrecovery_time = \"p95 <= 60s\"\n"
        )
    };
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"member a of echo\""));
    let wanted = ["tcp::waits_for_the_kernel"];
    assert_eq!(codes(&model(""), Some(&fault("power loss"))), wanted);
    assert_eq!(codes(&model(""), Some(&fault("kill"))).len(), 0);
    let limited = model("tcp_user_timeout = \"10s\"");
    assert_eq!(codes(&limited, Some(&fault("power loss"))).len(), 0);
    assert_eq!(codes(&limited, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&model("read_timeout = \"5s\""), Some(&fault("hang"))).len(), 0);
    // A connection that only listens.
    assert_eq!(codes(&model("every = \"never\""), None), ["tcp::never_noticed"]);
    let probed = model("every = \"never\"\nkeepalive_time = \"60s\"");
    assert_eq!(codes(&probed, None).len(), 0);
}

#[test]
fn an_address_is_looked_after() {
    let model = |more: &str| {
        format!(
            "model = \"vip\"\nzones = {{ a = \"r\", b = \"r\" }}\n[stores.web]\n\
             technology = \"server/http\"\nmembers = [\"a/1\", \"b/1\"]\n[routes.vip]\n\
             technology = \"keepalived\"\nserves = \"web\"\nrouters = [\"a/1\", \"b/1\"]\n{more}"
        )
    };
    let kill = scenario("what = \"kill\"\nwhere = \"member a/1 of web\"");
    let off = scenario("what = \"power loss\"\nwhere = \"zone a\"");
    assert_eq!(codes(&model(""), Some(&kill)), ["keepalived::service_not_looked_at"]);
    assert_eq!(codes(&model(""), Some(&off)).len(), 0);
    assert_eq!(codes(&model("check_interval = \"2s\"\n"), Some(&kill)).len(), 0);
    let upside = model("priority = \"100\"\nbackup_priority = \"150\"\n");
    assert_eq!(codes(&upside, None), ["keepalived::backup_outranks"]);
}

/// A quorum queue and its publisher.
const MAIL: &str = r#"model = "mail"
zones = { a = "r", b = "r", c = "r" }

[streams.mail]
technology = "rabbitmq/quorum"
members = ["a", "b", "c"]
pause_minority = "1"

[clients.shop]
technology = "rabbitmq/client"
of = "mail"
reconnect_delay = "1s"
"#;

#[test]
fn a_queue_wants_an_odd_number_of_members_in_more_than_two_zones() {
    let four = MAIL
        .replace("c = \"r\" }", "c = \"r\", d = \"r\" }")
        .replace("[\"a\", \"b\", \"c\"]", "[\"a\", \"b\", \"c\", \"d\"]");
    assert_eq!(codes(&four, None), ["quorum::even_members"]);
    let two = MAIL.replace(", \"c\"]", "]");
    let wanted =
        ["quorum::even_members", "quorum::pause_minority_of_two", "quorum::queue_over_two_zones"];
    assert_eq!(codes(&two, None), wanted);
    let apart = MAIL.replace("[\"a\", \"b\", \"c\"]", "[\"a/1\", \"a/2\", \"b\"]");
    assert_eq!(codes(&apart, None), ["quorum::queue_over_two_zones"]);
    assert_eq!(codes(MAIL, None).len(), 0);
}

#[test]
fn new_channels_and_dead_connections_outlast_the_objective() {
    let asked =
        |limit| format!("{MAIL}\n[objectives.system]\nrecovery_time = \"p95 <= {limit}\"\n");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of mail\""));
    let wanted = ["quorum::new_channels_hang", "client::slow_heartbeat"];
    assert_eq!(codes(&asked("60s"), Some(&fault("power loss"))), wanted);
    assert_eq!(codes(&asked("60s"), Some(&fault("kill"))).len(), 0);
    assert_eq!(codes(&asked("131s"), Some(&fault("hang"))).len(), 0);
}

#[test]
fn reconnecting_before_the_election_is_a_risk() {
    let hasty = MAIL.replace("reconnect_delay = \"1s\"", "");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of mail\""));
    assert_eq!(codes(&hasty, Some(&fault("kill"))), ["client::reconnects_before_the_election"]);
    assert_eq!(codes(&hasty, Some(&fault("hang"))).len(), 0);
    assert_eq!(codes(MAIL, Some(&fault("kill"))).len(), 0);
}

/// Three brokers, three controllers, and a producer.
const LOG: &str = r#"model = "log"
zones = { a = "r", b = "r", c = "r", d = "r" }

[streams.log]
technology = "kafka/kraft"
members = ["a/1", "b/1", "c/1"]
controllers = ["a/2", "b/2", "c/2"]
min_insync_replicas = 2

[clients.shop]
technology = "kafka/client"
of = "log"
"#;

/// That model with a line in it instead of another.
fn log_with(from: &str, to: &str) -> String {
    assert!(LOG.contains(from));
    LOG.replacen(from, to, 1)
}

#[test]
fn what_is_acknowledged_may_be_lost() {
    assert_eq!(codes(LOG, None).len(), 0);
    let least = "min_insync_replicas = 2";
    let found = |to: &str| codes(&log_with(least, to), None);
    assert_eq!(found("acks_all = 0"), ["kraft::acknowledged_by_one"]);
    assert_eq!(found(""), ["kraft::in_sync_alone"]);
    assert_eq!(found("min_insync_replicas = 3"), ["kraft::no_replica_to_spare"]);
    assert_eq!(found("min_insync_replicas = 4"), ["kraft::too_few_replicas"]);
    let unclean = format!("{least}\nunclean_leader_election_enable = 1");
    assert_eq!(found(&unclean), ["kraft::unclean_election"]);
    let one = log_with("[\"a/1\", \"b/1\", \"c/1\"]", "[\"a/1\"]").replace(least, "");
    assert_eq!(codes(&one, None), ["kraft::in_sync_alone", "kraft::one_replica"]);
}

#[test]
fn controllers_want_a_majority_in_more_than_two_zones() {
    let places = "[\"a/2\", \"b/2\", \"c/2\"]";
    let found = |to: &str| codes(&log_with(places, to), None);
    assert_eq!(found("[\"a/2\"]"), ["kraft::single_controller"]);
    let four = "[\"a/2\", \"b/2\", \"c/2\", \"d/2\"]";
    assert_eq!(found(four), ["kraft::even_controllers"]);
    assert_eq!(found("[\"a/2\", \"a/3\", \"b/2\"]"), ["kraft::controllers_over_two_zones"]);
}

#[test]
fn sessions_and_requests_outlast_the_objective() {
    let short = log_with("min_insync", "broker_session_timeout = \"3s\"\nmin_insync");
    assert_eq!(codes(&short, None), ["kraft::few_heartbeats"]);
    let asked = |limit| format!("{LOG}\n[objectives.system]\nrecovery_time = \"p95 <= {limit}\"\n");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of log\""));
    let found = |limit, what| codes(&asked(limit), Some(&fault(what)));
    assert_eq!(found("5s", "kill"), ["kraft::slower_than_objective"]);
    assert_eq!(found("5s", "stop").len(), 0);
    assert_eq!(found("15s", "kill").len(), 0);
    assert_eq!(found("15s", "hang"), ["client::waits_for_dead_requests"]);
    assert_eq!(found("40s", "power loss").len(), 0);
    let shop = "of = \"log\"";
    let soon = log_with(shop, &format!("{shop}\ndelivery_timeout = \"20s\""));
    assert_eq!(codes(&soon, None), ["client::gives_up_before_it_retries"]);
    let once = log_with(shop, &format!("{shop}\ndelivery_timeout = \"40s\""));
    assert_eq!(codes(&once, Some(&fault("hang"))), ["client::gives_up_before_the_failover"]);
    assert_eq!(codes(&once, Some(&fault("kill"))).len(), 0);
}

#[test]
fn a_group_waits_for_the_session_of_a_dead_consumer() {
    let group = format!(
        "{LOG}\n[clients.readers]\ntechnology = \"kafka/consumer\"\nof = \"log\"\n\
         consumers = [\"a/3\", \"b/3\"]\n"
    );
    let asked =
        |limit| format!("{group}[objectives.readers]\nrecovery_time = \"p95 <= {limit}\"\n");
    assert_eq!(codes(&asked("30s"), None), ["consumer::sessions_outlast_the_objective"]);
    assert_eq!(codes(&asked("60s"), None).len(), 0);
    let short = group.replace("consumers =", "session_timeout = \"6s\"\nconsumers =");
    assert_eq!(codes(&short, None), ["consumer::few_heartbeats"]);
}

/// Three servers and the owner of an ephemeral node.
const ZOO: &str = r#"model = "zoo"
zones = { a = "r", b = "r", c = "r" }

[consensus.zoo]
technology = "zookeeper"
members = ["a", "b", "c"]

[clients.keeper]
technology = "zookeeper/client"
of = "zoo"
ensemble = "zoo"
"#;

#[test]
fn an_ensemble_wants_an_odd_number_of_servers_in_more_than_two_zones() {
    let two = ZOO.replace(", \"c\"]", "]");
    let wanted = ["zookeeper::even_members", "zookeeper::ensemble_over_two_zones"];
    assert_eq!(codes(&two, None), wanted);
    let apart = ZOO.replace("[\"a\", \"b\", \"c\"]", "[\"a/1\", \"a/2\", \"b\"]");
    assert_eq!(codes(&apart, None), ["zookeeper::ensemble_over_two_zones"]);
    assert_eq!(codes(ZOO, None).len(), 0);
}

#[test]
fn a_silent_leader_and_a_dead_owner_outlast_the_objective() {
    let asked = |limit| format!("{ZOO}\n[objectives.system]\nrecovery_time = \"p95 <= {limit}\"\n");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of zoo\""));
    let wanted = ["zookeeper::slow_to_notice", "client::slow_expiry"];
    assert_eq!(codes(&asked("9s"), Some(&fault("power loss"))), wanted);
    assert_eq!(codes(&asked("9s"), Some(&fault("kill"))), ["client::slow_expiry"]);
    assert_eq!(codes(&asked("11s"), Some(&fault("hang"))).len(), 0);
}

#[test]
fn a_session_shorter_than_the_servers_outage_is_a_risk() {
    let short = ZOO.replace("ensemble = \"zoo\"", "ensemble = \"zoo\"\nsession_timeout = \"6s\"");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of zoo\""));
    let wanted = ["client::session_shorter_than_election"];
    assert_eq!(codes(&short, Some(&fault("hang"))), wanted);
    assert_eq!(codes(&short, Some(&fault("kill"))).len(), 0);
    assert_eq!(codes(ZOO, Some(&fault("hang"))).len(), 0);
}

#[test]
fn names_that_follow_too_late() {
    let model = |route: &str, zone: &str, lookup: &str, program: &str| {
        format!(
            "model = \"names\"\nzones = {{ a = \"r\", b = \"r\" }}\n[stores.web]\n\
             technology = \"server/http\"\nmembers = [\"a\", \"{zone}\"]\n[routes.record]\n\
             technology = \"dns/{route}\nserves = \"web\"\n[routes.lookup]\n\
             technology = \"dns/resolver\"\nserves = \"record\"\n{lookup}\n[routes.jvm]\n\
             technology = \"dns/runtime\"\nserves = \"lookup\"\n{program}\n[clients.app]\n\
             technology = \"client/http\"\nof = \"jvm\"\ntimeout = \"5s\"\n\
             [objectives.app]\nrecovery_time = \"p95 <= 50s\"\n"
        )
    };
    let quick = "route53\"\nrequest_interval = \"10s\"";
    let short = "ttl = \"10s\"";
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"member a of web\""));
    let of = |route, zone, lookup, program| codes(&model(route, zone, lookup, program), None);
    assert_eq!(of(quick, "b", short, "").len(), 0);
    assert_eq!(of("route53\"", "b", short, ""), ["route53::slower_than_objective"]);
    assert_eq!(of(quick, "a", short, ""), ["route53::targets_in_one_zone"]);
    assert_eq!(of(quick, "b", "", ""), ["resolver::ttl_longer_than_objective"]);
    let clamped = "ttl = \"10s\"\ncache_min_ttl = \"20s\"";
    assert_eq!(of(quick, "b", clamped, ""), ["resolver::clamped"]);
    let crossed = "ttl = \"20s\"\ncache_min_ttl = \"20s\"\ncache_max_ttl = \"10s\"";
    assert_eq!(of(quick, "b", crossed, ""), ["resolver::clamps_cross"]);
    let ever = "networkaddress_cache_ttl = \"never\"";
    assert_eq!(of(quick, "b", short, ever), ["runtime::keeps_for_ever"]);
    let long = "networkaddress_cache_ttl = \"60s\"";
    assert_eq!(of(quick, "b", short, long), ["runtime::longer_than_objective"]);
    let pins = "pins = 0.5\ndrop_after = \"1h\"";
    assert_eq!(of(quick, "b", short, pins), ["runtime::pins_addresses"]);
    let wanted = ["record::edit_longer_than_objective"];
    assert_eq!(of("record\"", "b", short, ""), wanted);
    assert_eq!(
        of("record\"\nedit = \"0s\"\npropagation = \"1s\"", "a", short, ""),
        ["record::targets_in_one_zone"]
    );
    let once = format!("{quick}\nfailure_threshold = 1");
    assert_eq!(of(&once, "b", short, ""), ["route53::one_failed_check"]);
    let tcp = format!("{quick}\nresponse_timeout = \"never\"");
    let tcp = model(&tcp, "b", short, "");
    assert_eq!(codes(&tcp, Some(&fault("hang"))), ["route53::blind_to_hanging"]);
    assert_eq!(codes(&tcp, Some(&fault("kill"))).len(), 0);
    let alone = model(quick, "b", short, "").replace("[\"a\", \"b\"]", "[\"a\"]");
    assert_eq!(codes(&alone, None), ["route53::nowhere_to_go"]);
}

/// A cache under three sentinels, and its clients.
const CACHE: &str = r#"model = "cache"
zones = { a = "r", b = "r", c = "r" }

[stores.cache]
technology = "redis/sentinel"
members = ["a", "b", "c"]

[clients.app]
technology = "redis/client"
of = "cache"
socket_timeout = "1s"
"#;

/// The cache with another line.
fn cache(line: &str) -> String {
    CACHE.replace(
        "members = [\"a\", \"b\", \"c\"]\n",
        &format!("members = [\"a\", \"b\", \"c\"]\n{line}\n"),
    )
}

#[test]
fn sentinels_must_be_enough_and_apart() {
    assert_eq!(codes(CACHE, None).len(), 0);
    assert_eq!(codes(&cache("quorum = 4"), None), ["sentinel::quorum_out_of_reach"]);
    assert_eq!(codes(&cache("quorum = 3"), None).len(), 0);
    let two = codes(&cache("sentinels = [\"a\", \"b\"]"), None);
    assert_eq!(two, ["sentinel::few_sentinels", "sentinel::sentinels_over_few_zones"]);
    let near = codes(&cache("sentinels = [\"a\", \"b\", \"b\"]"), None);
    assert_eq!(near, ["sentinel::sentinels_over_few_zones"]);
    // In a single zone there is nothing to be said.
    let one = CACHE.replace("[\"a\", \"b\", \"c\"]", "[\"a/1\", \"a/2\", \"a/3\"]");
    assert_eq!(codes(&one, None).len(), 0);
}

#[test]
fn a_cache_has_its_own_traps() {
    let asked = |limit| format!("{CACHE}\n[objectives.app]\nrecovery_time = \"p95 <= {limit}\"\n");
    assert_eq!(codes(&asked("20s"), None), ["sentinel::slower_than_objective"]);
    assert_eq!(codes(&asked("40s"), None).len(), 0);
    assert_eq!(codes(&cache("restart = \"5s\""), None), ["sentinel::volatile_restart"]);
    assert_eq!(codes(&cache("restart = \"60s\""), None).len(), 0);
    assert_eq!(codes(&cache("restart = \"5s\"\nappendonly = 1"), None).len(), 0);
    let patient = CACHE.replace("socket_timeout = \"1s\"\n", "");
    let fault = |what: &str| scenario(&format!("what = \"{what}\"\nwhere = \"primary of cache\""));
    assert_eq!(codes(&patient, Some(&fault("hang"))), ["client::no_socket_timeout"]);
    assert_eq!(codes(CACHE, Some(&fault("hang"))).len(), 0);
    assert_eq!(codes(&patient, Some(&fault("kill"))).len(), 0);
}

/// Each rule of each preset is named in a test, which says when it holds.
#[test]
fn every_rule_has_a_test() {
    let folder = crate::harness::path("tests/it");
    let files = std::fs::read_dir(folder).expect("the tests have a folder");
    let sources: String = files
        .map(|file| file.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .map(|path| std::fs::read_to_string(path).expect("it is text"))
        .collect();
    let library = PresetLibrary::embedded();
    let mut untested = Vec::new();
    for name in library.names() {
        let preset = library.get(name).expect("an embedded preset can be read");
        let family = name.rsplit('/').next().unwrap_or(name);
        let codes = preset.lints.iter().map(|lint| format!("{family}::{}", lint.name));
        untested.extend(codes.filter(|code| !sources.contains(&format!("\"{code}\""))));
    }
    assert!(untested.is_empty(), "{untested:#?}");
}

/// A database with backups, and an objective on it.
fn vault(more: &str, objective: &str) -> String {
    format!(
        "model = \"vault\"\nzones = {{ a = \"r\", b = \"r\" }}\n[stores.db]\ntechnology = \"postgresql/pitr\"\nmembers = [\"a\"]\nworks = \"0.99\"\n{more}\n{objective}\n"
    )
}

#[test]
fn an_archive_that_fails_fills_the_disk() {
    assert_eq!(codes(&vault("wal = \"5 MB/s\"", ""), None), ["pitr::archive_fills_disk"]);
    assert_eq!(codes(&vault("wal = \"5 MB/s\"\npg_wal_free = \"500 GB\"", ""), None).len(), 0);
}

const LOSS: &str = "[objectives.db]\ndata_loss = \"p95 <= 5m\"";

#[test]
fn an_archive_that_waits_for_full_segments_breaks_an_objective() {
    let slow = vault("wal = \"10 kB/s\"", LOSS);
    assert_eq!(codes(&slow, None), ["pitr::archive_never_forced"]);
    assert_eq!(codes(&vault("wal = \"10 kB/s\"", ""), None).len(), 0);
    assert_eq!(codes(&vault("wal = \"1 MB/s\"", LOSS), None).len(), 0);
    let forced = |after| {
        let more = format!("wal = \"10 kB/s\"\narchive_timeout = \"{after}\"");
        codes(&vault(&more, LOSS), None)
    };
    assert_eq!(forced("1m").len(), 0);
    assert_eq!(forced("10m"), ["pitr::archive_forced_late"]);
}

#[test]
fn backups_that_nobody_tries_are_a_risk_under_an_objective() {
    let untested = vault("", LOSS).replace("works = \"0.99\"", "");
    assert_eq!(codes(&untested, None), ["pitr::untested_backups"]);
    let time = untested.replace("data_loss = \"p95 <= 5m\"", "recovery_time = \"p95 <= 4h\"");
    assert_eq!(codes(&time, None), ["pitr::untested_backups"]);
    assert_eq!(codes(&untested.replace(LOSS, ""), None).len(), 0);
    assert_eq!(codes(&vault("", LOSS), None).len(), 0);
}

#[test]
fn backups_of_one_server_know_no_second() {
    let two = vault("", "").replace("[\"a\"]", "[\"a\", \"b\"]");
    assert_eq!(codes(&two, None), ["pitr::one_server"]);
    assert_eq!(codes(&vault("", ""), None).len(), 0);
}

/// A cluster of three zones, and a service on it.
fn kube(cluster: &str, service: &str) -> String {
    format!(
        "model = \"kube\"\nzones = {{ a = \"r\", b = \"r\", c = \"r\" }}\n[clusters.main]\ntechnology = \"kubernetes/cluster\"\nmembers = [\"a\", \"b\", \"c\"]\n{cluster}\n[services.web]\ntechnology = \"kubernetes/{service}\n"
    )
}

const CONTROL: &str = "control_plane = [\"a\", \"b\", \"c\"]";

#[test]
fn clusters_are_watched_from_more_than_one_zone_and_in_good_time() {
    let pods = "deployment\"\ncluster = \"main\"\nreplicas = { a = 1, b = 1 }";
    assert_eq!(codes(&kube(CONTROL, pods), None).len(), 0);
    let one = "control_plane = [\"a\", \"a\", \"a\"]";
    assert_eq!(codes(&kube(one, pods), None), ["cluster::control_plane_in_one_zone"]);
    let hasty = format!("{CONTROL}\nnode_monitor_grace_period = \"20s\"");
    assert_eq!(codes(&kube(&hasty, pods), None), ["cluster::grace_too_short"]);
}

#[test]
fn pods_that_nobody_replaces_in_time_are_a_risk() {
    let lost = scenario("what = \"power loss\"\nwhere = \"zone a\"");
    let drain = scenario("what = \"drain\"\nwhere = \"member a of main\"");
    let found = |service: &str, fault: &str, wanted: &str| {
        let model = format!("{}{wanted}", kube(CONTROL, service));
        codes(&model, Some(fault))
    };
    let minute = "[objectives.web]\nrecovery_time = \"p95 <= 60s\"\n";
    let hours = "[objectives.web]\nrecovery_time = \"p95 <= 2h\"\n";
    let single = "deployment\"\ncluster = \"main\"\nmembers = [\"a\"]";
    assert_eq!(found(single, &lost, minute), ["deployment::single_replica"]);
    assert_eq!(found(single, &lost, hours).len(), 0);
    assert_eq!(found(single, &drain, minute).len(), 0);
    let same = "deployment\"\ncluster = \"main\"\nreplicas = { a = 2 }";
    assert_eq!(found(same, &lost, ""), ["deployment::one_zone"]);
    let state = "stateful_set\"\ncluster = \"main\"\nreplicas = { a = 1, b = 1 }";
    assert_eq!(found(state, &lost, minute), ["stateful_set::stuck"]);
    assert_eq!(found(state, &lost, hours).len(), 0);
    assert_eq!(found(state, &drain, minute).len(), 0);
    let same = state.replace("{ a = 1, b = 1 }", "{ a = 2 }");
    assert_eq!(found(&same, &drain, ""), ["stateful_set::one_zone"]);
    // A budget that allows nothing, under a drain and under power loss.
    for (kind, code) in [
        ("deployment", "deployment::budget_blocks"),
        ("stateful_set", "stateful_set::budget_blocks"),
    ] {
        let tight = state.replace("stateful_set", kind) + "\nmin_available = 2";
        assert_eq!(found(&tight, &drain, ""), [code]);
        assert_eq!(found(&tight, &lost, "").len(), 0);
        let loose = tight.replace("min_available = 2", "min_available = 1");
        assert_eq!(found(&loose, &drain, "").len(), 0);
    }
}
