//! One draw of each law: its quantile at a uniform number.

use std::hint::black_box;

use criterion::Criterion;
use drillcast::distribution::{Law, LawError};

fn laws() -> Result<Vec<(&'static str, Law)>, LawError> {
    let log_normal = || Law::log_normal_from_quantiles((0.5, 20.0), (0.95, 60.0));
    let samples: Vec<f64> = (0..25).map(|i| 75.0 + f64::from(i * i)).collect();
    Ok(vec![
        ("constant", Law::constant(3.0)?),
        ("uniform", Law::uniform(10.0, 15.0)?),
        ("exponential", Law::exponential(5.0)?),
        ("log-normal", log_normal()?),
        ("Weibull", Law::weibull(20.0, 1.5)?),
        ("gamma", Law::gamma(2.5, 8.0)?),
        ("beta-PERT", Law::beta_pert(1.0, 3.0, 10.0)?),
        ("triangular", Law::triangular(1.0, 3.0, 10.0)?),
        ("empirical", Law::empirical(samples)?),
        ("mixture", Law::mixture(vec![(0.7, Law::uniform(1.0, 2.0)?), (0.3, log_normal()?)])?),
        ("truncated", log_normal()?.truncated(5.0, 120.0)?),
        ("shifted", log_normal()?.shifted(5.0)?),
        ("scaled", log_normal()?.scaled(2.0)?),
    ])
}

pub(super) fn quantiles(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("laws");
    for (name, law) in laws().expect("their parameters are right") {
        // Uniforms that run through the whole range, so that no branch is learnt.
        let mut uniform = 0.5;
        group.bench_function(name, |b| {
            b.iter(|| {
                uniform = (uniform + 0.618_033_988_75_f64).fract().max(1e-9);
                black_box(law.quantile(uniform))
            });
        });
    }
    group.finish();
}
