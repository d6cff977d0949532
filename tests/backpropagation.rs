//! The gradient of a batch is the mean of the gradients of its samples.

use crate::common;

use backprop::Matrix;
use common::{Case, assert_close, cases};
use proptest::prelude::*;

proptest! {
    #![proptest_config(common::config(512))]

    /// Catches a sum where the mean is meant, a 1/N that is there twice, a bias summed over the wrong
    /// axis, λ counted once a sample, a sample left out, and a difference of `backward_one` from
    /// `backward`.
    #[test]
    fn the_gradient_of_a_batch_is_the_mean_over_its_samples(
        Case { network, x, targets } in cases(),
    ) {
        let gradients = |rows: &[usize]| {
            let (x, targets) = (x.select_rows(rows), targets.select_rows(rows));
            network.backward(&network.forward(&x), &targets)
        };
        let batch = gradients(&(0..x.rows()).collect::<Vec<_>>());
        let ones: Vec<_> = (0..x.rows()).map(|i| gradients(&[i])).collect();
        let size = largest_term(&Case { network: network.clone(), x: x.clone(), targets: targets.clone() });
        for l in 1..=network.depth() {
            let share = 1.0 / x.rows() as f64;
            let mut means = [batch.weights(l), batch.biases(l)].map(|g| g * 0.0);
            for (i, one) in ones.iter().enumerate() {
                let (x, t) = (x.select_rows(&[i]), targets.select_rows(&[i]));
                let by_outer = network.backward_one(&network.forward(&x), &t);
                assert_close("backward_one", by_outer.weights(l), one.weights(l), 1e-15, size);
                prop_assert_eq!(by_outer.biases(l), one.biases(l));
                means[0] = means[0].add_scaled(share, one.weights(l));
                means[1] = means[1].add_scaled(share, one.biases(l));
            }
            assert_close(&format!("∇W{l}"), batch.weights(l), &means[0], 1e-13, size);
            assert_close(&format!("∇b{l}"), batch.biases(l), &means[1], 1e-13, size);
        }
    }
}

/// The largest number that a sum of the backward pass can meet: rounding is relative to it.
fn largest_term(Case { network, x, targets }: &Case) -> f64 {
    let size = |m: &Matrix| m.as_slice().iter().fold(1.0_f64, |size, a| size.max(a.abs()));
    let (trace, last) = (network.forward(x), network.depth());
    let (mut delta, mut term) = (size(trace.y(last)).max(size(targets)), 1.0_f64);
    for l in (1..=last).rev() {
        term = term.max(delta * size(trace.y(l - 1)));
        delta *= size(&network.layer(l).weights) * network.layer(l).weights.rows() as f64;
    }
    term
}
