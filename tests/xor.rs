//! What `docs/2-xor.md` says of the exclusive or beyond the numbers that its examples print.

use crate::common;

use std::f64::consts::LN_2;

use backprop::{Activation, Dataset, GradientDescent, Layer, Loss, Matrix, Network};
use common::{assert_close, assert_near};

/// A hidden layer of any width and one sigmoid.
fn network(hidden: Layer, v: &[f64], c: f64) -> Network {
    let output = Layer {
        weights: Matrix::row_vector(v),
        biases: Matrix::row_vector(&[c]),
        activation: Activation::Sigmoid,
    };
    Network::from_layers(vec![hidden, output], Loss::BinaryCrossEntropy).expect("the shapes fit")
}

fn tanh(weights: Matrix, biases: &[f64]) -> Layer {
    Layer { weights, biases: Matrix::row_vector(biases), activation: Activation::Tanh }
}

/// The 2-2-1 network with these numbers in the order W¹, b¹, W², b².
fn two_two_one(p: &[f64]) -> Network {
    network(tanh(Matrix::from_vec(2, 2, p[..4].to_vec()), &p[4..6]), &p[6..8], p[8])
}

fn loss(network: &Network) -> f64 {
    let xor = Dataset::xor();
    network.loss(&network.forward(xor.inputs()), xor.targets())
}

/// The gradient of the loss, in the order of [`two_two_one`].
fn gradient(network: &Network) -> Vec<f64> {
    let xor = Dataset::xor();
    let g = network.backward(&network.forward(xor.inputs()), xor.targets());
    [g.weights(1), g.biases(1), g.weights(2), g.biases(2)]
        .iter()
        .flat_map(|m| m.as_slice().to_vec())
        .collect()
}

fn train(network: &mut Network, data: &Dataset, steps: usize) {
    let descent = GradientDescent { learning_rate: 1.0 };
    for _ in 0..steps {
        network.train_on_batch(data.inputs(), data.targets(), &descent).expect("finite numbers");
    }
}

/// `h = tanh(x₁ + x₂)` puts both points with target 1 at 0, half-way between the other two.
#[test]
fn points_that_fall_together_between_the_others_are_not_cut_off_by_any_line() {
    let xor = Dataset::xor();
    for v in [-30.0, -2.0, -0.1, 0.0, 0.5, 7.0] {
        for c in [-9.0, -1.0, 0.0, 0.3, 4.0] {
            let network = network(tanh(Matrix::from([[1.0, 1.0]]), &[0.0]), &[v], c);
            let z = network.forward(xor.inputs()).z(2).clone();
            let [a, m, n, b] = [0, 1, 2, 3].map(|i| z[(i, 0)]);
            assert_eq!(m, n, "v = {v}, c = {c}: the points with target 1 should coincide");
            assert_near("z(−1,−1) + z(1,1) and 2 z(−1,1)", a + b, 2.0 * m, 1e-15, 30.0);
            assert!(!(a < 0.0 && m > 0.0 && b < 0.0), "v = {v}, c = {c} solves it: {z}");
        }
    }
}

/// Incoming weights, bias and outgoing weight: only together do they make two units one.
#[test]
fn units_stay_equal_if_all_their_weights_are_and_part_if_one_is_not() {
    //          W¹, a unit in each pair  b¹        W²        b²
    let equal = [0.5, 0.5, 0.5, 0.5, 0.1, 0.1, 0.5, 0.5, 0.0];
    for (changed, at) in [("incoming", 3), ("bias", 5), ("outgoing", 7)] {
        let mut start = equal;
        start[at] += 0.2;
        let g = gradient(&two_two_one(&start));
        let apart = (g[0] - g[2]).abs().max((g[1] - g[3]).abs());
        assert!(apart > 1e-3, "{changed} weight differs, and ∇W¹ has equal rows, apart by {apart}");
    }
    let mut network = two_two_one(&equal);
    train(&mut network, &Dataset::xor(), 1000);
    let w = &network.layer(1).weights;
    assert_eq!(w.row(0), w.row(1), "two units that started as one");
    assert!(w[(0, 0)] > 1.0, "the weights have hardly moved: {w}");
}

/// The matrix of second derivatives, by central differences of the gradient.
fn hessian_at_zero() -> Matrix {
    let step = 1e-4;
    let moved = |j: usize, step: f64| {
        let mut p = [0.0; 9];
        p[j] = step;
        gradient(&two_two_one(&p))
    };
    let columns: Vec<_> = (0..9).map(|j| (moved(j, step), moved(j, -step))).collect();
    Matrix::from_fn(9, 9, |i, j| (columns[j].0[i] - columns[j].1[i]) / (2.0 * step))
}

#[test]
fn at_zero_all_second_derivatives_vanish_but_one_which_is_a_quarter() {
    let expected = Matrix::from_fn(9, 9, |i, j| if (i, j) == (8, 8) { 0.25 } else { 0.0 });
    assert_close("Hessian at 0", &hessian_at_zero(), &expected, 1e-8, 1.0);
}

/// `ln 2 − ⅝ ε⁴` along `w₁ = w₂ = b = v = ε` of one unit.
#[test]
fn from_zero_the_loss_falls_with_the_fourth_power_of_the_step() {
    for (e, tolerance) in [(0.1, 4e-2), (0.05, 1e-2), (0.02, 2e-3)] {
        let network = two_two_one(&[e, e, 0.0, 0.0, e, 0.0, e, 0.0, 0.0]);
        let fall = (LN_2 - loss(&network)) / f64::powi(e, 4);
        assert_near(&format!("(ln 2 − ℒ) / ε⁴ at ε = {e}"), fall, 0.625, tolerance, 0.0);
    }
}

