//! Random numbers from a seed: `SplitMix64`.

/// A generator of random numbers, seeded with one `u64`.
///
/// Source: `SplitMix64`, Steele, Lea and Flood, "Fast Splittable Pseudorandom Number
/// Generators" (OOPSLA 2014), with the constants of Vigna's reference code.
///
/// ```
/// use backprop::Rng;
///
/// let mut rng = Rng::new(0);
/// assert_eq!(rng.next_u64(), 16_294_208_416_658_607_535);
/// assert!((0.0..1.0).contains(&rng.uniform()));
/// ```
#[derive(Clone, Debug)]
pub struct Rng {
    state: u64,
}

impl Rng {
    /// The generator with this seed. Equal seeds give equal bits on every machine, and equal numbers
    /// of [`uniform`](Rng::uniform); [`normal`](Rng::normal) calls `ln` and `cos`, whose last digit
    /// differs between C libraries.
    #[doc(alias = "set.seed")]
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// 64 random bits.
    pub fn next_u64(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = self.state;
        let z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from the uniform distribution on `[0, 1)`: 53 random bits times `2⁻⁵³`.
    #[doc(alias = "runif")]
    pub fn uniform(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A number from the standard normal distribution, by the method of Box and Muller (1958):
    /// `√(−2 ln u) · cos 2πv` for uniform `u` in `(0, 1]` and `v` in `[0, 1)`.
    #[doc(alias = "rnorm")]
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt(); // 1 − u, for ln 0 = −∞
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// One of `0, 1, …, n − 1`, each equally likely.
    ///
    /// # Panics
    ///
    /// If `n` is 0.
    #[track_caller]
    pub fn below(&mut self, n: usize) -> usize {
        assert!(n > 0, "a number below 0 was requested, but n must be at least 1");
        let n = n as u64;
        // 2⁶⁴ need not be a multiple of n: numbers in the last block are drawn again.
        let limit = u64::MAX - u64::MAX % n;
        let mut bits = self.next_u64();
        while bits >= limit {
            bits = self.next_u64();
        }
        usize::try_from(bits % n).expect("less than n, which was a usize")
    }

    /// Puts the items into a random order, each order equally likely (Fisher and Yates 1938).
    #[doc(alias = "sample")]
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}
