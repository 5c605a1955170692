//! Histograms, intervals and tests against slow twins and closed forms.

use std::sync::OnceLock;

use drillcast::distribution::Law;
use drillcast::maths;
use drillcast::statistics::{
    Batch, BatchSpread, Histogram, Interval, Method, Predicted, ProportionBatches, Quantile, Tally,
    band_test, mean_interval, proportion_interval, quantile_interval,
};
use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// Units in a second: values are recorded in nanoseconds.
const SECOND: f64 = 1e9;

fn random(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

fn histogram(values: &[i64]) -> Histogram {
    let mut histogram = Histogram::new();
    values.iter().for_each(|&value| histogram.record(value));
    histogram
}

fn batch_of(values: &[i64]) -> Batch {
    let mut batch = Batch::default();
    values.iter().for_each(|&value| batch.record(value));
    batch
}

fn log_normal() -> Law {
    Law::log_normal(60.0, 0.8).unwrap()
}

/// Values that differ in size by many octaves.
fn values() -> impl Strategy<Value = Vec<i64>> {
    let value = (0_u32..62, any::<i64>()).prop_map(|(bits, x)| (x & i64::MAX) & ((2 << bits) - 1));
    prop::collection::vec(value, 1..200)
}

proptest! {
    #[test]
    fn histogram_agrees_with_a_sorted_list(mut values in values(), q in 0.0f64..=1.0) {
        let sample = histogram(&values);
        values.sort_unstable();
        let n = values.len();
        prop_assert_eq!(sample.count(), n as u64);
        prop_assert_eq!(sample.sum(), values.iter().map(|&x| x as u128).sum::<u128>());
        prop_assert_eq!((sample.min(), sample.max()), (Some(values[0]), Some(values[n - 1])));
        let rank = ((q * n as f64).ceil() as usize).clamp(1, n);
        let exact = values[rank - 1] as f64;
        let Quantile::Value(value) = sample.quantile(q) else { panic!("no value") };
        prop_assert!((value - exact).abs() <= exact / 1023.0, "{} {}", value, exact);
        prop_assert!(exact >= 1024.0 || value == exact, "small values are exact");
        for edge in [exact / 1.01, exact, exact * 1.01] {
            let cdf = sample.cdf(edge) * n as f64;
            let low = values.partition_point(|&x| (x as f64) < edge * (1.0 - 1.0 / 512.0));
            let high = values.partition_point(|&x| (x as f64) <= edge * (1.0 + 1.0 / 512.0));
            let range = low as f64 - 1e-6..=high as f64 + 1e-6;
            prop_assert!(range.contains(&cdf), "{} {:?}", cdf, range);
        }
    }

    #[test]
    fn histogram_moments_agree_with_a_list(values in prop::collection::vec(0_i64..1 << 40, 2..99)) {
        let sample = histogram(&values);
        let n = values.len() as f64;
        let mean = values.iter().map(|&x| x as f64).sum::<f64>() / n;
        let scatter: f64 = values.iter().map(|&x| (x as f64 - mean).powi(2)).sum();
        let variance = scatter / (n - 1.0);
        prop_assert!((sample.mean().unwrap() / mean - 1.0).abs() < 1e-12);
        prop_assert!((sample.variance().unwrap() / variance - 1.0).abs() < 1e-9);
    }

    /// Values of which no two share a bucket, each many times over.
    #[test]
    fn atoms_come_back_exactly(
        counts in prop::collection::vec((0_i64..1 << 20, 1_u64..50), 1..40), q in 0.0f64..=1.0,
    ) {
        let atoms = counts.iter().enumerate().map(|(i, &(x, n))| ((1_i64 << (21 + i)) + x, n));
        let mut sample = Histogram::new();
        let mut list = Vec::new();
        for (value, times) in atoms {
            sample.record_n(value, times);
            list.extend(std::iter::repeat_n(value, times as usize));
        }
        let rank = ((q * list.len() as f64).ceil() as usize).clamp(1, list.len());
        prop_assert_eq!(sample.quantile(q), Quantile::Value(list[rank - 1] as f64));
        let below = list.partition_point(|&x| x <= list[rank - 1]) as f64;
        prop_assert_eq!(sample.cdf(list[rank - 1] as f64), below / list.len() as f64);
    }

    #[test]
    fn quantiles_never_fall(values in values(), a in 0.0f64..=1.0, b in 0.0f64..=1.0) {
        let mut added = Histogram::new();
        added.add(&Tally::default().of(&batch_of(&values)));
        prop_assert!(added == histogram(&values));
        let mut sample = histogram(&values);
        (0..values.len() / 9).for_each(|_| sample.record_censored());
        (0..values.len() / 20).for_each(|_| sample.record_total_loss());
        prop_assert!(sample.quantile(a.min(b)) <= sample.quantile(a.max(b)));
    }

    #[test]
    fn merging_in_any_order_and_grouping_gives_the_same(
        parts in prop::collection::vec(values(), 1..8), seed: u64, censored in 0_usize..5,
    ) {
        let whole = histogram(&parts.concat());
        let mut pieces: Vec<Histogram> = parts.iter().map(|part| histogram(part)).collect();
        pieces.shuffle(&mut random(seed));
        // Grouped to the left, and in two halves.
        let join = |pieces: &[Histogram]| {
            let mut all = Histogram::new();
            pieces.iter().for_each(|piece| all.merge(piece));
            all
        };
        let left = join(&pieces);
        let mut halves = join(&pieces[pieces.len() / 2..]);
        halves.merge(&join(&pieces[..pieces.len() / 2]));
        prop_assert_eq!(&left, &whole);
        prop_assert_eq!(&halves, &whole);
        (0..censored).for_each(|_| halves.record_censored());
        prop_assert_eq!(halves == whole, censored == 0);
    }
}

/// Batches of `size` values made of uniforms, stratified within a batch or not.
fn batches(
    value: fn(&mut dyn FnMut(usize) -> f64) -> f64,
    size: usize,
    count: usize,
    stratified: bool,
    random: &mut Xoshiro256PlusPlus,
) -> Vec<Vec<i64>> {
    const INPUTS: usize = 2;
    let batch = |random: &mut Xoshiro256PlusPlus| {
        let mut strata: Vec<Vec<usize>> = vec![(0..size).collect(); INPUTS];
        strata.iter_mut().for_each(|strata| strata.shuffle(random));
        let trial = |i: usize| {
            let mut uniform = |input: usize| {
                let u: f64 = random.random();
                if stratified { (strata[input][i] as f64 + u) / size as f64 } else { u }
            };
            (value(&mut uniform) * SECOND).round() as i64
        };
        (0..size).map(trial).collect()
    };
    (0..count).map(|_| batch(random)).collect()
}

/// What repeated experiments say of an interval.
#[derive(Default)]
struct Coverage {
    covered: u32,
    width: f64,
}

impl Coverage {
    fn add(&mut self, interval: Interval<f64>, truth: f64) {
        self.covered += u32::from(interval.low <= truth && truth <= interval.high);
        self.width += interval.high - interval.low;
    }
}

const REPEATS: u32 = 2_000;

/// Two inputs added: as in a runbook of two steps.
fn two_steps(uniform: &mut dyn FnMut(usize) -> f64) -> f64 {
    log_normal().quantile(uniform(0)) + Law::exponential(20.0).unwrap().quantile(uniform(1))
}

fn values_of(interval: Interval<Quantile>) -> Interval<f64> {
    let end = |end: Quantile| end.value().unwrap();
    Interval { low: end(interval.low), high: end(interval.high), method: interval.method }
}

/// Coverage of p50, p95, p99, mean and the share under a limit, in this order.
fn coverage(stratified: bool, with_batches: bool) -> [Coverage; 5] {
    const SIZE: usize = 256;
    const COUNT: usize = 40;
    let truth = truth();
    let mut result: [Coverage; 5] = Default::default();
    for repeat in 0..REPEATS {
        let mut random = random(u64::from(repeat));
        let mut sample = Histogram::new();
        let mut spread = BatchSpread::new(SIZE as u64);
        let mut kept = ProportionBatches::new(SIZE as u64);
        for batch in batches(two_steps, SIZE, COUNT, stratified, &mut random) {
            let own = batch_of(&batch);
            spread.add_batch(&mut Tally::default().of(&own));
            sample.add(&Tally::default().of(&own));
            kept.add_batch(batch.iter().filter(|&&x| x as f64 <= truth[4]).count() as u64);
        }
        let spread = with_batches.then_some(&spread);
        for (i, q) in [0.5, 0.95, 0.99].into_iter().enumerate() {
            let interval = quantile_interval(&sample, spread, q, 0.95);
            let by_batches = with_batches && q < 0.96;
            assert_eq!(interval.method == Method::Batches, by_batches, "p{}", 100.0 * q);
            result[i].add(values_of(interval), truth[i]);
        }
        result[3].add(mean_interval(&sample, spread, 0.95).unwrap(), truth[3]);
        let share = if with_batches {
            kept.interval(0.95)
        } else {
            proportion_interval(kept.successes(), kept.trials(), 0.95)
        };
        result[4].add(share, 0.9);
    }
    result
}

/// The true p50, p95, p99 and mean of [`two_steps`], and its p90 as a limit: by
/// integrating the exponential step over the log-normal one.
fn truth() -> [f64; 5] {
    const GRID: u32 = 4_000;
    let first: Vec<f64> =
        (0..GRID).map(|i| log_normal().quantile((f64::from(i) + 0.5) / f64::from(GRID))).collect();
    let second = Law::exponential(20.0).unwrap();
    let cdf = |x: f64| first.iter().map(|a| second.cdf(x - a)).sum::<f64>() / f64::from(GRID);
    let quantile = |q: f64| {
        let (mut low, mut high) = (0.0, 1e4);
        for _ in 0..50 {
            let middle = 0.5 * (low + high);
            *(if cdf(middle) < q { &mut low } else { &mut high }) = middle;
        }
        low * SECOND
    };
    let mean = (log_normal().mean() + 20.0) * SECOND;
    [quantile(0.5), quantile(0.95), quantile(0.99), mean, quantile(0.9)]
}

/// The coverage between plain batches, which two tests look at.
fn plain_coverage() -> &'static [Coverage; 5] {
    static PLAIN: OnceLock<[Coverage; 5]> = OnceLock::new();
    PLAIN.get_or_init(|| coverage(false, true))
}