/// To fourth order the loss is `ln 2 + mean z² / 8 − Σ v w₁ w₂ b`: only the products can lower it.
#[test]
fn near_zero_only_a_product_of_four_weights_lowers_the_loss() {
    let p = [0.9, -0.7, 0.4, 1.1, -0.8, 0.6, 1.0, 0.5, 0.3];
    let xor = Dataset::xor();
    for scale in [0.02, 0.01] {
        let mut p = p.map(|p| p * scale);
        p[8] *= scale; // b² of second order, as v · b¹ is
        let network = two_two_one(&p);
        let square = network.forward(xor.inputs()).z(2).squared_norm() / 4.0;
        let product = p[6] * p[0] * p[1] * p[4] + p[7] * p[2] * p[3] * p[5];
        let expected = (square / 8.0 - product) / f64::powi(scale, 4);
        let found = (loss(&network) - LN_2) / f64::powi(scale, 4);
        assert_near("(ℒ − ln 2) / ε⁴", found, expected, 5e-3, 1.0);
    }
}

/// One ReLU unit that is off for every sample, and the identity above it.
fn dead(w: f64, b: f64) -> Vec<Layer> {
    let layer = |w, b, activation| Layer {
        weights: Matrix::row_vector(&[w]),
        biases: Matrix::row_vector(&[b]),
        activation,
    };
    vec![layer(w, b, Activation::Relu), layer(1.0, 0.0, Activation::Identity)]
}

/// Trains on one sample, `x = 1` and `t = 2`: the pre-activation of the first ReLU afterwards.
fn after_training(layers: Vec<Layer>, lambda: f64) -> f64 {
    let network = Network::from_layers(layers, Loss::MeanSquaredError).expect("the shapes fit");
    let mut network = network.with_weight_decay(lambda).expect("λ ≥ 0");
    let one = Dataset::new(Matrix::from([[1.0]]), Matrix::from([[2.0]])).expect("one sample");
    let descent = GradientDescent { learning_rate: 0.1 };
    let relu = network.layers().iter().position(|layer| layer.activation == Activation::Relu);
    let relu = 1 + relu.expect("a ReLU");
    let z = |network: &Network| network.forward(one.inputs()).z(relu)[(0, 0)];
    assert!(z(&network) <= 0.0, "the unit is on at the start: z = {}", z(&network));
    for _ in 0..100 {
        network.train_on_batch(one.inputs(), one.targets(), &descent).expect("finite numbers");
    }
    z(&network)
}

#[test]
fn a_dead_unit_on_fixed_inputs_stays_dead_unless_its_weights_decay() {
    assert_eq!(after_training(dead(-2.0, 1.0), 0.0), -1.0, "z without decay");
    let z = after_training(dead(-2.0, 1.0), 0.5);
    assert!(z > 0.0, "z = {z}: the decay should have brought w above −b = −1");
    // With a bias below 0 it does not help, and the four points of XOR allow no other dead unit.
    let z = after_training(dead(-2.0, -1.0), 0.5);
    assert!((-1.1..=-1.0).contains(&z), "z = {z}: w should decay towards 0, and z towards b = −1");
}

/// What a dead unit sees is `h`, the output of a layer below, which another unit moves.
#[test]
fn a_dead_unit_above_a_layer_that_moves_can_come_back() {
    let layer = |weights: Matrix, biases: &[f64], activation| Layer {
        weights,
        biases: Matrix::row_vector(biases),
        activation,
    };
    // h = x/5. Unit 1 is off, for it sees −h. Unit 2 sees h + 1; as it makes the output too small,
    // descent lowers h below 0.
    let z = after_training(
        vec![
            layer(Matrix::from([[0.2]]), &[0.0], Activation::Identity),
            layer(Matrix::from([[-1.0], [1.0]]), &[0.0, 1.0], Activation::Relu),
            layer(Matrix::from([[1.0, -2.0]]), &[0.0], Activation::Identity),
        ],
        0.0,
    );
    assert!(z > 0.0, "z = {z}: the input of the dead unit should have changed its sign");
}

/// Whatever a network makes of −1 and 1, another makes of 0 and 1: `w′ᵢⱼ = 2wᵢⱼ`, `b′ᵢ = bᵢ − Σⱼ wᵢⱼ`.
#[test]
fn inputs_of_0_and_1_take_nothing_from_what_a_network_can_compute() {
    let network = two_two_one(&[2.0, 2.5, -2.1, -1.5, -1.8, -1.9, -4.4, -4.3, -3.9]);
    let xor = Dataset::xor();
    let hidden = network.layer(1);
    let sums = hidden.weights.transpose().column_sums();
    let moved = Layer {
        weights: &hidden.weights * 2.0,
        biases: &hidden.biases - &sums,
        activation: hidden.activation,
    };
    let output = network.layer(2).clone();
    let other = Network::from_layers(vec![moved, output], Loss::BinaryCrossEntropy);
    let inputs = xor.inputs().map(|x| 0.5 * (x + 1.0));
    let found = other.expect("the shapes fit").predict(&inputs);
    assert_close("predictions", &found, &network.predict(xor.inputs()), 1e-14, 1.0);
}
