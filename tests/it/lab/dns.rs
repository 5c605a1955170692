//! A record that is changed behind caching resolvers, busy and not.

use drillcast::outcome::Outcome;
use drillcast::trial::Program;

use super::{Row, Series, band};
use crate::harness::{program, program_with, run, seconds};

const MODEL: &str = "models/lab/dns.toml";
const SCENARIO: &str = "scenarios/lab/dns/ttl60.toml";
const JUDGED: &[&str] = &["dns/resolver"];
/// δ \[s\]: busy clients ask every half second.
const MARGIN: f64 = 0.6;

/// When the resolvers of a route have fetched the new answer \[s\], in all trials.
fn fetched(program: &Program, outcomes: &[Outcome], route: &str) -> Vec<f64> {
    let mut milestones = program.layout().milestones.iter();
    let slot = milestones.find(|m| m.component == route && m.mark == "refreshed");
    let slot = slot.expect("resolvers stamp it");
    // That of the old answer comes no more.
    let stamps = slot.start..slot.start + slot.instances;
    let all = outcomes.iter().flat_map(|o| o.milestones[stamps.clone()].iter().copied());
    all.filter(|one| one.is_number()).map(seconds).collect()
}

/// A second cache that keeps a whole TTL of its own: U(0, 60) + U(0, 60).
fn two_ttls() -> Vec<f64> {
    let half = |n: u32| (f64::from(n) + 0.5) / 50.0 * 60.0;
    (0..50).flat_map(|one| (0..50).map(move |other| half(one) + half(other))).collect()
}

fn changes(rows: &mut Vec<Row>, series: &Series) {
    let program = program(MODEL, SCENARIO, &[]);
    let outcomes = run(&program, 1, 512);
    let mut row = |name, group: &str, route, first: bool| {
        let of = series.only("group", |word| word == group);
        let of = of.only("change", |word| !first || word == "1");
        let predicted = fetched(&program, &outcomes, route);
        let rival = Some(("a second TTL for the chained cache", two_ttls()));
        let row = band(name, &of.numbers("seen_s"), predicted, MARGIN, rival);
        rows.push(row.judges(series, JUDGED));
    };
    row("dns: 25 names of a busy resolver, first change", "one-resolver", "one", true);
    row("dns: 40 busy resolvers, first change", "many-resolvers", "many", true);
    row("dns: clients that ask rarely", "many-resolvers-sparse-clients", "rare", false);
}

/// The answer of a busy name is fetched some times from one change to the next: how
/// far past whole TTLs that moves the instant at which a change is seen.
fn increments(rows: &mut Vec<Row>, series: &Series) {
    let (mut measured, mut predicted) = (Vec::new(), Vec::new());
    let busy = series.only("group", |word| !word.contains("sparse"));
    let single = ["routes.one.resolvers=1", "routes.many.resolvers=1", "routes.rare.resolvers=1"];
    for change in 1..8 {
        let at = |number: i32| busy.only("change", |word| word == number.to_string());
        let (now, then) = (at(change), at(change + 1));
        let gap = then.numbers("t0_epoch")[0] - now.numbers("t0_epoch")[0];
        let second: Vec<_> = then.words("client").into_iter().zip(then.numbers("seen_s")).collect();
        for (client, first) in now.words("client").into_iter().zip(now.numbers("seen_s")) {
            let Some((_, second)) = second.iter().find(|(one, _)| *one == client) else { continue };
            let moved = |seen: f64| (gap + seen - first).rem_euclid(60.0);
            measured.push(moved(*second));
            // What is fetched at `first` has been in the cache for the rest of its time.
            let age = (61.0 - first).max(0.0);
            let text = crate::harness::text(SCENARIO).replace("\"0s\"", &format!("\"{gap}s\""));
            let text = format!("{text}[phases]\n\"many.1.fetches\" = \"{age}s\"\n");
            let program = program_with(MODEL, SCENARIO, &text, &single);
            let seen = fetched(&program, &run(&program, 1, 16), "many");
            predicted.extend(seen.into_iter().map(moved));
        }
    }
    let name = "dns: what a busy name moves by from change to change";
    let row = band(name, &measured, predicted, MARGIN, None).given("the change before");
    rows.push(row.judges(series, JUDGED));
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    let series = Series::read("dns-ttl60").of_trials(8);
    changes(rows, &series);
    increments(rows, &series);
}