const FIGURES: [&str; 5] = ["p50", "p95", "p99", "mean", "share"];

/// Within two points of 95 %, four standard errors of the repeats.
fn assert_covers(coverage: &[Coverage; 5], about: &str) {
    for (coverage, figure) in coverage.iter().zip(FIGURES) {
        let share = f64::from(coverage.covered) / f64::from(REPEATS);
        assert!((share - 0.95).abs() <= 0.02, "{about}, {figure}: covered {share}");
    }
}

#[test]
fn intervals_cover_as_they_say_under_plain_sampling() {
    assert_covers(plain_coverage(), "between batches");
    assert_covers(&coverage(false, false), "independent trials");
}

#[test]
fn batch_intervals_cover_and_are_narrower_under_stratified_sampling() {
    let stratified = coverage(true, true);
    let plain = plain_coverage();
    for i in [0, 1, 3, 4] {
        let share = f64::from(stratified[i].covered) / f64::from(REPEATS);
        // What stratification leaves of a mean's error is its far tail, skew in
        // every batch: Student's t then covers some 92 %, as its page says.
        let least = if FIGURES[i] == "mean" { 0.91 } else { 0.93 };
        assert!((least..=0.97).contains(&share), "{}: covered {share}", FIGURES[i]);
        let ratio = stratified[i].width / plain[i].width;
        assert!(ratio < 0.75, "{}: {ratio} of the plain width", FIGURES[i]);
    }
}

