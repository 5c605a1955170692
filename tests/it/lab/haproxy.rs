//! HAProxy before a server and a backup: the server is killed, or stands still.

use drillcast::outcome::Outcome;
use drillcast::trial::Program;

use super::{Row, Series, band, less, uniform};
use crate::harness::{first, program, run};

fn lab(scenario: &str) -> (Program, Vec<Outcome>) {
    let scenario = format!("scenarios/lab/haproxy/{scenario}.toml");
    let program = program("models/lab/haproxy.toml", &scenario, &[]);
    let outcomes = run(&program, 1, 4_096);
    (program, outcomes)
}

fn kill(rows: &mut Vec<Row>) {
    let series = Series::read("haproxy-kill-inter2-fall3");
    let (program, outcomes) = lab("kill");
    let down = first(&program, &outcomes, "front", "detected");
    rows.push(
        band(
            "haproxy kill: server out",
            &series.numbers("down_s"),
            down.clone(),
            0.1,
            Some(("fall whole intervals", uniform(6.0, 8.0))),
        )
        .judges(&series, &["haproxy"]),
    );
    rows.push(
        band(
            "haproxy kill: server out to requests answered",
            &series.difference("all_ok_s", "down_s"),
            less(first(&program, &outcomes, "reader", "first_write"), &down),
            0.1,
            Some(("the backup is judged anew, rise·inter", uniform(2.0, 4.0))),
        )
        .judges(&series, &["haproxy", "client/http"]),
    );
    rows.push(
        band(
            "haproxy kill: first error",
            &series.numbers("first_err_s"),
            first(&program, &outcomes, "reader", "first_error"),
            0.1,
            Some(("no retries", uniform(0.0, 0.05))),
        )
        .judges(&series, &["haproxy", "client/http"]),
    );
}

fn hang(rows: &mut Vec<Row>) {
    let series = Series::read("haproxy-hang-inter2-fall3");
    let (program, outcomes) = lab("hang");
    let down = first(&program, &outcomes, "front", "detected");
    rows.push(
        band(
            "haproxy hang: server out",
            &series.numbers("down_s"),
            down.clone(),
            0.1,
            Some(("no time-out per check", uniform(4.0, 6.0))),
        )
        .judges(&series, &["haproxy"]),
    );
    rows.push(
        band(
            "haproxy hang: server out to requests answered",
            &series.difference("all_ok_s", "down_s"),
            less(first(&program, &outcomes, "reader", "first_write"), &down),
            0.1,
            Some(("the backup is judged anew, rise·inter", uniform(2.0, 4.0))),
        )
        .judges(&series, &["haproxy", "client/http"]),
    );
}

/// Its rows.
pub(super) fn rows(rows: &mut Vec<Row>) {
    kill(rows);
    hang(rows);
}
