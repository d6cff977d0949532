//! Training needs the same memory from the first step to the last.

use backprop::{Activation, GradientDescent, Initialization, Loss, Matrix, Network, Rng};

/// The memory that this process occupies, in pages; `None` where the system does not report it.
fn pages() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split(' ').nth(1)?.parse().ok()
}

/// Catches results that are kept: of `∇W¹` alone, lost in each step, 20,000 pages of 4 KB.
#[test]
fn training_needs_no_more_memory_at_the_end_than_at_the_beginning() {
    let mut rng = Rng::new(1);
    let layers = [(100, Activation::Relu), (10, Activation::Softmax)];
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::HeNormal);
    let mut network = Network::new(50, &layers, loss, start, &mut rng).expect("a network");
    let x = Matrix::from_fn(64, 50, |_, _| rng.normal());
    let t = Matrix::from_fn(64, 10, |i, j| f64::from(i % 10 == j));
    let descent = GradientDescent { learning_rate: 0.01 };
    let mut pages_after = |steps| {
        for _ in 0..steps {
            network.train_on_batch(&x, &t, &descent).expect("finite numbers");
        }
        pages()
    };
    let (before, after) = (pages_after(100), pages_after(2000));
    let steady = before.zip(after).is_none_or(|(before, after)| after < before + 1000);
    assert!(steady, "pages after 100 steps: {before:?}, after 2100: {after:?}");
}