#[test]
fn batch_spread_merges_in_any_order() {
    let mut random = random(3);
    let all = batches(two_steps, 64, 30, true, &mut random);
    let spread = |order: &[usize]| {
        let mut spread = BatchSpread::new(64);
        for &index in order {
            spread.add_batch(&mut Tally::default().of(&batch_of(&all[index])));
        }
        spread
    };
    let mut order: Vec<usize> = (0..30).collect();
    let whole = spread(&order);
    order.shuffle(&mut random);
    let mut merged = spread(&order[..11]);
    merged.merge(&spread(&order[11..]));
    assert_eq!(merged, whole);
    assert_eq!(merged.share_deviation(0.9), whole.share_deviation(0.9));
    assert_ne!(spread(&order[1..]), whole);
}

#[test]
fn batch_spread_agrees_with_counting() {
    // The slow twin counts, batch by batch, what lies below a point.
    let mut random = random(4);
    let all = batches(two_steps, 256, 40, true, &mut random);
    let mut spread = BatchSpread::new(256);
    let mut tally = Tally::default();
    all.iter().for_each(|batch| spread.add_batch(&mut tally.of(&batch_of(batch))));
    let mut sorted = all.concat();
    sorted.sort_unstable();
    for q in [0.05, 0.3, 0.5, 0.8, 0.95] {
        let point = sorted[(q * sorted.len() as f64) as usize];
        let counts: Vec<f64> =
            all.iter().map(|batch| batch.iter().filter(|&&x| x < point).count() as f64).collect();
        let mean = counts.iter().sum::<f64>() / 40.0;
        let scatter: f64 = counts.iter().map(|count| (count - mean).powi(2)).sum();
        let exact = (scatter / 39.0).sqrt() / 256.0;
        let ours = spread.share_deviation(q).unwrap();
        assert!((ours / exact - 1.0).abs() < 0.15, "{q}: {ours} {exact}");
    }
}

