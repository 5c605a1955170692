//! The probability laws against closed forms, statrs and `rand_distr`.

use drillcast::distribution::{Law, LawError};
use drillcast::maths;
use proptest::prelude::*;
use rand::rngs::Xoshiro256PlusPlus;
use rand::{RngExt, SeedableRng};
use rand_distr::Distribution;
use statrs::distribution::ContinuousCDF;

/// A law of each kind and each composition, with a name for messages.
fn laws() -> Vec<(&'static str, Law)> {
    let uniform = Law::uniform(10.0, 15.0).unwrap();
    let exponential = Law::exponential(7.0).unwrap();
    let log_normal = Law::log_normal(4.0, 0.8).unwrap();
    let atom = Law::constant(30.0).unwrap();
    let samples = Law::empirical(vec![3.0, 1.0, 4.0, 1.0, 5.0, 9.0, 2.0]).unwrap();
    let either = |parts| Law::mixture(parts).unwrap();
    vec![
        ("constant", atom.clone()),
        ("uniform", uniform.clone()),
        ("uniform below zero", Law::uniform(-3.0, 2.0).unwrap()),
        ("exponential", exponential.clone()),
        ("log-normal", log_normal.clone()),
        ("weibull, falling", Law::weibull(5.0, 0.7).unwrap()),
        ("weibull, rising", Law::weibull(5.0, 3.0).unwrap()),
        ("gamma, peaked", Law::gamma(6.5, 2.0).unwrap()),
        ("gamma, at zero", Law::gamma(0.4, 2.0).unwrap()),
        ("pert", Law::beta_pert(2.0, 3.0, 10.0).unwrap()),
        ("pert, mode at the end", Law::beta_pert(2.0, 2.0, 10.0).unwrap()),
        ("triangular", Law::triangular(1.0, 2.0, 6.0).unwrap()),
        ("triangular, mode at the end", Law::triangular(1.0, 6.0, 6.0).unwrap()),
        ("empirical", samples.clone()),
        ("apart", either(vec![(0.9, Law::constant(0.0).unwrap()), (0.1, log_normal.clone())])),
        ("overlapping", either(vec![(2.0, exponential.clone()), (1.0, uniform.clone())])),
        ("with an atom", either(vec![(3.0, exponential.clone()), (1.0, atom)])),
        ("nested", either(vec![(1.0, samples.clone()), (1.0, log_normal.clone())])),
        ("truncated", log_normal.clone().truncated(2.0, 9.0).unwrap()),
        ("truncated above", exponential.clone().truncated(0.0, 9.0).unwrap()),
        ("truncated below", Law::weibull(5.0, 1.5).unwrap().truncated(4.0, f64::INFINITY).unwrap()),
        ("truncated gamma", Law::gamma(3.0, 2.0).unwrap().truncated(1.0, 7.0).unwrap()),
        ("truncated pert", Law::beta_pert(2.0, 3.0, 10.0).unwrap().truncated(3.0, 7.0).unwrap()),
        ("truncated triangle", Law::triangular(1., 2., 6.).unwrap().truncated(1.5, 4.0).unwrap()),
        ("truncated samples", samples.clone().truncated(1.5, 5.0).unwrap()),
        (
            "truncated mixture",
            either(vec![(1.0, samples.clone()), (1.0, log_normal.clone())])
                .truncated(2.0, 6.0)
                .unwrap(),
        ),
        ("shifted", exponential.clone().shifted(-2.0).unwrap()),
        ("shifted samples", samples.shifted(0.1).unwrap()),
        ("scaled", log_normal.clone().scaled(60.0).unwrap()),
        (
            "truncated again",
            uniform.shifted(1.0).unwrap().scaled(2.0).unwrap().truncated(24.0, 30.0).unwrap(),
        ),
        ("truncated twice", log_normal.truncated(1.0, 20.0).unwrap().truncated(2.0, 9.0).unwrap()),
    ]
}

/// Whether the law has atoms, so that its cdf jumps over some uniforms.
fn has_atoms(name: &str) -> bool {
    ["constant", "empirical", "apart", "atom", "nested", "samples", "truncated mixture"]
        .iter()
        .any(|word| name.contains(word))
}

