//! What the MNIST example prints and saves, computed a second way.
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "pixels are small whole numbers"
)]

#[path = "../examples/mnist/digits.rs"]
mod digits;
#[path = "common/example.rs"]
mod example;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use backprop::dataset::idx::Digits;
use backprop::{Activation, GradientDescent, Initialization, Loss, Network, Rng};
use example::{folder, lines, program, write_mnist};

const HIDDEN: usize = 8;
const EPOCHS: usize = 4;
const BATCH: usize = 30;
const SEED: u64 = 5;

/// 541 digits, so that the last batch has one. Of the 1100 to test with, the first 500 are told right,
/// the others wrong: 7 is told as 8.
fn data() -> (Digits, Digits) {
    let mut rng = Rng::new(1);
    let (training, test) = (digits::synthetic(541, &mut rng), digits::synthetic(1100, &mut rng));
    let pixels = (0..1100).flat_map(|i| test.image(i).to_vec()).collect();
    let labels = (0..1100).map(|i| (test.label(i) + u8::from(i >= 500)) % 10).collect();
    (training, Digits::new(28, 28, pixels, labels).expect("digits"))
}

/// A folder with the digits, and in it what the example prints for these flags.
fn mnist(folder: &Path, flags: &str) -> Vec<String> {
    let mut mnist = Command::new(program("mnist"));
    mnist.current_dir(folder).arg(".").args(flags.split_whitespace());
    lines(&mnist.output().expect("mnist")).expect("exit code 0")
}

fn with_data(name: &str) -> PathBuf {
    let folder = folder(name);
    let (training, test) = data();
    write_mnist(&folder, &training, &test);
    folder
}

/// The training of the example in a few lines: the network after each epoch, and the mean loss of its steps.
fn trained(training: &Digits, rate: f64) -> Vec<(Network, f64)> {
    let mut rng = Rng::new(SEED);
    let layers = [(HIDDEN, Activation::Relu), (10, Activation::Softmax)];
    let (loss, he) = (Loss::CategoricalCrossEntropy, Initialization::HeNormal);
    let (rows, cols) = training.image_size();
    let network = Network::new(rows * cols, &layers, loss, he, &mut rng).expect("a network");
    let mut network = network.with_weight_decay(1e-4).expect("λ ≥ 0");
    let mut order: Vec<usize> = (0..training.len()).collect();
    let mut epochs = Vec::new();
    for epoch in 0..EPOCHS {
        rng.shuffle(&mut order);
        let descent =
            GradientDescent { learning_rate: rate * (1.0 - epoch as f64 / EPOCHS as f64) };
        let mut losses = Vec::new();
        for samples in order.chunks(BATCH) {
            let (x, t) = training.batch(samples);
            losses.push(network.train_on_batch(&x, &t, &descent).expect("finite numbers"));
        }
        epochs.push((network.clone(), losses.iter().sum::<f64>() / losses.len() as f64));
    }
    epochs
}

/// How many of these digits are recognised, one after the other, in percent.
fn percent(network: &Network, digits: &Digits) -> f64 {
    percent_of(network, digits, &(0..digits.len()).collect::<Vec<_>>())
}

fn percent_of(network: &Network, digits: &Digits, which: &[usize]) -> f64 {
    let right = |i: &usize| {
        let y = network.predict(&digits.batch(&[*i]).0);
        let likeliest = (0..10).max_by(|&a, &b| y[(0, a)].total_cmp(&y[(0, b)]));
        likeliest == Some(usize::from(digits.label(*i)))
    };
    100.0 * which.iter().filter(|i| right(i)).count() as f64 / which.len() as f64
}

/// Asserts that a line for each epoch has its loss and its accuracies, in training on `read_again`.
fn assert_epochs(
    printed: &[String],
    epochs: &[(Network, f64)],
    (training, read_again): (&Digits, &[usize]),
    test: &Digits,
) {
    let rows = printed.iter().skip_while(|line| !line.starts_with("epoch")).skip(1);
    assert!(rows.clone().count() > epochs.len(), "no row for each epoch:\n{}", printed.join("\n"));
    for (epoch, ((network, loss), found)) in epochs.iter().zip(rows).enumerate() {
        let in_training = percent_of(network, training, read_again);
        let in_test = percent(network, test);
        let expected =
            format!("{:5}  {loss:7.4}  {in_training:15.2} %  {in_test:11.2} %", epoch + 1);
        assert!(found.starts_with(&expected), "found {found:?}, expected {expected:?}");
    }
}

