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
fn scenario(what: &str) -> String {
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
fn codes(model: &str, scenario: Option<&str>) -> Vec<String> {
    found(model, scenario).into_iter().map(|one| one.code).collect()
}

/// The sound model with something else in it.
fn with(from: &str, to: &str) -> String {
    assert!(SOUND.contains(from));
    SOUND.replacen(from, to, 1)
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
