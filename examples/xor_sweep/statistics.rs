//! The median, and how far a measured share can be trusted.

/// The 97.5 % point of the standard normal distribution.
const Z: f64 = 1.959_963_984_540_054;

/// The middle one of some numbers, or the mean of the middle two; of none, none.
pub fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let (half, odd) = (numbers.len() / 2, numbers.len() % 2 == 1);
    match numbers.len() {
        0 => None,
        _ if odd => Some(numbers[half]),
        _ => Some(f64::midpoint(numbers[half - 1], numbers[half])),
    }
}

/// The 95 % interval of a probability, from `k` successes in `n` trials (Wilson 1927):
///
/// ```text
/// (p + z²/2n ± z √(p (1 − p)/n + z²/4n²)) / (1 + z²/n),   p = k/n
/// ```
///
/// Unlike `p ± z √(p (1 − p)/n)` it is not a point where all trials succeed, or none.
pub fn wilson(k: usize, n: usize) -> (f64, f64) {
    let (p, n, z2) = (k as f64 / n as f64, n as f64, Z * Z);
    let middle = p + z2 / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + z2 / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z2 / n;
    (((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0))
}
