//! Every derivative that `backward` returns is the slope of the loss:
//!
//! ```text
//! ∂ℒ/∂p ≈ (ℒ(p + h) − ℒ(p − h)) / 2h        h = 10⁻⁵
//! ```
//!
//! for every weight and every bias `p`. The quotient is off by about `h²` times a third derivative,
//! and by the rounding of `ℒ` divided by `h`: hence the tolerance `10⁻⁷ · max(|∇|, ℒ, 1)`.

use crate::common;

use backprop::{Activation, Layer, Matrix, Network};
use common::{Case, assert_close, cases};
use proptest::prelude::*;

const H: f64 = 1e-5;

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a wrong factor, a missing transpose, a φ′ that is dropped, misplaced or taken at y, a sum
    /// for the mean, a diagonal softmax, half a decay, or a decay on the biases.
    #[test]
    fn every_derivative_is_the_slope_of_the_loss(case in cases()) {
        prop_assume!(!near_a_kink(&case));
        let Case { network, x, targets } = &case;
        let trace = network.forward(x);
        let (size, gradients) =
            (network.loss(&trace, targets).max(1.0), network.backward(&trace, targets));
        for (l, layer) in (1..).zip(network.layers()) {
            let (m, n) = layer.weights.shape();
            let w = Matrix::from_fn(m, n, |i, j| slope(&case, l, |layer, h| layer.weights[(i, j)] += h));
            let b = Matrix::from_fn(1, m, |_, i| slope(&case, l, |layer, h| layer.biases[(0, i)] += h));
            assert_close(&format!("∂ℒ/∂W{l}"), gradients.weights(l), &w, 1e-7, size);
            assert_close(&format!("∂ℒ/∂b{l}"), gradients.biases(l), &b, 1e-7, size);
        }
    }
}

/// `(ℒ(p + h) − ℒ(p − h)) / 2h` for the parameter `p` of layer `l` that `shift` moves.
fn slope(Case { network, x, targets }: &Case, l: usize, shift: impl Fn(&mut Layer, f64)) -> f64 {
    let loss = |h| {
        let mut layers = network.layers().to_vec();
        shift(&mut layers[l - 1], h);
        let moved = Network::from_layers(layers, network.loss_function());
        let moved = moved.and_then(|moved| moved.with_weight_decay(network.weight_decay()));
        let moved = moved.expect("finite numbers");
        moved.loss(&moved.forward(x), targets)
    };
    (loss(H) - loss(-H)) / (2.0 * H)
}

/// At a kink there is no derivative: a ReLU that close to 0 may change sides within ±h.
fn near_a_kink(Case { network, x, .. }: &Case) -> bool {
    let trace = network.forward(x);
    let near = |z: &Matrix| z.as_slice().iter().any(|z| z.abs() < 1e-3);
    let relu = |l: &usize| network.layer(*l).activation == Activation::Relu;
    (1..=network.depth()).filter(relu).any(|l| near(trace.z(l)))
}
