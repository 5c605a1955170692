//! Many series of the same trials, each kept once.
//!
//! Much of what is measured of a trial is the same number several times: nothing is
//! down before it is detected, a cluster of one client is out for as long as its
//! client, and what only happens to others is absent from all that wait for it.
//! Columns whose values have been the same in every trial so far share one series.

use std::collections::BTreeMap;

use super::series::Series;
use crate::outcome::{BESIDE, Column, Measured};
use crate::statistics::Tally;

/// Columns that have been the same so far.
#[derive(Clone, Debug)]
struct Class {
    /// Which ones, in rising order. The first leads: its values are those that count.
    columns: Vec<usize>,
    series: Series,
}

/// A series for each column, shared by those whose values have always been the same.
///
/// Nobody can tell from the series that some are shared: a column that differs for the
/// first time goes on with a copy of what all of them had come to before.
#[derive(Clone, Debug)]
pub(super) struct Columns {
    /// The class of each column.
    class: Vec<usize>,
    classes: Vec<Class>,
}

impl Columns {
    /// No trials yet, of columns that have so many values a trial. Before the first
    /// trial all columns of one width are the same.
    pub(super) fn new(widths: impl Iterator<Item = usize>) -> Self {
        let mut of: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        let mut class = Vec::new();
        for (column, width) in widths.enumerate() {
            of.entry(width).or_default().push(column);
            class.push(0);
        }
        let fresh = |(width, columns)| Class { columns, series: Series::new(width) };
        let mut columns = Self { class, classes: of.into_iter().map(fresh).collect() };
        columns.number();
        columns
    }

    /// No trials yet, of columns of one value a trial; how batches of them differ is not
    /// asked.
    pub(super) fn over_all_trials(columns: usize) -> Self {
        let class = Class { columns: (0..columns).collect(), series: Series::over_all_trials() };
        let classes = if columns == 0 { Vec::new() } else { vec![class] };
        Self { class: vec![0; columns], classes }
    }

    /// Notes the class of each column.
    fn number(&mut self) {
        for (number, class) in self.classes.iter().enumerate() {
            class.columns.iter().for_each(|&column| self.class[column] = number);
        }
    }

    /// Takes the values of some trials, the same of all columns: `values` of a column.
    /// Always part of its callers, who choose for what processor it is compiled.
    #[inline(always)]
    pub(super) fn record<'v>(&mut self, values: impl Fn(usize) -> &'v [Measured]) {
        let mut number = 0;
        // Those that split off follow in the list, and take their values in turn.
        while number < self.classes.len() {
            let (leader, others) =
                self.classes[number].columns.split_first().expect("a class has columns");
            let own = values(*leader);
            let mut splits = false;
            for other in others {
                splits |= differ(own, values(*other));
            }
            if splits {
                self.split(number, &values);
            }
            self.classes[number].series.record_all(own);
            number += 1;
        }
    }

    /// Lets go of those columns of a class whose values are not the leader's.
    #[cold]
    fn split<'v>(&mut self, number: usize, values: &impl Fn(usize) -> &'v [Measured]) {
        let class = &mut self.classes[number];
        let own = values(class.columns[0]);
        let (stay, mut leave): (Vec<usize>, Vec<usize>) =
            class.columns.iter().partition(|&&column| !differ(own, values(column)));
        class.columns = stay;
        // There may be thousands: each is compared with its neighbours, not with all.
        leave.sort_by(|&a, &b| values(a).cmp(values(b)).then(a.cmp(&b)));
        for columns in leave.chunk_by(|&a, &b| !differ(values(a), values(b))) {
            let series = self.classes[number].series.clone();
            columns.iter().for_each(|&column| self.class[column] = self.classes.len());
            self.classes.push(Class { columns: columns.to_vec(), series });
        }
    }

    /// Ends a batch; only whole ones tell how batches differ.
    pub(super) fn end_batch(&mut self, whole: bool, tally: &mut Tally) {
        self.classes.iter_mut().for_each(|class| class.series.end_batch(whole, tally));
    }

    /// Counts what was put off, for the last time.
    pub(super) fn finish(&mut self, tally: &mut Tally) {
        self.classes.iter_mut().for_each(|class| class.series.finish(tally));
    }

    /// Adds the trials of the same columns elsewhere: shared is what was the same in
    /// both.
    pub(super) fn merge(&mut self, other: &Self) {
        debug_assert_eq!(self.class.len(), other.class.len(), "columns of another layout");
        // For each of our classes, its columns by the class that they have there.
        let mut both: Vec<BTreeMap<usize, Vec<usize>>> = vec![BTreeMap::new(); self.classes.len()];
        for (column, (&mine, &theirs)) in self.class.iter().zip(&other.class).enumerate() {
            both[mine].entry(theirs).or_default().push(column);
        }
        for (class, parts) in std::mem::take(&mut self.classes).into_iter().zip(both) {
            let copies = vec![class.series; parts.len()];
            for ((theirs, columns), mut series) in parts.into_iter().zip(copies) {
                series.merge(&other.classes[theirs].series);
                self.classes.push(Class { columns, series });
            }
        }
        self.number();
    }

    /// The series of a column.
    pub(super) fn series(&self, column: usize) -> &Series {
        &self.classes[self.class[column]].series
    }
}

