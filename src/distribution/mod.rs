//! The closed set of probability laws that a model may use.
//!
//! A [`Law`] is sampled by inverting its distribution function: one uniform
//! gives one value, and a larger uniform never gives a smaller value. So designs
//! can be compared under common random numbers, and Latin hypercube points can
//! take the place of the uniforms.
//!
//! Values are in base units (seconds, bytes, ratios); a law does not know which.
//! A law cannot be built wrong: every constructor checks its parameters and
//! answers with a [`LawError`], and a law that was built gives a finite value
//! for every uniform.
//!
//! ```
//! use drillcast::distribution::{Law, LawError};
//!
//! let promotion = Law::log_normal_from_quantiles((0.5, 20.0), (0.95, 60.0))?;
//! assert!((promotion.quantile(0.95) - 60.0).abs() < 1e-9);
//! assert!((promotion.mean() - 24.997_689_2).abs() < 1e-6);
//!
//! let wrong = Law::uniform(15.0, 10.0).unwrap_err();
//! assert_eq!(wrong.to_string(), "expected the low end (15) to be at most the high end (10)");
//! # Ok::<(), LawError>(())
//! ```

mod check;
mod constant;
mod empirical;
mod error;
mod exponential;
mod gamma;
mod law;
mod log_normal;
mod mixture;
mod pert;
mod scaled;
mod shifted;
mod triangular;
mod truncated;
mod uniform;
mod weibull;

pub use constant::Constant;
pub use empirical::Empirical;
pub use error::LawError;
pub use exponential::Exponential;
pub use gamma::Gamma;
pub use law::Law;
pub use log_normal::LogNormal;
pub use mixture::Mixture;
pub use pert::BetaPert;
pub use scaled::Scaled;
pub use shifted::Shifted;
pub use triangular::Triangular;
pub use truncated::Truncated;
pub use uniform::Uniform;
pub use weibull::Weibull;
