//! Beyond the sizes that the other tests draw: what holds for a few layers, samples and images holds
//! for many. Each size here is above every number at which the code could begin to do otherwise.

use crate::common;

use backprop::dataset::idx::Digits;
use backprop::dataset::{one_hot, table::Table};
use backprop::{
    Activation, Dataset, GradientCheck, GradientDescent, Gradients, Initialization, Layer, Loss,
    Matrix, Network, Rng, gradient_check::Verdict, output,
};
use common::{assert_close, assert_near};
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

    /// Catches a decay of the first layers only, in the loss or in the gradient, and one on the biases.
    #[test]
    fn the_decay_is_that_of_every_weight_at_every_depth_to_8(depth in 5..=8usize, seed: u64) {
        let (plain, x, t) = deep(depth, seed);
        let decayed = plain.clone().with_weight_decay(0.5).expect("λ ≥ 0");
        let trace = plain.forward(&x);
        let norms: f64 = plain.layers().iter().map(|layer| layer.weights.squared_norm()).sum();
        let (without, with) = (plain.loss(&trace, &t), decayed.loss(&trace, &t));
        assert_near("ℒ − ℰ, beside ℒ", with - without, 0.25 * norms, 1e-12, with);
        let (without, with) = (plain.backward(&trace, &t), decayed.backward(&trace, &t));
        for l in 1..=depth {
            let expected = without.weights(l).add_scaled(0.5, &plain.layer(l).weights);
            assert_close(&format!("∇W{l}"), with.weights(l), &expected, 1e-12, 1.0);
            prop_assert_eq!(with.biases(l), without.biases(l), "∇b{}", l);
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
            let one_hot: Vec<f64> = (0..10).map(|digit| f64::from(digit == label(i))).collect();
            assert_eq!(targets.row(i), one_hot, "targets of {i} of {n}");
        }
    }
}

/// Numbers of samples, entries or items about which something could begin to be done in another way.
const MANY: [usize; 12] = [63, 65, 100, 129, 257, 500, 1000, 1025, 2001, 4097, 5000, 10_001];

/// 3-4-2 with a softmax, the categorical cross-entropy and λ = 0.1; so many samples.
fn wide_batch(n: usize) -> (Network, Matrix, Matrix) {
    let mut rng = Rng::new(n as u64);
    let layers = [(4, Activation::Tanh), (2, Activation::Softmax)];
    let (loss, start) = (Loss::CategoricalCrossEntropy, Initialization::default());
    let network = Network::new(3, &layers, loss, start, &mut rng).expect("3-4-2");
    let x = Matrix::from_fn(n, 3, |_, _| rng.normal());
    let first: Vec<f64> = (0..n).map(|_| rng.uniform()).collect();
    let t = Matrix::from_fn(n, 2, |i, j| if j == 0 { first[i] } else { 1.0 - first[i] });
    (network.with_weight_decay(0.1).expect("λ ≥ 0"), x, t)
}

/// Catches a mean or a sum over some of the samples only.
#[test]
fn loss_and_gradient_of_thousands_of_samples_are_the_means_of_those_of_each() {
    for n in MANY {
        let (network, x, t) = wide_batch(n);
        let trace = network.forward(&x);
        let batch = network.backward(&trace, &t);
        let (mut loss, mut w, mut b) = (0.0, Matrix::zeros(4, 3), Matrix::zeros(1, 2));
        for i in 0..n {
            let (x, t) = (x.select_rows(&[i]), t.select_rows(&[i]));
            let one = network.forward(&x);
            let gradients = network.backward_one(&one, &t);
            loss += network.loss(&one, &t) / n as f64;
            w = w.add_scaled(1.0 / n as f64, gradients.weights(1));
            b = b.add_scaled(1.0 / n as f64, gradients.biases(2));
        }
        assert_near(&format!("loss of {n}"), network.loss(&trace, &t), loss, 1e-11, 1.0);
        assert_close(&format!("∇W¹ of {n}"), batch.weights(1), &w, 1e-11, 1.0);
        assert_close(&format!("∇b² of {n}"), batch.biases(2), &b, 1e-11, 1.0);
    }
}

/// Catches targets and inputs that are looked at in the first samples only.
#[test]
fn of_thousands_of_samples_the_last_is_refused_too() {
    for n in MANY {
        let (network, x, t) = wide_batch(n);
        network.check_batch(&x, &t).expect("a batch");
        for i in [n / 2, n - 1] {
            let with = |m: &Matrix, value| {
                let mut m = m.clone();
                m[(i, 1)] = value;
                m
            };
            let refused = network.check_batch(&x, &with(&t, 2.0)).expect_err("a target of 2");
            let said =
                format!("target ({i}, 1) is 2, but CategoricalCrossEntropy needs it in [0, 1]");
            assert_eq!(refused.to_string(), said, "{n} samples");
            let refused = network.check_batch(&with(&x, f64::NAN), &t).expect_err("NaN");
            let said =
                format!("entry ({i}, 1) of the inputs of layer 0 is NaN, but must be finite");
            assert_eq!(refused.to_string(), said, "{n} samples");
        }
    }
}