/// A histogram of `n` draws of a sum or maximum of laws.
fn simulate(n: u32, seed: u64, draw: &dyn Fn(&mut dyn FnMut() -> f64) -> f64) -> Histogram {
    let mut random = random(seed);
    let mut sample = Histogram::new();
    for _ in 0..n {
        let value = draw(&mut || random.random());
        sample.record((value * SECOND).round() as i64);
    }
    sample
}

/// Whether a quantile of a sample is within four standard errors: `density` is
/// that of the true law at the quantile, per second.
fn assert_quantile(sample: &Histogram, q: f64, expected: f64, density: f64) {
    let error = (q * (1.0 - q) / sample.count() as f64).sqrt() / density;
    let value = sample.quantile(q).value().unwrap() / SECOND;
    assert!((value - expected).abs() < 4.0 * error, "p{}: {value}, error {error}", 100.0 * q);
}

#[test]
fn oracle_sum_of_exponentials() {
    const MEANS: [f64; 4] = [5.0, 10.0, 2.0, 25.0];
    const N: u32 = 200_000;
    let laws = MEANS.map(|mean| Law::exponential(mean).unwrap());
    let sample = simulate(N, 13, &|u| laws.iter().map(|law| law.quantile(u())).sum());
    let (mean, deviation) = (42.0, 27.459_06);
    let error = deviation / f64::from(N).sqrt();
    assert!((sample.mean().unwrap() / SECOND - mean).abs() < 4.0 * error);
    // The variance of a variance: (μ₄ − σ⁴)/n, with κ₄ = Σ 6 mᵢ⁴.
    let fourth: f64 = MEANS.iter().map(|m| 6.0 * m.powi(4)).sum::<f64>() + 2.0 * deviation.powi(4);
    let error = (fourth / f64::from(N)).sqrt();
    let variance = sample.variance().unwrap() / (SECOND * SECOND);
    assert!((variance - deviation * deviation).abs() < 4.0 * error, "{variance}");
    // A sum of exponentials with different means has the density
    // Σ wᵢ/mᵢ exp(−x/mᵢ) with wᵢ = Π mᵢ/(mᵢ − mⱼ).
    let density = |x: f64| -> f64 {
        MEANS
            .iter()
            .map(|&m| {
                let others = MEANS.iter().filter(|&&other| other != m);
                others.map(|other| m / (m - other)).product::<f64>() / m * maths::exp(-x / m)
            })
            .sum()
    };
    for (q, expected) in [(0.5, 35.490_05), (0.9, 77.825_29), (0.95, 95.266_41), (0.99, 135.557_62)]
    {
        assert_quantile(&sample, q, expected, density(expected));
    }
    let share = 0.798_698_545_7_f64;
    let error = (share * (1.0 - share) / f64::from(N)).sqrt();
    assert!((sample.cdf(60.0 * SECOND) - share).abs() < 4.0 * error);
}

