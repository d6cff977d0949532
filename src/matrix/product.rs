//! The loops behind `matmul`: the textbook's sums, in an order that a processor likes.
//!
//! 1. The textbook's i-j-k walks down the columns of `B`, a new cache line for every number, and each addition
//!    waits for the one before: [`textbook`], for the smallest products.
//! 2. i-k-j adds multiples of whole rows of `B` to a row of `C`, several neighbours at once. Still a load and a
//!    store for each product: [`multiples`], for a few rows.
//! 3. A tile of `C` stays in registers while `k` runs: every number loaded is used several times: [`tile`].
//! 4. The columns of `B` that a tile needs are first copied side by side, into a panel that fits the cache: [`tiled`].
//! 5. Large products share the rows of `C` between threads. A sum is formed by the same steps on any of them.

use super::threads::share_rows;
use std::array::from_fn;

/// Eight registers of sums (aarch64: 16 of its 32) hide the time of an addition, and are few enough to stay registers.
const ROWS: usize = if cfg!(any(target_feature = "avx", target_arch = "aarch64")) { 4 } else { 2 };
const WIDTH: usize = if cfg!(target_feature = "avx512f") { 16 } else { 8 };
/// A row of a panel or of a tile. No register is loaded from two cache lines, which have 64 bytes.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([f64; WIDTH]);

/// Overwrites `c` with `A B`, or with `A Bᵀ` if `b` is stored transposed. Shapes: `(m × k)(k × n)`.
pub(super) fn multiply(a: &[f64], b: &[f64], c: &mut [f64], [m, k, n]: [usize; 3], transposed: bool) {
    match m * k * n {
        ..=256 => textbook(a, b, c, [m, k, n], transposed),
        _ if m < 4 && !transposed => multiples(a, b, c, [k, n]),
        _ => share_rows(a, c, [m, k, n], |a, c| tiled(a, b, c, [k, n], transposed)),
    }
}

fn textbook(a: &[f64], b: &[f64], c: &mut [f64], [m, k, n]: [usize; 3], transposed: bool) {
    let (across, down) = if transposed { (k, 1) } else { (1, n) };
    for i in 0..m {
        for j in 0..n {
            c[i * n + j] = (0..k).fold(0.0, |sum, p| add_product(sum, a[i * k + p], b[j * across + p * down]));
        }
    }
}

fn multiples(a: &[f64], b: &[f64], c: &mut [f64], [k, n]: [usize; 2]) {
    for (a, c) in a.chunks(k).zip(c.chunks_mut(n)) {
        c.fill(0.0);
        for (x, b) in a.iter().zip(b.chunks(n)) {
            c.iter_mut().zip(b).for_each(|(c, y)| *c = add_product(*c, *x, *y));
        }
    }
}

/// `A Bᵀ` is computed as `(B Aᵀ)ᵀ`: a batch `A` is smaller than the weights `B`, so cheaper to copy.
fn tiled(a: &[f64], b: &[f64], c: &mut [f64], [k, n]: [usize; 2], transposed: bool) {
    let m = c.len() / n;
    let (a, b, height, length) = if transposed { (b, a, n, m) } else { (a, b, m, n) };
    let mut panel = vec![Line([0.0; WIDTH]); k];
    for left in (0..length).step_by(WIDTH) {
        if transposed {
            let rows: [&[f64]; WIDTH] = from_fn(|j| &b[(left + j).min(length - 1) * k..][..k]);
            panel.iter_mut().enumerate().for_each(|(p, line)| line.0 = from_fn(|j| rows[j][p]));
        } else {
            panel.iter_mut().zip(b.chunks(n)).for_each(|(line, row)| copy(&mut line.0, &row[left..]));
        }
        let width = WIDTH.min(length - left); // what the last panel lacks is computed, not stored
        for top in (0..height).step_by(ROWS) {
            let sums = tile(from_fn(|r| &a[(top + r).min(height - 1) * k..][..k]), &panel);
            for (i, Line(sums)) in (top..height).zip(&sums) {
                if transposed {
                    (left..).zip(&sums[..width]).for_each(|(j, sum)| c[j * n + i] = *sum);
                } else {
                    copy(&mut c[i * n + left..][..width], sums);
                }
            }
        }
    }
}

/// As far as both reach; a whole line at once.
fn copy(to: &mut [f64], from: &[f64]) {
    match (to.first_chunk_mut::<WIDTH>(), from.first_chunk()) {
        (Some(to), Some(from)) => *to = *from,
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

/// A function of its own: only then does the compiler keep the sums in vector registers.
#[inline(never)]
fn tile(a: [&[f64]; ROWS], panel: &[Line]) -> [Line; ROWS] {
    let a = a.map(|row| &row[..panel.len()]); // no bounds checks below
    let mut sums = [Line([0.0; WIDTH]); ROWS];
    for (p, Line(line)) in panel.iter().enumerate() {
        for (Line(sums), row) in sums.iter_mut().zip(a) {
            sums.iter_mut().zip(line).for_each(|(sum, y)| *sum = add_product(*sum, row[p], *y));
        }
    }
    sums
}

/// `sum + xy`, rounded once where the target can: elsewhere `mul_add` is a slow library call.
fn add_product(sum: f64, x: f64, y: f64) -> f64 {
    if cfg!(any(target_feature = "fma", target_arch = "aarch64")) { x.mul_add(y, sum) } else { sum + x * y }
}
