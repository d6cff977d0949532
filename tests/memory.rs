//! The memory of a dropped matrix serves the next one: nothing of the old shows in the new, and
//! nothing piles up.

use std::sync::{Mutex, MutexGuard, PoisonError};

use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Matrix, Network, Rng};

/// One test at a time: they measure the memory of the whole process.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Large enough that its memory is kept.
const SIDE: usize = 80;

/// Leaves memory full of NaN behind, for matrices of `SIDE × SIDE`.
fn leave_nan() {
    let dropped: Vec<Matrix> = (0..4).map(|_| Matrix::from_fn(SIDE, SIDE, |_, _| f64::NAN)).collect();
    drop(dropped);
}

/// Catches memory that is freed after all, and so goes to whoever asks next.
#[test]
fn a_matrix_begins_where_one_of_its_size_was_dropped() {
    let _alone = alone();
    let dropped = Matrix::zeros(SIDE, SIDE);
    let place = dropped.as_slice().as_ptr();
    drop(dropped);
    let other = vec![0.0; SIDE * SIDE]; // no matrix
    let next = Matrix::zeros(SIDE, SIDE);
    assert_eq!(
        next.as_slice().as_ptr(),
        place,
        "the dropped memory was not kept; what came next got {:?}",
        other.as_ptr()
    );
}

/// Catches a block that drives out all others and then does not stay itself.
#[test]
fn a_matrix_too_large_to_be_kept_drives_nothing_out() {
    let _alone = alone();
    let dropped = Matrix::zeros(SIDE, SIDE);
    let place = dropped.as_slice().as_ptr();
    drop(dropped);
    drop(Matrix::from_vec(1, (1 << 24) + 1, vec![0.0; (1 << 24) + 1]));
    assert_eq!(Matrix::zeros(SIDE, SIDE).as_slice().as_ptr(), place, "the smaller block is gone");
}

/// Catches a list of kept blocks that every small matrix enters, and every new one searches.
#[test]
fn small_blocks_are_left_to_the_allocator() {
    let _alone = alone();
    let Some(before) = pages() else {
        println!("SKIPPED: the memory of this process, because /proc/self/statm does not exist");
        return;
    };
    for entries in 1..4096 {
        drop(Matrix::from_fn(1, entries, |_, j| j as f64)); // no two of the same size, together 67 MB
    }
    let kept = (pages().expect("as before").saturating_sub(before)) / 256; // 256 pages of 4 KB are 1 MB
    assert!(kept < 20, "{kept} MB are kept after blocks of less than 32 kB");
}

/// Catches a result that begins in used memory and is not overwritten everywhere.
#[test]
fn a_new_matrix_shows_nothing_of_a_dropped_one() {
    let _alone = alone();
    let a = Matrix::from_fn(SIDE, SIDE, |i, j| i as f64 - j as f64);
    let ones = Matrix::from_fn(SIDE, SIDE, |_, _| 1.0);
    let all: Vec<usize> = (0..SIDE).collect();
    let row = Matrix::from_fn(1, SIDE, |_, _| 1.0);
    let thin = (Matrix::zeros(SIDE, 0), Matrix::zeros(0, SIDE));
    let made: [(&str, &dyn Fn() -> Matrix); 12] = [
        ("zeros", &|| Matrix::zeros(SIDE, SIDE)),
        ("clone", &|| a.clone()),
        ("map", &|| a.map(|a| 2.0 * a)),
        ("+", &|| &a + &a),
        ("hadamard", &|| a.hadamard(&a)),
        ("transpose", &|| a.transpose()),
        ("outer", &|| row.outer(&row)),
        ("select_rows", &|| a.select_rows(&all)),
        ("matmul", &|| a.matmul(&ones)),
        ("matmul_transposed", &|| a.matmul_transposed(&ones)),
        ("matmul over nothing", &|| thin.0.matmul(&thin.1)),
        ("softmax", &|| Activation::Softmax.apply(&a)),
    ];
    for (name, make) in made {
        leave_nan();
        let matrix = make();
        let stale = matrix.as_slice().iter().filter(|entry| entry.is_nan()).count();
        assert_eq!(stale, 0, "{name}: {stale} of {} entries are left from a dropped matrix", SIDE * SIDE);
    }
}

/// Catches blocks that are kept without end: each of these has 64 MB, so that two fill what may be kept.
#[test]
fn what_is_kept_has_a_bound() {
    let _alone = alone();
    let side = 1 << 11;
    let Some(before) = pages() else {
        println!("SKIPPED: the memory of this process, because /proc/self/statm does not exist");
        return;
    };
    for extra in 0..6 {
        drop(Matrix::from_fn(side, 2 * side + extra, |i, j| (i + j) as f64)); // no two of the same size
    }
    let kept = (pages().expect("as before").saturating_sub(before)) / 256; // 256 pages of 4 KB are 1 MB
    assert!(kept < 150, "{kept} MB are kept after six blocks of 64 MB, but it should be 128 at most");
}

/// The memory that this process occupies, in pages; `None` where the system does not tell.
fn pages() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split(' ').nth(1)?.parse().ok()
}

/// Catches memory that is kept and never used again: of `∇W¹` alone, lost in each step, 20,000 pages of 4 KB.
#[test]
fn training_needs_no_more_memory_in_the_end_than_in_the_beginning() {
    let _alone = alone();
    let mut rng = Rng::new(1);
    let layers = [(100, Activation::Relu), (10, Activation::Softmax)];
    let loss = Loss::CategoricalCrossEntropy;
    let large = Network::new(50, &layers, loss, Initialization::HeNormal, &mut rng).expect("a network");
    let x = Matrix::from_fn(64, 50, |_, _| rng.normal());
    let t = Matrix::from_fn(64, 10, |i, j| f64::from(u8::from(i % 10 == j)));
    let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    let small = Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::default(), &mut rng);
    let (mut large, mut small, xor) = (large, small.expect("a network"), Dataset::xor());
    let mut train = |steps| {
        for _ in 0..steps {
            large.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.01 }).expect("finite numbers");
            small
                .train_on_batch(xor.inputs(), xor.targets(), &GradientDescent { learning_rate: 0.01 })
                .expect("finite");
        }
    };
    train(100);
    let Some(before) = pages() else {
        println!("SKIPPED: the memory of this process, because /proc/self/statm does not exist");
        return;
    };
    train(2000);
    let after = pages().expect("as before");
    assert!(after < before + 1000, "{before} pages after 100 steps, {after} after 2100");
}