#[test]
fn oracle_maximum_of_exponentials() {
    const N: u32 = 200_000;
    let law = Law::exponential(10.0).unwrap();
    let sample = simulate(N, 14, &|u| (0..3).map(|_| law.quantile(u())).fold(0.0, f64::max));
    // Variance 100 (1 + 1/4 + 1/9).
    let error = (100.0 * (1.0 + 0.25 + 1.0 / 9.0) / f64::from(N)).sqrt();
    assert!((sample.mean().unwrap() / SECOND - 55.0 / 3.0).abs() < 4.0 * error);
    let (q, expected) = (0.95, 40.773_44);
    let single = law.cdf(expected);
    let density = 3.0 * single * single * (1.0 - single) / 10.0;
    assert_quantile(&sample, q, expected, density);
}

#[test]
fn oracle_sum_of_log_normals_counts_no_tail_away() {
    // A mean of p50 20, p95 60 from the histogram, whose sums are exact.
    const N: u32 = 200_000;
    let law = Law::log_normal_from_quantiles((0.5, 20.0), (0.95, 60.0)).unwrap();
    let sample = simulate(N, 15, &|u| law.quantile(u()));
    let error = (law.variance() / f64::from(N)).sqrt();
    assert!((sample.mean().unwrap() / SECOND - 24.997_689_2).abs() < 4.0 * error);
    let z = maths::normal_quantile(0.99);
    let density = maths::normal_pdf(z) / (0.667_908_846_5 * 94.587_052_3);
    assert_quantile(&sample, 0.99, 94.587_052_3, density);
}

/// How often the band test rejects at 5 % a law whose median is off by `factor`.
fn rejections(factor: f64, margin: f64) -> f64 {
    let (truth, predicted) = (log_normal().scaled(factor).unwrap(), log_normal());
    let mut random = random(16);
    let mut rejected = 0;
    for _ in 0..2_000 {
        let measured: Vec<f64> = (0..12).map(|_| truth.quantile(random.random())).collect();
        let law =
            Predicted::Law { at_most: &|x| predicted.cdf(x), below: &|x| predicted.cdf_below(x) };
        let test = band_test(&measured, &law, margin).unwrap();
        rejected += u32::from(test.p_value <= 0.05);
    }
    f64::from(rejected) / 2_000.0
}

#[test]
fn band_test_rejects_as_often_as_it_says() {
    let right = rejections(1.0, 0.0);
    assert!((right - 0.05).abs() < 4.0 * (0.05 * 0.95 / 2_000.0_f64).sqrt(), "{right}");
    assert!(rejections(1.0, 5.0) < right, "a margin forgives");
    assert!(rejections(3.0, 0.0) > 0.8, "a law three times as slow is found out");
    // Off by less than the margin everywhere near the middle: hardly ever rejected.
    assert!(rejections(1.05, 10.0) < 0.05);
}

#[test]
fn band_test_takes_a_law_or_a_sample_of_it() {
    let law = log_normal();
    let sample: Vec<f64> = (0..100_000).map(|i| law.quantile((f64::from(i) + 0.5) / 1e5)).collect();
    let measured = [20.0, 45.0, 46.0, 80.0, 300.0];
    let by_law = Predicted::Law { at_most: &|x| law.cdf(x), below: &|x| law.cdf_below(x) };
    for margin in [0.0, 10.0] {
        let a = band_test(&measured, &by_law, margin).unwrap();
        let b = band_test(&measured, &Predicted::Sample(&sample), margin).unwrap();
        assert!((a.distance - b.distance).abs() < 2e-5, "{a:?} {b:?}");
    }
}