#[test]
fn moments_agree_with_samples_within_four_standard_errors() {
    const N: usize = 200_000;
    for (name, law) in laws() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(20);
        let values: Vec<f64> = (0..N).map(|_| law.quantile(random.random())).collect();
        let n = N as f64;
        let mean = values.iter().sum::<f64>() / n;
        let central = |k| values.iter().map(|x| (x - mean).powi(k)).sum::<f64>() / n;
        let (variance, fourth) = (central(2), central(4));
        let slack = 1e-12 * mean.abs();
        let error = (law.mean() - mean).abs();
        assert!(error <= 4.0 * (variance / n).sqrt() + slack, "{name}: mean {} {mean}", law.mean());
        let spread = ((fourth - variance * variance).max(0.0) / n).sqrt();
        let error = (law.variance() - variance).abs();
        assert!(
            error <= 4.0 * spread + slack * slack,
            "{name}: variance {} {variance} {spread}",
            law.variance()
        );
    }
}

#[test]
fn mean_agrees_with_the_integral_of_the_quantile() {
    // A stratified grid leaves no sampling noise, so that this one is sharp.
    const N: usize = 200_000;
    for (name, law) in laws() {
        let sum: f64 = (0..N).map(|i| law.quantile((i as f64 + 0.5) / N as f64)).sum();
        let mean = sum / N as f64;
        let scale = law.mean().abs().max(law.variance().sqrt());
        assert!((mean - law.mean()).abs() < 2e-4 * scale, "{name}: {mean} {}", law.mean());
    }
}

#[test]
fn cdf_inverts_the_quantile() {
    for (name, law) in laws() {
        for i in 1..2_000 {
            let u = f64::from(i) / 2_000.0;
            let x = law.quantile(u);
            let (below, at_most) = (law.cdf_below(x), law.cdf(x));
            let slack = 1e-12;
            assert!(
                below <= u + slack && u <= at_most + slack,
                "{name}: {u} {x} {below} {at_most}"
            );
            if !has_atoms(name) {
                assert!((at_most - u).abs() < slack, "{name}: cdf(quantile({u})) = {at_most}");
                assert_eq!(at_most, below, "{name}");
            }
            assert!(law.least() <= x && x <= law.most(), "{name}: {x} outside its support");
        }
    }
}

#[test]
fn quantile_is_the_least_value_that_reaches_the_uniform() {
    for (name, law) in laws().into_iter().filter(|(name, _)| has_atoms(name)) {
        for i in 1..500 {
            let u = f64::from(i) / 500.0;
            let x = law.quantile(u);
            let before = x - 1e-9 * x.abs().max(1.0);
            assert!(law.cdf(before) < u + 1e-15, "{name}: {before} already reaches {u}");
        }
    }
}

#[test]
fn extreme_uniforms_give_finite_values() {
    for (name, law) in laws() {
        for u in [0.0, f64::MIN_POSITIVE, 1e-300, 1e-17, 1.0 - 1e-16, 1.0, 2.0, -1.0, f64::NAN] {
            let x = law.quantile(u);
            assert!(x.is_finite() && law.least() <= x && x <= law.most(), "{name}: {u} gives {x}");
        }
        for x in [f64::NEG_INFINITY, -1e300, 0.0, 1e300, f64::INFINITY] {
            assert!((0.0..=1.0).contains(&law.cdf(x)), "{name}: cdf({x}) = {}", law.cdf(x));
        }
        assert_eq!(law.cdf(f64::NEG_INFINITY), 0.0, "{name}");
        assert_eq!(law.cdf(f64::INFINITY), 1.0, "{name}");
    }
}

#[test]
fn extreme_parameters_give_finite_laws() {
    let laws = [
        Law::log_normal(1e30, 10.0),
        Law::log_normal(5e-324, 10.0),
        Law::weibull(1e30, 0.05),
        Law::weibull(1.0, 1e3),
        Law::gamma(1e-3, 1e30),
        Law::gamma(1e6, 1e-300),
        Law::beta_pert(-1e30, 0.0, 1e30),
        Law::beta_pert(1.0, 1.0, 1.0 + 1e-15),
        Law::triangular(0.0, 0.0, 5e-324),
        Law::uniform(1.0, 1.0f64.next_up()),
        Law::exponential(5e-324),
        Law::empirical(vec![1e30; 3]),
    ];
    for law in laws {
        let law = law.unwrap();
        for i in 0..=100 {
            let u = f64::from(i) / 100.0;
            assert!(law.quantile(u).is_finite(), "{law:?} at {u}");
            let cdf = law.cdf(law.quantile(u));
            assert!((0.0..=1.0).contains(&cdf), "{law:?} at {u}: {cdf}");
        }
        assert!(law.mean().is_finite() && law.variance().is_finite(), "{law:?}");
        assert!(law.variance() >= 0.0, "{law:?}");
    }
}

