//! The sheet's own small examples and its training of XOR, with φ′ taken at z, as R computes them.

use crate::common;
#[path = "common/lab_program.rs"]
mod lab_program;

use std::collections::HashMap;

use backprop::{Activation, GradientDescent, Layer, Loss, Matrix, Network};
use common::{assert_close, assert_near, records};
use lab_program::{LabProgram, Variant};

/// What the `1e-9` in the sheet's logarithms costs. `ln(y + 1e-9)` is off by `1e-9 / y`, so a loss
/// is off by `1e-9` times the mean of `1/y`, `y` the probability given to the right answer: 2 or 3
/// before training, 1 after it. In 250 iterations no loss drifts further, nor does a weight, in
/// units of the largest weight.
const COST: f64 = 3e-9;

#[test]
fn the_small_examples_of_the_sheet() {
    let lab = records(include_str!("fixtures/lab_examples.txt"));
    let phi =
        [("relu", Activation::Relu), ("sigmoid", Activation::Sigmoid), ("htan", Activation::Tanh)];
    for (name, phi) in phi {
        let of = |part: &str| &lab[&format!("{name}.{part}")];
        assert_close(name, &phi.apply(of("x")), of("forward"), 1e-15, 1.0);
        assert_close(name, &phi.derivative(of("x")), of("backward"), 1e-15, 1.0);
    }
    let (t, y, bce) = (&lab["bce.y_true"], &lab["bce.y_pred"], Loss::BinaryCrossEntropy);
    // The derivative of ln(y + 1e-9) at y = 0.1 is off by 1e-9/0.1; the smallest y here is 0.1.
    assert_near("bce", bce.value(y, t), lab["bce.forward"][(0, 0)], 1.1e-8, 0.0);
    assert_close("bce′", &bce.derivative(y, t), &lab["bce.backward"], 1.1e-8, 0.0);
    let ten = Matrix::row_vector(&[10.0]);
    let stepped = GradientDescent { learning_rate: 0.1 }.step(&ten, ten.clone());
    assert_eq!(stepped.expect("a finite number"), lab["sgd.step(10,10;lr=0.1)"]);
}

const TRAININGS: [(Variant, &str); 6] = [
    (Variant::CorrectedMean, include_str!("fixtures/lab_xor_seed1_corrected_mean.txt")),
    (Variant::CorrectedMean, include_str!("fixtures/lab_xor_seed4_corrected_mean.txt")),
    (Variant::CorrectedMean, include_str!("fixtures/lab_xor_seed6_corrected_mean.txt")),
    (Variant::CorrectedSum, include_str!("fixtures/lab_xor_seed1_corrected_sum.txt")),
    (Variant::CorrectedSum, include_str!("fixtures/lab_xor_seed4_corrected_sum.txt")),
    (Variant::CorrectedSum, include_str!("fixtures/lab_xor_seed6_corrected_sum.txt")),
];

/// Catches a wrong sign, factor or order in any part of a step: 250 of them follow each other. With
/// the sheet's `1e-9`, the same steps agree with R to 1e-12: the cost above is that of the `1e-9` alone.
#[test]
fn the_network_trains_as_the_corrected_sheet_does() {
    for (variant, text) in TRAININGS {
        let lab = records(text);
        let matrices = |names: [&str; 2]| names.map(|name| lab[name].clone()).to_vec();
        let (weights, biases) =
            (matrices(["init.W1", "init.W2"]), matrices(["init.b1", "init.b2"]));
        let mut network = network(&weights, &biases);
        let mut program = LabProgram { variant, hidden: Activation::Tanh, weights, biases };
        // The sheet's sum over N samples is N times the gradient of the mean.
        let samples = if variant == Variant::CorrectedSum { lab["X"].rows() as f64 } else { 1.0 };
        let (x, t, rate) = (&lab["X"], &lab["Y"], lab["lr"][(0, 0)]);
        let descent = GradientDescent { learning_rate: rate * samples };
        for iteration in 1..=250 {
            let loss = network.train_on_batch(x, t, &descent).expect("finite numbers");
            let (what, expected) = (format!("loss {iteration}"), lab["losses"][(iteration - 1, 0)]);
            assert_near(&what, loss, expected, COST, 1.0);
            assert_near(&what, program.train_on_batch(x, t, rate), expected, 1e-12, 0.0);
            if [1, 2, 10].contains(&iteration) {
                assert_parameters(&network, &lab, &format!("after{iteration}"));
            }
        }
        assert_parameters(&network, &lab, "final");
        assert_close("W1", &program.weights[0], &lab["final.W1"], 1e-12, 1.0);
    }
}

fn network(weights: &[Matrix], biases: &[Matrix]) -> Network {
    let phi = [Activation::Tanh, Activation::Sigmoid];
    let layer = |l: usize| Layer {
        weights: weights[l].transpose(), // R: inputs × units
        biases: biases[l].clone(),
        activation: phi[l],
    };
    Network::from_layers(vec![layer(0), layer(1)], Loss::BinaryCrossEntropy).expect("2-2-1")
}

fn assert_parameters(network: &Network, lab: &HashMap<String, Matrix>, when: &str) {
    for (l, layer) in (1..).zip(network.layers()) {
        let (name, biases) = (format!("{when}.W{l}"), format!("{when}.b{l}"));
        let weights = lab[&name].transpose();
        let largest = weights.as_slice().iter().fold(0.0_f64, |a, w| a.max(w.abs()));
        assert_close(&name, &layer.weights, &weights, COST, largest);
        assert_close(&biases, &layer.biases, &lab[&biases], COST, largest);
    }
}
