//! Named randomness: a uniform is a function of seed, trial, name and index.
//!
//! Nothing is drawn *from* anything: there is no stream whose next value depends
//! on who drew before. Adding a replica therefore leaves the draws of everything
//! else as they were, two designs are compared under common random numbers, and
//! lazy evaluation draws what full execution draws.
//!
//! The generator is squares64 (Widynski, *Squares: A Fast Counter-Based RNG*,
//! arXiv 2004.06278v7, 2022): five rounds of squaring a counter under a key. The
//! key is a hash of seed and name, the counter holds trial and index.
//!
//! Under Latin hypercube sampling the first trials × draws of a batch are
//! stratified: within each batch of [`BATCH`] trials every named draw falls once
//! into each of [`BATCH`] equal strata (McKay, Beckman and Conover 1979), in an
//! order that a keyed permutation makes independent from name to name.

/// Trials in a batch.
pub const BATCH: u64 = 256;

/// Bits of [`BATCH`].
const BATCH_BITS: u32 = BATCH.trailing_zeros();

/// Where a draw belongs: the stable name of component and purpose, hashed with
/// the seed.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Stream(u64);

/// How trials sample the space of inputs.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Scheme {
    /// Independent trials.
    Plain,
    /// Latin hypercube within each batch.
    #[default]
    LatinHypercube,
}

/// A seed and a scheme.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sampling {
    /// The seed of the run.
    pub seed: u64,
    /// How trials sample.
    pub scheme: Scheme,
}

/// The FNV-1a hash of a name, finished by a full avalanche.
///
/// Stable over versions and platforms: predictions depend on it.
#[must_use]
pub fn name_hash(name: &str) -> u64 {
    let hash = name
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3));
    avalanche(hash)
}

/// Mixes all bits into all bits (Stafford's variant 13 of the `MurmurHash3` finaliser).
#[inline(always)]
const fn avalanche(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// squares64: five rounds over `counter` under `key`.
#[inline(always)]
const fn squares64(counter: u64, key: u64) -> u64 {
    let mut x = counter.wrapping_mul(key);
    let y = x;
    let z = y.wrapping_add(key);
    x = x.wrapping_mul(x).wrapping_add(y).rotate_right(32);
    x = x.wrapping_mul(x).wrapping_add(z).rotate_right(32);
    x = x.wrapping_mul(x).wrapping_add(y).rotate_right(32);
    x = x.wrapping_mul(x).wrapping_add(z);
    let t = x;
    x = x.rotate_right(32);
    t ^ (x.wrapping_mul(x).wrapping_add(y) >> 32)
}

impl Sampling {
    /// Plain sampling.
    #[must_use]
    pub const fn plain(seed: u64) -> Self {
        Self { seed, scheme: Scheme::Plain }
    }

    /// Latin hypercube sampling.
    #[must_use]
    pub const fn latin_hypercube(seed: u64) -> Self {
        Self { seed, scheme: Scheme::LatinHypercube }
    }

    /// The stream of a name (its [`name_hash`]).
    ///
    /// The key is odd and well mixed, as squares64 wants it.
    #[must_use]
    #[inline(always)]
    pub const fn stream(&self, name: u64) -> Stream {
        Stream(avalanche(name ^ avalanche(self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15))) | 1)
    }

    /// The uniform number in (0, 1) of a stream, trial and index.
    ///
    /// Never 0 and never 1, so that every inverse CDF is finite where its law is.
    #[must_use]
    pub fn uniform(&self, stream: Stream, trial: u64, index: u32) -> f64 {
        let unit = unit(squares64((trial << 32) | u64::from(index), stream.0));
        match self.scheme {
            Scheme::Plain => unit,
            Scheme::LatinHypercube => {
                let order = Order::of(stream, trial / BATCH, index);
                in_stratum(order.stratum((trial % BATCH) as u32), unit)
            }
        }
    }
}

