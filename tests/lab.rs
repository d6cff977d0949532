//! The sheet's own small examples and its training of XOR, with φ′ taken at z.

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
    let activations =
        [("relu", Activation::Relu), ("sigmoid", Activation::Sigmoid), ("htan", Activation::Tanh)];
    for (name, activation) in activations {
        let x = &lab[&format!("{name}.x")];
        assert_close(name, &activation.apply(x), &lab[&format!("{name}.forward")], 1e-15, 1.0);
        assert_close(
            name,
            &activation.derivative(x),
            &lab[&format!("{name}.backward")],
            1e-15,
            1.0,
        );
    }
    let (t, y) = (&lab["bce.y_true"], &lab["bce.y_pred"]);
    let bce = Loss::BinaryCrossEntropy;
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

/// Catches a wrong sign, factor or order in any part of a step: 250 of them follow each other.
#[test]
fn the_network_trains_as_the_corrected_sheet_does() {
    for (variant, text) in TRAININGS {
        let lab = records(text);
        let mut network = network(&lab);
        // The sheet's sum over N samples is N times the gradient of the mean.
        let samples = if variant == Variant::CorrectedSum { lab["X"].rows() as f64 } else { 1.0 };
        let descent = GradientDescent { learning_rate: lab["lr"][(0, 0)] * samples };
        for iteration in 1..=250 {
            let loss =
                network.train_on_batch(&lab["X"], &lab["Y"], &descent).expect("finite numbers");
            assert_near(
                &format!("loss {iteration}"),
                loss,
                lab["losses"][(iteration - 1, 0)],
                COST,
                1.0,
            );
            if [1, 2, 10].contains(&iteration) {
                assert_parameters(&network, &lab, &format!("after{iteration}"));
            }
        }
        assert_parameters(&network, &lab, "final");
    }
}

/// The cost above is that of the `1e-9` alone: with it, the same steps agree to the last digits.
#[test]
fn with_its_1e_9_the_corrected_sheet_is_met_to_1e_12() {
    for (variant, text) in TRAININGS {
        let lab = records(text);
        let weights = vec![lab["init.W1"].clone(), lab["init.W2"].clone()];
        let biases = vec![lab["init.b1"].clone(), lab["init.b2"].clone()];
        let mut program = LabProgram { variant, hidden: Activation::Tanh, weights, biases };
        for iteration in 0..250 {
            let loss = program.train_on_batch(&lab["X"], &lab["Y"], lab["lr"][(0, 0)]);
            assert_near(
                &format!("loss {iteration}"),
                loss,
                lab["losses"][(iteration, 0)],
                1e-12,
                0.0,
            );
        }
        assert_close("W1", &program.weights[0], &lab["final.W1"], 1e-12, 1.0);
    }
}

fn network(lab: &HashMap<String, Matrix>) -> Network {
    let layer = |weights: &str, biases: &str, activation| {
        Layer { weights: lab[weights].transpose(), biases: lab[biases].clone(), activation } // R: inputs × units
    };
    let layers = vec![
        layer("init.W1", "init.b1", Activation::Tanh),
        layer("init.W2", "init.b2", Activation::Sigmoid),
    ];
    Network::from_layers(layers, Loss::BinaryCrossEntropy).expect("the shapes fit")
}

fn assert_parameters(network: &Network, lab: &HashMap<String, Matrix>, when: &str) {
    for l in 1..=2 {
        let (weights, biases) = (format!("{when}.W{l}"), format!("{when}.b{l}"));
        let largest = lab[&weights].as_slice().iter().fold(0.0_f64, |a, w| a.max(w.abs()));
        assert_close(
            &weights,
            &network.layer(l).weights,
            &lab[&weights].transpose(),
            COST,
            largest,
        );
        assert_close(&biases, &network.layer(l).biases, &lab[&biases], COST, largest);
    }
}