/// Catches entries that a sum or a test leaves out, at the end or in the middle.
#[test]
fn every_entry_of_a_large_matrix_is_in_its_sums_and_tests() {
    for n in (1..200).chain(MANY) {
        let entries = Matrix::from_fn(1, n, |_, j| (1 + j % 7) as f64); // whole: no sum rounds
        let sum = (0..n).map(|j| 1 + j % 7).sum::<usize>() as f64;
        let squares = (0..n).map(|j| (1 + j % 7).pow(2)).sum::<usize>() as f64;
        assert_eq!(entries.sum(), sum, "sum of {n}");
        assert_eq!(entries.squared_norm(), squares, "‖A‖² of {n}");
        assert_eq!(entries.transpose().column_sums()[(0, 0)], sum, "1ᵀA of {n}");
        assert!(entries.is_finite(), "{n} numbers");
        for at in [0, n / 2, n - 1] {
            let mut entries = entries.clone();
            entries[(0, at)] = f64::NAN;
            assert!(!entries.is_finite(), "NaN is entry {at} of {n}");
        }
    }
}

/// Catches μ and σ of some of the samples, and σ with N − 1; a share that is not rounded.
#[test]
fn thousands_of_samples_are_split_and_standardised_like_a_few() {
    for n in MANY {
        let mut rng = Rng::new(n as u64);
        let x = Matrix::from_fn(n, 2, |_, j| 100.0 * rng.uniform() + 50.0 * j as f64);
        let data = Dataset::new(x, Matrix::zeros(n, 1)).expect("as many of both");
        let standardised = data.standardised(&data).expect("finite");
        for j in 0..2 {
            let x = |i| standardised.inputs()[(i, j)];
            let mean = (0..n).map(x).sum::<f64>() / n as f64;
            let square = (0..n).map(|i| x(i) * x(i)).sum::<f64>() / n as f64;
            assert_near(&format!("mean of {n}"), mean, 0.0, 1e-12, 1.0);
            assert_near(&format!("mean square of {n}"), square, 1.0, 1e-12, 1.0);
        }
        for first in [1, n / 3, n - 1] {
            for off in [-0.4, 0.4] {
                let share = (first as f64 + off) / n as f64;
                let (a, b) = data.split(share, &mut rng).expect("two parts");
                let found = (a.inputs().rows(), b.inputs().rows());
                assert_eq!(found, (first, n - first), "{share} of {n} samples");
            }
        }
    }
}

/// Of a random order of any length, one item on the average is where it was. Catches a shuffle that
/// always moves the last, or every, item.
#[test]
fn of_many_items_a_shuffle_leaves_one_where_it_was_on_the_average() {
    let mut rng = Rng::new(6);
    for n in [2, 3, 10, 64, 65, 100, 1000] {
        let (mut stayed, mut last) = (0_usize, 0_usize);
        for _ in 0..4000 {
            let mut items: Vec<usize> = (0..n).collect();
            rng.shuffle(&mut items);
            stayed += (0..n).filter(|&i| items[i] == i).count();
            last += usize::from(items[n - 1] == n - 1);
        }
        let (mean, share) = (stayed as f64 / 4000.0, last as f64 / 4000.0);
        assert!((mean - 1.0).abs() < 0.1, "{mean} of {n} items stay, on the average");
        let (chance, n) = (1.0 / n as f64, n as f64);
        let error = 5.0 * (chance * (1.0 - chance) / 4000.0).sqrt();
        assert!((share - chance).abs() < error + 1e-3, "the last of {n} stays in {share} of all");
    }
}

/// The numbers are those of the bell in its tails, too: `2 (1 − Φ(x))` of a million, by tables.
#[test]
fn of_a_million_normal_numbers_as_many_are_large_as_should_be() {
    let mut rng = Rng::new(7);
    let numbers: Vec<f64> = (0..1_000_000).map(|_| rng.normal()).collect();
    for (x, expected) in [(2.0, 45_500.3), (3.0, 2699.8), (3.5, 465.3), (4.0, 63.3), (4.5, 6.8)] {
        for (sign, side) in [(1.0, "above"), (-1.0, "below −")] {
            let found = numbers.iter().filter(|&&number| sign * number > x).count() as f64;
            let (half, spread) = (expected / 2.0, (expected / 2.0_f64).sqrt());
            assert!(
                (found - half).abs() < 4.0 * spread,
                "{found} are {side}{x}, of {half} expected"
            );
        }
    }
}

