//! Training needs the same memory from the first step to the last.

use backprop::{Activation, Dataset, GradientDescent, Initialization, Loss, Matrix, Network, Rng};

/// The memory that this process occupies, in pages; `None` where the system does not tell.
fn pages() -> Option<usize> {
    let statm = std::fs::read_to_string("/proc/self/statm").ok()?;
    statm.split(' ').nth(1)?.parse().ok()
}

/// Catches results that are kept: of `∇W¹` alone, lost in each step, 20,000 pages of 4 KB.
#[test]
fn training_needs_no_more_memory_in_the_end_than_in_the_beginning() {
    let mut rng = Rng::new(1);
    let layers = [(100, Activation::Relu), (10, Activation::Softmax)];
    let loss = Loss::CategoricalCrossEntropy;
    let large =
        Network::new(50, &layers, loss, Initialization::HeNormal, &mut rng).expect("a network");
    let x = Matrix::from_fn(64, 50, |_, _| rng.normal());
    let t = Matrix::from_fn(64, 10, |i, j| f64::from(i % 10 == j));
    let layers = [(2, Activation::Tanh), (1, Activation::Sigmoid)];
    let small =
        Network::new(2, &layers, Loss::BinaryCrossEntropy, Initialization::default(), &mut rng);
    let (mut large, mut small, xor) = (large, small.expect("a network"), Dataset::xor());
    let mut train = |steps| {
        for _ in 0..steps {
            large
                .train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.01 })
                .expect("finite numbers");
            small
                .train_on_batch(
                    xor.inputs(),
                    xor.targets(),
                    &GradientDescent { learning_rate: 0.01 },
                )
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