impl Sampling {
    /// The uniform numbers of a stream at index 0 in the so-many-th batch; bit for bit those
    /// of [`Self::uniform`].
    #[must_use]
    pub const fn in_batch(&self, stream: Stream, batch: u64) -> InBatch {
        let order = match self.scheme {
            Scheme::Plain => None,
            Scheme::LatinHypercube => Some(Order::of(stream, batch, 0)),
        };
        InBatch { stream, order }
    }
}

/// The uniform numbers of a stream at index 0 in a batch.
#[derive(Clone, Copy, Debug)]
pub struct InBatch {
    stream: Stream,
    /// In which order the trials of the batch fall into the strata, if there are any.
    order: Option<Order>,
}

impl InBatch {
    /// Those of `N` trials from `first` on, which is a trial of the batch and begins a run of
    /// `N`.
    #[must_use]
    #[inline(always)]
    pub fn uniforms<const N: usize>(&self, first: u64) -> [f64; N] {
        let beside = N as u64;
        debug_assert!(BATCH.is_multiple_of(beside) && first.is_multiple_of(beside), "{first}");
        let mut units = [0.0; N];
        for (lane, number) in units.iter_mut().enumerate() {
            *number = unit(squares64((first | lane as u64) << 32, self.stream.0));
        }
        if let Some(order) = self.order {
            let position = (first % BATCH) as u32;
            for (lane, number) in units.iter_mut().enumerate() {
                *number = in_stratum(order.stratum(position | lane as u32), *number);
            }
        }
        units
    }
}

/// The number in (0, 1) of 64 bits.
#[inline(always)]
fn unit(bits: u64) -> f64 {
    // 52 bits below the point of a number from 2⁵² on are that number: it is exact, and
    // quicker than a conversion.
    const WHOLE: f64 = (1_u64 << 52) as f64;
    let whole = f64::from_bits(WHOLE.to_bits() | (bits >> 12)) - WHOLE;
    (whole + 0.5) * (1.0 / WHOLE)
}

/// The number at `unit` of a stratum.
#[inline(always)]
fn in_stratum(stratum: u32, unit: f64) -> f64 {
    // Far below 2³¹, and signed numbers are converted side by side.
    (f64::from(stratum as i32) + unit) * (1.0 / BATCH as f64)
}

/// The order in which the trials of a batch fall into the strata: a keyed
/// permutation of 0..[`BATCH`], by invertible steps modulo a power of two (odd
/// multiples, sums, xor with a right shift), three rounds of them.
#[derive(Clone, Copy, Debug)]
struct Order {
    rounds: [(u32, u32); 3],
}

impl Order {
    const MASK: u32 = BATCH as u32 - 1;

    #[inline(always)]
    const fn of(stream: Stream, batch: u64, index: u32) -> Self {
        let key = avalanche(stream.0 ^ avalanche((batch << 32) | index as u64));
        Self { rounds: [Self::round(key), Self::round(key >> 20), Self::round(key >> 40)] }
    }

    #[inline(always)]
    const fn round(key: u64) -> (u32, u32) {
        let part = key as u32;
        ((part & Self::MASK) | 1, part >> BATCH_BITS)
    }