/// Whether two lists are not the same; by lanes where each is a whole column.
#[inline(always)]
fn differ(a: &[Measured], b: &[Measured]) -> bool {
    let (Ok(one), Ok(other)) = (<&Column>::try_from(a), <&Column>::try_from(b)) else {
        return a != b;
    };
    let mut any = 0;
    for lane in 0..BESIDE {
        any |= one[lane].0 ^ other[lane].0;
    }
    any != 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{BATCH, Sampling, name_hash};
    use crate::statistics::{Batch, BatchSpread, Histogram};
    use proptest::prelude::*;

    /// A column counted by itself, value by value.
    struct Slow {
        all: Histogram,
        spread: BatchSpread,
        absent: u64,
    }

    impl Slow {
        /// The values of so many trials, `width` each.
        fn of(values: &[Measured], width: usize) -> Self {
            let size = width as u64 * BATCH;
            let spread = BatchSpread::new(size);
            let mut slow = Self { all: Histogram::new(), spread, absent: 0 };
            for values in values.chunks(size as usize) {
                let mut batch = Batch::default();
                for value in values {
                    match *value {
                        Measured::ABSENT => slow.absent += 1,
                        Measured::CENSORED => {
                            slow.all.record_censored();
                            batch.record_censored();
                        }
                        Measured::TOTAL_LOSS => {
                            slow.all.record_total_loss();
                            batch.record_total_loss();
                        }
                        Measured(number) => {
                            slow.all.record(number.max(0));
                            batch.record(number.max(0));
                        }
                    }
                }
                if batch.count() == size {
                    slow.spread.add_batch(&mut Tally::default().of(&batch));
                }
            }
            slow
        }

        fn assert_is(&self, series: &Series, what: &str) {
            let (all, spread, absent) = series.counted();
            assert_eq!(all, &self.all, "{what}");
            assert_eq!(spread, Some(&self.spread), "{what}");
            assert_eq!(absent, self.absent, "{what}");
        }
    }

    /// What a column holds.
    #[derive(Clone, Debug)]
    enum Kind {
        /// Always this.
        Always(i64),
        /// Numbers of so many bits; of a thousand trials so many have none.
        Mixed { bits: u32, special: u64 },
        /// This, but for one batch in so many.
        Mostly(i64, u64),
        /// As the column before it, up to this trial; one is added from there on.
        AsBefore(u64),
    }

    fn kinds() -> impl Strategy<Value = Kind> {
        let always = prop::sample::select(vec![
            Measured::ABSENT.0,
            Measured::CENSORED.0,
            Measured::TOTAL_LOSS.0,
            0,
            -5,
            30_000_000_000,
            i64::MAX - 2,
        ]);
        prop_oneof![
            always.clone().prop_map(Kind::Always),
            (1_u32..63, prop::sample::select(vec![0, 0, 5, 400]))
                .prop_map(|(bits, special)| Kind::Mixed { bits, special }),
            (always, 2_u64..30).prop_map(|(value, every)| Kind::Mostly(value, every)),
            (0_u64..12_000).prop_map(Kind::AsBefore),
        ]
    }

    /// The values of all columns, by column and trial.
    fn values(kinds: &[Kind], widths: &[usize], trials: u64) -> Vec<Vec<Measured>> {
        let sampling = Sampling::latin_hypercube(3);
        let mut all: Vec<Vec<Measured>> = Vec::new();
        for (at, (kind, &width)) in kinds.iter().zip(widths).enumerate() {
            let draw = |trial: u64, lane: usize, what: &str| {
                let stream = sampling.stream(name_hash(&format!("{what} {at}")));
                sampling.uniform(stream, trial, lane as u32)
            };
            let value = |(trial, lane): (u64, usize)| match *kind {
                Kind::Always(value) => Measured(value),
                Kind::Mixed { bits, special } => {
                    let none =
                        [Measured::ABSENT, Measured::CENSORED, Measured::TOTAL_LOSS, Measured(-1)];
                    let turn = draw(trial, lane, "special") * 1000.0;
                    if turn < special as f64 {
                        none[(turn * 7.0) as usize % none.len()]
                    } else {
                        Measured((draw(trial, lane, "number") * 2.0_f64.powi(bits as i32)) as i64)
                    }
                }
                Kind::Mostly(value, every) => {
                    let other = (trial / BATCH + 1).is_multiple_of(every);
                    Measured(if other && draw(trial, lane, "rare") < 0.1 { 7 } else { value })
                }
                Kind::AsBefore(until) => {
                    let before = at.checked_sub(1).filter(|&before| widths[before] == width);
                    let own = before.map_or(Measured(trial as i64), |before| {
                        all[before][trial as usize * width + lane]
                    });
                    let differs = trial >= until && own.is_number();
                    if differs { Measured(own.0.saturating_add(1).max(0)) } else { own }
                }
            };
            let trials = (0..trials).flat_map(|trial| (0..width).map(move |lane| (trial, lane)));
            let column = trials.map(value).collect();
            all.push(column);
        }
        all
    }

    /// Some batches, one trial after the other, by a worker of its own.
    fn gather(all: &[Vec<Measured>], widths: &[usize], trials: u64, batches: &[u64]) -> Columns {
        let (mut columns, mut tally) = (Columns::new(widths.iter().copied()), Tally::default());
        for batch in batches {
            let end = ((batch + 1) * BATCH).min(trials);
            for first in (batch * BATCH..end).step_by(BESIDE) {
                let last = end.min(first + BESIDE as u64) as usize;
                columns.record(|column| {
                    &all[column][first as usize * widths[column]..last * widths[column]]
                });
            }
            columns.end_batch(end - batch * BATCH == BATCH, &mut tally);
        }
        columns.finish(&mut tally);
        columns
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(40))]

        #[test]
        fn shared_series_are_as_if_each_column_had_one(
            kinds in prop::collection::vec((kinds(), prop::sample::select(vec![1, 1, 1, 3])), 1..9),
            trials in prop_oneof![1_u64..600, 3_000_u64..9_000],
            turns in prop::collection::vec(0_usize..3, 36),
        ) {
            let (kinds, widths): (Vec<_>, Vec<_>) = kinds.into_iter().unzip();
            let all = values(&kinds, &widths, trials);
            let batches: Vec<u64> = (0..trials.div_ceil(BATCH)).collect();
            let one = gather(&all, &widths, trials, &batches);
            let part = |worker: usize| {
                let own = |batch: &u64| turns[*batch as usize] == worker;
                let own: Vec<u64> = batches.iter().copied().filter(own).collect();
                gather(&all, &widths, trials, &own)
            };
            let (mut some, mut others) = (part(0), part(2));
            some.merge(&part(1));
            some.merge(&part(2));
            others.merge(&part(0));
            others.merge(&part(1));
            for (column, &width) in widths.iter().enumerate() {
                let slow = Slow::of(&all[column], width);
                slow.assert_is(one.series(column), "at once");
                slow.assert_is(some.series(column), "in parts");
                slow.assert_is(others.series(column), "in parts, another order");
            }
        }
    }

    #[test]
    fn what_is_always_the_same_is_kept_once() {
        let (trials, batches) = (40 * BATCH, (0..40).collect::<Vec<_>>());
        let mixed = || Kind::Mixed { bits: 40, special: 5 };
        let kinds =
            [mixed(), Kind::AsBefore(u64::MAX), Kind::AsBefore(5_000), mixed(), Kind::Always(3)];
        let all = values(&kinds, &[1; 5], trials);
        let before = gather(&all, &[1; 5], 5_000, &batches[..19]);
        assert_eq!(before.classes.len(), 3);
        assert!(std::ptr::eq(before.series(0), before.series(2)));
        let mut columns = gather(&all, &[1; 5], trials, &batches);
        assert_eq!(columns.class, [0, 0, 3, 2, 1]);
        columns.merge(&before);
        assert_eq!(columns.classes.len(), 4, "what differs in one part differs");
    }

    /// Each column is compared with its neighbours: 20,000 cost no second.
    #[test]
    fn many_columns_may_differ_at_once() {
        let mut columns = Columns::new(std::iter::repeat_n(1, 20_000));
        let values: Vec<Measured> = (0..20_000).map(|n| Measured(n % 9_999)).collect();
        columns.record(|column| &values[column..=column]);
        assert_eq!(columns.classes.len(), 9_999);
        assert_eq!(columns.class[12_345], columns.class[12_345 - 9_999]);
    }
}
