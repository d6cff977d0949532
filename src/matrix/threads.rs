//! A large product shared between threads.

use std::num::NonZero;
use std::sync::OnceLock;
use std::thread::{ScopedJoinHandle, available_parallelism, scope, yield_now};

/// With fewer multiplications than this, starting a thread costs more than it brings.
const PER_THREAD: usize = 3 << 20;

/// Calls `work` with rows of `a` and the same rows of `c`, all in all once for every row, on as many threads as the
/// product is worth. Shapes: `a` is `m × k`, `c` is `m × n`.
pub(super) fn share_rows<F: Fn(&[f64], &mut [f64]) + Sync>(a: &[f64], c: &mut [f64], [m, k, n]: [usize; 3], work: F) {
    static CORES: OnceLock<usize> = OnceLock::new(); // asked for once: the answer takes longer than many a product
    let cores = || *CORES.get_or_init(|| available_parallelism().map_or(1, NonZero::get));
    let most = m * k * n / PER_THREAD;
    if most < 2 {
        return work(a, c);
    }
    let rows = m.div_ceil(most.min(cores()));
    scope(|scope| {
        let mut parts = a.chunks(rows * k).zip(c.chunks_mut(rows * n));
        let mine = parts.next();
        let others: Vec<_> = parts.map(|(a, c)| scope.spawn(|| work(a, c))).collect();
        if let Some((a, c)) = mine {
            work(a, c);
        }
        while !others.iter().all(ScopedJoinHandle::is_finished) {
            yield_now(); // to sleep and to be woken takes longer
        }
    });
}
