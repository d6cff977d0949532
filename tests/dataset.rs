//! A data set and the batches of its epochs.

use backprop::{Dataset, Matrix, Rng};
use proptest::prelude::*;

/// `n` samples: the inputs are `(i, 10 i)`, the target is `100 i`.
fn counted(n: usize) -> Dataset {
    let inputs = Matrix::from_fn(n, 2, |i, j| i as f64 * [1.0, 10.0][j]);
    Dataset::new(inputs, Matrix::from_fn(n, 1, |i, _| 100.0 * i as f64)).expect("as many of each")
}

proptest! {
    /// Catches a sample that is left out or comes twice, a target that belongs to another input, and
    /// a batch of another size.
    #[test]
    fn an_epoch_has_every_sample_once_with_its_own_target(n in 1..40usize, size in 1..45usize, seed: u64) {
        let data = counted(n);
        let (mut seen, mut sizes) = (Vec::new(), Vec::new());
        for (x, t) in data.batches(size, &mut Rng::new(seed)) {
            prop_assert_eq!(x.rows(), t.rows());
            sizes.push(x.rows());
            for i in 0..x.rows() {
                prop_assert_eq!((x[(i, 1)], t[(i, 0)]), (10.0 * x[(i, 0)], 100.0 * x[(i, 0)]));
                seen.push(x[(i, 0)]);
            }
        }
        seen.sort_by(f64::total_cmp);
        prop_assert_eq!(seen, (0..n).map(|i| i as f64).collect::<Vec<_>>());
        let last = sizes.pop().expect("at least one batch");
        prop_assert!(sizes.iter().all(|&found| found == size), "{:?} and {}, for {}", sizes, last, size);
        prop_assert!((1..=size).contains(&last), "a last batch of {} for {}", last, size);
    }
}

#[test]
fn every_epoch_has_an_order_of_its_own_which_the_seed_decides() {
    let (data, mut rng) = (counted(20), Rng::new(1));
    let mut epoch = || data.batches(20, &mut rng).map(|(x, _)| x).next().expect("one batch");
    let (first, second) = (epoch(), epoch());
    assert_ne!(first, *data.inputs(), "not shuffled");
    assert_ne!(first, second, "the same order twice");
    assert_eq!(
        data.batches(20, &mut Rng::new(1)).map(|(x, _)| x).next(),
        Some(first),
        "another order for the same seed"
    );
}

#[test]
fn inputs_and_targets_are_those_given_and_must_be_as_many() {
    let data = counted(3);
    assert_eq!(data.inputs(), &Matrix::from([[0.0, 0.0], [1.0, 10.0], [2.0, 20.0]]));
    assert_eq!(data.targets(), &Matrix::from([[0.0], [100.0], [200.0]]));
    let refused = |n, m| {
        Dataset::new(Matrix::zeros(n, 2), Matrix::zeros(m, 1)).expect_err("refused").to_string()
    };
    assert_eq!(refused(3, 2), "3 inputs and 2 targets, but as many of each are needed, at least 1");
    assert_eq!(refused(0, 0), "0 inputs and 0 targets, but as many of each are needed, at least 1");
}

#[test]
#[should_panic(expected = "batches of 0 samples asked for, but a batch needs at least 1")]
fn batches_of_no_samples_are_refused() {
    let _ = counted(3).batches(0, &mut Rng::new(1));
}

#[test]
fn xor_is_that_of_the_sheet() {
    let xor = Dataset::xor();
    assert_eq!(xor.inputs(), &Matrix::from([[-1.0, -1.0], [-1.0, 1.0], [1.0, -1.0], [1.0, 1.0]]));
    assert_eq!(xor.targets(), &Matrix::from([[0.0], [1.0], [1.0], [0.0]]));
}
