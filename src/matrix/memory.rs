//! What becomes of the memory of a matrix that is dropped.
//!
//! A step of training makes and drops matrices as large as the weights. Memory of this size goes back to the
//! operating system when it is freed, and comes again page by page, each filled with zeros: at times that
//! takes longer than the arithmetic. So every thread keeps the last large blocks, and the next matrix of the
//! same size begins in one of them.

use std::cell::RefCell;
use std::iter::repeat_n;

/// From how many entries on a block is kept; smaller ones the allocator keeps by itself.
const LARGE: usize = 1 << 12;
/// How many entries a thread keeps in all its blocks together: 128 MB.
const MOST: usize = 1 << 24;

thread_local! {
    static KEPT: RefCell<Vec<Vec<f64>>> = const { RefCell::new(Vec::new()) };
}

/// So many entries of any value, to be overwritten.
#[inline]
pub(super) fn take(count: usize) -> Vec<f64> {
    if count < LARGE {
        return repeat_n(0.0, count).collect(); // for so few faster than `vec![0.0; count]`
    }
    KEPT.with_borrow_mut(|kept| {
        let same_size = kept.iter().rposition(|block| block.len() == count);
        same_size.map_or_else(|| vec![0.0; count], |at| kept.remove(at))
    })
}

/// Keeps the block, if it is large; for want of room the oldest are freed.
#[inline]
pub(super) fn give_back(block: Vec<f64>) {
    if (LARGE..=MOST).contains(&block.len()) {
        // Where the thread is about to end, the list is gone, and the block with it.
        let _ = KEPT.try_with(|kept| {
            let mut kept = kept.borrow_mut();
            kept.push(block);
            while kept.iter().map(Vec::capacity).sum::<usize>() > MOST {
                kept.remove(0);
            }
        });
    }
}
