//! The sheet's own small examples and its XOR training, with the derivative where it belongs.
//!
//! The sheet adds `1e-9` inside its logarithms. At `y = 0.1` that moves a loss by `1e-8` relative
//! and a derivative by as much; on XOR, whose outputs stay within `[0.003, 0.997]`, the two
//! trainings drift apart by at most `4e-7` of a loss. So these tests hold our loss against the
//! sheet's at that distance. With the same `1e-9` put into a copy of the loss and of δ, in this
//! file, the trajectories agree to `1e-12`: that distance is the `1e-9`, and nothing else.

mod common;

use std::collections::HashMap;

use backprop::{Activation, GradientDescent, Gradients, Layer, Loss, Matrix, Network};
use common::{assert_close, assert_near, records};

#[test]
fn the_small_examples_of_the_sheet() {
    let lab = records(include_str!("fixtures/lab_examples.txt"));
    let activations = [("relu", Activation::Relu), ("sigmoid", Activation::Sigmoid), ("htan", Activation::Tanh)];
    for (name, activation) in activations {
        let x = &lab[&format!("{name}.x")];
        assert_close(name, &activation.apply(x), &lab[&format!("{name}.forward")], 1e-15, 1.0);
        assert_close(name, &activation.derivative(x), &lab[&format!("{name}.backward")], 1e-15, 1.0);
    }
    let (t, y) = (&lab["bce.y_true"], &lab["bce.y_pred"]);
    let bce = Loss::BinaryCrossEntropy;
    assert_near("bce", bce.value(y, t), lab["bce.forward"][(0, 0)], 1e-8, 0.0);
    assert_close("bce′", &bce.derivative(y, t), &lab["bce.backward"], 1e-8, 0.0);
    let mut ten = Matrix::row_vector(&[10.0]);
    GradientDescent { learning_rate: 0.1 }.step(&mut ten, &Matrix::row_vector(&[10.0]));
    assert_eq!(ten, lab["sgd.step(10,10;lr=0.1)"]);
}
