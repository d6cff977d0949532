//! The loops behind `matmul`: the textbook's sums, in an order that a processor likes.
//!
//! 1. The textbook's i-j-k walks down the columns of `B`, a new cache line for every number,
//!    and adds to a single sum, each addition waiting for the one before.
//! 2. i-k-j adds multiples of whole rows of `B` to a row of `C`. Neighbours are independent, so
//!    the compiler takes `LANES` of them at once. Still a load and a store for each product: [`plain`].
//! 3. A tile of `C` is kept in registers while `k` runs: every number loaded is used `ROWS` or
//!    `COLS * LANES` times, and a sum is stored once: [`tile`].
//! 4. The columns of `B` that a tile needs are first copied side by side, into a panel that
//!    stays in the cache while all of `A` passes by: [`tiled`].
//! 5. Large products share the rows of `C` between threads. Each sum is computed by the same
//!    steps wherever its row ends up, so the result is the same to the last bit.

use std::{array::from_fn, num::NonZero, sync::OnceLock, thread};

/// How many `f64` one register of the target holds: 2, with AVX 4, with AVX-512 8.
const LANES: usize = 2 << (cfg!(target_feature = "avx") as usize + cfg!(target_feature = "avx512f") as usize);
/// Eight registers of sums: enough to hide the time an addition takes, few enough to stay registers.
const ROWS: usize = if cfg!(any(target_feature = "avx", target_arch = "aarch64")) { 4 } else { 2 };
const COLS: usize = 8 / ROWS;
type Line = [[f64; LANES]; COLS];
/// Asked for once: the answer takes longer than a small product.
static CORES: OnceLock<usize> = OnceLock::new();

/// Overwrites `c` with `A B`, or with `A Bᵀ` if `b` is stored transposed. Shapes: `(m × k)(k × n)`.
pub(super) fn multiply(a: &[f64], b: &[f64], c: &mut [f64], [m, k, n]: [usize; 3], transposed: bool) {
    let products = m * k * n;
    if products <= 512 || (m < 4 && !transposed) {
        return plain(a, b, c, [m, k, n], transposed);
    }
    let cores = || *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get));
    if products < 1 << 23 || cores() == 1 {
        return tiled(a, b, c, [k, n], transposed); // starting a thread costs up to 0.1 ms
    }
    let rows = m.div_ceil(cores());
    thread::scope(|scope| {
        for (a, c) in a.chunks(rows * k).zip(c.chunks_mut(rows * n)) {
            scope.spawn(move || tiled(a, b, c, [k, n], transposed));
        }
    });
}

fn plain(a: &[f64], b: &[f64], c: &mut [f64], [m, k, n]: [usize; 3], transposed: bool) {
    for i in 0..m {
        let (a, c) = (&a[i * k..][..k], &mut c[i * n..][..n]);
        if transposed {
            for (j, c) in c.iter_mut().enumerate() {
                *c = a.iter().zip(&b[j * k..][..k]).fold(0.0, |sum, (x, y)| add_product(sum, *x, *y));
            }
        } else {
            c.fill(0.0);
            for (p, x) in a.iter().enumerate() {
                c.iter_mut().zip(&b[p * n..][..n]).for_each(|(c, y)| *c = add_product(*c, *x, *y));
            }
        }
    }
}

/// `A Bᵀ` is computed as `(B Aᵀ)ᵀ`: a batch `A` is smaller than the weights `B`, so cheaper to copy.
fn tiled(a: &[f64], b: &[f64], c: &mut [f64], [k, n]: [usize; 2], transposed: bool) {
    let m = c.len() / n;
    let (a, b, height, length) = if transposed { (b, a, n, m) } else { (a, b, m, n) };
    let mut panel = vec![[[0.0; LANES]; COLS]; k];
    for left in (0..length).step_by(COLS * LANES) {
        let width = (COLS * LANES).min(length - left); // what the last panel lacks is computed, not stored
        for (p, line) in panel.iter_mut().enumerate().filter(|_| !transposed) {
            line.as_flattened_mut()[..width].copy_from_slice(&b[p * n + left..][..width]);
        }
        for (j, row) in b.chunks_exact(k).skip(left).take(width).enumerate().filter(|_| transposed) {
            panel.iter_mut().zip(row).for_each(|(line, x)| line.as_flattened_mut()[j] = *x);
        }
        for top in (0..height).step_by(ROWS) {
            let sums = tile(from_fn(|r| &a[(top + r).min(height - 1) * k..][..k]), &panel);
            for (i, sums) in (top..height).zip(&sums) {
                let sums = &sums.as_flattened()[..width];
                if transposed {
                    (left..).zip(sums).for_each(|(j, sum)| c[j * n + i] = *sum);
                } else {
                    c[i * n + left..][..width].copy_from_slice(sums);
                }
            }
        }
    }
}

fn tile(a: [&[f64]; ROWS], panel: &[Line]) -> [Line; ROWS] {
    let a = a.map(|row| &row[..panel.len()]); // no bounds checks below
    let mut sums = [[[0.0; LANES]; COLS]; ROWS];
    for (p, line) in panel.iter().enumerate() {
        for r in 0..ROWS {
            for s in 0..COLS {
                sums[r][s] = from_fn(|l| add_product(sums[r][s][l], a[r][p], line[s][l]));
            }
        }
    }
    sums
}

/// `sum + xy`, rounded once where the target can: elsewhere `mul_add` is a slow library call.
fn add_product(sum: f64, x: f64, y: f64) -> f64 {
    if cfg!(any(target_feature = "fma", target_arch = "aarch64")) { x.mul_add(y, sum) } else { sum + x * y }
}