#[test]
fn cdf_agrees_with_statrs() {
    use statrs::distribution as twin;
    let check = |name: &str, law: Law, twin: &dyn Fn(f64) -> f64| {
        for i in -20..400 {
            let x = f64::from(i) / 10.0;
            let (ours, theirs) = (law.cdf(x), twin(x));
            assert!((ours - theirs).abs() < 1e-9, "{name} at {x}: {ours} {theirs}");
        }
    };
    let exponential = twin::Exp::new(1.0 / 7.0).unwrap();
    check("exponential", Law::exponential(7.0).unwrap(), &|x| exponential.cdf(x));
    let log_normal = twin::LogNormal::new(maths::ln(4.0), 0.8).unwrap();
    check("log-normal", Law::log_normal(4.0, 0.8).unwrap(), &|x| log_normal.cdf(x));
    let weibull = twin::Weibull::new(1.7, 5.0).unwrap();
    check("weibull", Law::weibull(5.0, 1.7).unwrap(), &|x| weibull.cdf(x));
    let gamma = twin::Gamma::new(6.5, 0.5).unwrap();
    check("gamma", Law::gamma(6.5, 2.0).unwrap(), &|x| gamma.cdf(x));
    let triangular = twin::Triangular::new(1.0, 6.0, 2.0).unwrap();
    check("triangular", Law::triangular(1.0, 2.0, 6.0).unwrap(), &|x| triangular.cdf(x));
    let uniform = twin::Uniform::new(10.0, 15.0).unwrap();
    check("uniform", Law::uniform(10.0, 15.0).unwrap(), &|x| uniform.cdf(x));
    let beta = twin::Beta::new(1.5, 4.5).unwrap();
    let pert = Law::beta_pert(2.0, 3.0, 10.0).unwrap();
    check("pert", pert, &|x| beta.cdf(((x - 2.0) / 8.0).clamp(0.0, 1.0)));
}

/// The two-sample Kolmogorov-Smirnov statistic.
fn distance(mut ours: Vec<f64>, mut theirs: Vec<f64>) -> f64 {
    ours.sort_unstable_by(f64::total_cmp);
    theirs.sort_unstable_by(f64::total_cmp);
    let share = |sorted: &[f64], x: f64| {
        sorted.partition_point(|&value| value <= x) as f64 / sorted.len() as f64
    };
    let all = ours.iter().chain(&theirs);
    all.map(|&x| (share(&ours, x) - share(&theirs, x)).abs()).fold(0.0, f64::max)
}

