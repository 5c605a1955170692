//! A server whose log is archived every 30 s, lost with its disk.

use drillcast::outcome::Figure;

use super::{Row, Series, band};
use crate::harness::{figure, program, run, seconds};

/// Its rows.
///
/// The wait before the fault was recorded, and not when the last switch before the
/// wait was: without that the recorded wait tells nothing of the age of the open
/// segment, which is taken as uniform over a period.
pub(super) fn rows(rows: &mut Vec<Row>) {
    let series = Series::read("postgres-archive-loss-30s");
    let program = program("models/lab/archive.toml", "scenarios/lab/archive/loss.toml", &[]);
    let outcomes = run(&program, 1, 4_096);
    let lost = figure(&program, &outcomes, ("stores", "db"), Figure::DataLossSeconds);
    rows.push(
        band(
            "PostgreSQL archive: seconds lost",
            &series.numbers("lost_seconds"),
            lost.into_iter().map(seconds).collect(),
            0.5,
            Some(("always 30 s", vec![30.0; 2_000])),
        )
        .judges(&series, &["postgresql/pitr"]),
    );
}
