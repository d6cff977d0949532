//! The product again, many times faster for large matrices: the same sums in the same order.
//!
//! 1. The textbook computes one sum `cᵢⱼ` after the other. It walks down a column of `B`, which
//!    costs a new cache line for every number, and every addition waits for the one before.
//! 2. The loop of `matmul` adds multiples of whole rows of `B`: neighbours in memory, and sums that
//!    do not wait for each other. But each sum is loaded and stored for every product.
//! 3. Here a tile of sums stays in registers while `k` runs: see `tile`. Each number of `A` that is
//!    loaded serves a whole row of the tile, each number of `B` a whole column.
//! 4. The columns of `B` that a tile needs are copied first, one row of them behind the other, into
//!    a panel. It stays in the cache while the tile moves down all rows of `A`.
//! 5. A product that takes much longer than starting a thread shares the rows of `C` between two
//!    or more. Every sum is still formed by the same steps.

use super::{Matrix, add_product};
use std::array::from_fn;
use std::num::NonZero;
use std::sync::OnceLock;
use std::thread;

/// Rows of a tile. AVX-512 has 32 registers of 8 numbers: 4 rows of 32 columns take 16 of them, and
/// leave 4 for a row of `B` and some for `A`. With fewer registers (16 of 4 numbers in AVX, 32 of 2 in
/// NEON, 16 of 2 in SSE2), 4 × 8 or 2 × 8 sums take half of them.
const ROWS: usize = if cfg!(any(target_feature = "avx", target_arch = "aarch64")) { 4 } else { 2 };

/// Columns of a tile.
const WIDTH: usize = if cfg!(target_feature = "avx512f") { 32 } else { 8 };

/// With fewer multiplications than these, copying a panel takes longer than multiplying.
const SMALL: usize = 1 << 11;

/// Six million multiplications take some 100 µs; to start a thread takes 50 µs.
const PER_THREAD: usize = 6 << 20;

/// A row of a panel or of a tile. It begins a cache line, which has 64 bytes: a register of 64 bytes
/// is then loaded from one line, not from two.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Line([f64; WIDTH]);

/// `AB`, or `ABᵀ`, unless it is so small that copying would take longer than multiplying.
pub(super) fn fast(a: &Matrix, b: &Matrix, transposed: bool) -> Option<Matrix> {
    static CORES: OnceLock<usize> = OnceLock::new(); // counting them takes longer than many a product
    let (m, k, n) = (a.rows, a.cols, if transposed { b.rows } else { b.cols });
    if m < ROWS || n < WIDTH / 4 || m * k * n < SMALL {
        return None;
    }
    let cores = *CORES.get_or_init(|| thread::available_parallelism().map_or(1, NonZero::get));
    let mut c = Matrix::zeros(m, n);
    let rows = m.div_ceil((m * k * n / PER_THREAD).clamp(1, cores));
    let mut parts = a.data.chunks(rows * k).zip(c.data.chunks_mut(rows * n));
    thread::scope(|scope| {
        let (mine, sums) = parts.next().expect("a row: m is at least ROWS");
        parts.for_each(|(a, c)| _ = scope.spawn(move || multiply(a, b, c, transposed)));
        multiply(mine, b, sums, transposed);
    });
    Some(c)
}

/// Some rows of `C` from the same rows of `A`.
fn multiply(a: &[f64], b: &Matrix, c: &mut [f64], transposed: bool) {
    let (k, n) = if transposed { (b.cols, b.rows) } else { b.shape() };
    let mut panel = vec![Line([0.0; WIDTH]); k];
    for left in (0..n).step_by(WIDTH) {
        if transposed {
            let columns: [&[f64]; WIDTH] = from_fn(|j| &b.data[(left + j).min(n - 1) * k..][..k]);
            panel.iter_mut().enumerate().for_each(|(p, line)| line.0 = columns.map(|row| row[p]));
        } else {
            for (line, row) in panel.iter_mut().zip(b.data.chunks(n)) {
                copy(&mut line.0, &row[left..]);
            }
        }
        for (rows, c) in a.chunks(ROWS * k).zip(c.chunks_mut(ROWS * n)) {
            let last = rows.len() / k - 1; // where there are fewer rows than ROWS, again the last
            let sums = tile(from_fn(|r| &rows[r.min(last) * k..][..k]), &panel);
            for (row, Line(sums)) in c.chunks_mut(n).zip(&sums) {
                copy(&mut row[left..], sums);
            }
        }
    }
}

/// Copies until one of them ends; a whole line at once.
fn copy(to: &mut [f64], from: &[f64]) {
    match (to.first_chunk_mut::<WIDTH>(), from.first_chunk()) {
        (Some(to), Some(from)) => *to = *from,
        _ => to.iter_mut().zip(from).for_each(|(to, from)| *to = *from),
    }
}

/// The sums of a tile, for all `k`. Inlined into the loops of `multiply`, the compiler runs out of
/// registers, and stores the sums after every product: hence `inline(never)`.
#[inline(never)]
fn tile(a: [&[f64]; ROWS], panel: &[Line]) -> [Line; ROWS] {
    let a = a.map(|row| &row[..panel.len()]); // no bounds checks below
    let mut sums = [Line([0.0; WIDTH]); ROWS];
    for (p, Line(b)) in panel.iter().enumerate() {
        for (Line(sums), row) in sums.iter_mut().zip(a) {
            sums.iter_mut().zip(b).for_each(|(sum, b)| *sum = add_product(*sum, row[p], *b));
        }
    }
    sums
}