#[test]
fn samples_agree_with_rand_distr() {
    use rand_distr as twin;
    const N: usize = 20_000;
    // Two samples of N differ by more than this one time in 10,000.
    let limit = (-0.5 * maths::ln(0.5e-4)).sqrt() * (2.0 / N as f64).sqrt();
    let check = |name: &str, law: Law, twin: &dyn Fn(&mut Xoshiro256PlusPlus) -> f64| {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(7);
        let ours = (0..N).map(|_| law.quantile(random.random())).collect();
        let theirs = (0..N).map(|_| twin(&mut random)).collect();
        let d = distance(ours, theirs);
        assert!(d < limit, "{name}: distance {d}, limit {limit}");
    };
    let exponential = twin::Exp::new(1.0 / 7.0).unwrap();
    check("exponential", Law::exponential(7.0).unwrap(), &|r| exponential.sample(r));
    let log_normal = twin::LogNormal::new(maths::ln(4.0), 0.8).unwrap();
    check("log-normal", Law::log_normal(4.0, 0.8).unwrap(), &|r| log_normal.sample(r));
    let weibull = twin::Weibull::new(5.0, 1.7).unwrap();
    check("weibull", Law::weibull(5.0, 1.7).unwrap(), &|r| weibull.sample(r));
    let gamma = twin::Gamma::new(0.4, 2.0).unwrap();
    check("gamma", Law::gamma(0.4, 2.0).unwrap(), &|r| gamma.sample(r));
    let pert = twin::Pert::new(2.0, 10.0).with_mode(3.0).unwrap();
    check("pert", Law::beta_pert(2.0, 3.0, 10.0).unwrap(), &|r| pert.sample(r));
    let triangular = twin::Triangular::new(1.0, 6.0, 2.0).unwrap();
    check("triangular", Law::triangular(1.0, 2.0, 6.0).unwrap(), &|r| triangular.sample(r));
    // A mixture, drawn in two steps by the twin: the part, then the value.
    let parts =
        vec![(0.3, Law::log_normal(4.0, 0.8).unwrap()), (0.7, Law::exponential(7.0).unwrap())];
    check("mixture", Law::mixture(parts).unwrap(), &|r| {
        if r.random_bool(0.3) { log_normal.sample(r) } else { exponential.sample(r) }
    });
    // A truncation, drawn by rejection by the twin.
    let truncated = Law::log_normal(4.0, 0.8).unwrap().truncated(2.0, 9.0).unwrap();
    check("truncated", truncated, &|r| {
        log_normal.sample_iter(r).find(|x| (2.0..=9.0).contains(x)).unwrap()
    });
}

#[test]
fn oracle_log_normal_from_two_quantiles() {
    let law = Law::log_normal_from_quantiles((0.5, 20.0), (0.95, 60.0)).unwrap();
    let Law::LogNormal(inner) = &law else { panic!("{law:?}") };
    assert!((inner.sigma() - 0.667_908_846_5).abs() < 1e-10);
    assert_eq!(inner.median(), 20.0);
    assert!((law.mean() - 24.997_689_2).abs() < 1e-7);
    assert!((law.quantile(0.99) - 94.587_052_3).abs() < 1e-7);
    // Any two points of the same law give the same law.
    let (p5, p80) = (law.quantile(0.05), law.quantile(0.8));
    let again = Law::log_normal_from_quantiles((0.05, p5), (0.8, p80)).unwrap();
    for u in [0.01, 0.5, 0.95, 0.99] {
        assert!((again.quantile(u) / law.quantile(u) - 1.0).abs() < 1e-13);
    }
}

#[test]
fn degenerate_laws_are_constant() {
    for law in [
        Law::uniform(3.0, 3.0),
        Law::log_normal(3.0, 0.0),
        Law::log_normal_from_quantiles((0.5, 3.0), (0.9, 3.0)),
        Law::beta_pert(3.0, 3.0, 3.0),
        Law::triangular(3.0, 3.0, 3.0),
        Law::empirical(vec![3.0, 3.0]),
        Law::mixture(vec![(1.0, Law::constant(3.0).unwrap()); 2]),
        Law::constant(1.0).unwrap().shifted(2.0),
        Law::constant(1.5).unwrap().scaled(2.0),
        Law::empirical(vec![1.0, 3.0, 9.0]).unwrap().truncated(3.0, 3.0),
    ] {
        assert_eq!(law.unwrap().is_constant(), Some(3.0));
    }
    assert_eq!(Law::uniform(3.0, 4.0).unwrap().is_constant(), None);
    assert_eq!(Law::exponential(3.0).unwrap().is_constant(), None);
}

#[test]
fn support_ends_where_it_should() {
    let ends = |law: Law| (law.least(), law.most());
    assert_eq!(ends(Law::exponential(1.0).unwrap()), (0.0, f64::INFINITY));
    assert_eq!(ends(Law::exponential(1.0).unwrap().shifted(5.0).unwrap()), (5.0, f64::INFINITY));
    assert_eq!(ends(Law::beta_pert(1.0, 2.0, 4.0).unwrap()), (1.0, 4.0));
    let kept = Law::exponential(1.0).unwrap().truncated(-5.0, 2.0).unwrap();
    assert_eq!(ends(kept), (0.0, 2.0));
    let parts =
        vec![(1.0, Law::uniform(5.0, 9.0).unwrap()), (1.0, Law::uniform(-1.0, 6.0).unwrap())];
    assert_eq!(ends(Law::mixture(parts).unwrap()), (-1.0, 9.0));
}

