//! What many trials say, and how sure they are.
//!
//! - [`Histogram`] keeps any number of values in bounded memory; merging is
//!   commutative and associative to the last bit, so that threads and shards
//!   never change an answer.
//! - [`BatchSpread`] and [`ProportionBatches`] watch how batches of trials differ,
//!   which is what intervals rest on when trials within a batch are stratified.
//! - [`quantile_interval`], [`mean_interval`], [`proportion_interval`]: a range
//!   and the method behind it, an [`Interval`].
//! - Scores and tests hold a prediction against measurements: [`band_test`],
//!   [`binomial_test`], [`multinomial_test`], [`holm`], [`crps_ensemble`].
//!
//! ```
//! use drillcast::statistics::{Histogram, Quantile, quantile_interval};
//!
//! let mut sample = Histogram::new();
//! for value in 1..=1_000 {
//!     sample.record(value);
//! }
//! assert_eq!(sample.quantile(0.95), Quantile::Value(950.0));
//! let interval = quantile_interval(&sample, None, 0.95, 0.95);
//! assert_eq!(interval.low, Quantile::Value(936.0));
//! assert_eq!(interval.high, Quantile::Value(964.0));
//! ```

mod batch;
mod batches;
mod histogram;
mod interval;
mod kolmogorov;
mod page;
mod proportion;
mod score;
mod table;
mod tally;
mod test;
mod wide;

pub use batch::{Alike, Batch};
pub use batches::{BatchSpread, ProportionBatches};
pub use histogram::{Bucket, Histogram, Quantile, RoughHistogram};
pub use interval::{Interval, Method, mean_interval, quantile_interval, quantile_ranks};
pub use kolmogorov::{BandTest, Predicted, band_test, kolmogorov_p_value};
pub use proportion::{clopper_pearson, proportion_interval, trials_to_decide, wilson};
pub use score::{crps_ensemble, crps_exponential, crps_normal, pinball};
pub use tally::{Tallied, Tally};
pub use test::{OrderInterval, TestError, binomial_test, holm, median_interval, multinomial_test};
