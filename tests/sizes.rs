//! Beyond the sizes that the other tests draw: what holds for a few layers, samples and images holds
//! for many. Each size here is above every number at which the code could begin to do otherwise.

use crate::common;

use backprop::dataset::idx::Digits;
use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Layer, Loss, Matrix, Network,
    Rng, gradient_check::Verdict,
};
use common::assert_close;
use proptest::prelude::*;

/// A network of so many layers of 1 to 3 units, every activation but those whose slope is often 0,
/// with weights and biases that let signals through; and a batch of 3 samples.
fn deep(depth: usize, seed: u64) -> (Network, Matrix, Matrix) {
    let mut rng = Rng::new(seed);
    let mut inputs = 2;
    let mut layers = Vec::new();
    for l in 1..=depth {
        let units = if l == depth { 2 } else { 1 + rng.below(3) };
        let hidden = [Activation::Tanh, Activation::Identity, Activation::Sigmoid][rng.below(3)];
        let activation = if l == depth { Activation::Identity } else { hidden };
        let weights = Matrix::from_fn(units, inputs, |_, _| rng.normal());
        let biases = Matrix::from_fn(1, units, |_, _| 0.5 * rng.normal());
        layers.push(Layer { weights, biases, activation });
        inputs = units;
    }
    let network = Network::from_layers(layers, Loss::MeanSquaredError).expect("the shapes fit");
    let x = Matrix::from_fn(3, 2, |_, _| rng.normal());
    (network, x, Matrix::from_fn(3, 2, |_, _| rng.normal()))
}

proptest! {
    #![proptest_config(common::config(256))]

    /// Catches a gradient that is 0 or wrong above some layer, for a batch, for one sample, or for both.
    #[test]
    fn gradients_are_right_at_every_depth_to_8(depth in 5..=8usize, seed: u64) {
        let (network, x, t) = deep(depth, seed);
        let batch = network.backward(&network.forward(&x), &t);
        let check = GradientCheck::of_gradients(&network, &x, &t, &batch);
        prop_assert_ne!(check.verdict(), Verdict::Failed, "{}", check);
        let one = |i: usize| network.backward_one(&network.forward(&x.select_rows(&[i])), &t.select_rows(&[i]));
        let ones = [one(0), one(1), one(2)];
        let mean = |part: fn(&Gradients, usize) -> &Matrix, l| {
            let sum = &(part(&ones[0], l) + part(&ones[1], l)) + part(&ones[2], l);
            &sum * (1.0 / 3.0)
        };
        for l in 1..=depth {
            let (w, b) = (batch.weights(l), batch.biases(l));
            assert_close(&format!("∇W{l}"), w, &mean(Gradients::weights, l), 1e-11, 1.0);
            assert_close(&format!("∇b{l}"), b, &mean(Gradients::biases, l), 1e-11, 1.0);
        }
    }

    /// Catches a layer whose weights or biases a step leaves where they were.
    #[test]
    fn a_step_moves_every_weight_and_bias_at_every_depth_to_8(depth in 5..=8usize, seed: u64) {
        let (network, x, t) = deep(depth, seed);
        let gradients = network.backward(&network.forward(&x), &t);
        let mut stepped = network.clone();
        stepped.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.25 }).expect("finite");
        for l in 1..=depth {
            let (old, new) = (network.layer(l), stepped.layer(l));
            let moved = |old: &Matrix, gradient: &Matrix| old.zip_map(gradient, |x, g| x - 0.25 * g);
            prop_assert_eq!(&new.weights, &moved(&old.weights, gradients.weights(l)), "weights of layer {}", l);
            prop_assert_eq!(&new.biases, &moved(&old.biases, gradients.biases(l)), "biases of layer {}", l);
        }
    }

    /// Catches a last batch that is left out, of one sample or more, and a sample that comes twice.
    #[test]
    fn an_epoch_of_up_to_2000_samples_has_each_once(
        size in 1..=300usize, full in 1..=2000usize, rest in prop_oneof![Just(0), Just(1), 0..300usize], seed: u64,
    ) {
        let n = (full / size * size + rest % size).clamp(1, 2000);
        let numbers = Matrix::from_fn(n, 1, |i, _| i as f64);
        let data = Dataset::new(numbers.clone(), &numbers * -1.0).expect("as many of both");
        let (mut seen, mut sizes) = (Vec::new(), Vec::new());
        for (x, t) in data.batches(size, &mut Rng::new(seed)) {
            prop_assert_eq!(&t, &(&x * -1.0));
            sizes.push(x.rows());
            seen.extend_from_slice(x.as_slice());
        }
        seen.sort_by(f64::total_cmp);
        prop_assert_eq!(seen.len(), n, "samples in batches of {:?}", sizes);
        prop_assert!(seen == numbers.as_slice(), "some of {n} samples come twice");
        prop_assert_eq!(sizes.len(), n.div_ceil(size), "batches of {} for {} samples", size, n);
    }
}

/// Image `i` of so many, of 2 × 3 pixels, none of them 0, no image like the next.
fn pixels(i: usize) -> [u8; 6] {
    [1, 2, 3, 5, 7, 11].map(|k| u8::try_from(1 + i * k % 255).expect("a byte"))
}

/// Catches pixels or labels that are lost, or belong to another image, at the end of a large file.
#[test]
fn every_image_and_label_of_up_to_70000_is_the_one_in_the_file() {
    for n in [999, 1000, 1001, 2000, 10_000, 60_000, 70_000] {
        let number = |n: usize| u32::try_from(n).expect("small").to_be_bytes();
        let mut images = [[0, 0, 8, 3], number(n), number(2), number(3)].concat();
        images.extend((0..n).flat_map(pixels));
        let mut labels = [[0, 0, 8, 1], number(n)].concat();
        let label = |i: usize| u8::try_from((i / 7) % 10).expect("a digit");
        labels.extend((0..n).map(label));
        let digits = Digits::parse(images, labels).expect("digits");
        assert_eq!(digits.len(), n);
        let all: Vec<usize> = (0..n).collect();
        let (x, targets) = digits.batch(&all);
        for i in 0..n {
            assert_eq!(
                (digits.image(i), digits.label(i)),
                (&pixels(i)[..], label(i)),
                "{i} of {n}"
            );
            assert_eq!(x.row(i), pixels(i).map(|pixel| f64::from(pixel) / 255.0), "{i} of {n}");
            let one_hot: Vec<f64> =
                (0..10).map(|digit| f64::from(u8::from(digit == label(i)))).collect();
            assert_eq!(targets.row(i), one_hot, "targets of {i} of {n}");
        }
    }
}