#[test]
fn each_mistake_has_its_error() {
    let check = |result: Result<Law, LawError>, text: &str| {
        assert_eq!(result.unwrap_err().to_string(), text);
    };
    let one = || Law::exponential(1.0).unwrap();
    check(Law::constant(f64::NAN), "expected the value to be a finite number, found NaN");
    check(
        Law::uniform(0.0, f64::INFINITY),
        "expected the high end to be a finite number, found inf",
    );
    check(
        Law::constant(1e31),
        "expected the value to be at most 1e30 in size, found 10000000000000000000000000000000",
    );
    check(Law::uniform(2.0, 1.0), "expected the low end (2) to be at most the high end (1)");
    check(Law::exponential(0.0), "expected the mean to be above zero, found 0");
    check(Law::exponential(-1.0), "expected the mean to be above zero, found -1");
    check(Law::log_normal(1.0, -0.5), "expected sigma to be zero or more, found -0.5");
    check(Law::log_normal(1.0, f64::NAN), "expected sigma to be a finite number, found NaN");
    check(Law::log_normal(1.0, 11.0), "expected sigma to lie between 0 and 10, found 11");
    check(Law::log_normal(0.0, 1.0), "expected the median to be above zero, found 0");
    check(
        Law::log_normal_from_quantiles((0.5, 1.0), (1.0, 2.0)),
        "expected a quantile strictly between 0 and 1, found 1",
    );
    check(
        Law::log_normal_from_quantiles((0.95, 1.0), (0.5, 2.0)),
        "expected the first quantile (0.95) to be below the second (0.5)",
    );
    check(
        Law::log_normal_from_quantiles((0.5, 3.0), (0.95, 2.0)),
        "expected the value at the lower quantile (3) to be at most that at the higher (2)",
    );
    check(Law::weibull(1.0, 0.01), "expected the shape to lie between 0.05 and 1000, found 0.01");
    check(Law::weibull(-1.0, 1.0), "expected the scale to be above zero, found -1");
    check(
        Law::gamma(1e7, 1.0),
        "expected the shape to lie between 0.001 and 1000000, found 10000000",
    );
    check(Law::beta_pert(2.0, 1.0, 3.0), "expected min <= mode <= max, found 2, 1, 3");
    check(Law::triangular(2.0, 4.0, 3.0), "expected min <= mode <= max, found 2, 4, 3");
    check(Law::empirical(vec![]), "expected at least one sample");
    check(
        Law::empirical(vec![1.0, f64::NEG_INFINITY]),
        "expected every sample to be a finite number, found -inf",
    );
    check(Law::mixture(vec![]), "expected at least one part in the mixture");
    check(Law::mixture(vec![(0.0, one())]), "expected every weight to be above zero, found 0");
    check(
        Law::mixture(vec![(f64::NAN, one())]),
        "expected every weight to be a finite number, found NaN",
    );
    check(
        Law::uniform(0.0, 1.0).unwrap().truncated(2.0, 3.0),
        "expected at least a millionth of the law between 2 and 3, found 0",
    );
    check(one().truncated(3.0, 2.0), "expected the low end (3) to be at most the high end (2)");
    check(one().truncated(f64::NAN, 2.0), "expected the low end to be a finite number, found NaN");
    check(one().scaled(0.0), "expected the factor to be above zero, found 0");
    check(one().shifted(f64::NAN), "expected the shift to be a finite number, found NaN");
    check(Law::mixture(vec![(1.0, one()); 1_000]), "expected at most 1000 laws in one, found 1001");
    let deep = (0..15).fold(one(), |law, _| law.shifted(1.0).unwrap());
    check(deep.shifted(1.0), "expected laws nested at most 16 deep, found 17");
}

#[test]
fn a_law_that_reaches_too_far_is_refused() {
    let far = Law::log_normal(1e30, 10.0).unwrap();
    assert!(far.clone().scaled(1e20).is_ok());
    assert!(matches!(far.scaled(1e30), Err(LawError::TooLarge { .. })));
}

