//! The loop behind [`matmul`](super::Matrix::matmul).

/// Adds `AB` to `C`, all row-major: `A` is `m × k`, `B` is `k × n`, `C` is `m × n`.
///
/// The textbook walks `i, j, k` and reads `B` down its columns, one cache line per number.
/// With the loops in the order `i, k, j` the innermost one runs along a row of `B` and a row
/// of `C`: neighbours in memory, which the compiler turns into vector instructions.
pub(super) fn multiply(a: &[f64], b: &[f64], c: &mut [f64], k: usize, n: usize) {
    if k == 0 || n == 0 {
        return;
    }
    for (a_row, c_row) in a.chunks_exact(k).zip(c.chunks_exact_mut(n)) {
        for (&a, b_row) in a_row.iter().zip(b.chunks_exact(n)) {
            for (c, &b) in c_row.iter_mut().zip(b_row) {
                *c += a * b;
            }
        }
    }
}
