//! Drillcast forecasts disaster recovery.
//!
//! A system and what breaks are described in TOML; a Monte Carlo discrete-event
//! simulation predicts how long recovery takes, what is lost, and why.
//!
//! ```
//! use drillcast::diagnostic::SourceFile;
//! use drillcast::experiment::{Plan, Pool, limits, run};
//! use drillcast::model::file::{read_model, read_scenario};
//! use drillcast::model::preset::PresetLibrary;
//! use drillcast::report::{Trials, Verdict, scenario_prediction};
//! use drillcast::trial::Program;
//!
//! let model = r#"
//! model = "shop"
//! zones = { a = "eu", b = "eu", c = "eu" }
//! consensus.etcd = { technology = "etcd", members = ["a", "b", "c"] }
//! stores.orders = { technology = "postgresql/patroni", members = ["a", "b", "c"], dcs = "etcd" }
//! objectives.orders = { recovery_time = "p95 <= 15s" }
//! "#;
//! let scenario = r#"
//! scenario = "The primary loses power"
//! faults = [{ at = "0s", what = "power loss", where = "primary of orders" }]
//! "#;
//! let no_files = |_: &str| Err("none".to_owned());
//! let (model, wrong) = read_model(
//!     &SourceFile::new("shop.toml", model), &PresetLibrary::embedded(), &[], &no_files,
//! );
//! let model = model.unwrap_or_else(|| panic!("{wrong:?}"));
//! let (scenario, wrong) =
//!     read_scenario(&SourceFile::new("dark.toml", scenario), "dark", &model, &no_files);
//! let scenario = scenario.unwrap_or_else(|| panic!("{wrong:?}"));
//!
//! let program = Program::compile(&model, &scenario);
//! let limits = limits(&model, &scenario, program.layout());
//! let plan = Plan { trials: 1024, ..Plan::default() };
//! let pool = Pool::new(&plan)?;
//! let (summary, reached) = run(&program, &limits, &plan, &[], &pool, &|_, _| {});
//! let prediction = scenario_prediction(&Trials {
//!     title: &scenario.title,
//!     layout: program.layout(),
//!     horizon: program.horizon(),
//!     limits: &limits,
//!     summary: &summary,
//!     reached: &reached,
//! });
//! // Patroni's lease alone runs for 20 to 30 s.
//! assert_eq!(prediction.verdict, Some(Verdict::Missed));
//! # Ok::<(), drillcast::experiment::PoolError>(())
//! ```
#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod block;
pub mod cli;
pub mod diagnostic;
pub mod distribution;
pub mod experiment;
pub mod kernel;
pub mod lint;
pub mod maths;
pub mod model;
pub mod outcome;
pub mod random;
pub mod report;
pub mod statistics;
pub mod trial;
pub mod units;