#[test]
fn descriptions_read_well() {
    let unit = |s: f64| format!("{s} s");
    let check = |law: Result<Law, LawError>, text: &str| {
        assert_eq!(law.unwrap().describe(&unit), text);
    };
    check(Law::constant(30.0), "30 s");
    check(Law::uniform(10.0, 15.0), "10 s..15 s");
    check(Law::exponential(5.0), "exponential, mean 5 s");
    check(Law::log_normal(240.0, 0.8), "log-normal, median 240 s, σ 0.8");
    check(
        Law::log_normal_from_quantiles((0.5, 240.0), (0.999, 900.0)),
        "log-normal, p50 240 s, p99.9 900 s",
    );
    check(Law::weibull(5.0, 2.0 / 3.0), "Weibull, scale 5 s, shape 0.667");
    check(Law::gamma(2.0, 3.0), "gamma, mean 6 s, shape 2");
    check(Law::beta_pert(1.0, 2.0, 4.0), "PERT, 1 s..4 s, mode 2 s");
    check(Law::triangular(1.0, 2.0, 4.0), "triangular, 1 s..4 s, mode 2 s");
    check(Law::empirical(vec![5.0, 1.0, 2.0]), "3 samples, 1 s..5 s, median 2 s");
    check(
        Law::mixture(vec![
            (1.0, Law::uniform(10.0, 15.0).unwrap()),
            (9.0, Law::constant(2.0).unwrap()),
        ]),
        "90 % 2 s; 10 % 10 s..15 s",
    );
    let mean = || Law::exponential(5.0).unwrap();
    check(mean().truncated(1.0, 9.0), "exponential, mean 5 s, within 1 s..9 s");
    check(mean().truncated(-1.0, 9.0), "exponential, mean 5 s, at most 9 s");
    check(mean().truncated(1.0, f64::INFINITY), "exponential, mean 5 s, at least 1 s");
    check(mean().shifted(2.0), "2 s + exponential, mean 5 s");
    check(mean().shifted(-2.0), "exponential, mean 5 s − 2 s");
    check(mean().scaled(1.5), "1.5 × (exponential, mean 5 s)");
}

#[test]
fn empirical_returns_each_sample_at_its_own_share() {
    for n in [1_usize, 3, 7, 10, 49, 1000] {
        let law = Law::empirical((1..=n).map(|i| i as f64).collect()).unwrap();
        for rank in 1..=n {
            let share = rank as f64 / n as f64;
            assert_eq!(law.quantile(share - 1e-13), rank as f64, "{rank} of {n}");
            assert_eq!(law.quantile(law.cdf(rank as f64)), rank as f64, "{rank} of {n}");
        }
    }
}

proptest! {
    #[test]
    fn larger_uniforms_never_give_smaller_values(u in 0.0f64..1.0, v in 0.0f64..1.0, near: bool) {
        let v = if near { (u + 1e-6 * v).min(1.0) } else { v };
        let (u, v) = (u.min(v), u.max(v));
        for (name, law) in laws() {
            let (x, y) = (law.quantile(u), law.quantile(v));
            // Laws that are solved for agree to the last bits only.
            let slack = if name.contains("pert") || name.contains("gamma") { 1e-13 } else { 0.0 };
            prop_assert!(x <= y + slack * y.abs(), "{}: {} at {}, {} at {}", name, x, u, y, v);
        }
    }

    #[test]
    fn no_parameters_give_nan(a: f64, b: f64, c: f64, u in 0.0f64..1.0) {
        let laws = [
            Law::constant(a),
            Law::uniform(a, b),
            Law::exponential(a),
            Law::log_normal(a, b),
            Law::log_normal_from_quantiles((a, b), (u, c)),
            Law::log_normal_from_quantiles((0.5, b), (0.95, c)),
            Law::weibull(a, b),
            Law::gamma(a, b),
            Law::beta_pert(a, b, c),
            Law::triangular(a, b, c),
            Law::empirical(vec![a, b, c]),
            Law::uniform(0.0, 1.0).and_then(|law| law.truncated(a, b)),
            Law::exponential(5.0).and_then(|law| law.scaled(a)).and_then(|law| law.shifted(b)),
        ];
        for law in laws.into_iter().flatten() {
            let x = law.quantile(u);
            prop_assert!(x.is_finite(), "{:?} at {}", law, u);
            prop_assert!((0.0..=1.0).contains(&law.cdf(x)), "{:?} at {}", law, x);
            prop_assert!(law.mean().is_finite() && law.variance() >= 0.0, "{:?}", law);
        }
    }
}
