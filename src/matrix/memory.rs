//! What becomes of the memory of a matrix that is dropped.
//!
//! A step of training makes and drops matrices as large as the weights. Memory of this size goes back to the
//! operating system when it is freed, and comes again page by page, each filled with zeros: at times that
//! takes longer than the arithmetic. So every thread keeps the last large blocks, and the next matrix of the
//! same size begins in one of them.

use std::cell::RefCell;

/// From how many entries on a block is kept; smaller ones the allocator keeps by itself.
const LARGE: usize = 1 << 12;
/// How many entries a thread keeps in all its blocks together: 128 MB.
const MOST: usize = 1 << 24;

thread_local! {
    static KEPT: RefCell<Vec<Vec<f64>>> = const { RefCell::new(Vec::new()) };
}

/// So many entries of any value, to be overwritten.
pub(super) fn take(count: usize) -> Vec<f64> {
    let same_size = |kept: &mut Vec<Vec<f64>>| {
        let at = kept.iter().rposition(|block| block.len() == count)?;
        Some(kept.remove(at))
    };
    let kept = if count < LARGE { None } else { KEPT.with_borrow_mut(same_size) };
    kept.unwrap_or_else(|| vec![0.0; count])
}

/// Keeps the block, if it is large; for want of room the oldest are freed.
pub(super) fn give_back(block: Vec<f64>) {
    if block.len() >= LARGE {
        // Where the thread is about to end, the list is gone, and the block with it.
        let _ = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            kept.push(block);
            while kept.iter().map(Vec::len).sum::<usize>() > MOST {
                kept.remove(0);
            }
        });
    }
}
