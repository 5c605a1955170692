//! Elementary and special functions from one pinned implementation.
//!
//! The standard library asks the platform for `exp`, `ln` and their kin, and
//! platforms answer with different last bits. Everything here rests on `libm`,
//! which is compiled with the program, and on plain IEEE 754 arithmetic without
//! fused operations, so that the same input gives the same bits everywhere. What ends in
//! `_each` takes many numbers side by side, and gives the bits of one by one.
//!
//! ```
//! use drillcast::maths;
//!
//! let z = maths::normal_quantile(0.95);
//! assert!((z - 1.6448536269514722).abs() < 1e-15);
//! assert!((maths::normal_cdf(z) - 0.95).abs() < 1e-15);
//! ```

mod beside;
mod beta;
mod elementary;
mod gamma;
mod normal;
mod probability;

pub use beside::{exp_each, ln_1p_each, ln_each, normal_quantile_each};
pub use beta::{beta_cdf, beta_quantile, beta_tails, student_t_quantile};
pub use elementary::{exp, exp_m1, ln, ln_1p, powf, sqrt};
pub use gamma::{gamma, gamma_cdf, gamma_ln, gamma_quantile, gamma_tails};
pub use normal::{erf, erfc, normal_cdf, normal_pdf, normal_quantile};
pub use probability::{binomial_cdf, binomial_pmf, poisson_term};