/// Catches a sum over some of the outputs only, in the softmax or in the logit of its loss.
#[test]
fn a_softmax_of_thousands_of_outputs_is_a_distribution_with_the_right_loss() {
    for n in MANY {
        let mut rng = Rng::new(n as u64);
        let z = Matrix::from_fn(1, n, |_, _| rng.normal());
        let sum: f64 = z.as_slice().iter().map(|z| z.exp()).sum();
        let y = Activation::Softmax.apply(&z);
        let right = z.map(|z| z.exp() / sum);
        assert_close(&format!("softmax of {n}"), &y, &right, 1e-12, 0.0);
        for j in [0, n / 2, n - 1] {
            let t = Matrix::from_fn(1, n, |_, k| f64::from(j == k));
            let loss = Loss::CategoricalCrossEntropy;
            let found = output::value(loss, Activation::Softmax, &z, &t);
            assert_near(
                &format!("loss of output {j} of {n}"),
                found,
                -right[(0, j)].ln(),
                1e-12,
                1.0,
            );
        }
    }
}

/// Catches a deviation that is right for some shapes only: of `n₀` inputs and `n₁` units, in units of
/// the one that is promised.
#[test]
fn weights_of_any_shape_start_with_the_deviation_that_is_promised() {
    for (units, inputs) in [(1, 2000), (2000, 1), (128, 784), (784, 128), (600, 501), (40, 40)] {
        for (start, expected) in [
            (Initialization::GlorotNormal, 0.959_446 * (2.0 / (units + inputs) as f64).sqrt()),
            (Initialization::GlorotUniform, (2.0 / (units + inputs) as f64).sqrt()),
            (Initialization::HeNormal, (2.0 / inputs as f64).sqrt()),
        ] {
            let w = start.weights(units, inputs, &mut Rng::new(11));
            let n = (units * inputs) as f64;
            let deviation = (w.squared_norm() / n).sqrt();
            let off = (deviation / expected - 1.0).abs();
            assert!(
                off < 5.0 / (2.0 * n).sqrt(),
                "{start:?}, {units} × {inputs}: deviation {deviation:.5}, promised {expected:.5}"
            );
        }
    }
}

/// Catches lines and classes that are left out behind some number of them.
#[test]
fn every_line_and_every_class_of_a_long_table_is_there() {
    for n in MANY {
        let class = |i: usize| format!("{:04}", i * 7 % n.min(300)); // in the order of the alphabet
        let lines: Vec<String> = (0..n).map(|i| format!("{i},{}\n", class(i))).collect();
        let table =
            Table::parse(&("number,class\n".to_string() + &lines.concat())).expect("a table");
        assert_eq!(table.inputs, Matrix::from_fn(n, 1, |i, _| i as f64), "{n} lines");
        let (targets, classes) = one_hot(&table.labels);
        assert_eq!(targets.shape(), (n, classes.len()), "{n} lines");
        for i in 0..n {
            let ones: Vec<usize> = (0..classes.len()).filter(|&k| targets[(i, k)] == 1.0).collect();
            let [k] = ones[..] else { panic!("line {i} of {n} is of the classes {ones:?}") };
            assert_eq!(classes[k], class(i), "line {i} of {n}");
        }
    }
}

/// 120 layers of one unit, of which all hand on what they get, and layer `k` times 1e200.
fn tower(k: usize) -> Network {
    let layer = |l| {
        let w = if l == k { 1e200 } else { 1.0 };
        let (weights, biases) = (Matrix::row_vector(&[w]), Matrix::row_vector(&[0.0]));
        Layer { weights, biases, activation: Activation::Identity }
    };
    let layers = (1..=120).map(layer).collect();
    Network::from_layers(layers, Loss::MeanSquaredError).expect("120 layers")
}

/// Catches a message that knows the first layers only, and layers that are not written or not read.
#[test]
fn of_120_layers_each_is_written_and_read_and_named_where_numbers_end() {
    for k in [1, 2, 3, 4, 10, 99, 100, 119, 120] {
        let mut network = tower(k);
        assert_eq!(network.to_string().parse(), Ok(network.clone()), "layer {k}");
        let (x, t) = (Matrix::row_vector(&[1e200]), Matrix::row_vector(&[0.0]));
        let descent = GradientDescent { learning_rate: 0.1 };
        let refused = network.train_on_batch(&x, &t, &descent).expect_err("infinity");
        let said =
            format!("entry (0, 0) of the pre-activations of layer {k} is inf, but must be finite");
        assert_eq!(refused.to_string(), said);
    }
}
