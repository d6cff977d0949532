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
use common::{Case, cases};
use proptest::prelude::*;

const H: f64 = 1e-5;

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a wrong factor, a missing transpose, a φ′ dropped, misplaced or taken at y, a sum for
    /// the mean, a diagonal softmax, half a decay, or a decay on the biases.
    #[test]
    fn every_derivative_is_the_slope_of_the_loss(case in cases()) {
        prop_assume!(!near_a_kink(&case));
        let Case { network, x, targets } = &case;
        let (trace, size) = (network.forward(x), network.loss(&network.forward(x), targets));
        let gradients = network.backward(&trace, targets);
        for l in 1..=network.depth() {
            let weights = network.layer(l).weights.shape();
            for (name, (rows, cols)) in [("W", weights), ("b", (1, weights.0))] {
                let gradient = if name == "W" { gradients.weights(l) } else { gradients.biases(l) };
                for (i, j) in (0..rows).flat_map(|i| (0..cols).map(move |j| (i, j))) {
                    let loss = |h| loss(&case, l, |layer| {
                        let p = if name == "W" { &mut layer.weights } else { &mut layer.biases };
                        p[(i, j)] += h;
                    });
                    let (found, slope) = (gradient[(i, j)], (loss(H) - loss(-H)) / (2.0 * H));
                    let tolerance = 1e-7 * found.abs().max(size).max(1.0);
                    let agree = (found - slope).abs() <= tolerance; // false for NaN
                    prop_assert!(agree, "∂ℒ/∂{name}{l}[{i},{j}]: backward {found:?}, slope {slope:?}");
                }
            }
        }
    }
}

/// `ℒ` after a change of layer `l`.
fn loss(Case { network, x, targets }: &Case, l: usize, change: impl Fn(&mut Layer)) -> f64 {
    let mut layers = network.layers().to_vec();
    change(&mut layers[l - 1]);
    let moved = Network::from_layers(layers, network.loss_function())
        .and_then(|moved| moved.with_weight_decay(network.weight_decay()))
        .expect("finite numbers");
    moved.loss(&moved.forward(x), targets)
}

/// At a kink there is no derivative: a ReLU that close to 0 may change sides within ±h.
fn near_a_kink(Case { network, x, .. }: &Case) -> bool {
    let trace = network.forward(x);
    let near = |z: &Matrix| z.as_slice().iter().any(|z| z.abs() < 1e-3);
    let relu = |l: &usize| network.layer(*l).activation == Activation::Relu;
    (1..=network.depth()).filter(relu).any(|l| near(trace.z(l)))
}
