//! The digits that the MNIST example draws when it is given no file: a network learns them.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels are small whole numbers"
)]

#[path = "../examples/mnist/digits.rs"]
mod digits;

use backprop::{Activation, GradientDescent, Initialization, Loss, Network, Rng};

#[test]
fn a_network_learns_drawn_digits() {
    let mut rng = Rng::new(1);
    let (training, test) = (digits::synthetic(3000, &mut rng), digits::synthetic(500, &mut rng));
    let layers = [(32, Activation::Relu), (10, Activation::Softmax)];
    let loss = Loss::CategoricalCrossEntropy;
    let network = Network::new(28 * 28, &layers, loss, Initialization::HeNormal, &mut rng);
    let mut network = network.expect("a network");
    let mut order: Vec<usize> = (0..training.len()).collect();
    for _ in 0..3 {
        rng.shuffle(&mut order);
        for samples in order.chunks(32) {
            let (x, targets) = training.batch(samples);
            network
                .train_on_batch(&x, &targets, &GradientDescent { learning_rate: 0.2 })
                .expect("finite numbers");
        }
    }
    let all: Vec<usize> = (0..test.len()).collect();
    let (x, targets) = test.batch(&all);
    let y = network.predict(&x);
    let likeliest = |row: &[f64]| (0..10).max_by(|&a, &b| row[a].total_cmp(&row[b]));
    let right = all.iter().filter(|&&i| likeliest(y.row(i)) == likeliest(targets.row(i))).count();
    assert!(
        right > 485,
        "{right} of {} drawn digits are recognised, but it should be over 97 %",
        test.len()
    );
}

#[test]
fn no_two_drawn_digits_are_alike_and_a_seed_gives_the_same_ones() {
    let draw = |seed| digits::synthetic(40, &mut Rng::new(seed));
    assert_eq!(draw(7), draw(7));
    let images: std::collections::HashSet<Vec<u8>> =
        (0..40).map(|i| draw(7).image(i).to_vec()).collect();
    assert_eq!(images.len(), 40, "different images among 40");
}
