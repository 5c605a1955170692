//! Routes that only lead: who asks, chains of them, and what names do.

use drillcast::outcome::{Figure, Outcome};
use drillcast::random::Sampling;
use drillcast::trial::{Mode, Program};

use crate::harness::{figure, program_of, run_as, seconds};
use crate::oracles::has_share;

/// Two populations behind one chain of names.
const SITE: &str = r#"
model = "site"
zones = { a = "r", b = "s", c = "t" }
[stores.web]
technology = "server/http"
members = ["a", "b"]
[routes.record]
technology = "dns/route53"
serves = "web"
at = "c"
edge = "5s"
[routes.lookup]
technology = "dns/resolver"
serves = "record"
at = "c"
extends = 0
[clients.app]
technology = "client/http"
of = "lookup"
at = "c"
every = "100ms"
timeout = "1s"
[clients.batch]
technology = "client/libpq"
of = "lookup"
at = "c"
every = "100ms"
connect_timeout = "1s"
read_timeout = "1s"
"#;

const OFF: &str = "what = \"power loss\"\nwhere = \"member a of web\"";

fn site(model: &str, faults: &str, sets: &[&str]) -> (Program, Vec<Outcome>) {
    let scenario = format!("scenario = \"x\"\nhorizon = \"600s\"\n[[faults]]\n{faults}\n");
    let program = program_of(&[], model, &scenario, sets);
    let outcomes = run_as(&program, &Sampling::plain(5), 400, Mode::Lazy);
    let full = run_as(&program, &Sampling::plain(5), 5, Mode::Full);
    for (lazy, full) in outcomes.iter().zip(&full) {
        assert_eq!((&lazy.milestones, &lazy.figures), (&full.milestones, &full.figures));
    }
    (program, outcomes)
}

fn times(of: &(Program, Vec<Outcome>), group: &str, name: &str) -> Vec<f64> {
    let found = figure(&of.0, &of.1, (group, name), Figure::RecoveryTime);
    found.into_iter().map(seconds).collect()
}

#[test]
fn clients_behind_one_resolver_see_a_change_together() {
    let one = site(SITE, OFF, &[]);
    let (app, batch) = (times(&one, "clients", "app"), times(&one, "clients", "batch"));
    assert!(app.iter().zip(&batch).all(|(a, b)| (a - b).abs() < 1.3), "{app:?} {batch:?}");
    // Dealt to two resolvers, the second population's client has a phase of its own.
    let two = site(SITE, OFF, &["routes.lookup.resolvers=2"]);
    let (app, batch) = (times(&two, "clients", "app"), times(&two, "clients", "batch"));
    let apart = app.iter().zip(&batch).filter(|(a, b)| (*a - *b).abs() > 1.3).count();
    assert!(apart > 300, "{apart} of 400 apart");
}

/// A runtime in front of two resolvers asks its own of them for each of its clients.
#[test]
fn a_chain_asks_for_whoever_asks_it() {
    let runtime = "[routes.jvm]\ntechnology = \"dns/runtime\"\nserves = \"lookup\"\nat = \"c\"\n\
                   networkaddress_cache_ttl = \"1s\"\n[clients.app]";
    let chain = SITE.replace("[clients.app]", runtime).replace("of = \"lookup\"", "of = \"jvm\"");
    let two = site(&chain, OFF, &["routes.lookup.resolvers=2"]);
    let (app, batch) = (times(&two, "clients", "app"), times(&two, "clients", "batch"));
    let apart = app.iter().zip(&batch).filter(|(a, b)| (*a - *b).abs() > 3.5).count();
    assert!(apart > 300, "{apart} of 400 apart");
}

#[test]
fn a_failover_record_fails_open_and_returns() {
    // All are lost, the second for good: the record leads to the first, which comes back.
    let both = "what = \"kill\"\nwhere = \"each of web\"\nfor = \"200s\"";
    let open = site(SITE, both, &[]);
    let back = times(&open, "clients", "app");
    assert!(back.iter().all(|t| *t < 202.0), "{back:?}");
    // It leads back as soon as the first passes three checks: the second is not missed then.
    let turns = "what = \"kill\"\nwhere = \"member a of web\"\nfor = \"150s\"\n[[faults]]\n\
                 at = \"400s\"\nwhat = \"kill\"\nwhere = \"member b of web\"";
    let turned = site(SITE, turns, &[]);
    assert!(times(&turned, "clients", "app").iter().all(|t| *t < 200.0));
}

/// Cached with 60/80; then no question in what is left, e^(-U/20), hurts nobody.
#[test]
fn who_asks_rarely_is_often_not_hurt() {
    let model = SITE.replace("dns/route53\"", "dns/record\"\nedit = \"0s\"\npropagation = \"0s\"");
    let model = model.replace("edge = \"5s\"\n", "");
    let kill = "what = \"kill\"\nwhere = \"member a of web\"\n[[faults]]\nwhat = \"repoint\"\n\
                where = \"each of record\"";
    let sets =
        ["routes.lookup.asks=20s", "routes.lookup.last_second=0s", "routes.lookup.fetched=0"];
    let rare = site(&model, kill, &sets);
    let asked = crate::harness::first(&rare.0, &rare.1, "lookup", "misled");
    let hurt = asked.iter().map(|at| f64::from(u8::from(at.is_nan()))).collect::<Vec<_>>();
    has_share("hurt", &hurt, 0.5, 0.75 * (1.0 - (1.0 - drillcast::maths::exp(-3.0)) / 3.0));
}