/// Catches a learning rate that does not fall, a batch that is left out, an order that is not shuffled,
/// and an accuracy of some of the digits: over the first 500 it is another one here.
#[test]
fn what_it_prints_and_saves_is_what_a_second_computation_gives() {
    let folder = with_data("mnist");
    let (training, test) = data();
    let flags = format!("--hidden {HIDDEN} --epochs {EPOCHS} --batch {BATCH} --seed {SEED}");
    let printed = mnist(&folder, &format!("{flags} --learning-rate 0.3 --save net.txt"));
    let epochs = trained(&training, 0.3);
    let all: Vec<usize> = (0..training.len()).collect();
    assert_epochs(&printed, &epochs, (&training, &all), &test);
    let (network, _) = &epochs[EPOCHS - 1];
    let accuracy = format!("test accuracy {:.2} %", percent(network, &test));
    assert!(printed.contains(&accuracy), "{accuracy:?} is not among\n{}", printed.join("\n"));
    let saved = fs::read_to_string(folder.join("net.txt")).expect("a file");
    assert!(saved == network.to_string(), "another network is saved than 4 epochs give");
    assert_counts(&printed, network, &test);
}

/// Catches a training accuracy of the first 10000 digits, of each second one, or of all.
#[test]
fn of_many_training_digits_10000_are_read_again_drawn_at_random() {
    let folder = folder("mnist_sample");
    let mut rng = Rng::new(1);
    let pixels: Vec<u8> = (0..4 * 20_000).map(|_| rng.below(256) as u8).collect();
    let labels = pixels.chunks(4).map(|image| image[0] / 26).collect();
    let training = Digits::new(2, 2, pixels, labels).expect("digits");
    write_mnist(&folder, &training, &training);
    let flags = format!("--hidden {HIDDEN} --epochs {EPOCHS} --batch {BATCH} --seed {SEED}");
    let printed = mnist(&folder, &format!("{flags} --learning-rate 0.3"));
    let mut sample: Vec<usize> = (0..training.len()).collect();
    Rng::new(0).shuffle(&mut sample);
    let epochs = trained(&training, 0.3);
    assert_epochs(&printed, &epochs, (&training, &sample[..10_000]), &training);
    let said = "Training accuracy: on 10000 of these digits, drawn at random.";
    assert!(printed.contains(&said.to_string()), "{said:?} is not printed");
}

/// Asserts that the table of guesses has all digits of the test, each where the network puts it.
fn assert_counts(printed: &[String], network: &Network, test: &Digits) {
    let mut counts = [[0; 10]; 10];
    for i in 0..test.len() {
        let y = network.predict(&test.batch(&[i]).0);
        let guess = (0..10).max_by(|&a, &b| y[(0, a)].total_cmp(&y[(0, b)])).expect("ten");
        counts[usize::from(test.label(i))][guess] += 1;
    }
    let from = printed.iter().position(|line| line.starts_with("A row for")).expect("a table");
    for (truth, (row, line)) in counts.iter().zip(&printed[from + 3..]).enumerate() {
        let number = |word: &str| if word == "·" { 0 } else { word.parse().expect("a number") };
        let found: Vec<i32> = line.split_whitespace().map(number).collect();
        let expected = [&[i32::try_from(truth).expect("a digit")], &row[..]].concat();
        assert_eq!(found, expected, "the row of {truth}");
    }
}

/// Catches `--load` that is ignored: a new network would guess otherwise, and be saved.
#[test]
fn what_is_loaded_and_not_trained_gives_the_same_guesses_and_the_same_file() {
    let folder = with_data("mnist_load");
    let (training, test) = data();
    let (network, _) = trained(&training, 0.3).pop().expect("epochs");
    fs::write(folder.join("net.txt"), network.to_string()).expect("a file");
    let printed = mnist(&folder, "--load net.txt --save again.txt");
    let accuracy = format!("test accuracy {:.2} %", percent(&network, &test));
    assert!(printed.contains(&accuracy), "{accuracy:?} is not among\n{}", printed.join("\n"));
    assert_counts(&printed, &network, &test);
    let again = fs::read_to_string(folder.join("again.txt")).expect("a file");
    assert!(again == network.to_string(), "another network is saved than was loaded");
}

/// Catches a loaded network that is not the one trained on.
#[test]
fn training_goes_on_where_the_loaded_network_stands() {
    let folder = with_data("mnist_on");
    let (training, _) = data();
    let (mut network, _) = trained(&training, 0.3).swap_remove(0);
    fs::write(folder.join("net.txt"), network.to_string()).expect("a file");
    let flags = format!("--load net.txt --epochs 1 --batch 541 --seed {SEED} --learning-rate 0.25");
    mnist(&folder, &format!("{flags} --weight-decay 0.5 --save net.txt"));
    let mut order: Vec<usize> = (0..training.len()).collect();
    Rng::new(SEED).shuffle(&mut order);
    let (x, t) = training.batch(&order);
    network = network.with_weight_decay(0.5).expect("λ ≥ 0");
    network.train_on_batch(&x, &t, &GradientDescent { learning_rate: 0.25 }).expect("finite");
    let saved = fs::read_to_string(folder.join("net.txt")).expect("a file");
    assert!(saved == network.to_string(), "another network is saved than one step gives");
}
