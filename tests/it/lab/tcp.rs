//! TCP connections of a Linux kernel to a host that falls silent.

use drillcast::outcome::Figure;
use drillcast::trial::Program;

use super::{Row, Series, band, less};
use crate::harness::{figure, first, program, run, seconds};

const MODEL: &str = "models/lab/tcp.toml";
const SCENARIO: &str = "scenarios/lab/tcp/silent-host.toml";
const JUDGED: &[&str] = &["client/tcp"];

/// From one loss of the connection to a connection to the other host: what the
/// attempt at the silent one took.
fn connected(program: &Program, clients: &str) -> Vec<f64> {
    let outcomes = run(program, 1, 4_096);
    let back = figure(program, &outcomes, ("clients", clients), Figure::RecoveryTime);
    let back = back.into_iter().map(seconds).collect();
    less(back, &first(program, &outcomes, clients, "first_error"))
}

fn given_up(program: &Program, clients: &str) -> Vec<f64> {
    first(program, &run(program, 1, 4_096), clients, "first_error")
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    let series = Series::read("tcp-silent-host").of_trials(1);
    let program = program(MODEL, SCENARIO, &[]);
    let old = crate::harness::program(MODEL, SCENARIO, &["clients.*.version=6.4"]);
    // 2 % of the nominal time-out and 0.3 s.
    let mut row = |name, client: &str, kind: &str, nominal: f64, predicted, rival| {
        let of = series.only("client", |word| word == client).only("kind", |word| word == kind);
        let measured = of.numbers("gave_up_after_s");
        let row = band(name, &measured, predicted, 0.02 * nominal + 0.3, rival);
        let row = row.judges(&series, JUDGED);
        // The list of figures that judge was fixed without it.
        rows.push(if kind == "connect_syn2" { row.unjudged("not on the list") } else { row });
    };
    let before = Some(("127 s, a kernel before 6.5", connected(&old, "connecting")));
    row("tcp: connect", "tpa1", "connect", 131.0, connected(&program, "connecting"), before);
    let established = given_up(&program, "established");
    row("tcp: established connection", "tpa1", "established", 924.6, established, None);
    let cold = connected(&program, "cold");
    row("tcp: connect on the own subnet", "cold", "connect_cold_arp", 3.05, cold, None);
    let few = crate::harness::program(MODEL, SCENARIO, &["clients.*.tcp_syn_retries=2"]);
    let few = connected(&few, "connecting");
    row("tcp: connect, TCP_SYNCNT 2", "tpa1", "connect_syn2", 7.0, few, None);
    let user = given_up(&program, "usertimeout");
    row("tcp: TCP_USER_TIMEOUT of 5 s", "tpa1", "usertimeout5", 5.4, user, None);
}