    /// The stratum of the `position`-th trial of the batch.
    #[inline(always)]
    fn stratum(&self, position: u32) -> u32 {
        let mut x = position;
        for (factor, addend) in self.rounds {
            x = x.wrapping_mul(factor).wrapping_add(addend) & Self::MASK;
            x ^= x >> (BATCH_BITS / 2);
        }
        x
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_gives_the_published_bits() {
        // Five rounds by the paper's definition, spelt out a second time.
        fn by_hand(ctr: u64, key: u64) -> u64 {
            let y = ctr.wrapping_mul(key);
            let z = y.wrapping_add(key);
            let mut x = y;
            for w in [y, z, y] {
                x = x.wrapping_mul(x).wrapping_add(w);
                x = x.rotate_left(32);
            }
            x = x.wrapping_mul(x).wrapping_add(z);
            let t = x;
            x = x.rotate_left(32);
            t ^ (x.wrapping_mul(x).wrapping_add(y) >> 32)
        }
        for counter in 0..1000 {
            assert_eq!(
                squares64(counter, 0xc8e4_fd15_4ce3_2f6d),
                by_hand(counter, 0xc8e4_fd15_4ce3_2f6d)
            );
        }
    }

    #[test]
    fn a_uniform_depends_on_seed_trial_name_and_index() {
        let sampling = Sampling::plain(1);
        let stream = sampling.stream(name_hash("orders/a/loop"));
        let first = sampling.uniform(stream, 3, 0);
        assert_eq!(first.to_bits(), sampling.uniform(stream, 3, 0).to_bits());
        let other = Sampling::plain(2);
        assert_ne!(first, other.uniform(other.stream(name_hash("orders/a/loop")), 3, 0));
        assert_ne!(first, sampling.uniform(stream, 4, 0));
        assert_ne!(first, sampling.uniform(stream, 3, 1));
        assert_ne!(first, sampling.uniform(sampling.stream(name_hash("orders/b/loop")), 3, 0));
    }

    #[test]
    fn uniforms_have_the_moments_of_a_uniform() {
        let sampling = Sampling::plain(7);
        let n = 200_000_u32;
        let stream = sampling.stream(name_hash("moments"));
        let draws: Vec<f64> = (0..n).map(|t| sampling.uniform(stream, u64::from(t), 0)).collect();
        let mean = draws.iter().sum::<f64>() / f64::from(n);
        let lag: f64 = draws.windows(2).map(|w| (w[0] - 0.5) * (w[1] - 0.5)).sum::<f64>();
        let error = (1.0 / 12.0 / f64::from(n)).sqrt();
        assert!((mean - 0.5).abs() < 4.0 * error, "mean {mean}");
        assert!((lag / f64::from(n)).abs() < 4.0 / 12.0 / f64::from(n).sqrt(), "lag {lag}");
    }

    #[test]
    fn numbers_side_by_side_are_those_of_each_trial() {
        for sampling in [Sampling::plain(3), Sampling::latin_hypercube(3)] {
            let stream = sampling.stream(name_hash("beside"));
            for first in (0..3 * BATCH).step_by(16) {
                let beside: [f64; 16] = sampling.in_batch(stream, first / BATCH).uniforms(first);
                for (trial, number) in (first..).zip(beside) {
                    let alone = sampling.uniform(stream, trial, 0);
                    assert_eq!(number.to_bits(), alone.to_bits(), "{sampling:?} {trial}");
                }
            }
        }
    }

    #[test]
    fn a_batch_fills_every_stratum_once() {
        let sampling = Sampling::latin_hypercube(11);
        for (name, index) in [("a", 0), ("a", 1), ("b", 4096)] {
            let stream = sampling.stream(name_hash(name));
            for batch in 0..5 {
                let mut seen = vec![0; BATCH as usize];
                for trial in batch * BATCH..(batch + 1) * BATCH {
                    let u = sampling.uniform(stream, trial, index);
                    assert!(u > 0.0 && u < 1.0);
                    seen[(u * BATCH as f64) as usize] += 1;
                }
                assert!(seen.iter().all(|&n| n == 1), "{name} {index} {batch}");
            }
        }
    }

    #[test]
    fn names_are_permuted_independently() {
        // The correlation between the strata of two names, over many batches,
        // is that of independent permutations: mean 0, variance 1/(BATCH − 1).
        let sampling = Sampling::latin_hypercube(5);
        let (a, b) = (sampling.stream(name_hash("a")), sampling.stream(name_hash("b")));
        let batches = 400;
        let mut square = 0.0;
        for batch in 0..batches {
            let mut sum = 0.0;
            for trial in batch * BATCH..(batch + 1) * BATCH {
                let (x, y) = (sampling.uniform(a, trial, 0), sampling.uniform(b, trial, 0));
                sum += (x - 0.5) * (y - 0.5) * 12.0 / BATCH as f64;
            }
            square += sum * sum;
        }
        let ratio = square / batches as f64 * (BATCH - 1) as f64;
        // A chi-square mean over 400 batches: standard error √(2/400) = 0.07.
        assert!((ratio - 1.0).abs() < 0.35, "ratio {ratio}");
    }
}
