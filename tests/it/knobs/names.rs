//! Each parameter of the presets of names.

use super::{Case, Moves, Row, What};
use drillcast::outcome::Figure;

/// Two servers behind a failover record, a resolver, and a runtime.
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
asks = "50ms"
extends = 0
fetched = 0
last_second = "0s"
[routes.program]
technology = "dns/runtime"
serves = "lookup"
at = "c"
asks = "50ms"
[clients.app]
technology = "client/http"
of = "program"
at = "c"
every = "100ms"
timeout = "1s"
"#;

/// The same with a record that people change.
fn manual() -> String {
    SITE.replace("dns/route53", "dns/record").replace("edge = \"5s\"", "edit = \"1m\"")
}

const WEB: What = What::Figure("stores", "web", Figure::RecoveryTime);
const OUT: What = What::First("record", "detected");
const REROUTED: What = What::First("record", "rerouted");
const RECORD: What = What::Figure("routes", "record", Figure::RecoveryTime);
const LOOKUP: What = What::Figure("routes", "lookup", Figure::RecoveryTime);
const PROGRAM: What = What::Figure("routes", "program", Figure::RecoveryTime);

/// Caches are settled long before its horizon.
fn scenario(faults: &str) -> String {
    format!("scenario = \"x\"\nhorizon = \"700s\"\n[[faults]]\n{faults}\n")
}

fn site(what: &str) -> Case {
    let fault = format!("what = \"{what}\"\nwhere = \"member a of web\"");
    Case::new(&[], SITE, &scenario(&fault))
}

/// The record is changed by hand, while its server is killed.
fn changed() -> Case {
    let faults = "what = \"kill\"\nwhere = \"member a of web\"\n[[faults]]\nwhat = \"repoint\"\n\
                  where = \"each of record\"";
    Case::new(&[], &manual(), &scenario(faults))
}

fn records() -> Vec<Row> {
    use Moves::{By, Down, MeanBy, Up, Vanishes};
    let set = |field, base: &Case, value: &str| {
        Row::set("dns/route53", field, base, &format!("routes.record.{field}={value}")).not(&[WEB])
    };
    let (kill, off, hang) = (site("kill"), site("power loss"), site("hang"));
    let by_hand = |field, value: &str| {
        let base = changed();
        Row::set("dns/record", field, &base, &format!("routes.record.{field}={value}")).not(&[WEB])
    };
    vec![
        // The fourteenth of sixteen of U(0, 30), then the seventh of eight.
        set("checkers", &kill, "8").moves(OUT, MeanBy(30.0 * (7.0 / 9.0 - 14.0 / 17.0))),
        // Two whole intervals and the rank's share of a third.
        set("request_interval", &kill, "10s").moves(OUT, MeanBy(-20.0 * (2.0 + 14.0 / 17.0))),
        set("failure_threshold", &kill, "4").moves(OUT, By(30.0)),
        set("connect_timeout", &off, "10s").moves(OUT, By(18.0)),
        set("response_timeout", &hang, "4s").moves(OUT, By(6.0)),
        set("response_timeout", &hang, "never").moves(OUT, Vanishes),
        set("healthy_share", &kill, "0.5")
            .moves(OUT, MeanBy(30.0 * (8.0 - 14.0) / 17.0))
            .moves(RECORD, Down),
        set("edge", &kill, "8s").moves(REROUTED, By(3.0)).moves(RECORD, Up).not(&[OUT]),
        by_hand("edit", "4m").moves(REROUTED, By(180.0)).moves(RECORD, By(180.0)),
        by_hand("propagation", "0s").moves(REROUTED, By(-60.0)).moves(RECORD, By(-60.0)),
    ]
}

/// A name that leads nowhere for a while at once, so that what is left is the caches'.
fn caches() -> Vec<Row> {
    use Moves::{Down, MeanBy, Up};
    let base = changed().set(&["routes.record.edit=0s", "routes.record.propagation=0s"]);
    let set = |field, base: &Case, value: &str| {
        Row::set("dns/resolver", field, base, &format!("routes.lookup.{field}={value}"))
            .not(&[WEB, RECORD, REROUTED])
    };
    let own = |field, base: &Case, value: &str| {
        Row::set("dns/runtime", field, base, &format!("routes.program.{field}={value}"))
            .not(&[WEB, RECORD, LOOKUP])
    };
    let rare = base.clone().set(&["routes.lookup.asks=60s"]);
    let long = base.clone().set(&["routes.lookup.extends=1"]);
    let two = base.clone().turn("every = \"100ms\"", "every = \"100ms\"\ncount = 4");
    let pinned = base.clone().set(&[
        "routes.program.pins=1",
        "routes.program.drop_after=never",
        "routes.program.max_lifetime=8m",
    ]);
    let drops = base.clone().set(&["routes.program.pins=1", "routes.program.max_lifetime=never"]);
    vec![
        // U(0, TTL).
        set("ttl", &base, "120s").moves(LOOKUP, MeanBy(30.0)),
        set("cache_min_ttl", &base, "180s").moves(LOOKUP, MeanBy(60.0)),
        set("cache_max_ttl", &base, "20s").moves(LOOKUP, MeanBy(-20.0)),
        // Cached with 60/120: half of the clients are not hurt.
        set("asks", &base, "60s").moves(LOOKUP, MeanBy(-15.0)),
        // Fetched anew after the first half: between a half and the whole is never left.
        set("prefetch", &base, "0.5").moves(LOOKUP, MeanBy(-15.0)),
        set("last_second", &base, "1s").moves(LOOKUP, MeanBy(0.5)),
        // A half of a second earlier, of those that are asked for rarely.
        set("fetched", &rare, "0.5").moves(LOOKUP, Down),
        set("extends", &base.clone().set(&["routes.lookup.extended=3"]), "1")
            .moves(LOOKUP, MeanBy(60.0)),
        set("extended", &long.clone().set(&["routes.lookup.extended=3"]), "5")
            .moves(LOOKUP, MeanBy(60.0)),
        set(
            "violates",
            &base.clone().set(&["routes.lookup.extends=0.5", "routes.lookup.violates=1"]),
            "0.1",
        )
        .moves(LOOKUP, Up),
        // Four clients wait for the last of four, not for one.
        set("resolvers", &two, "4").moves(LOOKUP, MeanBy(60.0 * (4.0 / 5.0 - 1.0 / 2.0))),
        own("networkaddress_cache_ttl", &base, "10s").moves(PROGRAM, MeanBy(-10.0)),
        // Kept with a chance of a half.
        own("asks", &base, "30s").moves(PROGRAM, MeanBy(-7.5)),
        own("pins", &pinned.clone().set(&["routes.program.pins=0"]), "1").moves(PROGRAM, Up),
        own("max_lifetime", &pinned.clone().set(&["routes.program.max_lifetime=8m"]), "4m")
            .moves(PROGRAM, MeanBy(-120.0)),
        own("drop_after", &drops.clone().set(&["routes.program.drop_after=200s"]), "300s")
            .moves(PROGRAM, MeanBy(100.0)),
        own(
            "pinned",
            &pinned.clone().set(&["routes.program.pins=0.5", "routes.program.pinned=1"]),
            "0",
        )
        .moves(PROGRAM, Up),
    ]
}

pub(super) fn rows() -> Vec<Row> {
    [records(), caches()].into_iter().flatten().collect()
}
