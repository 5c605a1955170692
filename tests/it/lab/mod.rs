//! Predictions from configuration against failovers of real software.
//!
//! Which figures judge, with which margin δ for the machine and its clock, was
//! fixed before any prediction was made. A continuous figure passes the band
//! test (the smallest distance of the measured distribution from any law within
//! ±δ of the prediction, judged by the one-sample Kolmogorov–Smirnov law), a
//! count an exact binomial test; Holm over the whole list at 1 %. The same test
//! must reject each rival law at 1 %. Nothing here is fitted: the machine's
//! durations of work come from a series in which they are not tested.

//!
//! A row says what it judges: `band(…).judges(&series, &["kafka/kraft"])`. It may say
//! under which recorded phase (`.given(…)`), that it is shown beside the prediction
//! without judgement (`.unjudged(why)`), or that it is off and why (`.off(why)`).

mod archive;
mod cassandra;
mod dns;
mod etcd;
mod haproxy;
mod kafka;
mod keepalived;
mod kubernetes;
mod nats;
mod patroni;
mod rabbitmq;
mod row;
mod sentinel;
mod series;
mod tcp;
mod zookeeper;

use std::fmt::Write as _;
use std::sync::OnceLock;

use drillcast::statistics::holm;

pub(crate) use row::{Evidence, Row, band};
pub(super) use row::{counts, share};
pub(crate) use series::{Series, uniform};
pub(super) use series::{less, pinned};

/// Each file of this folder.
const FILES: &[fn(&mut Vec<Row>)] = &[
    patroni::rows,
    haproxy::rows,
    etcd::rows,
    archive::rows,
    nats::rows,
    rabbitmq::rows,
    zookeeper::rows,
    tcp::rows,
    keepalived::rows,
    dns::rows,
    sentinel::rows,
    kafka::rows,
    cassandra::rows,
    kubernetes::rows,
];

/// A miss is a p-value below this after Holm, and a rival is rejected below it.
pub(crate) const LEVEL: f64 = 0.01;

/// All rows, and each one's p-value after Holm (1 for one that judges nobody).
pub(crate) fn all() -> &'static [(Row, f64)] {
    static ALL: OnceLock<Vec<(Row, f64)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let mut rows = Vec::new();
        FILES.iter().for_each(|file| file(&mut rows));
        let judged: Vec<f64> = rows.iter().filter(|r| r.is_judged()).map(|r| r.p).collect();
        let mut adjusted = holm(&judged).into_iter();
        let mut next = |row: &Row| if row.is_judged() { adjusted.next() } else { None };
        let adjusted: Vec<f64> = rows.iter().map(|row| next(row).unwrap_or(1.0)).collect();
        rows.into_iter().zip(adjusted).collect()
    })
}

#[test]
fn predictions_agree_with_measured_failovers() {
    let mut table = String::new();
    let mut wrong = Vec::new();
    for (row, adjusted) in all() {
        let _ = writeln!(table, "{}", row.line(*adjusted));
        let missed = row.is_off(*adjusted);
        match row.off {
            None if missed => wrong.push(format!("{} is off", row.name)),
            Some(_) if !missed => wrong.push(format!("{} is no longer off", row.name)),
            _ => {}
        }
    }
    println!("{table}");
    assert!(wrong.is_empty(), "{wrong:#?}\n{table}");
}

#[test]
fn every_row_says_what_it_judges() {
    let presets = drillcast::model::preset::PresetLibrary::embedded();
    for (row, _) in all() {
        assert!(!row.judges.is_empty(), "{}: which series and presets? .judges(…)", row.name);
        for name in row.judges {
            assert!(presets.get(name).is_some(), "{}: there is no preset {name}", row.name);
        }
    }
}
